"""Time by the processor's clock of this process, so that what else the machine does counts little."""

from __future__ import annotations

import gc
import os
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from statistics import median
from typing import Any

__all__ = ["Timed", "alternate", "command_seconds", "ratio"]

Timed = Callable[[], Callable[[], Any]]
"""Prepares one run outside the clock, and gives the run."""


def alternate(candidates: Mapping[str, Timed], repeats: int) -> dict[str, list[float]]:
    """Run candidates in turn, ``repeats`` times; seconds of each run."""
    seconds: dict[str, list[float]] = {name: [] for name in candidates}
    for _ in range(repeats):
        for name, prepare in candidates.items():
            run = prepare()
            gc.collect()
            began = time.process_time()
            kept = run()
            seconds[name].append(time.process_time() - began)
            del kept, run
    return seconds


def ratio(over: Sequence[float], under: Sequence[float]) -> float:
    """The median of the ratios, round by round: what slows a whole round falls out."""
    return median(a / b for a, b in zip(over, under, strict=True))


def command_seconds(arguments: Sequence[str]) -> float:
    """Processor seconds of ``python <arguments>``, its start included."""
    child = subprocess.Popen([sys.executable, *arguments], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, status, usage = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode not in (0, 1):  # 1: the gate did not pass
        raise RuntimeError(f"{' '.join(arguments)} ended with {child.returncode}")
    return usage.ru_utime + usage.ru_stime
