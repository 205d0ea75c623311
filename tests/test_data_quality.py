"""Doubts about the data: each is noticed where it is planted and nowhere else, and none touches the standard."""

from __future__ import annotations

import copy
import json
from collections import Counter
from dataclasses import replace
from decimal import Decimal
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema.validators import validator_for
from lxml import etree
from mutation import Tried, _around, outcome, survivors
from openpyxl import load_workbook
from places import AS_OF, bench, files_of, raw_of
from small_law import spoiled

from compliance.assembly import report as made_of
from compliance.bench import load_law, put
from compliance.cases import outcome_of_case, run_cases
from compliance.cli import cli
from compliance.commands.quality import with_quality
from compliance.evidence.present import attachment_states
from compliance.measures.soundness import KINDS, measure_kinds
from compliance.measures.soundness.codes import REPLACED
from compliance.measures.subjects import Case
from compliance.rectify.reading import ReportsRefused, read_report
from compliance.render import render
from compliance.rulebook import load_rulebook
from compliance.rulebook.clauses import clause_of
from compliance.schemas.conditions import MeasureRef, atoms
from compliance.schemas.dossier import Dossier
from compliance.schemas.generate import load
from compliance.schemas.received import Received
from compliance.schemas.report import Bilingual, DataQuality, Fault, Report
from compliance.schemas.rulebook import RulebookError
from compliance.schemas.scalars import days
from compliance.soundness import doubts_of, load_checks, load_numbers, look
from fixtures.builder.doubts import planted, read_planted
from fixtures.builder.variants import changed
from fixtures.builder.write import BUILT

LAW = load_checks()
TRIED = {
    check.id: Tried(
        check.id,
        check,
        tuple(case for case in item.spec.cases if case.check == check.name),
        _around(check, item.checks, item.spec.cases, LAW),
    )
    for item in LAW.items
    for check in item.checks
}


def quality_of(raw: Any, as_of: str = "2024-03-31") -> DataQuality:
    exact = json.loads(json.dumps(raw, default=str), parse_float=str)
    return doubts_of(look(Case(Dossier.model_validate(exact), days(as_of)), {}))


def counted(quality: DataQuality) -> Counter[str]:
    return Counter(f"{doubt.item}.{doubt.check}" for doubt in quality.findings)


@cache
def base_of(name: str) -> Counter[str]:
    return counted(quality_of(changed(name, []).dossier))


# -- the checks themselves -------------------------------------------------------------------------------------


@pytest.mark.parametrize("ident", TRIED)
def test_every_case_comes_out_as_written_by_the_engine_and_by_the_oracle(ident: str) -> None:
    one = TRIED[ident]
    for case in one.cases:
        found, reason = outcome_of_case(one.check, case, LAW)
        assert (found, outcome(one.check, case, LAW.kinds, LAW)) == (case.outcome, case.outcome), case
        assert case.reason in (None, reason), case


def test_the_cases_notice_every_small_mistake() -> None:
    found = [survivors(one) for one in TRIED.values()]
    assert sum(number for number, _ in found) >= 300
    assert [said for _, left in found for said in left] == []


def test_every_number_has_a_value_with_its_source_and_says_what_it_is_not() -> None:
    numbers = load_numbers()
    assert numbers.settings.keys() == LAW.parameters.keys()
    assert all(s.source.document and s.source.section for s in numbers.settings.values())
    notes = {name: entries[0].note or "" for name, entries in numbers.layers[0].spec.parameters.items()}
    assert all("不是规定" in notes[name] for name in notes if "_per_household_" in name)


def test_every_measure_is_asked_and_every_kind_of_subject_too() -> None:
    asked = {
        (check.subject, side)
        for check in LAW.checks
        for tree in (check.holds, check.when, *(word.when for word in check.remarks))
        if tree is not None
        for atom in atoms(tree)
        for side in (atom.measure, atom.limit.name if isinstance(atom.limit, MeasureRef) else None)
        if isinstance(side, str)
    }
    told = {"done", "part"}  # said of the subject's name, asked by nobody
    assert {(k, m) for k, found in measure_kinds().items() for m in found} - asked <= {
        (k, m) for k in ("part", "done", "alike", "identity", "counts") for m in told | {"alike_in", "identity", "counted"}
    }
    assert {check.subject for check in LAW.checks} == KINDS.keys()


def test_the_standard_knows_nothing_of_them() -> None:
    assert not [item for item in load_law().items if item.id.startswith("DQ")]
    assert not {kind for kind in load_law().kinds if kind in KINDS}


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("- item: DQ1\n", "- item: B1.1\n", "does not belong to clause DQ"),
        ("  rests_on: {zh: 数据勾稽关系, en: Arithmetic of the data}\n", "", "says what it rests_on"),
        ("  cite: {}\n", "  cite: {annex: 一（一）1}\n", "cites no section"),
        ("beyond_whole: {at_most: 0}}", "beyond_whol: {at_most: 0}}", "did you mean 'beyond_whole'"),
    ],
)
def test_a_check_that_does_not_fit_is_refused_with_its_place(old: str, new: str, said: str, tmp_path: Any) -> None:
    from compliance.explain import clause_file

    text = clause_file("DQ").replace(old, new, 1)
    (tmp_path / "DQ_data.yaml").write_text(text, "utf-8")
    with pytest.raises(RulebookError, match=said):
        clause_of(tmp_path / "DQ_data.yaml", LAW.kinds, LAW.parameters, ())


# -- what is planted is found ----------------------------------------------------------------------------------


@pytest.mark.parametrize("name", planted())
def test_exactly_the_doubts_that_are_planted_are_raised(name: str) -> None:
    one = read_planted(name)
    quality = quality_of(one.build().dossier)
    found = counted(quality)
    base = base_of(one.base)
    assert {check: found[check] - base[check] for check in found | base if found[check] != base[check]} == one.doubts
    said = [remark.zh for doubt in quality.findings for remark in doubt.remarks]
    assert [text for text in said if one.remark in text] if one.remark else not said
    for doubt in quality.findings:
        assert "存疑" in doubt.sentence.zh
        assert "不符合" not in doubt.sentence.zh + "".join(step.zh for step in doubt.look)
        assert doubt.values
        assert doubt.look
        assert doubt.sentence.en


def test_every_check_is_planted_somewhere() -> None:
    assert {check for name in planted() for check in read_planted(name).doubts} == {check.id for check in LAW.checks}


@pytest.mark.parametrize("base", sorted(BUILT))
def test_the_ids_of_doubts_are_their_own(base: str) -> None:
    ids = [doubt.id for doubt in quality_of(changed(base, []).dossier).findings]
    assert len(ids) == len(set(ids))


def test_what_is_not_reported_raises_no_doubt() -> None:
    bare = {"schema_version": "1.0", "dossier_id": "d", "area_code": "999901", "area_name": "示例县", "fictional": True}
    bare |= {"area_level": "county", "plan_year": 2023}
    assert not quality_of(bare).findings
    named = bare | {"communities": [{"community_id": f"c{i}", "name": f"示例{i}小区"} for i in range(20)]}
    quality = quality_of(named)
    assert not quality.findings
    assert {check.check: check.unknown for check in quality.checks if check.item == "DQ1"} == {
        "not_too_small": 20, "not_too_large": 20,
    }  # fmt: skip


def test_a_unit_left_out_everywhere_is_told_once_with_the_whole_list_behind_it() -> None:
    def areas(number: int, wrong: int) -> DataQuality:
        homes = [
            {"community_id": f"c{i}", "name": f"示例{i}小区", "households": 100 + i, "floor_area_m2": "0.8" if i < wrong else 8000}
            for i in range(number)
        ]
        raw = raw_of("village")
        return quality_of({k: raw[k] for k in ("schema_version", "dossier_id", "area_code", "area_name", "area_level")}
                          | {"plan_year": 2023, "fictional": True, "communities": homes})  # fmt: skip

    whole = areas(10, 9)  # nine of ten are nearly all, but fewer than ten
    assert not whole.nearly_all
    assert len(whole.findings) == 9
    (told,) = areas(20, 18).nearly_all
    assert (told.item, told.check, told.doubtful, told.asked) == ("DQ1", "not_too_small", 18, 20)
    assert "单位" in told.sentence.zh
    assert len([d for d in areas(20, 18).findings if d.nearly_all]) == 18
    assert not areas(20, 17).nearly_all


def test_the_fourteen_sums_of_a_published_table_are_within_their_rounding() -> None:
    """Fourteen entries of two decimals may be 14 × 0.005 off; the table's own sum is 0.03 off."""
    plan = {"plan_id": "p", "year": 2021}
    head = raw_of("village")
    head = {k: head[k] for k in ("schema_version", "dossier_id", "area_code", "area_name", "area_level")}
    parts = ["53742.41"] * 13 + ["53742.43"]
    assert sum(map(Decimal, parts)) == Decimal("752393.76")
    for stated, doubts in (("752393.73", 0), ("752393.69", 0), ("752393.68", 1)):
        entries = [{"source": "county", "amount_10k": part} for part in parts]
        raw = head | {"plan_year": 2021, "fictional": True, "plans": [plan | {"planned_investment_10k": stated, "funding_plan": entries}]}
        assert counted(quality_of(raw))["DQ4.not_beyond"] == doubts, stated


def test_codes_that_ended_after_the_list_name_what_took_their_place() -> None:
    from compliance.measures.columns import Columns

    raw = raw_of("village")
    raw["communities"][0]["county_code"] = "410381"
    columns = Columns(Case(Dossier.model_validate(raw), days(AS_OF)), {}, KINDS)
    names = [columns.subject("area_code", i).name for i in range(len(columns.rows("area_code")))]
    assert any("410307" in name.zh and "410307" in name.en for name in names)
    assert all(len(heir) == 6 for _, heirs in REPLACED.values() for heir in heirs)


# -- the standard is untouched ---------------------------------------------------------------------------------


def both(raw: Any, mode: Any = "strict") -> tuple[Report, Report]:
    dossier = Dossier.model_validate(raw)
    files = files_of("village")
    states = attachment_states(dossier, files)
    judgement = put(dossier, states, bench(), mode)
    received = Received(dossier, "d.json", "0" * 64, 0, files)
    with_doubts = doubts_of(look(judgement.columns.case, states))
    return tuple(  # type: ignore[return-value]
        made_of(received, judgement, states, as_of_given=True, profile_given=True, quality=quality)
        for quality in (None, with_doubts)
    )


_PLACES = ("/communities/0/floor_area_m2", "/communities/1/households", "/plans/0/planned_investment_10k")


@settings(max_examples=15, deadline=None)
@given(st.lists(st.tuples(st.sampled_from(_PLACES), st.integers(0, 10**7)), max_size=3), st.sampled_from(["strict", "feed"]))
def test_with_doubts_looked_for_the_standard_says_the_very_same(changes: Any, mode: Any) -> None:
    raw = raw_of("village")
    for place, value in changes:
        *path, last = place.split("/")[1:]
        holder: Any = raw
        for part in path:
            holder = holder[int(part)] if isinstance(holder, list) else holder[part]
        holder[last] = value
    without, with_doubts = both(raw, mode)
    assert without.data_quality is None
    first, second = json.loads(render(without, "json")), json.loads(render(with_doubts, "json"))
    assert second["data_quality"] is not None
    assert {k: v for k, v in first.items() if k != "data_quality"} == {k: v for k, v in second.items() if k != "data_quality"}


@settings(max_examples=20, deadline=None)
@given(st.randoms(use_true_random=False))
def test_the_order_of_the_entries_changes_no_count(random: Any) -> None:
    data = read_planted("dq10-one-name-twice-in-a-street").build().dossier
    mixed = data | {name: random.sample(value, len(value)) for name, value in data.items() if isinstance(value, list)}
    assert counted(quality_of(mixed)) == counted(quality_of(data))


def test_a_folder_of_other_checks_can_be_read_beside_the_shipped_ones(tmp_path: Any) -> None:
    from importlib.resources import files

    folder = files("compliance") / "rules" / "data_quality"
    for name in ("standard.yaml", "DQ_data.yaml"):
        (tmp_path / name).write_text((folder / name).read_text("utf-8"), "utf-8")
    law = load_rulebook(measure_kinds(), tmp_path)
    assert law.sha256 == LAW.sha256
    assert not list(run_cases(law))
    text, _ = spoiled((tmp_path / "DQ_data.yaml").read_text("utf-8"), "given: {beyond_whole: 1}", "given: {beyond_whole: 0}")
    (tmp_path / "DQ_data.yaml").write_text(text, "utf-8")
    assert [one.check for one in run_cases(load_rulebook(measure_kinds(), tmp_path))] == ["DQ3.within_whole"]


# -- what each format says of them -----------------------------------------------------------------------------

SCHEMAS = Path(__file__).resolve().parent / "schemas"


@cache
def doubtful() -> Report:
    """Thirty-six of forty areas without their 万, and a few doubts besides."""
    raw = copy.deepcopy(dict(read_planted("dq1-area-written-without-wan").build().dossier))
    for community in raw["communities"][1:36]:
        community["floor_area_m2"] = str(Decimal(str(community["floor_area_m2"])).scaleb(-4).quantize(Decimal("0.0001")))
    dossier = Dossier.model_validate(json.loads(json.dumps(raw, default=str), parse_float=str))
    judgement = put(dossier, {}, bench(), "feed")
    quality = doubts_of(look(judgement.columns.case, {}))
    received = Received(dossier, "d.json", "0" * 64, 0, {})
    return made_of(received, judgement, {}, as_of_given=True, profile_given=True, quality=quality)


def test_sarif_has_them_in_a_run_of_their_own_for_review_without_a_level() -> None:
    log = json.loads(render(doubtful(), "sarif"))
    schema = json.loads((SCHEMAS / "sarif-2.1.0.json").read_bytes())
    assert [e.message for e in validator_for(schema)(schema).iter_errors(log)] == []
    standard, data = log["runs"]
    assert not [r for r in standard["results"] if r["ruleId"].startswith("DQ")]
    assert not [r for r in standard["tool"]["driver"]["rules"] if r["id"].startswith("DQ")]
    rules = [rule["id"] for rule in data["tool"]["driver"]["rules"]]
    assert rules == [item.id for item in LAW.items]
    for result in data["results"]:
        assert (result["kind"], result["level"]) == ("review", "none")
        assert rules[result["ruleIndex"]] == result["ruleId"]
    (once,) = [r for r in data["results"] if r["ruleId"] == "DQ1"]
    assert len(once["relatedLocations"]) == 1 + 35  # the households of the first, and the other thirty-five
    assert not [r for run in json.loads(render(doubtful(), "code_scanning"))["runs"] for r in run["results"] if r["ruleId"].startswith("DQ")]


def test_junit_and_annotations_fail_nothing_for_them() -> None:
    with_doubts, without = doubtful(), replace(doubtful(), data_quality=None)
    tree, plain = (etree.fromstring(render(r, "junit")) for r in (with_doubts, without))
    assert tree.get("failures") == plain.get("failures")
    assert tree.get("errors") == plain.get("errors")
    (suite,) = [s for s in tree if "不计入结论" in s.get("name")]
    skipped = {case.get("name").split(" ")[0]: case[0] for case in suite.iter("testcase") if len(case)}
    assert skipped["DQ1.not_too_small"].get("type") == "doubt"
    assert skipped["DQ1.not_too_small"].text.count("/floor_area_m2") == 36
    told, other = (render(r, "github").decode().splitlines() for r in (with_doubts, without))
    assert sum(line.startswith(("::error", "::warning")) for line in told) == sum(line.startswith(("::error", "::warning")) for line in other)
    assert [line for line in told if "DQ1" in line and line.startswith(("::notice", "- "))]


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_pages_and_workbooks_tell_them_apart_from_the_findings(lang: str) -> None:
    made = doubtful()
    title = "数据质量（不计入结论）" if lang == "zh" else "Soundness of the data (does not count)"
    for name in ("text", "html"):
        page = render(made, name, lang).decode()
        assert title in page
        assert title not in render(replace(made, data_quality=None), name, lang).decode()
    book = load_workbook(BytesIO(render(made, "xlsx", lang)))
    rows = list(book["数据质量" if lang == "zh" else "Data"].iter_rows(values_only=True))
    assert len(rows) - 1 == len(made.data_quality.findings)  # type: ignore[union-attr]
    assert sum(row[0] == "DQ1" for row in rows) == 36
    assert render(made, "csv", lang) == render(replace(made, data_quality=None), "csv", lang)


def test_json_carries_the_whole_list_in_both_languages_by_its_schema() -> None:
    data = json.loads(render(doubtful(), "json"))
    schema = load("report")
    assert [e.message for e in validator_for(schema)(schema).iter_errors(data)] == []
    told = data["data_quality"]
    assert told["rulebook_sha256"] == LAW.sha256
    assert told["values_sha256"] == load_numbers().sha256
    assert len([d for d in told["findings"] if d["nearly_all"]]) == told["nearly_all"][0]["doubtful"] == 36
    assert all(d["sentence"]["en"] and d["look"] and d["primary"] for d in told["findings"])


def test_reports_since_the_version_that_knew_no_doubts_are_read() -> None:
    data = render(doubtful(), "json")
    now = read_report(data, "r.json")
    head = json.loads(data)
    del head["data_quality"], head["origins"]
    for version in ("1.1", "1.2"):
        before = read_report(json.dumps(head | {"report_version": version}).encode(), "r.json")
        assert before.findings == now.findings
    for version in ("1.0", "1.3", "2.0"):
        with pytest.raises(ReportsRefused):
            read_report(json.dumps(head | {"report_version": version}).encode(), "r.json")


@pytest.mark.parametrize(
    ("options", "code"),
    [
        ((), 0),
        (("--fail-on-quality", "major"), 1),
        (("--fail-on-quality", "advisory"), 1),
        (("--fail-on-quality", "major", "--no-quality"), 0),
    ],
)
def test_the_gate_falls_for_doubts_only_when_asked(options: tuple[str, ...], code: int, tmp_path: Path) -> None:
    file = tmp_path / "d.json"
    raw = raw_of("village")
    raw["communities"][0]["fund_account"]["paid_households"] = 9999
    file.write_text(json.dumps(raw), "utf-8")
    args = ["check", str(file), "--as-of", AS_OF, "--mode", "feed", "--fail-on", "never", "--report", f"json:{tmp_path / 'r.json'}"]
    done = CliRunner().invoke(cli, [*args, *options])
    assert done.exit_code == code, done.output
    assert (json.loads((tmp_path / "r.json").read_bytes())["data_quality"] is None) == ("--no-quality" in options)


def test_a_severity_of_doubt_below_the_gate_lets_pass(tmp_path: Path) -> None:
    made = doubtful()
    assert made.data_quality is not None
    mild = replace(made, data_quality=replace(made.data_quality, worst="minor"))
    assert [with_quality(0, mild, gate) for gate in (None, "major", "minor", "advisory")] == [0, 0, 1, 1]
    assert with_quality(5, mild, "minor") == 5
    fault = Fault("DQ1", "not_too_small", "homes /", Bilingual("无", "none"))
    assert with_quality(5, replace(made, data_quality=replace(made.data_quality, faults=(fault,))), None) == 4
