"""The law folder and a place's profile → a checked ``Rulebook``; refuses whatever it does not fully understand.

Strict: no anchors, no duplicate keys, no yes/no booleans, no floats, no unknown names. Every problem is
reported with file and line, and with the nearest name that exists.
"""

from __future__ import annotations

from compliance.rulebook.clauses import load_rulebook
from compliance.rulebook.precedents import load_precedents, missing_precedents
from compliance.rulebook.profiles import (
    load_profile,
    load_values,
    profile_names,
    profile_of_area,
    profile_spec,
    tailoring_of,
)
from compliance.rulebook.questions import compile_questions, is_evidence
from compliance.rulebook.reader import read_yaml
from compliance.rulebook.resolve import resolve
from compliance.rulebook.tailoring import compared
from compliance.rulebook.trees import Measures, parse_value

__all__ = [
    "Measures",
    "compared",
    "compile_questions",
    "is_evidence",
    "load_precedents",
    "load_profile",
    "load_rulebook",
    "load_values",
    "missing_precedents",
    "parse_value",
    "profile_names",
    "profile_of_area",
    "profile_spec",
    "read_yaml",
    "resolve",
    "tailoring_of",
]
