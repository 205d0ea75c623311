"""A dossier and edits → the dossier with these edits; refuses what the dossier's own types refuse.

The edits are those of RFC 6902 that a way is made of: add, replace and remove. What is not edited stays the very same
object, so that a small change of a large dossier costs little.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any, TypeVar

from pydantic import BaseModel

from compliance.schemas.report import Edit

__all__ = ["patched"]

M = TypeVar("M", bound=BaseModel)


def patched(model: M, edits: Iterable[Edit]) -> M:
    """The model with each edit made in turn.

    >>> from compliance.schemas.dossier import Plan
    >>> plan = Plan(plan_id="p", year=2023, community_ids=("c1",))
    >>> patched(plan, [Edit("add", "/community_ids/-", '"c2"'), Edit("replace", "/year", "2024")]).community_ids
    ('c1', 'c2')
    """
    for edit in edits:
        path = [token.replace("~1", "/").replace("~0", "~") for token in edit.pointer.split("/")[1:]]
        value = json.loads(edit.value, parse_float=Decimal) if edit.value else None
        model = _edited(model, path, edit.op, value)
    return model


def _edited(held: Any, path: Sequence[str], op: str, value: Any) -> Any:
    token, rest = path[0], path[1:]
    if isinstance(held, BaseModel):
        inner = held.__dict__.get(token)
        new = _edited(inner, rest, op, value) if rest else None if op == "remove" else value
        fields = {name: value for name, value in held.__dict__.items() if value is not None}
        if new is None:
            fields.pop(token, None)
        else:
            fields[token] = new
        return type(held).model_validate(fields)
    entries = list(held)
    if rest:
        entries[int(token)] = _edited(entries[int(token)], rest, op, value)
    elif op == "add":
        entries.insert(len(entries) if token == "-" else int(token), value)
    elif op == "replace":
        entries[int(token)] = value
    else:
        del entries[int(token)]
    return tuple(entries)
