"""A dossier → five flat tables for tools that know rows and columns, by plain Python and without our measures.

What such a tool has no means for is worked out here: the row in force, the plan and project that a row belongs to,
whether it is asked at all (level, gate, the standard's day), a date of reduced precision as its first and last day,
an amount as whole ten-thousandths, a list of matters as one flag. The comparisons are left to the tool.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any

import orjson

__all__ = ["COLUMNS", "Columns", "tables"]

Json = Mapping[str, Any]
Columns = dict[str, list[Any]]
"""Name of a column → its values, ``None`` where there is none"""

COLUMNS: dict[str, dict[str, type]] = {
    "community": {"key": str, "asked": bool, "land": str, "built_first": str, "built_last": str},
    "fund_txn": {"key": str, "asked": bool, "kind": str, "source": str, "purpose": str},
    "survey": {"key": str, "asked": bool, "valid": int, "satisfied": int},
    "consultation": {
        "key": str, "asked": bool, "total": int, "participated": int, "agreed": int,
        "closed_first": str, "approved_last": str,
    },
    "vote": {
        "key": str, "asked": bool, "closed_first": str, "closed_last": str, "started_last": str, "qualified": bool,
        "method": str, "verified": bool, "total_owners": int, "part_owners": int, "agree_owners": int,
        "total_area": int, "part_area": int, "agree_area": int,
    },
}  # fmt: skip
"""Kind of row → the columns of its table"""


def tables(data: bytes, place: Json) -> dict[str, Columns]:
    """The tables of one dossier, by kind of row."""
    flat = _Flat(orjson.loads(data), place)
    made = {
        "community": flat.communities(),
        "fund_txn": flat.txns(),
        "survey": flat.surveys(),
        "consultation": flat.consultations(),
        "vote": flat.votes(),
    }
    told = {}
    for kind, rows in made.items():
        whole = list(zip(*rows, strict=True)) or [()] * len(COLUMNS[kind])
        told[kind] = {name: list(values) for name, values in zip(COLUMNS[kind], whole, strict=True)}
    return told


Row = tuple[Any, ...]


class _Flat:
    def __init__(self, dossier: Json, place: Json) -> None:
        self.dossier, self.as_of, self.standard = dossier, place["as_of"], place["standard_day"]
        self.covered = dossier["area_level"] != "province" and self.as_of >= self.standard
        self.surveyed = place.get("satisfaction_gate") == "acceptance" and "satisfaction_min" in place
        plans = dossier.get("plans", [])
        self.plan_of = {c: p for p in sorted(plans, key=lambda p: int(p["year"])) for c in p.get("community_ids", ())}
        self.project_of: dict[str, Json] = {}
        for project in dossier.get("projects", []):
            for c in project.get("community_ids", ()):
                plan = self.plan_of.get(c)
                if c not in self.project_of or (plan is not None and project.get("plan_id") == plan["plan_id"]):
                    self.project_of[c] = project
        self.planned: list[tuple[Json, Json | None, Json | None]] = []
        for c in dossier.get("communities", []):
            plan, done = self.plan_of.get(c["community_id"]), self.project_of.get(c["community_id"])
            if plan or done or not plans:
                self.planned.append((c, plan, done))

    def asked(self, reached: bool | None, dated: str | None) -> bool:
        """Whether a row is asked: where that cannot be told it is not asked either, as a table has two answers."""
        last = _last(dated)
        return self.covered and reached is True and (last is None or last >= self.standard)

    # -- gates

    def _come(self, date: str | None) -> bool | None:
        first = _first(date)
        return None if first is None else first <= self.as_of

    def _reached(self, project: Json, wanted: int, date: str | None) -> bool | None:
        come = self._come(date)
        if come or project.get("stage") is None:
            return come
        return _STAGES.index(project["stage"]) >= wanted

    def completed(self, project: Json | None) -> bool | None:
        if project is None:
            return None
        done = self._reached(project, 2, project.get("completed_on"))
        return done or self._reached(project, 3, (project.get("acceptance") or {}).get("accepted_on")) or done

    def started(self, project: Json | None) -> bool | None:
        if project is None:
            return None
        begun = self._reached(project, 1, project.get("actual_start"))
        return begun or self.completed(project) or begun

    def entered(self, plan: Json | None) -> bool | None:
        if plan is None:
            return None
        return plan.get("approved_on") is None or self._come(plan["approved_on"])

    # -- rows, in the order of ``COLUMNS``

    def communities(self) -> Iterator[Row]:
        for c, plan, _ in self.planned:
            built = c.get("built_on")
            asked = self.asked(self.entered(plan), plan and plan.get("approved_on"))
            yield c["community_id"], asked, c.get("land_type"), _first(built), _last(built)

    def txns(self) -> Iterator[Row]:
        for t in self.dossier.get("fund_txns", []):
            yield t["txn_id"], self.asked(True, t.get("on")), t["kind"], t["source"], t.get("purpose")

    def surveys(self) -> Iterator[Row]:
        year = str(self.dossier["plan_year"])
        for c, _, project in self.planned:
            if project is None:
                continue
            done = project.get("completed_on")
            if (project.get("stage") in _STAGES[2:]) if done is None else done[:4] == year:
                held = sorted(c.get("surveys", []), key=_surveyed)
                yield c["community_id"], *self._survey(held[-1] if held else {}, project)

    def _survey(self, survey: Json, project: Json) -> Row:
        done, held = _last(project.get("completed_on")), _first(survey.get("surveyed_on"))
        asked = self.surveyed and self.asked(self.completed(project), project.get("completed_on"))
        asked = asked and done is not None and held is not None and held >= done and survey.get("scale") != "points"
        valid, given_out = survey.get("valid_responses"), survey.get("surveyed")
        if None not in (valid, given_out) and valid > given_out:
            asked = False
        return asked, valid, survey.get("satisfied")

    def consultations(self) -> Iterator[Row]:
        for c, plan, _ in self.planned:
            approved = plan.get("approved_on") if plan else None
            rounds = [r for r in c.get("consultations", []) if r.get("about") != "scheme"]
            until = _last(approved)
            if len(rounds) > 1 and until is not None:
                rounds = [r for r in rounds if r.get("closed_on") and (_first(r["closed_on"]) or "") <= until] or rounds
            r = max(rounds, key=lambda r: (_closed(r), r.get("round") or 0)) if rounds else {}
            total, took_part, agreed = r.get("total"), r.get("participated"), r.get("agreed")
            asked = self.asked(self.entered(plan), approved)
            yield c["community_id"], asked, total, took_part, agreed, _first(r.get("closed_on")), until

    def votes(self) -> Iterator[Row]:
        for c, plan, project in self.planned:
            asked = self.asked(self.started(project), plan and plan.get("approved_on"))
            begun = project and project.get("start_basis") != "contract" and project.get("actual_start")
            for v in _in_force(c.get("votes", [])):
                closed, matters = v.get("closed_on"), v.get("matters")
                yield (
                    c["community_id"], asked, _first(closed), _last(closed), _last(begun or None),
                    bool({6, 7, 8} & set(matters)) if matters else None, v.get("method"), v.get("identity_verified"),
                    v.get("total_owners"), v.get("part_owners"), v.get("agree_owners"),
                    *[_tenthousandths(v.get(f"{what}_area_m2")) for what in ("total", "part", "agree")],
                )  # fmt: skip


_STAGES = ("planned", "started", "completed", "accepted", "handed_over")


def _in_force(votes: Sequence[Json]) -> Iterator[Json]:
    """The last vote on the scheme or that there is none, then the last on every lift."""
    yield max((v for v in votes if v.get("decides") == "scheme"), key=_closed, default={})
    lifts: dict[str | None, Json] = {}
    for v in sorted((v for v in votes if v.get("decides") == "lift"), key=_closed):
        lifts[v.get("scope_id")] = v
    yield from lifts.values()


def _closed(entry: Json) -> str:
    return _last(entry.get("closed_on")) or ""


def _surveyed(entry: Json) -> str:
    return _last(entry.get("surveyed_on")) or ""


def _first(date: str | None) -> str | None:
    return date if date is None else date + "-01-01"[: 0 if len(date) == 10 else 6 if len(date) == 4 else 3]


def _last(date: str | None) -> str | None:
    if date is None or len(date) == 10:
        return date
    return f"{date}-12-31" if len(date) == 4 else f"{date}-{monthrange(int(date[:4]), int(date[5:]))[1]}"


def _tenthousandths(amount: Any) -> int | None:
    return None if amount is None else int(Decimal(str(amount)) * 10_000)
