"""``tables``: which mapping reads a table, drafts of mappings, tables → dossiers; and the options that say how to read.

Notes of what was converted go to standard error, dossiers and drafts to standard output or their file.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn, TypeVar

import click

from compliance.commands.options import GATE, LANG, PASSED, REFUSED, stop, write_out

if TYPE_CHECKING:
    from compliance.intake.tables.reading import Stated, TableRead
    from compliance.schemas.received import Received

__all__ = ["HOW_TO_READ", "convert_table", "sources", "tables"]

C = TypeVar("C", bound=Callable[..., Any])

_OPTIONS = (
    click.option(
        "--mapping", metavar="NAME|FILE",
        help="映射：自带的名称或 mapping.yaml；缺省按表头查找 / a mapping by name or file; default: the one that fits",
    ),
    click.option("--sheet", metavar="NAME", help="工作表 / sheet"),
    click.option("--area", metavar="CODE[:NAME]", help="行政区划代码和名称，如 999901:示例县 / area code and name"),
    click.option("--year", type=click.IntRange(2000, 2100), help="计划年度 / plan year"),
    click.option(
        "--set", "fields", multiple=True, metavar="FIELD=VALUE",
        help="档案本身的字段，如 data_as_of=2024-06；可重复 / a field of the dossier itself; repeatable",
    ),
    click.option(
        "--unit", "units", multiple=True, metavar="HEAD=UNIT",
        help="表头没有写的单位，如 建筑面积=万㎡；可重复 / a unit that the head does not say; repeatable",
    ),
    click.option("--accept-doubts", is_flag=True, help="有存疑之处也不退出 1 / doubts do not fail the command"),
)  # fmt: skip


def HOW_TO_READ(command: C) -> C:
    """The options that say how a table is read."""
    for option in reversed(_OPTIONS):
        command = option(command)
    return command


def stated(
    sheet: str | None, area: str | None, year: int | None, fields: Sequence[str], units: Sequence[str]
) -> Stated:
    """What the options state, each held against the field or the units that there are."""
    from compliance.intake.cellvalues import ABSENT, CellFault, field_of, read_cell, unit_of
    from compliance.intake.grid import Cell
    from compliance.intake.tables.reading import Stated

    wanted = list(fields)
    if area is not None:
        code, _, name = area.replace("：", ":").partition(":")
        wanted += [f"area_code={code}", *([f"area_name={name}"] if name else [])]
    found: dict[str, Any] = {} if year is None else {"plan_year": year}
    for said in wanted:
        name, equals, value = said.partition("=")
        field = field_of(name)
        if not equals or field is None or "." in name or field.get("type") in ("array", "object"):
            raise click.BadParameter(f"{said!r}：应为 档案字段=值 / should be a field of the dossier itself =value")
        told = read_cell(Cell(1, 1, value, value), field)
        if isinstance(told, CellFault) or told.value is ABSENT:
            expected = told.expected if isinstance(told, CellFault) else None
            raise click.BadParameter(f"{said!r}：{expected.zh if expected else ''} / {expected.en if expected else ''}")
        found[name] = told.value
    named = {}
    for said in units:
        head, equals, unit = said.rpartition("=")
        try:
            named[head] = unit_of(unit).name
        except KeyError:
            equals = ""
        if not equals:
            raise click.BadParameter(
                f"{said!r}：应为 表头=单位，如 建筑面积=万㎡ / should be HEAD=UNIT, as 建筑面积=万㎡"
            )
    return Stated(found, named, sheet)


def open_table(file: str) -> bytes:
    """The bytes of a table, or a refusal."""
    from compliance.schemas.refusal import InputError, Refused, printable

    try:
        return sys.stdin.buffer.read() if file == "-" else Path(file).read_bytes()
    except FileNotFoundError:
        raise Refused(printable(file), [InputError("", None, None, "file_missing")]) from None
    except OSError:
        raise Refused(printable(file), [InputError("", None, None, "not_readable")]) from None


def read_tables(file: str, how: dict[str, Any]) -> tuple[TableRead, tuple[Received, ...]]:
    """A table by the options of :func:`HOW_TO_READ`, as ``how``; raises ``Refused``."""
    from compliance.intake.tables.receive import read_table, receive

    said = stated(how["sheet"], how["area"], how["year"], how["fields"], how["units"])
    read = read_table(open_table(file), Path(file).name, how["mapping"], said)
    return read, receive(read)


def doubt(read: TableRead, lang: Any, accepted: bool) -> int:
    """What does not agree with itself, on standard error; the exit code that it makes."""
    for told in read.doubts:
        click.echo(f"存疑：{told.text(lang)}" if lang == "zh" else f"doubt: {told.text(lang)}", err=True)
    return GATE if read.doubts and not accepted else PASSED


def written_dossiers(received: Sequence[Received], lines: bool) -> bytes:
    """The dossiers as JSON; ``lines``: one a line."""
    from compliance.intake.written import as_json, plain

    texts = [as_json(plain(one.dossier)).decode() for one in received]
    if not lines:
        return "".join(texts).encode()
    # A line break within a text is written as an escape, so that every other one is between values.
    return "".join(re.sub(r"\n *", "", text) + "\n" for text in texts).encode()


def sources(files: Sequence[str], how: dict[str, Any], lang: Any) -> tuple[list[tuple[str, Any]], int]:
    """Files to check → each with its dossier: itself, or those that a mapping reads in it, or why it reads none.

    Tables are read where a mapping is named: a form and a table look alike, and a table must not be taken for a form.
    """
    from compliance.schemas.refusal import Refused

    given = dict(how)
    accepted = given.pop("accept_doubts")
    if given["mapping"] is None:
        if any(given.values()):
            raise click.UsageError("这些选项用于按映射读取表格，请写明 --mapping / these options need --mapping")
        return [(file, file) for file in files], PASSED
    found: list[tuple[str, Any]] = []
    code = PASSED
    for file in files:
        try:
            read, received = read_tables(file, given)
        except Refused as refused:
            found.append((file, refused))
            continue
        code = max(code, doubt(read, lang, accepted))  # notes are told with each dossier
        found += [(file, one) for one in received]
    return found, code


@click.group()
def tables() -> None:
    """各地实际使用的表：识别、起草映射、转换为档案 / tables that municipalities keep: recognise, map, convert.

    \b
    compliance tables recognise 计划表.xlsx
    compliance tables mapping 计划表.xlsx > mapping.yaml
    compliance tables convert 计划表.xlsx 档案.json --mapping mapping.yaml --area 999901:示例县 --year 2024
    """


@tables.command("list")
@LANG
def listed(lang: Any) -> None:
    """自带的映射 / the mappings that come with the program."""
    from compliance.intake.tables.mapping import names, read_mapping

    for name in names():
        title = read_mapping(name).spec.title
        click.echo(f"{name}  {title.zh if lang == 'zh' else title.en}")


@tables.command()
@click.argument("name")
def show(name: str) -> None:
    """印出一个自带的映射，可改成自己的 / print a mapping that comes with the program, to start one's own from."""
    from compliance.intake.tables.mapping import names, read_mapping

    if name not in names():
        raise click.UsageError(f"没有映射 {name!r}；有 / no such mapping; there are: {', '.join(names())}")
    write_out(read_mapping(name).text.encode(), "-")


@tables.command()
@click.argument("file")
@click.option("--mapping", "mappings", multiple=True, metavar="NAME|FILE", help="只试这些映射 / try these alone")
@LANG
def recognise(file: str, mappings: Sequence[str], lang: Any) -> None:
    """哪个映射符合这张表，逐列说明 / which mapping fits a table, column by column, and what is not understood.

    退出码：0 有一个映射符合；1 没有或不止一个；3 文件无法读取。
    """
    from compliance.intake.grid import grids
    from compliance.intake.tables.mapping import read_mapping
    from compliance.intake.tables.recognise import all_fits, best_mapping, says
    from compliance.schemas.refusal import Refused

    try:
        sheets = grids(open_table(file), Path(file).name)
        known = [read_mapping(name) for name in mappings] or None
    except Refused as refused:
        stop(REFUSED, refused.text(lang))
    found = all_fits(sheets, known)
    for one in [r for r in found if r.fit.whole] or found[:3]:
        click.echo("\n".join(says(one, lang)) + "\n")
    try:
        chosen = best_mapping(sheets, Path(file).name, known)
    except Refused as refused:
        stop(GATE, refused.text(lang))
    click.echo(f"读取所用的映射：{chosen.name}" if lang == "zh" else f"mapping to be used: {chosen.name}")


@tables.command("mapping")
@click.argument("file")
@click.option("--sheet", metavar="NAME", help="工作表 / sheet")
@LANG
def mapping_(file: str, sheet: str | None, lang: Any) -> None:
    """由表头起草映射，由人补全 / draft a mapping from the heads of a table, for a person to finish."""
    from compliance.intake.grid import grids
    from compliance.intake.tables.recognise import draft
    from compliance.schemas.refusal import Refused

    try:
        text = draft(grids(open_table(file), Path(file).name), Path(file).name, sheet)
    except Refused as refused:
        stop(REFUSED, refused.text(lang))
    write_out(text.encode(), "-")


@tables.command()
@click.argument("table")
@click.argument("out", default="-")
@HOW_TO_READ
@LANG
def convert(table: str, out: str, lang: Any, accept_doubts: bool, **how: Any) -> None:
    """表格 → 档案；表中有几个地区就有几份档案 / a table → dossiers, one for each area in it.

    OUT：.json（一份）、.jsonl（一行一份）、- 标准输出。
    换算、略过、存疑之处印在标准错误。

    退出码：0 已转换；1 已转换而有存疑之处；2 用法；3 无法读取。
    """
    convert_table(table, out, how, accept_doubts, lang)


def convert_table(table: str, out: str, how: dict[str, Any], accept_doubts: bool, lang: Any) -> NoReturn:
    """Write the dossiers of a table, and exit."""
    from compliance.schemas.refusal import Refused

    try:
        read, received = read_tables(table, how)
    except Refused as refused:
        stop(REFUSED, refused.text(lang))
    lines = out.endswith(".jsonl") or (out == "-" and len(received) > 1)
    if not lines and len(received) > 1:
        raise click.UsageError(
            f"表中有 {len(received)} 个地区，请写到 .jsonl / the table has {len(received)} areas: write to .jsonl"
        )
    write_out(written_dossiers(received, lines), out)
    for note in read.notes:
        click.echo(note.text(lang), err=True)
    sys.exit(doubt(read, lang, accept_doubts))
