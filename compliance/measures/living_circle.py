"""Measures of surveys by residential community (居住社区): what, when, what followed from them; judges nothing."""

from __future__ import annotations

from compliance.measures.base import (
    CONFLICTING,
    MISSING,
    Flag,
    When,
    declared_absent,
    flag,
    measure,
    when,
)
from compliance.measures.subjects import AreaRow, AreaSurveyRow

STANDARD = "建办城〔2021〕50号 附件二（三）"


@measure("是否按居住社区开展摸排", "surveys by residential community", source=STANDARD)
def area_surveys_made(row: AreaRow) -> Flag:
    """Whether surveys by residential community are reported, and every planned community names its own.

    A community of the plan that names no residential community could not be held against a survey: not known.
    False only where it is declared that there were none; that beside a survey contradicts itself.

    >>> from compliance.measures.base import given
    >>> base = {"schema_version": "1.0", "dossier_id": "d", "area_code": "999901", "area_name": "示例县",
    ...         "area_level": "county", "plan_year": 2023}
    >>> plan = {"plan_id": "p", "year": 2023, "community_ids": ["c"]}
    >>> surveys = [{"residential_community": "和平社区"}]
    >>> def row(named, surveys=surveys, absent=()):
    ...     community = {"community_id": "c", "name": "n", "residential_community": named}
    ...     dossier = base | {"plans": [plan], "communities": [community], "area_surveys": surveys}
    ...     return given(AreaRow, dossier=dossier, plan=plan, declarations=[{"absent": a} for a in absent])
    >>> area_surveys_made(row("和平社区"))
    True
    >>> area_surveys_made(row(None)), area_surveys_made(row("和平社区", []))
    (<Unknown.MISSING_FIELD: 'missing_field'>, <Unknown.MISSING_FIELD: 'missing_field'>)
    >>> area_surveys_made(row("和平社区", [], ["area_surveys"]))
    False
    >>> area_surveys_made(row("和平社区", absent=["area_surveys"]))
    <Unknown.CONFLICTING_DATA: 'conflicting_data'>
    """
    surveys = row.dossier.area_surveys
    if declared_absent(row.declarations, "area_surveys"):
        return CONFLICTING if surveys else False
    planned = set(row.plan.community_ids) if row.plan else None
    named = [
        c.residential_community is not None
        for c in row.dossier.communities
        if planned is None or c.community_id in planned
    ]
    return True if surveys and named and all(named) else MISSING


@measure("是否有该社区的摸排记录", "survey of the residential community reported", source=STANDARD)
def survey_reported(row: AreaSurveyRow) -> Flag:
    """Whether the dossier has a survey of this residential community; never unknown.

    >>> from compliance.measures.base import given
    >>> survey_reported(given(AreaSurveyRow, survey={"residential_community": "和平社区"}))
    True
    >>> survey_reported(given(AreaSurveyRow))
    False
    """
    return row.survey is not None


@measure("是否摸排设施短板", "shortfalls surveyed", source=STANDARD)
def shortfalls_surveyed(row: AreaSurveyRow) -> Flag:
    """Whether the survey took in what facilities fall short.

    >>> from compliance.measures.base import given
    >>> survey = {"residential_community": "和平社区", "shortfalls": True}
    >>> shortfalls_surveyed(given(AreaSurveyRow, survey=survey))
    True
    >>> shortfalls_surveyed(given(AreaSurveyRow))
    <Unknown.MISSING_FIELD: 'missing_field'>
    """
    return flag(row.survey.shortfalls) if row.survey else MISSING


@measure("是否摸排安全隐患", "hazards surveyed", source=STANDARD)
def hazards_surveyed(row: AreaSurveyRow) -> Flag:
    """Whether the survey took in dangers to safety.

    >>> from compliance.measures.base import given
    >>> hazards_surveyed(given(AreaSurveyRow, survey={"residential_community": "和平社区", "hazards": False}))
    False
    """
    return flag(row.survey.hazards) if row.survey else MISSING


@measure("是否摸排存量资源", "unused resources surveyed", source=STANDARD)
def resources_surveyed(row: AreaSurveyRow) -> Flag:
    """Whether the survey took in unused buildings and land that could be put to use.

    >>> from compliance.measures.base import given
    >>> survey = {"residential_community": "和平社区", "stock_resources": True}
    >>> resources_surveyed(given(AreaSurveyRow, survey=survey))
    True
    """
    return flag(row.survey.stock_resources) if row.survey else MISSING


@measure("社区摸排日期", "survey of the residential community", source="建办城〔2021〕50号 二（三）")
def area_surveyed(row: AreaSurveyRow) -> When:
    """Day of the survey.

    >>> from compliance.measures.base import given
    >>> survey = {"residential_community": "和平社区", "surveyed_on": "2022-09"}
    >>> area_surveyed(given(AreaSurveyRow, survey=survey)).text
    '2022-09'
    """
    return when(row.survey.surveyed_on) if row.survey else MISSING


@measure("设施清单能否回溯到摸排", "facilities follow from the survey", source=STANDARD)
def facilities_traced(row: AreaSurveyRow) -> Flag:
    """Whether the facilities decided on can be traced to what the survey found and residents asked for.

    >>> from compliance.measures.base import given
    >>> survey = {"residential_community": "和平社区", "facilities_traced": True}
    >>> facilities_traced(given(AreaSurveyRow, survey=survey))
    True
    """
    return flag(row.survey.facilities_traced) if row.survey else MISSING
