"""Measures of what two dossiers share and should not: communities, counts, files, the very bytes; judges nothing."""

from __future__ import annotations

from compliance.measures.base import MISSING, Code, Count, Flag, measure
from compliance.measures.deliveries.rows import BallotsRow, DeliveryRow, PapersRow, TwinRow

COMPARED = "各份报送之间比对"


@measure("重复情形", "how it is met again", source=COMPARED)
def met(row: TwinRow) -> Code:
    """In another dossier of the year, in the plan of an earlier year, or under another county.

    >>> from compliance.measures.base import given
    >>> met(given(TwinRow, met="same_year"))
    'same_year'
    """
    return row.met


@measure("认作同一小区的依据", "why both are taken for the same", source=COMPARED)
def alike_by(row: TwinRow) -> Code:
    """The keys in which both agree.

    >>> from compliance.measures.base import given
    >>> alike_by(given(TwinRow, alike_by="name_and_street"))
    'name_and_street'
    """
    return row.alike_by


@measure("同年列有该小区的其他档案", "other dossiers of the year with this community", unit="个", source=COMPARED)
def dossiers_too(row: TwinRow) -> Count:
    """How many other dossiers of the same year and county list it.

    >>> from compliance.measures.base import given
    >>> dossiers_too(given(TwinRow, met="same_year", others=2)), dossiers_too(given(TwinRow, met="two_years", others=2))
    (2, <Unknown.MISSING_FIELD: 'missing_field'>)
    """
    return row.others if row.met == "same_year" else MISSING


@measure("此前列有该小区的年度计划", "plans of earlier years with this community", unit="个", source=COMPARED)
def earlier_plans(row: TwinRow) -> Count:
    """Of how many earlier years other dossiers list it in a plan.

    >>> from compliance.measures.base import given
    >>> earlier_plans(given(TwinRow, met="two_years", others=1))
    1
    """
    return row.others if row.met == "two_years" else MISSING


@measure("列有该小区的其他县", "other counties with this community", unit="个", source=COMPARED)
def counties_too(row: TwinRow) -> Count:
    """How many other counties list it in the same year.

    >>> from compliance.measures.base import given
    >>> counties_too(given(TwinRow, met="two_counties", others=1))
    1
    """
    return row.others if row.met == "two_counties" else MISSING


@measure("是否填报历次改造", "whether an earlier renovation is reported", source=COMPARED)
def earlier_renovation_reported(row: TwinRow) -> Flag:
    """Whether the community's own entry tells of an earlier renovation.

    >>> from compliance.measures.base import given
    >>> earlier_renovation_reported(given(TwinRow, renovated_before=True))
    True
    """
    return row.renovated_before


@measure("是否一份为另一份的上级", "whether one area lies in the other", source=COMPARED)
def one_within_other(row: TwinRow) -> Flag:
    """Whether the one dossier is of a city or province and the other of an area below it.

    >>> from compliance.measures.base import given
    >>> from compliance.measures.deliveries.rows import Place
    >>> def at(code): return given(Place, area_code=code)
    >>> [one_within_other(given(TwinRow, here=at(a), other=at(b)))
    ...  for a, b in (("999900", "999901"), ("990000", "999901"), ("999901", "999902"), ("999901", "999901"))]
    [True, True, False, False]
    """
    codes = {row.here.area_code, row.other.area_code}
    if len(codes) == 1:
        return False
    short, long = sorted((code.removesuffix("00").removesuffix("00") for code in codes), key=len)
    return long.startswith(short) and short != long


@measure("计数事项", "what was counted", source=COMPARED)
def counted(row: BallotsRow) -> Code:
    """Consultation or vote.

    >>> from compliance.measures.base import given
    >>> counted(given(BallotsRow, which="vote_counts"))
    'vote_counts'
    """
    return row.which


@measure("全部数", "all who were counted", source=COMPARED)
def all_counted(row: BallotsRow) -> Count:
    """How many there were to ask.

    >>> from compliance.measures.base import given
    >>> all_counted(given(BallotsRow, counts=(86, 80, 70)))
    86
    """
    return row.counts[0]


@measure("是否全部同意", "whether all agreed", source=COMPARED)
def all_agreed(row: BallotsRow) -> Flag:
    """Whether everybody there was to ask agreed: such counts are alike as soon as the numbers of all are.

    >>> from compliance.measures.base import given
    >>> [all_agreed(given(BallotsRow, counts=n)) for n in ((86, 86, 86), (86, 86, 85))]
    [True, False]
    """
    return row.counts[2] == row.counts[0]


@measure("其他档案中计数相同的", "other dossiers with the same counts", unit="个", source=COMPARED)
def same_counts_elsewhere(row: BallotsRow) -> Count:
    """In how many other dossiers a community of another name reports these very counts.

    >>> from compliance.measures.base import given
    >>> same_counts_elsewhere(given(BallotsRow, others=3))
    3
    """
    return row.others


@measure("附件类型", "kind of document", source=COMPARED)
def file_kind(row: PapersRow) -> Code:
    """The kind of the attachments.

    >>> from compliance.measures.base import given
    >>> file_kind(given(PapersRow, kind="ballot"))
    'ballot'
    """
    return row.kind


@measure("其他档案中也用的文件", "files that other dossiers use too", unit="个", source=COMPARED)
def files_elsewhere(row: PapersRow) -> Count:
    """How many of its files of this kind are attached to communities of other names in other dossiers.

    >>> from compliance.measures.base import given
    >>> files_elsewhere(given(PapersRow, files=2))
    2
    """
    return row.files


@measure("内容完全相同的报送", "deliveries with the very same bytes", unit="个", source=COMPARED)
def copies(row: DeliveryRow) -> Count:
    """How many deliveries of the feed are this one, byte by byte.

    >>> from compliance.measures.base import given
    >>> copies(given(DeliveryRow, copies=1))
    1
    """
    return row.copies
