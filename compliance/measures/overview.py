"""A case → the days of its gates and its money by source, as readers want them side by side; judges nothing.

What is not modelled: the law asks after few of these orders, and a day out of order is shown, not counted. Money is
told as the entries claim it; the plan's entries and the transactions are separate claims and are never netted.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import get_args

from compliance.measures.subjects import Case
from compliance.measures.trace import Pointers
from compliance.schemas import dossier as d
from compliance.schemas.report import Bilingual, FundingRow, Gate, GateName, Subject, Timeline
from compliance.schemas.scalars import Day
from compliance.schemas.vocabulary import words_of

__all__ = ["funding", "timelines"]

_ORDER: tuple[tuple[GateName, GateName], ...] = (
    ("plan", "start"), ("scheme", "start"), ("start", "completion"), ("completion", "acceptance"),
    ("completion", "handover"),
)  # fmt: skip
"""What comes before what. Plan and scheme are in no order: a scheme may be ready before its year's plan."""

_GATES: tuple[GateName, ...] = get_args(GateName)
_FISCAL = {"city": ("市级财政", "city budget"), "county": ("县级财政", "county budget")}
"""The words of these codes elsewhere are those of levels."""

_Reached = dict[GateName, tuple[Day, str]]


def timelines(case: Case, pointers: Pointers) -> Iterator[Timeline]:
    """One for each community of the plans, with the days of its project; and one for each project without any."""
    of_project = {p.project_id: _of_project(p, pointers.of(p)) for p in case.projects}
    of_plan = {p.plan_id: _day("plan", p.approved_on, f"{pointers.of(p)}/approved_on") for p in case.plans}
    for community in case.planned:
        place = pointers.of(community)
        project, plan = case.project_of.get(community.community_id), case.plan_of.get(community.community_id)
        reached: _Reached = dict(of_plan[plan.plan_id]) if plan else {}
        if community.scheme:
            reached |= _day("scheme", community.scheme.finalised_on, f"{place}/scheme/finalised_on")
        reached |= of_project[project.project_id] if project else {}
        reached |= _handover(community, place)
        name = Bilingual(community.name, community.name)
        subject = Subject("community", community.community_id, name, place)
        yield _timeline(subject, project.project_id if project else None, reached)
    served = {p.project_id for p in case.project_of.values()}
    for project in case.projects:
        if project.project_id not in served:
            plan = case.plan_of_project[project.project_id]
            reached = {**(of_plan[plan.plan_id] if plan else {}), **of_project[project.project_id]}
            name = Bilingual(project.name, project.name)
            yield _timeline(Subject("project", project.project_id, name, pointers.of(project)), None, reached)


def _of_project(project: d.Project, place: str) -> _Reached:
    reached = _day("start", project.actual_start, f"{place}/actual_start")
    reached |= _day("completion", project.completed_on, f"{place}/completed_on")
    if project.acceptance:
        reached |= _day("acceptance", project.acceptance.accepted_on, f"{place}/acceptance/accepted_on")
    return reached


def _handover(community: d.Community, place: str) -> _Reached:
    """The last utility handed over: before it the handing over is not finished."""
    signed = [(h.signed_on, n) for n, h in enumerate(community.handovers) if h.signed_on is not None]
    if not signed:
        return {}
    day, n = max(signed, key=lambda found: found[0])
    return _day("handover", day, f"{place}/handovers/{n}/signed_on")


def _day(gate: GateName, day: Day | None, pointer: str) -> _Reached:
    return {} if day is None else {gate: (day, pointer)}


def _timeline(subject: Subject, project: str | None, reached: _Reached) -> Timeline:
    """Out of order is only what is so whatever days the dates of a month or a year may mean."""
    gates = tuple([Gate(gate, reached[gate][0].text, reached[gate][1]) for gate in _GATES if gate in reached])
    inverted = tuple(
        (first, then)
        for first, then in _ORDER
        if first in reached and then in reached and reached[then][0].last < reached[first][0].first
    )
    return Timeline(subject, project, gates, inverted)


# -- money ----------------------------------------------------------------------------------------------------


def funding(case: Case, pointers: Pointers) -> Iterator[FundingRow]:
    """The plan of the dossier's year and the transactions, by source, in the order of the field's codes.

    Loans and bonds that projects list for themselves are left out: the plan's entries may already hold them.
    """
    planned: dict[str, list[tuple[d.Financing, str]]] = defaultdict(list)
    for plan in case.dossier.plans:
        if plan.year == case.dossier.plan_year:
            for n, entry in enumerate(plan.funding_plan):
                planned[entry.source].append((entry, f"{pointers.of(plan)}/funding_plan/{n}"))
    moved: dict[str, dict[str, list[Decimal | None]]] = defaultdict(lambda: defaultdict(list))
    for txn in case.dossier.fund_txns:
        moved[txn.source][txn.kind].append(txn.amount_10k)
    for source in get_args(d.FundSource):
        entries, of_kind = planned.get(source, []), moved.get(source, {})
        if not entries and not of_kind:
            continue
        amounts = [e.amount_10k for e, _ in entries]
        yield FundingRow(
            source,
            Bilingual(*(_FISCAL.get(source) or words_of(source))),
            planned=_sum(amounts),
            confirmed=_of_these([(e.confirmed, e.amount_10k) for e, _ in entries]),
            in_place=_of_these([(e.in_place, e.amount_10k) for e, _ in entries]),
            allocated=_sum(of_kind.get("allocated", ())),
            received=_sum(of_kind.get("received", ())),
            paid=_sum(of_kind.get("paid", ())),
            unstated=sum(amount is None for some in (amounts, *of_kind.values()) for amount in some),
            pointers=tuple(place for _, place in entries),
        )


def _of_these(claimed: Sequence[tuple[bool | None, Decimal | None]]) -> str | None:
    """The sum of what is claimed; nothing where no entry says yes or no."""
    if all(claim is None for claim, _ in claimed):
        return None
    return _sum([amount for claim, amount in claimed if claim]) or "0"


def _sum(amounts: Sequence[Decimal | None]) -> str | None:
    """What amounts come to, exact; nothing where there are none."""
    stated = [amount for amount in amounts if amount is not None]
    return format(sum(stated, Decimal()), "f") if stated else None
