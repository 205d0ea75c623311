"""Measures of area units: what belongs to one, what they share, what is on paper; judges nothing."""

from __future__ import annotations

from compliance.measures.base import (
    CONFLICTING,
    MISSING,
    Count,
    Flag,
    Share,
    declared_absent,
    flag,
    measure,
    share,
    stands,
)
from compliance.measures.policy import any_of, own_in_force
from compliance.measures.subjects import AreaDriveRow, AreaRow, CommunityRow
from compliance.schemas.dossier import AreaUnit
from compliance.schemas.scalars import Unknown

STANDARD = "建办城〔2021〕50号 附件二（二）"


# -- the unit that a community belongs to --------------------------------------------------------------------


@measure("是否属于某一片区", "belongs to an area unit", source=STANDARD)
def in_area_unit(row: CommunityRow) -> Flag:
    """Whether the community belongs to an area unit of the dossier; naming one that is not there contradicts.

    >>> from compliance.measures.base import given
    >>> c = {"community_id": "c", "name": "n"}
    >>> in_area_unit(given(CommunityRow, community=c, area_unit={"area_unit_id": "u"}))
    True
    >>> in_area_unit(given(CommunityRow, community=c))
    False
    >>> in_area_unit(given(CommunityRow, community=c | {"area_unit_id": "gone"}))
    <Unknown.CONFLICTING_DATA: 'conflicting_data'>
    """
    if row.area_unit is not None:
        return bool(row.area_unit.area_unit_id)
    return CONFLICTING if row.community.area_unit_id is not None else False


@measure("片区小区数", "communities of the area unit", unit="个", source=STANDARD)
def unit_communities(row: CommunityRow) -> Count:
    """Communities of the community's area unit, itself included, each counted once.

    >>> from compliance.measures.base import given
    >>> def row(**unit):
    ...     community = {"community_id": "c", "name": "n", "area_unit_id": "u"}
    ...     return given(CommunityRow, community=community, area_unit={"area_unit_id": "u"} | unit)
    >>> unit_communities(row(community_ids=["a", "b", "a"])), unit_communities(row(community_ids=["c"]))
    (3, 1)
    >>> unit_communities(row())
    <Unknown.MISSING_FIELD: 'missing_field'>
    """
    ids = row.area_unit.community_ids if row.area_unit else ()
    return len({*ids, row.community.community_id}) if ids else MISSING


@measure("片区是否包含周边地区", "unit takes in its surroundings", source=STANDARD)
def unit_beyond(row: CommunityRow) -> Flag:
    """Whether the area unit names surroundings beyond its communities; nothing written is not known.

    >>> from compliance.measures.base import given
    >>> unit = {"area_unit_id": "u", "external_scope": "东至示例路，含原粮站地块"}
    >>> unit_beyond(given(CommunityRow, area_unit=unit))
    True
    >>> unit_beyond(given(CommunityRow, area_unit={"area_unit_id": "u"}))
    <Unknown.MISSING_FIELD: 'missing_field'>
    """
    return True if row.area_unit and row.area_unit.external_scope else MISSING


@measure("片区是否统一方案", "one scheme for the whole unit", source=STANDARD)
def unit_scheme(row: CommunityRow) -> Flag:
    """Whether the area unit has one scheme for the whole.

    >>> from compliance.measures.base import given
    >>> unit_scheme(given(CommunityRow, area_unit={"area_unit_id": "u", "unified_scheme": False}))
    False
    """
    return flag(row.area_unit.unified_scheme) if row.area_unit else MISSING


@measure("片区共享设施数", "shared facilities of the unit", unit="处", source=STANDARD)
def unit_facilities(row: CommunityRow) -> Count:
    """Facilities that the area unit shares; none listed is none only where it is declared.

    >>> from compliance.measures.base import given
    >>> def row(*facilities, **more):
    ...     unit = {"area_unit_id": "u", "shared_facilities": [{"facility_id": i} for i in facilities]}
    ...     return given(CommunityRow, area_unit=unit, **more)
    >>> none = [{"absent": "shared_facilities"}]
    >>> unit_facilities(row("f", "g")), unit_facilities(row(declarations=none)), unit_facilities(row())
    (2, 0, <Unknown.MISSING_FIELD: 'missing_field'>)
    >>> unit_facilities(row("f", declarations=none))
    <Unknown.CONFLICTING_DATA: 'conflicting_data'>
    """
    if row.area_unit is None:
        return MISSING
    listed = len({facility.facility_id for facility in row.area_unit.shared_facilities})
    if declared_absent(row.declarations, "shared_facilities"):
        return CONFLICTING if listed else 0
    return listed or MISSING


# -- the area as a whole -------------------------------------------------------------------------------------


def _joined(unit: AreaUnit, nothing_shared: bool) -> Flag:
    """Joined: two communities or more, or surroundings beyond; and one scheme or something shared."""
    if unit.unified_scheme or unit.shared_facilities:
        return True if len(set(unit.community_ids)) > 1 or unit.external_scope else MISSING
    return False if unit.unified_scheme is False and nothing_shared else MISSING


@measure("是否有片区实现连片联动", "an area unit that is joined", source=STANDARD)
def joined_unit(row: AreaDriveRow) -> Flag:
    """Whether at least one area unit joins communities or their surroundings by one scheme or by sharing.

    Units without a common scheme, where it is declared that nothing is shared, are bundles of works and do
    not count. Without units it is false only where area renovation is declared absent; beside units that
    contradicts itself.

    >>> from compliance.measures.base import given
    >>> def row(*units, absent=()):
    ...     made = [{"area_unit_id": "u", "community_ids": ["a", "b"]} | u for u in units]
    ...     return given(AreaDriveRow, area_units=made, declarations=[{"absent": a} for a in absent])
    >>> alone = {"unified_scheme": False}
    >>> joined_unit(row({"unified_scheme": True})), joined_unit(row(alone, absent=["shared_facilities"]))
    (True, False)
    >>> joined_unit(row({"external_scope": "周边地块", "shared_facilities": [{"facility_id": "f"}]}))
    True
    >>> joined_unit(row(alone)), joined_unit(row({"unified_scheme": True, "community_ids": ["a"]}))
    (<Unknown.MISSING_FIELD: 'missing_field'>, <Unknown.MISSING_FIELD: 'missing_field'>)
    >>> joined_unit(row(absent=["area_renovation"])), joined_unit(row())
    (False, <Unknown.MISSING_FIELD: 'missing_field'>)
    >>> joined_unit(row({"unified_scheme": True}, absent=["area_renovation"]))
    <Unknown.CONFLICTING_DATA: 'conflicting_data'>
    """
    nothing_shared = declared_absent(row.declarations, "shared_facilities")
    found = any_of(_joined(unit, nothing_shared) for unit in row.area_units)
    if found is False or not declared_absent(row.declarations, "area_renovation"):
        return found
    return CONFLICTING if row.area_units else False


@measure("是否有现行片区改造文件", "own policy on area renovation in force", source=STANDARD)
def area_policy_in_force(row: AreaDriveRow) -> Flag:
    """Whether a policy or plan on area renovation, issued by the area's own level, is in force.

    Without any, a declaration that there is no area renovation counts as none.

    >>> from compliance.measures.base import given
    >>> from compliance.schemas.scalars import days
    >>> def row(*policies, **more):
    ...     made = [{"policy_id": "p", "level": "county"} | p for p in policies]
    ...     return given(AreaDriveRow, policies=made, as_of=days("2023-06-30"), area_level="county", **more)
    >>> area_policy_in_force(row({"exists": True})), area_policy_in_force(row({"exists": False}))
    (True, False)
    >>> area_policy_in_force(row()), area_policy_in_force(row(declarations=[{"absent": "area_renovation"}]))
    (<Unknown.MISSING_FIELD: 'missing_field'>, False)
    """
    if not row.policies and declared_absent(row.declarations, "area_renovation"):
        return False
    return own_in_force(row.policies, row.area_level, row.as_of)


@measure("是否有片区方案文件", "a document of an area scheme", source=STANDARD)
def area_scheme_stands(row: AreaDriveRow) -> Flag:
    """Whether at least one area unit has its scheme on paper, drafts left aside; no unit listed has none.

    >>> from compliance.measures.base import given
    >>> def row(*documents):
    ...     units = [{"area_unit_id": "u", "plan_document": d} for d in documents]
    ...     return given(AreaDriveRow, area_units=units)
    >>> none, one = {"exists": False}, {"exists": True}
    >>> area_scheme_stands(row(none, one)), area_scheme_stands(row(none))
    (True, False)
    >>> area_scheme_stands(row(None)), area_scheme_stands(row())
    (<Unknown.MISSING_FIELD: 'missing_field'>, False)
    """
    return any_of(stands(unit.plan_document) for unit in row.area_units) if row.area_units else False


@measure("未推进的说明", "absence explained", source="规格H2.1")
def absence_explained(row: AreaDriveRow) -> Flag:
    """Where the declaration that there is no area renovation comes with a paper, a person weighs its reasons.

    >>> from compliance.measures.base import given
    >>> def row(*declarations):
    ...     return given(AreaDriveRow, declarations=[{"absent": "area_renovation"} | x for x in declarations])
    >>> absence_explained(row({"evidence": [{"attachment": "a"}]}))
    <Unknown.NEEDS_JUDGEMENT: 'needs_judgement'>
    >>> absence_explained(row({})), absence_explained(row())
    (False, False)
    """
    for declaration in row.declarations:
        if declaration.absent == "area_renovation" and declaration.evidence:
            return Unknown.NEEDS_JUDGEMENT
    return False


@measure("片区数", "area units", unit="个", source=STANDARD)
def area_units_listed(row: AreaRow) -> Count:
    """Area units that the dossier lists.

    >>> from compliance.measures.base import given
    >>> area_units_listed(given(AreaRow, area_units=[{"area_unit_id": "u"}]))
    1
    """
    return len({unit.area_unit_id for unit in row.area_units})


@measure("计划小区中列入片区的占比", "share of planned communities in area units", unit="%", source=STANDARD)
def communities_in_units(row: AreaRow) -> Share:
    """Communities of the current plan that an area unit names, over all communities of the plan.

    >>> from compliance.measures.base import given
    >>> plan = {"plan_id": "p", "year": 2023, "community_ids": ["a", "b", "c"]}
    >>> units = [{"area_unit_id": "u", "community_ids": ["a", "b", "x"]}]
    >>> communities_in_units(given(AreaRow, plan=plan, area_units=units))
    Ratio(p=2, q=3)
    >>> communities_in_units(given(AreaRow, area_units=units))
    <Unknown.MISSING_FIELD: 'missing_field'>
    """
    planned = set(row.plan.community_ids) if row.plan else set()
    if not planned:
        return MISSING
    inside = {cid for unit in row.area_units for cid in unit.community_ids}
    return share(len(planned & inside), len(planned))
