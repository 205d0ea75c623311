"""Projects as subjects: a case → rows on works, parties, coordination, acceptance and quality; judges nothing."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import NamedTuple

from compliance.measures.months import full_months
from compliance.measures.subjects.case import Case, Rows
from compliance.measures.subjects.facilities import PARTIES, PIPELINES
from compliance.schemas import dossier as d
from compliance.schemas.scalars import Day


class ProjectRow(NamedTuple):
    """A project."""

    project: d.Project
    plan: d.Plan | None
    communities: tuple[d.Community, ...]
    acceptance: d.Acceptance | None
    coordination: d.CoordinationPlan | None
    declarations: tuple[d.Declaration, ...]
    as_of: Day


def each_project(case: Case) -> Rows:
    """A row for each project."""
    for i, p in enumerate(case.projects):
        yield (
            i,
            ProjectRow(
                p,
                case.plan_of_project[p.project_id],
                tuple(case.communities[c] for c in p.community_ids if c in case.communities),
                p.acceptance,
                p.coordination_plan,
                case.declared(p.project_id),
                case.as_of,
            ),
        )


class OperatorRow(NamedTuple):
    """A project and who renovates and runs it."""

    project: d.Project
    plan: d.Plan | None
    operator: d.Operator | None
    operated: tuple[str, ...]
    """Communities in the projects of the same operator, this one's included."""
    as_of: Day


def each_operator(case: Case) -> Rows:
    """A row for each project, with what its operator holds over all projects."""
    operated: dict[str, dict[str, None]] = defaultdict(dict)
    for p in case.projects:
        if p.operator and p.operator.uscc:
            operated[p.operator.uscc].update(dict.fromkeys(p.community_ids))
    reach = {uscc: tuple(inside) for uscc, inside in operated.items()}
    for i, p in enumerate(case.projects):
        uscc = p.operator.uscc if p.operator else None
        inside = reach[uscc] if uscc else tuple(dict.fromkeys(p.community_ids))
        yield i, OperatorRow(p, case.plan_of_project[p.project_id], p.operator, inside, case.as_of)


class DemolitionRow(NamedTuple):
    """One demolition of a project."""

    project: d.Project
    demolition: d.Demolition


def each_demolition(case: Case) -> Rows:
    """A row for each demolition of a project."""
    for i, p in enumerate(case.projects):
        for demolition in p.demolitions:
            yield i, DemolitionRow(p, demolition)


class ProjectSectorRow(NamedTuple):
    """A project × utility sector that its works touch."""

    project: d.Project
    plan: d.Plan | None
    sector: str
    coordination: d.CoordinationPlan | None
    signatory: d.Signatory | None


def _scheme_sectors(case: Case, project: d.Project) -> Iterator[str]:
    """Utility sectors that the schemes of the project's communities touch."""
    for community_id in project.community_ids:
        community = case.communities.get(community_id)
        for item in community.scheme.items if community and community.scheme else ():
            sector = PIPELINES.get(item.facility_code)
            if sector and item.method != "reserve_conditions":
                yield sector


def each_project_sector(case: Case) -> Rows:
    """A row for each project and sector that it reports or its schemes touch."""
    for i, p in enumerate(case.projects):
        plan = p.coordination_plan
        signed: dict[str, d.Signatory] = {s.sector: s for s in plan.signatories} if plan else {}
        for sector in dict.fromkeys((*p.pipeline_sectors, *_scheme_sectors(case, p))):
            yield i, ProjectSectorRow(p, case.plan_of_project[p.project_id], sector, plan, signed.get(sector))


class ExcavationRow(NamedTuple):
    """A stretch of road that was dug up."""

    project: d.Project
    section: str
    excavations: tuple[d.Excavation, ...]


def each_excavation(case: Case) -> Rows:
    """A row for each project and stretch of road dug up."""
    for i, p in enumerate(case.projects):
        sections: dict[str, list[d.Excavation]] = {}
        for e in p.coordination_plan.excavation_log if p.coordination_plan else ():
            sections.setdefault(e.section, []).append(e)
        for section, entries in sections.items():
            yield i, ExcavationRow(p, section, tuple(entries))


class PartyRow(NamedTuple):
    """One of the four parties of a project."""

    project: d.Project
    plan: d.Plan | None
    which: str
    party: d.Party | None


def each_project_party(case: Case) -> Rows:
    """A row for each project and each of the four parties."""
    for i, p in enumerate(case.projects):
        for which in PARTIES:
            yield i, PartyRow(p, case.plan_of_project[p.project_id], which, getattr(p, which))


class ProjectMonthRow(NamedTuple):
    """A full calendar month in which a project was under way."""

    project: d.Project
    plan: d.Plan | None
    month: Day
    inspections: tuple[d.Inspection, ...]
    """Those of that month."""
    reported_to: Day | None
    """The last day of which the dossier speaks; none: the as-of day"""


def each_project_month(case: Case) -> Rows:
    """A row for each full month under way, up to completion or the as-of date."""
    for i, p in enumerate(case.projects):
        if p.actual_start is None:
            continue
        end = p.completed_on.first - 1 if p.completed_on else case.as_of.last
        for month in full_months(p.actual_start.last, min(end, case.as_of.last)):
            inside = tuple(
                x
                for x in p.inspections
                if x.inspected_on and month.first <= x.inspected_on.first <= x.inspected_on.last <= month.last
            )
            yield i, ProjectMonthRow(p, case.plan_of_project[p.project_id], month, inside, case.reported_to)


class AcceptancePartyRow(NamedTuple):
    """One of the four parties that must take part in acceptance."""

    project: d.Project
    which: str
    acceptance: d.Acceptance | None


def each_acceptance_party(case: Case) -> Rows:
    """A row for each project and each of the four parties to its acceptance."""
    for i, p in enumerate(case.projects):
        for which in PARTIES:
            yield i, AcceptancePartyRow(p, which, p.acceptance)


class QualityEventRow(NamedTuple):
    """A quality or safety event of a project."""

    project: d.Project
    event: d.QualityEvent
    as_of: Day


def each_quality_event(case: Case) -> Rows:
    """A row for each quality or safety event of a project."""
    for i, p in enumerate(case.projects):
        for event in p.quality_events:
            yield i, QualityEventRow(p, event, case.as_of)


class QualityIssueRow(NamedTuple):
    """An issue on quality found from outside, and the project's own event that answers to it."""

    project: d.Project
    issue: d.Issue
    event: d.QualityEvent | None


def each_quality_issue(case: Case) -> Rows:
    """A row for each issue on quality that names a project of the dossier."""
    position = {p.project_id: i for i, p in enumerate(case.projects)}
    for issue in case.dossier.issues:
        if issue.category == "quality" and issue.project_id in position:
            i = position[issue.project_id]
            project = case.projects[i]
            event = next((e for e in project.quality_events if e.issue_id == issue.issue_id), None)
            yield i, QualityIssueRow(project, issue, event)
