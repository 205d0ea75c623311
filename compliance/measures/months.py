"""Calendar months: two days → the whole months between them; refuses nothing, an empty span has none."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from compliance.schemas.scalars import Day, days


def full_months(first: int, last: int) -> Iterator[Day]:
    """Months all of whose days lie in [first, last] (ordinals).

    >>> [m.text for m in full_months(days("2023-01-15").first, days("2023-04-30").last)]
    ['2023-02', '2023-03', '2023-04']
    """
    if first > last:
        return
    start = date.fromordinal(first)
    year, month = start.year, start.month
    while True:
        day = days(f"{year:04d}-{month:02d}")
        if day.last > last:
            return
        if day.first >= first:
            yield day
        year, month = (year + 1, 1) if month == 12 else (year, month + 1)
