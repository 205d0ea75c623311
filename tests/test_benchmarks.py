"""The benchmark harness runs, all deciders agree, and its table has every row; nothing here is timed."""

from __future__ import annotations

from importlib.util import find_spec
from typing import Any

import pytest

from benchmarks.formulas import And, Compare, Known, questions
from benchmarks.table import Results
from compliance.render import formats
from compliance.schemas.conditions import All, Atom, Kind, Not, Op, ParamRef
from compliance.schemas.scalars import Ratio, Unknown

ENGINES = ("zen", "cel", "rule_engine", "clips", "business_rules", "psutil")
OTHERS = ("opa_eval", "regopy", "pandera", "frictionless", "jsonschema_rs", "check_jsonschema", "pyarrow")


def _needs(*modules: str) -> pytest.MarkDecorator:
    absent = any(find_spec(name) is None for name in modules)
    return pytest.mark.skipif(absent, reason="needs the bench requirements (make bench)")


bench_only = _needs(*ENGINES)


def test_a_question_is_a_formula_for_true_and_one_for_false() -> None:
    tree = All((Atom("share", Op.AT_LEAST, Ratio(2, 3)), Not(Atom("$", Op.PRESENT, True)), Atom("n", Op.AT_MOST, 4)))
    ((asked,), fields) = questions([tree], {"share": Kind.RATIO, "$": Kind.BOOL, "n": Kind.COUNT}, {})
    assert isinstance(asked.true, And)
    assert Compare((3, ("v0p",)), ">=", (2, ("v0q",))) in asked.true.parts
    assert Known("v1", False) in asked.true.parts
    values: dict[str, list[Any]] = {"share": [Ratio(1, 2), Unknown.MISSING_FIELD], "$": [True, True], "n": [3, 5]}
    filled = fields.fill(values, asked.fields)
    assert filled["v0p"] == [1, 0]
    assert filled["v0k"] == [True, False]
    assert filled["v2"] == [3, 5]


def test_a_limit_that_is_not_set_makes_a_question_neither_true_nor_false() -> None:
    ((asked,), _) = questions([Atom("n", Op.AT_LEAST, ParamRef("least"))], {"n": Kind.COUNT}, {})
    assert (asked.true, asked.false, asked.fields) == (False, False, ())


def test_the_table_says_met_and_missed() -> None:
    results = Results({"date": "2024-03-31"})
    results.add("1 Deciding", "quick", 1.25, 2)
    results.add("1 Deciding", "slow", 3, 2, note="by far")
    results.add("2 Memory", "told", 12.5, unit="MB")
    text = results.markdown()
    assert "| quick | ≤ 2× | 1.25× | met |  |" in text
    assert "| slow | ≤ 2× | 3× | **missed** | by far |" in text
    assert "| told |  | 12.5 MB |  |  |" in text
    assert [row["met"] for row in results.json()["rows"]] == [True, False, None]


@bench_only
def test_all_engines_give_the_same_answers() -> None:
    from benchmarks import decisions
    from benchmarks.dossiers import dossier

    law = decisions.law()
    subjects = decisions.of_dossier(dossier(3), law.bench)
    assert decisions.check_agreement(law, subjects) > 1000
    assert decisions.check_agreement(law, decisions.holed(subjects)) > 1000


@bench_only
def test_an_engine_that_answers_otherwise_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    from benchmarks import decisions
    from benchmarks.dossiers import dossier

    law = decisions.law()
    subjects = decisions.of_dossier(dossier(2), law.bench)

    def wrong(law: decisions.Law) -> decisions.Decider:
        return lambda subjects: {k: [b"\x01" * n for _ in law.trees[k]] for k, (_, n) in subjects.items()}

    monkeypatch.setattr(decisions, "durable", wrong)
    with pytest.raises(AssertionError, match="durable-rules answers otherwise"):
        decisions.check_agreement(law, subjects)


@_needs(*ENGINES, *OTHERS)
def test_every_row_is_there() -> None:
    from benchmarks.__main__ import run

    results = run(sizes=(2, 3, 4), repeats=1, small=20)
    sections = [row.section for row in results.rows]
    # Of each size the road, the decisions alone, five engines and the fastest of them, asked in two ways.
    assert sections.count("1 Deciding") == 3 * (2 + 5 + 2)
    # Outcomes of each size, how level they are, the report.
    assert sections.count("2 Outcomes and reports") == 3 + 1 + 1
    assert sections.count("3 Memory") == 1 + 2
    assert sections.count("4 Cold start") == 3
    assert sections.count("5 Two reports") == 2
    assert sections.count("6 Ledger") == 4 + 1
    assert sections.count("8 Workbooks") == 2 * 2
    # Two validators of the structure, two engines of Rego, two tools for tables, whole processes against two of ours.
    assert sections.count("b Other validators") == 2 + 2 + 2 + 2
    assert sections.count("c Formats") == len(formats())
    aimed = [row for row in results.rows if row.target is not None]
    assert sorted({row.target for row in aimed}) == [1.0, 1.05, 1.2, 2, 2.5, 3, 5, 10, 15]
    text = results.markdown()
    assert all(row.what in text for row in results.rows)
    assert all(row.measured > 0 for row in results.rows if row.section != "3 Memory")
