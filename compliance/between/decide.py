"""Rows between deliveries → the engine's answers → doubts as lines, sorted; judges nothing itself.

Rows come in slices, doubts are put by in the index's file and read back in their order. Where nearly all that could
be compared of one delivery, or one field of nearly all deliveries, are in doubt, that is told once, with all behind it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import islice
from typing import Any, Final

import orjson

from compliance.between.checks import Bench, bench
from compliance.between.index import Index
from compliance.between.pairs import Row, rows_of
from compliance.findings import Findings, Line, Owner
from compliance.measures.base import measures_of
from compliance.measures.deliveries import KINDS
from compliance.measures.deliveries.rows import Place
from compliance.schemas.conditions import Value
from compliance.schemas.outcomes import Code
from compliance.schemas.report import Bilingual, NearlyAll, Subject
from compliance.schemas.rulebook import Check, Item
from compliance.sentences import Source, law_of, parameter_of
from compliance.soundness import doubt_says, line_of, nearly_of

__all__ = ["decided"]

_SLICE: Final = 4096
_MEETING: Final = ("twin", "ballots", "papers")
"""Kinds of which only what meets another has a row; the others could be compared and are sound"""
_TABLES: Final = """
CREATE TABLE doubts (
    nth INTEGER NOT NULL, grp TEXT NOT NULL, rank INTEGER NOT NULL, p INTEGER NOT NULL, key TEXT NOT NULL,
    line BLOB NOT NULL
);
CREATE TABLE asked (
    nth INTEGER NOT NULL, grp TEXT NOT NULL, asked INTEGER NOT NULL, doubtful INTEGER NOT NULL, PRIMARY KEY (nth, grp)
);
CREATE TABLE once (nth INTEGER NOT NULL, grp TEXT NOT NULL, PRIMARY KEY (nth, grp));
"""
_LOST: Final = Bilingual(
    "检查程序对此没有得出唯一结论，结果不完整", "the checker has no single answer here; the result is incomplete"
)

_Asked = tuple[int, Item, Check]


def decided(index: Index, as_of: str) -> Iterator[dict[str, Any]]:
    """All doubts: what nearly all are in doubt about, then each other by delivery, check and place."""
    at, db = bench(), index.db
    db.executescript(_TABLES)
    checks = list(enumerate((item, check) for item in at.law.items for check in item.checks))
    for kind, rows in rows_of(index):
        asked = [(nth, item, check) for nth, (item, check) in checks if check.subject == kind]
        db.execute("BEGIN")
        while part := list(islice(rows, _SLICE)):
            _ask(index, at, asked, kind, part, as_of)
        compared = index.compared(kind) if kind in _MEETING else {}
        for nth, _, _ in asked:
            db.executemany(
                "UPDATE asked SET asked = max(asked, ?) WHERE nth = ? AND grp = ?",
                [(number, nth, f"{rank}") for rank, number in compared.items()],
            )
        db.execute("COMMIT")
    db.execute("CREATE INDEX by_group ON doubts (nth, grp, rank, p, key)")
    yield from _nearly(index, [(nth, *pair) for nth, pair in checks], as_of)
    others = "SELECT line FROM doubts WHERE (nth, grp) NOT IN (SELECT nth, grp FROM once) ORDER BY rank, nth, p, key"
    for (line,) in db.execute(others):
        yield orjson.loads(line)


def _ask(index: Index, at: Bench, asked: Sequence[_Asked], kind: str, part: Sequence[Row], as_of: str) -> None:
    """Ask the checks of a kind of some rows, and put by what is in doubt."""
    rows = [row for *_, row in part]
    measures, questions = measures_of(KINDS[kind].row.__name__), at.questions[kind]
    columns: dict[str, list[Value]] = {name: [measures[name].take(row) for row in rows] for name in questions.measures}
    answers = [bytes(column) for column in at.engines[kind].decide(columns, len(rows))]
    index.steps += len(rows)
    source = _source(at, kind, rows, columns)
    for nth, item, check in asked:
        line = line_of(check, questions, answers, len(rows))
        _count(index, nth, part, line.codes)
        failed = [i for i, code in enumerate(line.codes) if code in (Code.FAIL, Code.LOST)]
        made = []
        for i in failed:
            group, rank, p, row = part[i]
            if line.codes[i] == Code.LOST:
                group, told = f"!{group}", _lost(item, check, row)  # never told among what nearly all are in doubt of
            else:
                told = _doubt(item, line, i, row, source)
            told = _head(row.here) | {"as_of": as_of} | told
            made.append((nth, group, rank, p, KINDS[kind].key(row), orjson.dumps(told)))
        index.db.executemany("INSERT INTO doubts VALUES (?, ?, ?, ?, ?, ?)", made)


def _count(index: Index, nth: int, part: Sequence[Row], codes: bytes) -> None:
    asked, doubtful = Counter[str](), Counter[str]()
    for (group, *_), code in zip(part, codes, strict=True):
        if code in (Code.PASS, Code.FAIL):
            asked[group] += 1
            doubtful[group] += code == Code.FAIL
    index.db.executemany(
        "INSERT INTO asked VALUES (?, ?, ?, ?) ON CONFLICT DO UPDATE SET asked = asked + excluded.asked,"
        " doubtful = doubtful + excluded.doubtful",
        [(nth, group, number, doubtful[group]) for group, number in asked.items()],
    )


def _nearly(index: Index, checks: Sequence[_Asked], as_of: str) -> Iterator[dict[str, Any]]:
    """What nearly all of a delivery, or a field of nearly all deliveries, are in doubt about: once, with all behind."""
    for nth, item, check in checks:
        rows = index.db.execute("SELECT grp, asked, doubtful FROM asked WHERE nth = ? ORDER BY grp", [nth]).fetchall()
        told = [(group, one) for group, *counts in rows if (one := _once(item, check, *counts))]
        for group, one in told:
            index.db.execute("INSERT INTO once VALUES (?, ?)", [nth, group])
            found = index.db.execute(
                "SELECT line FROM doubts WHERE nth = ? AND grp = ? ORDER BY rank, p, key", [nth, group]
            )
            behind = [orjson.loads(line) for (line,) in found]
            heads = {(d["source"], d["line"]) for d in behind}
            head = {name: behind[0][name] if len(heads) == 1 else None for name in _HEAD}
            yield head | {"as_of": as_of} | {
                "item": one.item, "check": one.check, "severity": one.severity, "sentence_zh": one.sentence.zh,
                "sentence_en": one.sentence.en, "nearly_all": True, "doubtful": one.doubtful, "asked": one.asked,
                "all": [{name: d[name] for name in _BEHIND} for d in behind],
            }  # fmt: skip


_WHOLE: Final = Bilingual(
    "疑似整份档案重复报送，建议先核对两份档案的关系",
    "the whole dossier may have been delivered twice: see first what both are to each other",
)


def _once(item: Item, check: Check, asked: int, doubtful: int) -> NearlyAll | None:
    if check.subject in _MEETING:
        return nearly_of(item, check, doubtful, asked, _WHOLE)
    return nearly_of(item, check, doubtful, asked)


_HEAD: Final = ("source", "line", "dossier_id", "area_code", "area_name", "plan_year")
_BEHIND: Final = (*_HEAD, "subject_id", "pointer", "sentence_zh", "other")


def _head(place: Place) -> dict[str, Any]:
    return {name: getattr(place, name) for name in _HEAD}


def _doubt(item: Item, line: Line, row: int, about: Any, source: Source) -> dict[str, Any]:
    owner = Owner(source.row_subject(line.check.subject, row), None)
    finding = Findings([(item, (replace(line, rows_of={0: (row,)}),), [owner], 0, Code.FAIL)], source)[0]
    values = finding.checks[0].values
    sentence = doubt_says(item, finding, values, ())
    other: Place = about.other
    return {
        "item": item.id, "check": line.check.name, "severity": line.check.severity,
        "subject_kind": finding.subject.kind, "subject_id": finding.subject.id,
        "subject_name": finding.subject.name.zh, "sentence_zh": sentence.zh, "sentence_en": sentence.en,
        "nearly_all": False, "pointer": finding.primary, "related": finding.related,
        "values": [f"{v.measure}={v.value}" for v in values if v.value is not None],
        "fingerprint": finding.fingerprint,
        "other": {
            "source": other.source, "line": other.line, "dossier_id": other.dossier_id, "pointer": other.pointer,
            "earlier": other.earlier,
        },
    }  # fmt: skip


def _lost(item: Item, check: Check, about: Any) -> dict[str, Any]:
    """The engine gave no single answer: a fault of the checker, which must not look like soundness."""
    return {
        "item": item.id, "check": check.name, "severity": check.severity, "subject_kind": check.subject,
        "subject_id": about.here.key, "subject_name": about.here.name, "sentence_zh": _LOST.zh,
        "sentence_en": _LOST.en, "nearly_all": False, "pointer": about.here.pointer, "fault": True,
    }  # fmt: skip


def _source(at: Bench, kind: str, rows: Sequence[Any], columns: Mapping[str, Sequence[Value]]) -> Source:
    """The means to say what was found of these rows. A value stands where its row does: records know no finer place."""
    entry, measures = KINDS[kind], measures_of(KINDS[kind].row.__name__)

    def subject(_: str, row: int) -> Subject:
        about = rows[row]
        return Subject(kind, entry.key(about), entry.says(about), about.here.pointer)

    return Source(
        value=lambda _, name, row: columns[name][row],
        read=lambda _, __, row: (rows[row].here.pointer,),
        titles=lambda _, name: (measures[name].zh, measures[name].en),
        unit=lambda _, name: measures[name].unit,
        references=lambda _, row: (),
        row_subject=subject,
        profile=at.numbers,
        parameter=parameter_of(at.law),
        literal=law_of(at.law),
        running=lambda _, name: False,
    )
