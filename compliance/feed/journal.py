"""Answers → one file that survives the end of the program at any moment, and gives them back sorted; judges nothing.

The journal is a SQLite file beside the output. Answers are committed in batches; what was committed is never asked
again, what was not is. It knows of which run it is: a journal of other inputs, settings or rules is refused, never
mixed. Sorted by area, year, dossier and content, so that nothing depends on the order in which answers came.
"""

from __future__ import annotations

import hashlib
import json
import sqlite3
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final, Self

import orjson

from compliance.schemas.feed import Answer, Piece, Record

__all__ = ["ChangedInputError", "Journal", "OtherRunError", "digest"]

_COMMIT_AFTER: Final = 1.0
"""Seconds of work that a kill can cost, at most"""

_TABLES = """
CREATE TABLE IF NOT EXISTS run (identity TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS answers (
    number INTEGER PRIMARY KEY, digest BLOB NOT NULL,
    area TEXT, year INTEGER, dossier TEXT, sha256 TEXT, source TEXT NOT NULL, line INTEGER,
    record BLOB NOT NULL, kept INTEGER NOT NULL, findings BLOB NOT NULL, quality BLOB NOT NULL, delivery BLOB
);
"""
_ORDER = "ORDER BY area IS NULL, area, year, dossier, sha256, source, line, number"


class OtherRunError(Exception):
    """The journal belongs to a run of other inputs, settings or rules; carries what differs."""

    def __init__(self, differs: Mapping[str, tuple[Any, Any]]) -> None:
        super().__init__(", ".join(differs))
        self.differs = differs


class ChangedInputError(Exception):
    """A piece already answered is not what it was."""

    def __init__(self, piece: Piece) -> None:
        super().__init__(piece.source)
        self.piece = piece


class Journal:
    """A context: closes the file. ``identity``: what makes two runs the same run, as JSON values."""

    def __init__(self, path: Path, identity: Mapping[str, Any]) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._db = sqlite3.connect(path, isolation_level=None)
        self._db.execute("PRAGMA journal_mode = WAL")
        self._db.execute("PRAGMA synchronous = NORMAL")
        self._db.executescript(_TABLES)
        self._own(json.loads(json.dumps(identity)))
        self._last = time.monotonic()
        (self.resumed,) = self._db.execute("SELECT count(*) FROM answers").fetchone()
        """How many answers an earlier start of the same run left"""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._db.close()

    def _own(self, identity: dict[str, Any]) -> None:
        held = self._db.execute("SELECT identity FROM run").fetchone()
        if held is None:
            self._db.execute("INSERT INTO run VALUES (?)", [json.dumps(identity, ensure_ascii=False)])
            return
        before = json.loads(held[0])
        keys = sorted({*before, *identity})
        differs = {k: (before.get(k), identity.get(k)) for k in keys if before.get(k) != identity.get(k)}
        if differs:
            raise OtherRunError(differs)

    def missing(self, pieces: Iterator[Piece], seen: dict[int, bytes]) -> Iterator[Piece]:
        """The pieces that have no answer yet. ``seen`` keeps the digests of those on their way.

        ``ChangedInputError`` where a piece that was answered is not the same any more.
        """
        for piece in pieces:
            now = digest(piece)
            held = self._db.execute("SELECT digest FROM answers WHERE number = ?", [piece.number]).fetchone()
            if held is None:
                seen[piece.number] = now
                yield piece
            elif held[0] != now:
                raise ChangedInputError(piece)

    def add(self, answer: Answer, of: bytes) -> Record:
        """Keep an answer; ``of`` is the digest of its piece. What is kept lasts from the next commit on."""
        record: Record = orjson.loads(answer.record)
        if not self._db.in_transaction:
            self._db.execute("BEGIN")
        self._db.execute(
            "INSERT INTO answers VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            [
                answer.number, of, record.get("area_code"), record.get("plan_year"), record.get("dossier_id"),
                record["sha256"], record["source"], record["line"], answer.record, len(answer.findings),
                b"".join(answer.findings), b"".join(answer.quality), answer.delivery,
            ],
        )  # fmt: skip
        if time.monotonic() - self._last > _COMMIT_AFTER:
            self.commit()
        return record

    def commit(self) -> None:
        """Make what was added last."""
        if self._db.in_transaction:
            self._db.execute("COMMIT")
        self._last = time.monotonic()

    # -- reading it back, sorted ----------------------------------------------------------------------------

    def records(self) -> Iterator[Record]:
        """Every record."""
        return (orjson.loads(line) for (line,) in self._db.execute(f"SELECT record FROM answers {_ORDER}"))

    def record_lines(self) -> Iterator[bytes]:
        """Every record as it is written."""
        return (line for (line,) in self._db.execute(f"SELECT record FROM answers {_ORDER}"))

    def findings(self) -> Iterator[bytes]:
        """The findings of each dossier that has any, as JSON lines."""
        rows = self._db.execute(f"SELECT findings FROM answers WHERE kept {_ORDER}")
        return (lines for (lines,) in rows)

    def quality(self) -> Iterator[bytes]:
        """The data-quality doubts of each dossier that has any, as JSON lines."""
        rows = self._db.execute(f"SELECT quality FROM answers WHERE length(quality) {_ORDER}")
        return (lines for (lines,) in rows)

    def deliveries(self) -> Iterator[bytes]:
        """What checks between dossiers need to know of each, and the digest of its bytes, as a JSON line."""
        rows = self._db.execute(f"SELECT sha256, delivery FROM answers WHERE delivery IS NOT NULL {_ORDER}")
        return (b'{"sha256":%b,' % orjson.dumps(sha256) + line.removeprefix(b"{") for sha256, line in rows)


def digest(piece: Piece) -> bytes:
    """By which a piece is known again: its bytes; of a folder or archive, its files with size and time."""
    made = hashlib.sha256(piece.data)
    if piece.path is not None:
        made.update(_stamps(Path(piece.path)))
    if piece.fault is not None:
        made.update(piece.fault.zh.encode())
    return made.digest()


def _stamps(path: Path) -> bytes:
    files = sorted(path.rglob("*")) if path.is_dir() else [path]
    told = [(f.relative_to(path).as_posix(), f.stat().st_size, f.stat().st_mtime_ns) for f in files if f.is_file()]
    return repr(told).encode()
