"""rule-engine: an expression language evaluated by a tree of Python objects."""

from __future__ import annotations

from collections.abc import Sequence

import rule_engine

from benchmarks.formulas import Question
from benchmarks.peers import Infix, Run

PACKAGE = "rule-engine"
CANNOT = "nothing; numbers are decimals inside"

_NOTATION = Infix("and", "or", "not", "true", "false")


def group(questions: Sequence[Question], names: Sequence[str]) -> Run:
    """One rule a question: the conditional of this language is evaluated like any other expression."""
    rules = [rule_engine.Rule(_NOTATION.question(q)) for q in questions]

    def run(rows: Sequence[tuple[object, ...]]) -> list[list[int]]:
        things = [dict(zip(names, row, strict=True)) for row in rows]
        return [[int(rule.evaluate(thing)) for rule in rules] for thing in things]

    return run
