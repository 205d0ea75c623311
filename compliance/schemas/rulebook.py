"""The shapes of the law folder: YAML mappings → frozen specs; refuses unknown keys and loose types.

``*Spec`` mirrors what a clause or profile file says; the dataclasses below are what the other stages use.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from compliance.schemas.conditions import Kind, Limit, Tree
from compliance.schemas.dossier import Absent, DocType
from compliance.schemas.lowered import Lowered
from compliance.schemas.refusal import printable
from compliance.schemas.report import Bilingual, LimitSource, Obligation, Severity

Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]
ITEM = r"^([BH](10|[1-9])\.[1-9]|X([1-9]|[12][0-9]|3[0-3])|DQ[1-9][0-9]?)$"
"""An item of the annex (B7.1), a requirement that only the notice's body makes (X11), or a check of the data (DQ3),
which is none of the standard's and stands in a rulebook of its own."""
Level = Literal["province", "city", "county"]
Gate = Literal["always", "plan_entry", "scheme", "start", "completion", "acceptance"]


class Spec(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, defer_build=True)


class Said(Spec):
    zh: Annotated[str, Field(min_length=2)]
    en: Annotated[str, Field(min_length=2)]


class Cite(Spec):
    annex: str | None = None
    """Section and number in the annex, e.g. 一（七）1; none for what only the notice's body asks"""
    body: str | None = None
    statutes: list[str] = []
    """Statutes the item rests on beside the standard, e.g. 民法典278条; each begins with a name in ``standard.yaml``"""


class WordSpec(Spec):
    """A remark or a piece of history: said when its condition is true; changes no outcome."""

    when: dict[str, Any]
    says: Said


class CheckSpec(Spec):
    says: Said
    """What must hold, restated in own words."""
    holds: dict[str, Any] | None = None
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
    asks: Said | None = None
    """The question that a person has to answer: the check is then always unknown for ``needs_judgement``"""
    statute: str | None = None
    """The statute that the check itself rests on; it is asked only while that is in force"""
    effective_from: str | None = None
    effective_to: str | None = None
    """The days between which the check is asked, by the as-of date; both belong to it"""


class Case(Spec):
    check: Name
    outcome: Literal["pass", "fail", "unknown", "not_applicable"]
    reason: str | None = None
    given: dict[str, Any]
    remarks: list[int] | None = None
    """Which of the check's remarks are said, counted from 1; none written: not looked at"""
    history: list[int] | None = None
    note: str | None = None


class Remedy(Spec):
    steps: list[Said]
    precedents: list[str] = []
    law: list[str] = []


class ItemSpec(Spec):
    item: Annotated[str, Field(pattern=ITEM)]
    title: Said
    requires: Said
    cite: Cite
    rests_on: Said | None = None
    """Of a check of the data, which cites no law: where it was taken from"""
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
    risk: Said | None = None
    """What may follow a failing beyond putting it right; a warning, never a decision"""
    remedy: Remedy
    not_modelled: list[Said] = []
    cases: list[Case]


class Source(Spec):
    document: str
    annex: str | None = None
    body: str


class CarriedSpec(Spec):
    """A requirement of the body that checks of an item already ask, so that it is no item of its own."""

    body: Annotated[str, Field(pattern=r"^X([1-9]|[12][0-9]|3[0-3])$")]
    cite: str
    says: Said
    by: list[str]
    """Checks (B9.1.systems), or items whose risk statement it is (B10.1)"""


class ChangeSpec(Spec):
    """Another obligation or severity for a check."""

    obligation: Obligation | None = None
    severity: Severity | None = None


class OptionSpec(Spec):
    says: Said
    changes: dict[str, ChangeSpec] = {}
    """Check id (H9.1.collect) or item id → what is different from what stands in the clause"""


class ReadingSpec(Spec):
    """Words of body and annex that conflict, the ways to read them, and the one that is used unless a place chooses."""

    reading: Annotated[str, Field(pattern=r"^[A-Z][A-Z0-9]*$")]
    question: Said
    default: Name
    """What stands in the clause; it changes nothing"""
    options: dict[Name, OptionSpec]


class ClauseSpec(Spec):
    clause: Annotated[str, Field(pattern=r"^([BH](10|[1-9])|X|DQ)$")]
    title: Said
    source: Source
    readings: list[ReadingSpec] = []
    carries: list[CarriedSpec] = []
    items: list[ItemSpec]


class FloorSpec(Spec):
    """What a statute lets no place go below, in the parameter's own direction."""

    value: Any
    statute: str


class ParameterSpec(Spec):
    """A parameter that a place may set."""

    title: Said
    kind: Literal["bool", "code", "codes", "count", "amount", "ratio", "date"]
    unit: str = ""
    denominator: Said | None = None
    """What a ratio is a share of"""
    used_by: list[str]
    values: list[str] = []
    """For codes: what may be chosen; from the loosest to the strictest where ``stricter`` is ``higher``"""
    stricter: Literal["higher", "lower", "earlier", "later", "true", "false", "more", "fewer", "neither"]
    """Which way is stricter; ``neither`` for a fact of the place, which nobody can be strict about"""
    floor: FloorSpec | None = None


class SourcedSpec(Spec):
    """Anything a place sets: the document it stands in and the time it holds."""

    document: str
    section: str
    effective_from: str | None = None
    effective_to: str | None = None
    status: Literal["in_force", "draft", "secondhand"] = "in_force"
    """``draft``: for comment, applied only when asked for; ``secondhand``: seen as another body's copy or summary"""
    authority: str | None = None
    """The law that lets the place be less strict than the statute or the level above"""
    note: str | None = None


class SettingSpec(SourcedSpec):
    """A value of a parameter in a place, for a time."""

    value: Any


class AttainedSpec(Spec):
    """A result that a place reached: for comparison, never a threshold."""

    name: Name
    title: Said
    value: Annotated[str, Field(min_length=1)]
    unit: str = ""
    denominator: Said | None = None
    items: list[str]
    document: str
    section: str
    when: str | None = None
    note: str | None = None


class ProvisionSpec(SourcedSpec):
    """A rule of the place that no check compares with: subsidies, shares of cost, periods; shown beside the items."""

    name: Name
    title: Said
    says: Said
    value: str | None = None
    unit: str = ""
    denominator: Said | None = None
    items: list[str]


class OwnCheckSpec(SourcedSpec):
    """A check of the place's own, in the vocabulary of the clauses, under an item of the standard."""

    item: Annotated[str, Field(pattern=ITEM)]
    name: Name
    check: CheckSpec
    cases: list[Case]


class OwnChangeSpec(SourcedSpec):
    """Another severity or obligation that the place gives to a check or to all checks of an item."""

    check: str
    obligation: Obligation | None = None
    severity: Severity | None = None


class ProfileSpec(Spec):
    profile: Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]*$")]
    title: Said
    area_codes: list[Annotated[str, Field(pattern=r"^[0-9]{6}$")]] = []
    """The areas it is for, with all that lies below them; a dossier finds its profiles by them"""
    readings: dict[str, Name] = {}
    parameters: dict[Name, list[SettingSpec]] = {}
    checks: list[OwnCheckSpec] = []
    changes: list[OwnChangeSpec] = []
    provisions: list[ProvisionSpec] = []
    attained: list[AttainedSpec] = []


class StatuteSpec(Spec):
    """A law or regulation that the rulebook cites, and the time it is in force."""

    title: Said
    short: str
    """How citations begin: 民法典 in 民法典278条"""
    effective_from: str
    effective_to: str | None = None
    note: str | None = None


class StandardSpec(Spec):
    standard: str
    title: Said
    number: str
    dated: str
    version: str
    clauses: list[str]
    consequences: list[CarriedSpec] = []
    """What the body says may follow when baseline items fail; warnings, never decisions"""
    statutes: dict[Name, StatuteSpec] = {}
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
    asks: Bilingual | None
    statute: str | None
    effective: tuple[int, int]
    """First and last day (ordinals) on which the check is asked, by itself and by its statute"""
    local: LimitSource | None = None
    """The place's document, for a check of the place's own"""

    @property
    def id(self) -> str:
        return f"{self.item}.{self.name}"


@dataclass(frozen=True, slots=True)
class Item:
    id: str
    clause: str
    spec: ItemSpec
    checks: tuple[Check, ...]

    @property
    def body_only(self) -> bool:
        """Whether only the notice's body asks it (正文), so that it is none of the 36 items."""
        return self.id.startswith("X")

    @property
    def is_question(self) -> bool:
        """Whether only a person can answer it; figures measured beside the question decide nothing."""
        asked = [check for check in self.checks if not check.measured]
        return bool(asked) and all(check.asks is not None for check in asked)


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
    kinds: Mapping[str, Mapping[str, Kind]]
    """Subject kind → measure → type: what conditions may speak of"""

    @property
    def items(self) -> tuple[Item, ...]:
        return tuple(item for clause in self.clauses for item in clause.items)

    @property
    def checks(self) -> tuple[Check, ...]:
        return tuple(check for item in self.items for check in item.checks)


@dataclass(frozen=True, slots=True)
class LocalCheck:
    """A place's own check, with its cases."""

    check: Check
    cases: tuple[Case, ...]


@dataclass(frozen=True, slots=True)
class Change:
    """Another obligation or severity for a check (B9.1.monthly) or for all checks of an item (B9.1), and by whom."""

    check: str
    obligation: Obligation | None
    severity: Severity | None
    source: LimitSource | None
    """None where a reading makes the change"""


@dataclass(frozen=True, slots=True)
class Layer:
    """One profile of those laid over each other, from the nation to the county."""

    name: str
    title: Bilingual
    sha256: str
    spec: ProfileSpec


@dataclass(frozen=True, slots=True)
class Profile:
    """A place's rules as they stand on one day: the profiles of nation, province, city and county, laid over."""

    name: str
    title: Bilingual
    settings: Mapping[str, Setting]
    sha256: str
    checks: tuple[LocalCheck, ...] = ()
    changes: tuple[Change, ...] = ()
    readings: Mapping[str, str] = field(default_factory=dict)
    """Reading → the option chosen; what is not here stands as the clause says"""
    layers: tuple[Layer, ...] = ()
    drafts: bool = False
    """Whether drafts for comment were asked for"""


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
        """One line, harmless on a terminal."""
        place = f"{self.file}:{self.line}" if self.line else self.file
        return printable(f"{place}: {self.message}")


class RulebookError(Exception):
    """The law folder or a profile cannot be used; carries every problem found."""

    def __init__(self, problems: list[Problem]) -> None:
        super().__init__("\n".join(str(p) for p in problems))
        self.problems = problems
