"""The dossier: one area's yearly submission, as JSON → frozen typed objects; refuses unknown and mistyped fields.

Every field may be left out: absent means *not reported* and never counts against anybody. An explicit
``false`` or ``0`` is data. An empty list says nothing by itself; that there is none must be said in
``declarations``. The names follow the field dictionary of the specification, with the additions that the
row subjects of the rules need (ADR 0003). Thresholds, mode and as-of date are not here: a dossier makes
claims and never sets its own pass mark.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from compliance.schemas.limits import LIST_ITEMS
from compliance.schemas.scalars import Amount, AreaCode, Bool, Date, DocNo, Int, Text, Uscc

SCHEMA_VERSION = "1.0"

ID_PATTERN = r"^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$"
# Relative, with / between folders: what follows is looked up in the submission, never on a disk.
FILE_PATTERN = r"^[^/\\\x00-\x1f\ufffe\uffff][^\\\x00-\x1f\ufffe\uffff]*$"
SHA256_PATTERN = r"^[0-9a-f]{64}$"

Id = Annotated[str, Field(pattern=ID_PATTERN)]

Facility = Literal[
    "drainage", "water", "gas", "heating", "power", "telecom", "overhead_lines", "road", "fire_safety", "roof",
    "facade", "stairwell", "structure", "energy_retrofit", "accessibility", "ageing", "child_friendly",
    "parking", "elevator", "charging_car", "charging_ebike", "security", "lighting", "smart_mailbox",
    "parcel_locker", "improvement_other",
    "sports", "elderly_care", "childcare", "dining", "health", "uplift_other",
]  # fmt: skip
Sector = Literal["power", "telecom", "water", "drainage", "gas", "heating", "cable_tv"]
FundSource = Literal[
    "central_subsidy", "central_budget_investment", "provincial", "city", "county", "special_bond",
    "general_bond", "utility", "original_owner", "enterprise", "resident", "maintenance_fund",
    "housing_fund", "loan", "renewal_fund", "other",
]  # fmt: skip
FundPurpose = Literal[
    "infrastructure", "public_service", "common_parts", "energy_retrofit", "elevator", "survey_design",
    "supervision", "administration", "vehicles", "other_project", "other",
]  # fmt: skip
Stage = Literal["planned", "started", "completed", "accepted", "handed_over"]
DocType = Literal[
    "mechanism_notice", "work_rules", "duty_list", "procedure", "meeting_minutes", "duty_subdistrict",
    "county_application", "plan_approval", "funding_plan", "budget_doc", "debt_opinion",
    "eligibility_proof", "scope_rule", "demolition_permit", "felling_permit", "relocation_agreement",
    "before_after_photo", "archive_record", "score_sheet", "ranking_notice", "ledger", "voucher",
    "settlement", "final_account", "audit_report", "utility_plan_doc", "site_confirmation",
    "coordination_plan", "excavation_permit", "survey_report", "hazard_appraisal", "scheme_doc",
    "infeasible_note", "area_survey_report", "participation_record", "satisfaction_report",
    "consultation_form", "consultation_summary", "owner_roster", "ballot", "ballot_summary",
    "e_vote_log", "publicity_photo", "result_notice", "resolution", "mgmt_agreement",
    "quality_system_doc", "commitment_letter", "inspection_record", "hidden_work_record",
    "material_test", "acceptance_report", "filing_receipt", "warranty_letter", "finding_doc",
    "rectification_report", "closure_form", "party_org_approval", "oc_filing", "area_plan",
    "investment_agreement", "receipt", "bond_doc", "loan_contract", "operation_contract",
    "policy_file", "standard_file", "handover_agreement", "fund_rules", "fund_account_proof",
    "indoor_policy", "declaration", "public_report",
]  # fmt: skip
Absent = Literal[
    "shortfalls", "demolition", "relocation", "felling", "fund_misuse", "quality_events", "audit_issues",
    "hidden_debt", "guarantees", "pipelines", "prior_renovation", "excavation_repeats", "area_renovation",
    "social_capital", "party_meetings", "shared_facilities", "area_surveys", "market_financing",
]  # fmt: skip
PolicyTopic = Literal[
    "party_led_governance", "approval", "standard_system", "stock_resources", "land_mixed_use",
    "building_conversion", "finance", "indoor_renovation", "area_renovation", "funding", "handover",
    "community_circle", "scaled_operator",
]  # fmt: skip


def f(zh: str, en: str, unit: str = "", level: str = "") -> Any:
    """A field with its Chinese title, English description, unit and the level it is reported at."""
    return Field(default=None, title=zh, description=en, json_schema_extra=_extra(unit, level))


def _extra(unit: str, level: str) -> Any:
    return {key: value for key, value in (("unit", unit), ("level", level)) if value} or None


def many(zh: str, en: str, unit: str = "", level: str = "") -> Any:
    """A list field; absent and empty mean the same."""
    return Field(
        default=(), max_length=LIST_ITEMS, title=zh, description=en, json_schema_extra=_extra(unit, level)
    )


def key(zh: str, en: str, level: str = "") -> Any:
    """A required identifier."""
    return Field(title=zh, description=en, json_schema_extra=_extra("", level))


class Part(BaseModel):
    """Base of everything in a dossier."""

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)


class EvidenceRef(Part):
    """证据引用: a place in an attachment that shows what is claimed."""

    attachment: Id = key("附件号", "att_id of an entry in attachments")
    page: Annotated[int, Field(ge=1, le=100000, strict=True)] | None = f("页码", "Page, counted from 1", "页")
    quote: Text | None = f("原文摘录", "The words on that page that show it")


class Entity(Part):
    """Base of what can carry evidence and a responsible unit."""

    evidence: tuple[EvidenceRef, ...] = many("证据", "Where attachments show what this entry claims")
    responsible_unit: Text | None = f("责任单位", "Unit that answers for a failing here")


class Document(Entity):
    """文件: a document that exists or is said not to."""

    exists: Bool | None = f("是否已制定", "false states that there is none; absent: not reported")
    title: Text | None = f("文件名称", "Title")
    doc_no: DocNo | None = f("发文字号", "Document number with the year in 〔〕")
    issued_on: Date | None = f("印发日期", "Date of issue")
    effective_to: Date | None = f("有效期至", "Last day of validity, where one is set")
    is_draft: Bool | None = f("是否征求意见稿", "true for a draft for comment")


class Person(Part):
    """人员"""

    name: Text | None = f("姓名", "Name")
    post: Text | None = f("职务", "Post or office")


class Submission(Part):
    """报送信息"""

    status: Literal["draft", "final"] | None = f("报送状态", "Draft or final submission")
    number: Text | None = f("报送编号", "Number of the submission")
    signed_by: Text | None = f("签发人", "Who signed")
    signed_on: Date | None = f("签发日期", "When signed")
    sealed: Bool | None = f("是否盖章", "Whether the unit's seal stands on it")


class Declaration(Entity):
    """“无”的声明: states that something does not exist; silence never does."""

    absent: Absent = key("声明不存在的事项", "What is declared not to exist")
    community_id: Id | None = f("小区编号", "Only for this community; absent: for the whole area", level="小区")
    project_id: Id | None = f("项目编号", "Only for this project", level="项目")
    declared_by: Text | None = f("声明单位", "Who declares it")
    declared_on: Date | None = f("声明日期", "When")


class Source(Part):
    """公开来源"""

    document: Text = key("文件", "Title or number of the published document")
    section: Text | None = f("位置", "Section, item or table in it")
    issued_on: Date | None = f("日期", "Date of the document")
    note: Text | None = f("说明", "Remark, e.g. reprinted by another site")


class Statistic(Part):
    """公开数字: a published figure with its scope and source; kept for readers, judged by no rule."""

    name: Text = key("指标", "What is counted")
    value: Amount = key("数值", "The published value")
    unit: Text = key("计量单位", "Unit of the value")
    year: Annotated[int, Field(ge=1949, le=2100, strict=True)] | None = f("年度", "Year it speaks of", "年")
    scope: Text | None = f("口径", "What is and is not counted")
    derived: Bool | None = f("是否推算", "true where computed from published figures")
    source: Source = key("来源", "Where it was published")


class Meeting(Entity):
    """会议"""

    held_on: Date | None = f("召开日期", "Date held")
    type: Literal["leading_group", "joint", "work", "resident_council", "other"] | None = f("类型", "Kind of meeting")
    led_by_party_org: Bool | None = f("是否由党组织主持", "Whether the community's Party organisation led it", level="小区")
    topic: Text | None = f("议题", "Subject")


class Mechanism(Entity):
    """统筹协调机制"""

    area_code: AreaCode = key("行政区划代码", "Area whose mechanism this is")
    established: Bool | None = f("是否建立", "false states that there is none")
    established_on: Date | None = f("成立日期", "Date of establishment", level="市/县")
    document: Document | None = f("成立文件", "Founding document", level="市/县")
    leader_title: Text | None = f("组长职务", "Leader's post in words", level="市/县")
    leader_post: Literal["party_secretary", "government_head", "government_deputy", "department_head", "other"] | None = f(
        "组长职务类别", "Coded post of the leader", level="市/县"
    )
    lead_org: Text | None = f("牵头单位", "Leading unit", level="市/县")
    member_depts: tuple[Text, ...] = many("成员部门", "Member departments", "个", "市/县")
    work_rules: Document | None = f("工作规则", "Working rules", level="市/县")
    responsibility_list: Document | None = f("责任清单", "List of responsibilities", level="市/县")
    procedure: Document | None = f("议事规程", "Rules of procedure", level="市/县")
    meetings: tuple[Meeting, ...] = many("会议记录", "Meetings held", "次", "市/县")


class DutyDocument(Entity):
    """街道社区职责文件"""

    area_code: AreaCode = key("行政区划代码", "Area that issued it")
    document: Document | None = f("职责分工文件", "The document", level="市/县")
    covers_subdistrict: Bool | None = f("是否明确街道职责", "Names subdistricts' duties", level="市/县")
    covers_community: Bool | None = f("是否明确社区职责", "Names residential communities' duties", level="市/县")


class Financing(Entity):
    """资金来源及落实"""

    source: FundSource = key("资金来源", "Source of funds")
    amount_10k: Amount | None = f("金额", "Amount", "万元", "省/市/县")
    confirmed: Bool | None = f("是否落实", "Confirmed by a document of the provider", level="省/市/县")
    in_place: Bool | None = f("是否到账或完成结算", "Received, or settled as an investment in kind", level="省/市/县")
    document: Document | None = f("落实文件", "The provider's document", level="省/市/县")
    guarantee: Bool | None = f("政府或部门是否担保、承诺还款", "Guaranteed or promised by government", level="省/市/县")
    repayment: Literal["project_revenue", "enterprise", "fiscal_commitment", "bond_balance", "none"] | None = f(
        "还款来源", "Source of repayment", level="省/市/县"
    )
    balance_plan: Bool | None = f("是否有收益平衡方案", "Special bond has a plan of balancing returns", level="省/市/县")


class CountyDeclaration(Entity):
    """县级申报"""

    area_code: AreaCode = key("县区代码", "County that applied")
    declared_on: Date | None = f("申报日期", "Date of the application", level="省/市")
    document: Document | None = f("申报文件", "The application", level="省/市")


class Plan(Entity):
    """年度改造计划"""

    plan_id: Id = key("计划编号", "Identifier")
    year: Annotated[int, Field(ge=2000, le=2100, strict=True)] = key("计划年度", "Year of the plan")
    approved_on: Date | None = f("计划批准日期", "Date of approval", level="省/市/县")
    document: Document | None = f("批复或公布文件", "Approval or publication", level="省/市/县")
    county_codes: tuple[AreaCode, ...] = many("计划涉及县区", "Counties that the plan covers", "个", "省/市")
    community_ids: tuple[Id, ...] = many("计划小区清单", "Communities in the plan", "个", "省/市/县")
    communities_planned: Int | None = f("计划小区数", "Number of communities planned", "个", "省/市/县")
    planned_investment_10k: Amount | None = f("计划投资", "Planned investment", "万元", "省/市/县")
    funding_plan: tuple[Financing, ...] = many("资金筹措", "Financing entries", "", "省/市/县")
    county_declarations: tuple[CountyDeclaration, ...] = many("县级申报文件", "Applications from below", "", "省/市")
    quota_imposed: Bool | None = f("是否下达指标", "Whether targets were imposed from above", level="省/市")
    debt_review: Document | None = f("债务审核意见", "Finance department's review of debt", level="市/县")
    hidden_debt_added_10k: Amount | None = f("新增隐性债务", "Hidden debt added", "万元", "市/县")
    works_stopped_for_funds: Bool | None = f("是否因资金停工或拖欠", "Works stopped or bills unpaid for lack of funds", level="市/县")
    prev_year_planned: Int | None = f("上年计划小区", "Planned in the year before", "个", "市/县")
    prev_year_started: Int | None = f("上年开工小区", "Of these started", "个", "市/县")
    prev_year_completed: Int | None = f("上年完工小区", "Of these completed", "个", "市/县")


class Archive(Entity):
    """一类档案"""

    data_ref: Text | None = f("数据索引", "Where the record's data are kept")
    exists: Bool | None = f("是否建档", "false states that there is no record of this kind")
    images: tuple[EvidenceRef, ...] = many("图片", "Pictures")
    images_before: tuple[EvidenceRef, ...] = many("改造前图片", "Pictures before the works")
    images_after: tuple[EvidenceRef, ...] = many("改造后图片", "Pictures after the works")
    updated_on: Date | None = f("更新日期", "Last update")


class ArchiveSet(Part):
    """五类档案"""

    basic: Archive | None = f("基本情况", "Basic facts", level="小区")
    willingness: Archive | None = f("居民意愿", "Residents' wishes", level="小区")
    scheme: Archive | None = f("改造方案", "Renovation scheme", level="小区")
    progress: Archive | None = f("工程进度", "Progress of the works", level="小区")
    effect: Archive | None = f("前后效果", "Before and after", level="小区")


class ScoreItem(Part):
    """评分明细"""

    dimension: Literal["facilities", "scheme_quality", "willingness", "other"] = key("评分维度", "Dimension")
    name: Text | None = f("评分项", "Item in words")
    points: Amount | None = f("得分", "Points", "分")


class ReserveEntry(Entity):
    """储备库条目"""

    reserve_id: Id = key("储备编号", "Identifier")
    community_id: Id = key("小区编号", "Community it speaks of", level="小区")
    entered_on: Date | None = f("入库日期", "Date of entry", level="小区")
    archive: ArchiveSet | None = f("五类档案", "The five records", level="小区")
    score: Amount | None = f("量化得分", "Score", "分", "小区")
    score_detail: tuple[ScoreItem, ...] = many("评分明细", "Score by dimension", "", "小区")
    scored_on: Date | None = f("评分日期", "Date of scoring", level="小区")
    round: Int | None = f("轮次", "Round of ranking", "", "小区")
    rank: Int | None = f("排序", "Rank in the round", "", "小区")
    selected: Bool | None = f("是否入选", "Whether taken into the plan", level="小区")
    exception_reason: Text | None = f("例外理由", "Recorded reason for an order other than by score", level="小区")


class PriorRenovation(Entity):
    """历次改造记录"""

    plan_year: Annotated[int, Field(ge=1990, le=2100, strict=True)] | None = f("计划年度", "Year", "年", "小区")
    fund_source: FundSource | None = f("资金来源", "Source of funds", level="小区")
    same_buildings: Bool | None = f("是否同一楼栋", "Whether the same buildings were renovated", level="小区")


class Shortfall(Entity):
    """设施短板"""

    facility_code: Facility = key("设施", "Facility that falls short", level="小区")
    severity: Literal["general", "serious", "hazard"] | None = f("严重程度", "hazard: a danger to safety", level="小区")
    surveyed_on: Date | None = f("摸排日期", "Date of the survey", level="小区")
    resident_demand_rate: Amount | None = f("需求率", "Share of residents asking for it, in percent", "%", "小区")
    feasible: Bool | None = f("是否具备改造条件", "false: cannot be done", level="小区")
    infeasible_reason: Text | None = f("不具备条件的理由", "Written reason", level="小区")
    residents_confirmed: Bool | None = f("居民是否确认不改", "Residents confirmed leaving it out", level="小区")
    excluded_reason: Text | None = f("未纳入方案的理由", "Recorded reason where it was left out of the scheme", level="小区")


class RenovationItem(Entity):
    """改造内容"""

    facility_code: Facility = key("设施", "Facility worked on", level="小区")
    method: Literal["renovate", "build", "lease", "purchase", "reserve_conditions"] | None = f("方式", "How", level="小区")
    area_facility_id: Id | None = f("片区设施编号", "Shared facility of the area unit that meets the need", level="小区")
    in_use: Bool | None = f("是否在用", "Whether the facility is in use after the works", level="小区")


class Scheme(Entity):
    """改造方案"""

    finalised_on: Date | None = f("方案定稿日期", "Date the scheme was finalised", level="小区")
    version: Text | None = f("方案版本", "Version of the scheme", level="小区")
    drawing_version: Text | None = f("施工图对应方案版本", "Scheme version the working drawings follow", level="小区")
    major_change_after_vote: Bool | None = f("表决后是否重大变更", "Major change after the vote", level="小区")
    items: tuple[RenovationItem, ...] = many("改造内容", "What the scheme does", "", "小区")


class Consultation(Entity):
    """意愿征询"""

    round: Int | None = f("征询轮次", "Round", "", "小区")
    about: Literal["willingness", "scheme"] | None = f(
        "征询事项", "willingness: whether to renovate, as is meant where nothing is said; scheme: what to do", level="小区"
    )
    method: Literal["door_to_door", "online", "meeting", "mixed"] | None = f("征询方式", "How", level="小区")
    unit: Literal["household", "owner", "area"] | None = f("计数单位", "What is counted", level="小区")
    total: Int | None = f("应征询数", "All who were to be asked", "户", "小区")
    participated: Int | None = f("参与数", "Took part", "户", "小区")
    agreed: Int | None = f("同意数", "Agreed", "户", "小区")
    opposed: Int | None = f("反对数", "Opposed", "户", "小区")
    opened_on: Date | None = f("开始日期", "Opened", level="小区")
    closed_on: Date | None = f("结束日期", "Closed", level="小区")


class Publicity(Entity):
    """公示"""

    from_on: Date | None = f("公示起", "First day", level="小区")
    to_on: Date | None = f("公示止", "Last day", level="小区")
    place: Text | None = f("公示地点", "Where", level="小区")
    of: Literal["scheme", "result"] | None = f("公示内容", "What was shown", level="小区")


class Vote(Entity):
    """业主表决"""

    decides: Literal["scheme", "management", "lift", "fund", "other"] | None = f("表决对象", "What is decided", level="小区")
    scope: Literal["community", "building", "unit"] | None = f("表决范围", "Who votes", level="小区/楼栋/单元")
    scope_id: Text | None = f("楼栋或单元号", "Building or unit", level="楼栋/单元")
    matters: tuple[Annotated[int, Field(ge=1, le=9, strict=True)], ...] = many(
        "共同决定事项", "Matters of Civil Code art. 278(1), by number", "", "小区"
    )
    method: Literal["written", "online", "mixed", "oral", "show_of_hands", "chat_group"] | None = f("表决方式", "How", level="小区")
    identity_verified: Bool | None = f("是否实名核验", "Voters' identity was verified", level="小区")
    opened_on: Date | None = f("开始日期", "Opened", level="小区")
    closed_on: Date | None = f("截止日期", "Closed", level="小区")
    total_area_m2: Amount | None = f("总专有面积", "Exclusive area of all owners", "㎡", "小区")
    part_area_m2: Amount | None = f("参与面积", "Exclusive area of owners voting", "㎡", "小区")
    agree_area_m2: Amount | None = f("同意面积", "Exclusive area of owners agreeing", "㎡", "小区")
    total_owners: Int | None = f("业主总人数", "All owners", "人", "小区")
    part_owners: Int | None = f("参与人数", "Owners voting", "人", "小区")
    agree_owners: Int | None = f("同意人数", "Owners agreeing", "人", "小区")
    total_households: Int | None = f("总户数", "Households; not owners, decides nothing", "户", "小区")
    part_households: Int | None = f("参与户数", "Households voting; decides nothing", "户", "小区")
    agree_households: Int | None = f("同意户数", "Households agreeing; decides nothing", "户", "小区")
    deemed_votes: Int | None = f("视同票", "Non-voters counted with the majority, in owners", "票", "小区")
    deemed_area_m2: Amount | None = f("视同票面积", "Area of those", "㎡", "小区")
    scheme_version: Text | None = f("表决的方案版本", "Scheme version voted on", level="小区")
    publicity: tuple[Publicity, ...] = many("公示记录", "Publicity rounds", "轮", "小区")


class MgmtConsensus(Entity):
    """长效管理共识"""

    mode: Literal["professional", "subdistrict_custody", "self_governed", "work_unit", "merged"] | None = f(
        "管理模式", "Mode of management", level="小区"
    )
    mode_agreed: Bool | None = f("管理模式是否达成共识", "Consensus on the mode", level="小区")
    fee_yuan_m2_month: Amount | None = f("物业服务费", "Fee", "元/㎡·月", "小区")
    fee_agreed: Bool | None = f("缴费是否达成共识", "Consensus on paying", level="小区")
    initial_consensus_on: Date | None = f("初步共识日期", "Initial consensus", level="小区")
    confirmed_on: Date | None = f("确认日期", "Confirmed in writing or online", level="小区")
    method: Literal["written", "online", "mixed", "oral", "show_of_hands", "chat_group"] | None = f("确认方式", "How", level="小区")


class ParticipationStep(Entity):
    """居民参与环节"""

    took_place: Bool | None = f("是否开展", "false states that it did not take place", level="小区")
    on: Date | None = f("日期", "When", level="小区")
    how: Text | None = f("形式", "In what form", level="小区")


class Participation(Part):
    """居民全程参与五环节"""

    scheme: ParticipationStep | None = f("参与方案制定", "Making the scheme", level="小区")
    construction: ParticipationStep | None = f("配合施工", "Cooperating with the works", level="小区")
    supervision: ParticipationStep | None = f("参与过程监督", "Supervising", level="小区")
    management: ParticipationStep | None = f("参与后续管理", "Managing afterwards", level="小区")
    feedback: ParticipationStep | None = f("评价与反馈", "Evaluating", level="小区")


class Survey(Entity):
    """满意度调查"""

    surveyed_on: Date | None = f("调查日期", "Date", level="小区")
    method: Literal["third_party", "door_to_door", "online", "phone", "mixed"] | None = f("方式", "How", level="小区")
    surveyed: Int | None = f("调查总数", "Questionnaires given out", "份", "小区")
    valid_responses: Int | None = f("有效数", "Valid answers", "份", "小区")
    satisfied: Int | None = f("满意数", "Satisfied", "份", "小区")
    scale: Literal["share", "points"] | None = f("量表", "share: proportion satisfied; points: a mean score", level="小区")
    mean_score: Amount | None = f("平均分", "Mean score where points are used", "分", "小区")


class Handover(Entity):
    """专营设施移交"""

    sector: Sector = key("专业", "Utility sector", level="小区")
    transferor: Text | None = f("移交方", "Who hands over", level="小区")
    transferee: Text | None = f("接收方", "Utility that takes over", level="小区")
    transferee_uscc: Uscc | None = f("接收方统一社会信用代码", "Its credit code", level="小区")
    signed: Bool | None = f("是否双方签署", "Signed by both; false: not signed", level="小区")
    signed_on: Date | None = f("签署日期", "Date signed", level="小区")
    maintenance_clause: Bool | None = f("是否含维护责任条款", "Has a clause on maintenance", level="小区")


class FundAccount(Entity):
    """住宅专项维修资金账户"""

    opened: Bool | None = f("是否开户", "false states that there is none", level="小区")
    opened_on: Date | None = f("开户日期", "Opened", level="小区")
    standard_yuan_m2: Amount | None = f("归集标准", "Standard of collection", "元/㎡", "小区")
    new_build_standard_yuan_m2: Amount | None = f("当地新建住宅交存标准", "Standard of new buildings in the place", "元/㎡", "小区")
    initial_10k: Amount | None = f("首期归集", "First collection", "万元", "小区")
    balance_10k: Amount | None = f("余额", "Balance", "万元", "小区")
    paid_households: Int | None = f("已缴户数", "Households that paid", "户", "小区")


class Community(Entity):
    """小区"""

    community_id: Id = key("小区编号", "Identifier", "小区")
    name: Text = key("小区名称", "Name", "小区")
    address: Text | None = f("地址", "Address", level="小区")
    county_code: AreaCode | None = f("所在县区代码", "County it lies in", level="小区")
    subdistrict: Text | None = f("街道", "Subdistrict", level="小区")
    residential_community: Text | None = f("社区", "Residential community (居住社区)", level="小区")
    built_on: Date | None = f("建成日期", "Date built, may be a year", level="小区")
    land_type: Literal["state", "collective"] | None = f("土地性质", "State or collective land", level="小区")
    buildings: Int | None = f("楼栋", "Buildings", "栋", "小区")
    households: Int | None = f("户数", "Households", "户", "小区")
    floor_area_m2: Amount | None = f("建筑面积", "Floor area", "㎡", "小区")
    owners_count: Int | None = f("业主人数", "Owners, counted as the law counts", "人", "小区")
    unsold_public_units: Int | None = f("未售公房套数", "Public flats not sold", "套", "小区")
    in_shantytown_plan: Bool | None = f("是否列入棚改", "In a shanty-town plan", level="小区")
    in_expropriation_plan: Bool | None = f("是否列入征收", "In an expropriation plan", level="小区")
    is_villa_only: Bool | None = f("是否纯别墅", "Villas only", level="小区")
    is_illegal_construction: Bool | None = f("是否违法建设", "Built illegally", level="小区")
    to_be_rebuilt: Bool | None = f("是否拟拆除重建", "To be pulled down and rebuilt", level="小区")
    prior_renovations: tuple[PriorRenovation, ...] = many("历次改造记录", "Earlier renovations", "", "小区")
    has_party_org: Bool | None = f("是否成立小区党组织", "Has a Party organisation", level="小区")
    party_org_on: Date | None = f("党组织成立日期", "Date it was set up", level="小区")
    party_meetings: tuple[Meeting, ...] = many("党组织协商记录", "Consultations it led", "次", "小区")
    has_owners_committee: Bool | None = f("是否有业主委员会", "Has an owners' committee (or 物管会)", level="小区")
    oc_filed: Bool | None = f("业委会是否备案", "Committee is on file with the subdistrict", level="小区")
    oc_resolution: Bool | None = f("改造中业委会是否作出决议", "Committee resolved matters of the renovation", level="小区")
    oc_members: Int | None = f("业委会委员数", "Members", "人", "小区")
    oc_party_members: Int | None = f("其中党员数", "Of these Party members", "人", "小区")
    no_assembly_agreed: Bool | None = f("全体同意不成立业主大会", "All of few owners agreed to have no assembly", level="小区")
    non_lift_multistorey_units: Int | None = f("无梯单元数", "Stairwells without a lift", "个", "小区")
    area_unit_id: Id | None = f("所属片区", "Area unit it belongs to", level="小区")
    shortfalls: tuple[Shortfall, ...] = many("设施短板", "What falls short", "", "小区")
    scheme: Scheme | None = f("改造方案", "The scheme", level="小区")
    consultations: tuple[Consultation, ...] = many("意愿征询", "Rounds of consultation", "轮", "小区")
    votes: tuple[Vote, ...] = many("业主表决", "Votes", "", "小区")
    mgmt_consensus: MgmtConsensus | None = f("长效管理共识", "Consensus on management", level="小区")
    participation: Participation | None = f("居民参与", "Participation by step", level="小区")
    surveys: tuple[Survey, ...] = many("满意度调查", "Satisfaction surveys", "", "小区")
    handovers: tuple[Handover, ...] = many("设施移交", "Handovers", "", "小区")
    fund_account: FundAccount | None = f("维修资金账户", "Maintenance fund account", level="小区")


class SharedFacility(Entity):
    """片区共享设施"""

    facility_id: Id = key("设施编号", "Identifier")
    facility_code: Facility | None = f("设施", "Kind of facility", level="片区")
    method: Literal["renovate", "build", "lease", "purchase"] | None = f("方式", "How it is provided", level="片区")
    serves: tuple[Id, ...] = many("服务小区", "Communities it serves", "个", "片区")


class AreaUnit(Entity):
    """片区"""

    area_unit_id: Id = key("片区编号", "Identifier", "片区")
    name: Text | None = f("片区名称", "Name", level="片区")
    community_ids: tuple[Id, ...] = many("片区小区", "Communities in it", "个", "片区")
    external_scope: Text | None = f("周边范围", "Surroundings included", level="片区")
    unified_scheme: Bool | None = f("是否统一方案", "One scheme for the whole", level="片区")
    plan_document: Document | None = f("片区方案", "Document of the area scheme", level="片区")
    shared_facilities: tuple[SharedFacility, ...] = many("共享设施", "Shared facilities", "", "片区")


class AreaSurvey(Entity):
    """居住社区摸排"""

    residential_community: Text = key("社区", "Residential community surveyed", "社区")
    surveyed_on: Date | None = f("摸排日期", "Date", level="社区")
    shortfalls: Bool | None = f("是否摸排设施短板", "Facilities' shortfalls surveyed", level="社区")
    hazards: Bool | None = f("是否摸排安全隐患", "Hazards surveyed", level="社区")
    stock_resources: Bool | None = f("是否摸排存量资源", "Unused buildings and land surveyed", level="社区")
    facilities_traced: Bool | None = f("设施清单能否回溯到摸排", "Facilities decided on follow from the survey", level="社区")


class Party(Entity):
    """参建单位"""

    exists: Bool | None = f("是否落实", "false states that there is none", level="项目")
    name: Text | None = f("单位名称", "Name", level="项目")
    uscc: Uscc | None = f("统一社会信用代码", "Credit code", level="项目")
    leader: Text | None = f("负责人", "Person in charge", level="项目")
    commitment: Document | None = f("责任承诺书", "Letter of responsibility", level="项目")


class Demolition(Entity):
    """拆除记录"""

    type: Literal["illegal_structure", "wall", "shed", "lawful_building", "historic", "relic"] | None = f("类型", "What", level="项目")
    area_m2: Amount | None = f("拆除面积", "Area", "㎡", "项目")
    approval: Document | None = f("审批或认定文件", "Approval or finding of illegality", level="项目")
    residents_agreed: Bool | None = f("居民是否同意", "Residents agreed", level="项目")
    approved_on: Date | None = f("批准日期", "Approved", level="项目")
    executed_on: Date | None = f("实施日期", "Carried out", level="项目")


class FellingPermit(Document):
    """砍伐移植许可"""

    trees_permitted: Int | None = f("许可株数", "Trees permitted", "株", "项目")


class Signatory(Entity):
    """专业单位签认"""

    sector: Sector = key("专业", "Sector", level="项目")
    unit: Text | None = f("单位", "Utility", level="项目")
    signed: Bool | None = f("是否签认", "Signed", level="项目")
    signed_on: Date | None = f("签认日期", "Date", level="项目")


class Excavation(Entity):
    """开挖记录"""

    section: Text = key("路段", "Stretch of road", level="项目")
    dug_on: Date | None = f("开挖日期", "Date", level="项目")
    sector: Sector | None = f("专业", "Sector", level="项目")
    planned: Bool | None = f("是否计划内", "Foreseen in the coordinated plan (or an emergency repair)", level="项目")


class CoordinationPlan(Entity):
    """统筹施工方案"""

    exists: Bool | None = f("是否形成", "false states that there is none", level="项目")
    dated: Date | None = f("方案日期", "Date", level="项目")
    sectors: tuple[Sector, ...] = many("涉及专业", "Sectors covered", "", "项目")
    signatories: tuple[Signatory, ...] = many("签认单位", "Who signed", "", "项目")
    excavation_log: tuple[Excavation, ...] = many("开挖记录", "Excavations", "", "项目")


class Inspection(Entity):
    """监督检查"""

    inspected_on: Date | None = f("检查日期", "Date", level="项目")
    result: Literal["passed", "rectify", "stopped"] | None = f("结果", "Result", level="项目")


class Acceptance(Entity):
    """竣工验收"""

    accepted_on: Date | None = f("验收日期", "Date", level="项目")
    conclusion: Literal["qualified", "unqualified"] | None = f("验收结论", "Conclusion", level="项目")
    participants: tuple[
        Literal["builder", "designer", "contractor", "supervisor", "surveyor", "owners_committee", "residents"], ...
    ] = many("参加方", "Who took part", "", "项目")
    filed_on: Date | None = f("备案日期", "Filed", level="项目")
    warranty: Document | None = f("保修书", "Warranty", level="项目")


class QualityEvent(Entity):
    """质量安全问题"""

    event_id: Id = key("问题编号", "Identifier", "项目")
    found_on: Date | None = f("发现日期", "Found", level="项目")
    type: Literal["quality", "safety", "material", "forged_report"] | None = f("类型", "Kind", level="项目")
    severity: Literal["general", "large", "major", "extraordinary"] | None = f("等级", "Grade", level="项目")
    description: Text | None = f("描述", "What happened", level="项目")
    resolved: Bool | None = f("是否解决", "Resolved", level="项目")
    resolved_on: Date | None = f("解决日期", "Resolved on", level="项目")
    issue_id: Id | None = f("对应问题编号", "Entry in issues that speaks of it", level="项目")


class Operator(Entity):
    """实施运营主体"""

    name: Text | None = f("名称", "Name", level="项目")
    uscc: Uscc | None = f("统一社会信用代码", "Credit code", level="项目")
    is_scaled_operator: Bool | None = f("是否规模化实施运营主体", "A scaled operator", level="项目")
    role: Literal["operate", "contractor", "agent_builder"] | None = f("承担方式", "operate: renovates and runs it", level="项目")
    contract: Document | None = f("授权或合同", "Authority or contract", level="项目")
    term_years: Int | None = f("运营期", "Years of operation", "年", "项目")
    government_buyback: Bool | None = f("是否含政府回购、保底、担保", "Buy-back, floor or guarantee by government", level="项目")


class Project(Entity):
    """改造项目"""

    project_id: Id = key("项目编号", "Identifier", "项目")
    plan_id: Id | None = f("所属计划", "Plan it belongs to", level="项目")
    name: Text = key("项目名称", "Name", "项目")
    investment_code: Text | None = f("投资项目代码", "Investment project code", level="项目")
    community_ids: tuple[Id, ...] = many("项目小区", "Communities in it", "个", "项目")
    stage: Stage | None = f("项目阶段", "Stage reached", level="项目")
    builder: Party | None = f("建设单位", "Client", level="项目")
    designer: Party | None = f("设计单位", "Designer", level="项目")
    contractor: Party | None = f("施工单位", "Contractor", level="项目")
    supervisor: Party | None = f("监理单位", "Supervisor", level="项目")
    surveyor: Party | None = f("勘察单位", "Geotechnical surveyor, asked for only where the place does", level="项目")
    approval_workdays: Int | None = f("审批全流程用时", "Working days that all approvals took", "工作日", "项目")
    planned_start: Date | None = f("计划开工日期", "Planned start", level="项目")
    actual_start: Date | None = f("实际开工日期", "Actual start", level="项目")
    start_basis: Literal["site_entry", "start_order", "permit", "contract"] | None = f("开工日期依据", "What the date rests on", level="项目")
    planned_finish: Date | None = f("计划完工日期", "Planned finish", level="项目")
    completed_on: Date | None = f("实际完工日期", "Completed", level="项目")
    investment_planned_10k: Amount | None = f("计划投资", "Planned investment", "万元", "项目")
    investment_actual_10k: Amount | None = f("实际投资", "Actual investment", "万元", "项目")
    pipeline_sectors: tuple[Sector, ...] = many("涉及管线专业", "Utility sectors the works touch", "", "项目")
    demolitions: tuple[Demolition, ...] = many("拆除记录", "Demolitions", "", "项目")
    relocated_households: Int | None = f("搬迁户数", "Households moved", "户", "项目")
    relocation_agreements: Int | None = f("搬迁协议数", "Agreements signed", "户", "项目")
    trees_felled: Int | None = f("砍伐移植树木数", "Trees felled or moved", "株", "项目")
    felled_on: Date | None = f("砍伐日期", "Date felled", level="项目")
    felling_permit: FellingPermit | None = f("砍伐许可", "Permit", level="项目")
    ancient_trees_affected: Int | None = f("涉及古树名木数", "Ancient trees affected", "株", "项目")
    coordination_plan: CoordinationPlan | None = f("统筹施工方案", "Coordinated works plan", level="项目")
    inspections: tuple[Inspection, ...] = many("监督检查", "Inspections", "次", "项目")
    acceptance: Acceptance | None = f("竣工验收", "Acceptance", level="项目")
    quality_events: tuple[QualityEvent, ...] = many("质量安全问题", "Quality and safety events", "", "项目")
    supervision_statement: Document | None = f("监督部门质量安全证明", "Supervising body's statement on quality", level="项目")
    operator: Operator | None = f("实施运营主体", "Operator", level="项目")
    financing: tuple[Financing, ...] = many("项目融资", "Loans, bonds, funds of the project", "", "项目")


class FundTxn(Entity):
    """资金流水"""

    txn_id: Id = key("流水编号", "Identifier", "项目")
    project_id: Id | None = f("项目编号", "Project it is for", level="项目")
    source: FundSource = key("来源", "Source", "项目")
    doc_no: Text | None = f("下达文号", "Document of allocation", level="项目")
    kind: Literal["allocated", "received", "paid"] = key("类型", "Allocated, received or paid", "项目")
    amount_10k: Amount | None = f("金额", "Amount", "万元", "项目")
    province_received_on: Date | None = f("省级收到日期", "When the province received it", level="项目")
    on: Date | None = f("日期", "Date of the transaction", level="项目")
    payee: Text | None = f("收款单位", "Payee", level="项目")
    payee_uscc: Uscc | None = f("收款单位代码", "Payee's credit code", level="项目")
    purpose: FundPurpose | None = f("用途", "Purpose", level="项目")


class FundReview(Entity):
    """资金核对或审计意见"""

    by: Literal["finance", "audit", "third_party"] | None = f("出具单位类别", "Who reviewed")
    dated: Date | None = f("日期", "Date")
    misuse_found: Bool | None = f("是否发现截留挪用", "Whether diversion or misuse was found")


class UtilityPlan(Entity):
    """专营单位年度更新改造计划"""

    utility_plan_id: Id = key("计划编号", "Identifier")
    sector: Sector = key("专业", "Sector")
    operator: Text | None = f("专营单位", "Utility company")
    year: Annotated[int, Field(ge=2000, le=2100, strict=True)] | None = f("年度", "Year", "年")
    issued_on: Date | None = f("印发日期", "Issued", level="省/市/县")
    community_ids: tuple[Id, ...] = many("纳入小区", "Communities in it", "个", "省/市/县")
    county_codes: tuple[AreaCode, ...] = many("覆盖县区", "Counties covered, above county level", "个", "省/市")
    covers_renovation_plan: Bool | None = f(
        "是否与年度改造计划对接", "Matched with the renovation plan, above county level", level="省/市"
    )


class QualitySystem(Entity):
    """质量安全制度"""

    area_code: AreaCode = key("行政区划代码", "Area whose rules these are")
    safety: Document | None = f("施工安全防范", "Site safety", level="市/县")
    inspection: Document | None = f("抽检巡检", "Inspection", level="市/县")
    handover: Document | None = f("验收移交", "Acceptance and handover", level="市/县")
    warranty: Document | None = f("回访保修", "Follow-up and warranty", level="市/县")
    dispute: Document | None = f("投诉纠纷处理", "Complaints and disputes", level="市/县")
    credit: Document | None = f("信用及失信惩戒", "Credit and sanctions", level="市/县")


class Issue(Entity):
    """发现问题"""

    issue_id: Id = key("问题编号", "Identifier")
    source: Literal["audit", "state_council_inspection", "provincial_inspection", "petition", "media", "self"] = key("来源", "Who found it")
    category: Literal["funds", "quality", "procedure", "planning", "other"] | None = f("问题类别", "Kind")
    doc_no: Text | None = f("文号", "Report or letter")
    description: Text | None = f("描述", "What was found")
    amount_10k: Amount | None = f("金额", "Amount", "万元")
    is_misuse: Bool | None = f("是否认定截留挪用套取", "Found to be diversion or misuse of funds")
    project_id: Id | None = f("项目编号", "Project it speaks of", level="县/项目")
    found_on: Date | None = f("发现日期", "Found", level="县/项目")
    deadline: Date | None = f("整改时限", "Deadline", level="县/项目")
    rectify_type: Literal["immediate", "staged", "continuous"] | None = f("整改类型", "Kind of rectification", level="县/项目")
    status: Literal["open", "in_progress", "closed"] | None = f("状态", "State", level="县/项目")
    closed_on: Date | None = f("销号日期", "Closed on", level="县/项目")
    verifier: Text | None = f("复核人", "Who verified", level="县/项目")


class PolicyDoc(Entity):
    """政策文件"""

    policy_id: Id = key("文件编号", "Identifier")
    topics: tuple[PolicyTopic, ...] = many("主题", "What it covers; one document may cover several")
    exists: Bool | None = f("是否出台", "false states that there is none on these topics")
    title: Text | None = f("文件名称", "Title")
    level: Literal["state", "province", "city", "county"] | None = f("发文层级", "Level of issuer")
    issuer: Text | None = f("发文机关", "Issuer")
    doc_no: DocNo | None = f("发文字号", "Document number")
    issued_on: Date | None = f("印发日期", "Issued")
    effective_to: Date | None = f("有效期至", "Valid until")
    is_draft: Bool | None = f("是否征求意见稿", "Draft for comment")
    forwards_only: Bool | None = f("是否仅转发", "Only forwards a superior's document")
    names_matters: Bool | None = f("是否明确审批事项", "Names the matters approved")
    names_bodies: Bool | None = f("是否明确审批主体", "Names who approves")
    names_procedure: Bool | None = f("是否明确办事程序", "Names the procedure")
    indoor_classes: tuple[Literal["indoor_pipes", "whole_fitting", "furniture_appliances"], ...] = many(
        "户内改造类别", "Kinds of works inside flats it promotes"
    )


class FundRules(Entity):
    """维修资金机制文件"""

    collect: Document | None = f("归集", "Collecting", level="市/县")
    use: Document | None = f("使用", "Using", level="市/县")
    replenish: Document | None = f("续筹", "Replenishing", level="市/县")


class Attachment(Part):
    """附件"""

    att_id: Id = key("附件号", "Identifier")
    doc_type: DocType = key("附件类型", "Kind of document")
    title: Text | None = f("标题", "Title")
    file: Annotated[str, Field(min_length=1, max_length=400, pattern=FILE_PATTERN)] | None = f("文件", "Path below attachments/")
    sha256: Annotated[str, Field(pattern=SHA256_PATTERN)] | None = f("哈希", "SHA-256 of the file")
    pages: Int | None = f("页数", "Pages", "页")
    dated: Date | None = f("落款日期", "Date on the document")
    source: Source | None = f("公开来源", "Where it was published, for public documents")


class Dossier(Part):
    """档案: one area's yearly submission."""

    schema_version: Literal["1.0"] = key("结构版本", "Version of this schema")
    dossier_id: Id = key("档案编号", "Identifier", "全部")
    standard_id: Literal["jianbancheng-2021-50"] | None = f("衡量标准标识", "Standard it answers to", level="全部")
    area_code: AreaCode = key("行政区划代码", "GB/T 2260 code", "省/市/县")
    area_name: Text = key("行政区名称", "Name of the area", "省/市/县")
    area_level: Literal["province", "municipality", "city", "district", "county"] = key("行政层级", "Level of the area", "省/市/县")
    plan_year: Annotated[int, Field(ge=2000, le=2100, strict=True)] = key("计划年度", "Year the dossier speaks of", "省/市/县")
    data_as_of: Date | None = f("数据截止日", "Day up to which the data are claimed to be complete", level="全部")
    fictional: Bool | None = f("是否虚构", "true for invented areas used in tests and demonstrations")
    note: Text | None = f("说明", "Remark for readers")
    submitter_name: Text | None = f("报送单位", "Submitting unit", level="省/市/县")
    submitter_uscc: Uscc | None = f("报送单位统一社会信用代码", "Its credit code", level="省/市/县")
    submission: Submission | None = f("报送信息", "State of the submission")
    mechanisms: tuple[Mechanism, ...] = many("统筹协调机制", "The area's own, and those of its counties", "", "市/县")
    duty_documents: tuple[DutyDocument, ...] = many("街道社区职责文件", "Duties of subdistricts and communities", "", "市/县")
    plans: tuple[Plan, ...] = many("年度改造计划", "This year's plan, and earlier ones with works still open", "", "省/市/县")
    reserve_entries: tuple[ReserveEntry, ...] = many("项目储备库", "Reserve library", "", "县")
    communities: tuple[Community, ...] = many("小区", "Communities", "个", "小区")
    area_units: tuple[AreaUnit, ...] = many("片区", "Area units", "个", "片区")
    area_surveys: tuple[AreaSurvey, ...] = many("居住社区摸排", "Surveys by residential community", "", "社区")
    projects: tuple[Project, ...] = many("改造项目", "Projects", "个", "项目")
    fund_txns: tuple[FundTxn, ...] = many("资金流水", "Transactions", "", "项目")
    fund_reviews: tuple[FundReview, ...] = many("资金核对或审计意见", "Reviews of the use of funds", "", "县")
    utility_plans: tuple[UtilityPlan, ...] = many("专营单位计划", "Utilities' yearly plans", "", "省/市/县")
    quality_systems: tuple[QualitySystem, ...] = many("质量安全制度", "Quality and safety rules", "", "市/县")
    issues: tuple[Issue, ...] = many("发现问题", "Issues found by audit, inspection and others", "", "县/项目")
    policies: tuple[PolicyDoc, ...] = many("政策文件", "Policies in force", "", "省/市/县")
    fund_rules: FundRules | None = f("维修资金机制", "Maintenance fund rules", level="市/县")
    declarations: tuple[Declaration, ...] = many("无的声明", "What is declared not to exist")
    statistics: tuple[Statistic, ...] = many("公开数字", "Published figures kept for readers")
    attachments: tuple[Attachment, ...] = many("附件", "Documents submitted", "", "全部")
