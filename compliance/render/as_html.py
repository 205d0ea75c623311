"""Report → one HTML page, both languages in it; refuses to load anything or to run any script but its own.

Everything a person reads first is at the top: verdict, alarms, the twenty indicators, what needs action. Then
all items one by one, and folded after them the questions that only the notice's body asks. Failing and unknown
subjects are told in full up to a total of ``FULL`` in the page, the rest by name, passing ones by name only, so
that tens of thousands of findings stay readable.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib.resources import files

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup, escape

from compliance.render.digest import ItemDigest, deciding, digest, exempt_name, figures, gaps
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
    pointer,
    word,
)
from compliance.schemas.report import Bilingual, Finding, Measured, Report

__all__ = ["render"]

FULL = 3000
"""Findings told in full; a page with many more is slow to open and nobody reads it."""
NAMES = 5
"""Names told in the overview before the rest is counted."""

_ACTIONS = ("rectify", "supply", "review", "improve")


def render(report: Report, lang: str = "zh") -> bytes:
    """``lang`` is the language the page opens in; the reader may switch."""
    items = digest(report)
    long = sum(bool(item.failing) + bool(item.unknown) for item in items.values())
    css, js = _asset("report.css"), _asset("report.js")
    page = (
        _environment()
        .get_template("report.html")
        .render(
            report=report,
            lang=lang,
            items=items,
            full=FULL // max(long, 1),
            faulty={fault.item for fault in report.faults},
            actions=list(_actions(items)),
            asked=[item for item in items.values() if item.questions],
            shown=sum(not item.only_asks for item in items.values()),
            css=Markup(css),
            js=Markup(js),
            csp=f"default-src 'none'; style-src {_hash(css)}; script-src {_hash(js)}; "
            "base-uri 'none'; form-action 'none'",
        )
    )
    return page.encode()


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


def _both(text: Bilingual) -> Markup:
    """Both languages, of which the page shows one."""
    zh, en = escape(visible(text.zh)), escape(visible(text.en))
    return zh if zh == en else Markup(f'<span lang="zh">{zh}</span><span lang="en">{en}</span>')


def _names(names: Sequence[Bilingual]) -> Markup:
    """A long list of names: names that are the same in both languages are written once."""
    if all(name.zh == name.en for name in names):
        return escape(visible("、".join(name.zh for name in names)))
    return _both(join(names))


def _badge(outcome: str) -> Markup:
    return Markup(
        f'<span class="badge {outcome}"><b>{SYMBOLS[outcome]}</b> {_both(word("outcome", outcome))}</span>'
    )


def _questions(items: Sequence[ItemDigest]) -> int:
    return sum(len(item.questions) for item in items)


def _values(finding: Finding) -> list[Measured]:
    """The deciding values, each once."""
    return list(dict.fromkeys(value for _, value in deciding(finding) if value is not None))


def _places(finding: Finding) -> list[Bilingual]:
    found = (finding.primary, *finding.related, *(p for value in _values(finding) for p in value.pointers))
    return [pointer(place) for place in dict.fromkeys(found)]


def _asset(name: str) -> str:
    return (files("compliance.render") / "templates" / name).read_text("utf-8")


def _hash(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


def _plain(value: object) -> object:
    """What Jinja does to every value it writes, before it escapes it."""
    return visible(value) if isinstance(value, str) and not isinstance(value, Markup) else value


def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("compliance.render"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=_plain,
    )
    environment.filters.update(both=_both, exempt=exempt_name, sum_questions=_questions)
    environment.globals.update(
        WORDS=WORDS,
        TITLE=TITLE,
        badge=_badge,
        counts=counts,
        determinations_used=determinations_used,
        determined=determined,
        document=document,
        enough=_enough,
        figures=lambda finding: list(figures(finding)),
        join=join,
        label=lambda name: _both(label(name)),
        names=_names,
        places=_places,
        source=limit_source,
        symbols=SYMBOLS,
        values=_values,
        word=lambda axis, code: _both(word(axis, code)),
    )
    return environment
