"""Pieces → answers on one machine: in this process, or in others beside it; a worker that dies costs its piece alone.

Answers come in the order of the pieces. At any time only a few batches are on their way, so that memory does not grow
with the stream. Workers are started afresh (spawn) on every system, and end when this process does, even by force.
"""

from __future__ import annotations

import os
import signal
import threading
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import suppress
from itertools import chain
from multiprocessing import connection, get_context, parent_process
from typing import Final

from compliance.feed.answer import answer, fault
from compliance.schemas.feed import Answer, Piece, Settings
from compliance.schemas.limits import MIB

__all__ = ["ENDED", "Batch", "Work", "answers", "batches", "processors"]

Work = Callable[[Piece, Settings], Answer]
Batch = list[Piece]

ENDED: Final = "处理该档案的进程意外终止 / the process that worked on it ended unexpectedly"
"""The fault of a piece on which a process died, wherever it worked"""

_BYTES: Final = MIB
_PIECES: Final = 64
"""A batch is sent as soon as it has so many bytes or pieces"""
_AHEAD: Final = 3
"""Batches a worker that are on their way at one time"""


def processors() -> int:
    """Processors that this process may use."""
    with suppress(AttributeError):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def answers(pieces: Iterator[Piece], settings: Settings, jobs: int, work: Work = answer) -> Iterator[Answer]:
    """The answer to every piece, in order, by ``jobs`` processes (one: this one).

    ``work`` is a function of a module, so that other processes find it.
    """
    if jobs == 1:
        return (work(piece, settings) for piece in pieces)
    return _parallel(batches(pieces), settings, jobs, work)


def batches(pieces: Iterator[Piece]) -> Iterator[Batch]:
    """Many small dossiers travel together; a large one alone."""
    batch: Batch = []
    size = 0
    for piece in pieces:
        batch.append(piece)
        size += len(piece.data)
        if size >= _BYTES or len(batch) >= _PIECES or piece.path is not None:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch


def _parallel(stream: Iterator[Batch], settings: Settings, jobs: int, work: Work) -> Iterator[Answer]:
    going: deque[Batch] = deque()
    while True:
        pool = _pool(jobs, settings)
        futures: deque[Future[list[Answer]]] = deque()
        try:
            for batch in stream:
                going.append(batch)
                futures.append(pool.submit(_work, batch, settings, work))
                if len(futures) >= jobs * _AHEAD:
                    yield from _first(going, futures)
            while futures:
                yield from _first(going, futures)
            return
        except BrokenProcessPool:
            pass
        finally:
            pool.shutdown(wait=False, cancel_futures=True)
        # Which of the batches on their way was the end of a worker is not known: each piece by itself tells.
        left = list(chain.from_iterable(going))
        going.clear()
        yield from _one_by_one(left, settings, work)


def _first(going: deque[Batch], futures: deque[Future[list[Answer]]]) -> list[Answer]:
    """The answers to the oldest batch, which is forgotten only when they are there."""
    done = futures[0].result()
    futures.popleft()
    going.popleft()
    return done


def _one_by_one(pieces: Sequence[Piece], settings: Settings, work: Work) -> Iterator[Answer]:
    pool = _pool(1, settings)
    try:
        for piece in pieces:
            try:
                yield from pool.submit(_work, [piece], settings, work).result()
            except BrokenProcessPool:
                pool.shutdown(wait=False)
                pool = _pool(1, settings)
                yield fault(piece, ENDED)
    finally:
        pool.shutdown(wait=False, cancel_futures=True)


def _pool(jobs: int, settings: Settings) -> ProcessPoolExecutor:
    return ProcessPoolExecutor(jobs, get_context("spawn"), _start, (settings,))


def _work(batch: Batch, settings: Settings, work: Work) -> list[Answer]:
    return [work(piece, settings) for piece in batch]


def _start(settings: Settings) -> None:
    """In a worker: leave interruption to the parent, end with it, and open what every dossier needs."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()
    from compliance.bench import open_bench
    from compliance.schemas.scalars import days

    open_bench(settings.profile or "national", days(settings.as_of), drafts=settings.drafts)


def _end_with_parent() -> None:
    """A parent that is killed cannot tell its workers, which would wait for work for ever."""
    parent = parent_process()
    if parent is not None:
        connection.wait([parent.sentinel])
        os._exit(1)
