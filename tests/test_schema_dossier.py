"""The dossier's types and its published JSON Schema accept the same, and the schema file follows the types."""

from __future__ import annotations

import copy
import json
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from compliance.intake.examine import validator
from compliance.intake.references import IDENTIFIES, REFERS_TO
from compliance.schemas import generate
from compliance.schemas.dossier import FILE_PATTERN, Dossier
from compliance.schemas.scalars import TEXT_PATTERN, Amount, AreaCode, Date, DocNo, Text, Uscc

SCHEMA = generate.load("dossier")
TITLES = {model.__name__: name for model, name in IDENTIFIES.items()}


# -- dossiers drawn from the schema


@st.composite
def objects(draw, name, depth=0):
    """An object of one class: what is required, and a few of the other fields."""
    part = SCHEMA if name == "Dossier" else SCHEMA["$defs"][name]
    fields = part["properties"]
    optional = sorted(fields.keys() - set(part.get("required", ())))
    chosen = (
        draw(st.lists(st.sampled_from(optional), max_size=4 if depth < 4 else 1, unique=True))
        if optional
        else []
    )
    return {
        field: draw(values(name, field, fields[field], depth))
        for field in [*part.get("required", ()), *chosen]
    }


def values(owner, field, schema, depth):
    if TITLES.get(owner) == field:
        return st.uuids().map(str)
    if field in REFERS_TO:
        return references(schema, {"Community": "C-1", "Attachment": "A-1"}.get(REFERS_TO[field].__name__))
    return typed(schema, depth)


def references(schema, known):
    if schema.get("type") == "array":
        return st.just([known] if known else [])
    return st.just(known)


def typed(schema, depth):
    if "anyOf" in schema:
        return st.one_of([typed(option, depth) for option in schema["anyOf"]])
    if "$ref" in schema:
        return objects(schema["$ref"].rsplit("/", 1)[1], depth + 1)
    if "const" in schema:
        return st.just(schema["const"])
    if "enum" in schema:
        return st.sampled_from(schema["enum"])
    if schema["type"] == "array":
        return st.lists(typed(schema["items"], depth + 1), max_size=2)
    if schema["type"] == "integer":
        return st.integers(schema["minimum"], schema["maximum"])
    if schema["type"] == "number":
        return st.decimals(schema["minimum"], schema["maximum"], places=schema["x-decimals"])
    if schema["type"] == "string":
        return texts(schema)
    return {"boolean": st.booleans(), "null": st.none()}[schema["type"]]


def texts(schema):
    if schema.get("format") == "partial-date":
        dates = st.dates(date(1950, 1, 1), date(2099, 1, 1))
        return dates.flatmap(lambda day: st.sampled_from([day.isoformat()[:n] for n in (4, 7, 10)]))
    if schema.get("format") == "amount":
        return st.decimals(0, 10**10, places=4).map(str)
    if schema.get("format") == "uscc":
        return st.sampled_from(["91350100M000100Y43", "1153302501526456X4"])
    if schema["pattern"] == FILE_PATTERN:
        return st.sampled_from(["票/1.pdf", "甲 乙.jpg"])
    if schema["pattern"] == TEXT_PATTERN:
        return st.sampled_from(["雨湖区", "a", "第一行\n第二行", "“引号”\\ / 𠮷"])
    return st.from_regex(schema["pattern"].replace("$", r"\Z"))


@st.composite
def dossiers(draw):
    """A valid dossier in which every reference leads somewhere."""
    raw = draw(objects("Dossier"))
    raw.setdefault("communities", []).append({"community_id": "C-1", "name": "幸福里"})
    raw.setdefault("attachments", []).append({"att_id": "A-1", "doc_type": "ballot"})
    return raw


# -- the schema file


def test_the_schema_files_follow_the_types():
    assert list(generate.check()) == []


def test_check_notices_a_stale_or_missing_file(tmp_path):
    assert list(generate.check(tmp_path)) == sorted(generate.SCHEMAS)
    generate.write(tmp_path)
    assert list(generate.check(tmp_path)) == []
    path = tmp_path / "dossier.schema.json"
    path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))
    assert list(generate.check(tmp_path)) == ["dossier"]


def test_the_command_checks_and_explains_its_usage(capsys):
    assert generate.main(["--check"]) == 0
    assert generate.main(["--chek"]) == 2
    assert "--check" in capsys.readouterr().err


def test_generation_is_deterministic_and_self_describing():
    text = generate.text("dossier")
    assert text == generate.text("dossier")
    schema = json.loads(text)
    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert schema["$id"] == "urn:jianbancheng-2021-50:dossier:1.0"
    assert schema["title"] == "档案"
    households = schema["$defs"]["Community"]["properties"]["households"]
    assert (households["title"], households["x-unit"], households["x-level"]) == ("户数", "户", "小区")


def test_units_and_levels_do_not_clobber_fields_of_that_name():
    assert {"unit", "opened_on"} <= SCHEMA["$defs"]["Consultation"]["properties"].keys()
    assert "level" in SCHEMA["$defs"]["PolicyDoc"]["properties"]


def test_every_class_and_field_has_a_chinese_title():
    for name, part in [("Dossier", SCHEMA), *SCHEMA["$defs"].items()]:
        for title in [part["title"], *(field["title"] for field in part["properties"].values())]:
            assert any("\u4e00" <= char <= "\u9fff" for char in title), (name, title)


# -- types and schema agree

HOSTILE = [
    None, True, False, 0, 1, -1, 10**9, 10**9 + 1, 10**10, 10**10 + 1, 10**60, Decimal("15.0"), Decimal("0.5"),
    Decimal("1.0000"), Decimal("1.00000"), Decimal("1.00001"), Decimal("-0.0"), Decimal("1E+3"), Decimal("1E+400"),
    Decimal("1E-400"), Decimal("1E+999999999"), Decimal("0E+999999999"), Decimal("9" * 40 + ".5"),
    Decimal("10000000000.0001"), "", " ", "15", "015", "1.5", "1.50000", "10000000000", "10000000000.1",
    "99999999999", "-1", "1e3", "１５", "true", "2021", "2021-02", "2021-2", "2021-02-29", "2020-02-29",
    "2021-12-14\n", "２０２１", "2021/12/14", "1899", "430302", "430302\n", "43030２", "030302",
    "91350100M000100Y43", "91350100M000100Y43\n", "91350100M000100Y44", "91350100m000100y43",
    "建办城〔2021〕50号", "建办城〔2021〕050号", "建办城[2021]50号", "建办城〔2021〕50号\n", "C-1", "-C", "C" * 64,
    "C" * 65, "幸福里", "\x00", "a\tb", "a\x0bb", "a\x7fb", "\ufffe", "长" * 4000, "长" * 4001, "a" * 64, "A" * 64,
    "scan/甲.pdf", "/etc/passwd", "a\\b", "planned", "1.0", "2.0", [], [[]], {}, [None], [1, 1], ["C-1", "C-1"],
]  # fmt: skip


def places(value, found=None):
    """Every (container, key) of a JSON tree."""
    found = [] if found is None else found
    for key in list(value) if isinstance(value, dict) else range(len(value)):
        found.append((value, key))
        if isinstance(value[key], dict | list):
            places(value[key], found)
    return found


@st.composite
def mutated(draw):
    raw = copy.deepcopy(draw(dossiers()))
    for _ in range(draw(st.integers(0, 2))):
        container, key = draw(st.sampled_from(places(raw)))
        how = draw(st.sampled_from(["replace", "replace", "replace", "delete", "wrap", "add"]))
        if how == "replace":
            container[key] = copy.deepcopy(draw(st.sampled_from(HOSTILE)))
        elif how == "delete":
            del container[key]
        elif how == "wrap":
            container[key] = [container[key]]
        elif isinstance(container, dict):
            container[draw(st.sampled_from(["x", "name", "households", "小区"]))] = 1
    return raw


def types_accept(raw):
    try:
        Dossier.model_validate(raw)
    except ValidationError:
        return False
    return True


def schema_accepts(raw):
    everywhere = frozenset(id(container[key]) for container, key in places(raw)) | {id(raw)}
    return validator(SCHEMA, everywhere).is_valid(raw)


@settings(max_examples=400, deadline=None)
@given(mutated())
def test_types_and_schema_accept_the_same(raw):
    assert types_accept(raw) == schema_accepts(raw)


@settings(max_examples=60, deadline=None)
@given(dossiers())
def test_what_the_schema_describes_is_accepted(raw):
    assert types_accept(raw)
    assert schema_accepts(raw)


@pytest.mark.parametrize("value", HOSTILE, ids=lambda value: ascii(value)[:30])
@pytest.mark.parametrize(
    "place",
    [
        ("area_code",), ("area_name",), ("plan_year",), ("dossier_id",), ("schema_version",), ("submitter_uscc",),
        ("data_as_of",), ("fictional",), ("plans",), ("plans", 0, "planned_investment_10k"), ("plans", 0, "document"),
        ("plans", 0, "communities_planned"), ("plans", 0, "document", "doc_no"), ("plans", 0, "community_ids"),
        ("attachments", 0, "sha256"), ("attachments", 0, "file"), ("plans", 0, "county_codes", 0), ("plans", 0),
    ],
    ids=lambda place: "/".join(map(str, place)),
)  # fmt: skip
def test_each_kind_of_field_with_each_hostile_value(place, value):
    raw = {
        "schema_version": "1.0", "dossier_id": "D", "area_code": "430302", "area_name": "雨湖区",
        "area_level": "district", "plan_year": 2021, "attachments": [{"att_id": "A", "doc_type": "ballot"}],
        "plans": [{"plan_id": "P", "year": 2021, "document": {}, "county_codes": ["430302"]}],
    }  # fmt: skip
    assert types_accept(raw)
    target = raw
    for step in place[:-1]:
        target = target[step]
    target[place[-1]] = copy.deepcopy(value)
    assert types_accept(raw) == schema_accepts(raw)


# -- scalars


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        (Date, "２０２１-12-14"), (Date, "2021-12-14\n"), (Date, "2021-1-5"), (AreaCode, "43030２"), (AreaCode, "430302\n"),
        (Uscc, "91350100M000100Y43\n"), (DocNo, "建办城〔２021〕50号"), (Amount, "１２"), (Amount, "1\n"), (Text, "a\x1b[2J"),
        (Text, ""), (Date, 2021), (Amount, True), (Amount, 0.5), (Amount, Decimal("NaN")), (Amount, Decimal("Infinity")),
    ],
)  # fmt: skip
def test_scalars_refuse(kind, text):
    with pytest.raises(ValidationError):
        TypeAdapter(kind).validate_python(text)


@pytest.mark.parametrize(
    ("written", "text"),
    [
        ("64.8800", "64.88"),
        ("1E+3", "1000"),
        ("-0.0", "0"),
        ("0E+999999", "0"),
        ("1.50000000", "1.5"),
        ("1E+10", "10000000000"),
    ],
)
def test_equal_amounts_read_alike(written, text):
    assert str(TypeAdapter(Amount).validate_python(Decimal(written))) == text
