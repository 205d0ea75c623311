"""Random questions, parameters and typed values for holding engine and oracle against each other.

Values are drawn from pools made of the limits, their neighbours and the extremes, so that equality, the day
before and the largest integer come up all the time. Everything follows from the seed.
"""

from __future__ import annotations

import random
from decimal import Decimal

from compliance.lower import lower
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
from compliance.schemas.lowered import Lowered
from compliance.schemas.scalars import Day, Ratio, Unknown

KINDS: dict[str, Kind] = {f"{kind.value}_{letter}": kind for kind in Kind for letter in ("a", "b", "c")}
"""Three measures of each kind."""

UNKNOWNS: list[Value] = list(Unknown)
CODES = ["kept", "rebuilt", "a", "A", "a.b:c-d_9", "0", "x" * 64]
DAYS = [Day(first, last, "") for first in range(738_000, 738_004) for last in range(first, 738_005)]
POOLS: dict[Kind, list[Value]] = {
    Kind.BOOL: [True, False],
    Kind.CODE: list(CODES),
    Kind.COUNT: [0, 1, 4, 5, 6, -1, 2**62 - 1, 2**62, 2**62 + 1, 2**63 - 1, -(2**63)],
    Kind.AMOUNT: [
        0,
        3,
        *map(Decimal, ("0", "0.0001", "0.4999", "0.5", "0.50", "0.5001", "2.9999", "3.0001", "-0.5")),
        Decimal(2**63 - 1).scaleb(-4),
        Decimal(-(2**63)).scaleb(-4),
    ],
    Kind.RATIO: [
        Ratio(p, q)
        for p, q in (
            (0, 1),
            (0, 7),
            (2, 3),
            (4, 6),
            (1999, 3000),
            (2001, 3000),
            (8, 10),
            (79, 100),
            (81, 100),
            (1, 1),
            (7, 1),
            (-1, 3),
            (10**9 - 1, 10**9),
            (10**9, 10**9 - 1),
        )
    ],
    Kind.DATE: list(DAYS),
}
LIMITS: dict[Kind, list[Limit]] = {
    Kind.BOOL: [True, False],
    Kind.CODE: list(CODES),
    Kind.COUNT: [0, 1, 5, 2**62, 2**63 - 1, -(2**63)],
    Kind.AMOUNT: [0, 3, Decimal("0.5"), Decimal("3"), Decimal(2**63 - 1).scaleb(-4)],
    Kind.RATIO: [0, 1, Decimal("0.8"), Ratio(2, 3), Ratio(80, 100), Decimal("0.999999999"), Ratio(-1, 3)],
    Kind.DATE: list(DAYS),
}
ORDERS = [Op.AT_LEAST, Op.AT_MOST, Op.MORE_THAN, Op.LESS_THAN]
OPS: dict[Kind, list[Op]] = {
    Kind.BOOL: [Op.IS, Op.PRESENT],
    Kind.CODE: [Op.IS, Op.ONE_OF, Op.PRESENT],
    Kind.COUNT: [*ORDERS, Op.PRESENT],
    Kind.AMOUNT: [*ORDERS, Op.PRESENT],
    Kind.RATIO: [*ORDERS, Op.PRESENT],
    Kind.DATE: [Op.NOT_AFTER, Op.NOT_BEFORE, Op.PRESENT],
}


class Draw(random.Random):
    def value(self, kind: Kind, unknown: float = 0.15) -> Value:
        return self.choice(UNKNOWNS) if self.random() < unknown else self.choice(POOLS[kind])

    def columns(self, n: int) -> dict[str, list[Value]]:
        return {name: [self.value(kind) for _ in range(n)] for name, kind in KINDS.items()}

    def codes(self) -> tuple[str, ...]:
        return tuple(self.sample(CODES, self.randrange(len(CODES))))

    def params(self) -> dict[str, Value | Limit]:
        """A parameter of each kind, and a list; one in four is not set, or set to an ``Unknown``."""
        params: dict[str, Value | Limit] = {kind.value: self.choice(LIMITS[kind]) for kind in Kind}
        params["codes"] = self.codes()
        for name in list(params):
            if self.random() < 0.25:
                if self.random() < 0.5:
                    del params[name]
                else:
                    params[name] = self.choice(list(Unknown))
        return params

    def atom(self) -> Atom:
        measure = self.choice(list(KINDS))
        kind = KINDS[measure]
        op = self.choice(OPS[kind])
        if op is Op.PRESENT:
            either: str | ParamRef = ParamRef(kind.value) if self.random() < 0.2 else measure
            return Atom(either, op, self.random() < 0.5)
        if op is Op.ONE_OF:
            left: str | ParamRef = ParamRef("code") if self.random() < 0.1 else measure
            return Atom(left, op, ParamRef("codes") if self.random() < 0.3 else self.codes())
        limit: Limit = self.choice(LIMITS[kind])
        chance = self.random()
        if chance < 0.2:
            limit = ParamRef(kind.value)
        elif chance < 0.4:
            limit = MeasureRef(self.choice([name for name in KINDS if KINDS[name] is kind]))
        asked = ParamRef(kind.value) if op is Op.IS and self.random() < 0.15 else measure
        return Atom(asked, op, limit)

    def tree(self, depth: int = 3) -> Tree:
        chance = self.random()
        if depth == 0 or chance < 0.4:
            return self.atom()
        if chance < 0.5:
            return Not(self.tree(depth - 1))
        parts = tuple(self.tree(depth - 1) for _ in range(self.randrange(1, 4)))
        return All(parts) if chance < 0.75 else Any(parts)

    def questions(self, size: int, depth: int = 3) -> tuple[list[Tree], dict[str, Value | Limit], tuple[Lowered, ...]]:
        """Trees that can be lowered with the parameters drawn, and the rulesets."""
        params = self.params()
        trees: list[Tree] = []
        while len(trees) < size:
            tree = self.tree(depth)
            if small_enough(tree, params):
                trees.append(tree)
        return trees, params, lower(trees, KINDS, params)


def small_enough(tree: Tree, params: dict[str, Value | Limit]) -> bool:
    """Whether a tree can be lowered; the one reason why not may be its size."""
    try:
        lower([tree], KINDS, params)
    except ValueError as error:
        if "disjunctive form" not in str(error):
            raise
        return False
    return True
