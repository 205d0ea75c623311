"""Entries of the ledger (整改台账) with their events → OSCAL plan of action and milestones; leaves out none of them.

Each entry is an item with a risk, whose log is the entry's events with their hashes. Status by state: 待整改 ``open``,
已交办 ``investigating``, 整改中, 已反馈 and 已核验 ``remediating``, 已销号 ``closed``. A deadline is only what somebody
set; one that the program suggested is a property. Times are those recorded, and the same ledger gives the same bytes.
Who acted is told as recorded: nobody's identity is proved.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

import orjson

from compliance.render.ledger import event_says
from compliance.render.oscal import NS, Json, Namer, escaped, metadata, moment, prop, without_nothing
from compliance.schemas.ledger import ACTS, RECHECKS, STATES, Entry, Event, State
from compliance.schemas.refusal import Words
from compliance.schemas.version import VERSION

__all__ = ["STATUSES", "plan"]

STATUSES: Mapping[State, str] = {
    "open": "open",
    "assigned": "investigating",
    "in_progress": "remediating",
    "submitted": "remediating",
    "verified": "remediating",
    "closed": "closed",
}
_LEADS_TO: Mapping[str, State] = {
    "open": "open", "assign": "assigned", "start": "in_progress", "submit": "submitted", "return": "in_progress",
    "verify": "verified", "close": "closed",
}  # fmt: skip
"""Act → the state it leads to; other acts leave the state as it is"""
_TITLE = Words("整改台账", "Ledger of rectification")
_NOTHING = Words("所选范围内没有条目。", "No entry was asked for.")
_BY_HAND = Words("人工登记，位置未指明", "entered by hand, no place given")


_Key = tuple[str, int, str, str]
"""Area, year, kind and id of a subject: it has the identifier that the assessment results give it"""


def plan(entries: Sequence[tuple[Entry, Sequence[Event], int]], head: str, day: str, lang: str = "zh") -> bytes:
    """Each entry with its events and the days it is late on ``day``; ``head`` is the end of the ledger's chain."""
    named = Namer("ledger", head)
    subjects: dict[_Key, Json] = {}
    made = [_entry(entry, events, late, named, subjects, lang) for entry, events, late in entries]
    items = [item for item, _, _ in made]
    if not items:
        said = _in(_NOTHING, lang)
        items = [{"uuid": named("nothing"), "title": said, "description": said, "props": [prop("entries", "0")]}]
    areas = sorted({entry.area for entry, _, _ in entries})
    told = metadata(_in(_TITLE, lang), day, head, props=[prop("chain-head", head), prop("tool-version", VERSION)])
    document = {
        "uuid": named(f"plan/{day}/{','.join(entry.number for entry, _, _ in entries)}"),
        "metadata": told,
        "system-id": {"identifier-type": NS, "id": "-".join(areas) or "-"},
        **without_nothing(
            local_definitions=without_nothing(inventory_items=list(subjects.values())),
            observations=[observation for _, observation, _ in made],
            risks=[risk for _, _, risk in made],
        ),
        "poam-items": items,
    }
    return orjson.dumps({"plan-of-action-and-milestones": document}) + b"\n"


def _in(words: Words, lang: str) -> str:
    return words.en if lang == "en" else words.zh


def _entry(
    entry: Entry,
    events: Sequence[Event],
    late: int,
    named: Namer,
    subjects: dict[_Key, Json],
    lang: str,
) -> tuple[Json, Json, Json]:
    """Item, observation and risk of one entry."""
    lasting = Namer("ledger entry", entry.number)
    title = escaped(" ".join(part for part in (entry.number, entry.item, entry.title) if part))
    text = escaped(entry.text) or "-"
    observation = _observation(entry, named, subjects, title, text, lang)
    risk: Json = {
        "uuid": lasting("risk"),
        "title": title,
        "description": text,
        "statement": escaped(entry.requirement or entry.text) or "-",
        "props": [prop("entry", entry.number), *_props(entry, "severity", "item", "problem")],
        "status": STATUSES[entry.state],
    }
    if entry.deadline and not entry.deadline_suggested:
        risk["deadline"] = moment(entry.deadline)
    risk |= without_nothing(remediations=_responses(entry, lasting, lang))
    risk["risk-log"] = {"entries": [_logged(event, named, lang) for event in events]}
    risk["related-observations"] = [{"observation-uuid": observation["uuid"]}]
    props = [prop("entry", entry.number), prop("state", entry.state.replace("_", "-"))]
    props += _props(entry, "problem", "severity", "unit", "leader", "person", "kind", "previous", "found_by")
    props += [prop("days-overdue", str(late))] if late else []
    props += [prop("suggested-deadline", entry.deadline)] if entry.deadline and entry.deadline_suggested else []
    props += [prop("returned", str(entry.returns))] if entry.returns else []
    props += [prop("extended", str(entry.extensions))] if entry.extensions else []
    item = {
        "uuid": lasting("poam-item"),
        "title": f"{title} ({_in(STATES[entry.state], lang)})",
        "description": text,
        "props": props,
        "related-observations": [{"observation-uuid": observation["uuid"]}],
        "related-risks": [{"risk-uuid": risk["uuid"]}],
    }
    return item | without_nothing(remarks=_recheck(entry, lang)), observation, risk


def _props(entry: Entry, *names: str) -> list[Json]:
    """Fields of an entry that hold something."""
    called = {"unit": "responsible-unit", "problem": "problem-number"}
    return [prop(called.get(n, n.replace("_", "-")), str(getattr(entry, n))) for n in names if getattr(entry, n)]


def _observation(entry: Entry, named: Namer, subjects: dict[_Key, Json], title: str, text: str, lang: str) -> Json:
    """How the problem came to be known; a report's check examined data, of what a person entered no method is known."""
    origin = json.loads(entry.origin)
    told: list[Json] = [{"description": escaped(words) or "-"} for words in origin.get("evidence", ())]
    if origin.get("pointer"):
        told.insert(0, {"description": escaped(origin["pointer"]), "props": [prop("pointer", origin["pointer"])]})
    made: Json = {
        "uuid": named(f"observation/{entry.number}"),
        "title": title,
        "description": text,
        "props": [prop("found-by", entry.found_by)],
        "methods": ["EXAMINE" if entry.source == "report" else "UNKNOWN"],
        "types": ["finding"],
        "relevant-evidence": told or [{"description": _in(_BY_HAND, lang)}],
        "collected": entry.opened_at,
    }
    if origin.get("finding"):
        made["props"].append(prop("finding-id", origin["finding"]))
    if entry.subject_kind and entry.subject_id:
        key = entry.area, entry.year, entry.subject_kind, entry.subject_id
        if key not in subjects:
            ident = Namer("area", entry.area, str(entry.year))(f"subject/{key[2]}/{key[3]}")
            subjects[key] = {
                "uuid": ident,
                "description": escaped(entry.subject_name or "") or "-",
                "props": [prop("subject-kind", key[2]), prop("subject-id", key[3]), prop("area-code", key[0])],
            }
        made["subjects"] = [{"subject-uuid": subjects[key]["uuid"], "type": "inventory-item"}]
    return made


def _responses(entry: Entry, lasting: Namer, lang: str) -> list[Json]:
    """What was advised, and what the unit itself has planned, or done by now."""
    told = []
    steps = json.loads(entry.origin).get("steps", ())
    if steps:
        text = "\n\n".join(escaped(step) for step in steps)
        told.append(("recommendation", Words("建议做法", "Suggested steps"), text))
    if entry.measures:
        lifecycle = "completed" if entry.state == "closed" else "planned"
        told.append((lifecycle, Words("整改措施", "Measures"), escaped(entry.measures)))
    return [
        {
            "uuid": lasting(f"response/{number}"),
            "lifecycle": lifecycle,
            "title": _in(words, lang),
            "description": text or "-",
        }
        for number, (lifecycle, words, text) in enumerate(told)
    ]


def _logged(event: Event, named: Namer, lang: str) -> Json:
    """One event, as the chain has it."""
    act = next((words for code, words in ACTS.items() if code == event.act), Words(event.act, event.act))
    made: Json = {
        "uuid": named(f"event/{event.seq}"),
        "title": _in(act, lang),
        "start": event.time,
        "props": [
            prop("act", event.act),
            prop("actor", event.actor),
            prop("seq", str(event.seq)),
            prop("hash", event.hash),
            prop("previous-hash", event.prev),
        ],
    }
    made |= without_nothing(description=escaped(event_says(event, lang)))
    state = _LEADS_TO.get(event.act)
    return made if state is None else made | {"status-change": STATUSES[state]}


def _recheck(entry: Entry, lang: str) -> str:
    """What the last later report said of it: by itself that closes nothing."""
    if entry.recheck is None:
        return ""
    told: dict[str, Any] = json.loads(entry.recheck)
    result = next(_in(words, lang) for code, words in RECHECKS.items() if code == told["result"])
    return escaped(f"{told['report']['as_of']} {result}: {told['says'][lang]}")
