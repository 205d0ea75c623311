"""SARIF, JUnit and annotations: valid, harmless whatever a dossier says, and the same outcomes as the JSON report.

``schemas/README.md`` says where the schemas come from. Microsoft's validator, which knows rules that no schema can
state, runs where npm has installed ``@microsoft/sarif-multitool-linux`` or ``SARIF_MULTITOOL`` says where it lies.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import subprocess
import zipfile
from collections import Counter
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from hypothesis import given
from hypothesis import strategies as st
from jsonschema.validators import validator_for
from lxml import etree

from compliance.cli import cli
from compliance.intake import scan
from compliance.render import render, render_refusal
from compliance.render.grades import level
from compliance.render.positions import positions
from compliance.schemas.refusal import Refused
from compliance.schemas.report import Report
from tests.places import FIXTURES, PROFILE
from tests.rendered import DAY, HAND_MADE, PLACES, REFUSED, broken, dossier, injected, judged, objected
from tests.sample_report import AREA, finding, report, sample

ROOT = FIXTURES.parent

FORMATS = ("sarif", "junit", "github")
Json = dict[str, Any]

SCHEMAS = Path(__file__).parent / "schemas"
MULTITOOL = Path(os.environ.get("SARIF_MULTITOOL") or ROOT / "node_modules" / "@microsoft" / "sarif-multitool-linux")
needs_multitool = pytest.mark.skipif(
    not os.access(MULTITOOL / "Sarif.Multitool", os.X_OK),
    reason="needs npm install --no-save @microsoft/sarif-multitool-linux@5.7.0, or SARIF_MULTITOOL=its folder",
)


# -- the same outcomes everywhere -----------------------------------------------------------------------------------


def in_json(made: Report) -> dict[str, str]:
    return {f["id"]: f["outcome"] for f in json.loads(render(made, "json"))["findings"]}


def in_sarif(data: bytes) -> dict[str, str]:
    kinds = {"pass": "pass", "fail": "fail", "open": "unknown", "review": "unknown", "notApplicable": "not_applicable"}
    run = json.loads(data)["runs"][0]  # what follows has doubts about the data
    return {r["partialFingerprints"]["findingId/v1"]: kinds[r["kind"]] for r in run["results"]}


def in_junit(data: bytes) -> dict[str, str]:
    types = {"fail": "fail", "improve": "fail", "unknown": "unknown", "not_applicable": "not_applicable"}
    found = {}
    for case in etree.fromstring(data).iter("testcase"):
        if case.find("error") is None and not case.get("classname").startswith("DQ"):
            found[case.get("name").split(" ")[0]] = types[case[0].get("type")] if len(case) else "pass"
    return found


def in_github(data: bytes) -> dict[str, str]:
    """Failing and unknown ones; the others are only counted."""
    words = {"不符合": "fail", "待证": "unknown"}
    pairs = re.findall(r"\((不符合|待证)(?:%2C|,).*\[([^\[\]]+)\] [^\[\]]*$", data.decode(), re.MULTILINE)
    return {ident: words[word] for word, ident in pairs}


@pytest.mark.parametrize("name", PLACES)
def test_every_format_carries_the_outcomes_of_the_json_report(name: str) -> None:
    made, data = judged(name), dossier(name)
    told = in_json(made)
    assert len(told) == len(made.findings) > 50
    assert in_sarif(render(made, "sarif", dossier=data)) == told
    assert in_junit(render(made, "junit", dossier=data)) == told
    assert in_github(render(made, "github", dossier=data)) == {i: o for i, o in told.items() if o in ("fail", "unknown")}
    counts = Counter(told.values())
    last = render(made, "github").decode().splitlines()[-1]
    for word, outcome in {"不符合": "fail", "待证": "unknown", "符合": "pass", "不适用": "not_applicable"}.items():
        assert re.search(rf"[ ，]{word} {counts[outcome]}\b", last), last


@pytest.mark.parametrize("name", FORMATS)
def test_the_same_report_gives_the_same_bytes_and_both_languages_the_same_findings(name: str) -> None:
    made = judged("variant")
    assert render(made, name) == render(made, name)
    if name == "sarif":
        assert in_sarif(render(made, name, "en")) == in_json(made)
    elif name == "junit":
        assert in_junit(render(made, name, "en")) == in_json(made)
    else:
        assert not re.search("[一-鿿]{8}", render(replace(made, findings=(), data_quality=None), name, "en").decode())


# -- the schemas ----------------------------------------------------------------------------------------------------


def test_the_schemas_are_those_that_were_published() -> None:
    sums = re.findall(r"^([0-9a-f]{64})  (\S+)$", (SCHEMAS / "README.md").read_text("utf-8"), re.MULTILINE)
    found = {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in SCHEMAS.iterdir() if path.suffix != ".md"}
    assert found == {name: digest for digest, name in sums}


# -- SARIF ----------------------------------------------------------------------------------------------------------


@cache
def sarif_schema() -> Json:
    return json.loads((SCHEMAS / "sarif-2.1.0.json").read_text("utf-8"))  # type: ignore[no-any-return]


def every_sarif(places: tuple[str, ...] = PLACES) -> dict[str, bytes]:
    made = {name: render(make(), "sarif") for name, make in HAND_MADE.items()}
    for name in places:
        made[name.replace("/", "-")] = render(judged(name), "sarif", dossier=dossier(name), path="in/a b.json")
    refusal = render_refusal(REFUSED, "sarif")
    assert refusal is not None
    return made | {"refused": refusal}


def test_sarif_is_valid_by_the_published_schema() -> None:
    schema = sarif_schema()
    validator = validator_for(schema)(schema)
    for name, data in every_sarif(("cases/four-places",)).items():
        assert [(name, e.json_path, e.message) for e in validator.iter_errors(json.loads(data))] == []
    wrong = json.loads(render(sample(), "sarif"))
    wrong["runs"][0]["results"][0]["kind"] = "unknown"
    assert not validator.is_valid(wrong)


@needs_multitool
def test_sarif_satisfies_the_rules_that_no_schema_can_state(tmp_path: Path) -> None:
    tool = MULTITOOL / "Sarif.Multitool"
    for name, data in every_sarif().items():
        (tmp_path / f"{name}.sarif").write_bytes(data)
    done = subprocess.run(
        [tool, "validate", *sorted(tmp_path.glob("*.sarif")), "--output", tmp_path / "log.json"],
        capture_output=True, text=True, timeout=300, check=False,
        env={**os.environ, "DOTNET_SYSTEM_GLOBALIZATION_INVARIANT": "1"},
    )  # fmt: skip
    results = json.loads((tmp_path / "log.json").read_text("utf-8-sig"))["runs"][0]["results"]
    assert [r for r in results if r.get("level") == "error"] == [], done.stdout


@pytest.mark.parametrize("made", [sample(), objected(), broken(), injected(), judged("variant")])
def test_sarif_refers_to_what_is_there(made: Report) -> None:
    run = json.loads(render(made, "sarif"))["runs"][0]
    rules, taxa = run["tool"]["driver"]["rules"], run["taxonomies"][0]["taxa"]
    assert [rule["id"] for rule in rules] == [item.item for item in made.items]
    assert len({"suppressions" in result for result in run["results"]}) == 1
    for result, found in zip(run["results"], made.findings, strict=True):
        assert rules[result["ruleIndex"]]["id"] == result["ruleId"] == found.item
        assert [taxa[t["index"]]["id"] for t in result["taxa"]] == [found.clause]
        assert (result["level"] == "none") == (result["kind"] != "fail")
        assert (result["kind"] == "review") == (found.reason == "needs_judgement")
        (where,) = result["locations"]
        assert where["logicalLocations"][0]["fullyQualifiedName"] == found.primary
        assert "region" not in where["physicalLocation"]
        related = [r["logicalLocations"][0]["fullyQualifiedName"] for r in result.get("relatedLocations", [])]
        assert related == list(found.related)
        assert result["partialFingerprints"]["finding/v1"] == (found.fingerprint or "-")
        for name in ("outcome", "reason", "disposition", "severity", "basis"):
            assert result["properties"][name] == getattr(found, name)
    assert run["properties"]["provenance"]["rulebook_sha256"] == made.provenance.rulebook_sha256
    for rule in rules:
        assert re.search("[一-鿿]", rule["help"]["text"])
        assert re.search("[A-Za-z]{4}", rule["help"]["text"])


@pytest.mark.parametrize(
    ("severity", "obligation", "loud"),
    [
        ("critical", "mandatory", "error"),
        ("major", "expected", "error"),
        ("minor", "mandatory", "warning"),
        ("advisory", "expected", "note"),
        ("critical", "encouraged", "note"),
    ],
)
def test_how_loud_a_failing_is(severity: Any, obligation: Any, loud: str) -> None:
    assert level(severity, obligation) == loud


def test_an_objection_is_under_review_and_hides_nothing() -> None:
    (run,) = json.loads(render(objected(), "sarif"))["runs"]
    asked = [r for r in run["results"] if r["suppressions"]]
    assert [r["kind"] for r in asked] == ["fail"]
    assert asked[0]["suppressions"] == [{"kind": "external", "status": "underReview", "justification": "登记有误"}]
    assert asked[0]["properties"]["determinations"][0]["id"] == "D-1"


def test_a_fault_makes_the_run_unsuccessful() -> None:
    (run,) = json.loads(render(broken(), "sarif"))["runs"]
    (invocation,) = run["invocations"]
    assert invocation["executionSuccessful"] is False
    known, strange, altered = invocation["toolExecutionNotifications"]
    assert known["associatedRule"]["id"] == "B7.1"
    assert "associatedRule" not in strange
    assert altered["descriptor"]["id"] == "integrity"
    (sound,) = json.loads(render(replace(broken(), faults=()), "sarif"))["runs"][0]["invocations"]
    assert sound["executionSuccessful"] is True


def test_text_of_a_dossier_makes_no_link_and_no_placeholder() -> None:
    (run,) = json.loads(render(injected(), "sarif"))["runs"]
    text = run["results"][0]["message"]["text"]
    assert "\\[z\\](http://x.invalid)" in text
    assert "{{0}}" in text
    assert text.isprintable()


def test_a_refusal_has_no_results_which_is_not_none_found() -> None:
    data = render_refusal(REFUSED, "sarif") or b""
    (run,) = json.loads(data)["runs"]
    assert "results" not in run
    (invocation,) = run["invocations"]
    assert invocation["executionSuccessful"] is False
    regions = [n["locations"][0]["physicalLocation"].get("region") for n in invocation["toolExecutionNotifications"]]
    assert regions == [None, {"startLine": 3, "startColumn": 7}, {"startLine": 4}]
    assert b"/somewhere" not in data


# -- JUnit ----------------------------------------------------------------------------------------------------------


def test_junit_is_valid_and_counts_what_it_holds() -> None:
    schema = etree.XMLSchema(etree.parse(SCHEMAS / "junit-10.xsd"))
    made = {name: render(make(), "junit") for name, make in HAND_MADE.items()}
    made |= {name: render(judged(name), "junit", dossier=dossier(name)) for name in PLACES}
    made["refused"] = render_refusal(REFUSED, "junit") or b""
    for name, data in made.items():
        tree = etree.fromstring(data)
        assert schema.validate(tree), (name, schema.error_log)
        for suite in tree.iter("testsuite"):
            assert int(suite.get("tests")) == len(suite.findall("testcase"))
            for attribute, tag in (("failures", "failure"), ("errors", "error"), ("skipped", "skipped")):
                assert int(suite.get(attribute)) == len(suite.findall(f"testcase/{tag}"))
        for attribute in ("tests", "failures", "errors"):
            assert int(tree.get(attribute)) == sum(int(suite.get(attribute)) for suite in tree)
    assert not schema.validate(etree.fromstring(b"<testsuites><testsuite/></testsuites>"))


def test_junit_fails_only_what_must_or_should_be() -> None:
    made = judged("generated")
    tree = etree.fromstring(render(made, "junit"))
    failing = {case.get("name").split(" ")[0] for case in tree.iter("testcase") if case.find("failure") is not None}
    assert failing == {f.id for f in made.findings if f.outcome == "fail" and f.obligation != "encouraged"} != set()
    kinds = Counter(s.get("type") for s in tree.iter("skipped"))
    assert set(kinds) - {"doubt", "not_checked"} == {"not_applicable", "unknown", "improve"}
    properties = {p.get("name"): p.get("value") for p in tree[0].iter("property")}
    assert properties["dossier_sha256"] == made.provenance.dossier_sha256
    assert properties["as_of"] == DAY


def test_junit_tells_of_faults_and_altered_attachments_as_errors() -> None:
    tree = etree.fromstring(render(broken(), "junit"))
    assert [e.get("type") for e in tree.iter("error")] == ["fault", "fault", "integrity"]
    assert tree.get("errors") == "3"


# -- annotations ----------------------------------------------------------------------------------------------------


def commands(data: bytes) -> list[tuple[str, dict[str, str], str]]:
    """What a runner takes for commands: lines that begin with ``::`` and, of old, whatever follows ``##[``."""

    def undone(text: str, more: bool = False) -> str:
        if more:
            text = text.replace("%3A", ":").replace("%2C", ",")
        return text.replace("%0D", "\r").replace("%0A", "\n").replace("%25", "%")

    found = []
    for line in data.decode().split("\n"):
        if match := re.match(r"\s*::([a-z]+)(?: ([^:]*(?::(?!:)[^:]*)*))?::(.*)$", line):
            fields = dict(pair.split("=", 1) for pair in (match[2] or "").split(",") if pair)
            found.append((match[1], {k: undone(v, more=True) for k, v in fields.items()}, undone(match[3])))
        else:
            assert "##[" not in line
            assert line == "" or line.startswith("- ")
    return found


@pytest.mark.parametrize("name", [*HAND_MADE, *PLACES])
def test_no_more_annotations_than_github_shows_and_the_rest_is_told(name: str) -> None:
    made = HAND_MADE[name]() if name in HAND_MADE else judged(name)
    data = render(made, "github", path="x,y/a:b%.json")
    told = Counter(kind for kind, _, _ in commands(data))
    assert set(told) <= {"error", "warning", "notice", "group", "endgroup"}
    assert max(told["error"], told["warning"], told["notice"]) <= 10
    kind, _, last = commands(data)[-1]
    assert kind == "notice"
    plain = [line for line in data.decode().splitlines() if line.startswith("- ")]
    assert told["group"] == told["endgroup"] == bool(plain)
    assert (f"另有 {len(plain)} 项只列在日志中" in last) == bool(plain)
    annotated = told["error"] + told["warning"] + told["notice"] - 1
    tally = Counter(f.outcome for f in made.findings)
    faults = len(made.faults) + len(made.integrity)
    doubtful = sum(check.doubtful > 0 for check in made.data_quality.checks) if made.data_quality else 0
    assert annotated + len(plain) == tally["fail"] + tally["unknown"] + faults + doubtful
    assert {fields["file"] for _, fields, _ in commands(data) if "file" in fields} <= {"x,y/a:b%.json"}


def test_the_gravest_come_first_and_what_is_encouraged_last() -> None:
    found = [finding("H1.2", AREA, "fail"), finding("B2.1", AREA, "unknown", "missing_field"), finding("B7.1", AREA, "fail")]
    grave = [replace(found[0], obligation="encouraged"), found[1], replace(found[2], severity="critical")]
    titles = [fields["title"] for _, fields, _ in commands(render(report(grave), "github"))]
    assert [title.split(" ")[0] for title in titles] == ["B7.1", "B2.1", "H1.2", "检查结果"]


def test_a_dossier_gives_no_command_of_its_own() -> None:
    made = commands(render(injected(), "github"))
    assert [kind for kind, _, _ in made] == ["error", "notice"]
    assert "%0A {0}" in made[0][2]


@pytest.mark.parametrize("name", FORMATS)
def test_a_file_name_that_is_no_text_is_still_named(name: str) -> None:
    assert render(sample(), name, path="in/a\udcff.json")
    assert render_refusal(Refused("a\udcff.json", REFUSED.errors), name)


def test_every_fault_of_a_refused_input_is_an_error_where_it_stands() -> None:
    made = commands(render_refusal(REFUSED, "github", path="in/bad.json") or b"")
    assert [(kind, f.get("line"), f.get("col")) for kind, f, _ in made] == [
        ("error", None, None), ("error", "3", "7"), ("error", "4", None), ("notice", None, None),
    ]  # fmt: skip
    assert render_refusal(REFUSED, "text") is None


# -- lines and columns ----------------------------------------------------------------------------------------------

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=4),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text("ab/~01\n\"", max_size=3), inner, max_size=4),
    max_leaves=12,
)


def paths(value: Any, path: tuple[str | int, ...] = ()) -> list[tuple[str | int, ...]]:
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [path, *(p for key, v in inner for p in paths(v, (*path, key)))]


@given(VALUES, st.sampled_from([None, 0, 3]), st.booleans())
def test_places_are_those_that_intake_names(value: Any, indent: int | None, mark: bool) -> None:
    text = "\n " + json.dumps(value, indent=indent, ensure_ascii=False)
    read, lines = scan.scan(text), scan.Lines(text)
    wanted = [p for path in paths(value) for p in (path, (*path, "not there"))]
    data = ("\ufeff" if mark else "").encode() + text.encode()
    found = positions(data, [scan.pointer(path) for path in wanted])
    for path in wanted:
        assert found[scan.pointer(path)][:2] == lines.place(read.at(path))


# -- the command line -----------------------------------------------------------------------------------------------


def run(*args: str) -> Result:
    return CliRunner().invoke(cli, ["check", "--as-of", DAY, "--profile", PROFILE, "--mode", "feed", *args])


@pytest.fixture
def delivered(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    path = Path("交付 1") / "county.json"
    path.parent.mkdir()
    path.write_bytes(dossier("variant"))
    return path


def test_a_failing_is_shown_at_its_line_of_the_file(delivered: Path) -> None:
    result = run(str(delivered), *(a for n in FORMATS for a in ("--report", f"{n}:out.{n}")))
    assert result.exit_code == 1
    (failing,) = [f for f in judged("variant").findings if f.outcome == "fail" and f.obligation != "encouraged"]
    (error,) = [f for kind, f, _ in commands(Path("out.github").read_bytes()) if kind == "error"]
    assert error["file"] == delivered.as_posix()
    place = positions(dossier("variant"), [failing.primary])[failing.primary]
    assert (error["line"], error["col"]) == (str(place.line), str(place.column))
    at = dossier("variant").decode().split("\n")[place.line - 1]
    assert failing.primary.rpartition("/")[2] in at
    (sarif,) = [r for r in json.loads(Path("out.sarif").read_bytes())["runs"][0]["results"] if r["level"] == "error"]
    physical = sarif["locations"][0]["physicalLocation"]
    assert physical["region"] == {"startLine": place.line, "startColumn": place.column}
    assert physical["artifactLocation"]["uri"] == "%E4%BA%A4%E4%BB%98%201/county.json"
    assert f"{delivered.as_posix()}:{place.line}:{place.column}" in Path("out.junit").read_text("utf-8")


def test_an_archive_has_no_lines(delivered: Path) -> None:
    with zipfile.ZipFile("county.zip", "w") as archive:
        archive.write(delivered, "dossier.json")
    made = commands(run("county.zip", "--report", "github").stdout_bytes)
    assert {(f["file"], f.get("line")) for kind, f, _ in made if kind == "error"} == {("county.zip", None)}


def test_a_file_elsewhere_is_named_without_its_folders(delivered: Path, tmp_path: Path, monkeypatch: Any) -> None:
    (tmp_path / "below").mkdir()
    monkeypatch.chdir(tmp_path / "below")
    for given_ in (f"../{delivered}", str(tmp_path / delivered)):
        out = run(given_, "--report", "github").stdout_bytes
        assert {f["file"] for kind, f, _ in commands(out) if kind == "error"} == {"county.json"}


@pytest.mark.parametrize("name", FORMATS)
def test_a_refused_input_still_gives_a_file_of_the_format(name: str, delivered: Path) -> None:
    delivered.write_text('{"schema_version": "1.0",\n "plan_year": "2023"}', "utf-8")
    result = run(str(delivered), "--report", f"{name}:{{id}}.out")
    assert result.exit_code == 3
    data = Path("county.out").read_bytes()
    if name == "sarif":
        told = json.loads(data)["runs"][0]["invocations"][0]["toolExecutionNotifications"]
        assert {"startLine": 2, "startColumn": 15} in [n["locations"][0]["physicalLocation"]["region"] for n in told]
    elif name == "junit":
        assert int(etree.fromstring(data).get("errors")) == len(etree.fromstring(data).findall(".//error")) > 0
    else:
        assert ("error", "2", "15") in [(k, f.get("line"), f.get("col")) for k, f, _ in commands(data)]
