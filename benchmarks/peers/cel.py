"""common-expression-language: Google's CEL in Rust."""

from __future__ import annotations

from collections.abc import Sequence

import cel

from benchmarks.formulas import Question
from benchmarks.peers import Infix, Run

PACKAGE = "common-expression-language"
CANNOT = "no dates without a time: ordinals"

_NOTATION = Infix("&&", "||", "!", "true", "false")


def group(questions: Sequence[Question], names: Sequence[str]) -> Run:
    """One program, or one list expression, executed for every row."""
    texts = [_NOTATION.question(q) for q in questions]
    if len(texts) == 1:
        one = cel.compile(texts[0])
        return lambda rows: [(one.execute(dict(zip(names, row, strict=True))),) for row in rows]
    many = cel.compile(f"[{', '.join(texts)}]")
    return lambda rows: [many.execute(dict(zip(names, row, strict=True))) for row in rows]
