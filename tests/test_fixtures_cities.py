"""The real cities: public facts only, every figure with its source, sums that hold, and nothing invented."""

from __future__ import annotations

import json
from collections.abc import Iterator
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from typing import Any

import pytest

from compliance.intake.references import sound
from compliance.schemas.dossier import Dossier

CITIES = Path(__file__).resolve().parent.parent / "fixtures" / "cities"
AREAS = {
    "xiangtan-2021": ("430300", "city", 2021),
    "ningbo": ("330200", "city", 2022),
    "luoyang-2022": ("410300", "city", 2022),
    "qingdao-2022": ("370200", "city", 2022),
    "xianning-2021": ("421200", "city", 2021),
    "changping-changsheng": ("110114", "district", 2021),
    "zaozhuang": ("370400", "city", 2021),
    "wenzhou": ("330300", "city", 2022),
    "chengdu": ("510100", "city", 2021),
}
NEVER = frozenset(
    {
        "votes", "consultations", "quality_events", "issues", "surveys", "fund_txns", "fund_reviews",
        "declarations", "reserve_entries", "prior_renovations", "trees_felled", "quota_imposed",
        "hidden_debt_added_10k", "guarantee", "is_misuse", "government_buyback",
        "works_stopped_for_funds",
    }
)  # fmt: skip
"""What no public source says of these places; a real place is never given a vote, a payment or a breach."""


def raw(city: str) -> Any:
    text = (CITIES / city / "dossier.json").read_text(encoding="utf-8")
    return json.loads(text, parse_float=Decimal)


def dossier(city: str) -> Dossier:
    return Dossier.model_validate(raw(city))


def figure(city: str, name: str, year: int | None = None) -> Decimal:
    found = [s.value for s in dossier(city).statistics if s.name == name and year in (None, s.year)]
    assert len(found) == 1, f"{city}: {len(found)} figures named {name} ({year})"
    return found[0]


def parts(city: str, ending: str, year: int) -> list[Decimal]:
    """Figures of districts: those whose name is a place and ``ending``."""
    places = ("区", "市", "县")
    named = [s for s in dossier(city).statistics if s.year == year and s.name.endswith(ending)]
    return [s.value for s in named if s.name.removesuffix(ending).endswith(places)]


def objects(value: Any) -> Iterator[dict[str, Any]]:
    if isinstance(value, dict):
        yield value
        for inner in value.values():
            yield from objects(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from objects(inner)


@pytest.fixture(params=sorted(AREAS))
def city(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def test_every_city_is_named_here() -> None:
    assert {p.parent.name for p in CITIES.glob("*/dossier.json")} == set(AREAS)


def test_it_is_a_valid_dossier_of_a_real_place(city: str) -> None:
    read = dossier(city)
    assert (read.area_code, read.area_level, read.plan_year) == AREAS[city]
    assert read.fictional is False
    assert read.dossier_id == city
    assert read.note


def test_identifiers_are_unique_and_resolve(city: str) -> None:
    assert sound(raw(city))


def test_nothing_is_said_that_no_source_says(city: str) -> None:
    for entry in objects(raw(city)):
        assert not NEVER & entry.keys()
        assert not {k for k, v in entry.items() if v is False} - {"fictional"}
        assert not {k for k in entry if k.endswith("uscc")}


def test_every_figure_has_a_source_among_the_documents(city: str) -> None:
    read = dossier(city)
    documents = {a.source.document for a in read.attachments if a.source}
    assert read.statistics
    for statistic in read.statistics:
        assert statistic.source.document in documents, statistic.name
    keys = [(s.name, s.year, s.source.document, s.scope) for s in read.statistics]
    assert len(set(keys)) == len(keys)


def test_documents_are_named_but_not_present(city: str) -> None:
    for attachment in dossier(city).attachments:
        assert attachment.source is not None
        assert attachment.file is None
        assert attachment.sha256 is None
        assert attachment.pages is None


def test_web_extracts_and_reprints_are_marked_on_every_figure(city: str) -> None:
    read = dossier(city)
    remark = {a.source.document: a.source.note or "" for a in read.attachments if a.source}
    for statistic in read.statistics:
        for mark in ("网页摘录，未见全页", "二手转载", "征求意见稿"):
            if mark in remark[statistic.source.document]:
                assert mark in (statistic.source.note or ""), statistic.name


def test_quotes_are_short_and_have_no_page(city: str) -> None:
    for entry in objects(raw(city)):
        if "attachment" in entry:
            assert entry.get("page") is None
            assert len(entry.get("quote", "")) < 24


def test_plans_mechanisms_projects_and_policies_show_where_they_are_published(city: str) -> None:
    read = dossier(city)
    lists = (read.mechanisms, read.plans, read.projects, read.policies, read.communities, read.area_units)
    assert all(entry.evidence for entries in lists for entry in entries)


def test_plan_agrees_with_its_figure(city: str) -> None:
    for plan in dossier(city).plans:
        assert plan.communities_planned == figure(city, "计划小区", plan.year)


def test_a_readme_of_ten_to_twenty_five_lines_stands_beside_it(city: str) -> None:
    text = (CITIES / city / "README.md").read_text(encoding="utf-8")
    assert 10 <= len(text.splitlines()) <= 25
    assert all(word in text for word in ("已知", "来源", "能判", "必为未知", "In English"))


# -- the figures, computed again


def test_xiangtan_heping_is_the_sum_of_its_two_investments() -> None:
    whole = figure("xiangtan-2021", "和平片区社会资本投资")
    two = [figure("xiangtan-2021", n) for n in ("和平邻里中心社会资本投入", "和平片区便民设施投入")]
    assert whole == sum(two) == 3105
    heping = next(p for p in dossier("xiangtan-2021").projects if p.project_id == "heping")
    assert [f.amount_10k for f in heping.financing] == [whole]


def test_xiangtan_subsidy_is_contained_in_the_gas_works_and_near_three_tenths() -> None:
    works, subsidy = (figure("xiangtan-2021", f"车站路燃气改造{n}") for n in ("投入", "区级奖补"))
    assert (works * Decimal("0.3")).quantize(Decimal(1), ROUND_HALF_UP) - subsidy == 1
    gas = next(p for p in dossier("xiangtan-2021").projects if p.project_id == "chezhanlu-gas")
    assert [(f.source, f.amount_10k) for f in gas.financing] == [("utility", works)]


def test_xiangtan_approval_day_is_not_made_up_and_the_two_counts_stay_apart() -> None:
    assert dossier("xiangtan-2021").plans[0].approved_on is None
    assert figure("xiangtan-2021", "计划完成小区（省口径）") == 87 != figure("xiangtan-2021", "计划小区")
    mechanism = dossier("xiangtan-2021").mechanisms[0]
    assert (mechanism.established, mechanism.leader_post, mechanism.leader_title) == (
        True,
        "government_head",
        "市长",
    )
    assert (mechanism.work_rules, mechanism.responsibility_list, mechanism.procedure) == (None, None, None)


def test_luoyang_districts_add_up() -> None:
    town, counties = figure("luoyang-2022", "主城区片区"), figure("luoyang-2022", "其他县区片区")
    assert sum(v for v in parts("luoyang-2022", "片区", 2022) if v < 44) == town == 52
    assert town + counties == figure("luoyang-2022", "改造片区") == 96
    names = ("涧西区", "西工区", "老城区", "瀍河区", "洛龙区")
    assert (
        sum(figure("luoyang-2022", f"{n}户数") for n in names)
        == figure("luoyang-2022", "主城区户数")
        == 81549
    )
    total = figure("luoyang-2022", "主城区户数") + figure("luoyang-2022", "其他县区户数")
    assert total == figure("luoyang-2022", "连片拓展后户数") == 109999


def test_luoyang_counts_only_what_the_bank_released() -> None:
    approved, released = (figure("luoyang-2022", n) for n in ("国开行批复一期贷款", "国开行已发放贷款"))
    assert (int(approved), int(released)) == (19, 9)
    (project,) = dossier("luoyang-2022").projects
    assert [(f.source, f.amount_10k, f.in_place) for f in project.financing] == [
        ("loan", released * 10000, True)
    ]


def test_qingdao_districts_add_up_and_2022_follows_from_the_growth() -> None:
    assert sum(parts("qingdao-2022", "计划小区", 2023)) == figure("qingdao-2022", "计划小区", 2023) == 473
    assert (
        sum(parts("qingdao-2022", "计划户数", 2023))
        == figure("qingdao-2022", "计划户数（万户）")
        == Decimal("13.77")
    )
    for now, growth, then, step in (
        (Decimal(473), "小区数增幅", Decimal(318), "1"),
        (figure("qingdao-2022", "计划完成投资"), "投资额增幅", figure("qingdao-2022", "投资额"), "0.1"),
        (figure("qingdao-2022", "计划户数（万户）"), "户数增幅", figure("qingdao-2022", "户数"), "0.1"),
    ):
        factor = 1 + figure("qingdao-2022", growth) / 100
        assert (now / factor).quantize(Decimal(step), ROUND_HALF_UP) == then
    derived = {s.name for s in dossier("qingdao-2022").statistics if s.derived}
    assert derived == {"投资额", "户数", "已开工小区"}


def test_qingdao_shares_are_of_communities_and_enter_no_field() -> None:
    shares = [s for s in dossier("qingdao-2022").statistics if s.name.endswith("的小区占比")]
    assert sorted(s.value for s in shares) == [68, 85]
    assert all("小区" in (s.scope or "") for s in shares)
    assert dossier("qingdao-2022").communities == ()
    assert dossier("qingdao-2022").projects == ()


def test_xianning_sums() -> None:
    years = [figure("xianning-2021", "计划小区", y) for y in (2019, 2020, 2021)]
    assert years == [74, 94, 145]
    assert sum(years) == figure("xianning-2021", "纳入中央补助计划小区") == 313
    assert sum(parts("xianning-2021", "计划小区", 2024)) == figure("xianning-2021", "计划小区", 2024) == 434
    named = ("其中中央财政资金", "其中中央预算内资金", "其中政府专项债", "其中社会资本")
    gap = figure("xianning-2021", "累计投入资金") - sum(figure("xianning-2021", n) for n in named)
    assert gap == figure("xianning-2021", "未列明来源") == Decimal("5.25")
    assert figure("xianning-2021", "社会资本中的企业融资") < figure("xianning-2021", "其中社会资本")


def test_xianning_every_county_of_the_plan_has_a_mechanism() -> None:
    read = dossier("xianning-2021")
    (plan,) = read.plans
    assert len(plan.county_codes) == 6
    assert set(plan.county_codes) | {read.area_code} == {m.area_code for m in read.mechanisms}
    assert (plan.prev_year_planned, plan.prev_year_started, plan.prev_year_completed) == (94, 94, 20)


def test_changsheng_compounds_are_no_communities() -> None:
    read = dossier("changping-changsheng")
    assert figure("changping-changsheng", "合并的独立楼院") == 36
    assert figure("changping-changsheng", "合并的小区") == 21
    assert len(read.communities) == 1
    assert read.area_units[0].community_ids == ()
    assert read.communities[0].owners_count is None


def test_tengzhou_money_adds_up_and_is_not_zaozhuangs_plan() -> None:
    grants, bonds = figure("zaozhuang", "滕州争取奖补资金"), figure("zaozhuang", "滕州获批专项债")
    assert grants + bonds == figure("zaozhuang", "滕州计划总投资") == 4
    assert dossier("zaozhuang").plans == ()
    assert len(dossier("zaozhuang").area_units[0].community_ids) == figure("zaozhuang", "春秋阁片区小区") == 9
    assert {c.county_code for c in dossier("zaozhuang").communities} == {"370481"}


def test_ningbo_draft_is_marked_and_stands_for_no_rule() -> None:
    read = dossier("ningbo")
    assert [(p.is_draft, p.exists) for p in read.policies] == [(True, None)]
    assert read.mechanisms == ()
    assert read.plans == ()
    assert read.fund_rules is not None
    rules = (read.fund_rules.collect, read.fund_rules.use, read.fund_rules.replenish)
    assert [bool(r and r.exists and not r.is_draft) for r in rules] == [True, True, True]


def test_wenzhou_bond_agrees_with_its_figure() -> None:
    (project,) = dossier("wenzhou").projects
    assert [f.amount_10k for f in project.financing] == [figure("wenzhou", "瑞安专项债券发行额") * 10000]


def test_chengdu_has_the_places_rule_but_no_vote() -> None:
    bounds = {s.name: s.value for s in dossier("chengdu").statistics if s.name.startswith("表决")}
    assert sorted(bounds.values()) == [Decimal("66.6667"), Decimal("66.6667"), 75, 75]
    assert dossier("chengdu").communities == ()


def test_households_and_floor_area_are_of_a_plausible_size() -> None:
    for city, area, households in (
        ("xiangtan-2021", figure("xiangtan-2021", "计划建筑面积"), figure("xiangtan-2021", "计划户数")),
        ("qingdao-2022", figure("qingdao-2022", "计划建筑面积"), figure("qingdao-2022", "计划户数（万户）")),
        (
            "xianning-2021",
            figure("xianning-2021", "计划建筑面积"),
            figure("xianning-2021", "计划户数", 2024) / 10000,
        ),
        (
            "luoyang-2022",
            figure("luoyang-2022", "洛龙二期建筑面积"),
            figure("luoyang-2022", "洛龙二期户数") / 10000,
        ),
    ):
        assert 30 <= area / households <= 250, city
