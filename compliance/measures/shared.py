"""Measures that many kinds of rows share: dates of the plan and of the works; judges nothing."""

from __future__ import annotations

from compliance.measures import subjects as s
from compliance.measures.base import MISSING, Flag, When, measure, when
from compliance.schemas.scalars import Unknown

PLANNED = (
    s.AreaRow | s.PlanCountyRow | s.PlanRow | s.FinancingRow | s.AreaSurveyRow | s.CommunityRow | s.PriorRenovationRow
    | s.ArchiveRow | s.UtilityNeedRow | s.ShortfallRow | s.ShortfallClassRow | s.ParticipationRow | s.ConsultationRow
    | s.VoteRow | s.PublicityRow | s.ConsensusRow | s.ProjectRow | s.ProjectSectorRow | s.PartyRow | s.ProjectMonthRow
    | s.RankPairRow | s.PlanCommunityRow | s.ExclusionRow
    | s.FundAccountRow | s.GovernanceRow | s.FundingRow | s.OperatorRow | s.ProjectFundingRow
)  # fmt: skip

WORKED = (
    s.CommunityRow | s.GovernanceRow | s.ArchiveRow | s.ShortfallRow | s.ShortfallClassRow | s.ParticipationRow
    | s.VoteRow | s.PublicityRow | s.ConsensusRow | s.SurveyRow | s.HandoverRow | s.ProjectRow | s.DemolitionRow
    | s.ProjectSectorRow | s.ExcavationRow | s.PartyRow | s.AcceptancePartyRow | s.QualityEventRow
)  # fmt: skip


@measure("计划批准日", "approval of the plan", source="建办城〔2021〕50号 一（二）")
def plan_approved(row: PLANNED) -> When:
    """Day on which the plan that the subject belongs to was approved.

    >>> from compliance.measures.base import given
    >>> plan_approved(given(s.PlanRow, plan={"plan_id": "p", "year": 2023, "approved_on": "2022-12-30"})).text
    '2022-12-30'
    """
    return when(row.plan.approved_on) if row.plan else MISSING


@measure("实际开工日", "actual start of works", source="建办城〔2021〕50号 一（七）")
def works_started(row: WORKED) -> When:
    """Day on which works of the subject's project actually started.

    A date that rests on the contract alone is what was agreed, not what happened (spec §1.5): not known.

    >>> from compliance.measures.base import given
    >>> p = {"project_id": "p", "name": "n", "actual_start": "2023-05-01"}
    >>> works_started(given(s.ProjectRow, project=p)).text
    '2023-05-01'
    >>> works_started(given(s.ProjectRow, project=p | {"start_basis": "contract"}))
    <Unknown.MISSING_FIELD: 'missing_field'>
    """
    if row.project is None or row.project.start_basis == "contract":
        return MISSING
    return when(row.project.actual_start)


@measure("实际完工日", "completion of works", source="建办城〔2021〕50号 附件一（九）2")
def works_completed(row: WORKED) -> When:
    """Day on which works of the subject's project were completed.

    >>> from compliance.measures.base import given
    >>> works_completed(given(s.ProjectRow, project={"project_id": "p", "name": "n", "completed_on": "2023-11"})).text
    '2023-11'
    """
    return when(row.project.completed_on) if row.project else MISSING


ACCEPTED = s.CommunityRow | s.GovernanceRow | s.HandoverRow | s.ProjectRow | s.AcceptancePartyRow


@measure("竣工验收日", "acceptance of the works", source="建办城〔2021〕50号 附件一（九）2")
def works_accepted(row: ACCEPTED) -> When:
    """Day on which the works of the subject's project were accepted.

    >>> from compliance.measures.base import given
    >>> p = {"project_id": "p", "name": "n", "acceptance": {"accepted_on": "2023-11-20"}}
    >>> works_accepted(given(s.HandoverRow, project=p)).text
    '2023-11-20'
    """
    if row.project is None or row.project.acceptance is None:
        return MISSING
    return when(row.project.acceptance.accepted_on)


JUDGED = s.AreaRow | s.PlanRow | s.CommunityRow | s.ProjectRow | s.VoteRow | s.ConsensusRow


@measure("须由人研判", "left to a person", source="规格§1.1")
def left_to_a_person(row: JUDGED) -> Flag:
    """Never known to the program: put beside a condition in ``any``, it turns "not shown" into a question.

    >>> from compliance.measures.base import given
    >>> left_to_a_person(given(s.VoteRow))
    <Unknown.NEEDS_JUDGEMENT: 'needs_judgement'>
    """
    return Unknown.NEEDS_JUDGEMENT
