"""Report → OSCAL plan of action and milestones (JSON, 1.1.3): an item for whatever is to be mended, done or supplied.

Findings on the 整改清单, 提升建议 and 待补材料清单 have one item and one risk each, all ``open``: what has become of
them since is in the ledger. What a person has to judge or the place has to set is nothing to act on; it is counted, and
told in the assessment results. OSCAL allows no plan without an item: where nothing is to be done one item says so.
"""

from __future__ import annotations

import orjson

from compliance import collector
from compliance.render.every import numbers_of
from compliance.render.oscal import NS, Json, Source, escaped, metadata, prop, without_nothing
from compliance.render.words import say, word
from compliance.schemas.rectify import Lists
from compliance.schemas.report import Bilingual, Report

__all__ = ["render"]

_LISTED = ("rectify", "improve", "supply")
_TITLE = Bilingual("整改行动计划", "Plan of action")
_NOTHING = Bilingual("没有需要整改、提升或补充材料的事项。", "Nothing is to be rectified, improved or supplied.")


def render(report: Report, lang: str = "zh", *, lists: Lists | None = None, path: str | None = None) -> bytes:
    """``lists`` gives the numbers that findings have there; ``path``: the file as the repository has it."""
    with collector.at_rest():
        plan = _plan(report, Source(report, lang, path), lang, lists)
    return orjson.dumps({"plan-of-action-and-milestones": plan}) + b"\n"


def _plan(report: Report, source: Source, lang: str, lists: Lists | None) -> Json:
    numbers = numbers_of(lists)
    observations: list[Json] = []
    risks: list[Json] = []
    items: list[Json] = []
    counts = dict.fromkeys((*_LISTED, "review"), 0)
    for finding in report.findings:
        if finding.disposition in counts:
            counts[finding.disposition] += 1
        if finding.disposition not in _LISTED:
            continue
        observation, risk = source.observation(finding), source.risk(finding)
        props = source.codes(finding)
        own, entry = numbers.get(finding.id, ("", ""))
        props += [prop("problem-number", own), prop("entry-number", entry)] if own else []
        props += [prop("responsible-unit", finding.responsible_unit)] if finding.responsible_unit else []
        observations.append(observation)
        risks.append(risk)
        items.append(
            {
                "uuid": source.lasting(f"poam-item/{finding.id}"),
                "title": source.headline(finding),
                "description": observation["description"],
                "props": props,
                "related-observations": [{"observation-uuid": observation["uuid"]}],
                "related-risks": [{"risk-uuid": risk["uuid"]}],
            }
        )
    if not items:
        said = escaped(say(_NOTHING, lang))
        items = [
            {
                "uuid": source.lasting("poam-item"),
                "title": said,
                "description": said,
                "props": [prop("disposition", "none")],
            }
        ]
    used = report.provenance
    told = [f"{say(word('disposition', name), lang)} {number}" for name, number in counts.items()]
    remarks = "\n\n".join(filter(None, (escaped("; ".join(told)), source.incomplete())))
    return {
        "uuid": source.named("plan-of-action-and-milestones"),
        "metadata": metadata(
            say(_TITLE, lang), used.as_of, used.rulebook_version, props=source.provenance(), remarks=remarks
        ),
        "system-id": {"identifier-type": NS, "id": f"{report.area.code}-{report.area.plan_year}"},
        **without_nothing(
            local_definitions=without_nothing(inventory_items=source.inventory()),
            observations=observations,
            risks=risks,
        ),
        "poam-items": items,
        "back-matter": {"resources": [source.dossier()]},
    }
