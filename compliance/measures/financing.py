"""Measures of where the money comes from: sums by source, of the area's plan and of a project; judges nothing.

The same money may stand in the plan, in the projects and in the transactions. So the three records are summed
apart and the largest sum is taken: nothing is counted twice. A sum above nothing is known although further
entries are in doubt; a sum of nothing is known only when no entry is.
"""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import NamedTuple

from compliance.measures.base import (
    CONFLICTING,
    MISSING,
    Amounts,
    Flag,
    Share,
    declared_absent,
    flag,
    measure,
    money,
    share,
)
from compliance.measures.subjects import FinancingRow, FundingRow, ProjectFundingRow
from compliance.schemas.dossier import Financing, FundTxn
from compliance.schemas.scalars import Day, Unknown

SOCIAL = "建办城〔2021〕50号 附件二（四）1"
FISCAL = "建办城〔2021〕50号 附件二（四）2"
FINANCE = "建办城〔2021〕50号 附件二（六）"

JUDGEMENT = Unknown.NEEDS_JUDGEMENT
_RANK = {reason: i for i, reason in enumerate(Unknown)}
_NOTHING = Decimal(0)

_RESIDENTS = ("resident", "maintenance_fund", "housing_fund")
_SOCIAL = ("enterprise", "original_owner", "utility", *_RESIDENTS)
_CENTRAL = ("central_subsidy", "central_budget_investment")
_BONDS = ("special_bond", "general_bond")
_MARKET = ("loan", *_BONDS, "renewal_fund")


class _Sum(NamedTuple):
    """What one record holds of some sources: the sum that is certain, the doubt, whether there is any entry."""

    certain: Decimal
    doubt: Unknown | None
    seen: bool


def _weightier(one: Unknown | None, other: Unknown | None) -> Unknown | None:
    if one is None or other is None:
        return one or other
    return one if _RANK[one] <= _RANK[other] else other


def _of_entries(
    entries: Iterable[Financing], sources: tuple[str, ...], *, arranged: bool, pending: Unknown | None
) -> _Sum:
    """Sum of financing entries in place (or, ``arranged``, confirmed); ``pending``: what is known not to be yet."""
    certain, doubt, seen = _NOTHING, None, False
    for entry in entries:
        if entry.source not in sources:
            continue
        seen = True
        if entry.amount_10k is not None and not entry.amount_10k:
            continue
        stands = True if entry.in_place else entry.confirmed if arranged else entry.in_place
        if stands and entry.amount_10k is not None:
            certain += entry.amount_10k
        else:
            doubt = _weightier(doubt, pending if stands is False else MISSING)
    return _Sum(certain, doubt, seen)


def _of_txns(txns: Iterable[FundTxn], sources: tuple[str, ...], as_of: Day, *, arranged: bool) -> _Sum:
    """Sum of transactions up to the as-of day: the larger of what was received and what was paid."""
    sums = {"allocated": _NOTHING, "received": _NOTHING, "paid": _NOTHING}
    doubt, seen = None, False
    for txn in txns:
        if txn.source not in sources or (txn.on is not None and txn.on.first > as_of.last):
            continue
        seen = True
        if txn.amount_10k is None:
            doubt = _weightier(doubt, MISSING)
        else:
            sums[txn.kind] += txn.amount_10k
    certain = max(sums["received"], sums["paid"])
    if arranged:
        certain = max(certain, sums["allocated"])
    elif sums["allocated"] and not certain:
        doubt = _weightier(doubt, JUDGEMENT)
    return _Sum(certain, doubt, seen)


def _held(records: Iterable[_Sum], absent: bool) -> Amounts:
    certain, doubt, seen = _NOTHING, None, False
    for record in records:
        certain = max(certain, record.certain)
        doubt = _weightier(doubt, record.doubt)
        seen = seen or record.seen
    if absent:
        return CONFLICTING if certain or doubt else _NOTHING
    if certain:
        return certain
    return doubt or (_NOTHING if seen else MISSING)


def _of_area(
    row: FundingRow,
    sources: tuple[str, ...],
    *,
    arranged: bool = False,
    pending: Unknown | None = JUDGEMENT,
    absent: str = "",
) -> Amounts:
    records = (
        _of_entries(row.plan_entries, sources, arranged=arranged, pending=pending),
        _of_entries(row.project_entries, sources, arranged=arranged, pending=pending),
        _of_txns(row.txns, sources, row.as_of, arranged=arranged),
    )
    return _held(records, bool(absent) and declared_absent(row.declarations, absent))


def _of_project(row: ProjectFundingRow, sources: tuple[str, ...]) -> Amounts:
    records = (
        _of_entries(row.entries, sources, arranged=False, pending=JUDGEMENT),
        _of_txns(row.txns, sources, row.as_of, arranged=False),
    )
    return _held(records, declared_absent(row.declarations, "market_financing"))


# -- other than public money ---------------------------------------------------------------------------------


@measure("社会资本已到位", "enterprises' money in place", unit="万元", source=SOCIAL)
def enterprise_funds(row: FundingRow) -> Amounts:
    """Enterprises' money received, or settled as an investment in kind.

    What is only agreed is left to a person; no entry is not known, unless declared that there is none.

    >>> from compliance.measures.base import given
    >>> from compliance.schemas.scalars import days
    >>> def row(*entries, **more):
    ...     made = [{"source": "enterprise", "amount_10k": 300} | e for e in entries]
    ...     return given(FundingRow, plan_entries=made, as_of=days("2023-06-30"), **more)
    >>> enterprise_funds(row({"in_place": True})), enterprise_funds(row({"amount_10k": 0}))
    (Decimal('300'), Decimal('0'))
    >>> enterprise_funds(row({"in_place": False})), enterprise_funds(row({}))
    (<Unknown.NEEDS_JUDGEMENT: 'needs_judgement'>, <Unknown.MISSING_FIELD: 'missing_field'>)
    >>> none = [{"absent": "social_capital"}]
    >>> enterprise_funds(row()), enterprise_funds(row(declarations=none))
    (<Unknown.MISSING_FIELD: 'missing_field'>, Decimal('0'))
    >>> enterprise_funds(row({"in_place": True}, declarations=none))
    <Unknown.CONFLICTING_DATA: 'conflicting_data'>
    >>> paid = {"txn_id": "t", "source": "enterprise", "kind": "paid", "amount_10k": 120}
    >>> enterprise_funds(row({"in_place": True}, txns=[paid])), enterprise_funds(row(txns=[paid]))
    (Decimal('300'), Decimal('120'))
    >>> enterprise_funds(row(txns=[paid | {"kind": "allocated"}]))
    <Unknown.NEEDS_JUDGEMENT: 'needs_judgement'>
    >>> enterprise_funds(row(txns=[paid | {"on": "2023-07-01"}]))
    <Unknown.MISSING_FIELD: 'missing_field'>
    """
    return _of_area(row, ("enterprise",), absent="social_capital")


@measure("原产权单位出资已到位", "original owners' money in place", unit="万元", source=SOCIAL)
def original_owner_funds(row: FundingRow) -> Amounts:
    """Money of the units that originally owned the buildings, as ``enterprise_funds``.

    >>> from compliance.measures.base import given
    >>> from compliance.schemas.scalars import days
    >>> entries = [{"source": "original_owner", "amount_10k": "12.5", "in_place": True}]
    >>> original_owner_funds(given(FundingRow, project_entries=entries, as_of=days("2023-06-30")))
    Decimal('12.5')
    """
    return _of_area(row, ("original_owner",), absent="social_capital")


@measure("专业经营单位出资已到位", "utilities' money in place", unit="万元", source=SOCIAL)
def utility_funds(row: FundingRow) -> Amounts:
    """Utilities' money received or settled as an investment in kind, as ``enterprise_funds``.

    >>> from compliance.measures.base import given
    >>> from compliance.schemas.scalars import days
    >>> entries = [{"source": "utility", "amount_10k": 80, "in_place": True}]
    >>> utility_funds(given(FundingRow, plan_entries=entries, project_entries=entries, as_of=days("2023-06-30")))
    Decimal('80')
    """
    return _of_area(row, ("utility",), absent="social_capital")


@measure("居民出资已到位", "residents' money in place", unit="万元", source=SOCIAL)
def resident_funds(row: FundingRow) -> Amounts:
    """Residents' own money, their maintenance fund and their housing fund; declared social capital is not theirs.

    >>> from compliance.measures.base import given
    >>> from compliance.schemas.scalars import days
    >>> def row(*sources, **more):
    ...     made = [{"source": s, "amount_10k": 10, "in_place": True} for s in sources]
    ...     return given(FundingRow, plan_entries=made, as_of=days("2023-06-30"), **more)
    >>> resident_funds(row("resident", "maintenance_fund", "county"))
    Decimal('20')
    >>> resident_funds(row(declarations=[{"absent": "social_capital"}]))
    <Unknown.MISSING_FIELD: 'missing_field'>
    """
    return _of_area(row, _RESIDENTS)


def _share_of(row: FundingRow, sources: tuple[str, ...]) -> Share:
    """What some sources are to give, over all funds of the plan; one amount missing makes it unknown."""
    part = whole = _NOTHING
    for entry in row.plan_entries:
        if entry.amount_10k is None:
            return MISSING
        whole += entry.amount_10k
        if entry.source in sources:
            part += entry.amount_10k
    return share(part, whole) if row.plan_entries else MISSING


@measure("中央资金占比", "share of central money in the funding plan", unit="%", source="建办城〔2021〕50号 二（四）")
def central_money_share(row: FundingRow) -> Share:
    """Money of the central budget over all funds of the plan, as the plan foresees them.

    >>> from compliance.measures.base import given
    >>> from compliance.schemas.scalars import days
    >>> def row(*entries): return given(FundingRow, as_of=days("2023-06-30"), plan_entries=[
    ...     {"source": source, "amount_10k": amount} for source, amount in entries])
    >>> central_money_share(row(("central_subsidy", "97.5"), ("county", 2), ("resident", "0.5")))
    Ratio(p=975, q=1000)
    >>> central_money_share(row()), central_money_share(row(("county", None)))
    (<Unknown.MISSING_FIELD: 'missing_field'>, <Unknown.MISSING_FIELD: 'missing_field'>)
    """
    return _share_of(row, _CENTRAL)


@measure("社会力量与居民出资占比", "share of social and residents' money in the funding plan", unit="%", source=SOCIAL)
def social_money_share(row: FundingRow) -> Share:
    """Money of enterprises, original owners, utilities and residents over all funds of the plan.

    >>> from compliance.measures.base import given
    >>> from compliance.schemas.scalars import days
    >>> entries = [{"source": "county", "amount_10k": 95}, {"source": "resident", "amount_10k": 5}]
    >>> social_money_share(given(FundingRow, plan_entries=entries, as_of=days("2023-06-30")))
    Ratio(p=5, q=100)
    """
    return _share_of(row, _SOCIAL)


# -- public money and bonds ----------------------------------------------------------------------------------


@measure("省级财政已安排", "provincial money arranged", unit="万元", source=FISCAL)
def provincial_funds(row: FundingRow) -> Amounts:
    """Provincial money confirmed by a document, allocated, received or paid.

    >>> from compliance.measures.base import given
    >>> from compliance.schemas.scalars import days
    >>> def row(**entry):
    ...     made = [{"source": "provincial", "amount_10k": 500} | entry]
    ...     return given(FundingRow, plan_entries=made, as_of=days("2023-06-30"))
    >>> provincial_funds(row(confirmed=True)), provincial_funds(row(in_place=True))
    (Decimal('500'), Decimal('500'))
    >>> provincial_funds(row(confirmed=False)), provincial_funds(row())
    (<Unknown.NEEDS_JUDGEMENT: 'needs_judgement'>, <Unknown.MISSING_FIELD: 'missing_field'>)
    """
    return _of_area(row, ("provincial",), arranged=True)


@measure("市级财政已安排", "city money arranged", unit="万元", source=FISCAL)
def city_funds(row: FundingRow) -> Amounts:
    """City money, as ``provincial_funds``.

    >>> from compliance.measures.base import given
    >>> from compliance.schemas.scalars import days
    >>> txns = [{"txn_id": "t", "source": "city", "kind": "allocated", "amount_10k": 60}]
    >>> city_funds(given(FundingRow, txns=txns, as_of=days("2023-06-30")))
    Decimal('60')
    """
    return _of_area(row, ("city",), arranged=True)


@measure("县级财政已安排", "county money arranged", unit="万元", source=FISCAL)
def county_funds(row: FundingRow) -> Amounts:
    """County money, as ``provincial_funds``.

    >>> from compliance.measures.base import given
    >>> from compliance.schemas.scalars import days
    >>> entries = [{"source": "county", "amount_10k": 0}]
    >>> county_funds(given(FundingRow, plan_entries=entries, as_of=days("2023-06-30")))
    Decimal('0')
    """
    return _of_area(row, ("county",), arranged=True)


@measure("政府债券已发行到位", "government bonds in place", unit="万元", source=FISCAL)
def bond_funds(row: FundingRow) -> Amounts:
    """Special and general bonds issued and received; approved but not issued is nothing yet.

    >>> from compliance.measures.base import given
    >>> from compliance.schemas.scalars import days
    >>> def row(**entry):
    ...     made = [{"source": "special_bond", "amount_10k": 900} | entry]
    ...     return given(FundingRow, plan_entries=made, as_of=days("2023-06-30"))
    >>> bond_funds(row(in_place=True)), bond_funds(row(in_place=False, confirmed=True))
    (Decimal('900'), Decimal('0'))
    >>> bond_funds(row(confirmed=True))
    <Unknown.MISSING_FIELD: 'missing_field'>
    """
    return _of_area(row, _BONDS, pending=None, absent="market_financing")


@measure("筹资金额", "amount of the financing entry", unit="万元", source=FISCAL)
def financed_amount(row: FinancingRow) -> Amounts:
    """Amount of a financing entry; an entry of nothing says that the source is not used.

    >>> from compliance.measures.base import given
    >>> financed_amount(given(FinancingRow, financing={"source": "special_bond", "amount_10k": 0}))
    Decimal('0')
    """
    return money(row.financing.amount_10k)


@measure("专项债项目是否有收益平衡方案", "special bond with a plan of returns", source=FISCAL)
def balance_planned(row: FinancingRow) -> Flag:
    """Whether a financing entry has a plan that balances the project's returns with its repayment.

    >>> from compliance.measures.base import given
    >>> balance_planned(given(FinancingRow, financing={"source": "special_bond", "balance_plan": False}))
    False
    """
    return flag(row.financing.balance_plan)


# -- a project's loans, bonds and funds ----------------------------------------------------------------------


@measure("银行贷款已到位", "loans drawn", unit="万元", source=FINANCE)
def project_loans(row: ProjectFundingRow) -> Amounts:
    """Bank loans of the project that were paid out; a credit line alone is left to a person.

    >>> from compliance.measures.base import given
    >>> from compliance.schemas.scalars import days
    >>> def row(*entries, **more):
    ...     made = [{"source": "loan", "amount_10k": 700} | e for e in entries]
    ...     return given(ProjectFundingRow, entries=made, as_of=days("2023-06-30"), **more)
    >>> project_loans(row({"in_place": True})), project_loans(row({"confirmed": True, "in_place": False}))
    (Decimal('700'), <Unknown.NEEDS_JUDGEMENT: 'needs_judgement'>)
    >>> project_loans(row()), project_loans(row(declarations=[{"absent": "market_financing"}]))
    (<Unknown.MISSING_FIELD: 'missing_field'>, Decimal('0'))
    """
    return _of_project(row, ("loan",))


@measure("债券资金已到位", "bond money received", unit="万元", source=FINANCE)
def project_bonds(row: ProjectFundingRow) -> Amounts:
    """Bond money that the project received, as ``project_loans``.

    >>> from compliance.measures.base import given
    >>> from compliance.schemas.scalars import days
    >>> txns = [{"txn_id": "t", "source": "special_bond", "kind": "received", "amount_10k": 50}]
    >>> project_bonds(given(ProjectFundingRow, txns=txns, as_of=days("2023-06-30")))
    Decimal('50')
    """
    return _of_project(row, _BONDS)


@measure("更新基金已到位", "renewal fund money received", unit="万元", source=FINANCE)
def project_renewal_fund(row: ProjectFundingRow) -> Amounts:
    """Money of an urban renewal fund that the project received, as ``project_loans``.

    >>> from compliance.measures.base import given
    >>> from compliance.schemas.scalars import days
    >>> entries = [{"source": "renewal_fund", "amount_10k": 0}]
    >>> project_renewal_fund(given(ProjectFundingRow, entries=entries, as_of=days("2023-06-30")))
    Decimal('0')
    """
    return _of_project(row, ("renewal_fund",))


@measure("是否以财政承诺作还款来源", "repaid from the treasury", source="建办城〔2021〕50号 一（三）")
def repaid_by_treasury(row: ProjectFundingRow) -> Flag:
    """Whether a loan, bond or fund of the project is to be repaid by a promise of the treasury.

    >>> from compliance.measures.base import given
    >>> def row(*repayments):
    ...     made = [{"source": "loan", "repayment": r} for r in repayments]
    ...     return given(ProjectFundingRow, entries=made)
    >>> repaid_by_treasury(row("project_revenue", "fiscal_commitment")), repaid_by_treasury(row("enterprise"))
    (True, False)
    >>> repaid_by_treasury(row(None))
    <Unknown.MISSING_FIELD: 'missing_field'>
    """
    found = [entry.repayment for entry in row.entries if entry.source in _MARKET]
    if "fiscal_commitment" in found:
        return True
    return MISSING if not found or None in found else False
