"""Notices: one for each unit or area; what is unknown is in none that speaks of rectifying."""

from __future__ import annotations

import copy
import zipfile
from datetime import date
from io import BytesIO
from pathlib import Path

import pytest
from click.testing import CliRunner
from docx import Document
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from office import changed, opened, pdf_text, texts
from rectifying import as_read, base, county, finding, put, report_of, written

from compliance.cli import cli
from compliance.rectify.lists import Terms, lists_of
from compliance.rectify.reading import read_report
from compliance.render.gongwen import default_template
from compliance.render.notice import TOLD, Notice, as_docx, as_text, notices
from compliance.render.plain import visible
from compliance.schemas.rectify import By, Lists

ONE, TWO = "B7.1/community/c0001", "B7.1/community/c0002"


def lists(by: By = "unit", seed: int = 3, *, grouped: bool = True) -> Lists:
    return lists_of([read_report(report_of(seed), "report.json")], by=by, grouped=grouped)


def annex(data: bytes) -> list[list[str]]:
    table = opened(data).tables[-1]
    return [[cell.text for cell in row.cells] for row in table.rows]


@pytest.mark.parametrize("by", ["unit", "area"])
@pytest.mark.parametrize("grouped", [True, False])
def test_every_entry_is_in_exactly_one_notice(by: By, grouped: bool) -> None:
    made = lists(by, grouped=grouped)
    for kind in ("rectify", "supply"):
        told = [row for n in notices(made, (kind,)) for row in annex(as_docx(n))[1:] if row[0].isdecimal()]  # type: ignore[arg-type]
        owed = [e for section in getattr(made, kind) for e in section.entries]
        assert sorted(row[1].split("\n")[0] for row in told) == sorted(visible(e.number) for e in owed)


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(seed=st.integers(1, 40), mode=st.sampled_from(["feed", "strict"]))
def test_nothing_unknown_is_in_a_notice_to_rectify(seed: int, mode: str) -> None:
    made = lists_of([read_report(report_of(seed, mode=mode), "report.json")], by="unit")
    open_ones = {a.number for s in (*made.supply, *made.review) for e in s.entries for a in e.affected}
    failing = {a.number for s in made.rectify for e in s.entries for a in e.affected}
    assert not open_ones & failing
    for notice in notices(made):
        told = {a.number for e in notice.section.entries for a in e.affected}
        assert told <= (failing if notice.kind == "rectify" else open_ones)
        text = as_text(notice).decode()
        assert ("整改通知" in text) is (notice.kind == "rectify")
        if notice.kind == "supply":
            assert "不是整改问题" in "".join(text.split())


def test_text_and_word_say_the_same() -> None:
    for notice in notices(lists()):
        words = "".join(texts(as_docx(notice))).replace(" ", "")
        plain = "".join(as_text(notice, width=80).decode().split())
        for part in texts(as_docx(notice)):
            held = part.replace("××××", "［××××］").replace("\n", "")
            if held and "×" not in held and "发文机关" not in held and "联系人" not in held and "30日内" not in held:
                assert "".join(held.split()) in plain
        assert "〔" in words


def test_the_parts_of_a_notice_stand_in_their_order() -> None:
    (notice, *_) = notices(lists(), ("rectify",))
    got = texts(as_docx(notice))
    order = ["××〔××××〕×号", "检查时间和依据", "存在的问题", "整改要求和时限", "报送要求", "附件：整改清单",
             "发文机关全称（盖章）", "××××年×月×日", "附件", "整改清单"]  # fmt: skip
    places = [got.index(part) for part in order]
    assert places == sorted(places)
    assert got[1].replace("\n", "").startswith("关于")
    assert got[1].endswith("整改通知")
    assert got[2] == f"{notice.to}："


def test_limits_are_marked_as_suggestions() -> None:
    for notice in notices(lists()):
        text = "".join(as_text(notice).decode().split())
        for entry in notice.section.entries:
            assert entry.term is None or f"建议自收到通知之日起{entry.term.days}" in text


def test_a_day_to_count_from_gives_days() -> None:
    made = lists_of([read_report(report_of(3), "r.json")], by="unit", terms=Terms(counted_from=date(2024, 4, 1)))
    notice = next(notices(made, ("rectify",)))
    assert notice.section.entries[0].term is not None
    assert str(notice.section.entries[0].term.due) in as_text(notice).decode()


def test_a_failing_without_a_unit_leaves_the_addressee_open() -> None:
    report = put(base(), ONE, "fail", responsible_unit=None)
    (notice,) = notices(lists_of([as_read(report)], by="unit"), ("rectify",))
    assert notice.to == ""
    assert texts(as_docx(notice))[2] == "责任单位："
    assert "［责任单位］：" in as_text(notice).decode()


def test_a_unit_with_failings_and_open_questions_gets_two_documents() -> None:
    report = put(put(base(), ONE, "fail", responsible_unit="某街道"), TWO, "unknown", responsible_unit="某街道")
    made = list(notices(lists_of([as_read(report)], by="unit")))
    assert [(n.kind, n.to) for n in made] == [("rectify", "某街道"), ("supply", "某街道")]
    assert [len(n.section.entries[0].affected) for n in made] == [1, 1]


def test_a_long_list_is_told_in_the_annex_and_says_so() -> None:
    report = base()
    for one in [f["id"] for f in report["findings"] if f["subject"]["kind"] == "community"][: TOLD + 4]:
        put(report, one, "fail", responsible_unit="某街道")
    (notice,) = notices(lists_of([as_read(report)], by="unit", grouped=False), ("rectify",))
    assert len(notice.section.entries) == TOLD + 4
    assert "另有4条，见附件" in as_text(notice).decode()
    assert [row[0] for row in annex(as_docx(notice))[1:]] == [str(n) for n in range(1, TOLD + 5)]
    (short,) = notices(lists_of([as_read(put(base(), ONE, "fail"))], by="unit"), ("rectify",))
    assert "见附件" not in as_text(short).decode().replace("对照附件", "")


def test_a_group_of_many_names_every_one_of_them() -> None:
    report = base()
    one = finding(report, ONE)
    for number in range(95):
        more = copy.deepcopy(one)
        more["subject"] |= {"id": f"x{number:03}", "name": {"zh": f"第{number:03}小区", "en": f"No. {number:03}"}}
        report["findings"].append(more | {"id": f"B7.1/community/x{number:03}"})
        put(report, f"B7.1/community/x{number:03}", "fail", responsible_unit="某街道")
    (notice,) = notices(lists_of([as_read(report)], by="unit"), ("rectify",))
    (entry,) = notice.section.entries
    rows = annex(as_docx(notice))[1:]
    assert [row[0] for row in rows] == ["1", "1续", "1续", "1续"]
    named = "".join(row[3] for row in rows)
    assert len(entry.affected) == 95
    assert all(a.name.zh in named and a.number in named for a in entry.affected)


def test_the_same_lists_give_the_same_bytes() -> None:
    for notice in notices(lists()):
        assert as_docx(notice) == as_docx(notice)
        assert as_docx(notice, "en") == as_docx(notice, "en")


def test_english_is_whole() -> None:
    for notice in notices(lists()):
        text = as_text(notice, "en").decode()
        assert not [word for word in ("整改", "建议", "附件：", "责任单位") if word in text.split("Annex:")[0]]


def test_an_office_program_shows_it() -> None:
    text = pdf_text(as_docx(next(notices(lists(), ("rectify",)))))
    assert "整改清单" in text


# -- the command ----------------------------------------------------------------------------------------------


def run(*args: str) -> tuple[int, str]:
    result = CliRunner().invoke(cli, ["rectify", "notice", *args])
    return result.exit_code, result.output


@pytest.fixture
def report(tmp_path: Path) -> Path:
    file = tmp_path / "report.json"
    file.write_bytes(report_of(3))
    return file


def test_the_command_writes_one_file_for_each(report: Path, tmp_path: Path) -> None:
    code, said = run(str(report), "--report", f"docx:{tmp_path}/out/{{unit}}.docx", "--report", f"text:{tmp_path}/out/{{unit}}.txt")
    assert code == 0, said
    made = list(notices(lists()))
    files = sorted((tmp_path / "out").glob("*.docx"))
    assert len(files) == len(list((tmp_path / "out").glob("*.txt"))) == len(made)
    assert sum("补正材料" in f.name for f in files) == sum(n.kind == "supply" for n in made)
    assert all(Document(str(file)).paragraphs for file in files)


def test_the_command_prints_text(report: Path) -> None:
    code, said = run(str(report), "--only", "rectify")
    assert code == 0
    assert "整改通知" in said
    assert "补充" not in said.split("三、")[0]


def test_units_whose_names_are_alike_or_no_names_for_files_get_files_of_their_own(tmp_path: Path) -> None:
    names = ["../../etc/甲", "a/b", "a:b", " ", "甲" * 300, "CON"]
    report = base()
    ids = [f["id"] for f in report["findings"] if f["subject"]["kind"] == "community"][: len(names)]
    for ident, unit in zip(ids, names, strict=True):
        put(report, ident, "fail", responsible_unit=unit)
    file = tmp_path / "report.json"
    file.write_bytes(written(report))
    code, said = run(str(file), "--only", "rectify", "--report", f"docx:{tmp_path}/out/{{unit}}.docx")
    assert code == 0, said
    made = list(tmp_path.rglob("*.docx"))
    assert len(made) == len(names)
    assert {f.parent for f in made} == {tmp_path / "out"}


def test_nothing_to_say_makes_no_notice(tmp_path: Path) -> None:
    file = tmp_path / "report.json"
    report = base()
    report["findings"] = [f for f in report["findings"] if f["outcome"] == "pass"]
    file.write_bytes(written(report))
    code, said = run(str(file), "--report", f"docx:{tmp_path}/out/{{unit}}.docx")
    assert code == 0
    assert "未生成通知" in said
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("target", ["docx", "docx:-", "docx:all.docx", "xlsx:{unit}.xlsx"])
def test_targets_that_cannot_hold_all_are_wrong_use(report: Path, target: str) -> None:
    assert run(str(report), "--report", target)[0] == 2


def test_an_unfit_template_is_refused_before_anything_is_written(report: Path, tmp_path: Path) -> None:
    bad = tmp_path / "bad.docx"
    bad.write_bytes(changed(default_template(), "word/styles.xml", '<w:name w:val="公文主送机关"/>', '<w:name w:val="x"/>'))
    code, said = run(str(report), "--template", str(bad), "--report", f"docx:{tmp_path}/out/{{unit}}.docx")
    assert code == 2
    assert "公文主送机关" in said
    assert not (tmp_path / "out").exists()
    assert run(str(report), "--template", str(tmp_path / "none.docx"))[0] == 2


def test_what_is_no_report_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "x.json"
    file.write_text("{}")
    assert run(str(file))[0] == 3


def test_a_template_of_ones_own_is_used(report: Path, tmp_path: Path) -> None:
    own = Document(BytesIO(default_template()))
    own.sections[0].footer.paragraphs[0].text = "示例省"
    own.save(str(tmp_path / "own.docx"))
    code, _ = run(str(report), "--template", str(tmp_path / "own.docx"), "--report", f"docx:{tmp_path}/out/{{unit}}.docx")
    assert code == 0
    made = next((tmp_path / "out").glob("*.docx"))
    with zipfile.ZipFile(made) as package:
        assert any("示例省" in package.read(n).decode() for n in package.namelist() if "footer" in n)


def test_reports_of_several_areas_go_into_one_notice_for_a_unit_and_apart_for_areas() -> None:
    first, second = base(), base()
    second["area"] |= {"code": "999902", "name": "示例乙县", "dossier_id": "b"}
    for report in (first, second):
        put(report, ONE, "fail", responsible_unit="某公司")
    reads = [as_read(first, "a.json"), as_read(second, "b.json")]
    by_unit: list[Notice] = list(notices(lists_of(reads, by="unit"), ("rectify",)))
    assert [n.to for n in by_unit] == ["某公司"]
    assert "示例乙县" in as_text(by_unit[0]).decode()
    assert len(list(notices(lists_of(reads, by="area"), ("rectify",)))) == 2


def test_a_real_county_has_its_notices() -> None:
    made = lists_of([read_report(county("cases/eleven-audit-findings"), "r.json")], by="unit")
    assert {n.kind for n in notices(made)} >= {"rectify"}
