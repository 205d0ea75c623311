"""Levers of consultations, votes and surveys: how many more have to take part or agree, and what is gone by.

The least number of people is asked: those who take part already and did not agree come before those who did not take
part, because a newcomer raises what has to be reached. Owners and area are two counts and are told apart.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from compliance.measures.levers.base import (
    Act,
    At,
    Fact,
    Found,
    append,
    codes,
    dated,
    edit,
    fact,
    least,
    lever,
    plain,
    put,
    says,
)
from compliance.measures.satisfaction import satisfaction_by_area
from compliance.measures.subjects import CompletionsRow
from compliance.schemas.dossier import Survey
from compliance.schemas.report import Bilingual, Edit
from compliance.schemas.scalars import Ratio, days

CONSULTED = frozenset(
    {"participation_rate", "agreement_of_total", "agreement_of_participants", "scheme_consulted_share"}
)
OWNERS = frozenset(
    {"owners_voting", "owners_agreeing", "owners_agreeing_of_all", "owners_agreeing_really", "owners_voting_really"}
)
AREA = frozenset({"area_voting", "area_agreeing", "area_agreeing_of_all", "area_agreeing_really", "area_voting_really"})

QUANTITIES = (CONSULTED, OWNERS, AREA)
"""Measures of one count; a condition on another count is left to that one's own lever."""

SQUARE_METRES = Decimal("0.01")
"""The step of an area: surveys of buildings give two decimals."""


@dataclass(frozen=True, slots=True)
class _Ballot:
    """The fields of one count, and how it is spoken of: 再有…户."""

    holder: str
    whole: str
    part: str
    agree: str
    group: frozenset[str]
    step: Decimal | int
    unit: str


_ASKED = _Ballot("consultation", "total", "participated", "agreed", CONSULTED, 1, "户")
_HEADS = _Ballot("vote", "total_owners", "part_owners", "agree_owners", OWNERS, 1, "人")
_SPACE = _Ballot("vote", "total_area_m2", "part_area_m2", "agree_area_m2", AREA, SQUARE_METRES, "㎡")


_CONTRADICTED = Fact(
    Bilingual("同意数、参与数、总数互相矛盾", "those agreeing, those taking part and the whole contradict each other"),
    Bilingual(
        "先按表决票、征询表核对更正，再判差多少",
        "correct them by the ballots or forms first; then it can be told what lacks",
    ),
)


def _ballot(at: At, ballot: _Ballot) -> Iterator[Found]:
    """The least that has to take part (x), of that has to agree (m), and has to change to agreeing (z)."""
    model = getattr(at.row, ballot.holder, None)
    if model is None:
        return
    whole, part, agree = (getattr(model, name) for name in (ballot.whole, ballot.part, ballot.agree))
    if whole is None or part is None:
        return
    if not (agree or 0) <= part <= whole:
        yield _CONTRADICTED
        return
    step, told = ballot.step, agree is not None
    agree = agree or part * 0

    def steps(amount: Any) -> int:
        return -int(-amount // step)

    def holds(x: int, more: int, everybody: bool = False) -> bool:
        new_part = min(whole, part + x * step)
        new_agree = new_part if everybody else min(new_part, agree + more * step)
        changed = model.model_copy(update={ballot.part: new_part, ballot.agree: new_agree if told else None})
        return at.held(at.row._replace(**{ballot.holder: changed}), ballot.group)

    x = least(lambda n: holds(n, 0, everybody=True), 0, steps(whole - part))
    if x is None:
        return
    more = least(lambda n: holds(x, n), 0, x + steps(part - agree))
    if more is None or not (x or more):
        return
    new_part = min(whole, part + x * step)
    new_agree = min(new_part, agree + more * step)
    edits = tuple(
        edit(at.place(model, name), value, before)
        for name, value, before in ((ballot.part, new_part, part), (ballot.agree, new_agree, agree))
        if value != before
    )
    opposed = getattr(model, "opposed", None)
    if opposed is not None and opposed > new_part - new_agree:
        edits += (edit(at.place(model, "opposed"), new_part - new_agree, opposed),)
    joined, agreeing = new_part - part, new_agree - agree
    spoken = _spoken(ballot.unit, joined, min(joined, agreeing), max(agreeing - joined, joined * 0))
    amount = plain(max(joined, agreeing))
    yield Act(spoken, edits, amount, ballot.unit, _too_late(at, ballot.holder))


_COUNTED = {"户": ("户", "household"), "人": ("名业主", "owner")}


def _spoken(unit: str, joined: Any, agreeing: Any, turned: Any) -> Bilingual:
    """How many (or how much) more take part, how many of those agree, and how many of the others come to agree."""
    j, a, t = plain(joined), plain(agreeing), plain(turned)
    if unit == "㎡":
        return _spoken_area(j, a, t)
    zh, one = _COUNTED[unit]

    def people(n: str) -> str:
        return f"{n} more {one}" if n == "1" else f"{n} more {one}s"

    def verb(n: str, plural: str, singular: str) -> str:
        return singular if n == "1" else plural

    if not joined:
        return Bilingual(f"再有{t}{zh}同意", f"{people(t)} {verb(t, 'agree', 'agrees')}")
    part = f"{people(j)} {verb(j, 'take part', 'takes part')}"
    if turned:
        return Bilingual(
            f"再有{j}{zh}参与并同意，另有{t}{zh}由不同意改为同意",
            f"{part} and {verb(j, 'agree', 'agrees')}, and {t} who took part {verb(t, 'come', 'comes')} to agree",
        )
    if not agreeing:
        return Bilingual(f"再有{j}{zh}参与", part)
    if agreeing == joined:
        return Bilingual(f"再有{j}{zh}参与并同意", f"{part} and {verb(j, 'agree', 'agrees')}")
    return Bilingual(f"再有{j}{zh}参与，其中至少{a}{zh}同意", f"{part}, at least {a} of them agreeing")


def _spoken_area(joined: str, agreeing: str, turned: str) -> Bilingual:
    if joined == "0":
        return Bilingual(f"同意面积再增加{turned}㎡", f"the area agreeing rises by {turned} m²")
    zh, en = f"参与表决面积再增加{joined}㎡", f"the area voting rises by {joined} m²"
    if turned != "0":
        return Bilingual(
            f"{zh}并同意，另有{turned}㎡由不同意改为同意",
            f"{en}, all of it agreeing, and {turned} m² more come to agree",
        )
    if agreeing == "0":
        return Bilingual(zh, en)
    if agreeing == joined:
        return Bilingual(f"{zh}并同意", f"{en}, all of it agreeing")
    return Bilingual(f"{zh}，其中至少{agreeing}㎡同意", f"{en}, at least {agreeing} m² of it agreeing")


def _too_late(at: At, holder: str) -> Bilingual | None:
    """What has to be observed where the day before which the count was to be reached is gone by."""
    if holder == "consultation":
        plan = at.row.plan
        if plan is None or not at.over(plan.approved_on):
            return None
        return Bilingual(
            "计划已经批准：补充征询的结果不得倒签日期，达到比例后报原批准机关重新确认；达不到的调出计划",
            "the plan is approved: those asked now are dated now; when the share is reached the approving authority "
            "confirms the community's place anew, and else it leaves the plan",
        )
    project = at.row.project
    if project is None or not at.over(project.actual_start):
        return None
    return Bilingual(
        "已经开工：补充表决不得倒签日期，表决通过前暂停未获同意的施工内容，通过后追认并如实记录先行开工",
        "works have started: votes cast now are dated now; what is not yet agreed rests until the vote carries, which "
        "then confirms it, and the early start stays on record",
    )


@lever("participation_rate", "agreement_of_total", "agreement_of_participants", "scheme_consulted_share")
def _asked(at: At) -> Iterator[Found]:
    yield from _ballot(at, _ASKED)


@lever(*sorted(OWNERS))
def _heads(at: At) -> Iterator[Found]:
    yield from _ballot(at, _HEADS)


@lever(*sorted(AREA))
def _space(at: At) -> Iterator[Found]:
    yield from _ballot(at, _SPACE)


says(
    dated(
        "consultation",
        "closed_on",
        ("在计划批准前完成征询", "close the consultation before the plan is approved"),
        (
            "征询在计划批准之后才结束，先后已成事实",
            "the consultation closed after the plan's approval, and that is past",
        ),
        (
            "将该小区调出本年度计划，征询达标后重新报批列入（或列入以后年度）；原批准机关已重新确认的，附重新确认文件",
            "take the community out of the plan and have it approved anew once the consultation carries, or put it "
            "into a later year; where the authority has confirmed it anew, attach that",
        ),
    ),
    "consultation_closed",
)

says(
    fact(
        "计划批准前完成的征询轮次已成事实",
        "how many rounds were closed before the approval is past",
        "补足轮次后报原批准机关重新确认，或调出计划、列入以后年度",
        "hold the rounds that lack and have the approval confirmed, or move the community to a later year",
    ),
    "consultation_rounds",
)

_AGAIN = ("以书面（或实名线上）方式重新表决并计票", "vote again in writing, or online with verified identity")

for _measure, _holder in (("vote_method", "vote"), ("consensus_method", "consensus")):
    says(codes(_holder, "method", ("written", "mixed", "online"), *_AGAIN), _measure)

says(
    put("vote", "identity_verified", "对线上表决人逐一实名核验", "verify every online voter's identity"),
    "identity_verified",
)

_STARTED = (
    "补办表决（确认）并取得追认，如实记录先行开工；表决通过前暂停未获同意的施工内容",
    "vote now so that it confirms what was done, keep the early start on record, and let what is not agreed rest",
)

for _measure, _holder, _field, _what, _english in (
    ("vote_closed", "vote", "closed_on", "表决", "the vote"),
    ("consensus_confirmed", "consensus", "confirmed_on", "管理共识", "the consensus on management"),
):
    says(
        dated(
            _holder,
            _field,
            (f"在开工前完成{_what}", f"{_english} closes before works start"),
            (f"{_what}晚于开工，先后已成事实", f"{_english} came after the start of works, and that is past"),
            _STARTED,
        ),
        _measure,
    )

says(
    dated(
        "consensus",
        "initial_consensus_on",
        ("在计划批准前达成初步共识", "reach a first consensus before the plan is approved"),
        ("初步共识晚于计划批准，先后已成事实", "the first consensus came after the plan's approval, and that is past"),
        (
            "以已达成的共识报原批准机关确认，以后年度先有共识再列入计划",
            "have the approving authority confirm the plan on the consensus reached; in later years reach it first",
        ),
    ),
    "initial_consensus",
)


@lever("scheme_unchanged")
def _scheme(at: At) -> Iterator[Found]:
    """A major change is put to a vote; drawings of another version follow the one voted on again."""
    scheme, vote = at.row.community.scheme, at.row.vote
    if scheme is None or vote is None:
        return
    edits: tuple[Edit, ...] = ()
    zh, en = [], []
    if scheme.major_change_after_vote:
        edits += (edit(at.place(scheme, "major_change_after_vote"), False, True),)
        zh.append("将表决后的重大变更重新提请业主表决（或撤销变更）")
        en.append("put the change made after the vote to a new vote, or undo it")
    if vote.scheme_version and scheme.drawing_version and vote.scheme_version != scheme.drawing_version:
        edits += (edit(at.place(scheme, "drawing_version"), vote.scheme_version, scheme.drawing_version),)
        zh.append("施工图改回表决通过的方案版本（或按施工图版本重新表决）")
        en.append("let the drawings follow the version voted on, or vote on theirs")
    if edits:
        yield Act(Bilingual("；".join(zh), "; ".join(en)), edits)


def _shown(at: At) -> dict[str, Any]:
    """A week of publicity from the day judged by on; where that is too short, the round's own lever lengthens it."""
    start = date.fromordinal(at.as_of.last)
    last = start + timedelta(days=6)
    return {"of": "scheme", "from_on": start.isoformat(), "to_on": last.isoformat()}


@lever("scheme_publicity_rounds")
def _rounds(at: At) -> Iterator[Found]:
    vote = at.row.vote
    if vote is None or not isinstance(at.limit, int) or not isinstance(at.value, int):
        return
    lacking = at.limit - at.value
    entries = [_shown(at)] * lacking
    yield Act(
        Bilingual(f"方案再公示{lacking}轮", f"show the scheme for {lacking} more rounds"),
        append(at, vote, "publicity", *entries),
        str(lacking),
        "轮",
    )


@lever("result_shown")
def _result(at: At) -> Iterator[Found]:
    if at.row.vote is not None:
        yield Act(
            Bilingual("公示表决结果", "show the result of the vote"),
            append(at, at.row.vote, "publicity", {**_shown(at), "of": "result"}),
        )


@lever("calendar_days_shown", "working_days_shown")
def _length(at: At) -> Iterator[Found]:
    """A round that ended too soon is shown again for as long as it takes, from the day judged by on."""
    shown = at.row.publicity
    start = at.as_of.last

    def lasting(n: int) -> Any:
        end = days(date.fromordinal(start + n).isoformat())
        return at.row._replace(publicity=shown.model_copy(update={"from_on": at.as_of, "to_on": end}))

    n = least(lambda k: at.held(lasting(k), frozenset({at.measure})), 0, 120)
    if n is None:
        return
    end = date.fromordinal(start + n).isoformat()
    short = at.limit - at.value if isinstance(at.limit, int) and isinstance(at.value, int) else None
    lacking = Bilingual(f"（尚差{short}日）", f" ({short} short)") if short else Bilingual("", "")
    yield Act(
        Bilingual(
            f"该轮公示重新进行并公示满规定的工作日{lacking.zh}",
            f"show it again for as many working days as asked{lacking.en}",
        ),
        (
            edit(at.place(shown, "from_on"), at.as_of.text, shown.from_on),
            edit(at.place(shown, "to_on"), end, shown.to_on),
        ),
        str(short) if short else None,
        "日" if short else "",
    )


# -- satisfaction ---------------------------------------------------------------------------------------------


def _asked_again(at: At, survey: Survey, more: int) -> dict[str, Any]:
    return {
        "surveyed_on": at.as_of.text,
        **({"method": survey.method} if survey.method else {}),
        **({"surveyed": survey.surveyed} if survey.surveyed is not None else {}),
        "valid_responses": survey.valid_responses,
        "satisfied": (survey.satisfied or 0) + more,
        "scale": "share",
    }


@lever("satisfaction_rate")
def _satisfied(at: At) -> Iterator[Found]:
    """Answers given are a fact; after what they complain of is mended, as many are asked again."""
    survey = at.row.survey
    if survey is None or survey.satisfied is None or survey.valid_responses is None:
        return

    def holds(n: int) -> bool:
        again = survey.model_copy(update={"satisfied": survey.satisfied + n})
        return at.held(at.row._replace(survey=again), frozenset({at.measure}))

    n = least(holds, 1, survey.valid_responses - survey.satisfied)
    if n is not None:
        yield Act(
            Bilingual(
                f"整改居民反映的问题后重新调查，{survey.valid_responses}份有效答卷中再有{n}份满意",
                f"mend what residents complain of and ask again: of {survey.valid_responses} valid answers {n} more "
                "are satisfied",
            ),
            append(at, at.row.community, "surveys", _asked_again(at, survey, n)),
            str(n),
            "份",
        )


@lever("satisfaction_by_area", "satisfaction_plain_mean")
def _year(at: At) -> Iterator[Found]:
    """The fewest more satisfied answers over all communities: where one answer weighs most comes first."""
    row: CompletionsRow = at.row
    last = [
        max(c.surveys, key=lambda s: s.surveyed_on.last if s.surveyed_on else 0) for c in row.communities if c.surveys
    ]
    if len(last) != len(row.communities) or not isinstance(at.value, Ratio):
        return
    weights = [c.floor_area_m2 if at.measure == satisfaction_by_area.__name__ else Decimal(1) for c in row.communities]
    if any(w is None or not s.valid_responses or s.satisfied is None for w, s in zip(weights, last, strict=True)):
        return
    order = sorted(range(len(last)), key=lambda i: -(weights[i] or 0) / (last[i].valid_responses or 1))
    room = [(s.valid_responses or 0) - (s.satisfied or 0) for s in last]

    def spread(n: int) -> list[int]:
        given = [0] * len(last)
        for i in order:
            given[i] = min(n, room[i])
            n -= given[i]
        return given

    def holds(n: int) -> bool:
        communities = tuple(
            c.model_copy(update={"surveys": (s.model_copy(update={"satisfied": (s.satisfied or 0) + more}),)})
            for c, s, more in zip(row.communities, last, spread(n), strict=True)
        )
        return at.held(row._replace(communities=communities), frozenset({at.measure}))

    n = least(holds, 1, sum(room))
    if n is None:
        return
    edits: tuple[Edit, ...] = ()
    named = []
    for community, survey, more in zip(row.communities, last, spread(n), strict=True):
        if more:
            edits += append(at, community, "surveys", _asked_again(at, survey, more))
            named.append(f"{community.name}{more}份")
    yield Act(
        Bilingual(
            f"整改后重新调查，当年完工小区再有{n}份满意答卷（{'、'.join(named[:5])}{'等' if len(named) > 5 else ''}）",
            f"mend and ask again: {n} more satisfied answers in the communities completed in the year",
        ),
        edits,
        str(n),
        "份",
    )


says(
    fact(
        "平均分是已完成调查的结果",
        "the mean score is the result of a survey that was made",
        "整改居民反映的问题后重新调查",
        "mend what residents complain of and survey again",
    ),
    "satisfaction_score",
)
