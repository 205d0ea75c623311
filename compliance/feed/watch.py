"""What a run tells of itself while it goes on → whoever listens; nobody has to."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from compliance.schemas.feed import Record

__all__ = ["Watch"]


class Watch:
    """Hears how far a run is; this one does not listen."""

    def read(self, size: int) -> None:
        """So many bytes of the sources have been read."""

    def answered(self, record: Record) -> None:
        """A dossier is done."""

    def writing(self) -> None:
        """All are done; the files are being written."""
