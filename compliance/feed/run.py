"""Sources, settings and an engine → the files of a run; decides nothing and loses nothing.

While it goes on, answers stand in a journal in ``OUT/.feed``; files appear under their names only when they are whole,
``feed.json`` last. A run that was cut off goes on where it stood when it is started again in the same way. What is
written depends on the dossiers alone, not on their order, the number of processes or the engine.
"""

from __future__ import annotations

import gzip
import os
import shutil
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from itertools import chain
from pathlib import Path
from typing import Any, BinaryIO, Final, Literal

import orjson

from compliance import between
from compliance.bench import load_law, open_bench
from compliance.feed.journal import Journal
from compliance.feed.previous import DELIVERIES, Previous
from compliance.feed.rollup import Rollup
from compliance.feed.sources import Source, pieces
from compliance.feed.watch import Watch
from compliance.render.as_parquet import OPTIONS, require, schema, table
from compliance.schemas.feed import FEED_VERSION, Answer, FeedSummary, Piece, Settings
from compliance.schemas.report import Bilingual
from compliance.schemas.scalars import days
from compliance.schemas.version import VERSION
from compliance.soundness import load_checks

__all__ = ["Engine", "Format", "LostError", "Run", "held", "identity_of"]

Engine = Callable[[Iterator[Piece], Settings], Iterator[Answer]]
"""Gives each piece one answer, in any order"""
Format = Literal["jsonl", "parquet"]

_WORK: Final = ".feed"
_JOURNAL: Final = "journal.db"
_ROWS: Final = 1 << 16


class LostError(Exception):
    """Pieces that the engine gave no answer to, or more than one; carries how many."""


def held(out: Path) -> dict[str, Any] | None:
    """The identity of an unfinished run in a folder; None where there is none."""
    import sqlite3

    journal = out / _WORK / _JOURNAL
    if not journal.is_file():
        return None
    try:
        with sqlite3.connect(journal) as db:
            row = db.execute("SELECT identity FROM run").fetchone()
        found: dict[str, Any] | None = orjson.loads(row[0]) if row else None
        return found
    except (sqlite3.Error, ValueError):
        return None


def identity_of(found: Sequence[Source], settings: Settings, previous: Previous | None = None) -> dict[str, Any]:
    """What makes two starts the same run: inputs, settings, rules, and the run it is held against."""
    profile = None
    if settings.profile is not None:
        profile = open_bench(settings.profile, days(settings.as_of), drafts=settings.drafts).profile.sha256
    return {
        "feed": FEED_VERSION,
        "tool": VERSION,
        "rulebook": load_law().sha256,
        "checks": load_checks().sha256,
        "between": between.load_checks().sha256,
        "previous": None if previous is None else previous.sha256,
        "profile": profile,
        "settings": asdict(settings),
        "sources": [[source.name, source.kind, source.size] for source in found],
    }


class Run:
    """One run into one folder, held against an earlier one if that is given."""

    def __init__(
        self, found: Sequence[Source], settings: Settings, out: Path, previous: Previous | None = None
    ) -> None:
        self._found, self._settings, self.out, self._previous = found, settings, out, previous
        self._work = out / _WORK

    @property
    def unfinished(self) -> bool:
        """Whether a run into this folder was cut off."""
        return (self._work / _JOURNAL).exists()

    @property
    def finished(self) -> bool:
        """Whether the folder holds the files of a run."""
        return (self.out / "feed.json").exists()

    def discard(self) -> None:
        """Forget a run that was cut off."""
        shutil.rmtree(self._work, ignore_errors=True)

    def go(
        self, engine: Engine, *, findings: Format = "jsonl", limit: int | None = None, watch: Watch | None = None
    ) -> FeedSummary:
        """Answer what is not answered yet, and write the files.

        ``limit``: findings written at most; the summary tells how many there are. Raises ``OtherRunError``,
        ``ChangedInputError`` (see ``journal``), ``LostError``, and ``OSError`` where something cannot be written.
        """
        watch = watch or Watch()
        if findings == "parquet":
            require()
        with Journal(self._work / _JOURNAL, identity_of(self._found, self._settings, self._previous)) as journal:
            self._answer(journal, engine, watch)
            watch.writing()
            summary = self._write(journal, findings, limit)
        self.discard()
        return summary

    def _answer(self, journal: Journal, engine: Engine, watch: Watch) -> None:
        going: dict[int, bytes] = {}
        more = 0
        for answer in engine(journal.missing(pieces(self._found, watch.read), going), self._settings):
            of = going.pop(answer.number, None)
            if of is None:
                more += 1
                continue
            watch.answered(journal.add(answer, of))
        journal.commit()
        if going or more:
            raise LostError(len(going) + more)

    def _write(self, journal: Journal, findings: Format, limit: int | None) -> FeedSummary:
        rollup = Rollup()
        total = 0
        for record in journal.records():
            rollup.take(record)
            total += record.get("findings", 0)
        written = total if limit is None else min(limit, total)
        self._whole("quality.jsonl", chain(journal.quality(), self._between(journal, rollup)))
        summary = self._summary(rollup, total, written)
        lines = _first(journal.findings(), written)
        for name in ("findings.jsonl", "findings.parquet", DELIVERIES):  # of a run before this one
            (self.out / name).unlink(missing_ok=True)
        if findings == "parquet":
            self._parquet(lines, summary)
        else:
            self._whole("findings.jsonl", lines)
        self._whole("dossiers.jsonl", journal.record_lines())
        if self._settings.quality:
            self._packed(DELIVERIES, journal.deliveries())
        for name, data in _views(summary, f"findings.{findings}"):  # feed.json last
            self._whole(name, [data])
        return summary

    def _between(self, journal: Journal, rollup: Rollup) -> Iterator[bytes]:
        """Doubts that no single dossier shows, counted on their way."""
        if not self._settings.quality:
            return
        before = self._previous.lines() if self._previous is not None else None
        for doubt in between.doubts(journal.deliveries(), before, self._work, as_of=self._settings.as_of):
            rollup.doubt(doubt)
            yield orjson.dumps(doubt, option=orjson.OPT_APPEND_NEWLINE)

    def _summary(self, rollup: Rollup, total: int, written: int) -> FeedSummary:
        law = load_law()
        statuses = rollup.statuses
        return FeedSummary(
            feed_version=FEED_VERSION,
            tool_version=VERSION,
            standard=law.standard.number,
            rulebook_version=law.version,
            rulebook_sha256=law.sha256,
            settings=self._settings,
            profiles=tuple(sorted(rollup.profiles)),
            pieces=statuses["pieces"],
            bytes=statuses["bytes"],
            checked=statuses["checked"],
            refused=statuses["refused"],
            faults=statuses["fault"],
            integrity=statuses["integrity"],
            findings=total,
            findings_written=written,
            totals=rollup.totals(),
            areas=rollup.areas(),
            refusals=tuple(rollup.refusals),
            titles={
                item.id: Bilingual(item.spec.title.zh, item.spec.title.en)
                for book in (law, load_checks(), between.load_checks())
                for item in book.items
            },
            doubts=rollup.doubts(),
            fictional=statuses["fictional"],
        )

    # -- files that appear when they are whole --------------------------------------------------------------

    def _whole(self, name: str, parts: Iterable[bytes]) -> None:
        with self._opened(name) as file:
            for part in parts:
                file.write(part)

    def _packed(self, name: str, parts: Iterable[bytes]) -> None:
        """The same lines make the same bytes: no time and no name stand in the file."""
        with self._opened(name) as file, gzip.GzipFile("", "wb", 3, file, mtime=0) as packed:
            for part in parts:
                packed.write(part)

    def _parquet(self, lines: Iterator[bytes], summary: FeedSummary) -> None:
        from pyarrow import parquet

        metadata: Mapping[str, bytes] = {
            f"compliance.{name}": orjson.dumps(getattr(summary, name))
            for name in ("feed_version", "tool_version", "rulebook_sha256", "settings", "findings", "findings_written")
        }
        types = schema(metadata, origin=True)
        with self._opened("findings.parquet") as file, parquet.ParquetWriter(file, types, **OPTIONS) as writer:
            for rows in _chunks(lines):
                writer.write_table(table(rows, metadata, origin=True))

    @contextmanager
    def _opened(self, name: str) -> Iterator[BinaryIO]:
        whole, part = self.out / name, self._work / f"{name}.part"
        with part.open("wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        os.replace(part, whole)


def _views(summary: FeedSummary, findings: str) -> Iterable[tuple[str, bytes]]:
    from compliance.render import feed, overview

    yield "areas.csv", feed.areas_csv(summary)
    yield "items.csv", feed.items_csv(summary)
    yield "overview.html", overview.render(summary, findings=findings)
    yield "feed.json", feed.as_json(summary)


def _first(blocks: Iterator[bytes], count: int) -> Iterator[bytes]:
    """The first so many lines of blocks of lines, in blocks."""
    for block in blocks:
        if not count:
            return
        lines = block.count(b"\n")
        if lines > count:
            block = b"".join(block.splitlines(keepends=True)[:count])
        count -= min(lines, count)
        yield block


def _chunks(blocks: Iterator[bytes]) -> Iterator[list[dict[str, Any]]]:
    """Blocks of lines → rows, as many together as readers of the table take at one time."""
    rows: list[dict[str, Any]] = []
    for block in blocks:
        for line in block.splitlines():
            rows.append(orjson.loads(line))
            if len(rows) == _ROWS:
                yield rows
                rows = []
    if rows:
        yield rows
