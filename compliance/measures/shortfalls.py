"""Measures of a community's shortfalls and of what scheme and area unit do about them; judges nothing."""

from __future__ import annotations

from collections.abc import Sequence

from compliance.measures.base import (
    CONFLICTING,
    MISSING,
    Code,
    Count,
    Flag,
    When,
    count,
    declared_absent,
    measure,
    when,
)
from compliance.measures.subjects import FACILITY_CLASS, CommunityRow, ShortfallClassRow, ShortfallRow
from compliance.schemas.scalars import Unknown

SURVEY = "建办城〔2021〕50号 一（五）"
BASIC = "建办城〔2021〕50号 附件一（五）1"
IMPROVEMENT = "建办城〔2021〕50号 附件一（五）2"
UPLIFT = "建办城〔2021〕50号 附件一（五）3"

RESERVED = "reserve_conditions"
NONE = "none"

# -- the list --------------------------------------------------------------------------------------


@measure("设施短板是否已报告", "shortfalls are reported", source=SURVEY)
def shortfalls_reported(row: CommunityRow) -> Flag:
    """True where shortfalls are listed or declared not to exist; neither: not known, both: a contradiction.

    >>> from compliance.measures.base import given
    >>> c = {"community_id": "c", "name": "n"}
    >>> shortfalls_reported(given(CommunityRow, community=c | {"shortfalls": [{"facility_code": "gas"}]}))
    True
    >>> shortfalls_reported(given(CommunityRow, community=c, declarations=[{"absent": "shortfalls"}]))
    True
    >>> shortfalls_reported(given(CommunityRow, community=c))
    <Unknown.MISSING_FIELD: 'missing_field'>
    """
    listed, absent = bool(row.community.shortfalls), declared_absent(row.declarations, "shortfalls")
    if listed and absent:
        return CONFLICTING
    return True if listed or absent else MISSING


@measure("是否声明无短板", "declared to have no shortfalls", source="规格B5.1")
def shortfalls_declared_absent(row: CommunityRow) -> Flag:
    """Whether it is declared that there are no shortfalls.

    >>> from compliance.measures.base import given
    >>> c = {"community_id": "c", "name": "n"}
    >>> shortfalls_declared_absent(given(CommunityRow, community=c, declarations=[{"absent": "shortfalls"}]))
    True
    >>> shortfalls_declared_absent(given(CommunityRow, community=c))
    False
    """
    return declared_absent(row.declarations, "shortfalls")


# -- one shortfall ---------------------------------------------------------------------------------


@measure("设施", "facility", source=BASIC)
def facility(row: ShortfallRow) -> Code:
    """Code of the facility that falls short.

    >>> from compliance.measures.base import given
    >>> facility(given(ShortfallRow, shortfall={"facility_code": "gas"}))
    'gas'
    """
    return row.shortfall.facility_code


@measure("短板类别", "class of the shortfall", source="建办城〔2021〕50号 附件一（五）")
def facility_class(row: ShortfallRow) -> Code:
    """Class by the annex: ``basic`` (5.1), one of the improvement classes (5.2), or ``uplift`` (5.3).

    >>> from compliance.measures.base import given
    >>> [facility_class(given(ShortfallRow, shortfall={"facility_code": f})) for f in ("gas", "elevator")]
    ['basic', 'lift']
    """
    return FACILITY_CLASS[row.shortfall.facility_code]


@measure("是否填报为安全隐患", "reported as a hazard", source=SURVEY)
def reported_as_hazard(row: ShortfallRow) -> Flag:
    """Whether the shortfall is reported to be a danger to safety; where nothing is said, it is not.

    >>> from compliance.measures.base import given
    >>> reported_as_hazard(given(ShortfallRow, shortfall={"facility_code": "gas", "severity": "hazard"}))
    True
    >>> reported_as_hazard(given(ShortfallRow, shortfall={"facility_code": "gas"}))
    False
    """
    return row.shortfall.severity == "hazard"


@measure("方案是否安排改造", "scheme has works on it", source=BASIC)
def works_in_scheme(row: ShortfallRow) -> Flag:
    """Whether the scheme has works on the facility.

    Items that only reserve conditions for later: a person must judge whether that will do. A scheme whose items
    are not reported: not known.

    >>> from compliance.measures.base import given
    >>> gas = {"facility_code": "gas"}
    >>> works_in_scheme(given(ShortfallRow, items=[gas], scheme={"items": [gas]}))
    True
    >>> works_in_scheme(given(ShortfallRow, scheme={"items": [{"facility_code": "roof"}]}))
    False
    >>> works_in_scheme(given(ShortfallRow, items=[gas | {"method": "reserve_conditions"}]))
    <Unknown.NEEDS_JUDGEMENT: 'needs_judgement'>
    >>> works_in_scheme(given(ShortfallRow, scheme={"version": "1"}))
    <Unknown.MISSING_FIELD: 'missing_field'>
    """
    if any(item.method != RESERVED for item in row.items):
        return True
    if row.items:
        return Unknown.NEEDS_JUDGEMENT
    return False if row.scheme and row.scheme.items else MISSING


@measure("是否填报不具备条件", "reported as infeasible", source="规格B5.1")
def reported_infeasible(row: ShortfallRow) -> Flag:
    """Whether it is reported that the works cannot be done; where nothing is said, they can.

    A reason or the residents' confirmation without the statement itself leaves it open.

    >>> from compliance.measures.base import given
    >>> reported_infeasible(given(ShortfallRow, shortfall={"facility_code": "gas", "feasible": False}))
    True
    >>> reported_infeasible(given(ShortfallRow, shortfall={"facility_code": "gas"}))
    False
    >>> reported_infeasible(given(ShortfallRow, shortfall={"facility_code": "gas", "infeasible_reason": "管沟不足"}))
    <Unknown.MISSING_FIELD: 'missing_field'>
    """
    s = row.shortfall
    if s.feasible is None and (s.infeasible_reason or s.residents_confirmed):
        return MISSING
    return s.feasible is False


@measure("是否有不具备条件的书面理由", "written reason why not", source="规格B5.1")
def infeasible_reason_given(row: ShortfallRow) -> Flag:
    """True where a written reason is recorded; else not known, never false.

    >>> from compliance.measures.base import given
    >>> infeasible_reason_given(given(ShortfallRow, shortfall={"facility_code": "gas"}))
    <Unknown.MISSING_FIELD: 'missing_field'>
    """
    return True if row.shortfall.infeasible_reason else MISSING


@measure("居民是否确认不改", "residents confirmed leaving it out", source="规格B5.1")
def left_out_by_residents(row: ShortfallRow) -> Flag:
    """Whether the residents confirmed that the shortfall is left as it is.

    >>> from compliance.measures.base import given
    >>> s = {"facility_code": "gas", "residents_confirmed": False}
    >>> left_out_by_residents(given(ShortfallRow, shortfall=s))
    False
    """
    confirmed = row.shortfall.residents_confirmed
    return MISSING if confirmed is None else confirmed


@measure("摸排日期", "survey of the shortfall", source=SURVEY)
def shortfall_surveyed(row: ShortfallRow) -> When:
    """Day on which the shortfall was found.

    >>> from compliance.measures.base import given
    >>> s = {"facility_code": "gas", "surveyed_on": "2022-09"}
    >>> shortfall_surveyed(given(ShortfallRow, shortfall=s)).text
    '2022-09'
    """
    return when(row.shortfall.surveyed_on)


@measure("方案定稿日期", "scheme finalised", source=SURVEY)
def scheme_finalised(row: ShortfallRow) -> When:
    """Day on which the scheme was finalised.

    >>> from compliance.measures.base import given
    >>> scheme_finalised(given(ShortfallRow, scheme={"finalised_on": "2022-12-01"})).text
    '2022-12-01'
    """
    return when(row.scheme.finalised_on) if row.scheme else MISSING


# -- uplift: in the community, or shared in the area unit ------------------------------------------


def _way(methods: Sequence[str | None]) -> Code:
    """The first way that is more than reserved conditions; else one not reported; else that; else none."""
    for method in methods:
        if method is not None and method != RESERVED:
            return method
    if None in methods:
        return MISSING
    return RESERVED if methods else NONE


@measure("小区内补齐方式", "how it is provided in the community", source=UPLIFT)
def own_provision(row: ShortfallRow) -> Code:
    """Way in which the scheme itself provides the facility; ``none`` where it has no item on it.

    Items that name a shared facility count there. A scheme whose items are not reported: not known.

    >>> from compliance.measures.base import given
    >>> gym = {"facility_code": "sports", "method": "lease"}
    >>> own_provision(given(ShortfallRow, items=[gym], scheme={"items": [gym]}))
    'lease'
    >>> own_provision(given(ShortfallRow, scheme={"items": [{"facility_code": "roof"}]}))
    'none'
    >>> own_provision(given(ShortfallRow))
    <Unknown.MISSING_FIELD: 'missing_field'>
    """
    if not row.items and not (row.scheme and row.scheme.items):
        return MISSING
    return _way([item.method for item in row.items if item.area_facility_id is None])


@measure("片区共享补齐方式", "how it is provided in the area unit", source=UPLIFT)
def shared_provision(row: ShortfallRow) -> Code:
    """Way in which a shared facility that serves the community provides it; ``none`` where none does.

    Without a scheme of the area unit, or where a facility does not say whom it serves: not known.

    >>> from compliance.measures.base import given
    >>> c = {"community_id": "c", "name": "n"}
    >>> hall = {"facility_id": "f", "facility_code": "dining", "method": "build", "serves": ["c"]}
    >>> shared_provision(given(ShortfallRow, community=c, shared=[hall]))
    'build'
    >>> shared_provision(given(ShortfallRow, community=c, shared=[hall | {"serves": ["d"]}], area_unit={
    ...     "area_unit_id": "u", "unified_scheme": True}))
    'none'
    >>> shared_provision(given(ShortfallRow, community=c))
    <Unknown.MISSING_FIELD: 'missing_field'>
    """
    own = row.community.community_id
    named = {item.area_facility_id: item.method for item in row.items if item.area_facility_id}
    ways = [f.method or named.get(f.facility_id) for f in row.shared if own in f.serves]
    way = _way(ways)
    if way != NONE:
        return way
    if any(not f.serves for f in row.shared) or not named.keys() <= {f.facility_id for f in row.shared}:
        return MISSING
    return NONE if _has_scheme(row) else MISSING


def _has_scheme(row: ShortfallRow) -> bool:
    """Whether the area unit has a scheme: said so, or shown by its document or its shared facilities."""
    unit = row.area_unit
    return unit is not None and bool(unit.unified_scheme or unit.plan_document or unit.shared_facilities)


@measure("是否有设施未正常使用", "a facility is not in use", source="规格B5.3")
def facility_out_of_use(row: ShortfallRow) -> Flag:
    """Whether a facility that the scheme provides is reported not to be in use.

    >>> from compliance.measures.base import given
    >>> facility_out_of_use(given(ShortfallRow, items=[{"facility_code": "sports", "in_use": False}]))
    True
    >>> facility_out_of_use(given(ShortfallRow))
    False
    """
    return any(item.in_use is False for item in row.items)


# -- one improvement class -------------------------------------------------------------------------


@measure("完善类类别", "improvement class", source=IMPROVEMENT)
def improvement_class(row: ShortfallClassRow) -> Code:
    """One of parking, lift, charging, security_lighting, mailbox_parcel, improvement_other.

    >>> from compliance.measures.base import given
    >>> improvement_class(given(ShortfallClassRow, which="lift"))
    'lift'
    """
    return row.which


@measure("方案是否有该类内容", "scheme has something of the class", source=IMPROVEMENT)
def content_in_class(row: ShortfallClassRow) -> Flag:
    """Whether the scheme has any item of the class, if only reserved conditions; items not reported: unknown.

    >>> from compliance.measures.base import given
    >>> bike = {"facility_code": "charging_ebike"}
    >>> content_in_class(given(ShortfallClassRow, items=[bike], scheme={"items": [bike]}))
    True
    >>> content_in_class(given(ShortfallClassRow, scheme={"items": [{"facility_code": "roof"}]}))
    False
    >>> content_in_class(given(ShortfallClassRow))
    <Unknown.MISSING_FIELD: 'missing_field'>
    """
    if any(item.facility_code for item in row.items):
        return True
    return False if row.scheme and row.scheme.items else MISSING


@measure("方案是否安排该类改造", "scheme has works of the class", source=IMPROVEMENT)
def works_in_class(row: ShortfallClassRow) -> Flag:
    """Whether the scheme has an item of the class that does more than reserve conditions for later.

    >>> from compliance.measures.base import given
    >>> kept = {"facility_code": "elevator", "method": "reserve_conditions"}
    >>> works_in_class(given(ShortfallClassRow, items=[kept], scheme={"items": [kept]}))
    False
    """
    if any(item.method != RESERVED for item in row.items):
        return True
    return False if row.items or (row.scheme and row.scheme.items) else MISSING


@measure("未纳入的是否均有记录的理由", "reasons recorded for leaving them out", source="规格B5.2")
def reasons_recorded(row: ShortfallClassRow) -> Flag:
    """Whether a reason for leaving it out, or why it cannot be done, is recorded for every one of the class.

    >>> from compliance.measures.base import given
    >>> car = {"facility_code": "charging_car"}
    >>> bike = {"facility_code": "charging_ebike", "excluded_reason": "r"}
    >>> [reasons_recorded(given(ShortfallClassRow, shortfalls=s)) for s in ([bike], [bike, car])]
    [True, False]
    """
    return all(s.excluded_reason or s.infeasible_reason for s in row.shortfalls)


@measure("无梯单元数", "stairwells without a lift", unit="个", source="规格B5.2")
def stairwells_without_lift(row: ShortfallClassRow) -> Count:
    """Stairwells of the community that have no lift.

    >>> from compliance.measures.base import given
    >>> c = {"community_id": "c", "name": "n", "non_lift_multistorey_units": 12}
    >>> stairwells_without_lift(given(ShortfallClassRow, community=c))
    12
    """
    return count(row.community.non_lift_multistorey_units)


@measure("是否征询过加梯意愿", "owners were asked about lifts", source="规格B5.2")
def asked_about_lifts(row: ShortfallClassRow) -> Flag:
    """True where a vote of the community on a lift is on record; else not known, never false.

    >>> from compliance.measures.base import given
    >>> c = {"community_id": "c", "name": "n", "votes": [{"decides": "lift"}]}
    >>> asked_about_lifts(given(ShortfallClassRow, community=c))
    True
    """
    return True if any(vote.decides == "lift" for vote in row.community.votes) else MISSING
