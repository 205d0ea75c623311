"""frictionless: a table schema and a formula a check, evaluated row by row; a formula over a null is an error."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from frictionless import Checklist, Resource, Schema, checks

from benchmarks.peers.tables import COLUMNS, Columns

__all__ = ["CANNOT", "PACKAGE", "formulas", "validator"]

PACKAGE = "frictionless"
CANNOT = (
    "an unknown: a formula over a null is an error, so that every value is guarded by hand and unknown passes, as what "
    "is not applicable does; dates of reduced precision; rows of other tables in a formula, so that rows in force, "
    "plan, project and gate are worked out for it; a roll-up, a reason"
)

_TYPES = {str: "string", bool: "boolean", int: "integer"}


def validator(place: dict[str, Any]) -> Callable[[dict[str, Columns]], dict[str, list[int]]]:
    """Tables → for each check the numbers of the rows that fail."""
    prepared = {}
    for kind, columns in COLUMNS.items():
        fields = [{"name": name, "type": _TYPES[python]} for name, python in columns.items()]
        named = formulas(kind, place)
        prepared[kind] = (Schema.from_descriptor({"fields": fields}), {f: name for name, f in named.items()})

    def validate(tables: dict[str, Columns]) -> dict[str, list[int]]:
        failing: dict[str, list[int]] = {}
        for kind, (schema, names) in prepared.items():
            failing.update({name: [] for name in names.values()})
            header, rows = list(tables[kind]), zip(*tables[kind].values(), strict=True)
            resource = Resource(data=[header, *map(list, rows)], schema=schema.to_copy())
            checklist = Checklist(checks=[checks.row_constraint(formula=formula) for formula in names])
            report = resource.validate(checklist, limit_errors=10**9)
            for number, formula, note in report.flatten(["rowNumber", "type", "note"]):
                if formula != "row-constraint":
                    raise ValueError(f"{kind}: {note}")
                failing[next(name for f, name in names.items() if f in note)].append(number - 2)
        return failing

    return validate


def formulas(kind: str, place: dict[str, Any]) -> dict[str, str]:
    """Check → a formula that holds where the check does not fail; a null anywhere guards itself."""

    def unless(fields: str, breach: str) -> str:
        guards = " or ".join(f"{name} == None" for name in fields.split())
        return f"not asked or {guards} or not ({breach})"

    def below(part: str, whole: str, limit: list[int]) -> str:
        return f"{part} * {limit[1]} < {whole} * {limit[0]} and {whole} > 0"

    if kind == "community":
        (begin, _), (_, end), cutoff = place["extension_from"], place["extension_to"], place["eligibility_cutoff"][1]
        age = f"built_first > '{cutoff}' and (built_last < '{begin}' or built_first > '{end}')"
        return {
            "B2.2.land": unless("land", f"land != 'state' and {place['state_land_required']}"),
            "B2.2.age": unless("built_first", age),
        }
    if kind == "fund_txn":
        central = "(source == 'central_subsidy' or source == 'central_budget_investment')"
        beyond = "(purpose == 'administration' or purpose == 'vehicles' or purpose == 'other_project')"
        return {
            "B3.2.paid_for_projects": unless("purpose", "kind == 'paid' and purpose == 'other_project'"),
            "B3.2.central_money_in_scope": unless("purpose", f"kind == 'paid' and {central} and {beyond}"),
        }
    if kind == "survey":
        rate = below("satisfied", "valid", place["satisfaction_min"])
        return {"B6.3.community_limit": unless("valid satisfied", rate)}
    if kind == "consultation":
        took_part = below("participated", "total", place["consent_participation_min"])
        agreed = below("agreed", "participated", place["consent_agree_min"])
        return {
            "B7.1.participation": unless("participated total", took_part),
            "B7.1.agreement": unless("agreed participated", agreed),
            "B7.1.before_plan": unless("closed_first approved_last", "closed_first > approved_last"),
        }
    now, then = "closed_first >= '2021-01-01' and ", "closed_last < '2021-01-01' and "

    def part(of: str) -> str:
        return unless(f"closed_first part_{of} total_{of}", now + below(f"part_{of}", f"total_{of}", [2, 3]))

    def minority(when: str, agree: str, whole: str, limit: list[int]) -> str:
        # Half or less is a minority whatever the matter; between half and the limit the matter has to be known.
        breach = f"{agree} * 2 <= {whole} and {whole} > 0 or qualified == True and {below(agree, whole, limit)}"
        return unless(f"closed_first {agree} {whole}", f"{when}({breach})")

    return {
        "B7.2.participation_owners": part("owners"),
        "B7.2.agreement_owners": minority(now, "agree_owners", "part_owners", [3, 4]),
        "B7.2.agreement_owners_before_2021": minority(then, "agree_owners", "total_owners", [2, 3]),
        "B7.2.participation_area": part("area"),
        "B7.2.agreement_area": minority(now, "agree_area", "part_area", [3, 4]),
        "B7.2.agreement_area_before_2021": minority(then, "agree_area", "total_area", [2, 3]),
        "B7.2.method": unless(
            "method",
            "method == 'oral' or method == 'show_of_hands' or method == 'chat_group' and verified == False",
        ),
        "B7.2.before_start": unless("closed_first started_last", "closed_first > started_last"),
    }
