"""Report → one HTML page, both languages in it; refuses to load anything or to run any script but its own.

Everything a person reads first is at the top: verdict, alarms, the twenty indicators, what needs action, coverage,
gates and money. Then all items one by one, and folded after them the questions that only the notice's body asks.
Failing and unknown subjects are told in full as long as there is room (``ROOM``), the rest by name, passing ones by
name only, so that tens of thousands of findings stay readable. With the dossier's bytes the page also holds the
entries that it points into, word for word; bytes of another dossier are refused.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from jinja2 import Environment
from markupsafe import Markup, escape

from compliance.render import charts, panels, quality
from compliance.render.digest import ItemDigest, deciding, digest, exempt_name, figures, gaps
from compliance.render.excerpt import Excerpt, excerpt, field_words
from compliance.render.page import asset, both, environment, policy
from compliance.render.places import Places, places
from compliance.render.plain import visible
from compliance.render.words import (
    SYMBOLS,
    TITLE,
    WORDS,
    counts,
    determinations_used,
    determined,
    document,
    join,
    label,
    limit_source,
    word,
)
from compliance.schemas.report import Bilingual, Finding, Measured, PrecedentNear, Report

__all__ = ["render"]

ROOM = 4_000_000
"""Bytes, by estimate, that findings told in full may take; a page with many more is slow and nobody reads it."""
VALUES = 8
"""Values and places shown of one finding."""
VAST = 500
"""From so many findings told in full the page is laid out piece by piece."""
NAMES = 5
"""Names told in the overview before the rest is counted."""
DETERMINED = 500
"""Findings with determinations shown of one item."""

DOUBTS = 50
"""Doubts of one check told in full before the rest is named."""

_ACTIONS = ("rectify", "supply", "review", "improve")


def render(report: Report, lang: str = "zh", dossier: bytes | None = None) -> bytes:
    """``lang`` is the language the page opens in; the reader may switch. ``dossier``: the very bytes reported on."""
    if dossier is not None and hashlib.sha256(dossier).hexdigest() != report.provenance.dossier_sha256:
        raise ValueError("the report is of another dossier")
    items = digest(report)
    full = _quotas(items.values())
    gates, money = panels.gates(report), panels.money(report)
    doubted = quality.told(report)
    entries = None if dossier is None else excerpt(dossier, _pointers(items, full, gates, money, doubted))
    css, js = asset("report.css"), asset("report.js")
    page = (
        _environment(entries, places(report))
        .get_template("report.html")
        .render(
            report=report,
            lang=lang,
            items=items,
            full=full,
            faulty={fault.item for fault in report.faults},
            actions=list(_actions(items)),
            asked=[item for item in items.values() if item.questions],
            shown=sum(not item.only_asks for item in items.values()),
            coverage=panels.coverage(items.values()),
            gates=gates,
            money=money,
            vast=sum(full.values()) > VAST,
            early=panels.data_end_early(report),
            doubted=doubted,
            entries=entries,
            fields=Markup(field_words()),
            excerpted=Markup(entries.text() if entries else ""),
            css=Markup(css),
            js=Markup(js),
            csp=policy(css, js),
        )
    )
    return page.encode()


# -- how much is told ---------------------------------------------------------------------------------------------


def _quotas(items: Iterable[ItemDigest]) -> dict[tuple[str, str], int]:
    """Item and outcome → how many findings are told in full: small groups wholly, large ones share what is left."""
    groups = {
        (item.rollup.item, outcome): [_size(f) for f in found]
        for item in items
        for outcome, found in (("fail", item.failing), ("unknown", item.unknown))
    }
    room, left = ROOM, len(groups)
    result = {}
    for key in sorted(groups, key=lambda key: sum(groups[key])):
        share, taken = room // left, 0
        for size in groups[key]:
            if size > share:
                break
            share, taken, room = share - size, taken + 1, room - size
        result[key] = taken
        left -= 1
    return result


def _size(finding: Finding) -> int:
    """About how many bytes a finding takes in the page."""
    values = list(_values(finding))[:VALUES]
    size = 800 + 3 * len(finding.sentence.zh) + len(finding.sentence.en)
    size += sum(350 + 3 * len(v.says.zh) + len(v.says.en) for v in values)
    size += 70 * len(_places(finding)[:VALUES]) + 120 * len(finding.asked) + 300 * len(finding.found[:VALUES])
    if finding.advice is not None and finding.advice.way is not None:
        way = finding.advice.way
        size += 400 + 3 * len(way.says.zh) + len(way.says.en) + 120 * len(way.documents)
        size += sum(150 + len(edit.value) for change in way.changes for edit in change.edits)
    return size


def _pointers(
    items: Mapping[str, ItemDigest],
    full: Mapping[tuple[str, str], int],
    gates: panels.Gates | None,
    money: panels.Money | None,
    doubted: Iterable[quality.Told],
) -> Iterator[str]:
    """Every place that the page points at, what fails first."""
    for outcome in ("fail", "unknown"):
        for name, item in items.items():
            found = item.failing if outcome == "fail" else item.unknown
            for finding in found[: full[name, outcome]]:
                yield from _places(finding)[:VALUES]
                yield from (d.pointer for d in finding.found[:VALUES])
    for item in items.values():
        yield from (p for f in item.questions[:1] for _, value in figures(f) for p in value.pointers[:1])
    if money is not None:
        yield from (place for row in money.rows for place in row.pointers[:1])
    if gates is not None:
        yield from (gate.pointer for row in gates.rows for gate in row.line.gates)
    for told in doubted:
        yield from (pointer for doubt in told.doubts[:DOUBTS] for pointer in (doubt.primary, *doubt.related)[:VALUES])


# -- what needs action ----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Action:
    """An item that somebody has to do something about."""

    item: ItemDigest
    disposition: str
    subjects: Sequence[Finding]
    first: Bilingual
    """The first step of the remedy, or what is missing."""


def _actions(items: dict[str, ItemDigest]) -> Iterator[_Action]:
    for disposition in _ACTIONS:
        for item in items.values():
            found = [f for f in (*item.failing, *item.unknown) if f.disposition == disposition]
            if not found:
                continue
            if found[0].outcome == "fail":
                first = item.rollup.remedy[0] if item.rollup.remedy else Bilingual("", "")
            else:
                first = _enough([_gap(gap.reason, gap.missing) for gap in gaps(found)], "；", "; ")
            yield _Action(item, disposition, found, first)


def _gap(reason: str | None, missing: Sequence[Bilingual]) -> Bilingual:
    why, what = word("reason", reason or "needs_judgement"), join(missing)
    return Bilingual(f"{why.zh}：{what.zh}", f"{why.en}: {what.en}") if missing else why


def _enough(texts: Sequence[Bilingual], zh: str = "、", en: str = ", ") -> Bilingual:
    """The first few, and how many more."""
    rest = len(texts) - NAMES
    more = (f"，及另外 {rest} 个", f", and {rest} more") if rest > 0 else ("", "")
    return Bilingual(
        zh.join(t.zh for t in texts[:NAMES]) + more[0], en.join(t.en for t in texts[:NAMES]) + more[1]
    )


@dataclass(frozen=True, slots=True)
class _Counsel:
    """What is advised on the findings of an item taken together, each thing once."""

    steps: Sequence[Bilingual]
    precedents: Sequence[PrecedentNear]
    law: Sequence[str]


def _counsel(found: Sequence[Finding], remedy: Sequence[Bilingual]) -> _Counsel:
    """``remedy``: what the item itself advises, for findings that carry no advice."""
    given = {id(f.advice): f.advice for f in found if f.advice is not None}.values()
    steps = dict.fromkeys(step for advice in given for step in advice.steps)
    near = {p.precedent: p for advice in given for p in advice.precedents}
    law = dict.fromkeys(text for advice in given if not advice.precedents for text in advice.law)
    return _Counsel(list(steps) or remedy, list(near.values()), list(law))


# -- words and values as markup ---------------------------------------------------------------------------------------


def _names(names: Sequence[Bilingual]) -> Markup:
    """A long list of names: names that are the same in both languages are written once."""
    if all(name.zh == name.en for name in names):
        return escape(visible("、".join(name.zh for name in names)))
    return both(join(names))


def _badge(outcome: str) -> Markup:
    return Markup(
        f'<span class="badge {outcome}"><b>{SYMBOLS[outcome]}</b> {both(word("outcome", outcome))}</span>'
    )


def _questions(items: Sequence[ItemDigest]) -> int:
    return sum(len(item.questions) for item in items)


def _values(finding: Finding) -> list[Measured]:
    """The deciding values, each once."""
    return list(dict.fromkeys(value for _, value in deciding(finding) if value is not None))


def _compared(value: Measured) -> bool:
    """Whether value and limit say more than the sentence on them: a yes or no does not."""
    return value.limit_source is not None or value.op not in ("is", "present", "one_of", "not_is", "not_present")


def _adds(value: Measured, sentence: Bilingual) -> bool:
    """Whether a value says what the sentence on the finding has not said."""
    return _compared(value) or value.says.zh not in sentence.zh


def _places(finding: Finding) -> list[str]:
    found = (finding.primary, *finding.related, *(p for value in _values(finding) for p in value.pointers))
    return list(dict.fromkeys(found))


def _at(pointer: str) -> Markup:
    """A place that opens when the page holds the dossier; what is written on it is the pointer itself."""
    if not pointer:
        return Markup('<button type="button" class="at" data-at="">') + both(_WHOLE) + Markup("</button>")
    return Markup('<button type="button" class="at">{}</button>').format(visible(pointer))


def _still(cell: Places, pointer: str) -> Markup:
    """A place in a file that is not in the page, and its cell where the file is a workbook."""
    said = Markup('<code class="pointer">{}</code>').format(both(_WHOLE) if not pointer else visible(pointer))
    return said + Markup(' <span class="pointer">{}</span>').format(cell(pointer)) if cell(pointer) else said


_WHOLE = Bilingual("（整份档案）", "(the whole dossier)")


def _environment(entries: Excerpt | None, cell: Places) -> Environment:
    made = environment()
    made.tests.update(told=_adds)
    made.filters.update(exempt=exempt_name, sum_questions=_questions)
    made.globals.update(
        GATES=panels.GATES,
        MONEY=panels.MONEY,
        VALUES=VALUES,
        DETERMINED=DETERMINED,
        DOUBTS=DOUBTS,
        QUALITY=quality.LABELS | {"title": quality.TITLE},
        checked=quality.checked,
        WORDS=WORDS,
        TITLE=TITLE,
        at=partial(_still, cell) if entries is None else _at,
        badge=_badge,
        compared=_compared,
        counsel=_counsel,
        counts=counts,
        determinations_used=determinations_used,
        determined=determined,
        document=document,
        enough=_enough,
        figures=lambda finding: list(figures(finding)),
        join=join,
        label=lambda name: both(label(name)),
        mark=charts.mark,
        names=_names,
        places=_places,
        scale=charts.scale,
        source=limit_source,
        symbols=SYMBOLS,
        values=_values,
        word=lambda axis, code: both(word(axis, code)),
    )
    return made
