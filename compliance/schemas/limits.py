"""Every size a dossier may have, in one place: beyond these, input is refused rather than read on."""

from __future__ import annotations

from typing import Final

MIB: Final = 1024 * 1024

JSON_BYTES: Final = 512 * MIB
"""Size of ``dossier.json``."""
DEPTH: Final = 64
"""Objects and lists within each other; the schema itself needs nine."""
NUMBER_DIGITS: Final = 1000
"""Characters of a number; no field has room for more than twenty."""
TEXT_LENGTH: Final = 4000
"""Characters of a text field."""
LIST_ITEMS: Final = 200_000
"""Entries of one list."""
ERRORS: Final = 1000
"""Errors described one by one; those beyond are counted."""
ARCHIVE_FILES: Final = 200_000
"""Files in a folder or zip."""
ARCHIVE_BYTES: Final = 64 * 1024 * MIB
"""Unpacked size of a whole zip."""
ARCHIVE_RATIO: Final = 250
"""Unpacked to packed size of a zip member above one MiB; scans and office files stay below 20."""
GRID_BYTES: Final = 128 * MIB
"""Size of a workbook or CSV file."""
GRID_UNPACKED: Final = 1024 * MIB
"""Unpacked size of a workbook."""
GRID_CELLS: Final = 2_000_000
"""Cells of a workbook that are not empty."""
