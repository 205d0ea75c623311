"""YAML text → plain values that know their lines; refuses anchors, tags, duplicate keys, floats and loose booleans."""

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


class _Tree:
    """A composed tree as plain values, remembering the line of every place."""

    def __init__(self) -> None:
        self.lines: dict[Place, int] = {}
        self.mistakes: list[Mistake] = []

    def mistake(self, node: yaml.Node, code: str, found: str, place: Place) -> None:
        self.mistakes.append(Mistake(node.start_mark.line + 1, code, found, place))

    def plain(self, node: yaml.Node, place: Place = ()) -> Any:
        self.lines[place] = node.start_mark.line + 1
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
            return int(text)
        if _LOOSE.fullmatch(text):
            self.mistake(node, "loose", text, place)
        elif _FLOAT.fullmatch(text):
            self.mistake(node, "inexact", text, place)
        return text
