"""An attachment is present only if its file came with the bytes that the dossier claims."""

from __future__ import annotations

import hashlib
import json

from compliance.evidence.present import attachment_states
from compliance.intake import read
from compliance.schemas.dossier import Dossier
from compliance.schemas.received import AttachmentState

SHA = hashlib.sha256(b"ballot").hexdigest()
OTHER = hashlib.sha256(b"another").hexdigest()


def dossier(*attachments):
    return Dossier.model_validate(
        {
            "schema_version": "1.0", "dossier_id": "D-1", "area_code": "430302", "area_name": "雨湖区",
            "area_level": "district", "plan_year": 2021,
            "attachments": [{"att_id": f"A-{i}", "doc_type": "ballot", **a} for i, a in enumerate(attachments)],
        }
    )  # fmt: skip


class Unhashable(dict):
    """Files of which nothing may be hashed."""

    def __getitem__(self, path):
        raise AssertionError(f"{path} was hashed")


def test_the_four_states():
    checked = dossier(
        {"file": "a.pdf", "sha256": SHA},
        {"file": "a.pdf", "sha256": OTHER},
        {"file": "a.pdf"},
        {"file": "b.pdf", "sha256": SHA},
        {"sha256": SHA},
    )
    assert attachment_states(checked, {"a.pdf": SHA}) == {
        "A-0": AttachmentState.PRESENT,
        "A-1": AttachmentState.MISMATCH,
        "A-2": AttachmentState.UNHASHED,
        "A-3": AttachmentState.ABSENT,
        "A-4": AttachmentState.ABSENT,
    }


def test_bare_json_brings_no_files():
    assert attachment_states(dossier({"file": "a.pdf", "sha256": SHA}), {}) == {"A-0": AttachmentState.ABSENT}


def test_without_a_claimed_hash_nothing_is_hashed():
    files = Unhashable({"a.pdf": SHA})
    assert attachment_states(dossier({"file": "a.pdf"}, {"file": "b.pdf", "sha256": SHA}), files) == {
        "A-0": AttachmentState.UNHASHED,
        "A-1": AttachmentState.ABSENT,
    }


def test_a_decomposed_name_means_the_same_file():
    states = attachment_states(dossier({"file": "cafe\u0301.pdf", "sha256": SHA}), {"caf\u00e9.pdf": SHA})
    assert states == {"A-0": AttachmentState.PRESENT}


def test_a_claimed_path_never_leads_out_of_the_submission(tmp_path):
    (tmp_path / "secret.pdf").write_bytes(b"ballot")
    root = tmp_path / "dossier"
    (root / "attachments").mkdir(parents=True)
    claimed = dossier({"file": "../../secret.pdf", "sha256": SHA})
    (root / "dossier.json").write_text(json.dumps(claimed.model_dump(mode="json", exclude_defaults=True)))
    received = read(root)
    assert attachment_states(received.dossier, received.files) == {"A-0": AttachmentState.ABSENT}
