"""OSCAL documents held against NIST's JSON Schema and its metaschema; both work offline.

The package ``oscal`` unpacks all releases (some 160 MB) where it is told to: once a process, in a folder that then goes.
"""

from __future__ import annotations

import json
import logging
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import jsonschema_rs

Json = dict[str, Any]


@cache
def _schema() -> Any:
    text = (Path(__file__).parent / "schemas" / "oscal-1.1.3.json").read_text("utf-8")
    return jsonschema_rs.validator_for(json.loads(text))


@cache
def _unpacked() -> TemporaryDirectory[str]:
    from oscal.oscal_support import configure_support

    folder = TemporaryDirectory(prefix="oscal-")
    configure_support(str(Path(folder.name) / "support.db"))
    return folder


def by_schema(data: bytes) -> list[tuple[str, list[Any]]]:
    """What NIST's JSON Schema has against a document: message and place."""
    return [(error.message[:300], list(error.instance_path)) for error in _schema().iter_errors(json.loads(data))]


def by_metaschema(data: bytes) -> list[Json]:
    """What the metaschema has against it: what is missing, types, allowed values, cardinalities, choices."""
    logging.disable(logging.CRITICAL)
    try:
        _unpacked()
        from oscal import OSCAL

        made = OSCAL.loads(data.decode())
        assert made.oscal_version == "v1.1.3"
        made.validate()
        assert all(made.validation_status.values()) == (not made.validation_errors)
        return list(made.validation_errors)
    finally:
        logging.disable(logging.NOTSET)
