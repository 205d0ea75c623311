"""``compliance init`` and ``compliance convert``: dossiers to start from, and between JSON, workbook and CSV.

What is written appears under its name only when it is whole. ``init`` overwrites nothing.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from compliance.commands.options import LANG, REFUSED, USAGE, stop, write_whole
from compliance.commands.tables import HOW_TO_READ, convert_table

if TYPE_CHECKING:
    from compliance.schemas.received import Received

__all__ = ["convert", "init", "say_notes"]

_SHOWN = 20


@click.command()
@click.argument("target", required=False, metavar="DIR|FILE")
@click.option("--xlsx", "workbook", metavar="FILE.xlsx", help="写一份供填报的工作簿 / a workbook to fill in")
@click.option(
    "--level", type=click.Choice(["county", "city", "province"]), default="county", show_default=True,
    help="报送层级：只列出该级填报的表 / level of the area: only what it reports",
)  # fmt: skip
def init(target: str | None, workbook: str | None, level: Any) -> None:
    """起草一份档案 / start a dossier: a JSON file, a folder with attachments/, or a workbook to fill in.

    \b
    compliance init 档案.json
    compliance init 2024年度/                                文件夹：dossier.json 和 attachments/
    compliance init --xlsx 档案.xlsx --level county          Excel 填报表
    """
    if target is not None and workbook is None and target.lower().endswith(".xlsx"):
        target, workbook = None, target
    if (target is None) == (workbook is None):
        raise click.UsageError("给出 JSON 文件、文件夹，或 --xlsx 文件 / give a JSON file, a folder, or --xlsx FILE")
    if workbook is not None:
        from compliance.intake.form.writing import blank_workbook

        _new(Path(workbook), blank_workbook(level))
        return
    from compliance.intake.skeleton import skeleton
    from compliance.intake.written import as_json

    path = Path(target or "")
    data = as_json(skeleton(level))
    if path.suffix.lower() == ".json":
        _new(path, data)
        return
    _new(path / "dossier.json", data)
    (path / "attachments").mkdir(exist_ok=True)


def _new(path: Path, data: bytes) -> None:
    if path.exists():
        stop(USAGE, f"{path} 已存在，不覆盖 / exists and is not overwritten")
    write_whole(path, data)
    click.echo(f"已写出 {path} / written", err=True)


@click.command()
@click.argument("source", metavar="IN")
@click.argument("target", metavar="OUT")
@HOW_TO_READ
@LANG
def convert(source: str, target: str, lang: Any, accept_doubts: bool, **how: Any) -> None:
    """档案在 JSON、Excel、CSV 之间转换 / convert a dossier: OUT is FILE.json, FILE.xlsx, or a new folder of CSV files.

    \b
    compliance convert 档案/ 档案.xlsx
    compliance convert 档案.xlsx dossier.json
    compliance convert dossier.json 各表/
    compliance convert 计划表.xlsx 档案.json --mapping mapping.yaml     各地的表，按映射读取 / a table by a mapping
    """
    if how["mapping"] is not None:
        convert_table(source, target, how, accept_doubts, lang)
    if any(how.values()):
        raise click.UsageError("这些选项用于按映射读取表格，请写明 --mapping / these options need --mapping")
    from compliance.intake import read
    from compliance.schemas.refusal import Refused

    path = Path(target)
    kind = path.suffix.lower()
    if kind in (".json", ".xlsx") and source != "-" and path.exists() and path.samefile(source):
        raise click.UsageError("OUT 就是 IN / OUT is IN itself")
    if kind not in (".json", ".xlsx", "") or (kind == "" and path.exists() and not _empty(path)):
        raise click.UsageError(
            "OUT 应为 .json、.xlsx 文件，或新的空文件夹 / OUT is a .json or .xlsx file, or a new or empty folder"
        )
    try:
        received = read(source)
        files = _written(received, path)
    except Refused as refused:
        click.echo(refused.text(lang), err=True)
        sys.exit(REFUSED)
    for change in received.changes:
        click.echo(change.text(lang), err=True)
    say_notes(received, lang)
    if received.files:
        said = {
            "zh": f"附件 {len(received.files)} 份不在转换之内，请一并放入 attachments 文件夹",
            "en": f"{len(received.files)} attachments are not converted: put them beside it, into attachments",
        }
        click.echo(said[lang], err=True)
    # The table of the dossier itself last: without it a folder is no dossier that could be taken for whole.
    for file, data in reversed(files.items()):
        write_whole(file, data)


def _empty(path: Path) -> bool:
    return path.is_dir() and not any(path.iterdir())


def _written(received: Received, path: Path) -> dict[Path, bytes]:
    """The files of a conversion; raises ``Refused`` for what the form of OUT cannot hold."""
    if path.suffix.lower() == ".json":
        from compliance.intake.written import as_json, plain

        return {path: as_json(plain(received.dossier))}
    from compliance.intake.form.writing import csv_files, workbook

    if path.suffix.lower() == ".xlsx":
        return {path: workbook(received.dossier, received.source)}
    return {path / name: data for name, data in csv_files(received.dossier, received.source).items()}


def say_notes(received: Received, lang: Any) -> None:
    """What was done to read cells, on standard error: the first of them, and how many more."""
    for note in received.notes[:_SHOWN]:
        click.echo(note.text(lang), err=True)
    rest = len(received.notes) - _SHOWN
    if rest > 0:
        click.echo(f"另有 {rest} 处" if lang == "zh" else f"{rest} more", err=True)
