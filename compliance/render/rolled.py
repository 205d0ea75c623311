"""A feed's summary → what its tables and plots are of: areas below areas, all years together or each for itself, items
in order, names; refuses nothing.

What the dossiers of an area itself come to is what the area comes to, less what the areas below it do, so that rows
that are shown below one another add up to the row above them.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, fields
from typing import Final

from compliance.schemas.feed import LEVELS, AreaLine, FeedSummary, ItemLine, Level, Totals
from compliance.schemas.report import Bilingual, Outcome

__all__ = [
    "LEVEL_WORDS",
    "Node",
    "common",
    "every",
    "in_order",
    "item_sums",
    "name_of",
    "state",
    "sum_of",
    "together",
    "trees",
    "years_of",
]  # fmt: skip

LEVEL_WORDS: Final[dict[Level, Bilingual]] = {
    "country": Bilingual("合计", "all areas"),
    "province": Bilingual("省级", "province"),
    "city": Bilingual("市级", "city"),
    "county": Bilingual("县级", "county"),
}

_COUNTS: Final = tuple(field.name for field in fields(Totals))
_TALLIES: Final = tuple(field.name for field in fields(ItemLine))[1:]


@dataclass(frozen=True, slots=True)
class Node:
    """An area with those below it that reported."""

    line: AreaLine
    below: tuple[Node, ...]

    @property
    def own(self) -> Totals:
        """What the dossiers of the area itself come to."""
        below = sum_of(node.line.totals for node in self.below)
        return Totals(*(getattr(self.line.totals, name) - getattr(below, name) for name in _COUNTS))


def sum_of(totals: Iterable[Totals]) -> Totals:
    """Counts added up."""
    found = list(totals)
    return Totals(*(sum(getattr(one, name) for one in found) for name in _COUNTS))


def in_order(item: str) -> tuple[str, tuple[int, ...], str]:
    """The place of an item among others: by its parts as numbers.

    >>> sorted(["X2", "H1.1", "B10.1", "B2.1", "B1.2"], key=in_order)
    ['B1.2', 'B2.1', 'B10.1', 'H1.1', 'X2']
    """
    parts = item[1:].split(".")
    return item[:1], tuple(int(part) for part in parts if part.isascii() and part.isdecimal()), item


def item_sums(lines: Iterable[AreaLine]) -> tuple[ItemLine, ...]:
    """Every item over some areas, in order."""
    sums: dict[str, list[int]] = defaultdict(lambda: [0] * len(_TALLIES))
    for line in lines:
        for item in line.items:
            held = sums[item.item]
            for at, name in enumerate(_TALLIES):
                held[at] += getattr(item, name)
    return tuple(ItemLine(item, *sums[item]) for item in sorted(sums, key=in_order))


def years_of(summary: FeedSummary) -> list[int]:
    """The plan years of a run, the newest first."""
    return sorted({line.plan_year for line in summary.areas}, reverse=True)


def trees(summary: FeedSummary, year: int) -> tuple[Node, ...]:
    """The areas of one plan year that have no area above them, with all below; usually one, the whole."""
    return _trees([line for line in summary.areas if line.plan_year == year])


def together(summary: FeedSummary) -> tuple[Node, ...]:
    """The same of all plan years added up; the year of a line is then the newest of the area."""
    found: dict[tuple[Level, str], list[AreaLine]] = defaultdict(list)
    for line in summary.areas:
        found[line.level, line.code].append(line)
    return _trees([lines[0] if len(lines) == 1 else _merged(lines) for lines in found.values()])


def _merged(lines: Sequence[AreaLine]) -> AreaLine:
    newest = max(lines, key=lambda line: line.plan_year)
    return AreaLine(
        newest.level, newest.code, newest.name, newest.plan_year, sum(line.own for line in lines),
        sum_of(line.totals for line in lines), item_sums(lines),
    )  # fmt: skip


def _trees(lines: Sequence[AreaLine]) -> tuple[Node, ...]:
    known = {(line.level, line.code) for line in lines}
    below: dict[tuple[Level, str] | None, list[AreaLine]] = defaultdict(list)
    for line in sorted(lines, key=lambda line: line.code):
        below[next((above for above in _above(line) if above in known), None)].append(line)

    def node(line: AreaLine) -> Node:
        return Node(line, tuple(node(one) for one in below.get((line.level, line.code), ())))

    return tuple(node(line) for line in below.get(None, ()))


def _above(line: AreaLine) -> Iterator[tuple[Level, str]]:
    """The areas that an area belongs to, the nearest first."""
    codes = {"city": f"{line.code[:4]}00", "province": f"{line.code[:2]}0000", "country": "000000"}
    for level in reversed(LEVELS[: LEVELS.index(line.level)]):
        yield level, codes[level]


def every(nodes: Iterable[Node]) -> Iterator[Node]:
    """Some areas and all below them, each above its own."""
    for node in nodes:
        yield node
        yield from every(node.below)


def common(nodes: Sequence[Node]) -> Sequence[Node]:
    """The areas to hold against each other: those of the highest level at which there is more than one."""
    while len(nodes) == 1 and nodes[0].below and not nodes[0].line.own:
        nodes = nodes[0].below
    if len(nodes) == 1 and nodes[0].below:  # an area that reported itself, with some below it
        above = nodes[0]
        own = AreaLine(
            above.line.level, above.line.code, above.line.name, above.line.plan_year, above.line.own, above.own,
            _less(above.line.items, item_sums(node.line for node in above.below)),
        )  # fmt: skip
        return (Node(own, ()), *above.below)
    return nodes


def _less(whole: Iterable[ItemLine], part: Iterable[ItemLine]) -> tuple[ItemLine, ...]:
    taken = {line.item: line for line in part}
    return tuple(
        ItemLine(line.item, *(getattr(line, name) - getattr(taken.get(line.item), name, 0) for name in _TALLIES))
        for line in whole
    )


def state(totals: Totals) -> Outcome:
    """One word for the dossiers of an area: what fails outweighs what is open, that what passes."""
    if totals.failed:
        return "fail"
    if totals.unknown:
        return "unknown"
    return "pass" if totals.passed else "not_applicable"


def name_of(line: AreaLine) -> Bilingual:
    """What an area is called; where none of its own reported nobody said its name, and the code stands for it."""
    if line.level == "country":
        return Bilingual("全部地区", "All areas")
    if line.name is not None:
        return Bilingual(line.name, line.name)
    if line.own:
        return Bilingual(line.code, line.code)
    return Bilingual(f"{line.code}（该级未报送）", f"{line.code} (did not report itself)")
