"""Columns of measures → an answer to every question about every subject, decided by durable-rules; refuses to
post what durable-rules would not read exactly.

The only module that knows durable-rules, of which it drives the C entries alone: facts are posted in batches,
the rules that fired are read, the state is deleted. TRUE means that the fact was echoed and no rule fired on
it. Whatever does not add up (an error code, an exception, a fact not echoed) leaves the batch LOST and the
ruleset is compiled anew; the doubtful state is not touched again, since durable-rules may crash on it.

Equal facts are posted once, and the answer holds for every subject that carries them. That is sound because
every rule is a conjunction of tests on one fact and none reads its ``id``: what fires is a function of the
text after the id, never of the other facts in the batch.

Refused, so that all answers about the subject in that ruleset are LOST: a value of another type than its
measure's, an integer beyond 64 bits (a product with the limit's factor too), an amount of more than four
decimals, a code that is not 1 to 64 of ``A-Z a-z 0-9 _ . : -``. ``Engine.incidents`` says what and why.
"""

from __future__ import annotations

import json
import re
from array import array
from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from itertools import chain, count
from operator import gt, itemgetter
from typing import Any, NamedTuple, Self

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

TYPES: dict[Kind, frozenset[type]] = {
    Kind.BOOL: frozenset({bool}),
    Kind.CODE: frozenset({str}),
    Kind.COUNT: frozenset({int}),
    Kind.AMOUNT: frozenset({int, Decimal}),
    Kind.RATIO: frozenset({Ratio}),
    Kind.DATE: frozenset({Day}),
}
CODE = re.compile(r"[A-Za-z0-9_.:-]{1,64}")
NULL = "null"
ECHO = "seen"

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
        self._measures = {m for f in self._fields.values() for m in (f.measure, f.other) if m}
        self._rulesets = [_Ruleset(one) for one in lowered]

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Free the compiled rulesets. Whatever is asked afterwards is LOST."""
        for ruleset in self._rulesets:
            ruleset.close()

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
            part = columns if whole else {m: columns[m][start:stop] for m in self._measures}
            self._decide(part, start, stop, answers)
        return answers

    def _decide(
        self, columns: Mapping[str, Sequence[Value]], start: int, stop: int, answers: list[bytearray]
    ) -> None:
        read = {name: _read(field, columns, stop - start) for name, field in self._fields.items()}
        for ruleset in self._rulesets:
            rows: list[Fact] = list(zip(*(read[name].tokens for name in ruleset.fields), strict=True))
            subjects: Sequence[int] = range(start, stop)
            refused: set[int] = set()
            for name in ruleset.fields:
                for why, places in read[name].refused.items():
                    refused.update(places)
                    lost = tuple(start + place for place in places)
                    self.incidents.append(Incident(ruleset.questions, lost, why))
            if refused:
                rows = [row for place, row in enumerate(rows) if place not in refused]
                subjects = [subject for subject in subjects if subject - start not in refused]
            said, incidents = ruleset.answer(rows, subjects)
            self.incidents += incidents
            for number, column in zip(ruleset.questions, said, strict=True):
                if refused:
                    for subject, answer in zip(subjects, column, strict=True):
                        answers[number][subject] = answer
                else:
                    answers[number][start:stop] = column


class _Ruleset:
    """One compiled ruleset. It keeps its handle only while the state behind it is known to be sound."""

    names = count()

    def __init__(self, lowered: Lowered) -> None:
        self.questions = lowered.questions
        self.fields = tuple(field.name for field in lowered.properties)
        self.rules = lowered.rules
        self.text = ",".join(f'"{name}":%s' for name in self.fields) + "}"
        self.says: dict[str, tuple[int, Answer]] = {}
        """What a rule says when it fires: its question's place in ``questions``, and the answer."""
        for rule in json.loads(lowered.rules):
            if rule != ECHO:
                answer, question, _ = map(int, rule.split("_"))
                self.says[rule] = self.questions.index(question), Answer(answer)
        self.lives = LIVES
        self.handle: int | None = self.compile()

    def compile(self) -> int:
        if not self.lives:
            raise RuntimeError("this ruleset is closed, or has failed too often")
        self.lives -= 1
        handle: int = durable.create_ruleset(f"compliance-{next(self.names)}", self.rules)
        return handle

    def close(self) -> None:
        handle, self.handle, self.lives = self.handle, None, 0
        if handle is not None:
            durable.delete_ruleset(handle)

    def answer(self, rows: list[Fact], subjects: Sequence[int]) -> tuple[list[bytearray], list[Incident]]:
        """An answer to each question for every row, and which subjects' rows were lost and why."""
        facts = list(dict.fromkeys(rows))
        said = [bytearray(len(facts)) for _ in self.questions]
        incidents = []
        for start in range(0, len(facts), BATCH):
            batch = facts[start : start + BATCH]
            try:
                fired = self.post(batch)
            except Exception as error:  # whatever it is, these answers are lost and the rest goes on
                lost = set(batch)
                concerned = tuple(s for s, row in zip(subjects, rows, strict=True) if row in lost)
                incidents.append(Incident(self.questions, concerned, f"{type(error).__name__}: {error}"))
                continue
            for column in said:
                column[start : start + len(batch)] = bytes([Answer.TRUE]) * len(batch)
            for rule, ids in fired:
                place, answer = self.says[rule]
                column = said[place]
                for i in ids:
                    agrees = column[start + i] in (Answer.TRUE, answer)
                    column[start + i] = answer if agrees else Answer.CONTRADICTORY
        if len(facts) == len(rows):
            return said, incidents
        places = list(map(dict(zip(facts, range(len(facts)), strict=True)).__getitem__, rows))
        if len(facts) <= 256:
            return [bytearray(places).translate(column.ljust(256)) for column in said], incidents
        pick = itemgetter(*places)
        return [bytearray(pick(column)) for column in said], incidents

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
            if len(fired) > len(self.says):
                raise RuntimeError("a rule fired twice")
            fired.append((message[2 : message.index('"', 2)], [IDS[i] for i in ID.findall(message)]))
            message = durable.complete_and_start_action(handle, state)
        if not fired or fired[-1][0] != ECHO or sorted(fired[-1][1]) != list(range(len(batch))):
            raise RuntimeError(f"not all of {len(batch)} facts were echoed once")
        del fired[-1]
        if not all(rule in self.says for rule, _ in fired):
            raise RuntimeError("a rule fired that was not compiled")
        durable.delete_state(handle, None)
        self.handle = handle
        return fired


class _Read(NamedTuple):
    """A field's tokens, and the places whose value was refused, by why; a null stands in for these."""

    tokens: Sequence[Token]
    refused: Mapping[str, list[int]]


def _read(field: Property, columns: Mapping[str, Sequence[Value]], n: int) -> _Read:
    """A whole column at once; value by value only where something in it is refused."""
    if field.form is Form.CONSTANT:
        return _Read([field.constant] * n, {})
    values = columns[field.measure]
    others = columns[field.other] if field.other else values
    try:
        return _Read(_tokens(field, values, others), {})
    except (ValueError, TypeError, OverflowError):
        pass
    tokens: list[Token] = []
    refused: dict[str, list[int]] = {}
    for i in range(n):
        try:
            tokens += _tokens(field, values[i : i + 1], others[i : i + 1])
        except (ValueError, TypeError, OverflowError) as error:
            tokens.append(NULL)
            refused.setdefault(f"{field.measure}: {error}", []).append(i)
    return _Read(tokens, refused)


def _tokens(field: Property, values: Sequence[Value], others: Sequence[Value]) -> Sequence[Token]:
    if field.form is Form.CROSS:
        numerators = _tokens(replace(field, form=Form.NUMERATOR), values, ())
        denominators = _tokens(replace(field, form=Form.DENOMINATOR), others, ())
        products = [
            p * q if isinstance(p, int) and isinstance(q, int) else NULL
            for p, q in zip(numerators, denominators, strict=True)
        ]
        array("q", [product for product in products if isinstance(product, int)])
        return products
    assert field.kind is not None
    types = set(map(type, values))
    gaps = Unknown in types
    types.discard(Unknown)
    if not types <= TYPES[field.kind]:
        raise TypeError(f"{'/'.join(sorted(t.__name__ for t in types))} is not a {field.kind.value}")
    if field.form is Form.KNOWN:
        return [0 if type(value) is Unknown else 1 for value in values]
    known = [value for value in values if type(value) is not Unknown] if gaps else values
    tokens = _known_tokens(field, known) if known else ()
    if not gaps:
        return tokens
    following = iter(tokens)
    return [NULL if type(value) is Unknown else next(following) for value in values]


def _known_tokens(field: Property, values: Sequence[Any]) -> Sequence[Token]:
    """Values of the right type, none of them unknown."""
    if field.kind is Kind.BOOL:
        return ["true" if value else "false" for value in values]
    if field.kind is Kind.CODE:
        texts = {code: f'"{code}"' for code in set(values)}
        if not all(map(CODE.fullmatch, texts)):
            raise ValueError("not 1 to 64 of A-Z a-z 0-9 _ . : -")
        return [texts[code] for code in values]
    numbers = _integers(field, values)
    if set(map(type, numbers)) != {int}:
        raise TypeError("not an integer")
    array("q", numbers)  # OverflowError beyond 64 bits
    return numbers


def _integers(field: Property, values: Sequence[Any]) -> Sequence[int]:
    if field.kind is Kind.AMOUNT:
        return [_scaled(value) for value in values]
    if field.kind is Kind.DATE:
        firsts, lasts, _ = zip(*values, strict=True)
        if any(map(gt, firsts, lasts)):
            raise ValueError("ends before it begins")
        return firsts if field.form is Form.FIRST else lasts
    if field.kind is Kind.RATIO:
        numerators, denominators = zip(*values, strict=True)
        if set(map(type, chain(numerators, denominators))) != {int} or min(denominators) <= 0:
            raise ValueError("not an integer over a positive integer")
        terms = numerators if field.form is Form.NUMERATOR else denominators
        return terms if field.factor == 1 else [term * field.factor for term in terms]
    return values


def _scaled(value: int | Decimal) -> int:
    numerator, denominator = value.as_integer_ratio()
    if SCALE % denominator:
        raise ValueError("more than four decimals")
    return numerator * (SCALE // denominator)
