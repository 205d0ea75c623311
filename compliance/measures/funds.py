"""Measures of how funds were used: reviews, recognised misuse, payments, sums by document; judges nothing."""

from __future__ import annotations

from decimal import Decimal

from compliance.measures.base import (
    CONFLICTING,
    MISSING,
    Amounts,
    Code,
    Count,
    Flag,
    When,
    declared_absent,
    flag,
    measure,
    money,
    when,
)
from compliance.measures.subjects import FundReviewRow, FundSumRow, FundTxnRow, IssueRow
from compliance.schemas.scalars import Unknown

STANDARD = "建办城〔2021〕50号 附件一（三）2"


@measure("是否认定截留、挪用", "whether misuse of funds was recognised", source=STANDARD)
def misuse_recognised(row: IssueRow) -> Flag:
    """Whether the issue was recognised as diversion or misuse of funds.

    Not said: no for issues of another kind, not known for issues on funds and issues without a kind.

    >>> from compliance.measures.base import given
    >>> def recognised(**f): return misuse_recognised(given(IssueRow, issue={"issue_id": "i", "source": "audit"} | f))
    >>> recognised(is_misuse=True), recognised(category="quality"), recognised(category="funds", is_misuse=False)
    (True, False, False)
    >>> recognised(category="funds"), recognised()
    (<Unknown.MISSING_FIELD: 'missing_field'>, <Unknown.MISSING_FIELD: 'missing_field'>)
    """
    said, category = row.issue.is_misuse, row.issue.category
    return False if said is None and category is not None and category != "funds" else flag(said)


@measure("问题金额", "amount of the issue", unit="万元", source=STANDARD)
def misuse_amount(row: IssueRow) -> Amounts:
    """Amount that the issue speaks of.

    >>> from compliance.measures.base import given
    >>> misuse_amount(given(IssueRow, issue={"issue_id": "i", "source": "audit", "amount_10k": "64.5824"}))
    Decimal('64.5824')
    """
    return money(row.issue.amount_10k)


@measure("问题是否销号", "whether the issue is closed", source=STANDARD)
def misuse_closed(row: IssueRow) -> Flag:
    """Whether the issue is closed; closed on a day still to come contradicts itself.

    >>> from compliance.measures.base import given
    >>> from compliance.schemas.scalars import days
    >>> def closed(**f): return misuse_closed(given(IssueRow, issue={"issue_id": "i", "source": "audit"} | f,
    ...     as_of=days("2023-12-31")))
    >>> closed(status="closed"), closed(status="in_progress"), closed()
    (True, False, <Unknown.MISSING_FIELD: 'missing_field'>)
    >>> closed(status="closed", closed_on="2024-02-01")
    <Unknown.CONFLICTING_DATA: 'conflicting_data'>
    """
    if row.issue.status is None:
        return MISSING
    if row.issue.status != "closed":
        return False
    closed = row.issue.closed_on
    return CONFLICTING if closed is not None and closed.first > row.as_of.last else True


@measure("核对或审计是否发现截留、挪用", "whether a review found misuse", source=STANDARD)
def review_found_misuse(row: FundReviewRow) -> Flag:
    """What a review by finance, audit or a third party says of diversion and misuse.

    No review, but a declaration that there was no misuse: a claim that nothing shows.

    >>> from compliance.measures.base import given
    >>> review_found_misuse(given(FundReviewRow, review={"misuse_found": False}))
    False
    >>> review_found_misuse(given(FundReviewRow, declarations=[{"absent": "fund_misuse"}]))
    <Unknown.MISSING_EVIDENCE: 'missing_evidence'>
    >>> review_found_misuse(given(FundReviewRow))
    <Unknown.MISSING_FIELD: 'missing_field'>
    """
    if row.review is not None:
        return flag(row.review.misuse_found)
    return Unknown.MISSING_EVIDENCE if declared_absent(row.declarations, "fund_misuse") else MISSING


@measure("截留、挪用是否列入问题清单", "whether misuse is on the list of issues", source=STANDARD)
def misuse_on_list(row: FundReviewRow) -> Flag:
    """Whether an issue recognised as diversion or misuse is on the list of issues.

    >>> from compliance.measures.base import given
    >>> misuse_on_list(given(FundReviewRow, misuse_issues=[{"issue_id": "i", "source": "audit", "is_misuse": True}]))
    True
    >>> misuse_on_list(given(FundReviewRow))
    False
    """
    return any([issue.is_misuse is True for issue in row.misuse_issues])


@measure("流水类型", "kind of transaction", source=STANDARD)
def txn_kind(row: FundTxnRow) -> Code:
    """Allocated, received or paid.

    >>> from compliance.measures.base import given
    >>> txn_kind(given(FundTxnRow, txn={"txn_id": "t", "source": "city", "kind": "paid"}))
    'paid'
    """
    return row.txn.kind


@measure("款项来源", "source of the money", source=STANDARD)
def txn_source(row: FundTxnRow) -> Code:
    """Source of the money of one transaction.

    >>> from compliance.measures.base import given
    >>> txn_source(given(FundTxnRow, txn={"txn_id": "t", "source": "city", "kind": "paid"}))
    'city'
    """
    return row.txn.source


@measure("款项用途", "use of the money", source=STANDARD)
def txn_purpose(row: FundTxnRow) -> Code:
    """What the money of one transaction was used for.

    >>> from compliance.measures.base import given
    >>> txn_purpose(given(FundTxnRow, txn={"txn_id": "t", "source": "city", "kind": "paid", "purpose": "elevator"}))
    'elevator'
    """
    return row.txn.purpose or MISSING


@measure("交易日期", "day of the transaction", source=STANDARD)
def txn_on(row: FundTxnRow) -> When:
    """Day of the transaction.

    >>> from compliance.measures.base import given
    >>> txn_on(given(FundTxnRow, txn={"txn_id": "t", "source": "city", "kind": "paid", "on": "2023-08-31"})).text
    '2023-08-31'
    """
    return when(row.txn.on)


@measure("是否属于所报项目", "whether it is for a project reported", source=STANDARD)
def txn_in_project(row: FundTxnRow) -> Flag:
    """Whether the transaction is for one of the projects reported.

    A number that no project reported has may be one of an earlier year or a slip: a person has to judge.

    >>> from compliance.measures.base import given
    >>> t = {"txn_id": "t", "source": "city", "kind": "paid"}
    >>> txn_in_project(given(FundTxnRow, txn=t | {"project_id": "p"}, project={"project_id": "p", "name": "示一期"}))
    True
    >>> txn_in_project(given(FundTxnRow, txn=t | {"project_id": "p"})), txn_in_project(given(FundTxnRow, txn=t))
    (<Unknown.NEEDS_JUDGEMENT: 'needs_judgement'>, <Unknown.MISSING_FIELD: 'missing_field'>)
    """
    if row.txn.project_id is None:
        return MISSING
    return True if row.project is not None else Unknown.NEEDS_JUDGEMENT


@measure("用途经核实属于改造支出", "whether the use is substantiated", source=STANDARD)
def use_substantiated(row: FundTxnRow) -> Flag:
    """Whether somebody has looked into a use that its code alone does not settle; no dossier can say so.

    >>> from compliance.measures.base import given
    >>> use_substantiated(given(FundTxnRow))
    <Unknown.NEEDS_JUDGEMENT: 'needs_judgement'>
    """
    return Unknown.NEEDS_JUDGEMENT


@measure("收款单位是否参建单位", "whether the payee is a party of the project", source=STANDARD)
def payee_is_party(row: FundTxnRow) -> Flag:
    """Whether the payee's credit code is that of one of the project's parties; none of theirs reported: not known.

    >>> from compliance.measures.base import given
    >>> t = {"txn_id": "t", "source": "city", "kind": "paid", "payee_uscc": "91350100M000100Y43"}
    >>> p = {"project_id": "p", "name": "示一期", "contractor": {"uscc": "91350100M000100Y43"}}
    >>> payee_is_party(given(FundTxnRow, txn=t, project=p))
    True
    >>> payee_is_party(given(FundTxnRow, txn=t | {"payee_uscc": "1153302501526456X4"}, project=p))
    False
    >>> payee_is_party(given(FundTxnRow, txn=t))
    <Unknown.MISSING_FIELD: 'missing_field'>
    """
    p, payee = row.project, row.txn.payee_uscc
    if p is None or payee is None:
        return MISSING
    known = False
    for party in (p.contractor, p.builder, p.designer, p.supervisor, p.operator):
        if party is not None and party.uscc is not None:
            if party.uscc == payee:
                return True
            known = True
    return False if known else MISSING


@measure("下达、到位、支付数额是否倒挂", "whether sums allocated, received and paid contradict", source=STANDARD)
def sums_inverted(row: FundSumRow) -> Flag:
    """Whether more was paid than received, or received than allocated, of one source under one document.

    Such sums contradict each other. Kinds of which nothing is reported are not compared: payments often carry
    no document of allocation. One amount missing makes the whole unknown.

    >>> from compliance.measures.base import given
    >>> def inverted(*txns): return sums_inverted(given(FundSumRow, txns=[
    ...     {"txn_id": "t", "source": "city", "kind": k, "amount_10k": a} for k, a in txns]))
    >>> inverted(("allocated", 500), ("received", 500), ("paid", 300), ("paid", 200)), inverted(("paid", 10))
    (False, False)
    >>> inverted(("received", 500), ("paid", "500.01")), inverted(("allocated", 400), ("paid", 401))
    (<Unknown.CONFLICTING_DATA: 'conflicting_data'>, <Unknown.CONFLICTING_DATA: 'conflicting_data'>)
    >>> inverted(("received", 500), ("paid", None))
    <Unknown.MISSING_FIELD: 'missing_field'>
    """
    sums: dict[str, Decimal] = {}
    for txn in row.txns:
        if txn.amount_10k is None:
            return MISSING
        sums[txn.kind] = sums.get(txn.kind, Decimal(0)) + txn.amount_10k
    order = [sums[kind] for kind in ("allocated", "received", "paid") if kind in sums]
    return CONFLICTING if order != sorted(order, reverse=True) else False


@measure("省级收到至下达或到位天数", "days from the province's receipt", unit="日", source="预算法52条")
def days_at_province(row: FundSumRow) -> Count:
    """Days from the province's receipt to the allocation or receipt below it, the longest of the document.

    Of partial dates, the fewest days that they allow.

    >>> from compliance.measures.base import given
    >>> def waited(*txns): return days_at_province(given(FundSumRow, txns=[
    ...     {"txn_id": "t", "source": "city", "kind": "received", "on": on, "province_received_on": at}
    ...     for on, at in txns]))
    >>> waited(("2023-03-02", "2023-01-31"), ("2023-02", None))
    30
    >>> waited(("2023-03-02", None))
    <Unknown.MISSING_FIELD: 'missing_field'>
    """
    longest = -1
    for txn in row.txns:
        if txn.province_received_on is not None and txn.on is not None and txn.kind != "paid":
            longest = max(longest, txn.on.first - txn.province_received_on.last, 0)
    return MISSING if longest < 0 else longest


@measure("到位资金未支付天数", "days that money received has lain unpaid", unit="日", source="预算法42条", running=True)
def days_idle(row: FundSumRow) -> Count:
    """Days since the oldest money that is left was received, payments using up the oldest first; none left: 0.

    Of partial dates, the fewest days that they allow. An amount or a day of receipt missing: not known.

    >>> from compliance.measures.base import given
    >>> from compliance.schemas.scalars import days
    >>> def idle(*txns): return days_idle(given(FundSumRow, as_of=days("2023-12-31"), txns=[
    ...     {"txn_id": "t", "source": "city", "kind": k, "amount_10k": a, "on": on} for k, a, on in txns]))
    >>> idle(("received", 100, "2022-12-31"), ("received", 100, "2023-12-01"), ("paid", 50, "2023-06-01"))
    365
    >>> idle(("received", 100, "2022-12-31"), ("received", 100, "2023-12-01"), ("paid", 100, "2023-06-01"))
    30
    >>> idle(("received", 100, "2022"), ("paid", 100, None)), idle(("received", 100, None))
    (0, <Unknown.MISSING_FIELD: 'missing_field'>)
    """
    received: list[tuple[int, Decimal]] = []
    left = Decimal(0)
    for txn in row.txns:
        if txn.amount_10k is None:
            return MISSING
        if txn.kind == "paid":
            left -= txn.amount_10k
        elif txn.kind == "received":
            left += txn.amount_10k
            received.append((txn.on.last if txn.on is not None else 0, txn.amount_10k))
    if not received:
        return MISSING
    if left <= 0:
        return 0
    if any([day == 0 for day, _ in received]):
        return MISSING
    received.sort(reverse=True)
    oldest = 0
    for day, amount in received:
        oldest = day
        left -= amount
        if left <= 0:
            break
    return max(row.as_of.first - oldest, 0)
