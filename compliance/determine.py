"""A judgement and a person's recorded determinations → the judgement with both outcomes; refuses what it cannot apply.

A determination in force changes the codes of lines, and findings, items, gate and verdict follow as they follow from
the rules. One that has expired, is superseded or lies after the day judged by changes nothing and says so. What names
no finding, or a finding that is no longer what it was, is refused and never passed over (ADR 0009).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from difflib import get_close_matches
from typing import Literal

from compliance.bench import Judgement, concluded, folded
from compliance.findings import Findings, Line, Ruling, outcome_of
from compliance.fingerprints import base_key
from compliance.intake.determinations import decided, evidence_of
from compliance.render.words import word
from compliance.schemas import report as r
from compliance.schemas.determination import Authority, Determination, EvidenceItem, NotSubstantiated, Objection
from compliance.schemas.outcomes import Code
from compliance.schemas.received import AttachmentState, RecordedDeterminations
from compliance.schemas.refusal import DETERMINATIONS, NOTHING, InputError, Refused, Words
from compliance.schemas.rulebook import Item
from compliance.schemas.scalars import Day

__all__ = ["SUPPLIABLE", "determine"]

SUPPLIABLE: tuple[r.Reason, ...] = ("conflicting_data", "missing_field", "ambiguous_date", "missing_evidence")
"""Reasons of an unknown that the inspected unit could have removed by supplying material. What only a person can judge
and what the place has not laid down are not the unit's to supply."""

_COUNTS: tuple[r.DeterminationState, ...] = ("in_force", "pending", "rejected")
"""States in which a determination still speaks of the finding as it is, and is held against it."""

Path = tuple[str | int, ...]
_EvidenceState = Literal["present", "unhashed", "absent", "mismatch", "not_opened"]


def determine(
    judgement: Judgement,
    findings: Findings,
    states: Mapping[str, AttachmentState],
    recorded: RecordedDeterminations,
) -> tuple[Judgement, r.DeterminationsUsed]:
    """Apply determinations to a judgement. ``findings`` are its own; ``states`` those of the dossier's attachments.

    Raises ``Refused`` with every entry that cannot be applied.
    """
    held = _Held(judgement, findings, states, recorded)
    entries = [held.entry(n, entry) for n, entry in enumerate(recorded.entries)]
    if held.errors:
        held.errors.sort(key=lambda error: (error.line or 0, error.column or 0))
        raise Refused(recorded.source, held.errors, DETERMINATIONS)
    changed = _changed(judgement, held.applied)
    by_finding: dict[str, list[r.Determined]] = {}
    for one in entries:
        if one is not None:
            part, number = held.owner(one.index)
            result = outcome_of(changed.parts[part].codes[number])
            by_finding.setdefault(one.entry.finding, []).append(_record(one, result, states, recorded))
    counts = Counter(d.state for made in by_finding.values() for d in made)
    used = r.DeterminationsUsed(
        recorded.source, recorded.sha256, counts["in_force"], counts["expired"], counts["superseded"],
        counts["not_yet"], counts["pending"], counts["rejected"], recorded.blank,
    )  # fmt: skip
    determined = {ident: tuple(made) for ident, made in by_finding.items()}
    return replace(changed, determined=determined, ruled=judgement.items), used


@dataclass(frozen=True, slots=True)
class _Met:
    """An entry that met its finding."""

    entry: Determination
    state: r.DeterminationState
    index: int
    about: r.Bilingual | None
    """The check or row that it is about, where not the whole finding"""


@dataclass(slots=True)
class _Applied:
    """New codes and their rulings, by line (its identity) and row."""

    codes: dict[tuple[int, int], Code] = field(default_factory=dict)
    rulings: dict[tuple[int, int], Ruling] = field(default_factory=dict)


class _Held:
    """The determinations held against the findings, one by one; keeps every error."""

    def __init__(
        self,
        judgement: Judgement,
        findings: Findings,
        states: Mapping[str, AttachmentState],
        recorded: RecordedDeterminations,
    ) -> None:
        self._judgement, self._findings, self._states, self._recorded = judgement, findings, states, recorded
        self._index = {ident: n for n, ident in enumerate(findings.ids())}
        self._owners = [(p, n) for p, part in enumerate(judgement.parts) for n in range(len(part.codes))]
        self._days = _days(recorded.entries, judgement.bench.as_of)
        self.applied = _Applied()
        self.errors: list[InputError] = []

    def owner(self, index: int) -> tuple[int, int]:
        """The part and the owner's number of a finding."""
        return self._owners[index]

    def _error(
        self, n: int, at: Path, code: str, found: Words = NOTHING, expected: Words = NOTHING, hint: Words = NOTHING
    ) -> None:
        path = ("determinations", self._recorded.positions[n], *at)
        self.errors.append(InputError(*self._recorded.place(path), code, found, expected, hint))

    def entry(self, n: int, entry: Determination) -> _Met | None:
        """One determination on its finding; ``None`` where it is refused."""
        before = len(self.errors)
        index = self._index.get(entry.finding)
        if index is None:
            self._error(n, ("finding",), "unknown_finding", _word(entry.finding), NOTHING, self._near(entry.finding))
            return None
        state = self._days[n]
        finding = self._findings[index]
        self._evidence(n, entry, state)
        about = None
        if entry.check is not None:
            about = self._about(n, entry, finding, exact=state in _COUNTS)
        if len(self.errors) == before and state in _COUNTS:
            self._against(n, entry, finding, self._findings.lines(index), state)
        return _Met(entry, state, index, about) if len(self.errors) == before else None

    def _near(self, ident: str) -> Words:
        match = get_close_matches(ident, self._index, 1, 0.6)
        if not match:
            return Words("编号须与报告中的完全相同", "write the id as the report does")
        return Words(f"最接近的是 {match[0]}", f"the nearest is {match[0]}")

    # -- what it is about ------------------------------------------------------------------------------------

    def _about(self, n: int, entry: Determination, finding: r.Finding, *, exact: bool) -> r.Bilingual | None:
        """The check or row named, in words; refuses one that the finding does not have."""
        lines = [line for line in finding.checks if line.check == entry.check]
        check = next((k for k in self._item(finding).checks if k.name == entry.check), None)
        if check is None or (exact and not lines):
            known = "、".join(dict.fromkeys(line.check for line in finding.checks))
            expected = Words(f"该结论的检查点：{known}", f"a check of the finding: {known}")
            self._error(n, ("check",), "unknown_finding", _word(entry.check or ""), expected)
            return None
        if entry.row is None:
            return check.says
        rows = {line.subject.id: line.subject.name for line in lines}
        if exact and entry.row not in rows:
            match = get_close_matches(entry.row, rows, 1, 0.4)
            hint = Words(f"最接近的是 {match[0]}", f"the nearest is {match[0]}") if match else NOTHING
            self._error(n, ("row",), "unknown_finding", _word(entry.row), NOTHING, hint)
        elif exact and sum(base_key(row) == base_key(entry.row) for row in rows) > 1:
            hint = Words(
                "几行编号相同，次序一变就会认错：请对整个检查点作认定，或先在档案中加以区分",
                "rows of the same key cannot be told apart once their order changes: determine the whole check",
            )
            self._error(n, ("row",), "not_determinable", _word(entry.row), NOTHING, hint)
        name = rows.get(entry.row, r.Bilingual(entry.row, entry.row))
        return r.Bilingual(f"{check.says.zh}（{name.zh}）", f"{check.says.en} ({name.en})")

    def _item(self, finding: r.Finding) -> Item:
        return next(item for item in self._judgement.bench.rulebook.items if item.id == finding.item)

    # -- whether it may be applied ---------------------------------------------------------------------------

    def _against(
        self,
        n: int,
        entry: Determination,
        finding: r.Finding,
        pairs: Sequence[tuple[Line, int]],
        state: r.DeterminationState,
    ) -> None:
        lines = zip(pairs, finding.checks, strict=True) if pairs else ()
        scope = [
            (pair, line)
            for pair, line in lines
            if entry.check in (None, line.check) and entry.row in (None, line.subject.id)
        ]
        if entry.fingerprint != finding.fingerprint:
            self._changed_since(n, entry, finding)
            return
        if not scope:
            hint = Words(
                "档案没有报送这类对象，须补报数据，不能以认定代替",
                "the dossier reports nothing that could answer: supply the data; it cannot be determined",
            )
            self._error(n, ("finding",), "not_determinable", _word(entry.finding), NOTHING, hint)
            return
        codes = [line.codes[row] for (line, row), _ in scope]
        if Code.LOST in codes:
            hint = Words("检查程序没有得出结论，先排除故障", "the checker gave no answer here: that is mended first")
            self._error(n, ("finding",), "not_determinable", _word(entry.finding), NOTHING, hint)
            return
        top = max(codes)
        deciding = [(pair, line) for (pair, line), code in zip(scope, codes, strict=True) if code == top]
        outcome = outcome_of(top)
        reason = _reason(outcome, [line.reason for _, line in deciding])
        if (entry.old.outcome, entry.old.reason) != (outcome, reason):
            found, expected = _result(entry.old.outcome, entry.old.reason), _result(outcome, reason)
            hint = Words("照报告填写原结论", "copy the outcome from the report")
            self._error(n, ("old",), "changed_finding", found, expected, hint)
            return
        if not self._allowed(n, entry, outcome, reason) or state != "in_force":
            return
        whole = entry.new == "not_applicable"  # what does not concern the subject concerns it in no line
        for (line, row), _ in scope if whole else deciding:
            if line.codes[row] != Code.NOT_APPLICABLE or not whole:
                self._apply(n, entry, line, row)

    def _changed_since(self, n: int, entry: Determination, finding: r.Finding) -> None:
        found = Words(entry.fingerprint, entry.fingerprint)
        now = finding.sentence
        expected = Words(f"{finding.fingerprint}（{now.zh}）", f"{finding.fingerprint} ({now.en})")
        hint = Words(
            "认定之后数据或规则有变：请就现在的结论重新认定，或删去此项",
            "data or rules have changed since: determine the finding anew as it is now, or remove the entry",
        )
        self._error(n, ("fingerprint",), "changed_finding", found, expected, hint)

    def _allowed(self, n: int, entry: Determination, outcome: r.Outcome, reason: r.Reason | None) -> bool:
        """What each kind may change."""
        if entry.kind == "answer" and reason != "needs_judgement":
            expected = _result("unknown", "needs_judgement")
            hint = Words("其他结论用 override（改判），并写明职权依据", "for other outcomes use kind: override")
            self._error(n, ("kind",), "not_determinable", _result(outcome, reason), expected, hint)
            return False
        if isinstance(entry, NotSubstantiated) and (outcome != "unknown" or reason not in SUPPLIABLE):
            expected = Words("因缺材料而待证的结论", "an unknown that material could have settled")
            self._error(n, ("kind",), "not_determinable", _result(outcome, reason), expected)
            return False
        return True

    def _apply(self, n: int, entry: Determination, line: Line, row: int) -> None:
        key = id(line), row
        if key in self.applied.codes:
            other = self.applied.rulings[key].by
            hint = Words(
                f"认定 {other} 已涉及同一检查行；以后者取代前者时写 supersedes: {other}",
                f"{other} is about the same line; where this one takes its place, write supersedes: {other}",
            )
            self._error(n, ("id",), "conflicting_determinations", _word(entry.id), NOTHING, hint)
            return
        reason: r.Reason | None = None
        if entry.new == "fail":
            code = Code.IMPROVE if line.check.obligation == "encouraged" else Code.FAIL
            reason = "not_substantiated" if entry.kind == "not_substantiated" else None
        elif entry.new == "pass":
            code = Code.PASS
        else:
            code, reason = Code.NOT_APPLICABLE, "no_object"
        self.applied.codes[key] = code
        self.applied.rulings[key] = Ruling(line.codes[row], reason, entry.id)

    # -- evidence --------------------------------------------------------------------------------------------

    def _evidence(self, n: int, entry: Determination, state: r.DeterminationState) -> None:
        """``strict`` wants something that can be held against its hash; other bytes than claimed never count."""
        if state not in _COUNTS:
            return
        strict = self._judgement.mode == "strict"
        shown = []
        for at, item in evidence_of(entry):
            if item.att_id is not None and item.att_id not in self._states:
                hint = Words("附件须列入档案", "the attachment has to be listed in the dossier")
                self._error(n, (*at, "att_id"), "dangling_reference", _word(item.att_id), NOTHING, hint)
                return
            word = _state_of(item, self._states, self._recorded)
            shown.append(word)
            if word == "mismatch" or (strict and word in ("absent", "unhashed")):
                said = _STATE_SAYS[word]
                hint = Words(
                    "严格模式下，证据须在卷且与校验值一致", "in strict mode evidence has to be there with its hash"
                )
                found = Words(f"{item.title}：{said.zh}", f"{item.title}: {said.en}")
                self._error(n, at, "bad_evidence", found, NOTHING, hint)
        if strict and shown and set(shown) == {"not_opened"} and state == "in_force":
            expected = Words("至少一项附件或文件", "at least one attachment or file")
            hint = Words("严格模式下，只有网址不足为证", "in strict mode an address alone shows nothing")
            self._error(n, ("evidence",), "bad_evidence", NOTHING, expected, hint)


def _days(entries: Sequence[Determination], as_of: Day) -> list[r.DeterminationState]:
    """What each determination is on the day judged by."""
    today = as_of.first
    result: list[r.DeterminationState] = []
    begun = [(d := decided(e)) is not None and d.first <= today and e.new is not None for e in entries]
    replaced = {e.supersedes for e, since in zip(entries, begun, strict=True) if since}
    for entry, since in zip(entries, begun, strict=True):
        if isinstance(entry, Objection):
            answered = entry.answer is not None and entry.answer.on.first <= today
            if entry.objection.on.first > today:
                result.append("not_yet")
                continue
            if not answered:
                result.append("pending")
                continue
            if entry.answer is not None and entry.answer.result == "rejected":
                result.append("rejected")
                continue
        elif not since:
            result.append("not_yet")
            continue
        if entry.id in replaced:
            result.append("superseded")
        elif entry.expires_on is not None and today > entry.expires_on.first:
            result.append("expired")
        else:
            result.append("in_force")
    return result


def _changed(judgement: Judgement, applied: _Applied) -> Judgement:
    """The judgement concluded anew from lines with what was determined."""
    lines = {ident for ident, _ in applied.codes}
    parts = []
    for part in judgement.parts:
        if any(id(line) in lines for line in part.lines):
            made = tuple(_with(line, applied) if id(line) in lines else line for line in part.lines)
            parts.append(folded(part.item, part.owner_kind, made, len(part.codes)))
        else:
            parts.append(part)
    return concluded(judgement.bench, judgement.columns, judgement.mode, tuple(parts))


def _with(line: Line, applied: _Applied) -> Line:
    codes = bytearray(line.codes)
    rulings = {}
    for (ident, row), code in applied.codes.items():
        if ident == id(line):
            codes[row] = code
            rulings[row] = applied.rulings[ident, row]
    return replace(line, codes=bytes(codes), rulings=rulings)


def _reason(outcome: r.Outcome, found: Sequence[r.Reason | None]) -> r.Reason | None:
    """Of several lines the strongest reason."""
    rank = {"unknown": r.OPEN_REASONS, "not_applicable": r.ABSENT_REASONS}.get(outcome, ())
    return next((reason for reason in rank if reason in found), None)


# -- what the report says of it --------------------------------------------------------------------------------


def _record(
    met: _Met, result: r.Outcome, states: Mapping[str, AttachmentState], recorded: RecordedDeterminations
) -> r.Determined:
    entry = met.entry
    shown: Callable[[EvidenceItem], r.EvidenceGiven] = lambda item: r.EvidenceGiven(  # noqa: E731
        item.title, item.att_id, item.file, item.url, item.page, item.sha256, _state_of(item, states, recorded)
    )
    objection = None
    by: Determination | object = entry
    day = decided(entry)
    if isinstance(entry, Objection):
        raised = entry.objection
        given = tuple(shown(item) for item in raised.evidence)
        objection = r.ObjectionMade(raised.office, raised.person, raised.on.text, raised.grounds, given)
        by = entry.answer
        evidence = tuple(shown(item) for item in entry.answer.evidence) if entry.answer else ()
    else:
        evidence = tuple(shown(item) for item in entry.evidence)
    supply = entry if isinstance(entry, NotSubstantiated) else None
    return r.Determined(
        id=entry.id,
        kind=entry.kind,
        state=met.state,
        check=entry.check,
        row=entry.row,
        old=entry.old.outcome,
        old_reason=entry.old.reason,
        new=entry.new,
        new_reason=_new_reason(entry),
        office=getattr(by, "office", None),
        person=getattr(by, "person", None),
        authority=_authority(getattr(by, "authority", None)),
        reason=getattr(by, "reason", None),
        evidence=evidence,
        decided_on=day.text if day else None,
        expires_on=entry.expires_on.text if entry.expires_on else None,
        supersedes=entry.supersedes,
        supply_requested_on=supply.supply_requested_on.text if supply else None,
        supply_deadline=supply.supply_deadline.text if supply else None,
        objection=objection,
        says=_says(met, result),
    )


def _state_of(
    item: EvidenceItem, states: Mapping[str, AttachmentState], recorded: RecordedDeterminations
) -> _EvidenceState:
    """Whether a piece of evidence is there; of an attachment its own hash counts, in the dossier."""
    if item.att_id is not None:
        return states.get(item.att_id, AttachmentState.ABSENT).word
    if item.file is not None:
        return recorded.files[item.file, item.sha256].word
    return "not_opened"


def _new_reason(entry: Determination) -> r.Reason | None:
    if entry.kind == "not_substantiated":
        return "not_substantiated"
    return "no_object" if entry.new == "not_applicable" else None


def _authority(authority: Authority | None) -> str | None:
    return None if authority is None else f"{authority.document}{authority.section or ''}"


_VERBS = {
    "answer": Words("研判认定", "determined"),
    "override": Words("改判", "overruled"),
    "not_substantiated": Words("认定", "determined"),
}


def _says(met: _Met, result: r.Outcome) -> r.Bilingual:
    """Who determined what and when, and what became of it."""
    entry, about = met.entry, met.about
    on_zh, on_en = (f"“{about.zh}”", f" “{about.en}”") if about is not None else ("", "")
    old, new = _result(entry.old.outcome, None), _result(entry.new or entry.old.outcome, _new_reason(entry))
    was = r.Bilingual(f"：{new.zh}；原为{old.zh}", f": {new.en}; it was: {old.en}")
    if isinstance(entry, Objection):
        raised, answer = entry.objection, entry.answer
        zh, en = f"{raised.office}{raised.on.text}提出异议", f"{raised.office} objected on {raised.on.text}"
        if met.state == "not_yet":
            return r.Bilingual(f"{zh}，晚于检查基准日，未计入", f"{en}, after the as-of date: not considered")
        if met.state == "pending" or answer is None:
            return r.Bilingual(f"{zh}，尚未答复，结论不变", f"{en}, not yet answered; the outcome stands")
        by_zh, by_en = f"，经{answer.office}{answer.on.text}答复", f"; {answer.office} answered on {answer.on.text}"
        if met.state == "rejected":
            return r.Bilingual(f"{zh}{by_zh}不成立，结论不变", f"{en}{by_en}: rejected; the outcome stands")
        zh, en = f"{zh}{by_zh}成立{on_zh}", f"{en}{by_en}: accepted{on_en}"
    else:
        verb, day = _VERBS[entry.kind], entry.decided_on.text
        zh, en = f"经{entry.office}{day}{verb.zh}{on_zh}", f"{verb.en}{on_en} by {entry.office} on {day}"
        if met.state == "not_yet":
            return r.Bilingual(f"{zh}，晚于检查基准日，未适用", f"{en}, after the as-of date: not applied")
    if met.state == "expired" and entry.expires_on is not None:
        until = entry.expires_on.text
        return r.Bilingual(
            f"{zh}：{new.zh}；该认定已于{until}到期，按程序结论",
            f"{en}: {new.en}; expired on {until}, so the rules' outcome stands",
        )
    if met.state == "superseded":
        return r.Bilingual(f"{zh}：{new.zh}；该认定已被取代", f"{en}: {new.en}; superseded since")
    rest = ("", "")
    if about is None and result != entry.new:
        rest = ("；其余检查点尚未了结", "; other checks of it are not settled")
    return r.Bilingual(f"{zh}{was.zh}{rest[0]}", f"{en}{was.en}{rest[1]}")


def _result(outcome: r.Outcome, reason: r.Reason | None) -> Words:
    """不符合（未能证实）"""
    said = word("outcome", outcome)
    if reason is None or reason == "no_object":
        return Words(said.zh, said.en.lower())
    why = word("reason", reason)
    return Words(f"{said.zh}（{why.zh}）", f"{said.en.lower()} ({why.en})")


def _word(text: str) -> Words:
    return Words(text, text)


_STATE_SAYS = {
    "absent": Words("未找到文件", "file absent"),
    "unhashed": Words("在卷，未附校验值", "there, but without a hash"),
    "mismatch": Words("与校验值不符", "hash mismatch"),
}
