"""Measures of an owners' vote: shares of owners and of exclusive area, the matters' tier, the law in force.

Owners and exclusive area count; households decide nothing (readings, "Owners and households"): one owner may
hold many flats, and unsold public flats have one owner. Judges nothing.
"""

from __future__ import annotations

from datetime import date

from compliance.measures.base import MISSING, Code, Count, Flag, Share, When, flag, measure, share, when
from compliance.measures.subjects import ConsensusRow, PublicityRow, VoteRow
from compliance.measures.workdays import working_days
from compliance.schemas.scalars import SCALE, Day, Ratio, Unknown, days

BALLOT = VoteRow | ConsensusRow
"""A vote on the scheme, or the vote on management beside the consensus (B8.1)."""

LAW = "民法典278条"
ACCOUNT = "法释〔2020〕17号 8、9条"
_CIVIL_CODE = days("2021-01-01").first
QUALIFIED = {6, 7, 8}


@measure("适用的表决规则", "law that the vote is under", source="民法典278条；物权法76条")
def vote_law(row: BALLOT) -> Code:
    """``civil_code`` for votes closed from 2021-01-01 on, ``property_law`` for earlier ones.

    A partial date that could be either way is ambiguous.

    >>> from compliance.measures.base import given
    >>> [vote_law(given(VoteRow, vote={"closed_on": t})) for t in ("2021-01-01", "2020-12-31", "2020")]
    ['civil_code', 'property_law', 'property_law']
    """
    if row.vote is None or row.vote.closed_on is None:
        return MISSING
    closed = row.vote.closed_on
    if closed.first >= _CIVIL_CODE:
        return "civil_code"
    return "property_law" if closed.last < _CIVIL_CODE else Unknown.AMBIGUOUS_DATE


@measure("参与表决人数占比", "share of owners voting", unit="%", source=f"{LAW}；{ACCOUNT}")
def owners_voting(row: BALLOT) -> Share:
    """Owners voting over all owners.

    >>> from compliance.measures.base import given
    >>> owners_voting(given(VoteRow, vote={"total_owners": 300, "part_owners": 200}))
    Ratio(p=200, q=300)
    >>> owners_voting(given(VoteRow, vote={"total_households": 300, "part_households": 300}))
    <Unknown.MISSING_FIELD: 'missing_field'>
    """
    return share(row.vote.part_owners, row.vote.total_owners) if row.vote else MISSING


@measure("参与表决专有面积占比", "share of exclusive area voting", unit="%", source=f"{LAW}；{ACCOUNT}")
def area_voting(row: BALLOT) -> Share:
    """Exclusive area of owners voting over all exclusive area.

    >>> from compliance.measures.base import given
    >>> area_voting(given(VoteRow, vote={"total_area_m2": 3, "part_area_m2": 2}))
    Ratio(p=2, q=3)
    """
    return share(row.vote.part_area_m2, row.vote.total_area_m2) if row.vote else MISSING


@measure("同意人数占参与人数", "share of voting owners agreeing", unit="%", source=LAW)
def owners_agreeing(row: BALLOT) -> Share:
    """Owners agreeing over owners voting.

    >>> from compliance.measures.base import given
    >>> owners_agreeing(given(VoteRow, vote={"part_owners": 200, "agree_owners": 150}))
    Ratio(p=150, q=200)
    """
    return share(row.vote.agree_owners, row.vote.part_owners) if row.vote else MISSING


@measure("同意面积占参与面积", "share of voting area agreeing", unit="%", source=LAW)
def area_agreeing(row: BALLOT) -> Share:
    """Exclusive area agreeing over exclusive area voting.

    >>> from compliance.measures.base import given
    >>> area_agreeing(given(VoteRow, vote={"part_area_m2": "200.5", "agree_area_m2": "100.25"}))
    Ratio(p=10025, q=20050)
    """
    return share(row.vote.agree_area_m2, row.vote.part_area_m2) if row.vote else MISSING


@measure("同意人数占全体人数", "share of all owners agreeing", unit="%", source="物权法76条")
def owners_agreeing_of_all(row: BALLOT) -> Share:
    """Owners agreeing over all owners: what the law before 2021 asked.

    >>> from compliance.measures.base import given
    >>> owners_agreeing_of_all(given(VoteRow, vote={"total_owners": 300, "part_owners": 250, "agree_owners": 200}))
    Ratio(p=200, q=300)
    """
    return share(row.vote.agree_owners, row.vote.total_owners) if row.vote else MISSING


@measure("同意面积占全体面积", "share of all area agreeing", unit="%", source="物权法76条")
def area_agreeing_of_all(row: BALLOT) -> Share:
    """Exclusive area agreeing over all exclusive area: what the law before 2021 asked.

    >>> from compliance.measures.base import given
    >>> area_agreeing_of_all(given(VoteRow, vote={"total_area_m2": 300, "agree_area_m2": 200}))
    Ratio(p=200, q=300)
    """
    return share(row.vote.agree_area_m2, row.vote.total_area_m2) if row.vote else MISSING


def _without(agree: int, part: int, deemed: int) -> Share:
    """Agreement among those who really voted, when the deemed votes are taken out of both."""
    if deemed > agree or deemed > part:
        return Unknown.CONFLICTING_DATA
    return Ratio(agree - deemed, part - deemed) if part > deemed else Unknown.CONFLICTING_DATA


@measure("剔除视同票后的同意人数占比", "share of owners agreeing without deemed votes", unit="%", source="规格§5")
def owners_agreeing_really(row: BALLOT) -> Share:
    """As ``owners_agreeing``, with votes that were only deemed to follow the majority taken out.

    Where no deemed votes are reported there are none to take out.

    >>> from compliance.measures.base import given
    >>> owners_agreeing_really(given(VoteRow, vote={"part_owners": 200, "agree_owners": 150, "deemed_votes": 40}))
    Ratio(p=110, q=160)
    """
    if row.vote is None or not row.vote.deemed_votes:
        return owners_agreeing(row)
    if row.vote.agree_owners is None or row.vote.part_owners is None:
        return MISSING
    return _without(row.vote.agree_owners, row.vote.part_owners, row.vote.deemed_votes)


@measure("剔除视同票后的参与人数占比", "share of owners voting without deemed votes", unit="%", source="规格§5")
def owners_voting_really(row: BALLOT) -> Share:
    """As ``owners_voting``, without those only deemed to vote.

    >>> from compliance.measures.base import given
    >>> owners_voting_really(given(VoteRow, vote={"total_owners": 300, "part_owners": 200, "deemed_votes": 40}))
    Ratio(p=160, q=300)
    """
    v = row.vote
    if v is None or not v.deemed_votes:
        return owners_voting(row)
    if v.part_owners is None:
        return MISSING
    return (
        Unknown.CONFLICTING_DATA
        if v.deemed_votes > v.part_owners
        else share(v.part_owners - v.deemed_votes, v.total_owners)
    )


@measure("剔除视同票后的同意面积占比", "share of area agreeing without deemed votes", unit="%", source="规格§5")
def area_agreeing_really(row: BALLOT) -> Share:
    """As ``area_agreeing``, without the area of deemed votes; their area unreported, it is not known.

    >>> from compliance.measures.base import given
    >>> area_agreeing_really(given(VoteRow, vote={"part_area_m2": 10, "agree_area_m2": 8, "deemed_votes": 1}))
    <Unknown.MISSING_FIELD: 'missing_field'>
    """
    v = row.vote
    if v is None or (not v.deemed_votes and not v.deemed_area_m2):
        return area_agreeing(row)
    if v.agree_area_m2 is None or v.part_area_m2 is None or v.deemed_area_m2 is None:
        return MISSING
    return _without(int(v.agree_area_m2 * SCALE), int(v.part_area_m2 * SCALE), int(v.deemed_area_m2 * SCALE))


@measure("剔除视同票后的参与面积占比", "share of area voting without deemed votes", unit="%", source="规格§5")
def area_voting_really(row: BALLOT) -> Share:
    """As ``area_voting``, without the area of deemed votes.

    >>> from compliance.measures.base import given
    >>> area_voting_really(given(VoteRow, vote={"total_area_m2": 12, "part_area_m2": 10, "deemed_area_m2": 1}))
    Ratio(p=9, q=12)
    """
    v = row.vote
    if v is None or (not v.deemed_votes and not v.deemed_area_m2):
        return area_voting(row)
    if v.part_area_m2 is None or v.deemed_area_m2 is None:
        return MISSING
    if v.deemed_area_m2 > v.part_area_m2:
        return Unknown.CONFLICTING_DATA
    return share(v.part_area_m2 - v.deemed_area_m2, v.total_area_m2)


@measure("是否有视同票", "whether votes were deemed cast", source="规格§5")
def has_deemed_votes(row: BALLOT) -> Flag:
    """Whether some who did not vote were counted with the majority.

    >>> from compliance.measures.base import given
    >>> has_deemed_votes(given(VoteRow, vote={"deemed_votes": 3})), has_deemed_votes(given(VoteRow, vote={}))
    (True, False)
    """
    return bool(row.vote and (row.vote.deemed_votes or row.vote.deemed_area_m2))


@measure("表决事项的比例档", "tier of the matters decided", source=LAW)
def matters_tier(row: VoteRow) -> Code:
    """``three_quarters`` when one of the matters (六)(七)(八) is decided with the rest, ``majority`` otherwise.

    Several matters in one vote take the stricter tier. Matters not named: not known.

    >>> from compliance.measures.base import given
    >>> [matters_tier(given(VoteRow, vote={"matters": m})) for m in ([9], [5, 7])]
    ['majority', 'three_quarters']
    >>> matters_tier(given(VoteRow, vote={}))
    <Unknown.MISSING_FIELD: 'missing_field'>
    """
    if row.vote is None or not row.vote.matters:
        return MISSING
    return "three_quarters" if any([m in QUALIFIED for m in row.vote.matters]) else "majority"


@measure("表决方式", "form of the vote", source="建办城〔2021〕50号 附件一（七）2")
def vote_method(row: VoteRow) -> Code:
    """written, online, mixed; or oral, show_of_hands, chat_group.

    >>> from compliance.measures.base import given
    >>> vote_method(given(VoteRow, vote={"method": "oral"}))
    'oral'
    """
    return (row.vote.method if row.vote else None) or MISSING


@measure("是否实名核验", "verified identity", source="规格B7.2")
def identity_verified(row: BALLOT) -> Flag:
    """Whether the identity of online voters was verified.

    >>> from compliance.measures.base import given
    >>> identity_verified(given(VoteRow, vote={"identity_verified": False}))
    False
    """
    return flag(row.vote.identity_verified) if row.vote else MISSING


@measure("表决截止日", "closing of the vote", source="建办城〔2021〕50号 附件一（七）2")
def vote_closed(row: BALLOT | PublicityRow) -> When:
    """Last day of the vote.

    >>> from compliance.measures.base import given
    >>> vote_closed(given(VoteRow, vote={"closed_on": "2023-03-05"})).text
    '2023-03-05'
    """
    return when(row.vote.closed_on) if row.vote else MISSING


@measure("施工所依方案与表决方案是否一致", "works follow the version voted on", source="规格B7.2")
def scheme_unchanged(row: VoteRow) -> Flag:
    """False when the drawings follow another version than the one voted on, or a major change was left unvoted.

    A vote on a lift decides no version of the scheme, so only the major change counts there.

    >>> from compliance.measures.base import given
    >>> c = {"community_id": "c", "name": "n", "scheme": {"drawing_version": "2", "major_change_after_vote": False}}
    >>> scheme_unchanged(given(VoteRow, community=c, vote={"scheme_version": "1"}))
    False
    >>> scheme_unchanged(given(VoteRow, community=c, vote={"scheme_version": "2"}))
    True
    """
    scheme = row.community.scheme
    if row.vote is None or scheme is None:
        return MISSING
    if scheme.major_change_after_vote:
        return False
    voted, drawn = row.vote.scheme_version, scheme.drawing_version
    if voted is not None and drawn is not None and voted != drawn:
        return False
    if scheme.major_change_after_vote is None or voted is None or drawn is None:
        return MISSING
    return True


@measure("方案公示轮次", "rounds of publicity of the scheme", unit="轮", source="规格B7.2")
def scheme_publicity_rounds(row: VoteRow) -> Count:
    """Rounds in which the scheme was shown. No entry at all, or one that does not say what was shown: not reported.

    >>> from compliance.measures.base import given
    >>> scheme_publicity_rounds(given(VoteRow, vote={"publicity": [{"of": "scheme"}, {"of": "result"}]}))
    1
    >>> scheme_publicity_rounds(given(VoteRow, vote={"publicity": [{"of": "scheme"}, {}]}))
    <Unknown.MISSING_FIELD: 'missing_field'>
    """
    if row.vote is None or not row.vote.publicity or any([p.of is None for p in row.vote.publicity]):
        return MISSING
    return sum([p.of == "scheme" for p in row.vote.publicity])


@measure("结果是否公示", "whether the result was shown", source="规格B7.2")
def result_shown(row: VoteRow) -> Flag:
    """Whether the result of the vote was shown. No entry at all, or one that does not say what was: not reported.

    >>> from compliance.measures.base import given
    >>> result_shown(given(VoteRow, vote={"publicity": [{"of": "result"}]}))
    True
    >>> result_shown(given(VoteRow, vote={"publicity": [{"of": "scheme"}, {}]}))
    <Unknown.MISSING_FIELD: 'missing_field'>
    """
    if row.vote is None or not row.vote.publicity:
        return MISSING
    shown = {p.of for p in row.vote.publicity}
    return MISSING if "result" not in shown and None in shown else "result" in shown


@measure("公示自然日", "calendar days shown", unit="日", source="规格§8.3")
def calendar_days_shown(row: PublicityRow) -> Count:
    """Calendar days of a round, first and last included; an upper bound of its working days.

    >>> from compliance.measures.base import given
    >>> v, p = {}, {"from_on": "2023-03-01", "to_on": "2023-03-05"}
    >>> calendar_days_shown(given(PublicityRow, vote=v, publicity=p))
    5
    """
    start, end = row.publicity.from_on, row.publicity.to_on
    if start is None or end is None:
        return MISSING
    if start.first != start.last or end.first != end.last:
        return Unknown.AMBIGUOUS_DATE
    return Unknown.CONFLICTING_DATA if end.first < start.first else end.first - start.first + 1


@measure("公示工作日", "working days shown", unit="工作日", source="规格§8.3")
def working_days_shown(row: PublicityRow) -> Count:
    """Working days of a round by the official calendar, make-up days included and holidays left out.

    First and last day count, each when it is a working day: the dossier states days on which the notice hung. A
    date known to the month or year counts only if the fewest and the most days it may mean have as many working
    days; else the date is ambiguous. A year without an official calendar is not known, and never approximated.

    >>> from compliance.measures.base import given
    >>> def shown(first, last):
    ...     return working_days_shown(given(PublicityRow, vote={}, publicity={"from_on": first, "to_on": last}))
    >>> shown("2023-03-01", "2023-03-09"), shown("2023-09-28", "2023-10-08"), shown("2023-10", "2023-10-06")
    (7, 3, 0)
    >>> shown("2023-03", "2023-03-09"), shown("1999-03-01", "1999-03-09")
    (<Unknown.AMBIGUOUS_DATE: 'ambiguous_date'>, <Unknown.NEEDS_JUDGEMENT: 'needs_judgement'>)
    """
    start, end = row.publicity.from_on, row.publicity.to_on
    if start is None or end is None:
        return MISSING
    if end.last < start.first:
        return Unknown.CONFLICTING_DATA
    most = _working_days(start.first, end.last)
    if most is None:
        return Unknown.NEEDS_JUDGEMENT
    return most if _fewest_working_days(start, end) == most else Unknown.AMBIGUOUS_DATE


def _fewest_working_days(start: Day, end: Day) -> int | None:
    """In the shortest round that two dates may mean."""
    if start.last <= end.first:
        return _working_days(start.last, end.first)
    # The dates overlap, so the round may have been any single day of the overlap.
    overlap = range(max(start.first, end.first), min(start.last, end.last) + 1)
    return int(_working_days(overlap[0], overlap[-1]) == len(overlap))


def _working_days(first: int, last: int) -> int | None:
    return working_days(date.fromordinal(first), date.fromordinal(last))
