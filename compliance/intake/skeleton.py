"""The level of an area → the smallest dossier worth starting from: what is required, and one entry of each main list.

Its names and codes are those of a county that does not exist, and it says so; every value is there to be replaced.
"""

from __future__ import annotations

from typing import Any

from compliance.intake.form.examples import example_value
from compliance.intake.form.layout import ROOT, Level, layout, tables

__all__ = ["skeleton"]

_LISTS = ("mechanisms", "plans", "communities", "projects")
_MORE = ("fictional", "note", "submitter_name")
_NOTE = "示例：请逐项改为本地数据，并删去 fictional 和本说明"


def skeleton(level: Level) -> dict[str, Any]:
    """A dossier as JSON values; it can be read as it stands."""
    by_name = {table.name: table for table in layout()}
    root = by_name[ROOT]
    made = {c.name: example_value(c, root) for c in root.columns if c.required or c.name in _MORE}
    made |= {"area_level": level, "note": _NOTE}
    shown = {table.name for table in tables(level)}
    for name in _LISTS:
        table = by_name[f"{name}[]"]
        if table.name in shown:
            made[name] = [{c.name: example_value(c, table) for c in table.columns if c.required}]
    return made
