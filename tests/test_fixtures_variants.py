"""Each variant changes a few values of a base: exactly the items it names change, at the place and check it names."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from compliance.road import check
from compliance.schemas.report import Finding, Report
from fixtures.builder import BUILT, variant, variants
from fixtures.builder.write import as_bytes

FIXTURES = Path(__file__).resolve().parents[1] / "fixtures"
PROFILE = str(FIXTURES / "profiles" / "shili.yaml")
NAMES = variants()


def _check(folder: Path) -> Report:
    report = check(folder, profile=PROFILE, mode="strict", as_of="2024-03-31")
    assert report.faults == ()
    return report


def _answers(report: Report) -> dict[str, Any]:
    """Item → its outcome, how many subjects have which, and the names of those that fail or are open."""
    return {i.item: (i.outcome, i.tally, i.failing, i.open) for i in report.items}


@cache
def _base(name: str) -> dict[str, Any]:
    return _answers(_check(FIXTURES / name))


def _findings(report: Report, item: str) -> list[Finding]:
    """The findings of one item; they stand in the order of the standard."""
    start = 0
    for rollup in report.items:
        tally = rollup.tally
        end = start + tally.passed + tally.failed + tally.unknown + tally.not_applicable
        if rollup.item == item:
            return list(report.findings[start:end])
        start = end
    raise LookupError(item)


@pytest.fixture(scope="session")
def copy_of(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """Base → a copy of its folder whose dossier may be overwritten."""

    @cache
    def folder(base: str) -> Path:
        return Path(shutil.copytree(FIXTURES / base, tmp_path_factory.mktemp("variants") / base))

    return folder


@pytest.mark.parametrize("name", NAMES)
def test_exactly_what_the_variant_names_changes(name, copy_of):
    told = variant(name)
    folder = copy_of(told.base)
    (folder / "dossier.json").write_bytes(as_bytes(told.build().dossier))
    report = _check(folder)
    answers, base = _answers(report), _base(told.base)
    expected = {**told.outcomes, **told.follows}
    assert {item: answers[item][0] for item in expected} == expected
    # A twin at a boundary leaves even the counts and names as they are.
    changed = {item for item in answers if answers[item] != base[item]}
    assert changed == {item for item, outcome in expected.items() if outcome != base[item][0]}

    for item, outcome in told.outcomes.items():
        concerned = [f for f in _findings(report, item) if f.outcome == outcome]
        if told.where:
            assert [f.subject.id for f in concerned] == [told.where]
        if told.check:
            assert told.check in {c.check for f in concerned for c in f.checks if c.outcome == outcome}


def test_every_item_has_a_variant_that_fails_it():
    items = {item for name in BUILT for item in _base(name) if not item.startswith("X")}
    failed = {item for name in NAMES for item, outcome in variant(name).outcomes.items() if outcome == "fail"}
    assert items - failed == set()
    assert len(items) == 36


def test_names_are_sentences_about_their_item():
    for name in NAMES:
        (item,) = variant(name).outcomes
        assert name.startswith(item.lower().replace(".", "-") + "-"), name
        assert name.count("-") >= 4, name
