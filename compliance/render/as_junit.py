"""Report → JUnit XML: a suite an item, a case a finding; leaves out none.

``failure``: what must or should be fails. ``skipped``: not applicable, unknown, or a failing of what is only
encouraged; its type says which. ``error``: the checker itself failed, or an attachment is not what the dossier
claims. An unknown is no failure here, because nothing was shown to be wrong; whether it stops the run is for the gate
(``--fail-on-unknown``), whose answer is the exit code. Doubts about the data are a suite of their own, none of them
a failure. No times: the same dossier gives the same bytes.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple
from xml.sax.saxutils import escape, quoteattr

from compliance import collector
from compliance.render import quality
from compliance.render.grades import hinders, place_of_document
from compliance.render.places import places
from compliance.render.plain import visible
from compliance.render.positions import positions
from compliance.render.words import TITLE, document, label, say, word
from compliance.schemas.refusal import CODES, Lang, Refused
from compliance.schemas.report import Finding, ItemRollup, Report

__all__ = ["refused", "render"]


class _Case(NamedTuple):
    classname: str
    name: str
    state: str
    """``""`` for a pass, else the name of the element"""
    type: str = ""
    message: str = ""
    body: str = ""


class _Suite(NamedTuple):
    name: str
    properties: tuple[tuple[str, str], ...]
    cases: list[_Case]

    def count(self, state: str) -> int:
        return sum(case.state == state for case in self.cases)


def render(report: Report, lang: str = "zh", *, dossier: bytes | None = None, path: str | None = None) -> bytes:
    """``dossier``: its bytes, for lines and columns. ``path``: the file as the repository has it."""
    with collector.at_rest():
        return _report(report, lang, dossier, path)


def _report(report: Report, lang: str, dossier: bytes | None, path: str | None) -> bytes:
    file = place_of_document(path, report.provenance.source)
    shared = _provenance(report)
    suites = {item.item: _Suite(_named(item, lang), (*_about(item, lang), *shared), []) for item in report.items}
    placed: list[tuple[list[_Case], int, str]] = []
    for finding in report.findings:  # made when they are read, so read once; places come after
        cases = suites[finding.item].cases
        if finding.outcome in ("fail", "unknown"):
            placed.append((cases, len(cases), finding.primary))
        cases.append(_case(finding, lang))
    where = positions(dossier, (pointer for _, _, pointer in placed)) if dossier else {}
    cell = places(report)
    for cases, number, pointer in placed:
        at = where.get(pointer)
        place = f"{file}:{at.line}:{at.column} {pointer}" if at else f"{file} {pointer} {cell(pointer)}"
        cases[number] = cases[number]._replace(body=f"{place.rstrip()}\n{cases[number].body}")
    failed = _Suite(say(label("faults"), lang), shared, [])
    for fault in report.faults:
        name = f"{fault.item}.{fault.check} {fault.subject}"
        home = suites.get(fault.item, failed)
        home.cases.append(_Case(fault.item, name, "error", "fault", say(fault.message, lang)))
    broken = _Suite(say(label("integrity"), lang), shared, [])
    for attachment in report.integrity:
        broken.cases.append(_Case("integrity", attachment, "error", "integrity", say(word("state", "mismatch"), lang)))
    extra = [suite for suite in (failed, broken, _doubts(report, lang, shared)) if suite.cases]
    return _written(f"{say(TITLE, lang)} {report.area.name} {report.area.plan_year}", [*suites.values(), *extra])


def _doubts(report: Report, lang: str, shared: tuple[tuple[str, str], ...]) -> _Suite:
    """A case a check of the data: skipped where it raised doubts, never a failure; all of them stand in it."""
    suite = _Suite(say(quality.TITLE, lang), shared, [])
    found = report.data_quality
    if found is None:
        return suite
    told = {(t.check.item, t.check.check): t for t in quality.told(report)}
    for check in found.checks:
        name = f"{check.item}.{check.check} {say(check.says, lang)}"
        raised = told.get((check.item, check.check))
        if raised is None:
            state = "" if check.passed else "skipped"
            words = say(quality.checked(check), lang)
            suite.cases.append(_Case(check.item, name, state, "not_checked" if state else "", words if state else ""))
            continue
        message = say(raised.nearly.sentence if raised.nearly else quality.checked(check), lang)
        body = "\n".join(f"{doubt.primary or '/'} {say(doubt.sentence, lang)}" for doubt in raised.doubts)
        suite.cases.append(_Case(check.item, name, "skipped", "doubt", message, body))
    for fault in found.faults:
        told_of = f"{fault.item}.{fault.check} {fault.subject}"
        suite.cases.append(_Case(fault.item, told_of, "error", "fault", say(fault.message, lang)))
    return suite


def refused(refusal: Refused, lang: Lang = "zh", *, path: str | None = None) -> bytes:
    """An error for every fault of the input."""
    file = place_of_document(path, refusal.source)
    suite = _Suite(getattr(refusal.what, lang), (), [])
    for error in refusal.errors:
        at = "" if error.line is None else f":{error.line}" + (f":{error.column}" if error.column else "")
        name = f"{error.cell.text() if error.cell is not None else error.pointer or '/'} {error.code}"
        said = getattr(CODES[error.code], lang)
        suite.cases.append(_Case("input", name, "error", error.code, said, f"{file}{at}\n{error.text(lang)}"))
    return _written(f"{say(TITLE, lang)} {file}", [suite])


def _named(item: ItemRollup, lang: str) -> str:
    return f"{item.item} {say(item.title, lang)}"


def _about(item: ItemRollup, lang: str) -> Iterator[tuple[str, str]]:
    yield "item", item.item
    yield "clause", item.clause
    yield "cite", say(item.cite, lang)
    yield "obligation", item.obligation
    yield "outcome", item.outcome


def _provenance(report: Report) -> tuple[tuple[str, str], ...]:
    """What the result was made from; JUnit knows no properties above the suite."""
    used = report.provenance
    return (
        ("dossier", report.area.dossier_id),
        ("dossier_sha256", used.dossier_sha256),
        ("standard", used.standard),
        ("rulebook_version", used.rulebook_version),
        ("rulebook_sha256", used.rulebook_sha256),
        ("profile", used.profile),
        ("profile_sha256", used.profile_sha256),
        ("mode", used.mode),
        ("as_of", used.as_of),
        ("tool", f"{used.tool} {used.tool_version}"),
    )


def _case(finding: Finding, lang: str) -> _Case:
    name = f"{finding.id} {say(finding.subject.name, lang)}"
    if finding.outcome == "pass":
        return _Case(finding.item, name, "")
    sentence = say(finding.sentence, lang)
    if finding.outcome == "not_applicable":
        return _Case(finding.item, name, "skipped", "not_applicable", sentence)
    words = [say(word(axis, getattr(finding, axis)), lang) for axis in ("obligation", "severity", "disposition")]
    body = [", ".join(words)]
    if finding.reason:
        body.append(f"{say(label('why'), lang)}: {say(word('reason', finding.reason), lang)}")
    body += [f"{say(label('asked'), lang)}: {say(asked.title, lang)}" for asked in finding.asked]
    body += [f"{say(label('found'), lang)}: {say(document(found), lang)}" for found in finding.found]
    body += [f"{say(label('question'), lang)}: {say(question, lang)}" for question in finding.questions]
    body += [f"{say(label('determined'), lang)}: {say(made.says, lang)}" for made in finding.determined]
    if finding.outcome == "unknown":
        return _Case(finding.item, name, "skipped", "unknown", sentence, "\n".join(body))
    state, kind = ("failure", "fail") if hinders(finding) else ("skipped", "improve")
    return _Case(finding.item, name, state, kind, sentence, "\n".join(body))


def _written(name: str, suites: Iterable[_Suite]) -> bytes:
    suites = list(suites)
    total = {state: sum(suite.count(state) for suite in suites) for state in ("failure", "error")}
    tests = sum(len(suite.cases) for suite in suites)
    lines = [
        '<?xml version="1.0" encoding="UTF-8"?>',
        f'<testsuites name={_attribute(name)} tests="{tests}" failures="{total["failure"]}" '
        f'errors="{total["error"]}">',
    ]
    for suite in suites:
        lines.append(
            f'<testsuite name={_attribute(suite.name)} tests="{len(suite.cases)}" failures="{suite.count("failure")}" '
            f'errors="{suite.count("error")}" skipped="{suite.count("skipped")}">'
        )
        if suite.properties:
            rows = (f"<property name={_attribute(key)} value={_attribute(told)}/>" for key, told in suite.properties)
            lines += ["<properties>", *rows, "</properties>"]
        lines += map(_element, suite.cases)
        lines.append("</testsuite>")
    return "\n".join([*lines, "</testsuites>", ""]).encode()


def _element(case: _Case) -> str:
    head = f"<testcase classname={_attribute(case.classname)} name={_attribute(case.name)}"
    if not case.state:
        return f"{head}/>"
    inner = f"<{case.state} type={_attribute(case.type)} message={_attribute(case.message)}"
    body = escape("\n".join(visible(line) for line in case.body.split("\n")))
    return f"{head}>{inner}>{body}</{case.state}></testcase>" if body else f"{head}>{inner}/></testcase>"


def _attribute(text: str) -> str:
    """Nothing that XML forbids is left: control characters and lone surrogates are shown as escapes."""
    return quoteattr(visible(text))
