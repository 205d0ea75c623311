"""A hand-made report with every outcome, reason and oddity a renderer can meet; nothing is judged."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import lru_cache
from typing import overload

from compliance.schemas.report import (
    REPORT_VERSION,
    Area,
    AttachmentFound,
    Bilingual,
    CheckEntry,
    CheckLine,
    ClauseRollup,
    DocumentAsked,
    Fault,
    Finding,
    ItemRollup,
    LimitSource,
    Measured,
    Outcome,
    ProfileUsed,
    Provenance,
    ReadingUsed,
    Reason,
    Report,
    Risk,
    Subject,
    Tally,
    Verdict,
)

HOSTILE = '<script>alert("甲")</script>\x1b[31m\u202e小区'
LONG = "原省属第二机械工业局家属院与东风路南侧沿街商住楼合并改造组团（含一期、二期及零星散楼）"

CLAUSES = {
    "B1": ("建立统筹协调机制", "Coordination mechanism in place"),
    "B2": ("科学合理确定改造计划", "Renovation plan set soundly"),
    "B3": ("改造资金使用符合相关规定", "Funds used by the rules"),
    "B4": ("加强专营设施改造统筹衔接", "Utility works coordinated"),
    "B5": ("群众改造意愿强烈的内容应改尽改", "What residents want most is renovated"),
    "B6": ("健全动员居民参与机制", "Residents take part"),
    "B7": ("改造方案充分征求居民意见", "Residents consulted on the scheme"),
    "B8": ("居民对长效管理机制形成共识", "Consensus on lasting management"),
    "B9": ("强化改造质量安全监管", "Quality and safety supervised"),
    "B10": ("加强发现问题整改", "Problems found are mended"),
    "H1": ("结合改造完善党建引领城市基层治理机制", "Party-led grassroots governance"),
    "H2": ("推进片区联动改造", "Neighbouring areas renovated together"),
    "H3": ("构建社区生活圈", "Community life circle"),
    "H4": ("多渠道筹措改造资金", "Money from many sources"),
    "H5": ("培育改造规模化实施运营主体", "Operators of scale"),
    "H6": ("提升金融服务力度和质效", "Better financial services"),
    "H7": ("构建适应存量改造的政策制度", "Policies that fit existing stock"),
    "H8": ("小区专营设施专业化管理", "Utilities handed to their operators"),
    "H9": (
        "完善住宅专项维修资金归集、使用、续筹机制",
        "Maintenance funds collected, used, replenished",
    ),
    "H10": ("居民同步实施户内改造", "Residents renovate indoors at the same time"),
    "X": ("督促指导工作机制", "Supervision and guidance"),
}
BODY = {"X2": "B3", "X11": "B8", "X31": "X"}
"""What only the notice's body asks, and the clause it stands under."""
RISK = Risk("X18", "一（十）", Bilingual("下一年度的申报资格可能受影响。", "Eligibility for next year may be affected."))
ITEMS = {
    "B1.1": ("市、县工作机制", "Mechanism of city and county"),
    "B2.1": ("计划尽力而为、量力而行", "Plan within means"),
    "B2.2": ("纳入计划的对象符合条件", "Communities are eligible"),
    "B2.3": ("不随意拆、搬、砍", "No wanton demolition, relocation, felling"),
    "B3.1": ("储备库、档案与量化排序", "Reserve library, files, ranking"),
    "B3.2": ("资金无截留挪用", "No money withheld or diverted"),
    "X2": ("不由财政资金包揽", "Public money does not carry everything"),
    "B4.1": ("与专营设施计划衔接", "Plans of the utilities match"),
    "B4.2": ("开工前形成统筹施工方案", "Joint works scheme before the start"),
    "B5.1": ("基础类短板应改尽改", "Basic shortfalls renovated"),
    "B5.2": ("完善类短板有内容纳入", "Improvement shortfalls addressed"),
    "B5.3": ("提升类短板片区统筹", "Uplift shortfalls met in the area"),
    "B6.1": ("街道、社区职责明确", "Duties of subdistricts set"),
    "B6.2": ("居民全程参与", "Residents take part throughout"),
    "B6.3": ("居民满意度", "Residents' satisfaction"),
    "B7.1": ("改造意愿的参与率与同意率", "Participation and consent"),
    "B7.2": ("改造方案依法表决", "Scheme put to a lawful vote"),
    "B8.1": ("长效管理共识", "Consensus on management"),
    "X11": ("长效管理初步共识先于计划", "First consensus before the plan"),
    "B9.1": ("监管制度与各方责任", "Supervision and responsibilities"),
    "B9.2": ("竣工验收合格", "Completion accepted"),
    "B9.3": ("无质量安全问题", "No quality or safety events"),
    "B10.1": ("发现问题及时整改", "Problems mended in time"),
    "H1.1": ("小区党组织与基层协商", "Party organisation and consultation"),
    "H1.2": ("业主委员会", "Owners' committee"),
    "H1.3": ("线上表决", "Voting online"),
    "H2.1": ("片区联动改造", "Joint renovation"),
    "H3.1": ("生活圈摸排", "Survey of the life circle"),
    "H4.1": ("社会力量与居民出资", "Private and residents' money"),
    "H4.2": ("财政与债券资金", "Budget and bonds"),
    "H5.1": ("规模化实施运营主体", "Operators of scale"),
    "H6.1": ("金融支持举措", "Financial support"),
    "H7.1": ("精简审批", "Simpler approval"),
    "H7.2": ("标准体系", "Technical standards"),
    "H7.3": ("存量资源与用途转换政策", "Policies on existing stock"),
    "H8.1": ("专营设施移交", "Handover of utilities"),
    "H9.1": ("维修资金归集、使用、续筹", "Maintenance fund mechanism"),
    "H10.1": ("户内改造引导", "Indoor renovation encouraged"),
    "X31": ("投诉举报渠道畅通", "Complaints can be made"),
}

CONSENT = LimitSource(
    "海东市老旧小区改造实施细则", "第十二条第二款", "海东市", "2021-03-01", None, "in_force"
)
CIVIL_CODE = LimitSource("中华人民共和国民法典", "第二百七十八条", "全国", "2021-01-01", None, "in_force")
DRAFT = LimitSource("海东市提升行动方案（稿）", "三（二）", "海东市", None, "2025-12-31", "draft")

AREA = Subject("area", "639901", Bilingual("海东市云岭县", "Yunling County, Haidong"), "")

SEVERITIES = ("critical", "major", "minor", "advisory")


def community(n: int, name: str) -> Subject:
    return Subject("community", f"C{n:05d}", Bilingual(name, name), f"/communities/{n}")


SUBJECTS = [
    community(n, name)
    for n, name in enumerate(
        [
            "幸福里小区",
            "建设路12号院",
            LONG,
            HOSTILE,
            "东风新村",
            "纺织厂宿舍",
            "铁路新村三区",
            "南苑",
            "北苑",
        ]
    )
]


def value(
    measure: str,
    zh: str,
    en: str,
    got: str | None,
    limit: str | None,
    says: tuple[str, str],
    pointer: str,
    op: str = "at_least",
    name: str | None = None,
    source: LimitSource | None = None,
    unknown: Reason | None = None,
) -> Measured:
    unit = "%" if got and "/" in got else ""
    return Measured(
        measure, Bilingual(zh, en), got, unit, unknown, op, limit, name, None if name is None else Bilingual("当地规定", "the place's rule"), source, (pointer,), Bilingual(*says)
    )


def line(
    check: str, subject: Subject, outcome: Outcome, *values: Measured, reason: Reason | None = None
) -> CheckLine:
    return CheckLine(
        check,
        subject,
        outcome,
        reason,
        "evidenced" if outcome == "pass" else None,
        "mandatory",
        "major",
        values,
    )


def finding(item: str, subject: Subject, outcome: Outcome = "pass", reason: Reason | None = None) -> Finding:
    encouraged = item in ("H1.2", "H1.3", "H5.1", "H10.1")
    clause = BODY.get(item, item.split(".")[0])
    words = {
        "pass": ("符合要求。", "The requirement is met."),
        "fail": ("不符合要求。", "The requirement is not met."),
        "unknown": ("现有材料不足以认定。", "The material does not suffice."),
        "not_applicable": ("本条不适用。", "The item does not apply."),
    }
    disposition = {
        "fail": "improve" if encouraged else "rectify",
        "unknown": "review" if reason in ("needs_judgement", "missing_parameter") else "supply",
    }.get(outcome, "none")
    zh, en = words[outcome]
    return Finding(
        id=f"{item}/{subject.kind}/{subject.id}",
        item=item,
        clause=clause,
        subject=subject,
        outcome=outcome,
        reason=reason,
        basis="evidenced" if outcome == "pass" else None,
        obligation="encouraged" if encouraged else "mandatory",
        severity="advisory" if encouraged else "major",
        disposition=disposition,  # type: ignore[arg-type]
        sentence=Bilingual(f"{subject.name.zh}：{zh}", f"{subject.name.en}: {en}"),
        primary=subject.pointer,
        related=(),
        checks=(),
        asked=(),
        found=(),
        remarks=(),
        history=(),
        reference=None,
        responsible_unit=None,
    )


def findings() -> list[Finding]:
    """One story an item, in the order of the items."""
    happy, build, long, hostile, east, textile, rail, south, north = SUBJECTS
    participation = value(
        "participation_rate",
        "参与率",
        "Participation",
        "63/100",
        "4/5",
        ("参与率应不低于80%，实为63%（63/100）", "participation shall be at least 80 %, is 63 % (63/100)"),
        "/communities/0/consultations/0/participated",
        name="$consent_participation_min",
        source=CONSENT,
    )
    consent = value(
        "consent_rate",
        "同意率",
        "Consent",
        "58/63",
        "9/10",
        ("同意率应不低于90%，实为92.06%（58/63）", "consent shall be at least 90 %, is 92.06 % (58/63)"),
        "/communities/0/consultations/0/agreed",
        name="$consent_agree_min",
        source=DRAFT,
    )
    built = value(
        "built_on",
        "建成日期",
        "Built on",
        None,
        None,
        ("建成日期未填报", "the date of building is not reported"),
        "/communities/2/built_on",
        op="not_after",
        name="$eligibility_cutoff",
        unknown="missing_field",
    )
    cutoff = value(
        "built_on",
        "建成日期",
        "Built on",
        "1998-06",
        None,
        ("当地未明确建成截止日", "the place has set no cut-off date"),
        "/communities/7/built_on",
        op="not_after",
        name="$eligibility_cutoff",
        unknown="missing_parameter",
    )
    start = value(
        "vote_closed_on",
        "表决截止日",
        "Vote closed on",
        "2022-05",
        "2022-05-20",
        ("表决截止日（2022-05）与开工日（2022-05-20）先后难定", "2022-05 may lie before or after 2022-05-20"),
        "/communities/4/votes/0/closed_on",
        op="not_after",
        name="actual_start",
        source=CIVIL_CODE,
        unknown="ambiguous_date",
    )
    gas = Subject(
        "community_sector", "C00000-gas", Bilingual("幸福里小区·燃气", "幸福里小区 · gas"), "/utilities/2"
    )
    in_plan = value(
        "in_utility_plan",
        "列入专营单位计划",
        "In the operator's plan",
        "false",
        "true",
        (
            "燃气改造应列入专营单位年度计划，实为未列入",
            "gas works shall be in the operator's yearly plan, are not",
        ),
        "/utilities/2/community_ids",
        op="is",
    )
    pool: dict[str, list[Finding]] = {item: [finding(item, AREA)] for item in ITEMS}
    pool["B2.2"] = [
        replace(
            finding("B2.2", long, "unknown", "missing_field"),
            checks=(line("built", long, "unknown", built, reason="missing_field"),),
            primary="/communities/2/built_on",
        ),
        replace(
            finding("B2.2", south, "unknown", "missing_parameter"),
            checks=(line("built", south, "unknown", cutoff, reason="missing_parameter"),),
        ),
        finding("B2.2", happy),
    ]
    pool["B2.3"] = [finding("B2.3", s, "not_applicable", "no_object") for s in SUBJECTS]
    pool["B3.2"] = [
        replace(
            finding("B3.2", AREA),
            history=(
                Bilingual(
                    "2021 年审计指出挪用 12.5 万元，已于 2022-03-01 归还并销号。",
                    "An audit of 2021 found 125,000 yuan diverted; returned and closed on 2022-03-01.",
                ),
            ),
            basis="asserted",
        )
    ]
    public = value(
        "public_share_of_confirmed",
        "财政资金占已落实资金比例",
        "Share of public budgets in the funds confirmed",
        "200079/201319",
        "0",
        (
            "财政资金占已落实资金比例应不低于0，实为≈99.38%（200079/201319）",
            "Share of public budgets in the funds confirmed must be at least 0; found: ≈99.38% (200079/201319)",
        ),
        "/plans/0/funding_plan/0/amount_10k",
    )
    pool["X2"] = [
        replace(
            finding("X2", AREA, "unknown", "needs_judgement"),
            checks=(
                replace(line("share", AREA, "pass", public), basis="measured"),
                line("judged", AREA, "unknown", reason="needs_judgement"),
            ),
            questions=(Bilingual("还有谁共担费用？", "Who else shares the cost?"),),
            remarks=(Bilingual("筹资方案只有财政资金。", "The funding plan has public money alone."),),
        )
    ]
    pool["B4.1"] = [
        replace(
            finding("B4.1", happy, "fail"),
            sentence=Bilingual(
                "1 个专业未列入专营单位计划：燃气。", "One sector is not in its operator's plan: gas."
            ),
            checks=(line("in_operators_plan", gas, "fail", in_plan),),
            primary="/utilities/2/community_ids",
        ),
        finding("B4.1", build, "not_applicable", "zone"),
    ]
    pool["B6.2"] = [
        replace(
            finding("B6.2", s, "unknown", "missing_evidence"),
            asked=(
                DocumentAsked("participation_record", Bilingual("居民参与记录", "Record of participation")),
                DocumentAsked("publicity_photo", Bilingual("公示照片", "Photograph of the notice")),
            ),
            found=(
                AttachmentFound(
                    "A-07",
                    "participation_record",
                    "参与记录（扫描件）",
                    2,
                    None,
                    "absent",
                    f"{s.pointer}/participation/feedback",
                ),
            ),
        )
        for s in SUBJECTS
    ]
    pool["B6.3"] = [replace(finding("B6.3", AREA), basis="measured")]
    pool["B7.1"] = [
        replace(
            finding("B7.1", happy, "fail"),
            severity="critical",
            sentence=Bilingual(
                "参与率应不低于80%，实为63%（63/100）；差 17 户。",
                "participation shall be at least 80 %, is 63 % (63/100); 17 households short.",
            ),
            checks=(
                line("participation", happy, "fail", participation),
                line("consent", happy, "pass", consent),
            ),
            primary="/communities/0/consultations/0/participated",
            related=("/communities/0/consultations/0/total",),
            asked=(DocumentAsked("consultation_form", Bilingual("意愿征询表", "Consultation form")),),
            found=(
                AttachmentFound(
                    "A-03", "consultation_form", "幸福里征询表", 4, "参与 63 户", "mismatch", "/attachments/3"
                ),
                AttachmentFound(
                    "A-04", "consultation_summary", None, None, None, "unhashed", "/attachments/4"
                ),
            ),
            remarks=(
                Bilingual(
                    "征询截止日与计划批准日为同一天。", "The consultation closed on the day of approval."
                ),
            ),
            responsible_unit="云岭县住房和城乡建设局",
        ),
        finding("B7.1", hostile, "fail"),
        replace(finding("B7.1", rail), basis="determined"),
        replace(finding("B7.1", north, "not_applicable", "predates_standard"), reference="fail"),
    ]
    pool["B7.2"] = [
        replace(
            finding("B7.2", east, "unknown", "ambiguous_date"),
            checks=(line("before_start", east, "unknown", start, reason="ambiguous_date"),),
        ),
        finding("B7.2", textile, "unknown", "conflicting_data"),
        *(finding("B7.2", s, "fail") for s in (happy, build, long, hostile, rail, south, north)),
    ]
    pool["B9.2"] = [finding("B9.2", s, "not_applicable", "not_due") for s in SUBJECTS]
    pool["H1.2"] = [finding("H1.2", s, "fail" if s is south else "pass") for s in SUBJECTS]
    pool["H3.1"] = [finding("H3.1", AREA, "unknown", "needs_judgement")]
    pool["H7.2"] = [finding("H7.2", AREA, "not_applicable", "level_not_covered")]
    return [f for item in ITEMS for f in pool[item]]


CHECKS = {
    "B7.1": (
        CheckEntry(
            "participation",
            Bilingual("参与率达到当地规定", "Participation reaches the local limit"),
            Bilingual("参与率不低于 80%", "participation is at least 80 %"),
        ),
        CheckEntry(
            "consent",
            Bilingual("同意率达到当地规定", "Consent reaches the local limit"),
            Bilingual("同意率不低于 90%", "consent is at least 90 %"),
            local=CONSENT,
        ),
    ),
    "X2": (
        CheckEntry(
            "judged",
            Bilingual("财政资金没有大包大揽", "Public money does not carry everything"),
            Bilingual("须由人研判", "left to a person"),
            asks=Bilingual("还有谁共担费用？", "Who else shares the cost?"),
        ),
    ),
    "B2.2": (
        CheckEntry(
            "built",
            Bilingual("建成日期不晚于当地截止日", "Built by the cut-off date"),
            Bilingual(
                "建成日期不晚于当地截止日（当地尚未明确）",
                "the date of building is not after the cut-off date (not set)",
            ),
        ),
    ),
    "B4.1": (
        CheckEntry(
            "in_operators_plan",
            Bilingual("列入专营单位计划", "In the operator's plan"),
            Bilingual(
                "需改造的各专业均列入专营单位年度计划", "every sector is in its operator's yearly plan"
            ),
        ),
    ),
    "B7.2": (
        CheckEntry(
            "before_start",
            Bilingual("先表决、后开工", "Vote before the start"),
            Bilingual("表决截止日不晚于开工日", "the vote closed not after the start of works"),
        ),
    ),
}
RANK: tuple[Reason, ...] = (
    "conflicting_data",
    "missing_parameter",
    "missing_field",
    "ambiguous_date",
    "missing_evidence",
    "needs_judgement",
)


def rollup(item: str, found: Sequence[Finding]) -> ItemRollup:
    sets: dict[Outcome, list[Finding]] = {"fail": [], "unknown": [], "pass": [], "not_applicable": []}
    for f in found:
        sets[f.outcome].append(f)
    outcome: Outcome = next((o for o, fs in sets.items() if fs), "not_applicable")
    reasons = {f.reason for f in sets[outcome]}
    reason = next(
        (r for r in RANK if r in reasons), sets[outcome][0].reason if sets[outcome] else "no_object"
    )
    clause = BODY.get(item, item.split(".")[0])
    model = found[0] if found else finding(item, AREA)
    leading = next((f for f in found if f.outcome == outcome), model)
    zh, en = ITEMS[item]
    return ItemRollup(
        item=item,
        clause=clause,
        title=Bilingual(zh, en),
        requires=Bilingual(
            f"{zh}须达到衡量标准的要求，并有材料佐证。", f"{en}: as the standard asks, with evidence."
        ),
        cite=Bilingual(f"附件 {clause}（正文 一）", f"annex {clause} (body 一)"),
        obligation=model.obligation,
        outcome=outcome,
        reason=reason,
        disposition=leading.disposition,
        severity="critical" if any(f.severity == "critical" for f in sets["fail"]) else model.severity,
        method="coverage" if item.startswith("H") else "any_fail",
        numerator=len(sets["pass"]),
        denominator=len(sets["pass"]) + len(sets["fail"]),
        failing=tuple(f.subject.name for f in sets["fail"]),
        open=tuple(f.subject.name for f in sets["unknown"]),
        tally=Tally(*(len(sets[o]) for o in ("pass", "fail", "unknown", "not_applicable"))),
        checks=CHECKS.get(item, ()),
        remedy=(
            Bilingual(
                "对未参与的住户补充征询，留存征询表。", "Ask the remaining households and keep their forms."
            ),
            Bilingual(
                "汇总结果并公示，再报计划变更。", "Publish the result, then report the change of plan."
            ),
        )
        if sets["fail"]
        else (),
        not_modelled=(
            Bilingual("签名是否本人所签，须现场核实。", "Whether signatures are genuine is for a visit."),
        )
        if item == "B7.1"
        else (),
        body_only=item in BODY,
        risk=RISK.says if item == "B4.1" and outcome == "fail" else None,
    )


def tally(outcomes: Sequence[Outcome]) -> Tally:
    return Tally(*(outcomes.count(o) for o in ("pass", "fail", "unknown", "not_applicable")))


class Lazy(Sequence[Finding]):
    """Findings made when they are read, as the judge hands them over."""

    def __init__(self, items: Sequence[Finding]) -> None:
        self._items = items

    def __len__(self) -> int:
        return len(self._items)

    @overload
    def __getitem__(self, index: int) -> Finding: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[Finding]: ...
    def __getitem__(self, index: int | slice) -> Finding | Sequence[Finding]:
        return self._items[index]

    def __iter__(self) -> Iterator[Finding]:
        return (replace(f) for f in self._items)


def report(
    found: Sequence[Finding], faults: tuple[Fault, ...] = (), integrity: tuple[str, ...] = ()
) -> Report:
    by_item: dict[str, list[Finding]] = {item: [] for item in ITEMS}
    for f in found:
        by_item[f.item].append(f)
    items = tuple(rollup(item, fs) for item, fs in by_item.items())
    clauses = []
    for clause, (zh, en) in CLAUSES.items():
        own = [i for i in items if i.clause == clause]
        deciding = [i for i in own if not i.body_only] or own
        order: tuple[Outcome, ...] = ("fail", "unknown", "pass", "not_applicable")
        outcome = next(o for o in order if any(i.outcome == o for i in deciding))
        reason = next(i.reason for i in deciding if i.outcome == outcome)
        part = {"B": "baseline", "H": "hard_problem", "X": "body"}[clause[0]]
        names, body = ([i.item for i in own if i.body_only is only] for only in (False, True))
        clauses.append(
            ClauseRollup(clause, Bilingual(zh, en), part, outcome, reason, tuple(names), tuple(body))  # type: ignore[arg-type]
        )
    baseline = tally([i.outcome for i in items if i.item.startswith("B")])
    hard = tally([i.outcome for i in items if i.item.startswith("H")])
    count = {d: sum(f.disposition == d for f in found) for d in ("rectify", "improve", "supply", "review")}
    outcome = "fail" if count["rectify"] else "unknown" if count["supply"] + count["review"] else "pass"
    if not found:
        outcome = "not_applicable"
    sentence = {
        "fail": Bilingual(
            f"底线要求 {baseline.failed} 条不符合，{baseline.unknown} 条待证；应先整改，再补材料。",
            f"{baseline.failed} baseline items fail and {baseline.unknown} are unknown: rectify first.",
        ),
        "unknown": Bilingual("没有不符合的条目，但材料不全。", "No item fails, but material is missing."),
        "pass": Bilingual("各条均符合。", "All items pass."),
        "not_applicable": Bilingual("没有应作认定的对象。", "Nothing was owed an answer."),
    }[outcome]
    return Report(
        report_version=REPORT_VERSION,
        provenance=Provenance(
            source="yunling-2022.json",
            dossier_sha256="5f70bf18a086007016e948b04aed3b82103a36bea41755b6cddfaf10ace3c6ef",
            dossier_bytes=1_482_113,
            rulebook_version="2021.1",
            rulebook_sha256="ef2d127de37b942baad06145e54b0c619a1f22327b2ebbcfbec78f5564afe39d",
            profile="haidong",
            profile_title=Bilingual("海东县", "Haidong County"),
            profile_sha256="4e07408562bedb8b60ce05c1decfe3ad16b72230967de01f640b7e4729b49fce",
            profile_origin="given",
            profiles=(ProfileUsed("haidong", Bilingual("海东县", "Haidong County"), "4e07408562bedb8b60ce05c1decfe3ad16b72230967de01f640b7e4729b49fce"),),
            drafts=False,
            readings=(
                ReadingUsed(
                    "B8",
                    Bilingual("共识要在何时形成", "When consensus must stand"),
                    "annex",
                    Bilingual("依附件：只查开工前的确认。", "By the annex: only before the start."),
                    True,
                ),
            ),
            data_as_of="2022-12-31",
            mode="strict",
            as_of="2022-12-31",
            as_of_origin="given",
            tool="compliance",
            tool_version="0.1.0",
            standard="建办城〔2021〕50号",
        ),
        area=Area("639901", "海东市云岭县", "county", 2022, "YL-2022-01", True, "云岭县住房和城乡建设局"),
        verdict=Verdict(
            outcome,
            sentence,
            baseline,
            hard,
            tally([f.outcome for f in found]),
            count["rectify"],
            count["improve"],
            count["supply"],
            count["review"],
            min((f.severity for f in found if f.disposition == "rectify"), key=SEVERITIES.index, default=None),
            any(f.outcome == "unknown" and f.obligation != "encouraged" for f in found),
            tally([i.outcome for i in items if i.body_only]),
            (RISK,) if any(i.risk for i in items) else (),
        ),
        clauses=tuple(clauses),
        items=items,
        findings=Lazy(found),
        faults=faults,
        integrity=integrity,
    )


def sample() -> Report:
    fault = Fault(
        "B9.1",
        "monthly_inspection",
        "project/P-003",
        Bilingual("规则引擎未返回该检查的结论。", "The engine gave no answer to this check."),
    )
    return report(findings(), (fault,), ("A-03",))


def empty() -> Report:
    return report([])


@lru_cache(maxsize=1)
def large(count: int = 12_000) -> Report:
    """A province's worth: a third fail or are unknown, the rest pass or do not apply."""
    names = list(ITEMS)
    model = {f.outcome: f for f in findings() if f.item in ("B7.1", "B6.2")}
    outcomes: tuple[Outcome, ...] = ("pass", "pass", "pass", "not_applicable", "fail", "unknown")
    reasons: dict[Outcome, Reason] = {"unknown": "missing_evidence", "not_applicable": "not_due"}
    found = []
    for n in range(count):
        outcome = outcomes[n % 7 % 6]
        plain = finding(names[n % len(names)], community(n, f"第{n}号小区"), outcome, reasons.get(outcome))
        rich = model[outcome]
        found.append(
            replace(plain, checks=rich.checks, asked=rich.asked, found=rich.found, remarks=rich.remarks)
        )
    return report(sorted(found, key=lambda f: names.index(f.item)))
