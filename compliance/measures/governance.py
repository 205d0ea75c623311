"""Measures of a community's own bodies during its renovation, and of the area's governance led by the Party.

The renovation of a community runs from the approval of its plan to its acceptance; until it is accepted it is
still running. Judges nothing.
"""

from __future__ import annotations

from collections.abc import Iterable

from compliance.measures.base import (
    CONFLICTING,
    MISSING,
    Code,
    Flag,
    Share,
    When,
    declared_absent,
    flag,
    measure,
    share,
    when,
)
from compliance.measures.policy import any_of, own_in_force
from compliance.measures.subjects import GovernanceRow, PartyLedRow
from compliance.schemas.dossier import Community, Meeting, Plan, Project, Vote
from compliance.schemas.scalars import Day, Unknown

STANDARD = "建办城〔2021〕50号 附件二（一）"
AMBIGUOUS = Unknown.AMBIGUOUS_DATE


# -- Party organisation and the consultations it leads -------------------------------------------------------


def _both(first: Flag, second: Flag) -> Flag:
    if first is False or second is False:
        return False
    return second if first is True else first


def _in_being(community: Community, as_of: Day) -> Flag:
    has, on = community.has_party_org, community.party_org_on
    if has is False:
        return CONFLICTING if on is not None and on.last <= as_of.first else False
    if on is None:
        return MISSING
    if on.last <= as_of.first:
        return True
    return False if on.first > as_of.last else AMBIGUOUS


def _ends(project: Project | None, as_of: Day) -> Flag:
    """Whether the renovation is over: accepted by the as-of day, by its date or, without one, its stage."""
    if project is None:
        return MISSING
    accepted = project.acceptance.accepted_on if project.acceptance else None
    if accepted is not None:
        if accepted.last <= as_of.first:
            return True
        return False if accepted.first > as_of.last else AMBIGUOUS
    if project.stage is None:
        return MISSING
    return project.stage in ("accepted", "handed_over")


def _within(held: Day | None, plan: Plan | None, project: Project | None, as_of: Day) -> Flag:
    """Whether a day lies in the renovation: from the plan's approval, that day included, to acceptance."""
    if held is None:
        return MISSING
    if held.first > as_of.last:
        return False
    begun: Flag = MISSING
    approved = plan.approved_on if plan else None
    if approved is not None:
        begun = True if held.first >= approved.last else False if held.last < approved.first else AMBIGUOUS
    accepted = project.acceptance.accepted_on if project and project.acceptance else None
    if accepted is not None:
        before: Flag = True if held.last <= accepted.first else False if held.first > accepted.last else AMBIGUOUS
        return _both(begun, before)
    over = _ends(project, as_of)
    if over is False:
        return begun
    done = project.completed_on if project else None
    return _both(begun, True if done is not None and held.last <= done.first else MISSING)


def _led(meeting: Meeting, plan: Plan | None, project: Project | None, as_of: Day) -> Flag:
    within = _within(meeting.held_on, plan, project, as_of)
    return _both(flag(meeting.led_by_party_org), within)


def _consulted(
    meetings: Iterable[Meeting], plan: Plan | None, project: Project | None, absent: bool, as_of: Day
) -> Flag:
    held = any_of(_led(m, plan, project, as_of) for m in meetings)
    if not absent:
        return held
    return CONFLICTING if held is True else False


@measure("小区党组织是否已成立", "Party organisation in being", source=f"{STANDARD}1")
def party_org_in_being(row: GovernanceRow) -> Flag:
    """Whether the community has a Party organisation, set up by the as-of day.

    Without the day it was set up it is not known; "none" beside a day in the past contradicts itself.

    >>> from compliance.measures.base import given
    >>> from compliance.schemas.scalars import days
    >>> def row(**fields):
    ...     community = {"community_id": "c", "name": "n"} | fields
    ...     return given(GovernanceRow, community=community, as_of=days("2023-06-30"))
    >>> party_org_in_being(row(has_party_org=True, party_org_on="2023-06-30"))
    True
    >>> party_org_in_being(row(has_party_org=False)), party_org_in_being(row(party_org_on="2023-07-01"))
    (False, False)
    >>> party_org_in_being(row(has_party_org=True)), party_org_in_being(row(party_org_on="2023"))
    (<Unknown.MISSING_FIELD: 'missing_field'>, <Unknown.AMBIGUOUS_DATE: 'ambiguous_date'>)
    >>> party_org_in_being(row(has_party_org=False, party_org_on="2022"))
    <Unknown.CONFLICTING_DATA: 'conflicting_data'>
    """
    return _in_being(row.community, row.as_of)


@measure("小区党组织成立日", "Party organisation set up", source=f"{STANDARD}1")
def party_org_set_up(row: GovernanceRow) -> When:
    """Day on which the community's Party organisation was set up.

    >>> from compliance.measures.base import given
    >>> c = {"community_id": "c", "name": "n", "party_org_on": "2022-05"}
    >>> party_org_set_up(given(GovernanceRow, community=c)).text
    '2022-05'
    """
    return when(row.community.party_org_on)


@measure("改造期内是否有党组织主持的协商", "consultation led by the Party organisation", source=f"{STANDARD}1")
def party_led_consultation(row: GovernanceRow) -> Flag:
    """Whether the Party organisation led at least one consultation in the renovation of the community.

    No meeting listed is not known, unless declared that there was none; a declaration of none beside such a
    meeting contradicts itself.

    >>> from compliance.measures.base import given
    >>> from compliance.schemas.scalars import days
    >>> plan = {"plan_id": "p", "year": 2023, "approved_on": "2022-12-30"}
    >>> project = {"project_id": "x", "name": "n", "acceptance": {"accepted_on": "2023-11-20"}}
    >>> def row(*meetings, **more):
    ...     fields = {"plan": plan, "project": project, "as_of": days("2023-12-31")} | more
    ...     return given(GovernanceRow, meetings=list(meetings), **fields)
    >>> def led(on):
    ...     return {"held_on": on, "led_by_party_org": True}
    >>> held = ("2022-12-30", "2023-11-20", "2022-12-29", "2023-11-21")
    >>> [party_led_consultation(row(led(t))) for t in held]
    [True, True, False, False]
    >>> party_led_consultation(row(led("2022-12"))), party_led_consultation(row())
    (<Unknown.AMBIGUOUS_DATE: 'ambiguous_date'>, <Unknown.MISSING_FIELD: 'missing_field'>)
    >>> party_led_consultation(row({"held_on": "2023-03-01", "led_by_party_org": False}))
    False
    >>> party_led_consultation(row(declarations=[{"absent": "party_meetings"}]))
    False
    """
    absent = declared_absent(row.declarations, "party_meetings")
    return _consulted(row.meetings, row.plan, row.project, absent, row.as_of)


@measure("改造是否已结束", "renovation is over", source="规格§1.4")
def renovation_over(row: GovernanceRow) -> Flag:
    """Whether the community's works were accepted by the as-of day.

    >>> from compliance.measures.base import given
    >>> from compliance.schemas.scalars import days
    >>> def row(**fields):
    ...     project = {"project_id": "x", "name": "n"} | fields
    ...     return given(GovernanceRow, project=project, as_of=days("2023-06-30"))
    >>> [renovation_over(row(acceptance={"accepted_on": t})) for t in ("2023-06-30", "2023-07-01")]
    [True, False]
    >>> renovation_over(row(stage="started")), renovation_over(row(stage="accepted"))
    (False, True)
    >>> renovation_over(row())
    <Unknown.MISSING_FIELD: 'missing_field'>
    """
    return _ends(row.project, row.as_of)


@measure("本级党建引领治理文件是否现行", "own policy on Party-led governance in force", source=f"{STANDARD}1")
def governance_policy_in_force(row: PartyLedRow) -> Flag:
    """Whether a policy on governance led by the Party, issued by the area's own level, is in force.

    >>> from compliance.measures.base import given
    >>> from compliance.schemas.scalars import days
    >>> def row(**fields):
    ...     policy = {"policy_id": "p", "level": "county"} | fields
    ...     return given(PartyLedRow, policies=[policy], as_of=days("2023-06-30"), area_level="county")
    >>> governance_policy_in_force(row(exists=True)), governance_policy_in_force(row(exists=False))
    (True, False)
    >>> governance_policy_in_force(row(exists=True, level="city"))
    <Unknown.MISSING_FIELD: 'missing_field'>
    """
    return own_in_force(row.policies, row.area_level, row.as_of)


@measure("是否有小区由党组织引领改造协商", "a community led by its Party organisation", source=f"{STANDARD}1")
def party_led_community(row: PartyLedRow) -> Flag:
    """Whether in at least one community of the plans a Party organisation stands and led a consultation.

    False only when it is known of every community that it is not so; no community reported is not known.

    >>> from compliance.measures.base import given
    >>> from compliance.schemas.scalars import days
    >>> plan = {"plan_id": "p", "year": 2023, "approved_on": "2022-12-30", "community_ids": ["c"]}
    >>> project = {"project_id": "x", "name": "n", "community_ids": ["c"], "stage": "started"}
    >>> base = {"schema_version": "1.0", "dossier_id": "d", "area_code": "999901", "area_name": "示例县",
    ...         "area_level": "county", "plan_year": 2023, "plans": [plan], "projects": [project]}
    >>> def row(**fields):
    ...     member = {"community_id": "c", "name": "n"} | fields
    ...     return given(PartyLedRow, dossier=base, members=[member], as_of=days("2023-06-30"))
    >>> meeting = {"held_on": "2023-03", "led_by_party_org": True}
    >>> party_led_community(row(party_org_on="2021", party_meetings=[meeting]))
    True
    >>> party_led_community(row(has_party_org=False)), party_led_community(row())
    (False, <Unknown.MISSING_FIELD: 'missing_field'>)
    """
    dossier = row.dossier
    plans: dict[str, Plan] = {}
    for plan in sorted(dossier.plans, key=lambda p: p.year):
        plans.update(dict.fromkeys(plan.community_ids, plan))
    projects: dict[str, Project] = {}
    for project in dossier.projects:
        for cid in project.community_ids:
            if cid not in projects or (cid in plans and project.plan_id == plans[cid].plan_id):
                projects[cid] = project
    absent = {x.community_id for x in dossier.declarations if x.absent == "party_meetings" and not x.project_id}

    def shown(community: Community) -> Flag:
        standing = _in_being(community, row.as_of)
        if standing is False:
            return False
        cid = community.community_id
        none = None in absent or cid in absent
        held = _consulted(community.party_meetings, plans.get(cid), projects.get(cid), none, row.as_of)
        return _both(standing, held)

    return any_of(shown(community) for community in row.members)


# -- the owners' committee -----------------------------------------------------------------------------------


@measure("是否有业主委员会（物管会）", "has an owners' committee", source=f"{STANDARD}2")
def has_committee(row: GovernanceRow) -> Flag:
    """Whether the community has an owners' committee; one beside a waived assembly contradicts itself.

    >>> from compliance.measures.base import given
    >>> def row(**fields):
    ...     return given(GovernanceRow, community={"community_id": "c", "name": "n"} | fields)
    >>> has_committee(row(has_owners_committee=True)), has_committee(row(has_owners_committee=False))
    (True, False)
    >>> has_committee(row(has_owners_committee=True, no_assembly_agreed=True))
    <Unknown.CONFLICTING_DATA: 'conflicting_data'>
    """
    community = row.community
    if community.has_owners_committee and community.no_assembly_agreed:
        return CONFLICTING
    return flag(community.has_owners_committee)


@measure("是否全体同意不成立业主大会", "assembly waived by all owners", source="物业管理条例10条")
def assembly_waived(row: GovernanceRow) -> Flag:
    """Whether all of few owners agreed to have no assembly, so that there is no committee to elect.

    >>> from compliance.measures.base import given
    >>> def row(**fields):
    ...     return given(GovernanceRow, community={"community_id": "c", "name": "n"} | fields)
    >>> assembly_waived(row(no_assembly_agreed=True)), assembly_waived(row())
    (True, <Unknown.MISSING_FIELD: 'missing_field'>)
    >>> assembly_waived(row(no_assembly_agreed=True, has_owners_committee=True))
    <Unknown.CONFLICTING_DATA: 'conflicting_data'>
    """
    community = row.community
    if community.has_owners_committee and community.no_assembly_agreed:
        return CONFLICTING
    return flag(community.no_assembly_agreed)


@measure("业主委员会是否备案", "committee on file", source="物业管理条例16条")
def committee_filed(row: GovernanceRow) -> Flag:
    """Whether the committee is on file.

    >>> from compliance.measures.base import given
    >>> committee_filed(given(GovernanceRow, community={"community_id": "c", "name": "n", "oc_filed": False}))
    False
    """
    return flag(row.community.oc_filed)


@measure("改造中业主委员会是否作出决议", "committee resolved on the renovation", source=f"{STANDARD}2")
def committee_resolved(row: GovernanceRow) -> Flag:
    """Whether the committee resolved matters of the renovation.

    >>> from compliance.measures.base import given
    >>> c = {"community_id": "c", "name": "n", "oc_resolution": True}
    >>> committee_resolved(given(GovernanceRow, community=c))
    True
    """
    return flag(row.community.oc_resolution)


@measure("业主委员会党员占比", "share of Party members in the committee", unit="%", source=f"{STANDARD}2")
def committee_party_share(row: GovernanceRow) -> Share:
    """Party members over all members of the owners' committee.

    >>> from compliance.measures.base import given
    >>> c = {"community_id": "c", "name": "n", "oc_members": 7, "oc_party_members": 4}
    >>> committee_party_share(given(GovernanceRow, community=c))
    Ratio(p=4, q=7)
    >>> committee_party_share(given(GovernanceRow, community=c | {"oc_party_members": 8}))
    <Unknown.CONFLICTING_DATA: 'conflicting_data'>
    """
    return share(row.community.oc_party_members, row.community.oc_members)


# -- votes online --------------------------------------------------------------------------------------------

_VOTED_ONLINE = ("online", "mixed")


def _joint(vote: Vote) -> Flag:
    """Whether a vote decides what owners decide jointly: by its matters, or by what it is said to decide."""
    if vote.matters or vote.decides in ("scheme", "management", "lift", "fund"):
        return True
    return MISSING


def _distance(vote: Vote) -> int:
    """How far a vote is from a vote held online: known to be one, possibly one, known not to be one."""
    online = None if vote.method is None else vote.method in _VOTED_ONLINE
    parts = (online, vote.identity_verified, _joint(vote) is True or None)
    if all(parts):
        return 0
    if False not in parts:
        return 1
    return 2 if online else 3 if vote.method == "chat_group" else 4


def _nearest(row: GovernanceRow) -> Vote | None:
    held = [v for v in row.votes if v.closed_on is None or v.closed_on.first <= row.as_of.last]
    return min(held, key=_distance) if held else None


@measure("最接近线上表决的一次表决：方式", "nearest to an online vote: form", source=f"{STANDARD}3")
def nearest_online_form(row: GovernanceRow) -> Code:
    """Form of that vote of the community which comes nearest to a vote held online on joint matters.

    A vote that would count if what is missing were reported goes before one that is known not to count.

    >>> from compliance.measures.base import given
    >>> from compliance.schemas.scalars import days
    >>> def row(*votes):
    ...     made = [{"decides": "scheme"} | v for v in votes]
    ...     return given(GovernanceRow, votes=made, as_of=days("2023-06-30"))
    >>> paper, net = {"method": "written"}, {"method": "online", "identity_verified": True}
    >>> nearest_online_form(row(paper, net)), nearest_online_form(row(paper))
    ('online', 'written')
    >>> nearest_online_form(row(paper, {"identity_verified": True})), nearest_online_form(row())
    (<Unknown.MISSING_FIELD: 'missing_field'>, <Unknown.MISSING_FIELD: 'missing_field'>)
    """
    vote = _nearest(row)
    return vote.method if vote and vote.method else MISSING


@measure(
    "最接近线上表决的一次表决：是否实名核验",
    "nearest to an online vote: identity verified",
    source=f"{STANDARD}3",
)
def nearest_online_verified(row: GovernanceRow) -> Flag:
    """Whether voters' identity was verified in that vote.

    >>> from compliance.measures.base import given
    >>> from compliance.schemas.scalars import days
    >>> votes = [{"decides": "scheme", "method": "online", "identity_verified": False}]
    >>> nearest_online_verified(given(GovernanceRow, votes=votes, as_of=days("2023-06-30")))
    False
    """
    vote = _nearest(row)
    return flag(vote.identity_verified) if vote else MISSING


@measure(
    "最接近线上表决的一次表决：是否共同决定事项",
    "nearest to an online vote: joint matters",
    source="民法典278条",
)
def nearest_online_joint(row: GovernanceRow) -> Flag:
    """Whether that vote decided what owners decide jointly; without matters or subject it is not known.

    >>> from compliance.measures.base import given
    >>> from compliance.schemas.scalars import days
    >>> def row(**vote):
    ...     return given(GovernanceRow, votes=[vote], as_of=days("2023-06-30"))
    >>> nearest_online_joint(row(decides="fund")), nearest_online_joint(row(decides="other", matters=[9]))
    (True, True)
    >>> nearest_online_joint(row(decides="other"))
    <Unknown.MISSING_FIELD: 'missing_field'>
    """
    vote = _nearest(row)
    return _joint(vote) if vote else MISSING
