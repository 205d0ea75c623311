"""Trees and typed values → three-valued answers in plain Python, straight from the table of ``Atom``.

Written without a look at the lowering, so that the two can be held against each other: ``judge`` is the
plain one, ``compile_columns`` what a programmer would write by hand for speed (the benchmarks' reference).
Values and limits are taken to be of the right type.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from fractions import Fraction

from compliance.schemas.conditions import (
    All,
    Any,
    Atom,
    Kind,
    Limit,
    MeasureRef,
    Not,
    Op,
    ParamRef,
    Tree,
    Value,
)
from compliance.schemas.lowered import Answer
from compliance.schemas.scalars import Day, Ratio, Unknown

Params = Mapping[str, Value | Limit]
Columns = Mapping[str, Sequence[Value]]


def judge(tree: Tree, values: Mapping[str, Value], params: Params) -> bool | None:
    """True, false or (unknown) none."""
    if isinstance(tree, Not):
        inner = judge(tree.part, values, params)
        return None if inner is None else not inner
    if isinstance(tree, All | Any):
        answers = [judge(part, values, params) for part in tree.parts]
        decisive = isinstance(tree, Any)
        if decisive in answers:
            return decisive
        return None if None in answers else not decisive
    return _atom(tree, values, params)


def answer(tree: Tree, values: Mapping[str, Value], params: Params) -> Answer:
    return {True: Answer.TRUE, False: Answer.FALSE, None: Answer.UNKNOWN}[judge(tree, values, params)]


def _atom(atom: Atom, values: Mapping[str, Value], params: Params) -> bool | None:
    def known(value: object) -> bool:
        return value is not None and not isinstance(value, Unknown)

    v = params.get(atom.measure.name) if isinstance(atom.measure, ParamRef) else values[atom.measure]
    limit: object = atom.limit
    if atom.op is Op.PRESENT:
        return known(v) is limit
    if isinstance(limit, ParamRef):
        limit = params.get(limit.name)
    elif isinstance(limit, MeasureRef):
        limit = values[limit.name]
    if not known(v) or not known(limit):
        return None
    if atom.op is Op.IS:
        return v == limit
    if atom.op is Op.ONE_OF:
        assert isinstance(limit, tuple | list)
        return v in limit
    if isinstance(v, Day):
        assert isinstance(limit, Day)
        if atom.op is Op.NOT_AFTER:
            return True if v.last <= limit.first else False if v.first > limit.last else None
        return True if v.first >= limit.last else False if v.last < limit.first else None
    x, y = _exact(v), _exact(limit)
    return {Op.AT_LEAST: x >= y, Op.AT_MOST: x <= y, Op.MORE_THAN: x > y, Op.LESS_THAN: x < y}[atom.op]


def _exact(number: object) -> Fraction:
    if isinstance(number, Ratio):
        return Fraction(number.p, number.q)
    assert isinstance(number, int | Decimal)
    return Fraction(number)


# -- by column ----------------------------------------------------------------------------------------------

F, U, T = 0, 1, 2
"""In this order all is the minimum, any the maximum, not the mirror image."""
ANSWERS = bytes([Answer.FALSE, Answer.UNKNOWN, Answer.TRUE]).ljust(256, b"\0")
NEGATED = bytes([T, U, F]).ljust(256, b"\0")


def compile_columns(tree: Tree, kinds: Mapping[str, Kind], params: Params) -> Callable[[Columns, int], bytearray]:
    """A tree → a function of columns that gives an ``Answer`` per subject."""
    run = _column(tree, kinds, params)
    return lambda columns, n: run(columns, n).translate(ANSWERS)


def _column(tree: Tree, kinds: Mapping[str, Kind], params: Params) -> Callable[[Columns, int], bytearray]:
    if isinstance(tree, Not):
        inner = _column(tree.part, kinds, params)
        return lambda columns, n: inner(columns, n).translate(NEGATED)
    if isinstance(tree, All | Any):
        parts = [_column(part, kinds, params) for part in tree.parts]
        pick = min if isinstance(tree, All) else max
        if len(parts) == 1:
            return parts[0]
        return lambda columns, n: bytearray(map(pick, *(part(columns, n) for part in parts)))
    if isinstance(tree.measure, ParamRef) or isinstance(tree.limit, MeasureRef):
        return lambda columns, n: bytearray(
            _code(_atom(tree, {name: column[i] for name, column in columns.items()}, params)) for i in range(n)
        )
    limit = params.get(tree.limit.name) if isinstance(tree.limit, ParamRef) else tree.limit
    if limit is None or isinstance(limit, Unknown):
        return lambda columns, n: bytearray([U]) * n
    return _hand_written(tree.measure, tree.op, kinds[tree.measure], limit)


def _code(answer: bool | None) -> int:
    return U if answer is None else T if answer else F


def _hand_written(m: str, op: Op, kind: Kind, limit: object) -> Callable[[Columns, int], bytearray]:
    if op is Op.PRESENT:
        yes, no = (T, F) if limit else (F, T)
        return lambda c, n: bytearray([no if type(v) is Unknown else yes for v in c[m]])
    if op is Op.IS:
        return lambda c, n: bytearray([U if type(v) is Unknown else T if v == limit else F for v in c[m]])
    if op is Op.ONE_OF:
        assert isinstance(limit, tuple | list)
        some = frozenset(limit)
        return lambda c, n: bytearray([U if type(v) is Unknown else T if v in some else F for v in c[m]])
    if kind is Kind.DATE:
        assert isinstance(limit, Day)
        first, last = limit.first, limit.last
        if op is Op.NOT_AFTER:
            return lambda c, n: bytearray(
                [U if type(v) is Unknown else T if v.last <= first else F if v.first > last else U for v in c[m]]
            )
        return lambda c, n: bytearray(
            [U if type(v) is Unknown else T if v.first >= last else F if v.last < first else U for v in c[m]]
        )
    if kind is Kind.RATIO:
        a, b = _exact(limit).as_integer_ratio()
        return _ratios(m, op, a, b)
    return _numbers(m, op, limit)


def _ratios(m: str, op: Op, a: int, b: int) -> Callable[[Columns, int], bytearray]:
    if op is Op.AT_LEAST:
        return lambda c, n: bytearray([U if type(v) is Unknown else T if v.p * b >= v.q * a else F for v in c[m]])
    if op is Op.AT_MOST:
        return lambda c, n: bytearray([U if type(v) is Unknown else T if v.p * b <= v.q * a else F for v in c[m]])
    if op is Op.MORE_THAN:
        return lambda c, n: bytearray([U if type(v) is Unknown else T if v.p * b > v.q * a else F for v in c[m]])
    return lambda c, n: bytearray([U if type(v) is Unknown else T if v.p * b < v.q * a else F for v in c[m]])


def _numbers(m: str, op: Op, x: object) -> Callable[[Columns, int], bytearray]:
    if op is Op.AT_LEAST:
        return lambda c, n: bytearray([U if type(v) is Unknown else T if v >= x else F for v in c[m]])
    if op is Op.AT_MOST:
        return lambda c, n: bytearray([U if type(v) is Unknown else T if v <= x else F for v in c[m]])
    if op is Op.MORE_THAN:
        return lambda c, n: bytearray([U if type(v) is Unknown else T if v > x else F for v in c[m]])
    return lambda c, n: bytearray([U if type(v) is Unknown else T if v < x else F for v in c[m]])
