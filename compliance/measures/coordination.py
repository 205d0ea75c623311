"""Measures of a project's coordinated works plan: its date, sectors, signatures, diggings; judges nothing."""

from __future__ import annotations

from compliance.measures.base import CONFLICTING, MISSING, Count, Flag, When, declared_absent, measure, when
from compliance.measures.subjects import PIPELINES, ExcavationRow, ProjectRow, ProjectSectorRow

STANDARD = "建办城〔2021〕50号 附件一（四）2"
BODY = "建办城〔2021〕50号 一（四）"

COORDINATED = ProjectRow | ProjectSectorRow


@measure("是否涉及管线专业", "works touch utility sectors", source=STANDARD)
def touches_pipelines(row: ProjectRow) -> Flag:
    """Whether the project, or the scheme of one of its communities, works on pipes or lines.

    Nothing listed and nothing declared: not known. Something listed that is declared absent: a contradiction.

    >>> from compliance.measures.base import given
    >>> p = {"project_id": "p", "name": "n"}
    >>> touches_pipelines(given(ProjectRow, project=p | {"pipeline_sectors": ["gas"]}))
    True
    >>> touches_pipelines(given(ProjectRow, project=p, declarations=[{"absent": "pipelines"}]))
    False
    >>> touches_pipelines(given(ProjectRow, project=p))
    <Unknown.MISSING_FIELD: 'missing_field'>
    """
    touched = bool(row.project.pipeline_sectors) or any(
        item.facility_code in PIPELINES and item.method != "reserve_conditions"
        for community in row.communities
        if community.scheme
        for item in community.scheme.items
    )
    absent = declared_absent(row.declarations, "pipelines")
    if touched:
        return CONFLICTING if absent else True
    return False if absent else MISSING


@measure("是否形成统筹施工方案", "coordinated works plan exists", source=STANDARD)
def coordination_plan_exists(row: COORDINATED) -> Flag:
    """Whether there is a coordinated works plan: said so, or shown by its date, its sectors or evidence.

    >>> from compliance.measures.base import given
    >>> coordination_plan_exists(given(ProjectRow, coordination={"dated": "2023-02-01"}))
    True
    >>> coordination_plan_exists(given(ProjectRow, coordination={"exists": False}))
    False
    >>> coordination_plan_exists(given(ProjectRow))
    <Unknown.MISSING_FIELD: 'missing_field'>
    """
    plan = row.coordination
    if plan is None:
        return MISSING
    if plan.exists is not None:
        return plan.exists
    return True if plan.dated or plan.sectors or plan.evidence else MISSING


@measure("统筹施工方案日期", "date of the coordinated works plan", source=STANDARD)
def coordination_plan_dated(row: ProjectRow) -> When:
    """Day on which the coordinated works plan was made.

    >>> from compliance.measures.base import given
    >>> coordination_plan_dated(given(ProjectRow, coordination={"dated": "2023-02-01"})).text
    '2023-02-01'
    """
    return when(row.coordination.dated) if row.coordination else MISSING


@measure("是否纳入统筹施工方案", "covered by the coordinated works plan", source=STANDARD)
def in_coordination_plan(row: ProjectSectorRow) -> Flag:
    """Whether the coordinated works plan covers the sector; a plan that names no sector at all: not known.

    >>> from compliance.measures.base import given
    >>> in_coordination_plan(given(ProjectSectorRow, sector="gas", coordination={"sectors": ["water"]}))
    False
    >>> in_coordination_plan(given(ProjectSectorRow, sector="gas", coordination={"exists": True}))
    <Unknown.MISSING_FIELD: 'missing_field'>
    """
    if row.coordination is None or not row.coordination.sectors:
        return MISSING
    return row.sector in row.coordination.sectors


@measure("专业单位是否签认", "signed by the sector's utility", source="规格B4.2")
def signed_by_sector(row: ProjectSectorRow) -> Flag:
    """Whether the sector's utility signed the plan: said so, or shown by the day. No entry: not known.

    >>> from compliance.measures.base import given
    >>> signed_by_sector(given(ProjectSectorRow, signatory={"sector": "gas", "signed_on": "2023-02-01"}))
    True
    >>> signed_by_sector(given(ProjectSectorRow, signatory={"sector": "gas", "signed": False}))
    False
    >>> signed_by_sector(given(ProjectSectorRow))
    <Unknown.MISSING_FIELD: 'missing_field'>
    """
    entry = row.signatory
    if entry is None:
        return MISSING
    if entry.signed_on is None:
        return MISSING if entry.signed is None else entry.signed
    return CONFLICTING if entry.signed is False else True


@measure("专业单位签认日", "day the sector's utility signed", source="规格B4.2")
def sector_signed_on(row: ProjectSectorRow) -> When:
    """Day on which the sector's utility signed.

    >>> from compliance.measures.base import given
    >>> sector_signed_on(given(ProjectSectorRow, signatory={"sector": "gas", "signed_on": "2023-02"})).text
    '2023-02'
    """
    return when(row.signatory.signed_on) if row.signatory else MISSING


@measure("开挖情况是否已报告", "excavations are reported", source=BODY)
def excavations_reported(row: ProjectRow) -> Flag:
    """True where excavations are listed, or repeated ones declared not to exist; else not known, never false.

    >>> from compliance.measures.base import given
    >>> excavations_reported(given(ProjectRow, declarations=[{"absent": "excavation_repeats"}]))
    True
    >>> excavations_reported(given(ProjectRow))
    <Unknown.MISSING_FIELD: 'missing_field'>
    """
    if row.coordination and any(e.section for e in row.coordination.excavation_log):
        return True
    return True if declared_absent(row.declarations, "excavation_repeats") else MISSING


@measure("计划外开挖次数", "unplanned excavations", unit="次", source=BODY)
def unplanned_excavations(row: ExcavationRow) -> Count:
    """Times that the stretch of road was dug up and that is said to have been unplanned: a lower bound.

    >>> from compliance.measures.base import given
    >>> log = [{"section": "s", "planned": False}, {"section": "s"}, {"section": "s", "planned": True}]
    >>> unplanned_excavations(given(ExcavationRow, excavations=log))
    1
    """
    return sum([e.planned is False for e in row.excavations])


@measure("未说明属计划内的开挖次数", "excavations not said to be planned", unit="次", source=BODY)
def excavations_not_said_planned(row: ExcavationRow) -> Count:
    """Times that the stretch of road was dug up and that is not said to have been planned: an upper bound.

    >>> from compliance.measures.base import given
    >>> log = [{"section": "s", "planned": False}, {"section": "s"}, {"section": "s", "planned": True}]
    >>> excavations_not_said_planned(given(ExcavationRow, excavations=log))
    2
    """
    return sum([not e.planned for e in row.excavations])


@measure("各次开挖是否均说明计划内外", "every excavation said to be planned or not", source=BODY)
def excavations_told_apart(row: ExcavationRow) -> Flag:
    """True where every excavation of the stretch is said to be planned or not; else not known, never false.

    >>> from compliance.measures.base import given
    >>> excavations_told_apart(given(ExcavationRow, excavations=[{"section": "s", "planned": True}]))
    True
    >>> excavations_told_apart(given(ExcavationRow, excavations=[{"section": "s"}]))
    <Unknown.MISSING_FIELD: 'missing_field'>
    """
    return MISSING if any(e.planned is None for e in row.excavations) else True


@measure("最后一次开挖日", "last excavation", source=BODY)
def last_excavated(row: ExcavationRow) -> When:
    """Day on which the stretch was last dug up.

    >>> from compliance.measures.base import given
    >>> log = [{"section": "s", "dug_on": d} for d in ("2023-05", "2023-03-01")]
    >>> last_excavated(given(ExcavationRow, excavations=log)).text
    '2023-05'
    """
    days = [e.dug_on for e in row.excavations if e.dug_on]
    return max(days, key=lambda day: day.last) if days else MISSING
