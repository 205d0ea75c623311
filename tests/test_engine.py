"""The engine: what it refuses is LOST, what goes wrong is LOST, and the rest goes on; nothing is silent."""

from __future__ import annotations

import gc
import json
import os
import random
from collections.abc import Callable, Iterator
from decimal import Decimal
from pathlib import Path

import durable_rules_engine
import pytest
from drawing import KINDS, Draw
from lossy import lossy_durable, saying
from oracle import answer

import compliance.engine
from compliance.engine import BATCH, ECHO, LIVES, REMEMBERED, SLICE, Engine
from compliance.lower import lower
from compliance.schemas.conditions import All, Any, Atom, Kind, MeasureRef, Not, Op, Tree, Value
from compliance.schemas.lowered import Answer, Lowered
from compliance.schemas.scalars import Day, Ratio, Unknown, days

L, T, F, U, C = Answer.LOST, Answer.TRUE, Answer.FALSE, Answer.UNKNOWN, Answer.CONTRADICTORY
GAP = Unknown.MISSING_FIELD

BOOL = Atom("bool_a", Op.IS, True)
COUNT = Atom("count_a", Op.AT_LEAST, 5)
QUESTIONS: list[Tree] = [BOOL, COUNT]
"""Two questions that the lowering puts into two rulesets."""


def columns(**given: list) -> dict[str, list[Value]]:
    n = len(next(iter(given.values())))
    return {name: given.get(name, [GAP] * n) for name in KINDS}


def decide(trees: list[Tree], **given: list) -> tuple[list[bytearray], Engine]:
    with Engine(lower(trees, KINDS, {})) as engine:
        return engine.decide(columns(**given), len(next(iter(given.values())))), engine


@pytest.fixture
def two() -> Iterator[Engine]:
    with Engine(lower(QUESTIONS, KINDS, {})) as engine:
        yield engine


# -- the shape of the answer --------------------------------------------------------------------------------


def test_one_byte_per_question_and_subject(two: Engine) -> None:
    said = two.decide(columns(bool_a=[True, False, GAP], count_a=[5, 4, GAP]), 3)
    assert said == [bytearray([T, F, U]), bytearray([T, F, U])]
    assert two.incidents == []


def test_no_subject_no_question(two: Engine) -> None:
    assert two.decide(columns(bool_a=[], count_a=[]), 0) == [bytearray(), bytearray()]
    assert Engine([]).decide({}, 5) == []


def test_a_column_missing_or_too_short_is_the_callers_error(two: Engine) -> None:
    with pytest.raises(ValueError, match="count_a has no column of 1 values"):
        two.decide({"bool_a": [True]}, 1)
    with pytest.raises(ValueError, match="bool_a has no column of 2 values"):
        two.decide({"bool_a": [True], "count_a": [1, 2]}, 2)


def test_rulesets_must_answer_each_question_once() -> None:
    lowered = lower(QUESTIONS, KINDS, {})
    for wrong in ([lowered[0], lowered[0]], lowered[1:]):
        with pytest.raises(ValueError, match="exactly once"):
            Engine(wrong)


@pytest.mark.parametrize("n", [1, 2, BATCH - 1, BATCH, BATCH + 1, 255, 256, 257, 300, SLICE, SLICE + 1])
@pytest.mark.parametrize("distinct", [1, 2, 200, 257, 10**6])
def test_batches_slices_and_equal_facts(two: Engine, n: int, distinct: int) -> None:
    """Every subject gets its own answer, however facts are merged, batched and sliced."""
    values = random.Random(n + distinct)
    bools = [values.choice([True, False, GAP]) for _ in range(n)]
    counts = [values.choice([GAP, *range(4, 4 + min(distinct, 5)), *[i % distinct]]) for i in range(n)]
    said = two.decide(columns(bool_a=bools, count_a=counts), n)
    rows = [{"bool_a": b, "count_a": c} for b, c in zip(bools, counts, strict=True)]
    assert said == [bytearray(answer(tree, row, {}) for row in rows) for tree in QUESTIONS]
    assert two.incidents == []


def test_a_subject_is_told_apart_from_its_neighbours(two: Engine) -> None:
    """Reversing the subjects reverses the answers: no answer depends on place or company."""
    draw = Draw(1)
    trees, _, lowered = draw.questions(30)
    given = draw.columns(700)
    with Engine(lowered) as engine:
        forward = engine.decide(given, 700)
        backward = engine.decide({name: column[::-1] for name, column in given.items()}, 700)
    assert [column[::-1] for column in backward] == forward
    assert len(forward) == len(trees)


def test_an_engine_is_used_again_and_again_and_two_side_by_side(two: Engine) -> None:
    other = Engine(lower([Atom("count_a", Op.LESS_THAN, 5)], KINDS, {}))
    for value, said in ((5, T), (4, F), (GAP, U)) * 5:
        assert two.decide(columns(bool_a=[True], count_a=[value]), 1) == [bytearray([T]), bytearray([said])]
        opposite = {T: F, F: T, U: U}[said]
        assert other.decide(columns(count_a=[value]), 1) == [bytearray([opposite])]
    other.close()


def test_after_close_everything_is_lost(two: Engine) -> None:
    two.close()
    two.close()
    assert two.decide(columns(bool_a=[True], count_a=[5]), 1) == [bytearray([L]), bytearray([L])]
    assert len(two.incidents) == 2


# -- values that are refused --------------------------------------------------------------------------------

RATIO = Atom("ratio_a", Op.AT_LEAST, Ratio(2, 3))
CROSS = Atom("ratio_a", Op.AT_LEAST, MeasureRef("ratio_b"))
REFUSED = [
    (BOOL, True, [1, 0, 1.0, "true", None, [], Decimal(1)]),
    (Atom("code_a", Op.IS, "x"), "x", ["", "乙", 'x"', "x" * 65, "a b", "x\n", "n/a", 5, True, None, b"x", "\ud800"]),
    (COUNT, 5, [True, 5.0, 1e-05, float("nan"), float("inf"), "5", 2**63, -(2**63) - 1, 2**70, None, Decimal(5)]),
    (
        Atom("amount_a", Op.AT_LEAST, 5),
        Decimal(5),
        [True, 5.0, "5", Decimal("5.00001"), Decimal("NaN"), Decimal("Infinity"), Decimal(2**63), 2**62, None],
    ),
    (
        RATIO,
        Ratio(3, 3),
        [
            *(Ratio(1, 0), Ratio(1, -3), Ratio(2**62, 1), Ratio(1, 2**62 + 2**61)),
            *(Ratio(1.0, 2), Ratio(1, Decimal(2)), Ratio("1", "2"), (3, 3), 1, 0.8, None),
        ],
    ),
    (
        Atom("date_a", Op.NOT_AFTER, days("2021-12-14")),
        days("2021"),
        ["2021-12-14", 738_000, Day(2, 1, ""), Day(1.0, 2.0, ""), Day("1", "2", ""), None],
    ),
    (Atom("bool_a", Op.PRESENT, True), True, [1, "true", None]),
]


@pytest.mark.parametrize(("tree", "good", "bad"), [(t, g, b) for t, g, every in REFUSED for b in every], ids=repr)
def test_a_value_that_cannot_be_posted_loses_its_subject_only(tree: Atom, good: Value, bad: object) -> None:
    measure = str(tree.measure)
    alone, _ = decide([tree], **{measure: [good, GAP]})
    said, engine = decide([tree, Atom("bool_b", Op.IS, True)], **{measure: [good, bad, GAP]}, bool_b=[True] * 3)
    assert said[0] == bytearray([alone[0][0], L, alone[0][1]])
    assert said[1] in (bytearray([T, T, T]), bytearray([T, L, T]))
    assert {incident.subjects for incident in engine.incidents} == {(1,)}
    assert all(0 in incident.questions for incident in engine.incidents)
    assert all(incident.why.startswith(f"{measure}: ") for incident in engine.incidents)


def test_a_product_beyond_64_bits_is_refused_not_clamped() -> None:
    big = Ratio(2**40, 2**40 - 1)
    said, engine = decide([CROSS], ratio_a=[big, Ratio(1, 2)], ratio_b=[big, Ratio(1, 3)])
    assert said == [bytearray([L, T])]
    assert {i.why for i in engine.incidents} == {"ratio_a: beyond 64 bits", "ratio_b: beyond 64 bits"}
    edge = Ratio((2**63 - 1) // 3, 2**61)  # times 3 and 2, the terms of the limit
    assert decide([RATIO], ratio_a=[edge])[0] == [bytearray([T])]
    over = Ratio((2**63 - 1) // 3 + 1, 2**61)
    assert decide([RATIO], ratio_a=[over])[0] == [bytearray([L])]


def test_only_the_ruleset_concerned_is_lost_and_the_next_dossier_is_fine(two: Engine) -> None:
    said = two.decide(columns(bool_a=[True, False], count_a=[1.5, 5]), 2)
    assert said == [bytearray([T, F]), bytearray([L, T])]
    assert [(i.questions, i.subjects) for i in two.incidents] == [((1,), (0,))]
    assert two.incidents[0].why == "count_a: float is not a count"
    assert two.decide(columns(bool_a=[True], count_a=[5]), 1) == [bytearray([T]), bytearray([T])]
    assert two.incidents == []


def test_refusals_are_placed_rightly_in_a_later_slice(two: Engine) -> None:
    n = SLICE + 3
    counts: list = [5] * n
    counts[SLICE + 1] = 2**63
    said = two.decide(columns(bool_a=[True] * n, count_a=counts), n)
    assert said[1] == bytearray([T]) * (SLICE + 1) + bytearray([L, T])
    assert [i.subjects for i in two.incidents] == [(SLICE + 1,)]


# -- faults of durable-rules --------------------------------------------------------------------------------


def faulty(monkeypatch: pytest.MonkeyPatch, **faults: object) -> Engine:
    monkeypatch.setattr(compliance.engine, "durable", lossy_durable(**faults))
    return Engine(lower(QUESTIONS, KINDS, {}))


GIVEN = columns(bool_a=[True, False, GAP], count_a=[5, 4, GAP])
ALL_LOST, BOTH = bytearray([L, L, L]), bytearray([T, F, U])


def test_a_lost_echo_is_lost(monkeypatch: pytest.MonkeyPatch) -> None:
    with faulty(monkeypatch, drop=lambda rule: rule == "seen") as engine:
        assert engine.decide(GIVEN, 3) == [ALL_LOST, ALL_LOST]
        assert [i.subjects for i in engine.incidents] == [(0, 1, 2), (0, 1, 2)]
        assert "echoed" in engine.incidents[0].why


def test_one_fact_not_echoed_is_lost(monkeypatch: pytest.MonkeyPatch) -> None:
    with faulty(monkeypatch, cut=lambda rule: rule == "seen") as engine:
        assert engine.decide(GIVEN, 3) == [ALL_LOST, ALL_LOST]


def test_nothing_heard_at_all_is_lost(monkeypatch: pytest.MonkeyPatch) -> None:
    with faulty(monkeypatch, drop=lambda rule: True) as engine:
        assert engine.decide(GIVEN, 3) == [ALL_LOST, ALL_LOST]


def test_an_echo_heard_twice_is_lost(monkeypatch: pytest.MonkeyPatch) -> None:
    with faulty(monkeypatch, double=lambda rule: "seen" if rule == "seen" else None) as engine:
        assert engine.decide(GIVEN, 3) == [ALL_LOST, ALL_LOST]


@pytest.mark.parametrize(("heard", "place"), [("1_0_0", 0), ("2_0_1", 1), ("3_0_2", 2)])
@pytest.mark.parametrize("other", ["1_0_0", "2_0_1", "3_0_2"])
def test_two_different_answers_are_contradictory(
    monkeypatch: pytest.MonkeyPatch, heard: str, other: str, place: int
) -> None:
    if heard == other:
        return
    said = bytearray(BOTH)
    said[place] = C
    with faulty(monkeypatch, double=lambda rule: other if rule == heard else None) as engine:
        for _ in range(2):  # nor is it remembered
            assert engine.decide(GIVEN, 3) == [said, BOTH]
            assert [(i.questions, i.subjects) for i in engine.incidents] == [((0,), (place,))]


@pytest.mark.parametrize("heard", ["1_0_0", "2_0_1", "3_0_2"])
def test_the_same_answer_twice_is_one_answer(monkeypatch: pytest.MonkeyPatch, heard: str) -> None:
    with faulty(monkeypatch, double=lambda rule: rule if rule == heard else None) as engine:
        assert engine.decide(GIVEN, 3) == [BOTH, BOTH]


def test_rules_that_fire_without_end_are_lost(monkeypatch: pytest.MonkeyPatch) -> None:
    with faulty(monkeypatch, repeat=lambda rule: rule == "2_0_1") as engine:
        assert engine.decide(GIVEN, 3) == [ALL_LOST, BOTH]
        assert "without end" in engine.incidents[0].why


def test_a_rule_nobody_compiled_is_lost(monkeypatch: pytest.MonkeyPatch) -> None:
    with faulty(monkeypatch, double=lambda rule: "2_9_9" if rule == "2_0_1" else None) as engine:
        assert engine.decide(GIVEN, 3) == [ALL_LOST, BOTH]


MANY: list[Tree] = [
    BOOL,
    COUNT,
    Atom("count_b", Op.LESS_THAN, 5),
    Atom("code_a", Op.ONE_OF, ("a", "kept")),
    Atom("ratio_a", Op.MORE_THAN, MeasureRef("ratio_b")),
    Atom("date_a", Op.NOT_AFTER, MeasureRef("date_b")),
    Atom("bool_b", Op.PRESENT, True),
    Any((BOOL, Not(COUNT), Atom("bool_c", Op.IS, False))),
]
RULES = [rule for one in lower(MANY, KINDS, {}) for rule in json.loads(one.rules) if rule != ECHO]


@pytest.mark.parametrize("answers", [(T,), (F,), (U,), (T, F), (T, F, U)], ids=str)
def test_an_answer_durable_rules_does_not_give_is_lost(
    monkeypatch: pytest.MonkeyPatch, answers: tuple[Answer, ...]
) -> None:
    """TRUE like the others: with the echo intact, nothing is a pass because nothing was heard."""
    with faulty(monkeypatch, drop=saying(*answers)) as engine:
        for _ in range(2):
            expected = bytearray(L if answer in answers else answer for answer in BOTH)
            assert engine.decide(GIVEN, 3) == [expected, expected]
            subjects = tuple(place for place, answer in enumerate(BOTH) if answer in answers)
            assert [i.subjects for i in engine.incidents] == [subjects, subjects]
            assert engine.incidents[0].why.startswith("no answer")


@pytest.mark.parametrize("fault", ["drop", "cut"])
@pytest.mark.parametrize("rule", RULES)
def test_any_one_message_left_out_is_lost_and_nothing_else_changes(
    monkeypatch: pytest.MonkeyPatch, rule: str, fault: str
) -> None:
    """Whichever rule is not heard of, or not of one of its facts: those cells alone are LOST, none gets another
    answer, whatever was decided before; and once durable-rules is heard again, so are the answers."""
    n, draw = 2000, Draw(3)
    warm, given = draw.columns(n), draw.columns(n)
    digit, question, _ = map(int, rule.split("_"))
    wrong = False
    with Engine(lower(MANY, KINDS, {})) as plain:
        whole = plain.decide(given, n)
    lossy = lossy_durable(**{fault: lambda name: wrong and name == rule})
    monkeypatch.setattr(compliance.engine, "durable", lossy)
    with Engine(lower(MANY, KINDS, {})) as engine:
        wrong = True
        said = engine.decide(given, n)
        differing = {(was, now) for was, now in zip(whole[question], said[question], strict=True) if was != now}
        assert differing == {(digit, L)} or (fault == "cut" and not differing)  # another branch may say the same
        assert all(said[q] == whole[q] for q in range(len(MANY)) if q != question)
        lost = {subject for i in engine.incidents for subject in i.subjects}
        assert lost == {subject for subject, answer in enumerate(said[question]) if answer == L}
        wrong = False
        assert engine.decide(given, n) == whole
        assert engine.incidents == []
        engine.decide(warm, n)
        assert engine.decide(given, n) == whole


@pytest.mark.parametrize("code", [1, 2, 3, 303])
def test_an_error_code_is_lost(monkeypatch: pytest.MonkeyPatch, code: int) -> None:
    with faulty(monkeypatch, code=code) as engine:
        assert engine.decide(GIVEN, 3) == [ALL_LOST, ALL_LOST]
        assert f"code {code}" in engine.incidents[0].why


@pytest.mark.parametrize("error", [MemoryError(), RuntimeError("Could not assert facts, error code: 303")])
def test_an_exception_loses_its_batch_and_no_more(monkeypatch: pytest.MonkeyPatch, error: Exception) -> None:
    """The second of three batches fails: a new handle takes the third, the old one is never used again."""
    n = 3 * BATCH
    calls = iter(range(100))
    with faulty(monkeypatch, error=lambda: error if next(calls) == 2 else None) as engine:
        broken: list[int] = []
        real = compliance.engine.durable.assert_facts
        used: list[int] = []
        monkeypatch.setattr(
            compliance.engine.durable, "assert_facts", lambda h, text: (used.append(h), real(h, text))[1]
        )
        monkeypatch.setattr(compliance.engine.durable, "delete_state", _spy_delete(broken))
        said = engine.decide(columns(bool_a=[True] * n, count_a=list(range(n))), n)
    assert said[0] == bytearray([T]) * n
    expected = bytearray([F]) * 5 + bytearray([T]) * (n - 5)
    expected[BATCH : 2 * BATCH] = bytes([L]) * BATCH
    assert said[1] == expected
    assert [i.subjects for i in engine.incidents] == [tuple(range(BATCH, 2 * BATCH))]
    first, second, third = used[1:]
    assert first == second != third
    assert broken.count(first) == 1  # the first batch's state; the second's is left alone
    assert third in broken


def _spy_delete(handles: list[int]) -> Callable[[int, None], None]:
    def delete(handle: int, sid: None) -> None:
        handles.append(handle)
        durable_rules_engine.delete_state(handle, sid)

    return delete


def test_the_subjects_named_are_those_whose_fact_was_lost(monkeypatch: pytest.MonkeyPatch) -> None:
    """Equal facts are posted once: with the fact all its subjects are lost, and all are named."""
    first = iter([RuntimeError("lost")])
    with faulty(monkeypatch, error=lambda: next(first, None)) as engine:
        said = engine.decide(columns(bool_a=[True, GAP] * 50, count_a=[5, 4] * 50), 100)
    assert said == [bytearray([L]) * 100, bytearray([T, F]) * 50]
    assert engine.incidents[0].subjects == tuple(range(100))


def test_a_ruleset_that_always_fails_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each doubtful state costs memory, so a ruleset is not compiled without end; its answers stay LOST."""
    with faulty(monkeypatch, code=1) as engine:
        for _ in range(2 * LIVES):
            assert engine.decide(GIVEN, 3) == [ALL_LOST, ALL_LOST]
        assert len(compliance.engine.durable.handles) == 2 * LIVES  # of two rulesets


def test_a_fact_is_decided_once_while_its_ruleset_lives(monkeypatch: pytest.MonkeyPatch) -> None:
    """Later dossiers get the answers durable-rules gave; after a fault, and in another engine, it is asked anew."""
    errors: list[Exception] = []
    with faulty(monkeypatch, error=lambda: errors.pop() if errors else None) as engine:
        posts = compliance.engine.durable.posts

        def posted() -> list[int]:
            said = engine.decide(GIVEN, 3)
            assert said == [BOTH, BOTH] or engine.incidents
            counts = [post.count('"id"') for post in posts]
            posts.clear()
            return counts

        assert posted() == [3, 3]
        assert posted() == []
        assert engine.decide(columns(bool_a=[GAP, True], count_a=[7, 5]), 2) == [bytearray([U, T]), bytearray([T, T])]
        assert [post.count('"id"') for post in posts] == [1]
        posts.clear()
        errors.append(RuntimeError("lost"))
        said = engine.decide(columns(bool_a=[True], count_a=[8]), 1)
        assert said == [bytearray([T]), bytearray([L])]
        posts.clear()
        assert posted() == [3]  # the ruleset that failed was compiled anew; the other still knows
        with Engine(lower(QUESTIONS, KINDS, {})) as other:
            assert other.decide(GIVEN, 3) == [BOTH, BOTH]
        assert [post.count('"id"') for post in posts] == [3, 3]


def test_what_is_remembered_is_bounded_and_forgotten_on_close(two: Engine) -> None:
    n = 3 * REMEMBERED + 7
    for start in (0, 1, n):
        counts = list(range(start, start + n))
        said = two.decide(columns(bool_a=[True] * n, count_a=counts), n)
        assert said[1] == bytearray(T if count >= 5 else F for count in counts)
        assert all(len(ruleset.known) <= REMEMBERED for ruleset in two._rulesets)
    two.close()
    assert all(not ruleset.known for ruleset in two._rulesets)
    assert two.decide(columns(bool_a=[True], count_a=[5]), 1) == [bytearray([L]), bytearray([L])]


def test_no_batch_with_a_fault_in_it_is_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nor any of its sound cells: the whole batch is asked again."""
    with faulty(monkeypatch, drop=saying(T)) as engine:
        for _ in range(3):
            engine.decide(GIVEN, 3)
            assert all(not ruleset.known for ruleset in engine._rulesets)
        assert len(compliance.engine.durable.posts) == 6


def test_an_interrupt_leaves_the_engine_usable(monkeypatch: pytest.MonkeyPatch) -> None:
    interrupts = iter([KeyboardInterrupt()])
    engine = faulty(monkeypatch, error=lambda: next(interrupts, None))
    with pytest.raises(KeyboardInterrupt):
        engine.decide(GIVEN, 3)
    assert engine.decide(GIVEN, 3) == [BOTH, BOTH]


def test_equal_facts_are_posted_once(monkeypatch: pytest.MonkeyPatch) -> None:
    with faulty(monkeypatch) as engine:
        engine.decide(columns(bool_a=[True, False, GAP] * 1000, count_a=[5] * 3000), 3000)
        assert [post.count('"id"') for post in compliance.engine.durable.posts] == [3, 1]


def test_an_engine_works_in_a_forked_child() -> None:
    if not hasattr(os, "fork"):
        pytest.skip("no fork here")
    with Engine(lower(QUESTIONS, KINDS, {})) as engine:
        engine.decide(GIVEN, 3)
        child = os.fork()
        if child == 0:
            os._exit(0 if engine.decide(GIVEN, 3) == [BOTH, BOTH] else 1)
        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
        assert engine.decide(GIVEN, 3) == [BOTH, BOTH]


# -- memory -------------------------------------------------------------------------------------------------


def resident() -> int:
    """Bytes of this process in memory."""
    try:
        pages = int(Path("/proc/self/statm").read_text().split()[1])
    except OSError:
        pytest.skip("no /proc/self/statm here")
    return pages * os.sysconf("SC_PAGE_SIZE")


def grows(calls: int) -> float:
    """By how many bytes a ``decide`` the process grows, once warm; with refusals, gaps and many rulesets."""
    draw = Draw(9)
    _, _, lowered = draw.questions(40, depth=1)
    dossiers = [draw.columns(40) for _ in range(5)]
    dossiers[1]["count_a"][3] = 2**63
    with Engine(lowered) as engine:
        for i in range(calls // 4):
            engine.decide(dossiers[i % 5], 40)
        gc.collect()
        before = resident()
        for i in range(calls):
            engine.decide(dossiers[i % 5], 40)
        gc.collect()
        return (resident() - before) / calls


def test_memory_is_flat() -> None:
    assert grows(600) < 1000


@pytest.mark.soak
def test_memory_is_flat_over_twenty_thousand_dossiers() -> None:
    assert grows(20_000) < 20


@pytest.mark.soak
def test_engines_made_and_closed_leave_nothing_behind() -> None:
    lowered = lower(QUESTIONS, KINDS, {})

    def one() -> None:
        with Engine(lowered) as engine:
            engine.decide(GIVEN, 3)

    for _ in range(2000):
        one()
    gc.collect()
    before = resident()
    for _ in range(8000):
        one()
    gc.collect()
    assert (resident() - before) / 8000 < 100


def test_a_lowered_ruleset_may_be_hand_made() -> None:
    """The engine asks nothing of the rules but their names and that ``seen`` comes last."""
    (lowered,) = lower([All((BOOL,))], {"bool_a": Kind.BOOL}, {})
    with Engine([Lowered(lowered.rules, lowered.properties, (0,))]) as engine:
        assert engine.decide({"bool_a": [True, False]}, 2) == [bytearray([T, F])]
