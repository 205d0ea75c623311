"""A finding → how CI is to take it: the grade that annotations, SARIF and JUnit share; decides nothing itself.

The gate's own decision is the exit code of ``check``. What is only encouraged never stands in the way, so it is a
note whatever its severity; what is not known is no failing.
"""

from __future__ import annotations

from pathlib import PurePath
from typing import Literal

from compliance.schemas.report import Finding, Obligation, Severity

__all__ = ["Level", "hinders", "level", "place_of_document"]

Level = Literal["error", "warning", "note"]

_LEVELS: dict[Severity, Level] = {"critical": "error", "major": "error", "minor": "warning", "advisory": "note"}


def level(severity: Severity, obligation: Obligation) -> Level:
    """How loud a failing is.

    >>> level("critical", "mandatory"), level("minor", "expected"), level("major", "encouraged")
    ('error', 'warning', 'note')
    """
    return "note" if obligation == "encouraged" else _LEVELS[severity]


def hinders(finding: Finding) -> bool:
    """Whether it is a failing of what must or should be."""
    return finding.outcome == "fail" and finding.obligation != "encouraged"


def place_of_document(path: str | None, source: str) -> str:
    """The file as a reader of the report finds it: the path given, else the name of the source without its folders,
    which are those of one machine.

    >>> place_of_document("feed/a.json", "a.json"), place_of_document(None, "/srv/in/a.json")
    ('feed/a.json', 'a.json')
    """
    return path or PurePath(source).name or source
