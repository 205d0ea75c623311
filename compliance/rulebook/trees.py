"""Conditions and values as written in YAML → typed trees; refuses unknown words and operators that do not fit."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date
from decimal import Decimal
from typing import Any

from compliance.rulebook.reader import Reader, line_of, nearest
from compliance.schemas.conditions import All, Atom, Kind, Limit, MeasureRef, Not, Op, ParamRef, Tree, Value
from compliance.schemas.conditions import Any as AnyOf
from compliance.schemas.rulebook import Parameter, Problem, StatuteSpec
from compliance.schemas.scalars import Day, Ratio, Unknown, days

__all__ = ["Measures", "Trees", "complaining", "parse_value", "period", "setting_value"]

Measures = Mapping[str, Mapping[str, Kind]]
"""Subject kind → measure name → type; handed in so that this stage does not import the measures."""

_FRACTION = re.compile(r"(\d+)/([1-9]\d*)")
_PERCENT = re.compile(r"(\d+)(?:\.(\d+))?%")
_DECIMAL = re.compile(r"\d+(\.\d{1,4})?")


def parse_value(text: Any, kind: Kind) -> Value:
    """A value as written in YAML → typed; ``?`` or ``?reason`` is unknown. ``ValueError`` when it does not fit.

    >>> parse_value("80%", Kind.RATIO), parse_value("2/3", Kind.RATIO), parse_value("?", Kind.BOOL)
    (Ratio(p=80, q=100), Ratio(p=2, q=3), <Unknown.MISSING_FIELD: 'missing_field'>)
    """
    if isinstance(text, str) and text.startswith("?"):
        return Unknown(text[1:] or "missing_field")
    if kind is Kind.BOOL and isinstance(text, bool):
        return text
    if kind is Kind.COUNT and type(text) is int and abs(text) < 2**63:
        return text
    if kind is Kind.CODE and isinstance(text, str):
        return text
    if kind is Kind.AMOUNT:
        if type(text) is int:
            return Decimal(text)
        if isinstance(text, str) and _DECIMAL.fullmatch(text):
            return Decimal(text)
    if kind is Kind.RATIO:
        if type(text) is int and text in (0, 1):
            return Ratio(text, 1)
        if isinstance(text, str) and (m := _FRACTION.fullmatch(text)):
            return Ratio(int(m[1]), int(m[2]))
        if isinstance(text, str) and (m := _PERCENT.fullmatch(text)):
            return Ratio(int(m[1] + (m[2] or "")), 100 * 10 ** len(m[2] or ""))
    if kind is Kind.DATE and isinstance(text, str):
        return days(text)
    raise ValueError(f"{text!r} is not a {kind.value}")


_FITS: dict[Op, set[Kind]] = {
    Op.IS: {Kind.BOOL, Kind.CODE},
    Op.ONE_OF: {Kind.CODE},
    Op.PRESENT: set(Kind),
    Op.AT_LEAST: {Kind.COUNT, Kind.AMOUNT, Kind.RATIO},
    Op.AT_MOST: {Kind.COUNT, Kind.AMOUNT, Kind.RATIO},
    Op.MORE_THAN: {Kind.COUNT, Kind.AMOUNT, Kind.RATIO},
    Op.LESS_THAN: {Kind.COUNT, Kind.AMOUNT, Kind.RATIO},
    Op.NOT_AFTER: {Kind.DATE},
    Op.NOT_BEFORE: {Kind.DATE},
}


class Trees:
    """Reads condition trees of one clause file."""

    def __init__(
        self,
        reader: Reader,
        measures: Measures,
        parameters: Mapping[str, Parameter],
        statutes: Sequence[StatuteSpec],
    ) -> None:
        self.reader = reader
        self.measures = measures
        self.parameters = parameters
        self.statutes = statutes
        self.problems: list[Problem] = []

    def statute(self, cited: str) -> StatuteSpec | None:
        """The statute that a citation begins with."""
        return next((s for s in self.statutes if cited.startswith(s.short)), None)

    def fail(self, path: tuple[Any, ...], message: str) -> None:
        self.problems.append(Problem(self.reader.file, line_of(self.reader, path), message))

    def tree(self, value: Any, subject: str, path: tuple[Any, ...]) -> Tree | None:
        if not isinstance(value, dict) or len(value) != 1:
            self.fail(path, "a condition has exactly one key: a measure, $parameter, all, any or not")
            return None
        ((word, inner),) = value.items()
        if word in ("all", "any"):
            if not isinstance(inner, list) or len(inner) < 2:
                self.fail((*path, word), f"{word} takes a list of at least two conditions")
                return None
            parts = [self.tree(v, subject, (*path, word, i)) for i, v in enumerate(inner)]
            found = tuple(p for p in parts if p is not None)
            return All(found) if word == "all" else AnyOf(found)
        if word == "not":
            part = self.tree(inner, subject, (*path, word))
            return Not(part) if part is not None else None
        return self.atom(word, inner, subject, (*path, word))

    def atom(self, word: str, inner: Any, subject: str, path: tuple[Any, ...]) -> Tree | None:
        if not isinstance(inner, dict) or len(inner) != 1:
            self.fail(path, "a comparison has exactly one operator")
            return None
        ((op_word, written),) = inner.items()
        try:
            op = Op(op_word)
        except ValueError:
            self.fail(path, f"unknown operator {op_word!r}{nearest(op_word, [o.value for o in Op])}")
            return None
        known = self.measures[subject]
        measure: str | ParamRef
        if word.startswith("$"):
            parameter = self.parameters.get(word[1:])
            if parameter is None:
                self.fail(path, f"unknown parameter {word!r}{nearest(word[1:], self.parameters)}")
                return None
            if op is not Op.PRESENT and (parameter.kind not in (Kind.BOOL, Kind.CODE) or op not in (Op.IS, Op.ONE_OF)):
                self.fail(path, f"{op_word} cannot be asked of a parameter, or not of one of this type")
                return None
            if isinstance(written, str | list) and not (isinstance(written, str) and written.startswith("$")):
                for choice in [written] if isinstance(written, str) else written:
                    self.choice(parameter, choice, path)
            measure, kind = ParamRef(word[1:]), parameter.kind or Kind.CODE
        else:
            if word not in known:
                self.fail(path, f"no measure {word!r} of a {subject}{nearest(word, known)}")
                return None
            measure, kind = word, known[word]
        if kind not in _FITS[op]:
            self.fail(path, f"{op_word} does not fit {word}, which is a {kind.value}")
            return None
        limit = self.limit(written, kind, op, known, path)
        return None if limit is None else Atom(measure, op, limit)

    def limit(self, written: Any, kind: Kind, op: Op, known: Mapping[str, Kind], path: tuple[Any, ...]) -> Limit | None:
        if op is Op.PRESENT:
            if not isinstance(written, bool):
                self.fail(path, "present takes true or false")
                return None
            return written
        if isinstance(written, str) and written.startswith("$"):
            parameter = self.parameters.get(written[1:])
            if parameter is None:
                self.fail(path, f"unknown parameter {written!r}{nearest(written[1:], self.parameters)}")
                return None
            wanted = None if op is Op.ONE_OF else kind
            if parameter.kind is not wanted:
                self.fail(path, f"parameter {written} is of another type than the measure")
                return None
            return ParamRef(written[1:])
        if op is Op.ONE_OF:
            if not isinstance(written, list) or not written or not all(isinstance(w, str) for w in written):
                self.fail(path, "one_of takes a list of codes")
                return None
            return tuple(written)
        if isinstance(written, str) and kind not in (Kind.CODE, Kind.BOOL) and written in known:
            if known[written] is not kind:
                self.fail(path, f"{written} is a {known[written].value}, not a {kind.value}")
                return None
            return MeasureRef(written)
        try:
            value = parse_value(written, kind)
        except ValueError as error:
            hint = nearest(written, known) if isinstance(written, str) else ""
            self.fail(path, f"{error}{hint}")
            return None
        if isinstance(value, Unknown):
            self.fail(path, "a limit must be known")
            return None
        return value

    def choice(self, parameter: Parameter, written: Any, path: tuple[Any, ...]) -> None:
        """A value that a parameter is held against must be one that it can have."""
        allowed = parameter.spec.values
        if allowed and written not in allowed:
            self.fail(path, f"{written!r} is none of {', '.join(allowed)}{nearest(str(written), allowed)}")


def setting_value(written: Any, parameter: Parameter) -> Limit:
    allowed = parameter.spec.values
    if parameter.kind is None:
        if not isinstance(written, list) or not all(isinstance(w, str) for w in written):
            raise ValueError("a list of codes is expected")
        for word in written:
            if allowed and word not in allowed:
                raise ValueError(f"{word!r} is none of {', '.join(allowed)}{nearest(word, allowed)}")
        return tuple(written)
    value = parse_value(written, parameter.kind)
    if isinstance(value, Day) and value.first != value.last:
        raise ValueError(f"{value.text} is not a day; a limit needs one, such as {value.text[:4]}-12-31")
    if isinstance(value, Unknown):
        raise ValueError("a parameter that is not known is left out")
    if parameter.kind is Kind.CODE and allowed and value not in allowed:
        raise ValueError(f"{value!r} is none of {', '.join(allowed)}{nearest(str(value), allowed)}")
    return value


@contextmanager
def complaining(trees: Trees, path: tuple[Any, ...]) -> Iterator[None]:
    try:
        yield
    except ValueError as error:
        trees.fail(path, str(error))


def period(start: str | None, end: str | None) -> tuple[int, int]:
    """From and to, both included, as ordinals; open where nothing is written. ``ValueError`` when it ends too soon."""
    first = days(start).first if start else 1
    last = days(end).last if end else date.max.toordinal()
    if last < first:
        raise ValueError("it ends before it begins")
    return first, last
