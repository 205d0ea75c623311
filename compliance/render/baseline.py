"""A fresh report held against its baseline → a section of text; what is known is told by item, the rest in full."""

from __future__ import annotations

from collections.abc import Iterator

from compliance.render.cells import hanging
from compliance.render.comparison import WHY_WORDS
from compliance.render.plain import visible
from compliance.render.words import say, word
from compliance.schemas.baseline import STANDINGS, Against, Standing
from compliance.schemas.rectify import Compared
from compliance.schemas.report import Bilingual

__all__ = ["as_text", "without"]

_TITLE = Bilingual("与基线对照", "Against the baseline")
_WORDS: dict[Standing, Bilingual] = {
    "new": Bilingual("新增", "new"),
    "worse": Bilingual("加重", "worse"),
    "incomparable": Bilingual("不可比（按新增计）", "incomparable (counts as new)"),
    "known": Bilingual("已知", "known"),
    "gone": Bilingual("只见于基线", "in the baseline only"),
}
_MENDED = Bilingual("已符合", "passes now")
_NOTHING = Bilingual("没有不符合或待证的事项", "nothing fails or is open")
_NAMED = 6


def as_text(made: Against, lang: str = "zh", *, width: int = 100, verbose: bool = False) -> bytes:
    """``verbose`` names every subject."""
    zh = lang == "zh"
    colon, comma, stop = ("：", "，", "、") if zh else (": ", ", ", ", ")
    old = made.comparison.old
    used = ("基准日" if zh else "as of ") + old.as_of
    lines = ["", f"== {say(_TITLE, lang)}"]
    lines += hanging("  ", f"{'基线' if zh else 'baseline'}{colon}{comma.join((old.file, used, old.mode))}", width)
    for note in made.comparison.notes:
        lines += hanging("  · ", say(note, lang), width)
    lines.append(f"  {_tally(made, lang) or say(_NOTHING, lang)}")
    for standing, entries in _by_standing(made):
        groups: dict[tuple[object, ...], list[Compared]] = {}
        for entry in entries:
            says = None if standing == "known" else (entry.why, entry.says)
            groups.setdefault((entry.item, entry.list, says), []).append(entry)
        lines.append(f"  -- {say(_WORDS[standing], lang)}")
        for group in groups.values():
            first = group[0]
            names = [say(side.name, lang) for e in group if (side := e.new or e.old) is not None]
            shown = stop.join(names if verbose else names[:_NAMED])
            if len(names) > _NAMED and not verbose:
                shown += f"等{len(names)}个" if zh else f" and {len(names) - _NAMED} more"
            listed = say(word("disposition", first.list), lang)
            lines += hanging("    ", f"{first.item} {say(first.title, lang)} · {listed}{colon}{shown}", width)
            if standing != "known":
                why = f"[{say(WHY_WORDS[first.why], lang)}] " if first.why else ""
                mended = f"[{say(_MENDED, lang)}] " if first.status == "resolved" else ""
                lines += hanging("      ", f"{why}{mended}{say(first.says, lang)}", width)
    return ("\n".join(visible(line) for line in lines) + "\n").encode()


def without(folder: str, ident: str, lang: str = "zh") -> bytes:
    """The section where a folder of baselines has none of this dossier."""
    zh = f"{folder} 中没有 {ident}.json，全部按新增计"
    en = f"there is no {ident}.json in {folder}: everything counts as new"
    return f"\n== {say(_TITLE, lang)}\n  {visible(zh if lang == 'zh' else en)}\n".encode()


def _by_standing(made: Against) -> Iterator[tuple[Standing, list[Compared]]]:
    pairs = list(zip(made.standings, made.comparison.entries, strict=True))
    for standing in STANDINGS:
        entries = [entry for s, entry in pairs if s == standing]
        if entries:
            yield standing, entries


def _tally(made: Against, lang: str) -> str:
    return "  ".join(f"{say(_WORDS[s], lang)} {len(entries)}" for s, entries in _by_standing(made))
