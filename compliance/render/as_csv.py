"""Report → CSV that a spreadsheet opens as it stands: one row a finding, the columns of 全部条目; leaves out none."""

from __future__ import annotations

from compliance.render.every import COLUMNS, rows
from compliance.render.sheet import as_csv
from compliance.render.words import say
from compliance.schemas.rectify import Lists
from compliance.schemas.report import Report

__all__ = ["render"]


def render(report: Report, lang: str = "zh", *, lists: Lists | None = None) -> bytes:
    """All findings; ``lists`` gives those on a list the number they have there."""
    return as_csv([say(head, lang) for _, head in COLUMNS], rows(report, lang, lists))
