"""Report → the parts that OSCAL's assessment results and its plan of action share; leaves out no finding asked for.

OSCAL 1.1.3. Nothing in it is random or of the moment: identifiers are made of what they name (UUID version 5), and
every time is midnight in China of the day judged by, which is not when the program ran. Identifiers of results,
observations and findings change with what they were found from; those of subjects, risks and actions belong to the
area, the year and the finding, so that a later report speaks of the same risk by the same identifier.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache
from hashlib import sha1
from typing import Any, Final
from urllib.parse import quote
from uuid import NAMESPACE_URL, uuid5

from compliance.render.grades import place_of_document
from compliance.render.plain import visible
from compliance.render.words import document, label, say, word
from compliance.schemas.report import Bilingual, Finding, ItemRollup, Report

__all__ = [
    "NS", "VERSION", "Json", "Namer", "Source", "escaped", "line", "metadata", "moment", "prop", "reference",
    "resource", "without_nothing",
]  # fmt: skip

Json = dict[str, Any]
VERSION: Final = "1.1.3"
NS: Final = "urn:compliance-laojiu:oscal:1"
"""Of properties whose names are this program's own; their values are the codes of the JSON report"""
_ROOT = uuid5(NAMESPACE_URL, NS).bytes
_POINTER = "/~!$&'()*+,;=:@?-._"
"""What a fragment of a URI may hold beside letters and digits, of which a JSON Pointer is made"""


class Namer:
    """Identifiers within one space: the same name gives the same identifier."""

    def __init__(self, *space: str) -> None:
        self._space = sha1(_ROOT + "\n".join(space).encode(), usedforsecurity=False).digest()[:16]

    def __call__(self, name: str) -> str:
        """A UUID of version 5.

        >>> Namer("a")("x") == Namer("a")("x") != Namer("b")("x")
        True
        >>> Namer("a")("x")[14]
        '5'
        """
        told = sha1(self._space + name.encode("utf-8", "surrogatepass"), usedforsecurity=False).hexdigest()
        variant = "89ab"[int(told[16], 16) & 3]
        return f"{told[:8]}-{told[8:12]}-5{told[13:16]}-{variant}{told[17:20]}-{told[20:32]}"


# -- text -----------------------------------------------------------------------------------------------------------

_MARKUP = str.maketrans({char: f"\\{char}" for char in "\\`*_[]^~{}"} | {"<": "&lt;", ">": "&gt;", "&": "&amp;"})
_has_markup = re.compile(r"[\\`*_\[\]^~{}<>&]").search


def escaped(text: str) -> str:
    """Text as OSCAL's Markdown that shows as itself: no name of a community makes a link or an element.

    >>> escaped("[a](b) <i>")
    '\\\\[a\\\\](b) &lt;i&gt;'
    """
    told = visible(text)
    return told.translate(_MARKUP) if _has_markup(told) else told


def line(text: str) -> str:
    """A value on one line, never empty, as OSCAL's plain strings are."""
    return visible(text).strip() or "-"


def moment(day: str) -> str:
    """Midnight in China of a day."""
    return f"{day}T00:00:00+08:00"


def prop(name: str, value: str, kind: str | None = None) -> Json:
    """A property of this program's own."""
    made = {"name": name, "ns": NS, "value": line(value)}
    return made if kind is None else made | {"class": kind}


_code = lru_cache(maxsize=1024)(prop)
"""Of a code that many findings share: one object, which nobody may change"""


def without_nothing(**fields: Any) -> Json:
    """The fields that hold something: OSCAL knows no empty list and no null."""
    return {name.replace("_", "-"): value for name, value in fields.items() if value}


def reference(href: str, pointer: str) -> str:
    """A URI reference to a place in a file: its JSON Pointer as the fragment (RFC 6901, section 6)."""
    return f"{href}#{quote(pointer, safe=_POINTER)}"


# -- documents ------------------------------------------------------------------------------------------------------


def metadata(title: str, day: str, version: str, *, props: Sequence[Json] = (), remarks: str = "") -> Json:
    """``version``: of the law that was applied, by which two documents of one dossier can differ."""
    made = {"title": escaped(title), "last-modified": moment(day), "version": line(version), "oscal-version": VERSION}
    return made | without_nothing(props=list(props), remarks=remarks)


def resource(ident: str, title: str, description: str, *, props: Sequence[Json] = (), **fields: Any) -> Json:
    """Something outside the document that it refers to as ``#ident``."""
    made = {"uuid": ident, "title": escaped(title), "description": escaped(description)}
    return made | without_nothing(props=list(props), **fields)


_LABELS = ("asked", "determined", "history", "question", "remark", "remedy")


class Source:
    """What is said of findings, observations and risks, with what all of a report share made once."""

    def __init__(self, report: Report, lang: str, path: str | None) -> None:
        used, area = report.provenance, report.area
        self.report, self.lang = report, lang
        self.file = place_of_document(path, used.source)
        self.href = quote(self.file, errors="surrogateescape")
        self.at = moment(used.as_of)
        determined = used.determinations.sha256 if used.determinations else ""
        self.identity = (
            used.dossier_sha256, used.rulebook_sha256, used.profile_sha256, used.mode, used.as_of, str(used.drafts),
            determined, used.tool_version,
        )  # fmt: skip
        self.named = Namer("report", *self.identity)
        self.lasting = Namer("area", area.code, str(area.plan_year))
        self.items = {item.item: item for item in report.items}
        self.title = {item.item: f"{item.item} {escaped(say(item.title, lang))}" for item in report.items}
        self.asks = {item.item: escaped(say(item.requires, lang)) for item in report.items}
        self._subjects: dict[tuple[str, str], str] = {}
        self._inventory: list[Json] = []
        self._place = "档案中的数据项" if lang == "zh" else "Where the dossier says so"
        self._labels = {name: say(label(name), lang) for name in _LABELS}

    # -- the report itself ------------------------------------------------------------------------------------------

    def provenance(self) -> list[Json]:
        """Where the document comes from; two that differ in none of these are the same."""
        used, area = self.report.provenance, self.report.area
        pairs = {
            "area-code": area.code, "plan-year": str(area.plan_year), "dossier-id": area.dossier_id,
            "dossier-sha256": used.dossier_sha256, "rulebook-version": used.rulebook_version,
            "rulebook-sha256": used.rulebook_sha256, "profile": used.profile, "profile-sha256": used.profile_sha256,
            "mode": used.mode, "as-of": used.as_of, "drafts": str(used.drafts).lower(), "tool": used.tool,
            "tool-version": used.tool_version, "report-version": self.report.report_version,
            "verdict": self.report.verdict.outcome, "faults": str(len(self.report.faults)),
        }  # fmt: skip
        if used.determinations:
            pairs["determinations-sha256"] = used.determinations.sha256
        return [prop(name, value) for name, value in pairs.items()]

    def incomplete(self) -> str:
        """A remark where the checker failed."""
        if not self.report.faults:
            return ""
        zh = f"检查程序有 {len(self.report.faults)} 处故障，本文件不完整，不得当作通过。"
        en = f"The checker failed in {len(self.report.faults)} places: this document is incomplete and no pass."
        return zh if self.lang == "zh" else en

    def dossier(self) -> Json:
        """The dossier as a resource; the pointers of the evidence lead into it."""
        used = self.report.provenance
        zh, en = "被检查的档案；佐证中的链接以 JSON Pointer 指到其中的数据项。", "The dossier that was checked."
        link = {
            "href": self.href, "media-type": "application/json",
            "hashes": [{"algorithm": "SHA-256", "value": used.dossier_sha256}],
        }  # fmt: skip
        return resource(
            Namer("dossier", used.dossier_sha256)(""), self.file, zh if self.lang == "zh" else en, rlinks=[link]
        )

    def inventory(self) -> list[Json]:
        """The subjects that were spoken of so far."""
        return self._inventory

    def subject(self, finding: Finding) -> str:
        """The identifier of what a finding is about, which is put into the inventory."""
        key = finding.subject.kind, finding.subject.id
        if key not in self._subjects:
            self._subjects[key] = ident = self.lasting(f"subject/{key[0]}/{key[1]}")
            props = [prop("subject-kind", key[0]), *([prop("subject-id", key[1])] if key[1] else [])]
            props += [prop("pointer", finding.subject.pointer)] if finding.subject.pointer else []
            name = escaped(say(finding.subject.name, self.lang)) or "-"
            self._inventory.append({"uuid": ident, "description": name, "props": props})
        return self._subjects[key]

    # -- one finding ------------------------------------------------------------------------------------------------

    def codes(self, finding: Finding) -> list[Json]:
        """A finding's codes, as the JSON report has them."""
        told = [prop("finding-id", finding.id), _code("outcome", finding.outcome)]
        told += [_code("reason", finding.reason)] if finding.reason else []
        told += [_code("basis", finding.basis)] if finding.basis else []
        told += [_code("obligation", finding.obligation), _code("severity", finding.severity)]
        return [*told, _code("disposition", finding.disposition)]

    def observation(self, finding: Finding) -> Json:
        """What was seen; where a person has to judge it is to be asked, else it was read in the data."""
        subject = self.subject(finding)
        props = self.codes(finding)
        props += [_code("reference", finding.reference)] if finding.reference else []
        props += [prop("fingerprint", finding.fingerprint)] if finding.fingerprint else []
        if finding.outcome in ("fail", "unknown"):
            deciding = dict.fromkeys(one.check for one in finding.checks if one.outcome == finding.outcome)
            props += [_code("check", check) for check in deciding]
        props += [prop("determination", made.id, made.state.replace("_", "-")) for made in finding.determined]
        made = {
            "uuid": self.named(f"observation/{finding.id}"),
            "title": self.title[finding.item],
            "description": escaped(say(finding.sentence, self.lang)) or "-",
            "props": props,
            "methods": ["INTERVIEW" if finding.reason == "needs_judgement" else "EXAMINE"],
            "types": ["control-objective"],
            "subjects": [{"subject-uuid": subject, "type": "inventory-item"}],
            "relevant-evidence": self._evidence(finding),
            "collected": self.at,
        }
        remarks = self._remarks(finding)
        return made | {"remarks": remarks} if remarks else made

    def _evidence(self, finding: Finding) -> list[Json]:
        """Where an inspector looks: the place that decided with those beside it, then every document attached."""
        first: Json = {
            "href": reference(self.href, finding.primary),
            "description": self._place,
        }
        if finding.primary or finding.related:
            first["props"] = [
                {"name": "pointer", "ns": NS, "value": line(pointer), "class": kind}
                for kind, pointers in (("primary", (finding.primary,)), ("related", finding.related))
                for pointer in pointers
                if pointer
            ]
        told = [first]
        for found in finding.found:
            props = [prop("attachment", found.attachment), _code("doc-type", found.doc_type)]
            props.append(_code("state", found.state))
            props += [prop("page", str(found.page))] if found.page is not None else []
            one: Json = {
                "href": reference(self.href, found.pointer),
                "description": escaped(say(document(found), self.lang)) or "-",
                "props": props,
            }
            if found.quote:
                one["remarks"] = escaped(found.quote)
            told.append(one)
        return told

    def _remarks(self, finding: Finding) -> str:
        told = [("question", text) for text in finding.questions]
        told += [("asked", asked.title) for asked in finding.asked] if finding.outcome == "unknown" else []
        told += [("remark", text) for text in finding.remarks] + [("history", text) for text in finding.history]
        told += [("determined", made.says) for made in finding.determined]
        return "\n\n".join(f"{self._labels[name]}: {escaped(say(text, self.lang))}" for name, text in told)

    def risk(self, finding: Finding, *, status: str = "open") -> Json:
        """What a failing, or an open question, leaves undone, and what is recommended to do about it.

        An objection that nobody has answered yet asks that the failing be taken back.
        """
        if finding.outcome == "fail" and any(made.state == "pending" for made in finding.determined):
            status = "deviation-requested"
        item = self.items[finding.item]
        props = [prop("finding-id", finding.id), _code("severity", finding.severity)]
        props += [_code("obligation", finding.obligation), _code("disposition", finding.disposition)]
        props += [_code("responsible-unit", finding.responsible_unit)] if finding.responsible_unit else []
        made = {
            "uuid": self.lasting(f"risk/{finding.id}"),
            "title": self.title[finding.item],
            "description": escaped(say(finding.sentence, self.lang)) or "-",
            "statement": self._statement(item, finding),
            "props": props,
            "status": status,
        }
        steps = self._steps(finding)
        if steps:
            made["remediations"] = [
                {
                    "uuid": self.lasting(f"remediation/{finding.id}"),
                    "lifecycle": "recommendation",
                    "title": self._labels["remedy"],
                    "description": steps,
                }
            ]
        return made | {"related-observations": [{"observation-uuid": self.named(f"observation/{finding.id}")}]}

    def _statement(self, item: ItemRollup, finding: Finding) -> str:
        """What is asked; with it what the notice says may follow a failing."""
        told = self.asks[item.item] or "-"
        if finding.outcome == "fail" and item.risk is not None:
            told += f"\n\n{escaped(say(item.risk, self.lang))}"
        return told

    def _steps(self, finding: Finding) -> str:
        if finding.advice is None:
            return ""
        texts: Iterable[Bilingual] = finding.advice.steps
        if finding.advice.way is not None:
            texts = (finding.advice.way.says, *texts)
        return "\n\n".join(escaped(say(text, self.lang)) for text in texts)

    def headline(self, finding: Finding) -> str:
        """Who it is about, which item, and what came out."""
        outcome = say(word("outcome", finding.outcome), self.lang)
        return f"{self.title[finding.item]}: {escaped(say(finding.subject.name, self.lang))} ({outcome})"
