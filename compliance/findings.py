"""Codes in columns → the findings people read, made one by one when asked for; decides nothing.

A finding without a primary pointer cannot be built.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from types import MappingProxyType
from typing import Any, overload

from compliance.fingerprints import fingerprint
from compliance.schemas.conditions import Limit, MeasureRef, ParamRef, Tree, Value
from compliance.schemas.lowered import Answer
from compliance.schemas.outcomes import Code, State
from compliance.schemas.report import (
    ABSENT_REASONS,
    OBLIGATIONS,
    OPEN_REASONS,
    SEVERITIES,
    Advice,
    AttachmentFound,
    Basis,
    Bilingual,
    CheckLine,
    Determined,
    Disposition,
    DocumentAsked,
    Finding,
    Measured,
    Outcome,
    Reason,
    Severity,
    Subject,
    Was,
)
from compliance.schemas.rulebook import Check, Item
from compliance.schemas.scalars import Ratio, Unknown
from compliance.schemas.vocabulary import DOCUMENTS
from compliance.sentences import (
    ENTRY,
    NOBODY,
    STAGE,
    Source,
    compared,
    exact,
    gap_of,
    limit_says,
    limit_source,
    sentence_of,
    spoken,
    with_determinations,
)
from compliance.why import Told, reasons, rests_on

__all__ = ["OPEN", "Findings", "Line", "Owner", "Ruling", "disposition_of", "outcome_of"]

_OUTCOMES: tuple[Outcome, ...] = (
    "unknown",  # NONE
    "not_applicable",
    "pass",  # MEASURED
    "pass",
    "unknown",  # OPEN
    "fail",  # IMPROVE
    "unknown",
    "unknown",  # LOST
    "fail",
)
"""By ``Code``."""
_NOT_APPLICABLE, _ENCOURAGED, _UNKNOWN = int(Code.NOT_APPLICABLE), int(Code.OPEN), int(Code.UNKNOWN)
_STATES: tuple[Reason, ...] = tuple(state.name.lower() for state in State)  # type: ignore[misc]
OPEN = (Code.OPEN, Code.UNKNOWN, Code.LOST)

def outcome_of(code: int) -> Outcome:
    return _OUTCOMES[code]


def disposition_of(code: int, reason: Reason | None) -> Disposition:
    """What follows: only a failing of what must or should be goes into the 整改清单."""
    if code == Code.FAIL:
        return "rectify"
    if code == Code.IMPROVE:
        return "improve"
    if code in OPEN:
        return "review" if reason in ("needs_judgement", "missing_parameter") else "supply"
    return "none"


@dataclass(frozen=True, slots=True)
class Ruling:
    """What a person determined about one line: the code that the rules gave it, and the reason of the new one."""

    code: int
    reason: Reason | None
    by: str
    """Id of the determination"""


@dataclass(frozen=True, slots=True)
class Line:
    """One check over all its rows: the docket's states, the engine's answers and the codes."""

    check: Check
    owners: Sequence[int]
    rows_of: Mapping[int, Sequence[int]] | None
    """Owner → its rows; None when row and owner coincide."""
    states: bytes
    when: bytes | None
    holds: bytes
    evidence: bytes | None
    codes: bytes
    remarks: tuple[tuple[bytes, Bilingual], ...]
    history: tuple[tuple[bytes, Bilingual], ...]
    vacant: State
    """What the docket says where the check has no row at all"""
    reference: bytes | None
    """The codes as if the standard had always been there; None where nothing predates it"""
    rulings: Mapping[int, Ruling] = field(default_factory=dict)
    """Row → what a person determined about it; ``codes`` has the outcome determined"""

    def ruled(self, row: int) -> int:
        """The code that the rules gave a row, whatever a person determined."""
        return self.rulings[row].code if row in self.rulings else self.codes[row]

    def rows(self, owner: int) -> Sequence[int]:
        if self.rows_of is None:
            return (owner,) if owner < len(self.codes) else ()
        return self.rows_of.get(owner, ())


@dataclass(frozen=True, slots=True)
class Owner:
    """What a finding is about."""

    subject: Subject
    responsible_unit: str | None


def _why_not(found: Collection[Reason | None], lines: Iterable[Line]) -> Reason:
    """Why an item does not apply to an owner; where there is nothing to ask it of, what holds for all its checks."""
    if not found:
        vacant = {line.vacant for line in lines}
        if State.PREDATES_STANDARD in vacant:
            return "predates_standard"
        return "level_not_covered" if vacant == {State.LEVEL_NOT_COVERED} else "no_object"
    return next((r for r in ABSENT_REASONS if r in found), "no_object")


# -- findings -------------------------------------------------------------------------------------------------


class Findings(Sequence[Finding]):
    """All findings of a report, in the order of the standard, then of the dossier; made when read."""

    def __init__(
        self,
        entries: Sequence[tuple[Item, Sequence[Line], Sequence[Owner], int, int]],
        source: Source,
        advise: Callable[[Finding], Advice | None] = lambda _: None,
        determined: Mapping[str, tuple[Determined, ...]] = MappingProxyType({}),
    ) -> None:
        """Each entry: item, the lines of one owner kind, its owners, the owner's number, its code.

        ``advise`` says what to do about a finding that fails or is open; asked when the finding is read.
        ``determined``: by finding id, what persons determined about it.
        """
        self._entries = entries
        self._source = source
        self._advise = advise
        self._determined = determined
        self._params = {name: setting.value for name, setting in source.profile.settings.items()}

    def __len__(self) -> int:
        return len(self._entries)

    @overload
    def __getitem__(self, index: int) -> Finding: ...
    @overload
    def __getitem__(self, index: slice) -> list[Finding]: ...
    def __getitem__(self, index: int | slice) -> Finding | list[Finding]:
        if isinstance(index, slice):
            return [self._make(*e) for e in self._entries[index]]
        return self._make(*self._entries[index])

    def __iter__(self) -> Iterator[Finding]:
        return (self._make(*e) for e in self._entries)

    def of(self, outcomes: Collection[Outcome]) -> Iterator[Finding]:
        """The findings of certain outcomes, in the same order; the others are not made."""
        return (self._make(*e) for e in self._entries if _OUTCOMES[e[4]] in outcomes)

    def ids(self) -> list[str]:
        """The ids of all findings, without making one."""
        return [_id(item, owners[number]) for item, _, owners, number, _ in self._entries]

    def lines(self, index: int) -> list[tuple[Line, int]]:
        """The lines of one finding in the order of its ``checks``, each with its row; none where nobody answers."""
        _, lines, _, number, _ = self._entries[index]
        return [(line, row) for line in lines for row in line.rows(number)]

    def reason(self, index: int) -> Reason | None:
        """The reason of one finding, without making it."""
        _, lines, _, owner, code = self._entries[index]
        if code in OPEN:
            found = {
                self._line_reason(line, row) for line in lines for row in line.rows(owner) if line.codes[row] == code
            }
            return next((r for r in OPEN_REASONS if r in found), None if found else "missing_field")
        if code == Code.NOT_APPLICABLE:
            found = {self._line_reason(line, row) for line in lines for row in line.rows(owner)}
            return _why_not(found, lines)
        return None

    # -- one line -------------------------------------------------------------------------------------------

    def _tree(self, line: Line, row: int) -> Tree:
        """The condition that decided a line: its guard where that was not met, its own else."""
        if line.when is not None and line.when[row] != Answer.TRUE and line.check.when is not None:
            return line.check.when
        return line.check.holds

    def _values(self, line: Line, row: int) -> Callable[[str], Value]:
        return lambda name: self._source.value(line.check.subject, name, row)

    def _told(self, line: Line, row: int) -> tuple[Told, ...]:
        """The comparisons that a line's answer rests on, without the place's choices, which need no telling."""
        _, found = rests_on(self._tree(line, row), self._values(line, row), self._params)
        told = [t for t in found if not (isinstance(t[0].measure, ParamRef) and t[0].measure.name in self._params)]
        return tuple(told or found)

    def _line_reason(self, line: Line, row: int) -> Reason | None:
        return line.rulings[row].reason if row in line.rulings else self._ruled_reason(line, row)

    def _ruled_reason(self, line: Line, row: int) -> Reason | None:
        code, state = line.ruled(row), line.states[row]
        if code == _NOT_APPLICABLE:
            # A line whose gate is open too can only be not applicable because its guard is false.
            return _STATES[state] if 0 < state < State.MISSING_FIELD else line.check.otherwise
        if code not in (_UNKNOWN, _ENCOURAGED):
            return None
        if state:
            return _STATES[state]
        if line.holds[row] == Answer.TRUE and (line.when is None or line.when[row] == Answer.TRUE):
            return "missing_evidence"
        why = reasons(self._tree(line, row), self._values(line, row), self._params)
        return next((r for r in OPEN_REASONS if r in why), None)

    def _measured(self, line: Line, row: int, told: Told) -> Measured:
        source, kind, atom = self._source, line.check.subject, told[0]
        pointers: tuple[str, ...] = ()
        if isinstance(atom.measure, ParamRef):
            title, unit = source.parameter(atom.measure.name), ""
            setting = source.profile.settings.get(atom.measure.name)
            value: Any = setting.value if setting else Unknown.MISSING_PARAMETER
            name = f"${atom.measure.name}"
        else:
            name = atom.measure
            title, unit = Bilingual(*source.titles(kind, name)), source.unit(kind, name)
            value, pointers = source.value(kind, name, row), source.read(kind, name, row)
        if pointers and (isinstance(value, bool) or not isinstance(value, int | Decimal | Ratio)):
            # Of a share its first part decides; of all else what was read last.
            pointers = (pointers[-1], *pointers[:-1])
        limit, limit_text, limit_name = limit_says(source, kind, atom.limit, unit)
        if isinstance(atom.limit, MeasureRef):
            other = source.value(kind, atom.limit.name, row)
            limit_text = None if isinstance(other, Unknown) else exact(other)
            pointers = tuple(dict.fromkeys((*pointers, *source.read(kind, atom.limit.name, row))))
            if not isinstance(other, Unknown):
                shown = spoken(other, unit)
                limit = Bilingual(f"{limit.zh}（{shown.zh}）", f"{limit.en} ({shown.en})")
        says = compared(title, told, value, limit, unit)
        unknown: Reason | None = value.value if isinstance(value, Unknown) else None
        op = f"not_{atom.op.value}" if told[1] else atom.op.value
        return Measured(
            name, title, None if unknown else exact(value), unit, unknown, op,
            limit_text, limit_name, self._limit_title(kind, atom.limit), limit_source(source, line.check, atom.limit),
            pointers, says,
        )  # fmt: skip

    def _limit_title(self, kind: str, limit: Limit) -> Bilingual | None:
        if isinstance(limit, ParamRef):
            return self._source.parameter(limit.name)
        return Bilingual(*self._source.titles(kind, limit.name)) if isinstance(limit, MeasureRef) else None

    def _check_line(self, line: Line, row: int) -> CheckLine:
        """The line as it counts: as the rules decided it, or as a person determined."""
        made = self._ruled_line(line, row)
        if row not in line.rulings:
            return made
        ruling, outcome = line.rulings[row], outcome_of(line.codes[row])
        was = Was(made.outcome, made.reason, made.basis, ruling.by)
        return replace(made, outcome=outcome, reason=ruling.reason, basis="determined", was=was)

    def _ruled_line(self, line: Line, row: int) -> CheckLine:
        check, code, state = line.check, line.ruled(row), line.states[row]
        values: tuple[Measured, ...] = ()
        if code != _NOT_APPLICABLE:
            if not state:
                values = tuple([self._measured(line, row, told) for told in self._told(line, row)])
            elif state == State.MISSING_PARAMETER:
                zone = self._source.parameter(check.zone or "")
                values = (gap_of(f"${check.zone}", zone, "missing_parameter", ()),)
            else:
                values = (ENTRY if check.due_at == "plan_entry" else STAGE,)
        return CheckLine(
            check.name,
            self._source.row_subject(check.subject, row),
            outcome_of(code),
            self._ruled_reason(line, row),
            self._basis(line, row),
            check.obligation,
            check.severity,
            values,
        )

    def _nobody(self, check: Check, subject: Subject) -> CheckLine:
        """The line of an item that nobody in the dossier answers for."""
        gap = NOBODY[subject.kind]
        return CheckLine(
            check.name, subject, "unknown", "missing_field", None, check.obligation, check.severity, (gap,)
        )

    def _basis(self, line: Line, row: int) -> Basis | None:
        code = line.ruled(row)
        if code == Code.MEASURED:
            return "measured"
        if code != Code.PASS:
            return None
        return "evidenced" if line.evidence is None or line.evidence[row] == Answer.TRUE else "asserted"

    # -- one finding ----------------------------------------------------------------------------------------

    def _make(self, item: Item, lines: Sequence[Line], owners: Sequence[Owner], number: int, code: int) -> Finding:
        owner = owners[number]
        ident = _id(item, owner)
        pairs = [(line, row) for line in lines for row in line.rows(number)]
        made = [self._check_line(line, row) for line, row in pairs]
        deciding = [(p, c) for p, c in zip(pairs, made, strict=True) if p[0].codes[p[1]] == code]
        reason: Reason | None = None
        if code in OPEN:
            reason = next((r for r in OPEN_REASONS if r in {c.reason for _, c in deciding}), None)
            if not made:  # nobody is named who could answer
                reason = "missing_field"
                made = [self._nobody(lines[0].check, owner.subject)]
                deciding = [((lines[0], -1), made[0])]
        elif code == Code.NOT_APPLICABLE:
            reason = _why_not({c.reason for c in made}, lines)
        elif code in (Code.FAIL, Code.IMPROVE) and all(c.reason == "not_substantiated" for _, c in deciding):
            reason = "not_substantiated"
        pointers = tuple(dict.fromkeys(p for _, c in deciding for v in c.values for p in v.pointers)) or tuple(
            dict.fromkeys(c.subject.pointer for _, c in deciding)
        )
        primary = pointers[0] if pointers else owner.subject.pointer
        severity: Severity = item.spec.severity
        obligation = min((c.obligation for _, c in deciding), key=OBLIGATIONS.index, default=item.spec.obligation)
        if code in (Code.FAIL, Code.IMPROVE):
            severity = min((c.severity for _, c in deciding), key=SEVERITIES.index)
        basis: Basis | None = None
        if code in (Code.PASS, Code.MEASURED):
            bases = {c.basis for _, c in deciding}
            basis = "measured" if code == Code.MEASURED else ("asserted" if "asserted" in bases else "evidenced")
        if code not in OPEN and any(c.was for _, c in deciding):
            basis = "determined"
        determined = self._determined.get(ident, ())
        asked, found = self._documents(pairs)
        finding = Finding(
            id=ident,
            item=item.id,
            clause=item.clause,
            subject=owner.subject,
            outcome=outcome_of(code),
            reason=reason,
            basis=basis,
            obligation=obligation,
            severity=severity,
            disposition=disposition_of(code, reason),
            sentence=with_determinations(
                sentence_of(
                    item, owner.subject.name, code, reason, basis,
                    [(p[0].check, c) for p, c in deciding], self._source.parameter,
                ),
                determined,
            ),
            primary=primary,
            related=pointers[1:],
            checks=tuple(made),
            asked=asked,
            found=found,
            remarks=self._said(pairs, "remarks"),
            history=self._said(pairs, "history"),
            reference=self._reference(pairs) if reason == "predates_standard" else None,
            responsible_unit=owner.responsible_unit,
            questions=tuple(
                dict.fromkeys(p[0].check.asks for p, _ in deciding if p[0].check.asks is not None)
                if code in OPEN
                else ()
            ),
            advice=None,
            fingerprint=self._fingerprint(item, owner, code, reason, pairs, [c for _, c in deciding]),
            determined=determined,
        )
        advice = self._advise(finding) if finding.outcome in ("fail", "unknown") else None
        return finding if advice is None else replace(finding, advice=advice)

    def _fingerprint(
        self,
        item: Item,
        owner: Owner,
        code: int,
        reason: Reason | None,
        pairs: Sequence[tuple[Line, int]],
        deciding: Sequence[CheckLine],
    ) -> str:
        """The print of what the rules found; a determination does not change it, so that it stays valid."""
        if any(row in line.rulings for line, row in pairs):
            code = max(line.ruled(row) for line, row in pairs)
            deciding = [self._ruled_line(line, row) for line, row in pairs if line.ruled(row) == code]
            reasons = {c.reason for c in deciding}
            reason = None
            if code in OPEN:
                reason = next((r for r in OPEN_REASONS if r in reasons), None)
            elif code == Code.NOT_APPLICABLE:
                reason = _why_not(reasons, (line for line, _ in pairs))
        return fingerprint(item.id, owner.subject.id, outcome_of(code), reason, deciding, self._source.running)

    @staticmethod
    def _said(pairs: Sequence[tuple[Line, int]], what: str) -> tuple[Bilingual, ...]:
        """Remarks or history of the lines that were really asked."""
        said = [
            words
            for line, row in pairs
            if line.states[row] == State.READY and (line.when is None or line.when[row] == Answer.TRUE)
            for answers, words in getattr(line, what)
            if answers[row] == Answer.TRUE
        ]
        return tuple(dict.fromkeys(said))

    @staticmethod
    def _reference(pairs: Sequence[tuple[Line, int]]) -> Outcome:
        """What the outcome would be, for a matter that predates the standard, had it always been there."""
        codes = [line.reference[row] for line, row in pairs if line.reference is not None]
        return outcome_of(max(codes, default=Code.NOT_APPLICABLE))

    def _documents(
        self, pairs: Sequence[tuple[Line, int]]
    ) -> tuple[tuple[DocumentAsked, ...], tuple[AttachmentFound, ...]]:
        asked: dict[str, None] = {}
        wanted: dict[tuple[str, int], set[tuple[str, str | None]]] = {}
        for line, row in pairs:
            check = line.check
            if not check.documents or line.states[row] or line.codes[row] == _NOT_APPLICABLE:
                continue
            asked.update(dict.fromkeys(check.documents))
            types = wanted.setdefault((check.subject, row), set())
            types.update((t, absent) for t in check.documents for absent in (None, *check.declares))
        found: dict[str, AttachmentFound] = {}
        for (kind, row), types in wanted.items():
            for attachment, absent in self._source.references(kind, row):
                if (attachment.doc_type, absent) in types:
                    found[attachment.pointer] = attachment
        return tuple(DocumentAsked(t, Bilingual(*DOCUMENTS[t])) for t in asked), tuple(found.values())


def _id(item: Item, owner: Owner) -> str:
    return "/".join((item.id, owner.subject.kind, owner.subject.id))
