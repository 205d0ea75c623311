"""Measures of days: how far one lies after another that it cannot follow; judges nothing.

Days of which only the month or year is known may mean any of its days: what is said is what is certain.
"""

from __future__ import annotations

from typing import Any

from compliance.measures.base import MISSING, Code, Count, When, measure
from compliance.measures.soundness.rows import DoneRow, HomesRow, OrderRow, PaperRow
from compliance.schemas.scalars import Day, days

ORDER = "日期勾稽"


def _day(value: Any) -> Day | None:
    """A day; a year reported as a number means any of its days."""
    return days(str(value)) if isinstance(value, int) else value


def _after(one: Day | None, other: Day | None) -> Count:
    """By how many days the one certainly comes after the other; 0 where it does not, or may not."""
    return MISSING if one is None or other is None else max(0, one.first - other.last)


@measure("日期事项", "what the day is of", source=ORDER)
def done(row: DoneRow) -> Code:
    """The field in which the day is reported.

    >>> done(DoneRow(None, "closed_on", None, ""))
    'closed_on'
    """
    return row.which


@measure("晚于数据截止日的天数", "days after the day of the data", unit="日", source=ORDER)
def days_ahead(row: DoneRow) -> Count:
    """By how many days what is reported as done lies after the last day that the data can speak of.

    >>> from compliance.schemas.dossier import Vote
    >>> last = days("2024-03-31")
    >>> [days_ahead(DoneRow(Vote(closed_on=day), "closed_on", last, "")) for day in ("2024-04-02", "2024-03", "2024")]
    [2, 0, 0]
    """
    return _after(getattr(row.entity, row.which), row.reported_to)


@measure("前后事项", "the two days", source=ORDER)
def order_of(row: OrderRow) -> Code:
    """Which two days they are.

    >>> order_of(OrderRow(None, "", None, "", "start_completion", ""))
    'start_completion'
    """
    return row.which


@measure("前一日期晚于后一日期的天数", "days by which the order is reversed", unit="日", source=ORDER)
def days_reversed(row: OrderRow) -> Count:
    """By how many days the first certainly comes after the second.

    >>> from compliance.schemas.dossier import Community, Project
    >>> p = Project(project_id="p", name="n", actual_start="2023-06-12", completed_on="2023-06-01")
    >>> days_reversed(OrderRow(p, "actual_start", p, "completed_on", "start_completion", "n"))
    11
    >>> c = Community.model_validate(
    ...     {"community_id": "c", "name": "n", "built_on": "1998", "prior_renovations": [{"plan_year": 1997}]})
    >>> days_reversed(OrderRow(c, "built_on", c.prior_renovations[0], "plan_year", "built_renovated", "n"))
    1
    """
    return _after(_day(getattr(row.entity, row.first)), _day(getattr(row.other, row.second)))


@measure("建成日期", "date built", source=ORDER)
def built(row: HomesRow) -> When:
    """When the community was built.

    >>> from compliance.measures.base import given
    >>> built(given(HomesRow, community={"community_id": "c", "name": "n", "built_on": "1987"})).text
    '1987'
    """
    return MISSING if row.community.built_on is None else row.community.built_on


@measure("附件类型", "kind of document", source=ORDER)
def paper(row: PaperRow) -> Code:
    """The kind of the attachment.

    >>> from compliance.schemas.dossier import Attachment
    >>> paper(PaperRow(Attachment(att_id="a", doc_type="ballot"), None, "", ""))
    'ballot'
    """
    return row.attachment.doc_type


@measure("落款晚于所证明事项的天数", "days that the document is dated after what it proves", unit="日", source=ORDER)
def days_late(row: PaperRow) -> Count:
    """By how many days the document is dated after what it is evidence of.

    >>> from compliance.schemas.dossier import Attachment, Vote
    >>> a, v = Attachment(att_id="a", doc_type="ballot", dated="2023-05-10"), Vote(closed_on="2023-04-30")
    >>> days_late(PaperRow(a, v, "closed_on", ""))
    10
    """
    return _after(row.attachment.dated, getattr(row.entity, row.which))
