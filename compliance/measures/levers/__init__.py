"""Measures → how what they state may lawfully be changed: acts with edits of the dossier, or facts that stay."""

from __future__ import annotations

from compliance.measures.levers import area, community, plan, votes, works
from compliance.measures.levers.base import Act, At, Fact, Found, every_lever, lever_of, text_of
from compliance.measures.levers.unfailing import UNFAILING
from compliance.measures.levers.votes import QUANTITIES

__all__ = ["QUANTITIES", "UNFAILING", "Act", "At", "Fact", "Found", "every_lever", "lever_of", "text_of"]

_ROOMS = (area, community, plan, votes, works)
