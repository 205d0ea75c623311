"""The shapes of the law folder: YAML mappings → frozen specs; refuses unknown keys and loose types.

``*Spec`` mirrors what a clause or profile file says; the dataclasses below are what the other stages use.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from compliance.schemas.conditions import Kind, Limit, Tree
from compliance.schemas.dossier import Absent, DocType
from compliance.schemas.lowered import Lowered
from compliance.schemas.report import Bilingual, LimitSource, Obligation, Severity

Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]
Level = Literal["province", "city", "county"]
Gate = Literal["always", "plan_entry", "scheme", "start", "completion", "acceptance"]


class Spec(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, defer_build=True)


class Said(Spec):
    zh: Annotated[str, Field(min_length=2)]
    en: Annotated[str, Field(min_length=2)]


class Cite(Spec):
    annex: str
    """Section and number in the annex, e.g. 一（七）1"""
    body: str | None = None
    statutes: list[str] = []
    """Statutes the item rests on beside the standard, e.g. 民法典278条"""


class WordSpec(Spec):
    """A remark or a piece of history: said when its condition is true; changes no outcome."""

    when: dict[str, Any]
    says: Said


class CheckSpec(Spec):
    says: Said
    """What must hold, restated in own words."""
    holds: dict[str, Any]
    subject: Name | None = None
    when: dict[str, Any] | None = None
    """Does the check concern the subject at all; false: not_applicable/no_object"""
    obligation: Obligation | None = None
    severity: Severity | None = None
    due_at: Gate | None = None
    levels: list[Level] | None = None
    zone: Name | None = None
    """A boolean parameter; false: not_applicable/zone"""
    only_where: dict[Name, Any] | None = None
    """Parameters that the place must have set (``set``), or set to a value, for the check to be asked"""
    dated_by: Name | None = None
    """The measure whose date decides whether the subject predates the standard"""
    documents: list[DocType] | None = None
    declares: list[Absent] = []
    """What a declaration must be about for its documents to count here"""
    otherwise: Literal["no_object", "not_due"] = "no_object"
    """The reason when ``when`` is false"""
    basis: Literal["measured"] | None = None
    never: list[Literal["pass", "fail", "unknown"]] = []
    """Outcomes it cannot have, e.g. a question that only a person can answer with no"""
    remarks: list[WordSpec] = []
    history: list[WordSpec] = []
    reading: str | None = None
    """Which reading of the text was chosen, where it is open"""


class Case(Spec):
    check: Name
    outcome: Literal["pass", "fail", "unknown", "not_applicable"]
    reason: str | None = None
    given: dict[str, Any]
    note: str | None = None


class Remedy(Spec):
    steps: list[Said]
    precedents: list[str] = []
    law: list[str] = []


class ItemSpec(Spec):
    item: Annotated[str, Field(pattern=r"^[BH](10|[1-9])\.[1-9]$")]
    title: Said
    requires: Said
    cite: Cite
    levels: list[Level]
    subject: Name
    obligation: Obligation
    severity: Severity
    rollup: Literal["any_fail", "coverage"]
    due_at: Gate = "always"
    zone: Name | None = None
    dated_by: Name | None = None
    documents: list[DocType] = []
    checks: dict[Name, CheckSpec]
    breach: Said
    remedy: Remedy
    not_modelled: list[Said] = []
    cases: list[Case]


class Source(Spec):
    document: str
    annex: str
    body: str


class ClauseSpec(Spec):
    clause: Annotated[str, Field(pattern=r"^[BH](10|[1-9])$")]
    title: Said
    source: Source
    items: list[ItemSpec]


class ParameterSpec(Spec):
    """A parameter that a place may set."""

    title: Said
    kind: Literal["bool", "code", "codes", "count", "amount", "ratio", "date"]
    unit: str = ""
    used_by: list[str]
    values: list[str] = []
    """For codes: what may be chosen"""


class SettingSpec(Spec):
    """A value of a parameter in a place, for a time."""

    value: Any
    document: str
    section: str
    effective_from: str | None = None
    effective_to: str | None = None
    status: Literal["in_force", "draft"] = "in_force"
    note: str | None = None


class ProfileSpec(Spec):
    profile: Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]*$")]
    title: Said
    area_codes: list[str] = []
    parameters: dict[Name, list[SettingSpec]] = {}


class StandardSpec(Spec):
    standard: str
    title: Said
    number: str
    dated: str
    version: str
    clauses: list[str]
    parameters: dict[Name, ParameterSpec]


# -- what the other stages use ----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Setting:
    """A parameter's value in force, with its source."""

    value: Limit
    source: LimitSource


@dataclass(frozen=True, slots=True)
class Word:
    when: Tree
    says: Bilingual


@dataclass(frozen=True, slots=True)
class Check:
    """One atomic check, with the item's defaults filled in."""

    item: str
    name: str
    says: Bilingual
    subject: str
    holds: Tree
    when: Tree | None
    obligation: Obligation
    severity: Severity
    due_at: Gate
    levels: frozenset[str]
    zone: str | None
    only_where: Mapping[str, Any]
    dated_by: str | None
    documents: tuple[str, ...]
    declares: tuple[str, ...]
    otherwise: Literal["no_object", "not_due"]
    measured: bool
    remarks: tuple[Word, ...]
    history: tuple[Word, ...]
    reading: str | None

    @property
    def id(self) -> str:
        return f"{self.item}.{self.name}"


@dataclass(frozen=True, slots=True)
class Item:
    id: str
    clause: str
    spec: ItemSpec
    checks: tuple[Check, ...]


@dataclass(frozen=True, slots=True)
class Clause:
    id: str
    spec: ClauseSpec
    items: tuple[Item, ...]
    file: str


@dataclass(frozen=True, slots=True)
class Parameter:
    name: str
    spec: ParameterSpec
    kind: Kind | None
    """None for a list of codes"""


@dataclass(frozen=True, slots=True)
class Rulebook:
    """All clauses in the standard's order, the parameters a place may set, and the digest of the law folder."""

    standard: StandardSpec
    clauses: tuple[Clause, ...]
    parameters: Mapping[str, Parameter]
    version: str
    sha256: str

    @property
    def items(self) -> tuple[Item, ...]:
        return tuple(item for clause in self.clauses for item in clause.items)

    @property
    def checks(self) -> tuple[Check, ...]:
        return tuple(check for item in self.items for check in item.checks)


@dataclass(frozen=True, slots=True)
class Profile:
    """A place's parameters as they stand on one day."""

    name: str
    title: Bilingual
    settings: Mapping[str, Setting]
    sha256: str


@dataclass(frozen=True, slots=True)
class Asked:
    """The questions of one check, by their number among those of its subject kind."""

    holds: int
    evidence: int | None
    """Whether one of the documents asked for is there; never false"""
    when: int | None
    remarks: tuple[int, ...]
    history: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Questions:
    """All that is asked of one kind of subject under one profile and mode, lowered for the engine."""

    trees: tuple[Tree, ...]
    lowered: tuple[Lowered, ...]
    measures: tuple[str, ...]
    """The columns that the engine needs."""
    asked: Mapping[str, Asked]
    """check id → its questions"""


@dataclass(frozen=True, slots=True)
class Problem:
    """Something wrong in the law folder: file, line, what, and what to do."""

    file: str
    line: int
    message: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.message}" if self.line else f"{self.file}: {self.message}"


class RulebookError(Exception):
    """The law folder or a profile cannot be used; carries every problem found."""

    def __init__(self, problems: list[Problem]) -> None:
        super().__init__("\n".join(str(p) for p in problems))
        self.problems = problems
