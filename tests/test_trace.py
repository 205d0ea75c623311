"""Pointers: what a value was read from is where the finding points, and order in the dossier decides nothing."""

from __future__ import annotations

import random
from collections.abc import Iterator
from functools import cache
from typing import Any, get_args, get_origin

import pytest
from places import Path_, files_of, judged, leaves, lines, raw_of, reported, without
from pydantic import BaseModel

from compliance.bench import Judgement
from compliance.measures import load_measures
from compliance.measures.base import given, measures_of
from compliance.measures.columns import Columns
from compliance.measures.subjects import KINDS, Case, ConsultationRow, MechanismDocumentRow, ShortfallRow
from compliance.measures.trace import Pointers, _Row, read_pointers
from compliance.schemas.dossier import Dossier
from compliance.schemas.report import Finding
from compliance.schemas.scalars import days

load_measures()
PLACES = ["village", "city", "province"]


@cache
def judgement(place: str) -> Judgement:
    return judged(raw_of(place), files_of(place))


# -- one row ---------------------------------------------------------------------------------------------------


def read(measure: str, kind: str, **fields: Any) -> tuple[str, ...]:
    """Pointers that a measure reads of a hand-made row, whose community stands at /communities/0."""
    community = {"community_id": "c", "name": "n", **fields}
    raw = {
        "schema_version": "1.0", "dossier_id": "d", "area_code": "999901", "area_name": "n", "area_level": "county",
        "plan_year": 2023, "communities": [community],
        "plans": [{"plan_id": "p", "year": 2023, "approved_on": "2023-01-10", "community_ids": ["c"]}],
    }  # fmt: skip
    columns = Columns(Case(Dossier.model_validate(raw), days("2024-01-01")), {})
    return columns.read(kind, measure, 0)


def test_a_rate_points_at_both_numbers_it_is_made_of() -> None:
    pointers = read("participation_rate", "consultation", consultations=[{"total": 10, "participated": 9}])
    assert pointers == ("/communities/0/consultations/0/participated", "/communities/0/consultations/0/total")


def test_what_is_missing_is_pointed_at_where_it_would_stand() -> None:
    assert read("participation_rate", "consultation") == ("/communities/0/consultations",)
    assert read("consultation_closed", "consultation", consultations=[{"total": 1}]) == (
        "/communities/0/consultations/0/closed_on",
    )


def test_a_value_of_the_plan_points_into_the_plan() -> None:
    assert read("plan_approved", "consultation") == ("/plans/0/approved_on",)


def test_the_second_of_two_rounds_is_pointed_at_when_it_is_in_force() -> None:
    rounds = [{"closed_on": "2022-12-01", "total": 9}, {"closed_on": "2022-12-20", "total": 10, "participated": 8}]
    assert read("participation_rate", "consultation", consultations=rounds)[0].startswith(
        "/communities/0/consultations/1/"
    )


def test_a_row_made_by_hand_is_read_like_any_other() -> None:
    row = given(ConsultationRow, community={"community_id": "c", "name": "n"}, consultation={"total": 5})
    take = measures_of("ConsultationRow")["participation_rate"].take
    pointers = Pointers(row.community)
    pointers._of[id(row.consultation)] = "/here"
    assert read_pointers(take, row, pointers) == ("/here/participated", "/here/total")


@pytest.mark.parametrize("row", [ConsultationRow, ShortfallRow, MechanismDocumentRow])
def test_a_row_with_nothing_in_it_has_no_value_and_no_error(row: Any) -> None:
    """Every measure copes with a row in which all is missing but what the row is about."""
    about = {
        ConsultationRow: {},
        ShortfallRow: {"community": {"community_id": "c", "name": "n"}, "shortfall": {"facility_code": "gas"}},
        MechanismDocumentRow: {"which": "work_rules"},
    }
    made = given(row, **about[row])
    for entry in measures_of(row.__name__).values():
        entry.take(made)


# -- all rows of the invented places ---------------------------------------------------------------------------


def rows() -> Iterator[tuple[str, str, Any, Columns]]:
    for place in PLACES:
        columns = judgement(place).columns
        for kind in KINDS:
            for row in columns.rows(kind):
                yield place, kind, row, columns


def test_the_places_have_rows_of_nearly_every_kind() -> None:
    """Else the tests below would prove less than they say."""
    missing = set(KINDS) - {kind for _, kind, _, _ in rows()}
    assert missing <= {"demolition", "prior_renovation", "rank_pair", "quality_issue", "quality_event", "excavation"}


def test_tracing_changes_no_value() -> None:
    compared = 0
    for _, kind, row, columns in rows():
        for entry in measures_of(KINDS[kind].row.__name__).values():
            traced = entry.take(_Row(row, columns.pointers, {}))
            assert traced == entry.take(row), (kind, entry.name)
            compared += 1
    assert compared > 5000


def test_every_value_that_is_read_from_the_dossier_points_into_it() -> None:
    asked, spoke = set(), set()
    for place, kind, row, columns in rows():
        for entry in measures_of(KINDS[kind].row.__name__).values():
            pointers = read_pointers(entry.take, row, columns.pointers)
            asked.add(entry.name)
            if any(pointers):
                spoke.add(entry.name)
            for pointer in pointers:
                assert stands(raw_of_cached(place), pointer), (kind, entry.name, pointer)
    assert asked - spoke <= OF_THE_ROW


OF_THE_ROW = {
    "archive_kind", "day_judged_on", "exclusion_kind", "improvement_class", "in_reserve", "left_to_a_person",
    "month_began", "participation_step", "sector", "survey_reported", "use_substantiated",
}  # fmt: skip
"""Measures that say what the row itself is, or what nobody can report."""


@cache
def raw_of_cached(place: str) -> dict[str, Any]:
    return raw_of(place)


def stands(raw: Any, pointer: str) -> bool:
    """Whether a pointer names something that is there, or a place where the schema has a field for it."""
    if pointer == "":
        return True
    model: Any = Dossier
    value: Any = raw
    for token in pointer.removeprefix("/").split("/"):
        if get_origin(model) is tuple:
            if not token.isdigit() or (isinstance(value, list) and int(token) >= len(value)):
                return False
            model = get_args(model)[0]
            value = value[int(token)] if isinstance(value, list) else None
            continue
        options = [o for o in (model, *get_args(model)) if isinstance(o, type) and issubclass(o, BaseModel)]
        if not options or token not in options[0].model_fields:
            return False
        model = options[0].model_fields[token].annotation
        value = value.get(token) if isinstance(value, dict) else None
        inner = [o for o in get_args(model) if get_origin(o) is tuple]
        model = inner[0] if inner else model
    return True


def pointers_of(finding: Finding) -> Iterator[str]:
    yield finding.subject.pointer
    yield finding.primary
    yield from finding.related
    for line in finding.checks:
        yield line.subject.pointer
        for value in line.values:
            yield from value.pointers
    for found in finding.found:
        yield found.pointer


@pytest.mark.parametrize("place", PLACES)
def test_every_pointer_of_every_finding_leads_somewhere(place: str) -> None:
    raw = raw_of(place)
    for finding in reported(raw, files_of(place)).findings:
        for pointer in pointers_of(finding):
            assert stands(raw, pointer), (finding.id, pointer)


@pytest.mark.parametrize("seed", range(6))
def test_a_dossier_full_of_holes_still_gives_findings_that_point_somewhere(seed: int) -> None:
    draw, raw = random.Random(seed), raw_of("village")
    chosen = draw.sample(sorted(leaves(raw), key=str), k=60 * (seed + 1))
    for path in sorted(chosen, key=lambda p: [str(part).zfill(6) for part in p], reverse=True):
        changed = without(raw, path) if exists(raw, path) else None
        raw = changed or raw
    report = reported(raw, files_of("village"), "feed")
    assert report.faults == ()
    for finding in report.findings:
        assert finding.sentence.zh
        assert finding.sentence.en
        for pointer in pointers_of(finding):
            assert stands(raw, pointer), (finding.id, pointer)


def exists(raw: Any, path: Path_) -> bool:
    for part in path:
        try:
            raw = raw[part]
        except (KeyError, IndexError, TypeError):
            return False
    return True


# -- order -----------------------------------------------------------------------------------------------------


def shuffled(value: Any, draw: random.Random) -> Any:
    if isinstance(value, dict):
        return {name: shuffled(inner, draw) for name, inner in value.items()}
    if isinstance(value, list):
        entries = [shuffled(inner, draw) for inner in value]
        draw.shuffle(entries)
        return entries
    return value


@pytest.mark.parametrize("place", ["village", "city"])
@pytest.mark.parametrize("seed", range(3))
def test_the_order_of_the_dossier_changes_pointers_and_no_outcome(place: str, seed: int) -> None:
    raw, files = raw_of(place), files_of(place)
    other = shuffled(raw, random.Random(seed))
    first, second = reported(raw, files), reported(other, files)
    assert {f.id: (f.outcome, f.reason, f.basis, f.disposition) for f in first.findings} == {
        f.id: (f.outcome, f.reason, f.basis, f.disposition) for f in second.findings
    }
    assert [(i.item, i.outcome, i.numerator, i.denominator) for i in first.items] == [
        (i.item, i.outcome, i.numerator, i.denominator) for i in second.items
    ]
    assert first.verdict == second.verdict
    assert {f.id: f.primary for f in first.findings} != {f.id: f.primary for f in second.findings}
    codes, others = lines(judged(raw, files)), lines(judged(other, files))
    assert sorted(map(str, codes.items())) == sorted(map(str, others.items()))
