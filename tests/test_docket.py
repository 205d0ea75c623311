"""Gates, levels, zones, options and dates: what is owed an answer, for every combination."""

from __future__ import annotations

from dataclasses import replace
from itertools import product
from typing import Any

import pytest
from small_law import a_check

from compliance.docket import Place, gate_states, levels_of, place, predates
from compliance.schemas import dossier as d
from compliance.schemas.outcomes import State
from compliance.schemas.report import Bilingual, LimitSource
from compliance.schemas.rulebook import Check, Profile, Setting
from compliance.schemas.scalars import Ratio, Unknown, days

AS_OF = days("2024-06-30")
PAST, FUTURE = "2024-06-30", "2024-07-01"
READY, NOT_DUE, MISSING = State.READY, State.NOT_DUE, State.MISSING_FIELD
STAGES = ["planned", "started", "completed", "accepted", "handed_over"]
GATES = ["start", "completion", "acceptance"]
REACHED_BY = dict(zip(GATES, ["started", "completed", "accepted"], strict=True))


def project(stage: str | None = None, **dates: str) -> d.Project:
    """A project with the given stage and dates: ``start``, ``completion``, ``acceptance``."""
    raw: dict[str, Any] = {"project_id": "p", "name": "n"}
    if stage:
        raw["stage"] = stage
    if "start" in dates:
        raw["actual_start"] = dates["start"]
    if "completion" in dates:
        raw["completed_on"] = dates["completion"]
    if "acceptance" in dates:
        raw["acceptance"] = {"accepted_on": dates["acceptance"]}
    return d.Project.model_validate(raw)


def plan(approved_on: str | None) -> d.Plan:
    raw = {"plan_id": "p", "year": 2024} | ({"approved_on": approved_on} if approved_on else {})
    return d.Plan.model_validate(raw)


def community(finalised_on: str | None) -> d.Community:
    raw: dict[str, Any] = {"community_id": "c", "name": "n"}
    if finalised_on:
        raw["scheme"] = {"finalised_on": finalised_on}
    return d.Community.model_validate(raw)


def state(
    gate: str, p: d.Project | None = None, of_plan: d.Plan | None = None, c: d.Community | None = None
) -> State:
    (found,) = gate_states(gate, [(c, of_plan, p)], AS_OF)
    return State(found)


def expected(gate: str, stage: str | None, dates: dict[str, str]) -> State:
    """Written from the readings: a date that has come proves this gate and those before it; so does the stage;
    a stage below the gate, or a date still to come, says that it is not due; neither leaves it open."""
    at = GATES.index(gate)
    if any(dates.get(later) == PAST for later in GATES[at:]):
        return READY
    if stage is not None and STAGES.index(stage) >= STAGES.index(REACHED_BY[gate]):
        return READY
    if stage is not None or gate in dates:
        return NOT_DUE
    return MISSING


COMBINATIONS = [
    (gate, stage, {name: date for name, date in zip(GATES, dates, strict=True) if date})
    for gate in GATES
    for stage in [None, *STAGES]
    for dates in product([None, PAST, FUTURE], repeat=3)
]


@pytest.mark.parametrize("gate", GATES)
def test_every_combination_of_stage_and_dates_places_the_gate(gate: str) -> None:
    for of, stage, dates in COMBINATIONS:
        if of == gate:
            later_only_future = not dates.get(gate) and stage is None and FUTURE in dates.values()
            if later_only_future and expected(gate, stage, dates) is MISSING:
                continue  # a later date to come says nothing certain of this gate; see the test below
            assert state(gate, project(stage, **dates)) is expected(gate, stage, dates), (stage, dates)


@pytest.mark.parametrize("gate", GATES)
def test_a_later_date_to_come_alone_never_makes_a_gate_ready(gate: str) -> None:
    at = GATES.index(gate)
    for later in GATES[at + 1 :]:
        assert state(gate, project(**{later: FUTURE})) in (NOT_DUE, MISSING)


@pytest.mark.parametrize("gate", [*GATES, "scheme", "plan_entry"])
def test_without_project_plan_or_scheme_the_gate_is_open(gate: str) -> None:
    assert state(gate) is MISSING


@pytest.mark.parametrize(
    ("date", "wanted"),
    [("2024-06-29", READY), (PAST, READY), (FUTURE, NOT_DUE), ("2024-06", READY), ("2024", READY), ("2024-07", NOT_DUE), ("2025", NOT_DUE)],
)  # fmt: skip
def test_a_partial_date_counts_from_the_first_day_it_may_mean(date: str, wanted: State) -> None:
    assert state("start", project(start=date)) is wanted


@pytest.mark.parametrize(
    ("approved", "wanted"), [(None, READY), (PAST, READY), (FUTURE, NOT_DUE), ("2024", READY)]
)
def test_a_plan_without_its_day_is_still_a_plan(approved: str | None, wanted: State) -> None:
    assert state("plan_entry", of_plan=plan(approved)) is wanted


@pytest.mark.parametrize(
    ("finalised", "stage", "wanted"),
    [
        (PAST, None, READY), (PAST, "planned", READY), (FUTURE, None, NOT_DUE), (FUTURE, "planned", NOT_DUE),
        (None, "planned", NOT_DUE), (None, "started", READY), (FUTURE, "started", READY), (None, None, MISSING),
    ],
)  # fmt: skip
def test_the_scheme_is_due_when_finalised_or_works_started(
    finalised: str | None, stage: str | None, wanted: State
) -> None:
    p = project(stage) if stage else None
    assert state("scheme", p, c=community(finalised)) is wanted


def test_the_gate_that_is_always_open_needs_nothing() -> None:
    assert gate_states("always", [(None, None, None)] * 3, AS_OF) == bytes([READY] * 3)


# -- levels, zone, options, dates ------------------------------------------------------------------------------

SOURCE = LimitSource("d", "s", "p", None, None, "in_force")
CHECK = a_check()


def where(level: str = "county", **values: Any) -> Place:
    settings = {name: Setting(value, SOURCE) for name, value in values.items()}
    return Place(levels_of(level), Profile("p", Bilingual("中", "en"), settings, ""), days("2021-12-14").first, days("2024-03-31"))


def placed(check: Check, at: Place, gate: State = READY, date: object = None) -> State:
    before = b"" if check.dated_by is None else predates([date], at.standard_day)
    (found,) = place(check, at, bytes([gate]), [0], before)
    return State(found)


@pytest.mark.parametrize(
    ("level", "levels"),
    [
        ("province", {"province"}), ("municipality", {"province", "city"}), ("city", {"city"}),
        ("district", {"county"}), ("county", {"county"}),
    ],
)  # fmt: skip
def test_a_municipality_is_province_and_city_and_a_district_is_a_county(level: str, levels: set[str]) -> None:
    assert levels_of(level) == levels


@pytest.mark.parametrize(
    ("level", "asked", "wanted"),
    [
        ("municipality", {"province"}, READY), ("municipality", {"city"}, READY),
        ("municipality", {"county"}, State.LEVEL_NOT_COVERED), ("district", {"county"}, READY),
        ("district", {"city"}, State.LEVEL_NOT_COVERED), ("province", {"city", "county"}, State.LEVEL_NOT_COVERED),
    ],
)  # fmt: skip
def test_only_the_levels_that_an_item_names_answer_for_it(level: str, asked: set[str], wanted: State) -> None:
    assert placed(replace(CHECK, levels=frozenset(asked)), where(level)) is wanted


@pytest.mark.parametrize(
    ("values", "wanted"),
    [({}, State.MISSING_PARAMETER), ({"cold": True}, READY), ({"cold": False}, State.ZONE)],
)
def test_the_zone_decides_only_when_it_is_known(values: dict[str, Any], wanted: State) -> None:
    assert placed(replace(CHECK, zone="cold"), where(**values)) is wanted


@pytest.mark.parametrize(
    ("values", "wanted"),
    [({}, State.NO_OBJECT), ({"rate": Ratio(8, 10)}, READY), ({"rate": Ratio(0, 1)}, READY), ({"other": 1}, State.NO_OBJECT)],
)  # fmt: skip
def test_what_only_some_places_demand_is_asked_where_it_is_set(values: dict[str, Any], wanted: State) -> None:
    assert placed(replace(CHECK, only_where={"rate": "set"}), where(**values)) is wanted


@pytest.mark.parametrize(
    ("values", "wanted"),
    [({}, State.NO_OBJECT), ({"use": "report_only"}, State.NO_OBJECT), ({"use": "acceptance"}, READY)],
)
def test_an_option_must_be_the_one_asked_for(values: dict[str, Any], wanted: State) -> None:
    assert placed(replace(CHECK, only_where={"use": "acceptance"}), where(**values)) is wanted


def test_every_option_must_be_there() -> None:
    check = replace(CHECK, only_where={"a": "set", "b": True})
    assert placed(check, where(a=1)) is State.NO_OBJECT
    assert placed(check, where(a=1, b=False)) is State.NO_OBJECT
    assert placed(check, where(a=1, b=True)) is READY


@pytest.mark.parametrize(
    ("date", "wanted"),
    [
        ("2021-12-13", State.PREDATES_STANDARD), ("2021-12-14", READY), ("2021-11", State.PREDATES_STANDARD),
        ("2021-12", READY), ("2021", READY), ("2020", State.PREDATES_STANDARD),
    ],
)  # fmt: skip
def test_what_is_certainly_before_the_standards_day_predates_it(date: str, wanted: State) -> None:
    assert placed(replace(CHECK, dated_by="approved"), where(), date=days(date)) is wanted


def test_a_date_that_is_not_known_predates_nothing() -> None:
    assert placed(replace(CHECK, dated_by="approved"), where(), date=Unknown.MISSING_FIELD) is READY


@pytest.mark.parametrize(
    ("gate", "wanted"),
    [(READY, State.PREDATES_STANDARD), (NOT_DUE, NOT_DUE), (MISSING, State.PREDATES_STANDARD)],
)
def test_what_is_not_due_stays_not_due_though_it_is_old(gate: State, wanted: State) -> None:
    assert placed(replace(CHECK, dated_by="approved"), where(), gate, days("2020-01-01")) is wanted


@pytest.mark.parametrize("gate", [READY, NOT_DUE, MISSING])
def test_the_gate_of_the_owner_is_that_of_its_rows(gate: State) -> None:
    states = place(CHECK, where(), bytes([READY, gate]), [1, 0, 1, 1], b"")
    assert states == bytes([gate, READY, gate, gate])


def test_what_holds_for_the_whole_check_stands_before_gates_and_dates() -> None:
    check = replace(CHECK, levels=frozenset({"city"}), zone="cold", only_where={"x": "set"}, dated_by="a")
    assert placed(check, where("county"), MISSING, days("2020")) is State.LEVEL_NOT_COVERED
    assert placed(check, where("city"), MISSING, days("2020")) is State.NO_OBJECT
    assert placed(check, where("city", x=1), MISSING, days("2020")) is State.MISSING_PARAMETER
    assert placed(check, where("city", x=1, cold=True), MISSING, days("2020")) is State.PREDATES_STANDARD
