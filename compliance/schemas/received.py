"""What intake hands on: the dossier, which bytes it was read from, and the files that came with it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Literal, NamedTuple

from compliance.schemas.determination import Determination
from compliance.schemas.dossier import Dossier
from compliance.schemas.refusal import Lang, Place, Words, printable

__all__ = ["AttachmentState", "CellNote", "Received", "RecordedDeterminations", "VersionChange"]


@dataclass(frozen=True, slots=True)
class VersionChange:
    """What was changed in a dossier of an earlier structure to read it."""

    was: str | None
    """JSON Pointer into the file; None for what was added"""
    now: str | None
    """JSON Pointer as the report writes it; None for what was left out"""
    says: Words

    def text(self, lang: Lang = "zh") -> str:
        """A line for a person."""
        nowhere = ("(added)", "(left out)") if lang == "en" else ("（新增）", "（未采用）")
        was = nowhere[0] if self.was is None else printable(self.was)
        now = nowhere[1] if self.now is None else printable(self.now)
        return f"{printable(getattr(self.says, lang))}  {was}{'' if was == now else f' → {now}'}"


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


class CellNote(NamedTuple):
    """What was done to read a cell, where it was not taken as it stands."""

    place: Place
    code: str
    says: Words

    def text(self, lang: Lang = "zh") -> str:
        """A line for a person."""
        return f"{self.place.text()}  {printable(getattr(self.says, lang))}"


@dataclass(frozen=True, slots=True)
class Received:
    """A dossier as it came in. ``files`` hashes a file when it is asked for, not before."""

    dossier: Dossier
    source: str
    sha256: str
    size: int
    files: Mapping[str, str]
    """Path below ``attachments/``, with ``/`` and in Unicode NFC → SHA-256; empty for bare JSON."""
    data: bytes = b""
    """The dossier's own bytes, where they were asked for and the report's pointers lead into them as they are"""
    changes: tuple[VersionChange, ...] = ()
    """What was changed to read it, where its structure is an earlier one"""
    cells: Callable[[str], Place | None] | None = None
    """JSON Pointer → where it stands, or would stand, in the tables that were read; None for JSON"""
    notes: tuple[CellNote, ...] = ()
    """Cells that were not taken as they stand"""


@dataclass(frozen=True, slots=True)
class RecordedDeterminations:
    """A file of determinations as it came in, well formed and of the dossier at hand."""

    entries: tuple[Determination, ...]
    positions: tuple[int, ...]
    """Where each entry stands in the file; prepared ones that nobody filled in are passed over"""
    source: str
    sha256: str
    files: Mapping[tuple[str, str | None], AttachmentState]
    """Evidence beside the determinations, by path and hash claimed → whether it is there with that hash"""
    place: Callable[[tuple[str | int, ...]], tuple[str, int | None, int | None]]
    """Path in the file → JSON Pointer, line, column"""
    blank: int
    """Prepared entries that nobody filled in"""
