"""A dossier and the files that came with it → the state of every attachment; judges nothing."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping

from compliance.schemas.dossier import Attachment, Dossier
from compliance.schemas.received import AttachmentState

__all__ = ["attachment_states"]


def attachment_states(dossier: Dossier, files: Mapping[str, str]) -> dict[str, AttachmentState]:
    """Each ``att_id`` → whether its file is there with the bytes that the dossier claims.

    A file is hashed only where a hash is claimed.
    """
    return {attachment.att_id: _state(attachment, files) for attachment in dossier.attachments}


def _state(attachment: Attachment, files: Mapping[str, str]) -> AttachmentState:
    path = unicodedata.normalize("NFC", attachment.file or "")
    if path not in files:
        return AttachmentState.ABSENT
    if attachment.sha256 is None:
        return AttachmentState.UNHASHED
    return AttachmentState.PRESENT if files[path] == attachment.sha256 else AttachmentState.MISMATCH
