"""Columns of measures → an answer to every question about every subject, decided by durable-rules; refuses to
post what durable-rules would not read exactly.

The only module that knows durable-rules, of which it drives the C entries alone: facts are posted in batches,
the rules that fired are read, the state is deleted. Every answer, TRUE as well, is said by a rule; what no rule
said is LOST. Whatever does not add up (an error code, an exception, a fact not echoed) leaves the whole batch
LOST and the ruleset is compiled anew; the doubtful state is not touched again, since durable-rules may crash on it.

Equal facts are posted once, and the answer holds for every subject that carries them, in later dossiers too
while the compiled ruleset lives. That is sound because every rule is a conjunction of tests on one fact and none
reads its ``id``: what fires is a function of the text after the id, never of the other facts in the batch. Only
batches in which every cell has exactly one answer are remembered.

Refused, so that all answers about the subject in that ruleset are LOST: a value of another type than its
measure's, an integer beyond 64 bits (a product with the limit's factor too), an amount of more than four
decimals, a code that is not 1 to 64 of ``A-Z a-z 0-9 _ . : -``. ``Engine.incidents`` says what and why.
"""

from __future__ import annotations

import json
import re
from array import array
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from itertools import compress, count
from operator import gt, itemgetter, mul
from typing import Any, NamedTuple, Self
from weakref import finalize

import durable_rules_engine as durable

from compliance.schemas.conditions import Kind, Value
from compliance.schemas.lowered import Answer, Form, Lowered, Property
from compliance.schemas.scalars import SCALE, Day, Ratio, Unknown

__all__ = ["Engine", "Incident"]

BATCH = 128
"""Facts in one post: the time a fact takes grows with the facts durable-rules already holds."""
SLICE = 16384
"""Subjects read at one time, so that a large dossier needs little more memory than its columns."""
LIVES = 32
"""How often one ruleset is compiled. The memory behind a doubtful state is never freed."""
REMEMBERED = 1024
"""Facts a ruleset remembers the answers to: no less than a ruleset of few values can meet (``lower.NARROW``)."""

INT64 = range(-(2**63), 2**63)
TYPES: dict[Kind, frozenset[type]] = {
    Kind.BOOL: frozenset({bool}),
    Kind.CODE: frozenset({str}),
    Kind.COUNT: frozenset({int}),
    Kind.AMOUNT: frozenset({int, Decimal}),
    Kind.RATIO: frozenset({Ratio}),
    Kind.DATE: frozenset({Day}),
}
FILL: dict[Kind, Value] = {
    Kind.COUNT: 0,
    Kind.AMOUNT: 0,
    Kind.RATIO: Ratio(0, 1),
    Kind.DATE: Day(1, 1, ""),
}
"""Stands in a column of numbers where a value is unknown, until its token becomes null."""
REFUSALS = (ValueError, TypeError, OverflowError)
CODE = re.compile(r"[A-Za-z0-9_.:-]{1,64}")
NULL = "null"
UNKNOWN: dict[object, str] = dict.fromkeys(Unknown, NULL)
BOOL: dict[object, str] = {False: "false", True: "true", **UNKNOWN}
ECHO = "seen"

LOST, CONTRADICTORY = int(Answer.LOST), int(Answer.CONTRADICTORY)
SOUND = frozenset(map(int, (Answer.TRUE, Answer.FALSE, Answer.UNKNOWN)))
HEADS = tuple(f'{{"id":{i},' for i in range(BATCH))
IDS = {str(i): i for i in range(BATCH)}
ID = re.compile(r'\{"m":\{"id":(\d+),')
"""A fact within the text of a rule that fired. No value can look like it: codes have neither { nor "."""

Token = int | str
"""A value as it stands in the text of a fact: an integer, or the very text."""
Fact = tuple[Token, ...]


class Incident(NamedTuple):
    """Why the answers to these questions about these subjects are LOST."""

    questions: tuple[int, ...]
    subjects: tuple[int, ...]
    why: str


class Engine:
    """Compiled once, then asked about any number of dossiers; not by several threads at once."""

    def __init__(self, lowered: Sequence[Lowered]) -> None:
        numbers = sorted(number for one in lowered for number in one.questions)
        if numbers != list(range(len(numbers))):
            raise ValueError("the rulesets do not answer every question exactly once")
        self.incidents: list[Incident] = []
        """What the last ``decide`` lost."""
        self._questions = len(numbers)
        self._fields = {field.name: field for one in lowered for field in one.properties}
        kinds = {m: f.kind for f in self._fields.values() for m in (f.measure, f.other) if m and f.kind}
        self._measures = kinds
        self._rulesets = [_Ruleset(one) for one in lowered]
        finalize(self, _close, self._rulesets).atexit = False

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Free the compiled rulesets, as happens too when nobody holds the engine. What is asked afterwards is LOST."""
        _close(self._rulesets)

    def decide(self, columns: Mapping[str, Sequence[Value]], n: int) -> list[bytearray]:
        """Each measure's values over ``n`` subjects → for each question a byte, an ``Answer``, per subject.

        ``ValueError`` when a measure has no column, or one of another length.
        """
        for measure in self._measures:
            if measure not in columns or len(columns[measure]) != n:
                raise ValueError(f"{measure} has no column of {n} values")
        self.incidents.clear()
        answers = [bytearray(n) for _ in range(self._questions)]
        for start in range(0, n, SLICE):
            stop = min(start + SLICE, n)
            whole = stop - start == n
            measures = {
                name: _read_measure(name, kind, columns[name] if whole else columns[name][start:stop])
                for name, kind in self._measures.items()
            }
            self._decide(measures, start, stop, answers)
        return answers

    def _decide(self, measures: Mapping[str, _Measure], start: int, stop: int, answers: list[bytearray]) -> None:
        read = {name: _read_field(field, measures, stop - start) for name, field in self._fields.items()}
        for ruleset in self._rulesets:
            rows = zip(*(read[name].tokens for name in ruleset.fields), strict=True)
            subjects: Sequence[int] = range(start, stop)
            refused: set[int] = set()
            for name in ruleset.fields:
                for why, places in read[name].refused.items():
                    refused.update(places)
                    lost = tuple(start + place for place in places)
                    self.incidents.append(Incident(ruleset.questions, lost, why))
            if not refused:
                said = ruleset.answer(rows, subjects, self.incidents)
                for number, column in zip(ruleset.questions, said, strict=True):
                    answers[number][start:stop] = column
                continue
            kept = [place not in refused for place in range(stop - start)]
            subjects = list(compress(subjects, kept))
            said = ruleset.answer(compress(rows, kept), subjects, self.incidents)
            for number, column in zip(ruleset.questions, said, strict=True):
                for subject, answer in zip(subjects, column, strict=True):
                    answers[number][subject] = answer


def _close(rulesets: Iterable[_Ruleset]) -> None:
    for ruleset in rulesets:
        ruleset.close()


class _Ruleset:
    """One compiled ruleset. It keeps its handle only while the state behind it is known to be sound."""

    names = count()

    def __init__(self, lowered: Lowered) -> None:
        self.questions = lowered.questions
        self.fields = tuple(field.name for field in lowered.properties)
        self.rules = lowered.rules
        self.text = ",".join(f'"{name}":%s' for name in self.fields) + "}"
        self.says: dict[str, tuple[int, int]] = {}
        """What a rule says when it fires: its question's place in ``questions``, and the answer."""
        for rule in json.loads(lowered.rules):
            if rule != ECHO:
                answer, question, _ = map(int, rule.split("_"))
                self.says[rule] = self.questions.index(question), answer
        self.lives = LIVES
        self.known: dict[Fact, bytes] = {}
        """Facts already decided by the ruleset as it is compiled now, and an answer a question."""
        self.handle: int | None = self.compile()

    def compile(self) -> int:
        if not self.lives:
            raise RuntimeError("this ruleset is closed, or has failed too often")
        self.lives -= 1
        self.known.clear()
        handle: int = durable.create_ruleset(f"compliance-{next(self.names)}", self.rules)
        return handle

    def close(self) -> None:
        handle, self.handle, self.lives = self.handle, None, 0
        self.known.clear()
        if handle is not None:
            durable.delete_ruleset(handle)

    def answer(self, rows: Iterable[Fact], subjects: Sequence[int], incidents: list[Incident]) -> list[bytes]:
        """An answer to each question for every row; what was lost, and why, goes to ``incidents``."""
        numbers: defaultdict[Fact, int] = defaultdict(count().__next__)
        places = list(map(numbers.__getitem__, rows))  # a fact met for the first time gets the next number
        told = dict(zip(numbers, map(self.known.get, numbers), strict=True))
        new = [fact for fact, answers in told.items() if answers is None]
        for start in range(0, len(new), BATCH):
            batch = new[start : start + BATCH]
            try:
                answers = self.decide(batch)
                lost = [fact for fact, said in answers.items() if not SOUND.issuperset(said)]
                why = "no answer to every question, or more than one"
            except Exception as error:  # whatever it is, these answers are lost and the rest goes on
                self.known.clear()
                answers = dict.fromkeys(batch, bytes(len(self.questions)))
                lost, why = batch, f"{type(error).__name__}: {error}"
            told.update(answers)
            if lost:
                concerned = {numbers[fact] for fact in lost}
                named = tuple(s for s, place in zip(subjects, places, strict=True) if place in concerned)
                incidents.append(Incident(self.questions, named, why))
            else:
                if len(self.known) + len(batch) > REMEMBERED:
                    self.known.clear()
                self.known.update(answers)
        if not told:
            return [b""] * len(self.questions)
        columns = list(map(bytes, zip(*told.values(), strict=True)))
        if len(told) == 1:
            return [column * len(places) for column in columns]
        if len(told) == len(places):
            return columns
        if len(told) <= 256:
            return [bytes(places).translate(column.ljust(256)) for column in columns]
        pick = itemgetter(*places)
        return [bytes(pick(column)) for column in columns]

    def decide(self, batch: Sequence[Fact]) -> dict[Fact, bytes]:
        """What durable-rules says to each question about each fact."""
        told = [bytearray(len(batch)) for _ in self.questions]
        for rule, ids in self.post(batch):
            place, answer = self.says[rule]
            cells = told[place]
            for i in ids:
                cells[i] = answer if cells[i] in (LOST, answer) else CONTRADICTORY
        return dict(zip(batch, map(bytes, zip(*told, strict=True)), strict=True))

    def post(self, batch: Sequence[Fact]) -> list[tuple[str, list[int]]]:
        """Facts → the rules that fired, each with the numbers of the facts it fired on.

        Whatever leaves this method early leaves the handle behind, and the doubtful state with it.
        """
        handle = self.compile() if self.handle is None else self.handle
        self.handle = None
        facts = ",".join([head + self.text % fact for head, fact in zip(HEADS, batch, strict=False)])
        code, state = durable.assert_facts(handle, f"[{facts}]")
        if code:
            raise RuntimeError(f"facts not taken, code {code}")
        started = durable.start_action_for_state(handle, state)
        message: str | None = started and started[1]
        fired: list[tuple[str, list[int]]] = []
        while message is not None:
            if len(fired) > len(batch) * len(self.says):
                raise RuntimeError("the rules fire without end")
            fired.append((message[2 : message.index('"', 2)], list(map(IDS.__getitem__, ID.findall(message)))))
            message = durable.complete_and_start_action(handle, state)
        if not fired or fired[-1][0] != ECHO or sorted(fired[-1][1]) != list(range(len(batch))):
            raise RuntimeError(f"not all of {len(batch)} facts were echoed once")
        del fired[-1]
        if not all(rule in self.says for rule, _ in fired):
            raise RuntimeError("a rule fired that was not compiled")
        durable.delete_state(handle, None)
        self.handle = handle
        return fired


class _Measure(NamedTuple):
    """A measure's values as tokens or integers: one part, or two for a ratio (over and under the line) and a
    date (first and last day). Unknown values are gaps, at which the parts mean nothing."""

    parts: tuple[Sequence[Token], ...]
    gaps: Sequence[int]
    refused: Mapping[str, list[int]]
    """The places, gaps as well, of values that cannot be posted, by why."""


class _Read(NamedTuple):
    tokens: Sequence[Token]
    refused: Mapping[str, list[int]]


def _read_measure(name: str, kind: Kind, values: Sequence[Value]) -> _Measure:
    """A whole column at once; value by value only where something in it is refused."""
    try:
        return _Measure(*_parts(kind, values), {})
    except REFUSALS:
        pass
    refused: dict[str, list[int]] = {}
    accepted = list(values)
    for place, value in enumerate(values):
        try:
            _parts(kind, [value])
        except REFUSALS as error:
            refused.setdefault(f"{name}: {error}", []).append(place)
            accepted[place] = Unknown.CONFLICTING_DATA
    return _Measure(*_parts(kind, accepted), refused)


def _parts(kind: Kind, values: Sequence[Any]) -> tuple[tuple[Sequence[Token], ...], Sequence[int]]:
    """The parts of a column and its gaps; one of ``REFUSALS`` when a value in it cannot be posted."""
    present = set(map(type, values))
    gaps: Sequence[int] = ()
    if Unknown in present:
        present.discard(Unknown)
        if not present:
            return ([0] * len(values),) * 2, range(len(values))
        gaps = [place for place, value in enumerate(values) if type(value) is Unknown]
    if not present <= TYPES[kind]:
        raise TypeError(f"{'/'.join(sorted(t.__name__ for t in present))} is not a {kind.value}")
    if kind is Kind.BOOL:
        return (list(map(BOOL.__getitem__, values)),), gaps
    if kind is Kind.CODE:
        codes = set(values).difference(UNKNOWN)
        if not all(map(CODE.fullmatch, codes)):
            raise ValueError("not 1 to 64 of A-Z a-z 0-9 _ . : -")
        texts = UNKNOWN | {code: f'"{code}"' for code in codes}
        return (list(map(texts.__getitem__, values)),), gaps
    if gaps:
        fill = FILL[kind]
        values = [fill if type(value) is Unknown else value for value in values]
    parts: tuple[Sequence[int], ...] = (values,)
    if kind is Kind.AMOUNT:
        fractions = [value.as_integer_ratio() for value in values]
        if any(SCALE % below for _, below in fractions):
            raise ValueError("more than four decimals")
        parts = ([above * (SCALE // below) for above, below in fractions],)
    elif kind is Kind.DATE:
        parts = [day.first for day in values], [day.last for day in values]
        if any(map(gt, *parts)):
            raise ValueError("a date that ends before it begins")
    elif kind is Kind.RATIO:
        parts = [ratio.p for ratio in values], [ratio.q for ratio in values]
        if min(parts[1]) <= 0:
            raise ValueError("a ratio whose denominator is not positive")
    # An array of 64-bit integers takes no float and no larger integer.
    return tuple(array("q", part).tolist() for part in parts), gaps


def _read_field(field: Property, measures: Mapping[str, _Measure], n: int) -> _Read:
    if field.form is Form.CONSTANT:
        return _Read([field.constant] * n, {})
    parts, gaps, refused = measures[field.measure]
    tokens: list[Token]
    if len(gaps) == n:
        return _Read([0 if field.form is Form.KNOWN else NULL] * n, refused)
    if field.form is Form.KNOWN:
        tokens = [1] * n
        for gap in gaps:
            tokens[gap] = 0
        return _Read(tokens, refused)
    part: Sequence[Any] = parts[field.form in (Form.LAST, Form.DENOMINATOR)]
    if field.form is Form.CROSS:
        other = measures[field.other]
        part = list(map(mul, part, other.parts[1]))
        gaps, refused = [*gaps, *other.gaps], {**refused, **other.refused}
    elif field.factor != 1:
        part = [term * field.factor for term in part]
    tokens = list(part)
    if field.factor != 1 or field.form is Form.CROSS:
        try:
            array("q", part)
        except OverflowError:
            beyond = [place for place, term in enumerate(part) if term not in INT64]
            gaps, refused = [*gaps, *beyond], {**refused, f"{field.measure}: beyond 64 bits": beyond}
    for gap in gaps:
        tokens[gap] = NULL
    return _Read(tokens, refused)
