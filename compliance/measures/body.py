"""Measures of what only the notice's body asks of money and plans: payment rate, stock of projects; judges nothing."""

from __future__ import annotations

from decimal import Decimal

from compliance.measures.base import CONFLICTING, MISSING, Count, Share, measure, share
from compliance.measures.plan import PUBLIC_MONEY
from compliance.measures.subjects import AreaRow, PlanRow

STANDARD = "建办城〔2021〕50号 一（三）"


@measure("财政资金支付率", "share of public money paid out", unit="%", source=STANDARD)
def fiscal_payment_rate(row: AreaRow) -> Share:
    """Payments from public budgets over what was received from them, both summed up to the as-of day.

    Nothing received: not known, though something was paid a contradiction; so is more paid than received. One
    amount missing makes it unknown. All transactions count, those of earlier plans' projects too: money lies idle
    whatever year it came for.

    >>> from compliance.measures.base import given
    >>> from compliance.schemas.scalars import days
    >>> dossier = {"schema_version": "1.0", "dossier_id": "d", "area_code": "999901", "area_name": "n",
    ...     "area_level": "county", "plan_year": 2023}
    >>> def rate(*txns): return fiscal_payment_rate(given(AreaRow, as_of=days("2023-06-30"), dossier=dossier | {
    ...     "fund_txns": [{"txn_id": "t", "source": s, "kind": k, "amount_10k": a, "on": on} for s, k, a, on in txns]}))
    >>> received = ("central_subsidy", "received", 800, "2023-03-08")
    >>> rate(received, ("county", "received", 200, None), ("central_subsidy", "paid", "517.5", "2023-06-30"))
    Ratio(p=5175, q=10000)
    >>> rate(received, ("resident", "paid", 300, "2023-05-01"), ("city", "paid", 80, "2023-07-01"))
    Ratio(p=0, q=800)
    >>> rate(received, ("city", "paid", None, "2023-05-01")), rate(("city", "allocated", 80, None))
    (<Unknown.MISSING_FIELD: 'missing_field'>, <Unknown.MISSING_FIELD: 'missing_field'>)
    >>> rate(("city", "paid", 80, None)), rate(received, ("city", "paid", 801, None))
    (<Unknown.CONFLICTING_DATA: 'conflicting_data'>, <Unknown.CONFLICTING_DATA: 'conflicting_data'>)
    """
    sums = {"received": Decimal(0), "paid": Decimal(0)}
    for txn in row.dossier.fund_txns:
        later = txn.on is not None and txn.on.first > row.as_of.last
        if txn.source not in PUBLIC_MONEY or txn.kind not in sums or later:
            continue
        if txn.amount_10k is None:
            return MISSING
        sums[txn.kind] += txn.amount_10k
    if not sums["received"]:
        return CONFLICTING if sums["paid"] else MISSING
    return share(sums["paid"], sums["received"])


@measure("储备库条目数", "entries in the reserve library", unit="个", source=STANDARD)
def reserve_size(row: PlanRow) -> Count:
    """Entries in the reserve library; none reported is not known.

    >>> from compliance.measures.base import given
    >>> reserve_size(given(PlanRow, reserve_entries=[{"reserve_id": "r", "community_id": "c"}]))
    1
    >>> reserve_size(given(PlanRow))
    <Unknown.MISSING_FIELD: 'missing_field'>
    """
    return len(row.reserve_entries) or MISSING


@measure("储备库中未列入本年度计划的条目数", "library entries beyond this year's plan", unit="个", source=STANDARD)
def reserve_beyond_plan(row: PlanRow) -> Count:
    """Entries of the reserve library whose communities are not in this year's plan.

    Without a library, or a plan that lists its communities: not known.

    >>> from compliance.measures.base import given
    >>> plan = {"plan_id": "p", "year": 2023, "community_ids": ["a"]}
    >>> stock = [{"reserve_id": "r1", "community_id": "a"}, {"reserve_id": "r2", "community_id": "b"}]
    >>> reserve_beyond_plan(given(PlanRow, plan=plan, reserve_entries=stock))
    1
    >>> reserve_beyond_plan(given(PlanRow, plan=plan)), reserve_beyond_plan(given(PlanRow, reserve_entries=stock))
    (<Unknown.MISSING_FIELD: 'missing_field'>, <Unknown.MISSING_FIELD: 'missing_field'>)
    """
    if row.plan is None or not row.plan.community_ids or not row.reserve_entries:
        return MISSING
    inside = set(row.plan.community_ids)
    return sum(entry.community_id not in inside for entry in row.reserve_entries)
