"""A rulebook under a place's profile, set up once; a dossier put on it → everything decided, in columns.

Measures → docket → engine → judge, each called once. Writes nothing out: ``assembly`` makes the report.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache, partial
from typing import Literal
from weakref import WeakValueDictionary

from compliance import collector, docket, judge, rulebook
from compliance.engine import Engine
from compliance.findings import Line
from compliance.measures import measure_kinds
from compliance.measures.columns import Columns
from compliance.measures.subjects import KINDS, Case
from compliance.schemas import dossier as d
from compliance.schemas import report as r
from compliance.schemas.lowered import Lowered
from compliance.schemas.outcomes import Code, State
from compliance.schemas.precedent import Precedent
from compliance.schemas.received import AttachmentState
from compliance.schemas.rulebook import Check, Item, Profile, Questions, Rulebook
from compliance.schemas.scalars import Day, days

__all__ = [
    "Bench",
    "Judgement",
    "Mode",
    "Part",
    "bench_of",
    "concluded",
    "folded",
    "holds_open",
    "known_precedents",
    "load_law",
    "make_bench",
    "open_bench",
    "put",
    "put_item",
]

Mode = Literal["strict", "feed"]


@dataclass(frozen=True, slots=True)
class Bench:
    """A rulebook under one profile, lowered, with its engines: made once, used for any number of dossiers."""

    rulebook: Rulebook
    profile: Profile
    questions: Mapping[str, Questions]
    engines: Mapping[str, Engine]
    as_of: Day


@lru_cache(maxsize=1)
def load_law() -> Rulebook:
    """The shipped rulebook."""
    return rulebook.load_rulebook(measure_kinds())


@lru_cache(maxsize=1)
def known_precedents() -> tuple[Precedent, ...]:
    """The precedents that are shipped; the lint holds them against the clauses that name them."""
    return rulebook.load_precedents(load_law())


def open_bench(profile: str, as_of: Day, *, drafts: bool = False, law_day: Day | None = None) -> Bench:
    """The shipped rulebook under a profile (a name or a file) as it stands on a day.

    ``law_day`` takes the rules and the place's numbers of another day than the one judged by: what replay needs to
    tell a change of the law from the mere passing of time. A profile given as a file is read anew each time, so a
    changed file is never mistaken for the one before; what is lowered from it is kept.
    """
    day = law_day or as_of
    place = rulebook.load_profile(profile, load_law(), day, drafts=drafts)
    return bench_of(place, as_of, day)


def bench_of(place: Profile, as_of: Day, law_day: Day) -> Bench:
    """The shipped rulebook under a profile at hand; made once for each profile and pair of days."""
    key = place.sha256, as_of, law_day
    bench = _benches.pop(key, None) or make_bench(rulebook.resolve(load_law(), place, law_day), place, as_of)
    _benches[key] = bench  # the one used last stands last
    if len(_benches) > _KEPT:
        del _benches[next(iter(_benches))]
    return bench


def make_bench(law: Rulebook, place: Profile, as_of: Day) -> Bench:
    """A bench for a rulebook already resolved."""
    questions = rulebook.compile_questions(law, place)
    return Bench(law, place, questions, {kind: _engine(q.lowered) for kind, q in questions.items()}, as_of)


def _engine(lowered: Sequence[Lowered]) -> Engine:
    """The engine that decides these rulesets. Places whose numbers agree share it; it closes when nobody holds it."""
    key = tuple(lowered)
    engine = _engines.get(key)
    if engine is None:
        engine = _engines[key] = Engine(key)
    return engine


_benches: dict[tuple[str, Day, Day], Bench] = {}
_KEPT = 64
_engines: WeakValueDictionary[tuple[Lowered, ...], Engine] = WeakValueDictionary()


@dataclass(frozen=True, slots=True)
class Part:
    """One item for one kind of owner: its lines, and the code of every owner."""

    item: Item
    owner_kind: str
    lines: tuple[Line, ...]
    codes: bytes
    nobody: bool
    """The dossier names no owner of this kind; then there is one code, for the gap."""


@dataclass(frozen=True, slots=True)
class Judgement:
    """Everything decided: parts in the standard's order, one code an item, and what was lost."""

    bench: Bench
    columns: Columns
    mode: Mode
    parts: tuple[Part, ...]
    items: Mapping[str, Code]
    worst: r.Severity | None
    """The worst severity among failings of what must or should be."""
    lost: tuple[tuple[Line, int], ...]
    """Lines without exactly one answer: faults."""
    determined: Mapping[str, tuple[r.Determined, ...]] = field(default_factory=dict)
    """By finding id, what persons determined about it; the codes above follow what is in force"""
    ruled: Mapping[str, Code] = field(default_factory=dict)
    """The items by the rules alone, where persons determined something"""

    @property
    def is_open(self) -> bool:
        """Whether anything that must or should be is unknown, but for what the body asks and only a person answers."""
        return any(Code.UNKNOWN in part.codes for part in self.parts if holds_open(part.item))


def holds_open(item: Item) -> bool:
    """Whether the item's unknown keeps the area from a conclusion.

    Questions of the notice's body that no data can answer (X1) would keep every area open for ever; they are
    listed for judgement beside the conclusion.
    """
    return not (item.body_only and item.is_question)


def put(dossier: d.Dossier, states: Mapping[str, AttachmentState], bench: Bench, mode: Mode) -> Judgement:
    """Decide every line, finding and item of one dossier."""
    with collector.at_rest():
        return _put(dossier, states, bench, mode)


def _put(dossier: d.Dossier, states: Mapping[str, AttachmentState], bench: Bench, mode: Mode) -> Judgement:
    columns = Columns(Case(dossier, bench.as_of), states)
    return concluded(bench, columns, mode, _parts(bench, columns, mode, bench.rulebook.items))


def put_item(
    dossier: d.Dossier, states: Mapping[str, AttachmentState], bench: Bench, mode: Mode, item: Item
) -> tuple[Columns, tuple[Part, ...]]:
    """Decide one item alone, by the same engines: what advice is proved by."""
    with collector.at_rest():
        columns = Columns(Case(dossier, bench.as_of), states)
        return columns, _parts(bench, columns, mode, (item,))


def _parts(bench: Bench, columns: Columns, mode: Mode, items: Sequence[Item]) -> tuple[Part, ...]:
    asked = dict.fromkeys(check.subject for item in items for check in item.checks)
    answers = {kind: _decide(bench, columns, kind) for kind in bench.questions if kind in asked}
    levels, standard = docket.levels_of(columns.case.dossier.area_level), days(bench.rulebook.standard.dated).first
    where = docket.Place(levels, bench.profile, standard, bench.as_of)
    owners = _owners(columns.case)
    gates = _Gates(owners, bench.as_of)
    early = _Early(columns, where.standard_day)
    parts = []
    for item in items:
        by_owner: dict[str, list[Line]] = {}
        for check in item.checks:
            owner_kind = KINDS[check.subject].owner
            gate = gates.of(owner_kind, check.due_at)
            line = _line(check, bench, columns, answers[check.subject], where, gate, early, mode)
            by_owner.setdefault(owner_kind, []).append(line)
        for owner_kind, lines in by_owner.items():
            parts.append(_part(item, owner_kind, tuple(lines), len(owners[owner_kind])))
    return tuple(parts)


def _decide(bench: Bench, columns: Columns, kind: str) -> list[bytes]:
    questions, rows = bench.questions[kind], columns.rows(kind)
    if not rows:
        return [b""] * len(questions.trees)
    values = {name: columns.column(kind, name) for name in questions.measures}
    return [bytes(column) for column in bench.engines[kind].decide(values, len(rows))]


_Owners = Sequence[tuple[d.Community | None, d.Plan | None, d.Project | None]]


def _owners(case: Case) -> dict[str, _Owners]:
    """Who findings are about, by kind, with the plan and project that their gates depend on."""
    return {
        "area": [(None, case.plan, None)],
        "community": [(c, case.plan_of.get(c.community_id), case.project_of.get(c.community_id)) for c in case.planned],
        "project": [(None, case.plan_of_project[p.project_id], p) for p in case.projects],
    }


class _Gates:
    """The state of every gate for every owner, computed once."""

    def __init__(self, owners: Mapping[str, _Owners], as_of: Day) -> None:
        self._owners, self._as_of = owners, as_of
        self._held: dict[tuple[str, str], bytes] = {}

    def of(self, owner_kind: str, gate: str) -> bytes:
        key = owner_kind, "always" if owner_kind == "area" else gate
        if key not in self._held:
            self._held[key] = docket.gate_states(key[1], self._owners[owner_kind], self._as_of)
        return self._held[key]


class _Early:
    """Which lines predate the standard, for every date that checks are dated by, computed once."""

    def __init__(self, columns: Columns, standard_day: int) -> None:
        self._columns, self._day = columns, standard_day
        self._held: dict[tuple[str, str], bytes] = {}

    def of(self, check: Check) -> bytes:
        if check.dated_by is None:
            return b""
        key = check.subject, check.dated_by
        if key not in self._held:
            self._held[key] = docket.predates(self._columns.column(*key), self._day)
        return self._held[key]


def _line(
    check: Check,
    bench: Bench,
    columns: Columns,
    answers: Sequence[bytes],
    where: docket.Place,
    gate: bytes,
    early: _Early,
    mode: Mode,
) -> Line:
    owners = columns.owners(check.subject)
    asked = bench.questions[check.subject].asked[check.id]
    states = docket.place(check, where, gate, owners, early.of(check))
    holds = answers[asked.holds]
    when = answers[asked.when] if asked.when is not None else None
    evidence = answers[asked.evidence] if asked.evidence is not None else None
    shown = judge.with_evidence(holds, evidence) if mode == "strict" and evidence is not None else holds
    encouraged = check.obligation == "encouraged"
    codes = partial(judge.combine, when=when, holds=shown, measured=check.measured, encouraged=encouraged)
    early_too = State.PREDATES_STANDARD in states
    return Line(
        check=check,
        owners=owners,
        rows_of=columns.rows_of(check.subject, len(gate)),
        states=states,
        when=when,
        holds=holds,
        evidence=evidence,
        codes=codes(states),
        vacant=docket.vacant(check, where),
        reference=codes(docket.regardless(check, where, gate, owners)) if early_too else None,
        remarks=tuple((answers[n], w.says) for n, w in zip(asked.remarks, check.remarks, strict=True)),
        history=tuple((answers[n], w.says) for n, w in zip(asked.history, check.history, strict=True)),
    )


def _part(item: Item, owner_kind: str, lines: tuple[Line, ...], size: int) -> Part:
    if size:
        return folded(item, owner_kind, lines, size)
    # Owed an answer though the dossier names nobody who could give it: not known, never silence.
    owed = [line.check for line in lines if line.vacant is State.READY]
    binding = any(check.obligation != "encouraged" for check in owed)
    code = Code.UNKNOWN if binding else Code.OPEN if owed else Code.NOT_APPLICABLE
    return Part(item, owner_kind, lines, bytes([code]), nobody=True)


def folded(item: Item, owner_kind: str, lines: tuple[Line, ...], size: int) -> Part:
    """The lines of an item → the code of each of its owners."""
    codes = judge.fold(size, [(line.owners, line.rows_of is None, line.codes) for line in lines])
    return Part(item, owner_kind, lines, bytes(codes), nobody=False)


def concluded(bench: Bench, columns: Columns, mode: Mode, parts: tuple[Part, ...]) -> Judgement:
    """Parts decided → the items, the worst failing and what was lost."""
    items: dict[str, Code] = {}
    for item in bench.rulebook.items:
        items[item.id] = judge.roll_up(b"".join(p.codes for p in parts if p.item is item))
    lines = [line for part in parts for line in part.lines]
    failing = {line.check.severity for line in lines if Code.FAIL in line.codes}
    lost = [
        (line, row) for line in lines if Code.LOST in line.codes for row, c in enumerate(line.codes) if c == Code.LOST
    ]
    worst = min(failing, key=r.SEVERITIES.index, default=None)
    return Judgement(bench, columns, mode, parts, items, worst, tuple(lost))
