"""Codes of the report → the words people read, in Chinese and English; refuses a code it has no word for.

One word per idea: no renderer spells an outcome, a reason or a label of its own.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

from compliance.schemas.report import (
    AttachmentFound,
    Bilingual,
    DeterminationsUsed,
    Determined,
    EvidenceGiven,
    ItemRollup,
    LimitSource,
)

__all__ = [
    "SYMBOLS",
    "TITLE",
    "WORDS",
    "counts",
    "determinations_used",
    "determined",
    "document",
    "join",
    "label",
    "limit_source",
    "pointer",
    "say",
    "word",
]

TITLE: Final = Bilingual(
    "城镇老旧小区改造工作衡量标准检查报告",
    "Renovating old residential communities: report on the 2021 standard",
)

SYMBOLS: Final = {"pass": "✓", "fail": "✗", "unknown": "?", "not_applicable": "-"}
"""Beside the word, never instead of it, so that no result hangs on colour alone."""


def _table(**pairs: tuple[str, str]) -> dict[str, Bilingual]:
    return {code.rstrip("_"): Bilingual(zh, en) for code, (zh, en) in pairs.items()}


WORDS: Final[dict[str, dict[str, Bilingual]]] = {
    "outcome": _table(
        pass_=("符合", "Pass"),
        fail=("不符合", "Fail"),
        unknown=("待证", "Unknown"),
        not_applicable=("不适用", "Not applicable"),
    ),
    "outcome_means": _table(
        pass_=("数据及佐证表明已达到要求。", "Data and evidence show that the requirement is met."),
        fail=("数据表明未达到要求。", "Data show that the requirement is not met."),
        unknown=(
            "现有材料既不能证明符合，也不能证明不符合；不等于不符合。",
            "The material proves neither; this is not a failure.",
        ),
        not_applicable=(
            "本要求对该对象不适用，未作检查，原因逐项列明。",
            "The requirement does not concern the subject and was not checked; the reason is given.",
        ),
    ),
    "reason": _table(
        conflicting_data=("数据相互矛盾", "conflicting data"),
        missing_parameter=("当地标准未明确", "local parameter not set"),
        missing_field=("缺少数据项", "data field missing"),
        ambiguous_date=("日期精度不足，先后难定", "date too coarse to order"),
        missing_evidence=("缺少佐证材料", "evidence missing"),
        needs_judgement=("需人工研判", "needs a person's judgement"),
        not_due=("未到应办阶段", "not due yet"),
        level_not_covered=("非本级职责", "not a task of this level"),
        no_object=("没有检查对象", "nothing to check"),
        zone=("不在适用地区", "outside the zone concerned"),
        predates_standard=("早于标准施行", "earlier than the standard"),
        not_substantiated=("未能证实", "not substantiated"),
    ),
    "obligation": _table(
        mandatory=("强制", "mandatory"), expected=("应当", "expected"), encouraged=("鼓励", "encouraged")
    ),
    "severity": _table(
        critical=("红线", "critical"),
        major=("主要", "major"),
        minor=("一般", "minor"),
        advisory=("提示", "advisory"),
    ),
    "disposition": _table(
        rectify=("整改清单", "To rectify"),
        supply=("待补材料清单", "To supply"),
        review=("待研判", "To review"),
        improve=("提升建议", "To improve"),
        none=("无需处理", "Nothing to do"),
    ),
    "disposition_means": _table(
        rectify=("强制或应当条目不符合，须限期整改。", "Mandatory or expected items that fail."),
        supply=("补齐材料后重新检查。", "Supply the material, then check again."),
        review=("由检查人研判，或由当地明确标准。", "A person must judge, or the place must set its limit."),
        improve=(
            "鼓励条目尚未开展，不列入整改。",
            "Encouraged items that fail; nothing has to be rectified.",
        ),
    ),
    "basis": _table(
        evidenced=("有佐证材料", "evidenced"),
        asserted=("仅有申报，无佐证", "asserted without evidence"),
        measured=("仅作计量，无限值", "measured, no limit exists"),
        determined=("人工认定", "determined by a person"),
    ),
    "determination": _table(
        answer=("研判", "answer"),
        override=("改判", "override"),
        not_substantiated=("未能证实的认定", "not substantiated"),
        objection=("异议", "objection"),
    ),
    "determination_state": _table(
        in_force=("有效", "in force"),
        expired=("已到期", "expired"),
        superseded=("已被取代", "superseded"),
        not_yet=("晚于基准日，未适用", "after the as-of date, not applied"),
        pending=("待答复", "not yet answered"),
        rejected=("异议不成立", "rejected"),
        blank=("尚未填写，未计入", "not filled in"),
    ),
    "level": _table(
        province=("省级", "province"),
        municipality=("直辖市", "municipality"),
        city=("地级市", "city"),
        district=("市辖区", "district"),
        county=("县级", "county"),
    ),
    "kind": _table(
        area=("地区", "area"),
        plan=("计划", "plan"),
        project=("项目", "project"),
        community=("小区", "community"),
    ),
    "mode": _table(
        strict=("严格（无佐证不认定）", "strict (no evidence, no pass)"),
        feed=("数据流（认可申报）", "feed (assertions accepted)"),
    ),
    "as_of_origin": _table(given=("指定", "given"), today=("检查当日", "day of the check")),
    "status": _table(
        in_force=("现行有效", "in force"),
        draft=("征求意见稿，尚未施行", "draft, not in force"),
        secondhand=("转引，未见原件", "seen second-hand, not in the original"),
    ),
    "state": _table(
        present=("已核对", "verified"),
        unhashed=("在卷，未附校验值", "present, no hash given"),
        absent=("未找到文件", "file absent"),
        mismatch=("与校验值不符", "hash mismatch"),
        not_opened=("公开网址，未核对", "published address, not opened"),
    ),
    "method": _table(
        any_fail=("有一个对象不符合，本条即为不符合", "one failing subject fails the item"),
        coverage=("按覆盖情况认定", "judged by coverage"),
    ),
    "op": _table(
        at_least=("不低于", "at least"),
        at_most=("不高于", "at most"),
        more_than=("大于", "more than"),
        less_than=("小于", "less than"),
        not_after=("不晚于", "not after"),
        not_before=("不早于", "not before"),
        is_=("应为", "is"),
        one_of=("应属", "one of"),
        present=("应有", "present"),
        not_at_least=("低于", "below"),
        not_at_most=("高于", "above"),
        not_more_than=("不高于", "at most"),
        not_less_than=("不低于", "at least"),
        not_not_after=("晚于", "after"),
        not_not_before=("早于", "before"),
        not_is=("不应为", "is not"),
        not_one_of=("不应属", "none of"),
        not_present=("应无", "absent"),
    ),
    "part": _table(
        baseline=("底线要求", "Baseline requirements"),
        hard_problem=("难点问题", "Hard problems"),
        body=("正文其他要求", "Other requirements of the body"),
    ),
    "profile_origin": _table(
        given=("指定", "named"), area_code=("按区划代码选定", "by area code")
    ),
    "gate": _table(
        plan=("计划批准", "Plan approved"),
        scheme=("方案定稿", "Scheme final"),
        start=("开工", "Start"),
        completion=("完工", "Completion"),
        acceptance=("验收", "Acceptance"),
        handover=("设施移交", "Handover"),
    ),
    "money": _table(
        planned=("计划筹措", "Planned"),
        confirmed=("已落实", "Confirmed"),
        in_place=("已到位", "In place"),
        allocated=("已下达", "Allocated"),
        received=("已收到", "Received"),
        paid=("已支付", "Paid"),
    ),
    "key": _table(
        help=("显示本说明", "Show this help"),
        search=("查找", "Search"),
        next=("下一条", "Next item"),
        previous=("上一条", "Previous item"),
        failing=("下一个不符合的条目", "Next failing item"),
        open=("下一个待证的条目", "Next unknown item"),
        toggle=("展开或收起所在条目", "Unfold or fold the item"),
        unfold=("全部展开", "Unfold all"),
        fold=("全部收起", "Fold all"),
        outcomes=("显示或隐藏：符合、不符合、待证、不适用", "Show or hide: pass, fail, unknown, not applicable"),
        language=("中文/英文", "Chinese/English"),
        theme=("深浅色：随系统、浅、深", "Follow the system, light, dark"),
        print=("打印", "Print"),
        top=("回到页首", "Back to the top"),
        close=("关闭窗口", "Close a dialog"),
    ),
    "label": _table(
        according=("依据", "Source"),
        all_checked=("各条对所有对象均已检查。", "Every item was checked for every subject."),
        answers=("结论数", "Answers"),
        as_of=("检查基准日", "As of"),
        asked=("应提供", "Asked for"),
        before_standard=(
            "标准施行前的事项（参考意见，不作结论）",
            "Matters before the standard (for reference, no conclusion)",
        ),
        before_standard_say=(
            "以下事项早于标准施行之日，不列入整改和待补，也不计入结论；这里只说如果适用会是什么结果。",
            "These came before the day of the standard: they are on no list and count for nothing. "
            "What they would have come to is told for reference only.",
        ),
        attachments=("佐证材料", "Documents"),
        body=("正文", "body"),
        body_questions=("正文研判题", "Questions of the notice's body"),
        body_questions_say=(
            "只见于通知正文、没有数据可判的要求，由人逐题研判；不影响上面的结论。",
            "What only the notice's body asks and no data can answer: a person judges each; none of it bears on the "
            "conclusion above.",
        ),
        authority=("职权依据", "Authority"),
        bytes=("字节", "bytes"),
        check=("检查点", "Check"),
        checker=("检查人（签字）", "Inspector (signature)"),
        condition=("条件", "Condition"),
        date=("日期", "Date"),
        demo=("虚构样例，不得作为任何认定依据", "Fictional example; no ground for any decision"),
        determined=("人工认定", "Determined by a person"),
        determinations=("人工认定", "Determinations"),
        dossier=("档案", "Dossier"),
        evidence=("认定证据", "Evidence"),
        example=("例如", "Example"),
        faults=("检查程序故障，本报告不完整", "The checker failed; this report is incomplete"),
        faults_say=(
            "下列检查未能得出结论。排除故障并重新检查之前，本报告不得作为通过依据。",
            "The checks below gave no answer. Until they are run again this report proves no pass.",
        ),
        figure=("参考数字", "Figure"),
        first_step=("先做什么", "What to do first"),
        fold=("全部收起", "Fold all"),
        found=("所附", "Attached"),
        full_json=("其余仅列名称，详情见 JSON 报告", "the rest by name only; details in the JSON report"),
        full_list=(
            "凡注“及另外 n 个”之处，完整清单见 JSON 或 HTML 报告。",
            'Where it says "and n more", the JSON and HTML reports have the full list.',
        ),
        grounds=("异议理由", "Grounds of the objection"),
        grounds_evidence=("异议证据", "Evidence of the objection"),
        history=("历史情况", "History"),
        how_to_read=("用语说明", "How to read this report"),
        incomplete=("检查未完成", "not fully checked"),
        integrity=(
            "附件与档案所列校验值不一致",
            "Attachments do not match the hashes that the dossier claims",
        ),
        item=("条目", "Item"),
        items=("逐条检查结果", "Item by item"),
        ledger=("需要处理的条目", "What needs action"),
        limit=("限值", "Limit"),
        limit_source=("限值出处", "Source of the limit"),
        list=("列入", "List"),
        local=("当地要求", "Local requirement"),
        local_mark=("当地", "local"),
        matrix=("二十项指标总览", "The twenty indicators"),
        mode=("检查模式", "Mode"),
        no_match=("没有符合筛选条件的条目。", "No item matches."),
        no_value=("未填报", "not reported"),
        none_failed=("没有不符合的条目。", "No item fails."),
        not_checked=("未检查的内容（不适用）", "What was not checked (not applicable)"),
        not_modelled=("本程序不作判断的内容", "Not modelled"),
        noted=("备注与历史情况", "Remarks and history"),
        nothing_unasked=("除施行前的事项外，均已检查。", "All was checked but what came before the standard."),
        nothing_to_do=("没有需要处理的条目。", "Nothing needs action."),
        of_which_questions=("其中正文研判题", "of which questions of the body"),
        other_failing=("其他不符合对象", "Also failing"),
        pass_basis=("“符合”的认定依据", "What the passes rest on"),
        pointer=("数据位置", "Where in the data"),
        print=("打印", "Print"),
        profile=("地方标准", "Profile"),
        provenance=("报告出处与复核", "Provenance"),
        question=("研判题", "Question"),
        ratio=(
            "右侧数字为：符合的条目数/适用的条目数。",
            "Figures on the right: items that pass / items that apply.",
        ),
        reading=("文本读法", "Reading"),
        reading_chosen=("当地选定", "chosen by the place"),
        reason_given=("理由", "Reason"),
        reference=("如适用则为", "Would be"),
        remark=("备注", "Remark"),
        remedy=("整改建议", "Remedy"),
        repeatable=(
            "同一档案、规则、地方标准、模式和基准日，任何时候重新检查都得到逐字节相同的报告。",
            "The same dossier, rules, profile, mode and as-of date give the same report, byte for byte.",
        ),
        report_unit=("被检查单位（盖章）", "Inspected unit (seal)"),
        requires=("要求", "Requires"),
        responsible=("责任单位", "Responsible"),
        rest=("其余对象", "The rest"),
        result=("结果", "Result"),
        reviewer=("复核人（签字）", "Reviewer (signature)"),
        risk=("可能的后果", "What may follow"),
        risks=("可能的后果（只作提示，不是决定）", "What may follow (a warning, not a decision)"),
        ruled=("按程序结论", "By the rules alone"),
        rulebook=("规则", "Rulebook"),
        schema=("报告格式版本", "Report version"),
        search=("查找小区、条目、文件…", "Find a community, item, document…"),
        show=("显示", "Show"),
        shown=("显示条目", "Items shown"),
        skip=("跳到检查结果", "Skip to results"),
        source=("档案文件", "Dossier file"),
        standard=("衡量标准", "Standard"),
        subject=("对象", "Subject"),
        submitter=("报送单位", "Submitted by"),
        supply=("补正期", "Time to supply"),
        tally_baseline=("底线条目", "Baseline items"),
        tally_body=("正文条目", "Items of the body"),
        tally_findings=("全部认定（项）", "All findings"),
        tally_hard=("难点条目", "Hard-problem items"),
        tool=("检查程序", "Tool"),
        unfold=("全部展开", "Unfold all"),
        value=("数值", "Value"),
        until=("有效期至", "In force until"),
        why=("原因", "Reason"),
        year=("年度", ""),
        advice_law=("无先例可循时的依据", "Law to go by where no precedent is known"),
        at_place=("数据原文", "In the dossier"),
        at_place_absent=("该处未填报（以下为所在条目）", "Nothing is reported here; below is the entry it belongs to"),
        at_place_left=(
            "本页未收入该处原文，请按位置在档案文件中查看。",
            "This page does not hold that entry; look it up in the dossier file.",
        ),
        at_place_say=(
            "以下为档案原文，▶ 为所指数据项。", "The dossier word for word; ▶ marks the field pointed at."
        ),
        changes_in_data=("档案相应改为", "What the dossier would then say"),
        chart=("图示", "Chart"),
        close=("关闭", "Close"),
        community_items=("小区级条目覆盖情况", "Coverage of items about communities"),
        conclusive=("符合/有结论", "Pass / conclusive"),
        data_end=(
            "数据截止日早于检查基准日：此后的情况未报送，据此不能认定的为“待证”，不是“不符合”。",
            "The data end before the day judged by: what came later is not reported, and is unknown, not failing.",
        ),
        data_as_of=("数据截止日", "Data complete to"),
        drafts_used=("已适用征求意见稿", "drafts for comment were applied"),
        excerpt_part=(
            "本页收入所指各处的档案原文；篇幅所限未收入的，点开时注明。",
            "This page holds the entries pointed at; where room did not suffice it says so when opened.",
        ),
        excerpt_whole=("本页收入档案全文，点数据位置即可查看。", "This page holds the whole dossier: click a place."),
        filtered=("已按条件筛选，未显示的条目没有打印。", "Filtered: items not shown were not printed."),
        funding=("资金来源", "Funding by source"),
        funding_say=(
            "单位：万元。计划、落实、到位取自本年度计划的资金筹措；下达、收到、支付取自资金流水，含档案所列各年度项目。"
            "两者口径不同，不作加减。空白为未报送。",
            "In 10,000 yuan. Planned, confirmed and in place: this year's plan. Allocated, received and paid: the "
            "transactions of all projects in the dossier. The two are never netted. Blank: not reported.",
        ),
        funding_source=("来源", "Source"),
        keys=("键盘操作", "Keyboard"),
        keys_on=("启用单键快捷键", "Single-key shortcuts on"),
        more_dates=("其余见 JSON 报告", "the rest in the JSON report"),
        more_found=("其余材料见 JSON 报告", "more documents in the JSON report"),
        more_values=("其余数值见 JSON 报告", "more values in the JSON report"),
        no_dates=("没有报送任何节点日期", "report no day of any gate"),
        precedents=("他地做法", "What other places did"),
        precedent_figures=("成效数据", "Figures"),
        precedent_near=("相近之处", "Why it is near"),
        profiles_layered=("逐级叠加", "Laid over each other"),
        proved=("已按改后数据重新判定，结果为符合", "Judged again with these changes: it passes"),
        unproved=("仅作这些改动，重新判定仍未符合", "Judged again with these changes alone: it does not pass yet"),
        steps_unknown=("如何补正", "How to settle it"),
        theme=("深浅色", "Light/dark"),
        timeline=("关键节点时间线", "Timeline of the gates"),
        timeline_say=(
            "日期取自档案。标“!!”的先后颠倒，只作提示；是否违反要求，以各条认定为准。竖虚线为检查基准日。",
            "Days as reported. “!!” marks days out of order: a hint only, the findings decide. The dashed line is the "
            "day judged by.",
        ),
        total=("合计", "Total"),
        unstated=("笔未填金额", "entries without an amount"),
        way=("怎样即可符合", "What would make it pass"),
        way_documents=("须附材料", "Documents to attach"),
    ),
}


def word(axis: str, code: str) -> Bilingual:
    """The word for a code; a code of an open list (row kinds) stands for itself.

    >>> word("outcome", "unknown").zh
    '待证'
    """
    table = WORDS[axis]
    return Bilingual(code, code) if axis in ("kind", "op", "status") and code not in table else table[code]


def label(name: str) -> Bilingual:
    """A label of the page, not of the report's data."""
    return WORDS["label"][name]


def say(text: Bilingual, lang: str) -> str:
    """One language of a text."""
    return text.en if lang == "en" else text.zh


def join(texts: Sequence[Bilingual]) -> Bilingual:
    """An enumeration."""
    return Bilingual("、".join(t.zh for t in texts), ", ".join(t.en for t in texts))


def pointer(text: str, cell: str = "") -> Bilingual:
    """A JSON Pointer as it stands, and the cell of it; the empty one is the dossier itself."""
    said = Bilingual(text, text) if text else Bilingual("（整份档案）", "(the whole dossier)")
    return Bilingual(f"{said.zh}（{cell}）", f"{said.en} ({cell})") if cell else said


def limit_source(source: LimitSource) -> Bilingual:
    """Where a limit comes from and since when it stands.

    >>> limit_source(LimitSource("民法典", "第二百七十八条", "全国", "2021-01-01", None, "in_force")).zh
    '《民法典》第二百七十八条（全国，2021-01-01起，现行有效）'
    """
    start, end, status = source.effective_from, source.effective_to, word("status", source.status)
    titled = source.document.startswith("《") or "〔" in source.document  # a document number takes no 《》
    document = source.document if titled else f"《{source.document}》"
    zh = [source.place, f"{start}起" if start else "", f"{end}止" if end else "", status.zh]
    en = [source.place, f"from {start}" if start else "", f"until {end}" if end else "", status.en]
    return Bilingual(
        f"{document}{source.section}（{'，'.join(filter(None, zh))}）",
        f"{document} {source.section} ({', '.join(filter(None, en))})",
    )


def document(found: AttachmentFound) -> Bilingual:
    """An attachment that the dossier names, and what was found of it."""
    title, state = found.title or found.attachment, word("state", found.state)
    zh, en = [title, state.zh], [title, state.en]
    if found.page is not None:
        zh.insert(1, f"第 {found.page} 页")
        en.insert(1, f"page {found.page}")
    if found.quote is not None:
        zh.append(f"摘录“{found.quote}”")
        en.append(f'quote "{found.quote}"')
    return Bilingual("，".join(zh), ", ".join(en))


def determined(made: Determined) -> list[tuple[str, Bilingual]]:
    """What a person recorded, as labels and texts, the conclusion first."""
    same: Callable[[str], Bilingual] = lambda text: Bilingual(text, text)  # noqa: E731
    rows = [("result", made.says)]
    if made.authority is not None:
        rows.append(("authority", same(made.authority)))
    if made.reason is not None:
        rows.append(("reason_given", same(made.reason)))
    rows += [("evidence", _given(item)) for item in made.evidence]
    if made.objection is not None:
        rows.append(("grounds", same(made.objection.grounds)))
        rows += [("grounds_evidence", _given(item)) for item in made.objection.evidence]
    if made.supply_requested_on is not None:
        rows.append(("supply", same(f"{made.supply_requested_on} — {made.supply_deadline}")))
    if made.expires_on is not None:
        rows.append(("until", same(made.expires_on)))
    return rows


def _given(item: EvidenceGiven) -> Bilingual:
    where = item.att_id or item.file or item.url or ""
    state, page = word("state", item.state), item.page
    zh = [item.title, where, *([f"第 {page} 页"] if page else []), state.zh]
    en = [item.title, where, *([f"page {page}"] if page else []), state.en]
    return Bilingual("，".join(zh), ", ".join(en))


def determinations_used(used: DeterminationsUsed) -> Bilingual:
    """The file of determinations, and how many are what."""
    states = ("in_force", "expired", "superseded", "not_yet", "pending", "rejected")
    told = [(word("determination_state", s), getattr(used, s)) for s in states if getattr(used, s)]
    blank = word("determination_state", "blank")
    told += [(blank, used.blank)] if used.blank else []
    zh, en = "，".join(f"{w.zh} {n} 项" for w, n in told), ", ".join(f"{w.en}: {n}" for w, n in told)
    return Bilingual(f"{used.file}（{zh}）" if zh else used.file, f"{used.file} ({en})" if en else used.file)


def counts(item: ItemRollup) -> Bilingual:
    """How many of how many subjects; nothing is said of what there is none of."""
    if not sum((item.tally.passed, item.tally.failed, item.tally.unknown, item.tally.not_applicable)):
        return Bilingual("没有对象", "no subject")
    rest = [
        (outcome, number)
        for outcome, number in (
            ("fail", item.tally.failed),
            ("unknown", item.tally.unknown),
            ("not_applicable", item.tally.not_applicable),
        )
        if number
    ]
    zh = [f"{word('outcome', outcome).zh} {number} 个" for outcome, number in rest]
    en = [f"{word('outcome', outcome).en.lower()} {number}" for outcome, number in rest]
    if item.denominator:
        zh.insert(0, f"有结论的 {item.denominator} 个对象中符合 {item.numerator} 个")
        en.insert(0, f"{item.numerator} of {item.denominator} conclusive subjects pass")
    elif item.tally.passed:
        zh.insert(0, f"符合 {item.tally.passed} 个")
        en.insert(0, f"pass {item.tally.passed}")
    return Bilingual("，".join(zh), ", ".join(en))
