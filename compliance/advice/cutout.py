"""A dossier and one owner of findings → the part of the dossier that its answers rest on, and where its pieces stood.

Judging a change again needs no more than this. That it is enough is never assumed: who uses a cutout judges it
unchanged first and goes back to the whole dossier where the answers differ.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

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
    """What one community's or project's answers rest on; for the area the whole dossier."""
    dossier = case.dossier
    if kind == "area":
        return Cutout(dossier, {}, {})
    if kind == "community":
        communities = {ident}
        projects = {p.project_id for p in dossier.projects if ident in p.community_ids}
    else:
        project = case.project_by_id[ident]
        communities = set(project.community_ids)
        body = project.operator.uscc if project.operator else None
        projects = {p.project_id for p in dossier.projects if body and p.operator and p.operator.uscc == body} | {ident}
    reserve = [i for i, e in enumerate(dossier.reserve_entries) if e.community_id in communities]
    kept = {
        "communities": [i for i, c in enumerate(dossier.communities) if c.community_id in communities],
        "projects": [i for i, p in enumerate(dossier.projects) if p.project_id in projects],
        # One entry tells that a library was submitted.
        "reserve_entries": reserve or list(range(len(dossier.reserve_entries)))[:1],
        "declarations": [
            i
            for i, x in enumerate(dossier.declarations)
            if (x.community_id is None or x.community_id in communities)
            and (x.project_id is None or x.project_id in projects)
        ],
        "fund_txns": [i for i, t in enumerate(dossier.fund_txns) if t.project_id in projects],
        "issues": [i for i, x in enumerate(dossier.issues) if x.project_id in projects],
    }
    lists = {name: getattr(dossier, name) for name in kept}
    update = {name: tuple([lists[name][i] for i in places]) for name, places in kept.items()}
    sizes = {name: len(entries) for name, entries in lists.items()}
    return Cutout(dossier.model_copy(update=update), kept, sizes)
