"""``check`` and doubts about the data: whether they are looked for, and whether they fail the gate; not by default."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from compliance.commands.options import FAULT, GATE, PASSED

if TYPE_CHECKING:
    from compliance.schemas.report import Report, Severity

__all__ = ["FAIL_ON_QUALITY", "QUALITY", "doubted", "with_quality"]

QUALITY = click.option(
    "--quality/--no-quality", default=True,
    help="核对数据质量（默认开，不计入结论） / look for doubts about the data; on unless told, they do not count",
)  # fmt: skip
FAIL_ON_QUALITY = click.option(
    "--fail-on-quality", type=click.Choice(["major", "minor", "advisory"]),
    help="数据疑点达到此严重度即退出码 1，默认不设 / least severity of a doubt that fails the gate; off unless given",
)  # fmt: skip


def doubted(worst: Severity | None, fail_on: str | None) -> bool:
    """Whether the worst severity of a doubt fails the gate."""
    from compliance.schemas.report import SEVERITIES

    ranks = [str(severity) for severity in SEVERITIES]
    return worst is not None and fail_on is not None and ranks.index(worst) <= ranks.index(fail_on)


def with_quality(code: int, report: Report, fail_on: str | None) -> int:
    """The exit code of the standard's gate, and what doubts make of it."""
    found = report.data_quality
    if found is None:
        return code
    if found.faults:
        return FAULT
    return GATE if code == PASSED and doubted(found.worst, fail_on) else code
