"""The checks that other tools are given too: which, our rulebook cut down to them, their outcomes, dossiers with holes.

Chosen because tables of rows can be made for them (communities, transactions, surveys, consultations, votes), so
that tools for tables have their chance; between them they have every kind of comparison the rulebook knows: codes,
dates of reduced precision, ratios, amounts, numbers of the place, a choice of the place, a row of another table.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from fractions import Fraction
from random import Random
from typing import Any

import orjson

from benchmarks.dossiers import AS_OF, bench, dossier
from compliance.bench import Bench, Judgement, make_bench
from compliance.schemas.outcomes import Code
from compliance.schemas.scalars import Day, Ratio, days

__all__ = ["SUBSET", "TABLES", "Outcomes", "cut", "failing", "outcomes", "place", "spoiled"]

TABLES: dict[str, tuple[str, ...]] = {
    "community": ("B2.2.land", "B2.2.age"),
    "fund_txn": ("B3.2.paid_for_projects", "B3.2.central_money_in_scope"),
    "survey": ("B6.3.community_limit",),
    "consultation": ("B7.1.participation", "B7.1.agreement", "B7.1.before_plan"),
    "vote": (
        "B7.2.participation_owners",
        "B7.2.agreement_owners",
        "B7.2.agreement_owners_before_2021",
        "B7.2.participation_area",
        "B7.2.agreement_area",
        "B7.2.agreement_area_before_2021",
        "B7.2.method",
        "B7.2.before_start",
    ),
}
"""Kind of row → the checks of it"""

SUBSET = tuple(name for names in TABLES.values() for name in names)


@dataclass(frozen=True, slots=True)
class Outcomes:
    """What a tool says: for each check every row's key and outcome, in the order of the dossier; every item's."""

    rows: Mapping[str, list[tuple[str, str]]]
    items: Mapping[str, str]


def cut(full: Bench | None = None) -> Bench:
    """A bench, by default the county's, with the subset alone: no other check, no remark, no history."""
    full = full or bench()
    clauses = []
    for clause in full.rulebook.clauses:
        items = []
        for item in clause.items:
            kept = tuple(replace(c, remarks=(), history=()) for c in item.checks if c.id in SUBSET)
            if any(c.measured or c.obligation == "encouraged" for c in kept):
                raise ValueError(f"{item.id}: what is only measured or encouraged has other outcomes")
            if kept:
                items.append(replace(item, checks=kept))
        if items:
            clauses.append(replace(clause, items=tuple(items)))
    law = replace(full.rulebook, clauses=tuple(clauses))
    if missing := set(SUBSET) - {c.id for c in law.checks}:
        raise ValueError(f"no such check: {', '.join(sorted(missing))}")
    return make_bench(law, full.profile, full.as_of)


def outcomes(judgement: Judgement) -> Outcomes:
    """Our own of the subset, from the columns; items as far as they were judged."""
    rows: dict[str, list[tuple[str, str]]] = {}
    for part in judgement.parts:
        for line in (one for one in part.lines if one.check.id in SUBSET):
            of = judgement.columns.rows(line.check.subject)
            pairs = zip(of, line.codes, strict=True)
            rows[line.check.id] = [(_key(row), Code(code).name.lower()) for row, code in pairs]
    return Outcomes(rows, {item: code.name.lower() for item, code in judgement.items.items()})


def _key(row: Any) -> str:
    return str(row.txn.txn_id if hasattr(row, "txn") else row.community.community_id)


def failing(said: Outcomes) -> dict[str, list[int]]:
    """For each check the numbers of the rows that fail: all that a tool with two answers can be held to."""
    return {name: [n for n, (_, o) in enumerate(pairs) if o == "fail"] for name, pairs in said.rows.items()}


def place(opened: Bench) -> dict[str, Any]:
    """The place's numbers and the days judged by as JSON: a date its first and last day, a ratio two integers."""
    told = {name: _plain(setting.value) for name, setting in opened.profile.settings.items()}
    standard = days(opened.rulebook.standard.dated).first
    return told | {"as_of": AS_OF, "standard_day": date.fromordinal(standard).isoformat()}


def _plain(value: Any) -> Any:
    if isinstance(value, Day):
        return [date.fromordinal(value.first).isoformat(), date.fromordinal(value.last).isoformat()]
    if isinstance(value, Ratio | Fraction):
        return list(value) if isinstance(value, Ratio) else [value.numerator, value.denominator]
    if isinstance(value, tuple | frozenset):
        return list(value)
    return value if isinstance(value, bool | int | str) else str(value)


# -- dossiers in which every outcome occurs


def spoiled(communities: int, seed: int) -> bytes:
    """A county's dossier with holes, dates of reduced precision, figures at and beyond the limits, and old votes."""
    rng = Random(f"spoiled/{seed}")
    made = orjson.loads(dossier(communities, seed))
    for entry in made["communities"]:
        entry["built_on"] = rng.choice([entry["built_on"], *_BUILT])
        _shaken(entry, ("built_on",), rng)
        entry["land_type"] = rng.choice(["state", "state", "collective"])
        _dropped(entry, ("land_type",), rng)
        for asked in entry.get("consultations", ()):
            asked["total"] = 25 * rng.randint(2, 9)
            asked["participated"] = asked["total"] * 4 // 5 - rng.choice((0, 0, 1, -9))
            asked["agreed"] = asked["participated"] * 4 // 5 + rng.choice((0, 0, 1, -1, 99))
            _shaken(asked, ("closed_on",), rng)
            _dropped(asked, ("total", "participated", "agreed"), rng)
        _votes(entry, rng)
        for survey in entry.get("surveys", ()):
            valid = survey["valid_responses"] = min(survey["surveyed"], 5 * rng.randint(4, 20))
            survey["satisfied"] = rng.choice([valid * 4 // 5, valid * 4 // 5 - 1, valid, valid + 1])
            _shaken(survey, ("surveyed_on",), rng)
            _dropped(survey, ("satisfied", "valid_responses", "surveyed"), rng)
            if rng.random() < 0.1:
                survey["scale"] = "points"
    for project in made["projects"]:
        _shaken(project, ("actual_start", "completed_on"), rng)
        if rng.random() < 0.2:
            project["start_basis"] = "contract"
        _dropped(project, ("stage", "start_basis"), rng)
    for txn in made["fund_txns"]:
        if rng.random() < 0.2:
            txn["on"] = rng.choice(["2021-12-13", "2021-12-14", "2021-12", "2021"])
        _shaken(txn, ("on",), rng)
        txn["purpose"] = rng.choice(["infrastructure", "other_project", "vehicles", "survey_design", "elevator"])
        _dropped(txn, ("purpose", "project_id"), rng)
    if rng.random() < 0.3:
        made["plans"][0]["approved_on"] = rng.choice(["2022", "2022-12", "2021-06-30"])
    return orjson.dumps(made)


_BUILT = ("2000-12-31", "2001-01-01", "2000-12", "2001", "2005-12-31", "2006-01-01", "2005", "2008")


def _votes(entry: dict[str, Any], rng: Random) -> None:
    for vote in list(entry.get("votes", ())):
        for unit in ("owners", "area_m2"):
            whole = vote[f"total_{unit}"] = 12 * rng.randint(10, 90)
            part = rng.choice([whole * 2 // 3, whole * 2 // 3 - 1, whole, rng.randint(whole // 2, whole)])
            limits = [part * 3 // 4, whole * 2 // 3, part // 2, whole // 2]
            agree = rng.choice([rng.choice(limits) + rng.choice((-1, 0, 1)), rng.randint(part // 2, part + 2)])
            vote[f"part_{unit}"], vote[f"agree_{unit}"] = part, agree
        # Amounts are told as text too, with up to four decimals.
        if rng.random() < 0.5:
            vote["agree_area_m2"] = f"{vote['agree_area_m2']}.{rng.choice(('0001', '5', '9999'))}"
        vote["matters"] = rng.choice([[9], [7, 9], [6], []])
        vote["method"] = rng.choice(["written", "online", "oral", "chat_group"])
        if rng.random() < 0.5:
            vote["identity_verified"] = rng.random() < 0.5
        if rng.random() < 0.4:
            vote["closed_on"] = rng.choice(["2020-12-31", "2020", "2020-11", "2021-01-01", "2021", "2023-02"])
        _shaken(vote, ("closed_on",), rng)
        _dropped(vote, ("matters", "method", "part_owners", "agree_area_m2", "total_area_m2"), rng)
        if rng.random() < 0.3:
            entry["votes"].append({**vote, "closed_on": "2023-01-31"})
        if rng.random() < 0.2:
            entry["votes"].append({**vote, "decides": "lift", "scope": "unit", "scope_id": rng.choice("12")})


def _shaken(thing: dict[str, Any], fields: tuple[str, ...], rng: Random) -> None:
    """Now and then another precision, another month, or no date."""
    for field in fields:
        if (told := thing.get(field)) is None:
            continue
        chance = rng.random()
        if chance < 0.1:
            del thing[field]
        elif chance < 0.3:
            thing[field] = told[: rng.choice((4, 7))]
        elif chance < 0.4:
            thing[field] = f"{int(told[:4]) + rng.choice((-1, 1))}{told[4:]}".replace("-02-29", "-02-28")


def _dropped(thing: dict[str, Any], fields: tuple[str, ...], rng: Random) -> None:
    for field in fields:
        if field in thing and rng.random() < 0.1:
            del thing[field]
