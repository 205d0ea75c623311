"""The Word documents of a large report: time, and memory against the size of the report.

``python -m benchmarks.word`` measures by itself, in processes of its own.
"""

from __future__ import annotations

import gc
import subprocess
import sys
import time
from io import BytesIO

from benchmarks.memory import _peak_so_far
from benchmarks.table import Results
from compliance.schemas.report import Report

__all__ = ["SECTION", "measure"]

SECTION = "7 Word documents"
KINDS = ("docx", "onsite")
_AIM = 10


def measure(results: Results, communities: int) -> None:
    """Of one dossier of so many communities; the report stands before memory is looked at.

    How large the report is in JSON is found in another process, as writing it would hide the peak.
    """
    findings, size = (int(word) for word in _child("size", communities))
    for kind in KINDS:
        made, grown, took = _child(kind, communities)
        results.add(
            SECTION,
            f"{kind} of {findings:,} findings: memory grown ÷ bytes of the JSON report",
            int(grown) / size,
            _AIM,
            note=f"{int(grown) / 1e6:.1f} MB for {size / 1e6:.1f} MB of report; {int(made) / 1e6:.2f} MB of Word "
            f"in {float(took):.2f} s",
        )


def _child(what: str, communities: int) -> list[bytes]:
    command = [sys.executable, "-m", "benchmarks.word", what, str(communities)]
    return subprocess.run(command, stdout=subprocess.PIPE, check=True).stdout.split()


# -- in the child --------------------------------------------------------------------------------------------------


def _report(communities: int) -> Report:
    """What is open or fails is in ``strict`` nearly everything: no attachment comes along."""
    from benchmarks.dossiers import bench
    from compliance.assembly import report
    from compliance.bench import put
    from compliance.evidence.present import attachment_states
    from compliance.intake import read

    command = [sys.executable, "-m", "benchmarks.word", "make", str(communities)]
    data = subprocess.run(command, stdout=subprocess.PIPE, check=True).stdout
    received = read("-", stdin=BytesIO(data))
    states = attachment_states(received.dossier, received.files)
    judgement = put(received.dossier, states, bench(), "strict")
    return report(received, judgement, states, as_of_given=True, profile_given=True)


def _run(kind: str, communities: int) -> None:
    from compliance.render import render

    told = _report(communities)
    if kind == "size":
        print(len(told.findings), len(render(told, "json")))
        return
    gc.collect()
    before, began = _peak_so_far(), time.process_time()
    made = len(render(told, kind))
    print(made, _peak_so_far() - before, time.process_time() - began)


def _main(what: str, number: int) -> None:
    if what == "make":
        from benchmarks.dossiers import dossier

        sys.stdout.buffer.write(dossier(number))
    else:
        _run(what, number)


if __name__ == "__main__":
    if len(sys.argv) == 3:
        _main(sys.argv[1], int(sys.argv[2]))
    else:
        table = Results({})
        measure(table, 460)
        print(table.markdown())
