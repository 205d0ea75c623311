"""Tables that municipalities keep: read by a mapping, with the cell of every value, or refused by name."""

from __future__ import annotations

import json
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pytest
from click.testing import CliRunner
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from compliance.cli import cli
from compliance.intake.grid import grids
from compliance.intake.tables.mapping import mapping_of, names, read_mapping
from compliance.intake.tables.reading import Stated, derived_id
from compliance.intake.tables.receive import read_table, receive
from compliance.intake.tables.recognise import all_fits, best_mapping, draft, says
from compliance.road import examine
from compliance.schemas.mapping import (
    AreaSpec,
    ColumnSpec,
    IdSpec,
    MappingSpec,
    PlanSpec,
    RowsSpec,
    SkipSpec,
    TotalSpec,
)
from compliance.schemas.refusal import CODES, Refused
from fixtures.builder.tables import TABLES, book

FOLDER = Path("fixtures/tables")
SHILI = FOLDER / "shili-county.yaml"
YEAR = Stated({"plan_year": 2024})

SIMPLE = """
mapping: simple
title: {zh: 表, en: table}
rows: {each: communities}
ids: {of: [小区名称], prefix: C}
dossier: {area_code: "999901", area_name: 示例县, plan_year: 2024, fictional: true}
columns:
- {head: 小区名称, field: "communities[].name"}
- {head: 户数, field: "communities[].households"}
- {head: 建筑面积, field: "communities[].floor_area_m2", optional: true}
"""


def fixture(name):
    return (FOLDER / name).read_bytes()


def rows(*lines, head=("小区名称", "户数"), merged=()):
    return book((head, *lines), merged)


def read(data, mapping=SIMPLE, stated=None, name="t.xlsx"):
    found = read_table(data, name, mapping_of(mapping, "m.yaml") if isinstance(mapping, str) else mapping, stated)
    return found, receive(found)


def refused(data, mapping=SIMPLE, stated=None):
    with pytest.raises(Refused) as caught:
        read(data, mapping, stated)
    assert all(error.code in CODES for error in caught.value.errors)
    assert caught.value.text("zh")
    assert caught.value.text("en")
    return caught.value.errors


def bad_mapping(text, *changes):
    for was, now in changes:
        assert was in text
        text = text.replace(was, now)
    with pytest.raises(Refused) as caught:
        mapping_of(text, "m.yaml")
    return [(error.code, error.pointer, error.line) for error in caught.value.errors]


# -- the fixtures


def test_the_fixtures_are_what_the_script_makes():
    for name, make in TABLES.items():
        assert fixture(name) == make(), name


def test_a_county_table_with_everything_that_is_usual():
    table, (received,) = read(fixture("shili-county-plan.xlsx"), read_mapping(str(SHILI)))
    dossier = received.dossier
    assert [c.name for c in dossier.communities] == [f"示例{n}小区" for n in "一二三四五"]
    assert [c.subdistrict for c in dossier.communities] == ["城关街道"] * 3 + ["河东街道"] * 2
    assert [c.buildings for c in dossier.communities] == [6, 12, 4, 3, 5]
    assert [c.households for c in dossier.communities] == [240, 480, 1060, 120, 200]
    assert [c.floor_area_m2 for c in dossier.communities] == [21600, 38400, 79500, 9000, 15850]
    assert [c.built_on.text for c in dossier.communities] == ["1998", "1995-06", "1999-12-01", "1989", "1992-10"]
    assert [c.has_party_org for c in dossier.communities] == [True, True, False, False, False]
    assert [len(c.consultations) for c in dossier.communities] == [1, 1, 1, 1, 0]
    assert dossier.plans[0].community_ids == tuple(c.community_id for c in dossier.communities)
    assert not table.doubts
    assert {note.code for note in table.notes} >= {"unit", "date", "digits", "number", "left_out", "row", "total_rounded"}
    at = received.cells
    assert at("/communities/2/households").text() == "t.xlsx · 2024年计划 · F7"
    assert at("/communities/1/subdistrict").cell == "B5"
    assert at("/communities/2/consultations/0/agreed").cell == "I7"
    assert at("/communities/2/not/there").cell == "A7:K7"


def test_every_fault_of_a_table_is_named_with_its_cell():
    errors = refused(fixture("shili-county-plan-faulty.xlsx"), read_mapping(str(SHILI)))
    assert [(e.cell.cell, e.code) for e in errors] == [
        ("D5", "bad_date"),
        ("G5", "unit_conflict"),
        ("E6", "not_a_number"),
        ("F6", "unit_conflict"),
        ("D7", "bad_date"),
        ("F7", "ambiguous_value"),
        ("J7", "not_yes_or_no"),
        ("E9", "not_whole"),
        ("C10", "duplicate_id"),
    ]
    assert errors[1].to_json()["cell"] == {"file": "t.xlsx", "sheet": "2024年计划", "cell": "G5"}


def test_what_does_not_agree_with_itself_is_told_and_left_as_it_is():
    table, (received,) = read(fixture("shili-county-plan-doubtful.xlsx"), read_mapping(str(SHILI)))
    assert [(d.place.cell, d.code) for d in table.doubts] == [
        ("F8", "total"),
        ("G8", "total"),
        ("G12", "total"),
        ("G7", "unit_slip"),
    ]
    assert "79500㎡ 则 75 ㎡/户" in table.doubts[-1].says.zh
    assert received.dossier.communities[2].floor_area_m2 == 795_000_000


def test_nanhua_lost_its_wan():
    table, (received,) = read(fixture("nanhua-2021.xlsx"), read_mapping(str(FOLDER / "nanhua.yaml")), Stated({"plan_year": 2021}))
    (slip,) = table.doubts
    assert (slip.code, slip.place.cell) == ("unit_slip", "E3")
    assert "21.26万㎡ 则 131.9 ㎡/户" in slip.says.zh
    figures = {s.name: (s.value, s.unit) for s in received.dossier.statistics}
    assert figures["改造建筑面积"] == (Decimal("21.26"), "㎡")


def test_the_head_of_shandong_with_the_figures_of_qingdao():
    table, (received,) = read(fixture("qingdao-2023.xlsx"), None, Stated({"plan_year": 2023}))
    assert (table.mapping.name, table.doubts) == ("shandong-plan", ())
    dossier = received.dossier
    assert (dossier.area_code, dossier.area_level, dossier.plans[0].communities_planned) == ("370200", "city", 473)
    assert {s.name: s.value for s in dossier.statistics}["计划改造建筑面积"] == Decimal("1109.48")
    assert all(s.scope and s.source.document for s in dossier.statistics)
    assert received.cells("/statistics/2").cell == "G3"


def test_a_title_of_another_year_is_doubted():
    table, _ = read(fixture("qingdao-2023.xlsx"), None, YEAR)
    assert [d.code for d in table.doubts] == ["title_year"]


# -- sums


def test_the_sum_of_fourteen_rows_may_differ_by_half_a_digit_each():
    """Hunan's table of August 2021 prints 752393.73 where its fourteen rows make 752393.76; the rows here are invented."""
    amounts = [Decimal("53742.41")] * 13
    amounts.append(Decimal("752393.76") - sum(amounts))
    text = monthly_mapping(14)

    def table(total):
        lines = [(n, f"示例{n}市", 100, 50, "50%", float(a), float(a) / 2, "50%") for n, a in enumerate(amounts, 1)]
        lines.append(("合计", "合计", 1400, 700, "50%", total, None, None))
        return book((HUNAN_HEAD, *lines))

    stated = Stated({"plan_year": 2021}, {"计划完成数": "个", "累计开工数": "个"})
    close, _ = read(table(752393.73), text, stated)
    assert [n.code for n in close.notes if n.code.startswith("total")] == ["total_rounded"]
    assert "0.07万元" in next(n for n in close.notes if n.code == "total_rounded").says.zh
    assert not [d for d in close.doubts if d.code == "total"]
    edge, _ = read(table(752393.69), text, stated)
    assert not [d for d in edge.doubts if d.code == "total"]
    far, _ = read(table(752393.68), text, stated)
    assert [d.code for d in far.doubts if d.code == "total"] == ["total"]


HUNAN_HEAD = ("序号", "市州", "计划完成数", "累计开工数", "开工率", "计划投资额(万元)", "累计完成投资额(万元)", "计划投资完成率")


def monthly_mapping(cities):
    """The mapping of Hunan's head with the codes of an invented province."""
    text = read_mapping("hunan-monthly").text
    head, _, rest = text.partition("  codes:\n")
    own = "".join(f'    示例{n}市: "99{n:02}00"\n' for n in range(1, cities + 1))
    return f"{head}  codes:\n{own}plan:{rest.partition('plan:')[2]}"


def test_counts_may_not_differ_at_all():
    table, _ = read(rows(("甲", 100), ("乙", 200), ("合计", 301)))
    assert [d.code for d in table.doubts] == ["total"]
    assert "301户，2 行相加为 300户，差 1户" in table.doubts[0].says.zh


@pytest.mark.parametrize("over", ["above", "below"])
def test_subtotals_above_and_below(over):
    mapping = SIMPLE.replace(
        "rows: {each: communities}",
        f"rows:\n  each: communities\n  totals:\n  - {{words: [小计], over: {over}}}\n  - {{words: [合计], over: all}}",
    )
    first, second = [("甲", 1), ("乙", 2)], [("丙", 4)]
    lines = [*first, ("小计", 3), *second, ("小计", 4)] if over == "above" else [("小计", 3), *first, ("小计", 4), *second]
    table, (received,) = read(rows(*lines, ("合计", 7)), mapping)
    assert not table.doubts
    assert len(received.dossier.communities) == 3
    wrong, _ = read(rows(*lines, ("合计", 8)), mapping)
    assert len(wrong.doubts) == 1


def test_sums_by_group():
    codes = 'codes: {甲区: "999902", 乙区: "999903", 丙区: "999904"}'
    text = read_mapping("shandong-plan").text
    mapping = text[: text.index("  codes:\n")] + f"  {codes}\n" + text[text.index("plan: {plan_id") :]
    head = ("序号", "城市", "县(市、区)", "小区数(个)", "楼栋数(栋)", "户数(户)", "建筑面积(万㎡)")

    def table(subtotal):
        return book(
            (head, ("合计", "合计", None, 6, 60, 600, 6), (1, "示例市", "小计", 3, 30, subtotal, 3), (2, None, "甲区", 1, 10, 100, 1),
             (3, None, "乙区", 2, 20, 200, 2), (4, "又一市", "丙区", 3, 30, 300, 3))
        )  # fmt: skip

    good, received = read(table(300), mapping, YEAR)
    assert not good.doubts
    assert [r.dossier.area_code for r in received] == ["999902", "999903", "999904"]
    bad, _ = read(table(299), mapping, YEAR)
    assert [(d.code, d.place.cell) for d in bad.doubts] == [("total", "F3")]


def test_a_sum_that_the_mapping_does_not_explain_is_refused():
    mapping = SIMPLE.replace("rows: {each: communities}", "rows: {each: communities, totals: [{words: [合计], over: all}]}")
    (error,) = refused(rows(("甲", 1), ("小计", 1)), mapping)
    assert (error.code, error.cell.cell) == ("unclear_row", "A3")


# -- rates


@pytest.mark.parametrize(
    ("rate", "doubts", "kept"),
    [
        ("87.7%", [], Decimal("87.7")),
        ("88%", [], Decimal(88)),
        ("87.69%", [], Decimal("87.69")),
        ("87.6%", ["rate"], Decimal("87.6")),
        (87.7, [], Decimal("87.7")),
        (0.877, [], Decimal("87.7")),
        ("0.88", [], Decimal(88)),
        (0.9, [], Decimal(90)),
        (0.8, ["rate"], None),
        ("—", [], None),
    ],
)
def test_rates_are_computed_again_and_compared_as_printed(rate, doubts, kept):
    stated = Stated({"plan_year": 2024}, {"计划完成数": "个", "累计开工数": "个"})
    data = book((HUNAN_HEAD, (1, "示例1市", 65, 57, rate, 100, 50, "50%")))
    table, (received,) = read(data, monthly_mapping(1), stated)
    assert [d.code for d in table.doubts if d.code.startswith("rate")] == doubts
    assert next((s.value for s in received.dossier.statistics if s.name == "开工率"), None) == kept


def test_a_rate_of_nothing_is_doubted():
    stated = Stated({"plan_year": 2024}, {"计划完成数": "个", "累计开工数": "个"})
    table, _ = read(book((HUNAN_HEAD, (1, "示例1市", 0, 0, "100%", 100, 50, "50%"))), monthly_mapping(1), stated)
    assert "没有比率可言" in table.doubts[0].says.zh


def test_hunans_counts_have_no_unit_until_it_is_stated():
    errors = refused(book((HUNAN_HEAD, (1, "示例1市", 65, 57, "87.7%", 100, 50, "50%"))), monthly_mapping(1), YEAR)
    assert [(e.code, e.cell.cell) for e in errors] == [("unit_not_stated", "C2"), ("unit_not_stated", "D2")]


def test_the_ministrys_head_has_no_denominator():
    data = book((("序号", "省份", "新开工小区数", "开工率"), (1, "山东", 1, "50%"), (2, "新疆生产建设兵团", 1, "50%")))
    table, (received,) = read(data, None, YEAR)
    assert table.mapping.name == "mohurd-progress"
    assert (received.dossier.area_code, received.dossier.area_level) == ("370000", "province")
    assert any("没有兵团" in note.says.zh for note in table.notes)


# -- the list of Beijing


BEIJING_HEAD = ("小区名称", "改造楼栋号", "建筑面积", "改造内容")
BEIJING = Stated({"plan_year": 2024, "area_code": "999901", "area_name": "示例县", "fictional": True}, {"建筑面积": "㎡"})


def test_a_list_of_works_in_one_cell():
    data = book((BEIJING_HEAD, ("示例小区", "1、2号楼", 8000, "给水、加装电梯、外墙保温、上水")))
    table, (received,) = read(data, None, BEIJING)
    (community,) = received.dossier.communities
    assert [i.facility_code for i in community.scheme.items] == ["water", "elevator", "energy_retrofit"]
    assert community.buildings is None
    assert any("楼栋号是名称" in note.says.zh for note in table.notes)


def test_a_work_that_no_word_explains_is_named():
    errors = refused(book((BEIJING_HEAD, ("示例小区", "1", 8000, "给水、量子改造"))), None, BEIJING)
    assert [(e.code, e.cell.cell, e.found.zh) for e in errors] == [("not_an_option", "D2", "文字“量子改造”")]


def test_the_area_of_beijings_head_has_no_unit_until_it_is_stated():
    data = book((BEIJING_HEAD, ("示例小区", "1", 8000, "给水"), ("示例二小区", "1", "0.8万平方米", "给水")))
    (error,) = refused(data, None, Stated(BEIJING.fields))
    assert (error.code, error.cell.cell) == ("unit_not_stated", "C2")
    table = book((("单位：平方米",), BEIJING_HEAD, ("示例小区", "1", 8000, "给水")))
    _, (received,) = read(table, None, Stated(BEIJING.fields))
    assert received.dossier.communities[0].floor_area_m2 == 8000


# -- heads


def test_a_head_that_two_columns_bear_is_refused_with_both():
    data = book((("小区名称", "计划", None, "完成", None), (None, "户数", "栋数", "户数", "栋数"), ("甲", 1, 2, 3, 4)), ("B1:C1", "D1:E1", "A1:A2"))
    (error,) = refused(data)
    assert error.code == "ambiguous_mapping"
    assert error.found.zh == "户数 可对应 计划/户数（B1:B2）、完成/户数（D1:D2）"
    mapping = SIMPLE.replace("head: 户数", "head: 完成/户数")
    _, (received,) = read(data, mapping)
    assert received.dossier.communities[0].households == 3


def test_a_lacking_column_is_named_with_what_is_left_over():
    (error,) = refused(book((("小区名称", "居民数"), ("甲", 1))))
    assert error.code == "head_not_found"
    two = SIMPLE + '- {head: 地址, field: "communities[].address", optional: true}\n- {head: 街道, field: "communities[].subdistrict"}\n'
    (error,) = refused(book((("小区名称", "户数", "街 道 办"), ("甲", 1, "乙"))), two)
    assert (error.code, error.cell.cell) == ("head_not_found", "1:1")
    assert "街 道 办" in error.found.zh


def test_units_of_head_and_mapping_must_agree():
    data = book((("小区名称", "户数", "建筑面积(万㎡)"), ("甲", 1, 1)))
    mapping = SIMPLE.replace('floor_area_m2", optional: true', 'floor_area_m2", unit: ㎡')
    (error,) = refused(data, mapping)
    assert (error.code, error.cell.cell) == ("unit_conflict", "C1")


def test_an_area_without_any_unit_is_refused_once():
    data = book((("小区名称", "户数", "建筑面积"), ("甲", 1, 1), ("乙", 1, 2)))
    (error,) = refused(data)
    assert (error.code, error.cell.cell) == ("unit_not_stated", "C2")
    assert "2 格" in error.found.zh
    _, (received,) = read(data, SIMPLE, Stated({}, {"建筑面积": "万㎡"}))
    assert [c.floor_area_m2 for c in received.dossier.communities] == [10000, 20000]


def test_a_unit_may_stand_in_every_cell_instead():
    data = book((("小区名称", "户数", "建筑面积"), ("甲", 1, "0.5万㎡"), ("乙", 1, "2000㎡")))
    _, (received,) = read(data)
    assert [c.floor_area_m2 for c in received.dossier.communities] == [5000, 2000]


# -- rows


def test_rows_that_are_no_data_are_told():
    mapping = SIMPLE.replace("rows: {each: communities}", "rows:\n  each: communities\n  skip:\n  - {column: 小区名称, begins_with: [（续）], reason: {zh: 续表, en: continued}}")
    data = book(
        (("小区名称", "户数"), ("一、城区",), ("甲", 1), ("小区名称", "户数"), ("（续）", 9), (None, None), ("乙", 2), ("填表人：某", "电话")),
        ("A2:B2",),
    )  # fmt: skip
    table, (received,) = read(data, mapping)
    assert [c.name for c in received.dossier.communities] == ["甲", "乙"]
    left = [(n.place.cell, n.says.zh) for n in table.notes if n.code == "row"]
    assert [cell for cell, _ in left] == ["A2", "A4:B4", "A5:B5", "A8:B8"]


def test_a_number_merged_over_rows_is_refused():
    (error,) = refused(rows(("甲", 300), ("乙", None), merged=("B2:B3",)))
    assert (error.code, error.cell.cell) == ("merged_cell", "B2:B3")


def test_a_row_without_a_name_is_refused():
    (error,) = refused(rows(("甲", 1), (None, 2)))
    assert (error.code, error.cell.cell) == ("missing_field", "B3")


def test_a_table_without_rows_is_refused():
    assert [e.code for e in refused(rows())] == ["no_rows"]


def test_columns_that_no_mapping_mentions_are_listed():
    table, _ = read(book((("小区名称", "户数", "进度"), ("甲", 1, "快"))))
    assert [(n.place.cell, n.says.zh) for n in table.notes if n.code == "unmapped"] == [("C1", "映射没有说到的列，不采用：进度")]


def test_hidden_rows_are_read_and_told():
    from io import BytesIO

    from openpyxl import load_workbook

    made = load_workbook(BytesIO(rows(("甲", 1), ("乙", 2))))
    made.active.row_dimensions[3].hidden = True
    out = BytesIO()
    made.save(out)
    table, (received,) = read(out.getvalue())
    assert len(received.dossier.communities) == 2
    assert [n.code for n in table.notes] == ["hidden"]


# -- ids, areas


def test_ids_do_not_depend_on_order_or_width():
    _, (one,) = read(rows(("甲小区1", 1), ("乙小区", 2)))
    _, (two,) = read(rows(("乙小区 ", 2), ("甲小区１", 1)))
    ids = [{c.name.strip()[0]: c.community_id for c in r.dossier.communities} for r in (one, two)]
    assert ids[0] == ids[1]
    assert derived_id("C", "999901", ["甲"]) != derived_id("C", "999902", ["甲"])


def test_ids_from_a_column():
    mapping = SIMPLE.replace("ids: {of: [小区名称], prefix: C}", "ids: {column: 编号}") + "- {head: 编号, label: true}\n"
    head = ("小区名称", "户数", "编号")
    _, (received,) = read(rows(("甲", 1, "A-1"), ("乙", 2, 7), head=head), mapping)
    assert [c.community_id for c in received.dossier.communities] == ["A-1", "7"]
    errors = refused(rows(("甲", 1, "甲1"), ("乙", 2, None), ("丙", 2, "A"), ("丁", 2, "A"), head=head), mapping)
    assert [(e.code, e.cell.cell) for e in errors] == [("bad_identifier", "C2"), ("missing_field", "A3:B3"), ("duplicate_id", "C5")]


def test_a_list_with_a_column_of_areas_makes_a_dossier_each():
    mapping = SIMPLE.replace('area_code: "999901", area_name: 示例县, ', "").replace(
        "ids:", 'area: {name: 县区, codes: {甲县: "999901", 乙县: "999902"}}\nids:'
    ) + "- {head: 县区, label: true, fills_down: true}\n"  # fmt: skip
    data = rows(("一", 1, "甲县"), ("二", 2, None), ("一", 3, "乙县"), head=("小区名称", "户数", "县区"))
    _, received = read(data, mapping)
    assert [(r.dossier.area_name, [c.households for c in r.dossier.communities]) for r in received] == [("甲县", [1, 2]), ("乙县", [3])]
    assert [r.cells("/communities/0/households").cell for r in received] == ["B2", "B4"]
    (error,) = refused(rows(("一", 1, "丙县"), head=("小区名称", "户数", "县区")), mapping)
    assert (error.code, error.cell.cell) == ("area_not_known", "C2")


def test_an_area_twice_is_refused():
    data = book((("序号", "省份", "新开工小区数", "开工率"), (1, "山东", 1, "50%"), (2, "山东省", 1, "50%")))
    (error,) = refused(data, None, YEAR)
    assert (error.code, error.cell.cell) == ("duplicate_id", "B3")


def test_what_the_dossier_needs_must_be_stated():
    errors = refused(rows(("甲", 1)), SIMPLE.replace("plan_year: 2024, ", ""))
    assert [(e.code, e.pointer) for e in errors] == [("missing_field", "/plan_year")]


def test_a_fault_of_the_structure_names_its_cell():
    mapping = SIMPLE + '- {head: 流水, field: "communities[].consultations[].evidence", optional: true}\n'
    assert bad_mapping(mapping)[0][0] == "bad_mapping"
    lacking = SIMPLE + '- {head: 移交方, field: "communities[].handovers[].transferor"}\n'
    (error,) = refused(book((("小区名称", "户数", "移交方"), ("甲", 1, "某公司"))), lacking)
    assert (error.code, error.pointer, error.cell.cell) == ("missing_field", "/communities/0/handovers/0/sector", "C2")


def test_ticks_add_entries():
    mapping = SIMPLE + "".join(
        f'- {{head: {head}, adds: {{to: "communities[].scheme.items", entry: {{facility_code: {code}}}}}}}\n'
        for head, code in (("供水", "water"), ("消防", "fire_safety"))
    )
    data = book((("小区名称", "户数", "供水", "消防"), ("甲", 1, "√", None), ("乙", 1, "×", "—"), ("丙", 1, "√", "是")))
    _, (received,) = read(data, mapping)
    found = [[i.facility_code for i in c.scheme.items] if c.scheme else None for c in received.dossier.communities]
    assert found == [["water"], None, ["water", "fire_safety"]]


# -- sizes


def test_a_whole_column_off_by_wan_is_told_once():
    lines = [(f"小区{n}", 100 + n, 8000 + n) for n in range(8)] + [("小区末", 100, 0.8)]
    table, _ = read(book((("小区名称", "户数", "建筑面积(万㎡)"), *lines)))
    (doubt,) = table.doubts
    assert doubt.code == "unit_slip"
    assert "9 行中有 8 行" in doubt.says.zh


@pytest.mark.parametrize(("area", "codes"), [(3000, []), (25000, []), (2999, ["size"]), (25001, ["size"]), (Decimal("0.8"), ["unit_slip"])])
def test_the_band_of_floor_area(area, codes):
    table, _ = read(book((("小区名称", "户数", "建筑面积(㎡)"), ("甲", 100, float(area)))))
    assert [d.code for d in table.doubts] == codes


# -- which mapping


@pytest.mark.parametrize("name", names())
def test_every_mapping_that_ships_is_sound_and_recognises_its_own_head(name):
    mapping = read_mapping(name)
    head = [column.spec.head[0] for column in mapping.columns]
    sheets = grids(book((("某表",), head, [1] * len(head))), "t.xlsx")
    assert best_mapping(sheets, "t.xlsx").name == name
    assert any("符合" in line for line in says(all_fits(sheets)[0], "zh"))
    assert list(says(all_fits(sheets)[0], "en"))


def test_two_mappings_that_fit_alike_are_refused_by_name():
    first = mapping_of(SIMPLE, "a.yaml")
    second = mapping_of(SIMPLE.replace("mapping: simple", "mapping: other"), "b.yaml")
    sheets = grids(rows(("甲", 1)), "t.xlsx")
    with pytest.raises(Refused) as caught:
        best_mapping(sheets, "t.xlsx", [first, second])
    assert caught.value.errors[0].code == "ambiguous_mapping"
    assert "simple" in caught.value.errors[0].found.zh
    assert "other" in caught.value.errors[0].found.zh
    wider = mapping_of(SIMPLE.replace("mapping: simple", "mapping: wider") + "- {head: 进度, label: true}\n", "c.yaml")
    assert best_mapping(grids(rows(("甲", 1, "快"), head=("小区名称", "户数", "进度")), "t"), "t", [first, wider]).name == "wider"


def test_several_sheets_that_fit_are_refused_by_name():
    from io import BytesIO

    from openpyxl import load_workbook

    made = load_workbook(BytesIO(rows(("甲", 1))))
    made.copy_worksheet(made.active).title = "另一张"
    out = BytesIO()
    made.save(out)
    (error,) = refused(out.getvalue())
    assert error.code == "ambiguous_mapping"
    _, (received,) = read(out.getvalue(), SIMPLE, Stated(sheet="另一张"))
    assert received.cells("/communities/0/name").sheet == "另一张"


def test_a_draft_is_a_mapping_once_it_is_filled_in():
    data = fixture("shili-county-plan.xlsx")
    text = draft(grids(data, "t.xlsx"), "t.xlsx")
    table, (received,) = read(data, text, Stated({"plan_year": 2024, "area_code": "999901", "area_name": "示例县", "fictional": True}))
    assert [c.households for c in received.dossier.communities] == [240, 480, 1060, 120, 200]
    assert [c.floor_area_m2 for c in received.dossier.communities] == [21600, 38400, 79500, 9000, 15850]
    assert not table.doubts


def test_a_draft_leaves_open_what_only_a_person_knows():
    text = draft(grids(book((("小区名称", "建筑面积", "神秘列"), ("甲", 1, 2))), "t"), "t")
    assert "请填" in text
    assert {code for code, *_ in bad_mapping(text)} == {"not_an_option"}  # the unit that nobody has stated


def test_a_draft_of_a_table_of_areas():
    data = book((("某表",), ("序号", "县区", "户数(户)"), (1, "甲县", 5)))
    text = draft(grids(data, "t"), "t").replace('示例县: "999901"', '甲县: "999901"')
    _, (received,) = read(data, text, YEAR)
    assert received.dossier.statistics[0].value == 5


# -- mapping files


@pytest.mark.parametrize(
    ("was", "now", "code"),
    [
        ("communities[].households", "communities[].househoulds", "unknown_field"),
        ("communities[].households", "communities[].户数", "unknown_field"),
        ("communities[].households", "projects[].name", "bad_mapping"),
        ("communities[].households", "communities[].votes", "bad_mapping"),
        ("each: communities", "each: comunities", "not_an_option"),
        ("ids: {of: [小区名称], prefix: C}", "", "missing_field"),
        ("of: [小区名称]", "of: [名称]", "dangling_reference"),
        ("prefix: C", "prefix: 小", "bad_format"),
        ("head: 户数", "head: 小区名称", "ambiguous_mapping"),
        ("optional: true", "optional: yes", "loose_value"),
        ("optional: true", "optionl: true", "unknown_field"),
        ("optional: true", "unit: 户", "unit_conflict"),
        ("optional: true", "unit: 平米米", "not_an_option"),
        ("optional: true", "label: true", "bad_mapping"),
        ("optional: true", "statistic: 面积", "bad_mapping"),
        ("title: {zh: 表, en: table}", "title: {zh: 表}", "missing_field"),
        ("area_name: 示例县", "area_nam: 示例县", "unknown_field"),
        ("area_name: 示例县", "area_name: &a 示例县", "yaml_feature"),
        ("mapping: simple", "mapping: simple\nmapping: simple", "duplicate_key"),
        ("mapping: simple", "mapping: [", "yaml_syntax"),
    ],
)  # fmt: skip
def test_mistakes_in_a_mapping_are_named_with_their_line(was, now, code):
    found = bad_mapping(SIMPLE, (was, now))
    assert found[0][0] == code
    assert all(line >= 1 for _, _, line in found)


def test_the_nearest_field_is_named_by_its_chinese_title_too():
    with pytest.raises(Refused) as caught:
        mapping_of(SIMPLE.replace("communities[].households", "communities[].户数"), "m.yaml")
    assert caught.value.errors[0].hint.zh == "是否应为 communities[].households"


def test_a_mapping_that_is_not_there():
    with pytest.raises(Refused) as caught:
        read_mapping("nowhere.yaml")
    assert caught.value.errors[0].code == "file_missing"
    assert "shandong-plan" in caught.value.errors[0].expected.zh


# -- properties

_NAMES = st.text("甲乙丙丁戊己庚辛", min_size=2, max_size=6)


@st.composite
def tables_of_communities(draw):
    """A table of known values in random notation, with a sum, and those values."""
    names_ = draw(st.lists(_NAMES, min_size=1, max_size=8, unique=True))
    unit = draw(st.sampled_from(("㎡", "万㎡")))
    values = [(name, draw(st.integers(0, 5000)), draw(st.integers(0, 10**7))) for name in names_]

    def area(square):
        exact = Decimal(square).scaleb(-4) if unit == "万㎡" else Decimal(square)
        text = f"{exact.normalize():f}"
        return draw(st.sampled_from((text, text + unit, text.translate(str.maketrans("0123456789.", "０１２３４５６７８９．")))))

    def count(number):
        return draw(st.sampled_from((number, str(number), f"{number:,}", f"{number}户", f" {number} ")))

    lines = [(name, count(households), area(square)) for name, households, square in values]
    total = ("合计", sum(h for _, h, _ in values), area(sum(s for _, _, s in values)))
    title = [("某表",)] if draw(st.booleans()) else []
    head = ("小区名称", draw(st.sampled_from(("户数", "户数（户）", "户 数"))), draw(st.sampled_from((f"建筑面积({unit})", f"建筑面积\n（{unit}）"))))
    return book((*title, head, *lines, total)), values


@given(tables_of_communities())
@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None, max_examples=60)
def test_known_values_in_any_notation_are_read_as_they_are(drawn):
    data, values = drawn
    table, (received,) = read(data)
    found = [(c.name, c.households, c.floor_area_m2) for c in received.dossier.communities]
    assert found == values
    assert not [d for d in table.doubts if d.code == "total"]


@given(st.lists(st.decimals(0, 10**6, places=2), min_size=1, max_size=20), st.integers(-200, 200))
@settings(deadline=None, max_examples=60)
def test_a_sum_is_doubted_exactly_beyond_its_tolerance(amounts, cents):
    mapping = SIMPLE.replace("each: communities", "each: projects").replace("communities[].name", "projects[].name")
    mapping = mapping.replace('{head: 户数, field: "communities[].households"}', '{head: 投资(万元), field: "projects[].investment_planned_10k"}')
    mapping = mapping.replace('- {head: 建筑面积, field: "communities[].floor_area_m2", optional: true}\n', "")
    total = sum(amounts) + Decimal(cents) / 100
    if total < 0:
        return
    lines = [(f"项目{n}", f"{amount:.2f}") for n, amount in enumerate(amounts)]
    table, _ = read(rows(*lines, ("合计", f"{total:.2f}"), head=("小区名称", "投资(万元)")), mapping)
    doubted = any(d.code == "total" for d in table.doubts)
    assert doubted == (abs(Fraction(cents, 100)) > Fraction(len(amounts), 200))


@given(st.lists(st.lists(st.one_of(st.none(), st.text(max_size=6), st.integers(-9, 10**12)), max_size=5), max_size=8))
@settings(deadline=None, max_examples=80, suppress_health_check=[HealthCheck.too_slow])
def test_no_table_makes_it_crash(lines):
    clean = [[c if not isinstance(c, str) else "".join(x for x in c if x.isprintable()).lstrip("=") for c in line] for line in lines]
    codes = set()
    try:
        read(book((("小区名称", "户数", "建筑面积"), *clean)))
    except Refused as refused:
        codes = {error.code for error in refused.errors}
    assert codes <= CODES.keys()


# -- the docs


@pytest.mark.parametrize("file", ["docs/tables.md", "docs/tables.zh-CN.md"])
def test_the_mapping_of_the_docs_is_the_one_that_ships_and_every_key_is_told(file):
    text = Path(file).read_text("utf-8")
    (shown,) = (block.split("```")[0] for block in text.split("```yaml\n")[1:])
    assert shown == SHILI.read_text("utf-8")
    for spec in (MappingSpec, RowsSpec, ColumnSpec, AreaSpec, IdSpec, PlanSpec, TotalSpec, SkipSpec):
        for key in spec.model_fields:
            assert f"`{key}" in text or f"{key}:" in text, key


# -- the command line


def run(*arguments):
    return CliRunner().invoke(cli, list(arguments))


def test_convert_writes_a_dossier_that_check_reads(tmp_path):
    out = tmp_path / "d.json"
    result = run("convert", str(FOLDER / "shili-county-plan.xlsx"), str(out), "--mapping", str(SHILI))
    assert (result.exit_code, "换算为" in result.stderr) == (0, True)
    by_table = run("check", str(FOLDER / "shili-county-plan.xlsx"), "--mapping", str(SHILI), "--as-of", "2024-12-31", "--report", "json", "--no-ways")
    by_json = run("check", str(out), "--as-of", "2024-12-31", "--report", "json", "--no-ways")
    first, second = json.loads(by_table.stdout), json.loads(by_json.stdout)
    assert first["findings"]
    assert first["findings"] == second["findings"]
    assert (by_table.exit_code, by_json.exit_code) == (0, 0)


def test_doubts_fail_the_command_unless_accepted():
    arguments = ("tables", "convert", str(FOLDER / "nanhua-2021.xlsx"), "-", "--mapping", str(FOLDER / "nanhua.yaml"), "--year", "2021")
    result = run(*arguments)
    assert result.exit_code == 1
    assert "存疑" in result.stderr
    assert json.loads(result.stdout)["area_code"] == "532324"
    assert run(*arguments, "--accept-doubts").exit_code == 0


def test_a_refused_table_exits_with_three_in_every_command():
    faulty = str(FOLDER / "shili-county-plan-faulty.xlsx")
    for command in (("check", faulty), ("convert", faulty, "-"), ("tables", "convert", faulty)):
        result = run(*command, "--mapping", str(SHILI))
        assert (result.exit_code, "G5" in result.stderr) == (3, True), command


def test_several_areas_go_to_lines(tmp_path):
    table, out = tmp_path / "t.xlsx", tmp_path / "out.jsonl"
    table.write_bytes(book((("序号", "省份", "新开工小区数", "开工率"), (1, "山东", 1, "50%"), (2, "河南", 1, "50%"))))
    assert run("tables", "convert", str(table), str(tmp_path / "out.json"), "--year", "2024").exit_code == 2
    assert run("tables", "convert", str(table), str(out), "--year", "2024", "--set", "data_as_of=2024-06").exit_code == 0
    found = [json.loads(line) for line in out.read_text("utf-8").splitlines()]
    assert [(d["area_code"], d["data_as_of"]) for d in found] == [("370000", "2024-06"), ("410000", "2024-06")]


@pytest.mark.parametrize(
    "wrong",
    [("--set", "nowhere=1"), ("--set", "data_as_of=12/1/21"), ("--unit", "建筑面积=亩"), ("--unit", "建筑面积"), ("--area", "99"), ("--year", "24")],
)
def test_wrong_options_are_wrong_use(wrong):
    assert run("tables", "convert", str(FOLDER / "qingdao-2023.xlsx"), "-", *wrong).exit_code == 2


def test_table_options_need_a_mapping():
    assert run("check", str(FOLDER / "qingdao-2023.xlsx"), "--year", "2023").exit_code == 2


def test_recognise_list_show_and_mapping():
    assert "shandong-plan" in run("tables", "list").stdout
    result = run("tables", "recognise", str(FOLDER / "qingdao-2023.xlsx"))
    assert (result.exit_code, "读取所用的映射：shandong-plan" in result.stdout) == (0, True)
    result = run("tables", "recognise", str(FOLDER / "shili-county-plan.xlsx"), "--lang", "en")
    assert (result.exit_code, "lacks" in result.stdout) == (1, True)
    assert mapping_of(run("tables", "show", "hunan-monthly").stdout, "x").name == "hunan-monthly"
    assert "communities[].households" in run("tables", "mapping", str(FOLDER / "shili-county-plan.xlsx")).stdout
    assert run("tables", "recognise", str(FOLDER / "nowhere.xlsx")).exit_code == 3


def test_a_table_is_checked_like_a_dossier():
    _, (received,) = read(fixture("shili-county-plan.xlsx"), read_mapping(str(SHILI)))
    report, back = examine(received, as_of="2024-12-31", ways=False)
    assert back is received
    assert report.area.dossier_id == "999901-2024-shili-county"
