"""Generated counties: what is found is what was planted, no more and no less; the same seed gives the same dossier."""

from __future__ import annotations

from pathlib import Path

import pytest

from compliance.road import check
from fixtures.builder import Planted, generate
from fixtures.builder.planting import PLANTERS
from fixtures.builder.write import as_bytes

PROFILE = str(Path(__file__).resolve().parents[1] / "fixtures" / "profiles" / "shili.yaml")


def _found(path: Path) -> dict[tuple[str, str, str], set[str]]:
    """Findings to be put right → the checks that fail there; nothing else is open, and nothing is a fault."""
    report = check(path, profile=PROFILE, mode="feed", as_of="2024-03-31")
    assert report.faults == ()
    found = {}
    start = 0
    for item in report.items:
        tally = item.tally
        end = start + tally.passed + tally.failed + tally.unknown + tally.not_applicable
        # Findings are made when read, and of a large dossier few have anything to say.
        for finding in report.findings[start:end] if item.failing or item.open else ():
            if finding.disposition == "rectify":
                failing = {c.check for c in finding.checks if c.outcome == "fail"}
                found[finding.item, finding.subject.kind, finding.subject.id] = failing
            elif not (finding.item.startswith("X") and finding.questions):  # for a person, in every dossier
                assert finding.disposition in ("none", "improve"), finding.id
        start = end
    return found


def _agree(path: Path, communities: int, seed: int, violations: int) -> list[Planted]:
    dossier, planted = generate(communities, seed, violations)
    path.write_bytes(as_bytes(dossier))
    found = _found(path)
    assert len(planted) == violations
    assert set(found) == {entry[:3] for entry in planted}
    assert [entry for entry in planted if entry.check not in found[entry[:3]]] == []
    return planted


@pytest.mark.parametrize(
    ("communities", "seed", "violations"),
    [
        (1, 1, 0), (1, 2, 12), (2, 3, 5), (3, 1, 4), (4, 4, 9), (10, 1, 10), (10, 2, 16), (36, 7, 30), (36, 8, 52),
        (100, 3, 0), (100, 4, 130), (300, 5, 150), (300, 6, 380),
    ],
)  # fmt: skip
def test_what_is_planted_is_found_and_nothing_else(tmp_path, communities, seed, violations):
    _agree(tmp_path / "dossier.json", communities, seed, violations)


def test_a_county_of_two_thousand_and_every_way_of_spoiling_it(tmp_path):
    planted = _agree(tmp_path / "dossier.json", 2000, 11, 2510)
    assert {entry.item for entry in planted} == {planter.item for planter in PLANTERS}


@pytest.mark.parametrize("seed", range(20))
def test_small_counties_of_many_seeds(tmp_path, seed):
    _agree(tmp_path / "dossier.json", 12, 100 + seed, 20)


def test_the_same_seed_gives_the_same_and_another_seed_another():
    assert generate(20, 1, 10) == generate(20, 1, 10)
    assert generate(20, 1, 10).dossier != generate(20, 2, 10).dossier
    assert generate(20, 1, 0).dossier["communities"][0] != generate(20, 2, 0).dossier["communities"][0]


def test_more_violations_than_there_is_room_for():
    with pytest.raises(ValueError, match="has room for"):
        generate(1, 1, 100)


def test_content_of_a_community_is_of_the_size_of_a_real_one():
    communities = generate(300, 1).dossier["communities"]
    mean = sum(len(as_bytes({"c": c}).replace(b"\n", b"").replace(b"  ", b"")) for c in communities) / len(communities)
    assert 4_000 < mean < 7_000
