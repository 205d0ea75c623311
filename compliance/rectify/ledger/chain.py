"""Events → a chain of hashes, and back: whether a sequence of events is whole; touches no database.

An event's hash is SHA-256 over the canonical JSON of everything in it, the hash of the event before included. An
edit, a deletion, an insertion and a change of order are found. That the last events are missing cannot be seen from
inside: the head (``count:hash``) has to be kept elsewhere. Nor does a chain prove who acted, or the time: whoever
may write the whole file can write a whole new chain.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator
from typing import Any

from compliance.schemas.ledger import Event, Problem
from compliance.schemas.refusal import Words

__all__ = ["FIRST", "broken", "canonical", "digest", "head_of", "sealed"]

FIRST = "0" * 64
"""What stands in place of the hash before the first event."""


def canonical(value: Any) -> str:
    """JSON with one way to write it: keys sorted, no spaces, no float.

    >>> canonical({"b": [1, None], "a": "县"})
    '{"a":"县","b":[1,null]}'
    """
    _no_float(value)
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)


def _no_float(value: Any) -> None:
    if isinstance(value, float):
        raise TypeError(f"a float has no place in the ledger: {value!r}")
    if isinstance(value, dict):
        for part in value.values():
            _no_float(part)
    elif isinstance(value, list | tuple):
        for part in value:
            _no_float(part)


def digest(event: Event) -> str:
    """The hash that belongs to what stands in an event."""
    told = [event.seq, event.time, event.actor, event.act, event.entry, event.payload, event.prev]
    return hashlib.sha256(canonical(told).encode("utf-8", "surrogatepass")).hexdigest()


def sealed(seq: int, time: str, actor: str, act: str, entry: str | None, payload: Any, prev: str) -> Event:
    """The event that follows the one whose hash is ``prev``."""
    event = Event(seq, time, actor, act, entry, canonical(payload), prev, "")
    return Event(seq, time, actor, act, entry, event.payload, prev, digest(event))


def head_of(count: int, last: str) -> str:
    """How the end of a chain is written down: ``17:6e09…``."""
    return f"{count}:{last}"


def broken(events: Iterable[Event]) -> Iterator[Problem]:
    """Every place where a sequence of events, in the order of their numbers, is not the chain that was written."""
    seq, prev = 0, FIRST
    for event in events:
        where = f"事件 {event.seq}"
        if event.seq != seq + 1:
            yield Problem(
                where,
                Words(
                    f"序号不连续，其前应为第 {event.seq - 1} 号，实为第 {seq} 号：有事件被删除或插入",
                    f"numbers are not continuous: {seq} stands before {event.seq}; events were removed or inserted",
                ),
            )
        if event.prev != prev:
            yield Problem(
                where,
                Words(
                    "所记上一事件的哈希与上一事件不符：上一事件被改动、删除，或次序被调换",
                    "the hash it names is not that of the event before: that was edited, removed or put elsewhere",
                ),
            )
        if event.hash != digest(event):
            yield Problem(
                where, Words("内容与其哈希不符：该事件被改动", "its content does not match its hash: it was edited")
            )
        seq, prev = event.seq, event.hash
