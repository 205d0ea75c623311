"""Measures of how the renovation plan meets the utilities' own yearly plans; judges nothing."""

from __future__ import annotations

from compliance.measures.base import MISSING, Code, Count, Flag, measure
from compliance.measures.subjects import PlanCountyRow, PlanRow, UtilityNeedRow
from compliance.schemas.scalars import Unknown

STANDARD = "建办城〔2021〕50号 附件一（四）1"


@measure("管线专业", "utility sector", source=STANDARD)
def sector(row: UtilityNeedRow) -> Code:
    """Sector in which the community needs work: power, telecom, water, drainage, gas or heating.

    >>> from compliance.measures.base import given
    >>> sector(given(UtilityNeedRow, sector="gas"))
    'gas'
    """
    return row.sector


@measure("是否列入专营单位年度计划", "named in the utility's yearly plan", source=STANDARD)
def in_utility_plan(row: UtilityNeedRow) -> Flag:
    """Whether a utility's plan for the sector and the plan's year names the community.

    False only where such plans, with their lists and years, were submitted and do not name it. No plan, one
    without its list, or one that names the community but says no year: not known.

    >>> from compliance.measures.base import given
    >>> plan = {"utility_plan_id": "u", "sector": "gas", "year": 2023, "community_ids": ["c1"]}
    >>> in_utility_plan(given(UtilityNeedRow, utility_plans=[plan], naming=[plan]))
    True
    >>> in_utility_plan(given(UtilityNeedRow, utility_plans=[plan]))
    False
    >>> in_utility_plan(given(UtilityNeedRow, utility_plans=[plan | {"community_ids": []}]))
    <Unknown.MISSING_FIELD: 'missing_field'>
    """
    if any(u.community_ids and u.year is not None for u in row.naming):
        return True
    if row.naming or not row.utility_plans:
        return MISSING
    listed = [u.community_ids and u.year is not None for u in row.utility_plans]
    return False if all(listed) else MISSING


@measure("专营计划晚于批准的天数", "days from approval to utility's plan", unit="日", source="规格B4.1")
def days_after_approval(row: UtilityNeedRow) -> Count:
    """Days from the renovation plan's approval to the issue of the first utility plan naming the community.

    Nought where the utility's plan came first or on the same day.

    >>> from compliance.measures.base import given
    >>> plan = {"plan_id": "p", "year": 2023, "approved_on": "2023-01-01"}
    >>> named = {"utility_plan_id": "u", "sector": "gas", "issued_on": "2023-04-02"}
    >>> days_after_approval(given(UtilityNeedRow, plan=plan, naming=[named]))
    91
    >>> days_after_approval(given(UtilityNeedRow, plan=plan, naming=[named | {"issued_on": "2023"}]))
    <Unknown.AMBIGUOUS_DATE: 'ambiguous_date'>
    """
    approved = row.plan.approved_on if row.plan else None
    issued = [u.issued_on for u in row.naming if u.issued_on]
    if approved is None or not issued:
        return MISSING
    first = min(issued)
    if first.first != first.last or approved.first != approved.last:
        return Unknown.AMBIGUOUS_DATE
    return max(0, first.first - approved.first)


@measure("专营计划是否与改造计划对接", "utilities' plans covering the county matched", source=STANDARD)
def utility_plans_matched(row: PlanCountyRow) -> Flag:
    """Whether the utilities' plans of the year that cover the county were matched with the renovation plan.

    One that is said not to be decides; a plan without a year or without that statement leaves it open.

    >>> from compliance.measures.base import given
    >>> plan = {"plan_id": "p", "year": 2023}
    >>> gas = {"utility_plan_id": "g", "sector": "gas", "year": 2023, "covers_renovation_plan": True}
    >>> water = {"utility_plan_id": "w", "sector": "water", "year": 2023, "covers_renovation_plan": False}
    >>> utility_plans_matched(given(PlanCountyRow, plan=plan, utility_plans=[gas]))
    True
    >>> utility_plans_matched(given(PlanCountyRow, plan=plan, utility_plans=[gas, water]))
    False
    >>> utility_plans_matched(given(PlanCountyRow, plan=plan, utility_plans=[water | {"year": 2022}]))
    <Unknown.MISSING_FIELD: 'missing_field'>
    """
    plans = [u for u in row.utility_plans if u.year is None or u.year == row.plan.year]
    stated = [u.covers_renovation_plan if u.year else None for u in plans]
    if False in stated:
        return False
    return MISSING if not stated or None in stated else True


@measure("计划是否列明县区或小区", "plan names its counties or communities", source=STANDARD)
def plan_members_reported(row: PlanRow) -> Flag:
    """True where the plan names the counties or the communities it covers; else not known, never false.

    >>> from compliance.measures.base import given
    >>> plan = {"plan_id": "p", "year": 2023}
    >>> plan_members_reported(given(PlanRow, plan=plan | {"county_codes": ["990101"]}))
    True
    >>> plan_members_reported(given(PlanRow, plan=plan))
    <Unknown.MISSING_FIELD: 'missing_field'>
    """
    if row.plan is None:
        return MISSING
    return True if row.plan.county_codes or row.plan.community_ids else MISSING
