"""Measures of a consultation round: who was asked, who took part, who agreed, when it closed; judges nothing."""

from __future__ import annotations

from compliance.measures.base import MISSING, Count, Share, When, measure, share, when
from compliance.measures.subjects import ConsultationRow
from compliance.schemas.scalars import Unknown

STANDARD = "建办城〔2021〕50号 附件一（七）1"


@measure("参与率", "rate of participation", unit="%", source=STANDARD)
def participation_rate(row: ConsultationRow) -> Share:
    """Residents who took part over all who were to be asked, in the round in force.

    >>> from compliance.measures.base import given
    >>> participation_rate(given(ConsultationRow, consultation={"total": 100, "participated": 80}))
    Ratio(p=80, q=100)
    >>> participation_rate(given(ConsultationRow, consultation={"total": 0, "participated": 0}))
    <Unknown.CONFLICTING_DATA: 'conflicting_data'>
    """
    return share(row.consultation.participated, row.consultation.total) if row.consultation else MISSING


@measure("同意率（占应征询数）", "rate of agreement (of all asked)", unit="%", source=STANDARD)
def agreement_of_total(row: ConsultationRow) -> Share:
    """Residents who agreed over all who were to be asked. More agreeing than taking part contradicts itself.

    >>> from compliance.measures.base import given
    >>> agreement_of_total(given(ConsultationRow, consultation={"total": 100, "participated": 80, "agreed": 64}))
    Ratio(p=64, q=100)
    >>> agreement_of_total(given(ConsultationRow, consultation={"total": 100, "participated": 60, "agreed": 64}))
    <Unknown.CONFLICTING_DATA: 'conflicting_data'>
    """
    c = row.consultation
    if c is None:
        return MISSING
    within = share(c.agreed, c.participated)
    return within if c.participated is not None and not isinstance(within, tuple) else share(c.agreed, c.total)


@measure("同意率（占参与数）", "rate of agreement (of those taking part)", unit="%", source=STANDARD)
def agreement_of_participants(row: ConsultationRow) -> Share:
    """Residents who agreed over those who took part.

    >>> from compliance.measures.base import given
    >>> agreement_of_participants(given(ConsultationRow, consultation={"participated": 80, "agreed": 64}))
    Ratio(p=64, q=80)
    """
    return share(row.consultation.agreed, row.consultation.participated) if row.consultation else MISSING


@measure("征询结束日", "closing of the consultation", source="建办城〔2021〕50号 一（七）")
def consultation_closed(row: ConsultationRow) -> When:
    """Last day of the round in force.

    >>> from compliance.measures.base import given
    >>> consultation_closed(given(ConsultationRow, consultation={"closed_on": "2023-01"})).text
    '2023-01'
    """
    return when(row.consultation.closed_on) if row.consultation else MISSING


@measure("征询轮次", "rounds of consultation", unit="轮", source="当地征询规定")
def consultation_rounds(row: ConsultationRow) -> Count:
    """Rounds on whether to renovate that were closed by the day the plan was approved, that day included.

    Entries of the same round number are one round. No entry, or one without its last day: not reported.

    >>> from compliance.measures.base import given
    >>> def rounds(*entries, approved="2022-12-30"):
    ...     plan = {"plan_id": "p", "year": 2023, "approved_on": approved}
    ...     return consultation_rounds(given(ConsultationRow, rounds=list(entries), plan=plan))
    >>> first, second = {"round": 1, "closed_on": "2022-06-10"}, {"round": 2, "closed_on": "2022-12-30"}
    >>> rounds(first, second), rounds(first, first), rounds(first, second | {"closed_on": "2022-12-31"})
    (2, 1, 1)
    >>> rounds(first, second | {"about": "scheme"}), rounds(), rounds(first, {"round": 2})
    (1, <Unknown.MISSING_FIELD: 'missing_field'>, <Unknown.MISSING_FIELD: 'missing_field'>)
    >>> rounds(first, {"round": 2, "closed_on": "2022-12"})
    <Unknown.AMBIGUOUS_DATE: 'ambiguous_date'>
    """
    held = [r for r in row.rounds if r.about != "scheme"]
    approved = row.plan.approved_on if row.plan else None
    if not held or approved is None:
        return MISSING
    numbers: set[int | None] = set()
    nameless = 0
    for entry in held:
        closed = entry.closed_on
        if closed is None:
            return MISSING
        if closed.first > approved.last:
            continue
        if closed.last > approved.first:
            return Unknown.AMBIGUOUS_DATE
        if entry.round is None:
            nameless += 1
        numbers.add(entry.round)
    return len(numbers - {None}) + nameless


@measure("改造方案征求意见的覆盖率", "share of residents asked about the scheme", unit="%", source="当地征询规定")
def scheme_consulted_share(row: ConsultationRow) -> Share:
    """Those whose opinion on the scheme was taken over all who were to be asked, in the last round on the scheme.

    Being asked is not agreeing. Rounds on whether to renovate do not count; none on the scheme: not reported.

    >>> from compliance.measures.base import given
    >>> def asked(*entries):
    ...     return scheme_consulted_share(given(ConsultationRow, rounds=list(entries)))
    >>> early = {"about": "scheme", "closed_on": "2023-01-10", "total": 100, "participated": 60}
    >>> asked(early, early | {"closed_on": "2023-02-10", "participated": 81}), asked(early)
    (Ratio(p=81, q=100), Ratio(p=60, q=100))
    >>> asked({"total": 100, "participated": 90})
    <Unknown.MISSING_FIELD: 'missing_field'>
    """
    rounds = [r for r in row.rounds if r.about == "scheme"]
    if not rounds:
        return MISSING
    last = max(rounds, key=lambda r: r.closed_on.last if r.closed_on else 0)
    return share(last.participated, last.total)
