"""``feed``: streams of dossiers → findings, records and roll-ups in a folder; calls, prints, exits."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, NoReturn

import click

from compliance.commands.options import (
    AS_OF,
    DRAFTS,
    FAULT,
    GATE,
    INTEGRITY,
    LANG,
    PASSED,
    PROFILE,
    REFUSED,
    SEVERITIES,
    USAGE,
    reaches,
    stop,
)
from compliance.commands.quality import FAIL_ON_QUALITY, QUALITY, doubted
from compliance.feed.watch import Watch

if TYPE_CHECKING:
    from compliance.feed.previous import Previous
    from compliance.feed.run import Engine, Run
    from compliance.feed.sources import Source
    from compliance.schemas.feed import FeedSummary, Record
    from compliance.schemas.report import Bilingual

__all__ = ["feed"]

_EVERY = {"terminal": 0.2, "json": 2.0}
"""Seconds between two words of progress"""


@click.command()
@click.argument("paths", nargs=-1, required=True, metavar="PATH...")
@click.option(
    "--out", type=click.Path(file_okay=False, path_type=Path), default="feed-out", show_default=True,
    help="结果文件夹 / folder for the results",
)  # fmt: skip
@PROFILE
@DRAFTS
@AS_OF
@click.option(
    "--mode", type=click.Choice(["strict", "feed"]), default="feed", show_default=True,
    help="feed：按填报数据认定；strict：无证据不认定 / feed believes claims, strict only attachments",
)  # fmt: skip
@click.option("--jobs", type=click.IntRange(1, 1024), help="进程数，缺省为处理器数 / processes; default: processors")
@click.option(
    "--engine", "engine", type=click.Choice(["local", "spark"]), default="local", show_default=True,
    help="本机，或 Apache Spark / this machine, or Apache Spark",
)  # fmt: skip
@click.option("--master", metavar="URL", help="Spark 主节点，缺省按其配置 / Spark master; default: as Spark is set")
@click.option(
    "--keep", "outcomes", multiple=True, type=click.Choice(["pass", "fail", "unknown", "not_applicable"]),
    help="逐条写出哪些结论，可重复；缺省 fail 和 unknown / outcomes written one by one; default: fail, unknown",
)  # fmt: skip
@click.option(
    "--findings", "findings", type=click.Choice(["jsonl", "parquet"]), default="jsonl", show_default=True,
    help="结论文件的格式 / format of the findings",
)  # fmt: skip
@click.option(
    "--max-findings", type=click.IntRange(0), metavar="N",
    help="最多写出多少条结论；总数照实说明 / findings written at most; the true total is told",
)  # fmt: skip
@QUALITY
@click.option(
    "--previous", type=click.Path(file_okay=False, path_type=Path), metavar="RESULTS",
    help="与上次运行的结果文件夹比对 / hold against the results folder of an earlier run",
)  # fmt: skip
@click.option(
    "--fail-on", type=click.Choice([*SEVERITIES, "never"]), default="minor", show_default=True,
    help="不符合达到此严重度即退出码 1 / least severity of a failing that fails the gate",
)  # fmt: skip
@click.option("--fail-on-unknown", is_flag=True, help="有待证也退出码 1 / unknown fails the gate too")
@FAIL_ON_QUALITY
@click.option("--restart", is_flag=True, help="放弃未完成的运行，从头开始 / forget an unfinished run and begin anew")
@click.option("--overwrite", is_flag=True, help="结果文件夹已有结果时覆盖 / replace the results of an earlier run")
@click.option(
    "--progress", type=click.Choice(["auto", "json", "none"]), default="auto", show_default=True,
    help="进度：终端上显示；json 每行一个对象 / on a terminal; json: an object a line, on standard error",
)  # fmt: skip
@click.option(
    "--report", type=click.Choice(["text", "json"]), default="text", show_default=True,
    help="标准输出上的汇总 / the summary on standard output",
)  # fmt: skip
@LANG
def feed(
    paths: Sequence[str],
    out: Path,
    profile: str | None,
    drafts: bool,
    as_of: str | None,
    mode: Literal["strict", "feed"],
    jobs: int | None,
    engine: str,
    master: str | None,
    outcomes: Sequence[Any],
    findings: Literal["jsonl", "parquet"],
    max_findings: int | None,
    quality: bool,
    previous: Path | None,
    fail_on: str,
    fail_on_unknown: bool,
    fail_on_quality: str | None,
    restart: bool,
    overwrite: bool,
    progress: str,
    report: str,
    lang: Any,
) -> None:
    """成批检查 / check streams: JSON lines (.jsonl, .gz, .zst), Parquet, files and folders of dossiers, or - .

    坏行照记，其余继续；中断后以同样的命令再次运行即从断点继续。
    A bad line is recorded and the rest goes on; the same command again goes on where a run was cut off.

    \b
    compliance feed 报送/ --out 结果                       文件夹 / a folder
    compliance feed 2024.jsonl.gz --as-of 2024-12-31 --jobs 4
    compliance feed 2024.parquet --findings parquet --out 结果
    zstd -dc 2024.jsonl.zst | compliance feed - --progress json
    compliance feed 2024/ --out 结果2024 --previous 结果2023   与上次比对 / against the last
    compliance feed 2024.jsonl.gz --engine spark --master spark://主节点:7077      集群 / a cluster

    结果：findings.jsonl 结论，dossiers.jsonl 每份档案一行，quality.jsonl 数据存疑，areas.csv、items.csv 省市县汇总，
    overview.html 总览，feed.json 汇总数据。

    退出码取最重者，顺序 4、5、3、1：4 检查程序故障；5 附件与所报哈希不符；3 有档案不予受理；1 未通过。
    """
    from compliance.feed.run import Run, held
    from compliance.road import today
    from compliance.schemas.feed import OUTCOMES, Settings

    if master is not None and engine != "spark":
        raise click.UsageError("--master 只用于 --engine spark / --master goes with --engine spark")
    if jobs is not None and engine == "spark":
        raise click.UsageError(
            "--jobs 只用于本机；Spark 由其配置或 --master local[4] 决定 / --jobs is for --engine local"
        )
    found = _found(paths)
    if as_of is None:  # what was begun yesterday goes on as of yesterday
        before = None if restart else held(out)
        as_of = before["settings"]["as_of"] if before else today().text
    kept = tuple(o for o in OUTCOMES if o in (outcomes or ("fail", "unknown")))
    settings = Settings(as_of, mode, profile, drafts, kept, quality)
    run = Run(found, settings, out, _previous(previous, out, quality))
    if restart:
        run.discard()
    if run.finished and not run.unfinished and not overwrite:
        stop(
            USAGE,
            f"{out} 中已有一次运行的结果；换一个 --out，或加 --overwrite 覆盖\n"
            f"there are results of a run in {out}: choose another --out, or --overwrite",
        )
    if run.unfinished:
        click.echo(f"继续 {out} 中未完成的运行 / going on with the unfinished run in {out}", err=True)
    gate = _Gate(fail_on, fail_on_unknown, fail_on_quality)
    with _watching(progress, sum(source.size for source in found), gate) as watch:
        summary = _go(run, _engine(engine, jobs, master, out, progress), findings, max_findings, watch, out)
    _show(summary, out, report, f"findings.{findings}", lang)
    sys.exit(gate.code(out))


def _found(paths: Sequence[str]) -> Sequence[Source]:
    from compliance.feed.sources import SourceError, sources

    try:
        found, passed = sources(paths)
    except SourceError as error:
        stop(USAGE, "\n".join(f"{m.zh}\n{m.en}" for m in error.messages))
    if passed:
        listed = "、".join(passed[:5]) + ("…" if len(passed) > 5 else "")
        click.echo(f"另有 {len(passed)} 个文件不是档案，未读 / files passed over, no dossiers: {listed}", err=True)
    return found


def _previous(folder: Path | None, out: Path, quality: bool) -> Previous | None:
    from compliance.feed.previous import PreviousError, open_previous

    if folder is None:
        return None
    if not quality:
        raise click.UsageError("--previous 不能与 --no-quality 同用 / --previous does not go with --no-quality")
    if folder.resolve() == out.resolve():
        raise click.UsageError("--previous 与 --out 不能是同一个文件夹 / --previous and --out are the same folder")
    try:
        return open_previous(folder)
    except PreviousError as error:
        stop(USAGE, f"{error.says.zh}\n{error.says.en}")


def _engine(name: str, jobs: int | None, master: str | None, out: Path, progress: str) -> Engine:
    if name == "spark":
        from compliance.feed import spark

        try:
            spark.require(master)
        except spark.SparkRefusedError as refused:
            stop(USAGE, f"{refused.says.zh}\n{refused.says.en}")
        return partial(spark.answers, master=master, log=out / ".feed" / "spark.log", say=partial(_say, progress))
    from compliance.feed.workers import answers, processors

    return partial(answers, jobs=jobs or processors())


def _say(progress: str, words: Bilingual) -> None:
    """A word of the engine to whoever waits."""
    import json

    if progress == "json":
        click.echo(
            json.dumps({"state": "waiting", "message": {"zh": words.zh, "en": words.en}}, ensure_ascii=False), err=True
        )
    else:
        click.echo(f"{words.zh}\n{words.en}", err=True)


def _go(run: Run, engine: Engine, findings: Any, limit: int | None, watch: Watch, out: Path) -> FeedSummary:
    import sqlite3

    from compliance.feed.journal import ChangedInputError, OtherRunError
    from compliance.feed.run import LostError
    from compliance.feed.spark import SparkLostError, SparkRefusedError
    from compliance.render import MissingExtraError

    try:
        return run.go(engine, findings=findings, limit=limit, watch=watch)
    except OtherRunError as error:
        differs = "\n".join(f"  {name}: {_short(was)} → {_short(now)}" for name, (was, now) in error.differs.items())
        stop(
            USAGE,
            f"{out} 中未完成的运行与此次不同；按原样再次运行可继续，--restart 则从头开始\n"
            f"the unfinished run in {out} is another one: start it as it was, or --restart\n{differs}",
        )
    except ChangedInputError as error:
        place = error.piece.source if error.piece.line is None else f"{error.piece.source}:{error.piece.line}"
        stop(
            USAGE,
            f"{place}：自中断以来已改动，不能接着检查；请用 --restart 从头开始\n"
            f"{place}: changed since the run was cut off, which cannot go on: --restart",
        )
    except MissingExtraError as error:
        stop(USAGE, str(error))
    except SparkLostError as error:
        log = out / ".feed" / "spark.log"
        stop(FAULT, f"{error.says.zh}；Spark 的日志：{log}\n{error.says.en}; Spark's own log: {log}")
    except SparkRefusedError as error:
        stop(USAGE, f"{error.says.zh}\n{error.says.en}")
    except LostError as error:
        stop(
            FAULT,
            f"检查程序内部错误：{error} 份档案没有得到唯一的答复，结果未写出\n"
            f"internal error: {error} dossiers were not answered exactly once; no results were written",
        )
    except OSError as error:
        if error.filename is not None and not Path(error.filename).is_relative_to(out):
            raise
        _cannot_write(out, error.strerror or type(error).__name__)
    except sqlite3.Error as error:
        _cannot_write(out, str(error))


def _cannot_write(out: Path, cause: str) -> NoReturn:
    stop(
        USAGE,
        f"无法写入 {out}：{cause}；已完成的部分留在 {out}/.feed，同样的命令可继续，或用 --restart 从头开始\n"
        f"cannot write {out}: {cause}; what is done is kept in {out}/.feed: the same command goes on, or --restart",
    )


def _short(value: Any) -> str:
    import json

    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 200 else text[:200] + "…"


def _show(summary: FeedSummary, out: Path, report: str, findings: str, lang: Any) -> None:
    import shutil

    from compliance.commands.options import write_out
    from compliance.render import feed as render

    if report == "json":
        write_out((out / "feed.json").read_bytes(), "-")
        return
    width = max(60, min(shutil.get_terminal_size().columns, 120)) if sys.stdout.isatty() else 100
    write_out(render.as_text(summary, lang, width=width, out=str(out), findings=findings), "-")


class _Gate:
    """The worst that any dossier of the run came to, those of an earlier start too."""

    def __init__(self, fail_on: str, unknown: bool, quality: str | None) -> None:
        self._fail_on, self._unknown, self._quality = fail_on, unknown, quality

    def code(self, out: Path) -> int:
        import json

        codes = set()
        with (out / "dossiers.jsonl").open("rb") as lines:
            for line in lines:
                codes.add(self._one(json.loads(line)))
        with (out / "quality.jsonl").open("rb") as lines:
            for line in lines:
                codes.add(self._doubt(line))
        return next((code for code in (FAULT, INTEGRITY, REFUSED, GATE) if code in codes), PASSED)

    def _doubt(self, line: bytes) -> int:
        """Doubts between dossiers stand in no dossier's record."""
        import json

        if b'"fault":true' in line:
            return FAULT
        if self._quality is None:
            return PASSED
        return GATE if doubted(json.loads(line)["severity"], self._quality) else PASSED

    def _one(self, record: Record) -> int:
        if record["status"] != "checked":
            return FAULT if record["status"] == "fault" else REFUSED
        if record["integrity"]:
            return INTEGRITY
        if record["worst"] is not None and reaches(record["worst"], self._fail_on):
            return GATE
        if self._unknown and record["open"]:
            return GATE
        return GATE if doubted(record["quality_worst"], self._quality) else PASSED


# -- progress -------------------------------------------------------------------------------------------------


@contextmanager
def _watching(progress: str, size: int, gate: _Gate) -> Iterator[Watch]:
    if progress == "json":
        yield _Lines(size)
    elif progress == "auto" and sys.stderr.isatty():
        watch = _Terminal(size)
        try:
            yield watch
        finally:
            watch.clear()
    else:
        yield Watch()


class _Counting(Watch):
    """Counts and times; says so every now and then."""

    every = 1.0

    def __init__(self, size: int) -> None:
        self._size, self._began = size, time.monotonic()
        self._last = 0.0
        self._read = self._done = self._communities = self._bad = 0

    def read(self, size: int) -> None:
        self._read = size

    def answered(self, record: Record) -> None:
        self._done += 1
        self._communities += record.get("communities", 0)
        self._bad += record["status"] != "checked"
        now = time.monotonic()
        if now - self._last >= self.every:
            self._last = now
            self.say()

    def writing(self) -> None:
        self.say("writing")

    def say(self, state: str = "checking") -> None:
        raise NotImplementedError

    def figures(self) -> dict[str, Any]:
        """So far: how many, how fast, how long still. The time left is what the bytes left take at this rate."""
        elapsed = time.monotonic() - self._began
        share = self._read / self._size if self._size else None
        left = round(elapsed / share - elapsed) if share else None
        return {
            "dossiers": self._done,
            "communities": self._communities,
            "not_checked": self._bad,
            "read_bytes": self._read,
            "of_bytes": self._size,
            "elapsed_s": round(elapsed, 1),
            "dossiers_per_s": round(self._done / elapsed, 1) if elapsed else None,
            "left_s": left,
        }


class _Lines(_Counting):
    every = _EVERY["json"]

    def say(self, state: str = "checking") -> None:
        import json

        click.echo(json.dumps({"state": state, **self.figures()}), err=True)


class _Terminal(_Counting):
    every = _EVERY["terminal"]

    def say(self, state: str = "checking") -> None:
        f = self.figures()
        share = f"{100 * self._read // self._size}% " if self._size else ""
        left = "" if f["left_s"] is None else f"，约余 {f['left_s'] // 60}:{f['left_s'] % 60:02d} left"
        word = "写出 / writing" if state == "writing" else "检查 / checking"
        bad = f"，未检 {f['not_checked']} not checked" if f["not_checked"] else ""
        text = (
            f"{word} {share}{f['dossiers']} 份 dossiers，{f['communities']} 小区 communities，"
            f"{f['dossiers_per_s']}/s{bad}{left}"
        )
        click.echo(f"\r\x1b[2K{text}", nl=False, err=True)

    def clear(self) -> None:
        click.echo("\r\x1b[2K" if "TERM" in os.environ else "\n", nl=False, err=True)
