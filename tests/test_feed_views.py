"""What a feed run comes to, as text, tables, JSON and a page: the sums are the summary's, nothing is left out unsaid."""

from __future__ import annotations

import base64
import csv
import hashlib
import io
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import Element

import html5lib
import orjson
import pytest
from browser import open_page, why_not
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from compliance.cli import cli
from compliance.feed.rollup import Rollup
from compliance.measures.soundness.codes import area_name
from compliance.render import overview
from compliance.render.cells import width_of
from compliance.render.feed import COUNTS, areas_csv, as_json, as_text, failing, items_csv, worst_areas
from compliance.render.overview import REFUSED, ROWS, render
from compliance.render.rolled import common, every, in_order, item_sums, sum_of, together, trees, years_of
from compliance.schemas.feed import (
    OUTCOMES,
    DoubtLine,
    FeedSummary,
    ItemLine,
    Record,
    Refusal,
    Settings,
    Totals,
)
from compliance.schemas.generate import load
from compliance.schemas.report import Bilingual
from fixtures.builder.generator import generate
from tests.sample_report import HOSTILE

ITEMS = ("B1.1", "B7.1", "B10.1", "H1.1", "X12")
TITLES = {item: Bilingual(f"第{item}条", f"Item {item}") for item in ITEMS}
HOW = Settings("2024-12-31")
PROFILE = str(Path(__file__).parent.parent / "fixtures/profiles/shili.yaml")
FIELDS = tuple(name for name, _ in COUNTS)


# -- made-up runs -----------------------------------------------------------------------------------------------


def record(
    code: str = "999901",
    year: int = 2024,
    outcomes: Sequence[str] = ("pass", "fail", "unknown", "not_applicable", "fail"),
    name: str | None = None,
    size: int = 1,
) -> Record:
    verdict = "fail" if "fail" in outcomes else "unknown" if "unknown" in outcomes else "pass"
    tallies = {o: [o, *(size * (o == each) for each in OUTCOMES)] for o in OUTCOMES}
    fails = outcomes.count("fail") * size
    return {
        "source": "a.jsonl", "line": 1, "status": "checked", "bytes": 1000, "dossier_id": f"d{code}", "area_code": code,
        "area_name": name or f"示例{code}", "plan_year": year, "fictional": True, "profile": "national",
        "verdict": verdict, "worst": "critical" if fails > 2 else "major" if fails else None, "communities": size,
        "households": 100 * size, "unstated": 0, "rectify": fails, "improve": size, "pending": outcomes.count("unknown") * size,
        "items": dict(zip(ITEMS, (tallies[o] for o in outcomes), strict=True)), "integrity": [], "quality": {"DQ1": 1},
    }  # fmt: skip


def refused(source: str = "a.jsonl", line: int | None = 3, errors: int = 1) -> Refusal:
    return Refusal(source, line, "refused", errors, Bilingual("缺少必填字段 /plan_year；补上", "required field missing"))


def fault(source: str = "b.jsonl") -> Refusal:
    return Refusal(source, 9, "fault", 1, Bilingual("检查程序内部错误", "internal error"))


def summary(records: Sequence[Record], refusals: Sequence[Refusal] = (), **changed: Any) -> FeedSummary:
    rollup = Rollup()
    for one in records:
        rollup.take(one)
    faults = sum(one.status == "fault" for one in refusals)
    found = len(records) * 3
    made = FeedSummary(
        feed_version="1.0", tool_version="0.0", standard="建办城〔2021〕50号", rulebook_version="1", rulebook_sha256="a" * 64,
        settings=HOW, profiles=("national",) if records else (), pieces=len(records) + len(refusals),
        bytes=1000 * len(records), checked=len(records), refused=len(refusals) - faults, faults=faults, integrity=0,
        findings=found, findings_written=found, totals=rollup.totals(), areas=rollup.areas(),
        refusals=tuple(refusals), titles=TITLES,
        doubts=(DoubtLine("DQ1", len(records), len(records)),) if records else (), fictional=len(records),
    )  # fmt: skip
    return replace(made, **changed)


def nation(provinces: int = 31, cities: int = 11, counties: int = 9, years: Sequence[int] = (2024,)) -> FeedSummary:
    codes = [
        f"{51 + p}{c:02d}{k:02d}"
        for p in range(provinces) for c in range(1, cities + 1) for k in range(1, counties + 1)
    ]  # fmt: skip
    kinds = (("pass",) * 5, ("fail", "pass", "unknown", "pass", "pass"), ("unknown",) * 5)
    return summary([record(code, year, kinds[n % 3]) for year in years for n, code in enumerate(codes)])


PROVINCE = [
    record("430000", size=2), record("430100"), record("430100", outcomes=("pass",) * 5), record("430102"),
    record("430102", 2023, outcomes=("unknown",) * 5), record("430202", outcomes=("unknown",) * 5), record("110114"),
    record("440306", 2023),
]  # fmt: skip
"""Own dossiers at every level, two of one area, a city that did not report, a municipality, two years."""

CODES = st.sampled_from(["430000", "430100", "430102", "430103", "430202", "110000", "110114", "429004", "999901"])
RUNS = st.lists(
    st.builds(
        record,
        code=CODES,
        year=st.sampled_from([2022, 2023, 2024]),
        outcomes=st.lists(st.sampled_from(OUTCOMES), min_size=5, max_size=5),
        size=st.integers(0, 3000),
    ),
    max_size=14,
).map(summary)


# -- the page read back -------------------------------------------------------------------------------------------


def page_of(made: FeedSummary, lang: str = "zh") -> Element:
    parser = html5lib.HTMLParser(strict=True, namespaceHTMLElements=False)
    return parser.parse(render(made, lang).decode())  # type: ignore[no-any-return]


def said(element: Element) -> str:
    """What a reader of Chinese reads."""
    if element.get("lang") == "en" and element.tag == "span":
        return element.tail or ""
    inner = (element.text or "") + "".join(said(child) for child in element)
    return inner + (element.tail or "")


def inside(element: Element) -> str:
    return said(element).removesuffix(element.tail or "").strip()


def tables(page: Element, name: str) -> list[Element]:
    return [table for table in page.iter("table") if name in (table.get("class") or "").split()]


def rows_of(table: Element, section: str = "tbody") -> list[list[str]]:
    return [[inside(cell) for cell in row] for part in table.iter(section) for row in part.iter("tr")]


def number(cell: str) -> int:
    return int(cell.replace("\u202f", ""))


def counts(row: Element) -> list[int]:
    return [number(inside(cell)) for cell in list(row)[1 : 1 + len(FIELDS)]]


def plus(rows: Sequence[Sequence[int]]) -> list[int]:
    return [sum(column) for column in zip(*rows, strict=True)] if rows else [0] * len(FIELDS)


def values(totals: Totals) -> list[int]:
    return [getattr(totals, name) for name in FIELDS]


def leaves(page: Element) -> list[list[int]]:
    """The rows that are of single areas' own dossiers; on the way every row above is held against those below it."""
    found: list[list[int]] = []
    for tree in tables(page, "areas"):
        top, *groups = tree.findall("tbody")
        head, *own = list(top)
        heads = [next(iter(group)) for group in groups]
        below = [counts(row) for row in (*own, *heads)]
        assert not below or counts(head) == plus(below)
        found += [counts(row) for row in own] if groups else [counts(head)]
        for group in groups:
            first, *low = list(group)
            assert not low or counts(first) == plus([counts(row) for row in low])
            found += [counts(row) for row in low or [first]]
    return found


# -- sums -------------------------------------------------------------------------------------------------------


@settings(deadline=None, max_examples=60)
@given(RUNS)
def test_areas_add_up_to_the_summary(made: FeedSummary) -> None:
    zero = Totals(*(0 for _ in FIELDS))
    for nodes in (together(made), [node for year in years_of(made) for node in trees(made, year)]):
        assert sum_of(node.line.totals for node in nodes) == made.totals
        assert sum_of(node.own for node in every(nodes)) == made.totals
        for node in every(nodes):
            assert node.own.dossiers == node.line.own
            assert (node.own == zero) is (node.line.own == 0)
            assert sum_of([node.own, *(one.line.totals for one in node.below)]) == node.line.totals
    assert Counter((n.line.code, year) for year in years_of(made) for n in every(trees(made, year))) == Counter(
        (line.code, line.plan_year) for line in made.areas
    )


@settings(deadline=None, max_examples=60)
@given(RUNS)
def test_areas_held_against_each_other_are_the_whole_once(made: FeedSummary) -> None:
    nodes = common(together(made))
    assert sum_of(node.line.totals for node in nodes) == made.totals
    whole = {line.item: line for line in item_sums(node.line for node in together(made))}
    assert {line.item: line for line in item_sums(node.line for node in nodes)} == whole
    for line in whole.values():
        assert line.passed + line.failed + line.unknown + line.not_applicable == made.totals.dossiers


@settings(deadline=None, max_examples=25)
@given(RUNS)
def test_every_number_of_the_page_is_the_summarys(made: FeedSummary) -> None:
    page = page_of(made)
    assert plus(leaves(page)) == values(made.totals)
    assert len([row for tree in tables(page, "areas") for row in tree.iter("tr")]) > 0 or not made.areas
    items = {
        row[0].split()[0]: [number(cell) for cell in (*row[2:6], *row[7:11])]
        for table in tables(page, "items") for row in rows_of(table)
    }  # fmt: skip
    assert items == {
        line.item: [getattr(line, name) for name in ItemLine.__dataclass_fields__ if name != "item"]
        for line in item_sums(node.line for node in together(made))
    }
    for table in tables(page, "compared"):
        sums = [sum(number(row[at]) for row in rows_of(table)) for at in (2, 3, 4, 5, 6, 8)]
        of = made.totals
        assert sums == [of.dossiers, of.passed, of.failed, of.unknown, of.communities, of.households]
    for table in tables(page, "years"):
        assert [number(row[1]) for row in rows_of(table)] == [
            sum_of(node.line.totals for node in trees(made, year)).dossiers for year in years_of(made)
        ]
    for table in tables(page, "levels"):
        assert sum(number(row[5]) for row in rows_of(table)) == made.totals.dossiers
        reported = [node for year in years_of(made) for node in every(trees(made, year)) if node.line.own]
        assert sum(number(cell) for row in rows_of(table) for cell in row[1:5]) == len(reported)


def cells(data: bytes) -> list[dict[str, str]]:
    assert data.startswith(b"\xef\xbb\xbf")
    return list(csv.DictReader(io.StringIO(data.decode("utf-8-sig"), newline="")))


@settings(deadline=None, max_examples=40)
@given(RUNS)
def test_tables_have_every_area_year_and_item_once(made: FeedSummary) -> None:
    rows = cells(areas_csv(made))
    assert [(row["区划代码"], row["计划年度"]) for row in rows] == [(a.code, str(a.plan_year)) for a in made.areas]
    for row, line in zip(rows, made.areas, strict=True):
        assert [int(row[head.zh]) for _, head in COUNTS] == values(line.totals)
    assert sum(int(row["本级档案"]) for row in rows) == made.totals.dossiers
    items = cells(items_csv(made))
    assert len(items) == sum(len(line.items) for line in made.areas)
    assert len({(row["区划代码"], row["层级"], row["计划年度"], row["条目"]) for row in items}) == len(items)
    whole = [row for row in items if row["层级"] == "合计"]
    for line in item_sums(node.line for node in together(made)):
        of = [row for row in whole if row["条目"] == line.item]
        assert sum(int(row["不符合档案"]) for row in of) == line.failed
        assert sum(int(row["待证结论"]) for row in of) == line.findings_unknown


@settings(deadline=None, max_examples=40)
@given(RUNS)
def test_the_json_is_all_of_it_and_valid(made: FeedSummary) -> None:
    told = orjson.loads(as_json(made))
    Draft202012Validator(load("feed")).validate(told)
    plain = orjson.loads(orjson.dumps(made))
    columns = told.pop("item_columns")
    for line in told["areas"]:
        line["items"] = [{"item": item, **dict(zip(columns, of, strict=True))} for item, of in line["items"].items()]
    assert told == plain


def test_the_schema_refuses_what_is_not_of_it() -> None:
    validator = Draft202012Validator(load("feed"))
    told = orjson.loads(as_json(summary(PROVINCE)))
    for changed in (
        {**told, "more": 1},
        {**told, "feed_version": "9.0"},
        {key: value for key, value in told.items() if key != "refusals"},
        {**told, "areas": [{**told["areas"][0], "items": {"B1.1": [1, 2]}}]},
        {**told, "areas": [{**told["areas"][0], "items": {"B1.1": [1, 2, 3, 4, 5, 6, 7, -8]}}]},
    ):
        assert not validator.is_valid(changed)
    made = CliRunner().invoke(cli, ["schema", "feed"])
    assert (made.exit_code, orjson.loads(made.output)) == (0, load("feed"))


# -- order and names ---------------------------------------------------------------------------------------------


def test_items_stand_in_the_order_of_the_standard() -> None:
    assert [row[0].split()[0] for table in tables(page_of(summary(PROVINCE)), "items") for row in rows_of(table)] == list(ITEMS)
    assert sorted(["X12", "B10.1", "H1.1", "B7.1", "B1.1"], key=in_order) == list(ITEMS)


def test_most_failing_first() -> None:
    lines = [ItemLine("B1.1", 0, 1, 0, 0, 0, 9, 0, 0), ItemLine("B7.1", 0, 2, 0, 0, 0, 2, 0, 0), ItemLine("H1.1", *[1] * 1, *[0] * 7)]
    assert [line.item for line in failing(lines)] == ["B7.1", "B1.1"]
    worst = worst_areas(summary(PROVINCE))
    assert [(line.code, line.plan_year, own.rectify) for line, own in worst][:2] == [("430000", 2024, 4), ("110114", 2024, 2)]
    assert all(own.failed or own.rectify for _, own in worst)
    assert {line.code for line, _ in worst} == {"430000", "430100", "430102", "110114", "440306"}


def test_an_area_of_which_only_those_below_reported_goes_by_its_code() -> None:
    made = summary(PROVINCE)
    for data in (as_text(made), render(made), areas_csv(made)):
        assert "440000（该级未报送）".encode() in data
    assert "430200（该级未报送）".encode() in areas_csv(made)
    assert "430200（该级未报送）".encode() in render(made)
    assert b"440000 (did not report itself)" in areas_csv(made, "en")
    rows = {(row["区划代码"], row["计划年度"]): row for row in cells(areas_csv(made))}
    assert rows["430102", "2023"]["所属省级"] == "示例430000"
    assert rows["430102", "2024"]["所属市级"] == "示例430100"
    assert rows["110114", "2024"]["所属市级"] == ""
    assert rows["000000", "2024"]["地区"] == "全部地区"


@pytest.fixture(autouse=True)
def _no_names(monkeypatch: pytest.MonkeyPatch) -> None:
    """Areas that did not report have no name here: the list of area codes is left out."""
    monkeypatch.setattr("compliance.feed.rollup.area_name", lambda code: None)


def test_the_list_of_area_codes_names_areas_that_did_not_report(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("compliance.feed.rollup.area_name", area_name)
    data = areas_csv(summary(PROVINCE))
    assert "广东省".encode() in data
    assert "株洲市".encode() in data


def test_a_name_from_elsewhere_is_used_where_nobody_reported() -> None:
    made = summary([record("440306")])
    named = replace(made, areas=tuple(replace(a, name="广东省") if a.code == "440000" else a for a in made.areas))
    assert "广东省".encode() in render(named)
    assert "440000（该级未报送）".encode() not in render(named)


def test_one_areas_own_dossiers_stand_beside_those_below_it() -> None:
    made = summary([record("430000", size=7), record("430102"), record("430202")])
    (table,) = tables(page_of(made), "compared")
    assert {row[0]: number(row[6]) for row in rows_of(table)} == {
        "示例430000（本级）": 7, "430100（该级未报送）": 1, "430200（该级未报送）": 1,
    }  # fmt: skip


# -- what a reader must know ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_truncation_faults_and_refusals_are_told_first(lang: str) -> None:
    made = summary(PROVINCE, [refused(errors=3), fault()], findings=1200, findings_written=1000, integrity=2)
    text, page = as_text(made, lang).decode(), page_of(made, lang)
    (alarm,) = (s for s in page.iter("section") if s.get("id") == "alarms")
    assert alarm.get("class") == "alarm"
    for shown in (text, inside(alarm)):
        assert {"1200", "1000", "200"} <= set(re.findall(r"\d+", shown))
    assert text.index("!!! ") < text.index("! ")
    assert [row[0] for row in rows_of(tables(page, "refused")[0])] == ["b.jsonl:9", "a.jsonl:3"]
    assert "a.jsonl:3" in text
    assert "b.jsonl:9" in text
    assert ("缺少必填字段" if lang == "zh" else "required field missing") in text
    assert "!!! " not in as_text(summary(PROVINCE, [refused()]), lang).decode()
    quiet = page_of(summary(PROVINCE, fictional=0), lang)
    assert not [s for s in quiet.iter("section") if s.get("id") == "alarms"]


def test_many_refusals_are_cut_and_counted_and_faults_come_first() -> None:
    made = summary(PROVINCE, [*(refused(line=n) for n in range(1, REFUSED + 50)), fault()])
    page = page_of(made)
    rows = rows_of(tables(page, "refused")[0])
    assert (len(rows), rows[0][0]) == (REFUSED, "b.jsonl:9")
    assert "另有 50 行未列出" in said(page)
    assert "另有240行，见 dossiers.jsonl" in as_text(made).decode()
    assert len(orjson.loads(as_json(made))["refusals"]) == REFUSED + 50


def test_a_file_that_is_one_dossier_has_no_line() -> None:
    assert "  * folder/c.json\n" in as_text(summary([], [refused("folder/c.json", None)])).decode()


def test_data_quality_is_told_by_check_or_said_not_to_have_been_made() -> None:
    made = summary(PROVINCE)
    assert rows_of(tables(page_of(made), "doubts")[0])[0][:3] == ["DQ1", "8", "8"]
    assert "没有作数据质量核对" in said(page_of(replace(made, doubts=(), settings=replace(HOW, quality=False))))
    assert "quality.jsonl" in said(page_of(replace(made, doubts=())))
    calm = replace(made, doubts=(), totals=replace(made.totals, doubts=0))
    assert "没有存疑" in said(page_of(calm))


def test_files_are_linked_and_the_findings_by_their_true_name() -> None:
    made = summary(PROVINCE)
    for name, other in (("findings.jsonl", "findings.parquet"), ("findings.parquet", "findings.jsonl")):
        page = render(made, findings=name).decode()
        assert f'href="{name}"' in page
        assert other not in page
        text = as_text(made, out="结果", findings=name).decode()
        assert name in text
        assert other not in text
    every = {"findings.jsonl", "dossiers.jsonl", "quality.jsonl", "areas.csv", "items.csv", "feed.json"}
    for looked, files in ((True, every | {"deliveries.jsonl.gz"}), (False, every)):
        page = render(summary(PROVINCE, settings=replace(HOW, quality=looked)))
        assert set(re.findall(r'href="([^#"]+)"', page.decode())) == files


def test_the_settings_that_all_were_judged_by_are_told() -> None:
    how = replace(HOW, profile="jiangsu", drafts=True, mode="strict", outcomes=("fail",))
    shown = said(page_of(summary(PROVINCE, settings=how)))
    for text in ("2024-12-31", "严格", "指定 jiangsu", "征求意见稿", "a" * 64, "建办城〔2021〕50号", "不符合；应写24条"):
        assert text in shown


# -- both languages --------------------------------------------------------------------------------------------------

CJK = re.compile(r"[\u3400-\u9fff]")


def english(element: Element) -> Iterator[str]:
    """What a reader of English reads."""
    if element.tag in ("style", "script", "title") or (element.get("lang") == "zh" and element.tag == "span"):
        yield element.tail or ""
    else:
        yield element.text or ""
        for child in element:
            yield from english(child)
        yield element.tail or ""


def test_all_of_the_page_is_in_english_too() -> None:
    made = summary(
        [record("430102", name="Alpha"), record("430102", 2023, name="Alpha")],
        [replace(refused(), first=Bilingual("错", "wrong"))], standard="50 (2021)",
    )  # fmt: skip
    left = [text for text in english(page_of(made, "en")) if CJK.search(text)]
    # The switch of languages, and a list of choices, which can hold no markup.
    assert {text for text in left if "/" not in text} <= {"中文"}
    assert not CJK.search(as_text(made, "en", out="out").decode())
    assert page_of(made, "en").get("lang") == "en"
    head = areas_csv(made, "en").decode("utf-8-sig").splitlines()[0]
    assert not CJK.search(head)
    assert not CJK.search(items_csv(made, "en").decode("utf-8-sig").splitlines()[0])


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("width", [40, 60, 80, 100, 120])
def test_no_line_is_wider_than_asked(lang: str, width: int) -> None:
    made = summary(PROVINCE, [refused("很长的文件夹/" * 12 + "a.jsonl"), fault()])
    lines = as_text(made, lang, width=width, out="结果").decode().splitlines()
    wide = [line for line in lines if width_of(line) > width]
    assert wide == []
    assert ("各级" if lang == "zh" else "Areas by level") in "".join(lines)


# -- harmless ----------------------------------------------------------------------------------------------------------

FORMULA = '=HYPERLINK("http://a.example")'


def hostile() -> FeedSummary:
    bad = Bilingual(HOSTILE, HOSTILE)
    return replace(
        summary(
            [record("430102", name=HOSTILE), record("430103", name=FORMULA)],
            [Refusal(f"<img src=x>{HOSTILE}.jsonl", 1, "refused", 1, bad)],
        ),
        titles=dict.fromkeys(ITEMS, bad), profiles=("<b>",), doubts=(DoubtLine("<i>", 1, 1),),
    )  # fmt: skip


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_hostile_name_is_only_text(lang: str) -> None:
    page = render(hostile(), lang).decode()
    html5lib.HTMLParser(strict=True).parse(page)
    for text in ("<script>alert", "<img", "<b>", "<i>", "\u202e", "\x1b"):
        assert text not in page.replace("<b>!!</b>", "")
    text = as_text(hostile(), lang).decode()
    assert "\x1b" not in text
    assert "\u202e" not in text
    for data in (areas_csv(hostile(), lang), items_csv(hostile(), lang)):
        assert b"\x1b" not in data
        for row in csv.reader(io.StringIO(data.decode("utf-8-sig"), newline="")):
            assert not [cell for cell in row if cell[:1] in set("=+-@\t＝＋－＠")]
    assert f"'{FORMULA}" in {row["地区"] for row in cells(areas_csv(hostile()))}
    Draft202012Validator(load("feed")).validate(orjson.loads(as_json(hostile())))


def test_the_policy_allows_the_pages_own_style_and_script_alone() -> None:
    page = page_of(summary(PROVINCE))
    policy = next(m.get("content", "") for m in page.iter("meta") if m.get("http-equiv"))
    assert policy.startswith("default-src 'none'; ")
    for name in ("style", "script"):
        (element,) = page.iter(name)
        digest = base64.b64encode(hashlib.sha256((element.text or "").encode()).digest()).decode()
        assert f"{name}-src 'sha256-{digest}';" in policy
    text = render(summary(PROVINCE)).decode()
    for loading in ("http://", "https://", "url(", "@import", " src=", " style="):
        assert loading not in text


# -- small and large -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("made", [summary([]), summary([], [refused(), fault()])], ids=["nothing", "all refused"])
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_run_without_a_dossier_that_was_checked(made: FeedSummary, lang: str) -> None:
    page = page_of(made, lang)
    assert not tables(page, "areas")
    assert not tables(page, "items")
    assert b"0" in as_text(made, lang)
    assert cells(areas_csv(made)) == cells(items_csv(made)) == []
    Draft202012Validator(load("feed")).validate(orjson.loads(as_json(made)))


@pytest.mark.parametrize("code", ["430102", "430100", "430000", "110114"])
def test_one_dossier(code: str) -> None:
    made = summary([record(code)])
    page = page_of(made)
    assert plus(leaves(page)) == values(made.totals)
    assert f"示例{code}" in said(page)
    assert not tables(page, "map")
    assert f"示例{code}" in as_text(made).decode()


def test_three_thousand_counties_are_a_page_of_bounded_size() -> None:
    made = nation()
    data = render(made)
    assert made.totals.dossiers == 3069
    assert len(data) < 2_000_000
    page = page_of(made)
    assert plus(leaves(page)) == values(made.totals)
    shown = said(page)
    assert all(f"示例{line.code}" in shown for line in made.areas if line.own)
    assert not [d for d in page.iter("details") if "open" in d.attrib]
    assert len(cells(areas_csv(made))) == len(made.areas)
    assert len(as_text(made).splitlines()) < 80


def test_more_areas_than_the_page_has_room_for_are_left_out_aloud_oldest_first() -> None:
    made = nation(years=(2022, 2023, 2024))
    page = page_of(made)
    rows = sum(len(rows_of(tree)) for tree in tables(page, "areas"))
    assert rows <= ROWS
    kept = [s for s in page.iter("div") if s.get("class") == "year"]
    assert [inside(next(iter(year))) for year in kept] == ["2024 年度", "2023 年度", "2022 年度"]
    per_year = [sum(len(rows_of(t)) for t in year.iter("table")) for year in kept]
    assert per_year[0] == per_year[1] > per_year[2] > 0
    left = sum(
        number(m) for m in re.findall(r"其下 ([\d\u202f]+) 行未列出", "".join(said(year) for year in kept))
    )
    assert rows + left == len(made.areas) - 3  # the whole of each year is no row
    assert len(render(made)) < 4_000_000


def test_only_so_many_areas_are_held_against_each_other() -> None:
    made = summary([record(f"4301{n:02d}", outcomes=("fail",) * 5) for n in range(1, 61)])
    page = page_of(made)
    assert len(rows_of(tables(page, "compared")[0])) == overview.COMPARED
    assert len(rows_of(tables(page, "map")[0], "thead")[0]) == overview.COMPARED + 1
    assert said(page).count("另有 20 行未列出") == 2


def test_the_map_says_which_share_fails_of_those_concerned() -> None:
    kinds = {"430102": "fail", "430202": "not_applicable", "430302": "pass"}
    made = summary([record(code, outcomes=(kind, "pass", "pass", "pass", "pass")) for code, kind in kinds.items()])
    (table,) = tables(page_of(made), "map")
    assert [row[1:] for row in rows_of(table)] == [["100", "–", "0"]]
    shades = [cell.get("class") for part in table.iter("tbody") for cell in part.iter("td")]
    assert shades == ["s5", None, None]


# -- a real run --------------------------------------------------------------------------------------------------------


def test_a_real_run(tmp_path: Path) -> None:
    file = tmp_path / "feed.jsonl"
    codes = ["999901", "999901", "999902", "999000"]
    made = [
        dict(generate(3, n, n % 2).dossier) | {"dossier_id": f"d{n}", "area_code": code, "area_name": f"示例{code}"}
        for n, code in enumerate(codes)
    ]
    file.write_bytes(b"".join(orjson.dumps(one, default=str) + b"\n" for one in made) + b"[1, 2]\n")
    out = tmp_path / "结果"
    arguments = ["feed", str(file), "--out", str(out), "--jobs", "1", "--profile", PROFILE, "--as-of", "2024-03-31"]
    result = CliRunner().invoke(cli, [*arguments, "--max-findings", "1"])
    assert result.exit_code == 3, result.output
    page = html5lib.HTMLParser(strict=True, namespaceHTMLElements=False).parse((out / "overview.html").read_text("utf-8"))
    records = [orjson.loads(line) for line in (out / "dossiers.jsonl").read_bytes().splitlines()]
    checked = [one for one in records if one["status"] == "checked"]
    total = plus(leaves(page))
    assert total[0] == len(checked) == 4
    for name in ("communities", "households", "unstated", "rectify", "improve", "pending"):
        assert total[FIELDS.index(name)] == sum(one[name] for one in checked)
    rows = cells((out / "areas.csv").read_bytes())
    assert {row["区划代码"]: int(row["本级档案"]) for row in rows if int(row["本级档案"])} == Counter(codes)
    assert "feed.jsonl:5" in result.output
    assert "feed.jsonl:5" in said(page)
    assert "写出1条" in said(page)


# -- in a browser --------------------------------------------------------------------------------------------------------

NO_BROWSER, NO_AXE = why_not(), why_not(axe=True)


def write(made: FeedSummary, folder: Path) -> Path:
    file = folder / "overview.html"
    file.write_bytes(render(made))
    return file


@pytest.mark.skipif(NO_AXE is not None, reason=NO_AXE or "")
@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("width", [1280, 390])
def test_axe_finds_nothing(tmp_path: Path, width: int, dark: bool) -> None:
    made = summary(PROVINCE, [refused(), fault()], findings_written=1)
    with open_page(write(made, tmp_path), width, 900, dark) as page:
        assert page.said == []
        assert page.run("document.documentElement.scrollWidth") == width
        found = page.axe()
        page.run("document.getElementById('unfold').click(); document.querySelector('[data-set=en]').click()")
        page.run("document.querySelector('table.areas thead th:nth-child(4) button').click()")
        assert page.run("document.documentElement.scrollWidth") == width
        assert [*found, *page.axe()] == []


@pytest.mark.skipif(NO_BROWSER is not None, reason=NO_BROWSER or "")
def test_trees_fold_are_searched_and_sorted(tmp_path: Path) -> None:
    def names(page: Any) -> Any:
        return page.run(
            "[...document.querySelectorAll('details.tree:not([hidden])[open] tbody:not([hidden]) tr:not([hidden]) th')]"
            ".map(th => th.textContent.replace(/\\s+/g, ''))"
        )

    with open_page(write(summary(PROVINCE), tmp_path)) as page:
        assert names(page) == []
        page.run("document.getElementById('unfold').click()")
        whole = names(page)
        assert len(whole) > 10
        page.run("document.querySelector('.twig').click()")
        assert len(names(page)) < len(whole)
        page.run("document.getElementById('fold').click()")
        assert names(page) == []
        page.run("document.getElementById('q').value = '110114'; document.getElementById('areas-filter').requestSubmit()")
        assert [name for name in names(page) if "示例110114" in name]
        assert not [name for name in names(page) if "示例430102" in name]
        assert page.run("document.querySelectorAll('details.tree:not([hidden])').length") == 1
        page.run("document.getElementById('q').value = 'nowhere'; document.getElementById('areas-filter').requestSubmit()")
        assert not page.run("document.getElementById('none').hidden")
        page.run(
            "document.getElementById('q').value = ''; document.getElementById('with').value = '3';"
            "document.getElementById('with').dispatchEvent(new Event('change'))"
        )
        page.run("[...document.querySelectorAll('details.tree')].forEach(tree => { tree.open = true; })")
        assert [name for name in names(page) if "示例430202" in name]
        assert not [name for name in names(page) if "示例110114" in name]
        sort = "document.querySelector('table.items thead th:nth-child(4) button').click()"
        numbers = "[...document.querySelectorAll('table.items')[0].tBodies[0].rows].map(r => +r.cells[3].textContent)"
        page.run(sort)
        down = page.run(numbers)
        page.run(sort)
        assert down == sorted(down, reverse=True)
        assert page.run(numbers) == sorted(down)
        assert page.said == []
        assert page.run("performance.getEntriesByType('resource').length") == 0


@pytest.mark.skipif(NO_BROWSER is not None, reason=NO_BROWSER or "")
def test_without_its_script_all_can_be_read(tmp_path: Path) -> None:
    bare = tmp_path / "bare.html"
    bare.write_text(render(summary(PROVINCE)).decode().replace("script-src &#39;sha256-", "script-src &#39;sha256-no"), "utf-8")
    with open_page(bare) as page:
        assert page.run("document.documentElement.className") == ""
        page.run("document.querySelectorAll('details').forEach(tree => { tree.open = true; })")
        shown = page.run("[...document.querySelectorAll('table.areas tbody tr')].filter(r => r.offsetHeight > 0).length")
        assert shown == page.run("document.querySelectorAll('table.areas tbody tr').length") > 5
