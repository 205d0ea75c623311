"""Workbooks of the ledger that came back: nothing is taken over that was not filled in, and every doubt is named by its cell."""

from __future__ import annotations

import hashlib
import io
import re
import shutil
import subprocess
import zipfile
from collections.abc import Callable, Iterator
from datetime import date, datetime
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

import openpyxl
import pytest
from click.testing import CliRunner
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from ledgers import act_on, hand

from compliance.cli import cli
from compliance.rectify.ledger import Filter, Ledger, entries, open_ledger
from compliance.rectify.roundtrip import Filled, export, filled
from compliance.rectify.workbook import letters_of, read_workbook
from compliance.schemas.ledger import Entry, LedgerRefused

DAY = date(2024, 4, 1)
SOFFICE = shutil.which("soffice")
needs_office = pytest.mark.skipif(SOFFICE is None, reason="LibreOffice (soffice) is not installed")
HEADS = {
    "number": "编号", "text": "问题描述", "leader": "责任领导\n（填写）", "person": "责任人\n（填写）",
    "measures": "整改措施\n（填写）", "kind": "整改类型\n（填写）", "deadline": "整改时限\n（填写）",
    "progress": "进展\n（填写）", "done": "整改情况（反馈）\n（填写）", "evidence": "佐证材料（反馈）\n（填写）",
    "code": "校验码", "unit": "责任单位",
}  # fmt: skip


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    """Three entries: open, assigned with a deadline that is set, in progress."""
    with open_ledger(str(tmp_path / "ledger.db"), create=True) as made:
        numbers = [made.add(hand(text=f"第{n}处楼道照明不亮", item="B5.1", unit="示例街道办事处"), "张三").number for n in range(3)]
        act_on(made, numbers[1], "assign")
        act_on(made, numbers[2], "assign", "start")
        yield made


def every(ledger: Ledger) -> list[Entry]:
    return entries(ledger, Filter(), DAY)


def exported(ledger: Ledger, lang: str = "zh") -> bytes:
    return export(every(ledger), ledger.mark(), DAY, lang)


def taken(ledger: Ledger, data: bytes, files: dict[str, bytes] | None = None, actor: str = "李四") -> Filled:
    def digest(name: str) -> str | None:
        return hashlib.sha256(files[name]).hexdigest() if files and name in files else None

    return filled(data, "台账.xlsx", ledger.known, ledger.mark(), actor, digest)


class Sheet:
    """An exported workbook being filled in with openpyxl."""

    def __init__(self, data: bytes) -> None:
        self.book = openpyxl.load_workbook(io.BytesIO(data))
        self.sheet: Any = self.book["整改台账"]
        self.columns = {cell.value: cell.column_letter for cell in self.sheet[1]}

    def at(self, key: str, row: int) -> str:
        return f"{self.columns[HEADS[key]]}{row}"

    def put(self, key: str, row: int, value: object) -> str:
        self.sheet[self.at(key, row)] = value
        return f"{self.sheet.title}!{self.at(key, row)}"

    def data(self) -> bytes:
        out = io.BytesIO()
        self.book.save(out)
        return out.getvalue()


def edited(data: bytes, *changes: Callable[[Sheet], object]) -> bytes:
    sheet = Sheet(data)
    for change in changes:
        change(sheet)
    return sheet.data()


def refused(ledger: Ledger, data: bytes, **more: Any) -> dict[str, str]:
    """Where → what is said."""
    before = ledger.head()
    with pytest.raises(LedgerRefused) as caught:
        taken(ledger, data, **more)
    assert ledger.head() == before
    return {problem.where: problem.line() for problem in caught.value.problems}


# -- nothing changed ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_untouched_it_changes_nothing(ledger: Ledger, lang: str) -> None:
    found = taken(ledger, exported(ledger, lang))
    assert found == Filled((), (), ())


def test_saved_by_another_program_it_changes_nothing(ledger: Ledger) -> None:
    assert taken(ledger, edited(exported(ledger))) == Filled((), (), ())


_TEXT = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=60)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.dictionaries(st.sampled_from(["text", "requirement", "measures", "progress"]), _TEXT), st.sampled_from(["zh", "en"]))
def test_whatever_the_ledger_says_export_and_import_change_nothing(tmp_path_factory: Any, told: dict[str, str], lang: str) -> None:
    where = tmp_path_factory.mktemp("any") / "ledger.db"
    with open_ledger(str(where), create=True) as ledger:
        try:
            ledger.add(hand(**told), "张三")
        except LedgerRefused:
            return
        data = exported(ledger, lang)
        assert taken(ledger, data) == Filled((), (), ())
        assert taken(ledger, _saved(data)) == Filled((), (), ())


def _saved(data: bytes) -> bytes:
    book = openpyxl.load_workbook(io.BytesIO(data))
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


@pytest.mark.parametrize("text", ["=1+1", "+cmd", "@x", "-3", "'=1", "_x0041_", "a_x000D_b", "甲\u3000乙", "一\n\n二", "#N/A", " 前后 ", "1", "1.50", "2024-01-01", "TRUE", "\xad", "甲\u200b乙", "\ufeff"])
def test_texts_that_programs_like_to_change(ledger: Ledger, text: str) -> None:
    number = every(ledger)[2].number
    ledger.act([number], "amend", {"progress": text, "measures": text}, "李四")
    data = exported(ledger)
    assert taken(ledger, data) == Filled((), (), ())
    assert taken(ledger, _saved(data)) == Filled((), (), ())


# -- what was filled in ---------------------------------------------------------------------------------------


def test_what_was_filled_in_is_told_by_cell_and_carried_out_as_one(ledger: Ledger) -> None:
    sheet = Sheet(exported(ledger))
    cells = [
        sheet.put("person", 2, "赵六"), sheet.put("deadline", 2, date(2024, 6, 30)),
        sheet.put("kind", 3, "分阶段整改"), sheet.put("progress", 4, "已更换一半"),
    ]  # fmt: skip
    found = taken(ledger, sheet.data())
    assert [change.cell for change in found.changes] == cells
    assert [(c.old, c.new) for c in found.changes][2:] == [("", "分阶段整改"), ("", "已更换一半")]
    assert found.notices == ()
    before = ledger.head()
    ledger.carry_out(found.todo, "李四")
    first, second, third = every(ledger)
    assert (first.person, first.deadline, second.kind, third.progress) == ("赵六", "2024-06-30", "staged", "已更换一半")
    assert int(ledger.head().split(":")[0]) == int(before.split(":")[0]) + 3
    assert {ledger.events(e.number)[-1].actor for e in (first, second, third)} == {"李四"}
    assert taken(ledger, sheet.data()).changes == (), "the same once more: nothing is left to do"


def test_evidence_is_submitted_with_its_hash_and_begins_what_was_not_begun(ledger: Ledger) -> None:
    sheet = Sheet(exported(ledger))
    for row in (3, 4):
        sheet.put("done", row, "已全部更换")
        sheet.put("evidence", row, "更换照片=a.jpg#２\nb.pdf")
    found = taken(ledger, sheet.data(), {"a.jpg": b"a", "b.pdf": b"b"})
    ledger.carry_out(found.todo, "李四")
    _, second, third = every(ledger)
    assert (second.state, third.state) == ("submitted", "submitted")
    assert [event.act for event in ledger.events(second.number)][-2:] == ["start", "submit"]
    assert hashlib.sha256(b"a").hexdigest() in str(third.submission)
    assert '"page":2' in str(third.submission)
    assert taken(ledger, exported(ledger)) == Filled((), (), ())


def test_evidence_without_a_file_without_words_or_before_anything_was_assigned(ledger: Ledger) -> None:
    sheet = Sheet(exported(ledger))
    sheet.put("done", 2, "已更换")
    sheet.put("evidence", 2, "a.jpg")
    alone = sheet.put("evidence", 3, "a.jpg").replace(sheet.at("evidence", 3), sheet.at("done", 3))
    sheet.put("done", 4, "已更换")
    missing = sheet.put("evidence", 4, "照片=../c.jpg\n没有.jpg")
    told = refused(ledger, sheet.data(), files={"a.jpg": b"a"})
    assert "尚未交办" in told[f"整改台账!{sheet.at('done', 2)}"]
    assert "一并填写" in told[alone]
    assert "找不到佐证材料" in told[missing]


def test_a_deadline_that_is_set_is_not_moved_by_a_cell(ledger: Ledger) -> None:
    sheet = Sheet(exported(ledger))
    cell = sheet.put("deadline", 3, date(2025, 1, 1))
    assert "延期" in refused(ledger, sheet.data())[cell]


def test_a_closed_entry_takes_nothing(ledger: Ledger) -> None:
    sheet = Sheet(exported(ledger))
    cell = sheet.put("person", 4, "赵六")
    act_on(ledger, every(ledger)[2].number, "submit", "verify", "close")
    assert "已销号" in refused(ledger, sheet.data())[cell]


def test_what_was_said_cannot_be_emptied_without_a_word(ledger: Ledger) -> None:
    sheet = Sheet(exported(ledger))
    cell = sheet.put("person", 3, None)
    assert "不能清空" in refused(ledger, sheet.data())[cell]


# -- how a day is written -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "written",
    ["2024年3月1日", "2024年03月01号", "2024/3/1", "2024.3.1", "2024-3-1", "20240301", "45352", 45352, "２０２４年３月１日", "２０２４／３／１", " 2024-03-01 ", "2024-03-01 00:00:00", "建议2024-03-01"],
)  # fmt: skip
def test_days_as_people_write_them(ledger: Ledger, written: object) -> None:
    sheet = Sheet(exported(ledger))
    cell = sheet.put("deadline", 2, written)
    sheet.sheet[sheet.at("deadline", 2)].number_format = "General"
    found = taken(ledger, sheet.data())
    assert [(c.cell, c.new) for c in found.changes] == [(cell, "2024-03-01")]
    assert [notice.where for notice in found.notices] == [cell]


@pytest.mark.parametrize("written", ["3月1日", "2024年3月", "2024-13-01", "2023-02-29", "月底前", "1/3/2024", "2024", 2024, 99999, "1999-12-31", "2100-01-01", "=TODAY()", True])
def test_days_that_are_in_doubt(ledger: Ledger, written: object) -> None:
    sheet = Sheet(exported(ledger))
    cell = sheet.put("deadline", 2, written)
    sheet.sheet[sheet.at("deadline", 2)].number_format = "General"
    assert cell in refused(ledger, sheet.data())


def test_days_counted_from_1904(ledger: Ledger) -> None:
    sheet = Sheet(exported(ledger))
    sheet.put("deadline", 2, date(2024, 3, 1))
    data = sheet.data()
    moved = _with_part(data, "xl/workbook.xml", lambda xml: xml.replace("<workbookPr", '<workbookPr date1904="1"', 1))
    sheet_part = _part_of(moved, "整改台账")
    moved = _with_part(moved, sheet_part, lambda xml: re.sub(r"<v>(4\d{4})</v>", lambda m: f"<v>{int(m[1]) - 1462}</v>", xml))
    assert [c.new for c in taken(ledger, moved).changes] == ["2024-03-01"]


# -- what people do to workbooks ------------------------------------------------------------------------------


def test_locked_cells_that_were_changed_are_named_with_what_they_should_say(ledger: Ledger) -> None:
    sheet = Sheet(exported(ledger))
    cells = [sheet.put("text", 2, "没有问题"), sheet.put("unit", 3, "别的单位"), sheet.put("text", 4, None)]
    told = refused(ledger, sheet.data())
    assert list(told) == cells
    assert "应为“第0处楼道照明不亮”，现为“没有问题”" in told[cells[0]]


def test_numbers_and_codes_that_were_changed(ledger: Ledger) -> None:
    sheet = Sheet(exported(ledger))
    one = sheet.put("number", 2, "999901-2023-0999")
    two = sheet.put("code", 3, "1-abc")
    three = sheet.put("number", 4, None)
    told = refused(ledger, sheet.data())
    assert "台账中没有" in told[one]
    assert "校验码" in told[two]
    assert "没有编号" in told[three]


def test_a_code_put_under_another_number(ledger: Ledger) -> None:
    sheet = Sheet(exported(ledger))
    a, b = sheet.sheet[sheet.at("number", 2)].value, sheet.sheet[sheet.at("number", 3)].value
    sheet.put("number", 2, b)
    sheet.put("number", 3, a)
    told = refused(ledger, sheet.data())
    assert len([says for says in told.values() if "校验码" in says]) == 2


def test_rows_twice_are_refused_rows_gone_are_told(ledger: Ledger) -> None:
    twice = Sheet(exported(ledger))
    twice.sheet.append([cell.value for cell in twice.sheet[3]])
    assert refused(ledger, twice.data())["整改台账!A5"].endswith("恢复原样，或重新导出后填写")
    gone = Sheet(exported(ledger))
    gone.put("person", 3, "赵六")
    gone.sheet.delete_rows(2)
    found = taken(ledger, gone.data())
    assert [c.new for c in found.changes] == ["赵六"]
    assert "999901-2023-0001" in found.notices[0].line()


def test_columns_moved_added_removed_and_doubled(ledger: Ledger) -> None:
    sheet = Sheet(exported(ledger))
    sheet.put("person", 2, "赵六")
    sheet.sheet.insert_cols(3)
    sheet.sheet["C1"], sheet.sheet["C2"] = "科室意见", "同意"
    found = taken(ledger, sheet.data())
    assert [c.new for c in found.changes] == ["赵六"]
    assert [notice.where for notice in found.notices] == ["整改台账!C1"]
    removed = Sheet(exported(ledger))
    removed.sheet.delete_cols(10)
    assert "缺少“责任人”一栏" in refused(ledger, removed.data())["整改台账"]
    doubled = Sheet(exported(ledger))
    doubled.sheet.cell(1, 30).value = HEADS["person"]
    assert "表头重复" in refused(ledger, doubled.data())["整改台账!AD1"]


def test_merged_cells(ledger: Ledger) -> None:
    down = Sheet(exported(ledger))
    down.put("person", 2, "赵六")
    down.put("person", 3, None)
    column = down.columns[HEADS["person"]]
    down.sheet.merge_cells(f"{column}2:{column}3")
    found = taken(ledger, down.data())
    assert [(c.cell, c.old, c.new) for c in found.changes] == [
        (f"整改台账!{column}2", "", "赵六"), (f"整改台账!{column}3", "李四", "赵六")
    ]  # fmt: skip
    assert f"整改台账!{column}2:{column}3" in [n.where for n in found.notices]
    across = Sheet(exported(ledger))
    across.sheet.merge_cells("I2:J2")
    across.sheet.merge_cells("D2:D3")
    assert {"整改台账!I2:J2", "整改台账!D2:D3"} <= refused(ledger, across.data()).keys()


def test_renamed_unprotected_hidden_filtered_and_below_a_title(ledger: Ledger) -> None:
    sheet = Sheet(exported(ledger))
    sheet.put("person", 2, "赵六")
    sheet.sheet.title = "街道填报"
    sheet.sheet.protection.sheet = False
    sheet.sheet.row_dimensions[2].hidden = True
    sheet.sheet.auto_filter.add_filter_column(0, ["x"])
    sheet.sheet.insert_rows(1)
    sheet.sheet["A1"] = "示例县整改台账"
    found = taken(ledger, _saved(sheet.data()))
    assert [c.new for c in found.changes] == ["赵六"]
    assert any("已改名" in n.line() for n in found.notices)


def test_hidden_rows_are_read_and_told(ledger: Ledger) -> None:
    sheet = Sheet(exported(ledger))
    sheet.put("person", 2, "赵六")
    sheet.sheet.row_dimensions[2].hidden = True
    found = taken(ledger, sheet.data())
    assert [c.new for c in found.changes] == ["赵六"]
    assert [n.where for n in found.notices] == ["整改台账!2"]


def test_two_ledger_sheets_and_none(ledger: Ledger) -> None:
    two = Sheet(exported(ledger))
    two.book.copy_worksheet(two.sheet)
    assert "2张" in next(iter(refused(ledger, two.data()).values()))
    none = Sheet(exported(ledger))
    none.book.remove(none.sheet)
    assert "不是台账导出的表" in next(iter(refused(ledger, none.data()).values()))


def test_sorted_rows_and_a_sheet_copied_without_its_hidden_neighbour(ledger: Ledger) -> None:
    sheet = Sheet(exported(ledger))
    rows = [[cell.value for cell in row] for row in sheet.sheet.iter_rows(min_row=2)]
    for number, row in enumerate(reversed(rows), 2):
        for column, value in enumerate(row, 1):
            sheet.sheet.cell(number, column).value = value
    sheet.put("person", 4, "赵六")
    del sheet.book["_export"]
    found = taken(ledger, sheet.data())
    assert [c.number for c in found.changes] == ["999901-2023-0001"]
    assert "无法核对有无缺行" in found.notices[0].line()


def test_formulas_errors_and_numbers_in_cells(ledger: Ledger) -> None:
    sheet = Sheet(exported(ledger))
    formula, error = sheet.put("person", 2, "=A1"), sheet.put("person", 4, "#REF!")
    told = refused(ledger, sheet.data())
    assert "公式" in told[formula]
    assert "错误值" in told[error]
    numbers = Sheet(exported(ledger))
    numbers.put("progress", 2, 0.8)
    numbers.sheet[numbers.at("progress", 2)].number_format = "0%"
    numbers.put("progress", 3, 0.1 + 0.2)
    found = taken(ledger, numbers.data())
    assert [c.new for c in found.changes] == ["80%", "0.3"]
    assert len(found.notices) == 2


def test_every_problem_is_told_at_once(ledger: Ledger) -> None:
    sheet = Sheet(exported(ledger))
    wanted = {
        sheet.put("text", 2, "没有问题"), sheet.put("kind", 2, "马上改"), sheet.put("deadline", 2, "月底"),
        sheet.put("person", 3, "长" * 201), sheet.put("deadline", 3, date(2025, 1, 1)), sheet.put("measures", 4, None),
    }  # fmt: skip
    assert refused(ledger, sheet.data()).keys() == wanted


# -- the ledger went on meanwhile -----------------------------------------------------------------------------


def test_a_cell_that_the_ledger_changed_too_is_a_conflict(ledger: Ledger) -> None:
    sheet = Sheet(exported(ledger))
    cell = sheet.put("person", 4, "赵六")
    ledger.act([every(ledger)[2].number], "amend", {"person": "钱七"}, "张三")
    told = refused(ledger, sheet.data())
    assert "钱七" in told[cell]
    assert "赵六" in told[cell]


def test_a_cell_that_nobody_filled_in_does_not_undo_what_the_ledger_says_since(ledger: Ledger) -> None:
    data = exported(ledger)
    ledger.act([every(ledger)[2].number], "amend", {"person": "钱七"}, "张三")
    assert taken(ledger, data) == Filled((), (), ())
    sheet = Sheet(data)
    sheet.put("progress", 4, "已更换一半")
    found = taken(ledger, sheet.data())
    assert [c.new for c in found.changes] == ["已更换一半"]
    assert "又有变动" in found.notices[0].line()
    ledger.carry_out(found.todo, "李四")
    assert every(ledger)[2].person == "钱七"


def test_both_wrote_the_same(ledger: Ledger) -> None:
    sheet = Sheet(exported(ledger))
    sheet.put("person", 4, "钱七")
    ledger.act([every(ledger)[2].number], "amend", {"person": "钱七"}, "张三")
    assert taken(ledger, sheet.data()).todo == ()


def test_between_showing_and_carrying_out_another_may_write(ledger: Ledger) -> None:
    sheet = Sheet(exported(ledger))
    sheet.put("person", 2, "赵六")
    sheet.put("person", 4, "赵六")
    found = taken(ledger, sheet.data())
    ledger.act([every(ledger)[2].number], "note", {"text": "已电话提醒"}, "张三")
    before = ledger.head()
    with pytest.raises(LedgerRefused):
        ledger.carry_out(found.todo, "李四")
    assert ledger.head() == before


def test_a_workbook_of_another_ledger(ledger: Ledger, tmp_path: Path) -> None:
    with open_ledger(str(tmp_path / "other.db"), create=True) as other:
        for n in range(3):
            other.add(hand(text=f"第{n}处楼道照明不亮", item="B5.1", unit="示例街道办事处"), "张三")
        assert all("另一台账" in says for says in refused(other, exported(ledger)).values())


# -- other writers --------------------------------------------------------------------------------------------


def _with_part(data: bytes, part: str, change: Callable[[str], str]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as source, zipfile.ZipFile(out, "w") as target:
        for name in source.namelist():
            content = source.read(name)
            target.writestr(name, change(content.decode()).encode() if name == part else content)
    return out.getvalue()


def _part_of(data: bytes, title: str) -> str:
    names = openpyxl.load_workbook(io.BytesIO(data)).sheetnames
    return f"xl/worksheets/sheet{names.index(title) + 1}.xml"


def wps(data: bytes, *, strings: str = "shared", refs: bool = True, slash: str = "/", absolute: bool = True, strict: bool = False) -> bytes:
    """The same sheets as another office program writes them: other parts, names, styles and strings."""
    book = openpyxl.load_workbook(io.BytesIO(data))
    main = "http://purl.oclc.org/ooxml/spreadsheetml/main" if strict else "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    rel = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    shared: list[str] = []
    parts = {}
    for n, sheet in enumerate(book, 1):
        rows = []
        for row in sheet.iter_rows():
            cells = []
            for cell in row:
                at = f' r="{cell.coordinate}"' if refs else ""
                if cell.value is None:
                    cells.append(f'<c{at} s="1"/>')
                elif isinstance(cell.value, datetime):
                    cells.append(f'<c{at} s="2"><v>{(cell.value.date() - date(1899, 12, 30)).days}</v></c>')
                elif strings == "inline":
                    cells.append(f'<c{at} t="inlineStr" s="1"><is><t xml:space="preserve">{escape(str(cell.value))}</t></is></c>')
                elif strings == "str":
                    cells.append(f'<c{at} t="str" s="1"><v>{escape(str(cell.value))}</v></c>')
                else:
                    shared.append(str(cell.value))
                    cells.append(f'<c{at} t="s" s="1"><v> {len(shared) - 1} </v></c>')
            rows.append(f"<row{f' r={chr(34)}{row[0].row}{chr(34)}' if refs else ''}>{''.join(cells)}</row>")
        body = f'<dimension ref="A1"/><sheetData>{"".join(rows)}</sheetData><mysteryExt xmlns="urn:wps"/>'
        parts[f"xl/worksheets/Sheet{n}.xml"] = f'<worksheet xmlns="{main}">{body}</worksheet>'
    target = "/xl/" if absolute else ""
    sheets = "".join(f'<sheet name="{escape(s.title)}" sheetId="{n + 7}" r:id="rId{n}"/>' for n, s in enumerate(book, 1))
    relations = "".join(
        f'<Relationship Id="rId{n}" Type="{rel}/worksheet" Target="{target}worksheets{slash}Sheet{n}.xml"/>' for n, _ in enumerate(book, 1)
    )
    relations += f'<Relationship Id="rIdS" Type="{rel}/sharedStrings" Target="{target}strings.xml"/><Relationship Id="rIdT" Type="{rel}/styles" Target="{target}looks.xml"/>'
    # A text in two runs with a mark how to pronounce it, counts that are wrong, an empty string, a style nobody knows.
    items = "".join(
        f'<si><r><rPr><b/></rPr><t xml:space="preserve">{escape(t[:1])}</t></r><r><t xml:space="preserve">{escape(t[1:])}</t></r><rPh sb="0" eb="1"><t>pīn</t></rPh></si>'
        for t in shared
    )
    parts |= {
        "_rels/.rels": f'<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r1" Type="{rel}/officeDocument" Target="{target}workbook.xml"/></Relationships>'.replace('Target="workbook', 'Target="xl/workbook'),
        "xl/workbook.xml": f'<workbook xmlns="{main}" xmlns:r="{rel}"><fileVersion appName="WPS 表格"/><sheets>{sheets}</sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">{relations}</Relationships>',
        "xl/strings.xml": f'<sst xmlns="{main}" count="3" uniqueCount="1">{items}<si/></sst>',
        "xl/looks.xml": f'<styleSheet xmlns="{main}"><numFmts><numFmt numFmtId="177" formatCode="yyyy&quot;年&quot;m&quot;月&quot;d&quot;日&quot;;@"/></numFmts><fonts><font><sz val=""/><charset val="abc"/></font></fonts><fills><fill><gradientFill type="strange"/></fill></fills><cellXfs><xf/><xf numFmtId="49" fontId="99"/><xf numFmtId="177"/></cellXfs><dxfs count="x"/></styleSheet>',
    }
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, xml in parts.items():
            archive.writestr(name.replace("/", slash), f'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\r\n{xml}')
    return out.getvalue()


@pytest.mark.parametrize(
    "how",
    [{}, {"strings": "inline"}, {"strings": "str"}, {"refs": False}, {"slash": "\\"}, {"absolute": False}, {"strict": True}],
)
def test_written_by_other_programs(ledger: Ledger, how: dict[str, Any]) -> None:
    assert taken(ledger, wps(exported(ledger), **how)) == Filled((), (), ())
    sheet = Sheet(exported(ledger))
    sheet.put("person", 2, "赵六")
    sheet.put("deadline", 2, date(2024, 6, 30))
    found = taken(ledger, wps(sheet.data(), **how))
    assert [c.new for c in found.changes] == ["赵六", "2024-06-30"]


def test_the_writer_of_these_files_is_one_that_a_strict_reader_stumbles_over(ledger: Ledger) -> None:
    with pytest.raises(Exception):  # noqa: B017, PT011
        openpyxl.load_workbook(io.BytesIO(wps(exported(ledger))))


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "空的"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "xls"),
        ("编号,状态\n999901-2023-0001,待整改\n".encode("gbk"), "csv"),
        (b"<html><table><tr><td>1</td></tr></table></html>", "网页"),
        (b"%PDF-1.7", "PDF"),
        (b"PK\x03\x04 cut off", "损坏"),
    ],
)
def test_files_that_are_no_workbook_say_what_they_are(ledger: Ledger, data: bytes, said: str) -> None:
    assert said in refused(ledger, data)["台账.xlsx"]


def _zip(**parts: str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name.replace("__", "/"), content)
    return out.getvalue()


def test_archives_that_are_no_workbook_or_bear_harm(ledger: Ledger) -> None:
    assert "Word" in refused(ledger, _zip(**{"word__document.xml": "<a/>"}))["台账.xlsx"]
    assert "ods" in refused(ledger, _zip(**{"content.xml": "<a/>"}))["台账.xlsx"]
    assert "xlsb" in refused(ledger, _zip(**{"xl__workbook.bin": ""}))["台账.xlsx"]
    assert "压缩包" in refused(ledger, _zip(**{"readme.txt": ""}))["台账.xlsx"]
    bomb = '<!DOCTYPE a [<!ENTITY b "bbbb">]><a>&b;</a>'
    assert "声明" in refused(ledger, _with_part(exported(ledger), "xl/workbook.xml", lambda _: bomb))["台账.xlsx"]
    assert "过大" in refused(ledger, _zip(**{"xl__workbook.xml": " " * (257 * 1024 * 1024)}))["台账.xlsx"]


def test_bytes_that_were_damaged_are_refused_and_never_crash(ledger: Ledger) -> None:
    data = exported(ledger)
    for position in range(0, len(data), 97):
        spoilt = data[:position] + bytes([data[position] ^ 0xFF]) + data[position + 1 :]
        try:
            found = taken(ledger, spoilt)
        except LedgerRefused:
            continue
        assert found.todo == ()


# -- locked, hidden, printed ----------------------------------------------------------------------------------


def test_only_what_is_to_be_filled_in_is_unlocked(ledger: Ledger) -> None:
    sheet = Sheet(exported(ledger))
    assert sheet.sheet.protection.sheet
    assert sheet.sheet.protection.password is None
    open_ones = {c.value for c in sheet.sheet[1] if not sheet.sheet.cell(2, c.column).protection.locked}
    assert open_ones == {head for head in sheet.columns if "（填写）" in head}
    assert sheet.sheet.column_dimensions[sheet.columns["校验码"]].hidden
    assert sheet.book["_export"].sheet_state == "veryHidden"


def converted(data: bytes, folder: Path, to: str) -> Path:
    (folder / "book.xlsx").write_bytes(data)
    subprocess.run(
        [str(SOFFICE), f"-env:UserInstallation=file://{folder}/profile", "--headless", "--convert-to", to, "--outdir", str(folder / "out"), str(folder / "book.xlsx")],
        check=True, capture_output=True, timeout=180,
    )  # fmt: skip
    return folder / "out" / f"book.{to}"


@needs_office
def test_libreoffice_saves_it_and_nothing_has_changed(ledger: Ledger, tmp_path: Path) -> None:
    ledger.act([every(ledger)[2].number], "amend", {"progress": "=1+1\n第二行  两个空格", "measures": "_x0041_"}, "李四")
    assert taken(ledger, converted(exported(ledger), tmp_path, "xlsx").read_bytes()) == Filled((), (), ())


@needs_office
def test_libreoffice_saves_what_was_filled_in(ledger: Ledger, tmp_path: Path) -> None:
    sheet = Sheet(exported(ledger))
    sheet.put("person", 2, "赵六")
    sheet.put("deadline", 2, date(2024, 6, 30))
    found = taken(ledger, converted(sheet.data(), tmp_path, "xlsx").read_bytes())
    assert [c.new for c in found.changes] == ["赵六", "2024-06-30"]


@needs_office
def test_an_old_workbook_written_by_libreoffice_under_a_new_name(ledger: Ledger, tmp_path: Path) -> None:
    assert "xls" in refused(ledger, converted(exported(ledger), tmp_path, "xls").read_bytes())["台账.xlsx"]


# -- the command line -----------------------------------------------------------------------------------------


def run(*arguments: str, answer: str | None = None) -> Any:
    return CliRunner().invoke(cli, ["ledger", *arguments], input=answer, catch_exceptions=False)


@pytest.fixture
def files(ledger: Ledger, tmp_path: Path) -> tuple[Ledger, str, Path]:
    return ledger, str(tmp_path / "ledger.db"), tmp_path / "台账.xlsx"


def test_export_fill_in_import(files: tuple[Ledger, str, Path]) -> None:
    ledger, db, path = files
    assert run("export", str(path), "--db", db, "--unit", "示例街道办事处").exit_code == 0
    assert run("import", str(path), "--db", db, "--actor", "李四").output.count("没有改动") == 1
    sheet = Sheet(path.read_bytes())
    cell = sheet.put("person", 2, "赵六")
    path.write_bytes(sheet.data())
    no = run("import", str(path), "--db", db, "--actor", "李四", answer="n\n")
    assert no.exit_code == 1
    assert cell in no.output
    assert re.search("（空） → 赵六", no.output)
    assert every(ledger)[0].person is None
    silent = run("import", str(path), "--db", db, "--actor", "李四")
    assert silent.exit_code == 1, "nobody is there to be asked"
    assert run("import", str(path), "--db", db, "--actor", "李四", "--yes").exit_code == 0
    assert every(ledger)[0].person == "赵六"


def test_export_takes_the_filters_and_leaves_out_what_is_closed(files: tuple[Ledger, str, Path]) -> None:
    ledger, db, path = files
    act_on(ledger, every(ledger)[2].number, "submit", "verify", "close")
    run("export", str(path), "--db", db)
    assert Sheet(path.read_bytes()).sheet.max_row == 3
    run("export", str(path), "--db", db, "--state", "closed")
    assert Sheet(path.read_bytes()).sheet.max_row == 2
    run("export", str(path), "--db", db, "--unit", "没有的单位")
    assert Sheet(path.read_bytes()).sheet.max_row == 1
    assert taken(ledger, path.read_bytes()) == Filled((), (), ())


def test_evidence_is_looked_for_beside_the_workbook_and_nowhere_else(files: tuple[Ledger, str, Path]) -> None:
    ledger, db, path = files
    run("export", str(path), "--db", db)
    sheet = Sheet(path.read_bytes())
    sheet.put("done", 4, "已更换")
    sheet.put("evidence", 4, "照片=../outside.jpg")
    path.write_bytes(sheet.data())
    (path.parent.parent / "outside.jpg").write_bytes(b"x")
    assert run("import", str(path), "--db", db, "--actor", "李四", "--yes").exit_code == 3
    sheet.put("evidence", 4, "照片=a.jpg")
    path.write_bytes(sheet.data())
    (path.parent / "a.jpg").write_bytes(b"a")
    assert run("import", str(path), "--db", db, "--actor", "李四", "--yes").exit_code == 0
    assert every(ledger)[2].state == "submitted"


def test_refused_on_the_command_line_with_every_cell(files: tuple[Ledger, str, Path]) -> None:
    _, db, path = files
    run("export", str(path), "--db", db)
    sheet = Sheet(path.read_bytes())
    cells = [sheet.put("text", 2, "没有问题"), sheet.put("deadline", 2, "月底")]
    path.write_bytes(sheet.data())
    result = run("import", str(path), "--db", db, "--actor", "李四", "--yes")
    assert result.exit_code == 3
    assert all(cell in result.output for cell in cells)


def test_letters() -> None:
    assert [letters_of(n) for n in (1, 26, 27, 52, 703)] == ["A", "Z", "AA", "AZ", "AAA"]


def test_reads_sheets_with_gaps() -> None:
    book = openpyxl.Workbook()
    book.active["C5"] = "甲"
    out = io.BytesIO()
    book.save(out)
    (sheet,) = read_workbook(out.getvalue(), "x")
    assert sheet.cells[5][3].name == "C5"
