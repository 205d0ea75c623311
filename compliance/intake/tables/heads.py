"""A sheet and a mapping → where the head stands and which column feeds what; names every candidate where two would fit.

A head may take several rows, with merged cells over or beside each other: 计划 over 户数 is the head 计划/户数, and is
found by that name or, where no other column ends so, by 户数 alone. Titles, units and dates above the head are told.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cached_property
from typing import NamedTuple

from compliance.intake.cellvalues import UNITS, Unit, folded, head_unit
from compliance.intake.grid import Cell, Grid, address
from compliance.intake.tables.mapping import Column, Mapping

__all__ = ["Fit", "Head", "Sheet", "bands", "heads_of", "match"]

DEEPEST = 4
"""Rows of a head"""
SEARCHED = 40
"""Rows in which a head is looked for"""
WIDEST = 1000
"""Columns of a head"""


class Head(NamedTuple):
    """One column's head."""

    column: int
    name: str
    """Folded, without unit; / between rows"""
    unit: str | None
    shown: str
    place: str
    """The cells it takes"""


class Sheet:
    """A grid with what merging says: which cell stands for a place."""

    def __init__(self, grid: Grid) -> None:
        self.grid = grid
        self.cells = {(cell.row, cell.column): cell for row in grid.rows for cell in row}
        self.owner: dict[tuple[int, int], tuple[int, int]] = {}
        self.spans: dict[tuple[int, int], tuple[int, int]] = {}
        for top, left, bottom, right in grid.merged:
            if (bottom - top + 1) * (right - left + 1) > len(self.cells) * 50 + 10_000:
                continue  # a merge far larger than the table: nothing stands in it but its first cell
            self.spans[top, left] = (bottom, right)
            for row in range(top, bottom + 1):
                for column in range(left, right + 1):
                    self.owner[row, column] = (top, left)

    def at(self, row: int, column: int) -> Cell | None:
        """The cell that is seen at a place, be it merged or not."""
        return self.cells.get(self.owner.get((row, column), (row, column)))

    def text(self, row: int, column: int) -> str:
        cell = self.at(row, column)
        return "" if cell is None else folded(cell.shown)

    @cached_property
    def columns(self) -> tuple[int, ...]:
        """Columns in which a head may stand."""
        rows = self.grid.rows[: SEARCHED + DEEPEST]
        last = rows[-1][0].row if rows else 0
        found = {cell.column for row in rows for cell in row}
        found |= {column for row, column in self.owner if row <= last}
        return tuple(sorted(found)[:WIDEST])

    def last_of(self, row: int, column: int) -> int:
        """The last row of the merged cells that a place belongs to."""
        top = self.owner.get((row, column), (row, column))
        return self.spans.get(top, top)[0]

    def span(self, row: int, column: int) -> str:
        """A cell with all that is merged into it, as spreadsheets write it."""
        top = self.owner.get((row, column), (row, column))
        bottom = self.spans.get(top, top)
        return address(*top) if top == bottom else f"{address(*top)}:{address(*bottom)}"


def heads_of(sheet: Sheet, first: int, last: int) -> tuple[Head, ...]:
    """The heads that the rows of a band make."""
    found = []
    for column in sheet.columns:
        parts: list[tuple[str, str | None]] = []
        places: list[tuple[int, int]] = []
        shown: list[str] = []
        for row in range(first, last + 1):
            cell = sheet.at(row, column)
            place = (cell.row, cell.column) if cell is not None else (0, 0)
            if cell is not None and folded(cell.shown) and place not in places:
                parts.append(head_unit(cell.shown))
                places.append(place)
                shown.append(" ".join(cell.shown.split()))
        if parts:
            unit = next((u for _, u in reversed(parts) if u is not None), None)
            names = [name for name, _ in parts if name]
            ends = dict.fromkeys((address(*places[0]), address(*places[-1])))
            found.append(Head(column, "/".join(names), unit, "/".join(shown), ":".join(ends)))
    return tuple(found)


class Fit(NamedTuple):
    """How a mapping fits a sheet."""

    sheet: Sheet
    first: int
    last: int
    heads: tuple[Head, ...]
    matched: dict[int, Head]
    """Number of the mapping's column → the head it was found under"""
    ambiguous: dict[int, tuple[Head, ...]]
    """Number of a column that several heads would fit → these"""
    missing: tuple[Column, ...]
    """Columns that the mapping needs and the sheet lacks"""
    units: tuple[Unit, ...]
    """Units that a line above the head states"""

    @property
    def whole(self) -> bool:
        return not self.missing and not self.ambiguous

    @property
    def unmapped(self) -> tuple[Head, ...]:
        """Heads that the mapping says nothing of."""
        taken = {head.column for head in self.matched.values()}
        taken |= {head.column for heads in self.ambiguous.values() for head in heads}
        return tuple(head for head in self.heads if head.column not in taken)

    @property
    def titles(self) -> tuple[Cell, ...]:
        """What stands above the head."""
        return tuple(cell for row in self.sheet.grid.rows for cell in row if cell.row < self.first)


def match(sheet: Sheet, mapping: Mapping) -> Fit | None:
    """The place in a sheet that a mapping fits best; None where it shares no more than one head with it."""
    best: tuple[tuple[int, int, int], Fit] | None = None
    for first, last in bands(sheet):
        heads = heads_of(sheet, first, last)
        matched, ambiguous = _matched(mapping, heads)
        if len(matched) + len(ambiguous) < min(2, len(mapping.columns)):
            continue
        missing = tuple(
            c for c in mapping.columns if not c.spec.optional and c.number not in matched and c.number not in ambiguous
        )
        # The most columns; of equal ones the fewest rows, then the highest place.
        rank = (len(matched) + len(ambiguous), first - last, -first)
        if best is None or rank > best[0]:
            best = rank, Fit(sheet, first, last, heads, matched, ambiguous, missing, _stated(sheet, first))
    return best[1] if best else None


def bands(sheet: Sheet) -> Iterator[tuple[int, int]]:
    """First and last of rows that may be a head, which reaches as far down as the cells merged in it do."""
    rows = [row[0].row for row in sheet.grid.rows[:SEARCHED]]
    told = set()
    for first in rows:
        if any(sheet.owner.get((first, column), (first, 0))[0] < first for column in sheet.columns):
            continue  # it would cut a merged cell in two
        for depth in range(DEEPEST):
            last = first + depth
            reach = max((sheet.last_of(last, column) for column in sheet.columns), default=last)
            band = (first, min(max(last, reach), first + DEEPEST - 1))
            if band not in told:
                told.add(band)
                yield band


def _matched(mapping: Mapping, heads: tuple[Head, ...]) -> tuple[dict[int, Head], dict[int, tuple[Head, ...]]]:
    matched: dict[int, Head] = {}
    ambiguous: dict[int, tuple[Head, ...]] = {}
    for column in mapping.columns:
        whole = tuple(head for head in heads if head.name in column.heads)
        ending = tuple(head for head in heads if any(head.name.endswith(f"/{name}") for name in column.heads))
        found = whole or ending
        if len(found) == 1:
            matched[column.number] = found[0]
        elif found:
            ambiguous[column.number] = found
    # A head in full belongs to who names it in full: 计划/户数 is not also the 户数 of another column.
    for number, head in list(matched.items()):
        column = mapping.columns[number]
        rivals = [n for n, other in matched.items() if n != number and other.column == head.column]
        if rivals and head.name not in column.heads:
            del matched[number]
    return matched, ambiguous


_STATED = re.compile(r"单位:([^;；。)）]+)")


def _stated(sheet: Sheet, first: int) -> tuple[Unit, ...]:
    """Units in a line such as 单位：万元、户."""
    found = []
    for row in sheet.grid.rows:
        if row[0].row >= first:
            break
        for cell in row:
            for said in _STATED.findall(folded(cell.shown)):
                found += [UNITS[name] for name in re.split(r"[、,]", said) if name in UNITS]
    return tuple(dict.fromkeys(found))
