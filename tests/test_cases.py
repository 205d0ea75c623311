"""The law's own cases: each comes out as written, by the engine and by the oracle; and they notice mistakes."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest
from mutation import mutants, outcome
from small_law import CLAUSE as SMALL
from small_law import MEASURES, load, spoiled, write

from compliance.bench import load_law
from compliance.cases import outcome_of_case, run_cases
from compliance.measures import measure_kinds
from compliance.schemas.rulebook import Case, Check

LAW = load_law()
KINDS = measure_kinds()
CHECKS = {check.id: check for check in LAW.checks}
CASES = {
    f"{item.id}.{name}": [case for case in item.spec.cases if case.check == name]
    for item in LAW.items
    for name in item.spec.checks
}

UNREACHABLE = {
    "B4.1.needs_known": {"holds: not (shortfalls_reported is True)"},
    "B4.1.members_known": {"holds: not (plan_members_reported is True)"},
    "B5.2.needs_known": {"holds: not (shortfalls_reported is True)"},
    "B5.3.needs_known": {"holds: not (shortfalls_reported is True)"},
    "X8.needs_known": {"holds: not (shortfalls_reported is True)"},
    "B6.1.counties_listed": {"holds: counties_in_plan more_than 0 → at_least"},
}
"""Mutants that no value can tell from the law: the guard leaves nothing but unknown, or a count is never 0."""


@pytest.mark.parametrize("ident", CASES)
def test_every_case_comes_out_as_written_by_the_engine_and_by_the_oracle(ident: str) -> None:
    check = CHECKS[ident]
    for case in CASES[ident]:
        found, reason = outcome_of_case(check, case, LAW)
        assert (found, outcome(check, case, KINDS, LAW)) == (case.outcome, case.outcome), case
        assert case.reason in (None, reason), case


def survivors(check: Check, cases: list[Case]) -> tuple[int, list[str]]:
    """How many mutants there are, and those that no case tells from the check."""
    as_written = [outcome(check, case, KINDS, LAW) for case in cases]
    found = [
        (said, [outcome(changed, case, KINDS, LAW) for case in cases] == as_written) for said, changed in mutants(check)
    ]
    return len(found), [said for said, survived in found if survived]


def test_the_cases_notice_every_small_mistake_in_the_law() -> None:
    total, alive = 0, Counter[str]()
    for ident, check in CHECKS.items():
        if check.asks is not None:  # a question for a person has no condition of its own
            continue
        number, left = survivors(check, CASES[ident])
        total += number
        alive.update(f"{ident} {said}" for said in left if said not in UNREACHABLE.get(ident, ()))
    assert total > 1000
    assert not alive, f"{len(alive)} of {total} mutants survive; add cases:\n" + "\n".join(sorted(alive))


def test_no_mutant_is_excused_in_vain() -> None:
    for ident, excused in UNREACHABLE.items():
        assert excused <= set(survivors(CHECKS[ident], CASES[ident])[1]), ident


def test_the_engine_decides_mutants_as_the_oracle_does() -> None:
    """The cases are decided by the engine: what kills a mutant for the oracle kills it for durable-rules."""
    compared = 0
    for number, (ident, check) in enumerate(CHECKS.items()):
        for said, changed in list(mutants(check))[number % 7 :: 7]:
            for case in CASES[ident]:
                found, _ = outcome_of_case(changed, case, LAW)
                assert found == outcome(changed, case, KINDS, LAW), (ident, said, case)
                compared += 1
    assert compared > 500


def test_a_case_that_comes_out_otherwise_is_told_with_what_was_found(tmp_path: Path) -> None:
    text, _ = spoiled(SMALL, "outcome: fail, given: {rate: 79/100", "outcome: fail, given: {rate: 80/100")
    (broken,) = run_cases(load(write(tmp_path, text)))
    assert (broken.check, broken.number, broken.expected, broken.found) == ("B1.1.rate", 2, "fail", "pass")
    assert "expected fail, found pass" in str(broken)


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        ('{rate: "?conflicting_data", $rate_min: 80%}', "conflicting_data"),
        ("{$rate_min: 80%}", "missing_field"),
        ("{rate: 1}", "missing_parameter"),
        ('{rate: "?needs_judgement", $rate_min: 80%}', "needs_judgement"),
    ],
)
def test_the_reason_of_an_open_case_is_checked_where_it_is_written(tmp_path: Path, given: str, reason: str) -> None:
    old = 'outcome: unknown, given: {rate: "?", $rate_min: 80%}'
    right, _ = spoiled(SMALL, old, f"outcome: unknown, reason: {reason}, given: {given}")
    assert not list(run_cases(load(write(tmp_path / "right", right))))
    wrong, _ = spoiled(SMALL, old, f"outcome: unknown, reason: missing_evidence, given: {given}")
    (broken,) = run_cases(load(write(tmp_path / "wrong", wrong)))
    assert broken.found == f"unknown/{reason}"


def test_a_closed_guard_gives_the_reason_that_its_check_names(tmp_path: Path) -> None:
    text, _ = spoiled(SMALL, "      when: {founded", "      otherwise: not_due\n      when: {founded")
    law = load(write(tmp_path, text))
    (case,) = [c for c in law.items[0].spec.cases if c.outcome == "not_applicable"]
    assert outcome_of_case(law.checks[1], case, law) == ("not_applicable", "not_due")
