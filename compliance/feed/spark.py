"""Pieces → answers on Apache Spark, by the same function as on one machine; Spark schedules, repeats and ships.

The driver reads the stream, so that pieces have the numbers and lines of a local run, and sends it in small jobs, a
few of which are on their way at one time: its memory does not grow with the stream. A job gives its answers whole or
not at all, so that each piece is answered once, however often Spark repeats a task. A piece on which processes die is
found by halving, and is a fault by itself. Refused: no Java or no PySpark, a master that cannot be reached, executors
with another program than the driver's.
"""

from __future__ import annotations

import json
import os
import re
import socket
import subprocess
import sys
import tempfile
import warnings
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import TimeoutError as NotYetError
from contextlib import contextmanager, suppress
from dataclasses import asdict
from itertools import islice
from pathlib import Path
from typing import IO, Any, Final

from compliance.feed import executor
from compliance.feed.answer import answer, fault
from compliance.feed.workers import ENDED, Batch, Work, batches
from compliance.schemas.feed import Answer, Piece, Settings
from compliance.schemas.limits import MIB
from compliance.schemas.report import Bilingual

__all__ = ["SparkLostError", "SparkRefusedError", "answers", "require"]

Say = Callable[[Bilingual], object]

_JAVA: Final = 17
_BATCHES: Final = 32
"""A job has so many batches at most"""
_BYTES: Final = 32 * MIB
"""A job is sent as soon as it has so many bytes"""
_TURNS: Final = 3
"""Batches on their way at one time, by core"""
_PATIENCE: Final = 30.0
"""Seconds without an executor after which that is said"""
_REACH: Final = 5.0
"""Seconds to reach a master"""


class SparkRefusedError(Exception):
    """Nothing can be done this way; carries why, and what to do."""

    def __init__(self, says: Bilingual) -> None:
        super().__init__(says)
        self.says = says


class SparkLostError(SparkRefusedError):
    """Spark went away in the middle; what is answered stays."""


def answers(
    pieces: Iterator[Piece],
    settings: Settings,
    *,
    master: str | None = None,
    log: Path | None = None,
    say: Say = lambda _: None,
    work: Work = answer,
) -> Iterator[Answer]:
    """The answer to every piece, in order.

    ``master``: as Spark writes it; None: as Spark is set (``spark-submit``, ``spark-defaults.conf``), else this
    machine. ``log``: where Spark's own words go. ``say`` hears what a person should know meanwhile. ``work`` is a
    function of a module that the executors have. Raises ``SparkRefusedError``, ``SparkLostError``.
    """
    with _session(master, log) as session:
        yield from _Driver(session, settings, say, work).answers(pieces)


class _Driver:
    """A session of Spark at work."""

    def __init__(self, session: Any, settings: Settings, say: Say, work: Work) -> None:
        from pyspark.sql.pandas.types import from_arrow_schema

        self._session, self._say = session, say
        self._context = session.sparkContext
        self._near = self._context.master.startswith("local")
        if settings.profile is not None and os.path.isfile(settings.profile):
            self._context.addFile(os.path.abspath(settings.profile))
        does = f"{work.__module__}:{work.__qualname__}"
        self._task = _task(executor.identity(), asdict(settings), does, executor.answers_columns())
        self._columns = from_arrow_schema(executor.answers_columns())
        # A batch is a row, a row a partition, a partition a task; rows are made of bytes where they are used.
        session.conf.set("spark.sql.execution.arrow.maxRecordsPerBatch", "1")
        session.conf.set("spark.sql.execution.arrow.localRelationThreshold", "0")

    def answers(self, pieces: Iterator[Piece]) -> Iterator[Answer]:
        cores = max(1, self._context.defaultParallelism)
        most = min(_BATCHES, 2 * cores)
        ahead = 1 + -(-(_TURNS - 1) * cores // most)
        going: deque[tuple[list[Batch], Future[list[Answer]]]] = deque()
        pool = ThreadPoolExecutor(ahead)
        try:
            for job in _jobs(batches(pieces), most):
                going.append((job, pool.submit(self._run, job)))
                if len(going) >= ahead:
                    yield from self._first(going)
            while going:
                yield from self._first(going)
        finally:
            pool.shutdown(wait=False, cancel_futures=True)
            with suppress(Exception):  # a context that has ended has no jobs to end
                self._context.cancelAllJobs()

    def _first(self, going: deque[tuple[list[Batch], Future[list[Answer]]]]) -> Iterable[Answer]:
        job, future = going.popleft()
        while True:
            try:
                return future.result(timeout=_PATIENCE)
            except SparkRefusedError:
                raise
            except NotYetError:
                if not future.done() and self._is_alone():
                    self._say(_waiting(self._context.master))
            except Exception as error:
                return self._by_halves(job, error)

    def _run(self, job: Sequence[Batch]) -> list[Answer]:
        """One job of Spark, a task for each batch."""
        import pyarrow

        rows = [executor.row_of(batch, ship=not self._near) for batch in job]
        frame = self._session.createDataFrame(pyarrow.Table.from_pylist(rows, executor.pieces_columns()))
        found = frame.mapInArrow(self._task, self._columns).toArrow().to_pylist()
        refused = [row["refused"] for row in found if row["refused"] is not None]
        if refused:
            raise SparkRefusedError(_other(json.loads(refused[0]), executor.identity()))
        return [one for row in found for one in executor.read_answers(row)]

    def _by_halves(self, job: Sequence[Batch], error: Exception) -> Iterator[Answer]:
        """A job failed, and Spark had tried again: which piece is the cause, if any."""
        self._sound(error)
        if len(job) == 1 and len(job[0]) == 1:
            yield fault(job[0][0], ENDED)
            return
        parts: Sequence[Any] = job if len(job) > 1 else job[0]
        middle = len(parts) // 2
        for half in (parts[:middle], parts[middle:]):
            smaller = list(half) if len(job) > 1 else [list(half)]
            try:
                yield from self._run(smaller)
            except SparkRefusedError:
                raise
            except Exception as again:
                yield from self._by_halves(smaller, again)

    def _sound(self, error: Exception) -> None:
        """Whether Spark does a task that has nothing to do with dossiers; ``SparkLostError`` where it does not."""

        def same(rows: Iterator[Any]) -> Iterator[Any]:
            return rows

        try:
            self._session.range(1, numPartitions=1).mapInArrow(same, "id bigint").toArrow()
        except Exception as worse:
            raise SparkLostError(_lost(_cause(worse) or _cause(error))) from error

    def _is_alone(self) -> bool:
        """Whether the driver has no executor at all."""
        try:
            return not self._near and int(self._context._jsc.sc().getExecutorMemoryStatus().size()) <= 1
        except Exception:
            return False


def _jobs(stream: Iterator[Batch], most: int) -> Iterator[list[Batch]]:
    job: list[Batch] = []
    size = 0
    for batch in stream:
        job.append(batch)
        size += sum(len(piece.data) for piece in batch)
        if size >= _BYTES or len(job) >= most:
            yield job
            job, size = [], 0
    if job:
        yield job


def _task(
    identity: Mapping[str, str], settings: dict[str, Any], work: str, columns: Any
) -> Callable[[Iterator[Any]], Iterator[Any]]:
    """What the executors do. It travels as code, and not as a name, so that it can say where the package is missing."""

    def task(rows: Iterator[Any]) -> Iterator[Any]:
        import json
        import socket

        import pyarrow

        found: dict[str, str] = {}
        try:
            from compliance.feed import executor
            from compliance.schemas.feed import Settings

            found = dict(executor.identity())
            why = None
        except Exception as error:
            why = f"{type(error).__name__}: {error}"
        if why is not None or found != identity:
            refused = json.dumps({"host": socket.gethostname(), "why": why, "found": found})
            yield pyarrow.RecordBatch.from_pylist([{"answers": [], "refused": refused}], columns)
            return
        for batch in rows:
            made = [executor.answered(row, Settings(**settings), work) for row in batch.to_pylist()]
            yield pyarrow.RecordBatch.from_pylist(made, columns)

    return task


# -- a session ---------------------------------------------------------------------------------------------------


@contextmanager
def _session(master: str | None, log: Path | None) -> Iterator[Any]:
    """A session of its own, that ends here; or one within the application that this program runs in."""
    require(master)
    from pyspark.sql import SparkSession

    running = SparkSession.getActiveSession()
    if running is not None:
        yield running.newSession()
        return
    with tempfile.TemporaryFile() if log is None else log.open("wb+") as words:
        session = SparkSession(_context(master, words))
        try:
            yield session
        finally:
            with suppress(Exception):  # it may have ended by itself
                session.stop()


def require(master: str | None) -> None:
    """Refuse, before anything is begun, what cannot be: ``SparkRefusedError``."""
    try:
        import pandas  # noqa: F401
        import pyarrow  # noqa: F401
        import pyspark
    except ModuleNotFoundError as error:
        raise SparkRefusedError(
            Bilingual(
                f"--engine spark 需要 {error.name}，尚未安装：pip install 'compliance-laojiu[spark]'",
                f"--engine spark needs {error.name}, which is not installed: pip install 'compliance-laojiu[spark]'",
            )
        ) from None
    if pyspark.__version__.split(".")[0] != "4":
        raise SparkRefusedError(
            Bilingual(
                f"需要 PySpark 4，已安装的是 {pyspark.__version__}：pip install 'compliance-laojiu[spark]'",
                f"needs PySpark 4; {pyspark.__version__} is installed: pip install 'compliance-laojiu[spark]'",
            )
        )
    warnings.filterwarnings("ignore", "PySpark does not yet fully support pandas")  # demanded, not used
    if "PYSPARK_GATEWAY_PORT" not in os.environ:  # spark-submit has started Java already
        _java()
    if master is not None:
        _reach(master)


def _java() -> None:
    home = os.environ.get("JAVA_HOME")
    java = os.path.join(home, "bin", "java") if home else "java"
    try:
        told = subprocess.run([java, "-version"], capture_output=True, text=True, timeout=60).stderr
    except (OSError, subprocess.TimeoutExpired):
        told = ""
    found = re.search(r'version "(\d+)[^"]*"', told)
    if found is not None and int(found[1]) >= _JAVA:
        return
    zh = f"找到的是 {found[0]}" if found else "没有找到可用的 java" + (f"（JAVA_HOME={home}）" if home else "")
    en = f"found {found[0]}" if found else "no java that runs was found" + (f" (JAVA_HOME={home})" if home else "")
    raise SparkRefusedError(
        Bilingual(
            f"Spark 需要 Java {_JAVA} 或更高版本，{zh}；Debian、Ubuntu：apt install openjdk-17-jre-headless",
            f"Spark needs Java {_JAVA} or later; {en}. On Debian or Ubuntu: apt install openjdk-17-jre-headless",
        )
    )


def _context(master: str | None, words: IO[bytes]) -> Any:
    """Spark's context; what Java says goes to a file, and the reason alone to a person."""
    from pyspark import SparkConf, SparkContext
    from pyspark.java_gateway import launch_gateway

    asked = SparkConf().setAppName("compliance feed").set("spark.ui.showConsoleProgress", "false")
    if master is not None:
        asked.setMaster(master)
    try:
        gateway = SparkContext._gateway or launch_gateway(asked, {"stdout": words, "stderr": words})
        is_set = gateway.jvm.SparkConf(True)
        if master is None:
            _reach(is_set.get("spark.master", ""))
        # Python as the driver has it, unless Spark is told otherwise: "python3" may be anything.
        os.environ.setdefault("PYSPARK_PYTHON", is_set.get("spark.pyspark.python", sys.executable))
        context = SparkContext(conf=asked, gateway=gateway)
        if "PYSPARK_GATEWAY_PORT" in os.environ:  # there is no file for Java's words then
            context.setLogLevel("ERROR")
        return context
    except SparkRefusedError:
        raise
    except Exception as error:
        words.seek(0, os.SEEK_END)
        words.seek(max(0, words.tell() - 64 * 1024))
        told = words.read().decode("utf-8", "replace")
        cause = _cause(told) or _cause(error)
        raise SparkRefusedError(
            Bilingual(
                f"Spark 未能启动：{cause}；请核对 --master 和 Spark 的配置",
                f"Spark did not start: {cause}; check --master and how Spark is set",
            )
        ) from error


def _reach(master: str) -> None:
    """A master of Spark's own kind is tried by hand: Spark itself would try for a minute, and tell in Java."""
    if master.startswith("sc://"):
        raise SparkRefusedError(_connect(master))
    if not master.startswith("spark://"):
        return
    for place in master.removeprefix("spark://").split(","):
        host, _, port = place.rpartition(":")
        with suppress(OSError, ValueError, OverflowError), socket.create_connection((host, int(port)), _REACH):
            return
    raise SparkRefusedError(
        Bilingual(
            f"连不上 Spark 主节点 {master}；请核对地址和端口，并确认主节点已启动",
            f"the Spark master {master} cannot be reached; check address and port, and that it has been started",
        )
    )


# -- words -------------------------------------------------------------------------------------------------------

_TELLING = re.compile(r"^(?:Caused by: |Exception in thread \"[^\"]*\" )?((?:[\w$]+\.)*[\w$]*(?:Error|Exception): .+)$")


def _cause(told: object) -> str:
    """The one line of a long complaint that tells most: the innermost error."""
    lines = [line.strip() for line in str(told).splitlines() if line.strip()]
    telling = [found[1] for found in map(_TELLING.match, lines) if found]
    words = (telling or lines or [""])[-1 if telling else 0]
    return "".join(islice(words, 300))


def _connect(master: str) -> Bilingual:
    return Bilingual(
        f"{master} 是 Spark Connect 地址，不支持；请用 spark://、yarn、k8s:// 或 local[*]",
        f"{master} is an address of Spark Connect, which is not supported; use spark://, yarn, k8s:// or local[*]",
    )


def _waiting(master: str) -> Bilingual:
    return Bilingual(
        f"{master} 尚未分给执行器，继续等待；请在其页面上查看是否有空闲的核和内存（按 Ctrl-C 停止）",
        f"{master} has given no executor yet; still waiting. See there whether cores and memory are free (Ctrl-C ends)",
    )


def _lost(cause: str) -> Bilingual:
    return Bilingual(
        f"Spark 中断：{cause}；已完成的部分保留，同样的命令可继续",
        f"Spark broke off: {cause}; what is done is kept, and the same command goes on",
    )


def _other(told: Mapping[str, Any], expected: Mapping[str, str]) -> Bilingual:
    """An executor has no program, or another one."""
    host, found = told["host"], told["found"]
    if told["why"] is not None:
        zh = f"不能运行 compliance-laojiu（{told['why']}）"
        en = f"cannot run compliance-laojiu ({told['why']})"
    else:
        differs = [(name, found.get(name, "-"), value) for name, value in expected.items() if found.get(name) != value]
        zh = "的程序与本机不同：" + "，".join(f"{name} {was[:12]}（本机 {own[:12]}）" for name, was, own in differs)
        en = "has another program: " + ", ".join(f"{name} {was[:12]} (here {own[:12]})" for name, was, own in differs)
    return Bilingual(
        f"执行器 {host} {zh}；各节点须安装同一版本，见 docs/spark.zh-CN.md",
        f"the executor {host} {en}; all nodes need the same installation, see docs/spark.md",
    )
