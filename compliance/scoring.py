"""A scheme of marks and a report file → a score, as an interval where something is unknown; refuses unsound schemes.

Marks are a layer of their own: no finding, verdict or exit code looks at them. What is unknown is never guessed: the
lowest marks take all of it as failing, the highest as passing. What is only measured, without a limit, is for a person
to mark and counts as unknown here. That something unknown might turn out not to apply is not modelled. A report with
faults is not scored.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from hashlib import sha256
from importlib.resources import files
from itertools import pairwise
from pathlib import Path

from compliance.rectify.reading import FindingRead, ReportRead
from compliance.rulebook.reader import Reader, as_spec, line_of, nearest, read_yaml
from compliance.schemas.report import Bilingual
from compliance.schemas.rulebook import Problem, RulebookError
from compliance.schemas.score import Band, BandSpec, LineSpec, SchemeSpec, Score, ScoreLine, Words

__all__ = ["Scheme", "names", "read_scheme", "scheme_of", "score"]

_MARKS = re.compile(r"[0-9]{1,6}(\.[0-9]{1,6}|/[1-9][0-9]{0,5})?")
_NAMED = 5


def names() -> tuple[str, ...]:
    """The schemes that come with the program.

    >>> names()
    ('example', 'jiangxi-2022')
    """
    found = (entry.name for entry in files("compliance").joinpath("schemes").iterdir())
    return tuple(sorted(name.removesuffix(".yaml") for name in found if name.endswith(".yaml")))


class Scheme:
    """A scheme that was read and found sound."""

    def __init__(self, spec: SchemeSpec, bands: tuple[Band, ...], file: str, digest: str, reader: Reader) -> None:
        self.spec, self.bands, self.file, self.digest, self.reader = spec, bands, file, digest, reader

    @property
    def full(self) -> Fraction:
        return marks_of(self.spec.full_marks)

    def unfilled(self) -> list[LineSpec]:
        """Lines without marks: by such a scheme nothing can be scored yet."""
        return [line for line in self.spec.lines if line.marks is None]


def marks_of(written: int | str) -> Fraction:
    """Exact marks.

    >>> marks_of(15), marks_of("2.5"), marks_of("5/2")
    (Fraction(15, 1), Fraction(5, 2), Fraction(5, 2))
    """
    if not _MARKS.fullmatch(str(written)):
        raise ValueError(str(written))
    return Fraction(str(written))


# -- reading --------------------------------------------------------------------------------------------------


def read_scheme(name: str) -> Scheme:
    """A scheme by file, or by the name of one that comes with the program; raises ``RulebookError``."""
    if name in names():
        text = files("compliance").joinpath("schemes", f"{name}.yaml").read_text("utf-8")
        return scheme_of(text, f"{name}.yaml")
    try:
        text = Path(name).read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        known = "、".join(names())
        message = f"无法读取（{error}）；自带的有：{known} / cannot be read; those that come with the program: {known}"
        raise RulebookError([Problem(name, 0, message)]) from None
    return scheme_of(text, name)


def scheme_of(text: str, file: str) -> Scheme:
    """A scheme from its text, with every problem of it or none."""
    value, reader = read_yaml(text, file)
    spec = as_spec(SchemeSpec, value, reader)
    problems = list(_problems(spec, reader))
    if problems:
        raise RulebookError(problems)
    bands = _bands(spec, reader)
    return Scheme(spec, bands, file, sha256(text.encode()).hexdigest(), reader)


def _problems(spec: SchemeSpec, reader: Reader) -> Iterator[Problem]:
    def at(path: tuple[str | int, ...], message: str) -> Problem:
        return Problem(reader.file, line_of(reader, path), message)

    def bad(written: int | str | None) -> bool:
        return written is not None and not _MARKS.fullmatch(str(written))

    not_marks = "不是分数：写整数，或加引号写小数、分数 / not marks: a whole number, or quoted 2.5 or 5/2"
    if bad(spec.full_marks) or (not bad(spec.full_marks) and marks_of(spec.full_marks) <= 0):
        yield at(("full_marks",), not_marks)
        return
    sound = True
    for number, line in enumerate(spec.lines):
        place = ("lines", number)
        for key in ("marks", "deduct"):
            if bad(getattr(line, key)):
                sound = False
                yield at((*place, key), not_marks)
        if line.marks is None and spec.status != "frame":
            yield at(place, "缺分值；未公布分值的框架须写 status: frame / no marks; only a frame may leave them open")
        if not line.items and line.rule != "by_hand":
            yield at(place, "没有条目可计，规则应为 by_hand / no items to count: the rule should be by_hand")
        if (line.deduct is None) == (line.rule == "deduct_per_failing"):
            yield at(place, "deduct 只用于、且必须用于 deduct_per_failing / deduct belongs to deduct_per_failing alone")
        if len(set(line.items)) != len(line.items):
            yield at(place, "同一条目写了两次 / the same item twice")
    if sound and all(line.marks is not None for line in spec.lines):
        total = sum(marks_of(line.marks) for line in spec.lines if line.marks is not None)
        if total != marks_of(spec.full_marks):
            yield at(("full_marks",), f"各行分值合计{total}，与满分不等 / the marks of the lines add up to {total}")
    for number, band in enumerate(spec.bands):
        for key in ("at_least", "more_than", "at_most", "less_than"):
            if bad(getattr(band, key)):
                yield at(("bands", number, key), not_marks)


def _bands(spec: SchemeSpec, reader: Reader) -> tuple[Band, ...]:
    """The grades from the lowest up; every mark from 0 to full must be of exactly one."""
    made = []
    for number, band in enumerate(spec.bands):
        if None not in (band.at_least, band.more_than) or None not in (band.at_most, band.less_than):
            message = "一端只能写一个：at_least 或 more_than，at_most 或 less_than / one word for each end"
            raise RulebookError([Problem(reader.file, line_of(reader, ("bands", number)), message)])
        made.append(_band(band))
    made.sort(key=lambda b: (b.lowest is not None, b.lowest or 0, not b.lowest_in))
    full, wrong = marks_of(spec.full_marks), []
    first, last = made[0], made[-1]
    if not first.holds(Fraction(0)):
        wrong.append(f"{first.name.zh}：未从0分起 / 0 marks are of no grade")
    if not last.holds(full):
        wrong.append(f"{last.name.zh}：未到满分 / full marks are of no grade")
    for lower, upper in pairwise(made):
        if lower.highest is None or lower.highest != upper.lowest or lower.highest_in == upper.lowest_in:
            wrong.append(
                f"{lower.name.zh}与{upper.name.zh}不相接：同一分数须只属其一"
                f" / {lower.name.en} and {upper.name.en} do not meet: every mark must be of one of them alone"
            )
    if wrong:
        raise RulebookError([Problem(reader.file, line_of(reader, ("bands",)), text) for text in wrong])
    return tuple(made)


def _band(band: BandSpec) -> Band:
    low = band.at_least if band.at_least is not None else band.more_than
    high = band.at_most if band.at_most is not None else band.less_than
    return Band(
        _said(band.name), None if low is None else marks_of(low), band.at_least is not None,
        None if high is None else marks_of(high), band.at_most is not None,
    )  # fmt: skip


def _said(said: Words) -> Bilingual:
    return Bilingual(said.zh, said.en)


# -- scoring --------------------------------------------------------------------------------------------------


def score(scheme: Scheme, report: ReportRead) -> Score:
    """The report's marks; raises ``RulebookError`` for a scheme without marks, or with items the report has not."""
    _refuse(scheme, report)
    spec = scheme.spec
    by_item: dict[str, list[FindingRead]] = {}
    for finding in report.findings:
        by_item.setdefault(finding.item, []).append(finding)
    lines = tuple(_line(n, line, spec, by_item, report) for n, line in enumerate(spec.lines, 1))
    kept = [line for line in lines if not line.dropped]
    scale = scheme.full / sum(line.marks for line in kept) if kept else Fraction(0)
    return Score(
        scheme=spec.scheme,
        scheme_sha256=scheme.digest,
        title=_said(spec.title),
        document=spec.document,
        section=spec.section,
        example=spec.status == "example",
        full=scheme.full,
        report=report.used,
        lines=lines,
        bands=scheme.bands,
        low=scale * sum(line.low for line in kept) if kept else None,
        high=scale * sum(line.high for line in kept) if kept else None,
        notes=tuple(_said(note) for note in spec.notes),
    )


def _refuse(scheme: Scheme, report: ReportRead) -> None:
    problems = [
        Problem(scheme.file, 0, f"“{line.second.zh}”未定分值，不能计分 / no marks set, cannot be scored")
        for line in scheme.unfilled()
    ]
    for number, line in enumerate(scheme.spec.lines):
        for item in line.items:
            if item not in report.items:
                at = line_of(scheme.reader, ("lines", number, "items"))
                message = f"报告中没有条目 {item} / the report has no item {item}{nearest(item, report.items)}"
                problems.append(Problem(scheme.file, at, message))
    if problems:
        raise RulebookError(problems)


def _line(
    number: int, line: LineSpec, spec: SchemeSpec, by_item: Mapping[str, Sequence[FindingRead]], report: ReportRead
) -> ScoreLine:
    found = [f for item in line.items for f in by_item.get(item, ())]
    sets: dict[str, list[FindingRead]] = {"pass": [], "fail": [], "unknown": [], "not_applicable": []}
    for finding in found:
        sets["unknown" if finding.basis == "measured" else finding.outcome].append(finding)
    passed, failed, unknown, absent = (len(sets[o]) for o in ("pass", "fail", "unknown", "not_applicable"))
    marks = marks_of(line.marks or 0)
    empty = line.rule != "by_hand" and not passed + failed + unknown
    low, high = (marks, marks) if empty else _interval(line, marks, passed, failed, unknown)
    return ScoreLine(
        position=number,
        first=_said(line.first) if line.first else None,
        second=_said(line.second),
        marks=marks,
        standard=_said(line.standard) if line.standard else _standard(line, report),
        items=tuple(line.items),
        rule=line.rule,
        documents=_documents(found),
        passed=passed,
        failed=failed,
        unknown=unknown,
        not_applicable=absent,
        dropped=empty and (line.not_applicable or spec.not_applicable) == "drop",
        low=low,
        high=high,
        why=tuple(_why(sets["fail"], sets["unknown"])),
    )


def _interval(line: LineSpec, marks: Fraction, passed: int, failed: int, unknown: int) -> tuple[Fraction, Fraction]:
    """The marks if all that is unknown failed, and if all of it passed."""
    none, every = Fraction(0), passed + failed + unknown
    match line.rule:
        case "by_hand":
            return none, marks
        case "all_or_nothing":
            return (none if failed or unknown else marks), (none if failed else marks)
        case "proportional":
            return marks * Fraction(passed, every), marks * Fraction(passed + unknown, every)
        case "deduct_per_failing":
            off = marks_of(line.deduct or 0)
            return max(none, marks - off * (failed + unknown)), max(none, marks - off * failed)


def _standard(line: LineSpec, report: ReportRead) -> Bilingual:
    """What the rule says of the items, where the scheme says nothing of its own."""
    of = "、".join(f"{i}{report.items[i].title.zh}" for i in line.items)
    en = ", ".join(f"{i} {report.items[i].title.en}" for i in line.items)
    match line.rule:
        case "by_hand":
            return Bilingual("由评分人评定", "marked by a person")
        case "all_or_nothing":
            return Bilingual(f"{of}：全部符合得满分，有不符合的不得分", f"{en}: full marks if all pass, else none")
        case "proportional":
            return Bilingual(f"{of}：按符合的比例得分", f"{en}: by the share that passes")
        case "deduct_per_failing":
            return Bilingual(
                f"{of}：每有一项不符合扣{line.deduct}分，扣完为止", f"{en}: {line.deduct} off for each failing"
            )


def _documents(found: Sequence[FindingRead]) -> tuple[Bilingual, ...]:
    """佐证材料 that the items ask for, by one finding of each item."""
    first: dict[str, FindingRead] = {}
    for finding in found:
        first.setdefault(finding.item, finding)
    asked = (d["title"] for f in first.values() for d in f.whole()["asked"])
    return tuple(dict.fromkeys(Bilingual(title["zh"], title["en"]) for title in asked))


def _why(failed: Sequence[FindingRead], unknown: Sequence[FindingRead]) -> Iterator[Bilingual]:
    for found, zh, en in ((failed, "不符合", "fail"), (unknown, "待证", "unknown")):
        items = dict.fromkeys(f.item for f in found)
        for item in items:
            names = list(dict.fromkeys((f.name.zh, f.name.en) for f in found if f.item == item))
            more = f"等{len(names)}个" if len(names) > _NAMED else ""
            rest = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
            yield Bilingual(
                f"{item}{zh}：{'、'.join(n for n, _ in names[:_NAMED])}{more}",
                f"{item} {en}: {', '.join(n for _, n in names[:_NAMED])}{rest}",
            )
