"""An index of deliveries → the rows that the checks between them ask about, kind by kind; judges nothing.

The last delivery of an area is found by its code: of the same dossier and year the one before it, else the only one
of the latest year before. Where that year, or this one, has several dossiers of the area, nobody can say which
followed which, and nothing is compared. Where an area has no earlier delivery under its code, the only one of the
same name in the province, or of the code that its own replaced, takes that place.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from itertools import groupby, pairwise
from typing import Any, Final

import orjson

from compliance.between.index import Delivery, Index
from compliance.measures.deliveries import rows
from compliance.measures.deliveries.rows import Figure, Place
from compliance.measures.soundness.codes import REPLACED
from compliance.schemas.scalars import Day, days

__all__ = ["Group", "Row", "followed", "rows_of"]

Group = str
"""Of what nearly all may be in doubt for one cause: the delivery, or a field over all deliveries"""
Row = tuple[Group, int, int, Any]
"""Group, rank of the delivery, place within it, and what is asked about"""

_MISTAKEN: Final = {
    "communities.households": "communities.buildings",
    "communities.buildings": "communities.households",
}


def rows_of(index: Index) -> Iterator[tuple[str, Iterator[Row]]]:
    """Subject kind → its rows."""
    yield "twin", _twins(index)
    yield "ballots", _ballots(index)
    yield "papers", _papers(index)
    yield "delivery", _deliveries(index)
    for kind, made in (("change", _change), ("drift", _drift), ("entries", _entries), ("kept", _kept)):
        yield kind, _paired(index, made)


def _place(d: Delivery, pointer: str, key: str, name: str) -> Place:
    return Place(d.source, d.line, d.dossier, d.area, d.area_name, d.year, pointer, key, name, d.earlier)


def _whole(d: Delivery) -> Place:
    return _place(d, "", d.area, d.area_name)


# -- what is met twice in one feed ----------------------------------------------------------------------------

_HEADS: Final = "d.rank, d.source, d.line, d.dossier, d.area, d.area_name, d.year, d.earlier"
_MET: Final = f"""
SELECT x.p, h.body, {_HEADS}, x.other_p, o.body, {_HEADS.replace("d.", "e.")}, x.*
FROM %s x
JOIN deliveries d ON d.n = x.d JOIN bodies h ON h.d = x.d AND h.p = x.p
JOIN deliveries e ON e.n = x.other_d JOIN bodies o ON o.d = x.other_d AND o.p = x.other_p
ORDER BY d.rank, x.p, %s
"""


def _community(p: int, body: bytes, head: Sequence[Any]) -> tuple[int, Place, dict[str, Any]]:
    rank, source, line, dossier, area, area_name, year, earlier = head
    c = orjson.loads(body)
    place = Place(source, line, dossier, area, area_name, year, f"/communities/{p}", c["id"], c["name"], bool(earlier))
    return rank, place, c


_Met = tuple[int, int, Place, Place, dict[str, Any], Sequence[Any]]
_Made = Iterator[tuple[Group, int, Any]]


def _met(index: Index, table: str, order: str) -> Iterator[_Met]:
    for p, body, *more in index.db.execute(_MET % (table, order)):
        rank, here, c = _community(p, body, more[:8])
        _, other, _ = _community(more[8], more[9], more[10:18])
        index.steps += 1
        yield rank, p, here, other, c, more[18:]


def _twins(index: Index) -> Iterator[Row]:
    for rank, p, here, other, c, (met, _, _, alike_by, others, *_) in _met(index, "twins", "x.met"):
        row = rows.TwinRow(here, other, met, alike_by, others, bool(c["renovated_before"]))
        yield f"{rank}", rank, p, row


def _ballots(index: Index) -> Iterator[Row]:
    for rank, p, here, other, _, (_, _, told, others, *_) in _met(index, "ballots", "x.told"):
        which, total, part, agreed, *_ = told.split("/")
        yield f"{rank}", rank, p, rows.BallotsRow(here, other, which, (int(total), int(part), int(agreed)), others)


def _papers(index: Index) -> Iterator[Row]:
    for rank, p, here, other, _, (_, _, kind, files, *_) in _met(index, "papers", "x.told"):
        yield f"{rank}", rank, p, rows.PapersRow(here, other, kind, files)


def _deliveries(index: Index) -> Iterator[Row]:
    """Deliveries of the same bytes follow each other; one whose bytes are not known is not asked about."""
    for d in index.deliveries("NOT earlier AND sha256 IS NOT NULL"):
        sha256 = d.body["sha256"]
        (copies,) = index.db.execute(
            "SELECT count(*) FROM deliveries WHERE sha256 = ? AND NOT earlier", [sha256]
        ).fetchone()
        other = None
        if copies > 1:
            same = "NOT earlier AND sha256 = ? AND n <> ?"
            other = next(index.deliveries(f"{same} AND rank IN (SELECT min(rank) FROM deliveries WHERE {same})",
                                          [sha256, d.n, sha256, d.n]))  # fmt: skip
        index.steps += 1
        yield "", d.rank, 0, rows.DeliveryRow(_whole(d), None if other is None else _whole(other), copies)


# -- a delivery against the last one --------------------------------------------------------------------------


def followed(heads: Iterable[Delivery]) -> Iterator[tuple[Delivery, Delivery]]:
    """The deliveries of one area in their order → each of this feed with the one that it followed, if that is clear."""
    by_year: dict[int, dict[str, list[Delivery]]] = {}
    for d in heads:
        by_year.setdefault(d.year, {}).setdefault(d.dossier, []).append(d)
    before: dict[str, list[Delivery]] | None = None
    for year in sorted(by_year):
        dossiers = by_year[year]
        fresh = [ident for ident, found in dossiers.items() if not found[-1].earlier]
        stale = [ident for ident, found in dossiers.items() if found[-1].earlier]
        for ident in fresh:
            found = dossiers[ident]
            for last, d in pairwise(found):
                if not d.earlier:
                    yield d, last
            if found[0].earlier or len(fresh) > 1:
                continue
            if len(stale) == 1:
                yield found[0], dossiers[stale[0]][-1]
            elif not stale and before is not None and len(before) == 1:
                ((*_, last),) = before.values()
                yield found[0], last
        before = dossiers


def _pairs(index: Index) -> Iterator[tuple[Delivery, Delivery]]:
    areas = index.db.execute("SELECT DISTINCT area FROM deliveries WHERE NOT earlier ORDER BY area").fetchall()
    for (area,) in areas:
        heads = list(index.deliveries("area = ?", [area]))
        index.steps += len(heads)
        renamed = _renamed(index, heads)
        yield from followed([*renamed, *heads] if renamed else heads)


def _renamed(index: Index, heads: Sequence[Delivery]) -> list[Delivery]:
    """What this area delivered before under another code; nothing where that is not clear."""
    first = heads[0]
    if first.earlier:
        return []
    rows = index.db.execute(
        "SELECT DISTINCT area FROM deliveries WHERE earlier AND area_name = ? AND substr(area, 1, 2) = ? LIMIT 2",
        [first.area_name, first.area[:2]],
    )
    codes = {code for (code,) in rows} | {old for old, (_, new) in REPLACED.items() if first.area in new}
    held = [(code, list(index.deliveries("earlier AND area = ?", [code]))) for code in sorted(codes - {first.area})]
    found = [entry for entry in held if entry[1]]
    if len(found) != 1:
        return []
    ((code, before),) = found
    if index.db.execute("SELECT 1 FROM deliveries WHERE area = ? AND NOT earlier", [code]).fetchone():
        return []  # the old code still delivers
    return before


def _paired(index: Index, made: Callable[[Index, Delivery, Delivery], _Made]) -> Iterator[Row]:
    for now, before in _pairs(index):
        for group, p, row in made(index, now, before):
            index.steps += 1
            yield group, now.rank, p, row


def _day(d: Delivery) -> Day | None:
    text = d.body["dossier"]["data_as_of"]
    return None if text is None else days(text)


def _change(_: Index, now: Delivery, before: Delivery) -> _Made:
    again = now.identity == before.identity
    statuses = [d.body["dossier"]["status"] for d in (now, before)]
    yield "", 0, rows.ChangeRow(_whole(now), _whole(before), again, _day(now), _day(before), *statuses)


def _figure(body: Mapping[str, Any], name: str) -> Figure:
    total = body["sums"].get(name)
    entries = body["entries"].get(name.rpartition(".")[0], 0)
    return Figure(entries, body["reported"].get(name, 0), None if total is None else int(Decimal(total) * 10_000))


def _drift(_: Index, now: Delivery, before: Delivery) -> _Made:
    """A row for each field that the last delivery reported."""
    for p, name in enumerate(sorted(before.body["reported"])):
        mistaken = _figure(before.body, _MISTAKEN[name]) if name in _MISTAKEN else None
        here = _place(now, "/" + name.split(".")[0], now.area, now.area_name)
        other = _place(before, here.pointer, before.area, before.area_name)
        row = rows.DriftRow(here, other, name, _figure(now.body, name), _figure(before.body, name), mistaken)
        yield name, p, row


def _entries(_: Index, now: Delivery, before: Delivery) -> _Made:
    for p, name in enumerate(sorted(n for n in before.body["entries"] if "." not in n)):
        here = _place(now, f"/{name}", now.area, now.area_name)
        other = _place(before, here.pointer, before.area, before.area_name)
        code, number = f"list.{name}", now.body["entries"].get(name, 0)
        yield code, p, rows.EntriesRow(here, other, code, number, before.body["entries"][name])


def _kept(index: Index, now: Delivery, before: Delivery) -> _Made:
    """Each community of the last delivery, with itself in this one where it is found again."""
    held, plans = index.communities(now.n), frozenset(plan["year"] for plan in now.body["plans"])
    again = _again(held)
    for p, c in enumerate(index.communities(before.n)):
        at = again(c)
        other = _place(before, f"/communities/{p}", c["id"], c["name"])
        here = _place(now, "/plans" if at is None else f"/communities/{at}", c["id"], c["name"])
        place = len(held) + p if at is None else at
        yield f"{now.rank}", place, rows.KeptRow(here, other, None if at is None else held[at], c, plans)


def _again(held: Sequence[Mapping[str, Any]]) -> Callable[[Mapping[str, Any]], int | None]:
    """Finds a community again: by id and name, by name and place where only one has both, by id and figures."""
    ids = {c["id"]: p for p, c in enumerate(held)}
    named = {key: [p for p, _ in found] for key, found in groupby(
        sorted(((p, c) for p, c in enumerate(held)), key=lambda e: _named(e[1])), key=lambda e: _named(e[1])
    )}  # fmt: skip

    def find(c: Mapping[str, Any]) -> int | None:
        at = ids.get(c["id"])
        if at is not None and held[at]["name_key"] == c["name_key"]:
            return at
        places = named.get(_named(c), [])
        if len(places) == 1 and (c["street_key"] or c["place_key"]):
            return places[0]
        figures = ("buildings", "households", "floor_area_m2")
        if at is not None and all(c[f] is not None and held[at][f] == c[f] for f in figures):
            return at
        return None

    return find


def _named(c: Mapping[str, Any]) -> tuple[str, str, str]:
    return c["name_key"], c["street_key"] or "", c["place_key"] or ""
