"""Streams: every piece answered once, whatever it is; the same bytes in whatever order, by however many processes."""

from __future__ import annotations

import gzip
import io
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path
from random import Random
from typing import Any

import orjson
import pytest
from backports import zstd
from click.testing import CliRunner, Result
from hypothesis import given, settings
from hypothesis import strategies as st

from compliance.cli import cli
from compliance.feed.answer import answer
from compliance.feed.journal import ChangedInputError, Journal, OtherRunError, digest
from compliance.feed.rollup import Rollup, levels_of
from compliance.feed.run import LostError, Run
from compliance.feed.sources import SourceError, pieces, sources
from compliance.feed.workers import answers
from compliance.render.flat import flat, head_of
from compliance.road import check
from compliance.schemas.feed import OUTCOMES, Answer, FeedSummary, Piece, Settings
from fixtures.builder.generator import generate

ROOT = Path(__file__).parent.parent
PROFILE = str(ROOT / "fixtures/profiles/shili.yaml")
DAY = "2024-03-31"
HOW = Settings(DAY, "feed", PROFILE)
GATE = ["--profile", PROFILE, "--as-of", DAY]


def dossier(seed: int, communities: int = 3, violations: int = 1, code: str = "999901") -> dict[str, Any]:
    made = dict(generate(communities, seed, violations).dossier)
    return made | {"dossier_id": f"shili-{seed}", "area_code": code, "area_name": f"示例县{code}"}


def lines(*values: dict[str, Any] | bytes) -> bytes:
    return b"".join(v if isinstance(v, bytes) else orjson.dumps(v, default=str) + b"\n" for v in values)


@pytest.fixture(scope="module")
def stream(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Eight dossiers of four counties, and two lines that are none."""
    file = tmp_path_factory.mktemp("stream") / "feed.jsonl"
    made = [dossier(seed, code=f"99990{1 + seed % 4}") for seed in range(8)]
    file.write_bytes(lines(*made[:3], b'{"dossier_id": \n', b"\n", *made[3:], b"[1, 2]\n"))
    return file


def run(out: Path, *paths: Path, jobs: int = 1, how: Settings = HOW, **options: Any) -> FeedSummary:
    found, _ = sources([str(path) for path in paths])
    return Run(found, how, out).go(partial(answers, jobs=jobs), **options)


def files(out: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted(out.iterdir())}


def records(out: Path) -> list[dict[str, Any]]:
    return [orjson.loads(line) for line in (out / "dossiers.jsonl").read_bytes().splitlines()]


def kept(out: Path) -> list[dict[str, Any]]:
    return [orjson.loads(line) for line in (out / "findings.jsonl").read_bytes().splitlines()]


def invoke(*args: str) -> Result:
    return CliRunner().invoke(cli, ["feed", *args])


# -- what is read ---------------------------------------------------------------------------------------------


def read(*paths: Path) -> list[Piece]:
    return list(pieces(sources([str(path) for path in paths])[0]))


def test_a_line_is_known_by_file_and_number_and_blank_lines_are_none(stream: Path) -> None:
    found = read(stream)
    assert [piece.line for piece in found] == [1, 2, 3, 4, 6, 7, 8, 9, 10, 11]
    assert [piece.number for piece in found] == list(range(10))
    assert {piece.source for piece in found} == {"feed.jsonl"}


@pytest.mark.parametrize("name", ["x.jsonl.gz", "x.ndjson.gz", "x.jsonl.zst", "x.JSONL", "x.json.gz"])
def test_packed_lines_are_the_same_lines(stream: Path, tmp_path: Path, name: str) -> None:
    data = stream.read_bytes()
    packed = gzip.compress(data) if "gz" in name else zstd.compress(data) if "zst" in name else data
    (tmp_path / name).write_bytes(packed)
    assert [(p.line, p.data) for p in read(tmp_path / name)] == [(p.line, p.data) for p in read(stream)]


def test_several_frames_of_zstandard_in_one_file_are_all_read(tmp_path: Path) -> None:
    file = tmp_path / "x.jsonl.zst"
    file.write_bytes(zstd.compress(b"1\n2\n") + zstd.compress(b"3\n"))
    assert [piece.data for piece in read(file)] == [b"1\n", b"2\n", b"3\n"]


def test_the_mark_at_the_beginning_of_a_file_is_no_part_of_its_first_line(tmp_path: Path) -> None:
    (tmp_path / "x.jsonl").write_bytes(b"\xef\xbb\xbf{}\n{}")
    assert [piece.data for piece in read(tmp_path / "x.jsonl")] == [b"{}\n", b"{}"]


def test_parquet_rows_are_pieces(stream: Path, tmp_path: Path) -> None:
    import pyarrow as pa
    from pyarrow import parquet

    texts = [piece.data.decode() for piece in read(stream)]
    columns = {"id": list(range(len(texts))), "note": ["x"] * len(texts), "dossier": texts}
    parquet.write_table(pa.table(columns), tmp_path / "named.parquet")
    parquet.write_table(pa.table({"n": columns["id"], "text": texts}), tmp_path / "only.parquet")
    for name in ("named.parquet", "only.parquet"):
        assert [(p.line, p.data.decode()) for p in read(tmp_path / name)] == list(enumerate(texts, 1))


def test_a_parquet_file_without_a_column_of_dossiers_names_those_it_has(tmp_path: Path) -> None:
    import pyarrow as pa
    from pyarrow import parquet

    parquet.write_table(pa.table({"a": ["x"], "b": ["y"]}), tmp_path / "x.parquet")
    (piece,) = read(tmp_path / "x.parquet")
    assert piece.fault is not None
    assert "a, b" in piece.fault.en
    assert "dossier" in piece.fault.zh


def test_a_folder_is_searched_by_name_and_what_is_no_dossier_is_told(tmp_path: Path) -> None:
    for name in ("b/2.jsonl", "a/1.json", "a/.hidden.json", "a/notes.txt", "c/dossier.json", "c/attachments/x.json"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(b"{}\n")
    found, passed = sources([str(tmp_path)])
    base = tmp_path.name
    assert [(s.name, s.kind) for s in found] == [
        (f"{base}/a/1.json", "whole"), (f"{base}/b/2.jsonl", "lines"), (f"{base}/c", "folder"),
    ]  # fmt: skip
    assert passed == [f"{base}/a/notes.txt"]


def test_a_source_given_twice_is_read_once_and_the_order_given_does_not_matter(stream: Path, tmp_path: Path) -> None:
    other = tmp_path / "a.jsonl"
    other.write_bytes(b"{}\n")
    assert read(stream, other, stream) == read(other, stream)


def test_every_path_that_is_none_is_said_at_once(tmp_path: Path) -> None:
    (tmp_path / "x.docx").write_bytes(b"x")
    with pytest.raises(SourceError) as caught:
        sources([str(tmp_path / "no.jsonl"), str(tmp_path / "x.docx")])
    assert ["no such file" in m.en or "kind of file" in m.en for m in caught.value.messages] == [True, True]
    (tmp_path / "empty").mkdir()
    with pytest.raises(SourceError, match="no dossier"):
        sources([str(tmp_path / "empty")])


def test_two_files_that_would_bear_one_name_are_not_mixed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for folder in "ab":
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "x.jsonl").write_bytes(b"{}\n")
    with pytest.raises(SourceError, match="same name"):
        sources([str(tmp_path / "a/x.jsonl"), str(tmp_path / "b/x.jsonl")])
    monkeypatch.chdir(tmp_path)
    found, _ = sources(["a/x.jsonl", "b/x.jsonl"])
    assert [s.name for s in found] == ["a/x.jsonl", "b/x.jsonl"]


@pytest.mark.parametrize("packing", ["gz", "zst"])
def test_a_file_that_is_cut_off_gives_what_came_before_and_says_where(tmp_path: Path, packing: str) -> None:
    rng = Random(1)
    whole = b"".join(bytes(rng.choices(b"abcdefghij", k=2000)) + b"\n" for _ in range(200))
    packed = gzip.compress(whole) if packing == "gz" else zstd.compress(whole)
    (tmp_path / f"cut.jsonl.{packing}").write_bytes(packed[: len(packed) * 9 // 10])
    *good, last = read(tmp_path / f"cut.jsonl.{packing}")
    assert 0 < len(good) < 200
    assert [p.data for p in good] == whole.splitlines(keepends=True)[: len(good)]
    assert last.fault is not None
    assert last.line == len(good) + 1


@pytest.mark.parametrize("packing", ["gz", "zst"])
def test_a_file_that_is_not_packed_as_its_name_says_is_said(tmp_path: Path, packing: str) -> None:
    (tmp_path / f"x.jsonl.{packing}").write_bytes(b"{}\n" * 9)
    (piece,) = read(tmp_path / f"x.jsonl.{packing}")
    assert piece.fault is not None
    assert piece.line == 1


@given(st.lists(st.binary(max_size=40).filter(lambda b: b"\n" not in b), max_size=30))
def test_nothing_of_a_stream_is_lost(found: list[bytes]) -> None:
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "x.jsonl"
        file.write_bytes(b"\n".join(found))
        stripped = file.read_bytes().removeprefix(b"\xef\xbb\xbf").split(b"\n")
        assert [p.data.removesuffix(b"\n") for p in read(file)] == [line for line in stripped if line.strip()]


# -- the same as by itself ------------------------------------------------------------------------------------


def test_findings_are_those_of_the_report_of_the_same_dossier(stream: Path, tmp_path: Path) -> None:
    summary = run(tmp_path / "out", stream)
    told = Counter(json.dumps({k: v for k, v in f.items() if k != "source"}) for f in kept(tmp_path / "out"))
    expected: Counter[str] = Counter()
    for piece in read(stream):
        if piece.line in (4, 11):
            continue
        (tmp_path / "one.json").write_bytes(piece.data)
        report = check(tmp_path / "one.json", profile=PROFILE, mode="feed", as_of=DAY)
        head = head_of(report)
        found = [flat(f, head) for f in report.findings if f.outcome in ("fail", "unknown")]
        expected.update(json.dumps({"line": piece.line} | orjson.loads(orjson.dumps(f))) for f in found)
        (record,) = [r for r in records(tmp_path / "out") if r["line"] == piece.line]
        tally = report.verdict.findings
        of_items = [sum(counts) for counts in zip(*(v[1:] for v in record["items"].values()), strict=True)]
        assert of_items == [tally.passed, tally.failed, tally.unknown, tally.not_applicable]
        assert {i.item: i.outcome for i in report.items} == {i: v[0] for i, v in record["items"].items()}
        assert (record["verdict"], record["open"], record["worst"]) == (
            report.verdict.outcome, report.verdict.open, report.verdict.worst,
        )  # fmt: skip
        assert record["rectify"] == report.verdict.rectify
        assert record["improve"] == report.verdict.improve
        assert record["pending"] == report.verdict.supply + report.verdict.review
        assert record["sha256"] == report.provenance.dossier_sha256
    assert told == expected
    assert summary.findings == sum(expected.values()) > 50


@pytest.mark.parametrize("outcomes", [("fail",), OUTCOMES])
def test_what_is_kept_is_what_was_asked_for(stream: Path, tmp_path: Path, outcomes: tuple[Any, ...]) -> None:
    summary = run(tmp_path, stream, how=replace(HOW, outcomes=outcomes))
    counts = Counter(f["outcome"] for f in kept(tmp_path))
    whole = [sum(c) for c in zip(*(v[1:] for r in records(tmp_path) for v in r.get("items", {}).values()), strict=True)]
    assert counts == {o: n for o, n in zip(OUTCOMES, whole, strict=True) if o in outcomes}
    assert summary.findings == sum(counts.values())


def test_a_folder_with_attachments_is_judged_with_them(tmp_path: Path) -> None:
    source = ROOT / "fixtures/shili-county"
    run(tmp_path / "out", source, how=replace(HOW, mode="strict"))
    report = check(source, profile=PROFILE, mode="strict", as_of=DAY)
    (record,) = records(tmp_path / "out")
    assert {i.item: i.outcome for i in report.items} == {i: v[0] for i, v in record["items"].items()}
    assert record["line"] is None
    assert record["status"] == "checked"


# -- bad lines ------------------------------------------------------------------------------------------------


def test_a_bad_line_is_recorded_with_every_error_and_the_rest_goes_on(stream: Path, tmp_path: Path) -> None:
    summary = run(tmp_path, stream)
    assert (summary.pieces, summary.checked, summary.refused, summary.faults) == (10, 8, 2, 0)
    bad = {r["line"]: [e["code"] for e in r["errors"]] for r in records(tmp_path) if r["status"] == "refused"}
    assert bad == {4: ["truncated"], 11: ["not_a_dossier"]}
    assert {(r.line, r.errors) for r in summary.refusals} == {(4, 1), (11, 1)}
    assert all(r.first.zh and r.first.en for r in summary.refusals)


def crash(piece: Piece, how: Settings) -> Answer:
    """Ends the process on one piece, fails on another."""
    if piece.line == 2:
        os._exit(9)
    if piece.line == 3:
        raise MemoryError("too much")
    return answer(piece, how)


def fail_in(piece: Piece, how: Settings) -> Answer:
    import compliance.feed.answer as module

    original = module.decide
    if piece.line == 3:
        module.decide = lambda *_, **__: 1 // 0  # type: ignore[assignment]
    try:
        return answer(piece, how)
    finally:
        module.decide = original


def test_a_worker_that_dies_costs_its_piece_alone(stream: Path, tmp_path: Path) -> None:
    found, _ = sources([str(stream)])
    with pytest.raises(MemoryError):  # work itself never raises; if it did, the run would say so
        list(answers(pieces(found), HOW, 2, crash))
    got = list(answers(pieces(found), HOW, 2, _crash_only))
    assert [a.number for a in got] == list(range(10))
    statuses = [orjson.loads(a.record)["status"] for a in got]
    assert statuses == ["checked", "fault", "checked", "refused", *["checked"] * 5, "refused"]


def _crash_only(piece: Piece, how: Settings) -> Answer:
    return crash(piece, how) if piece.line == 2 else answer(piece, how)


def test_what_nobody_foresaw_is_a_fault_of_one_piece(stream: Path, tmp_path: Path) -> None:
    found, _ = sources([str(stream)])
    summary = Run(found, HOW, tmp_path).go(lambda given, how: (fail_in(p, how) for p in given))
    assert (summary.checked, summary.faults) == (7, 1)
    (fault,) = [r for r in summary.refusals if r.status == "fault"]
    assert fault.line == 3
    assert "ZeroDivisionError" in fault.first.en


def test_lines_without_one_answer_are_a_fault_and_never_a_pass(
    stream: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from compliance.bench import _benches, _engines
    from tests.lossy import lossy_durable

    _benches.clear()
    _engines.clear()
    monkeypatch.setattr("compliance.engine.durable", lossy_durable(drop=lambda rule: rule == "seen"))
    try:
        summary = run(tmp_path, stream)
    finally:
        _benches.clear()
        _engines.clear()
    assert (summary.checked, summary.faults, summary.refused) == (0, 8, 2)
    assert summary.totals.dossiers == 0


# -- the same bytes -------------------------------------------------------------------------------------------


def test_however_many_processes_the_bytes_are_the_same(stream: Path, tmp_path: Path) -> None:
    for jobs in (1, 2, 3):
        run(tmp_path / str(jobs), stream, jobs=jobs)
    first = files(tmp_path / "1")
    assert first == files(tmp_path / "2") == files(tmp_path / "3")
    assert {"findings.jsonl", "dossiers.jsonl", "quality.jsonl", "areas.csv", "items.csv", "overview.html",
            "deliveries.jsonl.gz", "feed.json"} == first.keys()  # fmt: skip


def shuffled(given: Iterator[Piece], how: Settings) -> Iterator[Answer]:
    made = [answer(piece, how) for piece in given]
    Random(3).shuffle(made)
    return iter(made)


def test_in_whatever_order_answers_come_the_bytes_are_the_same(stream: Path, tmp_path: Path) -> None:
    run(tmp_path / "in order", stream)
    found, _ = sources([str(stream)])
    Run(found, HOW, tmp_path / "shuffled").go(shuffled)
    assert files(tmp_path / "in order") == files(tmp_path / "shuffled")


def test_in_whatever_order_dossiers_stand_the_findings_are_the_same(stream: Path, tmp_path: Path) -> None:
    run(tmp_path / "a", stream)
    turned = tmp_path / "feed.jsonl"
    turned.write_bytes(b"\n".join(reversed(stream.read_bytes().splitlines())))
    run(tmp_path / "b", turned)

    def told(out: Path) -> list[Any]:
        return [{k: v for k, v in f.items() if k != "line"} for f in kept(out)]

    assert told(tmp_path / "a") == told(tmp_path / "b")
    assert (tmp_path / "a/areas.csv").read_bytes() == (tmp_path / "b/areas.csv").read_bytes()


def test_parquet_holds_the_same_findings(stream: Path, tmp_path: Path) -> None:
    from pyarrow import parquet

    run(tmp_path / "lines", stream)
    run(tmp_path / "table", stream, findings="parquet")
    table = parquet.read_table(tmp_path / "table/findings.parquet").to_pylist()
    assert [{**row, "as_of": row["as_of"].isoformat()} for row in table] == kept(tmp_path / "lines")
    assert not (tmp_path / "table/findings.jsonl").exists()


# -- nothing is lost ------------------------------------------------------------------------------------------


class Cut(Exception):
    pass


def cut_after(count: int) -> Callable[[Iterator[Piece], Settings], Iterator[Answer]]:
    def engine(given: Iterator[Piece], how: Settings) -> Iterator[Answer]:
        for number, piece in enumerate(given):
            if number == count:
                raise Cut
            yield answer(piece, how)

    return engine


def test_a_run_that_was_cut_goes_on_and_asks_nothing_twice(
    stream: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("compliance.feed.journal._COMMIT_AFTER", -1.0)
    run(tmp_path / "whole", stream)
    found, _ = sources([str(stream)])
    cut = Run(found, HOW, tmp_path / "cut")
    with pytest.raises(Cut):
        cut.go(cut_after(4))
    assert cut.unfinished
    assert sorted(p.name for p in (tmp_path / "cut").iterdir()) == [".feed"]
    asked: list[int] = []

    def rest(given: Iterator[Piece], how: Settings) -> Iterator[Answer]:
        for piece in given:
            asked.append(piece.number)
            yield answer(piece, how)

    cut.go(rest)
    assert asked == [4, 5, 6, 7, 8, 9]
    assert files(tmp_path / "whole") == files(tmp_path / "cut")


def test_an_input_that_was_changed_meanwhile_is_not_gone_on_with(
    stream: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("compliance.feed.journal._COMMIT_AFTER", -1.0)
    file = tmp_path / "feed.jsonl"
    shutil.copy(stream, file)
    found, _ = sources([str(file)])
    with pytest.raises(Cut):
        Run(found, HOW, tmp_path / "out").go(cut_after(4))
    data = file.read_bytes()
    file.write_bytes(data.replace(b"shili-1", b"shilI-1"))
    with pytest.raises(ChangedInputError) as caught:
        Run(sources([str(file)])[0], HOW, tmp_path / "out").go(partial(answers, jobs=1))
    assert caught.value.piece.line == 2
    file.write_bytes(data + b"\n{}\n")
    with pytest.raises(OtherRunError) as other:
        Run(sources([str(file)])[0], HOW, tmp_path / "out").go(partial(answers, jobs=1))
    assert list(other.value.differs) == ["sources"]
    file.write_bytes(data)
    with pytest.raises(OtherRunError) as other:
        Run(sources([str(file)])[0], replace(HOW, mode="strict"), tmp_path / "out").go(partial(answers, jobs=1))
    assert list(other.value.differs) == ["settings"]


@pytest.mark.parametrize("wrong", ["one missing", "one twice"])
def test_an_engine_that_does_not_answer_each_piece_once_gives_no_results(
    stream: Path, tmp_path: Path, wrong: str
) -> None:
    def engine(given: Iterator[Piece], how: Settings) -> Iterator[Answer]:
        for piece in given:
            made = answer(piece, how)
            if piece.number == 2 and wrong == "one missing":
                continue
            yield made
            if piece.number == 2:
                yield made

    found, _ = sources([str(stream)])
    with pytest.raises(LostError):
        Run(found, HOW, tmp_path / "out").go(engine)
    assert [p.name for p in (tmp_path / "out").iterdir()] == [".feed"]


def killed_at_random_moments(tmp_path: Path, moments: int, count: int, seed: int) -> None:
    """The command, killed again and again, comes to the same files as one that never was."""
    source = tmp_path / "feed.jsonl"
    source.write_bytes(lines(*(dossier(n, 12, 2, f"99990{1 + n % 9}") for n in range(count)), b"{\n"))
    command = [sys.executable, "-m", "compliance", "feed", str(source), *GATE, "--jobs", "2", "--progress", "none"]
    environment = os.environ | {"PYTHONPATH": str(ROOT), "COMPLIANCE_DEBUG": "1"}
    whole = subprocess.run([*command, "--out", str(tmp_path / "whole")], env=environment, capture_output=True)
    assert whole.returncode == 3, whole.stderr.decode()[-2000:]
    began = time.monotonic()
    subprocess.run([*command, "--out", str(tmp_path / "timed")], env=environment, capture_output=True)
    lasts = time.monotonic() - began
    rng, out, kills = Random(seed), tmp_path / "killed", 0
    for _ in range(moments):
        process = subprocess.Popen(
            [*command, "--out", str(out)], env=environment, stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL
        )
        try:
            process.wait(rng.uniform(0.1, lasts))
        except subprocess.TimeoutExpired:
            process.send_signal(signal.SIGKILL)
            process.wait()
            kills += 1
            names = {p.name for p in out.iterdir()} if out.exists() else set()
            for name in names - {".feed"}:  # what has its name is whole
                assert (out / name).read_bytes() == (tmp_path / "whole" / name).read_bytes()
            continue
        shutil.rmtree(out)
    last = subprocess.run([*command, "--out", str(out), "--overwrite"], env=environment, capture_output=True)
    assert last.returncode == 3, last.stderr.decode()[-2000:]
    assert kills
    assert files(out) == files(tmp_path / "whole")
    assert last.stdout.replace(b"killed", b"whole") == whole.stdout


def test_kill_minus_9_loses_nothing(tmp_path: Path) -> None:
    killed_at_random_moments(tmp_path, moments=2, count=20, seed=7)


@pytest.mark.soak
def test_kill_minus_9_at_ten_random_moments(tmp_path: Path) -> None:
    killed_at_random_moments(tmp_path, moments=10, count=120, seed=int(time.time()))


def test_workers_end_with_a_parent_that_is_killed(tmp_path: Path) -> None:
    source = tmp_path / "feed.jsonl"
    source.write_bytes(lines(*(dossier(n, 12, 2) for n in range(60))))
    process = subprocess.Popen(
        [sys.executable, "-m", "compliance", "feed", str(source), *GATE, "--jobs", "2", "--out", str(tmp_path / "o")],
        env=os.environ | {"PYTHONPATH": str(ROOT)}, stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
        start_new_session=True,
    )  # fmt: skip
    deadline = time.monotonic() + 60
    while len(_group(process.pid)) < 3 and time.monotonic() < deadline:
        time.sleep(0.05)
    process.kill()
    process.wait()
    while _group(process.pid) and time.monotonic() < deadline:
        time.sleep(0.1)
    assert not _group(process.pid)


def _group(leader: int) -> list[int]:
    """The processes of a session, by the system's own list."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                text = (entry / "stat").read_text()
            except OSError:
                continue
            fields = text.rpartition(")")[2].split()
            if int(fields[3]) == leader and fields[0] != "Z":
                found.append(int(entry.name))
    return found


# -- the roll-up ----------------------------------------------------------------------------------------------

CODES = st.sampled_from(["430302", "430300", "430000", "110114", "110000", "500155", "430381", "330212"])


@st.composite
def some_records(draw: st.DrawFn) -> dict[str, Any]:
    outcome = st.sampled_from(OUTCOMES)
    count = st.integers(0, 9)
    return {
        "source": "x", "line": 1, "status": "checked", "bytes": draw(count), "sha256": "", "dossier_id": "d",
        "area_code": draw(CODES), "area_name": "某地", "area_level": "county",
        "plan_year": draw(st.sampled_from([2022, 2023])), "fictional": draw(st.booleans()), "profile": "national",
        "verdict": draw(outcome), "open": True, "worst": draw(st.sampled_from([None, "critical", "minor"])),
        "communities": draw(count), "households": draw(count), "unstated": draw(count), "rectify": draw(count), "improve": draw(count),
        "pending": draw(count), "integrity": [], "findings": 0, "quality": {"DQ1": draw(count)}, "quality_worst": None,
        "items": {item: [draw(outcome), *(draw(count) for _ in OUTCOMES)] for item in ("B1.1", "H2.1")},
    }  # fmt: skip


@settings(max_examples=60)
@given(st.lists(some_records(), max_size=12), st.randoms())
def test_an_area_is_the_sum_of_the_dossiers_below_it_in_any_order(found: list[dict[str, Any]], rng: Random) -> None:
    rollup, other = Rollup(), Rollup()
    for record in found:
        rollup.take(record)
    turned = list(found)
    rng.shuffle(turned)
    for record in turned:
        other.take(record)
    assert rollup.areas() == other.areas()
    assert rollup.totals() == other.totals()
    for area in rollup.areas():
        below = [
            r for r in found
            if r["plan_year"] == area.plan_year and area.code in [code for _, code in levels_of(r["area_code"])]
        ]  # fmt: skip
        assert area.totals.dossiers == len(below)
        assert area.totals.households == sum(r["households"] for r in below)
        assert area.totals.failed == sum(r["verdict"] == "fail" for r in below)
        assert area.totals.critical == sum(r["worst"] == "critical" for r in below)
        assert area.totals.doubts == sum(r["quality"]["DQ1"] for r in below)
        for item in area.items:
            assert item.failed == sum(r["items"][item.item][0] == "fail" for r in below)
            assert item.findings_unknown == sum(r["items"][item.item][3] for r in below)
        assert area.own == sum(r["area_code"] == area.code for r in below)
    country = [a for a in rollup.areas() if a.level == "country"]
    assert sum(a.totals.dossiers for a in country) == len(found) == rollup.totals().dossiers


# -- the command ----------------------------------------------------------------------------------------------


def test_the_command_tells_what_it_found_and_exits_with_the_worst(stream: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    result = invoke(str(stream), *GATE, "--out", str(out), "--jobs", "1")
    assert result.exit_code == 3, result.output
    assert "feed.jsonl" in result.output
    again = invoke(str(stream), *GATE, "--out", str(out))
    assert again.exit_code == 2
    assert "--overwrite" in again.output
    assert invoke(str(stream), *GATE, "--out", str(out), "--jobs", "1", "--overwrite").exit_code == 3


def test_good_dossiers_pass_the_gate_and_failing_ones_do_not(tmp_path: Path) -> None:
    (tmp_path / "good.jsonl").write_bytes(lines(dossier(1, violations=0)))
    (tmp_path / "bad.jsonl").write_bytes(lines(dossier(1, violations=0), dossier(2, violations=2)))
    how = [*GATE, "--jobs", "1", "--no-quality"]
    assert invoke(str(tmp_path / "good.jsonl"), *how, "--out", str(tmp_path / "a")).exit_code == 0
    assert invoke(str(tmp_path / "bad.jsonl"), *how, "--out", str(tmp_path / "b")).exit_code == 1
    never = invoke(str(tmp_path / "bad.jsonl"), *how, "--out", str(tmp_path / "c"), "--fail-on", "never")
    assert never.exit_code == 0
    unknown = invoke(str(tmp_path / "good.jsonl"), *how, "--out", str(tmp_path / "d"), "--fail-on-unknown")
    assert unknown.exit_code == (1 if records(tmp_path / "d")[0]["open"] else 0)


@pytest.mark.parametrize("limit", [0, 1, 7, 10_000])
def test_a_limit_leaves_out_and_says_so(stream: Path, tmp_path: Path, limit: int) -> None:
    result = invoke(str(stream), *GATE, "--out", str(tmp_path), "--jobs", "1", "--max-findings", str(limit), "--restart")
    told = orjson.loads((tmp_path / "feed.json").read_bytes())
    assert told["findings_written"] == len(kept(tmp_path)) == min(limit, told["findings"])
    assert told["findings"] == sum(r.get("findings", 0) for r in records(tmp_path)) > 7
    if limit < told["findings"]:
        assert str(told["findings"]) in result.output.replace(",", "")


def test_progress_is_an_object_a_line_when_asked_for(stream: Path, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "compliance", "feed", str(stream), *GATE, "--out", str(tmp_path), "--jobs", "1"]
    done = subprocess.run(
        [*command, "--progress", "json", "--report", "json"], env=os.environ | {"PYTHONPATH": str(ROOT)},
        capture_output=True,
    )  # fmt: skip
    told = [json.loads(line) for line in done.stderr.splitlines()]
    assert [t["state"] for t in told][-1] == "writing"
    assert told[-1]["dossiers"] == 10
    assert told[-1]["read_bytes"] == told[-1]["of_bytes"] == stream.stat().st_size
    assert json.loads(done.stdout)["checked"] == 8


def test_standard_input_is_a_stream_of_lines(stream: Path, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "compliance", "feed", "-", *GATE, "--out", str(tmp_path / "b"), "--jobs", "2"]
    with stream.open("rb") as data:
        done = subprocess.run(command, env=os.environ | {"PYTHONPATH": str(ROOT)}, capture_output=True, stdin=data)
    assert done.returncode == 3, done.stderr.decode()
    run(tmp_path / "a", stream)
    told = [[{k: v for k, v in f.items() if k != "source"} for f in kept(tmp_path / n)] for n in "ab"]
    assert told[0] == told[1]


def test_what_was_begun_without_a_day_goes_on_as_of_that_day(
    stream: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("compliance.feed.journal._COMMIT_AFTER", -1.0)
    found, _ = sources([str(stream)])
    with pytest.raises(Cut):
        Run(found, HOW, tmp_path).go(cut_after(4))
    result = invoke(str(stream), "--profile", PROFILE, "--out", str(tmp_path), "--jobs", "1")
    assert result.exit_code == 3
    assert orjson.loads((tmp_path / "feed.json").read_bytes())["settings"]["as_of"] == DAY


def test_an_unfinished_run_of_other_settings_is_told_and_can_be_forgotten(
    stream: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("compliance.feed.journal._COMMIT_AFTER", -1.0)
    found, _ = sources([str(stream)])
    with pytest.raises(Cut):
        Run(found, HOW, tmp_path).go(cut_after(4))
    other = invoke(str(stream), *GATE, "--mode", "strict", "--out", str(tmp_path), "--jobs", "1")
    assert other.exit_code == 2
    assert "--restart" in other.output
    assert "settings" in other.output
    again = invoke(str(stream), *GATE, "--mode", "strict", "--out", str(tmp_path), "--jobs", "1", "--restart")
    assert again.exit_code == 3


@pytest.mark.parametrize(
    ("args", "says"),
    [
        (["no.jsonl"], "no such file"),
        (["--master", "x", "no.jsonl"], "--engine spark"),
        (["--profile", "nowhere", "{stream}"], "nowhere"),
    ],
)
def test_wrong_use_is_said_before_anything_is_done(stream: Path, tmp_path: Path, args: list[str], says: str) -> None:
    command = [sys.executable, "-m", "compliance", "feed", "--out", str(tmp_path / "o")]
    done = subprocess.run(
        [*command, *(a.format(stream=stream) for a in args)], env=os.environ | {"PYTHONPATH": str(ROOT)},
        capture_output=True,
    )  # fmt: skip
    assert done.returncode == 2
    assert says in done.stderr.decode()
    assert b"Traceback" not in done.stderr
    assert not (tmp_path / "o" / "feed.json").exists()


def test_a_folder_that_cannot_be_written_is_said(stream: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    result = invoke(str(stream), *GATE, "--out", str(tmp_path / "file" / "out"), "--jobs", "1")
    assert result.exit_code == 2
    assert "Traceback" not in result.output
    assert "file" in result.output


def test_the_digest_of_a_folder_follows_its_files(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "a/dossier.json").write_bytes(b"{}")
    piece = Piece(0, "a", None, path=str(tmp_path / "a"))
    before = digest(piece)
    assert digest(piece) == before
    (tmp_path / "a/x.pdf").write_bytes(b"1")
    assert digest(piece) != before


def test_a_journal_gives_back_what_it_was_given_sorted(tmp_path: Path) -> None:
    with Journal(tmp_path / "j.db", {"a": 1}) as journal:
        for number, (area, ident) in enumerate([("2", "b"), ("1", "z"), ("2", "a"), (None, None)]):
            record = {"source": "s", "line": number, "sha256": None, "area_code": area, "dossier_id": ident}
            journal.add(Answer(number, orjson.dumps(record), (b'{"n":%d}\n' % number,)), b"")
        journal.commit()
        assert [r["line"] for r in journal.records()] == [1, 2, 0, 3]
        assert io.BytesIO(b"".join(journal.findings())).readlines() == [b'{"n":%d}\n' % n for n in (1, 2, 0, 3)]
