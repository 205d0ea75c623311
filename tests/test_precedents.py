"""The precedents are whole, say the same in both languages, answer to the law, and are ranked by what is near."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import fields, is_dataclass, replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from compliance.advice.precedents import Ranked, nearest
from compliance.bench import load_law
from compliance.rulebook.precedents import load_precedents, missing_precedents
from compliance.schemas.precedent import Figure, Helps, Place, Precedent, PrecedentLevel, PrecedentSource
from compliance.schemas.report import Bilingual
from compliance.schemas.rulebook import Level, RulebookError

LAW = load_law()
SHIPPED = load_precedents(LAW)
BY_ID = {p.id: p for p in SHIPPED}
FIGURES = [(p.id, f) for p in SHIPPED for f in p.figures]


# -- what is shipped --------------------------------------------------------------------------------------------


def test_both_lists_are_whole_and_in_order() -> None:
    assert [p.id for p in SHIPPED] == [f"P4-{n:02}" for n in range(1, 28)] + [f"P5-{n:02}" for n in range(1, 43)]
    for p in SHIPPED:
        assert p.source.document.endswith("（第四批）" if p.id.startswith("P4") else "（第五批）")
    assert len({p.source for p in SHIPPED}) == len(SHIPPED)


def test_every_figure_of_the_lists_is_kept() -> None:
    assert len(FIGURES) == 161
    assert sum(f.derived for _, f in FIGURES) == 2
    assert {i: len(BY_ID[i].figures) for i in ("P4-03", "P4-23", "P5-08", "P5-34")} == {"P4-03": 5, "P4-23": 8, "P5-08": 20, "P5-34": 0}


def test_what_the_fifth_list_does_not_say_is_marked_as_inferred() -> None:
    assert {p.id for p in SHIPPED if p.cause_inferred} == {p.id for p in SHIPPED if p.id.startswith("P5")}


def test_what_only_the_notices_body_asks_for_names_its_section() -> None:
    assert {p.id: p.body for p in SHIPPED if p.body} == {f"P5-{n}": "三（四）" for n in (40, 41, 42)}


def texts(value: Any, where: str) -> Iterator[tuple[str, Bilingual]]:
    if isinstance(value, Bilingual):
        yield where, value
    elif isinstance(value, tuple):
        for i, inner in enumerate(value):
            yield from texts(inner, f"{where}.{i}")
    elif is_dataclass(value):
        for f in fields(value):
            yield from texts(getattr(value, f.name), f"{where}.{f.name}")


def test_every_text_is_chinese_in_chinese_and_english_in_english() -> None:
    chinese = re.compile(r"[\u3000-\u9fff\uff00-\uffef]")
    found = [t for p in SHIPPED for t in texts(p, p.id)]
    assert len(found) > 69 * 5 + 161 * 2
    assert [(where, said) for where, said in found if chinese.search(said.en)] == []
    spoken = [(where, said) for where, said in found if not re.search(r"figures\.\d+\.says$", where)]
    assert [(where, said) for where, said in spoken if not chinese.search(said.zh)] == []


def test_a_measure_is_told_in_whole_sentences() -> None:
    for p in SHIPPED:
        assert len(p.measure.zh) >= 30, p.id
        assert p.measure.zh.endswith("。"), p.id
        assert len(p.measure.en.split()) >= 20, p.id
        assert p.measure.en.endswith("."), p.id
        assert len(p.title.zh) <= 24, p.id


SCALES = {"万": 10**4, "亿": 10**8}


def numbers_of(figure: Figure) -> list[Fraction]:
    scale = SCALES.get(figure.unit[:1], 1)
    return [Fraction(n) * scale for n in re.findall(r"\d+(?:\.\d+)?", figure.value)]


def english_numbers(text: str) -> list[Fraction]:
    found = re.findall(r"(\d+(?:\.\d+)?)( million)?", text.replace(",", ""))
    return [Fraction(number) * (10**6 if million else 1) for number, million in found]


@pytest.mark.parametrize(("ident", "figure"), FIGURES, ids=[f"{i} {f.name.zh}" for i, f in FIGURES])
def test_a_figure_is_the_same_number_in_both_languages(ident: str, figure: Figure) -> None:
    if "月" in figure.value:  # a month has a name in English
        assert re.findall(r"\d{4}", figure.value) == re.findall(r"\d{4}", figure.says.en)
        return
    assert numbers_of(figure) == english_numbers(figure.says.en)
    assert ("%" in figure.value) == ("%" in figure.says.en)
    inexact = {"余": "over ", "多": "over ", "超过": "over ", "约": "about ", "近": "nearly ", "不少于": "at least ", "以上": " or more", "以下": "up to "}
    assert (inexact[figure.qualifier] if figure.qualifier else "") in figure.says.en
    assert figure.qualifier or not any(word in figure.says.en for word in ("over ", "about ", "nearly ", " or more"))


def test_a_qualifier_stands_where_it_is_read() -> None:
    said = {f.says.zh for _, f in FIGURES}
    assert {"2000余万元", "8000多米", "超过1万平方米", "近1000平方米", "约1272平方米", "2亿元以上", "3万元以下", "不少于1次/月", "2/3以上", "1.53亿元"} <= said


PROVINCES = {"北京": "11", "河北": "13", "辽宁": "21", "吉林": "22", "黑龙江": "23", "上海": "31", "江苏": "32", "浙江": "33", "福建": "35", "江西": "36", "山东": "37", "河南": "41", "湖北": "42", "湖南": "43", "广东": "44", "重庆": "50", "四川": "51", "云南": "53", "陕西": "61", "甘肃": "62"}


def test_every_place_has_the_code_of_its_province_and_one_code_only() -> None:
    codes: dict[str, str] = {}
    for p in SHIPPED:
        for place in p.places:
            assert place.area_code, p.id
            (province,) = (code for name, code in PROVINCES.items() if place.name.zh.startswith(name))
            assert place.area_code[:2] == province, (p.id, place)
            assert codes.setdefault(place.name.zh, place.area_code) == place.area_code
            tail = place.area_code[2:]
            assert (tail == "0000") == (place.name.zh.rstrip("省市") in PROVINCES), (p.id, place)
    assert len(set(codes.values())) == len(codes)


def test_every_item_and_check_that_is_helped_exists() -> None:
    checks = {item.id: {c.name for c in item.checks} for item in LAW.items}
    for p in SHIPPED:
        for helps in p.helps:
            assert helps.item in checks, p.id
            assert set(helps.checks) <= checks[helps.item], p.id


def test_the_clauses_and_the_precedents_name_each_other() -> None:
    assert missing_precedents(LAW, SHIPPED) == []
    helped = {helps.item for p in SHIPPED for helps in p.helps}
    annex = {item.id for item in LAW.items if item.id[0] in "BH"}
    assert annex - helped == {"B2.2", "B2.3", "B3.2", "H7.2"}


@pytest.mark.parametrize("ident", ["B2.2", "B2.3", "B3.2", "H7.2"])
def test_an_item_without_precedents_names_the_law(ident: str) -> None:
    (item,) = (item for item in LAW.items if item.id == ident)
    assert item.spec.remedy.law
    assert not item.spec.remedy.precedents


# -- what is refused --------------------------------------------------------------------------------------------

ENTRY = """\
precedents:
- precedent: P9-01
  title: {zh: 标题, en: Title}
  measure: {zh: 某市做了某事。, en: Some city did something.}
  places: [{name: {zh: 浙江省宁波市, en: Ningbo}, area_code: "330200"}]
  level: city
  problem: {zh: 问题, en: Problem}
  cause: {zh: 成因, en: Cause}
  figures:
  - {name: {zh: 轮次, en: Rounds}, value: "2", unit: 次, in_english: '2'}
  source: {document: 清单, section: 一, row: 1, item: 1}
  helps:
  - {item: B7.1, checks: [participation]}
  - {item: B7.2}
"""


def loaded(folder: Path, *files: str) -> tuple[Precedent, ...]:
    for i, text in enumerate(files):
        (folder / f"{i}.yaml").write_text(text, "utf-8")
    return load_precedents(LAW, folder)


def test_the_small_file_is_taken_as_it_stands(tmp_path: Path) -> None:
    (p,) = loaded(tmp_path, ENTRY)
    assert (p.id, p.level, p.places[0].area_code) == ("P9-01", "city", "330200")
    assert p.help_for("B7.1") == Helps("B7.1", ("participation",))
    assert p.help_for("B7.2") == Helps("B7.2", ())
    assert p.help_for("B9.1") is None
    assert p.figures[0].says == Bilingual("2次", "2")
    assert not p.cause_inferred


REFUSED = [
    ("level: city", "level: citi", "unknown level 'citi'; did you mean 'city'?"),
    ("{item: B7.1, checks", "{item: B7.9, checks", "unknown item 'B7.9'; did you mean 'B7.2'?"),
    ("[participation]", "[participaton]", "B7.1 has no check 'participaton'; did you mean 'participation'?"),
    ("[participation]", "[participation, participation]", "check 'participation' of B7.1 is named twice"),
    ("{item: B7.2}", "{item: B7.1}", "item B7.1 is named twice"),
    ("{item: B7.2}", "{item: C1.1}", "String should match pattern"),
    ('"330200"', '"33020"', "area_code: String should match pattern"),
    ('"330200"', '"033020"', "area_code: String should match pattern"),
    ('"330200"', "330200", "area_code: Input should be a valid string"),
    ("precedent: P9-01", "precedent: P9-1", "String should match pattern"),
    ('value: "2"', "value: 2", "value: Input should be a valid string"),
    ('value: "2"', "value: 2.5", "2.5 is not exact"),
    ("unit: 次", "unit: 次, qualifier: 大约", "qualifier: Input should be"),
    ("in_english: '2'", "in_english: 2次", "in_english: String should match pattern"),
    ("  cause: {zh: 成因, en: Cause}\n", "", "missing key 'cause'"),
    ("level: city", "level: city\n  helped: []", "unknown key 'helped'; did you mean 'helps'?"),
    ("title: {zh: 标题, en: Title}", "title: {zh: 标题}", "missing key 'en'"),
    ("row: 1", "row: 0", "greater than or equal to 1"),
]


@pytest.mark.parametrize(("old", "new", "message"), REFUSED, ids=[new or old for old, new, _ in REFUSED])
def test_what_is_not_understood_is_refused_at_its_line(tmp_path: Path, old: str, new: str, message: str) -> None:
    assert ENTRY.count(old) == 1
    with pytest.raises(RulebookError) as refused:
        loaded(tmp_path, ENTRY.replace(old, new))
    line = ENTRY[: ENTRY.index(old)].count("\n") + 1
    (problem,) = refused.value.problems
    assert message in problem.message
    assert problem.file == "precedents/0.yaml"
    if new:
        assert line <= problem.line <= line + new.count("\n")
    else:  # what is missing has the line of the entry
        assert problem.line == 2


def test_every_problem_is_named_and_not_only_the_first(tmp_path: Path) -> None:
    broken = ENTRY.replace("level: city", "level: town").replace("[participation]", "[fee, mode]")
    with pytest.raises(RulebookError) as refused:
        loaded(tmp_path, broken, ENTRY.replace("P9-01", "P9-02").replace("B7.2", "B7.9"), "- not a mapping")
    assert [p.file for p in refused.value.problems] == ["precedents/0.yaml"] * 3 + ["precedents/1.yaml", "precedents/2.yaml"]


def test_a_precedent_is_stated_once(tmp_path: Path) -> None:
    with pytest.raises(RulebookError, match=r"precedents/1\.yaml:2: P9-01 is also stated in precedents/0\.yaml"):
        loaded(tmp_path, ENTRY, ENTRY)


def test_a_clause_cannot_name_what_nobody_states(tmp_path: Path) -> None:
    gone = [p for p in SHIPPED if p.id != "P4-03"]
    problem, *others = missing_precedents(LAW, gone)
    assert problem.file == "B01_coordination.yaml"
    assert problem.message.startswith("B1.1: no precedent 'P4-03'; did you mean 'P")
    assert [p.message.split(":")[0] for p in others] == ["X1"]
    useless = [replace(p, helps=(Helps("B1.1", ()),)) if p.id == "P5-34" else p for p in SHIPPED]
    assert {p.message for p in missing_precedents(LAW, useless)} == {f"{i}: P5-34 does not say that it helps here" for i in ("B9.1", "B9.3", "B10.1", "X28", "X32")}


# -- which is nearest -------------------------------------------------------------------------------------------


def ids(found: tuple[Ranked, ...]) -> list[str]:
    return [r.precedent.id for r in found]


def test_the_same_cause_comes_before_the_nearer_place() -> None:
    found = nearest(SHIPPED, "B6.2", ["works_steps"], "420500", "city", 20)
    assert found[0].precedent.id == "P4-13"  # Harbin's is about the works, Yichang's own about the scheme
    assert found[0].why == Bilingual("同一问题成因、同级", "same cause, same level of government")
    own = next(r for r in found if r.precedent.id == "P4-10")
    assert own.why == Bilingual("同一条目、同级、同市（州）", "same item, same level of government, same city or prefecture")


def test_a_neighbour_of_the_same_level_comes_first_among_equals() -> None:
    found = nearest(SHIPPED, "H9.1", ["collected"], "330212", "county")
    assert ids(found) == ["P5-36", "P4-22"]
    assert [r.why.zh for r in found] == ["同一问题成因、同级", "同一问题成因、同市（州）"]
    assert ids(nearest(SHIPPED, "H9.1", ["collected"], "330300", "city")) == ["P4-22", "P5-36"]
    assert found[0].shared_checks == ("collected",)


def test_no_more_are_given_than_asked_for_and_none_where_none_helps() -> None:
    assert len(nearest(SHIPPED, "B6.2", [], "130100", "city")) == 3
    assert len(nearest(SHIPPED, "B6.2", [], "130100", "city", 99)) == 16
    assert nearest(SHIPPED, "B2.2", ["age"], "130100", "city") == ()
    assert nearest(SHIPPED, "B6.2", ["works_steps"], "130100", "city", 0) == ()


def made(
    ident: str, helps: tuple[Helps, ...] = (Helps("B7.1", ("agreement",)),), level: PrecedentLevel = "city", *codes: str | None
) -> Precedent:
    said = Bilingual("某", "some")
    return Precedent(
        ident, said, said, tuple(Place(said, code) for code in codes or (None,)), level, said, said, False, (),
        PrecedentSource("清单", "一", 1, 1), helps, None,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("level", "area", "same"),
    [
        ("municipality", "city", True),
        ("municipality", "province", True),
        ("municipality", "county", False),
        ("province", "province", True),
        ("province", "city", False),
        ("county", "county", True),
        ("community", "county", False),
    ],
)
def test_a_municipality_is_a_city_and_a_province_at_once(level: PrecedentLevel, area: Level, same: bool) -> None:
    (found,) = nearest([made("P1-01", level=level)], "B7.1", [], "330200", area)
    assert found.same_level is same


@pytest.mark.parametrize(
    ("area", "place", "region"),
    [
        ("330200", "330200", "city"),
        ("330212", "330200", "city"),
        ("330300", "330200", "province"),
        ("330000", "330200", "province"),
        ("330200", "330000", "province"),
        ("330000", "330000", "province"),
        ("430200", "330200", "elsewhere"),
        ("500101", "500235", "city"),
        ("500235", "500000", "city"),
        ("429004", "429005", "province"),
        ("429004", "429004", "city"),
        ("422801", "422825", "city"),
        ("999901", "330200", "elsewhere"),
        ("330200", None, "elsewhere"),
    ],
)
def test_region_is_read_from_the_code(area: str, place: str | None, region: str) -> None:
    (found,) = nearest([made("P1-01", (Helps("B7.1", ()),), "city", place)], "B7.1", [], area, "city")
    assert found.region == region


def test_the_nearest_of_several_places_counts() -> None:
    (found,) = nearest([made("P1-01", (Helps("B7.1", ()),), "city", "440400", "510100")], "B7.1", [], "510106", "county")
    assert found.why == Bilingual("同一条目、同市（州）", "same item, same city or prefecture")


def test_a_precedent_for_the_whole_item_answers_whatever_failed() -> None:
    (found,) = nearest([made("P1-01", (Helps("B7.1", ()),))], "B7.1", ["before_plan", "agreement"], "330200", "city")
    assert found.shared_checks == ("agreement", "before_plan")
    (unknown,) = nearest([made("P1-01", (Helps("B7.1", ()),))], "B7.1", [], "330200", "city")
    assert unknown.shared_checks == ()


CHECKS = ("participation", "agreement", "before_plan")
CODES = ("330000", "330200", "330212", "330300", "430300", "500000", "500235", "429004", "429005", None)
some_helps = st.lists(
    st.builds(Helps, st.sampled_from(("B7.1", "B9.1")), st.lists(st.sampled_from(CHECKS), unique=True).map(tuple)),
    min_size=1, max_size=2, unique_by=lambda h: h.item,
).map(tuple)  # fmt: skip
some_precedents = st.lists(
    st.tuples(
        some_helps,
        st.sampled_from(("province", "municipality", "city", "county", "community")),
        st.lists(st.sampled_from(CODES), min_size=1, max_size=2),
    ),
    max_size=8,
).map(lambda rows: [made(f"P1-{i:02}", helps, level, *codes) for i, (helps, level, codes) in enumerate(rows)])
some_area = st.tuples(st.sampled_from([c for c in CODES if c]), st.sampled_from(("province", "city", "county")))
some_failing = st.lists(st.sampled_from(CHECKS), unique=True)


def criteria(ranked: Ranked) -> frozenset[str]:
    """What a precedent meets of the four criteria."""
    near = ranked.region
    met = {"cause": bool(ranked.shared_checks), "level": ranked.same_level, "province": near != "elsewhere", "city": near == "city"}
    return frozenset(name for name, is_met in met.items() if is_met)


@given(some_precedents, some_failing, some_area)
def test_whoever_meets_more_criteria_never_ranks_lower(precedents: list[Precedent], failing: list[str], area: tuple[str, Level]) -> None:
    ranked = nearest(precedents, "B7.1", failing, *area, len(precedents))
    for i, before in enumerate(ranked):
        for after in ranked[i + 1 :]:
            assert not criteria(before) < criteria(after)
            if criteria(before) == criteria(after):
                assert before.precedent.id < after.precedent.id


@given(some_precedents, some_failing, some_area, st.integers(0, 9))
def test_only_those_that_help_are_ranked_each_once(
    precedents: list[Precedent], failing: list[str], area: tuple[str, Level], how_many: int
) -> None:
    whole = nearest(precedents, "B7.1", failing, *area, len(precedents))
    assert sorted(ids(whole)) == [p.id for p in precedents if p.help_for("B7.1")]
    assert nearest(precedents, "B7.1", failing, *area, how_many) == whole[:how_many]
    assert nearest(precedents, "B7.1", failing[::-1], *area, len(precedents)) == whole
    for r in whole:
        helps = r.precedent.help_for("B7.1")
        assert helps is not None
        assert set(r.shared_checks) == set(failing) & set(helps.checks or CHECKS)


@given(st.sampled_from([item.id for item in LAW.items]), some_area)
def test_each_answer_says_why_it_is_near(item: str, area: tuple[str, Level]) -> None:
    failing = [c.name for i in LAW.items if i.id == item for c in i.checks]
    for r in nearest(SHIPPED, item, failing, *area):
        assert r.why.zh.startswith("同一问题成因")
        assert ("同级" in r.why.zh) == r.same_level == ("level" in r.why.en)
        assert ("同市" in r.why.zh) == (r.region == "city") == ("city" in r.why.en)
        assert ("同省" in r.why.zh) == (r.region == "province") == ("province" in r.why.en)
