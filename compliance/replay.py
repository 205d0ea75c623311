"""One dossier judged as of several days → which outcomes change between them, and what made each change.

A change is the law's when the same day under the earlier rules would not have brought it, and time's when it would.
Of the law's changes each one is undone alone: what the outcome turns on is named as its cause. Refuses fewer than
two days, days that are no full dates, and what ``check`` refuses.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path

from compliance import collector
from compliance.assembly import report
from compliance.bench import Bench, Judgement, Mode, make_bench, open_bench, put
from compliance.evidence.present import attachment_states
from compliance.findings import Line
from compliance.intake import read
from compliance.rulebook import profile_of_area
from compliance.schemas.conditions import MeasureRef, ParamRef, atoms
from compliance.schemas.outcomes import State
from compliance.schemas.received import AttachmentState, Received
from compliance.schemas.replay import REPLAY_VERSION, Cause, CauseKind, Changed, Replay, ReplayDay, Step
from compliance.schemas.report import Bilingual, Finding, LimitSource, Outcome, Reason, Report
from compliance.schemas.rulebook import Check, Profile, Rulebook, Setting
from compliance.schemas.scalars import days
from compliance.sentences import value_says

__all__ = ["replay"]

def replay(
    source: str | Path,
    on: Sequence[str],
    *,
    profile: str | None = None,
    mode: Mode = "strict",
    drafts: bool = False,
) -> Replay:
    """Judge a dossier as of each day and explain what differs from one day to the next."""
    when = [days(day) for day in on]
    if len(when) < 2 or any(day.first != day.last for day in when):
        raise ValueError("at least two full dates are needed, YYYY-MM-DD")
    with collector.at_rest():
        received = read(source)
        name = profile or profile_of_area(received.dossier.area_code)
        states = attachment_states(received.dossier, received.files)
        desk = _Desk(received, states, mode, profile is not None)
        seen = [desk.judge(open_bench(name, day, drafts=drafts)) for day in when]
        steps = []
        for earlier, later in pairwise(seen):
            between = desk.judge(open_bench(name, later.bench.as_of, drafts=drafts, law_day=earlier.bench.as_of))
            steps.append(_step(desk, earlier, between, later))
        return Replay(
            REPLAY_VERSION, Path(received.source).name, received.sha256, received.dossier.area_name,
            seen[-1].bench.profile.title, mode, seen[-1].bench.rulebook.sha256,
            tuple(_day(s) for s in seen), tuple(steps), sum(len(s.judgement.lost) for s in seen),
        )  # fmt: skip


def _day(seen: _Seen) -> ReplayDay:
    verdict = seen.report.verdict
    return ReplayDay(seen.bench.as_of.text, verdict.outcome, verdict.sentence, seen.bench.profile.sha256)


@dataclass(frozen=True, slots=True)
class _Seen:
    """A dossier judged once, with its findings by id."""

    bench: Bench
    judgement: Judgement
    report: Report
    outcomes: Mapping[str, tuple[Outcome, Reason | None, int]]
    """Finding id → outcome, reason, place among the findings"""

    def finding(self, ident: str) -> Finding | None:
        found = self.outcomes.get(ident)
        return None if found is None else self.report.findings[found[2]]


@dataclass(frozen=True, slots=True)
class _Desk:
    """The dossier, to be judged under any bench."""

    received: Received
    states: Mapping[str, AttachmentState]
    mode: Mode
    profile_given: bool

    def judge(self, bench: Bench) -> _Seen:
        judgement = put(self.received.dossier, self.states, bench, self.mode)
        made = report(
            self.received, judgement, self.states, as_of_given=True, profile_given=self.profile_given
        )
        outcomes = {f.id: (f.outcome, f.reason, n) for n, f in enumerate(made.findings)}
        return _Seen(bench, judgement, made, outcomes)


def _step(desk: _Desk, earlier: _Seen, between: _Seen, later: _Seen) -> Step:
    """``between``: the later day under the earlier day's rules."""
    differences = list(_differences(earlier.bench, later.bench))
    ids = [*earlier.outcomes, *(i for i in later.outcomes if i not in earlier.outcomes)]
    moved = [i for i in ids if _outcome(earlier, i) != _outcome(later, i)]
    by_law = [i for i in moved if _outcome(between, i) != _outcome(later, i)]
    causes: dict[str, list[Cause]] = {i: [] for i in moved}
    together: dict[str, list[Cause]] = {i: [] for i in by_law}
    for difference in differences if by_law else []:
        without = desk.judge(make_bench(*difference.undone(later.bench), later.bench.as_of))
        for ident in by_law:
            if _outcome(without, ident) != _outcome(later, ident):
                causes[ident].append(difference.cause)
            elif _item(ident) in difference.items:
                together[ident].append(difference.cause)
    for ident in by_law:  # where no single one decides, those that concern the item decide together
        causes[ident] = causes[ident] or together[ident]
    for ident in moved:
        if _outcome(earlier, ident) != _outcome(between, ident):
            causes[ident] += _by_time(earlier, between, ident)
    changed = tuple(_changed(earlier, later, ident, causes[ident]) for ident in moved)
    return Step(
        earlier.bench.as_of.text, later.bench.as_of.text, tuple(d.cause for d in differences), changed,
        len(ids) - len(moved),
    )  # fmt: skip


def _item(ident: str) -> str:
    return ident.split("/", 1)[0]


def _outcome(seen: _Seen, ident: str) -> tuple[Outcome, Reason | None] | None:
    found = seen.outcomes.get(ident)
    return None if found is None else found[:2]


def _changed(earlier: _Seen, later: _Seen, ident: str, causes: Sequence[Cause]) -> Changed:
    shown = later.finding(ident) or earlier.finding(ident)
    if shown is None:
        raise LookupError(ident)
    items = {i.item: i for i in (*earlier.report.items, *later.report.items)}
    nothing: tuple[Outcome, Reason | None] = ("not_applicable", "no_object")
    return Changed(
        ident, shown.item, items[shown.item].title, shown.subject.name,
        *(_outcome(earlier, ident) or nothing), *(_outcome(later, ident) or nothing),
        tuple(dict.fromkeys(causes)), shown.sentence,
    )  # fmt: skip


# -- the law of two days --------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Difference:
    """One thing that the rules of two days do not share, and the later rules without it."""

    cause: Cause
    items: frozenset[str]
    undone: Callable[[Bench], tuple[Rulebook, Profile]]


def _differences(earlier: Bench, later: Bench) -> Iterator[_Difference]:
    before, after = earlier.profile.settings, later.profile.settings
    for name in sorted(before.keys() | after.keys()):
        if before.get(name) != after.get(name):
            yield _parameter(name, before.get(name), later)
    old, new = ({c.id: c for c in bench.rulebook.checks} for bench in (earlier, later))
    for ident in [*old, *(i for i in new if i not in old)]:
        if old.get(ident) != new.get(ident):
            yield _check(ident, old.get(ident), new.get(ident))


def _parameter(name: str, before: Setting | None, later: Bench) -> _Difference:
    after = later.profile.settings.get(name)
    spec = later.rulebook.parameters[name].spec
    was, now = _setting_says(before, spec.unit), _setting_says(after, spec.unit)
    cause = Cause(
        "parameter",
        name,
        Bilingual(
            f"“{spec.title.zh}”由{was.zh}改为{now.zh}",
            f"“{spec.title.en}” changed from {was.en} to {now.en}",
        ),
    )

    def undone(bench: Bench) -> tuple[Rulebook, Profile]:
        settings = {k: v for k, v in bench.profile.settings.items() if k != name}
        if before is not None:
            settings[name] = before
        return bench.rulebook, replace(bench.profile, settings=settings)

    using = {c.item for c in later.rulebook.checks if name in _parameters(c)}
    return _Difference(cause, frozenset(using), undone)


def _parameters(check: Check) -> set[str]:
    trees = [check.holds, *([check.when] if check.when else [])]
    found = {s.name for t in trees for a in atoms(t) for s in (a.measure, a.limit) if isinstance(s, ParamRef)}
    return found | set(check.only_where) | ({check.zone} if check.zone else set())


def _setting_says(setting: Setting | None, unit: str) -> Bilingual:
    if setting is None:
        return Bilingual("未设", "not set")
    value, source = value_says(setting.value, unit), _source_says(setting.source)
    return Bilingual(f"{value.zh}（{source.zh}）", f"{value.en} ({source.en})")


def _source_says(source: LimitSource) -> Bilingual:
    since = source.effective_from
    zh = "，".join([f"{source.place} {source.document} {source.section}".strip(), *([f"{since}起"] if since else [])])
    en = ", ".join([*zh.split("，")[:1], *([f"from {since}"] if since else [])])
    return Bilingual(zh, en)


def _check(ident: str, before: Check | None, after: Check | None) -> _Difference:
    item = ident.rsplit(".", 1)[0]
    shown = after or before
    if shown is None:
        raise LookupError(ident)
    origin = f"（{_source_says(shown.local).zh}）" if shown.local else f"（{shown.statute}）" if shown.statute else ""
    if before is None:
        says = Bilingual(f"检查“{shown.says.zh}”开始施行{origin}", f"“{shown.says.en}” came into force{origin}")
    elif after is None:
        says = Bilingual(f"检查“{shown.says.zh}”不再施行{origin}", f"“{shown.says.en}” went out of force{origin}")
    else:
        was, now = f"{before.obligation}/{before.severity}", f"{after.obligation}/{after.severity}"
        says = Bilingual(
            f"检查“{shown.says.zh}”的强制性或严重度由{was}改为{now}",
            f"obligation or severity of “{shown.says.en}” changed from {was} to {now}",
        )

    def undone(bench: Bench) -> tuple[Rulebook, Profile]:
        clauses = tuple(
            replace(
                clause,
                items=tuple(
                    i if i.id != item else replace(i, checks=tuple(_swapped(i.checks, ident, before)))
                    for i in clause.items
                ),
            )
            for clause in bench.rulebook.clauses
        )
        return replace(bench.rulebook, clauses=clauses), bench.profile

    kind: CauseKind = "obligation" if before is not None and after is not None else "check"
    return _Difference(Cause(kind, ident, says), frozenset({item}), undone)


def _swapped(checks: Sequence[Check], ident: str, before: Check | None) -> Iterator[Check]:
    """The checks of an item with one as it was: taken out, put in or put back."""
    for check in checks:
        if check.id != ident:
            yield check
        elif before is not None:
            yield before
    if before is not None and ident not in [c.id for c in checks]:
        yield before


# -- the passing of time --------------------------------------------------------------------------------------


def _by_time(earlier: _Seen, between: _Seen, ident: str) -> Iterator[Cause]:
    """What the later day alone made different for a finding: the standard's own day, a stage, a deadline."""
    standard = days(between.bench.rulebook.standard.dated)
    if earlier.bench.as_of.first < standard.first <= between.bench.as_of.first:
        says = Bilingual(f"衡量标准自{standard.text}起施行", f"the standard is in force from {standard.text}")
        yield Cause("standard", "standard", says)
        return
    found: dict[tuple[str, str], Cause] = {}
    before, after = (_lines(seen, ident) for seen in (earlier, between))
    for key in [*after, *(k for k in before if k not in after)]:
        for cause in _moved(earlier, before.get(key), between, after.get(key)):
            found.setdefault((cause.kind, cause.name), cause)
    yield from found.values() or [
        Cause("time", "as_of", Bilingual("检查基准日推移", "the day judged by moved on"))
    ]


def _lines(seen: _Seen, ident: str) -> dict[tuple[str, str], tuple[Line, int]]:
    """The lines of a finding by check and row, found by names so that two judgements can be held side by side."""
    item, kind, _ = ident.split("/", 2)
    result: dict[tuple[str, str], tuple[Line, int]] = {}
    for part in seen.judgement.parts:
        if part.item.id != item or part.owner_kind != kind or part.nobody:
            continue
        first = next(place for i, (_, _, place) in seen.outcomes.items() if i.startswith(f"{item}/{kind}/"))
        owner = seen.outcomes[ident][2] - first
        for line in part.lines:
            for row in line.rows(owner):
                subject = seen.judgement.columns.subject(line.check.subject, row)
                result[line.check.name, subject.id] = line, row
    return result


def _moved(
    earlier: _Seen, before: tuple[Line, int] | None, later: _Seen, after: tuple[Line, int] | None
) -> Iterator[Cause]:
    if after is None or before is None:
        for line, _ in filter(None, (before, after)):
            zh, en = ("新增", "there is more") if before is None else ("不再有", "there is no longer anything")
            says = line.check.says
            yield Cause("time", line.check.name, Bilingual(f"{zh}应查对象：{says.zh}", f"{en} to check: {says.en}"))
        return
    (old, i), (new, j) = before, after
    check = new.check
    if old.states[i] != new.states[j]:
        if new.states[j] == State.READY:
            yield Cause("time", check.due_at, Bilingual("已到应查阶段", "the stage to check it has been reached"))
        return
    if old.holds[i] == new.holds[j] and (old.when is None or new.when is None or old.when[i] == new.when[j]):
        return
    trees = [check.holds, *([check.when] if check.when else [])]
    kind, read = check.subject, [a for t in trees for a in atoms(t)]
    names = [a.measure for a in read if isinstance(a.measure, str)]
    names += [a.limit.name for a in read if isinstance(a.limit, MeasureRef)]
    for name in dict.fromkeys(names):
        values = [s.judgement.columns.column(kind, name)[r] for s, r in ((earlier, i), (later, j))]
        if values[0] != values[1]:
            zh, en = later.judgement.columns.titles(kind, name)
            unit = later.judgement.columns.unit(kind, name)
            was, now = (value_says(v, unit) for v in values)
            yield Cause("time", name, Bilingual(f"{zh}由{was.zh}变为{now.zh}", f"{en} went from {was.en} to {now.en}"))
