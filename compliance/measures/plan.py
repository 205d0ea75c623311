"""Measures of the yearly plan: where it came from, its funds, its debts, the year before; judges nothing."""

from __future__ import annotations

from decimal import Decimal

from compliance.measures.base import (
    CONFLICTING,
    MISSING,
    Amounts,
    Code,
    Count,
    Flag,
    Share,
    When,
    count,
    declared_absent,
    flag,
    measure,
    money,
    share,
    stands,
    when,
)
from compliance.measures.subjects import FinancingRow, PlanCountyRow, PlanRow
from compliance.schemas.dossier import Financing

STANDARD = "建办城〔2021〕50号 附件一（二）1"

PUBLIC_MONEY = ("central_subsidy", "central_budget_investment", "provincial", "city", "county")
"""Sources that are the state's budgets; bonds are debts and counted apart."""


@measure("县区是否申报", "whether the county applied", source=STANDARD)
def county_applied(row: PlanCountyRow) -> Flag:
    """Whether a county that the plan covers applied for it: shown by a date or the application itself.

    >>> from compliance.measures.base import given
    >>> c = {"area_code": "990101"}
    >>> county_applied(given(PlanCountyRow, declaration=c | {"declared_on": "2022-09-30"}))
    True
    >>> county_applied(given(PlanCountyRow, declaration=c | {"document": {"exists": False}}))
    False
    >>> county_applied(given(PlanCountyRow)), county_applied(given(PlanCountyRow, declaration=c))
    (<Unknown.MISSING_FIELD: 'missing_field'>, <Unknown.MISSING_FIELD: 'missing_field'>)
    """
    c = row.declaration
    if c is None:
        return MISSING
    said = stands(c.document)
    if c.declared_on is not None:
        return CONFLICTING if said is False and c.document is not None and c.document.exists is False else True
    return said


@measure("县级申报日", "day of the county's application", source=STANDARD)
def county_applied_on(row: PlanCountyRow) -> When:
    """Day of the county's application; where it is not reported, the date of the application document.

    >>> from compliance.measures.base import given
    >>> c = {"area_code": "990101", "document": {"issued_on": "2022-10-08"}}
    >>> county_applied_on(given(PlanCountyRow, declaration=c)).text
    '2022-10-08'
    """
    c = row.declaration
    if c is None:
        return MISSING
    if c.declared_on is None and c.document is not None:
        return when(c.document.issued_on)
    return when(c.declared_on)


@measure("是否下达指标", "whether targets were imposed", source=STANDARD)
def quota_imposed(row: PlanRow) -> Flag:
    """Whether targets were handed down for the plan.

    >>> from compliance.measures.base import given
    >>> quota_imposed(given(PlanRow, plan={"plan_id": "p", "year": 2023, "quota_imposed": False}))
    False
    """
    return flag(row.plan.quota_imposed) if row.plan else MISSING


@measure("各小区改造内容是否完全相同", "whether all schemes hold the same works", source=STANDARD)
def schemes_identical(row: PlanRow) -> Flag:
    """Whether all communities of the plan are to have exactly the same kinds of works; two at least are needed.

    Unit prices are not reported and not compared.

    >>> from compliance.measures.base import given
    >>> def c(i, *codes): return {"community_id": i, "name": i, "scheme": {
    ...     "items": [{"facility_code": x} for x in codes]}}
    >>> schemes_identical(given(PlanRow, communities=[c("a", "gas", "road"), c("b", "road", "gas")]))
    True
    >>> schemes_identical(given(PlanRow, communities=[c("a", "gas"), c("b", "road"), c("c")]))
    False
    >>> schemes_identical(given(PlanRow, communities=[c("a", "gas"), c("b", "gas"), c("c")]))
    <Unknown.MISSING_FIELD: 'missing_field'>
    """
    first: set[str] = set()
    silent = len(row.communities) < 2
    for community in row.communities:
        works = {r.facility_code for r in community.scheme.items} if community.scheme else None
        if not works:
            silent = True
        elif first and works != first:
            return False
        else:
            first = first or set(works)
    return MISSING if silent else True


def _confirmed(entry: Financing) -> bool | None:
    """Whether the funds are confirmed; received counts, and received though not confirmed is undecided."""
    if entry.confirmed is None:
        return True if entry.in_place else None
    return None if entry.in_place and not entry.confirmed else entry.confirmed


@measure("计划投资", "planned investment", unit="万元", source=STANDARD)
def planned_investment(row: PlanRow) -> Amounts:
    """Investment that the plan foresees.

    >>> from compliance.measures.base import given
    >>> planned_investment(given(PlanRow, plan={"plan_id": "p", "year": 2023, "planned_investment_10k": 5200}))
    Decimal('5200')
    """
    return money(row.plan.planned_investment_10k) if row.plan else MISSING


@measure("已知落实资金", "funds known to be confirmed", unit="万元", source=STANDARD)
def funds_confirmed(row: PlanRow) -> Amounts:
    """Sum of the plan's funds that are confirmed or received, as far as reported: it can only be more.

    No entries at all: not known.

    >>> from compliance.measures.base import given
    >>> def plan(*funds): return given(PlanRow, plan={"plan_id": "p", "year": 2023, "funding_plan": [
    ...     {"source": "city", "amount_10k": a, "confirmed": c, "in_place": i} for a, c, i in funds]})
    >>> funds_confirmed(plan((300, True, None), (200, None, True), (900, False, None), (50, None, None)))
    Decimal('500')
    >>> funds_confirmed(plan())
    <Unknown.MISSING_FIELD: 'missing_field'>
    """
    if row.plan is None or not row.plan.funding_plan:
        return MISSING
    return sum((e.amount_10k for e in row.plan.funding_plan if e.amount_10k is not None and _confirmed(e)), Decimal(0))


@measure("资金缺口比例", "share of the planned investment not confirmed", unit="%", source=STANDARD)
def funding_gap(row: PlanRow) -> Share:
    """Planned investment less confirmed funds, over the planned investment; never below zero.

    One entry undecided or without its amount makes it unknown.

    >>> from compliance.measures.base import given
    >>> def plan(*funds): return given(PlanRow, plan={"plan_id": "p", "year": 2023, "planned_investment_10k": 1000,
    ...     "funding_plan": [{"source": "city", "amount_10k": a, "confirmed": c} for a, c in funds]})
    >>> funding_gap(plan((900, True), (100, False))), funding_gap(plan((1200, True)))
    (Ratio(p=100, q=1000), Ratio(p=0, q=1000))
    >>> funding_gap(plan((900, True), (100, None)))
    <Unknown.MISSING_FIELD: 'missing_field'>
    """
    if row.plan is None or not row.plan.funding_plan or row.plan.planned_investment_10k is None:
        return MISSING
    planned = row.plan.planned_investment_10k
    confirmed = Decimal(0)
    for entry in row.plan.funding_plan:
        decided = _confirmed(entry)
        if decided is None or (decided and entry.amount_10k is None):
            return MISSING
        if decided and entry.amount_10k is not None:
            confirmed += entry.amount_10k
    return share(max(planned - confirmed, Decimal(0)), planned)


@measure("财政资金占比", "share of public budgets in the funding plan", unit="%", source="建办城〔2021〕50号 一（三）")
def public_money_share(row: PlanRow) -> Share:
    """Money from the budgets of all levels over all funds of the plan; bonds, loans and others' money apart.

    >>> from compliance.measures.base import given
    >>> plan = {"plan_id": "p", "year": 2023, "funding_plan": [
    ...     {"source": "central_subsidy", "amount_10k": 990}, {"source": "resident", "amount_10k": 10}]}
    >>> public_money_share(given(PlanRow, plan=plan))
    Ratio(p=990, q=1000)
    """
    if row.plan is None or not row.plan.funding_plan:
        return MISSING
    public = whole = Decimal(0)
    for entry in row.plan.funding_plan:
        if entry.amount_10k is None:
            return MISSING
        whole += entry.amount_10k
        if entry.source in PUBLIC_MONEY:
            public += entry.amount_10k
    return share(public, whole)


@measure(
    "财政资金占已落实资金比例",
    "share of public budgets in the funds confirmed",
    unit="%",
    source="建办城〔2021〕50号 一（三）",
)
def public_share_of_confirmed(row: PlanRow) -> Share:
    """Money from the budgets of all levels over all funds of the plan, both as far as confirmed or received.

    One entry undecided or without its amount makes it unknown; so do entries none of which is confirmed.

    >>> from compliance.measures.base import given
    >>> def plan(*funds): return given(PlanRow, plan={"plan_id": "p", "year": 2020, "funding_plan": [
    ...     {"source": s, "amount_10k": a, "confirmed": c} for s, a, c in funds]})
    >>> public_share_of_confirmed(plan(
    ...     ("central_subsidy", "1997.95", True), ("county", "2.84", True), ("resident", "12.4", True)))
    Ratio(p=200079, q=201319)
    >>> public_share_of_confirmed(plan(("city", 300, True), ("enterprise", 900, False)))
    Ratio(p=300, q=300)
    >>> public_share_of_confirmed(plan(("city", 300, True), ("resident", None, False)))
    Ratio(p=300, q=300)
    >>> public_share_of_confirmed(plan(("city", 300, True), ("resident", 5, None)))
    <Unknown.MISSING_FIELD: 'missing_field'>
    >>> public_share_of_confirmed(plan(("city", 300, False))), public_share_of_confirmed(plan(("city", None, True)))
    (<Unknown.MISSING_FIELD: 'missing_field'>, <Unknown.MISSING_FIELD: 'missing_field'>)
    """
    if row.plan is None:
        return MISSING
    public = whole = Decimal(0)
    for entry in row.plan.funding_plan:
        decided = _confirmed(entry)
        if decided is None or (decided and entry.amount_10k is None):
            return MISSING
        if decided and entry.amount_10k is not None:
            whole += entry.amount_10k
            if entry.source in PUBLIC_MONEY:
                public += entry.amount_10k
    return share(public, whole) if whole else MISSING


@measure("是否因资金停工或拖欠", "works stopped or bills unpaid for lack of funds", source=STANDARD)
def works_stopped(row: PlanRow) -> Flag:
    """Whether works stopped, or bills went unpaid, because money was lacking.

    >>> from compliance.measures.base import given
    >>> works_stopped(given(PlanRow, plan={"plan_id": "p", "year": 2023, "works_stopped_for_funds": True}))
    True
    """
    return flag(row.plan.works_stopped_for_funds) if row.plan else MISSING


@measure("上年计划小区数", "communities planned the year before", unit="个", source=STANDARD)
def prev_planned(row: PlanRow) -> Count:
    """Communities in the plan of the year before.

    >>> from compliance.measures.base import given
    >>> prev_planned(given(PlanRow, plan={"plan_id": "p", "year": 2023, "prev_year_planned": 52}))
    52
    """
    return count(row.plan.prev_year_planned) if row.plan else MISSING


@measure("上年开工率", "share of last year's communities started", unit="%", source=STANDARD)
def prev_started_share(row: PlanRow) -> Share:
    """Communities of last year's plan that were started, over all of them.

    >>> from compliance.measures.base import given
    >>> plan = {"plan_id": "p", "year": 2023, "prev_year_planned": 52, "prev_year_started": 37}
    >>> prev_started_share(given(PlanRow, plan=plan))
    Ratio(p=37, q=52)
    """
    return share(row.plan.prev_year_started, row.plan.prev_year_planned) if row.plan else MISSING


def _less(whole: int | None, part: int | None) -> Count:
    if whole is None or part is None:
        return MISSING
    return whole - part if part <= whole else CONFLICTING


@measure("上年计划未开工小区数", "last year's communities not started", unit="个", source=STANDARD)
def prev_not_started(row: PlanRow) -> Count:
    """Communities of last year's plan that were not started. More started than planned contradicts itself.

    >>> from compliance.measures.base import given
    >>> plan = {"plan_id": "p", "year": 2023, "prev_year_planned": 52, "prev_year_started": 37}
    >>> prev_not_started(given(PlanRow, plan=plan))
    15
    >>> prev_not_started(given(PlanRow, plan=plan | {"prev_year_started": 53}))
    <Unknown.CONFLICTING_DATA: 'conflicting_data'>
    """
    return _less(row.plan.prev_year_planned, row.plan.prev_year_started) if row.plan else MISSING


@measure("上年计划未完工小区数", "last year's communities not completed", unit="个", source=STANDARD)
def prev_not_completed(row: PlanRow) -> Count:
    """Communities of last year's plan that were not completed.

    >>> from compliance.measures.base import given
    >>> plan = {"plan_id": "p", "year": 2023, "prev_year_planned": 52, "prev_year_completed": 44}
    >>> prev_not_completed(given(PlanRow, plan=plan))
    8
    """
    return _less(row.plan.prev_year_planned, row.plan.prev_year_completed) if row.plan else MISSING


@measure("新增隐性债务", "hidden debt added", unit="万元", source=STANDARD)
def hidden_debt_added(row: PlanRow) -> Amounts:
    """Hidden government debt that the plan added; nothing reported but its absence declared: zero.

    An amount against a declaration that there is none contradicts itself.

    >>> from compliance.measures.base import given
    >>> plan, none = {"plan_id": "p", "year": 2023}, [{"absent": "hidden_debt"}]
    >>> hidden_debt_added(given(PlanRow, plan=plan, declarations=none))
    Decimal('0')
    >>> hidden_debt_added(given(PlanRow, plan=plan | {"hidden_debt_added_10k": "0.5"}))
    Decimal('0.5')
    >>> hidden_debt_added(given(PlanRow, plan=plan | {"hidden_debt_added_10k": 1}, declarations=none))
    <Unknown.CONFLICTING_DATA: 'conflicting_data'>
    """
    if row.plan is None:
        return MISSING
    added = row.plan.hidden_debt_added_10k
    if added is not None and not added:
        return added
    if declared_absent(row.declarations, "hidden_debt"):
        return CONFLICTING if added else Decimal(0)
    return money(added)


@measure("是否有债务审核意见", "whether the review of debt exists", source=STANDARD)
def debt_reviewed(row: PlanRow) -> Flag:
    """Whether the finance department's review of debt exists.

    >>> from compliance.measures.base import given
    >>> debt_reviewed(given(PlanRow, plan={"plan_id": "p", "year": 2023, "debt_review": {"exists": False}}))
    False
    """
    return stands(row.plan.debt_review) if row.plan else MISSING


@measure("资金来源", "source of the funds", source=STANDARD)
def financed_from(row: FinancingRow) -> Code:
    """Source of one financing entry.

    >>> from compliance.measures.base import given
    >>> financed_from(given(FinancingRow, financing={"source": "loan"}))
    'loan'
    """
    return row.financing.source


@measure("政府或部门是否担保、承诺还款", "whether government guarantees or promises repayment", source=STANDARD)
def government_guarantee(row: FinancingRow) -> Flag:
    """Whether government or one of its departments guarantees the funds or promises to repay them.

    Repayment from a commitment of the budget is such a promise. Nothing reported but the absence of
    guarantees declared: none. What is said both ways contradicts itself.

    >>> from compliance.measures.base import given
    >>> def backed(absent=(), **f): return government_guarantee(given(FinancingRow, financing={"source": "loan"} | f,
    ...     declarations=[{"absent": a} for a in absent]))
    >>> backed(guarantee=False), backed(repayment="fiscal_commitment"), backed(absent=["guarantees"])
    (False, True, False)
    >>> backed(guarantee=False, repayment="fiscal_commitment"), backed(repayment="enterprise")
    (<Unknown.CONFLICTING_DATA: 'conflicting_data'>, <Unknown.MISSING_FIELD: 'missing_field'>)
    """
    backed = row.financing.guarantee
    if row.financing.repayment == "fiscal_commitment":
        if backed is False:
            return CONFLICTING
        backed = True
    if backed is False:
        return False
    if declared_absent(row.declarations, "guarantees"):
        return CONFLICTING if backed else False
    return flag(backed)
