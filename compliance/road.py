"""The road: a dossier → the report, one call a stage.

Refuses by ``Refused`` (the input) and ``RulebookError`` (law folder or profile). What the checker itself cannot
answer is a fault in the report, never a finding.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from compliance import clock, collector
from compliance.advice import adviser
from compliance.assembly import findings_of, report
from compliance.bench import Judgement, Mode, known_precedents, open_bench, put
from compliance.determine import determine
from compliance.evidence.present import attachment_states
from compliance.intake import read
from compliance.intake.determinations import read_determinations
from compliance.rulebook import profile_of_area
from compliance.schemas.received import AttachmentState, Received
from compliance.schemas.report import Report
from compliance.schemas.scalars import Day, days
from compliance.soundness import doubts_of, look

__all__ = ["Decided", "check", "decide", "examine", "today"]


@dataclass(frozen=True, slots=True)
class Decided:
    """A dossier as it came in, with everything decided about it and nothing written out."""

    received: Received
    states: Mapping[str, AttachmentState]
    judgement: Judgement


def today() -> Day:
    """The day it is in China, whatever timezone the machine is set to."""
    return days(clock.today().isoformat())


def check(
    source: str | Path,
    *,
    profile: str | None = None,
    mode: Mode = "strict",
    as_of: str | None = None,
    drafts: bool = False,
    determinations: str | Path | None = None,
    ways: bool | None = None,
    quality: bool = True,
) -> Report:
    """Check one dossier: a file, a folder, a zip, or ``-`` for standard input.

    ``profile`` is a name or a file; without it the profiles of the dossier's area are found by its area code.
    ``as_of`` is a full date; without it, today in China. ``drafts`` applies drafts for comment too.
    ``mode`` ``strict`` believes only what an attachment shows; ``feed`` takes claims as asserted.
    ``determinations`` is a file of what persons recorded about findings of this dossier; both outcomes stay visible.
    ``ways``: say of each failing what would make it pass, proved by judging again; unless told, in ``strict`` alone.
    ``quality``: look for doubts about the data too; they stand apart and count for nothing in the verdict.
    """
    return examine(
        source, profile=profile, mode=mode, as_of=as_of, drafts=drafts, determinations=determinations, ways=ways,
        quality=quality,
    )[0]  # fmt: skip


def examine(
    source: str | Path | Received,
    *,
    profile: str | None = None,
    mode: Mode = "strict",
    as_of: str | None = None,
    drafts: bool = False,
    determinations: str | Path | None = None,
    ways: bool | None = None,
    quality: bool = True,
    keep: bool = False,
) -> tuple[Report, Received]:
    """As ``check``, with the dossier as it came in; ``keep``: with its bytes, for a report that shows places in it.

    ``source`` may be a dossier that was read already, as one of a table is.
    """
    with collector.at_rest():
        decided = decide(source, profile=profile, mode=mode, as_of=as_of, drafts=drafts, keep=keep)
        received, states, judgement = decided.received, decided.states, decided.judgement
        used = None
        if determinations is not None:
            recorded = read_determinations(determinations, received.dossier)
            judgement, used = determine(judgement, findings_of(judgement, states), states, recorded)
        made = report(
            received, judgement, states, as_of_given=as_of is not None, profile_given=profile is not None,
            determinations=used,
            advise=adviser(judgement, known_precedents, ways=mode == "strict" if ways is None else ways),
            quality=doubts_of(look(judgement.columns.case, states)) if quality else None,
        )  # fmt: skip
        return made, received


def decide(
    source: str | Path | Received,
    *,
    profile: str | None = None,
    mode: Mode = "strict",
    as_of: str | None = None,
    drafts: bool = False,
    keep: bool = False,
    stdin: BinaryIO | None = None,
) -> Decided:
    """The road as far as everything is decided: what ``check`` writes a report of, and a feed only what it keeps."""
    day = days(as_of) if as_of is not None else today()
    if day.first != day.last:
        raise ValueError(f"the as-of date is a full date, not {as_of}")
    with collector.at_rest():
        # A profile that is named is opened first: one that cannot be read is said before the dossier is.
        named = open_bench(profile, day, drafts=drafts) if profile is not None else None
        received = source if isinstance(source, Received) else read(source, keep=keep, stdin=stdin)
        bench = named or open_bench(profile_of_area(received.dossier.area_code), day, drafts=drafts)
        states = attachment_states(received.dossier, received.files)
        return Decided(received, states, put(received.dossier, states, bench, mode))
