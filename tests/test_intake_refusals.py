"""Every refusal names its code, its exact place, and what to do, in Chinese and in English."""

from __future__ import annotations

import io
import json
from importlib import import_module

import pytest

from compliance.intake import read
from compliance.intake.references import IDENTIFIES, REFERS_TO
from compliance.schemas import dossier as shapes
from compliance.schemas.dossier import Dossier
from compliance.schemas.refusal import CODES, Refused

HEAD = """{
  "schema_version": "1.0",
  "dossier_id": "D-1",
  "area_code": "430302",
  "area_name": "雨湖区",
  "area_level": "district",
  "plan_year": 2021,
"""
"""Seven lines; what a test appends begins on line 8."""

COMMUNITY = '"communities": [{"community_id": "C-1", "name": "幸福里"'


def refuse(content):
    data = content.encode() if isinstance(content, str) else content
    with pytest.raises(Refused) as caught:
        read("-", stdin=io.BytesIO(data))
    refusal = caught.value
    assert refusal.errors
    # Whatever is refused can be said in both languages and as JSON.
    for text in (refusal.text("zh"), refusal.text("en")):
        assert all(error.code in text for error in refusal.errors)
    assert json.loads(json.dumps(refusal.to_json()))["errors"][0]["code"] in CODES
    return refusal.errors


def faults(content):
    return [(error.code, error.pointer, error.line, error.column) for error in refuse(content)]


def only(content):
    (error,) = refuse(content)
    return error


def test_a_valid_dossier_is_read():
    received = read("-", stdin=io.BytesIO((HEAD + '"fictional": true}').encode()))
    assert received.dossier.area_name == "雨湖区"


# -- the text as a whole


@pytest.mark.parametrize("content", ["", "\ufeff", " \n\t"])
def test_empty(content):
    assert faults(content) == [("empty_file", "", None, None)]


@pytest.mark.parametrize(
    ("content", "found"),
    [
        ("[1, 2]", "2 项的列表"),
        ("12", "单个值"),
        ("null", "单个值"),
        ('{"findings": [], "rulebook": {}}', "本程序生成的检查报告"),
        ('{"$schema": "x", "type": "object"}', "JSON Schema（结构定义）"),
        ('{"甲": 1}', "没有任何档案字段的对象"),
    ],
)
def test_json_that_is_no_dossier(content, found):
    error = only(content)
    assert (error.code, error.pointer, error.line, error.column) == ("not_a_dossier", "", 1, 1)
    assert error.found.zh == found


@pytest.mark.parametrize(
    ("content", "found"),
    [
        (b"%PDF-1.7 ...", "a PDF"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1", "an old Office file (doc, xls)"),
        (b"\x89PNG\r\n", "a picture (PNG)"),
        (b"\xff\xd8\xff\xe0", "a picture (JPEG)"),
        (b"Rar!\x1a", "a RAR archive"),
        (b"7z\xbc\xaf\x27\x1c", "a 7z archive"),
        (b"\x1f\x8b\x08", "a gzip file"),
        (b"\x28\xb5\x2f\xfd", "a Zstandard file"),
        (b"PAR1\x15", "a Parquet file"),
        (b"<!doctype html>", "a web page or XML"),
    ],
)
def test_files_of_other_formats(content, found):
    error = only(content)
    assert (error.code, error.found.en) == ("not_a_dossier", found)


def test_gbk_is_recognised_with_the_place_and_a_sample():
    error = only((HEAD + '"fictional": true}').encode("gbk"))
    assert (error.code, error.line, error.column) == ("not_utf8", 5, 17)
    assert "GBK" in error.found.zh
    assert "雨湖区" in error.found.zh
    assert "UTF-8" in error.hint.zh


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-32"])
def test_wide_encodings_are_recognised(encoding):
    error = only((HEAD + '"fictional": true}').encode(encoding))
    assert (error.code, error.line) == ("not_utf8", 1)
    assert encoding[:6].upper() in error.found.en


def test_a_stray_byte_is_named():
    error = only(HEAD.encode() + b'"note": "\xff"}')
    assert (error.code, error.line, error.column) == ("not_utf8", 8, 10)
    assert "0xFF" in error.found.zh


@pytest.mark.parametrize(
    ("content", "pointer", "line", "column"),
    [
        (HEAD, "", 8, 1),
        (HEAD + '"plans": [{"plan_id": "P-1", ', "/plans/0", 8, 30),
        (HEAD + '"note": "说到一半', "/note", 8, 14),
        (HEAD + '"note":', "/note", 8, 8),
        (HEAD + '"plans": [', "/plans/0", 8, 11),
        ("{", "", 1, 2),
    ],
)
def test_a_file_cut_off(content, pointer, line, column):
    error = only(content)
    assert (error.code, error.pointer, error.line, error.column) == ("truncated", pointer, line, column)
    assert "重新导出" in error.hint.zh


def test_a_file_cut_off_within_a_character():
    error = only((HEAD + '"note": "雨').encode()[:-1])
    assert (error.code, error.pointer, error.line) == ("truncated", "/note", 8)


def test_faults_before_the_cut_are_told_too():
    assert [error.code for error in refuse(HEAD + '"plan_year": NaN, "note": "')] == [
        "duplicate_key", "nan_or_infinity", "truncated",
    ]  # fmt: skip


def test_line_and_column_with_windows_line_ends_and_byte_order_mark():
    content = "\ufeff" + HEAD.replace("\n", "\r\n") + '"x": 1}'
    assert faults(content) == [("unknown_field", "/x", 8, 1)]


def test_columns_count_characters_not_bytes():
    assert faults(HEAD + '"note": "幸福里𠮷", "x": 1}') == [("unknown_field", "/x", 8, 17)]


# -- notation


@pytest.mark.parametrize(
    ("tail", "code", "pointer", "column"),
    [
        ('"plan_year": 2022}', "duplicate_key", "/plan_year", 1),
        ('"plans": [{"plan_id": "P", "year": 2021, "year": 2021}]}', "duplicate_key", "/plans/0/year", 42),
        ('"note": NaN}', "nan_or_infinity", "/note", 9),
        ('"note": -Infinity}', "nan_or_infinity", "/note", 9),
        ('"fictional": True}', "bad_literal", "/fictional", 14),
        ('"fictional": 是}', "bad_literal", "/fictional", 14),
        ('"plans": [{"plan_id": "P", "year": ２０２１}]}', "bad_literal", "/plans/0/year", 36),
        ('"plans": [{"plan_id": "P", "year": 02021}]}', "bad_literal", "/plans/0/year", 36),
        ('"note": 雨湖}', "bad_literal", "/note", 9),
        ('"note": "a",}', "trailing_comma", "", 12),
        ('"plans": [,]}', "syntax", "/plans/0", 11),
        ('"plans": [], // 无\n"note": "a"}', "comment", "", 14),
        ('"plans": [] "note": "a"}', "missing_comma", "", 13),
        ('"note"： "a"}', "fullwidth_punctuation", "/note", 7),
        ('"note": “a”}', "fullwidth_punctuation", "/note", 9),
        ('"note":\u3000"a"}', "fullwidth_punctuation", "/note", 8),
        ('"note": "C:\\scan"}', "bad_escape", "/note", 12),
        ('"note": "\\ud800"}', "bad_escape", "/note", 9),
        ('"note": "a\tb"}', "control_character", "/note", 11),
        ('"note": "a\nb"}', "line_break_in_text", "/note", 9),
        ('"note": "a,\n"fictional": true}', "line_break_in_text", "/note", 9),
        ('"note" "a"}', "syntax", "/note", 8),
        ("note: 'a'}", "syntax", "", 1),
        ('"plans": [{]}', "syntax", "/plans/0", 12),
        ('"note": "a"} {', "trailing_content", "", 14),
        (f'"plans": {"[" * 70}', "too_deep", "/plans" + "/0" * 64, 74),
        (f'"note": {"9" * 1001}}}', "number_too_long", "/note", 9),
        ('"note": 1e99999999999999999999}', "number_out_of_range", "/note", 9),
    ],
)
def test_faults_of_notation(tail, code, pointer, column):
    assert (code, pointer, 8, column) in faults(HEAD + tail)


@pytest.mark.parametrize(
    ("tail", "hint"),
    [
        ('"fictional": True}', "写作 true"),
        ('"fictional": 否}', "写作 false"),
        ('"plans": [{"plan_id": "P", "year": ２０２１}]}', "写作 2021"),
        ('"plans": [{"plan_id": "P", "year": 2021年}]}', "数字只写半角数字，不带单位、千分位和前导零"),
        ('"note": 雨湖}', '文字要加半角双引号："雨湖"'),
        ('"note"： "a"}', "改用半角符号 :"),
    ],
)
def test_hints_on_notation(tail, hint):
    assert only(HEAD + tail).hint.zh == hint


def test_one_reading_finds_all_faults_of_notation_and_content():
    content = HEAD + (
        '"plan_year": 2021, "fictional": True， "小区": 1,\n'
        '"plans": [{"plan_id": "P-1", "year": NaN, "communities_planned": "12",}],\n'
        '"attachments": [{"att_id": "A-1", "doc_type": "ballots", "dated": "2021年12月14日"}]}'
    )
    assert faults(content) == [
        ("duplicate_key", "/plan_year", 8, 1),
        ("bad_literal", "/fictional", 8, 33),
        ("fullwidth_punctuation", "", 8, 37),
        ("unknown_field", "/小区", 8, 39),
        ("nan_or_infinity", "/plans/0/year", 9, 38),
        ("wrong_type", "/plans/0/communities_planned", 9, 66),
        ("trailing_comma", "/plans/0", 9, 70),
        ("not_an_option", "/attachments/0/doc_type", 10, 47),
        ("bad_date", "/attachments/0/dated", 10, 67),
    ]


@pytest.mark.parametrize(
    ("tail", "expected"),
    [
        ('"plans": [, 1], "note": "a"}', ["syntax"]),
        ('"note": \v}', ["syntax"]),
        ('"note": "a\nb", "fictional": true}', ["line_break_in_text"]),
        ('"note": "a\n"fictional": true}', ["line_break_in_text", "missing_comma"]),
        ('"plans": [{]}', ["syntax"]),
        ('"note": "C:\\scan\\x"}', ["bad_escape"]),
    ],
)
def test_one_fault_of_notation_is_told_once(tail, expected):
    assert [error.code for error in refuse(HEAD + tail)] == expected


def test_of_several_faults_of_one_value_the_type_is_told():
    content = HEAD.replace("2021,", "3000.5,") + '"fictional": true}'
    assert faults(content) == [("wrong_type", "/plan_year", 7, 16)]


def test_where_the_structure_is_doubtful_its_content_is_not_judged():
    assert [error.code for error in refuse(HEAD + '"note" "a", "x": 1}')] == ["syntax"]


# -- fields


@pytest.mark.parametrize(
    ("tail", "code", "pointer", "column"),
    [
        ('"x": 1}', "unknown_field", "/x", 1),
        ('"plans": {}}', "wrong_type", "/plans", 10),
        ('"plans": [{"plan_id": "P-1"}]}', "missing_field", "/plans/0/year", 11),
        ('"plans": [7]}', "wrong_type", "/plans/0", 11),
        ('"note": 7}', "wrong_type", "/note", 9),
        ('"note": ""}', "text_too_short", "/note", 9),
        (f'"note": "{"长" * 4001}"}}', "text_too_long", "/note", 9),
        ('"note": "a\\u0000"}', "control_character", "/note", 9),
        ('"fictional": 1}', "wrong_type", "/fictional", 14),
        ('"data_as_of": 2021}', "wrong_type", "/data_as_of", 15),
        ('"data_as_of": "2021-02-30"}', "bad_date", "/data_as_of", 15),
        ('"submitter_uscc": "91350100M000100Y44"}', "bad_uscc", "/submitter_uscc", 19),
        ('"standard_id": "x"}', "not_an_option", "/standard_id", 16),
        (COMMUNITY + ', "households": 15.0}]}', "wrong_type", "/communities/0/households", 70),
        (COMMUNITY + ', "households": true}]}', "wrong_type", "/communities/0/households", 70),
        (COMMUNITY + ', "households": 1000000001}]}', "number_out_of_range", "/communities/0/households", 70),
        (COMMUNITY + ', "households": 1e400}]}', "wrong_type", "/communities/0/households", 70),
        (
            COMMUNITY + ', "floor_area_m2": 1e400}]}',
            "number_out_of_range",
            "/communities/0/floor_area_m2",
            73,
        ),
        (
            COMMUNITY + f', "floor_area_m2": {"9" * 40}.5}}]}}',
            "number_out_of_range",
            "/communities/0/floor_area_m2",
            73,
        ),
        (
            COMMUNITY + ', "floor_area_m2": 1.23456}]}',
            "too_many_decimals",
            "/communities/0/floor_area_m2",
            73,
        ),
        (COMMUNITY + ', "floor_area_m2": "1,000"}]}', "bad_amount", "/communities/0/floor_area_m2", 73),
        (COMMUNITY + ', "floor_area_m2": []}]}', "wrong_type", "/communities/0/floor_area_m2", 73),
        (COMMUNITY + ', "county_code": "4303"}]}', "bad_area_code", "/communities/0/county_code", 71),
        ('"plans": [{"plan_id": "甲", "year": 2021}]}', "bad_identifier", "/plans/0/plan_id", 23),
        (
            '"plans": [{"plan_id": "P", "year": 2021, "document": {"doc_no": "50号"}}]}',
            "bad_doc_no",
            "/plans/0/document/doc_no",
            65,
        ),
        (
            '"attachments": [{"att_id": "A", "doc_type": "ballot", "sha256": "00"}]}',
            "bad_hash",
            "/attachments/0/sha256",
            65,
        ),
        (
            '"attachments": [{"att_id": "A", "doc_type": "ballot", "file": "/a"}]}',
            "bad_path",
            "/attachments/0/file",
            63,
        ),
        ('"a/b~c": 1}', "unknown_field", "/a~1b~0c", 1),
    ],
)
def test_faults_of_fields(tail, code, pointer, column):
    assert faults(HEAD + tail) == [(code, pointer, 8, column)]


def test_too_many_entries():
    codes = ", ".join(['"430302"'] * 200_001)
    content = HEAD + f'"plans": [{{"plan_id": "P-1", "year": 2021, "county_codes": [{codes}]}}]}}'
    assert faults(content) == [("too_many_items", "/plans/0/county_codes", 8, 60)]


def test_a_list_of_errors_stays_readable_and_says_how_many_it_leaves_out():
    errors = refuse(HEAD + ", ".join(f'"x{i}": 1' for i in range(1200)) + "}")
    assert [error.pointer for error in errors] == [*(f"/x{i}" for i in range(1000)), ""]
    assert (errors[-1].code, errors[-1].found.en) == ("too_many_errors", "200 more")


def test_another_version_is_named_and_nothing_else_is_said_of_it():
    error = only('{"schema_version": "2.0", "novel": 1}')
    assert (error.code, error.pointer, error.column) == ("unsupported_schema_version", "/schema_version", 20)
    assert error.expected.zh == '"1.0"'


def test_each_missing_field_is_told():
    assert [error.pointer for error in refuse('{"note": "a"}')] == [
        "/schema_version", "/dossier_id", "/area_code", "/area_name", "/area_level", "/plan_year",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("field", "value", "hint"),
    [
        ("data_as_of", '"2021年12月14日"', '是否应写作 "2021-12-14"'),
        ("data_as_of", '"2021年3月"', '是否应写作 "2021-03"'),
        ("data_as_of", '"2021年"', '是否应写作 "2021"'),
        ("data_as_of", '"2021/12/14"', '是否应写作 "2021-12-14"'),
        ("data_as_of", '"2021.12.14"', '是否应写作 "2021-12-14"'),
        ("data_as_of", '"20211214"', '是否应写作 "2021-12-14"'),
        ("data_as_of", "20211214", '是否应写作 "2021-12-14"'),
        ("data_as_of", "44544", '是否应写作 "2021-12-14"'),
        ("data_as_of", "2021", '是否应写作 "2021"'),
        ("data_as_of", '"2021-1-5"', '是否应写作 "2021-01-05"'),
        ("data_as_of", '"２０２１-１２-１４"', '是否应写作 "2021-12-14"'),
        ("data_as_of", '"2021-12-14 08:30:00"', '是否应写作 "2021-12-14"'),
        ("data_as_of", '"2021-02-30"', "2021 年 2 月只有 28 天"),
        ("data_as_of", '"去年"', ""),
        ("data_as_of", '""', "没有内容时整个字段不写"),
        ("area_code", '"４３０３０２"', '是否应写作 "430302"'),
        ("area_code", "430302", '加半角双引号："430302"'),
        ("area_level", '"District"', '是否应写作 "district"'),
        ("plan_year", '"2021"', "是否应写作 2021"),
        ("plan_year", '"2021年"', "只写数字，不带单位和引号"),
        ("plan_year", "2021.0", "是否应写作 2021"),
        ("fictional", '"是"', "是否应写作 true"),
        ("fictional", '"false"', "是否应写作 false"),
        ("plans", '{"plan_id": "P-1", "year": 2021}', "即使只有一项，也要放在方括号 [ ] 里"),
        ("submitter_uscc", '"91350100m000100y43"', '是否应写作 "91350100M000100Y43"'),
        ("submitter_uscc", '"91350100M000100Y4"', "现有 17 位，应为 18 位"),
        ("submitter_uscc", '"9135010OM000100Y43"', "代码中不使用 O（I、O、S、V、Z 易与 1、0、5、U、2 混淆）"),
        (
            "submitter_uscc",
            '"91350100M000100Y44"',
            "末位校验码与前 17 位不符（按前 17 位应为 3）：请对照证照核对各位",
        ),
        ("小区", "[]", "是否应为 communities（小区）"),
        ("areaName", '""', "是否应为 area_name（行政区名称）"),
        ("comunities", "[]", "是否应为 communities（小区）"),
        ("zzz", "1", "删去此字段；说明可写入 note 字段"),
    ],
)
def test_hints_on_fields(field, value, hint):
    head = "\n".join(line for line in HEAD.split("\n") if f'"{field}"' not in line)
    assert only(f'{head}"{field}": {value}}}').hint.zh == hint


@pytest.mark.parametrize(
    "written",
    ["建办城[2021]50号", "建办城(2021)50号", "建办城（2021）50号", "建办城【2021】50号", "建办城〔2021〕第50号", "建办城〔2021〕050号",
     "建办城 〔2021〕 50 号", "建办城〔２０２１〕５０号", "建办城2021年50号", "建办城〔2021〕50"],
)  # fmt: skip
def test_document_numbers_get_their_proper_form(written):
    tail = f'"plans": [{{"plan_id": "P-1", "year": 2021, "document": {{"doc_no": "{written}"}}}}]}}'
    error = only(HEAD + tail)
    assert (error.code, error.hint.zh) == ("bad_doc_no", '是否应写作 "建办城〔2021〕50号"')


@pytest.mark.parametrize(
    ("field", "value", "code", "hint"),
    [
        ("sha256", "SHA256:" + "A" * 64, "bad_hash", f'did you mean "{"a" * 64}"?'),
        ("file", "scan\\\\a.pdf", "bad_path", 'did you mean "scan/a.pdf"?'),
        ("file", "C:\\\\a.pdf", "bad_path", ""),
    ],
)
def test_hints_on_attachments(field, value, code, hint):
    tail = f'"attachments": [{{"att_id": "A-1", "doc_type": "ballot", "{field}": "{value}"}}]}}'
    error = only(HEAD + tail)
    assert (error.code, error.hint.en) == (code, hint)


def test_expected_carries_title_and_limits_in_both_languages():
    error = only(HEAD + COMMUNITY + ', "households": "120户"}]}')
    assert error.found == ("文字“120户”", "text “120户”")
    assert error.expected == ("户数：0 到 1000000000 的整数", "户数: an integer from 0 to 1000000000")


def test_amounts_get_one_error_not_one_for_each_way_of_writing_them():
    error = only(HEAD + COMMUNITY + ', "floor_area_m2": "12万"}]}')
    assert error.expected.zh == "建筑面积：0 到 10000000000 的数，最多 4 位小数"


# -- references

BOOK = {
    "attachments": [{"att_id": "A-1", "doc_type": "ballot"}],
    "communities": [{"community_id": "C-1", "name": "幸福里"}, {"community_id": "C-2", "name": "和平里"}],
    "plans": [{"plan_id": "P-1", "year": 2021}],
    "projects": [{"project_id": "X-1", "name": "一期"}],
    "issues": [{"issue_id": "I-1", "source": "audit"}],
    "area_units": [{"area_unit_id": "U-1", "shared_facilities": [{"facility_id": "F-1"}]}],
}


def with_(**changes):
    head = json.loads(HEAD.rstrip().rstrip(",") + "}")
    return json.dumps({**head, **BOOK, **changes}, ensure_ascii=False, indent=1)


def evidence(name="A-9"):
    return [{"attachment": name, "page": 1}]


DANGLING = {
    "/plans/0/community_ids/1": {"plans": [{"plan_id": "P-1", "year": 2021, "community_ids": ["C-1", "C-9"]}]},
    "/projects/0/community_ids/0": {"projects": [{"project_id": "X-1", "name": "一期", "community_ids": ["C-9"]}]},
    "/projects/0/plan_id": {"projects": [{"project_id": "X-1", "name": "一期", "plan_id": "P-9"}]},
    "/projects/0/quality_events/0/issue_id": {
        "projects": [{"project_id": "X-1", "name": "一期", "quality_events": [{"event_id": "Q", "issue_id": "I-9"}]}]
    },
    "/reserve_entries/0/community_id": {"reserve_entries": [{"reserve_id": "R-1", "community_id": "C-9"}]},
    "/reserve_entries/0/archive/effect/images_after/0/attachment": {
        "reserve_entries": [
            {"reserve_id": "R-1", "community_id": "C-1", "archive": {"effect": {"images_after": evidence()}}}
        ]
    },
    "/area_units/0/community_ids/0": {"area_units": [{"area_unit_id": "U-1", "community_ids": ["C-9"]}]},
    "/area_units/0/shared_facilities/0/serves/0": {
        "area_units": [{"area_unit_id": "U-1", "shared_facilities": [{"facility_id": "F-1", "serves": ["C-9"]}]}]
    },
    "/communities/0/area_unit_id": {
        "communities": [{"community_id": "C-1", "name": "幸福里", "area_unit_id": "U-9"}]
    },
    "/communities/0/scheme/items/0/area_facility_id": {
        "communities": [
            {
                "community_id": "C-1", "name": "幸福里",
                "scheme": {"items": [{"facility_code": "sports", "area_facility_id": "F-9"}]},
            }
        ]
    },
    "/communities/0/votes/0/publicity/0/evidence/0/attachment": {
        "communities": [{"community_id": "C-1", "name": "幸福里", "votes": [{"publicity": [{"evidence": evidence()}]}]}]
    },
    "/utility_plans/0/community_ids/0": {
        "utility_plans": [{"utility_plan_id": "W-1", "sector": "water", "community_ids": ["C-9"]}]
    },
    "/declarations/0/community_id": {"declarations": [{"absent": "felling", "community_id": "C-9"}]},
    "/declarations/0/project_id": {"declarations": [{"absent": "felling", "project_id": "X-9"}]},
    "/fund_txns/0/project_id": {
        "fund_txns": [{"txn_id": "T-1", "project_id": "X-9", "source": "city", "kind": "paid"}]
    },
    "/issues/0/project_id": {"issues": [{"issue_id": "I-1", "source": "audit", "project_id": "X-9"}]},
    "/fund_rules/use/evidence/0/attachment": {"fund_rules": {"use": {"evidence": evidence()}}},
}  # fmt: skip


@pytest.mark.parametrize("pointer", DANGLING)
def test_dangling_references(pointer):
    content = with_(**DANGLING[pointer])
    error = only(content)
    assert (error.code, error.pointer) == ("dangling_reference", pointer)
    wrong = error.found.en.split()[-1]
    assert content.split("\n")[error.line - 1][error.column - 1 :].startswith(f'"{wrong}"')


def test_the_same_dossiers_with_references_that_lead_somewhere_are_read():
    for changes in DANGLING.values():
        text = with_(**changes)
        for letter in "ACFIPUX":
            text = text.replace(f'"{letter}-9"', f'"{letter}-1"')
        if '"C-1",\n     "C-1"' not in text:
            read("-", stdin=io.BytesIO(text.replace('"C-1",\n    "C-1"', '"C-1",\n    "C-2"').encode()))


DUPLICATES = {
    "/communities/1/community_id": {
        "communities": [{"community_id": "C-1", "name": "甲"}, {"community_id": "C-1", "name": "乙"}]
    },
    "/attachments/1/att_id": {"attachments": [{"att_id": "A-1", "doc_type": "ballot"}] * 2},
    "/plans/1/plan_id": {"plans": [{"plan_id": "P-1", "year": 2021}, {"plan_id": "P-1", "year": 2020}]},
    "/area_units/1/shared_facilities/0/facility_id": {
        "area_units": [
            {"area_unit_id": "U-1", "shared_facilities": [{"facility_id": "F-1"}]},
            {"area_unit_id": "U-2", "shared_facilities": [{"facility_id": "F-1"}]},
        ]
    },
    "/projects/1/quality_events/0/event_id": {
        "projects": [
            {"project_id": "X-1", "name": "一期", "quality_events": [{"event_id": "Q-1"}]},
            {"project_id": "X-2", "name": "二期", "quality_events": [{"event_id": "Q-1"}]},
        ]
    },
    "/policies/1/policy_id": {"policies": [{"policy_id": "Y-1"}] * 2},
}


@pytest.mark.parametrize("pointer", DUPLICATES)
def test_duplicate_identifiers(pointer):
    error = only(with_(**DUPLICATES[pointer]))
    assert (error.code, error.pointer) == ("duplicate_id", pointer)


def test_a_community_listed_twice_in_one_list():
    plans = [{"plan_id": "P-1", "year": 2021, "community_ids": ["C-1", "C-2", "C-1"]}]
    error = only(with_(plans=plans))
    assert (error.code, error.pointer) == ("repeated_reference", "/plans/0/community_ids/2")


def test_the_same_identifier_for_entries_of_different_kinds_is_no_fault():
    text = with_(plans=[{"plan_id": "C-1", "year": 2021}])
    assert read("-", stdin=io.BytesIO(text.encode())).dossier.plans[0].plan_id == "C-1"


def test_field_faults_and_reference_faults_come_together():
    communities = [{"community_id": "C-1", "name": "甲", "households": "1", "area_unit_id": "U-9"}]
    assert [error.code for error in refuse(with_(communities=communities))] == [
        "wrong_type",
        "dangling_reference",
    ]


def test_a_misnamed_list_does_not_drown_its_own_error_in_dangling_references():
    book = json.loads(with_(communities=[{"community_id": "C-1", "name": "甲", "evidence": evidence("A-1")}]))
    book["attachment"] = book.pop("attachments")
    error = only(json.dumps(book))
    assert (error.code, error.hint.en) == ("unknown_field", "did you mean attachments?")


def test_every_identifier_field_of_the_schema_is_checked_or_refers():
    known = {*REFERS_TO, *IDENTIFIES.values(), "dossier_id"}
    for model in vars(shapes).values():
        if isinstance(model, type) and issubclass(model, shapes.Part):
            for name, field in model.model_fields.items():
                if "A-Za-z0-9_.-" in f"{field.metadata}{field.annotation}":
                    assert name in known, f"{model.__name__}.{name}"


# -- rendering


def test_text_in_both_languages():
    with pytest.raises(Refused) as caught:
        read("-", stdin=io.BytesIO((HEAD + '"fictional": "是"}').encode()))
    assert caught.value.text("zh") == (
        "-：无法读取为档案，共 1 处错误\n"
        "1. 数据类型不对 [wrong_type]  第 8 行第 14 列  /fictional\n"
        "    实际：文字“是”\n"
        "    应为：是否虚构：true 或 false\n"
        "    处理：是否应写作 true"
    )
    assert caught.value.text("en") == (
        "-: refused, 1 error\n"
        "1. wrong type [wrong_type]  line 8, column 14  /fictional\n"
        "    found: text “是”\n"
        "    expected: 是否虚构: true or false\n"
        "    what to do: did you mean true?"
    )
    assert str(caught.value) == caught.value.text("zh")
    assert caught.value.to_json() == {
        "source": "-",
        "refused": True,
        "errors": [
            {
                "pointer": "/fictional",
                "line": 8,
                "column": 14,
                "code": "wrong_type",
                "found": {"zh": "文字“是”", "en": "text “是”"},
                "expected": {"zh": "是否虚构：true 或 false", "en": "是否虚构: true or false"},
                "hint": {"zh": "是否应写作 true", "en": "did you mean true?"},
                "message": {"zh": "数据类型不对", "en": "wrong type"},
            }
        ],
    }


def test_nothing_from_the_input_reaches_a_terminal_raw():
    errors = refuse(HEAD + '"\\u001b[2J": "\\u202e", "note": "\\u009b"}')
    refusal = Refused("\x1b]0;x", errors)
    assert refusal.text("en").replace("\n", "").isprintable()


def test_every_code_is_said_in_both_languages():
    for code, words in CODES.items():
        assert any("\u4e00" <= char <= "\u9fff" for char in words.zh), code
        assert words.en.isascii(), code
    assert len({words.zh for words in CODES.values()}) == len(CODES)


def test_what_only_the_types_refuse_is_still_said(monkeypatch):
    thorough = import_module("compliance.intake.examine")
    monkeypatch.setattr(thorough, "load", lambda name: {"properties": {}, "type": "object"})
    error = only(HEAD + '"note": 7}')
    assert (error.code, error.pointer, error.line) == ("invalid", "/note", 8)


def test_what_only_the_fast_path_refuses_is_still_said(monkeypatch):
    monkeypatch.setattr(import_module("compliance.intake.examine"), "examine", lambda data: [])
    assert only(HEAD + '"note": 7}').code == "invalid"
    assert only("{").found.en.startswith("EOF while parsing")


def test_the_model_is_what_the_head_promises():
    assert set(json.loads(HEAD.rstrip().rstrip(",") + "}")) == {
        name for name, field in Dossier.model_fields.items() if field.is_required()
    }
