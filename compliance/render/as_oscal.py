"""Report → OSCAL assessment results (JSON, 1.1.3): an observation a finding, none left out.

OSCAL knows two answers only. A pass is ``satisfied``, a failing ``not-satisfied`` with a risk, and what is not known
``not-satisfied`` for another reason than failing, with no risk; the property ``outcome`` says which. What a person
has to judge (``INTERVIEW``) and what does not apply are observations without an answer. A fault of the checker is an
entry of the log. There is no assessment plan: the rulebook, which the document describes, stands in its place.
"""

from __future__ import annotations

from pathlib import PurePath

import orjson

from compliance import collector
from compliance.render.grades import place_of_document
from compliance.render.oscal import (
    Json,
    Namer,
    Source,
    escaped,
    line,
    metadata,
    moment,
    prop,
    resource,
    without_nothing,
)
from compliance.render.words import TITLE, label, say, word
from compliance.schemas.refusal import Lang, Refused
from compliance.schemas.report import Finding, ItemRollup, Report
from compliance.schemas.version import VERSION

__all__ = ["refused", "render"]

_OBJECTIVE = "_obj"
"""What is asked of an item, as OSCAL tells an objective from its control"""


def render(report: Report, lang: str = "zh", *, path: str | None = None) -> bytes:
    """``path``: the file as the repository has it, into which the evidence leads."""
    with collector.at_rest():
        return _written(_results(report, Source(report, lang, path), lang))


def _results(report: Report, source: Source, lang: str) -> Json:
    used = report.provenance
    observations: list[Json] = []
    findings: list[Json] = []
    risks: list[Json] = []
    for finding in report.findings:
        observations.append(source.observation(finding))
        if finding.outcome == "not_applicable" or finding.reason == "needs_judgement":
            continue
        findings.append(_finding(finding, source, lang))
        if finding.outcome == "fail":
            risks.append(source.risk(finding))
    law = _law(report, source, lang)
    controls = [{"control-id": item.item} for item in report.items]
    objectives = [{"objective-id": item.item + _OBJECTIVE} for item in report.items]
    result = {
        "uuid": source.named("result"),
        "title": escaped(f"{report.area.name} {report.area.plan_year}"),
        "description": escaped(say(report.verdict.sentence, lang)) or "-",
        "start": source.at,
        "props": source.provenance(),
        **without_nothing(local_definitions=without_nothing(inventory_items=source.inventory())),
        "reviewed-controls": {
            "control-selections": [{"include-controls": controls}],
            "control-objective-selections": [{"include-objectives": objectives}],
        },
        **without_nothing(
            assessment_log=without_nothing(entries=_log(report, source, lang)),
            observations=observations,
            risks=risks,
            findings=findings,
            remarks=source.incomplete(),
        ),
    }
    told = metadata(say(TITLE, lang), used.as_of, used.rulebook_version, remarks=source.incomplete())
    return {
        "uuid": source.named("assessment-results"),
        "metadata": told,
        "import-ap": {"href": f"#{law['uuid']}", "remarks": _NO_PLAN[lang]},
        **without_nothing(
            local_definitions=without_nothing(
                objectives_and_methods=[_objective(item, source, lang) for item in report.items]
            )
        ),
        "results": [result],
        "back-matter": {"resources": [law, source.dossier()]},
    }


def refused(refusal: Refused, lang: Lang = "zh", *, path: str | None = None) -> bytes:
    """Results in which nothing was looked at: every error of the input is an entry of the log.

    An input that is refused has no day that it would be judged by; the earliest day OSCAL can write stands for none.
    """
    file = place_of_document(path, refusal.source)
    named = Namer("refused", PurePath(refusal.source).name, *(error.text("en") for error in refusal.errors))
    what = getattr(refusal.what, lang)
    entries = [
        {
            "uuid": named(f"error/{number}"),
            "title": escaped(f"{file}{'' if error.line is None else f':{error.line}:{error.column or 1}'}"),
            "description": escaped(error.text(lang)) or "-",
            "start": moment(_NO_DAY),
            "props": [
                prop("code", error.code.replace("_", "-")),
                *([prop("pointer", error.pointer)] if error.pointer else []),
            ],
        }
        for number, error in enumerate(refusal.errors)
    ]
    law = resource(named("law"), say(TITLE, lang), _NO_PLAN[lang])
    result = {
        "uuid": named("result"),
        "title": escaped(f"{what}: {file}"),
        "description": _NOTHING[lang],
        "start": moment(_NO_DAY),
        "props": [prop("refused", "true")],
        "reviewed-controls": {
            "control-selections": [{"description": _NOTHING[lang], "include-controls": [{"control-id": _INTAKE}]}]
        },
        "assessment-log": {"entries": entries},
    }
    return _written(
        {
            "uuid": named("assessment-results"),
            "metadata": metadata(what, _NO_DAY, VERSION, props=[prop("refused", "true")]),
            "import-ap": {"href": f"#{law['uuid']}", "remarks": _NO_PLAN[lang]},
            "results": [result],
            "back-matter": {"resources": [law]},
        }
    )


def _written(results: Json) -> bytes:
    return orjson.dumps({"assessment-results": results}) + b"\n"


_INTAKE = "intake"
"""Whether the input can be read at all: the one thing that was looked at where it is refused"""
_NO_DAY = "1900-01-01"
_NO_PLAN = {
    "zh": "没有另行编制的评估计划；检查什么、怎样判断，由规则库和当地规定确定，见所引资源。",
    "en": "There is no assessment plan of its own: what was checked and how follows from the rulebook and the place's"
    " profile, as the resource referred to says.",
}
_NOTHING = {
    "zh": "档案无法读取，没有检查任何条目；这不是“没有问题”。",
    "en": "The dossier could not be read and no item was checked, which is not “nothing found”.",
}


# -- the law --------------------------------------------------------------------------------------------------------


def _law(report: Report, source: Source, lang: str) -> Json:
    """What the check was made by, in the place of a plan."""
    used = report.provenance
    laid = used.profiles
    named = "、".join(say(p.title, lang) for p in laid) if lang == "zh" else ", ".join(say(p.title, lang) for p in laid)
    zh = f"检查依据：{used.standard}，规则库 {used.rulebook_version}；当地规定：{named}。"
    en = f"Checked by {used.standard}, rulebook {used.rulebook_version}; profiles: {named}."
    props = [prop("rulebook-sha256", used.rulebook_sha256)]
    props += [prop("profile-sha256", one.sha256, _token(one.name)) for one in laid]
    props += [prop("reading", f"{one.reading}: {one.option}") for one in used.readings]
    ident = Namer("law", used.rulebook_sha256, used.profile_sha256)("")
    return resource(
        ident, used.standard, zh if lang == "zh" else en, props=props, citation={"text": escaped(used.standard) or "-"}
    )


def _token(name: str) -> str:
    """A name as OSCAL's tokens are: letters, digits, dots, dashes; it begins with a letter."""
    return "_" + "".join(c if c.isalnum() or c in ".-_" else "-" for c in line(name))


def _objective(item: ItemRollup, source: Source, lang: str) -> Json:
    """What an item asks and where it says so; how each of its checks decides."""
    said = [escaped(say(check.condition, lang)) for check in item.checks]
    props = [prop("clause", item.clause), prop("obligation", item.obligation), prop("outcome", item.outcome)]
    props += [prop("reason", item.reason)] if item.reason else []
    props += [prop("cite", say(item.cite, lang)), prop("body-only", str(item.body_only).lower())]
    return {
        "control-id": item.item,
        "description": source.title[item.item],
        "props": props,
        "parts": [
            {
                "id": item.item + _OBJECTIVE,
                "name": "assessment-objective",
                "prose": "\n\n".join([source.asks[item.item] or "-", *said]),
            }
        ],
    }


# -- what was found -------------------------------------------------------------------------------------------------


_STATES = {
    "pass": {"state": "satisfied", "reason": "pass"},
    "fail": {"state": "not-satisfied", "reason": "fail"},
    "unknown": {"state": "not-satisfied", "reason": "other"},
}


def _finding(finding: Finding, source: Source, lang: str) -> Json:
    status: Json = _STATES[finding.outcome]
    if finding.reason:
        status = {**status, "remarks": escaped(say(word("reason", finding.reason), lang))}
    made = {
        "uuid": source.named(f"finding/{finding.id}"),
        "title": source.headline(finding),
        "description": escaped(say(finding.sentence, lang)) or "-",
        "props": source.codes(finding),
        "target": {"type": "objective-id", "target-id": finding.item + _OBJECTIVE, "status": status},
        "related-observations": [{"observation-uuid": source.named(f"observation/{finding.id}")}],
    }
    if finding.outcome == "fail":
        made["related-risks"] = [{"risk-uuid": source.lasting(f"risk/{finding.id}")}]
    return made


def _log(report: Report, source: Source, lang: str) -> list[Json]:
    """Faults of the checker, and attachments that are not what the dossier says they are."""
    told = []
    for number, fault in enumerate(report.faults):
        told.append(
            {
                "uuid": source.named(f"fault/{number}"),
                "title": escaped(f"{fault.item}.{fault.check}"),
                "description": escaped(f"{fault.subject}: {say(fault.message, lang)}"),
                "start": source.at,
                "props": [
                    prop("fault", f"{fault.item}.{fault.check}"),
                    prop("item", fault.item),
                    prop("subject-id", fault.subject),
                ],
            }
        )
    for attachment in report.integrity:
        told.append(
            {
                "uuid": source.named(f"integrity/{attachment}"),
                "title": escaped(attachment) or "-",
                "description": say(label("integrity"), lang),
                "start": source.at,
                "props": [prop("integrity", attachment)],
            }
        )
    return told
