"""The day and the hour in China, whatever timezone the machine is set to; only here is the clock read for them."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone
from typing import Final

__all__ = ["CHINA", "today"]

CHINA: Final = timezone(timedelta(hours=8))
"""One time for the whole country, without summer time since 1992"""


def today() -> date:
    """The day it is in China."""
    return datetime.now(UTC).astimezone(CHINA).date()
