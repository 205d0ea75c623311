"""A report and the entries of its area and year → the acts that importing it takes; carries none of them out.

Only failings of what must or should be become entries: suggestions, material to be supplied and questions to be
judged never do. What the report says of an entry that exists is said by the comparison of two reports (复查), against
every report in which the entry was seen to fail: only where all of them say that it is mended, it is. An entry is
never closed here. Refuses a report older than one that the ledger has of that area and year.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final

from compliance.rectify.compare import compare
from compliance.rectify.ledger.fields import LINE, clip
from compliance.rectify.lists import Terms, lists_of, problem_number
from compliance.rectify.reading import ReportRead, ReportsRefused, read_report
from compliance.schemas import rectify as shapes
from compliance.schemas.ledger import Entry, LedgerRefused, Problem
from compliance.schemas.refusal import Words

__all__ = ["Compare", "Planned", "planned", "refuse_older", "told_of"]

POINTERS: Final = 20
"""Pointers, attachments, steps and precedents that an entry keeps of its finding; the report has them all."""


@dataclass
class Compare:
    """Compares reports that the ledger holds with a new one; each once."""

    new: ReportRead
    stored: Callable[[str], bytes]
    """SHA-256 → the bytes of a report"""
    _made: dict[str, Mapping[str, shapes.Compared] | None] = field(default_factory=dict)

    def of(self, sha256: str) -> Mapping[str, shapes.Compared] | None:
        """Finding of the old report → what became of it; none where this program no longer reads that report."""
        if sha256 not in self._made:
            try:
                old = read_report(self.stored(sha256), sha256[:12])
            except ReportsRefused:
                self._made[sha256] = None
            else:
                made = compare(old, self.new)
                self._made[sha256] = {c.old.finding: c for c in made.entries if c.old is not None}
        return self._made[sha256]


@dataclass(frozen=True, slots=True)
class Planned:
    """What importing a report takes."""

    opened: tuple[dict[str, Any], ...]
    """Payloads of new entries, without their numbers"""
    rechecked: tuple[tuple[Entry, dict[str, Any]], ...]
    passed_over: tuple[tuple[Entry, Words], ...]
    """Failings to which nothing was added, and why"""


def told_of(report: ReportRead) -> dict[str, Any]:
    """What every act that rests on a report says of it."""
    used = report.used
    return {
        "file": clip(used.file.rpartition("/")[2], LINE),
        "sha256": used.sha256,
        "as_of": used.as_of,
        "mode": used.mode,
        "profile": used.profile,
        "profile_sha256": used.profile_sha256,
        "rulebook_version": used.rulebook_version,
        "rulebook_sha256": used.rulebook_sha256,
        "dossier_id": used.area.dossier_id,
        "dossier_sha256": used.dossier_sha256,
        "tool_version": used.tool_version,
        "faults": used.faults,
    }


def refuse_older(report: ReportRead, latest: str | None) -> None:
    """``latest``: day by which the last report of this area and year in the ledger judged."""
    if latest is not None and report.used.as_of < latest:
        raise LedgerRefused(
            [
                Problem(
                    report.used.file,
                    Words(
                        f"基准日 {report.used.as_of} 早于台账中同一地区年度已有报告的 {latest}，不能作为复查",
                        f"judges by {report.used.as_of}; of that area and year the ledger has a report as of {latest}",
                    ),
                    Words("按基准日先后导入", "import reports in the order of their days"),
                )
            ]
        )


def planned(entries: Sequence[Entry], comparing: Compare, today: date, terms: Terms, deadline: str | None) -> Planned:
    """``entries``: all of the report's area and year, in the order of their numbers.

    ``deadline``: set for all new entries; else one is suggested, by ``terms``, and marked as such.
    """
    report = comparing.new
    recurred = {entry.previous for entry in entries if entry.previous is not None}
    failing = {f.id: f for f in report.findings if f.disposition == "rectify"}
    known: dict[str, Entry] = {}
    rechecked, passed_over = [], []
    for entry in entries:
        if entry.source != "report" or entry.number in recurred:
            continue
        result = _Rechecked(entry, comparing)
        if result.finding in failing:
            known.setdefault(result.finding, entry)
        if entry.state != "closed":
            rechecked.append((entry, result.payload(failing)))
    opened = []
    for made in _opened(report, today, terms, deadline):
        before = known.get(made["seen"]["finding"])
        if before is None:
            opened.append(made)
        elif before.state == "closed":
            day = _determined_on(before)
            if day is None or report.used.as_of > day:
                opened.append(made | {"previous": before.number})
            else:
                passed_over.append(
                    (
                        before,
                        Words(
                            f"已于 {day} 认定销号，报告基准日 {report.used.as_of} 不在其后",
                            f"closed on a determination of {day}; the report judges no later day",
                        ),
                    )
                )
    return Planned(tuple(opened), tuple(rechecked), tuple(passed_over))


def _determined_on(entry: Entry) -> str | None:
    """The day of the determination on which an entry was closed; none where a report closed it.

    That report is in the ledger, so that any other that is let in comes after it.
    """
    closure = json.loads(entry.closure or "{}")
    return str(closure["determination"]["decided_on"]) if "determination" in closure else None


class _Rechecked:
    """What a new report says of one entry."""

    def __init__(self, entry: Entry, comparing: Compare) -> None:
        self.entry, self.report = entry, comparing.new
        seen = json.loads(entry.seen or "[]")
        told = [(one, comparing.of(one["report"])) for one in seen]
        self.last: shapes.Compared | None = None
        self.finding = ""
        """Of the new report, on the same item of the same subject"""
        if told and told[-1][1] is not None:
            self.last = told[-1][1].get(told[-1][0]["finding"])
        if self.last is not None and self.last.new is not None:
            self.finding = self.last.new.finding
        elif self.last is None:
            self.finding = self._by_number()
        self.doubts = tuple(_doubts(told, self.finding))

    def _by_number(self) -> str:
        """Where the old report can no longer be read: the finding with the same 问题编号, lest it be opened twice."""
        area = self.report.used.area
        for one in self.report.findings:
            number = problem_number(area.code, area.plan_year, one.item, one.kind, one.subject)
            if number == self.entry.problem:
                return one.id
        return ""

    def payload(self, failing: Mapping[str, Any]) -> dict[str, Any]:
        result, says = "incomparable", _UNREADABLE
        if self.last is not None:
            result, says = self.last.status, Words(self.last.says.zh, self.last.says.en)
        if result == "resolved" and self.doubts:
            result, says = "incomparable", self.doubts[0]
        payload: dict[str, Any] = {
            "result": result,
            "says": {"zh": clip(says.zh), "en": clip(says.en)},
            "report": told_of(self.report),
        }
        finding = failing.get(self.finding)
        if finding is not None:
            payload |= {"text": clip(finding.whole()["sentence"]["zh"]), "severity": finding.severity}
            if self.last is None or result != "unchanged" or self.last.worse:
                payload["seen"] = {"report": self.report.used.sha256, "finding": finding.id}
        return payload


_UNREADABLE = Words(
    "原报告由旧版程序生成，无法逐项对照；须由人认定",
    "the earlier report was made by an older program and cannot be compared: a person has to determine",
)


def _doubts(
    told: Sequence[tuple[Mapping[str, str], Mapping[str, shapes.Compared] | None]], finding: str
) -> Iterator[Words]:
    """Why not every report in which the entry failed is settled by the new one.

    What failed once and was no more there the next time has not been mended: the first report still asks for it.
    """
    for one, compared in told:
        if compared is None:
            yield _UNREADABLE
            continue
        became = compared.get(one["finding"])
        if became is None or became.new is None or became.new.finding != finding:
            yield Words("与此前报告所指对象不能确认为同一", "not certainly the same subject as in an earlier report")
        elif became.status != "resolved":
            yield Words(f"对照此前的报告：{became.says.zh}", f"against an earlier report: {became.says.en}")


def _opened(report: ReportRead, today: date, terms: Terms, deadline: str | None) -> Iterator[dict[str, Any]]:
    """The payload of an entry for every failing that is on the 整改清单."""
    counted = Terms(terms.days, terms.supply, today)
    used = report.used
    for section in lists_of([report], grouped=False, terms=counted).rectify:
        for one in section.entries:
            (affected,) = one.affected
            due = one.term.due if one.term else None
            yield {
                "source": "report",
                "found_by": clip(one.source.zh, LINE),
                "area": used.area.code,
                "area_name": clip(used.area.name, LINE),
                "year": used.area.plan_year,
                "item": one.item,
                "title": clip(one.title.zh, LINE),
                "cite": clip(one.cite.zh, LINE),
                "severity": affected.severity,
                "problem": affected.number,
                "subject_kind": affected.kind,
                "subject_id": affected.id,
                "subject": clip(affected.name.zh, LINE),
                "project": affected.project,
                "text": clip(affected.sentence.zh),
                "unit": clip(affected.unit, LINE) if affected.unit else None,
                "requirement": clip(one.requirement.zh),
                "deadline": deadline or due,
                "deadline_suggested": deadline is None and due is not None,
                "as_of": used.as_of,
                "seen": {"report": used.sha256, "finding": affected.finding},
                "origin": {
                    "report": told_of(report),
                    "finding": affected.finding,
                    "pointer": affected.pointer,
                    "evidence": [clip(words.zh, LINE) for words in dict.fromkeys(affected.evidence)][:POINTERS],
                    "steps": [clip(words.zh, LINE * 2) for words in one.measures[:POINTERS]],
                    "documents": [clip(asked.title.zh, LINE) for asked in one.documents[:POINTERS]],
                    "precedents": [clip(words.zh, LINE) for words in one.precedents[:POINTERS]],
                },
            }
