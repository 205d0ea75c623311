"""Report → canonical JSON, one finding a line; refuses nothing: the types have refused before.

Fields stand in the order of their dataclasses; Chinese and English are both in it. Findings are written one
by one, so that a lazy sequence of them never becomes a list.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields
from io import BytesIO
from typing import Any

import orjson

from compliance import collector
from compliance.schemas.report import Report

__all__ = ["render"]


def render(report: Report, lang: str = "zh") -> bytes:
    """``lang`` changes nothing: the file carries both languages."""
    with collector.at_rest():
        return _written(report)


def _whole(value: Any) -> list[Any]:
    """What is made when read: the doubts about the data."""
    if isinstance(value, Sequence):
        return list(value)
    raise TypeError(f"{type(value).__name__} has no place in a report")


def _written(report: Report) -> bytes:
    out = BytesIO()
    mark = b"{\n"
    for field in fields(report):
        out.write(mark + orjson.dumps(field.name) + b":")
        if field.name == "findings":
            separator = b"[\n"
            for finding in report.findings:
                out.write(separator + orjson.dumps(finding))
                separator = b",\n"
            out.write(b"[]" if separator == b"[\n" else b"\n]")
        else:
            out.write(orjson.dumps(getattr(report, field.name), default=_whole))
        mark = b",\n"
    out.write(b"\n}\n")
    return out.getvalue()
