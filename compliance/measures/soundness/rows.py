"""A case → the rows that checks of the data's soundness speak of; judges nothing.

They are made from what is reported: a date that is not there has no row and raises no doubt. Entries are held against
each other by grouping under a key, never in pairs, so that time grows with the entries; what is alike makes one row.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from decimal import Decimal
from typing import Any, NamedTuple

from pydantic import BaseModel

from compliance.likeness import plain_key
from compliance.measures.subjects import Case
from compliance.schemas import dossier as d
from compliance.schemas.scalars import Day

Rows = Iterator[tuple[int, Any]]


def _rows(rows: Iterable[Any]) -> Rows:
    """What a doubt is about belongs to nobody but the dossier."""
    return ((0, row) for row in rows)


class HomesRow(NamedTuple):
    """A community by its figures."""

    community: d.Community


def each_homes(case: Case) -> Rows:
    """A row for each community reported, in a plan or not."""
    return _rows(HomesRow(c) for c in case.dossier.communities)


class SpendRow(NamedTuple):
    """Planned money of a plan or a project, and the communities that it is for."""

    entity: d.Plan | d.Project
    which: str
    """plan, project"""
    communities: tuple[d.Community, ...]
    """Those reported"""
    listed: int
    """How many it names"""


def each_spend(case: Case) -> Rows:
    """A row for each plan and project that says what it will cost."""

    def rows() -> Iterator[SpendRow]:
        for which, entities in (("plan", case.dossier.plans), ("project", case.projects)):
            for entity in entities:
                if getattr(entity, _COST[which]) is not None:
                    ids = dict.fromkeys(entity.community_ids)
                    found = tuple(case.communities[c] for c in ids if c in case.communities)
                    yield SpendRow(entity, which, found, len(ids))

    return _rows(rows())


_COST = {"plan": "planned_investment_10k", "project": "investment_planned_10k"}


class PartRow(NamedTuple):
    """Parts that are of a whole ("of which"), and the whole."""

    part: BaseModel
    parts: tuple[str, ...]
    """Fields of ``part`` that together are within the whole"""
    wholes: tuple[BaseModel, ...]
    field: str
    """What of ``wholes`` makes the whole, summed"""
    which: str
    owner: str
    """What the entries belong to, for naming them"""


def each_part(case: Case) -> Rows:
    """A row for each part reported."""

    def rows() -> Iterator[PartRow]:
        for c in case.dossier.communities:
            for x in c.consultations:
                if x.opposed is not None:
                    yield PartRow(x, ("agreed", "opposed"), (x,), "participated", "answers_of_round", c.name)
            for v in c.votes:
                if v.part_households is not None:
                    yield PartRow(v, ("part_households",), (v,), "total_households", "households_voting", c.name)
                if v.agree_households is not None:
                    yield PartRow(v, ("agree_households",), (v,), "part_households", "households_agreeing", c.name)
                if v.total_area_m2 is not None:
                    yield PartRow(v, ("total_area_m2",), (c,), "floor_area_m2", "exclusive_area", c.name)
            if c.fund_account is not None and c.fund_account.paid_households is not None:
                yield PartRow(c.fund_account, ("paid_households",), (c,), "households", "households_paid", c.name)
        for p in case.projects:
            if p.relocated_households is not None:
                inside = tuple(case.communities[i] for i in dict.fromkeys(p.community_ids) if i in case.communities)
                yield PartRow(p, ("relocated_households",), inside, "households", "households_moved", p.name)
        for plan in case.dossier.plans:
            if plan.prev_year_completed is not None:
                yield PartRow(
                    plan, ("prev_year_completed",), (plan,), "prev_year_started", "completed_of_started", str(plan.year)
                )

    return _rows(rows())


class TotalRow(NamedTuple):
    """A total that a plan states, and the entries it is the total of."""

    plan: d.Plan
    field: str
    entries: tuple[BaseModel, ...]
    part: str
    """The field of the entries; empty where the entries themselves are counted"""
    counted: int
    which: str


def each_total(case: Case) -> Rows:
    """A row for each total stated whose parts are reported."""

    def rows() -> Iterator[TotalRow]:
        for plan in case.dossier.plans:
            if plan.planned_investment_10k is not None:
                if plan.funding_plan:
                    yield TotalRow(plan, "planned_investment_10k", plan.funding_plan, "amount_10k", 0, "funding")
                own = tuple(p for p in case.projects if p.plan_id == plan.plan_id)
                if own:
                    yield TotalRow(plan, "planned_investment_10k", own, "investment_planned_10k", 0, "projects")
            if plan.communities_planned is not None and plan.community_ids:
                yield TotalRow(plan, "communities_planned", (), "", len(set(plan.community_ids)), "listed")

    return _rows(rows())


# -- days -----------------------------------------------------------------------------------------------------


class DoneRow(NamedTuple):
    """The latest day on which something is reported to have happened in a community, project or plan, or with money."""

    entity: BaseModel
    which: str
    """The field that it is reported in"""
    reported_to: Day
    """The last day that the data can speak of: the day they are claimed to be complete, else the day judged by"""
    owner: str


_Day = tuple[Day | None, BaseModel, str]


def _done_in(c: d.Community) -> list[_Day]:
    """What has happened in a community, as far as it is reported with a day."""
    found: list[_Day] = [(c.built_on, c, "built_on"), (c.party_org_on, c, "party_org_on")]
    found += [(x.closed_on, x, "closed_on") for x in c.consultations]
    for v in c.votes:
        found.append((v.closed_on, v, "closed_on"))
        found += [(shown.to_on, shown, "to_on") for shown in v.publicity]
    if c.mgmt_consensus is not None:
        found.append((c.mgmt_consensus.confirmed_on, c.mgmt_consensus, "confirmed_on"))
    found += [(s.surveyed_on, s, "surveyed_on") for s in c.surveys]
    found += [(h.signed_on, h, "signed_on") for h in c.handovers]
    return found


def _done_by(p: d.Project) -> list[_Day]:
    found: list[_Day] = [
        (p.actual_start, p, "actual_start"), (p.completed_on, p, "completed_on"), (p.felled_on, p, "felled_on"),
    ]  # fmt: skip
    if p.acceptance is not None:
        a = p.acceptance
        found += [(a.accepted_on, a, "accepted_on"), (a.filed_on, a, "filed_on")]
    found += [(x.executed_on, x, "executed_on") for x in p.demolitions]
    return found


def each_done(case: Case) -> Rows:
    """A row for each community, project and plan, and for all transactions: the latest day of what has happened.

    Were the latest not ahead of the data, none would be; where it is, the others are seen when it is looked into.
    """
    last = case.dossier.data_as_of or case.as_of

    def rows() -> Iterator[DoneRow]:
        groups: list[tuple[str, list[_Day]]] = [(c.name, _done_in(c)) for c in case.dossier.communities]
        groups += [(p.name, _done_by(p)) for p in case.projects]
        groups += [(str(plan.year), [(plan.approved_on, plan, "approved_on")]) for plan in case.dossier.plans]
        groups.append(("资金流水", [(txn.on, txn, "on") for txn in case.dossier.fund_txns]))
        for owner, found in groups:
            latest = 0
            for entry in found:
                day = entry[0]
                if day is not None and day[0] > latest:
                    latest, told = day[0], entry
            if latest:
                yield DoneRow(told[1], told[2], last, owner)

    return _rows(rows())


class OrderRow(NamedTuple):
    """Two days of which the first cannot come after the second."""

    entity: BaseModel
    first: str
    other: BaseModel
    second: str
    which: str
    owner: str


def each_order(case: Case) -> Rows:
    """A row for each pair of days that are both reported."""

    def found() -> Iterator[tuple[BaseModel | None, str, BaseModel | None, str, str, str]]:
        for c in case.dossier.communities:
            for x in c.consultations:
                yield x, "opened_on", x, "closed_on", "consultation_days", c.name
            for v in c.votes:
                yield v, "opened_on", v, "closed_on", "vote_days", c.name
            for prior in c.prior_renovations:
                yield c, "built_on", prior, "plan_year", "built_renovated", c.name
            yield c, "built_on", case.project_of.get(c.community_id), "actual_start", "built_works", c.name
        for p in case.projects:
            yield p, "planned_start", p, "planned_finish", "planned_days", p.name
            yield p, "actual_start", p, "completed_on", "start_completion", p.name
            yield p, "completed_on", p.acceptance, "accepted_on", "completion_acceptance", p.name
        for issue in case.dossier.issues:
            yield issue, "found_on", issue, "closed_on", "found_closed", issue.doc_no or issue.issue_id
        yield case.dossier, "data_as_of", case.dossier.submission, "signed_on", "data_signed", case.dossier.area_name

    rows = (
        OrderRow(a, first, b, second, which, owner)
        for a, first, b, second, which, owner in found()
        if a is not None and b is not None and a.__dict__[first] is not None and b.__dict__[second] is not None
    )
    return _rows(rows)


class PaperRow(NamedTuple):
    """A dated attachment, and the day of what it is given as evidence of."""

    attachment: d.Attachment
    entity: BaseModel
    which: str
    owner: str


_PROVED: tuple[tuple[type[BaseModel], str], ...] = (
    (d.Plan, "approved_on"), (d.Consultation, "closed_on"), (d.Vote, "closed_on"), (d.Publicity, "to_on"),
    (d.Scheme, "finalised_on"), (d.MgmtConsensus, "confirmed_on"), (d.Demolition, "executed_on"),
)  # fmt: skip


def each_paper(case: Case) -> Rows:
    """A row for each dated attachment that is evidence of something with a day."""
    dated = {a.att_id: a for a in case.dossier.attachments if a.dated is not None}
    fields = dict(_PROVED)

    def found() -> Iterator[tuple[d.Entity | None, str]]:
        for plan in case.dossier.plans:
            yield plan, str(plan.year)
        for c in case.dossier.communities:
            for x in (*c.consultations, c.scheme, c.mgmt_consensus):
                yield x, c.name
            for v in c.votes:
                yield v, c.name
                for shown in v.publicity:
                    yield shown, c.name
        for p in case.projects:
            for demolition in p.demolitions:
                yield demolition, p.name

    def rows() -> Iterator[PaperRow]:
        for entity, owner in found():
            if entity is None or not entity.evidence or getattr(entity, fields[type(entity)]) is None:
                continue
            for ident in dict.fromkeys(ref.attachment for ref in entity.evidence):
                if ident in dated:
                    yield PaperRow(dated[ident], entity, fields[type(entity)], owner)

    return _rows(rows() if dated else ())


# -- codes ----------------------------------------------------------------------------------------------------


_Use = tuple[str, str | None, BaseModel, str, str, str]
"""A code where it is used: code and name, the entry they stand in, their fields, the part played"""


def _uses(case: Case) -> Iterator[_Use]:
    """Every place where a unified social credit code stands."""
    dossier = case.dossier
    if dossier.submitter_uscc is not None:
        yield dossier.submitter_uscc, dossier.submitter_name, dossier, "submitter_uscc", "submitter_name", "submitter"
    for p in case.projects:
        for role in ("builder", "designer", "contractor", "supervisor", "surveyor"):
            party = getattr(p, role)
            if party is not None and party.uscc is not None:
                yield party.uscc, party.name, party, "uscc", "name", role
        if p.operator is not None and p.operator.uscc is not None:
            yield p.operator.uscc, p.operator.name, p.operator, "uscc", "name", "scaled_operator"
    for c in dossier.communities:
        for h in c.handovers:
            if h.transferee_uscc is not None:
                yield h.transferee_uscc, h.transferee, h, "transferee_uscc", "transferee", "utility"
    for txn in dossier.fund_txns:
        if txn.payee_uscc is not None:
            yield txn.payee_uscc, txn.payee, txn, "payee_uscc", "payee", "payee"


class RoleRow(NamedTuple):
    """A credit code in a part that an organisation plays, once however often it plays it."""

    entity: BaseModel
    field: str
    role: str
    code: str


def each_role(case: Case) -> Rows:
    """A row for each code and part."""
    found: dict[tuple[str, str], RoleRow] = {}
    for code, _, holder, field, _, role in _uses(case):
        if (code, role) not in found:
            found[code, role] = RoleRow(holder, field, role, code)
    return _rows(found.values())


SHOWN = 20
"""How many of what is alike are pointed at."""


class IdentityRow(NamedTuple):
    """A credit code and the names it stands beside, or a name and the codes it stands beside."""

    entities: tuple[BaseModel, ...]
    """The first place of each different one, ``SHOWN`` at most"""
    fields: tuple[str, ...]
    different: int
    which: str
    """names_of_code, codes_of_name"""
    label: str


def each_identity(case: Case) -> Rows:
    """A row for each code that has a name beside it, and for each name that has a code."""
    names: dict[str, dict[str, tuple[BaseModel, str]]] = {}
    codes: dict[str, dict[str, tuple[BaseModel, str]]] = {}
    labels: dict[str, str] = {}
    known: set[tuple[str, str]] = set()
    for code, name, holder, code_field, name_field, _ in _uses(case):
        if name is None or (code, name) in known:
            continue
        known.add((code, name))
        key = plain_key(name)
        names.setdefault(code, {}).setdefault(key, (holder, name_field))
        codes.setdefault(key, {}).setdefault(code, (holder, code_field))
        labels.setdefault(key, name)

    def rows() -> Iterator[IdentityRow]:
        for which, found in (("names_of_code", names), ("codes_of_name", codes)):
            for label, places in found.items():
                shown = list(places.values())[:SHOWN]
                yield IdentityRow(
                    tuple(h for h, _ in shown), tuple(f for _, f in shown), len(places), which, labels.get(label, label)
                )

    return _rows(rows())


class AreaCodeRow(NamedTuple):
    """An area code that the dossier uses, in the year it speaks of."""

    entity: BaseModel
    field: str
    code: str
    year: int
    fictional: bool


def each_area_code(case: Case) -> Rows:
    """A row for each different code, at the first place where it stands."""
    dossier = case.dossier
    found: dict[str, tuple[BaseModel, str]] = {dossier.area_code: (dossier, "area_code")}
    for m in dossier.mechanisms:
        found.setdefault(m.area_code, (m, "area_code"))
    for duty in dossier.duty_documents:
        found.setdefault(duty.area_code, (duty, "area_code"))
    for system in dossier.quality_systems:
        found.setdefault(system.area_code, (system, "area_code"))
    for plan in dossier.plans:
        for code in plan.county_codes:
            found.setdefault(code, (plan, "county_codes"))
    for c in dossier.communities:
        if c.county_code is not None:
            found.setdefault(c.county_code, (c, "county_code"))
    return _rows(
        AreaCodeRow(entity, field, code, dossier.plan_year, bool(dossier.fictional))
        for code, (entity, field) in found.items()
    )


# -- what is alike --------------------------------------------------------------------------------------------


class AlikeRow(NamedTuple):
    """Communities with the same name in the same street, the same address, or the same figures."""

    communities: tuple[d.Community, ...]
    """The first of them, ``SHOWN`` at most"""
    number: int
    which: str


def _alike(communities: Iterable[d.Community], which: str, key: Callable[[d.Community], Any]) -> Iterator[AlikeRow]:
    groups: dict[Any, list[d.Community]] = {}
    for c in communities:
        found = key(c)
        if found is not None:
            groups.setdefault(found, []).append(c)
    for members in groups.values():
        yield AlikeRow(tuple(members[:SHOWN]), len(members), which)


def _figures(c: d.Community) -> tuple[int, int, Decimal] | None:
    found = (c.buildings, c.households, c.floor_area_m2)
    return None if None in found else found  # type: ignore[return-value]


def each_alike(case: Case) -> Rows:
    """A row for each name in a street, each address, and each set of figures."""
    communities = case.dossier.communities

    def rows() -> Iterator[AlikeRow]:
        name = lambda c: (c.county_code, plain_key(c.subdistrict or ""), plain_key(c.name))  # noqa: E731
        yield from _alike(communities, "name_and_street", name)
        yield from _alike(communities, "address", lambda c: plain_key(c.address) if c.address else None)
        yield from _alike(communities, "figures", _figures)

    return _rows(rows())


class CountsRow(NamedTuple):
    """The same counts of a consultation or vote, and the communities that report them."""

    entities: tuple[BaseModel, ...]
    """One round of each of the first communities, ``SHOWN`` at most"""
    which: str
    """consultation_counts, vote_counts"""
    counts: tuple[int, int, int]
    communities: int
    label: str


def each_counts(case: Case) -> Rows:
    """A row for each set of counts reported whole: all, took part, agreed."""
    groups: dict[tuple[str, tuple[int, int, int]], dict[str, tuple[BaseModel, str]]] = {}

    def met(which: str, counts: tuple[int, int, int], entity: BaseModel, c: d.Community) -> None:
        held = groups.get((which, counts))
        if held is None:
            groups[which, counts] = {c.community_id: (entity, c.name)}
        else:
            held.setdefault(c.community_id, (entity, c.name))

    for c in case.dossier.communities:
        for x in c.consultations:
            if x.total is not None and x.participated is not None and x.agreed is not None:
                met("consultation_counts", (x.total, x.participated, x.agreed), x, c)
        for v in c.votes:
            if v.total_owners is not None and v.part_owners is not None and v.agree_owners is not None:
                met("vote_counts", (v.total_owners, v.part_owners, v.agree_owners), v, c)
    return _rows(
        CountsRow(tuple(x for x, _ in places[:SHOWN]), which, counts, len(places), places[0][1])
        for (which, counts), held in groups.items()
        for places in [list(held.values())]
    )


class UnanimityRow(NamedTuple):
    """All rounds of consultation, or all votes, whose counts are reported."""

    which: str
    """consultation_counts, vote_counts"""
    communities: int
    """With such a round"""
    unanimous: int
    """Of these, in which everybody who was to be asked agreed in every round"""
    shown: tuple[BaseModel, ...]


def each_unanimity(case: Case) -> Rows:
    """A row for consultations and one for votes, where any reports its counts."""
    fields = {"consultation_counts": ("total", "agreed"), "vote_counts": ("total_owners", "agree_owners")}

    def rows() -> Iterator[UnanimityRow]:
        for which, (whole, part) in fields.items():
            number = all_agree = 0
            shown: list[BaseModel] = []
            for c in case.dossier.communities:
                told = [x.__dict__ for x in (c.consultations if which == "consultation_counts" else c.votes)]
                told = [x for x in told if x[whole] and x[part] is not None]
                if told:
                    number += 1
                    all_agree += all([x[part] == x[whole] for x in told])
                    if len(shown) < SHOWN:
                        shown.append(c.consultations[-1] if which == "consultation_counts" else c.votes[-1])
            if number:
                yield UnanimityRow(which, number, all_agree, tuple(shown))

    return _rows(rows())


class ShownRow(NamedTuple):
    """One file, or one page of it, given as evidence, and the communities that it is given for."""

    attachment: d.Attachment
    communities: tuple[d.Community, ...]
    """The first of them, ``SHOWN`` at most"""
    number: int
    units: int
    """In how many area units they are; each community outside one counts for itself"""
    page: int = 0


def _shown_of(c: d.Community) -> dict[tuple[str, int], None]:
    """Attachments and their pages (0: the whole) that show what happened in a community.

    Those on its shortfalls and works are not asked for: surveys and schemes may be made for several at once.
    """
    refs = [*c.evidence]
    for x in c.consultations:
        refs += x.evidence
    for v in c.votes:
        refs += v.evidence
        for shown in v.publicity:
            refs += shown.evidence
    if c.mgmt_consensus is not None:
        refs += c.mgmt_consensus.evidence
    if c.fund_account is not None:
        refs += c.fund_account.evidence
    if c.participation is not None:
        for step in c.participation.__dict__.values():
            if step is not None:
                refs += step.evidence
    return dict.fromkeys([(ref.attachment, ref.page or 0) for ref in refs])


def each_shown(case: Case) -> Rows:
    """A row for each page of a file (or file without page), told apart by its hash and else by its number.

    Communities that point at pages of their own in one volume do not share it.
    """
    known = {a.att_id: (a.sha256 or a.att_id, a) for a in case.dossier.attachments}
    if not known:
        return _rows(())
    held: dict[tuple[str, int], list[d.Community]] = {}
    for c in case.dossier.communities:
        for ident, page in _shown_of(c):
            if ident in known:
                key = known[ident][0], page
                members = held.get(key)
                if members is None:
                    held[key] = [c]
                elif members[-1] is not c:  # two of its attachments may be one file
                    members.append(c)
    files = dict(known.values())
    units = {c: unit.area_unit_id for c, unit in case.unit_of.items()}
    return _rows(
        ShownRow(
            files[file], tuple(members[:SHOWN]), len(members),
            1 if len(members) == 1 else len({units.get(c.community_id) or (c.community_id,) for c in members}), page,
        )
        for (file, page), members in held.items()
    )  # fmt: skip


class SubmissionRow(NamedTuple):
    """The dossier as a submission."""

    dossier: d.Dossier
    plan: d.Plan | None
    """Of the dossier's year"""
    strays: tuple[d.Community, ...]
    """Communities that no plan, no project and no reserve library names, ``SHOWN`` at most"""
    stray: int


def each_submission(case: Case) -> Rows:
    """The one row of the submission."""
    planned = {c.community_id for c in case.planned}
    planned |= case.reserve_of.keys()
    strays = [c for c in case.dossier.communities if c.community_id not in planned]
    return _rows([SubmissionRow(case.dossier, case.plan, tuple(strays[:SHOWN]), len(strays))])
