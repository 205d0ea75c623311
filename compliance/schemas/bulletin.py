"""The shapes of the monthly bulletin (整改工作月报): the ledger as it stood on a day, counted; plain frozen data.

Every number is a whole number or a fraction of two of them; what cannot be reckoned (a rate of nothing) is none.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Final

from compliance.schemas.ledger import State
from compliance.schemas.refusal import Words
from compliance.schemas.report import Severity

__all__ = ["ACTS_TOLD", "AGES", "Bulletin", "Group", "Late", "Month", "Row"]

AGES: Final[Mapping[int | None, Words]] = {
    30: Words("30天以内", "up to 30 days"),
    60: Words("31至60天", "31 to 60 days"),
    90: Words("61至90天", "61 to 90 days"),
    180: Words("91至180天", "91 to 180 days"),
    None: Words("180天以上", "over 180 days"),
}
"""Last day of each band of ageing; none: there is no last."""

ACTS_TOLD: Final = ("submit", "return", "verify", "extend")
"""Acts of the month that are counted, beside what was opened and closed."""


@dataclass(frozen=True, slots=True)
class Row:
    """What the bulletin needs of an entry, as it stood at the end of the day."""

    number: str
    area: str
    area_name: str
    item: str | None
    title: str | None
    severity: Severity | None
    subject: str | None
    text: str
    unit: str | None
    person: str | None
    state: State
    deadline: str | None
    deadline_suggested: bool
    previous: str | None
    opened_on: date
    """By the clock in China, as all days here"""
    closed_on: date | None


@dataclass(frozen=True, slots=True)
class Group:
    """How one area, unit or item stands; or all of them."""

    key: str
    """Empty for all, and where there is no name"""
    name: str
    states: Mapping[State, int]
    carried: int
    """Not closed when the month began"""
    new: int
    recurred: int
    """Of the new ones, those that were closed before"""
    closed: int
    """Closed in the month"""
    overdue: int
    due_soon: int
    undated: int
    """Of those that the unit still owes, those without a deadline"""
    longest: int
    """Days that the longest overdue one is late; 0 where none is"""

    @property
    def total(self) -> int:
        """All that were ever written down."""
        return sum(self.states.values())

    @property
    def remaining(self) -> int:
        """Not closed."""
        return self.total - self.states["closed"]

    @property
    def rate(self) -> Fraction | None:
        """销号率: closed of all."""
        return Fraction(self.states["closed"], self.total) if self.total else None


@dataclass(frozen=True, slots=True)
class Month:
    """One month of the course of things."""

    first: date
    new: int
    closed: int
    remaining: int
    """Not closed at its end, or on the day of the bulletin where the month has not ended"""


@dataclass(frozen=True, slots=True)
class Late:
    """An entry that is overdue, or due soon."""

    row: Row
    days: int
    """Days overdue; or days left, 0 on the last day"""


@dataclass(frozen=True, slots=True)
class Bulletin:
    """The whole bulletin."""

    as_of: date
    month: date
    """Its first day"""
    soon: int
    """Days within which a deadline counts as due soon"""
    scope: Mapping[str, tuple[str, ...]]
    """What was restricted, by area, unit, item, project and year; empty: the whole ledger"""
    head: str
    """End of the ledger's chain when it was read: ``count:hash``"""
    all: Group
    acts: Mapping[str, int]
    """How often each of ``ACTS_TOLD`` was done in the month"""
    by_area: tuple[Group, ...]
    by_unit: tuple[Group, ...]
    by_item: tuple[Group, ...]
    ages: Mapping[int | None, int]
    """Not closed, by days since they were written down; the bands of ``AGES``"""
    course: tuple[Month, ...]
    """The last months, this one last"""
    overdue: tuple[Late, ...]
    """The longest first"""
    due_soon: tuple[Late, ...]
    """The earliest first"""
