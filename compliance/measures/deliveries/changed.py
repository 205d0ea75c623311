"""Measures of a delivery against the last one of the same area: by what factor, how much less; judges nothing."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

from compliance.measures.base import MISSING, Code, Count, Flag, Share, When, flag, measure, when
from compliance.measures.deliveries.rows import ChangeRow, DriftRow, EntriesRow, Figure, KeptRow
from compliance.measures.soundness.codes import REPLACED
from compliance.schemas.scalars import Ratio, days

LAST = "与上次报送比对"
_EXACT = 1 << 45
_PART = 10**6
_MOST = 10**7


def quotient(a: int, b: int) -> Ratio:
    """a/b; where the numbers are too long to be compared exactly, cut off after six decimals and at ten million.

    >>> quotient(3, 6), quotient(1, 10**15)
    (Ratio(p=1, q=2), Ratio(p=0, q=1000000))
    """
    found = Fraction(a, b)
    if found.numerator < _EXACT and found.denominator < _EXACT:
        return Ratio(found.numerator, found.denominator)
    return Ratio(min(found.numerator * _PART // found.denominator, _MOST * _PART), _PART)


def _over(now: Figure | None, before: Figure | None) -> Share:
    """The mean over the entries that report it, now against before."""
    if now is None or before is None or not now.total or not before.total:
        return MISSING
    return quotient(now.total * before.reported, before.total * now.reported)


# -- a delivery -----------------------------------------------------------------------------------------------


@measure("数据截止日期", "day of the data", source=LAST)
def data_day(row: ChangeRow) -> When:
    """Until which day the data speak.

    >>> from compliance.measures.base import given
    >>> data_day(given(ChangeRow, day=days("2024-03-31"))).text
    '2024-03-31'
    """
    return when(row.day)


@measure("上次数据截止日期", "day of the data in the last delivery", source=LAST)
def data_day_before(row: ChangeRow) -> When:
    """The same of the last delivery.

    >>> from compliance.measures.base import given
    >>> data_day_before(given(ChangeRow))
    <Unknown.MISSING_FIELD: 'missing_field'>
    """
    return when(row.day_before)


@measure("是否同一份档案再次报送", "whether the same dossier is delivered again", source=LAST)
def again(row: ChangeRow) -> Flag:
    """Whether both are of one dossier and year.

    >>> from compliance.measures.base import given
    >>> again(given(ChangeRow, again=True))
    True
    """
    return row.again


@measure("上次是否最终报送", "whether the last delivery was final", source=LAST)
def was_final(row: ChangeRow) -> Flag:
    """Whether the last delivery was said to be final.

    >>> from compliance.measures.base import given
    >>> was_final(given(ChangeRow, status_before="final")), was_final(given(ChangeRow)).value
    (True, 'missing_field')
    """
    return MISSING if row.status_before is None else row.status_before == "final"


@measure("本次是否草稿", "whether this delivery is a draft", source=LAST)
def is_draft(row: ChangeRow) -> Flag:
    """Whether this delivery is said to be a draft.

    >>> from compliance.measures.base import given
    >>> is_draft(given(ChangeRow, status="draft"))
    True
    """
    return MISSING if row.status is None else row.status == "draft"


def _on_record(before: str, now: str) -> bool:
    return before in REPLACED and now in REPLACED[before][1]


@measure("区划代码是否变化", "whether the area code changed", source=LAST)
def code_changed(row: ChangeRow) -> Flag:
    """Whether the area of the same name bore another code.

    >>> from compliance.measures.base import given
    >>> from compliance.measures.deliveries.rows import Place
    >>> def at(code): return given(Place, area_code=code)
    >>> code_changed(given(ChangeRow, here=at("410307"), other=at("410381")))
    True
    """
    return row.here.area_code != row.other.area_code


@measure("变化是否属已知的区划调整", "whether the change is one on record", source=LAST)
def code_change_on_record(row: ChangeRow) -> Flag:
    """Whether the new code is known to have taken the place of the old one.

    >>> from compliance.measures.base import given
    >>> from compliance.measures.deliveries.rows import Place
    >>> def at(code): return given(Place, area_code=code)
    >>> code_change_on_record(given(ChangeRow, here=at("410307"), other=at("410381")))
    True
    >>> code_change_on_record(given(ChangeRow, here=at("999902"), other=at("999901")))
    False
    """
    return _on_record(row.other.area_code, row.here.area_code)


# -- figures over a delivery ----------------------------------------------------------------------------------


@measure("项目", "figure", source=LAST)
def figure(row: DriftRow) -> Code:
    """List and field.

    >>> from compliance.measures.base import given
    >>> figure(given(DriftRow, figure="communities.households"))
    'communities.households'
    """
    return row.figure


@measure("平均值为上次的倍数", "mean against that of the last delivery", unit="倍", source=LAST)
def factor(row: DriftRow) -> Share:
    """Mean over the entries that report it, now over before: more or fewer entries alone change nothing.

    >>> from compliance.measures.base import given
    >>> factor(given(DriftRow, now=Figure(4, 4, 40), before=Figure(2, 2, 200_000)))
    Ratio(p=1, q=10000)
    >>> factor(given(DriftRow, now=Figure(4, 0, None), before=Figure(2, 2, 20))).value
    'missing_field'
    """
    return _over(row.now, row.before)


@measure("上次平均值为本次的倍数", "mean of the last delivery against this one", unit="倍", source=LAST)
def factor_back(row: DriftRow) -> Share:
    """The same the other way round.

    >>> from compliance.measures.base import given
    >>> factor_back(given(DriftRow, now=Figure(4, 4, 40), before=Figure(2, 2, 200_000)))
    Ratio(p=10000, q=1)
    """
    return _over(row.before, row.now)


@measure("平均值为上次易混项目的倍数", "mean against what may be mistaken for it", unit="倍", source=LAST)
def factor_mistaken(row: DriftRow) -> Share:
    """Households now over buildings in the last delivery, or the reverse.

    >>> from compliance.measures.base import given
    >>> factor_mistaken(given(DriftRow, now=Figure(4, 4, 40), mistaken=Figure(2, 2, 20)))
    Ratio(p=1, q=1)
    >>> factor_mistaken(given(DriftRow, now=Figure(4, 4, 40))).value
    'missing_field'
    """
    return _over(row.now, row.mistaken)


@measure("上次填报的占比", "share that reported it in the last delivery", source=LAST)
def share_before(row: DriftRow) -> Share:
    """Entries that reported it then, over all then.

    >>> from compliance.measures.base import given
    >>> share_before(given(DriftRow, before=Figure(4, 3, None)))
    Ratio(p=3, q=4)
    """
    return quotient(row.before.reported, row.before.entries) if row.before.entries else MISSING


@measure("填报占比为上次的倍数", "share that reports it against the last delivery", source=LAST)
def share_kept(row: DriftRow) -> Share:
    """The share that reports it now over that of the last delivery; where there is no entry now, not known.

    >>> from compliance.measures.base import given
    >>> share_kept(given(DriftRow, now=Figure(8, 3, None), before=Figure(4, 3, None)))
    Ratio(p=1, q=2)
    >>> share_kept(given(DriftRow, now=Figure(0, 0, None), before=Figure(4, 3, None))).value
    'missing_field'
    """
    now, before = row.now, row.before
    if not now.entries or not before.reported:
        return MISSING
    return quotient(now.reported * before.entries, now.entries * before.reported)


@measure("名录", "list", source=LAST)
def entries(row: EntriesRow) -> Code:
    """Which list.

    >>> from compliance.measures.base import given
    >>> entries(given(EntriesRow, entries="list.communities"))
    'list.communities'
    """
    return row.entries


@measure("上次条目数", "entries of the last delivery", unit="个", source=LAST)
def entries_before(row: EntriesRow) -> Count:
    """How many entries the list had.

    >>> from compliance.measures.base import given
    >>> entries_before(given(EntriesRow, before=12))
    12
    """
    return row.before


@measure("条目数为上次的倍数", "entries against the last delivery", source=LAST)
def entries_kept(row: EntriesRow) -> Share:
    """Entries now over entries then.

    >>> from compliance.measures.base import given
    >>> entries_kept(given(EntriesRow, now=3, before=12))
    Ratio(p=1, q=4)
    """
    return quotient(row.now, row.before) if row.before else MISSING


# -- a community against itself -------------------------------------------------------------------------------


@measure("不再列有该小区的年度计划", "plans that list it no more", unit="个", source=LAST)
def plans_lost(row: KeptRow) -> Count:
    """Of how many years the last delivery had it in a plan, while the plan of that year, as delivered now, has not.

    >>> from compliance.measures.base import given
    >>> before = {"plan_years": [2022, 2023]}
    >>> [plans_lost(given(KeptRow, before=before, now=now, plans=frozenset({2023})))
    ...  for now in (None, {"plan_years": []}, {"plan_years": [2023]})]
    [1, 1, 0]
    """
    now = row.now["plan_years"] if row.now is not None else ()
    return len([year for year in row.before["plan_years"] if year in row.plans and year not in now])


@measure("建成时间是否变化", "whether the time of building changed", source=LAST)
def built_on_changed(row: KeptRow) -> Flag:
    """Whether it cannot be the same day any more; 2001 and 2001-05 can.

    >>> from compliance.measures.base import given
    >>> [built_on_changed(given(KeptRow, before={"built_on": a}, now={"built_on": b}))
    ...  for a, b in (("2001", "2001-05"), ("2001", "2000"), ("1999-01-02", "2001"))]
    [False, True, True]
    >>> built_on_changed(given(KeptRow, before={"built_on": "2001"}, now={"built_on": None})).value
    'missing_field'
    """
    then, now = row.before["built_on"], row.now["built_on"] if row.now is not None else None
    if then is None or now is None:
        return MISSING
    a, b = days(then), days(now)
    return a.last < b.first or b.last < a.first


def _area(row: KeptRow) -> tuple[int, int] | None:
    """Floor area then and now, in ten-thousandths of a square metre."""
    then, now = row.before["floor_area_m2"], row.now["floor_area_m2"] if row.now is not None else None
    if then is None or now is None or not Decimal(then):
        return None
    return int(Decimal(then) * 10_000), int(Decimal(now) * 10_000)


@measure("建筑面积变动幅度", "change of the floor area", unit="%", source=LAST)
def floor_area_change(row: KeptRow) -> Share:
    """By how much it differs, over what it was.

    >>> from compliance.measures.base import given
    >>> [floor_area_change(given(KeptRow, before={"floor_area_m2": "9600"}, now={"floor_area_m2": n}))
    ...  for n in ("9600.0", "9120", "0.96")]
    [Ratio(p=0, q=1), Ratio(p=1, q=20), Ratio(p=9999, q=10000)]
    """
    areas = _area(row)
    return MISSING if areas is None else quotient(abs(areas[1] - areas[0]), areas[0])


@measure("建筑面积为上次的倍数", "floor area against the last delivery", unit="倍", source=LAST)
def floor_area_factor(row: KeptRow) -> Share:
    """Now over then.

    >>> from compliance.measures.base import given
    >>> floor_area_factor(given(KeptRow, before={"floor_area_m2": "9600"}, now={"floor_area_m2": "0.96"}))
    Ratio(p=1, q=10000)
    """
    areas = _area(row)
    return MISSING if areas is None else quotient(areas[1], areas[0])


@measure("上次建筑面积为本次的倍数", "floor area of the last delivery against this one", unit="倍", source=LAST)
def floor_area_factor_back(row: KeptRow) -> Share:
    """Then over now.

    >>> from compliance.measures.base import given
    >>> floor_area_factor_back(given(KeptRow, before={"floor_area_m2": "9600"}, now={"floor_area_m2": "0.96"}))
    Ratio(p=10000, q=1)
    """
    areas = _area(row)
    return MISSING if areas is None or not areas[1] else quotient(areas[0], areas[1])


@measure("小区所在县代码是否变化", "whether the community's county code changed", source=LAST)
def county_changed(row: KeptRow) -> Flag:
    """Whether it is under another county's code.

    >>> from compliance.measures.base import given
    >>> county_changed(given(KeptRow, before={"county": "999901"}, now={"county": "999902"}))
    True
    >>> county_changed(given(KeptRow, before={"county": "999901"}, now=None)).value
    'missing_field'
    """
    then, now = row.before["county"], row.now["county"] if row.now is not None else None
    return flag(None if then is None or now is None else then != now)


@measure("县代码变化是否属已知的区划调整", "whether the change of county is one on record", source=LAST)
def county_change_on_record(row: KeptRow) -> Flag:
    """Whether the new code is known to have taken the place of the old one.

    >>> from compliance.measures.base import given
    >>> county_change_on_record(given(KeptRow, before={"county": "410381"}, now={"county": "410307"}))
    True
    """
    then, now = row.before["county"], row.now["county"] if row.now is not None else None
    return MISSING if then is None or now is None else _on_record(then, now)
