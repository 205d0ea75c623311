"""Run all parts, print the table, keep it: ``python -m benchmarks [--quick] [--json FILE]``."""

from __future__ import annotations

import json
import os
import platform
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from importlib import import_module
from importlib.metadata import version
from pathlib import Path
from typing import Any

import click

from benchmarks.table import Results

KEPT = Path(__file__).parent / "RESULTS.md"


Sizes = tuple[int, ...]
"""Communities: three sizes of dossier, from small to large"""


def _parts() -> dict[str, tuple[str, Callable[[Results, Sizes, int, int], None]]]:
    """Letter → what the part is about, and what measures it: results, sizes, rounds, number of small dossiers."""

    def part(module: str) -> Any:  # imported when its turn comes
        return import_module(f"benchmarks.{module}")

    return {
        "1": ("deciding", lambda r, s, n, k: part("decisions").measure(r, s, n)),
        "2": ("outcomes and reports", lambda r, s, n, k: part("outcomes").measure(r, s, n)),
        "3": ("memory", lambda r, s, n, k: part("memory").measure(r, k, s[-2])),
        "4": ("cold start", lambda r, s, n, k: part("cold").measure(r, 2 * n + 1)),
        "5": ("two reports", lambda r, s, n, k: part("compare").measure(r, s[-1], max(2, n // 3))),
        "6": ("the ledger", lambda r, s, n, k: part("ledger").measure(r, 10 * k, n)),
        "7": ("Word documents", lambda r, s, n, k: part("word").measure(r, max(3, 460 * k // 10_000))),
        "8": ("workbooks", lambda r, s, n, k: part("office").measure(r, max(3, 450 * k // 10_000))),
        "9": (
            "the HTML report in a browser",
            lambda r, s, n, k: part("html").measure(r, 560 if s[-1] >= 1000 else s[0], 3),
        ),
        "b": (
            "other validators",
            lambda r, s, n, k: part("others").measure(r, s[0], 5 if s[0] >= 100 else 2, _some(n)),
        ),
        "c": ("formats", lambda r, s, n, k: part("formats").measure(r, s[0], _some(n))),
        "f": (
            "feeds",
            lambda r, s, n, k: part("feed").measure(r, *((500, 10, 2) if k >= 10_000 else (12, 2, 1))),
        ),
    }


PARTS = "".join(_parts())


def _some(repeats: int) -> int:
    return max(1, repeats // 2)


def run(sizes: Sizes, repeats: int, small: int, parts: str = PARTS) -> Results:
    """Every row; each part is imported when its turn comes."""
    results = Results(facts(repeats))
    for letter, (title, measure) in _parts().items():
        if letter in parts:
            _say(f"{letter} {title}")
            measure(results, sizes, repeats, small)
    return results


def facts(repeats: int) -> dict[str, str]:
    """What the figures depend on, without anything that names the machine."""
    return {
        "date": datetime.now(UTC).date().isoformat(),
        "Python": f"{platform.python_implementation()} {platform.python_version()}, {platform.system()} "
        f"{platform.machine()}, {os.cpu_count()} cores",
        "durable-rules": version("durable-rules"),
        "pydantic": version("pydantic"),
        "clock": "processor time; medians over rounds in which both sides of a ratio take turns: "
        f"{repeats} rounds, other engines {max(1, repeats // 3)}, reports {max(2, repeats // 3)}, "
        f"whole processes {2 * repeats + 1}, validators and formats {_some(repeats)} (rego-cpp and whole processes "
        "against validators 2); memory once",
    }


def _say(what: str) -> None:
    click.echo(f"… {what}", err=True)


@click.command()
@click.option("--quick", is_flag=True, help="Small sizes: whether it runs, not how fast. Keeps no results.")
@click.option("--json", "file", type=click.Path(dir_okay=False, path_type=Path), help="Write the results there too.")
@click.option("--parts", default=PARTS, show_default=True, help="Which parts; results are kept only of all.")
def main(quick: bool, file: Path | None, parts: str) -> None:
    """Measure, print a Markdown table, and keep it in benchmarks/RESULTS.md."""
    results = run((10, 50, 100), 3, 200, parts) if quick else run((100, 1000, 2000), 9, 10_000, parts)
    text = results.markdown()
    sys.stdout.write(text)
    if not quick and parts == PARTS:
        KEPT.write_text(text, "utf-8")
    if file:
        file.write_text(json.dumps(results.json(), ensure_ascii=False, indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    main()
