"""Score → 评分表 as text, JSON, Word or a workbook; the columns of the people who mark are left blank.

Marks are exact; where one has no end as a decimal it is shown as about so much, and the JSON has the fraction.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from fractions import Fraction
from typing import Any

import orjson

from compliance.render import gongwen
from compliance.render.as_docx import spoken_day
from compliance.render.blocks import Block, Fill, Page, Para, Table, plain_text
from compliance.render.words import say
from compliance.schemas.report import Bilingual
from compliance.schemas.score import Band, Score, ScoreLine
from compliance.spreadsheet import Book, Column

__all__ = ["as_docx", "as_json", "as_text", "as_xlsx", "shown"]

_HEADS = (
    (Bilingual("序号", "No."), 6),
    (Bilingual("一级指标", "First level"), 13),
    (Bilingual("二级指标", "Second level"), 16),
    (Bilingual("分值", "Marks"), 8),
    (Bilingual("评分标准", "How marked"), 34),
    (Bilingual("佐证材料", "Documents"), 34),
    (Bilingual("测算分", "Reckoned"), 12),
    (Bilingual("测算说明", "Why"), 32),
    (Bilingual("自评分", "Own marks"), 10),
    (Bilingual("复核分", "Verified marks"), 10),
    (Bilingual("扣分原因", "Why marks were taken off"), 18),
)
"""Each with its width; the last three are for people."""


def shown(marks: Fraction) -> str:
    """Marks as a decimal, said to be rounded where they are.

    >>> shown(Fraction(25, 2)), shown(Fraction(20, 3)), shown(Fraction(10))
    ('12.5', '≈6.67', '10')
    """
    rest = marks.denominator
    for prime in (2, 5):
        while rest % prime == 0:
            rest //= prime
    if rest == 1:
        places = next(n for n in range(200) if 10**n % marks.denominator == 0)
        digits = str(marks.numerator * 10**places // marks.denominator).rjust(places + 1, "0")
        return f"{digits[:-places]}.{digits[-places:]}" if places else digits
    cents = (2 * 100 * marks.numerator + marks.denominator) // (2 * marks.denominator)
    return f"≈{cents // 100}.{cents % 100:02}"


def _range(low: Fraction, high: Fraction) -> str:
    if low == high:
        return shown(low)
    told = f"{shown(low)}—{shown(high)}"
    return "≈" + told.replace("≈", "") if "≈" in told else told


def _ends(band: Band, lang: str) -> str:
    """A grade with its ends said in words."""
    zh, parts = lang == "zh", []
    if band.lowest is not None:
        word = ("不低于" if band.lowest_in else "高于") if zh else ("at least " if band.lowest_in else "more than ")
        parts.append(word + shown(band.lowest))
    if band.highest is not None:
        word = ("不高于" if band.highest_in else "低于") if zh else ("at most " if band.highest_in else "less than ")
        parts.append(word + shown(band.highest))
    told = ("、" if zh else ", ").join(parts) or ("不限" if zh else "any")
    return f"{band.name.zh}（{told}）" if zh else f"{band.name.en} ({told})"


def _result(score: Score, lang: str) -> str:
    zh = lang == "zh"
    if score.low is None or score.high is None:
        return "各项均不适用，不计分。" if zh else "Nothing applies: no marks."
    grades = [say(band.name, lang) for band in score.grades]
    total = _range(score.low, score.high)
    if len(grades) == 1:
        said = f"，等次为{grades[0]}" if zh else f", grade: {grades[0]}"
    else:
        said = (
            f"，等次尚不能定，在{grades[0]}至{grades[-1]}之间" if zh
            else f", grade not settled: {grades[0]} to {grades[-1]}"
        )  # fmt: skip
    return (
        f"测算总分{total}（满分{shown(score.full)}）{said}。"
        if zh
        else f"Reckoned: {total} of {shown(score.full)}{said}."
    )


def _notes(score: Score, lang: str) -> Iterator[str]:
    zh = lang == "zh"
    yield (
        "计分与“符合、不符合”的认定分开，不影响认定、整改和检查结论。待证事项不猜：最低分按全部不符合计，最高分按全部符合计；"
        "人工评定的行按0分到满分计。" if zh else
        "Marks are apart from pass and fail, and change no conclusion. Nothing unknown is guessed: the lowest marks "
        "take all of it as failing, the highest as passing; what a person marks is anything from none to full."
    )  # fmt: skip
    dropped = [line for line in score.lines if line.dropped]
    if dropped:
        names = ("、" if zh else ", ").join(say(line.second, lang) for line in dropped)
        yield (
            f"没有适用对象、不计分的：{names}；其余各行按满分{shown(score.full)}折算。" if zh else
            f"Not counted, as nothing of it applies: {names}; the others are scaled up to {shown(score.full)}."
        )  # fmt: skip
    yield from (say(note, lang) for note in score.notes)


def _row(line: ScoreLine, lang: str) -> list[str]:
    zh = lang == "zh"
    reckoned = _range(line.low, line.high)
    why = "\n".join(say(w, lang) for w in line.why)
    if line.dropped:
        reckoned, why = ("不计", "没有适用的对象") if zh else ("not counted", "nothing applies")
    elif line.rule == "by_hand":
        reckoned = "待评" if zh else "by hand"
    elif not line.why and not line.passed:
        why = "没有适用的对象，按办法计满分" if zh else "nothing applies: full marks by the scheme"
    return [
        str(line.position), say(line.first, lang) if line.first else "", say(line.second, lang), shown(line.marks),
        say(line.standard, lang), ("、" if zh else ", ").join(say(d, lang) for d in line.documents), reckoned, why,
        "", "", "",
    ]  # fmt: skip


def _heading(score: Score, lang: str) -> str:
    example = ("（示例，虚构）" if lang == "zh" else " (invented example)") if score.example else ""
    title = say(score.title, lang)
    return title if "示例" in title or "example" in title else title + example


def _blocks(score: Score, lang: str) -> Iterator[Block]:
    zh, used = lang == "zh", score.report
    yield Page(landscape=True)
    yield Para("annex_title", _heading(score, lang))
    area = used.area
    where = score.section or ""
    yield Para("note", (
        f"被评地区：{area.name}（{area.code}）{area.plan_year}年度；检查基准日{spoken_day(used.as_of)}；"
        f"计分依据：{score.document}{where}" if zh else
        f"{area.name} ({area.code}), {area.plan_year}; as of {used.as_of}; scored by: {score.document} {where}"
    ))  # fmt: skip
    yield Para("note", _result(score, lang))
    heads = tuple(say(head, lang) for head, _ in _HEADS)
    widths = tuple(width for _, width in _HEADS)
    yield Table(heads, (_row(line, lang) for line in score.lines), widths, frozenset({0, 3, 6}))
    bands = ("；" if zh else "; ").join(_ends(band, lang) for band in reversed(score.bands))
    yield Para("note", f"等次：{bands}。" if zh else f"Grades: {bands}.")
    for note in _notes(score, lang):
        yield Para("note", note)
    file, of = used.file.rsplit("/", 1)[-1], f"SHA-256 {used.sha256}"
    yield Para("note", f"出处：检查报告{file}，{of}" if zh else f"From {file}, {of}")
    of = f"SHA-256 {score.scheme_sha256}"
    yield Para("note", f"计分办法：{score.scheme}，{of}" if zh else f"Scheme {score.scheme}, {of}")
    signer: tuple[str | Fill, ...]
    if zh:
        signer = ("评分人：", Fill("签字"), "  复核人：", Fill("签字"), "  日期：", Fill("××××年×月×日"))
    else:
        signer = ("Marked by: ", Fill("signature"), "  Verified by: ", Fill("signature"), "  ", Fill("date"))
    yield Para("note", signer)


def as_docx(score: Score, lang: str = "zh", *, template: bytes | None = None) -> bytes:
    """A .docx, sideways."""
    return gongwen.write(
        _blocks(score, lang), title=_heading(score, lang), day=score.report.as_of, lang=lang, template=template
    )


def as_text(score: Score, lang: str = "zh", width: int = 80) -> bytes:
    """The same, to read."""
    return plain_text(_blocks(score, lang), lang, width)


def as_xlsx(score: Score, lang: str = "zh") -> bytes:
    """A workbook; marks that are whole are numbers."""
    title = _heading(score, lang)
    book = Book(title, lang, date.fromisoformat(score.report.as_of))
    people = len(_HEADS) - 3
    columns = [Column(say(head, lang), width + 2, fill_in=n >= people) for n, (head, width) in enumerate(_HEADS)]
    sheet = book.sheet("评分表" if lang == "zh" else "Scores", columns, kept=3, heading=title)
    for line in score.lines:
        sheet.row(
            [int(cell) if n in (0, 3, 6) and cell.isdecimal() else cell for n, cell in enumerate(_row(line, lang))]
        )
    sheet.close()
    notes = book.sheet("说明" if lang == "zh" else "Notes", [Column("说明" if lang == "zh" else "Notes", 110)], kept=0)
    bands = ("；" if lang == "zh" else "; ").join(_ends(band, lang) for band in reversed(score.bands))
    for text in (_result(score, lang), bands, *_notes(score, lang)):
        notes.row([text])
    notes.close()
    return book.bytes()


def as_json(score: Score) -> bytes:
    """Both languages; marks as exact fractions."""
    told = {
        "scheme": score.scheme, "scheme_sha256": score.scheme_sha256, "title": score.title, "document": score.document,
        "section": score.section, "example": score.example, "full_marks": score.full, "low": score.low,
        "high": score.high, "grades": [band.name for band in score.grades], "lines": score.lines, "bands": score.bands,
        "report": score.report, "notes": score.notes,
    }  # fmt: skip
    return orjson.dumps(told, default=_fraction, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)


def _fraction(value: Any) -> str:
    if isinstance(value, Fraction):
        return str(value)
    raise TypeError(type(value).__name__)
