"""The dossier's schema → the tables of the form: one an entity, its nested objects as columns; there is no second list.

A list inside an entry is a table of its own, whose rows name the entry that they belong to. Evidence hangs on nearly
everything and has one table for all. Titles, units, options and what is required come from the published schema alone.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache
from typing import Any, Literal

from compliance.intake.cellvalues import entity_of, field_of, written_options
from compliance.intake.references import IDENTIFIES, REFERS_TO

__all__ = [
    "EVIDENCE",
    "KEY",
    "LEVELS",
    "OWN_USE",
    "PARENT",
    "ROOT",
    "Column",
    "Kind",
    "Level",
    "Table",
    "layout",
    "tables",
]

Schema = dict[str, Any]
Level = Literal["county", "city", "province"]
LEVELS: tuple[Level, ...] = ("county", "city", "province")
Kind = Literal["one", "entries", "references", "evidence"]

ROOT, EVIDENCE = "dossier", "evidence"
KEY, PARENT, OWN_USE = "#", "^", "-"
"""Machine names of the columns for an entry's own number, for the entry it belongs to, and for what is not read"""

_JOIN = "·"
_PLACE_FIELDS = (PARENT, KEY)


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a table."""

    name: str
    """The machine name: the path of the field inside its entry (``scheme.finalised_on``)"""
    title: str
    field: Schema
    required: bool = False
    level: str = ""
    says: str = ""
    """What the field is, in English"""

    @property
    def path(self) -> tuple[str, ...]:
        """The field inside its entry."""
        return tuple(self.name.split("."))

    @property
    def head(self) -> str:
        """What stands above the column: title, unit, and * where it must be filled in."""
        unit = self.field.get("x-unit", "")
        return f"{self.title}{f'（{unit}）' if unit else ''}{'*' if self.required else ''}"

    @property
    def options(self) -> dict[str, Any]:
        """The words to choose from, with what they stand for; empty for other fields."""
        kind = self.field.get("type")
        if kind == "boolean":
            return {"是": True, "否": False}
        inner = self.field.get("items", {}) if kind == "array" else self.field
        return written_options(inner) if "enum" in inner else {}


@dataclass(slots=True)
class Table:
    """One table: the entries of a list, in the order of the schema."""

    name: str
    """The machine name: ``communities[].votes[]``"""
    title: str
    kind: Kind
    parent: Table | None
    steps: tuple[str, ...]
    """The way from the parent's entry to the list"""
    level: str = ""
    columns: list[Column] = field(default_factory=list)
    evidence: dict[str, tuple[str, ...]] = field(default_factory=dict)
    """What evidence may be given for, in words → the list inside an entry; "" for the entry as a whole"""

    @property
    def key(self) -> Column:
        """The column by which rows of other tables name an entry of this one."""
        names = {column.name: column for column in self.columns}
        return names.get(KEY) or next(c for c in self.columns if c.name not in _PLACE_FIELDS)

    def column(self, name: str) -> Column | None:
        """A column by its machine name."""
        return next((column for column in self.columns if column.name == name), None)

    def at(self, level: Level | None) -> list[Column]:
        """The columns that an area of this level fills in."""
        return [c for c in self.columns if level is None or c.required or _reported(c.level, level)]


@cache
def layout() -> tuple[Table, ...]:
    """Every table, parents before their children, evidence last."""
    root = Table(ROOT, "档案", "one", None, ())
    found = [root]
    _fill(root, "", found)
    evidence = Table(EVIDENCE, "证据", "evidence", None, ())
    text = {"type": "string"}
    of = {"enum": [table.title for table in found if table.evidence]}
    evidence.columns = [
        Column("of", "所在表", text | of, True),
        Column("key", "所在行", text),
        Column("field", "所在栏目", text),
    ]
    _columns(evidence, "mechanisms[].evidence[]", found)
    return (*found, evidence)


def tables(level: Level | None) -> list[Table]:
    """The tables that an area of this level fills in."""
    left_out: set[str] = set()
    for table in layout():
        parent_out = table.parent is not None and table.parent.name in left_out
        if level is not None and (parent_out or not _reported(table.level, level)):
            left_out.add(table.name)
    return [table for table in layout() if table.name not in left_out]


def _reported(levels: str, level: Level) -> bool:
    """Whether an area of this level reports what the schema asks of some; entries of communities and projects come
    from counties, and pass through the cities."""
    asked = set(levels.split("/")) - {"", "全部"}
    of_level = {"county": asked - {"省", "市"}, "city": asked - {"省"}, "province": asked & {"省"}}
    return not asked or bool(of_level[level])


# -- from the schema

_IDS = frozenset(IDENTIFIES.values())


def _fill(table: Table, path: str, found: list[Table]) -> None:
    """A table's columns: which entry it belongs to, which it is, what is told of it."""
    schema = entity_of(path) or {}
    if table.parent is not None and table.parent.kind != "one":
        table.columns.append(Column(PARENT, _key_title(table.parent), _TEXT, True))
    if table.kind == "entries" and not _IDS & set(schema.get("required", ())[:1]):
        table.columns.append(Column(KEY, "序号", _TEXT))
    _columns(table, path, found)


def _columns(
    table: Table, path: str, found: list[Table], steps: tuple[str, ...] = (), titles: tuple[str, ...] = ()
) -> None:
    schema = entity_of(path) or {}
    # What all entries have comes first in the schema, and last where people write.
    for name in sorted(schema["properties"], key="responsible_unit".__eq__):
        where = f"{path}.{name}".lstrip(".")
        inner = field_of(where)
        assert inner is not None
        way, words = (*steps, name), (*titles, inner["title"])
        if inner.get("type") == "array" and _in_table(table, where, inner, way, words, found):
            continue
        if "properties" in inner:
            _columns(table, where, found, way, words)
            continue
        own = schema["properties"][name]
        table.columns.append(
            Column(
                ".".join(way),
                _JOIN.join(words),
                inner,
                name in schema.get("required", ()) and not steps,
                inner.get("x-level", ""),
                own.get("description", ""),
            )
        )


def _in_table(
    table: Table, where: str, field: Schema, way: tuple[str, ...], words: tuple[str, ...], found: list[Table]
) -> bool:
    """Whether a list stands in a table of its own: entries do, and references to communities, of which there are many;
    a few codes or names stand in one cell."""
    entry = field_of(f"{where}[]") or {}
    if "attachment" in entry.get("properties", {}):
        told = words[:-1] if way[-1] == "evidence" else words
        table.evidence[_JOIN.join(told)] = way
        return True
    refers = way[-1] in REFERS_TO
    if "properties" not in entry and not refers:
        return False
    title = _JOIN.join(words if table.kind == "one" else (table.title, *words))
    child = Table(
        f"{'' if table.kind == 'one' else table.name + '.'}{'.'.join(way)}[]",
        title,
        "references" if refers else "entries",
        table,
        way,
        field.get("x-level", ""),
    )
    found.append(child)
    if refers:
        child.columns = [Column(PARENT, _key_title(table), _TEXT, True), Column("value", "小区编号", entry, True)]
    else:
        _fill(child, f"{where}[]", found)
    return True


_TEXT: Schema = {"type": "string", "title": ""}


def _key_title(table: Table) -> str:
    """What rows of other tables write to name an entry of this one."""
    name = table.title.rsplit(_JOIN, 1)[-1]
    return f"所属{name}序号" if table.key.name == KEY else f"所属{table.key.title}"
