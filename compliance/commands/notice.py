"""``rectify notice``: report files → one notice for each responsible unit or area; calls, prints, exits."""

from __future__ import annotations

import re
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from compliance.commands.options import FAULT, LANG, PASSED, REFUSED, USAGE, stop, write_whole
from compliance.commands.rectify import _day, _suggested, _terms

if TYPE_CHECKING:
    from compliance.render.notice import Notice

__all__ = ["TEMPLATE", "notice", "read_template"]

TEMPLATE = click.option(
    "--template", metavar="FILE.docx",
    help="自备的 Word 模板（样式名见文档） / a Word template of your own (docs name the styles)",
)  # fmt: skip
_KIND_NAMES = {"rectify": "整改通知", "supply": "补正材料通知"}


def read_template(file: str | None) -> bytes | None:
    """The bytes of a template; what cannot be read, or lacks a style, is wrong use."""
    if file is None:
        return None
    from compliance.render.gongwen import TemplateRefused, refuse_unfit

    try:
        template = Path(file).read_bytes()
        refuse_unfit(template)
    except OSError as error:
        stop(USAGE, f"无法读取模板 {file}：{error.strerror} / cannot read the template {file}: {error.strerror}")
    except TemplateRefused as refused:
        stop(USAGE, str(refused))
    return template


@click.command()
@click.argument("reports", nargs=-1, required=True, metavar="REPORT...")
@click.option(
    "--by", type=click.Choice(["unit", "area"]), default="unit", show_default=True,
    help="每个责任单位或每个地区一份 / one for each responsible unit, or each area",
)  # fmt: skip
@click.option(
    "--only", type=click.Choice(["rectify", "supply"]),
    help="只出整改通知，或只出补正材料通知 / only notices to rectify, or only to supply",
)  # fmt: skip
@click.option("--singly", is_flag=True, help="不归并，一项一条 / every finding by itself")
@click.option(
    "--term", "terms", multiple=True, callback=_terms, metavar="WHAT=DAYS",
    help="建议时限，如 major=90 supply=10（工作日） / suggested time limits",
)  # fmt: skip
@click.option(
    "--from", "counted_from", callback=_day, metavar="DATE", help="时限起算日 / the day time limits count from"
)
@click.option(
    "--report", "targets", multiple=True, metavar="FORMAT[:FILE]",
    help="text, docx；文件名含 {unit}，可含 {kind} / FILE contains {unit}, and may contain {kind}",
)  # fmt: skip
@TEMPLATE
@LANG
def notice(
    reports: Sequence[str],
    by: Any,
    only: Any,
    singly: bool,
    terms: dict[str, int],
    counted_from: Any,
    targets: Sequence[str],
    template: str | None,
    lang: Any,
) -> None:
    """整改通知和补正材料通知 / notices to rectify, and to supply material: never both in one.

    \b
    compliance rectify notice 报告.json
    compliance rectify notice out/*.json --by unit --report docx:通知/{unit}{kind}.docx
    """
    from compliance.rectify.lists import lists_of
    from compliance.rectify.reading import ReportsRefused, read_reports
    from compliance.render.notice import KINDS, notices

    wanted = _targets(targets)
    own = read_template(template)
    try:
        made = lists_of(read_reports(reports), by=by, grouped=not singly, terms=_suggested(terms, counted_from))
    except ReportsRefused as refused:
        stop(REFUSED, refused.text(lang))
    documents = list(notices(made, (only,) if only else KINDS))
    if not documents:
        click.echo("没有需要整改或补正的事项，未生成通知 / nothing to rectify or to supply: no notice", err=True)
    for name, file in wanted:
        _write(documents, name, file, own, lang)
    sys.exit(FAULT if any(r.faults for r in made.reports) else PASSED)


def _targets(targets: Sequence[str]) -> list[tuple[str, str]]:
    result: list[tuple[str, str]] = []
    for written in targets or ("text",):
        name, _, file = written.partition(":")
        if name not in ("text", "docx"):
            raise click.UsageError(f"没有格式 {name!r}；可用 / no such format; there are: text, docx")
        if name == "docx" and file in ("", "-"):
            raise click.UsageError("docx 须给出文件名 / docx needs a FILE: docx:通知/{unit}.docx")
        if file not in ("", "-") and "{unit}" not in file:
            raise click.UsageError(f"文件名须含 {{unit}} / FILE must contain {{unit}}: {file!r}")
        result.append((name, file or "-"))
    return result


def _write(documents: Sequence[Notice], name: str, file: str, template: bytes | None, lang: str) -> None:
    from compliance.render.notice import as_docx, as_text

    taken: set[str] = set()
    for number, document in enumerate(documents):
        data = as_text(document, lang) if name == "text" else as_docx(document, lang, template=template)
        if file == "-":
            rule = b"\n" + b"=" * 80 + b"\n\n" if number else b""
            sys.stdout.buffer.write(rule + data)
            sys.stdout.buffer.flush()
        else:
            path = _path(document, file, taken)
            write_whole(path, data)
            click.echo(str(path), err=True)


def _path(document: Notice, pattern: str, taken: set[str]) -> Path:
    """A file of its own for each notice, whatever the unit is called."""
    unit = re.sub(r'[\\/:*?"<>|\s\x00-\x1f\x7f]+', "_", document.to).strip("._")[:60] or "未填报责任单位"
    kind = _KIND_NAMES[document.kind]
    if "{kind}" not in pattern and document.kind == "supply":
        unit += "-补正材料"
    name, number = unit, 1
    while (filled := pattern.replace("{unit}", name).replace("{kind}", kind)).casefold() in taken:
        number += 1
        name = f"{unit}-{number}"
    taken.add(filled.casefold())
    return Path(filled)
