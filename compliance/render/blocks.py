"""The parts of an official document → its plain text; a document is the same parts whatever file it becomes.

Parts are paragraphs of a named role, tables and changes of the page. What a person still has to write is marked.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from compliance.render.cells import wrap
from compliance.render.plain import visible

__all__ = ["Annex", "Block", "Cells", "Content", "Fill", "Page", "Para", "Role", "Table", "plain_text", "spoken"]

Role = Literal[
    "title", "number", "addressee", "body", "h1", "h2", "h3", "h4", "attachments", "signer", "date", "annex",
    "annex_title", "caption", "note",
]  # fmt: skip
"""What a paragraph is; ``h1`` to ``h4`` are the numbered levels 一、（一）1.（1）."""


@dataclass(frozen=True, slots=True)
class Fill:
    """What a person has to write in this place; the text says what."""

    text: str


Content = str | tuple[str | Fill, ...]
Cells = Sequence[Content]


@dataclass(frozen=True, slots=True)
class Para:
    role: Role
    text: Content


@dataclass(frozen=True, slots=True)
class Table:
    """``widths`` are parts of the width; ``centred`` the columns whose text is short; ``tall`` leaves room to write."""

    heads: tuple[str, ...]
    rows: Iterable[Cells]
    widths: tuple[int, ...]
    centred: frozenset[int] = frozenset()
    tall: bool = False


@dataclass(frozen=True, slots=True)
class Page:
    """What follows stands on new pages, upright or sideways."""

    landscape: bool


@dataclass(frozen=True, slots=True)
class Annex:
    """What follows is an annex, on a new page: its number (0: the only one), and its title."""

    number: int
    title: str
    landscape: bool = True


Block = Para | Table | Page | Annex


def spoken(content: Content) -> str:
    """The text alone; what is to be filled in stands in square brackets.

    >>> spoken(("〔2024〕", Fill("文号"), "号"))
    '〔2024〕［文号］号'
    """
    if isinstance(content, str):
        return content
    return "".join(f"［{part.text}］" if isinstance(part, Fill) else part for part in content)


_CHINESE = "〇一二三四五六七八九十"


def _chinese(number: int) -> str:
    tens, ones = divmod(number, 10)
    if not tens:
        return _CHINESE[ones]
    return ("" if tens == 1 else _CHINESE[tens]) + "十" + (_CHINESE[ones] if ones else "")


def _mark(level: int, number: int, lang: str) -> str:
    """The number of a heading as its style writes it."""
    if lang == "en":
        return (f"{number}. ", f"({number}) ", f"{number}) ", f"({chr(96 + (number - 1) % 26 + 1)}) ")[level]
    return (f"{_chinese(number)}、", f"（{_chinese(number)}）", f"{number}. ", f"（{number}）")[level]


def plain_text(blocks: Iterable[Block], lang: str = "zh", width: int = 80) -> bytes:
    """UTF-8 text of a document; the rows of a table are told head by head."""
    return ("\n".join(_lines(blocks, lang, width)).strip("\n") + "\n").encode()


def _lines(blocks: Iterable[Block], lang: str, width: int) -> Iterator[str]:
    counted = [0, 0, 0, 0]
    colon = ": " if lang == "en" else "："
    for block in blocks:
        match block:
            case Para(role, content):
                text, first = spoken(content), ""
                if role in ("h1", "h2", "h3", "h4"):
                    level = int(role[1]) - 1
                    counted[level] += 1
                    counted[level + 1 :] = [0] * (3 - level)
                    first = _mark(level, counted[level], lang)
                yield from [""] if role in ("h1", "title", "annex", "caption", "attachments", "signer") else []
                for number, line in enumerate(text.split("\n")):
                    yield from wrap(visible((first if not number else "") + line), width) or [""]
                yield from [""] if role == "title" else []
            case Annex(number, title, _):
                name = ("Annex" if lang == "en" else "附件") + (f" {number}" if number and lang == "en" else "")
                yield from ("", f"{name}{number if number and lang != 'en' else ''}{colon}{visible(title)}", "")
            case Table(heads, rows):
                for row in rows:
                    told = [(head, spoken(cell)) for head, cell in zip(heads or [""] * len(row), row, strict=True)]
                    lines = [
                        line
                        for head, text in told
                        if text
                        for line in wrap(visible(f"{head}{colon if head else ''}{text}"), width - 4)
                    ]
                    yield from (("  - " if not n else "    ") + line for n, line in enumerate(lines))
            case Page():
                pass
