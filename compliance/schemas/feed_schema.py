"""A feed's summary → the JSON Schema (draft 2020-12) of ``feed.json``, which refuses fields the types do not have."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

from pydantic import TypeAdapter

from compliance.schemas.feed import FEED_VERSION, FeedSummary, ItemLine

__all__ = ["feed_schema"]


def feed_schema() -> dict[str, Any]:
    """The schema. Items of an area are lists of counts, as ``item_columns`` names them: a tenth of the size."""
    body = TypeAdapter(FeedSummary).json_schema(mode="serialization")
    columns = [field.name for field in fields(ItemLine)][1:]
    shapes = body["$defs"]
    del shapes["ItemLine"]
    shapes["AreaLine"]["properties"]["items"] = {
        "type": "object",
        "title": "Items",
        "description": "Item → counts, in the order of item_columns",
        "additionalProperties": {
            "type": "array",
            "prefixItems": [{"type": "integer", "minimum": 0, "title": name} for name in columns],
            "items": False,
            "minItems": len(columns),
        },
    }
    body["properties"]["item_columns"] = {"const": columns, "title": "Item Columns"}
    body["properties"]["feed_version"]["const"] = FEED_VERSION
    body["required"] = list(body["properties"])
    for shape in (body, *shapes.values()):
        shape["additionalProperties"] = False
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": f"urn:jianbancheng-2021-50:feed:{FEED_VERSION}",
        **body,
        "title": "Summary of a feed run",
    }
