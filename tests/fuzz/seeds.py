"""Small files of every kind that is read, from the fixtures and from what the checker itself writes; and their words."""

from __future__ import annotations

import copy
import gzip
import json
import zipfile
from collections.abc import Mapping
from datetime import date
from functools import cache
from importlib.resources import files
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import openpyxl
import pyarrow
from backports import zstd
from ledgers import act_on, hand
from openpyxl.styles import numbers
from places import FIXTURES, Json, _prune, raw_of
from pyarrow import parquet

from compliance.intake.cellvalues import UNITS, field_of
from compliance.intake.form.writing import blank_workbook, csv_files, workbook
from compliance.intake.references import sound
from compliance.rectify.ledger import open_ledger
from compliance.rectify.roundtrip import export
from compliance.render.gongwen import default_template
from compliance.rulebook.reader import law_files, law_folder
from compliance.schemas.dossier import Dossier
from compliance.schemas.generate import load
from compliance.schemas.ledger import Entry

LAW = Path(str(law_folder()))


def _bytes(raw: Any) -> bytes:
    return json.dumps(raw, ensure_ascii=False).encode()


@cache
def dossiers() -> tuple[bytes, ...]:
    """The head alone; the head with two entries of each list; a whole place with one community in its plan."""
    whole = raw_of("village")
    head = {name: value for name, value in whole.items() if not isinstance(value, dict | list)}
    found = [head]
    for name, value in whole.items():
        if isinstance(value, dict | list):
            part = copy.deepcopy(head | {name: value[:2] if isinstance(value, list) else value})
            _prune(part)
            found.append(part)
    found += [_one_community(whole), raw_of("province")]
    return tuple(_bytes(raw) for raw in found if _is_valid(raw))


def small_dossiers() -> tuple[bytes, ...]:
    """Those that are read in no time."""
    return tuple(data for data in dossiers() if len(data) < 10_000)


def _is_valid(raw: Json) -> bool:
    try:
        Dossier.model_validate(raw)
    except ValueError:
        return False
    return sound(raw)


def _one_community(whole: Json) -> Json:
    """The first community of the village with all that refers to it."""
    raw = copy.deepcopy(whole)
    first = raw["communities"][0]["community_id"]
    raw["communities"] = raw["communities"][:1]
    for name, value in raw.items():
        if isinstance(value, list) and name != "communities":
            raw[name] = [one for one in value if not isinstance(one, dict) or one.get("community_id", first) == first]
    _prune(raw)
    return raw


def entry_words() -> tuple[bytes, ...]:
    """Names of fields, options and codes of the dossier's schema, in quotation marks."""
    found: dict[str, None] = {}

    def walk(value: Any) -> None:
        if isinstance(value, dict):
            found.update(dict.fromkeys(value.get("properties", ())))
            found.update(dict.fromkeys(str(option) for option in value.get("enum", ())))
            for inner in value.values():
                walk(inner)

    walk(load("dossier"))
    return tuple(f'"{word}"'.encode() for word in found)


@cache
def archives() -> tuple[bytes, ...]:
    """A dossier in an archive: alone, with attachments, compressed as a folder, with names written by Chinese Windows."""
    text = dossiers()[0]
    made = [
        _zip({"dossier.json": text}),
        _zip({"dossier.json": text, "attachments/甲.pdf": b"%PDF-1.4", "attachments/b/c.txt": b"c" * 300}),
        _zip({"报送/dossier.json": text, "报送/attachments/甲.pdf": b"", "__MACOSX/dossier.json": b"x"}),
        _zip({"dossier.json.txt": text}),
        _zip({"[Content_Types].xml": b"<x/>", "word/document.xml": b"<x/>"}),
        _zip({}),
    ]
    gbk = _zip({"dossier.json": text, "attachments/XXXX.pdf": b"1"})
    return (*made, gbk.replace(b"XXXX", "征询".encode("gbk")))


def _zip(members: dict[str, bytes]) -> bytes:
    out = BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, data in members.items():
            archive.writestr(zipfile.ZipInfo(name, (2024, 1, 1, 0, 0, 0)), data, zipfile.ZIP_DEFLATED)
    return out.getvalue()


@cache
def ledger() -> tuple[Mapping[str, Entry], str]:
    """Three entries by number: open, assigned, in progress; and the ledger's mark."""
    with TemporaryDirectory() as folder, open_ledger(f"{folder}/ledger.db", create=True) as made:
        numbers = [made.add(hand(text=f"第{n}处楼道照明不亮", item="B5.1", unit="示例街道办事处"), "张三").number for n in range(3)]
        act_on(made, numbers[1], "assign")
        act_on(made, numbers[2], "assign", "start")
        return made.known(numbers), made.mark()


@cache
def ledger_workbooks() -> tuple[bytes, ...]:
    """The ledger as it is sent out to be filled in."""
    known, mark = ledger()
    return tuple(export(list(known.values()), mark, date(2024, 4, 1), lang) for lang in ("zh", "en"))


@cache
def workbooks() -> tuple[bytes, ...]:
    """Workbooks with every kind of cell, the ledger's own with drop-downs and formats."""
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "小区清单"
    sheet.append(["序号", "小区名称", "户数（户）", "建筑面积（万㎡）", "建成时间", "是否完工"])
    sheet.append([1, "幸福里", 120, 1.2, "2000年5月", True])
    sheet.append([2, "=A2+1", 64.88, "１２", "—", "#N/A"])
    sheet["E3"].number_format = numbers.FORMAT_DATE_YYYYMMDD2
    sheet["E3"] = 45000
    sheet["D3"].number_format = "0%"
    sheet["D3"] = 0.85
    sheet.merge_cells("A4:B4")
    sheet["A4"] = "合计"
    sheet.row_dimensions[2].hidden = True
    book.create_sheet("说明").sheet_state = "hidden"
    out = BytesIO()
    book.save(out)
    return (out.getvalue(), ledger_workbooks()[0])


def templates() -> tuple[bytes, ...]:
    """Those that are used where no place has its own."""
    return (default_template("zh"), default_template("en"))


def tables() -> tuple[bytes, ...]:
    rows = "序号,小区名称,户数（户）,建筑面积（万㎡）,建成时间\n1,幸福里,120,1.2,2000年5月\n2,\"和平\"\"里\"\"\",８０,,—\n合计,,200,,\n"
    return (
        rows.encode(), rows.encode("utf-8-sig"), rows.encode("gb18030"), rows.encode("utf-16"), rows.replace(",", "\t").encode(),
        rows.replace(",", ";").replace("\n", "\r\n").encode(), b'"a\nb",c\n1,2',
    )  # fmt: skip


@cache
def forms() -> tuple[bytes, ...]:
    """The form of a county, and filled in: with the head alone, with a few entries, with one community."""
    some = [Dossier.model_validate_json(dossiers()[number]) for number in (0, 2, 9)]
    whole = _zip({f"报送/{name}": data for name, data in csv_files(some[1], "d").items()})
    return (*(workbook(dossier, "d.xlsx") for dossier in some), blank_workbook("county"), whole)


@cache
def filled_tables() -> tuple[bytes, ...]:
    """Tables of places as offices fill them in, sound, doubtful and faulty."""
    return tuple(file.read_bytes() for file in sorted((FIXTURES / "tables").glob("*.xlsx")))


def mapped_tables() -> tuple[bytes, ...]:
    """The same, and as CSV."""
    texts = []
    for data in filled_tables():
        sheet = openpyxl.load_workbook(BytesIO(data)).worksheets[0]
        rows = [",".join("" if value is None else str(value).replace("\n", "") for value in row) for row in sheet.values]
        texts.append("\n".join(rows).encode())
    return (*filled_tables(), *texts)


def mappings() -> tuple[bytes, ...]:
    folder = Path(str(files("compliance.intake"))) / "mappings"
    return tuple(file.read_bytes() for file in (*sorted(folder.glob("*.yaml")), *sorted((FIXTURES / "tables").glob("*.yaml"))))


def mapping_words() -> tuple[bytes, ...]:
    """Fields that a column can feed, and units."""
    return (*(word.strip(b'"') for word in entry_words()), *(unit.encode() for unit in UNITS), b"communities[].households", b"area")


@cache
def paths() -> tuple[str, ...]:
    """Every field that a cell can be for."""
    whole = load("dossier")
    found: list[str] = []

    def walk(field: Any, path: str) -> None:
        for option in field.get("anyOf", ()):
            walk({**option, "title": ""} if option.get("type") != "null" else {}, path)
        if "$ref" in field:
            walk(whole["$defs"][field["$ref"].rsplit("/", 1)[1]], path)
        if field.get("items"):
            walk(field["items"], f"{path}[]")
        for name, inner in field.get("properties", {}).items():
            walk(inner, f"{path}.{name}" if path else name)
        found.append(path)

    walk(whole, "")
    return tuple(path for path in dict.fromkeys(found) if field_of(path) is not None)


def cells() -> tuple[bytes, ...]:
    """A field's path, and the text of a cell for it."""
    texts = ["120", "1.2万", "2000年5月", "是", "—", "0.85", "85%", "１２，３４５.６", "建办城[2021]50号", "无", "12/1/21", "甲、乙", "#N/A", "45000"]
    return tuple(f"{path}\n{text}".encode() for n, path in enumerate(paths()) for text in texts[n % 7 :: 7])


def cell_words() -> tuple[bytes, ...]:
    """Units, and what stands for yes, no and nothing."""
    return tuple(word.encode() for word in (*UNITS, *"是否有无√×—/%‰年月日号〔〕、，", "约", "余", "共", "不详", "上旬", "至今", "N/A"))


def yaml_files(*folders: str) -> tuple[bytes, ...]:
    """Law, profiles and schemes as they are shipped, the small ones first."""
    found = [file.read_bytes() for folder in folders for file in (LAW / folder).resolve().glob("*.yaml")]
    return tuple(sorted(found, key=len))


def profiles() -> tuple[bytes, ...]:
    return (*(file.read_bytes() for file in sorted((FIXTURES / "profiles").glob("*.yaml"))), *yaml_files("profiles")[:20])


def clauses() -> tuple[bytes, ...]:
    names = [file.name for file in law_files(law_folder()) if file.name != "standard.yaml"]
    return tuple(sorted((LAW / name).read_bytes() for name in names))


@cache
def feeds() -> tuple[bytes, ...]:
    lines = b"\n".join([*dossiers()[:3], b"{", b"", b'{"schema_version": "1.0"}'])
    texts = [line.decode() for line in lines.split(b"\n")]
    columns = [{"dossier": texts}, {"dossier": [None, texts[0]], "n": [1, 2]}, {"a": texts, "b": texts}]
    made = [lines, gzip.compress(lines, mtime=0), zstd.compress(lines), b"\xef\xbb\xbf" + lines, lines.replace(b"\n", b"\r\n")]
    for column in columns:
        out = BytesIO()
        parquet.write_table(pyarrow.table(column), out)
        made.append(out.getvalue())
    return tuple(made)
