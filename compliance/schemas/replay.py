"""The replay: one dossier as of several days, what differs between them and why; plain frozen data, no behaviour."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from compliance.schemas.report import Bilingual, Outcome, Reason

__all__ = ["REPLAY_VERSION", "Cause", "CauseKind", "Changed", "Replay", "ReplayDay", "Step"]

REPLAY_VERSION = "1.0"

CauseKind = Literal["parameter", "check", "obligation", "standard", "time"]


@dataclass(frozen=True, slots=True)
class Cause:
    """What made an outcome change."""

    kind: CauseKind
    name: str
    """The parameter, the check, or the measure or stage that the passing of time moved"""
    says: Bilingual


@dataclass(frozen=True, slots=True)
class Changed:
    """A finding with one outcome on the earlier day and another on the later."""

    finding: str
    item: str
    title: Bilingual
    subject: Bilingual
    before: Outcome
    before_reason: Reason | None
    after: Outcome
    after_reason: Reason | None
    causes: tuple[Cause, ...]
    sentence: Bilingual
    """The finding as the later day has it"""


@dataclass(frozen=True, slots=True)
class Step:
    """From one day to the next."""

    first: str
    second: str
    law: tuple[Cause, ...]
    """Every difference between the rules of both days, whether an outcome turns on it or not"""
    changed: tuple[Changed, ...]
    same: int
    """How many findings did not change"""


@dataclass(frozen=True, slots=True)
class ReplayDay:
    """The area's result as of one day."""

    as_of: str
    outcome: Outcome
    sentence: Bilingual
    profile_sha256: str


@dataclass(frozen=True, slots=True)
class Replay:
    """The whole answer."""

    replay_version: str
    source: str
    dossier_sha256: str
    area: str
    profile: Bilingual
    mode: str
    rulebook_sha256: str
    days: tuple[ReplayDay, ...]
    steps: tuple[Step, ...]
    faults: int
    """How many lines the checker could not answer on any of the days; then nothing here may be relied on"""
