"""整改台账: what was found is assigned, mended, submitted, verified by a second person and closed, and all is recorded.

``open_ledger`` opens one; ``Ledger`` carries out acts; ``query`` lists; ``verify`` finds any edit.
"""

from __future__ import annotations

from compliance.rectify.ledger.place import LedgerDamaged, LedgerUnavailable
from compliance.rectify.ledger.query import Filter, entries, lines, standings
from compliance.rectify.ledger.store import Imported, Ledger, open_ledger
from compliance.rectify.ledger.verify import Verified, verify

__all__ = [
    "Filter",
    "Imported",
    "Ledger",
    "LedgerDamaged",
    "LedgerUnavailable",
    "Verified",
    "entries",
    "lines",
    "open_ledger",
    "standings",
    "verify",
]
