"""The four lists of reports: nothing is dropped, no unknown is called something to rectify, no cell is a formula."""

from __future__ import annotations

import copy
import csv
import io
import json
from collections import Counter
from datetime import date
from pathlib import Path
from random import Random
from typing import Any

import orjson
import pytest
from click.testing import CliRunner
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from rectifying import as_read, base, checked, county, dossier_of, finding, put, report_of, shuffled, written

from compliance.cli import cli
from compliance.rectify.lists import Terms, lists_of, problem_number
from compliance.rectify.reading import ReportsRefused, read_report, read_reports
from compliance.render.lists import COLUMNS, as_json, as_text, cells, columns, table
from compliance.render.sheet import as_csv, harmless
from compliance.schemas.rectify import LISTS, By, Entry, Lists
from compliance.schemas.report import REPORT_VERSION

ONE, TWO = "B7.1/community/c0001", "B7.1/community/c0002"


def entries(lists: Lists, name: str) -> list[Entry]:
    return [entry for section in getattr(lists, name) for entry in section.entries]


def sheet(data: bytes) -> list[list[str]]:
    assert data.startswith(b"\xef\xbb\xbf")
    return list(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline="")))


# -- what stands on which list --------------------------------------------------------------------------------


@pytest.mark.parametrize("mode", ["strict", "feed"])
@pytest.mark.parametrize("name", ["shili-county", "cases/eleven-audit-findings", "cases/late-starts-and-forged-tests"])
def test_every_finding_stands_once_on_the_list_of_its_disposition(name: str, mode: str) -> None:
    report = orjson.loads(county(name, mode))
    for by in ("area", "unit", "project", "item"):
        for grouped in (True, False):
            lists = lists_of([as_read(county(name, mode))], by=by, grouped=grouped)  # type: ignore[arg-type]
            for which in LISTS:
                told = Counter(a.finding for e in entries(lists, which) for a in e.affected)
                assert told == Counter(f["id"] for f in report["findings"] if f["disposition"] == which)


_outcomes = st.dictionaries(
    st.sampled_from([ONE, TWO, "B7.1/community/c0003", "B7.2/community/c0001", "B1.1/area/999901", "B9.1/project/p001"]),
    st.sampled_from(["fail", "unknown", "pass", "not_applicable"]),
)


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(_outcomes, st.sampled_from(["area", "unit", "project", "item"]), st.booleans())
def test_an_unknown_is_never_on_the_list_to_rectify(outcomes: dict[str, str], by: By, grouped: bool) -> None:
    report = base()
    for ident, outcome in outcomes.items():
        put(report, ident, outcome)
    lists = lists_of([as_read(report)], by=by, grouped=grouped)
    outcome_of = {f["id"]: f["outcome"] for f in report["findings"]}
    for name, owed in (("rectify", "fail"), ("improve", "fail"), ("supply", "unknown"), ("review", "unknown")):
        for entry in entries(lists, name):
            assert {outcome_of[a.finding] for a in entry.affected} == {owed}
    assert [e.position for e in entries(lists, "rectify")] == list(range(1, len(entries(lists, "rectify")) + 1))


def test_a_report_that_would_have_an_unknown_rectified_is_refused() -> None:
    report = put(base(), ONE, "unknown", disposition="rectify")
    with pytest.raises(ReportsRefused) as refused:
        as_read(report)
    assert [r.code for r in refused.value.refusals] == ["contradictory"]
    with pytest.raises(ReportsRefused):
        as_read(put(base(), ONE, "fail", disposition="none"))


# -- groups and numbers ---------------------------------------------------------------------------------------


def test_the_same_failing_of_many_is_one_entry_that_names_all() -> None:
    report = put(put(base(), ONE, "fail"), TWO, "fail")
    put(report, "B7.1/community/c0003", "fail", {1: "fail"})
    lists = lists_of([as_read(report)])
    group, other = (e for e in entries(lists, "rectify") if e.item == "B7.1")
    assert [a.id for a in group.affected] == ["c0001", "c0002"]
    assert group.says.zh.startswith("2个小区“改造意愿参与率与同意率”：")
    assert [a.number for a in group.affected] == ["999901-2023-B7.1-C-c0001", "999901-2023-B7.1-C-c0002"]
    assert other.number == "999901-2023-B7.1-C-c0003"
    one_by_one = lists_of([as_read(report)], grouped=False)
    assert len([e for e in entries(one_by_one, "rectify") if e.item == "B7.1"]) == 3


@settings(max_examples=5, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.integers(0, 1000))
def test_numbers_stay_when_the_dossier_is_put_in_another_order(seed: int) -> None:
    first = lists_of([as_read(report_of(2))])
    second = lists_of([as_read(checked(shuffled(dossier_of(2), Random(seed))))])
    for name in LISTS:
        told = [
            {(e.number, frozenset(a.number for a in e.affected)) for e in entries(lists, name)}
            for lists in (first, second)
        ]
        assert told[0] == told[1]


def test_numbers_are_unique() -> None:
    for name in ("cases/eleven-audit-findings", "cases/late-starts-and-forged-tests"):
        for by in ("area", "unit", "project"):
            lists = lists_of([as_read(county(name))], by=by)  # type: ignore[arg-type]
            numbers = [e.number for which in LISTS for e in entries(lists, which)]
            assert len(numbers) == len(set(numbers))
    assert problem_number("999901", 2023, "H6.1", "project", "x") != problem_number("999901", 2023, "H6.1", "area", "x")


def test_sections_by_unit_project_and_item() -> None:
    report = put(put(base(), ONE, "fail"), "B9.1/project/p001", "fail")
    finding(report, ONE)["responsible_unit"] = "示例河东街道办事处"
    finding(report, "B9.1/project/p001")["responsible_unit"] = None
    read = as_read(report)
    by_unit = {s.title.zh: len(s.entries) for s in lists_of([read], by="unit").rectify}
    assert by_unit == {"（未填报责任单位）": 1, "示例河东街道办事处": 1}
    (project,) = lists_of([read], by="project").rectify
    assert project.title.zh == "示例县（2023年度）示例县2023年第1老旧小区改造项目"
    assert {e.item for e in project.entries} == {"B7.1", "B9.1"}  # the community belongs to the project
    assert [s.key for s in lists_of([read], by="item").rectify] == ["B7.1", "B9.1"]


def test_many_reports_and_the_same_area_twice() -> None:
    other = put(base(), ONE, "fail")
    other["area"] |= {"code": "999902", "name": "另一县"}
    lists = lists_of([as_read(put(base(), ONE, "fail"), "a.json"), as_read(other, "b.json")])
    assert [s.title.zh for s in lists.rectify] == ["示例县（2023年度）", "另一县（2023年度）"]
    assert {e.number[:6] for e in entries(lists, "rectify")} == {"999901", "999902"}
    one = as_read(base(), "a.json")
    for again in (as_read(base(), "b.json"), one):
        with pytest.raises(ReportsRefused) as refused:
            lists_of([one, again])
        assert "same_area_twice" in {r.code for r in refused.value.refusals}


# -- what an entry says ---------------------------------------------------------------------------------------


def test_time_limits_are_suggestions_by_severity() -> None:
    def term(severity: str, terms: Terms | None = None) -> Any:
        report = put(base(), ONE, "fail", severity=severity)
        (entry,) = [e for e in entries(lists_of([as_read(report)], terms=terms), "rectify") if e.item == "B7.1"]
        return entry.term, cells(entry)

    told = {severity: term(severity)[0] for severity in ("critical", "major", "minor")}
    assert {s: (t.type, t.days) for s, t in told.items()} == {
        "critical": ("immediate", 30), "major": ("staged", 180), "minor": ("immediate", 60),
    }  # fmt: skip
    for days, kind in ((60, "immediate"), (61, "staged"), (365, "staged"), (366, "continuing")):
        assert term("major", Terms({"major": days}))[0].type == kind
    until, row = term("critical", Terms({"critical": 30}, counted_from=date(2024, 1, 31)))
    assert until.due == "2024-03-01"
    assert row[[k for k, _ in COLUMNS].index("term")] == "建议2024-03-01前（30日内）"
    assert row[[k for k, _ in COLUMNS].index("type")] == "建议立行立改"


def test_material_to_supply_has_its_own_words_and_its_own_time() -> None:
    report = put(base(), ONE, "unknown", reason="missing_evidence")
    finding(report, ONE)["checks"][0]["reason"] = "missing_evidence"
    (entry,) = entries(lists_of([as_read(report)]), "supply")
    row = dict(zip([k for k, _ in COLUMNS], cells(entry), strict=True))
    assert row["term"] == "建议自收到通知之日起5个工作日内"
    assert str(row["requirement"]).startswith("提供下列材料之一，或与之相当的证明：")
    assert row["status"] == "待补充"
    heads = columns("supply")
    assert not [h for h in heads if "整改" in h or "销号" in h]
    assert [h for h in columns("rectify") if "整改" in h] == ["整改要求", "整改措施", "整改类型", "整改时限", "整改状态"]
    assert len(COLUMNS) == 22


def test_an_entry_of_a_real_failing_is_whole() -> None:
    lists = lists_of([as_read(county("cases/late-starts-and-forged-tests"))])
    for entry in entries(lists, "rectify"):
        row = dict(zip([k for k, _ in COLUMNS], cells(entry), strict=True))
        for key in ("number", "item", "cite", "says", "affected", "evidence", "severity", "source", "requirement", "term"):
            assert row[key], key
        assert "建办城〔2021〕50号" in str(row["cite"])
    assert any(a.evidence for e in entries(lists, "rectify") for a in e.affected)


def test_an_incomplete_report_is_marked() -> None:
    report = put(base(), ONE, "fail")
    report["faults"] = [{"item": "B1.1", "check": "x", "subject": "area /", "message": {"zh": "故障", "en": "fault"}}]
    lists = lists_of([as_read(report)])
    assert all("报告不完整（检查程序有故障）" in [r.zh for r in e.remark] for e in entries(lists, "rectify"))
    assert "该报告不完整" in as_text(lists).decode()


# -- files ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "evil", ["=1+2", "+1", "-1+2", "@SUM(A1)", "\t=1", "\r=1", "＝1+2", "  =1", '=HYPERLINK("http://a.example","x")']
)
def test_a_cell_is_never_a_formula(evil: str) -> None:
    report = put(put(base(), ONE, "fail"), TWO, "fail")
    for ident in (ONE, TWO):
        made = finding(report, ident)
        made["subject"]["name"] = {"zh": evil, "en": evil}
        made["sentence"] = {"zh": evil, "en": evil}
        made["responsible_unit"] = evil
    for grouped in (True, False):
        for row in sheet(table(lists_of([as_read(report)], grouped=grouped), only=["rectify"]))[1:]:
            assert row[0].isdecimal()
            assert not [c for c in row if c[:1] in "=+-@\t\r＝＋－＠" and c]
    assert str(harmless(evil)).startswith("'")


def test_numbers_stay_numbers_and_every_mark_of_csv_comes_back() -> None:
    told = sheet(as_csv(["a"], [[-5, 'a,"b"\nc', "二"], [10, "-5", ""]]))
    assert told == [["a"], ["-5", 'a,"b"\nc', "二"], ["10", "'-5", ""]]


def test_a_group_too_long_for_a_cell_goes_on_in_the_next_row_and_names_everybody() -> None:
    report = base()
    like = finding(put(report, ONE, "fail"), ONE)
    for n in range(1000, 2500):
        made = copy.deepcopy(like)
        made["id"] = f"B7.1/community/c{n}"
        made["subject"] |= {"id": f"c{n}", "name": {"zh": f"示例第{n}小区", "en": f"community {n}"}}
        report["findings"].append(made)
    rows = sheet(table(lists_of([as_read(report)]), only=["rectify"]))[1:]
    assert len(rows) > 1
    assert len({row[1] for row in rows}) == 1
    assert [row[-1] for row in rows][1] == "续1"
    assert max(len(c) for row in rows for c in row) <= 32_767
    named = "、".join(row[5] for row in rows)
    assert all(f"示例第{n}小区（999901-2023-B7.1-C-c{n}）" in named for n in range(1000, 2500))
    text = as_text(lists_of([as_read(report)])).decode()
    assert "等1501个" in text
    assert "示例第2499小区" in as_text(lists_of([as_read(report)]), verbose=True).decode()


def test_json_has_both_languages_and_everything() -> None:
    lists = lists_of([as_read(county("cases/eleven-audit-findings"))])
    told = orjson.loads(as_json(lists))
    assert [len(s["entries"]) for s in told["rectify"]] == [len(s.entries) for s in lists.rectify]
    assert set(told["rectify"][0]["entries"][0]["says"]) == {"zh", "en"}
    for lang in ("zh", "en"):
        assert as_text(lists, lang)
        assert len(sheet(table(lists, lang))[0]) == 23


# -- what is read ---------------------------------------------------------------------------------------------


def test_any_layout_of_the_same_report_reads_the_same() -> None:
    report = put(base(), ONE, "fail")
    layouts = [
        written(report),
        json.dumps(report, ensure_ascii=False).encode(),
        json.dumps(report, indent=2).encode(),
        written(report).replace(b"\n", b"\r\n"),
        orjson.dumps(report),
    ]
    read = [read_report(data, "r.json") for data in layouts]
    for other in read[1:]:
        assert [f[:-1] for f in other.findings] == [f[:-1] for f in read[0].findings]
        assert other.findings[0].lines() == read[0].findings[0].lines()
        assert (other.items, other.subjects) == (read[0].items, read[0].subjects)


def test_a_report_that_is_cut_off_anywhere_is_known_to_be() -> None:
    """Within a character too, of which a report in Chinese has many."""
    sound = written(base())
    start = sound.index("小区".encode())
    for length in (1, 2, 50, *range(start - 20, start + 20), len(sound) - 3):
        with pytest.raises(ReportsRefused) as refused:
            read_report(sound[:length], "r.json")
        assert refused.value.refusals[0].code == "truncated", (length, sound[length - 10 : length])


BROKEN: dict[str, tuple[bytes | None, str]] = {
    "missing": (None, "file_missing"),
    "empty": (b"  \n", "empty_file"),
    "cut": (b"CUT", "truncated"),
    "text": ("这不是报告".encode(), "not_json"),
    "dossier": (b'{"dossier_id": "x", "communities": []}', "not_a_report"),
    "list": (b"[1, 2]", "not_a_report"),
    "older": (b'"0.9"', "older_version"),
    "newer": (b'"99.0"', "newer_version"),
    "oddly": (b'"one"', "not_a_report"),
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_file_that_is_no_report_is_refused_with_what_to_do(name: str, tmp_path: Path) -> None:
    data, code = BROKEN[name]
    path = tmp_path / f"{name}.json"
    sound = written(base())
    if data == b"CUT":
        data = sound[: len(sound) // 2]
    elif data is not None and name in ("older", "newer", "oddly"):
        data = sound.replace(f'"report_version":"{REPORT_VERSION}"'.encode(), b'"report_version":' + data, 1)
    if data is not None:
        path.write_bytes(data)
    with pytest.raises(ReportsRefused) as refused:
        read_reports([path])
    (refusal,) = refused.value.refusals
    assert (refusal.file, refusal.code) == (str(path), code)
    for lang in ("zh", "en"):
        assert getattr(refusal.what, lang)
        assert getattr(refusal.todo, lang)


@pytest.mark.parametrize("cut", [1, 2, 3, 4, 10, 1000])
def test_a_report_cut_anywhere_is_refused(cut: int) -> None:
    data = written(base())
    for part in (data[:-cut].rstrip(b"\n}"), data[: len(data) // cut // 2]):
        with pytest.raises(ReportsRefused):
            read_report(part, "cut.json")


def test_the_errors_of_all_files_are_told_at_once(tmp_path: Path) -> None:
    good = tmp_path / "good.json"
    good.write_bytes(written(base()))
    bad = tmp_path / "bad.json"
    bad.write_bytes(b"{}")
    with pytest.raises(ReportsRefused) as refused:
        read_reports([tmp_path / "none.json", good, bad])
    assert [r.code for r in refused.value.refusals] == ["file_missing", "not_a_report"]
    assert refused.value.text("en").count("what to do: ") == 2


@pytest.mark.parametrize(
    "spoil",
    [
        lambda r: r["findings"][3].pop("severity"),
        lambda r: r["findings"][3].update(outcome="maybe"),
        lambda r: r["findings"][3].update(item="Z9"),
        lambda r: r["findings"][3]["subject"].update(name=None),
        lambda r: r["findings"].append(r["findings"][3]),
        lambda r: r.pop("subjects"),
        lambda r: r["provenance"].update(mode="loose"),
        lambda r: r["area"].update(plan_year="soon"),
        lambda r: r.update(findings={}),
        lambda r: r["items"][0].pop("checks"),
    ],
)
def test_a_report_that_is_not_as_it_should_be_is_refused(spoil: Any) -> None:
    report = base()
    spoil(report)
    lines = [written(report)] if isinstance(report["findings"], list) else []
    for data in (*lines, orjson.dumps(report)):
        with pytest.raises(ReportsRefused):
            read_report(data, "r.json")


def test_what_is_wrong_within_a_finding_is_refused_when_it_is_asked_for() -> None:
    report = put(base(), ONE, "fail")
    del finding(report, ONE)["checks"][0]["values"][0]["op"]
    read = as_read(report)
    with pytest.raises(ReportsRefused):
        lists_of([read])


# -- the command ----------------------------------------------------------------------------------------------


def run(*arguments: str) -> Any:
    return CliRunner().invoke(cli, ["rectify", "list", *arguments])


def test_the_command(tmp_path: Path) -> None:
    path = tmp_path / "r.json"
    path.write_bytes(written(put(base(), ONE, "fail")))
    target = tmp_path / "整改清单.csv"
    done = run(str(path), "--report", "text", "--report", f"csv:{target}", "--only", "rectify", "--term", "major=90")
    assert done.exit_code == 0, done.output
    assert "建议自收到通知之日起90日内" in done.output
    assert sheet(target.read_bytes())[1][1] == "999901-2023-B7.1-C-c0001"
    assert json.loads(run(str(path), "--report", "json").stdout)["rectify"]
    assert run(str(path), "--term", "major=0").exit_code == 2
    assert run(str(path), "--term", "major").exit_code == 2
    assert run(str(path), "--report", "xml").exit_code == 2
    assert run(str(path), "--from", "2024-02-30").exit_code == 2
    refused = run(str(tmp_path / "none.json"), str(target))
    assert refused.exit_code == 3
    assert "file_missing" in refused.stderr
    assert "not_json" in refused.stderr
    assert json.loads(run(str(tmp_path / "none.json"), "--report", "json").stdout)["refused"] is True
    broken = base()
    broken["faults"] = [{"item": "B1.1", "check": "x", "subject": "area /", "message": {"zh": "故障", "en": "fault"}}]
    path.write_bytes(written(broken))
    assert run(str(path)).exit_code == 4
