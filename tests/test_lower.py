"""Lowering: every atom answers as its table says, at every boundary, and what cannot be exact is refused."""

from __future__ import annotations

import json
from collections.abc import Iterable
from decimal import Decimal
from itertools import product

import pytest
from drawing import KINDS, LIMITS, OPS, POOLS, UNKNOWNS, Draw
from oracle import answer

from compliance.engine import Engine
from compliance.lower import MAX_FIELDS, MAX_RULES, MAX_TESTS, lower
from compliance.schemas.conditions import All, Any, Atom, Kind, MeasureRef, Not, Op, ParamRef, Tree, Value
from compliance.schemas.lowered import Answer, Form, Lowered
from compliance.schemas.scalars import Day, Ratio, Unknown, days

GAP = Unknown.MISSING_FIELD
T, F, U = Answer.TRUE, Answer.FALSE, Answer.UNKNOWN


def ask(tree: Tree, columns: dict[str, list[Value]], params: dict | None = None) -> list[Answer]:
    """The engine's answers, with the kinds of ``drawing.KINDS``."""
    n = len(next(iter(columns.values())))
    padded = {name: columns.get(name, [GAP] * n) for name in KINDS}
    with Engine(lower([tree], KINDS, params or {})) as engine:
        (said,) = engine.decide(padded, n)
        assert engine.incidents == []
    return [Answer(byte) for byte in said]


def one_atom_each() -> Iterable[Atom]:
    for kind in Kind:
        measure = f"{kind.value}_a"
        for op in OPS[kind]:
            if op is Op.PRESENT:
                yield from (Atom(measure, op, limit) for limit in (True, False))
            elif op is Op.ONE_OF:
                yield from (Atom(measure, op, limit) for limit in ((), ("kept",), ("a", "A", "0")))
            else:
                yield from (Atom(measure, op, limit) for limit in LIMITS[kind])
                yield Atom(measure, op, MeasureRef(f"{kind.value}_b"))


@pytest.mark.parametrize("atom", list(one_atom_each()), ids=str)
def test_every_atom_over_every_value(atom: Atom) -> None:
    """Exactly one answer each, and the table's: for every pair of values of a kind, known or not."""
    kind = KINDS[str(atom.measure)]
    values = [*POOLS[kind], *UNKNOWNS]
    pairs = list(product(values, values))
    columns = {f"{kind.value}_a": [a for a, _ in pairs], f"{kind.value}_b": [b for _, b in pairs]}
    rows = [{f"{kind.value}_a": a, f"{kind.value}_b": b} for a, b in pairs]
    for tree in (atom, Not(atom), All((atom,)), Any((atom, atom))):
        assert ask(tree, columns) == [answer(tree, row, {}) for row in rows]


@pytest.mark.parametrize(
    ("measure", "op", "limit", "values", "answers"),
    [
        ("bool_a", Op.IS, True, [True, False, GAP], [T, F, U]),
        ("bool_a", Op.IS, False, [True, False, GAP], [F, T, U]),
        ("code_a", Op.IS, "kept", ["kept", "kep", "kept1", "Kept", GAP], [T, F, F, F, U]),
        ("code_a", Op.ONE_OF, ("a", "b"), ["a", "b", "c", "ab", GAP], [T, T, F, F, U]),
        ("code_a", Op.ONE_OF, (), ["a", GAP], [F, U]),
        ("count_a", Op.AT_LEAST, 5, [4, 5, 6, GAP], [F, T, T, U]),
        ("count_a", Op.AT_MOST, 5, [4, 5, 6, GAP], [T, T, F, U]),
        ("count_a", Op.MORE_THAN, 5, [4, 5, 6, GAP], [F, F, T, U]),
        ("count_a", Op.LESS_THAN, 5, [4, 5, 6, GAP], [T, F, F, U]),
        ("count_a", Op.MORE_THAN, 2**53, [2**53, 2**53 + 1], [F, T]),
        ("count_a", Op.AT_LEAST, 0, [0, -1], [T, F]),
        ("count_a", Op.PRESENT, True, [0, GAP], [T, F]),
        ("count_a", Op.PRESENT, False, [0, GAP], [F, T]),
        ("amount_a", Op.AT_MOST, Decimal("0.1"), [Decimal("0.1"), Decimal("0.1001")], [T, F]),
        ("amount_a", Op.AT_MOST, Decimal("0.3"), [Decimal("0.1") + Decimal("0.2")], [T]),
        ("amount_a", Op.AT_LEAST, 1, [1, Decimal("0.9999"), Decimal("1.00")], [T, F, T]),
        ("ratio_a", Op.AT_LEAST, Ratio(2, 3), [Ratio(2, 3), Ratio(4, 6), Ratio(1999, 3000)], [T, T, F]),
        ("ratio_a", Op.AT_LEAST, Decimal("0.8"), [Ratio(8, 10), Ratio(799_999_999, 10**9)], [T, F]),
        ("ratio_a", Op.AT_LEAST, 1, [Ratio(3, 3), Ratio(2, 3), Ratio(0, 1)], [T, F, F]),
        ("ratio_a", Op.AT_MOST, 0, [Ratio(0, 5), Ratio(1, 10**9)], [T, F]),
        ("date_a", Op.NOT_AFTER, days("2021-12-14"), [days("2021-12-14"), days("2021-12-15")], [T, F]),
        ("date_a", Op.NOT_AFTER, days("2021-12-14"), [days("2021-12"), days("2021-11"), days("2022")], [U, T, F]),
        ("date_a", Op.NOT_AFTER, days("2021-12"), [days("2021-12-01"), days("2021-12-02")], [T, U]),
        ("date_a", Op.NOT_AFTER, days("2021-12"), [days("2021-12-31"), days("2022-01-01"), GAP], [U, F, U]),
        ("date_a", Op.NOT_BEFORE, days("2021-12-14"), [days("2021-12-14"), days("2021-12-13")], [T, F]),
        ("date_a", Op.NOT_BEFORE, days("2021-12"), [days("2021-12-31"), days("2021-12-30")], [T, U]),
        ("date_a", Op.NOT_BEFORE, days("2021-12"), [days("2021-12-01"), days("2021-11-30")], [U, F]),
    ],
    ids=str,
)
def test_boundaries(measure: str, op: Op, limit: object, values: list, answers: list) -> None:
    atom = Atom(measure, op, limit)
    assert ask(atom, {measure: values}) == answers
    if op is not Op.PRESENT:
        assert ask(Atom(measure, op, ParamRef("p")), {measure: values}, {"p": limit}) == answers


def test_kleene_tables() -> None:
    states: list[Value] = [True, False, GAP]
    pairs = list(product(states, states))
    columns = {"bool_a": [a for a, _ in pairs], "bool_b": [b for _, b in pairs]}
    a, b = Atom("bool_a", Op.IS, True), Atom("bool_b", Op.IS, True)
    assert ask(All((a, b)), columns) == [T, F, U, F, F, F, U, F, U]
    assert ask(Any((a, b)), columns) == [T, T, T, T, F, U, T, U, U]
    assert ask(Not(All((a, b))), columns) == [F, T, U, T, T, T, U, T, U]
    assert ask(Any((a, Not(a))), columns) == [T, T, T, T, T, T, U, U, U]


def test_one_false_decides_though_the_limit_beside_it_is_not_set() -> None:
    tree = All((Atom("bool_a", Op.IS, True), Atom("count_a", Op.AT_LEAST, ParamRef("unset"))))
    assert ask(tree, {"bool_a": [True, False, GAP], "count_a": [1, 1, GAP]}) == [U, F, U]


@pytest.mark.parametrize("unset", [{}, {"p": Unknown.MISSING_PARAMETER}, {"p": None}], ids=str)
@pytest.mark.parametrize("op", [op for op in Op if op is not Op.PRESENT])
def test_an_unset_limit_is_unknown_whatever_the_value(op: Op, unset: dict) -> None:
    kind = next(kind for kind in Kind if op in OPS[kind])
    values = [*POOLS[kind], GAP]
    assert set(ask(Atom(f"{kind.value}_a", op, ParamRef("p")), {f"{kind.value}_a": values}, unset)) == {U}


def test_a_parameter_in_the_place_of_a_measure() -> None:
    columns: dict[str, list[Value]] = {"bool_a": [True, False, GAP], "code_a": ["x", "y", GAP]}
    p, q = ParamRef("p"), ParamRef("q")
    assert ask(Atom(p, Op.IS, True), columns, {"p": True}) == [T, T, T]
    assert ask(Atom(p, Op.IS, True), columns, {"p": False}) == [F, F, F]
    assert ask(Atom(p, Op.IS, True), columns) == [U, U, U]
    assert ask(Atom(p, Op.IS, MeasureRef("code_a")), columns, {"p": "x"}) == [T, F, U]
    assert ask(Atom(p, Op.IS, q), columns, {"p": "x", "q": "x"}) == [T, T, T]
    assert ask(Atom(p, Op.IS, q), columns, {"p": "x", "q": "y"}) == [F, F, F]
    assert ask(Atom(p, Op.IS, q), columns, {"q": "y"}) == [U, U, U]
    assert ask(Atom(p, Op.ONE_OF, q), columns, {"p": "x", "q": ["x", "y"]}) == [T, T, T]
    assert ask(Atom(p, Op.ONE_OF, ("y",)), columns, {"p": "x"}) == [F, F, F]
    every: list[object] = [True, False, "x", "某市", 0, 5, Decimal("0.5"), Ratio(1, 2), days("2021"), ("a", "b"), ()]
    for value in every:
        assert ask(Atom(p, Op.PRESENT, True), columns, {"p": value}) == [T, T, T]
        assert ask(Atom(p, Op.PRESENT, False), columns, {"p": value}) == [F, F, F]
    assert ask(Atom(p, Op.PRESENT, True), columns) == [F, F, F]
    assert ask(Atom(p, Op.PRESENT, False), columns) == [T, T, T]


def test_a_parameter_and_measures_of_confusable_names() -> None:
    kinds = {"$p": Kind.BOOL, "p": Kind.BOOL, "a*b": Kind.RATIO, "a": Kind.RATIO, "b": Kind.RATIO}
    trees: list[Tree] = [
        All((Atom("$p", Op.PRESENT, True), Atom("p", Op.IS, True), Atom(ParamRef("p"), Op.PRESENT, False))),
        All((Atom("a*b", Op.PRESENT, True), Atom("a", Op.AT_LEAST, MeasureRef("b")))),
    ]
    half = Ratio(1, 2)
    columns = {
        "$p": [True, GAP],
        "p": [True, True],
        "a*b": [half, GAP],
        "a": [half] * 2,
        "b": [half] * 2,
    }
    with Engine(lower(trees, kinds, {})) as engine:
        assert engine.decide(columns, 2) == [bytearray([T, F]), bytearray([T, F])]
    with Engine(lower(trees, kinds, {"p": True})) as engine:
        assert engine.decide(columns, 2) == [bytearray([F, F]), bytearray([T, F])]


def test_a_question_that_is_always_true_is_still_echoed() -> None:
    tautology = Any((Atom("bool_a", Op.PRESENT, True), Atom("bool_a", Op.PRESENT, False)))
    assert ask(tautology, {"bool_a": [True, False, GAP]}) == [T, T, T]


A_LIST = Atom("code_a", Op.ONE_OF, tuple(f"c{i}" for i in range(MAX_TESTS)))


@pytest.mark.parametrize(
    ("tree", "params", "says"),
    [
        (Atom("bool_a", Op.AT_LEAST, 1), {}, "bool_a: at_least does not fit a bool"),
        (Atom("count_a", Op.IS, 5), {}, "count_a: is does not fit a count"),
        (Atom("date_a", Op.AT_MOST, days("2021")), {}, "date_a: at_most does not fit a date"),
        (Atom("count_a", Op.NOT_AFTER, days("2021")), {}, "count_a: not_after does not fit a count"),
        (Atom("bool_a", Op.ONE_OF, ("a",)), {}, "bool_a: one_of does not fit a bool"),
        (Atom("ratio_a", Op.IS, ParamRef("unset")), {}, "ratio_a: is does not fit a ratio"),
        (Atom("bool_a", Op.IS, "true"), {}, "bool_a: is takes a bool"),
        (Atom("bool_a", Op.IS, 1), {}, "bool_a: is takes a bool"),
        (Atom("code_a", Op.IS, True), {}, "code_a: is takes a code"),
        (Atom("code_a", Op.IS, "拆除重建"), {}, "code_a: is takes a code"),
        (Atom("code_a", Op.IS, 'a"b'), {}, "code_a: is takes a code"),
        (Atom("code_a", Op.IS, ""), {}, "code_a: is takes a code"),
        (Atom("code_a", Op.IS, "x" * 65), {}, "code_a: is takes a code"),
        (Atom("code_a", Op.IS, "a\n"), {}, "code_a: is takes a code"),
        (Atom("code_a", Op.ONE_OF, "abc"), {}, "code_a: one_of takes a list"),
        (Atom("code_a", Op.ONE_OF, ("a", "乙")), {}, "code_a: one_of takes a code"),
        (Atom("code_a", Op.ONE_OF, MeasureRef("code_b")), {}, "code_a: one_of cannot compare"),
        (Atom("code_a", Op.ONE_OF, ParamRef("p")), {"p": "a"}, "code_a: one_of takes a list"),
        (A_LIST, {}, "tests"),
        (Atom("count_a", Op.AT_LEAST, True), {}, "count_a: at_least takes a number"),
        (Atom("count_a", Op.AT_LEAST, "5"), {}, "count_a: at_least takes a number"),
        (Atom("count_a", Op.AT_LEAST, Decimal("2.5")), {}, "count_a: at_least takes a number"),
        (Atom("count_a", Op.AT_LEAST, Ratio(5, 2)), {}, "count_a: at_least takes a number"),
        (Atom("count_a", Op.AT_LEAST, 2**63), {}, "count_a: at_least takes a number of 64 bits"),
        (Atom("count_a", Op.AT_LEAST, 0.5), {}, "count_a: at_least takes a number"),
        (Atom("count_a", Op.AT_LEAST, ParamRef("p")), {"p": 0.5}, "count_a: at_least takes a number"),
        (Atom("count_a", Op.AT_LEAST, MeasureRef("amount_a")), {}, "cannot compare a count with amount_a"),
        (Atom("count_a", Op.AT_LEAST, days("2021")), {}, "count_a: at_least takes a number"),
        (Atom("amount_a", Op.AT_MOST, Decimal("0.00001")), {}, "four decimals"),
        (Atom("amount_a", Op.AT_MOST, Decimal(2**63)), {}, "amount_a: at_most"),
        (Atom("amount_a", Op.AT_MOST, Decimal("NaN")), {}, "amount_a: at_most takes a finite number"),
        (Atom("amount_a", Op.AT_MOST, Ratio(1, 2)), {}, "amount_a: at_most takes a number"),
        (Atom("ratio_a", Op.AT_MOST, Ratio(1, 0)), {}, "positive denominator"),
        (Atom("ratio_a", Op.AT_MOST, Ratio(1, -2)), {}, "positive denominator"),
        (Atom("ratio_a", Op.AT_MOST, 0.8), {}, "ratio_a: at_most takes a number"),
        (Atom("ratio_a", Op.AT_MOST, Decimal("Infinity")), {}, "finite"),
        (Atom("ratio_a", Op.AT_MOST, Ratio(2**63, 3)), {}, "64 bits"),
        (Atom("ratio_a", Op.AT_MOST, MeasureRef("count_a")), {}, "cannot compare a ratio with count_a"),
        (Atom("date_a", Op.NOT_AFTER, "2021-12-14"), {}, "date_a: not_after takes a date"),
        (Atom("date_a", Op.NOT_AFTER, Day(5, 4, "")), {}, "date_a: not_after takes a date"),
        (Atom("date_a", Op.NOT_AFTER, MeasureRef("count_a")), {}, "cannot compare a date with count_a"),
        (Atom("bool_a", Op.PRESENT, "yes"), {}, "bool_a: present takes true or false"),
        (Atom("bool_a", Op.PRESENT, ParamRef("p")), {"p": True}, "bool_a: present takes true or false"),
        (Atom("nothing", Op.PRESENT, True), {}, "there is no measure nothing"),
        (Atom("bool_a", Op.IS, MeasureRef("nothing")), {}, "there is no measure nothing"),
        (Atom(ParamRef("p"), Op.AT_LEAST, 5), {"p": 5}, r"\$p: at_least cannot be asked of a parameter"),
        (Atom(ParamRef("p"), Op.AT_LEAST, 5), {}, r"\$p: at_least cannot be asked of a parameter"),
        (Atom(ParamRef("p"), Op.IS, True), {"p": 1}, r"\$p: is is asked of a parameter"),
        (Atom(ParamRef("p"), Op.IS, "某市"), {"p": "某市"}, r"\$p: is is asked of a parameter"),
        (Atom(ParamRef("p"), Op.IS, "x"), {"p": True}, r"\$p: is takes a bool"),
        (All(()), {}, "empty"),
        (Any((All(()), Atom("bool_a", Op.IS, True))), {}, "empty"),
    ],
    ids=str,
)
def test_refusals(tree: Tree, params: dict, says: str) -> None:
    fine = Atom("bool_a", Op.IS, True)
    with pytest.raises(ValueError, match=f"question 1: .*{says}"):
        lower([fine, tree], KINDS, params)


def test_a_tree_too_large_is_refused_and_one_just_small_enough_is_not() -> None:
    kinds = {f"m{i}": Kind.BOOL for i in range(60)}
    wide = [All(tuple(Atom(f"m{i}", Op.IS, True) for i in range(size))) for size in range(1, 9)]
    accepted = [len(json.loads(lower([tree], kinds, {})[0].rules)) for tree in wide[:5]]
    assert accepted == [4, 7, 12, 21, 38]
    for tree in wide[5:]:
        with pytest.raises(ValueError, match="disjunctive form"):
            lower([tree], kinds, {})
    with pytest.raises(ValueError, match="disjunctive form"):
        lower([All(tuple(Atom(f"m{i}", Op.IS, True) for i in range(40)))], kinds, {})
    told = [Atom(f"m{i}", Op.PRESENT, True) for i in range(MAX_FIELDS + 1)]
    (most,) = lower([Any((All(tuple(told[:27])), *told[27:MAX_FIELDS]))], kinds, {})
    assert len(most.properties) == MAX_FIELDS
    with pytest.raises(ValueError, match="fields"):
        lower([Any((All(tuple(told[:28])), *told[28:]))], kinds, {})
    with pytest.raises(ValueError, match="tests"):
        lower([Any(tuple(Atom(f"m{i}", Op.PRESENT, True) for i in range(MAX_TESTS + 1)))], kinds, {})


def test_the_same_atoms_on_one_measure_do_not_multiply() -> None:
    """Two limits on one measure are unknown together, so their branches collapse."""
    between = All((Atom("count_a", Op.AT_LEAST, 3), Atom("count_a", Op.AT_MOST, 5)))
    (lowered,) = lower([between], KINDS, {})
    assert list(json.loads(lowered.rules)) == ["1_0_0", "2_0_1", "2_0_2", "3_0_3", "seen"]
    assert ask(between, {"count_a": [2, 3, 5, 6, GAP]}) == [F, T, T, F, U]


def drawn(seed: int, size: int = 60) -> tuple[Lowered, ...]:
    return Draw(seed).questions(size)[2]


@pytest.mark.parametrize("seed", range(10))
def test_rulesets_stay_within_what_durable_rules_can_bear(seed: int) -> None:
    lowered = drawn(seed)
    assert sorted(q for one in lowered for q in one.questions) == list(range(60))
    for one in lowered:
        rules = json.loads(one.rules)
        names = [p.name for p in one.properties]
        assert len(one.questions) < len(rules) <= MAX_RULES
        assert list(rules)[-1] == "seen"
        assert 1 <= len(names) <= MAX_FIELDS
        assert len(set(names)) == len(names)
        assert len(one.questions) <= 28
        for name, rule in rules.items():
            assert rule.keys() == {"all", "cap"}
            assert rule["cap"] == 65535
            ((alpha,),) = [rule["all"]]
            assert alpha.keys() == {"m"}
            assert alpha["m"].keys() == {"$and"}
            assert 1 <= len(alpha["m"]["$and"]) <= MAX_TESTS
            if name != "seen":
                digit, question, _ = map(int, name.split("_"))
                assert Answer(digit) in (T, F, U)
                assert question in one.questions
        asked = {int(name.split("_")[1]) for name in rules if name != "seen"}
        assert asked == set(one.questions), "a question without a rule could never be answered"


def test_questions_that_share_measures_sit_together() -> None:
    trees = [Atom(f"count_{x}", op, 5) for op in (Op.AT_LEAST, Op.AT_MOST) for x in "abc"]
    trees += [Atom(f"bool_{x}", Op.IS, True) for x in "abc"] * 2
    trees += [Atom(f"date_{x}", Op.NOT_AFTER, days("2021")) for x in "abc"] * 2
    numbers, booleans, dates = sorted(lower(trees, KINDS, {}), key=lambda one: one.questions[0])
    assert sorted(numbers.questions) == list(range(6))
    assert sorted(booleans.questions) == list(range(6, 12))
    assert sorted(dates.questions) == list(range(12, 18))
    assert len(numbers.properties) == len(booleans.properties) == 3
    assert len(dates.properties) == 6


def test_whatever_differs_from_row_to_row_stands_apart() -> None:
    """Few different facts are posted where values are few, so these never share a ruleset with dates or ratios."""
    for seed in range(5):
        for one in drawn(seed):
            broad = {q for q in one.questions if {Kind.DATE, Kind.RATIO} & kinds_compared(one, q)}
            assert broad in (set(), set(one.questions))


def kinds_compared(lowered: Lowered, question: int) -> set[Kind | None]:
    """The kinds whose values (not merely whether they are known) stand in the rules of a question."""
    rules = {name: rule for name, rule in json.loads(lowered.rules).items() if name.split("_")[1:2] == [str(question)]}
    text = json.dumps(rules)
    return {p.kind for p in lowered.properties if p.form is not Form.KNOWN and f'"{p.name}"' in text}


def test_lowering_depends_on_nothing_but_its_input() -> None:
    assert drawn(3) == drawn(3)


EVERY_SHAPE: list[Tree] = [
    Atom("bool_a", Op.IS, True),
    Atom("code_a", Op.ONE_OF, ("a", "kept")),
    Atom("count_a", Op.AT_LEAST, 5),
    Atom("amount_a", Op.AT_MOST, Decimal("0.5")),
    Atom("ratio_a", Op.AT_LEAST, Ratio(2, 3)),
    Atom("ratio_a", Op.MORE_THAN, MeasureRef("ratio_b")),
    Atom("date_a", Op.NOT_AFTER, MeasureRef("date_b")),
    Atom("bool_b", Op.PRESENT, True),
    All((Atom("bool_a", Op.IS, True), Atom("bool_b", Op.IS, True))),
    Any((Atom("bool_a", Op.IS, True), Not(Atom("count_a", Op.AT_LEAST, 5)))),
]


def test_each_rule_is_needed() -> None:
    """Without any one of the rules some cells are LOST and no other answer changes: durable-rules decides, and
    what it leaves out is never taken for an answer, a pass least of all."""
    n = 3000
    columns = Draw(5).columns(n)
    lowered = lower(EVERY_SHAPE, KINDS, {})
    with Engine(lowered) as engine:
        whole = engine.decide(columns, n)
    without: set[Answer] = set()
    for place, one in enumerate(lowered):
        rules = json.loads(one.rules)
        for rule in rules:
            if rule == "seen":
                continue
            less = json.dumps({name: body for name, body in rules.items() if name != rule})
            changed = Lowered(less, one.properties, one.questions)
            with Engine([*lowered[:place], changed, *lowered[place + 1 :]]) as engine:
                said = engine.decide(columns, n)
            digit, question, _ = map(int, rule.split("_"))
            without.add(Answer(digit))
            assert [q for q in range(len(EVERY_SHAPE)) if said[q] != whole[q]] == [question], rules[rule]
            differing = {(was, now) for was, now in zip(whole[question], said[question], strict=True) if was != now}
            assert differing == {(digit, Answer.LOST)}, rules[rule]
    assert without == {T, F, U}


MUTATIONS = [
    (Atom("count_a", Op.AT_LEAST, 5), Atom("count_a", Op.AT_LEAST, 6)),
    (Atom("count_a", Op.AT_LEAST, 5), Atom("count_a", Op.MORE_THAN, 5)),
    (Atom("count_a", Op.AT_MOST, 5), Atom("count_a", Op.LESS_THAN, 5)),
    (Atom("amount_a", Op.AT_MOST, Decimal("0.5")), Atom("amount_a", Op.AT_MOST, Decimal("0.5001"))),
    (Atom("ratio_a", Op.AT_LEAST, Ratio(2, 3)), Atom("ratio_a", Op.AT_LEAST, Ratio(1999, 3000))),
    (Atom("date_a", Op.NOT_AFTER, Day(738_001, 738_001, "")), Atom("date_a", Op.NOT_AFTER, Day(738_001, 738_002, ""))),
    (Atom("bool_a", Op.IS, True), Atom("bool_a", Op.IS, False)),
    (Atom("bool_a", Op.IS, True), Atom("bool_b", Op.IS, True)),
    (Atom("code_a", Op.ONE_OF, ("a", "A")), Atom("code_a", Op.ONE_OF, ("a",))),
    (Atom("bool_a", Op.PRESENT, True), Atom("bool_a", Op.PRESENT, False)),
]


@pytest.mark.parametrize(("tree", "mutant"), MUTATIONS, ids=str)
def test_a_changed_clause_changes_an_answer(tree: Tree, mutant: Tree) -> None:
    columns = Draw(6).columns(500)
    assert ask(tree, columns) != ask(mutant, columns)


def test_fields_are_made_as_the_forms_say() -> None:
    trees = [
        Atom("ratio_a", Op.AT_LEAST, Decimal("0.8")),
        Atom("ratio_a", Op.AT_LEAST, MeasureRef("ratio_b")),
        Atom(ParamRef("p"), Op.IS, "x"),
        Atom("bool_c", Op.PRESENT, True),
    ]
    fields = {p for one in lower(trees, KINDS, {"p": "x"}) for p in one.properties}
    assert {(p.measure, p.form, p.factor, p.constant, p.other) for p in fields} == {
        ("ratio_a", Form.NUMERATOR, 5, "null", ""),
        ("ratio_a", Form.DENOMINATOR, 4, "null", ""),
        ("ratio_a", Form.CROSS, 1, "null", "ratio_b"),
        ("ratio_b", Form.CROSS, 1, "null", "ratio_a"),
        ("", Form.CONSTANT, 1, '"x"', ""),
        ("bool_c", Form.KNOWN, 1, "null", ""),
    }
