"""How a table that a municipality keeps is read: which head feeds which field of a dossier; the shape of mapping.yaml.

A mapping says what the table means, never how to mend it: units, totals and ids are stated here, and what is not stated
is refused by the reader rather than supplied by it.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

__all__ = [
    "AddsSpec", "AreaSpec", "ColumnSpec", "IdSpec", "MappingSpec", "PlanSpec", "PublishedSpec", "RatioSpec", "RowsSpec",
    "Said", "SkipSpec", "TotalSpec",
]  # fmt: skip

Line = Annotated[str, Field(min_length=1, max_length=400)]
Heads = Annotated[tuple[Line, ...], Field(min_length=1, max_length=40)]
AreaCodeText = Annotated[str, Field(pattern=r"^[1-9][0-9]{5}$")]


class _Spec(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class Said(_Spec):
    """The same in Chinese and English."""

    zh: Line
    en: Line


class PublishedSpec(_Spec):
    """Where tables with this head are published."""

    document: Line
    note: Line | None = None


class RatioSpec(_Spec):
    """A column that the table computes itself: ``part`` by ``whole``, two heads of the same table."""

    part: Line
    whole: Line


class AddsSpec(_Spec):
    """A column of ticks: where it says yes, ``entry`` is added to the list ``to`` of the row."""

    to: Line
    entry: dict[str, str | int | bool]


class ColumnSpec(_Spec):
    """One column; of ``field``, ``statistic``, ``ratio``, ``adds``, ``label`` and ``left_out`` says what it is for."""

    head: Heads = Field(description="accepted heads; / between the rows of a head, as 计划/户数")
    field: Line | None = Field(default=None, description="path in the dossier, as communities[].households")
    statistic: Line | None = Field(default=None, description="name of a published figure, kept in statistics[]")
    ratio: RatioSpec | None = None
    adds: AddsSpec | None = None
    label: Literal[True] | None = Field(default=None, description="says what the row is about; feeds no field")
    left_out: Said | None = Field(default=None, description="why the column is not taken over")
    unit: Line | None = Field(default=None, description="unit, where the head does not say it")
    optional: bool = Field(default=False, description="the table may lack this column")
    words: dict[str, str | int | bool | None] = Field(default={}, description="the place's own words → values")
    none: Literal["zero", "absent"] | None = Field(default=None, description="what 无 means under a number")
    splits: bool = Field(default=False, description="a cell lists several things, each an entry of its own")
    fills_down: bool = Field(default=False, description="an empty cell repeats the one above it")
    scope: Line | None = Field(default=None, description="of a statistic: what is and is not counted")


class AreaSpec(_Spec):
    """Which area a row speaks of: by a column of codes, or by names with their codes."""

    code: Line | None = Field(default=None, description="head of the column of area codes")
    name: Line | None = Field(default=None, description="head of the column of names")
    within: Line | None = Field(
        default=None, description="head of the column of the area around; taken where name is empty"
    )
    codes: dict[str, AreaCodeText] = Field(default={}, description="name, or within/name → area code")
    level: Literal["province", "municipality", "city", "district", "county"] | None = None


class IdSpec(_Spec):
    """How an entry gets its id: from a column, or as ``prefix`` and a digest of the area code and other columns."""

    column: Line | None = None
    of: Heads | None = Field(default=None, description="heads whose texts, together, name one entry")
    prefix: Annotated[str, Field(pattern=r"^[A-Za-z][A-Za-z0-9_.-]{0,15}$")] = "T"


class PlanSpec(_Spec):
    """The plan that the table speaks of."""

    plan_id: Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$")]
    lists_rows: bool = Field(default=False, description="the communities of the rows are the plan's")


class TotalSpec(_Spec):
    """Rows that sum others; they are checked and not taken over."""

    words: Heads
    column: Line | None = Field(
        default=None, description="head of the column in which a word stands; any label otherwise"
    )
    over: Literal["all", "above", "below", "group"] = Field(
        description="all rows; those above up to the last sum; those below up to the next; those of the same group"
    )
    group: Line | None = Field(default=None, description="head of the column that says the group")


class SkipSpec(_Spec):
    """Rows that are left out, and why."""

    column: Line
    equals: Heads | None = None
    begins_with: Heads | None = None
    reason: Said


class RowsSpec(_Spec):
    """What a row is, and which rows are none."""

    each: Line = Field(description="area, or a list of the dossier, as communities")
    totals: tuple[TotalSpec, ...] = ()
    skip: tuple[SkipSpec, ...] = ()
    footnotes: tuple[Line, ...] = Field(default=(), description="a row that begins so ends the table")


class MappingSpec(_Spec):
    """A mapping file."""

    mapping: Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]{0,39}$")]
    title: Said
    published: PublishedSpec | None = None
    sheet: Line | None = Field(default=None, description="name of the sheet; * stands for any characters")
    rows: RowsSpec
    area: AreaSpec | None = None
    ids: IdSpec | None = None
    plan: PlanSpec | None = None
    dossier: dict[str, Any] = Field(default={}, description="what is the same in every dossier of the table")
    document: Line | None = Field(default=None, description="source that statistics name; otherwise the table's title")
    scope: Line | None = Field(default=None, description="what the statistics do and do not count")
    columns: Annotated[tuple[ColumnSpec, ...], Field(min_length=1, max_length=400)]
