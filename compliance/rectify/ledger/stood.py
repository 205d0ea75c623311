"""A ledger and a day → its entries as they stood at the end of that day, by the clock in China; changes nothing.

What nobody has touched since is read as it stands; the rest is made anew from what had been recorded by then. Times
are those of the machines that recorded: a clock that was set back is believed no less than any other.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from itertools import groupby
from typing import Any, Final, NamedTuple

from sqlalchemy import Connection, func, select

from compliance.clock import CHINA
from compliance.rectify.ledger.acts import follow
from compliance.rectify.ledger.chain import head_of
from compliance.rectify.ledger.model import EntryRow, EventRow
from compliance.rectify.ledger.query import Filter, _restricted
from compliance.rectify.ledger.store import COLUMNS, Ledger
from compliance.schemas.bulletin import ACTS_TOLD, Row
from compliance.schemas.ledger import Entry, Event

__all__ = ["Stood", "day_of", "stood"]

_EVENT: Final = tuple(getattr(EventRow, name) for name in Event.__dataclass_fields__)


class Stood(NamedTuple):
    """What was read of a ledger."""

    rows: list[Row]
    acts: dict[str, int]
    """How often each of ``ACTS_TOLD`` was done from the first day that was asked about to the last"""
    head: str
    """End of the chain as it is now"""


def day_of(time: str) -> date:
    """The day of a recorded time, in China.

    >>> day_of("2024-05-31T16:30:00.000000Z")
    datetime.date(2024, 6, 1)
    """
    return datetime.fromisoformat(time).astimezone(CHINA).date()


def _until(day: date) -> str:
    """The time at which a day in China has ended, as times are recorded.

    >>> _until(date(2024, 5, 31))
    '2024-05-31T16:00:00.000000Z'
    """
    end = datetime(day.year, day.month, day.day, tzinfo=CHINA) + timedelta(days=1)
    return end.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def stood(ledger: Ledger, wanted: Filter, since: date, day: date) -> Stood:
    """``wanted``: areas, items, years, units and projects; a unit and a project are those of that day.

    ``since``: from when on acts are counted.
    """
    fixed = Filter(areas=wanted.areas, items=wanted.items, years=wanted.years)
    with ledger.reading() as connection:
        entries = [entry for entry in _entries(connection, fixed, day) if _is_wanted(entry, wanted)]
        acts = _acts(connection, {entry.number for entry in entries}, since, day)
        end = connection.execute(select(EventRow.seq, EventRow.hash).order_by(EventRow.seq.desc()).limit(1)).one()
    return Stood([_row(entry) for entry in entries], acts, head_of(end.seq, end.hash))


def _is_wanted(entry: Entry, wanted: Filter) -> bool:
    return (not wanted.units or entry.unit in wanted.units) and (
        not wanted.projects or entry.project in wanted.projects
    )


def _entries(connection: Connection, wanted: Filter, day: date) -> Iterator[Entry]:
    until = _until(day)
    order = (EntryRow.area, EntryRow.year, EntryRow.serial)
    found = _restricted(select(*COLUMNS), wanted, day).where(EntryRow.opened_at < until).order_by(*order)
    touched: Any = _restricted(select(EntryRow.number), wanted, day).where(
        EntryRow.opened_at < until, EntryRow.updated_at >= until
    )
    anew = dict(_anew(connection, touched, until))
    for row in connection.execute(found):
        entry = Entry(*row)
        yield anew.get(entry.number, entry)


def _anew(connection: Connection, numbers: Any, until: str) -> Iterator[tuple[str, Entry]]:
    found = (
        select(*_EVENT).where(EventRow.entry.in_(numbers), EventRow.time < until).order_by(EventRow.entry, EventRow.seq)
    )
    for number, events in groupby((Event(*row) for row in connection.execute(found)), lambda event: event.entry):
        entry: Entry | None = None
        for event in events:
            entry = follow(entry, event)
        assert number is not None
        assert entry is not None  # it was opened before the day had ended
        yield number, entry


def _acts(connection: Connection, numbers: set[str], since: date, day: date) -> dict[str, int]:
    found = (
        select(EventRow.act, EventRow.entry, func.count())
        .where(
            EventRow.act.in_(ACTS_TOLD),
            EventRow.time >= _until(since - timedelta(days=1)),
            EventRow.time < _until(day),
        )
        .group_by(EventRow.act, EventRow.entry)
    )
    told = dict.fromkeys(ACTS_TOLD, 0)
    for act, number, count in connection.execute(found):
        told[act] += count if number in numbers else 0
    return told


def _row(entry: Entry) -> Row:
    return Row(
        number=entry.number,
        area=entry.area,
        area_name=entry.area_name,
        item=entry.item,
        title=entry.title,
        severity=entry.severity,
        subject=entry.subject_name,
        text=entry.text,
        unit=entry.unit,
        person=entry.person,
        state=entry.state,
        deadline=entry.deadline,
        deadline_suggested=entry.deadline_suggested,
        previous=entry.previous,
        opened_on=day_of(entry.opened_at),
        closed_on=day_of(entry.closed_at) if entry.closed_at else None,
    )
