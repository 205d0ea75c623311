"""A case → doubts about its data, by a rulebook of its own; the standard's verdict knows nothing of them.

The checks stand in ``rules/data_quality`` in the words of the clauses, are lowered and decided like them, and are one
for all places. A failing here is a doubt for a person to clear; what is not known raises none and is counted.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache, partial
from typing import Any, overload

from pydantic import BaseModel

from compliance import judge, rulebook
from compliance.engine import Engine
from compliance.findings import Findings, Line, Owner
from compliance.measures.columns import Columns
from compliance.measures.soundness import KINDS, measure_kinds
from compliance.measures.subjects import Case
from compliance.rulebook.reader import law_folder, read_text
from compliance.schemas import report as r
from compliance.schemas.outcomes import Code, State
from compliance.schemas.received import AttachmentState
from compliance.schemas.rulebook import Check, Item, Profile, Questions, Rulebook
from compliance.schemas.scalars import Day, Ratio, days
from compliance.schemas.vocabulary import words_of
from compliance.sentences import Source, condition_says, law_of, parameter_of

__all__ = [
    "FOLDER", "VALUES", "Looked", "doubt_says", "doubts_of", "line_of", "load_checks", "load_numbers", "look",
    "nearly_of",
]  # fmt: skip

FOLDER = "data_quality"
VALUES = "profiles/national.yaml"


@lru_cache(maxsize=1)
def load_checks() -> Rulebook:
    """The shipped checks of the data."""
    return rulebook.load_rulebook(measure_kinds(), law_folder() / FOLDER)


@lru_cache(maxsize=1)
def load_numbers() -> Profile:
    """The numbers that the checks compare with, each with where it was taken from; the same in all places."""
    law = load_checks()
    text = read_text(law_folder() / FOLDER / VALUES)
    return rulebook.load_values(text, VALUES, law, days(law.standard.dated))


@dataclass(frozen=True, slots=True)
class _Bench:
    law: Rulebook
    numbers: Profile
    questions: Mapping[str, Questions]
    engines: Mapping[str, Engine]


@lru_cache(maxsize=1)
def _bench() -> _Bench:
    """The checks lowered, once a process."""
    law, numbers = load_checks(), load_numbers()
    questions = rulebook.compile_questions(law, numbers)
    return _Bench(law, numbers, questions, {kind: Engine(q.lowered) for kind, q in questions.items()})


@dataclass(frozen=True, slots=True)
class Looked:
    """All that was decided of one dossier's data, in columns: each check with its line."""

    columns: Columns
    lines: tuple[tuple[Item, Line], ...]

    @property
    def doubtful(self) -> int:
        """How many doubts there are."""
        return sum(line.codes.count(Code.FAIL) for _, line in self.lines)

    @property
    def worst(self) -> r.Severity | None:
        """The worst severity of a doubt."""
        found = {line.check.severity for _, line in self.lines if Code.FAIL in line.codes}
        return min(found, key=r.SEVERITIES.index, default=None)


def look(case: Case, states: Mapping[str, AttachmentState]) -> Looked:
    """Ask every check of every row it is for."""
    bench, columns = _bench(), Columns(case, states, KINDS)
    answers: dict[str, list[bytes]] = {}
    for kind, questions in bench.questions.items():
        rows = columns.rows(kind)
        values = {name: columns.column(kind, name) for name in questions.measures} if rows else {}
        decided = bench.engines[kind].decide(values, len(rows)) if rows else [bytearray()] * len(questions.trees)
        answers[kind] = [bytes(column) for column in decided]
    lines = tuple(
        (item, line_of(check, bench.questions[check.subject], answers[check.subject], len(columns.rows(check.subject))))
        for item in bench.law.items
        for check in item.checks
    )
    return Looked(columns, lines)


def line_of(check: Check, questions: Questions, answers: Sequence[bytes], number: int) -> Line:
    """One check over its rows: what the engine answered to its questions, and the code of each row."""
    asked = questions.asked[check.id]
    holds, states = answers[asked.holds], bytes(number)
    when = answers[asked.when] if asked.when is not None else None
    return Line(
        check=check,
        owners=range(number),
        rows_of=None,
        states=states,
        when=when,
        holds=holds,
        evidence=None,
        codes=judge.combine(states, when, holds, measured=False, encouraged=False),
        remarks=tuple((answers[n], w.says) for n, w in zip(asked.remarks, check.remarks, strict=True)),
        history=(),
        vacant=State.READY,
        reference=None,
    )


# -- the report's part ----------------------------------------------------------------------------------------


def doubts_of(looked: Looked) -> r.DataQuality:
    """What was found, for the report; the doubts are made when somebody reads them."""
    bench, source = _bench(), _source(looked.columns)
    checks, nearly, faults = [], [], []
    entries: list[tuple[Item, Line, int, bool]] = []
    for item, line in looked.lines:
        doubtful, asked = line.codes.count(Code.FAIL), line.codes.count(Code.PASS) + line.codes.count(Code.FAIL)
        checks.append(_check(item, line, source))
        told_once = nearly_of(item, line.check, doubtful, asked)
        one_cause = told_once is not None
        if told_once is not None:
            nearly.append(told_once)
        entries += [(item, line, row, one_cause) for row, code in enumerate(line.codes) if code == Code.FAIL]
        faults += [
            _fault(looked.columns, line.check, row) for row, code in enumerate(line.codes) if code == Code.LOST
        ]
    law = bench.law
    return r.DataQuality(
        _said(law.standard.title), law.version, law.sha256, bench.numbers.sha256, looked.worst,
        _sentence(looked.lines), tuple(checks), tuple(nearly), Doubts(entries, looked.columns, source), tuple(faults),
    )  # fmt: skip


def _said(text: Any) -> r.Bilingual:
    return r.Bilingual(text.zh, text.en)


def _sentence(lines: Sequence[tuple[Item, Line]]) -> r.Bilingual:
    found = [line.codes.count(Code.FAIL) for _, line in lines]
    checks, doubts = sum(number > 0 for number in found), sum(found)
    if not doubts:
        return r.Bilingual(
            f"{len(found)}项核对未发现疑点", f"nothing to look at twice in {len(found)} checks of the data"
        )
    return r.Bilingual(
        f"{len(found)}项核对中{checks}项有疑点，共{doubts}处，建议核对；不计入结论",
        f"{checks} of {len(found)} checks of the data raise {doubts} doubts to look into; they do not count",
    )


def _check(item: Item, line: Line, source: Source) -> r.QualityCheck:
    spec, check, count = item.spec, line.check, line.codes.count
    return r.QualityCheck(
        item.id, check.name, _said(spec.title), check.says, condition_says(check.holds, check.subject, source),
        _said(spec.rests_on), check.severity, count(Code.PASS), count(Code.FAIL), count(Code.UNKNOWN),
        count(Code.NOT_APPLICABLE), _look(item), tuple(_said(s) for s in spec.not_modelled),
    )  # fmt: skip


def _look(item: Item) -> tuple[r.Bilingual, ...]:
    return tuple(_said(step) for step in item.spec.remedy.steps)


_CAUSE = r.Bilingual(
    "疑似取数对应或计量单位有误，建议先核对报送模板和单位",
    "a mapping or a unit is the likely cause: check the template and its units first",
)


def nearly_of(
    item: Item, check: Check, doubtful: int, asked: int, cause: r.Bilingual = _CAUSE
) -> r.NearlyAll | None:
    """What is said once where nearly all that were asked are in doubt; None where they are not, or are but a few."""
    numbers = load_numbers().settings
    share, least = numbers["nearly_all_share"].value, numbers["nearly_all_from"].value
    if not isinstance(share, Ratio) or not isinstance(least, int):
        raise TypeError("nearly_all_share is a ratio and nearly_all_from a count")
    if doubtful < least or doubtful * share.q < asked * share.p:
        return None
    title = item.spec.title
    return r.NearlyAll(
        item.id, check.name, check.severity, doubtful, asked,
        r.Bilingual(
            f"“{title.zh}”：核对到的{asked}处中有{doubtful}处存疑，几乎全部如此，{cause.zh}",
            f"“{title.en}”: {doubtful} of {asked} looked at are in doubt, nearly all of them; "
            f"{cause.en}",
        ),
    )  # fmt: skip


def _fault(columns: Columns, check: Check, row: int) -> r.Fault:
    subject = columns.subject(check.subject, row)
    words = "检查程序对此没有得出唯一结论", "the checker has no single answer here"
    return r.Fault(check.item, check.name, f"{check.subject} {subject.pointer or '/'}", r.Bilingual(*words))


def _source(columns: Columns) -> Source:
    bench = _bench()
    return Source(
        value=lambda kind, name, row: columns.column(kind, name)[row],
        read=columns.read,
        titles=columns.titles,
        unit=columns.unit,
        references=lambda kind, row: (),
        row_subject=columns.subject,
        profile=bench.numbers,
        parameter=parameter_of(bench.law),
        literal=law_of(bench.law),
        running=columns.running,
    )


class _Rows(Sequence[Owner]):
    """The rows of a kind as what findings are about; made when read."""

    def __init__(self, subject: Callable[[int], r.Subject], number: int) -> None:
        self._subject, self._number = subject, number

    def __len__(self) -> int:
        return self._number

    @overload
    def __getitem__(self, index: int) -> Owner: ...
    @overload
    def __getitem__(self, index: slice) -> list[Owner]: ...
    def __getitem__(self, index: int | slice) -> Owner | list[Owner]:
        if isinstance(index, slice):
            return [self[i] for i in range(*index.indices(self._number))]
        return Owner(self._subject(index), None)


class Doubts(Sequence[r.Doubt]):
    """All doubts in the order of the checks, then of the dossier; made when read."""

    def __init__(self, entries: Sequence[tuple[Item, Line, int, bool]], columns: Columns, source: Source) -> None:
        self._entries, self._columns = entries, columns
        rows = {
            line.check.id: _Rows(partial(columns.subject, line.check.subject), len(line.codes))
            for _, line, _, _ in entries
        }
        self._findings = Findings(
            [(item, (line,), rows[line.check.id], row, Code.FAIL) for item, line, row, _ in entries], source
        )

    def __len__(self) -> int:
        return len(self._entries)

    @overload
    def __getitem__(self, index: int) -> r.Doubt: ...
    @overload
    def __getitem__(self, index: slice) -> list[r.Doubt]: ...
    def __getitem__(self, index: int | slice) -> r.Doubt | list[r.Doubt]:
        if isinstance(index, slice):
            return [self._make(i) for i in range(*index.indices(len(self)))]
        return self._make(range(len(self))[index])

    def __iter__(self) -> Iterator[r.Doubt]:
        return map(self._make, range(len(self)))

    def _make(self, index: int) -> r.Doubt:
        item, line, _, nearly_all = self._entries[index]
        finding = self._findings[index]
        values = finding.checks[0].values
        pointers = (finding.primary, *finding.related)
        reported = tuple(_reported(self._columns.case.dossier, pointers))
        return r.Doubt(
            f"{finding.id}/{line.check.name}", item.id, line.check.name, line.check.severity, finding.subject,
            doubt_says(item, finding, values, reported), finding.primary, finding.related, values, reported,
            finding.remarks, _look(item), nearly_all, finding.fingerprint,
        )  # fmt: skip


def doubt_says(
    item: Item, finding: r.Finding, values: Sequence[r.Measured], reported: Sequence[r.Reported]
) -> r.Bilingual:
    """Who, what is in doubt, what was found against what, and what was reported."""
    title, name = item.spec.title, finding.subject.name
    told = [v.says for v in values]
    zh, en = "，".join(v.zh for v in told), ", ".join(v.en for v in told)
    if reported:
        zh += "（填报：" + "，".join(f"{v.title.zh}{v.value}" for v in reported) + "）"
        en += " (reported: " + ", ".join(f"{v.title.en} {v.value}" for v in reported) + ")"
    zh = "；".join([zh, *(remark.zh for remark in finding.remarks)])
    en = "; ".join([en, *(remark.en for remark in finding.remarks)])
    return r.Bilingual(f"{name.zh}：“{title.zh}”存疑，建议核对。{zh}。", f"{name.en}: “{title.en}” is in doubt. {en}.")


_TOLD = 6
"""How many reported values a doubt repeats."""


def _reported(dossier: BaseModel, pointers: Sequence[str]) -> Iterator[r.Reported]:
    """What stands at the pointers; nothing for what is not there, and no hash, which says nothing to a reader."""
    told = 0
    for pointer in pointers:
        found = _at(dossier, pointer)
        if found is None or pointer.endswith("/sha256") or told == _TOLD:
            continue
        title, value = found
        told += 1
        yield r.Reported(pointer, title, value)


def _at(model: Any, pointer: str) -> tuple[r.Bilingual, str] | None:
    title = r.Bilingual("", "")
    for part in pointer.split("/")[1:]:
        if isinstance(model, BaseModel):
            info = type(model).model_fields[part]
            title = r.Bilingual(info.title or part, info.description or part)
            model = getattr(model, part)
        elif isinstance(model, tuple) and part.isdigit() and int(part) < len(model):
            model = model[int(part)]
        else:
            return None
    text = _text(model)
    return None if text is None else (title, text)


def _text(value: Any) -> str | None:
    if isinstance(value, Day):
        return value.text
    if isinstance(value, Decimal):
        return f"{value:f}"
    if isinstance(value, bool) or value is None or isinstance(value, BaseModel | tuple):
        return None
    return words_of(value)[0] if isinstance(value, str) else str(value)
