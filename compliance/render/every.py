"""Every finding of a report as a row: the columns of 全部条目, shared by CSV and workbook; leaves out no finding."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from compliance.render.digest import deciding
from compliance.render.places import Places, places
from compliance.render.sheet import Cell
from compliance.render.words import determined, document, pointer, say, word
from compliance.schemas.rectify import LISTS, Lists
from compliance.schemas.report import Bilingual, Finding, ItemRollup, Report

__all__ = ["COLUMNS", "numbers_of", "rows"]

COLUMNS: tuple[tuple[str, Bilingual], ...] = (
    ("position", Bilingual("序号", "No.")),
    ("item", Bilingual("条目", "Item")),
    ("name", Bilingual("对象名称", "Name")),
    ("outcome", Bilingual("结论", "Outcome")),
    ("reason", Bilingual("原因", "Reason")),
    ("list", Bilingual("处理", "Disposition")),
    ("severity", Bilingual("严重度", "Severity")),
    ("obligation", Bilingual("约束程度", "Obligation")),
    ("says", Bilingual("事实与结论", "What was found")),
    ("values", Bilingual("数值与限值", "Values and limits")),
    ("unit", Bilingual("责任单位", "Responsible unit")),
    ("asked", Bilingual("应提供材料", "Documents asked for")),
    ("found", Bilingual("所附材料", "Documents attached")),
    ("pointer", Bilingual("数据位置", "Where in the data")),
    ("way", Bilingual("整改建议", "Suggestions")),
    ("precedents", Bilingual("参考先例", "Precedents")),
    ("remark", Bilingual("备注与历史", "Remarks and history")),
    ("determined", Bilingual("人工认定", "Determined by a person")),
    ("basis", Bilingual("认定依据", "Basis")),
    ("title", Bilingual("条目名称", "Title")),
    ("cite", Bilingual("依据条款", "Clause")),
    ("kind", Bilingual("对象类型", "Kind")),
    ("subject", Bilingual("对象编号", "Id")),
    ("number", Bilingual("问题编号", "Problem")),
    ("entry", Bilingual("清单条目编号", "Entry of the list")),
)
"""What was found first, then what to do, then the codes by which it is found again."""

_SHOWN = 6
"""Values and documents of one finding that are told; of rows by the hundred the rest is counted."""


def rows(report: Report, lang: str = "zh", lists: Lists | None = None) -> Iterator[list[Cell]]:
    """One row a finding, in the report's order. ``lists``: where its problem number and its entry come from."""
    numbers = numbers_of(lists)
    items = {item.item: item for item in report.items}
    cell = places(report)
    for position, finding in enumerate(report.findings, 1):
        yield _row(position, finding, items[finding.item], numbers.get(finding.id, ("", "")), lang, cell)


def numbers_of(lists: Lists | None) -> dict[str, tuple[str, str]]:
    """Finding → its own problem number, and the number of the entry it stands in."""
    if lists is None:
        return {}
    return {
        one.finding: (one.number, entry.number)
        for name in LISTS
        for section in getattr(lists, name)
        for entry in section.entries
        for one in entry.affected
    }


def _row(
    position: int, finding: Finding, item: ItemRollup, numbers: tuple[str, str], lang: str, cell: Places
) -> list[Cell]:
    comma = "、" if lang == "zh" else ", "
    said: Mapping[str, str] = {
        "number": numbers[0],
        "entry": numbers[1],
        "item": finding.item,
        "title": say(item.title, lang),
        "cite": say(item.cite, lang),
        "kind": say(word("kind", finding.subject.kind), lang),
        "subject": finding.subject.id,
        "name": say(finding.subject.name, lang),
        "outcome": say(word("outcome", finding.outcome), lang),
        "reason": say(word("reason", finding.reason), lang) if finding.reason else "",
        "list": say(word("disposition", finding.disposition), lang),
        "obligation": say(word("obligation", finding.obligation), lang),
        "severity": say(word("severity", finding.severity), lang),
        "basis": say(word("basis", finding.basis), lang) if finding.basis else "",
        "says": say(finding.sentence, lang),
        "values": _values(finding, lang),
        "unit": finding.responsible_unit or "",
        "asked": comma.join(say(asked.title, lang) for asked in finding.asked),
        "found": _some([say(document(found), lang) for found in finding.found], lang),
        "pointer": say(pointer(finding.primary, cell(finding.primary)), lang),
        "way": _way(finding, lang),
        "precedents": _precedents(finding, lang),
        "remark": "\n".join(say(text, lang) for text in (*finding.remarks, *finding.history)),
        "determined": "\n".join(say(made, lang) for d in finding.determined for _, made in determined(d)[:1]),
    }
    return [position, *(said[key] for key, _ in COLUMNS[1:])]


def _values(finding: Finding, lang: str) -> str:
    """The comparisons that decided; what did not apply has none."""
    if finding.outcome == "not_applicable":
        return ""
    return _some([say(value.says, lang) for _, value in deciding(finding) if value is not None], lang)


def _some(lines: Sequence[str], lang: str) -> str:
    told = list(dict.fromkeys(lines))
    more = len(told) - _SHOWN
    if more > 0:
        told[_SHOWN:] = [f"……另有{more}项，见 JSON 报告" if lang == "zh" else f"… {more} more in the JSON report"]
    return "\n".join(told)


def _way(finding: Finding, lang: str) -> str:
    advice = finding.advice
    if advice is None:
        return ""
    lines = [say(advice.way.says, lang)] if advice.way is not None else []
    return "\n".join([*lines, *(say(step, lang) for step in advice.steps)])


def _precedents(finding: Finding, lang: str) -> str:
    if finding.advice is None:
        return ""
    near = [f"{p.precedent} {say(p.title, lang)}" for p in finding.advice.precedents]
    return "\n".join(near or finding.advice.law)
