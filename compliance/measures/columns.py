"""A case → its rows by kind and, for each measure asked for, one column of values; computes nothing twice."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from enum import IntEnum
from typing import Any

from pydantic import BaseModel

from compliance.measures.base import measures_of
from compliance.measures.subjects import KINDS, Case, SubjectKind
from compliance.measures.trace import Pointers, holds, read_pointers
from compliance.schemas import dossier as d
from compliance.schemas.conditions import Value
from compliance.schemas.received import AttachmentState
from compliance.schemas.report import AttachmentFound, Bilingual, Subject
from compliance.schemas.scalars import Unknown

__all__ = ["Columns"]

_BROAD = {"dossier", "communities", "projects", "reserve_entries", "plan", "as_of"}
"""Row fields whose evidence is not the row's own, except where the row is about them."""

_WHOLE = {"PlanRow": {"plan"}, "PlanCountyRow": {"plan"}, "AreaRow": {"plan"}}


_WIDE = {"community", "project", "communities", "projects"}
_HOLDERS = {"mechanism", "quality", "fund_rules"}

_FOCUS = {
    "homes": "community",
    "spend": "entity",
    "part": "part",
    "total": "plan",
    "done": "entity",
    "order": "entity",
    "paper": "attachment",
    "role": "entity",
    "area_code": "entity",
    "shown": "attachment",
    "mechanism_document": "document",
    "plan": "plan",
    "plan_county": "plan",
    "financing": "financing",
    "issue": "issue",
    "fund_txn": "txn",
    "rank_pair": "unselected",
    "quality_system": "document",
    "fund_segment": "document",
    "area_unit": "area_unit",
    "area_survey": "survey",
    "community": "community",
    "plan_community": "community",
    "prior_renovation": "prior",
    "archive": "archive",
    "shortfall": "shortfall",
    "participation_step": "step",
    "consultation": "consultation",
    "vote": "vote",
    "publicity": "publicity",
    "consensus": "consensus",
    "survey": "survey",
    "fund_account": "account",
    "handover": "handover",
    "project": "project",
    "demolition": "demolition",
    "project_sector": "signatory",
    "project_party": "party",
    "acceptance_party": "acceptance",
    "quality_event": "event",
    "quality_issue": "issue",
}
"""The object that a row is about; where there is none, the place below its owner is pointed at."""


_NONE: frozenset[str] = frozenset()


class _Reach(IntEnum):
    """How far below a model its evidence is looked for."""

    OWN = 0
    DOCUMENTS = 1
    """Its own, and that of its documents"""
    ALL = 2


class Columns:
    """Rows, owners and value columns of one dossier."""

    def __init__(
        self, case: Case, states: Mapping[str, AttachmentState], kinds: Mapping[str, SubjectKind] = KINDS
    ) -> None:
        self.case = case
        self._kinds = kinds
        self._states = states
        self._rows: dict[str, list[Any]] = {}
        self._owners: dict[str, list[int]] = {}
        self._columns: dict[tuple[str, str], list[Value]] = {}
        self._types: dict[str, list[frozenset[str]]] = {}
        self._attachments = {a.att_id: a for a in case.dossier.attachments}
        self._references: dict[tuple[int, _Reach], list[tuple[AttachmentFound, str | None]]] = {}
        self._types_held: dict[tuple[int, _Reach], frozenset[str]] = {}
        self._measures = {name: measures_of(kind.row.__name__) for name, kind in kinds.items()}
        self._by_owner: dict[str, Mapping[int, Sequence[int]] | None] = {}
        self._keys: dict[str, list[str]] = {}
        self._subjects: dict[tuple[str, int], Subject] = {}
        self._present: dict[str, str] = {
            a.att_id: a.doc_type for a in case.dossier.attachments if states.get(a.att_id) is AttachmentState.PRESENT
        }
        self._fields: dict[tuple[type, _Reach], tuple[str, ...]] = {}

    # -- rows -----------------------------------------------------------------------------------------------

    def _load(self, kind: str) -> None:
        pairs = list(self._kinds[kind].rows(self.case))
        self._owners[kind] = [owner for owner, _ in pairs]
        self._rows[kind] = [row for _, row in pairs]

    def rows(self, kind: str) -> list[Any]:
        if kind not in self._rows:
            self._load(kind)
        return self._rows[kind]

    def owners(self, kind: str) -> list[int]:
        """For each row of a kind, the index of its owner."""
        self.rows(kind)
        return self._owners[kind]

    def rows_of(self, kind: str, size: int) -> Mapping[int, Sequence[int]] | None:
        """Owner → its rows; ``None`` where row i is all that owner i has."""
        if kind not in self._by_owner:
            owners = self.owners(kind)
            by_owner: dict[int, list[int]] | None = None
            if len(owners) != size or owners != list(range(size)):
                by_owner = {}
                for row, owner in enumerate(owners):
                    by_owner.setdefault(owner, []).append(row)
            self._by_owner[kind] = by_owner
        return self._by_owner[kind]

    def subject(self, kind: str, index: int) -> Subject:
        """What a row is called and where it stands; rows of one owner with the same key are told apart by number."""
        held = self._subjects.get((kind, index))
        if held is None:
            entry, row = self._kinds[kind], self.rows(kind)[index]
            focus = getattr(row, _FOCUS.get(kind, ""), None)
            pointer = self.pointers.of(focus) if focus is not None else self.pointers.owner(row) + entry.place
            name = Bilingual(entry.zh(row), entry.en(row))
            held = self._subjects[kind, index] = Subject(kind, self._key(kind, index), name, pointer)
        return held

    def _key(self, kind: str, index: int) -> str:
        keys = self._keys.get(kind)
        if keys is None:
            counts: dict[tuple[int, str], int] = {}
            keys = self._keys[kind] = []
            for owner, row in zip(self.owners(kind), self.rows(kind), strict=True):
                key = self._kinds[kind].key(row)
                counts[owner, key] = counts.get((owner, key), 0) + 1
                keys.append(key if counts[owner, key] == 1 else f"{key}#{counts[owner, key]}")
        return keys[index]

    # -- values ---------------------------------------------------------------------------------------------

    def column(self, kind: str, name: str) -> list[Value]:
        held = self._columns.get((kind, name))
        if held is None:
            if name.startswith("evidence:"):
                held = self._evidence(kind, name.removeprefix("evidence:").split("+"))
            else:
                take = self._measures[kind][name].take
                held = [take(row) for row in self.rows(kind)]
            self._columns[kind, name] = held
        return held

    def unit(self, kind: str, name: str) -> str:
        return self._measures[kind][name].unit

    def running(self, kind: str, name: str) -> bool:
        """Whether a value grows from day to day by itself; what is no measure does not."""
        found = self._measures[kind].get(name)
        return found is not None and found.running

    def titles(self, kind: str, name: str) -> tuple[str, str]:
        found = self._measures[kind][name]
        return found.zh, found.en

    # -- pointers -------------------------------------------------------------------------------------------

    @property
    def pointers(self) -> Pointers:
        return self.case.pointers

    def read(self, kind: str, name: str, index: int) -> tuple[str, ...]:
        """Where a value was read from, or looked for."""
        return read_pointers(self._measures[kind][name].take, self.rows(kind)[index], self.pointers)

    # -- evidence -------------------------------------------------------------------------------------------

    def _below(self, cls: type, reach: _Reach) -> tuple[str, ...]:
        """The fields of a model under which its evidence is looked for."""
        key = (cls, reach)
        held = self._fields.get(key)
        if held is None:
            kind = d.Document if reach is _Reach.DOCUMENTS else BaseModel
            fields: dict[str, Any] = getattr(cls, "model_fields", {})
            held = self._fields[key] = tuple(
                name for name, f in fields.items() if reach is not _Reach.OWN and holds(f.annotation, kind)
            )
        return held

    def _models(self, row: Any) -> Iterator[tuple[BaseModel, _Reach]]:
        """The objects of a row that its evidence may stand on, each with how far below it evidence counts.

        A community or a project is too wide to count all that is below it; and where the parts of a thing are
        rows of their own, one of the quality rules, say, shows nothing for another.
        """
        broad = _BROAD - _WHOLE.get(type(row).__name__, set())
        apart = hasattr(row, "document")
        for name, value in zip(row._fields, row, strict=True):
            if name in broad or value is None:
                continue
            if isinstance(value, BaseModel):
                reach = _Reach.DOCUMENTS if name in _WIDE else _Reach.OWN if apart and name in _HOLDERS else _Reach.ALL
                yield value, reach
            elif value.__class__ is tuple and value and isinstance(value[0], BaseModel):
                for model in value:
                    yield model, _Reach.DOCUMENTS if name in _WIDE else _Reach.ALL

    def _evidence_of(self, model: BaseModel, reach: _Reach) -> Iterator[tuple[str, d.EvidenceRef]]:
        """Evidence on a model and below it, each with its place."""
        values = model.__dict__
        for name in self._below(type(model), reach):
            value = values[name]
            if not value:
                continue
            parts: tuple[tuple[str, BaseModel], ...]
            if value.__class__ is not tuple:
                parts = ((name, value),)
            elif value[0].__class__ is d.EvidenceRef:
                for i, ref in enumerate(value):
                    yield f"{name}/{i}", ref
                continue
            else:
                parts = tuple((f"{name}/{i}", part) for i, part in enumerate(value))
            for place, part in parts:
                for below, ref in self._evidence_of(part, _Reach.ALL):
                    yield f"{place}/{below}", ref
        if reach is not _Reach.ALL:
            for i, ref in enumerate(values.get("evidence", ())):
                yield f"evidence/{i}", ref

    def references(self, kind: str, index: int) -> list[tuple[AttachmentFound, str | None]]:
        """Evidence on a row's own objects, each with what it declares absent if it stands on a declaration."""
        found: list[tuple[AttachmentFound, str | None]] = []
        for model, reach in self._models(self.rows(kind)[index]):
            found += self._references_of(model, reach)
        return found

    def _references_of(self, model: BaseModel, reach: _Reach) -> list[tuple[AttachmentFound, str | None]]:
        key = (id(model), reach)
        held = self._references.get(key)
        if held is None:
            base = self.pointers.of(model)
            absent = model.absent if isinstance(model, d.Declaration) else None
            held = self._references[key] = [
                (self._found(ref, f"{base}/{place}"), absent) for place, ref in self._evidence_of(model, reach)
            ]
        return held

    def _found(self, ref: d.EvidenceRef, pointer: str) -> AttachmentFound:
        attachment = self._attachments[ref.attachment]
        state = self._states.get(ref.attachment, AttachmentState.ABSENT)
        return AttachmentFound(
            ref.attachment, attachment.doc_type, attachment.title, ref.page, ref.quote, state.word, pointer
        )

    def _doc_types(self, kind: str) -> list[frozenset[str]]:
        """For each row, the types of the documents that are really there."""
        held = self._types.get(kind)
        if held is None:
            if not self._present:  # nothing came along: no need to look where it would be
                return [_NONE] * len(self.rows(kind))
            held = []
            for row in self.rows(kind):
                types = _NONE
                for model, reach in self._models(row):
                    types = types | self._types_of(model, reach)
                held.append(types)
            self._types[kind] = held
        return held

    def _types_of(self, model: BaseModel, reach: _Reach) -> frozenset[str]:
        key = (id(model), reach)
        held = self._types_held.get(key)
        if held is None:
            present = self._present
            found = [ref.attachment for _, ref in self._evidence_of(model, reach)]
            types: list[str] = [present[a] for a in found if a in present]
            if isinstance(model, d.Declaration):
                types = [f"{t}={model.absent}" for t in types]
            held = self._types_held[key] = frozenset(types) if types else _NONE
        return held

    def _evidence(self, kind: str, documents: Sequence[str]) -> list[Value]:
        asked = frozenset(documents)
        absent = Unknown.MISSING_EVIDENCE
        return [absent if asked.isdisjoint(types) else True for types in self._doc_types(kind)]
