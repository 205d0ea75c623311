"""The area and its plan as subjects: a case → rows on mechanism, plan, policies, issues and units; judges nothing."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from typing import NamedTuple

from compliance.measures.subjects.case import Case, Rows
from compliance.measures.subjects.facilities import MECHANISM_DOCUMENTS, QUALITY_SYSTEMS
from compliance.schemas import dossier as d
from compliance.schemas.scalars import Day


class AreaRow(NamedTuple):
    """The area itself, with its current plan and its own mechanism, duty document and quality rules."""

    dossier: d.Dossier
    plan: d.Plan | None
    mechanism: d.Mechanism | None
    duty: d.DutyDocument | None
    quality: d.QualitySystem | None
    fund_rules: d.FundRules | None
    policies: tuple[d.PolicyDoc, ...]
    area_units: tuple[d.AreaUnit, ...]
    declarations: tuple[d.Declaration, ...]
    as_of: Day


def each_area(case: Case) -> Rows:
    """The one row of the area."""
    own = case.dossier.area_code
    yield (
        0,
        AreaRow(
            case.dossier,
            case.plan,
            next((m for m in case.dossier.mechanisms if m.area_code == own), None),
            next((m for m in case.dossier.duty_documents if m.area_code == own), None),
            next((m for m in case.dossier.quality_systems if m.area_code == own), None),
            case.dossier.fund_rules,
            case.dossier.policies,
            case.dossier.area_units,
            case.declared(""),
            case.as_of,
        ),
    )


class MechanismDocumentRow(NamedTuple):
    """One of the mechanism's three documents."""

    mechanism: d.Mechanism | None
    which: str
    document: d.Document | None


def each_mechanism_document(case: Case) -> Rows:
    """A row for each of the three documents, whether or not there is a mechanism."""
    ((_, area),) = each_area(case)
    for which in MECHANISM_DOCUMENTS:
        document = getattr(area.mechanism, which) if area.mechanism else None
        yield 0, MechanismDocumentRow(area.mechanism, which, document)


class PlanCountyRow(NamedTuple):
    """A county that the plan of a city or province covers."""

    plan: d.Plan
    code: str
    mechanism: d.Mechanism | None
    duty: d.DutyDocument | None
    declaration: d.CountyDeclaration | None
    utility_plans: tuple[d.UtilityPlan, ...]


def each_plan_county(case: Case) -> Rows:
    """A row for each county that the current plan lists."""
    if case.plan is None:
        return
    mechanisms = {m.area_code: m for m in case.dossier.mechanisms}
    duties = {m.area_code: m for m in case.dossier.duty_documents}
    declared = {c.area_code: c for c in case.plan.county_declarations}
    for code in case.plan.county_codes:
        plans = tuple(u for u in case.dossier.utility_plans if code in u.county_codes)
        yield 0, PlanCountyRow(case.plan, code, mechanisms.get(code), duties.get(code), declared.get(code), plans)


class PlanRow(NamedTuple):
    """The yearly plan of the dossier's plan year (``plan`` is None when there is none)."""

    plan: d.Plan | None
    reserve_entries: tuple[d.ReserveEntry, ...]
    communities: tuple[d.Community, ...]
    """Those in the plan."""
    projects: tuple[d.Project, ...]
    declarations: tuple[d.Declaration, ...]
    as_of: Day


def each_plan(case: Case) -> Rows:
    """The one row of the current plan."""
    inside = set(case.plan.community_ids) if case.plan else set()
    yield (
        0,
        PlanRow(
            case.plan,
            case.dossier.reserve_entries,
            tuple(c for c in case.dossier.communities if c.community_id in inside),
            tuple(p for p in case.projects if case.plan and case.plan_of_project[p.project_id] is case.plan),
            case.declared(""),
            case.as_of,
        ),
    )


class PlanCommunityRow(NamedTuple):
    """A community on the list of this year's plan, and its place among them from the newest to the oldest."""

    plan: d.Plan
    community_id: str
    community: d.Community | None
    position: int | None
    """1 for the one built last; by the first day that its date may mean; None without a date."""
    listed: int
    """How many communities are on the list."""


def each_plan_community(case: Case) -> Rows:
    """A row for each community on the current plan's list, each named once."""
    if case.plan is None:
        return
    ids = list(dict.fromkeys(case.plan.community_ids))
    built = {c: case.communities[c].built_on for c in ids if c in case.communities}
    newest = sorted([(-day.first, c) for c, day in built.items() if day])
    position = {c: i for i, (_, c) in enumerate(newest, 1)}
    for c in ids:
        yield 0, PlanCommunityRow(case.plan, c, case.communities.get(c), position.get(c), len(ids))


class RankPairRow(NamedTuple):
    """An unselected entry against the lowest-scored selected one of the same round, neither excused."""

    unselected: d.ReserveEntry
    selected: d.ReserveEntry
    plan: d.Plan | None
    """The plan that the selected one is in."""


def each_rank_pair(case: Case) -> Rows:
    """A row for each unselected entry, beside the lowest-scored selected one of its round."""
    lowest: dict[int | None, d.ReserveEntry] = {}
    for entry in case.dossier.reserve_entries:
        if entry.selected and entry.score is not None and not entry.exception_reason:
            held = lowest.get(entry.round)
            if held is None or held.score is None or entry.score < held.score:
                lowest[entry.round] = entry
    for entry in case.dossier.reserve_entries:
        if entry.selected is False and not entry.exception_reason and entry.round in lowest:
            selected = lowest[entry.round]
            yield 0, RankPairRow(entry, selected, case.plan_of.get(selected.community_id))


class IssueRow(NamedTuple):
    """An issue found by audit, inspection or others."""

    issue: d.Issue
    project: d.Project | None
    as_of: Day
    reported_to: Day | None
    """The last day of which the dossier speaks; none: the as-of day"""


def each_issue(case: Case) -> Rows:
    """A row for each issue."""
    for issue in case.dossier.issues:
        yield 0, IssueRow(issue, case.project_by_id.get(issue.project_id or ""), case.as_of, case.reported_to)


class QualitySystemRow(NamedTuple):
    """One of the six rules on quality and safety."""

    quality: d.QualitySystem | None
    which: str
    document: d.Document | None
    as_of: Day


def each_quality_system(case: Case) -> Rows:
    """A row for each of the six rules, whether or not the area has any."""
    ((_, area),) = each_area(case)
    for which in QUALITY_SYSTEMS:
        document = getattr(area.quality, which) if area.quality else None
        yield 0, QualitySystemRow(area.quality, which, document, case.as_of)


class PolicyClassRow(NamedTuple):
    """A class of policy (approval, standards, the three of H7.3, works inside flats), with the documents on it."""

    which: str
    policies: tuple[d.PolicyDoc, ...]
    as_of: Day
    area_level: str | None


def policies_on(*topics: str) -> Callable[[Case], Rows]:
    """The rows of these topics: one for each, with all documents on it."""
    def rows(case: Case) -> Rows:
        for which in topics:
            policies = tuple(p for p in case.dossier.policies if which in p.topics)
            yield 0, PolicyClassRow(which, policies, case.as_of, case.dossier.area_level)

    return rows


class PartyLedRow(NamedTuple):
    """The area's governance led by the Party: its policies on it, and the communities in its plans and projects."""

    dossier: d.Dossier
    policies: tuple[d.PolicyDoc, ...]
    members: tuple[d.Community, ...]
    area_level: str | None
    as_of: Day


def each_party_led(case: Case) -> Rows:
    """The one row of governance led by the Party."""
    dossier = case.dossier
    policies = tuple(p for p in dossier.policies if "party_led_governance" in p.topics)
    yield 0, PartyLedRow(dossier, policies, tuple(case.planned), dossier.area_level, case.as_of)


class AreaDriveRow(NamedTuple):
    """The area's renovation by area unit: its policies on it, its units, and what of it is declared absent."""

    policies: tuple[d.PolicyDoc, ...]
    area_units: tuple[d.AreaUnit, ...]
    declarations: tuple[d.Declaration, ...]
    area_level: str | None
    as_of: Day


def each_area_drive(case: Case) -> Rows:
    """The one row of renovation by area unit."""
    dossier = case.dossier
    policies = tuple(p for p in dossier.policies if "area_renovation" in p.topics)
    declared = tuple(x for x in case.declared("") if x.absent in ("area_renovation", "shared_facilities"))
    yield 0, AreaDriveRow(policies, dossier.area_units, declared, dossier.area_level, case.as_of)


class AreaUnitRow(NamedTuple):
    """An area unit (片区)."""

    area_unit: d.AreaUnit


def each_area_unit(case: Case) -> Rows:
    """A row for each area unit."""
    for unit in case.dossier.area_units:
        yield 0, AreaUnitRow(unit)


class AreaSurveyRow(NamedTuple):
    """A residential community (居住社区) with communities in the plan, and its survey."""

    name: str
    survey: d.AreaSurvey | None
    communities: tuple[d.Community, ...]
    plan: d.Plan | None


def each_area_survey(case: Case) -> Rows:
    """A row for each residential community that has communities in the plan, surveyed or not."""
    names: dict[str, list[d.Community]] = defaultdict(list)
    for community in case.planned:
        if community.residential_community:
            names[community.residential_community].append(community)
    surveys = {s.residential_community: s for s in case.dossier.area_surveys}
    for name, communities in names.items():
        plan = case.plan_of.get(communities[0].community_id)
        yield 0, AreaSurveyRow(name, surveys.get(name), tuple(communities), plan)
