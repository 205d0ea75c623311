"""Report → its findings by item and outcome, in one pass; refuses to keep a finding nobody reads in full.

Findings may be made when they are read, tens of thousands of them. Failing, unknown and noted ones are kept;
of the others remain the subject and the reason.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from compliance.render.words import label, word
from compliance.schemas.report import (
    Basis,
    Bilingual,
    CheckLine,
    Finding,
    ItemRollup,
    LimitSource,
    Measured,
    Outcome,
    Reason,
    Report,
    Subject,
)

__all__ = ["Exempt", "Gap", "ItemDigest", "deciding", "digest", "exempt_name", "figures", "gaps"]


_WORST_FIRST: tuple[Outcome, ...] = ("fail", "unknown", "pass", "not_applicable")


@dataclass(frozen=True, slots=True)
class Exempt:
    """A subject that an item does not concern; ``reference`` says what it would have been."""

    subject: Subject
    reference: Outcome | None


@dataclass(slots=True)
class ItemDigest:
    rollup: ItemRollup
    failing: list[Finding] = field(default_factory=list)
    unknown: list[Finding] = field(default_factory=list)
    questions: list[Finding] = field(default_factory=list)
    """Unknown ones that only the notice's body asks and only a person can answer; they stand in a list apart."""
    noted: list[Finding] = field(default_factory=list)
    """Findings of any outcome with a remark or a history; of questions they are told with the question."""
    determined: list[Finding] = field(default_factory=list)
    """Findings of any outcome that a person determined something about, in force or not."""
    passing: dict[Basis | None, list[Subject]] = field(default_factory=dict)
    exempt: dict[Reason | None, list[Exempt]] = field(default_factory=dict)
    lines: dict[str, Counter[Outcome]] = field(default_factory=dict)
    """Per check: how many of its answers are what."""
    sources: dict[str, dict[tuple[str, LimitSource], None]] = field(default_factory=dict)
    """Per check: the limits it was held against and where they come from, in order of appearance."""

    def add(self, finding: Finding) -> None:
        if finding.determined:
            self.determined.append(finding)
        match finding.outcome:
            case "fail":
                self.failing.append(finding)
            case "unknown" if self.rollup.body_only and finding.questions:
                self.questions.append(finding)
                return
            case "unknown":
                self.unknown.append(finding)
            case "pass":
                self.passing.setdefault(finding.basis, []).append(finding.subject)
            case "not_applicable":
                exempt = Exempt(finding.subject, finding.reference)
                self.exempt.setdefault(finding.reason, []).append(exempt)
        if finding.remarks or finding.history:
            self.noted.append(finding)
        for line in finding.checks:
            self.lines.setdefault(line.check, Counter())[line.outcome] += 1
            for value in line.values:
                if value.limit_source is not None:
                    limit = value.limit if value.limit is not None else value.limit_name or ""
                    self.sources.setdefault(line.check, {})[limit, value.limit_source] = None

    @property
    def before(self) -> dict[Outcome, list[Bilingual]]:
        """What came before the standard: the outcome it would have had → the subjects; failing first."""
        found: dict[Outcome, list[Bilingual]] = {}
        for exempt in self.exempt.get("predates_standard", ()):
            found.setdefault(exempt.reference or "unknown", []).append(exempt.subject.name)
        return {outcome: found[outcome] for outcome in _WORST_FIRST if outcome in found}

    @property
    def unasked(self) -> dict[Reason | None, list[Exempt]]:
        """Why the item does not concern its subjects otherwise → which."""
        return {reason: found for reason, found in self.exempt.items() if reason != "predates_standard"}

    @property
    def only_asks(self) -> bool:
        """Whether all there is to say are questions for a person."""
        return bool(self.questions) and not (self.failing or self.unknown or self.passing or self.exempt)


def digest(report: Report) -> dict[str, ItemDigest]:
    """Every item in the report's order, with its findings."""
    items = {rollup.item: ItemDigest(rollup) for rollup in report.items}
    for finding in report.findings:
        items[finding.item].add(finding)
    return items


def deciding(finding: Finding) -> Iterator[tuple[CheckLine, Measured | None]]:
    """The values that made the outcome; a check without any value yields itself once."""
    for line in finding.checks:
        if line.outcome != finding.outcome:
            continue
        values: Iterable[Measured] = line.values
        if finding.outcome == "unknown":
            values = [v for v in line.values if v.unknown is not None] or line.values
        yield from ((line, value) for value in values or (None,))


def figures(finding: Finding) -> Iterator[tuple[Bilingual, Measured]]:
    """What was measured beside a question, without a limit: the value as people read it, and where it stands."""
    for line in finding.checks:
        if line.basis == "measured":
            for value in line.values:
                zh = value.says.zh.split("，")[-1].removeprefix("实为")
                en = value.says.en.split("; ")[-1].removeprefix("found: ")
                yield Bilingual(f"{value.title.zh}：{zh}", f"{value.title.en}: {en}"), value


def exempt_name(exempt: Exempt) -> Bilingual:
    """The subject's name, with what it would have been where that is known."""
    name = exempt.subject.name
    if exempt.reference is None:
        return name
    would, what = label("reference"), word("outcome", exempt.reference)
    return Bilingual(f"{name.zh}（{would.zh}{what.zh}）", f"{name.en} ({would.en.lower()}: {what.en.lower()})")


@dataclass(slots=True)
class Gap:
    """Findings of an item that lack the same thing for the same reason."""

    reason: Reason | None
    missing: tuple[Bilingual, ...]
    places: tuple[str, ...]
    """Pointers with ``*`` where the members of the group differ in a list position."""
    findings: list[Finding]


def gaps(findings: Sequence[Finding]) -> list[Gap]:
    """Group unknown findings by reason and by what is missing, in order of appearance."""
    groups: dict[tuple[Reason | None, tuple[Bilingual, ...]], list[Finding]] = {}
    for finding in findings:
        groups.setdefault((finding.reason, _missing(finding)), []).append(finding)
    return [Gap(reason, missing, _places(members), members) for (reason, missing), members in groups.items()]


def _missing(finding: Finding) -> tuple[Bilingual, ...]:
    if finding.reason == "missing_evidence" and finding.asked:
        return tuple(asked.title for asked in finding.asked)
    values = [value for _, value in deciding(finding) if value is not None]
    if finding.reason == "missing_parameter":
        unset = [value.limit_title for value in values if value.limit is None and value.limit_title is not None]
        chosen = [value.title for value in values if value.unknown == finding.reason]
        return tuple(dict.fromkeys(unset + chosen))
    same = [value.title for value in values if value.unknown == finding.reason]
    return tuple(dict.fromkeys(same or [value.title for value in values]))


def _places(findings: Sequence[Finding]) -> tuple[str, ...]:
    pointers = dict.fromkeys(pointer for f in findings for pointer in (f.primary, *f.related))
    if len(findings) == 1:
        return tuple(pointers)
    return tuple(dict.fromkeys(re.sub(r"/\d+(?=/|$)", "/*", pointer) for pointer in pointers))
