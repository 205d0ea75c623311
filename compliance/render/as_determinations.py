"""Report → a YAML file of determinations to fill in: one prepared entry for whatever waits for a person's judgement.

Ids, fingerprints and outcomes stand in it as the report has them; what a person has to write is left empty. An entry
left as it is counts for nothing when the file is given back. What the rules or a person have settled is not in it.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence

from compliance.render.plain import visible
from compliance.render.words import say, word
from compliance.schemas.report import CheckLine, Finding, ItemRollup, Report

__all__ = ["render"]

_HELP = {
    "zh": """\
人工认定：{area}（{code}）{year} 年度，档案 {dossier}，检查基准日 {as_of}
用法：compliance check 档案 --determinations 本文件

每一项写明：new 认定结论（pass 符合、fail 不符合、not_applicable 不适用）、office 认定单位、authority 职权依据、
reason 理由、evidence 证据（至少一项：att_id 档案附件号；或 file 本文件夹内的文件及其 sha256；或 url 公开网址）、
decided_on 认定日期；person 认定人、expires_on 有效期可以不写。
整项不填则不计；填了一部分而缺必填内容的，整个文件不予采用。finding、fingerprint、old 照原样保留：结论此后有变，
认定即不予采用，须重新认定。程序结论与认定结论在报告中并列。

其他类别（可照下例另加）：
- override 改判：把任何结论改为另一确定结论，authority 必须写明；
- not_substantiated 未能证实：补正期满仍未提供材料，由待证认定为不符合（只能由人认定），new 写 fail，
  另写 supply_requested_on 通知补正日期、supply_deadline 补正期限，decided_on 须在期限之后；
- objection 异议：objection（office、on、grounds、evidence）与答复 answer（result: accepted 成立或 rejected 不成立、
  office、authority、on、reason）；成立的另写 new。未答复的不写 answer，报告中注明待答复。

- id: example-1
  kind: objection
  finding: B7.1/community/c-1
  fingerprint: 0123456789abcdef
  old: {{outcome: fail}}
  objection: {{office: 示例县住房城乡建设局, on: "2024-03-01", grounds: 征询户数有误}}
  answer:
    result: accepted
    office: 示例市住房城乡建设局
    authority: {{document: 检查工作规则, section: 第九条}}
    on: "2024-03-15"
    reason: 复核原始征询表，参与户数应为 320 户
    evidence: [{{title: 征询表复核记录, file: 复核记录.pdf, sha256: …}}]
  new: pass""",
    "en": """\
Determinations: {area} ({code}), {year}, dossier {dossier}, as of {as_of}
Use: compliance check DOSSIER --determinations THIS-FILE

Fill in for each entry: new (pass, fail, not_applicable), office, authority, reason, evidence (at least one: att_id of
an attachment of the dossier; or file in this folder with its sha256; or url of a published document), decided_on;
person and expires_on may be left out.
An entry left as it is counts for nothing; one half filled in makes the whole file refused. Leave finding, fingerprint
and old as they are: when the finding changes later, the determination is refused and has to be made anew. The report
shows the rules' outcome beside the one determined.

Other kinds, to be added like the example:
- override: any outcome to another, conclusive one; authority must be given;
- not_substantiated: what was still not supplied when the time for it had run out goes from unknown to fail, by a person
  alone: new: fail, supply_requested_on, supply_deadline, and decided_on after that deadline;
- objection: objection (office, on, grounds, evidence) and answer (result: accepted or rejected, office, authority, on,
  reason); new where it is accepted. Without an answer it is shown as pending.

- id: example-1
  kind: objection
  finding: B7.1/community/c-1
  fingerprint: 0123456789abcdef
  old: {{outcome: fail}}
  objection: {{office: Housing bureau of the county, on: "2024-03-01", grounds: households miscounted}}
  answer:
    result: accepted
    office: Housing bureau of the city
    authority: {{document: Rules of inspection, section: article 9}}
    on: "2024-03-15"
    reason: the forms were counted again; 320 households took part
    evidence: [{{title: record of the count, file: count.pdf, sha256: …}}]
  new: pass""",
}
_BLANKS = """\
    new:
    office:
    person:
    authority: {document: %s, section: %s}
    reason:
    evidence:
    - title:
      att_id:
      file:
      sha256:
      page:
    decided_on:
    expires_on:
"""


def render(report: Report, lang: str = "zh") -> bytes:
    """UTF-8 YAML; ``lang`` is the language of the comments."""
    area = report.area
    told = _HELP[lang].format(
        area=visible(area.name), code=area.code, year=area.plan_year, dossier=area.dossier_id,
        as_of=report.provenance.as_of,
    )  # fmt: skip
    head = [
        *(f"# {line}".rstrip() for line in told.splitlines()),
        "",
        'schema_version: "1.0"',
        f"dossier_id: {_quoted(area.dossier_id)}",
        f"area_code: {_quoted(area.code)}",
        f"plan_year: {area.plan_year}",
    ]
    items = {item.item: item for item in report.items}
    entries = [entry for finding in report.findings for entry in _entries(finding, items[finding.item], report, lang)]
    body = ["determinations:", "", *entries] if entries else ["determinations: []", ""]
    return ("\n".join([*head, *body])).encode()


def _entries(finding: Finding, item: ItemRollup, report: Report, lang: str) -> Iterator[str]:
    """One entry for each question of a finding that nobody has answered."""
    waiting = [line for line in finding.checks if line.outcome == "unknown" and line.reason == "needs_judgement"]
    # By line, where other lines or other questions stand beside it; else the finding as a whole.
    scopes = _scopes(waiting) if len(waiting) > 1 or finding.reason != "needs_judgement" else [("", "")]
    for number, (check, row) in enumerate(scopes if waiting else (), 1):
        line = next(one for one in waiting if check in ("", one.check) and row in ("", one.subject.id))
        asks = next((k.asks or k.says for k in item.checks if k.check == line.check), item.requires)
        name = line.subject.name if row else finding.subject.name
        old = f"{say(word('outcome', 'unknown'), lang)}: {say(word('reason', 'needs_judgement'), lang)}"
        lines = [
            f"  # {_comment(say(name, lang))}",
            f"  # {_comment(say(asks, lang))}",
            f"  - id: {_quoted(f'{finding.item}-{finding.fingerprint}-{number}')}",
            "    kind: answer",
            f"    finding: {_quoted(finding.id)}",
            *([f"    check: {_quoted(check)}"] if check else ()),
            *([f"    row: {_quoted(row)}"] if row else ()),
            f"    fingerprint: {_quoted(finding.fingerprint)}",
            f"    old: {{outcome: unknown, reason: needs_judgement}}  # {old}",
        ]
        section = say(item.cite, lang).removeprefix(report.provenance.standard).strip()
        yield "\n".join([*lines, _BLANKS % (_quoted(report.provenance.standard), _quoted(section))])


def _scopes(waiting: Sequence[CheckLine]) -> list[tuple[str, str]]:
    """What one answer is about: a row where its id tells it from the others of its check, else the whole check."""
    rows: dict[str, list[str]] = {}
    for line in waiting:
        rows.setdefault(line.check, []).append(line.subject.id)
    result = []
    for check, ids in rows.items():
        apart = len(ids) > 1 and all(ids) and not any("#" in ident for ident in ids)
        result += [(check, ident) for ident in ids] if apart else [(check, "")]
    return result


def _quoted(text: str) -> str:
    """A text that YAML reads back as it was, whatever is in it."""
    return "".join(c if c.isprintable() else f"\\U{ord(c):08x}" for c in json.dumps(text, ensure_ascii=False))


def _comment(text: str) -> str:
    return " ".join(visible(text).split())
