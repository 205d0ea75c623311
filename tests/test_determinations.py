"""What a person recorded: every kind and every refusal, and that both outcomes stay visible."""

from __future__ import annotations

import copy
import hashlib
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import CliRunner
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from places import AS_OF, PROFILE, Json, bench, files_of, raw_of, reported

import compliance
from compliance.assembly import findings_of, report
from compliance.bench import put
from compliance.cli import cli
from compliance.determine import SUPPLIABLE, determine
from compliance.evidence.present import attachment_states
from compliance.fingerprints import fingerprint
from compliance.intake.determinations import read_determinations
from compliance.measures.base import all_measures
from compliance.render import render
from compliance.schemas.determination import Determinations
from compliance.schemas.dossier import Dossier
from compliance.schemas.generate import load
from compliance.schemas.received import Received
from compliance.schemas.refusal import CODES, Refused
from compliance.schemas.report import Finding, Report

RAW = raw_of("village")
FILES = files_of("village")
COMMUNITY = RAW["communities"][0]["community_id"]


# -- how a file of determinations is made in a test --------------------------------------------------------------


def finding_of(of: Report, ident: str) -> Finding:
    return next(f for f in of.findings if f.id == ident)


def first(of: Report, outcome: str, reason: str | None = None, disposition: str | None = None) -> Finding:
    return next(
        f
        for f in of.findings
        if f.outcome == outcome and reason in (None, f.reason) and disposition in (None, f.disposition)
    )


def entry(of: Finding, kind: str, outcome: str | None, **more: Any) -> Json:
    """One entry filled in; what is ``None`` is left out."""
    made: Json = {
        "id": "d-1",
        "kind": kind,
        "finding": of.id,
        "fingerprint": of.fingerprint,
        "old": {"outcome": of.outcome, "reason": of.reason},
        "new": outcome,
    }
    if kind != "objection":
        made |= {
            "office": "示例市住房城乡建设局",
            "person": "甲",
            "authority": {"document": "示例市检查工作规则", "section": "第九条"},
            "reason": "查阅会议纪要",
            "evidence": [{"title": "现场核查记录", "att_id": RAW["attachments"][0]["att_id"], "page": 2}],
            "decided_on": "2024-01-20",
        }
    return {k: v for k, v in (made | more).items() if v is not None}


def objection(finding: Finding, result: str | None, new: str | None = None, **more: Any) -> Json:
    raised = {
        "office": "示例县住房城乡建设局",
        "on": "2024-01-10",
        "grounds": "征询户数有误",
        "evidence": [{"title": "征询表", "att_id": RAW["attachments"][0]["att_id"]}],
    }
    answer = {
        "result": result,
        "office": "示例市住房城乡建设局",
        "authority": {"document": "示例市检查工作规则"},
        "on": "2024-01-25",
        "reason": "复核原始征询表",
    }
    return entry(finding, "objection", new, objection=raised, answer=answer if result else None, **more)


def file_of(*entries: Json, raw: Json = RAW, **head: Any) -> Json:
    names = ("dossier_id", "area_code", "plan_year")
    return {"schema_version": "1.0", **{n: raw[n] for n in names}, **head, "determinations": list(entries)}


Judge = Callable[..., Report]


@pytest.fixture
def judge(tmp_path: Path) -> Judge:
    """Judge a dossier with a file of determinations, given as values or as text."""

    def run(*entries: Json, raw: Json = RAW, mode: Any = "feed", as_of: str = AS_OF, text: str | None = None) -> Report:
        path = tmp_path / "认定.json"
        path.write_text(text or json.dumps(file_of(*entries, raw=raw), ensure_ascii=False), "utf-8")
        return judged(raw, path, mode, as_of)

    return run


def judged(raw: Json, path: Path | None, mode: Any = "feed", as_of: str = AS_OF) -> Report:
    dossier = Dossier.model_validate(raw)
    states = attachment_states(dossier, FILES)
    judgement, used = put(dossier, states, bench(as_of=as_of), mode), None
    if path is not None:
        recorded = read_determinations(path, dossier)
        judgement, used = determine(judgement, findings_of(judgement, states), states, recorded)
    received = Received(dossier, "d.json", "0" * 64, 0, FILES)
    return report(received, judgement, states, as_of_given=True, profile_given=True, determinations=used)


def plain(raw: Json = RAW, mode: Any = "feed", as_of: str = AS_OF) -> Report:
    return judged(raw, None, mode, as_of)


def refusals(run: Callable[[], Any]) -> list[tuple[str, str]]:
    with pytest.raises(Refused) as caught:
        run()
    assert all(error.code in CODES for error in caught.value.errors)
    return [(error.code, error.pointer) for error in caught.value.errors]


def failing(raw: Json) -> Json:
    """The same place, whose first community fell short in its consultation."""
    changed = copy.deepcopy(raw)
    for community in changed["communities"][:1]:
        for consultation in community["consultations"]:
            consultation |= {"participated": 1, "agreed": 1, "opposed": 0}
    return changed


FAILING = failing(RAW)
B71 = f"B7.1/community/{COMMUNITY}"


def unsupplied() -> Json:
    """The same place without its first community's consultation: what material could settle."""
    changed = copy.deepcopy(RAW)
    for consultation in changed["communities"][0]["consultations"]:
        consultation.pop("participated")
    return changed


UNSUPPLIED = unsupplied()


# -- kinds -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("new", ["pass", "fail", "not_applicable"])
def test_an_answer_settles_what_waits_for_judgement_and_shows_both_outcomes(judge: Judge, new: str) -> None:
    before = first(plain(), "unknown", "needs_judgement")
    after = judge(entry(before, "answer", new))
    finding = finding_of(after, before.id)
    assert (finding.outcome, finding.basis) == (new, "determined")
    (made,) = finding.determined
    assert (made.state, made.old, made.old_reason, made.new) == ("in_force", "unknown", "needs_judgement", new)
    assert (made.office, made.person, made.authority) == ("示例市住房城乡建设局", "甲", "示例市检查工作规则第九条")
    assert made.evidence[0].page == 2
    word = {"pass": "符合", "fail": "不符合", "not_applicable": "不适用"}[new]
    assert f"（经示例市住房城乡建设局2024-01-20研判认定：{word}；原为待证）。" in finding.sentence.zh
    (line,) = [line for line in finding.checks if line.was is not None]
    assert (line.was.outcome, line.was.reason, line.was.by, line.basis) == (
        "unknown", "needs_judgement", "d-1", "determined",
    )  # fmt: skip
    assert finding.fingerprint == before.fingerprint
    item = next(i for i in after.items if i.item == before.item)
    assert (item.outcome, item.was) == (new, "unknown")


def test_an_override_needs_no_reason_to_have_been_open(judge: Judge) -> None:
    before = plain(FAILING)
    failed = finding_of(before, B71)
    assert failed.outcome == "fail"
    assert before.verdict.outcome == "fail"
    after = judge(entry(failed, "override", "pass"), raw=FAILING)
    finding = finding_of(after, B71)
    assert (finding.outcome, finding.disposition, finding.reason) == ("pass", "none", None)
    assert "改判：符合；原为不符合" in finding.sentence.zh
    assert (after.verdict.outcome, after.verdict.was) == (plain().verdict.outcome, "fail")
    assert after.verdict.worst is None
    assert before.verdict.worst is not None
    assert after.verdict.rectify == before.verdict.rectify - 1


def test_an_override_may_find_failing_what_passed(judge: Judge) -> None:
    before = finding_of(plain(), B71)
    after = judge(entry(before, "override", "fail"))
    finding = finding_of(after, B71)
    assert (finding.outcome, finding.disposition, finding.reason) == ("fail", "rectify", None)
    assert "经认定未满足" in finding.sentence.zh
    assert after.verdict.outcome == "fail"
    assert after.verdict.was == plain().verdict.outcome
    assert after.verdict.worst == finding.severity


def substantiating(before: Finding, **more: Any) -> Json:
    return entry(
        before, "not_substantiated", "fail",
        **{"supply_requested_on": "2024-01-05", "supply_deadline": "2024-01-12"} | more,
    )  # fmt: skip


def test_only_a_person_turns_unknown_into_fail(judge: Judge) -> None:
    before = finding_of(plain(UNSUPPLIED), B71)
    assert (before.outcome, before.disposition) == ("unknown", "supply")
    finding = finding_of(judge(substantiating(before), raw=UNSUPPLIED), B71)
    assert (finding.outcome, finding.reason, finding.disposition) == ("fail", "not_substantiated", "rectify")
    assert "未能证实" in finding.sentence.zh
    assert finding.determined[0].supply_deadline == "2024-01-12"
    assert [line.reason for line in finding.checks if line.was] == ["not_substantiated"] * sum(
        line.was is not None for line in finding.checks
    )


def test_what_the_unit_could_not_have_supplied_is_not_called_unsubstantiated(judge: Judge) -> None:
    assert not {"needs_judgement", "missing_parameter"} & set(SUPPLIABLE)
    question = first(plain(), "unknown", "needs_judgement")
    assert refusals(lambda: judge(substantiating(question))) == [("not_determinable", "/determinations/0/kind")]
    passed = finding_of(plain(), B71)
    assert refusals(lambda: judge(substantiating(passed))) == [("not_determinable", "/determinations/0/kind")]


@pytest.mark.parametrize(
    ("result", "new", "state", "outcome"),
    [("accepted", "pass", "in_force", "pass"), ("rejected", None, "rejected", "fail"), (None, None, "pending", "fail")],
)
def test_an_objection_is_shown_with_its_answer(
    judge: Judge, result: str | None, new: str | None, state: str, outcome: str
) -> None:
    after = judge(objection(finding_of(plain(FAILING), B71), result, new), raw=FAILING)
    finding = finding_of(after, B71)
    (made,) = finding.determined
    assert (finding.outcome, made.state, made.new) == (outcome, state, new)
    assert made.objection is not None
    assert made.objection.grounds == "征询户数有误"
    assert "示例县住房城乡建设局2024-01-10提出异议" in finding.sentence.zh
    assert (made.office is None) == (result is None)
    used = after.provenance.determinations
    assert used is not None
    assert (used.in_force, used.rejected, used.pending) == (
        int(state == "in_force"), int(state == "rejected"), int(state == "pending"),
    )


def test_an_objection_is_pending_until_the_day_of_the_answer(judge: Judge) -> None:
    for as_of, state in (("2024-01-09", "not_yet"), ("2024-01-24", "pending"), ("2024-01-25", "in_force")):
        before = finding_of(plain(FAILING, as_of=as_of), B71)
        made = finding_of(judge(objection(before, "accepted", "pass"), raw=FAILING, as_of=as_of), B71)
        assert made.determined[0].state == state
        assert made.outcome == ("pass" if state == "in_force" else "fail")


def several() -> Finding:
    """A finding that passes by several checks."""
    return next(f for f in plain().findings if f.outcome == "pass" and len({c.check for c in f.checks}) > 1)


def test_one_check_alone_is_determined(judge: Judge) -> None:
    before = several()
    check = before.checks[0].check
    after = finding_of(judge(entry(before, "override", "fail", check=check)), before.id)
    assert {line.check for line in after.checks if line.was} == {check}
    assert all(line.outcome == "fail" for line in after.checks if line.check == check)
    assert after.outcome == "fail"


def test_one_row_alone_is_determined(judge: Judge) -> None:
    of = plain()
    before, row = next(
        (f, line)
        for f in of.findings
        for line in f.checks
        if f.outcome == "pass" == line.outcome and line.subject.id
        and len([o for o in f.checks if o.check == line.check]) > 1 and "#" not in line.subject.id
    )  # fmt: skip
    after = finding_of(judge(entry(before, "override", "fail", check=row.check, row=row.subject.id)), before.id)
    assert [(line.check, line.subject.id) for line in after.checks if line.was] == [(row.check, row.subject.id)]


def test_what_else_is_open_stays_open_and_the_sentence_says_so(judge: Judge) -> None:
    raw = copy.deepcopy(UNSUPPLIED)
    for consultation in raw["communities"][0]["consultations"]:
        consultation["closed_on"] = "2024-01-10"  # after the plan was approved
    before = finding_of(plain(raw), B71)
    assert before.outcome == "fail"
    assert "unknown" in {line.outcome for line in before.checks}
    after = finding_of(judge(entry(before, "override", "pass"), raw=raw), B71)
    assert after.outcome == "unknown"
    assert after.basis is None
    assert "其余检查点尚未了结" in after.sentence.zh
    exempt = finding_of(judge(entry(before, "override", "not_applicable"), raw=raw), B71)
    assert exempt.outcome == "not_applicable", "what does not concern the subject concerns it in no line"


# -- days --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("as_of", "state"),
    [("2024-01-19", "not_yet"), ("2024-01-20", "in_force"), ("2024-01-31", "in_force"), ("2024-02-01", "expired")],
)
def test_it_is_in_force_from_the_day_of_decision_to_the_last_day(judge: Judge, as_of: str, state: str) -> None:
    computed = plain(FAILING, as_of=as_of)
    before = finding_of(computed, B71)
    after = judge(entry(before, "override", "pass", expires_on="2024-01-31"), raw=FAILING, as_of=as_of)
    finding = finding_of(after, B71)
    assert finding.determined[0].state == state
    assert finding.outcome == ("pass" if state == "in_force" else "fail")
    assert (after.verdict.worst is None) == (state == "in_force")
    if state == "expired":
        assert "已于2024-01-31到期，按程序结论" in finding.sentence.zh


def test_an_expired_one_no_longer_has_to_fit_but_its_finding_has_to_be_there(judge: Judge) -> None:
    stale = entry(finding_of(plain(FAILING), B71), "override", "pass", expires_on="2024-01-30")
    finding = finding_of(judge(stale, raw=RAW), B71)
    assert (finding.outcome, finding.determined[0].state) == ("pass", "expired")
    stale["finding"] = "B7.1/community/nobody"
    assert refusals(lambda: judge(stale, raw=RAW)) == [("unknown_finding", "/determinations/0/finding")]


def test_a_later_one_takes_the_place_of_an_earlier_one(judge: Judge) -> None:
    before = finding_of(plain(FAILING), B71)
    early = entry(before, "override", "pass")
    late = entry(before, "override", "not_applicable", id="d-2", decided_on="2024-01-25", supersedes="d-1")
    finding = finding_of(judge(early, late, raw=FAILING), B71)
    assert [d.state for d in finding.determined] == ["superseded", "in_force"]
    assert finding.outcome == "not_applicable"
    earlier = finding_of(plain(FAILING, as_of="2024-01-24"), B71)
    early["fingerprint"] = late["fingerprint"] = earlier.fingerprint
    finding = finding_of(judge(early, late, raw=FAILING, as_of="2024-01-24"), B71)
    assert [d.state for d in finding.determined] == ["in_force", "not_yet"]
    assert finding.outcome == "pass"
    late.pop("supersedes")
    assert refusals(lambda: judge(early, late, raw=FAILING)) == [("conflicting_determinations", "/determinations/1/id")]


# -- fingerprints ------------------------------------------------------------------------------------------------


def prints(raw: Json, **options: Any) -> dict[str, str]:
    return {f.id: f.fingerprint for f in plain(raw, **options).findings}


def turned(value: Any) -> Any:
    """Every list the other way round."""
    if isinstance(value, dict):
        return {k: turned(v) for k, v in value.items()}
    return [turned(v) for v in reversed(value)] if isinstance(value, list) else value


def test_fingerprints_do_not_depend_on_the_order_of_the_dossier() -> None:
    changed = copy.deepcopy(RAW)
    for name in ("communities", "projects", "attachments", "policies", "fund_txns", "reserve_entries", "mechanisms"):
        changed[name] = list(reversed(changed.get(name, [])))
    assert prints(changed) == prints(RAW)
    assert prints(turned(RAW)) == prints(RAW)


def test_fingerprints_have_sixteen_digits_and_differ() -> None:
    found = prints(RAW)
    assert all(len(p) == 16 and int(p, 16) >= 0 for p in found.values())
    assert len(set(found.values())) == len(found), "the item and its subject are part of it"


def test_a_value_that_changed_changes_the_fingerprint_and_the_determination_is_refused(judge: Judge) -> None:
    before = finding_of(plain(FAILING), B71)
    changed = copy.deepcopy(FAILING)
    for consultation in changed["communities"][0]["consultations"]:
        consultation["participated"] = 2
    assert finding_of(plain(changed), B71).outcome == before.outcome == "fail"
    with pytest.raises(Refused) as caught:
        judge(entry(before, "override", "pass"), raw=changed)
    (error,) = caught.value.errors
    assert (error.code, error.pointer) == ("changed_finding", "/determinations/0/fingerprint")
    assert error.found.zh == before.fingerprint
    assert finding_of(plain(changed), B71).fingerprint in error.expected.zh
    assert "人工认定不予采用，共 1 处错误" in str(caught.value)


def test_a_fingerprint_does_not_age() -> None:
    """A measure whose value grows from day to day by itself is marked, or determinations would not last a day."""
    for name in ("county", "city"):
        raw = raw_of(name)
        on = {day: reported(raw, files_of(name), "feed", bench(as_of=day)) for day in ("2024-01-30", "2024-01-31")}
        first_day, second = ({f.id: f for f in r.findings} for r in on.values())
        for ident, finding in first_day.items():
            other = second[ident]
            if [(c.outcome, c.reason) for c in finding.checks] == [(c.outcome, c.reason) for c in other.checks]:
                assert finding.fingerprint == other.fingerprint, ident
    assert {m.name for m in all_measures().values() if m.running} == {
        "days_since_acceptance", "days_idle", "days_since_update", "day_judged_on",
    }  # fmt: skip


def test_the_order_of_lines_does_not_matter_and_their_values_do() -> None:
    finding = several()
    make = lambda lines: fingerprint("B1.1", "x", "pass", None, lines, lambda *_: False)  # noqa: E731
    assert make(finding.checks) == make(reversed(finding.checks))
    assert make(finding.checks) != make(finding.checks[:-1])


# -- refusals ----------------------------------------------------------------------------------------------------


def test_every_problem_is_told_at_once_each_with_its_place(judge: Judge) -> None:
    of = plain(FAILING)
    failed, question = finding_of(of, B71), first(of, "unknown", "needs_judgement")
    bad = [
        entry(failed, "override", "pass", id="d-1", finding=B71.replace("community", "comunity")),
        entry(failed, "answer", "pass", id="d-2"),
        entry(question, "answer", "pass", id="d-3", fingerprint="0" * 16),
        entry(question, "answer", "pass", id="d-4", check="no_such_check"),
        entry(failed, "override", "pass", id="d-5", check=failed.checks[0].check, row="nobody"),
        entry(question, "answer", "pass", id="d-6", evidence=[{"title": "x", "att_id": "att-none"}]),
        entry(failed, "override", "not_applicable", id="d-7", old={"outcome": "unknown", "reason": "missing_field"}),
    ]
    assert refusals(lambda: judge(*bad, raw=FAILING)) == [
        ("unknown_finding", "/determinations/0/finding"),
        ("not_determinable", "/determinations/1/kind"),
        ("changed_finding", "/determinations/2/fingerprint"),
        ("unknown_finding", "/determinations/3/check"),
        ("unknown_finding", "/determinations/4/row"),
        ("dangling_reference", "/determinations/5/evidence/0/att_id"),
        ("changed_finding", "/determinations/6/old"),
    ]
    with pytest.raises(Refused) as caught:
        judge(bad[0], raw=FAILING)
    assert B71 in caught.value.errors[0].hint.zh, "the nearest is named"


SHAPE: list[tuple[Json, str, str]] = [
    ({"new": "unknown"}, "not_an_option", "new"),
    ({"office": None}, "missing_field", "office"),
    ({"authority": None}, "missing_field", "authority"),
    ({"reason": None}, "missing_field", "reason"),
    ({"evidence": None}, "missing_field", "evidence"),
    ({"decided_on": "2024-01"}, "bad_day", "decided_on"),
    ({"decided_on": "2024-02-30"}, "bad_day", "decided_on"),
    ({"decided_on": 20240120}, "bad_day", "decided_on"),
    ({"fingerprint": "xyz"}, "bad_fingerprint", "fingerprint"),
    ({"kind": "waiver"}, "not_an_option", "kind"),
    ({"kind": None}, "missing_field", "kind"),
    ({"ofice": "x"}, "unknown_field", "ofice"),
    ({"row": "x"}, "missing_field", "row"),
    ({"expires_on": "2024-01-19"}, "bad_order_of_dates", "expires_on"),
    ({"supersedes": "d-9"}, "dangling_reference", "supersedes"),
    ({"supersedes": "d-1"}, "dangling_reference", "supersedes"),
    ({"new": "fail"}, "not_determinable", "new"),
    ({"evidence": [{"title": "x"}]}, "bad_evidence", "evidence/0"),
    ({"evidence": [{"title": "x", "url": "u", "att_id": "a"}]}, "bad_evidence", "evidence/0"),
    ({"evidence": [{"title": "x", "file": "x.pdf"}]}, "missing_field", "evidence/0/sha256"),
    ({"evidence": [{"title": "x", "file": "../x.pdf", "sha256": "0" * 64}]}, "unsafe_path", "evidence/0/file"),
    ({"evidence": [{"title": "x", "att_id": "a", "page": 0}]}, "number_out_of_range", "evidence/0/page"),
    ({"objection": {"office": "x"}}, "unknown_field", "objection"),
]


@pytest.mark.parametrize(("change", "code", "place"), SHAPE)
def test_an_entry_that_is_not_well_formed_is_refused(judge: Judge, change: Json, code: str, place: str) -> None:
    made = entry(finding_of(plain(FAILING), B71), "override", "pass") | change
    made = {k: v for k, v in made.items() if v is not None}
    assert refusals(lambda: judge(made, raw=FAILING)) == [(code, f"/determinations/0/{place}")]


def test_the_supply_period_has_to_be_over(judge: Judge) -> None:
    before = finding_of(plain(UNSUPPLIED), B71)
    for change, field in (
        ({"decided_on": "2024-01-12"}, "decided_on"),
        ({"supply_requested_on": "2024-01-13"}, "supply_deadline"),
    ):
        made = substantiating(before, **change)
        assert refusals(lambda: judge(made, raw=UNSUPPLIED)) == [("bad_order_of_dates", f"/determinations/0/{field}")]  # noqa: B023
    judge(substantiating(before, decided_on="2024-01-13"), raw=UNSUPPLIED)
    passing = substantiating(before, new="pass")
    assert refusals(lambda: judge(passing, raw=UNSUPPLIED)) == [("not_an_option", "/determinations/0/new")]


def test_an_objection_has_to_be_whole(judge: Judge) -> None:
    before = finding_of(plain(FAILING), B71)
    for made, expected in (
        (objection(before, "accepted"), [("missing_field", "new")]),
        (objection(before, "rejected", "pass"), [("not_determinable", "new")]),
        (objection(before, None, "pass"), [("not_determinable", "new")]),
        (objection(before, "accepted", "pass", expires_on="2024-01-24"), [("bad_order_of_dates", "expires_on")]),
    ):
        told = [(code, f"/determinations/0/{place}") for code, place in expected]
        assert refusals(lambda: judge(made, raw=FAILING)) == told  # noqa: B023
    early = objection(before, "rejected")
    early["answer"]["on"] = "2024-01-09"
    assert refusals(lambda: judge(early, raw=FAILING)) == [("bad_order_of_dates", "/determinations/0/answer/on")]
    bare = objection(before, "accepted", "pass")
    bare["objection"].pop("evidence")
    assert refusals(lambda: judge(bare, raw=FAILING)) == [("too_few_items", "/determinations/0/answer/evidence")]


def test_an_id_is_used_once(judge: Judge) -> None:
    of = plain(FAILING)
    made = [entry(finding_of(of, B71), "override", "pass"), entry(first(of, "unknown", "needs_judgement"), "answer", "pass")]
    assert {code for code, _ in refusals(lambda: judge(*made, raw=FAILING))} == {"duplicate_id"}


def test_another_dossiers_determinations_are_refused(tmp_path: Path) -> None:
    for head in ({"dossier_id": "other"}, {"area_code": "999999"}, {"plan_year": 2022}, {"area_code": 999901}):
        path = tmp_path / "d.json"
        path.write_text(json.dumps(file_of(**head)), "utf-8")
        assert refusals(lambda: judged(RAW, path)) == [("wrong_dossier", f"/{next(iter(head))}")]  # noqa: B023


def test_whom_nobody_answers_for_is_not_determined(judge: Judge) -> None:
    raw = {name: value for name, value in RAW.items() if not isinstance(value, list | dict)}
    raw["attachments"] = RAW["attachments"]
    nobody = finding_of(plain(raw), "B7.1/community/")
    made = refusals(lambda: judge(entry(nobody, "override", "pass"), raw=raw))
    assert made == [("not_determinable", "/determinations/0/finding")]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "empty_file"),
        ("[]", "wrong_type"),
        ("{", "truncated"),
        ('{"a": 1,}', "trailing_comma"),
        ("a: &x 1\nb: *x\n", "yaml_feature"),
        ("a: !!str 1", "yaml_feature"),
        ("a: 1\na: 2\n", "duplicate_key"),
        ("a: yes\n", "loose_value"),
        ("a: 0.5\n", "loose_value"),
        ("a: [1\n", "yaml_syntax"),
    ],
)
def test_what_is_neither_json_nor_strict_yaml_is_refused(judge: Judge, text: str, code: str) -> None:
    assert code in {c for c, _ in refusals(lambda: judge(text=text or " "))}


def test_a_file_that_is_not_there_or_not_utf8_is_refused(tmp_path: Path) -> None:
    assert refusals(lambda: judged(RAW, tmp_path / "none.yaml")) == [("file_missing", "")]
    assert refusals(lambda: judged(RAW, tmp_path))[0][0] == "not_readable"
    (tmp_path / "gbk.yaml").write_bytes("认定: 1".encode("gbk"))
    assert refusals(lambda: judged(RAW, tmp_path / "gbk.yaml"))[0][0] == "not_utf8"


def test_yaml_says_the_line(tmp_path: Path) -> None:
    path = tmp_path / "d.yaml"
    made = file_of(entry(finding_of(plain(FAILING), B71), "override", "pass", fingerprint="0" * 16), raw=FAILING)
    path.write_text(yaml.safe_dump(made, allow_unicode=True, sort_keys=False), "utf-8")
    path.write_text(path.read_text("utf-8").replace("decided_on: '2024-01-20'", 'decided_on: "2024-01-20"'), "utf-8")
    with pytest.raises(Refused) as caught:
        judged(FAILING, path)
    (error,) = caught.value.errors
    lines = path.read_text("utf-8").splitlines()
    assert error.line is not None
    assert error.column is None
    assert lines[error.line - 1].strip().startswith("fingerprint")
    assert f"第 {error.line} 行  /determinations/0/fingerprint" in error.text()


# -- evidence ----------------------------------------------------------------------------------------------------


def test_strict_wants_evidence_that_is_there_with_its_hash(judge: Judge, tmp_path: Path) -> None:
    before = first(plain(mode="strict"), "unknown", "needs_judgement")
    record = tmp_path / "记录.pdf"
    digest = hashlib.sha256(b"seen").hexdigest()
    beside = [{"title": "现场核查记录", "file": "记录.pdf", "sha256": digest}]
    made = entry(before, "answer", "pass", evidence=beside)
    where = ("bad_evidence", "/determinations/0/evidence/0")
    assert refusals(lambda: judge(made, mode="strict")) == [where]
    assert finding_of(judge(made), before.id).determined[0].evidence[0].state == "absent", "feed takes it as said"
    record.write_bytes(b"other")
    assert refusals(lambda: judge(made)) == [where], "other bytes than claimed count nowhere"
    record.write_bytes(b"seen")
    assert finding_of(judge(made, mode="strict"), before.id).determined[0].evidence[0].state == "present"
    address = entry(before, "answer", "pass", evidence=[{"title": "公开文件", "url": "https://example.cn/x"}])
    assert refusals(lambda: judge(address, mode="strict")) == [("bad_evidence", "/determinations/0/evidence")]
    assert finding_of(judge(address), before.id).determined[0].evidence[0].state == "not_opened"


# -- the file to fill in -----------------------------------------------------------------------------------------


def template(of: Report, lang: str = "zh") -> Json:
    return yaml.load(render(of, "determinations", lang), Loader=yaml.BaseLoader)


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_prepared_file_filled_in_is_accepted(judge: Judge, tmp_path: Path, lang: str) -> None:
    before = plain()
    text = render(before, "determinations", lang).decode()
    blanks = text.count("\n    new:\n")
    assert blanks == len(template(before)["determinations"]) > 3
    untouched = judge(text=text)
    used = untouched.provenance.determinations
    assert used is not None
    assert (used.blank, used.in_force) == (blanks, 0)
    assert [f.outcome for f in untouched.findings] == [f.outcome for f in before.findings]
    att = RAW["attachments"][0]["att_id"]
    for blank, value in (
        ("new:", "pass"), ("office:", "示例市住房城乡建设局"), ("reason:", "查阅会议纪要"), ("- title:", "会议纪要"),
        ("  att_id:", att), ("decided_on:", '"2024-01-20"'),
    ):  # fmt: skip
        text = text.replace(f"\n    {blank}\n", f"\n    {blank} {value}\n")
    after = judge(text=text)
    used = after.provenance.determinations
    assert used is not None
    assert (used.blank, used.in_force) == (0, blanks)
    asked = {line["finding"] for line in template(before)["determinations"]}
    assert all(finding_of(after, ident).outcome == "pass" for ident in asked)
    assert template(after)["determinations"] == [], "what was answered is not asked again"
    half = render(before, "determinations", lang).decode().replace("\n    new:\n", "\n    new: pass\n", 1)
    told = refusals(lambda: judge(text=half))
    assert [code for code, _ in told] == ["missing_field"] * 4
    assert {place.rsplit("/", 1)[1] for _, place in told} == {"office", "reason", "evidence", "decided_on"}


def test_questions_of_one_finding_are_asked_one_by_one(judge: Judge) -> None:
    """With other lines beside it a question is asked by its check, and each row by itself."""
    asked = template(plain())["determinations"] + template(plain(FAILING))["determinations"]
    assert len({(e["finding"], e.get("check"), e.get("row")) for e in template(plain())["determinations"]}) * 2 == len(asked)


# -- what follows ------------------------------------------------------------------------------------------------


def test_items_tallies_and_findings_agree(judge: Judge) -> None:
    of = plain(FAILING)
    after = judge(
        entry(finding_of(of, B71), "override", "not_applicable"),
        entry(first(of, "unknown", "needs_judgement"), "answer", "fail", id="d-2"),
        raw=FAILING,
    )
    counts = dict.fromkeys(("pass", "fail", "unknown", "not_applicable"), 0)
    for finding in after.findings:
        counts[finding.outcome] += 1
    tally = after.verdict.findings
    assert (tally.passed, tally.failed, tally.unknown, tally.not_applicable) == tuple(counts.values())
    for name in ("rectify", "improve", "supply", "review"):
        assert getattr(after.verdict, name) == sum(f.disposition == name for f in after.findings)
    for item in after.items:
        own = [f for f in after.findings if f.item == item.item]
        assert item.denominator == sum(f.outcome in ("pass", "fail") and f.basis != "measured" for f in own)


def test_the_same_input_gives_the_same_bytes_and_every_format_shows_both_outcomes(judge: Judge) -> None:
    made = entry(finding_of(plain(FAILING), B71), "override", "pass", expires_on="2030-12-31")
    one, other = judge(made, raw=FAILING), judge(made, raw=FAILING)
    for name in ("json", "text", "html", "determinations"):
        assert render(one, name) == render(other, name)
    for name in ("text", "html"):
        page = "".join(render(one, name).decode().split())
        assert "改判：符合；原为不符合" in page, name
        assert "示例市检查工作规则第九条" in page, name
        assert "查阅会议纪要" in page, name
    told = json.loads(render(one, "json"))
    assert told["provenance"]["determinations"]["sha256"]
    assert told["verdict"]["was"] == "fail"


@pytest.mark.parametrize("name", ["text", "html"])
def test_an_expired_answer_to_a_question_is_still_shown(judge: Judge, name: str) -> None:
    asked = [f for f in plain().findings if f.reason == "needs_judgement"]
    made = [entry(f, "answer", "pass", id=f"d-{n}", expires_on="2024-01-30") for n, f in enumerate(asked)]
    page = "".join(render(judge(*made), name).decode().split())
    assert page.count("该认定已于2024-01-30到期，按程序结论") >= len(asked)


def test_the_dossier_is_left_alone(judge: Judge) -> None:
    before = copy.deepcopy(FAILING)
    judge(entry(finding_of(plain(FAILING), B71), "override", "pass"), raw=FAILING)
    assert before == FAILING


PROPERTY = settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))


@PROPERTY
@given(data=st.data())
def test_applied_and_expired_is_as_if_there_were_none(judge: Judge, data: st.DataObject) -> None:
    computed = plain(FAILING)
    usable = [f for f in computed.findings if f.checks and f.subject.id]
    chosen = data.draw(st.lists(st.sampled_from(usable), min_size=1, max_size=4, unique_by=lambda f: f.id))
    made = []
    for n, finding in enumerate(chosen):
        new = data.draw(st.sampled_from([o for o in ("pass", "fail", "not_applicable") if o != finding.outcome]))
        made.append(entry(finding, "override", new, id=f"d-{n}", expires_on="2024-01-30"))
    expired = judge(*made, raw=FAILING)
    assert expired.verdict == computed.verdict
    assert expired.items == computed.items
    assert expired.clauses == computed.clauses
    for before, after in zip(computed.findings, expired.findings, strict=True):
        assert (before.checks, before.outcome, before.reason, before.basis) == (
            after.checks, after.outcome, after.reason, after.basis,
        )  # fmt: skip
    for one in made:
        one["expires_on"] = "2024-01-31"
    applied = judge(*made, raw=FAILING)
    touched = {one["finding"]: one["new"] for one in made}
    for before, after in zip(computed.findings, applied.findings, strict=True):
        assert after.fingerprint == before.fingerprint
        if before.id not in touched:
            assert before == after
        elif touched[before.id] != "pass":
            assert after.outcome == touched[before.id]
    assert len(applied.findings) == len(computed.findings)


# -- the door ----------------------------------------------------------------------------------------------------


@pytest.fixture
def on_disk(tmp_path: Path) -> Iterator[tuple[str, Path]]:
    dossier = tmp_path / "d.json"
    dossier.write_text(json.dumps(FAILING, ensure_ascii=False), "utf-8")
    of = compliance.check(dossier, profile=PROFILE, as_of=AS_OF, mode="feed")
    path = tmp_path / "认定.yaml"
    failed = [f for f in of.findings if f.outcome == "fail"]
    made = [entry(f, "override", "pass", id=f"d-{n}") for n, f in enumerate(failed)]
    path.write_text(json.dumps(file_of(*made, raw=FAILING), ensure_ascii=False, indent=1), "utf-8")
    return str(dossier), path


def run(*args: str) -> Any:
    return CliRunner().invoke(cli, ["check", "--profile", PROFILE, "--as-of", AS_OF, "--mode", "feed", *args])


def test_the_gate_follows_what_was_determined(on_disk: tuple[str, Path]) -> None:
    dossier, path = on_disk
    assert run(dossier).exit_code == 1
    assert run(dossier, "--determinations", str(path)).exit_code == 0
    path.write_text(path.read_text("utf-8").replace(AS_OF[:4], "2031"), "utf-8")
    assert run(dossier, "--determinations", str(path)).exit_code == 1, "dated after the day judged by"


def test_a_refused_file_is_refused_input(on_disk: tuple[str, Path], tmp_path: Path) -> None:
    dossier, path = on_disk
    path.write_text(path.read_text("utf-8").replace('"office"', '"ofice"'), "utf-8")
    result = run(dossier, "--determinations", str(path), "--report", f"json:{tmp_path / 'r.json'}")
    assert result.exit_code == 3
    assert "人工认定不予采用" in result.stderr
    assert json.loads((tmp_path / "r.json").read_text("utf-8"))["refused"] is True
    assert run(dossier, dossier, "--determinations", str(path)).exit_code == 2


def test_blank_entries_are_told_on_standard_error(on_disk: tuple[str, Path], tmp_path: Path) -> None:
    dossier, _ = on_disk
    path = tmp_path / "研判.yaml"
    assert run(dossier, "--report", f"determinations:{path}").exit_code == 1
    result = run(dossier, "--determinations", str(path))
    assert result.exit_code == 1
    assert "尚未填写" in result.stderr


def test_the_schema_is_the_shape() -> None:
    schema = load("determinations")
    assert schema["title"] == "人工认定"
    entries = schema["properties"]["determinations"]["items"]
    assert set(entries["discriminator"]["mapping"]) == {"answer", "override", "not_substantiated", "objection"}
    made = file_of(entry(finding_of(plain(FAILING), B71), "override", "pass"), raw=FAILING)
    assert Determinations.model_validate(made).determinations[0].kind == "override"
