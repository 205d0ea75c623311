"""clipspy: CLIPS, a Rete engine in C; facts of one template, a rule for true and a rule for false."""

from __future__ import annotations

from collections.abc import Sequence

import clips

from benchmarks.formulas import And, Compare, Formula, Holds, Known, Or, Question, Same
from benchmarks.peers import TRUE_FALSE_UNKNOWN, Run

PACKAGE = "clipspy"
CANNOT = "nothing; the third answer is what no rule said"

_BATCH = 512
_SIGNS = {"==": "=", "!=": "<>"}


def group(questions: Sequence[Question], names: Sequence[str]) -> Run:
    """One environment; rows are asserted in batches, and rules say which of their formulas holds."""
    true, false, unknown = TRUE_FALSE_UNKNOWN
    environment = clips.Environment()
    said: list[tuple[int, int, int]] = []
    environment.define_function(lambda row, question, answer: said.append((row, question, answer)), name="say")
    slots = "".join(f" (slot {name})" for name in names)
    environment.build(f"(deftemplate row (slot id){slots})")
    constant: list[int | None] = []
    for place, question in enumerate(questions):
        settled = None
        for answer, formula in ((true, question.true), (false, question.false)):
            if isinstance(formula, bool):
                settled = answer if formula else settled
                continue
            used = "".join(f" ({name} ?{name})" for name in question.fields)
            pattern = f"(row (id ?id){used}) (test {_formula(formula)})"
            environment.build(f"(defrule r{place}-{answer} {pattern} => (say ?id {place} {answer}))")
        constant.append(settled)
    template = environment.find_template("row")
    blank = [unknown if settled is None else settled for settled in constant]

    def run(rows: Sequence[tuple[object, ...]]) -> list[list[int]]:
        answers = [list(blank) for _ in rows]
        for start in range(0, len(rows), _BATCH):
            for number, row in enumerate(rows[start : start + _BATCH], start):
                slots = {name: _value(value) for name, value in zip(names, row, strict=True)}
                template.assert_fact(id=number, **slots)
            environment.run()
            for number, place, answer in said:
                answers[number][place] = answer
            said.clear()
            environment.reset()
        return answers

    return run


def _value(value: object) -> object:
    return clips.Symbol(value or "none") if isinstance(value, str) else value


def _formula(formula: Formula) -> str:
    if isinstance(formula, bool):
        return "TRUE" if formula else "FALSE"
    if isinstance(formula, Known):
        return f"(eq ?{formula.name}k {'TRUE' if formula.known else 'FALSE'})"
    if isinstance(formula, Holds):
        return f"(eq ?{formula.name} {'TRUE' if formula.value else 'FALSE'})"
    if isinstance(formula, Same):
        other = f"?{formula.other}" if formula.is_field else formula.other
        return f"({'eq' if formula.equal else 'neq'} ?{formula.name} {other})"
    if isinstance(formula, Compare):
        return f"({_SIGNS.get(formula.sign, formula.sign)} {_product(*formula.left)} {_product(*formula.right)})"
    assert isinstance(formula, And | Or)
    word = "or" if isinstance(formula, Or) else "and"
    return f"({word} {' '.join(map(_formula, formula.parts))})"


def _product(factor: int, names: Sequence[str]) -> str:
    terms = [*([str(factor)] if factor != 1 or not names else []), *(f"?{name}" for name in names)]
    return terms[0] if len(terms) == 1 else f"(* {' '.join(terms)})"
