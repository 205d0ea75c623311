"""Measures of the maintenance fund: the place's rules, a community's account and balance; judges nothing."""

from __future__ import annotations

from decimal import Decimal

from compliance.measures.base import CONFLICTING, MISSING, Amounts, Flag, Share, measure, money
from compliance.measures.policy import in_force
from compliance.measures.subjects import FundAccountRow, FundSegmentRow
from compliance.schemas.scalars import SCALE, Ratio, Unknown

STANDARD = "建办城〔2021〕50号 附件二（九）"


@measure("维修资金规则是否现行", "fund rule in force", source=STANDARD)
def segment_in_force(row: FundSegmentRow) -> Flag:
    """Whether the rule on collecting, using or replenishing is in force on the as-of day, whoever issued it.

    >>> from compliance.measures.base import given
    >>> from compliance.schemas.scalars import days
    >>> day = days("2023-06-30")
    >>> segment_in_force(given(FundSegmentRow, document={"exists": True}, as_of=day))
    True
    >>> lapsed = {"exists": True, "effective_to": "2022-12-31"}
    >>> segment_in_force(given(FundSegmentRow, document=lapsed, as_of=day))
    False
    """
    return in_force(row.document, row.as_of)


@measure("维修资金账户是否开立", "account opened", source=STANDARD)
def account_opened(row: FundAccountRow) -> Flag:
    """Whether the community had an account on the as-of day; a day of opening says so too.

    >>> from compliance.measures.base import given
    >>> from compliance.schemas.scalars import days
    >>> def row(**account):
    ...     return given(FundAccountRow, account=account, as_of=days("2023-06-30"))
    >>> account_opened(row(opened=True)), account_opened(row(opened_on="2023-06-30"))
    (True, True)
    >>> account_opened(row(opened=False)), account_opened(row(opened=True, opened_on="2023-07-01"))
    (False, False)
    >>> account_opened(row(opened=False, opened_on="2023-01-01"))
    <Unknown.CONFLICTING_DATA: 'conflicting_data'>
    """
    if row.account is None:
        return MISSING
    on = row.account.opened_on
    if on is None:
        return MISSING if row.account.opened is None else row.account.opened
    if on.first > row.as_of.last:
        return False
    if row.account.opened is False:
        return CONFLICTING
    return True if on.last <= row.as_of.last else Unknown.AMBIGUOUS_DATE


@measure("首期归集金额", "first collection", unit="万元", source=STANDARD)
def first_collected(row: FundAccountRow) -> Amounts:
    """Money collected at first.

    >>> from compliance.measures.base import given
    >>> first_collected(given(FundAccountRow, account={"initial_10k": "12.5"}))
    Decimal('12.5')
    """
    return money(row.account.initial_10k) if row.account is not None else MISSING


def _over(part: Decimal | None, whole: Decimal | None) -> Share:
    """part/whole; the part may be the larger, but nothing cannot be shared."""
    if part is None or whole is None:
        return MISSING
    return Ratio(int(part * SCALE), int(whole * SCALE)) if whole else CONFLICTING


@measure("余额占首期归集", "balance over first collection", unit="%", source="当地维修资金规定")
def balance_of_first(row: FundAccountRow) -> Share:
    """What is left over what was collected at first; interest may make it more than the whole.

    >>> from compliance.measures.base import given
    >>> balance_of_first(given(FundAccountRow, account={"balance_10k": 3, "initial_10k": 10}))
    Ratio(p=30000, q=100000)
    >>> balance_of_first(given(FundAccountRow, account={"balance_10k": 3, "initial_10k": 0}))
    <Unknown.CONFLICTING_DATA: 'conflicting_data'>
    """
    return _over(row.account.balance_10k, row.account.initial_10k) if row.account is not None else MISSING


@measure("归集标准占新建标准", "standard over that of new buildings", unit="%", source="当地维修资金规定")
def standard_of_new(row: FundAccountRow) -> Share:
    """The community's standard of collection over the place's standard for new buildings.

    >>> from compliance.measures.base import given
    >>> account = {"standard_yuan_m2": 60, "new_build_standard_yuan_m2": 100}
    >>> standard_of_new(given(FundAccountRow, account=account))
    Ratio(p=600000, q=1000000)
    """
    if row.account is None:
        return MISSING
    return _over(row.account.standard_yuan_m2, row.account.new_build_standard_yuan_m2)
