"""Measures of quality and safety: the area's rules, the four parties, inspections, events; judges nothing."""

from __future__ import annotations

from compliance.measures.base import (
    CONFLICTING,
    MISSING,
    Code,
    Count,
    Flag,
    When,
    declared_absent,
    measure,
    stands,
)
from compliance.measures.policy import in_force
from compliance.measures.subjects import (
    PartyRow,
    ProjectMonthRow,
    ProjectRow,
    QualityEventRow,
    QualityIssueRow,
    QualitySystemRow,
)
from compliance.schemas.dossier import Party, QualityEvent
from compliance.schemas.scalars import Day, Unknown

RULES = "建办城〔2021〕50号 一（九）"
STANDARD = "建办城〔2021〕50号 附件一（九）"
REGULATION = "建设工程质量管理条例"
FREQUENCY = "当地监督抽查规定"


@measure("制度文件是否现行", "rule in force", source=RULES)
def system_in_force(row: QualitySystemRow) -> Flag:
    """Whether the area's document on this one of the six rules is in force on the as-of day.

    >>> from compliance.measures.base import given
    >>> from compliance.schemas.scalars import days
    >>> day = days("2023-06-30")
    >>> system_in_force(given(QualitySystemRow, document={"exists": True}, as_of=day))
    True
    >>> system_in_force(given(QualitySystemRow, as_of=day))
    <Unknown.MISSING_FIELD: 'missing_field'>
    """
    return in_force(row.document, row.as_of)


# -- the four parties ---------------------------------------------------------------------------------------


@measure("参建单位是否落实", "party named with its credit code", source=f"{STANDARD}1；{REGULATION}3条")
def party_identified(row: PartyRow) -> Flag:
    """True with a credit code; false where it is said that there is none; a name alone is not enough.

    >>> from compliance.measures.base import given
    >>> party_identified(given(PartyRow, party={"uscc": "91350100M000100Y43"}))
    True
    >>> party_identified(given(PartyRow, party={"exists": False}))
    False
    >>> party_identified(given(PartyRow, party={"name": "甲公司"}))
    <Unknown.MISSING_FIELD: 'missing_field'>
    """
    return _identified(row.party)


def _identified(party: Party | None) -> Flag:
    if party is None:
        return MISSING
    if party.exists is False:
        return CONFLICTING if party.uscc else False
    return True if party.uscc else MISSING


@measure("参建单位负责人是否明确", "person in charge named", source=f"{STANDARD}1")
def leader_named(row: PartyRow) -> Flag:
    """True with a name; without one it is not reported.

    >>> from compliance.measures.base import given
    >>> leader_named(given(PartyRow, party={"leader": "张三"})), leader_named(given(PartyRow, party={}))
    (True, <Unknown.MISSING_FIELD: 'missing_field'>)
    """
    return True if row.party is not None and row.party.leader else MISSING


@measure("质量安全责任承诺是否签订", "letter of responsibility", source=f"{STANDARD}1")
def commitment_stands(row: PartyRow) -> Flag:
    """Whether the party signed a letter of responsibility.

    >>> from compliance.measures.base import given
    >>> commitment_stands(given(PartyRow, party={"commitment": {"exists": False}}))
    False
    """
    return stands(row.party.commitment) if row.party is not None else MISSING


@measure("监理与施工是否同一单位", "supervisor is the contractor", source=f"{REGULATION}35条")
def supervisor_is_contractor(row: ProjectRow) -> Flag:
    """Told by the credit codes; without both, the same name says yes, different names prove nothing.

    >>> from compliance.measures.base import given
    >>> def row(contractor, supervisor):
    ...     p = {"project_id": "p", "name": "n", "contractor": contractor, "supervisor": supervisor}
    ...     return given(ProjectRow, project=p)
    >>> a, b = {"uscc": "91350100M000100Y43"}, {"uscc": "1153302501526456X4"}
    >>> supervisor_is_contractor(row(a, a)), supervisor_is_contractor(row(a, b))
    (True, False)
    >>> supervisor_is_contractor(row({"name": "甲"}, {"name": "甲"}))
    True
    >>> supervisor_is_contractor(row({"name": "甲"}, {"name": "乙"}))
    <Unknown.MISSING_FIELD: 'missing_field'>
    """
    contractor, supervisor = row.project.contractor, row.project.supervisor
    if contractor is None or supervisor is None:
        return MISSING
    if contractor.uscc and supervisor.uscc:
        return contractor.uscc == supervisor.uscc
    if contractor.name and supervisor.name and contractor.name == supervisor.name:
        return True
    return MISSING


@measure("勘察单位是否落实", "surveyor named with its credit code", source="当地质量责任规定")
def surveyor_identified(row: ProjectRow) -> Flag:
    """As ``party_identified``, of the surveyor; false says that the works needed none.

    >>> from compliance.measures.base import given
    >>> p = {"project_id": "p", "name": "n"}
    >>> surveyor_identified(given(ProjectRow, project=p | {"surveyor": {"uscc": "91350100M000100Y43"}}))
    True
    >>> surveyor_identified(given(ProjectRow, project=p | {"surveyor": {"exists": False}}))
    False
    >>> surveyor_identified(given(ProjectRow, project=p))
    <Unknown.MISSING_FIELD: 'missing_field'>
    """
    return _identified(row.project.surveyor)


@measure("勘察单位是否签订质量责任承诺", "surveyor's letter of responsibility", source="当地质量责任规定")
def surveyor_commitment_stands(row: ProjectRow) -> Flag:
    """Whether the surveyor signed a letter of responsibility.

    >>> from compliance.measures.base import given
    >>> p = {"project_id": "p", "name": "n", "surveyor": {"commitment": {"exists": True}}}
    >>> surveyor_commitment_stands(given(ProjectRow, project=p))
    True
    """
    return stands(row.project.surveyor.commitment) if row.project.surveyor is not None else MISSING


# -- inspections by month -----------------------------------------------------------------------------------


@measure("月份首日", "first day of the month", source=FREQUENCY)
def month_began(row: ProjectMonthRow) -> When:
    """First day of the month, so that a month is told from one before the standard.

    >>> from compliance.measures.base import given
    >>> from compliance.schemas.scalars import days
    >>> month_began(given(ProjectMonthRow, month=days("2021-12"))).text
    '2021-12-01'
    """
    return Day(row.month.first, row.month.first, f"{row.month.text}-01")


@measure("当月是否在施工", "works under way in the month", source=FREQUENCY)
def under_way(row: ProjectMonthRow) -> Flag:
    """Whether works really were under way all month.

    Not known where the start rests on the contract alone, or where works may have ended unreported.

    >>> from compliance.measures.base import given
    >>> from compliance.schemas.scalars import days
    >>> def row(**project):
    ...     p = {"project_id": "p", "name": "n", "actual_start": "2023-01-01"} | project
    ...     return given(ProjectMonthRow, project=p, month=days("2023-05"))
    >>> under_way(row(stage="started")), under_way(row(completed_on="2023-06-10"))
    (True, True)
    >>> under_way(row(stage="completed")), under_way(row(stage="started", start_basis="contract"))
    (<Unknown.MISSING_FIELD: 'missing_field'>, <Unknown.MISSING_FIELD: 'missing_field'>)
    >>> under_way(row(stage="accepted", acceptance={"accepted_on": "2023-04-20"}))
    False
    """
    project = row.project
    if project.start_basis == "contract":
        return MISSING
    if project.completed_on is not None:
        return True
    accepted = project.acceptance.accepted_on if project.acceptance is not None else None
    if accepted is not None and accepted.last <= row.month.last:
        return False
    return True if project.stage == "started" else MISSING


def _beyond(row: ProjectMonthRow) -> bool:
    """Whether the dossier's data end before the month does."""
    return row.reported_to is not None and row.reported_to.first < row.month.last


@measure("当月监督检查次数", "inspections in the month", unit="次", source=FREQUENCY)
def inspections_dated(row: ProjectMonthRow) -> Count:
    """Inspections that certainly lie in the month.

    Not reported where a project lists no inspection at all, or the dossier's data end before the month does.

    >>> from compliance.measures.base import given
    >>> from compliance.schemas.scalars import days
    >>> def row(*listed):
    ...     p = {"project_id": "p", "name": "n", "inspections": [{"inspected_on": t} for t in listed]}
    ...     inside = [{"inspected_on": t} for t in listed if t and t.startswith("2023-05")]
    ...     return given(ProjectMonthRow, project=p, month=days("2023-05"), inspections=inside)
    >>> inspections_dated(row("2023-05-09", "2023-04-02")), inspections_dated(row("2023-04-02"))
    (1, 0)
    >>> inspections_dated(row())
    <Unknown.MISSING_FIELD: 'missing_field'>
    >>> inspections_counted(row("2023-05-09")), inspections_counted(row("2023-05-09", "2023"))
    (1, <Unknown.AMBIGUOUS_DATE: 'ambiguous_date'>)
    """
    if not row.project.inspections or _beyond(row):
        return MISSING
    return sum(1 for i in row.inspections if i.inspected_on is not None)


@measure("当月监督检查次数（日期齐全）", "inspections, all dated", unit="次", source=FREQUENCY)
def inspections_counted(row: ProjectMonthRow) -> Count:
    """As ``inspections_dated``; not known where another one, undated or dated loosely, may lie in the month.

    >>> from compliance.measures.base import given
    >>> from compliance.schemas.scalars import days
    >>> p = {"project_id": "p", "name": "n", "inspections": [{"inspected_on": None}]}
    >>> inspections_counted(given(ProjectMonthRow, project=p, month=days("2023-05")))
    <Unknown.AMBIGUOUS_DATE: 'ambiguous_date'>
    """
    if not row.project.inspections or _beyond(row):
        return MISSING
    first, last = row.month.first, row.month.last
    inside = 0
    for inspection in row.project.inspections:
        on = inspection.inspected_on
        if on is None:
            return Unknown.AMBIGUOUS_DATE
        if first <= on.first and on.last <= last:
            inside += 1
        elif on.first <= last and on.last >= first:
            return Unknown.AMBIGUOUS_DATE
    return inside


# -- events -------------------------------------------------------------------------------------------------


def _known(event: QualityEvent, as_of: Day) -> Flag:
    """Whether the event had been found by the day; one without a date stands in the dossier, so it had."""
    found = event.found_on
    if found is None or found.last <= as_of.last:
        return True
    return False if found.first > as_of.last else Unknown.AMBIGUOUS_DATE


@measure("问题是否已发现", "event found by the as-of day", source=f"{STANDARD}3")
def event_known(row: QualityEventRow) -> Flag:
    """Whether the event had been found by the as-of day; one without a date had.

    >>> from compliance.measures.base import given
    >>> from compliance.schemas.scalars import days
    >>> def row(found):
    ...     event = {"event_id": "e", "found_on": found}
    ...     return given(QualityEventRow, event=event, as_of=days("2023-06-30"))
    >>> event_known(row(None)), event_known(row("2023-06-30")), event_known(row("2023-07-01"))
    (True, True, False)
    >>> event_known(row("2023"))
    <Unknown.AMBIGUOUS_DATE: 'ambiguous_date'>
    """
    return _known(row.event, row.as_of)


@measure("问题是否已解决", "event resolved", source=f"{STANDARD}3")
def event_resolved(row: QualityEventRow) -> Flag:
    """Whether the event was resolved by the as-of day. Said to be resolved, but without a day: not known.

    >>> from compliance.measures.base import given
    >>> from compliance.schemas.scalars import days
    >>> def row(**event):
    ...     return given(QualityEventRow, event={"event_id": "e"} | event, as_of=days("2023-06-30"))
    >>> event_resolved(row(resolved=True, resolved_on="2023-06-30")), event_resolved(row(resolved=False))
    (True, False)
    >>> event_resolved(row(resolved=True, resolved_on="2023-07-01"))
    False
    >>> event_resolved(row(resolved=True)), event_resolved(row(resolved=False, resolved_on="2023-05-01"))
    (<Unknown.MISSING_FIELD: 'missing_field'>, <Unknown.CONFLICTING_DATA: 'conflicting_data'>)
    """
    event, as_of = row.event, row.as_of
    on = event.resolved_on
    if on is None:
        return False if event.resolved is False else MISSING
    if on.first > as_of.last:
        return False
    if event.resolved is False:
        return CONFLICTING
    return True if on.last <= as_of.last else Unknown.AMBIGUOUS_DATE


@measure("问题存续至", "last day the event stood open", source=f"{STANDARD}3")
def event_lasted_to(row: QualityEventRow) -> When:
    """The day an event was resolved; one that is open stands open on the as-of day.

    So only events over and done with before the standard are left to the time before it.

    >>> from compliance.measures.base import given
    >>> from compliance.schemas.scalars import days
    >>> def row(**event):
    ...     return given(QualityEventRow, event={"event_id": "e"} | event, as_of=days("2023-06-30"))
    >>> event_lasted_to(row(resolved=True, resolved_on="2021-05-01")).text, event_lasted_to(row()).text
    ('2021-05-01', '2023-06-30')
    """
    return row.event.resolved_on or row.as_of


@measure("问题等级", "grade of the event", source=f"{REGULATION}52条")
def event_grade(row: QualityEventRow) -> Code:
    """general, large, major or extraordinary.

    >>> from compliance.measures.base import given
    >>> event_grade(given(QualityEventRow, event={"event_id": "e", "severity": "major"}))
    'major'
    """
    return row.event.severity or MISSING


@measure("问题类型", "kind of the event", source=f"{STANDARD}3")
def event_type(row: QualityEventRow) -> Code:
    """quality, safety, material or forged_report.

    >>> from compliance.measures.base import given
    >>> event_type(given(QualityEventRow, event={"event_id": "e", "type": "forged_report"}))
    'forged_report'
    """
    return row.event.type or MISSING


@measure("是否列有质量安全问题", "events listed", source=f"{STANDARD}3")
def events_listed(row: ProjectRow) -> Flag:
    """Whether the project lists an event found by the as-of day. Listed and declared absent contradict.

    >>> from compliance.measures.base import given
    >>> from compliance.schemas.scalars import days
    >>> p, none = {"project_id": "p", "name": "n"}, [{"absent": "quality_events"}]
    >>> day, one = days("2023-06-30"), {"quality_events": [{"event_id": "e"}]}
    >>> events_listed(given(ProjectRow, project=p | one, as_of=day))
    True
    >>> events_listed(given(ProjectRow, project=p, as_of=day))
    False
    >>> events_listed(given(ProjectRow, project=p | one, declarations=none, as_of=day))
    <Unknown.CONFLICTING_DATA: 'conflicting_data'>
    """
    known = [_known(e, row.as_of) for e in row.project.quality_events]
    if not any(k is not False for k in known):
        return False
    if declared_absent(row.declarations, "quality_events"):
        return CONFLICTING
    return True if any(k is True for k in known) else Unknown.AMBIGUOUS_DATE


@measure("最近一次监督检查结果", "result of the last inspection", source=RULES)
def last_inspection_result(row: ProjectRow) -> Code:
    """passed, rectify or stopped, of the last dated inspection.

    >>> from compliance.measures.base import given
    >>> from compliance.schemas.scalars import days
    >>> seen = [("2023-05-02", "stopped"), ("2023-04", "passed")]
    >>> listed = [{"inspected_on": on, "result": result} for on, result in seen]
    >>> p = {"project_id": "p", "name": "n", "inspections": listed}
    >>> last_inspection_result(given(ProjectRow, project=p, as_of=days("2023-06-30")))
    'stopped'
    """
    result, latest = None, 0
    for inspection in row.project.inspections:
        on = inspection.inspected_on
        if on is not None and latest < on.last <= row.as_of.last:
            result, latest = inspection.result, on.last
    return result or MISSING


@measure("无质量安全问题是否有说明", "absence of events stated", source=f"{STANDARD}3")
def absence_of_events_stated(row: ProjectRow) -> Flag:
    """True where it is declared, or the supervising body states, that there was none; silence is none.

    Contradicted by a last inspection that stopped the works.

    >>> from compliance.measures.base import given
    >>> from compliance.schemas.scalars import days
    >>> p, none = {"project_id": "p", "name": "n"}, [{"absent": "quality_events"}]
    >>> day, stop = days("2023-06-30"), {"inspections": [{"inspected_on": "2023-05-02", "result": "stopped"}]}
    >>> absence_of_events_stated(given(ProjectRow, project=p, declarations=none, as_of=day))
    True
    >>> absence_of_events_stated(given(ProjectRow, project=p, as_of=day))
    <Unknown.MISSING_FIELD: 'missing_field'>
    >>> absence_of_events_stated(given(ProjectRow, project=p | stop, declarations=none, as_of=day))
    <Unknown.CONFLICTING_DATA: 'conflicting_data'>
    """
    said = declared_absent(row.declarations, "quality_events")
    if not said and stands(row.project.supervision_statement) is not True:
        return MISSING
    return CONFLICTING if last_inspection_result(row) == "stopped" else True


@measure("外部发现的质量问题是否已列报", "outside issue answered by an event", source=f"{STANDARD}3")
def issue_listed_as_event(row: QualityIssueRow) -> Flag:
    """True where the project lists an event for the issue; its silence on the issue contradicts it.

    >>> from compliance.measures.base import given
    >>> issue = {"issue_id": "i", "source": "audit", "category": "quality"}
    >>> issue_listed_as_event(given(QualityIssueRow, issue=issue, event={"event_id": "e", "issue_id": "i"}))
    True
    >>> issue_listed_as_event(given(QualityIssueRow, issue=issue))
    <Unknown.CONFLICTING_DATA: 'conflicting_data'>
    """
    return True if row.event is not None and row.event.issue_id == row.issue.issue_id else CONFLICTING
