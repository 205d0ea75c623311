"""SARIF held against a baseline: every result says its state, nothing is dropped, what cannot be compared stays visible."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

import orjson
import pytest
from click.testing import CliRunner
from jsonschema.validators import validator_for
from rectifying import AS_OF, PROFILE, as_read, dossier_of, put, report_of

from compliance.cli import cli
from compliance.rectify.baseline import against

Json = dict[str, Any]
SCHEMA = json.loads((Path(__file__).parent / "schemas" / "sarif-2.1.0.json").read_text("utf-8"))


def run_of(folder: Path, baseline: Json | None, form: str = "sarif") -> Json:
    """Check the delivery on the command line; the run of the file, which is valid."""
    folder.mkdir(exist_ok=True)
    (folder / "d.json").write_bytes(orjson.dumps(dossier_of(1, 3, 3)))
    more: list[str] = []
    if baseline is not None:
        (folder / "old.json").write_bytes(orjson.dumps(baseline))
        more = ["--baseline", str(folder / "old.json")]
    out = folder / "out.sarif"
    arguments = ["check", str(folder / "d.json"), "--mode", "feed", "--profile", PROFILE, "--as-of", AS_OF]
    done = CliRunner().invoke(cli, [*arguments, "--report", f"{form}:{out}", *more])
    assert done.exit_code == 1, done.output
    made = json.loads(out.read_bytes())
    assert [e.message for e in validator_for(SCHEMA)(SCHEMA).iter_errors(made)] == []
    run, *_ = made["runs"]  # what comes after is about the data
    return run  # type: ignore[no-any-return]


def present(run: Json) -> dict[str, Json]:
    return {r["properties"]["id"]: r for r in run["results"] if r.get("baselineState") != "absent"}


def absent(run: Json) -> dict[str, Json]:
    return {r["properties"]["id"]: r for r in run["results"] if r.get("baselineState") == "absent"}


def fresh() -> Json:
    return orjson.loads(report_of(1, 3, 3))  # type: ignore[no-any-return]


def one(report: Json, outcome: str) -> str:
    return str(next(f["id"] for f in report["findings"] if f["outcome"] == outcome and f["obligation"] == "mandatory"))


def test_states_are_the_standings(tmp_path: Path) -> None:
    for violations in (0, 1, 3):
        old = orjson.loads(report_of(1, 3, violations))
        run = run_of(tmp_path / str(violations), old)
        made = against(as_read(orjson.dumps(old), "old.json"), as_read(report_of(1, 3, 3)))
        results, told = present(run), fresh()["findings"]
        assert list(results) == [f["id"] for f in told], "nothing is dropped"
        listed = set()
        for standing, entry in zip(made.standings, made.comparison.entries, strict=True):
            if entry.new is None:
                continue
            listed.add(entry.new.finding)
            result = results[entry.new.finding]
            assert result["properties"]["baseline"]["standing"] == standing
            assert result["properties"]["baseline"]["status"] == entry.status
            wanted = {"known": {"unchanged", "updated"}, "worse": {"updated"}}.get(standing, {"new"})
            assert result["baselineState"] in wanted
        before = {f["id"] for f in old["findings"]}
        for ident in set(results) - listed:
            assert results[ident]["kind"] in ("pass", "notApplicable")
            assert results[ident]["baselineState"] == ("unchanged" if ident in before else "new")
        gone = {e.old.finding for s, e in zip(made.standings, made.comparison.entries, strict=True) if s == "gone" and e.old}
        assert set(absent(run)) == gone
        assert run["properties"]["baseline"]["file"] == made.comparison.old.file
    assert Counter(r["baselineState"] for r in present(run).values())["unchanged"] == len(told)


def test_what_is_resolved_is_absent_once_and_passes_as_new(tmp_path: Path) -> None:
    old = fresh()
    ident = one(old, "pass")
    run = run_of(tmp_path, put(old, ident, "fail"))
    gone = absent(run)[ident]
    assert (gone["kind"], gone["level"]) == ("fail", "none"), "no reader takes it for a problem"
    assert gone["properties"]["baseline"]["status"] in ("resolved", "incomparable")
    assert "physicalLocation" not in gone["locations"][0], "its line is that of another file"
    now = present(run)[ident]
    assert (now["kind"], now["baselineState"]) == ("pass", "new")
    assert now["properties"]["baseline"] == gone["properties"]["baseline"]


def test_what_cannot_be_compared_counts_as_new_and_says_why(tmp_path: Path) -> None:
    old = fresh()
    ident = one(old, "fail")
    item = next(f["item"] for f in old["findings"] if f["id"] == ident)
    for entry in old["items"]:
        if entry["item"] == item:
            for told in entry["checks"]:
                told["condition"] = {"zh": "别的要求", "en": "another"}
    old["provenance"]["rulebook_sha256"] = "1" * 64
    result = present(run_of(tmp_path, old))[ident]
    assert result["baselineState"] == "new"
    assert result["properties"]["baseline"]["standing"] == "incomparable"
    assert result["properties"]["baseline"]["why"] == "rule"
    assert result["properties"]["baseline"]["says"]["zh"]


def test_without_a_baseline_no_state_is_claimed(tmp_path: Path) -> None:
    run = run_of(tmp_path, None)
    assert not [r for r in run["results"] if "baselineState" in r or "baseline" in r["properties"]]
    assert "baseline" not in run["properties"]


@pytest.mark.parametrize("held", [False, True])
def test_code_scanning_gets_failings_alone_and_a_count_of_the_rest(held: bool, tmp_path: Path) -> None:
    """GitHub shows every result as an alert, whatever its kind or state."""
    told = fresh()["findings"]
    old = put(fresh(), one(fresh(), "pass"), "fail") if held else None
    run = run_of(tmp_path, old, "code_scanning")
    assert [r["properties"]["id"] for r in run["results"]] == [f["id"] for f in told if f["outcome"] == "fail"]
    assert {r["kind"] for r in run["results"]} == {"fail"}
    assert absent(run) == {}
    kinds = Counter(
        "review" if f["reason"] == "needs_judgement" else {"pass": "pass", "unknown": "open"}.get(f["outcome"], "notApplicable")
        for f in told
        if f["outcome"] != "fail"
    )
    assert run["properties"]["resultsLeftOut"] == kinds
    assert ("baseline" in run["properties"]) == held
