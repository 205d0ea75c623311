"""Reports → 整改清单, 待补材料清单, 待研判 and 提升建议, as typed entries; refuses reports of the same dossier twice.

Findings that fail, or are open, in the same way stand together in one entry, which keeps every one of them. A number
(问题编号) is made of what the finding is about, so that it is the same however the dossier is ordered. No rule on time
limits is known to the program: what it says of them is a suggestion, and says so. An unknown is never on the 整改清单;
``reading`` has refused a report that would have it so.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from functools import partial
from hashlib import blake2b
from typing import Any

from compliance import collector
from compliance.rectify.reading import (
    FindingRead,
    ItemRead,
    Refusal,
    ReportRead,
    ReportsRefused,
    text_or_none,
    well_formed,
    words,
)
from compliance.schemas.rectify import (
    LISTS,
    Affected,
    By,
    Entry,
    ListName,
    Lists,
    ReportUsed,
    Section,
    Term,
    TermType,
)
from compliance.schemas.report import SEVERITIES, Bilingual, DocumentAsked, Reason, Severity

__all__ = ["TERM_BOUNDS", "Terms", "lists_of", "problem_number"]

TERM_BOUNDS: Mapping[TermType, tuple[int, int]] = {
    "immediate": (1, 60),
    "staged": (61, 365),
    "continuing": (366, 5 * 366),
}
"""Days that belong to a type of rectification, by the usage of Zhejiang that others follow."""


@dataclass(frozen=True, slots=True)
class Terms:
    """Suggested time limits; every place may set its own.

    The defaults read: what is forbidden outright ends at once; what was left undone takes its phases; what is amiss
    in procedure or papers is mended at once. What the standard only encourages has no day.
    """

    days: Mapping[Severity, int] = field(default_factory=lambda: {"critical": 30, "major": 180, "minor": 60})
    supply: int = 5
    """Working days to supply material"""
    counted_from: date | None = None
    """The day a notice is received; None: not known yet"""

    def of(self, entry: ListName, severity: Severity) -> Term | None:
        """What to suggest for an entry."""
        if entry == "supply":
            return Term(None, self.supply, True, None)
        days = self.days.get(severity) if entry == "rectify" else None
        if days is None:
            return None
        due = (self.counted_from + timedelta(days=days)).isoformat() if self.counted_from else None
        return Term(next(t for t, (_, most) in TERM_BOUNDS.items() if days <= most), days, False, due)


def problem_number(area: str, year: int, item: str, kind: str, subject: str) -> str:
    """问题编号 of a finding: area, year, item, and the community (C) or project (P); A is the area itself.

    >>> problem_number("999901", 2023, "B7.1", "community", "c0007")
    '999901-2023-B7.1-C-c0007'
    >>> problem_number("999901", 2023, "B1.1", "area", "999901")
    '999901-2023-B1.1-A'
    """
    letter = {"area": "A", "community": "C", "project": "P"}.get(kind, kind)
    own = f"-{subject}" if kind != "area" and subject else ""
    return f"{area}-{year}-{item}-{letter}{own}"


def lists_of(
    reports: Sequence[ReportRead], *, by: By = "area", grouped: bool = True, terms: Terms | None = None
) -> Lists:
    """The four lists of one or many reports, in sections by area, responsible unit, project or item.

    ``grouped``: findings of one section that fail or are open in the same way make one entry.
    """
    _refuse_twice(reports)
    terms = terms or Terms()
    with collector.at_rest():
        told = [one for report in reports for one in _told(report)]
        names = {
            (_place(report.used), s.id): Bilingual(s.name, s.name)
            for report in reports
            for s in report.subjects
            if s.kind == "project"
        }
        lists = {name: _sections([t for t in told if t.list == name], by, grouped, terms, names) for name in LISTS}
    return Lists(by, grouped, tuple(r.used for r in reports), **lists)


def _refuse_twice(reports: Sequence[ReportRead]) -> None:
    """Two reports of one area and year would give the same number to two entries."""
    first: dict[tuple[str, int], str] = {}
    refusals = []
    for report in reports:
        used = report.used
        other = first.setdefault((used.area.code, used.area.plan_year), used.file)
        if other is not used.file or sum(r.used is used for r in reports) > 1:
            what = Bilingual(
                f"与 {other} 是同一地区同一年度（{used.area.name}{used.area.plan_year}）的报告",
                f"of the same area and year as {other} ({used.area.name}, {used.area.plan_year})",
            )
            todo = Bilingual(
                "每个地区每一年度只给一份；两次检查之间的变化用 compliance rectify compare",
                "give one for each area and year; for what changed between two, compliance rectify compare",
            )
            refusals.append(Refusal(used.file, "same_area_twice", what, todo))
    if refusals:
        raise ReportsRefused(tuple(refusals))


# -- findings -------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Told:
    """One finding with all that an entry says of it."""

    list: ListName
    report: ReportUsed
    item: ItemRead
    affected: Affected
    way: tuple[Any, ...]
    """In which way it fails or is open; findings of the same item with the same way are alike"""
    reason: Reason | None
    says: Bilingual
    """What is the matter, without the subject"""
    requirement: Bilingual
    measures: tuple[Bilingual, ...]
    documents: tuple[DocumentAsked, ...]
    questions: tuple[Bilingual, ...]
    precedents: tuple[Bilingual, ...]
    remark: tuple[Bilingual, ...]
    source: Bilingual


def _told(report: ReportRead) -> Iterator[_Told]:
    projects = {(s.kind, s.id): s.id if s.kind == "project" else s.project for s in report.subjects}
    for finding in report.findings:
        if finding.disposition != "none":
            project = projects.get((finding.kind, finding.subject))
            # Read from the file only here, where a finding is listed: it may not be as a report is written.
            yield well_formed(finding.file, partial(_one, report, finding, project))


def _one(report: ReportRead, finding: FindingRead, project: str | None) -> _Told:
    whole, item, used = finding.whole(), report.items[finding.item], report.used
    name: ListName = finding.disposition  # type: ignore[assignment]
    deciding = [line for line in finding.lines() if line.outcome == finding.outcome]
    checks = tuple(dict.fromkeys(line.check for line in deciding))
    absent = {v.measure: v.title for line in deciding for v in line.values if v.unknown is not None}
    missing = tuple(dict.fromkeys(absent.values()))
    documents = tuple(DocumentAsked(d["doc_type"], words(d["title"])) for d in whole["asked"])
    questions = tuple(words(q) for q in whole["questions"])
    affected = Affected(
        problem_number(used.area.code, used.area.plan_year, finding.item, finding.kind, finding.subject),
        finding.id,
        finding.kind,
        finding.subject,
        finding.name,
        project,
        text_or_none(whole["responsible_unit"]),
        finding.severity,
        finding.sentence,
        finding.pointer,
        tuple(dict.fromkeys(_attachment(a) for a in whole["found"] if a["state"] != "absent")),
    )
    advice = whole["advice"]
    steps = tuple(words(s) for s in advice["steps"]) if advice else ()
    said = [item.checks[c].says for c in checks if c in item.checks]
    return _Told(
        name,
        used,
        item,
        affected,
        (
            finding.kind, checks, finding.reason, tuple(absent),
            tuple(d.doc_type for d in documents) if finding.reason == "missing_evidence" else (),
        ),
        finding.reason,
        _matter(finding, item, said, missing),
        _requirement(name, finding, item, checks, missing, documents, questions),
        steps or item.remedy if name != "review" else steps,
        documents,
        questions,
        _precedents(advice),
        _remark(used, whole),
        _source(used, whole),
    )


def _attachment(found: Mapping[str, Any]) -> Bilingual:
    title, page = found["title"] or found["attachment"], found["page"]
    zh, en = f"附件{found['attachment']}", f"attachment {found['attachment']}"
    if title != found["attachment"]:
        zh, en = f"{zh}《{title}》", f"{en} “{title}”"
    return Bilingual(zh, en) if page is None else Bilingual(f"{zh}第{page}页", f"{en}, page {page}")


def _joined(words: Iterable[Bilingual], zh: str = "；", en: str = "; ") -> Bilingual:
    held = list(dict.fromkeys(words))
    return Bilingual(zh.join(w.zh.rstrip("。") for w in held), en.join(w.en.rstrip(".") for w in held))


_NOT_KNOWN: Mapping[str, Bilingual] = {
    "missing_field": Bilingual("未填报", "not reported"),
    "missing_evidence": Bilingual("未附证明材料", "no document shows it"),
    "conflicting_data": Bilingual("填报数据互相矛盾", "the data contradict each other"),
    "ambiguous_date": Bilingual("日期只到年或月，先后不能判定", "dates too coarse to tell the order"),
    "missing_parameter": Bilingual("当地尚未明确", "not set in the place"),
    "needs_judgement": Bilingual("须由人研判", "a person has to judge"),
}


def _matter(finding: FindingRead, item: ItemRead, said: list[Bilingual], missing: Sequence[Bilingual]) -> Bilingual:
    """What is the matter with all that fail or are open in this way."""
    if finding.outcome == "fail":
        what = _joined(said)
        return Bilingual(f"未达到“{what.zh or item.title.zh}”", f"does not meet “{what.en or item.title.en}”")
    why = _NOT_KNOWN[finding.reason or "missing_field"]
    what = _joined(missing or said or [item.title], "、", ", ")
    return Bilingual(f"{what.zh}：{why.zh}", f"{what.en}: {why.en}")


def _requirement(
    name: ListName,
    finding: FindingRead,
    item: ItemRead,
    checks: Sequence[str],
    missing: Sequence[Bilingual],
    documents: Sequence[DocumentAsked],
    questions: Sequence[Bilingual],
) -> Bilingual:
    if name == "supply":
        if finding.reason == "missing_evidence" and documents:
            what = _joined((d.title for d in documents), "、", ", ")
            return Bilingual(f"提供下列材料之一，或与之相当的证明：{what.zh}", f"supply one of, or the like: {what.en}")
        what = _joined(missing or [item.title], "、", ", ")
        return Bilingual(f"补报或更正：{what.zh}", f"report or correct: {what.en}")
    if name == "review":
        if questions:
            return _joined(questions)
        what = _joined(missing or [item.title], "、", ", ")
        return Bilingual(f"由当地明确：{what.zh}", f"the place has to set: {what.en}")
    conditions = _joined((item.checks[c].condition for c in checks if c in item.checks), "；", "; ")
    zh, en = item.requires.zh.rstrip("。"), item.requires.en.rstrip(".")
    if conditions.zh:
        zh, en = f"{zh}。整改标准：{conditions.zh}", f"{en}. What must hold: {conditions.en}"
    return Bilingual(f"{zh}。", f"{en}.")


def _precedents(advice: Mapping[str, Any] | None) -> tuple[Bilingual, ...]:
    if not advice:
        return ()
    near = [
        Bilingual(f"{p['precedent']} {p['title']['zh']}", f"{p['precedent']} {p['title']['en']}")
        for p in advice["precedents"]
    ]
    law = [Bilingual(f"依照{document}", f"by {document}") for document in advice["law"]]
    return tuple(near or law)


def _remark(used: ReportUsed, whole: Mapping[str, Any]) -> tuple[Bilingual, ...]:
    found = [words(w) for w in (*whole["remarks"], *whole["history"])]
    found += [words(d["says"]) for d in whole["determined"]]
    if used.faults:
        found.append(Bilingual("报告不完整（检查程序有故障）", "the report is incomplete (the checker failed)"))
    return tuple(dict.fromkeys(found))


def _source(used: ReportUsed, whole: Mapping[str, Any]) -> Bilingual:
    by = [d for d in whole["determined"] if d["state"] == "in_force"]
    mode = Bilingual("严格模式", "strict") if used.mode == "strict" else Bilingual("数据流模式", "feed")
    zh = f"对照{used.standard}检查（基准日{used.as_of}，{mode.zh}）"
    en = f"check against {used.standard} (as of {used.as_of}, mode {mode.en})"
    if by:
        who = "、".join(dict.fromkeys(d["office"] or d["id"] for d in by))
        zh, en = f"{zh}；人工认定（{who}）", f"{en}; determined by {who}"
    return Bilingual(zh, en)


# -- sections and entries -------------------------------------------------------------------------------------

_NO_UNIT = Bilingual("（未填报责任单位）", "(no responsible unit reported)")
_NO_PROJECT = Bilingual("（不属于单个项目）", "(of no single project)")


def _place(used: ReportUsed) -> str:
    return f"{used.area.code}-{used.area.plan_year}"


def _section(one: _Told, by: By, projects: Mapping[tuple[str, str], Bilingual]) -> tuple[str, Bilingual]:
    area, affected = one.report.area, one.affected
    if by == "unit":
        return affected.unit or "", Bilingual(affected.unit, affected.unit) if affected.unit else _NO_UNIT
    if by == "item":
        title = one.item.title
        return one.item.item, Bilingual(f"{one.item.item} {title.zh}", f"{one.item.item} {title.en}")
    place = Bilingual(f"{area.name}（{area.plan_year}年度）", f"{area.name} ({area.plan_year})")
    key = _place(one.report)
    if by == "area":
        return key, place
    title = projects.get((key, affected.project or ""), _NO_PROJECT)
    return f"{key}/{affected.project or ''}", Bilingual(f"{place.zh}{title.zh}", f"{place.en} {title.en}")


def _sections(
    told: Sequence[_Told], by: By, grouped: bool, terms: Terms, names: Mapping[tuple[str, str], Bilingual]
) -> tuple[Section, ...]:
    titles: dict[str, Bilingual] = {}
    found: dict[str, dict[tuple[Any, ...], list[_Told]]] = {}
    for one in told:
        section, title = _section(one, by, names)
        titles.setdefault(section, title)
        alike: tuple[Any, ...] = (one.report.area.code, one.report.area.plan_year, one.item.item)
        alike += one.way if grouped else (one.affected.finding,)
        found.setdefault(section, {}).setdefault(alike, []).append(one)
    position, sections = 0, []
    for section in sorted(found) if by != "item" else found:
        entries = [_entry(members, section, by, terms) for members in found[section].values()]
        entries.sort(key=lambda e: SEVERITIES.index(e.severity))
        for number, entry in enumerate(entries, position + 1):
            entries[number - position - 1] = replace(entry, position=number)
        position += len(entries)
        sections.append(Section(section, titles[section], tuple(entries)))
    return tuple(sections)


_KIND = {
    "community": Bilingual("个小区", "communities"),
    "project": Bilingual("个项目", "projects"),
    "area": Bilingual("个地区", "areas"),
}


def _entry(members: Sequence[_Told], section: str, by: By, terms: Terms) -> Entry:
    first, area = members[0], members[0].report.area
    affected = tuple(m.affected for m in members)
    number, says = affected[0].number, affected[0].sentence
    if len(members) > 1:
        # A group is known by its item, the way its members fail and the section: not by who is in it today.
        way = blake2b(repr((first.list, first.way, section if by != "item" else "")).encode(), digest_size=4)
        number = f"{area.code}-{area.plan_year}-{first.item.item}-G-{way.hexdigest()}"
        kind, title, example = _KIND[first.affected.kind], first.item.title, affected[0].sentence
        says = Bilingual(
            f"{len(members)}{kind.zh}“{title.zh}”：{first.says.zh}。例如：{example.zh}",
            f"{len(members)} {kind.en}, “{title.en}”: {first.says.en}. For example: {example.en}",
        )
    severity = min((a.severity for a in affected), key=SEVERITIES.index)
    return Entry(
        position=0,
        number=number,
        list=first.list,
        area=area,
        item=first.item.item,
        title=first.item.title,
        cite=first.item.cite,
        says=says,
        affected=affected,
        severity=severity,
        reason=first.reason,
        source=first.source if len({m.source for m in members}) == 1 else _joined(m.source for m in members),
        units=tuple(dict.fromkeys(a.unit for a in affected if a.unit)),
        requirement=first.requirement,
        measures=tuple(dict.fromkeys(step for m in members for step in m.measures)),
        term=terms.of(first.list, severity),
        documents=tuple(dict.fromkeys(d for m in members for d in m.documents)),
        questions=tuple(dict.fromkeys(q for m in members for q in m.questions)),
        precedents=tuple(dict.fromkeys(p for m in members for p in m.precedents)),
        remark=tuple(dict.fromkeys(r for m in members for r in m.remark)),
    )
