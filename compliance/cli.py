"""The command line: parses, calls, prints, exits; knows no word of law.

Data goes to standard output, progress and messages to standard error. Exit codes: 0 gate passed, 1 gate failed,
2 usage, 3 input refused, 4 fault (report incomplete), 5 integrity; over several dossiers the worst, 4 5 3 1.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from compliance import __version__
from compliance.commands import bulletin, feed, form, law, ledger, notice, rectify, score, tables
from compliance.commands.baseline import BASELINE, FAIL_ON_NEW, Baseline, baseline_of
from compliance.commands.options import (
    AS_OF,
    DRAFTS,
    FAULT,
    GATE,
    INTEGRITY,
    LANG,
    MODE,
    PASSED,
    PROFILE,
    REFUSED,
    SEVERITIES,
    USAGE,
    reaches,
    some_days,
    stop,
    write_out,
)
from compliance.commands.quality import FAIL_ON_QUALITY, QUALITY, with_quality

if TYPE_CHECKING:
    from compliance.schemas.refusal import Refused
    from compliance.schemas.report import Report

__all__ = ["main"]

_WORST_FIRST = (FAULT, INTEGRITY, REFUSED, GATE, PASSED)


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
@click.version_option(__version__, prog_name="compliance")
def cli() -> None:
    """城镇老旧小区改造工作衡量标准（建办城〔2021〕50号）合规检查。

    Checks dossiers on renovating old residential communities against China's 2021 standard.

    \b
    compliance check 档案.json                      检查，结果印在屏幕 / check and print
    compliance check 档案/ --report html:报告.html   另存网页报告 / write an HTML page too
    compliance explain B7.1                         这一条怎样判 / how an item is decided
    """


# -- check ----------------------------------------------------------------------------------------------------


@cli.command()
@click.argument("dossiers", nargs=-1, required=True, metavar="DOSSIER...")
@PROFILE
@DRAFTS
@AS_OF
@MODE
@click.option(
    "--report", "reports", multiple=True, metavar="FORMAT[:FILE]",
    help="可重复；文件名可含 {id} / repeatable; FILE may contain {id}; default text",
)  # fmt: skip
@click.option(
    "--fail-on", type=click.Choice([*SEVERITIES, "never"]), default="minor", show_default=True,
    help="不符合达到此严重度即退出码 1 / least severity of a failing that fails the gate",
)  # fmt: skip
@click.option(
    "--determinations", metavar="FILE",
    help="人工认定（JSON 或 YAML），只用于一份档案 / a person's recorded determinations, for one dossier",
)  # fmt: skip
@click.option("--fail-on-unknown", is_flag=True, help="有待证也退出码 1 / unknown fails the gate too")
@BASELINE
@FAIL_ON_NEW
@QUALITY
@FAIL_ON_QUALITY
@click.option(
    "--ways/--no-ways", default=None,
    help="逐条推算怎样才能符合；strict 默认开 / what would make each failing pass; on in strict unless told",
)  # fmt: skip
@click.option("--verbose", is_flag=True, help="列出全部，不折叠 / fold nothing")
@notice.TEMPLATE
@tables.HOW_TO_READ
@LANG
def check(
    dossiers: Sequence[str],
    profile: str | None,
    drafts: bool,
    as_of: str | None,
    mode: Any,
    reports: Sequence[str],
    fail_on: str,
    determinations: str | None,
    fail_on_unknown: bool,
    baseline: str | None,
    fail_on_new: bool,
    quality: bool,
    fail_on_quality: str | None,
    ways: bool | None,
    verbose: bool,
    template: str | None,
    lang: Any,
    **table: Any,
) -> None:
    """检查档案 / check dossiers: JSON files, forms (.xlsx, CSV), folders or zips of them, or - for standard input.

    \b
    compliance check county.json --profile xiangtan --as-of 2024-12-31
    compliance check feed/*.json --mode feed --report json:out/{id}.json --fail-on major
    compliance check county.json --report determinations:认定.yaml     待研判事项，逐项填写 / what a person must judge
    compliance check county.json --determinations 认定.yaml
    compliance check county.json --baseline 上次.json --fail-on-new
    compliance check county.json --fail-on-quality major                数据疑点也拦 / doubts about the data fail too
    compliance check county.json --report docx:检查报告.docx --report onsite:现场检查表.docx
    compliance check county.json --report sarif:out.sarif --report junit:out.xml --report github       CI
    compliance check 计划表.xlsx --mapping mapping.yaml --area 999901:示例县 --year 2024     按映射读取表格 / a table
    """
    sources, doubted = tables.sources(dossiers, table, lang)
    if determinations is not None and len(sources) > 1:
        raise click.UsageError("一份人工认定只用于一份档案 / determinations belong to one dossier")
    held = baseline_of(baseline, fail_on_new, len(sources))
    targets = _targets(reports or ("text",), len(sources))
    codes = [doubted]
    written: set[Path] = set()
    gate = fail_on, fail_on_unknown
    own = notice.read_template(template)
    with _progress(sources) as each:
        for dossier, source in each:
            try:
                how = {"profile": profile, "drafts": drafts, "as_of": as_of, "mode": mode}
                how |= {"determinations": determinations, "ways": ways, "quality": quality}
                doubts = fail_on_quality
                codes.append(_check_one(dossier, source, how, targets, written, gate, doubts, held, own, verbose, lang))
            except Exception as error:  # one dossier that cannot be judged does not keep the others from being
                if _is_expected(error):
                    raise
                click.echo(f"{dossier}: {_unforeseen(error)}", err=True)
                codes.append(FAULT)
    sys.exit(next(code for code in _WORST_FIRST if code in codes))


def _check_one(
    dossier: str,
    source: Any,
    how: dict[str, Any],
    targets: Sequence[tuple[str, str]],
    written: set[Path],
    gate: tuple[str, bool],
    fail_on_quality: str | None,
    baseline: Baseline | None,
    template: bytes | None,
    verbose: bool,
    lang: Any,
) -> int:
    """Check one dossier and write its reports; the exit code it alone would have.

    ``source``: where it is, or itself as a mapping read it, or why none could.
    """
    from dataclasses import replace

    from compliance.road import examine
    from compliance.schemas.refusal import Refused

    try:
        if isinstance(source, Refused):
            raise source
        report, received = examine(source, **how, keep=any(name in _WITH_DOSSIER for name, _ in targets))
    except Refused as refused:
        _refuse(refused, targets, written, lang, _place(dossier))
        return REFUSED
    for change in received.changes:
        click.echo(f"{dossier}：{change.text(lang)}", err=True)
    form.say_notes(received, lang)
    used = report.provenance.determinations
    if used is not None and used.blank:
        click.echo(f"{used.file}：{used.blank} 项尚未填写，未计入 / entries not filled in were passed over", err=True)
    if len(report.findings) <= _HELD and (len(targets) > 1 or targets[0][0] in _WITH_LISTS):
        report = replace(report, findings=tuple(report.findings))
    held = None if baseline is None else baseline.hold(report, lang, width=_width("-"), verbose=verbose)
    for name, target in targets:
        options = _text_options(target, verbose) if name == "text" else {}
        options |= {"template": template} if name in _WITH_TEMPLATE else {}
        options |= {"dossier": received.data or None} if name in _WITH_DOSSIER else {}
        place = _place(dossier) if name in _WITH_PLACE else {}
        options |= place if name in _WITH_LINES else {key: value for key, value in place.items() if key == "path"}
        options |= {"against": held.against} if held is not None and name in _WITH_BASELINE else {}
        data = _render(report, name, lang, options)
        data += held.section if held is not None and name == "text" else b""
        _write(data, target, report.area.dossier_id, written)
    code = _gate(report, *gate)
    if baseline is None or held is None:
        return with_quality(code, report, fail_on_quality)
    if held.section and all(name != "text" for name, _ in targets):
        click.echo(held.section.decode(), err=True, nl=False)
    return with_quality(baseline.code(report, held, code, *gate), report, fail_on_quality)


def _gate(report: Report, fail_on: str, fail_on_unknown: bool) -> int:
    if report.faults:
        return FAULT
    if report.integrity:
        return INTEGRITY
    worst = report.verdict.worst
    if worst is not None and reaches(worst, fail_on):
        return GATE
    return GATE if fail_on_unknown and report.verdict.open else PASSED


def _targets(reports: Sequence[str], dossiers: int) -> list[tuple[str, str]]:
    """FORMAT[:FILE] → (format, file); refuses unknown formats and files that would overwrite each other."""
    from compliance.render import MissingExtraError, formats, renderer

    result: list[tuple[str, str]] = []
    for written in reports:
        name, _, target = written.partition(":")
        if name not in formats():
            raise click.UsageError(f"没有格式 {name!r}；可用 / no such format; there are: {', '.join(formats())}")
        try:
            renderer(name)
        except MissingExtraError as missing:
            raise click.UsageError(str(missing)) from None
        if dossiers > 1 and target not in ("", "-") and "{id}" not in target:
            raise click.UsageError(
                f"检查多份档案时，文件名须含 {{id}} / with several dossiers FILE must contain {{id}}: {target!r}"
            )
        if target not in ("", "-") and target in [t for _, t in result]:
            raise click.UsageError(f"两份报告写到同一文件 / two reports to one file: {target}")
        result.append((name, target or "-"))
    return result


_HELD = 20_000
"""Findings up to which they are made once and held, where formats read them several times: a few hundred megabytes."""


_WITH_LISTS = ("csv", "docx", "oscal_poam", "xlsx")
"""Formats in which findings bear the numbers that the lists give them."""


_WITH_TEMPLATE = ("docx", "onsite")


_WITH_LINES = ("code_scanning", "github", "junit", "sarif")
"""Formats that name the file, with line and column."""


_WITH_BASELINE = ("code_scanning", "sarif")


_WITH_PLACE = ("oscal", "oscal_poam", *_WITH_LINES)


_FOR_CI = ("oscal", *_WITH_LINES)
"""Formats that have a form for a refusal too."""


_WITH_DOSSIER = ("html", *_WITH_LINES)


def _place(dossier: str) -> dict[str, Any]:
    """The file to open, as it is found from here; an archive has no lines of its own to point at.

    What is not below the working directory is left to the name of the source: no report tells a machine's folders.
    """
    from zipfile import is_zipfile

    path = Path(dossier)
    if path.is_dir():
        path = next((path / n for n in ("dossier.json", "dossier.xlsx") if (path / n).is_file()), path)
    here = Path(os.path.relpath(path))
    options: dict[str, Any] = {} if dossier == "-" or ".." in here.parts else {"path": here.as_posix()}
    lines = path.is_file() and path.suffix.lower() != ".csv" and not is_zipfile(path)
    return options | ({} if lines or dossier == "-" or not path.exists() else {"dossier": None})


def _render(report: Report, name: str, lang: str, options: dict[str, Any]) -> bytes:
    from compliance.render import render

    if name in _WITH_LISTS:
        from compliance.rectify.lists import lists_of
        from compliance.rectify.reading import read_report

        options["lists"] = lists_of([read_report(render(report, "json"), report.provenance.source)])
    return render(report, name, lang, **options)


def _text_options(target: str, verbose: bool) -> dict[str, Any]:
    terminal = target == "-" and sys.stdout.isatty()
    return {"width": _width(target), "color": terminal and "NO_COLOR" not in os.environ, "verbose": verbose}


def _width(target: str) -> int:
    import shutil

    terminal = target == "-" and sys.stdout.isatty()
    return max(60, min(shutil.get_terminal_size().columns, 120)) if terminal else 100


def _write(data: bytes, target: str, ident: str, written: set[Path]) -> None:
    """To standard output, or to a file that appears under its name only when it is whole.

    ``written`` are the files of this run: none of them is written twice.
    """
    if target != "-":
        target = target.replace("{id}", ident)
        if Path(target) in written:
            stop(USAGE, f"两份档案的编号相同，报告会互相覆盖 / two dossiers have the same id: {target}")
        written.add(Path(target))
    write_out(data, target)


def _refuse(
    refused: Refused, targets: Sequence[tuple[str, str]], written: set[Path], lang: Any, place: dict[str, Any]
) -> None:
    """Every fault of the input: for people on standard error, for programs in the formats that they read."""
    import json

    from compliance.render import render_refusal

    click.echo(refused.text(lang), err=True)
    for name, target in targets:
        if name == "json":
            data = (json.dumps(refused.to_json(), ensure_ascii=False, indent=1) + "\n").encode()
        elif name in _FOR_CI:
            data = render_refusal(refused, name, lang, path=place.get("path")) or b""
        else:
            continue
        _write(data, target, Path(refused.source).stem or "refused", written)


@contextmanager
def _progress(dossiers: Sequence[tuple[str, Any]]) -> Iterator[Iterator[tuple[str, Any]]]:
    """Progress on a terminal when there is more than one dossier to wait for."""
    if len(dossiers) > 1 and sys.stderr.isatty():
        with click.progressbar(dossiers, file=sys.stderr, show_pos=True, label="检查 / checking") as bar:
            yield iter(bar)
    else:
        yield iter(dossiers)


# -- replay ---------------------------------------------------------------------------------------------------


@cli.command()
@click.argument("dossier")
@click.option(
    "--as-of", "on", multiple=True, required=True, callback=some_days, metavar="DATE",
    help="重复两次以上 / given twice or more: the days to judge by",
)  # fmt: skip
@PROFILE
@DRAFTS
@MODE
@click.option(
    "--report", "target", default="text", metavar="FORMAT[:FILE]", show_default=True, help="text, json"
)
@click.option("--verbose", is_flag=True, help="列出全部，不折叠 / fold nothing")
@LANG
def replay(
    dossier: str,
    on: Sequence[str],
    profile: str | None,
    drafts: bool,
    mode: Any,
    target: str,
    verbose: bool,
    lang: Any,
) -> None:
    """同一档案按不同日期各判一次，说明结果为何改变 / judge one dossier as of several days, say what differs and why.

    \b
    compliance replay county.json --as-of 2022-12-31 --as-of 2024-12-31
    """
    from compliance.render.replay import as_json, as_text
    from compliance.replay import replay as replayed
    from compliance.schemas.refusal import Refused

    name, _, file = target.partition(":")
    if name not in ("text", "json"):
        raise click.UsageError(f"没有格式 {name!r}；可用 / no such format; there are: text, json")
    try:
        made = replayed(dossier, on, profile=profile, mode=mode, drafts=drafts)
    except Refused as refused:
        _refuse(refused, [(name, file or "-")], set(), lang, {})
        sys.exit(REFUSED)
    data = as_json(made) if name == "json" else as_text(made, lang, verbose=verbose)
    _write(data, file or "-", "replay", set())
    sys.exit(FAULT if made.faults else PASSED)


# -- schema ---------------------------------------------------------------------------------------------------


@cli.command()
@click.argument("name", type=click.Choice(["dossier", "clause", "profile", "report", "determinations", "feed"]))
def schema(name: str) -> None:
    """输出 JSON Schema / print a JSON Schema (draft 2020-12)."""
    from compliance.schemas.generate import text

    sys.stdout.buffer.write(text(name).encode())


cli.add_command(feed.feed)
cli.add_command(form.convert)
cli.add_command(form.init)
cli.add_command(law.explain)
cli.add_command(law.rules)
cli.add_command(rectify.rectify)
rectify.rectify.add_command(notice.notice)
cli.add_command(ledger.ledger)
ledger.ledger.add_command(bulletin.report)
cli.add_command(score.score)
cli.add_command(tables.tables)


# -- the door -------------------------------------------------------------------------------------------------


def _guarded(run: Callable[[], int | None]) -> None:
    """Never a traceback to a user: what the checker did not foresee is a fault, and says so."""
    try:
        sys.exit(run())
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except (KeyboardInterrupt, click.Abort):
        stop(130, "已中断 / interrupted")
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(PASSED)
    except Exception as error:
        if type(error).__name__ == "RulebookError":
            stop(USAGE, str(error))
        stop(FAULT, _unforeseen(error))


def _is_expected(error: Exception) -> bool:
    """Errors that concern the whole run: wrong use, a profile that cannot be read, a reader that went away."""
    return isinstance(error, click.ClickException | click.Abort | BrokenPipeError) or (
        type(error).__name__ == "RulebookError"
    )


def _unforeseen(error: Exception) -> str:
    """What to say of an error that nobody foresaw; the traceback only for who asks for it."""
    if "COMPLIANCE_DEBUG" in os.environ:
        raise error
    return (
        f"检查程序内部错误，未得出结论：{type(error).__name__}: {error}\n"
        "internal error, no conclusion was reached; set COMPLIANCE_DEBUG=1 to see where"
    )


def main() -> None:
    """Entry point ``compliance``; UTF-8 whatever the locale."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="replace")
    # Not click's own way: it would exit with 1, the code of a failed gate, when interrupted or when a pipe breaks.
    _guarded(lambda: cli(standalone_mode=False))
