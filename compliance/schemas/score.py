"""The shapes of scoring: a scheme as its file says it, and a score; a layer of its own that no verdict reads."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Annotated, Literal

from pydantic import Field

from compliance.schemas.rectify import ReportUsed
from compliance.schemas.report import Bilingual
from compliance.schemas.rulebook import Spec

__all__ = ["Band", "BandSpec", "LineSpec", "Rule", "SchemeSpec", "Score", "ScoreLine", "Words"]

Marks = Annotated[int | str, Field(description='A whole number, or a quoted decimal or fraction: "2.5", "5/2"')]
Rule = Literal["all_or_nothing", "proportional", "deduct_per_failing", "by_hand"]
"""Full marks only where all pass · by the share that passes · so many off for each that fails · a person gives them"""


class Words(Spec):
    zh: Annotated[str, Field(min_length=1)]
    en: Annotated[str, Field(min_length=1)]


class LineSpec(Spec):
    """One line of the table."""

    first: Words | None = None
    """一级指标; none where it is not known"""
    second: Words
    """二级指标"""
    marks: Marks | None = None
    """分值; a frame may leave it open, and cannot be scored by until it is filled in"""
    standard: Words | None = None
    """评分标准 in words"""
    items: list[str] = Field(default_factory=list)
    """Items whose findings are counted"""
    rule: Rule
    deduct: Marks | None = None
    """Marks off for each failing, of ``deduct_per_failing``"""
    not_applicable: Literal["full", "drop"] | None = None
    """Other than the scheme's"""


class BandSpec(Spec):
    """A grade and its ends, each said to be in or out."""

    name: Words
    at_least: Marks | None = None
    more_than: Marks | None = None
    at_most: Marks | None = None
    less_than: Marks | None = None


class SchemeSpec(Spec):
    """A place's way of giving marks."""

    scheme: Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]*$")]
    title: Words
    document: Annotated[str, Field(min_length=2)]
    section: str | None = None
    status: Literal["in_force", "frame", "example"]
    """``frame``: published without marks; ``example``: invented"""
    full_marks: Marks
    not_applicable: Literal["full", "drop"]
    """Where nothing of a line applies: it keeps its full marks, or drops out and the others are scaled up"""
    lines: Annotated[list[LineSpec], Field(min_length=1)]
    bands: Annotated[list[BandSpec], Field(min_length=1)]
    notes: list[Words] = Field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Band:
    """A grade; an end that is ``None`` is open to that side."""

    name: Bilingual
    lowest: Fraction | None
    lowest_in: bool
    highest: Fraction | None
    highest_in: bool

    def holds(self, marks: Fraction) -> bool:
        """Whether these marks are of this grade."""
        above = self.lowest is None or marks > self.lowest or (self.lowest_in and marks == self.lowest)
        below = self.highest is None or marks < self.highest or (self.highest_in and marks == self.highest)
        return above and below


@dataclass(frozen=True, slots=True)
class ScoreLine:
    """One line with its marks: at least, if all that is unknown turned out failing; at most, if all passed."""

    position: int
    first: Bilingual | None
    second: Bilingual
    marks: Fraction
    standard: Bilingual
    items: tuple[str, ...]
    rule: Rule
    documents: tuple[Bilingual, ...]
    passed: int
    failed: int
    unknown: int
    not_applicable: int
    dropped: bool
    low: Fraction
    high: Fraction
    why: tuple[Bilingual, ...]
    """What costs marks, or may; suggestions for the column 扣分原因"""


@dataclass(frozen=True, slots=True)
class Score:
    """A report scored by a scheme; decides nothing."""

    scheme: str
    scheme_sha256: str
    title: Bilingual
    document: str
    section: str | None
    example: bool
    full: Fraction
    report: ReportUsed
    lines: tuple[ScoreLine, ...]
    bands: tuple[Band, ...]
    low: Fraction | None
    """None where every line dropped out"""
    high: Fraction | None
    notes: tuple[Bilingual, ...]

    @property
    def grades(self) -> tuple[Band, ...]:
        """The grades that are still possible, from the lowest marks up; one where the grade is settled."""
        if self.low is None or self.high is None:
            return ()
        low = next(n for n, band in enumerate(self.bands) if band.holds(self.low))
        high = next(n for n, band in enumerate(self.bands) if band.holds(self.high))
        return self.bands[low : high + 1]
