"""Bytes of an .xlsx or .csv file → its sheets as cells, each value exact and with its place; else ``Refused``.

What a cell holds is told, never interpreted: a text stays the text that was written, with its blanks. Numbers are read
as the decimals that were typed. A spreadsheet keeps fifteen digits of a number and never shows more; what the file has
beyond them is the rounding of its binary fractions, and is left out. A date is what a number becomes by its format.

Not read: macros and passwords (refused), colours, comments, pictures, charts, pivot tables, filters. Of a formula the
value is taken that was computed when the file was last saved.
"""

from __future__ import annotations

import codecs
import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from io import StringIO
from typing import NamedTuple

from compliance.intake.foreign import ZIP_MARKS, foreign
from compliance.schemas.limits import GRID_BYTES, GRID_CELLS, MIB
from compliance.schemas.refusal import NOTHING, InputError, Refused, Words, printable

__all__ = ["Cell", "Grid", "Merged", "Value", "address", "grids", "letters", "refused"]

Value = None | str | int | Decimal | bool | date
Merged = tuple[int, int, int, int]
"""Top, left, bottom, right; from 1."""


class Cell(NamedTuple):
    """One cell that is not empty; rows and columns count from 1."""

    row: int
    column: int
    value: Value
    shown: str
    """What a person sees: of a date the parts that its format shows (``2021-02`` where no day is), and the time of day
    after a blank; ``85%`` for 0.85 in a per cent format; a number in full, however few decimals its format shows"""
    fault: Words = NOTHING
    """Why there is no value: an error of the spreadsheet's own, a formula that was never computed"""

    @property
    def address(self) -> str:
        """The place as spreadsheets write it: C7."""
        return address(self.row, self.column)


@dataclass(frozen=True, slots=True)
class Grid:
    """One sheet. ``rows`` holds the rows that have a cell, and of each the cells that are not empty, in order."""

    name: str
    rows: tuple[tuple[Cell, ...], ...]
    merged: tuple[Merged, ...] = ()
    hidden: bool = False
    hidden_rows: frozenset[int] = frozenset()
    hidden_columns: frozenset[int] = frozenset()

    def row(self, number: int) -> dict[int, Cell]:
        """The cells of a row by their columns."""
        return next(({cell.column: cell for cell in row} for row in self.rows if row[0].row == number), {})


def letters(column: int) -> str:
    """A column as spreadsheets write it.

    >>> letters(1), letters(26), letters(27), letters(703)
    ('A', 'Z', 'AA', 'AAA')
    """
    text = ""
    while column:
        column, rest = divmod(column - 1, 26)
        text = chr(65 + rest) + text
    return text


def address(row: int, column: int) -> str:
    """A place as spreadsheets write it.

    >>> address(7, 3)
    'C7'
    """
    return f"{letters(column)}{row}"


def grids(data: bytes, name: str) -> tuple[Grid, ...]:
    """The sheets of a workbook in their order, or the one sheet of a CSV file, which bears the file's name."""
    if len(data) > GRID_BYTES:
        most = f"{GRID_BYTES // MIB} MiB"
        raise refused(name, "too_large", NOTHING, Words(f"不超过 {most}", f"at most {most}"))
    if data.startswith(ZIP_MARKS):
        from compliance.intake.xlsx import sheets  # with lxml, which JSON does without

        return tuple(sheets(data, name))
    if data.startswith(b"\xd0\xcf\x11\xe0"):
        if "EncryptedPackage".encode("utf-16-le") in data:
            raise refused(name, "encrypted_workbook", hint=_NO_PASSWORD)
        raise refused(
            name,
            "not_a_workbook",
            Words("旧版 Office 文件（xls、et、doc）", "an old Office file (xls, doc)"),
            _FORMS,
            _SAVE_AS,
        )
    if kind := foreign(data):
        raise refused(name, "not_a_workbook", kind[0], _FORMS, _SAVE_AS)
    return (_table(data, name),)


_FORMS = Words(".xlsx 工作簿或 .csv 文件", "a workbook (.xlsx) or a .csv file")
_SAVE_AS = Words("用 Excel 或 WPS 打开，另存为 .xlsx", "open it in a spreadsheet program and save it as .xlsx")
_NO_PASSWORD = Words("去掉打开密码后重新保存", "save it again without a password")


def refused(name: str, code: str, found: Words = NOTHING, expected: Words = NOTHING, hint: Words = NOTHING) -> Refused:
    """The file as a whole is refused."""
    return Refused(name, [InputError("", None, None, code, found, expected, hint)])


# -- CSV


def _table(data: bytes, name: str) -> Grid:
    if not data.strip():
        raise refused(name, "empty_file")
    text = _text(data, name)
    rows = []
    count = 0
    try:
        for number, record in enumerate(_records(text, _separator(text, name)), 1):
            cells = tuple(Cell(number, column, value, value) for column, value in enumerate(record, 1) if value)
            count += len(cells)
            if cells:
                rows.append(cells)
            if count > GRID_CELLS:
                raise too_many_cells(name)
    except csv.Error as error:
        line, says = _line(error, text), printable(str(error))
        found = Words(f"第 {line} 行附近：{says}", f"near line {line}: {says}")
        raise refused(name, "damaged_table", found, NOTHING, _QUOTES) from error
    return Grid(re.sub(r"\.(csv|txt|tsv)$", "", name.replace("\\", "/").rsplit("/", 1)[-1], flags=re.I), tuple(rows))


def too_many_cells(name: str) -> Refused:
    """More is in the file than is read."""
    return refused(name, "too_large", NOTHING, Words(f"不超过 {GRID_CELLS} 格", f"at most {GRID_CELLS} cells"))


_QUOTES = Words(
    "双引号须成对；用 Excel 另存为“CSV UTF-8”，或直接报送 .xlsx",
    "quotation marks come in pairs; save it as CSV UTF-8 from a spreadsheet, or submit the .xlsx",
)
_UNSURE = Words(
    "用 Excel 另存为“CSV UTF-8”，或直接报送 .xlsx", "save it as CSV UTF-8 from a spreadsheet, or submit the .xlsx"
)
_HAN = re.compile("[\u3400-\u9fff\uf900-\ufaff]")


def _text(data: bytes, name: str) -> str:
    """The text by its mark, else UTF-8, else GB18030, as Chinese spreadsheets write; refused where it may be either."""
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            try:
                return _clean(data[len(mark) :].decode(encoding), name)
            except UnicodeDecodeError as error:
                raise refused(name, "not_utf8", _byte(data, error.start + len(mark)), hint=_UNSURE) from error
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        try:
            return _clean(data.decode("gb18030"), name)
        except UnicodeDecodeError:
            raise refused(name, "not_utf8", _byte(data, error.start), _ENCODINGS, _UNSURE) from error
    # A few Chinese characters in GBK may happen to be valid UTF-8: letters of other scripts then, none of them Chinese.
    if not text.isascii() and not _HAN.search(text):
        try:
            other = data.decode("gb18030")
        except UnicodeDecodeError:
            return _clean(text, name)
        if _HAN.search(other):
            both = Words("UTF-8 与 GB18030 都读得通", "it may be UTF-8 as well as GB18030")
            raise refused(name, "not_utf8", both, _ENCODINGS, _UNSURE)
    return _clean(text, name)


_MARKS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))
_ENCODINGS = Words("UTF-8 或 GB18030", "UTF-8 or GB18030")


def _byte(data: bytes, at: int) -> Words:
    line = data.count(b"\n", 0, at) + 1
    shown = f"0x{data[at]:02X}" if at < len(data) else "…"
    return Words(f"第 {line} 行的字节 {shown} 不属于任何字符", f"byte {shown} in line {line} belongs to no character")


def _clean(text: str, name: str) -> str:
    if match := re.search(r"[\x00-\x08\x0b\x0c\x0e-\x1f]", text):
        line = text.count("\n", 0, match.start()) + 1
        shown = printable(match.group())
        raise refused(
            name, "damaged_table", Words(f"第 {line} 行有控制字符 {shown}", f"control character {shown} in line {line}")
        )
    return text


def _separator(text: str, name: str) -> str:
    """The separator that occurs in the first line that is not empty; of several, the one that fits every line."""
    first = next((record for record in _records(text, "\0") if any(record)), [])
    head = re.sub(r'"[^"]*"', "", "".join(first))
    there = [separator for separator in ",;\t" if separator in head]
    if len(there) > 1:
        there = [separator for separator in there if len({len(r) for r in _records(text, separator) if r}) == 1]
        if len(there) != 1:
            found = Words("分隔符无法确定", "the separator is not clear")
            expected = Words("逗号、分号或制表符之一", "one of comma, semicolon, tab")
            raise refused(name, "damaged_table", found, expected, _UNSURE)
    return there[0] if there else ","


def _records(text: str, separator: str) -> Iterator[list[str]]:
    if separator == "\0":  # lines as they are
        yield from ([line] for line in text.splitlines())
        return
    csv.field_size_limit(GRID_BYTES)
    yield from csv.reader(StringIO(text, newline=""), delimiter=separator, strict=True)


def _line(error: csv.Error, text: str) -> int:
    """Where quotation marks stopped coming in pairs, as nearly as it can be told."""
    marks = 0
    for number, line in enumerate(text.splitlines(), 1):
        if marks % 2 == 0:
            opened = number
        marks += line.count('"')
    return opened if marks % 2 else text.count("\n") + 1
