"""Three-valued condition trees → two plain formulas, when true and when false, over flat fields of a row.

None of the other engines knows "unknown". So every value comes with a flag that says whether it is known, every
comparison is guarded by the flags, and a question is unknown where neither of its formulas holds. Ratios are
pairs of integers, dates a first and a last day as ordinals, amounts integers of 1/10000. Written without a look
at ``compliance.lower``, which makes the rules of durable-rules.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from typing import Any

from compliance.schemas.conditions import All, Atom, Kind, Limit, MeasureRef, Not, Op, ParamRef, Tree, Value
from compliance.schemas.scalars import SCALE, Day, Ratio, Unknown

__all__ = ["And", "Compare", "Fields", "Formula", "Holds", "Known", "Or", "Question", "Same", "fields_of", "questions"]


@dataclass(frozen=True, slots=True)
class Known:
    """The flag of a value."""

    name: str
    known: bool


@dataclass(frozen=True, slots=True)
class Holds:
    """A boolean field, or its opposite."""

    name: str
    value: bool


@dataclass(frozen=True, slots=True)
class Same:
    """A text field equals a code or another text field, or does not."""

    name: str
    other: str
    equal: bool
    is_field: bool = False


@dataclass(frozen=True, slots=True)
class Compare:
    """A product of integers against another; each a factor and the names of fields."""

    left: tuple[int, tuple[str, ...]]
    sign: str
    right: tuple[int, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class And:
    parts: tuple[Formula, ...]


@dataclass(frozen=True, slots=True)
class Or:
    parts: tuple[Formula, ...]


Formula = bool | Known | Holds | Same | Compare | And | Or
Pair = tuple[Formula, Formula]
"""When true, when false."""

NEVER: Pair = (False, False)
SIGNS = {Op.AT_LEAST: ">=", Op.AT_MOST: "<=", Op.MORE_THAN: ">", Op.LESS_THAN: "<"}
OPPOSITE = {">=": "<", "<": ">=", ">": "<=", "<=": ">"}


@dataclass(frozen=True, slots=True)
class Question:
    """One condition of the rulebook over one kind of subject."""

    number: int
    true: Formula
    false: Formula
    fields: tuple[str, ...]


@dataclass(slots=True)
class Fields:
    """The flat fields of one kind of subject, each with its measure."""

    kinds: Mapping[str, Kind]
    names: dict[str, str] = field(default_factory=dict)
    """measure → short name, as no engine takes ``evidence:voucher+ballot`` for a name"""

    def short(self, measure: str) -> str:
        return self.names.setdefault(measure, f"v{len(self.names)}")

    def fill(self, columns: Mapping[str, Sequence[Value]], wanted: Sequence[str]) -> dict[str, list[Any]]:
        """Columns of values → columns of the fields asked for; what is unknown has a value that means nothing."""
        filled: dict[str, list[Any]] = {}
        asked = set(wanted)
        for measure, short in self.names.items():
            values = columns[measure]
            kind = self.kinds[measure]
            if f"{short}k" in asked:
                filled[f"{short}k"] = [v.__class__ is not Unknown for v in values]
            for suffix, take, blank in _TAKES[kind]:
                if short + suffix in asked:
                    if Unknown in set(map(type, values)):
                        filled[short + suffix] = [blank if v.__class__ is Unknown else take(v) for v in values]
                    else:
                        filled[short + suffix] = list(map(take, values))
        return filled


def _same(value: Any) -> Any:
    return value


_TAKES: dict[Kind, tuple[tuple[str, Any, Any], ...]] = {
    Kind.BOOL: (("", _same, False),),
    Kind.CODE: (("", _same, ""),),
    Kind.COUNT: (("", _same, 0),),
    Kind.AMOUNT: (("", lambda v: int(v * SCALE), 0),),
    Kind.RATIO: (("p", lambda v: v.p, 0), ("q", lambda v: v.q, 1)),
    Kind.DATE: (("f", lambda v: v.first, 0), ("l", lambda v: v.last, 0)),
}


def questions(
    trees: Sequence[Tree], kinds: Mapping[str, Kind], params: Mapping[str, Value | Limit]
) -> tuple[list[Question], Fields]:
    """All questions about one kind of subject, and the fields they read."""
    fields = Fields(kinds)
    reading = _Reading(fields, params)
    made = []
    for number, tree in enumerate(trees):
        true, false = reading.tree(tree)
        made.append(Question(number, true, false, tuple(dict.fromkeys((*fields_of(true), *fields_of(false))))))
    return made, fields


def fields_of(formula: Formula) -> Iterator[str]:
    """The fields that a formula reads."""
    if isinstance(formula, Known):
        yield f"{formula.name}k"
    elif isinstance(formula, Holds):
        yield formula.name
    elif isinstance(formula, Same):
        yield formula.name
        if formula.is_field:
            yield formula.other
    elif isinstance(formula, Compare):
        yield from formula.left[1]
        yield from formula.right[1]
    elif isinstance(formula, And | Or):
        for part in formula.parts:
            yield from fields_of(part)


@dataclass(frozen=True, slots=True)
class _Reading:
    fields: Fields
    params: Mapping[str, Value | Limit]

    def tree(self, tree: Tree) -> Pair:
        if isinstance(tree, Not):
            true, false = self.tree(tree.part)
            return false, true
        if isinstance(tree, Atom):
            return self.atom(tree)
        parts = [self.tree(part) for part in tree.parts]
        trues, falses = [t for t, _ in parts], [f for _, f in parts]
        if isinstance(tree, All):
            return _and(trues), _or(falses)
        return _or(trues), _and(falses)

    def parameter(self, name: str) -> Any:
        value = self.params.get(name)
        return None if isinstance(value, Unknown) else value

    def atom(self, atom: Atom) -> Pair:
        limit: Any = atom.limit
        if isinstance(atom.measure, ParamRef):
            return self.of_parameter(self.parameter(atom.measure.name), atom)
        name = self.fields.short(atom.measure)
        kind = self.fields.kinds[atom.measure]
        if atom.op is Op.PRESENT:
            return Known(name, bool(limit)), Known(name, not limit)
        guards: list[Formula] = [Known(name, True)]
        if isinstance(limit, ParamRef):
            limit = self.parameter(limit.name)
            if limit is None:
                return NEVER
        other = None
        if isinstance(limit, MeasureRef):
            other = self.fields.short(limit.name)
            guards.append(Known(other, True))
        true, false = _compared(atom.op, kind, name, other, limit)
        return _and([*guards, true]), _and([*guards, false])

    def of_parameter(self, value: Any, atom: Atom) -> Pair:
        """A condition on the place's own choice is settled before any engine is asked."""
        limit: Any = atom.limit
        if atom.op is Op.PRESENT:
            found = (value is not None) is limit
            return found, not found
        if isinstance(limit, ParamRef):
            limit = self.parameter(limit.name)
        if value is None or limit is None:
            return NEVER
        if isinstance(limit, MeasureRef):
            raise ValueError("a parameter is not held against a measure")
        found = value in limit if atom.op is Op.ONE_OF else value == limit
        return found, not found


def _compared(op: Op, kind: Kind, name: str, other: str | None, limit: Any) -> Pair:
    if kind is Kind.BOOL:
        if other is not None:
            alike = [_and([Holds(name, v), Holds(other, v)]) for v in (True, False)]
            mixed = [_and([Holds(name, v), Holds(other, not v)]) for v in (True, False)]
            return _or(alike), _or(mixed)
        return Holds(name, limit), Holds(name, not limit)
    if kind is Kind.CODE:
        if other is not None:
            return Same(name, other, True, True), Same(name, other, False, True)
        codes = limit if op is Op.ONE_OF else (limit,)
        return _or([Same(name, c, True) for c in codes]), _and([Same(name, c, False) for c in codes])
    if kind is Kind.DATE:
        first, last = _ends(other, limit)
        begins, ends = (1, (f"{name}f",)), (1, (f"{name}l",))
        if op is Op.NOT_AFTER:
            return Compare(ends, "<=", first), Compare(begins, ">", last)
        return Compare(begins, ">=", last), Compare(ends, "<", first)
    sign = SIGNS[op]
    if kind is Kind.RATIO:
        if other is not None:
            left, right = (1, (f"{name}p", f"{other}q")), (1, (f"{other}p", f"{name}q"))
        else:
            a, b = _exact(limit).as_integer_ratio()
            left, right = (b, (f"{name}p",)), (a, (f"{name}q",))
    else:
        left = (1, (name,))
        scale = SCALE if kind is Kind.AMOUNT else 1
        right = (1, (other,)) if other is not None else (int(_exact(limit) * scale), ())
    return Compare(left, sign, right), Compare(left, OPPOSITE[sign], right)


def _ends(other: str | None, limit: Any) -> tuple[tuple[int, tuple[str, ...]], tuple[int, tuple[str, ...]]]:
    if other is not None:
        return (1, (f"{other}f",)), (1, (f"{other}l",))
    assert isinstance(limit, Day)
    return (limit.first, ()), (limit.last, ())


def _exact(number: Any) -> Fraction:
    if isinstance(number, Ratio):
        return Fraction(number.p, number.q)
    assert isinstance(number, int | Decimal)
    return Fraction(number)


def _and(parts: Sequence[Formula]) -> Formula:
    kept: dict[Formula, None] = {}
    for part in parts:
        if part is False:
            return False
        kept.update(dict.fromkeys(part.parts if isinstance(part, And) else () if part is True else (part,)))
    return And(tuple(kept)) if len(kept) > 1 else next(iter(kept), True)


def _or(parts: Sequence[Formula]) -> Formula:
    kept: dict[Formula, None] = {}
    for part in parts:
        if part is True:
            return True
        kept.update(dict.fromkeys(part.parts if isinstance(part, Or) else () if part is False else (part,)))
    return Or(tuple(kept)) if len(kept) > 1 else next(iter(kept), False)
