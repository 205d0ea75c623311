"""What only the notice's body asks under H1 to H10 and in its part three (X19–X33): where it stands and what it does."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from places import PROFILE, files_of, findings_in, item_in, raw_of, reported, village

from compliance.bench import holds_open, load_law
from compliance.schemas.report import Report

LAW = load_law()
ITEMS = {item.id: item for item in LAW.items}
CARRIED = {carried.body: carried for clause in LAW.clauses for carried in clause.spec.carries}
FOLLOWS = {carried.body: carried for carried in LAW.standard.consequences}
ALL = [f"X{n}" for n in range(1, 34)]
OURS = ALL[18:]
CLAUSE = {
    "X19": "H1", "X20": "H2", "X21": "H3", "X22": "H4", "X23": "H5", "X24": "H6", "X25": "H7", "X26": "H8", "X27": "H10",
    **dict.fromkeys(("X28", "X29", "X31", "X32", "X33"), "X"),
}  # fmt: skip
"""By the section of the body that makes the requirement; H9 has a conflict of wording and nothing of its own."""
SECTIONS = {"X28": "三（一）", "X29": "三（二）", "X31": "三（三）", "X32": "三（三）", "X33": "三（四）"}
QUESTIONS = ("X19", "X20", "X23", "X26", "X28", "X29", "X31", "X33")
OBLIGATIONS = {
    **dict.fromkeys(("X19", "X20", "X21", "X23", "X26", "X27", "X29"), "encouraged"),
    **dict.fromkeys(("X22", "X28", "X31", "X32", "X33"), "expected"),
}  # fmt: skip
"""By the body's own words: 鼓励 and 可, or 应当 and 要."""

Json = dict[str, Any]


# -- where each stands -------------------------------------------------------------------------------------------


def test_every_requirement_of_the_body_is_an_item_or_carried_or_a_consequence_and_none_twice() -> None:
    stated = Counter([*(i for i in ITEMS if i.startswith("X")), *CARRIED, *FOLLOWS])
    assert stated == Counter(dict.fromkeys(ALL, 1))
    assert set(FOLLOWS) == {"X30"}


def test_each_stands_under_the_clause_of_its_section() -> None:
    where = {i.id: i.clause for i in LAW.items} | {c.body: k.id for k in LAW.clauses for c in k.spec.carries}
    assert {name: where[name] for name in OURS if name in where} == CLAUSE
    for name in CLAUSE:
        cite = ITEMS[name].spec.cite.body if name in ITEMS else CARRIED[name].cite
        clause = next(c for c in LAW.clauses if c.id == CLAUSE[name])
        assert cite == SECTIONS.get(name, clause.spec.source.body), name
        assert name not in ITEMS or ITEMS[name].spec.cite.annex is None


def test_part_three_is_the_last_clause_and_holds_items_of_the_body_alone() -> None:
    clause = LAW.clauses[-1]
    assert (clause.id, clause.spec.source.annex) == ("X", None)
    assert all(item.body_only for item in clause.items)
    report = village()
    told = next(c for c in report.clauses if c.clause == "X")
    assert (told.part, told.items, told.body_items) == ("body", (), ("X28", "X29", "X31", "X32", "X33"))


def test_what_is_carried_is_asked_by_checks_that_are_there() -> None:
    checks = {check.id for check in LAW.checks}
    assert CARRIED["X25"].by == ["H7.1.content"]
    assert CARRIED["X24"].by == [
        "H6.1.mechanism", "H6.1.project_finance", "B2.1.no_hidden_debt", "B2.1.no_guarantee",
    ]  # fmt: skip
    assert {*CARRIED["X24"].by, *CARRIED["X25"].by} <= checks


def test_obligations_follow_the_words_of_the_body() -> None:
    assert {name: ITEMS[name].spec.obligation for name in OURS if name in ITEMS} == OBLIGATIONS


def test_which_are_questions_and_which_the_data_answer() -> None:
    assert tuple(name for name in OURS if name in ITEMS and ITEMS[name].is_question) == QUESTIONS
    assert [name for name in OURS if name in ITEMS and holds_open(ITEMS[name])] == ["X21", "X22", "X27", "X32"]


@pytest.mark.parametrize(
    ("place", "asked"),
    [
        ("county", {"X19", "X20", "X23", "X26", "X28", "X31", "X33"}),
        ("city", {"X19", "X20", "X23", "X26", "X28", "X31", "X33"}),
        ("province", {"X28", "X29", "X31", "X33"}),
    ],
)
def test_who_is_asked(place: str, asked: set[str]) -> None:
    report = reported(raw_of(place), files_of(place))
    open_ = {i.item for i in report.items if i.item in OURS and i.outcome == "unknown"}
    assert open_ == asked
    for item in (i for i in report.items if i.item in OURS and i.item not in asked):
        wanted = ("pass", None) if item.item in ("X21", "X22", "X27", "X32") and place != "province" else None
        assert (item.outcome, item.reason) == (wanted or ("not_applicable", "level_not_covered")), item.item
    for found in (f for f in report.findings if f.item in asked):
        assert (found.reason, found.disposition) == ("needs_judgement", "review")
        assert all(q.zh.endswith("？") or "对照" in q.zh for q in found.questions)


def test_the_province_is_asked_of_its_own_ways_to_complain_and_the_county_of_those_that_reach_residents() -> None:
    for place, wanted in (("province", ["province"]), ("county", ["local"])):
        (found,) = findings_in(reported(raw_of(place), files_of(place)), "X31")
        assert [c.check for c in found.checks if c.outcome == "unknown"] == wanted
        assert len(found.questions) == 1
        assert found.obligation == ("expected" if place == "province" else "encouraged")


def test_part_three_asks_two_things_of_the_assessment() -> None:
    (found,) = findings_in(village(), "X28")
    assert len(found.questions) == 2
    assert all(item in found.questions[1].zh for item in ("B6.3", "B9.2", "X3"))


# -- the survey before the plan (X21) -----------------------------------------------------------------------------


def _surveyed(on: str | None) -> Callable[[Json], None]:
    def write(raw: Json) -> None:
        raw["area_surveys"][0]["surveyed_on"] = on

    return write


@pytest.mark.parametrize(
    ("on", "outcome", "reason"),
    [
        ("2022-12-27", "pass", None),
        ("2022-12-28", "pass", None),
        ("2022-12-29", "fail", None),
        ("2022-12", "unknown", "ambiguous_date"),
        ("2022-11", "pass", None),
        (None, "unknown", "missing_field"),
    ],
)
def test_the_survey_of_a_residential_community_comes_before_the_plan(
    on: str | None, outcome: str, reason: str | None
) -> None:
    report = village(_surveyed(on))
    (found,) = findings_in(report, "X21")
    assert (found.outcome, found.reason) == (outcome, reason)
    assert found.disposition == {"pass": "none", "fail": "improve", "unknown": "supply"}[outcome]
    assert findings_in(report, "H3.1") == findings_in(village(), "H3.1")
    assert report.verdict.outcome == "pass"


def test_a_community_without_a_survey_is_h3_1s_matter_alone() -> None:
    def none_made(raw: Json) -> None:
        raw["area_surveys"] = []
        raw["declarations"].append({"absent": "area_surveys", "declared_by": "示例县", "declared_on": "2024-01-10"})

    report = village(none_made)
    assert item_in(report, "H3.1").outcome == "fail"
    assert (item_in(report, "X21").outcome, item_in(report, "X21").reason) == ("not_applicable", "no_object")


# -- policies: sharing the cost (X22), whole flats (X27) ----------------------------------------------------------


def _policy(topic: str, **fields: Any) -> Callable[[Json], None]:
    def write(raw: Json) -> None:
        policy = next(p for p in raw["policies"] if topic in p["topics"])
        policy |= fields

    return write


@pytest.mark.parametrize(
    ("fields", "outcome", "reason"),
    [
        ({}, "pass", None),
        ({"exists": False}, "fail", None),
        ({"effective_to": "2024-01-31"}, "pass", None),
        ({"effective_to": "2024-01-30"}, "fail", None),
        ({"is_draft": True}, "unknown", "missing_field"),
        ({"forwards_only": True}, "unknown", "needs_judgement"),
        ({"level": "province"}, "unknown", "missing_field"),
    ],
)
def test_a_policy_of_the_area_s_own_shares_the_cost(fields: Json, outcome: str, reason: str | None) -> None:
    report = village(_policy("funding", **fields))
    (found,) = findings_in(report, "X22")
    assert (found.outcome, found.reason) == (outcome, reason)
    assert report.verdict.outcome == {"pass": "pass", "fail": "fail", "unknown": "unknown"}[outcome]
    if outcome == "fail":
        assert (found.disposition, found.severity) == ("rectify", "minor")


@pytest.mark.parametrize(
    ("fields", "own", "broad"),
    [
        ({"indoor_classes": ["whole_fitting"]}, "pass", "pass"),
        ({"indoor_classes": ["indoor_pipes"]}, "fail", "pass"),
        ({"indoor_classes": []}, "not_applicable", "unknown"),
        ({"exists": False}, "not_applicable", "fail"),
    ],
)
def test_whole_flats_are_asked_for_only_where_a_policy_names_what_it_promotes(fields: Json, own: str, broad: str) -> None:
    report = village(_policy("indoor_renovation", **fields))
    assert (item_in(report, "X27").outcome, item_in(report, "H10.1").outcome) == (own, broad)
    assert report.verdict.outcome == "pass"


# -- what inspections, petitions and the press bring up (X32) ------------------------------------------------------


def _issue(**fields: Any) -> Callable[[Json], None]:
    def write(raw: Json) -> None:
        raw["issues"] = [i for i in raw["issues"] if i["source"] == "audit"]
        raw["issues"].append({"issue_id": "i1", "source": "petition", "category": "other", "found_on": "2023-03-01"} | fields)

    return write


OPEN = {"status": "in_progress", "deadline": "2024-01-30"}


@pytest.mark.parametrize(
    ("fields", "outcome", "reason"),
    [
        (OPEN, "fail", None),
        (OPEN | {"source": "provincial_inspection"}, "fail", None),
        (OPEN | {"source": "media"}, "fail", None),
        (OPEN | {"source": "self"}, "not_applicable", "no_object"),
        (OPEN | {"deadline": "2024-01-31"}, "not_applicable", "no_object"),
        (OPEN | {"deadline": "2024-02"}, "not_applicable", "no_object"),
        (OPEN | {"deadline": None}, "unknown", "missing_field"),
        (OPEN | {"found_on": "2024-02-01"}, "not_applicable", "no_object"),
        ({"status": "closed", "closed_on": "2023-06-01", "verifier": "街道"}, "unknown", "missing_evidence"),
        ({"status": "closed", "closed_on": "2023-06-01"}, "unknown", "missing_field"),
        ({"status": "closed", "verifier": "街道"}, "unknown", "missing_field"),
        (OPEN | {"closed_on": "2023-06-01"}, "unknown", "conflicting_data"),
    ],
)
def test_what_was_brought_up_is_put_right_in_time(fields: Json, outcome: str, reason: str | None) -> None:
    report = village(_issue(**fields))
    item = item_in(report, "X32")
    assert (item.outcome, item.reason) == (outcome, reason)
    assert item_in(report, "B10.1").outcome == "pass"
    told = [r for r in report.verdict.risks if r.id == "X32"]
    assert bool(told) is (outcome == "fail")
    assert (item.risk is not None) is (outcome == "fail")
    for risk in told:
        assert (risk.cite, "由有权机关决定" in risk.says.zh) == ("三（三）", True)


def test_a_late_closing_passes_with_a_remark_and_stays_history() -> None:
    (found,) = findings_in(village(lambda raw: raw["issues"][-1].update(deadline="2023-07-09")), "X32")
    assert (found.outcome, found.basis) == ("pass", "evidenced")
    assert [r.zh for r in found.remarks] == ["销号晚于整改时限"]
    assert len(found.history) == 1
    (in_time,) = findings_in(village(lambda raw: raw["issues"][-1].update(deadline="2023-07-10")), "X32")
    assert in_time.remarks == ()


def test_one_issue_makes_one_finding_whoever_brought_it_up() -> None:
    for source, item, other in (("audit", "B10.1", "X32"), ("petition", "X32", "B10.1")):
        def write(raw: Json, source: str = source) -> None:
            raw["issues"] = [{"issue_id": "i1", "source": source, "found_on": "2023-03-01", **OPEN}]
            if source != "audit":
                raw["declarations"].append({"absent": "audit_issues", "declared_by": "示例县", "declared_on": "2024-01-10"})

        report = village(write)
        assert item_in(report, item).outcome == "fail"
        assert item_in(report, other).outcome != "fail"
        assert [f.item for f in report.findings if f.disposition == "rectify"] == [item]


# -- what may follow (X30) -----------------------------------------------------------------------------------------


def test_the_subsidy_is_spoken_of_when_the_baseline_is_breached_and_never_otherwise() -> None:
    def breached(raw: Json) -> None:
        raw["communities"][0]["land_type"] = "collective"

    (risk,) = [r for r in village(breached).verdict.risks if r.id == "X30"]
    assert risk.cite == "三（三）"
    assert "本程序不作决定" in risk.says.zh
    for report in (village(), village(_policy("funding", exists=False)), village(_issue(**OPEN))):
        assert [r for r in report.verdict.risks if r.id == "X30"] == []


# -- how body and annex are read (H6, H8, H9) -----------------------------------------------------------------------


def _no_rule(raw: Json) -> None:
    raw["fund_rules"]["replenish"] = {"exists": False}


def _not_handed_over(raw: Json) -> None:
    for community in raw["communities"]:
        for handover in community.get("handovers", ()):
            handover["signed"] = False
            handover.pop("signed_on", None)


def _no_finance(raw: Json) -> None:
    _policy("finance", exists=False)(raw)


READINGS: dict[str, tuple[str, Callable[[Json], None], str, str]] = {
    "H6": ("H6.1", _no_finance, "expected", "encouraged"),
    "H8": ("H8.1", _not_handed_over, "encouraged", "expected"),
    "H9": ("H9.1", _no_rule, "expected", "encouraged"),
}
"""Reading → the item, what spoils it, its obligation by the body (the default) and by the annex."""


@pytest.fixture(scope="module")
def read_by(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., str]:
    """The invented county's profile with options of readings chosen."""

    def write(**chosen: str) -> str:
        path = tmp_path_factory.mktemp("profiles") / "chosen.yaml"
        said = ", ".join(f"{reading}: {option}" for reading, option in chosen.items())
        path.write_text(Path(PROFILE).read_text("utf-8") + f"\nreadings: {{{said}}}\n", "utf-8")
        return str(path)

    return write


def test_each_conflict_of_wording_asks_a_question_and_says_both_answers() -> None:
    found = {r.reading: r for clause in LAW.clauses for r in clause.spec.readings}
    assert set(READINGS) < set(found)
    for reading in READINGS:
        assert found[reading].default == "body"
        assert list(found[reading].options) == ["body", "annex"]
        assert found[reading].options["body"].changes == {}
        assert all(READINGS[reading][0] in option.says.zh for option in found[reading].options.values())


@pytest.mark.parametrize("reading", READINGS)
def test_the_other_reading_changes_obligation_and_what_follows_and_nothing_else(
    reading: str, read_by: Callable[..., str]
) -> None:
    item, spoil, by_body, by_annex = READINGS[reading]
    follows = {"expected": "rectify", "encouraged": "improve"}
    reports = {option: village(spoil, read_by(**{reading: option})) for option in ("body", "annex")}
    for option, obligation in (("body", by_body), ("annex", by_annex)):
        report = reports[option]
        failing = [f for f in findings_in(report, item) if f.outcome == "fail"]
        assert failing
        spoilt = [f for f in failing if f.obligation == obligation]
        assert {f.disposition for f in spoilt} == {follows[obligation]}
        assert all((f.severity == "advisory") is (obligation == "encouraged") for f in spoilt)
        assert report.verdict.outcome == ("fail" if obligation == "expected" else "pass")
        (used,) = [r for r in report.provenance.readings if r.reading == reading]
        assert (used.option, used.chosen) == (option, True)

    def others(report: Report) -> list[Any]:
        return [(f.id, f.outcome, f.reason, f.obligation, f.severity) for f in report.findings if f.item != item]

    def answers(report: Report) -> list[Any]:
        return [(f.id, f.outcome, f.reason, [(c.check, c.outcome, c.reason) for c in f.checks]) for f in findings_in(report, item)]

    assert others(reports["body"]) == others(reports["annex"])
    assert answers(reports["body"]) == answers(reports["annex"])


@pytest.mark.parametrize("reading", READINGS)
def test_without_a_breach_the_reading_changes_no_outcome(reading: str, read_by: Callable[..., str]) -> None:
    outcomes = [[(i.item, i.outcome, i.tally) for i in village(profile=read_by(**{reading: o})).items] for o in ("body", "annex")]
    assert outcomes[0] == outcomes[1]


def test_the_default_is_the_body_and_says_that_nobody_chose_it() -> None:
    used = {r.reading: (r.option, r.chosen) for r in village().provenance.readings}
    assert {r: used[r] for r in READINGS} == dict.fromkeys(READINGS, ("body", False))


def test_the_county_shows_documents_for_each_item_that_data_answer() -> None:
    report = reported(raw_of("county"), files_of("county"))
    for item, wanted in (("X21", "area_survey_report"), ("X22", "policy_file"), ("X27", "indoor_policy"), ("X32", "closure_form")):
        (found,) = findings_in(report, item)
        assert (found.outcome, found.basis) == ("pass", "evidenced"), item
        assert wanted in {a.doc_type for a in found.found}
