"""What was measured against what was aimed at, as Markdown and as JSON."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

__all__ = ["Results", "Row"]


@dataclass(frozen=True, slots=True)
class Row:
    """One figure; ``target`` is its upper bound, none where it only informs."""

    section: str
    what: str
    measured: float
    target: float | None = None
    unit: str = "×"
    note: str = ""

    @property
    def met(self) -> bool | None:
        return None if self.target is None else self.measured <= self.target


@dataclass(slots=True)
class Results:
    """All rows of a run and the facts it was made under."""

    facts: dict[str, str]
    rows: list[Row] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)

    def add(self, *row: Any, **more: Any) -> None:
        self.rows.append(Row(*row, **more))

    def json(self) -> dict[str, Any]:
        return {
            "facts": self.facts,
            "rows": [{**asdict(row), "met": row.met} for row in self.rows],
            "remarks": self.remarks,
        }

    def markdown(self) -> str:
        return "\n".join(self._lines()) + "\n"

    def _lines(self) -> Iterator[str]:
        yield "# Benchmarks: measured"
        yield ""
        yield "Made by `python -m benchmarks`; see `benchmarks/README.md` for what each row is."
        yield ""
        yield from (f"- {name}: {value}" for name, value in self.facts.items())
        for section in dict.fromkeys(row.section for row in self.rows):
            yield ""
            yield f"## {section}"
            yield ""
            yield from _table([row for row in self.rows if row.section == section])
        if self.remarks:
            yield ""
            yield "## Remarks"
            yield ""
            yield from (f"- {remark}" for remark in self.remarks)


def _table(rows: Sequence[Row]) -> Iterator[str]:
    yield "| what | target | measured | | note |"
    yield "|---|---|---|---|---|"
    for row in rows:
        target = "" if row.target is None else f"≤ {_figure(row.target, row.unit)}"
        met = {True: "met", False: "**missed**", None: ""}[row.met]
        yield f"| {row.what} | {target} | {_figure(row.measured, row.unit)} | {met} | {row.note} |"


def _figure(value: float, unit: str) -> str:
    if abs(value) >= 1000:
        text = f"{value:,.0f}"
    elif abs(value) >= 100 or value == int(value):
        text = f"{value:.0f}"
    else:
        text = f"{value:.3g}"
    return f"{text}{unit}" if unit in ("×", "%") else f"{text} {unit}".rstrip()
