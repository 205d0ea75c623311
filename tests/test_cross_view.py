"""Every format carries the outcomes of the JSON report: finding by finding, or else why not and what stands in it instead.

A format that is added has to be given a reader here, or a reason why it holds no outcomes.
"""

from __future__ import annotations

import csv
import json
import re
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import cache
from io import BytesIO, StringIO
from typing import Any

import html5lib
import pyarrow.parquet as pq
import pytest
import yaml
from docx import Document
from lxml import etree
from openpyxl import load_workbook

from compliance.rectify.lists import lists_of
from compliance.rectify.reading import read_report
from compliance.render import formats, render, render_refusal
from compliance.render.plain import visible
from compliance.render.words import WORDS
from compliance.schemas.report import Bilingual, Fault, Report
from tests.rendered import REFUSED, determined, dossier, judged
from tests.sample_report import sample

Json = dict[str, Any]
Outcomes = dict[str, str]
"""Id of a finding → its outcome"""

CODES = {words.zh: code for code, words in WORDS["outcome"].items()}
KINDS = {words.zh: code for code, words in WORDS["kind"].items()}


@cache
def faulty() -> Report:
    fault = Fault("B7.1", "participation", "c0007", Bilingual("除数为零", "division by zero"))
    return replace(judged("variant"), faults=(fault,), integrity=("A-03",))


CASES: Mapping[str, Callable[[], Report]] = {
    "passing and failing": lambda: judged("variant"),
    "strict": lambda: judged("shili-county"),
    "audit findings": lambda: judged("cases/eleven-audit-findings"),
    "a city's published figures": lambda: judged("cities/xiangtan-2021"),
    "generated": lambda: judged("generated"),
    "determined by persons": determined,
    "with faults": faulty,
    "made by hand": sample,
}


@cache
def in_json(name: str) -> Outcomes:
    return {f["id"]: f["outcome"] for f in json.loads(render(CASES[name](), "json"))["findings"]}


@pytest.fixture(params=CASES)
def case(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def rendered(name: str, form: str, **options: Any) -> bytes:
    return render(CASES[name](), form, **options)


# -- formats with an outcome a finding ------------------------------------------------------------------------------

_KINDS = {"pass": "pass", "fail": "fail", "open": "unknown", "review": "unknown", "notApplicable": "not_applicable"}


def _sarif(data: bytes) -> Outcomes:
    run = json.loads(data)["runs"][0]  # what follows has doubts about the data
    return {r["properties"]["id"]: _KINDS[r["kind"]] for r in run["results"]}


def _junit(data: bytes) -> Outcomes:
    types = {"fail": "fail", "improve": "fail", "unknown": "unknown", "not_applicable": "not_applicable"}
    cases = [case for case in etree.fromstring(data).iter("testcase") if case.find("error") is None]
    cases = [case for case in cases if "/" in case.get("name").split(" ")[0]]  # the others are about the data
    cases = [case for case in cases if not case.get("classname").startswith("DQ")]
    return {case.get("name").split(" ")[0]: types[case[0].get("type")] if len(case) else "pass" for case in cases}


def _props(part: Json) -> dict[str, str]:
    return {prop["name"]: prop["value"] for prop in part["props"]}


def _oscal(data: bytes) -> Outcomes:
    """The observations; that each has the finding of its outcome is told by the status."""
    (result,) = json.loads(data)["assessment-results"]["results"]
    seen = {_props(o)["finding-id"]: _props(o)["outcome"] for o in result["observations"]}
    states = {_props(f)["finding-id"]: f["target"]["status"]["reason"] for f in result["findings"]}
    told = {"pass": "pass", "fail": "fail", "other": "unknown"}
    assert {ident: told[reason] for ident, reason in states.items()} == {ident: seen[ident] for ident in states}
    without = {ident for ident, outcome in seen.items() if outcome != "not_applicable"} - set(states)
    assert {o["methods"][0] for o in result["observations"] if _props(o)["finding-id"] in without} <= {"INTERVIEW"}
    return seen


def _parquet(data: bytes) -> Outcomes:
    return {row["finding"]: row["outcome"] for row in pq.read_table(BytesIO(data)).to_pylist()}


def _rows(rows: list[Json]) -> Outcomes:
    return {f"{r['条目']}/{KINDS[r['对象类型']]}/{r['对象编号'] or ''}": CODES[r["结论"]] for r in rows}


def _csv(data: bytes) -> Outcomes:
    return _rows(list(csv.DictReader(StringIO(data.decode("utf-8-sig"), newline=""))))


def _xlsx(data: bytes) -> Outcomes:
    head, *rows = load_workbook(BytesIO(data))["全部条目"].iter_rows(values_only=True)
    return _rows([dict(zip(map(str, head), row, strict=True)) for row in rows])


READERS: Mapping[str, Callable[[bytes], Outcomes]] = {
    "sarif": _sarif, "junit": _junit, "oscal": _oscal, "parquet": _parquet, "csv": _csv, "xlsx": _xlsx,
}  # fmt: skip


@pytest.mark.parametrize("form", READERS)
def test_every_finding_has_the_outcome_of_the_json_report(form: str, case: str) -> None:
    told = in_json(case)
    assert told
    assert READERS[form](rendered(case, form)) == told


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_the_lists_change_no_outcome(form: str) -> None:
    case = "determined by persons"
    lists = lists_of([read_report(rendered(case, "json"), "d.json")])
    assert READERS[form](rendered(case, form, lists=lists)) == in_json(case)


def test_lines_and_columns_change_no_outcome() -> None:
    for form in ("sarif", "junit"):
        with_places = render(judged("variant"), form, dossier=dossier("variant"), path="a.json")
        assert READERS[form](with_places) == in_json("passing and failing")


# -- formats that hold some of them by design -----------------------------------------------------------------------


def test_code_scanning_has_the_failings_and_counts_the_rest(case: str) -> None:
    """GitHub takes every result for a problem."""
    data = rendered(case, "code_scanning")
    assert _sarif(data) == {ident: outcome for ident, outcome in in_json(case).items() if outcome == "fail"}
    left = Counter[str]()
    for kind, number in json.loads(data)["runs"][0]["properties"]["resultsLeftOut"].items():
        left[_KINDS[kind]] += number
    assert left == Counter(outcome for outcome in in_json(case).values() if outcome != "fail")


def test_the_plan_of_action_has_what_is_to_be_done(case: str) -> None:
    """What passes, does not apply, or waits for a person or the place needs no action of the unit's."""
    items = json.loads(rendered(case, "oscal_poam"))["plan-of-action-and-milestones"]["poam-items"]
    told = {_props(item)["finding-id"]: _props(item)["outcome"] for item in items if "finding-id" in _props(item)}
    acted_on = {f.id for f in CASES[case]().findings if f.disposition in ("rectify", "improve", "supply")}
    assert told == {ident: outcome for ident, outcome in in_json(case).items() if ident in acted_on}


def test_annotations_have_what_fails_or_is_open_and_count_the_rest(case: str) -> None:
    """GitHub shows few annotations, so passes are only counted."""
    text = rendered(case, "github").decode()
    told = in_json(case)
    pairs = re.findall(r"\((不符合|待证)(?:%2C|,).*\[([^\[\]]+)\] [^\[\]]*$", text, re.MULTILINE)
    assert {ident: CODES[word] for word, ident in pairs} == {i: o for i, o in told.items() if o in ("fail", "unknown")}
    counts = Counter(told.values())
    for word, code in CODES.items():
        if CASES[case] is not sample:  # its tallies are made by hand, and not of its findings
            assert re.search(rf"[ ，]{word} {counts[code]}\b", text.splitlines()[-1])


def test_the_prepared_determinations_have_what_a_person_must_judge(case: str) -> None:
    """Whoever fills them in needs nothing else."""
    prepared = yaml.safe_load(rendered(case, "determinations"))["determinations"] or []
    told = {entry["finding"]: entry["old"]["outcome"] for entry in prepared}
    waiting = {f.id for f in CASES[case]().findings if any(c.reason == "needs_judgement" for c in f.checks)}
    assert told == {ident: in_json(case)[ident] for ident in waiting}


# -- formats for people: rows, or counts where passes are folded ----------------------------------------------------


def test_the_annex_of_the_document_has_a_row_a_finding(case: str) -> None:
    document = Document(BytesIO(rendered(case, "docx")))
    annex = next(t for t in document.tables if t.rows[0].cells[-1].text == "责任单位")
    rows = [[cell.text for cell in row.cells] for row in annex.rows][1:]
    findings = CASES[case]().findings
    assert len(rows) == len(findings)
    for row, finding in zip(rows, findings, strict=True):
        assert row[1] == finding.item
        assert row[2] == visible(finding.subject.name.zh)
        assert CODES[re.split(r"[（\n]", row[3])[0]] == in_json(case)[finding.id]


def test_the_page_has_every_finding_in_a_row_or_a_count_of_its_outcome(case: str) -> None:
    root = html5lib.parse(rendered(case, "html").decode(), namespaceHTMLElements=False)
    told = in_json(case)
    wanted = Counter((ident.split("/")[0], outcome) for ident, outcome in told.items())
    found: Counter[tuple[str, str]] = Counter()
    for place in root.iter("details"):
        if not place.get("class", "").startswith("item"):
            continue
        for group in place.iter("div"):
            outcome = group.get("data-group")
            if outcome is None:
                continue
            for row in group.iter("tr"):
                ident = row.get("data-f")
                if ident:
                    assert told[ident] == outcome
                    found[place.get("id"), outcome] += 1
            found[place.get("id"), outcome] += sum(int(fold.get("data-n", 0)) for fold in group.iter("details"))
    only_asked = {item for item, _ in wanted} - {item for item, _ in found}
    assert {outcome for item, outcome in wanted if item in only_asked} <= {"unknown"}
    assert found == Counter({key: number for key, number in wanted.items() if key[0] not in only_asked})
    places = {element.get("id") for element in root.iter("tr") if element.get("id")}
    assert only_asked <= places, "questions of the body stand in a table of their own"


def test_the_text_says_all_that_fails_or_is_open_and_counts_the_rest(case: str) -> None:
    text = rendered(case, "text", verbose=True, width=400).decode()
    told, findings = in_json(case), CASES[case]().findings
    if CASES[case] is not sample:
        (totals,) = re.findall(r"^全部认定（项）\s+(\d+)\s+(\d+)\s+(\d+)\s+(\d+)$", text, re.MULTILINE)
        counts = Counter(told.values())
        assert [int(n) for n in totals] == [counts[o] for o in ("pass", "fail", "unknown", "not_applicable")]
    whole = re.sub(r"\s", "", text)
    for finding in findings:
        if finding.outcome == "fail" or (finding.outcome == "unknown" and not finding.questions):
            assert re.sub(r"\s", "", visible(finding.sentence.zh)) in whole, finding.id
        elif finding.outcome == "unknown":
            assert re.search(rf"^ *[?✗] {re.escape(finding.item)}  ", text, re.MULTILINE), finding.id


WITHOUT = {"onsite": "asks what a visit can settle, and leaves the outcome to be written by hand"}
TOLD = {"json", *READERS, "code_scanning", "oscal_poam", "github", "determinations", "docx", "html", "text"}


def test_no_format_is_forgotten() -> None:
    assert set(formats()) == TOLD | set(WITHOUT)


# -- what is no outcome ---------------------------------------------------------------------------------------------


def test_a_fault_is_told_wherever_it_bears_on_what_is_told() -> None:
    made, says = faulty(), "除数为零"
    assert json.loads(render(made, "json"))["faults"][0]["message"]["zh"] == says
    for form in ("sarif", "code_scanning", "junit", "github", "oscal", "html", "text"):
        assert says in render(made, form).decode(), form
    assert "不完整" in render(made, "oscal_poam").decode()
    metadata = pq.read_table(BytesIO(render(made, "parquet"))).schema.metadata
    assert json.loads(metadata[b"compliance.faults"])[0]["message"]["zh"] == says
    document = Document(BytesIO(render(made, "docx")))
    cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    assert says in "\n".join([*(p.text for p in document.paragraphs), *cells])
    book = load_workbook(BytesIO(render(made, "xlsx")))
    assert any("故障" in str(value) for row in book["说明"].iter_rows(values_only=True) for value in row)


def test_a_refusal_says_the_same_in_every_format_that_programs_read() -> None:
    codes = [error.code for error in REFUSED.errors]
    assert [e["code"] for e in REFUSED.to_json()["errors"]] == codes
    for form in ("sarif", "code_scanning"):
        run, *_ = json.loads(render_refusal(REFUSED, form) or b"")["runs"]
        told = run["invocations"][0]["toolExecutionNotifications"]
        assert [n["descriptor"]["id"].partition("/")[2] for n in told] == codes
        assert "results" not in run
    log = json.loads(render_refusal(REFUSED, "oscal") or b"")["assessment-results"]["results"][0]["assessment-log"]
    assert [_props(entry)["code"].replace("-", "_") for entry in log["entries"]] == codes
    assert len(etree.fromstring(render_refusal(REFUSED, "junit") or b"").findall(".//error")) == len(codes)
    assert len(re.findall("^::error ", (render_refusal(REFUSED, "github") or b"").decode(), re.MULTILINE)) == len(codes)


@pytest.mark.parametrize(
    "form", ["csv", "determinations", "docx", "html", "onsite", "oscal_poam", "parquet", "text", "xlsx"]
)
def test_what_people_or_tables_hold_has_no_form_for_a_refusal(form: str) -> None:
    """A table of no rows, or a plan without an item, would read as nothing found."""
    assert render_refusal(REFUSED, form) is None
