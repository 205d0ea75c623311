"""Profile files, laid over each other from the nation to the county, on a day → the place's rules; refuses what it
does not fully understand, with file and line.

A dossier finds its profiles by its area code: the nation, then the province, the city, the county, as far as there
are files for them. A profile named or given as a file brings those of the levels above it with it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from pathlib import Path
from typing import Any

from compliance.rulebook.clauses import bilingual, check_of, lint_cases
from compliance.rulebook.reader import (
    Reader,
    as_spec,
    digest_of,
    law_files,
    law_folder,
    line_of,
    nearest,
    read_text,
    read_yaml,
)
from compliance.rulebook.tailoring import Written, tailoring
from compliance.rulebook.trees import Trees, period, setting_value
from compliance.schemas.report import LimitSource
from compliance.schemas.rulebook import (
    Change,
    Layer,
    LocalCheck,
    Problem,
    Profile,
    ProfileSpec,
    Rulebook,
    RulebookError,
    Setting,
    SourcedSpec,
)
from compliance.schemas.scalars import Day

__all__ = ["load_profile", "load_values", "profile_names", "profile_of_area", "profile_spec", "tailoring_of"]

NATIONAL = "national"


def profile_names() -> list[str]:
    """Names of the profiles that are shipped."""
    return sorted(_shipped())


@lru_cache(maxsize=1)
def _shipped() -> Mapping[str, str]:
    """Name → text of every profile file."""
    return {f.name.removesuffix(".yaml"): read_text(f) for f in law_files(law_folder() / "profiles")}


@lru_cache(maxsize=64)
def _parsed(file: str, text: str) -> tuple[ProfileSpec, Reader]:
    value, reader = read_yaml(text, file)
    spec = as_spec(ProfileSpec, value, reader)
    return spec, reader


def profile_spec(name: str) -> ProfileSpec:
    """A shipped profile as it is written, with everything that is not applied to a dossier too."""
    return _parsed(f"{name}.yaml", _shipped()[name])[0]


_CODES = re.compile(r"^area_codes: \[((?:\"\d{6}\"(?:, )?)+)\]$", re.MULTILINE)


@lru_cache(maxsize=1)
def _by_area() -> Mapping[str, str]:
    """Area code → the shipped profile for it. One line of each file tells, so that not all are read for one place."""
    found: dict[str, str] = {}
    for name, text in sorted(_shipped().items()):
        line = _CODES.search(text)
        codes = re.findall(r"\d{6}", line[1]) if line else profile_spec(name).area_codes
        found.update(dict.fromkeys(codes, name))
    return found


def _above(code: str) -> list[str]:
    """The codes of province, city and the area itself, from the top: 430000, 430300, 430302."""
    return list(dict.fromkeys((code[:2] + "0000", code[:4] + "00", code)))


def profile_of_area(area_code: str) -> str:
    """The name of the most specific profile that is shipped for an area."""
    found = [_by_area()[code] for code in _above(area_code) if code in _by_area()]
    return found[-1] if found else NATIONAL


def _sources(name_or_file: str) -> list[tuple[str, str, str]]:
    """The profiles to lay over each other, from the top, as (name, file, text)."""
    shipped = _shipped()
    own: tuple[str, str, str]
    if name_or_file in shipped:
        own = name_or_file, f"{name_or_file}.yaml", shipped[name_or_file]
    else:
        path = Path(name_or_file)
        if not path.is_file():
            hint = nearest(name_or_file, shipped)
            said = f"没有这份当地参数 / no such profile and no such file{hint}; shipped: {', '.join(sorted(shipped))}"
            raise RulebookError([Problem(name_or_file, 0, said)])
        try:
            own = path.name, path.name, path.read_text("utf-8-sig")
        except UnicodeDecodeError:
            raise RulebookError([Problem(path.name, 1, "the file is not UTF-8; save it as UTF-8")]) from None
    if own[0] == NATIONAL:
        return [own]
    codes = _parsed(own[1], own[2])[0].area_codes[:1]
    above = [_by_area()[c] for code in codes for c in _above(code)[:-1] if c in _by_area()]
    names = dict.fromkeys([NATIONAL, *above])
    names.pop(own[0], None)
    return [*((n, f"{n}.yaml", shipped[n]) for n in names), own]


def tailoring_of(name_or_file: str, rulebook: Rulebook) -> list[Problem]:
    """What a profile makes less strict than the statute or the levels above without naming an authority."""
    return tailoring([Written(*_parsed(file, text)) for _, file, text in _sources(name_or_file)], rulebook)


@dataclass
class _Gathered:
    """What the layers say together; a later layer takes the place of an earlier one, name by name."""

    settings: dict[str, Setting] = field(default_factory=dict)
    checks: dict[str, LocalCheck] = field(default_factory=dict)
    changes: dict[str, Change] = field(default_factory=dict)
    readings: dict[str, str] = field(default_factory=dict)


def load_profile(name_or_file: str, rulebook: Rulebook, as_of: Day, *, drafts: bool = False) -> Profile:
    """A shipped profile by name, or a file, over those of the levels above; all as it stands on ``as_of``.

    ``drafts``: apply what is only a draft for comment too. Raises ``RulebookError`` with every problem; a file that
    is less strict somewhere than the statute or the level above, and names no authority, is refused too.
    """
    sources = _sources(name_or_file)
    gathered = _Gathered()
    layers = []
    problems: list[Problem] = []
    for name, file, text in sources:
        spec, reader = _parsed(file, text)
        layer = _Laid(spec, reader, rulebook, as_of, drafts)
        gathered.settings.update(layer.settings())
        gathered.checks.update(layer.checks())
        gathered.changes.update(layer.changes())
        gathered.readings.update(layer.readings())
        layer.names()
        problems += layer.problems
        layers.append(Layer(spec.profile, bilingual(spec.title), digest_of([(name, text)]), spec))
    if name_or_file not in _shipped():
        problems += tailoring_of(name_or_file, rulebook)
    if problems:
        raise RulebookError(problems)
    top = layers[-1]
    return Profile(
        top.name,
        top.title,
        gathered.settings,
        digest_of([*((name, text) for name, _, text in sources), ("drafts", str(drafts))]),
        tuple(gathered.checks.values()),
        tuple(gathered.changes.values()),
        gathered.readings,
        tuple(layers),
        drafts,
    )


def load_values(text: str, file: str, rulebook: Rulebook, as_of: Day) -> Profile:
    """One profile on its own, as text: of a rulebook that has no places. ``RulebookError`` with every problem."""
    spec, reader = _parsed(file, text)
    laid = _Laid(spec, reader, rulebook, as_of, drafts=False)
    settings = laid.settings()
    if laid.problems:
        raise RulebookError(laid.problems)
    title, sha256 = bilingual(spec.title), digest_of([(file, text)])
    layers = (Layer(spec.profile, title, sha256, spec),)
    return Profile(spec.profile, title, settings, sha256, layers=layers)


class _Laid:
    """One profile file as it stands on a day; gathers its problems."""

    def __init__(self, spec: ProfileSpec, reader: Reader, rulebook: Rulebook, as_of: Day, drafts: bool) -> None:
        self._spec, self._reader, self._law = spec, reader, rulebook
        self._as_of, self._drafts = as_of, drafts
        self.problems: list[Problem] = []

    def _fail(self, path: tuple[Any, ...], message: str) -> None:
        self.problems.append(Problem(self._reader.file, line_of(self._reader, path), message))

    def _holds(self, entry: SourcedSpec, path: tuple[Any, ...], what: str) -> bool:
        """Whether something a place sets is applied on the day: in force, and no draft unless drafts are asked for."""
        try:
            first, last = period(entry.effective_from, entry.effective_to)
        except ValueError as error:
            self._fail(path, f"{what}: {error}")
            return False
        return first <= self._as_of.first <= last and (entry.status != "draft" or self._drafts)

    def _source(self, entry: SourcedSpec) -> LimitSource:
        return LimitSource(
            entry.document, entry.section, self._spec.title.zh, entry.effective_from, entry.effective_to, entry.status
        )

    def settings(self) -> dict[str, Setting]:
        result: dict[str, Setting] = {}
        parameters = self._law.parameters
        for name, entries in self._spec.parameters.items():
            parameter = parameters.get(name)
            if parameter is None:
                self._fail(("parameters", name), f"unknown parameter {name!r}{nearest(name, parameters)}")
                continue
            for i, entry in enumerate(entries):
                path = ("parameters", name, i)
                try:
                    value = setting_value(entry.value, parameter)
                except ValueError as error:
                    self._fail(path, f"{name}: {error}")
                    continue
                if not self._holds(entry, path, name):
                    continue
                if name in result:
                    self._fail(path, f"{name}: two values are in force on {self._as_of.text}")
                result[name] = Setting(value, self._source(entry))
        return result

    def checks(self) -> dict[str, LocalCheck]:
        """The place's own checks, by id."""
        result: dict[str, LocalCheck] = {}
        items = {item.id: item for item in self._law.items}
        trees = Trees(
            self._reader, self._law.kinds, self._law.parameters, tuple(self._law.standard.statutes.values())
        )
        for i, own in enumerate(self._spec.checks):
            path = ("checks", i)
            item = items.get(own.item)
            if item is None:
                self._fail((*path, "item"), f"no item {own.item!r}{nearest(own.item, items)}")
                continue
            if own.name in item.spec.checks:
                self._fail((*path, "name"), f"{own.item} has a check {own.name} already; choose another name")
            check = check_of(item.spec, own.name, own.check, trees, (*path, "check"))
            lint_cases(item.spec, {own.name: own.check}, own.cases, trees, path)
            if check is not None and self._holds(own, path, f"{own.item}.{own.name}"):
                result[check.id] = LocalCheck(replace(check, local=self._source(own)), tuple(own.cases))
        self.problems += trees.problems
        return result

    def changes(self) -> dict[str, Change]:
        known = {name for item in self._law.items for name in (item.id, *(c.id for c in item.checks))}
        known |= {f"{own.item}.{own.name}" for own in self._spec.checks}
        result: dict[str, Change] = {}
        for i, entry in enumerate(self._spec.changes):
            path = ("changes", i)
            if entry.check not in known:
                self._fail((*path, "check"), f"no item or check {entry.check!r}{nearest(entry.check, known)}")
            elif entry.obligation is None and entry.severity is None:
                self._fail(path, f"{entry.check}: a change names an obligation or a severity")
            elif self._holds(entry, path, entry.check):
                result[entry.check] = Change(entry.check, entry.obligation, entry.severity, self._source(entry))
        return result

    def names(self) -> None:
        """What is only told: its items are there, its days are days, and no result bears a parameter's name."""
        known = {item.id for item in self._law.items}
        known |= {carried.body for clause in self._law.clauses for carried in clause.spec.carries}
        for i, provision in enumerate(self._spec.provisions):
            self._holds(provision, ("provisions", i), provision.name)
            self._known(provision.items, known, ("provisions", i, "items"))
        for i, result in enumerate(self._spec.attained):
            self._known(result.items, known, ("attained", i, "items"))
            if result.name in self._law.parameters:
                said = f"{result.name} is a parameter; a result that was reached is no threshold, choose another name"
                self._fail(("attained", i, "name"), said)

    def _known(self, items: Sequence[str], known: set[str], path: tuple[Any, ...]) -> None:
        for i, item in enumerate(items):
            if item not in known:
                self._fail((*path, i), f"no item {item!r}{nearest(item, known)}")

    def readings(self) -> dict[str, str]:
        known = {r.reading: r for clause in self._law.clauses for r in clause.spec.readings}
        for name, option in self._spec.readings.items():
            path = ("readings", name)
            if name not in known:
                self._fail(path, f"no reading {name!r}{nearest(name, known)}")
            elif option not in known[name].options:
                self._fail(path, f"reading {name} has no option {option!r}{nearest(option, known[name].options)}")
        return dict(self._spec.readings)
