"""A real cluster of Spark in tests: a master and two workers on this machine, each an own process, with small memory.

They end with the process that started them. Where no Java is installed, tests on it are skipped with the reason,
unless REQUIRE_SPARK=1 asks for it.
"""

from __future__ import annotations

import ctypes
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

__all__ = ["ROOT", "Cluster", "need_java"]

ROOT = Path(__file__).resolve().parents[1]
_LOOPBACK = "127.0.0.1"
_SHORT_LIVED = "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC"


def need_java() -> None:
    """Skip, or fail where it is asked for."""
    from compliance.feed.spark import SparkRefusedError, require

    try:
        require(None)
    except SparkRefusedError as refused:
        if os.environ.get("REQUIRE_SPARK") == "1":
            pytest.fail(f"REQUIRE_SPARK=1, but: {refused.says.en}")
        pytest.skip(refused.says.en)


class Cluster:
    """A context. ``master``: its address; ``environment()``: in which a driver finds it well."""

    def __init__(self, folder: Path, workers: int = 2) -> None:
        import pyspark

        self.folder, self._count = folder, workers
        self.spark = Path(pyspark.__file__).parent
        self.workers: list[subprocess.Popen[bytes]] = []
        self.master = ""
        self._processes: list[subprocess.Popen[bytes]] = []

    def __enter__(self) -> Cluster:
        self.folder.mkdir(parents=True, exist_ok=True)
        self._start("master", "master.Master", "--port", "0")
        self.master = self._told("master", r"Starting Spark master at (spark://\S+)")
        for n in range(self._count):
            where = str(self.folder / f"worker-{n}")
            own = self._start(f"worker-{n}", "worker.Worker", "-c", "1", "-m", "1g", "-d", where, self.master)
            self.workers.append(own)
        for n in range(self._count):
            self._told(f"worker-{n}", r"Successfully registered with master (\S+)")
        return self

    def __exit__(self, *_: object) -> None:
        for process in reversed(self._processes):
            process.terminate()
        for process in self._processes:
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()

    def _start(self, name: str, kind: str, *options: str) -> subprocess.Popen[bytes]:
        place = ["--host", _LOOPBACK, "--webui-port", "0"]
        command = [self.spark / "bin/spark-class", f"org.apache.spark.deploy.{kind}", *place, *options]
        with (self.folder / f"{name}.log").open("wb") as log:
            process = subprocess.Popen(
                command, stdout=log, stderr=log, cwd=self.folder, env=self.environment(), preexec_fn=_end_with_parent,
            )  # fmt: skip
        self._processes.append(process)
        return process

    def _told(self, name: str, pattern: str) -> str:
        """What a log comes to say."""
        until = time.monotonic() + 90
        while True:
            text = self.log(name)
            if found := re.search(pattern, text):
                return found[1]
            if time.monotonic() > until or any(process.poll() is not None for process in self._processes):
                raise RuntimeError(text)
            time.sleep(0.1)

    def log(self, name: str) -> str:
        return (self.folder / f"{name}.log").read_text("utf-8", "replace")

    def environment(self, executors: str = f"{ROOT}:{ROOT / 'tests'}", **defaults: str) -> dict[str, str]:
        """For a driver. ``executors``: where Python finds its modules there; ``defaults``: more settings of Spark."""
        settings = {
            "spark.driver.host": _LOOPBACK,
            "spark.driver.bindAddress": _LOOPBACK,
            "spark.driver.memory": "512m",
            "spark.executor.memory": "512m",
            "spark.driver.extraJavaOptions": _SHORT_LIVED,
            "spark.executor.extraJavaOptions": _SHORT_LIVED,
            "spark.executorEnv.PYTHONPATH": executors,
            "spark.ui.enabled": "false",
            "spark.scheduler.minRegisteredResourcesRatio": "1.0",  # work begins when both executors are there
            "spark.scheduler.maxRegisteredResourcesWaitingTime": "120s",
            **{f"spark.{name.replace('_', '.')}": value for name, value in defaults.items()},
        }
        text = "".join(f"{name} {value}\n" for name, value in settings.items())
        conf = self.folder / f"conf-{abs(hash(text))}"
        conf.mkdir(exist_ok=True)
        (conf / "spark-defaults.conf").write_text(text)
        own = {"SPARK_LOCAL_IP": _LOOPBACK, "SPARK_DAEMON_MEMORY": "256m", "SPARK_CONF_DIR": str(conf)}
        own |= {"SPARK_DAEMON_JAVA_OPTS": _SHORT_LIVED, "PYTHONPATH": str(ROOT), "PYSPARK_PYTHON": sys.executable}
        return {**os.environ, **own}

    def executors(self) -> list[int]:
        """Process ids of the executors that the workers run now."""
        ours = {worker.pid for worker in self.workers}
        return [pid for pid, parent in _running() if parent in ours]


def _running() -> list[tuple[int, int]]:
    """Every process that has not ended, with its parent."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                state, parent = (entry / "stat").read_text().rpartition(")")[2].split()[:2]
            except OSError:  # it has just ended
                continue
            if state != "Z":
                found.append((int(entry.name), int(parent)))
    return found


def _end_with_parent() -> None:
    ctypes.CDLL(None).prctl(1, signal.SIGTERM)
