"""``score``: a report file and a scheme of marks → 评分表; calls, prints, exits. Marks decide nothing."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from pathlib import Path

import click

from compliance.commands.notice import TEMPLATE, read_template
from compliance.commands.options import FAULT, LANG, PASSED, REFUSED, stop, write_whole

__all__ = ["score"]

_FORMATS = ("text", "json", "docx", "xlsx")


@click.command()
@click.argument("report", metavar="REPORT.json")
@click.option(
    "--scheme", required=True, metavar="FILE|NAME",
    help="计分办法（YAML）；自带 example 示例、jiangxi-2022 框架 / a scheme of marks",
)  # fmt: skip
@click.option(
    "--report", "targets", multiple=True, metavar="FORMAT[:FILE]", help=f"{', '.join(_FORMATS)}；可重复 / repeatable"
)
@TEMPLATE
@LANG
def score(report: str, scheme: str, targets: Sequence[str], template: str | None, lang: str) -> None:
    """评分表：计分与符合、不符合的认定分开 / a table of marks, apart from pass and fail.

    待证事项不猜，只给出最低分和最高分。/ Nothing unknown is guessed: marks are an interval.

    \b
    compliance score 报告.json --scheme example
    compliance score 报告.json --scheme 本省办法.yaml --report docx:评分表.docx --report xlsx:评分表.xlsx

    退出码：0 已出表；2 计分办法不可用；3 报告不可用；4 报告不完整，不予计分。
    """
    from compliance import scoring
    from compliance.rectify.reading import ReportsRefused, read_reports
    from compliance.render import score as render

    wanted = []
    for written in targets or ("text",):
        name, _, file = written.partition(":")
        if name not in _FORMATS:
            raise click.UsageError(f"没有格式 {name!r}；可用 / no such format; there are: {', '.join(_FORMATS)}")
        wanted.append((name, file or "-"))
    own = read_template(template)
    read = scoring.read_scheme(scheme)
    try:
        (found,) = read_reports([report])
    except ReportsRefused as refused:
        stop(REFUSED, refused.text(lang))
    if found.used.faults:
        stop(FAULT, "报告不完整（检查程序有故障），不予计分 / the report is incomplete: it is not scored")
    made = scoring.score(read, found)
    for name, file in wanted:
        match name:
            case "text":
                data = render.as_text(made, lang)
            case "json":
                data = render.as_json(made)
            case "docx":
                data = render.as_docx(made, lang, template=own)
            case _:
                data = render.as_xlsx(made, lang)
        if file != "-":
            write_whole(Path(file), data)
            continue
        try:
            sys.stdout.buffer.write(data)
            sys.stdout.buffer.flush()
        except BrokenPipeError:
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    sys.exit(PASSED)
