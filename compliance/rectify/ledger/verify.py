"""A ledger → every place where it is not what its acts made it; changes nothing.

The chain is computed anew, every entry is made anew from its events and held against its row, every stored report
against its hash, and the database's own protection is looked for. That events are missing at the end cannot be seen
from inside: a head kept elsewhere shows it.
"""

from __future__ import annotations

import hashlib
import json
import zlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, fields
from itertools import groupby, islice
from typing import Any, Final

from sqlalchemy import Connection, func, inspect, select, text

from compliance.rectify.ledger.acts import follow
from compliance.rectify.ledger.chain import broken, head_of
from compliance.rectify.ledger.model import EntryRow, EventRow, ReportRow
from compliance.rectify.ledger.store import COLUMNS, Ledger
from compliance.schemas.ledger import Entry, Event, LedgerRefused, Problem
from compliance.schemas.refusal import Words

__all__ = ["Verified", "verify"]

_EVENT: Final = tuple(getattr(EventRow, f.name) for f in fields(Event))
_BATCH: Final = 500
SHOWN: Final = 100


@dataclass(frozen=True, slots=True)
class Verified:
    """What was found; sound where there are no problems."""

    events: int
    entries: int
    reports: int
    head: str
    """``count:hash``, to be kept outside the ledger"""
    since: int | None
    """Events since the head that was kept; none where none was given, or it was not found"""
    problems: tuple[Problem, ...]
    """The first place first; no more than a hundred"""


def verify(ledger: Ledger, head: str | None = None) -> Verified:
    """Check a whole ledger. ``head``: ``count:hash``, or the hash alone, as an earlier check printed it."""
    with ledger.reading() as connection:
        told = _Chain(connection, head)
        problems = list(islice(_problems(connection, told), SHOWN))
        count = connection.execute(select(func.count()).select_from(EntryRow)).scalar_one()
        reports = connection.execute(select(func.count()).select_from(ReportRow)).scalar_one()
    return Verified(told.count, count, reports, head_of(told.count, told.last), told.since, tuple(problems))


class _Chain:
    """Goes through all events once, and remembers how many there were and the last hash."""

    def __init__(self, connection: Connection, head: str | None) -> None:
        self._connection = connection
        self.count, self.last = 0, ""
        self.since: int | None = None
        number, _, self._wanted = (head or "").strip().lower().rpartition(":")
        self._number = int(number) if number.isdigit() else None
        self._head = head

    def __iter__(self) -> Iterator[Event]:
        rows = self._connection.execution_options(yield_per=_BATCH).execute(select(*_EVENT).order_by(EventRow.seq))
        for row in rows:
            event = Event(*row)
            self.count, self.last = event.seq, event.hash
            if self.since is not None:
                self.since += 1
            elif self._wanted == event.hash and self._number in (None, event.seq):
                self.since = 0
            yield event

    def problems(self) -> Iterator[Problem]:
        yield from broken(self)
        if self._head is not None and self.since is None:
            yield Problem(
                "",
                Words(
                    f"另存的链尾 {self._head} 不在链中：其后或其前的事件被删除、改写，或这不是同一本台账",
                    f"the head that was kept, {self._head}, is not in the chain: events were removed or rewritten, "
                    "or this is another ledger",
                ),
            )
        if not self.count:
            yield Problem(
                "", Words("没有任何事件，连建账事件也没有", "there is no event, not even that of the founding")
            )


def _problems(connection: Connection, told: _Chain) -> Iterator[Problem]:
    yield from told.problems()
    yield from _entry_problems(connection)
    yield from _number_problems(connection)
    yield from _report_problems(connection)
    yield from _guard_problems(connection)


# -- entries -----------------------------------------------------------------------------------------------------


def _entry_problems(connection: Connection) -> Iterator[Problem]:
    """Entries made anew, some hundred at a time, and held against their rows."""
    rows = connection.execution_options(yield_per=_BATCH).execute(
        select(*_EVENT).where(EventRow.entry.is_not(None)).order_by(EventRow.entry, EventRow.seq)
    )
    groups = ((number, list(events)) for number, events in groupby((Event(*row) for row in rows), lambda e: e.entry))
    while batch := list(islice(groups, _BATCH)):
        numbers = [number for number, _ in batch]
        stored = {e.number: e for e in _stored(connection, numbers)}
        for number, events in batch:
            yield from _made_anew(str(number), events, stored.get(str(number)))
    without = select(EntryRow.number).where(
        EntryRow.number.not_in(select(EventRow.entry).where(EventRow.entry.is_not(None)))
    )
    for number in connection.execute(without).scalars():
        yield Problem(
            number, Words("没有任何事件说明其由来：是直接写入的", "no event tells of it: it was written directly")
        )


def _stored(connection: Connection, numbers: Sequence[str | None]) -> Iterable[Entry]:
    return (Entry(*row) for row in connection.execute(select(*COLUMNS).where(EntryRow.number.in_(numbers))))


def _made_anew(number: str, events: Sequence[Event], stored: Entry | None) -> Iterator[Problem]:
    entry: Entry | None = None
    for event in events:
        try:
            entry = follow(entry, event)
        except LedgerRefused as refused:
            yield Problem(
                f"事件 {event.seq}（{number}）",
                Words(
                    f"不是按规程办理的：{refused.problems[0].says.zh}",
                    f"no act that could be: {refused.problems[0].says.en}",
                ),
            )
            return
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            yield Problem(
                f"事件 {event.seq}（{number}）",
                Words(f"内容无法识别（{type(error).__name__}）", f"cannot be read ({type(error).__name__}: {error})"),
            )
            return
    if entry is None or entry.number != number:
        yield Problem(number, Words("编号与登记不符", "the number is not that of its opening"))
    elif stored is None:
        yield Problem(number, Words("条目被删除，事件仍在", "the entry was removed; its events are there"))
    else:
        for field in fields(Entry):
            said, stands = getattr(entry, field.name), getattr(stored, field.name)
            if said != stands:
                yield Problem(
                    number,
                    Words(
                        f"“{field.name}”与其事件不符：应为 {_short(said)}，现为 {_short(stands)}，被直接改动",
                        f"{field.name} is not what its events made it: {_short(said)}, not {_short(stands)}",
                    ),
                )


def _short(value: Any) -> str:
    shown = json.dumps(value, ensure_ascii=False)
    return shown if len(shown) <= 80 else f"{shown[:79]}…"


def _number_problems(connection: Connection) -> Iterator[Problem]:
    """Running numbers of an area and year go from 1 without a gap."""
    counts = select(EntryRow.area, EntryRow.year, func.count(), func.max(EntryRow.serial))
    for area, year, count, last in connection.execute(counts.group_by(EntryRow.area, EntryRow.year)):
        if count != last:
            yield Problem(
                f"{area}-{year}",
                Words(
                    f"编号到 {last:04d}，条目只有 {count} 个",
                    f"numbers go to {last:04d}, but there are {count} entries",
                ),
            )


# -- reports and protection --------------------------------------------------------------------------------------


def _report_problems(connection: Connection) -> Iterator[Problem]:
    told = {
        seq: json.loads(payload)
        for seq, payload in connection.execute(select(EventRow.seq, EventRow.payload).where(EventRow.act == "import"))
        if _is_json(payload)
    }
    rows = connection.execution_options(yield_per=1).execute(
        select(ReportRow.sha256, ReportRow.area, ReportRow.year, ReportRow.as_of, ReportRow.seq, ReportRow.content)
    )
    for sha256, area, year, as_of, seq, content in rows:
        said = told.pop(seq, None)
        told_so = said and (said["report"]["sha256"], said["area"], said["year"], said["report"]["as_of"])
        if told_so != (sha256, area, year, as_of):
            yield Problem(f"报告 {sha256[:12]}", Words("与其导入事件不符", "is not what the event of its import tells"))
        elif _hash(content) != sha256:
            yield Problem(f"报告 {sha256[:12]}", Words("内容被改动", "its content was altered"))
    for seq in told:
        yield Problem(f"事件 {seq}", Words("所导入的报告不在台账中", "the report that was imported is not there"))


def _is_json(payload: str) -> bool:
    try:
        return isinstance(json.loads(payload), dict)
    except ValueError:
        return False


def _hash(content: bytes) -> str:
    try:
        return hashlib.sha256(zlib.decompress(content)).hexdigest()
    except (zlib.error, TypeError):
        return ""


def _guard_problems(connection: Connection) -> Iterator[Problem]:
    """Whether the database still refuses to change what was recorded."""
    if connection.dialect.name == "sqlite":
        there = set(connection.execute(text("SELECT name FROM sqlite_master WHERE type = 'trigger'")).scalars())
        wanted = set(_GUARDS)
    else:
        schema = inspect(connection).default_schema_name
        there = set(
            connection.execute(
                text(
                    "SELECT t.tgname FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid "
                    "JOIN pg_namespace n ON n.oid = c.relnamespace "
                    "WHERE n.nspname = :schema AND t.tgenabled IN ('O', 'A')"
                ),
                {"schema": schema},
            ).scalars()
        )
        wanted = {*_GUARDS, *(f"ledger_{table}_no_truncate" for table in ("event", "report", "entry"))}
    for name in sorted(wanted - there):
        yield Problem(
            name, Words("数据库中禁止改动的保护被去除", "the database's protection against changes was removed")
        )


_GUARDS: Final = (
    "ledger_event_no_update",
    "ledger_event_no_delete",
    "ledger_report_no_update",
    "ledger_report_no_delete",
    "ledger_entry_no_delete",
)
