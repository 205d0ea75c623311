"""The shapes and words of the ledger of rectification (整改台账): entries, events, refusals; plain frozen data.

An entry is what its events make of it: nothing stands in it that no event has said. Whether it is overdue is derived
from the day it is looked at, and never stored.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal

from compliance.schemas.refusal import Lang, Words, printable
from compliance.schemas.report import Severity

__all__ = [
    "ACTS", "FIELD_WORDS", "KINDS", "RECHECKS", "STATES", "UNFINISHED",
    "Act", "Entry", "Event", "Kind", "LedgerRefused", "Line", "Problem", "Recheck", "Source", "Standing", "State",
    "Todo",
]  # fmt: skip

State = Literal["open", "assigned", "in_progress", "submitted", "verified", "closed"]
STATES: Final[Mapping[State, Words]] = {
    "open": Words("待整改", "open"),
    "assigned": Words("已交办", "assigned"),
    "in_progress": Words("整改中", "in progress"),
    "submitted": Words("已反馈", "submitted"),
    "verified": Words("已核验", "verified"),
    "closed": Words("已销号", "closed"),
}
UNFINISHED: Final[tuple[State, ...]] = ("open", "assigned", "in_progress")
"""States in which the responsible unit still owes something: only these can be overdue. What was submitted in time
and waits for the verifier is not late."""

Act = Literal[
    "found", "import", "open", "assign", "start", "amend", "submit", "return", "verify", "close", "extend", "recheck",
    "note",
]  # fmt: skip
ACTS: Final[Mapping[Act, Words]] = {
    "found": Words("建账", "ledger founded"),
    "import": Words("导入报告", "report imported"),
    "open": Words("登记", "opened"),
    "assign": Words("交办", "assigned"),
    "start": Words("启动整改", "started"),
    "amend": Words("填报", "amended"),
    "submit": Words("反馈", "submitted"),
    "return": Words("退回", "returned"),
    "verify": Words("核验", "verified"),
    "close": Words("销号", "closed"),
    "extend": Words("延期", "extended"),
    "recheck": Words("复查", "rechecked"),
    "note": Words("备注", "noted"),
}

Kind = Literal["immediate", "staged", "continuing"]
KINDS: Final[Mapping[Kind, Words]] = {
    "immediate": Words("立行立改", "at once"),
    "staged": Words("分阶段整改", "in stages"),
    "continuing": Words("持续整改", "continuing"),
}

Recheck = Literal["unchanged", "updated", "incomparable", "resolved"]
RECHECKS: Final[Mapping[Recheck, Words]] = {
    "unchanged": Words("未整改", "not mended"),
    "updated": Words("部分整改", "mended in part"),
    "incomparable": Words("不可比，不能认定已整改", "not comparable: not shown to be mended"),
    "resolved": Words("复查已整改，待核验销号", "mended by the later report; to be verified and closed"),
}
"""What a later report says of an entry, in the words of the comparison of two reports. None of them closes it."""

FIELD_WORDS: Final[Mapping[str, Words]] = {
    "unit": Words("责任单位", "responsible unit"),
    "person": Words("责任人", "responsible person"),
    "leader": Words("责任领导", "responsible leader"),
    "requirement": Words("整改要求", "requirement"),
    "measures": Words("整改措施", "measures"),
    "kind": Words("整改类型", "type of rectification"),
    "deadline": Words("整改时限", "deadline"),
    "progress": Words("进展", "progress"),
    "project": Words("项目", "project"),
    "text": Words("说明", "text"),
    "evidence": Words("佐证材料", "evidence"),
    "reason": Words("理由", "reason"),
    "opinion": Words("核验意见", "opinion"),
    "approved_by": Words("批准人（单位）", "approved by"),
    "approval": Words("批准文号", "document of approval"),
    "office": Words("认定单位", "office"),
    "authority": Words("认定依据", "authority"),
    "decided_on": Words("认定日期", "day of the determination"),
    "found_by": Words("发现来源", "found by"),
    "area_name": Words("地区名称", "name of the area"),
    "area": Words("地区代码", "area code"),
    "year": Words("年度", "year"),
    "severity": Words("严重度", "severity"),
    "item": Words("条目", "item"),
    "title": Words("条目名称", "title of the item"),
    "cite": Words("依据条款", "clause relied on"),
    "subject": Words("涉及小区、项目", "subject"),
    "previous": Words("前次编号", "earlier entry"),
}
"""What a person can write into an act."""

Source = Literal["report", "hand"]


@dataclass(frozen=True, slots=True)
class Event:
    """One recorded act. Its hash covers everything in it and the hash of the event before."""

    seq: int
    time: str
    """UTC by the clock of the machine: ``2024-05-01T08:00:00.000000Z``"""
    actor: str
    """As given by who acted; a command line cannot prove it"""
    act: str
    entry: str | None
    """Number of the entry; none for what concerns the ledger as a whole"""
    payload: str
    """Canonical JSON"""
    prev: str
    hash: str


@dataclass(frozen=True, slots=True)
class Entry:
    """One problem to be mended, as its events have made it; columns of the table, one for one."""

    number: str
    """``999901-2023-0001``: area, year, running number"""
    area: str
    area_name: str
    year: int
    serial: int
    state: State
    source: Source
    found_by: str
    """发现来源: the report's own name for itself, 现场检查, 信访, 审计 …"""
    item: str | None
    title: str | None
    cite: str | None
    severity: Severity | None
    problem: str | None
    """问题编号 as the lists have it"""
    subject_kind: str | None
    subject_id: str | None
    subject_name: str | None
    project: str | None
    """Id of the project it belongs to"""
    text: str
    """问题描述"""
    unit: str | None
    person: str | None
    leader: str | None
    requirement: str | None
    measures: str | None
    kind: Kind | None
    deadline: str | None
    deadline_suggested: bool
    """The deadline was suggested by the program, and nobody has set it"""
    progress: str | None
    previous: str | None
    """Number of the closed entry that this one recurs from"""
    as_of: str | None
    """Day by which the last report about this entry judged"""
    seen: str | None
    """JSON: the reports, and their findings, in which it was seen to fail; none for entries by hand"""
    origin: str
    """JSON: where the problem was found, pointers to its evidence, what was advised"""
    recheck: str | None
    """JSON: what the last later report said"""
    submission: str | None
    """JSON: the last submission with its evidence"""
    closure: str | None
    """JSON: on what the entry was closed"""
    submitted_by: str | None
    submitted_at: str | None
    verified_by: str | None
    verified_at: str | None
    closed_by: str | None
    closed_at: str | None
    returns: int
    extensions: int
    opened_at: str
    updated_at: str
    last_seq: int
    """Number of the last event about this entry"""


@dataclass(frozen=True, slots=True)
class Line:
    """What a list shows of an entry, on the day it is looked at."""

    number: str
    state: State
    area: str
    area_name: str
    item: str | None
    title: str | None
    severity: Severity | None
    problem: str | None
    subject_name: str | None
    project: str | None
    text: str
    unit: str | None
    person: str | None
    deadline: str | None
    deadline_suggested: bool
    found_by: str
    previous: str | None
    updated_at: str
    closed_at: str | None
    late: int
    """Days overdue; 0 where it is not"""


@dataclass(frozen=True, slots=True)
class Standing:
    """How many entries of one group stand where."""

    key: str
    """Empty for all, and where the group has no name"""
    states: Mapping[State, int]
    overdue: int
    due_soon: int

    @property
    def total(self) -> int:
        """All of them."""
        return sum(self.states.values())


_NOTHING = Words("", "")


@dataclass(frozen=True, slots=True)
class Todo:
    """Acts on one entry, one after the other, decided on when its last event was ``last_seq``."""

    number: str
    last_seq: int
    acts: tuple[tuple[Act, Mapping[str, Any]], ...]


@dataclass(frozen=True, slots=True)
class Problem:
    """Why something was refused, where, and what to do."""

    where: str
    says: Words
    hint: Words = _NOTHING

    def line(self, lang: Lang = "zh") -> str:
        """One line for a person."""
        zh = lang == "zh"
        says, hint = (self.says.zh, self.hint.zh) if zh else (self.says.en, self.hint.en)
        place = f"{printable(self.where)}{'：' if zh else ': '}" if self.where else ""
        return place + says + (f"{'。' if zh else '. '}{hint}" if hint else "")


class LedgerRefused(Exception):
    """An act, a report or a ledger was refused; carries every problem found. Nothing was changed."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__(problems)
        self.problems = tuple(problems)

    def __str__(self) -> str:
        return self.text("zh")

    def text(self, lang: Lang = "zh") -> str:
        """The whole refusal for a person."""
        return "\n".join(problem.line(lang) for problem in self.problems)

    def to_json(self) -> dict[str, Any]:
        """The whole refusal as JSON values."""
        return {
            "refused": True,
            "errors": [
                {"where": p.where, "message": p.says._asdict(), "hint": p.hint._asdict()} for p in self.problems
            ],
        }
