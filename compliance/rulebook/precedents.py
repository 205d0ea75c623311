"""The files of ``rules/precedents`` → precedents in the lists' order; refuses unknown items, checks and levels.

As strict as the clauses: every problem is reported with file and line, and with the nearest name that exists.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from importlib.resources.abc import Traversable
from typing import Any, cast

from compliance.rulebook.reader import Reader, as_spec, law_files, law_folder, line_of, nearest, read_text, read_yaml
from compliance.schemas.precedent import (
    PRECEDENT_LEVELS,
    Figure,
    FigureSpec,
    Helps,
    Place,
    Precedent,
    PrecedentLevel,
    PrecedentSource,
    PrecedentSpec,
    PrecedentsSpec,
)
from compliance.schemas.report import Bilingual
from compliance.schemas.rulebook import Problem, Rulebook, RulebookError, Said

__all__ = ["load_precedents", "missing_precedents"]


def load_precedents(rulebook: Rulebook, folder: Traversable | None = None) -> tuple[Precedent, ...]:
    """Every precedent, held against the law as shipped; a rulebook resolved for a place may lack checks named here."""
    checks = {item.id: tuple(check.name for check in item.checks) for item in rulebook.items}
    found: dict[str, Precedent] = {}
    files: dict[str, str] = {}
    problems: list[Problem] = []
    for file in law_files(folder or law_folder() / "precedents"):
        name = f"precedents/{file.name}"
        try:
            value, reader = read_yaml(read_text(file), name)
            specs = as_spec(PrecedentsSpec, value, reader).precedents
        except RulebookError as error:
            problems += error.problems
            continue
        for i, spec in enumerate(specs):
            path = ("precedents", i)
            problems += _wrong(spec, checks, reader, path)
            if spec.precedent in found:
                where = line_of(reader, (*path, "precedent"))
                problems.append(Problem(name, where, f"{spec.precedent} is also stated in {files[spec.precedent]}"))
            found[spec.precedent] = _precedent(spec)
            files[spec.precedent] = name
    if problems:
        raise RulebookError(problems)
    return tuple(found.values())


def missing_precedents(rulebook: Rulebook, precedents: Iterable[Precedent]) -> list[Problem]:
    """Precedents that a clause names and that nobody states, or that are no answer to the item naming them."""
    known = {precedent.id: precedent for precedent in precedents}
    problems = []
    for clause in rulebook.clauses:
        for item in clause.items:
            for name in item.spec.remedy.precedents:
                if name not in known:
                    problems.append(Problem(clause.file, 0, f"{item.id}: no precedent {name!r}{nearest(name, known)}"))
                elif known[name].help_for(item.id) is None:
                    problems.append(Problem(clause.file, 0, f"{item.id}: {name} does not say that it helps here"))
    return problems


def _wrong(
    spec: PrecedentSpec, checks: Mapping[str, tuple[str, ...]], reader: Reader, path: tuple[Any, ...]
) -> Iterator[Problem]:
    def problem(where: tuple[Any, ...], message: str) -> Problem:
        return Problem(reader.file, line_of(reader, (*path, *where)), f"{spec.precedent}: {message}")

    if spec.level not in PRECEDENT_LEVELS:
        yield problem(("level",), f"unknown level {spec.level!r}{nearest(spec.level, PRECEDENT_LEVELS)}")
    helped: set[str] = set()
    for i, helps in enumerate(spec.helps):
        if helps.item in helped:
            yield problem(("helps", i), f"item {helps.item} is named twice")
        helped.add(helps.item)
        if helps.item not in checks:
            yield problem(("helps", i, "item"), f"unknown item {helps.item!r}{nearest(helps.item, checks)}")
            continue
        known = checks[helps.item]
        for k, name in enumerate(helps.checks):
            where = ("helps", i, "checks", k)
            if name not in known:
                yield problem(where, f"{helps.item} has no check {name!r}{nearest(name, known)}")
            elif name in helps.checks[:k]:
                yield problem(where, f"check {name!r} of {helps.item} is named twice")


# -- specs to what the other stages use -----------------------------------------------------------------------


def _said(said: Said) -> Bilingual:
    return Bilingual(said.zh, said.en)


def _figure(spec: FigureSpec) -> Figure:
    """A qualifier stands before the number, after number and unit, or between the two."""
    q = spec.qualifier or ""
    if q in ("约", "近", "超过", "不少于"):
        chinese = f"{q}{spec.value}{spec.unit}"
    elif q in ("以上", "以下"):
        chinese = f"{spec.value}{spec.unit}{q}"
    else:
        chinese = f"{spec.value}{q}{spec.unit}"
    return Figure(
        name=_said(spec.name),
        value=spec.value,
        unit=spec.unit,
        qualifier=spec.qualifier,
        says=Bilingual(chinese, spec.in_english),
        place=_said(spec.place) if spec.place else None,
        derived=spec.derived,
    )


def _precedent(spec: PrecedentSpec) -> Precedent:
    source = spec.source
    return Precedent(
        id=spec.precedent,
        title=_said(spec.title),
        measure=_said(spec.measure),
        places=tuple(Place(_said(place.name), place.area_code) for place in spec.places),
        level=cast(PrecedentLevel, spec.level),
        problem=_said(spec.problem),
        cause=_said(spec.cause),
        cause_inferred=spec.cause_inferred,
        figures=tuple(_figure(figure) for figure in spec.figures),
        source=PrecedentSource(source.document, source.section, source.row, source.item),
        helps=tuple(Helps(helps.item, tuple(helps.checks)) for helps in spec.helps),
        body=spec.body,
    )
