"""Part b: other validators doing the same work on the same files: structure of dossiers, and a subset of the checks.

Nobody is timed before everybody's outcomes were found equal to ours, also on dossiers with holes, partial dates and
figures at the limits. What a tool cannot say is told beside its figures and tried in ``tests/test_benchmarks.py``.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Callable, Sequence
from importlib import import_module
from importlib.metadata import version
from io import BytesIO
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks.dossiers import AS_OF, PROFILE, bench, dossier
from benchmarks.outcomes import decide
from benchmarks.subset import SUBSET, TABLES, Outcomes, cut, failing, outcomes, place, spoiled
from benchmarks.table import Results
from benchmarks.timing import alternate, command_seconds, ratio
from compliance.bench import Bench
from compliance.intake import read

__all__ = ["HOLED", "SECTION", "check_agreement", "engines", "measure", "table_tools"]

SECTION = "b Other validators"

Engine = Callable[[bytes], Outcomes]
TableTool = Callable[[bytes], dict[str, list[int]]]

HOLED = tuple((10, seed) for seed in range(16, 20))
"""Communities and seed of the dossiers with holes that everybody must agree on"""


def engines(told: dict[str, Any]) -> dict[str, Callable[[], Engine]]:
    """Package → what compiles the subset for it; those that are not installed are left out."""
    from benchmarks.peers import rego

    return _installed({name: lambda make=make: make(told) for name, make in rego.ENGINES.items()})  # type: ignore[misc]


def table_tools(told: dict[str, Any]) -> dict[str, Callable[[], TableTool]]:
    """Package → what prepares the subset for it, from the bytes of a dossier on; its tables are made by our Python."""
    from benchmarks.peers.tables import tables

    def made(module: str) -> TableTool:
        validate = import_module(f"benchmarks.peers.{module}").validator(told)
        return lambda data: validate(tables(data, told))

    return _installed({name: lambda name=name: made(f"{name}_") for name in ("pandera", "frictionless")})  # type: ignore[misc]


def _installed(makers: dict[str, Callable[[], Any]]) -> dict[str, Callable[[], Any]]:
    kept = {}
    for name, make in makers.items():
        try:
            make()
        except ImportError:
            continue
        kept[name] = make
    return kept


def check_agreement(opened: Bench, dossiers: Sequence[bytes]) -> int:
    """Ask everybody about everything; ``AssertionError`` where one says otherwise. How many outcomes were compared."""
    from benchmarks.peers.json_schema import VALIDATORS
    from benchmarks.peers.tables import tables

    told = place(opened)
    asked = {name: make() for name, make in engines(told).items()}
    shown = {name: make() for name, make in table_tools(told).items()}
    valid = {name: make() for name, make in VALIDATORS.items()}
    compared = 0
    for data in dossiers:
        ours = outcomes(decide(data, opened)[0])
        compared += sum(map(len, ours.rows.values()))
        for name, judge in asked.items():
            said = judge(data)
            for check in SUBSET:
                _same(said.rows[check], ours.rows[check], f"{name} says otherwise: {check}")
            _same(said.items, ours.items, f"{name} says otherwise of the items")
        flat = tables(data, told)
        for kind, checks in TABLES.items():
            for check in checks:
                _same(flat[kind]["key"], [key for key, _ in ours.rows[check]], f"other rows for {check}")
        for name, fails in shown.items():
            _same(fails(data), failing(ours), f"{name} finds other rows failing")
        for name, is_valid in valid.items():
            _same(is_valid(data), True, f"{name} refuses what our intake takes")
    return compared


def _same(said: object, ours: object, message: str) -> None:
    if said != ours:
        raise AssertionError(message)


# -- measuring ----------------------------------------------------------------------------------------------------


def measure(results: Results, communities: int, dossiers: int, repeats: int) -> None:
    """All rows: ``dossiers`` dossiers of so many communities, in one process and as whole processes."""
    files = [dossier(communities, seed) for seed in range(1, dossiers + 1)]
    opened, full = cut(), bench()
    compared = check_agreement(opened, [*files[:1], *[spoiled(*which) for which in HOLED]])
    size = sum(map(len, files)) / 1e6
    results.remarks.append(
        f"{SECTION}: {dossiers} dossiers of {communities:,} communities, {size:.1f} MB; of {len(full.rulebook.checks)} "
        f"checks the {len(SUBSET)} in benchmarks/subset.py. Before the clock ran, all outcomes were found equal to "
        f"ours, {compared:,} of rows (of the tools for tables: which rows fail), most on dossiers with holes."
    )
    what = f"{dossiers} dossiers of {communities:,} communities"
    _structure(results, what, files, repeats)
    _rules(results, what, files, opened, full, repeats)
    _processes(results, what, files, min(2, repeats))
    _told(results)


Run = Callable[[bytes], Any]


def _over(files: Sequence[bytes], *runs: Run) -> Callable[[], Callable[[], Any]]:
    """One run: every file through all of ``runs``."""
    return lambda: lambda: [run(data) for data in files for run in runs]


def _structure(results: Results, what: str, files: Sequence[bytes], repeats: int) -> None:
    from benchmarks.peers.json_schema import VALIDATORS

    valid = {name: make() for name, make in VALIDATORS.items()}
    seconds = alternate(
        {"ours": _over(files, _read), **{name: _over(files, run) for name, run in valid.items()}}, repeats
    )
    for name in valid:
        results.add(
            SECTION,
            f"structure alone, {what}: {name} {version(name)} ÷ our intake",
            ratio(seconds[name], seconds["ours"]),
            note=_each(seconds, files, name),
        )


def _rules(results: Results, what: str, files: Sequence[bytes], opened: Bench, full: Bench, repeats: int) -> None:
    from benchmarks.peers.json_schema import jsonschema_rust

    told, valid = place(opened), jsonschema_rust()
    made = {name: make() for name, make in (engines(told) | table_tools(told)).items()}
    ours: Run = lambda data: decide(data, opened)  # noqa: E731
    whole: Run = lambda data: decide(data, full)  # noqa: E731
    for name, judge in made.items():
        slow = name in _SLOW
        asked = files[:1] if slow else files
        candidates = {"ours": _over(asked, ours), "whole": _over(asked, whole), name: _over(asked, valid, judge)}
        if not slow:
            candidates["alone"] = _over(asked, judge)
        seconds = alternate(candidates, min(2, repeats) if slow else repeats)
        note = f"{_each(seconds, asked, name)}; {ratio(seconds[name], seconds['whole']):.3g}× ours of all "
        note += f"{len(full.rulebook.checks)} checks"
        if not slow:
            note += f"; without the structure {ratio(seconds['alone'], seconds['ours']):.3g}×"
        results.add(
            SECTION,
            f"structure and {len(SUBSET)} checks, {'one of ' if slow else ''}{what}: "
            f"{_NAMES.get(name, name)} {version(name)} after jsonschema-rs ÷ ours",
            ratio(seconds[name], seconds["ours"]),
            note=note,
        )


_SLOW = {"regopy"}
_NAMES = {"opa-eval": "Rego by regorus, opa-eval", "regopy": "Rego by rego-cpp, regopy"}


def _read(data: bytes) -> object:
    return read("-", stdin=BytesIO(data))


def _each(seconds: dict[str, list[float]], files: Sequence[bytes], name: str) -> str:
    theirs, ours = (median(seconds[who]) / len(files) * 1e3 for who in (name, "ours"))
    return f"{theirs:.3g} ms ÷ {ours:.3g} ms a dossier"


_OUTCOMES_ALONE = """
import sys
from compliance.bench import open_bench, put
from compliance.evidence.present import attachment_states
from compliance.intake import read
from compliance.schemas.scalars import days
bench = open_bench(sys.argv[1], days(sys.argv[2]))
for file in sys.argv[3:]:
    received = read(file)
    put(received.dossier, attachment_states(received.dossier, received.files), bench, "feed")
"""


def _processes(results: Results, what: str, files: Sequence[bytes], repeats: int) -> None:
    """Whole processes, the interpreter's start and all imports included on both sides."""
    from benchmarks.peers.json_schema import SCHEMA

    with tempfile.TemporaryDirectory() as folder:
        paths = []
        for number, data in enumerate(files):
            paths.append(str(Path(folder) / f"{number}.json"))
            Path(paths[-1]).write_bytes(data)
        theirs = ["-m", "check_jsonschema", "--schemafile", str(SCHEMA), *paths]
        alone = ["-c", _OUTCOMES_ALONE, str(PROFILE), AS_OF, *paths]
        settings = ["--mode", "feed", "--profile", str(PROFILE), "--as-of", AS_OF, "--fail-on", "never"]
        whole = ["-m", "compliance", "check", *paths, *settings, "--report", f"json:{folder}/{{id}}.report.json"]
        command_seconds(theirs)
        taken = [[command_seconds(each) for each in (theirs, alone, whole)] for _ in range(repeats)]
    check, outcome, report = zip(*taken, strict=True)
    of = f"check-jsonschema {version('check-jsonschema')}"
    results.add(
        SECTION,
        f"whole process, {what}: {of}, structure alone ÷ ours, structure and all checks, outcomes",
        ratio(check, outcome),
        note=f"{median(check):.2f} s ÷ {median(outcome):.2f} s",
    )
    results.add(
        SECTION,
        f"whole process, {what}: {of}, structure alone ÷ compliance check with the whole JSON report",
        ratio(check, report),
        note=f"{median(check):.2f} s ÷ {median(report):.2f} s",
    )


def _told(results: Results) -> None:
    """What each cannot say, and which were not there."""
    from benchmarks.peers import json_schema, rego

    results.remarks.append(f"{SECTION}: JSON Schema cannot say: {json_schema.CANNOT}.")
    lines = sum(1 for line in rego.POLICY.read_text("utf-8").splitlines() if line.strip() and line[0] != "#")
    results.remarks.append(f"{SECTION}: Rego ({lines} lines for {len(SUBSET)} checks) cannot say: {rego.CANNOT}.")
    for name in ("pandera", "frictionless"):
        module = sys.modules.get(f"benchmarks.peers.{name}_")
        if module is not None:
            results.remarks.append(f"{SECTION}: {name} cannot say: {module.CANNOT}.")
    told = place(bench())
    absent = ({*rego.ENGINES} - {*engines(told)}) | ({"pandera", "frictionless"} - {*table_tools(told)})
    if absent:
        results.remarks.append(f"{SECTION}: not installed here and left out: {', '.join(sorted(absent))}.")
