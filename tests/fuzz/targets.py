"""Every door that bytes come in by: the bytes of a file → nothing, or ``Broken`` for what must never happen."""

from __future__ import annotations

import hashlib
import json
import re
import stat
import zipfile
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from functools import cache, partial
from io import BytesIO
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import Any
from xml.etree import ElementTree

import jiter
import orjson
from lxml import etree
from places import AS_OF, PROFILE, bench, files_of

from compliance.assembly import findings_of
from compliance.bench import Bench, load_law, open_bench, put
from compliance.determine import determine
from compliance.evidence.present import attachment_states
from compliance.feed.answer import answer
from compliance.feed.sources import SourceError, pieces, sources
from compliance.findings import Findings
from compliance.intake import read
from compliance.intake.cellvalues import ABSENT, UNITS, CellFault, Told, field_of, read_cell
from compliance.intake.determinations import read_determinations
from compliance.intake.examine import examine
from compliance.intake.foreign import ZIP_MARKS
from compliance.intake.form.writing import workbook as form_workbook
from compliance.intake.grid import Cell, Grid, grids
from compliance.intake.scan import BAD, Lines, Members, pointer, scan
from compliance.intake.tables.mapping import Mapping as Mapping_
from compliance.intake.tables.mapping import mapping_of
from compliance.intake.tables.reading import Stated, TableRead
from compliance.intake.tables.receive import read_table
from compliance.intake.tables.receive import receive as received_of
from compliance.intake.tables.recognise import draft
from compliance.rectify.baseline import against
from compliance.rectify.lists import lists_of
from compliance.rectify.reading import ReportRead, read_report
from compliance.rectify.roundtrip import Filled, filled
from compliance.render import formats, render
from compliance.render.gongwen import refuse_unfit
from compliance.road import examine as checked
from compliance.rulebook.clauses import clause_of
from compliance.rulebook.profiles import load_profile
from compliance.schemas.dossier import Dossier
from compliance.schemas.feed import Piece, Settings
from compliance.schemas.received import Received
from compliance.schemas.refusal import CODES, NOTHING, Refused
from compliance.schemas.report import Report
from compliance.schemas.rulebook import Profile
from compliance.schemas.scalars import days
from compliance.scoring import Scheme, scheme_of, score
from fuzz import seeds
from fuzz.mutate import (
    mutated_cell,
    mutated_dossier,
    mutated_json,
    mutated_packed,
    mutated_text,
    mutated_yaml,
    mutated_zip,
)
from fuzz.rules import bounded, holds, outcome, twice

__all__ = ["TARGETS", "Target"]

Mutate = Callable[[bytes, Random, Sequence[bytes]], bytes]


@dataclass(frozen=True, slots=True)
class Target:
    """One door: what to call with bytes, what to begin with, how to change it."""

    name: str
    run: Callable[[bytes], None]
    seeds: Callable[[], tuple[bytes, ...]]
    mutate: Mutate
    share: int
    """Of the time, in parts of all shares"""
    words: Callable[[], tuple[bytes, ...]] = tuple
    longest: int = 1 << 16

    def check(self, data: bytes) -> None:
        """Run it within the limits of time and memory."""
        with bounded():
            self.run(data)

    def changed(self, data: bytes, chance: Random) -> bytes:
        """Another file of the kind."""
        return self.mutate(data, chance, self.words())


@cache
def _folder() -> Path:
    """Of this process, gone with it."""
    folder = TemporaryDirectory(prefix="fuzz-")
    _kept.append(folder)
    return Path(folder.name)


_kept: list[TemporaryDirectory[str]] = []


def _file(name: str, data: bytes) -> Path:
    path = _folder() / name
    path.write_bytes(data)
    return path


def _one_in(many: int, data: bytes) -> bool:
    """Whether something costly is done for these bytes: always the same for the same."""
    return zlib.crc32(data) % many == 0


# -- JSON --------------------------------------------------------------------------------------------------------


def _receive(data: bytes) -> Received:
    return read("-", stdin=BytesIO(data))


def intake(data: bytes) -> None:
    """A dossier is received, or refused with reasons; the fast reading and the thorough one agree on which."""
    found = twice(lambda: _receive(data), lambda received: (received.dossier, received.sha256, dict(received.files)),
                  really=_one_in(3, data))
    if data.startswith(ZIP_MARKS):
        return
    errors = examine(data)
    if isinstance(found, Refused):
        holds(errors, "refused by the fast reading alone", found.errors)
        holds(errors == found.errors, "other errors than examine finds", errors, found.errors)
        for error in errors:
            holds(error.code != "invalid", "refused, and no rule says why", error)
    else:
        assert isinstance(found, Received)
        holds(not errors, "refused by the thorough reading alone", errors)
        written = found.dossier.model_dump_json(exclude_unset=True).encode()
        holds(_receive(written).dossier == found.dossier, "reads otherwise when written again")


_LIMITS = {"too_deep", "number_too_long", "number_out_of_range"}
"""What the tolerant reader refuses and JSON allows."""


def scanned(data: bytes) -> None:
    """The tolerant reader reads on whatever comes, and finds no fault exactly where JSON has none."""
    text = data.decode("utf-8", "replace")
    result, again = scan(text), scan(text)
    holds(result.faults == again.faults, "two readings differ")
    lines = Lines(text)
    for fault in result.faults:
        holds(0 <= fault.at <= len(text) and fault.code in CODES, "a fault that is nowhere", fault)
        holds(min(lines.place(fault.at)) >= 1 and pointer(fault.path) is not None, "no place", fault)
    try:
        fast = jiter.from_json(text.encode(), catch_duplicate_keys=True, float_mode="decimal", allow_inf_nan=False)
    except ValueError:
        holds(result.faults or not result.sound, "no fault found in what is not JSON")
        return
    if {fault.code for fault in result.faults} & _LIMITS:
        return
    holds(not result.faults and result.sound, "a fault found in sound JSON", result.faults)
    holds(_same(result.root, fast), "read otherwise than by the fast reader", result.root, fast)
    _places(result.root, text)


def _same(one: Any, other: Any) -> bool:
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(_same(one[key], other[key]) for key in one)
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(_same, one, other))
    return type(one) is type(other) and one == other


def _places(value: Any, text: str) -> None:
    if isinstance(value, Members):
        for key, entry in value.items():
            holds(text[value.keys_at[key]] == '"', "a key is elsewhere")
            _place(entry, value.values_at[key], text)
    elif isinstance(value, list):
        for number, entry in enumerate(value):
            _place(entry, value.values_at[number], text)  # type: ignore[attr-defined]


def _place(value: Any, at: int, text: str) -> None:
    begins = {dict: "{", list: "[", str: '"', bool: "tf", type(None): "n"}
    wanted = next((signs for kind, signs in begins.items() if isinstance(value, kind)), "-0123456789")
    holds(value is BAD or text[at] in wanted, "a value is elsewhere", value, text[at : at + 20])
    _places(value, text)


# -- archives and folders ----------------------------------------------------------------------------------------


def archive(data: bytes) -> None:
    """An archive is received or refused, its attachments hashed or refused; a folder of the same files too."""
    found = twice(lambda: _receive(data), lambda received: (received.dossier, sorted(received.files)))
    if isinstance(found, Received):
        files = found.files
        for name in sorted(files)[:50]:
            twice(lambda name=name: files[name])
    if _one_in(4, data):
        with TemporaryDirectory(dir=_folder()) as made:
            _unpack(data, Path(made))
            taken = twice(lambda: read(made), lambda received: (received.dossier, sorted(received.files)))
            if isinstance(taken, Received):
                holds(all(len(taken.files[name]) == 64 for name in taken.files), "a file without its hash")


def _unpack(data: bytes, folder: Path) -> None:
    """What of an archive can stand in a folder, links included."""
    try:
        with zipfile.ZipFile(BytesIO(data)) as packed:
            for info in packed.infolist()[:50]:
                path = folder / info.filename.lstrip("/")
                if ".." in info.filename or info.file_size > 2**20:
                    continue
                path.parent.mkdir(parents=True, exist_ok=True)
                if stat.S_ISLNK(info.external_attr >> 16):
                    path.symlink_to("nowhere")
                else:
                    path.write_bytes(packed.read(info))
    except Exception:  # what cannot be unpacked is not in the folder
        return


# -- tables ------------------------------------------------------------------------------------------------------


def _grids(data: bytes, name: str) -> tuple[Grid, ...]:
    return grids(data, name)


def workbook(data: bytes) -> None:
    """A workbook's sheets are cells in order, each with a value or the reason why there is none."""
    found = twice(lambda: _grids(data, "表.xlsx"))
    if not isinstance(found, Exception):
        _in_order(found)


def table(data: bytes) -> None:
    """A CSV file is one sheet of texts."""
    found = twice(lambda: _grids(data, "表.csv"))
    if not isinstance(found, Exception):
        _in_order(found)
        holds(len(found) == 1, "a CSV file of several sheets")


def _in_order(sheets: tuple[Grid, ...]) -> None:
    for sheet in sheets:
        last = 0
        for row in sheet.rows:
            holds(row and row[0].row > last, "rows out of order")
            last = row[0].row
            columns = [cell.column for cell in row]
            holds(columns == sorted(set(columns)) and columns[0] >= 1, "columns out of order")
            for cell in row:
                holds(cell.row == last and cell.address, "a cell in another row")
                known = isinstance(cell.value, str | int | Decimal | bool | date)
                holds(known or cell.fault != NOTHING, "neither a value nor a reason", cell)
                holds(not isinstance(cell.value, Decimal) or cell.value.is_finite(), "no number", cell)


def cell(data: bytes) -> None:
    """A field's path, and a cell's text: told or refused, whether it is a text, a number or a date, in any unit."""
    path, _, text = data.decode("utf-8", "ignore").partition("\n")
    field = field_of(path)
    if field is None:
        return
    values: list[Any] = [text]
    if re.fullmatch(r"-?[0-9]{1,300}(\.[0-9]{1,300})?", text, re.ASCII):
        number = Decimal(text)
        values += [number, int(number)]
        values += [date.fromordinal(int(number))] if 1 <= number < 3_000_000 else []
    units = [None, *sorted({unit.name for unit in UNITS.values()})]
    for value in values:
        given = Cell(3, 2, value, str(value))
        unit = units[zlib.crc32(data) % len(units)]
        for claimed in (None, unit):
            for none in (None, "absent", "zero"):
                _told_or_not(given, field, claimed, none)


def _told_or_not(given: Cell, field: dict[str, Any], unit: str | None, none: Any) -> None:
    first, second = (read_cell(given, field, unit, none=none) for _ in range(2))
    holds(first == second, "two readings differ", first, second)
    if isinstance(first, CellFault):
        holds(first.code in CODES, "an unknown code", first)
        words = (first.found, first.expected, first.hint)
    else:
        holds(isinstance(first, Told), "neither told nor refused", first)
        holds(first.value is ABSENT or first.value is not None, "told nothing", first)
        holds(not isinstance(first.value, float), "a number that is not exact", first)
        if first.value is not ABSENT:
            json.dumps(first.value, default=str, ensure_ascii=False).encode()
        words = (first.note.says,) if first.note is not None else ()
    for said in words:
        holds(all(line.isprintable() for text in said for line in text.split("\n")), "what cannot be printed", said)


def form(data: bytes) -> None:
    """A filled-in form is received or refused by its cells; what is received reads the same when written again."""
    found = twice(lambda: _receive(data), lambda received: (received.dossier, received.notes), really=_one_in(3, data))
    if isinstance(found, Received) and found.cells is not None:
        places = [found.cells(at) for at in ("/area_code", "/communities/0/households", "/nothing", "")]
        holds(all(place is None or place.file for place in places), "a place without a file", places)
        if _one_in(4, data):
            again = outcome(lambda: _receive(form_workbook(found.dossier, "d.xlsx")))
            holds(isinstance(again, Received | Refused), "neither received nor refused")
            if isinstance(again, Received):
                holds(again.dossier == found.dossier, "reads otherwise when written again")


def mapped(data: bytes) -> None:
    """A table is read by the mapping that fits, or by one for it, or refused by its cells; a mapping can be drafted."""
    name = "表.xlsx" if data.startswith(ZIP_MARKS) else "表.csv"
    for mapping in (None, _mapping()):
        found = twice(partial(read_table, data, name, mapping, _STATED), _of_table, really=_one_in(3, data))
        if isinstance(found, TableRead):
            outcome(partial(received_of, found))
    sheets = outcome(lambda: grids(data, name))
    if not isinstance(sheets, Exception):
        drafted = outcome(lambda: draft(sheets, name))
        if not isinstance(drafted, Exception):
            outcome(lambda: mapping_of(drafted, "draft.yaml"))


def _of_table(read: TableRead) -> Any:
    return read.made, read.notes, read.doubts


_STATED = Stated({"area_code": "999901", "area_name": "示例县", "plan_year": 2023, "dossier_id": "d"})


@cache
def _mapping() -> Mapping_:
    return mapping_of((seeds.FIXTURES / "tables" / "shili-county.yaml").read_text("utf-8"), "shili-county.yaml")


def mapping(data: bytes) -> None:
    """A mapping is refused with every mistake, or reads a table, or the table is refused by it."""
    text = data.decode("utf-8", "replace")
    found = twice(lambda: mapping_of(text, "mapping.yaml"), lambda read: (read.spec, read.columns))
    if isinstance(found, Mapping_):
        for table in seeds.filled_tables():
            read = outcome(partial(read_table, table, "表.xlsx", found, _STATED))
            if isinstance(read, TableRead):
                outcome(partial(received_of, read))


# -- what persons and places write -------------------------------------------------------------------------------


@cache
def _judged() -> tuple[Dossier, Any, Mapping[str, Any], Findings]:
    """A place with one community, and its findings."""
    received = _receive(seeds.dossiers()[-2])
    states = attachment_states(received.dossier, files_of("village"))
    judgement = put(received.dossier, states, bench(), "feed")
    return received.dossier, judgement, states, findings_of(judgement, states)


def determinations(data: bytes) -> None:
    """A file of determinations is refused, or applied to the findings it names, or these refuse it."""
    dossier, judgement, states, findings = _judged()
    path = _file("认定.yaml", data)
    recorded = twice(lambda: read_determinations(path, dossier), lambda read: (read.entries, read.positions, read.blank))
    if not isinstance(recorded, Exception):
        outcome(lambda: determine(judgement, findings, states, recorded))


@cache
def _determinations() -> tuple[bytes, ...]:
    """What a person is asked to fill in; entries of every kind filled in; the same in YAML."""
    import yaml

    made = _report_of(seeds.dossiers()[-2])
    blank = render(made, "determinations")
    head = {"schema_version": "1.0", **{n: getattr(_judged()[0], n) for n in ("dossier_id", "area_code", "plan_year")}}
    entries = []
    for number, finding in enumerate([f for f in made.findings if f.outcome in ("fail", "unknown")][:6]):
        entries.append(
            {
                "id": f"d-{number}", "kind": ("override", "answer", "not_substantiated")[number % 3], "finding": finding.id,
                "fingerprint": finding.fingerprint, "old": {"outcome": finding.outcome, "reason": finding.reason},
                "new": ("pass", "fail", "unknown")[number % 3], "office": "示例市住房城乡建设局", "person": "甲",
                "authority": {"document": "示例市检查工作规则", "section": "第九条"}, "reason": "查阅会议纪要",
                "evidence": [{"title": "现场核查记录", "file": "认定.yaml"}], "decided_on": "2024-01-20",
            }
        )  # fmt: skip
    raised = {"office": "示例县住房城乡建设局", "on": "2024-01-10", "grounds": "户数有误", "evidence": [{"title": "表", "file": "a"}]}
    told = {"result": "upheld", "office": "示例市住房城乡建设局", "authority": {"document": "规则"}, "on": "2024-01-25", "reason": "复核"}
    same = {key: value for key, value in entries[0].items() if key in ("finding", "fingerprint", "old", "new")}
    entries.append({"id": "o-1", "kind": "objection", **same, "objection": raised, "answer": told})
    files = [head | {"determinations": some} for some in ([], entries[:1], entries[-1:], entries)]
    texts = [json.dumps(file, ensure_ascii=False).encode() for file in files]
    return (*texts, *(yaml.safe_dump(file, allow_unicode=True, sort_keys=False).encode() for file in files), blank)


def profile(data: bytes) -> None:
    """A place's rules are refused with every problem, or stand on a bench that judges."""
    path = _file("profile.yaml", data)
    law, day = load_law(), days(AS_OF)
    found = twice(lambda: load_profile(str(path), law, day, drafts=True), lambda profile: profile)
    if isinstance(found, Profile) and _one_in(3, data):
        outcome(lambda: _bench_decides(open_bench(str(path), day, drafts=True)))


def _bench_decides(on: Bench) -> None:
    dossier, _, states, _ = _judged()
    holds(not put(dossier, states, on, "feed").lost, "an answer was lost")


def clause(data: bytes) -> None:
    """A clause of the law is read or refused with every problem."""
    path = _file("clause.yaml", data)
    standard = load_law().standard
    parameters = load_law().parameters
    twice(
        lambda: clause_of(path, load_law().kinds, parameters, tuple(standard.statutes.values())),
        lambda clause: (clause.spec, [item.id for item in clause.items]),
    )


def scheme(data: bytes) -> None:
    """A place's way of scoring is read or refused; what is read scores a report or refuses it."""
    text = data.decode("utf-8", "replace")
    found = twice(lambda: scheme_of(text, "scheme.yaml"), lambda scheme: (scheme.spec, scheme.bands))
    if isinstance(found, Scheme):
        outcome(lambda: score(found, _report_read()))


# -- reports, ledgers, feeds -------------------------------------------------------------------------------------


def report_read(data: bytes) -> None:
    """A report that comes back is read or refused; what is read can be listed and compared."""
    found = twice(lambda: read_report(data, "报告.json"), lambda read: (read.used, read.items, read.findings), really=_one_in(3, data))
    if isinstance(found, ReportRead):
        outcome(lambda: lists_of([found]))
        outcome(lambda: against(_report_read(), found))
        outcome(lambda: against(found, found))


@cache
def _report_read() -> ReportRead:
    return read_report(_reports()[0], "基准.json")


@cache
def _some_report() -> Report:
    """One with three findings."""
    whole = _report_of(seeds.dossiers()[-2])
    kept = [next(f for f in whole.findings if f.outcome == outcome) for outcome in ("fail", "unknown", "pass")]
    return replace(whole, findings=tuple(kept))


@cache
def _reports() -> tuple[bytes, ...]:
    some = _some_report()
    items = {finding.item for finding in some.findings}
    some = replace(some, items=tuple(item for item in some.items if item.item in items))
    written = render(some, "json")
    return (written, json.dumps(json.loads(written), ensure_ascii=False).encode(), render(replace(some, findings=()), "json"))


def _report_of(data: bytes) -> Report:
    return checked(_file("dossier.json", data), profile=PROFILE, as_of=AS_OF, mode="feed")[0]


def ledger_workbook(data: bytes) -> None:
    """A workbook of the ledger that came back is refused with every doubt, or says what it changes."""
    known, mark = seeds.ledger()

    def taken() -> Filled:
        return filled(
            data, "台账.xlsx", lambda numbers: {n: known[n] for n in numbers if n in known}, mark, "李四",
            lambda name: hashlib.sha256(name.encode()).hexdigest(),
        )  # fmt: skip

    twice(taken)


def template(data: bytes) -> None:
    """A place's own Word template is refused with the reason, or a whole report is laid out by it."""
    found = outcome(lambda: refuse_unfit(data))
    if not isinstance(found, Exception):
        with zipfile.ZipFile(BytesIO(render(_some_report(), "docx", template=data))) as made:
            for info in made.infolist():
                if info.filename.endswith((".xml", ".rels")):
                    etree.fromstring(made.read(info))


_MARKS = {b"\x1f\x8b": ".gz", b"\x28\xb5\x2f\xfd": ".zst", b"PAR1": ".parquet"}


def feed(data: bytes) -> None:
    """Every piece of a stream is answered, in the order of the file, with a record that is a line of JSON."""
    kind = next((suffix for mark, suffix in _MARKS.items() if data.startswith(mark)), ".jsonl")
    path = _file("feed.parquet" if kind == ".parquet" else f"feed.jsonl{kind.removeprefix('.jsonl')}", data)

    def every() -> Iterator[tuple[Any, ...]]:
        for number, piece in enumerate(pieces(sources([str(path)])[0])):
            holds(piece.number == number, "numbers out of order")
            if number < 6:
                made = answer(piece, Settings(AS_OF))
                record = orjson.loads(made.record)
                said = orjson.loads(made.record).get("message")
                holds(record["status"] in ("checked", "refused"), "a fault of the checker", said)
                holds(record["status"] == "checked" or record["errors"], "a refusal without errors", record)
                lines = [*made.findings, *made.quality, *([made.delivery] if made.delivery else [])]
                holds(all(isinstance(orjson.loads(line), dict) for line in lines), "a line that is no object")
                yield made.record, made.findings

    try:
        first, second = list(every()), list(every())
    except SourceError as error:
        holds(error.messages, "a refusal without words")
        return
    holds(first == second, "two readings differ")


# -- the whole road ----------------------------------------------------------------------------------------------

_XML = ("junit",)
_JSON = ("json", "oscal", "oscal_poam", "sarif")
_ZIPS = ("docx", "onsite", "xlsx")
_WITH_DOSSIER = ("github", "html", "junit", "sarif")


def road(data: bytes, every: bool = False) -> None:
    """A dossier that is received is judged in both modes without a fault, and written in every format and language."""
    path = _file("d.json", data)
    if isinstance(outcome(lambda: _receive(data)), Exception):
        return
    seed = zlib.crc32(data)
    for number, mode in enumerate(("strict", "feed") if every else (("strict", "feed")[seed % 2],)):
        made, received = checked(path, as_of=("2024-01-31", "2021-12-31")[seed // 2 % 2], mode=mode, keep=True)
        holds(not made.faults, "an answer was lost", made.faults)
        again = read_report(render(made, "json"), "d.json")
        lists = lists_of([again])
        names = formats() if every else [formats()[(seed // 4 + n * 5) % len(formats())] for n in range(3)]
        for name in names:
            for lang in ("zh", "en") if every else (("zh", "en")[seed // 8 % 2],):
                _written(made, name, lang, received, lists)
        if every or number == 0:
            outcome(partial(against, again, again))
    if every or seed % 5 == 0:
        _same_again(path, data)


def _written(made: Report, name: str, lang: str, received: Received, lists: Any) -> None:
    options: dict[str, Any] = {"dossier": received.data or None} if name in _WITH_DOSSIER else {}
    options |= {"lists": lists} if name in ("csv", "docx", "oscal_poam", "xlsx") else {}
    out = render(made, name, lang, **options)
    if name in _JSON:
        json.loads(out)
    elif name in _XML:
        ElementTree.fromstring(out)
    elif name in _ZIPS:
        with zipfile.ZipFile(BytesIO(out)) as packed:
            for info in packed.infolist():
                if info.filename.endswith((".xml", ".rels")):
                    ElementTree.fromstring(packed.read(info))
    elif name != "parquet":
        text = out.decode("utf-8-sig")
        holds("\0" not in text, f"a zero byte in {name}")


def _same_again(path: Path, data: bytes) -> None:
    """Judged again it is the same report, and a feed comes to the same verdict."""
    first, second = (checked(path, as_of=AS_OF, mode="feed")[0] for _ in range(2))
    holds(render(first, "json") == render(second, "json"), "two reports differ")
    record = orjson.loads(answer(Piece(0, "d.jsonl", 1, data), Settings(AS_OF)).record)
    holds(record["status"] == "checked" and record["verdict"] == first.verdict.outcome, "a feed says otherwise", record)


def _mutated_determinations(data: bytes, chance: Random, words: Sequence[bytes]) -> bytes:
    return (mutated_json if data.startswith(b"{") else mutated_yaml)(data, chance, words)


TARGETS: Mapping[str, Target] = {
    target.name: target
    for target in (
        Target("intake", intake, seeds.small_dossiers, mutated_dossier, 6, seeds.entry_words),
        Target("scan", scanned, seeds.small_dossiers, mutated_json, 4, seeds.entry_words, 1 << 13),
        Target("archive", archive, seeds.archives, mutated_zip, 2, seeds.entry_words),
        Target("workbook", workbook, seeds.workbooks, mutated_zip, 3),
        Target("table", table, seeds.tables, mutated_text, 2),
        Target("cell", cell, seeds.cells, mutated_cell, 3, seeds.cell_words, 1 << 10),
        Target("form", form, seeds.forms, mutated_zip, 4, seeds.cell_words, 1 << 18),
        Target("tables", mapped, seeds.mapped_tables, mutated_zip, 3, seeds.cell_words),
        Target("mapping", mapping, seeds.mappings, mutated_yaml, 2, seeds.mapping_words),
        Target("determinations", determinations, _determinations, _mutated_determinations, 3),
        Target("profile", profile, seeds.profiles, mutated_yaml, 2),
        Target("clause", clause, seeds.clauses, mutated_yaml, 2),
        Target("scheme", scheme, lambda: seeds.yaml_files("../schemes"), mutated_yaml, 2),
        Target("report", report_read, _reports, mutated_json, 2, longest=1 << 18),
        Target("ledger", ledger_workbook, seeds.ledger_workbooks, mutated_zip, 2),
        Target("template", template, seeds.templates, mutated_zip, 2, longest=1 << 17),
        Target("feed", feed, seeds.feeds, mutated_packed, 2, seeds.entry_words),
        Target("road", road, seeds.dossiers, mutated_dossier, 6, seeds.entry_words, 1 << 18),
    )
}
"""By their names."""
