"""Word documents for tests: opened again by another library, and by an office program where there is one."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
import zipfile
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from docx import Document

__all__ = ["changed", "opened", "pdf_text", "texts"]


def opened(data: bytes) -> Any:
    return Document(BytesIO(data))


def texts(data: bytes) -> list[str]:
    """The paragraphs outside tables."""
    return [p.text for p in opened(data).paragraphs]


def changed(data: bytes, part: str, old: str, new: str) -> bytes:
    """The package with a part changed."""
    out = BytesIO()
    with zipfile.ZipFile(BytesIO(data)) as source, zipfile.ZipFile(out, "w") as target:
        for name in source.namelist():
            text = source.read(name)
            if name == part:
                assert old.encode() in text
                text = text.replace(old.encode(), new.encode())
            target.writestr(name, text)
    return out.getvalue()


def pdf_text(data: bytes) -> str:
    """What an office program shows of a document; skips where there is none."""
    if not (shutil.which("soffice") and shutil.which("pdftotext")):
        pytest.skip("needs soffice and pdftotext")
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "made.docx")
        file.write_bytes(data)
        subprocess.run(
            ["soffice", f"-env:UserInstallation=file://{folder}/profile", "--headless", "--convert-to", "pdf", "--outdir", folder, file],
            check=True, capture_output=True, timeout=180,
        )  # fmt: skip
        made = subprocess.run(["pdftotext", Path(folder, "made.pdf"), "-"], check=True, capture_output=True).stdout
    return made.decode()
