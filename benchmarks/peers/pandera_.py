"""pandera on polars: a schema of columns and checks over whole columns; two answers, so that unknown passes."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

from benchmarks.peers.tables import COLUMNS, Columns

os.environ.setdefault("POLARS_MAX_THREADS", "1")  # one process against one: a second core is not speed

import pandera.polars as pa
import polars as pl

__all__ = ["CANNOT", "PACKAGE", "validator"]

PACKAGE = "pandera"
CANNOT = (
    "an unknown: what is null counts as passed, not applicable too; dates of reduced precision; rows of other tables, "
    "so that rows in force, plan, project and gate are worked out for it; a roll-up, a reason, a place in the file"
)

_TYPES = {str: pl.String, bool: pl.Boolean, int: pl.Int64}


def validator(place: dict[str, Any]) -> Callable[[dict[str, Columns]], dict[str, list[int]]]:
    """Tables → for each check the numbers of the rows that fail."""
    schemas = {kind: _schema(COLUMNS[kind], _breaches(kind, place)) for kind in COLUMNS}

    def validate(tables: dict[str, Columns]) -> dict[str, list[int]]:
        failing: dict[str, list[int]] = {}
        for kind, schema in schemas.items():
            types = {name: _TYPES[python] for name, python in COLUMNS[kind].items()}
            failing.update({check.name: [] for check in schema.checks})
            try:
                schema.validate(pl.DataFrame(tables[kind], schema=types), lazy=True)
            except pa.errors.SchemaErrors as errors:
                for check, row in errors.failure_cases.select("check", "index").iter_rows():
                    failing[check].append(row)
        return {name: sorted(rows) for name, rows in failing.items()}

    return validate


def _schema(columns: dict[str, type], breaches: dict[str, pl.Expr]) -> Any:
    checks = [_check(name, ~(pl.col("asked") & breach)) for name, breach in breaches.items()]
    return pa.DataFrameSchema(
        {name: pa.Column(_TYPES[python], nullable=True) for name, python in columns.items()}, checks=checks, strict=True
    )


def _check(name: str, holds: pl.Expr) -> Any:
    return pa.Check(lambda data: data.lazyframe.select(holds.fill_null(True)), name=name, error=name)


def _breaches(kind: str, place: dict[str, Any]) -> dict[str, pl.Expr]:
    """When each check fails. Anything that is null makes the whole null, by the logic of polars."""
    c = pl.col

    def below(part: str, whole: str, limit: list[int]) -> pl.Expr:
        return (c(part) * limit[1] < c(whole) * limit[0]) & (c(whole) > 0)

    if kind == "community":
        state_only = pl.lit(place.get("state_land_required"))
        in_extension = (c("built_last") >= place["extension_from"][0]) & (c("built_first") <= place["extension_to"][1])
        return {
            "B2.2.land": state_only & (c("land") != "state"),
            "B2.2.age": (c("built_first") > place["eligibility_cutoff"][1]) & ~in_extension,
        }
    if kind == "fund_txn":
        paid, central = c("kind") == "paid", c("source").is_in(["central_subsidy", "central_budget_investment"])
        return {
            "B3.2.paid_for_projects": paid & (c("purpose") == "other_project"),
            "B3.2.central_money_in_scope": paid & central & c("purpose").is_in(OUT_OF_SCOPE),
        }
    if kind == "survey":
        return {"B6.3.community_limit": below("satisfied", "valid", place["satisfaction_min"])}
    if kind == "consultation":
        return {
            "B7.1.participation": below("participated", "total", place["consent_participation_min"]),
            "B7.1.agreement": below("agreed", "participated", place["consent_agree_min"]),
            "B7.1.before_plan": c("closed_first") > c("approved_last"),
        }
    now, then = c("closed_first") >= "2021-01-01", c("closed_last") < "2021-01-01"

    def minority(part: str, whole: str, limit: list[int]) -> pl.Expr:
        return below(part, whole, limit) & (c("qualified") | (c(part) * 2 <= c(whole)))

    return {
        "B7.2.participation_owners": now & below("part_owners", "total_owners", [2, 3]),
        "B7.2.agreement_owners": now & minority("agree_owners", "part_owners", [3, 4]),
        "B7.2.agreement_owners_before_2021": then & minority("agree_owners", "total_owners", [2, 3]),
        "B7.2.participation_area": now & below("part_area", "total_area", [2, 3]),
        "B7.2.agreement_area": now & minority("agree_area", "part_area", [3, 4]),
        "B7.2.agreement_area_before_2021": then & minority("agree_area", "total_area", [2, 3]),
        "B7.2.method": c("method").is_in(["oral", "show_of_hands"]) | ((c("method") == "chat_group") & ~c("verified")),
        "B7.2.before_start": c("closed_first") > c("started_last"),
    }


OUT_OF_SCOPE = ["administration", "vehicles", "other_project"]
