"""YAML text → plain values that know their lines; refuses anchors, tags, duplicate keys, floats and loose booleans, and
what is nested more deeply or longer than anything that a person writes.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, NamedTuple

import yaml

__all__ = ["Mistake", "NotationError", "Place", "read_yaml"]

Place = tuple[str | int, ...]
"""Keys and list positions from the root."""

_INT = re.compile(r"-?(0|[1-9]\d*)")
_FLOAT = re.compile(r"-?\d+\.\d*|-?\d*\.\d+|-?\d+[eE].*")
_LOOSE = re.compile(r"yes|no|on|off|true|false|null|~", re.IGNORECASE)
"""What some YAML reads as a boolean or as nothing; ``true``, ``false`` and ``null`` are taken before."""
_DEPTH = 64
"""Lists and mappings within each other; the law has twelve. The parser itself knows no limit and would not survive."""
_DIGITS = 100
"""Of a whole number; Python refuses to read one of more than 4300."""
_BRACKETS, _LINE = 2000, 1000
"""Brackets of a text and signs of a line up to which nesting cannot go so deep that the parser suffers"""


class Mistake(NamedTuple):
    """One thing that is not read. ``code``: ``syntax``, ``anchor``, ``tag``, ``key``, ``duplicate``, ``loose``,
    ``inexact`` or ``empty``; ``found`` is the text in question or the parser's own word."""

    line: int
    code: str
    found: str
    place: Place = ()


class NotationError(Exception):
    """The text is not read; carries every mistake."""

    def __init__(self, mistakes: list[Mistake]) -> None:
        super().__init__(mistakes)
        self.mistakes = mistakes


def read_yaml(text: str) -> tuple[Any, dict[Place, int]]:
    """Strictly read YAML → plain values, and the line of every place; raises ``NotationError``."""
    try:
        # What is refused here is written with one of these signs; where none stands, the first reading is spared.
        events = yaml.parse(text, Loader=yaml.CBaseLoader) if any(sign in text for sign in "&*!") else ()
        if forbidden := list(_forbidden(events)):
            raise NotationError(forbidden)
        if text.count("[") + text.count("{") > _BRACKETS or max(map(len, text.splitlines()), default=0) > _LINE:
            _refuse_depth(text)
        node = yaml.compose(text, Loader=yaml.CBaseLoader)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise NotationError([Mistake(line, "syntax", str(error.problem))]) from None
    except yaml.reader.ReaderError as error:
        line = text.count("\n", 0, max(error.position, 0)) + 1
        raise NotationError([Mistake(line, "syntax", error.reason)]) from None
    tree = _Tree()
    value = tree.plain(node) if node is not None else None
    if value is None:
        raise NotationError([Mistake(1, "empty", "")])
    if tree.mistakes:
        raise NotationError(tree.mistakes)
    return value, tree.lines


def _forbidden(events: Any) -> Iterator[Mistake]:
    for event in events:
        line = event.start_mark.line + 1 if event.start_mark else 1
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
            yield Mistake(line, "anchor", str(event.anchor))
        if getattr(event, "tag", None):
            yield Mistake(line, "tag", event.tag)


def _refuse_depth(text: str) -> None:
    """Count how deeply a text is nested, event by event: only composing it needs a stack."""
    depth = 0
    for event in yaml.parse(text, Loader=yaml.CBaseLoader):
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if depth > _DEPTH:
            line = event.start_mark.line + 1 if event.start_mark else 1
            raise NotationError([Mistake(line, "syntax", _TOO_DEEP)])


_TOO_DEEP = f"nested more than {_DEPTH} levels deep"


class _Tree:
    """A composed tree as plain values, remembering the line of every place."""

    def __init__(self) -> None:
        self.lines: dict[Place, int] = {}
        self.mistakes: list[Mistake] = []

    def mistake(self, node: yaml.Node, code: str, found: str, place: Place) -> None:
        self.mistakes.append(Mistake(node.start_mark.line + 1, code, found, place))

    def plain(self, node: yaml.Node, place: Place = ()) -> Any:
        self.lines[place] = node.start_mark.line + 1
        if len(place) > _DEPTH:
            self.mistake(node, "syntax", _TOO_DEEP, place)
            return None
        if isinstance(node, yaml.MappingNode):
            result: dict[Any, Any] = {}
            for key_node, value_node in node.value:
                name = key_node.value
                if not isinstance(key_node, yaml.ScalarNode):
                    self.mistake(key_node, "key", "", place)
                elif name in result:
                    self.mistake(key_node, "duplicate", name, (*place, name))
                else:
                    result[name] = self.plain(value_node, (*place, name))
            return result
        if isinstance(node, yaml.SequenceNode):
            return [self.plain(child, (*place, i)) for i, child in enumerate(node.value)]
        return self.scalar(node, place)

    def scalar(self, node: yaml.Node, place: Place) -> Any:
        text: str = node.value
        if getattr(node, "style", None):  # quoted or block: text, whatever it looks like
            return text
        if text in ("true", "false"):
            return text == "true"
        if text in ("", "null"):
            return None
        if _INT.fullmatch(text):
            if len(text) <= _DIGITS:
                return int(text)
            self.mistake(node, "loose", f"{text[:20]}…", place)
            return None
        if _LOOSE.fullmatch(text):
            self.mistake(node, "loose", text, place)
        elif _FLOAT.fullmatch(text):
            self.mistake(node, "inexact", text, place)
        return text
