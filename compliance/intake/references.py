"""The parsed dossier → whether every identifier is used once and every reference leads somewhere.

``sound`` answers yes or no for a valid dossier and is fast: it goes over the *shape* of the schema and takes
a whole column of objects at each step, so its work in Python is per kind of field, not per object. ``faults``
says what is wrong and where; it also copes with values of the wrong type.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from functools import cache
from itertools import chain
from typing import Any, NamedTuple, get_args

from pydantic import BaseModel

from compliance.intake.scan import Path, clip, pointer
from compliance.schemas import dossier as d
from compliance.schemas.refusal import Words

__all__ = ["IDENTIFIES", "REFERS_TO", "Broken", "faults", "sound"]

Kind = type[d.Part]

IDENTIFIES: dict[Kind, str] = {
    d.Plan: "plan_id",
    d.ReserveEntry: "reserve_id",
    d.Community: "community_id",
    d.AreaUnit: "area_unit_id",
    d.SharedFacility: "facility_id",
    d.Project: "project_id",
    d.QualityEvent: "event_id",
    d.FundTxn: "txn_id",
    d.UtilityPlan: "utility_plan_id",
    d.Issue: "issue_id",
    d.PolicyDoc: "policy_id",
    d.Attachment: "att_id",
}
"""The field by which an entry is known in the whole dossier."""

REFERS_TO: dict[str, Kind] = {
    "plan_id": d.Plan,
    "community_id": d.Community,
    "community_ids": d.Community,
    "serves": d.Community,
    "area_unit_id": d.AreaUnit,
    "area_facility_id": d.SharedFacility,
    "project_id": d.Project,
    "issue_id": d.Issue,
    "attachment": d.Attachment,
}
"""A field of this name, in any other entry, names an entry of this kind."""


class Shape(NamedTuple):
    """What matters here of one class of the schema."""

    identifier: tuple[str, Kind] | None
    single: tuple[tuple[str, Kind], ...]
    """Fields that hold one reference."""
    several: tuple[tuple[str, Kind], ...]
    """Fields that hold a list of references."""
    child: tuple[tuple[str, Shape], ...]
    children: tuple[tuple[str, Shape], ...]


@cache
def shape(model: Kind) -> Shape:
    """The shape of a class, read off its annotations, without parts that neither name nor refer."""
    identifier = IDENTIFIES.get(model)
    single: list[tuple[str, Kind]] = []
    several: list[tuple[str, Kind]] = []
    child: list[tuple[str, Shape]] = []
    children: list[tuple[str, Shape]] = []
    for name, info in model.model_fields.items():
        inner, is_list = _inner(info.annotation)
        if inner is not None:
            (children if is_list else child).append((name, shape(inner)))
        elif name != identifier and name in REFERS_TO:
            (several if is_list else single).append((name, REFERS_TO[name]))
    return Shape(
        (identifier, model) if identifier else None,
        tuple(single),
        tuple(several),
        tuple((name, part) for name, part in child if any(part)),
        tuple((name, part) for name, part in children if any(part)),
    )


def _inner(annotation: Any) -> tuple[Kind | None, bool]:
    """The class of entries that a field holds, if any, and whether it holds a list."""
    options = [option for option in get_args(annotation) if option not in (type(None), ...)]
    is_list = getattr(annotation, "__origin__", None) is tuple
    for option in (annotation, *options):
        if isinstance(option, type) and issubclass(option, BaseModel):
            assert issubclass(option, d.Part)
            return option, is_list
    return None, is_list


# -- fast: a valid dossier


def sound(raw: dict[str, Any]) -> bool:
    """Whether a dossier that satisfies the schema has neither duplicate nor dangling identifiers."""
    known: defaultdict[Kind, list[str]] = defaultdict(list)
    used: defaultdict[Kind, list[str]] = defaultdict(list)
    if not _gather([raw], shape(d.Dossier), known, used):
        return False
    names = {kind: set(ids) for kind, ids in known.items()}
    if any(len(names[kind]) != len(ids) for kind, ids in known.items()):
        return False
    return all(names.get(kind, set()).issuperset(ids) for kind, ids in used.items())


def _gather(
    column: list[dict[str, Any]],
    part: Shape,
    known: defaultdict[Kind, list[str]],
    used: defaultdict[Kind, list[str]],
) -> bool:
    """Collect identifiers from all objects of one class at one place; false if a list repeats an entry."""
    if part.identifier:
        name, kind = part.identifier
        known[kind] += [entry[name] for entry in column]
    for name, kind in part.single:
        used[kind] += [value for entry in column if (value := entry.get(name)) is not None]
    for name, kind in part.several:
        lists = [values for entry in column if (values := entry.get(name))]
        if any(len(set(values)) != len(values) for values in lists):
            return False
        used[kind] += chain.from_iterable(lists)
    for name, inner in part.child:
        below = [value for entry in column if (value := entry.get(name))]
        if below and not _gather(below, inner, known, used):
            return False
    for name, inner in part.children:
        below = list(chain.from_iterable([values for entry in column if (values := entry.get(name))]))
        if below and not _gather(below, inner, known, used):
            return False
    return True


# -- thorough: whatever could be read


class Broken(NamedTuple):
    """One identifier or reference that is wrong, and where."""

    path: Path
    code: str
    found: Words
    expected: Words


_ONCE = Words("每个编号只列一次", "each identifier once")


class _Mention(NamedTuple):
    path: Path
    kind: Kind
    value: str
    identifies: bool


def faults(root: Any, complete: bool) -> Iterator[Broken]:
    """Every duplicate, dangling and repeated identifier in a tree that need not satisfy the schema.

    In a tree that is not ``complete``, because it has other faults, references to a kind of which nothing
    could be read are passed over: the list itself is probably misnamed, and that has been said.
    """
    mentions = list(_mentions(root, shape(d.Dossier), ()))
    first: dict[tuple[Kind, str], Path] = {}
    for path, kind, value, identifies in mentions:
        if identifies and first.setdefault((kind, value), path) != path:
            elsewhere = pointer(first[kind, value])
            expected = Words(f"与 {elsewhere} 不同的编号", f"an identifier other than that of {elsewhere}")
            yield Broken(path, "duplicate_id", _said(kind, value), expected)
    readable = {kind for kind, _ in first}
    listed: set[tuple[Path, str]] = set()
    for path, kind, value, identifies in mentions:
        if identifies:
            continue
        if (kind, value) not in first and (complete or kind in readable):
            yield Broken(path, "dangling_reference", _said(kind, value), _listed(kind))
        if isinstance(path[-1], int):
            if (path[:-1], value) in listed:
                yield Broken(path, "repeated_reference", _said(kind, value), _ONCE)
            listed.add((path[:-1], value))


def _mentions(value: Any, part: Shape, path: Path) -> Iterator[_Mention]:
    if not isinstance(value, dict):
        return
    singles = (part.identifier, *part.single) if part.identifier else part.single
    for name, kind in singles:
        if isinstance(value.get(name), str):
            yield _Mention((*path, name), kind, value[name], (name, kind) == part.identifier)
    for name, kind in part.several:
        for index, entry in enumerate(_list(value.get(name))):
            if isinstance(entry, str):
                yield _Mention((*path, name, index), kind, entry, False)
    for name, inner in part.child:
        yield from _mentions(value.get(name), inner, (*path, name))
    for name, inner in part.children:
        for index, entry in enumerate(_list(value.get(name))):
            yield from _mentions(entry, inner, (*path, name, index))


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _title(kind: Kind) -> str:
    return (kind.__doc__ or "").split(":")[0]


def _said(kind: Kind, value: str) -> Words:
    return Words(f"{_title(kind)} {clip(value)}", f"{kind.__name__} {clip(value)}")


_HOMES: dict[Kind, str] = {
    d.Plan: "plans", d.Community: "communities", d.AreaUnit: "area_units", d.Project: "projects",
    d.SharedFacility: "area_units[].shared_facilities", d.Issue: "issues", d.Attachment: "attachments",
}  # fmt: skip


def _listed(kind: Kind) -> Words:
    home, name = _HOMES[kind], IDENTIFIES[kind]
    return Words(f"{home} 中某一项的 {name}", f"the {name} of an entry in {home}")
