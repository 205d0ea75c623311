"""Report → Apache Parquet, one row a finding, where it came from in the file's metadata; refuses without pyarrow.

Codes are dictionary-encoded, days are days, lists are lists of texts, exact values stay texts: no number is rounded.
The columns are those of ``flat``. The same report gives the same bytes from the same release of pyarrow, which
writes its own name into the file.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from io import BytesIO
from itertools import repeat
from typing import Any

import orjson

from compliance import collector
from compliance.render import MissingExtraError
from compliance.render.flat import CODES, COLUMNS, DAYS, LISTS, NUMBERS, ORIGIN, Row, rows
from compliance.schemas.report import Report

__all__ = ["OPTIONS", "metadata_of", "render", "require", "schema", "table"]

_NULLABLE = frozenset({"line", "reason", "basis", "responsible_unit"})
OPTIONS: Mapping[str, Any] = {"compression": "zstd", "use_dictionary": sorted(CODES | DAYS | NUMBERS)}
"""How pyarrow is to write the columns"""
_ROWS = 1 << 16
"""Rows of a group, which readers hold in memory at once"""


def require() -> None:
    """Refuse, in both languages, where pyarrow is not installed."""
    try:
        import pyarrow.parquet  # noqa: F401
    except ModuleNotFoundError:
        raise MissingExtraError("Parquet", "pyarrow", "parquet") from None


def render(report: Report, lang: str = "zh") -> bytes:
    """``lang`` changes nothing: the file carries both languages."""
    require()
    from pyarrow import parquet

    with collector.at_rest():
        made = table(rows(report), metadata_of(report))
    out = BytesIO()
    parquet.write_table(made, out, row_group_size=_ROWS, **OPTIONS)
    return out.getvalue()


def metadata_of(report: Report) -> dict[str, bytes]:
    """What a report says of itself, faults of the checker and altered attachments too: JSON texts by their names."""
    told = {
        name: getattr(report, name)
        for name in ("report_version", "provenance", "area", "verdict", "faults", "integrity")
    }
    return {f"compliance.{name}": orjson.dumps(value) for name, value in told.items()}


def schema(metadata: Mapping[str, bytes] | None = None, origin: bool = False) -> Any:
    """The columns and their types, as pyarrow has them; ``origin``: with those of ``ORIGIN`` before them."""
    import pyarrow as pa

    def type_of(name: str) -> Any:
        if name in CODES:
            return pa.dictionary(pa.int32(), pa.string())
        if name in LISTS:
            return pa.list_(pa.field("element", pa.string(), nullable=False))
        return pa.date32() if name in DAYS else pa.int32() if name in NUMBERS else pa.string()

    columns = ORIGIN + COLUMNS if origin else COLUMNS
    return pa.schema([pa.field(n, type_of(n), nullable=n in _NULLABLE) for n in columns], metadata)


def table(records: Iterable[Row], metadata: Mapping[str, bytes] | None = None, origin: bool = False) -> Any:
    """Flat records as a table of pyarrow."""
    import pyarrow as pa

    types = schema(metadata, origin)
    columns = list(zip(*(record.values() for record in records), strict=True)) or list(repeat((), len(types)))
    arrays = [
        pa.array(values, pa.string()).cast(field.type) if field.name in DAYS else pa.array(values, field.type)
        for values, field in zip(columns, types, strict=True)
    ]
    return pa.Table.from_arrays(arrays, schema=types)
