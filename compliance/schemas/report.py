"""The report: what every renderer reads and what ``report:json`` writes; plain frozen data, no behaviour.

Canonical: the same dossier, rulebook, profile, mode and as-of date give the same bytes in any timezone and
locale. Chinese and English stand side by side; a renderer chooses. A renderer needs nothing but this.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

__all__ = [
    "ABSENT_REASONS", "OBLIGATIONS", "OPEN_REASONS", "SEVERITIES",
    "Area", "AttachmentFound", "Bilingual", "CheckEntry", "CheckLine", "ClauseRollup", "DocumentAsked",
    "Fault", "Finding", "ItemRollup", "LimitSource", "Measured", "Provenance", "Report", "Subject", "Tally", "Verdict",
]  # fmt: skip

REPORT_VERSION = "1.0"

Outcome = Literal["pass", "fail", "unknown", "not_applicable"]
Reason = Literal[
    "conflicting_data", "missing_parameter", "missing_field", "ambiguous_date", "missing_evidence", "needs_judgement",
    "not_due", "level_not_covered", "no_object", "zone", "predates_standard",
]  # fmt: skip
Obligation = Literal["mandatory", "expected", "encouraged"]
Severity = Literal["critical", "major", "minor", "advisory"]
Disposition = Literal["rectify", "improve", "supply", "review", "none"]
SEVERITIES: tuple[Severity, ...] = ("critical", "major", "minor", "advisory")
OBLIGATIONS: tuple[Obligation, ...] = ("mandatory", "expected", "encouraged")
OPEN_REASONS: tuple[Reason, ...] = (
    "conflicting_data", "missing_parameter", "missing_field", "ambiguous_date", "missing_evidence", "needs_judgement",
)  # fmt: skip
"""Reasons of an unknown, the strongest first (architecture §2)."""
ABSENT_REASONS: tuple[Reason, ...] = ("level_not_covered", "zone", "predates_standard", "not_due", "no_object")
"""Reasons of a not_applicable, the strongest first."""
Basis = Literal["evidenced", "asserted", "measured", "determined"]


@dataclass(frozen=True, slots=True)
class Bilingual:
    zh: str
    en: str


@dataclass(frozen=True, slots=True)
class LimitSource:
    """Where a limit comes from: the standard, a statute, or the place's profile."""

    document: str
    section: str
    place: str
    effective_from: str | None
    effective_to: str | None
    status: str
    """``in_force`` or ``draft``"""


@dataclass(frozen=True, slots=True)
class Measured:
    """One value that decided, the limit it was held against, and where it was read."""

    measure: str
    title: Bilingual
    value: str | None
    """Exact text: ``"63/100"``, ``"2023-05"``, ``"true"``, ``"12.5"``; null where not known."""
    unit: str
    unknown: Reason | None
    op: str
    limit: str | None
    limit_name: str | None
    """``$parameter`` or measure name where the limit is not a literal."""
    limit_title: Bilingual | None
    """What that is called."""
    limit_source: LimitSource | None
    pointers: tuple[str, ...]
    """JSON Pointers (RFC 6901) into the dossier from which the value was read, or where it was looked for."""
    says: Bilingual
    """The comparison as a phrase: 参与率应不低于80%，实为63%（63/100）"""


@dataclass(frozen=True, slots=True)
class Subject:
    kind: str
    """area, project or community for findings; a row subject such as ``shortfall`` for check lines"""
    id: str
    name: Bilingual
    pointer: str


@dataclass(frozen=True, slots=True)
class CheckLine:
    """One atomic check on one (row) subject, answered once."""

    check: str
    subject: Subject
    outcome: Outcome
    reason: Reason | None
    basis: Basis | None
    obligation: Obligation
    severity: Severity
    values: tuple[Measured, ...]


@dataclass(frozen=True, slots=True)
class DocumentAsked:
    doc_type: str
    title: Bilingual


@dataclass(frozen=True, slots=True)
class AttachmentFound:
    attachment: str
    doc_type: str
    title: str | None
    page: int | None
    quote: str | None
    state: Literal["present", "unhashed", "absent", "mismatch"]
    pointer: str


@dataclass(frozen=True, slots=True)
class Finding:
    """The answer to one item for one subject: what an inspector signs."""

    id: str
    """``item/kind/subject-id``: stable when the dossier is reordered"""
    item: str
    clause: str
    subject: Subject
    outcome: Outcome
    reason: Reason | None
    basis: Basis | None
    obligation: Obligation
    severity: Severity
    disposition: Disposition
    sentence: Bilingual
    primary: str
    """The JSON Pointer an inspector should open first."""
    related: tuple[str, ...]
    checks: tuple[CheckLine, ...]
    asked: tuple[DocumentAsked, ...]
    found: tuple[AttachmentFound, ...]
    remarks: tuple[Bilingual, ...]
    history: tuple[Bilingual, ...]
    reference: Outcome | None
    """For ``predates_standard``: what the outcome would be, for reference only."""
    responsible_unit: str | None


@dataclass(frozen=True, slots=True)
class Tally:
    """How many of the findings are what."""

    passed: int
    failed: int
    unknown: int
    not_applicable: int


@dataclass(frozen=True, slots=True)
class CheckEntry:
    """An atomic check as the rulebook states it."""

    check: str
    says: Bilingual
    condition: Bilingual
    """The condition itself as a sentence, with the place's numbers"""


@dataclass(frozen=True, slots=True)
class ItemRollup:
    item: str
    clause: str
    title: Bilingual
    requires: Bilingual
    cite: Bilingual
    obligation: Obligation
    outcome: Outcome
    reason: Reason | None
    disposition: Disposition
    severity: Severity
    """The worst severity among its failing findings, else the item's own."""
    method: Literal["any_fail", "coverage"]
    numerator: int
    denominator: int
    """Subjects that pass out of those with a conclusive answer; not applicable and unknown ones are outside."""
    failing: tuple[Bilingual, ...]
    """Names of the subjects that fail."""
    open: tuple[Bilingual, ...]
    """Names of the subjects that are unknown."""
    tally: Tally
    checks: tuple[CheckEntry, ...]
    remedy: tuple[Bilingual, ...]
    not_modelled: tuple[Bilingual, ...]


@dataclass(frozen=True, slots=True)
class ClauseRollup:
    """One of the twenty indicators."""

    clause: str
    title: Bilingual
    part: Literal["baseline", "hard_problem"]
    outcome: Outcome
    reason: Reason | None
    items: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Fault:
    """The checker itself could not answer; the report is incomplete."""

    item: str
    check: str
    subject: str
    message: Bilingual


@dataclass(frozen=True, slots=True)
class Area:
    code: str
    name: str
    level: str
    plan_year: int
    dossier_id: str
    fictional: bool
    submitter: str | None


@dataclass(frozen=True, slots=True)
class Provenance:
    source: str
    """Name of the file as given, without its folder"""
    dossier_sha256: str
    dossier_bytes: int
    rulebook_version: str
    rulebook_sha256: str
    profile: str
    profile_title: Bilingual
    profile_sha256: str
    mode: Literal["strict", "feed"]
    as_of: str
    as_of_origin: Literal["given", "today"]
    tool: str
    tool_version: str
    standard: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """The area's result in one word and one sentence; counts are of items (36), by outcome."""

    outcome: Outcome
    sentence: Bilingual
    baseline: Tally
    hard_problems: Tally
    findings: Tally
    rectify: int
    improve: int
    supply: int
    review: int
    worst: Severity | None
    """The worst severity among failings of what must or should be: what a gate looks at."""
    open: bool
    """Whether anything that must or should be is unknown."""


@dataclass(frozen=True, slots=True)
class Report:
    report_version: str
    provenance: Provenance
    area: Area
    verdict: Verdict
    clauses: tuple[ClauseRollup, ...]
    items: tuple[ItemRollup, ...]
    findings: Sequence[Finding]
    faults: tuple[Fault, ...]
    integrity: tuple[str, ...]
    """Attachments whose bytes do not match the hash the dossier claims, by att_id."""
