"""Checks between deliveries: rows of two records → their own subjects and measures, apart from all others."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from compliance.measures import base
from compliance.measures.deliveries import changed, met, rows
from compliance.measures.deliveries.rows import Place
from compliance.schemas.conditions import Kind
from compliance.schemas.report import Bilingual
from compliance.schemas.vocabulary import words_of

__all__ = ["KINDS", "DeliveryKind", "changed", "measure_kinds", "met"]


@dataclass(frozen=True, slots=True)
class DeliveryKind:
    """A kind of subject between deliveries: its row, and how one row is named."""

    name: str
    row: Any
    key: Callable[[Any], str]
    says: Callable[[Any], Bilingual]


def measure_kinds() -> dict[str, dict[str, Kind]]:
    """Subject kind → measure → type: what the checks between deliveries may speak of."""
    return {
        name: {m.name: m.kind for m in base.measures_of(kind.row.__name__).values()} for name, kind in KINDS.items()
    }


def _at(place: Place) -> Bilingual:
    return Bilingual(
        f"{place.area_name}{place.plan_year}年度档案{place.dossier_id}",
        f"{place.area_name}, dossier {place.dossier_id} of {place.plan_year}",
    )


def _also(row: Any) -> Bilingual:
    """A community, and where it or the like of it is met again."""
    here, there, at = row.here, row.other, _at(row.other)
    same = "" if there.name == here.name else f"“{there.name}”"
    return Bilingual(f"{here.name}（另见{at.zh}{same}）", f"{here.name} (see also {there.name} in {at.en})")


def _since(row: Any) -> Bilingual:
    at = _at(row.other)
    return Bilingual(f"{row.here.name}（上次：{at.zh}）", f"{row.here.name} (last: {at.en})")


def _of_list(row: Any, code: str) -> Bilingual:
    (zh, en), at = words_of(code), _at(row.other)
    return Bilingual(f"{row.here.name}·{zh}（上次：{at.zh}）", f"{row.here.name}: {en} (last: {at.en})")


def _copy(row: rows.DeliveryRow) -> Bilingual:
    if row.other is None:
        return Bilingual(row.here.name, row.here.name)
    place = row.other.source if row.other.line is None else f"{row.other.source}:{row.other.line}"
    return Bilingual(f"{row.here.name}（另见{place}）", f"{row.here.name} (see also {place})")


KINDS: dict[str, DeliveryKind] = {
    kind.name: kind
    for kind in (
        DeliveryKind("twin", rows.TwinRow, lambda r: f"{r.met}.{r.here.key}", _also),
        DeliveryKind("ballots", rows.BallotsRow, lambda r: f"{r.which}.{r.here.key}", _also),
        DeliveryKind("papers", rows.PapersRow, lambda r: f"{r.kind}.{r.here.key}", _also),
        DeliveryKind("delivery", rows.DeliveryRow, lambda r: r.here.key, _copy),
        DeliveryKind("change", rows.ChangeRow, lambda r: r.here.key, _since),
        DeliveryKind("drift", rows.DriftRow, lambda r: r.figure, lambda r: _of_list(r, r.figure)),
        DeliveryKind("entries", rows.EntriesRow, lambda r: r.entries, lambda r: _of_list(r, r.entries)),
        DeliveryKind("kept", rows.KeptRow, lambda r: r.here.key, _since),
    )
}
