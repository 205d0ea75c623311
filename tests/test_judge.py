"""Docket × answers → codes, over every combination, against the rules stated once more in plain words."""

from __future__ import annotations

from itertools import combinations_with_replacement, product

import pytest

from compliance.findings import disposition_of, outcome_of
from compliance.judge import combine, fold, roll_up, with_evidence
from compliance.schemas.lowered import Answer
from compliance.schemas.outcomes import Code, State

TRUE, FALSE, UNKNOWN = Answer.TRUE, Answer.FALSE, Answer.UNKNOWN
BROKEN = (Answer.LOST, Answer.CONTRADICTORY)


def stated(
    state: State, when: Answer | None, holds: Answer, evidence: Answer | None, measured: bool, encouraged: bool
) -> Code:
    """The rules, independently of the tables: the docket first, then the guard, then the condition, then papers."""
    unknown = Code.OPEN if encouraged else Code.UNKNOWN
    if state in (State.MISSING_FIELD, State.MISSING_PARAMETER):
        return Code.NOT_APPLICABLE if when is FALSE else unknown
    if state is not State.READY:
        return Code.NOT_APPLICABLE
    if when is FALSE:
        return Code.NOT_APPLICABLE
    if when in BROKEN:
        return Code.LOST
    if when is UNKNOWN:
        return Code.LOST if holds in BROKEN or (evidence in BROKEN and holds is TRUE) else unknown
    if holds is FALSE:
        return Code.IMPROVE if encouraged else Code.FAIL
    if holds is UNKNOWN:
        return unknown
    if holds in BROKEN:
        return Code.LOST
    if evidence in BROKEN:
        return Code.LOST
    if evidence is not None and evidence is not TRUE:
        return unknown
    return Code.MEASURED if measured else Code.PASS


EVIDENCE = (None, TRUE, UNKNOWN, Answer.LOST)
"""Evidence is never false: a document is there, or it is not known."""
EVERY = list(product(State, (None, *Answer), Answer, EVIDENCE))


@pytest.mark.parametrize(("measured", "encouraged"), list(product((False, True), repeat=2)))
def test_every_line_is_decided_as_stated(measured: bool, encouraged: bool) -> None:
    for state, when, holds, evidence in EVERY:
        shown = bytes([holds]) if evidence is None else with_evidence(bytes([holds]), bytes([evidence]))
        guard = None if when is None else bytes([when])
        (code,) = combine(bytes([state]), guard, shown, measured=measured, encouraged=encouraged)
        wanted = stated(state, when, holds, evidence, measured, encouraged)
        assert Code(code) is wanted, (state, when, holds, evidence)


def test_whole_columns_are_decided_as_their_lines() -> None:
    for guarded in (False, True):
        cells = [e for e in EVERY if (e[1] is not None) is guarded]
        states, holds = bytes(e[0] for e in cells), bytes(e[2] for e in cells)
        when = bytes(e[1] for e in cells if e[1] is not None) if guarded else None
        codes = combine(states, when, holds, measured=False, encouraged=False)
        assert [Code(c) for c in codes] == [stated(s, w, h, None, False, False) for s, w, h, _ in cells]


def test_a_column_that_is_ready_throughout_is_decided_alike() -> None:
    holds = bytes([*Answer] * 3)
    codes = combine(bytes(len(holds)), None, holds, measured=False, encouraged=False)
    assert [Code(c) for c in codes] == [stated(State.READY, None, Answer(h), None, False, False) for h in holds]


def test_an_answer_of_no_known_kind_is_lost() -> None:
    (code,) = combine(bytes(1), None, bytes([99]), measured=False, encouraged=False)
    assert Code(code) is Code.LOST


def test_a_document_that_is_not_there_never_turns_a_breach_into_a_question() -> None:
    assert with_evidence(bytes([FALSE, TRUE, UNKNOWN]), bytes([UNKNOWN] * 3)) == bytes([FALSE, UNKNOWN, UNKNOWN])


def test_what_is_only_encouraged_is_never_put_on_the_list_to_rectify() -> None:
    for state, when, holds, evidence in EVERY:
        code = stated(state, when, holds, evidence, False, True)
        assert disposition_of(code, None) != "rectify"
        assert code is not Code.FAIL


@pytest.mark.parametrize(
    ("code", "reason", "wanted"),
    [
        (Code.FAIL, None, "rectify"), (Code.IMPROVE, None, "improve"), (Code.PASS, None, "none"),
        (Code.OPEN, "missing_field", "supply"), (Code.OPEN, "needs_judgement", "review"),
        (Code.MEASURED, None, "none"), (Code.NOT_APPLICABLE, "no_object", "none"), (Code.UNKNOWN, "missing_field", "supply"),
        (Code.UNKNOWN, "missing_evidence", "supply"), (Code.UNKNOWN, "ambiguous_date", "supply"),
        (Code.UNKNOWN, "conflicting_data", "supply"), (Code.UNKNOWN, "needs_judgement", "review"),
        (Code.UNKNOWN, "missing_parameter", "review"), (Code.LOST, None, "supply"),
    ],
)  # fmt: skip
def test_the_disposition_follows_from_code_and_reason(code: Code, reason: str | None, wanted: str) -> None:
    assert disposition_of(code, reason) == wanted  # type: ignore[arg-type]


# -- fold ------------------------------------------------------------------------------------------------------


def test_the_greatest_code_of_an_owners_rows_is_its_own() -> None:
    lines = [
        ([0, 0, 2], False, bytes([Code.PASS, Code.FAIL, Code.PASS])),
        ([0, 1, 2], True, bytes([Code.UNKNOWN, Code.NOT_APPLICABLE, Code.UNKNOWN])),
    ]
    assert list(fold(4, lines[:1])) == [Code.FAIL, Code.NOT_APPLICABLE, Code.PASS, Code.NOT_APPLICABLE]
    assert list(fold(3, lines)) == [Code.FAIL, Code.NOT_APPLICABLE, Code.UNKNOWN]


def test_an_owner_without_rows_has_no_object() -> None:
    assert list(fold(2, [])) == [Code.NOT_APPLICABLE] * 2


def test_folding_does_not_depend_on_the_order_of_lines() -> None:
    codes = [c for c in Code if c is not Code.NONE]
    for some in product(codes, repeat=3):
        lines = [([0], True, bytes([c])) for c in some]
        assert fold(1, lines) == fold(1, lines[::-1]) == bytearray([max(some)])


# -- roll-up ---------------------------------------------------------------------------------------------------

CODES = [c for c in Code if c is not Code.NONE]
SETS = [s for n in range(4) for s in combinations_with_replacement(CODES, n)]


def test_nothing_that_was_owed_an_answer_is_a_fault() -> None:
    assert roll_up(b"") is Code.LOST


def test_findings_rank_failing_fault_unknown_pass_and_then_what_is_only_encouraged() -> None:
    rank = [
        Code.FAIL, Code.LOST, Code.UNKNOWN, Code.PASS, Code.OPEN, Code.IMPROVE, Code.MEASURED, Code.NOT_APPLICABLE,
    ]  # fmt: skip
    for some in SETS:
        if some:
            assert roll_up(bytes(some)) is min(some, key=rank.index)
            assert roll_up(bytes(some)) is roll_up(bytes(some[::-1]))


def test_a_lost_answer_is_never_a_pass_of_the_item() -> None:
    for some in SETS:
        if Code.LOST in some:
            assert roll_up(bytes(some)) in (Code.LOST, Code.FAIL)


def test_a_community_that_did_not_follow_an_encouragement_is_not_in_the_way() -> None:
    assert roll_up(bytes([Code.PASS, Code.IMPROVE, Code.OPEN])) is Code.PASS
    assert roll_up(bytes([Code.PASS, Code.UNKNOWN])) is Code.UNKNOWN


def test_every_code_has_an_outcome_and_a_fault_is_never_a_pass() -> None:
    assert {c: outcome_of(c) for c in CODES} == {
        Code.NOT_APPLICABLE: "not_applicable",
        Code.MEASURED: "pass",
        Code.PASS: "pass",
        Code.OPEN: "unknown",
        Code.UNKNOWN: "unknown",
        Code.LOST: "unknown",
        Code.IMPROVE: "fail",
        Code.FAIL: "fail",
    }
