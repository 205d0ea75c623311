"""Engine and oracle answer alike, over hundreds of thousands of drawn decisions (millions under ``soak``)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import pytest
from drawing import KINDS, LIMITS, OPS, POOLS, UNKNOWNS, Draw, small_enough
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from oracle import answer, compile_columns

from compliance.engine import Engine, Fact, _Ruleset
from compliance.lower import lower
from compliance.schemas.conditions import All, Any, Atom, Kind, MeasureRef, Not, Op, ParamRef, Tree
from compliance.schemas.lowered import Answer


def agree(draw: Draw, questions: int, subjects: int, by_column: bool = True) -> Counter[Answer]:
    """Ask drawn questions about drawn subjects; how often each answer was given by engine and oracle alike."""
    trees, params, lowered = draw.questions(questions)
    columns = draw.columns(subjects)
    rows = [{name: column[i] for name, column in columns.items()} for i in range(subjects)]
    counts: Counter[Answer] = Counter()
    with Engine(lowered) as engine:
        said = engine.decide(columns, subjects)
        assert engine.incidents == []
    for tree, column in zip(trees, said, strict=True):
        expected = bytearray(answer(tree, row, params) for row in rows)
        assert column == expected, (tree, params)
        if by_column:
            assert compile_columns(tree, KINDS, params)(columns, subjects) == expected, (tree, params)
        counts.update(map(Answer, expected))
    return counts


def test_two_hundred_thousand_decisions() -> None:
    draw, counts = Draw(20211214), Counter[Answer]()
    while counts.total() < 200_000:
        counts += agree(draw, questions=40, subjects=250)
    assert counts.total() >= 200_000
    assert set(counts) == {Answer.TRUE, Answer.FALSE, Answer.UNKNOWN}
    assert min(counts.values()) > 20_000, counts


@pytest.mark.parametrize("seed", range(8))
def test_one_answer_fires_on_every_fact(monkeypatch: pytest.MonkeyPatch, seed: int) -> None:
    """The rules for TRUE, for FALSE and for UNKNOWN exclude each other and leave nothing over: of the three sets
    exactly one has a rule that fires, for each question and each fact, as durable-rules itself says it."""
    draw = Draw(seed)
    _, _, lowered = draw.questions(60)
    heard: Counter[Answer] = Counter()
    real = _Ruleset.post

    def listen(ruleset: _Ruleset, batch: Sequence[Fact]) -> list[tuple[str, list[int]]]:
        fired = real(ruleset, batch)
        said = {(question, fact): set[Answer]() for question in ruleset.questions for fact in range(len(batch))}
        for rule, facts in fired:
            digit, question, _ = map(int, rule.split("_"))
            for fact in facts:
                said[question, fact].add(Answer(digit))
        assert {len(answers) for answers in said.values()} == {1}
        heard.update(one for answers in said.values() for one in answers)
        return fired

    monkeypatch.setattr(_Ruleset, "post", listen)
    with Engine(lowered) as engine:
        engine.decide(draw.columns(600), 600)
        assert engine.incidents == []
    assert set(heard) == {Answer.TRUE, Answer.FALSE, Answer.UNKNOWN}


@pytest.mark.soak
@pytest.mark.parametrize("seed", range(5))
def test_five_million_decisions(seed: int) -> None:
    draw, counts = Draw(seed), Counter[Answer]()
    while counts.total() < 1_000_000:
        counts += agree(draw, questions=60, subjects=800, by_column=False)
    assert counts.total() >= 1_000_000


@st.composite
def drawn_atoms(draw: st.DrawFn) -> Atom:
    measure = draw(st.sampled_from(sorted(KINDS)))
    kind = KINDS[measure]
    op = draw(st.sampled_from(OPS[kind]))
    if op is Op.PRESENT:
        return Atom(measure, op, draw(st.booleans()))
    if op is Op.ONE_OF:
        return Atom(measure, op, draw(st.lists(st.sampled_from(POOLS[kind]), max_size=4).map(tuple)))
    peers = [name for name in KINDS if KINDS[name] is kind]
    limits = st.one_of(
        st.sampled_from(LIMITS[kind]),
        st.just(ParamRef(kind.value)),
        st.sampled_from(peers).map(MeasureRef),
    )
    return Atom(measure, op, draw(limits))


trees = st.recursive(
    drawn_atoms(),
    lambda part: st.one_of(
        part.map(Not),
        st.lists(part, min_size=1, max_size=3).map(lambda parts: All(tuple(parts))),
        st.lists(part, min_size=1, max_size=3).map(lambda parts: Any(tuple(parts))),
    ),
    max_leaves=6,
)
subjects = st.fixed_dictionaries(
    {name: st.one_of(st.sampled_from(POOLS[kind]), st.sampled_from(UNKNOWNS)) for name, kind in KINDS.items()}
)
parameters = st.fixed_dictionaries({}, optional={kind.value: st.sampled_from(LIMITS[kind]) for kind in Kind})


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(tree=trees, params=parameters, rows=st.lists(subjects, min_size=1, max_size=8))
def test_any_shape(tree: Tree, params: dict, rows: list) -> None:
    assume(small_enough(tree, params))
    columns = {name: [row[name] for row in rows] for name in KINDS}
    with Engine(lower([tree], KINDS, params)) as engine:
        assert engine.decide(columns, len(rows)) == [bytearray(answer(tree, row, params) for row in rows)]
