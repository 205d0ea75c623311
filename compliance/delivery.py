"""A dossier → one small record of what was delivered, by which deliveries are held against each other; judges nothing.

The record is plain JSON (text, whole numbers, lists, objects; amounts as decimal text), so that it can be kept beside a
feed and read again a year later. It holds no sentence and no person's name: per community the keys it can be
recognised by and the figures that must not change without a reason; per dossier what a drift between two deliveries
shows in (how many entries, sums, and of every field how many entries report it). A field that nobody reported is
``null``, or counted as not reported; it is never zero.

Bounds: at most ``ROUNDS`` rounds of consultation and votes and ``HASHES`` attachments a community, the first by order;
``cut`` counts what was left out. Time and size grow with the communities, never with pairs of them.

=================== =============================================================================================
``record_version``  of this shape; a reader refuses another major version
``dossier``         id, area (code, name, level), plan year, day of the data, state and number of the submission
``communities``     one object each, in the dossier's order: ``id`` ``name`` ``name_key`` ``street_key``
                    ``place_key`` ``address_key`` (see ``likeness.plain_key``) ``county`` ``buildings`` ``households``
                    ``floor_area_m2`` ``built_on`` ``plan_years`` (of the plans that list it) ``project_stage``
                    ``consultations`` ([total, participated, agreed] a round) ``votes`` ([total, part, agree] owners,
                    then areas) ``attachments`` (SHA-256 claimed, sorted, each once) ``kinds`` (of these, one by one)
                    ``renovated_before`` (true where an earlier renovation is reported)
``plans``           year, communities listed, communities planned, planned investment
``entries``         list of the dossier → its length
``reported``        list.field → entries that report it
``sums``            list.field → sum over the entries that report it (whole numbers and amounts)
=================== =============================================================================================
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any

import orjson
from pydantic import BaseModel

from compliance.likeness import attachments_below, plain_key
from compliance.schemas import dossier as d
from compliance.schemas.scalars import days

__all__ = ["HASHES", "RECORD_VERSION", "ROUNDS", "OtherVersionError", "read", "record"]

RECORD_VERSION = "1.0"
ROUNDS = 8
HASHES = 64

_LISTS = (
    "plans", "reserve_entries", "communities", "area_units", "projects", "fund_txns", "utility_plans", "issues",
    "policies", "declarations", "attachments",
)  # fmt: skip
_INNER = {"consultations": "communities", "votes": "communities", "surveys": "communities", "shortfalls": "communities"}
"""Lists below the communities that are counted too, as ``communities.votes``."""
_NO_SUM = {"year", "round", "rank", "score", "resident_demand_rate", "mean_score"}
"""Numbers of which a sum says nothing."""


def record(dossier: d.Dossier) -> dict[str, Any]:
    """The record of one dossier.

    >>> from compliance.schemas.dossier import Dossier
    >>> made = record(Dossier.model_validate({
    ...     "schema_version": "1.0", "dossier_id": "d", "area_code": "999901", "area_name": "示例县",
    ...     "area_level": "county", "plan_year": 2023,
    ...     "communities": [{"community_id": "c1", "name": "翠竹小区", "households": 120, "floor_area_m2": "9600.5"},
    ...                     {"community_id": "c2", "name": "甲"}]}))
    >>> made["communities"][0]["name_key"], made["communities"][0]["floor_area_m2"]
    ('翠竹', '9600.5')
    >>> [made[part]["communities.households"] for part in ("reported", "sums")], made["entries"]["communities"]
    ([1, 120], 2)
    """
    years: dict[str, dict[int, None]] = defaultdict(dict)
    for plan in dossier.plans:
        for ident in plan.community_ids:
            years[ident][plan.year] = None
    stages = {ident: p.stage for p in dossier.projects for ident in p.community_ids}
    hashes = {a.att_id: (a.sha256, a.doc_type) for a in dossier.attachments if a.sha256 is not None}
    cut = {"rounds": 0, "attachments": 0}
    communities = [
        _community(c, sorted(years.get(c.community_id, ())), stages.get(c.community_id), hashes, cut)
        for c in dossier.communities
    ]
    entries: dict[str, int] = {}
    reported: dict[str, int] = {}
    sums: dict[str, int | str] = {}
    lists: dict[str, Sequence[BaseModel]] = {name: getattr(dossier, name) for name in _LISTS}
    for inner, outer in _INNER.items():
        lists[f"{outer}.{inner}"] = [entry for one in lists[outer] for entry in getattr(one, inner)]
    for name, models in lists.items():
        entries[name] = len(models)
        _count(name, models, reported, sums)
    submission = dossier.submission
    return {
        "record_version": RECORD_VERSION,
        "dossier": {
            "id": dossier.dossier_id, "area_code": dossier.area_code, "area_name": dossier.area_name,
            "area_level": dossier.area_level, "plan_year": dossier.plan_year, "fictional": dossier.fictional,
            "data_as_of": dossier.data_as_of.text if dossier.data_as_of else None,
            "status": submission.status if submission else None,
            "number": submission.number if submission else None,
        },
        "communities": communities,
        "plans": [
            {
                "year": p.year, "listed": len(set(p.community_ids)), "planned": p.communities_planned,
                "investment_10k": _text(p.planned_investment_10k),
            }
            for p in dossier.plans
        ],
        "entries": entries,
        "reported": reported,
        "sums": sums,
        "cut": cut,
    }  # fmt: skip


class OtherVersionError(ValueError):
    """A record of another major version; carries that version."""


def read(line: bytes) -> dict[str, Any]:
    """A record that was kept, with whatever stands beside it; ``ValueError`` where it is none, or not of this version.

    >>> read(b'{"record_version": "2.0"}')
    Traceback (most recent call last):
    compliance.delivery.OtherVersionError: 2.0
    """
    made: Any = orjson.loads(line)
    if not isinstance(made, dict) or not isinstance(version := made.get("record_version"), str):
        raise ValueError("no record of a delivery")
    if version.split(".")[0] != RECORD_VERSION.split(".")[0]:
        raise OtherVersionError(version)
    if not (_fits(made, _HEAD) and _fits(made["dossier"], _DOSSIER)):
        raise ValueError("a record of a delivery with other fields")
    if not all(_fits(c, _COMMUNITY) for c in made["communities"]) or not all(_fits(p, _PLAN) for p in made["plans"]):
        raise ValueError("a record of a delivery with other communities or plans")
    for counts in ("entries", "reported"):
        if not all(type(n) is int for n in made[counts].values()):
            raise ValueError("a record of a delivery with counts that are none")
    amounts = [*made["sums"].values(), *(c["floor_area_m2"] for c in made["communities"])]
    if not all(a is None or type(a) is int or _AMOUNT.fullmatch(str(a)) for a in amounts):
        raise ValueError("a record of a delivery with amounts that are none")
    for day in (made["dossier"]["data_as_of"], *(c["built_on"] for c in made["communities"])):
        if day is not None:
            days(day)
    return made


_AMOUNT = re.compile(r"[0-9]{1,20}(\.[0-9]{1,4})?")
_TEXT, _NUMBER = (str, type(None)), (int, type(None))
_HEAD = {
    "dossier": (dict,), "communities": (list,), "plans": (list,), "entries": (dict,), "reported": (dict,),
    "sums": (dict,),
}  # fmt: skip
_DOSSIER = {
    "id": (str,), "area_code": (str,), "area_name": (str,), "area_level": (str,), "plan_year": (int,),
    "data_as_of": _TEXT, "status": _TEXT, "number": _TEXT,
}  # fmt: skip
_COMMUNITY = {
    "id": (str,), "name": (str,), "name_key": (str,), "street_key": _TEXT, "place_key": _TEXT, "county": _TEXT,
    "buildings": _NUMBER, "households": _NUMBER, "floor_area_m2": _TEXT, "built_on": _TEXT, "plan_years": (list,),
    "consultations": (list,), "votes": (list,), "attachments": (list,), "kinds": (list,),
    "renovated_before": (bool, type(None)),
}  # fmt: skip
_PLAN = {"year": (int,), "listed": (int,)}


def _fits(found: Any, fields: Mapping[str, tuple[type, ...]]) -> bool:
    """Whether it is an object with these fields, each of a type that it may have."""
    return isinstance(found, dict) and all(name in found and isinstance(found[name], t) for name, t in fields.items())


def _community(
    c: d.Community, years: list[int], stage: str | None, hashes: Mapping[str, tuple[str, str]], cut: dict[str, int]
) -> dict[str, Any]:
    shown = sorted(dict(sorted((hashes[a] for a in attachments_below(c) if a in hashes), reverse=True)).items())
    cut["attachments"] += max(0, len(shown) - HASHES)
    cut["rounds"] += max(0, len(c.consultations) - ROUNDS) + max(0, len(c.votes) - ROUNDS)
    return {
        "id": c.community_id,
        "name": c.name,
        "name_key": plain_key(c.name),
        "street_key": _key(c.subdistrict),
        "place_key": _key(c.residential_community),
        "address_key": _key(c.address),
        "county": c.county_code,
        "buildings": c.buildings,
        "households": c.households,
        "floor_area_m2": _text(c.floor_area_m2),
        "built_on": c.built_on.text if c.built_on else None,
        "plan_years": years,
        "project_stage": stage,
        "consultations": [[x.total, x.participated, x.agreed] for x in c.consultations[:ROUNDS]],
        "votes": [_vote(v) for v in c.votes[:ROUNDS]],
        "attachments": [sha256 for sha256, _ in shown[:HASHES]],
        "kinds": [kind for _, kind in shown[:HASHES]],
        "renovated_before": True if c.prior_renovations else None,
    }  # fmt: skip


def _vote(v: d.Vote) -> list[int | str | None]:
    areas = (v.total_area_m2, v.part_area_m2, v.agree_area_m2)
    return [v.total_owners, v.part_owners, v.agree_owners, *map(_text, areas)]


def _key(text: str | None) -> str | None:
    return None if text is None else plain_key(text)


def _text(amount: Decimal | None) -> str | None:
    return None if amount is None else str(amount)


def _count(name: str, models: Iterable[BaseModel], reported: dict[str, int], sums: dict[str, int | str]) -> None:
    """Of every field of a list's entries: how many report it, and the sum where it is a number."""
    found: defaultdict[str, int] = defaultdict(int)
    totals: dict[str, int | Decimal] = {}
    for model in models:
        for field, value in model.__dict__.items():
            if value is None or value == ():
                continue
            found[field] += 1
            kind = value.__class__
            if (kind is int or kind is Decimal) and field not in _NO_SUM:
                totals[field] = totals.get(field, 0) + value
    reported.update({f"{name}.{field}": number for field, number in found.items()})
    for field, total in totals.items():
        sums[f"{name}.{field}"] = total if isinstance(total, int) else str(total)
