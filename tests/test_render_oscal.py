"""OSCAL: valid by NIST's schema and by its metaschema, every reference leads somewhere, the outcomes of the JSON report.

The patterns of NIST's schema speak of Unicode classes, which jsonschema-rs knows and Python's expressions do not.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import unquote
from uuid import UUID

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from compliance.cli import cli
from compliance.rectify.lists import lists_of
from compliance.rectify.reading import read_report
from compliance.render import render, render_refusal
from compliance.render.oscal import NS, Namer, line
from compliance.schemas.report import Report
from tests.oscal_schema import by_metaschema, by_schema
from tests.places import PROFILE
from tests.rendered import DAY, HAND_MADE, PLACES, REFUSED, broken, dossier, injected, judged, objected
from tests.sample_report import AREA, empty, finding, report, sample

Json = dict[str, Any]
FORMATS = ("oscal", "oscal_poam")
ACTED_ON = ("rectify", "improve", "supply")


def results(data: bytes) -> Json:
    return json.loads(data)["assessment-results"]  # type: ignore[no-any-return]


def plan(data: bytes) -> Json:
    return json.loads(data)["plan-of-action-and-milestones"]  # type: ignore[no-any-return]


def told(part: Json, name: str) -> list[str]:
    return [prop["value"] for prop in part.get("props", ()) if prop["name"] == name]


def nodes(value: Any) -> Iterator[Json]:
    if isinstance(value, dict):
        yield value
    for inner in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from nodes(inner)


def every() -> dict[str, bytes]:
    made = {f"{name}-{form}": render(make(), form) for name, make in HAND_MADE.items() for form in FORMATS}
    for name in PLACES:
        made |= {f"{name}-{form}": render(judged(name), form, path="in/a b.json") for form in FORMATS}
    return made | {"en": render(judged("variant"), "oscal", "en"), "refused": render_refusal(REFUSED, "oscal") or b""}


# -- valid ----------------------------------------------------------------------------------------------------------


def test_every_document_is_valid_by_the_schema_of_nist() -> None:
    for name, data in every().items():
        assert (name, by_schema(data)) == (name, [])


@pytest.mark.parametrize(
    ("place", "wrong"),
    [
        (("results", 0, "findings", 0, "target", "status", "state"), "unknown"),
        (("results", 0, "findings", 0, "target", "target-id"), "7.1"),
        (("results", 0, "observations", 0, "collected"), "2024-03-31"),
        (("results", 0, "observations", 0, "props", 0, "name"), "finding id"),
        (("results", 0, "observations", 0, "props", 0, "value"), " "),
        (("results", 0, "observations"), []),
        (("uuid",), "x"),
    ],
)
def test_the_schema_says_something(place: tuple[str | int, ...], wrong: Any) -> None:
    made = json.loads(render(sample(), "oscal"))
    at = made["assessment-results"]
    for step in place[:-1]:
        at = at[step]
    at[place[-1]] = wrong
    assert by_schema(json.dumps(made).encode())


@pytest.mark.soak
def test_every_document_satisfies_the_metaschema() -> None:
    for name, data in every().items():
        assert (name, by_metaschema(data)) == (name, [])
    wrong = json.loads(render(sample(), "oscal"))
    del wrong["assessment-results"]["results"][0]["reviewed-controls"]
    assert by_metaschema(json.dumps(wrong).encode())


@pytest.mark.parametrize("name", FORMATS)
@pytest.mark.parametrize("made", [sample(), objected(), broken(), injected(), judged("variant"), judged("shili-county")])
def test_identifiers_are_used_once_and_references_lead_somewhere(made: Report, name: str) -> None:
    told_ = json.loads(render(made, name))
    given_ = [node["uuid"] for node in nodes(told_) if "uuid" in node]
    assert len(given_) == len(set(given_))
    assert all(UUID(one).version == 5 for one in given_)
    for node in nodes(told_):
        for key in ("subject-uuid", "observation-uuid", "risk-uuid"):
            assert key not in node or node[key] in given_, node
        for key in ("rulebook-sha256",):
            assert key not in node
    if name == "oscal":
        document = results(render(made, name))
        assert document["import-ap"]["href"].removeprefix("#") in [r["uuid"] for r in document["back-matter"]["resources"]]
        controls = {o["control-id"] for o in document["local-definitions"]["objectives-and-methods"]}
        parts = {p["id"] for o in document["local-definitions"]["objectives-and-methods"] for p in o["parts"]}
        (result,) = document["results"]
        reviewed = result["reviewed-controls"]
        assert {c["control-id"] for c in reviewed["control-selections"][0]["include-controls"]} == controls
        assert {f["target"]["target-id"] for f in result.get("findings", ())} <= parts
        assert {item.item for item in made.items} == controls


# -- the assessment results -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", PLACES)
def test_every_finding_is_an_observation_and_has_the_status_of_its_outcome(name: str) -> None:
    made = judged(name)
    (result,) = results(render(made, "oscal"))["results"]
    seen = {told(o, "finding-id")[0]: o for o in result["observations"]}
    concluded = {told(f, "finding-id")[0]: f for f in result["findings"]}
    risks = {told(r, "finding-id")[0]: r for r in result.get("risks", ())}
    assert len(seen) == len(result["observations"]) == len(made.findings)
    for found in made.findings:
        observation = seen[found.id]
        for key in ("outcome", "reason", "basis", "obligation", "severity", "disposition"):
            assert told(observation, key) == [value for value in [getattr(found, key)] if value]
        asked = found.reason == "needs_judgement"
        assert observation["methods"] == ["INTERVIEW" if asked else "EXAMINE"]
        assert (found.id in concluded) == (found.outcome != "not_applicable" and not asked)
        assert (found.id in risks) == (found.outcome == "fail")
        if found.id in concluded:
            status = concluded[found.id]["target"]["status"]
            wanted = {"pass": ("satisfied", "pass"), "fail": ("not-satisfied", "fail"), "unknown": ("not-satisfied", "other")}
            assert (status["state"], status["reason"]) == wanted[found.outcome]
            assert ("remarks" in status) == (found.reason is not None)
            assert concluded[found.id]["related-observations"] == [{"observation-uuid": observation["uuid"]}]
        if found.id in risks:
            assert concluded[found.id]["related-risks"] == [{"risk-uuid": risks[found.id]["uuid"]}]
            assert risks[found.id]["status"] == "open"


def test_evidence_leads_to_the_places_in_the_dossier_and_to_pages() -> None:
    made = judged("shili-county")
    (result,) = results(render(made, "oscal", path="交付/a b.json"))["results"]
    raw = json.loads(dossier("shili-county"))
    pages = 0
    for found, observation in zip(made.findings, result["observations"], strict=True):
        first, *attached = observation["relevant-evidence"]
        file, _, fragment = first["href"].partition("#")
        assert unquote(file) == "交付/a b.json"
        assert unquote(fragment) == found.primary
        assert told(first, "pointer") == [p for p in (found.primary, *found.related) if p]
        assert [told(one, "attachment")[0] for one in attached] == [f.attachment for f in found.found]
        for one, given_ in zip(attached, found.found, strict=True):
            assert told(one, "page") == ([] if given_.page is None else [str(given_.page)])
            pages += given_.page is not None
            at: Any = raw
            for step in unquote(one["href"].partition("#")[2]).split("/")[1:]:
                at = at[int(step)] if isinstance(at, list) else at[step.replace("~1", "/").replace("~0", "~")]
            assert at
    assert pages > 50


def test_faults_and_altered_attachments_are_entries_of_the_log_and_no_findings() -> None:
    document = results(render(broken(), "oscal"))
    (result,) = document["results"]
    entries = result["assessment-log"]["entries"]
    assert [told(e, "fault") for e in entries] == [["B7.1.participation"], ["B99.9.participation"], []]
    assert told(entries[2], "integrity") == ["A-03"]
    assert len(result["observations"]) == len(broken().findings)
    assert "不完整" in result["remarks"]
    assert document["metadata"]["remarks"] == result["remarks"]
    assert told(result, "faults") == ["2"]
    assert "assessment-log" not in results(render(judged("variant"), "oscal"))["results"][0]


def test_what_a_person_determined_and_objected_is_told() -> None:
    (result,) = results(render(objected(), "oscal"))["results"]
    (asked,) = [r for r in result["risks"] if r["status"] != "open"]
    assert asked["status"] == "deviation-requested"
    (seen,) = [o for o in result["observations"] if told(o, "determination")]
    assert told(seen, "determination") == ["D-1"]
    assert "云岭县提出异议" in seen["remarks"]


def test_the_law_is_described_in_the_place_of_a_plan() -> None:
    made = judged("variant")
    document = results(render(made, "oscal"))
    law = next(r for r in document["back-matter"]["resources"] if f"#{r['uuid']}" == document["import-ap"]["href"])
    assert told(law, "rulebook-sha256") == [made.provenance.rulebook_sha256]
    assert told(law, "profile-sha256") == [p.sha256 for p in made.provenance.profiles]
    assert "没有另行编制的评估计划" in document["import-ap"]["remarks"]
    for one in document["local-definitions"]["objectives-and-methods"]:
        assert told(one, "outcome") == [next(i.outcome for i in made.items if i.item == one["control-id"])]


def test_an_input_that_is_refused_is_a_log_without_any_observation() -> None:
    data = render_refusal(REFUSED, "oscal", path="in/坏.json") or b""
    (result,) = results(data)["results"]
    assert {"observations", "findings", "risks"} & set(result) == set()
    assert [told(e, "code") for e in result["assessment-log"]["entries"]] == [["truncated"], ["wrong-type"], ["bad-day"]]
    assert b"/somewhere" not in data
    assert told(result, "refused") == ["true"]
    assert render_refusal(REFUSED, "oscal_poam") is None


# -- the plan of action ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", PLACES)
def test_what_is_to_be_done_has_an_item_and_an_open_risk(name: str) -> None:
    made = judged(name)
    document = plan(render(made, "oscal_poam"))
    wanted = {f.id: f for f in made.findings if f.disposition in ACTED_ON}
    assert [told(item, "finding-id")[0] for item in document["poam-items"]] == list(wanted)
    risks = {risk["uuid"]: risk for risk in document["risks"]}
    for item in document["poam-items"]:
        found = wanted[told(item, "finding-id")[0]]
        for key in ("outcome", "reason", "severity", "disposition"):
            assert told(item, key) == [value for value in [getattr(found, key)] if value]
        assert told(item, "responsible-unit") == [u for u in [found.responsible_unit] if u]
        (risk,) = (risks[r["risk-uuid"]] for r in item["related-risks"])
        assert risk["status"] == "open"
        assert told(risk, "finding-id") == [found.id]
        if found.advice and found.advice.steps:
            assert [r["lifecycle"] for r in risk["remediations"]] == ["recommendation"]
    many = [f"{sum(f.disposition == d for f in made.findings)}" for d in (*ACTED_ON, "review")]
    assert re.findall(r"\d+", document["metadata"]["remarks"].split("\n")[0]) == many


def test_numbers_are_those_of_the_lists() -> None:
    made = judged("variant")
    lists = lists_of([read_report(render(made, "json"), "d.json")])
    numbers = {
        one.finding: (one.number, entry.number)
        for name in ACTED_ON
        for section in getattr(lists, name)
        for entry in section.entries
        for one in entry.affected
    }
    items = plan(render(made, "oscal_poam", lists=lists))["poam-items"]
    assert {told(i, "finding-id")[0]: (*told(i, "problem-number"), *told(i, "entry-number")) for i in items} == numbers


def test_a_plan_in_which_nothing_is_to_be_done_says_so() -> None:
    for made in (empty(), report([finding("B1.1", AREA)])):
        (item,) = plan(render(made, "oscal_poam"))["poam-items"]
        assert told(item, "disposition") == ["none"]
        assert "没有" in item["title"]
        assert "related-risks" not in item


# -- identifiers and times ------------------------------------------------------------------------------------------


def test_the_same_report_gives_the_same_bytes_and_its_time_is_the_day_judged_by() -> None:
    made = judged("variant")
    for name in FORMATS:
        data = render(made, name)
        assert data == render(made, name)
        text = data.decode()
        assert set(re.findall(r"\d{4}-\d\d-\d\dT[^\"]+", text)) == {f"{DAY}T00:00:00+08:00"}


def test_a_later_report_speaks_of_the_same_risks_by_the_same_identifiers() -> None:
    made = judged("variant")
    later = replace(made, provenance=replace(made.provenance, as_of="2024-06-30", dossier_sha256="0" * 64))
    for name, root in (("oscal", "assessment-results"), ("oscal_poam", "plan-of-action-and-milestones")):
        old, new = (json.loads(render(r, name))[root] for r in (made, later))
        assert old["uuid"] != new["uuid"]
        sides = [o["results"][0] if name == "oscal" else o for o in (old, new)]
        assert [r["uuid"] for r in sides[0]["risks"]] == [r["uuid"] for r in sides[1]["risks"]]
        assert not {o["uuid"] for o in sides[0]["observations"]} & {o["uuid"] for o in sides[1]["observations"]}
        kept = [o["local-definitions"]["inventory-items"] for o in sides]
        assert kept[0] == kept[1]


@given(st.text(), st.text())
def test_identifiers_are_of_version_5_and_differ_with_the_name(one: str, other: str) -> None:
    named = Namer("a", "b")
    assert UUID(named(one)).version == 5
    assert UUID(named(one)).variant == "specified in RFC 4122"
    assert (named(one) == named(other)) == (one == other)
    assert named(one) != Namer("a")(one)


@given(st.text())
def test_a_value_is_a_line_and_never_empty(text: str) -> None:
    assert re.fullmatch(r"\S(.*\S)?", line(text))


def test_text_of_a_dossier_is_no_markup() -> None:
    text = render(injected(), "oscal").decode()
    assert "&lt;script&gt;" in text
    assert "<script>" not in "".join(
        str(node.get(key, "")) for node in nodes(json.loads(text)) for key in ("title", "description", "prose", "remarks")
    )
    assert "\\\\[z\\\\](http" in text
    assert NS in text


# -- the command line -----------------------------------------------------------------------------------------------


def test_check_writes_both_and_a_refusal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("d.json").write_bytes(dossier("variant"))
    options = ["check", "d.json", "--as-of", DAY, "--profile", PROFILE, "--mode", "feed"]
    done = CliRunner().invoke(cli, [*options, "--report", "oscal:ar.json", "--report", "oscal_poam:poam.json"])
    assert done.exit_code == 1, done.output
    assert by_schema(Path("ar.json").read_bytes()) == by_schema(Path("poam.json").read_bytes()) == []
    items = plan(Path("poam.json").read_bytes())["poam-items"]
    assert all(told(item, "problem-number") for item in items)
    Path("d.json").write_text("{", "utf-8")
    assert CliRunner().invoke(cli, [*options, "--report", "oscal:refused.json"]).exit_code == 3
    assert by_schema(Path("refused.json").read_bytes()) == []
