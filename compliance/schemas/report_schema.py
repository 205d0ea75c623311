"""Report types → their JSON Schema (draft 2020-12), which refuses any field the types do not have."""

from __future__ import annotations

from typing import Any

from pydantic import TypeAdapter

from compliance.schemas.report import REPORT_VERSION, Report

__all__ = ["report_schema"]


def report_schema() -> dict[str, Any]:
    """The schema of what ``--report json`` writes."""
    body = TypeAdapter(Report).json_schema(mode="serialization")
    for shape in (body, *body["$defs"].values()):
        shape["additionalProperties"] = False
    body["properties"]["report_version"]["const"] = REPORT_VERSION
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **body, "title": "Compliance report"}
