"""The four lists → a text for the terminal, JSON, or CSV with the columns of a 整改清单; leaves out no finding.

``columns`` and ``cells`` are what a spreadsheet shows of an entry, whatever kind of file it is written to.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import orjson

from compliance.render.cells import wrap
from compliance.render.plain import visible
from compliance.render.sheet import CELL, Cell, as_csv
from compliance.render.words import say, word
from compliance.schemas.rectify import LISTS, Affected, Entry, ListName, Lists, Section, Term
from compliance.schemas.report import Bilingual

__all__ = [
    "COLUMNS", "STATUSES", "TYPES",
    "affected_says", "as_json", "as_text", "cells", "columns", "rows", "table", "term_says",
]  # fmt: skip

COLUMNS: tuple[tuple[str, Bilingual], ...] = (
    ("position", Bilingual("序号", "No.")),
    ("number", Bilingual("问题编号", "Problem")),
    ("item", Bilingual("指标条目", "Item")),
    ("cite", Bilingual("依据条款", "Clause")),
    ("says", Bilingual("问题描述", "What is the matter")),
    ("affected", Bilingual("涉及小区/项目", "Communities or projects")),
    ("evidence", Bilingual("证据指针", "Evidence")),
    ("severity", Bilingual("严重度", "Severity")),
    ("source", Bilingual("发现来源", "Found by")),
    ("unit", Bilingual("责任单位", "Responsible unit")),
    ("person", Bilingual("责任人", "Responsible person")),
    ("requirement", Bilingual("整改要求", "What must be reached")),
    ("measures", Bilingual("整改措施", "Measures")),
    ("type", Bilingual("整改类型", "Type")),
    ("term", Bilingual("整改时限", "Time limit")),
    ("progress", Bilingual("进展", "Progress")),
    ("proof", Bilingual("佐证材料", "Proof")),
    ("status", Bilingual("整改状态", "Status")),
    ("review", Bilingual("复核人及意见", "Reviewer and opinion")),
    ("closed", Bilingual("销号日期", "Closed on")),
    ("precedents", Bilingual("参考先例", "Precedents")),
    ("remark", Bilingual("备注", "Remark")),
)
"""The columns of a 整改清单, in their order; person, progress, review and closed are for people to fill in."""

_OTHERWISE: dict[ListName, dict[str, Bilingual]] = {
    "rectify": {},
    "supply": {
        "requirement": Bilingual("应补材料", "What to supply"),
        "measures": Bilingual("办理建议", "Suggestions"),
        "type": Bilingual("待证原因", "Why it is unknown"),
        "term": Bilingual("补正期限", "Time to supply"),
        "status": Bilingual("补正状态", "Status"),
        "closed": Bilingual("补正日期", "Supplied on"),
    },
    "review": {
        "requirement": Bilingual("研判事项", "What to judge"),
        "measures": Bilingual("办理建议", "Suggestions"),
        "type": Bilingual("待证原因", "Why it is unknown"),
        "term": Bilingual("研判期限", "Time to judge"),
        "status": Bilingual("研判状态", "Status"),
        "review": Bilingual("研判人及意见", "Judged by, and opinion"),
        "closed": Bilingual("研判日期", "Judged on"),
    },
    "improve": {
        "requirement": Bilingual("提升方向", "What is encouraged"),
        "measures": Bilingual("建议做法", "Suggestions"),
        "type": Bilingual("类型", "Type"),
        "term": Bilingual("参考时限", "Time"),
        "status": Bilingual("状态", "Status"),
        "closed": Bilingual("完成日期", "Done on"),
    },
}
"""What is unknown is never called something to rectify, nor is what is only encouraged."""
_ANY = {
    "requirement": Bilingual("要求", "What is asked"),
    "measures": Bilingual("措施", "Measures"),
    "type": Bilingual("类型或原因", "Type or reason"),
    "term": Bilingual("时限", "Time limit"),
    "status": Bilingual("状态", "Status"),
    "closed": Bilingual("办结日期", "Done on"),
}
"""Where several lists stand in one table."""

STATUSES: dict[ListName, tuple[Bilingual, ...]] = {
    "rectify": (
        Bilingual("未整改", "not rectified"),
        Bilingual("正在整改", "in progress"),
        Bilingual("已完成", "done"),
    ),
    "supply": (
        Bilingual("待补充", "to be supplied"),
        Bilingual("已补充", "supplied"),
        Bilingual("无法提供", "cannot be supplied"),
    ),
    "review": (Bilingual("待研判", "to be judged"), Bilingual("已研判", "judged")),
    "improve": (Bilingual("", ""), Bilingual("已采纳", "taken up"), Bilingual("暂不采纳", "not taken up now")),
}
"""What the status of an entry may be, of each list; the first is what it starts with."""
TYPES = {
    "immediate": Bilingual("立行立改", "at once"),
    "staged": Bilingual("分阶段整改", "in stages"),
    "continuing": Bilingual("持续整改", "continuing"),
}


def columns(name: ListName | None, lang: str = "zh") -> list[str]:
    """The heads of a list's columns; ``None``: of a table with several lists, which says the list first."""
    words = _ANY if name is None else _OTHERWISE[name]
    heads = [say(words.get(key, title), lang) for key, title in COLUMNS]
    return heads if name is not None else [say(Bilingual("清单", "List"), lang), *heads]


def term_says(term: Term | None) -> Bilingual:
    """A time limit, marked as the suggestion it is.

    >>> term_says(Term("immediate", 60, False, None)).zh
    '建议自收到通知之日起60日内'
    """
    if term is None:
        return Bilingual("", "")
    if term.due is not None:
        return Bilingual(f"建议{term.due}前（{term.days}日内）", f"suggested: by {term.due} (within {term.days} days)")
    zh, en = ("个工作日", "working days") if term.working else ("日", "days")
    return Bilingual(f"建议自收到通知之日起{term.days}{zh}内", f"suggested: within {term.days} {en} of the notice")


def affected_says(one: Affected, lang: str = "zh") -> str:
    """A finding of a group: its subject and its own number."""
    name = say(one.name, lang)
    return f"{name}（{one.number}）" if lang == "zh" else f"{name} ({one.number})"


def cells(entry: Entry, lang: str = "zh", affected: Sequence[Affected] | None = None) -> list[Cell]:
    """What a spreadsheet shows of an entry, in the order of ``COLUMNS``; ``affected``: only so many of its findings."""
    shown = entry.affected if affected is None else affected
    group = len(entry.affected) > 1
    several: Callable[[Sequence[Bilingual]], str] = lambda words: "\n".join(  # noqa: E731
        f"{n}. {say(w, lang)}" if len(words) > 1 else say(w, lang) for n, w in enumerate(words, 1)
    )
    comma = "、" if lang == "zh" else ", "
    why = word("reason", entry.reason) if entry.reason else Bilingual("", "")
    kind = TYPES[entry.term.type] if entry.term and entry.term.type else why
    suggested = Bilingual(f"建议{kind.zh}", f"suggested: {kind.en}") if entry.term and entry.term.type else kind
    return [
        entry.position,
        entry.number,
        f"{entry.item} {say(entry.title, lang)}",
        say(entry.cite, lang),
        say(entry.says, lang),
        comma.join(affected_says(a, lang) if group else say(a.name, lang) for a in shown),
        _evidence(shown, group, lang),
        say(word("severity", entry.severity), lang),
        say(entry.source, lang),
        comma.join(entry.units),
        "",
        say(entry.requirement, lang),
        several([Bilingual(f"建议：{m.zh}", f"suggested: {m.en}") for m in entry.measures]),
        say(suggested, lang),
        say(term_says(entry.term), lang),
        "",
        comma.join(say(d.title, lang) for d in entry.documents),
        say(STATUSES[entry.list][0], lang),
        "",
        "",
        several(entry.precedents),
        several(entry.remark),
    ]


def _evidence(affected: Sequence[Affected], group: bool, lang: str) -> str:
    """Attachments with their pages, and where in the dossier to look; of a group the name before each."""
    lines = []
    for one in affected:
        found = [say(e, lang) for e in one.evidence] + [one.pointer or "/"]
        told = ("；" if lang == "zh" else "; ").join(found)
        lines.append(f"{say(one.name, lang)}{'：' if lang == 'zh' else ': '}{told}" if group else told)
    return "\n".join(lines)


def _chunks(entry: Entry, lang: str) -> Iterator[Sequence[Affected]]:
    """So many findings of an entry as the cells of a row can hold."""
    part: list[Affected] = []
    room = CELL
    for one in entry.affected:
        size = len(affected_says(one, lang)) + len(_evidence([one], True, lang)) + 2
        if part and size > room:
            yield part
            part, room = [], CELL
        part.append(one)
        room -= size
    yield part


def rows(sections: Sequence[Section], lang: str = "zh") -> Iterator[list[Cell]]:
    """The rows of one list; an entry too long for a cell goes on in the next row, under the same number."""
    for section in sections:
        for entry in section.entries:
            for number, part in enumerate(_chunks(entry, lang)):
                row = cells(entry, lang, part)
                if number:
                    row[-1] = f"续{number}" if lang == "zh" else f"continued, {number}"
                yield [_cut(cell, lang) for cell in row]


def _cut(cell: Cell, lang: str) -> Cell:
    """A cell that is too long even for one finding says that it was cut, and where the whole is."""
    if isinstance(cell, int) or len(cell) <= CELL:
        return cell
    return cell[: CELL - 40] + ("……（过长，全文见 JSON）" if lang == "zh" else " … (cut; the whole is in the JSON)")


def _chosen(lists: Lists, only: Sequence[ListName]) -> list[tuple[ListName, tuple[Section, ...]]]:
    return [(name, getattr(lists, name)) for name in LISTS if name in (only or LISTS)]


def table(lists: Lists, lang: str = "zh", *, only: Sequence[ListName] = ()) -> bytes:
    """CSV. Of one list with its own heads, of several with the list's name in the first column."""
    chosen = _chosen(lists, only)
    if len(chosen) == 1:
        ((name, sections),) = chosen
        return as_csv(columns(name, lang), rows(sections, lang))
    every = ([say(word("disposition", name), lang), *row] for name, sections in chosen for row in rows(sections, lang))
    return as_csv(columns(None, lang), every)


def as_json(lists: Lists, *, only: Sequence[ListName] = ()) -> bytes:
    """Both languages, every finding; the columns of the lists beside them."""
    told: dict[str, object] = {"by": lists.by, "grouped": lists.grouped, "reports": lists.reports}
    told |= dict(_chosen(lists, only))
    return orjson.dumps(told, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)


# -- text -----------------------------------------------------------------------------------------------------

_NAMED = 6
"""How many subjects of a group are named before the rest is counted."""


def as_text(
    lists: Lists, lang: str = "zh", *, only: Sequence[ListName] = (), width: int = 100, verbose: bool = False
) -> bytes:
    """Every entry with what has to be done; ``verbose`` names every subject of a group."""
    zh = lang == "zh"
    lines = []
    for used in lists.reports:
        lines += wrap(
            f"{used.area.name}{used.area.plan_year}年度，基准日{used.as_of}，{used.file}"
            if zh
            else f"{used.area.name} {used.area.plan_year}, as of {used.as_of}, {used.file}",
            width,
        )
        if used.faults:
            lines += wrap("！该报告不完整：检查程序有故障" if zh else "! this report is incomplete", width)
    for name, sections in _chosen(lists, only):
        entries = sum(len(s.entries) for s in sections)
        findings = sum(len(e.affected) for s in sections for e in s.entries)
        title = say(word("disposition", name), lang)
        count = f"{entries} 条（{findings} 项）" if zh else f"{entries} entries ({findings} findings)"
        lines += ["", f"== {title}  {count}" if entries else f"== {title}  {'无' if zh else 'none'}"]
        for section in sections:
            lines += ["", f"-- {say(section.title, lang)}"]
            for entry in section.entries:
                lines += _entry(entry, lang, width, verbose)
    if any(entry.term for _, sections in _chosen(lists, only) for s in sections for entry in s.entries):
        note = "时限、类型均为建议，以当地规定和通知书为准。" if zh else "Limits and types are suggestions only."
        lines += ["", *wrap(note, width)]
    return ("\n".join(visible(line) for line in lines) + "\n").encode()


def _entry(entry: Entry, lang: str, width: int, verbose: bool) -> Iterator[str]:
    zh = lang == "zh"
    severity = say(word("severity", entry.severity), lang)
    yield f"{entry.position:>4}. {entry.number}  [{severity}]  {entry.item} {say(entry.title, lang)}"
    row = dict(zip((key for key, _ in COLUMNS), cells(entry, lang), strict=True))
    names = [say(a.name, lang) for a in entry.affected]
    if len(names) > _NAMED and not verbose:
        rest = len(names) - _NAMED
        more = f"等{len(names)}个" if zh else f" and {rest} more"
        row["affected"] = ("、" if zh else ", ").join(names[:_NAMED]) + more
    for key in ("says", "affected", "requirement", "unit", "type", "term", "proof", "precedents", "remark"):
        text = str(row[key]).replace("\n", " ")
        if not text or (key == "affected" and len(entry.affected) == 1):
            continue
        head = dict(zip((k for k, _ in COLUMNS), columns(entry.list, lang), strict=True))[key]
        first, *rest_of = wrap(f"{head}{'：' if zh else ': '}{text}", width - 6)
        yield f"      {first}"
        yield from (f"      {line}" for line in rest_of)
