"""The engine loses or doubles one answer: a fault that names it, exit code 4, and never a pass in its place."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from lossy import lossy_durable
from places import AS_OF, FIXTURES, PROFILE, bench, files_of, raw_of, reported

from compliance.bench import Bench, load_law
from compliance.cli import cli
from compliance.schemas.lowered import Answer
from compliance.schemas.outcomes import Code

IN_FORCE = {check.id for check in bench().rulebook.checks}
CHECKS = [check.id for check in load_law().checks if check.id in IN_FORCE]
"""Those asked on the day judged on; what a later statute brings is not."""
PLACES = ("village", "province", "city")


class Lossy:
    """An engine that gives one answer to one question in place of what was said; the rest is untouched."""

    def __init__(self, engine: Any, question: int, answer: Answer) -> None:
        self.engine, self.question, self.answer = engine, question, answer

    def decide(self, columns: Any, n: int) -> list[bytearray]:
        said: list[bytearray] = self.engine.decide(columns, n)
        said[self.question] = bytearray([self.answer]) * n
        return said

    def __getattr__(self, name: str) -> Any:
        return getattr(self.engine, name)


def with_fault(check: str, answer: Answer) -> Bench:
    """The bench, but the answers to one check's ``holds`` are replaced."""
    sound = bench()
    kind = next(c.subject for c in sound.rulebook.checks if c.id == check)
    asked = sound.questions[kind].asked[check]
    return dataclasses.replace(
        sound, engines={**sound.engines, kind: Lossy(sound.engines[kind], asked.holds, answer)}
    )


def sharing(check: str) -> set[str]:
    """Checks of the same subject that ask the very same question: one answer serves them all."""
    sound = bench()
    kind = next(c.subject for c in sound.rulebook.checks if c.id == check)
    asked = sound.questions[kind].asked
    number = asked[check].holds
    return {other for other, questions in asked.items() if number in (questions.holds, questions.when)}


@pytest.mark.parametrize("answer", [Answer.LOST, Answer.CONTRADICTORY])
@pytest.mark.parametrize("check", CHECKS)
def test_an_answer_lost_or_doubled_is_a_fault_that_names_the_check(check: str, answer: Answer) -> None:
    item, name = check.rsplit(".", 1)
    for place in PLACES:
        raw, files = raw_of(place), files_of(place)
        before = _sound(place)
        owed = {
            (f.id, line.subject.id)
            for f in before
            for line in f.checks
            if f.item == item and line.check == name and line.outcome != "not_applicable" and line.values
        }
        report = reported(raw, files, on=with_fault(check, answer))
        named = {f"{fault.item}.{fault.check}" for fault in report.faults}
        assert named <= sharing(check)
        if not owed:
            continue
        assert check in named
        assert sum(f"{fault.item}.{fault.check}" == check for fault in report.faults) == len(owed)
        for finding in report.findings:
            lost = [line for line in finding.checks if finding.item == item and (finding.id, line.subject.id) in owed and line.check == name]
            if lost:
                assert finding.outcome != "pass", finding.id
                assert all(line.outcome == "unknown" for line in lost)
        rollup = next(i for i in report.items if i.item == item)
        assert rollup.outcome != "pass"
        return
    assert check not in ASKED


def _asked() -> set[str]:
    """Checks that one of the places puts to somebody."""
    return {
        f"{finding.item}.{line.check}"
        for place in PLACES
        for finding in _sound(place)
        for line in finding.checks
        if line.outcome != "not_applicable" and line.values
    }


_HELD: dict[str, Sequence[Any]] = {}


def _sound(place: str) -> Sequence[Any]:
    if place not in _HELD:
        _HELD[place] = list(reported(raw_of(place), files_of(place)).findings)
    return _HELD[place]


ASKED = _asked()


def test_the_places_put_nearly_every_check_to_somebody() -> None:
    """Else the test above would prove less than it says; the others concern what nobody should have."""
    assert set(CHECKS) >= ASKED
    assert len(ASKED) > 0.85 * len(CHECKS), sorted(set(CHECKS) - ASKED)


@pytest.mark.parametrize("faulty", ["echo lost", "rule doubled", "post refused"])
def test_the_command_line_exits_with_4_and_says_that_the_report_is_incomplete(
    faulty: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    from compliance.bench import _benches, _engines

    durable = {
        "echo lost": lambda: lossy_durable(drop=lambda rule: rule == "seen"),
        "rule doubled": lambda: lossy_durable(double=lambda rule: _opposite(rule)),
        "post refused": lambda: lossy_durable(code=204),
    }[faulty]()
    _benches.clear()
    _engines.clear()
    monkeypatch.setattr("compliance.engine.durable", durable)
    try:
        result = CliRunner().invoke(
            cli, ["check", str(FIXTURES / "shili-province"), "--profile", PROFILE, "--as-of", AS_OF]
        )
        assert result.exit_code == 4, result.output[-800:]
        assert "不完整" in result.output
    finally:
        _benches.clear()
        _engines.clear()


def _opposite(rule: str) -> str | None:
    """Another answer to the same question, by the names that the lowering gives to rules."""
    if rule == "seen":
        return None
    answer, question, branch = rule.split("_")
    return f"{2 if answer == '3' else 3}_{question}_{branch}"


def test_a_lost_answer_is_never_counted_as_decided() -> None:
    assert Code.LOST > Code.UNKNOWN > Code.PASS


@pytest.mark.parametrize("check", CHECKS)
def test_every_single_check_ends_in_a_fault_when_what_its_rules_say_is_lost(
    check: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By its own cases, so that checks which no place puts to anybody are covered too."""
    from compliance.cases import outcome_of_case

    law = load_law()
    item, one = next((i, c) for i in law.items for c in i.checks if c.id == check)
    monkeypatch.setattr("compliance.engine.durable", lossy_durable(drop=lambda rule: rule != "seen"))
    for case in item.spec.cases:
        if case.check == one.name:
            assert outcome_of_case(one, case, law) == ("fault", None), case
