"""One invented county under the rules of four places: each place finds something else, and nobody what is sound."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest

from compliance.road import check
from compliance.schemas.report import Report

COUNTY = Path(__file__).resolve().parents[1] / "fixtures" / "cases" / "four-places"

FAILS: dict[str, dict[str, str]] = {
    "national": {},
    "hebei": {"B7.1/community/c0001": "agreement", "B6.3/community/c0004": "community_limit"},
    "xiangtan": {"B7.2/community/c0003": "publicity_rounds"},
    "chengdu": {"B7.2/community/c0002": "place_agreement"},
    "ningbo": {"H9.1/community/c0005": "standard_min"},
}
"""Profile → finding that fails there and nowhere else → the check it fails by."""

SAYS: dict[str, tuple[str, ...]] = {
    "B7.1/community/c0001": ("80%", "69.7%（697/1000）"),
    "B6.3/community/c0004": ("80%", "78%"),
    "B7.2/community/c0003": ("2轮", "1轮"),
    "B7.2/community/c0002": ("3/4", "60%（108/180）"),
    "H9.1/community/c0005": ("60%", "55%"),
}

BETWEEN = ("B6.3", "B7.1", "B7.2", "H9.1")
"""Items that the places answer differently."""

ROLLED_UP: dict[str, tuple[str, str, str, str]] = {
    "national": ("pass", "unknown", "pass", "pass"),
    "hebei": ("fail", "fail", "pass", "pass"),
    "xiangtan": ("pass", "pass", "fail", "pass"),
    "chengdu": ("pass", "unknown", "fail", "pass"),
    "ningbo": ("pass", "unknown", "pass", "pass"),
}
"""Profile → outcome of each of those; for H9.1, which is encouraged of communities, the others' passing is enough."""


@cache
def report_of(place: str) -> Report:
    return check(COUNTY, profile=place, mode="strict", as_of="2024-03-31")


@pytest.mark.parametrize("place", FAILS)
def test_each_place_finds_what_lies_below_its_own_limit(place):
    found = {f.id: f for f in report_of(place).findings if f.outcome == "fail" and f.item in BETWEEN}
    assert {i: [c.check for c in f.checks if c.outcome == "fail"] for i, f in found.items()} == {
        i: [check] for i, check in FAILS[place].items()
    }
    for ident, finding in found.items():
        assert [s for s in SAYS[ident] if s not in finding.sentence.zh] == [], finding.sentence.zh


@pytest.mark.parametrize("place", FAILS)
def test_each_place_names_its_own_document(place):
    for finding in report_of(place).findings:
        if finding.id not in FAILS[place]:
            continue
        for line in finding.checks:
            if line.outcome == "fail":
                assert all(v.limit_source and v.limit_source.document for v in line.values if v.limit_name)


@pytest.mark.parametrize("place", FAILS)
def test_the_county_as_a_whole(place):
    outcomes = {i.item: i.outcome for i in report_of(place).items}
    assert tuple(outcomes[item] for item in BETWEEN) == ROLLED_UP[place]


@pytest.mark.parametrize("place", FAILS)
def test_no_place_must_have_anything_else_put_right(place):
    report = report_of(place)
    assert report.faults == ()
    assert {f.id for f in report.findings if f.disposition == "rectify" and f.item[0] in "BH"} == {
        i for i in FAILS[place] if not i.startswith("H")
    }


@pytest.mark.parametrize("place", FAILS)
def test_the_sixth_community_fails_nowhere(place):
    assert [f.id for f in report_of(place).findings if f.subject.id == "c0006" and f.disposition == "rectify"] == []


def test_without_a_place_s_rate_the_consultation_is_open_not_failed():
    reasons = {f.reason for f in report_of("national").findings if f.item == "B7.1"}
    assert reasons == {"missing_parameter"}
