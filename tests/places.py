"""The invented places as raw JSON, and the means to judge a changed copy of one without touching a disk."""

from __future__ import annotations

import copy
import hashlib
import json
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from compliance.assembly import report
from compliance.bench import Bench, Judgement, Mode, open_bench, put
from compliance.evidence.present import attachment_states
from compliance.intake.references import REFERS_TO, sound
from compliance.schemas.dossier import Dossier
from compliance.schemas.outcomes import Code
from compliance.schemas.received import Received
from compliance.schemas.report import Finding, ItemRollup, Report
from compliance.schemas.scalars import days
from fixtures.builder.dossiers import Made, city, county, province

FIXTURES = Path(__file__).resolve().parent.parent / "fixtures"
PROFILE = str(FIXTURES / "profiles" / "shili.yaml")
AS_OF = "2024-01-31"

Json = dict[str, Any]
Path_ = tuple[str | int, ...]

_MAKERS: Mapping[str, Callable[[], Made]] = {
    "county": county,
    "village": lambda: county(3),
    "city": city,
    "province": province,
}


class Place(NamedTuple):
    raw: Json
    files: Mapping[str, str]
    """Attachment → SHA-256"""


@cache
def _place(name: str) -> Place:
    made = _MAKERS[name]()
    raw = json.loads(json.dumps(made.dossier), parse_float=str)
    return Place(raw, {path: hashlib.sha256(data).hexdigest() for path, data in made.files.items()})


def raw_of(name: str) -> Json:
    """A fresh copy of a place's dossier: ``county`` (36 communities), ``village`` (3), ``city`` or ``province``."""
    return copy.deepcopy(_place(name).raw)


def files_of(name: str) -> Mapping[str, str]:
    return _place(name).files


def bench(profile: str = PROFILE, as_of: str = AS_OF) -> Bench:
    return open_bench(profile, days(as_of))


def judged(raw: Json, files: Mapping[str, str], mode: Mode = "strict", on: Bench | None = None) -> Judgement:
    dossier = Dossier.model_validate(raw)
    return put(dossier, attachment_states(dossier, files), on or bench(), mode)


def reported(raw: Json, files: Mapping[str, str], mode: Mode = "strict", on: Bench | None = None) -> Report:
    dossier = Dossier.model_validate(raw)
    states = attachment_states(dossier, files)
    judgement = put(dossier, states, on or bench(), mode)
    return report(Received(dossier, "d.json", "0" * 64, 0, files), judgement, states, as_of_given=True, profile_given=True)


def village(change: Callable[[Json], None] = lambda raw: None, profile: str = PROFILE) -> Report:
    """The report of the three communities with a change."""
    raw = raw_of("village")
    change(raw)
    return reported(raw, files_of("village"), on=bench(profile))


def item_in(report: Report, item: str) -> ItemRollup:
    (found,) = [i for i in report.items if i.item == item]
    return found


def findings_in(report: Report, item: str) -> list[Finding]:
    return [f for f in report.findings if f.item == item]


Cell = tuple[str, str, str]
"""Check, owner, row key"""


def lines(judgement: Judgement) -> dict[Cell, Code]:
    """The code of every line, by names that do not depend on the order of the dossier."""
    columns, result = judgement.columns, {}
    names = {
        "area": [""],
        "community": [c.community_id for c in columns.case.planned],
        "project": [p.project_id for p in columns.case.projects],
    }
    for part in judgement.parts:
        for line in part.lines:
            for row, code in enumerate(line.codes):
                owner = names[part.owner_kind][line.owners[row]]
                result[line.check.id, owner, columns.subject(line.check.subject, row).id] = Code(code)
    return result


# -- small changes ----------------------------------------------------------------------------------------------


def leaves(value: Any, path: Path_ = ()) -> Iterator[Path_]:
    """Paths of everything that can be left out: fields, list entries, and what is inside them."""
    entries = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in entries:
        yield (*path, key)
        yield from leaves(inner, (*path, key))


def kind_of(path: Path_) -> Path_:
    """A path without its numbers: what kind of field it is."""
    return tuple("*" if isinstance(part, int) else part for part in path)


def without(raw: Json, path: Path_) -> Json | None:
    """A copy without the value at a path, and without references to what is gone; ``None`` if it is required."""
    changed: Json = dict(raw)
    holder: Any = changed
    for part in path[:-1]:  # copy what is on the way, share the rest
        holder[part] = holder[part].copy()
        holder = holder[part]
    gone = holder[path[-1]]
    del holder[path[-1]]
    if isinstance(gone, dict | list):
        changed = copy.deepcopy(changed)
        try:
            Dossier.model_validate(changed)
        except ValueError:
            return None
        _prune(changed)
        return changed if sound(changed) else None
    try:
        Dossier.model_validate(changed)
    except ValueError:
        return None
    return changed


def _prune(raw: Json) -> None:
    """Take out references to entries that are not there."""
    known = {
        "community_id": {c["community_id"] for c in raw.get("communities", [])},
        "plan_id": {p["plan_id"] for p in raw.get("plans", [])},
        "project_id": {p["project_id"] for p in raw.get("projects", [])},
        "area_unit_id": {u["area_unit_id"] for u in raw.get("area_units", [])},
        "facility_id": {f["facility_id"] for u in raw.get("area_units", []) for f in u.get("shared_facilities", [])},
        "issue_id": {i["issue_id"] for i in raw.get("issues", [])},
        "att_id": {a["att_id"] for a in raw.get("attachments", [])},
    }
    homes = {name: known[identifier] for name, identifier in _TARGETS.items()}
    _sweep(raw, homes, ())


_TARGETS = {
    "plan_id": "plan_id", "community_id": "community_id", "community_ids": "community_id", "serves": "community_id",
    "area_unit_id": "area_unit_id", "area_facility_id": "facility_id", "project_id": "project_id",
    "issue_id": "issue_id", "attachment": "att_id",
}  # fmt: skip
assert set(_TARGETS) == set(REFERS_TO)


def _sweep(value: Any, homes: Mapping[str, set[str]], path: Path_) -> bool:
    """Whether the value may stay."""
    if isinstance(value, list):
        value[:] = [v for v in value if _sweep(v, homes, path)]
    elif isinstance(value, dict):
        for name in list(value):
            if name in homes and isinstance(value[name], list):
                value[name] = [v for v in value[name] if v in homes[name]]
            elif name in homes and value[name] not in homes[name]:
                if name == "attachment" or (name == "community_id" and "reserve_id" in value):
                    return False
                del value[name]
            else:
                _sweep(value[name], homes, (*path, name))
    return True
