"""Entries of the ledger (整改台账) → text for the terminal, JSON or CSV; what is overdue was reckoned before."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import Any

import orjson

from compliance.clock import CHINA
from compliance.render.cells import pad, width_of, wrap
from compliance.render.plain import visible
from compliance.render.sheet import Cell, as_csv
from compliance.render.words import say, word
from compliance.schemas.ledger import ACTS, FIELD_WORDS, KINDS, RECHECKS, STATES, Entry, Event, Line, Standing
from compliance.schemas.refusal import Words

__all__ = [
    "entry_json", "entry_text", "event_says", "lines_csv", "lines_json", "lines_text", "standings_csv",
    "standings_json", "standings_text",
]  # fmt: skip

_JSON = orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE


def _in(words: Words, lang: str) -> str:
    return words.en if lang == "en" else words.zh


def _moment(time: str) -> str:
    """A recorded time as a clock in China shows it.

    >>> _moment("2024-05-01T16:30:00.000000Z")
    '2024-05-02 00:30'
    """
    moment = datetime.strptime(time, "%Y-%m-%dT%H:%M:%S.%fZ").replace(tzinfo=UTC)
    return moment.astimezone(CHINA).strftime("%Y-%m-%d %H:%M")


def _severity(code: str | None, lang: str) -> str:
    return say(word("severity", code), lang) if code else ""


def _state(line: Line | Entry, late: int, lang: str) -> str:
    state = _in(STATES[line.state], lang)
    if not late:
        return state
    return f"{state}（逾期{late}天）" if lang == "zh" else f"{state} ({late} days overdue)"


def _deadline(line: Line | Entry, lang: str) -> str:
    if line.deadline is None:
        return ""
    if not line.deadline_suggested:
        return line.deadline
    return f"{line.deadline}（建议）" if lang == "zh" else f"{line.deadline} (suggested)"


# -- lists -----------------------------------------------------------------------------------------------------

_HEAD = (
    Words("台账编号", "No."),
    Words("整改状态", "State"),
    Words("地区", "Area"),
    Words("指标条目", "Item"),
    Words("条目名称", "Title"),
    Words("严重度", "Severity"),
    Words("问题编号", "Problem"),
    Words("涉及小区/项目", "Subject"),
    Words("问题描述", "What is the matter"),
    Words("责任单位", "Responsible unit"),
    Words("责任人", "Responsible person"),
    Words("整改时限", "Deadline"),
    Words("逾期天数", "Days overdue"),
    Words("发现来源", "Found by"),
    Words("前次编号", "Recurs from"),
    Words("销号日期", "Closed on"),
)


def lines_csv(lines: Sequence[Line], lang: str = "zh") -> bytes:
    """CSV that spreadsheets open as it stands."""

    def rows() -> Iterator[list[Cell]]:
        for one in lines:
            yield [
                one.number, _in(STATES[one.state], lang), one.area_name, one.item or "", one.title or "",
                _severity(one.severity, lang), one.problem or "", one.subject_name or "", one.text, one.unit or "",
                one.person or "", _deadline(one, lang), one.late, one.found_by, one.previous or "",
                _moment(one.closed_at)[:10] if one.closed_at else "",
            ]  # fmt: skip

    return as_csv([_in(words, lang) for words in _HEAD], rows())


def lines_json(lines: Sequence[Line]) -> bytes:
    """Every field, with codes as they are stored."""
    return orjson.dumps({"entries": lines}, option=_JSON)


def lines_text(lines: Sequence[Line], lang: str = "zh", width: int = 100) -> bytes:
    """Who has to do what until when, and the beginning of what the matter is; ``show`` has all of it."""
    zh = lang == "zh"
    out = []
    numbers = max((width_of(one.number) for one in lines), default=0)
    for one in lines:
        told = [
            f"{pad(one.number, numbers)}  {_state(one, one.late, lang)}",
            _severity(one.severity, lang),
            " ".join(part for part in (one.item, one.title) if part),
            one.unit or ("未明确责任单位" if zh else "no unit"),
            one.person or "",
            _deadline(one, lang),
        ]
        out += wrap("  ".join(part for part in told if part), width)
        first, *rest = wrap(one.text.replace("\n", " "), width - 6)
        out.append(f"    {first}" + ("…" if rest else ""))
    out.append(f"共 {len(lines)} 条" if zh else f"{len(lines)} entries")
    return ("\n".join(visible(line) for line in out) + "\n").encode()


# -- one entry -------------------------------------------------------------------------------------------------


def entry_json(entry: Entry, events: Sequence[Event], late: int) -> bytes:
    """The entry with its JSON parts opened, and every event."""
    told: dict[str, Any] = {name: getattr(entry, name) for name in entry.__dataclass_fields__}
    for name in ("seen", "origin", "recheck", "submission", "closure"):
        told[name] = json.loads(told[name]) if told[name] else None
    history = [{**_fields(event), "payload": json.loads(event.payload)} for event in events]
    return orjson.dumps({"entry": told, "days_overdue": late, "events": history}, option=_JSON)


def _fields(thing: Event) -> dict[str, Any]:
    return {name: getattr(thing, name) for name in thing.__dataclass_fields__}


def entry_text(entry: Entry, events: Sequence[Event], late: int, lang: str = "zh", width: int = 100) -> bytes:
    """Everything about one entry, and its history."""
    zh = lang == "zh"
    origin = json.loads(entry.origin)
    kind = _in(KINDS[entry.kind], lang) if entry.kind else None
    rows = [
        ("状态", "State", _state(entry, late, lang)),
        ("条目", "Item", " ".join(p for p in (entry.item, entry.title) if p)),
        ("依据", "Clause", entry.cite),
        ("严重度", "Severity", _severity(entry.severity, lang)),
        ("对象", "Subject", entry.subject_name),
        ("问题", "Problem", entry.text),
        ("问题编号", "Problem number", entry.problem),
        ("来源", "Found by", entry.found_by),
        ("前次编号", "Recurs from", entry.previous),
        ("责任单位", "Unit", entry.unit),
        ("责任领导", "Leader", entry.leader),
        ("责任人", "Person", entry.person),
        ("整改要求", "Requirement", entry.requirement),
        ("整改措施", "Measures", entry.measures),
        ("整改类型", "Type", kind),
        ("整改时限", "Deadline", _deadline(entry, lang)),
        ("进展", "Progress", entry.progress),
        ("证据", "Evidence", "；".join(origin.get("evidence", ()))),
        ("位置", "Pointer", origin.get("pointer")),
        ("建议做法", "Suggested steps", "；".join(origin.get("steps", ()))),
        ("参考先例", "Precedents", "；".join(origin.get("precedents", ()))),
        ("最近复查", "Last recheck", _recheck(entry, lang)),
    ]
    out = [entry.number]
    labels = max(width_of(zh_label if zh else en_label) for zh_label, en_label, _ in rows)
    for zh_label, en_label, text in rows:
        if text:
            first, *rest = wrap(text.replace("\n", " "), width - labels - 4)
            out.append(f"  {pad(zh_label if zh else en_label, labels)}  {first}")
            out += [" " * (labels + 4) + line for line in rest]
    out += [
        "",
        "经过（经办人为自报，程序未核实身份）" if zh else "History (actors as they named themselves, not proved)",
    ]
    for event in events:
        said = " ".join(
            part for part in (_moment(event.time), _act(event.act, lang), event.actor, event_says(event, lang)) if part
        )
        first, *rest = wrap(said, width - 4)
        out += [f"  {first}", *(f"    {line}" for line in rest)]
    return ("\n".join(visible(line) for line in out) + "\n").encode()


def _act(code: str, lang: str) -> str:
    return next((_in(words, lang) for act, words in ACTS.items() if act == code), code)


def _recheck(entry: Entry, lang: str) -> str | None:
    if entry.recheck is None:
        return None
    told = json.loads(entry.recheck)
    result = next(_in(words, lang) for code, words in RECHECKS.items() if code == told["result"])
    return f"{told['report']['as_of']} {result}：{told['says'][lang]}（{told['report']['file']}）"


def event_says(event: Event, lang: str) -> str:
    """What an event says, in one line; what opened an entry stands above."""
    payload = json.loads(event.payload)
    if event.act == "open":
        return ""
    if event.act == "recheck":
        return f"{payload['report']['as_of']} {payload['says'][lang]}"
    if event.act == "close":
        return _ground(payload, lang)
    if event.act == "submit":
        files = "；".join(
            piece["title"] + (f" p.{piece['page']}" if piece["page"] else "") for piece in payload["evidence"]
        )
        return f"{payload['text']}（{files}）"
    colon, stop = ("：", "；") if lang == "zh" else (": ", "; ")
    told = ((name, _in(KINDS[value], lang) if name == "kind" else str(value)) for name, value in payload.items())
    return stop.join(f"{_in(FIELD_WORDS[name], lang)}{colon}{value}" for name, value in told)


def _ground(payload: dict[str, Any], lang: str) -> str:
    if "report" in payload:
        start = payload["report"][:12]
        return f"依据复查报告 {start}…" if lang == "zh" else f"on report {start}…"
    told = payload["determination"]
    parts = (told["office"], told["decided_on"], told["authority"], told["reason"])
    return ("依据认定：" if lang == "zh" else "determined: ") + "；".join(parts)


# -- standings -------------------------------------------------------------------------------------------------


def _standing_head(by: str | None, lang: str) -> list[str]:
    group = {"area": Words("地区", "Area"), "unit": Words("责任单位", "Unit"), "item": Words("条目", "Item")}
    first = group.get(by or "", Words("范围", "Of"))
    words = (first, Words("合计", "All"), *STATES.values(), Words("逾期", "Overdue"), Words("临期", "Due soon"))
    return [_in(w, lang) for w in words]


def _standing_rows(standings: Sequence[Standing], by: str | None, lang: str) -> Iterator[list[Cell]]:
    for one in standings:
        none = Words("未明确", "none") if by else Words("全部", "all")
        yield [
            one.key or _in(none, lang), one.total, *(one.states[state] for state in STATES), one.overdue, one.due_soon
        ]  # fmt: skip


def standings_csv(standings: Sequence[Standing], by: str | None, lang: str = "zh") -> bytes:
    """CSV that spreadsheets open as it stands."""
    return as_csv(_standing_head(by, lang), _standing_rows(standings, by, lang))


def standings_json(standings: Sequence[Standing], by: str | None) -> bytes:
    """Counts by the codes of the states."""
    told = [{"key": s.key, "total": s.total, "states": s.states, "overdue": s.overdue, "due_soon": s.due_soon}
            for s in standings]  # fmt: skip
    return orjson.dumps({"by": by, "standings": told}, option=_JSON)


def standings_text(standings: Sequence[Standing], by: str | None, lang: str = "zh") -> bytes:
    """A table."""
    rows = [_standing_head(by, lang), *([str(c) for c in row] for row in _standing_rows(standings, by, lang))]
    rows = [[visible(str(cell)) for cell in row] for row in rows]
    widths = [max(width_of(row[n]) for row in rows) for n in range(len(rows[0]))]
    lines = ["  ".join(pad(cell, width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]
    return ("\n".join(lines) + "\n").encode()
