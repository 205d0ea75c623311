"""The gates side by side and the money by source: exact, in order, and nothing said that was not reported."""

from collections.abc import Sequence
from typing import Any

from compliance.measures.overview import funding, timelines
from compliance.measures.subjects import Case
from compliance.measures.trace import Pointers
from compliance.schemas.dossier import Dossier
from compliance.schemas.report import FundingRow, Timeline
from compliance.schemas.scalars import days

BASE = {
    "schema_version": "1.0", "dossier_id": "d", "area_code": "999901", "area_name": "示例县", "area_level": "county",
    "plan_year": 2023,
}  # fmt: skip


def case(**parts: Any) -> tuple[Case, Pointers]:
    dossier = Dossier.model_validate({**BASE, **parts})
    return Case(dossier, days("2024-03-31")), Pointers(dossier)


def lines(start: str | None = "2023-03-01", scheme: str | None = "2023-02", **project: Any) -> list[Timeline]:
    return list(
        timelines(
            *case(
                plans=[{"plan_id": "p", "year": 2023, "approved_on": "2023-01-10", "community_ids": ["c"]}],
                communities=[
                    {
                        "community_id": "c", "name": "甲", "scheme": {"finalised_on": scheme} if scheme else {},
                        "handovers": [
                            {"sector": "gas", "signed_on": "2023-12-01"}, {"sector": "water", "signed_on": "2023-11-01"}
                        ],
                    }
                ],
                projects=[
                    {"project_id": "x", "name": "甲项目", "community_ids": ["c"]}
                    | ({"actual_start": start} if start else {})
                    | project
                ],
            )
        )
    )  # fmt: skip


def test_a_community_has_the_gates_of_plan_project_and_its_own() -> None:
    (line,) = lines(completed_on="2023-09", acceptance={"accepted_on": "2023-10-01"})
    assert [(g.gate, g.day, g.pointer) for g in line.gates] == [
        ("plan", "2023-01-10", "/plans/0/approved_on"),
        ("scheme", "2023-02", "/communities/0/scheme/finalised_on"),
        ("start", "2023-03-01", "/projects/0/actual_start"),
        ("completion", "2023-09", "/projects/0/completed_on"),
        ("acceptance", "2023-10-01", "/projects/0/acceptance/accepted_on"),
        ("handover", "2023-12-01", "/communities/0/handovers/0/signed_on"),
    ]
    assert line.project == "x"
    assert line.inverted == ()


def test_out_of_order_is_only_what_is_certainly_so() -> None:
    (same_month,) = lines(start="2023-02-01")
    assert same_month.inverted == ()
    (before,) = lines(start="2023-01-31")
    assert before.inverted == (("scheme", "start"),)
    (same_day,) = lines(start="2023-01-10", scheme=None)
    assert same_day.inverted == ()
    (a_day_early,) = lines(start="2023-01-09", scheme=None)
    assert a_day_early.inverted == (("plan", "start"),)


def test_a_gate_not_reported_is_left_out() -> None:
    (line,) = lines(start=None, scheme=None)
    assert [g.gate for g in line.gates] == ["plan", "handover"]


def test_a_project_without_communities_stands_for_itself() -> None:
    made = list(timelines(*case(projects=[{"project_id": "x", "name": "乙项目", "actual_start": "2023"}])))
    assert [(t.subject.kind, t.subject.id, [g.day for g in t.gates]) for t in made] == [("project", "x", ["2023"])]


def rows(entries: list[dict[str, Any]], txns: Sequence[dict[str, Any]] = (), year: int = 2023) -> list[FundingRow]:
    plan = {"plan_id": "p", "year": year, "funding_plan": entries}
    return list(funding(*case(plans=[plan], fund_txns=[{"txn_id": f"t{n}", **t} for n, t in enumerate(txns)])))


def test_money_is_summed_exactly_by_source() -> None:
    (county, resident) = rows(
        [
            {"source": "resident", "amount_10k": "0.1", "confirmed": False},
            {"source": "county", "amount_10k": "10.05", "confirmed": True, "in_place": True},
            {"source": "county", "amount_10k": "0.1", "confirmed": True},
        ],
        [
            {"source": "county", "kind": "paid", "amount_10k": "1.1"},
            {"source": "county", "kind": "paid", "amount_10k": "2.2"},
            {"source": "county", "kind": "received"},
        ],
    )
    assert (county.planned, county.confirmed, county.in_place) == ("10.15", "10.15", "10.05")
    assert (county.allocated, county.received, county.paid, county.unstated) == (None, None, "3.3", 1)
    assert county.pointers == ("/plans/0/funding_plan/1", "/plans/0/funding_plan/2")
    assert (resident.planned, resident.confirmed, resident.in_place) == ("0.1", "0", None)


def test_what_was_not_reported_is_not_nought() -> None:
    (row,) = rows([{"source": "loan"}])
    assert (row.planned, row.confirmed, row.unstated) == (None, None, 1)
    (zero,) = rows([{"source": "loan", "amount_10k": "0"}])
    assert zero.planned == "0"
    assert rows([{"source": "loan", "amount_10k": "5"}], year=2022) == []
