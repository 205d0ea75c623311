"""The clause files → a checked ``Rulebook``; refuses whatever it does not fully understand, with file and line."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from importlib.resources.abc import Traversable
from typing import Any

from compliance.rulebook.reader import (
    as_spec,
    digest_of,
    law_files,
    law_folder,
    nearest,
    read_text,
    read_yaml,
)
from compliance.rulebook.trees import Measures, Trees, complaining, parse_value, period, setting_value
from compliance.schemas.conditions import Kind
from compliance.schemas.report import Bilingual
from compliance.schemas.rulebook import (
    Case,
    Check,
    CheckSpec,
    Clause,
    ClauseSpec,
    Item,
    ItemSpec,
    Parameter,
    Problem,
    Rulebook,
    RulebookError,
    Said,
    StandardSpec,
    StatuteSpec,
    Word,
)

__all__ = ["across", "bilingual", "check_of", "clause_of", "lint_cases", "load_rulebook"]


def bilingual(said: Said) -> Bilingual:
    return Bilingual(said.zh, said.en)


def check_of(item: ItemSpec, name: str, spec: CheckSpec, trees: Trees, path: tuple[Any, ...]) -> Check | None:
    subject = spec.subject or item.subject
    if subject not in trees.measures:
        where = (*path, "subject") if spec.subject else (*path[:-2], "subject")
        trees.fail(where, f"unknown subject {subject!r}{nearest(subject, trees.measures)}")
        return None
    if (spec.holds is None) is (spec.asks is None):
        trees.fail(path, "a check has either holds, a condition, or asks, a question for a person")
        return None
    holds = trees.tree(_LEFT_TO_A_PERSON if spec.holds is None else spec.holds, subject, (*path, "holds"))
    when = trees.tree(spec.when, subject, (*path, "when")) if spec.when is not None else None
    words: dict[str, tuple[Word, ...]] = {}
    for kind in ("remarks", "history"):
        made = []
        for i, word in enumerate(getattr(spec, kind)):
            condition = trees.tree(word.when, subject, (*path, kind, i, "when"))
            if condition is not None:
                made.append(Word(condition, bilingual(word.says)))
        words[kind] = tuple(made)
    dated_by = spec.dated_by or item.dated_by
    if dated_by is not None and trees.measures[subject].get(dated_by) is not Kind.DATE:
        if spec.dated_by is not None:
            trees.fail((*path, "dated_by"), f"dated_by names no date measure of a {subject}: {dated_by!r}")
        dated_by = None
    zone = spec.zone or item.zone
    for option, wanted in (spec.only_where or {}).items():
        _only_where(option, wanted, trees, (*path, "only_where", option))
    if zone is not None:
        where = (*path, "zone") if spec.zone else (*path[:-2], "zone")
        if zone not in trees.parameters:
            trees.fail(where, f"unknown parameter {zone!r}{nearest(zone, trees.parameters)}")
        elif trees.parameters[zone].kind is not Kind.BOOL:
            trees.fail(where, f"zone names no boolean parameter: {zone!r}")
    start, end = _effective(spec, item, trees, path)
    if holds is None:
        return None
    return Check(
        item=item.item,
        name=name,
        says=bilingual(spec.says),
        subject=subject,
        holds=holds,
        when=when,
        obligation=spec.obligation or item.obligation,
        severity=spec.severity or item.severity,
        due_at=spec.due_at or item.due_at,
        levels=frozenset(spec.levels or item.levels),
        zone=zone,
        only_where=spec.only_where or {},
        dated_by=dated_by,
        documents=tuple(spec.documents if spec.documents is not None else item.documents),
        declares=tuple(spec.declares),
        otherwise=spec.otherwise,
        measured=spec.basis == "measured",
        remarks=words["remarks"],
        history=words["history"],
        reading=spec.reading,
        asks=bilingual(spec.asks) if spec.asks else None,
        statute=spec.statute,
        effective=(start, end),
    )


_LEFT_TO_A_PERSON = {"left_to_a_person": {"is": True}}
"""What a question for a person asks of the dossier: never known to the program."""


def _effective(spec: CheckSpec, item: ItemSpec, trees: Trees, path: tuple[Any, ...]) -> tuple[int, int]:
    """The days on which a check is asked: its own from and to, within those of the statute it rests on."""
    start, end = 1, date.max.toordinal()
    with complaining(trees, path):
        start, end = period(spec.effective_from, spec.effective_to)
    for i, cited in enumerate(item.cite.statutes):
        if trees.statute(cited) is None:
            known = nearest(cited, [s.short for s in trees.statutes])
            trees.fail((*path[:-2], "cite", "statutes", i), f"standard.yaml names no statute for {cited!r}{known}")
    if spec.statute is not None:
        statute = trees.statute(spec.statute)
        if statute is None:
            known = nearest(spec.statute, [s.short for s in trees.statutes])
            trees.fail((*path, "statute"), f"standard.yaml names no statute for {spec.statute!r}{known}")
        else:
            first, last = period(statute.effective_from, statute.effective_to)
            start, end = max(start, first), min(end, last)
    if end < start:
        trees.fail(path, "the check is never in force: its days and those of its statute do not meet")
    return start, end


def _only_where(option: str, wanted: Any, trees: Trees, path: tuple[Any, ...]) -> None:
    """What a place must have set: ``set`` for anything, else a boolean or a code that the parameter can have."""
    parameter = trees.parameters.get(option)
    if parameter is None:
        trees.fail(path, f"unknown parameter {option!r}{nearest(option, trees.parameters)}")
    elif wanted != "set" and parameter.kind is Kind.CODE and isinstance(wanted, str):
        trees.choice(parameter, wanted, path)
    elif wanted != "set" and not (parameter.kind is Kind.BOOL and isinstance(wanted, bool)):
        trees.fail(path, f"only_where takes set, or a value of a boolean or a code: {option}")


def lint_case(case: Case, subject: str, trees: Trees, path: tuple[Any, ...]) -> None:
    """What a case gives must be measures of its subject, or parameters, with values that fit."""
    for word, written in case.given.items():
        where = (*path, "given", word)
        if word.startswith("$"):
            parameter = trees.parameters.get(word[1:])
            if parameter is None:
                trees.fail(where, f"unknown parameter {word!r}{nearest(word[1:], trees.parameters)}")
            else:
                with complaining(trees, where):
                    setting_value(written, parameter)
        elif word not in trees.measures[subject]:
            trees.fail(where, f"no measure {word!r} of a {subject}{nearest(word, trees.measures[subject])}")
        else:
            with complaining(trees, where):
                parse_value(written, trees.measures[subject][word])


def lint_cases(
    item: ItemSpec, checks: Mapping[str, CheckSpec], cases: Sequence[Case], trees: Trees, path: tuple[Any, ...]
) -> None:
    """An item without a pass case, a fail case and an unknown case for each of its checks is refused."""
    seen: dict[str, set[str]] = {name: set() for name in checks}
    for i, case in enumerate(cases):
        if case.check not in checks:
            hint = nearest(case.check, checks)
            trees.fail((*path, "cases", i), f"case of an unknown check {case.check!r}{hint}")
            continue
        subject = checks[case.check].subject or item.subject
        if subject in trees.measures:
            lint_case(case, subject, trees, (*path, "cases", i))
        seen[case.check].add(case.outcome)
    for name, outcomes in seen.items():
        spec = checks[name]
        if spec.asks is not None:
            continue
        for owed in ("pass", "fail", "unknown"):
            if owed in spec.never or (owed == "fail" and spec.basis == "measured"):
                continue
            if owed not in outcomes:
                trees.fail((*path, "checks", name), f"check {name} of {item.item} has no {owed} case")
        if spec.when is not None and "not_applicable" not in outcomes:
            trees.fail((*path, "checks", name), f"check {name} of {item.item} has a guard but no not_applicable case")


def clause_of(
    file: Traversable, measures: Measures, parameters: Mapping[str, Parameter], statutes: Sequence[StatuteSpec]
) -> Clause:
    """The clause that a file states; raises ``RulebookError`` with every problem in it."""
    value, reader = read_yaml(read_text(file), file.name)
    spec = as_spec(ClauseSpec, value, reader)
    trees = Trees(reader, measures, parameters, statutes)
    items = []
    for i, item in enumerate(spec.items):
        path = ("items", i)
        if item.item in [other.item for other in spec.items[:i]]:
            trees.fail((*path, "item"), f"item {item.item} is stated twice")
        _belongs(item, spec.clause, trees, path)
        checks = [check_of(item, n, c, trees, (*path, "checks", n)) for n, c in item.checks.items()]
        lint_cases(item, item.checks, item.cases, trees, path)
        items.append(Item(item.item, spec.clause, item, tuple(c for c in checks if c is not None)))
    if trees.problems:
        raise RulebookError(trees.problems)
    return Clause(spec.clause, spec, tuple(items), file.name)


def _belongs(item: ItemSpec, clause: str, trees: Trees, path: tuple[Any, ...]) -> None:
    """An item of the annex bears its clause's number and cites the annex; one of the body only cites the body.

    What checks the data cites neither, and no item of the standard stands among such checks.
    """
    data = item.item.startswith("DQ")
    if data is not (clause == "DQ"):
        trees.fail((*path, "item"), f"item {item.item} does not belong to clause {clause}")
    elif data:
        if item.cite.annex is not None or item.cite.body is not None or item.rests_on is None:
            trees.fail((*path, "cite"), f"{item.item} checks the data: it cites no section, and says what it rests_on")
    elif item.rests_on is not None:
        trees.fail((*path, "rests_on"), f"{item.item} rests on what it cites")
    elif item.item.startswith("X"):
        if item.cite.annex is not None or item.cite.body is None:
            trees.fail((*path, "cite"), f"{item.item} stands in the notice's body alone: cite body, not annex")
    elif not item.item.startswith(f"{clause}."):
        trees.fail((*path, "item"), f"item {item.item} does not belong to clause {clause}")
    elif item.cite.annex is None:
        trees.fail((*path, "cite"), f"{item.item} cites no section of the annex")


def across(clauses: Sequence[Clause]) -> Iterator[Problem]:
    """What only shows when all clauses are there: items stated twice, references to checks that do not exist."""
    owner: dict[str, str] = {}
    known = {name for c in clauses for i in c.items for name in (i.id, *(check.id for check in i.checks))}
    for clause in clauses:
        stated = [item.id for item in clause.items] + [carried.body for carried in clause.spec.carries]
        for ident in stated:
            if ident in owner:
                yield Problem(clause.file, 1, f"{ident} is also stated in {owner[ident]}")
            owner[ident] = clause.file
        named = [by for carried in clause.spec.carries for by in carried.by]
        named += [ident for r in clause.spec.readings for o in r.options.values() for ident in o.changes]
        for name in named:
            if name not in known:
                yield Problem(clause.file, 1, f"no item or check {name!r}{nearest(name, known)}")
        for reading in clause.spec.readings:
            if reading.default not in reading.options:
                hint = nearest(reading.default, reading.options)
                yield Problem(clause.file, 1, f"reading {reading.reading} has no option {reading.default!r}{hint}")
            elif reading.options[reading.default].changes:
                yield Problem(clause.file, 1, f"reading {reading.reading}: the default stands as written")


def load_rulebook(measures: Measures, folder: Traversable | None = None) -> Rulebook:
    """Read the whole law folder; raises ``RulebookError`` with every problem in every file."""
    folder = folder or law_folder()
    standard_file = folder / "standard.yaml"
    value, reader = read_yaml(read_text(standard_file), "standard.yaml")
    standard = as_spec(StandardSpec, value, reader)
    parameters = {
        name: Parameter(name, p, None if p.kind == "codes" else Kind(p.kind)) for name, p in standard.parameters.items()
    }
    problems: list[Problem] = []
    clauses: dict[str, Clause] = {}
    texts = [("standard.yaml", read_text(standard_file))]
    for file in law_files(folder):
        if file.name == "standard.yaml":
            continue
        try:
            texts.append((file.name, read_text(file)))
            clause = clause_of(file, measures, parameters, tuple(standard.statutes.values()))
        except RulebookError as error:
            problems += error.problems
            continue
        if clause.id in clauses:
            problems.append(Problem(file.name, 1, f"clause {clause.id} is also in {clauses[clause.id].file}"))
        if clause.id not in standard.clauses:
            problems.append(Problem(file.name, 1, f"standard.yaml names no clause {clause.id}"))
        clauses[clause.id] = clause
    for missing in [c for c in standard.clauses if c not in clauses] if not problems else []:
        problems.append(Problem("standard.yaml", 1, f"no file states clause {missing}"))
    problems += across(list(clauses.values()))
    if (folder / "precedents").is_dir():  # read when advice is asked for, but part of the law as shipped
        texts += [(f"precedents/{file.name}", read_text(file)) for file in law_files(folder / "precedents")]
    if problems:
        raise RulebookError(problems)
    ordered = tuple(clauses[c] for c in standard.clauses)
    return Rulebook(standard, ordered, parameters, standard.version, digest_of(texts), measures)
