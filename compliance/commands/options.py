"""What commands share: exit codes, options, and files that appear only when they are whole; knows no word of law."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import NoReturn

import click

__all__ = [
    "AS_OF", "DRAFTS", "FAULT", "GATE", "INTEGRITY", "LANG", "MODE", "PASSED", "PROFILE", "REFUSED",
    "SEVERITIES", "USAGE", "a_day", "reaches", "some_days", "stop", "write_out", "write_whole",
]  # fmt: skip

PASSED, GATE, USAGE, REFUSED, FAULT, INTEGRITY = 0, 1, 2, 3, 4, 5
SEVERITIES = ("critical", "major", "minor")
"""Those that a gate can be set to, the gravest first"""


def reaches(severity: str, fail_on: str) -> bool:
    """Whether a failing of a severity fails a gate; the widest gate takes failings of every severity."""
    return fail_on != "never" and (fail_on == "minor" or severity in SEVERITIES[: SEVERITIES.index(fail_on) + 1])


def a_day(_: click.Context, __: click.Parameter, value: str | None) -> str | None:
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


def some_days(context: click.Context, parameter: click.Parameter, values: Sequence[str]) -> list[str]:
    found = [day for day in (a_day(context, parameter, value) for value in values) if day is not None]
    if len(set(found)) < 2:
        raise click.BadParameter("至少给出两个不同的日期 / give at least two different days")
    return found


LANG = click.option("--lang", type=click.Choice(["zh", "en"]), default="zh", show_default=True, help="语言 / language")
PROFILE = click.option(
    "--profile", metavar="NAME|FILE",
    help="当地规定；缺省按档案的区划代码查找 / the place's rules; default: found by the dossier's area code",
)  # fmt: skip
DRAFTS = click.option(
    "--with-drafts", "drafts", is_flag=True, help="连同征求意见稿一并适用 / apply drafts for comment too"
)
MODE = click.option(
    "--mode", type=click.Choice(["strict", "feed"]), default="strict", show_default=True,
    help="strict：无证据不认定；feed：按填报数据认定 / strict believes only attachments, feed believes claims",
)  # fmt: skip
AS_OF = click.option(
    "--as-of",
    callback=a_day,
    metavar="DATE",
    help="检查基准日 YYYY-MM-DD，缺省为今天（北京时间） / day to judge by; default today in China",
)


def stop(code: int, message: str) -> NoReturn:
    """Say why on standard error, and exit."""
    click.echo(message, err=True)
    sys.exit(code)


def write_out(data: bytes, file: str) -> None:
    """To standard output (``-``), or to a file that appears under its name only when it is whole."""
    if file != "-":
        write_whole(Path(file), data)
        return
    try:
        sys.stdout.buffer.write(data)
        sys.stdout.buffer.flush()
    except BrokenPipeError:  # nobody reads on: the exit code still tells
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def write_whole(path: Path, data: bytes) -> None:
    """Write a file that appears under its name only when it is whole; what cannot be written is wrong use."""
    import tempfile

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
        stop(USAGE, f"无法写入 {path}：{error.strerror} / cannot write {path}: {error.strerror}")


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
