"""A finding → one flat record that tables can hold: the same columns in Parquet and in JSON lines; refuses nothing.

Of the comparisons that decided only their exact values are kept; asked and attached documents, remarks, advice and
determinations are left to the JSON report, which the id leads back to.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain
from typing import Any

from compliance.schemas.report import Finding, Report

__all__ = ["CODES", "COLUMNS", "DAYS", "LISTS", "NUMBERS", "ORIGIN", "Head", "Row", "flat", "head_of", "rows"]

Row = dict[str, Any]
"""Column → value, in the order of ``COLUMNS``; text, a whole number, a list of texts, or null"""
Head = Row
"""The columns that are the same for all findings of a dossier"""

COLUMNS: tuple[str, ...] = (
    "dossier_id", "area_code", "area_name", "plan_year", "as_of", "item", "clause", "finding", "subject_kind",
    "subject_id", "subject_name", "outcome", "reason", "basis", "obligation", "severity", "disposition", "sentence_zh",
    "sentence_en", "pointer", "related", "checks", "values", "responsible_unit", "fingerprint",
)  # fmt: skip
ORIGIN = ("source", "line")
"""Before them in a feed: the file, and the line in it"""
CODES = frozenset({
    "source", "dossier_id", "area_code", "area_name", "item", "clause", "subject_kind", "outcome", "reason", "basis",
    "obligation", "severity", "disposition", "responsible_unit",
})  # fmt: skip
"""Columns in which few values stand many times"""
LISTS = frozenset({"related", "checks", "values"})
"""Columns that hold a list of texts"""
NUMBERS = frozenset({"line", "plan_year"})
DAYS = frozenset({"as_of"})
"""Columns that hold a day, ``2024-03-31``"""


def head_of(report: Report) -> Head:
    """What the findings of a report share; made once a dossier."""
    area = report.area
    return {
        "dossier_id": area.dossier_id,
        "area_code": area.code,
        "area_name": area.name,
        "plan_year": area.plan_year,
        "as_of": report.provenance.as_of,
    }


def flat(finding: Finding, head: Head) -> Row:
    """One finding as a record.

    ``checks`` are those that decided a failing or an unknown, each once; ``values`` are ``measure=value``, exact as in
    the report, of what they compared and is known.
    """
    subject, outcome = finding.subject, finding.outcome
    checks: list[str] = []
    values: list[str] = []
    if outcome in ("fail", "unknown"):
        deciding = [line for line in finding.checks if line.outcome == outcome]
        checks = list(dict.fromkeys(line.check for line in deciding))
        compared = chain.from_iterable(line.values for line in deciding)
        values = list(dict.fromkeys(f"{one.measure}={one.value}" for one in compared if one.value is not None))
    return {
        **head,
        "item": finding.item,
        "clause": finding.clause,
        "finding": finding.id,
        "subject_kind": subject.kind,
        "subject_id": subject.id,
        "subject_name": subject.name.zh,
        "outcome": outcome,
        "reason": finding.reason,
        "basis": finding.basis,
        "obligation": finding.obligation,
        "severity": finding.severity,
        "disposition": finding.disposition,
        "sentence_zh": finding.sentence.zh,
        "sentence_en": finding.sentence.en,
        "pointer": finding.primary,
        "related": finding.related,
        "checks": checks,
        "values": values,
        "responsible_unit": finding.responsible_unit,
        "fingerprint": finding.fingerprint,
    }


def rows(report: Report) -> Iterator[Row]:
    """All findings of a report, one by one, in its order."""
    head = head_of(report)
    return (flat(finding, head) for finding in report.findings)
