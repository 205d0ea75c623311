"""The invented county, city and province: what each item says of them, and that the folders are as the builder makes them."""

from __future__ import annotations

import json
from collections import Counter
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from compliance.road import check
from compliance.schemas.report import Report
from fixtures.builder import BUILT, files_of

FIXTURES = Path(__file__).resolve().parents[1] / "fixtures"
PROFILE = str(FIXTURES / "profiles" / "shili.yaml")
AS_OF = "2024-03-31"

BASELINE = [
    "B1.1",
    "B2.1",
    "B2.2",
    "B2.3",
    "B3.1",
    "B3.2",
    "B4.1",
    "B4.2",
    "B5.1",
    "B5.2",
    "B5.3",
    "B6.1",
    "B6.2",
    "B6.3",
    "B7.1",
    "B7.2",
    "B8.1",
    "B9.1",
    "B9.2",
    "B9.3",
    "B10.1",
]
HARD = [
    "H1.1",
    "H1.2",
    "H1.3",
    "H2.1",
    "H3.1",
    "H4.1",
    "H4.2",
    "H5.1",
    "H6.1",
    "H7.1",
    "H7.2",
    "H7.3",
    "H8.1",
    "H9.1",
    "H10.1",
]
PROVINCIAL = {"B2.1", "B4.1", "H4.2", "H7.1", "H7.2", "H7.3"}
"""Items that a province answers for."""

EXPECTED = {
    "shili-county": dict.fromkeys(BASELINE + HARD, "pass") | {"H7.2": "not_applicable"},
    "shili-city": dict.fromkeys(BASELINE + HARD, "pass"),
    "shili-province": {i: "pass" if i in PROVINCIAL else "not_applicable" for i in BASELINE + HARD},
}


@cache
def report_of(name: str, mode: Any = "strict") -> Report:
    return check(FIXTURES / name, profile=PROFILE, mode=mode, as_of=AS_OF)


@cache
def dossier_of(name: str) -> Any:
    return json.loads((FIXTURES / name / "dossier.json").read_text("utf-8"))


@pytest.mark.parametrize("name", BUILT)
@pytest.mark.parametrize("mode", ["strict", "feed"])
def test_every_item_says_what_is_expected(name, mode):
    found = {item.item: item.outcome for item in report_of(name, mode).items if item.item in EXPECTED[name]}
    assert found == EXPECTED[name]


@pytest.mark.parametrize("name", BUILT)
def test_nothing_is_a_fault_or_open_or_tampered_with(name):
    report = report_of(name)
    assert report.faults == ()
    assert report.integrity == ()
    open_ = [f for f in report.findings if f.disposition not in ("none", "improve")]
    # What only the notice's body asks, and only a person can answer, is open in every dossier.
    assert [f.id for f in open_ if not (f.item.startswith("X") and f.questions)] == []


def test_what_the_county_could_still_do_better():
    """Encouraged only: every sixth community has no Party organisation and committee, one project has an operator."""
    better = Counter(f.item for f in report_of("shili-county").findings if f.disposition == "improve")
    assert set(better) == {"H1.1", "H1.2", "H1.3", "H5.1"}
    assert better["H1.1"] == better["H1.2"] == 4


def test_what_the_county_once_breached_is_history():
    said = {f.item: [h.zh for h in f.history] for f in report_of("shili-county").findings if f.history}
    assert said == {
        "B10.1": ["曾被审计或国务院大督查指出问题，现已销号"],
        "X32": ["曾由督导检查、信访或媒体反映问题，现已销号"],
    }


def test_a_remark_belongs_to_a_check_that_was_asked():
    """A gas pipe left out as infeasible is no hazard, so nothing is said of hazards."""
    said = {remark.zh for finding in report_of("shili-county").findings for remark in finding.remarks}
    assert said == {
        "以不具备条件为由未纳入方案，列入豁免清单备查",
        "方案只为加装电梯预留条件，属有条件符合，居民达成共识后应及时实施",
        "到位资金超过一年仍有未支付余额，请核对是否闲置",
    }


def test_what_a_province_does_not_answer_for_is_not_of_its_level():
    reasons = {item.reason for item in report_of("shili-province").items if item.outcome == "not_applicable"}
    assert reasons == {"level_not_covered"}


@pytest.mark.parametrize("name", BUILT)
def test_folder_is_what_the_builder_makes(name):
    """Change the builder, not the folder: ``python -m fixtures.builder`` writes it anew."""
    made = files_of(BUILT[name]())
    folder = FIXTURES / name
    there = {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    assert sorted(there) == sorted(made)
    assert [path for path in made if made[path] != there[path]] == []
    assert sum(map(len, there.values())) < 2_000_000


def _leads_somewhere(document: Any, pointer: str) -> bool:
    value = document
    for token in pointer.split("/")[1:]:
        step = token.replace("~1", "/").replace("~0", "~")
        if isinstance(value, list) and step.isdigit() and int(step) < len(value):
            value = value[int(step)]
        elif isinstance(value, dict) and step in value:
            value = value[step]
        else:
            return False
    return True


def resolves(document: Any, pointer: str) -> bool:
    """A pointer leads to a value, or to a field that could stand in an entry that is there."""
    return _leads_somewhere(document, pointer) or _leads_somewhere(document, pointer.rsplit("/", 1)[0])


@pytest.mark.parametrize("name", BUILT)
def test_every_pointer_leads_somewhere(name):
    document, lost = dossier_of(name), set()
    for finding in report_of(name).findings:
        pointers = [finding.primary, *finding.related, *(a.pointer for a in finding.found)]
        for line in finding.checks:
            pointers += [line.subject.pointer, *(p for value in line.values for p in value.pointers)]
        lost |= {f"{finding.item} {pointer}" for pointer in pointers if not resolves(document, pointer)}
    assert sorted(lost) == []


@pytest.mark.parametrize("name", BUILT)
def test_every_passing_finding_of_a_baseline_item_shows_its_documents(name):
    for finding in report_of(name).findings:
        if finding.outcome == "pass" and finding.item in BASELINE and finding.asked:
            assert finding.found, finding.id


def test_the_county_is_of_the_size_promised():
    dossier = dossier_of("shili-county")
    assert len(dossier["plans"][0]["community_ids"]) == 36
    assert Counter(p["stage"] for p in dossier["projects"]) == {
        "accepted": 2,
        "handed_over": 3,
        "started": 4,
        "planned": 3,
    }
    ballots = [a["sha256"] for a in dossier["attachments"] if a["doc_type"] in ("ballot_summary", "publicity_photo")]
    assert len(set(ballots)) == len(ballots)
