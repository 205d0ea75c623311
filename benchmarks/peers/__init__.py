"""Other rule engines deciding the same questions on the same fields; one module each, imported when asked for."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib import import_module
from importlib.metadata import version
from typing import Any, Protocol

from benchmarks.formulas import Compare, Formula, Holds, Known, Or, Question, Same
from compliance.schemas.lowered import Answer

__all__ = ["PEERS", "TRUE_FALSE_UNKNOWN", "Infix", "Peer", "Run", "load_peer"]

PEERS = ("zen", "cel", "rule_engine_", "clips_", "business")

Run = Callable[[Sequence[tuple[Any, ...]]], Sequence[Sequence[int]]]
"""Rows of field values → for each row one ``Answer`` a question."""

TRUE_FALSE_UNKNOWN = int(Answer.TRUE), int(Answer.FALSE), int(Answer.UNKNOWN)


class Module(Protocol):
    """What a module of this package has."""

    PACKAGE: str
    CANNOT: str

    def group(self, questions: Sequence[Question], names: Sequence[str]) -> Run: ...


@dataclass(frozen=True, slots=True)
class Peer:
    """One engine."""

    name: str
    version: str
    cannot: str
    """What it has no means to say, so that it is handed over already worked out"""
    group: Callable[[Sequence[Question], Sequence[str]], Run]
    """Compiles questions over named fields into one function of rows."""


def load_peer(module: str) -> Peer:
    """``ImportError`` where the engine is not installed."""
    made: Any = import_module(f"{__name__}.{module}")
    return Peer(made.PACKAGE, version(made.PACKAGE), made.CANNOT, made.group)


@dataclass(frozen=True, slots=True)
class Infix:
    """Formulas in the notation that most expression languages share."""

    conjunction: str
    disjunction: str
    negation: str
    true: str
    false: str

    def question(self, question: Question) -> str:
        """An expression that gives the answer's number."""
        t, f, u = TRUE_FALSE_UNKNOWN
        return f"({self.formula(question.true)} ? {t} : ({self.formula(question.false)} ? {f} : {u}))"

    def formula(self, formula: Formula) -> str:
        if isinstance(formula, bool):
            return self.true if formula else self.false
        if isinstance(formula, Known | Holds):
            name, wanted = (
                (f"{formula.name}k", formula.known) if isinstance(formula, Known) else (formula.name, formula.value)
            )
            return name if wanted else f"{self.negation}({name})"
        if isinstance(formula, Same):
            other = formula.other if formula.is_field else f'"{formula.other}"'
            return f"{formula.name} {'==' if formula.equal else '!='} {other}"
        if isinstance(formula, Compare):
            return f"{_product(*formula.left)} {formula.sign} {_product(*formula.right)}"
        word = self.disjunction if isinstance(formula, Or) else self.conjunction
        return "(" + f" {word} ".join(self.formula(part) for part in formula.parts) + ")"


def _product(factor: int, names: Sequence[str]) -> str:
    if not names:
        return str(factor)
    return " * ".join([*([str(factor)] if factor != 1 else []), *names])
