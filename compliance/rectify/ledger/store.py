"""Acts → a ledger in a database: every act is one transaction, which appends events and brings entries up to date.

Writers take turns (SQLite: BEGIN IMMEDIATE; PostgreSQL: a lock for the transaction), so that the chain has one end
and numbers are given once. What is interrupted at any step leaves nothing. Refuses databases that hold something
else, ledgers of a later structure, and acts that the lifecycle does not allow, with every reason.
"""

from __future__ import annotations

import hashlib
import json
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, fields
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, Final
from uuid import uuid4

from sqlalchemy import URL, Connection, Engine, func, insert, inspect, select, update

from compliance.rectify.ledger.acts import follow, hand_problems, number_of, problems_of
from compliance.rectify.ledger.chain import FIRST, head_of, sealed
from compliance.rectify.ledger.fields import actor_problems, tidy
from compliance.rectify.ledger.imports import Compare, Planned, planned, refuse_older, told_of
from compliance.rectify.ledger.migrations import HEAD, revision_of, upgrade
from compliance.rectify.ledger.model import EntryRow, EventRow, ReportRow
from compliance.rectify.ledger.place import PATIENCE, engine_of, keep_log, place_of, plainly
from compliance.rectify.lists import Terms
from compliance.rectify.reading import read_report
from compliance.schemas.ledger import Entry, Event, LedgerRefused, Problem, Todo
from compliance.schemas.refusal import Words

__all__ = ["COLUMNS", "Imported", "Ledger", "now", "open_ledger", "row_of"]

COLUMNS: Final = tuple(getattr(EntryRow, f.name) for f in fields(Entry))
_EVENT: Final = tuple(getattr(EventRow, f.name) for f in fields(Event))
_CHUNK: Final = 500
PAYLOAD: Final = 1024 * 1024
"""Bytes that one event may say."""


def now() -> str:
    """The time, UTC, by the clock of the machine."""
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def row_of(entry: Entry) -> dict[str, Any]:
    """An entry as a row."""
    return {f.name: getattr(entry, f.name) for f in fields(Entry)}


@dataclass(frozen=True, slots=True)
class Imported:
    """What importing a report did."""

    already: str | None
    """When this very report was imported before: then nothing was done"""
    opened: tuple[Entry, ...]
    rechecked: tuple[Entry, ...]
    passed_over: tuple[tuple[Entry, Words], ...]


class _Writer:
    """One writing transaction: the end of the chain, and what is to be written when all has been decided."""

    def __init__(self, connection: Connection, actor: str, seq: int, last: str) -> None:
        self.connection, self.actor, self.seq, self.last = connection, actor, seq, last
        self.time = now()
        self._events: list[Event] = []
        self._new: list[Entry] = []
        self._changed: list[Entry] = []
        self._serials: dict[tuple[str, int], int] = {}
        self.reports: list[dict[str, Any]] = []

    def append(self, act: str, entry: Entry | None, number: str | None, payload: Mapping[str, Any]) -> Entry | None:
        """Seal an event, and carry it out on its entry."""
        event = sealed(self.seq + 1, self.time, self.actor, act, number, payload, self.last)
        if len(event.payload.encode()) > PAYLOAD:
            raise LedgerRefused([Problem(number or "", Words("内容过长", "too long"))])
        self.seq, self.last = event.seq, event.hash
        self._events.append(event)
        if number is None:
            return None
        after = follow(entry, event)
        (self._new if entry is None else self._changed).append(after)
        return after

    def open(self, payload: Mapping[str, Any]) -> Entry:
        """A new entry with the next number of its area and year."""
        place = str(payload["area"]), int(payload["year"])
        if place not in self._serials:
            found = select(func.max(EntryRow.serial)).where(EntryRow.area == place[0], EntryRow.year == place[1])
            self._serials[place] = self.connection.execute(found).scalar() or 0
        self._serials[place] += 1
        serial = self._serials[place]
        number = number_of(*place, serial)
        opened = self.append("open", None, number, {**payload, "serial": serial})
        assert opened is not None
        return opened

    def write(self) -> None:
        for rows in _chunks(self._new):
            self.connection.execute(insert(EntryRow), [row_of(entry) for entry in rows])
        for entry in self._changed:
            self.connection.execute(update(EntryRow).where(EntryRow.number == entry.number).values(row_of(entry)))
        for events in _chunks(self._events):
            self.connection.execute(insert(EventRow), [asdict(event) for event in events])
        if self.reports:
            self.connection.execute(insert(ReportRow), self.reports)


def _chunks(things: Sequence[Any]) -> Iterator[Sequence[Any]]:
    return (things[start : start + _CHUNK] for start in range(0, len(things), _CHUNK))


class Ledger:
    """An open ledger. Not to be shared between processes; each opens its own."""

    def __init__(self, engine: Engine, url: URL) -> None:
        self.engine, self.url = engine, url

    def __enter__(self) -> Ledger:
        return self

    def __exit__(self, *_: object) -> None:
        self.engine.dispose()

    # -- transactions ---------------------------------------------------------------------------------------

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """One state of the ledger, whatever others write meanwhile."""
        with plainly(self.url), self.engine.connect() as connection:
            if self.engine.dialect.name == "postgresql":
                connection = connection.execution_options(isolation_level="REPEATABLE READ")
            with connection.begin():
                yield connection

    @contextmanager
    def _writing(self, actor: str) -> Iterator[_Writer]:
        actor = tidy(actor)
        problems = actor_problems(actor)
        if problems:
            raise LedgerRefused(problems)
        with _transaction(self.engine, self.url) as connection:
            end = connection.execute(select(EventRow.seq, EventRow.hash).order_by(EventRow.seq.desc()).limit(1)).one()
            writer = _Writer(connection, actor, end.seq, end.hash)
            yield writer
            writer.write()

    # -- reading --------------------------------------------------------------------------------------------

    def entry(self, number: str) -> Entry:
        """One entry; refuses a number that is not there."""
        with self.reading() as connection:
            return _entries(connection, [number])[0]

    def known(self, numbers: Sequence[str]) -> dict[str, Entry]:
        """Those of some entries that are there, by number."""
        found: dict[str, Entry] = {}
        with self.reading() as connection:
            for some in _chunks(numbers):
                rows = connection.execute(select(*COLUMNS).where(EntryRow.number.in_(some)))
                found |= {entry.number: entry for entry in (Entry(*row) for row in rows)}
        return found

    def events(self, number: str) -> list[Event]:
        """Everything recorded about an entry, the earliest first."""
        with self.reading() as connection:
            found = select(*_EVENT).where(EventRow.entry == number).order_by(EventRow.seq)
            return [Event(*row) for row in connection.execute(found)]

    def head(self) -> str:
        """How the end of the chain is written down (``count:hash``), to be kept elsewhere."""
        with self.reading() as connection:
            return head_of(
                *connection.execute(select(EventRow.seq, EventRow.hash).order_by(EventRow.seq.desc()).limit(1)).one()
            )

    # -- acts -----------------------------------------------------------------------------------------------

    def act(self, numbers: Sequence[str], act: str, payload: Mapping[str, Any], actor: str) -> list[Entry]:
        """The same act on some entries, on all or none: every problem with any of them is told."""
        payload = _tidied(payload)
        with self._writing(actor) as writer:
            entries = _entries(writer.connection, list(dict.fromkeys(numbers)))
            problems = [p for entry in entries for p in problems_of(entry, act, payload, writer.actor)]
            if problems:
                raise LedgerRefused(problems)
            done = [writer.append(act, entry, entry.number, payload) for entry in entries]
        return [entry for entry in done if entry is not None]

    def carry_out(self, todo: Sequence[Todo], actor: str) -> list[Entry]:
        """Several acts on several entries, all or none. Refuses an entry that has changed since they were decided."""
        with self._writing(actor) as writer:
            entries = _entries(writer.connection, [one.number for one in todo])
            problems: list[Problem] = []
            done = []
            for one, entry in zip(todo, entries, strict=True):
                if entry.last_seq != one.last_seq:
                    says = Words("刚刚又有变动", "has changed just now")
                    problems.append(Problem(one.number, says, Words("重新办理一次", "do it once more")))
                    continue
                for act, told in one.acts:
                    payload = _tidied(told)
                    found = problems_of(entry, act, payload, writer.actor)
                    problems += found
                    if found:
                        break
                    entry = writer.append(act, entry, entry.number, payload) or entry
                done.append(entry)
            if problems:
                raise LedgerRefused(problems)
        return done

    def mark(self) -> str:
        """What tells this ledger from every other: the hash of its founding."""
        with self.reading() as connection:
            return str(connection.execute(select(EventRow.hash).where(EventRow.seq == 1)).scalar_one())

    def add(self, payload: Mapping[str, Any], actor: str) -> Entry:
        """An entry by hand. ``previous``: the closed entry that it recurs from."""
        payload = _tidied(payload)
        problems = hand_problems(payload)
        if problems:
            raise LedgerRefused(problems)
        with self._writing(actor) as writer:
            if payload.get("previous"):
                _refuse_previous(writer.connection, str(payload["previous"]), str(payload["area"]))
            return writer.open({**payload, "source": "hand"})

    def import_report(
        self,
        data: bytes,
        file: str,
        actor: str,
        today: date,
        *,
        terms: Terms | None = None,
        deadline: str | None = None,
    ) -> Imported:
        """Bring in a report (JSON): new entries for its failings, and what it says of those that exist.

        The same report a second time adds nothing. Refuses what is no report, and one that is older than another.
        """
        report = read_report(data, file)
        terms = terms or Terms()
        comparing = Compare(report, self._stored)
        self._prepare(comparing)
        content = zlib.compress(data, 6)
        with self._writing(actor) as writer:
            connection, used = writer.connection, report.used
            comparing.stored = lambda sha256: _content(connection, sha256)
            already = connection.execute(
                select(EventRow.time)
                .join(ReportRow, ReportRow.seq == EventRow.seq)
                .where(ReportRow.sha256 == used.sha256)
            ).scalar()
            if already is not None:
                return Imported(already, (), (), ())
            here = (ReportRow.area == used.area.code) & (ReportRow.year == used.area.plan_year)
            refuse_older(report, connection.execute(select(func.max(ReportRow.as_of)).where(here)).scalar())
            plan = planned(
                _of_place(connection, used.area.code, used.area.plan_year), comparing, today, terms, deadline
            )
            done = _carry_out(writer, plan)
            counts = {"opened": len(plan.opened), "rechecked": len(plan.rechecked), "area": used.area.code}
            writer.append("import", None, None, {**counts, "year": used.area.plan_year, "report": told_of(report)})
            writer.reports.append(
                {
                    "sha256": used.sha256,
                    "area": used.area.code,
                    "year": used.area.plan_year,
                    "as_of": used.as_of,
                    "seq": writer.seq,
                    "content": content,
                }
            )
        return done

    def _stored(self, sha256: str) -> bytes:
        with self.reading() as connection:
            return _content(connection, sha256)

    def _prepare(self, comparing: Compare) -> None:
        """Make the comparisons that will be needed before others have to wait for this writer."""
        used = comparing.new.used
        with self.reading() as connection:
            entries = _of_place(connection, used.area.code, used.area.plan_year)
            latest = connection.execute(
                select(func.max(ReportRow.as_of)).where(
                    ReportRow.area == used.area.code, ReportRow.year == used.area.plan_year
                )
            ).scalar()
        if latest is None or latest <= used.as_of:
            for sha256 in {one["report"] for entry in entries for one in json.loads(entry.seen or "[]")}:
                if sha256 != used.sha256:
                    comparing.of(sha256)

    def report_named(self, named: str) -> str:
        """SHA-256 of the imported report that a file, or the beginning of a hash, stands for."""
        path = Path(named)
        wanted = hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else named.lower()
        with self.reading() as connection:
            found = connection.execute(
                select(ReportRow.sha256).where(ReportRow.sha256.startswith(wanted, autoescape=True))
            )
            matches = list(found.scalars()) if len(wanted) >= 8 else []
        if len(matches) == 1:
            return str(matches[0])
        raise LedgerRefused(
            [
                Problem(
                    named,
                    Words("台账中没有这份报告", "the ledger has no such report"),
                    Words(
                        "先导入（ledger import）；也可写报告 SHA-256 的前 8 位以上",
                        "import it first, or give 8 or more digits of its SHA-256",
                    ),
                )
            ]
        )


def _carry_out(writer: _Writer, plan: Planned) -> Imported:
    rechecked = [writer.append("recheck", entry, entry.number, payload) for entry, payload in plan.rechecked]
    opened = [writer.open(payload) for payload in plan.opened]
    return Imported(None, tuple(opened), tuple(e for e in rechecked if e is not None), plan.passed_over)


def _tidied(payload: Mapping[str, Any]) -> dict[str, Any]:
    return {
        name: tidy(value) if isinstance(value, str) else _tidied(value) if isinstance(value, dict) else value
        for name, value in payload.items()
    }


def _entries(connection: Connection, numbers: Sequence[str]) -> list[Entry]:
    found: dict[str, Entry] = {}
    for some in _chunks(numbers):
        rows = connection.execute(select(*COLUMNS).where(EntryRow.number.in_(some)))
        found |= {entry.number: entry for entry in (Entry(*row) for row in rows)}
    missing = [number for number in numbers if number not in found]
    if missing:
        hint = Words("编号见 ledger list", "see ledger list for the numbers")
        raise LedgerRefused(
            [Problem(number, Words("台账中没有这一编号", "the ledger has no such entry"), hint) for number in missing]
        )
    return [found[number] for number in numbers]


def _of_place(connection: Connection, area: str, year: int) -> list[Entry]:
    rows = select(*COLUMNS).where(EntryRow.area == area, EntryRow.year == year).order_by(EntryRow.serial)
    return [Entry(*row) for row in connection.execute(rows)]


def _content(connection: Connection, sha256: str) -> bytes:
    content = connection.execute(select(ReportRow.content).where(ReportRow.sha256 == sha256)).scalar_one()
    return zlib.decompress(content)


def _refuse_previous(connection: Connection, number: str, area: str) -> None:
    (before,) = _entries(connection, [number])
    recurs = connection.execute(select(EntryRow.number).where(EntryRow.previous == number)).scalar()
    says = None
    if before.state != "closed":
        says = Words("尚未销号，不能作为复发登记", "is not closed, so nothing can recur from it")
    elif before.area != area:
        says = Words("属于另一地区", "belongs to another area")
    elif recurs is not None:
        says = Words(f"已有复发登记 {recurs}", f"has recurred already as {recurs}")
    if says is not None:
        raise LedgerRefused([Problem(number, says)])


# -- opening -----------------------------------------------------------------------------------------------------


@contextmanager
def _transaction(engine: Engine, url: URL) -> Iterator[Connection]:
    with plainly(url), engine.connect() as connection:
        connection = connection.execution_options(writing=True)
        if engine.dialect.name == "postgresql":
            connection = connection.execution_options(isolation_level="READ COMMITTED")
        with connection.begin():
            yield connection


def open_ledger(
    where: str, *, create: bool = False, say: Callable[[Words], None] = lambda _: None, patience: int = PATIENCE
) -> Ledger:
    """Open a ledger, found it where there is none (``create``), and bring an older one up to date after saying so."""
    url = place_of(where)
    if url.get_backend_name() == "sqlite" and not create and not Path(str(url.database)).is_file():
        raise _none_there(where)
    engine = engine_of(url, patience)
    ledger = Ledger(engine, url)
    try:
        with ledger.reading() as connection:
            revision = _known(connection, where)
        if revision is None and not create:
            raise _none_there(where)
        if revision != HEAD:
            _brought_up(engine, url, where, revision, say)
    except BaseException:
        engine.dispose()
        raise
    return ledger


def _none_there(where: str) -> LedgerRefused:
    return LedgerRefused(
        [
            Problem(
                "" if "://" in where else where,
                Words("没有台账", "there is no ledger"),
                Words(
                    "用 --db 指明台账；导入报告或登记问题时会新建（ledger import、ledger add）",
                    "name it with --db; importing a report or adding an entry founds one (ledger import, ledger add)",
                ),
            )
        ]
    )


def _known(connection: Connection, where: str) -> str | None:
    """The structure of the ledger in a database; refuses what is none, or of a later one."""
    revision = revision_of(connection)
    says = None
    if revision is not None and not revision <= HEAD:
        says = Words(
            f"台账结构为 {revision} 版，本程序只识别到 {HEAD} 版；请升级程序",
            f"its structure is {revision}, this program knows up to {HEAD}; upgrade the program",
        )
    tables = inspect(connection).get_table_names()
    if revision is None and connection.dialect.name == "sqlite" and tables:
        says = Words("该文件是别的数据库，不是台账", "this file is another database, not a ledger")
    if revision is None and any(table.startswith("ledger_") for table in tables):
        says = Words("数据库中已有同名的表，不是台账", "the database has tables of these names that are no ledger")
    if connection.dialect.name == "postgresql":
        encoding = connection.exec_driver_sql("SHOW server_encoding").scalar()
        if encoding != "UTF8":
            says = Words(f"数据库编码为 {encoding}，须为 UTF8", f"the database is encoded in {encoding}, not UTF8")
    if says is not None:
        raise LedgerRefused([Problem("" if "://" in where else where, says)])
    return revision


def _brought_up(engine: Engine, url: URL, where: str, revision: str | None, say: Callable[[Words], None]) -> None:
    shown = url.render_as_string(hide_password=True) if "://" in where else where
    if revision is not None:
        say(
            Words(
                f"台账 {shown} 为 {revision} 版结构，升级为 {HEAD} 版",
                f"ledger {shown}: structure {revision}, upgrading to {HEAD}",
            )
        )
    with plainly(url):
        keep_log(engine)
    with _transaction(engine, url) as connection:
        # Another may have done it while this one waited.
        revision = _known(connection, where)
        if revision == HEAD:
            return
        upgrade(connection)
        if revision is None:
            # Binds the chain to this ledger: the same acts in another do not give the same hashes.
            found = sealed(1, now(), "compliance-laojiu", "found", None, {"ledger": str(uuid4())}, FIRST)
            connection.execute(insert(EventRow).values(asdict(found)))
    if revision is None:
        say(Words(f"新建台账 {shown}", f"founded ledger {shown}"))
