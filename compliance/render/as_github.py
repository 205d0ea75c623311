"""Report → workflow commands that GitHub Actions shows as annotations; what it would not show is plain lines.

GitHub shows ten errors, ten warnings and ten notices of a step and drops the rest without a word. So the gravest
ten of each are commands, what is left stands below them in a folded group of the log, and the last notice says how
many findings there are and how many of them are only in the log. Passes and what does not apply are counted only.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from typing import NamedTuple

from compliance import collector
from compliance.render import quality
from compliance.render.grades import Level, level, place_of_document
from compliance.render.places import places
from compliance.render.plain import visible
from compliance.render.positions import Position, positions
from compliance.render.words import label, pointer, say, word
from compliance.schemas.refusal import CODES, Lang, Refused
from compliance.schemas.report import OBLIGATIONS, SEVERITIES, Finding, Report

__all__ = ["refused", "render"]

SHOWN = 10
"""Annotations of one level that GitHub shows of a step."""
_COMMANDS: dict[Level, str] = {"error": "error", "warning": "warning", "note": "notice"}
_LEVELS: tuple[Level, ...] = ("error", "warning", "note")


class _Note(NamedTuple):
    level: Level
    title: str
    message: str
    file: str
    line: int | None
    column: int | None


def render(report: Report, lang: str = "zh", *, dossier: bytes | None = None, path: str | None = None) -> bytes:
    """``dossier``: its bytes, for lines and columns. ``path``: the file as the repository has it."""
    with collector.at_rest():
        told = sorted((f for f in report.findings if f.outcome in ("fail", "unknown")), key=_gravity)
    where = positions(dossier, (f.primary for f in told)) if dossier else {}
    file = place_of_document(path, report.provenance.source)
    cell = places(report)
    notes = [*_faults(report, file, lang), *(_note(f, where.get(f.primary), file, lang, cell(f.primary)) for f in told)]
    notes += _doubts(report, dossier, file, lang)
    tally = report.verdict.findings
    counts = [("fail", tally.failed), ("unknown", tally.unknown), ("pass", tally.passed)]
    counts.append(("not_applicable", tally.not_applicable))
    comma, colon = ("，", " ") if lang == "zh" else (", ", ": ")
    found = comma.join(f"{say(word('outcome', outcome), lang)}{colon}{number}" for outcome, number in counts)
    return _written(notes, f"{say(report.verdict.sentence, lang)} {found}", lang)


def refused(refusal: Refused, lang: Lang = "zh", *, path: str | None = None) -> bytes:
    """An error for every fault of the input, where it stands."""
    file = place_of_document(path, refusal.source)
    notes = [
        _Note("error", getattr(CODES[e.code], lang), e.text(lang), file, e.line, e.column) for e in refusal.errors
    ]
    many = len(notes)
    what = getattr(refusal.what, lang)
    return _written(notes, f"{what}，共 {many} 处错误" if lang == "zh" else f"{what}; errors: {many}", lang)


def _gravity(finding: Finding) -> tuple[int, int, int]:
    """What is only encouraged comes last; before that failings, then what is not known, each by severity."""
    encouraged = 2 if finding.obligation == "encouraged" else 0
    kind = encouraged + (finding.outcome == "unknown")
    return kind, SEVERITIES.index(finding.severity), OBLIGATIONS.index(finding.obligation)


def _faults(report: Report, file: str, lang: str) -> Iterator[_Note]:
    for fault in report.faults:
        told = f"{fault.item}.{fault.check} {fault.subject}: {say(fault.message, lang)}"
        yield _Note("error", say(label("faults"), lang), told, file, None, None)
    for attachment in report.integrity:
        yield _Note("error", say(label("integrity"), lang), attachment, file, None, None)


def _doubts(report: Report, dossier: bytes | None, file: str, lang: str) -> Iterator[_Note]:
    """A notice a check of the data that raised doubts, after all that the standard has to say."""
    found = quality.told(report)
    where = positions(dossier, (t.doubts[0].primary for t in found)) if dossier else {}
    for check, nearly, doubts in found:
        first = doubts[0]
        at = where.get(first.primary)
        told = say(nearly.sentence if nearly else first.sentence, lang)
        more = len(doubts) - 1
        if more and nearly is None:
            told += f" 另有{more}处" if lang == "zh" else f" And {more} more."
        title = f"{say(quality.TITLE, lang)} {check.item} {say(check.title, lang)}"
        yield _Note("note", title, told, file, at.line if at else None, at.column if at else None)


def _note(finding: Finding, at: Position | None, file: str, lang: str, cell: str) -> _Note:
    how = level(finding.severity, finding.obligation) if finding.outcome == "fail" else "note"
    words = [say(word("outcome", finding.outcome), lang), say(word("severity", finding.severity), lang)]
    if finding.reason:
        words.append(say(word("reason", finding.reason), lang))
    title = f"{finding.item} {say(finding.subject.name, lang)} ({', '.join(words)})"
    told = f"{say(finding.sentence, lang)} [{finding.id}] {say(pointer(finding.primary, cell), lang)}"
    return _Note(how, title, told, file, at.line if at else None, at.column if at else None)


def _written(notes: Sequence[_Note], summary: str, lang: str) -> bytes:
    lines, rest = [], []
    for name, of_level in groupby(sorted(notes, key=lambda n: _LEVELS.index(n.level)), key=lambda n: n.level):
        room = SHOWN - 1 if name == "note" else SHOWN  # the summary is a notice too
        each = list(of_level)
        lines += [_command(note) for note in each[:room]]
        rest += each[room:]
    if rest:
        head = f"另有 {len(rest)} 项" if lang == "zh" else f"{len(rest)} more"
        lines += [f"::group::{head}", *(_plain(note) for note in rest), "::endgroup::"]
        summary += f"；另有 {len(rest)} 项只列在日志中" if lang == "zh" else f"; {len(rest)} more are only in the log"
    title = "检查结果" if lang == "zh" else "Result of the check"
    lines.append(f"::notice title={_property(title)}::{_data(summary)}")
    return "".join(f"{line}\n" for line in lines).encode()


def _command(note: _Note) -> str:
    fields: Iterable[tuple[str, str | int | None]] = (
        ("file", note.file), ("line", note.line), ("col", note.column), ("title", note.title),
    )  # fmt: skip
    told = ",".join(f"{name}={_property(str(value))}" for name, value in fields if value is not None)
    return f"::{_COMMANDS[note.level]} {told}::{_data(note.message)}"


def _plain(note: _Note) -> str:
    """A line of the log: it begins with no ``::``, and holds no ``##[``, which older commands begin with."""
    at = note.file if note.line is None else f"{note.file}:{note.line}:{note.column or 1}"
    return visible(f"- {at} {note.title}: {note.message}").replace("##[", "## [")


def _data(text: str) -> str:
    """Line breaks of the program stay; what a dossier smuggles in is made visible."""
    told = "\n".join(visible(line) for line in text.split("\n"))
    return told.replace("%", "%25").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(visible(text)).replace(":", "%3A").replace(",", "%2C")
