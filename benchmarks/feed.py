"""Part f: a year of the nation as a stream, by one process and by two, and ten years of it; by the wall clock.

The stream is written to a temporary folder, each county with communities of its own, so that checks between dossiers
find what they would find in earnest. The command is run as users run it; its memory is that of all its processes.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from statistics import mean, median
from typing import Any

import orjson

from benchmarks.dossiers import AS_OF, PROFILE
from benchmarks.table import Results
from fixtures.builder.generator import generate

__all__ = ["SECTION", "measure"]

SECTION = "f Feeds"
_MODELS = 25
"""Dossiers that are generated; the others are these with other places, names and numbers"""
_WAIT = 0.5


def measure(results: Results, dossiers: int, times: int, repeats: int) -> None:
    """``dossiers`` of 100 communities each, and ``times`` as many."""
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        size = _write(place / "year.jsonl", dossiers, 0)
        parse = [_parse(place / "year.jsonl")]
        one, two = [], []
        for number in range(repeats):
            two.append(_run(place / "year.jsonl", place / f"two{number}", 2))
            parse.append(_parse(place / "year.jsonl"))
            one.append(_run(place / "year.jsonl", place / f"one{number}", 1))
            parse.append(_parse(place / "year.jsonl"))
        floor, best = median(parse), median(seconds for seconds, _ in two)
        what = f"{100 * dossiers:,} communities in {dossiers:,} dossiers, {size / 1e6:.0f} MB"
        found = orjson.loads((place / "two0" / "feed.json").read_bytes())
        results.add(
            SECTION, f"{what}: two processes, what does not pass is written ÷ `orjson.loads` by one", best / floor, 12,
            note=f"{best:.1f} s to {floor:.2f} s; {found['findings']:,} findings; {dossiers / best:.1f} dossiers/s",
        )  # fmt: skip
        alone = median(seconds for seconds, _ in one)
        results.add(
            SECTION, "the same: two processes ÷ one (1.8 times as fast is 0.556)", best / alone, 1 / 1.8,
            note=f"{best:.1f} s to {alone:.1f} s",
        )  # fmt: skip
        resident = two[0][1]
        _flat(results, "the same: resident memory of all processes", resident)
        (place / "year.jsonl").unlink()
        for number in range(times):
            _write(place / f"year{number}.jsonl", dossiers, number)
        long, resident = _run(place, place / "long", 2, "year*.jsonl")
        rate = times * best / long
        results.add(
            SECTION, f"{times} times as many: rate, how far from the same", abs(rate - 1), 0.15,
            note=f"{times * dossiers / long:.1f} dossiers/s to {dossiers / best:.1f}; {long:.0f} s",
        )  # fmt: skip
        _flat(results, f"{times} times as many: resident memory of all processes", resident)


def _flat(results: Results, what: str, resident: list[int]) -> None:
    """The last quarter against the second: by then everything that is loaded once is loaded."""
    quarter = max(1, len(resident) // 4)
    early, late = mean(resident[quarter : 2 * quarter] or resident), mean(resident[-quarter:])
    results.add(
        SECTION, f"{what}, last quarter ÷ second quarter", late / early, 1.1,
        note=f"{early / 1e6:.0f} MB, then {late / 1e6:.0f} MB; at most {max(resident) / 1e6:.0f} MB",
    )  # fmt: skip


def _write(file: Path, count: int, year: int) -> int:
    with file.open("wb") as out:
        for number, model in zip(range(count), _models(), strict=False):
            out.write(_other(model, number, year) + b"\n")
    return file.stat().st_size


_made: list[dict[str, Any]] = []


def _models() -> Iterator[dict[str, Any]]:
    while len(_made) < _MODELS:
        _made.append(dict(generate(100, len(_made), violations=5).dossier))
    while True:
        yield from _made


def _other(model: dict[str, Any], number: int, year: int) -> bytes:
    """The same county under another number, with communities, counts and documents of its own."""
    more = number // _MODELS + 20 * year
    changed = {
        "dossier_id": f"shili-{year}-{number}",
        "area_code": f"99{number // 100 % 100:02d}{1 + number % 99:02d}",
        "area_name": f"示例{number}县",
        "communities": [_community(c, more, f"{year}-{number}-{n}") for n, c in enumerate(model["communities"])],
        "attachments": [_attachment(a, f"{year:04x}{number:08x}") for a in model["attachments"]],
    }
    return orjson.dumps({**model, **changed})


_COUNTS = ("total", "participated", "agreed", "total_owners", "part_owners", "agree_owners")


def _community(c: dict[str, Any], more: int, place: str) -> dict[str, Any]:
    """So many households more, who all take part and agree: what passed passes still."""
    rounds = {
        name: [{k: v + more if k in _COUNTS else v for k, v in entry.items()} for entry in c[name]]
        for name in ("consultations", "votes")
        if c.get(name)
    }
    own = {name: c[name] + more for name in ("households", "owners_count") if c.get(name) is not None}
    return {**c, **rounds, **own, "name": f"{c['name']}{place}", "address": f"示例路{place}号"}


def _attachment(a: dict[str, Any], mark: str) -> dict[str, Any]:
    return {**a, "sha256": mark + a["sha256"][len(mark) :]} if a.get("sha256") else a


def _parse(file: Path) -> float:
    began = time.perf_counter()
    with file.open("rb") as lines:
        for line in lines:
            orjson.loads(line)
    return time.perf_counter() - began


def _run(source: Path, out: Path, jobs: int, pattern: str | None = None) -> tuple[float, list[int]]:
    """Seconds by the clock, and the memory of the command and its workers every half second."""
    import psutil

    paths = sorted(map(str, source.glob(pattern))) if pattern else [str(source)]
    command = [
        sys.executable, "-m", "compliance", "feed", *paths, "--profile", str(PROFILE), "--as-of", AS_OF,
        "--jobs", str(jobs), "--out", str(out), "--progress", "none",
    ]  # fmt: skip
    resident: list[int] = []
    began = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    ended = threading.Event()

    def watch() -> None:
        while not ended.wait(_WAIT):
            try:
                parent = psutil.Process(process.pid)
                resident.append(sum(p.memory_info().rss for p in (parent, *parent.children(recursive=True))))
            except psutil.Error:
                continue

    watcher = threading.Thread(target=watch)
    watcher.start()
    _, said = process.communicate()
    seconds = time.perf_counter() - began
    ended.set()
    watcher.join()
    if process.returncode not in (0, 1):
        raise RuntimeError(f"the run ended with {process.returncode}: {said.decode()[-2000:]}")
    return seconds, resident or [0]
