"""One piece of a stream → what is kept of it, as bytes; a bad piece is answered too, and never stops the stream.

The same function does the work in this process, in others beside it and on other machines. It decides nothing: the
road does, and what is written is what a report of the same dossier says.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from io import BytesIO
from typing import Any

import orjson

from compliance import collector
from compliance.assembly import conclusion, findings_of
from compliance.delivery import record as delivery_of
from compliance.render.flat import Head, Row, flat
from compliance.road import Decided, decide
from compliance.schemas.feed import Answer, Piece, Record, Settings
from compliance.schemas.outcomes import Code
from compliance.schemas.received import AttachmentState
from compliance.schemas.refusal import Refused
from compliance.schemas.report import Bilingual, DataQuality, Outcome
from compliance.schemas.rulebook import RulebookError
from compliance.soundness import Looked, doubts_of, look

__all__ = ["answer", "fault"]

_OUTCOMES: Mapping[Code, Outcome] = {
    Code.NOT_APPLICABLE: "not_applicable",
    Code.MEASURED: "pass",
    Code.PASS: "pass",
    Code.OPEN: "unknown",
    Code.IMPROVE: "fail",
    Code.UNKNOWN: "unknown",
    Code.LOST: "unknown",
    Code.FAIL: "fail",
}


def answer(piece: Piece, settings: Settings) -> Answer:
    """Judge one piece. What the checker did not foresee is a fault of this piece alone."""
    if piece.fault is not None:
        return _refused(piece, [{"code": "not_readable", "pointer": "", "message": piece.fault}])
    try:
        with collector.at_rest():
            return _checked(piece, settings)
    except Refused as refused:
        return _refused(piece, refused.to_json()["errors"])
    except RulebookError:  # the whole run is wrong, not this dossier
        raise
    except Exception as error:
        return fault(piece, f"{type(error).__name__}: {error}")


def fault(piece: Piece, cause: str) -> Answer:
    """The checker itself failed on this piece: no verdict, and the run's exit code says so."""
    words = Bilingual(f"检查程序内部错误，未得出结论：{cause}", f"internal error, no conclusion was reached: {cause}")
    return Answer(piece.number, _line(_unread(piece) | {"status": "fault", "message": words}))


def _checked(piece: Piece, settings: Settings) -> Answer:
    decided = decide(
        piece.path or "-", profile=settings.profile, mode=settings.mode, as_of=settings.as_of,
        drafts=settings.drafts, stdin=None if piece.path else BytesIO(piece.data),
    )  # fmt: skip
    dossier, judgement = decided.received.dossier, decided.judgement
    head = _head(decided)
    found = findings_of(judgement, decided.states).of(settings.outcomes)
    origin = _origin(piece)
    findings = tuple([_line(origin | flat(finding, head)) for finding in found])
    lost = len(judgement.lost)
    told: Record = {}
    quality: tuple[bytes, ...] = ()
    delivery = None
    if settings.quality:
        looked = look(judgement.columns.case, decided.states)
        doubts = doubts_of(looked)
        lost += len(doubts.faults)
        told = {"quality": _by_check(looked), "quality_worst": doubts.worst}
        quality = tuple([_line(origin | head | doubt) for doubt in _doubts(doubts)])
        delivery = _line(origin | delivery_of(dossier))
    record = origin | _status(lost) | _record(decided) | told | {"findings": len(findings)}
    return Answer(piece.number, _line(record), findings, quality, delivery)


def _by_check(looked: Looked) -> dict[str, int]:
    """How many doubts each item raises, of those that raise any."""
    counts: dict[str, int] = {}
    for item, line in looked.lines:
        if doubtful := line.codes.count(Code.FAIL):
            counts[item.id] = counts.get(item.id, 0) + doubtful
    return counts


def _doubts(found: DataQuality) -> Iterator[Row]:
    """What nearly all are in doubt about once, with all of them behind it; then each other doubt."""
    doubts = list(found.findings)
    for one in found.nearly_all:
        behind = [d for d in doubts if (d.item, d.check) == (one.item, one.check)]
        yield {
            "item": one.item, "check": one.check, "severity": one.severity, "sentence_zh": one.sentence.zh,
            "sentence_en": one.sentence.en, "nearly_all": True, "doubtful": one.doubtful, "asked": one.asked,
            "all": [{"subject_id": d.subject.id, "pointer": d.primary, "sentence_zh": d.sentence.zh} for d in behind],
        }  # fmt: skip
    for d in doubts:
        if not d.nearly_all:
            yield {
                "item": d.item, "check": d.check, "severity": d.severity, "subject_kind": d.subject.kind,
                "subject_id": d.subject.id, "subject_name": d.subject.name.zh, "sentence_zh": d.sentence.zh,
                "sentence_en": d.sentence.en, "nearly_all": False, "pointer": d.primary, "related": d.related,
                "values": [f"{v.measure}={v.value}" for v in d.values if v.value is not None],
                "fingerprint": d.fingerprint,
            }  # fmt: skip


def _head(decided: Decided) -> Head:
    dossier = decided.received.dossier
    return {
        "dossier_id": dossier.dossier_id,
        "area_code": dossier.area_code,
        "area_name": dossier.area_name,
        "plan_year": dossier.plan_year,
        "as_of": decided.judgement.bench.as_of.text,
    }


def _record(decided: Decided) -> Record:
    """What the roll-up needs of a dossier, and what an inspector looks for in a list of them."""
    received, judgement = decided.received, decided.judgement
    dossier, bench = received.dossier, judgement.bench
    counts: dict[str, list[int]] = {item.id: [0] * len(Code) for item in bench.rulebook.items}
    for part in judgement.parts:
        tally = counts[part.item.id]
        for code in Code:
            tally[code] += part.codes.count(code)
    every = [sum(column) for column in zip(*counts.values(), strict=True)]
    return {
        "bytes": received.size,
        "sha256": received.sha256,
        "dossier_id": dossier.dossier_id,
        "area_code": dossier.area_code,
        "area_name": dossier.area_name,
        "area_level": dossier.area_level,
        "plan_year": dossier.plan_year,
        "fictional": bool(dossier.fictional),
        "profile": bench.profile.name,
        "rulebook": bench.rulebook.sha256,
        "verdict": conclusion(bench.rulebook, judgement.items),
        "open": judgement.is_open,
        "worst": judgement.worst,
        "communities": len(dossier.communities),
        "households": sum(c.households or 0 for c in dossier.communities),
        "unstated": sum(c.households is None for c in dossier.communities),
        "rectify": every[Code.FAIL],
        "improve": every[Code.IMPROVE],
        "pending": every[Code.UNKNOWN] + every[Code.OPEN] + every[Code.LOST],
        "items": {item: [_OUTCOMES[judgement.items[item]], *_tally(codes)] for item, codes in counts.items()},
        "integrity": sorted(a for a, state in decided.states.items() if state is AttachmentState.MISMATCH),
        "changes": [change.text() for change in received.changes],
        "quality": {},
        "quality_worst": None,
    }


def _tally(codes: list[int]) -> list[int]:
    """Counts by code → how many findings pass, fail, are unknown, do not apply."""
    sums: dict[Outcome, int] = {"pass": 0, "fail": 0, "unknown": 0, "not_applicable": 0}
    for code, outcome in _OUTCOMES.items():
        sums[outcome] += codes[code]
    return list(sums.values())


def _status(lost: int) -> Record:
    if not lost:
        return {"status": "checked"}
    words = Bilingual(
        f"检查程序对 {lost} 处没有得出唯一结论，结果不完整，请勿据此签字",
        f"the checker has no single answer in {lost} places; the result is incomplete and must not be signed",
    )
    return {"status": "fault", "message": words}


def _refused(piece: Piece, errors: list[dict[str, Any]]) -> Answer:
    return Answer(piece.number, _line(_unread(piece) | {"status": "refused", "errors": errors}))


def _origin(piece: Piece) -> Record:
    return {"source": piece.source, "line": piece.line}


def _unread(piece: Piece) -> Record:
    """What is known of a piece that nothing was made of."""
    known = piece.path is None and piece.fault is None
    sha256 = hashlib.sha256(piece.data).hexdigest() if known else None
    return _origin(piece) | {"bytes": len(piece.data), "sha256": sha256}


def _line(value: Any) -> bytes:
    return orjson.dumps(value, option=orjson.OPT_APPEND_NEWLINE)
