"""Measures of the reserve library: entries, records, scores, order; judges nothing."""

from __future__ import annotations

from datetime import date

from compliance.measures.base import CONFLICTING, MISSING, Amounts, Code, Count, Flag, When, measure, money, when
from compliance.measures.subjects import ArchiveRow, CommunityRow, PlanRow, RankPairRow
from compliance.schemas.dossier import ReserveEntry
from compliance.schemas.scalars import Unknown

STANDARD = "建办城〔2021〕50号 附件一（三）1"


@measure("是否在储备库", "whether it is in the reserve library", source=STANDARD)
def in_reserve(row: CommunityRow) -> Flag:
    """Whether the reserve library has an entry of the community.

    A library that was submitted and does not hold a community of this year's plan says that it is not in it.
    Without a library, and for communities of earlier plans that may have left it, nothing is known.

    >>> from compliance.measures.base import given
    >>> in_reserve(given(CommunityRow, reserve={"reserve_id": "r", "community_id": "c"}))
    True
    >>> in_reserve(given(CommunityRow, library=True)), in_reserve(given(CommunityRow, library=False))
    (False, <Unknown.MISSING_FIELD: 'missing_field'>)
    """
    if row.reserve is not None:
        return True
    return False if row.library else MISSING


@measure("入库日期", "entry into the reserve library", source=STANDARD)
def entered_reserve(row: CommunityRow) -> When:
    """Day of entry.

    >>> from compliance.measures.base import given
    >>> r = {"reserve_id": "r", "community_id": "c", "entered_on": "2022-06-30"}
    >>> entered_reserve(given(CommunityRow, reserve=r)).text
    '2022-06-30'
    """
    return when(row.reserve.entered_on) if row.reserve else MISSING


@measure("评分日期", "day of scoring", source=STANDARD)
def scored_on(row: CommunityRow) -> When:
    """Day the entry was scored. A date without a score says nothing of when a score was given.

    >>> from compliance.measures.base import given
    >>> r = {"reserve_id": "r", "community_id": "c", "scored_on": "2022-10-20"}
    >>> scored_on(given(CommunityRow, reserve=r | {"score": 86})).text
    '2022-10-20'
    >>> scored_on(given(CommunityRow, reserve=r))
    <Unknown.MISSING_FIELD: 'missing_field'>
    """
    if row.reserve is None:
        return MISSING
    if row.reserve.score is None and not row.reserve.score_detail:
        return MISSING
    return when(row.reserve.scored_on)


def _scores(entry: ReserveEntry | None, dimension: str) -> Flag:
    if entry is None or not entry.score_detail:
        return MISSING
    return any([s.dimension == dimension for s in entry.score_detail])


@measure("是否对配套设施状况计分", "whether facilities are scored", source=STANDARD)
def scores_facilities(row: CommunityRow) -> Flag:
    """Whether the score's details have the state of the facilities; no details at all: not known.

    >>> from compliance.measures.base import given
    >>> r = {"reserve_id": "r", "community_id": "c", "score_detail": [{"dimension": "willingness"}]}
    >>> scores_facilities(given(CommunityRow, reserve=r))
    False
    """
    return _scores(row.reserve, "facilities")


@measure("是否对方案完整性、针对性计分", "whether the scheme's quality is scored", source=STANDARD)
def scores_scheme_quality(row: CommunityRow) -> Flag:
    """Whether the score's details have how complete and fitting the scheme is.

    >>> from compliance.measures.base import given
    >>> scores_scheme_quality(given(CommunityRow, reserve={"reserve_id": "r", "community_id": "c"}))
    <Unknown.MISSING_FIELD: 'missing_field'>
    """
    return _scores(row.reserve, "scheme_quality")


@measure("是否对居民意愿计分", "whether residents' wishes are scored", source=STANDARD)
def scores_willingness(row: CommunityRow) -> Flag:
    """Whether the score's details have the residents' wishes.

    >>> from compliance.measures.base import given
    >>> r = {"reserve_id": "r", "community_id": "c", "score_detail": [{"dimension": "willingness"}]}
    >>> scores_willingness(given(CommunityRow, reserve=r))
    True
    """
    return _scores(row.reserve, "willingness")


@measure("档案类别", "kind of record", source=STANDARD)
def archive_kind(row: ArchiveRow) -> Code:
    """Which of the five records this row asks about.

    >>> from compliance.measures.base import given
    >>> archive_kind(given(ArchiveRow, which="progress"))
    'progress'
    """
    return row.which


@measure("是否建档", "whether the record is kept", source=STANDARD)
def archive_kept(row: ArchiveRow) -> Flag:
    """Whether there is a record of this kind: said so, or shown by its data, pictures or evidence.

    >>> from compliance.measures.base import given
    >>> def kept(**f): return archive_kept(given(ArchiveRow, archive=f))
    >>> kept(exists=False), kept(data_ref="档案系统/示一/基本情况"), kept(exists=False, data_ref="x")
    (False, True, <Unknown.CONFLICTING_DATA: 'conflicting_data'>)
    >>> kept(), archive_kept(given(ArchiveRow))
    (<Unknown.MISSING_FIELD: 'missing_field'>, <Unknown.MISSING_FIELD: 'missing_field'>)
    """
    a = row.archive
    if a is None:
        return MISSING
    shown = bool(a.data_ref or a.images or a.images_before or a.images_after or a.evidence)
    if a.exists is False:
        return CONFLICTING if shown else False
    return True if a.exists or shown else MISSING


@measure("档案图片数", "pictures in the record", unit="张", source=STANDARD)
def archive_pictures(row: ArchiveRow) -> Count:
    """Pictures of the record; an empty list says nothing.

    >>> from compliance.measures.base import given
    >>> archive_pictures(given(ArchiveRow, archive={"images": [{"attachment": "a1"}]}))
    1
    """
    if row.archive is None:
        return MISSING
    return len(row.archive.images) + len(row.archive.images_before) + len(row.archive.images_after) or MISSING


@measure("改造前图片数", "pictures before the works", unit="张", source=STANDARD)
def pictures_before(row: ArchiveRow) -> Count:
    """Pictures taken before the works; an empty list says nothing.

    >>> from compliance.measures.base import given
    >>> pictures_before(given(ArchiveRow, archive={"images_before": [{"attachment": "a1"}, {"attachment": "a2"}]}))
    2
    """
    return len(row.archive.images_before) or MISSING if row.archive else MISSING


@measure("改造后图片数", "pictures after the works", unit="张", source=STANDARD)
def pictures_after(row: ArchiveRow) -> Count:
    """Pictures taken after the works; an empty list says nothing.

    >>> from compliance.measures.base import given
    >>> pictures_after(given(ArchiveRow, archive={"exists": True}))
    <Unknown.MISSING_FIELD: 'missing_field'>
    """
    return len(row.archive.images_after) or MISSING if row.archive else MISSING


@measure("距上次更新天数", "days since the last update", unit="日", source=STANDARD, running=True)
def days_since_update(row: ArchiveRow) -> Count:
    """Days from the record's last update to the as-of date, the fewest that a partial date allows.

    >>> from compliance.measures.base import given
    >>> from compliance.schemas.scalars import days
    >>> def since(on): return days_since_update(given(ArchiveRow, archive={"updated_on": on}, as_of=days("2023-12-31")))
    >>> since("2023-12-01"), since("2023-11"), since("2023-12")
    (30, 31, 0)
    """
    if row.archive is None or row.archive.updated_on is None:
        return MISSING
    return max(row.as_of.first - row.archive.updated_on.last, 0)


@measure("入选情况是否说明", "whether it is said which entries were taken into the plan", source=STANDARD)
def selection_stated(row: PlanRow) -> Flag:
    """Whether every entry of the library says if it was taken into the plan.

    A community of the plan whose entries all say that they were not taken contradicts the plan.

    >>> from compliance.measures.base import given
    >>> def said(*taken): return selection_stated(given(PlanRow, plan={"plan_id": "p", "year": 2023,
    ...     "community_ids": ["c0"]}, reserve_entries=[
    ...     {"reserve_id": f"r{i}", "community_id": f"c{i}", "selected": t} for i, t in enumerate(taken)]))
    >>> said(True, False), said(False, True)
    (True, <Unknown.CONFLICTING_DATA: 'conflicting_data'>)
    >>> said(True, None), said()
    (<Unknown.MISSING_FIELD: 'missing_field'>, <Unknown.MISSING_FIELD: 'missing_field'>)
    """
    if not row.reserve_entries or row.plan is None:
        return MISSING
    taken: set[str] = set()
    left: set[str] = set()
    for entry in row.reserve_entries:
        if entry.selected is None:
            return MISSING
        (taken if entry.selected else left).add(entry.community_id)
    left -= taken
    return CONFLICTING if any([c in left for c in row.plan.community_ids]) else True


@measure("计划批准至计划年度首日的天数", "days from approval to the plan's year", unit="日", source="当地计划规定")
def days_before_plan_year(row: PlanRow) -> Count:
    """Days from the plan's approval to 1 January of its year; below zero for one approved later.

    A rule that the plan is fixed by the end of October of the year before asks for 62 days at least, whatever
    the year. A date that is known to the month is ambiguous.

    >>> from compliance.measures.base import given
    >>> def ahead(day): return days_before_plan_year(given(PlanRow, plan={"plan_id": "p", "year": 2023,
    ...     "approved_on": day}))
    >>> ahead("2022-10-31"), ahead("2022-12-31"), ahead("2023-01-01"), ahead("2023-02-01")
    (62, 1, 0, -31)
    >>> ahead("2022-10"), ahead(None)
    (<Unknown.AMBIGUOUS_DATE: 'ambiguous_date'>, <Unknown.MISSING_FIELD: 'missing_field'>)
    """
    if row.plan is None or row.plan.approved_on is None:
        return MISSING
    approved = row.plan.approved_on
    if approved.first != approved.last:
        return Unknown.AMBIGUOUS_DATE
    return date(row.plan.year, 1, 1).toordinal() - approved.first


@measure("是否同一轮次", "whether both are of the same round", source=STANDARD)
def same_round(row: RankPairRow) -> Flag:
    """Whether the two entries were ranked in the same round; not known where rounds are not reported.

    >>> from compliance.measures.base import given
    >>> u, s = {"reserve_id": "u", "community_id": "a"}, {"reserve_id": "s", "community_id": "b"}
    >>> same_round(given(RankPairRow, unselected=u | {"round": 2}, selected=s | {"round": 2}))
    True
    >>> same_round(given(RankPairRow, unselected=u, selected=s))
    <Unknown.MISSING_FIELD: 'missing_field'>
    """
    one, other = row.unselected.round, row.selected.round
    return MISSING if one is None or other is None else one == other


@measure("未入选者得分", "score of the one not taken", unit="分", source=STANDARD)
def unselected_score(row: RankPairRow) -> Amounts:
    """Score of the entry that was not taken into the plan.

    >>> from compliance.measures.base import given
    >>> u = {"reserve_id": "u", "community_id": "a", "score": "81.5"}
    >>> unselected_score(given(RankPairRow, unselected=u))
    Decimal('81.5')
    """
    return money(row.unselected.score)


@measure("入选最低分", "lowest score taken", unit="分", source=STANDARD)
def selected_score(row: RankPairRow) -> Amounts:
    """Score of the entry that was taken, the lowest of its round.

    >>> from compliance.measures.base import given
    >>> selected_score(given(RankPairRow, selected={"reserve_id": "s", "community_id": "b", "score": 79}))
    Decimal('79')
    """
    return money(row.selected.score)
