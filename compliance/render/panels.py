"""Report → what stands side by side above its items: coverage, gates, money, each row drawn and told."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import get_args

from markupsafe import Markup

from compliance.render.charts import Axis, Mark, Segment, axis, bar, timeline
from compliance.render.digest import ItemDigest
from compliance.render.words import word
from compliance.schemas.report import Bilingual, FundingRow, Gate, GateName, Report, Timeline
from compliance.schemas.scalars import days

__all__ = ["GATES", "MONEY", "Coverage", "Gates", "Money", "coverage", "data_end_early", "gates", "money"]

GATES: tuple[GateName, ...] = get_args(GateName)
MONEY = ("planned", "confirmed", "in_place", "allocated", "received", "paid")
ROWS = 150
"""Communities whose gates are shown; those out of order come first and are never left out for others."""


@dataclass(frozen=True, slots=True)
class Coverage:
    """An item about communities, and how many of them are what."""

    item: ItemDigest
    chart: Markup


def coverage(items: Iterable[ItemDigest]) -> list[Coverage]:
    """Items that concern communities of the dossier, in their order; "none was reported" is no community."""
    return [Coverage(item, _covered(item)) for item in items if _concerns_communities(item)]


def _concerns_communities(item: ItemDigest) -> bool:
    subjects = [f.subject for f in (*item.failing, *item.unknown)] + [s for some in item.passing.values() for s in some]
    return any(s.kind == "community" and s.id for s in subjects)


def _covered(item: ItemDigest) -> Markup:
    tally = item.rollup.tally
    numbers = {
        "pass": tally.passed, "fail": tally.failed, "unknown": tally.unknown, "not_applicable": tally.not_applicable
    }  # fmt: skip
    told = [(word("outcome", name), number) for name, number in numbers.items() if number]
    says = Bilingual("，".join(f"{w.zh}{n}" for w, n in told), ", ".join(f"{w.en} {n}" for w, n in told))
    return bar([Segment(name, number) for name, number in numbers.items()], says)


# -- gates ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class GateLine:
    line: Timeline
    by_gate: Mapping[str, Gate]
    wrong: frozenset[str]
    """Gates that lie before one they should follow"""
    inverted: tuple[Bilingual, ...]
    chart: Markup


@dataclass(frozen=True, slots=True)
class Gates:
    """The rows shown, how many more there are, and how many report no day at all."""

    rows: Sequence[GateLine]
    axis: Axis
    more: int
    silent: int


def gates(report: Report) -> Gates | None:
    """None where no day of any gate was reported."""
    told = [t for t in report.timelines if t.gates]
    shown = sorted(told, key=lambda t: not t.inverted)[:ROWS]
    as_of = report.provenance.as_of
    on = axis([g.day for t in shown for g in t.gates] + ([as_of] if shown else []))
    if on is None:
        return None
    rows = [_gate_line(t, on, as_of) for t in shown]
    return Gates(rows, on, len(told) - len(shown), len(report.timelines) - len(told))


def _gate_line(line: Timeline, on: Axis, as_of: str) -> GateLine:
    by_gate: dict[str, Gate] = {g.gate: g for g in line.gates}
    wrong = frozenset(then for _, then in line.inverted)
    inverted = tuple(_inverted(by_gate[first], by_gate[then]) for first, then in line.inverted)
    none = Bilingual("没有先后颠倒", "nothing out of order")
    says = Bilingual("；".join(t.zh for t in inverted), "; ".join(t.en for t in inverted)) if inverted else none
    marks = [Mark(g.gate, g.day, g.gate in wrong) for g in line.gates]
    return GateLine(line, by_gate, wrong, inverted, timeline(marks, on, says, as_of))


def _inverted(first: Gate, then: Gate) -> Bilingual:
    before, after = word("gate", then.gate), word("gate", first.gate)
    return Bilingual(
        f"{before.zh}（{then.day}）早于{after.zh}（{first.day}）",
        f"{before.en} ({then.day}) before {after.en.lower()} ({first.day})",
    )


# -- money ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class MoneyLine:
    title: Bilingual
    cells: Mapping[str, str | None]
    unstated: int
    pointers: tuple[str, ...]
    chart: Markup | None


@dataclass(frozen=True, slots=True)
class Money:
    rows: Sequence[MoneyLine]
    total: Mapping[str, str | None]


def money(report: Report) -> Money | None:
    """None where no money was reported. Sums are of what was reported, exact."""
    rows = report.funding
    if not rows:
        return None
    planned = [Decimal(r.planned) for r in rows if r.planned is not None]
    most = Fraction(max(planned)) if planned else Fraction()
    total = {name: _sum(getattr(r, name) for r in rows) for name in MONEY}
    return Money([_money_line(r, most) for r in rows], total)


def _money_line(row: FundingRow, most: Fraction) -> MoneyLine:
    cells = {name: _grouped(getattr(row, name)) for name in MONEY}
    return MoneyLine(row.title, cells, row.unstated, row.pointers, _stacked(row, most) if row.planned else None)


def _stacked(row: FundingRow, most: Fraction) -> Markup:
    """In place within confirmed within planned, all on the scale of the largest source."""
    planned, confirmed, placed = (Fraction(text or 0) for text in (row.planned, row.confirmed, row.in_place))
    parts = [
        Segment("in_place", placed),
        Segment("confirmed", confirmed - placed),
        Segment("planned", planned - max(confirmed, placed)),
    ]
    told = [(word("money", name), text) for name in MONEY[:3] if (text := _grouped(getattr(row, name))) is not None]
    says = Bilingual("，".join(f"{w.zh}{t}万元" for w, t in told), ", ".join(f"{w.en} {t}" for w, t in told))
    return bar(parts, says, whole=most)


def _sum(texts: Iterator[str | None]) -> str | None:
    amounts = [Decimal(text) for text in texts if text is not None]
    return _grouped(format(sum(amounts, Decimal()), "f")) if amounts else None


def _grouped(text: str | None) -> str | None:
    """With a comma every three digits."""
    return None if text is None else format(Decimal(text), ",f")


def data_end_early(report: Report) -> bool:
    """Whether the dossier claims its data to be complete only to a day before the one judged by."""
    end = report.provenance.data_as_of
    return end is not None and days(end).last < days(report.provenance.as_of).first
