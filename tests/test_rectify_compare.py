"""What became of findings between two reports: every outcome against every other, and that nothing is closed unasked."""

from __future__ import annotations

import copy
import json
from collections import Counter
from functools import cache
from pathlib import Path
from random import Random
from typing import Any

import orjson
import pytest
from click.testing import CliRunner
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from rectifying import (
    as_read,
    base,
    checked,
    county,
    dossier_of,
    finding,
    put,
    renamed,
    renumbered,
    report_of,
    shuffled,
    written,
)

from compliance.cli import cli
from compliance.rectify.compare import compare
from compliance.rectify.matching import match
from compliance.rectify.reading import ReportsRefused, SubjectRead
from compliance.render.comparison import as_json, as_text, table
from compliance.schemas.rectify import OPEN_STATUSES, Compared, Comparison
from fixtures.builder import variant
from fixtures.builder.variants import VARIANTS

ONE = "B7.1/community/c0001"
AREA = "B1.1/area/999901"
slow = settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))


def compared(old: Any, new: Any, *before: Any) -> Comparison:
    """Another dossier each, unless the same bytes are given: so that subjects have to be known again."""
    if isinstance(new, dict):
        new["provenance"]["dossier_sha256"] = "1" * 64
    return compare(as_read(old, "old.json"), as_read(new, "new.json"), [as_read(b, "before.json") for b in before])


def about(made: Comparison, ident: str = ONE) -> list[Compared]:
    return [e for e in made.entries if ident in {side.finding for side in (e.old, e.new) if side is not None}]


def became(old: Any, new: Any, *before: Any, ident: str = ONE) -> Compared:
    (one,) = about(compared(old, new, *before), ident)
    return one


# -- the matrix of outcomes -----------------------------------------------------------------------------------

MATRIX = {
    ("fail", "fail"): "unchanged",
    ("fail", "pass"): "resolved",
    ("fail", "unknown"): "incomparable no_answer",
    ("fail", "not_applicable"): "incomparable not_applicable",
    ("fail", "absent"): "incomparable subject_gone",
    ("unknown", "fail"): "new",
    ("unknown", "pass"): "resolved",
    ("unknown", "unknown"): "unchanged",
    ("unknown", "not_applicable"): "incomparable not_applicable",
    ("unknown", "absent"): "incomparable subject_gone",
    ("pass", "fail"): "new",
    ("pass", "pass"): "",
    ("pass", "unknown"): "new",
    ("pass", "not_applicable"): "",
    ("pass", "absent"): "",
    ("not_applicable", "fail"): "new",
    ("not_applicable", "pass"): "",
    ("not_applicable", "unknown"): "new",
    ("not_applicable", "not_applicable"): "",
    ("not_applicable", "absent"): "",
    ("absent", "fail"): "new",
    ("absent", "pass"): "",
    ("absent", "unknown"): "new",
    ("absent", "not_applicable"): "",
    ("absent", "absent"): "",
}


def state(outcome: str) -> dict[str, Any]:
    report = base()
    if outcome == "absent":
        report["findings"] = [f for f in report["findings"] if f["id"] != ONE]
        return report
    return put(report, ONE, outcome)


@pytest.mark.parametrize(("then", "now"), MATRIX)
def test_every_outcome_against_every_other(then: str, now: str) -> None:
    made = compared(state(then), state(now))
    told = [f"{e.status} {e.why}" if e.why else e.status for e in about(made)]
    assert told == ([MATRIX[then, now]] if MATRIX[then, now] else [])
    quiet = {(False, False): made.still_fine, (True, False): made.newly_fine, (False, True): made.no_longer}
    total = sum(f["disposition"] == "none" for f in base()["findings"])
    if not told and (then, now) != ("absent", "absent"):
        assert quiet[then == "absent", now == "absent"] >= 1
    assert made.still_fine >= total - 1


def test_the_matrix_is_whole() -> None:
    outcomes = ["fail", "unknown", "pass", "not_applicable", "absent"]
    assert set(MATRIX) == {(a, b) for a in outcomes for b in outcomes}


@pytest.mark.parametrize(
    ("old", "new", "basis", "status"),
    [
        ("strict", "strict", "evidenced", "resolved"),
        ("strict", "feed", "asserted", "incomparable"),
        ("strict", "feed", "evidenced", "resolved"),
        ("strict", "feed", "measured", "resolved"),
        ("strict", "strict", "determined", "resolved"),
        ("feed", "feed", "asserted", "resolved"),
        ("feed", "strict", "evidenced", "resolved"),
    ],
)
def test_a_claim_does_not_close_what_evidence_was_asked_for(old: str, new: str, basis: str, status: str) -> None:
    first, second = put(base(), ONE, "fail"), put(base(), ONE, "pass", basis=basis)
    first["provenance"]["mode"], second["provenance"]["mode"] = old, new
    one = became(first, second)
    assert (one.status, one.why) == (status, "mode" if status == "incomparable" else None)


def test_evidence_newly_asked_for_is_no_new_problem() -> None:
    first = put(base(), ONE, "pass", basis="asserted")
    first["provenance"]["mode"] = "feed"
    second = put(base(), ONE, "unknown", reason="missing_evidence")
    one = became(first, second)
    assert (one.status, one.why, one.list) == ("incomparable", "mode", "supply")


# -- the same question ----------------------------------------------------------------------------------------


def item(report: dict[str, Any], name: str) -> dict[str, Any]:
    (found,) = [i for i in report["items"] if i["item"] == name]
    return found


def test_another_condition_or_requirement_or_obligation_is_another_question() -> None:
    def condition(report: dict[str, Any]) -> None:
        item(report, "B7.1")["checks"][0]["condition"] = {"zh": "参与率应不低于70%", "en": "at least 70 %"}

    def requirement(report: dict[str, Any]) -> None:
        item(report, "B7.1")["requires"]["zh"] += "（修订）"

    def obligation(report: dict[str, Any]) -> None:
        item(report, "B7.1")["obligation"] = "encouraged"

    for change in (condition, requirement, obligation):
        for now in ("pass", "fail"):
            new = put(base(), ONE, now)
            change(new)
            one = became(put(base(), ONE, "fail"), new)
            assert (one.status, one.why) == ("incomparable", "profile")
            new["provenance"]["rulebook_sha256"] = "f" * 64
            assert became(put(base(), ONE, "fail"), new).why == "rule"
            new["provenance"]["drafts"] = True
            assert became(put(base(), ONE, "fail"), new).why == "drafts"
        new = put(base(), ONE, "fail")
        change(new)
        assert became(base(), new).status == "incomparable"  # it fails by what was not asked before


def test_what_concerns_other_checks_or_items_leaves_a_finding_comparable() -> None:
    new = put(base(), ONE, "pass")
    new["provenance"] |= {"rulebook_sha256": "f" * 64, "profile_sha256": "e" * 64, "rulebook_version": "9"}
    item(new, "B7.1")["checks"][1]["condition"]["zh"] += "！"
    item(new, "B5.1")["requires"]["zh"] += "！"
    assert became(put(base(), ONE, "fail"), new).status == "resolved"


def test_another_limit_of_the_same_condition_is_another_question() -> None:
    new = put(base(), ONE, "pass")
    (value,) = finding(new, ONE)["checks"][0]["values"]
    assert value["limit_name"] == "$consent_participation_min"
    value["limit"] = "7/10"
    one = became(put(base(), ONE, "fail"), new)
    assert (one.status, one.why) == ("incomparable", "profile")


def test_an_item_that_only_one_report_has_is_incomparable() -> None:
    gone = base()
    gone["items"] = [i for i in gone["items"] if i["item"] != "B7.1"]
    gone["findings"] = [f for f in gone["findings"] if f["item"] != "B7.1"]
    assert became(put(base(), ONE, "fail"), copy.deepcopy(gone)).why == "profile"
    assert became(gone, put(base(), ONE, "fail")).status == "incomparable"


def test_a_check_that_became_less_binding_is_another_question() -> None:
    new = put(base(), ONE, "pass")
    finding(new, ONE)["checks"][0]["obligation"] = "encouraged"
    one = became(put(base(), ONE, "fail"), new)
    assert (one.status, one.why) == ("incomparable", "profile")


@pytest.mark.parametrize(("field", "why"), [("code", "area"), ("plan_year", "plan_year")])
def test_another_area_or_year_makes_everything_incomparable(field: str, why: str) -> None:
    new = put(base(), ONE, "pass")
    new["area"][field] = {"code": "999902", "plan_year": 2024}[field]
    made = compared(put(base(), ONE, "fail"), new)
    assert {(e.status, e.why) for e in made.entries} == {("incomparable", why)}
    assert [e.old.finding for e in made.entries if e.old and e.old.outcome == "fail"][:1] == [ONE]


def test_a_new_report_that_judges_by_an_earlier_day_is_refused() -> None:
    earlier = base()
    earlier["provenance"]["as_of"] = "2023-01-01"
    with pytest.raises(ReportsRefused) as refused:
        compared(base(), earlier)
    assert [r.code for r in refused.value.refusals] == ["earlier_than_the_old"]
    later = base()
    later["provenance"]["as_of"] = "2025-01-01"
    with pytest.raises(ReportsRefused) as refused:
        compared(base(), base(), later)
    assert [r.code for r in refused.value.refusals] == ["not_earlier"]


# -- rows -----------------------------------------------------------------------------------------------------

ROWS = "B9.1/project/p001"


def rows(outcome: str, lines: dict[int, str], **more: Any) -> dict[str, Any]:
    return put(base(), ROWS, outcome, lines, **more)


def test_fewer_failing_rows_are_rectified_in_part_and_more_are_not() -> None:
    two, one, other = rows("fail", {0: "fail", 1: "fail"}), rows("fail", {1: "fail"}), rows("fail", {2: "fail"})
    less = became(two, one, ident=ROWS)
    assert (less.status, less.worse) == ("updated", False)
    assert less.says.zh == "原不符合事项已有1处符合；现有1处不符合"
    more = became(one, two, ident=ROWS)
    assert (more.status, more.worse) == ("unchanged", True)
    instead = became(one, other, ident=ROWS)
    assert (instead.status, instead.worse) == ("updated", True)
    assert instead.says.zh == "原不符合事项已有1处符合；新增1处；现有1处不符合"
    assert became(two, copy.deepcopy(two), ident=ROWS).status == "unchanged"


def test_a_row_that_is_taken_out_of_the_dossier_is_not_rectified() -> None:
    for now in ("pass", "fail"):
        new = rows(now, {1: "fail"} if now == "fail" else {})
        del finding(new, ROWS)["checks"][0]
        if now == "fail":
            finding(new, ROWS)["checks"][0]["outcome"] = "fail"
        one = became(rows("fail", {0: "fail"}), new, ident=ROWS)
        assert (one.status, one.why) == ("incomparable", "row_gone"), now


def test_of_rows_that_only_their_order_tells_apart_all_must_pass() -> None:
    def twice(outcomes: list[str]) -> dict[str, Any]:
        report = rows("fail" if "fail" in outcomes else "pass", {})
        made = finding(report, ROWS)
        first = made["checks"][0]
        lines = []
        for number, outcome in enumerate(outcomes, 1):
            line = copy.deepcopy(first) | {"outcome": outcome, "basis": "evidenced" if outcome == "pass" else None}
            line["subject"]["id"] += f"#{number}" if number > 1 else ""
            lines.append(line)
        made["checks"][:1] = lines
        made["fingerprint"] = repr(outcomes)
        return report

    assert became(twice(["pass", "fail"]), twice(["pass", "pass"]), ident=ROWS).status == "resolved"
    assert became(twice(["pass", "fail"]), twice(["pass"]), ident=ROWS).why == "row_gone"
    assert became(twice(["pass", "fail"]), twice(["fail", "pass"]), ident=ROWS).status == "unchanged"


def test_what_failed_passes_and_something_else_is_unknown() -> None:
    one = became(rows("fail", {0: "fail"}), rows("unknown", {2: "unknown"}), ident=ROWS)
    assert (one.status, one.list) == ("updated", "rectify")
    one = became(rows("fail", {0: "fail"}), rows("unknown", {0: "unknown"}), ident=ROWS)
    assert (one.status, one.why) == ("incomparable", "no_answer")


@pytest.mark.parametrize(
    ("then", "now", "status", "worse"),
    [
        ("60/100", "70/100", "updated", False),
        ("60/100", "60/100", "unchanged", False),
        ("60/100", "50/100", "unchanged", True),
        ("0.6", "3/5", "unchanged", False),
        ("60/100", "79999999/100000000", "updated", False),
        ("2023-05-01", "2023-05-02", "unchanged", False),  # a day is no share
    ],
)
def test_nearer_to_the_limit_is_in_part(then: str, now: str, status: str, worse: bool) -> None:
    def failing(value: str) -> dict[str, Any]:
        report = put(base(), ONE, "fail", fingerprint=value)
        finding(report, ONE)["checks"][0]["values"][0]["value"] = value
        return report

    one = became(failing(then), failing(now))
    assert (one.status, one.worse) == (status, worse)
    if status == "updated":
        assert "较上次接近要求" in one.says.zh


def test_a_milder_failing_is_in_part() -> None:
    first = put(base(), ONE, "fail", severity="critical")
    assert became(first, put(base(), ONE, "fail", severity="minor", fingerprint="less")).status == "updated"
    assert became(first, put(base(), ONE, "fail", severity="minor")).status == "unchanged"  # the rule is milder only
    milder = became(put(base(), ONE, "fail"), put(base(), ONE, "fail", disposition="improve", fingerprint="less"))
    assert (milder.status, milder.list) == ("updated", "rectify")


# -- persons --------------------------------------------------------------------------------------------------


def determined(outcome: str, was: str, **more: Any) -> dict[str, Any]:
    report = put(base(), ONE, outcome, basis="determined", **more)
    line = finding(report, ONE)["checks"][0]
    line["was"] = {"outcome": was, "reason": None, "basis": None, "by": "d1"}
    return report


def test_what_a_person_determined_is_not_undone_by_a_report_that_does_not_apply_it() -> None:
    one = became(determined("fail", "pass"), put(base(), ONE, "pass"))
    assert (one.status, one.why) == ("incomparable", "determination")
    one = became(determined("pass", "fail"), put(base(), ONE, "fail"))
    assert (one.status, one.why) == ("incomparable", "determination")
    one = became(put(base(), ONE, "fail"), determined("pass", "fail"))
    assert (one.status, one.says.zh) == ("resolved", "同一要求本次符合（由人工认定）")
    assert became(determined("fail", "unknown"), put(base(), ONE, "pass")).status == "resolved"


# -- what comes back ------------------------------------------------------------------------------------------


def dated(report: dict[str, Any], day: str) -> dict[str, Any]:
    report["provenance"]["as_of"] = day
    return report


def test_what_failed_was_mended_and_fails_again_has_recurred() -> None:
    first = dated(put(base(), ONE, "fail"), "2023-06-30")
    again = put(base(), ONE, "fail")
    one = became(put(base(), ONE, "pass"), again, first)
    assert (one.status, one.list) == ("recurred", "rectify")
    assert "2023-06-30" in one.says.zh
    assert became(put(base(), ONE, "pass"), again).status == "new"  # nothing is known of before
    assert became(put(base(), ONE, "unknown"), again, first).status == "new"  # never shown to be mended
    other = put(base(), ONE, "fail", {1: "fail"})
    assert became(put(base(), ONE, "pass"), other, first).status == "new"  # another check


# -- who is who -----------------------------------------------------------------------------------------------


def one_of(ident: str, name: str, place: str | None = "P", address: str | None = None) -> SubjectRead:
    return SubjectRead("community", ident, name, place, address, None, None)


def who(old: list[SubjectRead], new: list[SubjectRead]) -> dict[str, str]:
    return {a: b for (_, a), (_, b) in match(old, new).same.items()}


def test_ids_given_anew_do_not_make_one_of_two() -> None:
    old = [one_of("c1", "甲"), one_of("c2", "乙")]
    assert who(old, [one_of("c2", "甲"), one_of("c1", "乙")]) == {"c1": "c2", "c2": "c1"}
    assert who(old, [one_of("c1", "新"), one_of("c2", "甲"), one_of("c3", "乙")]) == {"c1": "c2", "c2": "c3"}


def test_a_new_name_is_known_again_by_the_address_and_by_the_id_where_nobody_else_could_be_meant() -> None:
    assert who([one_of("c1", "甲", "P", "1")], [one_of("c9", "丙", "Q", "1")]) == {"c1": "c9"}
    assert who([one_of("c1", "甲"), one_of("c2", "乙")], [one_of("c1", "丙"), one_of("c2", "乙")]) == {
        "c1": "c1",
        "c2": "c2",
    }
    both = match([one_of("c1", "甲"), one_of("c2", "乙")], [one_of("c1", "丙"), one_of("c2", "丁")])
    assert not both.same  # two new names in the same place: ids alone do not tell
    assert {i for _, i in both.unsure} == {"c1", "c2"}
    assert {i for _, i in both.strange} == {"c1", "c2"}


def test_a_name_that_moved_to_another_id_while_others_are_left_over_is_not_certain() -> None:
    old = [one_of("c1", "甲"), one_of("c2", "改")]
    torn = match(old, [one_of("c1", "改"), one_of("c2", "乙")])
    assert not torn.same
    assert who(old, [one_of("c1", "改"), one_of("c2", "甲")]) == {"c1": "c2", "c2": "c1"}


def test_twins_and_contradictions_are_not_matched() -> None:
    twins = [one_of("c1", "甲"), one_of("c2", "甲")]
    assert not match(twins, twins).same
    assert who([one_of("c1", "甲", "P", "1"), one_of("c2", "甲", "P", "2")],
               [one_of("c2", "甲", "P", "1"), one_of("c1", "甲", "P", "2")]) == {"c1": "c2", "c2": "c1"}  # fmt: skip
    # The address says one, the name within its place another.
    torn = match([one_of("c1", "甲", "P", "1")], [one_of("c8", "甲", "P", "2"), one_of("c9", "乙", "P", "1")])
    assert not torn.same or set(torn.same.values()) == {("community", "c8")}


def test_a_stranger_is_new_only_where_it_can_be_nobody_of_before() -> None:
    old = [one_of("c1", "甲", "P", "1"), one_of("c2", "乙", "P", "2")]
    added = match(old, [*old, one_of("c3", "丙", "P", "3")])
    assert added.come == {("community", "c3")}
    replaced = match(old, [old[0], one_of("c3", "丙", "P", "3")])
    assert replaced.come == {("community", "c3")}  # another address, another name, another id
    unknown = match(old, [old[0], one_of("c3", "丙", "P", None)])
    assert unknown.strange == {("community", "c3")}


def test_of_the_same_dossier_twins_are_who_they_are() -> None:
    report = put(base(), ONE, "fail")
    for one in report["subjects"]:
        one |= {"name": "同名", "place": None, "address": None}
    same = compare(as_read(report), as_read(copy.deepcopy(report)))
    assert [e.status for e in about(same)] == ["unchanged"]
    told = {(e.status, e.why, e.old is None) for e in about(compared(report, copy.deepcopy(report)))}
    assert told == {("incomparable", "subject_ambiguous", False), ("incomparable", "subject_unmatched", True)}


def test_an_areas_figure_over_communities_needs_the_same_communities() -> None:
    wide = "B6.3/area/999901"
    old = put(base(), wide, "fail")
    line = finding(old, wide)["checks"][0]
    assert any(p.startswith("/communities/") for v in line["values"] for p in v["pointers"])
    assert became(old, put(base(), wide, "pass"), ident=wide).status == "resolved"
    new = put(base(), wide, "pass")
    new["subjects"] = new["subjects"][1:]
    one = became(old, new, ident=wide)
    assert (one.status, one.why) == ("incomparable", "subject_set")
    fewer = put(base(), AREA, "pass")
    fewer["subjects"] = fewer["subjects"][1:]
    assert became(put(base(), AREA, "fail"), fewer, ident=AREA).status == "resolved"  # drawn from no community


# -- whole dossiers -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["shili-county", "cases/eleven-audit-findings", "cases/four-places"])
def test_a_report_against_itself_has_nothing_new_and_nothing_resolved(name: str) -> None:
    made = compare(as_read(county(name)), as_read(county(name)))
    assert {e.status for e in made.entries} <= {"unchanged"}
    report = orjson.loads(county(name))
    assert made.still_fine == sum(f["disposition"] == "none" for f in report["findings"])
    assert len(made.entries) == len(report["findings"]) - made.still_fine


@slow
@given(seed=st.integers(0, 10_000), ways=st.sets(st.sampled_from([shuffled, renamed, renumbered]), min_size=1))
def test_a_dossier_in_another_order_with_other_names_and_numbers_has_nothing_new_and_nothing_resolved(
    seed: int, ways: set[Any]
) -> None:
    rng = Random(seed)
    dossier = dossier_of(seed % 5)
    for way in sorted(ways, key=lambda w: w.__name__):
        dossier = way(dossier, rng)
    made = compare(as_read(report_of(seed % 5)), as_read(checked(dossier)))
    assert {e.status for e in made.entries} <= {"unchanged", "incomparable"}
    if ways <= {shuffled}:
        assert {e.status for e in made.entries} == {"unchanged"}
    failing = [e for e in made.entries if e.list == "rectify"]
    assert sum(e.status == "unchanged" for e in failing) >= len(failing) - 1


def test_variants_of_the_county_that_fail_are_new_and_mended_again() -> None:
    sound = dossier_of(3, 12, 0)
    broken = copy.deepcopy(sound)
    broken["communities"][4]["consultations"][0]["participated"] = 1
    broken["communities"][4]["consultations"][0]["agreed"] = 1
    first, second = checked(broken), checked(sound)
    made = compare(as_read(first), as_read(second))
    mended = [e for e in made.entries if e.list == "rectify"]
    assert mended
    assert {e.status for e in mended} == {"resolved"}
    back = compare(as_read(second), as_read(first), [as_read(first)])
    assert {e.status for e in back.entries if e.list == "rectify"} == {"recurred"}
    assert [e.number for e in made.entries if e.item == "B7.1"] == ["999901-2023-B7.1-C-c0005"]


@pytest.mark.parametrize("name", ["b7-2-voted-a-day-after-the-start", "b10-1-an-audit-issue-overdue"])
def test_a_variant_of_the_county_with_its_documents(name: str, tmp_path: Path) -> None:
    assert (VARIANTS / f"{name}.yaml").exists()
    made = variant(name).build()
    folder = tmp_path / "dossier"
    folder.mkdir()
    (folder / "dossier.json").write_bytes(orjson.dumps(made.dossier))
    for path, data in made.files.items():
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(data)
    broken = checked(folder, "strict")
    there = compare(as_read(broken), as_read(county("shili-county")))
    mended = {(e.item, e.status) for e in there.entries if e.list == "rectify"}
    assert {status for _, status in mended} == {"resolved"}
    assert name.split("-")[0].upper() in {i.split(".")[0] for i, _ in mended}
    back = compare(as_read(county("shili-county")), as_read(broken))
    assert {e.status for e in back.entries if e.list == "rectify"} == {"new"}


# -- nothing is closed unasked: any two reports ---------------------------------------------------------------

_TOUCHED = [ONE, "B7.2/community/c0002", ROWS, AREA, "B6.3/area/999901", "B5.1/community/c0003"]
_outcome = st.sampled_from(["fail", "unknown", "pass", "not_applicable"])
_edit = st.one_of(
    st.tuples(st.just("outcome"), st.sampled_from(_TOUCHED), st.dictionaries(st.integers(0, 3), _outcome, max_size=3)),
    st.tuples(st.just("absent"), st.sampled_from(_TOUCHED), st.none()),
    st.tuples(st.just("condition"), st.sampled_from(_TOUCHED), st.integers(0, 2)),
    st.tuples(st.just("row"), st.sampled_from(_TOUCHED), st.integers(0, 3)),
    st.tuples(st.just("mode"), st.just(""), st.none()),
    st.tuples(st.just("subject"), st.just(""), st.integers(0, 2)),
    st.tuples(st.just("asserted"), st.sampled_from(_TOUCHED), st.none()),
)


@cache
def _few() -> bytes:
    """The findings that are touched, and of the others one in ten."""
    report = base()
    report["findings"] = [f for n, f in enumerate(report["findings"]) if f["id"] in _TOUCHED or n % 10 == 0]
    return orjson.dumps(report)


def edited(edits: list[tuple[str, str, Any]]) -> dict[str, Any]:
    report = orjson.loads(_few())
    for what, ident, value in edits:
        there = [f for f in report["findings"] if f["id"] == ident]
        if what == "mode":
            report["provenance"]["mode"] = "feed"
        elif what == "subject":
            report["subjects"][value] |= {"name": "改", "address": None}
        elif not there:
            continue
        elif what == "outcome":
            lines = {n: o for n, o in value.items() if n < len(there[0]["checks"])}
            found = [o for o in ("fail", "unknown") if o in lines.values()]
            put(report, ident, found[0] if found else "pass", lines)
        elif what == "absent":
            report["findings"].remove(there[0])
        elif what == "condition":
            checks = item(report, there[0]["item"])["checks"]
            checks[value % len(checks)]["condition"]["zh"] += "（改）"
        elif what == "row" and len(there[0]["checks"]) > 1:
            del there[0]["checks"][value % len(there[0]["checks"])]
        elif what == "asserted":
            for line in there[0]["checks"]:
                line["basis"] = "asserted" if line["outcome"] == "pass" else None
    for one in report["findings"]:  # the outcome goes with the lines that are left
        lines = [line["outcome"] for line in one["checks"]]
        told = next((o for o in ("fail", "unknown", "pass") if o in lines), "not_applicable")
        if one["id"] in _TOUCHED and told != one["outcome"]:
            one |= {"outcome": told, "disposition": {"fail": "rectify", "unknown": "supply"}.get(told, "none")}
            one["reason"] = {"unknown": "missing_field", "not_applicable": "not_due"}.get(told)
            one["basis"] = "evidenced" if told == "pass" else None
    return report


def asked_again_and_passed(old: dict[str, Any], new: dict[str, Any], ident: str) -> bool:
    """Said in another way than the comparison: straight from the JSON of both reports."""
    first, second = finding(old, ident), finding(new, ident)
    if second["outcome"] != "pass":
        return False
    then, now = item(old, first["item"]), item(new, first["item"])
    for line in first["checks"]:
        if line["outcome"] != first["outcome"]:
            continue
        same = [
            x for x in second["checks"] if (x["check"], x["subject"]["id"]) == (line["check"], line["subject"]["id"])
        ]
        stated = [[c["condition"] for c in i["checks"] if c["check"] == line["check"]] for i in (then, now)]
        strict = old["provenance"]["mode"] == "strict"
        if stated[0] != stated[1] or not same or any(x["outcome"] != "pass" for x in same):
            return False
        if strict and any(x["basis"] == "asserted" for x in same):
            return False
    return True


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(_edit, max_size=6), st.lists(_edit, max_size=6))
def test_nothing_is_resolved_unless_the_same_was_asked_again_and_passed(
    before: list[tuple[str, str, Any]], after: list[tuple[str, str, Any]]
) -> None:
    old, new = edited(before), edited(after)
    made = compared(old, new)
    failing = Counter(e.old.finding for e in made.entries if e.old is not None and e.old.outcome in ("fail", "unknown"))
    assert failing == Counter(f["id"] for f in old["findings"] if f["outcome"] in ("fail", "unknown"))
    open_now = Counter(e.new.finding for e in made.entries if e.new is not None and e.new.disposition != "none")
    assert open_now == Counter(f["id"] for f in new["findings"] if f["disposition"] != "none")
    for one in made.entries:
        if one.status == "resolved":
            assert one.old is not None
            assert asked_again_and_passed(old, new, one.old.finding)
        assert (one.why is not None) == (one.status == "incomparable")
    assert sum(sum(c.values()) for c in made.counts.values()) == len(made.entries)


# -- what is shown, and the command ---------------------------------------------------------------------------


def run(*arguments: str) -> Any:
    return CliRunner().invoke(cli, ["rectify", "compare", *arguments])


@pytest.fixture
def files(tmp_path: Path) -> dict[str, str]:
    states = {
        "failing": put(base(), ONE, "fail"),
        "mended": put(base(), ONE, "pass"),
        "unknown": put(base(), ONE, "unknown"),
    }
    broken = put(base(), ONE, "pass")
    broken["faults"] = [{"item": "B1.1", "check": "x", "subject": "area /", "message": {"zh": "故障", "en": "fault"}}]
    tampered = put(base(), ONE, "pass")
    tampered["integrity"] = ["a1"]
    result = {}
    for name, report in (states | {"broken": broken, "tampered": tampered}).items():
        if name != "failing":
            report["provenance"]["dossier_sha256"] = "2" * 64
        path = tmp_path / f"{name}.json"
        path.write_bytes(written(report))
        result[name] = str(path)
    return result


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("failing", "mended"), 0),
        (("failing", "failing"), 1),
        (("failing", "failing", "--fail-on", "new"), 0),
        (("failing", "unknown"), 1),  # not shown to be mended
        (("failing", "unknown", "--fail-on", "never"), 0),
        (("failing", "unknown", "--fail-on", "never", "--fail-on-unknown"), 1),
        (("mended", "failing"), 1),
        (("mended", "failing", "--fail-on", "new"), 1),
        (("failing", "broken"), 4),
        (("broken", "mended"), 4),
        (("failing", "tampered"), 5),
    ],
)
def test_exit_codes(files: dict[str, str], arguments: tuple[str, ...], code: int) -> None:
    done = run(*[files.get(a, a) for a in arguments])
    assert done.exit_code == code, done.output


def test_text_json_and_csv(files: dict[str, str], tmp_path: Path) -> None:
    target = tmp_path / "out.csv"
    done = run(files["failing"], files["mended"], "--report", "text", "--report", f"csv:{target}", "--lang", "zh")
    assert "已整改 1" in done.output
    assert "B7.1" in done.output
    assert target.read_bytes().startswith(b"\xef\xbb\xbf")
    told = json.loads(run(files["failing"], files["mended"], "--report", "json").stdout)
    assert told["counts"]["rectify"]["resolved"] == 1
    english = run(files["failing"], files["mended"], "--lang", "en").output
    assert "resolved 1" in english


def test_every_status_has_its_words_in_both_languages() -> None:
    made = compared(put(put(base(), ONE, "fail"), AREA, "fail"), put(base(), AREA, "unknown"))
    for lang in ("zh", "en"):
        assert as_text(made, lang, verbose=True).decode().count("B1.1")
        assert len(table(made, lang).decode().splitlines()) >= len(made.entries) + 1
    assert orjson.loads(as_json(made))["entries"][0]["status"] in (*OPEN_STATUSES, "resolved")
