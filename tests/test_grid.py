"""Sheets and CSV files as cells: exact numbers, days, texts; what is refused, and that nothing else escapes."""

from __future__ import annotations

import csv
import zipfile
from contextlib import suppress
from datetime import date
from decimal import Decimal
from io import BytesIO, StringIO

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from compliance.intake import grid as grid_module
from compliance.intake import xlsx
from compliance.intake.grid import grids, letters
from compliance.schemas.refusal import Refused

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
RELS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"
OFFICE = f"{RELS}/officeDocument"


def book(sheet: str, *, formats: tuple[str, ...] = (), head: str = "", strings: str = "", more: dict[str, str] | None = None, state: str = "visible", namespace: str = MAIN) -> bytes:
    """A workbook of one sheet, by its XML; style 1 and on are the formats, by code or by number."""
    codes = "".join(f'<numFmt numFmtId="{200 + n}" formatCode="{f}"/>' for n, f in enumerate(formats) if not f.isdigit())
    styles = "".join(f'<xf numFmtId="{f if f.isdigit() else 200 + n}"/>' for n, f in enumerate(formats))
    parts = {
        "[Content_Types].xml": "<Types/>",
        "_rels/.rels": f'<Relationships xmlns="{PACKAGE}"><Relationship Id="r" Type="{OFFICE}" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{namespace}" xmlns:r="{RELS}">{head}<sheets><sheet name="小区" sheetId="1" state="{state}" r:id="s"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{PACKAGE}"><Relationship Id="s" Type="{RELS}/worksheet" Target="/xl/worksheets/a.xml"/><Relationship Id="t" Type="{RELS}/styles" Target="styles.xml"/><Relationship Id="u" Type="{RELS}/sharedStrings" Target="strings.xml"/></Relationships>',
        "xl/worksheets/a.xml": f'<worksheet xmlns="{namespace}">{sheet}</worksheet>',
        "xl/styles.xml": f'<styleSheet xmlns="{namespace}"><numFmts>{codes}</numFmts><cellXfs><xf numFmtId="0"/>{styles}</cellXfs></styleSheet>',
        "xl/strings.xml": f'<sst xmlns="{namespace}">{strings}</sst>',
    } | (more or {})
    out = BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, text in parts.items():
            archive.writestr(name, text)
    return out.getvalue()


def rows(xml: str) -> str:
    return f"<sheetData>{xml}</sheetData>"


def only(data: bytes):
    """The one cell of the one sheet."""
    (grid,) = grids(data, "甲.xlsx")
    ((cell,),) = grid.rows
    return cell


def number(text: str, form: str = "", head: str = ""):
    style = ' s="1"' if form else ""
    return only(book(rows(f'<row r="7"><c r="C7"{style}><v>{text}</v></c></row>'), formats=(form,) if form else (), head=head))


def refusal(data: bytes, name: str = "甲.xlsx"):
    with pytest.raises(Refused) as caught:
        grids(data, name)
    (error,) = caught.value.errors
    assert error.text("zh")
    assert error.text("en")
    return error


# -- numbers and days


@given(st.integers(-(10**15) + 1, 10**15 - 1), st.integers(0, 8))
@settings(max_examples=300)
def test_a_number_is_the_decimal_that_was_typed(digits, places):
    typed = Decimal(digits).scaleb(-places)
    # As spreadsheets write it: seventeen digits of the double.
    assert number(f"{float(typed):.17g}").value == typed
    assert number(str(typed)).value == typed


@pytest.mark.parametrize(
    ("text", "value", "shown"),
    [
        ("64.879999999999995", Decimal("64.88"), "64.88"),
        ("0.30000000000000004", Decimal("0.3"), "0.3"),
        ("15", 15, "15"),
        ("15.0", 15, "15"),
        ("1E+3", 1000, "1000"),
        ("1.5E-3", Decimal("0.0015"), "0.0015"),
        ("-0", 0, "0"),
        ("110105199001011234", 110105199001011234, "110105199001011234"),
    ],
)
def test_numbers(text, value, shown):
    cell = number(text)
    assert (cell.value, type(cell.value), cell.shown, cell.address) == (value, type(value), shown, "C7")


@pytest.mark.parametrize("text", ["NaN", "Infinity", "1E+999", "abc", "1 2"])
def test_no_numbers(text):
    assert refusal(book(rows(f'<row r="1"><c r="A1"><v>{text}</v></c></row>'))).code == "damaged_workbook"


@pytest.mark.parametrize(
    ("text", "form", "day", "shown"),
    [
        ("45473", "14", date(2024, 6, 30), "2024-06-30"),
        ("45473", "31", date(2024, 6, 30), "2024-06-30"),
        ("45444", "57", date(2024, 6, 1), "2024-06"),
        ("45444", "27", date(2024, 6, 1), "2024-06"),
        ("45473", "58", date(2024, 6, 30), "2024-06-30"),
        ("45444", "yyyy&quot;年&quot;m&quot;月&quot;;@", date(2024, 6, 1), "2024-06"),
        ("45292", "yyyy", date(2024, 1, 1), "2024"),
        ("45473", "[$-804]yyyy\\-mm\\-dd", date(2024, 6, 30), "2024-06-30"),
        ("45473.604166666664", "yyyy/m/d h:mm", date(2024, 6, 30), "2024-06-30 14:30"),
        ("45473.99999999999", "yyyy/m/d h:mm", date(2024, 7, 1), "2024-07-01"),
        ("45473.5", "yyyy/m/d", date(2024, 6, 30), "2024-06-30"),
        ("1", "14", date(1900, 1, 1), "1900-01-01"),
        ("59", "14", date(1900, 2, 28), "1900-02-28"),
        ("61", "14", date(1900, 3, 1), "1900-03-01"),
    ],
)
def test_days(text, form, day, shown):
    cell = number(text, form)
    assert (cell.value, cell.shown) == (day, shown)


@given(st.dates(date(1900, 3, 1), date(9999, 12, 31)))
def test_every_day_of_both_calendars(day):
    assert number(str((day - date(1899, 12, 30)).days), "14").value == day
    if day >= date(1904, 1, 2):
        assert number(str((day - date(1904, 1, 1)).days), "14", '<workbookPr date1904="1"/>').value == day


@pytest.mark.parametrize(("text", "form"), [("60", "14"), ("0.5", "14"), ("-1", "14"), ("2958466", "14"), ("0.6", "h:mm"), ("45473", "0.00"), ("3", "General"), ("3", "#,##0&quot;户&quot;")])
def test_no_days(text, form):
    assert number(text, form).value == Decimal(text)


@pytest.mark.parametrize("form", ["9", "10", "0.0%"])
def test_per_cent_is_shown(form):
    assert number("0.85", form)[2:4] == (Decimal("0.85"), "85%")


# -- texts and what else a cell may be


def test_texts():
    strings = "<si><t>甲</t></si><si><r><t>乙</t></r><rPh><t>yi</t></rPh><r><t>丙_x000D_\n</t></r></si>"
    xml = '<row r="1"><c r="A1" t="s"><v>0</v></c><c r="B1" t="s"><v>1</v></c><c r="C1" t="inlineStr"><is><t> =1 </t></is></c><c r="D1" t="str"><f>A1</f><v>丁</v></c></row>'
    (grid,) = grids(book(rows(xml), strings=strings), "a.xlsx")
    assert [cell.value for cell in grid.rows[0]] == ["甲", "乙丙\n", " =1 ", "丁"]


def test_faults_of_cells():
    xml = '<row r="2"><c r="A2" t="e"><v>#REF!</v></c><c r="B2"><f>SUM(A1)</f></c><c r="C2"><f>SUM(A1)</f><v>3</v></c><c r="D2" t="b"><v>1</v></c><c r="E2" s="1"/><c r="F2" t="str"><f>A1</f><v></v></c></row>'
    (grid,) = grids(book(rows(xml)), "a.xlsx")
    broken, empty, computed, yes = grid.rows[0]
    assert "#REF!" in broken.fault.zh
    assert broken.value is None
    assert empty.value is None
    assert "没有计算结果" in empty.fault.zh
    assert (computed.value, yes.value) == (3, True)


def test_what_is_hidden_and_merged():
    xml = '<cols><col min="2" max="3" hidden="1"/></cols>' + rows('<row r="3" hidden="1"><c r="A3"><v>1</v></c></row><row r="9"/>') + '<mergeCells><mergeCell ref="A3:B4"/></mergeCells>'
    (grid,) = grids(book(xml, state="veryHidden"), "a.xlsx")
    assert (grid.name, grid.hidden, grid.hidden_rows, grid.hidden_columns, grid.merged) == ("小区", True, {3}, {2, 3}, ((3, 1, 4, 2),))
    assert grid.row(3)[1].value == 1
    assert grid.row(9) == {}


def test_the_strict_form_and_cells_without_places():
    xml = rows("<row><c><v>1</v></c><c><v>2</v></c></row><row><c><v>3</v></c></row>")
    (grid,) = grids(book(xml, namespace="http://purl.oclc.org/ooxml/spreadsheetml/main"), "a.xlsx")
    assert [cell.address for row in grid.rows for cell in row] == ["A1", "B1", "A2"]


CELLS = st.one_of(st.text(st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\ufffe\uffff"), min_size=1, max_size=20).filter(lambda t: not t.startswith("=") and not t.startswith("#")), st.integers(-(10**14), 10**14), st.booleans(), st.dates(date(1900, 3, 1), date(2100, 1, 1)))


@given(st.lists(st.lists(CELLS, min_size=1, max_size=4), max_size=6))
@settings(max_examples=40, deadline=None)
def test_what_openpyxl_writes_is_read(table):
    made = openpyxl.Workbook()
    for row in table:
        made.active.append(row)
    out = BytesIO()
    made.save(out)
    (grid,) = grids(out.getvalue(), "a.xlsx")
    assert [[cell.value for cell in row] for row in grid.rows] == table


# -- what is refused


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"\xd0\xcf\x11\xe0" + "EncryptedPackage".encode("utf-16-le"), "encrypted_workbook"),
        (b"\xd0\xcf\x11\xe0....", "not_a_workbook"),
        (b"%PDF-1.4", "not_a_workbook"),
        (b"<html><table>", "not_a_workbook"),
        (b"PK\x03\x04rest", "damaged_workbook"),
        (book("", more={"xl/vbaProject.bin": ""}), "workbook_with_macros"),
        (book("", more={"[Content_Types].xml": "application/vnd.ms-excel.sheet.macroEnabled.main+xml"}), "workbook_with_macros"),
        (book("", more={"_rels/.rels": f'<a xmlns="{PACKAGE}"><Relationship Id="r" Type="{OFFICE}" Target="xl/workbook.bin"/></a>', "xl/workbook.bin": ""}), "not_a_workbook"),
        (book("", more={"_rels/.rels": f'<a xmlns="{PACKAGE}"><Relationship Id="r" Type="{OFFICE}" Target="xl/none.xml"/></a>'}), "not_a_workbook"),
        (book("", more={"xl/worksheets/a.xml": '<!DOCTYPE w [<!ENTITY e "x">]><worksheet><sheetData><row r="1"><c r="A1" t="inlineStr"><is><t>&e;</t></is></c></row></sheetData></worksheet>'}), "damaged_workbook"),
        (book("", more={"xl/worksheets/a.xml": "<worksheet><sheetData>"}), "damaged_workbook"),
        (book(rows('<row r="1"><c r="A1" t="s"><v>5</v></c></row>')), "damaged_workbook"),
        (book(rows('<row r="2"/><row r="1"/>')), "damaged_workbook"),
        (book(rows('<row r="1"><c r="B1"><v>1</v></c><c r="A1"><v>1</v></c></row>')), "damaged_workbook"),
        (book(rows('<row r="1"><c r="A2"><v>1</v></c></row>')), "damaged_workbook"),
        (book(rows('<row r="1"><c r="XFE1"><v>1</v></c></row>')), "damaged_workbook"),
    ],
)
def test_refusals(data, code):
    assert refusal(data).code == code


def test_bombs_and_sizes(monkeypatch):
    bomb = BytesIO()
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/a.xml", b" " * (2 << 20))
    assert refusal(bomb.getvalue()).code == "compression_bomb"
    monkeypatch.setattr(xlsx, "GRID_CELLS", 1)
    monkeypatch.setattr(grid_module, "GRID_CELLS", 1)
    assert refusal(book(rows('<row r="1"><c r="A1"><v>1</v></c><c r="B1"><v>1</v></c></row>'))).code == "too_large"
    assert refusal(b"a,b", "a.csv").code == "too_large"
    monkeypatch.setattr(xlsx, "GRID_UNPACKED", 10)
    assert refusal(book("")).code == "compression_bomb"
    monkeypatch.setattr(grid_module, "GRID_BYTES", 2)
    assert refusal(b"a,b", "a.csv").code == "too_large"


@given(st.data())
@settings(max_examples=150, deadline=None)
def test_a_damaged_workbook_is_read_or_refused(data):
    whole = bytearray(book(rows('<row r="1"><c r="A1"><v>1</v></c><c r="B1" t="s"><v>0</v></c></row>'), strings="<si><t>甲</t></si>"))
    for _ in range(data.draw(st.integers(1, 4))):
        whole[data.draw(st.integers(0, len(whole) - 1))] = data.draw(st.integers(0, 255))
    with suppress(Refused):
        grids(bytes(whole), "a.xlsx")


# -- CSV


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_encodings_and_separators(encoding, separator):
    text = f"编号{separator}名称\r\nXQ-1{separator}\"甲{separator}乙\"\"\n丙\"\r\n\r\n{separator}丁\r\n"
    (grid,) = grids(text.encode(encoding), "表/小区.CSV")
    assert grid.name == "小区"
    assert [(cell.address, cell.value) for row in grid.rows for cell in row] == [
        ("A1", "编号"), ("B1", "名称"), ("A2", "XQ-1"), ("B2", f'甲{separator}乙"\n丙'), ("B4", "丁"),
    ]  # fmt: skip


@given(st.lists(st.lists(st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=8), min_size=2, max_size=2), min_size=1, max_size=6), st.sampled_from(["utf-8-sig", "gb18030"]))
@settings(max_examples=100, deadline=None)
def test_what_is_written_as_csv_is_read(table, encoding):
    out = StringIO(newline="")
    csv.writer(out, lineterminator="\r\n").writerows([["编号", "名称"], *table])
    (grid,) = grids(out.getvalue().encode(encoding), "a.csv")
    found = {cell.address: cell.value for row in grid.rows for cell in row}
    assert found == {"A1": "编号", "B1": "名称"} | {f"{letters(c)}{r}": text for r, row in enumerate(table, 2) for c, text in enumerate(row, 1) if text}


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "empty_file"),
        (b" \n", "empty_file"),
        ("模,块".encode("gb18030")[:2], "not_utf8"),  # the same bytes are a letter of another script in UTF-8
        (b"\xff\xff,a", "not_utf8"),
        (b"\xff\xfea", "not_utf8"),
        (b'a,b\n"x,2\n', "damaged_table"),
        (b'a,b\n"x"y,2\n', "damaged_table"),
        (b"a\x00,b", "damaged_table"),
        (b"a,b;c\n1,2;3\n", "damaged_table"),
    ],
)
def test_refusals_of_csv(data, code):
    assert refusal(data, "a.csv").code == code


def test_of_two_separators_the_one_that_fits_is_taken():
    (grid,) = grids("名称；说明,编号;户数\n甲,1;5\n乙;2\n".encode(), "a.csv")
    assert [len(row) for row in grid.rows] == [2, 2, 2]


