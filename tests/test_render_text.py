"""What the terminal shows: fits the width, loses nothing in silence, and is what was accepted."""

import os
import re
from dataclasses import replace
from pathlib import Path
from typing import get_args

import pytest
from wcwidth import wcswidth

from compliance.render import UnknownFormatError, formats, render, renderer
from compliance.render.cells import wrap
from compliance.render.plain import visible
from compliance.render.words import WORDS, say
from compliance.schemas import report as shapes
from compliance.schemas.report import Report
from tests import sample_report
from tests.sample_report import AREA, ITEMS, LONG, empty, finding, findings, large, report, sample

GOLDEN = Path(__file__).parent / "golden" / "render"


def text(of: Report, lang: str = "zh", **options: object) -> str:
    return render(of, "text", lang, **options).decode()


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_is_what_was_accepted(lang: str) -> None:
    golden = GOLDEN / f"sample.{lang}.txt"
    got = render(sample(), "text", lang)
    if os.environ.get("GOLDEN") == "1":
        golden.parent.mkdir(parents=True, exist_ok=True)
        golden.write_bytes(got)
    assert got.decode() == golden.read_text("utf-8"), "GOLDEN=1 accepts it; review the diff as law"


@pytest.mark.parametrize("width", [40, 61, 80, 100, 120])
@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("verbose", [False, True])
def test_no_line_passes_the_width(width: int, lang: str, verbose: bool) -> None:
    for line in text(sample(), lang, width=width, verbose=verbose).splitlines():
        assert 0 <= wcswidth(line) <= width, line


def test_a_width_below_the_narrowest_is_raised_to_it() -> None:
    assert text(sample(), width=1) == text(sample(), width=40)


def test_same_report_same_bytes() -> None:
    assert render(sample(), "text") == render(sample(), "text")


def test_colour_changes_nothing_but_colour() -> None:
    painted = text(sample(), color=True)
    assert "\x1b[1;31m✗ B7.1" in painted
    assert re.sub(r"\x1b\[[0-9;]*m", "", painted) == text(sample())


def test_no_control_character_of_the_dossier_survives() -> None:
    assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f\u202a-\u202e]", text(sample(), verbose=True))


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_every_failing_and_open_item_is_told(lang: str) -> None:
    got = text(sample(), lang)
    for item in sample().items:
        if item.outcome in ("fail", "unknown"):
            assert f"{item.item}  {say(item.title, lang)}" in got
    for item in sample().items:
        if item.tally.not_applicable:
            assert f"{item.item} {say(item.title, lang)}" in got


def test_a_cut_list_says_by_how_much_and_verbose_cuts_nothing() -> None:
    assert "及另外 4 个" in text(sample())
    assert "完整清单见 JSON 或 HTML 报告" in text(sample())
    assert "及另外" not in text(sample(), verbose=True)
    assert text(sample(), width=200, verbose=True).count(LONG) > text(sample(), width=200).count(LONG)


def test_faults_and_broken_hashes_stand_before_the_results() -> None:
    got = text(sample())
    assert got.index("!!! 检查程序故障") < got.index("!!! 附件与档案") < got.index("底线要求  ")
    assert re.search(r"B9 .*（!! 检查未完成）", text(sample(), width=200))


def test_a_limit_is_told_with_its_source_and_a_draft_as_a_draft() -> None:
    got = text(sample())
    assert "《海东市老旧小区改造实施细则》第十二条第二款（海东市，2021-03-01起，现行有效）" in got


def test_history_is_told() -> None:
    assert "2021 年审计指出挪用 12.5 万元" in text(sample())


def test_what_came_before_the_standard_stands_apart_with_what_it_would_have_come_to() -> None:
    got = text(sample())
    _, rest = got.split("标准施行前的事项（参考意见，不作结论）（1 条，1 项）")
    apart, after = rest.split("未检查的内容（不适用）")
    assert "✗ 如适用则为：不符合  北苑" in apart
    assert "早于标准施行" not in after
    assert "标准施行前的事项" not in text(empty())


def test_without_findings_nothing_is_claimed() -> None:
    got = text(empty())
    assert "- 不适用  没有应作认定的对象。" in got
    assert "没有不符合的条目。" in got
    assert "✓ B" not in got


def test_ten_thousand_findings_stay_a_summary() -> None:
    got = text(large())
    assert len(got.splitlines()) < 2500
    assert "及另外" in got


def test_words_exist_in_both_languages() -> None:
    for axis, table in WORDS.items():
        for code, words in table.items():
            assert words.zh, (axis, code)
            assert words.en or code == "year", (axis, code)
            assert not re.search(r"[\u4e00-\u9fff，。、]", words.en), (axis, code)


def test_every_code_of_the_report_has_a_word() -> None:
    for axis in ("Outcome", "Reason", "Obligation", "Severity", "Disposition", "Basis"):
        assert set(get_args(getattr(shapes, axis))) == set(WORDS[axis.lower()]), axis


def test_formats_are_found_not_listed() -> None:
    assert {"html", "json", "text"} <= set(formats())
    assert callable(renderer("text"))
    with pytest.raises(UnknownFormatError, match=r"there are: .*html"):
        render(sample(), "papyrus")


@pytest.mark.parametrize(
    ("line", "width", "lines"),
    [
        ("", 10, [""]),
        ("一二三四五", 6, ["一二三", "四五"]),
        ("一二三，四", 6, ["一二", "三，四"]),
        ("一二（三四）", 6, ["一二", "（三", "四）"]),
        ("abcdefghij", 4, ["abcd", "efgh", "ij"]),
        ("ab  cd ef", 5, ["ab", "cd ef"]),
    ],
)
def test_wrap(line: str, width: int, lines: list[str]) -> None:
    assert wrap(line, width) == lines


@pytest.mark.parametrize(
    ("given", "seen"),
    [
        ("幸福里小区", "幸福里小区"),
        ("a\tb\nc\u3000d", "a b c d"),
        ("\x07\u200b\ufeff\ud800", r"\u0007\u200b\ufeff\ud800"),
        ("𠮷野家 é", "𠮷野家 é"),
    ],
)
def test_visible(given: str, seen: str) -> None:
    assert visible(given) == seen


def test_an_item_without_findings_keeps_its_reason() -> None:
    one = report([f for f in sample_report.findings() if f.item == "B1.1"])
    assert "没有检查对象" in text(one)
    assert all(f"{item} " in text(one, verbose=True) for item in ITEMS if item != "B1.1")


def test_an_unfictional_area_is_not_called_fictional() -> None:
    real = replace(sample(), area=replace(sample().area, fictional=False, submitter=None))
    assert "虚构" not in text(real)
    assert "报送单位" not in text(real)


def test_questions_of_the_body_stand_in_a_list_of_their_own_after_what_must_be_done() -> None:
    got = text(sample())
    review = got.index("、待研判（")
    asked = got.index("、正文研判题（1 条，1 项）")
    assert review < asked < got.index("、备注与历史情况（")
    part = got[asked:]
    assert part.index("? X2  不由财政资金包揽") < part.index("还有谁共担费用？") < part.index("≈99.38%")
    assert "X2" not in got[review:asked]
    assert "待研判 3（其中正文研判题 1）" in got


def test_what_only_the_body_asks_is_marked_under_its_clause_and_tallied_apart() -> None:
    got = text(sample())
    assert "正文：✓ X11" in got
    assert "正文条目             2         0       1         0" in got
    assert got.index("难点问题") < got.index("正文其他要求") < got.index("右侧数字为")
    failing = replace(next(f for f in findings() if f.outcome == "fail"), id="X11/x", item="X11", clause="B8")
    assert "✗ X11  【正文】长效管理初步共识先于计划" in text(report([failing]))


def test_a_risk_is_told_once_beside_the_totals_and_once_with_its_item() -> None:
    got = text(sample())
    assert got.count("下一年度的申报资格可能受影响。") == 2
    assert "! X18  下一年度的申报资格可能受影响。（正文一（十））" in got
    assert "可能的后果" not in text(report([finding("B4.1", AREA)]))


def test_a_check_of_the_places_own_names_its_document() -> None:
    failing = next(f for f in findings() if f.id.startswith("B7.1") and f.outcome == "fail")
    own = replace(failing, checks=tuple(replace(c, outcome="fail") for c in failing.checks))
    assert "当地要求  《海东市老旧小区改造实施细则》第十二条第二款" in text(report([own]))
    assert "当地要求" not in text(report([failing]))


def test_the_marks_of_what_the_body_asks_are_never_torn_apart() -> None:
    clause = sample().clauses[-1]
    many = replace(sample(), clauses=(*sample().clauses[:-1], replace(clause, body_items=("X31", "X2", "X11") * 9)))
    rows = [row.strip() for row in text(many, width=60).split("正文其他要求")[1].split("右侧数字")[0].splitlines()]
    assert len([row for row in rows if "X31" in row]) > 1
    assert all(re.fullmatch(r"(正文：)?[✓✗?-] X\d+(  [✓✗?-] X\d+)*", row) for row in rows[2:] if "X31" in row)
