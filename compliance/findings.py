"""Codes in columns → the findings people read, made one by one when asked for; decides nothing.

Sentences are built from the condition itself: subject, what must hold, what was found, the limit and whose
limit it is. A finding without a primary pointer cannot be built.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from functools import lru_cache
from types import MappingProxyType
from typing import Any, overload

from compliance.fingerprints import fingerprint
from compliance.schemas.conditions import All, Atom, Limit, MeasureRef, Not, Op, ParamRef, Tree, Value
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
    LimitSource,
    Measured,
    Outcome,
    Reason,
    Severity,
    Subject,
    Was,
)
from compliance.schemas.rulebook import Check, Item, Profile, Rulebook
from compliance.schemas.scalars import Day, Ratio, Unknown
from compliance.schemas.vocabulary import DOCUMENTS, UNITS, words_of
from compliance.why import Told, reasons, rests_on

__all__ = [
    "OPEN",
    "Findings",
    "Line",
    "Owner",
    "Ruling",
    "Source",
    "condition_says",
    "disposition_of",
    "law_of",
    "outcome_of",
    "parameter_of",
    "value_says",
]

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

_REASON_SAYS: dict[Reason, Bilingual] = {
    "conflicting_data": Bilingual("填报数据互相矛盾", "the data reported contradict each other"),
    "missing_parameter": Bilingual("当地规定的参数未配置", "the place's own limit is not set"),
    "missing_field": Bilingual("所需数据未填报", "data needed were not reported"),
    "ambiguous_date": Bilingual(
        "日期只到年或月，先后不能判定", "a date known only to the month or year leaves the order open"
    ),
    "missing_evidence": Bilingual("未见证明材料", "no supporting document is there"),
    "needs_judgement": Bilingual("需要人工研判", "a person has to judge"),
    "not_due": Bilingual("尚未到该阶段", "the stage has not been reached"),
    "level_not_covered": Bilingual("不属本级职责", "not a matter of this level"),
    "no_object": Bilingual("没有适用对象", "there is nothing it applies to"),
    "zone": Bilingual("不在采暖地区", "outside the heating zone"),
    "predates_standard": Bilingual("早于衡量标准施行", "before the standard took effect"),
    "not_substantiated": Bilingual("补正期满仍未能证实", "not substantiated by the end of the time to supply it"),
}

_OP_SAYS: dict[Op, tuple[str, str]] = {
    Op.AT_LEAST: ("应不低于", "must be at least"),
    Op.AT_MOST: ("应不高于", "must be at most"),
    Op.MORE_THAN: ("应超过", "must exceed"),
    Op.LESS_THAN: ("应低于", "must be below"),
    Op.NOT_AFTER: ("应不晚于", "must not be after"),
    Op.NOT_BEFORE: ("应不早于", "must not be before"),
    Op.IS: ("应为", "must be"),
    Op.ONE_OF: ("应为下列之一：", "must be one of"),
    Op.PRESENT: ("应已填报", "must be reported"),
}
_NOT_SAYS: dict[Op, tuple[str, str]] = {
    Op.AT_LEAST: ("应低于", "must be below"),
    Op.AT_MOST: ("应超过", "must exceed"),
    Op.MORE_THAN: ("应不高于", "must be at most"),
    Op.LESS_THAN: ("应不低于", "must be at least"),
    Op.NOT_AFTER: ("应晚于", "must be after"),
    Op.NOT_BEFORE: ("应早于", "must be before"),
    Op.IS: ("不应为", "must not be"),
    Op.ONE_OF: ("不应为下列之一：", "must be none of"),
    Op.PRESENT: ("应未填报", "must not be reported"),
}
"""Under a ``not``."""
_IS_SAYS: dict[Op, tuple[str, str]] = {
    Op.AT_LEAST: ("不低于", "is at least"),
    Op.AT_MOST: ("不高于", "is at most"),
    Op.MORE_THAN: ("超过", "exceeds"),
    Op.LESS_THAN: ("低于", "is below"),
    Op.NOT_AFTER: ("不晚于", "is not after"),
    Op.NOT_BEFORE: ("不早于", "is not before"),
    Op.IS: ("为", "is"),
    Op.ONE_OF: ("为下列之一：", "is one of"),
    Op.PRESENT: ("已填报", "is reported"),
}
_IS_NOT_SAYS: dict[Op, tuple[str, str]] = {
    Op.AT_LEAST: ("低于", "is below"),
    Op.AT_MOST: ("超过", "exceeds"),
    Op.MORE_THAN: ("不高于", "is at most"),
    Op.LESS_THAN: ("不低于", "is at least"),
    Op.NOT_AFTER: ("晚于", "is after"),
    Op.NOT_BEFORE: ("早于", "is before"),
    Op.IS: ("不为", "is not"),
    Op.ONE_OF: ("不为下列之一：", "is none of"),
    Op.PRESENT: ("未填报", "is not reported"),
}
"""What is merely so or not so: guards, and what is worth a remark."""


def _op_says(atom: Atom, negated: bool, owed: bool = True) -> tuple[str, str]:
    """The words of a comparison; ``present: false`` is a negation of its own."""
    absent = atom.op is Op.PRESENT and atom.limit is False
    if not owed:
        return (_IS_NOT_SAYS if negated is not absent else _IS_SAYS)[atom.op]
    return (_NOT_SAYS if negated is not absent else _OP_SAYS)[atom.op]


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


# -- words for values -----------------------------------------------------------------------------------------


def _number(value: Decimal) -> str:
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _percent(ratio: Ratio) -> str:
    """Exact where two decimals suffice, else cut off and marked ≈: rounding must not seem to reach a limit."""
    scaled, rest = divmod(ratio.p * 10_000, ratio.q)
    text = _number(Decimal(scaled) / 100)
    return f"{text}%" if rest == 0 else f"≈{text}%"


def _text(value: Value | Limit) -> str:
    """The exact value as text, for machines."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Ratio):
        return f"{value.p}/{value.q}"
    if isinstance(value, Day):
        return value.text
    if isinstance(value, Decimal):
        return _number(value)
    if isinstance(value, tuple):
        return ",".join(str(v) for v in value)
    return str(value)


@lru_cache(maxsize=4096)
def _spoken(value: Any, unit: str) -> Bilingual:
    """The value as people write it."""
    if isinstance(value, bool):
        return Bilingual("是", "yes") if value else Bilingual("否", "no")
    if isinstance(value, Ratio):
        fraction = f"{value.p}/{value.q}"
        shown = _percent(value)
        if value.q in (2, 3, 4):
            return Bilingual(fraction, fraction)
        return (
            Bilingual(shown, shown)
            if value.q in (1, 100)
            else Bilingual(f"{shown}（{fraction}）", f"{shown} ({fraction})")
        )
    if isinstance(value, str):
        zh, en = words_of(value)
        return Bilingual(zh, en)
    if isinstance(value, tuple) and not isinstance(value, Day):
        pairs = [words_of(v) for v in value]
        return Bilingual("、".join(p[0] for p in pairs), ", ".join(p[1] for p in pairs))
    text = _text(value)
    return Bilingual(text + unit, f"{text} {UNITS.get(unit, unit)}".strip())


def value_says(value: Value | Limit, unit: str) -> Bilingual:
    """A value as people write it; one that is not known as the reason why."""
    return _REASON_SAYS[value.value] if isinstance(value, Unknown) else _spoken(value, unit)


_UNSET = Bilingual("（当地未配置）", " (not set in this place)")


@dataclass(frozen=True, slots=True)
class Source:
    """What findings are made from: the means to read values, names and pointers of rows. Filled in by ``check``."""

    value: Callable[[str, str, int], Value]
    """(kind, measure, row) → value"""
    read: Callable[[str, str, int], tuple[str, ...]]
    """(kind, measure, row) → pointers"""
    titles: Callable[[str, str], tuple[str, str]]
    unit: Callable[[str, str], str]
    references: Callable[[str, int], Sequence[tuple[AttachmentFound, str | None]]]
    """(kind, row) → evidence, each with what it declares absent if it stands on a declaration"""
    row_subject: Callable[[str, int], Subject]
    profile: Profile
    parameter: Callable[[str], Bilingual]
    """A parameter's title"""
    literal: Callable[[Check], LimitSource]
    """The law that a literal limit of a check stands in: its statute where it names one, else the standard"""
    running: Callable[[str, str], bool]
    """(kind, measure) → whether its value grows from day to day by itself"""
    unset: Bilingual = _UNSET
    """What is said of a parameter without a value"""


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


def _limit_says(source: Source, kind: str, limit: Limit, unit: str) -> tuple[Bilingual, str | None, str | None]:
    """A limit as words, as exact text where it is known, and its name if it has one."""
    if isinstance(limit, ParamRef):
        setting = source.profile.settings.get(limit.name)
        if setting is None:
            title = source.parameter(limit.name)
            unset = Bilingual(f"“{title.zh}”{source.unset.zh}", f"“{title.en}”{source.unset.en}")
            return unset, None, f"${limit.name}"
        return _spoken(setting.value, unit), _text(setting.value), f"${limit.name}"
    if isinstance(limit, MeasureRef):
        zh, en = source.titles(kind, limit.name)
        return Bilingual(zh, en), None, limit.name
    return _spoken(limit, unit), _text(limit), None


def parameter_of(law: Rulebook) -> Callable[[str], Bilingual]:
    """The titles of parameters."""
    titles = {name: Bilingual(p.spec.title.zh, p.spec.title.en) for name, p in law.parameters.items()}
    return titles.__getitem__


def law_of(law: Rulebook) -> Callable[[Check], LimitSource]:
    """Where the literal limits of checks stand."""
    items = {item.id: item.spec for item in law.items}

    def literal(check: Check) -> LimitSource:
        cite = items[check.item].cite
        if check.local is not None:
            return check.local
        statute = check.statute or (cite.statutes[0] if cite.statutes else None)
        if statute is not None:
            return LimitSource(statute, "", "全国", None, None, "in_force")
        section = f"附件{cite.annex}" if cite.annex else f"正文{cite.body}"
        return LimitSource(law.standard.number, section, "全国", None, None, "in_force")

    return literal


def _limit_source(source: Source, check: Check, limit: Limit) -> LimitSource | None:
    """Whose limit it is: a parameter's document, or for a number or date in a clause the law it stands in."""
    if isinstance(limit, ParamRef):
        setting = source.profile.settings.get(limit.name)
        return setting.source if setting else None
    if isinstance(limit, MeasureRef | bool | str) or (isinstance(limit, tuple) and not isinstance(limit, Ratio | Day)):
        return None
    return source.literal(check)


def condition_says(tree: Tree, kind: str, source: Source, *, owed: bool = True) -> Bilingual:
    """A condition as a sentence, with the place's numbers: how ``explain`` and the report state a check.

    ``owed``: it must be so; else it merely is so, as in a guard.
    """
    if isinstance(tree, Atom):
        return _atom_says(tree, kind, source, False, owed)
    if isinstance(tree, Not):
        if isinstance(tree.part, Atom) and not owed:
            return _atom_says(tree.part, kind, source, True, owed)
        inner = condition_says(tree.part, kind, source, owed=owed)
        return Bilingual(f"并非（{inner.zh}）", f"not ({inner.en})")
    parts = [condition_says(p, kind, source, owed=owed) for p in tree.parts]
    zh, en = ("，并且", " and ") if isinstance(tree, All) else ("，或者", " or ")
    wrap = [isinstance(p, Atom) for p in tree.parts]
    return Bilingual(
        zh.join(p.zh if w else f"（{p.zh}）" for p, w in zip(parts, wrap, strict=True)),
        en.join(p.en if w else f"({p.en})" for p, w in zip(parts, wrap, strict=True)),
    )


def _atom_says(atom: Atom, kind: str, source: Source, negated: bool, owed: bool) -> Bilingual:
    if isinstance(atom.measure, ParamRef):
        title, unit = source.parameter(atom.measure.name), ""
    else:
        title, unit = Bilingual(*source.titles(kind, atom.measure)), source.unit(kind, atom.measure)
    if isinstance(atom.measure, ParamRef):  # nobody can be asked to have set it: it is so or not
        owed = False
        if atom.op is Op.PRESENT:
            zh, en = ("没有规定", "is not set") if negated is atom.limit else ("有规定", "is set")
            return Bilingual(f"当地{zh}“{title.zh}”", f"“{title.en}” {en} in the place")
    zh, en = _op_says(atom, negated, owed)
    if atom.op is Op.PRESENT:
        return Bilingual(f"{title.zh}{zh}", f"{title.en} {en}")
    limit, _, _ = _limit_says(source, kind, atom.limit, unit)
    return Bilingual(f"{title.zh}{zh}{limit.zh}", f"{title.en} {en} {limit.en}")


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
        limit, limit_text, limit_name = _limit_says(source, kind, atom.limit, unit)
        if isinstance(atom.limit, MeasureRef):
            other = source.value(kind, atom.limit.name, row)
            limit_text = None if isinstance(other, Unknown) else _text(other)
            pointers = tuple(dict.fromkeys((*pointers, *source.read(kind, atom.limit.name, row))))
            if not isinstance(other, Unknown):
                shown = _spoken(other, unit)
                limit = Bilingual(f"{limit.zh}（{shown.zh}）", f"{limit.en} ({shown.en})")
        says = _compared(title, told, value, limit, unit)
        unknown: Reason | None = value.value if isinstance(value, Unknown) else None
        op = f"not_{atom.op.value}" if told[1] else atom.op.value
        return Measured(
            name, title, None if unknown else _text(value), unit, unknown, op,
            limit_text, limit_name, self._limit_title(kind, atom.limit), _limit_source(source, line.check, atom.limit),
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
                values = (_gap(f"${check.zone}", zone, "missing_parameter", ()),)
            else:
                values = (_ENTRY if check.due_at == "plan_entry" else _STAGE,)
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
        gap = _OWNERS[subject.kind]
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
            sentence=_with_determinations(
                _sentence(
                    item, owner, code, reason, basis, [(p[0].check, c) for p, c in deciding], self._source.parameter
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


def _with_determinations(sentence: Bilingual, determined: Sequence[Determined]) -> Bilingual:
    """A finding's sentence with what persons determined about it, in force or not."""
    if not determined:
        return sentence
    zh, en = "；".join(d.says.zh for d in determined), "; ".join(d.says.en for d in determined)
    return Bilingual(f"{sentence.zh.removesuffix('。')}（{zh}）。", f"{sentence.en.removesuffix('.')} ({en}).")


def _gap(measure: str, title: Bilingual, why: Reason, pointers: tuple[str, ...]) -> Measured:
    """What would have to be reported before a line can be asked at all."""
    said = _REASON_SAYS[why]
    says = Bilingual(f"{title.zh}：{said.zh}", f"{title.en}: {said.en}")
    return Measured(measure, title, None, "", why, Op.PRESENT.value, None, None, None, None, pointers, says)


_ENTRY = _gap("plan", Bilingual("所属年度计划", "the yearly plan it belongs to"), "missing_field", ("/plans",))
_STAGE = _gap("stage", Bilingual("项目阶段和日期", "the project's stage and dates"), "missing_field", ("/projects",))
_OWNERS = {
    "community": _gap("communities", Bilingual("小区数据", "the communities"), "missing_field", ("/communities",)),
    "project": _gap("projects", Bilingual("项目数据", "the projects"), "missing_field", ("/projects",)),
}
"""Gaps that stand before any condition."""


def _compared(title: Bilingual, told: Told, value: Any, limit: Bilingual, unit: str) -> Bilingual:
    """参与率应不低于80%，实为63%"""
    atom, negated = told
    zh, en = _op_says(atom, negated)
    if isinstance(value, Unknown):
        why = _REASON_SAYS[value.value]
        found = Bilingual(f"现有材料：{why.zh}", f"found: {why.en}")
    else:
        spoken = _spoken(value, unit)
        found = Bilingual(f"实为{spoken.zh}", f"found: {spoken.en}")
    if isinstance(atom.limit, bool) and atom.op is Op.IS:
        return Bilingual(f"{title.zh}，{found.zh}", f"{title.en}; {found.en}")
    if atom.op is Op.PRESENT:
        return Bilingual(f"{title.zh}{zh}，{found.zh}", f"{title.en} {en}; {found.en}")
    return Bilingual(f"{title.zh}{zh}{limit.zh}，{found.zh}", f"{title.en} {en} {limit.en}; {found.en}")


_SHOWN = 3
"""How many deciding lines a sentence tells in full."""
_LISTED = 8
"""How many things that are missing a sentence names."""
_OWN = ("area", "community", "project", "plan", "vote")
"""Subjects that go without saying, because a finding is about their owner; so do those without a key."""


def _sentence(
    item: Item,
    owner: Owner,
    code: int,
    reason: Reason | None,
    basis: Basis | None,
    deciding: Sequence[tuple[Check, CheckLine]],
    parameter: Callable[[str], Bilingual],
) -> Bilingual:
    name, title = owner.subject.name, item.spec.title
    if code == Code.NOT_APPLICABLE and reason:
        why = _REASON_SAYS[reason]
        return Bilingual(
            f"{name.zh}：“{title.zh}”不适用，{why.zh}。", f"{name.en}: “{title.en}” does not apply, {why.en}."
        )
    if code == Code.MEASURED:
        values = [v.says for _, c in deciding for v in c.values][:1]
        zh = values[0].zh.split("，")[-1] if values else ""
        en = values[0].en.split("; ")[-1] if values else ""
        return Bilingual(
            f"{name.zh}：“{title.zh}”已报告，{zh}；当地未定限值，只计量、不评判。",
            f"{name.en}: “{title.en}” is reported, {en}; the place sets no limit, so it is measured and not judged.",
        )
    if code == Code.PASS:
        if basis == "asserted":
            return Bilingual(
                f"{name.zh}：“{title.zh}”按填报数据符合要求，未核对证明材料。",
                f"{name.en}: “{title.en}” is met by what was reported; no document was seen.",
            )
        return Bilingual(f"{name.zh}：“{title.zh}”符合要求。", f"{name.en}: “{title.en}” is met.")
    if code in (Code.FAIL, Code.IMPROVE):
        parts = [_breach(check, line) for check, line in deciding[:_SHOWN]]
        more = len(deciding) - len(parts)
        zh, en = "；".join(p.zh for p in parts), "; ".join(p.en for p in parts)
        if more > 0:
            zh, en = f"{zh}；另有{more}处", f"{en}; and {more} more"
        word = (
            ("不符合要求", "is not met")
            if code == Code.FAIL
            else ("尚未做到（鼓励类）", "is not met (encouraged only)")
        )
        return Bilingual(f"{name.zh}：“{title.zh}”{word[0]}。{zh}。", f"{name.en}: “{title.en}” {word[1]}. {en}.")
    why = _REASON_SAYS[reason] if reason else Bilingual("检查程序未得出结论", "the checker reached no answer")
    gaps = _gaps(deciding, parameter)
    zh, en = (f"：{gaps.zh}", f": {gaps.en}") if gaps.zh else ("", "")
    return Bilingual(f"{name.zh}：“{title.zh}”待证，{why.zh}{zh}。", f"{name.en}: “{title.en}” is open, {why.en}{en}.")


def _row(line: CheckLine) -> Bilingual:
    """A row subject in front of what is said of it."""
    if line.subject.kind in _OWN or not line.subject.id:
        return Bilingual("", "")
    return Bilingual(f"【{line.subject.name.zh}】", f"[{line.subject.name.en}] ")


def _breach(check: Check, line: CheckLine) -> Bilingual:
    """A failing line: what must hold, and what was found against the limit."""
    row = _row(line)
    if line.was is not None:  # the values do not show it: a person determined so
        zh, en = ("未能证实", "not substantiated") if line.reason else ("经认定未满足", "determined not to be so")
        return Bilingual(f"{row.zh}{check.says.zh}一项{zh}", f"{row.en}{check.says.en}: {en}")
    zh, en = "，".join(v.says.zh for v in line.values), ", ".join(v.says.en for v in line.values)
    return Bilingual(f"{row.zh}{check.says.zh}一项未满足：{zh}", f"{row.en}Not so: {check.says.en} ({en})")


def _gaps(deciding: Sequence[tuple[Check, CheckLine]], parameter: Callable[[str], Bilingual]) -> Bilingual:
    """What stands between an open finding and an answer, each thing named once."""
    zh: dict[str, None] = {}
    en: dict[str, None] = {}
    for check, line in deciding:
        row = _row(line)
        if line.reason == "missing_evidence":
            zh[f"{row.zh}缺{'或'.join(DOCUMENTS[t][0] for t in check.documents)}"] = None
            en[f"{row.en}no {' or '.join(DOCUMENTS[t][1] for t in check.documents)}"] = None
            continue
        if line.values and line.values[0].measure in (_ENTRY.measure, _STAGE.measure):
            row = Bilingual("", "")  # the same for every row of the owner
        for value in line.values:
            if value.unknown or line.reason == "ambiguous_date":
                zh[f"{row.zh}{value.title.zh}"] = None
                en[f"{row.en}{value.title.en}"] = None
            if value.limit is None and value.limit_name and value.limit_name.startswith("$"):
                unset = parameter(value.limit_name[1:])
                zh[f"参数“{unset.zh}”"] = None
                en[f"the parameter “{unset.en}”"] = None
    more = len(zh) - _LISTED
    tail = (f"等{len(zh)}项", f" and {more} more") if more > 0 else ("", "")
    return Bilingual("、".join(list(zh)[:_LISTED]) + tail[0], ", ".join(list(en)[:_LISTED]) + tail[1])
