"""A row → the same row, remembering by JSON Pointer what is read of it; refuses nothing and changes no value.

A measure is one function: run on the plain row it gives the value, run on the traced row it gives the pointers
that value was read from. So a pointer can never drift from the reading it stands for.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Any, get_args

from pydantic import BaseModel

__all__ = ["Pointers", "holds", "read_pointers"]

_PLACES = {
    "plan": "/plans",
    "project": "/projects",
    "mechanism": "/mechanisms",
    "duty": "/duty_documents",
    "quality": "/quality_systems",
    "fund_rules": "/fund_rules",
    "reserve": "/reserve_entries",
    "reserve_entries": "/reserve_entries",
    "area_unit": "/area_units",
    "area_units": "/area_units",
    "survey": "/area_surveys",
    "utility_plans": "/utility_plans",
    "naming": "/utility_plans",
    "policies": "/policies",
    "declaration": "/plans",
    "declarations": "/declarations",
    "issue": "/issues",
    "misuse_issues": "/issues",
    "review": "/fund_reviews",
    "community": "/communities",
    "members": "/communities",
    "plan_entries": "/plans",
    "project_entries": "/projects",
    "txns": "/fund_txns",
}
"""Where to look for what a row has not got, when it is not below the row's owner."""

_BELOW = {
    "consultation": "/consultations",
    "vote": "/votes",
    "consensus": "/mgmt_consensus",
    "survey": "/surveys",
    "archive": "",
    "step": "/participation",
    "scheme": "/scheme",
    "items": "/scheme/items",
    "shared": "/scheme/items",
    "handover": "/handovers",
    "acceptance": "/acceptance",
    "coordination": "/coordination_plan",
    "signatory": "/coordination_plan/signatories",
    "party": "",
    "event": "/quality_events",
    "inspections": "/inspections",
    "shortfalls": "/shortfalls",
    "account": "/fund_account",
    "meetings": "/party_meetings",
    "votes": "/votes",
    "operator": "/operator",
    "operated": "/community_ids",
    "entries": "/financing",
}
"""The same, below the community or project that the row belongs to."""


@cache
def _holding(model: type[BaseModel]) -> tuple[str, ...]:
    """The fields of a model that hold models, one or a list."""
    return tuple(name for name, field in model.model_fields.items() if holds(field.annotation, BaseModel))


def holds(annotation: Any, kind: type[BaseModel]) -> bool:
    """Whether a field's type has a model of this kind in it."""
    if isinstance(annotation, type) and issubclass(annotation, kind):
        return True
    return any(holds(part, kind) for part in get_args(annotation))


class Pointers:
    """JSON Pointer of every object of a dossier, by identity."""

    def __init__(self, dossier: BaseModel) -> None:
        self._of: dict[int, str] = {}
        self._walk(dossier, "")

    def _walk(self, model: BaseModel, pointer: str) -> None:
        self._of[id(model)] = pointer
        values = model.__dict__
        for name in _holding(model.__class__):
            value = values[name]
            if value.__class__ is tuple:
                for i, child in enumerate(value):
                    self._walk(child, f"{pointer}/{name}/{i}")
            elif value is not None:
                self._walk(value, f"{pointer}/{name}")

    def of(self, model: BaseModel) -> str:
        return self._of[id(model)]

    def owner(self, row: Any) -> str:
        """Pointer of the community or project a row belongs to, or of the dossier."""
        for name in ("community", "project"):
            model = getattr(row, name, None)
            if model is not None:
                return self._of[id(model)]
        return ""


class _Row:
    """A traced row: its models are traced, its gaps are remembered as places."""

    def __init__(self, row: Any, pointers: Pointers, read: dict[str, None]) -> None:
        self._row, self._pointers, self._read = row, pointers, read

    def __getattr__(self, name: str) -> Any:
        value = getattr(self._row, name)
        if isinstance(value, BaseModel):
            return _Model(value, self._pointers.of(value), self._pointers, self._read)
        if value is None or value == ():
            owner = self._pointers.owner(self._row)
            below = _BELOW.get(name)
            if below is not None and (owner or name not in _PLACES):
                place = owner + below + (f"/{self._row.which}" if name in ("step", "party") else "")
            else:
                place = _PLACES.get(name, "")
            self._read[self._missing(name) or place] = None
            return value
        if isinstance(value, tuple) and isinstance(value[0], BaseModel):
            return tuple(_Model(v, self._pointers.of(v), self._pointers, self._read) for v in value)
        return value

    def _missing(self, name: str) -> str | None:
        """A part that is one of several named ones (a document, an archive, a segment) of a model that exists."""
        holders = {"document": ("mechanism", "quality", "fund_rules"), "archive": ("reserve",)}
        for holder in holders.get(name, ()):
            model = getattr(self._row, holder, None)
            if model is not None:
                inner = "/archive" if name == "archive" else ""
                return f"{self._pointers.of(model)}{inner}/{self._row.which}"
            if hasattr(self._row, holder):
                return _PLACES[holder]
        return None


class _Model:
    """A traced model: scalars read are remembered, parts are traced."""

    def __init__(self, model: BaseModel, pointer: str, pointers: Pointers, read: dict[str, None]) -> None:
        self._model, self._pointer, self._pointers, self._read = model, pointer, pointers, read

    def __getattr__(self, name: str) -> Any:
        value = getattr(self._model, name)
        pointer = f"{self._pointer}/{name}"
        if isinstance(value, BaseModel):
            return _Model(value, pointer, self._pointers, self._read)
        if value.__class__ is tuple and value and isinstance(value[0], BaseModel):
            return tuple(_Model(v, f"{pointer}/{i}", self._pointers, self._read) for i, v in enumerate(value))
        self._read[pointer] = None
        return value

    def __eq__(self, other: object) -> bool:
        return self._model == (other._model if isinstance(other, _Model) else other)

    def __hash__(self) -> int:
        return hash(id(self._model))

    def __iter__(self) -> Iterator[Any]:
        return iter(self._model)


def read_pointers(take: Any, row: Any, pointers: Pointers) -> tuple[str, ...]:
    """The pointers that a measure reads of a row, in the order of reading."""
    read: dict[str, None] = {}
    take(_Row(row, pointers, read))
    return tuple(read)
