"""What the lowering hands to the engine: rulesets as durable-rules JSON, and how facts are filled."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

from compliance.schemas.conditions import Kind

__all__ = ["Answer", "Form", "Lowered", "Property"]


class Answer(IntEnum):
    """What the engine said to one question about one subject.

    ``LOST`` (no answer came back) and ``CONTRADICTORY`` (two different ones did) are faults of the
    checker: never a finding, never a pass.
    """

    LOST = 0
    TRUE = 1
    FALSE = 2
    UNKNOWN = 3
    CONTRADICTORY = 4


class Form(IntEnum):
    """How a property of a fact is made from a measure's value; an unknown value becomes ``null``."""

    SAME = 0
    """bool and code as they are, count as integer"""
    SCALED = 1
    """amount × 10000 as integer"""
    FIRST = 2
    """first day of a date as ordinal"""
    LAST = 3
    """last day of a date as ordinal"""
    KNOWN = 4
    """1 if the value is known, else 0; never null"""
    NUMERATOR = 5
    """ratio p/q against a limit a/b: p·b (``factor`` is b)"""
    DENOMINATOR = 6
    """ratio p/q against a limit a/b: q·a (``factor`` is a)"""
    CONSTANT = 7
    """a parameter of the place standing where a measure could; ``measure`` is empty, ``constant`` the JSON text"""
    CROSS = 8
    """ratio p/q against another ratio r/s (``other``): p·s; null when either is unknown"""


@dataclass(frozen=True, slots=True)
class Property:
    """One field of a fact. ``kind`` is the type its values must have (none for a constant); two properties
    of the same name are the same property, in whichever ruleset they stand."""

    name: str
    measure: str
    form: Form
    kind: Kind | None = None
    factor: int = 1
    constant: str = "null"
    other: str = ""


@dataclass(frozen=True, slots=True)
class Lowered:
    """One ruleset over one kind of subject: its durable-rules JSON, the facts' properties, and which of the
    caller's questions (by index) it answers.

    A rule is named ``answer_question_branch`` (``2_17_0``: the first branch that makes question 17 false);
    the rule ``seen`` echoes every fact.
    """

    rules: str
    properties: tuple[Property, ...]
    questions: tuple[int, ...]
