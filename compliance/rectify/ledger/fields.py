"""What a person writes into an act → the same, tidied, or every problem with it; knows no entry and no state.

Texts are bounded and hold no control characters, days are full dates, nothing is a float.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping
from datetime import date
from typing import Any, Final, NamedTuple

from compliance.schemas.ledger import FIELD_WORDS, KINDS, Problem
from compliance.schemas.refusal import Words, printable
from compliance.schemas.report import SEVERITIES

__all__ = ["LINE", "TEXT", "Field", "actor_key", "actor_problems", "clip", "field_problems", "tidy"]

LINE: Final = 200
"""Characters of a name, a title, a document number."""
TEXT: Final = 4000
"""Characters of a description."""
EVIDENCE: Final = 200
"""Pieces of evidence of one submission."""
PAGES: Final = 100_000

# Control characters; marks that turn the direction of writing; lone surrogates.
_HARMFUL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
_SHA256 = re.compile(r"[0-9a-f]{64}")

Check = Callable[[Any], Words | None]


class Field(NamedTuple):
    """One thing an act says."""

    title: Words
    check: Check


def _text(limit: int, lines: bool) -> Check:
    def check(value: Any) -> Words | None:
        if not isinstance(value, str) or not value.strip():
            return Words("没有填写", "is empty")
        if len(value) > limit:
            return Words(f"共{len(value)}字，超过{limit}字", f"has {len(value)} characters, more than {limit}")
        if _HARMFUL.search(value) or (not lines and re.search(r"[\t\n]", value)):
            return Words("含有控制字符", "has control characters in it")
        return None

    return check


def _day(value: Any) -> Words | None:
    if isinstance(value, str) and re.fullmatch(r"20[0-9]{2}-[0-9]{2}-[0-9]{2}", value):
        try:
            date.fromisoformat(value)
            return None
        except ValueError:
            pass
    return Words(f"{_shown(value)} 不是日期，应写作 YYYY-MM-DD", f"{_shown(value)} is not a date: YYYY-MM-DD")


def _kind(value: Any) -> Words | None:
    if isinstance(value, str) and value in KINDS:
        return None
    zh = "、".join(f"{code}（{words.zh}）" for code, words in KINDS.items())
    return Words(f"{_shown(value)} 不是整改类型，应为 {zh}", f"{_shown(value)} is not one of {', '.join(KINDS)}")


def _severity(value: Any) -> Words | None:
    if value in SEVERITIES:
        return None
    return Words(
        f"{_shown(value)} 不是严重度，应为 {'、'.join(SEVERITIES)}",
        f"{_shown(value)} is not one of {', '.join(SEVERITIES)}",
    )


def _item(value: Any) -> Words | None:
    if isinstance(value, str) and re.fullmatch(r"[BH]([1-9]|10)\.[1-9]|X([1-9]|[12][0-9]|3[0-3])", value):
        return None
    return Words(f"{_shown(value)} 不是条目编号，应如 B7.1、X11", f"{_shown(value)} is no item: B7.1, X11")


def _area(value: Any) -> Words | None:
    if isinstance(value, str) and re.fullmatch(r"[1-9][0-9]{5}", value):
        return None
    return Words(f"{_shown(value)} 不是六位行政区划代码", f"{_shown(value)} is no area code of six digits")


def _year(value: Any) -> Words | None:
    if isinstance(value, int) and not isinstance(value, bool) and 2000 <= value <= 2099:
        return None
    return Words(f"{_shown(value)} 不是年度，应为 2000 至 2099", f"{_shown(value)} is no year from 2000 to 2099")


def _evidence(value: Any) -> Words | None:
    if not isinstance(value, list) or not value:
        return Words("至少一件佐证材料", "at least one piece of evidence is needed")
    if len(value) > EVIDENCE:
        return Words(f"共{len(value)}件，超过{EVIDENCE}件", f"{len(value)} pieces, more than {EVIDENCE}")
    for number, piece in enumerate(value, 1):
        wrong = _piece(piece)
        if wrong is not None:
            return Words(f"第{number}件{wrong.zh}", f"number {number} {wrong.en}")
    return None


def _piece(piece: Any) -> Words | None:
    if not isinstance(piece, dict) or set(piece) != {"title", "file", "sha256", "page"}:
        return Words("须有标题、文件名、哈希值、页码四项", "must have title, file, sha256 and page")
    for part in ("title", "file"):
        wrong = _text(LINE, lines=False)(piece[part])
        if wrong is not None:
            return wrong
    if not isinstance(piece["sha256"], str) or not _SHA256.fullmatch(piece["sha256"]):
        return Words("的哈希值不是 SHA-256", "has no SHA-256")
    page = piece["page"]
    if page is not None and (not isinstance(page, int) or isinstance(page, bool) or not 1 <= page <= PAGES):
        return Words(f"的页码 {_shown(page)} 不对", f"has the page {_shown(page)}")
    return None


def _shown(value: Any) -> str:
    return printable(str(value)[:60])


LINE_OF_TEXT: Final[Check] = _text(LINE, lines=False)
WHOLE_TEXT: Final[Check] = _text(TEXT, lines=True)
DAY: Final[Check] = _day

_CHECKS: Final[Mapping[str, Check]] = {
    "requirement": WHOLE_TEXT,
    "measures": WHOLE_TEXT,
    "kind": _kind,
    "deadline": DAY,
    "progress": WHOLE_TEXT,
    "text": WHOLE_TEXT,
    "evidence": _evidence,
    "reason": WHOLE_TEXT,
    "opinion": WHOLE_TEXT,
    "decided_on": DAY,
    "area": _area,
    "year": _year,
    "severity": _severity,
    "item": _item,
}
FIELDS: Final[Mapping[str, Field]] = {
    name: Field(title, _CHECKS.get(name, LINE_OF_TEXT)) for name, title in FIELD_WORDS.items()
}
"""Everything a person can write; what a report brings is made by the program (``reports``)."""


def field_problems(
    payload: Mapping[str, Any], required: frozenset[str], optional: frozenset[str], where: str
) -> list[Problem]:
    """Every problem with what an act says: unknown, missing and wrong fields."""
    found = []
    for name in payload:
        if name not in required and name not in optional:
            found.append(
                Problem(where, Words(f"此项操作没有“{printable(name)}”", f"this act has no field {printable(name)}"))
            )
    for name in sorted(required - payload.keys()):
        title = FIELDS[name].title
        found.append(Problem(where, Words(f"缺少“{title.zh}”", f"{title.en} is missing")))
    for name in payload:
        if name in required or name in optional:
            wrong = FIELDS[name].check(payload[name])
            if wrong is not None:
                title = FIELDS[name].title
                found.append(Problem(where, Words(f"“{title.zh}”{wrong.zh}", f"{title.en}: {wrong.en}")))
    return found


def tidy(value: str) -> str:
    """Without blanks around it, in composed form: the same text typed twice is the same text."""
    return unicodedata.normalize("NFC", value).strip()


def actor_key(actor: str) -> str:
    """By what two actors are held to be the same: width, case and blanks do not make two persons of one.

    >>> actor_key(" Ｚhang  San") == actor_key("zhang san")
    True
    """
    return " ".join(unicodedata.normalize("NFKC", actor).casefold().split())


def actor_problems(actor: str) -> list[Problem]:
    """Whether a name can stand as who acted."""
    wrong = LINE_OF_TEXT(actor)
    if wrong is None:
        return []
    return [Problem("", Words(f"经办人{wrong.zh}", f"the actor {wrong.en}"))]


def clip(text: str, limit: int = TEXT) -> str:
    """A report's text, harmless and no longer than the ledger holds; what is cut off is marked.

    >>> clip("甲乙丙丁", 3)
    '甲乙…'
    """
    shown = printable(text)
    return shown if len(shown) <= limit else shown[: limit - 1] + "…"
