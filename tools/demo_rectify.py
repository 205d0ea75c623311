"""``make demo-rectify``: from a failing dossier to closure and the monthly bulletin, as people would do it.

Builds the dossiers of an invented county, prints every command as one would type it, and runs exactly those through
the command line, each in a process of its own. What is done by hand, a clerk does here with openpyxl. The days of the
checks are fixed; deadlines count from the day on which this runs, since the ledger records by the clock.
docs/rectification.md and its Chinese sister have the same commands, as of ``SHOWN``.
"""

from __future__ import annotations

import hashlib
import os
import shlex
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import openpyxl

HOME = Path(__file__).resolve().parent.parent
if str(HOME) not in sys.path:
    sys.path.insert(0, str(HOME))

from fixtures.builder.binder import Json  # noqa: E402
from fixtures.builder.dossiers import Made  # noqa: E402
from fixtures.builder.paper import pdf, png  # noqa: E402
from fixtures.builder.variants import Variant, variant  # noqa: E402
from fixtures.builder.write import write  # noqa: E402

__all__ = ["SHOWN", "ByHand", "Command", "prepare", "story", "tell"]

SHOWN = date(2024, 7, 1)
"""The day on which the pages tell the story."""
CHINA = timezone(timedelta(hours=8))


@dataclass(frozen=True)
class Command:
    """What somebody types."""

    says: tuple[str, str]
    line: str
    exits: int = 0
    answer: str = ""
    """What is typed when the program asks"""


@dataclass(frozen=True)
class ByHand:
    """What somebody does without this program."""

    says: tuple[str, str]
    do: Callable[[Path], None]


def story(today: date) -> Iterator[Command | ByHand]:
    """All of it, in order."""

    def day(days: int) -> str:
        return (today + timedelta(days=days)).isoformat()

    yield Command(
        ("检查：有不符合，退出码 1", "The check: something fails, exit code 1"),
        "compliance check 首次档案 --profile shili.yaml --as-of 2024-03-31 --report json:首次报告.json",
        exits=1,
    )
    yield Command(
        ("整改清单等四张清单", "The lists"), "compliance rectify list 首次报告.json --report xlsx:整改清单.xlsx"
    )
    yield Command(
        ("整改通知书，每个责任单位一份", "A notice for each responsible unit"),
        "compliance rectify notice 首次报告.json --only rectify --report docx:通知/{unit}.docx",
    )
    yield Command(
        ("不符合项入账", "What fails enters the ledger"), "compliance ledger import 首次报告.json --actor 张三"
    )
    yield Command(
        ("补登一件信访转来的问题，办理期限已过", "Something that a petition told, written down late"),
        "compliance ledger add --area 999901 --area-name 示例县 --year 2023 --source 信访 "
        f"--text 雨水井盖缺失，未设警示 --unit 示例城关街道办事处 --deadline {day(-6)} --actor 张三",
    )
    yield Command(
        ("交办，定时限", "Assigned, with a deadline"),
        f"compliance ledger assign 999901-2023-0001 999901-2023-0002 --deadline {day(60)} --actor 张三",
    )
    yield Command(
        ("", ""),
        f"compliance ledger assign 999901-2023-0003 999901-2023-0004 --deadline {day(30)} --actor 张三",
    )
    yield Command(("导出工作簿，交责任单位填写", "A workbook for the units"), "compliance ledger export 台账.xlsx")
    yield ByHand(
        ("经办人在 Excel 中填写台账.xlsx，佐证材料放入“佐证”文件夹", "A clerk fills in 台账.xlsx and adds evidence"),
        fill_in,
    )
    yield Command(
        ("导回：逐格列出改动，确认后办理", "Back in: the difference cell by cell, then the question"),
        "compliance ledger import 台账.xlsx --evidence 佐证 --actor 李四",
        answer="y\n",
    )
    yield Command(
        ("另一件直接在命令行反馈", "Another one is submitted on the command line"),
        "compliance ledger start 999901-2023-0002 --measures 重新召开业主大会，就缴费标准表决 --actor 赵六",
    )
    yield Command(
        ("", ""),
        "compliance ledger submit 999901-2023-0002 --text 业主大会已通过缴费标准，决议已公告 "
        "--evidence 业主大会决议=佐证/业主大会决议.pdf#1 --actor 赵六",
    )
    yield Command(
        ("整改后的档案再检查", "The mended dossier is checked"),
        "compliance check 复查档案 --profile shili.yaml --as-of 2024-06-30 --report json:复查报告.json",
        exits=1,
    )
    yield Command(
        ("复查：两份报告逐项对照；仍有未销的，退出码 1", "The two reports compared; something is still open"),
        "compliance rectify compare 首次报告.json 复查报告.json --report text:复查.txt --report csv:复查.csv",
        exits=1,
    )
    yield Command(
        ("复查结论记入台账", "What it found enters the ledger"), "compliance ledger import 复查报告.json --actor 张三"
    )
    yield Command(
        ("反馈人不得核验自己的反馈，被拒", "Who submitted may not verify: refused"),
        "compliance ledger verify-entry 999901-2023-0002 --opinion 属实 --actor 赵六",
        exits=3,
    )
    yield Command(
        ("由另一人核验", "Somebody else verifies"),
        "compliance ledger verify-entry 999901-2023-0002 999901-2023-0003 999901-2023-0004 "
        "--opinion 经现场核对，与佐证材料相符 --actor 王五",
    )
    yield Command(
        ("依据复查报告销号", "Closed on the second report"),
        "compliance ledger close 999901-2023-0002 999901-2023-0003 --report 复查报告.json --actor 王五",
    )
    yield Command(
        ("逾期备案已成事实，不能靠复查销号，由主管部门认定", "What cannot be undone is closed on a determination"),
        "compliance ledger close 999901-2023-0004 --office 示例市住房和城乡建设局 --authority 示建办〔2024〕5号 "
        "--reason 备案已补办，已约谈建设单位并完善备案流程 --actor 王五",
    )
    yield Command(("核对台账是否被改动", "Was the ledger tampered with?"), "compliance ledger verify")
    yield Command(("台账现状", "The ledger now"), "compliance ledger list")
    yield Command(("按单位统计", "By unit"), "compliance ledger status --by unit")
    yield Command(
        ("月报", "The monthly bulletin"), "compliance ledger report --report text:月报.txt --report html:月报.html"
    )


# -- the dossiers -------------------------------------------------------------------------------------------------

LEFT = ("b7-1-one-household-short-in-taking-part", "b9-2-filed-on-the-sixteenth-day")
"""Still fails at the second check: one because nothing was done, one because no day is put back."""
MENDED = ("b8-1-no-agreement-on-paying", "b5-2-nothing-for-parking")
SECOND: tuple[Json, ...] = (
    {"at": "/data_as_of", "to": "2024-06-30"},
    {"at": "/submission/number", "to": "示建报2024第2号"},
    {"at": "/submission/signed_on", "to": "2024-06-28"},
)


GOING_ON = ("p006", "p007", "p008", "p009")
"""Projects under way, whose supervision has to go on between the two checks; of the last, June was forgotten."""


def _inspected() -> tuple[tuple[Json, ...], bytes]:
    """The inspections since the first dossier, and the record that shows them, a page to a project."""
    days = {project: ["2024-04-12", "2024-05-12", "2024-06-12"] for project in GOING_ON}
    days[GOING_ON[-1]].pop()
    quotes = {day: f"{day}现场抽查，未发现问题" for told in days.values() for day in told}
    record = pdf([[quotes[day] for day in told] for told in days.values()])
    attachment = {
        "att_id": "inspections-2024",
        "doc_type": "inspection_record",
        "title": "2024年二季度监督抽查记录",
        "file": "inspections-2024.pdf",
        "pages": len(days),
        "sha256": hashlib.sha256(record).hexdigest(),
    }
    changes: list[Json] = [{"at": "/attachments/-", "to": attachment}]
    for page, (project, told) in enumerate(days.items(), 1):
        for day in told:
            evidence = [{"attachment": "inspections-2024", "page": page, "quote": quotes[day]}]
            inspection = {"inspected_on": day, "result": "passed", "evidence": evidence}
            changes.append({"at": f"/projects/@{project}/inspections/-", "to": inspection})
    return tuple(changes), record


def prepare(folder: Path) -> None:
    """The two dossiers and the rules of the county, in an empty folder."""
    write(_built((*LEFT, *MENDED)), folder / "首次档案")
    inspected, record = _inspected()
    mended = _built(LEFT, SECOND + inspected)
    write(Made(mended.dossier, {**mended.files, "inspections-2024.pdf": record}), folder / "复查档案")
    shutil.copyfile(HOME / "fixtures" / "profiles" / "shili.yaml", folder / "shili.yaml")


def _built(faults: tuple[str, ...], more: tuple[Json, ...] = ()) -> Made:
    changes = tuple(change for name in faults for change in variant(name).changes)
    return Variant("story", "shili-county", "", "", changes + more, {}, None, None, {}).build()


# -- what is done by hand -----------------------------------------------------------------------------------------

FILLED: dict[str, dict[str, str]] = {
    "999901-2023-0001": {
        "责任人": "李四",
        "整改措施": "对未参与的24户逐户补征询，公示结果",
        "整改类型": "分阶段整改",
        "进展": "已补征询9户，其余正在联系",
    },
    "999901-2023-0002": {"责任人": "赵六", "整改类型": "立行立改"},
    "999901-2023-0003": {
        "责任人": "钱七",
        "整改措施": "改造方案增补停车内容，重新公示",
        "整改类型": "立行立改",
        "整改情况（反馈）": "方案已增补地面停车位12个，已公示",
        "佐证材料（反馈）": "改造方案修订稿=方案修订稿.pdf#2\n公示照片=公示照片.png",
    },
    "999901-2023-0004": {
        "责任人": "孙八",
        "整改措施": "完善备案流程，明确专人",
        "整改类型": "立行立改",
        "整改情况（反馈）": "备案已于2023年11月8日补办，逾期1日；已完善流程",
        "佐证材料（反馈）": "竣工验收备案表=备案表.pdf",
    },
}


def fill_in(folder: Path) -> None:
    """As a clerk does in Excel: some cells of the yellow columns, and files in a folder."""
    evidence = folder / "佐证"
    evidence.mkdir(exist_ok=True)
    for name, lines in (
        ("方案修订稿.pdf", ["改造方案修订稿", "停车：新增地面停车位12个"]),
        ("业主大会决议.pdf", ["业主大会决议", "通过物业服务费标准"]),
        ("备案表.pdf", ["竣工验收备案表", "2023年11月8日"]),
    ):
        (evidence / name).write_bytes(pdf([lines]))
    (evidence / "公示照片.png").write_bytes(png("公示照片"))
    book = openpyxl.load_workbook(folder / "台账.xlsx")
    sheet: Any = book["整改台账"]
    columns = {str(cell.value).partition("\n")[0]: cell.column for cell in sheet[1]}
    for row in range(2, sheet.max_row + 1):
        for title, text in FILLED.get(sheet.cell(row, columns["编号"]).value, {}).items():
            sheet.cell(row, columns[title]).value = text
    book.save(folder / "台账.xlsx")


# -- telling ------------------------------------------------------------------------------------------------------


def tell(folder: Path, today: date, say: Callable[[str], None] = print) -> None:
    """All of it in an empty folder. Ends with an error where a command exits otherwise than the story says."""
    prepare(folder)
    environment = {k: v for k, v in os.environ.items() if not k.startswith("COMPLIANCE_")}
    environment["PYTHONPATH"] = os.pathsep.join((str(HOME), environment.get("PYTHONPATH", "")))
    for step in story(today):
        if any(step.says):
            say(f"\n# {step.says[0]} / {step.says[1]}")
        if isinstance(step, ByHand):
            step.do(folder)
            continue
        say(f"$ {step.line}")
        program, *arguments = shlex.split(step.line)
        assert program == "compliance"
        done = subprocess.run(
            [sys.executable, "-m", "compliance", *arguments],
            cwd=folder,
            env=environment,
            input=step.answer.encode(),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            check=False,
        )
        for line in done.stdout.decode().splitlines():
            say(f"  {line}")
        if done.returncode != step.exits:
            raise SystemExit(f"exit code {done.returncode}, not {step.exits}: {step.line}")


def main() -> None:
    own = HOME / "build" / "demo-rectify"
    if any(given.startswith("-") for given in sys.argv[1:]) or len(sys.argv) > 2:
        sys.exit("tools/demo_rectify.py [FOLDER]: FOLDER is new or empty; without it build/demo-rectify is made anew")
    folder = Path(sys.argv[1]).resolve() if len(sys.argv) > 1 else own
    if folder == own:
        shutil.rmtree(folder, ignore_errors=True)
    elif folder.exists() and any(folder.iterdir()):
        sys.exit(f"文件夹不是空的 / the folder is not empty: {folder}")
    folder.mkdir(parents=True, exist_ok=True)
    begun = time.monotonic()
    tell(folder, datetime.now(UTC).astimezone(CHINA).date())
    print(f"\n{folder}（{time.monotonic() - begun:.0f} s）")


if __name__ == "__main__":
    main()
