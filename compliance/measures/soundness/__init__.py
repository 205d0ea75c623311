"""Checks of the data's soundness: a case → their own subjects and measures, apart from those of the standard.

A measure here says by how much figures contradict each other or what is alike; nothing of it is asked by the standard.
"""

from __future__ import annotations

from compliance.measures import base
from compliance.measures.soundness import alike, codes, figures, order, rows
from compliance.measures.subjects.kinds import SubjectKind
from compliance.schemas.conditions import Kind
from compliance.schemas.vocabulary import words_of

__all__ = ["KINDS", "alike", "codes", "figures", "measure_kinds", "order"]


def measure_kinds() -> dict[str, dict[str, Kind]]:
    """Subject kind → measure → type: what the checks of the data may speak of."""
    return {
        name: {m.name: m.kind for m in base.measures_of(kind.row.__name__).values()} for name, kind in KINDS.items()
    }


def _both(code: str, en: bool) -> str:
    return words_of(code)[en]


def _of(owner: str, code: str, en: bool) -> str:
    return f"{owner}{': ' if en else '·'}{_both(code, en)}"


def _several(names: list[str], number: int, en: bool) -> str:
    first = "、".join(names[:2]) if not en else ", ".join(names[:2])
    more = f"等{number}个小区" if not en else f" and others ({number} communities)"
    return first + more if number > 2 else first


def _code_name(r: rows.AreaCodeRow, en: bool) -> str:
    name = f"area code {r.code}" if en else f"区划代码{r.code}"
    if r.code not in codes.REPLACED:
        return name
    year, heirs = codes.REPLACED[r.code]
    told = f" (from {year}: {', '.join(heirs)})" if en else f"（{year}年起为{'、'.join(heirs)}）"
    return name + told


KINDS: dict[str, SubjectKind] = {
    k.name: k
    for k in (
        SubjectKind(
            "homes", rows.HomesRow, "homes", rows.each_homes, lambda r: r.community.community_id,
            lambda r: r.community.name, lambda r: r.community.name,
        ),
        SubjectKind(
            "spend", rows.SpendRow, "spend", rows.each_spend,
            lambda r: f"{r.which}.{r.entity.plan_id if r.which == 'plan' else r.entity.project_id}",
            lambda r: f"{r.entity.year}年度计划" if r.which == "plan" else r.entity.name,
            lambda r: f"plan of {r.entity.year}" if r.which == "plan" else r.entity.name,
        ),
        SubjectKind(
            "part", rows.PartRow, "part", rows.each_part, lambda r: f"{r.which}.{r.owner}",
            lambda r: _of(r.owner, r.which, False), lambda r: _of(r.owner, r.which, True),
        ),
        SubjectKind(
            "total", rows.TotalRow, "total", rows.each_total, lambda r: f"{r.which}.{r.plan.plan_id}",
            lambda r: _of(f"{r.plan.year}年度计划", f"total_{r.which}", False),
            lambda r: _of(f"plan of {r.plan.year}", f"total_{r.which}", True),
        ),
        SubjectKind(
            "done", rows.DoneRow, "done", rows.each_done, lambda r: f"{r.which}.{r.owner}",
            lambda r: _of(r.owner, f"day_{r.which}", False), lambda r: _of(r.owner, f"day_{r.which}", True),
        ),
        SubjectKind(
            "order", rows.OrderRow, "order", rows.each_order, lambda r: f"{r.which}.{r.owner}",
            lambda r: _of(r.owner, r.which, False), lambda r: _of(r.owner, r.which, True),
        ),
        SubjectKind(
            "paper", rows.PaperRow, "paper", rows.each_paper, lambda r: f"{r.attachment.att_id}.{r.owner}",
            lambda r: f"{r.owner}·{r.attachment.title or r.attachment.att_id}",
            lambda r: f"{r.owner}: {r.attachment.title or r.attachment.att_id}",
        ),
        SubjectKind(
            "role", rows.RoleRow, "role", rows.each_role, lambda r: f"{r.role}.{r.code}",
            lambda r: f"{_both(r.role, False)}{r.code}", lambda r: f"{_both(r.role, True)} {r.code}",
        ),
        SubjectKind(
            "identity", rows.IdentityRow, "identity", rows.each_identity, lambda r: f"{r.which}.{r.label}",
            lambda r: r.label, lambda r: r.label,
        ),
        SubjectKind(
            "area_code", rows.AreaCodeRow, "area_code", rows.each_area_code, lambda r: r.code,
            lambda r: _code_name(r, False), lambda r: _code_name(r, True),
        ),
        SubjectKind(
            "alike", rows.AlikeRow, "alike", rows.each_alike,
            lambda r: f"{r.which}.{min(c.community_id for c in r.communities)}",
            lambda r: _several([c.name for c in r.communities], r.number, False),
            lambda r: _several([c.name for c in r.communities], r.number, True),
        ),
        SubjectKind(
            "counts", rows.CountsRow, "counts", rows.each_counts,
            lambda r: f"{r.which}.{'.'.join(map(str, r.counts))}",
            lambda r: _of(_several([r.label], r.communities, False), r.which, False),
            lambda r: _of(_several([r.label], r.communities, True), r.which, True),
        ),
        SubjectKind(
            "unanimity", rows.UnanimityRow, "unanimity", rows.each_unanimity, lambda r: r.which,
            lambda r: _both(r.which, False), lambda r: _both(r.which, True),
        ),
        SubjectKind(
            "shown", rows.ShownRow, "shown", rows.each_shown,
            lambda r: f"{r.attachment.sha256 or r.attachment.att_id}.{r.page}",
            lambda r: _of(_several([c.name for c in r.communities], r.number, False), r.attachment.doc_type, False),
            lambda r: _of(_several([c.name for c in r.communities], r.number, True), r.attachment.doc_type, True),
        ),
        SubjectKind(
            "submission", rows.SubmissionRow, "submission", rows.each_submission, lambda r: "",
            lambda r: r.dossier.area_name, lambda r: r.dossier.area_name,
        ),
    )
}  # fmt: skip
"""Each row is what a doubt is about; none belongs to another."""
