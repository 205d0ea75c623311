"""The shapes of the precedents: YAML mappings → frozen specs; refuses unknown keys, loose types and empty lists.

``*Spec`` mirrors what a file of ``rules/precedents`` says; the dataclasses below are what the other stages use.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Literal, get_args

from pydantic import Field

from compliance.schemas.report import Bilingual
from compliance.schemas.rulebook import ITEM, Name, Said, Spec
from compliance.schemas.scalars import AreaCode

__all__ = [
    "PRECEDENT_LEVELS", "Figure", "Helps", "Place", "Precedent", "PrecedentLevel", "PrecedentSource",
    "PrecedentSpec", "PrecedentsSpec", "Qualifier",
]  # fmt: skip

PrecedentLevel = Literal["province", "municipality", "city", "county", "community"]
"""Who did it, or where it works; a municipality (直辖市) is a province and a city at once."""
PRECEDENT_LEVELS: tuple[str, ...] = get_args(PrecedentLevel)

Qualifier = Literal["约", "近", "超过", "不少于", "余", "多", "以上", "以下"]
"""How exact a figure is, in the list's own word."""

Text = Annotated[str, Field(min_length=1)]


class PlaceSpec(Spec):
    name: Said
    area_code: AreaCode | None = None
    """GB/T 2260, as assigned when the list was published"""


class FigureSpec(Spec):
    name: Said
    value: Text
    """As the list has it: a number, a fraction, a percentage, a span, a date, or words where it gives no number"""
    unit: str = ""
    qualifier: Qualifier | None = None
    in_english: Annotated[str, Field(pattern=r"^[\x20-\x7e²]+$")]
    """Value, unit and qualifier in English"""
    place: Said | None = None
    """Where it was reached, if not all over the precedent's places"""
    derived: bool = False
    """Counted from what the list enumerates, not stated by it"""


class PrecedentSourceSpec(Spec):
    document: Text
    section: Text
    row: Annotated[int, Field(ge=1)]
    """Which problem of the section; the fifth list has one a section"""
    item: Annotated[int, Field(ge=1)]


class HelpsSpec(Spec):
    item: Annotated[str, Field(pattern=ITEM)]
    checks: list[Name] = Field(default_factory=list)
    """Checks that fail for the cause which the measure removes; none named: all of the item's"""


class PrecedentSpec(Spec):
    precedent: Annotated[str, Field(pattern=r"^P[1-9][0-9]*-[0-9]{2}$")]
    """List and number: P4-01 is the first measure of the fourth list"""
    title: Said
    measure: Said
    """Who did what and how"""
    places: Annotated[list[PlaceSpec], Field(min_length=1)]
    level: str
    """One of ``PrecedentLevel``; the loader names the nearest"""
    problem: Said
    cause: Said
    cause_inferred: bool = False
    """The list names neither problem nor cause; both are inferred from the measure"""
    figures: list[FigureSpec]
    source: PrecedentSourceSpec
    helps: Annotated[list[HelpsSpec], Field(min_length=1)]
    body: Text | None = None
    """Section of the notice's body, where no item of the annex asks for what the measure is about"""


class PrecedentsSpec(Spec):
    precedents: Annotated[list[PrecedentSpec], Field(min_length=1)]


# -- what the other stages use ----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Place:
    name: Bilingual
    area_code: str | None


@dataclass(frozen=True, slots=True)
class Figure:
    name: Bilingual
    value: str
    unit: str
    qualifier: Qualifier | None
    says: Bilingual
    """Value, unit and qualifier as one reads them: 2000余万元, over 20 million yuan"""
    place: Bilingual | None
    derived: bool


@dataclass(frozen=True, slots=True)
class PrecedentSource:
    document: str
    section: str
    row: int
    item: int


@dataclass(frozen=True, slots=True)
class Helps:
    item: str
    checks: tuple[str, ...]
    """Empty: all checks of the item"""


@dataclass(frozen=True, slots=True)
class Precedent:
    """What some place did about a problem, with the figures it published and the items that it is an answer to."""

    id: str
    title: Bilingual
    measure: Bilingual
    places: tuple[Place, ...]
    level: PrecedentLevel
    problem: Bilingual
    cause: Bilingual
    cause_inferred: bool
    figures: tuple[Figure, ...]
    source: PrecedentSource
    helps: tuple[Helps, ...]
    body: str | None

    def help_for(self, item: str) -> Helps | None:
        """What it says of one item, if it is an answer to it."""
        return next((helps for helps in self.helps if helps.item == item), None)
