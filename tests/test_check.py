"""``check()``: the same bytes in, the same bytes out, whatever the machine; what strict and feed believe."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import pytest
from places import AS_OF, FIXTURES, PROFILE, bench, files_of, judged, lines, raw_of, reported

import compliance
from compliance.render import render
from compliance.road import today
from compliance.schemas.outcomes import Code
from compliance.schemas.report import Report
from compliance.sentences import spoken

ROOT = FIXTURES.parent
CITY = FIXTURES / "shili-city"


def report(source: Path | str = CITY, **options: Any) -> Report:
    return compliance.check(source, **{"profile": PROFILE, "as_of": AS_OF, **options})


# -- the same bytes --------------------------------------------------------------------------------------------

PRINT = "import sys, hashlib, compliance; from compliance.render import render; " \
    "r = compliance.check(sys.argv[1], profile=sys.argv[2], as_of=sys.argv[3]); " \
    "print(*(hashlib.sha256(render(r, f)).hexdigest() for f in ('json', 'text', 'html')))"  # fmt: skip


def digests(**env: str) -> bytes:
    environment = {**os.environ, "PYTHONPATH": str(ROOT), **env}
    command = [sys.executable, "-c", PRINT, str(CITY), PROFILE, AS_OF]
    return subprocess.run(command, capture_output=True, env=environment, check=True).stdout


def test_reports_are_the_same_bytes_in_any_timezone_locale_and_hash_order() -> None:
    first = digests(TZ="UTC", LANG="C", PYTHONHASHSEED="0")
    assert len(first.split()) == 3
    for env in (
        {"TZ": "Asia/Shanghai", "LANG": "zh_CN.UTF-8", "PYTHONHASHSEED": "1"},
        {"TZ": "America/Los_Angeles", "LC_ALL": "tr_TR.UTF-8", "PYTHONHASHSEED": "42"},
        {"TZ": "Pacific/Kiritimati", "LC_ALL": "POSIX", "PYTHONHASHSEED": "4294967295", "PYTHONUTF8": "0"},
    ):
        assert digests(**env) == first, env


def test_a_second_check_in_the_same_process_is_the_same_report() -> None:
    assert render(report(), "json") == render(report(), "json")


def test_a_folder_and_its_zip_are_judged_alike(tmp_path: Path) -> None:
    packed = tmp_path / "city.zip"
    with zipfile.ZipFile(packed, "w") as archive:
        for file in sorted(CITY.rglob("*")):
            archive.write(file, file.relative_to(CITY))
    one, other = json.loads(render(report(), "json")), json.loads(render(report(packed), "json"))
    assert one.pop("provenance")["source"] != other.pop("provenance")["source"]
    assert one == other


def test_the_report_says_what_it_was_made_from() -> None:
    provenance = report().provenance
    assert provenance.source == "shili-city"
    assert (provenance.profile, provenance.mode, provenance.as_of, provenance.as_of_origin) == ("shili", "strict", AS_OF, "given")
    assert len(provenance.dossier_sha256) == len(provenance.rulebook_sha256) == len(provenance.profile_sha256) == 64
    assert provenance.dossier_bytes == (CITY / "dossier.json").stat().st_size


def test_without_a_day_it_is_today_in_china_and_the_report_says_so() -> None:
    provenance = report(as_of=None).provenance
    assert provenance.as_of_origin == "today"
    assert provenance.as_of == today().text


@pytest.mark.parametrize("as_of", ["2024", "2024-05", "yesterday", "2024-02-30"])
def test_an_as_of_date_that_is_no_full_date_is_refused(as_of: str) -> None:
    with pytest.raises(ValueError, match=r"date|day"):
        report(as_of=as_of)


def test_the_door_offers_check_and_report_and_nothing_else() -> None:
    assert compliance.Report is Report
    with pytest.raises(AttributeError):
        _ = compliance.nothing


# -- strict and feed -------------------------------------------------------------------------------------------


def test_without_attachments_strict_asks_for_them_and_feed_believes() -> None:
    raw = raw_of("city")
    strict, feed = lines(judged(raw, {}, "strict")), lines(judged(raw, {}, "feed"))
    with_papers = lines(judged(raw, files_of("city"), "strict"))
    assert feed == with_papers
    changed = [cell for cell in strict if strict[cell] != feed[cell]]
    assert len(changed) > 100
    assert {feed[c] for c in changed} <= {Code.PASS, Code.MEASURED}
    assert {strict[c] for c in changed} <= {Code.UNKNOWN, Code.OPEN}


def test_what_is_believed_without_papers_is_called_asserted() -> None:
    raw = raw_of("city")
    feed = reported(raw, {}, "feed")
    assert "asserted" in {f.basis for f in feed.findings}
    strict = reported(raw, {}, "strict")
    assert "asserted" not in {f.basis for f in strict.findings}
    missing = [f for f in strict.findings if f.reason == "missing_evidence"]
    assert missing
    assert all(f.disposition == "supply" and f.asked and not [a for a in f.found if a.state == "present"] for f in missing)


def test_an_attachment_with_other_bytes_shows_nothing_and_is_an_integrity_matter() -> None:
    raw, files = raw_of("city"), dict(files_of("city"))
    name = next(a["file"] for a in raw["attachments"] if a["doc_type"] == "mechanism_notice")
    changed = reported(raw, files | {name: "0" * 64})
    ident = next(a["att_id"] for a in raw["attachments"] if a["file"] == name)
    assert changed.integrity == (ident,)
    assert reported(raw, files).integrity == ()


def test_no_paper_ever_changes_a_breach() -> None:
    raw = raw_of("city")
    raw["mechanisms"] = [{"area_code": raw["area_code"], "established": False}]
    for mode, files in (("strict", files_of("city")), ("strict", {}), ("feed", {})):
        found = {f.item: f for f in reported(raw, files, mode).findings if f.item == "B1.1"}  # type: ignore[arg-type]
        assert found["B1.1"].outcome == "fail"
        assert found["B1.1"].disposition == "rectify"


# -- what holds of every report --------------------------------------------------------------------------------


@pytest.mark.parametrize("place", ["village", "city", "province"])
def test_every_item_has_a_finding_and_every_finding_an_item(place: str) -> None:
    made = reported(raw_of(place), files_of(place))
    assert {f.item for f in made.findings} == {i.item for i in made.items}
    assert len({f.id for f in made.findings}) == len(made.findings)
    for item in made.items:
        own = [f for f in made.findings if f.item == item.item]
        tally = item.tally
        assert (tally.passed, tally.failed, tally.unknown, tally.not_applicable) == tuple(
            sum(f.outcome == word for f in own) for word in ("pass", "fail", "unknown", "not_applicable")
        )
        assert item.numerator <= item.denominator
    counts = {word: sum(f.disposition == word for f in made.findings) for word in ("rectify", "improve", "supply", "review")}
    verdict = made.verdict
    assert (verdict.rectify, verdict.improve, verdict.supply, verdict.review) == tuple(counts.values())


def test_a_reason_stands_with_unknown_and_not_applicable_alone() -> None:
    raw = raw_of("city")
    for mode, files in (("strict", {}), ("feed", files_of("city"))):
        for finding in reported(raw, files, mode, bench("national")).findings:  # type: ignore[arg-type]
            assert (finding.reason is None) is (finding.outcome in ("pass", "fail")), finding.id
            assert (finding.basis is not None) is (finding.outcome == "pass"), finding.id


def test_an_area_with_a_breach_is_not_said_to_comply() -> None:
    raw = raw_of("city")
    raw["mechanisms"] = [{"area_code": raw["area_code"], "established": False}]
    made = reported(raw, files_of("city"))
    assert made.verdict.outcome == "fail"
    assert made.verdict.worst is not None
    assert next(c for c in made.clauses if c.clause == "B1").outcome == "fail"


def test_without_the_places_parameters_the_area_is_not_said_to_comply() -> None:
    made = reported(raw_of("city"), files_of("city"), on=bench("national"))
    assert made.verdict.outcome == "unknown"
    assert "missing_parameter" in {f.reason for f in made.findings}


def test_no_and_nought_are_said_apart_whichever_was_said_first() -> None:
    """They are equal to Python: what was said of the one must not be remembered for the other."""
    for first, then in ((0, False), (False, 0), (1, True), (True, 1)):
        spoken.cache_clear()
        assert spoken(first, "").zh != spoken(then, "").zh
