"""zen-engine: compiled expressions of its own language (the core of GoRules), in Rust."""

from __future__ import annotations

from collections.abc import Sequence

import zen

from benchmarks.formulas import Question
from benchmarks.peers import Infix, Run

PACKAGE = "zen-engine"
CANNOT = "dates compare only as numbers: ordinals"

_NOTATION = Infix("and", "or", "not", "true", "false")


def group(questions: Sequence[Question], names: Sequence[str]) -> Run:
    """One expression, or one list of them, evaluated for every row."""
    texts = [_NOTATION.question(q) for q in questions]
    if len(texts) == 1:
        one = zen.compile_expression(texts[0])
        return lambda rows: [(int(one.evaluate(dict(zip(names, row, strict=True)))),) for row in rows]
    many = zen.compile_expression(f"[{', '.join(texts)}]")
    return lambda rows: [list(map(int, many.evaluate(dict(zip(names, row, strict=True))))) for row in rows]
