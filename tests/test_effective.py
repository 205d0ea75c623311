"""Days on which checks and the standard itself are in force: before, on and after each of them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from places import PROFILE, bench, files_of, raw_of, reported

from compliance.bench import load_law, open_bench
from compliance.rulebook import load_profile, resolve
from compliance.schemas.report import Report
from compliance.schemas.rulebook import Rulebook
from compliance.schemas.scalars import days

LAW = load_law()
Json = dict[str, Any]


def in_force(day: str) -> Rulebook:
    return resolve(LAW, load_profile("national", LAW, days(day)), days(day))


def checks(day: str) -> set[str]:
    return {check.id for check in in_force(day).checks}


# -- checks that rest on a dated statute ---------------------------------------------------------------------------

RESTS_ON = {
    "B2.1.no_guarantee": "预算法35条",
    "B2.3.felled_by_permit": "城市绿化条例20条",
    "B2.3.ancient_trees_kept": "城市绿化条例24条",
    "B2.3.ancient_trees_in_place": "古树名木保护条例14条、15条",
    "B9.1.independent_supervisor": "建设工程质量管理条例35条",
    "B9.2.filed_in_time": "建设工程质量管理条例49条",
}
"""Checks that stand or fall with a statute: without it, neither body nor annex would ask them."""


def test_only_checks_that_stand_or_fall_with_a_statute_are_dated() -> None:
    assert {c.id: c.statute for c in LAW.checks if c.statute} == RESTS_ON
    assert {c.id for c in LAW.checks if c.effective != (1, date.max.toordinal())} == set(RESTS_ON)


@pytest.mark.parametrize("check", RESTS_ON)
def test_a_check_comes_into_force_with_its_statute(check: str) -> None:
    (statute,) = [s for s in LAW.standard.statutes.values() if RESTS_ON[check].startswith(s.short)]
    first = days(statute.effective_from)
    (stated,) = [c for c in LAW.checks if c.id == check]
    assert stated.effective[0] == first.first
    assert check in checks(statute.effective_from)
    before = {c.id for c in in_force(_day_before(statute.effective_from)).checks}
    assert check not in before


def _day_before(text: str) -> str:
    return date.fromordinal(days(text).first - 1).isoformat()


@pytest.mark.parametrize(
    ("day", "asked"),
    [
        ("2021-12-14", "ancient_trees_kept"),
        ("2025-03-14", "ancient_trees_kept"),
        ("2025-03-15", "ancient_trees_in_place"),
        ("2026-01-01", "ancient_trees_in_place"),
    ],
)
def test_one_check_on_ancient_trees_is_in_force_on_any_day(day: str, asked: str) -> None:
    assert {c for c in checks(day) if c.startswith("B2.3.ancient")} == {f"B2.3.{asked}"}


@pytest.mark.parametrize("day", ["2025-03-14", "2025-03-15"])
def test_an_ancient_tree_moved_fails_before_and_after_by_the_law_of_the_day(day: str) -> None:
    raw = raw_of("village")
    raw["projects"][0] |= {"trees_felled": 1, "ancient_trees_affected": 1, "felled_on": "2023-05-20"}
    report = reported(raw, files_of("village"), on=bench(as_of=day))
    (found,) = [f for f in report.findings if f.item == "B2.3" and f.outcome == "fail"]
    wanted = "ancient_trees_kept" if day < "2025-03-15" else "ancient_trees_in_place"
    assert wanted in {c.check for c in found.checks if c.outcome == "fail"}
    (value,) = [v for c in found.checks if c.check == wanted for v in c.values if v.limit_source and v.limit == "0"]
    assert value.limit_source is not None
    assert RESTS_ON[f"B2.3.{wanted}"].startswith(value.limit_source.document)


def test_all_else_is_asked_alike_on_both_sides_of_the_day() -> None:
    assert checks("2025-03-14") ^ checks("2025-03-15") == {"B2.3.ancient_trees_kept", "B2.3.ancient_trees_in_place"}
    assert checks("2021-12-31") == checks("2022-01-01")  # the Audit Law's new text moves nothing that B10.1 asks


def test_the_law_of_one_day_can_be_asked_on_another() -> None:
    """What replay does: a matter of today under the law of before."""
    old = open_bench(PROFILE, days("2025-06-30"), law_day=days("2025-03-14"))
    new = open_bench(PROFILE, days("2025-06-30"))
    asked = [{c.id for c in b.rulebook.checks if "ancient" in c.id} for b in (old, new)]
    assert asked == [{"B2.3.ancient_trees_kept"}, {"B2.3.ancient_trees_in_place"}]


# -- judged on a day before the standard ---------------------------------------------------------------------------


def _on(day: str, place: str = "county", change: Callable[[Json], None] = lambda raw: None) -> Report:
    raw = raw_of(place)
    change(raw)
    return reported(raw, files_of(place), on=bench(as_of=day))


@pytest.mark.parametrize("place", ["county", "city", "province"])
def test_on_the_day_before_the_standard_nothing_applies_and_all_is_told_for_reference(place: str) -> None:
    before, after = _on("2021-12-13", place), _on("2021-12-14", place)
    assert {(i.outcome, i.reason) for i in before.items} == {("not_applicable", "predates_standard")}
    assert {f.reason for f in before.findings} == {"predates_standard"}
    assert before.verdict.outcome == "not_applicable"
    assert (before.verdict.rectify, before.verdict.risks, before.faults) == (0, (), ())
    # What is told for reference is what is found a day later, but for the day itself.
    told = {f.id: f.reference for f in before.findings}
    found = {f.id: f.outcome for f in after.findings}
    assert told == found
    assert "predates_standard" not in {f.reason for f in after.findings}
    assert {"pass", "fail"} <= set(told.values())


def test_on_the_day_before_the_standard_what_is_not_of_the_level_or_not_due_would_not_apply_either() -> None:
    told = {f.item: f.reference for f in _on("2021-12-13").findings if f.item in ("H7.2", "X29", "B9.2", "H8.1")}
    assert told == dict.fromkeys(("H7.2", "X29", "B9.2", "H8.1"), "not_applicable")


def test_a_dossier_that_names_nobody_is_not_held_open_by_what_predates_the_standard() -> None:
    def empty(raw: Json) -> None:
        for field in ("communities", "projects", "reserve_entries", "area_surveys", "area_units", "utility_plans"):
            raw[field] = []
        raw["plans"][0]["community_ids"] = []

    report = _on("2021-12-13", "village", empty)
    assert {(i.outcome, i.reason) for i in report.items} == {("not_applicable", "predates_standard")}
    assert report.verdict.open is False
    assert {i.outcome for i in _on("2021-12-14", "village", empty).items} >= {"unknown"}


# -- plans approved before the standard, judged after it -----------------------------------------------------------


def _approved(on: str) -> Callable[[Json], None]:
    def write(raw: Json) -> None:
        raw["plans"][0]["approved_on"] = on

    return write


def test_a_plan_of_the_day_before_is_told_for_reference_and_one_of_the_day_is_judged() -> None:
    before, after = (_on("2024-01-31", "village", _approved(on)) for on in ("2021-12-13", "2021-12-14"))
    early = {f.id: f for f in before.findings if f.reason == "predates_standard"}
    later = {f.id: f for f in after.findings}
    assert {f.item for f in early.values()} >= {"B2.1", "B2.2", "B3.1", "B7.1", "X8", "X11", "X21"}
    assert not [f for f in after.findings if f.reason == "predates_standard"]
    for ident, found in early.items():
        assert (found.outcome, found.disposition) == ("not_applicable", "none")
        assert found.reference == later[ident].outcome, ident
    # Asked until a day of 2022: after the plan, so that it would have failed.
    assert {f.reference for f in early.values() if f.item == "B7.1"} == {"fail"}
    assert {f.outcome for f in later.values() if f.item == "B7.1"} == {"fail"}
    assert "rectify" not in {f.disposition for f in early.values()}


def test_mechanisms_are_judged_whatever_the_plan_s_day() -> None:
    report = _on("2024-01-31", "village", _approved("2021-12-13"))
    reasons = {f.item: f.reason for f in report.findings if f.subject.kind == "area"}
    for item in ("B1.1", "B6.1", "B10.1", "H6.1", "H7.1", "H10.1", "X22", "X28", "X32"):
        assert reasons[item] != "predates_standard", item


@pytest.mark.parametrize(
    ("on", "early"), [("2021-12", False), ("2021", False), ("2021-11", True), ("2020", True), (None, False)]
)
def test_a_plan_that_may_be_of_the_standard_s_day_or_later_does_not_predate_it(on: str | None, early: bool) -> None:
    report = _on("2024-01-31", "village", _approved(on))  # type: ignore[arg-type]
    assert bool([f for f in report.findings if f.reason == "predates_standard"]) is early


def test_in_strict_mode_what_lacks_evidence_is_unknown_for_reference_too() -> None:
    def bare(raw: Json) -> None:
        _approved("2021-12-13")(raw)
        raw["communities"][0]["consultations"][0] |= {"closed_on": "2021-12-01", "opened_on": "2021-11-01", "evidence": []}

    found = next(f for f in _on("2024-01-31", "village", bare).findings if f.item == "B7.1")
    assert (found.reason, found.reference) == ("predates_standard", "unknown")
