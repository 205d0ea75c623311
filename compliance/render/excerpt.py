"""A dossier's bytes and pointers into it → the entries they point into, word for word, for a page to show.

The whole dossier where it is small; else the entries asked for, in their order, as far as there is room. Nothing is
parsed into numbers: 12.50 stays 12.50. What cannot be seen is escaped as JSON escapes it, and ``<`` too, so that no
entry can end the block that holds it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any, get_args

from pydantic import BaseModel

from compliance.render.plain import visible
from compliance.schemas.dossier import Dossier

__all__ = ["Excerpt", "block_of", "excerpt", "field_words"]

WHOLE = 800_000
"""Bytes up to which a dossier is shown whole."""
ROOM = 2_500_000
"""Bytes that entries of a larger one may take."""

_SPACE = re.compile(r"[ \t\r\n]*")
_COMPACT = re.compile(r'("(?:[^"\\]|\\.)*")|[ \t\r\n]+')
_ENTRY = re.compile(r"/[^/]+/\d+(?=/|$)|/[^/]+")


@dataclass(frozen=True, slots=True)
class Excerpt:
    """Entries by pointer. The entry of the empty pointer has the dossier's own fields, lists as ``[how many]``."""

    entries: dict[str, str]
    whole: bool
    left: int
    """Entries pointed at for which there was no room"""

    def text(self) -> str:
        """One entry a line: pointer, space, JSON."""
        return "\n".join(f"{place} {entry}" for place, entry in self.entries.items())


def excerpt(data: bytes, pointers: Iterable[str]) -> Excerpt:
    """``data`` is a dossier that intake took."""
    found = dict(_entries(data.decode("utf-8-sig")))
    whole = len(data) <= WHOLE
    wanted = found if whole else dict.fromkeys(["", *(block_of(p, found) for p in pointers)])
    entries: dict[str, str] = {}
    left, room = 0, ROOM
    for place in wanted:
        text = visible(_COMPACT.sub(lambda m: m.group(1) or "", found[place])).replace("<", "\\u003c")
        size = len(text.encode())
        if not whole and size > room:
            left += 1
            continue
        room -= size
        entries[place] = text
    return Excerpt(entries, whole, left)


def block_of(pointer: str, entries: dict[str, Any]) -> str:
    """The entry a place stands in; for what is not there, the dossier's own fields."""
    match = _ENTRY.match(pointer)
    for place in (match.group(), match.group().rpartition("/")[0]) if match else ():
        if place in entries:
            return place
    return ""


def _entries(text: str) -> Iterator[tuple[str, str]]:
    """Every member of the dossier, lists by their entries, and the dossier's own fields under the empty pointer."""
    decode = json.JSONDecoder().raw_decode
    own = []
    at = _skip(text, _skip(text, 0) + 1)
    while text[at] != "}":
        key, at = decode(text, at)
        at = _skip(text, _skip(text, at) + 1)
        place = f"/{key.replace('~', '~0').replace('/', '~1')}"
        if text[at] == "[":
            number, at = 0, _skip(text, at + 1)
            while text[at] != "]":
                _, end = decode(text, at)
                yield f"{place}/{number}", text[at:end]
                number, at = number + 1, _next(text, end)
            at += 1
            value = f"[{number}]"
        else:
            _, end = decode(text, at)
            value = text[at:end]
            at = end
            if value.startswith("{"):
                yield place, value
                value = "{}"
        own.append(f"{json.dumps(key, ensure_ascii=False)}:{value}")
        at = _next(text, at)
    yield "", "{" + ",".join(own) + "}"


def _skip(text: str, at: int) -> int:
    match = _SPACE.match(text, at)
    return match.end() if match else at


def _next(text: str, at: int) -> int:
    """Past white space, a comma if there is one, and white space."""
    at = _skip(text, at)
    return _skip(text, at + 1) if text[at] == "," else at


# -- what fields are called -------------------------------------------------------------------------------------


@cache
def field_words() -> str:
    """Type → field → Chinese title with its unit, and the type of what it holds; as JSON, from the dossier's schema."""
    types: dict[str, dict[str, list[str]]] = {}
    _describe(Dossier, types)
    return json.dumps(types, ensure_ascii=False, separators=(",", ":")).replace("<", "\\u003c")


def _describe(model: type[BaseModel], types: dict[str, dict[str, list[str]]]) -> None:
    if model.__name__ in types:
        return
    fields = types[model.__name__] = {}
    for name, field in model.model_fields.items():
        extra = field.json_schema_extra
        unit = extra.get("unit") if isinstance(extra, dict) else None
        held = _model_in(field.annotation)
        fields[name] = [f"{field.title}（{unit}）" if unit and held is None else str(field.title)]
        if held is not None:
            fields[name].append(held.__name__)
            _describe(held, types)


def _model_in(annotation: Any) -> type[BaseModel] | None:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next((held for a in get_args(annotation) if (held := _model_in(a)) is not None), None)
