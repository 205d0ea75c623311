"""Condition trees: what a check asks of one subject, as data that can be lowered, spoken and mutated.

An atom compares one measure with one limit. Trees combine three-valued (Kleene): false decides ``all``,
true decides ``any``, whatever else is unknown. This module holds shapes only; it judges nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from enum import Enum

from compliance.schemas.scalars import Day, Ratio, Unknown

__all__ = ["All", "Any", "Atom", "Kind", "Limit", "MeasureRef", "Not", "Op", "ParamRef", "Tree", "Value", "atoms"]

Value = bool | int | str | Decimal | Ratio | Day | Unknown
"""What a measure yields. ``Decimal`` is money or area; ``int`` a count; ``str`` a short code."""


class Kind(Enum):
    """The type of a measure's values; an atom whose operator does not fit the type is refused on loading."""

    BOOL = "bool"
    CODE = "code"
    COUNT = "count"
    AMOUNT = "amount"
    RATIO = "ratio"
    DATE = "date"


class Op(Enum):
    IS = "is"
    ONE_OF = "one_of"
    PRESENT = "present"
    AT_LEAST = "at_least"
    AT_MOST = "at_most"
    MORE_THAN = "more_than"
    LESS_THAN = "less_than"
    NOT_AFTER = "not_after"
    NOT_BEFORE = "not_before"


@dataclass(frozen=True, slots=True)
class ParamRef:
    """``$name``: a limit that the place's profile sets; unset, it is unknown for ``missing_parameter``."""

    name: str


@dataclass(frozen=True, slots=True)
class MeasureRef:
    """Another measure of the same subject, compared value against value."""

    name: str


Limit = bool | int | str | Decimal | Ratio | Day | tuple[str, ...] | ParamRef | MeasureRef


@dataclass(frozen=True, slots=True)
class Atom:
    """``{measure: {op: limit}}``. ``measure`` is a name, or a ``ParamRef`` where the place's choice is asked.

    Truth of an atom, given the value v and the limit l:

    ========== ==========================================================================================
    is          true when v equals l, else false (bool and code; both sides may be parameters)
    one_of      true when v is in l (codes; l may be a list parameter)
    present     true when v is known, else false; with limit false the other way round; never unknown
    at_least    v >= l      at_most  v <= l      more_than  v > l      less_than  v < l   (count, amount, ratio)
    not_after   dates: true when v.last <= l.first; false when v.first > l.last; else unknown (ambiguous)
    not_before  dates: true when v.first >= l.last; false when v.last < l.first; else unknown (ambiguous)
    ========== ==========================================================================================

    With an ``Unknown`` on either side every operator but ``present`` is unknown.
    """

    measure: str | ParamRef
    op: Op
    limit: Limit


@dataclass(frozen=True, slots=True)
class All:
    parts: tuple[Tree, ...]


@dataclass(frozen=True, slots=True)
class Any:
    parts: tuple[Tree, ...]


@dataclass(frozen=True, slots=True)
class Not:
    part: Tree


Tree = Atom | All | Any | Not


def atoms(tree: Tree) -> Iterator[Atom]:
    """The atoms of a tree in the order they are written."""
    if isinstance(tree, Atom):
        yield tree
    elif isinstance(tree, Not):
        yield from atoms(tree.part)
    else:
        for part in tree.parts:
            yield from atoms(part)
