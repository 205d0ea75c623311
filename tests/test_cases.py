"""The law's own cases: each comes out as written, by the engine and by the oracle; and they notice mistakes."""

from __future__ import annotations

from pathlib import Path

import attributes
import pytest
from mutation import (
    READMES,
    UNREACHABLE,
    mutants,
    outcome,
    said_of,
    score,
    survivors,
    tells,
    told,
    tried,
)
from small_law import CLAUSE as SMALL
from small_law import load, spoiled, write

from compliance.bench import load_law
from compliance.cases import outcome_of_case, run_cases, words_of_case
from compliance.rulebook import profile_names, profile_spec

LAW = load_law()
TRIED = {one.ident: one for one in tried(LAW)}


@pytest.mark.parametrize("ident", TRIED)
def test_every_case_comes_out_as_written_by_the_engine_and_by_the_oracle(ident: str) -> None:
    one = TRIED[ident]
    for case in one.cases:
        found, reason = outcome_of_case(one.check, case, LAW)
        assert (found, outcome(one.check, case, LAW.kinds, LAW)) == (case.outcome, case.outcome), case
        assert case.reason in (None, reason), case
        said = dict(zip(("remarks", "history"), said_of(one.check, case, LAW)[2:], strict=True))
        for kind, by_oracle in said.items():
            written = getattr(case, kind)
            if written is not None:
                assert words_of_case(one.check, case, LAW, kind) == written == list(by_oracle), case


def test_the_cases_notice_every_small_mistake_in_the_law() -> None:
    found = score()
    assert found.total > 3000
    assert not found.alive, f"{len(found.alive)} of {found.total} mutants survive; add cases:\n" + "\n".join(found.alive)


def test_the_conditions_of_places_are_tried_too() -> None:
    own = {f"{name}: {own.item}.{own.name}" for name in profile_names() for own in profile_spec(name).checks}
    assert own
    assert own <= TRIED.keys()


def test_no_mutant_is_excused_in_vain_and_each_with_a_reason() -> None:
    for ident, excused in UNREACHABLE.items():
        assert excused.keys() <= set(survivors(TRIED[ident])[1]), ident
        assert all(excused.values())


@pytest.mark.parametrize("readme", READMES)
def test_the_readmes_tell_the_score_as_it_is(readme: str) -> None:
    assert told(readme, "mutation") == tells(readme, "mutation", score()), "run: make mutation"


@pytest.mark.soak
@pytest.mark.parametrize("readme", READMES)
def test_the_readmes_tell_the_score_of_the_fixtures_as_it_is(readme: str) -> None:
    assert told(readme, "mutation-fixtures") == tells(readme, "mutation-fixtures", attributes.score()), "run: make mutation"


@pytest.mark.soak
def test_the_fixtures_notice_most_mistakes_in_what_no_case_can_speak_of() -> None:
    found = attributes.score()
    assert len(found.alive) < found.total // 10, "\n".join(found.alive)
    for put in attributes.dossiers()[::17]:  # the codes are made here as they are on the road
        for part in put.judgement.parts:
            for line in part.lines:
                assert put.codes(line, line.check) == line.codes


def test_the_engine_decides_mutants_as_the_oracle_does() -> None:
    """The cases are decided by the engine: what kills a mutant for the oracle kills it for durable-rules."""
    compared = 0
    for number, one in enumerate(TRIED.values()):
        for said, changed in list(mutants(one.check, one.around))[number % 17 :: 17]:
            for case in one.cases:
                try:
                    found, _ = outcome_of_case(changed, case, LAW)
                except ValueError as refused:  # a law that branches more than can be lowered would not be loaded
                    if "disjunctive form" not in str(refused):
                        raise
                    continue
                assert found == outcome(changed, case, LAW.kinds, LAW), (one.ident, said, case)
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
