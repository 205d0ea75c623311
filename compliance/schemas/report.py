"""The report: what every renderer reads and what ``report:json`` writes; plain frozen data, no behaviour.

Canonical: the same dossier, rulebook, profile, mode and as-of date give the same bytes in any timezone and
locale. Chinese and English stand side by side; a renderer chooses. A renderer needs nothing but this.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

__all__ = [
    "ABSENT_REASONS", "OBLIGATIONS", "OLDEST_READ", "OPEN_REASONS", "SEVERITIES",
    "Advice", "Area", "AttachmentFound", "Bilingual", "Change", "CheckEntry", "CheckLine", "ClauseRollup",
    "DataQuality", "DeterminationsUsed", "Determined", "DocumentAsked", "Doubt", "Edit", "EvidenceGiven", "Fault",
    "Finding", "FundingRow", "Gate", "GateName", "ItemRollup", "LimitSource", "Measured", "NearlyAll", "ObjectionMade",
    "Origin", "PrecedentNear", "ProfileUsed", "Provenance", "QualityCheck", "ReadingUsed", "Report", "Reported", "Risk",
    "Subject", "SubjectKeys", "Tally", "Timeline", "Verdict", "Was", "Way",
]  # fmt: skip

REPORT_VERSION = "1.2"
OLDEST_READ = "1.1"
"""Later versions of the same major number only add to it, so that reports since this one are read"""

Outcome = Literal["pass", "fail", "unknown", "not_applicable"]
Reason = Literal[
    "conflicting_data", "missing_parameter", "missing_field", "ambiguous_date", "missing_evidence", "needs_judgement",
    "not_due", "level_not_covered", "no_object", "zone", "predates_standard", "not_substantiated",
]  # fmt: skip
"""Why a finding is unknown or not applicable; of a failing only ``not_substantiated``, which a person determined."""
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
DeterminationKind = Literal["answer", "override", "not_substantiated", "objection"]
DeterminationState = Literal["in_force", "expired", "superseded", "not_yet", "pending", "rejected"]


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
    """``in_force``, ``draft`` (for comment) or ``secondhand`` (seen in another body's copy or summary)"""


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
class Was:
    """What the rules say by themselves, where a person determined otherwise."""

    outcome: Outcome
    reason: Reason | None
    basis: Basis | None
    by: str
    """Id of the determination"""


@dataclass(frozen=True, slots=True)
class SubjectKeys:
    """By what else than its id a community or project can be known again in another year's or another version's
    dossier: an id that was given anew, or a name that was changed, must not make two of one."""

    kind: str
    id: str
    name: str
    place: str | None
    """Subdistrict and residential community of a community"""
    address: str | None
    code: str | None
    """A project's investment code"""
    project: str | None = None
    """The project that a community belongs to"""


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
    was: Was | None = None


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
class PrecedentNear:
    """What another place did about the same difficulty, and why it is near."""

    precedent: str
    title: Bilingual
    measure: Bilingual
    places: tuple[Bilingual, ...]
    figures: tuple[Bilingual, ...]
    source: Bilingual
    near: tuple[Bilingual, ...]
    """Same cause, same level, same province …, the strongest first"""


@dataclass(frozen=True, slots=True)
class Edit:
    """One change of the dossier, as RFC 6902 writes it."""

    op: Literal["add", "replace", "remove"]
    pointer: str
    value: str
    """The new value as JSON text; empty for ``remove``"""


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that has to become true, and what the dossier would then say."""

    check: str
    subject: Subject
    says: Bilingual
    """再有23户同意 / 23 more households agree"""
    amount: str | None
    """By how much, exact; null where it is not a matter of how much"""
    unit: str
    edits: tuple[Edit, ...]


@dataclass(frozen=True, slots=True)
class Way:
    """What would make a failing pass: the least that has to change, and whether judging again confirmed it."""

    changes: tuple[Change, ...]
    """Empty where no act can help"""
    documents: tuple[DocumentAsked, ...]
    """What has to be attached to show it (``strict``)"""
    fixed: tuple[Bilingual, ...]
    """Facts that cannot be changed: the year of building, a day gone by"""
    remains: tuple[Bilingual, ...]
    """The way that remains where a fact cannot be changed"""
    proved: bool
    """The dossier with these changes was judged again, and the finding passed"""
    says: Bilingual


@dataclass(frozen=True, slots=True)
class Advice:
    """What to do about a failing or an open question."""

    steps: tuple[Bilingual, ...]
    precedents: tuple[PrecedentNear, ...]
    law: tuple[str, ...]
    """Where no precedent is known: the law to go by"""
    way: Way | None
    """Only for a failing, and only where it was asked for"""


@dataclass(frozen=True, slots=True)
class EvidenceGiven:
    """What a determination rests on: an attachment of the dossier, a file beside the determinations, or a document
    published elsewhere, which the program does not open."""

    title: str
    att_id: str | None
    file: str | None
    url: str | None
    page: int | None
    sha256: str | None
    state: Literal["present", "unhashed", "absent", "mismatch", "not_opened"]


@dataclass(frozen=True, slots=True)
class ObjectionMade:
    """A county's objection to a finding."""

    office: str
    person: str | None
    on: str
    grounds: str
    evidence: tuple[EvidenceGiven, ...]


@dataclass(frozen=True, slots=True)
class Determined:
    """A person's recorded determination on a finding, whether or not it is in force on the day judged by."""

    id: str
    kind: DeterminationKind
    state: DeterminationState
    check: str | None
    row: str | None
    """Where it concerns one check, or one row of it, alone"""
    old: Outcome
    old_reason: Reason | None
    new: Outcome | None
    """Null for an objection that is open or was rejected"""
    new_reason: Reason | None
    office: str | None
    """Who determined; null while an objection is not answered"""
    person: str | None
    authority: str | None
    reason: str | None
    evidence: tuple[EvidenceGiven, ...]
    decided_on: str | None
    expires_on: str | None
    supersedes: str | None
    supply_requested_on: str | None
    supply_deadline: str | None
    objection: ObjectionMade | None
    says: Bilingual
    """Who determined what and when, and what became of it"""


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
    questions: tuple[Bilingual, ...] = ()
    """What a person has to answer, where the item leaves it to one"""
    advice: Advice | None = None
    """For a failing or an unknown"""
    fingerprint: str = ""
    """What the rules found here, in sixteen hexadecimal digits, whatever a person determined and however the dossier
    is ordered; with the id it tells whether a later report found the same"""
    determined: tuple[Determined, ...] = ()


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
    local: LimitSource | None = None
    """The place's document, for a check of the place's own"""
    asks: Bilingual | None = None
    """The question, where only a person can answer"""


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
    body_only: bool = False
    """Asked by the notice's body alone (正文), none of the 36 items"""
    risk: Bilingual | None = None
    """What may follow a failing; only where the item fails"""
    was: Outcome | None = None
    """What the rules say by themselves, where determinations make it another"""


@dataclass(frozen=True, slots=True)
class ClauseRollup:
    """One of the twenty indicators."""

    clause: str
    title: Bilingual
    part: Literal["baseline", "hard_problem", "body"]
    outcome: Outcome
    reason: Reason | None
    items: tuple[str, ...]
    body_items: tuple[str, ...] = ()
    """Requirements of the body that belong here; they do not decide the indicator"""


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
class ProfileUsed:
    """One of the profiles laid over each other."""

    name: str
    title: Bilingual
    sha256: str


@dataclass(frozen=True, slots=True)
class ReadingUsed:
    """Which way conflicting words of body and annex were read."""

    reading: str
    question: Bilingual
    option: str
    says: Bilingual
    chosen: bool
    """By the place; else it is the reading that stands"""


@dataclass(frozen=True, slots=True)
class Risk:
    """What the notice says may follow; a warning, never a decision."""

    id: str
    cite: str
    says: Bilingual


@dataclass(frozen=True, slots=True)
class DeterminationsUsed:
    """The file of recorded determinations, and how many of them are what on the day judged by."""

    file: str
    sha256: str
    in_force: int
    expired: int
    superseded: int
    not_yet: int
    pending: int
    rejected: int
    blank: int
    """Entries prepared and not filled in: passed over"""


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
    profile_origin: Literal["given", "area_code"]
    """Named on the command line, or found by the dossier's area code"""
    profiles: tuple[ProfileUsed, ...]
    """Those laid over each other, the nation's first"""
    drafts: bool
    """Whether drafts for comment were applied"""
    readings: tuple[ReadingUsed, ...]
    data_as_of: str | None
    """Day up to which the dossier claims its data to be complete; what came after it is not reported"""
    mode: Literal["strict", "feed"]
    as_of: str
    as_of_origin: Literal["given", "today"]
    tool: str
    tool_version: str
    standard: str
    determinations: DeterminationsUsed | None = None


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
    body: Tally = Tally(0, 0, 0, 0)
    """Of the requirements that only the notice's body makes"""
    risks: tuple[Risk, ...] = ()
    was: Outcome | None = None
    """What the rules say by themselves, where determinations make it another"""


GateName = Literal["plan", "scheme", "start", "completion", "acceptance", "handover"]
"""Approval of the plan, scheme finalised, start and completion of the works, acceptance, last utility handed over."""


@dataclass(frozen=True, slots=True)
class Gate:
    """A gate that was passed, as the dossier reports it."""

    gate: GateName
    day: str
    """``2023-05-20``, ``2023-05`` or ``2023``"""
    pointer: str


@dataclass(frozen=True, slots=True)
class Timeline:
    """The gates that a community or a project passed. Shown beside the findings; counts for nothing."""

    subject: Subject
    project: str | None
    """The project that the community belongs to"""
    gates: tuple[Gate, ...]
    inverted: tuple[tuple[GateName, GateName], ...]
    """Pairs of which the first should not come after the second, and certainly does"""


@dataclass(frozen=True, slots=True)
class FundingRow:
    """Money of one source as the dossier claims it, in 万元, exact; null where nothing was reported."""

    source: str
    title: Bilingual
    planned: str | None
    """Of the year's plan; ``confirmed`` and ``in_place`` are parts of it"""
    confirmed: str | None
    in_place: str | None
    allocated: str | None
    """Of the transactions, as are ``received`` and ``paid``"""
    received: str | None
    paid: str | None
    unstated: int
    """Entries without an amount, which are in no sum"""
    pointers: tuple[str, ...]
    """The plan's entries"""


@dataclass(frozen=True, slots=True)
class Reported:
    """A value of the dossier as it was reported."""

    pointer: str
    title: Bilingual
    value: str


@dataclass(frozen=True, slots=True)
class Doubt:
    """Something in the data worth a second look. Never a failing: it counts for nothing in the verdict."""

    id: str
    item: str
    check: str
    severity: Severity
    subject: Subject
    sentence: Bilingual
    primary: str
    related: tuple[str, ...]
    values: tuple[Measured, ...]
    reported: tuple[Reported, ...]
    """What stands at the pointers, the first few of it"""
    remarks: tuple[Bilingual, ...]
    look: tuple[Bilingual, ...]
    """What to check"""
    nearly_all: bool
    """One of nearly all that were asked: told once for the check, as a mapping or a unit is the likely cause"""
    fingerprint: str


@dataclass(frozen=True, slots=True)
class QualityCheck:
    """A check of the data, and how it came out. What could not be checked is counted and raises no doubt."""

    item: str
    check: str
    title: Bilingual
    says: Bilingual
    condition: Bilingual
    rests_on: Bilingual
    severity: Severity
    passed: int
    doubtful: int
    unknown: int
    not_applicable: int
    look: tuple[Bilingual, ...]
    not_modelled: tuple[Bilingual, ...]


@dataclass(frozen=True, slots=True)
class NearlyAll:
    """A check that nearly all it was asked of raise a doubt about: more likely one cause than so many."""

    item: str
    check: str
    severity: Severity
    doubtful: int
    asked: int
    sentence: Bilingual


@dataclass(frozen=True, slots=True)
class DataQuality:
    """Doubts about the data, by a rulebook apart from the standard; the verdict is the same with and without."""

    title: Bilingual
    rulebook_version: str
    rulebook_sha256: str
    values_sha256: str
    """Of the file in which the checks' numbers stand"""
    worst: Severity | None
    """The worst severity of a doubt"""
    sentence: Bilingual
    checks: tuple[QualityCheck, ...]
    nearly_all: tuple[NearlyAll, ...]
    findings: Sequence[Doubt]
    faults: tuple[Fault, ...]


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a value stands in the tables that the dossier was read from."""

    pointer: str
    file: str
    sheet: str
    """Empty for a CSV file"""
    cell: str
    """``C7``; empty where a whole sheet is meant"""


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
    subjects: tuple[SubjectKeys, ...] = ()
    """The communities and projects that findings are about"""
    timelines: tuple[Timeline, ...] = ()
    funding: tuple[FundingRow, ...] = ()
    data_quality: DataQuality | None = None
    """Doubts about the data; none where they were not looked for"""
    origins: Sequence[Origin] = ()
    """For every pointer of the findings and doubts the cell, where the dossier was read from tables; else empty"""
