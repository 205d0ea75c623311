"""A rulebook's own cases → those that do not come out as written; the engine decides them like any dossier."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from compliance.engine import Engine
from compliance.lower import lower
from compliance.rulebook import parse_value
from compliance.schemas.conditions import Kind, MeasureRef, Tree, Value, atoms
from compliance.schemas.lowered import Answer
from compliance.schemas.rulebook import Case, Check, Profile, Rulebook
from compliance.schemas.scalars import Unknown
from compliance.why import reasons

__all__ = ["Broken", "cases_of", "outcome_of_case", "run_cases", "words_of_case"]


@dataclass(frozen=True, slots=True)
class Broken:
    """A case that does not come out as its clause file says."""

    check: str
    number: int
    expected: str
    found: str
    given: Mapping[str, Any]

    def __str__(self) -> str:
        return (
            f"{self.check} case {self.number}: expected {self.expected}, found {self.found}, given {dict(self.given)}"
        )


def run_cases(rulebook: Rulebook, profiles: Iterable[Profile] = ()) -> Iterator[Broken]:
    """Decide every case of every item, and of the checks that places add; yields the broken ones."""
    for check, number, case in cases_of(rulebook, profiles):
        outcome, reason = outcome_of_case(check, case, rulebook)
        expected = case.outcome if case.reason is None else f"{case.outcome}/{case.reason}"
        found = outcome if case.reason is None else f"{outcome}/{reason}"
        for kind in ("remarks", "history"):
            if (written := getattr(case, kind)) is not None:
                expected += f", {kind} {written}"
                found += f", {kind} {words_of_case(check, case, rulebook, kind)}"
        if expected != found:
            yield Broken(check.id, number, expected, found, case.given)


def cases_of(rulebook: Rulebook, profiles: Iterable[Profile] = ()) -> Iterator[tuple[Check, int, Case]]:
    """Every case with its check and its number within its item or check of a place."""
    for item in rulebook.items:
        checks = {c.name: c for c in item.checks}
        for number, case in enumerate(item.spec.cases, 1):
            yield checks[case.check], number, case
    for profile in profiles:
        for local in profile.checks:
            for number, case in enumerate(local.cases, 1):
                yield local.check, number, case


def outcome_of_case(check: Check, case: Case, rulebook: Rulebook) -> tuple[str, str | None]:
    """Outcome and reason of one case. What a case does not give is missing."""
    kinds = rulebook.kinds[check.subject]
    params, values = _given(check, case, rulebook)
    if check.when is not None:
        guard = _decide(check.when, kinds, params, values)
        if guard is Answer.FALSE:
            return "not_applicable", check.otherwise
        if guard is Answer.UNKNOWN:
            return "unknown", _reason(check.when, params, values)
        if guard is not Answer.TRUE:
            return "fault", None
    answer = _decide(check.holds, kinds, params, values)
    if answer is Answer.UNKNOWN:
        return "unknown", _reason(check.holds, params, values)
    return {Answer.TRUE: "pass", Answer.FALSE: "fail"}.get(answer, "fault"), None


def words_of_case(check: Check, case: Case, rulebook: Rulebook, kind: str) -> list[int]:
    """Which of a check's remarks, or of its history, are said in one case; counted from 1."""
    params, values = _given(check, case, rulebook)
    kinds = rulebook.kinds[check.subject]
    return [
        number
        for number, word in enumerate(getattr(check, kind), 1)
        if _decide(word.when, kinds, params, values) is Answer.TRUE
    ]


def _given(check: Check, case: Case, rulebook: Rulebook) -> tuple[dict[str, Any], dict[str, Value]]:
    """Parameters and values of a case."""
    kinds = rulebook.kinds[check.subject]
    params: dict[str, Any] = {}
    values: dict[str, Value] = {}
    for name, written in case.given.items():
        if name.startswith("$"):
            parameter = rulebook.parameters[name[1:]]
            params[name[1:]] = tuple(written) if parameter.kind is None else parse_value(written, parameter.kind)
        else:
            values[name] = parse_value(written, kinds[name])
    return params, values


def _decide(tree: Tree, kinds: Mapping[str, Kind], params: Mapping[str, Any], values: Mapping[str, Value]) -> Answer:
    engine = Engine(lower([tree], kinds, params))
    columns = {name: [values.get(name, Unknown.MISSING_FIELD)] for name in _measures_of(tree)}
    answer = Answer(engine.decide(columns, 1)[0][0])
    engine.close()
    return answer


def _measures_of(tree: Tree) -> set[str]:
    found = set()
    for atom in atoms(tree):
        for side in (atom.measure, atom.limit.name if isinstance(atom.limit, MeasureRef) else None):
            if isinstance(side, str):
                found.add(side)
    return found


def _reason(tree: Tree, params: Mapping[str, Any], values: Mapping[str, Value]) -> str | None:
    """The strongest reason why a condition is open: as a finding would name it."""
    why = reasons(tree, lambda name: values.get(name, Unknown.MISSING_FIELD), params)
    return next((u.value for u in Unknown if u.value in why), None)
