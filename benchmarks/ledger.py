"""Part 6: lists of the ledger, against the bare indexed query on the same database; and a check of the whole."""

from __future__ import annotations

import sqlite3
import tempfile
from collections.abc import Callable
from dataclasses import fields
from datetime import date, timedelta
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks.table import Results
from benchmarks.timing import Timed, alternate, ratio
from compliance.rectify.ledger import Filter, Ledger, lines, open_ledger, verify
from compliance.schemas.ledger import Line

__all__ = ["SECTION", "measure"]

SECTION = "6 Ledger"
_TODAY = date(2024, 7, 1)
_ITEMS = [f"B{clause}.1" for clause in range(1, 11)] + [f"H{clause}.1" for clause in range(1, 11)]
_TEXT = "示例小区：楼道照明不亮，单元门禁损坏，信报箱缺失，与改造方案所列内容不符。"
_AREAS = 100
_UNITS = 5
_BATCH = 5000
_COLUMNS = ", ".join(field.name for field in fields(Line) if field.name != "late")
_ORDER = "ORDER BY area, year, serial"


def measure(results: Results, entries: int, repeats: int) -> None:
    """``entries`` entries in a SQLite file: 100 areas of five units each, a third of them assigned."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "ledger.db"
        with open_ledger(str(path), create=True) as ledger:
            _fill(ledger, entries)
            bare = sqlite3.connect(path)
            bare.execute("ANALYZE")
            for what, wanted, where, values in _lists():
                _compare(results, f"{what}, of {entries:,} entries", ledger, wanted, bare, where, values, repeats)
            _whole(results, ledger, bare, repeats)
            bare.close()


def _lists() -> list[tuple[str, Filter, str, tuple[Any, ...]]]:
    day, area, unit = _TODAY.isoformat(), "100017", "100017-2"
    late = "state IN ('open', 'assigned', 'in_progress') AND deadline < ?"
    return [
        ("one area, one state", Filter(areas=[area], states=["open"]), "area = ? AND state = ?", (area, "open")),
        ("overdue of one unit", Filter(units=[unit], overdue=True), f"unit = ? AND {late}", (unit, day)),
        ("overdue of one item", Filter(items=["B7.1"], overdue=True), f"item = ? AND {late}", ("B7.1", day)),
        ("everything", Filter(), "1", ()),
    ]  # fmt: skip


def _fill(ledger: Ledger, entries: int) -> None:
    for start in range(0, entries, _BATCH):
        with ledger._writing("示例") as writer:
            for number in range(start, min(start + _BATCH, entries)):
                area = f"{100000 + number % _AREAS}"
                serial = number // _AREAS
                due = _TODAY + timedelta(days=serial % 100 - 30)
                entry = writer.open({
                    "source": "hand", "area": area, "area_name": "示例县", "year": 2023, "found_by": "现场检查",
                    "text": _TEXT, "item": _ITEMS[serial % 20], "title": "示例", "severity": "major",
                    "subject": "示例小区", "unit": f"{area}-{serial % _UNITS}",
                    "deadline": due.isoformat(),
                })  # fmt: skip
                if serial % 3 == 0:
                    writer.append("assign", entry, entry.number, {"person": "李四"})


def _compare(
    results: Results,
    what: str,
    ledger: Ledger,
    wanted: Filter,
    bare: sqlite3.Connection,
    where: str,
    values: tuple[Any, ...],
    repeats: int,
) -> None:
    query = f"SELECT {_COLUMNS} FROM ledger_entry WHERE {where} {_ORDER}"
    found = len(lines(ledger, wanted, _TODAY))
    if found != len(bare.execute(query, values).fetchall()):
        raise AssertionError(f"{what}: the list is not what the query finds")
    many = max(1, min(50, 50_000 // max(found, 1)))
    seconds = alternate(
        {
            "list": _times(many, lambda: lines(ledger, wanted, _TODAY)),
            "bare": _times(many, lambda: bare.execute(query, values).fetchall()),
        },
        repeats,
    )
    slow, quick = (median(seconds[name]) / many * 1e3 for name in ("list", "bare"))
    results.add(
        SECTION,
        f"list ÷ bare query: {what}",
        ratio(seconds["list"], seconds["bare"]),
        5,
        note=f"{slow:.2f} ms ÷ {quick:.2f} ms, {found:,} found",
    )


def _times(many: int, run: Callable[[], object]) -> Timed:
    def prepare() -> Callable[[], None]:
        def repeated() -> None:
            for _ in range(many):
                run()

        return repeated

    return prepare


def _whole(results: Results, ledger: Ledger, bare: sqlite3.Connection, repeats: int) -> None:
    """Every event hashed anew and every entry made anew, against reading them all."""

    def read() -> None:
        bare.execute("SELECT * FROM ledger_event ORDER BY seq").fetchall()
        bare.execute("SELECT * FROM ledger_entry").fetchall()

    found = verify(ledger)
    if found.problems:
        raise AssertionError(found.problems[0].line("en"))
    seconds = alternate({"verify": _times(1, lambda: verify(ledger)), "read": _times(1, read)}, max(2, repeats // 3))
    note = f"{median(seconds['verify']):.1f} s for {found.events:,} events"
    results.add(SECTION, "verify ÷ reading everything", ratio(seconds["verify"], seconds["read"]), note=note)
