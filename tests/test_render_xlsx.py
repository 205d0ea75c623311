"""The workbook and the CSV: nothing is left out, nothing runs, types are right, and real programs open them."""

from __future__ import annotations

import csv
import io
import re
import shutil
import subprocess
import zipfile
from dataclasses import replace
from datetime import date, datetime
from functools import lru_cache
from pathlib import Path
from xml.etree import ElementTree

import openpyxl
import pytest
from rectifying import as_read, base, county, put, report_of, written

from compliance.rectify.lists import Terms, lists_of
from compliance.render import every, render
from compliance.render.as_xlsx import of_lists
from compliance.render.lists import COLUMNS
from compliance.schemas.rectify import LISTS, Lists
from compliance.schemas.report import Bilingual, Report
from compliance.spreadsheet import CELL, Book, Column, shown
from tests.sample_report import HOSTILE, community, empty, finding, findings, large, report, sample

SHEETS = ["整改清单", "待补材料清单", "待研判", "提升建议", "全部条目", "说明"]
SOFFICE = shutil.which("soffice")
needs_office = pytest.mark.skipif(SOFFICE is None, reason="LibreOffice (soffice) is not installed")

RUNNING = [
    '=HYPERLINK("http://a.example","点此")', "+cmd|' /C calc'!A0", "-2+3", "@SUM(1+1)", "\t=1+1", "\r=1+1", "  =1+1",
    "＝1+1", "=1+1\n=2", "#N/A", "#REF!", "|calc", "=", "{=1}", "_x003D_1+1",
]  # fmt: skip


def lists(of: Report, **terms: object) -> Lists:
    return lists_of([as_read(render(of, "json"))], terms=Terms(**terms))  # type: ignore[arg-type]


def opened(data: bytes) -> openpyxl.Workbook:
    return openpyxl.load_workbook(io.BytesIO(data))


@lru_cache(maxsize=4)
def county_lists(name: str = "cases/eleven-audit-findings") -> Lists:
    return lists_of([as_read(county(name))], terms=Terms(counted_from=date(2024, 4, 1)))


def told(sheet: object) -> list[list[object]]:
    return [list(row) for row in sheet.iter_rows(min_row=2, values_only=True)]  # type: ignore[attr-defined]


# -- what is in it --------------------------------------------------------------------------------------------


def test_has_its_sheets_in_their_order() -> None:
    assert opened(render(sample(), "xlsx", lists=lists(sample()))).sheetnames == SHEETS
    assert opened(render(sample(), "xlsx", "en", lists=lists(sample()))).sheetnames[-2:] == ["All findings", "Read me"]


def test_without_lists_it_says_so() -> None:
    book = opened(render(sample(), "xlsx"))
    assert book.sheetnames == SHEETS[-2:]
    assert any("未编制清单" in str(row[1]) for row in told(book["说明"]))


def test_every_entry_stands_on_its_list_and_every_finding_in_all() -> None:
    made = lists(sample())
    book = opened(render(sample(), "xlsx", lists=made))
    for name, title in zip(LISTS, SHEETS, strict=False):
        numbers = [entry.number for section in getattr(made, name) for entry in section.entries]
        assert [row[1] for row in told(book[title])] == numbers
    assert len(told(book["全部条目"])) == len(sample().findings)


def test_an_unknown_is_never_on_the_list_of_what_to_rectify() -> None:
    book = opened(render(sample(), "xlsx", lists=lists(sample())))
    heads = [cell.value for cell in book["全部条目"][1]]
    rows = [dict(zip(heads, row, strict=True)) for row in told(book["全部条目"])]
    numbers = {row["清单条目编号"] for row in rows if row["结论"] != "不符合" and row["清单条目编号"]}
    assert numbers
    assert not numbers & {row[1] for row in told(book["整改清单"])}


def test_columns_are_those_of_a_list_and_read_as_they_should_on_each() -> None:
    book = opened(render(sample(), "xlsx", lists=lists(sample())))
    assert [cell.value for cell in book["整改清单"][1]] == [title.zh for _, title in COLUMNS]
    assert not any("整改" in str(cell.value) for cell in book["待补材料清单"][1])
    assert [cell.value for cell in book["全部条目"][1]] == [title.zh for _, title in every.COLUMNS]


def test_notes_tell_where_it_comes_from_and_what_it_is_not() -> None:
    made_by = sample().provenance
    text = "\n".join(f"{row[0]} {row[1]}" for row in told(opened(render(sample(), "xlsx", lists=lists(sample())))["说明"]))
    for said in (made_by.dossier_sha256, made_by.rulebook_sha256, made_by.profile_sha256, made_by.as_of, "待证不是不符合", "不是当地规定"):
        assert said in text, said


def test_a_group_too_long_to_be_read_names_the_first_and_all_stand_in_rows() -> None:
    many = report([finding("B7.1", community(n, f"第{n}号小区"), "fail") for n in range(200)])
    made = lists(many)
    book = opened(render(many, "xlsx", lists=made))
    (row,) = told(book["整改清单"])
    heads = [cell.value for cell in book["整改清单"][1]]
    affected = str(row[heads.index("涉及小区/项目")])
    assert "第0号小区" in affected
    assert "等共200个" in affected
    heads = [cell.value for cell in book["全部条目"][1]]
    assert {r[heads.index("清单条目编号")] for r in told(book["全部条目"])} == {row[1]}
    of = opened(of_lists(made))
    assert len(told(of["涉及对象"])) == 200


def test_lists_of_several_reports_say_the_area() -> None:
    one, other = base(), base()
    other["area"] |= {"code": "999902", "name": "另一示例县"}
    ident = next(f["id"] for f in one["findings"] if f["item"] == "B7.1")
    reports = [as_read(written(put(one, ident, "fail")), "一.json"), as_read(written(put(other, ident, "fail")), "二.json")]
    book = opened(of_lists(lists_of(reports)))
    assert book["整改清单"]["A1"].value == "地区"
    assert len({row[0] for row in told(book["整改清单"])}) == 2
    notes = "\n".join(str(row[1]) for row in told(book["说明"]))
    assert all(r.used.sha256 in notes for r in reports)


def test_only_some_lists() -> None:
    assert opened(of_lists(county_lists(), only=["rectify"])).sheetnames == ["整改清单", "涉及对象", "说明"]


def test_an_empty_report_makes_a_whole_workbook() -> None:
    book = opened(render(empty(), "xlsx", lists=lists(empty())))
    assert book.sheetnames == SHEETS
    assert told(book["全部条目"]) == []


# -- types, and how it looks ----------------------------------------------------------------------------------


def test_numbers_are_numbers_days_are_days_and_codes_are_text() -> None:
    book = opened(render(sample(), "xlsx", lists=lists(sample(), counted_from=date(2024, 4, 1))))
    sheet = book["整改清单"]
    heads = {cell.value: cell.column_letter for cell in sheet[1]}
    assert sheet[f"{heads['序号']}2"].data_type == "n"
    assert sheet[f"{heads['问题编号']}2"].data_type == "s"
    due = sheet[f"{heads['整改时限']}2"]
    assert isinstance(due.value, datetime)
    assert due.is_date
    assert "建议" in due.number_format
    assert sheet[f"{heads['销号日期']}2"].number_format.startswith("yyyy")
    counts = {row[0]: row[1] for row in told(book["说明"])}
    assert isinstance(counts["整改清单条目数"], int)


def test_a_day_somebody_decided_on_is_no_longer_called_suggested() -> None:
    due = next(row[14] for row in opened(of_lists(county_lists()))["整改清单"].iter_rows(min_row=2))
    serial = (due.value.date() - date(1899, 12, 30)).days
    assert due.number_format == f'[={serial}]"建议"yyyy\\-mm\\-dd;yyyy\\-mm\\-dd'


def test_without_a_day_to_count_from_the_limit_is_a_text_that_says_it_is_suggested() -> None:
    book = opened(render(sample(), "xlsx", lists=lists(sample())))
    assert all(str(row[14]).startswith("建议自收到通知之日起") for row in told(book["整改清单"]))
    assert all(str(row[13]).startswith("建议") for row in told(book["整改清单"]))


def test_frozen_filtered_printable() -> None:
    book = opened(of_lists(county_lists()))
    for sheet in (book["整改清单"], book["涉及对象"]):
        area = f"A1:{sheet.cell(1, sheet.max_column).column_letter}{sheet.max_row}"
        assert sheet.freeze_panes in ("C2", "D2")
        assert sheet.auto_filter.ref == area
        assert sheet.print_title_rows == "$1:$1"
        assert sheet.print_area.replace("$", "").endswith(area)
        assert sheet.page_setup.orientation == "landscape"
        assert int(sheet.page_setup.paperSize) == 9
        assert "&P" in sheet.oddFooter.center.text
        assert sheet["A1"].alignment.wrap_text
        assert sheet["A1"].font.b
        assert all(dimension.width >= 5 for dimension in sheet.column_dimensions.values())


def test_drop_downs_offer_types_and_states() -> None:
    rules = {str(rule.sqref): rule for rule in opened(of_lists(county_lists()))["整改清单"].data_validations.dataValidation}
    offered = [rule.formula1 for rule in rules.values() if rule.type == "list"]
    assert '"立行立改,分阶段整改,持续整改"' in offered
    assert '"未整改,正在整改,已完成"' in offered
    assert any(rule.type == "date" for rule in rules.values())


def test_severity_stands_there_in_words() -> None:
    assert {row[7] for row in told(opened(of_lists(county_lists()))["整改清单"])} <= {"红线", "主要", "一般"}


def test_an_area_whose_name_has_the_mark_of_page_codes() -> None:
    book = Book("甲&P县", "zh", date(2024, 1, 1))
    sheet = book.sheet("表", [Column("头", 10)], kept=1, heading="甲&P县")
    sheet.close()
    xml = ElementTree.fromstring(_part(book.bytes(), "xl/worksheets/sheet1.xml"))
    (told,) = [e.text for e in xml.iter() if e.tag.endswith("}oddHeader")]
    assert told == "&C甲&&P县"


# -- nothing runs ---------------------------------------------------------------------------------------------


def _part(data: bytes, name: str) -> str:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return archive.read(name).decode()


def _hostile(text: str) -> Report:
    made = [
        replace(f, subject=replace(f.subject, name=Bilingual(text, text)), sentence=Bilingual(text, text), responsible_unit=text)
        for f in findings()
    ]
    return report(made)


@pytest.mark.parametrize("text", [*RUNNING, HOSTILE])
def test_no_text_becomes_a_formula(text: str) -> None:
    data = render(_hostile(text), "xlsx", lists=lists(_hostile(text)))
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        for name in archive.namelist():
            if name.startswith("xl/worksheets/sheet"):
                xml = archive.read(name).decode()
                assert "<f>" not in xml
                assert "<f " not in xml
                assert 't="e"' not in xml
    book = opened(data)
    heads = [cell.value for cell in book["全部条目"][1]]
    names = [row[heads.index("对象名称")] for row in book["全部条目"].iter_rows(min_row=2)]
    assert {cell.data_type for cell in names} == {"s"}
    if text.strip()[:1] in "=+-@＝|":
        assert all(cell.quotePrefix for cell in names)


def test_what_cannot_stand_in_a_file_is_shown_as_an_escape() -> None:
    assert shown("a\x00b\x1b\u202e\ufffe") == "a\\u0000b\\u001b\\u202e\\ufffe"
    assert opened(render(_hostile("\x00\ud800\ufffe"), "xlsx"))["全部条目"]["C2"].value == "\\u0000\\ud800\\ufffe"


@pytest.mark.parametrize("text", ["字" * 40_000, "\U00020000" * 20_000, "a" * 32_768])
def test_a_text_too_long_for_a_cell_is_cut_and_says_so(text: str) -> None:
    made = shown(text)
    assert made.endswith("…")
    assert len(made.encode("utf-16-le")) // 2 <= CELL


def test_csv_is_safe_and_has_the_same_columns_and_rows() -> None:
    for text in RUNNING:
        data = render(_hostile(text), "csv", lists=lists(_hostile(text)))
        assert data.startswith(b"\xef\xbb\xbf")
        head, *rows = csv.reader(io.StringIO(data.decode("utf-8-sig"), newline=""))
        assert head == [title.zh for _, title in every.COLUMNS]
        assert len(rows) == len(findings())
        for cell in (cell for row in rows for cell in row):
            assert not re.match(r"\s*[=+\-@＝＋－＠]", cell), cell


# -- the same again, and real programs ------------------------------------------------------------------------


def test_same_report_same_bytes(monkeypatch: pytest.MonkeyPatch) -> None:
    first = render(sample(), "xlsx", lists=lists(sample()))
    monkeypatch.setenv("TZ", "America/New_York")
    assert render(sample(), "xlsx", lists=lists(sample())) == first


def test_a_large_report_is_written_whole() -> None:
    book = openpyxl.load_workbook(io.BytesIO(render(large(), "xlsx")), read_only=True)
    assert sum(1 for _ in book["全部条目"].iter_rows()) == len(large().findings) + 1


def converted(data: bytes, folder: Path, to: str, name: str = "book") -> Path:
    (folder / f"{name}.xlsx").write_bytes(data)
    out = folder / "out"
    subprocess.run(
        [str(SOFFICE), f"-env:UserInstallation=file://{folder}/profile", "--headless", "--convert-to", to, "--outdir", str(out), str(folder / f"{name}.xlsx")],
        check=True, capture_output=True, timeout=180,
    )  # fmt: skip
    return out / f"{name}.{to}"


@needs_office
def test_libreoffice_opens_it_and_reads_the_same(tmp_path: Path) -> None:
    made = lists(_hostile('=HYPERLINK("http://a.example")'), counted_from=date(2024, 4, 1))
    data = render(_hostile('=HYPERLINK("http://a.example")'), "xlsx", lists=made)
    again = openpyxl.load_workbook(converted(data, tmp_path, "xlsx"))
    before = opened(data)
    assert again.sheetnames == before.sheetnames
    for sheet in before:
        assert told(again[sheet.title]) == told(sheet), sheet.title
    assert all(cell.data_type != "f" for one in again for row in one.iter_rows() for cell in row)


@needs_office
def test_libreoffice_prints_it(tmp_path: Path) -> None:
    pdf = converted(of_lists(lists_of([as_read(report_of(1))])), tmp_path, "pdf")
    assert pdf.read_bytes().startswith(b"%PDF")
