"""The small codes that travel in columns between docket, judge and findings."""

from __future__ import annotations

from enum import IntEnum

__all__ = ["Code", "State"]


class State(IntEnum):
    """What the docket says of a line before anything is decided."""

    READY = 0
    NOT_DUE = 1
    LEVEL_NOT_COVERED = 2
    NO_OBJECT = 3
    ZONE = 4
    PREDATES_STANDARD = 5
    MISSING_FIELD = 6
    """The gate cannot be placed: neither stage nor date is reported."""
    MISSING_PARAMETER = 7
    """The zone cannot be placed."""

    @property
    def is_unknown(self) -> bool:
        return self >= State.MISSING_FIELD


class Code(IntEnum):
    """Outcome of a line or finding, ordered so that the greatest decides.

    Three-valued: false before unknown, unknown before true. What is only encouraged stands below what must or
    should be: ``OPEN`` is its unknown, ``IMPROVE`` its failing, which is shown but never in the way. ``LOST``
    is a fault: stronger than unknown, so that nothing passes over it, and weaker than a failing that is proved.
    """

    NONE = 0
    NOT_APPLICABLE = 1
    MEASURED = 2
    PASS = 3
    OPEN = 4
    IMPROVE = 5
    UNKNOWN = 6
    LOST = 7
    FAIL = 8
