"""Part c: a report → each format that a report is written in; time against that of the check that made the report.

Checking is the whole of ``road.check``: from the file to the report with all its findings as objects, which are made
when they are first read. Writing is what the command does for the format: the lists where its sheets bear their
numbers, the lines of the dossier where it names them. The findings are made beforehand and counted as checking, as
they are the same for every format; the note says what a format takes where it makes them itself, as the command has
it, which is more where a format goes through them more than once.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from inspect import signature
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks.dossiers import AS_OF, PROFILE, dossier
from benchmarks.table import Results
from benchmarks.timing import alternate, ratio
from compliance.rectify.lists import lists_of
from compliance.rectify.reading import read_report
from compliance.render import MissingExtraError, formats, render, renderer
from compliance.road import examine
from compliance.schemas.report import Report

__all__ = ["SECTION", "measure", "written"]

SECTION = "c Formats"


def written(report: Report, name: str, data: bytes) -> bytes:
    """One report in one format, as the command has it."""
    takes = signature(renderer(name)).parameters
    options: dict[str, Any] = {}
    if "lists" in takes:
        options["lists"] = lists_of([read_report(render(report, "json"), report.provenance.source)])
    options |= {"dossier": data} if "dossier" in takes else {}
    options |= {"path": "dossier.json"} if "path" in takes else {}
    return render(report, name, **options)


def measure(results: Results, communities: int, repeats: int) -> None:
    """A row a format, of a county's report in mode ``feed``; one community in twenty violates something."""
    data = dossier(communities)
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "dossier.json"
        file.write_bytes(data)

        def checked() -> Report:
            return examine(file, profile=str(PROFILE), mode="feed", as_of=AS_OF)[0]

        def whole() -> Report:
            report = checked()
            return replace(report, findings=tuple(report.findings))

        lazy, made = checked(), whole()
        there = [name for name in formats() if _is_there(results, made, name, data)]
        seconds = _timed({"check": whole, **{name: partial(written, made, name, data) for name in there}}, repeats)
        # Once: it says by what order of magnitude, and takes most of the time.
        itself = _timed({"bare": checked, "check": whole, **{n: partial(written, lazy, n, data) for n in there}}, 1)
    open_ = sum(finding.outcome in ("fail", "unknown") for finding in made.findings)
    check, bare = seconds["check"], median(itself["bare"])
    results.remarks.append(
        f"{SECTION}: checking {communities:,} communities took {median(check):.2f} s, {bare:.2f} s of it before the "
        f"first finding was read; {len(made.findings):,} findings, of which {open_} fail or are open."
    )
    for name in there:
        results.add(
            SECTION,
            f"a report of {len(made.findings):,} findings → {name}: ÷ checking",
            ratio(seconds[name], check),
            1.0,
            note=f"{median(seconds[name]) * 1e3:,.0f} ms, {len(written(made, name, data)) / 1e6:.2f} MB; making the "
            f"findings itself: {ratio(itself[name], itself['check']):.2g}×",
        )


def _timed(runs: dict[str, Callable[[], Any]], repeats: int) -> dict[str, list[float]]:
    return alternate({name: lambda run=run: run for name, run in runs.items()}, repeats)  # type: ignore[misc]


def _is_there(results: Results, report: Report, name: str, data: bytes) -> bool:
    """Written once, so that nothing is imported while the clock runs."""
    try:
        written(report, name, data)
    except MissingExtraError as error:
        results.remarks.append(f"{SECTION}: {name} left out: {error}.")
        return False
    return True
