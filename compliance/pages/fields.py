"""The measures → the fields of the dossier that each reads, found by running it on drawn dossiers; judges nothing.

A measure is traced (``measures.trace``) on dossiers drawn from the schema alone, the same on every run. Drawn values
are of the right type and refer to each other; whether they make sense does not matter, only what is looked at.
"""

from __future__ import annotations

import types
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from random import Random
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel

from compliance.measures import load_measures, soundness, subjects
from compliance.measures.base import measures_of
from compliance.measures.subjects import Case, SubjectKind
from compliance.measures.trace import Pointers, read_pointers
from compliance.schemas.dossier import Dossier
from compliance.schemas.report import Bilingual
from compliance.schemas.scalars import Day, days

__all__ = ["Field", "drawn", "field_at", "fields_read"]


@dataclass(frozen=True, slots=True)
class Field:
    """A field of the dossier: where it stands, what it is called there, in what unit it is given."""

    path: str
    """communities[].consultations[].total"""
    title: Bilingual
    where: Bilingual
    """The titles of what it stands in, from the outside: 小区 › 意愿征询"""
    unit: str
    order: tuple[int, ...]
    """Its place in the schema"""


# -- fields ---------------------------------------------------------------------------------------------------


def _inner(annotation: Any) -> Any:
    """The type of a field's values, without ``None``, constraints and the tuple around it."""
    origin = get_origin(annotation)
    if origin is Annotated:
        return _inner(get_args(annotation)[0])
    if origin in (Union, types.UnionType):
        return _inner(next(a for a in get_args(annotation) if a is not type(None)))
    return _inner(get_args(annotation)[0]) if origin is tuple else annotation


@cache
def field_at(pointer: str) -> Field | None:
    """The field that a pointer into a dossier speaks of; none for the dossier itself, or a place that there is not."""
    model: Any = Dossier
    path: list[str] = []
    titles: list[Bilingual] = []
    order: list[int] = []
    unit = ""
    for part in pointer.strip("/").split("/"):
        if part.isdigit():
            if path and not path[-1].endswith("[]"):
                path[-1] += "[]"
            continue
        if not (isinstance(model, type) and issubclass(model, BaseModel)) or part not in model.model_fields:
            return None
        info = model.model_fields[part]
        path.append(part)
        titles.append(Bilingual(info.title or part, _short(info.description or part)))
        order.append(list(model.model_fields).index(part))
        extra = info.json_schema_extra
        unit = str(extra.get("unit", "")) if isinstance(extra, dict) else ""
        model = _inner(info.annotation)
    if not path:
        return None
    where = Bilingual(" › ".join(t.zh for t in titles[:-1]), " › ".join(t.en for t in titles[:-1]))
    return Field(".".join(path), titles[-1], where, unit, tuple(order))


def _short(description: str) -> str:
    """A description without what is said after a semicolon or a comma, for a table."""
    return description.split(";")[0].split(",")[0]


# -- what measures read ---------------------------------------------------------------------------------------


@cache
def fields_read() -> Mapping[tuple[str, str], tuple[Field, ...]]:
    """(kind of subject, measure) → the fields that it reads, in the schema's order."""
    load_measures()
    found: dict[tuple[str, str], set[Field]] = {}
    for case, pointers, kinds in _cases():
        for name, kind in kinds.items():
            rows = [row for _, row in kind.rows(case)][:_ROWS]
            for measure in measures_of(kind.row.__name__).values():
                held = found.setdefault((name, measure.name), set())
                for row in rows:
                    read = (field_at(pointer) for pointer in read_pointers(measure.take, row, pointers))
                    held.update(field for field in read if field is not None)
    return {key: tuple(sorted(_deepest(held), key=lambda f: f.order)) for key, held in found.items()}


def _deepest(fields: set[Field]) -> Iterator[Field]:
    """Without the objects that others of the fields stand in: looked for where they are missing, read where not."""
    for field in fields:
        below = field.path.removesuffix("[]")
        if not any(other.path.startswith((f"{below}.", f"{below}[].")) for other in fields):
            yield field


_DRAWN, _ROWS = 240, 12
"""How many dossiers are drawn, and how many rows of a kind are traced in each."""


def _cases() -> Iterator[tuple[Case, Pointers, Mapping[str, SubjectKind]]]:
    as_of = days("2024-03-31")
    for evidenced, number, kinds in ((False, _DRAWN, subjects.KINDS), (True, _DRAWN // 2, soundness.KINDS)):
        for seed in range(number):
            dossier = drawn(seed, evidenced=evidenced)
            yield Case(dossier, as_of), Pointers(dossier), kinds


def drawn(seed: int, *, evidenced: bool = False) -> Dossier:
    """A dossier drawn from the schema: every field of the right type, references that mostly lead somewhere.

    Evidence is left out unless ``evidenced``: no measure of the standard reads it.
    """
    dossier: Dossier = _model(Dossier, _Draw(seed, evidenced))
    return dossier


class _Draw(Random):
    """A source of draws that leaves out more of one dossier and less of another."""

    def __init__(self, seed: int, evidenced: bool) -> None:
        super().__init__(seed)
        self.evidenced = evidenced
        self.left_out = (0.0, 0.05, 0.3)[seed % 3]
        self._few: dict[tuple[str, ...], list[str]] = {}

    def code(self, codes: tuple[str, ...]) -> str:
        """One of the codes, of many only a few in one dossier: so that those of two entries agree now and then."""
        if codes not in self._few:
            self._few[codes] = self.sample(codes, min(4, len(codes)))
        return self.choice(self._few[codes])


_IDS = {
    "community_id": "c", "project_id": "p", "plan_id": "l", "area_unit_id": "u", "facility_id": "f", "issue_id": "i",
    "area_facility_id": "f",
}  # fmt: skip
_DAYS = tuple(
    days(text)
    for text in ("2019-06-30", "2020-12-31", "2022-12-20", "2023-03-01", "2023-09-15", "2023-11", "2024", "2026")
)
_KEYS = {
    "communities": "community_id",
    "projects": "project_id",
    "plans": "plan_id",
    "area_units": "area_unit_id",
    "issues": "issue_id",
}
"""Lists whose entries are told apart by an identifier."""


def _model(model: type[BaseModel], draw: _Draw) -> Any:
    """An object of the schema with drawn values, unchecked: what measures meet has passed intake already."""
    values: dict[str, Any] = {}
    for name, info in model.model_fields.items():
        values[name] = _value(info.annotation, name, draw)
        if name in _KEYS:
            key = _KEYS[name]
            values[name] = tuple(one.model_copy(update={key: f"{_IDS[key]}{i}"}) for i, one in enumerate(values[name]))
    return model.model_construct(**values)


def _value(annotation: Any, name: str, draw: _Draw) -> Any:
    origin = get_origin(annotation)
    if origin is Annotated:
        return _value(get_args(annotation)[0], name, draw)
    if origin in (Union, types.UnionType):
        inner = next(a for a in get_args(annotation) if a is not type(None))
        left_out = max(draw.left_out, 0.5 if name.endswith("_reason") else 0)
        return None if draw.random() < left_out else _value(inner, name, draw)
    if origin is tuple:
        inner = get_args(annotation)[0]
        if name == "evidence":
            return tuple(_model(inner, draw) for _ in range(draw.randint(0, 2))) if draw.evidenced else ()
        if draw.random() < draw.left_out:
            return ()
        if get_origin(inner) is Literal:  # several codes at once: what is asked of one of them is met more often
            return tuple(draw.sample(get_args(inner), max(1, len(get_args(inner)) // 2)))
        return tuple(_value(inner, name, draw) for _ in range(draw.randint(1, 3)))
    if origin is Literal:
        return draw.code(get_args(annotation))
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return _model(annotation, draw)
    if annotation is Day:
        return draw.choice(_DAYS)
    if annotation is bool:
        return draw.random() < (0.2 if name == "is_draft" else 0.6)
    if annotation is int:
        return draw.choice((2022, 2023, 2023)) if name.endswith("year") else draw.choice((0, 1, 1, 2, 100))
    if annotation is Decimal:
        return Decimal(draw.choice((0, 1, 2, 50, 100)))
    return _text(name, draw)


def _text(name: str, draw: _Draw) -> str:
    key = name.removesuffix("s")
    if draw.evidenced and key in ("att_id", "attachment"):
        return f"a{draw.randint(0, 2)}"
    if key in _IDS:
        return f"{_IDS[key]}{draw.randint(0, 2)}"
    if key.endswith("_code"):
        return draw.choice(("999901", "999901", "999902"))
    return draw.choice(("甲", "乙"))
