"""``ledger``: the ledger of rectification (整改台账), from what was found to its closing; calls, prints, exits.

Exit codes: 0 done · 1 asked to fail on what is overdue · 2 wrong use · 3 refused, nothing changed · 4 the ledger could
not be read or written, nothing changed · 5 the ledger is not what its acts made it.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from compliance.commands.options import FAULT, GATE, INTEGRITY, LANG, PASSED, REFUSED, USAGE, a_day, stop, write_out

if TYPE_CHECKING:
    from datetime import date

    from compliance.rectify.ledger import Filter, Imported, Ledger
    from compliance.schemas.ledger import Entry

__all__ = ["ledger"]

_Decorator = Callable[[Callable[..., Any]], Callable[..., Any]]

_STATES: Final = ("open", "assigned", "in_progress", "submitted", "verified", "closed")
_KINDS: Final = ("immediate", "staged", "continuing")

_DB = click.option(
    "--db", metavar="FILE|URL", default="ledger.db", envvar="COMPLIANCE_LEDGER", show_default=True, show_envvar=True,
    help="台账：SQLite 文件，或 postgresql+psycopg://… / the ledger",
)  # fmt: skip
_ACTOR = click.option(
    "--actor", metavar="NAME", envvar="COMPLIANCE_ACTOR", show_envvar=True,
    help="经办人，记入台账；程序不能核实身份 / who acts: recorded, not proved",
)  # fmt: skip
_ENTRIES = click.argument("entries", nargs=-1, required=True, metavar="ENTRY...")
_REPORT = click.option(
    "--report", "targets", multiple=True, metavar="FORMAT[:FILE]",
    help="text, json, csv；可重复 / repeatable; default text",
)  # fmt: skip
_ON = click.option(
    "--on", callback=a_day, metavar="DATE",
    help="按哪一天计算逾期，缺省为今天（北京时间） / day to reckon by; default today in China",
)  # fmt: skip


def _text(*names: str, help: str, required: bool = False) -> _Decorator:
    return click.option(*names, metavar="TEXT", help=help, required=required)


_UNIT = _text("--unit", help="责任单位 / responsible unit")
_PERSON = _text("--person", help="责任人 / responsible person")
_LEADER = _text("--leader", help="责任领导 / responsible leader")
_REQUIREMENT = _text("--requirement", help="整改要求 / requirement")
_MEASURES = _text("--measures", help="整改措施 / measures")
_PROGRESS = _text("--progress", help="进展 / progress")
_PROJECT = _text("--project", help="所属项目编号 / id of the project")
_KIND = click.option("--kind", type=click.Choice(_KINDS), help="立行立改、分阶段整改、持续整改 / type of rectification")
_DEADLINE = click.option("--deadline", metavar="DATE", help="整改时限 YYYY-MM-DD / deadline")


@click.group()
def ledger() -> None:
    """整改台账：登记、交办、整改、反馈、核验、销号 / the ledger of rectification.

    \b
    compliance ledger import 报告.json --actor 张三          不符合项入账；再次导入即复查
    compliance ledger list --overdue --unit 示例街道办事处
    compliance ledger assign 999901-2023-0001 --person 李四 --deadline 2024-06-30
    compliance ledger start|submit|verify-entry|close …     整改中、反馈、核验、销号
    compliance ledger verify                                核对台账是否被改动

    每项操作都记入只能追加的事件链，记有经办人、时间和内容。经办人由命令行或环境变量给出，程序不能核实其身份。
    """


# -- what all share ----------------------------------------------------------------------------------------------


def _guarded(run: Callable[..., Any]) -> Callable[..., Any]:
    """Refusals and failures in plain words, each with its exit code."""

    @wraps(run)
    def guarded(*args: Any, **options: Any) -> Any:
        from compliance.rectify.ledger import LedgerDamaged, LedgerUnavailable
        from compliance.rectify.reading import ReportsRefused
        from compliance.schemas.ledger import LedgerRefused

        lang = options["lang"]
        try:
            return run(*args, **options)
        except (LedgerRefused, ReportsRefused) as refused:
            stop(REFUSED, refused.text(lang))
        except LedgerUnavailable as error:
            stop(FAULT, getattr(error.says, lang))
        except LedgerDamaged as error:
            stop(INTEGRITY, getattr(error.says, lang))

    return guarded


def _open(db: str, lang: str, *, create: bool = False) -> Ledger:
    from compliance.rectify.ledger import open_ledger

    return open_ledger(db, create=create, say=lambda words: click.echo(getattr(words, lang), err=True))


def _who(actor: str | None, lang: str) -> str:
    if actor is None or not actor.strip():
        raise click.UsageError(
            "须说明经办人：--actor 姓名，或设环境变量 COMPLIANCE_ACTOR / say who acts: --actor, or COMPLIANCE_ACTOR"
        )
    zh = f"经办人：{actor}（自报，程序未核实身份）"
    click.echo(zh if lang == "zh" else f"actor: {actor} (as named, not proved)", err=True)
    return actor


def _today(on: str | None = None) -> date:
    from datetime import date

    from compliance.clock import today

    return today() if on is None else date.fromisoformat(on)


def _targets(targets: Sequence[str], known: Sequence[str] = ("text", "json", "csv")) -> list[tuple[str, str]]:
    result: list[tuple[str, str]] = []
    for written in targets or ("text",):
        name, _, file = written.partition(":")
        if name not in known:
            raise click.UsageError(f"没有格式 {name!r}；可用 / no such format; there are: {', '.join(known)}")
        if file not in ("", "-") and file in [f for _, f in result]:
            raise click.UsageError(f"写到同一文件 / two reports to one file: {file}")
        result.append((name, file or "-"))
    return result


def _width(file: str) -> int:
    import shutil

    terminal = file == "-" and sys.stdout.isatty()
    return max(60, min(shutil.get_terminal_size().columns, 120)) if terminal else 100


def _bytes(path: str) -> bytes:
    try:
        return Path(path).read_bytes()
    except FileNotFoundError:
        stop(REFUSED, f"文件不存在：{path} / no such file: {path}")
    except OSError as error:
        stop(REFUSED, f"无法读取 {path}：{error.strerror} / cannot read {path}: {error.strerror}")


def _given(**values: Any) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value is not None}


def _say_states(entries: Sequence[Entry], lang: str) -> None:
    from compliance.schemas.ledger import STATES

    for entry in entries:
        click.echo(f"{entry.number}  {getattr(STATES[entry.state], lang)}")


def _act(entries: Sequence[str], act: str, payload: dict[str, Any], db: str, actor: str | None, lang: str) -> None:
    """One act on some entries, on all or none."""
    who = _who(actor, lang)
    with _open(db, lang) as opened:
        _say_states(opened.act(entries, act, payload, who), lang)


# -- what comes in -----------------------------------------------------------------------------------------------


@ledger.command("import")
@click.argument("files", nargs=-1, required=True, metavar="REPORT|XLSX...")
@click.option("--deadline", callback=a_day, metavar="DATE", help="新入账问题的整改时限；缺省给出建议时限 / deadline")
@click.option("--from", "since", callback=a_day, metavar="DATE", help="建议时限起算日，缺省为今天 / counted from")
@click.option("--yes", is_flag=True, help="导回工作簿时不再询问 / do not ask before a workbook is taken over")
@click.option(
    "--evidence", "folder", metavar="FOLDER", help="工作簿所列佐证材料所在文件夹，缺省同工作簿 / where the evidence is"
)  # fmt: skip
@_ACTOR
@_DB
@LANG
@_guarded
def import_(
    files: Sequence[str],
    deadline: str | None,
    since: str | None,
    yes: bool,
    folder: str | None,
    actor: str | None,
    db: str,
    lang: Any,
) -> None:
    """导入检查报告（JSON）或填好的台账工作簿（xlsx）/ import reports, or a workbook that was exported and filled in.

    报告：只有整改清单上的问题入账；提升建议、待补材料、待研判不入账。同一报告再次导入不增加任何内容；
    复查报告只记录结论，销号须另行核验、办理。

    工作簿：逐格列出与台账的差异，询问后一次办理；有一处存疑即全部不办，逐格说明。

    \b
    compliance ledger import 报告.json --actor 张三
    compliance ledger import out/*.json --deadline 2024-06-30
    compliance ledger import 台账.xlsx --actor 李四 --evidence 佐证/
    """
    workbooks = [file for file in files if _is_workbook(file)]
    who = _who(actor, lang)
    if workbooks and len(files) > 1:
        raise click.UsageError("工作簿一次导入一份 / import one workbook at a time")
    if workbooks:
        _import_filled(workbooks[0], Path(folder) if folder else Path(workbooks[0]).parent, yes, who, db, lang)
    else:
        _import_reports(files, deadline, since, who, db, lang)


def _is_workbook(file: str) -> bool:
    """By its name or by how it begins: a report in JSON never begins like an archive or an old document."""
    if Path(file).suffix.lower() in (".xlsx", ".xls", ".xlsm", ".et", ".csv"):
        return True
    return _bytes(file)[:4] in (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")


def _import_reports(
    files: Sequence[str], deadline: str | None, since: str | None, who: str, db: str, lang: str
) -> None:
    from compliance.rectify.reading import read_reports

    # All are read before any is imported; the earlier day first, whatever the order on the command line.
    order = sorted(read_reports(files), key=lambda read: read.used.as_of)
    faults = 0
    with _open(db, lang, create=True) as opened:
        for read in order:
            file = read.used.file
            done = opened.import_report(_bytes(file), file, who, _today(since), deadline=deadline)
            click.echo(_imported(file, done, lang))
            faults += read.used.faults
    if faults:
        zh, en = (
            "报告不完整（检查程序有故障）：未得出结论的事项没有入账",
            "a report is incomplete: the checker had faults",
        )
        click.echo(zh if lang == "zh" else en, err=True)


def _import_filled(file: str, folder: Path, yes: bool, who: str, db: str, lang: Any) -> None:
    """A workbook that came back: the difference, the question, then all of it or nothing."""
    from compliance.rectify.roundtrip import filled

    zh = lang == "zh"
    with _open(db, lang) as opened:
        found = filled(_bytes(file), file, opened.known, opened.mark(), who, lambda name: _digest(folder, name))
        for notice in found.notices:
            click.echo(("注意 " if zh else "note: ") + notice.line(lang), err=True)
        for change in found.changes:
            old, new = change.old or ("（空）" if zh else "(empty)"), change.new
            click.echo(f"{change.cell}  {change.number}  {getattr(change.title, lang)}")
            click.echo(f"    {_one_line(old)} → {_one_line(new)}")
        if not found.todo:
            click.echo("没有改动" if zh else "nothing was changed")
            return
        cells, entries = len(found.changes), len(found.todo)
        question = f"改动 {cells} 格，涉及 {entries} 条，办理？" if zh else f"{cells} cells, {entries} entries: go on?"
        try:
            agreed = yes or click.confirm(question, err=True)
        except click.Abort:
            agreed = False
        if not agreed:
            stop(GATE, "未确认，台账没有改动" if zh else "not agreed to: the ledger was not changed")
        _say_states(opened.carry_out(found.todo, who), lang)


def _one_line(text: str) -> str:
    return " ⏎ ".join(text.split("\n"))


def _digest(folder: Path, name: str) -> str | None:
    """SHA-256 of a file of evidence; none outside the folder."""
    import hashlib

    path = folder / name
    try:
        if not path.resolve().is_relative_to(folder.resolve()):
            return None
        return hashlib.sha256(path.read_bytes()).hexdigest()
    except (OSError, ValueError):
        return None


def _imported(file: str, done: Imported, lang: str) -> str:
    import json

    zh = lang == "zh"
    if done.already is not None:
        return f"{file}：{done.already} 已导入过，未作改动" if zh else f"{file}: imported before ({done.already})"
    results = [json.loads(entry.recheck or "{}").get("result") for entry in done.rechecked]
    from compliance.schemas.ledger import RECHECKS

    parts = [f"新入账 {len(done.opened)} 条" if zh else f"{len(done.opened)} opened"]
    recurred = sum(entry.previous is not None for entry in done.opened)
    if recurred:
        parts.append(f"其中复发 {recurred} 条" if zh else f"{recurred} of them recurred")
    for code, words in RECHECKS.items():
        if code in results:
            parts.append(f"{words.zh} {results.count(code)} 条" if zh else f"{words.en}: {results.count(code)}")
    lines = [f"{file}：{'，'.join(parts)}" if zh else f"{file}: {', '.join(parts)}"]
    lines += [f"  {entry.number}  {getattr(words, lang)}" for entry, words in done.passed_over]
    return "\n".join(lines)


@ledger.command("add")
@click.option("--area", required=True, metavar="CODE", help="六位行政区划代码 / area code")
@click.option("--area-name", required=True, metavar="TEXT", help="地区名称 / name of the area")
@click.option("--year", type=int, help="年度，缺省为今年 / year; default this year")
@_text("--source", "found_by", help="发现来源：现场检查、信访、审计…… / how it was found", required=True)
@_text("--text", help="问题描述 / what is the matter", required=True)
@_text("--item", help="条目编号，如 B7.1 / item")
@_text("--cite", help="依据条款 / clause relied on")
@_text("--subject", help="涉及小区、项目 / community or project")
@click.option("--severity", type=click.Choice(["critical", "major", "minor", "advisory"]), help="严重度 / severity")
@click.option("--recurs", "previous", metavar="ENTRY", help="由哪一已销号问题复发 / closed entry that it recurs from")
@_UNIT
@_PERSON
@_LEADER
@_REQUIREMENT
@_MEASURES
@_KIND
@_DEADLINE
@_PROJECT
@_ACTOR
@_DB
@LANG
@_guarded
def add(actor: str | None, db: str, lang: Any, year: int | None, **told: Any) -> None:
    """手工登记问题 / write down a problem by hand.

    \b
    compliance ledger add --area 999901 --area-name 示例县 --source 现场检查 --text "……" --unit 示例街道办事处
    """
    who = _who(actor, lang)
    with _open(db, lang, create=True) as opened:
        entry = opened.add({"year": year or _today().year, **_given(**told)}, who)
    _say_states([entry], lang)


# -- the way to closing ------------------------------------------------------------------------------------------


@ledger.command("assign")
@_ENTRIES
@_UNIT
@_PERSON
@_LEADER
@_REQUIREMENT
@_MEASURES
@_KIND
@_DEADLINE
@_ACTOR
@_DB
@LANG
@_guarded
def assign(entries: Sequence[str], actor: str | None, db: str, lang: Any, **told: Any) -> None:
    """交办：明确责任单位、责任人、时限 / assign to a unit and a person, with a deadline."""
    _act(entries, "assign", _given(**told), db, actor, lang)


@ledger.command("start")
@_ENTRIES
@_MEASURES
@_KIND
@_PROGRESS
@_ACTOR
@_DB
@LANG
@_guarded
def start(entries: Sequence[str], actor: str | None, db: str, lang: Any, **told: Any) -> None:
    """启动整改 / rectification begins."""
    _act(entries, "start", _given(**told), db, actor, lang)


@ledger.command("update")
@_ENTRIES
@_UNIT
@_PERSON
@_LEADER
@_REQUIREMENT
@_MEASURES
@_KIND
@_DEADLINE
@_PROGRESS
@_PROJECT
@_ACTOR
@_DB
@LANG
@_guarded
def update(entries: Sequence[str], actor: str | None, db: str, lang: Any, **told: Any) -> None:
    """填报责任人、措施、进展等，状态不变 / fill in or correct; the state stays.

    已定的时限只能经批准延期（ledger extend）。
    """
    _act(entries, "amend", _given(**told), db, actor, lang)


@ledger.command("submit")
@_ENTRIES
@_text("--text", help="整改情况 / what was done", required=True)
@click.option(
    "--evidence", "files", multiple=True, required=True, metavar="[TITLE=]FILE[#PAGE]",
    help="佐证材料，可重复；记录文件名、SHA-256、页码，不收存文件 / repeatable; name, SHA-256 and page are recorded",
)  # fmt: skip
@_ACTOR
@_DB
@LANG
@_guarded
def submit(entries: Sequence[str], text: str, files: Sequence[str], actor: str | None, db: str, lang: Any) -> None:
    """反馈整改情况并附佐证 / submit what was done, with evidence.

    \b
    compliance ledger submit 999901-2023-0001 --text "已补签承诺书" --evidence "承诺书=commitment.pdf#2"
    """
    _act(entries, "submit", {"text": text, "evidence": [_evidence(file) for file in files]}, db, actor, lang)


def _evidence(written: str) -> dict[str, Any]:
    import hashlib

    title, mark, file = written.rpartition("=")
    page = None
    if not Path(file).exists() and "#" in file:
        file, _, number = file.rpartition("#")
        if not number.isdecimal():
            raise click.UsageError(f"页码不是数字 / the page is no number: {written}")
        page = int(number)
    name = Path(file).name
    digest = hashlib.sha256(_bytes(file)).hexdigest()
    return {"title": title if mark else name, "file": name, "sha256": digest, "page": page}


@ledger.command("return")
@_ENTRIES
@_text("--reason", help="退回理由 / reason", required=True)
@_ACTOR
@_DB
@LANG
@_guarded
def return_(entries: Sequence[str], reason: str, actor: str | None, db: str, lang: Any) -> None:
    """退回，继续整改 / send back to be mended further."""
    _act(entries, "return", {"reason": reason}, db, actor, lang)


@ledger.command("verify-entry")
@_ENTRIES
@_text("--opinion", help="核验意见 / opinion", required=True)
@_ACTOR
@_DB
@LANG
@_guarded
def verify_entry(entries: Sequence[str], opinion: str, actor: str | None, db: str, lang: Any) -> None:
    """核验反馈；须由反馈人以外的人办理 / verify what was submitted; someone else than who submitted it."""
    _act(entries, "verify", {"opinion": opinion}, db, actor, lang)


@ledger.command("close")
@_ENTRIES
@click.option(
    "--report", "named", metavar="FILE|SHA256",
    help="已导入且复查结论为已整改的报告 / a report, imported, that found it mended",
)  # fmt: skip
@_text("--office", help="认定单位 / office that determined")
@_text("--authority", help="认定依据 / on what authority")
@_text("--reason", help="认定理由 / why")
@click.option("--decided-on", callback=a_day, metavar="DATE", help="认定日期，缺省为今天 / default today")
@_ACTOR
@_DB
@LANG
@_guarded
def close(
    entries: Sequence[str],
    named: str | None,
    office: str | None,
    authority: str | None,
    reason: str | None,
    decided_on: str | None,
    actor: str | None,
    db: str,
    lang: Any,
) -> None:
    """销号：依据复查报告，或依据认定 / close on a later report's conclusive pass, or on a determination.

    \b
    compliance ledger close 999901-2023-0001 --report 复查.json
    compliance ledger close 999901-2023-0002 --office 示例市住建局 --authority "示建办〔2024〕5号" --reason "……"
    """
    told = _given(office=office, authority=authority, reason=reason)
    if (named is None) == (not told):
        raise click.UsageError(
            "写 --report，或写 --office --authority --reason，二者择一 / either --report, or the other three"
        )
    who = _who(actor, lang)
    with _open(db, lang) as opened:
        payload: dict[str, Any]
        if named is not None:
            payload = {"report": opened.report_named(named)}
        else:
            payload = {"determination": {**told, "decided_on": decided_on or _today().isoformat()}}
        _say_states(opened.act(entries, "close", payload, who), lang)


@ledger.command("extend")
@_ENTRIES
@click.option("--deadline", required=True, metavar="DATE", help="延期后的时限 / the new deadline")
@_text("--reason", help="延期理由 / reason", required=True)
@_text("--approved-by", help="批准人（单位） / who approved", required=True)
@_text("--approval", help="批准文号 / document of approval")
@_ACTOR
@_DB
@LANG
@_guarded
def extend(entries: Sequence[str], actor: str | None, db: str, lang: Any, **told: Any) -> None:
    """经批准延期 / move the deadline, with approval."""
    _act(entries, "extend", _given(**told), db, actor, lang)


@ledger.command("note")
@_ENTRIES
@_text("--text", help="备注 / note", required=True)
@_ACTOR
@_DB
@LANG
@_guarded
def note(entries: Sequence[str], text: str, actor: str | None, db: str, lang: Any) -> None:
    """备注，不改变状态；已销号的也可备注 / a note changes nothing else."""
    _act(entries, "note", {"text": text}, db, actor, lang)


# -- looking -----------------------------------------------------------------------------------------------------

_FILTERS = (
    click.option(
        "--area", "areas", multiple=True, metavar="CODE", help="地区；省、市代码含其下各地 / area, with those below"
    ),
    click.option("--unit", "units", multiple=True, metavar="TEXT", help="责任单位 / responsible unit"),
    click.option("--item", "items", multiple=True, metavar="ITEM", help="条目 / item"),
    click.option("--state", "states", multiple=True, type=click.Choice(_STATES), help="状态 / state"),
    click.option("--project", "projects", multiple=True, metavar="ID", help="项目编号 / id of a project"),
    click.option("--year", "years", multiple=True, type=int, help="年度 / year"),
)


def _filters(command: Any) -> Any:
    for option in reversed(_FILTERS):
        command = option(command)
    return command


def _wanted(told: dict[str, Any], **more: Any) -> Filter:
    from compliance.rectify.ledger import Filter

    return Filter(**{**told, "items": [item.upper() for item in told["items"]]}, **more)


@ledger.command("list")
@_filters
@click.option("--overdue", is_flag=True, help="只列逾期的 / overdue only")
@click.option(
    "--due-within", type=click.IntRange(0, 3660), metavar="DAYS", help="若干天内到期的 / due within so many days"
)
@click.option("--limit", type=click.IntRange(1), help="最多列多少条 / no more than so many")
@_ON
@_REPORT
@_DB
@LANG
@_guarded
def list_(
    overdue: bool,
    due_within: int | None,
    limit: int | None,
    on: str | None,
    targets: Sequence[str],
    db: str,
    lang: Any,
    **told: Any,
) -> None:
    """列出台账条目 / list entries.

    \b
    compliance ledger list --overdue
    compliance ledger list --area 999900 --state submitted --report csv:待核验.csv
    """
    from compliance.rectify.ledger import lines
    from compliance.render import ledger as render

    wanted = _targets(targets)
    with _open(db, lang) as opened:
        found = lines(opened, _wanted(told, overdue=overdue, due_within=due_within, limit=limit), _today(on))
    for name, file in wanted:
        if name == "text":
            write_out(render.lines_text(found, lang, _width(file)), file)
        else:
            write_out(render.lines_json(found) if name == "json" else render.lines_csv(found, lang), file)


@ledger.command("export")
@click.argument("file", metavar="FILE")
@_filters
@click.option("--overdue", is_flag=True, help="只列逾期的 / overdue only")
@click.option(
    "--format", "form", type=click.Choice(["xlsx", "oscal_poam"]), default="xlsx", show_default=True,
    help="oscal_poam：行动计划，含经过，不能导回 / a plan of action with the history, which is not imported again",
)  # fmt: skip
@_ON
@_DB
@LANG
@_guarded
def export(file: str, overdue: bool, form: str, on: str | None, db: str, lang: Any, **told: Any) -> None:
    """导出工作簿，供责任单位填写后导回 / a workbook for units to fill in, to be imported again.

    工作簿缺省为未销号的全部条目，oscal_poam 缺省为全部条目。
    黄底各栏可填：责任领导、责任人、措施、类型、时限、进展、整改情况、佐证材料。

    \b
    compliance ledger export 台账.xlsx --unit 示例街道办事处
    compliance ledger import 台账.xlsx --actor 李四
    compliance ledger export --format oscal_poam poam.json
    """
    from compliance.rectify.ledger import entries
    from compliance.rectify.ledger.query import late_by
    from compliance.rectify.roundtrip import export as exported
    from compliance.render.ledger_poam import plan

    day = _today(on)
    if not told["states"] and form == "xlsx":
        told["states"] = _STATES[:-1]
    with _open(db, lang) as opened:
        found = entries(opened, _wanted(told, overdue=overdue), day)
        if form == "xlsx":
            data = exported(found, opened.mark(), day, lang)
        else:
            whole = [(one, opened.events(one.number), late_by(one.state, one.deadline, day)) for one in found]
            data = plan(whole, opened.head(), day.isoformat(), lang)
    write_out(data, file)
    click.echo(f"导出 {len(found)} 条" if lang == "zh" else f"{len(found)} entries", err=True)


@ledger.command("show")
@click.argument("entry")
@_ON
@_REPORT
@_DB
@LANG
@_guarded
def show(entry: str, on: str | None, targets: Sequence[str], db: str, lang: Any) -> None:
    """一个条目的全部情况和经过 / everything about one entry, with its history; text or json."""
    from compliance.rectify.ledger.query import late_by
    from compliance.render import ledger as render

    wanted = _targets(targets, ("text", "json"))
    with _open(db, lang) as opened:
        found, events = opened.entry(entry), opened.events(entry)
    late = late_by(found.state, found.deadline, _today(on))
    for name, file in wanted:
        if name == "text":
            write_out(render.entry_text(found, events, late, lang, _width(file)), file)
        else:
            write_out(render.entry_json(found, events, late), file)


@ledger.command("status")
@_filters
@click.option("--by", type=click.Choice(["area", "unit", "item"]), help="分组 / groups")
@click.option(
    "--soon", type=click.IntRange(0, 3660), default=7, show_default=True, help="多少天内到期算临期 / due soon"
)
@click.option("--fail-on-overdue", is_flag=True, help="有逾期即退出码 1 / exit 1 if anything is overdue")
@_ON
@_REPORT
@_DB
@LANG
@_guarded
def status(
    by: str | None,
    soon: int,
    fail_on_overdue: bool,
    on: str | None,
    targets: Sequence[str],
    db: str,
    lang: Any,
    **told: Any,
) -> None:
    """各状态、逾期、临期各多少 / how many stand where.

    \b
    compliance ledger status --by unit
    """
    from compliance.rectify.ledger import standings
    from compliance.render import ledger as render

    wanted = _targets(targets)
    with _open(db, lang) as opened:
        found = standings(opened, _wanted(told), _today(on), by, soon)
    for name, file in wanted:
        if name == "text":
            write_out(render.standings_text(found, by, lang), file)
        else:
            data = render.standings_json(found, by) if name == "json" else render.standings_csv(found, by, lang)
            write_out(data, file)
    sys.exit(GATE if fail_on_overdue and any(one.overdue for one in found) else PASSED)


@ledger.command("verify")
@click.option("--head", metavar="COUNT:HASH", help="另存的链尾 / the end of the chain as it was kept elsewhere")
@_DB
@LANG
@_guarded
def verify(head: str | None, db: str, lang: Any) -> None:
    """核对台账：事件链、条目、报告是否被改动 / find any edit of the ledger.

    末尾事件被删从内部看不出来：把每次印出的链尾抄存在台账之外，下次用 --head 核对。

    \b
    compliance ledger verify --head 128:6e09a4…
    """
    from compliance.rectify.ledger import verify as verified

    if head is not None and not _is_head(head):
        stop(USAGE, f"链尾应写作 件数:哈希（64 位十六进制） / write COUNT:HASH: {head}")
    zh = lang == "zh"
    with _open(db, lang) as opened:
        found = verified(opened, head)
    for problem in found.problems:
        click.echo(problem.line(lang))
    told = (
        f"事件 {found.events} 件，条目 {found.entries} 个，报告 {found.reports} 份；链尾 {found.head}"
        if zh
        else f"{found.events} events, {found.entries} entries, {found.reports} reports; head {found.head}"
    )
    click.echo(told)
    if found.since is not None:
        click.echo(
            f"另存的链尾之后新增 {found.since} 件" if zh else f"{found.since} events since the head that was kept"
        )
    if found.problems:
        stop(INTEGRITY, "台账与所记操作不符" if zh else "the ledger is not what its acts made it")
    click.echo("未发现改动。请把链尾抄存于台账之外。" if zh else "No edit found. Keep the head outside the ledger.")


def _is_head(head: str) -> bool:
    count, mark, digest = head.strip().rpartition(":")
    return len(digest) == 64 and digest.isalnum() and (count.isdecimal() if mark else True)
