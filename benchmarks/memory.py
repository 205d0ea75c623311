"""Part 3: memory over thousands of small dossiers in one process, and the peak for one large dossier."""

from __future__ import annotations

import gc
import os
import resource
import struct
import subprocess
import sys
from array import array
from pathlib import Path
from statistics import mean
from typing import BinaryIO

from benchmarks.table import Results

__all__ = ["SECTION", "measure"]

SECTION = "3 Memory"
_WHOLE = 10
"""Of so many dossiers one is reported in full, the others only decided."""


def measure(results: Results, small: int, large: int) -> None:
    """``small`` dossiers one after the other, and one of ``large`` communities."""
    tenths = _many(small)
    results.add(
        SECTION,
        f"{small:,} dossiers of 1 to 3 communities in one process: resident memory, last tenth ÷ second tenth",
        tenths[-1] / tenths[1],
        1.05,
        note=f"{tenths[1] / 1e6:.1f} MB, then {tenths[-1] / 1e6:.1f} MB; every {_WHOLE}th with its whole report",
    )
    for what in ("outcomes", "report"):
        size, peak, told = _peak(what, large)
        results.add(
            SECTION,
            f"one dossier of {large:,} communities, {what}: peak above what the loaded program takes, ÷ its bytes",
            peak / size,
            note=f"{peak / 1e6:.0f} MB for {size / 1e6:.1f} MB{f' and {told / 1e6:.0f} MB of report' if told else ''}",
        )


def _many(count: int) -> list[float]:
    """Resident memory, the mean of each tenth. Dossiers are made here and handed over, as making them takes memory."""
    from benchmarks.dossiers import dossier

    child = subprocess.Popen(
        [sys.executable, "-m", "benchmarks.memory", "many", str(count)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    assert child.stdin
    assert child.stdout
    for number in range(count):
        data = dossier(1 + number % 3, number)
        child.stdin.write(struct.pack("<I", len(data)) + data)
    child.stdin.close()
    resident = [int(line) for line in child.stdout]
    if child.wait() or len(resident) != count:
        raise RuntimeError("the process that should check many dossiers did not end well")
    tenth = count // 10
    return [mean(resident[n * tenth : (n + 1) * tenth]) for n in range(10)]


def _peak(what: str, communities: int) -> tuple[int, int, int]:
    command = [sys.executable, "-m", "benchmarks.memory", what, str(communities)]
    said = subprocess.run(command, stdout=subprocess.PIPE, check=True).stdout.split()
    size, peak, told = map(int, said)
    return size, peak, told


# -- in the child --------------------------------------------------------------------------------------------------


def _run_many(count: int, source: BinaryIO) -> None:
    import psutil

    from benchmarks.dossiers import bench
    from benchmarks.outcomes import decide, write

    opened, process = bench(), psutil.Process()
    resident = array("q", bytes(8 * count))  # told at the end: a full pipe would stop both processes
    for number in range(count):
        (size,) = struct.unpack("<I", source.read(4))
        data = source.read(size)
        if number % _WHOLE:
            decide(data, opened)
        else:
            write(data, opened)
        resident[number] = process.memory_info().rss
    print(*resident, sep="\n")


def _run_peak(what: str, communities: int) -> None:
    from benchmarks.dossiers import bench, dossier
    from benchmarks.outcomes import decide, write

    run = decide if what == "outcomes" else write
    opened = bench()
    run(dossier(1), opened)
    # Made in another process: what generating it took would hide the peak.
    command = [sys.executable, "-m", "benchmarks.memory", "make", str(communities)]
    data = subprocess.run(command, stdout=subprocess.PIPE, check=True).stdout
    gc.collect()
    before = _peak_so_far()
    told = run(data, opened)
    print(len(data), _peak_so_far() - before, len(told) if isinstance(told, bytes) else 0)


def _peak_so_far() -> int:
    """Of this program alone: Linux counts in ``ru_maxrss`` what the process that started it had taken by then."""
    status = Path("/proc/self/status")
    if status.exists():
        (line,) = [line for line in status.read_text("ascii").splitlines() if line.startswith("VmHWM:")]
        return int(line.split()[1]) * 1024
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024


def _main(what: str, number: int) -> None:
    if what == "many":
        _run_many(number, sys.stdin.buffer)
    elif what == "make":
        from benchmarks.dossiers import dossier

        with os.fdopen(1, "wb") as out:
            out.write(dossier(number))
    else:
        _run_peak(what, number)


if __name__ == "__main__":
    _main(sys.argv[1], int(sys.argv[2]))
