"""Reports to be rendered in tests: made by hand for every oddity, and judged from whole dossiers; nothing is asserted."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from compliance.road import examine
from compliance.schemas.refusal import InputError, Refused
from compliance.schemas.report import Bilingual, Determined, Fault, Finding, ObjectionMade, Report
from fixtures.builder import variant
from fixtures.builder.generator import generate
from fixtures.builder.write import as_bytes
from tests.places import AS_OF, FIXTURES, PROFILE, raw_of
from tests.sample_report import AREA, HOSTILE, empty, finding, report, sample

DAY = "2024-03-31"

OBJECTION = Determined(
    id="D-1", kind="objection", state="pending", check=None, row=None, old="fail", old_reason=None, new=None,
    new_reason=None, office=None, person=None, authority=None, reason=None, evidence=(), decided_on=None,
    expires_on=None, supersedes=None, supply_requested_on=None, supply_deadline=None,
    objection=ObjectionMade("云岭县住房和城乡建设局", None, "2024-03-01", "登记有误", ()),
    says=Bilingual("云岭县提出异议。", "The county objects."),
)  # fmt: skip


def objected() -> Report:
    made = sample()
    found = [replace(f, determined=(OBJECTION,)) if f.item == "B4.1" and f.outcome == "fail" else f for f in made.findings]
    return replace(made, findings=tuple(found))


def broken() -> Report:
    fault = Fault("B7.1", "participation", "C00001", Bilingual("除数为零", "division by zero"))
    return replace(sample(), faults=(fault, replace(fault, item="B99.9")), integrity=("A-03",))


def injected() -> Report:
    """Every text that a dossier can bring, trying to be a command, an element and a link."""
    name = HOSTILE + "\n::error::x ##[error]y %0A {0} ]]> &amp; [z](http://x.invalid)\x00"
    subject = replace(AREA, name=Bilingual(name, name))
    hostile = finding("B7.1", subject, "fail")
    return report([replace(hostile, sentence=Bilingual(name, name), related=("/a", "/b"))])


HAND_MADE: dict[str, Callable[[], Report]] = {
    "sample": sample, "empty": empty, "objected": objected, "broken": broken, "injected": injected,
}  # fmt: skip

REFUSED = Refused(
    "/somewhere/bad 档案.json",
    [InputError("", None, None, "truncated"), InputError("/a~1b/\x1b", 3, 7, "wrong_type"), InputError("/c", 4, None, "bad_day")],
)


@cache
def dossier(name: str) -> bytes:
    if name == "generated":
        return as_bytes(generate(40, 7, 12).dossier)
    if name == "variant":
        return as_bytes(variant("b7-1-one-community-agrees-one-household-short").build().dossier)
    return (FIXTURES / name / "dossier.json").read_bytes()


@cache
def judged(name: str) -> Report:
    if name in ("generated", "variant"):
        return examined(dossier(name), "feed")
    made, _ = examine(FIXTURES / name, profile=PROFILE if name == "shili-county" else None, as_of=DAY, mode="strict")
    return replace(made, findings=tuple(made.findings))


def examined(data: bytes, mode: Any, *, as_of: str = DAY, determinations: str | None = None) -> Report:
    """The report on a dossier's bytes; its findings are made already."""
    with TemporaryDirectory() as folder:
        path, recorded = Path(folder) / "d.json", Path(folder) / "认定.json"
        path.write_bytes(data)
        recorded.write_text(determinations or "", "utf-8")
        used = None if determinations is None else recorded
        made = examine(path, profile=PROFILE, as_of=as_of, mode=mode, determinations=used)[0]
        return replace(made, findings=tuple(made.findings))


PLACES = ("shili-county", "variant", "cases/eleven-audit-findings", "cases/four-places", "generated")


@cache
def determined() -> Report:
    """A question answered, a passing overridden, an objection that nobody has answered."""
    raw = raw_of("village")
    before = examined(as_bytes(raw), "feed", as_of=AS_OF)
    asked = next(f for f in before.findings if f.reason == "needs_judgement")
    passed = next(f for f in before.findings if f.outcome == "pass")
    other = next(f for f in before.findings if f.outcome == "unknown" and f.id != asked.id)
    evidence = [{"title": "核查记录", "att_id": raw["attachments"][0]["att_id"], "page": 2}]
    office = {"office": "示例市住房城乡建设局", "authority": {"document": "检查规则"}, "reason": "查阅纪要", "evidence": evidence}
    entries = [
        {**_known(asked, "d-1", "answer"), "new": "pass", **office, "decided_on": "2024-01-20"},
        {**_known(passed, "d-2", "override"), "new": "fail", **office, "decided_on": "2024-01-20"},
        {
            **_known(other, "d-3", "objection"),
            "objection": {"office": "示例县住房城乡建设局", "on": "2024-01-10", "grounds": "已有记录", "evidence": evidence},
        },
    ]
    file = {"schema_version": "1.0", **{n: raw[n] for n in ("dossier_id", "area_code", "plan_year")}}
    return examined(as_bytes(raw), "feed", as_of=AS_OF, determinations=json.dumps(file | {"determinations": entries}))


def _known(finding_: Finding, ident: str, kind: str) -> dict[str, Any]:
    old = {"outcome": finding_.outcome} | ({"reason": finding_.reason} if finding_.reason else {})
    return {"id": ident, "kind": kind, "finding": finding_.id, "fingerprint": finding_.fingerprint, "old": old}
