"""A condition → its mutants, each one small mistake a drafter of law could make; and what a case makes of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from typing import Any

from oracle import answer

from compliance.rulebook import Measures, parse_value
from compliance.schemas.conditions import All, Atom, MeasureRef, Not, Op, ParamRef, Tree, Value, atoms
from compliance.schemas.conditions import Any as AnyOf
from compliance.schemas.lowered import Answer
from compliance.schemas.rulebook import Case, Check, Rulebook
from compliance.schemas.scalars import Day, Ratio, Unknown

NEIGHBOUR = {
    Op.AT_LEAST: Op.MORE_THAN,
    Op.MORE_THAN: Op.AT_LEAST,
    Op.AT_MOST: Op.LESS_THAN,
    Op.LESS_THAN: Op.AT_MOST,
    Op.NOT_AFTER: Op.NOT_BEFORE,
    Op.NOT_BEFORE: Op.NOT_AFTER,
}
HUNDREDTH = Fraction(1, 100)


def mutants(check: Check) -> Iterator[tuple[str, Check]]:
    """What was changed, and the check with it."""
    for said, holds in _trees(check.holds):
        yield f"holds: {said}", replace(check, holds=holds)
    if check.when is not None:
        yield "when: left out", replace(check, when=None)
        for said, when in _trees(check.when):
            yield f"when: {said}", replace(check, when=when)


def _trees(tree: Tree) -> Iterator[tuple[str, Tree]]:
    if not isinstance(tree, Not) and not (isinstance(tree, Atom) and tree.measure == "left_to_a_person"):
        yield f"not ({_said(tree)})", Not(tree)
    if isinstance(tree, Atom):
        yield from _atoms(tree)
    elif isinstance(tree, Not):
        yield f"without not ({_said(tree.part)})", tree.part
        for said, part in _trees(tree.part):
            yield said, Not(part)
    else:
        kind = type(tree)
        other: type[All | AnyOf] = AnyOf if isinstance(tree, All) else All
        yield f"{_word(kind)} → {_word(other)}", other(tree.parts)
        for i, part in enumerate(tree.parts):
            rest = tree.parts[:i] + tree.parts[i + 1 :]
            yield f"without ({_said(part)})", rest[0] if len(rest) == 1 else kind(rest)
            for said, changed in _trees(part):
                yield said, kind((*tree.parts[:i], changed, *tree.parts[i + 1 :]))


def _atoms(atom: Atom) -> Iterator[tuple[str, Tree]]:
    if atom.op in NEIGHBOUR:
        yield f"{_said(atom)} → {NEIGHBOUR[atom.op].value}", replace(atom, op=NEIGHBOUR[atom.op])
    if atom.op is Op.ONE_OF and isinstance(atom.limit, tuple):
        for code in atom.limit:
            rest = tuple(c for c in atom.limit if c != code)
            yield f"{_said(atom)} without {code}", replace(atom, limit=rest)
    for limit in _steps(atom.limit):
        yield f"{_said(atom)} → {limit}", replace(atom, limit=limit)


def _steps(limit: Any) -> Iterator[Any]:
    """The nearest literal limits on both sides, but for those below zero: no value is."""
    if isinstance(limit, bool | str | ParamRef | MeasureRef):
        return
    if isinstance(limit, int | Decimal):
        yield from (near for near in (limit - 1, limit + 1) if near >= 0)
    elif isinstance(limit, Ratio):
        near = [Fraction(limit.p, limit.q) + step for step in (-HUNDREDTH, HUNDREDTH)]
        yield from (Ratio(*one.as_integer_ratio()) for one in near if one >= 0)
    elif isinstance(limit, Day):
        yield from (Day(limit.first + step, limit.last + step, f"{limit.text}{step:+}") for step in (-1, 1))


def _word(kind: type) -> str:
    return kind.__name__.lower()


def _said(tree: Tree) -> str:
    if isinstance(tree, Atom):
        name = tree.measure if isinstance(tree.measure, str) else f"${tree.measure.name}"
        return f"{name} {tree.op.value} {tree.limit}"
    if isinstance(tree, Not):
        return f"not {_said(tree.part)}"
    return f"{_word(type(tree))}[{len(tree.parts)}]"


def outcome(check: Check, case: Case, measures: Measures, rulebook: Rulebook) -> str:
    """Outcome of a case by the oracle alone: no lowering, no engine."""
    values, params = given_of(check, case, measures, rulebook)
    if check.when is not None:
        guard = answer(check.when, values, params)
        if guard is not Answer.TRUE:
            return "not_applicable" if guard is Answer.FALSE else "unknown"
    return {Answer.TRUE: "pass", Answer.FALSE: "fail", Answer.UNKNOWN: "unknown"}[answer(check.holds, values, params)]


def given_of(
    check: Check, case: Case, measures: Measures, rulebook: Rulebook
) -> tuple[Mapping[str, Value], Mapping[str, Any]]:
    """Values and parameters of a case; what it does not give is missing."""
    kinds = measures[check.subject]
    values: dict[str, Value] = dict.fromkeys(_names(check), Unknown.MISSING_FIELD)
    params: dict[str, Any] = {}
    for name, written in case.given.items():
        if name.startswith("$"):
            kind = rulebook.parameters[name[1:]].kind
            params[name[1:]] = tuple(written) if kind is None else parse_value(written, kind)
        else:
            values[name] = parse_value(written, kinds[name])
    return values, params


def _names(check: Check) -> set[str]:
    trees = [check.holds, *([check.when] if check.when is not None else [])]
    sides = [
        side for t in trees for a in atoms(t) for side in (a.measure, a.limit.name if isinstance(a.limit, MeasureRef) else None)
    ]
    return {side for side in sides if isinstance(side, str)}


