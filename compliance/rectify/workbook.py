"""The bytes of a workbook, whoever wrote it → its sheets as plain cells; refuses what is none, and says what it is.

Read from the parts themselves, as other programs (WPS, LibreOffice, exporters of office systems) write styles, strings
and names of parts that a stricter reader stumbles over. Nothing is computed: a formula is told as one. Names of
elements are compared without their namespaces, so that the strict form of the standard is read too. Not read: rich
text's looks, comments, pictures, passwords.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal, InvalidOperation
from io import BytesIO
from posixpath import normpath
from typing import Any, Final, Literal, NamedTuple
from xml.etree import ElementTree
from zipfile import BadZipFile, ZipFile
from zlib import error as ZlibError

from compliance.schemas.ledger import LedgerRefused, Problem
from compliance.schemas.refusal import Words

__all__ = ["Cell", "SheetRead", "column_of", "day_of_serial", "letters_of", "read_workbook"]

_UNPACKED: Final = 256 * 1024 * 1024
_PARTS: Final = 2000
_ROWS: Final = 200_000
_COLUMNS: Final = 400

Kind = Literal["text", "number", "date", "boolean", "error", "formula"]


@dataclass(frozen=True, slots=True)
class Cell:
    """What stands in a cell. ``text`` is the text, the number as it is written in the file, or the ISO date."""

    row: int
    column: int
    kind: Kind
    text: str
    percent: bool = False

    @property
    def name(self) -> str:
        return f"{letters_of(self.column)}{self.row}"


@dataclass(frozen=True, slots=True)
class SheetRead:
    """A sheet: cells that hold something, by row and column, both from 1."""

    title: str
    hidden: bool
    cells: Mapping[int, Mapping[int, Cell]]
    hidden_rows: frozenset[int]
    merged: tuple[tuple[int, int, int, int], ...]
    """First row, first column, last row, last column"""
    day_zero: date


def letters_of(column: int) -> str:
    """
    >>> letters_of(1), letters_of(27), letters_of(702)
    ('A', 'AA', 'ZZ')
    """
    letters = ""
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def column_of(letters: str) -> int:
    """
    >>> column_of("AA")
    27
    """
    number = 0
    for letter in letters.upper():
        number = number * 26 + ord(letter) - 64
    return number


_ZERO_1900, _ZERO_1904 = date(1899, 12, 30), date(1904, 1, 1)


def day_of_serial(serial: Decimal, zero: date = _ZERO_1900) -> date | None:
    """The day that a spreadsheet means by a number; none outside 2000 to 2099.

    >>> day_of_serial(Decimal("45352.5"))
    datetime.date(2024, 3, 1)
    """
    if not 30_000 < serial < 80_000:
        return None
    day = zero + timedelta(days=int(serial))
    return day if 2000 <= day.year <= 2099 else None


# -- the file -------------------------------------------------------------------------------------------------

_HOW = Words(
    "用“另存为”存成 Excel 工作簿（*.xlsx），不要只改扩展名",
    "save it as an Excel workbook (*.xlsx); changing the ending of its name is not enough",
)
_KINDS: Final = (
    (
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
        Words("是旧格式（xls）的文件，或加了打开密码", "is of the old format (xls), or encrypted"),
    ),
    (b"%PDF", Words("是 PDF 文件", "is a PDF")),
    (b"<", Words("是网页或 XML 文件", "is a page or an XML file")),
    (b"\xef\xbb\xbf<", Words("是网页或 XML 文件", "is a page or an XML file")),
)


_DAMAGED: Final = (
    BadZipFile,
    ElementTree.ParseError,
    EOFError,
    KeyError,
    NotImplementedError,
    OSError,
    RuntimeError,
    ValueError,
    ZlibError,
)
"""What a reader of archives and of XML raises on bytes that are not what they say."""


def _no(file: str, says: Words, hint: Words = _HOW) -> LedgerRefused:
    return LedgerRefused([Problem(file, says, hint)])


def read_workbook(data: bytes, file: str) -> tuple[SheetRead, ...]:
    """All sheets; ``file`` is what to call it in refusals."""
    if not data.strip():
        raise _no(file, Words("文件是空的", "the file is empty"))
    if not data.startswith(b"PK"):
        for magic, says in _KINDS:
            if data.lstrip().startswith(magic):
                raise _no(file, says)
        raise _no(file, Words("是文本（如 csv）或其他文件，不是工作簿", "is a text (such as csv) or else, no workbook"))
    try:
        with ZipFile(BytesIO(data)) as archive:
            return _Package(archive, file).sheets()
    except _DAMAGED as error:
        damaged = Words(f"文件损坏，读不出来（{error}）", f"is damaged and cannot be read ({error})")
        raise _no(file, damaged, Words("重新保存或重新导出", "save it again, or export it again")) from None


class _Shared(NamedTuple):
    """What cells refer to."""

    strings: list[str]
    dates: list[bool]
    """Of every cell format whether it shows a number as a date"""
    percents: list[bool]
    zero: date


class _Package:
    """The parts of a workbook by their names, however these are written."""

    def __init__(self, archive: ZipFile, file: str) -> None:
        self._archive, self._file = archive, file
        infos = archive.infolist()
        if len(infos) > _PARTS or sum(info.file_size for info in infos) > _UNPACKED:
            raise _no(file, Words("展开后过大", "is too large when unpacked"), Words("", ""))
        self._names = {info.filename.replace("\\", "/").lstrip("/").lower(): info for info in infos}

    def sheets(self) -> tuple[SheetRead, ...]:
        root = self._start()
        folder = root.rpartition("/")[0]
        book = self._tree(root)
        targets = {
            relation.get("Id", ""): self._under(folder, relation.get("Target", ""))
            for relation in self._tree(f"{folder}/_rels/{root.rpartition('/')[2]}.rels")
        }
        kinds = {
            relation.get("Type", "").rpartition("/")[2]: self._under(folder, relation.get("Target", ""))
            for relation in self._tree(f"{folder}/_rels/{root.rpartition('/')[2]}.rels")
        }
        zero = _ZERO_1900
        for element in book.iter():
            if _name(element) == "workbookPr" and element.get("date1904") in ("1", "true", "on"):
                zero = _ZERO_1904
        strings = self._strings(kinds.get("sharedStrings", f"{folder}/sharedstrings.xml"))
        shared = _Shared(strings, *self._formats(kinds.get("styles", f"{folder}/styles.xml")), zero)
        made = []
        for element in book.iter():
            if _name(element) == "sheet":
                ident = next((value for key, value in element.items() if key.endswith("}id")), "")
                part = targets.get(ident, "")
                if part in self._names:
                    title, hidden = element.get("name", ""), element.get("state", "visible") != "visible"
                    made.append(self._sheet(part, title, hidden, shared))
        return tuple(made)

    def _start(self) -> str:
        names = self._names
        if any(name.endswith("workbook.bin") for name in names):
            raise _no(self._file, Words("是二进制工作簿（xlsb）", "is a binary workbook (xlsb)"))
        if "content.xml" in names:
            raise _no(self._file, Words("是 ODF 文件（如 ods）", "is an ODF file (such as ods)"))
        if "_rels/.rels" in names:
            for relation in self._tree("_rels/.rels"):
                if relation.get("Type", "").endswith("/officeDocument"):
                    part = self._under("", relation.get("Target", ""))
                    if part in names and not part.startswith(("word/", "ppt/")):
                        return part
        if "xl/workbook.xml" in names:
            return "xl/workbook.xml"
        if any(name.startswith("word/") for name in names):
            raise _no(self._file, Words("是 Word 文件", "is a Word file"))
        raise _no(self._file, Words("是压缩包，不是工作簿", "is an archive, no workbook"))

    def _under(self, folder: str, target: str) -> str:
        path = target.replace("\\", "/")
        return normpath(path.lstrip("/") if path.startswith("/") else f"{folder}/{path}").lstrip("/").lower()

    def _part(self, name: str) -> bytes:
        info = self._names[name.lower()]
        if info.flag_bits & 1:
            raise _no(self._file, Words("加了密码", "is encrypted"))
        content = self._archive.read(info)
        for mark in ("<!DOCTYPE", "<!ENTITY"):
            if any(mark.encode(code) in content for code in ("ascii", "utf-16-le", "utf-16-be")):
                says = Words(f"{name} 含有工作簿中不应有的声明", f"{name} holds a declaration that no workbook has")
                raise _no(self._file, says)
        return content

    def _tree(self, name: str) -> ElementTree.Element:
        if name.lower() not in self._names:
            return ElementTree.Element("nothing")
        try:
            return ElementTree.fromstring(self._part(name))
        except ElementTree.ParseError as error:
            raise ValueError(f"{name}: {error}") from None

    def _strings(self, name: str) -> list[str]:
        return [_text(element) for element in self._tree(name) if _name(element) == "si"]

    def _formats(self, name: str) -> tuple[list[bool], list[bool]]:
        """Of every cell format whether it shows a number as a date, or as a percentage."""
        tree = self._tree(name)
        custom = {
            element.get("numFmtId", ""): element.get("formatCode", "")
            for element in tree.iter()
            if _name(element) == "numFmt"
        }
        used = [
            xf.get("numFmtId", "0") for group in tree if _name(group) == "cellXfs" for xf in group if _name(xf) == "xf"
        ]
        dates = [_is_date(custom[n]) if n in custom else n in _DATES for n in used]
        return dates, ["%" in custom[n] if n in custom else n in ("9", "10") for n in used]

    def _sheet(self, part: str, title: str, hidden: bool, shared: _Shared) -> SheetRead:
        cells: dict[int, dict[int, Cell]] = {}
        hidden_rows, merged = set(), []
        row = 0
        for _, element in ElementTree.iterparse(BytesIO(self._part(part)), events=("end",)):
            name = _name(element)
            if name == "row":
                row = int(element.get("r") or row + 1)
                if element.get("hidden") in ("1", "true", "on"):
                    hidden_rows.add(row)
                found = dict(_cells(element, row, shared))
                if found and row <= _ROWS:
                    cells[row] = found
                element.clear()
            elif name == "mergeCell":
                area = re.fullmatch(r"\$?([A-Z]+)\$?(\d+):\$?([A-Z]+)\$?(\d+)", element.get("ref", "").upper())
                if area:
                    left, top, right, bottom = area.groups()
                    merged.append((int(top), column_of(left), int(bottom), column_of(right)))
        return SheetRead(title, hidden, cells, frozenset(hidden_rows), tuple(merged), shared.zero)


def _cells(row_element: Any, row: int, shared: _Shared) -> Iterator[tuple[int, Cell]]:
    column = 0
    for element in row_element:
        if _name(element) != "c":
            continue
        at = re.match(r"[A-Za-z]+", element.get("r") or "")
        column = column_of(at.group()) if at else column + 1
        if column > _COLUMNS:
            continue
        cell = _cell(element, row, column, shared)
        if cell is not None and cell.text != "":
            yield column, cell


def _cell(element: Any, row: int, column: int, shared: _Shared) -> Cell | None:
    kind, value = element.get("t") or "n", ""
    for child in element:
        name = _name(child)
        if name == "f":
            return Cell(row, column, "formula", "=" + (child.text or ""))
        if name == "v":
            value = child.text or ""
        elif name == "is":
            value = _text(child)
    if kind == "s":
        number = int(value) if value.strip().isdecimal() else -1
        return Cell(row, column, "text", shared.strings[number] if 0 <= number < len(shared.strings) else "")
    if kind == "inlineStr":
        return Cell(row, column, "text", value)
    if kind == "str":
        return Cell(row, column, "text", _unescaped(value))
    if kind == "b":
        return Cell(row, column, "boolean", value.strip())
    if kind == "e":
        return Cell(row, column, "error", value.strip())
    if kind == "d":
        return Cell(row, column, "date", value.strip()[:10])
    return _number(value.strip(), row, column, int(element.get("s") or 0), shared)


def _number(value: str, row: int, column: int, style: int, shared: _Shared) -> Cell | None:
    if not value:
        return None
    try:
        number = Decimal(value)
    except InvalidOperation:
        return Cell(row, column, "text", value)
    if style < len(shared.dates) and shared.dates[style]:
        day = day_of_serial(number, shared.zero)
        if day is not None:
            return Cell(row, column, "date", day.isoformat())
    return Cell(row, column, "number", value, percent=style < len(shared.percents) and shared.percents[style])


_DATES: Final = frozenset(str(n) for n in (*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59)))
"""Formats that every program knows without being told; those of East Asia among them."""


def _is_date(code: str) -> bool:
    r"""
    >>> _is_date('yyyy"年"m"月"d"日"'), _is_date('[$-804]aaaa;@'), _is_date('0.00"day"'), _is_date("[Red]0")
    (True, True, False, False)
    """
    bare = re.sub(r'"[^"]*"|\[[^\]]*\]|\\.|_.|\*.', "", code)
    return re.search(r"[ymdhs]|a{3}", bare.lower()) is not None


_ESCAPE = re.compile(r"_x([0-9A-Fa-f]{4})_")


def _unescaped(text: str) -> str:
    return _ESCAPE.sub(lambda match: chr(int(match.group(1), 16)), text) if "_x" in text else text


def _name(element: Any) -> str:
    tag = element.tag
    return tag.rpartition("}")[2] if isinstance(tag, str) else ""


def _text(element: Any) -> str:
    """All the text of a string: of its runs, not of the marks how to pronounce it."""
    parts = []
    for child in element:
        name = _name(child)
        if name == "t":
            parts.append(child.text or "")
        elif name == "r":
            parts += [run.text or "" for run in child if _name(run) == "t"]
    return _unescaped("".join(parts))
