"""Measures of the consensus on management after the works: mode, fee, form, day; judges nothing.

The shares of the vote on management are those of ``votes.py``.
"""

from __future__ import annotations

from compliance.measures.base import MISSING, Amounts, Code, Flag, When, flag, measure, money, when
from compliance.measures.subjects import ConsensusRow
from compliance.measures.votes import QUALIFIED

STANDARD = "建办城〔2021〕50号 附件一（八）"


@measure("管理模式", "mode of management", source=STANDARD)
def management_mode(row: ConsensusRow) -> Code:
    """professional, subdistrict_custody, self_governed, work_unit or merged.

    >>> from compliance.measures.base import given
    >>> management_mode(given(ConsensusRow, consensus={"mode": "self_governed"}))
    'self_governed'
    """
    return (row.consensus.mode if row.consensus else None) or MISSING


@measure("管理模式是否达成共识", "consensus on the mode", source=STANDARD)
def mode_agreed(row: ConsensusRow) -> Flag:
    """Whether residents agreed on the mode of management.

    >>> from compliance.measures.base import given
    >>> mode_agreed(given(ConsensusRow, consensus={"mode_agreed": False}))
    False
    >>> mode_agreed(given(ConsensusRow))
    <Unknown.MISSING_FIELD: 'missing_field'>
    """
    return flag(row.consensus.mode_agreed) if row.consensus else MISSING


@measure("物业服务费", "fee", unit="元/㎡·月", source=STANDARD)
def management_fee(row: ConsensusRow) -> Amounts:
    """Fee a square metre and month; 0 is an answer, nothing is none.

    >>> from compliance.measures.base import given
    >>> management_fee(given(ConsensusRow, consensus={"fee_yuan_m2_month": "0.35"}))
    Decimal('0.35')
    """
    return money(row.consensus.fee_yuan_m2_month) if row.consensus else MISSING


@measure("缴费是否达成共识", "consensus on the fee", source=STANDARD)
def fee_agreed(row: ConsensusRow) -> Flag:
    """Whether residents agreed on paying what is needed.

    >>> from compliance.measures.base import given
    >>> fee_agreed(given(ConsensusRow, consensus={"fee_agreed": True}))
    True
    """
    return flag(row.consensus.fee_agreed) if row.consensus else MISSING


@measure("共识确认方式", "form of the confirmation", source=STANDARD)
def consensus_method(row: ConsensusRow) -> Code:
    """written, online, mixed; or oral, show_of_hands, chat_group.

    >>> from compliance.measures.base import given
    >>> consensus_method(given(ConsensusRow, consensus={"method": "online"}))
    'online'
    """
    return (row.consensus.method if row.consensus else None) or MISSING


@measure("初步共识日", "first consensus", source="建办城〔2021〕50号 一（八）")
def initial_consensus(row: ConsensusRow) -> When:
    """Day on which the residents first agreed on how the community is to be managed for good.

    The day of the confirmation before the start does not stand in for it.

    >>> from compliance.measures.base import given
    >>> initial_consensus(given(ConsensusRow, consensus={"initial_consensus_on": "2022-10-24"})).text
    '2022-10-24'
    >>> initial_consensus(given(ConsensusRow, consensus={"confirmed_on": "2023-02-28"}))
    <Unknown.MISSING_FIELD: 'missing_field'>
    """
    return when(row.consensus.initial_consensus_on) if row.consensus else MISSING


@measure("共识确认日", "confirmation of the consensus", source=STANDARD)
def consensus_confirmed(row: ConsensusRow) -> When:
    """Day on which the consensus was confirmed in writing or online.

    >>> from compliance.measures.base import given
    >>> consensus_confirmed(given(ConsensusRow, consensus={"confirmed_on": "2023-02-28"})).text
    '2023-02-28'
    """
    return when(row.consensus.confirmed_on) if row.consensus else MISSING


@measure("表决事项的比例档", "tier of the matters decided", source="民法典278条")
def matters_tier(row: ConsensusRow) -> Code:
    """``three_quarters`` when one of the matters (六)(七)(八) was in the same vote, else ``majority``.

    A vote on management that names no matters decided those of (一) to (四).

    >>> from compliance.measures.base import given
    >>> [matters_tier(given(ConsensusRow, vote={"matters": m})) for m in ([], [4], [4, 6])]
    ['majority', 'majority', 'three_quarters']
    >>> matters_tier(given(ConsensusRow))
    <Unknown.MISSING_FIELD: 'missing_field'>
    """
    if row.vote is None:
        return MISSING
    return "three_quarters" if any(m in QUALIFIED for m in row.vote.matters) else "majority"
