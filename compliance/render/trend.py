"""Months → a plot of what was new, what was closed and what remained, as inline SVG; loads nothing.

New ones are solid columns, closed ones striped, what remains is a line with rings: they differ in shape, not in colour
alone. It is hidden from screen readers; the table beside it has the numbers. Positions are exact, rounded last.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from typing import Final

from markupsafe import Markup

from compliance.schemas.bulletin import Month

__all__ = ["trend"]

_WIDTH, _HEIGHT = 720, 190
_LEFT, _TOP, _BOTTOM = 40, 12, 162


def trend(months: Sequence[Month]) -> Markup:
    """Two columns and a point for every month."""
    top = max((max(m.new, m.closed, m.remaining) for m in months), default=0)
    step = _step(top)
    limit = max(step * -(-top // step), step)
    drawn = "".join((*_lines(step, limit), *_columns(months, limit)))
    return Markup(
        f'<svg class="trend" viewBox="0 0 {_WIDTH} {_HEIGHT}" width="{_WIDTH}" height="{_HEIGHT}" aria-hidden="true">'
        f"{drawn}</svg>"
    )


def _step(top: int) -> int:
    """The distance of lines: 1, 2 or 5 and noughts, so that there are no more than five.

    >>> [_step(n) for n in (0, 5, 6, 37, 251)]
    [1, 1, 2, 10, 100]
    """
    size = 1
    while True:
        for step in (size, 2 * size, 5 * size):
            if top <= 5 * step:
                return step
        size *= 10


def _y(value: int, limit: int) -> Fraction:
    return _BOTTOM - Fraction(value * (_BOTTOM - _TOP), limit)


def _lines(step: int, limit: int) -> Iterator[str]:
    for value in range(0, limit + 1, step):
        y = _n(_y(value, limit))
        yield f'<path class="rule" d="M{_LEFT} {y}H{_WIDTH}"/>'
        yield f'<text class="count" x="{_LEFT - 6}" y="{y}" dy="4">{value}</text>'


_HALF: Final = Fraction(9, 2)


def _columns(months: Sequence[Month], limit: int) -> Iterator[str]:
    room = Fraction(_WIDTH - _LEFT, max(len(months), 1))
    points = []
    for place, month in enumerate(months):
        middle = _LEFT + room * place + room / 2
        width = min(room / 4, Fraction(18))
        yield from _column("new", middle - width - 1, width, month.new, limit)
        yield from _column("closed", middle + 1, width, month.closed, limit)
        points.append((middle, _y(month.remaining, limit)))
        whole = place in (0, len(months) - 1) or month.first.month == 1
        label = month.first.strftime("%Y-%m" if whole else "%m")
        yield f'<text class="month" x="{_n(middle)}" y="{_BOTTOM + 16}">{label}</text>'
    if points:
        path = "L".join(f"{_n(x)} {_n(y)}" for x, y in points)
        yield f'<path class="remaining" d="M{path}"/>'
        yield from (f'<circle class="point" cx="{_n(x)}" cy="{_n(y)}" r="3"/>' for x, y in points)


def _column(kind: str, left: Fraction, width: Fraction, value: int, limit: int) -> Iterator[str]:
    if not value:
        return
    y = _y(value, limit)
    yield f'<rect class="{kind}" x="{_n(left)}" y="{_n(y)}" width="{_n(width)}" height="{_n(_BOTTOM - y)}"/>'
    if kind == "closed":
        stripes = "".join(f"M{_n(left)} {at}h{_n(width)}" for at in range(_BOTTOM - 4, int(y), -5))
        if stripes:
            yield f'<path class="stripes" d="{stripes}"/>'


def _n(value: Fraction) -> str:
    """A coordinate with at most two decimals; none here is negative."""
    whole, rest = divmod(round(value * 100), 100)
    return f"{whole}.{rest:02d}".rstrip("0").rstrip(".") if rest else str(whole)
