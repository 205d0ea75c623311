"""``check --baseline``: what is new fails the gate, what is known does not, and nothing is left out."""

from __future__ import annotations

import copy
import json
from collections import Counter
from pathlib import Path
from typing import Any

import orjson
import pytest
from click.testing import CliRunner, Result
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from rectifying import AS_OF, PROFILE, as_read, base, checked, dossier_of, finding, put, report_of

from compliance.cli import cli
from compliance.rectify.baseline import against
from compliance.rectify.reading import ReportsRefused
from compliance.schemas.baseline import Against

Json = dict[str, Any]


def write(folder: Path, dossier: Json, name: str = "d.json") -> str:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(orjson.dumps(dossier))
    return str(path)


def run(*args: str) -> Result:
    return CliRunner().invoke(cli, ["check", "--mode", "feed", "--profile", PROFILE, *args])


def check(*args: str) -> Result:
    return run("--as-of", AS_OF, *args)


@pytest.fixture
def failing(tmp_path: Path) -> str:
    return write(tmp_path, dossier_of(1, 3, 3))


@pytest.fixture
def baseline(tmp_path: Path) -> str:
    """The report on a delivery with fewer failings."""
    path = tmp_path / "old.json"
    path.write_bytes(report_of(1, 3, 1))
    return str(path)


@pytest.fixture
def same(tmp_path: Path) -> str:
    """The report on the failing delivery itself."""
    path = tmp_path / "same.json"
    path.write_bytes(report_of(1, 3, 3))
    return str(path)


# -- the gate --------------------------------------------------------------------------------------------------


def test_what_is_known_passes_the_gate_only_where_that_was_asked_for(failing: str, same: str) -> None:
    assert check(failing).exit_code == 1
    assert check(failing, "--baseline", same).exit_code == 1
    assert check(failing, "--baseline", same, "--fail-on-new").exit_code == 0


def test_what_is_new_fails_the_gate(failing: str, baseline: str) -> None:
    assert check(failing, "--baseline", baseline, "--fail-on-new").exit_code == 1


@pytest.mark.parametrize("fail_on", ["critical", "major", "minor", "never"])
def test_severity_counts_of_what_is_new(fail_on: str, failing: str, baseline: str) -> None:
    alone = check(failing, "--fail-on", fail_on).exit_code
    assert check(failing, "--baseline", baseline, "--fail-on-new", "--fail-on", fail_on).exit_code == alone


def test_a_new_minor_failing_passes_a_critical_gate_though_a_known_one_is_critical(tmp_path: Path, failing: str) -> None:
    old = orjson.loads(report_of(1, 3, 3))
    new = [f for f in old["findings"] if f["disposition"] == "rectify" and f["severity"] == "minor"]
    assert new
    for entry in new:
        put(old, entry["id"], "pass", basis="asserted")
    path = write(tmp_path, old, "old.json")
    assert check(failing, "--fail-on", "critical").exit_code == 1
    assert check(failing, "--baseline", path, "--fail-on-new", "--fail-on", "critical").exit_code == 0
    assert check(failing, "--baseline", path, "--fail-on-new").exit_code == 1


def test_unknowns_that_are_new_fail_the_gate_where_unknown_fails_it(tmp_path: Path) -> None:
    raw = dossier_of(1, 3, 0)
    less = copy.deepcopy(raw)
    del less["mechanisms"]
    path, known = write(tmp_path, less), tmp_path / "known.json"
    known.write_bytes(checked(less))
    before = tmp_path / "before.json"
    before.write_bytes(checked(raw))
    asked = ("--fail-on-unknown", "--fail-on-new", "--baseline")
    assert check(path, "--fail-on-unknown").exit_code == 1
    assert check(path, *asked, str(before)).exit_code == 1
    assert check(path, *asked, str(known)).exit_code == 0
    assert check(path, "--fail-on-new", "--baseline", str(before)).exit_code == 0


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(1, 4), then=st.integers(0, 3), now=st.integers(0, 3), unknown=st.booleans())
def test_a_baseline_only_lets_pass_and_without_a_failing_in_it_changes_nothing(
    seed: int, then: int, now: int, unknown: bool, tmp_path: Path
) -> None:
    path = write(tmp_path, dossier_of(seed, 3, now))
    old = tmp_path / "old.json"
    more = ("--fail-on-unknown",) if unknown else ()
    alone = check(path, *more).exit_code
    old.write_bytes(report_of(seed, 3, then))
    assert check(path, *more, "--baseline", str(old), "--fail-on-new").exit_code <= alone
    if not then:
        failing = check(path).exit_code
        assert check(path, "--baseline", str(old), "--fail-on-new").exit_code == failing


# -- standings -------------------------------------------------------------------------------------------------


def one(made: Against, ident: str) -> str:
    (found,) = [
        s for s, e in zip(made.standings, made.comparison.entries, strict=True)
        if ident in {side.finding for side in (e.old, e.new) if side is not None}
    ]  # fmt: skip
    return found


def some(report: Json, rows: int = 1) -> str:
    """A finding that passes and has that many lines or more."""
    return str(next(f["id"] for f in report["findings"] if f["outcome"] == "pass" and len(f["checks"]) >= rows))


def test_what_passed_and_fails_is_new_and_what_failed_and_fails_is_known() -> None:
    ident = some(base())
    old, new = base(), put(base(), ident, "fail")
    assert one(against(as_read(old), as_read(new)), ident) == "new"
    assert one(against(as_read(new), as_read(new)), ident) == "known"
    assert one(against(as_read(new), as_read(old)), ident) == "gone"


def test_what_was_unknown_and_fails_is_new() -> None:
    ident = some(base())
    made = against(as_read(put(base(), ident, "unknown")), as_read(put(base(), ident, "fail")))
    assert one(made, ident) == "new"


def test_a_known_failing_that_spreads_is_worse() -> None:
    ident = some(base(), 2)
    old, new = put(base(), ident, "fail", {0: "fail"}), put(base(), ident, "fail", {0: "fail", 1: "fail"})
    assert one(against(as_read(old), as_read(new)), ident) == "worse"
    assert one(against(as_read(new), as_read(old)), ident) == "known", "less of it is known"


def test_another_requirement_makes_a_failing_incomparable() -> None:
    ident = some(base())
    old, new = put(base(), ident, "fail"), put(base(), ident, "fail")
    item = finding(new, ident)["item"]
    for entry in new["items"]:
        if entry["item"] == item:
            for told in entry["checks"]:
                told["condition"] = {"zh": "别的要求", "en": "another"}
    new["provenance"]["rulebook_sha256"] = "1" * 64
    assert one(against(as_read(old), as_read(new)), ident) == "incomparable"


def test_nothing_that_fails_or_is_open_is_left_out() -> None:
    for then, now in ((0, 3), (3, 0), (1, 3), (3, 3)):
        old, new = (orjson.loads(report_of(2, 3, n)) for n in (then, now))
        made = against(as_read(old), as_read(new))
        counted = Counter(e.new.finding for e in made.comparison.entries if e.new and e.new.disposition != "none")
        assert counted == Counter(f["id"] for f in new["findings"] if f["disposition"] != "none")
        gone = {e.old.finding for e in made.comparison.entries if e.old and e.old.disposition != "none"}
        assert gone == {f["id"] for f in old["findings"] if f["disposition"] != "none"}


# -- what is said ----------------------------------------------------------------------------------------------


def test_the_text_report_gets_a_section_in_either_language(failing: str, baseline: str, same: str) -> None:
    zh = check(failing, "--baseline", baseline).stdout
    assert "== 与基线对照" in zh
    assert "-- 新增" in zh
    assert baseline in zh.replace("\n", "").replace(" ", "")
    en = check(failing, "--baseline", same, "--lang", "en").stdout
    section = en.partition("== Against the baseline")[2]
    assert "-- known" in section
    assert "-- new" not in section
    assert "B3.2" in section, "what is known is told too"


def test_the_json_report_is_the_same_and_the_section_goes_to_standard_error(failing: str, baseline: str) -> None:
    plain, held = check(failing, "--report", "json"), check(failing, "--report", "json", "--baseline", baseline)
    assert held.stdout == plain.stdout
    assert "== 与基线对照" in held.stderr
    assert "== 与基线对照" not in plain.stderr


# -- several dossiers ------------------------------------------------------------------------------------------


def test_several_dossiers_are_held_against_a_folder(tmp_path: Path) -> None:
    one, other = dossier_of(1, 3, 3), dossier_of(2, 3, 3) | {"dossier_id": "other"}
    paths = write(tmp_path, one, "1.json"), write(tmp_path, other, "2.json")
    folder = tmp_path / "old"
    folder.mkdir()
    (folder / f"{one['dossier_id']}.json").write_bytes(report_of(1, 3, 3))
    asked = ("--baseline", str(folder), "--fail-on-new")
    assert check(paths[0], *asked).exit_code == 0
    done = check(*paths, *asked)
    assert done.exit_code == 1, "where there is no baseline everything is new"
    assert "没有 other.json，全部按新增计" in done.stdout
    (folder / "other.json").write_bytes(checked(other))
    assert check(*paths, *asked).exit_code == 0


# -- refusals --------------------------------------------------------------------------------------------------


def test_wrong_usage_is_told(failing: str, same: str) -> None:
    assert check(failing, "--fail-on-new").exit_code == 2
    done = check(failing, failing, "--baseline", same)
    assert done.exit_code == 2
    assert "{id}.json" in done.stderr


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (lambda r: r["area"].update(code="999999"), "other_area"),
        (lambda r: r["area"].update(plan_year=2019), "other_year"),
        (lambda r: r["provenance"].update(as_of="2024-04-01"), "later_than_this_check"),
        (lambda r: r.update(report_version="0.1"), "older_version"),
        (lambda r: r.update(report_version="99.0"), "newer_version"),
        (lambda r: r.pop("report_version"), "not_a_report"),
    ],
)
def test_an_unfit_baseline_is_refused_by_name_and_the_reports_are_written(
    change: Any, code: str, tmp_path: Path, failing: str
) -> None:
    report = orjson.loads(report_of(1, 3, 3))
    change(report)
    path = write(tmp_path, report, "unfit.json")
    for lang in ("zh", "en"):
        done = check(failing, "--baseline", path, "--fail-on-new", "--lang", lang)
        assert done.exit_code == 3
        assert f"[{code}]" in done.stderr
        assert "unfit.json" in done.stderr
        assert "B3.2" in done.stdout
        assert "与基线对照" not in done.stdout


def test_a_baseline_that_is_not_there_or_is_no_report_is_refused(tmp_path: Path, failing: str) -> None:
    assert "[file_missing]" in check(failing, "--baseline", str(tmp_path / "nowhere.json")).stderr
    done = check(failing, "--baseline", failing)
    assert (done.exit_code, "[not_a_report]" in done.stderr) == (3, True)
    (tmp_path / "cut.json").write_bytes(report_of(1, 3, 3)[:1000])
    assert check(failing, "--baseline", str(tmp_path / "cut.json")).exit_code == 3


def test_the_same_day_is_no_later_one() -> None:
    report = orjson.loads(report_of(1, 3, 3))
    assert against(as_read(report), as_read(report)).standings
    report["provenance"]["as_of"] = "2024-04-01"
    with pytest.raises(ReportsRefused):
        against(as_read(report), as_read(json.loads(report_of(1, 3, 3))))
