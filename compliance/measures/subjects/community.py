"""Communities as subjects: a case → rows on eligibility, records, shortfalls and handover; judges nothing."""

from __future__ import annotations

from typing import NamedTuple

from compliance.measures.subjects.case import Case, Rows
from compliance.measures.subjects.facilities import ARCHIVES, EXCLUSIONS, FACILITY_CLASS, PIPELINES
from compliance.schemas import dossier as d
from compliance.schemas.scalars import Day


class CommunityRow(NamedTuple):
    """A community in a plan or in a project."""

    community: d.Community
    plan: d.Plan | None
    project: d.Project | None
    reserve: d.ReserveEntry | None
    area_unit: d.AreaUnit | None
    declarations: tuple[d.Declaration, ...]
    as_of: Day
    library: bool
    """Whether a reserve library was submitted that must hold it: it is in this year's plan."""


def each_community(case: Case) -> Rows:
    """A row for each community."""
    for i, c in enumerate(case.planned):
        cid = c.community_id
        yield (
            i,
            CommunityRow(
                c,
                case.plan_of.get(cid),
                case.project_of.get(cid),
                case.reserve_of.get(cid),
                case.unit_of.get(cid),
                case.declared(cid),
                case.as_of,
                bool(case.dossier.reserve_entries and case.plan and case.plan_of.get(cid) is case.plan),
            ),
        )


class ExclusionRow(NamedTuple):
    """A community against one of the kinds of communities that a place may exclude."""

    community: d.Community
    plan: d.Plan | None
    which: str


def each_exclusion(case: Case) -> Rows:
    """A row for each community and kind of exclusion."""
    for i, c in enumerate(case.planned):
        plan = case.plan_of.get(c.community_id)
        for which in EXCLUSIONS:
            yield i, ExclusionRow(c, plan, which)


class PriorRenovationRow(NamedTuple):
    """A community against one earlier renovation of it."""

    community: d.Community
    plan: d.Plan | None
    prior: d.PriorRenovation


def each_prior_renovation(case: Case) -> Rows:
    """A row for each earlier renovation of a community."""
    for i, c in enumerate(case.planned):
        for prior in c.prior_renovations:
            yield i, PriorRenovationRow(c, case.plan_of.get(c.community_id), prior)


class ArchiveRow(NamedTuple):
    """One of the five records of a community in the plan."""

    community: d.Community
    plan: d.Plan | None
    project: d.Project | None
    reserve: d.ReserveEntry | None
    which: str
    archive: d.Archive | None
    as_of: Day


def each_archive(case: Case) -> Rows:
    """A row for each community and record, kept or not."""
    for i, c in enumerate(case.planned):
        cid = c.community_id
        reserve = case.reserve_of.get(cid)
        archive = reserve.archive if reserve else None
        for which in ARCHIVES:
            held = getattr(archive, which) if archive else None
            yield i, ArchiveRow(c, case.plan_of.get(cid), case.project_of.get(cid), reserve, which, held, case.as_of)


class UtilityNeedRow(NamedTuple):
    """A community × utility sector in which it falls short; shortfalls excused as infeasible are left out."""

    community: d.Community
    plan: d.Plan | None
    sector: str
    shortfalls: tuple[d.Shortfall, ...]
    utility_plans: tuple[d.UtilityPlan, ...]
    """The sector's plans of the plan's year (or without a year)."""
    naming: tuple[d.UtilityPlan, ...] = ()
    """Those of them that name the community."""


def each_utility_need(case: Case) -> Rows:
    """A row for each community and sector in which it has a shortfall that is not excused."""
    for i, c in enumerate(case.planned):
        needs: dict[str, list[d.Shortfall]] = {}
        for s in c.shortfalls:
            sector = PIPELINES.get(s.facility_code)
            excused = s.feasible is False and s.infeasible_reason and s.residents_confirmed
            if sector and not excused:
                needs.setdefault(sector, []).append(s)
        plan = case.plan_of.get(c.community_id)
        year = plan.year if plan else case.dossier.plan_year
        for sector, shortfalls in needs.items():
            plans = tuple(u for u in case.utility[sector] if u.year is None or u.year == year)
            named = case.utility_naming.get(c.community_id, set())
            naming = tuple(u for u in plans if u.utility_plan_id in named)
            yield i, UtilityNeedRow(c, plan, sector, tuple(shortfalls), plans, naming)


class ShortfallRow(NamedTuple):
    """One shortfall of a community, the scheme, and what in it or in the area unit answers it."""

    community: d.Community
    plan: d.Plan | None
    project: d.Project | None
    shortfall: d.Shortfall
    scheme: d.Scheme | None
    items: tuple[d.RenovationItem, ...]
    """Items of the scheme on the same facility."""
    shared: tuple[d.SharedFacility, ...]
    """Shared facilities of the same kind in the community's area unit, or named by an item."""
    area_unit: d.AreaUnit | None = None


def each_shortfall(case: Case) -> Rows:
    """A row for each shortfall of a community."""
    for i, c in enumerate(case.planned):
        if not c.shortfalls:
            continue
        cid = c.community_id
        items = c.scheme.items if c.scheme else ()
        plan, project, unit = case.plan_of.get(cid), case.project_of.get(cid), case.unit_of.get(cid)
        for s in c.shortfalls:
            matching = tuple([r for r in items if r.facility_code == s.facility_code])
            named = {r.area_facility_id for r in matching if r.area_facility_id}
            shared = tuple(case.shared[n] for n in sorted(named) if n in case.shared)
            if unit is not None:
                shared += tuple(
                    x
                    for x in unit.shared_facilities
                    if x.facility_code == s.facility_code and x.facility_id not in named
                )
            yield i, ShortfallRow(c, plan, project, s, c.scheme, matching, shared, unit)


class ShortfallClassRow(NamedTuple):
    """One of the six improvement classes in which a community falls short."""

    community: d.Community
    plan: d.Plan | None
    project: d.Project | None
    which: str
    shortfalls: tuple[d.Shortfall, ...]
    scheme: d.Scheme | None
    items: tuple[d.RenovationItem, ...]
    """Items of the scheme in the same class."""


def each_shortfall_class(case: Case) -> Rows:
    """A row for each community and improvement class in which it falls short."""
    for i, c in enumerate(case.planned):
        classes: dict[str, list[d.Shortfall]] = {}
        for s in c.shortfalls:
            which = FACILITY_CLASS[s.facility_code]
            if which not in ("basic", "uplift"):
                classes.setdefault(which, []).append(s)
        items = c.scheme.items if c.scheme else ()
        cid = c.community_id
        for which, shortfalls in classes.items():
            matching = tuple(r for r in items if FACILITY_CLASS[r.facility_code] == which)
            yield (
                i,
                ShortfallClassRow(
                    c, case.plan_of.get(cid), case.project_of.get(cid), which, tuple(shortfalls), c.scheme, matching
                ),
            )


class HandoverRow(NamedTuple):
    """A community × sector whose installations the works touched."""

    community: d.Community
    project: d.Project | None
    sector: str
    handover: d.Handover | None
    as_of: Day


def each_handover(case: Case) -> Rows:
    """A row for each community and sector that its scheme touches, handed over or not."""
    for i, c in enumerate(case.planned):
        project = case.project_of.get(c.community_id)
        held: dict[str, d.Handover] = {h.sector: h for h in c.handovers}
        items = c.scheme.items if c.scheme else ()
        sectors = dict.fromkeys(PIPELINES[r.facility_code] for r in items if r.facility_code in PIPELINES)
        for sector in sectors:
            yield i, HandoverRow(c, project, sector, held.get(sector), case.as_of)
