"""Places for ledgers in tests: a fresh SQLite file, or a fresh database on a PostgreSQL server that is started for it.

The server runs as an unprivileged user on a socket in a folder of its own, and ends with the process that started it.
Where no server is installed, tests on it are skipped with the reason, unless REQUIRE_POSTGRES=1 asks for it.
"""

from __future__ import annotations

import atexit
import copy
import ctypes
import glob
import itertools
import json
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import psycopg
import pytest
from rectifying import Json, base, put, written

from compliance.rectify.ledger import Ledger, open_ledger

__all__ = ["KINDS", "Server", "act_on", "entries_of", "forked", "hand", "place", "report", "server", "verified_entry"]

KINDS = ("sqlite", "postgresql")
_names = itertools.count()


_started: list[Server] = []


@atexit.register
def remove_servers() -> None:
    """Stop all, and remove their folders."""
    while _started:
        _started.pop().remove()


class Server:
    """A private PostgreSQL server."""

    def __init__(self, binaries: Path) -> None:
        self.binaries = binaries
        self.folder = Path(tempfile.mkdtemp(prefix="ledger-pg-"))
        self._user = _unprivileged()
        if self._user is not None:
            os.chown(self.folder, *self._user)
        subprocess.run(
            [binaries / "initdb", "-D", self.folder / "data", "-U", "ledger", "-A", "trust", "--no-sync", "-E", "UTF8", "--locale", "C"],
            check=True, capture_output=True, cwd=self.folder, **self._as_user(),
        )  # fmt: skip
        self.process: subprocess.Popen[bytes] | None = None
        self.start()
        _started.append(self)

    def _as_user(self) -> dict[str, Any]:
        return {} if self._user is None else {"user": self._user[0], "group": self._user[1], "extra_groups": []}

    def start(self) -> None:
        settings = ["listen_addresses=", f"unix_socket_directories={self.folder}", "fsync=off", "max_connections=50", "shared_buffers=16MB"]
        with (self.folder / "log").open("ab") as log:
            self.process = subprocess.Popen(
                [self.binaries / "postgres", "-D", self.folder / "data", *(part for s in settings for part in ("-c", s))],
                stdout=log, stderr=log, cwd=self.folder, preexec_fn=_end_with_parent, **self._as_user(),
            )  # fmt: skip
        until = time.monotonic() + 30
        while True:
            try:
                psycopg.connect(host=str(self.folder), user="ledger", dbname="postgres").close()
                return
            except psycopg.OperationalError:
                if time.monotonic() > until or self.process.poll() is not None:
                    raise RuntimeError((self.folder / "log").read_text("utf-8")) from None
                time.sleep(0.05)

    def crash(self) -> None:
        """As when the machine's power fails: no shutdown checkpoint, recovery at the next start."""
        assert self.process is not None
        self.process.send_signal(signal.SIGQUIT)
        self.process.wait(30)

    def remove(self) -> None:
        if self.process is not None and self.process.poll() is None:
            self.crash()
        shutil.rmtree(self.folder, ignore_errors=True)

    def database(self, encoding: str = "UTF8") -> str:
        """The URL of a fresh database."""
        name = f"ledger{next(_names)}"
        with psycopg.connect(host=str(self.folder), user="ledger", dbname="postgres", autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name} TEMPLATE template0 ENCODING '{encoding}'")
        return f"postgresql+psycopg://ledger@/{name}?host={self.folder}"


def _unprivileged() -> tuple[int, int] | None:
    """PostgreSQL refuses to run as root."""
    if os.geteuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        try:
            user = pwd.getpwnam(name)
            return user.pw_uid, user.pw_gid
        except KeyError:
            continue
    raise RuntimeError("no user to run PostgreSQL as")


def _end_with_parent() -> None:
    ctypes.CDLL(None).prctl(1, signal.SIGQUIT)


@cache
def server() -> Server:
    """Of this process; skips where none is installed."""
    found = sorted(glob.glob("/usr/lib/postgresql/*/bin/initdb") + glob.glob("/usr/pgsql-*/bin/initdb"))
    binary = found[-1] if found else shutil.which("initdb")
    if binary is None:
        if os.environ.get("REQUIRE_POSTGRES") == "1":
            pytest.fail("REQUIRE_POSTGRES=1, but no PostgreSQL server is installed (initdb)")
        pytest.skip("no PostgreSQL server is installed (initdb); the same tests ran on SQLite")
    return Server(Path(binary).parent)


def place(kind: str, folder: Path) -> str:
    """Where a fresh ledger can be founded."""
    return server().database() if kind == "postgresql" else str(folder / f"ledger{next(_names)}.db")


# -- content ---------------------------------------------------------------------------------------------------

COMMUNITY = "B5.1/community/c0001"
DAYS = ("2024-03-31", "2024-06-30", "2024-09-30", "2024-12-31")


def report(day: str, outcomes: dict[str, dict[int, str] | str], change: Callable[[Json], object] | None = None) -> bytes:
    """A report as of a day, with findings given other outcomes: one for all, or by line."""
    made = base()
    made["provenance"]["as_of"] = day
    for ident, told in outcomes.items():
        if isinstance(told, str):
            put(made, ident, told)
        else:
            put(made, ident, "fail" if "fail" in told.values() else "unknown", told)
    if change is not None:
        change(made)
    return written(made)


def hand(**more: Any) -> dict[str, Any]:
    """What a person writes down."""
    return {"area": "999901", "area_name": "示例县", "year": 2023, "found_by": "现场检查", "text": "楼道照明不亮", **more}


EVIDENCE = [{"title": "照片", "file": "a.jpg", "sha256": "0" * 64, "page": None}]


def act_on(ledger: Ledger, number: str, *acts: str) -> None:
    """The usual acts, each by who usually does it."""
    usual: dict[str, tuple[dict[str, Any], str]] = {
        "assign": ({"unit": "示例街道办事处", "person": "李四", "deadline": "2024-06-30"}, "张三"),
        "start": ({"measures": "更换灯具", "kind": "immediate"}, "李四"),
        "submit": ({"text": "已更换", "evidence": EVIDENCE}, "李四"),
        "return": ({"reason": "照片不清"}, "王五"),
        "verify": ({"opinion": "属实"}, "王五"),
        "close": ({"determination": {"office": "示例县住建局", "authority": "示建办〔2024〕5号", "reason": "现场复核合格", "decided_on": "2024-06-20"}}, "王五"),
        "note": ({"text": "已电话提醒"}, "张三"),
    }
    for act in acts:
        payload, actor = usual[act]
        ledger.act([number], act, copy.deepcopy(payload), actor)


def verified_entry(ledger: Ledger, number: str) -> None:
    act_on(ledger, number, "assign", "start", "submit", "verify")


def entries_of(ledger: Ledger) -> list[Any]:
    from compliance.rectify.ledger.store import _of_place

    with ledger.reading() as connection:
        places = connection.exec_driver_sql("SELECT DISTINCT area, year FROM ledger_entry ORDER BY area, year").all()
        return [entry for area, year in places for entry in _of_place(connection, area, year)]


def forked(run: Callable[[], object]) -> int:
    """Run in a process of its own; its id. It ends with 0, or 1 after an error."""
    child = os.fork()
    if child:
        return child
    code = 1
    try:
        run()
        code = 0
    except BaseException as error:
        os.write(2, f"{type(error).__name__}: {error}\n".encode())
    finally:
        os._exit(code)


def opened(where: str) -> Ledger:
    return open_ledger(where, create=True)


def json_of(text: str | None) -> Any:
    return json.loads(text or "null")
