"""A failing finding → what would make it pass, found by its own conditions and proved by judging again.

A way is the least that has to change: of several alternatives the one with the fewest acts, of an amount the least
that its conditions hold for. Documents that a check asks for are taken to be attached; they are named beside the way.
What cannot be proved is not shown as a way: then the facts in the way are named, and what remains to be done.
Not modelled: what an act costs, and whether those who have to agree will.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import product
from typing import Any, NamedTuple

from pydantic import ValidationError

from compliance import collector
from compliance.advice.cutout import Cutout, cut_out
from compliance.advice.patch import patched
from compliance.bench import Judgement, Part, put_item
from compliance.findings import Line, outcome_of
from compliance.measures.base import Measure, measures_of
from compliance.measures.columns import Columns
from compliance.measures.levers import QUANTITIES, Act, At, Fact, lever_of
from compliance.measures.subjects import KINDS
from compliance.schemas import dossier as d
from compliance.schemas.conditions import All, Atom, Limit, MeasureRef, Not, Op, ParamRef, Tree, Value, atoms
from compliance.schemas.conditions import Any as AnyOf
from compliance.schemas.lowered import Answer
from compliance.schemas.outcomes import Code, State
from compliance.schemas.report import Bilingual, Change, DocumentAsked, Edit, Subject, Way
from compliance.schemas.rulebook import Item
from compliance.schemas.scalars import Ratio, Unknown
from compliance.schemas.vocabulary import DOCUMENTS
from compliance.sentences import value_says
from compliance.why import rests_on

__all__ = ["Ways"]

_PASSES = (Code.PASS, Code.MEASURED)
_SETTLED = (Code.PASS, Code.MEASURED, Code.NOT_APPLICABLE, Code.NONE)
_FAILS = (Code.FAIL, Code.IMPROVE)
_ROUNDS = 6
"""An act may bring up what was not asked before: an issue listed has to be closed, a document dated."""
_DROPPED_ONE_BY_ONE = 12
"""Up to so many acts each is left out once to see that it is needed; more than that are of as many failing rows."""
_COMBINED = 64


class _Row(NamedTuple):
    """A line of the finding: one check of one row."""

    line: Line
    row: int

    @property
    def code(self) -> int:
        return self.line.codes[self.row]


@dataclass(frozen=True, slots=True)
class _Step:
    """An act for a comparison of a line."""

    act: Act
    at: At

    @property
    def key(self) -> tuple[Edit, ...]:
        return self.act.edits


@dataclass(frozen=True, slots=True)
class _Chosen:
    """An act taken, for whom, and by which comparisons."""

    check: str
    subject: Subject
    act: Act
    met: tuple[At, ...]


class _Judged:
    """One item of a (changed) dossier judged: the rows of one owner."""

    def __init__(self, columns: Columns, part: Part | None, owner: int | None) -> None:
        self.columns, self.part, self.owner = columns, part, owner

    @property
    def code(self) -> int:
        if self.part is None or self.owner is None:
            return Code.NONE
        return self.part.codes[self.owner]

    def rows(self) -> Iterator[_Row]:
        if self.part is not None and self.owner is not None:
            for line in self.part.lines:
                for row in line.rows(self.owner):
                    yield _Row(line, row)

    def told(self) -> list[tuple[str, str, int, int, int]]:
        """What was answered to each row, to be compared with another judging."""
        return [
            (
                r.line.check.id,
                KINDS[r.line.check.subject].key(self.columns.rows(r.line.check.subject)[r.row]),
                r.line.states[r.row],
                r.line.holds[r.row],
                r.line.when[r.row] if r.line.when is not None else 0,
            )
            for r in self.rows()
        ]


class Ways:
    """The ways of one dossier's failing findings, each sought when asked for."""

    def __init__(self, judgement: Judgement) -> None:
        self._judgement = judgement
        self._case = judgement.columns.case
        self._params: dict[str, Limit] = {n: s.value for n, s in judgement.bench.profile.settings.items()}
        self._items = {item.id: item for item in judgement.bench.rulebook.items}
        self._cuts: dict[tuple[str, str], Cutout] = {}
        self._found: dict[tuple[str, str, str], Way | None] = {}
        self._communities = {c.community_id: i for i, c in enumerate(self._case.planned)}
        self._projects = {p.project_id: i for i, p in enumerate(self._case.projects)}

    def of(self, item: str, kind: str, ident: str) -> Way | None:
        """The way of one finding; ``None`` where no condition fails (a person may have determined so).

        Kept, because findings are made anew whenever they are read.
        """
        key = item, kind, ident
        if key not in self._found:
            self._found[key] = self._sought(*key)
        return self._found[key]

    def _sought(self, item: str, kind: str, ident: str) -> Way | None:
        part = next((p for p in self._judgement.parts if p.item.id == item and p.owner_kind == kind), None)
        owner = self._number(kind, ident)
        if part is None or owner is None or part.nobody:
            return None
        before = _Judged(self._judgement.columns, part, owner)
        if not any(r.line.holds[r.row] == Answer.FALSE and r.code in _FAILS for r in before.rows()):
            return None
        cut = self._cut(kind, ident)
        with collector.at_rest():
            judged = self._judge(cut.dossier, item, kind, ident)
            if judged.told() != before.told():
                cut = Cutout(self._case.dossier, {}, {})
                judged = self._judge(cut.dossier, item, kind, ident)
            return _Search(self, cut, self._items[item], kind, ident, before).way(judged)

    def _number(self, kind: str, ident: str) -> int | None:
        return {"community": self._communities, "project": self._projects}[kind].get(ident) if kind != "area" else 0

    def _cut(self, kind: str, ident: str) -> Cutout:
        """Kept for the last owner alone: findings are often read owner by owner, and a cut is quickly made."""
        key = kind, ident
        if key not in self._cuts:
            self._cuts = {key: cut_out(self._case, kind, ident)}
        return self._cuts[key]

    def _judge(self, dossier: d.Dossier, item: str, kind: str, ident: str) -> _Judged:
        """By the same bench, with documents taken to be there."""
        columns, parts = put_item(dossier, {}, self._judgement.bench, "feed", self._items[item])
        part = next((p for p in parts if p.owner_kind == kind and not p.nobody), None)
        owners = {
            "area": lambda: [ident],
            "community": lambda: [c.community_id for c in columns.case.planned],
            "project": lambda: [p.project_id for p in columns.case.projects],
        }[kind]()
        return _Judged(columns, part, owners.index(ident) if ident in owners else None)


class _Search:
    """The search for one finding's way."""

    def __init__(self, ways: Ways, cut: Cutout, item: Item, kind: str, ident: str, before: _Judged) -> None:
        self._ways, self._cut, self._item, self._kind, self._ident = ways, cut, item, kind, ident
        self._params = ways._params
        self._before = before
        self._facts: dict[Fact, bool] = {}
        self._chosen: dict[tuple[Edit, ...], _Chosen] = {}
        self._alternatives: dict[Bilingual, None] = {}

    def judge(self, dossier: d.Dossier) -> _Judged:
        return self._ways._judge(dossier, self._item.id, self._kind, self._ident)

    # -- the search -----------------------------------------------------------------------------------------

    def way(self, judged: _Judged) -> Way:
        """From the answers as they are, round by round, to those that pass or to what stands in the way."""
        state = self._cut.dossier
        for _ in range(_ROUNDS):
            if judged.code in _PASSES:
                break
            edits = self._round(judged)
            if not edits:
                break
            try:
                state = patched(state, edits)
            except ValidationError:
                break
            judged = self.judge(state)
        if judged.code in _PASSES:
            self._drop()
        return self._told(judged)

    def _round(self, judged: _Judged) -> list[Edit]:
        """The edits of the acts that the open rows ask for and that were not done before."""
        edits: list[Edit] = []
        self._facts = {}
        for found in judged.rows():
            if found.code in _SETTLED or found.line.states[found.row]:
                continue
            options, facts = self._options_of(judged, found)
            if not options:
                self._facts.update(dict.fromkeys(facts, found.code in _FAILS))
                continue
            first = options[0]
            if self._chosen.keys() >= {step.key for step in first}:
                continue
            acts = [list(dict.fromkeys(step.act.says for step in option)) for option in options]
            if found.code in _FAILS:
                same = [_joined(a) for a in acts[1:] if len(a) == len(acts[0])]
                self._alternatives.update(dict.fromkeys(same))
            subject = judged.columns.subject(found.line.check.subject, found.row)
            for step in first:
                held = self._chosen.get(step.key)
                if held is None:
                    self._chosen[step.key] = _Chosen(found.line.check.name, subject, step.act, (step.at,))
                    edits += step.act.edits
                elif (step.at.measure, step.at.op, step.at.limit) not in {(a.measure, a.op, a.limit) for a in held.met}:
                    self._chosen[step.key] = replace(held, met=(*held.met, step.at))
        return edits

    def _drop(self) -> None:
        """Leaves out every act without which the finding passes too."""
        if not 1 < len(self._chosen) <= _DROPPED_ONE_BY_ONE:
            return
        for key in list(self._chosen):
            rest = [e for k in self._chosen if k != key for e in k]
            try:
                needed = self.judge(patched(self._cut.dossier, rest)).code not in _PASSES
            except (ValidationError, LookupError, AttributeError):
                needed = True  # what follows builds on it
            if not needed:
                del self._chosen[key]

    # -- one row --------------------------------------------------------------------------------------------

    def _options_of(self, judged: _Judged, found: _Row) -> tuple[list[tuple[_Step, ...]], list[Fact]]:
        """What can be done about one row, the fewest acts first; where nothing can, the facts in the way."""
        facts: list[Fact] = []
        for everything in (True, False):
            at = _Place(self, judged, found, everything)
            options, facts = at.options(found.line.check.holds, False)
            if options:
                distinct: dict[tuple[tuple[Edit, ...], ...], list[_Step]] = {}
                for option in options:
                    distinct.setdefault(tuple(dict.fromkeys(s.key for s in option)), []).extend(option)
                return [tuple(distinct[keys]) for keys in sorted(distinct, key=len)], []
        return [], facts

    # -- in words -------------------------------------------------------------------------------------------

    def _told(self, judged: _Judged) -> Way:
        proved = judged.code in _PASSES
        left = {
            (r.line.check.name, judged.columns.subject(r.line.check.subject, r.row).id)
            for r in judged.rows()
            if r.code in _FAILS
        }
        chosen = [c for c in self._chosen.values() if proved or (c.check, c.subject.id) not in left]
        changes = tuple(self._change(c, judged) for c in chosen)
        facts = tuple(dict.fromkeys(f.says for f in self._facts)) if not proved else ()
        remains = [f.remains for f in self._facts] if not proved else []
        if not proved and not facts and left:
            remains.append(_BY_STEPS)
        if not proved and not left:
            remains += [_STILL_OPEN, *self._open(judged)]
        remains += [c.act.caution for c in chosen if c.act.caution is not None]
        kept = tuple(dict.fromkeys(remains))
        return Way(
            changes, self._documents(chosen, judged), facts, kept, proved,
            _way_says(changes, facts, kept, proved, bool(left), any(self._facts.values()), tuple(self._alternatives)),
        )  # fmt: skip

    def _change(self, chosen: _Chosen, judged: _Judged) -> Change:
        act = chosen.act
        tails = [
            t for t in (_reached(at) for at in chosen.met if self._met(at, chosen.subject, judged)) if t is not None
        ]
        says = act.says
        if tails and act.amount is not None:
            says = Bilingual(
                f"{says.zh}，{'、'.join(t.zh for t in tails)}", f"{says.en}, so that {', '.join(t.en for t in tails)}"
            )
        subject = replace(chosen.subject, pointer=self._cut.pointer(chosen.subject.pointer))
        return Change(chosen.check, subject, says, act.amount, act.unit, tuple(self._cut.edit(e) for e in act.edits))

    def _met(self, at: At, subject: Subject, judged: _Judged) -> bool:
        """Whether the comparison itself came true: of alternatives the act may have served another."""
        limit: Any = at.limit
        atom = Atom(at.measure, at.op, limit)
        for row, owner in enumerate(judged.columns.owners(at.kind)):
            if owner == judged.owner and judged.columns.subject(at.kind, row).id == subject.id:
                value = judged.columns.column(at.kind, at.measure)[row]
                return rests_on(atom, lambda _: value, {})[0] is Answer.TRUE  # noqa: B023
        return False

    def _documents(self, chosen: Iterable[_Chosen], judged: _Judged) -> tuple[DocumentAsked, ...]:
        """Those that the checks of what changes ask for, and those that a check lacked before."""
        wanted: dict[str, None] = {}
        changed = {c.check for c in chosen}
        for check in self._item.checks:
            if check.name in changed:
                wanted.update(dict.fromkeys(check.documents))
        for found in self._before.rows():
            line = found.line
            asked = line.evidence is not None and not line.states[found.row] and found.code in (Code.UNKNOWN, Code.OPEN)
            if asked and line.holds[found.row] == Answer.TRUE:
                wanted.update(dict.fromkeys(line.check.documents))
        return tuple(DocumentAsked(name, Bilingual(*DOCUMENTS[name])) for name in wanted)

    @staticmethod
    def _open(judged: _Judged) -> list[Bilingual]:
        found = [r.line.check.says for r in judged.rows() if outcome_of(r.code) == "unknown"]
        return [Bilingual(f"仍待证：{s.zh}", f"still open: {s.en}") for s in dict.fromkeys(found)]


class _Place:
    """One row whose condition is to become true: what may be done about each comparison."""

    def __init__(self, search: _Search, judged: _Judged, found: _Row, everything: bool) -> None:
        self._search, self._judged, self._found, self._everything = search, judged, found, everything
        self._params = search._params
        self._kind = found.line.check.subject
        self._row = judged.columns.rows(self._kind)[found.row]

    def _value(self, name: str) -> Value:
        return self._judged.columns.column(self._kind, name)[self._found.row]

    def options(self, tree: Tree, negated: bool) -> tuple[list[tuple[_Step, ...]], list[Fact]]:
        truth, _ = rests_on(tree, self._value, self._params)
        if truth is (Answer.FALSE if negated else Answer.TRUE):
            return [()], []
        if isinstance(tree, Not):
            return self.options(tree.part, not negated)
        if isinstance(tree, Atom):
            return self._acts(tree, negated)
        found = [self.options(part, negated) for part in tree.parts]
        facts = [f for _, of_part in found for f in of_part]
        if isinstance(tree, All) is negated:
            return [o for options, _ in found for o in options], facts
        if not all(options for options, _ in found):
            return [], facts
        whole = [tuple(s for part in combined for s in part) for combined in _some(product(*(o for o, _ in found)))]
        return whole, facts

    def _acts(self, atom: Atom, negated: bool) -> tuple[list[tuple[_Step, ...]], list[Fact]]:
        lever = lever_of(self._kind, atom.measure) if isinstance(atom.measure, str) else None
        if lever is None or not isinstance(atom.measure, str):
            return [], []
        columns = self._judged.columns
        at = At(
            self._row, self._kind, self._search._item.id, atom.measure, self._value(atom.measure), atom.op,
            self._limit(atom.limit), negated, columns.case, columns.pointers, self._meets(atom, negated), self._held,
        )  # fmt: skip
        found = list(lever(at))
        options = [(_Step(one, at),) for one in found if isinstance(one, Act) and one.edits]
        return list(options), [_with_value(one, at) for one in found if isinstance(one, Fact)]

    def _limit(self, limit: Limit) -> Value | Limit:
        if isinstance(limit, ParamRef):
            return self._params.get(limit.name, Unknown.MISSING_PARAMETER)
        return self._value(limit.name) if isinstance(limit, MeasureRef) else limit

    def _meets(self, atom: Atom, negated: bool) -> Callable[[Any], bool]:
        """Whether one comparison comes true of a changed row."""
        wanted = Answer.FALSE if negated else Answer.TRUE
        return lambda row: rests_on(atom, _Of(self._kind, row), self._params)[0] is wanted

    def _held(self, row: Any, group: frozenset[str]) -> bool:
        """Whether the conditions on the row that speak of a quantity are met by a changed row.

        Conditions on another quantity are that one's own matter and stand for met here. Where not everything can
        be met (something stays open whatever the amount), what fails must hold and nothing else may come to fail.
        """
        apart = {m for quantity in QUANTITIES if not group <= quantity for m in quantity} if _counted(group) else set()
        for line in self._judged.part.lines if self._judged.part is not None else ():
            check = line.check
            if check.subject != self._kind or line.states[self._found.row] != State.READY:
                continue
            if not any(a.measure in _quantity(group) for a in atoms(check.holds)):
                continue
            value = _Of(self._kind, row)
            if check.when is not None and rests_on(check.when, value, self._params)[0] is not Answer.TRUE:
                continue
            truth, _ = rests_on(_assuming(check.holds, apart), value, self._params)
            must = self._everything or line.holds[self._found.row] == Answer.FALSE
            if truth is Answer.FALSE or (must and truth is not Answer.TRUE):
                return False
        return True


class _Of:
    """The measures of one row that is not in any column."""

    def __init__(self, kind: str, row: Any) -> None:
        self._measures, self._row = _measures(kind), row

    def __call__(self, name: str) -> Value:
        taken: Value = self._measures[name].take(self._row)
        return taken


@lru_cache(maxsize=128)
def _measures(kind: str) -> Mapping[str, Measure]:
    return measures_of(KINDS[kind].row.__name__)


def _counted(group: frozenset[str]) -> bool:
    return any(group <= quantity for quantity in QUANTITIES)


def _quantity(group: frozenset[str]) -> frozenset[str]:
    return next((quantity for quantity in QUANTITIES if group <= quantity), group)


def _assuming(tree: Tree, measures: set[str]) -> Tree:
    """The tree with comparisons of some measures taken to be met."""
    if not measures:
        return tree
    if isinstance(tree, Atom):
        return All(()) if tree.measure in measures else tree
    if isinstance(tree, Not):
        return Not(_assuming(tree.part, measures))
    parts = tuple(_assuming(part, measures) for part in tree.parts)
    return All(parts) if isinstance(tree, All) else AnyOf(parts)


def _some(combined: Iterable[tuple[tuple[_Step, ...], ...]]) -> Iterator[tuple[tuple[_Step, ...], ...]]:
    for n, one in enumerate(combined):
        if n == _COMBINED:
            return
        yield one


# -- words ----------------------------------------------------------------------------------------------------

_BY_STEPS = Bilingual("按整改措施办理后重新报送、重新判定", "rectify by the steps given, report again and judge again")
_STILL_OPEN = Bilingual(
    "改正后本条不再是不符合，但仍待证，须补充材料或研判",
    "after that it no longer fails but stays open for want of material or judgement",
)

_REACHED: dict[Op, tuple[str, str]] = {
    Op.AT_LEAST: ("即达到", "reaches"),
    Op.MORE_THAN: ("即超过", "exceeds"),
    Op.AT_MOST: ("即不超过", "is at most"),
    Op.LESS_THAN: ("即低于", "is below"),
}


def _reached(at: At) -> Bilingual | None:
    """同意率即达到80%（现为63%，377/600）; nothing where it is no matter of how much."""
    words = _REACHED.get(at.op)
    if words is None or at.negated or isinstance(at.limit, Unknown) or isinstance(at.value, Unknown):
        return None
    if not isinstance(at.value, Ratio):
        return None
    measure = _measures(at.kind)[at.measure]
    limit, value = value_says(at.limit, measure.unit), value_says(at.value, measure.unit)
    now_zh, now_en = value.zh.replace("（", "，").replace("）", ""), value.en.replace(" (", ", ").replace(")", "")
    return Bilingual(
        f"{measure.zh}{words[0]}{limit.zh}（现为{now_zh}）", f"the {measure.en} {words[1]} {limit.en} (now {now_en})"
    )


def _with_value(fact: Fact, at: At) -> Fact:
    """The fact with what was found in brackets."""
    if isinstance(at.value, Unknown | bool):
        return fact
    value = value_says(at.value, _measures(at.kind)[at.measure].unit)
    return Fact(Bilingual(f"{fact.says.zh}（{value.zh}）", f"{fact.says.en} ({value.en})"), fact.remains)


def _joined(said: Sequence[Bilingual]) -> Bilingual:
    return Bilingual("；".join(s.zh for s in said), "; ".join(s.en for s in said))


_SHOWN = 5


def _listed(said: Sequence[Bilingual]) -> Bilingual:
    """A few in full, the rest counted."""
    shown = _joined(said[:_SHOWN])
    more = len(said) - _SHOWN
    return Bilingual(f"{shown.zh}；另有{more}项", f"{shown.en}; and {more} more") if more > 0 else shown


def _way_says(
    changes: Sequence[Change],
    facts: Sequence[Bilingual],
    remains: Sequence[Bilingual],
    proved: bool,
    fails: bool,
    certain: bool,
    alternatives: Sequence[Bilingual],
) -> Bilingual:
    done = _listed(_by_row(changes))
    if proved:
        other, care = _joined(alternatives[:2]), _joined(remains)
        also = (f"（或者：{other.zh}）", f" (or: {other.en})") if alternatives else ("", "")
        note = (f"须注意：{care.zh}。", f" Mind: {care.en}.") if remains else ("", "")
        return Bilingual(
            f"{done.zh}{also[0]}，本条即符合。{note[0]}", f"{done.en}{also[1]}; then the item is met.{note[1]}"
        )
    zh, en = [], []
    if facts:
        told = _listed(facts)
        zh.append(f"{told.zh}，本条{'不能再改为符合' if certain else '不能靠补做改为符合'}")
        en.append(f"{told.en}: the item cannot be made to pass {'any more' if certain else 'by doing it now'}")
    if changes:
        tail = ("，但本条仍不符合", ", though the item still fails") if fails else ("", "")
        zh.append(f"可以改正的：{done.zh}{tail[0]}")
        en.append(f"what can be put right: {done.en}{tail[1]}")
    if remains:
        way = _listed(remains)
        zh.append(f"可行的做法：{way.zh}")
        en.append(f"what remains: {way.en}")
    return Bilingual("。".join(zh) + "。", ". ".join(en) + ".")


_OWN = ("area", "community", "project", "plan", "plan_community", "consultation", "consensus", "governance", "survey")
"""Kinds of rows that go without saying beside their owner."""


def _by_row(changes: Sequence[Change]) -> list[Bilingual]:
    """Changes with the names of their rows; what several rows need in the same words is said once."""
    named: dict[Bilingual, dict[Bilingual, None]] = {}
    for change in changes:
        names = named.setdefault(change.says, {})
        subject = change.subject
        if subject.kind not in _OWN and subject.id and subject.name.zh not in change.says.zh:
            names[subject.name] = None
    return [
        Bilingual(
            f"【{'、'.join(n.zh for n in names)}】{says.zh}" if names else says.zh,
            f"[{', '.join(n.en for n in names)}] {says.en}" if names else says.en,
        )
        for says, names in named.items()
    ]
