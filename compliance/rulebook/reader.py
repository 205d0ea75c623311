"""Files of the law folder → plain values that know their lines, and specs; refuses what is not strictly written."""

from __future__ import annotations

import difflib
import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Any, TypeVar, get_args, get_origin

from pydantic import BaseModel, ValidationError

from compliance import notation
from compliance.notation import NotationError, Place
from compliance.schemas.rulebook import Problem, RulebookError

__all__ = ["Reader", "as_spec", "digest_of", "law_files", "law_folder", "line_of", "nearest", "read_text", "read_yaml"]

S = TypeVar("S", bound=BaseModel)

_SAYS = {
    "syntax": "not YAML: {}",
    "anchor": "anchors and aliases are not allowed",
    "tag": "tags are not allowed",
    "key": "a key must be a plain word",
    "duplicate": "duplicate key {!r}",
    "loose": "{!r} is ambiguous: write true, false or null, or quote it",
    "inexact": "{} is not exact: write a fraction 4/5, a percentage 80%, or quote a decimal",
    "empty": "the file is empty",
}


@dataclass(frozen=True, slots=True)
class Reader:
    """Which file was read, and the line of every path in it."""

    file: str
    lines: Mapping[Place, int] = field(default_factory=dict)


def read_yaml(text: str, file: str) -> tuple[Any, Reader]:
    """Strictly read YAML → plain values and the reader that knows their lines; raises ``RulebookError``."""
    try:
        value, lines = notation.read_yaml(text)
    except NotationError as error:
        problems = [Problem(file, m.line, _SAYS[m.code].format(m.found)) for m in error.mistakes]
        raise RulebookError(problems) from None
    return value, Reader(file, lines)


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
            elif e["type"] == "string_too_short" and not e["input"]:
                message = "is blank; fill it in"
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
