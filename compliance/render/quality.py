"""Doubts about the data → what every format says of them, apart from the standard's findings; counts none in.

Doubts are told by check, the gravest first; one that nearly everything raises is told once, its list behind it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from compliance.render.places import places
from compliance.render.words import pointer, say, word
from compliance.schemas.report import SEVERITIES, Bilingual, Doubt, NearlyAll, QualityCheck, Report

__all__ = ["COLUMNS", "LABELS", "TITLE", "Told", "checked", "rows", "told"]

TITLE = Bilingual("数据质量（不计入结论）", "Soundness of the data (does not count)")
LABELS = {
    "doubt": Bilingual("存疑", "in doubt"),
    "look": Bilingual("核对办法", "What to check"),
    "checked": Bilingual("核对到", "could be checked"),
    "silent": Bilingual("缺数据未核", "not checked for lack of data"),
    "rests_on": Bilingual("依据", "Rests on"),
    "none": Bilingual("未发现疑点", "nothing to look at twice"),
}


class Told(NamedTuple):
    """A check that raised doubts, and the doubts."""

    check: QualityCheck
    nearly: NearlyAll | None
    doubts: Sequence[Doubt]


def told(report: Report) -> list[Told]:
    """The checks that raised doubts: what nearly all raise first, then by severity; none where none were looked for."""
    quality = report.data_quality
    if quality is None:
        return []
    by_check: dict[tuple[str, str], list[Doubt]] = {}
    for doubt in quality.findings:
        by_check.setdefault((doubt.item, doubt.check), []).append(doubt)
    nearly = {(n.item, n.check): n for n in quality.nearly_all}
    found = [
        Told(c, nearly.get((c.item, c.check)), by_check[c.item, c.check])
        for c in quality.checks
        if (c.item, c.check) in by_check
    ]
    return sorted(found, key=lambda t: (t.nearly is None, SEVERITIES.index(t.check.severity)))


def checked(check: QualityCheck) -> Bilingual:
    """How much a check was asked of, and of how much it could not be."""
    asked, silent = check.passed + check.doubtful, check.unknown
    zh = f"核对到{asked}处，存疑{check.doubtful}处" + (f"，缺数据未核{silent}处" if silent else "")
    en = f"{check.doubtful} in doubt of {asked} checked"
    return Bilingual(zh, f"{en}, {silent} not checked for lack of data" if silent else en)


COLUMNS: tuple[tuple[str, Bilingual], ...] = (
    ("item", Bilingual("核对", "Check")),
    ("title", Bilingual("内容", "What it looks at")),
    ("severity", Bilingual("严重度", "Severity")),
    ("name", Bilingual("对象", "About")),
    ("says", Bilingual("疑点", "Doubt")),
    ("pointer", Bilingual("数据位置", "Where in the data")),
    ("measures", Bilingual("核对办法", "What to check")),
    ("remark", Bilingual("说明", "Remark")),
)


def rows(report: Report, lang: str = "zh") -> Iterator[list[str]]:
    """One row a doubt, by check; the first of a check that nearly all raise says so."""
    cell = places(report)
    for check, nearly, doubts in told(report):
        remark = say(nearly.sentence, lang) if nearly is not None else ""
        for doubt in doubts:
            yield [
                check.item,
                say(check.title, lang),
                say(word("severity", doubt.severity), lang),
                say(doubt.subject.name, lang),
                say(doubt.sentence, lang),
                say(pointer(doubt.primary, cell(doubt.primary)), lang),
                "\n".join(say(step, lang) for step in doubt.look),
                remark,
            ]
            remark = ""
