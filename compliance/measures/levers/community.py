"""Levers of a community: what its scheme takes in, its residents' part, its bodies, its maintenance fund."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from compliance.measures.governance import renovation_over
from compliance.measures.levers.base import Act, At, Fact, Found, append, codes, count, edit, lever, put, says
from compliance.schemas.report import Bilingual, Edit
from compliance.schemas.scalars import Unknown
from compliance.schemas.vocabulary import words_of

_CHANGED = Bilingual(
    "方案已经表决的，增加内容属方案调整，按规定重新征求意见或表决",
    "where the scheme has been voted on, what is added changes it and is consulted or voted on anew",
)


def _item(at: At, code: str, method: str | None = None) -> tuple[Edit, ...]:
    scheme = at.row.scheme
    value = {"facility_code": code, **({"method": method} if method else {})}
    return append(at, scheme, "items", value)


def _voted(at: At) -> Bilingual | None:
    return _CHANGED if any(v.decides == "scheme" for v in at.row.community.votes) else None


# -- B5 -------------------------------------------------------------------------------------------------------


@lever("works_in_scheme")
def _works(at: At) -> Iterator[Found]:
    """Works are planned; where it is reported that they cannot be done, that is not an act to ask for."""
    shortfall = at.row.shortfall
    if at.row.scheme is None or shortfall.feasible is False:
        return
    zh, en = words_of(shortfall.facility_code)
    yield Act(
        Bilingual(f"将{zh}纳入改造方案", f"take {en} into the scheme"),
        _item(at, shortfall.facility_code, "renovate"),
        caution=_voted(at),
    )


@lever("left_out_by_residents")
def _left_out(at: At) -> Iterator[Found]:
    shortfall = at.row.shortfall
    if shortfall.feasible is False:
        yield Act(
            Bilingual(
                "就不具备条件的内容征得居民确认不改", "have the residents confirm that what cannot be done is left out"
            ),
            (edit(at.place(shortfall, "residents_confirmed"), True, shortfall.residents_confirmed),),
        )


@lever("infeasible_reason_given")
def _reason(at: At) -> Iterator[Found]:
    shortfall = at.row.shortfall
    if shortfall.feasible is False:
        yield Act(
            Bilingual("书面说明不具备改造条件的理由", "give the reason in writing why it cannot be done"),
            (edit(at.place(shortfall, "infeasible_reason"), "（待填：不具备条件的理由）"),),
        )


says(
    lambda at: (),  # whether works can be done is a finding on site, not an act
    "reported_infeasible",
)


@lever("content_in_class", "works_in_class")
def _class(at: At) -> Iterator[Found]:
    if at.row.scheme is None:
        return
    zh, en = words_of(at.row.which)
    yield Act(
        Bilingual(f"在改造方案中安排{zh}类内容", f"take something of the class “{en}” into the scheme"),
        _item(at, at.row.shortfalls[0].facility_code, "renovate"),
        caution=_voted(at),
    )


@lever("reasons_recorded")
def _recorded(at: At) -> Iterator[Found]:
    silent = [s for s in at.row.shortfalls if not (s.excluded_reason or s.infeasible_reason)]
    yield Act(
        Bilingual("如实记录该类未纳入方案的理由", "record the true reason why the class was left out"),
        tuple(edit(at.place(s, "excluded_reason"), "（待填：未纳入的理由）") for s in silent),
    )


@lever("asked_about_lifts")
def _lifts(at: At) -> Iterator[Found]:
    yield Act(
        Bilingual("组织加装电梯意愿表决", "hold a vote on lifts"),
        append(at, at.row.community, "votes", {"decides": "lift"}),
    )


@lever("shared_provision")
def _shared(at: At) -> Iterator[Found]:
    """A shared facility of the area unit that serves others is made to serve this community too."""
    own = at.row.community.community_id
    zh, en = words_of(at.row.shortfall.facility_code)
    for facility in at.row.shared:
        wanted = at.limit if isinstance(at.limit, tuple) else ()
        if own not in facility.serves and facility.serves and facility.method in wanted:
            yield Act(
                Bilingual(
                    f"片区共享的{zh}设施把该小区纳入服务范围", f"let the shared facility ({en}) serve the community too"
                ),
                append(at, facility, "serves", own),
            )
            return


@lever("own_provision")
def _own(at: At) -> Iterator[Found]:
    if at.row.scheme is None:
        return
    code = at.row.shortfall.facility_code
    zh, en = words_of(code)
    yield Act(
        Bilingual(
            f"在改造方案中以改建、新建、租赁或购买方式补齐{zh}",
            f"provide {en} in the scheme: renovate, build, lease or buy",
        ),
        _item(at, code, "build"),
        caution=_voted(at),
    )


@lever("shortfall_surveyed")
def _surveyed(at: At) -> Iterator[Found]:
    """The scheme can be finalised again after the survey, as long as works have not started."""
    scheme, project = at.row.scheme, at.row.project
    started = project is not None and (
        at.over(project.actual_start) or (project.actual_start is None and project.stage not in (None, "planned"))
    )
    if isinstance(at.value, Unknown):
        return
    if scheme is None or started:
        yield Fact(
            Bilingual(
                "摸排晚于方案定稿，先后已成事实", "the survey came after the scheme was finalised, and that is past"
            ),
            Bilingual(
                "用补充摸排结果复核方案，漏项的按规定变更方案；后续小区先摸排后定方案",
                "check the scheme against the survey and change it where it lacks something; survey first elsewhere",
            ),
        )
        return
    yield Act(
        Bilingual("按摸排结果重新定稿改造方案", "finalise the scheme anew, by what the survey found"),
        (edit(at.place(scheme, "finalised_on"), at.as_of.text, scheme.finalised_on),),
        caution=_voted(at),
    )


# -- B6.2 -----------------------------------------------------------------------------------------------------

_MISSED = (
    "把居民意见补充征集到位，在后续管理、评价环节落实参与，如实记录该环节未开展",
    "collect residents' opinions now, let them take part in management and evaluation, and keep on record that the "
    "step was left out",
)


@lever("step_took_place")
def _step(at: At) -> Iterator[Found]:
    """A step whose time is over cannot be made up: scheme once works started, works once they are completed."""
    step, project, which = at.row.step, at.row.project, at.row.which
    zh, en = words_of(which)
    until = {"scheme": "actual_start", "construction": "completed_on", "supervision": "completed_on"}.get(which)
    stage = {"scheme": 1, "construction": 2, "supervision": 2}.get(which, 9)
    stages = ("planned", "started", "completed", "accepted", "handed_over")
    reached = project is not None and (
        (until is not None and at.over(getattr(project, until)))
        or (project.stage is not None and stages.index(project.stage) >= stage)
    )
    if step is None:
        return
    if reached:
        yield Fact(
            Bilingual(f"“{zh}”环节已经过去，没有开展不能补做", f"the step “{en}” is over and cannot be made up"),
            Bilingual(*_MISSED),
        )
        return
    yield Act(
        Bilingual(
            f"组织居民参与“{zh}”环节并留存记录", f"let residents take part in the step “{en}” and keep the record"
        ),
        (edit(at.place(step, "took_place"), True, step.took_place),),
    )


# -- B8.1 -----------------------------------------------------------------------------------------------------

says(
    put("consensus", "mode_agreed", "就管理模式与居民达成共识", "reach a consensus on the mode of management"),
    "mode_agreed",
)
says(put("consensus", "fee_agreed", "就缴费与居民达成共识", "reach a consensus on paying"), "fee_agreed")
says(
    codes(
        "consensus",
        "mode",
        ("professional", "subdistrict_custody", "self_governed"),
        "确定管理模式",
        "settle the mode of management",
    ),
    "management_mode",
)
says(
    count("consensus", "fee_yuan_m2_month", "约定物业服务费", "agree on a fee", "元/㎡·月", step=Decimal("0.01")),
    "management_fee",
)


# -- H1 -------------------------------------------------------------------------------------------------------


@lever("party_org_in_being")
def _party_org(at: At) -> Iterator[Found]:
    community = at.row.community
    edits: tuple[Edit, ...] = ()
    if community.has_party_org is not True:
        edits += (edit(at.place(community, "has_party_org"), True, community.has_party_org),)
    edits += (edit(at.place(community, "party_org_on"), at.as_of.text, community.party_org_on),)
    yield Act(Bilingual("成立小区党组织（支部、联合支部或党小组）", "set up the community's Party organisation"), edits)


@lever("party_led_consultation")
def _consulted(at: At) -> Iterator[Found]:
    """Before acceptance it can still be held; after it what was held is supplied, and nothing is made up."""
    if renovation_over(at.row) is False:
        yield Act(
            Bilingual(
                "由小区党组织牵头召开协商会并留存记录",
                "let the Party organisation lead a consultation and keep the record",
            ),
            append(at, at.row.community, "party_meetings", {"held_on": at.as_of.text, "led_by_party_org": True}),
        )
        return
    yield Fact(
        Bilingual(
            "改造期已经结束，期内的协商不能补做",
            "the renovation is over, and no consultation can be held in it any more",
        ),
        Bilingual(
            "期内由党组织牵头协商过的补报记录；没有的，在后续管理中由党组织牵头协商议事",
            "supply the record of one that was held; else let it lead consultations on management from now on",
        ),
    )


@lever("party_led_community")
def _one_led(at: At) -> Iterator[Found]:
    yield from ()  # one community more is possible too; a policy is the one act that is the area's own


says(
    put(
        "community",
        "has_owners_committee",
        "选举业主委员会（或组建物业管理委员会）",
        "elect an owners' committee, or form a management committee",
    ),
    "has_committee",
)
says(put("community", "oc_filed", "将业主委员会备案", "file the owners' committee"), "committee_filed")


@lever("committee_resolved")
def _resolved(at: At) -> Iterator[Found]:
    if renovation_over(at.row) is False:
        yield from put(
            "community",
            "oc_resolution",
            "由业主委员会就改造事项作出决议",
            "let the committee resolve on the renovation",
        )(at)
        return
    yield Fact(
        Bilingual(
            "改造期已经结束，期内的决议不能补做", "the renovation is over, and nothing can be resolved in it any more"
        ),
        Bilingual(
            "期内已有决议的补报；没有的，后续管理、维修资金等事项由业主委员会组织议决",
            "supply what was resolved; else put management and the maintenance fund to the committee",
        ),
    )


@lever("nearest_online_form", "nearest_online_verified", "nearest_online_joint")
def _online(at: At) -> Iterator[Found]:
    """Some joint matter is put to a vote online; those already decided stand."""
    vote: dict[str, Any] = {
        "decides": "fund",
        "method": "online",
        "identity_verified": True,
        "closed_on": at.as_of.text,
    }
    yield Act(
        Bilingual(
            "至少就一项共同决定事项（如维修资金）组织实名线上表决",
            "put at least one joint matter, the maintenance fund say, to a vote online with verified identity",
        ),
        append(at, at.row.community, "votes", vote),
    )


# -- H9.1 -----------------------------------------------------------------------------------------------------

says(
    put(
        "account",
        "opened",
        "开立小区维修资金账户",
        "open the community's maintenance fund account",
        also=lambda at: {"opened_on": at.as_of.text},
    ),
    "account_opened",
)
says(
    count(
        "account",
        "initial_10k",
        "归集首期维修资金（原文不限数额）",
        "collect a first sum, whatever the amount",
        "万元",
        step=Decimal("0.0001"),
    ),
    "first_collected",
)


@lever("standard_of_new")
def _standard(at: At) -> Iterator[Found]:
    down = at.op.value in ("at_most", "less_than")
    words = (
        ("归集标准每平方米降低{n}元", "lower the standard by {n} yuan a m²")
        if down
        else ("归集标准每平方米提高{n}元", "raise the standard by {n} yuan a m²")
    )
    yield from count("account", "standard_yuan_m2", *words, "元/㎡", step=Decimal("0.01"), down=down)(at)
