"""Bytes of a table and a mapping → dossiers, typed and with the cell of every value; refuses with every fault of it.

What the table says is held against the dossier's structure like any other dossier; a fault of a field is told with the
cell where the value stands. A table may make several dossiers, of which each is checked alone.
"""

from __future__ import annotations

from dataclasses import replace

from pydantic import ValidationError

from compliance import collector
from compliance.intake import references
from compliance.intake.examine import examine
from compliance.intake.grid import grids
from compliance.intake.tables.mapping import Mapping, read_mapping
from compliance.intake.tables.reading import TABLE, Made, Stated, TableRead, read_sheets
from compliance.intake.tables.recognise import best_mapping
from compliance.intake.written import as_json
from compliance.schemas.dossier import Dossier
from compliance.schemas.limits import ERRORS
from compliance.schemas.received import Received
from compliance.schemas.refusal import InputError, Refused, Words

__all__ = ["read_table", "receive"]


def read_table(data: bytes, name: str, mapping: str | Mapping | None = None, stated: Stated | None = None) -> TableRead:
    """Read a table by a mapping, its name or its file; without one, by the one that fits. Raises ``Refused``."""
    sheets = grids(data, name)
    stated = stated or Stated()
    if mapping is None:
        named = tuple(grid for grid in sheets if stated.sheet is None or grid.name == stated.sheet)
        mapping = best_mapping(named or sheets, name)
    elif isinstance(mapping, str):
        mapping = read_mapping(mapping)
    with collector.at_rest():
        return read_sheets(sheets, name, mapping, stated, data)


def receive(read: TableRead) -> tuple[Received, ...]:
    """The dossiers of a table, each held against the structure; raises ``Refused`` with the faults of all of them."""
    received, errors = [], []
    for made in read.made:
        try:
            dossier = Dossier.model_validate(made.root)
            sound = references.sound(made.root)
        except ValidationError:
            sound = False
        if not sound:
            errors += _errors(made)
            continue
        notes = read.notes if made is read.made[0] else ()  # of the table as a whole, told once
        received.append(Received(dossier, read.source, read.sha256, read.size, {}, cells=made.cell, notes=notes))
    if errors:
        if len(errors) > ERRORS:
            count = Words(f"另有 {len(errors) - ERRORS} 处", f"{len(errors) - ERRORS} more")
            errors[ERRORS:] = [InputError("", None, None, "too_many_errors", count)]
        raise Refused(read.source, errors, TABLE)
    return tuple(received)


def _errors(made: Made) -> list[InputError]:
    found = examine(as_json(made.root)) or [InputError("", None, None, "invalid")]
    return [replace(e, line=None, column=None, cell=e.cell or made.cell(e.pointer)) for e in found]
