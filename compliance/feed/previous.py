"""The folder of an earlier run → what was delivered then, to hold this run against; refuses what is none, or damaged.

The file is read whole once before anything else is done, so that a run of hours does not end at a bad line.
"""

from __future__ import annotations

import gzip
import hashlib
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from compliance.delivery import RECORD_VERSION, OtherVersionError, read
from compliance.schemas.report import Bilingual

__all__ = ["DELIVERIES", "Previous", "PreviousError", "open_previous"]

DELIVERIES: Final = "deliveries.jsonl.gz"


class PreviousError(Exception):
    """Nothing to compare with; says what is wrong and what to do."""

    def __init__(self, says: Bilingual) -> None:
        super().__init__(says.en)
        self.says = says


@dataclass(frozen=True, slots=True)
class Previous:
    """What an earlier run kept of its deliveries."""

    file: Path
    sha256: str

    def lines(self) -> Iterator[bytes]:
        """A record a line."""
        with gzip.open(self.file, "rb") as lines:
            yield from lines


def open_previous(folder: Path) -> Previous:
    """The deliveries of the run whose results are in a folder. Raises ``PreviousError``."""
    file = folder / DELIVERIES
    try:
        with file.open("rb") as whole:
            found = Previous(file, hashlib.file_digest(whole, "sha256").hexdigest())
    except OSError as error:
        raise PreviousError(
            Bilingual(
                f"{folder} 中读不到 {DELIVERIES}（{error.strerror}）：--previous 要的是上次运行的结果文件夹，"
                "上次运行不能带 --no-quality",
                f"{DELIVERIES} cannot be read in {folder} ({error.strerror}): --previous takes the results folder of an"
                " earlier run, made without --no-quality",
            )
        ) from None
    number = 1
    try:
        for line in found.lines():
            read(line)
            number += 1
    except OtherVersionError as error:
        raise PreviousError(
            Bilingual(
                f"{file} 第 {number} 行的版本是 {error}，本版本只读 {RECORD_VERSION.split('.')[0]}.x："
                "请用本版本对上次的档案重新运行 feed",
                f"{file}:{number} is of version {error}, and this program reads {RECORD_VERSION.split('.')[0]}.x: run"
                " feed with this version on the earlier dossiers again",
            )
        ) from None
    except (ValueError, OSError, EOFError, zlib.error):
        raise PreviousError(
            Bilingual(
                f"{file} 第 {number} 行起损坏或不是报送记录：请恢复该文件，或对上次的档案重新运行 feed",
                f"{file}:{number}: damaged, or no record of deliveries: restore the file, or run feed on the earlier"
                " dossiers again",
            )
        ) from None
    return found
