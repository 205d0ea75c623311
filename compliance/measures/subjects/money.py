"""Money as subjects: a case → rows on financing, transactions, reviews and maintenance funds; judges nothing."""

from __future__ import annotations

from collections import defaultdict
from typing import NamedTuple

from compliance.measures.subjects.case import Case, Rows
from compliance.measures.subjects.facilities import FUND_SEGMENTS
from compliance.schemas import dossier as d
from compliance.schemas.scalars import Day


class FinancingRow(NamedTuple):
    """A financing entry of the plan or of a project."""

    plan: d.Plan | None
    project: d.Project | None
    financing: d.Financing
    declarations: tuple[d.Declaration, ...]


def each_financing(case: Case) -> Rows:
    """A row for each entry of the current plan, then of each project."""
    for entry in case.plan.funding_plan if case.plan else ():
        yield 0, FinancingRow(case.plan, None, entry, case.declared(""))
    for project in case.projects:
        for entry in project.financing:
            declared = case.declared(project.project_id)
            yield 0, FinancingRow(case.plan_of_project[project.project_id], project, entry, declared)


class FundTxnRow(NamedTuple):
    """One transaction."""

    txn: d.FundTxn
    project: d.Project | None
    as_of: Day


def each_fund_txn(case: Case) -> Rows:
    """A row for each transaction."""
    for txn in case.dossier.fund_txns:
        yield 0, FundTxnRow(txn, case.project_by_id.get(txn.project_id or ""), case.as_of)


class FundSumRow(NamedTuple):
    """All transactions of one source and one document of allocation."""

    source: str
    doc_no: str | None
    txns: tuple[d.FundTxn, ...]
    as_of: Day


def each_fund_sum(case: Case) -> Rows:
    """A row for each source and document number that transactions name."""
    groups: dict[tuple[str, str | None], list[d.FundTxn]] = defaultdict(list)
    for txn in case.dossier.fund_txns:
        groups[txn.source, txn.doc_no].append(txn)
    for (source, doc_no), txns in groups.items():
        yield 0, FundSumRow(source, doc_no, tuple(txns), case.as_of)


class FundReviewRow(NamedTuple):
    """A review of the use of funds (``review`` is None when there is none), and the misuse on the list of issues."""

    review: d.FundReview | None
    misuse_issues: tuple[d.Issue, ...]
    declarations: tuple[d.Declaration, ...]


def each_fund_review(case: Case) -> Rows:
    """A row for each review, or one row without a review."""
    misuse = tuple(i for i in case.dossier.issues if i.is_misuse)
    for review in case.dossier.fund_reviews or (None,):
        yield 0, FundReviewRow(review, misuse, case.declared(""))


class FundSegmentRow(NamedTuple):
    """One segment of the maintenance-fund mechanism: collecting, using, replenishing."""

    fund_rules: d.FundRules | None
    which: str
    document: d.Document | None
    as_of: Day


def each_fund_segment(case: Case) -> Rows:
    """A row for each of the three segments, whether or not there are rules."""
    rules = case.dossier.fund_rules
    for which in FUND_SEGMENTS:
        yield 0, FundSegmentRow(rules, which, getattr(rules, which) if rules else None, case.as_of)


class FundAccountRow(NamedTuple):
    """A community's maintenance fund account."""

    community: d.Community
    plan: d.Plan | None
    project: d.Project | None
    account: d.FundAccount | None
    as_of: Day


def each_fund_account(case: Case) -> Rows:
    """A row for each community, with or without an account."""
    for i, c in enumerate(case.planned):
        cid = c.community_id
        yield i, FundAccountRow(c, case.plan_of.get(cid), case.project_of.get(cid), c.fund_account, case.as_of)


class FundingRow(NamedTuple):
    """The money of the area's current plan, in its three records: plan, projects, transactions."""

    plan: d.Plan | None
    plan_entries: tuple[d.Financing, ...]
    project_entries: tuple[d.Financing, ...]
    txns: tuple[d.FundTxn, ...]
    declarations: tuple[d.Declaration, ...]
    as_of: Day


def each_funding(case: Case) -> Rows:
    """The one row of the area's money."""
    plan = case.plan
    projects = [p for p in case.projects if case.plan_of_project[p.project_id] is plan]
    inside = {p.project_id for p in projects}
    yield (
        0,
        FundingRow(
            plan,
            plan.funding_plan if plan else (),
            tuple(entry for p in projects for entry in p.financing),
            tuple(t for t in case.dossier.fund_txns if t.project_id is None or t.project_id in inside),
            case.declared(""),
            case.as_of,
        ),
    )


class ProjectFundingRow(NamedTuple):
    """A project, its financing entries and its transactions."""

    project: d.Project
    plan: d.Plan | None
    entries: tuple[d.Financing, ...]
    txns: tuple[d.FundTxn, ...]
    declarations: tuple[d.Declaration, ...]
    as_of: Day


def each_project_funding(case: Case) -> Rows:
    """A row for each project."""
    txns: dict[str, list[d.FundTxn]] = defaultdict(list)
    for txn in case.dossier.fund_txns:
        if txn.project_id is not None:
            txns[txn.project_id].append(txn)
    for i, p in enumerate(case.projects):
        plan = case.plan_of_project[p.project_id]
        made = tuple(txns.get(p.project_id, ()))
        yield i, ProjectFundingRow(p, plan, p.financing, made, case.declared(p.project_id), case.as_of)
