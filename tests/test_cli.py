"""The command line: exit codes, files that are whole or not there, and words for people where something is wrong."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from places import AS_OF, FIXTURES, PROFILE, raw_of

import compliance
from compliance.cli import _gate, cli
from compliance.schemas.received import Received
from compliance.schemas.report import Report

ROOT = FIXTURES.parent
HEAD = {name: value for name, value in raw_of("village").items() if not isinstance(value, dict | list)}
OPEN = {**HEAD, "dossier_id": "open"}
FAILING = {**HEAD, "dossier_id": "failing", "mechanisms": [{"area_code": HEAD["area_code"], "established": False}]}


def write(folder: Path, dossier: dict[str, Any]) -> str:
    path = folder / f"{dossier['dossier_id']}.json"
    path.write_text(json.dumps(dossier, ensure_ascii=False), "utf-8")
    return str(path)


@pytest.fixture
def failing(tmp_path: Path) -> str:
    return write(tmp_path, FAILING)


@pytest.fixture
def undecided(tmp_path: Path) -> str:
    return write(tmp_path, OPEN)


def run(*args: str, given: bytes | None = None) -> Result:
    return CliRunner().invoke(cli, list(args), input=given)


def check(*args: str, given: bytes | None = None) -> Result:
    return run("check", "--as-of", AS_OF, *args, given=given)


def process(*args: str, **options: Any) -> subprocess.CompletedProcess[bytes]:
    environment = {**os.environ, "PYTHONPATH": str(ROOT), **options.pop("env", {})}
    command = [sys.executable, "-m", "compliance", *args]
    return subprocess.run(command, capture_output=True, env=environment, timeout=120, check=False, **options)


# -- exit codes ------------------------------------------------------------------------------------------------


def test_a_place_that_complies_passes_the_gate() -> None:
    result = check(str(FIXTURES / "shili-county"), "--profile", PROFILE)
    assert result.exit_code == 0, result.output[-500:]
    assert "21条，符合21条" in result.output


def test_a_breach_fails_the_gate(failing: str) -> None:
    assert check(failing).exit_code == 1


def test_what_is_open_passes_the_gate_unless_asked_otherwise(undecided: str) -> None:
    assert check(undecided).exit_code == 0
    assert check(undecided, "--fail-on-unknown").exit_code == 1


@pytest.mark.parametrize(
    "args",
    [
        (), ("--lang", "fr", "x"), ("--mode", "loose", "x"), ("--fail-on", "advisory", "x"), ("--report", "pdf", "x"),
        ("--report", "json:a.json", "x", "y"), ("--report", "json:a", "--report", "html:a", "x"), ("--nosuch", "x"),
        ("--as-of", "2024-02-30", "x"), ("--as-of", "2024", "x"), ("--as-of", "1800-01-01", "x"), ("--as-of", "2200-01-01", "x"),
    ],
)  # fmt: skip
def test_wrong_usage_is_told_and_exits_with_2(args: tuple[str, ...]) -> None:
    result = check(*args)
    assert result.exit_code == 2
    assert result.stdout == ""
    assert result.stderr


def test_an_unknown_format_names_those_there_are() -> None:
    assert "html, json" in check("--report", "pdf", "x").stderr


def test_a_profile_that_cannot_be_used_exits_with_2_and_names_its_line(tmp_path: Path, failing: str) -> None:
    profile = tmp_path / "p.yaml"
    profile.write_text("profile: p\ntitle: {zh: 示例, en: Example}\nparameters:\n  rate: []\n", "utf-8")
    done = process("check", failing, "--profile", str(profile))
    assert done.returncode == 2
    assert b"p.yaml:4: unknown parameter 'rate'" in done.stderr
    assert b"Traceback" not in done.stderr


def test_input_that_is_no_dossier_exits_with_3_in_either_language(tmp_path: Path) -> None:
    bad = tmp_path / "bad.json"
    bad.write_text('{"schema_version": "1.0", "plan_year": "2023"}', "utf-8")
    zh, en = check(str(bad)), check(str(bad), "--lang", "en")
    assert (zh.exit_code, en.exit_code) == (3, 3)
    assert "无法读取为档案" in zh.stderr
    assert "refused" in en.stderr
    assert zh.stdout == ""


def test_a_refusal_is_json_where_json_was_asked_for(tmp_path: Path) -> None:
    bad = tmp_path / "bad.json"
    bad.write_text("{", "utf-8")
    result = check(str(bad), "--report", "json", "--report", f"json:{tmp_path}/{{id}}.out.json")
    assert result.exit_code == 3
    refused = json.loads(result.stdout)
    assert refused["refused"] is True
    assert refused["errors"][0]["code"] == "truncated"
    assert json.loads((tmp_path / "bad.out.json").read_text("utf-8")) == refused


def test_a_file_that_is_not_there_exits_with_3() -> None:
    assert check("nowhere.json").exit_code == 3


def test_several_dossiers_give_the_worst_code_and_every_report(tmp_path: Path, failing: str, undecided: str) -> None:
    bad = tmp_path / "bad.json"
    bad.write_text("[]", "utf-8")
    out = f"json:{tmp_path}/out/{{id}}.json"
    assert check(undecided, failing, "--report", out).exit_code == 1
    assert check(str(bad), undecided, failing, "--report", out).exit_code == 3
    assert sorted(p.name for p in (tmp_path / "out").iterdir()) == ["bad.json", "failing.json", "open.json"]


@pytest.mark.parametrize(
    ("codes", "worst"),
    [({0}, 0), ({0, 1}, 1), ({1, 3}, 3), ({3, 5}, 5), ({5, 4}, 4), ({0, 1, 3, 4, 5}, 4)],
)
def test_the_worst_of_several_codes_wins_and_is_never_a_count(
    codes: set[int], worst: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    left = iter(sorted(codes))
    monkeypatch.setattr("compliance.cli._check_one", lambda *_: next(left))
    assert check(*["x"] * len(codes)).exit_code == worst


def test_a_wrong_hash_exits_with_5(tmp_path: Path) -> None:
    folder = tmp_path / "sent"
    (folder / "attachments").mkdir(parents=True)
    (folder / "attachments" / "a.pdf").write_bytes(b"other bytes")
    attachment = {"att_id": "a", "doc_type": "resolution", "file": "a.pdf", "sha256": "0" * 64}
    (folder / "dossier.json").write_text(json.dumps({**FAILING, "attachments": [attachment]}), "utf-8")
    assert check(str(folder)).exit_code == 5


# -- the gate --------------------------------------------------------------------------------------------------

SEVERITIES = ["critical", "major", "minor", "advisory"]


class _Any:
    """A report of which only the gate's fields exist."""

    def __init__(self, worst: str | None, is_open: bool, faults: int = 0, integrity: int = 0) -> None:
        self.verdict = self
        self.worst, self.open = worst, is_open
        self.faults, self.integrity = (None,) * faults, ("a",) * integrity


def gate(report: _Any, fail_on: str, fail_on_unknown: bool) -> int:
    stand_in: Any = report
    assert isinstance(stand_in, _Any | Report)
    return _gate(stand_in, fail_on, fail_on_unknown)


@pytest.mark.parametrize("fail_on", ["critical", "major", "minor", "never"])
@pytest.mark.parametrize("on_unknown", [False, True])
def test_the_gate_for_every_worst_severity(fail_on: str, on_unknown: bool) -> None:
    for worst in [None, *SEVERITIES]:
        for is_open in (False, True):
            failed = worst is not None and fail_on != "never"
            if failed and fail_on != "minor":
                assert worst is not None
                failed = SEVERITIES.index(worst) <= SEVERITIES.index(fail_on)
            failed = failed or (on_unknown and is_open)
            assert gate(_Any(worst, is_open), fail_on, on_unknown) == int(failed), (worst, is_open)


def test_a_fault_stands_above_integrity_and_both_above_the_gate() -> None:
    assert gate(_Any("critical", True, faults=1, integrity=1), "never", False) == 4
    assert gate(_Any("critical", True, integrity=1), "never", False) == 5


@pytest.mark.parametrize(("fail_on", "code"), [("critical", 0), ("major", 1), ("minor", 1), ("never", 0)])
def test_the_least_severity_that_fails_is_the_callers(failing: str, fail_on: str, code: int) -> None:
    assert check(failing, "--fail-on", fail_on).exit_code == code


# -- what is written -------------------------------------------------------------------------------------------


def test_standard_input_is_read_and_standard_output_written() -> None:
    result = check("-", "--report", "json:-", given=json.dumps(FAILING).encode())
    assert result.exit_code == 1
    assert json.loads(result.stdout)["area"]["dossier_id"] == "failing"


def test_several_reports_are_written_in_one_run(tmp_path: Path, failing: str) -> None:
    html = tmp_path / "deep" / "er" / "r.html"
    result = check(failing, "--report", "text", "--report", f"html:{html}", "--report", f"json:{tmp_path}/{{id}}.r.json")
    assert result.exit_code == 1
    assert "检查报告" in result.stdout
    assert html.read_bytes().startswith(b"<!")
    assert (tmp_path / "failing.r.json").exists()


def test_a_file_is_whole_or_not_there(tmp_path: Path, failing: str, monkeypatch: pytest.MonkeyPatch) -> None:
    target = tmp_path / "out" / "r.json"
    check(failing, "--report", f"json:{target}")
    whole = target.read_bytes()

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    result = check(failing, "--report", f"json:{target}", "--report", f"html:{target.parent / 'new.html'}")
    assert result.exit_code == 2
    assert "No space left" in result.stderr
    assert target.read_bytes() == whole
    assert [p.name for p in target.parent.iterdir()] == ["r.json"]


def test_a_place_that_cannot_be_written_to_is_told(tmp_path: Path, failing: str) -> None:
    (tmp_path / "file").write_text("")
    result = check(failing, "--report", f"json:{tmp_path}/file/r.json")
    assert result.exit_code == 2
    assert "cannot write" in result.stderr


def test_nothing_but_the_report_goes_to_standard_output(failing: str, undecided: str) -> None:
    done = process("check", failing, undecided, "--report", "json", "--as-of", AS_OF)
    assert done.stderr == b""
    assert done.stdout.count(b'"report_version"') == 2


def test_no_colour_and_no_progress_without_a_terminal(failing: str, undecided: str) -> None:
    done = process("check", failing, undecided, "--as-of", AS_OF)
    assert b"\x1b" not in done.stdout + done.stderr


def on_a_terminal(*args: str, **env: str) -> bytes:
    """What a terminal shows of both streams."""
    import pty

    main, side = pty.openpty()
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "TERM": "xterm", **env}
    child = subprocess.Popen([sys.executable, "-m", "compliance", *args], stdout=side, stderr=side, env=environment)
    os.close(side)
    shown = b""
    try:
        while part := os.read(main, 65536):
            shown += part
    except OSError:
        pass
    finally:
        os.close(main)
    child.wait(60)
    return shown


@pytest.mark.skipif(sys.platform == "win32", reason="no pseudo-terminals")
def test_a_terminal_gets_colour_and_progress_and_no_color_is_heard(failing: str, undecided: str) -> None:
    shown = on_a_terminal("check", failing, undecided, "--as-of", AS_OF, NO_COLOR="")
    assert "检查 / checking".encode() in shown
    plain = on_a_terminal("check", failing, "--as-of", AS_OF, NO_COLOR="1")
    assert b"\x1b[3" not in plain
    environment = {k: v for k, v in os.environ.items() if k == "NO_COLOR"}
    if not environment:
        assert b"\x1b[" in on_a_terminal("check", failing, "--as-of", AS_OF)


def test_output_is_utf8_whatever_the_locale(failing: str) -> None:
    done = process("check", failing, "--as-of", AS_OF, env={"LC_ALL": "C", "PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0"})
    assert done.returncode == 1
    assert "检查报告" in done.stdout.decode("utf-8")


@pytest.mark.skipif(sys.platform == "win32", reason="no such pipes")
def test_a_reader_who_leaves_early_changes_neither_the_code_nor_the_peace(failing: str) -> None:
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-m", "compliance", "check", failing, "--as-of", AS_OF, "--report", "json", "--report", "html"]
    reader, writer = os.pipe()
    os.close(reader)
    child = subprocess.run(command, stdout=writer, stderr=subprocess.PIPE, env=environment, check=False)
    os.close(writer)
    assert (child.returncode, child.stderr) == (1, b"")


# -- faults of the program -------------------------------------------------------------------------------------

BROKEN = """
import sys, compliance.road, compliance.cli
def broken(*_, **__):
    raise {error}
compliance.road.examine = broken
sys.argv = ["compliance", "check", "x.json"]
compliance.cli.main()
"""


def broken(error: str, **env: str) -> subprocess.CompletedProcess[bytes]:
    environment = {**os.environ, "PYTHONPATH": str(ROOT), **env}
    command = [sys.executable, "-c", BROKEN.format(error=error)]
    return subprocess.run(command, capture_output=True, env=environment, check=False)


def test_an_error_that_nobody_foresaw_is_a_fault_without_a_traceback() -> None:
    done = broken('RuntimeError("engine gone")')
    assert done.returncode == 4
    assert b"RuntimeError: engine gone" in done.stderr
    assert b"Traceback" not in done.stderr
    assert done.stdout == b""


def test_a_developer_gets_the_traceback_when_asking_for_it() -> None:
    assert b"Traceback" in broken('RuntimeError("engine gone")', COMPLIANCE_DEBUG="1").stderr


def test_an_interruption_is_not_a_failed_gate() -> None:
    done = broken("KeyboardInterrupt()")
    assert done.returncode == 130
    assert b"interrupted" in done.stderr


# -- the other commands ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_every_item_can_be_explained(lang: str) -> None:
    from compliance.bench import load_law

    for clause in load_law().clauses:
        result = run("explain", clause.id.lower(), "--lang", lang, "--profile", PROFILE, "--as-of", AS_OF)
        assert result.exit_code == 0, result.output
        assert all(item.id in result.output for item in clause.items)


def test_explain_tells_the_places_number_and_its_document() -> None:
    place = run("explain", "B7.1", "--profile", PROFILE, "--as-of", AS_OF).output
    nowhere = run("explain", "B7.1", "--as-of", AS_OF).output
    assert "示" in place
    assert "未配置" in nowhere
    assert "未配置" not in place


def test_an_item_that_there_is_not_exits_with_2() -> None:
    done = process("explain", "B99.1")
    assert done.returncode == 2
    assert b"B1.1" in done.stderr
    assert b"Traceback" not in done.stderr


def test_the_rulebook_is_listed_shown_linted_tested_and_covered() -> None:
    listed = [line.split()[0] for line in run("rules", "list").output.splitlines() if "[" in line]
    assert sum(item[0] in "BH" for item in listed) == 36
    assert {"X1", "X8", "X11"} <= set(listed)
    assert run("rules", "show", "b7.2").output.startswith("clause: B7")
    assert run("rules", "lint").exit_code == 0
    assert "36/36" in run("rules", "coverage").output
    tested = run("rules", "test")
    assert tested.exit_code == 0, tested.output


@pytest.mark.parametrize("name", ["dossier", "clause", "profile", "report"])
def test_schemas_are_printed(name: str) -> None:
    schema = json.loads(run("schema", name).stdout_bytes)
    assert schema["$schema"].endswith("2020-12/schema")


def test_the_version_is_that_of_the_package() -> None:
    assert run("--version").output.strip().endswith(compliance.__version__)
    assert "version = attr: compliance.schemas.version.VERSION" in (ROOT / "setup.cfg").read_text("utf-8")


@pytest.mark.parametrize("args", [(), ("rules",), ("check",), ("explain",), ("schema",)])
def test_help_is_there_for_every_command(args: tuple[str, ...]) -> None:
    result = run(*args, "--help")
    assert result.exit_code == 0
    assert "Usage" in result.output


def test_starting_up_loads_neither_pydantic_nor_the_engine() -> None:
    probe = "import sys, compliance.cli; print([m for m in ('pydantic', 'yaml', 'durable_rules_engine', 'jinja2', 'orjson') if m in sys.modules])"
    done = subprocess.run(
        [sys.executable, "-c", probe], capture_output=True, env={**os.environ, "PYTHONPATH": str(ROOT)}, check=True
    )
    assert done.stdout.strip() == b"[]"


def test_two_dossiers_with_one_id_do_not_overwrite_each_other(failing: str, tmp_path: Path) -> None:
    other = tmp_path / "other" / "x.json"
    other.parent.mkdir()
    other.write_bytes(Path(failing).read_bytes())
    result = check(failing, str(other), "--report", f"json:{tmp_path}/out-{{id}}.json")
    assert result.exit_code == 2
    assert "out-failing.json" in result.stderr


def test_a_dossier_that_cannot_be_judged_does_not_keep_the_others_from_it(
    failing: str, undecided: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import compliance.road

    judged = compliance.road.examine

    def check_but_one(source: Any, **options: Any) -> tuple[Report, Received]:
        if "failing" in str(source):
            raise RuntimeError("unforeseen")
        return judged(source, **options)

    monkeypatch.setattr(compliance.road, "examine", check_but_one)
    result = check(failing, undecided, "--report", f"json:{tmp_path}/out-{{id}}.json")
    assert result.exit_code == 4
    assert "unforeseen" in result.stderr
    assert (tmp_path / "out-open.json").is_file()


def test_a_changed_profile_is_read_anew(tmp_path: Path) -> None:
    from compliance.bench import open_bench
    from compliance.schemas.scalars import days

    profile = tmp_path / "p.yaml"
    text = Path(PROFILE).read_text("utf-8")
    profile.write_text(text, "utf-8")
    before = open_bench(str(profile), days(AS_OF))
    assert open_bench(str(profile), days(AS_OF)) is before
    profile.write_text(text.replace("value: 80%", "value: 81%"), "utf-8")
    assert open_bench(str(profile), days(AS_OF)).profile.sha256 != before.profile.sha256
