"""What intake hands on: the dossier, which bytes it was read from, and the files that came with it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Literal

from compliance.schemas.dossier import Dossier

__all__ = ["AttachmentState", "Received"]


class AttachmentState(Enum):
    """Whether the file that an attachment speaks of came with the dossier."""

    PRESENT = "present"
    """There, and its SHA-256 is the one claimed."""
    UNHASHED = "unhashed"
    """There, but the dossier claims no hash: that it is the same file cannot be shown."""
    ABSENT = "absent"
    MISMATCH = "mismatch"
    """There, with other bytes than claimed."""

    @property
    def word(self) -> Literal["present", "unhashed", "absent", "mismatch"]:
        """The word that reports use."""
        return self.value


@dataclass(frozen=True, slots=True)
class Received:
    """A dossier as it came in. ``files`` hashes a file when it is asked for, not before."""

    dossier: Dossier
    source: str
    sha256: str
    size: int
    files: Mapping[str, str]
    """Path below ``attachments/``, with ``/`` and in Unicode NFC → SHA-256; empty for bare JSON."""
