"""The canonical report: valid by its schema, complete, the same bytes each time."""

import json
from dataclasses import asdict

import pytest
from jsonschema import Draft202012Validator

from compliance.render import render
from compliance.schemas.report import Report
from compliance.schemas.report_schema import report_schema
from tests.sample_report import empty, large, sample


@pytest.mark.parametrize("report", [sample(), empty()], ids=["sample", "empty"])
def test_holds_what_the_report_holds_and_fits_its_schema(report: Report) -> None:
    got = json.loads(render(report, "json"))
    findings = [asdict(finding) for finding in report.findings]
    names = [name for name in Report.__dataclass_fields__ if name != "findings"]
    whole = {name: getattr(report, name) for name in names}
    assert list(got) == list(Report.__dataclass_fields__)
    assert got["findings"] == json.loads(json.dumps(findings))
    assert {name: got[name] for name in names} == json.loads(json.dumps(whole, default=asdict))
    schema = report_schema()
    Draft202012Validator.check_schema(schema)
    Draft202012Validator(schema).validate(got)


def test_schema_refuses_a_field_it_does_not_know() -> None:
    got = json.loads(render(sample(), "json"))
    got["findings"][0]["colour"] = "red"
    assert not Draft202012Validator(report_schema()).is_valid(got)


def test_same_report_same_bytes_in_either_language() -> None:
    assert render(sample(), "json", "zh") == render(sample(), "json", "en")


def test_one_finding_a_line_and_a_newline_at_the_end() -> None:
    got = render(large(), "json")
    assert got.endswith(b"\n}\n")
    assert sum(line.startswith(b'{"id":') for line in got.splitlines()) == len(large().findings)
