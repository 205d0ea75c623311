"""Replay: which outcomes differ between days, and that the cause named is the one that made the difference."""

from __future__ import annotations

import itertools
import json
from collections import Counter
from datetime import date, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st
from places import PROFILE, raw_of

from compliance.cli import cli
from compliance.render.replay import as_json, as_text
from compliance.replay import replay
from compliance.road import check
from compliance.schemas.replay import Changed, Replay

CONSENT = """\
profile: two-rates
title: {zh: 两档县, en: Two Rates County}
parameters:
  consent_participation_min:
  - {value: 80%, document: 甲文, section: 一, effective_from: "2022-01-01"}
  consent_denominator:
  - {value: participants, document: 甲文, section: 二, effective_from: "2022-01-01"}
  consent_agree_min:
  - {value: 50%, document: 甲文, section: 三, effective_from: "2022-01-01", effective_to: "2024-04-30"}
  - {value: 100%, document: 乙文, section: 四, effective_from: "2024-05-01"}
"""

OWN = """\
profile: own-check
title: {zh: 自设县, en: Own Check County}
checks:
- item: B1.1
  name: ten_departments
  document: 丙文
  section: 五
  effective_from: "2024-05-01"
  check:
    says: {zh: 成员部门不少于九十个, en: At least ninety departments are members}
    subject: area
    holds: {departments_beside_lead: {at_least: 90}}
    documents: []
  cases:
  - {check: ten_departments, outcome: pass, given: {departments_beside_lead: 90}}
  - {check: ten_departments, outcome: fail, given: {departments_beside_lead: 89}}
  - {check: ten_departments, outcome: unknown, reason: missing_field, given: {departments_beside_lead: "?"}}
changes:
- {check: H1.2, obligation: mandatory, severity: major, document: 丁文, section: 六, effective_from: "2024-05-01"}
"""


@pytest.fixture(scope="module")
def village(tmp_path_factory: pytest.TempPathFactory) -> Path:
    raw = raw_of("village")
    raw["data_as_of"] = "2026-12-31"
    path = tmp_path_factory.mktemp("village") / "village.json"
    path.write_text(json.dumps(raw, ensure_ascii=False), "utf-8")
    return path


def profile(tmp_path: Path, text: str) -> str:
    path = tmp_path / "place.yaml"
    path.write_text(text, "utf-8")
    return str(path)


def changed(made: Replay, step: int = 0) -> dict[str, Changed]:
    return {c.finding: c for c in made.steps[step].changed}


def test_a_parameter_that_changes_overnight_is_named_and_nothing_else_changes(village: Path, tmp_path: Path) -> None:
    place = profile(tmp_path, CONSENT)
    made = replay(village, ["2024-04-30", "2024-05-01"], profile=place, mode="feed")
    found = changed(made)
    assert {c.item for c in found.values()} == {"B7.1"}
    assert {(c.before, c.after) for c in found.values()} == {("pass", "fail")}
    assert {(x.kind, x.name) for c in found.values() for x in c.causes} == {("parameter", "consent_agree_min")}
    (law,) = made.steps[0].law
    assert "50%" in law.says.zh
    assert "乙文" in law.says.zh
    assert "from 2024-05-01" in law.says.en


def test_what_changes_in_between_is_exactly_what_two_checks_differ_in(village: Path, tmp_path: Path) -> None:
    place, on = profile(tmp_path, CONSENT), ["2022-06-30", "2023-06-30", "2024-05-01"]
    made = replay(village, on, profile=place, mode="feed")
    for step, (first, second) in zip(made.steps, itertools.pairwise(on), strict=True):
        one, two = (
            {f.id: (f.outcome, f.reason) for f in check(village, profile=place, mode="feed", as_of=day).findings}
            for day in (first, second)
        )
        differ = {i for i in one.keys() | two.keys() if one.get(i) != two.get(i)}
        assert {c.finding for c in step.changed} == differ
        assert step.same == len(one.keys() | two.keys()) - len(differ)
        assert all(c.causes for c in step.changed)


def test_a_check_that_comes_into_force_and_a_new_obligation_are_named(village: Path, tmp_path: Path) -> None:
    made = replay(village, ["2024-04-30", "2024-05-01"], profile=profile(tmp_path, OWN), mode="feed")
    found = changed(made)
    causes = {(c.item, x.kind, x.name) for c in found.values() for x in c.causes}
    assert ("B1.1", "check", "B1.1.ten_departments") in causes
    assert all(item == "B1.1" or kind == "obligation" for item, kind, _ in causes)
    kinds = Counter(c.kind for c in made.steps[0].law)
    assert kinds["check"] == 1
    assert kinds["obligation"] >= 1
    assert "丙文" in as_text(made).decode()


def test_backwards_the_same_findings_change_back(village: Path, tmp_path: Path) -> None:
    place = profile(tmp_path, OWN)
    there = changed(replay(village, ["2024-04-30", "2024-05-01"], profile=place, mode="feed"))
    back = changed(replay(village, ["2024-05-01", "2024-04-30"], profile=place, mode="feed"))
    assert {(c.finding, c.before, c.after) for c in there.values()} == {
        (c.finding, c.after, c.before) for c in back.values()
    }
    assert any("不再施行" in x.says.zh for c in back.values() for x in c.causes)


def test_the_standards_own_day_is_a_cause(village: Path) -> None:
    made = replay(village, ["2021-12-13", "2021-12-14"], profile=PROFILE, mode="feed")
    found = changed(made)
    assert found
    assert {x.kind for c in found.values() for x in c.causes} == {"standard"}
    assert {c.before_reason for c in found.values()} == {"predates_standard"}
    assert made.days[0].outcome == "not_applicable"


def test_a_stage_reached_is_times_doing(tmp_path: Path) -> None:
    raw = raw_of("village")
    for project in raw["projects"]:
        del project["stage"]
    path = tmp_path / "by-dates.json"
    path.write_text(json.dumps(raw, ensure_ascii=False), "utf-8")
    made = replay(path, ["2022-12-31", "2024-01-31"], profile=PROFILE, mode="feed")
    due = [c for c in made.steps[0].changed if c.before_reason == "not_due"]
    assert due
    assert all(x.kind == "time" for c in due for x in c.causes)


@settings(max_examples=12, deadline=None)
@given(st.dates(date(2022, 7, 2), date(2026, 6, 30)), st.integers(1, 60))
def test_under_the_same_rules_no_change_is_laid_at_the_laws_door(village: Path, first: date, more: int) -> None:
    """From July 2022 on the example county's rules do not change."""
    second = first + timedelta(days=more)
    (step,) = replay(village, [first.isoformat(), second.isoformat()], profile=PROFILE, mode="feed").steps
    assert step.law == ()
    assert {x.kind for c in step.changed for x in c.causes} <= {"time"}


def test_data_that_end_before_the_day_judged_leave_it_open_and_break_nothing(tmp_path: Path) -> None:
    raw = raw_of("village")
    raw["data_as_of"] = "2024-01-31"
    for project in raw["projects"]:
        for key in ("completed_on", "acceptance"):
            project.pop(key, None)
        project["stage"] = "started"
        project["inspections"] += [{"inspected_on": f"{month}-10"} for month in ("2023-10", "2023-11", "2023-12", "2024-01")]
    raw["issues"] = [{"issue_id": "late", "source": "audit", "status": "open", "deadline": "2024-03-01"}]
    raw["declarations"] = [d for d in raw["declarations"] if d["absent"] != "audit_issues"]
    path = tmp_path / "ends-early.json"
    path.write_text(json.dumps(raw, ensure_ascii=False), "utf-8")
    made = replay(path, ["2024-01-31", "2024-06-30"], profile=PROFILE, mode="feed")
    after = {c.item: c.after for c in made.steps[0].changed}
    assert after["B10.1"] == "unknown"
    assert after["B9.1"] == "unknown"
    assert "fail" not in after.values()

    raw["data_as_of"] = "2024-06-30"
    path.write_text(json.dumps(raw, ensure_ascii=False), "utf-8")
    after = {c.item: c.after for c in replay(path, ["2024-01-31", "2024-06-30"], profile=PROFILE, mode="feed").steps[0].changed}
    assert after["B10.1"] == "fail"
    assert after["B9.1"] == "fail"


def test_text_and_json_carry_the_same_changes(village: Path, tmp_path: Path) -> None:
    made = replay(village, ["2024-04-30", "2024-05-01"], profile=profile(tmp_path, CONSENT), mode="feed")
    data = json.loads(as_json(made))
    assert len(data["steps"][0]["changed"]) == len(made.steps[0].changed)
    zh, en = as_text(made, "zh").decode(), as_text(made, "en").decode()
    assert "✓ 符合 → ✗ 不符合" in zh
    assert "Pass → ✗ Fail" in en
    for one in made.steps[0].changed:
        assert one.subject.zh in zh
    assert as_json(replay(village, ["2024-04-30", "2024-05-01"], profile=profile(tmp_path, CONSENT), mode="feed")) == as_json(made)


def test_on_the_command_line(village: Path, tmp_path: Path) -> None:
    out = tmp_path / "replay.json"
    run = CliRunner().invoke(
        cli,
        ["replay", str(village), "--profile", PROFILE, "--mode", "feed", "--as-of", "2022-12-31", "--as-of", "2024-01-31",
         "--report", f"json:{out}"],
    )  # fmt: skip
    assert run.exit_code == 0, run.output
    assert json.loads(out.read_text("utf-8"))["days"][1]["as_of"] == "2024-01-31"


@pytest.mark.parametrize(
    "days",
    [["--as-of", "2024-01-31"], ["--as-of", "2024-01-31", "--as-of", "2024-01-31"], ["--as-of", "2024-01", "--as-of", "2024-02-01"]],
)
def test_fewer_than_two_full_days_are_refused(village: Path, days: list[str]) -> None:
    run = CliRunner().invoke(cli, ["replay", str(village), *days])
    assert run.exit_code == 2


def test_a_dossier_that_is_refused_is_refused_here_too(tmp_path: Path) -> None:
    broken = tmp_path / "broken.json"
    broken.write_text('{"schema_version": "1.0"', "utf-8")
    run = CliRunner().invoke(cli, ["replay", str(broken), "--as-of", "2024-01-31", "--as-of", "2024-02-01"])
    assert run.exit_code == 3
    assert "Traceback" not in run.output
