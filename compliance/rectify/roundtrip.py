"""Ledger entries → a workbook that units fill in; the same filled in → what differs, by cell, and the acts it takes.

Every row carries a code: which ledger and which state of the entry it was made from, and a short hash of every cell.
By it a cell that somebody changed is told from one that the ledger has changed since. Only what was filled in counts;
where both have changed a cell, or a locked cell was changed, everything is refused, and every problem is told by its
cell. What can be read without doubt is read, with a notice: days written as text, merged cells in one column to fill
in, moved and added columns, rows that are missing or hidden. The code guards against slips and confusion; it is no
signature. Texts are compared without the difference of blanks and line ends, which programs change by themselves.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from hashlib import blake2b
from typing import Any, Final, NamedTuple

from compliance.rectify.ledger.acts import LEADS, problems_of
from compliance.rectify.workbook import Cell, SheetRead, day_of_serial, letters_of, read_workbook
from compliance.schemas.ledger import KINDS, STATES, Entry, LedgerRefused, Problem, Todo
from compliance.schemas.refusal import Words
from compliance.spreadsheet import Book, Column, Dated, Mark, Value, shown

__all__ = ["Change", "Filled", "export", "filled"]

_SEVERITIES: Final = {
    "critical": Words("红线", "critical"),
    "major": Words("主要", "major"),
    "minor": Words("一般", "minor"),
    "advisory": Words("提示", "advisory"),
}
_MARKS: Final = {"critical": Mark("F4B6B6", bold=True), "major": Mark("FBE0C3"), "minor": Mark("FFF5CC")}


class _Col(NamedTuple):
    key: str
    title: Words
    width: int
    fill: bool = False


_COLUMNS: Final = (
    _Col("number", Words("编号", "Number"), 19),
    _Col("state", Words("状态", "State"), 9),
    _Col("item", Words("指标条目", "Item"), 16),
    _Col("text", Words("问题描述", "What is the matter"), 40),
    _Col("subject", Words("涉及小区、项目", "Community or project"), 18),
    _Col("severity", Words("严重度", "Severity"), 8),
    _Col("unit", Words("责任单位", "Responsible unit"), 16),
    _Col("requirement", Words("整改要求", "What must be reached"), 34),
    _Col("leader", Words("责任领导", "Responsible leader"), 12, True),
    _Col("person", Words("责任人", "Responsible person"), 12, True),
    _Col("measures", Words("整改措施", "Measures"), 34, True),
    _Col("kind", Words("整改类型", "Type"), 12, True),
    _Col("deadline", Words("整改时限", "Deadline"), 15, True),
    _Col("progress", Words("进展", "Progress"), 26, True),
    _Col("done", Words("整改情况（反馈）", "What was done (to submit)"), 30, True),
    _Col("evidence", Words("佐证材料（反馈）", "Evidence (to submit)"), 28, True),
    _Col("recheck", Words("最近复查", "Last recheck"), 26),
    _Col("cite", Words("依据条款", "Clause"), 16),
    _Col("source", Words("发现来源", "Found by"), 14),
    _Col("area", Words("地区", "Area"), 16),
    _Col("code", Words("校验码", "Code"), 12),
)
_LOCKED: Final = tuple(c.key for c in _COLUMNS if not c.fill and c.key not in ("number", "code"))
_FILL: Final = tuple(c.key for c in _COLUMNS if c.fill)
_TITLE: Final = {c.key: c.title for c in _COLUMNS}
_SHEET: Final = Words("整改台账", "Ledger")
_NOTES: Final = Words("填写说明", "How to fill in")
_INFO: Final = "_export"
_HEAD_ROWS: Final = 10
_SHOWN: Final = 200
"""Problems told one by one; more are counted."""


# -- export ---------------------------------------------------------------------------------------------------


def export(entries: Sequence[Entry], mark: str, today: date, lang: str = "zh") -> bytes:
    """The workbook of some entries. ``mark``: of the ledger (``Ledger.mark``), so that no other takes it back."""
    zh = lang == "zh"
    title = f"{_SHEET.zh}（{today.isoformat()} 导出）" if zh else f"{_SHEET.en}, exported {today.isoformat()}"
    book = Book(title, lang, today)
    sheet = book.sheet(
        getattr(_SHEET, lang), [_column(c, lang) for c in _COLUMNS], kept=1, heading=title, protected=True
    )
    for entry in entries:
        sheet.row(_row(entry, mark, lang))
    sheet.close()
    head = getattr(_NOTES, lang)
    notes = book.sheet(head, [Column(head, 96)], kept=0, filtered=False, landscape=False)
    for words in _how():
        notes.row([getattr(words, lang)])
    notes.close()
    info = book.sheet(_INFO, [Column("key", 12), Column("value", 30)], kept=0, filtered=False, hidden=True)
    info.row(["ledger", mark])
    info.row(["exported", today.isoformat()])
    for entry in entries:
        info.row(["entry", entry.number])
    info.close()
    return book.bytes()


def _column(col: _Col, lang: str) -> Column:
    zh = lang == "zh"
    choices = tuple(getattr(words, lang) for words in KINDS.values()) if col.key == "kind" else ()
    marks = {getattr(_SEVERITIES[code], lang): mark for code, mark in _MARKS.items()} if col.key == "severity" else {}
    prompts = {
        "deadline": Words(
            "填日期，如 2024-06-30；已定的时限须办理延期", "A date, as 2024-06-30; one that is set has to be extended"
        ),
        "evidence": Words("一行一件：标题=文件名#页码", "One a line: title=file#page"),
        "done": Words("整改完成后填写，与佐证材料一并反馈", "When it is done, together with the evidence"),
    }
    prompt = getattr(prompts[col.key], lang) if col.key in prompts else ""
    kind = "date" if col.key == "deadline" else "code" if col.key in ("number", "code") else "text"
    head = getattr(col.title, lang) + (("\n（填写）" if zh else "\n(fill in)") if col.fill else "")
    return Column(head, col.width, kind, choices, prompt, marks, col.fill, hidden=col.key == "code")  # type: ignore[arg-type]


def _row(entry: Entry, mark: str, lang: str) -> list[Value]:
    told = _told(entry, lang)
    row: list[Value] = [told[c.key] for c in _COLUMNS if c.key != "code"]
    if entry.deadline is not None:
        day = date.fromisoformat(entry.deadline)
        at = [c.key for c in _COLUMNS].index("deadline")
        row[at] = _suggested(day, lang) if entry.deadline_suggested else day
    return [*row, _code(entry, mark, told)]


def _suggested(day: date, lang: str) -> Dated:
    """Shown as suggested for as long as it is that very day."""
    word = "建议" if lang == "zh" else "suggested "
    return Dated(day, f'[={(day - date(1899, 12, 30)).days}]"{word}"yyyy\\-mm\\-dd;yyyy\\-mm\\-dd')


def _told(entry: Entry, lang: str) -> dict[str, str]:
    """What the cells of an entry say; the deadline as an ISO date."""
    submission = json.loads(entry.submission) if entry.submission else {}
    recheck = json.loads(entry.recheck) if entry.recheck else {}
    return {
        "number": entry.number,
        "state": getattr(STATES[entry.state], lang),
        "item": " ".join(part for part in (entry.item, entry.title) if part),
        "text": entry.text,
        "subject": entry.subject_name or "",
        "severity": getattr(_SEVERITIES[entry.severity], lang) if entry.severity else "",
        "unit": entry.unit or "",
        "requirement": entry.requirement or "",
        "leader": entry.leader or "",
        "person": entry.person or "",
        "measures": entry.measures or "",
        "kind": getattr(KINDS[entry.kind], lang) if entry.kind else "",
        "deadline": entry.deadline or "",
        "progress": entry.progress or "",
        "done": submission.get("text", ""),
        "evidence": "\n".join(_piece_text(piece) for piece in submission.get("evidence", ())),
        "recheck": recheck.get("says", {}).get(lang, ""),
        "cite": entry.cite or "",
        "source": entry.found_by,
        "area": f"{entry.area_name}（{entry.area}）" if lang == "zh" else f"{entry.area_name} ({entry.area})",
    }


def _piece_text(piece: Mapping[str, Any]) -> str:
    page = "" if piece["page"] is None else f"#{piece['page']}"
    return f"{piece['title']}={piece['file']}{page}"


def _how() -> Iterator[Words]:
    yield Words(
        "一、黄底各栏由责任单位填写；其余各栏已锁定（不设密码），改动后导入时会被指出并退回。",
        "Fill in the yellow columns. The others are locked (without a password); a change there is refused.",
    )
    yield Words(
        "二、可以筛选、隐藏、调整列宽和排序；不要合并单元格，不要改动编号，不要删去表头。",
        "You may filter, hide, widen and sort. Do not merge cells, change numbers or remove the head.",
    )
    yield Words(
        "三、时限填日期，如 2024-06-30。显示“建议”的是程序建议，不是当地规定；已确定的时限如需变更，另行办理延期。",
        "A deadline is a date, such as 2024-06-30. “Suggested” is the program's, no rule of the place. A deadline "
        "that has been set is changed by an extension only.",
    )
    yield Words(
        "四、整改完成后填“整改情况”和“佐证材料”两栏，导入即为反馈。佐证材料一行一件，写作：标题=文件名#页码，"
        "文件与本表放在同一文件夹；导入时记录其哈希值，不收存文件。",
        "When it is done, fill in what was done and the evidence; importing submits it. One piece of evidence a line: "
        "title=file#page, the files beside this workbook. Their hashes are recorded, the files are not kept.",
    )
    yield Words(
        "五、已填过的内容可以改写，不能清空；没有改动的单元格不产生任何记录。",
        "What was filled in before may be rewritten, not emptied. A cell that is as it was leaves no record.",
    )


# -- the code of a row ----------------------------------------------------------------------------------------


_INVISIBLE: Final = re.compile("[\u200b\ufeff\u00ad]")
"""What comes along when text is pasted from messages and pages."""


def _canon(text: str) -> str:
    """A text of a cell as it is compared: what programs change by themselves makes no difference.

    A text of the ledger is compared as the cell shows it, in which what cannot be seen is written out.
    """
    plain = shown(_INVISIBLE.sub("", unicodedata.normalize("NFC", text)))
    return "\n".join(line for line in (" ".join(part.split()) for part in plain.split("\n")) if line)


def _short(text: str) -> str:
    return blake2b(_canon(text).encode(), digest_size=3).hexdigest()


def _sum(number: str, body: str) -> str:
    return blake2b(f"{number} {body}".encode(), digest_size=4).hexdigest()


def _code(entry: Entry, mark: str, told: Mapping[str, str]) -> str:
    cells = "".join(_short(shown(told[key])) for key in (*_LOCKED, *_FILL))
    body = f"1-{mark[:8]}-{entry.last_seq}-{cells}"
    return f"{body}-{_sum(entry.number, body)}"


class _Code(NamedTuple):
    mark: str
    last_seq: int
    cells: Mapping[str, str]


def _read_code(number: str, text: str) -> _Code | None:
    """None for what is no code of this row."""
    parts = text.strip().split("-")
    keys = (*_LOCKED, *_FILL)
    if len(parts) != 5 or parts[0] != "1" or not parts[2].isdecimal() or len(parts[3]) != 6 * len(keys):
        return None
    if parts[4] != _sum(number, "-".join(parts[:4])):
        return None
    return _Code(parts[1], int(parts[2]), {key: parts[3][6 * n : 6 * n + 6] for n, key in enumerate(keys)})


# -- import ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Change:
    """One cell that says something else than the ledger."""

    number: str
    cell: str
    title: Words
    old: str
    new: str


@dataclass(frozen=True, slots=True)
class Filled:
    """What a workbook that came back asks for. Nothing has been done yet."""

    changes: tuple[Change, ...]
    notices: tuple[Problem, ...]
    """What was read in spite of how it was written, or passed over"""
    todo: tuple[Todo, ...]


@dataclass(slots=True)
class _Reading:
    """What is found while a workbook is read."""

    actor: str
    digest: Callable[[str], str | None]
    """SHA-256 of a file of evidence by its name; none where there is no such file"""
    problems: list[Problem] = field(default_factory=list)
    notices: list[Problem] = field(default_factory=list)
    changes: list[Change] = field(default_factory=list)
    todo: list[Todo] = field(default_factory=list)

    def refuse(self, where: str, zh: str, en: str, hint: Words = Words("", "")) -> None:  # noqa: B008
        self.problems.append(Problem(where, Words(zh, en), hint))

    def notice(self, where: str, zh: str, en: str) -> None:
        self.notices.append(Problem(where, Words(zh, en)))


_AGAIN: Final = Words("恢复原样，或重新导出后填写", "put it back, or export anew and fill that in")


def filled(
    data: bytes,
    file: str,
    find: Callable[[Sequence[str]], Mapping[str, Entry]],
    mark: str,
    actor: str,
    digest: Callable[[str], str | None] = lambda _: None,
) -> Filled:
    """What a workbook that came back changes. ``find``: the ledger's entries by number, those that are there.

    Refuses (:class:`LedgerRefused`), with every problem by its cell, a workbook with anything that is in doubt.
    """
    reading = _Reading(actor, digest)
    sheets = read_workbook(data, file)
    sheet, head, lang = _ours(sheets, file)
    if sheet.title not in (_SHEET.zh, _SHEET.en):
        reading.notice(sheet.title, f"工作表已改名，按“{_SHEET.zh}”读取", "the sheet was renamed; read all the same")
    columns = _located(sheet, head, lang, reading)
    if not reading.problems:
        rows = _rows(sheet, head, columns, reading)
        entries = find([row.number for row in rows])
        for row in rows:
            _check_row(row, entries.get(row.number), mark, lang, reading)
        _check_missing(sheets, [row.number for row in rows], reading)
    if reading.problems:
        shown_ones = reading.problems[:_SHOWN]
        more = len(reading.problems) - len(shown_ones)
        if more:
            shown_ones.append(Problem(file, Words(f"另有{more}处", f"{more} more")))
        raise LedgerRefused(shown_ones)
    return Filled(tuple(reading.changes), tuple(reading.notices), tuple(reading.todo))


def _head_key(text: str) -> tuple[str, str] | None:
    """Which column a head names, and in which language."""
    bare = re.sub(r"[（(](填写|fill in)[）)]$", "", "".join(_canon(text).split("\n")).strip()).strip()
    for col in _COLUMNS:
        for lang in ("zh", "en"):
            if bare == getattr(col.title, lang):
                return col.key, lang
    return None


def _ours(sheets: Iterable[SheetRead], file: str) -> tuple[SheetRead, int, str]:
    """The sheet that was exported, by its head: whatever it is called, wherever it stands."""
    found = []
    for sheet in sheets:
        for row in range(1, _HEAD_ROWS + 1):
            keys = [key for cell in sheet.cells.get(row, {}).values() if (key := _head_key(cell.text))]
            if len({key for key, _ in keys}) >= len(_COLUMNS) // 2:
                found.append((sheet, row, keys[0][1]))
                break
    if len(found) == 1:
        return found[0]
    if found:
        names = "、".join(sheet.title for sheet, _, _ in found)
        raise LedgerRefused([Problem(
            file,
            Words(f"有{len(found)}张台账表：{names}", f"has {len(found)} sheets of a ledger: {names}"),
            Words("只留一张", "keep one of them"),
        )])  # fmt: skip
    raise LedgerRefused([Problem(
        file,
        Words("不是台账导出的表，或表头被删改", "is no workbook that the ledger exported, or its head was changed"),
        Words("先用 ledger export 导出，再填写", "export one with ledger export, and fill that in"),
    )])  # fmt: skip


def _located(sheet: SheetRead, head: int, lang: str, reading: _Reading) -> dict[str, int]:
    """Key → column. Moved columns are followed, others' columns are passed over."""
    columns: dict[str, int] = {}
    strange: list[Cell] = []
    for number, cell in sorted(sheet.cells[head].items()):
        known = _head_key(cell.text)
        if known is None:
            strange.append(cell)
        elif known[0] in columns:
            where = f"{sheet.title}!{cell.name}"
            first = letters_of(columns[known[0]])
            reading.refuse(where, f"表头重复，{first} 列已有", f"the head stands in column {first} too", _AGAIN)
        else:
            columns[known[0]] = number
    for cell in strange:
        where = f"{sheet.title}!{cell.name}"
        reading.notice(where, "不是台账的栏目，未导入", "no column of the ledger: passed over")
    for col in _COLUMNS:
        if col.key not in columns:
            title: str = getattr(col.title, lang)
            reading.refuse(sheet.title, f"缺少“{title}”一栏", f"the column “{title}” is missing", _AGAIN)
    return columns


class _Row(NamedTuple):
    number: str
    sheet: str
    row: int
    columns: Mapping[str, int]
    cells: Mapping[str, Cell | None]
    zero: date

    def where(self, key: str) -> str:
        return f"{self.sheet}!{letters_of(self.columns[key])}{self.row}"


def _rows(sheet: SheetRead, head: int, columns: Mapping[str, int], reading: _Reading) -> list[_Row]:
    spread = _merged(sheet, head, columns, reading)
    first: dict[str, _Row] = {}
    made = []
    for number in sorted({*sheet.cells, *(row for row, _ in spread)}):
        if number <= head:
            continue
        at = sheet.cells.get(number, {})
        cells = {key: at.get(column) or spread.get((number, column)) for key, column in columns.items()}
        if not any(cell is not None and _canon(cell.text) for cell in cells.values()):
            continue
        ident = cells["number"]
        row = _Row(_canon(ident.text) if ident else "", sheet.title, number, columns, cells, sheet.day_zero)
        if not row.number:
            hint = Words("新问题用 ledger add 登记", "write a new problem down with ledger add")
            reading.refuse(row.where("number"), "该行没有编号", "this row has no number", hint)
        elif row.number in first:
            other = first[row.number].row
            reading.refuse(row.where("number"), f"编号重复，第{other}行已有", f"it stands in row {other} too", _AGAIN)
        else:
            first[row.number] = row
            made.append(row)
            if number in sheet.hidden_rows:
                reading.notice(f"{sheet.title}!{number}", "该行被隐藏或筛除，照常读取", "is hidden; read as well")
    return made


def _merged(sheet: SheetRead, head: int, columns: Mapping[str, int], reading: _Reading) -> dict[tuple[int, int], Cell]:
    """Cells under a merged one. Merged down one column to fill in, what it says is meant for each row."""
    fill = {columns[key] for key in _FILL}
    ours = set(columns.values())
    spread: dict[tuple[int, int], Cell] = {}
    for top, left, bottom, right in sheet.merged:
        where = f"{sheet.title}!{letters_of(left)}{top}:{letters_of(right)}{bottom}"
        if not ours.intersection(range(left, right + 1)):
            continue
        if left != right or left not in fill or top <= head:
            hint = Words("取消合并，逐格填写", "unmerge, and fill in cell by cell")
            reading.refuse(where, "单元格被合并", "cells were merged", hint)
            continue
        source = sheet.cells.get(top, {}).get(left)
        if source is not None:
            reading.notice(where, "单元格被合并，其内容视为各行相同", "cells were merged: taken for each of the rows")
            spread |= {(row, left): source for row in range(top + 1, bottom + 1)}
    return spread


def _check_missing(sheets: Iterable[SheetRead], numbers: Sequence[str], reading: _Reading) -> None:
    info = next((sheet for sheet in sheets if sheet.title == _INFO), None)
    if info is None:
        en = "the hidden sheet is gone: missing rows go unnoticed"
        reading.notice("", "工作簿的导出信息页不在，无法核对有无缺行", en)
        return
    rows = (cells for _, cells in sorted(info.cells.items()) if cells.keys() >= {1, 2})
    exported = [cells[2].text for cells in rows if cells[1].text == "entry"]
    here = set(numbers)
    missing = [number for number in exported if number not in here]
    if missing:
        named = "、".join(missing[:10]) + (f" 等{len(missing)}个" if len(missing) > 10 else "")
        zh = f"缺少导出时的{len(missing)}行，这些条目不作改动：{named}"
        reading.notice("", zh, f"{len(missing)} rows are gone, nothing is done to them: {named}")


# -- one row --------------------------------------------------------------------------------------------------


def _check_row(row: _Row, entry: Entry | None, mark: str, lang: str, reading: _Reading) -> None:
    if entry is None:
        reading.refuse(row.where("number"), f"台账中没有 {row.number}", f"the ledger has no {row.number}", _AGAIN)
        return
    ident, told = row.cells["code"], _told(entry, lang)
    code = _read_code(row.number, ident.text if ident else "")
    if code is None:
        en = "the code is gone, changed, or another row's"
        reading.refuse(row.where("code"), "校验码缺失、被改动，或与编号不符", en, _AGAIN)
        return
    if code.mark != mark[:8]:
        reading.refuse(row.where("code"), "该行出自另一台账", "the row comes from another ledger")
        return
    if code.last_seq > entry.last_seq:
        en = "the ledger is older than the workbook"
        reading.refuse(row.where("code"), "导出在后，台账在前：台账被换成了旧的", en)
        return
    _check_locked(row, code, told, reading)
    wanted = _wanted(row, code, told, lang, reading)
    if not wanted:
        return
    if code.last_seq != entry.last_seq:
        reading.notice(
            row.where("number"),
            f"导出后台账又有变动（第{entry.last_seq}号事件），所填各格未受影响",
            f"the ledger has changed since (event {entry.last_seq}), not in the cells filled in",
        )
    _decide(row, entry, told, wanted, reading)


def _check_locked(row: _Row, code: _Code, told: Mapping[str, str], reading: _Reading) -> None:
    for key in _LOCKED:
        cell = row.cells[key]
        text = cell.text if cell else ""
        if _short(text) == code.cells[key]:
            continue
        was = f"，应为“{_cut(told[key])}”" if _short(shown(told[key])) == code.cells[key] else ""
        en = f" from “{_cut(told[key])}”" if was else ""
        reading.refuse(
            row.where(key),
            f"锁定的“{_TITLE[key].zh}”被改动{was}，现为“{_cut(text)}”",
            f"the locked “{_TITLE[key].en}” was changed{en} to “{_cut(text)}”",
            _AGAIN,
        )


def _wanted(row: _Row, code: _Code, told: Mapping[str, str], lang: str, reading: _Reading) -> dict[str, str]:
    """Key → what was filled in; only cells that somebody changed and that the ledger does not say already."""
    wanted = {}
    for key in _FILL:
        text = _value(row, key, lang, reading)
        if text is None:
            continue
        text = _canon(text)
        if _short(text) == code.cells[key] or text == _canon(shown(told[key])):
            continue
        if _short(shown(told[key])) != code.cells[key]:
            reading.refuse(
                row.where(key),
                f"导出后台账已改为“{_cut(told[key])}”，与所填“{_cut(text)}”冲突",
                f"the ledger says “{_cut(told[key])}” since the export, this says “{_cut(text)}”",
                Words("核对后重新导出填写", "look into it, export anew and fill that in"),
            )
        elif not text:
            reading.refuse(
                row.where(key),
                f"台账中已有“{_cut(told[key])}”，不能清空",
                f"the ledger says “{_cut(told[key])}”: it cannot be emptied",
                Words("保留原内容，或改写", "leave it, or write something else"),
            )
        else:
            wanted[key] = text
    return wanted


def _decide(row: _Row, entry: Entry, told: Mapping[str, str], wanted: Mapping[str, str], reading: _Reading) -> None:
    """The acts that it takes, and whether the ledger would take them."""
    before = len(reading.problems)
    acts: list[tuple[Any, dict[str, Any]]] = []
    amended = {key: _kind_code(text) if key == "kind" else text for key, text in wanted.items() if key in _AMENDED}
    told_once: set[Words] = set()
    for key, value in amended.items():
        for problem in problems_of(entry, "amend", {key: value}, reading.actor):
            if problem.says not in told_once:
                told_once.add(problem.says)
                reading.problems.append(replace(problem, where=row.where(key)))
    if amended:
        acts.append(("amend", amended))
    if "done" in wanted or "evidence" in wanted:
        acts += _submission(row, entry, told, wanted, told_once, reading)
    if len(reading.problems) > before:
        return
    for key, text in wanted.items():
        reading.changes.append(Change(row.number, row.where(key), _TITLE[key], told[key], text))
    reading.todo.append(Todo(entry.number, entry.last_seq, tuple(acts)))


_AMENDED: Final = frozenset({"leader", "person", "measures", "kind", "deadline", "progress"})


def _submission(
    row: _Row,
    entry: Entry,
    told: Mapping[str, str],
    wanted: Mapping[str, str],
    told_once: set[Words],
    reading: _Reading,
) -> Iterator[tuple[Any, dict[str, Any]]]:
    """Submitting what was done: begun first where that was left out."""
    text, pieces = wanted.get("done", told["done"]), wanted.get("evidence", told["evidence"])
    for key, value in (("done", text), ("evidence", pieces)):
        if not value.strip():
            reading.refuse(
                row.where(key),
                "整改情况和佐证材料须一并填写",
                "what was done and the evidence belong together",
                Words("补填；尚未完成的写在“进展”栏", "fill it in; what is not done yet belongs under progress"),
            )
            return
    evidence = _evidence(row, entry, pieces, reading)
    if evidence is None:
        return
    if entry.state == "open":
        hint = Words("先交办（ledger assign）", "assign it first (ledger assign)")
        reading.refuse(row.where("done"), "尚未交办，不能反馈", "is not assigned: nothing can be submitted", hint)
        return
    if entry.state == "assigned":
        yield "start", {}
        entry = replace(entry, state=LEADS["start"]["assigned"])
    payload = {"text": text, "evidence": evidence}
    for problem in problems_of(entry, "submit", payload, reading.actor):
        if problem.says not in told_once:
            key = "evidence" if "佐证" in problem.says.zh else "done"
            reading.problems.append(replace(problem, where=row.where(key)))
    yield "submit", payload


def _evidence(row: _Row, entry: Entry, text: str, reading: _Reading) -> list[dict[str, Any]] | None:
    """One piece a line: ``title=file#page``. One that was submitted before keeps its hash where the file is gone."""
    known = {
        (piece["title"], piece["file"], piece["page"]): piece["sha256"]
        for piece in (json.loads(entry.submission)["evidence"] if entry.submission else ())
    }
    made: list[dict[str, Any]] = []
    sound = True
    for line in _canon(text).split("\n"):
        title, mark, rest = line.rpartition("=")
        file, hashed, page = rest.strip().rpartition("#")
        number = unicodedata.normalize("NFKC", page).strip() if hashed else ""
        if not hashed or not number.isdecimal():
            file, number = rest.strip(), ""
        name = file.strip()
        title = title.strip() if mark and title.strip() else name
        at = int(number) if number else None
        sha256 = reading.digest(name) or known.get((title, name, at))
        if sha256 is None:
            sound = False
            reading.refuse(
                row.where("evidence"),
                f"找不到佐证材料“{_cut(name)}”",
                f"no file “{_cut(name)}” of evidence",
                Words(
                    "一行一件，写作 标题=文件名#页码；文件与工作簿放在同一文件夹，或用 --evidence 指明",
                    "one a line: title=file#page; the files beside the workbook, or where --evidence says",
                ),
            )
        else:
            made.append({"title": title, "file": name, "sha256": sha256, "page": at})
    return made if sound else None


# -- one cell -------------------------------------------------------------------------------------------------


def _value(row: _Row, key: str, lang: str, reading: _Reading) -> str | None:
    """What a cell to fill in says; None where that is in doubt, which is told."""
    cell, where = row.cells[key], row.where(key)
    if cell is None or not cell.text.strip():
        return ""
    if cell.kind == "formula":
        hint = Words("复制后选择性粘贴为数值", "paste it as a value")
        reading.refuse(where, f"是公式 {_cut(cell.text)}", f"is a formula: {_cut(cell.text)}", hint)
        return None
    if cell.kind == "error":
        reading.refuse(where, f"是错误值 {cell.text}", f"is an error: {cell.text}")
        return None
    if key == "deadline":
        return _day(cell, row, where, reading)
    if key == "kind":
        return _type(cell, lang, where, reading)
    if cell.kind == "number":
        return _number(cell, where, reading)
    return cell.text


def _number(cell: Cell, where: str, reading: _Reading) -> str:
    number = Decimal(cell.text)
    # What a program stores for 0.1 may be 0.10000000000000001: fifteen digits are what it shows.
    plain = Decimal(f"{number * 100 if cell.percent else number:.15g}").normalize()
    text = f"{plain:f}%" if cell.percent else f"{plain:f}"
    reading.notice(where, f"是数字，按文字“{text}”读取", f"is a number; read as the text “{text}”")
    return text


_WRITTEN: Final = (
    re.compile(r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*[日号]?"),
    re.compile(r"(\d{4})(\d{2})(\d{2})"),
)


def _day(cell: Cell, row: _Row, where: str, reading: _Reading) -> str | None:
    """A date however it is written, as ISO; refused where there is a doubt about year, month or day."""
    text = unicodedata.normalize("NFKC", cell.text).strip()
    if cell.kind == "date":
        return text
    day = None
    serial = re.fullmatch(r"\d{5}(\.\d+)?", text)
    if serial:
        day = day_of_serial(Decimal(text), row.zero)
    for pattern in _WRITTEN:
        match = pattern.fullmatch(re.sub(r"[ T]0{1,2}:00(:00)?$", "", text).removeprefix("建议").strip())
        if match and not serial:
            try:
                day = date(*map(int, match.groups()))
            except ValueError:
                break
    if day is None or not 2000 <= day.year <= 2099:
        hint = Words("填日期，如 2024-06-30", "write a date, such as 2024-06-30")
        reading.refuse(where, f"“{_cut(cell.text)}”读不出是哪一天", f"“{_cut(cell.text)}” is no sure day", hint)
        return None
    iso = day.isoformat()
    reading.notice(where, f"“{_cut(cell.text)}”读作 {iso}", f"“{_cut(cell.text)}” is read as {iso}")
    return iso


def _type(cell: Cell, lang: str, where: str, reading: _Reading) -> str | None:
    text = _canon(cell.text)
    code = _kind_code(text)
    if code in KINDS:
        return str(getattr(KINDS[code], lang))  # type: ignore[index]
    named = "、".join(words.zh for words in KINDS.values())
    en = ", ".join(words.en for words in KINDS.values())
    reading.refuse(where, f"“{_cut(text)}”不是整改类型，应为{named}", f"“{_cut(text)}” is none of {en}")
    return None


def _kind_code(text: str) -> str:
    bare = _canon(text).removeprefix("建议")
    return next((code for code, words in KINDS.items() if bare in (code, words.zh, words.en)), bare)


def _cut(text: str) -> str:
    plain = " ".join(shown(text).split())
    return plain if len(plain) <= 40 else plain[:39] + "…"
