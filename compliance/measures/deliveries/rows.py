"""Records of deliveries → the rows that checks between them speak of, each made from two records; judges nothing.

A row knows where both sides stand, so that a doubt leads to both. Nothing here reads a dossier: what the records
(``compliance.delivery``) do not hold cannot be spoken of.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from compliance.schemas.scalars import Day


@dataclass(frozen=True, slots=True)
class Place:
    """Where something stands: a dossier of a feed, and a pointer into it."""

    source: str
    line: int | None
    dossier_id: str
    area_code: str
    area_name: str
    plan_year: int
    pointer: str
    key: str
    """What it is known by within its dossier"""
    name: str
    earlier: bool = False
    """Of the feed before this one"""


Met = Literal["same_year", "two_years", "two_counties"]


@dataclass(frozen=True, slots=True)
class TwinRow:
    """A community that is in other dossiers too."""

    here: Place
    other: Place
    met: Met
    alike_by: str
    """name_and_street, name_and_place or name_and_figures: why both are taken for the same"""
    others: int
    """Other dossiers of the year, earlier plan years, or other counties"""
    renovated_before: bool
    """Whether an earlier renovation is reported"""


@dataclass(frozen=True, slots=True)
class BallotsRow:
    """Counts of a community's consultation or vote that other communities in other dossiers report too."""

    here: Place
    other: Place
    which: str
    counts: tuple[int, int, int]
    """All, took part, agreed"""
    others: int
    """Dossiers in which another community has these counts"""


@dataclass(frozen=True, slots=True)
class PapersRow:
    """Attachments of one kind of a community that are attached to other communities in other dossiers too."""

    here: Place
    other: Place
    kind: str
    files: int


@dataclass(frozen=True, slots=True)
class DeliveryRow:
    """A delivery by its bytes."""

    here: Place
    other: Place | None
    copies: int
    """How many deliveries of the feed have the same bytes, this one with them"""


@dataclass(frozen=True, slots=True)
class ChangeRow:
    """A delivery against the last one of the same area."""

    here: Place
    other: Place
    again: bool
    """Whether both are of the same dossier and year"""
    day: Day | None
    day_before: Day | None
    status: str | None
    status_before: str | None


@dataclass(frozen=True, slots=True)
class Figure:
    """One field over the entries of a list."""

    entries: int
    reported: int
    total: int | None
    """Its sum in ten-thousandths; None where it has none"""


@dataclass(frozen=True, slots=True)
class DriftRow:
    """One field of a delivery against the same in the last one of the area."""

    here: Place
    other: Place
    figure: str
    """List and field"""
    now: Figure
    before: Figure
    mistaken: Figure | None = None
    """What may have been written in its place, in the last delivery: buildings for households, and the reverse"""


@dataclass(frozen=True, slots=True)
class EntriesRow:
    """The length of a list against the same in the last delivery."""

    here: Place
    other: Place
    entries: str
    now: int
    before: int


@dataclass(frozen=True, slots=True)
class KeptRow:
    """A community of the last delivery against itself in this one."""

    here: Place
    other: Place
    now: Mapping[str, Any] | None
    """As the record has it; None where it is no more there"""
    before: Mapping[str, Any]
    plans: frozenset[int]
    """Years of which this delivery has a plan"""
