"""One cell, one field: converted exactly, or refused with both readings; nothing in between."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from compliance.intake.cellvalues import (
    ABSENT,
    UNITS,
    CellFault,
    Told,
    field_of,
    folded,
    head_unit,
    parts_of,
    read_cell,
    unit_of,
    written_options,
)
from compliance.intake.grid import Cell
from compliance.schemas.generate import load
from compliance.schemas.refusal import CODES, Words

HOUSEHOLDS = field_of("communities[].households")
AREA = field_of("communities[].floor_area_m2")
MONEY = field_of("plans[].planned_investment_10k")
BUILT = field_of("communities[].built_on")
PARTY = field_of("communities[].has_party_org")
DEMAND = field_of("communities[].shortfalls[].resident_demand_rate")


def cell(value, shown=None):
    return Cell(1, 1, value, shown if shown is not None else str(value))


def told(value, field, unit=None, shown=None, **how):
    found = read_cell(cell(value, shown), field, unit, **how)
    assert isinstance(found, Told), found
    return found.value


def fault(value, field, unit=None, shown=None, **how):
    found = read_cell(cell(value, shown), field, unit, **how)
    assert isinstance(found, CellFault), found
    assert found.code in CODES
    return found


# -- numbers and units


@pytest.mark.parametrize(
    ("value", "field", "unit", "right"),
    [
        ("２６，０００", HOUSEHOLDS, None, 26000),
        ("1,234", HOUSEHOLDS, None, 1234),
        (" 1234 户 ", HOUSEHOLDS, None, 1234),
        (0, HOUSEHOLDS, None, 0),
        ("0", HOUSEHOLDS, None, 0),
        ("2.6万户", HOUSEHOLDS, "户", 26000),
        ("2.6", HOUSEHOLDS, "万户", 26000),
        ("2.6万", HOUSEHOLDS, None, 26000),
        (Decimal("57.26"), AREA, "万㎡", 572600),
        ("57.26", AREA, "万平方米", 572600),
        ("5726㎡", AREA, None, 5726),
        ("1.23456789", AREA, "万㎡", Decimal("12345.6789")),
        ("5.29", MONEY, "亿元", 52900),
        ("34.85亿元", MONEY, None, 348500),
        (147740000, MONEY, "元", 14774),
        (1, MONEY, "元", Decimal("0.0001")),
        ("85％", DEMAND, None, 85),
        ("0.5%", DEMAND, None, Decimal("0.5")),
        (85, DEMAND, None, 85),
    ],
)
def test_numbers_are_converted_exactly(value, field, unit, right):
    found = told(value, field, unit)
    assert found == right
    assert not isinstance(found, float)


def test_a_percent_cell_is_in_percent():
    assert told(Decimal("0.85"), DEMAND, shown="85%") == 85
    assert told(1, DEMAND, shown="100%") == 100


@pytest.mark.parametrize(
    ("value", "field", "unit", "code"),
    [
        ("117栋", HOUSEHOLDS, None, "unit_conflict"),
        (5, HOUSEHOLDS, "栋", "unit_conflict"),
        ("3套", HOUSEHOLDS, "户", "unit_conflict"),
        ("21.26㎡", AREA, "万㎡", "unit_conflict"),
        ("0.9万㎡", AREA, "㎡", "unit_conflict"),
        ("35元", MONEY, "万元", "unit_conflict"),
        ("2.6万", MONEY, "万元", "unit_conflict"),
        ("2.6万", MONEY, "元", "unit_conflict"),
        ("2.6亿", HOUSEHOLDS, None, "unit_conflict"),
        ("50%", HOUSEHOLDS, None, "unit_conflict"),
        ("约26000", HOUSEHOLDS, None, "not_a_number"),
        ("2.6万余户", HOUSEHOLDS, None, "not_a_number"),
        ("10-15", HOUSEHOLDS, None, "not_a_number"),
        ("1,23", HOUSEHOLDS, None, "not_a_number"),
        ("12.3.4", HOUSEHOLDS, None, "not_a_number"),
        ("若干", HOUSEHOLDS, None, "not_a_number"),
        ("1" * 40, HOUSEHOLDS, None, "not_a_number"),
        (True, HOUSEHOLDS, None, "not_a_number"),
        (date(2021, 1, 1), HOUSEHOLDS, None, "not_a_number"),
        ("无", HOUSEHOLDS, None, "ambiguous_value"),
        (Decimal("0.85"), DEMAND, None, "ambiguous_value"),
        ("1", DEMAND, "%", "ambiguous_value"),
        (Decimal("3.5"), HOUSEHOLDS, None, "not_whole"),
        ("2.600001", HOUSEHOLDS, "万户", "not_whole"),
        (-5, HOUSEHOLDS, None, "number_out_of_range"),
        ("1.234567891", AREA, "万㎡", "too_many_decimals"),
        ("#REF!", HOUSEHOLDS, None, "cell_error"),
    ],
)
def test_what_is_unclear_is_refused(value, field, unit, code):
    assert fault(value, field, unit).code == code


def test_a_contradiction_names_both_units():
    found = fault("21.26㎡", AREA, "万㎡")
    assert "㎡" in found.hint.zh
    assert "万㎡" in found.hint.zh


def test_a_rate_that_may_be_two_things_names_both():
    assert fault(Decimal("0.85"), DEMAND).hint == Words("写明是 0.85% 还是 85%", "say whether 0.85% or 85%")


def test_none_under_a_number_is_what_the_mapping_says():
    assert told("无", HOUSEHOLDS, none="zero") == 0
    assert told("无", HOUSEHOLDS, none="absent") is ABSENT


@pytest.mark.parametrize("value", [None, "", "  ", "—", "－", "-", "--", "/", "／", "\\", "——"])
@pytest.mark.parametrize("field", [HOUSEHOLDS, AREA, BUILT, PARTY, field_of("communities[].address")])
def test_a_dash_reports_nothing(value, field):
    assert read_cell(None if value is None else cell(value), field).value is ABSENT


def test_words_for_not_reported_are_noted():
    found = read_cell(cell("不详"), HOUSEHOLDS)
    assert (found.value, found.note.code) == (ABSENT, "not_reported")


def test_a_formula_that_failed_has_its_own_words():
    found = read_cell(Cell(1, 1, None, "=A1/0", Words("表格错误值 #DIV/0!", "error")), HOUSEHOLDS)
    assert (found.code, found.found.zh) == ("cell_error", "表格错误值 #DIV/0!")


def test_a_note_says_what_was_converted():
    assert read_cell(cell("2.6"), HOUSEHOLDS, "万户").note.says.zh == "2.6万户 换算为 26000户"
    assert read_cell(cell("１２"), HOUSEHOLDS).note.code == "digits"
    assert read_cell(cell("1,200"), HOUSEHOLDS).note.code == "number"
    assert read_cell(cell(26000), HOUSEHOLDS, "户").note is None


def test_the_worth_of_the_last_digit():
    assert read_cell(cell("57.26"), AREA, "万㎡").step == 100
    assert read_cell(cell(26000), HOUSEHOLDS).step == 1
    assert read_cell(cell("2.6万户"), HOUSEHOLDS).step == 1000


_FULL = str.maketrans("0123456789,.%", "０１２３４５６７８９，．％")


@st.composite
def notations(draw):
    """A number of 户 or ㎡ in any of the notations, and what it is."""
    field, unit = draw(st.sampled_from(((HOUSEHOLDS, "户"), (AREA, "㎡"))))
    whole = draw(st.integers(0, 10**8))
    text = str(whole)
    claimed = draw(st.sampled_from((None, unit, f"万{unit}")))
    written = str(Decimal(whole).scaleb(-4).normalize() if whole else 0) if claimed == f"万{unit}" else text
    written = f"{Decimal(written):f}"
    if draw(st.booleans()) and "." not in written:
        written = f"{int(written):,}"
    if draw(st.booleans()) and claimed is not None:
        written += claimed
    if draw(st.booleans()):
        written = written.translate(_FULL)
    if draw(st.booleans()):
        written = f" {written}　"
    return written, field, claimed, whole


@given(notations())
def test_any_notation_of_a_number_reads_as_the_number(drawn):
    written, field, claimed, whole = drawn
    assert told(written, field, claimed) == whole


@given(st.text(max_size=20), st.sampled_from((HOUSEHOLDS, AREA, MONEY, DEMAND, BUILT, PARTY)))
def test_no_text_is_read_as_what_it_does_not_say(text, field):
    found = read_cell(cell(text), field)
    if isinstance(found, Told) and found.value is not ABSENT and field in (HOUSEHOLDS, AREA, MONEY, DEMAND):
        digits = "".join(c for c in folded(text) if c.isdigit() and c.isascii())
        assert digits
        assert Fraction(found.value) >= 0


@given(st.decimals(0, 10**6, places=4, allow_nan=False), st.sampled_from(("元", "千元", "万元", "亿元")))
def test_money_is_exact_or_refused(amount, unit):
    found = read_cell(cell(amount), MONEY, unit)
    exact = Fraction(amount) * unit_of(unit).times / 10_000
    if isinstance(found, Told):
        assert Fraction(found.value) == exact
    else:
        assert found.code in ("too_many_decimals", "number_out_of_range")


# -- dates


@pytest.mark.parametrize(
    ("value", "right"),
    [
        ("2021年12月14日", "2021-12-14"),
        ("2021/12/14", "2021-12-14"),
        ("2021/2/4", "2021-02-04"),
        ("2021.12.14", "2021-12-14"),
        ("20211214", "2021-12-14"),
        (20211214, "2021-12-14"),
        ("2021-12-14", "2021-12-14"),
        ("2021-12-14 00:00:00", "2021-12-14"),
        ("２０２１年１２月", "2021-12"),
        ("2021-12", "2021-12"),
        ("2021.10", "2021-10"),
        ("202112", "2021-12"),
        ("1998年", "1998"),
        (1998, "1998"),
        (44544, "2021-12-14"),
    ],
)
def test_dates_in_the_notations_of_offices(value, right):
    assert told(value, BUILT) == right


def test_a_date_cell_keeps_the_precision_it_shows():
    assert told(date(2021, 12, 1), BUILT, shown="2021-12-01") == "2021-12-01"
    assert told(date(2021, 12, 1), BUILT, shown="2021-12") == "2021-12"
    assert told(date(2021, 12, 1), BUILT, shown="2021-12-01 08:30") == "2021-12-01"


@pytest.mark.parametrize(
    "value",
    ["12/1/21", "1/12/2021", "21-12-14", "21年12月", "2021年13月", "2021-02-30", "2021年底", "90年代", "1985-1990", "2021-12-141", "无", True, Decimal("2021.1"), 202113],
)
def test_dates_that_could_be_others_are_refused(value):
    assert fault(value, BUILT).code == "bad_date"


def test_a_number_with_its_zero_shown_is_october():
    assert told(Decimal("2021.1"), BUILT, shown="2021.10") == "2021-10"


_DATES = st.dates(date(1950, 1, 1), date(2099, 12, 31))
_FORMS = st.sampled_from(
    (
        "{0.year}年{0.month}月{0.day}日", "{0.year}/{0.month}/{0.day}", "{0.year}.{0.month:02}.{0.day:02}", "{0.year}{0.month:02}{0.day:02}",
        "{0.year}-{0.month:02}-{0.day:02}", "{0.year} 年 {0.month} 月 {0.day} 日",
    )
)  # fmt: skip


@given(_DATES, _FORMS)
def test_any_notation_of_a_day_reads_as_the_day(day, form):
    assert told(form.format(day), BUILT) == day.isoformat()


# -- words


@pytest.mark.parametrize(("value", "right"), [("是", True), ("有", True), ("√", True), ("否", False), ("无", False), ("×", False), (True, True), (1, True), (0, False), ("Ｙ", True)])
def test_yes_and_no(value, right):
    assert told(value, PARTY) is right


@pytest.mark.parametrize("value", ["已", "可", "2", 2, "是否"])
def test_neither_yes_nor_no(value):
    assert fault(value, PARTY).code == "not_yes_or_no"


def test_options_by_their_words_and_codes():
    land = field_of("communities[].land_type")
    assert told("国有", land) == told("state", land) == "state"
    assert "集体所有" in fault("集体", land).hint.zh


def test_every_option_of_the_dossier_has_a_word_of_its_own():
    schema = load("dossier")

    def enums(node):
        if isinstance(node, dict):
            if "enum" in node:
                yield node
            for inner in node.values():
                yield from enums(inner)
        elif isinstance(node, list):
            for inner in node:
                yield from enums(inner)

    for field in enums(schema):
        options = written_options(field)
        assert sorted(options.values()) == sorted(field["enum"])
        assert all(any("\u4e00" <= c <= "\u9fff" for c in word) for word in options)
        for word, code in options.items():
            assert told(word, field) == code


def test_codes_and_document_numbers_are_put_right_and_noted():
    assert told("11532329015178442p", field_of("submitter_uscc")) == "11532329015178442P"
    assert told("建办城[2021]第50号", field_of("mechanisms[].document.doc_no")) == "建办城〔2021〕50号"
    assert told(999901, field_of("area_code")) == "999901"
    assert fault("99990", field_of("area_code")).code == "bad_area_code"
    assert fault("11532329015178442Q", field_of("submitter_uscc")).code == "bad_uscc"
    assert fault(110105199001011234, field_of("projects[].investment_code")).code == "number_too_long"


def test_lists_in_one_cell():
    assert told("住建局、财政局；\n发改局", field_of("mechanisms[].member_depts")) == ["住建局", "财政局", "发改局"]
    assert [c.value for c in parts_of(cell("给水、 排水"))] == ["给水", "排水"]
    assert fault("给水", field_of("communities[].scheme.items")).code == "wrong_type"


def test_own_words_come_first():
    field = field_of("communities[].scheme.items[].facility_code")
    assert told("上 水", field, words={"上水": "water"}) == "water"
    assert told("其他", field, words={"其他": None}) is ABSENT


# -- heads and units


@pytest.mark.parametrize(
    ("head", "name", "unit"),
    [
        ("建筑面积(万㎡)", "建筑面积", "万㎡"),
        ("建筑面积\n（万平方米）", "建筑面积", "万㎡"),
        ("户 数（户）", "户数", "户"),
        ("县(市、区)", "县(市、区)", None),
        ("投资额/万元", "投资额", "万元"),
        ("计划/户数", "计划/户数", None),
        ("物业费(元/㎡·月)", "物业费", "元/㎡·月"),
        ("面积（单位：平方米）", "面积", "㎡"),
    ],
)
def test_heads_and_their_units(head, name, unit):
    assert head_unit(head) == (name, unit)


def test_units_differ_by_powers_of_ten_and_kinds_stay_apart():
    by_kind = {}
    for unit in UNITS.values():
        by_kind.setdefault(unit.of, set()).add(unit.times)
    assert all(set(str(times)) <= {"1", "0"} for all_ in by_kind.values() for times in all_)
    assert unit_of("幢") == unit_of("栋")
    assert len({unit_of(name).of for name in ("户", "套", "人", "栋", "个")}) == 5
    with pytest.raises(KeyError):
        unit_of("亩")
