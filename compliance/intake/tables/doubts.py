"""The numbers of a table → what does not agree with itself: sums, rates, sizes that cannot be; nothing is mended.

A sum may differ by half the last printed digit of each of its addends, for each was rounded; counts may not differ at
all. A rate is computed again, exactly, and compared as it is printed. A floor area or an investment that no household
has is told with the factor that would make it usual, as where 万 was lost: which of the two is wrong is for the author.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from collections.abc import Mapping as Table
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from typing import NamedTuple

from compliance.intake.cellvalues import Unit, folded
from compliance.intake.grid import Cell
from compliance.intake.tables.heads import Fit
from compliance.intake.tables.mapping import Column, Mapping
from compliance.intake.tables.rows import Rows, Sum, summed
from compliance.schemas.received import CellNote
from compliance.schemas.refusal import Place, Words

__all__ = ["ROUNDED", "Figures", "Number", "doubts_of", "title_doubt"]

ROUNDED = "total_rounded"
"""Code of what agrees within rounding: worth a word, no doubt"""
_COUNTS = frozenset(("households", "persons", "flats", "buildings", "pieces", "trees", "copies", "votes"))


class Number(NamedTuple):
    """A number that was read."""

    value: Decimal
    """In the unit of its field or figure"""
    step: Decimal
    """The worth of its last digit as printed"""
    cell: Cell
    unit: Unit | None = None
    column: Unit | None = None
    """The unit of its column, in which it is told"""


class Rate(NamedTuple):
    """A rate that the table computed, as it can be understood: 0.92 may be 92 %."""

    readings: tuple[tuple[Fraction, Fraction], ...]
    """Value in per cent, worth of the last digit"""
    cell: Cell


@dataclass(slots=True)
class Figures:
    """All numbers of a table, by column of the mapping and row of the sheet."""

    numbers: dict[tuple[int, int], Number] = field(default_factory=dict)
    rates: dict[tuple[int, int], Rate] = field(default_factory=dict)

    def rate(self, mapping: Mapping, column: Column, row: int, told: Number, plain: bool) -> Decimal | None:
        """Keep a rate; its value in per cent, or None where the table's own numbers do not say what it means."""
        value, step = Fraction(told.value), Fraction(told.step)
        readings = [(value, step)] + ([(value * 100, step * 100)] if plain and value <= 10 else [])
        kept = self.rates[column.number, row] = Rate(tuple(readings), told.cell)
        if len(readings) == 1:
            return told.value
        exact = self.exact(mapping, column, row)
        for number, (reading, last) in enumerate(kept.readings):
            if exact is not None and abs(reading - exact) <= last / 2:
                return told.value if number == 0 else told.value * 100
        return None

    def exact(self, mapping: Mapping, column: Column, row: int) -> Fraction | None:
        """The rate in per cent, from the numbers of the row; None where one is missing, or the whole is 0."""
        pair = self.pair(mapping, column, row)
        if pair is None or pair[1].value == 0:
            return None
        part, whole = (Fraction(n.value) * (n.unit.times if n.unit else 1) for n in pair)
        return 100 * part / whole

    def pair(self, mapping: Mapping, column: Column, row: int) -> tuple[Number, Number] | None:
        """Part and whole of a rate."""
        ratio = column.spec.ratio
        named = [mapping.column(head) for head in (ratio.part, ratio.whole)] if ratio is not None else []
        found = [self.numbers.get((c.number, row)) for c in named if c is not None]
        if len(found) != 2 or found[0] is None or found[1] is None:
            return None
        return found[0], found[1]


def title_doubt(fit: Fit, source: str, year: object) -> Iterator[CellNote]:
    """A title that speaks of other years than the one stated."""
    for cell in fit.titles:
        years = {int(y) for y in re.findall(r"(?<!\d)((?:19|20)\d{2})(?=年)", folded(cell.shown))}
        if years and isinstance(year, int) and year not in years:
            listed = "、".join(map(str, sorted(years)))
            says = Words(
                f"表题写的是 {listed} 年，所报年度为 {year}", f"the title says {listed}, the year stated is {year}"
            )
            yield CellNote(Place(source, fit.sheet.grid.name, cell.address), "title_year", says)


def doubts_of(
    figures: Figures, rows: Rows, mapping: Mapping, fit: Fit, source: str, groups: Table[str, dict[int, str]]
) -> Iterator[CellNote]:
    """Everything in a table that does not agree with itself, sums first."""

    def told(cell: Cell, code: str, zh: str, en: str) -> CellNote:
        return CellNote(Place(source, fit.sheet.grid.name, cell.address), code, Words(zh, en))

    for total in rows.sums:
        for number in fit.matched:
            column = mapping.columns[number]
            if column.is_number and column.spec.ratio is None and (number, total.row) in figures.numbers:
                for cell, code, zh, en in _total(figures, rows, column, total, groups):
                    yield told(cell, code, zh, en)
    for (number, row), rate in figures.rates.items():
        for cell, code, zh, en in _rate(figures, mapping, mapping.columns[number], row, rate):
            yield told(cell, code, zh, en)
    for size in _SIZES:
        for cell, code, zh, en in _sizes(figures, rows, mapping, size):
            yield told(cell, code, zh, en)


_Doubt = tuple[Cell, str, str, str]


# -- sums


def _total(
    figures: Figures, rows: Rows, column: Column, total: Sum, groups: Table[str, dict[int, str]]
) -> Iterator[_Doubt]:
    said = figures.numbers[column.number, total.row]
    entries = summed(rows, total, groups.get(total.spec.group or "", {}))
    addends = [n for e in entries if (n := figures.numbers.get((column.number, e.row))) is not None]
    added = sum((n.value for n in addends), Decimal(0))
    difference = said.value - added
    if difference == 0:
        return
    step = min(n.step for n in [*addends, said])
    counted = step >= 1 and (said.unit is None or (said.unit.of in _COUNTS and said.unit.times == 1))
    tolerance = Decimal(0) if counted else step / 2 * len(addends)
    # A sum that is printed with fewer digits than what it sums was rounded once more.
    tolerance += said.step / 2 if said.step > step else 0
    one, all_, apart, most = (_told(n, said) for n in (said.value, added, difference, tolerance))
    zh = f"{column.name} {total.word} {one}，{len(addends)} 行相加为 {all_}，差 {apart}"
    en = f"{column.name}: {total.word} {one}, {len(addends)} rows make {all_}, {apart} apart"
    if abs(difference) <= tolerance:
        yield said.cell, ROUNDED, f"{zh}，在四舍五入的容差 {most} 之内", f"{en}, within rounding, {most}"
    else:
        yield said.cell, "total", f"{zh}，超出容差 {most}", f"{en}, more than {most}"


def _told(number: Decimal, like: Number) -> str:
    """A number in the unit of its column."""
    unit, column = like.unit, like.column or like.unit
    if unit is None or column is None:
        return _plain(number)
    return f"{_plain(number.scaleb(len(str(unit.times)) - len(str(column.times))))}{column.name}"


# -- rates


def _rate(figures: Figures, mapping: Mapping, column: Column, row: int, rate: Rate) -> Iterator[_Doubt]:
    pair, ratio = figures.pair(mapping, column, row), column.spec.ratio
    if pair is None or ratio is None:
        if len(rate.readings) > 1:
            both = [f"{_rounded(value, last)}%" for value, last in rate.readings]
            zh = f"{column.name} 可读作 {both[0]} 或 {both[1]}，表中没有数可以复算，未采用"
            en = f"{column.name} may be {both[0]} or {both[1]}; nothing in the table tells which; left out"
            yield rate.cell, "rate_unclear", zh, en
        return
    exact = figures.exact(mapping, column, row)
    shown = " 或 ".join(f"{_rounded(value, last)}%" for value, last in rate.readings)
    english = " or ".join(f"{_rounded(value, last)}%" for value, last in rate.readings)
    numbers = f"{_plain(pair[0].value)} ÷ {_plain(pair[1].value)}"
    if exact is None:
        zh = f"{column.name} 为 {shown}，而 {ratio.whole} 为 0，没有比率可言"
        yield rate.cell, "rate", zh, f"{column.name} is {english}, but {ratio.whole} is 0, of which there is no rate"
        return
    if any(abs(value - exact) <= last / 2 for value, last in rate.readings):
        return
    right = f"{_rounded(exact, max(last for _, last in rate.readings[:1]))}%"
    zh = f"{column.name} 为 {shown}，按 {ratio.part} ÷ {ratio.whole} = {numbers} 应为 {right}"
    en = f"{column.name} is {english}; {ratio.part} ÷ {ratio.whole} = {numbers} makes {right}"
    yield rate.cell, "rate", zh, en


# -- sizes


class Size(NamedTuple):
    """What a household usually has; published figures of provinces and cities lie well within."""

    of: str
    per: Fraction
    """The unit in which it is told"""
    low: Fraction
    high: Fraction
    unit: str
    name: Words


_SIZES = (
    Size("area", Fraction(1), Fraction(30), Fraction(250), "㎡", Words("户均建筑面积", "floor area a household")),
    Size("money", Fraction(10_000), Fraction(1, 5), Fraction(15), "万元", Words("户均投资", "investment a household")),
)
"""Real tables have 67.8–116.8 ㎡ and 1.2–4.7 万元 a household; the bounds are wide enough for every one of them."""
_SLIPS = (Fraction(10_000), Fraction(1, 10_000))


def _sizes(figures: Figures, rows: Rows, mapping: Mapping, size: Size) -> Iterator[_Doubt]:
    """Rows whose size no household has; where most are off by the same factor, the column is, and is told once."""
    measured, households = _only(figures, mapping, size.of), _only(figures, mapping, "households")
    if measured is None or households is None:
        return
    off: list[tuple[Number, Number, Fraction, Fraction | None]] = []
    compared = 0
    for entry in rows.entries:
        pair = [figures.numbers.get((c.number, entry.row)) for c in (measured, households)]
        top, bottom = pair
        if top is None or bottom is None or top.unit is None or bottom.unit is None or not (top.value and bottom.value):
            continue
        compared += 1
        each = Fraction(top.value) * top.unit.times / size.per / (Fraction(bottom.value) * bottom.unit.times)
        if not size.low <= each <= size.high:
            slip = next((s for s in _SLIPS if size.low <= each * s <= size.high), None)
            off.append((top, bottom, each, slip))
    slips = [slip for *_, slip in off if slip is not None]
    if len(slips) >= 3 and 2 * len(slips) > compared and len(set(slips)) == 1:
        top, bottom, each, slip = off[0]
        zh, en = _size_words(size, top, bottom, each, slip)
        zh = (
            f"{measured.name}：{compared} 行中有 {len(slips)} 行的{size.name.zh}都差同一倍数，疑为整列单位有误。如 {zh}"
        )
        en = f"{measured.name}: {len(slips)} of {compared} rows are off by one factor, probably the column's unit. {en}"
        yield top.cell, "unit_slip", zh, en
        off = [row for row in off if row[3] is None]
    for top, bottom, each, slip in off:
        zh, en = _size_words(size, top, bottom, each, slip)
        yield top.cell, "size" if slip is None else "unit_slip", zh, en


def _size_words(size: Size, top: Number, bottom: Number, each: Fraction, slip: Fraction | None) -> tuple[str, str]:
    tenth = Fraction(1, 10)
    bounds = f"{_rounded(size.low, tenth)}–{_rounded(size.high, tenth)}"
    small = Fraction(1, 10_000) if each < tenth else tenth
    per = f"{_rounded(each, small)} {size.unit}/户"
    pair = f"{_told(top.value, top)} ÷ {_told(bottom.value, bottom)}"
    zh, en = f"{pair} = {per}，不在 {bounds} 之内", f"{pair} = {per}, outside {bounds}"
    if slip is None:
        return f"{zh}：核对两数", f"{en}: look at both numbers"
    name = (top.column or top.unit or Unit("", 1, "")).name
    other = f"万{name}" if slip > 1 else name.removeprefix("万") if name.startswith("万") else f"万分之一{name}"
    written = _told(top.value, top).removesuffix(name) + other
    meant = f"{_rounded(each * slip, tenth)} {size.unit}/户"
    return (
        f"{zh}：疑为单位有误，若为 {written} 则 {meant}；数值未改",
        f"{en}: probably a slip of the unit, for {written} makes {meant}; the number was left as it is",
    )


_OWN = frozenset(
    ("floor_area_m2", "households", "planned_investment_10k", "investment_planned_10k", "investment_actual_10k")
)
"""Fields that measure what a row is about, as 户数 does, and not what happened in it, as 同意户数"""


def _only(figures: Figures, mapping: Mapping, kind: str) -> Column | None:
    """The one column of a kind; where there are several, it is not clear which belong together."""
    found = {n for (n, _), number in figures.numbers.items() if number.unit is not None and number.unit.of == kind}
    own = {n for n in found if mapping.columns[n].below[-1:] and mapping.columns[n].below[-1] in _OWN}
    meant = own or found
    return mapping.columns[meant.pop()] if len(meant) == 1 else None


# -- words


def _plain(number: Decimal) -> str:
    return f"{number.normalize():f}"


def _rounded(value: Fraction, step: Fraction) -> str:
    """A value to the digits that another was printed with; halves go up, as in offices.

    >>> _rounded(Fraction(700, 9), Fraction(1, 10)), _rounded(Fraction(30), Fraction(1, 10))
    ('77.8', '30')
    """
    places = 0
    while step < 1 and places < 12:
        step *= 10
        places += 1
    scaled = value * 10**places
    whole = (2 * scaled.numerator + scaled.denominator) // (2 * scaled.denominator)
    return _plain(Decimal(whole).scaleb(-places))
