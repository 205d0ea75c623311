"""Two revisions → which outcomes differ over all fixtures, item by item with counts; for the CHANGELOG.

``make verdicts FROM=revision TO=revision``: FROM defaults to HEAD, TO to this working tree. The
fixtures of the working tree are judged by both: cities, invented places, cases and every variant. A place's rules are
those of ``fixtures/profiles`` for its area code, else those that the revision ships.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import yaml

HOME = Path(__file__).resolve().parent.parent
AS_OF = "2024-03-31"

ASK = """
import inspect, json, shutil, sys, tempfile
from pathlib import Path
from compliance.road import check

by_area = inspect.signature(check).parameters["profile"].default is None

def judged(folder, profile, mode):
    if profile is None and not by_area:
        profile = "national"
    try:
        report = check(folder, profile=profile, mode=mode, as_of=sys.argv[1])
    except Exception as error:
        return {"*": type(error).__name__}
    return {f.id: f"{f.outcome}/{f.reason}" if f.reason else f.outcome for f in report.findings}

found = {}
for job in json.load(sys.stdin):
    for mode in job["modes"]:
        if job["dossier"] is None:
            outcomes = judged(Path(job["folder"]), job["profile"], mode)
        else:  # a variant: its dossier over the documents of what it varies
            with tempfile.TemporaryDirectory() as folder:
                copy = Path(shutil.copytree(job["folder"], Path(folder) / "copy", copy_function=shutil.copyfile))
                shutil.copyfile(job["dossier"], copy / "dossier.json")
                outcomes = judged(copy, job["profile"], mode)
        for ident, outcome in outcomes.items():
            found[f"{job['name']} {mode} {ident}"] = outcome
print(json.dumps(found))
"""


class Job(NamedTuple):
    """A dossier to be judged: its folder, and for a variant the dossier that takes the place of the one there."""

    name: str
    folder: str
    dossier: str | None
    profile: str | None
    modes: tuple[str, ...]


# -- what is judged --------------------------------------------------------------------------------------------


def jobs(home: Path, scratch: Path, variants: Mapping[str, tuple[str, bytes]]) -> list[Job]:
    """Every fixture below ``home``; ``variants``: name → what it varies, its dossier."""
    rules = _rules(home)
    folders = sorted(p.parent for p in (home / "fixtures").rglob("dossier.json"))
    found = [Job(f.name, str(f), None, _rules_for(f / "dossier.json", rules), ("strict", "feed")) for f in folders]
    for name, (base, dossier) in sorted(variants.items()):
        file = scratch / f"{name}.json"
        file.write_bytes(dossier)
        found.append(Job(name, str(home / "fixtures" / base), str(file), _rules_for(file, rules), ("strict",)))
    return found


def _rules(home: Path) -> dict[str, str]:
    """Area code → the profile of the fixtures for it."""
    found = {}
    for file in sorted((home / "fixtures" / "profiles").glob("*.yaml")):
        for code in yaml.safe_load(file.read_text("utf-8")).get("area_codes", ()):
            found[str(code)] = str(file)
    return found


def _rules_for(dossier: Path, rules: Mapping[str, str]) -> str | None:
    """The invented rules for a dossier's area; an invented city and province go by those of their first county."""
    code = str(json.loads(dossier.read_bytes())["area_code"])
    within = code[:2] if code.endswith("0000") else code[:4]
    below = sorted(known for known in rules if known.startswith(within))
    return rules.get(code) or (rules[below[0]] if below and code.endswith("00") else None)


def built_variants() -> dict[str, tuple[str, bytes]]:
    """The variants as the working tree builds them."""
    sys.path.insert(0, str(HOME))
    from fixtures.builder import variant, variants
    from fixtures.builder.write import as_bytes

    return {name: (variant(name).base, as_bytes(variant(name).build().dossier)) for name in variants()}


# -- judging ---------------------------------------------------------------------------------------------------


def outcomes(code: Path, work: list[Job]) -> dict[str, str]:
    """Every finding of every job, judged by the code in a folder; ``dossier mode finding`` → outcome."""
    parts = min(len(work), os.cpu_count() or 1)
    with ThreadPoolExecutor(parts) as pool:
        answers = pool.map(lambda n: _ask(code, work[n::parts]), range(parts))
        return {key: outcome for found in answers for key, outcome in found.items()}


def _ask(code: Path, work: list[Job]) -> dict[str, str]:
    command = [sys.executable, "-c", ASK, AS_OF]
    given = json.dumps([job._asdict() for job in work]).encode()
    environment = {**os.environ, "PYTHONPATH": str(code)}
    run = subprocess.run(command, cwd=code, env=environment, input=given, stdout=subprocess.PIPE, check=True)
    found: dict[str, str] = json.loads(run.stdout)
    return found


@contextmanager
def checked_out(revision: str | None, home: Path) -> Iterator[Path]:
    """A folder with the code of a revision; the working tree itself for none."""
    if revision is None:
        yield home
        return
    with tempfile.TemporaryDirectory() as folder:
        tree = Path(folder) / "tree"
        tree.mkdir()
        archive = subprocess.run(["git", "archive", revision], cwd=home, stdout=subprocess.PIPE, check=True).stdout
        subprocess.run(["tar", "-x", "-C", str(tree)], input=archive, check=True)
        yield tree


# -- comparing -------------------------------------------------------------------------------------------------


def compare(before: Mapping[str, str], after: Mapping[str, str]) -> list[str]:
    """What differs, item by item: how many findings went from what to what, then each of them."""
    changed: dict[str, list[tuple[str, str, str]]] = {}
    for key in sorted(before.keys() | after.keys()):
        was, now = before.get(key, "-"), after.get(key, "-")
        if was != now:
            changed.setdefault(_item(key), []).append((key, was, now))
    lines = []
    for item in sorted(changed, key=_order):
        counts = Counter(f"{was} -> {now}" for _, was, now in changed[item])
        lines.append(f"{item}: " + ", ".join(f"{move} ({n})" for move, n in sorted(counts.items())))
        lines += [f"    {key}: {was} -> {now}" for key, was, now in changed[item]]
    total = sum(len(found) for found in changed.values())
    both = before.keys() & after.keys()
    lines.append(
        f"{total} findings differ; {len(after)} after, {len(before)} before, {len(both)} in both, {len(changed)} items"
    )
    return lines


def _item(key: str) -> str:
    """The item of a finding (B7.1/community/c001); * where the dossier could not be judged at all."""
    return key.split(" ", 2)[2].split("/")[0]


def _order(item: str) -> tuple[Any, ...]:
    """The standard's order: B before H before X, by number."""
    digits = item[1:].split(".")
    return (item[:1], *(int(d) if d.isdigit() else 0 for d in digits), item)


def main(arguments: Iterable[str]) -> int:
    given = [one or None for one in arguments]
    first = given[0] if given and given[0] else "HEAD"
    second = given[1] if len(given) > 1 else None
    with tempfile.TemporaryDirectory() as scratch:
        work = jobs(HOME, Path(scratch), built_variants())
        with checked_out(first, HOME) as code:
            before = outcomes(code, work)
        with checked_out(second, HOME) as code:
            after = outcomes(code, work)
    print(f"{first} -> {second or 'working tree'}, {len(work)} dossiers, as of {AS_OF}")
    print("\n".join(compare(before, after)))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
