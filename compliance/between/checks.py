"""The rulebook of checks between deliveries, its numbers, and both lowered for the engine; refuses a faulty one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from compliance import rulebook
from compliance.engine import Engine
from compliance.measures.deliveries import measure_kinds
from compliance.rulebook.reader import law_folder, read_text
from compliance.schemas.rulebook import Profile, Questions, Rulebook
from compliance.schemas.scalars import days

__all__ = ["FOLDER", "Bench", "bench", "load_checks", "load_numbers"]

FOLDER = "deliveries"
VALUES = "profiles/national.yaml"


@lru_cache(maxsize=1)
def load_checks() -> Rulebook:
    """The shipped checks between deliveries."""
    return rulebook.load_rulebook(measure_kinds(), law_folder() / FOLDER)


@lru_cache(maxsize=1)
def load_numbers() -> Profile:
    """The numbers that they compare with; the same in all places."""
    law = load_checks()
    text = read_text(law_folder() / FOLDER / VALUES)
    return rulebook.load_values(text, VALUES, law, days(law.standard.dated))


@dataclass(frozen=True, slots=True)
class Bench:
    """The checks, their numbers, their questions and the engines that answer these."""

    law: Rulebook
    numbers: Profile
    questions: Mapping[str, Questions]
    engines: Mapping[str, Engine]


@lru_cache(maxsize=1)
def bench() -> Bench:
    """The checks lowered, once a process."""
    law, numbers = load_checks(), load_numbers()
    questions = rulebook.compile_questions(law, numbers)
    return Bench(law, numbers, questions, {kind: Engine(q.lowered) for kind, q in questions.items()})
