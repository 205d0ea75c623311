"""The form's tables, as they were filled in → the dossier with the place of every value; refuses with every fault.

A column is known by its machine name, an entry by its number. Nothing is guessed: a head that contradicts its machine
name, a column or sheet that nobody knows, merged cells, a row that names no entry are refused, each with its cell.
Read with a note: hidden sheets and rows, heads in other words, cells that were not taken as they stand. Rows without a
value are passed over, and so are the rows of hints and examples.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import Any, NamedTuple

from compliance.intake.cellvalues import ABSENT, CellFault, folded
from compliance.intake.form.cells import marks_empty, value_of
from compliance.intake.form.examples import example_row
from compliance.intake.form.layout import KEY, OWN_USE, PARENT, ROOT, Column, Table, layout
from compliance.intake.form.writing import EXAMPLE, GUIDE, HINTS, OPTIONS
from compliance.intake.grid import Cell, Grid, address
from compliance.intake.scan import clip, pointer
from compliance.schemas.received import CellNote
from compliance.schemas.refusal import NOTHING, InputError, Place, Words

__all__ = ["Form", "Told", "is_form", "read_form"]

Json = dict[str, Any]
_NAMES, _DATA = 2, 3
"""The row of machine names; data stand below it."""


@dataclass(frozen=True, slots=True)
class Form:
    """One sheet of the form as it was found."""

    file: str
    table: Table
    grid: Grid
    columns: dict[int, Column]
    """Number → column"""

    def place(self, row: int, column: int) -> Place:
        """A cell of it."""
        return Place(self.file, _sheet(self.file, self.grid), address(row, column))


@dataclass(slots=True)
class Told:
    """What the tables tell."""

    root: Json = field(default_factory=dict)
    errors: list[InputError] = field(default_factory=list)
    notes: list[CellNote] = field(default_factory=list)
    rows: dict[str, tuple[Form, int]] = field(default_factory=dict)
    """JSON Pointer of an entry → where it stands"""
    forms: dict[str, Form] = field(default_factory=dict)
    faulted: set[str] = field(default_factory=set)
    """Pointers of fields whose cells were refused"""

    def place(self, at: str) -> Place | None:
        """Where the value of a pointer stands; of one that is not reported, where it would."""
        if not at and "" in self.rows:
            form, _ = self.rows[""]
            return form.place(1, 1)._replace(cell="")
        steps = at.split("/")
        for length in range(len(steps), 0, -1):
            found = self.rows.get("/".join(steps[:length]))
            if found is not None:
                return self._inside(*found, steps[length:])
        return None

    def _inside(self, form: Form, row: int, steps: list[str]) -> Place:
        table, numbers = form.table, {column.name: number for number, column in form.columns.items()}
        for length in range(len(steps), 0, -1):
            number = numbers.get(".".join(steps[:length]))
            if number is not None:
                return form.place(row, number)
        # An object stands in several columns, a list in a table of its own.
        first = next((n for name, n in numbers.items() if steps and name.startswith(".".join(steps) + ".")), None)
        if first is not None:
            return form.place(row, first)
        for other in self.forms.values():
            if other.table.parent is table and list(other.table.steps) == steps[: len(other.table.steps)]:
                return Place(other.file, other.place(1, 1).sheet, "")
        key = numbers.get("value" if table.kind == "references" else table.key.name)
        return form.place(row, min(numbers.values(), default=1) if key is None else key)


def _sheet(file: str, grid: Grid) -> str:
    """A CSV file has no sheets."""
    return "" if file.lower().endswith(".csv") else grid.name


def is_form(grids: tuple[Grid, ...]) -> bool:
    """Whether any sheet bears the machine name of one of the form's tables."""
    return any(_table(grid) is not None for grid in grids)


def _table(grid: Grid) -> Table | None:
    cell = grid.row(_NAMES).get(1)
    name = cell.value if cell is not None and isinstance(cell.value, str) else ""
    return next((table for table in layout() if table.name == name.strip()), None)


def read_form(sheets: Mapping[str, tuple[Grid, ...]]) -> Told:
    """File name → its sheets, read as one dossier; whether it is a valid one is not looked at here."""
    told = Told()
    for file, grids in sheets.items():
        for grid in grids:
            _take(file, grid, told)
    entries: dict[str, dict[str, _Entry]] = {}
    for table in layout():
        form = told.forms.get(table.name)
        if form is not None:
            entries[table.name] = _Rows(form, told, entries).read()
        elif table.name == ROOT:
            entries[ROOT] = {"": _Entry(told.root, "")}
            expected = Words(f"含有“{table.title}”表", f"a table “{table.title}”")
            told.errors.append(InputError("", None, None, "missing_table", NOTHING, expected, _COPY))
    return told


class _Entry(NamedTuple):
    value: Json
    pointer: str


_COPY = Words(
    "从 compliance init --xlsx 生成的空表中复制前三行",
    "copy the first three rows from what compliance init --xlsx writes",
)


# -- sheets and columns


def _take(file: str, grid: Grid, told: Told) -> None:
    """Know a sheet, and its columns."""
    table = _table(grid)
    first = Place(file, _sheet(file, grid), "A2")
    if table is None:
        if grid.rows and grid.name not in (GUIDE, OPTIONS):
            cell = grid.row(_NAMES).get(1)
            found = Words(*[clip(cell.shown if cell is not None else grid.name)] * 2)
            hint = Words("与档案无关就删去这张表；是档案的表就从空表中复制前三行", f"delete the sheet, or {_COPY.en}")
            told.errors.append(InputError("", None, None, "unknown_sheet", found, _NAME_OF_TABLE, hint, first))
        return
    if table.name in told.forms:
        other = told.forms[table.name].place(_NAMES, 1)
        found = Words(f"{table.title}；已有 {other.text()}", f"{table.name}; there is {other.text()}")
        told.errors.append(InputError("", None, None, "duplicate_sheet", found, NOTHING, _MERGE, first))
        return
    form = told.forms[table.name] = Form(file, table, grid, {})
    if grid.hidden:
        _note(told, form, 1, 1, "hidden", Words("工作表是隐藏的，已读取", "a hidden sheet, read"))
    heads, names = grid.row(1), grid.row(_NAMES)
    for number, cell in names.items():
        if number > 1 and cell.shown.strip() not in ("", OWN_USE):
            _know(form, cell, heads.get(number), told)
    _strangers(form, heads, names, told)


_NAME_OF_TABLE = Words("A2 是一张表的机读名", "the machine name of a table in A2")
_MERGE = Words("并为一张表", "make one table of them")


def _know(form: Form, cell: Cell, head: Cell | None, told: Told) -> None:
    """A column by its machine name; its head has to agree with it."""
    name, table = cell.shown.strip(), form.table
    column = table.column(name)
    if column is None:
        near = get_close_matches(name, [c.name for c in table.columns], 1)
        hint = Words(f"是否应为 {near[0]}", f"did you mean {near[0]}?") if near else _OWN
        _error(told, form, cell.row, cell.column, "unknown_column", _shown(name), NOTHING, hint)
        return
    if column in form.columns.values():
        _error(told, form, cell.row, cell.column, "duplicate_key", _shown(name))
        return
    form.columns[cell.column] = column
    written = folded(head.shown) if head is not None else ""
    if written in (folded(column.head), folded(column.title)):
        return
    if any(written == folded(other.head) for other in table.columns):
        # One of the two was moved without the other, and which of them the data belong to, only people know.
        hint = Words("核对这一列的数据，改正表头或机读名", "look at the data, and mend the head or the machine name")
        _error(
            told, form, 1, cell.column, "changed_head", _shown(head.shown if head else ""), _shown(column.head), hint
        )
        return
    says = Words(
        f"表头不是“{column.head}”，按机读名 {name} 读取",
        f"the head is not “{column.head}”; read by its machine name {name}",
    )
    _note(told, form, 1, cell.column, "head", says)


_OWN = Words(
    "不是档案内容就把机读名写成 -，程序不读这一列", "if this is nothing of the dossier, write - for the machine name"
)


def _strangers(form: Form, heads: Mapping[int, Cell], names: Mapping[int, Cell], told: Told) -> None:
    """Columns with data under no machine name, and required ones that are not there."""
    filled = {cell.column for _, cells in _data_rows(form) for cell in cells.values() if cell.column > 1}
    for number in sorted(filled - names.keys()):
        head = heads.get(number)
        meant = head and next((c for c in form.table.columns if folded(head.shown) == folded(c.head)), None)
        hint = Words(f"机读名应为 {meant.name}", f"its machine name is {meant.name}") if meant else _OWN
        found = _shown(head.shown) if head is not None else Words("没有表头和机读名", "neither head nor machine name")
        _error(told, form, _NAMES, number, "unknown_column", found, NOTHING, hint)
    if form.table.column(PARENT) and filled and PARENT not in [c.name for c in form.columns.values()]:
        expected = _shown(form.table.columns[0].head)
        _error(told, form, _NAMES, 1, "missing_column", NOTHING, expected, _COPY)


def _data_rows(form: Form) -> Iterator[tuple[int, dict[int, Cell]]]:
    """The rows below the heads that bear no mark, and have a value."""
    for row in form.grid.rows:
        if row[0].row <= _NAMES or _mark(row) in (HINTS, EXAMPLE):
            continue
        cells = {cell.column: cell for cell in row if _filled(cell)}
        if cells.keys() - {1}:
            yield row[0].row, cells


def _mark(row: tuple[Cell, ...]) -> str:
    return row[0].shown.strip() if row[0].column == 1 else ""


def _filled(cell: Cell) -> bool:
    return cell.fault != NOTHING or not (isinstance(cell.value, str) and not cell.value.strip())


# -- rows


class _Rows:
    """The rows of one table, put where they belong in the dossier."""

    def __init__(self, form: Form, told: Told, entries: Mapping[str, dict[str, _Entry]]) -> None:
        self._form, self._told, self._entries = form, told, entries
        self._numbers = {column.name: number for number, column in form.columns.items()}

    def read(self) -> dict[str, _Entry]:
        """Every row; the entries by the numbers that other tables name them by."""
        self._look_around()
        table, found = self._form.table, dict[str, _Entry]()
        rows = [(n, cells) for n, cells in _data_rows(self._form) if cells.keys() & self._form.columns.keys()]
        if table.kind == "one":
            self._one(rows)
            found[""] = _Entry(self._told.root, "")
            rows = rows[:1]
        for row, cells in rows:
            if table.kind == "evidence":
                self._evidence(row, cells)
            elif table.kind == "references":
                self._reference(row, cells)
            else:
                self._entry(row, cells, found)
        return found

    def _one(self, rows: list[tuple[int, dict[int, Cell]]]) -> None:
        if not rows:
            self._error(_DATA + 1, 1, "missing_row", NOTHING, Words("填一行", "one row filled in"))
        for row, _ in rows[1:]:
            self._error(row, 1, "too_many_items", NOTHING, Words("本表只填一行", "one row in this table"))

    def _entry(self, row: int, cells: dict[int, Cell], found: dict[str, _Entry]) -> None:
        table = self._form.table
        if table.kind == "one":
            value, at = self._told.root, ""
        else:
            value = {}
            parent = self._parent(row, cells)
            at = "" if parent is None else self._attach(parent, table.steps, value)
        if at or table.kind == "one":
            self._told.rows[at] = (self._form, row)
        for number, column in self._form.columns.items():
            cell = cells.get(number)
            if cell is not None and column.name not in (PARENT, KEY):
                self._field(cell, column, value, at)
        own = table.key
        cell = cells.get(self._numbers.get(own.name, 0))
        key = _key(cell) if own.name == KEY else str(value.get(own.name, ""))
        if key and key in found and own.name == KEY and cell is not None:
            self._error(row, cell.column, "duplicate_id", _shown(key))
        elif key and at:
            found.setdefault(key, _Entry(value, at))

    def _field(self, cell: Cell, column: Column, value: Json, at: str) -> None:
        empty = marks_empty(cell, column)
        if empty is not None:
            _object(value, empty)
            return
        read = value_of(cell, column.field)
        if isinstance(read, CellFault):
            placed = at or self._form.table.kind == "one"
            where = at + pointer(column.path) if placed else ""
            self._told.faulted.add(where)
            place = self._form.place(cell.row, cell.column)
            self._told.errors.append(InputError(where, None, None, *read, place))
            return
        if read.note is not None:
            _note(self._told, self._form, cell.row, cell.column, *read.note)
        if read.value is not ABSENT:
            _object(value, column.path[:-1])[column.path[-1]] = read.value

    def _reference(self, row: int, cells: dict[int, Cell]) -> None:
        column = self._form.table.column("value")
        cell = cells.get(self._numbers.get("value", 0))
        parent = self._parent(row, cells)
        if column is None or parent is None:
            return
        if cell is None:
            self._error(row, self._numbers.get("value", 1), "missing_field", NOTHING, _shown(column.head))
            return
        steps = self._form.table.steps
        read = value_of(cell, column.field)
        at = f"{parent.pointer}{pointer(steps)}"
        if isinstance(read, CellFault):
            place = self._form.place(cell.row, cell.column)
            self._told.errors.append(InputError(at, None, None, *read, place))
            return
        if read.note is not None:
            _note(self._told, self._form, cell.row, cell.column, *read.note)
        if read.value is not ABSENT:
            self._told.rows[self._attach(parent, steps, read.value)] = (self._form, row)

    def _evidence(self, row: int, cells: dict[int, Cell]) -> None:
        found = self._proved(row, cells)
        if found is None:
            return
        entry, steps = found
        value: Json = {}
        at = self._attach(entry, steps, value)
        self._told.rows[at] = (self._form, row)
        for number, column in self._form.columns.items():
            cell = cells.get(number)
            if cell is not None and column.name not in ("of", "key", "field"):
                self._field(cell, column, value, at)

    def _proved(self, row: int, cells: dict[int, Cell]) -> tuple[_Entry, tuple[str, ...]] | None:
        """What a row of evidence is about: the entry, and the list inside it."""
        of, key, part = (_key(cells.get(self._numbers.get(name, 0))) for name in ("of", "key", "field"))
        table = next((t for t in layout() if t.evidence and of in (t.title, t.name)), None)
        if table is None:
            titles = [t.title for t in layout() if t.evidence]
            near = get_close_matches(of, titles, 1)
            hint = Words(f"是否应为“{near[0]}”", f"did you mean “{near[0]}”?") if near else NOTHING
            expected = Words("一张表的名称", "the name of a table")
            self._error(row, self._numbers.get("of", 1), "dangling_reference", _shown(of), expected, hint)
            return None
        entry = self._entries.get(table.name, {}).get("" if table.kind == "one" else key)
        steps = table.evidence.get(part)
        if entry is None:
            expected = Words(f"“{table.title}”表中的“{table.key.title}”", f"a number of the table “{table.title}”")
            self._error(row, self._numbers.get("key", 1), "dangling_reference", _shown(key), expected)
        if steps is None:
            near = get_close_matches(part, table.evidence, 1)
            hint = Words(f"是否应为“{near[0]}”", f"did you mean “{near[0]}”?") if near else NOTHING
            expected = Words("、".join(filter(None, table.evidence)), ", ".join(filter(None, table.evidence)))
            expected = Words(f"留空，或 {expected.zh}", f"blank, or {expected.en}")
            self._error(row, self._numbers.get("field", 1), "dangling_reference", _shown(part), expected, hint)
        return None if entry is None or steps is None else (entry, steps)

    def _parent(self, row: int, cells: dict[int, Cell]) -> _Entry | None:
        parent = self._form.table.parent
        if parent is None or parent.name == ROOT:
            return _Entry(self._told.root, "")
        number = self._numbers.get(PARENT)
        if number is None:  # said once for the whole table
            return None
        key = _key(cells.get(number))
        entry = self._entries.get(parent.name, {}).get(key)
        if entry is None:
            expected = Words(f"“{parent.title}”表中的“{parent.key.title}”", f"a number of the table “{parent.title}”")
            code = "dangling_reference" if key else "missing_field"
            self._error(row, number, code, _shown(key) if key else NOTHING, expected)
        return entry

    @staticmethod
    def _attach(parent: _Entry, steps: tuple[str, ...], value: Any) -> str:
        """Put a value at the end of a list; its pointer."""
        entries = _object(parent.value, steps[:-1]).setdefault(steps[-1], [])
        entries.append(value)
        return f"{parent.pointer}{pointer((*steps, len(entries) - 1))}"

    def _look_around(self) -> None:
        """What people should know of the sheet, and what it may not have."""
        grid, form, told = self._form.grid, self._form, self._told
        marked = {row[0].row: row for row in grid.rows if _mark(row) in (HINTS, EXAMPLE)}
        for top, left, bottom, right in grid.merged:
            if any(row > _NAMES and row not in marked for row in range(top, min(bottom, top + 3) + 1)):
                place = form.place(top, left)
                area = place._replace(cell=f"{place.cell}:{address(bottom, right)}")
                hint = Words("取消合并，每一格都填上值", "unmerge them, and fill in every cell")
                told.errors.append(InputError("", None, None, "merged_cells", NOTHING, NOTHING, hint, area))
        data = dict(_data_rows(form))
        if rows := sorted(grid.hidden_rows & data.keys()):
            listed = "、".join(map(str, rows[:10])) + ("…" if len(rows) > 10 else "")
            says = Words(f"第 {listed} 行是隐藏的，已读取", f"hidden rows, read: {listed}")
            _note(told, form, rows[0], 1, "hidden", says)
        if columns := sorted(grid.hidden_columns & {n for cells in data.values() for n in cells} & form.columns.keys()):
            listed = "、".join(form.columns[n].title for n in columns)
            says = Words(f"隐藏的栏目已读取：{listed}", f"hidden columns, read: {listed}")
            _note(told, form, 1, columns[0], "hidden", says)
        for row, cells in data.items():
            if 1 in cells:
                expected = Words(f"留空，或“{EXAMPLE}”", f"blank, or “{EXAMPLE}”")
                self._error(row, 1, "unknown_mark", _shown(cells[1].shown), expected)
        for number, found in marked.items():
            if _mark(found) == EXAMPLE:
                self._example(number, found)

    def _example(self, number: int, row: tuple[Cell, ...]) -> None:
        """An example that was written over may be data that somebody wants to be read."""
        expected = example_row(self._form.table)
        for cell in row:
            column = self._form.columns.get(cell.column)
            if column is None or not _filled(cell):
                continue
            content = expected.get(column.name)
            if content is None or cell.shown.strip() != content.text:
                hint = Words(
                    f"是数据就删去第一列的“{EXAMPLE}”，不是就删去这一行",
                    f"data: delete “{EXAMPLE}” in column A; else the row",
                )
                was = _shown(content.text) if content is not None else NOTHING
                self._error(number, cell.column, "changed_example", _shown(cell.shown), was, hint)
                return

    def _error(self, row: int, column: int, code: str, *words: Words) -> None:
        _error(self._told, self._form, row, column, code, *words)


def _object(value: Json, path: tuple[str, ...]) -> Json:
    """The object at a path, made where it is not."""
    for step in path:
        value = value.setdefault(step, {})
    return value


def _key(cell: Cell | None) -> str:
    """A number as people write it, be it a text or a number to the spreadsheet."""
    return "" if cell is None or cell.fault != NOTHING else cell.shown.strip()


def _shown(text: str) -> Words:
    return Words(clip(text), clip(text))


def _error(told: Told, form: Form, row: int, column: int, code: str, *words: Words) -> None:
    found, expected, hint = (*words, NOTHING, NOTHING, NOTHING)[:3]
    told.errors.append(InputError("", None, None, code, found, expected, hint, form.place(row, column)))


def _note(told: Told, form: Form, row: int, column: int, code: str, says: Words) -> None:
    told.notes.append(CellNote(form.place(row, column), code, says))
