"""The form's tables, empty or of a dossier → a workbook, or CSV files; refuses what no cell or sheet can hold.

Three rows stand above the data of every table: heads for people, machine names for the program, what may be written.
An empty workbook has an example under them. The same dossier gives the same bytes. Not modelled: protection of the rows
above, for people move and hide columns; what they change by that is found on reading.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from datetime import date, datetime, time
from io import StringIO
from itertools import zip_longest
from typing import Any, NamedTuple

from openpyxl import Workbook
from openpyxl.cell.cell import WriteOnlyCell
from openpyxl.packaging.core import DocumentProperties
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.properties import PageSetupProperties

from compliance.intake.form.cells import Content
from compliance.intake.form.examples import example_row, hint
from compliance.intake.form.layout import KEY, PARENT, ROOT, Column, Level, Table, layout, tables
from compliance.intake.form.rows import Row, rows_of
from compliance.intake.grid import letters
from compliance.schemas.dossier import SCHEMA_VERSION, Dossier
from compliance.spreadsheet import DAY, escaped, whole

__all__ = ["EXAMPLE", "GUIDE", "HINTS", "MARK", "OPTIONS", "blank_workbook", "csv_files", "workbook"]

MARK, HINTS, EXAMPLE = "标记", "填写要求", "示例"
GUIDE, OPTIONS = "填报说明", "选项"

_LAST_ROW = 5000
"""Drop-downs reach at least so far."""
_MADE = date(2021, 12, 14)
"""The day that workbooks say they were made: not the clock's, so that the same content gives the same bytes."""


def blank_workbook(level: Level) -> bytes:
    """A workbook for an area of this level to fill in."""
    words = {"county": "县级", "city": "市级", "province": "省级"}
    start: dict[str, list[Row]] = {
        ROOT: [{"schema_version": Content("text", SCHEMA_VERSION), "area_level": Content("text", words[level])}]
    }
    return _Made(tables(level), start, level).bytes()


def workbook(dossier: Dossier, source: str) -> bytes:
    """The dossier as a workbook; tables in which it has nothing are there to be filled in."""
    return _Made(list(layout()), rows_of(dossier, source), None).bytes()


def csv_files(dossier: Dossier, source: str) -> dict[str, bytes]:
    """File name → the dossier's tables as CSV, as far as they have rows."""
    rows = rows_of(dossier, source)
    return {f"{table.title}.csv": _csv(table, rows[table.name]) for table in layout() if rows[table.name]}


def _csv(table: Table, rows: Sequence[Row]) -> bytes:
    out = StringIO(newline="")
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow([MARK, *(column.head for column in table.columns)])
    writer.writerow([table.name, *(column.name for column in table.columns)])
    writer.writerow([HINTS, *(hint(column, table) for column in table.columns)])
    for row in rows:
        writer.writerow(["", *(row[c.name].text if c.name in row else "" for c in table.columns)])
    return b"\xef\xbb\xbf" + out.getvalue().encode()


# -- workbook

_SIDE = Side(style="thin", color="BFBFBF")
_BORDER = Border(left=_SIDE, right=_SIDE, top=_SIDE, bottom=_SIDE)
_SONG, _HEI = "宋体", "黑体"
_PAGE = 130
"""Characters that a landscape A4 page is wide."""


class _Style(NamedTuple):
    """How a cell looks."""

    font: str = _SONG
    size: int = 10
    color: str = "000000"
    bold: bool = False
    fill: str = ""
    across: str = "left"
    italic: bool = False


_HEAD = _Style(_HEI, 10, "FFFFFF", True, "1F3864", "center")
_GROUPS = ("2F5597", "44546A")
_MACHINE = _Style(size=7, color="808080")
_HINT = _Style(size=8, color="595959", fill="F2F2F2")
_SAMPLE = _Style(color="7F7F7F", fill="FFF9E5", italic=True)
_DATA = _Style()


class _Made:
    """A workbook in the making."""

    def __init__(self, shown: list[Table], rows: Mapping[str, list[Row]], level: Level | None) -> None:
        self._book = Workbook(write_only=True)
        stamp = datetime.combine(_MADE, time.min)
        self._book.properties = DocumentProperties(
            title="城镇老旧小区改造工作档案", creator="compliance", created=stamp, modified=stamp
        )
        self._level = level
        self._lists: dict[tuple[str, ...], str] = {}
        self._cells: dict[tuple[Any, ...], Any] = {}
        self._guide(shown)
        for table in shown:
            self._table(table, rows.get(table.name, []))
        self._options()

    def bytes(self) -> bytes:
        """The whole file."""
        return whole(self._book)

    # -- the tables

    def _table(self, table: Table, rows: Sequence[Row]) -> None:
        made = self._sheet(table.title)
        columns = table.at(self._level)
        kept = 1 + sum(column.name in (PARENT, KEY) or column is table.key for column in columns[:2])
        widths = [9, *map(_width, columns)]
        for number, width in enumerate(widths, 1):
            made.column_dimensions[letters(number)].width = width
        for number, column in enumerate(columns, 2):
            dimension = made.column_dimensions[letters(number)]
            dimension.number_format = _format(column)
            dimension.font = Font(name=_SONG, size=10)
            dimension.alignment = Alignment(vertical="top", wrap_text=True)
        made.freeze_panes = f"{letters(1 if table.name == ROOT else kept + 1)}4"
        _page(made, table.title, widths, kept)
        last = max(_LAST_ROW, len(rows) + 1000)
        for number, column in enumerate(columns, 2):
            rule = self._rule(column, table)
            rule.add(f"{letters(number)}4:{letters(number)}{last}")
            made.data_validations.append(rule)
        heads = [_HEAD, *(_HEAD._replace(fill=fill) for fill in _fills(columns))]
        texts = [MARK, *(column.head for column in columns)]
        _append(made, 1, 40, [self._cell(n, text, heads[n]) for n, text in enumerate(texts)])
        texts = [table.name, *(column.name for column in columns)]
        _append(made, 2, 11, [self._cell(n, text, _MACHINE) for n, text in enumerate(texts)])
        texts = [HINTS, *(hint(column, table) for column in columns)]
        _append(made, 3, 54, [self._cell(n, text, _HINT) for n, text in enumerate(texts)])
        if self._level is not None:
            self._row(made, EXAMPLE, example_row(table), columns, _SAMPLE)
        for row in rows:
            self._row(made, None, row, columns, _DATA)
        made.close()

    def _sheet(self, title: str) -> Any:
        self._cells.clear()
        self._at = self._book.create_sheet(title)
        return self._at

    def _row(self, made: Any, mark: str | None, row: Row, columns: Sequence[Column], style: _Style) -> None:
        cells = [self._cell(0, mark, style) if mark else None]
        for number, column in enumerate(columns, 1):
            content = row.get(column.name)
            if content is not None or style is not _DATA:
                cells.append(self._cell(number, content, style, _format(column)))
            else:
                cells.append(None)
        made.append(cells)

    def _cell(self, number: int, content: Content | str | None, style: _Style, form: str = "@") -> Any:
        value = content.value if isinstance(content, Content) else content
        kind = content.kind if isinstance(content, Content) else "text"
        if kind == "text":
            form = "@"
        key = (number, style, kind, form)
        cell: Any = self._cells.get(key)
        if cell is None:
            cell = self._cells[key] = WriteOnlyCell(self._at)
            cell.font = Font(name=style.font, size=style.size, bold=style.bold, italic=style.italic, color=style.color)
            cell.border = _BORDER
            if style.fill:
                cell.fill = PatternFill("solid", start_color=style.fill)
            vertical = "center" if style.across == "center" else "top"
            cell.alignment = Alignment(horizontal=style.across, vertical=vertical, wrap_text=style is not _MACHINE)
            cell.number_format = form
        # Not by its setter, which makes a formula of a text that begins like one, and a binary fraction of a number.
        cell._value = escaped(value) if isinstance(value, str) and kind == "text" else value
        cell.data_type = {"text": "s", "number": "n", "date": "d"}[kind] if value is not None else "n"
        return cell

    # -- what is offered while people write

    def _rule(self, column: Column, table: Table) -> DataValidation:
        """The drop-down of a column, or only what is said beside a cell."""
        options = tuple(column.options)
        if options and column.field.get("type") != "array":
            # A spreadsheet that asks for one of a list refuses the rest; the empty mark of an object is pasted.
            rule = DataValidation("list", formula1=self._listed(options), allow_blank=True, showErrorMessage=True)
            rule.error = "请从下拉列表中选择"
        else:
            rule = DataValidation("custom", formula1="TRUE", allow_blank=True)
        rule.showInputMessage, rule.promptTitle = True, column.title[-32:]
        rule.prompt = f"{hint(column, table)}\n{column.says}".strip()[:255]
        return rule

    def _listed(self, options: tuple[str, ...]) -> str:
        """The options themselves, or where they stand on a sheet of their own: a rule holds 255 characters."""
        text = ",".join(options)
        if len(text) < 250:
            return f'"{text}"'
        if options not in self._lists:
            letter = letters(len(self._lists) + 1)
            self._lists[options] = f"{OPTIONS}!${letter}$1:${letter}${len(options)}"
        return self._lists[options]

    def _options(self) -> None:
        made = self._sheet(OPTIONS)
        made.sheet_state = "hidden"
        for row in zip_longest(*self._lists):
            made.append(list(row))
        made.close()

    # -- the first sheet

    def _guide(self, shown: list[Table]) -> None:
        made = self._sheet(GUIDE)
        widths = [30, 100]
        for number, width in enumerate(widths, 1):
            made.column_dimensions[letters(number)].width = width
        _page(made, GUIDE, widths, 0)
        _append(
            made, 1, 28, [self._cell(0, "城镇老旧小区改造工作档案", _HEAD._replace(size=14, fill="", color="1F3864"))]
        )
        lines = [(subject, text, _DATA) for subject, text in _GUIDE]
        lines.append(("表", "内容", _HEAD))
        for table in shown:
            of = (
                "" if table.parent is None or table.parent.name == ROOT else f"每行属于“{table.parent.title}”表的一行。"
            )
            own = [column.title for column in table.at(self._level) if column.name not in (PARENT, KEY)]
            lines.append((table.title, f"{of}{'、'.join(own[:8])}{'等' if len(own) > 8 else ''}", _DATA))
        for number, (subject, text, style) in enumerate(lines, 2):
            height = 15 * -(-(len(text) + len(text.encode())) // 220) + 4
            _append(made, number, height, [self._cell(n, told, style) for n, told in enumerate((subject, text))])
        made.close()


_GUIDE = (
    (
        "怎样填",
        "每张表一行一条，在示例行下面往下填，第一列留空。空白格表示“未填报”，0 和“否”是数据。",
    ),
    ("示例行", "第一列标“示例”的行不读取。照着另起一行填；不要在示例行上改。"),
    (
        "表头和机读名",
        "第 2 行灰色小字是机读名，程序按它认栏目，请勿改动。"
        "栏目可以移动、隐藏，不填的栏目可以删去。自用的栏目，机读名写 -。",
    ),
    ("编号", "各表用编号相互引用。没有编号的表用“序号”，其他表要引用这一行时才须填写。"),
    ("日期", "写 2024-06-30。只知年月时写 2024-06，先打一个英文单引号，以免软件补成当月 1 日。"),
    ("金额和面积", "只写数字；单位以表头为准，最多四位小数。"),
    ("多项", "一格填几项时用顿号分开，如 供水、排水。"),
    ("没有", "确实没有的事项，在“无的声明”表中声明；空着不等于没有。"),
    ("证据", "每条内容由哪份附件证明，填在“证据”表；附件本身登记在“附件”表，文件放在 attachments 文件夹。"),
    ("检查", "compliance check 档案.xlsx。有填错的格，会一次列出全部：文件、表、格、实际写的、应当写的。"),
)


# -- how sheets look


def _append(made: Any, number: int, height: int, cells: list[Any]) -> None:
    made.row_dimensions[number] = {"ht": str(height), "customHeight": "1"}
    made.append(cells)
    del made.row_dimensions[number]


def _width(column: Column) -> int:
    if column.name in (PARENT, KEY):
        return 16
    kind, form = column.field.get("type"), column.field.get("format")
    least = 10 if kind in ("boolean", "integer", "number") else 13 if form == "partial-date" else 20
    return min(max(least, 3 + 2 * max(map(len, column.head.split("·")))), 28)


def _format(column: Column) -> str:
    if column.field.get("format") == "partial-date":
        return DAY
    return "General" if column.field.get("type") in ("integer", "number") else "@"


def _fills(columns: Sequence[Column]) -> list[str]:
    """Heads of one object in one colour, and of the next in another."""
    fills, before, turn = [], "", 0
    for column in columns:
        group = column.path[0] if len(column.path) > 1 else ""
        if group and group != before:
            turn += 1
        fills.append(_GROUPS[turn % len(_GROUPS)] if group else _HEAD.fill)
        before = group
    return fills


def _page(made: Any, title: str, widths: Sequence[int], kept: int) -> None:
    setup = made.page_setup
    setup.orientation, setup.paperSize, setup.pageOrder = "landscape", 9, "overThenDown"
    margins = made.page_margins
    margins.left = margins.right = 0.4
    margins.top, margins.bottom, margins.header, margins.footer = 0.7, 0.6, 0.3, 0.3
    made.oddHeader.center.text = title
    made.oddFooter.center.text = "第 &P 页，共 &N 页"
    repeated = sum(widths[:kept])
    across = max(1, -(-(sum(widths) - repeated) // (_PAGE - repeated)))
    if kept:
        made.print_title_rows = "1:3"
        if across > 1:
            made.print_title_cols = f"A:{letters(kept)}"
    made.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    setup.fitToWidth, setup.fitToHeight = across, 0
