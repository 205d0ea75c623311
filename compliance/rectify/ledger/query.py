"""Filters → the entries that match, in the order of their numbers, and how many stand where; changes nothing.

Overdue is derived from the day one looks: a deadline before that day, and the responsible unit still owes something
(``UNFINISHED``). A suggested deadline counts too, and is marked: else what nobody sets a day for is never late.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import date, timedelta
from typing import Any, Final

from sqlalchemy import Select, case, func, or_, select

from compliance.rectify.ledger.model import EntryRow
from compliance.rectify.ledger.store import COLUMNS, Ledger
from compliance.schemas.ledger import STATES, UNFINISHED, Entry, Line, Standing, State
from compliance.schemas.report import Severity

__all__ = ["Filter", "entries", "late_by", "lines", "standings"]


@dataclass(frozen=True, slots=True)
class Filter:
    """Which entries; what is empty does not restrict. Values of one kind are alternatives."""

    areas: Sequence[str] = ()
    """Codes; ``430000`` and ``430300`` stand for all in the province or city"""
    units: Sequence[str] = ()
    items: Sequence[str] = ()
    states: Sequence[State] = ()
    projects: Sequence[str] = ()
    severities: Sequence[Severity] = ()
    years: Sequence[int] = ()
    overdue: bool = False
    due_within: int | None = None
    """Days from today within which the deadline falls; what is overdue is not due within any"""
    limit: int | None = None


# The table's own columns: building a query of the mapped class takes longer than answering a small one.
_C: Final = EntryRow.__table__.c
_NAMES: Final = tuple(f.name for f in fields(Line))
_STATE, _DEADLINE = _NAMES.index("state"), _NAMES.index("deadline")
_COLUMNS: Final = tuple(_C[f.name] for f in fields(Line) if f.name != "late")


def late_by(state: str, deadline: str | None, today: date) -> int:
    """Days that an entry is overdue; 0 where it is not."""
    if deadline is None or state not in UNFINISHED:
        return 0
    return max(0, (today - date.fromisoformat(deadline)).days)


def lines(ledger: Ledger, wanted: Filter, today: date) -> list[Line]:
    """The entries that match."""
    found: Select[Any] = _restricted(select(*_COLUMNS), wanted, today)
    found = found.order_by(_C.area, _C.year, _C.serial).limit(wanted.limit)
    with ledger.reading() as connection:
        rows = connection.execute(found).all()
    return [Line(*(*row, late_by(row[_STATE], row[_DEADLINE], today))) for row in rows]


def entries(ledger: Ledger, wanted: Filter, today: date) -> list[Entry]:
    """The entries that match, with everything that is known of them."""
    found = _restricted(select(*COLUMNS), wanted, today)
    found = found.order_by(_C.area, _C.year, _C.serial).limit(wanted.limit)
    with ledger.reading() as connection:
        return [Entry(*row) for row in connection.execute(found)]


def _restricted(found: Select[Any], wanted: Filter, today: date) -> Select[Any]:
    if wanted.areas:
        found = found.where(or_(*(_within(area) for area in wanted.areas)))
    for column, values in (
        (_C.unit, wanted.units),
        (_C.item, wanted.items),
        (_C.state, wanted.states),
        (_C.project, wanted.projects),
        (_C.severity, wanted.severities),
        (_C.year, wanted.years),
    ):
        if values:
            found = found.where(column.in_(values))
    if wanted.overdue or wanted.due_within is not None:
        found = found.where(_C.state.in_(UNFINISHED))
    if wanted.overdue:
        found = found.where(_C.deadline < today.isoformat())
    if wanted.due_within is not None:
        last = today + timedelta(days=wanted.due_within)
        found = found.where(_C.deadline.between(today.isoformat(), last.isoformat()))
    return found


def _within(area: str) -> Any:
    """A province's or city's code stands for all codes below it."""
    for zeros in ("0000", "00"):
        if area.endswith(zeros):
            stem = area[: -len(zeros)]
            return _C.area.between(stem + "0" * len(zeros), stem + "9" * len(zeros))
    return _C.area == area


def standings(ledger: Ledger, wanted: Filter, today: date, by: str | None = None, soon: int = 7) -> list[Standing]:
    """Counts of what matches: all of it, or by ``area``, ``unit`` or ``item``."""
    day, last = today.isoformat(), (today + timedelta(days=soon)).isoformat()
    owed = _C.state.in_(UNFINISHED)
    group = _C[by] if by else None
    counted = [
        *(func.sum(case((_C.state == state, 1), else_=0)) for state in STATES),
        func.sum(case((owed & (_C.deadline < day), 1), else_=0)),
        func.sum(case((owed & _C.deadline.between(day, last), 1), else_=0)),
    ]
    found: Select[Any]
    if group is None:
        found = _restricted(select(*counted), wanted, today)
    else:
        found = _restricted(select(group, *counted), wanted, today).group_by(group).order_by(group)
    with ledger.reading() as connection:
        rows = [tuple(row) for row in connection.execute(found)]
    made = []
    for row in rows:
        key, counts = (row[0] or "", row[1:]) if by else ("", row)
        told = [count or 0 for count in counts]
        made.append(Standing(key, dict(zip(STATES, told, strict=False)), told[-2], told[-1]))
    return made
