"""Part 1: durable-rules against hand-compiled Python columns and other engines, on the same questions and values.

All conditions of the rulebook are asked: obligations, guards, documents, remarks, history. The engines are
compiled before the clock runs. Equality of all answers is checked before anything is timed, also on columns
riddled with holes, where a third of the answers are unknown.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from io import BytesIO
from random import Random
from statistics import median
from typing import Any

from benchmarks.dossiers import bench, dossier
from benchmarks.formulas import Fields, Question, questions
from benchmarks.peers import PEERS, Peer, Run, load_peer
from benchmarks.table import Results
from benchmarks.timing import Timed, alternate, ratio
from compliance import collector
from compliance.bench import Bench
from compliance.engine import Engine
from compliance.intake import read
from compliance.measures import measure_kinds
from compliance.measures.columns import Columns
from compliance.measures.subjects import Case
from compliance.rulebook import is_evidence
from compliance.schemas.conditions import Kind, Tree, Value, atoms
from compliance.schemas.scalars import Unknown
from tests.oracle import compile_columns

__all__ = ["SECTION", "Subjects", "deciders", "holed", "measure", "of_dossier"]

SECTION = "1 Deciding"
Answers = dict[str, list[bytes]]
"""Kind of subject → for each question the answers."""
Subjects = Mapping[str, tuple[Mapping[str, Sequence[Value]], int]]
"""Kind of subject → its columns of values, and how many subjects there are."""


@dataclass(frozen=True, slots=True)
class Law:
    """The questions of the rulebook under one profile, with the types of what they ask about."""

    bench: Bench
    kinds: dict[str, dict[str, Kind]]
    params: dict[str, Any]

    @property
    def trees(self) -> dict[str, tuple[Tree, ...]]:
        return {kind: asked.trees for kind, asked in self.bench.questions.items()}


def law() -> Law:
    opened = bench()
    known = measure_kinds()
    kinds = {}
    for kind, asked in opened.questions.items():
        kinds[kind] = dict(known[kind])
        kinds[kind].update((a.measure, Kind.BOOL) for t in asked.trees for a in atoms(t) if is_evidence(a.measure))
    return Law(opened, kinds, {name: s.value for name, s in opened.profile.settings.items()})


def of_dossier(data: bytes, opened: Bench) -> Subjects:
    """Parse and measure."""
    columns = Columns(Case(read("-", stdin=BytesIO(data)).dossier, opened.as_of), {})
    return {
        kind: ({name: columns.column(kind, name) for name in asked.measures}, len(columns.rows(kind)))
        for kind, asked in opened.questions.items()
    }


def holed(subjects: Subjects, seed: int = 1) -> Subjects:
    """The same columns with values swapped among subjects and every third one unknown."""
    rng = Random(seed)

    def spoil(values: Sequence[Value]) -> list[Value]:
        return [Unknown.MISSING_FIELD if rng.random() < 0.33 else rng.choice(values) for _ in values]

    return {k: ({name: spoil(values) for name, values in cols.items()}, n) for k, (cols, n) in subjects.items()}


# -- deciders: each prepared outside the clock, then asked for every answer --------------------------------------

Decider = Callable[[Subjects], Answers]


def durable(law: Law) -> Decider:
    """durable-rules as the checker uses it, newly compiled: nothing is remembered from an earlier dossier."""
    engines = {kind: Engine(asked.lowered) for kind, asked in law.bench.questions.items()}

    def decide(subjects: Subjects) -> Answers:
        answers = {}
        for kind, (columns, n) in subjects.items():
            answers[kind] = [bytes(column) for column in engines[kind].decide(columns, n)] if n else []
            if engines[kind].incidents:
                raise RuntimeError(f"{kind}: {engines[kind].incidents[0]}")
        return answers

    return decide


def by_hand(law: Law) -> Decider:
    """Python functions of columns, one a question, as a programmer would write them for speed."""
    written = {k: [compile_columns(t, law.kinds[k], law.params) for t in trees] for k, trees in law.trees.items()}

    def decide(subjects: Subjects) -> Answers:
        return {
            kind: [bytes(f(columns, n)) for f in written[kind]] if n else [] for kind, (columns, n) in subjects.items()
        }

    return decide


STYLES = ("question", "kind", "distinct")
"""How another engine is asked: a question at a time for every subject; all questions about a subject at once; or
question groups as durable-rules has them, every different combination of values once, as our own driver does it."""


def by_peer(law: Law, peer: Peer, style: str) -> Decider:
    asked: dict[str, tuple[Fields, list[tuple[list[Question], list[str], Run]]]] = {}
    for kind, trees in law.trees.items():
        made, fields = questions(trees, law.kinds[kind], law.params)
        groups = {
            "question": [[q] for q in made],
            "kind": [made],
            "distinct": [[made[n] for n in one.questions] for one in law.bench.questions[kind].lowered],
        }[style]
        compiled = []
        for group in groups:
            names = list(dict.fromkeys(name for q in group for name in q.fields))
            compiled.append((group, names, peer.group(group, names)))
        asked[kind] = fields, compiled

    def decide(subjects: Subjects) -> Answers:
        answers: Answers = {}
        for kind, (columns, n) in subjects.items():
            answers[kind] = [b""] * len(law.trees[kind])
            if not n:
                continue
            fields, compiled = asked[kind]
            filled = fields.fill(columns, [name for _, names, _ in compiled for name in names])
            for group, names, run in compiled:
                rows = list(zip(*(filled[name] for name in names), strict=True)) if names else [()] * n
                said = _distinct(rows, run) if style == "distinct" else run(rows)
                for question, column in zip(group, zip(*said, strict=True), strict=True):
                    answers[kind][question.number] = bytes(column)
        return answers

    return decide


def _distinct(rows: Sequence[tuple[Any, ...]], run: Run) -> list[Sequence[int]]:
    different = list(dict.fromkeys(rows))
    said = dict(zip(different, run(different), strict=True))
    return [said[row] for row in rows]


def peers() -> Iterator[Peer]:
    for module in PEERS:
        yield load_peer(module)


def deciders(law: Law) -> dict[str, Callable[[], Decider]]:
    """Everything that can decide, by name."""
    made: dict[str, Callable[[], Decider]] = {
        "durable-rules": partial(durable, law),
        "Python columns": partial(by_hand, law),
    }
    for peer in peers():
        for style in STYLES:
            made[f"{peer.name}/{style}"] = partial(by_peer, law, peer, style)
    return made


def check_agreement(law: Law, subjects: Subjects) -> int:
    """Ask everybody; ``AssertionError`` where one answers differently from the hand-written columns."""
    expected = by_hand(law)(subjects)
    for name, prepare in deciders(law).items():
        said = prepare()(subjects)
        for kind, (_, n) in subjects.items():
            for number, tree in enumerate(law.trees[kind]) if n else ():
                if said[kind][number] != expected[kind][number]:
                    raise AssertionError(f"{name} answers otherwise: {kind} {tree}")
    return sum(len(column) for columns in expected.values() for column in columns)


# -- measuring ----------------------------------------------------------------------------------------------------


def measure(results: Results, sizes: Sequence[int], repeats: int) -> None:
    """All rows of part 1."""
    opened = law()
    small = of_dossier(dossier(min(sizes)), opened.bench)
    checked = sum(check_agreement(opened, one) for one in (small, holed(small)))
    results.remarks.append(
        f"Before the clock ran, every decider gave the same answer to {checked:,} questions "
        "(half of them on columns in which every third value is unknown)."
    )
    chosen = _styles(opened, small)
    for size in sizes:
        _road(results, opened, size, repeats)
        _alone(results, opened, size, repeats, chosen)
    for peer in peers():
        results.remarks.append(f"{peer.name} {peer.version} cannot say: {peer.cannot}.")


def _styles(opened: Law, subjects: Subjects) -> dict[str, tuple[str, str]]:
    """For each engine the faster way of asking about every subject, and the way of asking for what differs."""
    chosen = {}
    for peer in peers():
        seconds = alternate({s: _timed(partial(by_peer, opened, peer, s), subjects) for s in STYLES[:2]}, 2)
        chosen[peer.name] = min(seconds, key=lambda s: min(seconds[s])), "distinct"
    return chosen


def _timed(prepare: Callable[[], Decider], subjects: Subjects) -> Timed:
    def ready() -> Callable[[], Any]:
        decide = prepare()
        return lambda: _at_rest(lambda: decide(subjects))

    return ready


def _at_rest(run: Callable[[], Any]) -> Any:
    """As ``bench.put`` does it, and for everybody alike."""
    with collector.at_rest():
        return run()


def _road(results: Results, opened: Law, size: int, repeats: int) -> None:
    data = dossier(size)

    def road(prepare: Callable[[Law], Decider]) -> Timed:
        def ready() -> Callable[[], Any]:
            decide = prepare(opened)
            return lambda: _at_rest(lambda: decide(of_dossier(data, opened.bench)))

        return ready

    seconds = alternate({"durable": road(durable), "hand": road(by_hand)}, repeats)
    results.add(
        SECTION,
        f"parse + measures + decisions, {size:,} communities: durable-rules ÷ Python columns",
        ratio(seconds["durable"], seconds["hand"]),
        2.5,
        note=f"{median(seconds['durable']):.3f} s ÷ {median(seconds['hand']):.3f} s",
    )


def _alone(results: Results, opened: Law, size: int, repeats: int, chosen: Mapping[str, tuple[str, str]]) -> None:
    subjects = of_dossier(dossier(size), opened.bench)
    decisions = sum(n * len(opened.trees[kind]) for kind, (_, n) in subjects.items())
    candidates: dict[str, Timed] = {
        "durable": _timed(partial(durable, opened), subjects),
        "hand": _timed(partial(by_hand, opened), subjects),
    }
    warm = durable(opened)
    warm(subjects)
    candidates["warm"] = _timed(lambda: warm, subjects)
    seconds = alternate(candidates, repeats)
    mine = median(seconds["durable"])
    results.add(
        SECTION,
        f"decisions alone, {size:,} communities: durable-rules ÷ Python columns",
        ratio(seconds["durable"], seconds["hand"]),
        note=f"{decisions:,} decisions in {mine:.3f} s: {decisions / mine:,.0f}/s; "
        f"{ratio(seconds['warm'], seconds['hand']):.2g}× where a dossier of the same values came before",
    )
    ahead = [0.0, 0.0]
    for peer in peers():
        styles = chosen[peer.name]
        asked = {style: _timed(partial(by_peer, opened, peer, style), subjects) for style in styles}
        taken = alternate({"durable": candidates["durable"], **asked}, max(1, repeats // 3))
        plain, distinct = (ratio(taken[style], taken["durable"]) for style in styles)
        ahead = [max(ahead[0], 1 / plain), max(ahead[1], 1 / distinct)]
        results.add(
            SECTION,
            f"decisions alone, {size:,} communities: {peer.name} ÷ durable-rules",
            plain,
            note=f"{distinct:.3g}× lent our driver: asked only about combinations of values that differ",
        )
    what = f"decisions alone, {size:,} communities: durable-rules ÷ the fastest other engine"
    results.add(SECTION, f"{what}, asked about every subject", ahead[0], 1.0)
    results.add(SECTION, f"{what}, lent our driver", ahead[1], 1.0)
