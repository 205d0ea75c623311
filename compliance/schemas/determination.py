"""Recorded determinations: what persons decided about findings of one dossier, as JSON or YAML → frozen typed objects.

Nothing of the dossier stands here: a determination names a finding, what the rules said of it, and what an office
decided instead, with authority, reason and evidence. What may be determined is settled where it is applied
(``determine``); here the shape alone refuses unknown, missing and mistyped fields (ADR 0009).
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field, PlainSerializer, PlainValidator, WithJsonSchema

from compliance.schemas.dossier import FILE_PATTERN, SHA256_PATTERN, Id, Part, f, key, many
from compliance.schemas.report import Outcome, Reason
from compliance.schemas.scalars import AreaCode, Day, Text, days

DETERMINATIONS_VERSION = "1.0"

FINGERPRINT_PATTERN = r"^[0-9a-f]{16}$"
FULL_DATE_PATTERN = r"^(19|20)[0-9]{2}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])$"


def _full(value: Any) -> Day:
    """A whole day: what begins and ends on a day is never known only to the month."""
    day = days(value) if isinstance(value, str) else value
    if not isinstance(day, Day) or day.first != day.last:
        raise ValueError("a date is written YYYY-MM-DD")
    return day


FullDate = Annotated[
    Day,
    PlainValidator(_full),
    PlainSerializer(lambda day: day.text, return_type=str),
    WithJsonSchema({"type": "string", "format": "date", "pattern": FULL_DATE_PATTERN}),
]
Conclusion = Literal["pass", "fail", "not_applicable"]


class Authority(Part):
    """职权依据: what entitles the office to decide."""

    document: Text = key("依据文件", "Document: statute, standard, or the place's rules with their number")
    section: Text | None = f("条款", "Section of the document")


class EvidenceItem(Part):
    """认定证据: what the determination rests on; exactly one of att_id, file and url."""

    title: Text = key("证据名称", "What it is called")
    att_id: Id | None = f("附件号", "att_id of an attachment that the dossier lists")
    file: Annotated[str, Field(pattern=FILE_PATTERN, max_length=1000)] | None = f(
        "文件", "A file below the folder of this determinations file; then sha256 too"
    )
    url: Text | None = f("网址", "Where a published document is found; the program does not open it")
    page: Annotated[int, Field(ge=1, le=100000, strict=True)] | None = f("页码", "Page, counted from 1")
    sha256: Annotated[str, Field(pattern=SHA256_PATTERN)] | None = f("SHA-256", "Hash of the file")


class Ruled(Part):
    """程序结论: what the rules say by themselves."""

    outcome: Outcome = key("结论", "Outcome in the report")
    reason: Reason | None = f("原因", "Its reason, for unknown and not_applicable")


class Entry(Part):
    """Base of every determination: which finding, as it was."""

    id: Id = key("认定编号", "Unique in this file")
    finding: Text = key("检查结论编号", "Id of the finding in the report, e.g. B7.1/community/c-1")
    check: Text | None = f("检查点", "One check of the finding alone, by its name in the report")
    row: Text | None = f("检查行", "One row of that check alone, by its subject's id in the report")
    fingerprint: Annotated[str, Field(pattern=FINGERPRINT_PATTERN)] = key(
        "结论指纹", "Fingerprint of the finding when it was determined, copied from the report"
    )
    old: Ruled = key("原结论", "What the rules said of the finding, or of the check or row named")


class Decision(Entry):
    """Base of what an office decides by itself."""

    new: Conclusion = key("认定结论", "pass, fail or not_applicable")
    office: Text = key("认定单位", "The office that decides")
    person: Text | None = f("认定人", "Who decided for it")
    authority: Authority = key("职权依据", "What entitles the office to decide")
    reason: Text = key("理由", "Why")
    evidence: Annotated[tuple[EvidenceItem, ...], Field(min_length=1, max_length=100)] = key(
        "证据", "What the decision rests on; at least one"
    )
    decided_on: FullDate = key("认定日期", "Day of the decision; from this day it is in force")
    expires_on: FullDate | None = f("有效期至", "Last day in force; absent: until further notice")
    supersedes: Id | None = f("取代", "Id of an earlier determination in this file that this one takes the place of")


class Answer(Decision):
    """研判: the answer to what only a person can judge (unknown for needs_judgement)."""

    kind: Literal["answer"] = key("类别", "answer")


class Override(Decision):
    """改判: another outcome than the rules gave."""

    kind: Literal["override"] = key("类别", "override")


class NotSubstantiated(Decision):
    """未能证实: what was still not supplied when the time to supply it had run out fails."""

    kind: Literal["not_substantiated"] = key("类别", "not_substantiated")
    new: Literal["fail"] = key("认定结论", "fail")
    supply_requested_on: FullDate = key("通知补正日期", "Day on which the unit was asked to supply the material")
    supply_deadline: FullDate = key("补正期限", "Last day to supply it; the decision is made after it")


class ObjectionRaised(Part):
    """异议: a unit objects to a finding."""

    office: Text = key("异议单位", "The unit that objects")
    person: Text | None = f("经办人", "Who wrote for it")
    on: FullDate = key("异议日期", "Day of the objection")
    grounds: Text = key("异议理由", "Its grounds")
    evidence: Annotated[tuple[EvidenceItem, ...], Field(max_length=100)] = many("异议证据", "What it rests on")


class Reply(Part):
    """答复: the answer to an objection."""

    result: Literal["accepted", "rejected"] = key("答复结果", "accepted or rejected")
    office: Text = key("答复单位", "The office that answers")
    person: Text | None = f("答复人", "Who answered for it")
    authority: Authority = key("职权依据", "What entitles the office to answer")
    on: FullDate = key("答复日期", "Day of the answer; an accepted objection is in force from this day")
    reason: Text = key("答复理由", "Why")
    evidence: Annotated[tuple[EvidenceItem, ...], Field(max_length=100)] = many("答复证据", "What it rests on")


class Objection(Entry):
    """异议与答复: a unit's objection to a finding with the answer to it; without an answer it is pending."""

    kind: Literal["objection"] = key("类别", "objection")
    objection: ObjectionRaised = key("异议", "The objection")
    answer: Reply | None = f("答复", "The answer; absent: not yet answered")
    new: Conclusion | None = f("认定结论", "The new outcome, where the objection is accepted and only then")
    expires_on: FullDate | None = f("有效期至", "Last day in force of an accepted objection")
    supersedes: Id | None = f("取代", "Id of an earlier determination in this file that this one takes the place of")


Determination = Annotated[Answer | Override | NotSubstantiated | Objection, Field(discriminator="kind")]


class Determinations(Part):
    """人工认定: recorded determinations on the findings of one dossier."""

    schema_version: Literal["1.0"] = key("结构版本", "Version of this shape")
    dossier_id: Id = key("档案编号", "The dossier that the findings are of")
    area_code: AreaCode = key("区划代码", "Its area")
    plan_year: Annotated[int, Field(ge=2000, le=2100, strict=True)] = key("计划年度", "Its year")
    determinations: Annotated[tuple[Determination, ...], Field(max_length=10_000)] = key("认定", "The entries")
