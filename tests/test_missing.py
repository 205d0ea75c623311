"""Leaving out: what is missing never becomes a breach, and what a value depends on is what it points at."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import Any

import pytest
from places import AS_OF, Json, Path_, bench, files_of, judged, kind_of, leaves, lines, raw_of, without

from compliance.bench import Judgement
from compliance.measures.subjects import KINDS
from compliance.schemas.outcomes import Code

BREACHES = (Code.FAIL, Code.IMPROVE)

COUNTED: dict[Path_, str] = {
    ("plans", "*", "funding_plan", "*"): "the sum of the entries is held against the planned investment",
    ("reserve_entries", "*"): "a library that is submitted must hold every community of the plan",
    ("reserve_entries", "*", "score_detail", "*"): "the dimensions of a score that is given in detail are all listed",
    ("communities", "*", "scheme", "items", "*"): "a scheme that is submitted lists all it does",
    ("communities", "*", "votes", "*"): "without the last vote an earlier one is in force",
    ("communities", "*", "votes", "*", "publicity", "*"): "rounds of publicity are counted",
    ("area_units", "*", "shared_facilities", "*", "serves", "*"): "a shared facility lists whom it serves",
    ("projects", "*", "coordination_plan", "sectors", "*"): "a coordinated plan lists its sectors",
    ("projects", "*", "coordination_plan", "signatories", "*"): "a coordinated plan lists who signed",
    ("projects", "*", "inspections", "*"): "inspections are counted by the month",
    ("projects", "*", "acceptance", "participants", "*"): "an acceptance lists who took part",
    ("utility_plans", "*", "community_ids", "*"): "a utility's plan lists its communities",
}
"""Lists that are taken as complete once they are begun: an entry that is not there is a statement (readings)."""


Cell = tuple[str, str, str, str]


def values(of: Judgement) -> dict[Cell, tuple[Any, int]]:
    """Kind, measure, owner, row key → value and row number, for every measure that a clause asks for."""
    columns, found = of.columns, {}
    owners = {
        "area": [""],
        "community": [c.community_id for c in columns.case.planned],
        "project": [p.project_id for p in columns.case.projects],
    }
    for kind, questions in of.bench.questions.items():
        for row, owner in enumerate(columns.owners(kind)):
            key = columns.subject(kind, row).id
            for name in questions.measures:
                if not name.startswith("evidence:"):
                    found[kind, name, owners[KINDS[kind].owner][owner], key] = (columns.column(kind, name)[row], row)
    return found


SELECTING = {
    ("fund_txns", "*", "doc_no"): "groups transactions into sums",
    ("fund_txns", "*", "project_id"): "finds the project whose parties are looked at",
    ("communities", "*", "built_on"): "orders the communities of the plan by age",
    ("declarations", "*", "project_id"): "says whose declaration it is",
    ("declarations", "*", "community_id"): "says whose declaration it is",
}
"""Fields that decide which entries a row is made of; the row's own values point at what is in those entries."""


def near(pointer: str, left_out: str) -> bool:
    return pointer == left_out or pointer.startswith(left_out + "/") or left_out.startswith(pointer + "/")


SHARES = 4


def changes(share: int) -> Iterator[tuple[str, Path_, Json]]:
    """A share of all kinds of fields and entries, one of each left out: the place, the path, and what remains.

    Two thirds are left out of the village, whose works are all accepted; the others, and what the village has
    not got, of the city, where some works have only started and some have not.
    """
    by_kind: dict[Path_, dict[str, list[Path_]]] = defaultdict(lambda: defaultdict(list))
    for place in ("city", "village"):
        for path in leaves(raw_of(place)):
            if "evidence" not in path[:-1]:  # inside a reference nothing is read; whole references are left out
                by_kind[kind_of(path)][place].append(path)
    for number, places in enumerate(by_kind.values()):
        if number % SHARES == share:
            place = "village" if number % 3 and "village" in places else "city"
            place = place if place in places else "village"
            path = places[place][number % len(places[place])]
            changed = without(raw_of(place), path)
            if changed is not None:
                yield place, path, changed


@pytest.mark.parametrize("share", range(SHARES))
def test_leaving_out_makes_no_breach_and_is_seen_where_values_point(share: int) -> None:
    """Leave out one thing after the other: no line begins to fail; where a value changes, it points there."""
    before = {place: judged(raw_of(place), files_of(place), "feed") for place in ("city", "village")}
    codes = {place: lines(judgement) for place, judgement in before.items()}
    known = {place: values(judgement) for place, judgement in before.items()}
    tried = seen = 0
    for place, path, changed in changes(share):
        tried += 1
        after = judged(changed, files_of(place), "feed")
        if kind_of(path) not in COUNTED:
            for line, code in lines(after).items():
                assert code not in BREACHES or codes[place].get(line) in BREACHES, (line, path)
        if isinstance(at(raw_of(place), path), list) or isinstance(path[-1], int) or kind_of(path) in SELECTING:
            continue
        left_out = "/" + "/".join(map(str, path))
        for cell, (value, row) in values(after).items():
            held = known[place].get(cell)
            if held is not None and held[0] != value:
                seen += 1
                kind, name = cell[:2]
                pointers = (*before[place].columns.read(kind, name, held[1]), *after.columns.read(kind, name, row))
                assert any(near(p, left_out) for p in pointers), (cell, left_out, pointers)
    assert tried > 30
    assert seen > 20


def at(raw: Any, path: Path_) -> Any:
    for part in path:
        raw = raw[part]
    return raw


def test_a_dossier_that_says_nothing_is_open_and_in_no_breach() -> None:
    """The head alone: everything that was owed an answer is unknown or does not apply."""
    raw = raw_of("county")
    head = {name: value for name, value in raw.items() if not isinstance(value, dict | list)}
    for level in ("province", "municipality", "city", "district", "county"):
        judgement = judged(head | {"area_level": level}, {}, on=bench(as_of=AS_OF))
        assert not {*lines(judgement).values()} & {*BREACHES, Code.LOST}
        assert judgement.is_open
        assert not {*judgement.items.values()} & {*BREACHES, Code.LOST, Code.PASS}
