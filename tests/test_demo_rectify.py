"""The whole story of rectification, as ``make demo-rectify`` tells it, and the pages that show its commands."""

from __future__ import annotations

import csv
import importlib.util
import io
import json
import re
import subprocess
import sys
import zipfile
from datetime import UTC, date, datetime
from pathlib import Path
from types import ModuleType
from typing import Any

import openpyxl
import pytest

HOME = Path(__file__).resolve().parents[1]
PAGES = ("rectification.md", "rectification.zh-CN.md")


def _demo() -> ModuleType:
    spec = importlib.util.spec_from_file_location("demo_rectify", HOME / "tools" / "demo_rectify.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


demo = _demo()


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """The folder when the story has ended, and what was printed."""
    folder = tmp_path_factory.mktemp("demo-rectify")
    said: list[str] = []
    demo.tell(folder, datetime.now(UTC).astimezone(demo.CHINA).date(), said.append)
    return folder, "\n".join(said)


def ledger(folder: Path, *arguments: str) -> tuple[int, Any]:
    done = subprocess.run(
        [sys.executable, "-m", "compliance", "ledger", *arguments, "--db", str(folder / "ledger.db")],
        cwd=HOME, capture_output=True, check=False,
    )  # fmt: skip
    assert done.returncode in (0, 1, 3), done.stderr.decode()
    return done.returncode, json.loads(done.stdout) if "json" in arguments else done.stdout.decode()


def test_the_end_state(told: tuple[Path, str]) -> None:
    folder, _ = told
    entries = {e["number"][-4:]: e for e in ledger(folder, "list", "--report", "json")[1]["entries"]}
    assert {n: (e["item"], e["state"], e["person"]) for n, e in entries.items()} == {
        "0001": ("B7.1", "assigned", "李四"),
        "0002": ("B8.1", "closed", "赵六"),
        "0003": ("B5.2", "closed", "钱七"),
        "0004": ("B9.2", "closed", "孙八"),
        "0005": (None, "open", None),
        "0006": ("B9.1", "open", None),
    }
    assert entries["0005"]["late"] >= 6
    assert all(e["late"] == 0 for n, e in entries.items() if n != "0005")


def test_each_closing_has_its_ground(told: tuple[Path, str]) -> None:
    """A second report that passed, or a determination; nothing is closed by who submitted it."""
    folder, _ = told
    second = json.loads((folder / "复查报告.json").read_bytes())
    for number, ground in (("0002", "report"), ("0003", "report"), ("0004", "determination")):
        shown = ledger(folder, "show", f"999901-2023-{number}", "--report", "json")[1]
        entry = shown["entry"]
        assert list(entry["closure"]) == [ground]
        assert entry["submitted_by"] != entry["verified_by"] == entry["closed_by"] == "王五"
        assert entry["submission"]["evidence"]
        if ground == "report":
            assert entry["recheck"]["result"] == "resolved"
            assert entry["recheck"]["report"]["sha256"] == entry["closure"]["report"]
            found = {f["item"]: f for f in second["items"]}
            assert found[entry["item"]]["outcome"] == "pass"
        acts = [event["act"] for event in shown["events"]]
        assert acts.index("submit") < acts.index("recheck") < acts.index("verify") < acts.index("close")
    code, said = ledger(folder, "verify")
    assert (code, "未发现改动" in said) == (0, True)


def test_what_was_shown_and_refused_on_the_way(told: tuple[Path, str]) -> None:
    folder, said = told
    assert "整改台账!J2  999901-2023-0001  责任人\n      （空） → 李四" in said
    assert "反馈人赵六不得核验" in said
    assert "首次报告.json：新入账 4 条" in said
    assert "复查报告.json：新入账 1 条，未整改 2 条，复查已整改，待核验销号 2 条" in said
    rows = list(csv.reader(io.StringIO((folder / "复查.csv").read_text("utf-8-sig"))))
    statuses = [cell for row in rows for cell in row if cell in ("新增", "未整改", "已整改")]
    assert {status: statuses.count(status) for status in statuses} == {"新增": 1, "未整改": 2, "已整改": 2}


def test_what_was_handed_out(told: tuple[Path, str]) -> None:
    folder, _ = told
    assert "整改清单" in openpyxl.load_workbook(folder / "整改清单.xlsx").sheetnames
    notices = sorted(path.name for path in (folder / "通知").iterdir())
    assert notices == ["示例县住房和城乡建设局.docx", "示例城关街道办事处.docx", "示例站前街道办事处.docx"]
    for name in notices:
        with zipfile.ZipFile(folder / "通知" / name) as notice:
            assert notice.testzip() is None
            assert name.removesuffix(".docx") in notice.read("word/document.xml").decode()


def test_the_bulletin_at_the_end(told: tuple[Path, str]) -> None:
    folder, _ = told
    text = (folder / "月报.txt").read_text("utf-8")
    page = (folder / "月报.html").read_text("utf-8")
    assert "累计入账6条，已销号3条，销号率50.0%，未销号3条。" in text
    assert "累计入账6条，已销号3条，销号率50.0%，未销号3条。" in page
    assert "逾期问题分布：示例城关街道办事处1条。" in text


def test_the_workbook_goes_round_after_the_second_check(told: tuple[Path, str], tmp_path: Path) -> None:
    folder, _ = told
    file = str(tmp_path / "again.xlsx")
    assert ledger(folder, "export", file)[0] == 0
    assert "没有改动" in ledger(folder, "import", file, "--actor", "李四")[1]


# -- the pages ---------------------------------------------------------------------------------------------------


def commands(page: str) -> list[str]:
    blocks = re.findall(r"^```sh\n(.*?)^```", (HOME / "docs" / page).read_text("utf-8"), re.MULTILINE | re.DOTALL)
    lines = "".join(blocks).replace("\\\n", "").splitlines()
    return [" ".join(line.split()) for line in lines if line.startswith("compliance ")]


@pytest.mark.parametrize("page", PAGES)
def test_pages_show_what_the_demo_runs(page: str) -> None:
    assert commands(page) == [step.line for step in demo.story(demo.SHOWN) if isinstance(step, demo.Command)]


@pytest.mark.parametrize("page", PAGES)
def test_pages_link_to_what_is_there(page: str) -> None:
    text = (HOME / "docs" / page).read_text("utf-8")
    links = [link for link in re.findall(r"\]\(([^)#]+)", text) if "://" not in link]
    assert len([link for link in links if link.startswith("images/rectify-")]) >= 4
    for link in links:
        assert (HOME / "docs" / link).exists(), link


def test_only_days_of_the_story_move_with_the_day_it_is_told() -> None:
    pairs = zip(demo.story(demo.SHOWN), demo.story(date(2031, 1, 31)), strict=True)
    for one, other in pairs:
        if isinstance(one, demo.Command):
            plain = [re.sub(r"--deadline \S+", "", step.line) for step in (one, other)]
            assert plain[0] == plain[1]
