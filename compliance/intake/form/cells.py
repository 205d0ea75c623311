"""A dossier's value → what stands in its cell, and back; refuses a value that no cell can hold.

A cell is read as people mean it: blanks around a text do not count, a dash says that nothing is reported, words stand
for codes. What would be read otherwise than it was is written as JSON: a text in straight double quotes, a list in
brackets. ``{scheme}`` stands for an object that is there and tells nothing.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

from compliance.intake.cellvalues import ABSENT, CellFault, Note, Told, read_cell
from compliance.intake.form.layout import Column
from compliance.intake.grid import Cell
from compliance.schemas.refusal import Words
from compliance.schemas.scalars import Day
from compliance.spreadsheet import CELL

__all__ = ["Content", "Unwritable", "content_of", "empty_mark", "marks_empty", "value_of"]

Schema = dict[str, Any]


class Content(NamedTuple):
    """What stands in a cell. A number is its own text, exact as it is."""

    kind: str
    """text, number or date"""
    value: str | date

    @property
    def text(self) -> str:
        """As it stands in a CSV file."""
        return self.value if isinstance(self.value, str) else self.value.isoformat()


class Unwritable(Exception):
    """No cell can hold the value."""


def value_of(cell: Cell, field: Schema) -> Told | CellFault:
    """What a cell of the form tells of a field."""
    text = cell.value
    kind = field.get("type")
    if isinstance(text, str) and kind in ("string", "array") and "enum" not in field:
        found = _json(text.strip(), '""' if kind == "string" else "[]")
        if found is not ABSENT:
            says = Words("引号不算文字的一部分", "the quotation marks are no part of the text")
            return Told(found, Note("word", says) if isinstance(found, str) and _needless(found, field) else None)
    return read_cell(cell, field)


def _needless(text: str, field: Schema) -> bool:
    """Whether a text would have been read just so without the marks around it: then somebody may have meant them."""
    return not text.lstrip(" ").startswith(_RUN) and read_cell(Cell(1, 1, text, text), field) == Told(text)


def _json(text: str, marks: str) -> Any:
    if len(text) < 2 or text[0] != marks[0] or text[-1] != marks[1]:
        return ABSENT
    try:
        found = json.loads(text, parse_float=Decimal)
    except (ValueError, RecursionError):
        return ABSENT
    return found if isinstance(found, str if marks == '""' else list) else ABSENT


_FIRST_DAY = date(1900, 3, 1)
"""Spreadsheets disagree on the days before it"""


def content_of(value: Any, column: Column) -> Content:
    """How a value of the dossier stands in its cell; raises ``Unwritable``."""
    plain = _plain(value)
    for content in _ways(value, plain, column):
        text = Cell(1, 1, content.text, content.text)
        for cell in (text,) if content.kind == "text" else (_as_cell(content), text):
            told = value_of(cell, column.field)
            if isinstance(told, CellFault) or told.value != plain:
                break
        else:
            if len(content.text.encode("utf-16-le")) <= 2 * CELL:
                return content
    raise Unwritable


def _plain(value: Any) -> Any:
    """As JSON has it."""
    if isinstance(value, Day):
        return value.text
    return [_plain(inner) for inner in value] if isinstance(value, tuple) else value


def _ways(value: Any, plain: Any, column: Column) -> Iterator[Content]:
    words = {code: word for word, code in column.options.items()}
    if isinstance(value, Day) and value.first == value.last and (day := date.fromordinal(value.first)) >= _FIRST_DAY:
        yield Content("date", day)
    if isinstance(value, bool):
        yield Content("text", words[value])
    elif isinstance(value, int | Decimal):
        yield Content("number", f"{value:f}" if isinstance(value, Decimal) else str(value))
        yield Content("text", f"{value}%")
    elif isinstance(plain, list):
        text = "、".join(str(words.get(inner, inner)) for inner in plain)
        yield from _texts(text, plain)
    else:
        text = str(words.get(plain, plain))
        yield from _texts(text, text)


_RUN = ("=", "+", "-", "@", "＝", "＋", "－", "＠", "\t", "\n")


def _texts(text: str, value: Any) -> Iterator[Content]:
    """As it is, unless a spreadsheet might run it or XML would change it; else as JSON."""
    if not text.lstrip(" ").startswith(_RUN) and "\r" not in text:
        yield Content("text", text)
    yield Content("text", json.dumps(value, ensure_ascii=False))


def _as_cell(content: Content) -> Cell:
    """The cell as the reader of workbooks will find it."""
    if isinstance(content.value, date):
        return Cell(1, 1, content.value, content.text)
    if content.kind == "text":
        return Cell(1, 1, content.value, content.value)
    number = Decimal(content.value)
    return Cell(1, 1, int(number) if number == number.to_integral_value() else number, content.value)


# -- objects that tell nothing


def empty_mark(path: tuple[str, ...]) -> str:
    """What says that an object is there, though nothing in it is reported."""
    return "{" + ".".join(path) + "}"


def marks_empty(cell: Cell, column: Column) -> tuple[str, ...] | None:
    """The object that a cell says is there; None for every other cell."""
    text = cell.value.strip() if isinstance(cell.value, str) else ""
    for length in range(1, len(column.path)):
        if text == empty_mark(column.path[:length]):
            return column.path[:length]
    return None
