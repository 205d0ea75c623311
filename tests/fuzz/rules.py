"""What must never happen, whatever the bytes: each rule raises ``Broken`` and says which one it is."""

from __future__ import annotations

import json
import re
import resource
import signal
import sys
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar
from xml.etree import ElementTree

from compliance.rectify.reading import ReportsRefused
from compliance.render import render_refusal
from compliance.render.gongwen import TemplateRefused
from compliance.schemas.ledger import LedgerRefused
from compliance.schemas.refusal import CODES, Refused
from compliance.schemas.rulebook import RulebookError

__all__ = ["REFUSALS", "Broken", "bounded", "holds", "outcome", "twice"]

T = TypeVar("T")

REFUSALS = (Refused, RulebookError, ReportsRefused, LedgerRefused, TemplateRefused)
"""The typed refusals; any other exception that escapes is a defect."""
CPU_SECONDS = 20
"""Of one input; the slowest valid one needs two."""
GROWTH_MIB = 512
"""By which one input of at most a few hundred KiB may raise the peak of memory."""
_POINTER = re.compile(r"(/([^~/]|~[01])*)*")
_FOR_PROGRAMS = ("sarif", "junit", "github", "oscal")


class Broken(AssertionError):
    """Something that must never happen."""


def holds(condition: object, says: str, *more: object) -> None:
    """A rule; ``more`` is what there was instead."""
    if not condition:
        raise Broken(says + "".join(f"\n    {one!r:.2000}" for one in more))


@contextmanager
def bounded() -> Iterator[None]:
    """A limit of processor time, which other programs on the machine do not use up, and of memory; nothing is printed."""

    def stop(_signal: int, _frame: object) -> None:
        raise Broken(f"more than {CPU_SECONDS} seconds")

    ignored: list[str] = []
    hook, sys.unraisablehook = sys.unraisablehook, lambda raised: ignored.append(f"{raised.object!r}: {raised.exc_value!r}")
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    was = signal.signal(signal.SIGVTALRM, stop)
    signal.setitimer(signal.ITIMER_VIRTUAL, CPU_SECONDS)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, was)
        sys.unraisablehook = hook
    holds(not ignored, "a traceback that Python prints by itself, perhaps of an input before", ignored)
    grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) // 1024
    holds(grown < GROWTH_MIB, f"{grown} MiB of memory")


def outcome(read: Callable[[], T]) -> T | Exception:
    """What was read, or a refusal that is well told; anything else escapes."""
    try:
        return read()
    except REFUSALS as refusal:
        _told(refusal)
        return refusal


def twice(
    read: Callable[[], T], same: Callable[[T], Any] = lambda value: value, *, really: bool = True
) -> T | Exception:
    """As ``outcome``, and a second reading comes to the same: of a result, what ``same`` makes of it."""
    first = outcome(read)
    if not really:
        return first
    second = outcome(read)
    holds(type(first) is type(second), "two readings differ", first, second)
    if isinstance(first, Exception):
        holds(str(first) == str(second), "two refusals differ", str(first), str(second))
    else:
        assert not isinstance(second, Exception)
        holds(same(first) == same(second), "two readings differ", same(first), same(second))
    return first


def _told(refusal: Exception) -> None:
    if isinstance(refusal, Refused):
        _refused(refusal)
    elif isinstance(refusal, ReportsRefused):
        holds(refusal.refusals, "a refusal without errors")
        _texts(refusal.text("zh"), refusal.text("en"))
        json.dumps(refusal.to_json())
    elif isinstance(refusal, LedgerRefused):
        holds(refusal.problems, "a refusal without errors")
        _texts(refusal.text("zh"), refusal.text("en"))
        json.dumps(refusal.to_json())
    elif isinstance(refusal, TemplateRefused):
        _texts(refusal.zh, refusal.en)
    elif isinstance(refusal, RulebookError):
        holds(refusal.problems, "a refusal without errors")
        holds(all(problem.line >= 0 and problem.message for problem in refusal.problems), "a problem without words")
        _texts(str(refusal))


def _refused(refusal: Refused) -> None:
    holds(refusal.errors, "a refusal without errors")
    for error in refusal.errors:
        holds(error.code in CODES, "an unknown code", error)
        holds(_POINTER.fullmatch(error.pointer), "not a JSON Pointer", error)
        holds(all(place is None or place >= 1 for place in (error.line, error.column)), "no place", error)
    texts = refusal.text("zh"), refusal.text("en")
    holds(texts[0] != texts[1], "one text for two languages")
    _texts(*texts)
    json.dumps(refusal.to_json(), ensure_ascii=False).encode()
    name = _FOR_PROGRAMS[zlib.crc32(texts[0].encode()) % len(_FOR_PROGRAMS)]
    written = render_refusal(refusal, name, "zh", path="d.json")
    holds(written, f"no {name} of a refusal")
    if name == "junit":
        ElementTree.fromstring(written or b"")
    elif name != "github":
        json.loads(written or b"")


def _texts(*texts: str) -> None:
    """Nothing from the input reaches a terminal raw, and all of it can be written."""
    for text in texts:
        text.encode()
        holds(all(line.isprintable() for line in text.split("\n")), "what cannot be printed is in a refusal", text)
