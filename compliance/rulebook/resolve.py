"""The rulebook, a place's profile and a day → the rulebook that is in force there; decides nothing of a dossier.

What a reading or a place changes is changed here, a place's own checks join their items, and checks whose days are
over or yet to come fall away. The items stay: what the standard itself does not ask yet is for the docket to say.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from compliance.schemas.rulebook import Change, Check, Item, Profile, Rulebook
from compliance.schemas.scalars import Day

__all__ = ["changes_of_readings", "resolve"]


def resolve(rulebook: Rulebook, profile: Profile, as_of: Day) -> Rulebook:
    """Every clause with the checks that are asked under ``profile`` on ``as_of``."""
    changes = {c.check: c for c in (*changes_of_readings(rulebook, profile), *profile.changes)}
    clauses = tuple(
        replace(clause, items=tuple(_item(item, profile, changes, as_of) for item in clause.items))
        for clause in rulebook.clauses
    )
    return replace(rulebook, clauses=clauses)


def changes_of_readings(rulebook: Rulebook, profile: Profile) -> Iterator[Change]:
    """What the readings that a place has chosen change."""
    for clause in rulebook.clauses:
        for reading in clause.spec.readings:
            option = reading.options[profile.readings.get(reading.reading, reading.default)]
            for check, change in option.changes.items():
                yield Change(check, change.obligation, change.severity, None)


def _item(item: Item, profile: Profile, changes: dict[str, Change], as_of: Day) -> Item:
    own = [local.check for local in profile.checks if local.check.item == item.id]
    asked = [c for c in (*item.checks, *own) if c.effective[0] <= as_of.first <= c.effective[1]]
    spec = item.spec
    whole = changes.get(item.id)
    if whole is not None:  # the item's own words, which its findings start from
        update = {"obligation": whole.obligation, "severity": whole.severity}
        spec = spec.model_copy(update={k: v for k, v in update.items() if v is not None})
    return replace(item, spec=spec, checks=tuple(_changed(check, changes) for check in asked))


def _changed(check: Check, changes: dict[str, Change]) -> Check:
    """A check under the change of its item, then under its own."""
    for name in (check.item, check.id):
        change = changes.get(name)
        if change is not None:
            check = replace(
                check,
                obligation=change.obligation or check.obligation,
                severity=change.severity or check.severity,
            )
    return check
