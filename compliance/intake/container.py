"""A path, folder, zip or standard input → the bytes of dossier.json or of tables, and attachments, hashed lazily.

Refuses what is missing, unreadable or too large, and archives that are damaged, encrypted, ambiguous or built
to do harm. Nothing is ever unpacked to disk.
"""

from __future__ import annotations

import hashlib
import os
import stat
import sys
import unicodedata
import zipfile
import zlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from io import BytesIO, FileIO
from pathlib import Path, PurePath
from typing import IO, BinaryIO

from compliance.intake.foreign import ZIP_MARKS, is_workbook, office_document
from compliance.schemas.limits import ARCHIVE_BYTES, ARCHIVE_FILES, ARCHIVE_RATIO, GRID_BYTES, JSON_BYTES, MIB
from compliance.schemas.refusal import NOTHING, InputError, Refused, Words, printable

__all__ = ["Parcel", "take", "zip_faults"]

DOSSIER = "dossier.json"
WORKBOOK = "dossier.xlsx"
TABLE = ".csv"
ATTACHMENTS = "attachments"

_UNREADABLE = (OSError, ValueError, RuntimeError, EOFError, zipfile.BadZipFile, zlib.error)
"""What reading a member of a damaged archive may raise."""


@dataclass(frozen=True, slots=True)
class Parcel:
    """What came in, before anything of it is understood."""

    source: str
    data: bytes
    files: Mapping[str, str]
    tables: Mapping[str, bytes] = field(default_factory=dict)
    """Instead of ``data``: a workbook, or CSV files, by their names"""


class Files(Mapping[str, str]):
    """Attachment path → SHA-256, computed in a stream when first asked for."""

    def __init__(self, source: str, openers: dict[str, Callable[[], IO[bytes]]]) -> None:
        self._source = source
        self._openers = openers
        self._hashes: dict[str, str] = {}

    def __getitem__(self, path: str) -> str:
        if path not in self._hashes:
            self._hashes[path] = self._hash(path)
        return self._hashes[path]

    def __contains__(self, path: object) -> bool:
        return path in self._openers

    def __iter__(self) -> Iterator[str]:
        return iter(self._openers)

    def __len__(self) -> int:
        return len(self._openers)

    def _hash(self, path: str) -> str:
        opener = self._openers[path]
        try:
            with opener() as stream:
                return hashlib.file_digest(stream, "sha256").hexdigest()  # type: ignore[arg-type]
        except _UNREADABLE as error:
            name, cause = printable(f"{ATTACHMENTS}/{path}"), _cause(error)
            found = Words(f"{name}：{cause.zh}", f"{name}: {cause.en}")
            raise _refused(self._source, "not_readable", found) from error


def take(source: str | Path, stdin: BinaryIO | None = None) -> Parcel:
    """Find the dossier's bytes and its attachments; ``Refused`` if there is no way to them."""
    name = printable(str(source))
    try:
        if str(source) == "-":
            return _stream(name, stdin or sys.stdin.buffer)
        path = Path(source)
        if path.is_dir():
            return _folder(name, path)
        with path.open("rb") as stream:
            if stream.seekable() and stream.peek(4).startswith(ZIP_MARKS):
                return _zip(name, path)
            if path.suffix.lower() == TABLE:
                return Parcel(name, b"", {}, {path.name: _bounded(name, stream, GRID_BYTES)})
            return _stream(name, stream)
    except FileNotFoundError as error:
        raise _refused(name, "file_missing", _name(name)) from error
    except (OSError, ValueError) as error:
        raise _refused(name, "not_readable", _cause(error)) from error


def _stream(name: str, stream: IO[bytes]) -> Parcel:
    data = _bounded(name, stream)
    return _zip(name, BytesIO(data)) if data.startswith(ZIP_MARKS) else Parcel(name, data, {})


def _bounded(name: str, stream: IO[bytes], limit: int | None = None) -> bytes:
    most = JSON_BYTES if limit is None else limit
    data = stream.read(most + 1)
    if len(data) > most:
        raise _refused(name, "too_large", NOTHING, _at_most(most))
    return data


# -- folder


def _folder(name: str, folder: Path) -> Parcel:
    names = sorted(entry.name for entry in folder.iterdir())
    chosen = _chosen(names)
    errors = [_error("symbolic_link", _name(n), NOTHING, _COPY) for n in chosen if (folder / n).is_symlink()]
    if not errors and not all((folder / n).is_file() for n in chosen or [DOSSIER]):
        raise Refused(name, [_no_dossier(names)])
    if two := _two(names):
        errors.append(two)
    openers: dict[str, Callable[[], IO[bytes]]] = {}
    for file in _walk(folder / ATTACHMENTS, errors):
        key = _key(file.relative_to(folder / ATTACHMENTS).as_posix())
        if key in openers:
            errors.append(_error("duplicate_file", _name(f"{ATTACHMENTS}/{key}")))
        openers[key] = partial(FileIO, file)
    if errors:
        raise Refused(name, errors)
    files = Files(name, openers)
    if chosen == [DOSSIER]:
        with (folder / DOSSIER).open("rb") as stream:
            return Parcel(name, _bounded(name, stream), files)
    tables = {}
    for each in chosen:
        with (folder / each).open("rb") as stream:
            tables[each] = _bounded(name, stream, GRID_BYTES)
    return Parcel(name, b"", files, tables)


def _walk(folder: Path, errors: list[InputError]) -> Iterator[Path]:
    """The regular files below a folder; links and devices are errors, for they lead out of the submission."""
    if folder.is_symlink():
        errors.append(_error("symbolic_link", _name(folder.name), NOTHING, _COPY))
        return
    if not folder.exists():
        return
    count = 0
    for parent, folders, files in os.walk(folder, onerror=_raise):
        folders.sort()
        for entry in sorted([*folders, *files]):
            path = Path(parent, entry)
            mode = path.lstat().st_mode
            shown = _name(path.relative_to(folder.parent).as_posix())
            if stat.S_ISLNK(mode):
                errors.append(_error("symbolic_link", shown, NOTHING, _COPY))
            elif stat.S_ISREG(mode):
                count += 1
                yield path
            elif not stat.S_ISDIR(mode):
                errors.append(_error("special_file", shown))
        if count > ARCHIVE_FILES:
            errors.append(_error("too_many_files", NOTHING, _at_most(ARCHIVE_FILES, "")))
            return


# -- zip


def _zip(name: str, file: Path | BytesIO) -> Parcel:
    try:
        archive = zipfile.ZipFile(file)
        members = {_member_name(info): info for info in archive.infolist() if not info.filename.endswith("/")}
        names = {info.orig_filename for info in archive.infolist()}
        if is_workbook(names):
            return Parcel(name, b"", {}, {PurePath(name).name: _whole(name, file)})
        if kind := office_document(names):
            raise _refused(name, "not_a_dossier", *kind)
        if errors := list(zip_faults(archive)):
            raise Refused(name, errors)
        root, chosen = _root(name, members)
        data, tables = b"", {}
        for each in chosen:
            with archive.open(members[root + each]) as stream:
                if each == DOSSIER:
                    data = _bounded(name, stream)
                else:
                    tables[each] = _bounded(name, stream, GRID_BYTES)
    except _UNREADABLE as error:
        hint = Words("请重新压缩后报送", "compress it again")
        raise _refused(name, "damaged_archive", _cause(error), NOTHING, hint) from error
    inside = f"{root}{ATTACHMENTS}/"
    openers: dict[str, Callable[[], IO[bytes]]] = {
        path.removeprefix(inside): partial(archive.open, info)
        for path, info in members.items()
        if path.startswith(inside)
    }
    return Parcel(name, data, Files(name, openers), tables)


def _whole(name: str, file: Path | BytesIO) -> bytes:
    if isinstance(file, BytesIO):
        return file.getvalue()
    with file.open("rb") as stream:
        return _bounded(name, stream, GRID_BYTES)


def _member_name(info: zipfile.ZipInfo) -> str:
    r"""A member's path. Without the UTF-8 flag a name may be GBK, and some tools write ``\`` for ``/``."""
    name = info.orig_filename
    if not info.flag_bits & 0x800:
        raw = name.encode("cp437", "replace")
        for encoding in ("utf-8", "gb18030"):
            try:
                name = raw.decode(encoding)
                break
            except UnicodeDecodeError:
                continue
    return _key(name.replace("\\", "/"))


def zip_faults(archive: zipfile.ZipFile) -> Iterator[InputError]:
    """What is wrong with an archive as a whole: too much in it, locked, or built to do harm."""
    infos = archive.infolist()
    if len(infos) > ARCHIVE_FILES:
        yield _error("too_many_files", Words(str(len(infos)), str(len(infos))), _at_most(ARCHIVE_FILES, ""))
        return
    if sum(info.file_size for info in infos) > ARCHIVE_BYTES:
        yield _error("compression_bomb", NOTHING, _at_most(ARCHIVE_BYTES))
    seen: set[str] = set()
    for info in infos:
        name = _member_name(info)
        if code := _member_fault(info, name):
            yield _error(code, _name(name), NOTHING, _MEMBER_HINTS.get(code, NOTHING))
        if name in seen:
            yield _error("duplicate_file", _name(name))
        seen.add(name)
    if _overlap(infos):
        yield _error("compression_bomb", Words("压缩包内的文件互相重叠", "members of the archive overlap"))


def _member_fault(info: zipfile.ZipInfo, name: str) -> str | None:
    if info.flag_bits & 0x1:
        return "encrypted_archive"
    if stat.S_ISLNK(info.external_attr >> 16):
        return "symbolic_link"
    if not name or "\0" in name or name.startswith("/") or ":" in name.split("/")[0] or ".." in name.split("/"):
        return "unsafe_path"
    if info.file_size > max(MIB, ARCHIVE_RATIO * info.compress_size):
        return "compression_bomb"
    return None


def _overlap(infos: list[zipfile.ZipInfo]) -> bool:
    """Whether members share bytes, as in archives that unpack to far more than they hold."""
    end = 0
    for info in sorted(infos, key=lambda info: info.header_offset):
        if info.header_offset < end:
            return True
        end = info.header_offset + info.compress_size
    return False


def _root(name: str, members: dict[str, zipfile.ZipInfo]) -> tuple[str, list[str]]:
    """The folder that holds the dossier, the top, or the one folder that was compressed as a whole; and its files."""
    inside: dict[str, list[str]] = {"": []}
    for path in members:
        folder, _, file = path.rpartition("/")
        if "/" not in folder and folder != "__MACOSX":
            inside.setdefault(f"{folder}/" if folder else "", []).append(file)
    for kind in (DOSSIER, WORKBOOK, TABLE):
        found = {root: _chosen(names) for root, names in inside.items() if _kind(names) == kind and _chosen(names)}
        if kind == TABLE:
            found.pop(f"{ATTACHMENTS}/", None)
        root = "" if "" in found else next(iter(found), "")
        if found and (not root or len(found) == 1):
            if two := _two(inside[root]):
                raise Refused(name, [two])
            return root, found[root]
    raise Refused(name, [_no_dossier(sorted(members))])


def _kind(names: list[str]) -> str:
    return next((kind for kind in (DOSSIER, WORKBOOK) if kind in names), TABLE)


def _chosen(names: list[str]) -> list[str]:
    """The files that are the dossier: JSON, else the workbook, else the tables."""
    for each in (DOSSIER, WORKBOOK):
        if each in names:
            return [each]
    return sorted(n for n in names if n.lower().endswith(TABLE) and not n.startswith("."))


def _two(names: list[str]) -> InputError | None:
    """Nobody says which of two dossiers is meant."""
    if DOSSIER not in names or WORKBOOK not in names:
        return None
    found = Words(f"{DOSSIER} 和 {WORKBOOK}", f"{DOSSIER} and {WORKBOOK}")
    return _error("two_dossiers", found, NOTHING, Words("只留其中一个", "keep one of them"))


# -- words

_COPY = Words("请放入文件本身", "put the file itself there")
_MEMBER_HINTS = {
    "encrypted_archive": Words("请去掉密码重新压缩", "compress it again without a password"),
    "symbolic_link": _COPY,
    "unsafe_path": Words("请重新压缩，只含文件夹内的相对路径", "compress it again with relative paths only"),
}


def _key(path: str) -> str:
    """One spelling of a path: macOS decomposes accented letters in file names."""
    return unicodedata.normalize("NFC", path)


def _no_dossier(names: list[str]) -> InputError:
    """Name the files that may have been meant, such as ``dossier.json.txt`` from an editor."""
    likely = [name for name in names if ".json" in name.lower()][:5]
    listed = printable("、".join(likely))
    found = Words(f"其中有 {listed}", f"there is {listed}") if likely else NOTHING
    expected = Words(
        f"{DOSSIER}、{WORKBOOK} 或各表的 CSV 位于最上层", f"{DOSSIER}, {WORKBOOK} or the CSV tables at the top"
    )
    hint = Words(f"将档案文件改名为 {DOSSIER}", f"rename the dossier to {DOSSIER}") if likely else NOTHING
    return _error("no_dossier_json", found, expected, hint)


def _name(name: str) -> Words:
    return Words(printable(name), printable(name))


def _at_most(count: int, unit: str = "MiB") -> Words:
    shown = f"{count // MIB if unit else count} {unit}".strip()
    return Words(f"不超过 {shown}", f"at most {shown}")


def _cause(error: Exception) -> Words:
    if isinstance(error, PermissionError):
        return Words("没有读取权限", "permission denied")
    text = printable(str(getattr(error, "strerror", None) or error))
    return Words(text, text)


def _raise(error: OSError) -> None:
    raise error


def _error(code: str, found: Words = NOTHING, expected: Words = NOTHING, hint: Words = NOTHING) -> InputError:
    return InputError("", None, None, code, found, expected, hint)


def _refused(
    source: str, code: str, found: Words = NOTHING, expected: Words = NOTHING, hint: Words = NOTHING
) -> Refused:
    return Refused(source, [_error(code, found, expected, hint)])
