"""What follows from reports: the four lists, and what became of their findings; plain frozen data, no behaviour.

Renderers read these shapes and the report's, and nothing else.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from compliance.schemas.report import Area, Basis, Bilingual, Disposition, DocumentAsked, Outcome, Reason, Severity

__all__ = [
    "LISTS", "OPEN_STATUSES", "STATUSES", "Affected", "By", "Compared", "Comparison", "Entry", "ListName", "Lists",
    "ReportUsed", "Section", "Side", "Status", "Term", "TermType", "Why",
]  # fmt: skip

ListName = Literal["rectify", "supply", "review", "improve"]
LISTS: tuple[ListName, ...] = ("rectify", "supply", "review", "improve")
"""The lists by the disposition of what stands on them, what binds first."""
By = Literal["area", "unit", "project", "item"]
TermType = Literal["immediate", "staged", "continuing"]
"""立行立改 · 分阶段整改 · 持续整改"""


@dataclass(frozen=True, slots=True)
class ReportUsed:
    """A report that was read, and the circumstances it was made under."""

    file: str
    sha256: str
    area: Area
    dossier_sha256: str
    rulebook_version: str
    rulebook_sha256: str
    profile: str
    profile_title: Bilingual
    profile_sha256: str
    drafts: bool
    mode: Literal["strict", "feed"]
    as_of: str
    standard: str
    tool_version: str
    determinations: str | None
    """sha256 of the file of determinations that it applies"""
    faults: int
    """Answers that the checker could not give; more than none: the report is incomplete"""
    integrity: tuple[str, ...]


# -- the lists ------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Term:
    """A suggested time limit: no rule of the place is known to the program."""

    type: TermType | None
    """None for material to supply"""
    days: int
    working: bool
    """Counted in working days"""
    due: str | None
    """The last day, where the day it counts from is known and days are plain ones"""


@dataclass(frozen=True, slots=True)
class Affected:
    """One finding that an entry stands for."""

    number: str
    """Its own 问题编号"""
    finding: str
    kind: str
    id: str
    name: Bilingual
    project: str | None
    """Id of its project"""
    unit: str | None
    severity: Severity
    sentence: Bilingual
    pointer: str
    evidence: tuple[Bilingual, ...]
    """Attachments with their pages"""


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of a list: a finding, or all findings of a section that fail or are open in the same way."""

    position: int
    """序号, from 1 in each list"""
    number: str
    """问题编号: of the finding, or of the group"""
    list: ListName
    area: Area
    item: str
    title: Bilingual
    cite: Bilingual
    says: Bilingual
    """问题描述"""
    affected: tuple[Affected, ...]
    """Every finding of it; never shortened"""
    severity: Severity
    """The worst"""
    reason: Reason | None
    source: Bilingual
    """发现来源"""
    units: tuple[str, ...]
    requirement: Bilingual
    """整改要求: what must hold; of material to supply what has to be supplied"""
    measures: tuple[Bilingual, ...]
    """Suggested steps; the unit writes its own"""
    term: Term | None
    """None where nothing has to be done by a day"""
    documents: tuple[DocumentAsked, ...]
    """佐证材料 that show it"""
    questions: tuple[Bilingual, ...]
    precedents: tuple[Bilingual, ...]
    """参考先例"""
    remark: tuple[Bilingual, ...]


@dataclass(frozen=True, slots=True)
class Section:
    """The entries of one list under one head: an area, a unit, a project or an item."""

    key: str
    title: Bilingual
    entries: tuple[Entry, ...]


@dataclass(frozen=True, slots=True)
class Lists:
    """整改清单, 待补材料清单, 待研判 and 提升建议 of one or many reports."""

    by: By
    grouped: bool
    reports: tuple[ReportUsed, ...]
    rectify: tuple[Section, ...]
    supply: tuple[Section, ...]
    review: tuple[Section, ...]
    improve: tuple[Section, ...]


# -- what became of them --------------------------------------------------------------------------------------

Status = Literal["new", "recurred", "unchanged", "updated", "incomparable", "resolved"]
STATUSES: tuple[Status, ...] = ("new", "recurred", "unchanged", "updated", "incomparable", "resolved")
"""新增 · 复发 · 未整改 · 部分整改 · 不可比 · 已整改"""
OPEN_STATUSES: tuple[Status, ...] = STATUSES[:-1]

Why = Literal[
    "area", "plan_year", "subject_gone", "subject_ambiguous", "subject_unmatched", "subject_set", "rule", "profile",
    "drafts", "mode", "determination", "not_applicable", "no_answer", "row_gone",
]  # fmt: skip
"""Why two findings cannot be compared."""


@dataclass(frozen=True, slots=True)
class Side:
    """A finding as one of the reports has it."""

    finding: str
    name: Bilingual
    outcome: Outcome
    reason: Reason | None
    basis: Basis | None
    disposition: Disposition
    severity: Severity
    sentence: Bilingual
    pointer: str


@dataclass(frozen=True, slots=True)
class Compared:
    """One finding of either report, and what became of it."""

    number: str
    """问题编号, of the old report where it is in that one"""
    status: Status
    list: ListName
    """The list it stood on, or else stands on now"""
    item: str
    title: Bilingual
    kind: str
    old: Side | None
    new: Side | None
    why: Why | None
    """Of what is incomparable"""
    worse: bool
    """Something fails that did not, or lies farther from its limit"""
    says: Bilingual
    """What changed, or why it cannot be said"""


@dataclass(frozen=True, slots=True)
class Comparison:
    """复查: two reports held against each other."""

    old: ReportUsed
    new: ReportUsed
    before: tuple[ReportUsed, ...]
    entries: tuple[Compared, ...]
    counts: Mapping[str, Mapping[str, int]]
    """List → status → how many"""
    still_fine: int
    """Findings that pass, or do not apply, in both; counted and not listed"""
    no_longer: int
    """Findings that passed or did not apply and are not in the new report; counted and not listed"""
    newly_fine: int
    """Findings that pass or do not apply, of subjects or items that the old report has not"""
    notes: tuple[Bilingual, ...]
    """What a reader has to know about the two reports themselves"""
