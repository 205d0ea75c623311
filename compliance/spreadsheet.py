"""Typed rows → the bytes of a workbook that people work in and print; refuses to write a formula, whatever a text says.

A text is a text even where it begins like a formula: it is stored as one, and marked so that it stays one when somebody
edits the cell. Rows are written as they come and are not kept, so that memory does not grow with them. The same rows
give the same bytes. Not modelled: charts, comments, pictures, several heads.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from io import BytesIO
from pathlib import Path
from typing import Any, Final, Literal
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from openpyxl import Workbook
from openpyxl.cell.cell import WriteOnlyCell
from openpyxl.packaging.core import DocumentProperties
from openpyxl.styles import Alignment, Border, Font, PatternFill, Protection, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.properties import PageSetupProperties
from openpyxl.writer.excel import ExcelWriter

from compliance.schemas.refusal import printable

__all__ = ["CELL", "DAY", "Book", "Column", "Dated", "Mark", "Sheet", "Value", "escaped", "shown", "whole"]

CELL: Final = 32_000
"""Characters of a cell, as spreadsheets count them: they cut off what is longer than 32,767."""
DAY: Final = "yyyy\\-mm\\-dd"


@dataclass(frozen=True, slots=True)
class Dated:
    """A day written in a format of its own."""

    day: date
    format: str


Value = str | int | date | Dated | None


@dataclass(frozen=True, slots=True)
class Mark:
    """How a word is set off: never by colour alone, as the word itself stands there."""

    fill: str
    bold: bool = False


@dataclass(frozen=True, slots=True)
class Column:
    """A column and all that its cells have in common."""

    head: str
    width: int
    kind: Literal["text", "code", "number", "date"] = "text"
    """``code``: text that is not broken in the middle of a word, and looks like what it is: an identifier"""
    choices: tuple[str, ...] = ()
    """What the drop-down offers"""
    prompt: str = ""
    """Said beside the cell that is being filled in"""
    marks: Mapping[str, Mark] = field(default_factory=dict)
    fill_in: bool = False
    """Left for people to fill in: unlocked where the sheet is protected, and of another shade"""
    hidden: bool = False


_RUN = "=+-@\t\r\n＝＋－＠|%"
_SPACE = re.compile(r"[^\S\n]")
_ESCAPE_LIKE = re.compile(r"_(?=x[0-9A-Fa-f]{4}_)")
_HEAD, _OPEN, _LINE = "1F3864", "FFFBE6", "BFBFBF"
_PAGE = 130
"""Characters that a landscape A4 page is wide at full size; a little fewer than with the narrowest usual font."""
_SMALLEST = 60
"""Per cent below which a printed page cannot be read."""
_LINE_HEIGHT, _TALLEST = 14, 409
"""Points; spreadsheets know no taller row."""
_EARLIEST = "36526"
"""2000-01-01 as spreadsheets count days."""


def shown(text: str) -> str:
    r"""What a cell shows of a text: lines stay, other white space is a blank, what cannot be seen is an escape.

    >>> shown("甲\u3000小区\r\n二期\x1b")
    '甲 小区\n二期\\u001b'
    """
    if not text.isprintable():
        lines = _SPACE.sub(" ", text.replace("\r\n", "\n").replace("\r", "\n")).split("\n")
        text = "\n".join(line if line.isprintable() else printable(line) for line in lines)
    if len(text) > CELL // 2 and len(text.encode("utf-16-le")) > 2 * CELL:
        text = text.encode("utf-16-le")[: 2 * CELL - 2].decode("utf-16-le", "ignore") + "…"
    return text


def whole(book: Workbook) -> bytes:
    """A workbook as a file; the same content gives the same bytes."""
    out = BytesIO()
    with _Archive(out, "w", ZIP_DEFLATED, allowZip64=True) as archive:
        ExcelWriter(book, archive).write_data()
    return out.getvalue()


def escaped(text: str) -> str:
    r"""A text as a workbook holds it: what looks like its escape for a character is escaped itself.

    >>> escaped("_x0041_")
    '_x005F_x0041_'
    """
    return _ESCAPE_LIKE.sub("_x005F_", text)


class Book:
    """A workbook in the making."""

    def __init__(self, title: str, lang: str, made: date) -> None:
        """``made``: the day the workbook says it was made; not the clock's: the same rows give the same bytes."""
        self.title, self.lang = title, lang
        self._book = Workbook(write_only=True)
        stamp = datetime.combine(made, time.min)
        self._book.properties = DocumentProperties(
            title=shown(title), creator="compliance", created=stamp, modified=stamp
        )

    def sheet(self, title: str, columns: Sequence[Column], **more: Any) -> Sheet:
        """The next sheet; ``more`` as for :class:`Sheet`."""
        return Sheet(self._book, title, columns, self.lang, **more)

    def bytes(self) -> bytes:
        """The whole file; nothing can be added any more."""
        return whole(self._book)


class Sheet:
    """One sheet: a head that stays and is printed on every page, then rows."""

    def __init__(
        self,
        book: Workbook,
        title: str,
        columns: Sequence[Column],
        lang: str,
        *,
        kept: int = 2,
        heading: str = "",
        filtered: bool = True,
        protected: bool = False,
        hidden: bool = False,
        landscape: bool = True,
    ) -> None:
        """``kept``: so many columns stay at the left, and are repeated where a row takes several pages.

        ``heading`` is printed above; ``protected`` locks all but what is to be filled in, without a password.
        """
        self.columns, self._kept, self._protected = columns, kept, protected
        self._filtered, self._lang, self._rows, self._open = filtered, lang, 0, True
        self._cells: dict[tuple[Any, ...], Any] = {}
        made = self._made = book.create_sheet(title)
        for number, column in enumerate(columns, 1):
            dimension = made.column_dimensions[get_column_letter(number)]
            dimension.width, dimension.hidden = column.width, column.hidden
        made.freeze_panes = f"{get_column_letter(kept + 1)}2"
        made.sheet_state = "veryHidden" if hidden else "visible"
        self._page(shown(heading or title), landscape)
        self._append([self._cell(n, c.head, head=True) for n, c in enumerate(columns)], 32)

    def row(self, values: Iterable[Value]) -> None:
        """The next row; an empty value leaves an empty cell, in the style of its column."""
        self._rows += 1
        told = list(values)
        self._append([self._cell(n, value) for n, value in enumerate(told)], self._height(told))

    def _append(self, cells: list[Any], height: int) -> None:
        # The height is a first guess, not a custom height: a row still grows when more is written into it.
        made, number = self._made, self._rows + 1
        made.row_dimensions[number] = {"ht": str(height)}
        made.append(cells)
        del made.row_dimensions[number]

    def _height(self, values: Sequence[Value]) -> int:
        """Points that a row needs, reckoning a Chinese character as two."""
        most = 1
        for column, value in zip(self.columns, values, strict=True):
            if isinstance(value, str) and not column.hidden and 2 * len(value) > column.width - 2:
                room = 2 * column.width - 2
                most = max(most, sum(-(-(len(part) + len(part.encode())) // room) for part in value.split("\n")))
        return min(_LINE_HEIGHT * most + 4, _TALLEST)

    def close(self) -> None:
        """What is known only when all rows are there: filter, drop-downs, print area."""
        made, last = self._made, self._rows + 1
        area = f"A1:{get_column_letter(len(self.columns))}{last}"
        if self._filtered:
            made.auto_filter.ref = area
        made.print_area = area
        for number, column in enumerate(self.columns, 1):
            rule = self._rule(column)
            if rule is not None and self._rows:
                letter = get_column_letter(number)
                rule.add(f"{letter}2:{letter}{last}")
                made.data_validations.append(rule)
        if self._protected:
            # Without a password: against slips, not against intent. What may be done to look at rows stays allowed.
            protection = made.protection
            protection.sheet = True
            protection.formatColumns = protection.formatRows = protection.sort = protection.autoFilter = False
        made.close()

    # -- how cells look ---------------------------------------------------------------------------------------

    def _cell(self, number: int, value: Value, head: bool = False) -> Any:
        column = self.columns[number]
        form = value.format if isinstance(value, Dated) else ""
        if isinstance(value, Dated):
            value = value.day
        if isinstance(value, str):
            value = shown(value)
        quoted = isinstance(value, str) and value.lstrip(" ").startswith(tuple(_RUN))
        mark = column.marks.get(value) if isinstance(value, str) and not head else None
        kind = "d" if isinstance(value, date) else "n" if isinstance(value, int) else "s"
        key = (number, kind, form, quoted, mark, head)
        cell = self._cells.get(key)
        if cell is None:
            cell = self._cells[key] = self._styled(column, kind, form, quoted, mark, head)
        # Not by its setter, which would make a formula of a text that begins like one, and an error of "#N/A".
        cell._value = escaped(value) if isinstance(value, str) else value
        cell.data_type = "n" if value is None or value == "" else kind
        if value == "":
            cell._value = None
        return cell

    def _styled(self, column: Column, kind: str, form: str, quoted: bool, mark: Mark | None, head: bool) -> Any:
        cell = WriteOnlyCell(self._made)
        name = "宋体" if self._lang == "zh" else "Calibri"
        side = Side(style="thin", color=_LINE)
        cell.border = Border(left=side, right=side, top=side, bottom=side)
        if head:
            cell.font = Font(name="黑体" if self._lang == "zh" else "Calibri", size=10, bold=True, color="FFFFFF")
            cell.fill = PatternFill("solid", start_color=_HEAD)
            cell.alignment = Alignment(horizontal="center", vertical="center", wrap_text=True)
            return cell
        cell.font = Font(name=name, size=10, bold=mark is not None and mark.bold)
        fill = mark.fill if mark else _OPEN if column.fill_in and self._protected else ""
        if fill:
            cell.fill = PatternFill("solid", start_color=fill)
        across = "center" if column.kind in ("number", "date") else "left"
        cell.alignment = Alignment(horizontal=across, vertical="top", wrap_text=True)
        cell.number_format = form or (DAY if column.kind == "date" else "0" if column.kind == "number" else "@")
        if kind == "d" and not form:
            cell.number_format = DAY
        cell.protection = Protection(locked=not column.fill_in)
        cell.quotePrefix = quoted
        return cell

    def _rule(self, column: Column) -> DataValidation | None:
        """What may be typed; what already stands there is not touched by it."""
        zh = self._lang == "zh"
        if column.choices:
            listed = '"' + ",".join(column.choices) + '"'
            rule = DataValidation("list", formula1=listed, allow_blank=True, showErrorMessage=True)
            rule.error = "请从下拉列表中选择" if zh else "Choose from the list"
        elif column.kind == "date" and column.fill_in:
            rule = DataValidation(
                "date", operator="greaterThanOrEqual", formula1=_EARLIEST, allow_blank=True, showErrorMessage=True
            )
            rule.error = "请填写日期，如 2024-06-30" if zh else "Write a date, such as 2024-06-30"
        elif column.prompt:
            rule = DataValidation("custom", formula1="TRUE", allow_blank=True)
        else:
            return None
        if column.prompt:
            rule.showInputMessage, rule.promptTitle, rule.prompt = True, column.head[:32], column.prompt[:255]
        return rule

    # -- how pages look ---------------------------------------------------------------------------------------

    def _page(self, heading: str, landscape: bool) -> None:
        made, zh = self._made, self._lang == "zh"
        setup = made.page_setup
        setup.orientation, setup.paperSize = "landscape" if landscape else "portrait", 9
        setup.pageOrder = "overThenDown"
        made.print_title_rows = "1:1"
        margins = made.page_margins
        margins.left = margins.right = 0.4
        margins.top, margins.bottom, margins.header, margins.footer = 0.7, 0.6, 0.3, 0.3
        made.oddHeader.center.text = heading.replace("&", "&&")
        made.oddFooter.center.text = "第 &P 页，共 &N 页" if zh else "Page &P of &N"
        page = _PAGE if landscape else _PAGE * 190 // 277
        widths = [0 if column.hidden else column.width for column in self.columns]
        repeated, across = sum(widths[: self._kept]), 1
        while 100 * page < _SMALLEST * (sum(widths) + (across - 1) * repeated) / across and repeated < page // 2:
            across += 1
        if across > 1:
            made.print_title_cols = f"A:{get_column_letter(self._kept)}"
        # The program that prints chooses the scale and where columns break, as only it knows how wide its fonts are.
        made.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
        setup.fitToWidth, setup.fitToHeight = across, 0


class _Archive(ZipFile):
    """A zip whose entries bear no time, so that the same content gives the same bytes."""

    def writestr(self, zinfo_or_arcname: Any, data: Any, *_: Any, **__: Any) -> None:
        super().writestr(_info(str(zinfo_or_arcname)), data)

    def write(self, filename: Any, arcname: Any = None, *_: Any, **__: Any) -> None:
        with Path(filename).open("rb") as source, self.open(_info(str(arcname)), "w") as target:
            while part := source.read(1 << 20):
                target.write(part)


def _info(name: str) -> ZipInfo:
    info = ZipInfo(name, (1980, 1, 1, 0, 0, 0))
    info.compress_type = ZIP_DEFLATED
    return info
