"""Measures of one step of residents' participation: which step, and whether it took place; judges nothing."""

from __future__ import annotations

from compliance.measures.base import CONFLICTING, MISSING, Code, Flag, measure
from compliance.measures.subjects import ParticipationRow

STANDARD = "建办城〔2021〕50号 附件一（六）2"


@measure("参与环节", "step of participation", source=STANDARD)
def participation_step(row: ParticipationRow) -> Code:
    """scheme, construction, supervision, management or feedback.

    >>> from compliance.measures.base import given
    >>> participation_step(given(ParticipationRow, which="feedback"))
    'feedback'
    """
    return row.which


@measure("该环节是否发动居民参与", "residents took part in the step", source=STANDARD)
def step_took_place(row: ParticipationRow) -> Flag:
    """Whether residents took part in the step: said so, or shown by its day, its form or evidence.

    A step said to have taken place on a day still to come contradicts itself.

    >>> from compliance.measures.base import given
    >>> from compliance.schemas.scalars import days
    >>> steps = {"took_place": False}, {"on": "2023-03-01"}, {"on": "2024-01-01"}, {}
    >>> [step_took_place(given(ParticipationRow, step=s, as_of=days("2023-12-31"))) for s in steps[:2]]
    [False, True]
    >>> step_took_place(given(ParticipationRow, step=steps[2], as_of=days("2023-12-31")))
    <Unknown.CONFLICTING_DATA: 'conflicting_data'>
    >>> step_took_place(given(ParticipationRow, step=steps[3], as_of=days("2023-12-31")))
    <Unknown.MISSING_FIELD: 'missing_field'>
    """
    step = row.step
    if step is None:
        return MISSING
    if step.took_place is False:
        return False
    if step.on is not None and step.on.first > row.as_of.last:
        return CONFLICTING
    return True if step.took_place or step.on or step.how or step.evidence else MISSING
