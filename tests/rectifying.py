"""Reports for the tests of lists and comparisons: real ones of an invented county, and the same with findings changed."""

from __future__ import annotations

import copy
import json
import re
import tempfile
from functools import lru_cache
from pathlib import Path
from random import Random
from typing import Any

import orjson
from places import FIXTURES, PROFILE

from compliance.rectify.reading import ReportRead, read_report
from compliance.render import render
from compliance.road import check
from fixtures.builder.generator import generate

__all__ = [
    "AS_OF", "as_read", "base", "checked", "county", "dossier_of", "finding", "put", "renamed", "renumbered", "report_of",
    "shuffled", "written",
]  # fmt: skip

AS_OF = "2024-03-31"
Json = dict[str, Any]


def checked(dossier: Json | Path, mode: str = "feed", as_of: str = AS_OF, profile: str = PROFILE) -> bytes:
    """The bytes of the JSON report on a dossier."""
    if isinstance(dossier, Path):
        return render(check(dossier, profile=profile, mode=mode, as_of=as_of), "json")  # type: ignore[arg-type]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "dossier.json"
        path.write_bytes(orjson.dumps(dossier))
        return checked(path, mode, as_of, profile)


@lru_cache(maxsize=32)
def dossier_of(seed: int, communities: int = 12, violations: int = 3) -> Json:
    return generate(communities, seed, violations=violations).dossier


@lru_cache(maxsize=64)
def report_of(seed: int, communities: int = 12, violations: int = 3, mode: str = "feed") -> bytes:
    return checked(dossier_of(seed, communities, violations), mode)


@lru_cache(maxsize=8)
def county(name: str, mode: str = "strict") -> bytes:
    """A built fixture with its attachments."""
    return checked(FIXTURES / name, mode)


@lru_cache(maxsize=1)
def _base() -> bytes:
    told = checked(dossier_of(1, 3, 0))
    return told.replace(b'"mode":"feed"', b'"mode":"strict"').replace(b'"asserted"', b'"evidenced"')


def base() -> Json:
    """A report to change: three communities, everything evidenced; a copy each time."""
    made: Json = orjson.loads(_base())
    made["provenance"]["dossier_sha256"] = "0" * 64
    return made


def written(report: Json) -> bytes:
    """As the checker writes it: one finding a line."""
    parts = []
    for name, value in report.items():
        if name == "findings":
            told = "[\n" + ",\n".join(json.dumps(f, ensure_ascii=False) for f in value) + "\n]" if value else "[\n]"
        else:
            told = json.dumps(value, ensure_ascii=False)
        parts.append(f'"{name}":{told}')
    return ("{\n" + ",\n".join(parts) + "\n}\n").encode()


def as_read(report: Json | bytes, name: str = "report.json") -> ReportRead:
    return read_report(report if isinstance(report, bytes) else written(report), name)


def finding(report: Json, ident: str) -> Json:
    (found,) = [f for f in report["findings"] if f["id"] == ident]
    return found


_DISPOSITION = {"fail": "rectify", "unknown": "supply", "pass": "none", "not_applicable": "none"}
_REASON = {"unknown": "missing_field", "not_applicable": "not_due"}


def put(report: Json, ident: str, outcome: str, lines: dict[int, str] | None = None, **more: Any) -> Json:
    """Give a finding an outcome, and its lines theirs: by number, all others pass, where none are given the first."""
    made = finding(report, ident)
    told = {0: outcome} if lines is None else lines
    basis = more.pop("basis", "evidenced")
    made |= {
        "outcome": outcome, "reason": _REASON.get(outcome), "disposition": _DISPOSITION[outcome],
        "basis": basis if outcome == "pass" else None, "fingerprint": f"{outcome}{sorted(told.items())}",
    } | more  # fmt: skip
    for number, line in enumerate(made["checks"]):
        own = "not_applicable" if outcome == "not_applicable" else told.get(number, "pass")
        line |= {"outcome": own, "reason": _REASON.get(own), "basis": basis if own == "pass" else None}
    return report


# -- the same dossier, otherwise ------------------------------------------------------------------------------


def shuffled(dossier: Json, rng: Random) -> Json:
    made = copy.deepcopy(dossier)
    for name in ("communities", "projects", "reserve_entries", "fund_txns", "policies", "issues"):
        rng.shuffle(made.get(name, []))
    return made


def renamed(dossier: Json, rng: Random) -> Json:
    """Communities and projects called otherwise; the same ids, places, addresses and codes."""
    made = copy.deepcopy(dossier)
    for one in (*made["communities"], *made["projects"]):
        if rng.random() < 0.6:
            one["name"] = f"新{one['name']}"
    return made


def renumbered(dossier: Json, rng: Random) -> Json:
    """Communities and projects with each other's ids and with new ones."""
    made = copy.deepcopy(dossier)
    ids = [c["community_id"] for c in made["communities"]]
    given = [f"c{n:04d}" for n in rng.sample(range(1, 2 * len(ids)), len(ids))]
    names = dict(zip(ids, given, strict=True))
    projects = [p["project_id"] for p in made["projects"]]
    names |= dict(zip(projects, rng.sample(projects, len(projects)), strict=True))
    text = json.dumps(made, ensure_ascii=False)
    found: Json = json.loads(re.sub(r'"([cp]\d{3,4})"', lambda m: f'"{names.get(m[1], m[1])}"', text))
    return found
