"""A law of one clause and made-up measures, small enough that every line of it can be spoiled in a test."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from compliance.rulebook import load_rulebook
from compliance.schemas.conditions import Kind
from compliance.schemas.rulebook import Check, Rulebook, RulebookError

MEASURES = {
    "area": {
        "founded": Kind.BOOL,
        "rate": Kind.RATIO,
        "other_rate": Kind.RATIO,
        "sort": Kind.CODE,
        "meetings": Kind.COUNT,
        "money": Kind.AMOUNT,
        "closed": Kind.DATE,
        "approved": Kind.DATE,
    },
    "community": {"asked": Kind.BOOL},
}

STANDARD = """\
standard: made-up
title: {zh: 试验标准, en: Made-up standard}
number: 试办〔2021〕1号
dated: "2021-12-14"
version: "1"
clauses: [B1]
parameters:
  rate_min:
    title: {zh: 比例下限, en: Smallest rate}
    kind: ratio
    stricter: neither
    used_by: [B1.1]
  sorts:
    title: {zh: 类别, en: Sorts}
    kind: codes
    stricter: neither
    values: [wet, dry]
    used_by: [B1.1]
  choice:
    title: {zh: 选项, en: Choice}
    kind: code
    stricter: neither
    values: [left, right]
    used_by: [B1.1]
  cold:
    title: {zh: 采暖, en: Cold}
    kind: bool
    stricter: neither
    used_by: [B1.1]
  meetings_min:
    title: {zh: 会议下限, en: Fewest meetings}
    kind: count
    stricter: neither
    used_by: [B1.1]
  cutoff:
    title: {zh: 截止日, en: Last day}
    kind: date
    stricter: neither
    used_by: [B1.1]
  money_max:
    title: {zh: 金额上限, en: Most money}
    kind: amount
    stricter: neither
    used_by: [B1.1]
""" + "".join(
    f"""\
  {name}:
    title: {{zh: 全国期限, en: Days that the nation sets}}
    kind: count
    stricter: lower
    used_by: [B1.1]
"""
    for name in ("filing_days_max", "grant_days_max", "leftover_days_max")
)
"""With the parameters that the nation's profile sets: it is laid under every other."""

CLAUSE = """\
clause: B1
title: {zh: 试验条款, en: Made-up clause}
source: {document: 试办〔2021〕1号, annex: 一, body: 一}
items:
- item: B1.1
  title: {zh: 试验条目, en: Made-up item}
  requires: {zh: 比例达到当地规定, en: The rate reaches what the place sets}
  cite: {annex: 一（一）1}
  levels: [city, county]
  subject: area
  obligation: mandatory
  severity: major
  rollup: any_fail
  documents: [work_rules]
  checks:
    rate:
      says: {zh: 比例达到规定, en: The rate reaches the limit}
      holds: {rate: {at_least: $rate_min}}
    sort:
      says: {zh: 类别合规, en: The sort is one that is allowed}
      when: {founded: {is: true}}
      holds: {sort: {one_of: [wet, dry]}}
  breach: {zh: 比例未达到, en: The rate is too small}
  remedy:
    steps:
    - {zh: 提高比例, en: Raise the rate}
  cases:
  - {check: rate, outcome: pass, given: {rate: 80/100, $rate_min: 80%}}
  - {check: rate, outcome: fail, given: {rate: 79/100, $rate_min: 80%}}
  - {check: rate, outcome: unknown, given: {rate: "?", $rate_min: 80%}}
  - {check: sort, outcome: pass, given: {founded: true, sort: wet}}
  - {check: sort, outcome: fail, given: {founded: true, sort: hot}}
  - {check: sort, outcome: unknown, given: {founded: true, sort: "?"}}
  - {check: sort, outcome: not_applicable, given: {founded: false, sort: hot}}
"""


def write(folder: Path, clause: str = CLAUSE, standard: str = STANDARD, file: str = "B01_made_up.yaml") -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "standard.yaml").write_text(standard, "utf-8")
    (folder / file).write_text(clause, "utf-8")
    return folder


def load(folder: Path) -> Rulebook:
    return load_rulebook(MEASURES, folder)


def spoiled(text: str, old: str, new: str) -> tuple[str, int]:
    """The text with its one ``old`` replaced, and the line on which the replacement begins."""
    assert text.count(old) == 1, f"{text.count(old)} times: {old}"
    return text.replace(old, new), text[: text.index(old)].count("\n") + 1


def problems(folder: Path) -> list[tuple[str, int, str]]:
    """What the loader says against a folder; an empty list if it takes it."""
    try:
        load(folder)
    except RulebookError as error:
        return [(p.file, p.line, p.message) for p in error.problems]
    return []


@cache
def _rate() -> Check:
    with TemporaryDirectory() as folder:
        return load(write(Path(folder))).checks[0]


def a_check(**changes: Any) -> Check:
    """The check of a rate, without conditions on place or time, but for the changes."""
    return replace(_rate(), **changes)
