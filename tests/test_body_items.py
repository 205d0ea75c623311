"""What only the notice's body asks under B1 to B10 (X1–X18): where each stands, and what it does to findings and verdict."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from places import FIXTURES, PROFILE, files_of, findings_in, item_in, raw_of, reported, village

from compliance.bench import holds_open, load_law
from compliance.render import render

LAW = load_law()
ITEMS = {item.id: item for item in LAW.items}
CARRIED = {carried.body: carried for clause in LAW.clauses for carried in clause.spec.carries}
OURS = [f"X{n}" for n in range(1, 19)]
CLAUSE = {
    "X1": "B1", **dict.fromkeys(("X2", "X3", "X4", "X5"), "B3"), **dict.fromkeys(("X6", "X7"), "B4"),
    **dict.fromkeys(("X8", "X9"), "B5"), "X10": "B6", "X11": "B8",
    **dict.fromkeys(("X12", "X13", "X14", "X15", "X16", "X17"), "B9"), "X18": "B10",
}  # fmt: skip
"""By the section of the body that makes the requirement."""
QUESTIONS = ("X1", "X2", "X4", "X5", "X6", "X10")

Json = dict[str, Any]


# -- where each stands -------------------------------------------------------------------------------------------


def test_each_requirement_is_an_item_or_carried_exactly_once_under_its_clause() -> None:
    stated = Counter({name: "." not in name for name in ITEMS if name in OURS})
    stated += Counter(carried for carried in CARRIED if carried in OURS)
    assert stated == Counter(dict.fromkeys(OURS, 1))
    where = {i.id: i.clause for i in LAW.items} | {c.body: k.id for k in LAW.clauses for c in k.spec.carries}
    assert {name: where[name] for name in OURS} == CLAUSE


def test_what_is_carried_is_asked_by_checks_that_are_there() -> None:
    checks = {check.id for check in LAW.checks}
    assert CARRIED["X7"].by == ["B4.2.dug_once", "B4.2.diggings_known"]
    assert CARRIED["X9"].by == ["B5.1.hazards_included"]
    for name in ("X7", "X9", *OURS[11:17]):
        assert set(CARRIED[name].by) <= checks
    assert CARRIED["X18"].by == ["B10.1"]
    assert ITEMS["B10.1"].spec.risk is not None


def test_items_of_the_body_cite_the_body_alone_at_the_section_of_their_clause() -> None:
    for name in OURS:
        cite = ITEMS[name].spec.cite.body if name in ITEMS else CARRIED[name].cite
        clause = next(c for c in LAW.clauses if c.id == CLAUSE[name])
        assert cite == clause.spec.source.body, name
        assert name not in ITEMS or ITEMS[name].spec.cite.annex is None


def test_which_are_questions_and_which_the_data_answer() -> None:
    assert tuple(name for name in OURS if name in ITEMS and ITEMS[name].is_question) == QUESTIONS
    assert [name for name in OURS if name in ITEMS and holds_open(ITEMS[name])] == ["X3", "X8", "X11"]
    for name in QUESTIONS:
        assert all(check.measured or check.asks for check in ITEMS[name].checks)


# -- questions and figures ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["shili-county", "shili-city"])
def test_an_area_that_passes_all_36_passes_and_says_how_many_of_the_body_are_open(name: str) -> None:
    report = reported(raw_of(name.removeprefix("shili-")), files_of(name.removeprefix("shili-")))
    assert {i.outcome for i in report.items if not i.body_only} <= {"pass", "not_applicable"}
    asked = [i.item for i in report.items if i.body_only and i.outcome == "unknown"]
    assert set(QUESTIONS) <= set(asked)
    assert report.verdict.outcome == "pass"
    assert report.verdict.open is False
    assert f"正文另有{len(asked)}项要求待研判或补充材料" in report.verdict.sentence.zh
    assert f"{len(asked)} requirements of the notice's body are open" in report.verdict.sentence.en
    assert report.verdict.body.unknown == len(asked)
    assert (report.verdict.baseline.passed, report.verdict.baseline.unknown) == (21, 0)


def test_a_question_says_what_to_look_for_and_a_person_must_judge() -> None:
    report = village()
    for name in QUESTIONS:
        (found,) = findings_in(report, name)
        assert (found.outcome, found.reason, found.disposition) == ("unknown", "needs_judgement", "review"), name
        assert len(found.questions) == 1
        assert found.questions[0].zh.endswith("？")


def _all_public(raw: Json) -> None:
    raw["plans"][0]["funding_plan"] = [
        {"source": "central_subsidy", "amount_10k": "1997.95", "confirmed": True},
        {"source": "county", "amount_10k": "2.84", "confirmed": True},
        {"source": "resident", "amount_10k": "12.4", "confirmed": True},
        {"source": "loan", "amount_10k": "900", "confirmed": False, "in_place": False},
    ]


def test_the_share_of_public_money_stands_as_a_figure_beside_the_question() -> None:
    report = village(_all_public)
    (found,) = findings_in(report, "X2")
    (share,) = [v for line in found.checks if line.check == "share" for v in line.values]
    assert share.value == "200079/201319"
    assert (found.outcome, found.reason) == ("unknown", "needs_judgement")
    text = render(report, "text").decode()
    assert "财政资金占已落实资金比例：≈99.38%（200079/201319）" in text


def test_without_a_funding_plan_the_question_is_asked_without_a_figure() -> None:
    def silent(raw: Json) -> None:
        del raw["plans"][0]["funding_plan"]

    (found,) = findings_in(village(silent), "X2")
    assert {line.check: line.outcome for line in found.checks} == {"share": "not_applicable", "judged": "unknown"}


def _ledger(*entries: tuple[str, str, str | None]) -> Callable[[Json], None]:
    def write(raw: Json) -> None:
        raw["fund_txns"] = [
            {"txn_id": f"t{i}", "source": source, "kind": kind, "amount_10k": amount, "on": "2023-05-10"}
            for i, (source, kind, amount) in enumerate(entries)
        ]

    return write


@pytest.mark.parametrize(
    ("entries", "outcome", "value"),
    [
        ([("city", "received", "800"), ("city", "paid", "0.5")], "pass", "5/8000"),
        ([("city", "received", "800")], "pass", "0/800"),
        ([("city", "received", "800"), ("city", "paid", "800")], "pass", "800/800"),
        ([("city", "received", "800"), ("city", "paid", "801")], "unknown", None),
        ([("city", "received", None)], "unknown", None),
        ([("enterprise", "received", "800"), ("enterprise", "paid", "800")], "unknown", None),
    ],
)
def test_the_payment_rate_is_measured_and_fails_nobody(entries: list[Any], outcome: str, value: str | None) -> None:
    (found,) = findings_in(village(_ledger(*entries)), "X3")
    assert (found.outcome, found.basis) == (outcome, "measured" if outcome == "pass" else None)
    assert [v.value for line in found.checks for v in line.values] == [value]


def test_a_library_with_nothing_beyond_the_plan_is_remarked_on() -> None:
    def only_planned(raw: Json) -> None:
        inside = set(raw["plans"][0]["community_ids"])
        raw["reserve_entries"] = [r for r in raw["reserve_entries"] if r["community_id"] in inside]

    (found,) = findings_in(village(only_planned), "X5")
    assert [r.zh[:5] for r in found.remarks] == ["储备库除本"]
    assert [r for f in findings_in(village(), "X5") for r in f.remarks] == []


# -- the survey before the scheme (X8) ---------------------------------------------------------------------------


def _surveyed(on: str | None, scheme: str | None = "2023-01-10") -> Callable[[Json], None]:
    def write(raw: Json) -> None:
        community = raw["communities"][0]
        for shortfall in community["shortfalls"]:
            shortfall["surveyed_on"] = on
        community["scheme"]["finalised_on"] = scheme

    return write


@pytest.mark.parametrize(
    ("on", "scheme", "outcome", "reason"),
    [
        ("2023-01-09", "2023-01-10", "pass", None),
        ("2023-01-10", "2023-01-10", "pass", None),
        ("2023-01-11", "2023-01-10", "fail", None),
        ("2023-01", "2023-01-10", "unknown", "ambiguous_date"),
        ("2022-12", "2023-01-10", "pass", None),
        (None, "2023-01-10", "unknown", "missing_field"),
        ("2022-08-20", None, "unknown", "missing_field"),
    ],
)
def test_the_survey_comes_before_the_scheme(on: str | None, scheme: str | None, outcome: str, reason: str | None) -> None:
    report = village(_surveyed(on, scheme))
    found = findings_in(report, "X8")[0]
    assert (found.outcome, found.reason) == (outcome, reason)
    assert item_in(report, "X8").outcome == outcome


def test_one_late_shortfall_fails_its_community_and_b5_1_says_nothing_of_it() -> None:
    def late(raw: Json) -> None:
        raw["communities"][1]["shortfalls"][2]["surveyed_on"] = "2024-01-05"

    report = village(late)
    before, (spoilt,) = village(), [f for f in report.findings if f.outcome == "fail" and f.obligation == "mandatory"]
    assert (spoilt.item, spoilt.subject.id, spoilt.severity) == ("X8", "c0002", "major")
    assert spoilt.disposition == "rectify"
    assert [line.subject.pointer for line in spoilt.checks if line.outcome == "fail"] == ["/communities/1/shortfalls/2"]
    assert findings_in(report, "B5.1") == findings_in(before, "B5.1")
    assert report.verdict.outcome == "fail"
    clause = next(c for c in report.clauses if c.clause == "B5")
    assert (clause.outcome, clause.body_items) == ("pass", ("X8",))


def test_a_scheme_not_yet_made_is_not_due_and_shortfalls_not_reported_are_open() -> None:
    def unmade(raw: Json) -> None:
        raw["communities"][0]["scheme"]["finalised_on"] = "2024-06-30"
        project = next(p for p in raw["projects"] if raw["communities"][0]["community_id"] in p["community_ids"])
        for field in ("actual_start", "completed_on", "acceptance", "handover_on"):
            project.pop(field, None)
        project["stage"] = "planned"

    assert findings_in(village(unmade), "X8")[0].reason == "not_due"

    def silent(raw: Json) -> None:
        raw["communities"][0]["shortfalls"] = []

    assert findings_in(village(silent), "X8")[0].reason == "missing_field"


# -- the first consensus before the plan (X11), and how the texts are read -----------------------------------------


def _agreed(on: str | None) -> Callable[[Json], None]:
    def write(raw: Json) -> None:
        raw["communities"][0]["mgmt_consensus"]["initial_consensus_on"] = on

    return write


@pytest.mark.parametrize(
    ("on", "outcome", "reason"),
    [
        ("2022-12-27", "pass", None),
        ("2022-12-28", "pass", None),
        ("2022-12-29", "fail", None),
        ("2022-12", "unknown", "ambiguous_date"),
        ("2022", "unknown", "ambiguous_date"),
        ("2022-11", "pass", None),
        (None, "unknown", "missing_field"),
    ],
)
def test_the_first_consensus_comes_before_the_plan(on: str | None, outcome: str, reason: str | None) -> None:
    report = village(_agreed(on))
    assert report.provenance.readings
    found = findings_in(report, "X11")[0]
    assert (found.outcome, found.reason) == (outcome, reason)
    assert found.obligation == "mandatory"
    assert item_in(report, "B8.1").outcome == "pass"
    assert report.verdict.outcome == {"pass": "pass", "fail": "fail", "unknown": "unknown"}[outcome]


@pytest.fixture(scope="module")
def by_the_annex(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The invented county's profile, with clause B8 read by the annex."""
    path = tmp_path_factory.mktemp("profiles") / "annex.yaml"
    path.write_text(Path(PROFILE).read_text("utf-8") + "\nreadings: {B8: annex}\n", "utf-8")
    return str(path)


def test_read_by_the_annex_a_late_first_consensus_is_advice_only(by_the_annex: str) -> None:
    late = _agreed("2022-12-29")
    by_body, by_annex = village(late), village(late, by_the_annex)
    assert (by_body.verdict.outcome, by_annex.verdict.outcome) == ("fail", "pass")
    found = findings_in(by_annex, "X11")[0]
    assert (found.outcome, found.disposition, found.obligation, found.severity) == (
        "fail", "improve", "encouraged", "advisory",
    )  # fmt: skip
    (used,) = [r for r in by_annex.provenance.readings if r.reading == "B8"]
    assert (used.option, used.chosen) == ("annex", True)
    (default,) = [r for r in by_body.provenance.readings if r.reading == "B8"]
    assert (default.option, default.chosen) == ("body", False)


def test_read_by_the_annex_nothing_else_changes_and_an_open_consensus_holds_nothing_up(by_the_annex: str) -> None:
    others = [
        {i.item: (i.outcome, i.obligation, i.severity) for i in r.items if i.item != "X11"}
        for r in (village(), village(profile=by_the_annex))
    ]
    assert others[0] == others[1]
    silent = village(_agreed(None), by_the_annex)
    assert (silent.verdict.outcome, silent.verdict.open) == ("pass", False)


# -- what may follow (X18) -----------------------------------------------------------------------------------------


def _issue(**fields: Any) -> Callable[[Json], None]:
    def write(raw: Json) -> None:
        raw["declarations"] = [d for d in raw["declarations"] if d["absent"] != "audit_issues"]
        raw["issues"] = [{"issue_id": "i1", "source": "audit", "category": "procedure", "found_on": "2023-03-01"} | fields]

    return write


@pytest.mark.parametrize(
    ("fields", "outcome"),
    [
        ({"deadline": "2024-01-30", "status": "in_progress"}, "fail"),
        ({"deadline": "2024-01-31", "status": "in_progress"}, "not_applicable"),
        ({"deadline": None, "status": "in_progress"}, "unknown"),
    ],
)
def test_the_risk_to_next_years_eligibility_is_told_when_b10_1_fails_and_never_otherwise(
    fields: Json, outcome: str
) -> None:
    report = village(_issue(**fields))
    item = item_in(report, "B10.1")
    assert item.outcome == outcome
    told = [r for r in report.verdict.risks if r.id == "X18"]
    assert bool(told) is (outcome == "fail")
    assert (item.risk is not None) is (outcome == "fail")
    for risk in told:
        assert risk.cite == "一（十）"
        assert "视情况" in risk.says.zh


def test_another_failing_brings_no_risk_to_eligibility() -> None:
    for report in (village(), village(_agreed("2022-12-29")), village(_surveyed("2023-01-11"))):
        assert [r for r in report.verdict.risks if r.id == "X18"] == []


def test_the_fixture_folders_show_evidence_for_both_items() -> None:
    """In strict mode: a survey report for X8, an agreement for X11."""
    assert (FIXTURES / "shili-county" / "dossier.json").exists()
    report = reported(raw_of("county"), files_of("county"))
    for item, wanted in (("X8", "survey_report"), ("X11", "mgmt_agreement")):
        found = [f for f in report.findings if f.item == item]
        assert len(found) == 36
        assert {(f.outcome, f.basis) for f in found} == {("pass", "evidenced")}
        assert all(wanted in {a.doc_type for a in f.found} for f in found)
