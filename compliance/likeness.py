"""What two dossiers, or two entries of one, are held against each other by: names made plain, evidence below an entry.

Text → a key in which ways of writing the same name no longer differ; an entry → the attachments it points at. A key is
never shown and never proves anything: entries with the same key are worth a second look, no more.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import Any, get_args

from pydantic import BaseModel

from compliance.schemas.dossier import EvidenceRef

__all__ = ["attachments_below", "plain_key"]

_NUMERALS = str.maketrans("〇零一二三四五六七八九", "00123456789")
_COUNTED = re.compile(r"[〇零一二三四五六七八九](?=[期区村组号栋幢院里])")
_DROPPED = re.compile(r"[\W_]+")
_TAILS = ("住宅小区", "小区")


@lru_cache(maxsize=65536)
def plain_key(text: str) -> str:
    """A name without what is only a way of writing it: width, case, blanks, signs, 一期 for 1期, 小区 at the end.

    >>> plain_key("示例 翠竹小区（一期）"), plain_key("示例翠竹1期"), plain_key("ＡＢ小区")
    ('示例翠竹小区1期', '示例翠竹1期', 'ab')
    >>> plain_key("小区"), plain_key("二十三号院") == plain_key("23号院")
    ('小区', False)
    """
    key = _DROPPED.sub("", unicodedata.normalize("NFKC", text).casefold())
    key = _COUNTED.sub(lambda m: m[0].translate(_NUMERALS), key)
    for tail in _TAILS:
        if key.endswith(tail) and key != tail:
            return key.removesuffix(tail)
    return key


def attachments_below(model: BaseModel) -> list[str]:
    """The ids of the attachments that an entry and its parts point at, as often as they do.

    >>> from compliance.schemas.dossier import Community
    >>> vote = {"evidence": [{"attachment": "a1"}]}
    >>> attachments_below(Community.model_validate({"community_id": "c", "name": "甲", "votes": [vote]}))
    ['a1']
    """
    found: list[str] = []
    _gather(model, found)
    return found


def _gather(model: BaseModel, found: list[str]) -> None:
    values = model.__dict__
    for name in _leading(model.__class__):
        value = values[name]
        if not value:
            continue
        if value.__class__ is not tuple:
            _gather(value, found)
        elif value[0].__class__ is EvidenceRef:
            for ref in value:
                found.append(ref.attachment)
        else:
            for part in value:
                _gather(part, found)


@lru_cache(maxsize=256)
def _leading(cls: type[BaseModel]) -> tuple[str, ...]:
    """The fields of a model that hold evidence, or parts that may."""
    return tuple(name for name, field in cls.model_fields.items() if _holds_model(field.annotation))


def _holds_model(annotation: Any) -> bool:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return True
    return any(_holds_model(part) for part in get_args(annotation))
