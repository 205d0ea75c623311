"""A dossier → the rows of the form's tables, each cell in people's words; refuses what no cell or sheet can hold."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from compliance.intake.form.cells import Content, Unwritable, content_of, empty_mark
from compliance.intake.form.layout import KEY, PARENT, Column, Table, layout
from compliance.schemas.dossier import Dossier
from compliance.schemas.limits import ERRORS
from compliance.schemas.refusal import NOTHING, InputError, Refused, Words

__all__ = ["Row", "rows_of"]

Row = dict[str, Content]
"""Machine name of a column → what stands in it"""

MOST_ROWS = 1_000_000
"""Data of one table; a sheet has 1,048,576 rows."""
_UNWRITTEN = Words("无法写成表格", "this cannot be written as tables")


class _Entry(NamedTuple):
    key: str
    part: Any
    pointer: str
    parent: str


def rows_of(dossier: Dossier, source: str) -> dict[str, list[Row]]:
    """The rows of every table by its machine name; raises ``Refused`` with all that cannot be written."""
    entries: dict[str, list[_Entry]] = {}
    rows: dict[str, list[Row]] = {}
    errors: list[InputError] = []
    for table in layout():
        if table.kind == "evidence":
            rows[table.name] = [row for told in layout() for row in _evidence(told, entries.get(told.name, ()), table)]
            continue
        entries[table.name] = list(_entries(table, entries, dossier))
        rows[table.name] = [_row(table, entry, errors) for entry in entries[table.name]]
        if len(rows[table.name]) > MOST_ROWS:
            found = Words(f"{table.title}：{len(rows[table.name])} 行", f"{len(rows[table.name])} rows")
            expected = Words(f"不超过 {MOST_ROWS} 行", f"at most {MOST_ROWS} rows")
            errors.append(InputError("", None, None, "too_many_items", found, expected))
    if errors:
        raise Refused(source, errors[:ERRORS], _UNWRITTEN)
    return rows


def _entries(table: Table, entries: dict[str, list[_Entry]], dossier: Dossier) -> Iterator[_Entry]:
    if table.parent is None:
        yield _Entry("", dossier, "", "")
        return
    own = table.key.name
    for parent in entries[table.parent.name]:
        where = f"{parent.pointer}/{'/'.join(table.steps)}"
        for number, part in enumerate(_at(parent.part, table.steps) or ()):
            made = f"{parent.key}-{number + 1}".lstrip("-")
            key = made if own == KEY or table.kind == "references" else getattr(part, own)
            yield _Entry(key, part, f"{where}/{number}", parent.key)


def _at(part: Any, steps: tuple[str, ...]) -> Any:
    for step in steps:
        if part is None:
            return None
        part = getattr(part, step)
    return part


def _row(table: Table, entry: _Entry, errors: list[InputError]) -> Row:
    row: Row = {}
    for column in table.columns:
        if column.name in (PARENT, KEY):
            row[column.name] = Content("text", entry.parent if column.name == PARENT else entry.key)
            continue
        value = entry.part if table.kind == "references" else _at(entry.part, column.path)
        if value is None or value == ():
            continue
        try:
            row[column.name] = content_of(value, column)
        except Unwritable:
            pointer = f"{entry.pointer}/{'/'.join(column.path)}"
            errors.append(InputError(pointer, None, None, "not_writable", NOTHING, NOTHING, _ELSEWHERE))
    if table.kind != "references":
        for path, column in _objects(table).items():
            part = _at(entry.part, path)
            if part is not None and not part.model_dump(exclude_defaults=True):
                row[column.name] = Content("text", empty_mark(path))
    return row


_ELSEWHERE = Words("这一项只能用 JSON 报送", "this can be submitted as JSON alone")


def _objects(table: Table) -> dict[tuple[str, ...], Column]:
    """The objects inside an entry, each with the first column of its own."""
    found: dict[tuple[str, ...], Column] = {}
    for column in table.columns:
        for length in range(1, len(column.path)):
            found.setdefault(column.path[:length], column)
    return found


def _evidence(of: Table, entries: Any, table: Table) -> Iterator[Row]:
    for entry in entries:
        for words, steps in of.evidence.items():
            for reference in _at(entry.part, steps) or ():
                told = {"of": of.title, "key": entry.key, "field": words}
                row = {name: Content("text", text) for name, text in told.items() if text}
                for column in table.columns:
                    value = getattr(reference, column.name, None)
                    if value is not None:
                        row[column.name] = content_of(value, column)
                yield row
