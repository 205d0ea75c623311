"""Bytes of an .xlsx file → its sheets as ``Grid``; refuses what is damaged, locked, has macros or is built to do harm.

The file's own text of a number is read, which the usual readers turn into binary fractions first. Both calendars of
spreadsheets are known, counting from 1900 with a day too many, and from 1904; and the date formats of Chinese versions,
which are told by number alone.
"""

from __future__ import annotations

import posixpath
import re
import zipfile
import zlib
from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Context, Decimal, InvalidOperation
from io import BytesIO
from itertools import pairwise
from typing import Any, NamedTuple

from lxml import etree

from compliance.intake.container import zip_faults
from compliance.intake.grid import Cell, Grid, Merged, Value, refused, too_many_cells
from compliance.schemas.limits import GRID_CELLS, GRID_UNPACKED, MIB
from compliance.schemas.refusal import NOTHING, Refused, Words, printable

__all__ = ["sheets"]

_UNREADABLE = (
    OSError,
    ValueError,
    RuntimeError,
    EOFError,
    LookupError,
    zipfile.BadZipFile,
    zlib.error,
    etree.LxmlError,
)
_AGAIN = Words("用 Excel 或 WPS 打开后重新保存", "open it in a spreadsheet program and save it again")
_XLSX = Words(".xlsx 工作簿", "an .xlsx workbook")


def sheets(data: bytes, name: str) -> Iterator[Grid]:
    """The sheets in the order of the workbook; sheets of charts are passed over, for they have no cells."""
    try:
        archive = zipfile.ZipFile(BytesIO(data))
        if faults := list(zip_faults(archive)):
            raise Refused(name, faults)
        if sum(info.file_size for info in archive.infolist()) > GRID_UNPACKED:
            most = f"{GRID_UNPACKED // MIB} MiB"
            raise refused(name, "compression_bomb", NOTHING, Words(f"不超过 {most}", f"at most {most}"))
        yield from _Workbook(archive, name).sheets()
    except _UNREADABLE as error:
        text = printable(str(error))
        raise refused(name, "damaged_workbook", Words(text, text), NOTHING, _AGAIN) from error


class _Workbook:
    def __init__(self, archive: zipfile.ZipFile, name: str) -> None:
        self._archive, self._name = archive, name
        names = set(archive.namelist())
        types = archive.read("[Content_Types].xml") if "[Content_Types].xml" in names else b""
        if any(n.lower().endswith("vbaproject.bin") for n in names) or b"macroEnabled" in types:
            hint = Words("另存为不含宏的 .xlsx", "save it as .xlsx, which has no macros")
            raise refused(name, "workbook_with_macros", hint=hint)
        self._path = next((t for k, t in self._relations("").values() if k == "officeDocument"), "xl/workbook.xml")
        if self._path not in names:
            raise refused(name, "not_a_workbook", NOTHING, _XLSX, _AGAIN)
        if self._path.endswith(".bin"):
            raise refused(
                name, "not_a_workbook", Words("二进制工作簿（xlsb）", "a binary workbook (xlsb)"), _XLSX, _AGAIN
            )
        self._targets = self._relations(self._path)
        self._by_kind = dict(self._targets.values())
        self._texts = self._shared_strings()
        self._epoch_1904 = False
        self._forms = self._styles()
        self._cells = 0

    def sheets(self) -> Iterator[Grid]:
        root = self._tree(self._path)
        for element in root:
            if _local(element) == "workbookPr":
                self._epoch_1904 = element.get("date1904") in ("1", "true")
        for element in root.iter():
            if _local(element) != "sheet":
                continue
            kind, target = self._targets[next(v for k, v in element.attrib.items() if k.endswith("}id"))]
            if "acrosheet" in kind:
                raise refused(self._name, "workbook_with_macros")
            if kind == "worksheet":
                yield self._sheet(element.get("name", ""), target, element.get("state", "visible") != "visible")

    # -- the parts of the file

    def _relations(self, path: str) -> dict[str, tuple[str, str]]:
        """What a part refers to: id → kind and path."""
        folder, file = posixpath.split(path)
        where = posixpath.join(folder, "_rels", f"{file}.rels")
        if where not in self._archive.namelist():
            return {}
        result = {}
        for element in self._tree(where):
            if element.get("TargetMode") == "External":
                continue
            target = posixpath.normpath(posixpath.join("/", folder, element.get("Target", ""))).lstrip("/")
            result[element.get("Id", "")] = (element.get("Type", "").rsplit("/", 1)[-1], target)
        return result

    def _tree(self, path: str) -> Any:
        root = etree.fromstring(self._archive.read(path), etree.XMLParser(resolve_entities=False, no_network=True))
        _plain(root)
        return root

    def _elements(self, path: str, *wanted: str) -> Iterator[tuple[str, Any]]:
        """Elements of these names when they are whole; of what was read, nothing is kept but the cells of a row."""
        tags = [f"{{*}}{name}" for name in wanted]
        with self._archive.open(path) as stream:
            started = False
            for _, element in etree.iterparse(stream, tag=tags, resolve_entities=False, no_network=True):
                if not started:
                    _plain(element)
                    started = True
                name = _local(element)
                yield name, element
                if name != "c":
                    element.clear()
                    while element.getprevious() is not None:
                        del element.getparent()[0]

    def _shared_strings(self) -> list[str]:
        path = self._by_kind.get("sharedStrings")
        return [_text(element) for _, element in self._elements(path, "si")] if path else []

    def _styles(self) -> list[_Form]:
        """How each style of the workbook shows numbers."""
        path = self._by_kind.get("styles")
        if path is None:
            return []
        codes = dict(_BUILT_IN)
        forms = []
        for part in self._tree(path):
            if _local(part) == "numFmts":
                codes |= {int(e.get("numFmtId")): e.get("formatCode", "") for e in part}
        for part in self._tree(path):
            if _local(part) == "cellXfs":
                forms = [_form(codes.get(int(e.get("numFmtId", "0")), "")) for e in part]
        return forms

    # -- a sheet

    def _sheet(self, title: str, path: str, hidden: bool) -> Grid:
        rows: list[tuple[Cell, ...]] = []
        cells: list[Cell] = []
        merged: list[Merged] = []
        hidden_rows: set[int] = set()
        hidden_columns: set[int] = set()
        row, column, last = 1, 0, 0
        for name, element in self._elements(path, "c", "row", "mergeCell", "col"):
            if name == "c":
                reference = element.get("r")
                row_of, column = _place(reference) if reference else (0, column + 1)
                cell = self._cell(element, row_of, column)
                if cell is not None:
                    cells.append(cell)
            elif name == "row":
                row = int(element.get("r") or last + 1)
                cells = [cell if cell.row else cell._replace(row=row) for cell in cells]
                strange = any(cell.row != row for cell in cells) or any(
                    a.column >= b.column for a, b in pairwise(cells)
                )
                if strange or row <= last:
                    raise ValueError(f"{title}: row {row} is out of order")
                self._cells += len(cells)
                if self._cells > GRID_CELLS:
                    raise too_many_cells(self._name)
                if cells:
                    rows.append(tuple(cells))
                if element.get("hidden") in ("1", "true"):
                    hidden_rows.add(row)
                cells, column, last = [], 0, row
            elif name == "mergeCell":
                first, _, end = element.get("ref", "").partition(":")
                merged.append((*_place(first), *_place(end or first)))
            elif name == "col" and element.get("hidden") in ("1", "true"):
                last_hidden = min(int(element.get("max", "1")), _COLUMNS)
                hidden_columns.update(range(int(element.get("min", "1")), last_hidden + 1))
        return Grid(title, tuple(rows), tuple(merged), hidden, frozenset(hidden_rows), frozenset(hidden_columns))

    def _cell(self, element: Any, row: int, column: int) -> Cell | None:
        kind = element.get("t", "n")
        text = formula = None
        for child in element:
            name = _local(child)
            if name == "v":
                text = child.text
            elif name == "f":
                formula = child.text or ""
            elif name == "is":
                text = _text(child)
        if text is None or (text == "" and kind != "str"):
            if formula is None or kind == "str":
                return None
            found = Words("公式没有计算结果", "a formula without a computed value")
            return Cell(row, column, None, printable(f"={formula}" if formula else "="), found)
        value: Value
        if kind == "s":
            value = self._texts[int(text)]
        elif kind in ("str", "inlineStr"):
            value = _unescaped(text) if kind == "str" else text
        elif kind == "b":
            value = text.strip() in ("1", "true")
            return Cell(row, column, value, "TRUE" if value else "FALSE")
        elif kind == "e":
            error = printable(text)
            return Cell(row, column, None, text, Words(f"表格错误值 {error}", f"error {error} of the spreadsheet"))
        elif kind == "d":
            value = date.fromisoformat(text[:10])
            return Cell(row, column, value, text[:10])
        else:
            return self._number(text, element.get("s"), row, column)
        return Cell(row, column, value, value) if value else None

    def _number(self, text: str, style: str | None, row: int, column: int) -> Cell:
        value = _decimal(text)
        form = self._forms[int(style)] if style is not None and int(style) < len(self._forms) else _PLAIN
        if form.date and 1 <= value < _LAST:
            # In whole seconds: a time of day is a fraction that binary numbers only come near.
            days, seconds = divmod(int((value * 86400).to_integral_value()), 86400)
            if day := _day(days, self._epoch_1904):
                time = f" {seconds // 3600:02d}:{seconds // 60 % 60:02d}" if form.time and seconds else ""
                return Cell(row, column, day, day.isoformat()[: form.length] + time)
        whole = int(value) if value == value.to_integral_value() else value
        if form.per_cent:
            return Cell(row, column, whole, f"{_short(value * 100)}%")
        return Cell(row, column, whole, _short(value))


def _local(element: Any) -> str:
    """A name without its namespace: there are two of them, for the transitional and the strict form of the format."""
    tag = element.tag
    return tag.rsplit("}", 1)[-1] if isinstance(tag, str) else ""


def _plain(root: Any) -> None:
    if root.getroottree().docinfo.doctype:
        raise ValueError("DOCTYPE")


def _text(element: Any) -> str:
    """The text of a cell in all its runs, without the reading aids of East Asian scripts."""
    parts = []
    for child in element:
        name = _local(child)
        if name == "t":
            parts.append(_unescaped(child.text or ""))
        elif name == "r":
            parts.append(_text(child))
    return "".join(parts)


_ESCAPE = re.compile("_x([0-9A-Fa-f]{4})_")


def _unescaped(text: str) -> str:
    r"""Characters that XML cannot hold are written ``_x000D_``; a line break within a cell is one character.

    >>> _unescaped("甲_x000D_\n乙_x005F_x0041_")
    '甲\n乙_x0041_'
    """
    return _ESCAPE.sub(lambda match: chr(int(match[1], 16)), text).replace("\r\n", "\n").replace("\r", "\n")


_REFERENCE = re.compile(r"\$?([A-Z]{1,3})\$?([1-9][0-9]{0,6})")


def _place(reference: str) -> tuple[int, int]:
    match = _REFERENCE.fullmatch(reference)
    if match is None:
        raise ValueError(f"no place of a cell: {reference}")
    column = 0
    for letter in match[1]:
        column = 26 * column + ord(letter) - 64
    row = int(match[2])
    if row > _ROWS or column > _COLUMNS:
        raise ValueError(f"no place of a cell: {reference}")
    return row, column


_ROWS, _COLUMNS = 1_048_576, 16_384
"""All that a sheet can have"""

# -- numbers

_FIFTEEN = Context(prec=15)
_LONGEST = 400
"""Characters of a number: no double needs more"""


def _decimal(text: str) -> Decimal:
    """The number that was typed.

    >>> _decimal("64.879999999999995"), _decimal("64.88"), _decimal("1E+3"), _decimal("110105199001011234")
    (Decimal('64.88'), Decimal('64.88'), Decimal('1000'), Decimal('110105199001011234'))
    """
    try:
        number = Decimal(text.strip()[:_LONGEST])
    except InvalidOperation as error:
        raise ValueError(f"not a number: {text[:40]}") from error
    if not number.is_finite() or abs(number.adjusted()) > 310:
        raise ValueError(f"not a number: {text[:40]}")
    if number != number.to_integral_value(context=Context(prec=700)):
        number = _FIFTEEN.plus(number)
    return Decimal(_short(number))


def _short(number: Decimal) -> str:
    """A number in plain notation without zeros that say nothing."""
    text = f"{number or Decimal(0):f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


_LAST = 2958466
"""The first number after the year 9999"""


def _day(number: int, epoch_1904: bool) -> date | None:
    """The day that a number stands for; none for the 29th of February 1900, which only spreadsheets know.

    >>> _day(45473, False), _day(59, False), _day(60, False), _day(44011, True)
    (datetime.date(2024, 6, 30), datetime.date(1900, 2, 28), None, datetime.date(2024, 6, 30))
    """
    if epoch_1904:
        return date(1904, 1, 1) + timedelta(days=number) if number < _LAST - 1462 else None
    if number == 60 or number >= _LAST:
        return None
    return date(1899, 12, 30 if number > 60 else 31) + timedelta(days=number)


class _Form(NamedTuple):
    """What a number format makes of a number."""

    date: bool
    length: int = 10
    """Characters of a date that it shows: 4 the year, 7 year and month"""
    time: bool = False
    per_cent: bool = False


_PLAIN = _Form(False)
_BUILT_IN = {
    9: "0%", 10: "0.00%", 14: "yyyy/m/d", 15: "d-mmm-yy", 16: "d-mmm", 17: "mmm-yy", 18: "h:mm AM/PM",
    19: "h:mm:ss AM/PM", 20: "h:mm", 21: "h:mm:ss", 22: "yyyy/m/d h:mm", 45: "mm:ss", 46: "[h]:mm:ss", 47: "mm:ss.0",
    27: "yyyy年m月", 28: "m月d日", 29: "m月d日", 30: "m-d-yy", 31: "yyyy年m月d日", 32: "h时mm分", 33: "h时mm分ss秒",
    34: "h时mm分", 35: "h时mm分ss秒", 36: "yyyy年m月", 50: "yyyy年m月", 51: "m月d日", 52: "yyyy年m月", 53: "m月d日",
    54: "m月d日", 55: "h时mm分", 56: "h时mm分ss秒", 57: "yyyy年m月", 58: "m月d日",
}  # fmt: skip
"""Formats that files name by number alone; those above 26 are of the Chinese versions."""
_LITERAL = re.compile(r'"[^"]*"|\\.|_.|\*.|\[[^\]]*\]')


def _form(code: str) -> _Form:
    """Read a number format: the part for positive numbers, without what it only quotes.

    >>> _form('yyyy"年"m"月";@').length, _form("0.00%").per_cent, _form('[$-804]yyyy/m/d h:mm').time, _form("h:mm").date
    (7, True, True, False)
    """
    bare = _LITERAL.sub("", code.split(";")[0]).lower()
    if "y" in bare or "d" in bare or "aaa" in bare or ("m" in bare and not re.search("[hs]", bare)):
        length = 10 if "d" in bare or "aaa" in bare else 7 if re.search("m", re.sub(r"h.*", "", bare)) else 4
        return _Form(True, length if "y" in bare else 10, "h" in bare)
    return _Form(False, per_cent="%" in bare)
