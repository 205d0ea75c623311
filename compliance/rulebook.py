"""The law folder and a place's profile → a checked ``Rulebook``; refuses whatever it does not fully understand.

Strict: no anchors, no duplicate keys, no yes/no booleans, no floats, no unknown names. Every problem is
reported with file and line, and with the nearest name that exists.
"""

from __future__ import annotations

import difflib
import hashlib
import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import date
from decimal import Decimal
from functools import lru_cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any, TypeGuard, TypeVar, get_args, get_origin

import yaml
from pydantic import BaseModel, ValidationError

from compliance.lower import lower
from compliance.schemas.conditions import All, Atom, Kind, Limit, MeasureRef, Not, Op, ParamRef, Tree, Value, atoms
from compliance.schemas.conditions import Any as AnyOf
from compliance.schemas.report import Bilingual, LimitSource
from compliance.schemas.rulebook import (
    Asked,
    Case,
    Check,
    CheckSpec,
    Clause,
    ClauseSpec,
    Item,
    ItemSpec,
    Parameter,
    Problem,
    Profile,
    ProfileSpec,
    Questions,
    Rulebook,
    RulebookError,
    Said,
    Setting,
    StandardSpec,
    Word,
)
from compliance.schemas.scalars import Day, Ratio, Unknown, days

__all__ = ["compile_questions", "load_profile", "load_rulebook", "parse_value", "profile_names", "read_yaml"]

Measures = Mapping[str, Mapping[str, Kind]]
"""Subject kind → measure name → type; handed in so that this stage does not import the measures."""

S = TypeVar("S", bound=BaseModel)

# -- strict YAML --------------------------------------------------------------------------------------------

_INT = re.compile(r"-?(0|[1-9]\d*)")
_FLOAT = re.compile(r"-?\d+\.\d*|-?\d*\.\d+|-?\d+[eE].*")
_LOOSE = re.compile(r"yes|no|on|off|true|false|null|~", re.IGNORECASE)
"""What some YAML reads as a boolean or as nothing; ``true``, ``false`` and ``null`` are taken before."""


class _Reader:
    """A composed YAML tree as plain values, remembering the line of every path."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.lines: dict[tuple[Any, ...], int] = {}
        self.problems: list[Problem] = []

    def problem(self, node: yaml.Node, message: str) -> None:
        self.problems.append(Problem(self.file, node.start_mark.line + 1, message))

    def plain(self, node: yaml.Node, path: tuple[Any, ...] = ()) -> Any:
        self.lines[path] = node.start_mark.line + 1
        if isinstance(node, yaml.MappingNode):
            result: dict[Any, Any] = {}
            for key_node, value_node in node.value:
                name = key_node.value
                if not isinstance(key_node, yaml.ScalarNode):
                    self.problem(key_node, "a key must be a plain word")
                elif name in result:
                    self.problem(key_node, f"duplicate key {name!r}")
                else:
                    result[name] = self.plain(value_node, (*path, name))
            return result
        if isinstance(node, yaml.SequenceNode):
            return [self.plain(child, (*path, i)) for i, child in enumerate(node.value)]
        return self.scalar(node)

    def scalar(self, node: yaml.Node) -> Any:
        text: str = node.value
        if getattr(node, "style", None):  # quoted or block: text, whatever it looks like
            return text
        if text in ("true", "false"):
            return text == "true"
        if text in ("", "null"):
            return None
        if _INT.fullmatch(text):
            return int(text)
        if _LOOSE.fullmatch(text):
            self.problem(node, f"{text!r} is ambiguous: write true, false or null, or quote it")
        elif _FLOAT.fullmatch(text):
            self.problem(node, f"{text} is not exact: write a fraction 4/5, a percentage 80%, or quote a decimal")
        return text


def read_yaml(text: str, file: str) -> tuple[Any, _Reader]:
    """Strictly read YAML → plain values and the reader that knows their lines; raises ``RulebookError``."""
    reader = _Reader(file)
    try:
        # What is refused here is written with one of these signs; where none stands, the first reading is spared.
        events = yaml.parse(text, Loader=yaml.CBaseLoader) if any(sign in text for sign in "&*!") else ()
        for event in events:
            line = event.start_mark.line + 1 if event.start_mark else 1
            if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
                raise RulebookError([Problem(file, line, "anchors and aliases are not allowed")])
            if getattr(event, "tag", None):
                raise RulebookError([Problem(file, line, "tags are not allowed")])
        node = yaml.compose(text, Loader=yaml.CBaseLoader)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise RulebookError([Problem(file, line, f"not YAML: {error.problem}")]) from None
    except yaml.reader.ReaderError as error:
        line = text.count("\n", 0, max(error.position, 0)) + 1
        raise RulebookError([Problem(file, line, f"not YAML: {error.reason}")]) from None
    value = reader.plain(node) if node is not None else None
    if value is None:
        raise RulebookError([Problem(file, 1, "the file is empty")])
    if reader.problems:
        raise RulebookError(reader.problems)
    return value, reader


def _nearest(word: str, known: Iterable[str]) -> str:
    match = difflib.get_close_matches(word, list(known), n=1, cutoff=0.5)
    return f"; did you mean {match[0]!r}?" if match else ""


def _line(reader: _Reader, path: tuple[Any, ...]) -> int:
    while path and path not in reader.lines:
        path = path[:-1]
    return reader.lines.get(path, 1)


def _spec(model: type[S], value: Any, reader: _Reader) -> S:
    try:
        return model.model_validate(value)
    except ValidationError as error:
        problems = []
        for e in error.errors():
            message = e["msg"]
            if e["type"] == "extra_forbidden":
                message = f"unknown key {e['loc'][-1]!r}{_nearest(str(e['loc'][-1]), _keys_at(model, e['loc'][:-1]))}"
            elif e["type"] == "missing":
                message = f"missing key {e['loc'][-1]!r}"
            where = ".".join(str(p) for p in e["loc"])
            problems.append(Problem(reader.file, _line(reader, e["loc"]), f"{where}: {message}"))
        raise RulebookError(problems) from None


def _keys_at(model: type[BaseModel], path: tuple[Any, ...]) -> list[str]:
    """Field names known at a place in a spec, for naming the nearest."""
    current: Any = model
    for part in path:
        if isinstance(current, type) and issubclass(current, BaseModel):
            field = current.model_fields.get(str(part))
            current = field.annotation if field else None
        elif get_origin(current) in (dict, list):  # a key of the author's, or a place in a list
            current = get_args(current)[-1]
        else:
            return []
        options = [o for o in get_args(current) if isinstance(o, type) and issubclass(o, BaseModel)]
        if options and get_origin(current) not in (dict, list):  # X | None
            current = options[0]
    return list(current.model_fields) if isinstance(current, type) and issubclass(current, BaseModel) else []


# -- values and conditions ------------------------------------------------------------------------------------

_FRACTION = re.compile(r"(\d+)/([1-9]\d*)")
_PERCENT = re.compile(r"(\d+)(?:\.(\d+))?%")
_DECIMAL = re.compile(r"\d+(\.\d{1,4})?")


def parse_value(text: Any, kind: Kind) -> Value:
    """A value as written in YAML → typed; ``?`` or ``?reason`` is unknown. ``ValueError`` when it does not fit.

    >>> parse_value("80%", Kind.RATIO), parse_value("2/3", Kind.RATIO), parse_value("?", Kind.BOOL)
    (Ratio(p=80, q=100), Ratio(p=2, q=3), <Unknown.MISSING_FIELD: 'missing_field'>)
    """
    if isinstance(text, str) and text.startswith("?"):
        return Unknown(text[1:] or "missing_field")
    if kind is Kind.BOOL and isinstance(text, bool):
        return text
    if kind is Kind.COUNT and type(text) is int and abs(text) < 2**63:
        return text
    if kind is Kind.CODE and isinstance(text, str):
        return text
    if kind is Kind.AMOUNT:
        if type(text) is int:
            return Decimal(text)
        if isinstance(text, str) and _DECIMAL.fullmatch(text):
            return Decimal(text)
    if kind is Kind.RATIO:
        if type(text) is int and text in (0, 1):
            return Ratio(text, 1)
        if isinstance(text, str) and (m := _FRACTION.fullmatch(text)):
            return Ratio(int(m[1]), int(m[2]))
        if isinstance(text, str) and (m := _PERCENT.fullmatch(text)):
            return Ratio(int(m[1] + (m[2] or "")), 100 * 10 ** len(m[2] or ""))
    if kind is Kind.DATE and isinstance(text, str):
        return days(text)
    raise ValueError(f"{text!r} is not a {kind.value}")


_FITS: dict[Op, set[Kind]] = {
    Op.IS: {Kind.BOOL, Kind.CODE},
    Op.ONE_OF: {Kind.CODE},
    Op.PRESENT: set(Kind),
    Op.AT_LEAST: {Kind.COUNT, Kind.AMOUNT, Kind.RATIO},
    Op.AT_MOST: {Kind.COUNT, Kind.AMOUNT, Kind.RATIO},
    Op.MORE_THAN: {Kind.COUNT, Kind.AMOUNT, Kind.RATIO},
    Op.LESS_THAN: {Kind.COUNT, Kind.AMOUNT, Kind.RATIO},
    Op.NOT_AFTER: {Kind.DATE},
    Op.NOT_BEFORE: {Kind.DATE},
}


class _Trees:
    """Reads condition trees of one clause file."""

    def __init__(self, reader: _Reader, measures: Measures, parameters: Mapping[str, Parameter]) -> None:
        self.reader = reader
        self.measures = measures
        self.parameters = parameters
        self.problems: list[Problem] = []

    def fail(self, path: tuple[Any, ...], message: str) -> None:
        self.problems.append(Problem(self.reader.file, _line(self.reader, path), message))

    def tree(self, value: Any, subject: str, path: tuple[Any, ...]) -> Tree | None:
        if not isinstance(value, dict) or len(value) != 1:
            self.fail(path, "a condition has exactly one key: a measure, $parameter, all, any or not")
            return None
        ((word, inner),) = value.items()
        if word in ("all", "any"):
            if not isinstance(inner, list) or len(inner) < 2:
                self.fail((*path, word), f"{word} takes a list of at least two conditions")
                return None
            parts = [self.tree(v, subject, (*path, word, i)) for i, v in enumerate(inner)]
            found = tuple(p for p in parts if p is not None)
            return All(found) if word == "all" else AnyOf(found)
        if word == "not":
            part = self.tree(inner, subject, (*path, word))
            return Not(part) if part is not None else None
        return self.atom(word, inner, subject, (*path, word))

    def atom(self, word: str, inner: Any, subject: str, path: tuple[Any, ...]) -> Tree | None:
        if not isinstance(inner, dict) or len(inner) != 1:
            self.fail(path, "a comparison has exactly one operator")
            return None
        ((op_word, written),) = inner.items()
        try:
            op = Op(op_word)
        except ValueError:
            self.fail(path, f"unknown operator {op_word!r}{_nearest(op_word, [o.value for o in Op])}")
            return None
        known = self.measures[subject]
        measure: str | ParamRef
        if word.startswith("$"):
            parameter = self.parameters.get(word[1:])
            if parameter is None:
                self.fail(path, f"unknown parameter {word!r}{_nearest(word[1:], self.parameters)}")
                return None
            if op is not Op.PRESENT and (parameter.kind not in (Kind.BOOL, Kind.CODE) or op not in (Op.IS, Op.ONE_OF)):
                self.fail(path, f"{op_word} cannot be asked of a parameter, or not of one of this type")
                return None
            if isinstance(written, str | list) and not (isinstance(written, str) and written.startswith("$")):
                for choice in [written] if isinstance(written, str) else written:
                    self.choice(parameter, choice, path)
            measure, kind = ParamRef(word[1:]), parameter.kind or Kind.CODE
        else:
            if word not in known:
                self.fail(path, f"no measure {word!r} of a {subject}{_nearest(word, known)}")
                return None
            measure, kind = word, known[word]
        if kind not in _FITS[op]:
            self.fail(path, f"{op_word} does not fit {word}, which is a {kind.value}")
            return None
        limit = self.limit(written, kind, op, known, path)
        return None if limit is None else Atom(measure, op, limit)

    def limit(self, written: Any, kind: Kind, op: Op, known: Mapping[str, Kind], path: tuple[Any, ...]) -> Limit | None:
        if op is Op.PRESENT:
            if not isinstance(written, bool):
                self.fail(path, "present takes true or false")
                return None
            return written
        if isinstance(written, str) and written.startswith("$"):
            parameter = self.parameters.get(written[1:])
            if parameter is None:
                self.fail(path, f"unknown parameter {written!r}{_nearest(written[1:], self.parameters)}")
                return None
            wanted = None if op is Op.ONE_OF else kind
            if parameter.kind is not wanted:
                self.fail(path, f"parameter {written} is of another type than the measure")
                return None
            return ParamRef(written[1:])
        if op is Op.ONE_OF:
            if not isinstance(written, list) or not written or not all(isinstance(w, str) for w in written):
                self.fail(path, "one_of takes a list of codes")
                return None
            return tuple(written)
        if isinstance(written, str) and kind not in (Kind.CODE, Kind.BOOL) and written in known:
            if known[written] is not kind:
                self.fail(path, f"{written} is a {known[written].value}, not a {kind.value}")
                return None
            return MeasureRef(written)
        try:
            value = parse_value(written, kind)
        except ValueError as error:
            hint = _nearest(written, known) if isinstance(written, str) else ""
            self.fail(path, f"{error}{hint}")
            return None
        if isinstance(value, Unknown):
            self.fail(path, "a limit must be known")
            return None
        return value

    def choice(self, parameter: Parameter, written: Any, path: tuple[Any, ...]) -> None:
        """A value that a parameter is held against must be one that it can have."""
        allowed = parameter.spec.values
        if allowed and written not in allowed:
            self.fail(path, f"{written!r} is none of {', '.join(allowed)}{_nearest(str(written), allowed)}")


# -- clauses --------------------------------------------------------------------------------------------------


def _said(said: Said) -> Bilingual:
    return Bilingual(said.zh, said.en)


def _check(item: ItemSpec, name: str, spec: CheckSpec, trees: _Trees, path: tuple[Any, ...]) -> Check | None:
    subject = spec.subject or item.subject
    if subject not in trees.measures:
        where = (*path, "subject") if spec.subject else (*path[:-2], "subject")
        trees.fail(where, f"unknown subject {subject!r}{_nearest(subject, trees.measures)}")
        return None
    holds = trees.tree(spec.holds, subject, (*path, "holds"))
    when = trees.tree(spec.when, subject, (*path, "when")) if spec.when is not None else None
    words: dict[str, tuple[Word, ...]] = {}
    for kind in ("remarks", "history"):
        made = []
        for i, word in enumerate(getattr(spec, kind)):
            condition = trees.tree(word.when, subject, (*path, kind, i, "when"))
            if condition is not None:
                made.append(Word(condition, _said(word.says)))
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
            trees.fail(where, f"unknown parameter {zone!r}{_nearest(zone, trees.parameters)}")
        elif trees.parameters[zone].kind is not Kind.BOOL:
            trees.fail(where, f"zone names no boolean parameter: {zone!r}")
    if holds is None:
        return None
    return Check(
        item=item.item,
        name=name,
        says=_said(spec.says),
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
    )


def _only_where(option: str, wanted: Any, trees: _Trees, path: tuple[Any, ...]) -> None:
    """What a place must have set: ``set`` for anything, else a boolean or a code that the parameter can have."""
    parameter = trees.parameters.get(option)
    if parameter is None:
        trees.fail(path, f"unknown parameter {option!r}{_nearest(option, trees.parameters)}")
    elif wanted != "set" and parameter.kind is Kind.CODE and isinstance(wanted, str):
        trees.choice(parameter, wanted, path)
    elif wanted != "set" and not (parameter.kind is Kind.BOOL and isinstance(wanted, bool)):
        trees.fail(path, f"only_where takes set, or a value of a boolean or a code: {option}")


def _lint_case(case: Case, subject: str, trees: _Trees, path: tuple[Any, ...]) -> None:
    """What a case gives must be measures of its subject, or parameters, with values that fit."""
    for word, written in case.given.items():
        where = (*path, "given", word)
        if word.startswith("$"):
            parameter = trees.parameters.get(word[1:])
            if parameter is None:
                trees.fail(where, f"unknown parameter {word!r}{_nearest(word[1:], trees.parameters)}")
            else:
                with _complaining(trees, where):
                    _setting_value(written, parameter)
        elif word not in trees.measures[subject]:
            trees.fail(where, f"no measure {word!r} of a {subject}{_nearest(word, trees.measures[subject])}")
        else:
            with _complaining(trees, where):
                parse_value(written, trees.measures[subject][word])


@contextmanager
def _complaining(trees: _Trees, path: tuple[Any, ...]) -> Iterator[None]:
    try:
        yield
    except ValueError as error:
        trees.fail(path, str(error))


def _lint_cases(item: ItemSpec, trees: _Trees, path: tuple[Any, ...]) -> None:
    """An item without a pass case and a fail case for each of its checks is refused."""
    seen: dict[str, set[str]] = {name: set() for name in item.checks}
    for i, case in enumerate(item.cases):
        if case.check not in item.checks:
            hint = _nearest(case.check, item.checks)
            trees.fail((*path, "cases", i), f"case of an unknown check {case.check!r}{hint}")
            continue
        subject = item.checks[case.check].subject or item.subject
        if subject in trees.measures:
            _lint_case(case, subject, trees, (*path, "cases", i))
        seen[case.check].add(case.outcome)
    for name, outcomes in seen.items():
        for owed in ("pass", "fail", "unknown"):
            spec = item.checks[name]
            if owed in spec.never or (owed == "fail" and spec.basis == "measured"):
                continue
            if owed not in outcomes:
                trees.fail((*path, "checks", name), f"check {name} of {item.item} has no {owed} case")
        if item.checks[name].when is not None and "not_applicable" not in outcomes:
            trees.fail((*path, "checks", name), f"check {name} of {item.item} has a guard but no not_applicable case")


def _clause(file: Traversable, measures: Measures, parameters: Mapping[str, Parameter]) -> Clause:
    value, reader = read_yaml(_read(file), file.name)
    spec = _spec(ClauseSpec, value, reader)
    trees = _Trees(reader, measures, parameters)
    items = []
    for i, item in enumerate(spec.items):
        path = ("items", i)
        if item.item in [other.item for other in spec.items[:i]]:
            trees.fail((*path, "item"), f"item {item.item} is stated twice")
        if not item.item.startswith(f"{spec.clause}."):
            trees.fail((*path, "item"), f"item {item.item} does not belong to clause {spec.clause}")
        checks = [_check(item, n, c, trees, (*path, "checks", n)) for n, c in item.checks.items()]
        _lint_cases(item, trees, path)
        items.append(Item(item.item, spec.clause, item, tuple(c for c in checks if c is not None)))
    if trees.problems:
        raise RulebookError(trees.problems)
    return Clause(spec.clause, spec, tuple(items), file.name)


def _read(file: Traversable) -> str:
    try:
        return file.read_text("utf-8")
    except UnicodeDecodeError:
        raise RulebookError([Problem(file.name, 1, "the file is not UTF-8; save it as UTF-8")]) from None


def _law() -> Traversable:
    return files("compliance") / "rules"


def _law_files(folder: Traversable) -> Iterator[Traversable]:
    for entry in sorted(folder.iterdir(), key=lambda e: e.name):
        if entry.name.endswith(".yaml"):
            yield entry


def _digest(texts: Iterable[tuple[str, str]]) -> str:
    digest = hashlib.sha256()
    for name, text in texts:
        digest.update(f"{name}\n{len(text)}\n{text}".encode())
    return digest.hexdigest()


def load_rulebook(measures: Measures, folder: Traversable | None = None) -> Rulebook:
    """Read the whole law folder; raises ``RulebookError`` with every problem in every file."""
    folder = folder or _law()
    standard_file = folder / "standard.yaml"
    value, reader = read_yaml(_read(standard_file), "standard.yaml")
    standard = _spec(StandardSpec, value, reader)
    parameters = {
        name: Parameter(name, p, None if p.kind == "codes" else Kind(p.kind)) for name, p in standard.parameters.items()
    }
    problems: list[Problem] = []
    clauses: dict[str, Clause] = {}
    texts = [("standard.yaml", _read(standard_file))]
    for file in _law_files(folder):
        if file.name == "standard.yaml":
            continue
        try:
            texts.append((file.name, _read(file)))
            clause = _clause(file, measures, parameters)
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
    if problems:
        raise RulebookError(problems)
    ordered = tuple(clauses[c] for c in standard.clauses)
    return Rulebook(standard, ordered, parameters, standard.version, _digest(texts))


# -- profiles -------------------------------------------------------------------------------------------------


def profile_names() -> list[str]:
    """Names of the profiles that are shipped."""
    return [f.name.removesuffix(".yaml") for f in _law_files(_law() / "profiles")]


@lru_cache(maxsize=32)
def _profile_text(name: str) -> str:
    return (_law() / "profiles" / f"{name}.yaml").read_text("utf-8")


def load_profile(name_or_file: str, rulebook: Rulebook, as_of: Day, *, drafts: bool = False) -> Profile:
    """A shipped profile by name, or a file, laid over ``national``; values as they stand on ``as_of``."""
    texts = [("national", _profile_text("national"))]
    if name_or_file in profile_names():
        if name_or_file != "national":
            texts.append((name_or_file, _profile_text(name_or_file)))
    else:
        path = Path(name_or_file)
        if not path.is_file():
            hint = _nearest(name_or_file, profile_names())
            said = f"没有这份当地参数 / no such profile and no such file{hint}; shipped: {', '.join(profile_names())}"
            raise RulebookError([Problem(name_or_file, 0, said)])
        try:
            texts.append((path.name, path.read_text("utf-8-sig")))
        except UnicodeDecodeError:
            raise RulebookError([Problem(path.name, 1, "the file is not UTF-8; save it as UTF-8")]) from None
    settings: dict[str, Setting] = {}
    spec = ProfileSpec(profile="national", title=Said(zh="全国", en="national"))
    for file, text in texts:
        value, reader = read_yaml(text, file)
        spec = _spec(ProfileSpec, value, reader)
        settings.update(_settings(spec, reader, rulebook.parameters, as_of, drafts))
    return Profile(spec.profile, _said(spec.title), settings, _digest(texts))


def _settings(
    spec: ProfileSpec, reader: _Reader, parameters: Mapping[str, Parameter], as_of: Day, drafts: bool
) -> dict[str, Setting]:
    result: dict[str, Setting] = {}
    problems: list[Problem] = []
    for name, entries in spec.parameters.items():
        parameter = parameters.get(name)
        line = _line(reader, ("parameters", name))
        if parameter is None:
            problems.append(Problem(reader.file, line, f"unknown parameter {name!r}{_nearest(name, parameters)}"))
            continue
        for i, entry in enumerate(entries):
            line = _line(reader, ("parameters", name, i))
            try:
                value = _setting_value(entry.value, parameter)
                start = days(entry.effective_from).first if entry.effective_from else 0
                end = days(entry.effective_to).last if entry.effective_to else date.max.toordinal()
                if end < start:
                    raise ValueError("it ends before it begins")
            except ValueError as error:
                problems.append(Problem(reader.file, line, f"{name}: {error}"))
                continue
            if not start <= as_of.first <= end or (entry.status == "draft" and not drafts):
                continue
            source = LimitSource(
                entry.document, entry.section, spec.title.zh, entry.effective_from, entry.effective_to, entry.status
            )
            if name in result:
                problems.append(Problem(reader.file, line, f"{name}: two values are in force on {as_of.text}"))
            result[name] = Setting(value, source)
    if problems:
        raise RulebookError(problems)
    return result


def _setting_value(written: Any, parameter: Parameter) -> Limit:
    allowed = parameter.spec.values
    if parameter.kind is None:
        if not isinstance(written, list) or not all(isinstance(w, str) for w in written):
            raise ValueError("a list of codes is expected")
        for word in written:
            if allowed and word not in allowed:
                raise ValueError(f"{word!r} is none of {', '.join(allowed)}{_nearest(word, allowed)}")
        return tuple(written)
    value = parse_value(written, parameter.kind)
    if isinstance(value, Day) and value.first != value.last:
        raise ValueError(f"{value.text} is not a day; a limit needs one, such as {value.text[:4]}-12-31")
    if isinstance(value, Unknown):
        raise ValueError("a parameter that is not known is left out")
    if parameter.kind is Kind.CODE and allowed and value not in allowed:
        raise ValueError(f"{value!r} is none of {', '.join(allowed)}{_nearest(str(value), allowed)}")
    return value


# -- questions ------------------------------------------------------------------------------------------------


def evidence_atom(check: Check) -> Atom:
    """One of a check's documents is there, as the engine is asked it; never false, only true or unknown.

    Documents on a declaration count only where it declares what the check is about: ``type=subject``.
    """
    types = [*check.documents, *(f"{t}={subject}" for subject in check.declares for t in check.documents)]
    return Atom("evidence:" + "+".join(types), Op.IS, True)


def compile_questions(rulebook: Rulebook, profile: Profile, measures: Measures) -> dict[str, Questions]:
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
        kinds = dict(measures[subject])
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
