"""Levers of projects: site, coordinated plan, parties, acceptance, quality, issues, operators, handing over."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from compliance.measures.levers.base import (
    Act,
    At,
    Fact,
    Found,
    append,
    codes,
    count,
    dated,
    document,
    edit,
    fact,
    lever,
    put,
    says,
)
from compliance.measures.levers.plan import close
from compliance.schemas.report import Bilingual, Edit
from compliance.schemas.scalars import uscc_check_character
from compliance.schemas.vocabulary import words_of

# -- B2.3 -----------------------------------------------------------------------------------------------------

_DONE = (
    "停止同类拆除，向主管部门报告并依法处理，责令恢复或修缮的按要求落实，处理情况归档",
    "stop such demolitions, report this one to the authority, restore what it orders restored, and file the outcome",
)
says(fact("受保护的建筑已经拆除", "a protected building has been demolished", *_DONE), "demolished_what")


@lever("demolition_approved")
def _approval(at: At) -> Iterator[Found]:
    """A lawful building taken down without approval stays so; for an illegal structure the finding can be supplied."""
    demolition = at.row.demolition
    if demolition.type == "lawful_building" and at.over(demolition.executed_on):
        yield Fact(
            Bilingual("合法建筑未经批准已经拆除", "a lawful building was demolished without approval"),
            Bilingual(*_DONE),
        )
        return
    yield from document(
        "demolition",
        "approval",
        "补齐审批或违法建设认定文件（不得倒签日期）",
        "supply the approval, or the finding that it was illegal, dated as of now",
    )(at)


says(
    dated(
        "demolition",
        "approved_on",
        ("先取得批准再拆除", "have it approved before it is demolished"),
        ("拆除早于批准，先后已成事实", "it was demolished before the approval, and that is past"),
        _DONE,
    ),
    "demolition_approved_on",
)
says(
    put("demolition", "residents_agreed", "取得相关居民同意", "have the residents concerned agree"), "demolition_agreed"
)
says(
    count(
        "project",
        "relocation_agreements",
        "再与{n}户搬迁居民签订协议",
        "sign agreements with {n} more households moved",
        "户",
    ),
    "moving_agreements",
)

_FELLED = (
    "停止砍伐，向园林绿化主管部门报告，补办手续、依法接受处理并按要求补植，处理情况归档",
    "stop felling, report to the authority for greenery, accept what it orders, replant, and file the outcome",
)
for _measure, _zh, _en in (
    ("felling_permitted", "没有许可而已砍伐、移植", "trees were felled or moved without a permit"),
    ("trees_felled", "砍伐、移植株数已超出许可", "more trees were felled or moved than permitted"),
    ("felling_permitted_on", "砍伐早于许可，先后已成事实", "trees were felled before the permit, and that is past"),
    ("ancient_trees", "已经涉及古树名木", "ancient trees have been affected"),
):
    says(fact(_zh, _en, *_FELLED), _measure)
says(
    fact("居民已经搬迁", "households have been moved", "逐户补签协议", "sign an agreement with each"),
    "households_moved",
)


# -- B4 -------------------------------------------------------------------------------------------------------


@lever("in_utility_plan")
def _in_utility_plan(at: At) -> Iterator[Found]:
    plans = [u for u in at.row.utility_plans if u.year is not None] or list(at.row.utility_plans)
    if plans:
        zh, en = words_of(at.row.sector)
        yield Act(
            Bilingual(
                f"商请{zh}专营单位把该小区列入年度更新改造计划",
                f"have the {en} utility take the community into its yearly plan",
            ),
            append(at, plans[0], "community_ids", at.row.community.community_id),
        )


@lever("utility_plans_matched")
def _matched(at: At) -> Iterator[Found]:
    plans = [
        u
        for u in at.row.utility_plans
        if (u.year is None or u.year == at.row.plan.year) and u.covers_renovation_plan is False
    ]
    names = [words_of(u.sector) for u in plans]
    if plans:
        yield Act(
            Bilingual(
                f"把{'、'.join(n[0] for n in names)}专营计划与年度改造计划对接一致",
                f"match the plans of the utilities ({', '.join(n[1] for n in names)}) with the renovation plan",
            ),
            tuple(edit(at.place(u, "covers_renovation_plan"), True, False) for u in plans),
        )


_UNCOORDINATED = (
    "立即停止未统筹的管线施工，补编统筹施工方案并由各专业单位签认，后续开挖按方案进行，如实记录先行开工",
    "stop pipe works that nothing coordinates, draw up the plan now, have every utility sign it, dig by it from then "
    "on, and keep the early start on record",
)


@lever("coordination_plan_exists")
def _coordinated(at: At) -> Iterator[Found]:
    plan, project = at.row.coordination, at.row.project
    if plan is None or not at.wants(True):
        return
    if at.over(project.actual_start):
        yield Fact(
            Bilingual("开工前没有形成统筹施工方案", "there was no coordinated works plan before works started"),
            Bilingual(*_UNCOORDINATED),
        )
        return
    edits: tuple[Edit, ...] = (edit(at.place(plan, "exists"), True, plan.exists),)
    if plan.dated is None:
        edits += (edit(at.place(plan, "dated"), at.as_of.text),)
    yield Act(Bilingual("编制统筹施工方案", "draw up the coordinated works plan"), edits)


says(
    dated(
        "coordination",
        "dated",
        ("在开工前编制统筹施工方案", "draw up the coordinated works plan before works start"),
        (
            "统筹施工方案晚于开工，先后已成事实",
            "the coordinated works plan came after the start of works, and that is past",
        ),
        _UNCOORDINATED,
    ),
    "coordination_plan_dated",
)


@lever("in_coordination_plan")
def _covered(at: At) -> Iterator[Found]:
    zh, en = words_of(at.row.sector)
    if at.row.coordination is not None:
        yield Act(
            Bilingual(f"将{zh}纳入统筹施工方案", f"take {en} into the coordinated works plan"),
            append(at, at.row.coordination, "sectors", at.row.sector),
        )


@lever("signed_by_sector")
def _signed(at: At) -> Iterator[Found]:
    zh, en = words_of(at.row.sector)
    act = Bilingual(f"由{zh}专营单位签认统筹施工方案", f"have the {en} utility sign the coordinated works plan")
    entry = at.row.signatory
    if entry is not None:
        yield Act(act, (edit(at.place(entry, "signed"), True, entry.signed),))
    elif at.row.coordination is not None:
        yield Act(act, append(at, at.row.coordination, "signatories", {"sector": at.row.sector, "signed": True}))


says(
    dated(
        "signatory",
        "signed_on",
        ("在开工前由专营单位确认", "have the utility confirm before works start"),
        ("专营单位确认晚于开工，先后已成事实", "the utility confirmed after the start of works, and that is past"),
        (
            "补办确认并核对已施工点位，如实记录先行开工",
            "have the points already worked on confirmed, and keep the early start on record",
        ),
    ),
    "sector_signed_on",
)
says(
    fact(
        "计划外重复开挖已经发生",
        "the stretch has been dug up more than once outside the plan",
        "后续开挖全部纳入统筹施工方案和挖掘许可，分析原因、整改并记录；属抢修的补充说明和凭证",
        "put all further digging into the plan and permits, mend what led to it and record that; where it was an "
        "emergency repair, supply the proof",
    ),
    "unplanned_excavations",
    "excavations_not_said_planned",
    "excavations_told_apart",
)


# -- B9.1 -----------------------------------------------------------------------------------------------------

_NAMED = {"name": "（待填：单位名称）", "leader": "（待填：负责人）"}


def _code(head: str) -> str:
    """A code that is well formed and belongs to nobody: it stands for the one to be filled in."""
    return head + uscc_check_character(head)


@lever("party_identified")
def _party(at: At) -> Iterator[Found]:
    party = at.row.party
    if party is None:
        return
    zh, en = words_of(at.row.which)
    edits: tuple[Edit, ...] = ()
    if party.exists is False:
        edits += (edit(at.place(party, "exists"), True, False),)
    if not party.uscc:
        edits += (edit(at.place(party, "uscc"), _code("91999999000000001")),)
    yield Act(Bilingual(f"落实{zh}并填报统一社会信用代码", f"name the {en} with its credit code"), edits)


@lever("leader_named")
def _leader(at: At) -> Iterator[Found]:
    if at.row.party is not None:
        zh, en = words_of(at.row.which)
        yield Act(
            Bilingual(f"明确{zh}负责人", f"name the {en}'s person in charge"),
            (edit(at.place(at.row.party, "leader"), _NAMED["leader"]),),
        )


says(
    document("party", "commitment", "签订质量安全责任承诺书", "sign the letter of responsibility"), "commitment_stands"
)
says(
    document(
        "project.surveyor",
        "commitment",
        "由勘察单位签订质量安全责任承诺书",
        "have the surveyor sign the letter of responsibility",
    ),
    "surveyor_commitment_stands",
)


@lever("supervisor_is_contractor")
def _independent(at: At) -> Iterator[Found]:
    project = at.row.project
    if at.over(project.completed_on):
        yield Fact(
            Bilingual(
                "施工期间监理与施工为同一单位，工程已经完工",
                "the contractor supervised itself, and the works are completed",
            ),
            Bilingual(
                "依法处理有关单位，由独立的监理或检测机构对实体质量全面检测复核，结果归档",
                "deal with the units by law, have an independent body test the works throughout, and file the result",
            ),
        )
        return
    supervisor = project.supervisor
    edits: tuple[Edit, ...] = (edit(at.place(supervisor, "uscc"), _code("91999999000000002"), supervisor.uscc),)
    if supervisor.name is not None and supervisor.name == project.contractor.name:
        edits += (edit(at.place(supervisor, "name"), "（待填：另行委托的监理单位）", supervisor.name),)
    yield Act(
        Bilingual(
            "另行委托与施工单位没有隶属、利害关系的监理单位", "appoint a supervisor that has no tie to the contractor"
        ),
        edits,
    )


says(
    fact(
        "该月已过，当月检查次数不能再增加",
        "the month is over, and inspections cannot be held in it any more",
        "当月确有检查而漏报的补报检查记录；确未检查的如实记录，自本月起按规定频次检查并对该月部位补做抽测",
        "supply the record of an inspection that was held; where none was, keep that on record, inspect as often as "
        "prescribed from now on, and test that month's works",
    ),
    "inspections_dated",
    "inspections_counted",
)


# -- B9.2 -----------------------------------------------------------------------------------------------------


def _again(at: At, acceptance: Any, **values: Any) -> tuple[Edit, ...]:
    """A new acceptance on the day judged by; its filing is still to come."""
    edits = tuple(edit(at.place(acceptance, k), v, getattr(acceptance, k)) for k, v in values.items())
    if acceptance.accepted_on is not None:
        edits += (edit(at.place(acceptance, "accepted_on"), at.as_of.text, acceptance.accepted_on),)
    if acceptance.filed_on is not None:
        edits += (Edit("remove", at.place(acceptance, "filed_on"), ""),)
    return edits


_SIGN_AGAIN = Bilingual(
    "重新验收后依法重新备案，此前签署的设施移交协议相应重新签署",
    "file the new acceptance, and sign the handovers made before it again",
)


@lever("acceptance_conclusion")
def _qualified(at: At) -> Iterator[Found]:
    if at.row.acceptance is not None and at.limit == "qualified":
        yield Act(
            Bilingual(
                "整改不合格部位后重新组织竣工验收并合格", "mend what was not qualified and hold the acceptance again"
            ),
            _again(at, at.row.acceptance, conclusion="qualified"),
            caution=_SIGN_AGAIN,
        )


@lever("works_accepted")
def _accepted(at: At) -> Iterator[Found]:
    if at.row.acceptance is not None:
        yield Act(
            Bilingual("完工后重新组织竣工验收", "hold the acceptance again, after completion"),
            _again(at, at.row.acceptance),
            caution=_SIGN_AGAIN,
        )


@lever("took_part")
def _took_part(at: At) -> Iterator[Found]:
    zh, en = words_of(at.row.which)
    if at.row.acceptance is not None:
        yield Act(
            Bilingual(f"补充组织验收，由{zh}参加并签署意见", f"sign-off by the {en}, in a supplementary acceptance"),
            append(at, at.row.acceptance, "participants", at.row.which),
        )


@lever("residents_took_part")
def _residents(at: At) -> Iterator[Found]:
    if at.row.acceptance is not None:
        yield Act(
            Bilingual(
                "补充组织验收，由业主委员会或居民代表参加并签署意见",
                "sign-off by residents, in a supplementary acceptance",
            ),
            append(at, at.row.acceptance, "participants", "residents"),
        )


says(
    document("acceptance", "warranty", "由施工单位签署保修书", "have the contractor sign the warranty"),
    "warranty_stands",
)
says(
    fact(
        "备案已经逾期，天数不能改变",
        "the filing was late, and that cannot be changed",
        "如实记录逾期原因，后续项目验收合格后按时备案",
        "keep the reason on record and file in time for works to come",
    ),
    "days_to_filing",
)
says(
    fact(
        "首次满意度调查晚于验收，先后已成事实",
        "the first survey came after the acceptance, and that is past",
        "用调查结果复核验收结论，未解决的问题整改后请居民复验；后续项目先调查后验收",
        "check the acceptance against the survey and mend what is open; survey first in works to come",
    ),
    "satisfaction_first_surveyed",
)


# -- B9.3, B10.1 ----------------------------------------------------------------------------------------------


@lever("event_resolved")
def _resolved(at: At) -> Iterator[Found]:
    event = at.row.event
    edits: tuple[Edit, ...] = ()
    if event.resolved is not True:
        edits += (edit(at.place(event, "resolved"), True, event.resolved),)
    edits += (edit(at.place(event, "resolved_on"), at.as_of.text, event.resolved_on),)
    yield Act(
        Bilingual("消除隐患、整改到位并经监督机构复查", "mend it and have the supervising body check again"), edits
    )


@lever("issue_closed", "verifier_named")
def _issue(at: At) -> Iterator[Found]:
    edits = close(at, at.row.issue)
    if edits:
        yield Act(Bilingual("整改到位，经复核后销号", "put it right, have it verified and closed"), edits)


# -- H5, H8 ---------------------------------------------------------------------------------------------------

says(
    put(
        "operator",
        "is_scaled_operator",
        "由规模化实施运营主体承担",
        "let a body that renovates and runs at scale take it on",
    ),
    "scaled_operator",
)
says(
    codes("operator", "role", ("operate",), "改由该主体承担改造和后续运营", "let it both renovate and run the place"),
    "operator_role",
)
says(
    document("operator", "contract", "签订授权或运营合同", "sign the authority or contract of operation"),
    "operation_contract",
)
says(
    count(
        "operator", "term_years", "合同约定运营期（至少{n}年）", "agree on a term of operation, {n} year at least", "年"
    ),
    "operation_years",
)
says(
    fact(
        "同一主体承担的小区范围由已签合同确定",
        "which communities the body takes on is settled by its contracts",
        "与相邻小区统筹打包，由同一主体实施运营",
        "pack neighbouring communities together under one body",
    ),
    "operated_communities",
)
says(
    put(
        "handover",
        "signed",
        "由移交、接收双方签署移交协议",
        "have both sides sign the handover",
        also=lambda at: {"signed_on": at.as_of.text},
    ),
    "handover_signed",
)
says(
    dated(
        "handover",
        "signed_on",
        ("验收后重新签署移交协议", "sign the handover again after acceptance"),
        ("移交须在验收之后签署", "the handover is signed after acceptance"),
        ("验收后签署", "sign it after acceptance"),
    ),
    "handover_signed_on",
)
says(
    put("handover", "maintenance_clause", "在移交协议中约定维护管理责任", "say in the handover who maintains it"),
    "maintenance_assigned",
)
