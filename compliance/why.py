"""A condition and the values it was asked of → the comparisons its answer rests on, and why it is open.

It explains what the engine has decided and decides nothing: where the engine and this reading differed, the
tests would fail, and a finding would still carry the engine's answer.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal

from compliance.schemas.conditions import All, Atom, Limit, MeasureRef, Not, Op, ParamRef, Tree, Value
from compliance.schemas.lowered import Answer
from compliance.schemas.scalars import Day, Ratio, Unknown

__all__ = ["Told", "reasons", "rests_on"]

Values = Callable[[str], Value]
Params = Mapping[str, Limit]


Told = tuple[Atom, bool]
"""A comparison, and whether it stands under a ``not``."""


def rests_on(tree: Tree, value: Values, params: Params) -> tuple[Answer, tuple[Told, ...]]:
    """The truth of a tree and the atoms that made it so: of an ``all`` that is false the false ones, and so on."""
    return _rests_on(tree, value, params, False)


def _rests_on(tree: Tree, value: Values, params: Params, negated: bool) -> tuple[Answer, tuple[Told, ...]]:
    if isinstance(tree, Atom):
        return _atom(tree, value, params), ((tree, negated),)
    if isinstance(tree, Not):
        truth, told = _rests_on(tree.part, value, params, not negated)
        return _NOT[truth], told
    parts = [_rests_on(part, value, params, negated) for part in tree.parts]
    stops, passes = (Answer.FALSE, Answer.TRUE) if isinstance(tree, All) else (Answer.TRUE, Answer.FALSE)
    truths = {truth for truth, _ in parts}
    truth = stops if stops in truths else Answer.UNKNOWN if Answer.UNKNOWN in truths else passes
    made = [told for t, told in parts if t is truth]
    if truth is stops:  # a branch meant for another choice of the place, or another case, ends with that
        made = [told for told in made if all(_sets_apart(a) for a, _ in told)] or made
    elif truth is passes and len(made) > 1:  # and beside a branch that is meant it needs no telling
        branches = zip(tree.parts, made, strict=True)
        meant = [t for part, t in branches if isinstance(part, Atom | Not) or not all(_sets_apart(a) for a, _ in t)]
        made = meant or made
    return truth, tuple(dict.fromkeys(one for told in made for one in told))


def _sets_apart(atom: Atom) -> bool:
    """Whether an atom tells cases apart (the law a vote is under, the place's denominator) rather than asks."""
    return isinstance(atom.measure, ParamRef) or (atom.op is Op.IS and isinstance(atom.limit, str))


_NOT = {Answer.TRUE: Answer.FALSE, Answer.FALSE: Answer.TRUE, Answer.UNKNOWN: Answer.UNKNOWN}


def reasons(tree: Tree, value: Values, params: Params) -> set[str]:
    """Why a condition is open: the reason words of what its answer rests on; empty where it is not open."""
    truth, told = rests_on(tree, value, params)
    if truth is not Answer.UNKNOWN:
        return set()
    result: set[str] = set()
    for atom, _ in told:
        sides = [_left(atom, value, params), _side(atom.limit, value, params)]
        unknown = [side.value for side in sides if isinstance(side, Unknown)]
        result.update(unknown or [Unknown.AMBIGUOUS_DATE.value])
    return result


def _left(atom: Atom, value: Values, params: Params) -> Value | Limit:
    return value(atom.measure) if isinstance(atom.measure, str) else _side(atom.measure, value, params)


def _side(side: Limit, value: Values, params: Params) -> Value | Limit:
    if isinstance(side, ParamRef):
        return params.get(side.name, Unknown.MISSING_PARAMETER)
    if isinstance(side, MeasureRef):
        return value(side.name)
    return side


def _atom(atom: Atom, value: Values, params: Params) -> Answer:
    left = _left(atom, value, params)
    if atom.op is Op.PRESENT:
        return _said(isinstance(left, Unknown) is not atom.limit)
    right = _side(atom.limit, value, params)
    if isinstance(left, Unknown) or isinstance(right, Unknown):
        return Answer.UNKNOWN
    if atom.op is Op.IS:
        return _said(left == right)
    if atom.op is Op.ONE_OF:
        return _said(isinstance(right, tuple) and left in right)
    if isinstance(left, Day) and isinstance(right, Day):
        return _dates(left, right) if atom.op is Op.NOT_AFTER else _dates(right, left)
    return _said(_ORDERS[atom.op](_sign(left, right)))


_ORDERS: dict[Op, Callable[[int], bool]] = {
    Op.AT_LEAST: lambda sign: sign >= 0,
    Op.AT_MOST: lambda sign: sign <= 0,
    Op.MORE_THAN: lambda sign: sign > 0,
    Op.LESS_THAN: lambda sign: sign < 0,
}


def _dates(earlier: Day, later: Day) -> Answer:
    """Whether the first is not after the second; days that may overlap leave it open."""
    if earlier.last <= later.first:
        return Answer.TRUE
    return Answer.FALSE if earlier.first > later.last else Answer.UNKNOWN


def _sign(left: Value | Limit, right: Value | Limit) -> int:
    """-1, 0 or 1, by whole numbers."""
    (p, q), (a, b) = _pair(left), _pair(right)
    return (p * b > a * q) - (p * b < a * q)


def _pair(value: Value | Limit) -> tuple[Decimal | int, int]:
    if isinstance(value, Ratio):
        return value
    if isinstance(value, int | Decimal):
        return value, 1
    raise TypeError(f"{value!r} has no order")


def _said(truth: bool) -> Answer:
    return Answer.TRUE if truth else Answer.FALSE
