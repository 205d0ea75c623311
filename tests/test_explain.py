"""``explain`` tells how an item is decided in a place: its numbers and their source, its own checks, its changes."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from compliance import between
from compliance.bench import load_law
from compliance.cli import cli
from compliance.explain import clause_file, coverage, explain
from compliance.plain_law import body_requirements, find, parameters_of
from compliance.schemas.rulebook import RulebookError
from compliance.soundness import load_checks

LAW = load_law()
DAY = "2024-03-31"
READING = next(r for clause in LAW.clauses for r in clause.spec.readings)
OTHER = next(o for o in READING.options if o != READING.default)

PROFILE = f"""\
profile: own-town
title: {{zh: 示例市, en: Own Town (invented)}}
area_codes: ["999900"]
readings: {{{READING.reading}: {OTHER}}}
parameters:
  consent_participation_min:
  - {{value: 85%, document: 示政办〔2023〕1号, section: 第四条, effective_from: "2023-01-01", status: secondhand}}
  consent_agree_min:
  - {{value: 70%, document: 示政办征求意见稿, section: 第五条, status: draft}}
checks:
- item: B7.1
  name: enough_rounds
  check:
    says: {{zh: 征询的参与率再高一成, en: Participation is a tenth higher still}}
    holds: {{participation_rate: {{at_least: 95%}}}}
  cases:
  - {{check: enough_rounds, outcome: pass, given: {{participation_rate: 95%}}}}
  - {{check: enough_rounds, outcome: fail, given: {{participation_rate: 94%}}}}
  - {{check: enough_rounds, outcome: unknown, given: {{participation_rate: "?"}}}}
  document: 示政办〔2023〕2号
  section: 第二条
changes:
- {{check: B7.1.before_plan, severity: critical, document: 示政办〔2023〕3号, section: 第九条}}
provisions:
- name: bonus
  title: {{zh: 奖补, en: Bonus}}
  says: {{zh: 同意率高的小区优先安排, en: Communities that agree most come first}}
  items: [B7.1]
  document: 示政办〔2023〕4号
  section: 第一条
attained:
- {{name: rate, title: {{zh: 平均同意率, en: Mean rate of agreement}}, value: "97", unit: "%", items: [B7.1], document: 示例市总结, section: 二}}
"""


@pytest.fixture
def place(tmp_path: Path) -> str:
    file = tmp_path / "own-town.yaml"
    file.write_text(PROFILE, "utf-8")
    return str(file)


def test_a_number_stands_with_value_document_section_period_level_and_standing(place: str) -> None:
    said = explain("B7.1", place, DAY, "zh")
    assert "参与率应不低于85%" in said
    assert "示政办〔2023〕1号 第四条，示例市（市级），2023-01-01起，转引，未见原件" in said


def test_the_places_own_check_is_marked_and_sourced(place: str) -> None:
    said = explain("B7.1", place, DAY, "zh").splitlines()
    start = next(i for i, line in enumerate(said) if "enough_rounds" in line)
    assert "【当地】" in said[start]
    assert any("示政办〔2023〕2号 第二条" in line for line in said[start : start + 8])


def test_a_change_of_severity_tells_what_stood_before_and_who_changed_it(place: str) -> None:
    said = explain("B7.1", place, DAY, "en")
    assert "severity: major → critical" in said
    assert "示政办〔2023〕3号 第九条, Own Town (invented) (city)" in said


def test_provisions_and_results_are_told_and_no_threshold(place: str) -> None:
    said = explain("B7.1", place, DAY, "zh")
    assert "当地规定（不作比较）：同意率高的小区优先安排" in said
    assert "当地结果（不作门槛）：平均同意率 97%" in said


def test_drafts_are_told_only_when_asked_for(place: str) -> None:
    assert "70%" not in explain("B7.1", place, DAY, "zh")
    with_drafts = explain("B7.1", place, DAY, "zh", drafts=True)
    assert "70%" in with_drafts
    assert "征求意见稿，尚未施行" in with_drafts


def test_readings_tell_the_option_used_and_who_chose_it(place: str) -> None:
    clause = next(c.id for c in LAW.clauses if READING in c.spec.readings)
    assert f"{READING.default}（采用，缺省）" in explain(clause, None, DAY, "zh")
    here = explain(clause, place, DAY, "zh")
    assert f"{OTHER}（采用，当地选定）" in here
    assert f"{READING.default}（未采用）" in here


def test_on_the_command_line_with_a_shipped_place_and_without_one(place: str) -> None:
    def run(*args: str) -> str:
        result = CliRunner().invoke(cli, ["explain", *args, "--as-of", DAY])
        assert result.exit_code == 0, result.output
        return result.output

    assert "转引，未见原件" in run("b7.1", "--profile", "xiangtan")
    assert "当地未配置" in run("B7.1")
    assert "70%" in run("B7.1", "--profile", place, "--with-drafts")
    assert "seen second-hand" in run("b7.1", "--profile", place, "--lang", "en")


def test_without_a_profile_no_place_is_told() -> None:
    said = explain("B7.1", None, DAY, "zh")
    assert "当地未配置" in said
    assert "【当地】" not in said


def test_a_check_not_yet_in_force_is_named_with_its_days() -> None:
    later = [c for c in LAW.checks if c.effective[0] > 1 and c.statute]
    for check in later[:1]:
        said = explain(check.item, None, "2001-01-01", "zh")
        assert f"{check.name}: {check.says.zh}（本日不适用：" in said


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_every_item_clause_and_requirement_of_the_body_is_told_in_both_languages(lang: str) -> None:
    stated = [name for name, (item, carried) in body_requirements(LAW).items() if item or carried]
    for name in [*(c.id for c in LAW.clauses), *(i.id for i in LAW.items), *stated, "X"]:
        assert explain(name, "national", DAY, lang).count("\n") > 1, name  # type: ignore[arg-type]


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_checks_of_the_data_are_told_apart_from_the_standard_with_their_numbers(lang: str) -> None:
    said = explain("DQ1", None, DAY, lang)  # type: ignore[arg-type]
    assert ("30㎡/户" if lang == "zh" else "30 m² a household") in said
    assert ("不计入结论" if lang == "zh" else "does not count") in said
    assert ("强制性" if lang == "zh" else "obligation") not in said
    items = [item for book in (load_checks(), between.load_checks()) for item in book.items]
    told = explain("DQ", None, DAY, lang)  # type: ignore[arg-type]
    assert [item.id for item in items if f"\n{item.id} " not in told] == []
    assert "DQ31" in clause_file("DQ31")
    assert clause_file("DQ9").startswith("clause: DQ")
    with pytest.raises(RulebookError, match="DQ1"):
        explain("DQ99", None, DAY, lang)  # type: ignore[arg-type]


def test_what_is_carried_names_the_checks_that_carry_it() -> None:
    name, (_, (carried, *_)) = next((n, held) for n, held in body_requirements(LAW).items() if not held[0] and held[1])
    said = explain(name, None, DAY, "zh")
    assert all(by in said for by in carried.by)


@pytest.mark.parametrize(("name", "near"), [("B7.11", "B7.1"), ("X99", "X9"), ("H99", "H9")])
def test_an_unknown_name_gets_the_nearest(name: str, near: str) -> None:
    with pytest.raises(RulebookError, match=f"did you mean '{near}"):
        find(LAW, name)


def test_the_file_of_what_is_carried_is_the_one_that_states_it() -> None:
    for name, (item, carried) in body_requirements(LAW).items():
        if item or carried:
            assert name in clause_file(name)


def test_every_parameter_that_any_condition_names_is_told() -> None:
    check = next(c for c in LAW.checks if c.id == "B7.2.place_participation")
    assert parameters_of(check) == ["vote_part_min"]
    assert coverage("zh").splitlines()[-1].startswith("36/36 条")
