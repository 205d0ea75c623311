"""Report, or the lists made of reports → a workbook to work in and to print: 整改清单, 待补材料清单, 待研判, 提升建议,
全部条目, 说明. Leaves out no finding; no text of a dossier is ever a formula.

What an entry of a list says of hundreds of communities would not fit into a cell that can be read: the list names the
first, and every one of them stands in a row of its own in 全部条目 (涉及对象 where only lists are written).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date

from compliance.render import every, quality
from compliance.render.lists import COLUMNS, STATUSES, TYPES, cells, columns, term_says
from compliance.render.words import TITLE, label, say, word
from compliance.schemas.rectify import LISTS, Affected, Entry, ListName, Lists, ReportUsed, Section
from compliance.schemas.report import SEVERITIES, Area, Bilingual, Report
from compliance.spreadsheet import Book, Column, Dated, Mark, Value

__all__ = ["of_lists", "render"]

_NAMED = 8
"""How many findings of a group an entry names before it refers to the rows of all."""

_WIDTHS = {
    "position": 6, "number": 26, "item": 15, "cite": 14, "says": 40, "affected": 26, "evidence": 30, "severity": 8,
    "source": 17, "unit": 14, "person": 12, "requirement": 34, "measures": 36, "type": 13, "term": 14, "progress": 18,
    "proof": 18, "status": 10, "review": 16, "closed": 12, "precedents": 24, "remark": 18,
    # of all findings
    "entry": 26, "title": 16, "kind": 8, "subject": 12, "name": 18, "outcome": 8, "reason": 12, "list": 12,
    "obligation": 8, "basis": 10, "values": 36, "asked": 20, "found": 36, "pointer": 22, "way": 44, "determined": 20,
}  # fmt: skip
_CODES = frozenset({"number", "entry", "subject", "pointer"})
_OUTCOMES = ("pass", "fail", "unknown", "not_applicable")
_SEVERITY_MARKS = {"critical": Mark("F4B6B6", bold=True), "major": Mark("FBE0C3"), "minor": Mark("FFF5CC")}
_OUTCOME_MARKS = {"fail": Mark("F4B6B6", bold=True), "unknown": Mark("FFF5CC"), "pass": Mark("DDEFDC")}

_EVERY = Bilingual("全部条目", "All findings")
_AFFECTED = Bilingual("涉及对象", "Every subject")
_NOTES = Bilingual("说明", "Read me")
_QUALITY = Bilingual("数据质量", "Data")
_SHEETS: dict[ListName, Bilingual] = {name: word("disposition", name) for name in LISTS}


def render(report: Report, lang: str = "zh", *, lists: Lists | None = None) -> bytes:
    """The workbook of one report. Without ``lists`` it has 全部条目 and 说明 alone, and says so."""
    made_by, area = report.provenance, report.area
    place = f"{area.name}{area.plan_year}年度" if lang == "zh" else f"{area.name}, {area.plan_year}"
    book = Book(f"{place} {say(TITLE, lang)}", lang, date.fromisoformat(made_by.as_of))
    if lists is not None:
        _write_lists(book, lists, LISTS, place, say(_EVERY, lang))
    marks = {say(word("outcome", code), lang): mark for code, mark in _OUTCOME_MARKS.items()}
    sheet = book.sheet(
        say(_EVERY, lang),
        [_column(key, say(head, lang), lang, marks=marks if key == "outcome" else {}) for key, head in every.COLUMNS],
        kept=3,
        heading=f"{place} {say(_EVERY, lang)}",
    )
    for row in every.rows(report, lang, lists):
        sheet.row(row)
    sheet.close()
    if report.data_quality is not None:
        _doubts(book, report, place)
    _notes(book, [*_verdict(report), *_provenance(report), *_counts(lists, LISTS), *_reading(LISTS, lists)])
    return book.bytes()


def of_lists(lists: Lists, lang: str = "zh", *, only: Sequence[ListName] = ()) -> bytes:
    """The workbook of the lists of one or many reports: the lists, every subject that they concern, 说明."""
    chosen = [name for name in LISTS if name in (only or LISTS)]
    areas = list(dict.fromkeys(used.area.name for used in lists.reports))
    place = areas[0] if len(areas) == 1 else f"{areas[0]}等{len(areas)}地" if lang == "zh" else f"{len(areas)} areas"
    title = place if len(chosen) > 1 else f"{place} {say(_SHEETS[chosen[0]], lang)}"
    book = Book(title, lang, max(date.fromisoformat(used.as_of) for used in lists.reports))
    _write_lists(book, lists, chosen, place, say(_AFFECTED, lang))
    _write_affected(book, lists, chosen, place)
    notes = [*_counts(lists, chosen), *_reading(chosen, lists)]
    for used in lists.reports:
        notes += _used(used)
    _notes(book, notes)
    return book.bytes()


def _doubts(book: Book, report: Report, place: str) -> None:
    """Doubts about the data, one a row; apart from the findings, and in none of the lists."""
    lang = book.lang
    heading = f"{place} {say(quality.TITLE, lang)}"
    made = [_column(key, say(head, lang), lang) for key, head in quality.COLUMNS]
    sheet = book.sheet(say(_QUALITY, lang), made, kept=2, heading=heading)
    for row in quality.rows(report, lang):
        sheet.row(row)
    sheet.close()


# -- the lists ------------------------------------------------------------------------------------------------


def _write_lists(book: Book, lists: Lists, chosen: Sequence[ListName], place: str, whole: str) -> None:
    lang = book.lang
    for name in chosen:
        sections: tuple[Section, ...] = getattr(lists, name)
        split = _split(lists, lang)
        heads = columns(name, lang)
        made = [_column(key, head, lang, name) for (key, _), head in zip(COLUMNS, heads, strict=True)]
        if split:
            made.insert(0, Column(split, 18))
        count = sum(len(section.entries) for section in sections)
        title = say(_SHEETS[name], lang)
        heading = f"{place} {title}（共{count}条）" if lang == "zh" else f"{place}: {title} ({count} entries)"
        sheet = book.sheet(title, made, kept=3 if split else 2, heading=heading)
        for section in sections:
            for entry in section.entries:
                row = _entry(entry, whole, lang)
                sheet.row([say(section.title, lang), *row] if split else row)
        sheet.close()


def _split(lists: Lists, lang: str) -> str:
    """The head of a first column that says the section, where no column of the list does."""
    several = any(len({s.key for s in getattr(lists, name)}) > 1 for name in LISTS)
    heads = {"area": Bilingual("地区", "Area"), "project": Bilingual("项目", "Project")}
    return say(heads[lists.by], lang) if several and lists.by in heads else ""


def _entry(entry: Entry, whole: str, lang: str) -> list[Value]:
    """The cells of an entry; of a group the first subjects, and where all of them stand."""
    some = entry.affected[:_NAMED]
    row: dict[str, Value] = dict(zip((key for key, _ in COLUMNS), cells(entry, lang, some), strict=True))
    if len(entry.affected) > len(some):
        count = len(entry.affected)
        more = f"\n等共{count}个，逐个见“{whole}”表" if lang == "zh" else f"\n… {count} in all, each in “{whole}”"
        row["affected"], row["evidence"] = f"{row['affected']}{more}", f"{row['evidence']}{more}"
    if entry.term is not None and entry.term.due is not None:
        row["term"] = _suggested(date.fromisoformat(entry.term.due), lang)
    elif entry.term is not None:
        row["term"] = say(term_says(entry.term), lang)
    return list(row.values())


def _suggested(day: date, lang: str) -> Dated:
    """A day that is shown as suggested for as long as it is the suggested one: another is somebody's decision."""
    serial, mark = (day - date(1899, 12, 30)).days, "建议" if lang == "zh" else "suggested "
    return Dated(day, f'[={serial}]"{mark}"yyyy\\-mm\\-dd;yyyy\\-mm\\-dd')


def _column(
    key: str, head: str, lang: str, name: ListName | None = None, *, marks: dict[str, Mark] | None = None
) -> Column:
    if key == "severity" and marks is None:
        marks = {say(word("severity", code), lang): mark for code, mark in _SEVERITY_MARKS.items()}
    choices: tuple[Bilingual, ...] = ()
    if key == "type" and name == "rectify":
        choices = tuple(TYPES.values())
    elif key == "status" and name is not None:
        choices = tuple(status for status in STATUSES[name] if status.zh)
    prompt = ""
    if key == "term" and name == "rectify":
        prompt = (
            "系统只给建议；确定后填日期，如 2024-06-30"
            if lang == "zh"
            else "Only suggested; write the day decided on, such as 2024-06-30"
        )
    if key == "type" and name == "rectify":
        prompt = "标“建议”的为系统建议，请选定" if lang == "zh" else "Only suggested: choose one"
    dated = key == "closed" or (key == "term" and name == "rectify")
    kind = "number" if key == "position" else "date" if dated else "code" if key in _CODES else "text"
    width = 8 if key == "item" and name is None else _WIDTHS[key]
    return Column(
        head,
        width,
        kind,  # type: ignore[arg-type]
        tuple(say(choice, lang) for choice in choices),
        prompt,
        marks or {},
        fill_in=dated,
    )


def _write_affected(book: Book, lists: Lists, chosen: Sequence[ListName], place: str) -> None:
    """Every finding of the lists in a row of its own."""
    lang = book.lang
    heads = (
        ("list", Bilingual("清单", "List")),
        ("entry", Bilingual("清单条目编号", "Entry of the list")),
        ("number", Bilingual("问题编号", "Problem")),
        ("title", Bilingual("指标条目", "Item")),
        ("kind", Bilingual("对象类型", "Kind")),
        ("subject", Bilingual("对象编号", "Id")),
        ("name", Bilingual("对象名称", "Name")),
        ("unit", Bilingual("责任单位", "Responsible unit")),
        ("severity", Bilingual("严重度", "Severity")),
        ("says", Bilingual("问题描述", "What is the matter")),
        ("evidence", Bilingual("证据指针", "Evidence")),
        ("pointer", Bilingual("数据位置", "Where in the data")),
    )
    made = [_column(key, say(head, lang), lang) for key, head in heads]
    sheet = book.sheet(say(_AFFECTED, lang), made, kept=3, heading=f"{place} {say(_AFFECTED, lang)}")
    for name, entry, one in _each(lists, chosen):
        sheet.row([
            say(_SHEETS[name], lang), entry.number, one.number, f"{entry.item} {say(entry.title, lang)}",
            say(word("kind", one.kind), lang), one.id, say(one.name, lang), one.unit,
            say(word("severity", one.severity), lang), say(one.sentence, lang),
            "\n".join(say(e, lang) for e in one.evidence), one.pointer or "/",
        ])  # fmt: skip
    sheet.close()


def _each(lists: Lists, chosen: Sequence[ListName]) -> Iterator[tuple[ListName, Entry, Affected]]:
    for name in chosen:
        for section in getattr(lists, name):
            for entry in section.entries:
                for one in entry.affected:
                    yield name, entry, one


# -- 说明 -----------------------------------------------------------------------------------------------------

_Note = tuple[Bilingual, Bilingual | str | int]


def _notes(book: Book, notes: Iterable[_Note]) -> None:
    lang = book.lang
    heads = (Bilingual("项目", "What"), Bilingual("内容", "Told"))
    sheet = book.sheet(
        say(_NOTES, lang),
        [Column(say(heads[0], lang), 26), Column(say(heads[1], lang), 70)],
        kept=1,
        heading=f"{book.title} {say(_NOTES, lang)}",
        filtered=False,
        landscape=False,
    )
    for what, told in notes:
        sheet.row([say(what, lang), say(told, lang) if isinstance(told, Bilingual) else told])
    sheet.close()


def _verdict(report: Report) -> Iterator[_Note]:
    yield label("result"), report.verdict.sentence
    if report.area.fictional:
        yield Bilingual("！", "!"), label("demo")
    for fault in report.faults:
        yield label("faults"), Bilingual(f"{fault.item}：{fault.message.zh}", f"{fault.item}: {fault.message.en}")
    if report.integrity:
        yield label("integrity"), "\n".join(report.integrity)
    if report.data_quality is not None:
        yield quality.TITLE, report.data_quality.sentence
    for risk in report.verdict.risks:
        yield label("risk"), Bilingual(f"{risk.says.zh}（{risk.cite}）", f"{risk.says.en} ({risk.cite})")


def _where(area: Area) -> _Note:
    return word("kind", "area"), Bilingual(
        f"{area.name}（{area.code}），{area.plan_year}年度", f"{area.name} ({area.code}), {area.plan_year}"
    )


def _provenance(report: Report) -> Iterator[_Note]:
    made = report.provenance
    yield _where(report.area)
    yield label("standard"), made.standard
    yield label("as_of"), made.as_of
    yield label("mode"), word("mode", made.mode)
    yield label("source"), made.source
    yield Bilingual("档案校验值", "Hash of the dossier"), f"SHA-256 {made.dossier_sha256}"
    yield label("rulebook"), f"{made.rulebook_version}\nSHA-256 {made.rulebook_sha256}"
    for profile in made.profiles:
        title, told = profile.title, f"（{profile.name}）\nSHA-256 {profile.sha256}"
        yield label("profile"), Bilingual(f"{title.zh}{told}", f"{title.en} {told}")
    if made.drafts:
        yield label("profile"), Bilingual("一并适用了征求意见稿", "drafts for comment were applied too")
    if made.determinations is not None:
        yield label("determinations"), f"{made.determinations.file}\nSHA-256 {made.determinations.sha256}"
    yield label("tool"), f"{made.tool} {made.tool_version}"


def _used(used: ReportUsed) -> Iterator[_Note]:
    """Where lists come from: one of the reports."""
    profile = used.profile_title
    yield Bilingual("检查报告", "Report"), f"{used.file}\nSHA-256 {used.sha256}"
    yield _where(used.area)
    if used.area.fictional:
        yield Bilingual("！", "!"), label("demo")
    if used.faults:
        yield Bilingual("！", "!"), label("faults")
    yield label("standard"), used.standard
    yield label("as_of"), used.as_of
    yield label("mode"), word("mode", used.mode)
    yield Bilingual("档案校验值", "Hash of the dossier"), f"SHA-256 {used.dossier_sha256}"
    yield label("rulebook"), f"{used.rulebook_version}\nSHA-256 {used.rulebook_sha256}"
    yield (
        label("profile"),
        Bilingual(
            f"{profile.zh}（{used.profile}）\nSHA-256 {used.profile_sha256}",
            f"{profile.en} ({used.profile})\nSHA-256 {used.profile_sha256}",
        ),
    )
    yield label("tool"), used.tool_version


def _counts(lists: Lists | None, chosen: Sequence[ListName]) -> Iterator[_Note]:
    if lists is None:
        yield (
            Bilingual("清单", "Lists"),
            Bilingual(
                "本工作簿未编制清单，只列全部条目。", "No lists were made: this workbook has all findings alone."
            ),
        )
        return
    for name in chosen:
        title, sections = _SHEETS[name], getattr(lists, name)
        yield Bilingual(f"{title.zh}条目数", f"{title.en}: entries"), sum(len(s.entries) for s in sections)
        found = sum(len(entry.affected) for s in sections for entry in s.entries)
        yield Bilingual(f"{title.zh}所含认定数", f"{title.en}: findings"), found


def _reading(chosen: Sequence[ListName], lists: Lists | None) -> Iterator[_Note]:
    """What each sheet is, and what it is not."""
    if lists is not None:
        yield from ((_SHEETS[name], word("disposition_means", name)) for name in chosen)
    for code in _OUTCOMES:
        yield word("outcome", code), word("outcome_means", code)
    if "supply" in chosen:
        yield (
            Bilingual("待证不是不符合", "Unknown is not failing"),
            Bilingual(
                "待补材料清单和待研判所列事项，只说明现有材料不足以下结论，不是问题，不要求整改，也不计入不符合。",
                "What is to be supplied or to be reviewed only lacks material for a conclusion: "
                "it is no failing, nothing "
                "has to be rectified, and it does not count as one.",
            ),
        )
    worst = "、".join(word("severity", code).zh for code in SEVERITIES)
    yield (
        Bilingual("严重度", "Severity"),
        Bilingual(
            f"由重到轻：{worst}。底色只作提示，以文字为准。",
            f"The worst first: {', '.join(word('severity', c).en for c in SEVERITIES)}. Go by "
            "the word, not by the colour.",
        ),
    )
    if lists is not None:
        yield (
            Bilingual("建议时限", "Suggested time limits"),
            Bilingual(
                "标“建议”的整改类型和时限由程序提出，不是当地规定，也不具约束力；以当地规定和整改通知书为准，确定后改填。",
                "Types and time limits marked “suggested” come from the program: they are no "
                "rule of the place and bind "
                "nobody. What the place's rules and the notice say stands; write that instead once it is decided.",
            ),
        )
        yield (
            Bilingual("归并", "Groups"),
            Bilingual(
                "同一条目、同样情形的认定并为一条，编号带“G”；所涉对象逐个列在明细表中，可按“清单条目编号”筛选。",
                "Findings of an item that fail in the same way make one entry, with a G in its "
                "number; each subject has "
                "its own row in the sheet of all, to be filtered by the number of the entry.",
            ),
        )
        yield (
            Bilingual("填写", "Filling in"),
            Bilingual(
                "本工作簿供查阅和流转。需要跟踪到销号的，导入整改台账，用台账导出的表填报、再导回。",
                "This workbook is for reading and passing on. To follow entries until they are "
                "closed, import the report "
                "into the ledger, and fill in the workbook that the ledger exports.",
            ),
        )
