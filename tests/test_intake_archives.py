"""Folders and zips: attachments are found and hashed lazily; whatever could do harm is refused by name."""

from __future__ import annotations

import hashlib
import io
import os
import stat
import struct
import warnings
import zipfile

import pytest

from compliance.intake import container, read
from compliance.schemas.refusal import Refused
from tests.test_intake import BYTES

SCAN = b"%PDF-1.7 scanned ballot"
SHA = hashlib.sha256(SCAN).hexdigest()
GOOD = {"dossier.json": BYTES, "attachments/票/1.pdf": SCAN}


def zipped(path, members, **options):
    with warnings.catch_warnings(), zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        warnings.simplefilter("ignore")  # zipfile warns of duplicate names, which are the point here
        for name, content in members.items() if isinstance(members, dict) else members:
            archive.writestr(name, content, **options)
    return path


def entry(name, mode=0o644, **attributes):
    info = zipfile.ZipInfo(name)
    info.external_attr = (stat.S_IFREG | mode) << 16
    for attribute, value in attributes.items():
        setattr(info, attribute, value)
    return info


def errors(source, **options):
    with pytest.raises(Refused) as caught:
        read(source, **options)
    return caught.value.errors


def codes(source):
    return [error.code for error in errors(source)]


@pytest.fixture
def folder(tmp_path):
    root = tmp_path / "档案"
    (root / "attachments" / "票").mkdir(parents=True)
    (root / "dossier.json").write_bytes(BYTES)
    (root / "attachments" / "票" / "1.pdf").write_bytes(SCAN)
    return root


# -- what is meant to come


def test_a_folder(folder):
    received = read(folder)
    assert dict(received.files) == {"票/1.pdf": SHA}
    assert received.sha256 == hashlib.sha256(BYTES).hexdigest()


def test_a_folder_without_attachments(folder):
    (folder / "attachments" / "票" / "1.pdf").unlink()
    (folder / "attachments" / "票").rmdir()
    (folder / "attachments").rmdir()
    assert dict(read(folder).files) == {}


def test_a_zip_under_any_name(tmp_path):
    received = read(zipped(tmp_path / "报送.bin", GOOD))
    assert dict(received.files) == {"票/1.pdf": SHA}
    assert received.dossier == read("-", stdin=io.BytesIO(BYTES)).dossier


def test_a_zip_on_standard_input():
    stream = io.BytesIO()
    zipped(stream, GOOD)
    stream.seek(0)
    assert dict(read("-", stdin=stream).files) == {"票/1.pdf": SHA}


def test_a_zip_of_the_whole_folder(tmp_path):
    members = {
        "雨湖/dossier.json": BYTES,
        "雨湖/attachments/a.pdf": SCAN,
        "__MACOSX/dossier.json": b"",
        "雨湖/说明.txt": b"",
    }
    assert dict(read(zipped(tmp_path / "a.zip", members)).files) == {"a.pdf": SHA}


def test_names_written_by_chinese_windows(tmp_path):
    """No UTF-8 flag, names in GBK, and a backslash between folders."""
    path = zipped(tmp_path / "a.zip", {"dossier.json": BYTES, "attachments/xxxx.pdf": SCAN})
    path.write_bytes(path.read_bytes().replace(b"attachments/xxxx", b"attachments\\" + "幸福".encode("gbk")))
    assert dict(read(path).files) == {"幸福.pdf": SHA}


def test_utf8_names_without_the_flag(tmp_path):
    path = zipped(tmp_path / "a.zip", {"dossier.json": BYTES, "attachments/xxxxxx.pdf": SCAN})
    path.write_bytes(path.read_bytes().replace(b"xxxxxx", "幸福".encode()))
    assert dict(read(path).files) == {"幸福.pdf": SHA}


def test_names_decomposed_by_macos(tmp_path):
    path = zipped(tmp_path / "a.zip", {"dossier.json": BYTES, "attachments/cafe\u0301.pdf": SCAN})
    assert "caf\u00e9.pdf" in read(path).files


def test_hashes_are_made_only_when_asked_for_and_once(folder, monkeypatch):
    opened = []
    monkeypatch.setattr(container, "FileIO", lambda path: opened.append(path) or io.FileIO(path))
    files = read(folder).files
    assert (len(files), "票/1.pdf" in files, list(files), opened) == (1, True, ["票/1.pdf"], [])
    assert files["票/1.pdf"] == files["票/1.pdf"] == SHA
    assert len(opened) == 1
    with pytest.raises(KeyError):
        files["票/2.pdf"]


def test_an_attachment_that_vanishes_is_refused_when_asked_for(folder):
    files = read(folder).files
    (folder / "attachments" / "票" / "1.pdf").unlink()
    with pytest.raises(Refused) as caught:
        files["票/1.pdf"]
    (error,) = caught.value.errors
    assert error.code == "not_readable"
    assert "attachments/票/1.pdf" in error.found.zh


def test_a_damaged_attachment_is_refused_when_asked_for(tmp_path):
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("dossier.json", BYTES)
        archive.writestr("attachments/a.pdf", SCAN)
    path.write_bytes(path.read_bytes().replace(SCAN, SCAN[::-1]))
    files = read(path).files
    with pytest.raises(Refused, match="not_readable"):
        files["a.pdf"]


# -- what is missing


@pytest.mark.parametrize("name", ["dossier.json.txt", "Dossier.json"])
def test_a_folder_without_dossier_names_what_may_have_been_meant(folder, name):
    (folder / "dossier.json").rename(folder / name)
    (error,) = errors(folder)
    assert error.code == "no_dossier_json"
    assert name in error.found.zh
    assert "dossier.json" in error.hint.zh


def test_an_empty_folder(tmp_path):
    (error,) = errors(tmp_path)
    assert (error.code, error.hint.zh) == ("no_dossier_json", "")


def test_a_folder_that_may_not_be_listed(folder, monkeypatch):
    def denied(_path):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(os, "scandir", denied)
    (error,) = errors(folder)
    assert (error.code, error.found.en) == ("not_readable", "permission denied")


@pytest.mark.parametrize(
    "members", [{"a/dossier.json": BYTES, "b/dossier.json": BYTES}, {"a/b/dossier.json": BYTES}, {}]
)
def test_a_zip_without_one_dossier(tmp_path, members):
    assert codes(zipped(tmp_path / "a.zip", members)) == ["no_dossier_json"]


@pytest.mark.parametrize(
    ("part", "name"),
    [
        ("word/document.xml", "Word 文档"),
        ("ppt/a.xml", "PowerPoint 文稿"),
    ],
)
def test_office_files(tmp_path, part, name):
    (error,) = errors(zipped(tmp_path / "a.zip", {"[Content_Types].xml": "", part: ""}))
    assert (error.code, error.found.zh) == ("not_a_dossier", name)
    assert "attachments" in error.hint.zh


def test_a_workbook_of_nothing(tmp_path):
    (error,) = errors(zipped(tmp_path / "a.zip", {"[Content_Types].xml": "", "xl/workbook.xml": ""}))
    assert error.code == "damaged_workbook"


def test_faults_in_the_dossier_of_a_zip_have_their_lines(tmp_path):
    path = zipped(tmp_path / "a.zip", {"dossier.json": BYTES.replace(b"2021", b'"2021"')})
    (error,) = errors(path)
    assert (error.code, error.pointer, error.line) == ("wrong_type", "/plan_year", 7)


# -- what could do harm


@pytest.mark.parametrize(
    "name",
    [
        "../evil",
        "attachments/../../evil",
        "/etc/passwd",
        "C:/evil",
        "C:evil",
        "..\\evil",
        "attachments\\..\\..\\evil",
    ],
)
def test_paths_that_lead_out(tmp_path, name):
    (error,) = errors(zipped(tmp_path / "a.zip", {**GOOD, name: b"x"}))
    assert error.code == "unsafe_path"
    assert error.found.en == name.replace("\\", "/")


def test_a_name_with_a_zero_byte(tmp_path):
    path = zipped(tmp_path / "a.zip", {**GOOD, "attachments/aXb": b"x"})
    path.write_bytes(path.read_bytes().replace(b"aXb", b"a\0b"))
    assert "unsafe_path" in codes(path)


@pytest.mark.parametrize("name", ["dossier.json", "attachments/票/1.pdf", "attachments\\票\\1.pdf"])
def test_members_given_twice(tmp_path, name):
    path = zipped(tmp_path / "a.zip", [*GOOD.items(), (name, b"other")])
    (error,) = errors(path)
    assert (error.code, error.found.zh) == ("duplicate_file", name.replace("\\", "/"))


def test_two_spellings_of_one_name_in_a_folder(folder):
    for name in ("cafe\u0301.pdf", "caf\u00e9.pdf"):
        (folder / "attachments" / name).write_bytes(name.encode())
    assert codes(folder) == ["duplicate_file"]


def test_symbolic_links_in_a_zip(tmp_path):
    link = entry("attachments/link")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    assert codes(zipped(tmp_path / "a.zip", [*GOOD.items(), (link, "/etc/passwd")])) == ["symbolic_link"]


@pytest.mark.parametrize("place", ["attachments/link", "attachments/票/link", "attachments/folder"])
def test_symbolic_links_in_a_folder(folder, place):
    os.symlink("/etc" if place.endswith("folder") else "/etc/passwd", folder / place)
    (error,) = errors(folder)
    assert (error.code, error.found.en) == ("symbolic_link", place)


@pytest.mark.parametrize("name", ["dossier.json", "attachments"])
def test_a_folder_whose_parts_are_links(folder, tmp_path, name):
    (folder / name).rename(tmp_path / "elsewhere")
    os.symlink(tmp_path / "elsewhere", folder / name)
    assert codes(folder) == ["symbolic_link"]


def test_a_pipe_in_a_folder_does_not_block(folder):
    os.mkfifo(folder / "attachments" / "pipe")
    (error,) = errors(folder)
    assert (error.code, error.found.en) == ("special_file", "attachments/pipe")


def test_encrypted_members(tmp_path):
    path = zipped(tmp_path / "a.zip", GOOD)
    data = bytearray(path.read_bytes())
    start = 0
    while (start := data.find(b"PK\x01\x02", start)) >= 0:
        data[start + 8] |= 1
        start += 4
    path.write_bytes(data)
    assert codes(path) == ["encrypted_archive"] * 2


def test_a_member_that_unpacks_to_far_more_than_it_is(tmp_path):
    (error,) = errors(zipped(tmp_path / "a.zip", {**GOOD, "attachments/bomb": b"\0" * 4 * 2**20}))
    assert (error.code, error.found.en) == ("compression_bomb", "attachments/bomb")


def test_an_archive_that_claims_more_than_there_is_room_for(tmp_path, monkeypatch):
    monkeypatch.setattr(container, "ARCHIVE_BYTES", 100)
    assert codes(zipped(tmp_path / "a.zip", GOOD)) == ["compression_bomb"]


def test_members_that_share_their_bytes(tmp_path):
    """Two entries of the directory point at one local header."""
    path = zipped(tmp_path / "a.zip", {**GOOD, "attachments/a": b"x" * 500, "attachments/b": b"y" * 500})
    data = bytearray(path.read_bytes())
    first, second = data.rfind(b"attachments/a") - 46, data.rfind(b"attachments/b") - 46
    data[second + 42 : second + 46] = data[first + 42 : first + 46]
    path.write_bytes(data)
    assert codes(path) == ["compression_bomb"]


def test_too_many_files(tmp_path, folder, monkeypatch):
    monkeypatch.setattr(container, "ARCHIVE_FILES", 1)
    assert codes(zipped(tmp_path / "a.zip", GOOD)) == ["too_many_files"]
    (folder / "attachments" / "2.pdf").write_bytes(SCAN)
    assert codes(folder) == ["too_many_files"]


def test_a_zip_within_the_zip_is_not_followed(tmp_path):
    inner = io.BytesIO()
    zipped(inner, GOOD)
    assert "no_dossier_json" not in codes(zipped(tmp_path / "a.zip", {"dossier.json": inner.getvalue()}))


def test_a_dossier_in_a_zip_that_is_too_large(tmp_path, monkeypatch):
    monkeypatch.setattr(container, "JSON_BYTES", 100)
    assert codes(zipped(tmp_path / "a.zip", GOOD)) == ["too_large"]


@pytest.mark.parametrize("keep", [4, 30, 200, -10])
def test_a_zip_cut_off(tmp_path, keep):
    path = zipped(tmp_path / "a.zip", GOOD)
    path.write_bytes(path.read_bytes()[:keep])
    (error,) = errors(path)
    assert error.code == "damaged_archive"
    assert "重新压缩" in error.hint.zh


def test_a_dossier_with_damaged_bytes(tmp_path):
    path = zipped(tmp_path / "a.zip", {"dossier.json": BYTES})
    data = bytearray(path.read_bytes())
    data[60] ^= 0xFF
    path.write_bytes(data)
    assert codes(path) == ["damaged_archive"]


def test_an_unknown_way_of_compressing(tmp_path):
    path = zipped(tmp_path / "a.zip", {"dossier.json": BYTES})
    data = bytearray(path.read_bytes())
    at = data.find(b"PK\x01\x02") + 10
    data[at : at + 2] = data[8:10] = struct.pack("<H", 97)
    path.write_bytes(data)
    assert codes(path) == ["damaged_archive"]


def test_every_fault_of_an_archive_is_told(tmp_path):
    path = zipped(tmp_path / "a.zip", {**GOOD, "../a": b"x", "/b": b"y"})
    assert codes(path) == ["unsafe_path", "unsafe_path"]
