"""A condition → its mutants, each one small mistake a drafter of law could make; what cases and fixtures make of them.

``python tests/mutation.py`` (``make mutation``) prints the score and writes it between the markers of the READMEs.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import Any

from oracle import answer

from compliance.bench import load_law
from compliance.rulebook import Measures, parse_value, profile_names, profile_spec
from compliance.rulebook.clauses import check_of
from compliance.rulebook.reader import Reader
from compliance.rulebook.trees import Trees
from compliance.schemas.conditions import All, Atom, Kind, MeasureRef, Not, Op, ParamRef, Tree, Value, atoms
from compliance.schemas.conditions import Any as AnyOf
from compliance.schemas.lowered import Answer
from compliance.schemas.rulebook import Case, Check, Rulebook, Word
from compliance.schemas.scalars import Day, Ratio, Unknown

NEIGHBOURS = {
    Op.AT_LEAST: (Op.MORE_THAN, Op.AT_MOST),
    Op.MORE_THAN: (Op.AT_LEAST, Op.LESS_THAN),
    Op.AT_MOST: (Op.LESS_THAN, Op.AT_LEAST),
    Op.LESS_THAN: (Op.AT_MOST, Op.MORE_THAN),
    Op.NOT_AFTER: (Op.NOT_BEFORE,),
    Op.NOT_BEFORE: (Op.NOT_AFTER,),
}
HUNDREDTH = Fraction(1, 100)


@dataclass(frozen=True)
class Around:
    """What a drafter could confuse: the measures of the subject that the item names, the codes its cases give."""

    measures: Mapping[str, Kind]
    codes: Mapping[str, frozenset[str]]
    law: Rulebook

    def like(self, name: str) -> list[str]:
        """Other measures of the same type."""
        return [m for m, kind in self.measures.items() if m != name and kind is self.measures.get(name)]

    def parameters_like(self, name: str) -> list[str]:
        kind = self.law.parameters[name].kind
        return [p for p, parameter in self.law.parameters.items() if p != name and parameter.kind is kind]


def mutants(check: Check, around: Around) -> Iterator[tuple[str, Check]]:
    """What was changed, and the check with it."""
    if check.asks is None:
        for said, holds in _trees(check.holds, around):
            yield f"holds: {said}", replace(check, holds=holds)
    if check.when is not None:
        yield "when: left out", replace(check, when=None)
        for said, when in _trees(check.when, around):
            yield f"when: {said}", replace(check, when=when)
        other = {"no_object": "not_due", "not_due": "no_object"}[check.otherwise]
        yield f"otherwise: {other}", replace(check, otherwise=other)  # type: ignore[arg-type]
    for kind in ("remarks", "history"):
        words: tuple[Word, ...] = getattr(check, kind)
        for i, word in enumerate(words):
            for said, when in _trees(word.when, around):
                changed = (*words[:i], replace(word, when=when), *words[i + 1 :])
                yield f"{kind} {i + 1}: {said}", replace(check, **{kind: changed})


def _trees(tree: Tree, around: Around) -> Iterator[tuple[str, Tree]]:
    if not isinstance(tree, Not) and not (isinstance(tree, Atom) and tree.measure == "left_to_a_person"):
        yield f"not ({_said(tree)})", Not(tree)
    if isinstance(tree, Atom):
        yield from _atoms(tree, around)
    elif isinstance(tree, Not):
        yield f"without not ({_said(tree.part)})", tree.part
        for said, part in _trees(tree.part, around):
            yield said, Not(part)
    else:
        kind = type(tree)
        other: type[All | AnyOf] = AnyOf if isinstance(tree, All) else All
        yield f"{_word(kind)} → {_word(other)}", other(tree.parts)
        for i, part in enumerate(tree.parts):
            rest = tree.parts[:i] + tree.parts[i + 1 :]
            yield f"without ({_said(part)})", rest[0] if len(rest) == 1 else kind(rest)
            for said, changed in _trees(part, around):
                yield said, kind((*tree.parts[:i], changed, *tree.parts[i + 1 :]))


def _atoms(atom: Atom, around: Around) -> Iterator[tuple[str, Tree]]:
    for op in NEIGHBOURS.get(atom.op, ()):
        yield f"{_said(atom)} → {op.value}", replace(atom, op=op)
    if atom.op is Op.ONE_OF and isinstance(atom.limit, tuple):
        for code in atom.limit:
            rest = tuple(c for c in atom.limit if c != code)
            yield f"{_said(atom)} without {code}", replace(atom, limit=rest)
        seen = around.codes.get(atom.measure, frozenset()) if isinstance(atom.measure, str) else frozenset()
        for code in sorted(seen - set(atom.limit)):
            yield f"{_said(atom)} and {code}", replace(atom, limit=(*atom.limit, code))
    for limit in _steps(atom.limit):
        yield f"{_said(atom)} → {limit}", replace(atom, limit=limit)
    yield from _swapped(atom, around)


def _swapped(atom: Atom, around: Around) -> Iterator[tuple[str, Tree]]:
    """One name for another of the same type, and the two sides of a comparison for each other."""
    if isinstance(atom.limit, ParamRef):
        for name in around.parameters_like(atom.limit.name):
            yield f"{_said(atom)} → ${name}", replace(atom, limit=ParamRef(name))
    if isinstance(atom.measure, ParamRef):
        for name in around.parameters_like(atom.measure.name):
            yield f"{_said(atom)}: ${name} instead", replace(atom, measure=ParamRef(name))
        for value in around.law.parameters[atom.measure.name].spec.values:
            if atom.op is Op.IS and value != atom.limit:
                yield f"{_said(atom)} → {value}", replace(atom, limit=value)
    elif atom.measure != "left_to_a_person":
        for name in around.like(atom.measure):
            if name != "left_to_a_person" and not (isinstance(atom.limit, MeasureRef) and atom.limit.name == name):
                yield f"{_said(atom)}: {name} instead", replace(atom, measure=name)
    if isinstance(atom.limit, MeasureRef) and isinstance(atom.measure, str):
        yield f"{_said(atom)}: sides changed", replace(atom, measure=atom.limit.name, limit=MeasureRef(atom.measure))
        for name in around.like(atom.limit.name):
            if name != atom.measure:
                yield f"{_said(atom)} → {name}", replace(atom, limit=MeasureRef(name))


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


def said_of(check: Check, case: Case, law: Rulebook) -> tuple[Any, ...]:
    """All that a case states of a check, by the oracle alone: outcome; reason and words where the case names them."""
    values, params = given_of(check, case, law.kinds, law)
    outcome, reason = _outcome(check, values, params)
    named = reason if case.reason is not None and outcome == "not_applicable" else None
    spoken = tuple(
        tuple(i for i, word in enumerate(getattr(check, kind), 1) if answer(word.when, values, params) is Answer.TRUE)
        if getattr(case, kind) is not None
        else None
        for kind in ("remarks", "history")
    )
    return outcome, named, *spoken


def outcome(check: Check, case: Case, measures: Measures, rulebook: Rulebook) -> str:
    """Outcome of a case by the oracle alone: no lowering, no engine."""
    return _outcome(check, *given_of(check, case, measures, rulebook))[0]


def _outcome(check: Check, values: Mapping[str, Value], params: Mapping[str, Any]) -> tuple[str, str | None]:
    if check.when is not None:
        guard = answer(check.when, values, params)
        if guard is not Answer.TRUE:
            return ("not_applicable", check.otherwise) if guard is Answer.FALSE else ("unknown", None)
    found = {Answer.TRUE: "pass", Answer.FALSE: "fail", Answer.UNKNOWN: "unknown"}
    return found[answer(check.holds, values, params)], None


class _Given(dict[str, Value]):
    """What a case gives; what it does not give is missing."""

    def __missing__(self, name: str) -> Value:
        return Unknown.MISSING_FIELD


def given_of(
    check: Check, case: Case, measures: Measures, rulebook: Rulebook
) -> tuple[Mapping[str, Value], Mapping[str, Any]]:
    """Values and parameters of a case."""
    kinds = measures[check.subject]
    values = _Given()
    params: dict[str, Any] = {}
    for name, written in case.given.items():
        if name.startswith("$"):
            kind = rulebook.parameters[name[1:]].kind
            params[name[1:]] = tuple(written) if kind is None else parse_value(written, kind)
        else:
            values[name] = parse_value(written, kinds[name])
    return values, params


# -- the whole law ---------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Tried:
    """A check, the cases that it comes with, and what could be confused in it."""

    ident: str
    check: Check
    cases: tuple[Case, ...]
    around: Around


def tried(law: Rulebook) -> Iterator[Tried]:
    """Every check of the law, and every one that a place has added."""
    for item in law.items:
        for check in item.checks:
            cases = tuple(case for case in item.spec.cases if case.check == check.name)
            yield Tried(check.id, check, cases, _around(check, item.checks, item.spec.cases, law))
    statutes = tuple(law.standard.statutes.values())
    items = {item.id: item for item in law.items}
    for name in profile_names():
        for own in profile_spec(name).checks:
            trees = Trees(Reader(name, {}), law.kinds, law.parameters, statutes)
            check = check_of(items[own.item].spec, own.name, own.check, trees, ())
            assert check is not None, trees.problems
            yield Tried(f"{name}: {check.id}", check, tuple(own.cases), _around(check, (check,), own.cases, law))


def _around(check: Check, beside: Sequence[Check], cases: Sequence[Case], law: Rulebook) -> Around:
    kinds = law.kinds[check.subject]
    named = {m for one in beside if one.subject == check.subject for m in _names(one)}
    codes: dict[str, set[str]] = {}
    for case in cases:
        for name, written in case.given.items():
            if kinds.get(name) is Kind.CODE and not str(written).startswith("?"):
                codes.setdefault(name, set()).add(str(written))
    return Around(
        {m: kinds[m] for m in sorted(named) if m in kinds}, {m: frozenset(c) for m, c in codes.items()}, law
    )


def _names(check: Check) -> set[str]:
    words = [word.when for word in (*check.remarks, *check.history)]
    trees = [check.holds, *([check.when] if check.when is not None else []), *words]
    sides = [
        side for t in trees for a in atoms(t) for side in (a.measure, a.limit.name if isinstance(a.limit, MeasureRef) else None)
    ]
    return {side for side in sides if isinstance(side, str)}


def survivors(one: Tried) -> tuple[int, list[str]]:
    """How many mutants there are, and those that no case tells from the check."""
    law = one.around.law
    as_written = [said_of(one.check, case, law) for case in one.cases]
    left = []
    number = 0
    for said, changed in mutants(one.check, one.around):
        number += 1
        if all(said_of(changed, case, law) == before for case, before in zip(one.cases, as_written, strict=True)):
            left.append(said)
    return number, left


_OPEN_ONLY = "the guard leaves nothing but the unknown"
_ADMITTED = "what is added here the branch beside it admits already"
_NEVER_NONE = "the count is never 0"
UNREACHABLE: dict[str, dict[str, str]] = {
    "B2.1.no_guarantee": {
        "when: financed_from one_of ('utility', 'original_owner', 'resident', 'maintenance_fund', 'housing_fund')"
        f" and {code}": _ADMITTED
        for code in ("loan", "enterprise", "renewal_fund", "other")
    },
    "B3.2.central_money_in_scope": {
        f"holds: txn_purpose one_of ('survey_design', 'supervision', 'other') and {code}": _ADMITTED
        for code in ("infrastructure", "public_service", "common_parts", "energy_retrofit", "elevator")
    },
    "B4.1.needs_known": {"holds: not (shortfalls_reported is True)": _OPEN_ONLY},
    "B4.1.members_known": {"holds: not (plan_members_reported is True)": _OPEN_ONLY},
    "B5.2.needs_known": {"holds: not (shortfalls_reported is True)": _OPEN_ONLY},
    "B5.3.needs_known": {"holds: not (shortfalls_reported is True)": _OPEN_ONLY},
    "X8.needs_known": {"holds: not (shortfalls_reported is True)": _OPEN_ONLY},
    "B6.1.counties_listed": {"holds: counties_in_plan more_than 0 → at_least": _NEVER_NONE},
}
"""Check → mutants that no value can tell from the law, each with the reason."""


@dataclass(frozen=True)
class Score:
    total: int
    alive: tuple[str, ...]
    """Those that survive without a reason why they must"""
    excused: int

    @property
    def killed(self) -> int:
        return self.total - len(self.alive) - self.excused


@cache
def score() -> Score:
    """The mutants of all conditions, against the cases; worked out once a run."""
    total, excused, alive = 0, 0, []
    for one in tried(load_law()):
        number, left = survivors(one)
        reasons = UNREACHABLE.get(one.ident, {})
        total += number
        excused += sum(said in reasons for said in left)
        alive += [f"{one.ident} {said}" for said in left if said not in reasons]
    return Score(total, tuple(alive), excused)


# -- the READMEs -----------------------------------------------------------------------------------------------

READMES = {
    "README.md": {
        "mutation": "{killed:,} of {total:,}; the other {excused} no value can tell from the law",
        "mutation-fixtures": "{killed:,} of {total:,}",
    },
    "README.zh-CN.md": {
        "mutation": "{total:,} 个变异发现 {killed:,} 个，其余 {excused} 个没有任何数值能与原条文区分",
        "mutation-fixtures": "{total:,} 个变异发现 {killed:,} 个",
    },
}
ROOT = Path(__file__).resolve().parent.parent


def told(readme: str, mark: str) -> str:
    """What a README tells between its markers."""
    (found,) = re.findall(f"<!-- {mark} -->(.*?)<!-- /{mark} -->", (ROOT / readme).read_text("utf-8"))
    return str(found)


def tells(readme: str, mark: str, found: Any) -> str:
    """What it should tell of a score."""
    return READMES[readme][mark].format(killed=found.killed, total=found.total, excused=getattr(found, "excused", 0))


def main() -> int:
    sys.path.insert(0, str(ROOT))  # the fixtures' builder
    import attributes

    found, beside = score(), attributes.score()
    for one in (*found.alive, *beside.alive):
        print(one)
    print(f"conditions: {found.killed} of {found.total} mutants killed, {found.excused} excused, {len(found.alive)} alive")
    print(f"attributes: {beside.killed} of {beside.total} mutants killed, {len(beside.alive)} alive")
    for readme in READMES:
        file = ROOT / readme
        text = file.read_text("utf-8")
        for mark, scored in (("mutation", found), ("mutation-fixtures", beside)):
            text = text.replace(f"-->{told(readme, mark)}<!-- /{mark} -->", f"-->{tells(readme, mark, scored)}<!-- /{mark} -->")
        file.write_text(text, "utf-8")
    return 1 if found.alive else 0


if __name__ == "__main__":
    sys.exit(main())
