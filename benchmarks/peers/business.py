"""business-rules: conditions as JSON over methods of a Python class."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from business_rules.actions import BaseActions, rule_action
from business_rules.engine import run_all
from business_rules.variables import BaseVariables, boolean_rule_variable, numeric_rule_variable, select_rule_variable

from benchmarks.formulas import And, Compare, Formula, Holds, Known, Or, Question, Same
from benchmarks.peers import TRUE_FALSE_UNKNOWN, Run

PACKAGE = "business-rules"
CANNOT = "no arithmetic, no field against field: differences are worked out in its variables; no not"

_OPERATORS = {
    ">=": "greater_than_or_equal_to",
    "<=": "less_than_or_equal_to",
    ">": "greater_than",
    "<": "less_than",
}


class _Actions(BaseActions):  # type: ignore[misc]
    def __init__(self) -> None:
        self.answers: list[int] = []

    @rule_action()  # type: ignore[untyped-decorator]
    def say(self, place: int, answer: int) -> None:
        self.answers[place] = answer


def group(questions: Sequence[Question], names: Sequence[str]) -> Run:
    """A rule for true and a rule for false a question, run for every row."""
    true, false, unknown = TRUE_FALSE_UNKNOWN
    making = _Variables({name: place for place, name in enumerate(names)})
    rules: list[dict[str, Any]] = []
    blank = [unknown] * len(questions)
    for place, question in enumerate(questions):
        for answer, formula in ((true, question.true), (false, question.false)):
            if isinstance(formula, bool):
                blank[place] = answer if formula else blank[place]
                continue
            conditions = making.conditions(formula)
            said = {"name": "say", "params": {"place": place, "answer": answer}}
            rules.append({"conditions": conditions, "actions": [said]})
    variables: Any = type("Variables", (BaseVariables,), making.methods)
    actions = _Actions()

    def run(rows: Sequence[tuple[object, ...]]) -> list[list[int]]:
        asked = variables()
        result = []
        for row in rows:
            asked.row = row
            actions.answers = list(blank)
            run_all(rules, asked, actions)
            result.append(actions.answers)
        return result

    return run


class _Variables:
    """Conditions as this engine writes them, and the methods they ask for."""

    def __init__(self, places: dict[str, int]) -> None:
        self.places = places
        self.methods: dict[str, Any] = {}

    def method(self, name: str, wrap: Callable[..., Any], take: Callable[[Any], Any]) -> str:
        if name not in self.methods:

            def read(variables: Any) -> Any:
                return take(variables.row)

            read.__name__ = name
            self.methods[name] = wrap(label=name)(read)
        return name

    def conditions(self, formula: Formula) -> dict[str, Any]:
        if isinstance(formula, And | Or):
            word = "any" if isinstance(formula, Or) else "all"
            return {word: [self.conditions(part) for part in formula.parts]}
        if isinstance(formula, Known | Holds):
            field, wanted = (
                (f"{formula.name}k", formula.known) if isinstance(formula, Known) else (formula.name, formula.value)
            )
            place = self.places[field]
            name = self.method(field, boolean_rule_variable, lambda row: row[place])
            return {"name": name, "operator": "is_true" if wanted else "is_false", "value": None}
        if isinstance(formula, Same):
            if formula.is_field:
                raise ValueError("no rulebook compares two codes of one subject")
            place = self.places[formula.name]
            name = self.method(f"{formula.name}s", select_rule_variable, lambda row: (row[place],))
            word = "contains" if formula.equal else "does_not_contain"
            return {"name": name, "operator": word, "value": formula.other}
        assert isinstance(formula, Compare)
        (a, left), (b, right) = formula.left, formula.right
        if len(left) == 1 and a == 1 and not right:
            place = self.places[left[0]]
            name = self.method(left[0], numeric_rule_variable, lambda row: row[place])
            return {"name": name, "operator": _OPERATORS[formula.sign], "value": b}
        ours, theirs = [self.places[n] for n in left], [self.places[n] for n in right]

        def difference(row: Any) -> Any:
            x, y = a, b
            for place in ours:
                x *= row[place]
            for place in theirs:
                y *= row[place]
            return x - y

        name = self.method("d_" + "_".join((str(a), *left, str(b), *right)), numeric_rule_variable, difference)
        return {"name": name, "operator": _OPERATORS[formula.sign], "value": 0}
