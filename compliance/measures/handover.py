"""Measures of handing installations over to the utilities: signed, when, who maintains; judges nothing."""

from __future__ import annotations

from compliance.measures.base import CONFLICTING, MISSING, Flag, When, declared_absent, flag, measure, when
from compliance.measures.subjects import PIPELINES, CommunityRow, HandoverRow
from compliance.schemas.scalars import Unknown

STANDARD = "建办城〔2021〕50号 附件二（八）"


@measure("移交协议是否签署", "handover signed", source=STANDARD)
def handover_signed(row: HandoverRow) -> Flag:
    """Whether both sides had signed by the as-of day; a day of signing says so too.

    >>> from compliance.measures.base import given
    >>> from compliance.schemas.scalars import days
    >>> def row(**handover):
    ...     return given(HandoverRow, handover={"sector": "gas"} | handover, as_of=days("2023-06-30"))
    >>> handover_signed(row(signed=True)), handover_signed(row(signed_on="2023-06-30"))
    (True, True)
    >>> handover_signed(row(signed=False)), handover_signed(row(signed=True, signed_on="2023-07-01"))
    (False, False)
    >>> handover_signed(row()), handover_signed(row(signed=False, signed_on="2023-05-01"))
    (<Unknown.MISSING_FIELD: 'missing_field'>, <Unknown.CONFLICTING_DATA: 'conflicting_data'>)
    """
    if row.handover is None:
        return MISSING
    on = row.handover.signed_on
    if on is None:
        return flag(row.handover.signed)
    if on.first > row.as_of.last:
        return False
    if row.handover.signed is False:
        return CONFLICTING
    return True if on.last <= row.as_of.last else Unknown.AMBIGUOUS_DATE


@measure("移交签署日", "day the handover was signed", source=STANDARD)
def handover_signed_on(row: HandoverRow) -> When:
    """Day on which the handover was signed.

    >>> from compliance.measures.base import given
    >>> handover_signed_on(given(HandoverRow, handover={"sector": "gas", "signed_on": "2023-12"})).text
    '2023-12'
    """
    return when(row.handover.signed_on) if row.handover is not None else MISSING


@measure("是否约定维护管理责任", "maintenance assigned", source=STANDARD)
def maintenance_assigned(row: HandoverRow) -> Flag:
    """Whether the handover says who maintains what was handed over.

    >>> from compliance.measures.base import given
    >>> maintenance_assigned(given(HandoverRow, handover={"sector": "gas", "maintenance_clause": False}))
    False
    """
    return flag(row.handover.maintenance_clause) if row.handover is not None else MISSING


@measure("改造是否涉及专营设施已说明", "utility works stated", source=STANDARD)
def utility_works_stated(row: CommunityRow) -> Flag:
    """True where the scheme lists its works, or works on utilities' installations are declared absent.

    Works on them beside such a declaration contradict each other; nothing of either: not reported.

    >>> from compliance.measures.base import given
    >>> def row(*works, none=False):
    ...     c = {"community_id": "c", "name": "n", "scheme": {"items": [{"facility_code": w} for w in works]}}
    ...     return given(CommunityRow, community=c, declarations=[{"absent": "pipelines"}] if none else [])
    >>> utility_works_stated(row("gas")), utility_works_stated(row("roof", none=True))
    (True, True)
    >>> utility_works_stated(row()), utility_works_stated(row("gas", none=True))
    (<Unknown.MISSING_FIELD: 'missing_field'>, <Unknown.CONFLICTING_DATA: 'conflicting_data'>)
    """
    items = row.community.scheme.items if row.community.scheme is not None else ()
    listed = [i.facility_code for i in items]
    if not declared_absent(row.declarations, "pipelines"):
        return True if listed else MISSING
    return CONFLICTING if any(code in PIPELINES for code in listed) else True
