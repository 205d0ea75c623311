"""A dossier and one owner of findings → the part of the dossier that its answers rest on, and where its pieces stood.

Judging a change again needs no more than this. That it is enough is never assumed: who uses a cutout judges it
unchanged first and goes back to the whole dossier where the answers differ.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from compliance.measures.subjects import Case
from compliance.schemas import dossier as d
from compliance.schemas.report import Edit

__all__ = ["Cutout", "cut_out"]


@dataclass(frozen=True, slots=True)
class Cutout:
    """``kept``: name of a list → the places that its entries have in the whole dossier; lists not named are whole."""

    dossier: d.Dossier
    kept: Mapping[str, Sequence[int]]
    sizes: Mapping[str, int]

    def pointer(self, pointer: str) -> str:
        """The pointer into the whole dossier; entries appended to the cutout are appended there."""
        _, name, *rest = pointer.split("/", 2) if pointer else ("", "")
        if name not in self.kept or not rest:
            return pointer
        place, *below = rest[0].split("/", 1)
        if not place.isdigit():
            return pointer
        kept, n = self.kept[name], int(place)
        moved = kept[n] if n < len(kept) else self.sizes[name] + n - len(kept)
        return "/".join(("", name, str(moved), *below))

    def edit(self, edit: Edit) -> Edit:
        return Edit(edit.op, self.pointer(edit.pointer), edit.value)


def cut_out(case: Case, kind: str, ident: str) -> Cutout:
    """What one community's or project's answers rest on; for the area the whole dossier.

    Attachments and published figures are left out of both: a way takes the documents to be there.
    """
    dossier = case.dossier
    apart = dict.fromkeys(("attachments", "statistics"), ())
    if kind == "area":
        return Cutout(dossier.model_copy(update=apart), {}, {})
    if kind == "community":
        communities = {ident}
        projects = {p.project_id for p in dossier.projects if ident in p.community_ids}
    else:
        project = case.project_by_id[ident]
        communities = set(project.community_ids)
        body = project.operator.uscc if project.operator else None
        projects = {p.project_id for p in dossier.projects if body and p.operator and p.operator.uscc == body} | {ident}
    own = projects if kind == "community" else {ident}
    reserve = [i for i, e in enumerate(dossier.reserve_entries) if e.community_id in communities]
    inside = [c for c in dossier.communities if c.community_id in communities]
    units = {c.area_unit_id for c in inside}
    shared = {item.area_facility_id for c in inside if c.scheme for item in c.scheme.items}
    names = {c.residential_community for c in inside}
    kept = {
        "communities": [i for i, c in enumerate(dossier.communities) if c.community_id in communities],
        "projects": [i for i, p in enumerate(dossier.projects) if p.project_id in projects],
        # One entry tells that a library was submitted.
        "reserve_entries": reserve or list(range(len(dossier.reserve_entries)))[:1],
        "declarations": [
            i
            for i, x in enumerate(dossier.declarations)
            if (x.community_id is None or x.community_id in communities)
            and (x.project_id is None or x.project_id in own)
        ],
        "area_units": [
            i
            for i, u in enumerate(dossier.area_units)
            if u.area_unit_id in units
            or not communities.isdisjoint(u.community_ids)
            or any(f.facility_id in shared for f in u.shared_facilities)
        ],
        "area_surveys": [i for i, s in enumerate(dossier.area_surveys) if s.residential_community in names],
        "fund_txns": [i for i, t in enumerate(dossier.fund_txns) if t.project_id in own],
        "issues": [i for i, x in enumerate(dossier.issues) if x.project_id in own],
    }
    lists = {name: getattr(dossier, name) for name in kept}
    update: dict[str, tuple[Any, ...]] = {n: tuple([lists[n][i] for i in places]) for n, places in kept.items()}
    sizes = {name: len(entries) for name, entries in lists.items()}
    others = [p for p in update["projects"] if p.project_id != ident]
    if kind == "project" and others:  # of the same operator's other projects only their reach counts
        at = next(i for i, p in enumerate(dossier.projects) if p.project_id == ident)
        kept["projects"] = [at, dossier.projects.index(others[0])]
        update["projects"] = (dossier.projects[at], _outline(others))
    return Cutout(dossier.model_copy(update={**apart, **update}), kept, sizes)


def _outline(projects: Sequence[d.Project]) -> d.Project:
    """One project that stands for several of the same operator."""
    first = projects[0]
    reach = dict.fromkeys(c for p in projects for c in p.community_ids)
    return d.Project(
        project_id=first.project_id,
        name=first.name,
        plan_id=first.plan_id,
        community_ids=tuple(reach),
        operator=first.operator,
    )
