"""Working days: two days → how many official working days lie between them; refuses years without official data.

The working days of a year are set by the State Council's notice on that year's holidays: statutory holidays are
off, and weekends that make up for them (调休) are worked. No rule yields them, so a year without a notice has
none, and is never approximated by weekdays. The notices are read from chinesecalendar; nothing else knows it.
"""

from __future__ import annotations

from datetime import date, timedelta
from functools import cache
from itertools import accumulate

__all__ = ["working_days"]

_SETTLED_UNTIL = (12, 24)
"""A year's notice also moves last days of the December before (2022-12-31 off, 2006-12-30 worked), so far none
before the 29th. Later days of a year than this one therefore stand only when the next year's notice is known."""


def working_days(first: date, last: date) -> int | None:
    """Working days among the days from ``first`` to ``last``, both included; ``None`` without official data.

    >>> working_days(date(2023, 9, 28), date(2023, 10, 8))
    3
    >>> working_days(date(2003, 12, 31), date(2004, 1, 2)) is None
    True
    >>> working_days(date(2023, 3, 2), date(2023, 3, 1))
    0
    """
    if last < first:
        return 0
    total = 0
    for year in range(first.year, last.year + 1):
        counts = _counts(year)
        if counts is None:
            return None
        new_year = date(year, 1, 1)
        start, end = max(first, new_year), min(last, date(year, 12, 31))
        total += counts[(end - new_year).days + 1] - counts[(start - new_year).days]
    if (last.month, last.day) > _SETTLED_UNTIL and _counts(last.year + 1) is None:
        return None
    return total


@cache
def _counts(year: int) -> tuple[int, ...] | None:
    """How many of the first 0, 1, 2 … days of a year are working days; ``None`` without official data."""
    # Imported here: it takes about 5 ms, and most runs ask for no working days.
    from chinese_calendar import is_workday

    new_year = date(year, 1, 1)
    length = (date(year, 12, 31) - new_year).days + 1
    try:
        works = [is_workday(new_year + timedelta(days=n)) for n in range(length)]
    except NotImplementedError:
        return None
    return tuple(accumulate(works, initial=0))
