"""The case: a dossier and an as-of date → lookups by id, and the owners in the dossier's order; judges nothing."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from functools import cached_property
from typing import Any

from compliance.measures.trace import Pointers
from compliance.schemas import dossier as d
from compliance.schemas.scalars import Day

Rows = Iterator[tuple[int, Any]]
"""Rows of one kind, each with the place of its owner among the owners."""


class Case:
    """A dossier made ready for asking: lookups by id, and the owners in the order of the dossier."""

    def __init__(self, dossier: d.Dossier, as_of: Day) -> None:
        self.dossier = dossier
        self.as_of = as_of
        claimed = dossier.data_as_of
        self.reported_to = as_of if claimed is None or claimed.first >= as_of.first else claimed
        """The last day of which the dossier speaks: what came after it is not reported, and no breach"""
        self.communities = {c.community_id: c for c in dossier.communities}
        self.plans = sorted(dossier.plans, key=lambda p: p.year)
        current = [p for p in dossier.plans if p.year == dossier.plan_year]
        self.plan = current[-1] if current else None
        self.plan_of: dict[str, d.Plan] = {}
        for plan in self.plans:
            self.plan_of.update(dict.fromkeys(plan.community_ids, plan))
        by_id = {p.plan_id: p for p in dossier.plans}
        self.projects = dossier.projects
        self.project_by_id = {p.project_id: p for p in dossier.projects}
        self.project_of: dict[str, d.Project] = {}
        for project in dossier.projects:
            for community_id in project.community_ids:
                held = self.project_of.get(community_id)
                plan_of = self.plan_of.get(community_id)
                if held is None or (plan_of is not None and project.plan_id == plan_of.plan_id):
                    self.project_of[community_id] = project
        self.plan_of_project: dict[str, d.Plan | None] = {}
        for project in dossier.projects:
            named = by_id.get(project.plan_id) if project.plan_id else None
            found = [self.plan_of[c] for c in project.community_ids if c in self.plan_of]
            self.plan_of_project[project.project_id] = named or (found[0] if found else self.plan)
        self.reserve_of: dict[str, d.ReserveEntry] = {}
        for entry in dossier.reserve_entries:
            held_entry = self.reserve_of.get(entry.community_id)
            if held_entry is None or (entry.round or 0) >= (held_entry.round or 0):
                self.reserve_of[entry.community_id] = entry
        units = {u.area_unit_id: u for u in dossier.area_units}
        self.unit_of: dict[str, d.AreaUnit] = {c: u for u in dossier.area_units for c in u.community_ids}
        for community in dossier.communities:
            if community.area_unit_id in units:
                self.unit_of[community.community_id] = units[community.area_unit_id]
        self.shared = {f.facility_id: f for u in dossier.area_units for f in u.shared_facilities}
        self.planned = [
            c
            for c in dossier.communities
            if not dossier.plans or c.community_id in self.plan_of or c.community_id in self.project_of
        ]
        declared: dict[str, list[d.Declaration]] = defaultdict(list)
        for declaration in dossier.declarations:
            declared[declaration.community_id or declaration.project_id or ""].append(declaration)
        self._declared = {owner: tuple(entries) for owner, entries in declared.items()}
        utility: dict[str, list[d.UtilityPlan]] = defaultdict(list)
        for utility_plan in dossier.utility_plans:
            utility[utility_plan.sector].append(utility_plan)
        self.utility = utility
        self.utility_naming: dict[str, set[str]] = defaultdict(set)
        for utility_plan in dossier.utility_plans:
            for community_id in utility_plan.community_ids:
                self.utility_naming[community_id].add(utility_plan.utility_plan_id)

    def declared(self, owner: str) -> tuple[d.Declaration, ...]:
        """Declarations of the whole area and those of one community or project."""
        everywhere = self._declared.get("", ())
        return everywhere + self._declared[owner] if owner and owner in self._declared else everywhere

    @cached_property
    def pointers(self) -> Pointers:
        """The place of every object; made when the first is asked for."""
        return Pointers(self.dossier)
