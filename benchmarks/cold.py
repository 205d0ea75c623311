"""Part 4: how long the program takes to start, against importing what it cannot do without."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from pathlib import Path
from statistics import median

from benchmarks.dossiers import AS_OF, PROFILE, dossier
from benchmarks.table import Results
from benchmarks.timing import command_seconds, ratio

__all__ = ["SECTION", "measure"]

SECTION = "4 Cold start"
_CLICK = ["-c", "import click"]
_PARTS = ["-c", "import click, pydantic, compliance.engine"]


def measure(results: Results, repeats: int) -> None:
    """Whole processes, the interpreter's own start included on both sides."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "dossier.json"
        path.write_bytes(dossier(1))
        # Under the national profile: what a place sets is read from one more file.
        check = ["-m", "compliance", "check", str(path), "--mode", "feed", "--as-of", AS_OF]
        rows: list[tuple[str, Sequence[str], Sequence[str], float | None]] = [
            ("compliance --help ÷ import click", ["-m", "compliance", "--help"], _CLICK, 2),
            ("check of one community ÷ importing click, pydantic and the engine", check, _PARTS, 3),
            ("the same under a profile of its own", [*check, "--profile", str(PROFILE)], _PARTS, None),
        ]
        for what, over, under, target in rows:
            command_seconds(over)  # compiled modules and pages are there from now on
            pairs = [(command_seconds(over), command_seconds(under)) for _ in range(repeats)]
            slow, quick = zip(*pairs, strict=True)
            note = f"{median(slow) * 1e3:.0f} ms ÷ {median(quick) * 1e3:.0f} ms"
            results.add(SECTION, what, ratio(slow, quick), target, note=note)
