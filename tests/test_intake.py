"""Intake reads what was written, from every kind of source; whatever else it is given, it refuses."""

from __future__ import annotations

import gc
import hashlib
import io
import json
import os
import pickle
from decimal import Decimal

import jiter
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from compliance.intake import read, references
from compliance.intake.scan import BAD, scan
from compliance.schemas.dossier import Dossier
from compliance.schemas.received import Received
from compliance.schemas.refusal import CODES, Refused
from tests.test_schema_dossier import dossiers, mutated

MINIMAL = {
    "schema_version": "1.0",
    "dossier_id": "D-1",
    "area_code": "430302",
    "area_name": "雨湖区",
    "area_level": "district",
    "plan_year": 2021,
    "communities": [
        {
            "community_id": "C-1",
            "name": "幸福里",
            "floor_area_m2": 12345.67,
            "evidence": [{"attachment": "A-1"}],
        }
    ],
    "attachments": [{"att_id": "A-1", "doc_type": "ballot", "file": "票/1.pdf"}],
}
BYTES = json.dumps(MINIMAL, ensure_ascii=False, indent=1).encode()


def receive(data):
    return read("-", stdin=io.BytesIO(data))


def dumped(raw):
    """JSON text of a tree with decimals, which the json module does not write."""
    return json.dumps(
        raw, default=lambda number: json.loads(str(number), parse_float=float), ensure_ascii=False
    )


# -- sources


def test_a_file(tmp_path):
    path = tmp_path / "档案.json"
    path.write_bytes(BYTES)
    for source in (path, str(path)):
        received = read(source)
        assert received.dossier.communities[0].floor_area_m2 == Decimal("12345.67")
        assert (received.source, received.size) == (str(path), len(BYTES))
        assert received.sha256 == hashlib.sha256(BYTES).hexdigest()
        assert dict(received.files) == {}


def test_standard_input(monkeypatch):
    class Standard:
        buffer = io.BytesIO(BYTES)

    monkeypatch.setattr("sys.stdin", Standard)
    assert read("-").dossier == receive(BYTES).dossier


def test_a_byte_order_mark_is_accepted_and_counted_in_the_hash():
    received = receive(b"\xef\xbb\xbf" + BYTES)
    assert received.dossier == receive(BYTES).dossier
    assert received.sha256 == hashlib.sha256(b"\xef\xbb\xbf" + BYTES).hexdigest()


def test_a_named_pipe(tmp_path):
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    if os.fork() == 0:
        pipe.write_bytes(BYTES)
        os._exit(0)
    assert read(pipe).dossier.dossier_id == "D-1"
    os.wait()


def refusal(source):
    with pytest.raises(Refused) as caught:
        read(source)
    (error,) = caught.value.errors
    return error


def test_a_missing_file(tmp_path):
    error = refusal(tmp_path / "无.json")
    assert (error.code, error.line, error.pointer) == ("file_missing", None, "")
    assert "无.json" in error.found.zh


@pytest.mark.parametrize("name", ["a\0b", "x" * 5000])
def test_impossible_names(name):
    assert refusal(name).code == "not_readable"


def test_no_permission(tmp_path, monkeypatch):
    path = tmp_path / "a.json"
    path.write_bytes(BYTES)

    def denied(*_args, **_kwargs):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("pathlib.Path.open", denied)
    error = refusal(path)
    assert (error.code, error.found.zh) == ("not_readable", "没有读取权限")


def test_too_large(tmp_path, monkeypatch):
    monkeypatch.setattr("compliance.intake.container.JSON_BYTES", len(BYTES))
    assert receive(BYTES).size == len(BYTES)
    with pytest.raises(Refused) as caught:
        receive(BYTES + b" ")
    assert [error.code for error in caught.value.errors] == ["too_large"]


# -- values


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("0.1", "0.1"), ("12345.6789", "12345.6789"), ('"12345.6789"', "12345.6789"), ("1e3", "1000"),
        ("9999999999.9999", "9999999999.9999"), ("0.30000000000000004", None), ("100", "100"),
    ],
)  # fmt: skip
def test_amounts_are_exact(written, value):
    data = BYTES.replace(b"12345.67", written.encode())
    if value is None:
        with pytest.raises(Refused):
            receive(data)
    else:
        assert str(receive(data).dossier.communities[0].floor_area_m2) == value


def test_the_garbage_collector_is_left_as_it_was_found():
    for switch, state in ((gc.disable, False), (gc.enable, True)):
        switch()
        receive(BYTES)
        assert gc.isenabled() is state
        with pytest.raises(Refused):
            receive(b"{")
        assert gc.isenabled() is state


def test_a_refusal_survives_the_way_between_processes():
    with pytest.raises(Refused) as caught:
        receive(b'{"plan_year": "2021"}')
    again = pickle.loads(pickle.dumps(caught.value))
    assert (again.source, again.errors) == (caught.value.source, caught.value.errors)


@settings(max_examples=80, deadline=None)
@given(dossiers())
def test_reading_what_was_written_gives_the_same_dossier(raw):
    first = receive(dumped(raw).encode()).dossier
    again = receive(first.model_dump_json(exclude_unset=True).encode()).dossier
    assert again == first
    assert receive(first.model_dump_json(exclude_defaults=True).encode()).dossier == first


# -- fuzzing


def outcome(data):
    """``Received`` or ``Refused`` with at least one well-formed error; never anything else."""
    try:
        result = receive(data)
    except Refused as refused:
        result = refused
    assert isinstance(result, Received) or result.errors
    if isinstance(result, Refused):
        assert all(error.code in CODES for error in result.errors)
        assert json.dumps(result.to_json())
        assert result.text("zh") != result.text("en")
    return result


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=200))
@example(b"PK\x03\x04")
@example(b"PK\x05\x06" + b"\0" * 18)
@example(b'{"a":' * 100_000)
@example(b"[" * 100_000)
@example(b'"' + b"\\" * 9999)
@example(b"-" * 9999)
@example(b"/*" * 9999)
@example(b"1" * 100_000)
@example(b"1." + b"1" * 100_000)
def test_any_bytes(data):
    outcome(data)


FRAGMENTS = st.sampled_from(
    [*'{}[]:,"\'\\/#*\n\t \0', "：", "，", "“", "”", "\u3000", "\ufeff", "null", "true", "True", "NaN", "1", "-", "1e9",
     "1e99999999999999999999", '"a"', '"community_id"', '"\\u', '"\\ud83d', "//", "/*", "雨", "\ud7ff", "0" * 50]
)  # fmt: skip


@settings(max_examples=600, deadline=None)
@given(st.lists(FRAGMENTS, max_size=30).map("".join), st.integers(0, len(BYTES)), st.integers(0, 30))
def test_damaged_text(text, at, cut):
    outcome(text.encode())
    outcome(BYTES[:at] + text.encode() + BYTES[at + cut :])


@settings(max_examples=150, deadline=None)
@given(st.integers(0, len(BYTES) - 1))
def test_every_truncation_is_recognised(length):
    refused = outcome(BYTES[:length])
    assert isinstance(refused, Refused)
    assert refused.errors[-1].code == ("truncated" if length else "empty_file")


@settings(max_examples=150, deadline=None)
@given(mutated())
def test_wrong_content_is_received_or_refused_with_every_pointer_in_the_text(raw):
    result = outcome(dumped(raw).encode())
    for error in result.errors if isinstance(result, Refused) else ():
        assert error.code != "invalid", error


@settings(max_examples=100, deadline=None)
@given(mutated())
def test_fast_and_thorough_reference_checks_agree(raw):
    try:
        Dossier.model_validate(raw)
    except ValueError:
        return
    assert references.sound(raw) == (list(references.faults(raw, complete=True)) == [])


TREES = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**20), 10**20) | st.text(max_size=8)
    | st.floats(allow_nan=False, allow_infinity=False),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=4), inner, max_size=4),
    max_leaves=20,
)  # fmt: skip


@settings(max_examples=300, deadline=None)
@given(TREES, st.sampled_from([None, 1]), st.booleans())
def test_the_tolerant_reader_reads_sound_json_like_the_fast_one(tree, indent, ascii_only):
    text = json.dumps(tree, indent=indent, ensure_ascii=ascii_only)
    result = scan(text)
    assert (result.faults, result.sound) == ([], True)
    assert result.root == jiter.from_json(text.encode(), float_mode="decimal")


def test_offsets_point_at_keys_and_values():
    text = '{"甲": [1, {"b": null}], "c": "d"}'
    root = scan(text).root
    assert text[root.keys_at["c"] :].startswith('"c"')
    assert text[root.values_at["c"] :].startswith('"d"')
    assert text[root["甲"].values_at[1] :].startswith('{"b"')
    assert text[root["甲"][1].values_at["b"] :].startswith("null")


def test_an_unreadable_value_leaves_the_others_in_their_places():
    result = scan('{"a": [1, NaN, 3], "b": 2}')
    assert result.sound
    assert result.root == {"a": [1, BAD, 3], "b": 2}
