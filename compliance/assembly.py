"""A judgement → the report: findings made when read, roll-ups, verdict, provenance; decides nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cached_property
from pathlib import PurePath
from typing import Literal, overload

from compliance.bench import Judgement, Part, holds_open
from compliance.findings import OPEN, Findings, Line, Owner, disposition_of, outcome_of
from compliance.measures.columns import Columns
from compliance.measures.overview import funding, timelines
from compliance.schemas import report as r
from compliance.schemas.outcomes import Code
from compliance.schemas.received import AttachmentState, Received
from compliance.schemas.refusal import Place
from compliance.schemas.rulebook import Check, Clause, Item, Profile, Rulebook
from compliance.schemas.version import VERSION
from compliance.sentences import Source, condition_says, law_of, parameter_of

__all__ = ["conclusion", "findings_of", "report", "source_of"]

_FAILED = (Code.FAIL, Code.IMPROVE)
_KINDS = {"area": ("本地区", "the area"), "community": ("小区", "communities"), "project": ("项目", "projects")}
_PLACES = {"community": "/communities", "project": "/projects"}


def report(
    received: Received,
    judgement: Judgement,
    states: Mapping[str, AttachmentState],
    *,
    as_of_given: bool,
    profile_given: bool,
    advise: Callable[[r.Finding], r.Advice | None] = lambda _: None,
    determinations: r.DeterminationsUsed | None = None,
    quality: r.DataQuality | None = None,
) -> r.Report:
    """The whole report of one dossier. Findings are made one by one when somebody reads them."""
    bench, dossier = judgement.bench, received.dossier
    owners = _Owners(judgement.columns)
    entries = _entries(judgement, owners)
    source = source_of(judgement, states)
    findings = Findings(entries, source, advise, judgement.determined)
    reasons = {n: findings.reason(n) for n, e in enumerate(entries) if e[4] in (*OPEN, Code.NOT_APPLICABLE)}
    items = tuple(_item(item, judgement, owners, entries, reasons, source) for item in bench.rulebook.items)
    return r.Report(
        report_version=r.REPORT_VERSION,
        provenance=_provenance(received, judgement, as_of_given, profile_given, determinations),
        area=r.Area(
            dossier.area_code, dossier.area_name, dossier.area_level, dossier.plan_year, dossier.dossier_id,
            bool(dossier.fictional), dossier.submitter_name,
        ),
        verdict=_verdict(judgement, dossier.area_name, items, entries, reasons),
        clauses=tuple(_clause(clause, {i.item: i for i in items}) for clause in bench.rulebook.clauses),
        items=items,
        findings=findings,
        faults=tuple(_fault(judgement.columns, line.check, row) for line, row in judgement.lost),
        integrity=tuple(sorted(a for a, state in states.items() if state is AttachmentState.MISMATCH)),
        subjects=tuple(_subject_keys(judgement)),
        timelines=tuple(timelines(judgement.columns.case, judgement.columns.pointers)),
        funding=tuple(funding(judgement.columns.case, judgement.columns.pointers)),
        data_quality=quality,
        origins=Origins(findings, quality, received.cells) if received.cells is not None else (),
    )  # fmt: skip


class Origins(Sequence[r.Origin]):
    """The cells of all pointers of a report, sought when somebody asks for them."""

    def __init__(
        self, findings: Findings, quality: r.DataQuality | None, cells: Callable[[str], Place | None]
    ) -> None:
        self._findings, self._quality, self._cells = findings, quality, cells

    @cached_property
    def _all(self) -> tuple[r.Origin, ...]:
        found = dict.fromkeys(p for one in self._findings for p in _pointers(one))
        if self._quality is not None:
            found |= dict.fromkeys(p for one in self._quality.findings for p in _doubted(one))
        places = ((pointer, self._cells(pointer)) for pointer in found)
        return tuple(r.Origin(pointer, *place) for pointer, place in places if place is not None)

    @overload
    def __getitem__(self, index: int) -> r.Origin: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[r.Origin]: ...
    def __getitem__(self, index: int | slice) -> r.Origin | Sequence[r.Origin]:
        return self._all[index]

    def __len__(self) -> int:
        return len(self._all)


def _pointers(finding: r.Finding) -> Iterator[str]:
    yield from (finding.subject.pointer, finding.primary, *finding.related)
    for line in finding.checks:
        yield line.subject.pointer
        yield from (pointer for value in line.values for pointer in value.pointers)
    yield from (found.pointer for found in finding.found)
    if finding.advice is not None and finding.advice.way is not None:
        yield from (edit.pointer for change in finding.advice.way.changes for edit in change.edits)


def _doubted(doubt: r.Doubt) -> Iterator[str]:
    yield from (doubt.primary, *doubt.related, *(reported.pointer for reported in doubt.reported))
    yield from (pointer for value in doubt.values for pointer in value.pointers)


def findings_of(judgement: Judgement, states: Mapping[str, AttachmentState]) -> Findings:
    """The findings of a judgement without a report around them, and without advice."""
    return Findings(_entries(judgement, _Owners(judgement.columns)), source_of(judgement, states))


def _entries(judgement: Judgement, owners: _Owners) -> list[tuple[Item, tuple[Line, ...], Sequence[Owner], int, int]]:
    """What findings are made of, in the order of the parts and their owners."""
    return [
        (part.item, part.lines, owners.of(part), number, code)
        for part in judgement.parts
        for number, code in enumerate(part.codes)
    ]


def source_of(judgement: Judgement, states: Mapping[str, AttachmentState]) -> Source:
    """The means by which findings read values, names and pointers."""
    columns = judgement.columns
    return Source(
        value=lambda kind, name, row: columns.column(kind, name)[row],
        read=columns.read,
        titles=columns.titles,
        unit=columns.unit,
        references=columns.references,
        row_subject=columns.subject,
        profile=judgement.bench.profile,
        parameter=parameter_of(judgement.bench.rulebook),
        literal=law_of(judgement.bench.rulebook),
        running=columns.running,
    )


def _subject_keys(judgement: Judgement) -> Iterator[r.SubjectKeys]:
    case = judgement.columns.case
    for c in case.planned:
        place = "/".join(filter(None, (c.subdistrict, c.residential_community))) or None
        project = case.project_of.get(c.community_id)
        yield r.SubjectKeys(
            "community", c.community_id, c.name, place, c.address, None, project.project_id if project else None
        )
    for p in case.projects:
        yield r.SubjectKeys("project", p.project_id, p.name, None, None, p.investment_code)


class _Owners:
    """What findings are about, by kind, in the dossier's order."""

    def __init__(self, columns: Columns) -> None:
        case = columns.case
        dossier = case.dossier
        name = r.Bilingual(dossier.area_name, dossier.area_name)
        self._all: dict[str, list[Owner]] = {
            "area": [Owner(r.Subject("area", dossier.area_code, name, ""), dossier.submitter_name)],
            "community": [
                self._owner("community", c.community_id, c.name, columns.pointers.of(c), c.responsible_unit)
                for c in case.planned
            ],
            "project": [
                self._owner("project", p.project_id, p.name, columns.pointers.of(p), p.responsible_unit)
                for p in case.projects
            ],
        }

    @staticmethod
    def _owner(kind: str, ident: str, name: str, pointer: str, unit: str | None) -> Owner:
        return Owner(r.Subject(kind, ident, r.Bilingual(name, name), pointer), unit)

    def of(self, part: Part) -> Sequence[Owner]:
        if not part.nobody:
            return self._all[part.owner_kind]
        zh, en = _KINDS[part.owner_kind]
        name = r.Bilingual(f"（未报送{zh}数据）", f"(no {en} reported)")
        return [Owner(r.Subject(part.owner_kind, "", name, _PLACES[part.owner_kind]), None)]


_Entries = Sequence[tuple[Item, object, Sequence[Owner], int, int]]


def _tally(codes: Iterator[int] | Sequence[int]) -> r.Tally:
    counts = {"pass": 0, "fail": 0, "unknown": 0, "not_applicable": 0}
    for code in codes:
        counts[outcome_of(code)] += 1
    return r.Tally(counts["pass"], counts["fail"], counts["unknown"], counts["not_applicable"])


def _first(found: set[r.Reason | None], rank: Sequence[r.Reason]) -> r.Reason | None:
    return next((reason for reason in rank if reason in found), None)


_RANK = r.OPEN_REASONS + r.ABSENT_REASONS


def _item(
    item: Item,
    judgement: Judgement,
    owners: _Owners,
    entries: _Entries,
    reasons: Mapping[int, r.Reason | None],
    source: Source,
) -> r.ItemRollup:
    code = judgement.items[item.id]
    own = [(n, e) for n, e in enumerate(entries) if e[0] is item]
    outcome = outcome_of(code)
    found = {reasons[n] for n, e in own if n in reasons and outcome_of(e[4]) == outcome}
    reason = _first(found, _RANK) if outcome in ("unknown", "not_applicable") else None
    failing = [e for _, e in own if e[4] in _FAILED]
    severities = {
        line.check.severity
        for part in judgement.parts
        if part.item is item
        for line in part.lines
        if Code.FAIL in line.codes or Code.IMPROVE in line.codes
    }
    codes = [e[4] for _, e in own]
    spec = item.spec
    return r.ItemRollup(
        item=item.id,
        clause=item.clause,
        title=r.Bilingual(spec.title.zh, spec.title.en),
        requires=r.Bilingual(spec.requires.zh, spec.requires.en),
        cite=_cite(judgement.bench.rulebook.standard.number, item),
        obligation=spec.obligation,
        outcome=outcome,
        reason=reason,
        disposition=disposition_of(code, reason),
        severity=min(severities, key=r.SEVERITIES.index) if failing else spec.severity,
        method=spec.rollup,
        numerator=codes.count(Code.PASS),
        denominator=sum(codes.count(c) for c in (Code.PASS, *_FAILED)),
        failing=tuple(e[2][e[3]].subject.name for e in failing),
        open=tuple(e[2][e[3]].subject.name for _, e in own if e[4] in OPEN),
        tally=_tally(codes),
        checks=tuple(
            r.CheckEntry(c.name, c.says, condition_says(c.holds, c.subject, source), c.local, c.asks)
            for c in item.checks
        ),
        remedy=tuple(r.Bilingual(s.zh, s.en) for s in spec.remedy.steps),
        not_modelled=tuple(r.Bilingual(s.zh, s.en) for s in spec.not_modelled),
        body_only=item.body_only,
        risk=r.Bilingual(spec.risk.zh, spec.risk.en) if spec.risk and outcome == "fail" else None,
        was=_was(outcome, outcome_of(judgement.ruled.get(item.id, code))),
    )


def _was(outcome: r.Outcome, ruled: r.Outcome) -> r.Outcome | None:
    """What the rules say by themselves, where it is another."""
    return None if ruled == outcome else ruled


def _cite(number: str, item: Item) -> r.Bilingual:
    """Document, annex and body sections, and the statutes an item rests on."""
    cite = item.spec.cite
    sections = [(f"附件{cite.annex}", f"annex {cite.annex}")] if cite.annex else []
    sections += [(f"正文{cite.body}", f"body {cite.body}")] if cite.body else []
    sections += [(statute, statute) for statute in cite.statutes]
    return r.Bilingual(
        f"{number} " + "；".join(zh for zh, _ in sections), f"{number} " + "; ".join(en for _, en in sections)
    )


_PARTS: dict[str, Literal["baseline", "hard_problem", "body"]] = {"B": "baseline", "H": "hard_problem", "X": "body"}


def _clause(clause: Clause, items: Mapping[str, r.ItemRollup]) -> r.ClauseRollup:
    """One indicator: any item fails, it fails; else any unknown; else any pass."""
    body = tuple(i.id for i in clause.items if i.body_only)
    own = [items[i.id] for i in clause.items if not i.body_only or clause.id == "X"]
    part = _PARTS[clause.id[0]]
    for outcome in ("fail", "unknown", "pass", "not_applicable"):
        found = [i for i in own if i.outcome == outcome]
        if found:
            reason = _first({i.reason for i in found}, _RANK)
            return r.ClauseRollup(
                clause.id, r.Bilingual(clause.spec.title.zh, clause.spec.title.en), part, found[0].outcome, reason,
                tuple(i.item for i in own if not i.body_only), body,
            )  # fmt: skip
    raise ValueError(f"clause {clause.id} has no items")


def _verdict(
    judgement: Judgement,
    area: str,
    items: Sequence[r.ItemRollup],
    entries: _Entries,
    reasons: Mapping[int, r.Reason | None],
) -> r.Verdict:
    law = judgement.bench.rulebook
    outcome = conclusion(law, judgement.items)
    dispositions = [disposition_of(e[4], reasons.get(n)) for n, e in enumerate(entries)]
    baseline = [i for i in items if i.item.startswith("B")]
    hard = [i for i in items if i.item.startswith("H")]
    body = [i for i in items if i.body_only]
    counts = {word: dispositions.count(word) for word in ("rectify", "improve", "supply", "review")}
    return r.Verdict(
        outcome,
        _sentence(area, outcome, baseline, body, counts),
        _items_tally(baseline),
        _items_tally(hard),
        _tally([e[4] for e in entries]),
        counts["rectify"],
        counts["improve"],
        counts["supply"],
        counts["review"],
        worst=judgement.worst,
        open=judgement.is_open,
        body=_items_tally(body),
        risks=_risks(law, items),
        was=_was(outcome, conclusion(law, judgement.ruled or judgement.items)),
    )


def conclusion(law: Rulebook, codes: Mapping[str, Code]) -> r.Outcome:
    """The items → the area: one failing of what must or should be fails it, one such unknown leaves it open."""
    if Code.FAIL in codes.values():
        return "fail"
    binding = [item.id for item in law.items if holds_open(item) and item.spec.obligation != "encouraged"]
    outcomes = {outcome_of(codes[ident]) for ident in binding}
    if "unknown" in outcomes:
        return "unknown"
    return "not_applicable" if outcomes <= {"not_applicable"} else "pass"


def _risks(law: Rulebook, items: Sequence[r.ItemRollup]) -> tuple[r.Risk, ...]:
    """What may follow failings: of items that say so themselves, and of any failing of the baseline."""
    stated = {by: (c.body, c.cite) for clause in law.clauses for c in clause.spec.carries for by in c.by}
    stated |= {item.id: (item.id, item.spec.cite.body or "") for item in law.items if item.body_only}
    result = [r.Risk(*stated[i.item], i.risk) for i in items if i.risk is not None and i.item in stated]
    if any(i.outcome == "fail" and i.item.startswith("B") for i in items):
        result += [r.Risk(c.body, c.cite, r.Bilingual(c.says.zh, c.says.en)) for c in law.standard.consequences]
    return tuple(result)


def _items_tally(items: Sequence[r.ItemRollup]) -> r.Tally:
    count: Callable[[str], int] = lambda word: sum(i.outcome == word for i in items)  # noqa: E731
    return r.Tally(count("pass"), count("fail"), count("unknown"), count("not_applicable"))


def _sentence(
    area: str,
    outcome: r.Outcome,
    baseline: Sequence[r.ItemRollup],
    body: Sequence[r.ItemRollup],
    counts: Mapping[str, int],
) -> r.Bilingual:
    tally = _items_tally(baseline)
    head_zh = (
        f"{area}：底线要求{len(baseline)}条，符合{tally.passed}条、不符合{tally.failed}条、"
        f"待证{tally.unknown}条、不适用{tally.not_applicable}条"
    )
    head_en = (
        f"{area}: of {len(baseline)} baseline items {tally.passed} pass, {tally.failed} fail, "
        f"{tally.unknown} are unknown, {tally.not_applicable} do not apply"
    )
    tail = {
        "fail": (f"应整改{counts['rectify']}项", f"{counts['rectify']} findings to rectify"),
        "unknown": (
            f"尚不能作出符合的结论，须补充材料{counts['supply']}项、研判{counts['review']}项",
            f"no conclusion yet: {counts['supply']} findings need material, {counts['review']} need judgement",
        ),
        "pass": ("未发现不符合", "nothing was found that does not comply"),
        "not_applicable": ("本次无适用条款", "nothing applies"),
    }[outcome]
    asked = sum(i.outcome == "unknown" for i in body)
    more = (f"；正文另有{asked}项要求待研判或补充材料", f"; {asked} requirements of the notice's body are open")
    more = more if asked and outcome in ("pass", "not_applicable") else ("", "")
    return r.Bilingual(f"{head_zh}；{tail[0]}{more[0]}。", f"{head_en}; {tail[1]}{more[1]}.")


def _fault(columns: Columns, check: Check, row: int) -> r.Fault:
    subject = columns.subject(check.subject, row)
    return r.Fault(
        check.item,
        check.name,
        f"{check.subject} {subject.pointer or '/'}",
        r.Bilingual(
            "检查程序对此没有得出唯一结论，报告不完整，请勿据此签字",
            "the checker has no single answer here; the report is incomplete and must not be signed",
        ),
    )


def _readings(law: Rulebook, profile: Profile) -> Iterator[r.ReadingUsed]:
    """Which way each conflict of body and annex was read."""
    for clause in law.clauses:
        for reading in clause.spec.readings:
            option = profile.readings.get(reading.reading, reading.default)
            said, question = reading.options[option].says, reading.question
            yield r.ReadingUsed(
                reading.reading, r.Bilingual(question.zh, question.en), option, r.Bilingual(said.zh, said.en),
                reading.reading in profile.readings,
            )  # fmt: skip


def _provenance(
    received: Received,
    judgement: Judgement,
    as_of_given: bool,
    profile_given: bool,
    determinations: r.DeterminationsUsed | None,
) -> r.Provenance:
    bench = judgement.bench
    return r.Provenance(
        source=PurePath(received.source).name or received.source,
        dossier_sha256=received.sha256,
        dossier_bytes=received.size,
        rulebook_version=bench.rulebook.version,
        rulebook_sha256=bench.rulebook.sha256,
        profile=bench.profile.name,
        profile_title=bench.profile.title,
        profile_sha256=bench.profile.sha256,
        profile_origin="given" if profile_given else "area_code",
        profiles=tuple(r.ProfileUsed(layer.name, layer.title, layer.sha256) for layer in bench.profile.layers),
        drafts=bench.profile.drafts,
        readings=tuple(_readings(bench.rulebook, bench.profile)),
        data_as_of=received.dossier.data_as_of.text if received.dossier.data_as_of else None,
        mode=judgement.mode,
        as_of=bench.as_of.text,
        as_of_origin="given" if as_of_given else "today",
        tool="compliance-laojiu",
        tool_version=VERSION,
        standard=bench.rulebook.standard.number,
        determinations=determinations,
    )
