"""Measures of a consultation round: who was asked, who took part, who agreed, when it closed; judges nothing."""

from __future__ import annotations

from compliance.measures.base import MISSING, Share, When, measure, share, when
from compliance.measures.subjects import ConsultationRow

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
