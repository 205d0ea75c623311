"""Whole reports of the fixtures → ``fixtures/golden``; ``--accept`` writes them, otherwise differences are listed.

A golden is what an inspector sees (the text report, Chinese) and every finding's outcome, one a line. A changed
golden is a changed judgement: review it as law is reviewed, and let the CHANGELOG say what changed and why.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from compliance.render import render
from compliance.road import check

HOME = Path(__file__).resolve().parent.parent
FOLDER = HOME / "fixtures" / "golden"
AS_OF = "2024-03-31"
PROFILES = HOME / "fixtures" / "profiles"


def fixtures() -> Iterator[tuple[str, Path, str | None]]:
    """Name, dossier and profile of every fixture that has a golden; real cities find theirs by their area code."""
    for folder in sorted((HOME / "fixtures" / "cities").iterdir()):
        if (folder / "dossier.json").is_file():
            yield folder.name, folder / "dossier.json", None
    for name in ("shili-county", "shili-city", "shili-province"):
        yield name, HOME / "fixtures" / name, str(PROFILES / "shili.yaml")
    for folder in sorted((HOME / "fixtures" / "cases").iterdir()):
        yield folder.name, folder, str(PROFILES / "cases.yaml")


def outputs(name: str, dossier: Path, profile: str | None) -> dict[str, bytes]:
    """File name → content, for one fixture."""
    made: dict[str, bytes] = {}
    for mode in ("strict", "feed"):
        report = check(dossier, profile=profile, mode=mode, as_of=AS_OF)
        lines = [f"{f.id} {f.outcome} {f.reason or f.basis or '-'} {f.disposition}" for f in report.findings]
        items = [f"{i.item} {i.outcome} {i.reason or '-'} {i.numerator}/{i.denominator}" for i in report.items]
        made[f"{name}.{mode}.outcomes.txt"] = ("\n".join([*items, "", *lines]) + "\n").encode()
        if mode == "strict":
            made[f"{name}.{mode}.report.txt"] = render(report, "text", "zh")
    return made


def main(arguments: list[str]) -> int:
    accept = "--accept" in arguments
    wanted = {n: data for fixture in fixtures() for n, data in outputs(*fixture).items()}
    held = {p.name: p.read_bytes() for p in FOLDER.glob("*.txt")} if FOLDER.is_dir() else {}
    changed = sorted(n for n in wanted.keys() | held.keys() if wanted.get(n) != held.get(n))
    for name in changed:
        print(name)
        if accept and name in wanted:
            FOLDER.mkdir(exist_ok=True)
            (FOLDER / name).write_bytes(wanted[name])
        elif accept:
            (FOLDER / name).unlink()
    if accept:
        tests = [sys.executable, "-m", "pytest", "-q", "tests/test_render_text.py"]
        subprocess.run(tests, check=True, cwd=HOME, env={**os.environ, "GOLDEN": "1"})
    return 1 if changed and not accept else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
