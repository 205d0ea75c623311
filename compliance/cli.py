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
from typing import TYPE_CHECKING, Any, NoReturn

import click

from compliance import __version__

if TYPE_CHECKING:
    from compliance.schemas.refusal import Refused
    from compliance.schemas.report import Report

__all__ = ["main"]

PASSED, GATE, USAGE, REFUSED, FAULT, INTEGRITY = 0, 1, 2, 3, 4, 5
_WORST_FIRST = (FAULT, INTEGRITY, REFUSED, GATE, PASSED)
_SEVERITIES = ("critical", "major", "minor")

_LANG = click.option("--lang", type=click.Choice(["zh", "en"]), default="zh", show_default=True, help="语言 / language")
_PROFILE = click.option(
    "--profile", metavar="NAME|FILE",
    help="当地规定；缺省按档案的区划代码查找 / the place's rules; default: found by the dossier's area code",
)  # fmt: skip
_DRAFTS = click.option(
    "--with-drafts", "drafts", is_flag=True, help="连同征求意见稿一并适用 / apply drafts for comment too"
)


def _day(_: click.Context, __: click.Parameter, value: str | None) -> str | None:
    from datetime import date

    if value is None:
        return None
    try:
        day = date.fromisoformat(value)
        if 1900 <= day.year <= 2099:
            return day.isoformat()
        raise ValueError
    except ValueError:
        raise click.BadParameter(f"{value!r} 不是日期，应写作 YYYY-MM-DD / not a date: YYYY-MM-DD") from None


def _days(context: click.Context, parameter: click.Parameter, values: Sequence[str]) -> list[str]:
    found = [day for day in (_day(context, parameter, value) for value in values) if day is not None]
    if len(set(found)) < 2:
        raise click.BadParameter("至少给出两个不同的日期 / give at least two different days")
    return found


_MODE = click.option(
    "--mode", type=click.Choice(["strict", "feed"]), default="strict", show_default=True,
    help="strict：无证据不认定；feed：按填报数据认定 / strict believes only attachments, feed believes claims",
)  # fmt: skip
_AS_OF = click.option(
    "--as-of",
    callback=_day,
    metavar="DATE",
    help="检查基准日 YYYY-MM-DD，缺省为今天（北京时间） / day to judge by; default today in China",
)


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
@_PROFILE
@_DRAFTS
@_AS_OF
@_MODE
@click.option(
    "--report", "reports", multiple=True, metavar="FORMAT[:FILE]",
    help="可重复；文件名可含 {id} / repeatable; FILE may contain {id}; default text",
)  # fmt: skip
@click.option(
    "--fail-on", type=click.Choice([*_SEVERITIES, "never"]), default="minor", show_default=True,
    help="不符合达到此严重度即退出码 1 / least severity of a failing that fails the gate",
)  # fmt: skip
@click.option("--fail-on-unknown", is_flag=True, help="有待证也退出码 1 / unknown fails the gate too")
@click.option("--verbose", is_flag=True, help="列出全部，不折叠 / fold nothing")
@_LANG
def check(
    dossiers: Sequence[str],
    profile: str | None,
    drafts: bool,
    as_of: str | None,
    mode: Any,
    reports: Sequence[str],
    fail_on: str,
    fail_on_unknown: bool,
    verbose: bool,
    lang: Any,
) -> None:
    """检查档案 / check dossiers: JSON files, folders or zips with dossier.json, or - for standard input.

    \b
    compliance check county.json --profile xiangtan --as-of 2024-12-31
    compliance check feed/*.json --mode feed --report json:out/{id}.json --fail-on major
    """
    targets = _targets(reports or ("text",), len(dossiers))
    codes = []
    written: set[Path] = set()
    gate = fail_on, fail_on_unknown
    with _progress(dossiers) as each:
        for dossier in each:
            try:
                how = {"profile": profile, "drafts": drafts, "as_of": as_of, "mode": mode}
                codes.append(_check_one(dossier, how, targets, written, gate, verbose, lang))
            except Exception as error:  # one dossier that cannot be judged does not keep the others from being
                if _is_expected(error):
                    raise
                click.echo(f"{dossier}: {_unforeseen(error)}", err=True)
                codes.append(FAULT)
    sys.exit(next(code for code in _WORST_FIRST if code in codes))


def _check_one(
    dossier: str,
    how: dict[str, Any],
    targets: Sequence[tuple[str, str]],
    written: set[Path],
    gate: tuple[str, bool],
    verbose: bool,
    lang: Any,
) -> int:
    """Check one dossier and write its reports; the exit code it alone would have."""
    from compliance.road import check as check_dossier
    from compliance.schemas.refusal import Refused

    try:
        report = check_dossier(dossier, **how)
    except Refused as refused:
        _refuse(refused, targets, written, lang)
        return REFUSED
    for name, target in targets:
        options = _text_options(target, verbose) if name == "text" else {}
        _write(_render(report, name, lang, options), target, report.area.dossier_id, written)
    return _gate(report, *gate)


def _gate(report: Report, fail_on: str, fail_on_unknown: bool) -> int:
    if report.faults:
        return FAULT
    if report.integrity:
        return INTEGRITY
    worst = report.verdict.worst
    if worst is not None and fail_on != "never":
        reached = worst in _SEVERITIES[: _SEVERITIES.index(fail_on) + 1]
        if reached or (fail_on == "minor" and worst == "advisory"):
            return GATE
    return GATE if fail_on_unknown and report.verdict.open else PASSED


def _targets(reports: Sequence[str], dossiers: int) -> list[tuple[str, str]]:
    """FORMAT[:FILE] → (format, file); refuses unknown formats and files that would overwrite each other."""
    from compliance.render import formats

    result: list[tuple[str, str]] = []
    for written in reports:
        name, _, target = written.partition(":")
        if name not in formats():
            raise click.UsageError(f"没有格式 {name!r}；可用 / no such format; there are: {', '.join(formats())}")
        if dossiers > 1 and target not in ("", "-") and "{id}" not in target:
            raise click.UsageError(
                f"检查多份档案时，文件名须含 {{id}} / with several dossiers FILE must contain {{id}}: {target!r}"
            )
        if target not in ("", "-") and target in [t for _, t in result]:
            raise click.UsageError(f"两份报告写到同一文件 / two reports to one file: {target}")
        result.append((name, target or "-"))
    return result


def _render(report: Report, name: str, lang: str, options: dict[str, Any]) -> bytes:
    from compliance.render import render

    return render(report, name, lang, **options)


def _text_options(target: str, verbose: bool) -> dict[str, Any]:
    import shutil

    terminal = target == "-" and sys.stdout.isatty()
    width = max(60, min(shutil.get_terminal_size().columns, 120)) if terminal else 100
    return {"width": width, "color": terminal and "NO_COLOR" not in os.environ, "verbose": verbose}


def _write(data: bytes, target: str, ident: str, written: set[Path]) -> None:
    """To standard output, or to a file that appears under its name only when it is whole.

    ``written`` are the files of this run: none of them is written twice.
    """
    if target == "-":
        try:
            sys.stdout.buffer.write(data)
            sys.stdout.buffer.flush()
        except BrokenPipeError:  # nobody reads on: the exit code still tells the gate
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return
    import tempfile

    path = Path(target.replace("{id}", ident))
    if path in written:
        _stop(USAGE, f"两份档案的编号相同，报告会互相覆盖 / two dossiers have the same id: {path}")
    written.add(path)
    temporary = None
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=path.parent, prefix=f".{path.name}.", delete=False) as file:
            temporary = file.name
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        os.chmod(temporary, 0o666 & ~_umask())
        os.replace(temporary, path)
    except OSError as error:
        if temporary:
            Path(temporary).unlink(missing_ok=True)
        _stop(USAGE, f"无法写入 {path}：{error.strerror} / cannot write {path}: {error.strerror}")


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


def _refuse(refused: Refused, targets: Sequence[tuple[str, str]], written: set[Path], lang: Any) -> None:
    """Every fault of the input: for people on standard error, for programs where JSON was asked for."""
    import json

    click.echo(refused.text(lang), err=True)
    for name, target in targets:
        if name == "json":
            data = json.dumps(refused.to_json(), ensure_ascii=False, indent=1) + "\n"
            _write(data.encode(), target, Path(refused.source).stem or "refused", written)


@contextmanager
def _progress(dossiers: Sequence[str]) -> Iterator[Iterator[str]]:
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
    "--as-of", "on", multiple=True, required=True, callback=_days, metavar="DATE",
    help="重复两次以上 / given twice or more: the days to judge by",
)  # fmt: skip
@_PROFILE
@_DRAFTS
@_MODE
@click.option(
    "--report", "target", default="text", metavar="FORMAT[:FILE]", show_default=True, help="text, json"
)
@click.option("--verbose", is_flag=True, help="列出全部，不折叠 / fold nothing")
@_LANG
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
        _refuse(refused, [(name, file or "-")], set(), lang)
        sys.exit(REFUSED)
    data = as_json(made) if name == "json" else as_text(made, lang, verbose=verbose)
    _write(data, file or "-", "replay", set())
    sys.exit(FAULT if made.faults else PASSED)


# -- explain --------------------------------------------------------------------------------------------------


@cli.command()
@click.argument("item")
@_PROFILE
@_AS_OF
@_LANG
def explain(item: str, profile: str | None, as_of: str | None, lang: Any) -> None:
    """说明一条怎样判 / say how an item (B7.1) or clause (B7) is decided, with the place's numbers."""
    from compliance.explain import explain as said

    click.echo(said(item.upper(), profile or "national", as_of, lang))


# -- rules ----------------------------------------------------------------------------------------------------


@cli.group()
def rules() -> None:
    """规则库 / the rulebook: list, show, lint, test, coverage."""


@rules.command("list")
@_LANG
def rules_list(lang: Any) -> None:
    """列出 20 项指标、36 条 / list the clauses and items."""
    from compliance.explain import listing

    click.echo(listing(lang))


@rules.command("show")
@click.argument("item")
def rules_show(item: str) -> None:
    """显示条文文件原文 / print the clause file that states an item or clause."""
    from compliance.explain import clause_file

    click.echo(clause_file(item.upper()), nl=False)


@rules.command("lint")
def rules_lint() -> None:
    """检查规则库写法 / check the law folder strictly; every problem with file and line."""
    from compliance.bench import load_law
    from compliance.road import today
    from compliance.rulebook import load_profile, profile_names

    law = load_law()
    checks = len(law.checks)
    for name in profile_names():
        load_profile(name, law, today(), drafts=True)
    click.echo(
        f"{len(law.clauses)} 个条文文件、{len(law.items)} 条、{checks} 项检查，无问题 / no problem found"
    )


@rules.command("test")
def rules_test() -> None:
    """运行条文自带的案例 / decide every case that the clause files carry."""
    from compliance.bench import load_law
    from compliance.cases import cases_of, run_cases
    from compliance.road import today
    from compliance.rulebook import load_profile, profile_names

    law = load_law()
    places = [load_profile(name, law, today(), drafts=True) for name in profile_names()]
    broken = list(run_cases(law, places))
    for one in broken:
        click.echo(str(one))
    total = sum(1 for _ in cases_of(law, places))
    click.echo(f"{total - len(broken)} / {total} 个案例与条文一致 / cases come out as written")
    sys.exit(GATE if broken else PASSED)


@rules.command("coverage")
@_LANG
def rules_coverage(lang: Any) -> None:
    """覆盖情况 / what is checked, item by item, and what is not modelled."""
    from compliance.explain import coverage

    click.echo(coverage(lang))


# -- schema ---------------------------------------------------------------------------------------------------


@cli.command()
@click.argument("name", type=click.Choice(["dossier", "clause", "profile", "report"]))
def schema(name: str) -> None:
    """输出 JSON Schema / print a JSON Schema (draft 2020-12)."""
    from compliance.schemas.generate import text

    sys.stdout.buffer.write(text(name).encode())


# -- the door -------------------------------------------------------------------------------------------------


def _stop(code: int, message: str) -> NoReturn:
    click.echo(message, err=True)
    sys.exit(code)


def _guarded(run: Callable[[], int | None]) -> None:
    """Never a traceback to a user: what the checker did not foresee is a fault, and says so."""
    try:
        sys.exit(run())
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except (KeyboardInterrupt, click.Abort):
        _stop(130, "已中断 / interrupted")
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(PASSED)
    except Exception as error:
        if type(error).__name__ == "RulebookError":
            _stop(USAGE, str(error))
        _stop(FAULT, _unforeseen(error))


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
