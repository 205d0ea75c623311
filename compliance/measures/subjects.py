"""The subjects: a dossier and an as-of date → the rows that checks speak of, each with its owner; judges nothing.

Where an item speaks of each shortfall, vote, transaction or sector, the subject *is* that row. A row is a tuple
of the dossier's own objects; ``None`` stands where the dossier has nothing, so that the gap is still asked about.
Owners (area, project, community) are what findings are about; rows without an owner do not exist.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple

from compliance.measures.months import full_months
from compliance.schemas import dossier as d
from compliance.schemas.scalars import Day
from compliance.schemas.vocabulary import words_of

__all__ = ["KINDS", "Case", "SubjectKind"]

PIPELINES: dict[str, str] = {
    "drainage": "drainage",
    "water": "water",
    "gas": "gas",
    "heating": "heating",
    "power": "power",
    "telecom": "telecom",
    "overhead_lines": "telecom",
}
"""Facility → utility sector; overhead lines belong to telecom (readings, B4.1)."""

FACILITY_CLASS: dict[str, str] = {
    **dict.fromkeys(
        ("drainage", "water", "gas", "heating", "power", "telecom", "overhead_lines", "road", "fire_safety", "roof",
         "facade", "stairwell", "structure", "energy_retrofit", "accessibility", "ageing", "child_friendly"),
        "basic",
    ),
    "parking": "parking",
    "elevator": "lift",
    "charging_car": "charging",
    "charging_ebike": "charging",
    "security": "security_lighting",
    "lighting": "security_lighting",
    "smart_mailbox": "mailbox_parcel",
    "parcel_locker": "mailbox_parcel",
    "improvement_other": "improvement_other",
    **dict.fromkeys(("sports", "elderly_care", "childcare", "dining", "health", "uplift_other"), "uplift"),
}  # fmt: skip
"""Facility → class by the annex (5.1 basic; six improvement classes of 5.2; 5.3 uplift), not by 国办发〔2020〕23号."""

PARTIES = ("builder", "designer", "contractor", "supervisor")
QUALITY_SYSTEMS = ("safety", "inspection", "handover", "warranty", "dispute", "credit")
ARCHIVES = ("basic", "willingness", "scheme", "progress", "effect")
STEPS = ("scheme", "construction", "supervision", "management", "feedback")
MECHANISM_DOCUMENTS = ("work_rules", "responsibility_list", "procedure")
FUND_SEGMENTS = ("collect", "use", "replenish")
EXCLUSIONS = ("shantytown", "expropriation", "villa_only", "illegal_construction", "to_be_rebuilt")
POLICY_CLASSES = ("stock_resources", "land_mixed_use", "building_conversion")


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


class MechanismDocumentRow(NamedTuple):
    """One of the mechanism's three documents."""

    mechanism: d.Mechanism | None
    which: str
    document: d.Document | None


class PlanCountyRow(NamedTuple):
    """A county that the plan of a city or province covers."""

    plan: d.Plan
    code: str
    mechanism: d.Mechanism | None
    duty: d.DutyDocument | None
    declaration: d.CountyDeclaration | None
    utility_plans: tuple[d.UtilityPlan, ...]


class PlanRow(NamedTuple):
    """The yearly plan of the dossier's plan year (``plan`` is None when there is none)."""

    plan: d.Plan | None
    reserve_entries: tuple[d.ReserveEntry, ...]
    communities: tuple[d.Community, ...]
    """Those in the plan."""
    projects: tuple[d.Project, ...]
    declarations: tuple[d.Declaration, ...]
    as_of: Day


class FinancingRow(NamedTuple):
    """A financing entry of the plan or of a project."""

    plan: d.Plan | None
    project: d.Project | None
    financing: d.Financing
    declarations: tuple[d.Declaration, ...]


class IssueRow(NamedTuple):
    """An issue found by audit, inspection or others."""

    issue: d.Issue
    project: d.Project | None
    as_of: Day


class FundTxnRow(NamedTuple):
    """One transaction."""

    txn: d.FundTxn
    project: d.Project | None
    as_of: Day


class FundSumRow(NamedTuple):
    """All transactions of one source and one document of allocation."""

    source: str
    doc_no: str | None
    txns: tuple[d.FundTxn, ...]
    as_of: Day


class FundReviewRow(NamedTuple):
    """A review of the use of funds (``review`` is None when there is none), and the misuse on the list of issues."""

    review: d.FundReview | None
    misuse_issues: tuple[d.Issue, ...]
    declarations: tuple[d.Declaration, ...]


class PlanCommunityRow(NamedTuple):
    """A community on the list of this year's plan, and its place among them from the newest to the oldest."""

    plan: d.Plan
    community_id: str
    community: d.Community | None
    position: int | None
    """1 for the one built last; by the first day that its date may mean; None without a date."""
    listed: int
    """How many communities are on the list."""


class RankPairRow(NamedTuple):
    """An unselected entry against the lowest-scored selected one of the same round, neither excused."""

    unselected: d.ReserveEntry
    selected: d.ReserveEntry
    plan: d.Plan | None
    """The plan that the selected one is in."""


class QualitySystemRow(NamedTuple):
    """One of the six rules on quality and safety."""

    quality: d.QualitySystem | None
    which: str
    document: d.Document | None
    as_of: Day


class PolicyClassRow(NamedTuple):
    """A class of policy (approval, standards, the three of H7.3, works inside flats), with the documents on it."""

    which: str
    policies: tuple[d.PolicyDoc, ...]
    as_of: Day
    area_level: str | None


class FundSegmentRow(NamedTuple):
    """One segment of the maintenance-fund mechanism: collecting, using, replenishing."""

    fund_rules: d.FundRules | None
    which: str
    document: d.Document | None
    as_of: Day


class FundAccountRow(NamedTuple):
    """A community's maintenance fund account."""

    community: d.Community
    plan: d.Plan | None
    project: d.Project | None
    account: d.FundAccount | None
    as_of: Day


class PartyLedRow(NamedTuple):
    """The area's governance led by the Party: its policies on it, and the communities in its plans and projects."""

    dossier: d.Dossier
    policies: tuple[d.PolicyDoc, ...]
    members: tuple[d.Community, ...]
    area_level: str | None
    as_of: Day


class AreaDriveRow(NamedTuple):
    """The area's renovation by area unit: its policies on it, its units, and what of it is declared absent."""

    policies: tuple[d.PolicyDoc, ...]
    area_units: tuple[d.AreaUnit, ...]
    declarations: tuple[d.Declaration, ...]
    area_level: str | None
    as_of: Day


class FundingRow(NamedTuple):
    """The money of the area's current plan, in its three records: plan, projects, transactions."""

    plan: d.Plan | None
    plan_entries: tuple[d.Financing, ...]
    project_entries: tuple[d.Financing, ...]
    txns: tuple[d.FundTxn, ...]
    declarations: tuple[d.Declaration, ...]
    as_of: Day


class AreaUnitRow(NamedTuple):
    """An area unit (片区)."""

    area_unit: d.AreaUnit


class AreaSurveyRow(NamedTuple):
    """A residential community (居住社区) with communities in the plan, and its survey."""

    name: str
    survey: d.AreaSurvey | None
    communities: tuple[d.Community, ...]
    plan: d.Plan | None


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


class GovernanceRow(NamedTuple):
    """A community's own bodies during its renovation: Party organisation, owners' committee, meetings, votes."""

    community: d.Community
    plan: d.Plan | None
    project: d.Project | None
    meetings: tuple[d.Meeting, ...]
    votes: tuple[d.Vote, ...]
    declarations: tuple[d.Declaration, ...]
    as_of: Day


class ExclusionRow(NamedTuple):
    """A community against one of the kinds of communities that a place may exclude."""

    community: d.Community
    plan: d.Plan | None
    which: str


class PriorRenovationRow(NamedTuple):
    """A community against one earlier renovation of it."""

    community: d.Community
    plan: d.Plan | None
    prior: d.PriorRenovation


class ArchiveRow(NamedTuple):
    """One of the five records of a community in the plan."""

    community: d.Community
    plan: d.Plan | None
    project: d.Project | None
    reserve: d.ReserveEntry | None
    which: str
    archive: d.Archive | None
    as_of: Day


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


class ParticipationRow(NamedTuple):
    """One of the five steps of residents' participation."""

    community: d.Community
    plan: d.Plan | None
    project: d.Project | None
    which: str
    step: d.ParticipationStep | None
    as_of: Day


class ConsultationRow(NamedTuple):
    """The round in force: the last one closed, not after the plan's approval where one is."""

    community: d.Community
    plan: d.Plan | None
    consultation: d.Consultation | None


class VoteRow(NamedTuple):
    """A vote in force: the last one on the scheme (None when there is none), and the last of each lift vote."""

    community: d.Community
    plan: d.Plan | None
    project: d.Project | None
    vote: d.Vote | None


class PublicityRow(NamedTuple):
    """One publicity round of the vote in force."""

    community: d.Community
    plan: d.Plan | None
    project: d.Project | None
    vote: d.Vote
    publicity: d.Publicity


class ConsensusRow(NamedTuple):
    """The consensus on management, and the last vote on management."""

    community: d.Community
    plan: d.Plan | None
    project: d.Project | None
    consensus: d.MgmtConsensus | None
    vote: d.Vote | None


class SurveyRow(NamedTuple):
    """A community completed in the dossier's year, and its last survey."""

    community: d.Community
    project: d.Project
    survey: d.Survey | None


class CompletionsRow(NamedTuple):
    """All communities completed in the dossier's year, and the project of each."""

    communities: tuple[d.Community, ...]
    projects: tuple[d.Project, ...]


class HandoverRow(NamedTuple):
    """A community × sector whose installations the works touched."""

    community: d.Community
    project: d.Project | None
    sector: str
    handover: d.Handover | None
    as_of: Day


class ProjectRow(NamedTuple):
    """A project."""

    project: d.Project
    plan: d.Plan | None
    communities: tuple[d.Community, ...]
    acceptance: d.Acceptance | None
    coordination: d.CoordinationPlan | None
    declarations: tuple[d.Declaration, ...]
    as_of: Day


class OperatorRow(NamedTuple):
    """A project and who renovates and runs it."""

    project: d.Project
    plan: d.Plan | None
    operator: d.Operator | None
    operated: tuple[str, ...]
    """Communities in the projects of the same operator, this one's included."""
    as_of: Day


class ProjectFundingRow(NamedTuple):
    """A project, its financing entries and its transactions."""

    project: d.Project
    plan: d.Plan | None
    entries: tuple[d.Financing, ...]
    txns: tuple[d.FundTxn, ...]
    declarations: tuple[d.Declaration, ...]
    as_of: Day


class DemolitionRow(NamedTuple):
    """One demolition of a project."""

    project: d.Project
    demolition: d.Demolition


class ProjectSectorRow(NamedTuple):
    """A project × utility sector that its works touch."""

    project: d.Project
    plan: d.Plan | None
    sector: str
    coordination: d.CoordinationPlan | None
    signatory: d.Signatory | None


class ExcavationRow(NamedTuple):
    """A stretch of road that was dug up."""

    project: d.Project
    section: str
    excavations: tuple[d.Excavation, ...]


class PartyRow(NamedTuple):
    """One of the four parties of a project."""

    project: d.Project
    plan: d.Plan | None
    which: str
    party: d.Party | None


class ProjectMonthRow(NamedTuple):
    """A full calendar month in which a project was under way."""

    project: d.Project
    plan: d.Plan | None
    month: Day
    inspections: tuple[d.Inspection, ...]
    """Those of that month."""


class AcceptancePartyRow(NamedTuple):
    """One of the four parties that must take part in acceptance."""

    project: d.Project
    which: str
    acceptance: d.Acceptance | None


class QualityEventRow(NamedTuple):
    """A quality or safety event of a project."""

    project: d.Project
    event: d.QualityEvent
    as_of: Day


class QualityIssueRow(NamedTuple):
    """An issue on quality found from outside, and the project's own event that answers to it."""

    project: d.Project
    issue: d.Issue
    event: d.QualityEvent | None


@dataclass(frozen=True, slots=True)
class SubjectKind:
    """A kind of subject: its rows, who owns them, and how one of them is named."""

    name: str
    row: Any
    owner: str
    """``area``, ``project`` or ``community``"""
    rows: Callable[[Case], Iterator[tuple[int, Any]]]
    key: Callable[[Any], str]
    """Stable identity within the owner."""
    zh: Callable[[Any], str]
    en: Callable[[Any], str]
    place: str = ""
    """Where its entries stand below the owner, for pointing at what is missing."""


class Case:
    """A dossier made ready for asking: lookups by id, and the owners in the order of the dossier."""

    def __init__(self, dossier: d.Dossier, as_of: Day) -> None:
        self.dossier = dossier
        self.as_of = as_of
        self.communities = {c.community_id: c for c in dossier.communities}
        self.plans = sorted(dossier.plans, key=lambda p: p.year)
        current = [p for p in dossier.plans if p.year == dossier.plan_year]
        self.plan = current[-1] if current else None
        self.plan_of: dict[str, d.Plan] = {}
        for plan in self.plans:
            self.plan_of.update(dict.fromkeys(plan.community_ids, plan))
        by_id = {p.plan_id: p for p in dossier.plans}
        self.projects = dossier.projects
        self.project_by_id = {p.project_id: p for p in dossier.projects}
        self.project_of: dict[str, d.Project] = {}
        for project in dossier.projects:
            for community_id in project.community_ids:
                held = self.project_of.get(community_id)
                plan_of = self.plan_of.get(community_id)
                if held is None or (plan_of is not None and project.plan_id == plan_of.plan_id):
                    self.project_of[community_id] = project
        self.plan_of_project: dict[str, d.Plan | None] = {}
        for project in dossier.projects:
            named = by_id.get(project.plan_id) if project.plan_id else None
            found = [self.plan_of[c] for c in project.community_ids if c in self.plan_of]
            self.plan_of_project[project.project_id] = named or (found[0] if found else self.plan)
        self.reserve_of: dict[str, d.ReserveEntry] = {}
        for entry in dossier.reserve_entries:
            held_entry = self.reserve_of.get(entry.community_id)
            if held_entry is None or (entry.round or 0) >= (held_entry.round or 0):
                self.reserve_of[entry.community_id] = entry
        units = {u.area_unit_id: u for u in dossier.area_units}
        self.unit_of: dict[str, d.AreaUnit] = {c: u for u in dossier.area_units for c in u.community_ids}
        for community in dossier.communities:
            if community.area_unit_id in units:
                self.unit_of[community.community_id] = units[community.area_unit_id]
        self.shared = {f.facility_id: f for u in dossier.area_units for f in u.shared_facilities}
        self.planned = [
            c
            for c in dossier.communities
            if not dossier.plans or c.community_id in self.plan_of or c.community_id in self.project_of
        ]
        declared: dict[str, list[d.Declaration]] = defaultdict(list)
        for declaration in dossier.declarations:
            declared[declaration.community_id or declaration.project_id or ""].append(declaration)
        self._declared = {owner: tuple(entries) for owner, entries in declared.items()}
        utility: dict[str, list[d.UtilityPlan]] = defaultdict(list)
        for utility_plan in dossier.utility_plans:
            utility[utility_plan.sector].append(utility_plan)
        self.utility = utility
        self.utility_naming: dict[str, set[str]] = defaultdict(set)
        for utility_plan in dossier.utility_plans:
            for community_id in utility_plan.community_ids:
                self.utility_naming[community_id].add(utility_plan.utility_plan_id)

    def declared(self, owner: str) -> tuple[d.Declaration, ...]:
        """Declarations of the whole area and those of one community or project."""
        everywhere = self._declared.get("", ())
        return everywhere + self._declared[owner] if owner and owner in self._declared else everywhere


# -- rows by kind ---------------------------------------------------------------------------------------------

Rows = Iterator[tuple[int, Any]]


def _area(case: Case) -> Rows:
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


def _mechanism_documents(case: Case) -> Rows:
    ((_, area),) = _area(case)
    for which in MECHANISM_DOCUMENTS:
        document = getattr(area.mechanism, which) if area.mechanism else None
        yield 0, MechanismDocumentRow(area.mechanism, which, document)


def _plan_counties(case: Case) -> Rows:
    if case.plan is None:
        return
    mechanisms = {m.area_code: m for m in case.dossier.mechanisms}
    duties = {m.area_code: m for m in case.dossier.duty_documents}
    declared = {c.area_code: c for c in case.plan.county_declarations}
    for code in case.plan.county_codes:
        plans = tuple(u for u in case.dossier.utility_plans if code in u.county_codes)
        yield 0, PlanCountyRow(case.plan, code, mechanisms.get(code), duties.get(code), declared.get(code), plans)


def _plan(case: Case) -> Rows:
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


def _financing(case: Case) -> Rows:
    for entry in case.plan.funding_plan if case.plan else ():
        yield 0, FinancingRow(case.plan, None, entry, case.declared(""))
    for project in case.projects:
        for entry in project.financing:
            declared = case.declared(project.project_id)
            yield 0, FinancingRow(case.plan_of_project[project.project_id], project, entry, declared)


def _issues(case: Case) -> Rows:
    for issue in case.dossier.issues:
        yield 0, IssueRow(issue, case.project_by_id.get(issue.project_id or ""), case.as_of)


def _fund_txns(case: Case) -> Rows:
    for txn in case.dossier.fund_txns:
        yield 0, FundTxnRow(txn, case.project_by_id.get(txn.project_id or ""), case.as_of)


def _fund_sums(case: Case) -> Rows:
    groups: dict[tuple[str, str | None], list[d.FundTxn]] = defaultdict(list)
    for txn in case.dossier.fund_txns:
        groups[txn.source, txn.doc_no].append(txn)
    for (source, doc_no), txns in groups.items():
        yield 0, FundSumRow(source, doc_no, tuple(txns), case.as_of)


def _rank_pairs(case: Case) -> Rows:
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


def _fund_reviews(case: Case) -> Rows:
    misuse = tuple(i for i in case.dossier.issues if i.is_misuse)
    for review in case.dossier.fund_reviews or (None,):
        yield 0, FundReviewRow(review, misuse, case.declared(""))


def _plan_communities(case: Case) -> Rows:
    if case.plan is None:
        return
    ids = list(dict.fromkeys(case.plan.community_ids))
    built = {c: case.communities[c].built_on for c in ids if c in case.communities}
    newest = sorted([(-day.first, c) for c, day in built.items() if day])
    position = {c: i for i, (_, c) in enumerate(newest, 1)}
    for c in ids:
        yield 0, PlanCommunityRow(case.plan, c, case.communities.get(c), position.get(c), len(ids))


def _quality_systems(case: Case) -> Rows:
    ((_, area),) = _area(case)
    for which in QUALITY_SYSTEMS:
        document = getattr(area.quality, which) if area.quality else None
        yield 0, QualitySystemRow(area.quality, which, document, case.as_of)


def _policies_on(*topics: str) -> Callable[[Case], Rows]:
    def rows(case: Case) -> Rows:
        for which in topics:
            policies = tuple(p for p in case.dossier.policies if which in p.topics)
            yield 0, PolicyClassRow(which, policies, case.as_of, case.dossier.area_level)

    return rows


def _fund_segments(case: Case) -> Rows:
    rules = case.dossier.fund_rules
    for which in FUND_SEGMENTS:
        yield 0, FundSegmentRow(rules, which, getattr(rules, which) if rules else None, case.as_of)


def _fund_accounts(case: Case) -> Rows:
    for i, c in enumerate(case.planned):
        cid = c.community_id
        yield i, FundAccountRow(c, case.plan_of.get(cid), case.project_of.get(cid), c.fund_account, case.as_of)


def _party_led(case: Case) -> Rows:
    dossier = case.dossier
    policies = tuple(p for p in dossier.policies if "party_led_governance" in p.topics)
    yield 0, PartyLedRow(dossier, policies, tuple(case.planned), dossier.area_level, case.as_of)


def _area_drive(case: Case) -> Rows:
    dossier = case.dossier
    policies = tuple(p for p in dossier.policies if "area_renovation" in p.topics)
    declared = tuple(x for x in case.declared("") if x.absent in ("area_renovation", "shared_facilities"))
    yield 0, AreaDriveRow(policies, dossier.area_units, declared, dossier.area_level, case.as_of)


def _funding(case: Case) -> Rows:
    plan = case.plan
    projects = [p for p in case.projects if case.plan_of_project[p.project_id] is plan]
    inside = {p.project_id for p in projects}
    yield (
        0,
        FundingRow(
            plan,
            plan.funding_plan if plan else (),
            tuple(entry for p in projects for entry in p.financing),
            tuple(t for t in case.dossier.fund_txns if t.project_id is None or t.project_id in inside),
            case.declared(""),
            case.as_of,
        ),
    )


def _governance(case: Case) -> Rows:
    for i, c in enumerate(case.planned):
        cid = c.community_id
        yield (
            i,
            GovernanceRow(
                c,
                case.plan_of.get(cid),
                case.project_of.get(cid),
                c.party_meetings,
                c.votes,
                case.declared(cid),
                case.as_of,
            ),
        )


def _operators(case: Case) -> Rows:
    operated: dict[str, dict[str, None]] = defaultdict(dict)
    for p in case.projects:
        if p.operator and p.operator.uscc:
            operated[p.operator.uscc].update(dict.fromkeys(p.community_ids))
    reach = {uscc: tuple(inside) for uscc, inside in operated.items()}
    for i, p in enumerate(case.projects):
        uscc = p.operator.uscc if p.operator else None
        inside = reach[uscc] if uscc else tuple(dict.fromkeys(p.community_ids))
        yield i, OperatorRow(p, case.plan_of_project[p.project_id], p.operator, inside, case.as_of)


def _project_funding(case: Case) -> Rows:
    txns: dict[str, list[d.FundTxn]] = defaultdict(list)
    for txn in case.dossier.fund_txns:
        if txn.project_id is not None:
            txns[txn.project_id].append(txn)
    for i, p in enumerate(case.projects):
        plan = case.plan_of_project[p.project_id]
        made = tuple(txns.get(p.project_id, ()))
        yield i, ProjectFundingRow(p, plan, p.financing, made, case.declared(p.project_id), case.as_of)


def _area_units(case: Case) -> Rows:
    for unit in case.dossier.area_units:
        yield 0, AreaUnitRow(unit)


def _area_surveys(case: Case) -> Rows:
    names: dict[str, list[d.Community]] = defaultdict(list)
    for community in case.planned:
        if community.residential_community:
            names[community.residential_community].append(community)
    surveys = {s.residential_community: s for s in case.dossier.area_surveys}
    for name, communities in names.items():
        yield 0, AreaSurveyRow(name, surveys.get(name), tuple(communities), case.plan_of.get(communities[0].community_id))


def _communities(case: Case) -> Rows:
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


def _exclusions(case: Case) -> Rows:
    for i, c in enumerate(case.planned):
        plan = case.plan_of.get(c.community_id)
        for which in EXCLUSIONS:
            yield i, ExclusionRow(c, plan, which)


def _prior_renovations(case: Case) -> Rows:
    for i, c in enumerate(case.planned):
        for prior in c.prior_renovations:
            yield i, PriorRenovationRow(c, case.plan_of.get(c.community_id), prior)


def _archives(case: Case) -> Rows:
    for i, c in enumerate(case.planned):
        cid = c.community_id
        reserve = case.reserve_of.get(cid)
        archive = reserve.archive if reserve else None
        for which in ARCHIVES:
            held = getattr(archive, which) if archive else None
            yield i, ArchiveRow(c, case.plan_of.get(cid), case.project_of.get(cid), reserve, which, held, case.as_of)


def _utility_needs(case: Case) -> Rows:
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


def _shortfalls(case: Case) -> Rows:
    for i, c in enumerate(case.planned):
        if not c.shortfalls:
            continue
        cid = c.community_id
        items = c.scheme.items if c.scheme else ()
        unit = case.unit_of.get(cid)
        for s in c.shortfalls:
            matching = tuple([r for r in items if r.facility_code == s.facility_code])
            named = {r.area_facility_id for r in matching if r.area_facility_id}
            shared = tuple(case.shared[n] for n in sorted(named) if n in case.shared)
            if unit is not None:
                shared += tuple(
                    x for x in unit.shared_facilities if x.facility_code == s.facility_code and x.facility_id not in named
                )
            yield i, ShortfallRow(c, case.plan_of.get(cid), case.project_of.get(cid), s, c.scheme, matching, shared, unit)


def _shortfall_classes(case: Case) -> Rows:
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


def _participation(case: Case) -> Rows:
    for i, c in enumerate(case.planned):
        cid = c.community_id
        plan, project = case.plan_of.get(cid), case.project_of.get(cid)
        for which in STEPS:
            step = getattr(c.participation, which) if c.participation else None
            yield i, ParticipationRow(c, plan, project, which, step, case.as_of)


def _round_closed(entry: d.Consultation) -> tuple[int, int]:
    return (entry.closed_on.last if entry.closed_on else 0, entry.round or 0)


def _vote_closed(entry: d.Vote) -> int:
    return entry.closed_on.last if entry.closed_on else 0


def _consultations(case: Case) -> Rows:
    for i, c in enumerate(case.planned):
        plan = case.plan_of.get(c.community_id)
        approved = plan.approved_on if plan else None
        rounds = c.consultations
        if len(rounds) > 1 and approved:
            in_time = tuple(r for r in rounds if r.closed_on and r.closed_on.first <= approved.last)
            rounds = in_time or rounds
        yield i, ConsultationRow(c, plan, max(rounds, key=_round_closed) if rounds else None)


def _votes_in_force(c: d.Community) -> tuple[d.Vote | None, ...]:
    scheme = [v for v in c.votes if v.decides == "scheme"]
    lifts: dict[str | None, d.Vote] = {}
    for v in sorted((v for v in c.votes if v.decides == "lift"), key=_vote_closed):
        lifts[v.scope_id] = v
    return (max(scheme, key=_vote_closed) if scheme else None, *lifts.values())


def _votes(case: Case) -> Rows:
    for i, c in enumerate(case.planned):
        plan, project = case.plan_of.get(c.community_id), case.project_of.get(c.community_id)
        for vote in _votes_in_force(c):
            yield i, VoteRow(c, plan, project, vote)


def _publicity(case: Case) -> Rows:
    for i, c in enumerate(case.planned):
        plan, project = case.plan_of.get(c.community_id), case.project_of.get(c.community_id)
        for vote in _votes_in_force(c):
            if vote is None:
                continue
            for publicity in vote.publicity:
                yield i, PublicityRow(c, plan, project, vote, publicity)


def _consensus(case: Case) -> Rows:
    for i, c in enumerate(case.planned):
        votes = [v for v in c.votes if v.decides == "management"]
        cid = c.community_id
        last = max(votes, key=_vote_closed) if votes else None
        yield i, ConsensusRow(c, case.plan_of.get(cid), case.project_of.get(cid), c.mgmt_consensus, last)


def _completed_in(project: d.Project, year: str) -> bool:
    """Completed in that year, or completed on a day that is not reported."""
    if project.completed_on is None:
        return project.stage in ("completed", "accepted", "handed_over")
    return project.completed_on.text[:4] == year


def _completions(case: Case) -> Rows:
    year = str(case.dossier.plan_year)
    pairs = [(c, case.project_of.get(c.community_id)) for c in case.planned]
    done = [(c, p) for c, p in pairs if p and _completed_in(p, year)]
    yield 0, CompletionsRow(tuple(c for c, _ in done), tuple(p for _, p in done))


def _surveys(case: Case) -> Rows:
    year = str(case.dossier.plan_year)
    for i, c in enumerate(case.planned):
        project = case.project_of.get(c.community_id)
        if project and _completed_in(project, year):
            surveys = sorted(c.surveys, key=lambda s: s.surveyed_on.last if s.surveyed_on else 0)
            yield i, SurveyRow(c, project, surveys[-1] if surveys else None)


def _handovers(case: Case) -> Rows:
    for i, c in enumerate(case.planned):
        project = case.project_of.get(c.community_id)
        held: dict[str, d.Handover] = {h.sector: h for h in c.handovers}
        items = c.scheme.items if c.scheme else ()
        sectors = dict.fromkeys(PIPELINES[r.facility_code] for r in items if r.facility_code in PIPELINES)
        for sector in sectors:
            yield i, HandoverRow(c, project, sector, held.get(sector), case.as_of)


def _projects(case: Case) -> Rows:
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


def _demolitions(case: Case) -> Rows:
    for i, p in enumerate(case.projects):
        for demolition in p.demolitions:
            yield i, DemolitionRow(p, demolition)


def _scheme_sectors(case: Case, project: d.Project) -> Iterator[str]:
    """Utility sectors that the schemes of the project's communities touch."""
    for community_id in project.community_ids:
        community = case.communities.get(community_id)
        for item in community.scheme.items if community and community.scheme else ():
            sector = PIPELINES.get(item.facility_code)
            if sector and item.method != "reserve_conditions":
                yield sector


def _project_sectors(case: Case) -> Rows:
    for i, p in enumerate(case.projects):
        plan = p.coordination_plan
        signed: dict[str, d.Signatory] = {s.sector: s for s in plan.signatories} if plan else {}
        for sector in dict.fromkeys((*p.pipeline_sectors, *_scheme_sectors(case, p))):
            yield i, ProjectSectorRow(p, case.plan_of_project[p.project_id], sector, plan, signed.get(sector))


def _excavations(case: Case) -> Rows:
    for i, p in enumerate(case.projects):
        sections: dict[str, list[d.Excavation]] = {}
        for e in p.coordination_plan.excavation_log if p.coordination_plan else ():
            sections.setdefault(e.section, []).append(e)
        for section, entries in sections.items():
            yield i, ExcavationRow(p, section, tuple(entries))


def _parties(case: Case) -> Rows:
    for i, p in enumerate(case.projects):
        for which in PARTIES:
            yield i, PartyRow(p, case.plan_of_project[p.project_id], which, getattr(p, which))


def _project_months(case: Case) -> Rows:
    for i, p in enumerate(case.projects):
        if p.actual_start is None:
            continue
        end = p.completed_on.first - 1 if p.completed_on else case.as_of.last
        for month in full_months(p.actual_start.last, min(end, case.as_of.last)):
            inside = tuple(
                x for x in p.inspections if x.inspected_on and month.first <= x.inspected_on.first <= x.inspected_on.last <= month.last
            )
            yield i, ProjectMonthRow(p, case.plan_of_project[p.project_id], month, inside)


def _acceptance_parties(case: Case) -> Rows:
    for i, p in enumerate(case.projects):
        for which in PARTIES:
            yield i, AcceptancePartyRow(p, which, p.acceptance)


def _quality_events(case: Case) -> Rows:
    for i, p in enumerate(case.projects):
        for event in p.quality_events:
            yield i, QualityEventRow(p, event, case.as_of)


def _quality_issues(case: Case) -> Rows:
    position = {p.project_id: i for i, p in enumerate(case.projects)}
    for issue in case.dossier.issues:
        if issue.category == "quality" and issue.project_id in position:
            i = position[issue.project_id]
            project = case.projects[i]
            event = next((e for e in project.quality_events if e.issue_id == issue.issue_id), None)
            yield i, QualityIssueRow(project, issue, event)


# -- names ----------------------------------------------------------------------------------------------------

def _zh(code: str) -> str:
    return words_of(code)[0]


def _en(code: str) -> str:
    return words_of(code)[1]


def _kind(
    name: str,
    row: Any,
    owner: str,
    rows: Callable[[Case], Rows],
    key: Callable[[Any], str],
    zh: Callable[[Any], str] | None = None,
    en: Callable[[Any], str] | None = None,
    place: str = "",
) -> SubjectKind:
    return SubjectKind(name, row, owner, rows, key, zh or key, en or zh or key, place)


def _coded(attribute: str) -> dict[str, Any]:
    """Key and names of a row told apart by a code."""
    return {
        "key": lambda r: str(getattr(r, attribute)),
        "zh": lambda r: _zh(getattr(r, attribute)),
        "en": lambda r: _en(getattr(r, attribute)),
    }


KINDS: dict[str, SubjectKind] = {
    k.name: k
    for k in (
        _kind("area", AreaRow, "area", _area, lambda r: "", lambda r: r.dossier.area_name),
        _kind("mechanism_document", MechanismDocumentRow, "area", _mechanism_documents, place="/mechanisms", **_coded("which")),
        _kind("plan_county", PlanCountyRow, "area", _plan_counties, lambda r: r.code, lambda r: f"县区{r.code}", lambda r: f"county {r.code}", place="/plans"),
        _kind("plan", PlanRow, "area", _plan, lambda r: r.plan.plan_id if r.plan else "", lambda r: f"{r.plan.year}年度计划" if r.plan else "年度计划", lambda r: f"plan of {r.plan.year}" if r.plan else "yearly plan", place="/plans"),
        _kind("financing", FinancingRow, "area", _financing, lambda r: f"{r.project.project_id if r.project else 'plan'}.{r.financing.source}", lambda r: f"{r.project.name if r.project else '计划'}·{_zh(r.financing.source)}", lambda r: f"{r.project.name if r.project else 'plan'}: {_en(r.financing.source)}", place="/plans"),
        _kind("issue", IssueRow, "area", _issues, lambda r: r.issue.issue_id, lambda r: r.issue.doc_no or r.issue.issue_id, place="/issues"),
        _kind("fund_txn", FundTxnRow, "area", _fund_txns, lambda r: r.txn.txn_id, lambda r: f"流水{r.txn.txn_id}", lambda r: f"transaction {r.txn.txn_id}", place="/fund_txns"),
        _kind("fund_sum", FundSumRow, "area", _fund_sums, lambda r: f"{r.source}.{r.doc_no or ''}", lambda r: f"{_zh(r.source)}{r.doc_no or ''}", lambda r: f"{_en(r.source)} {r.doc_no or ''}".strip(), place="/fund_txns"),
        _kind("fund_review", FundReviewRow, "area", _fund_reviews, lambda r: f"{r.review.by or ''}.{r.review.dated.text if r.review.dated else ''}" if r.review else "", lambda r: "资金核对或审计意见", lambda r: "review of the use of funds", place="/fund_reviews"),
        _kind("plan_community", PlanCommunityRow, "area", _plan_communities, lambda r: r.community_id, lambda r: r.community.name if r.community else r.community_id, place="/communities"),
        _kind("rank_pair", RankPairRow, "area", _rank_pairs, lambda r: f"{r.unselected.reserve_id}.{r.selected.reserve_id}", lambda r: f"未入选{r.unselected.reserve_id}与入选{r.selected.reserve_id}", lambda r: f"unselected {r.unselected.reserve_id} against {r.selected.reserve_id}", place="/reserve_entries"),
        _kind("quality_system", QualitySystemRow, "area", _quality_systems, place="/quality_systems", **_coded("which")),
        _kind("policy_class", PolicyClassRow, "area", _policies_on(*POLICY_CLASSES), place="/policies", **_coded("which")),
        _kind("approval_policy", PolicyClassRow, "area", _policies_on("approval"), place="/policies", **_coded("which")),
        _kind("standard_policy", PolicyClassRow, "area", _policies_on("standard_system"), place="/policies", **_coded("which")),
        _kind("indoor_policy", PolicyClassRow, "area", _policies_on("indoor_renovation"), place="/policies", **_coded("which")),
        _kind("fund_segment", FundSegmentRow, "area", _fund_segments, place="/fund_rules", **_coded("which")),
        _kind("party_led", PartyLedRow, "area", _party_led, lambda r: "", lambda r: "党建引领治理", lambda r: "governance led by the Party", place="/policies"),
        _kind("area_drive", AreaDriveRow, "area", _area_drive, lambda r: "", lambda r: "片区联动改造", lambda r: "renovation by area unit", place="/area_units"),
        _kind("finance_policy", PolicyClassRow, "area", _policies_on("finance"), place="/policies", **_coded("which")),
        _kind("funding", FundingRow, "area", _funding, lambda r: "", lambda r: "改造资金", lambda r: "money for the works", place="/plans"),
        _kind("area_unit", AreaUnitRow, "area", _area_units, lambda r: r.area_unit.area_unit_id, lambda r: r.area_unit.name or r.area_unit.area_unit_id, place="/area_units"),
        _kind("area_survey", AreaSurveyRow, "area", _area_surveys, lambda r: r.name, place="/area_surveys"),
        _kind("completions", CompletionsRow, "area", _completions, lambda r: "", lambda r: "当年完工小区", lambda r: "communities completed in the year", place="/projects"),
        _kind("community", CommunityRow, "community", _communities, lambda r: r.community.community_id, lambda r: r.community.name),
        _kind("governance", GovernanceRow, "community", _governance, lambda r: "", lambda r: "小区治理", lambda r: "community governance"),
        _kind("exclusion", ExclusionRow, "community", _exclusions, place="", **_coded("which")),
        _kind("prior_renovation", PriorRenovationRow, "community", _prior_renovations, lambda r: str(r.prior.plan_year), lambda r: f"{r.prior.plan_year or ''}年改造", lambda r: f"works of {r.prior.plan_year or '?'}", place="/prior_renovations"),
        _kind("archive", ArchiveRow, "community", _archives, place="", **_coded("which")),
        _kind("utility_need", UtilityNeedRow, "community", _utility_needs, place="/shortfalls", **_coded("sector")),
        _kind("shortfall", ShortfallRow, "community", _shortfalls, lambda r: r.shortfall.facility_code, lambda r: _zh(r.shortfall.facility_code), lambda r: _en(r.shortfall.facility_code), place="/shortfalls"),
        _kind("shortfall_class", ShortfallClassRow, "community", _shortfall_classes, place="/shortfalls", **_coded("which")),
        _kind("participation_step", ParticipationRow, "community", _participation, place="/participation", **_coded("which")),
        _kind("consultation", ConsultationRow, "community", _consultations, lambda r: "", lambda r: "意愿征询", lambda r: "consultation", place="/consultations"),
        _kind("vote", VoteRow, "community", _votes, lambda r: f"{r.vote.decides}.{r.vote.scope_id or ''}" if r.vote else "scheme.", lambda r: "方案表决" if not r.vote or r.vote.decides == "scheme" else f"加梯表决（{r.vote.scope_id or '全体'}）", lambda r: "vote on the scheme" if not r.vote or r.vote.decides == "scheme" else f"vote on a lift ({r.vote.scope_id or 'all'})", place="/votes"),
        _kind("publicity", PublicityRow, "community", _publicity, lambda r: f"{r.vote.decides}.{r.vote.scope_id or ''}.{r.publicity.of}.{r.publicity.from_on.text if r.publicity.from_on else ''}", lambda r: "公示", lambda r: "publicity round", place="/votes"),
        _kind("consensus", ConsensusRow, "community", _consensus, lambda r: "", lambda r: "长效管理共识", lambda r: "consensus on management", place="/mgmt_consensus"),
        _kind("survey", SurveyRow, "community", _surveys, lambda r: "", lambda r: "满意度调查", lambda r: "satisfaction survey", place="/surveys"),
        _kind("fund_account", FundAccountRow, "community", _fund_accounts, lambda r: "", lambda r: "维修资金账户", lambda r: "maintenance fund account", place="/fund_account"),
        _kind("handover", HandoverRow, "community", _handovers, place="/handovers", **_coded("sector")),
        _kind("project", ProjectRow, "project", _projects, lambda r: r.project.project_id, lambda r: r.project.name),
        _kind("operator", OperatorRow, "project", _operators, lambda r: "", lambda r: "实施运营主体", lambda r: "operator", place="/operator"),
        _kind("project_funding", ProjectFundingRow, "project", _project_funding, lambda r: "", lambda r: "项目融资", lambda r: "financing of the project", place="/financing"),
        _kind("demolition", DemolitionRow, "project", _demolitions, lambda r: f"{r.demolition.type}.{r.demolition.executed_on.text if r.demolition.executed_on else ''}", lambda r: f"拆除{_zh(r.demolition.type or '')}", lambda r: f"demolition: {_en(r.demolition.type or '')}", place="/demolitions"),
        _kind("project_sector", ProjectSectorRow, "project", _project_sectors, place="/coordination_plan", **_coded("sector")),
        _kind("excavation", ExcavationRow, "project", _excavations, lambda r: r.section, place="/coordination_plan/excavation_log"),
        _kind("project_party", PartyRow, "project", _parties, **_coded("which")),
        _kind("project_month", ProjectMonthRow, "project", _project_months, lambda r: r.month.text, place="/inspections"),
        _kind("acceptance_party", AcceptancePartyRow, "project", _acceptance_parties, place="/acceptance", **_coded("which")),
        _kind("quality_event", QualityEventRow, "project", _quality_events, lambda r: r.event.event_id, lambda r: r.event.description or r.event.event_id, place="/quality_events"),
        _kind("quality_issue", QualityIssueRow, "project", _quality_issues, lambda r: r.issue.issue_id, lambda r: r.issue.doc_no or r.issue.issue_id, place="/quality_events"),
    )
}  # fmt: skip
