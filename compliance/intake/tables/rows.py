"""The rows below a head → entries, sums, footnotes and what is left out, each with the reason; no row is guessed at.

A sum is a row that says so (合计, 小计). Footnotes begin with a word of the mapping's or of those that offices use, and
end the table. A head that a page break repeated is passed over. What is none of these is an entry.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from compliance.intake.cellvalues import folded, head_unit
from compliance.intake.grid import Cell
from compliance.intake.tables.heads import Fit
from compliance.intake.tables.mapping import Column, Mapping
from compliance.schemas.mapping import TotalSpec
from compliance.schemas.refusal import Words

__all__ = ["Entry", "Left", "Rows", "Sum", "sorted_rows", "summed"]

TOTALS = (
    TotalSpec(words=("合计", "总计", "共计", "总合计"), over="all"),
    TotalSpec(words=("小计",), over="above"),
)
"""Sums where the mapping says nothing of them"""

_TOTAL_WORDS = frozenset(word for total in TOTALS for word in total.words)
_FOOTNOTES = (
    "注:", "注1", "注(", "备注:", "说明:", "填表说明", "填表人", "制表", "审核人", "审核:", "单位负责人", "联系人",
    "联系电话", "填报单位", "填报人", "填报日期", "报送单位", "报送日期", "数据来源", "资料来源", "※", "*",
)  # fmt: skip


class Entry(NamedTuple):
    """A row that is data."""

    row: int
    cells: dict[int, Cell]
    """Column of the sheet → cell, with what merging and ``fills_down`` say of labels"""


@dataclass(slots=True)
class Sum:
    """A row that sums others."""

    row: int
    word: str
    cells: dict[int, Cell]
    spec: TotalSpec
    group: str
    """Folded name of the group, where it sums one"""
    after: int
    """How many entries stand before it"""


class Left(NamedTuple):
    """Rows that are not taken over."""

    cell: str
    says: Words


@dataclass(slots=True)
class Rows:
    """All rows below the head."""

    entries: list[Entry] = field(default_factory=list)
    sums: list[Sum] = field(default_factory=list)
    left: list[Left] = field(default_factory=list)
    unclear: list[tuple[str, str]] = field(default_factory=list)
    """Cells with a word for a sum that the mapping does not explain"""


def sorted_rows(fit: Fit, mapping: Mapping) -> Rows:
    """Every row below the head."""
    return _Sorter(fit, mapping).run()


class _Sorter:
    def __init__(self, fit: Fit, mapping: Mapping) -> None:
        self._fit, self._mapping, self._sheet = fit, mapping, fit.sheet
        self._by_column = {head.column: mapping.columns[n] for n, head in fit.matched.items()}
        self._labels = [column for column, spec in self._by_column.items() if not _measures(spec)]
        self._above: dict[int, Cell] = {}
        self._out = Rows()
        starts = mapping.spec.rows.footnotes
        self._footnotes = tuple(map(folded, (*starts, *_FOOTNOTES)))
        self._totals = mapping.spec.rows.totals or TOTALS

    def run(self) -> Rows:
        rows = [row for row in self._sheet.grid.rows if row[0].row > self._fit.last]
        for index, row in enumerate(rows):
            if folded(row[0].shown).startswith(self._footnotes) and not self._is_entry(row):
                self._end(rows[index:])
                break
            self._one(row)
        return self._out

    def _is_entry(self, row: tuple[Cell, ...]) -> bool:
        """A row with numbers in the columns for numbers is no footnote, whatever its first word is."""
        return any(
            _measures(column) and cell.column != row[0].column and any(c.isdigit() for c in cell.shown)
            for cell in row
            if (column := self._by_column.get(cell.column)) is not None
        )

    def _end(self, rows: list[tuple[Cell, ...]]) -> None:
        first, last = rows[0][0], rows[-1][-1]
        text = " ".join(first.shown.split())[:40]
        says = Words(f"表后说明不采用：{text}", f"footnotes are not taken over: {text}")
        place = first.address if first == last else f"{first.address}:{last.address}"
        self._out.left.append(Left(place, says))

    def _one(self, row: tuple[Cell, ...]) -> None:
        number = row[0].row
        cells = {cell.column: cell for cell in row}
        if self._repeats_head(cells):
            self._left(row, Words("重复的表头", "the head again"))
            return
        cells |= self._seen(number, cells)
        if (said := self._says_total(cells)) is not None:
            spec = self._total(cells)
            if spec is None:
                self._out.unclear.append((said.address, folded(said.shown)))
                return
            self._above.update({c: cells[c] for c in cells if c in self._labels and c != said.column})
            group = "" if spec.group is None else self._group(spec.group, cells)
            self._out.sums.append(Sum(number, folded(said.shown), cells, spec, group, len(self._out.entries)))
            return
        if reason := self._skipped(cells):
            self._left(row, Words(f"按映射略过：{reason.zh}", f"passed over, as mapped: {reason.en}"))
            return
        told = [c for c in cells if c in self._by_column and self._by_column[c].spec.left_out is None]
        if len(row) == 1 and self._is_heading(row[0]):
            text = " ".join(row[0].shown.split())[:40]
            self._left(row, Words(f"分段标题不采用：{text}", f"a heading between rows is not taken over: {text}"))
            return
        if not any(column in told for column in cells if cells[column].row == number):
            self._left(row, Words("映射的各列都是空的", "every mapped column is empty"))
            return
        self._above.update({c: cells[c] for c in cells if c in self._labels})
        self._out.entries.append(Entry(number, cells))

    def _left(self, row: tuple[Cell, ...], says: Words) -> None:
        place = row[0].address if len(row) == 1 else f"{row[0].address}:{row[-1].address}"
        self._out.left.append(Left(place, says))

    def _repeats_head(self, cells: dict[int, Cell]) -> bool:
        names = {head.column: head.name for head in self._fit.heads}
        same = [column for column, cell in cells.items() if _ends(names.get(column, ""), cell.shown)]
        return len(same) >= 2 and len(same) == len(cells)

    def _seen(self, number: int, cells: dict[int, Cell]) -> dict[int, Cell]:
        """What labels are seen beside a row though they stand further up, merged over it or left out as repeated."""
        found = {}
        for column in self._labels:
            if column in cells:
                continue
            cell = self._sheet.at(number, column)
            if cell is not None and cell.column == column and cell.row > self._fit.last:
                found[column] = cell
            elif self._by_column[column].spec.fills_down and column in self._above:
                found[column] = self._above[column]
        return found

    def _says_total(self, cells: dict[int, Cell]) -> Cell | None:
        """The cell that says that the row sums others."""
        words = _TOTAL_WORDS.union(*({folded(word) for word in spec.words} for spec in self._totals))
        for column in self._label_columns(None):
            cell = cells.get(column)
            if cell is not None and folded(cell.shown) in words:
                return cell
        return None

    def _total(self, cells: dict[int, Cell]) -> TotalSpec | None:
        """What the mapping says that it sums."""
        for spec in self._totals:
            wanted = {folded(word) for word in spec.words}
            columns = self._label_columns(spec.column)
            if any(column in cells and folded(cells[column].shown) in wanted for column in columns):
                return spec
        return None

    def _label_columns(self, head: str | None) -> list[int]:
        """The columns in which a word for a sum may stand: the one named, or those that hold no numbers."""
        if head is None:
            unmapped = [h.column for h in self._fit.unmapped]
            return sorted([*self._labels, *unmapped])
        column = self._mapping.column(head)
        return [c for c, spec in self._by_column.items() if spec is column]

    def _group(self, head: str, cells: dict[int, Cell]) -> str:
        return next((folded(cells[c].shown) for c in self._label_columns(head) if c in cells), "")

    def _skipped(self, cells: dict[int, Cell]) -> Words | None:
        for skip in self._mapping.spec.rows.skip:
            for column in self._label_columns(skip.column):
                text = folded(cells[column].shown) if column in cells else ""
                if text in map(folded, skip.equals or ()) or (
                    text and text.startswith(tuple(map(folded, skip.begins_with or ())))
                ):
                    return Words(skip.reason.zh, skip.reason.en)
        return None

    def _is_heading(self, cell: Cell) -> bool:
        """The one cell of a row, merged across others or standing where no name of an entry stands."""
        across = self._sheet.spans.get((cell.row, cell.column), (cell.row, cell.column))[1] > cell.column
        spec = self._by_column.get(cell.column)
        return across or (isinstance(cell.value, str) and (spec is None or spec.spec.label is True))


def _measures(column: Column) -> bool:
    """Whether a column holds numbers or ticks rather than words about the row."""
    return column.is_number or column.spec.adds is not None or column.spec.ratio is not None


def _ends(name: str, shown: str) -> bool:
    text = head_unit(shown)[0]
    return bool(text) and (name == text or name.endswith(f"/{text}"))


def summed(rows: Rows, total: Sum, group: dict[int, str]) -> Iterator[Entry]:
    """The entries that a sum is over; ``group``: row → its group, where the sum is over one."""
    level = [other for other in rows.sums if other.spec.over == total.spec.over]
    since = max((other.after for other in level if other.row < total.row), default=0)
    until = min((other.after for other in level if other.row > total.row), default=len(rows.entries))
    match total.spec.over:
        case "all":
            yield from rows.entries
        case "above":
            yield from rows.entries[since : total.after]
        case "below":
            yield from rows.entries[total.after : until]
        case "group":
            yield from (entry for entry in rows.entries if group.get(entry.row) == total.group)
