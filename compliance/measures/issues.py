"""Measures of issues found by audit and inspection: source, deadline, closing; judges nothing."""

from __future__ import annotations

from compliance.measures.base import CONFLICTING, MISSING, Code, Flag, When, declared_absent, measure, when
from compliance.measures.subjects import AreaRow, IssueRow
from compliance.schemas.scalars import Unknown

STANDARD = "建办城〔2021〕50号 附件一（十）"


@measure("问题来源", "who found the issue", source=STANDARD)
def issue_source(row: IssueRow) -> Code:
    """audit, state_council_inspection, provincial_inspection, petition, media or self.

    >>> from compliance.measures.base import given
    >>> issue_source(given(IssueRow, issue={"issue_id": "i", "source": "audit"}))
    'audit'
    """
    return row.issue.source


@measure("问题是否已发现", "issue found by the as-of day", source=STANDARD)
def issue_known(row: IssueRow) -> Flag:
    """Whether the issue had been found by the as-of day; one without a date stands in the dossier, so it had.

    >>> from compliance.measures.base import given
    >>> from compliance.schemas.scalars import days
    >>> def row(found):
    ...     issue = {"issue_id": "i", "source": "audit", "found_on": found}
    ...     return given(IssueRow, issue=issue, as_of=days("2023-06-30"))
    >>> issue_known(row(None)), issue_known(row("2023-06-30")), issue_known(row("2023-07-01"))
    (True, True, False)
    >>> issue_known(row("2023"))
    <Unknown.AMBIGUOUS_DATE: 'ambiguous_date'>
    """
    found = row.issue.found_on
    if found is None or found.last <= row.as_of.last:
        return True
    return False if found.first > row.as_of.last else Unknown.AMBIGUOUS_DATE


@measure("问题是否已整改销号", "issue closed", source=STANDARD)
def issue_closed(row: IssueRow) -> Flag:
    """Whether the issue was closed by the as-of day; closed without a date is unknown, open with one conflicts.

    >>> from compliance.measures.base import given
    >>> from compliance.schemas.scalars import days
    >>> def row(status, closed=None):
    ...     issue = {"issue_id": "i", "source": "audit", "status": status, "closed_on": closed}
    ...     return given(IssueRow, issue=issue, as_of=days("2023-06-30"))
    >>> issue_closed(row("closed", "2023-06-30")), issue_closed(row("in_progress"))
    (True, False)
    >>> issue_closed(row("closed", "2023-07-01"))
    False
    >>> issue_closed(row("closed")), issue_closed(row(None))
    (<Unknown.MISSING_FIELD: 'missing_field'>, <Unknown.MISSING_FIELD: 'missing_field'>)
    >>> issue_closed(row("open", "2023-05-01")), issue_closed(row("closed", "2023"))
    (<Unknown.CONFLICTING_DATA: 'conflicting_data'>, <Unknown.AMBIGUOUS_DATE: 'ambiguous_date'>)
    """
    status, on = row.issue.status, row.issue.closed_on
    if on is None:
        return MISSING if status is None or status == "closed" else False
    if on.first > row.as_of.last:
        return False
    if status is None:
        return MISSING
    if status != "closed":
        return CONFLICTING
    return True if on.last <= row.as_of.last else Unknown.AMBIGUOUS_DATE


@measure("是否有复核人", "verifier named", source=STANDARD)
def verifier_named(row: IssueRow) -> Flag:
    """True with a verifier; without one it is not reported.

    >>> from compliance.measures.base import given
    >>> verifier_named(given(IssueRow, issue={"issue_id": "i", "source": "audit", "verifier": "市审计局"}))
    True
    """
    return True if row.issue.verifier else MISSING


@measure("销号日", "closing of the issue", source=STANDARD)
def issue_closed_on(row: IssueRow) -> When:
    """Day on which the issue was closed.

    >>> from compliance.measures.base import given
    >>> issue = {"issue_id": "i", "source": "audit", "closed_on": "2023-05"}
    >>> issue_closed_on(given(IssueRow, issue=issue)).text
    '2023-05'
    """
    return when(row.issue.closed_on)


@measure("整改时限", "deadline of the issue", source=STANDARD)
def issue_deadline(row: IssueRow) -> When:
    """Day by which the issue was to be put right.

    >>> from compliance.measures.base import given
    >>> issue = {"issue_id": "i", "source": "audit", "deadline": "2023-05-31"}
    >>> issue_deadline(given(IssueRow, issue=issue)).text
    '2023-05-31'
    """
    return when(row.issue.deadline)


@measure("整改时限是否已过", "deadline over", source=STANDARD)
def deadline_passed(row: IssueRow) -> Flag:
    """Whether the deadline lies before the as-of day; on the day itself it does not.

    Not known where the dossier's data end before the deadline was over: what came of the issue is not reported.

    >>> from compliance.measures.base import given
    >>> from compliance.schemas.scalars import days
    >>> def row(deadline, data_to="2023-06-30"):
    ...     issue = {"issue_id": "i", "source": "audit", "deadline": deadline}
    ...     return given(IssueRow, issue=issue, as_of=days("2023-06-30"), reported_to=days(data_to))
    >>> deadline_passed(row("2023-06-29")), deadline_passed(row("2023-06-30"))
    (True, False)
    >>> deadline_passed(row("2023-06")), deadline_passed(row(None))
    (False, <Unknown.MISSING_FIELD: 'missing_field'>)
    >>> [deadline_passed(row(d, data_to="2023-04-30")) for d in ("2023-04-29", "2023-04-30")]
    [True, <Unknown.MISSING_FIELD: 'missing_field'>]
    """
    deadline = row.issue.deadline
    if deadline is None:
        return MISSING
    if deadline.last >= row.as_of.first:
        return False
    return True if row.reported_to is None or deadline.last < row.reported_to.first else MISSING


@measure("是否列有审计或国务院大督查问题", "audit or State Council issues listed", source=STANDARD)
def audit_issues_listed(row: AreaRow) -> Flag:
    """Whether an issue of either source is listed. Listed and declared absent contradict.

    >>> from compliance.measures.base import given
    >>> area = {"schema_version": "1.0", "dossier_id": "d", "area_code": "429999", "area_name": "示例县",
    ...         "area_level": "county", "plan_year": 2023}
    >>> one, none = {"issues": [{"issue_id": "i", "source": "audit"}]}, [{"absent": "audit_issues"}]
    >>> audit_issues_listed(given(AreaRow, dossier=area | one))
    True
    >>> audit_issues_listed(given(AreaRow, dossier=area))
    False
    >>> audit_issues_listed(given(AreaRow, dossier=area | one, declarations=none))
    <Unknown.CONFLICTING_DATA: 'conflicting_data'>
    """
    if not any(i.source in ("audit", "state_council_inspection") for i in row.dossier.issues):
        return False
    return CONFLICTING if declared_absent(row.declarations, "audit_issues") else True


@measure("是否声明无审计或国务院大督查问题", "absence of such issues declared", source=STANDARD)
def audit_issues_declared_absent(row: AreaRow) -> Flag:
    """True where it is declared that there were none; silence declares nothing.

    >>> from compliance.measures.base import given
    >>> audit_issues_declared_absent(given(AreaRow, declarations=[{"absent": "audit_issues"}]))
    True
    >>> audit_issues_declared_absent(given(AreaRow))
    <Unknown.MISSING_FIELD: 'missing_field'>
    """
    return True if declared_absent(row.declarations, "audit_issues") else MISSING
