"""The types → JSON Schemas (draft 2020-12) in ``schemas/json``; ``--check`` refuses files that differ.

``python -m compliance.schemas.generate [--check]``
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from importlib.resources import files
from pathlib import Path
from typing import Any

from compliance.schemas.determination import DETERMINATIONS_VERSION, Determinations
from compliance.schemas.dossier import SCHEMA_VERSION, Dossier
from compliance.schemas.feed_schema import feed_schema
from compliance.schemas.report_schema import report_schema
from compliance.schemas.rulebook import ClauseSpec, ProfileSpec

__all__ = ["SCHEMAS", "check", "load", "text", "write"]

Schema = dict[str, Any]

FOLDER = Path(__file__).parent / "json"


def dossier_schema() -> Schema:
    """The JSON Schema of a dossier."""
    return model_schema(Dossier, "dossier", SCHEMA_VERSION)


def determinations_schema() -> Schema:
    """The JSON Schema of a file of determinations."""
    return model_schema(Determinations, "determinations", DETERMINATIONS_VERSION)


def model_schema(model: Any, name: str, version: str) -> Schema:
    """A pydantic model as a JSON Schema with Chinese titles, ``x-unit`` and ``x-level``."""
    schema: Schema = model.model_json_schema()
    for part in (schema, *schema.get("$defs", {}).values()):
        _tidy(part)
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": f"urn:jianbancheng-2021-50:{name}:{version}",
        **schema,
    }


def _tidy(part: Schema) -> None:
    title, colon, rest = part.pop("description", part["title"]).partition(":")
    part["title"] = title.strip()
    if colon:
        part["description"] = rest.strip()
    for keyword in ("properties", "required", "additionalProperties"):  # in this order, behind the titles
        if keyword in part:
            part[keyword] = part.pop(keyword)
    for field in part.get("properties", {}).values():
        field.update({f"x-{name}": field.pop(name) for name in ("unit", "level") if name in field})
        if field.get("default", ...) is None:
            del field["default"]


def law_schema(model: Any, name: str) -> Callable[[], Schema]:
    """The schema of a file of the law folder, for editors; the loader checks more than a schema can say."""

    def made() -> Schema:
        schema: Schema = model.model_json_schema()
        head = {"$schema": "https://json-schema.org/draft/2020-12/schema", "$id": f"urn:jianbancheng-2021-50:{name}"}
        return head | schema

    return made


SCHEMAS: dict[str, Callable[[], Schema]] = {
    "clause": law_schema(ClauseSpec, "clause"),
    "determinations": determinations_schema,
    "dossier": dossier_schema,
    "feed": feed_schema,
    "profile": law_schema(ProfileSpec, "profile"),
    "report": report_schema,
}
"""Name → what makes it; the file is ``schemas/json/<name>.schema.json``."""


def text(name: str) -> str:
    """One schema as it stands in its file."""
    return json.dumps(SCHEMAS[name](), ensure_ascii=False, indent=2) + "\n"


def load(name: str) -> Schema:
    """The schema as shipped."""
    shipped = files("compliance.schemas").joinpath("json", f"{name}.schema.json")
    schema: Schema = json.loads(shipped.read_text(encoding="utf-8"))
    return schema


def write(folder: Path = FOLDER) -> None:
    """Every schema to its file."""
    folder.mkdir(exist_ok=True)
    for name in SCHEMAS:
        _file(folder, name).write_text(text(name), encoding="utf-8", newline="\n")


def check(folder: Path = FOLDER) -> Iterator[str]:
    """The names whose file is missing or differs from the types."""
    for name in SCHEMAS:
        path = _file(folder, name)
        if not path.is_file() or path.read_bytes() != text(name).encode():
            yield name


def _file(folder: Path, name: str) -> Path:
    return folder / f"{name}.schema.json"


def main(arguments: list[str]) -> int:
    """0 done or in order; 1 a file differs; 2 usage."""
    if arguments == ["--check"]:
        stale = list(check())
        for name in stale:
            print(f"{name}.schema.json differs; run python -m compliance.schemas.generate", file=sys.stderr)
        return 1 if stale else 0
    if arguments:
        print("usage: python -m compliance.schemas.generate [--check]", file=sys.stderr)
        return 2
    write()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
