"""Levers of plan, library and money: funds to confirm, communities to take out, entries to complete."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from compliance.measures.levers.base import (
    Act,
    At,
    Fact,
    Found,
    Lever,
    append,
    count,
    dated,
    document,
    edit,
    fact,
    least,
    lever,
    plain,
    put,
    says,
)
from compliance.schemas.dossier import Financing
from compliance.schemas.report import Bilingual, Edit
from compliance.schemas.scalars import Ratio

YUAN = Decimal("0.0001")
"""The step of money: one yuan, in 万元."""

_OUT = (
    "将该小区调出本年度计划并重新报批，已支出的中央资金按规定清退或调整",
    "take the community out of the plan, have the plan approved anew, and return or move central money already spent",
)


# -- B2.1 -----------------------------------------------------------------------------------------------------

says(
    put(
        "plan",
        "quota_imposed",
        "撤销已下达的任务指标，按自下而上申报重新核定计划",
        "withdraw the targets and fix the plan anew by what was applied for",
    ),
    "quota_imposed",
)
says(
    put(
        "plan",
        "works_stopped_for_funds",
        "筹足资金复工，结清拖欠的工程款",
        "find the money, resume works and pay what is owed",
    ),
    "works_stopped",
)


@lever("county_applied")
def _applied(at: At) -> Iterator[Found]:
    """An application before the approval that is not on file can be supplied; one never made cannot be made up."""
    plan = at.row.plan
    if plan is not None and at.over(plan.approved_on):
        yield Fact(
            Bilingual(
                f"县区{at.row.code}在计划批准前没有申报", f"county {at.row.code} had not applied before the approval"
            ),
            Bilingual(*_APPLY),
        )
        return
    yield from document("declaration", "document", "由县区提出申报", "have the county apply")(at)


_APPLY = (
    "由该县区补报并重新核定计划；原批准机关确认的附确认文件，不确认的调出该县区小区",
    "have the county apply and the plan fixed anew; attach the confirming document, or take its communities out",
)
says(
    dated(
        "declaration",
        "declared_on",
        ("在计划批准前由县区申报", "have the county apply before the plan is approved"),
        ("县区申报晚于计划批准，先后已成事实", "the county applied after the plan's approval, and that is past"),
        _APPLY,
    ),
    "county_applied_on",
)


@lever("funds_confirmed", "funding_gap")
def _funds(at: At) -> Iterator[Found]:
    """The least money that has still to be confirmed; what the plan names and nobody confirmed comes first."""
    plan = at.row.plan
    if plan is None or not plan.funding_plan:
        return

    def with_more(n: int) -> Any:
        extra = Financing(source="other", amount_10k=n * YUAN, confirmed=True)
        return plan.model_copy(update={"funding_plan": (*plan.funding_plan, extra)})

    planned = plan.planned_investment_10k or Decimal(0)
    n = least(lambda k: at.held(at.row._replace(plan=with_more(k)), frozenset({at.measure})), 1, int(planned / YUAN))
    if n is None:
        return
    lacking = n * YUAN
    edits: tuple[Edit, ...] = ()
    added: list[dict[str, Any]] = []
    left = lacking
    for entry in plan.funding_plan:
        if left and entry.confirmed is False and not entry.in_place and entry.amount_10k:
            now = min(left, entry.amount_10k)
            if now < entry.amount_10k:
                edits += (edit(at.place(entry, "amount_10k"), entry.amount_10k - now, entry.amount_10k),)
                added.append(
                    {
                        **entry.model_dump(mode="json", exclude_none=True, exclude={"evidence", "in_place"}),
                        "amount_10k": now,
                        "confirmed": True,
                    }
                )
            else:
                edits += (edit(at.place(entry, "confirmed"), True, False),)
            left -= now
    if left:
        added.append({"source": "other", "amount_10k": left, "confirmed": True, "guarantee": False})
    if added:
        edits += append(at, plan, "funding_plan", *added)
    amount = plain(lacking)
    yield Act(
        Bilingual(
            f"再落实资金{amount}万元并取得出资方文件（或相应调减计划规模）",
            f"have {amount} ×10,000 yuan more confirmed by who provides it, or cut the plan accordingly",
        ),
        edits,
        amount,
        "万元",
    )


says(
    count(
        "plan",
        "prev_year_started",
        "上年计划再开工{n}个小区",
        "start {n} more communities of last year's plan",
        "个",
        within="prev_year_planned",
    ),
    "prev_started_share",
)


@lever("hidden_debt_added")
def _debt(at: At) -> Iterator[Found]:
    """Debt added is undone by redeeming it and having that confirmed, not by leaving it out."""
    plan = at.row.plan
    added = plan.hidden_debt_added_10k if plan is not None else None
    if added:
        yield Act(
            Bilingual(
                f"化解新增隐性债务{plain(added)}万元并取得财政部门认定",
                f"redeem the {plain(added)} ×10,000 yuan of hidden debt and have the finance department confirm it",
            ),
            (edit(at.place(plan, "hidden_debt_added_10k"), 0, added),),
            plain(added),
            "万元",
            Bilingual(
                "新增隐性债务的责任依法依规另行处理，化解前不得再以该计划举债",
                "who is answerable for it is a matter of its own; nothing more is borrowed for the plan meanwhile",
            ),
        )


@lever("government_guarantee")
def _guarantee(at: At) -> Iterator[Found]:
    entry = at.row.financing
    edits: tuple[Edit, ...] = ()
    if entry.guarantee is not False:
        edits += (edit(at.place(entry, "guarantee"), False, entry.guarantee),)
    if entry.repayment == "fiscal_commitment":
        edits += (edit(at.place(entry, "repayment"), "enterprise", entry.repayment),)
    yield Act(
        Bilingual(
            "解除政府（部门）的担保或还款承诺，改由项目收益或融资主体偿还并重签合同",
            "end the guarantee or promise by government; let revenue or the borrower repay, under a new contract",
        ),
        edits,
    )


says(
    put(
        "operator",
        "government_buyback",
        "解除合同中的政府回购、保底或担保条款",
        "strike buy-back, floor and guarantee by government from the contract",
    ),
    "government_buyback",
)


# -- B2.2 -----------------------------------------------------------------------------------------------------

says(
    fact("土地性质不是国有，不能改变", "the land is not state land, and that cannot be changed", *_OUT),
    "community_land",
)
says(
    fact("建成日期是既成事实，不能改变", "when it was built cannot be changed", *_OUT),
    "community_built",
)


@lever("newer_share")
def _too_many(at: At) -> Iterator[Found]:
    """The fewest communities of the extended period, the newest first, that have to leave the plan."""
    case, plan = at.case, at.row.plan
    if not isinstance(at.limit, Ratio):
        return
    ids = list(dict.fromkeys(plan.community_ids))
    built = {c: case.communities[c].built_on for c in ids if c in case.communities}
    newest = [c for _, c in sorted([(-day.first, c) for c, day in built.items() if day])]
    cutoff = built.get(at.row.community_id)
    if cutoff is None:
        return
    p, q = at.limit
    # Those that fail are as old as the row or newer and stand beyond the share: take the newest until none does.
    position = newest.index(at.row.community_id) + 1
    n = least(lambda k: (position - k) * q <= p * (len(ids) - k), 1, position)
    if n is None:
        return
    gone = set(newest[:n])
    edits: tuple[Edit, ...] = (
        edit(at.place(plan, "community_ids"), [c for c in plan.community_ids if c not in gone], 1),
    )
    if plan.communities_planned is not None:
        edits += (edit(at.place(plan, "communities_planned"), plan.communities_planned - n, plan.communities_planned),)
    names = "、".join(case.communities[c].name for c in newest[:n][:5])
    yield Act(
        Bilingual(
            f"将扩展年限内的小区调出{n}个（{names}{'等' if n > 5 else ''}）并重新报批计划",
            f"take {n} of the communities built in the extended period out of the plan and have it approved anew",
        ),
        edits,
        str(n),
        "个",
    )


says(
    fact("该小区属于当地不纳入改造的类型", "the community is of a kind that the place does not renovate", *_OUT),
    "of_excluded_kind",
)
_TWICE = (
    "不再使用中央资金重复改造同一楼栋：将该小区调出计划，或只安排以往未改造的楼栋",
    "do not renovate the same buildings with central money twice: take the community out, or plan other buildings only",
)
says(fact("以往改造的是同一楼栋", "the earlier works were on the same buildings", *_TWICE), "same_buildings")
says(fact("以往改造使用了中央资金", "the earlier works had central money", *_TWICE), "renovated_with")
says(fact("以往改造的年度已成事实", "the year of the earlier works is past", *_TWICE), "renovated_year")


# -- B3.1 -----------------------------------------------------------------------------------------------------

_LATE = (
    "补办评分和排序，报原批准机关确认；不能确认的调出计划、列入以后年度",
    "score and rank now and have the approving authority confirm it; else move the community to a later year",
)


@lever("in_reserve")
def _entry(at: At) -> Iterator[Found]:
    """An entry made now cannot have been scored before a plan that is already approved."""
    plan = at.row.plan
    if plan is None or at.over(plan.approved_on):
        yield Fact(
            Bilingual("计划批准前没有入库", "it was not in the library before the plan's approval"), Bilingual(*_LATE)
        )
        return
    ident = at.row.community.community_id
    yield Act(
        Bilingual("将该小区补入储备库", "enter the community in the library"),
        append(at, at.case.dossier, "reserve_entries", {"reserve_id": f"to-enter-{ident}"[:64], "community_id": ident}),
    )


says(
    dated(
        "reserve",
        "scored_on",
        ("在计划批准前评分", "score it before the plan is approved"),
        ("评分晚于计划批准，先后已成事实", "it was scored after the plan's approval, and that is past"),
        _LATE,
    ),
    "scored_on",
)

_DIMENSIONS = {
    "scores_facilities": ("facilities", "配套设施状况", "the state of its facilities"),
    "scores_scheme_quality": ("scheme_quality", "方案完整性、针对性", "the scheme's quality"),
    "scores_willingness": ("willingness", "居民意愿", "residents' wishes"),
}


@lever(*_DIMENSIONS)
def _dimension(at: At) -> Iterator[Found]:
    entry = at.row.reserve
    if entry is None:
        return
    code, zh, en = _DIMENSIONS[at.measure]
    caution = None
    if at.row.plan is not None and at.over(at.row.plan.approved_on):
        caution = Bilingual(
            "计划批准前已评而漏报的补报评分明细；当时未评的如实补评，不得倒签，并报原批准机关确认排序",
            "supply a score that was given then; one never given is given now and dated now, and the approving "
            "authority confirms the order",
        )
    yield Act(
        Bilingual(f"补充“{zh}”一项的评分", f"score {en} too"),
        append(at, entry, "score_detail", {"dimension": code}),
        caution=caution,
    )


@lever("archive_kept")
def _archive(at: At) -> Iterator[Found]:
    archive = at.row.archive
    if archive is not None and at.wants(True):
        yield Act(
            Bilingual("补建该类档案", "set up the record"),
            (edit(at.place(archive, "exists"), True, archive.exists),),
        )


says(
    fact(
        "改造前的图片事后不能补拍",
        "pictures from before the works cannot be taken afterwards",
        "从摸排、设计资料中查找改造前图片归档",
        "look for them in the surveys and drawings and file them",
    ),
    "pictures_before",
)


@lever("pictures_after")
def _pictures(at: At) -> Iterator[Found]:
    yield from ()


@lever("unselected_score", "selected_score")
def _rank(at: At) -> Iterator[Found]:
    """A pair is excused by a recorded reason; the score given is a fact."""
    entry = at.row.unselected
    yield Act(
        Bilingual(
            "对得分更高而未入选的作出书面说明并归档（确有例外理由的）；没有理由的，按得分次序调整入选名单并重新报批",
            "record the reason why the higher score was left out, where there is one; where there is none, select by "
            "the order of scores and have the plan approved anew",
        ),
        (edit(at.place(entry, "exception_reason"), "（待填：未按得分次序入选的理由）", entry.exception_reason),),
    )


says(
    fact(
        "计划批准日已成事实",
        "the day of the plan's approval is past",
        "以后年度按当地时限提前确定计划",
        "in later years fix the plan in the time that the place sets",
    ),
    "days_before_plan_year",
)


# -- B3.2 -----------------------------------------------------------------------------------------------------

_RETURN = (
    "追回资金、归垫原渠道并调整账目，依法处理责任人，处理情况列入问题清单；属用途误填的，按凭证更正",
    "recover the money, restore it to its source and correct the books, deal with who is answerable, and list the "
    "matter; where the use was entered wrongly, correct it by the voucher",
)
says(
    fact("资金已用于规定范围以外的用途", "the money went to a use outside what is allowed", *_RETURN),
    "txn_purpose",
    "txn_in_project",
    "use_substantiated",
)


@lever("misuse_closed")
def _closed(at: At) -> Iterator[Found]:
    issue = at.row.issue
    yield Act(
        Bilingual("追回资金、整改到位并复核销号", "recover the money, put it right, and have it verified and closed"),
        close(at, issue),
    )


def close(at: At, issue: Any) -> tuple[Edit, ...]:
    """The edits that close an issue on the day judged by."""
    edits: tuple[Edit, ...] = ()
    if issue.status != "closed":
        edits += (edit(at.place(issue, "status"), "closed", issue.status),)
    if issue.closed_on is None or issue.closed_on.last > at.as_of.last:
        edits += (edit(at.place(issue, "closed_on"), at.as_of.text, issue.closed_on),)
    if not issue.verifier:
        edits += (edit(at.place(issue, "verifier"), "（待填：复核人）"),)
    return edits


says(
    fact(
        "已认定为截留、挪用",
        "it was found to be diversion or misuse",
        "整改到位并复核销号",
        "put it right and have it verified and closed",
    ),
    "misuse_recognised",
)
says(
    fact(
        "问题金额已经认定",
        "the amount was established",
        "整改到位并复核销号",
        "put it right and have it verified and closed",
    ),
    "misuse_amount",
)
says(
    fact(
        "核对或审计已发现截留、挪用",
        "a review found diversion or misuse",
        "列入问题清单，整改到位并复核销号",
        "put it on the list of issues, mend it, and have it verified and closed",
    ),
    "review_found_misuse",
)


@lever("misuse_on_list")
def _listed(at: At) -> Iterator[Found]:
    found = at.row.review.dated if at.row.review is not None else None
    entry = {"issue_id": "to-list-misuse", "source": "audit", "category": "funds", "is_misuse": True, "status": "open"}
    yield Act(
        Bilingual(
            "把核对或审计发现的截留、挪用如实列入问题清单", "put the misuse that was found on the list of issues"
        ),
        append(at, at.case.dossier, "issues", {**entry, "found_on": found.text} if found else entry),
    )


says(
    fact(
        "同一来源文号的下达、到位、支付数额倒挂",
        "sums of one document contradict each other",
        "核对账目后更正",
        "check the books and correct them",
    ),
    "sums_inverted",
)
says(
    fact(
        "截至数据截止日的支付进度已成事实",
        "what was paid by then is past",
        "按工程进度加快支付，下期报送更新",
        "pay as the works go forward and report it next time",
    ),
    "fiscal_payment_rate",
)


# -- H4, H6 ---------------------------------------------------------------------------------------------------


def _money(source: str, zh: str, en: str, *, of: str = "plan", absent: str = "", arranged: bool = False) -> Lever:
    """Money of a source, in place or (``arranged``) confirmed; the condition asks for some, not for how much."""

    def found(at: At) -> Iterator[Found]:
        holder = getattr(at.row, of)
        if holder is None:
            return
        field = "funding_plan" if of == "plan" else "financing"
        state = "confirmed" if arranged else "in_place"
        said = [i for i, x in enumerate(at.case.dossier.declarations) if x.absent == absent]
        if said:
            return  # declared not to exist: another source serves, and a declaration is not this program's to withdraw
        entry = next((e for e in getattr(holder, field) if e.source == source), None)
        if entry is not None:
            amount = entry.amount_10k or YUAN
            edits: tuple[Edit, ...] = ()
            if not entry.amount_10k:
                edits += (edit(at.place(entry, "amount_10k"), amount, entry.amount_10k),)
            if getattr(entry, state) is not True:
                edits += (edit(at.place(entry, state), True, getattr(entry, state)),)
        else:
            value = {"source": source, "amount_10k": YUAN, state: True, "guarantee": False}
            edits = append(at, holder, field, value)
        yield Act(Bilingual(f"{zh}（原文不限数额）", f"{en}, whatever the amount"), edits, plain(YUAN), "万元")

    return found


for _measure, _source, _zh, _en in (
    ("resident_funds", "resident", "居民出资到位", "residents' money is in place"),
    ("utility_funds", "utility", "专业经营单位出资到位", "a utility's money is in place"),
    ("original_owner_funds", "original_owner", "原产权单位出资到位", "an original owner's money is in place"),
    ("enterprise_funds", "enterprise", "社会资本出资到位", "an enterprise's money is in place"),
):
    says(_money(_source, _zh, _en, absent="" if _source == "resident" else "social_capital"), _measure)
for _measure, _source, _zh, _en in (
    ("county_funds", "county", "县级财政安排改造资金", "the county's budget provides money"),
    ("city_funds", "city", "市级财政安排改造资金", "the city's budget provides money"),
    ("provincial_funds", "provincial", "省级财政安排改造资金", "the province's budget provides money"),
):
    says(_money(_source, _zh, _en, arranged=True), _measure)
says(
    _money("special_bond", "改造专项债券发行到位", "bonds are issued and received", absent="market_financing"),
    "bond_funds",
)
for _measure, _source, _zh, _en in (
    ("project_loans", "loan", "项目贷款到位", "a loan of the project is drawn"),
    ("project_bonds", "special_bond", "项目债券资金到位", "bond money of the project is received"),
    ("project_renewal_fund", "renewal_fund", "更新基金到位", "a renewal fund's money is received"),
):
    says(_money(_source, _zh, _en, of="project", absent="market_financing"), _measure)
says(
    put(
        "financing",
        "balance_plan",
        "编制专项债券项目收益与融资平衡方案",
        "draw up the plan that balances returns with repayment",
    ),
    "balance_planned",
)
