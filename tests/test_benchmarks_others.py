"""What other validators are timed by says what we say; wrong translations are found out; what they cannot say is tried."""

from __future__ import annotations

from collections.abc import Callable
from importlib.util import find_spec
from io import BytesIO
from pathlib import Path
from typing import Any

import orjson
import pytest

from benchmarks.dossiers import AS_OF, bench, dossier
from benchmarks.others import HOLED
from benchmarks.outcomes import decide
from benchmarks.peers.json_schema import jsonschema_python
from benchmarks.peers.tables import COLUMNS, tables
from benchmarks.subset import SUBSET, TABLES, cut, failing, outcomes, place, spoiled
from compliance.bench import Bench, open_bench
from compliance.intake import read
from compliance.schemas.refusal import Refused
from compliance.schemas.scalars import days


def needs(*modules: str) -> pytest.MarkDecorator:
    absent = [name for name in modules if find_spec(name) is None]
    return pytest.mark.skipif(bool(absent), reason=f"needs the bench requirements (make bench): {', '.join(absent)}")


@pytest.fixture(scope="module")
def opened() -> Bench:
    return cut()


@pytest.fixture(scope="module")
def holed() -> list[bytes]:
    return [spoiled(*which) for which in HOLED]


def test_the_subset_alone_answers_as_it_does_in_the_whole_rulebook(opened: Bench, holed: list[bytes]) -> None:
    assert tuple(c.id for c in opened.rulebook.checks) == SUBSET
    for data in holed:
        alone, whole = (outcomes(decide(data, one)[0]) for one in (opened, bench()))
        assert alone.rows == {name: whole.rows[name] for name in SUBSET}


def test_every_outcome_occurs_of_every_check(opened: Bench, holed: list[bytes]) -> None:
    said = [outcomes(decide(data, opened)[0]).rows for data in holed]
    for name in SUBSET:
        assert {outcome for rows in said for _, outcome in rows[name]} >= {"pass", "fail", "unknown"}, name


def test_the_tables_have_our_rows_and_their_columns(opened: Bench, holed: list[bytes]) -> None:
    for data in holed:
        flat, ours = tables(data, place(opened)), outcomes(decide(data, opened)[0])
        for kind, checks in TABLES.items():
            assert list(flat[kind]) == list(COLUMNS[kind])
            assert [[key for key, _ in ours.rows[check]] for check in checks] == [flat[kind]["key"]] * len(checks)


@needs("opa_eval", "regopy", "pandera", "frictionless", "jsonschema_rs")
def test_everybody_says_what_we_say(opened: Bench, holed: list[bytes]) -> None:
    from benchmarks.others import check_agreement

    assert check_agreement(opened, [dossier(5), *holed]) > 1000


MISTRANSLATED = [
    ("r.owners_voting, [2, 3]", "r.owners_voting, [3, 4]"),
    ("ratio[0] * 2 > ratio[1]", "ratio[0] * 2 >= ratio[1]"),
    ("ratio[0] * least[1] >= least[0] * ratio[1]", "ratio[0] * least[1] > least[0] * ratio[1]"),
    ('["2021-01-01", "2021-01-01"]', '["2021-02-02", "2021-02-02"]'),
    ("part > total", "part > total + 100000"),
    ("a[1] <= b[0]", "a[1] < b[0]"),
    ("} else := -1 if {\n\ta[0] > b[1]\n}", "} else := -1 if {\n\ta[1] > b[0]\n}"),
    ("m in {6, 7, 8}", "m in {7, 8}"),
    ('== "contract"', '== "permit"'),
    ('"elevator"}', '"vehicles"}'),
    ("-12-31", "-06-30"),
    ("dated[1] < data.place.standard_day", 'dated[1] < "2000-01-01"'),
]  # fmt: skip


@needs("opa_eval")
@pytest.mark.parametrize(("right", "wrong"), MISTRANSLATED)
def test_a_wrong_translation_is_found_out(
    right: str, wrong: str, opened: Bench, holed: list[bytes], tmp_path: Path
) -> None:
    from benchmarks.peers import rego

    text = rego.POLICY.read_text("utf-8")
    assert right in text
    policy = tmp_path / "wrong.rego"
    policy.write_text(text.replace(right, wrong), "utf-8")
    judge = rego.regorus(place(opened), policy)
    assert any(judge(data).rows != outcomes(decide(data, opened)[0]).rows for data in holed)


@needs("opa_eval")
@pytest.mark.parametrize("profile", ["national", "xiangtan", "hebei", "beijing"])
def test_rego_knows_what_a_place_has_not_set_or_counts_otherwise(profile: str, holed: list[bytes]) -> None:
    from benchmarks.peers import rego

    opened = cut(open_bench(profile, days(AS_OF)))
    judge = rego.regorus(place(opened))
    for data in holed:
        said, ours = judge(data), outcomes(decide(data, opened)[0])
        assert (said.rows, said.items) == (ours.rows, ours.items)


# -- what they cannot say, by trying


def _flawed(name: str) -> bytes:
    made = orjson.loads(dossier(3))
    code = made["submitter_uscc"]
    if name == "a key twice":
        return orjson.dumps(made)[:-1] + b',"plan_year":2023}'
    spoil: dict[str, Callable[[], Any]] = {
        "a reference that leads nowhere": lambda: made["projects"][0]["community_ids"].append("nobody"),
        "an identifier twice": lambda: made["fund_txns"].append(made["fund_txns"][0]),
        "no day of the calendar": lambda: made["plans"][0].update(approved_on="2022-02-30"),
        "a wrong check digit": lambda: made.update(submitter_uscc=code[:-1] + ("1" if code[-1] == "0" else "0")),
        "five decimals": lambda: made["communities"][0].update(floor_area_m2=1.23456),
        "a count with a point": lambda: made["communities"][0].update(households=133.0),
        "a text for a count": lambda: made["communities"][0].update(households="133"),
        "an unknown field": lambda: made["communities"][0].update(hosueholds=133),
    }
    spoil[name]()
    return orjson.dumps(made)


SEEN_BY_US_ALONE = (
    "a key twice", "a reference that leads nowhere", "an identifier twice", "no day of the calendar",
    "a wrong check digit", "five decimals", "a count with a point",
)  # fmt: skip


@pytest.mark.parametrize("name", [*SEEN_BY_US_ALONE, "a text for a count", "an unknown field"])
def test_what_a_schema_does_not_see_our_intake_refuses(name: str) -> None:
    data = _flawed(name)
    with pytest.raises(Refused):
        read("-", stdin=BytesIO(data))
    valid = [jsonschema_python()]
    if find_spec("jsonschema_rs"):
        from benchmarks.peers.json_schema import jsonschema_rust

        valid.append(jsonschema_rust())
    assert {is_valid(data) for is_valid in valid} == {name in SEEN_BY_US_ALONE}


def test_a_schema_finds_nothing_wrong_where_checks_fail(opened: Bench) -> None:
    data = spoiled(*HOLED[0])
    assert any(failing(outcomes(decide(data, opened)[0])).values())
    assert jsonschema_python()(data)


REGO = """package probe
import rego.v1
report := {"rows": {}, "items": {"denied": denied, "fractions": fractions}}
default denied := false
denied if not input.never_said >= 3
fractions := [n | some n in numbers.range(2, 99); (1 / n) * n != 1]
"""


@needs("opa_eval", "regopy")
def test_rego_has_no_unknown_and_no_fractions(tmp_path: Path) -> None:
    from benchmarks.peers import rego

    policy = tmp_path / "probe.rego"
    policy.write_text(REGO.replace("package probe", "package subset"), "utf-8")
    for engine in rego.ENGINES.values():
        said = engine({}, policy)(b"{}").items
        assert said["denied"] is True  # what was never said counts as denied
        assert said["fractions"]  # one n-th n times is not one


@needs("pandera", "polars")
def test_pandera_passes_what_is_not_known_and_has_no_partial_dates() -> None:
    import pandera.polars as pa
    import polars as pl

    wants = pa.Check(lambda data: data.lazyframe.select(pl.col("n") >= 3))
    schema = pa.DataFrameSchema({"n": pa.Column(pl.Int64, nullable=True)}, checks=[wants])
    unknown = pl.DataFrame({"n": [None, 4]}, schema={"n": pl.Int64})
    assert schema.validate(unknown, lazy=True).equals(unknown)
    with pytest.raises(pa.errors.SchemaErrors):
        schema.validate(pl.DataFrame({"n": [None, 2]}, schema={"n": pl.Int64}), lazy=True)
    dated = pa.DataFrameSchema({"on": pa.Column(pl.Date, coerce=True)})
    with pytest.raises(pa.errors.SchemaErrors):
        dated.validate(pl.DataFrame({"on": ["2023-05"]}), lazy=True)


@needs("frictionless")
def test_frictionless_fails_what_is_not_known_and_has_no_partial_dates() -> None:
    from frictionless import Checklist, Resource, Schema, checks

    def errors(kind: str, values: list[Any], formula: str) -> list[Any]:
        schema = Schema.from_descriptor({"fields": [{"name": "v", "type": kind}, {"name": "key", "type": "string"}]})
        resource = Resource(data=[["v", "key"], *([value, "x"] for value in values)], schema=schema)
        report = resource.validate(Checklist(checks=[checks.row_constraint(formula=formula)]))
        return list(report.flatten(["rowNumber", "type"]))

    assert errors("integer", [None, 4, 2], "v >= 3") == [[2, "row-constraint"], [4, "row-constraint"]]
    assert errors("integer", [None, 4, 2], "v == None or v >= 3") == [[4, "row-constraint"]]
    assert [2, "type-error"] in errors("date", ["2023-05", "2023-05-01"], "True")
