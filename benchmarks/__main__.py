"""Run all parts, print the table, keep it: ``python -m benchmarks [--quick] [--json FILE]``."""

from __future__ import annotations

import json
import os
import platform
import sys
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

import click

from benchmarks.table import Results

KEPT = Path(__file__).parent / "RESULTS.md"


def run(sizes: tuple[int, ...], repeats: int, small: int, parts: str = "123456789") -> Results:
    """Every row; each part is imported when its turn comes."""
    from benchmarks import cold, compare, decisions, html, ledger, memory, office, outcomes, word

    results = Results(facts(repeats))
    if "1" in parts:
        _say("1 deciding")
        decisions.measure(results, sizes, repeats)
    if "2" in parts:
        _say("2 outcomes and reports")
        outcomes.measure(results, sizes, repeats)
    if "3" in parts:
        _say("3 memory")
        memory.measure(results, small, sizes[-2])
    if "4" in parts:
        _say("4 cold start")
        cold.measure(results, 2 * repeats + 1)
    if "5" in parts:
        _say("5 two reports")
        compare.measure(results, sizes[-1], max(2, repeats // 3))
    if "6" in parts:
        _say("6 the ledger")
        ledger.measure(results, 10 * small, repeats)
    if "7" in parts:
        _say("7 Word documents")
        word.measure(results, max(3, 460 * small // 10_000))
    if "8" in parts:
        _say("8 workbooks")
        office.measure(results, max(3, 450 * small // 10_000))
    if "9" in parts:
        _say("9 the HTML report in a browser")
        html.measure(results, 560 if sizes[-1] >= 1000 else sizes[0], 3)
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
        f"whole processes {2 * repeats + 1}; memory once",
    }


def _say(what: str) -> None:
    click.echo(f"… {what}", err=True)


@click.command()
@click.option("--quick", is_flag=True, help="Small sizes: whether it runs, not how fast. Keeps no results.")
@click.option("--json", "file", type=click.Path(dir_okay=False, path_type=Path), help="Write the results there too.")
@click.option("--parts", default="123456789", show_default=True, help="Which parts; results are kept only of all.")
def main(quick: bool, file: Path | None, parts: str) -> None:
    """Measure, print a Markdown table, and keep it in benchmarks/RESULTS.md."""
    results = run((10, 50, 100), 3, 200, parts) if quick else run((100, 1000, 2000), 9, 10_000, parts)
    text = results.markdown()
    sys.stdout.write(text)
    if not quick and parts == "123456789":
        KEPT.write_text(text, "utf-8")
    if file:
        file.write_text(json.dumps(results.json(), ensure_ascii=False, indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    main()
