"""Entries as they stood at the end of a day → the numbers of the monthly bulletin; exact, reads no clock, no database.

Overdue is what ``ledger status`` counts: a deadline before the day, and the unit still owes something. The balance of
a month holds by construction, since a closed entry never opens again: carried over + new − closed = remaining.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, timedelta

from compliance.schemas.bulletin import AGES, Bulletin, Group, Late, Month, Row
from compliance.schemas.ledger import STATES, UNFINISHED

__all__ = ["bulletin", "days_late", "month_of"]

MONTHS = 12
"""Months told of the course of things at most; those before the first entry are left out, down to ``FEWEST``."""
FEWEST = 6


def month_of(day: date, back: int = 0) -> date:
    """The first day of the month of a day, or of an earlier month.

    >>> month_of(date(2024, 1, 31), 1)
    datetime.date(2023, 12, 1)
    """
    years, month = divmod(day.year * 12 + day.month - 1 - back, 12)
    return date(years, month + 1, 1)


def days_late(row: Row, day: date) -> int | None:
    """Days overdue; below one the days that are left, as a negative number; none where nothing is owed by a day."""
    if row.deadline is None or row.state not in UNFINISHED:
        return None
    return (day - date.fromisoformat(row.deadline)).days


def bulletin(
    rows: Sequence[Row],
    as_of: date,
    *,
    soon: int = 7,
    acts: Mapping[str, int] | None = None,
    scope: Mapping[str, tuple[str, ...]] | None = None,
    head: str = "",
) -> Bulletin:
    """The bulletin of the month of ``as_of``, up to that day. Refuses rows that were written down after it."""
    if any(row.opened_on > as_of or (row.closed_on or as_of) > as_of for row in rows):
        raise ValueError(f"a row knows of a day after {as_of}")
    month = month_of(as_of)
    count = _Count(as_of, month, soon)
    owed = [(row, late) for row in rows if (late := days_late(row, as_of)) is not None]
    return Bulletin(
        as_of=as_of,
        month=month,
        soon=soon,
        scope=dict(scope or {}),
        head=head,
        all=count.group("", "", rows),
        acts=dict(acts or {}),
        by_area=count.groups(rows, lambda row: (row.area, row.area_name)),
        by_unit=count.groups(rows, lambda row: (row.unit or "", row.unit or "")),
        by_item=count.groups(rows, lambda row: (row.item or "", row.title or "")),
        ages=_ages(rows, as_of),
        course=_course(rows, as_of),
        overdue=tuple(
            Late(row, late)
            for row, late in sorted(owed, key=lambda one: (-one[1], one[0].number))
            if late > 0
        ),
        due_soon=tuple(
            Late(row, -late)
            for row, late in sorted(owed, key=lambda one: (-one[1], one[0].number))
            if -soon <= late <= 0
        ),
    )  # fmt: skip


class _Count:
    def __init__(self, as_of: date, month: date, soon: int) -> None:
        self.as_of, self.month, self.soon = as_of, month, soon

    def groups(self, rows: Iterable[Row], key: Callable[[Row], tuple[str, str]]) -> tuple[Group, ...]:
        """By key, what is overdue most first; a name is that of the last row of its key."""
        members: dict[str, list[Row]] = {}
        names: dict[str, str] = {}
        for row in rows:
            ident, name = key(row)
            members.setdefault(ident, []).append(row)
            names[ident] = name
        made = [self.group(ident, names[ident], found) for ident, found in members.items()]
        return tuple(sorted(made, key=lambda g: (-g.overdue, -g.remaining, g.key)))

    def group(self, key: str, name: str, rows: Sequence[Row]) -> Group:
        states = Counter(row.state for row in rows)
        late = [days for row in rows if (days := days_late(row, self.as_of)) is not None]
        new = [row for row in rows if row.opened_on >= self.month]
        return Group(
            key=key,
            name=name,
            states={state: states[state] for state in STATES},
            carried=sum(
                row.opened_on < self.month and (row.closed_on is None or row.closed_on >= self.month) for row in rows
            ),
            new=len(new),
            recurred=sum(row.previous is not None for row in new),
            closed=sum(row.closed_on is not None and row.closed_on >= self.month for row in rows),
            overdue=sum(days > 0 for days in late),
            due_soon=sum(-self.soon <= days <= 0 for days in late),
            undated=sum(row.deadline is None and row.state in UNFINISHED for row in rows),
            longest=max((days for days in late if days > 0), default=0),
        )


def _ages(rows: Iterable[Row], as_of: date) -> dict[int | None, int]:
    """By whole days that have passed: what was written down on the day is none old."""
    bands = [last for last in AGES if last is not None]
    found = Counter(bisect_left(bands, (as_of - row.opened_on).days) for row in rows if row.state != "closed")
    return {last: found[place] for place, last in enumerate(AGES)}


def _course(rows: Sequence[Row], as_of: date) -> tuple[Month, ...]:
    opened = sorted(row.opened_on for row in rows)
    closed = sorted(row.closed_on for row in rows if row.closed_on is not None)

    def within(days: list[date], first: date, last: date) -> int:
        return bisect_right(days, last) - bisect_left(days, first)

    made = []
    for back in range(MONTHS - 1, -1, -1):
        first = month_of(as_of, back)
        last = min(as_of, month_of(as_of, back - 1) - timedelta(days=1))
        remaining = bisect_right(opened, last) - bisect_right(closed, last)
        made.append(Month(first, within(opened, first, last), within(closed, first, last), remaining))
    begun = next((n for n, month in enumerate(made) if month.new or month.closed or month.remaining), MONTHS)
    return tuple(made[min(begun, MONTHS - FEWEST) :])
