"""Validators of JSON Schema on the published schema of dossiers: whether the structure is sound, and nothing else."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import orjson

import compliance.schemas

__all__ = ["CANNOT", "SCHEMA", "VALIDATORS", "jsonschema_python", "jsonschema_rust"]

SCHEMA = Path(compliance.schemas.__file__).parent / "json" / "dossier.schema.json"
CANNOT = (
    "any check of the rulebook, as no keyword holds one value against another; a reference that leads nowhere, an "
    "identifier used twice, a key written twice, a day that is not in the calendar, a check digit, more decimals "
    "than four: such dossiers are valid to it and refused by our intake"
)

Valid = Callable[[bytes], bool]


def jsonschema_python() -> Valid:
    """jsonschema, in Python: what check-jsonschema runs on."""
    from jsonschema import Draft202012Validator

    validator = Draft202012Validator(json.loads(SCHEMA.read_bytes()))
    return lambda data: not any(validator.iter_errors(json.loads(data)))


def jsonschema_rust() -> Valid:
    """jsonschema-rs, in Rust, after the fastest parser of JSON."""
    import jsonschema_rs

    validator = jsonschema_rs.Draft202012Validator(json.loads(SCHEMA.read_bytes()))
    return lambda data: validator.is_valid(orjson.loads(data))


VALIDATORS = {"jsonschema": jsonschema_python, "jsonschema-rs": jsonschema_rust}
"""Package → how it is made ready"""
