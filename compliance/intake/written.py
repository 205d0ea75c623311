"""A dossier, or JSON values of one → the text of ``dossier.json``: canonical, numbers exact; refuses nothing.

Fields stand in the order of the schema, what is not reported is left out, amounts are numbers of as many digits as they
have. The same dossier gives the same bytes, whatever it was read from.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from pydantic import BaseModel

from compliance.schemas.scalars import Day

__all__ = ["as_json", "plain"]


def plain(part: BaseModel) -> dict[str, Any]:
    """A dossier, or a part of it, as JSON values; amounts stay ``Decimal``."""
    fields = ((name, getattr(part, name)) for name in type(part).model_fields)
    return {name: _plain(value) for name, value in fields if value is not None and value != ()}


def _plain(value: Any) -> Any:
    if isinstance(value, BaseModel):
        return plain(value)
    if isinstance(value, Day):
        return value.text
    return [_plain(inner) for inner in value] if isinstance(value, tuple) else value


def as_json(value: Any) -> bytes:
    r"""JSON values as text, indented by a blank a level.

    >>> as_json({"a": [1, Decimal("64.880")], "b": {}}).decode()
    '{\n "a": [\n  1,\n  64.880\n ],\n "b": {}\n}\n'
    """
    return ("".join(_written(value, "\n")) + "\n").encode()


def _written(value: Any, line: str) -> Iterator[str]:
    if isinstance(value, dict | list) and value:
        brackets = "{}" if isinstance(value, dict) else "[]"
        mark = brackets[0]
        for key, inner in value.items() if isinstance(value, dict) else ((None, inner) for inner in value):
            yield f"{mark}{line} "
            if key is not None:
                yield f"{json.dumps(key, ensure_ascii=False)}: "
            yield from _written(inner, f"{line} ")
            mark = ","
        yield f"{line}{brackets[1]}"
    else:
        yield f"{value:f}" if isinstance(value, Decimal) else json.dumps(value, ensure_ascii=False)
