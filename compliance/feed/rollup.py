"""Records → the roll-up of a run: country, province, city, county, each with all below it; refuses nothing.

An area is known by its six digits (GB/T 2260): a dossier counts for its own area and for those above. Two dossiers of
one area and year are both counted, and ``own`` tells that there are two. Areas that reported nothing do not appear:
nothing is said here of who should have reported. Memory grows with areas and years, and with the dossiers that doubts
between dossiers name, never with all.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, Final

from compliance.measures.soundness.codes import area_name
from compliance.schemas.feed import (
    LEVELS,
    OUTCOMES,
    AreaLine,
    DoubtLine,
    ItemLine,
    Level,
    Record,
    Refusal,
    Totals,
)
from compliance.schemas.report import Bilingual

__all__ = ["Rollup", "levels_of", "refusal_of"]

_COUNTRY: Final = "000000"
_MUNICIPALITIES = ("11", "12", "31", "50")
"""Beijing, Tianjin, Shanghai and Chongqing have no cities between them and their districts."""
_SUMS = ("communities", "households", "unstated", "rectify", "improve", "pending")


def levels_of(code: str) -> list[tuple[Level, str]]:
    """An area and those above it.

    >>> levels_of("430302"), levels_of("430300"), levels_of("110114")
    ([('country', '000000'), ('province', '430000'), ('city', '430300'), ('county', '430302')], \
[('country', '000000'), ('province', '430000'), ('city', '430300')], \
[('country', '000000'), ('province', '110000'), ('county', '110114')])
    """
    found: list[tuple[Level, str]] = [("country", _COUNTRY), ("province", f"{code[:2]}0000")]
    municipality = code.startswith(_MUNICIPALITIES)
    if code[2:] != "0000" and not municipality:
        found.append(("city", f"{code[:4]}00"))
    if (code[2:] != "0000") if municipality else (code[4:] != "00"):
        found.append(("county", code))
    return found


@dataclass(slots=True)
class _Sums:
    own: int = 0
    name: str | None = None
    counts: Counter[str] = field(default_factory=Counter)
    items: dict[str, Counter[str]] = field(default_factory=dict)


class Rollup:
    """Sums over records, taken one by one."""

    def __init__(self) -> None:
        self._areas: dict[tuple[int, str, int], _Sums] = {}
        self._all = Counter[str]()
        self.statuses = Counter[str]()
        self.profiles: set[str] = set()
        self.refusals: list[Refusal] = []
        self._doubtful, self._doubts = Counter[str](), Counter[str]()
        self._met: set[tuple[str, str, int | None]] = set()

    def take(self, record: Record) -> None:
        """Count one record. What was refused, or what the checker failed on, counts nowhere but as that."""
        self.statuses["pieces"] += 1
        self.statuses["bytes"] += record["bytes"]
        self.statuses[record["status"]] += 1
        if record["status"] != "checked":
            self.refusals.append(refusal_of(record))
            return
        self.statuses["integrity"] += bool(record["integrity"])
        self.statuses["fictional"] += record["fictional"]
        self.profiles.add(record["profile"])
        self._doubtful.update(record["quality"].keys())
        self._doubts.update(record["quality"])
        counts = _counts(record)
        self._all.update(counts)
        above = levels_of(record["area_code"])
        for level, code in above:
            key = LEVELS.index(level), code, record["plan_year"]
            sums = self._areas.setdefault(key, _Sums())
            sums.counts.update(counts)
            for item, (outcome, *tally) in record["items"].items():
                held = sums.items.setdefault(item, Counter())
                held[outcome] += 1
                for name, count in zip(OUTCOMES, tally, strict=True):
                    held[f"findings_{name}"] += count
        own = self._areas[LEVELS.index(above[-1][0]), above[-1][1], record["plan_year"]]
        own.own += 1
        own.name = own.name or record["area_name"]

    def doubt(self, line: Record) -> None:
        """Count one line of doubts between dossiers: for each dossier that it is about, and for the areas above."""
        item = line["item"]
        for one in line["all"] if line["nearly_all"] else (line,):
            self._doubts[item] += 1
            self._all["doubts"] += 1
            if (whose := (item, one["source"], one["line"])) not in self._met:
                self._met.add(whose)
                self._doubtful[item] += 1
            for level, code in levels_of(one["area_code"]):
                if (sums := self._areas.get((LEVELS.index(level), code, one["plan_year"]))) is not None:
                    sums.counts["doubts"] += 1

    def totals(self) -> Totals:
        """Of all dossiers checked."""
        return _totals(self._all)

    def doubts(self) -> tuple[DoubtLine, ...]:
        """Data-quality checks with any doubt, most first."""
        ranked = sorted(self._doubts.items(), key=lambda entry: (-entry[1], entry[0]))
        return tuple(DoubtLine(check, self._doubtful[check], doubts) for check, doubts in ranked)

    def areas(self) -> tuple[AreaLine, ...]:
        """By level from the country down, code and year."""
        names = {(level, code): sums.name for (level, code, _), sums in self._areas.items() if sums.name}
        return tuple(
            AreaLine(
                LEVELS[level], code, names.get((level, code)) or area_name(code), year, sums.own, _totals(sums.counts),
                tuple(_item(item, counts) for item, counts in sums.items.items()),
            )
            for (level, code, year), sums in sorted(self._areas.items())
        )  # fmt: skip


def _counts(record: Record) -> dict[str, int]:
    return {
        "dossiers": 1,
        record["verdict"]: 1,
        "critical": int(record["worst"] == "critical"),
        **{name: record[name] for name in _SUMS},
        "doubts": sum(record["quality"].values()),
    }


def _totals(counts: Counter[str]) -> Totals:
    return Totals(
        dossiers=counts["dossiers"], passed=counts["pass"], failed=counts["fail"], unknown=counts["unknown"],
        not_applicable=counts["not_applicable"], critical=counts["critical"], communities=counts["communities"],
        households=counts["households"], unstated=counts["unstated"], rectify=counts["rectify"],
        improve=counts["improve"], pending=counts["pending"], doubts=counts["doubts"],
    )  # fmt: skip


def _item(item: str, counts: Counter[str]) -> ItemLine:
    return ItemLine(item, *(counts[o] for o in OUTCOMES), *(counts[f"findings_{o}"] for o in OUTCOMES))


def refusal_of(record: Record) -> Refusal:
    """Why a piece was not checked, in short."""
    if record["status"] == "fault":
        return Refusal(record["source"], record["line"], "fault", 1, Bilingual(**record["message"]))
    errors = record["errors"]
    return Refusal(record["source"], record["line"], "refused", len(errors), _first(errors))


def _first(errors: Iterable[dict[str, Any]]) -> Bilingual:
    """The first error as one line: what, where, what was found, what to do."""
    error = next(iter(errors))
    return Bilingual(*("；".join(_parts(error, "zh")), "; ".join(_parts(error, "en"))))


def _parts(error: dict[str, Any], lang: str) -> Iterator[str]:
    place = f" {error['pointer']}" if error.get("pointer") else ""
    yield f"{error['message'][lang]}{place}"
    for name in ("found", "expected", "hint"):
        if error.get(name, {}).get(lang):
            yield error[name][lang]
