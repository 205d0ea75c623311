"""Report → SARIF 2.1.0: a result a finding, passes too; leaves out none.

Pass, fail, unknown and not applicable are the kinds ``pass``, ``fail``, ``open`` (``review`` where a person has to
judge) and ``notApplicable``; only a failing has a level. Places are JSON Pointers, with line and column where the
dossier's bytes are at hand. A determination in force has made the outcome what it is and is told in the properties;
an objection is a suppression under review or rejected, neither of which hides the result. Faults are notifications
of a run that was not successful. Held against a baseline every result says whether it is new; what failed or was open
there and is so no more is told once more as absent, beside the pass that has taken its place. Doubts about the data
are a run of their own, of kind ``review`` and without a level. No times: the same
dossier gives the same bytes.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any
from urllib.parse import quote

import orjson

from compliance import collector
from compliance.render import quality
from compliance.render.grades import level, place_of_document
from compliance.render.places import Places, places
from compliance.render.plain import visible
from compliance.render.positions import positions
from compliance.render.words import TITLE, label, say
from compliance.schemas.baseline import Against, Standing
from compliance.schemas.rectify import Compared, Side
from compliance.schemas.refusal import CODES, InputError, Lang, Refused
from compliance.schemas.report import Bilingual, ClauseRollup, Doubt, Finding, ItemRollup, Report
from compliance.schemas.version import VERSION

__all__ = ["alerts", "refused", "render"]

Json = dict[str, Any]

_SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
_KINDS = {"pass": "pass", "fail": "fail", "unknown": "open", "not_applicable": "notApplicable"}
_TOOL = "compliance-laojiu"
_REFUSAL = "refused/"


def render(
    report: Report,
    lang: str = "zh",
    *,
    dossier: bytes | None = None,
    path: str | None = None,
    against: Against | None = None,
) -> bytes:
    """``dossier``: its bytes, for lines and columns. ``path``: the file as the repository has it. ``against``: the
    baseline it was held against."""
    with collector.at_rest():
        return _report(report, lang, dossier, path, against, only_failing=False)


def alerts(
    report: Report,
    lang: str = "zh",
    *,
    dossier: bytes | None = None,
    path: str | None = None,
    against: Against | None = None,
) -> bytes:
    """Failings alone, for readers that take every result for a problem; the run counts what was left out."""
    with collector.at_rest():
        return _report(report, lang, dossier, path, against, only_failing=True)


def _report(
    report: Report, lang: str, dossier: bytes | None, path: str | None, against: Against | None, *, only_failing: bool
) -> bytes:
    used = report.provenance
    file = _uri(place_of_document(path, used.source))
    rules = {item.item: at for at, item in enumerate(report.items)}
    clauses = {clause.clause: at for at, clause in enumerate(report.clauses)}
    # Findings may be made when they are read: they are read once, and places and suppressions filled in after.
    left_out: Counter[str] = Counter()
    results = []
    cell = places(report)
    for finding in report.findings:
        if only_failing and finding.outcome != "fail":
            left_out[_kind(finding)] += 1
        else:
            results.append(_result(finding, rules, clauses, file, lang, cell))
    if dossier:
        _fill_places(results, dossier)
    more: Json = {"resultsLeftOut": left_out} if only_failing else {}
    if against is not None:
        absent = _hold(results, against, rules, lang)
        results += [] if only_failing else absent
        old = against.comparison.old
        more["baseline"] = replace(old, file=place_of_document(None, old.file))
    if any("suppressions" in result for result in results):  # all results of a run have the list, or none has
        for result in results:
            result.setdefault("suppressions", [])
    run = {
        "tool": {
            "driver": {
                **_driver(used.tool, used.tool_version, lang),
                "rules": [_rule(item, clauses, lang) for item in report.items],
                "notifications": [_descriptor(code, label(name), lang) for code, name in _NOTICES.items()],
                "supportedTaxonomies": [{"name": used.standard, "index": 0}],
            }
        },
        "automationDetails": {"id": f"compliance/{used.mode}/{report.area.dossier_id}/"},
        "invocations": [_invocation(report, rules, lang)],
        "artifacts": [
            {
                "location": {"uri": file, "index": 0},
                "length": used.dossier_bytes,
                "mimeType": "application/json",
                "encoding": "UTF-8",
                "hashes": {"sha-256": used.dossier_sha256},
            }
        ],
        "taxonomies": [_taxonomy(report, lang)],
        "columnKind": "unicodeCodePoints",
        "language": _language(lang),
        "results": results,
        "properties": {"reportVersion": report.report_version, "provenance": used, "area": report.area}
        | {"verdict": report.verdict, **more},
    }
    return _written([run] if only_failing else [run, *_of_data(report, run, file, lang, cell, dossier)])


def refused(refusal: Refused, lang: Lang = "zh", *, path: str | None = None) -> bytes:
    """A run without results, which is not a run with none: its faults are notifications, so that nobody's open
    alerts are taken for mended."""
    file = _uri(place_of_document(path, refusal.source))
    codes = dict.fromkeys(error.code for error in refusal.errors)
    described = [_descriptor(_REFUSAL + c, Bilingual(*CODES[c]), lang) for c in codes]
    run = {
        "tool": {"driver": {**_driver(_TOOL, VERSION, lang), "notifications": described}},
        "invocations": [
            {
                "executionSuccessful": False,
                "toolExecutionNotifications": [_refusal(e, list(codes), file, lang) for e in refusal.errors],
            }
        ],
        "columnKind": "unicodeCodePoints",
        "language": _language(lang),
        "properties": {"refused": True, "what": refusal.what._asdict()},
    }
    return _written([run])


def _written(runs: list[Json]) -> bytes:
    return orjson.dumps({"$schema": _SCHEMA, "version": "2.1.0", "runs": runs}) + b"\n"


def _language(lang: str) -> str:
    return "en" if lang == "en" else "zh-CN"


def _driver(name: str, version: str, lang: str) -> Json:
    return {"name": name, "semanticVersion": version, "version": version, "fullName": f"{say(TITLE, lang)} {version}"}


_NOTICES = {"fault": "faults", "integrity": "integrity"}
"""Descriptor of a notification → the label that says what it is."""


def _descriptor(code: str, text: Bilingual, lang: str) -> Json:
    return {"id": code, "shortDescription": {"text": _sentence(say(text, lang), lang)}}


# -- the law --------------------------------------------------------------------------------------------------------


def _rule(item: ItemRollup, clauses: Mapping[str, int], lang: str) -> Json:
    how = level(item.severity, item.obligation)
    page = f"docs/clauses/{'en' if lang == 'en' else 'zh'}/{item.item}.md"
    target = {"id": item.clause, "index": clauses[item.clause], "toolComponent": {"index": 0}}
    return {
        "id": item.item,
        "shortDescription": {"text": _text(say(item.title, lang))},
        "fullDescription": {"text": _sentence(say(item.requires, lang), lang)},
        "help": {"text": _help(item, "{0}"), "markdown": _help(item, "**{0}**")},
        "defaultConfiguration": {"level": how},
        "relationships": [{"target": target, "kinds": ["superset"]}],
        "properties": {
            "cite": item.cite,
            "obligation": item.obligation,
            "outcome": item.outcome,
            "page": page,
            "bodyOnly": item.body_only,
            "problem.severity": "recommendation" if how == "note" else how,
            "tags": [item.clause, item.obligation],
        },
    }


def _help(item: ItemRollup, strong: str) -> str:
    """What the item asks, where it says so, how it is decided and what to do, in both languages."""
    parts = []
    for lang in ("zh", "en"):
        rows = [("requires", [item.requires]), ("according", [item.cite])]
        rows += [("condition", [check.condition for check in item.checks]), ("remedy", list(item.remedy))]
        rows += [("not_modelled", list(item.not_modelled))]
        lines = [strong.format(_text(f"{item.item} {say(item.title, lang)}"))]
        for name, texts in rows:
            lines += [f"{say(label(name), lang)}: {_text(say(text, lang))}" for text in texts]
        parts.append("\n\n".join(lines))
    return "\n\n".join(parts)


def _taxonomy(report: Report, lang: str) -> Json:
    return {
        "name": report.provenance.standard,
        "version": report.provenance.rulebook_version,
        "shortDescription": {"text": _sentence(report.provenance.standard, lang)},
        "isComprehensive": True,
        "taxa": [_taxon(clause, lang) for clause in report.clauses],
    }


def _taxon(clause: ClauseRollup, lang: str) -> Json:
    return {
        "id": clause.clause,
        "shortDescription": {"text": _text(say(clause.title, lang))},
        "properties": {"part": clause.part, "outcome": clause.outcome, "reason": clause.reason, "title": clause.title},
    }


# -- doubts about the data ------------------------------------------------------------------------------------------


def _of_data(
    report: Report, standard: Json, file: str, lang: str, cell: Places, dossier: bytes | None
) -> Iterator[Json]:
    """A run of its own for the doubts about the data: other rules, and nothing of the law's."""
    found = report.data_quality
    if found is None:
        return
    rules: dict[str, Json] = {}
    for check in found.checks:
        looks = "\n\n".join(_text(say(step, name)) for name in ("zh", "en") for step in check.look)
        rules[check.item] = {
            "id": check.item,
            "shortDescription": {"text": _text(say(check.title, lang))},
            "fullDescription": {"text": _sentence(say(quality.TITLE, lang), lang)},
            "help": {"text": looks, "markdown": looks},
            "defaultConfiguration": {"level": "none"},
            "properties": {
                "restsOn": check.rests_on,
                "page": f"docs/clauses/{'en' if lang == 'en' else 'zh'}/{check.item}.md",
                "tags": ["data-quality"],
            },
        }
    index = {name: at for at, name in enumerate(rules)}
    results = [result for told in quality.told(report) for result in _doubts(told, index, file, lang, cell)]
    if dossier:
        _fill_places(results, dossier)
    used = report.provenance
    yield {
        "tool": {
            "driver": {
                "name": f"{used.tool}-data-quality",
                "semanticVersion": used.tool_version,
                "version": used.tool_version,
                "fullName": f"{say(found.title, lang)} {found.rulebook_version}",
                "rules": list(rules.values()),
                "notifications": [_descriptor("fault", label("faults"), lang)],
            }
        },
        "automationDetails": {"id": f"data-quality/{used.mode}/{report.area.dossier_id}/"},
        "invocations": [
            {
                "executionSuccessful": not found.faults,
                "toolExecutionNotifications": [
                    {
                        "descriptor": {"id": "fault", "index": 0},
                        "level": "error",
                        "message": {"text": _text(f"{f.item}.{f.check} {f.subject}: {say(f.message, lang)}")},
                    }
                    for f in found.faults
                ],
            }
        ],
        "artifacts": standard["artifacts"],
        "columnKind": "unicodeCodePoints",
        "language": _language(lang),
        "results": results,
        "properties": {
            "sentence": found.sentence,
            "rulebook": {"version": found.rulebook_version, "sha256": found.rulebook_sha256},
            "checks": found.checks,
        },
    }


def _doubts(told: quality.Told, rules: Mapping[str, int], file: str, lang: str, cell: Places) -> list[Json]:
    """A doubt a result for a person to review, without a level; one for all where nearly all raise it."""
    if told.nearly is None:
        return [_doubt(d, [], say(d.sentence, lang), d.id, rules, file, lang, cell) for d in told.doubts]
    first, *others = told.doubts
    ident = f"{told.check.item}/{told.check.check}/nearly-all"
    pointers = [other.primary for other in others]
    return [_doubt(first, pointers, say(told.nearly.sentence, lang), ident, rules, file, lang, cell)]


def _doubt(
    doubt: Doubt,
    others: list[str],
    message: str,
    ident: str,
    rules: Mapping[str, int],
    file: str,
    lang: str,
    cell: Places,
) -> Json:
    name = visible(say(doubt.subject.name, lang))
    related = [*doubt.related, *others]
    result: Json = {
        "ruleId": doubt.item,
        "ruleIndex": rules[doubt.item],
        "kind": "review",
        "level": "none",
        "message": {"text": _text(message)},
        "locations": [_location(doubt.primary, file, name, cell(doubt.primary))],
        "partialFingerprints": {"doubtId/v1": ident, "doubt/v1": doubt.fingerprint},
        "properties": {"id": ident, "dataQuality": True, "check": doubt.check, "severity": doubt.severity},
    }
    if related:
        result["relatedLocations"] = [
            {"id": at, **_location(pointer, file, cell=cell(pointer))} for at, pointer in enumerate(related, 1)
        ]
    return result


# -- what was found -------------------------------------------------------------------------------------------------


_OBJECTIONS = {"pending": "underReview", "rejected": "rejected"}
"""State of an objection that has changed nothing → status of the suppression asked for."""


def _kind(finding: Finding | Side) -> str:
    return "review" if finding.reason == "needs_judgement" else _KINDS[finding.outcome]


def _result(
    finding: Finding,
    rules: Mapping[str, int],
    clauses: Mapping[str, int],
    file: str,
    lang: str,
    cell: Places,
) -> Json:
    kind = _kind(finding)
    subject = finding.subject
    result: Json = {
        "ruleId": finding.item,
        "ruleIndex": rules[finding.item],
        "kind": kind,
        "level": level(finding.severity, finding.obligation) if kind == "fail" else "none",
        "message": {"text": _text(say(finding.sentence, lang))},
        "locations": [_location(finding.primary, file, visible(say(subject.name, lang)), cell(finding.primary))],
        "partialFingerprints": {
            "findingId/v1": finding.id,
            "finding/v1": finding.fingerprint or "-",
            # The one name that code scanning on GitHub goes by: who is concerned, not which line it is written in.
            "primaryLocationLineHash": hashlib.sha256(finding.id.encode()).hexdigest()[:16] + ":1",
        },
        "taxa": [{"id": finding.clause, "index": clauses[finding.clause], "toolComponent": {"index": 0}}],
        "properties": {
            "id": finding.id,
            "outcome": finding.outcome,
            "reason": finding.reason,
            "disposition": finding.disposition,
            "severity": finding.severity,
            "obligation": finding.obligation,
            "basis": finding.basis,
            "subject": subject,
            "sentence": finding.sentence,
            "pointer": finding.primary,
        },
    }
    if finding.related:
        result["relatedLocations"] = [
            {"id": at, **_location(pointer, file, cell=cell(pointer))} for at, pointer in enumerate(finding.related, 1)
        ]
    if finding.determined:
        result["properties"]["determinations"] = finding.determined
    asked = [
        {
            "kind": "external",
            "status": _OBJECTIONS[made.state],
            "justification": visible(made.objection.grounds if made.objection else say(made.says, lang)),
        }
        for made in finding.determined
        if made.state in _OBJECTIONS
    ]
    if asked:
        result["suppressions"] = asked
    return result


def _location(pointer: str, file: str, name: str | None = None, cell: str = "") -> Json:
    logical: Json = {"fullyQualifiedName": pointer}
    if name:
        logical["name"] = name
    logical_places = [logical, {"fullyQualifiedName": cell, "kind": "cell"}] if cell else [logical]
    return {"physicalLocation": {"artifactLocation": {"uri": file, "index": 0}}, "logicalLocations": logical_places}


def _fill_places(results: list[Json], dossier: bytes) -> None:
    """Line, column and kind of every place named."""
    named = [place for r in results for place in (*r["locations"], *r.get("relatedLocations", ()))]
    pointers = [place["logicalLocations"][0]["fullyQualifiedName"] for place in named]
    where = positions(dossier, pointers)
    for place, pointer in zip(named, pointers, strict=True):
        at = where[pointer]
        place["logicalLocations"][0]["kind"] = at.kind
        place["physicalLocation"]["region"] = {"startLine": at.line, "startColumn": at.column}


# -- the baseline ---------------------------------------------------------------------------------------------------


_STATES: dict[Standing, str] = {"new": "new", "incomparable": "new", "worse": "updated", "gone": "new"}
"""Standing of what is in the run → its state; what is known is unchanged or updated. SARIF has no word for what cannot
be compared, which counts as new; a pass that has taken the place of a failing is new too, the failing absent."""


def _hold(results: list[Json], against: Against, rules: Mapping[str, int], lang: str) -> list[Json]:
    """Mark every result with its state; returns those that are absent."""
    marks: dict[str, tuple[str, Json]] = {}
    absent: list[Json] = []
    for standing, entry in zip(against.standings, against.comparison.entries, strict=True):
        told = {"standing": standing, "status": entry.status, "why": entry.why, "says": entry.says}
        if entry.new is not None:
            known = "unchanged" if entry.status == "unchanged" else "updated"
            marks[entry.new.finding] = _STATES.get(standing, known), told
        if standing == "gone" and entry.old is not None:
            absent.append(_absent(entry, entry.old, told, rules, lang))
    for result in results:
        ident = result["properties"]["id"]
        if ident in marks:
            result["baselineState"], result["properties"]["baseline"] = marks[ident]
        else:
            result["baselineState"] = "unchanged" if ident in against.before else "new"
    return absent


def _absent(entry: Compared, old: Side, told: Json, rules: Mapping[str, int], lang: str) -> Json:
    """What the baseline found, without a line: its places are those of the earlier dossier."""
    kind = _kind(old)
    result: Json = {
        "ruleId": entry.item,
        "kind": kind,
        "level": "none",
        "baselineState": "absent",
        "message": {"text": _text(say(old.sentence, lang))},
        "locations": [
            {"logicalLocations": [{"fullyQualifiedName": old.pointer, "name": visible(say(old.name, lang))}]}
        ],
        "partialFingerprints": {"findingId/v1": old.finding},
        "properties": {"id": old.finding, "outcome": old.outcome, "reason": old.reason, "baseline": told},
    }
    if entry.item in rules:
        result["ruleIndex"] = rules[entry.item]
    return result


# -- what went wrong ------------------------------------------------------------------------------------------------


def _invocation(report: Report, rules: Mapping[str, int], lang: str) -> Json:
    told: list[Json] = []
    for fault in report.faults:
        one: Json = {
            "descriptor": {"id": "fault", "index": 0},
            "level": "error",
            "message": {"text": _text(f"{fault.item}.{fault.check} {fault.subject}: {say(fault.message, lang)}")},
            "properties": {"item": fault.item, "check": fault.check, "subject": fault.subject},
        }
        if fault.item in rules:
            one["associatedRule"] = {"id": fault.item, "index": rules[fault.item]}
        told.append(one)
    told += [
        {
            "descriptor": {"id": "integrity", "index": 1},
            "level": "error",
            "message": {"text": _text(f"{say(label('integrity'), lang)}: {attachment}")},
            "properties": {"attachment": attachment},
        }
        for attachment in report.integrity
    ]
    return {"executionSuccessful": not report.faults, "toolExecutionNotifications": told}


def _refusal(error: InputError, codes: list[str], file: str, lang: Lang) -> Json:
    physical: Json = {"artifactLocation": {"uri": file}}
    if error.line is not None:
        physical["region"] = {"startLine": error.line}
        if error.column is not None:
            physical["region"]["startColumn"] = error.column
    logical = [{"fullyQualifiedName": error.pointer}]
    if error.cell is not None:
        logical.append({"fullyQualifiedName": visible(error.cell.text()), "kind": "cell"})
    return {
        "descriptor": {"id": _REFUSAL + error.code, "index": codes.index(error.code)},
        "level": "error",
        "message": {"text": _text(error.text(lang))},
        "locations": [{"physicalLocation": physical, "logicalLocations": logical}],
        "properties": {"error": error.to_json()},
    }


# -- words ----------------------------------------------------------------------------------------------------------


def _text(text: str) -> str:
    """A plain text message: braces and what would make a link stand for themselves."""
    told = visible(text).replace("{", "{{").replace("}", "}}")
    if "](" in told:
        told = told.replace("\\", "\\\\").replace("[", "\\[").replace("]", "\\]")
    return told


def _sentence(text: str, lang: str) -> str:
    told = _text(text)
    return told if told.endswith(("。", ".")) else told + ("." if lang == "en" else "。")


def _uri(path: str) -> str:
    """A relative reference; what a URI cannot hold is percent-encoded, a name that is no text by its bytes."""
    return quote(path, errors="surrogateescape")
