"""The shipped profiles: every rule of a place has its document, results are never limits, drafts wait to be asked."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import BaseModel

from compliance.bench import load_law
from compliance.cases import run_cases
from compliance.rulebook import load_profile, profile_names, profile_of_area, profile_spec
from compliance.rulebook.profiles import _Laid, _parsed
from compliance.schemas.rulebook import LocalCheck, ProfileSpec, RulebookError, SourcedSpec
from compliance.schemas.scalars import Ratio, days

LAW = load_law()
NAMES = profile_names()
DAYS = ("2019-12-31", "2020-06-30", "2021-10-31", "2021-11-01", "2021-12-14", "2022-08-31", "2022-09-01", "2024-01-31")

PLACES = {
    "beijing": "110000", "changsha-county": "430121", "chengdu": "510100", "fujian": "350000", "hebei": "130000",
    "hunan": "430000", "jiangan": "511523", "kaifeng": "410200", "luoyang": "410300", "ningbo": "330200",
    "qingdao": "370200", "shandong": "370000", "shanghai": "310000", "sichuan": "510000", "wenzhou": "330300",
    "xiangtan": "430300", "xianning": "421200", "xingshan": "420526", "yichang": "420500", "youyang": "500242",
    "zhuhai": "440400", "zhumadian": "411700",
}  # fmt: skip


# -- all of them -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("drafts", [False, True])
@pytest.mark.parametrize("day", DAYS)
@pytest.mark.parametrize("name", NAMES)
def test_every_shipped_profile_is_sound_on_every_day(name: str, day: str, drafts: bool) -> None:
    place = load_profile(name, LAW, days(day), drafts=drafts)
    assert (place.name, place.drafts, place.layers[0].name) == (name, drafts, "national")


def sourced(spec: ProfileSpec) -> Iterator[tuple[str, SourcedSpec]]:
    for name, entries in spec.parameters.items():
        yield from ((name, entry) for entry in entries)
    yield from ((f"{own.item}.{own.name}", own) for own in spec.checks)
    yield from ((change.check, change) for change in spec.changes)
    yield from ((provision.name, provision) for provision in spec.provisions)


@pytest.mark.parametrize("name", NAMES)
def test_everything_that_a_place_sets_has_its_document_section_and_provenance(name: str) -> None:
    for what, entry in sourced(profile_spec(name)):
        assert entry.document.strip(), what
        assert entry.section.strip(), what
        assert entry.note, f"{what}: how it was seen, and since when, stands in the note"
        if entry.document.startswith("城镇老旧小区改造可复制政策机制清单"):
            assert re.search(r"(当地文件|办法原文)未见|据清单", entry.note), what
            assert entry.status == "in_force", what
    for result in profile_spec(name).attained:
        assert result.document.strip(), result.name
        assert result.section.strip(), result.name


@pytest.mark.parametrize("name", NAMES)
def test_every_draft_says_so_and_every_copy_too(name: str) -> None:
    for what, entry in sourced(profile_spec(name)):
        assert (entry.status == "draft") is ("征求意见稿" in entry.document), what
        assert (entry.status == "secondhand") is ("转发" in entry.document or "摘录" in entry.document), what


def test_the_places_have_their_codes_and_no_code_is_given_twice() -> None:
    given_out = Counter(code for name in NAMES for code in profile_spec(name).area_codes)
    assert {name: profile_spec(name).area_codes for name in NAMES} == {"national": []} | {n: [c] for n, c in PLACES.items()}
    assert set(given_out.values()) == {1}
    for code in given_out:
        assert re.fullmatch(r"(1[1-5]|2[1-3]|3[1-7]|4[1-6]|5[0-4]|6[1-5])\d{4}", code)
        assert code[2:4] != "00" or code[4:] == "00"


@pytest.mark.parametrize("name", NAMES)
def test_a_profile_bears_the_name_of_its_file(name: str) -> None:
    assert profile_spec(name).profile == name


def texts(value: Any) -> Iterator[tuple[str, str]]:
    if isinstance(value, BaseModel):
        if {"zh", "en"} == set(type(value).model_fields):
            yield value.zh, value.en  # type: ignore[attr-defined]
        for name in type(value).model_fields:
            yield from texts(getattr(value, name))
    elif isinstance(value, dict | list):
        for inner in value.values() if isinstance(value, dict) else value:
            yield from texts(inner)


@pytest.mark.parametrize("name", NAMES)
def test_every_text_is_chinese_in_chinese_and_english_in_english(name: str) -> None:
    chinese = re.compile(r"[\u4e00-\u9fff]")
    assert [t for t in texts(profile_spec(name)) if not chinese.search(t[0]) or chinese.search(t[1])] == []


@pytest.mark.parametrize("name", NAMES)
def test_every_name_is_used_once_in_a_profile(name: str) -> None:
    spec = profile_spec(name)
    named = [p.name for p in spec.provisions] + [a.name for a in spec.attained]
    assert len(named) == len(set(named))


# -- limits, results, drafts -----------------------------------------------------------------------------------


@pytest.mark.parametrize("name", NAMES)
def test_no_result_bears_the_name_of_a_parameter(name: str) -> None:
    assert not {a.name for a in profile_spec(name).attained} & LAW.parameters.keys()


@settings(max_examples=150, deadline=None)
@given(name=st.sampled_from(NAMES), day=st.dates(date(2015, 1, 1), date(2030, 12, 31)), drafts=st.booleans())
def test_limits_come_from_parameters_in_force_and_from_nowhere_else(name: str, day: date, drafts: bool) -> None:
    as_of = days(day.isoformat())
    place = load_profile(name, LAW, as_of, drafts=drafts)
    written = {
        (parameter, entry.document, entry.section, entry.status)
        for layer in place.layers
        for parameter, entries in layer.spec.parameters.items()
        for entry in entries
    }
    told = {(a.name, a.document) for layer in place.layers for a in layer.spec.attained}
    for parameter, setting in place.settings.items():
        source = setting.source
        assert (parameter, source.document, source.section, source.status) in written
        assert (parameter, source.document) not in told
        assert drafts or source.status != "draft"
        assert source.effective_from is None or days(source.effective_from).first <= as_of.first


NEVER_BY_DEFAULT = (
    "consent_participation_min", "consent_agree_min", "consent_denominator", "satisfaction_min", "satisfaction_gate",
    "funding_gap_max", "eligibility_cutoff", "extension_from", "extension_to", "extension_max_share",
    "excluded_types", "state_land_required",
)  # fmt: skip


def test_the_nation_sets_the_statutory_terms_alone() -> None:
    found = {name: s.value for name, s in load_profile("national", LAW, days("2024-01-31")).settings.items()}
    assert found == {"filing_days_max": 15, "grant_days_max": 30, "leftover_days_max": 730}
    assert not found.keys() & set(NEVER_BY_DEFAULT)


def test_what_the_nation_sets_is_the_floor_that_the_standard_names() -> None:
    for name, entries in profile_spec("national").parameters.items():
        floor = LAW.parameters[name].spec.floor
        assert floor is not None
        assert floor.statute.endswith(entries[0].section)
        assert [entry.value for entry in entries] == [floor.value]


def test_a_draft_is_applied_only_when_it_is_asked_for() -> None:
    drafted = {"eligibility_cutoff", "extension_from", "extension_to", "extension_max_share", "state_land_required",
               "excluded_types", "plan_lead_days", "acceptance_residents_required"}  # fmt: skip
    without, with_drafts = (load_profile("ningbo", LAW, days("2024-01-31"), drafts=d) for d in (False, True))
    assert with_drafts.settings.keys() - without.settings.keys() == drafted
    assert [c.check.id for c in without.checks] == []
    assert [c.check.id for c in with_drafts.checks] == ["B2.2.newer_in_need"]
    assert without.sha256 != with_drafts.sha256


def test_the_line_for_renewing_is_the_ordinance_s_and_not_the_draft_s() -> None:
    setting = load_profile("ningbo", LAW, days("2024-01-31"), drafts=True).settings["fund_renew_trigger"]
    assert (setting.value, setting.source.document) == (Ratio(30, 100), "宁波市住宅小区物业管理条例")
    assert "fund_renew_trigger" not in load_profile("ningbo", LAW, days("2022-03-31"), drafts=True).settings
    assert "fund_renew_trigger" in load_profile("ningbo", LAW, days("2022-04-01")).settings


def test_what_was_passed_on_by_others_says_so_in_the_limit() -> None:
    settings_ = load_profile("xiangtan", LAW, days("2024-01-31")).settings
    assert settings_["consent_agree_min"].source.status == "secondhand"
    assert settings_["approval_workdays_max"].source.status == "in_force"


# -- layers ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("code", "layers"),
    [
        ("430302", ["national", "hunan", "xiangtan"]),
        ("430300", ["national", "hunan", "xiangtan"]),
        ("430121", ["national", "hunan", "changsha-county"]),
        ("430100", ["national", "hunan"]),
        ("430122", ["national", "hunan"]),
        ("110114", ["national", "beijing"]),
        ("420526", ["national", "yichang", "xingshan"]),
        ("510106", ["national", "sichuan", "chengdu"]),
        ("511523", ["national", "sichuan", "jiangan"]),
        ("370285", ["national", "shandong", "qingdao"]),
        ("999901", ["national"]),
        ("610100", ["national"]),
    ],
)
def test_an_area_has_the_profiles_of_the_levels_above_it(code: str, layers: list[str]) -> None:
    place = load_profile(profile_of_area(code), LAW, days("2024-01-31"))
    assert [layer.name for layer in place.layers] == layers


def test_a_county_of_hunan_has_the_province_s_time_for_approvals() -> None:
    place = load_profile("changsha-county", LAW, days("2024-01-31"))
    assert place.settings["approval_workdays_max"].source.place == "湖南省"
    assert [(c.check, c.obligation) for c in place.changes] == [("H9.1.account", "expected")]


# -- the places' own checks ------------------------------------------------------------------------------------

OWN: dict[str, LocalCheck] = {
    f"{name}/{local.check.id}": local
    for name in NAMES
    for local in load_profile(name, LAW, days("2024-01-31"), drafts=True).checks
}


def test_the_places_own_checks_are_these() -> None:
    assert set(OWN) == {
        "beijing/B8.1.fee_before_plan",
        "beijing/B9.1.surveyor_commitment",
        "chengdu/B4.2.points_confirmed",
        "hebei/B6.2.scheme_coverage",
        "ningbo/B2.2.newer_in_need",
    }


def test_the_cases_of_the_places_come_out_as_written() -> None:
    places = [load_profile(name, LAW, days("2024-01-31"), drafts=True) for name in NAMES]
    assert not [str(broken) for broken in run_cases(LAW, places)]


def test_a_place_s_own_check_carries_its_document() -> None:
    for ident, local in OWN.items():
        assert local.check.local is not None, ident
        assert local.check.local.document, ident


# -- every row of the table of local rules ---------------------------------------------------------------------

PARAMETER, CHECK, CHANGE, PROVISION, ATTAINED = "parameters", "checks", "changes", "provisions", "attained"

ROWS: list[tuple[str, str, str, str, str]] = [
    # row, nature (F rule, D draft, R result, W seen in excerpts only), profile, kind, name
    ("纳入计划同意率80%", "F", "hebei", PARAMETER, "consent_agree_min"),
    ("纳入计划同意率80%：分母", "F", "hebei", PARAMETER, "consent_denominator"),
    ("方案征求意愿覆盖80%", "F", "hebei", CHECK, "B6.2.scheme_coverage"),
    ("竣工验收满意率80%", "F", "hebei", PARAMETER, "satisfaction_min"),
    ("竣工验收满意率80%：用途", "F", "hebei", PARAMETER, "satisfaction_gate"),
    ("参与征求80%", "F", "xiangtan", PARAMETER, "consent_participation_min"),
    ("其中同意80%", "F", "xiangtan", PARAMETER, "consent_agree_min"),
    ("其中同意80%：分母", "F", "xiangtan", PARAMETER, "consent_denominator"),
    ("方案公示2轮", "F", "xiangtan", PARAMETER, "publicity_rounds"),
    ("每轮5工作日", "F", "xiangtan", PARAMETER, "publicity_workdays"),
    ("两轮征询", "F", "xiangtan", PARAMETER, "consultation_rounds_min"),
    ("区初审、市审核", "F", "xiangtan", PROVISION, "two_reviews"),
    ("参与率90%以上", "R", "xiangtan", ATTAINED, "participation_reached"),
    ("同意缴物业费80%以上", "R", "xiangtan", ATTAINED, "paying_agreed_reached"),
    ("方案表决参与2/3：珠海", "F", "zhuhai", PARAMETER, "vote_part_min"),
    ("方案表决同意3/4：珠海", "F", "zhuhai", PARAMETER, "vote_agree_min"),
    ("公示结果：珠海", "F", "zhuhai", PARAMETER, "result_publicity_required"),
    ("方案表决参与2/3：成都", "F", "chengdu", PARAMETER, "vote_part_min"),
    ("方案表决同意3/4：成都", "F", "chengdu", PARAMETER, "vote_agree_min"),
    ("公示结果：成都", "F", "chengdu", PARAMETER, "result_publicity_required"),
    ("施工前确认点位", "F", "chengdu", CHECK, "B4.2.points_confirmed"),
    ("征询三轮", "R", "yichang", ATTAINED, "rounds_held"),
    ("最终100%", "R", "yichang", ATTAINED, "agreement_reached"),
    ("一户申请即征询", "F", "shanghai", PROVISION, "lift_by_one"),
    ("群众工作1—2年", "R", "beijing", ATTAINED, "work_with_residents"),
    ("申报前置义务", "F", "beijing", PROVISION, "residents_duties"),
    ("申报前置义务：缴物业费", "F", "beijing", CHECK, "B8.1.fee_before_plan"),
    ("党员占业委会50%", "R", "xianning", ATTAINED, "party_share"),
    ("党组织机制要求", "F", "xianning", CHANGE, "H1.1.party_org"),
    ("业委会机制要求", "F", "xianning", CHANGE, "H1.2.committee"),
    ("覆盖", "R", "xianning", ATTAINED, "bodies_everywhere"),
    ("昌盛社区双超80%", "R", "beijing", ATTAINED, "merged_area_agreed"),
    ("维修资金补交60%", "F", "ningbo", PARAMETER, "fund_replenish_min"),
    ("维修资金补交80%", "F", "ningbo", PARAMETER, "fund_replenish_max"),
    ("财政补贴50%", "F", "ningbo", PROVISION, "fund_subsidy"),
    ("续筹：不足新建标准30%", "D", "ningbo", PROVISION, "daily_fee_line"),
    ("续筹：不足首期30%，宁波条例69条", "F", "ningbo", PARAMETER, "fund_renew_trigger"),
    ("续筹：不足首期30%，北京条例83条", "F", "beijing", PARAMETER, "fund_renew_trigger"),
    ("续筹：不足首期30%，温州条例", "F", "wenzhou", PARAMETER, "fund_renew_trigger"),
    ("公共收益50%以上优先补充", "F", "beijing", PROVISION, "common_income"),
    ("小额审批3万元", "F", "changsha-county", PROVISION, "small_uses"),
    ("设立维修资金账户", "F", "changsha-county", CHANGE, "H9.1.account"),
    ("已归集90%", "R", "changsha-county", ATTAINED, "fund_coverage"),
    ("归集1800万", "R", "changsha-county", ATTAINED, "fund_collected"),
    ("通讯广电缆线65%、35%", "F", "fujian", PROVISION, "cables_shared"),
    ("业主共有供电50%、50%", "F", "fujian", PROVISION, "owners_power_shared"),
    ("燃气改造奖补30%", "F", "xiangtan", PROVISION, "gas_grant"),
    ("燃气改造奖补：375万元与112万元", "R", "xiangtan", ATTAINED, "gas_grant_paid"),
    ("四网合一600元/户", "F", "xiangtan", PROVISION, "lines_grant"),
    ("社会投资配比1:1", "R", "xiangtan", ATTAINED, "investment_match"),
    ("物业兜底三年", "F", "xiangtan", PROVISION, "management_backstop"),
    ("市级补助40%", "D", "ningbo", PROVISION, "city_grant"),
    ("对象：2000年底前", "D", "ningbo", PARAMETER, "eligibility_cutoff"),
    ("对象：国有土地", "D", "ningbo", PARAMETER, "state_land_required"),
    ("对象：棚改、征收、纯别墅", "D", "ningbo", PARAMETER, "excluded_types"),
    ("对象：2000年后有条件", "D", "ningbo", CHECK, "B2.2.newer_in_need"),
    ("年度计划10月底前", "D", "ningbo", PARAMETER, "plan_lead_days"),
    ("下年申报准备6月底前", "F", "hebei", PROVISION, "next_plan_ready"),
    ("提前量样板", "R", "qingdao", ATTAINED, "ahead_of_plan"),
    ("提前量样板：意愿85%", "R", "qingdao", ATTAINED, "consulted_by_december"),
    ("提前量样板：方案68%", "R", "qingdao", ATTAINED, "schemes_by_december"),
    ("验收参加方", "D", "ningbo", PARAMETER, "acceptance_residents_required"),
    ("后评估与奖补挂钩", "D", "ningbo", PROVISION, "later_appraisal"),
    ("审批时限19工作日", "F", "hunan", PARAMETER, "approval_workdays_max"),
    ("审批三类", "F", "hunan", PROVISION, "three_classes"),
    ("审批再压一半", "F", "hunan", PROVISION, "halved"),
    ("3948个项目一网通办", "R", "hunan", ATTAINED, "approved_online"),
    ("莱西35天减为2天", "R", "qingdao", ATTAINED, "laixi_approval"),
    ("318打捆为120", "R", "qingdao", ATTAINED, "bundled"),
    ("开工审批5项，先建后验", "F", "xiangtan", PROVISION, "start_conditions"),
    ("监督抽查每月一次", "F", "beijing", PARAMETER, "inspection_per_month_min"),
    ("质量责任：五方", "F", "beijing", CHECK, "B9.1.surveyor_commitment"),
    ("质量责任：举牌验收", "F", "beijing", PROVISION, "boards"),
    ("质量责任：信用档案", "F", "beijing", PROVISION, "credit_files"),
    ("调度：月度推进", "F", "kaifeng", PROVISION, "monthly_meeting"),
    ("调度：周督导", "F", "kaifeng", PROVISION, "weekly_inspection"),
    ("调度：月排名", "F", "kaifeng", PROVISION, "monthly_ranking"),
    ("调度：湘潭周月季年", "F", "xiangtan", PROVISION, "dispatch"),
    ("加梯补助10万元/部", "F", "xingshan", PROVISION, "lift_grant"),
    ("基金门槛2亿元", "F", "sichuan", PROVISION, "fund_size"),
    ("经营权15年", "R", "jiangan", ATTAINED, "operating_term"),
    ("贷款期20年", "R", "youyang", ATTAINED, "loan_term"),
    ("生活圈：湘潭", "F", "xiangtan", PROVISION, "living_circle"),
    ("生活圈：宁波", "D", "ningbo", PROVISION, "living_circle"),
    ("生活圈：温州5分钟", "F", "wenzhou", PROVISION, "living_circle"),
    ("物业三方会", "F", "wenzhou", PROVISION, "three_sides"),
    ("放宽年段：洛阳", "W", "luoyang", PROVISION, "newer_communities"),
    ("放宽年段：湖南", "W", "hunan", PROVISION, "newer_communities"),
    ("放宽年段：驻马店", "W", "zhumadian", PROVISION, "newer_communities"),
    ("放宽年段：山东", "W", "shandong", PROVISION, "newer_communities"),
]  # fmt: skip


@pytest.mark.parametrize(("row", "nature", "profile", "kind", "name"), ROWS, ids=[r[0] for r in ROWS])
def test_no_row_of_the_table_of_local_rules_is_lost(row: str, nature: str, profile: str, kind: str, name: str) -> None:
    spec = profile_spec(profile)
    if kind == PARAMETER:
        entries: list[Any] = list(spec.parameters[name])
    elif kind == CHECK:
        entries = [c for c in spec.checks if f"{c.item}.{c.name}" == name]
    elif kind == CHANGE:
        entries = [c for c in spec.changes if c.check == name]
    else:
        entries = [e for e in getattr(spec, kind) if e.name == name]
    assert len(entries) == 1
    if nature == "R":
        assert kind == ATTAINED
    else:
        secondhand = nature == "W" or entries[0].document.startswith("湘潭市城镇老旧小区改造经验材料")
        expected = "draft" if nature == "D" else "secondhand" if secondhand else "in_force"
        assert entries[0].status == expected


def test_a_rule_seen_in_excerpts_only_is_no_parameter() -> None:
    for name in NAMES:
        for what, entry in sourced(profile_spec(name)):
            assert "摘录" not in entry.document or what in {p.name for p in profile_spec(name).provisions}


@pytest.mark.parametrize(
    ("profile", "name", "value"),
    [
        ("hebei", "consent_agree_min", "80%"), ("hebei", "satisfaction_min", "80%"),
        ("xiangtan", "consent_participation_min", "80%"), ("xiangtan", "consent_agree_min", "80%"),
        ("xiangtan", "publicity_rounds", 2), ("xiangtan", "publicity_workdays", 5),
        ("xiangtan", "consultation_rounds_min", 2), ("zhuhai", "vote_part_min", "2/3"),
        ("chengdu", "vote_agree_min", "3/4"), ("ningbo", "fund_replenish_min", "60%"),
        ("ningbo", "fund_replenish_max", "80%"), ("ningbo", "fund_renew_trigger", "30%"),
        ("ningbo", "plan_lead_days", 62), ("beijing", "inspection_per_month_min", 1),
        ("beijing", "fund_renew_trigger", "30%"), ("wenzhou", "fund_renew_trigger", "30%"),
        ("hunan", "approval_workdays_max", 19),
    ],
)  # fmt: skip
def test_the_values_are_those_of_the_sources(profile: str, name: str, value: object) -> None:
    assert [entry.value for entry in profile_spec(profile).parameters[name]] == [value]


# -- refusals --------------------------------------------------------------------------------------------------

TOLD = """\
profile: p
title: {zh: 示例, en: Example}
provisions:
- {name: grant, title: {zh: 补助, en: Grant}, says: {zh: 给予补助, en: A grant is given}, items: [H4.1], document: d, section: s}
attained:
- {name: reached, title: {zh: 达到, en: Reached}, value: 85%, items: [B7.1], document: d, section: s}
"""


@pytest.mark.parametrize(
    ("old", "new", "line", "message"),
    [
        ("[H4.1]", "[H4.3]", 4, "no item 'H4.3'; did you mean"),
        ("items: [B7.1]", "items: [B71]", 6, "no item 'B71'; did you mean 'B7.1'"),
        ("name: reached", "name: consent_agree_min", 6, "consent_agree_min is a parameter; a result"),
        ("[H4.1], document: d", "[H4.1], effective_from: '2023', effective_to: '2022', document: d", 4, "grant: it ends"),
        ("name: grant", "nam: grant", 4, "unknown key 'nam'; did you mean 'name'?"),
    ],
)
def test_what_is_only_told_is_read_strictly_too(tmp_path: Path, old: str, new: str, line: int, message: str) -> None:
    file = tmp_path / "p.yaml"
    file.write_text(TOLD, "utf-8")
    assert load_profile(str(file), LAW, days("2024-01-31")).settings
    assert TOLD.count(old) == 1
    file.write_text(TOLD.replace(old, new), "utf-8")
    with pytest.raises(RulebookError) as raised:
        load_profile(str(file), LAW, days("2024-01-31"))
    assert any((p.file, p.line) == ("p.yaml", line) and message in p.message for p in raised.value.problems)


def test_a_result_is_never_laid_over_a_limit() -> None:
    """What is told as reached has no way into the settings: the layer that makes them does not read it."""
    spec, reader = _parsed("p.yaml", TOLD)
    laid = _Laid(spec, reader, LAW, days("2024-01-31"), True)
    assert (laid.settings(), laid.checks(), laid.changes()) == ({}, {}, {})
