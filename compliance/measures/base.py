"""The measure register: a pure function of one subject → a typed value; refuses functions whose types it cannot read.

A measure states a fact about one subject and never a bound. It reads nothing but the row it is given, so the
JSON Pointers it read can be found by running the very same function on a traced row (``trace.py``).
"""

from __future__ import annotations

import typing
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, TypeVar

from compliance.schemas.conditions import Kind
from compliance.schemas.dossier import Declaration, Document
from compliance.schemas.scalars import Day, Ratio, Unknown

__all__ = [
    "Amounts", "Code", "Count", "Flag", "Measure", "Share", "When", "all_measures", "count", "declared_absent",
    "flag", "given", "measure", "measures_of", "money", "share", "stands", "total", "when",
]  # fmt: skip

Flag = bool | Unknown
Code = str | Unknown
Count = int | Unknown
Amounts = Decimal | Unknown
Share = Ratio | Unknown
When = Day | Unknown

MISSING = Unknown.MISSING_FIELD
CONFLICTING = Unknown.CONFLICTING_DATA

_KINDS: dict[Any, Kind] = {
    bool: Kind.BOOL,
    str: Kind.CODE,
    int: Kind.COUNT,
    Decimal: Kind.AMOUNT,
    Ratio: Kind.RATIO,
    Day: Kind.DATE,
}


@dataclass(frozen=True, slots=True)
class Measure:
    name: str
    zh: str
    en: str
    unit: str
    source: str
    kind: Kind
    of: tuple[str, ...]
    """Names of the subject kinds it can be taken of."""
    take: Callable[[Any], Any]
    running: bool
    """Whether the value grows with the day judged by alone."""


_register: dict[tuple[str, str], Measure] = {}
_by_row: dict[str, dict[str, Measure]] = {}
"""The same, by row class and measure name"""


F = TypeVar("F", bound=Callable[[Any], Any])


def measure(zh: str, en: str, *, unit: str = "", source: str = "", running: bool = False) -> Callable[[F], F]:
    """Registers a function ``(row) -> value``; row kinds and value type are read from its annotations.

    ``running``: the value grows from day to day though nothing in the dossier changes.
    """

    def register(take: F) -> F:
        hints = typing.get_type_hints(take)
        result = hints.pop("return")
        (row,) = hints.values()
        rows = typing.get_args(row) or (row,)
        (kind,) = [_KINDS[t] for t in typing.get_args(result) if t is not Unknown]
        entry = Measure(take.__name__, zh, en, unit, source, kind, tuple(r.__name__ for r in rows), take, running)
        for r in rows:
            if (r.__name__, entry.name) in _register:
                raise ValueError(f"measure {entry.name} is registered twice for {r.__name__}")
            _register[r.__name__, entry.name] = entry
            _by_row.setdefault(r.__name__, {})[entry.name] = entry
        return take

    return register


def all_measures() -> Mapping[tuple[str, str], Measure]:
    """Every measure by (row class name, measure name)."""
    return _register


def measures_of(row_class: str) -> Mapping[str, Measure]:
    """The measures that can be taken of one kind of row."""
    return _by_row.get(row_class, {})


# -- the few operations that measures share -----------------------------------------------------------------


def flag(value: bool | None) -> Flag:
    """An explicit boolean, or unknown; ``false`` is data."""
    return MISSING if value is None else value


def when(value: Day | None) -> When:
    return MISSING if value is None else value


def count(value: int | None) -> Count:
    return MISSING if value is None else value


def money(value: Decimal | None) -> Amounts:
    return MISSING if value is None else value


def share(part: int | Decimal | None, whole: int | Decimal | None) -> Share:
    """part/whole, exact. A part larger than its whole, or a whole of nothing, contradicts itself.

    >>> share(63, 100)
    Ratio(p=63, q=100)
    >>> share(Decimal("12.5"), Decimal("50"))
    Ratio(p=125, q=500)
    >>> [share(None, 100).value, share(1, 0).value, share(3, 2).value]
    ['missing_field', 'conflicting_data', 'conflicting_data']
    """
    if part is None or whole is None:
        return MISSING
    if whole == 0 or part > whole:
        return CONFLICTING
    if isinstance(part, int) and isinstance(whole, int):
        return Ratio(part, whole)
    scale = 10 ** max(_decimals(part), _decimals(whole))
    return Ratio(int(part * scale), int(whole * scale))


def _decimals(number: int | Decimal) -> int:
    """How many decimals a number is written with: at most four, by its type."""
    exponent = 0 if isinstance(number, int) else number.as_tuple().exponent
    return max(0, -int(exponent))


def total(values: Iterable[Decimal | None]) -> Amounts:
    """Sum; one missing summand makes it unknown."""
    result = Decimal(0)
    for value in values:
        if value is None:
            return MISSING
        result += value
    return result


def stands(document: Document | None) -> Flag:
    """Whether a document exists: said so, or shown by evidence, number or date.

    A draft for comment shows neither that the document exists nor that it does not.

    >>> stands(None), stands(Document(exists=False)), stands(Document(doc_no="示办〔2023〕5号"))
    (<Unknown.MISSING_FIELD: 'missing_field'>, False, True)
    """
    if document is None:
        return MISSING
    if document.exists is False:
        return False
    if document.is_draft:
        return MISSING
    if document.exists or document.evidence or document.doc_no or document.issued_on:
        return True
    return MISSING


def declared_absent(declarations: Iterable[Declaration], what: str) -> bool:
    """Whether somebody declared that there is no ``what``."""
    return any([d.absent == what for d in declarations])


def given(row_class: Any, /, **fields: Any) -> Any:
    """A row for doctests and cases: fields not given are ``None`` (or empty), models may be given as dicts.

    >>> from compliance.measures.subjects import ConsultationRow
    >>> given(ConsultationRow, consultation={"total": 100}).consultation.total
    100
    """
    hints = typing.get_type_hints(row_class)
    made: dict[str, Any] = {}
    for name, hint in hints.items():
        models = [t for t in (typing.get_args(hint) or (hint,)) if hasattr(t, "model_validate")]
        value = fields.pop(name, None)
        if models and isinstance(value, dict):
            value = models[0].model_validate(value)
        elif models and isinstance(value, list):
            value = tuple(models[0].model_validate(v) if isinstance(v, dict) else v for v in value)
        elif value is None and typing.get_origin(hint) is tuple:
            value = ()
        made[name] = value
    if fields:
        raise TypeError(f"{row_class.__name__} has no field {', '.join(fields)}")
    return row_class(**made)
