"""The rulebook in force under a profile → every condition by subject kind, lowered with the place's numbers."""

from __future__ import annotations

from typing import TypeGuard

from compliance.lower import lower
from compliance.schemas.conditions import Atom, Kind, MeasureRef, Op, ParamRef, Tree, atoms
from compliance.schemas.rulebook import Asked, Check, Profile, Questions, Rulebook

__all__ = ["compile_questions", "evidence_atom", "is_evidence"]


def evidence_atom(check: Check) -> Atom:
    """One of a check's documents is there, as the engine is asked it; never false, only true or unknown.

    Documents on a declaration count only where it declares what the check is about: ``type=subject``.
    """
    types = [*check.documents, *(f"{t}={subject}" for subject in check.declares for t in check.documents)]
    return Atom("evidence:" + "+".join(types), Op.IS, True)


def compile_questions(rulebook: Rulebook, profile: Profile) -> dict[str, Questions]:
    """Every condition of every check, by subject kind, lowered with the place's numbers."""
    params = {name: setting.value for name, setting in profile.settings.items()}
    trees: dict[str, dict[Tree, int]] = {}
    asked: dict[str, dict[str, Asked]] = {}
    for check in rulebook.checks:
        known = trees.setdefault(check.subject, {})

        def number(tree: Tree, known: dict[Tree, int] = known) -> int:
            return known.setdefault(tree, len(known))

        asked.setdefault(check.subject, {})[check.id] = Asked(
            number(check.holds),
            number(evidence_atom(check)) if check.documents else None,
            number(check.when) if check.when is not None else None,
            tuple(number(word.when) for word in check.remarks),
            tuple(number(word.when) for word in check.history),
        )
    result = {}
    for subject, known in trees.items():
        kinds = dict(rulebook.kinds[subject])
        kinds.update((a.measure, Kind.BOOL) for t in known for a in atoms(t) if is_evidence(a.measure))
        names = {a.measure for t in known for a in atoms(t)} | {
            a.limit.name for t in known for a in atoms(t) if isinstance(a.limit, MeasureRef)
        }
        columns = tuple(sorted(n for n in names if isinstance(n, str)))
        result[subject] = Questions(tuple(known), lower(tuple(known), kinds, params), columns, asked[subject])
    return result


def is_evidence(measure: str | ParamRef) -> TypeGuard[str]:
    """Whether an atom asks for a document rather than for a value."""
    return isinstance(measure, str) and measure.startswith("evidence:")
