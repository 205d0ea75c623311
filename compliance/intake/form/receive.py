"""Workbooks and CSV files of the form → ``Received``; refuses with every fault of cells, fields and references.

A fault of a field, which the usual checks of a dossier find by its pointer, is told with the cell where the field
stands or would stand.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import replace

from pydantic import ValidationError

from compliance.intake import references
from compliance.intake.examine import examine
from compliance.intake.form.reading import Told, is_form, read_form
from compliance.intake.grid import Grid, grids
from compliance.intake.versions import migrate
from compliance.intake.written import as_json
from compliance.schemas.dossier import SCHEMA_VERSION, Dossier
from compliance.schemas.limits import ERRORS
from compliance.schemas.received import Received, VersionChange
from compliance.schemas.refusal import NOTHING, InputError, Refused, Words

__all__ = ["receive"]


def receive(source: str, tables: Mapping[str, bytes], files: Mapping[str, str]) -> Received:
    """Read the form's files, by name, with the attachments beside them. Raises ``Refused``."""
    sheets = _sheets(source, tables)
    if not is_form(tuple(grid for found in sheets.values() for grid in found)):
        raise Refused(source, [InputError("", None, None, "not_a_form", NOTHING, _FORM, _HOW)])
    told = read_form(sheets)
    root, changes = told.root, tuple[VersionChange, ...]()
    if not told.errors and isinstance(root.get("schema_version"), str) and root["schema_version"] != SCHEMA_VERSION:
        migrated = migrate(root)
        root, changes = (root, ()) if migrated is None else (migrated.root, migrated.changes())
    try:
        dossier = Dossier.model_validate(root)
        sound = references.sound(root)
    except ValidationError:
        sound = False
    if told.errors or not sound:
        raise Refused(source, _errors(told))
    return Received(
        dossier,
        source,
        _digest(tables),
        sum(map(len, tables.values())),
        files,
        b"",
        changes,
        told.place,
        tuple(told.notes),
    )


_FORM = Words("由 compliance init --xlsx 生成的填报表", "a form as compliance init --xlsx writes it")
_HOW = Words(
    "其他表格用 --mapping 写明映射（compliance tables recognise 说明哪个符合），或把内容填入填报表",
    "name a mapping for other tables with --mapping (compliance tables recognise says which fits), or fill in the form",
)


def _sheets(source: str, tables: Mapping[str, bytes]) -> dict[str, tuple[Grid, ...]]:
    """Every file's sheets; the faults of all files at once."""
    sheets, errors = {}, []
    for name, data in tables.items():
        try:
            sheets[name] = grids(data, name)
        except Refused as refused:
            errors += [replace(e, found=_of(name, e.found)) if len(tables) > 1 else e for e in refused.errors]
    if errors:
        raise Refused(source, errors)
    return sheets


def _of(name: str, found: Words) -> Words:
    return Words(*(f"{name}：{text}".rstrip("：") for text in found))


def _digest(tables: Mapping[str, bytes]) -> str:
    """The SHA-256 of a workbook; of several files, that of the list that ``sha256sum`` writes of them, by name."""
    if len(tables) == 1:
        return hashlib.sha256(next(iter(tables.values()))).hexdigest()
    lines = (f"{hashlib.sha256(tables[name]).hexdigest()}  {name}\n" for name in sorted(tables))
    return hashlib.sha256("".join(lines).encode()).hexdigest()


def _errors(told: Told) -> list[InputError]:
    """Faults of cells, then what the rest of the dossier lacks; consequences of the former are left out."""
    errors = list(told.errors)
    for error in examine(as_json(told.root)) if told.root else ():
        consequence = error.code in ("dangling_reference", "not_a_dossier") and told.errors
        if error.pointer not in told.faulted and not consequence:
            errors.append(replace(error, line=None, column=None, cell=error.cell or told.place(error.pointer)))
    if not errors:
        errors.append(InputError("", None, None, "invalid"))
    if len(errors) > ERRORS:
        count = Words(f"另有 {len(errors) - ERRORS} 处", f"{len(errors) - ERRORS} more")
        errors[ERRORS:] = [InputError("", None, None, "too_many_errors", count)]
    return errors
