"""Part 5: two report files → what became of every finding, one → the four lists; against ``orjson.loads`` of both."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path
from statistics import median
from typing import Any

import orjson

from benchmarks.dossiers import bench, dossier
from benchmarks.outcomes import write
from benchmarks.table import Results
from benchmarks.timing import alternate, ratio
from compliance import collector
from compliance.rectify.compare import compare
from compliance.rectify.lists import lists_of
from compliance.rectify.reading import read_reports

__all__ = ["SECTION", "measure"]

SECTION = "5 Two reports"


def measure(results: Results, size: int, repeats: int) -> None:
    """Reports of two dossiers of ``size`` communities that violate different things; the files are in the cache."""
    opened = bench()
    with tempfile.TemporaryDirectory() as folder:
        files = [Path(folder) / f"{seed}.json" for seed in (1, 2)]
        for seed, file in enumerate(files, 1):
            file.write_bytes(write(dossier(size, seed), opened))
        megabytes = sum(file.stat().st_size for file in files) / 1e6
        seconds = alternate(
            {
                "compare": _ready(lambda: compare(*read_reports(files))),
                "lists": _ready(lambda: lists_of(read_reports(files[:1]))),
                "whole": _ready(lambda: _whole(files)),
            },
            repeats,
        )
        old, new = read_reports(files)
        made = compare(old, new)
    told = ", ".join(f"{sum(c[s] for c in made.counts.values())} {s}" for s in made.counts["rectify"])
    results.add(
        SECTION,
        f"two reports of {size:,} communities → what became of every finding: ÷ orjson.loads of both",
        ratio(seconds["compare"], seconds["whole"]),
        2,
        note=f"{median(seconds['compare']):.2f} s for {megabytes:.0f} MB, {len(old.findings):,} findings each; {told}",
    )
    results.add(
        SECTION,
        f"a report of {size:,} communities → the four lists: ÷ orjson.loads of two",
        ratio(seconds["lists"], seconds["whole"]),
        note=f"{median(seconds['lists']):.2f} s",
    )


def _ready(run: Callable[[], Any]) -> Callable[[], Callable[[], Any]]:
    return lambda: run


def _whole(files: list[Path]) -> int:
    """What loading costs: each file read and parsed as a whole, one after the other, as kindly as may be."""
    with collector.at_rest():
        return sum(len(orjson.loads(file.read_bytes())["findings"]) for file in files)
