"""A comparison of two reports (复查) → text for the terminal, JSON or CSV; what is not listed is counted."""

from __future__ import annotations

from collections.abc import Iterator

import orjson

from compliance.render.cells import hanging
from compliance.render.plain import visible
from compliance.render.sheet import Cell, as_csv
from compliance.render.words import SYMBOLS, say, word
from compliance.schemas.rectify import LISTS, STATUSES, Compared, Comparison, ReportUsed, Side, Status, Why
from compliance.schemas.report import Bilingual

__all__ = ["STATUS_WORDS", "WHY_WORDS", "as_json", "as_text", "table"]

STATUS_WORDS: dict[Status, Bilingual] = {
    "new": Bilingual("新增", "new"),
    "recurred": Bilingual("复发", "recurred"),
    "unchanged": Bilingual("未整改", "unchanged"),
    "updated": Bilingual("部分整改", "in part"),
    "incomparable": Bilingual("不可比", "incomparable"),
    "resolved": Bilingual("已整改", "resolved"),
}
_OPEN_WORDS: dict[Status, Bilingual] = STATUS_WORDS | {
    "unchanged": Bilingual("仍未查明", "still open"),
    "updated": Bilingual("部分查明", "in part"),
    "resolved": Bilingual("已查明符合", "answered"),
}
_IMPROVE_WORDS: dict[Status, Bilingual] = STATUS_WORDS | {
    "unchanged": Bilingual("尚未开展", "unchanged"),
    "updated": Bilingual("部分开展", "in part"),
    "resolved": Bilingual("已开展", "done"),
}
"""What is unknown, or only encouraged, is not spoken of as something to rectify."""

WHY_WORDS: dict[Why, Bilingual] = {
    "area": Bilingual("地区不同", "another area"),
    "plan_year": Bilingual("计划年度不同", "another plan year"),
    "subject_gone": Bilingual("对象不在本次档案", "subject not in the new dossier"),
    "subject_ambiguous": Bilingual("对象不能确定", "subject not certain"),
    "subject_unmatched": Bilingual("对象不能确定", "subject not certain"),
    "subject_set": Bilingual("检查范围不同", "another set of subjects"),
    "rule": Bilingual("要求不同", "another requirement"),
    "profile": Bilingual("当地规定不同", "other rules of the place"),
    "drafts": Bilingual("征求意见稿适用不同", "drafts applied in one only"),
    "mode": Bilingual("检查模式不同", "another mode"),
    "determination": Bilingual("涉及人工认定", "determined by a person"),
    "not_applicable": Bilingual("本次不适用", "does not apply now"),
    "no_answer": Bilingual("本次没有结论", "no conclusion now"),
    "row_gone": Bilingual("原事项不在本次档案", "the matter is not in the new dossier"),
}

_NAMED = 6


def _status(entry: Compared) -> Bilingual:
    words = {"rectify": STATUS_WORDS, "improve": _IMPROVE_WORDS}.get(entry.list, _OPEN_WORDS)
    return words[entry.status]


def as_json(made: Comparison) -> bytes:
    """Both languages, every entry."""
    return orjson.dumps(made, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)


_HEAD = (
    Bilingual("序号", "No."),
    Bilingual("问题编号", "Problem"),
    Bilingual("清单", "List"),
    Bilingual("复查结论", "Result"),
    Bilingual("不可比原因", "Why incomparable"),
    Bilingual("指标条目", "Item"),
    Bilingual("对象", "Subject"),
    Bilingual("原结果", "Then"),
    Bilingual("本次结果", "Now"),
    Bilingual("说明", "What changed"),
    Bilingual("恶化", "Worse"),
    Bilingual("原情况", "Then, in full"),
    Bilingual("本次情况", "Now, in full"),
    Bilingual("数据位置", "Where in the data"),
)


def table(made: Comparison, lang: str = "zh") -> bytes:
    """CSV, one row an entry."""
    return as_csv([say(head, lang) for head in _HEAD], _rows(made, lang))


def _rows(made: Comparison, lang: str) -> Iterator[list[Cell]]:
    for number, entry in enumerate(made.entries, 1):
        last = entry.new or entry.old
        yield [
            number,
            entry.number,
            say(word("disposition", entry.list), lang),
            say(_status(entry), lang),
            say(WHY_WORDS[entry.why], lang) if entry.why else "",
            f"{entry.item} {say(entry.title, lang)}",
            say(last.name, lang) if last else "",
            _outcome(entry.old, lang),
            _outcome(entry.new, lang),
            say(entry.says, lang),
            ("是" if lang == "zh" else "yes") if entry.worse else "",
            say(entry.old.sentence, lang) if entry.old else "",
            say(entry.new.sentence, lang) if entry.new else "",
            (last.pointer or "/") if last else "",
        ]


def _outcome(side: Side | None, lang: str) -> str:
    if side is None:
        return "—"
    said = f"{SYMBOLS[side.outcome]} {say(word('outcome', side.outcome), lang)}".removeprefix("- ")
    if side.reason is None:
        return said
    why = say(word("reason", side.reason), lang)
    return f"{said}（{why}）" if lang == "zh" else f"{said} ({why})"


# -- text -----------------------------------------------------------------------------------------------------


def as_text(made: Comparison, lang: str = "zh", *, width: int = 100, verbose: bool = False) -> bytes:
    """Findings that became the same for the same reason stand together; ``verbose`` names every subject."""
    zh = lang == "zh"
    lines = ["复查：两次检查的对照" if zh else "Re-inspection: two reports compared"]
    lines += _used("原报告" if zh else "then", made.old, lang, width)
    lines += _used("本次" if zh else "now", made.new, lang, width)
    for note in made.notes:
        lines += hanging("  · ", say(note, lang), width)
    lines += ["", *_counts(made, lang)]
    groups: dict[tuple[object, ...], list[Compared]] = {}
    for entry in made.entries:
        groups.setdefault((entry.status, entry.list, entry.item, entry.why, entry.says), []).append(entry)
    head: object = None
    for group in groups.values():
        first = group[0]
        if head != (first.status, first.list):
            head = (first.status, first.list)
            listed = say(word("disposition", first.list), lang)
            lines += ["", f"== {say(_status(first), lang)} · {listed}"]
        why = f"[{say(WHY_WORDS[first.why], lang)}] " if first.why else ""
        lines += hanging("  ", f"{first.item} {say(first.title, lang)}", width)
        lines += hanging("      ", _names(group, lang, verbose), width)
        worse = ("（恶化）" if zh else " (worse)") if first.worse else ""
        lines += hanging("      ", f"{why}{say(first.says, lang)}{worse}", width)
    return ("\n".join(visible(line) for line in lines) + "\n").encode()


def _used(which: str, used: ReportUsed, lang: str, width: int) -> list[str]:
    profile = say(used.profile_title, lang)
    area = f"{used.area.name}{used.area.plan_year}年度" if lang == "zh" else f"{used.area.name} {used.area.plan_year}"
    day = f"基准日{used.as_of}" if lang == "zh" else f"as of {used.as_of}"
    colon, comma = ("：", "，") if lang == "zh" else (": ", ", ")
    return hanging("  ", f"{which}{colon}{comma.join((area, day, used.mode, profile, used.file))}", width)


def _counts(made: Comparison, lang: str) -> Iterator[str]:
    for name in LISTS:
        counts = made.counts[name]
        if any(counts.values()):
            words = {"rectify": STATUS_WORDS, "improve": _IMPROVE_WORDS}.get(name, _OPEN_WORDS)
            told = "  ".join(f"{say(words[s], lang)} {counts[s]}" for s in STATUSES if counts[s])
            yield f"  {say(word('disposition', name), lang)}{'：' if lang == 'zh' else ': '}{told}"
    rest = (
        (made.still_fine, "两次均符合或不适用", "fine in both"),
        (made.newly_fine, "本次新查且符合或不适用", "fine, and not in the old report"),
        (made.no_longer, "原符合或不适用、本次未查", "was fine, and not in the new report"),
    )
    for number, zh, en in rest:
        if number:
            yield f"  {zh} {number} 项" if lang == "zh" else f"  {en}: {number}"


def _names(group: list[Compared], lang: str, verbose: bool) -> str:
    sides = [entry.new or entry.old for entry in group]
    names = [say(side.name, lang) for side in sides if side is not None]
    comma = "、" if lang == "zh" else ", "
    if verbose or len(names) <= _NAMED:
        return comma.join(names)
    shown = comma.join(names[:_NAMED])
    return f"{shown}等{len(names)}个" if lang == "zh" else f"{shown} and {len(names) - _NAMED} more"
