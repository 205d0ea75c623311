"""Paths → a stream of pieces, one dossier each, in an order that depends on the names alone; what cannot be read is a
piece that says why.

Read: JSON lines (``.jsonl``, ``.ndjson``), also ``.gz`` and ``.zst``; JSON files, archives and folders with
``dossier.json``; folders of all these; Parquet with a column of JSON texts. Memory is bounded by the longest line.
Refused as wrong use, before anything is read: a path that is not there, a file of no known kind that was named.
Passed over: other files in a folder that is searched; they are told.
"""

from __future__ import annotations

import gzip
import os
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, replace
from pathlib import Path
from typing import IO, Final, Protocol

from compliance.schemas.feed import Piece
from compliance.schemas.limits import JSON_BYTES, MIB
from compliance.schemas.report import Bilingual

__all__ = ["COLUMN", "Source", "SourceError", "pieces", "sources"]

COLUMN: Final = "dossier"
"""The column of a Parquet file that holds the dossiers, unless the file has one column of text only"""

_LINES = (".jsonl", ".ndjson")
_WHOLE = (".json", ".zip", ".xlsx")
_PACKED = (".gz", ".zst")
_PARQUET = ".parquet"
_DOSSIER = "dossier.json"
_ROWS = 64
"""Rows of a Parquet file that are held at one time"""


class SourceError(Exception):
    """A path that cannot be a source; carries one message for each, both languages."""

    def __init__(self, messages: Sequence[Bilingual]) -> None:
        super().__init__(*messages)
        self.messages = tuple(messages)


@dataclass(frozen=True, slots=True)
class Source:
    """A file or folder that dossiers are read from."""

    path: Path
    name: str
    """As found from the path that was given, with ``/``: the same on every machine"""
    kind: str
    """``lines``, ``parquet``, ``whole`` (one dossier in a file), ``folder`` (one in a folder), ``stdin`` (lines)"""
    size: int
    """Bytes on disk; of a folder, its ``dossier.json``; of standard input, which nobody knows before it ends, none"""


def sources(paths: Sequence[str]) -> tuple[list[Source], list[str]]:
    """The sources below some paths, each once, by name; and the files passed over. Raises ``SourceError``."""
    found: dict[Path, Source] = {}
    passed: list[str] = []
    wrong: list[Bilingual] = []
    for given in paths:
        if given == "-":
            found[Path("-")] = Source(Path("-"), "-", "stdin", 0)
            continue
        path = Path(given)
        if not path.exists():
            wrong.append(Bilingual(f"{given}：文件不存在", f"{given}: no such file"))
            continue
        try:
            entries = list(_below(path, _name(path)))
        except OSError as error:
            cause = error.strerror or type(error).__name__
            wrong.append(Bilingual(f"{given}：无法读取（{cause}）", f"{given}: cannot be read ({cause})"))
            continue
        if path.is_file() and isinstance(entries[0], str):
            wrong.append(_unknown_kind(given))
            continue
        for entry in entries:
            if isinstance(entry, str):
                passed.append(entry)
            else:
                found.setdefault(entry.path.resolve(), entry)
    if not wrong and not found:
        wrong.append(Bilingual("其中没有档案", "there is no dossier in it"))
    names = Counter(source.name for source in found.values())
    for name in (name for name, count in names.items() if count > 1):
        paths_of = "、".join(str(source.path) for source in found.values() if source.name == name)
        wrong.append(
            Bilingual(
                f"几个来源同名，结果中无法区分：{paths_of}；请在其上级文件夹中运行",
                f"several sources have the same name and could not be told apart: {paths_of}; run it in a folder above",
            )
        )
    if wrong:
        raise SourceError(wrong)
    return sorted(found.values(), key=lambda source: source.name), sorted(passed)


def _name(path: Path) -> str:
    """A path below the working folder as written; of others the name alone: no output tells a machine's folders."""
    plain = Path(os.path.normpath(path))
    return plain.name or "." if plain.is_absolute() or ".." in plain.parts else plain.as_posix()


def _unknown_kind(given: str) -> Bilingual:
    kinds = "、".join((*_LINES, *_WHOLE, _PARQUET))
    return Bilingual(
        f"{given}：不认识这种文件；可读 {kinds}，以及压缩为 .gz 或 .zst 的 JSON 行",
        f"{given}: a kind of file that is not read; those are {kinds}, and JSON lines packed as .gz or .zst",
    )


def _below(path: Path, name: str) -> Iterator[Source | str]:
    if not path.is_dir():
        kind = _kind(path.name.lower())
        if kind is None:
            yield name
            return
        yield Source(path, name, kind, path.stat().st_size)
        return
    dossier = path / _DOSSIER
    if dossier.is_file():
        yield Source(path, name, "folder", dossier.stat().st_size)
        return
    for entry in sorted(path.iterdir(), key=lambda entry: entry.name):
        if not entry.name.startswith("."):
            yield from _below(entry, f"{name}/{entry.name}")


def _kind(name: str) -> str | None:
    if name.endswith(_PARQUET):
        return "parquet"
    bare = next((name.removesuffix(packed) for packed in _PACKED if name.endswith(packed)), name)
    if bare.endswith(_LINES) or (bare != name and bare.endswith(".json")):
        return "lines"
    return "whole" if name.endswith(_WHOLE) else None


def pieces(found: Sequence[Source], told: Callable[[int], object] = lambda _: None) -> Iterator[Piece]:
    """All dossiers of some sources, numbered; ``told`` hears how many bytes of the sources have been read."""
    number = behind = 0
    for source in found:
        for piece, read in _of(source):
            told(behind + min(read, source.size))
            yield replace(piece, number=number)
            number += 1
        behind += source.size
        told(behind)


def _of(source: Source) -> Iterator[tuple[Piece, int]]:
    """The pieces of one source, with the bytes read so far. What fails in the middle is the last piece."""
    if source.kind in ("whole", "folder"):
        yield Piece(0, source.name, None, path=str(source.path)), source.size
        return
    read = _rows if source.kind == "parquet" else _lines
    line = 0
    try:
        for line, data, behind in read(source.path):
            yield data if isinstance(data, Piece) else Piece(0, source.name, line, data), behind
    except _Unreadable as error:
        yield Piece(0, source.name, line + 1, fault=error.says), source.size
    except Exception as error:  # each way of packing has errors of its own; none of them ends the run
        cause = getattr(error, "strerror", None) or str(error) or type(error).__name__
        says = Bilingual(
            f"从此处起无法读取（{cause}），此前的照常检查",
            f"cannot be read from here on ({cause}); what came before is checked",
        )
        yield Piece(0, source.name, line + 1, fault=says), source.size


class _Unreadable(Exception):
    def __init__(self, says: Bilingual) -> None:
        super().__init__(says)
        self.says = says


class _Lined(Protocol):
    def readline(self, size: int, /) -> bytes: ...


_Read = Iterator[tuple[int, "bytes | Piece", int]]


def _lines(path: Path) -> _Read:
    """Each line that holds anything, with its number from 1 and the bytes of the file read so far."""
    with nullcontext(sys.stdin.buffer) if path == Path("-") else path.open("rb") as file:
        stream = _unpacked(path, file)
        behind = file.tell if file.seekable() else lambda: 0
        number = 0
        while line := stream.readline(JSON_BYTES + 1):
            number += 1
            if len(line) > JSON_BYTES:
                raise _Unreadable(
                    Bilingual(
                        f"一行超过 {JSON_BYTES // MIB} MiB，其后不再读取",
                        f"a line of more than {JSON_BYTES // MIB} MiB; nothing after it is read",
                    )
                )
            if number == 1:
                line = line.removeprefix(b"\xef\xbb\xbf")
            if line.strip():
                yield number, line, behind()


def _unpacked(path: Path, file: IO[bytes]) -> _Lined:
    name = path.name.lower()
    if name.endswith(".gz"):
        return gzip.GzipFile(fileobj=file)
    if name.endswith(".zst"):
        try:
            from backports import zstd
        except ImportError as error:
            raise _Unreadable(_needs("backports.zstd", "feed")) from error
        return zstd.ZstdFile(file)
    return file


def _rows(path: Path) -> _Read:
    """Each row of a Parquet file: the JSON text in its column of dossiers."""
    try:
        import pyarrow
        from pyarrow import parquet, types
    except ImportError as error:
        raise _Unreadable(_needs("pyarrow", "feed")) from error
    try:
        with parquet.ParquetFile(path) as file:
            schema = file.schema_arrow
            texts = [f.name for f in schema if _is_text(types, f.type)]
            column = COLUMN if COLUMN in texts else texts[0] if len(texts) == 1 else None
            if column is None:
                listed = ", ".join(schema.names)
                raise _Unreadable(
                    Bilingual(
                        f"Parquet 中没有名为 {COLUMN} 的文本列（JSON 档案）；现有列：{listed}",
                        f"no column of text named {COLUMN} (JSON dossiers) in this Parquet file; there are: {listed}",
                    )
                )
            number = 0
            for batch in file.iter_batches(batch_size=_ROWS, columns=[column]):
                for value in batch.column(0):
                    number += 1
                    text = value.as_py()
                    data = b"null" if text is None else text.encode() if isinstance(text, str) else text
                    yield number, data, 0
    except pyarrow.ArrowException as error:
        raise _Unreadable(
            Bilingual(f"Parquet 文件损坏或无法读取（{error}）", f"damaged or unreadable Parquet file ({error})")
        ) from error


def _is_text(types: object, of: object) -> bool:
    kinds = ("is_string", "is_large_string", "is_binary", "is_large_binary")
    return any(getattr(types, kind)(of) for kind in kinds)


def _needs(package: str, extra: str) -> Bilingual:
    return Bilingual(
        f"需要安装 {package}：pip install 'compliance-laojiu[{extra}]'",
        f"needs {package}: pip install 'compliance-laojiu[{extra}]'",
    )
