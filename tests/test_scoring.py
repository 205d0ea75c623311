"""Marks: within none and full, never lowered by a pass, an interval that holds every way the unknown may turn out."""

from __future__ import annotations

import json
from fractions import Fraction
from io import BytesIO
from pathlib import Path

import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st
from office import opened, pdf_text, texts
from openpyxl import load_workbook
from rectifying import as_read, base, county, put, written

from compliance.cli import cli
from compliance.render.score import as_docx, as_json, as_text, as_xlsx, shown
from compliance.schemas.report import Outcome
from compliance.schemas.rulebook import RulebookError
from compliance.schemas.score import Score
from compliance.scoring import names, read_scheme, scheme_of, score

HEAD = """\
scheme: test
title: {zh: 测试办法, en: Test scheme}
document: 测试
status: in_force
full_marks: %s
not_applicable: %s
"""
BANDS = """\
bands:
- {name: {zh: 优, en: excellent}, more_than: 95}
- {name: {zh: 良, en: good}, at_least: 85, at_most: 95}
- {name: {zh: 合格, en: passed}, at_least: 75, less_than: 85}
- {name: {zh: 差, en: poor}, less_than: 75}
"""
ITEMS = ("B7.1", "B7.2", "B8.1")
RULES = ("all_or_nothing", "proportional", "deduct_per_failing")


def line(marks: str, rule: str, items: str = "B7.1", more: str = "") -> str:
    deduct = ", deduct: 3" if rule == "deduct_per_failing" and "deduct" not in more else ""
    return f"- {{second: {{zh: 某项, en: some}}, marks: {marks}, items: [{items}], rule: {rule}{deduct}{more}}}\n"


def scheme(*lines: str, full: str = "100", absent: str = "drop", bands: str = BANDS) -> str:
    return HEAD % (full, absent) + "lines:\n" + "".join(lines) + bands


def scored(text: str, **outcomes: tuple[Outcome, ...]) -> Score:
    """The base report's three communities with these outcomes; items are written B7_1."""
    report = base()
    for name, told in outcomes.items():
        for number, outcome in enumerate(told, 1):
            put(report, f"{name.replace('_', '.')}/community/c000{number}", outcome)
    return score(scheme_of(text, "test.yaml"), as_read(report))


# -- rules ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("rule", "outcomes", "low", "high"),
    [
        ("all_or_nothing", ("pass", "pass", "pass"), 100, 100),
        ("all_or_nothing", ("pass", "pass", "fail"), 0, 0),
        ("all_or_nothing", ("pass", "pass", "unknown"), 0, 100),
        ("all_or_nothing", ("fail", "unknown", "unknown"), 0, 0),
        ("all_or_nothing", ("pass", "not_applicable", "not_applicable"), 100, 100),
        ("proportional", ("pass", "pass", "fail"), Fraction(200, 3), Fraction(200, 3)),
        ("proportional", ("pass", "unknown", "fail"), Fraction(100, 3), Fraction(200, 3)),
        ("proportional", ("pass", "unknown", "not_applicable"), 50, 100),
        ("deduct_per_failing", ("pass", "fail", "fail"), 94, 94),
        ("deduct_per_failing", ("unknown", "fail", "unknown"), 91, 97),
    ],
)
def test_rules(rule: str, outcomes: tuple[Outcome, ...], low: Fraction, high: Fraction) -> None:
    got = scored(scheme(line("100", rule)), B7_1=outcomes)
    assert (got.low, got.high) == (low, high)


def test_deductions_end_at_none() -> None:
    got = scored(scheme(line("5", "deduct_per_failing"), line("95", "by_hand")), B7_1=("fail", "fail", "fail"))
    assert got.lines[0].low == got.lines[0].high == 0


def test_marks_are_exact() -> None:
    got = scored(scheme(line('"33.3"', "proportional"), line('"667/10"', "by_hand")), B7_1=("pass", "fail", "fail"))
    assert got.lines[0].low == Fraction(111, 10)


def test_by_hand_is_anything_from_none_to_full() -> None:
    got = scored(scheme(line("100", "by_hand")), B7_1=("pass", "pass", "pass"))
    assert (got.low, got.high) == (0, 100)
    assert [b.name.zh for b in got.grades] == ["差", "合格", "良", "优"]


def test_what_does_not_apply_drops_out_or_keeps_full_marks() -> None:
    none: tuple[Outcome, ...] = ("not_applicable",) * 3
    two = (line("60", "all_or_nothing", "B7.1"), line("40", "proportional", "B7.2"))
    dropped = scored(scheme(*two), B7_1=none, B7_2=("pass", "fail", "fail"))
    assert dropped.lines[0].dropped
    assert dropped.low == dropped.high == Fraction(100, 3)
    full = scored(scheme(*two, absent="full"), B7_1=none, B7_2=("pass", "fail", "fail"))
    assert not full.lines[0].dropped
    assert full.low == 60 + Fraction(40, 3)
    own = scored(scheme(line("60", "all_or_nothing", more=", not_applicable: full"), two[1]), B7_1=none)
    assert not own.lines[0].dropped
    nothing = scored(scheme(line("100", "proportional")), B7_1=none)
    assert (nothing.low, nothing.high, nothing.grades) == (None, None, ())


def test_what_is_only_measured_is_no_pass() -> None:
    report = base()
    for number in (1, 2, 3):
        put(report, f"B7.1/community/c000{number}", "pass", basis="measured")
    got = score(scheme_of(scheme(line("100", "all_or_nothing")), "t.yaml"), as_read(report))
    assert (got.low, got.high) == (0, 100)


@pytest.mark.parametrize(
    ("marks", "grade"), [("74.99", "差"), ("75", "合格"), ("84.99", "合格"), ("85", "良"), ("95", "良"), ("95.01", "优")]
)
def test_the_ends_of_bands_are_in_or_out_as_said(marks: str, grade: str) -> None:
    rest = str(100 - Fraction(marks))
    got = scored(
        scheme(line(f'"{marks}"', "all_or_nothing"), line(f'"{rest}"', "all_or_nothing", "B7.2")),
        B7_1=("pass",) * 3, B7_2=("fail",) * 3,
    )  # fmt: skip
    assert [band.name.zh for band in got.grades] == [grade]


# -- properties -----------------------------------------------------------------------------------------------

OUTCOMES = st.lists(st.sampled_from(["pass", "fail", "unknown", "not_applicable"]), min_size=9, max_size=9)
SCHEMES = st.builds(
    lambda rules, absent, marks: scheme(
        *(line(str(m), r, i) for m, r, i in zip((marks, 60 - marks, 40), rules, ITEMS, strict=True)), absent=absent
    ),
    st.tuples(*[st.sampled_from([*RULES, "by_hand"])] * 3), st.sampled_from(["drop", "full"]), st.integers(1, 59),
)  # fmt: skip


def with_all(text: str, outcomes: list[Outcome]) -> Score:
    parts = {f"B{n.replace('.', '_')[1:]}": tuple(outcomes[3 * i : 3 * i + 3]) for i, n in enumerate(ITEMS)}
    return scored(text, **parts)


@settings(max_examples=40, deadline=None)
@given(text=SCHEMES, outcomes=OUTCOMES)
def test_marks_lie_within_none_and_full(text: str, outcomes: list[Outcome]) -> None:
    got = with_all(text, outcomes)
    assert all(0 <= one.low <= one.high <= one.marks for one in got.lines)
    if got.low is not None:
        assert got.high is not None
        assert 0 <= got.low <= got.high <= got.full
        assert got.grades


@settings(max_examples=30, deadline=None)
@given(text=SCHEMES, outcomes=OUTCOMES, at=st.integers(0, 8))
def test_a_pass_more_never_lowers(text: str, outcomes: list[Outcome], at: int) -> None:
    if outcomes[at] not in ("fail", "unknown"):
        return
    before, after = with_all(text, outcomes), with_all(text, [*outcomes[:at], "pass", *outcomes[at + 1 :]])
    assert before.low is not None
    assert after.low is not None
    assert after.low >= before.low
    assert after.high >= before.high  # type: ignore[operator]


@settings(max_examples=25, deadline=None)
@given(text=SCHEMES, outcomes=OUTCOMES, resolved=st.lists(st.sampled_from(["pass", "fail"]), min_size=9, max_size=9))
def test_the_interval_holds_whatever_the_unknown_turns_out_to_be(
    text: str, outcomes: list[Outcome], resolved: list[Outcome]
) -> None:
    got = with_all(text, outcomes)
    for turned in (["pass"] * 9, ["fail"] * 9, resolved):
        known = [t if o == "unknown" else o for o, t in zip(outcomes, turned, strict=True)]
        then = with_all(text, known)  # type: ignore[arg-type]
        if got.low is None or then.low is None:
            assert got.low is None
            assert then.low is None
        else:
            assert got.low <= then.low <= then.high <= got.high  # type: ignore[operator]


# -- schemes --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (scheme(line("99", "proportional")), "99"),
        (scheme(line("100", "proportional", "")), "by_hand"),
        (scheme(line("100", "proportional", more=", deduct: 2")), "deduct"),
        (scheme(line("100", "deduct_per_failing").replace(", deduct: 3", "")), "deduct"),
        (scheme(line("100", "proportional", "B7.1, B7.1")), "twice"),
        (scheme(line("1.5", "proportional")), "exact"),
        (scheme(line('"many"', "proportional")), "not marks"),
        (scheme(line("-5", "proportional")), "not marks"),
        (scheme(line("100", "sometimes")), "rule"),
        (scheme(line("null", "proportional")), "no marks"),
        (scheme(line("100", "proportional"), full="0"), "not marks"),
        (scheme(line("100", "proportional"), bands=BANDS.replace("more_than: 95", "at_least: 95")), "do not meet"),
        (scheme(line("100", "proportional"), bands=BANDS.replace("less_than: 75", "less_than: 74")), "do not meet"),
        (scheme(line("100", "proportional"), bands=BANDS.replace("at_most: 95", "at_most: 96")), "do not meet"),
        (scheme(line("100", "proportional"), bands=BANDS.replace("more_than: 95", "more_than: 95, at_most: 99")), "full marks"),
        (scheme(line("100", "proportional"), bands=BANDS.replace("less_than: 75", "more_than: 1, less_than: 75")), "0 marks"),
        (scheme(line("100", "proportional"), bands=BANDS.replace("at_least: 85", "at_least: 85, more_than: 85")), "one word"),
        (scheme(line("100", "proportional")) + "weights: 1\n", "weights"),
        ("", "empty"),
    ],
)  # fmt: skip
def test_unsound_schemes_are_refused(text: str, says: str) -> None:
    with pytest.raises(RulebookError, match=says):
        scheme_of(text, "test.yaml")


def test_an_item_that_the_report_has_not_is_refused_by_line() -> None:
    with pytest.raises(RulebookError, match=r"test\.yaml:8: .*B7\.9"):
        scored(scheme(line("100", "proportional", "B7.9")))


def test_the_example_says_that_it_is_one_and_scores() -> None:
    read = read_scheme("example")
    assert read.spec.status == "example"
    got = score(read, as_read(county("shili-county", "feed")))
    assert got.example
    assert "示例" in as_text(got).decode()


def test_the_frame_of_jiangxi_has_what_is_published_and_no_marks() -> None:
    read = read_scheme("jiangxi-2022")
    assert len(read.spec.lines) == len(read.unfilled()) == 18
    assert [(b.name.zh, b.lowest, b.lowest_in, b.highest, b.highest_in) for b in read.bands] == [
        ("差", None, False, 75, False), ("合格", 75, True, 85, False), ("良", 85, True, 95, True), ("优", 95, False, None, False),
    ]  # fmt: skip
    with pytest.raises(RulebookError, match="本年度开工"):
        score(read, as_read(base()))


def test_every_scheme_that_comes_along_can_be_read() -> None:
    assert {name: read_scheme(name).spec.scheme for name in names()} == {name: name for name in names()}


# -- what is shown --------------------------------------------------------------------------------------------


def mixed() -> Score:
    text = scheme(line("60", "proportional"), line("40", "by_hand", "B7.2"))
    return scored(text, B7_1=("pass", "fail", "unknown"))


def test_all_views_say_the_same_marks() -> None:
    got = mixed()
    told = json.loads(as_json(got))
    assert (told["low"], told["high"]) == ("20", "80")
    assert [band["zh"] for band in told["grades"]] == ["差", "合格"]
    table = opened(as_docx(got)).tables[0]
    rows = [[cell.text for cell in row.cells] for row in table.rows]
    assert rows[0][6:] == ["测算分", "测算说明", "自评分", "复核分", "扣分原因"]
    assert [row[6] for row in rows[1:]] == ["20—40", "待评"]
    assert all(row[8:] == ["", "", ""] for row in rows[1:])
    sheet = load_workbook(BytesIO(as_xlsx(got)))["评分表"]
    assert [[str(c.value or "") for c in row][:9] for row in sheet.iter_rows(min_row=2)] == [row[:9] for row in rows[1:]]
    for data in (as_text(got).decode(), "\n".join(texts(as_docx(got)))):
        assert "测算总分20—80（满分100），等次尚不能定，在差至合格之间。" in "".join(data.split())


def test_what_costs_marks_is_named() -> None:
    text = as_text(mixed()).decode()
    assert "B7.1不符合：" in text
    assert "B7.1待证：" in text


@pytest.mark.parametrize(("marks", "text"), [("0", "0"), ("1/4", "0.25"), ("7/2", "3.5"), ("1/3", "≈0.33"), ("2/3", "≈0.67"), ("100", "100"), ("999/1000", "0.999")])
def test_marks_are_shown_exactly_or_said_to_be_rounded(marks: str, text: str) -> None:
    assert shown(Fraction(marks)) == text


def test_the_same_score_gives_the_same_bytes() -> None:
    for made in (as_docx, as_xlsx, as_text):
        for lang in ("zh", "en"):
            assert made(mixed(), lang) == made(mixed(), lang)


def test_an_office_program_shows_it() -> None:
    assert "测算总分" in pdf_text(as_docx(mixed()))


# -- the command ----------------------------------------------------------------------------------------------


def run(*args: str) -> tuple[int, str]:
    result = CliRunner().invoke(cli, ["score", *args])
    if isinstance(result.exception, RulebookError):
        return 2, str(result.exception)
    return result.exit_code, result.output


def test_the_command(tmp_path: Path) -> None:
    file = tmp_path / "report.json"
    file.write_bytes(county("shili-county", "feed"))
    code, said = run(str(file), "--scheme", "example")
    assert code == 0
    assert "测算总分" in said
    out = [f"{name}:{tmp_path}/out.{name}" for name in ("json", "docx", "xlsx")]
    assert run(str(file), "--scheme", "example", *(a for o in out for a in ("--report", o)))[0] == 0
    assert len(list(tmp_path.glob("out.*"))) == 3
    assert run(str(file), "--scheme", "jiangxi-2022")[0] == 2
    assert run(str(file), "--scheme", "nowhere.yaml")[0] == 2
    assert run(str(file), "--scheme", "example", "--report", "pdf")[0] == 2
    assert run(str(tmp_path / "none.json"), "--scheme", "example")[0] == 3


def test_a_report_with_faults_is_not_scored(tmp_path: Path) -> None:
    report = base()
    report["faults"] = [{"item": "B7.1", "check": "x", "subject": "c", "message": {"zh": "故障", "en": "fault"}}]
    file = tmp_path / "report.json"
    file.write_bytes(written(report))
    assert run(str(file), "--scheme", "example")[0] == 4
