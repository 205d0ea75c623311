"""Sheets, a mapping and what the user states → dossiers with the cell of every value; refuses with every fault named.

Rows that are areas make a dossier each; rows that are entries of a list make one dossier, or one an area where a column
says the area. Cells are read one by one, so that all faults are told at once. What reads well and yet does not agree
with itself (sums, rates, units that cannot be) is a doubt: it is told, and nothing is mended.
"""

from __future__ import annotations

import hashlib
import re
from collections import defaultdict
from collections.abc import Iterator
from collections.abc import Mapping as Table
from dataclasses import dataclass, field
from decimal import Decimal
from fnmatch import fnmatchcase
from typing import Any

from compliance.intake.cellvalues import (
    ABSENT,
    CellFault,
    Note,
    Told,
    field_of,
    folded,
    head_unit,
    parts_of,
    read_cell,
    unit_of,
)
from compliance.intake.grid import Cell, Grid, letters
from compliance.intake.scan import Path, clip, pointer
from compliance.intake.tables.doubts import ROUNDED, Figures, Number, doubts_of, title_doubt
from compliance.intake.tables.heads import Fit, Head, Sheet, match
from compliance.intake.tables.mapping import AREA, Column, Mapping, figure
from compliance.intake.tables.rows import Entry, Rows, sorted_rows
from compliance.schemas.dossier import SCHEMA_VERSION
from compliance.schemas.limits import ERRORS
from compliance.schemas.received import CellNote
from compliance.schemas.refusal import NOTHING, InputError, Place, Refused, Words

__all__ = ["TABLE", "Made", "Stated", "TableRead", "fit_of", "read_sheets"]

TABLE = Words("无法按映射读取", "not readable by the mapping")
_MUNICIPALITIES = ("11", "12", "31", "50")


@dataclass(frozen=True, slots=True)
class Stated:
    """What the user states of a table that the table and its mapping do not say."""

    fields: Table[str, Any] = field(default_factory=dict)
    """Fields of the dossier itself: area_code, area_name, plan_year, data_as_of …"""
    units: Table[str, str] = field(default_factory=dict)
    """Head → unit"""
    sheet: str | None = None


@dataclass(slots=True)
class Made:
    """A dossier as JSON values, in the making, and the cell of every value in it."""

    root: dict[str, Any]
    places: dict[str, Place] = field(default_factory=dict)

    def cell(self, at: str) -> Place | None:
        """The place of what a pointer leads to, or of what it stands in."""
        while at and at not in self.places:
            at = at.rpartition("/")[0]
        return self.places.get(at)


@dataclass(frozen=True, slots=True)
class TableRead:
    """A table that was read."""

    source: str
    sheet: str
    mapping: Mapping
    fit: Fit
    made: tuple[Made, ...]
    notes: tuple[CellNote, ...]
    """What was converted, and what was left out"""
    doubts: tuple[CellNote, ...]
    """What does not agree with itself"""
    sha256: str = ""
    size: int = 0


# -- which sheet ----------------------------------------------------------------------------------------------


def fit_of(grids: tuple[Grid, ...], source: str, mapping: Mapping, sheet: str | None = None) -> Fit:
    """The one sheet that the mapping fits; ``Refused`` where it is none, or several."""
    wanted = sheet or mapping.spec.sheet
    of_name = [g for g in grids if (fnmatchcase(g.name, wanted) if wanted else not g.hidden)]
    if not of_name:
        listed = "、".join(clip(grid.name) for grid in grids)
        found = Words(f"工作表 {listed}", f"sheets {listed}")
        expected = Words(f"工作表 {wanted}" if wanted else "未隐藏的工作表", f"sheet {wanted}" if wanted else "a sheet")
        raise Refused(source, [InputError("", None, None, "head_not_found", found, expected, _OTHER)], TABLE)
    fits = [fit for grid in of_name if (fit := match(Sheet(grid), mapping)) is not None]
    whole = [fit for fit in fits if fit.whole]
    if len(whole) == 1:
        return whole[0]
    if len(whole) > 1:
        listed = "、".join(clip(fit.sheet.grid.name) for fit in whole)
        found = Words(f"工作表 {listed} 都符合", f"sheets {listed} all fit")
        hint = Words("用 --sheet 指明一张，或在映射中写明 sheet", "name one with --sheet, or in the mapping")
        raise Refused(source, [InputError("", None, None, "ambiguous_mapping", found, NOTHING, hint)], TABLE)
    best = max(fits, key=lambda fit: len(fit.matched), default=None)
    raise Refused(source, list(_unfit(source, mapping, best)), TABLE)


_OTHER = Words(
    "compliance tables recognise 列出哪个映射符合、各列怎样理解",
    "compliance tables recognise says which mapping fits and how each column is understood",
)


def _unfit(source: str, mapping: Mapping, fit: Fit | None) -> Iterator[InputError]:
    if fit is None:
        heads = "、".join(column.name for column in mapping.columns if not column.spec.optional)
        expected = Words(f"表头 {heads}", f"a head with {heads}")
        yield InputError("", None, None, "head_not_found", NOTHING, expected, _OTHER)
        return
    sheet = fit.sheet.grid.name
    for column in fit.missing:
        expected = Words("表头 " + "、".join(column.spec.head), "a head " + ", ".join(column.spec.head))
        place = Place(source, sheet, f"{fit.first}:{fit.last}")
        listed = "、".join(clip(left.shown) for left in fit.unmapped) or "—"
        found = Words(f"未对应的列 {listed}", f"columns left over: {listed}")
        yield InputError("", None, None, "head_not_found", found, expected, _OTHER, place)
    for number, candidates in fit.ambiguous.items():
        listed = "、".join(f"{clip(head.shown)}（{head.place}）" for head in candidates)
        found = Words(
            f"{mapping.columns[number].name} 可对应 {listed}", f"{mapping.columns[number].name} may be {listed}"
        )
        hint = Words("在映射中把表头写全，如 计划/户数", "write the head in full in the mapping, as 计划/户数")
        place = Place(source, sheet, candidates[0].place)
        yield InputError("", None, None, "ambiguous_mapping", found, NOTHING, hint, place)


# -- reading --------------------------------------------------------------------------------------------------


def read_sheets(grids: tuple[Grid, ...], source: str, mapping: Mapping, stated: Stated, data: bytes = b"") -> TableRead:
    """The table of a file. Raises ``Refused``, with every fault of it."""
    fit = fit_of(grids, source, mapping, stated.sheet)
    reader = _Reader(fit, source, mapping, stated)
    made = reader.run()
    if reader.faults:
        faults = sorted(reader.faults, key=_where)
        if len(faults) > ERRORS:
            count = Words(f"另有 {len(faults) - ERRORS} 处", f"{len(faults) - ERRORS} more")
            faults = [*faults[:ERRORS], InputError("", None, None, "too_many_errors", count)]
        raise Refused(source, faults, TABLE)
    told = tuple(reader.doubts())
    notes = (*reader.notes(), *(one for one in told if one.code == ROUNDED))
    doubts = tuple(one for one in told if one.code != ROUNDED)
    digest = hashlib.sha256(data).hexdigest()
    return TableRead(source, fit.sheet.grid.name, mapping, fit, made, notes, doubts, digest, len(data))


def _where(error: InputError) -> tuple[int, int]:
    """By row, then by column; what concerns the whole table comes first."""
    match = re.match(r"([A-Z]*)([0-9]+)", error.cell.cell) if error.cell is not None else None
    if match is None:
        return 0, 0
    column = 0
    for letter in match[1]:
        column = 26 * column + ord(letter) - 64
    return int(match[2]), column


class _Reader:
    def __init__(self, fit: Fit, source: str, mapping: Mapping, stated: Stated) -> None:
        self._fit, self._source, self._mapping, self._stated = fit, source, mapping, stated
        self._sheet = fit.sheet.grid.name
        self._rows: Rows = sorted_rows(fit, mapping)
        self._made: dict[str, Made] = {}
        self._figures = Figures()
        self._changed: dict[tuple[int, str], list[tuple[Cell, Note]]] = defaultdict(list)
        self._unitless: dict[int, list[Cell]] = defaultdict(list)
        self._ids: dict[tuple[str, str], Cell] = {}
        self.faults: list[InputError] = []
        self._units = {n: self._unit(mapping.columns[n], head) for n, head in fit.matched.items()}
        self._schemas = {n: self._schema(mapping.columns[n]) for n in fit.matched}

    # -- units

    def _unit(self, column: Column, head: Head) -> str | None:
        """The unit of a column: what its head says, else the mapping, the user, or a line above the head."""
        if column.schema is None or not column.is_number:
            return None
        told = [head.unit, column.spec.unit, self._said(column)]
        units = [unit for unit in told if unit is not None]
        for unit in units[1:]:
            if unit_of(unit) != unit_of(units[0]):
                found = Words(f"{units[0]}、{unit}", f"{units[0]}, {unit}")
                expected = Words("表头与映射的单位一致", "the same unit in head and mapping")
                self._fault("", "unit_conflict", found, expected, NOTHING, head.place)
        if units:
            return units[0]
        own = column.schema.get("x-unit", "")
        kinds = {unit_of(own).of} if own else set()
        above = [unit for unit in self._fit.units if unit.of in kinds]
        if len(above) == 1 and column.spec.statistic is None:
            return above[0].name
        if column.spec.ratio is not None:
            return None
        # A count may be taken as it stands; nobody writes 户 as anything but households.
        return None if not own or unit_of(own).of in _MUST_BE_STATED else own

    def _said(self, column: Column) -> str | None:
        return next((u for head, u in self._stated.units.items() if head_unit(head)[0] in column.heads), None)

    def _schema(self, column: Column) -> dict[str, Any] | None:
        if column.spec.statistic is not None and column.spec.ratio is None:
            unit = self._units.get(column.number)
            return figure(column.spec.statistic, "" if unit is None else unit_of(unit).name)
        return column.schema

    # -- rows

    def run(self) -> tuple[Made, ...]:
        for cell, word in self._rows.unclear:
            hint = Words(
                "在映射 rows.totals 中写明它合计哪些行", "say in rows.totals of the mapping which rows it sums"
            )
            self._fault("", "unclear_row", Words(word, word), NOTHING, hint, cell)
        if not self._rows.entries:
            place = f"{self._fit.first}:{self._fit.last}"
            self._fault("", "no_rows", NOTHING, Words("表头之下的数据行", "rows below the head"), NOTHING, place)
            return ()
        each = self._mapping.each
        for entry in self._rows.entries:
            if each == AREA:
                self._area_row(entry)
            else:
                self._entry_row(entry)
        for total in self._rows.sums:
            self._numbers(total.row, total.cells)
        for number, cells in self._unitless.items():
            column = self._mapping.columns[number]
            own = (self._schemas[number] or {}).get("x-unit", "")
            found = Words(
                f"{column.name}：{len(cells)} 格没有单位", f"{column.name}: {len(cells)} cells without a unit"
            )
            expected = Words(f"单位，如 {own}、万{own.removeprefix('万')}" if own else "单位", f"a unit, as {own}")
            hint = Words(
                f"在映射该列写 unit，或用 --unit {column.name}=单位",
                f"write unit in the mapping, or --unit {column.name}=…",
            )
            self._fault("", "unit_not_stated", found, expected, hint, cells[0].address)
        for made in self._made.values():
            self._finish(made)
        return tuple(self._made.values())

    def _area_row(self, entry: Entry) -> None:
        area = self._area_of(entry)
        if area is None:
            return
        code, name, cell = area
        if code in self._made:
            other = self._made[code].places[""].cell
            found = Words(f"{code} {name}（另见 {other}）", f"{code} {name} (also {other})")
            self._fault("", "duplicate_id", found, Words("每个地区一行", "one row for an area"), NOTHING, cell.address)
            return
        made = self._new(code, name, self._row_place(entry))
        path: Path = ()
        self._values(made, entry, made.root, path)

    def _entry_row(self, entry: Entry) -> None:
        each = self._mapping.each
        code, name = str(self._stated.fields.get("area_code", self._mapping.spec.dossier.get("area_code", ""))), None
        if self._mapping.spec.area is not None:
            area = self._area_of(entry)
            if area is None:
                return
            code, name, _ = area
        made = self._made.get(code)
        if made is None:
            whole = Place(self._source, self._sheet, f"{self._fit.first}:{self._fit.last}")
            made = self._new(code, name, whole)
        entries: list[Any] = made.root.setdefault(each, [])
        at: Path = (each, len(entries))
        made.places[pointer(at)] = self._row_place(entry)
        target: dict[str, Any] = {}
        entries.append(target)
        self._values(made, entry, target, at)
        self._identify(made, entry, target, at, code)

    def _row_place(self, entry: Entry) -> Place:
        columns = sorted(cell.column for cell in entry.cells.values() if cell.row == entry.row)
        first, last = f"{letters(columns[0])}{entry.row}", f"{letters(columns[-1])}{entry.row}"
        return Place(self._source, self._sheet, first if first == last else f"{first}:{last}")

    def _new(self, code: str, name: str | None, place: Place) -> Made:
        root: dict[str, Any] = {"schema_version": SCHEMA_VERSION}
        root |= {key: _listed(value) for key, value in self._mapping.spec.dossier.items()}
        root |= self._stated.fields
        if self._mapping.spec.area is not None:
            root |= {"area_code": code, "area_name": name}
        made = self._made[code] = Made(root, {"": place})
        level = self._mapping.spec.area.level if self._mapping.spec.area is not None else None
        if level is not None:
            root["area_level"] = level
        elif "area_code" in root:
            root.setdefault("area_level", level_of(str(root["area_code"])))
        plan = self._mapping.spec.plan
        if plan is not None:
            root["plans"] = [{"plan_id": plan.plan_id, "year": root.get("plan_year")}]
        return made

    def _finish(self, made: Made) -> None:
        """What the whole dossier needs, from the mapping or the user."""
        root = made.root
        for name, option in (("area_code", "--area"), ("area_name", "--area"), ("plan_year", "--year")):
            if root.get(name) in (None, ""):
                if not any(error.pointer == f"/{name}" for error in self.faults):
                    title = (field_of(name) or {}).get("title", name)
                    hint = Words(
                        f"用 {option} 写明，或在映射 dossier 中写明",
                        f"give {option}, or write it under dossier in the mapping",
                    )
                    self._fault(f"/{name}", "missing_field", NOTHING, Words(title, name), hint)
                return
        root.setdefault("dossier_id", f"{root['area_code']}-{root['plan_year']}-{self._mapping.name}")
        plan = self._mapping.spec.plan
        if plan is not None and plan.lists_rows:
            listed = [entry["community_id"] for entry in root["communities"] if "community_id" in entry]
            root["plans"][0]["community_ids"] = listed

    # -- areas and ids

    def _area_of(self, entry: Entry) -> tuple[str, str, Cell] | None:
        spec = self._mapping.spec.area
        if spec is None:
            return None
        named = self._cell(entry, spec.name)
        around = self._cell(entry, spec.within)
        cell = named or around
        coded = self._cell(entry, spec.code)
        if coded is not None:
            told = read_cell(coded, field_of("area_code") or {})
            if isinstance(told, CellFault):
                self._cell_fault("/area_code", told, coded)
                return None
            if told.value is not ABSENT:
                code = str(told.value)
                return code, " ".join((cell or coded).shown.split()), cell or coded
        if cell is None:
            place = self._row_place(entry).cell
            self._fault("", "area_not_known", NOTHING, Words("地区名称", "the name of the area"), NOTHING, place)
            return None
        name = folded(cell.shown)
        codes = {folded(key): code for key, code in spec.codes.items()}
        full = f"{folded(around.shown)}/{name}" if around is not None and named is not None else name
        found = codes.get(full) or codes.get(name)
        if found is None:
            hint = Words(
                f'在映射 area.codes 中写 {full}: "区划代码"', f'write {full}: "code" under area.codes in the mapping'
            )
            expected = Words("6 位行政区划代码", "a six-digit area code")
            shown = clip(cell.shown)
            self._fault("", "area_not_known", Words(shown, shown), expected, hint, cell.address)
            return None
        return found, " ".join(cell.shown.split()), cell

    def _cell(self, entry: Entry, head: str | None) -> Cell | None:
        if head is None:
            return None
        column = self._mapping.column(head)
        found = self._fit.matched.get(column.number) if column is not None else None
        cell = entry.cells.get(found.column) if found is not None else None
        return cell if cell is not None and folded(cell.shown) else None

    def _identify(self, made: Made, entry: Entry, target: dict[str, Any], at: Path, code: str) -> None:
        name, spec = self._mapping.id_field, self._mapping.spec.ids
        if name is None:
            return
        cell: Cell | None
        if spec is not None and spec.of is not None:
            cells = [self._cell(entry, head) for head in spec.of]
            cell = next((c for c in reversed(cells) if c is not None), None)
            if cell is None:
                place, heads = self._row_place(entry).cell, "、".join(spec.of)
                self._fault(pointer((*at, name)), "missing_field", NOTHING, Words(heads, heads), NOTHING, place)
                return
            target[name] = derived_id(spec.prefix, code, [c.shown if c is not None else "" for c in cells])
        else:
            head = spec.column if spec is not None else None
            cell = self._cell(entry, head) if head else self._fed_by(entry, name)
            if cell is not None and name not in target:
                told = read_cell(cell, field_of(f"{self._mapping.each}[].{name}") or {})
                if isinstance(told, CellFault):
                    self._cell_fault(pointer((*at, name)), told, cell)
                    return
                target[name] = told.value
            if cell is None or target.get(name) in (None, ABSENT):
                place = self._row_place(entry).cell
                expected = Words(head or name, head or name)
                self._fault(pointer((*at, name)), "missing_field", NOTHING, expected, NOTHING, place)
                return
        made.places.setdefault(pointer((*at, name)), self._place(cell))
        other = self._ids.setdefault((code, target[name]), cell)
        if other is not cell:
            shown = clip(cell.shown)
            found = Words(f"{shown}（另见 {other.address}）", f"{shown} (also {other.address})")
            hint = Words(
                "同名的两行：在映射 ids.of 中加一列（如街道、地址）以区别；若是同一小区填了两次，删去一行",
                "two rows of one name: add a column (subdistrict, address) to ids.of in the mapping, or remove one",
            )
            self._fault(pointer((*at, name)), "duplicate_id", found, NOTHING, hint, cell.address)

    def _fed_by(self, entry: Entry, name: str) -> Cell | None:
        for number, head in self._fit.matched.items():
            if self._mapping.columns[number].below == (name,):
                return entry.cells.get(head.column)
        return None

    # -- values

    def _values(self, made: Made, entry: Entry, target: dict[str, Any], at: Path) -> None:
        self._numbers(entry.row, entry.cells, made, target, at)
        for number, head in self._fit.matched.items():
            column = self._mapping.columns[number]
            cell = entry.cells.get(head.column)
            if cell is None or self._schemas[number] is None:
                continue
            if column.spec.adds is not None:
                self._tick(made, column, cell, target, at)
            elif column.spec.splits:
                self._split(made, column, cell, target, at)
            elif not column.is_number:
                told = self._read(column, cell, pointer((*at, *_steps(column.below))))
                if told is not None and told.value is not ABSENT:
                    self._put(made, target, at, column.below, told.value, cell)

    def _numbers(
        self,
        row: int,
        cells: dict[int, Cell],
        made: Made | None = None,
        target: dict[str, Any] | None = None,
        at: Path = (),
    ) -> None:
        """The numbers of a row, of a sum as well: what it says is read the same way, and then only compared."""
        # Rates last: what 0.92 means is told by the numbers beside it.
        found = sorted(
            self._fit.matched.items(), key=lambda item: self._mapping.columns[item[0]].spec.ratio is not None
        )
        for number, head in found:
            column = self._mapping.columns[number]
            cell = cells.get(head.column)
            if cell is None or not column.is_number or column.spec.splits:
                continue
            where = pointer((*at, *_steps(column.below))) if made is not None else ""
            if self._merged(cell, where):
                continue
            if column.spec.ratio is not None:
                self._rate(row, column, cell, made)
                continue
            told = self._read(column, cell, where)
            if told is None or told.value is ABSENT:
                continue
            unit = (self._schemas[number] or {}).get("x-unit")
            own, claimed = (unit_of(name) if name else None for name in (unit, self._units[number]))
            value = Number(Decimal(told.value), told.step or Decimal(1), cell, own, claimed)
            self._figures.numbers[number, row] = value
            if made is None or target is None:
                continue
            if column.spec.statistic is not None:
                self._statistic(made, column, cell, told.value, self._units[number] or "")
            else:
                self._put(made, target, at, column.below, told.value, cell)

    def _merged(self, cell: Cell, where: str) -> bool:
        bottom, right = self._fit.sheet.spans.get((cell.row, cell.column), (cell.row, cell.column))
        if (bottom, right) == (cell.row, cell.column):
            return False
        hint = Words("拆分单元格，每行各填各的数", "split the cell and give every row its own number")
        place = self._fit.sheet.span(cell.row, cell.column)
        self._fault(where, "merged_cell", _shown(cell), NOTHING, hint, place)
        return True

    def _rate(self, row: int, column: Column, cell: Cell, made: Made | None) -> None:
        """A rate that the table computed: kept for comparing, and as a figure where the mapping says so."""
        schema = self._schemas[column.number] or {}
        told = read_cell(cell, schema, self._units[column.number], words=column.spec.words, none=column.spec.none)
        if isinstance(told, CellFault) and told.code == "ambiguous_value" and not isinstance(cell.value, bool):
            # 0.92 may be 0.92 % or 92 %: the table's own numbers say which.
            number = Decimal(folded(cell.shown))
            step = Decimal((0, (1,), int(number.as_tuple().exponent)))
            told = Told(number, None, step)
        if isinstance(told, CellFault):
            self._cell_fault("", told, cell)
            return
        if told.value is ABSENT:
            return
        plain = not folded(cell.shown).endswith("%") and self._units[column.number] is None
        value = Number(Decimal(told.value), told.step or Decimal(1), cell)
        kept = self._figures.rate(self._mapping, column, row, value, plain)
        if column.spec.statistic is not None and made is not None and kept is not None:
            self._statistic(made, column, cell, kept, "%")

    def _statistic(self, made: Made, column: Column, cell: Cell, value: Any, unit: str) -> None:
        if unit == "":
            return  # told once for the column, as unit_not_stated
        spec = self._mapping.spec
        source = {"document": spec.document or self._title(), "section": self._sheet}
        said: dict[str, Any] = {"name": column.spec.statistic, "value": value, "unit": unit_of(unit).name}
        year, scope = made.root.get("plan_year"), column.spec.scope or spec.scope
        said |= {"year": year} if year is not None else {}
        said |= {"scope": scope} if scope is not None else {}
        figures = made.root.setdefault("statistics", [])
        figures.append({**said, "source": source})
        at = ("statistics", len(figures) - 1)
        made.places[pointer(at)] = made.places[pointer((*at, "value"))] = self._place(cell)

    def _title(self) -> str:
        for cell in self._fit.titles:
            text = " ".join(cell.shown.split())
            if not folded(text).startswith(("附件", "附表", "单位:", "(单位", "填报")) and len(text) > 3:
                return text[:400]
        return self._source

    def _read(self, column: Column, cell: Cell, where: str) -> Told | None:
        """One cell, its notes and faults kept; None where it is not read."""
        number = column.number
        schema = self._schemas[number] or {}
        unit = self._units[number]
        told = read_cell(cell, schema, unit, words=column.spec.words, none=column.spec.none)
        if column.is_number and unit is None and _bare(cell) and not isinstance(told, CellFault):
            needed = column.spec.statistic is not None or schema.get("x-unit")
            if needed and told.value is not ABSENT and (told.note is None or told.note.code != "word"):
                self._unitless[number].append(cell)
                return None
        if isinstance(told, CellFault):
            self._cell_fault(where, told, cell)
            return None
        if told.note is not None:
            self._changed[cell.column, told.note.code].append((cell, told.note))
        return told

    def _tick(self, made: Made, column: Column, cell: Cell, target: dict[str, Any], at: Path) -> None:
        told = self._read(column, cell, pointer((*at, *_steps(column.below))))
        adds = column.spec.adds
        if told is None or told.value is not True or adds is None:
            return
        self._append(made, target, at, column.below, dict(adds.entry), cell)

    def _split(self, made: Made, column: Column, cell: Cell, target: dict[str, Any], at: Path) -> None:
        """A cell that lists several things: each is read alone, and every one that is not understood is named."""
        for part in parts_of(cell):
            told = self._read(column, part, pointer((*at, *_steps(column.below[:-1]))))
            if told is not None and told.value is not ABSENT:
                self._append(made, target, at, column.below[:-1], {column.below[-1]: told.value}, cell)

    def _append(
        self, made: Made, target: dict[str, Any], at: Path, steps: tuple[str, ...], entry: dict[str, Any], cell: Cell
    ) -> None:
        """An entry more of a list below the row; the same one twice is told once."""
        for step in steps[:-1]:
            target = target.setdefault(step, {})
            at = (*at, step)
        name = steps[-1].removesuffix("[]")
        entries = target.setdefault(name, [])
        if entry not in entries:
            entries.append(entry)
            made.places[pointer((*at, name, len(entries) - 1))] = self._place(cell)

    def _put(
        self, made: Made, target: dict[str, Any], at: Path, steps: tuple[str, ...], value: Any, cell: Cell
    ) -> None:
        """A value at its path below the row; of a list on the way, the row's own entry."""
        for step in steps[:-1]:
            name = step.removesuffix("[]")
            if step.endswith("[]"):
                entries = target.setdefault(name, [])
                if not entries:
                    entries.append({})
                target, at = entries[0], (*at, name, 0)
            else:
                target, at = target.setdefault(name, {}), (*at, name)
            made.places.setdefault(pointer(at), self._place(cell))
        name = steps[-1].removesuffix("[]")
        target[name] = value
        made.places[pointer((*at, name))] = self._place(cell)

    # -- what is told

    def _place(self, cell: Cell) -> Place:
        return Place(self._source, self._sheet, cell.address)

    def _cell_fault(self, where: str, fault: CellFault, cell: Cell) -> None:
        self._fault(where, fault.code, fault.found, fault.expected, fault.hint, cell.address)

    def _fault(
        self, where: str, code: str, found: Words, expected: Words, hint: Words = NOTHING, cell: str | None = None
    ) -> None:
        place = Place(self._source, self._sheet, cell) if cell is not None else None
        self.faults.append(InputError(where, None, None, code, found, expected, hint, place))

    def notes(self) -> Iterator[CellNote]:
        """What was converted, by column; then what was left out."""
        names = {head.column: head.shown for head in self._fit.heads}
        for (column, code), found in sorted(self._changed.items(), key=lambda item: item[0]):
            (first, note), count = found[0], len(found)
            where = f"{letters(column)} {clip(names.get(column, ''))}"
            says = Words(f"{where}：{note.says.zh}", f"{where}: {note.says.en}")
            if count > 1:
                says = Words(f"{says.zh}；此列共 {count} 格如此", f"{says.en}; {count} cells of the column alike")
            yield CellNote(self._place(first), code, says)
        for head in self._fit.unmapped:
            says = Words(
                f"映射没有说到的列，不采用：{clip(head.shown)}", f"not in the mapping, left out: {clip(head.shown)}"
            )
            yield CellNote(Place(self._source, self._sheet, head.place), "unmapped", says)
        for number, head in self._fit.matched.items():
            reason = self._mapping.columns[number].spec.left_out
            if reason is not None:
                name = clip(head.shown)
                says = Words(f"{name} 不采用：{reason.zh}", f"{name} is left out: {reason.en}")
                yield CellNote(Place(self._source, self._sheet, head.place), "left_out", says)
        for left in self._rows.left:
            yield CellNote(Place(self._source, self._sheet, left.cell), "row", left.says)
        hidden = [entry.row for entry in self._rows.entries if entry.row in self._fit.sheet.grid.hidden_rows]
        if hidden:
            says = Words(f"隐藏的 {len(hidden)} 行也已读入", f"{len(hidden)} hidden rows were read too")
            yield CellNote(Place(self._source, self._sheet, f"{hidden[0]}:{hidden[-1]}"), "hidden", says)

    def doubts(self) -> Iterator[CellNote]:
        """What does not agree with itself."""
        groups = {
            head: {entry.row: self._group(entry, head) for entry in self._rows.entries}
            for head in {s.spec.group for s in self._rows.sums if s.spec.group is not None}
        }
        year = self._stated.fields.get("plan_year", self._mapping.spec.dossier.get("plan_year"))
        yield from title_doubt(self._fit, self._source, year)
        yield from doubts_of(self._figures, self._rows, self._mapping, self._fit, self._source, groups)

    def _group(self, entry: Entry, head: str) -> str:
        cell = self._cell(entry, head)
        return "" if cell is None else folded(cell.shown)


_MUST_BE_STATED = frozenset(("area", "money", "price", "monthly price"))
"""Kinds of which tables use several units"""


def level_of(code: str) -> str:
    """The level that a code of GB/T 2260 tells: 01–20 and 51–70 in the last place are districts, the rest counties.

    >>> [level_of(code) for code in ("370000", "110000", "370200", "370202", "370285", "532324")]
    ['province', 'municipality', 'city', 'district', 'county', 'county']
    """
    if code.endswith("0000"):
        return "municipality" if code.startswith(_MUNICIPALITIES) else "province"
    if code.endswith("00"):
        return "city"
    last = int(code[4:]) if code[4:].isdecimal() else 99
    return "district" if last <= 20 or 51 <= last <= 70 else "county"


def derived_id(prefix: str, code: str, names: list[str]) -> str:
    """A stable id of an entry that has none: a digest of the area's code and the names, however wide they are written.

    >>> derived_id("C", "999901", ["幸福街道", "幸福里小区"]) == derived_id("C", "999901", ["幸福街道 ", "幸福里小区"])
    True
    """
    text = "|".join([code, *map(folded, names)])
    return f"{prefix}-{hashlib.sha256(text.encode()).hexdigest()[:12]}"


def _listed(value: Any) -> Any:
    """The lists of a strict mapping as JSON has them."""
    if isinstance(value, dict):
        return {key: _listed(inner) for key, inner in value.items()}
    return [_listed(inner) for inner in value] if isinstance(value, list | tuple) else value


def _steps(below: tuple[str, ...]) -> Path:
    """A path as a pointer has it: of a list the row's own entry."""
    found: list[str | int] = []
    for step in below[:-1]:
        found += [step[:-2], 0] if step.endswith("[]") else [step]
    return (*found, *(step.removesuffix("[]") for step in below[-1:]))


def _bare(cell: Cell) -> bool:
    """Whether a cell is a number without a unit."""
    return re.fullmatch(r"[+-]?[0-9.,]*", folded(cell.shown)) is not None


def _shown(cell: Cell) -> Words:
    text = clip(" ".join(cell.shown.split()))
    return Words(text, text)
