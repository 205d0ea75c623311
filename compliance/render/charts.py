"""Numbers and days → small inline SVG with a text alternative in both languages; refuses nothing and loads nothing.

What is drawn differs in shape, not in colour alone: solid, striped, dashed and low bars; a mark of its own for each
gate. Colours come from the page's style by class, so that a chart follows light, dark and print. The drawing itself
is hidden from screen readers, which read the sentence beside it. Positions are exact and rounded to hundredths last.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from markupsafe import Markup, escape

from compliance.render.plain import visible
from compliance.schemas.report import Bilingual
from compliance.schemas.scalars import days

__all__ = ["MARKS", "Axis", "Mark", "Segment", "axis", "bar", "mark", "scale", "timeline"]

HEIGHT = 16
_STRIPE = 5


@dataclass(frozen=True, slots=True)
class Segment:
    """A stretch of a bar: ``kind`` is its class and chooses its shape."""

    kind: str
    amount: Fraction | int


STRIPED = ("fail", "confirmed")
DASHED = ("unknown", "planned")
LOW = ("not_applicable",)


def bar(segments: Sequence[Segment], says: Bilingual, whole: Fraction | int | None = None, width: int = 240) -> Markup:
    """A stacked bar. ``whole`` is what the full width stands for; unless given, the sum."""
    total = sum((Fraction(s.amount) for s in segments), Fraction()) if whole is None else Fraction(whole)
    return _figure("".join(_segments(segments, total, width)), says, width, HEIGHT, "bar")


def _segments(segments: Sequence[Segment], whole: Fraction, width: int) -> Iterator[str]:
    """One after the other; what is not nought is wide enough to be seen, the others a little narrower for it."""
    shown = [s for s in segments if s.amount > 0 and whole > 0]
    sizes = [max(Fraction(s.amount) * width / whole, Fraction(3)) for s in shown]
    shrunk = min(Fraction(1), Fraction(width) / sum(sizes)) if sizes else Fraction(1)
    at = Fraction()
    for segment, size in zip(shown, sizes, strict=True):
        end = at + size * shrunk
        top, height = (HEIGHT - 5, 4) if segment.kind in LOW else (1, HEIGHT - 2)
        left, wide = at + Fraction(1, 2), end - at - 1
        dashed = ' stroke-dasharray="3 2"' if segment.kind in DASHED else ""
        yield (
            f'<rect class="{segment.kind}" x="{_n(left)}" y="{top}" width="{_n(wide)}" height="{height}"{dashed}/>'
        )
        if segment.kind in STRIPED:
            stripes = range(int(left) + _STRIPE, int(left + wide), _STRIPE)
            if stripes:
                lines = "".join(f"M{x} 1v{HEIGHT - 2}" for x in stripes)
                yield f'<path class="stripes" d="{lines}"/>'
        at = end


# -- days -----------------------------------------------------------------------------------------------------

MARKS = {
    "plan": "M0 -5L5 0L0 5L-5 0Z",
    "scheme": "M-4 -4H4V4H-4Z",
    "start": "M-4 -5L5 0L-4 5Z",
    "completion": "M-5 0A5 5 0 1 0 5 0A5 5 0 1 0 -5 0Z",
    "acceptance": "M-5 -1H-1V-5H1V-1H5V1H1V5H-1V1H-5Z",
    "handover": "M0 -6L6 5H-6Z",
}
"""The outline of each gate's mark around its day."""


@dataclass(frozen=True, slots=True)
class Mark:
    """A gate on its day; a day of a month or year precision stands in the middle of what it may mean."""

    gate: str
    day: str
    wrong: bool = False


@dataclass(frozen=True, slots=True)
class Axis:
    """From one day to another, as ordinals, on ``width`` units with room for half a mark at either end."""

    first: int
    last: int
    width: int = 300

    def at(self, day: str) -> Fraction:
        known = days(day)
        return self.place(Fraction(known.first + known.last, 2))

    def place(self, ordinal: Fraction | int) -> Fraction:
        return 10 + Fraction(ordinal - self.first) * (self.width - 20) / max(self.last - self.first, 1)

    @property
    def ticks(self) -> list[tuple[str, Fraction]]:
        """Beginnings of quarters where there are few, else of years; what is written there, and the place."""
        begin, end = date.fromordinal(self.first).year, date.fromordinal(self.last).year
        months = (1, 4, 7, 10) if end - begin <= 2 else (1,)
        all_of = [(y, m, date(y, m, 1).toordinal()) for y in range(begin, end + 1) for m in months]
        kept = [(y, m, day) for y, m, day in all_of if self.first <= day <= self.last]
        years = [n for n, (_, m, _) in enumerate(kept) if m == 1] or [0]
        written = set(years[:: len(years) // 8 + 1])
        return [
            ((str(y) if m == 1 else f"{y}-{m:02d}") if n in written else "", self.place(day))
            for n, (y, m, day) in enumerate(kept)
        ]


def axis(texts: Sequence[str], width: int = 300) -> Axis | None:
    """From the first of the days to the last; none where there is no day."""
    known = [days(text) for text in texts]
    return Axis(min(d.first for d in known), max(d.last for d in known), width) if known else None


def timeline(marks: Sequence[Mark], on: Axis, says: Bilingual, today: str | None = None) -> Markup:
    """One row: ticks, a line from start to completion, a mark for each gate, and a ring around wrong ones."""
    return _figure("".join(_row(marks, on, today)), says, on.width, 20, "timeline")


def _row(marks: Sequence[Mark], on: Axis, today: str | None) -> Iterator[str]:
    yield f'<path class="tick" d="{"".join(f"M{_n(place)} 2v16" for _, place in on.ticks)}"/>'
    if today is not None and on.first <= days(today).first <= on.last:
        yield f'<path class="today" d="M{_n(on.at(today))} 0v20"/>'
    of = {m.gate: on.at(m.day) for m in marks}
    if "start" in of and "completion" in of:
        left, right = sorted((of["start"], of["completion"]))
        yield f'<path class="works" d="M{_n(left)} 10H{_n(right)}"/>'
    for one in marks:
        if one.gate in MARKS:
            ring = '<circle class="wrong" r="8"/>' if one.wrong else ""
            moved = f"translate({_n(of[one.gate])} 10)"
            yield f'<g transform="{moved}"><path class="gate" d="{MARKS[one.gate]}"/>{ring}</g>'


def scale(on: Axis) -> Markup:
    """What the ticks of rows are; for the eye alone, since every row says its days."""
    texts = "".join(f'<text x="{_n(place)}" y="11">{text}</text>' for text, place in on.ticks if text)
    size = f'viewBox="0 0 {on.width} 14" width="{on.width}" height="14"'
    return Markup(f'<svg class="scale" {size} aria-hidden="true">{texts}</svg>')


def mark(gate: str) -> Markup:
    """The mark of a gate by itself, for a legend."""
    return Markup(
        '<svg class="timeline key-mark" viewBox="-8 -8 16 16" width="14" height="14" aria-hidden="true">'
        f'<path class="gate" d="{MARKS[gate]}"/></svg>'
    )


# -- the frame ------------------------------------------------------------------------------------------------


def _figure(drawn: str, says: Bilingual, width: int, height: int, kind: str) -> Markup:
    zh, en = escape(visible(says.zh)), escape(visible(says.en))
    text = zh if zh == en else Markup(f'<span lang="zh">{zh}</span><span lang="en">{en}</span>')
    return Markup(
        f'<svg class="{kind}" viewBox="0 0 {width} {height}" width="{width}" height="{height}" aria-hidden="true">'
        f'{drawn}</svg><span class="sr">{text}</span>'
    )


def _n(value: Fraction) -> str:
    """A coordinate with at most two decimals."""
    hundredths = round(value * 100)
    sign, (whole, rest) = "-" if hundredths < 0 else "", divmod(abs(hundredths), 100)
    return f"{sign}{whole}.{rest:02d}".rstrip("0").rstrip(".") if rest else f"{sign}{whole}"
