"""Condition trees → durable-rules rulesets that say TRUE, FALSE or UNKNOWN; refuses what cannot be asked exactly.

A tree is three-valued (Kleene), durable-rules is not. So each question becomes rules for TRUE, for FALSE and for
UNKNOWN, every rule a conjunction of tests on one fact. The three sets are built from one table of atoms, exclude
each other and leave nothing over; the tests compare them with a plain three-valued judge over every kind of
value. A pass is said by a rule of its own: were it what is left when nothing fires, a lost answer would be one.

Of durable-rules the rules use only what is defined: a test against a constant does not hold for a null
field, and a test against another field is guarded by that field being known (otherwise null is ``$neq`` to
everything and equal to null). Every field is in every fact, so no test reads a missing one.

Refused with ``ValueError``: an operator that does not fit the measure's type, a limit of another type or not
exact in 64 bits, a code that is not short ASCII, an empty ``all`` or ``any``, and a tree whose disjunctive
form has more branches, tests or fields than one ruleset may hold.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from functools import lru_cache
from itertools import groupby
from typing import NamedTuple

from compliance.schemas.conditions import (
    All,
    Atom,
    Kind,
    Limit,
    MeasureRef,
    Not,
    Op,
    ParamRef,
    Tree,
    Value,
)
from compliance.schemas.lowered import Answer, Form, Lowered, Property
from compliance.schemas.scalars import SCALE, Day, Ratio, Unknown

__all__ = ["lower"]

MAX_RULES = 60
"""Echo included. More than 64 rules that match one fact are durable-rules' error 303."""
MAX_TESTS = 29
"""durable-rules reads at most 31 tokens of one conjunction."""
MAX_FIELDS = 50
"""Far below durable-rules' 252."""
MAX_BRANCHES = 256
"""Where the disjunctive form of a part of a tree is given up."""

QUESTIONS, FIELDS = 14, 10
"""How full a ruleset is packed. A fact's time has a fixed part and one that grows with fields × rules."""
NARROW = 1024
"""A ruleset whose fields take together at most so many values needs few posts, however many the subjects."""

CODE = re.compile(r"[A-Za-z0-9_.:-]{1,64}")
INT64 = range(-(2**63), 2**63)

Group = tuple[str, ...]
"""What is known or not: a measure, two measures crossed, or (after an empty name) a parameter."""


class Slot(NamedTuple):
    """A property that has no name yet. It is null when its ``group`` is not known."""

    group: Group
    form: Form
    kind: Kind | None = None
    measure: str = ""
    factor: int = 1
    constant: str = "null"
    other: str = ""

    @property
    def spread(self) -> int:
        """How many values it takes: exact for booleans, usual for codes, no bound for numbers and dates."""
        if self.form is Form.SAME and self.kind is not Kind.COUNT:
            return 3 if self.kind is Kind.BOOL else 8
        return {Form.CONSTANT: 1, Form.KNOWN: 2}.get(self.form, NARROW + 1)


class Known(NamedTuple):
    """The test that a group is known, or that it is not."""

    group: Group
    known: bool


class Compare(NamedTuple):
    """The test of a slot against a constant or another slot; it never holds when either is null."""

    left: Slot
    sign: str
    right: bool | int | str | Slot


Branch = frozenset[Known | Compare]


class Judged(NamedTuple):
    """When a tree is true, false, unknown: three disjunctions of branches that exclude each other."""

    true: list[Branch]
    false: list[Branch]
    unknown: list[Branch]


class Question(NamedTuple):
    number: int
    rules: dict[str, object]
    slots: frozenset[Slot]

    @property
    def breadth(self) -> int:
        return _breadth(self.slots)


SIGNS = {Op.AT_LEAST: "$gte", Op.AT_MOST: "$lte", Op.MORE_THAN: "$gt", Op.LESS_THAN: "$lt"}
OPPOSITE = {"$gte": "$lt", "$lt": "$gte", "$gt": "$lte", "$lte": "$gt", "$eq": "$neq", "$neq": "$eq"}
FITS: dict[Op, tuple[Kind, ...]] = {
    Op.IS: (Kind.BOOL, Kind.CODE),
    Op.ONE_OF: (Kind.CODE,),
    Op.NOT_AFTER: (Kind.DATE,),
    Op.NOT_BEFORE: (Kind.DATE,),
    **dict.fromkeys(SIGNS, (Kind.COUNT, Kind.AMOUNT, Kind.RATIO)),
}
NUMBERS: dict[Kind, tuple[type, ...]] = {
    Kind.COUNT: (int,),
    Kind.AMOUNT: (int, Decimal),
    Kind.RATIO: (int, Decimal, Ratio),
}


def lower(trees: Sequence[Tree], kinds: Mapping[str, Kind], params: Mapping[str, Value | Limit]) -> tuple[Lowered, ...]:
    """Questions about one kind of subject → rulesets; a question's number is its place in ``trees``.

    ``kinds`` gives each measure's type. A parameter that ``params`` lacks (or holds as ``Unknown``) is an
    unknown limit: what compares with it is UNKNOWN, and ``present`` is false of it.
    """
    names: dict[Slot, str] = {}
    questions = []
    for number, tree in enumerate(trees):
        try:
            questions.append(_Reading(kinds, params).question(number, tree, names))
        except ValueError as error:
            raise ValueError(f"question {number}: {error}") from None
    return tuple(_ruleset(ruleset, names) for ruleset in _pack(questions))


class _Reading:
    """One tree read with the measures' types and the place's parameters."""

    def __init__(self, kinds: Mapping[str, Kind], params: Mapping[str, Value | Limit]) -> None:
        self.kinds = kinds
        self.params = params
        self.witness: dict[Group, Slot] = {}
        """The slot that shows whether a group is known, unless the tree compares another of the group."""

    def question(self, number: int, tree: Tree, names: dict[Slot, str]) -> Question:
        judged = self.tree(tree)
        branches = [
            *((Answer.TRUE, b) for b in judged.true),
            *((Answer.FALSE, b) for b in judged.false),
            *((Answer.UNKNOWN, b) for b in judged.unknown),
        ]
        if len(branches) >= MAX_RULES:
            raise ValueError(f"its disjunctive form has {len(branches)} branches, {MAX_RULES - 1} at most")
        compared = sorted({slot for _, branch in branches for slot in _slots(branch)}, key=_text, reverse=True)
        witness = self.witness | {slot.group: slot for slot in compared}
        slots: set[Slot] = set()

        def field(slot: Slot) -> str:
            slots.add(slot)
            return names.setdefault(slot, f"p{len(names)}")

        def test(term: Known | Compare) -> tuple[int, dict[str, object]]:
            """A test as durable-rules writes it, and how early it should stand: rarely true tests first,
            as the rule is left at the first that does not hold."""
            if isinstance(term, Compare):
                right = {"$m": field(term.right)} if isinstance(term.right, Slot) else term.right
                terms: dict[str, object] = {field(term.left): right}
                return 1, (terms if term.sign == "$eq" else {term.sign: terms})
            slot = witness[term.group]
            if slot.form is Form.KNOWN:
                return (2 if term.known else 0), {field(slot): int(term.known)}
            null: dict[str, object] = {field(slot): None}
            return (2, {"$neq": null}) if term.known else (0, null)

        rules: dict[str, object] = {}
        for place, (answer, branch) in enumerate(branches):
            if len(branch) > MAX_TESTS:
                raise ValueError(f"a branch of the disjunction has {len(branch)} tests, over {MAX_TESTS}")
            tests = sorted(map(test, sorted(branch, key=_text)), key=lambda ranked: ranked[0])
            rules[f"{answer:d}_{number}_{place}"] = _rule([durable for _, durable in tests])
        if not slots:  # always true; yet a fact must be echoed for it
            field(next(iter(witness.values())))
        if len(slots) > MAX_FIELDS:
            raise ValueError(f"it needs {len(slots)} fields, {MAX_FIELDS} at most")
        return Question(number, rules, frozenset(slots))

    def tree(self, tree: Tree) -> Judged:
        if isinstance(tree, Atom):
            return self.atom(tree)
        if isinstance(tree, Not):
            return _not(self.tree(tree.part))
        parts = [self.tree(part) for part in tree.parts]
        if not parts:
            raise ValueError("an empty all or any asks nothing")
        return _all(parts) if isinstance(tree, All) else _not(_all(map(_not, parts)))

    def atom(self, atom: Atom) -> Judged:
        left = self.slot(atom.measure)
        limit: Value | Limit = atom.limit
        if atom.op is Op.PRESENT:
            if not isinstance(limit, bool):
                raise _refusal(atom, "takes true or false")
            return Judged([_branch(Known(left.group, limit))], [_branch(Known(left.group, not limit))], [])
        if left.form is Form.CONSTANT and atom.op not in (Op.IS, Op.ONE_OF):
            raise _refusal(atom, "cannot be asked of a parameter")
        kind = left.kind
        if kind is not None and kind not in FITS[atom.op]:
            raise _refusal(atom, f"does not fit a {kind.value}")
        if isinstance(limit, ParamRef):
            value = self.parameter(limit.name)
            if value is None:
                return _unset(self.slot(limit))
            limit = value
        if kind is None:
            if left.constant != "null":
                raise _refusal(atom, "is asked of a parameter that is neither true, false nor a short code")
            return _unset(left)
        if isinstance(limit, MeasureRef):
            right = self.slot(limit.name)
            if right.kind is not kind or atom.op is Op.ONE_OF:
                raise _refusal(atom, f"cannot compare a {kind.value} with {limit.name}")
            return self.against_measure(atom.op, left, right)
        return _against_limit(atom, kind, left, limit)

    def against_measure(self, op: Op, left: Slot, right: Slot) -> Judged:
        if op is Op.IS:
            return _judged(Compare(_same(left), "$eq", _same(right)))
        if left.kind is Kind.DATE:
            return _dates(op, left, right._replace(form=Form.FIRST), right._replace(form=Form.LAST))
        if left.kind is Kind.RATIO:
            # p/q against r/s is p·s against r·q; each product is null when either ratio is unknown.
            group = tuple(sorted((left.measure, right.measure)))
            cross = Slot(group, Form.CROSS, left.kind, left.measure, other=right.measure)
            self.witness[group] = cross
            mirrored = cross._replace(measure=right.measure, other=left.measure)
            return _judged(Compare(cross, SIGNS[op], mirrored))
        return _judged(Compare(_same(left), SIGNS[op], _same(right)))

    def slot(self, ref: str | ParamRef) -> Slot:
        """The slot that shows whether a measure is known, or the constant that stands for a parameter."""
        if isinstance(ref, ParamRef):
            kind, constant = _constant(self.parameter(ref.name))
            slot = Slot(("", ref.name), Form.CONSTANT, kind, constant=constant)
        elif ref in self.kinds:
            slot = Slot((ref,), Form.KNOWN, self.kinds[ref], ref)
        else:
            raise ValueError(f"there is no measure {ref}")
        self.witness[slot.group] = slot
        return slot

    def parameter(self, name: str) -> Value | Limit | None:
        value = self.params.get(name)
        return None if isinstance(value, Unknown) else value


def _constant(value: Value | Limit | None) -> tuple[Kind | None, str]:
    """A parameter as the JSON text of a field: itself when it can be compared, 1 when it is merely set."""
    if value is None:
        return None, "null"
    if isinstance(value, bool):
        return Kind.BOOL, json.dumps(value)
    if isinstance(value, str) and CODE.fullmatch(value):
        return Kind.CODE, json.dumps(value)
    return None, "1"


def _against_limit(atom: Atom, kind: Kind, left: Slot, limit: Value | Limit) -> Judged:
    op = atom.op
    if op is Op.ONE_OF:
        if not isinstance(limit, tuple | list):
            raise _refusal(atom, "takes a list of codes")
        codes = [Compare(_same(left), "$eq", _token(atom, kind, code)) for code in dict.fromkeys(limit)]
        return Judged(
            [_branch(code) for code in codes],
            [_branch(Known(left.group, True), *map(_opposite, codes))],
            [_branch(Known(left.group, False))],
        )
    if op is Op.IS:
        return _judged(Compare(_same(left), "$eq", _token(atom, kind, limit)))
    if kind is Kind.DATE:
        if not isinstance(limit, Day) or limit.first > limit.last:
            raise _refusal(atom, "takes a date")
        return _dates(op, left, limit.first, limit.last)
    return _numbers(atom, kind, left, limit)


def _numbers(atom: Atom, kind: Kind, left: Slot, limit: Value | Limit) -> Judged:
    if not isinstance(limit, int | Decimal | Ratio) or type(limit) not in NUMBERS[kind]:
        raise _refusal(atom, f"takes a number that a {kind.value} can be compared with")
    a, b = _lowest_terms(atom, limit)
    if kind is Kind.RATIO:
        # p/q against a/b is p·b against q·a, as q and b are positive.
        numerator = left._replace(form=Form.NUMERATOR, factor=b)
        return _judged(Compare(numerator, SIGNS[atom.op], left._replace(form=Form.DENOMINATOR, factor=a)))
    whole, rest = divmod(a * SCALE if kind is Kind.AMOUNT else a, b)
    if rest or whole not in INT64:
        raise _refusal(atom, "takes a number of at most four decimals and 64 bits")
    return _judged(Compare(_same(left), SIGNS[atom.op], whole))


def _lowest_terms(atom: Atom, limit: int | Decimal | Ratio) -> tuple[int, int]:
    if isinstance(limit, Ratio):
        if limit.q <= 0:
            raise _refusal(atom, "takes a ratio with a positive denominator")
        divisor = math.gcd(*limit)
        a, b = limit.p // divisor, limit.q // divisor
    elif isinstance(limit, Decimal) and not limit.is_finite():
        raise _refusal(atom, "takes a finite number")
    else:
        a, b = limit.as_integer_ratio()
    if a not in INT64 or b not in INT64:
        raise _refusal(atom, "takes a number of 64 bits")
    return a, b


def _token(atom: Atom, kind: Kind, value: object) -> bool | str:
    """A limit that stands in a rule as it is."""
    if kind is Kind.BOOL and isinstance(value, bool):
        return value
    if kind is Kind.CODE and isinstance(value, str) and CODE.fullmatch(value):
        return value
    raise _refusal(atom, f"takes a {kind.value} (a code is 1 to 64 of A-Z a-z 0-9 _ . : -)")


def _refusal(atom: Atom, why: str) -> ValueError:
    subject = f"${atom.measure.name}" if isinstance(atom.measure, ParamRef) else atom.measure
    return ValueError(f"{subject}: {atom.op.value} {why}")


def _same(slot: Slot) -> Slot:
    """The slot that carries the value itself."""
    if slot.form is Form.CONSTANT:
        return slot
    return slot._replace(form=Form.SCALED if slot.kind is Kind.AMOUNT else Form.SAME)


def _dates(op: Op, left: Slot, first: int | Slot, last: int | Slot) -> Judged:
    """One interval of days against another: before it, after it, or overlapping and so ambiguous."""
    begins, ends = left._replace(form=Form.FIRST), left._replace(form=Form.LAST)
    if op is Op.NOT_AFTER:
        true, false = Compare(ends, "$lte", first), Compare(begins, "$gt", last)
    else:
        true, false = Compare(begins, "$gte", last), Compare(ends, "$lt", first)
    return _judged(true, false, ambiguous=(_opposite(true), _opposite(false)))


def _judged(true: Compare, false: Compare | None = None, ambiguous: tuple[Compare, ...] = ()) -> Judged:
    """One comparison: unknown where a side is not known, or where it is neither true nor false."""
    guard = [Known(true.right.group, True)] if isinstance(true.right, Slot) else []
    unknown = [_branch(Known(group, False)) for group in dict.fromkeys(s.group for s in _slots([true]))]
    if ambiguous:
        unknown.append(_branch(*ambiguous, *guard))
    return Judged([_branch(true, *guard)], [_branch(false or _opposite(true), *guard)], unknown)


def _unset(parameter: Slot) -> Judged:
    """Unknown, whatever the subject."""
    return Judged([], [], [_branch(Known(parameter.group, False))])


def _opposite(test: Compare) -> Compare:
    return test._replace(sign=OPPOSITE[test.sign])


@lru_cache(maxsize=65536)
def _text(term: Slot | Known | Compare) -> str:
    """What terms are ordered by; many stand in many branches."""
    return str(term)


def _branch(*tests: Known | Compare) -> Branch:
    return frozenset(tests)


def _slots(tests: Iterable[Known | Compare]) -> Iterator[Slot]:
    for test in tests:
        if isinstance(test, Compare):
            yield test.left
            if isinstance(test.right, Slot):
                yield test.right


def _not(part: Judged) -> Judged:
    return Judged(part.false, part.true, part.unknown)


def _all(parts: Iterable[Judged]) -> Judged:
    """False when a part is, true when every part is, unknown when none is false and one or more unknown."""
    true: list[Branch] = [frozenset()]
    false: list[Branch] = []
    unknown: list[Branch] = []
    for part in parts:
        false = _shortest([*false, *part.false])
        unknown = _shortest([*_both(unknown, [*part.true, *part.unknown]), *_both(true, part.unknown)])
        true = _both(true, part.true)
    return Judged(true, false, unknown)


def _both(some: list[Branch], others: list[Branch]) -> list[Branch]:
    return _shortest([a | b for a in some for b in others if _possible(a | b)])


def _possible(branch: Branch) -> bool:
    """Whether no two tests exclude each other on their face. A branch kept in vain would never fire."""
    for test in branch:
        if isinstance(test, Known):
            if Known(test.group, not test.known) in branch:
                return False
        elif _opposite(test) in branch or any(Known(s.group, False) in branch for s in _slots([test])):
            return False
    return True


def _shortest(branches: list[Branch]) -> list[Branch]:
    """The branches that no other one implies, in their order."""
    unique = dict.fromkeys(branches)
    kept = [b for b in unique if not any(other < b for other in unique)]
    if len(kept) > MAX_BRANCHES:
        raise ValueError(f"its disjunctive form has more than {MAX_BRANCHES} branches")
    return kept


def _rule(tests: list[dict[str, object]]) -> object:
    # cap: all facts that match come in one answer. The number is kept in 16 bits: 65537 would be read as 1.
    return {"all": [{"m": {"$and": tests}}], "cap": 65535}


def _pack(questions: Iterable[Question]) -> Iterator[list[Question]]:
    """Questions → rulesets; to each first question come those that need fewest further fields.

    The engine posts equal facts once. So questions about which few facts differ (booleans, above all) stay apart
    from those with counts and amounts, and these from those with dates and ratios, of which no two are alike.
    """
    for breadth, kin in groupby(sorted(questions, key=lambda q: q.breadth), key=lambda q: q.breadth):
        waiting = list(kin)
        while waiting:
            ruleset = [waiting.pop(0)]
            fields, rules = ruleset[0].slots, 1 + len(ruleset[0].rules)
            while len(ruleset) < QUESTIONS:
                fitting = [
                    q
                    for q in waiting
                    if rules + len(q.rules) <= MAX_RULES
                    and _breadth(fields | q.slots) == breadth
                    and len(fields | q.slots) <= FIELDS
                ]
                if not fitting:
                    break
                nearest = min(fitting, key=lambda q: len(q.slots - fields))
                waiting.remove(nearest)
                ruleset.append(nearest)
                fields, rules = fields | nearest.slots, rules + len(nearest.rules)
            yield ruleset


def _breadth(fields: frozenset[Slot]) -> int:
    """How differing the facts are: 0 when they take few values together, 1 with numbers, 2 with dates or ratios."""
    if math.prod(slot.spread for slot in fields) <= NARROW:
        return 0
    kinds = {slot.kind for slot in fields if slot.spread > NARROW}
    return 1 + (not kinds.isdisjoint((Kind.DATE, Kind.RATIO)))


def _ruleset(questions: list[Question], names: dict[Slot, str]) -> Lowered:
    used = frozenset[Slot]().union(*(q.slots for q in questions))
    properties = tuple(
        Property(name, s.measure, s.form, s.kind, s.factor, s.constant, s.other)
        for s, name in names.items()
        if s in used
    )
    rules = {name: rule for q in questions for name, rule in q.rules.items()}
    # The echo comes last: what it returns has been through every other rule.
    rules["seen"] = _rule([{"$ex": {properties[0].name: 1}}])
    return Lowered(json.dumps(rules, separators=(",", ":")), properties, tuple(q.number for q in questions))
