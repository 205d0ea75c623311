"""Parquet: the flat rows with their types, the same bytes, read by others as they were written; refused without pyarrow."""

from __future__ import annotations

import json
import sys
from dataclasses import replace
from datetime import date
from io import BytesIO
from pathlib import Path
from typing import Any

import orjson
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner

from compliance.cli import cli
from compliance.render import MissingExtraError, render
from compliance.render import flat as columns
from compliance.render.as_parquet import OPTIONS, schema, table
from compliance.road import check
from compliance.schemas.report import Bilingual, Fault, Report
from tests.places import FIXTURES
from tests.sample_report import AREA, HOSTILE, empty, finding, report, sample

VILLAGE = FIXTURES / "cases" / "four-places" / "dossier.json"


def read(data: bytes) -> Any:
    return pq.read_table(BytesIO(data))


@pytest.fixture(scope="module")
def judged() -> Report:
    made = check(VILLAGE, as_of="2024-03-31", mode="feed")
    return replace(made, findings=tuple(made.findings))


def test_every_finding_is_a_row_with_what_the_json_report_says(judged: Report) -> None:
    told = json.loads(render(judged, "json"))
    rows = read(render(judged, "parquet")).to_pylist()
    assert len(rows) == len(told["findings"]) > 50
    for row, found in zip(rows, told["findings"], strict=True):
        assert tuple(row) == columns.COLUMNS
        assert (row["dossier_id"], row["area_code"], row["plan_year"]) == (
            told["area"]["dossier_id"], told["area"]["code"], told["area"]["plan_year"],
        )  # fmt: skip
        assert row["as_of"] == date(2024, 3, 31)
        for name in ("item", "clause", "outcome", "reason", "basis", "obligation", "severity", "disposition"):
            assert row[name] == found[name]
        assert (row["finding"], row["pointer"], row["related"]) == (found["id"], found["primary"], found["related"])
        assert (row["sentence_zh"], row["sentence_en"]) == (found["sentence"]["zh"], found["sentence"]["en"])
        assert (row["responsible_unit"], row["fingerprint"]) == (found["responsible_unit"], found["fingerprint"])
        subject = found["subject"]
        assert [row[f"subject_{name}"] for name in ("kind", "id", "name")] == [
            subject["kind"], subject["id"], subject["name"]["zh"],
        ]  # fmt: skip


def test_the_checks_named_are_those_that_decided(judged: Report) -> None:
    rows = {row["finding"]: row for row in columns.rows(judged)}
    for found in judged.findings:
        row = rows[found.id]
        if found.outcome in ("pass", "not_applicable"):
            assert row["checks"] == row["values"] == []
            continue
        deciding = [line for line in found.checks if line.outcome == found.outcome]
        assert row["checks"] == sorted({c.check for c in deciding}, key=[c.check for c in deciding].index) != []
        assert set(row["values"]) == {f"{v.measure}={v.value}" for c in deciding for v in c.values if v.value is not None}
    assert any("/" in value for row in rows.values() for value in row["values"]), "a share is written exactly"


def test_rows_are_the_same_as_json_lines(judged: Report) -> None:
    lines = [orjson.loads(orjson.dumps(row)) for row in columns.rows(judged)]
    rows = read(render(judged, "parquet")).to_pylist()
    assert [{**row, "as_of": row["as_of"].isoformat()} for row in rows] == lines


def test_columns_have_types(judged: Report) -> None:
    made = read(render(judged, "parquet")).schema
    assert tuple(made.names) == columns.COLUMNS
    assert made.field("as_of").type == pa.date32()
    assert made.field("plan_year").type == pa.int32()
    for name in columns.CODES & set(columns.COLUMNS):
        assert made.field(name).type == pa.dictionary(pa.int32(), pa.string())
    for name in columns.LISTS:
        assert pa.types.is_list(made.field(name).type)
    assert {name for name in made.names if made.field(name).nullable} == {"reason", "basis", "responsible_unit"}


def test_the_file_says_where_it_comes_from_and_what_went_wrong() -> None:
    fault = Fault("B7.1", "participation", "C00001", Bilingual("除数为零", "division by zero"))
    made = replace(sample(), faults=(fault,), integrity=("A-03",))
    metadata = read(render(made, "parquet")).schema.metadata
    told = json.loads(render(made, "json"))
    for name in ("report_version", "provenance", "area", "verdict", "faults", "integrity"):
        assert json.loads(metadata[f"compliance.{name}".encode()]) == told[name]
    assert told["faults"][0]["check"] == "participation"


@pytest.mark.parametrize("made", [empty(), sample(), report([finding("B7.1", replace(AREA, name=Bilingual(HOSTILE, "x")))])])
def test_any_report_can_be_read_back_and_has_the_same_bytes_twice(made: Report) -> None:
    data = render(made, "parquet")
    assert data == render(made, "parquet", "en")
    assert [row["finding"] for row in read(data).to_pylist()] == [f.id for f in made.findings]


def test_tables_made_in_parts_are_the_table_made_at_once(judged: Report) -> None:
    """A stream writes what one report does: group by group."""
    rows = list(columns.rows(judged))
    out = BytesIO()
    with pq.ParquetWriter(out, schema(), **OPTIONS) as writer:
        for start in range(0, len(rows), 37):
            writer.write_table(table(rows[start : start + 37]))
    assert read(out.getvalue()).to_pylist() == table(rows).to_pylist()


def test_without_pyarrow_it_is_refused_before_anything_is_checked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pyarrow.parquet", None)
    with pytest.raises(MissingExtraError):
        render(sample(), "parquet")
    out = tmp_path / "out.parquet"
    result = CliRunner().invoke(cli, ["check", str(VILLAGE), "--report", f"parquet:{out}"])
    assert result.exit_code == 2
    assert "尚未安装" in result.output
    assert 'pip install "compliance-laojiu[parquet]"' in result.output
    assert not out.exists()
