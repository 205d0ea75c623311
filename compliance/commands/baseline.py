"""``check --baseline``: a fresh report and an earlier one → a section of text and the exit code.

``--fail-on-new`` can only let pass what fails without it: it never fails a check that would pass alone.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import click

from compliance.commands.options import FAULT, GATE, INTEGRITY, PASSED, REFUSED, reaches

if TYPE_CHECKING:
    from compliance.schemas.baseline import Against
    from compliance.schemas.report import Report

__all__ = ["BASELINE", "FAIL_ON_NEW", "Baseline", "Held", "baseline_of"]

BASELINE = click.option(
    "--baseline", metavar="REPORT|FOLDER",
    help="与先前的 JSON 报告对照；文件夹内按 {id}.json 查找"
    " / hold against an earlier JSON report; in a folder, {id}.json",
)  # fmt: skip
FAIL_ON_NEW = click.option(
    "--fail-on-new", is_flag=True,
    help="只有基线中没有的才退出码 1；不可比和加重的按新增计"
    " / only what is new fails the gate; so do incomparable and worse",
)  # fmt: skip


class Held(NamedTuple):
    """One dossier's report held against its baseline; neither ``against`` nor ``refused`` where there is none of it."""

    section: bytes
    against: Against | None
    refused: bool


class Baseline(NamedTuple):
    """Earlier reports to hold fresh ones against."""

    path: Path
    only_new: bool

    def hold(self, report: Report, lang: str, *, width: int, verbose: bool) -> Held:
        """Hold a report against its baseline; a baseline that is refused is said on standard error."""
        from compliance.rectify.baseline import against
        from compliance.rectify.reading import ReportsRefused, read_report, read_reports
        from compliance.render import baseline as words
        from compliance.render import render

        file, ident = self.path, report.area.dossier_id
        if file.is_dir():
            file /= f"{ident}.json"
            if not file.exists():
                return Held(words.without(str(self.path), ident, lang), None, refused=False)
        try:
            (old,) = read_reports([file])
            made = against(old, read_report(render(report, "json"), report.provenance.source))
        except ReportsRefused as refused:
            click.echo(refused.text(lang), err=True)
            return Held(b"", None, refused=True)
        return Held(words.as_text(made, lang, width=width, verbose=verbose), made, refused=False)

    def code(self, report: Report, held: Held, alone: int, fail_on: str, fail_on_unknown: bool) -> int:
        """The exit code; ``alone`` is the one without a baseline."""
        if held.refused:
            return alone if alone in (FAULT, INTEGRITY) else REFUSED
        if not self.only_new or alone != GATE or held.against is None:
            return alone
        # Questions of the notice's body that only a person can answer keep no verdict open, and so fail no gate.
        asked = {i.item for i in report.items if i.body_only and all(c.asks is not None for c in i.checks)}
        for standing, entry in zip(held.against.standings, held.against.comparison.entries, strict=True):
            if entry.new is None or standing not in ("new", "worse", "incomparable"):
                continue
            if entry.new.disposition == "rectify" and reaches(entry.new.severity, fail_on):
                return GATE
            if fail_on_unknown and entry.new.outcome == "unknown" and entry.item not in asked:
                return GATE
        return PASSED


def baseline_of(path: str | None, only_new: bool, dossiers: int) -> Baseline | None:
    """What the options say; refuses what does not go together."""
    if path is None:
        if only_new:
            raise click.UsageError("--fail-on-new 须与 --baseline 同用 / --fail-on-new needs --baseline")
        return None
    if dossiers > 1 and not Path(path).is_dir():
        raise click.UsageError(
            "检查多份档案时，--baseline 应为文件夹，内有各档案的 {id}.json"
            " / with several dossiers --baseline is a folder with {id}.json"
        )
    return Baseline(Path(path), only_new)
