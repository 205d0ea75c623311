"""Every fixture's report is the one that was last accepted (make golden)."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent.parent / "tools"))

import golden


@pytest.mark.parametrize("fixture", list(golden.fixtures()), ids=lambda fixture: fixture[0])
def test_the_report_is_the_accepted_one(fixture) -> None:
    for name, data in golden.outputs(*fixture).items():
        held = (golden.FOLDER / name).read_bytes()
        assert data.decode() == held.decode(), f"{name} differs: look at it, then make golden and say so in CHANGELOG"
