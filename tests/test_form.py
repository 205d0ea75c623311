"""The form of tables: nothing is lost either way, nothing is guessed, and every place leads to its cell."""

from __future__ import annotations

import csv
import datetime
import json
import shutil
import subprocess
import zipfile
from decimal import Decimal
from functools import cache
from io import BytesIO, StringIO
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from click.testing import CliRunner
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from compliance.cli import cli
from compliance.intake import read
from compliance.intake.cellvalues import field_of
from compliance.intake.form.layout import EVIDENCE, KEY, LEVELS, OWN_USE, PARENT, ROOT, layout, tables
from compliance.intake.form.receive import receive
from compliance.intake.form.writing import EXAMPLE, blank_workbook, csv_files, workbook
from compliance.intake.grid import grids
from compliance.intake.references import IDENTIFIES, REFERS_TO, sound
from compliance.intake.skeleton import skeleton
from compliance.intake.written import as_json, plain
from compliance.render import render
from compliance.road import check
from compliance.schemas import dossier as d
from compliance.schemas.refusal import Place, Refused

FIXTURES = Path(__file__).parent.parent / "fixtures"
DOSSIERS = sorted(path.parent for path in FIXTURES.glob("**/dossier.json"))
SMALL = FIXTURES / "cases" / "four-places"
BY_NAME = {table.name: table for table in layout()}


@cache
def dossier(folder: Path):
    return read(folder).dossier


@cache
def written(folder: Path) -> bytes:
    return workbook(dossier(folder), "档案")


def received(data: bytes, name: str = "档案.xlsx"):
    return receive(name, {name: data}, {})


def refused(data: bytes):
    with pytest.raises(Refused) as caught:
        received(data)
    for lang in ("zh", "en"):
        assert caught.value.text(lang)
    json.dumps(caught.value.to_json())
    return caught.value.errors


# -- what the form has


def fields(schema: dict[str, Any], path: str = ""):
    """Every single value of the schema, by its path."""
    for name in schema["properties"]:
        where = f"{path}.{name}".lstrip(".")
        inner = field_of(where)
        if inner.get("type") == "array":
            entry = field_of(f"{where}[]")
            if "properties" in entry:
                yield from fields(entry, f"{where}[]")
            else:
                yield where
        elif "properties" in inner:
            yield from fields(inner, where)
        else:
            yield where


def test_every_field_of_the_schema_has_its_column():
    has = set()
    for table in layout():
        at = "" if table.name == ROOT else f"{table.name}."
        has |= {at + c.name for c in table.columns if c.name not in (KEY, PARENT)} if table.kind != "references" else {table.name.removesuffix("[]")}
        for steps in table.evidence.values():
            has |= {f"{at}{'.'.join(steps)}[].{name}" for name in ("attachment", "page", "quote")}
    has = {name for name in has if not name.startswith(f"{EVIDENCE}.")}
    assert has == set(fields(json.loads(CliRunner().invoke(cli, ["schema", "dossier"]).output)))


def test_heads_and_titles_are_told_apart():
    titles = [table.title for table in layout()]
    assert len(set(titles)) == len(titles)
    assert max(map(len, titles)) <= 31
    for table in layout():
        heads = [column.head for column in table.columns]
        assert len(set(heads)) == len(heads)
        assert not {column.name for column in table.columns} & {OWN_USE}
        for column in table.columns:
            inner = column.field.get("items", column.field)
            if "enum" in inner:
                assert len(column.options) == len(inner["enum"])


# -- nothing is lost


@pytest.mark.parametrize("folder", DOSSIERS, ids=lambda path: path.name)
def test_a_dossier_comes_back_from_a_workbook_and_from_csv(folder):
    there = received(written(folder))
    assert there.dossier == dossier(folder)
    assert there.notes == ()
    assert receive("各表", csv_files(dossier(folder), "档案"), {}).dossier == dossier(folder)


AWKWARD = ("-", "不详", "无", " 甲 ", '"甲"', "甲、乙", "=1+1", "+86", "@a", "0", "007", "1.50", "2021-02", "是", "TRUE", "甲\n乙", "甲\r乙", "[1]", "{scheme}", "#N/A", "_x0041_", "示例", "85%", "\u3000", "𠮷", "\u200b", "a" * 4000)  # fmt: skip
TEXTS = st.sampled_from(AWKWARD) | st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\ufffe\uffff", codec="utf-8"), min_size=1, max_size=12).filter(lambda t: all(c in "\t\n\r" or ord(c) > 31 for c in t))  # fmt: skip
DAYS = st.one_of(st.dates(datetime.date(1900, 1, 1), datetime.date(2099, 12, 31)).map(str), st.sampled_from(["1949", "2021", "2021-02", "1900-02"]))
AMOUNTS = st.decimals(0, 10**10, places=4, allow_nan=False) | st.sampled_from([Decimal(0), Decimal("0.5"), Decimal(1), Decimal("64.88"), Decimal("9999999999.9999")])


def values(field: dict[str, Any], name: str) -> st.SearchStrategy[Any]:
    kind, form, pattern = field.get("type"), field.get("format"), field.get("pattern")
    if "const" in field or "enum" in field:
        return st.sampled_from(field.get("enum") or [field["const"]])
    if kind == "boolean":
        return st.booleans()
    if kind == "integer":
        return st.integers(field.get("minimum", 0), field.get("maximum", 10**9))
    if kind == "number":
        return AMOUNTS
    if form == "partial-date":
        return DAYS
    if form == "uscc":
        return st.sampled_from(["91350100M000100Y43", "1153302501526456X4"])
    if pattern == d.SHA256_PATTERN:
        return st.just("0a" * 32)
    if pattern == d.FILE_PATTERN:
        return st.sampled_from(["a/甲 乙.pdf", "=a", "-", '"', "甲、乙.pdf"])
    if pattern and "〔" in pattern:
        return st.just("示建发〔2024〕1号")
    if pattern == "^[1-9][0-9]{5}$":
        return st.sampled_from(["999901", "430302"])
    if pattern:
        return st.sampled_from(["1", "a-1", "007", "1.0", "E1", "true"])
    return TEXTS


@st.composite
def parts(draw, path: str, depth: int = 0):
    """An entry of the dossier as JSON values; references are put right afterwards."""
    schema = field_of(path) if path else json.loads(_SCHEMA)
    made: dict[str, Any] = {}
    wanted = draw(st.sets(st.sampled_from(list(schema["properties"])), max_size=10 if path else 30))
    for name in [n for n in schema["properties"] if n in wanted or n in schema.get("required", ())]:
        where = f"{path}.{name}".lstrip(".")
        inner = field_of(where)
        if inner.get("type") == "array":
            entry = field_of(f"{where}[]")
            one = parts(f"{where}[]", depth + 1) if "properties" in entry else values(entry, name)
            made[name] = draw(st.lists(one, max_size=2 if depth < 2 else 1))
        elif "properties" in inner:
            made[name] = draw(parts(where, depth + 1))
        else:
            made[name] = draw(values(inner, name))
    return made


_SCHEMA = CliRunner().invoke(cli, ["schema", "dossier"]).output


def put_right(root: dict[str, Any]) -> d.Dossier:
    """Identifiers used once, references that lead somewhere."""
    found: dict[type, list[str]] = {kind: [] for kind in IDENTIFIES}

    def name(value: Any, model: type) -> None:
        for key, inner in value.items():
            entry = _model(model, key)
            if entry is not None:
                for part in inner if isinstance(inner, list) else [inner]:
                    name(part, entry)
        if model in IDENTIFIES:
            ident = f"{len(found[model])}-{model.__name__}"
            value[IDENTIFIES[model]] = ident
            found[model].append(ident)

    def point(value: Any, model: type) -> None:
        for key in list(value):
            kind = REFERS_TO.get(key)
            if kind is not None and kind is not model:
                many = isinstance(value[key], list)
                if not found[kind]:
                    found[kind].append("x")
                value[key] = found[kind][:2] if many else found[kind][0]
            entry = _model(model, key)
            if entry is not None:
                for part in value[key] if isinstance(value[key], list) else [value[key]]:
                    point(part, entry)

    name(root, d.Dossier)
    point(root, d.Dossier)
    for kind, where in ((d.Attachment, "attachments"), (d.Community, "communities"), (d.Project, "projects"), (d.Plan, "plans"), (d.AreaUnit, "area_units"), (d.Issue, "issues")):
        if "x" in found[kind]:
            more = {"doc_type": "ballot", "name": "甲", "year": 2024, "source": "self"}
            entry = {n: more[n] for n, f in kind.model_fields.items() if f.is_required() and n in more} | {IDENTIFIES[kind]: "x"}
            root.setdefault(where, []).append(entry)
    if "x" in found[d.SharedFacility]:
        root.setdefault("area_units", []).append({"area_unit_id": "for-x", "shared_facilities": [{"facility_id": "x"}]})
    return d.Dossier.model_validate(root)


@cache
def _models(model: type) -> dict[str, type]:
    found = {}
    for name, info in model.model_fields.items():
        stack = [info.annotation]
        while stack:
            one = stack.pop()
            if isinstance(one, type) and issubclass(one, d.Part):
                found[name] = one
            else:
                stack.extend(getattr(one, "__args__", ()))
    return found


def _model(model: type, name: str) -> type | None:
    return _models(model).get(name)


@given(parts(""))
@settings(max_examples=80, deadline=None, suppress_health_check=list(HealthCheck))
def test_any_dossier_comes_back_from_csv_and_json(root):
    made = put_right(root)
    assert sound(json.loads(as_json(plain(made))))
    assert receive("各表", csv_files(made, "档案"), {}).dossier == made
    assert d.Dossier.model_validate(json.loads(as_json(plain(made)), parse_float=Decimal)) == made


@given(parts(""))
@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
def test_any_dossier_comes_back_from_a_workbook(root):
    made = put_right(root)
    assert received(workbook(made, "档案")).dossier == made


def awkward(text: str, rate: str) -> d.Dossier:
    """Texts that a cell might be read otherwise by, wherever texts stand."""
    shortfalls = [{"facility_code": "roof", "resident_demand_rate": rate, "infeasible_reason": text}]
    return d.Dossier.model_validate(skeleton("county") | {
        "note": text,
        "mechanisms": [{"area_code": "999901", "member_depts": [text, "乙"], "lead_org": text}, {"area_code": "999901", "member_depts": [text]}],
        "communities": [{"community_id": "1", "name": text, "shortfalls": shortfalls}],
        "policies": [{"policy_id": "007", "evidence": [{"attachment": "a", "quote": text}]}],
        "attachments": [{"att_id": "a", "doc_type": "ballot", "title": text}],
    })  # fmt: skip


@pytest.mark.parametrize("rate", ["0.5", "1", "0.8500", "62.5", "0"])
@pytest.mark.parametrize("text", AWKWARD)
def test_a_text_is_the_same_text_again(text, rate):
    made = awkward(text, rate)
    files = csv_files(made, "档案")
    assert receive("各表", files, {}).dossier == made
    for data in files.values():
        for row in csv.reader(StringIO(data.decode("utf-8-sig"), newline="")):
            assert not any(cell.startswith(("=", "+", "@", "-")) and len(cell) > 1 for cell in row)
    if rate == "0.5":
        assert received(workbook(made, "档案")).dossier == made


def test_the_same_dossier_gives_the_same_bytes():
    assert workbook(dossier(SMALL), "a") == workbook(dossier(SMALL), "b")
    assert blank_workbook("county") == blank_workbook("county")


def test_what_no_cell_can_hold_is_refused():
    made = d.Dossier.model_validate(skeleton("county") | {"plans": [{"plan_id": "a", "year": 2024, "county_codes": ["999901"] * 10_000}]})
    with pytest.raises(Refused) as caught:
        workbook(made, "档案")
    (error,) = caught.value.errors
    assert (error.code, error.pointer) == ("not_writable", "/plans/0/county_codes")


# -- filled in by hand


def opened(data: bytes):
    return openpyxl.load_workbook(BytesIO(data))


def saved(book) -> bytes:
    out = BytesIO()
    book.save(out)
    return out.getvalue()


def fill(book, title: str, **cells: Any) -> int:
    """A new row, by machine names (``_`` for ``.``'s place is written as it is); the row it came to stand in."""
    sheet = book[title]
    row = sheet.max_row + 1
    while row > 5 and all(sheet.cell(row - 1, c).value is None for c in range(1, sheet.max_column + 1)):
        row -= 1
    if title == "档案":
        row = 5
    names = {sheet.cell(2, c).value: c for c in range(2, sheet.max_column + 1)}
    for name, value in cells.items():
        sheet.cell(row, names[name.replace("__", ".")]).value = value
    return row


KEPT = ("填报说明", "档案", "小区", "小区·业主表决", "小区·业主表决·公示记录", "改造项目", "改造项目·项目小区", "附件", "证据", "选项")


@cache
def by_hand():
    """A workbook as a county fills it in, without the tables that it has nothing for; and its twin in JSON."""
    book = opened(blank_workbook("county"))
    for title in set(book.sheetnames) - set(KEPT):
        book.remove(book[title])
    fill(book, "档案", dossier_id="yishi-2024", area_code=999901, area_name="示例县", plan_year=2024, data_as_of=datetime.date(2024, 12, 31), fictional="是", submission__status="正式报送")
    fill(book, "小区", community_id="XQ-001", name="示例幸福里", households=120, floor_area_m2="9,600.5", built_on="1998年", scheme__finalised_on="2024/3/1", has_party_org="是")
    fill(book, "小区", community_id="XQ-002", name="示例安康里", households="１２", built_on="2003-05", scheme__version='"-"')
    fill(book, "小区·业主表决", **{"^": "XQ-001", "#": 1, "decides": "改造方案", "total_owners": 130, "matters": "2、5"})
    fill(book, "小区·业主表决", **{"^": "XQ-001", "#": 2, "method": "线上"})
    fill(book, "小区·业主表决·公示记录", **{"^": 2, "place": "小区公告栏"})
    fill(book, "改造项目", project_id="XM-001", name="示例项目", pipeline_sectors="供水、排水", builder__name="示例公司")
    fill(book, "改造项目·项目小区", **{"^": "XM-001", "value": "XQ-002"})
    fill(book, "改造项目·项目小区", **{"^": "XM-001", "value": "XQ-001"})
    fill(book, "附件", att_id="FJ-1", doc_type="改造方案及图纸", file="方案.pdf")
    fill(book, "证据", of="小区", key="XQ-001", field="改造方案", attachment="FJ-1", page=3)
    fill(book, "证据", of="小区·业主表决", key=2, attachment="FJ-1")
    twin = {
        "schema_version": "1.0", "dossier_id": "yishi-2024", "area_code": "999901", "area_name": "示例县",
        "area_level": "county", "plan_year": 2024, "data_as_of": "2024-12-31", "fictional": True,
        "submission": {"status": "final"},
        "communities": [
            {
                "community_id": "XQ-001", "name": "示例幸福里", "households": 120, "floor_area_m2": 9600.5,
                "built_on": "1998", "has_party_org": True,
                "scheme": {"finalised_on": "2024-03-01", "evidence": [{"attachment": "FJ-1", "page": 3}]},
                "votes": [
                    {"decides": "scheme", "total_owners": 130, "matters": [2, 5]},
                    {"method": "online", "publicity": [{"place": "小区公告栏"}], "evidence": [{"attachment": "FJ-1"}]},
                ],
            },
            {"community_id": "XQ-002", "name": "示例安康里", "households": 12, "built_on": "2003-05", "scheme": {"version": "-"}},
        ],
        "projects": [
            {
                "project_id": "XM-001", "name": "示例项目", "pipeline_sectors": ["water", "drainage"],
                "builder": {"name": "示例公司"}, "community_ids": ["XQ-002", "XQ-001"],
            }
        ],
        "attachments": [{"att_id": "FJ-1", "doc_type": "scheme_doc", "file": "方案.pdf"}],
    }  # fmt: skip
    return saved(book), twin


def same_but_for_the_file(one, other):
    """Two reports as JSON without what names the file, and without the cells."""
    told = []
    for report in (one, other):
        values = json.loads(render(report, "json"))
        values.pop("origins")
        for name in ("source", "dossier_sha256", "dossier_bytes"):
            values["provenance"].pop(name)
        told.append(values)
    return told[0] == told[1]


@pytest.mark.parametrize("mode", ["strict", "feed"])
def test_a_workbook_filled_in_by_hand_gives_the_report_of_its_twin(tmp_path, mode):
    data, twin = by_hand()
    for name, content in (("a", data), ("b", json.dumps(twin).encode())):
        folder = tmp_path / name
        (folder / "attachments").mkdir(parents=True)
        (folder / "attachments" / "方案.pdf").write_bytes(b"%PDF")
        (folder / ("dossier.xlsx" if name == "a" else "dossier.json")).write_bytes(content)
    how: dict[str, Any] = {"as_of": "2025-06-30", "mode": mode, "ways": True}
    one, other = check(tmp_path / "a", **how), check(tmp_path / "b", **how)
    assert read(tmp_path / "a").dossier == read(tmp_path / "b").dossier
    assert same_but_for_the_file(one, other)
    assert one.origins
    assert other.origins == ()


def test_what_was_read_otherwise_than_it_stands_is_noted():
    data, _ = by_hand()
    notes = {(note.place.sheet, note.code) for note in received(data).notes}
    assert ("小区", "digits") in notes
    assert ("小区", "number") in notes
    assert ("小区", "date") in notes


@pytest.mark.parametrize("folder", [FIXTURES / "shili-city"], ids=["shili-city"])
def test_a_whole_dossier_gives_the_same_report_from_json_workbook_and_csv(tmp_path, folder):
    how: dict[str, Any] = {"as_of": "2024-06-30", "mode": "feed"}
    (tmp_path / "a.xlsx").write_bytes(written(folder))
    (tmp_path / "tables").mkdir()
    for name, data in csv_files(dossier(folder), "档案").items():
        (tmp_path / "tables" / name).write_bytes(data)
    expected = check(folder / "dossier.json", **how)
    assert same_but_for_the_file(check(tmp_path / "a.xlsx", **how), expected)
    assert same_but_for_the_file(check(tmp_path / "tables", **how), expected)


# -- places


def value_at(root: Any, pointer: str) -> Any:
    for step in pointer.split("/")[1:]:
        root = root[int(step)] if isinstance(root, list) else root[step]
    return root


def test_every_place_in_a_report_leads_to_the_cell_that_holds_the_value(tmp_path):
    file = tmp_path / "档案.xlsx"
    file.write_bytes(written(SMALL))
    report = check(file, as_of="2024-06-30", mode="strict")
    sheets = {grid.name: grid for grid in grids(file.read_bytes(), "档案.xlsx")}
    root = json.loads(as_json(plain(dossier(SMALL))))
    checked = 0
    for origin in report.origins:
        assert origin.file == "档案.xlsx"
        try:
            value = value_at(root, origin.pointer)
        except (LookupError, ValueError):
            continue  # not reported: the place is where it would stand
        if not isinstance(value, dict | list):
            column, row = openpyxl.utils.cell.coordinate_from_string(origin.cell)
            cell = sheets[origin.sheet].row(row)[openpyxl.utils.column_index_from_string(column)]
            words = {"true": ("是",), "false": ("否",)}.get(json.dumps(value), (str(value),))
            assert cell.shown in words or not cell.shown.isascii()
            checked += 1
    assert checked > 20
    pointers = {p for f in report.findings for p in (f.primary, *f.related)}
    assert pointers == pointers & {origin.pointer for origin in report.origins}


def test_places_of_what_is_not_reported():
    place = received(by_hand()[0]).cells
    assert place("/communities/1/address") == Place("档案.xlsx", "小区", "D6")
    assert place("/communities/1/votes") == Place("档案.xlsx", "小区·业主表决", "")
    assert place("/communities/0/votes/1/publicity/0/place").sheet == "小区·业主表决·公示记录"
    assert place("/communities/0/votes/1").cell == "C6"
    assert place("/projects/0/community_ids/1") == Place("档案.xlsx", "改造项目·项目小区", "C6")
    assert place("/communities/0/scheme/evidence/0") == Place("档案.xlsx", "证据", "B5")
    assert place("/projects/0/pipeline_sectors/1") == place("/projects/0/pipeline_sectors")
    assert place("") == Place("档案.xlsx", "档案", "")


@pytest.mark.parametrize("format", ["text", "html", "csv", "xlsx", "sarif", "junit", "github"])
def test_formats_show_the_cell_beside_the_pointer(tmp_path, format):
    file = tmp_path / "档案.xlsx"
    file.write_bytes(by_hand()[0])
    data = render(check(file, as_of="2025-06-30", mode="strict"), format, "zh")
    if format == "xlsx":
        data = "".join(c.shown for g in grids(data, "a.xlsx") for row in g.rows for c in row).encode()
    assert "档案.xlsx · 小区 · " in data.decode()


# -- nothing is guessed


def edited(edit, data: bytes | None = None) -> bytes:
    book = opened(data or by_hand()[0])
    edit(book)
    return saved(book)


def put(title: str, cell: str, value: Any):
    def edit(book):
        book[title][cell] = value

    return edit


def drop_heads(book):
    """A head moved without its machine name."""
    book["小区"]["C1"], book["小区"]["D1"] = book["小区"]["D1"].value, book["小区"]["C1"].value


def copy_sheet(book):
    book.copy_worksheet(book["小区"]).title = "小区2"


def merge(book):
    book["小区"].merge_cells("C5:C6")


def column_of(book, title: str, name: str) -> str:
    return next(c.column_letter for c in book[title][2] if c.value == name)


def put_by_name(title: str, name: str, row: int, value: Any):
    def edit(book):
        book[title][f"{column_of(book, title, name)}{row}"] = value

    return edit


@pytest.mark.parametrize(
    ("edit", "code", "place"),
    [
        (put("小区", "C2", "nmae"), "unknown_column", ("小区", "C2")),
        (put("小区", "C2", None), "unknown_column", ("小区", "C2")),
        (put("小区", "D2", "name"), "duplicate_key", ("小区", "D2")),
        (drop_heads, "changed_head", ("小区", "C1")),
        (copy_sheet, "duplicate_sheet", ("小区2", "A2")),
        (put("小区", "A2", "comunities[]"), "unknown_sheet", ("小区", "A2")),
        (lambda book: book.create_sheet("草稿").append(["甲"]), "unknown_sheet", ("草稿", "A2")),
        (lambda book: book.remove(book["档案"]), "missing_table", None),
        (put("档案", "C6", "第二份"), "too_many_items", ("档案", "A6")),
        (lambda book: book["档案"].delete_rows(5), "missing_row", ("档案", "A4")),
        (merge, "merged_cells", ("小区", "C5:C6")),
        (put("小区", "A5", "删"), "unknown_mark", ("小区", "A5")),
        (put("小区", "C4", "幸福里"), "changed_example", ("小区", "C4")),
        (put("小区·业主表决", "B5", "XQ-009"), "dangling_reference", ("小区·业主表决", "B5")),
        (put("小区·业主表决", "B5", None), "missing_field", ("小区·业主表决", "B5")),
        (put("小区·业主表决", "C6", 1), "duplicate_id", ("小区·业主表决", "C6")),
        (put("小区·业主表决", "B2", "-"), "missing_column", ("小区·业主表决", "A2")),
        (put("小区", "B6", "XQ-001"), "duplicate_id", ("小区", "B6")),
        (put("小区", "B6", None), "missing_field", ("小区", "B6")),
        (put("改造项目·项目小区", "C5", "XQ-009"), "dangling_reference", ("改造项目·项目小区", "C5")),
        (put("改造项目·项目小区", "C5", None), "missing_field", ("改造项目·项目小区", "C5")),
        (put("证据", "B5", "小曲"), "dangling_reference", ("证据", "B5")),
        (put("证据", "C5", "XQ-009"), "dangling_reference", ("证据", "C5")),
        (put("证据", "D5", "方案"), "dangling_reference", ("证据", "D5")),
        (put("证据", "E5", "FJ-9"), "dangling_reference", ("证据", "E5")),
        (put_by_name("小区", "households", 5, "一百二"), "not_a_number", ("小区", "K5")),
        (put_by_name("小区", "households", 5, 12.5), "not_whole", ("小区", "K5")),
        (put_by_name("小区", "households", 5, "120栋"), "unit_conflict", ("小区", "K5")),
        (put_by_name("小区", "households", 5, "=SUM(A1)"), "cell_error", ("小区", "K5")),
        (put_by_name("小区", "built_on", 5, "1/2/98"), "bad_date", ("小区", "H5")),
        (put_by_name("小区", "land_type", 5, "国营"), "not_an_option", ("小区", "I5")),
        (put_by_name("小区", "has_party_org", 5, "也许"), "not_yes_or_no", ("小区", "T5")),
        (put_by_name("档案", "schema_version", 5, "9.0"), "not_an_option", ("档案", "B5")),
    ],
)  # fmt: skip
def test_what_is_not_clear_is_refused_with_its_cell(edit, code, place):
    errors = refused(edited(edit))
    found = [(e.code, (e.cell.sheet, e.cell.cell) if e.cell else None) for e in errors]
    assert (code, place) in found
    assert all(e.cell is None or e.cell.file == "档案.xlsx" for e in errors)
    assert f"[{code}]" in Refused("档案.xlsx", errors).text("zh")


def test_every_error_at_once():
    def edit(book):
        put("小区·业主表决", "B5", "XQ-009")(book)
        put_by_name("小区", "households", 5, "一百二")(book)
        put_by_name("小区", "built_on", 6, "5/6")(book)
        put_by_name("档案", "plan_year", 5, None)(book)

    assert {e.code for e in refused(edited(edit))} == {"dangling_reference", "not_a_number", "bad_date", "missing_field"}


def test_an_error_of_a_field_bears_pointer_and_cell():
    (error,) = refused(edited(put_by_name("小区", "households", 5, "一百二")))
    assert (error.pointer, error.cell) == ("/communities/0/households", Place("档案.xlsx", "小区", "K5"))
    assert error.line is None
    assert "档案.xlsx · 小区 · K5" in error.text("zh")


def hide_rows(book):
    book["小区"].row_dimensions[6].hidden = True


def hide_column(book):
    book["小区"].column_dimensions["K"].hidden = True


def hide_sheet(book):
    book["小区"].sheet_state = "hidden"


@pytest.mark.parametrize(
    ("edit", "code", "says"),
    [
        (hide_rows, "hidden", "第 6 行"),
        (hide_column, "hidden", "户数"),
        (hide_sheet, "hidden", "隐藏"),
        (put("小区", "C1", "小区的名字"), "head", "name"),
    ],
)
def test_what_is_read_with_a_note(edit, code, says):
    before, after = received(by_hand()[0]), received(edited(edit))
    assert after.dossier == before.dossier
    new = [note for note in after.notes if note not in before.notes]
    assert [note.code for note in new] == [code]
    assert says in new[0].text("zh")
    assert new[0].place.sheet == "小区"


def move_column(book):
    """With its head and its machine name."""
    book["小区"].move_range("K1:K8", cols=80)


def own_column(book):
    sheet = book["小区"]
    last = sheet.max_column + 1
    for row, text in ((1, "内部备注"), (2, OWN_USE), (5, "待核")):
        sheet.cell(row, last).value = text


def blank_rows(book):
    for row in range(40, 45):
        book["小区"].cell(row, 3).value = "  "
    book["小区"].insert_rows(6)


def unmarked_title(book):
    book["小区"].title = "小区（2024）"


def no_examples(book):
    for sheet in book.worksheets:
        if sheet["A4"].value == EXAMPLE:
            sheet.delete_rows(4)


def columns_left_out(book):
    sheet = book["小区"]
    names = [c.value for c in sheet[2]]
    sheet.delete_cols(names.index("address") + 1)


@pytest.mark.parametrize("edit", [move_column, own_column, blank_rows, unmarked_title, no_examples, columns_left_out])
def test_what_people_may_do_with_the_form(edit):
    assert received(edited(edit)).dossier == received(by_hand()[0]).dossier


@given(st.data())
@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
def test_whatever_is_written_is_read_or_refused(data):
    book = opened(by_hand()[0])
    for _ in range(data.draw(st.integers(1, 4))):
        sheet = book.worksheets[data.draw(st.integers(1, len(book.worksheets) - 1))]
        text = data.draw(st.sampled_from([None, "", "-", "示例", "{scheme}", "[", '"', "1e9", "#REF!", 10**9, -1, True]) | st.text(st.characters(min_codepoint=32, exclude_categories=["Cs"], exclude_characters="\ufffe\uffff"), max_size=8))
        cell = sheet.cell(data.draw(st.integers(1, 7)), data.draw(st.integers(1, 12)))
        cell.value = text
        if isinstance(text, str):
            cell.data_type = "s"
    try:
        received(saved(book))
    except Refused as caught:
        told = caught
    else:
        return
    assert told.text("zh")


# -- where forms are found


def test_folders_zips_and_files(tmp_path):
    folder = tmp_path / "a"
    shutil.copytree(SMALL, folder)
    (folder / "dossier.xlsx").write_bytes(written(SMALL))
    with pytest.raises(Refused) as caught:
        read(folder)
    assert caught.value.errors[0].code == "two_dossiers"
    (folder / "dossier.json").unlink()
    there = read(folder)
    assert there.dossier == dossier(SMALL)
    assert dict(there.files) == dict(read(SMALL).files)
    archive = tmp_path / "a.zip"
    with zipfile.ZipFile(archive, "w") as packed:
        for file in folder.rglob("*"):
            packed.write(file, f"报送/{file.relative_to(folder)}")
    assert read(archive).dossier == dossier(SMALL)
    assert dict(read(archive).files) == dict(there.files)
    tables_zip = tmp_path / "b.zip"
    with zipfile.ZipFile(tables_zip, "w") as packed:
        for name, data in csv_files(dossier(SMALL), "a").items():
            packed.writestr(name, data)
    assert read(tables_zip).dossier == dossier(SMALL)
    one = tmp_path / "小区.csv"
    one.write_bytes(csv_files(dossier(SMALL), "a")["小区.csv"])
    with pytest.raises(Refused) as caught:
        read(one)
    assert "missing_table" in [e.code for e in caught.value.errors]


def test_a_workbook_that_is_no_form():
    book = openpyxl.Workbook()
    book.active.append(["序号", "小区"])
    (error,) = refused(saved(book))
    assert error.code == "not_a_form"
    assert "compliance" in error.hint.zh


def test_faults_of_several_tables_at_once():
    files = csv_files(dossier(SMALL), "a")
    files["小区.csv"] = b'"'
    files["附件.csv"] = b"\xff\xff\x00"
    with pytest.raises(Refused) as caught:
        receive("各表", files, {})
    assert ["小区.csv" in e.found.zh or "附件.csv" in e.found.zh for e in caught.value.errors] == [True, True]


# -- commands


def run(*arguments: str):
    return CliRunner().invoke(cli, list(arguments))


@pytest.mark.parametrize("level", LEVELS)
def test_init(tmp_path, level):
    file, book = str(tmp_path / "a.json"), str(tmp_path / "a.xlsx")
    assert run("init", file, "--level", level).exit_code == 0
    assert read(file).dossier.area_level == level
    assert run("init", str(tmp_path / "文件夹"), "--level", level).exit_code == 0
    assert read(tmp_path / "文件夹").dossier == read(file).dossier
    assert run("init", "--xlsx", book, "--level", level).exit_code == 0
    assert {e.pointer for e in refused(Path(book).read_bytes())} == {"/dossier_id", "/area_code", "/area_name", "/plan_year"}
    names = opened(Path(book).read_bytes()).sheetnames
    assert names == ["填报说明", *(table.title for table in tables(level)), "选项"]
    for again in (file, str(tmp_path / "文件夹")):
        assert run("init", again).exit_code == 2
    assert run("init", "--xlsx", book).exit_code == 2
    assert run("init", str(tmp_path / "b.XLSX"), "--level", level).exit_code == 0
    assert (tmp_path / "b.XLSX").read_bytes() == Path(book).read_bytes()
    assert run("init").exit_code == 2
    assert run("init", file, "--xlsx", book).exit_code == 2


def test_convert(tmp_path):
    start, book, folder, back = (str(tmp_path / n) for n in ("a.json", "a.xlsx", "各表", "b.json"))
    assert run("convert", str(SMALL), start).exit_code == 0
    assert run("convert", start, book).exit_code == 0
    assert run("convert", book, folder).exit_code == 0
    assert run("convert", folder, back).exit_code == 0
    assert Path(back).read_bytes() == Path(start).read_bytes()
    assert read(start).dossier == dossier(SMALL)
    assert run("convert", book, folder).exit_code == 2
    assert run("convert", book, book).exit_code == 2
    assert run("convert", book, str(tmp_path / "a.pdf")).exit_code == 2
    (tmp_path / "c.xlsx").write_bytes(edited(put_by_name("小区", "households", 5, "一百二")))
    failed = run("convert", str(tmp_path / "c.xlsx"), back)
    assert failed.exit_code == 3
    assert "c.xlsx · 小区 · K5" in failed.output


def test_check_says_what_was_noted(tmp_path):
    file = tmp_path / "档案.xlsx"
    file.write_bytes(by_hand()[0])
    said = run("check", str(file), "--as-of", "2025-06-30", "--mode", "feed", "--fail-on", "never")
    assert said.exit_code == 0
    assert "档案.xlsx · 小区 · " in said.output
    file.write_bytes(edited(put_by_name("小区", "households", 5, "一百二")))
    for format in ("sarif", "junit", "github", "json"):
        said = run("check", str(file), "--report", f"{format}:{tmp_path / 'out'}")
        assert said.exit_code == 3
        assert "K5" in (tmp_path / "out").read_text()


# -- a real office program


def office(folder: Path, file: Path, to: str) -> Path:
    if shutil.which("soffice") is None:
        pytest.skip("needs soffice")
    out = folder / "out"
    subprocess.run(
        ["soffice", f"-env:UserInstallation=file://{folder}/profile", "--headless", "--convert-to", to, "--outdir", out, file],
        check=True, capture_output=True, timeout=300,
    )  # fmt: skip
    return out / f"{file.stem}.{to.split(':')[0]}"


def test_a_workbook_saved_again_by_an_office_program_reads_the_same(tmp_path):
    file = tmp_path / "档案.xlsx"
    file.write_bytes(by_hand()[0])
    again = received(office(tmp_path, file, "xlsx:Calc MS Excel 2007 XML").read_bytes())
    before = received(by_hand()[0])
    assert again.dossier == before.dossier
    assert [replace_file(note) for note in again.notes] == [replace_file(note) for note in before.notes]


def replace_file(note):
    return note._replace(place=note.place._replace(file=""))


def test_an_office_program_shows_the_form(tmp_path):
    if shutil.which("pdftotext") is None:
        pytest.skip("needs pdftotext")
    file = tmp_path / "空表.xlsx"
    file.write_bytes(blank_workbook("province"))
    text = subprocess.run(["pdftotext", office(tmp_path, file, "pdf"), "-"], check=True, capture_output=True).stdout.decode()
    for words in ("填报说明", "机读名", "年度改造计划", "填写要求", "示例"):
        assert words in text
