"""Records of deliveries → one SQLite file in which what is alike stands together; judges nothing.

Entries are grouped by keys and held against their group, never in pairs: time grows with the entries, memory with the
largest group and dossier. Everything is read back in an order made from the records, so that the order in which they
came in does not matter. A delivery that a later one of the same dossier replaces does not stand and meets nobody.
"""

from __future__ import annotations

import re
import sqlite3
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from hashlib import blake2b
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import Any, Final, Self

import orjson

from compliance.delivery import read
from compliance.schemas.scalars import days

__all__ = ["Delivery", "Index"]

_FILE: Final = "between.db"
_TABLES: Final = """
CREATE TABLE deliveries (
    n INTEGER PRIMARY KEY, earlier INTEGER NOT NULL, area TEXT NOT NULL, area_name TEXT NOT NULL, year INTEGER NOT NULL,
    dossier TEXT NOT NULL, number TEXT NOT NULL, day INTEGER NOT NULL, sha256 TEXT, source TEXT NOT NULL,
    line INTEGER, communities INTEGER NOT NULL, body BLOB NOT NULL, rank INTEGER, stands INTEGER
);
CREATE TABLE communities (
    d INTEGER NOT NULL, p INTEGER NOT NULL, name TEXT NOT NULL, county TEXT, years BLOB NOT NULL,
    PRIMARY KEY (d, p)
) WITHOUT ROWID;
CREATE TABLE bodies (d INTEGER NOT NULL, p INTEGER NOT NULL, body BLOB NOT NULL, PRIMARY KEY (d, p));
CREATE TABLE keys (kind TEXT NOT NULL, key BLOB NOT NULL, d INTEGER NOT NULL, p INTEGER NOT NULL, told TEXT NOT NULL);
CREATE TABLE twins (
    met TEXT, d INTEGER, p INTEGER, alike_by TEXT, others INTEGER, other_d INTEGER, other_p INTEGER,
    PRIMARY KEY (met, d, p)
) WITHOUT ROWID;
CREATE TABLE ballots (
    d INTEGER, p INTEGER, told TEXT, others INTEGER, other_d INTEGER, other_p INTEGER, PRIMARY KEY (d, p, told)
) WITHOUT ROWID;
CREATE TABLE papers (
    d INTEGER, p INTEGER, told TEXT, files INTEGER, other_d INTEGER, other_p INTEGER, PRIMARY KEY (d, p, told)
) WITHOUT ROWID;
"""
_READY: Final = """
UPDATE deliveries SET rank = r FROM (
    SELECT n AS m, row_number() OVER (
        ORDER BY area, year, dossier, earlier DESC, number, day, sha256, source, line, body) AS r FROM deliveries
) WHERE n = m;
CREATE INDEX by_area ON deliveries (area, rank);
CREATE INDEX by_name ON deliveries (area_name, area);
CREATE INDEX by_bytes ON deliveries (sha256, rank);
UPDATE deliveries SET stands = rank IN (
    SELECT max(rank) FROM deliveries GROUP BY earlier, area, year, dossier);
CREATE INDEX by_key ON keys (kind, key, d, p, told);
"""
_ALIKE: Final = ("name_and_street", "name_and_place", "name_and_figures")
"""Keys of communities, the stronger first: of those that agree the first is told"""
_GROUPS: Final = """
SELECT k.key, d.rank, k.p, d.area, d.year, d.dossier, d.earlier, c.name, c.county, c.years, k.told, k.d
FROM keys k JOIN deliveries d ON d.n = k.d JOIN communities c ON c.d = k.d AND c.p = k.p
WHERE k.kind = ? AND d.stands AND k.key IN (SELECT key FROM keys WHERE kind = ? GROUP BY key HAVING count(*) > 1)
ORDER BY k.key, d.rank, k.p, k.told
"""


@dataclass(frozen=True, slots=True)
class Delivery:
    """One delivery as its record heads it."""

    n: int
    rank: int
    """In the order of area, year, dossier and delivery"""
    earlier: bool
    """Of the feed before this one"""
    area: str
    area_name: str
    year: int
    dossier: str
    source: str
    line: int | None
    communities: int
    body: Mapping[str, Any]

    @property
    def identity(self) -> tuple[int, str]:
        """Within its area."""
        return self.year, self.dossier


@dataclass(frozen=True, slots=True)
class _Entry:
    """A community in a group of those that are alike."""

    d: int
    p: int
    dossier: tuple[str, int, str]
    year: int
    earlier: bool
    name: str
    county: str | None
    years: tuple[int, ...]
    told: str


class Index:
    """A context: the file is there as long as it is open. ``steps`` counts the entries looked at."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._path = folder / _FILE
        self._path.unlink(missing_ok=True)  # of a run that was cut off
        self.db = sqlite3.connect(self._path, isolation_level=None)
        self.db.executescript("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA temp_store = FILE;")
        self.db.executescript(_TABLES)
        self.steps = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.db.close()
        with suppress(OSError):
            self._path.unlink()

    # -- filling it -----------------------------------------------------------------------------------------

    def load(self, lines: Iterable[bytes], *, earlier: bool) -> None:
        """Take in records. ``ValueError`` where one is none (see ``delivery.read``)."""
        self.db.execute("BEGIN")
        for line in lines:
            self._take(read(line), earlier)
        self.db.execute("COMMIT")

    def _take(self, made: dict[str, Any], earlier: bool) -> None:
        head, communities = made["dossier"], made.pop("communities")
        area = head["area_code"]
        day = days(head["data_as_of"]).last if head["data_as_of"] else 0
        values = [
            earlier, area, head["area_name"], head["plan_year"], head["id"], _natural(head["number"] or ""), day,
            made.get("sha256"), made.get("source", ""), made.get("line"), len(communities), orjson.dumps(made),
        ]  # fmt: skip
        insert = (
            "INSERT INTO deliveries (earlier, area, area_name, year, dossier, number, day, sha256, source, line,"
            " communities, body) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
        )
        d = self.db.execute(insert, values).lastrowid or 0
        own = area if head["area_level"] in ("county", "district") else None
        rows, bodies, keys = [], [], []
        for p, c in enumerate(communities):
            c["county"] = c["county"] or own
            years = orjson.dumps(sorted(c["plan_years"]))
            rows.append((d, p, c["name_key"], c["county"], years))
            bodies.append((d, p, orjson.dumps(c)))
            keys += [(kind, _digest(key), d, p, told) for kind, key, told in _keys(c, area, earlier)]
            self.steps += 1
        self.db.executemany("INSERT INTO communities VALUES (?, ?, ?, ?, ?)", rows)
        self.db.executemany("INSERT INTO bodies VALUES (?, ?, ?)", bodies)
        self.db.executemany("INSERT INTO keys VALUES (?, ?, ?, ?, ?)", keys)

    def ready(self) -> None:
        """Put what was loaded in order, and what is alike together."""
        self.db.executescript(_READY)
        self.db.execute("BEGIN")
        for kind in _ALIKE:
            self._each(kind, self._twins)
        self._each("ballots", self._ballots)
        self._each("papers", self._papers)
        self.db.execute("COMMIT")

    def _each(self, kind: str, keep: Any) -> None:
        rows = self.db.execute(_GROUPS, [kind, kind])
        for _, found in groupby(rows, key=itemgetter(0)):
            group = [
                _Entry(d, p, (area, year, dossier), year, bool(earlier), name, county, _years(years), told)
                for _, _, p, area, year, dossier, earlier, name, county, years, told, d in found
            ]  # fmt: skip
            self.steps += len(group)
            keep(group, kind)

    def _twins(self, group: Sequence[_Entry], kind: str) -> None:
        """Who meets whom in a group of entries taken for one community."""
        here = [e for e in group if not e.earlier]
        found: list[tuple[Any, ...]] = []
        dossiers: dict[tuple[int, str | None], dict[tuple[str, int, str], _Entry]] = {}
        counties: dict[int, dict[str, _Entry]] = {}
        plans: dict[int, list[_Entry]] = {}
        for e in here:
            dossiers.setdefault((e.year, e.county), {}).setdefault(e.dossier, e)
            if e.county is not None:
                counties.setdefault(e.year, {}).setdefault(e.county, e)
        for e in group:
            for year in e.years:
                firsts = plans.setdefault(year, [])
                if len(firsts) < 2 and e.dossier not in [f.dossier for f in firsts]:
                    firsts.append(e)
        for e in here:
            others = dossiers[e.year, e.county]
            if len(others) > 1:
                found.append(("same_year", e, len(others) - 1, _first(others, e.dossier)))
            named = counties.get(e.year, {})
            if e.county is not None and len(named) > 1:
                found.append(("two_counties", e, len(named) - 1, _first(named, e.county)))
            if e.years:
                before = [
                    f for year in sorted(plans) if year < e.years[-1] and year not in e.years
                    for f in [next((f for f in plans[year] if f.dossier != e.dossier), None)] if f is not None
                ]  # fmt: skip
                if before:
                    found.append(("two_years", e, len(before), before[-1]))
        self.db.executemany(
            "INSERT OR IGNORE INTO twins VALUES (?, ?, ?, ?, ?, ?, ?)",
            [(met, e.d, e.p, kind, others, other.d, other.p) for met, e, others, other in found],
        )

    def _ballots(self, group: Sequence[_Entry], _: str) -> None:
        self.db.executemany(
            "INSERT INTO ballots VALUES (?, ?, ?, ?, ?, ?)",
            [(e.d, e.p, e.told, others, other.d, other.p) for e, others, other in _apart(group)],
        )

    def _papers(self, group: Sequence[_Entry], _: str) -> None:
        self.db.executemany(
            "INSERT INTO papers VALUES (?, ?, ?, 1, ?, ?) ON CONFLICT DO UPDATE SET files = files + 1",
            [(e.d, e.p, e.told, other.d, other.p) for e, _, other in _apart(group)],
        )

    # -- reading it back ------------------------------------------------------------------------------------

    def deliveries(self, where: str = "NOT earlier", values: Sequence[Any] = ()) -> Iterator[Delivery]:
        """Deliveries in their order."""
        rows = self.db.execute(
            "SELECT n, rank, earlier, area, area_name, year, dossier, source, line, communities, body"
            f" FROM deliveries WHERE {where} ORDER BY rank",
            values,
        )
        for n, rank, earlier, area, name, year, dossier, source, line, communities, body in rows:
            head = n, rank, bool(earlier), area, name, year, dossier, source, line, communities
            yield Delivery(*head, orjson.loads(body))

    def communities(self, d: int) -> list[dict[str, Any]]:
        """The communities of one delivery, in its order."""
        self.steps += 1
        rows = self.db.execute("SELECT body FROM bodies WHERE d = ? ORDER BY p", [d])
        return [orjson.loads(body) for (body,) in rows]

    def compared(self, kind: str) -> dict[int, int]:
        """For each delivery of this feed, by rank, how many of a kind could be compared, met or not."""
        if kind == "twin":
            rows = self.db.execute("SELECT rank, communities FROM deliveries WHERE stands AND NOT earlier")
        else:
            rows = self.db.execute(
                "SELECT d.rank, count(DISTINCT k.p || ' ' || k.told) FROM keys k JOIN deliveries d ON d.n = k.d"
                " WHERE k.kind = ? AND d.stands AND NOT d.earlier GROUP BY d.rank",
                [kind],
            )
        return dict(rows.fetchall())


@lru_cache(maxsize=1024)
def _years(told: bytes) -> tuple[int, ...]:
    return tuple(orjson.loads(told))


def _natural(number: str) -> str:
    """Numbers of submissions in the order of their figures: 第2号 before 第10号."""
    return re.sub(r"[0-9]+", lambda m: m[0].zfill(20), number)


def _digest(key: tuple[Any, ...]) -> bytes:
    return blake2b(orjson.dumps(key), digest_size=16).digest()


def _keys(c: Mapping[str, Any], area: str, earlier: bool) -> Iterator[tuple[str, tuple[Any, ...], str]]:
    """By what a community can be met again: kind, key and what is told of it. What is missing makes no key."""
    name, county = c["name_key"], c["county"]
    if name and county and c["street_key"]:
        yield "name_and_street", (name, county, c["street_key"]), ""
    if name and county and c["place_key"]:
        yield "name_and_place", (name, county, c["place_key"]), ""
    figures = c["buildings"], c["households"], c["floor_area_m2"]
    if name and all(figures) and Decimal(figures[2]):
        yield "name_and_figures", (name, *figures[:2], str(Decimal(figures[2]).normalize())), ""
    if earlier:
        return
    city = area[:4]
    for which, rounds in (("consultation_counts", c["consultations"]), ("vote_counts", c["votes"])):
        seen = set()
        for counts in rounds:
            people, areas = counts[:3], counts[3:]
            told = "/".join((which, *map(str, counts)))
            if None in people or told in seen:
                continue
            seen.add(told)
            whole = bool(areas) and None not in areas
            yield "ballots", (which, *people, *(areas if whole else [city])), told
    for sha256, kind in zip(c["attachments"], c["kinds"], strict=True):
        yield "papers", (sha256,), kind


def _first(found: Mapping[Any, _Entry], own: Any) -> _Entry:
    """The first that is another's."""
    return next(entry for key, entry in found.items() if key != own)


def _apart(group: Sequence[_Entry]) -> Iterator[tuple[_Entry, int, _Entry]]:
    """Each entry that meets one of another name in another dossier: in how many dossiers, and the first of them."""
    names: dict[tuple[str, int, str], set[str]] = {}
    for e in group:
        names.setdefault(e.dossier, set()).add(e.name)
    only = Counter(next(iter(found)) for found in names.values() if len(found) == 1)
    # An entry is passed over once two stand here that share its dossier and differ by name, or the reverse: whatever
    # is asked for, one of those two will do. So of five entries here at most four can be the asker's own.
    chosen: list[_Entry] = []
    of_dossier, of_name = Counter[Any](), Counter[str]()
    pairs = set()
    for e in group:
        if len(chosen) == 5:
            break
        if (e.dossier, e.name) in pairs or of_dossier[e.dossier] == 2 or of_name[e.name] == 2:
            continue
        pairs.add((e.dossier, e.name))
        of_dossier[e.dossier] += 1
        of_name[e.name] += 1
        chosen.append(e)
    for e in group:
        own_alone = names[e.dossier] == {e.name}
        others = len(names) - 1 - (only[e.name] - own_alone)
        if others:
            other = next(c for c in chosen if c.dossier != e.dossier and c.name != e.name)
            yield e, others, other
