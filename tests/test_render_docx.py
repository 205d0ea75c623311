"""The report and the on-site sheet in Word: what the report says, laid out as prescribed, from any fit template."""

from __future__ import annotations

import json
import re
import zipfile
from dataclasses import replace
from io import BytesIO
from pathlib import Path

import pytest
from click.testing import CliRunner
from docx import Document
from docx.enum.section import WD_ORIENT
from docx.oxml.ns import qn
from docx.shared import Mm, Pt
from office import changed, opened, pdf_text, texts
from places import FIXTURES, PROFILE
from rectifying import county

from compliance.cli import cli
from compliance.rectify.lists import lists_of
from compliance.rectify.reading import read_report
from compliance.render import render
from compliance.render.as_docx import attachments, spoken_day
from compliance.render.blocks import Fill, Para, Table, plain_text
from compliance.render.gongwen import PLACE, STYLES, TemplateRefused, default_template, refuse_unfit, write
from compliance.render.plain import visible
from compliance.render.words import say, word
from compliance.road import check
from compliance.schemas.report import AttachmentFound, Report
from tests.sample_report import HOSTILE, empty, large, sample

BLOCKS = [Para("title", "标题"), Para("h1", "甲"), Para("h2", "乙"), Para("h3", "丙"), Para("body", "丁")]


def made(template: bytes | None = None, lang: str = "zh") -> bytes:
    return write(BLOCKS, title="标题", day="2024-03-31", lang=lang, template=template)


# -- the page -------------------------------------------------------------------------------------------------


def test_the_page_is_that_of_the_standard() -> None:
    section = opened(made()).sections[0]
    assert abs(section.page_width - Mm(210)) < Mm(0.2)
    assert abs(section.page_height - Mm(297)) < Mm(0.2)
    assert abs(section.top_margin - Mm(37)) < Mm(0.2)
    assert abs(section.left_margin - Mm(28)) < Mm(0.2)
    text = section.page_width - section.left_margin - section.right_margin
    assert abs(text - Mm(156)) < Mm(0.3)
    assert abs(section.page_height - section.top_margin - section.bottom_margin - Mm(225)) < Mm(0.3)
    body = opened(made()).styles["公文正文"]
    assert body.font.size == Pt(16)
    assert 22 <= Mm(225) // body.paragraph_format.line_spacing < 23
    closer = int(body.element.rPr.find(qn("w:spacing")).get(qn("w:val")))
    assert 28 <= text // (Pt(16) + Pt(1) * closer // 20) < 29


@pytest.mark.parametrize(
    ("style", "font", "points"),
    [
        ("公文标题", "方正小标宋简体", 22),
        ("公文正文", "仿宋_GB2312", 16),
        ("公文一级标题", "黑体", 16),
        ("公文二级标题", "楷体_GB2312", 16),
        ("公文三级标题", "仿宋_GB2312", 16),
        ("公文附件标识", "黑体", 16),
    ],
)
def test_fonts_are_named(style: str, font: str, points: int) -> None:
    found = opened(made()).styles[style]
    assert found.element.rPr.rFonts.get(qn("w:eastAsia")) == font
    assert found.element.rPr.rFonts.get(qn("w:ascii")) == "Times New Roman"
    assert found.font.size == Pt(points)


def test_every_font_has_one_to_fall_back_on() -> None:
    table = zipfile.ZipFile(BytesIO(made())).read("word/fontTable.xml").decode()
    for font, other in (("方正小标宋简体", "宋体"), ("仿宋_GB2312", "仿宋"), ("楷体_GB2312", "楷体")):
        assert f'<w:font w:name="{font}"><w:altName w:val="{other}"/>' in table


def test_headings_are_numbered_by_their_styles() -> None:
    document = opened(made())
    assert [p.text for p in document.paragraphs][:5] == ["标题", "甲", "乙", "丙", "丁"]
    formats = {level.get(qn("w:val")) for level in document.part.numbering_part.element.iter(qn("w:lvlText"))}
    assert formats == {"%1、", "（%2）", "%3. ", "（%4）"}
    for level, name in enumerate(("公文一级标题", "公文二级标题", "公文三级标题", "公文四级标题")):
        assert document.styles[name].element.pPr.numPr.ilvl.val == level


def test_pages_are_numbered_at_the_outer_side() -> None:
    section = opened(made()).sections[0]
    assert opened(made()).settings.odd_and_even_pages_header_footer
    assert section.footer.paragraphs[0].text == "— 1 —"
    assert section.even_page_footer.paragraphs[0].text == "— 1 —"
    sides = [f.paragraphs[0].paragraph_format.alignment for f in (section.footer, section.even_page_footer)]
    assert [int(s) for s in sides] == [2, 0]


def test_the_same_parts_give_the_same_bytes() -> None:
    assert made() == made()
    with zipfile.ZipFile(BytesIO(made())) as package:
        assert {info.date_time for info in package.infolist()} == {(1980, 1, 1, 0, 0, 0)}
    properties = opened(made()).core_properties
    assert (properties.title, str(properties.created.date()), properties.author) == ("标题", "2024-03-31", "")


def test_a_table_repeats_its_head_and_fills_the_width() -> None:
    table = Table(("甲", "乙"), [("1", "一"), ("2", ("二", Fill("待填")))], (1, 3))
    document = opened(write([table], title="", day="2024-03-31"))
    (found,) = document.tables
    assert found.rows[0]._tr.trPr.find(qn("w:tblHeader")) is not None
    assert [[c.text for c in r.cells] for r in found.rows] == [["甲", "乙"], ["1", "一"], ["2", "二待填"]]
    assert abs(sum(c.width for c in found.rows[1].cells) - Mm(156)) < Mm(0.5)
    marked = [r for p in found.rows[2].cells[1].paragraphs for r in p.runs if r.style.name == "公文待填"]
    assert [r.text for r in marked] == ["待填"]


# -- templates ------------------------------------------------------------------------------------------------


def test_a_document_made_here_is_a_template() -> None:
    again = made(made())
    assert texts(again) == texts(made())
    assert [s.name for s in opened(again).styles] == [s.name for s in opened(made()).styles]


def test_a_template_keeps_its_styles_and_what_stands_around_the_place() -> None:
    document = Document(BytesIO(default_template()))
    document.styles["公文正文"].font.size = Pt(15)
    for text in ("示例省住房和城乡建设厅文件", PLACE, "抄送：示例市人民政府"):
        document.add_paragraph(text)
    out = BytesIO()
    document.save(out)
    got = made(out.getvalue())
    assert [t for t in texts(got) if t] == ["示例省住房和城乡建设厅文件", "标题", "甲", "乙", "丙", "丁", "抄送：示例市人民政府"]
    assert opened(got).styles["公文正文"].font.size == Pt(15)


@pytest.mark.parametrize("name", sorted(STYLES.values()))
def test_a_template_without_a_style_is_refused_by_its_name(name: str) -> None:
    bad = changed(default_template(), "word/styles.xml", f'<w:name w:val="{name}"/>', '<w:name w:val="别的"/>')
    with pytest.raises(TemplateRefused, match=name):
        refuse_unfit(bad)
    others = set(STYLES.values()) - {name}
    with pytest.raises(TemplateRefused) as refused:
        made(bad)
    assert not [other for other in others if other in refused.value.zh]


def test_what_is_no_document_is_refused() -> None:
    empty_zip = BytesIO()
    zipfile.ZipFile(empty_zip, "w").close()
    for data in (b"", b"PK\x03\x04", b"%PDF-1.7", empty_zip.getvalue(), render(empty(), "json")):
        with pytest.raises(TemplateRefused):
            refuse_unfit(data)


def test_a_template_that_unpacks_to_too_much_is_refused() -> None:
    out = BytesIO(default_template())
    with zipfile.ZipFile(out, "a", zipfile.ZIP_DEFLATED) as package:
        package.writestr("word/media/image1.bin", bytes(60_000_000))
    with pytest.raises(TemplateRefused, match="过大"):
        refuse_unfit(out.getvalue())


# -- the report -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("report", [sample(), empty()], ids=["sample", "empty"])
def test_the_annex_has_every_finding_as_the_json_has_it(report: Report, lang: str) -> None:
    told = json.loads(render(report, "json"))
    document = opened(render(report, "docx", lang))
    annex = next(t for t in document.tables if t.rows[0].cells[-1].text in ("责任单位", "Responsible"))
    rows = [[c.text for c in row.cells] for row in annex.rows][1:]
    assert len(rows) == len(told["findings"])
    for number, (row, finding) in enumerate(zip(rows, told["findings"], strict=True), 1):
        assert row[:3] == [str(number), finding["item"], visible(finding["subject"]["name"][lang])]
        assert row[3].startswith(say(word("outcome", finding["outcome"]), lang))
        assert visible(finding["sentence"][lang]).endswith(row[4])
        assert row[6] == visible(finding["responsible_unit"] or "")


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_text_has_the_verdict_the_figures_and_every_failing_item(lang: str) -> None:
    report = sample()
    got = "\n".join(texts(render(report, "docx", lang)))
    assert say(report.verdict.sentence, lang) in got
    for item in report.items:
        if item.outcome in ("fail", "unknown"):
            assert f"{item.item} {say(item.title, lang)}" in got
    first = next(f for f in report.findings if f.item == "B7.1" and f.outcome == "fail")
    assert say(first.sentence, lang).rstrip("。.") in got
    assert "云岭县住房和城乡建设局" in got
    assert say(report.faults[0].message, lang) in got
    assert "A-03" in got
    assert "：：" not in got
    assert "。。" not in got


def test_nothing_of_the_dossier_is_read_as_markup() -> None:
    data = render(sample(), "docx")
    assert visible(HOSTILE) in "\n".join(texts(data))
    for name in ("word/document.xml", "docProps/core.xml"):
        assert b"<script" not in zipfile.ZipFile(BytesIO(data)).read(name)


def test_sections_without_content_say_so() -> None:
    got = texts(render(empty(), "docx"))
    for head in ("发现的问题", "需要补充的材料", "需要研判的事项", "提升建议"):
        assert got[got.index(head) + 1] in ("未发现。", "无。")


def test_numbers_and_limits_come_from_the_lists() -> None:
    lists = lists_of([read_report(county("shili-county", "feed"), "report.json")])
    numbers = [a.number for s in lists.supply for e in s.entries for a in e.affected]
    report = check(FIXTURES / "shili-county", profile=PROFILE, mode="feed", as_of="2024-03-31", ways=False)
    data = render(report, "docx", lists=lists)
    annex = next(t for t in opened(data).tables if t.rows[0].cells[1].text == "问题编号")
    found = {cell.text for cell in annex.columns[1].cells}
    assert set(numbers) <= found


def test_the_annexes_lie_on_their_side() -> None:
    sections = opened(render(sample(), "docx")).sections
    assert [s.orientation for s in sections] == [WD_ORIENT.PORTRAIT, WD_ORIENT.LANDSCAPE, WD_ORIENT.PORTRAIT]
    assert sections[1].page_width > sections[1].page_height


def test_a_report_of_many_findings_has_all_of_them() -> None:
    data = render(large(2_000), "docx")
    with zipfile.ZipFile(BytesIO(data)) as package:
        assert package.read("word/document.xml").count(b"<w:tr>") > 2_000


def test_pages_of_attachments_are_told_together() -> None:
    found = [AttachmentFound("A-1", "x", "《审计报告》", page, None, "present", "/a") for page in (1, 2, 3, 7)]
    (told,) = attachments(found)
    assert told.zh == "附件A-1《审计报告》第1—3、7页"
    (absent,) = attachments([replace(found[0], state="absent", page=None)])
    assert absent.zh == "附件A-1《审计报告》（未找到文件）"


def test_days_are_told_in_arabic_figures_without_zeros() -> None:
    assert spoken_day("2021-12-04") == "2021年12月4日"


# -- the on-site sheet ----------------------------------------------------------------------------------------


def test_the_sheet_asks_all_that_a_visit_can_settle_and_nothing_else() -> None:
    report = sample()
    document = opened(render(report, "onsite"))
    tables = [t for t in document.tables if t.rows[0].cells[-1].text == "照片号"]
    asked = [row.cells[1].text.split("\n")[0] for t in tables for row in t.rows[1:]]
    owed = [f.item for f in report.findings if f.outcome == "unknown" and f.reason != "missing_parameter"]
    assert sorted(asked) == sorted(owed)
    unset = sum(f.reason == "missing_parameter" for f in report.findings)
    assert f"另有{unset}项" in "\n".join(texts(render(report, "onsite")))
    for table in tables:
        for row in table.rows[1:]:
            assert row.cells[4].text == "□合格 □不合格\n□不适用 □待核"
            assert row.cells[3].text.startswith("■查资料")
            assert row.cells[5].text == row.cells[6].text == ""


def test_every_stop_is_signed_by_both_sides_and_two_inspectors() -> None:
    document = opened(render(sample(), "onsite"))
    stops = sum(t.rows[0].cells[-1].text == "照片号" for t in document.tables)
    signed = [t for t in document.tables if "被检查单位（签字）" in [c.text for c in t.rows[0].cells]]
    assert len(signed) == stops
    assert all([c.text for c in t.rows[0].cells].count("检查人（签字）") == 2 for t in signed)
    assert all(s.orientation == WD_ORIENT.LANDSCAPE for s in document.sections)


def test_a_report_without_open_questions_has_an_empty_sheet() -> None:
    assert "没有需要现场核实的事项。" in texts(render(empty(), "onsite"))


# -- both -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["docx", "onsite"])
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_same_report_gives_the_same_bytes(name: str, lang: str) -> None:
    assert render(sample(), name, lang) == render(sample(), name, lang)


@pytest.mark.parametrize("name", ["docx", "onsite"])
def test_an_office_program_opens_it_and_shows_the_text(name: str) -> None:
    text = pdf_text(render(sample(), name))
    assert re.search(r"— ?1 ?—", text)
    assert ("检查结论" if name == "docx" else "现场检查表") in text


def test_plain_text_numbers_as_the_styles_do() -> None:
    text = plain_text([*BLOCKS, Para("h2", "戊"), Para("h1", "己"), Para("h2", "庚")]).decode().splitlines()
    assert [t for t in text if t] == ["标题", "一、甲", "（一）乙", "1. 丙", "丁", "（二）戊", "二、己", "（一）庚"]


# -- the command ----------------------------------------------------------------------------------------------


def test_check_writes_by_a_template_and_refuses_an_unfit_one_before_it_checks(tmp_path: Path) -> None:
    fit, bad = tmp_path / "fit.docx", tmp_path / "bad.docx"
    document = Document(BytesIO(default_template()))
    document.sections[0].left_margin = Mm(30)
    document.save(str(fit))
    bad.write_bytes(changed(default_template(), "word/styles.xml", '<w:name w:val="公文标题"/>', '<w:name w:val="x"/>'))
    dossier = str(FIXTURES / "cities" / "zaozhuang" / "dossier.json")
    out = tmp_path / "out.docx"
    run = CliRunner().invoke(cli, ["check", dossier, "--report", f"docx:{out}", "--template", str(fit), "--no-ways"])
    assert run.exit_code in (0, 1), run.output
    assert abs(opened(out.read_bytes()).sections[0].left_margin - Mm(30)) < Mm(0.2)
    out.unlink()
    run = CliRunner().invoke(cli, ["check", dossier, "--report", f"docx:{out}", "--template", str(bad)])
    assert (run.exit_code, out.exists()) == (2, False)
    assert "公文标题" in run.output
