"""The shapes of a feed: a piece of a stream, the answer to it, the settings of a run, and what the run comes to.

A record is the one line that a run keeps of every piece, whatever became of it; roll-ups are sums over records.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final, Literal

from compliance.schemas.report import Bilingual, Outcome

__all__ = [
    "FEED_VERSION",
    "LEVELS",
    "OUTCOMES",
    "Answer",
    "AreaLine",
    "DoubtLine",
    "FeedSummary",
    "ItemLine",
    "Piece",
    "Record",
    "Refusal",
    "Settings",
    "Status",
    "Totals",
]  # fmt: skip

FEED_VERSION: Final = "1.0"

Status = Literal["checked", "refused", "fault"]
Level = Literal["country", "province", "city", "county"]
LEVELS: Final[tuple[Level, ...]] = ("country", "province", "city", "county")
OUTCOMES: Final[tuple[Outcome, ...]] = ("pass", "fail", "unknown", "not_applicable")

Record = dict[str, Any]
"""A line of ``dossiers.jsonl``. Always: ``source``, ``line`` (from 1; null for a file of its own), ``status``,
``bytes``, ``sha256``. Checked: ``dossier_id``, ``area_code``, ``area_name``, ``area_level``, ``plan_year``,
``fictional``, ``profile``, ``verdict``, ``open``, ``worst``, ``communities``, ``households`` (those reported),
``unstated`` (communities that report no households),
``rectify``, ``improve``, ``pending`` (findings that are unknown), ``items`` (item → outcome, then how many findings
pass, fail, are unknown, do not apply), ``integrity`` (attachments with other bytes than claimed), ``findings`` (lines
that the run keeps of it), ``quality`` (data-quality check → doubts, those with any). Refused: ``errors``, as a refusal
writes them. Fault: ``message``."""


@dataclass(frozen=True, slots=True)
class Piece:
    """One dossier of a stream, not yet understood: its bytes, or where it is with its files, or why it has none."""

    number: int
    """From 0, in the order in which the run reads"""
    source: str
    """The file, as it was found from the path that was given"""
    line: int | None
    """Line or row in that file, from 1; None where the file is one dossier"""
    data: bytes = b""
    path: str | None = None
    """Where the dossier is read with its attachments"""
    fault: Bilingual | None = None
    """Why nothing could be read here"""


@dataclass(frozen=True, slots=True)
class Settings:
    """How every dossier of a run is judged, and what is kept of it; the same everywhere, whoever does the work."""

    as_of: str
    mode: Literal["strict", "feed"] = "feed"
    profile: str | None = None
    """None: found by each dossier's area code"""
    drafts: bool = False
    outcomes: tuple[Outcome, ...] = ("fail", "unknown")
    """Findings of these outcomes are kept one by one; the others are counted"""
    quality: bool = True
    """Whether data-quality checks are made too"""


@dataclass(frozen=True, slots=True)
class Answer:
    """What became of one piece, as lines to be kept: bytes, so that they travel between processes cheaply."""

    number: int
    record: bytes
    """One JSON object"""
    findings: tuple[bytes, ...] = ()
    """JSON objects, one a finding that is kept, in the report's order"""
    quality: tuple[bytes, ...] = ()
    """JSON objects, one a data-quality doubt"""
    delivery: bytes | None = None
    """What checks between dossiers need to know of it, one JSON object"""


@dataclass(frozen=True, slots=True)
class Totals:
    """Counts over dossiers."""

    dossiers: int
    passed: int
    failed: int
    unknown: int
    not_applicable: int
    critical: int
    """Dossiers with a failing of severity critical"""
    communities: int
    households: int
    """Of the communities that report them"""
    unstated: int
    """Communities that report no households"""
    rectify: int
    improve: int
    pending: int
    doubts: int
    """Data-quality doubts"""


@dataclass(frozen=True, slots=True)
class ItemLine:
    """One item over the dossiers of an area: how many dossiers, and how many findings, are what."""

    item: str
    passed: int
    failed: int
    unknown: int
    not_applicable: int
    findings_passed: int
    findings_failed: int
    findings_unknown: int
    findings_not_applicable: int


@dataclass(frozen=True, slots=True)
class AreaLine:
    """An area in one plan year, with everything below it."""

    level: Level
    code: str
    """``000000`` for the country"""
    name: str | None
    """As its own dossiers call it; else as the list of area codes does; None where neither tells"""
    plan_year: int
    own: int
    """Dossiers of the area itself"""
    totals: Totals
    """Of the area and of all below it"""
    items: tuple[ItemLine, ...]


@dataclass(frozen=True, slots=True)
class DoubtLine:
    """One data-quality check over all dossiers that were checked."""

    check: str
    dossiers: int
    """With any doubt of it"""
    doubts: int


@dataclass(frozen=True, slots=True)
class Refusal:
    """A piece that was not checked: refused, or the checker failed on it."""

    source: str
    line: int | None
    status: Literal["refused", "fault"]
    errors: int
    first: Bilingual
    """The first error, with its place"""


@dataclass(frozen=True, slots=True)
class FeedSummary:
    """What a run comes to. The same dossiers give the same summary, in whatever order they were read."""

    feed_version: str
    tool_version: str
    standard: str
    rulebook_version: str
    rulebook_sha256: str
    settings: Settings
    profiles: tuple[str, ...]
    """Names of the profiles that dossiers were judged under"""
    pieces: int
    bytes: int
    checked: int
    refused: int
    faults: int
    integrity: int
    """Dossiers with an attachment whose bytes are not those claimed"""
    findings: int
    """All that were asked for"""
    findings_written: int
    """Less than that only where a limit was set"""
    totals: Totals
    areas: tuple[AreaLine, ...]
    """By level from the country down, code and year"""
    refusals: tuple[Refusal, ...]
    titles: dict[str, Bilingual]
    """Item or data-quality check → title"""
    doubts: tuple[DoubtLine, ...] = ()
    """Data-quality checks with any doubt, most first"""
    fictional: int = 0
    """Dossiers of invented places"""
