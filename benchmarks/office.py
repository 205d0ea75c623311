"""Part 8: a report of ten thousand findings → the workbook and the CSV; memory and time, against the report as JSON."""

from __future__ import annotations

import gc
import subprocess
import sys
import time
from io import BytesIO
from pathlib import Path

from benchmarks.dossiers import bench, dossier
from benchmarks.table import Results
from compliance.assembly import report
from compliance.bench import put
from compliance.evidence.present import attachment_states
from compliance.intake import read
from compliance.rectify.lists import lists_of
from compliance.rectify.reading import read_report
from compliance.render import render

__all__ = ["SECTION", "measure"]

SECTION = "8 Workbooks"
FORMATS = ("xlsx", "csv")


def measure(results: Results, communities: int) -> None:
    """The report of a county of ``communities``, about 22 findings each; every format in a process of its own."""
    if not Path("/proc/self/clear_refs").exists():
        results.remarks.append(f"{SECTION}: not measured, as only Linux lets a process forget its peak of memory.")
        return
    for name in FORMATS:
        command = [sys.executable, "-m", "benchmarks.office", name, str(communities)]
        said = subprocess.run(command, stdout=subprocess.PIPE, check=True).stdout.split()
        findings, size, grown, made, seconds, parsing = (float(word) for word in said)
        results.add(
            SECTION,
            f"a report of {findings:,.0f} findings → {name}: memory above that of the report ÷ the report's bytes",
            grown / size,
            10,
            note=f"{grown / 1e6:.0f} MB for {size / 1e6:.0f} MB of JSON; a file of {made / 1e6:.1f} MB",
        )
        results.add(
            SECTION,
            f"the same → {name}: time ÷ that of writing the report as JSON",
            seconds / parsing,
            note=f"{seconds:.1f} s of processor time, the lists included",
        )


def _main(name: str, communities: int) -> None:
    opened, data = bench(), dossier(communities)
    received = read("-", stdin=BytesIO(data))
    states = attachment_states(received.dossier, received.files)
    told = report(received, put(received.dossier, states, opened, "feed"), states, as_of_given=True, profile_given=True)
    began = time.process_time()
    size = len(render(told, "json"))
    writing = time.process_time() - began
    gc.collect()
    before = _peak_from_now()
    began = time.process_time()
    made = len(render(told, name, lists=lists_of([read_report(render(told, "json"), "report.json")])))
    seconds = time.process_time() - began
    print(len(told.findings), size, _status("VmHWM") - before, made, seconds, writing)


def _peak_from_now() -> int:
    """Forget the peak so far; the memory that is resident now."""
    Path("/proc/self/clear_refs").write_text("5", "ascii")
    return _status("VmRSS")


def _status(name: str) -> int:
    (line,) = [one for one in Path("/proc/self/status").read_text("ascii").splitlines() if one.startswith(f"{name}:")]
    return int(line.split()[1]) * 1024


if __name__ == "__main__":
    _main(sys.argv[1], int(sys.argv[2]))
