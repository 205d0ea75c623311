"""Levers of what the area itself has to have: mechanism, duties, rules, policies, area units, surveys."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from compliance.measures.base import stands
from compliance.measures.levers.base import (
    Act,
    At,
    Fact,
    Found,
    append,
    codes,
    dated,
    document,
    edit,
    fact,
    issued,
    lever,
    put,
    says,
)
from compliance.schemas.dossier import PolicyDoc
from compliance.schemas.report import Bilingual, Edit

# -- mechanism and duties -------------------------------------------------------------------------------------


@lever("mechanism_established")
def _mechanism(at: At) -> Iterator[Found]:
    """Founded by a notice of Party committee or government, on the day judged by."""
    m = at.row.mechanism
    if m is None or not at.wants(True):
        return
    edits: tuple[Edit, ...] = (edit(at.place(m, "established"), True, m.established),)
    if m.established_on is None:
        edits += (edit(at.place(m, "established_on"), at.as_of.text),)
    place = f"县区{at.row.code}" if hasattr(at.row, "code") else "本级"
    yield Act(
        Bilingual(
            f"{place}印发通知，成立由政府牵头的统筹协调机制", "found the mechanism by a notice, led by government"
        ),
        edits,
    )


says(
    dated(
        "mechanism",
        "established_on",
        ("成立统筹协调机制", "found the mechanism"),
        ("机制成立日晚于判定日", "the mechanism is founded after the day judged by"),
        ("成立之后再行判定", "judge again once it is founded"),
    ),
    "mechanism_founded",
)
says(
    codes(
        "mechanism",
        "leader_post",
        ("government_deputy", "government_head", "party_secretary"),
        "调整机制组长，由政府分管负责人（或主要负责人）担任",
        "let a deputy head of government, or its head, lead the mechanism",
    ),
    "mechanism_leader",
)


@lever("departments_beside_lead")
def _departments(at: At) -> Iterator[Found]:
    m = at.row.mechanism
    if m is not None:
        yield Act(
            Bilingual("再吸收1家部门为机制成员单位", "1 more department joins the mechanism"),
            append(at, m, "member_depts", "（待填：成员部门）"),
            "1",
            "个",
        )


says(document("mechanism", ".which", "制定并印发{name}", "draw up and issue the {name}"), "mechanism_document_stands")
says(
    document("duty", "document", "制定并印发街道、社区职责分工文件", "draw up and issue the document on duties"),
    "duty_document_stands",
)
says(
    put("duty", "covers_subdistrict", "在职责分工文件中明确街道职责", "name the subdistricts' duties in the document"),
    "covers_subdistrict",
)
says(
    put("duty", "covers_community", "在职责分工文件中明确社区职责", "name the communities' duties in the document"),
    "covers_community",
)


# -- rules and policies ---------------------------------------------------------------------------------------

says(
    document("quality", ".which", "制定并印发“{name}”制度", "draw up and issue the rules on {name}"),
    "system_in_force",
)
says(
    document(
        "fund_rules",
        ".which",
        "制定并印发维修资金“{name}”规则",
        "draw up and issue the rules on {name} the maintenance fund",
    ),
    "segment_in_force",
)

_TOPICS = {
    "governance_policy_in_force": (
        "party_led_governance",
        "结合改造推进党建引领治理的文件",
        "a policy on Party-led governance",
    ),
    "area_policy_in_force": ("area_renovation", "片区联动改造的文件", "a policy on area renovation"),
    "any_stock_policy_in_force": ("stock_resources", "存量资源整合利用等政策", "a policy on unused resources"),
}
_TITLES = {
    "approval": ("精简改造项目审批的政策", "a policy on simpler approvals"),
    "standard_system": ("地方技术标准", "technical standards"),
    "stock_resources": ("存量资源整合利用政策", "a policy on unused resources"),
    "land_mixed_use": ("土地混合利用政策", "a policy on mixed use of land"),
    "building_conversion": ("建筑功能转换政策", "a policy on converting buildings"),
    "indoor_renovation": ("引导户内改造的政策", "a policy on works inside flats"),
    "finance": ("金融支持改造的政策", "a policy on finance"),
}
_OWN_LEVEL = {"province": "province", "municipality": "city", "city": "city", "district": "county", "county": "county"}


@lever(
    "own_policy_in_force",
    "applicable_policy_in_force",
    "governance_policy_in_force",
    "area_policy_in_force",
    "any_stock_policy_in_force",
)
def _policy(at: At) -> Iterator[Found]:
    """The area's own policy is issued or renewed; where the dossier has no entry for it, one is added."""
    if not at.wants(True):
        return
    topic, zh, en = _TOPICS.get(at.measure) or (at.row.which, *_TITLES.get(at.row.which, ("政策文件", "a policy")))
    level = _OWN_LEVEL[at.case.dossier.area_level]
    own = [p for p in at.row.policies if topic in p.topics and p.level in (None, level)]
    if own:
        entry: PolicyDoc = min(own, key=lambda p: len(issued(at, p, "")))
        edits = issued(at, entry, at.pointers.of(entry))
        if entry.level is None:
            edits += (edit(at.place(entry, "level"), level),)
        word = ("修订或重新印发", "renew") if entry.exists is not False and entry.effective_to else ("出台", "issue")
    else:
        entry_json = {
            "policy_id": f"to-issue-{topic.replace('_', '-')}",
            "topics": [topic],
            "exists": True,
            "level": level,
        }
        edits = append(at, at.case.dossier, "policies", {**entry_json, "issued_on": at.as_of.text})
        word = ("出台", "issue")
    if edits:
        yield Act(Bilingual(f"{word[0]}本级{zh}", f"{word[1]} {en} of the area's own"), edits)


def _names(field: str, zh: str, en: str) -> Any:
    """What a policy in force has to say: written into the first policy of the row."""

    def found(at: At) -> Iterator[Found]:
        policies = [p for p in at.row.policies if p.exists is not False and not p.is_draft]
        if policies and at.wants(True):
            edits = (edit(at.place(policies[0], field), True, getattr(policies[0], field)),)
            yield Act(Bilingual(f"在政策文件中明确{zh}", f"name {en} in the policy"), edits)

    return found


says(_names("names_matters", "审批事项", "the matters approved"), "approval_matters_named")
says(_names("names_bodies", "审批主体", "who approves"), "approval_bodies_named")
says(_names("names_procedure", "办事程序", "the procedure"), "approval_procedure_named")


@lever("indoor_classes_covered", "whole_fitting_promoted")
def _indoor(at: At) -> Iterator[Found]:
    policies = [p for p in at.row.policies if p.exists is not False and not p.is_draft]
    whole = at.measure == "whole_fitting_promoted"
    zh, en = (
        ("写明引导整体装修", "promote complete fitting-out")
        if whole
        else ("至少写明户内管线、整体装修、家具家电中的一类", "cover at least one kind of works inside flats")
    )
    if policies or at.row.policies:
        yield Act(
            Bilingual(f"在政策中{zh}", f"let the policy {en}"),
            append(
                at, (policies or at.row.policies)[0], "indoor_classes", "whole_fitting" if whole else "indoor_pipes"
            ),
        )


says(
    fact(
        "已完成审批的项目用时已成事实",
        "the time that finished approvals took is past",
        "压减后续项目的审批环节和时限，向社会公开全流程用时",
        "shorten the approvals of projects to come and publish the time they take",
    ),
    "longest_approval",
)


# -- area units -----------------------------------------------------------------------------------------------


@lever("area_scheme_stands")
def _area_scheme(at: At) -> Iterator[Found]:
    for unit in at.row.area_units[:1]:
        held = unit.plan_document
        place = at.place(unit, "plan_document")
        edits = issued(at, held, place) if held is not None else (edit(place, {"exists": True}),)
        if stands(held) is not True:
            yield Act(Bilingual("编制并印发片区方案", "draw up and issue the scheme of the area unit"), edits)


@lever("joined_unit")
def _joined(at: At) -> Iterator[Found]:
    for unit in at.row.area_units:
        if unit.unified_scheme is False and (len(set(unit.community_ids)) > 1 or unit.external_scope):
            yield Act(
                Bilingual("对片区统一编制改造方案", "draw up one scheme for the area unit"),
                (edit(at.place(unit, "unified_scheme"), True, False),),
            )
            return


says(
    put("area_unit", "unified_scheme", "对片区统一编制改造方案", "draw up one scheme for the area unit"), "unit_scheme"
)


@lever("unit_communities")
def _neighbours(at: At) -> Iterator[Found]:
    unit = at.row.area_unit
    if unit is not None and not unit.external_scope:
        yield Act(
            Bilingual(
                "把周边地区纳入片区统筹改造（或并入相邻小区）",
                "take the surroundings, or a neighbour, into the area unit",
            ),
            (edit(at.place(unit, "external_scope"), "（待填：纳入的周边范围）"),),
        )


@lever("unit_facilities")
def _facilities(at: At) -> Iterator[Found]:
    yield Fact(
        Bilingual("已声明片区没有共享设施", "the area unit is declared to share nothing"),
        Bilingual(
            "统一编制片区方案，或补建共享设施后撤回声明", "draw up one scheme for the unit, or provide something shared"
        ),
    )


@lever("absence_explained", "unit_beyond")
def _unexplained(at: At) -> Iterator[Found]:
    yield from ()


# -- surveys by residential community -------------------------------------------------------------------------

for _measure, _field, _zh, _en in (
    ("shortfalls_surveyed", "shortfalls", "设施短板", "what falls short"),
    ("hazards_surveyed", "hazards", "安全隐患", "dangers to safety"),
    ("resources_surveyed", "stock_resources", "存量资源", "unused buildings and land"),
):
    says(put("survey", _field, f"补充摸排{_zh}", f"survey {_en} too"), _measure)
says(
    put(
        "survey",
        "facilities_traced",
        "将设施清单与摸排结果、居民需求逐项对应",
        "trace each facility to the survey and residents' wishes",
    ),
    "facilities_traced",
)
says(
    dated(
        "survey",
        "surveyed_on",
        ("在计划批准前完成摸排", "survey before the plan is approved"),
        ("摸排晚于计划批准，先后已成事实", "the survey came after the plan's approval, and that is past"),
        (
            "用摸排结果复核计划和方案，以后年度先摸排后列计划",
            "check plan and schemes against the survey; in later years survey first",
        ),
    ),
    "area_surveyed",
)


@lever("area_surveys_made")
def _surveys(at: At) -> Iterator[Found]:
    """The declaration that there are none is withdrawn, and each residential community surveyed."""
    dossier = at.case.dossier
    names = dict.fromkeys(c.residential_community for c in at.case.planned if c.residential_community)
    entries = [
        {
            "residential_community": n,
            "surveyed_on": at.as_of.text,
            "shortfalls": True,
            "hazards": True,
            "stock_resources": True,
            "facilities_traced": True,
        }
        for n in names
    ]
    said = [i for i, x in enumerate(dossier.declarations) if x.absent == "area_surveys"]
    if entries and len(said) == 1:
        edits = (Edit("remove", f"/declarations/{said[0]}", ""), *append(at, dossier, "area_surveys", *entries))
        yield Act(
            Bilingual(f"对{len(entries)}个居住社区开展摸排", f"survey the {len(entries)} residential communities"),
            edits,
            str(len(entries)),
            "个",
        )


says(
    fact(
        "计划未列明涉及的县区",
        "the plan lists no counties",
        "在计划中列明涉及的县区",
        "list the counties in the plan",
    ),
    "counties_in_plan",
)
says(
    fact(
        "计划年度内没有议事，年度已过的不能补",
        "the mechanism did not meet in the plan's year, and a year gone by stays so",
        "恢复定期议事，形成纪要并归档",
        "meet regularly again and keep the minutes",
    ),
    "met_in_year",
)
