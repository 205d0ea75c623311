"""A dossier's bytes and JSON Pointers into it → line and column of each; refuses nothing that intake took.

Where a pointer leads to a field that is not reported, the place is that of what encloses it. Only what is on the way
to a pointer is walked; the rest is passed over by the JSON scanner of the standard library.
"""

from __future__ import annotations

import json
import re
from bisect import bisect_right
from collections.abc import Iterable
from typing import Any, NamedTuple

__all__ = ["Position", "positions"]

_SPACE = re.compile(r"[ \t\r\n]*")
_KINDS = {"{": "object", "[": "array"}


class Position(NamedTuple):
    """Line and column count from 1, columns in characters."""

    line: int
    column: int
    kind: str
    """``object``, ``array`` or ``value``: what stands there"""


_Tree = dict[str, Any]
"""Step → the steps below it; the pointers that are asked for, and nothing else"""


def positions(data: bytes, pointers: Iterable[str]) -> dict[str, Position]:
    r"""Where each pointer leads.

    >>> positions(b'{"a": [1,\n  {"b": 2}]}', ["/a/1/b", "/a/1/c"])
    {'/a/1/b': Position(line=2, column=9, kind='value'), '/a/1/c': Position(line=2, column=3, kind='object')}
    """
    wanted = list(dict.fromkeys(pointers))
    tree: _Tree = {}
    for pointer in wanted:
        branch = tree
        for step in pointer.split("/")[1:]:
            branch = branch.setdefault(step, {})
    text = data.decode("utf-8-sig")
    found: dict[str, int] = {}
    _walk(text, _skip(text, 0), tree, "", found)
    starts = [0, *(match.end() for match in re.finditer("\n", text))]
    result = {}
    for pointer in wanted:
        near = pointer
        while near not in found:
            near = near.rpartition("/")[0]
        at = found[near]
        line = bisect_right(starts, at)
        result[pointer] = Position(line, at - starts[line - 1] + 1, _KINDS.get(text[at], "value"))
    return result


# Numbers stay text: none is needed, and one of many digits must not be in the way.
_decode = json.JSONDecoder(parse_float=str, parse_int=str).raw_decode


def _walk(text: str, at: int, tree: _Tree | None, pointer: str, found: dict[str, int]) -> int:
    """Note where a value and those wanted inside it begin, no tree: none; the offset at which it ends."""
    if tree is not None:
        found[pointer] = at
    if not tree or text[at] not in _KINDS:
        return int(_decode(text, at)[1])
    in_list, number = text[at] == "[", 0
    at = _skip(text, at + 1)
    while text[at] not in "]}":
        if in_list:
            step, number = str(number), number + 1
        else:
            key, at = _decode(text, at)
            step = key.replace("~", "~0").replace("/", "~1")
            at = _skip(text, _skip(text, at) + 1)
        at = _skip(text, _walk(text, at, tree.get(step), f"{pointer}/{step}", found))
        if text[at] == ",":
            at = _skip(text, at + 1)
    return at + 1


def _skip(text: str, at: int) -> int:
    match = _SPACE.match(text, at)
    return match.end() if match else at
