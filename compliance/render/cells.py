"""Text → lines of terminal cells, Chinese characters counted as two; refuses to pass a given width."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from itertools import zip_longest

from wcwidth import wcswidth

__all__ = ["columns", "hanging", "pad", "table", "width_of", "wrap"]

_OPENING = "（《「『“‘【〔(["
_CLOSING = "，。；：、）》」』”’】〕！？…,.;:)]!?%"
_NARROW = r"[\x21-\x7e\u00a1-\u2e7f]"
_COLOR = re.compile(r"\x1b\[[0-9;]*m")
_TOKEN = re.compile(
    rf"\s+|[{re.escape(_OPENING)}]*(?:{_NARROW}+|.)[{re.escape(_CLOSING)}]*|[{re.escape(_OPENING)}]+",
    re.DOTALL,
)


def width_of(text: str) -> int:
    """Cells that a printable text takes; colours, which only the renderer can have set, take none.

    >>> width_of("B7 符合")
    7
    """
    plain = _COLOR.sub("", text)
    return len(plain) if plain.isascii() else wcswidth(plain)


def pad(text: str, width: int) -> str:
    return text + " " * (width - width_of(text))


def wrap(text: str, width: int) -> list[str]:
    """Break between words and between Chinese characters; closing marks stay with what they close.

    >>> wrap("参与率应不低于80%，实为63%。", 12)
    ['参与率应不低', '于80%，实为', '63%。']
    """
    lines = [""]
    used = 0
    for token in _tokens(text, width):
        cells = width_of(token)
        if used + cells > width and used:
            lines[-1] = lines[-1].rstrip()
            lines.append("")
            used = 0
        if not used and token.isspace():
            continue
        lines[-1] += token
        used += cells
    lines[-1] = lines[-1].rstrip()
    return lines


def hanging(indent: str, text: str, width: int) -> list[str]:
    """Wrapped lines behind an indent; where that bears a mark, only the first line shows it.

    >>> hanging("  · ", "参与率应不低于80%，实为63%。", 16)
    ['  · 参与率应不低', '    于80%，实为', '    63%。']
    """
    first, *rest = wrap(text, width - len(indent))
    return [indent + first, *(" " * len(indent) + line for line in rest)]


def _tokens(text: str, width: int) -> Iterator[str]:
    for token in _TOKEN.findall(text):
        if width_of(token) <= width:
            yield token
        else:
            yield from token


def columns(left: list[str], right: list[str], width: int, gap: str) -> list[str]:
    """Two blocks side by side, the left one padded to ``width``."""
    return [f"{pad(a, width)}{gap}{b}".rstrip() for a, b in zip_longest(left, right, fillvalue="")]


def table(rows: Sequence[Sequence[str]], width: int, right: Collection[int] = ()) -> Iterator[str]:
    """Rows in columns; the widest column is folded where there is no room. ``right``: columns of numbers.

    >>> list(table([["地区", "档案"], ["示例县", "12"]], 40, {1}))
    ['地区    档案', '示例县    12']
    """
    widths = [max(width_of(cell) for cell in column) for column in zip(*rows, strict=True)]
    widest = max(range(len(widths)), key=lambda n: widths[n])
    room = max(_LEAST, width - sum(widths) + widths[widest] - 2 * (len(widths) - 1))
    widths[widest] = min(widths[widest], room)
    for row in rows:
        folded = [wrap(cell, widths[n]) if width_of(cell) > widths[n] else [cell] for n, cell in enumerate(row)]
        for line in zip_longest(*folded, fillvalue=""):
            cells = (
                " " * (widths[n] - width_of(cell)) + cell if n in right else pad(cell, widths[n])
                for n, cell in enumerate(line)
            )
            yield "  ".join(cells).rstrip()


_LEAST = 20
"""Cells that the column keeps which is folded"""
