"""Findings → advice on them: how a failing is made good, and who has solved the like before; changes no outcome."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from compliance.advice.precedents import Ranked, nearest
from compliance.advice.steps import steps_for
from compliance.bench import Judgement
from compliance.docket import levels_of
from compliance.schemas.precedent import Precedent
from compliance.schemas.report import Advice, Bilingual, Finding, PrecedentNear, Reason
from compliance.schemas.rulebook import Item, Level

if TYPE_CHECKING:
    from compliance.advice.ways import Ways

__all__ = ["adviser"]

_LEVELS: tuple[Level, ...] = ("county", "city", "province")


def adviser(
    judgement: Judgement, precedents: Callable[[], Sequence[Precedent]], *, ways: bool
) -> Callable[[Finding], Advice | None]:
    """What to do about one finding, worked out when the finding is read.

    Steps and precedents are the same for all findings of an item that fail by the same checks, and made once.
    ``ways``: also seek what would make each failing pass, which judges it again. Precedents are asked for, and the
    means to seek ways loaded, only when there is a use for them.
    """
    if not ways:
        return _Adviser(judgement, precedents, None).on
    from compliance.advice.ways import Ways

    return _Adviser(judgement, precedents, Ways(judgement)).on


class _Adviser:
    def __init__(
        self, judgement: Judgement, precedents: Callable[[], Sequence[Precedent]], ways: Ways | None
    ) -> None:
        dossier = judgement.columns.case.dossier
        self._items: dict[str, Item] = {item.id: item for item in judgement.bench.rulebook.items}
        self._precedents = precedents
        self._ways = ways
        self._code = dossier.area_code
        levels = levels_of(dossier.area_level)
        self._level: Level = next(level for level in _LEVELS if level in levels)
        self._made: dict[tuple[str, bool, frozenset[str], frozenset[Reason]], Advice] = {}

    def on(self, finding: Finding) -> Advice | None:
        fails = finding.outcome == "fail"
        if not fails and finding.outcome != "unknown":
            return None
        deciding = [c for c in finding.checks if c.outcome == finding.outcome]
        checks = frozenset(c.check for c in deciding) if fails else frozenset()
        found: set[Reason] = {c.reason for c in deciding if c.reason is not None}
        if finding.reason is not None:
            found.add(finding.reason)
        key = finding.item, fails, checks, frozenset(found)
        advice = self._made.get(key)
        if advice is None:
            advice = self._made[key] = self._general(*key)
        if self._ways is None or not fails:
            return advice
        way = self._ways.of(finding.item, finding.subject.kind, finding.subject.id)
        return advice if way is None else Advice(advice.steps, advice.precedents, advice.law, way)

    def _general(self, name: str, fails: bool, checks: frozenset[str], reasons: frozenset[Reason]) -> Advice:
        """Of what is open no cause is known yet: its precedents are the nearest by level and region."""
        item = self._items[name]
        near = nearest(self._precedents(), name, checks, self._code, self._level)
        law = tuple(item.spec.remedy.law or item.spec.cite.statutes)
        return Advice(steps_for(item, fails, reasons), tuple(_near(one) for one in near), law, None)


def _near(ranked: Ranked) -> PrecedentNear:
    precedent, source = ranked.precedent, ranked.precedent.source
    place = f"{source.document} {source.section}"
    row_zh, row_en = f"{place}第{source.row}行第{source.item}项", f"{place}, row {source.row}, measure {source.item}"
    return PrecedentNear(
        precedent.id,
        precedent.title,
        precedent.measure,
        tuple(place.name for place in precedent.places),
        tuple(Bilingual(f"{f.name.zh}{f.says.zh}", f"{f.name.en}: {f.says.en}") for f in precedent.figures),
        Bilingual(row_zh, row_en),
        (ranked.why,),
    )
