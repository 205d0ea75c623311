"""Measures of a community's eligibility: land, age, excluded kinds, earlier works; judges nothing."""

from __future__ import annotations

from compliance.measures.base import (
    CONFLICTING,
    MISSING,
    Code,
    Count,
    Flag,
    Share,
    When,
    count,
    declared_absent,
    flag,
    measure,
    when,
)
from compliance.measures.subjects import CommunityRow, ExclusionRow, PlanCommunityRow, PriorRenovationRow
from compliance.schemas.scalars import Ratio

STANDARD = "建办城〔2021〕50号 附件一（二）2"

FLAGS = {
    "shantytown": "in_shantytown_plan",
    "expropriation": "in_expropriation_plan",
    "villa_only": "is_villa_only",
    "illegal_construction": "is_illegal_construction",
    "to_be_rebuilt": "to_be_rebuilt",
}
"""Kind of exclusion → the field of a community that says so."""


@measure("土地性质", "kind of land", source=STANDARD)
def community_land(row: CommunityRow) -> Code:
    """State or collective land.

    >>> from compliance.measures.base import given
    >>> community_land(given(CommunityRow, community={"community_id": "c", "name": "示一", "land_type": "state"}))
    'state'
    """
    return row.community.land_type or MISSING


@measure("建成日期", "date built", source=STANDARD)
def community_built(row: CommunityRow | PlanCommunityRow) -> When:
    """When the community was built, often known to the year only.

    >>> from compliance.measures.base import given
    >>> community_built(given(CommunityRow, community={"community_id": "c", "name": "示一", "built_on": "1998"})).text
    '1998'
    """
    return when(row.community.built_on) if row.community else MISSING


@measure("不早于本小区建成的小区占计划比例", "share of the plan built no earlier than it", unit="%", source=STANDARD)
def newer_share(row: PlanCommunityRow) -> Share:
    """Place of the community among those of the plan, from the newest to the oldest, over their number.

    Whatever the last day of building, the communities built after it are the first k of that order, so the
    k-th of them carries the share that all of them have in the plan. Those without a date are not counted
    among the newer ones: the share can only be more. A plan whose number differs from its list contradicts itself.

    >>> from compliance.measures.base import given
    >>> plan, c = {"plan_id": "p", "year": 2023}, {"community_id": "c", "name": "示一", "built_on": "2004"}
    >>> newer_share(given(PlanCommunityRow, plan=plan, community=c, position=3, listed=20))
    Ratio(p=3, q=20)
    >>> newer_share(given(PlanCommunityRow, plan=plan, listed=20))
    <Unknown.MISSING_FIELD: 'missing_field'>
    >>> plan["communities_planned"] = 25
    >>> newer_share(given(PlanCommunityRow, plan=plan, community=c, position=3, listed=20))
    <Unknown.CONFLICTING_DATA: 'conflicting_data'>
    """
    planned = row.plan.communities_planned
    if planned is not None and planned != row.listed:
        return CONFLICTING
    if community_built(row) is MISSING or row.position is None:
        return MISSING
    return Ratio(row.position, row.listed)


@measure("排除类型", "kind of exclusion", source=STANDARD)
def exclusion_kind(row: ExclusionRow) -> Code:
    """The kind of communities that a place may exclude and that this row asks about.

    >>> from compliance.measures.base import given
    >>> exclusion_kind(given(ExclusionRow, which="villa_only"))
    'villa_only'
    """
    return row.which


@measure("是否属于该类型", "whether the community is of that kind", source=STANDARD)
def of_excluded_kind(row: ExclusionRow) -> Flag:
    """Whether the community is of the kind asked about.

    >>> from compliance.measures.base import given
    >>> c = {"community_id": "c", "name": "示一", "is_villa_only": False}
    >>> of_excluded_kind(given(ExclusionRow, community=c, which="villa_only"))
    False
    >>> of_excluded_kind(given(ExclusionRow, community=c, which="shantytown"))
    <Unknown.MISSING_FIELD: 'missing_field'>
    """
    return flag(getattr(row.community, FLAGS[row.which]))


@measure("历次改造有无是否说明", "whether earlier works are listed or declared absent", source=STANDARD)
def earlier_works_stated(row: CommunityRow) -> Flag:
    """Whether earlier renovations are listed, or declared not to exist; both at once contradict each other.

    >>> from compliance.measures.base import given
    >>> c = {"community_id": "c", "name": "示一"}
    >>> earlier_works_stated(given(CommunityRow, community=c | {"prior_renovations": [{"plan_year": 2019}]}))
    True
    >>> earlier_works_stated(given(CommunityRow, community=c, declarations=[{"absent": "prior_renovation"}]))
    True
    >>> earlier_works_stated(given(CommunityRow, community=c))
    <Unknown.MISSING_FIELD: 'missing_field'>
    """
    none = declared_absent(row.declarations, "prior_renovation")
    if row.community.prior_renovations:
        return CONFLICTING if none else True
    return True if none else MISSING


@measure("历次改造计划年度", "year of the earlier plan", unit="年", source=STANDARD)
def renovated_year(row: PriorRenovationRow) -> Count:
    """Year of the plan under which the community was renovated before.

    >>> from compliance.measures.base import given
    >>> renovated_year(given(PriorRenovationRow, prior={"plan_year": 2019}))
    2019
    """
    return count(row.prior.plan_year)


@measure("本计划年度", "year of the plan", unit="年", source=STANDARD)
def year_of_plan(row: PriorRenovationRow) -> Count:
    """Year of the plan that the community is in now.

    >>> from compliance.measures.base import given
    >>> year_of_plan(given(PriorRenovationRow, plan={"plan_id": "p", "year": 2023}))
    2023
    """
    return row.plan.year if row.plan else MISSING


@measure("历次改造资金来源", "funds of the earlier works", source=STANDARD)
def renovated_with(row: PriorRenovationRow) -> Code:
    """Source of funds of the earlier renovation.

    >>> from compliance.measures.base import given
    >>> renovated_with(given(PriorRenovationRow, prior={"fund_source": "central_subsidy"}))
    'central_subsidy'
    """
    return row.prior.fund_source or MISSING


@measure("是否同一楼栋", "whether the same buildings", source=STANDARD)
def same_buildings(row: PriorRenovationRow) -> Flag:
    """Whether the earlier renovation was of the same buildings.

    >>> from compliance.measures.base import given
    >>> same_buildings(given(PriorRenovationRow, prior={"same_buildings": False}))
    False
    """
    return flag(row.prior.same_buildings)
