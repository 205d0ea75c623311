"""Bytes, or a JSON value, that are no dossier → what they seem to be and what to do; else nothing."""

from __future__ import annotations

from typing import Any

from compliance.schemas.dossier import Dossier
from compliance.schemas.refusal import NOTHING, Words

__all__ = ["ZIP_MARKS", "foreign", "foreign_value", "is_workbook", "office_document"]

Kind = tuple[Words, Words, Words]
"""Found, expected, hint."""

ZIP_MARKS = (b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08")

_DOSSIER = Words(
    "档案：JSON 文件、填报表（xlsx），或含 dossier.json 的文件夹或 zip",
    "a dossier: JSON, the form (xlsx), or a folder or zip with dossier.json",
)
_CONVERT = Words(
    "旧版表格请另存为 .xlsx；其他材料放入 attachments 文件夹",
    "save an old spreadsheet as .xlsx; put other documents into the folder attachments",
)
_UNPACK = Words("解压后报送文件夹，或改用 zip", "unpack it and submit the folder, or use zip")

_STREAM = Words(
    "成批报送（每行一份档案）用 compliance feed 检查；单份档案请解压",
    "check many dossiers, one a line, with compliance feed; unpack a single one",
)

_MARKS: tuple[tuple[bytes, Words, Words], ...] = (
    (b"%PDF", Words("PDF 文件", "a PDF"), _CONVERT),
    (b"\xd0\xcf\x11\xe0", Words("旧版 Office 文件（doc、xls）", "an old Office file (doc, xls)"), _CONVERT),
    (b"\x89PNG", Words("图片（PNG）", "a picture (PNG)"), _CONVERT),
    (b"\xff\xd8\xff", Words("图片（JPEG）", "a picture (JPEG)"), _CONVERT),
    (b"Rar!", Words("RAR 压缩包", "a RAR archive"), _UNPACK),
    (b"7z\xbc\xaf", Words("7z 压缩包", "a 7z archive"), _UNPACK),
    (b"\x1f\x8b", Words("gzip 压缩文件", "a gzip file"), _STREAM),
    (b"\x28\xb5\x2f\xfd", Words("Zstandard 压缩文件", "a Zstandard file"), _STREAM),
    (b"PAR1", Words("Parquet 文件", "a Parquet file"), _STREAM),
)

_OFFICE = {
    "word/": Words("Word 文档", "a Word document"),
    "ppt/": Words("PowerPoint 文稿", "a PowerPoint presentation"),
}


def foreign(data: bytes) -> Kind | None:
    """Recognise a file of another format by its first bytes."""
    for mark, name, remedy in _MARKS:
        if data.startswith(mark):
            return name, _DOSSIER, remedy
    if data.removeprefix(b"\xef\xbb\xbf").lstrip()[:1] == b"<":
        return Words("网页或 XML 文件", "a web page or XML"), _DOSSIER, _CONVERT
    return None


def is_workbook(names: set[str]) -> bool:
    """Recognise a workbook, which may be a form, by the names in its zip."""
    return "[Content_Types].xml" in names and any(name.startswith("xl/") for name in names)


def office_document(names: set[str]) -> Kind | None:
    """Recognise a modern Office file by the names in its zip."""
    if "[Content_Types].xml" not in names:
        return None
    for folder, kind in _OFFICE.items():
        if any(name.startswith(folder) for name in names):
            return kind, _DOSSIER, _CONVERT
    return None


def foreign_value(value: Any) -> Kind | None:
    """Recognise JSON that is not a dossier at all, rather than call each of its fields unknown."""
    if isinstance(value, list):
        found = Words(f"{len(value)} 项的列表", f"a list of {len(value)}")
        remedy = Words("一个文件只放一份档案（一个对象）", "one file holds one dossier, which is one object")
        return found, _DOSSIER, remedy
    if not isinstance(value, dict):
        return Words("单个值", "a single value"), _DOSSIER, NOTHING
    if {"findings", "rulebook"} & value.keys():
        remedy = Words("请给出报告所依据的档案", "give the dossier that the report was made from")
        return Words("本程序生成的检查报告", "a report of this program"), _DOSSIER, remedy
    if "$schema" in value or "$defs" in value:
        return Words("JSON Schema（结构定义）", "a JSON Schema"), _DOSSIER, NOTHING
    if value and not value.keys() & Dossier.model_fields.keys():
        return Words("没有任何档案字段的对象", "an object without any field of a dossier"), _DOSSIER, NOTHING
    return None
