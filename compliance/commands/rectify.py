"""``rectify``: report files → lists to work through, and what became of findings; calls, prints, exits."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import click

from compliance.commands.options import FAULT, GATE, INTEGRITY, LANG, PASSED, REFUSED, stop, write_out

if TYPE_CHECKING:
    from compliance.rectify.lists import Terms
    from compliance.schemas.rectify import Comparison, ReportUsed

__all__ = ["rectify"]

_FORMATS = ("text", "json", "csv")
_LIST_FORMATS = (*_FORMATS, "xlsx")


def _report(formats: Sequence[str]) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    return click.option(
        "--report", "targets", multiple=True, metavar="FORMAT[:FILE]",
        help=f"{', '.join(formats)}；可重复 / repeatable; default text",
    )  # fmt: skip


_VERBOSE = click.option("--verbose", is_flag=True, help="列出全部，不折叠 / fold nothing")


@click.group()
def rectify() -> None:
    """整改 / rectification: lists, and what became of findings."""


# -- list -----------------------------------------------------------------------------------------------------


def _terms(_: click.Context, __: click.Parameter, values: Sequence[str]) -> dict[str, int]:
    found = {}
    for value in values:
        name, days = [*value.split("=", 1), ""][:2]
        if name not in ("critical", "major", "minor", "supply") or not days.isdecimal() or not 0 < int(days) <= 1830:
            raise click.BadParameter(
                f"{value!r}：应写作 major=90，天数为1至1830；可用 critical major minor supply"
                f" / write major=90, 1 to 1830 days; there are critical, major, minor, supply"
            )
        found[name] = int(days)
    return found


def _day(_: click.Context, __: click.Parameter, value: str | None) -> Any:
    from datetime import date

    try:
        return None if value is None else date.fromisoformat(value)
    except ValueError:
        raise click.BadParameter(f"{value!r} 不是日期，应写作 YYYY-MM-DD / not a date: YYYY-MM-DD") from None


@rectify.command("list")
@click.argument("reports", nargs=-1, required=True, metavar="REPORT...")
@click.option(
    "--by", type=click.Choice(["area", "unit", "project", "item"]), default="area", show_default=True,
    help="按地区、责任单位、项目或条目分 / sections",
)  # fmt: skip
@click.option(
    "--only", multiple=True, type=click.Choice(["rectify", "supply", "review", "improve"]),
    help="只列某一清单，可重复 / only this list; repeatable",
)  # fmt: skip
@click.option("--singly", is_flag=True, help="不归并，一项一条 / every finding by itself")
@click.option(
    "--term", "terms", multiple=True, callback=_terms, metavar="WHAT=DAYS",
    help="建议时限，如 major=90 supply=10（工作日） / suggested time limits",
)  # fmt: skip
@click.option(
    "--from", "counted_from", callback=_day, metavar="DATE", help="时限起算日 / the day time limits count from"
)
@_report(_LIST_FORMATS)
@_VERBOSE
@LANG
def list_(
    reports: Sequence[str],
    by: Any,
    only: Sequence[Any],
    singly: bool,
    terms: dict[str, int],
    counted_from: Any,
    targets: Sequence[str],
    verbose: bool,
    lang: Any,
) -> None:
    """整改清单、待补材料清单、待研判、提升建议 / the four lists of one or many JSON reports.

    \b
    compliance rectify list 报告.json
    compliance rectify list out/*.json --by unit --only rectify --report csv:整改清单.csv
    compliance rectify list out/*.json --report xlsx:清单.xlsx
    """
    from compliance.rectify.lists import lists_of
    from compliance.rectify.reading import ReportsRefused, read_reports
    from compliance.render import lists as render

    wanted = _targets(targets, _LIST_FORMATS)
    try:
        made = lists_of(read_reports(reports), by=by, grouped=not singly, terms=_suggested(terms, counted_from))
    except ReportsRefused as refused:
        _refuse(refused, wanted, lang)
    for name, file in wanted:
        if name == "text":
            data = render.as_text(made, lang, only=only, width=_width(file), verbose=verbose)
        elif name == "xlsx":
            from compliance.render.as_xlsx import of_lists

            data = of_lists(made, lang, only=only)
        else:
            data = render.as_json(made, only=only) if name == "json" else render.table(made, lang, only=only)
        write_out(data, file)
    sys.exit(FAULT if any(r.faults for r in made.reports) else PASSED)


def _suggested(terms: dict[str, int], counted_from: Any) -> Terms:
    from compliance.rectify.lists import Terms

    usual = Terms()
    days: Any = {**usual.days, **{k: v for k, v in terms.items() if k != "supply"}}
    return Terms(days, terms.get("supply", usual.supply), counted_from)


# -- compare --------------------------------------------------------------------------------------------------


@rectify.command("compare")
@click.argument("old")
@click.argument("new")
@click.option(
    "--before", multiple=True, metavar="REPORT", help="更早的报告，用以查明复发 / earlier reports: what recurred"
)
@click.option(
    "--fail-on", type=click.Choice(["open", "new", "never"]), default="open", show_default=True,
    help="退出码1：仍有未销的问题；只看新增和复发；从不 / exit 1: anything still open; only new or recurred; never",
)  # fmt: skip
@click.option("--fail-on-unknown", is_flag=True, help="有待证也退出码 1 / what is unknown now fails the gate too")
@_report(_FORMATS)
@_VERBOSE
@LANG
def compare(
    old: str,
    new: str,
    before: Sequence[str],
    fail_on: str,
    fail_on_unknown: bool,
    targets: Sequence[str],
    verbose: bool,
    lang: Any,
) -> None:
    """复查：两份报告逐项对照 / what became of every finding of OLD in NEW.

    新增、复发、未整改、部分整改、不可比、已整改。同一要求再次检查并有结论地符合，才算已整改。

    \b
    compliance rectify compare 上次.json 本次.json
    compliance rectify compare 上次.json 本次.json --before 更早.json --report csv:复查.csv

    退出码：0 整改清单上的问题都已整改；1 还有未销的（新增、复发、未整改、部分整改、不可比）；4 报告不完整；
    5 本次报告的附件与校验值不符。/ exit codes: 0 nothing to rectify is open; 1 something is; 4 a report is
    incomplete; 5 attachments of the new report do not match their hashes.
    """
    from compliance.rectify.compare import compare as compared
    from compliance.rectify.reading import ReportsRefused, read_reports
    from compliance.render import comparison as render

    wanted = _targets(targets)
    try:
        first, second, *earlier = read_reports([old, new, *before])
        made = compared(first, second, earlier)
    except ReportsRefused as refused:
        _refuse(refused, wanted, lang)
    for name, file in wanted:
        if name == "text":
            data = render.as_text(made, lang, width=_width(file), verbose=verbose)
        else:
            data = render.as_json(made) if name == "json" else render.table(made, lang)
        write_out(data, file)
    sys.exit(_gate(made, fail_on, fail_on_unknown))


def _gate(made: Comparison, fail_on: str, fail_on_unknown: bool) -> int:
    """As ``check`` exits: an incomplete report proves nothing, and success is only where nothing is left open.

    What cannot be compared is open too: who closes entries on success must be able to rely on it.
    """
    from compliance.schemas.rectify import OPEN_STATUSES

    used: tuple[ReportUsed, ...] = (made.old, made.new, *made.before)
    if any(report.faults for report in used):
        return FAULT
    if made.new.integrity:
        return INTEGRITY
    bad = {"open": OPEN_STATUSES, "new": ("new", "recurred"), "never": ()}[fail_on]
    if any(made.counts["rectify"][status] for status in bad):
        return GATE
    unknown = any(e.new is not None and e.new.outcome == "unknown" for e in made.entries)
    return GATE if fail_on_unknown and unknown else PASSED


# -- what both share ------------------------------------------------------------------------------------------


def _targets(targets: Sequence[str], formats: Sequence[str] = _FORMATS) -> list[tuple[str, str]]:
    """FORMAT[:FILE] → (format, file)."""
    result: list[tuple[str, str]] = []
    for written in targets or ("text",):
        name, _, file = written.partition(":")
        if name not in formats:
            raise click.UsageError(f"没有格式 {name!r}；可用 / no such format; there are: {', '.join(formats)}")
        if file not in ("", "-") and file in [f for _, f in result]:
            raise click.UsageError(f"写到同一文件 / two reports to one file: {file}")
        result.append((name, file or "-"))
    return result


def _refuse(refused: Any, targets: Sequence[tuple[str, str]], lang: str) -> Any:
    """For people on standard error, for programs where JSON was asked for."""
    import json

    for name, file in targets:
        if name == "json":
            write_out((json.dumps(refused.to_json(), ensure_ascii=False, indent=1) + "\n").encode(), file)
    stop(REFUSED, refused.text(lang))


def _width(file: str) -> int:
    import shutil

    terminal = file == "-" and sys.stdout.isatty()
    return max(60, min(shutil.get_terminal_size().columns, 120)) if terminal else 100
