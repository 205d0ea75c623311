"""Measures of satisfaction after completion: a community's rate, and the area's; judges nothing."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction

from compliance.measures.base import CONFLICTING, MISSING, Amounts, Count, Flag, Share, When, measure, money, share
from compliance.measures.subjects import CommunityRow, CompletionsRow, SurveyRow
from compliance.schemas.dossier import Community, Project, Survey
from compliance.schemas.scalars import Ratio, Unknown

STANDARD = "建办城〔2021〕50号 附件一（六）3"

PRECISION = 3 * 10**9
"""A mean of many fractions is cut down to this denominator, so that the engine has it in 64 bits.

Whether it reaches a limit of up to nine decimals, or of thirds, is not changed by that.
"""


def _held_after(survey: Survey, project: Project) -> Unknown | None:
    """Why a survey says nothing of the finished works; None where it was held on completion or later."""
    held, completed = survey.surveyed_on, project.completed_on
    if held is None or completed is None or held.last < completed.first:
        return MISSING
    return None if held.first >= completed.last else Unknown.AMBIGUOUS_DATE


def _rate(survey: Survey | None, project: Project) -> Share:
    if survey is None:
        return MISSING
    why_not = _held_after(survey, project)
    if why_not is not None:
        return why_not
    if survey.scale == "points":
        return Unknown.NEEDS_JUDGEMENT
    valid, given_out = survey.valid_responses, survey.surveyed
    if valid is not None and given_out is not None and valid > given_out:
        return CONFLICTING
    return share(survey.satisfied, valid)


@measure("满意率", "rate of satisfaction", unit="%", source=STANDARD)
def satisfaction_rate(row: SurveyRow) -> Share:
    """Satisfied over valid answers in the last survey, if that was held on or after completion.

    One held earlier tells nothing of the finished works: not known. Points are no proportion and are not
    turned into one: a person must judge. More satisfied than valid, or valid than given out, contradicts.

    >>> from compliance.measures.base import given
    >>> p = {"project_id": "p", "name": "n", "completed_on": "2023-10-01"}
    >>> s = {"surveyed_on": "2023-11-01", "valid_responses": 50, "satisfied": 45}
    >>> satisfaction_rate(given(SurveyRow, project=p, survey=s))
    Ratio(p=45, q=50)
    >>> satisfaction_rate(given(SurveyRow, project=p, survey=s | {"surveyed": 49}))
    <Unknown.CONFLICTING_DATA: 'conflicting_data'>
    >>> satisfaction_rate(given(SurveyRow, project=p, survey=s | {"surveyed_on": "2023-09-30"}))
    <Unknown.MISSING_FIELD: 'missing_field'>
    >>> satisfaction_rate(given(SurveyRow, project=p, survey=s | {"surveyed_on": "2023"}))
    <Unknown.AMBIGUOUS_DATE: 'ambiguous_date'>
    >>> satisfaction_rate(given(SurveyRow, project=p, survey=s | {"scale": "points"}))
    <Unknown.NEEDS_JUDGEMENT: 'needs_judgement'>
    """
    return _rate(row.survey, row.project)


@measure("满意度平均分", "mean score of satisfaction", unit="分", source=STANDARD)
def satisfaction_score(row: SurveyRow) -> Amounts:
    """Mean score of the last survey, if it counts in points and was held on or after completion.

    >>> from compliance.measures.base import given
    >>> p = {"project_id": "p", "name": "n", "completed_on": "2023-10-01"}
    >>> s = {"surveyed_on": "2023-11-01", "scale": "points", "mean_score": "91.68"}
    >>> satisfaction_score(given(SurveyRow, project=p, survey=s))
    Decimal('91.68')
    >>> satisfaction_score(given(SurveyRow, project=p, survey=s | {"scale": "share"}))
    <Unknown.MISSING_FIELD: 'missing_field'>
    """
    survey = row.survey
    if survey is None or survey.scale != "points":
        return MISSING
    why_not = _held_after(survey, row.project)
    return money(survey.mean_score) if why_not is None else why_not


# -- the area's year -------------------------------------------------------------------------------


@measure("当年完工小区数", "communities completed in the year", unit="个", source=STANDARD)
def communities_completed(row: CompletionsRow) -> Count:
    """Communities completed in the dossier's year, with those completed on a day that is not reported.

    >>> from compliance.measures.base import given
    >>> done = [{"project_id": d, "name": "n", "completed_on": d} for d in ("2023-05", "2023-04-01")]
    >>> communities_completed(given(CompletionsRow, projects=done))
    2
    """
    return len([project.completed_on for project in row.projects])


@measure("最近完工日", "last completion", source=STANDARD)
def last_completed(row: CompletionsRow) -> When:
    """Day on which the last of them was completed.

    >>> from compliance.measures.base import given
    >>> done = [{"project_id": d, "name": "n", "completed_on": d} for d in ("2023-05", "2023-04-01")]
    >>> last_completed(given(CompletionsRow, projects=done)).text
    '2023-05'
    """
    days = [p.completed_on for p in row.projects if p.completed_on]
    return max(days, key=lambda day: day.last) if days else MISSING


def _mean(row: CompletionsRow, weight: Callable[[Community], Decimal | None]) -> Share:
    """Mean of the communities' rates; one rate or weight not known makes it unknown for that reason."""
    above, below = Fraction(0), Fraction(0)
    for community, project in zip(row.communities, row.projects, strict=True):
        surveys = community.surveys
        last = max(surveys, key=lambda s: s.surveyed_on.last if s.surveyed_on else 0) if surveys else None
        rate, weighs = _rate(last, project), weight(community)
        if isinstance(rate, Unknown):
            return rate
        if weighs is None:
            return MISSING
        above += Fraction(rate.p, rate.q) * Fraction(weighs)
        below += Fraction(weighs)
    if below == 0:
        return CONFLICTING if row.communities else MISSING
    mean = above / below
    if mean.denominator <= PRECISION:
        return Ratio(mean.numerator, mean.denominator)
    return Ratio(mean.numerator * PRECISION // mean.denominator, PRECISION)


@measure("当年完工小区满意率（按建筑面积加权）", "rate of the year, by floor area", unit="%", source=STANDARD)
def satisfaction_by_area(row: CompletionsRow) -> Share:
    """Mean rate of the communities completed in the year, weighted by their floor area.

    >>> from compliance.measures.base import given
    >>> p = {"project_id": "p", "name": "n", "completed_on": "2023-10-01"}
    >>> s = {"surveyed_on": "2023-11-01", "valid_responses": 10}
    >>> c = {"community_id": "c", "name": "n", "floor_area_m2": 3000, "surveys": [s | {"satisfied": 9}]}
    >>> e = {"community_id": "e", "name": "n", "floor_area_m2": 1000, "surveys": [s | {"satisfied": 5}]}
    >>> satisfaction_by_area(given(CompletionsRow, communities=[c, e], projects=[p, p]))
    Ratio(p=4, q=5)
    """
    return _mean(row, lambda community: community.floor_area_m2)


@measure("当年完工小区满意率（简单平均）", "rate of the year, plain mean", unit="%", source=STANDARD)
def satisfaction_plain_mean(row: CompletionsRow) -> Share:
    """Mean rate of the communities completed in the year, each counting once.

    >>> from compliance.measures.base import given
    >>> p = {"project_id": "p", "name": "n", "completed_on": "2023-10-01"}
    >>> s = {"surveyed_on": "2023-11-01", "valid_responses": 10}
    >>> c = [{"community_id": str(n), "name": "n", "surveys": [s | {"satisfied": n}]} for n in (9, 5)]
    >>> satisfaction_plain_mean(given(CompletionsRow, communities=c, projects=[p, p]))
    Ratio(p=7, q=10)
    """
    return _mean(row, lambda community: Decimal(1))


@measure("工程阶段是否已报告", "whether the stage of works is reported", source="规格B6.3")
def stage_told(row: CommunityRow) -> Flag:
    """True where the stage or a date of completion or acceptance tells whether works were completed in the year.

    Without either it is not known whether a survey is owed.

    >>> from compliance.measures.base import given
    >>> p = {"project_id": "p", "name": "n"}
    >>> stage_told(given(CommunityRow, project=p | {"stage": "started"}))
    True
    >>> stage_told(given(CommunityRow, project=p)), stage_told(given(CommunityRow))
    (<Unknown.MISSING_FIELD: 'missing_field'>, <Unknown.MISSING_FIELD: 'missing_field'>)
    """
    project = row.project
    return True if project is not None and (project.stage or project.completed_on) else MISSING
