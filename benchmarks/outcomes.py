"""Part 2: bytes → every outcome and the exit code, bytes → the whole JSON report; against reading and writing JSON."""

from __future__ import annotations

import json
from collections.abc import Sequence
from io import BytesIO
from statistics import median

import orjson

from benchmarks.dossiers import bench, dossier
from benchmarks.table import Results
from benchmarks.timing import alternate, ratio
from compliance import collector
from compliance.assembly import report
from compliance.bench import Bench, Judgement, put
from compliance.evidence.present import attachment_states
from compliance.intake import read
from compliance.render import render
from compliance.schemas.received import AttachmentState

__all__ = ["SECTION", "decide", "measure", "write"]

SECTION = "2 Outcomes and reports"


def decide(data: bytes, opened: Bench) -> tuple[Judgement, int]:
    """Every outcome, every roll-up and the exit code, as ``road.check`` has them; no finding is written."""
    with collector.at_rest():
        received = read("-", stdin=BytesIO(data))
        states = attachment_states(received.dossier, received.files)
        judgement = put(received.dossier, states, opened, "feed")
    if judgement.lost:
        return judgement, 4
    if AttachmentState.MISMATCH in states.values():
        return judgement, 5
    return judgement, int(judgement.worst is not None)


def write(data: bytes, opened: Bench) -> bytes:
    """The whole report as JSON."""
    with collector.at_rest():
        received = read("-", stdin=BytesIO(data))
        states = attachment_states(received.dossier, received.files)
        judgement = put(received.dossier, states, opened, "feed")
        made = report(received, judgement, states, as_of_given=True, profile_given=True)
    return render(made, "json")


def measure(results: Results, sizes: Sequence[int], repeats: int) -> None:
    """All rows of part 2; the second largest size is the one that the targets are about."""
    opened = bench()
    each = {size: _outcomes(results, opened, size, repeats, size == sizes[-2]) for size in sizes}
    cheapest, dearest = min(each.values()), max(each.values())
    shown = ", ".join(f"{size:,}: {seconds * 1e3:.3g} ms" for size, seconds in each.items())
    results.add(
        SECTION, f"time a community from {sizes[0]:,} to {sizes[-1]:,} communities: dearest ÷ cheapest",
        dearest / cheapest, 1.2, note=shown,
    )  # fmt: skip
    _reports(results, opened, sizes[-2], max(2, repeats // 3))


def _outcomes(results: Results, opened: Bench, size: int, repeats: int, aimed: bool) -> float:
    data = dossier(size)
    judgement, _ = decide(data, opened)
    findings = sum(len(part.codes) for part in judgement.parts)
    columns = judgement.columns
    asked = opened.questions.items()
    decisions = sum(len(one.trees) * len(columns.rows(kind)) for kind, one in asked)
    seconds = alternate(
        {"road": lambda: lambda: decide(data, opened), "parse": lambda: lambda: orjson.loads(data)}, repeats
    )
    took = median(seconds["road"])
    results.add(
        SECTION,
        f"bytes → every outcome and the exit code, {size:,} communities: ÷ orjson.loads",
        ratio(seconds["road"], seconds["parse"]),
        15 if aimed else None,
        note=f"{took:.3f} s for {len(data) / 1e6:.1f} MB; {decisions / took:,.0f} decisions/s, "
        f"{findings / took:,.0f} findings/s",
    )
    return took / size


def _reports(results: Results, opened: Bench, size: int, repeats: int) -> None:
    data = dossier(size)
    text = write(data, opened)
    value = json.loads(text)
    findings = len(value["findings"])
    lines = sum(len(finding["checks"]) for finding in value["findings"])
    seconds = alternate(
        {
            "report": lambda: lambda: write(data, opened),
            "dumps": lambda: lambda: json.dumps(value, ensure_ascii=False).encode(),
        },
        repeats,
    )
    took = median(seconds["report"])
    results.add(
        SECTION,
        f"bytes → full JSON report, {size:,} communities: ÷ json.dumps of that report",
        ratio(seconds["report"], seconds["dumps"]),
        5,
        note=f"{took:.2f} s for {len(text) / 1e6:.0f} MB of report; {findings / took:,.0f} findings/s, "
        f"{lines / took:,.0f} check lines/s",
    )
