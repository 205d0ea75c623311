"""A JSON file, folder, zip, filled-in form or standard input → ``Received``; else ``Refused`` with every error.

A dossier of an earlier structure is brought into today's first. A valid dossier takes the fast path, where nothing is
computed for error messages. Only what the fast path refuses is read a second time, slowly, to say all that is wrong
with it.
"""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import BinaryIO

import jiter
from pydantic import ValidationError

from compliance import collector
from compliance.intake import references
from compliance.intake.container import take
from compliance.intake.versions import migrate
from compliance.schemas.dossier import SCHEMA_VERSION, Dossier
from compliance.schemas.received import Received, VersionChange
from compliance.schemas.refusal import InputError, Refused, Words

__all__ = ["read"]


def read(source: str | Path, *, stdin: BinaryIO | None = None, keep: bool = False) -> Received:
    """Read one dossier with its attachments; ``-`` is standard input. Raises ``Refused``.

    ``keep``: keep the dossier's bytes too, for a report that shows places in it.
    """
    parcel = take(source, stdin)
    if parcel.tables:
        from compliance.intake.form.receive import receive  # with openpyxl and lxml, which JSON does without

        with collector.at_rest():
            return receive(parcel.source, parcel.tables, parcel.files)
    dossier, changes = _dossier(parcel.source, parcel.data)
    digest = hashlib.sha256(parcel.data).hexdigest()
    kept = parcel.data if keep and not changes else b""
    return Received(dossier, parcel.source, digest, len(parcel.data), parcel.files, kept, changes)


def _dossier(source: str, data: bytes) -> tuple[Dossier, tuple[VersionChange, ...]]:
    complaint: Exception | None = None
    changes: tuple[VersionChange, ...] = ()
    with collector.at_rest():
        try:
            raw = jiter.from_json(
                data.removeprefix(b"\xef\xbb\xbf"),
                catch_duplicate_keys=True,
                float_mode="decimal",
                allow_inf_nan=False,
            )
            if isinstance(raw, dict) and raw.get("schema_version") != SCHEMA_VERSION:
                migrated = migrate(raw)
                raw, changes = (raw, ()) if migrated is None else (migrated.root, migrated.changes())
            dossier = Dossier.model_validate(raw)
            if references.sound(raw):
                return dossier, changes
        except ValueError as error:
            complaint = error
        from compliance.intake.examine import examine  # with jsonschema, which a valid dossier does without

        raise Refused(source, examine(data) or [_unexplained(complaint)])


def _unexplained(complaint: Exception | None) -> InputError:
    """The fast path's own words, should the thorough one find nothing: no refusal is ever silent."""
    text = complaint.errors()[0]["msg"] if isinstance(complaint, ValidationError) else str(complaint)
    return InputError("", None, None, "invalid", Words(text, text))
