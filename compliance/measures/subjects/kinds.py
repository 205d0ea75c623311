"""The kinds of subjects: kind → its row, its owner, the rows of a case, and how one row is named; judges nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from compliance.measures.subjects import area, community, facilities, money, project, residents
from compliance.measures.subjects.case import Case, Rows
from compliance.schemas.vocabulary import words_of


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
        _kind("area", area.AreaRow, "area", area.each_area, lambda r: "", lambda r: r.dossier.area_name),
        _kind("mechanism_document", area.MechanismDocumentRow, "area", area.each_mechanism_document, place="/mechanisms", **_coded("which")),
        _kind("plan_county", area.PlanCountyRow, "area", area.each_plan_county, lambda r: r.code, lambda r: f"县区{r.code}", lambda r: f"county {r.code}", place="/plans"),
        _kind("plan", area.PlanRow, "area", area.each_plan, lambda r: r.plan.plan_id if r.plan else "", lambda r: f"{r.plan.year}年度计划" if r.plan else "年度计划", lambda r: f"plan of {r.plan.year}" if r.plan else "yearly plan", place="/plans"),
        _kind("financing", money.FinancingRow, "area", money.each_financing, lambda r: f"{r.project.project_id if r.project else 'plan'}.{r.financing.source}", lambda r: f"{r.project.name if r.project else '计划'}·{_zh(r.financing.source)}", lambda r: f"{r.project.name if r.project else 'plan'}: {_en(r.financing.source)}", place="/plans"),
        _kind("issue", area.IssueRow, "area", area.each_issue, lambda r: r.issue.issue_id, lambda r: r.issue.doc_no or r.issue.issue_id, place="/issues"),
        _kind("fund_txn", money.FundTxnRow, "area", money.each_fund_txn, lambda r: r.txn.txn_id, lambda r: f"流水{r.txn.txn_id}", lambda r: f"transaction {r.txn.txn_id}", place="/fund_txns"),
        _kind("fund_sum", money.FundSumRow, "area", money.each_fund_sum, lambda r: f"{r.source}.{r.doc_no or ''}", lambda r: f"{_zh(r.source)}{r.doc_no or ''}", lambda r: f"{_en(r.source)} {r.doc_no or ''}".strip(), place="/fund_txns"),
        _kind("fund_review", money.FundReviewRow, "area", money.each_fund_review, lambda r: f"{r.review.by or ''}.{r.review.dated.text if r.review.dated else ''}" if r.review else "", lambda r: "资金核对或审计意见", lambda r: "review of the use of funds", place="/fund_reviews"),
        _kind("plan_community", area.PlanCommunityRow, "area", area.each_plan_community, lambda r: r.community_id, lambda r: r.community.name if r.community else r.community_id, place="/communities"),
        _kind("rank_pair", area.RankPairRow, "area", area.each_rank_pair, lambda r: f"{r.unselected.reserve_id}.{r.selected.reserve_id}", lambda r: f"未入选{r.unselected.reserve_id}与入选{r.selected.reserve_id}", lambda r: f"unselected {r.unselected.reserve_id} against {r.selected.reserve_id}", place="/reserve_entries"),
        _kind("quality_system", area.QualitySystemRow, "area", area.each_quality_system, place="/quality_systems", **_coded("which")),
        _kind("policy_class", area.PolicyClassRow, "area", area.policies_on(*facilities.POLICY_CLASSES), place="/policies", **_coded("which")),
        _kind("approval_policy", area.PolicyClassRow, "area", area.policies_on("approval"), place="/policies", **_coded("which")),
        _kind("standard_policy", area.PolicyClassRow, "area", area.policies_on("standard_system"), place="/policies", **_coded("which")),
        _kind("indoor_policy", area.PolicyClassRow, "area", area.policies_on("indoor_renovation"), place="/policies", **_coded("which")),
        _kind("fund_segment", money.FundSegmentRow, "area", money.each_fund_segment, place="/fund_rules", **_coded("which")),
        _kind("party_led", area.PartyLedRow, "area", area.each_party_led, lambda r: "", lambda r: "党建引领治理", lambda r: "governance led by the Party", place="/policies"),
        _kind("area_drive", area.AreaDriveRow, "area", area.each_area_drive, lambda r: "", lambda r: "片区联动改造", lambda r: "renovation by area unit", place="/area_units"),
        _kind("finance_policy", area.PolicyClassRow, "area", area.policies_on("finance"), place="/policies", **_coded("which")),
        _kind("funding_policy", area.PolicyClassRow, "area", area.policies_on("funding"), place="/policies", **_coded("which")),
        _kind("funding", money.FundingRow, "area", money.each_funding, lambda r: "", lambda r: "改造资金", lambda r: "money for the works", place="/plans"),
        _kind("area_unit", area.AreaUnitRow, "area", area.each_area_unit, lambda r: r.area_unit.area_unit_id, lambda r: r.area_unit.name or r.area_unit.area_unit_id, place="/area_units"),
        _kind("area_survey", area.AreaSurveyRow, "area", area.each_area_survey, lambda r: r.name, place="/area_surveys"),
        _kind("completions", residents.CompletionsRow, "area", residents.each_completions, lambda r: "", lambda r: "当年完工小区", lambda r: "communities completed in the year", place="/projects"),
        _kind("community", community.CommunityRow, "community", community.each_community, lambda r: r.community.community_id, lambda r: r.community.name),
        _kind("governance", residents.GovernanceRow, "community", residents.each_governance, lambda r: "", lambda r: "小区治理", lambda r: "community governance"),
        _kind("exclusion", community.ExclusionRow, "community", community.each_exclusion, place="", **_coded("which")),
        _kind("prior_renovation", community.PriorRenovationRow, "community", community.each_prior_renovation, lambda r: str(r.prior.plan_year), lambda r: f"{r.prior.plan_year or ''}年改造", lambda r: f"works of {r.prior.plan_year or '?'}", place="/prior_renovations"),
        _kind("archive", community.ArchiveRow, "community", community.each_archive, place="", **_coded("which")),
        _kind("utility_need", community.UtilityNeedRow, "community", community.each_utility_need, place="/shortfalls", **_coded("sector")),
        _kind("shortfall", community.ShortfallRow, "community", community.each_shortfall, lambda r: r.shortfall.facility_code, lambda r: _zh(r.shortfall.facility_code), lambda r: _en(r.shortfall.facility_code), place="/shortfalls"),
        _kind("shortfall_class", community.ShortfallClassRow, "community", community.each_shortfall_class, place="/shortfalls", **_coded("which")),
        _kind("participation_step", residents.ParticipationRow, "community", residents.each_participation_step, place="/participation", **_coded("which")),
        _kind("consultation", residents.ConsultationRow, "community", residents.each_consultation, lambda r: "", lambda r: "意愿征询", lambda r: "consultation", place="/consultations"),
        _kind("vote", residents.VoteRow, "community", residents.each_vote, lambda r: f"{r.vote.decides}.{r.vote.scope_id or ''}" if r.vote else "scheme.", lambda r: "方案表决" if not r.vote or r.vote.decides == "scheme" else f"加梯表决（{r.vote.scope_id or '全体'}）", lambda r: "vote on the scheme" if not r.vote or r.vote.decides == "scheme" else f"vote on a lift ({r.vote.scope_id or 'all'})", place="/votes"),
        _kind("publicity", residents.PublicityRow, "community", residents.each_publicity, lambda r: f"{r.vote.decides}.{r.vote.scope_id or ''}.{r.publicity.of}.{r.publicity.from_on.text if r.publicity.from_on else ''}", lambda r: "公示", lambda r: "publicity round", place="/votes"),
        _kind("consensus", residents.ConsensusRow, "community", residents.each_consensus, lambda r: "", lambda r: "长效管理共识", lambda r: "consensus on management", place="/mgmt_consensus"),
        _kind("survey", residents.SurveyRow, "community", residents.each_survey, lambda r: "", lambda r: "满意度调查", lambda r: "satisfaction survey", place="/surveys"),
        _kind("fund_account", money.FundAccountRow, "community", money.each_fund_account, lambda r: "", lambda r: "维修资金账户", lambda r: "maintenance fund account", place="/fund_account"),
        _kind("handover", community.HandoverRow, "community", community.each_handover, place="/handovers", **_coded("sector")),
        _kind("project", project.ProjectRow, "project", project.each_project, lambda r: r.project.project_id, lambda r: r.project.name),
        _kind("operator", project.OperatorRow, "project", project.each_operator, lambda r: "", lambda r: "实施运营主体", lambda r: "operator", place="/operator"),
        _kind("project_funding", money.ProjectFundingRow, "project", money.each_project_funding, lambda r: "", lambda r: "项目融资", lambda r: "financing of the project", place="/financing"),
        _kind("demolition", project.DemolitionRow, "project", project.each_demolition, lambda r: f"{r.demolition.type}.{r.demolition.executed_on.text if r.demolition.executed_on else ''}", lambda r: f"拆除{_zh(r.demolition.type or '')}", lambda r: f"demolition: {_en(r.demolition.type or '')}", place="/demolitions"),
        _kind("project_sector", project.ProjectSectorRow, "project", project.each_project_sector, place="/coordination_plan", **_coded("sector")),
        _kind("excavation", project.ExcavationRow, "project", project.each_excavation, lambda r: r.section, place="/coordination_plan/excavation_log"),
        _kind("project_party", project.PartyRow, "project", project.each_project_party, **_coded("which")),
        _kind("project_month", project.ProjectMonthRow, "project", project.each_project_month, lambda r: r.month.text, place="/inspections"),
        _kind("acceptance_party", project.AcceptancePartyRow, "project", project.each_acceptance_party, place="/acceptance", **_coded("which")),
        _kind("quality_event", project.QualityEventRow, "project", project.each_quality_event, lambda r: r.event.event_id, lambda r: r.event.description or r.event.event_id, place="/quality_events"),
        _kind("quality_issue", project.QualityIssueRow, "project", project.each_quality_issue, lambda r: r.issue.issue_id, lambda r: r.issue.doc_no or r.issue.issue_id, place="/quality_events"),
    )
}  # fmt: skip
