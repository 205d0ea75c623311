"""``make verdicts`` compares two revisions over all fixtures: what it judges, by which rules, and how it tells it."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "tools"))

import verdicts  # noqa: E402

ROAD = '''
from pathlib import Path
from types import SimpleNamespace
import json

def check(source, *, {signature}mode, as_of):
    dossier = json.loads((Path(source) / "dossier.json").read_text("utf-8"))
    if dossier.get("broken"):
        raise ValueError("unreadable")
    rules = Path(profile).stem if profile else "by area"
    answers = {{"B7.1/community/c1": "{b7}", "B10.1/area": "pass", "X1/area": f"{{mode}} {{rules}}"}}
    return SimpleNamespace(findings=[SimpleNamespace(id=i, outcome=o, reason=None) for i, o in answers.items()])
'''


def git(home: Path, *args: str) -> None:
    who = ["-c", "user.name=t", "-c", "user.email=t@example.org"]
    subprocess.run(["git", *who, *args], cwd=home, check=True, capture_output=True)


def write(home: Path, signature: str, b7: str) -> None:
    (home / "compliance").mkdir(exist_ok=True)
    (home / "compliance" / "__init__.py").write_text("", "utf-8")
    (home / "compliance" / "road.py").write_text(ROAD.format(signature=signature, b7=b7), "utf-8")


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """A repository of two commits: the first asks for a profile by name, the second finds it by area code."""
    home = tmp_path / "repository"
    for name, code in (("cities/one", "430300"), ("cases/two", "999911"), ("county", "999901"), ("city", "999900")):
        folder = home / "fixtures" / name
        folder.mkdir(parents=True)
        (folder / "dossier.json").write_text(json.dumps({"area_code": code}), "utf-8")
    profiles = home / "fixtures" / "profiles"
    profiles.mkdir()
    (profiles / "invented.yaml").write_text('area_codes: ["999901"]\n', "utf-8")
    (profiles / "cases.yaml").write_text('area_codes: ["999911", "999912"]\n', "utf-8")
    git(tmp_path, "init", "-q", str(home))
    write(home, 'profile="national", ', "pass")
    git(home, "add", ".")
    git(home, "commit", "-qm", "first")
    write(home, "profile=None, ", "fail")
    git(home, "commit", "-qam", "second")
    return home


def test_every_fixture_is_judged_by_the_rules_of_its_area(repository: Path, tmp_path: Path) -> None:
    work = verdicts.jobs(repository, tmp_path, {"short": ("county", json.dumps({"area_code": "999901"}).encode())})
    rules = {job.name: Path(job.profile).stem if job.profile else None for job in work}
    assert rules == {"one": None, "two": "cases", "county": "invented", "city": "invented", "short": "invented"}
    modes = {job.name: job.modes for job in work}
    assert modes["short"] == ("strict",)
    assert modes["county"] == ("strict", "feed")


def test_two_revisions_are_judged_each_by_its_own_code(repository: Path, tmp_path: Path) -> None:
    work = verdicts.jobs(repository, tmp_path, {"short": ("county", b'{"area_code": "999901"}')})
    found = []
    for revision in ("HEAD~1", "HEAD", None):
        with verdicts.checked_out(revision, repository) as code:
            found.append(verdicts.outcomes(code, work))
    first, second, tree = found
    assert second == tree
    assert len(first) == 3 * (4 * 2 + 1)
    assert (first["one feed B7.1/community/c1"], second["one feed B7.1/community/c1"]) == ("pass", "fail")
    assert (first["one feed X1/area"], second["one feed X1/area"]) == ("feed national", "feed by area")
    assert second["two strict X1/area"] == "strict cases"
    assert second["short strict X1/area"] == "strict invented"


def test_a_dossier_that_cannot_be_judged_is_told_and_keeps_none_of_the_others(repository: Path, tmp_path: Path) -> None:
    work = verdicts.jobs(repository, tmp_path, {"bad": ("county", b'{"area_code": "999901", "broken": true}')})
    found = verdicts.outcomes(repository, work)
    assert found["bad strict *"] == "ValueError"
    assert found["county strict B10.1/area"] == "pass"


def test_differences_are_told_item_by_item_in_the_standards_order_with_counts() -> None:
    before = {
        "a strict B10.1/area": "pass",
        "a strict B9.1/project/p1": "pass",
        "a strict B9.1/project/p2": "pass",
        "a strict B9.1/project/p3": "unknown/missing_field",
        "a strict H1.1/area": "pass",
        "b strict *": "Refused",
    }
    after = {
        "a strict B10.1/area": "fail",
        "a strict B9.1/project/p1": "fail",
        "a strict B9.1/project/p2": "fail",
        "a strict B9.1/project/p3": "fail",
        "a strict H1.1/area": "pass",
        "a strict X1/area": "unknown/needs_judgement",
    }
    lines = verdicts.compare(before, after)
    heads = [line for line in lines if not line.startswith(" ")]
    assert heads == [
        "*: Refused -> - (1)",
        "B9.1: pass -> fail (2), unknown/missing_field -> fail (1)",
        "B10.1: pass -> fail (1)",
        "X1: - -> unknown/needs_judgement (1)",
        "6 findings differ; 6 after, 6 before, 5 in both, 4 items",
    ]
    assert "    a strict B9.1/project/p3: unknown/missing_field -> fail" in lines


def test_nothing_differs_from_itself() -> None:
    assert verdicts.compare({"a strict B1.1/area": "pass"}, {"a strict B1.1/area": "pass"})[-1].startswith("0 findings differ")


def test_the_fixtures_of_the_checkout_are_all_found_with_their_rules(tmp_path: Path) -> None:
    work = {job.name: job for job in verdicts.jobs(ROOT, tmp_path, {})}
    held = {p.parent.name for p in (ROOT / "fixtures").rglob("dossier.json")}
    assert set(work) == held
    assert work["xiangtan-2021"].profile is None
    assert Path(str(work["shili-province"].profile)).name == "shili.yaml"
    assert Path(str(work["eleven-audit-findings"].profile)).name == "cases.yaml"


def test_every_variant_is_built_over_a_base_that_is_there() -> None:
    from fixtures.builder import variants

    built = verdicts.built_variants()
    assert built.keys() == set(variants())
    assert all((ROOT / "fixtures" / base).is_dir() for base, _ in built.values())
