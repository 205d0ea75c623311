"""Measures of acceptance: conclusion, who took part, warranty, filing, residents' say; judges nothing."""

from __future__ import annotations

from compliance.measures.base import CONFLICTING, MISSING, Code, Count, Flag, When, measure, stands, when
from compliance.measures.subjects import AcceptancePartyRow, ProjectRow
from compliance.schemas.scalars import Unknown

STANDARD = "建办城〔2021〕50号 附件一（九）2"
REGULATION = "建设工程质量管理条例"


@measure("竣工验收结论", "conclusion of acceptance", source=STANDARD)
def acceptance_conclusion(row: ProjectRow) -> Code:
    """qualified or unqualified; an acceptance dated after the as-of day has not concluded anything yet.

    >>> from compliance.measures.base import given
    >>> from compliance.schemas.scalars import days
    >>> p, day = {"project_id": "p", "name": "n"}, days("2023-06-30")
    >>> acceptance_conclusion(given(ProjectRow, acceptance={"conclusion": "qualified"}, project=p, as_of=day))
    'qualified'
    >>> later = {"conclusion": "qualified", "accepted_on": "2023-07-01"}
    >>> acceptance_conclusion(given(ProjectRow, acceptance=later, project=p, as_of=day))
    <Unknown.MISSING_FIELD: 'missing_field'>
    """
    if row.acceptance is None:
        return MISSING
    on = row.acceptance.accepted_on
    if on is not None and on.first > row.as_of.last:
        return MISSING
    return row.acceptance.conclusion or MISSING


@measure("是否参加竣工验收", "took part in acceptance", source=f"{REGULATION}16条")
def took_part(row: AcceptancePartyRow) -> Flag:
    """Whether the party is among those who took part; nobody listed: not reported.

    >>> from compliance.measures.base import given
    >>> def row(*parties):
    ...     return given(AcceptancePartyRow, which="designer", acceptance={"participants": parties})
    >>> took_part(row("builder", "designer")), took_part(row("builder")), took_part(row())
    (True, False, <Unknown.MISSING_FIELD: 'missing_field'>)
    """
    if row.acceptance is None or not row.acceptance.participants:
        return MISSING
    return row.which in row.acceptance.participants


@measure("居民代表是否参加验收", "residents took part in acceptance", source="当地验收规定")
def residents_took_part(row: ProjectRow) -> Flag:
    """Whether the owners' committee or a group of residents took part; nobody listed: not reported.

    >>> from compliance.measures.base import given
    >>> residents_took_part(given(ProjectRow, acceptance={"participants": ["builder", "owners_committee"]}))
    True
    """
    if row.acceptance is None or not row.acceptance.participants:
        return MISSING
    present = row.acceptance.participants
    return "owners_committee" in present or "residents" in present


@measure("是否签署保修书", "warranty", source=f"{REGULATION}16、39条")
def warranty_stands(row: ProjectRow) -> Flag:
    """Whether the contractor gave a warranty.

    >>> from compliance.measures.base import given
    >>> warranty_stands(given(ProjectRow, acceptance={"warranty": {"exists": False}}))
    False
    """
    return stands(row.acceptance.warranty) if row.acceptance is not None else MISSING


@measure("竣工验收备案日", "filing of the acceptance", source=f"{REGULATION}49条")
def acceptance_filed(row: ProjectRow) -> When:
    """Day on which the acceptance was filed.

    >>> from compliance.measures.base import given
    >>> acceptance_filed(given(ProjectRow, acceptance={"filed_on": "2023-11-30"})).text
    '2023-11-30'
    """
    return when(row.acceptance.filed_on) if row.acceptance is not None else MISSING


@measure("验收至备案天数", "days from acceptance to filing", unit="日", source=f"{REGULATION}49条")
def days_to_filing(row: ProjectRow) -> Count:
    """Calendar days from acceptance to filing, both known to the day; filed before accepted contradicts.

    >>> from compliance.measures.base import given
    >>> def row(accepted, filed):
    ...     return given(ProjectRow, acceptance={"accepted_on": accepted, "filed_on": filed})
    >>> days_to_filing(row("2023-11-20", "2023-12-05")), days_to_filing(row("2023-11-20", "2023-11-20"))
    (15, 0)
    >>> days_to_filing(row("2023-11-20", "2023-12"))
    <Unknown.AMBIGUOUS_DATE: 'ambiguous_date'>
    >>> days_to_filing(row("2023-11-20", "2023-11-19")), days_to_filing(row("2023-11-20", None))
    (<Unknown.CONFLICTING_DATA: 'conflicting_data'>, <Unknown.MISSING_FIELD: 'missing_field'>)
    """
    if row.acceptance is None:
        return MISSING
    accepted, filed = row.acceptance.accepted_on, row.acceptance.filed_on
    if accepted is None or filed is None:
        return MISSING
    if filed.last < accepted.first:
        return CONFLICTING
    if accepted.first != accepted.last or filed.first != filed.last:
        return Unknown.AMBIGUOUS_DATE
    return filed.first - accepted.first


@measure("验收至今天数", "days since acceptance", unit="日", source=f"{REGULATION}49条", running=True)
def days_since_acceptance(row: ProjectRow) -> Count:
    """Calendar days from acceptance to the as-of day; 0 where acceptance is still to come.

    >>> from compliance.measures.base import given
    >>> from compliance.schemas.scalars import days
    >>> def row(accepted):
    ...     return given(ProjectRow, acceptance={"accepted_on": accepted}, as_of=days("2023-06-30"))
    >>> days_since_acceptance(row("2023-06-15")), days_since_acceptance(row("2023-07-15"))
    (15, 0)
    >>> days_since_acceptance(row("2023-06"))
    <Unknown.AMBIGUOUS_DATE: 'ambiguous_date'>
    """
    on = row.acceptance.accepted_on if row.acceptance is not None else None
    if on is None:
        return MISSING
    if on.first != on.last:
        return Unknown.AMBIGUOUS_DATE
    return max(0, row.as_of.first - on.first)


@measure("满意度首次调查日", "first survey of satisfaction", source="当地满意度规定")
def satisfaction_first_surveyed(row: ProjectRow) -> When:
    """The day by which every community of the project had been surveyed for the first time.

    Not known while a community of the project has no dated survey.

    >>> from compliance.measures.base import given
    >>> def community(*days):
    ...     return {"community_id": "c", "name": "n", "surveys": [{"surveyed_on": t} for t in days]}
    >>> p = {"project_id": "p", "name": "n", "community_ids": ["a", "b"]}
    >>> both = [community("2023-05-20", "2023-04-01"), community("2023-05-01")]
    >>> satisfaction_first_surveyed(given(ProjectRow, project=p, communities=both)).text
    '2023-05-01'
    >>> satisfaction_first_surveyed(given(ProjectRow, project=p, communities=[community(), community("2023")]))
    <Unknown.MISSING_FIELD: 'missing_field'>
    """
    if not row.project.community_ids or len(row.communities) < len(row.project.community_ids):
        return MISSING
    latest = None
    for community in row.communities:
        earliest = None
        for survey in community.surveys:
            on = survey.surveyed_on
            if on is not None and (earliest is None or on < earliest):
                earliest = on
        if earliest is None:
            return MISSING
        if latest is None or earliest > latest:
            latest = earliest
    return when(latest)
