"""Measures of the coordination mechanism: founded, led, joined, documented, met; judges nothing."""

from __future__ import annotations

from compliance.measures.base import MISSING, Code, Count, Flag, When, measure, stands, when
from compliance.measures.subjects import AreaRow, MechanismDocumentRow, PlanCountyRow, PlanRow
from compliance.schemas.scalars import Unknown

STANDARD = "建办城〔2021〕50号 附件一（一）"


@measure("统筹协调机制是否建立", "whether the mechanism is established", source=STANDARD)
def mechanism_established(row: AreaRow | PlanCountyRow) -> Flag:
    """Whether the area, or the county that the plan covers, has a mechanism.

    Either it is said so, or its founding document shows it. Said to be missing while that document stands, it
    contradicts itself. That no founding document exists does not prove that there is no mechanism.

    >>> from compliance.measures.base import given
    >>> m = {"area_code": "990101"}
    >>> mechanism_established(given(AreaRow, mechanism=m | {"established": False}))
    False
    >>> mechanism_established(given(AreaRow, mechanism=m | {"document": {"exists": True}}))
    True
    >>> mechanism_established(given(AreaRow, mechanism=m | {"established": False, "document": {"exists": True}}))
    <Unknown.CONFLICTING_DATA: 'conflicting_data'>
    >>> mechanism_established(given(PlanCountyRow))
    <Unknown.MISSING_FIELD: 'missing_field'>
    """
    m = row.mechanism
    if m is None:
        return MISSING
    if m.established:
        return True
    shown = m.document is not None and stands(m.document) is True
    if m.established is False:
        return Unknown.CONFLICTING_DATA if shown else False
    return True if shown else MISSING


@measure("机制成立日", "founding of the mechanism", source=STANDARD)
def mechanism_founded(row: AreaRow) -> When:
    """Day the mechanism was founded; where it is not reported, the day its founding document was issued.

    >>> from compliance.measures.base import given
    >>> m = {"area_code": "990101", "document": {"issued_on": "2021-03-01"}}
    >>> mechanism_founded(given(AreaRow, mechanism=m)).text
    '2021-03-01'
    """
    m = row.mechanism
    if m is None:
        return MISSING
    if m.established_on is None and m.document is not None:
        return when(m.document.issued_on)
    return when(m.established_on)


@measure("判定日", "the day judged on", running=True)
def day_judged_on(row: AreaRow) -> When:
    """The as-of date of the run; not a claim of the dossier.

    >>> from compliance.measures.base import given
    >>> from compliance.schemas.scalars import days
    >>> day_judged_on(given(AreaRow, as_of=days("2023-12-31"))).text
    '2023-12-31'
    """
    return row.as_of


@measure("组长职务类别", "post of the leader", source=STANDARD)
def mechanism_leader(row: AreaRow) -> Code:
    """Coded post of the mechanism's leader; the post in words is not read.

    >>> from compliance.measures.base import given
    >>> mechanism_leader(given(AreaRow, mechanism={"area_code": "990101", "leader_post": "government_head"}))
    'government_head'
    """
    return row.mechanism.leader_post or MISSING if row.mechanism else MISSING


@measure("牵头单位以外的成员部门数", "member departments beside the leading one", unit="个", source=STANDARD)
def departments_beside_lead(row: AreaRow) -> Count:
    """Number of different member departments, the leading unit left out.

    Where the leading unit is not reported, one of those named is taken to be it; with only one named,
    nothing can be said. An empty list says nothing.

    >>> from compliance.measures.base import given
    >>> m = {"area_code": "990101", "member_depts": ["住建局", "财政局", "住建局"]}
    >>> departments_beside_lead(given(AreaRow, mechanism=m | {"lead_org": "住建局"}))
    1
    >>> departments_beside_lead(given(AreaRow, mechanism=m))
    1
    >>> departments_beside_lead(given(AreaRow, mechanism={"area_code": "990101", "member_depts": ["财政局"]}))
    <Unknown.MISSING_FIELD: 'missing_field'>
    """
    if row.mechanism is None:
        return MISSING
    names = set(row.mechanism.member_depts)
    lead = row.mechanism.lead_org
    if lead and names:
        return len(names - {lead})
    return len(names) - 1 if len(names) > 1 else MISSING


@measure("机制文件是否已制定", "whether the mechanism's document exists", source=STANDARD)
def mechanism_document_stands(row: MechanismDocumentRow) -> Flag:
    """Whether one of the mechanism's three documents exists; a chapter of another document counts, a draft does not.

    >>> from compliance.measures.base import given
    >>> mechanism_document_stands(given(MechanismDocumentRow, which="procedure", document={"exists": False}))
    False
    >>> mechanism_document_stands(given(MechanismDocumentRow, which="procedure"))
    <Unknown.MISSING_FIELD: 'missing_field'>
    """
    return stands(row.document)


@measure("计划涉及县区数", "counties that the plan covers", unit="个", source=STANDARD)
def counties_in_plan(row: AreaRow | PlanRow) -> Count:
    """Number of different counties listed in the year's plan; an empty list says nothing.

    >>> from compliance.measures.base import given
    >>> plan = {"plan_id": "p", "year": 2023}
    >>> counties_in_plan(given(AreaRow, plan=plan | {"county_codes": ["990101", "990102"]}))
    2
    >>> counties_in_plan(given(PlanRow, plan=plan))
    <Unknown.MISSING_FIELD: 'missing_field'>
    """
    if row.plan is None:
        return MISSING
    return len(set(row.plan.county_codes)) or MISSING


@measure("计划年度是否议事", "whether the mechanism met in the plan's year", source=STANDARD)
def met_in_year(row: AreaRow) -> Flag:
    """Whether a meeting of the mechanism in the dossier's plan year is recorded.

    No record does not prove that none was held: then a person has to judge. A meeting without a date may
    have been held in the year: not known. Residents' councils are not the mechanism's meetings.

    >>> from compliance.measures.base import given
    >>> dossier = dict(schema_version="1.0", dossier_id="d", area_code="990101", area_name="示例县",
    ...                area_level="county", plan_year=2023)
    >>> def met(*meetings): return met_in_year(given(AreaRow, dossier=dossier, mechanism={
    ...     "area_code": "990101", "meetings": [{"held_on": on} for on in meetings]}))
    >>> met("2022-11-01", "2023-02")
    True
    >>> met("2022-11-01"), met(None)
    (<Unknown.NEEDS_JUDGEMENT: 'needs_judgement'>, <Unknown.MISSING_FIELD: 'missing_field'>)
    """
    if row.mechanism is None:
        return MISSING
    year = str(row.dossier.plan_year)
    undated = False
    for meeting in row.mechanism.meetings:
        if meeting.type == "resident_council":
            continue
        held = meeting.held_on
        if held is None:
            undated = True
        elif held.text[:4] == year:
            return True
    return MISSING if undated else Unknown.NEEDS_JUDGEMENT
