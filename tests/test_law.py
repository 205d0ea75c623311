"""The shipped law as a whole: nothing in it is left over, unsaid or said twice."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Literal, get_args, get_origin

import pytest
from pydantic import BaseModel

from compliance.bench import load_law
from compliance.measures import measure_kinds
from compliance.rulebook import compile_questions, load_profile, profile_names
from compliance.schemas.conditions import MeasureRef, Op, ParamRef, Tree, atoms
from compliance.schemas.dossier import Dossier
from compliance.schemas.report import Bilingual, LimitSource
from compliance.schemas.rulebook import Check, Profile, Setting, Spec
from compliance.schemas.scalars import Ratio, days
from compliance.schemas.vocabulary import DOCUMENTS, WORDS

LAW = load_law()
KINDS = measure_kinds()

ITEMS = ["B1.1", "B2.1", "B2.2", "B2.3", "B3.1", "B3.2", "B4.1", "B4.2", "B5.1", "B5.2", "B5.3", "B6.1", "B6.2", "B6.3", "B7.1", "B7.2", "B8.1", "B9.1", "B9.2", "B9.3", "B10.1", "H1.1", "H1.2", "H1.3", "H2.1", "H3.1", "H4.1", "H4.2", "H5.1", "H6.1", "H7.1", "H7.2", "H7.3", "H8.1", "H9.1", "H10.1"]
PRECEDENTS = {f"P4-{n:02}" for n in range(1, 28)} | {f"P5-{n:02}" for n in range(1, 43)}

UNUSED_MEASURES: dict[str, str] = {
}
"""Measures that no clause asks for, and why they are kept."""


def trees(check: Check) -> Iterator[Tree]:
    yield check.holds
    if check.when is not None:
        yield check.when
    for word in (*check.remarks, *check.history):
        yield word.when


def test_the_thirty_six_items_stand_in_the_standards_order() -> None:
    assert [item.id for item in LAW.items if not item.body_only] == ITEMS


def test_every_measure_is_asked_for_by_some_clause_or_place() -> None:
    asked = set()
    places = [load_profile(name, LAW, days("2024-01-31"), drafts=True) for name in profile_names()]
    for check in (*LAW.checks, *(local.check for place in places for local in place.checks)):
        for tree in trees(check):
            for atom in atoms(tree):
                for side in (atom.measure, atom.limit.name if isinstance(atom.limit, MeasureRef) else None):
                    if isinstance(side, str):
                        asked.add(side)
        if check.dated_by:
            asked.add(check.dated_by)
    known = {name for measures in KINDS.values() for name in measures}
    assert known - asked == set(UNUSED_MEASURES), (sorted(known - asked - set(UNUSED_MEASURES)), sorted(set(UNUSED_MEASURES) - (known - asked)))


def used_parameters() -> dict[str, set[str]]:
    """Parameter → the items that ask for it."""
    used: dict[str, set[str]] = {}
    for check in LAW.checks:
        names = [*check.only_where, *([check.zone] if check.zone else [])]
        for tree in trees(check):
            names += [s.name for a in atoms(tree) for s in (a.measure, a.limit) if isinstance(s, ParamRef)]
        for name in names:
            used.setdefault(name, set()).add(check.item)
    return used


def test_every_parameter_is_used_by_some_clause() -> None:
    assert set(LAW.parameters) == set(used_parameters())


def test_every_parameter_names_the_items_that_use_it() -> None:
    said = {name: set(p.spec.used_by) for name, p in LAW.parameters.items()}
    assert said == used_parameters()


def test_every_precedent_is_one_that_is_known() -> None:
    cited = {(item.id, p) for item in LAW.items for p in item.spec.remedy.precedents}
    assert {p for _, p in cited} <= PRECEDENTS, sorted(c for c in cited if c[1] not in PRECEDENTS)
    assert len({i for i, _ in cited}) > 30


def texts(value: Any, where: str) -> Iterator[tuple[str, str, str]]:
    """Every text in both languages, with its place."""
    if isinstance(value, BaseModel):
        if {"zh", "en"} == set(type(value).model_fields):
            yield where, value.zh, value.en  # type: ignore[attr-defined]
            return
        for name in type(value).model_fields:
            yield from texts(getattr(value, name), f"{where}.{name}")
    elif isinstance(value, dict):
        for name, inner in value.items():
            yield from texts(inner, f"{where}.{name}")
    elif isinstance(value, list | tuple):
        for i, inner in enumerate(value):
            yield from texts(inner, f"{where}.{i}")


TEXTS = [t for clause in LAW.clauses for t in texts(clause.spec, clause.id)] + list(texts(LAW.standard, "standard"))


def test_every_text_is_chinese_in_chinese_and_english_in_english() -> None:
    chinese = re.compile(r"[\u4e00-\u9fff]")
    wrong = [(where, zh, en) for where, zh, en in TEXTS if zh == en or not chinese.search(zh) or chinese.search(en)]
    assert len(TEXTS) > 500
    assert wrong == []


def test_no_text_has_blanks_at_its_ends_or_a_full_stop_where_a_sentence_is_built() -> None:
    wrong = [(w, t) for w, zh, en in TEXTS for t in (zh, en) if t != t.strip() or (".says" in w and t[-1] in "。.")]
    assert wrong == []


def test_no_item_says_the_same_of_two_checks() -> None:
    for item in LAW.items:
        for lang in ("zh", "en"):
            said = [getattr(check.says, lang) for check in item.checks]
            assert len(set(said)) == len(said), (item.id, [s for s in said if said.count(s) > 1])


def test_every_document_has_words() -> None:
    asked = {d for check in LAW.checks for d in check.documents}
    assert asked <= set(DOCUMENTS)
    assert all(zh and en and zh != en for zh, en in DOCUMENTS.values())


def codes_of_schema(annotation: Any = Dossier, seen: set[Any] | None = None) -> Iterator[str]:
    """Every code that a field of the dossier can have, attachment types apart."""
    seen = set() if seen is None else seen
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        if annotation not in seen:
            seen.add(annotation)
            for name, field in annotation.model_fields.items():
                if name not in ("doc_type", "schema_version", "standard_id"):
                    yield from codes_of_schema(field.annotation, seen)
    elif get_origin(annotation) is Literal:
        yield from get_args(annotation)
    else:
        for inner in get_args(annotation):
            yield from codes_of_schema(inner, seen)


def test_every_code_of_the_dossier_has_words_in_both_languages() -> None:
    missing = sorted({code for code in codes_of_schema() if code not in WORDS})
    assert missing == []


def test_every_code_that_a_clause_names_has_words() -> None:
    named = set()
    for check in LAW.checks:
        for tree in trees(check):
            for atom in atoms(tree):
                if atom.op is Op.IS and isinstance(atom.limit, str):
                    named.add(atom.limit)
                elif atom.op is Op.ONE_OF and isinstance(atom.limit, tuple):
                    named.update(atom.limit)
    named |= {value for p in LAW.parameters.values() for value in p.spec.values}
    assert sorted(code for code in named if code not in WORDS) == []


def test_words_differ_between_the_languages() -> None:
    assert [code for code, (zh, en) in WORDS.items() if zh == en or not zh or not en] == []


def test_every_check_of_every_place_can_be_lowered() -> None:
    source = LimitSource("d", "s", "p", None, None, "in_force")
    sample = {"bool": True, "count": 5, "amount": 1, "ratio": Ratio(2, 3), "date": days("2000-12-31")}
    for choice in (0, -1):
        settings = {}
        for name, parameter in LAW.parameters.items():
            spec = parameter.spec
            value = tuple(spec.values) if spec.kind == "codes" else spec.values[choice] if spec.values else sample[spec.kind]
            settings[name] = Setting(value, source)
        compile_questions(LAW, Profile("p", Bilingual("中", "en"), settings, ""))
    compile_questions(LAW, load_profile("national", LAW, days("2024-01-01")))


@pytest.mark.parametrize("check", LAW.checks, ids=lambda c: c.id)
def test_what_is_only_encouraged_is_advisory_or_minor(check: Check) -> None:
    if check.obligation == "encouraged":
        assert check.severity in ("advisory", "minor")
    else:
        assert check.severity != "advisory"


def test_specs_are_closed() -> None:
    assert Spec.model_config["extra"] == "forbid"
