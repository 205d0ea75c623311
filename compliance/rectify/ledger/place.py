"""Where a ledger is kept → an engine for it: a SQLite file (default) or a PostgreSQL database by URL.

A SQLite ledger is one file with write-ahead log beside it; it belongs on a disk of the machine, not on a network
share, where its locks do not hold. Every commit is on the disk before it is told. Refuses other databases.
"""

from __future__ import annotations

import os
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final
from weakref import WeakSet

from sqlalchemy import URL, Engine, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError

from compliance.schemas.ledger import LedgerRefused, Problem
from compliance.schemas.refusal import Words

__all__ = ["PATIENCE", "LedgerDamaged", "LedgerUnavailable", "engine_of", "place_of", "plainly"]

PATIENCE: Final = 60
"""Seconds to wait for other writers."""


class LedgerUnavailable(Exception):
    """The ledger could not be read or written: nothing was changed by what failed."""

    def __init__(self, says: Words) -> None:
        super().__init__(says.zh)
        self.says = says


class LedgerDamaged(Exception):
    """The database itself is damaged."""

    def __init__(self, says: Words) -> None:
        super().__init__(says.zh)
        self.says = says


def place_of(where: str) -> URL:
    """A file name, or ``postgresql://…`` → the URL of the database."""
    if "://" not in where:
        return URL.create("sqlite", database=str(Path(where).absolute()))
    try:
        url = make_url(where)
    except ArgumentError:
        raise _no_place(Words("台账地址无法识别", "the address of the ledger cannot be read")) from None
    kind = url.get_backend_name()
    if kind == "sqlite" and url.database and url.database != ":memory:":
        return url
    if kind == "postgresql":
        return url.set(drivername="postgresql+psycopg")
    raise _no_place(Words("台账只能放在 SQLite 文件或 PostgreSQL 中", "a ledger is a SQLite file or in PostgreSQL"))


def _no_place(says: Words) -> LedgerRefused:
    hint = Words(
        "写文件名，或 postgresql+psycopg://用户@主机/数据库", "a file name, or postgresql+psycopg://user@host/database"
    )
    return LedgerRefused([Problem("", says, hint)])


def engine_of(url: URL, patience: int = PATIENCE) -> Engine:
    """An engine whose writing transactions (``execution_options(writing=True)``) take turns."""
    if url.get_backend_name() == "sqlite":
        return _sqlite(url, patience)
    try:
        engine = create_engine(url, pool_pre_ping=True, connect_args={"connect_timeout": 10, "client_encoding": "utf8"})
    except ModuleNotFoundError:
        raise LedgerRefused(
            [
                Problem(
                    "",
                    Words("缺少连接 PostgreSQL 的组件 psycopg", "psycopg, the driver of PostgreSQL, is not installed"),
                    Words(
                        '安装：pip install "compliance-laojiu[postgresql]"',
                        'pip install "compliance-laojiu[postgresql]"',
                    ),
                )
            ]
        ) from None

    @event.listens_for(engine, "begin")
    def begin(connection: Any) -> None:
        if connection.get_execution_options().get("writing"):
            connection.exec_driver_sql(f"SET LOCAL lock_timeout = '{patience}s'")
            connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_LOCK})")

    return engine


_LOCK: Final = 0x6C656467_6572
"""Of all ledgers in one PostgreSQL database; held to the end of a writing transaction."""


_engines: WeakSet[Engine] = WeakSet()


def _let_go() -> None:
    """An open SQLite file must not be carried into another process: each would take the other's locks for its own."""
    for engine in list(_engines):
        engine.dispose()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(before=_let_go)


def _sqlite(url: URL, patience: int) -> Engine:
    engine = create_engine(url, connect_args={"timeout": patience, "isolation_level": None})
    _engines.add(engine)

    @event.listens_for(engine, "connect")
    def connected(connection: sqlite3.Connection, _: Any) -> None:
        for pragma in ("foreign_keys = ON", "synchronous = FULL", "recursive_triggers = ON"):
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def begin(connection: Any) -> None:
        # The driver begins nothing by itself (isolation_level None): a writer takes its lock at once, so that what
        # it has read is still so when it writes.
        writing = connection.get_execution_options().get("writing")
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writing else "BEGIN")

    return engine


def keep_log(engine: Engine) -> None:
    """Switch a SQLite file to its write-ahead log: readers and a writer do not wait for each other."""
    if engine.dialect.name != "sqlite":
        return
    until = time.monotonic() + PATIENCE
    while True:
        connection = engine.raw_connection()
        try:
            connection.cursor().execute("PRAGMA journal_mode = WAL")
            return
        except sqlite3.OperationalError as error:  # this one does not wait by itself for others
            if "locked" not in str(error) or time.monotonic() > until:
                raise
            time.sleep(0.05)
        finally:
            connection.close()


@contextmanager
def plainly(url: URL) -> Iterator[None]:
    """What the database said, in plain words; never the password."""
    try:
        yield
    except (DBAPIError, sqlite3.Error) as error:
        cause = error.orig if isinstance(error, DBAPIError) else error
        raise _said(
            str(cause).strip().splitlines()[0] if str(cause).strip() else type(cause).__name__,
            cause,
            url.database if url.get_backend_name() == "sqlite" else url.render_as_string(hide_password=True),
        ) from error


def _said(text: str, cause: Any, place: str | None) -> Exception:
    low, state = text.lower(), getattr(cause, "sqlstate", None) or ""
    if "malformed" in low or "not a database" in low or state.startswith("XX"):
        return LedgerDamaged(
            Words(
                f"台账 {place} 已损坏或不是台账：{text}。请从备份恢复", f"ledger {place} is damaged, or is none: {text}"
            )
        )
    if "locked" in low or state == "55P03":
        zh, en = "他人正在写入，等候超时；请稍后再试", "others are writing and the wait was too long; try again"
    elif "full" in low or "disk i/o" in low or state.startswith("53"):
        zh, en = "磁盘空间不足或写入失败；腾出空间后再试", "no space left, or writing failed; make room and try again"
    elif "readonly" in low or "read-only" in low or state in ("25006", "42501"):
        zh, en = "没有写入权限", "it may not be written to"
    elif "unable to open" in low or state.startswith(("08", "28", "3D", "57")) or "connect" in low:
        zh, en = "无法打开或连接", "it cannot be opened or reached"
    else:
        zh, en = "数据库出错", "the database reports an error"
    return LedgerUnavailable(
        Words(f"台账 {place}：{zh}。台账未作改动（{text}）", f"ledger {place}: {en}. Nothing was changed ({text})")
    )
