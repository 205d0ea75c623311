"""Drafts are complete but for their blanks and never overwrite; lint names file, line and the nearest name."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from compliance.bench import load_law
from compliance.cli import cli
from compliance.measures.subjects import KINDS

LAW = load_law()
RULES = Path(__file__).resolve().parents[1] / "compliance" / "rules"
TAKEN = {item.id for item in LAW.items} | {carried.body for clause in LAW.clauses for carried in clause.spec.carries}


def run(*args: str | Path) -> Result:
    return CliRunner().invoke(cli, ["rules", *map(str, args)])


def refused(*args: str | Path) -> str:
    result = run(*args)
    return str(result.exception) + result.stderr


def filled(text: str) -> str:
    """A draft with every blank filled in."""
    return text.replace('zh: ""', "zh: 示例文字").replace('en: ""', "en: Words of an example")


# -- drafts ----------------------------------------------------------------------------------------------------


MEASURED = sorted(kind for kind, measures in LAW.kinds.items() if measures.keys() - {"left_to_a_person"})


@pytest.mark.parametrize("subject", MEASURED)
def test_a_draft_of_an_item_lints_but_for_its_blanks_and_then_altogether(subject: str, tmp_path: Path) -> None:
    assert run("new", "B7.9", "--subject", subject, "--out", tmp_path).exit_code == 0
    file = tmp_path / "B7.9.yaml"
    problems = run("lint", file)
    assert problems.exit_code == 1
    blanks = [line for line in file.read_text("utf-8").splitlines() if re.search(r'(zh|en): ""', line)]
    named = {int(line.split(":")[1]) for line in problems.stdout.splitlines()}
    assert len(named) == len(blanks) == 5
    assert problems.stdout.count("is blank; fill it in") == len(problems.stdout.splitlines()) == 10
    file.write_text(filled(file.read_text("utf-8")), "utf-8")
    result = run("lint", file)
    assert (result.exit_code, "无问题" in result.stdout) == (0, True), result.output


def test_a_draft_goes_into_its_clause_as_it_is_and_its_cases_come_out(tmp_path: Path) -> None:
    from compliance.cases import run_cases
    from compliance.rulebook import load_rulebook

    folder = Path(shutil.copytree(RULES, tmp_path / "rules"))
    clause = next(folder.glob("B07_*.yaml"))
    draft = filled(run("new", "B7.9", "--subject", "vote").stdout)
    clause.write_text(clause.read_text("utf-8").rstrip("\n") + "\n\n" + draft[draft.index("- item: B7.9") :], "utf-8")
    law = load_rulebook(LAW.kinds, folder)
    assert "B7.9" in [item.id for item in law.items]
    assert not list(run_cases(law))
    assert run("lint", folder).exit_code == (1 if run("lint").exit_code else 0)


def test_a_draft_of_a_profile_lints_once_its_title_is_there(tmp_path: Path) -> None:
    assert run("new", "--profile", "yueyang", "--area-code", "430600", "--out", tmp_path).exit_code == 0
    file = tmp_path / "yueyang.yaml"
    text = file.read_text("utf-8")
    assert all(f"#   {name}:" in text for name in LAW.parameters)
    assert run("lint", file).exit_code == 1
    file.write_text(filled(text), "utf-8")
    assert run("lint", file).exit_code == 0


def test_every_parameter_of_the_draft_is_taken_with_its_example(tmp_path: Path) -> None:
    text = filled(run("new", "--profile", "yueyang", "--area-code", "430600").stdout)
    start, end = text.index("parameters: {}"), text.index("checks: []")
    body = "".join(line.removeprefix("# ").removeprefix("#") + "\n" for line in text[start:end].splitlines()[1:])
    file = tmp_path / "all.yaml"
    file.write_text(text[:start] + "parameters:\n" + body + text[end:], "utf-8")
    problems = run("lint", file).stdout
    assert "below" in problems or "floor" in problems or "法" in problems or not problems or "无问题" in problems
    assert "is not a" not in problems
    assert "unknown" not in problems


def test_a_file_that_is_there_is_not_overwritten(tmp_path: Path) -> None:
    file = tmp_path / "B7.9.yaml"
    file.write_text("mine", "utf-8")
    assert run("new", "B7.9", "--out", tmp_path).exit_code == 2
    assert file.read_text("utf-8") == "mine"


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (("new", "B7.1"), "B07_residents_consent.yaml"),
        (("new", "B99"), "B7.3"),
        (("new", "B7.9", "--clause", "B8"), "does not belong to clause B8"),
        (("new", "B7.9", "--clause", "B77"), "did you mean 'B7'"),
        (("new", "B7.9", "--subject", "comunity"), "did you mean 'community'"),
        *[(("new", "B7.9", "--subject", kind), "nothing is measured") for kind in sorted(KINDS.keys() - set(MEASURED))],
        (("new", "--profile", "xiangtan", "--area-code", "430600"), "already"),
        (("new", "--profile", "yueyang", "--area-code", "430300"), "xiangtan"),
        (("new", "--profile", "yueyang", "--area-code", "43060"), "six digits"),
        (("new", "--profile", "Yue Yang", "--area-code", "430600"), "lower-case"),
        (("new",), "--profile"),
        (("new", "B7.9", "--profile", "x", "--area-code", "430600"), "--profile"),
        (("new", "--profile", "yueyang"), "--area-code"),
    ],
)
def test_what_cannot_be_drafted_is_refused_with_the_reason(args: tuple[str, ...], said: str) -> None:
    assert said in refused(*args)


def test_a_requirement_of_the_body_cites_the_body_alone() -> None:
    free = [name for name in (f"X{n}" for n in range(1, 34)) if name not in TAKEN]
    for name in free[:1]:
        draft = run("new", name, "--clause", "B4").stdout
        assert "cite: {body: 一（四）}" in draft
    assert "X1" not in free or "does not belong" not in refused("new", "X1", "--clause", "B4")


# -- lint ------------------------------------------------------------------------------------------------------


def test_the_shipped_law_is_linted_with_profiles_and_precedents() -> None:
    result = run("lint")
    assert result.exit_code == 0, result.output
    assert "无问题" in result.stdout


def spoiled(tmp_path: Path, name: str, old: str, new: str) -> Path:
    source = next(RULES.rglob(name))
    file = tmp_path / source.name
    text = source.read_text("utf-8")
    assert old in text
    file.write_text(text.replace(old, new, 1), "utf-8")
    return file


WRONG = [
    ("B07_residents_consent.yaml", "participation_rate: {at_least", "participation_rat: {at_least", "did you mean 'participation_rate'"),
    ("B07_residents_consent.yaml", "$consent_agree_min", "$consent_agre_min", "did you mean 'consent_agree_min'"),
    ("B07_residents_consent.yaml", "rollup: any_fail", "rolup: any_fail", "did you mean 'rollup'"),
    ("B07_residents_consent.yaml", "clause: B7", "clause: B77", "clause"),
    ("B09_quality.yaml", "by: [B9.1.system]", "by: [B9.1.sistem]", "did you mean 'B9.1.system'"),
    ("xiangtan.yaml", "consent_agree_min:", "consent_agre_min:", "did you mean 'consent_agree_min'"),
    ("xiangtan.yaml", "value: participants", "value: participant", "did you mean 'participants'"),
    ("batch4.yaml", "item: B3.1", "item: B3.9", "did you mean"),
]


@pytest.mark.parametrize(("name", "old", "new", "said"), WRONG, ids=[new for *_, new, _ in WRONG])
def test_a_file_is_linted_against_the_shipped_law_with_its_line(
    tmp_path: Path, name: str, old: str, new: str, said: str
) -> None:
    file = spoiled(tmp_path, name, old, new)
    result = run("lint", file, "--json")
    assert result.exit_code == 1
    found = json.loads(result.stdout)
    (one,) = [p for p in found if said in p["message"]][:1]
    line = file.read_text("utf-8")[: file.read_text("utf-8").index(new)].count("\n") + 1
    assert one["file"] == str(file)
    assert one["line"] == 1 or abs(one["line"] - line) <= 1
    assert said in run("lint", file).stdout


@pytest.mark.parametrize("name", ["B07_residents_consent.yaml", "xiangtan.yaml", "batch4.yaml", "H09_maintenance_fund.yaml"])
def test_a_shipped_file_on_its_own_is_sound(name: str) -> None:
    assert run("lint", next(RULES.rglob(name))).exit_code == 0


def test_a_profile_is_linted_on_every_day_on_which_something_begins(tmp_path: Path) -> None:
    file = tmp_path / "own.yaml"
    entry = "{{value: {}, document: d, section: s, effective_from: {!r}, effective_to: {!r}}}"
    entries = [entry.format("1", "2001-01-01", "2001-12-31"), entry.format("2", "2001-06-01", "2001-12-31")]
    text = "profile: own\ntitle: {zh: 示例, en: Own}\nparameters:\n  publicity_rounds:\n"
    file.write_text(text + "".join(f"  - {e}\n" for e in entries), "utf-8")
    assert "two values are in force on 2001-06-01" in run("lint", file).stdout


@pytest.mark.parametrize(
    ("text", "said"),
    [("a: 1\n", "neither a clause"), ("standard: x\n", "whole folder"), ("- a\n", "neither"), ("", "empty"), ("a: &b 1\n", "anchors")],
)
def test_a_file_that_is_no_law_is_said_to_be_none(tmp_path: Path, text: str, said: str) -> None:
    (tmp_path / "x.yaml").write_text(text, "utf-8")
    result = run("lint", tmp_path)
    assert result.exit_code == 1
    assert said in result.stdout


def test_an_empty_folder_and_a_path_that_is_not_there(tmp_path: Path) -> None:
    assert run("lint", tmp_path).exit_code == 1
    assert run("lint", tmp_path / "nowhere").exit_code == 2


def test_a_law_folder_is_linted_against_itself(tmp_path: Path) -> None:
    folder = Path(shutil.copytree(RULES, tmp_path / "rules"))
    clause = next(folder.glob("B07_*.yaml"))
    clause.write_text(clause.read_text("utf-8").replace("  - {check: before_plan", "  - {check: before_pln"), "utf-8")
    result = run("lint", folder)
    assert result.exit_code == 1
    assert f"{clause}:" in result.stdout
    assert "did you mean 'before_plan'" in result.stdout
