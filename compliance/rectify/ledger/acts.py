"""The lifecycle: entry and act → the entry as it is then, or every reason why the act is refused; touches no database.

One table says which act leads from which state to which. The same function that carries an act out also makes the
entry anew from its recorded events, so that a check of the ledger needs no second statement of the rules. A return is
an act that leads back to ``in_progress``; overdue is no state; a closed entry takes only notes, and what fails again
becomes a new entry that names the old one.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final, NamedTuple

from compliance.rectify.ledger.chain import canonical
from compliance.rectify.ledger.fields import actor_key, actor_problems, field_problems
from compliance.schemas.ledger import ACTS, RECHECKS, STATES, Entry, Event, LedgerRefused, Problem, State
from compliance.schemas.refusal import Words

__all__ = ["AMENDABLE", "LEADS", "follow", "hand_problems", "number_of", "problems_of"]

_ANY: Final[tuple[State, ...]] = tuple(STATES)
AMENDABLE: Final = frozenset(
    {"unit", "person", "leader", "requirement", "measures", "kind", "deadline", "progress", "project"}
)
"""What ``amend`` may set."""
_ASSIGNED: Final = frozenset({"unit", "person", "leader", "requirement", "measures", "kind", "deadline"})
_NOTHING: Final[frozenset[str]] = frozenset()


class _Rule(NamedTuple):
    leads: Mapping[State, State]
    required: frozenset[str]
    optional: frozenset[str] = _NOTHING


def _stays(*states: State) -> dict[State, State]:
    return {state: state for state in states}


_RULES: Final[Mapping[str, _Rule]] = {
    "assign": _Rule({"open": "assigned", "assigned": "assigned", "in_progress": "in_progress"}, _NOTHING, _ASSIGNED),
    "start": _Rule({"assigned": "in_progress"}, _NOTHING, frozenset({"measures", "kind", "progress"})),
    "amend": _Rule(_stays("open", "assigned", "in_progress"), _NOTHING, AMENDABLE),
    "submit": _Rule({"in_progress": "submitted"}, frozenset({"text", "evidence"})),
    "return": _Rule({"submitted": "in_progress", "verified": "in_progress"}, frozenset({"reason"})),
    "verify": _Rule({"submitted": "verified"}, frozenset({"opinion"})),
    "close": _Rule({"verified": "closed"}, _NOTHING),
    "extend": _Rule(
        _stays("open", "assigned", "in_progress"),
        frozenset({"deadline", "reason", "approved_by"}),
        frozenset({"approval"}),
    ),
    "recheck": _Rule(_stays(*(state for state in _ANY if state != "closed")), _NOTHING),
    "note": _Rule(_stays(*_ANY), frozenset({"text"})),
}
LEADS: Final[Mapping[str, Mapping[State, State]]] = {act: rule.leads for act, rule in _RULES.items()}
"""Act → state before → state after; what is not here is refused."""

_BY_HAND = frozenset({"area", "year", "found_by", "area_name", "text"})
_BY_HAND_OPTIONAL = AMENDABLE | {"item", "title", "cite", "subject", "previous", "severity"}
_DETERMINED = frozenset({"office", "authority", "reason", "decided_on"})


def number_of(area: str, year: int, serial: int) -> str:
    """
    >>> number_of("999901", 2023, 1)
    '999901-2023-0001'
    """
    return f"{area}-{year}-{serial:04d}"


def problems_of(entry: Entry, act: str, payload: Mapping[str, Any], actor: str) -> list[Problem]:
    """Every reason why this act on this entry is refused."""
    rule, where = _RULES[act], entry.number
    found = actor_problems(actor)
    if entry.state not in rule.leads:
        found.append(_not_from(entry, act))
    if act == "close":
        found += _closing_problems(entry, payload)
    elif act == "recheck":
        found += [] if payload["result"] in RECHECKS else [Problem(where, Words("没有这种复查结论", "no such result"))]
    else:
        found += field_problems(payload, rule.required, rule.optional, where)
    if act == "amend" and not payload:
        found.append(Problem(where, Words("没有填写任何一项", "nothing is given to amend")))
    if act == "assign":
        found += _missing_for(entry, payload)
    if act in ("assign", "amend") and _moves_deadline(entry, payload):
        found.append(
            Problem(
                where,
                Words(f"时限已定为 {entry.deadline}", f"the deadline is set to {entry.deadline}"),
                Words("变更时限须办理延期（ledger extend）", "to change it, have it extended (ledger extend)"),
            )
        )
    if act == "extend":
        found += _extension_problems(entry, payload)
    if act in ("verify", "close") and entry.submitted_by and actor_key(entry.submitted_by) == actor_key(actor):
        found.append(
            Problem(
                where,
                Words(
                    f"反馈人{actor}不得核验、销号自己的反馈",
                    f"{actor} submitted this and may neither verify nor close it",
                ),
                Words("由另一人办理", "someone else has to do it"),
            )
        )
    return found


def hand_problems(payload: Mapping[str, Any], where: str = "") -> list[Problem]:
    """Every problem with an entry that a person writes down."""
    return field_problems(payload, _BY_HAND, _BY_HAND_OPTIONAL, where)


def _not_from(entry: Entry, act: str) -> Problem:
    said, state = _said(act), STATES[entry.state]
    from_ = [STATES[state] for state in _RULES[act].leads]
    hint = Words(
        f"“{said.zh}”适用于：{'、'.join(s.zh for s in from_)}", f"possible when {', '.join(s.en for s in from_)}"
    )
    if entry.state == "closed":
        hint = Words(
            "已销号的不再变动；问题再次出现的，另行登记并注明前次编号（ledger add --recurs）",
            "a closed entry does not change; what recurs becomes a new one (ledger add --recurs)",
        )
    return Problem(entry.number, Words(f"现为{state.zh}，不能{said.zh}", f"is {state.en}: cannot be {said.en}"), hint)


def _said(act: str) -> Words:
    return ACTS[act]  # type: ignore[index]  # every rule has its words; a test says so


def _missing_for(entry: Entry, payload: Mapping[str, Any]) -> list[Problem]:
    missing = []
    if not payload.get("unit") and not entry.unit:
        missing.append(Words("未明确责任单位", "no responsible unit"))
    if not payload.get("deadline") and not entry.deadline:
        missing.append(Words("未明确整改时限", "no deadline"))
    return [Problem(entry.number, words) for words in missing]


def _moves_deadline(entry: Entry, payload: Mapping[str, Any]) -> bool:
    new = payload.get("deadline")
    return new is not None and entry.deadline is not None and not entry.deadline_suggested and new != entry.deadline


def _extension_problems(entry: Entry, payload: Mapping[str, Any]) -> list[Problem]:
    if entry.deadline is None or entry.deadline_suggested:
        return [
            Problem(
                entry.number,
                Words("时限尚未确定，无从延期", "no deadline has been set that could be extended"),
                Words(
                    "先确定时限（ledger assign 或 update --deadline）",
                    "set it first (ledger assign, or update --deadline)",
                ),
            )
        ]
    new = payload.get("deadline")
    if isinstance(new, str) and new <= entry.deadline:
        return [
            Problem(
                entry.number,
                Words(
                    f"延期后的时限 {new} 不晚于原时限 {entry.deadline}",
                    f"{new} is not later than the deadline {entry.deadline}",
                ),
            )
        ]
    return []


def _closing_problems(entry: Entry, payload: Mapping[str, Any]) -> list[Problem]:
    """Closed on one of two grounds: a later report's conclusive pass, or a person's determination.

    A report closes only by what its import has recorded: the last recheck is that report's, and found it mended.
    """
    if payload.keys() == {"determination"}:
        return field_problems(payload["determination"], _DETERMINED, _NOTHING, entry.number)
    if payload.keys() != {"report"}:
        return [
            Problem(
                entry.number,
                Words("销号须有依据", "closing needs grounds"),
                Words(
                    "指明复查报告（--report），或写明认定单位、依据、理由（--office --authority --reason）",
                    "name a later report (--report), or who determined, on what authority and why "
                    "(--office --authority --reason)",
                ),
            )
        ]
    recheck = json.loads(entry.recheck or "{}")
    if recheck.get("result") == "resolved" and recheck["report"]["sha256"] == payload["report"]:
        return []
    if not recheck or recheck["report"]["sha256"] != payload["report"]:
        return [
            Problem(
                entry.number,
                Words("所指报告不是台账中对该问题的最近一次复查", "that report is not the last recheck of this entry"),
                Words("先导入该报告（ledger import），或依认定销号", "import it first, or close on a determination"),
            )
        ]
    return [
        Problem(
            entry.number,
            Words(
                f"该报告的复查结论不是已整改：{recheck['says']['zh']}",
                f"it was not found mended: {recheck['says']['en']}",
            ),
            Words("再行整改并复查，或依认定销号", "mend it and check again, or close on a determination"),
        )
    ]


# -- carrying out ------------------------------------------------------------------------------------------------


def follow(entry: Entry | None, event: Event) -> Entry:
    """The entry after an event. Refuses (:class:`LedgerRefused`) what the lifecycle does not allow."""
    payload = json.loads(event.payload)
    if event.act == "open":
        if entry is not None:
            raise LedgerRefused([Problem(entry.number, Words("重复登记", "opened twice"))])
        return _opened(event, payload)
    if entry is None or event.act not in _RULES:
        where = event.entry or ""
        raise LedgerRefused([Problem(where, Words(f"“{event.act}”之前没有登记", f"{event.act} before it was opened"))])
    found = problems_of(entry, event.act, payload, event.actor)
    if found:
        raise LedgerRefused(found)
    changes = _CHANGES[event.act](entry, payload, event) | {
        "state": _RULES[event.act].leads[entry.state],
        "updated_at": event.time,
        "last_seq": event.seq,
    }
    return replace(entry, **changes)


def _opened(event: Event, payload: dict[str, Any]) -> Entry:
    found = actor_problems(event.actor)
    if payload["source"] == "hand":
        told = {name: value for name, value in payload.items() if name not in ("serial", "source")}
        found += hand_problems(told, event.entry or "")
    if found:
        raise LedgerRefused(found)
    return Entry(
        number=number_of(payload["area"], payload["year"], payload["serial"]),
        area=payload["area"],
        area_name=payload["area_name"],
        year=payload["year"],
        serial=payload["serial"],
        state="open",
        source=payload["source"],
        found_by=payload["found_by"],
        item=payload.get("item"),
        title=payload.get("title"),
        cite=payload.get("cite"),
        severity=payload.get("severity"),
        problem=payload.get("problem"),
        subject_kind=payload.get("subject_kind"),
        subject_id=payload.get("subject_id"),
        subject_name=payload.get("subject"),
        project=payload.get("project"),
        text=payload["text"],
        unit=payload.get("unit"),
        person=payload.get("person"),
        leader=payload.get("leader"),
        requirement=payload.get("requirement"),
        measures=payload.get("measures"),
        kind=payload.get("kind"),
        deadline=payload.get("deadline"),
        deadline_suggested=payload.get("deadline_suggested", False),
        progress=payload.get("progress"),
        previous=payload.get("previous"),
        as_of=payload.get("as_of"),
        seen=canonical([payload["seen"]]) if "seen" in payload else None,
        origin=canonical(payload.get("origin") or {}),
        recheck=None,
        submission=None,
        closure=None,
        submitted_by=None,
        submitted_at=None,
        verified_by=None,
        verified_at=None,
        closed_by=None,
        closed_at=None,
        returns=0,
        extensions=0,
        opened_at=event.time,
        updated_at=event.time,
        last_seq=event.seq,
    )


def _set(entry: Entry, payload: dict[str, Any], event: Event) -> dict[str, Any]:
    return payload | ({"deadline_suggested": False} if "deadline" in payload else {})


def _submitted(entry: Entry, payload: dict[str, Any], event: Event) -> dict[str, Any]:
    return {"submission": canonical(payload), "submitted_by": event.actor, "submitted_at": event.time}


def _returned(entry: Entry, payload: dict[str, Any], event: Event) -> dict[str, Any]:
    return {
        "returns": entry.returns + 1,
        "submitted_by": None,
        "submitted_at": None,
        "verified_by": None,
        "verified_at": None,
    }


def _verified(entry: Entry, payload: dict[str, Any], event: Event) -> dict[str, Any]:
    return {"verified_by": event.actor, "verified_at": event.time}


def _closed(entry: Entry, payload: dict[str, Any], event: Event) -> dict[str, Any]:
    return {"closure": canonical(payload), "closed_by": event.actor, "closed_at": event.time}


def _extended(entry: Entry, payload: dict[str, Any], event: Event) -> dict[str, Any]:
    return {"deadline": payload["deadline"], "extensions": entry.extensions + 1}


def _rechecked(entry: Entry, payload: dict[str, Any], event: Event) -> dict[str, Any]:
    """What a later report said; where it still fails, its sentence is the problem from now on."""
    kept = {name: payload[name] for name in ("result", "says", "report")} | {"seq": event.seq}
    changes: dict[str, Any] = {"recheck": canonical(kept), "as_of": payload["report"]["as_of"]}
    changes |= {name: payload[name] for name in ("text", "severity") if name in payload}
    if "seen" in payload:
        changes["seen"] = canonical([*json.loads(entry.seen or "[]"), payload["seen"]])
    return changes


def _noted(entry: Entry, payload: dict[str, Any], event: Event) -> dict[str, Any]:
    return {}


_CHANGES = {
    "assign": _set,
    "start": _set,
    "amend": _set,
    "submit": _submitted,
    "return": _returned,
    "verify": _verified,
    "close": _closed,
    "extend": _extended,
    "recheck": _rechecked,
    "note": _noted,
}
