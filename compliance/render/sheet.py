"""Rows of cells → CSV that a spreadsheet opens as it stands: UTF-8 with a mark, numbers as numbers, nothing a formula.

Refuses nothing: text that a spreadsheet would run is marked as text, as OWASP advises, with an apostrophe before it.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from functools import lru_cache
from io import StringIO

from compliance.render.plain import visible

__all__ = ["CELL", "Cell", "as_csv", "harmless"]

Cell = str | int
CELL = 32_000
"""Characters that a cell may hold: spreadsheets cut off what is longer than 32,767"""

_RUN = "=+-@\t\r\n＝＋－＠"


def harmless(cell: Cell) -> Cell:
    r"""Text that no spreadsheet takes for a formula; numbers stay numbers. Lines stay, other control marks are shown.

    >>> harmless('=HYPERLINK("http://a.example")'), harmless("-5"), harmless(-5), harmless("甲小区")
    ('\'=HYPERLINK("http://a.example")', "'-5", -5, '甲小区')
    """
    return cell if isinstance(cell, int) else _marked(cell)


@lru_cache(maxsize=4096)  # names and titles stand in many rows
def _marked(cell: str) -> str:
    text = "\n".join(visible(line) for line in cell.split("\n"))
    return f"'{text}" if cell.startswith(tuple(_RUN)) or text.lstrip(" ").startswith(tuple(_RUN)) else text


def as_csv(head: Sequence[str], rows: Iterable[Sequence[Cell]]) -> bytes:
    """The whole file, with the mark by which spreadsheets know UTF-8."""
    out = StringIO(newline="")
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow([harmless(cell) for cell in head])
    for row in rows:
        writer.writerow([harmless(cell) for cell in row])
    return b"\xef\xbb\xbf" + out.getvalue().encode()
