"""Residents' part as subjects: a case → rows on governance, consultation, votes and satisfaction; judges nothing."""

from __future__ import annotations

from typing import NamedTuple

from compliance.measures.subjects.case import Case, Rows
from compliance.measures.subjects.facilities import STEPS
from compliance.schemas import dossier as d
from compliance.schemas.scalars import Day


class GovernanceRow(NamedTuple):
    """A community's own bodies during its renovation: Party organisation, owners' committee, meetings, votes."""

    community: d.Community
    plan: d.Plan | None
    project: d.Project | None
    meetings: tuple[d.Meeting, ...]
    votes: tuple[d.Vote, ...]
    declarations: tuple[d.Declaration, ...]
    as_of: Day


def each_governance(case: Case) -> Rows:
    """A row for each community."""
    for i, c in enumerate(case.planned):
        cid = c.community_id
        yield (
            i,
            GovernanceRow(
                c,
                case.plan_of.get(cid),
                case.project_of.get(cid),
                c.party_meetings,
                c.votes,
                case.declared(cid),
                case.as_of,
            ),
        )


class ParticipationRow(NamedTuple):
    """One of the five steps of residents' participation."""

    community: d.Community
    plan: d.Plan | None
    project: d.Project | None
    which: str
    step: d.ParticipationStep | None
    as_of: Day


def each_participation_step(case: Case) -> Rows:
    """A row for each community and step, reported or not."""
    for i, c in enumerate(case.planned):
        cid = c.community_id
        plan, project = case.plan_of.get(cid), case.project_of.get(cid)
        for which in STEPS:
            step = getattr(c.participation, which) if c.participation else None
            yield i, ParticipationRow(c, plan, project, which, step, case.as_of)


class ConsultationRow(NamedTuple):
    """The round in force: the last one closed, not after the plan's approval where one is."""

    community: d.Community
    plan: d.Plan | None
    consultation: d.Consultation | None
    rounds: tuple[d.Consultation, ...]
    """All of the community's, those on the scheme too."""


def _round_closed(entry: d.Consultation) -> tuple[int, int]:
    return (entry.closed_on.last if entry.closed_on else 0, entry.round or 0)


def each_consultation(case: Case) -> Rows:
    """A row for each community: its round in force, or none."""
    for i, c in enumerate(case.planned):
        plan = case.plan_of.get(c.community_id)
        approved = plan.approved_on if plan else None
        rounds = tuple([r for r in c.consultations if r.about != "scheme"])
        if len(rounds) > 1 and approved:
            in_time = tuple(r for r in rounds if r.closed_on and r.closed_on.first <= approved.last)
            rounds = in_time or rounds
        yield i, ConsultationRow(c, plan, max(rounds, key=_round_closed) if rounds else None, c.consultations)


class VoteRow(NamedTuple):
    """A vote in force: the last one on the scheme (None when there is none), and the last of each lift vote."""

    community: d.Community
    plan: d.Plan | None
    project: d.Project | None
    vote: d.Vote | None


def _vote_closed(entry: d.Vote) -> int:
    return entry.closed_on.last if entry.closed_on else 0


def _votes_in_force(c: d.Community) -> tuple[d.Vote | None, ...]:
    """The last vote on the scheme, or None, then the last vote on each lift."""
    scheme = [v for v in c.votes if v.decides == "scheme"]
    lifts: dict[str | None, d.Vote] = {}
    for v in sorted((v for v in c.votes if v.decides == "lift"), key=_vote_closed):
        lifts[v.scope_id] = v
    return (max(scheme, key=_vote_closed) if scheme else None, *lifts.values())


def each_vote(case: Case) -> Rows:
    """A row for each vote in force, and one for a scheme without a vote."""
    for i, c in enumerate(case.planned):
        plan, project = case.plan_of.get(c.community_id), case.project_of.get(c.community_id)
        for vote in _votes_in_force(c):
            yield i, VoteRow(c, plan, project, vote)


class PublicityRow(NamedTuple):
    """One publicity round of the vote in force."""

    community: d.Community
    plan: d.Plan | None
    project: d.Project | None
    vote: d.Vote
    publicity: d.Publicity


def each_publicity(case: Case) -> Rows:
    """A row for each publicity round of each vote in force."""
    for i, c in enumerate(case.planned):
        plan, project = case.plan_of.get(c.community_id), case.project_of.get(c.community_id)
        for vote in _votes_in_force(c):
            if vote is None:
                continue
            for publicity in vote.publicity:
                yield i, PublicityRow(c, plan, project, vote, publicity)


class ConsensusRow(NamedTuple):
    """The consensus on management, and the last vote on management."""

    community: d.Community
    plan: d.Plan | None
    project: d.Project | None
    consensus: d.MgmtConsensus | None
    vote: d.Vote | None


def each_consensus(case: Case) -> Rows:
    """A row for each community, with or without a consensus."""
    for i, c in enumerate(case.planned):
        votes = [v for v in c.votes if v.decides == "management"]
        cid = c.community_id
        last = max(votes, key=_vote_closed) if votes else None
        yield i, ConsensusRow(c, case.plan_of.get(cid), case.project_of.get(cid), c.mgmt_consensus, last)


class SurveyRow(NamedTuple):
    """A community completed in the dossier's year, and its last survey."""

    community: d.Community
    project: d.Project
    survey: d.Survey | None


def _completed_in(project: d.Project, year: str) -> bool:
    """Completed in that year, or completed on a day that is not reported."""
    if project.completed_on is None:
        return project.stage in ("completed", "accepted", "handed_over")
    return project.completed_on.text[:4] == year


def each_survey(case: Case) -> Rows:
    """A row for each community completed in the dossier's year, surveyed or not."""
    year = str(case.dossier.plan_year)
    for i, c in enumerate(case.planned):
        project = case.project_of.get(c.community_id)
        if project and _completed_in(project, year):
            surveys = sorted(c.surveys, key=lambda s: s.surveyed_on.last if s.surveyed_on else 0)
            yield i, SurveyRow(c, project, surveys[-1] if surveys else None)


class CompletionsRow(NamedTuple):
    """All communities completed in the dossier's year, and the project of each."""

    communities: tuple[d.Community, ...]
    projects: tuple[d.Project, ...]


def each_completions(case: Case) -> Rows:
    """The one row of the communities completed in the dossier's year."""
    year = str(case.dossier.plan_year)
    pairs = [(c, case.project_of.get(c.community_id)) for c in case.planned]
    done = [(c, p) for c, p in pairs if p and _completed_in(p, year)]
    yield 0, CompletionsRow(tuple(c for c, _ in done), tuple(p for _, p in done))
