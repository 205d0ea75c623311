"""Measures of the document on subdistricts' and communities' duties: standing and scope; judges nothing."""

from __future__ import annotations

from compliance.measures.base import MISSING, Flag, flag, measure, stands
from compliance.measures.subjects import AreaRow, PlanCountyRow
from compliance.schemas.scalars import Unknown

STANDARD = "建办城〔2021〕50号 附件一（六）1"

CHARGED = AreaRow | PlanCountyRow


@measure("是否有职责分工文件", "document on duties exists", source=STANDARD)
def duty_document_stands(row: CHARGED) -> Flag:
    """Whether the area (or the county of the plan) has a document on duties; a draft for comment shows none.

    >>> from compliance.measures.base import given
    >>> duty = {"area_code": "990101", "document": {"issued_on": "2022-03-01"}}
    >>> duty_document_stands(given(AreaRow, duty=duty))
    True
    >>> duty_document_stands(given(PlanCountyRow, duty=duty | {"document": {"exists": False}}))
    False
    >>> duty_document_stands(given(PlanCountyRow))
    <Unknown.MISSING_FIELD: 'missing_field'>
    """
    if row.duty is None:
        return MISSING
    if row.duty.document is None:
        return True if row.duty.evidence else MISSING
    return stands(row.duty.document)


@measure("是否明确街道职责", "names subdistricts' duties", source=STANDARD)
def covers_subdistrict(row: CHARGED) -> Flag:
    """Whether the document says what subdistricts have to do.

    >>> from compliance.measures.base import given
    >>> covers_subdistrict(given(AreaRow, duty={"area_code": "990101", "covers_subdistrict": False}))
    False
    """
    return flag(row.duty.covers_subdistrict) if row.duty else MISSING


@measure("是否明确社区职责", "names communities' duties", source=STANDARD)
def covers_community(row: CHARGED) -> Flag:
    """Whether the document says what residential communities have to do.

    >>> from compliance.measures.base import given
    >>> covers_community(given(AreaRow, duty={"area_code": "990101", "covers_community": True}))
    True
    """
    return flag(row.duty.covers_community) if row.duty else MISSING


@measure("职责分工文件是否已过有效期", "document on duties has expired", source="规格§2")
def duty_document_expired(row: AreaRow) -> Flag:
    """Whether the document's last day of validity has passed; none set: it has not.

    >>> from compliance.measures.base import given
    >>> from compliance.schemas.scalars import days
    >>> duty = {"area_code": "990101", "document": {"effective_to": "2023-06-30"}}
    >>> [duty_document_expired(given(AreaRow, duty=duty, as_of=days(d))) for d in ("2023-06", "2023-07")]
    [False, True]
    """
    if row.duty is None or row.duty.document is None:
        return MISSING
    until = row.duty.document.effective_to
    if until is None or until.first >= row.as_of.last:
        return False
    return True if until.last < row.as_of.first else Unknown.AMBIGUOUS_DATE
