"""Measures of figures that should hang together: per household, parts of a whole, totals; judges nothing."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from compliance.measures.base import CONFLICTING, MISSING, Amounts, Code, Flag, Share, measure
from compliance.measures.soundness.rows import HomesRow, PartRow, SpendRow, TotalRow
from compliance.schemas.scalars import Ratio

PUBLIC = "公开计划与统计数据"
ARITHMETIC = "数据勾稽"


def _per(amount: Decimal | None, households: int | None, *, times: int = 1, over: int = 1) -> Share:
    """An amount, made greater or smaller by a change of unit, for each household."""
    if amount is None or households is None:
        return MISSING
    if not households:
        return CONFLICTING
    above, below = amount.as_integer_ratio()
    return Ratio(above * times, below * households * over)


@measure("户均建筑面积", "floor area a household", unit="㎡/户", source=PUBLIC)
def area_per_household(row: HomesRow) -> Share:
    """Floor area over households.

    >>> from compliance.measures.base import given
    >>> def home(**f): return given(HomesRow, community={"community_id": "c", "name": "n"} | f)
    >>> area_per_household(home(floor_area_m2="9600.5", households=120))
    Ratio(p=19201, q=240)
    >>> area_per_household(home(households=10)), area_per_household(home(floor_area_m2=5, households=0))
    (<Unknown.MISSING_FIELD: 'missing_field'>, <Unknown.CONFLICTING_DATA: 'conflicting_data'>)
    """
    return _per(row.community.floor_area_m2, row.community.households)


@measure("按万㎡计的户均建筑面积", "floor area a household if given in 万㎡", unit="㎡/户", source=PUBLIC)
def area_per_household_of_wan(row: HomesRow) -> Share:
    """Floor area over households, were the area written in 万㎡.

    >>> from compliance.measures.base import given
    >>> c = {"community_id": "c", "name": "n", "floor_area_m2": "21.26", "households": 1612}
    >>> made = area_per_household_of_wan(given(HomesRow, community=c))
    >>> round(made.p * 10 / made.q)
    1319
    """
    return _per(row.community.floor_area_m2, row.community.households, times=10_000)


@measure("户数是否等于楼栋数", "whether households equal buildings", source=PUBLIC)
def households_are_buildings(row: HomesRow) -> Flag:
    """Whether as many households as buildings are reported: the one may have been written for the other.

    >>> from compliance.measures.base import given
    >>> c = {"community_id": "c", "name": "n", "households": 12}
    >>> [households_are_buildings(given(HomesRow, community=c | {"buildings": n})) for n in (12, 3)]
    [True, False]
    """
    c = row.community
    return MISSING if c.households is None or c.buildings is None else c.households == c.buildings


def _cost(row: SpendRow) -> Decimal | None:
    return row.entity.planned_investment_10k if row.which == "plan" else row.entity.investment_planned_10k  # type: ignore[union-attr]


def _homes(row: SpendRow) -> int | None:
    """Households of all communities that it is for; one not reported leaves the sum unknown."""
    found = [c.households for c in row.communities]
    return None if not found or len(found) < row.listed or None in found else sum(n or 0 for n in found)


@measure("户均计划投资", "planned investment a household", unit="万元/户", source=PUBLIC)
def investment_per_household(row: SpendRow) -> Share:
    """Planned investment over the households of the communities that it is for, all of them reported.

    >>> from compliance.measures.base import given
    >>> plan, home = {"plan_id": "p", "year": 2023, "planned_investment_10k": 300}, {"community_id": "c", "name": "n"}
    >>> def row(*homes, listed=1): return SpendRow(given(TotalRow, plan=plan).plan, "plan",
    ...     tuple(given(HomesRow, community=home | h).community for h in homes), listed)
    >>> investment_per_household(row({"households": 100}))
    Ratio(p=300, q=100)
    >>> {investment_per_household(row({"households": 100}, listed=2)), investment_per_household(row({}))} == {MISSING}
    True
    """
    return _per(_cost(row), _homes(row))


@measure("按元计的户均计划投资", "planned investment a household if given in yuan", unit="万元/户", source=PUBLIC)
def investment_per_household_of_yuan(row: SpendRow) -> Share:
    """Planned investment over households, were the amount written in yuan.

    >>> from compliance.measures.base import given
    >>> plan = given(TotalRow, plan={"plan_id": "p", "year": 2023, "planned_investment_10k": 3000000}).plan
    >>> home = given(HomesRow, community={"community_id": "c", "name": "n", "households": 100}).community
    >>> made = investment_per_household_of_yuan(SpendRow(plan, "plan", (home,), 1))
    >>> made.p // made.q
    3
    """
    return _per(_cost(row), _homes(row), over=10_000)


@measure("按亿元计的户均计划投资", "planned investment a household if given in 亿元", unit="万元/户", source=PUBLIC)
def investment_per_household_of_yi(row: SpendRow) -> Share:
    """Planned investment over households, were the amount written in 亿元.

    >>> from compliance.measures.base import given
    >>> plan = given(TotalRow, plan={"plan_id": "p", "year": 2023, "planned_investment_10k": "0.03"}).plan
    >>> home = given(HomesRow, community={"community_id": "c", "name": "n", "households": 100}).community
    >>> made = investment_per_household_of_yi(SpendRow(plan, "plan", (home,), 1))
    >>> made.p // made.q
    3
    """
    return _per(_cost(row), _homes(row), times=10_000)


_NOTHING = Decimal(0)


# -- of which -------------------------------------------------------------------------------------------------


@measure("分项", "the part", source=ARITHMETIC)
def part(row: PartRow) -> Code:
    """Which part of which whole it is.

    >>> part(PartRow(None, (), (), "", "households_paid", ""))
    'households_paid'
    """
    return row.which


@measure("分项超出总数", "part beyond the whole", source=ARITHMETIC)
def beyond_whole(row: PartRow) -> Amounts:
    """By how much the parts together are greater than the whole; zero where they are not.

    >>> from compliance.measures.base import given
    >>> from compliance.schemas.dossier import Consultation
    >>> def row(**f):
    ...     c = Consultation.model_validate(f)
    ...     return PartRow(c, ("agreed", "opposed"), (c,), "participated", "answers_of_round", "甲")
    >>> [beyond_whole(row(agreed=60, opposed=n, participated=80)) for n in (30, 20, 5)]
    [Decimal('10'), Decimal('0'), Decimal('0')]
    >>> beyond_whole(row(agreed=60, opposed=30))
    <Unknown.MISSING_FIELD: 'missing_field'>
    """
    if len(row.parts) == len(row.wholes) == 1:  # nearly always
        part, whole = getattr(row.part, row.parts[0]), getattr(row.wholes[0], row.field)
        if part is None or whole is None:
            return MISSING
        return Decimal(part - whole) if part > whole else _NOTHING
    parts = [getattr(row.part, name) for name in row.parts]
    wholes = [getattr(whole, row.field) for whole in row.wholes]
    if not wholes or None in parts or None in wholes:
        return MISSING
    over = sum(parts) - sum(wholes)
    return Decimal(over) if over > 0 else _NOTHING


# -- totals ---------------------------------------------------------------------------------------------------


@measure("合计项", "the total", source=ARITHMETIC)
def total_of(row: TotalRow) -> Code:
    """What the total is of: money by source, money by project, communities listed.

    >>> from compliance.measures.base import given
    >>> total_of(given(TotalRow, which="funding"))
    'funding'
    """
    return row.which


def _parts(row: TotalRow) -> list[Decimal] | None:
    """The addends as they are written; None where one is missing."""
    if not row.part:
        return [Decimal(row.counted)]
    found: list[Decimal | None] = [getattr(entry, row.part) for entry in row.entries]
    return None if None in found else found  # type: ignore[return-value]


def _difference(row: TotalRow) -> Amounts:
    stated, parts = getattr(row.plan, row.field), _parts(row)
    return MISSING if stated is None or parts is None else sum(parts, Decimal(0)) - stated


@measure("分项合计超出总数", "sum beyond the total", source=ARITHMETIC)
def sum_beyond_total(row: TotalRow) -> Amounts:
    """By how much the sum of the parts is greater than the total stated; zero where it is not.

    >>> from compliance.measures.base import given
    >>> plan = {"plan_id": "p", "year": 2023, "planned_investment_10k": "752393.73"}
    >>> money = [{"source": "county", "amount_10k": "752000"}, {"source": "city", "amount_10k": "393.76"}]
    >>> row = given(TotalRow, plan=plan | {"funding_plan": money}, field="planned_investment_10k", part="amount_10k")
    >>> sum_beyond_total(row._replace(entries=row.plan.funding_plan))
    Decimal('0.03')
    """
    found = _difference(row)
    return max(Decimal(0), found) if isinstance(found, Decimal) else found


@measure("分项合计少于总数", "sum short of the total", source=ARITHMETIC)
def sum_short_of_total(row: TotalRow) -> Amounts:
    """By how much the sum of the parts is smaller than the total stated; zero where it is not.

    >>> from compliance.measures.base import given
    >>> plan = {"plan_id": "p", "year": 2023, "communities_planned": 12}
    >>> sum_short_of_total(given(TotalRow, plan=plan, field="communities_planned", part="", counted=10))
    Decimal('2')
    """
    found = _difference(row)
    return max(Decimal(0), -found) if isinstance(found, Decimal) else found


@measure("合计容差", "tolerance of the sum", source=ARITHMETIC)
def tolerance_of_sum(row: TotalRow) -> Amounts:
    """What rounding may explain: half a unit of the last digit written, for each addend; nothing where one counts.

    >>> from compliance.measures.base import given
    >>> money = [{"source": "county", "amount_10k": "53742.41"}] * 14
    >>> plan = {"plan_id": "p", "year": 2023, "planned_investment_10k": "752393.73", "funding_plan": money}
    >>> row = given(TotalRow, plan=plan, field="planned_investment_10k", part="amount_10k")
    >>> tolerance_of_sum(row._replace(entries=row.plan.funding_plan))
    Decimal('0.070')
    """
    stated, parts = getattr(row.plan, row.field), _parts(row)
    if stated is None or parts is None:
        return MISSING
    if not row.part:
        return Decimal(0)
    last = min(_exponent(value) for value in (stated, *parts))
    return Decimal(5).scaleb(last - 1) * len(parts)


def _exponent(value: Any) -> int:
    """The place of the last digit written: -2 for 0.07; whole numbers are taken as exact to the one."""
    return min(0, int(value.as_tuple().exponent)) if isinstance(value, Decimal) else 0
