"""``compliance ledger``: what it prints, what it refuses, and with which exit code."""

from __future__ import annotations

import csv
import io
import json
import sqlite3
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from ledgers import COMMUNITY, DAYS, report

from compliance.cli import cli


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COMPLIANCE_ACTOR", "张三")
    monkeypatch.delenv("COMPLIANCE_LEDGER", raising=False)
    (tmp_path / "first.json").write_bytes(report(DAYS[0], {COMMUNITY: "fail"}))
    (tmp_path / "second.json").write_bytes(report(DAYS[1], {COMMUNITY: "pass"}))
    (tmp_path / "proof.pdf").write_bytes(b"%PDF")
    return tmp_path


def run(*args: str, code: int = 0) -> Result:
    result = CliRunner().invoke(cli, ["ledger", *args])
    assert result.exit_code == code, result.output
    return result


NUMBER = "999901-2023-0001"


def closed() -> None:
    run("import", "first.json", "second.json")
    run("assign", NUMBER, "--unit", "示例街道办事处", "--person", "李四", "--deadline", "2024-06-30")
    run("start", NUMBER, "--kind", "staged", "--actor", "李四")
    run("submit", NUMBER, "--text", "已整改", "--evidence", "合同=proof.pdf#2", "--actor", "李四")
    run("verify-entry", NUMBER, "--opinion", "属实")
    run("close", NUMBER, "--report", "second.json")


def test_from_two_reports_to_closing() -> None:
    closed()
    shown = json.loads(run("show", NUMBER, "--report", "json").stdout)
    assert shown["entry"]["state"] == "closed"
    assert shown["entry"]["submission"]["evidence"][0] | {"sha256": ""} == {"title": "合同", "file": "proof.pdf", "sha256": "", "page": 2}
    assert [e["act"] for e in shown["events"]] == ["open", "recheck", "assign", "start", "submit", "verify", "close"]
    text = run("show", NUMBER).stdout
    assert "已销号" in text
    assert "程序未核实身份" in text
    assert "依据复查报告" in text
    assert "on report" in run("show", NUMBER, "--lang", "en").stdout


def test_reports_are_imported_in_the_order_of_their_days_and_once() -> None:
    told = run("import", "second.json", "first.json").stdout.splitlines()
    assert told[0].startswith("first.json：新入账 1 条")
    assert told[1] == "second.json：新入账 0 条，复查已整改，待核验销号 1 条"
    assert "已导入过，未作改动" in run("import", "first.json").stdout


def test_an_actor_is_needed_and_said_not_to_be_proved(monkeypatch: pytest.MonkeyPatch) -> None:
    assert "程序未核实身份" in run("import", "first.json").stderr
    monkeypatch.delenv("COMPLIANCE_ACTOR")
    assert "--actor" in run("note", NUMBER, "--text", "记", code=2).stderr
    assert "--actor" in run("note", NUMBER, "--text", "记", "--actor", " ", code=2).stderr
    run("note", NUMBER, "--text", "记", "--actor", "甲" * 201, code=3)


@pytest.mark.parametrize(
    ("args", "code", "said"),
    [
        (("list",), 3, "没有台账"), (("list", "--report", "xml"), 2, "没有格式"), (("list", "--state", "late"), 2, "late"), (("list", "--on", "2024"), 2, "不是日期"),
        (("import", "none.json"), 3, "不存在"), (("import", "proof.pdf"), 3, "JSON"), (("list", "--db", "mysql://x/y"), 3, "PostgreSQL"), (("show", NUMBER), 3, "没有台账"),
        (("list", "--db", "proof.pdf"), 5, "不是台账"), (("list", "--db", "postgresql://a:geheim@127.0.0.1:1/b"), 4, "无法打开或连接"),
        (("close", NUMBER), 2, "二者择一"), (("close", NUMBER, "--report", "a", "--office", "b"), 2, "二者择一"), (("verify", "--head", "abc"), 2, "链尾"),
    ],
)  # fmt: skip
def test_what_is_refused_and_how(args: tuple[str, ...], code: int, said: str) -> None:
    result = run(*args, code=code)
    assert said in result.stderr
    assert "geheim" not in result.output
    assert not Path("ledger.db").exists()


def test_refusals_of_acts_change_nothing_and_say_all() -> None:
    run("import", "first.json")
    told = run("start", NUMBER, "999901-2023-0002", code=3).stderr
    assert "0002：台账中没有这一编号" in told
    assert "不能启动整改" in run("start", NUMBER, code=3).stderr
    assert "cannot be" in run("start", NUMBER, "--lang", "en", code=3).stderr
    run("submit", NUMBER, "--text", "完", "--evidence", "none.pdf", code=3)
    run("submit", NUMBER, "--text", "完", "--evidence", "proof.pdf#x", code=2)
    assert "没有填写任何一项" in run("update", NUMBER, code=3).stderr
    assert "2024-02-30" in run("assign", NUMBER, "--deadline", "2024-02-30", code=3).stderr


def test_by_hand_with_everything_and_then_updated() -> None:
    run("add", "--area", "999901", "--area-name", "示例县", "--year", "2023", "--source", "信访", "--text", "屋面渗漏", "--item", "B5.1", "--unit", "甲", "--project", "p001")
    run("update", NUMBER, "--progress", "已进场", "--leader", "赵县长")
    (one,) = json.loads(run("list", "--project", "p001", "--item", "b5.1", "--report", "json").stdout)["entries"]
    assert (one["found_by"], one["unit"], one["state"]) == ("信访", "甲", "open")
    assert "进展" in run("show", NUMBER).stdout
    run("extend", NUMBER, "--deadline", "2025-01-01", "--reason", "雨季", "--approved-by", "县政府", code=3)
    run("return", NUMBER, "--reason", "否", code=3)


def test_lists_as_text_csv_and_in_files(folder: Path) -> None:
    run("import", "first.json", "--from", "2024-04-01")
    text = run("list", "--on", "2027-01-01").stdout
    assert "逾期" in text
    assert "（建议）" in text
    assert text.endswith("共 1 条\n")
    run("list", "--overdue", "--on", "2027-01-01", "--report", "csv:l.csv", "--report", "json:l.json")
    rows = list(csv.reader(io.StringIO((folder / "l.csv").read_bytes().decode("utf-8-sig"))))
    assert rows[1][0] == NUMBER
    assert int(rows[1][12]) > 800
    assert json.loads((folder / "l.json").read_bytes())["entries"][0]["late"] == int(rows[1][12])
    assert run("list", "--overdue", "--on", "2024-04-01").stdout == "共 0 条\n"


def test_a_formula_in_an_entry_stays_text() -> None:
    run("add", "--area", "999901", "--area-name", "示例县", "--source", "信访", "--text", "=1+1")
    assert "'=1+1" in run("list", "--report", "csv").stdout


def test_status_counts_and_can_fail_on_what_is_overdue() -> None:
    run("import", "first.json", "--deadline", "2024-06-30")
    table = run("status", "--on", "2024-06-30", "--by", "item", "--fail-on-overdue").stdout
    assert "B5.1  1     1" in table
    run("status", "--on", "2024-07-01", "--fail-on-overdue", code=1)
    run("status", "--on", "2024-07-01")
    assert json.loads(run("status", "--on", "2024-07-01", "--report", "json").stdout)["standings"][0]["overdue"] == 1
    assert "Overdue" in run("status", "--lang", "en", "--report", "csv").stdout


def test_verify_prints_a_head_and_finds_an_edit() -> None:
    closed()
    told = run("verify").stdout
    head = told.split("链尾 ")[1].split()[0]
    run("note", NUMBER, "--text", "归档")
    assert "新增 1 件" in run("verify", "--head", head).stdout
    connection = sqlite3.connect("ledger.db")
    connection.execute("UPDATE ledger_entry SET closed_by = '赵六'")
    connection.commit()
    connection.close()
    result = run("verify", code=5)
    assert f"{NUMBER}：“closed_by”与其事件不符" in result.stdout
    assert "closed_by is not what its events made it" in run("verify", "--lang", "en", code=5).stdout
    assert "另存的链尾" in run("verify", "--head", f"3:{'0' * 64}", code=5).stdout


def test_the_ledger_of_the_environment_is_used(monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
    monkeypatch.setenv("COMPLIANCE_LEDGER", "other.db")
    run("import", "first.json")
    assert (folder / "other.db").exists()
    assert not (folder / "ledger.db").exists()


def test_a_closed_problem_recurs_by_hand() -> None:
    closed()
    run("add", "--area", "999901", "--area-name", "示例县", "--year", "2023", "--source", "信访", "--text", "又漏", "--recurs", NUMBER)
    (_, two) = json.loads(run("list", "--report", "json").stdout)["entries"]
    assert two["previous"] == NUMBER
