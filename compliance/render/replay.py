"""Replay → text for the terminal, or JSON; findings that changed in the same way for the same causes stand together."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict

from compliance.render.cells import hanging, wrap
from compliance.render.plain import visible
from compliance.render.words import SYMBOLS, say, word
from compliance.schemas.replay import Changed, Replay, Step
from compliance.schemas.report import Bilingual, Outcome, Reason

__all__ = ["as_json", "as_text"]

_NAMED = 6
"""How many subjects of a group are named before the rest is counted."""


def as_json(replay: Replay) -> bytes:
    """Both languages, every change singly."""
    return (json.dumps(asdict(replay), ensure_ascii=False, indent=1) + "\n").encode()


def as_text(replay: Replay, lang: str = "zh", *, width: int = 100, verbose: bool = False) -> bytes:
    """``verbose`` names every subject of a group."""
    pick: Callable[[str, str], str] = (lambda zh, en: zh) if lang == "zh" else (lambda zh, en: en)
    lines = [
        pick("档案重演：同一份档案在不同日期的检查结果", "Replay: one dossier judged as of several days"),
        pick(
            f"{replay.area}；当地规定：{replay.profile.zh}；模式 {replay.mode}；档案 {replay.source}",
            f"{replay.area}; rules of {replay.profile.en}; mode {replay.mode}; dossier {replay.source}",
        ),
        "",
    ]
    for day in replay.days:
        lines += wrap(f"{day.as_of}  {_outcome(day.outcome, None, lang)}  {say(day.sentence, lang)}", width)
    for step in replay.steps:
        lines += ["", *_step(step, lang, pick, width, verbose)]
    if replay.faults:
        alarm = "检查程序有未得出结论之处，以上不得作为依据", "the checker failed somewhere: do not rely on this"
        lines += ["", pick(*alarm)]
    return ("\n".join(visible(line) for line in lines) + "\n").encode()


def _step(step: Step, lang: str, pick: Callable[[str, str], str], width: int, verbose: bool) -> list[str]:
    lines = [
        pick(
            f"{step.first} → {step.second}：{len(step.changed)} 项结果改变，{step.same} 项不变",
            f"{step.first} → {step.second}: {len(step.changed)} findings change, {step.same} do not",
        )
    ]
    if step.law:
        lines.append(pick("  其间规定的变化：", "  What changed in the rules:"))
        lines += [line for cause in step.law for line in hanging("    · ", say(cause.says, lang), width)]
    groups: dict[tuple[object, ...], list[Changed]] = {}
    for one in step.changed:
        key = (one.item, one.before, one.before_reason, one.after, one.after_reason, one.causes)
        groups.setdefault(key, []).append(one)
    for group in groups.values():
        first = group[0]
        before, after = (
            _outcome(first.before, first.before_reason, lang),
            _outcome(first.after, first.after_reason, lang),
        )
        lines += hanging("  ", f"{first.item} {say(first.title, lang)}：{before} → {after}", width)
        lines += hanging("      ", _names([say(c.subject, lang) for c in group], pick, verbose), width)
        for cause in first.causes:
            lines += hanging("      ", pick("原因：", "because: ") + say(cause.says, lang), width)
    return lines


def _names(names: list[str], pick: Callable[[str, str], str], verbose: bool) -> str:
    if verbose or len(names) <= _NAMED:
        return pick("、", ", ").join(names)
    shown = pick("、", ", ").join(names[:_NAMED])
    return pick(f"{shown}等{len(names)}个", f"{shown} and {len(names) - _NAMED} more")


def _outcome(outcome: Outcome, reason: Reason | None, lang: str) -> str:
    said = f"{SYMBOLS[outcome]} {say(word('outcome', outcome), lang)}"
    why: Bilingual | None = word("reason", reason) if reason else None
    return said if why is None else f"{said}（{why.zh}）" if lang == "zh" else f"{said} ({why.en})"
