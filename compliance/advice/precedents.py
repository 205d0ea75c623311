"""A failing item and the place it failed in → the precedents nearest to it; returns none that does not help the item.

Near is, in this order: the same cause (the precedent answers a check that failed), the same level of government, the
same city or prefecture, the same province, and last the order of the lists. Nothing is weighed against anything: a
nearer cause is never outdone by a nearer place. How well a measure worked is not modelled; the lists do not say.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Literal

from compliance.schemas.precedent import Helps, Precedent
from compliance.schemas.report import Bilingual
from compliance.schemas.rulebook import Level

__all__ = ["Ranked", "Region", "nearest"]

Region = Literal["city", "province", "elsewhere"]

_REGIONS: tuple[Region, ...] = ("city", "province", "elsewhere")

_MUNICIPALITIES = frozenset({"11", "12", "31", "50"})


@dataclass(frozen=True, slots=True)
class Ranked:
    """A precedent and why it is near."""

    precedent: Precedent
    shared_checks: tuple[str, ...]
    """Failing checks for whose cause the precedent is an answer"""
    same_level: bool
    region: Region
    why: Bilingual


def nearest(
    precedents: Iterable[Precedent],
    item: str,
    failing_checks: Collection[str],
    area_code: str,
    area_level: Level,
    how_many: int = 3,
) -> tuple[Ranked, ...]:
    """The ``how_many`` nearest precedents that help ``item``, nearest first.

    ``failing_checks`` are names as the clause has them (``participation``), without the item. Where nothing failed
    (an unknown, say) no cause is shared and the other criteria decide.
    """
    ranked = []
    for precedent in precedents:
        helps = precedent.help_for(item)
        if helps is not None:
            ranked.append(_rank(precedent, helps, failing_checks, area_code, area_level))
    ranked.sort(key=lambda r: (not r.shared_checks, not r.same_level, _REGIONS.index(r.region)))
    return tuple(ranked[:how_many])


def _rank(precedent: Precedent, helps: Helps, failing: Collection[str], area_code: str, area_level: Level) -> Ranked:
    shared = tuple(sorted(name for name in failing if name in helps.checks or not helps.checks))
    same_level = _same_level(precedent, area_level)
    region = min((_region(area_code, p.area_code) for p in precedent.places), key=_REGIONS.index)
    return Ranked(precedent, shared, same_level, region, _why(bool(shared), same_level, region))


def _same_level(precedent: Precedent, area_level: Level) -> bool:
    """A municipality is a province and a city at once; what one community did is at no government's level."""
    if precedent.level == "municipality":
        return area_level in ("province", "city")
    return precedent.level == area_level


def _region(area: str, place: str | None) -> Region:
    if place is None or area[:2] != place[:2]:
        return "elsewhere"
    return "city" if _city(area) is not None and _city(area) == _city(place) else "province"


def _city(code: str) -> str | None:
    """The city or prefecture that a code of GB/T 2260 lies in; none for a province as a whole.

    >>> _city("430302"), _city("430300"), _city("430000"), _city("500235"), _city("429004")
    ('4303', '4303', None, '50', '429004')

    Districts and counties of a municipality are of one city; a county right under its province (third and fourth
    digit 90) is of none but itself.
    """
    if code[:2] in _MUNICIPALITIES:
        return code[:2]
    if code[2:] == "0000":
        return None
    return code if code[2:4] == "90" else code[:4]


def _why(same_cause: bool, same_level: bool, region: Region) -> Bilingual:
    chinese = ["同一问题成因" if same_cause else "同一条目"]
    english = ["same cause" if same_cause else "same item"]
    if same_level:
        chinese.append("同级")
        english.append("same level of government")
    if region != "elsewhere":
        chinese.append("同市（州）" if region == "city" else "同省")
        english.append("same city or prefecture" if region == "city" else "same province")
    return Bilingual("、".join(chinese), ", ".join(english))
