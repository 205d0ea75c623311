"""A report of what was read from tables → for each JSON Pointer the file, sheet and cell; for JSON it says nothing."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from compliance.render.plain import visible
from compliance.schemas.report import Origin, Report

__all__ = ["Places", "places"]

Places = Callable[[str], str]


def places(report: Report) -> Places:
    """How to say where a pointer leads: 档案.xlsx · 小区 · C7, or nothing."""
    if not report.origins:
        return _nowhere
    known: Mapping[str, str] = {origin.pointer: _said(origin) for origin in report.origins}
    return lambda pointer: known.get(pointer, "")


def _said(origin: Origin) -> str:
    return " · ".join(visible(part) for part in (origin.file, origin.sheet, origin.cell) if part)


def _nowhere(_: str) -> str:
    return ""
