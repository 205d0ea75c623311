"""Records of deliveries → doubts that no single dossier shows, by a rulebook of its own; no verdict knows of them.

Communities, counts and files that stand in two dossiers; what changed since the last delivery of the same area. The
checks stand in ``rules/deliveries`` in the words of the clauses and are decided like them. ``ValueError`` where a
record is none. Bounds: one SQLite file in the folder given, the largest dossier and the largest group in memory; what
is alike gives a doubt an entry, never one a pair. The result does not depend on the order of the records.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from compliance.between.checks import FOLDER, load_checks, load_numbers
from compliance.between.decide import decided
from compliance.between.index import Index

__all__ = ["FOLDER", "doubts", "load_checks", "load_numbers"]


def doubts(
    deliveries: Iterable[bytes], previous: Iterable[bytes] | None, folder: Path, *, as_of: str
) -> Iterator[dict[str, Any]]:
    """Doubts as JSON-able lines, what nearly all are in doubt about first, then by area, year and dossier.

    Each line of ``deliveries`` and ``previous`` is a record (``compliance.delivery``) with ``source``, ``line`` and
    ``sha256`` of the dossier beside it. ``folder`` holds the index while it is needed.
    """
    with Index(folder) as index:
        index.load(deliveries, earlier=False)
        index.load(previous or (), earlier=True)
        index.ready()
        yield from decided(index, as_of)
