"""Checks × subjects → for every line whether it is ready, not applicable (and why) or cannot be placed; never silent.

Level, zone, the place's options, the gate and the date of the matter are settled here. What a check asks of
the subject itself, its ``when`` included, is left to the engine.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from compliance.schemas import dossier as d
from compliance.schemas.outcomes import State
from compliance.schemas.rulebook import Check, Profile
from compliance.schemas.scalars import Day

__all__ = ["Place", "gate_states", "levels_of", "place", "predates", "regardless", "vacant"]


def levels_of(area_level: str) -> frozenset[str]:
    """The levels an area answers for: a municipality is province and city at once, a district is county level."""
    return {
        "province": frozenset({"province"}),
        "municipality": frozenset({"province", "city"}),
        "city": frozenset({"city"}),
        "district": frozenset({"county"}),
        "county": frozenset({"county"}),
    }[area_level]


_STAGES = ("planned", "started", "completed", "accepted", "handed_over")


def _by_now(day: Day | None, as_of: Day) -> bool | None:
    return None if day is None else day.first <= as_of.last


def _stage_reached(project: d.Project | None, wanted: str, on: Day | None, as_of: Day) -> bool | None:
    """Dates prove; the stage says so where there is no date; neither: not known."""
    if project is None:
        return None
    if _by_now(on, as_of):
        return True
    if project.stage is not None:
        return _STAGES.index(project.stage) >= _STAGES.index(wanted)
    return None if on is None else False


def _gate(
    gate: str, community: d.Community | None, plan: d.Plan | None, project: d.Project | None, as_of: Day
) -> bool | None:
    """Whether a gate has been reached: plan entry → scheme → start → completion → acceptance (spec §1.4)."""
    if gate == "plan_entry":
        if plan is None:
            return None
        return plan.approved_on is None or plan.approved_on.first <= as_of.last
    if gate == "scheme":
        finalised = community.scheme.finalised_on if community and community.scheme else None
        reached = _by_now(finalised, as_of)
        started = _gate("start", community, plan, project, as_of)
        return reached or (reached if started is None else started)
    if gate == "start":
        started = _stage_reached(project, "started", project.actual_start if project else None, as_of)
        return started or _gate("completion", community, plan, project, as_of) or started
    if gate == "completion":
        done = _stage_reached(project, "completed", project.completed_on if project else None, as_of)
        return done or _gate("acceptance", community, plan, project, as_of) or done
    accepted = project.acceptance.accepted_on if project and project.acceptance else None
    return _stage_reached(project, "accepted", accepted, as_of)


def gate_states(
    gate: str,
    owners: Sequence[tuple[d.Community | None, d.Plan | None, d.Project | None]],
    as_of: Day,
) -> bytes:
    """One state an owner: ``READY``, ``NOT_DUE``, or ``MISSING_FIELD`` where it cannot be told."""
    if gate == "always":
        return bytes(len(owners))
    words = {True: State.READY, False: State.NOT_DUE, None: State.MISSING_FIELD}
    return bytes([words[_gate(gate, c, plan, project, as_of)] for c, plan, project in owners])


@dataclass(frozen=True, slots=True)
class Place:
    """Where the dossier stands: its levels, its place's parameters, the standard's day and the day judged by."""

    levels: frozenset[str]
    profile: Profile
    standard_day: int
    as_of: Day


def predates(dates: Sequence[object], standard_day: int) -> bytes:
    """1 for every date that lies wholly before the standard, else 0; a date not known does not."""
    return bytes([date.__class__ is Day and date.last < standard_day for date in dates])


def place(check: Check, where: Place, gates: bytes, owners: Sequence[int], before: bytes) -> bytes:
    """The state of every line of one check. ``before``: which lines predate the standard, by ``dated_by``."""
    if vacant(check, where) is State.PREDATES_STANDARD:
        return bytes([State.PREDATES_STANDARD]) * len(owners)
    states = regardless(check, where, gates, owners)
    if 1 not in before or _whole(check, where) is not State.READY:
        return states
    return bytes(
        [
            State.PREDATES_STANDARD if early and state != State.NOT_DUE else state
            for state, early in zip(states, before, strict=True)
        ]
    )


def regardless(check: Check, where: Place, gates: bytes, owners: Sequence[int]) -> bytes:
    """The states as if the standard had always been there: what outcomes given for reference rest on."""
    whole = _whole(check, where)
    if whole is not State.READY:
        return bytes([whole]) * len(owners)
    return bytes([gates[owner] for owner in owners]) if any(gates) else bytes(len(owners))


def vacant(check: Check, where: Place) -> State:
    """What is to be said of a check that has no row at all; ``READY`` where it would have been asked."""
    if where.as_of.last < where.standard_day:
        return State.PREDATES_STANDARD
    return State.LEVEL_NOT_COVERED if check.levels.isdisjoint(where.levels) else State.READY


def _whole(check: Check, where: Place) -> State:
    """What holds for the check whatever the subject."""
    if check.levels.isdisjoint(where.levels):
        return State.LEVEL_NOT_COVERED
    settings = where.profile.settings
    for name, wanted in check.only_where.items():
        if name not in settings or (wanted != "set" and settings[name].value != wanted):
            return State.NO_OBJECT
    if check.zone is not None:
        if check.zone not in settings:
            return State.MISSING_PARAMETER
        if settings[check.zone].value is False:
            return State.ZONE
    return State.READY
