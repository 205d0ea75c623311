"""A fresh report held against an earlier one of the same area (基线): plain frozen data, no behaviour."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from compliance.schemas.rectify import Comparison

__all__ = ["STANDINGS", "Against", "Standing"]

Standing = Literal["new", "worse", "incomparable", "known", "gone"]
STANDINGS: tuple[Standing, ...] = ("new", "worse", "incomparable", "known", "gone")
"""How what fails or is open stands to the baseline; ``gone``: not in the fresh report, or fine there"""


@dataclass(frozen=True, slots=True)
class Against:
    """What became of every finding since the baseline, and how each stands to it; nothing is left out."""

    comparison: Comparison
    standings: tuple[Standing, ...]
    """Of ``comparison.entries``, one each"""
    before: frozenset[str]
    """Ids of all findings of the baseline, what passed there too"""
