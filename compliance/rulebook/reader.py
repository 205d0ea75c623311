"""YAML text → plain values that know their lines; refuses anchors, tags, duplicate keys, floats and loose booleans."""

from __future__ import annotations

import difflib
import hashlib
import re
from collections.abc import Iterable, Iterator
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Any, TypeVar, get_args, get_origin

import yaml
from pydantic import BaseModel, ValidationError

from compliance.schemas.rulebook import Problem, RulebookError

__all__ = ["Reader", "as_spec", "digest_of", "law_files", "law_folder", "line_of", "nearest", "read_text", "read_yaml"]

S = TypeVar("S", bound=BaseModel)

_INT = re.compile(r"-?(0|[1-9]\d*)")
_FLOAT = re.compile(r"-?\d+\.\d*|-?\d*\.\d+|-?\d+[eE].*")
_LOOSE = re.compile(r"yes|no|on|off|true|false|null|~", re.IGNORECASE)
"""What some YAML reads as a boolean or as nothing; ``true``, ``false`` and ``null`` are taken before."""


class Reader:
    """A composed YAML tree as plain values, remembering the line of every path."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.lines: dict[tuple[Any, ...], int] = {}
        self.problems: list[Problem] = []

    def problem(self, node: yaml.Node, message: str) -> None:
        self.problems.append(Problem(self.file, node.start_mark.line + 1, message))

    def plain(self, node: yaml.Node, path: tuple[Any, ...] = ()) -> Any:
        self.lines[path] = node.start_mark.line + 1
        if isinstance(node, yaml.MappingNode):
            result: dict[Any, Any] = {}
            for key_node, value_node in node.value:
                name = key_node.value
                if not isinstance(key_node, yaml.ScalarNode):
                    self.problem(key_node, "a key must be a plain word")
                elif name in result:
                    self.problem(key_node, f"duplicate key {name!r}")
                else:
                    result[name] = self.plain(value_node, (*path, name))
            return result
        if isinstance(node, yaml.SequenceNode):
            return [self.plain(child, (*path, i)) for i, child in enumerate(node.value)]
        return self.scalar(node)

    def scalar(self, node: yaml.Node) -> Any:
        text: str = node.value
        if getattr(node, "style", None):  # quoted or block: text, whatever it looks like
            return text
        if text in ("true", "false"):
            return text == "true"
        if text in ("", "null"):
            return None
        if _INT.fullmatch(text):
            return int(text)
        if _LOOSE.fullmatch(text):
            self.problem(node, f"{text!r} is ambiguous: write true, false or null, or quote it")
        elif _FLOAT.fullmatch(text):
            self.problem(node, f"{text} is not exact: write a fraction 4/5, a percentage 80%, or quote a decimal")
        return text


def read_yaml(text: str, file: str) -> tuple[Any, Reader]:
    """Strictly read YAML → plain values and the reader that knows their lines; raises ``RulebookError``."""
    reader = Reader(file)
    try:
        # What is refused here is written with one of these signs; where none stands, the first reading is spared.
        events = yaml.parse(text, Loader=yaml.CBaseLoader) if any(sign in text for sign in "&*!") else ()
        for event in events:
            line = event.start_mark.line + 1 if event.start_mark else 1
            if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
                raise RulebookError([Problem(file, line, "anchors and aliases are not allowed")])
            if getattr(event, "tag", None):
                raise RulebookError([Problem(file, line, "tags are not allowed")])
        node = yaml.compose(text, Loader=yaml.CBaseLoader)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise RulebookError([Problem(file, line, f"not YAML: {error.problem}")]) from None
    except yaml.reader.ReaderError as error:
        line = text.count("\n", 0, max(error.position, 0)) + 1
        raise RulebookError([Problem(file, line, f"not YAML: {error.reason}")]) from None
    value = reader.plain(node) if node is not None else None
    if value is None:
        raise RulebookError([Problem(file, 1, "the file is empty")])
    if reader.problems:
        raise RulebookError(reader.problems)
    return value, reader


def nearest(word: str, known: Iterable[str]) -> str:
    match = difflib.get_close_matches(word, list(known), n=1, cutoff=0.5)
    return f"; did you mean {match[0]!r}?" if match else ""


def line_of(reader: Reader, path: tuple[Any, ...]) -> int:
    while path and path not in reader.lines:
        path = path[:-1]
    return reader.lines.get(path, 1)


def as_spec(model: type[S], value: Any, reader: Reader) -> S:
    try:
        return model.model_validate(value)
    except ValidationError as error:
        problems = []
        for e in error.errors():
            message = e["msg"]
            if e["type"] == "extra_forbidden":
                message = f"unknown key {e['loc'][-1]!r}{nearest(str(e['loc'][-1]), _keys_at(model, e['loc'][:-1]))}"
            elif e["type"] == "missing":
                message = f"missing key {e['loc'][-1]!r}"
            where = ".".join(str(p) for p in e["loc"])
            problems.append(Problem(reader.file, line_of(reader, e["loc"]), f"{where}: {message}"))
        raise RulebookError(problems) from None


def _keys_at(model: type[BaseModel], path: tuple[Any, ...]) -> list[str]:
    """Field names known at a place in a spec, for naming the nearest."""
    current: Any = model
    for part in path:
        if isinstance(current, type) and issubclass(current, BaseModel):
            field = current.model_fields.get(str(part))
            current = field.annotation if field else None
        elif get_origin(current) in (dict, list):  # a key of the author's, or a place in a list
            current = get_args(current)[-1]
        else:
            return []
        options = [o for o in get_args(current) if isinstance(o, type) and issubclass(o, BaseModel)]
        if options and get_origin(current) not in (dict, list):  # X | None
            current = options[0]
    return list(current.model_fields) if isinstance(current, type) and issubclass(current, BaseModel) else []


# -- files of the law folder ----------------------------------------------------------------------------------


def read_text(file: Traversable) -> str:
    try:
        return file.read_text("utf-8")
    except UnicodeDecodeError:
        raise RulebookError([Problem(file.name, 1, "the file is not UTF-8; save it as UTF-8")]) from None


def law_folder() -> Traversable:
    return files("compliance") / "rules"


def law_files(folder: Traversable) -> Iterator[Traversable]:
    for entry in sorted(folder.iterdir(), key=lambda e: e.name):
        if entry.name.endswith(".yaml"):
            yield entry


def digest_of(texts: Iterable[tuple[str, str]]) -> str:
    digest = hashlib.sha256()
    for name, text in texts:
        digest.update(f"{name}\n{len(text)}\n{text}".encode())
    return digest.hexdigest()
