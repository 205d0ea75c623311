"""A JSON or YAML file of determinations, and the dossier they are about → entries; refuses with every error in it.

Only what the file says by itself is looked at here: shape, dates, references within it, evidence beside it. Whether
an entry meets the finding it names is for ``determine``. A field left empty counts as not written; an entry of which
nothing was filled in is passed over.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path as File
from typing import Any

from pydantic import ValidationError

from compliance.intake import wording
from compliance.intake.mistakes import input_error
from compliance.intake.scan import Lines, Path, clip, pointer, scan
from compliance.notation import NotationError, read_yaml
from compliance.schemas.determination import (
    Determination,
    Determinations,
    EvidenceItem,
    NotSubstantiated,
    Objection,
)
from compliance.schemas.dossier import Dossier
from compliance.schemas.generate import load
from compliance.schemas.limits import ERRORS, MIB
from compliance.schemas.received import AttachmentState, RecordedDeterminations
from compliance.schemas.refusal import DETERMINATIONS, NOTHING, InputError, Refused, Words, printable
from compliance.schemas.scalars import Day

__all__ = ["read_determinations"]

BYTES = 16 * MIB
"""Size of a file of determinations: ten thousand entries with long reasons."""

Place = Callable[[Path], tuple[str, int | None, int | None]]
Fault = tuple[Path, str, Words, Words, Words]
"""Place, code, found, expected, hint"""


def read_determinations(path: str | File, dossier: Dossier) -> RecordedDeterminations:
    """Read one file of determinations on this dossier. Raises ``Refused``."""
    name = printable(str(path))
    data = _bytes(name, File(path))
    root, place = _plain(name, data)
    faults = list(_of_another(root, dossier))
    if faults:  # all else would be said of findings that are not there
        raise _refused(name, faults, place)
    filled, positions, blank = _filled(_without_nothing(root))
    found: list[Fault] = []
    spec = None
    try:
        spec = Determinations.model_validate(filled)
    except ValidationError as error:
        found += _shape(error, filled)
    files: dict[tuple[str, str | None], AttachmentState] = {}
    if spec is not None:
        files = _files(spec.determinations, File(path).parent)
        found += _content(spec.determinations)
    if found or spec is None:
        raise _refused(name, [(_there(at, positions), *rest) for at, *rest in found], place)  # type: ignore[misc]
    return RecordedDeterminations(
        spec.determinations, positions, File(path).name, hashlib.sha256(data).hexdigest(), files, place, blank
    )


# -- bytes → plain values with their places


def _bytes(name: str, path: File) -> bytes:
    try:
        with path.open("rb") as stream:
            data = stream.read(BYTES + 1)
    except FileNotFoundError:
        raise _refused(name, [((), "file_missing", Words(name, name), NOTHING, NOTHING)], _nowhere) from None
    except OSError as error:
        cause = Words(error.strerror or "", error.strerror or "")
        raise _refused(name, [((), "not_readable", cause, NOTHING, NOTHING)], _nowhere) from None
    if len(data) > BYTES:
        most = Words(f"不超过 {BYTES // MIB} MiB", f"at most {BYTES // MIB} MiB")
        raise _refused(name, [((), "too_large", NOTHING, most, NOTHING)], _nowhere)
    return data


def _nowhere(path: Path) -> tuple[str, int | None, int | None]:
    return pointer(path), None, None


def _plain(name: str, data: bytes) -> tuple[Any, Place]:
    """JSON where the text begins with a brace, else YAML."""
    try:
        text = data.removeprefix(b"\xef\xbb\xbf").decode("utf-8")
    except UnicodeDecodeError:
        from compliance.intake.examine import decoded  # with jsonschema, which good files do without

        raise Refused(name, decoded(data)[1] or [InputError("", None, None, "not_utf8")], DETERMINATIONS) from None
    if not text.strip():
        raise _refused(name, [((), "empty_file", NOTHING, NOTHING, NOTHING)], _nowhere)
    root, place = _json(name, text) if text.lstrip().startswith("{") else _yaml(name, text)
    if not isinstance(root, dict):
        fault = ((), "wrong_type", wording.found(root), _TOP, NOTHING)
        raise _refused(name, [fault], place)
    return root, place


_TOP = Words("schema_version、dossier_id、determinations 等字段", "fields schema_version, dossier_id, determinations …")


def _json(name: str, text: str) -> tuple[Any, Place]:
    result, lines = scan(text), Lines(text)
    if result.faults or not result.sound:
        errors = [
            InputError(pointer(f.path), *lines.place(f.at), f.code, f.found, f.expected, f.hint)
            for f in sorted(result.faults, key=lambda f: f.at)[:ERRORS]
        ]
        raise Refused(name, errors, DETERMINATIONS)
    return result.root, lambda path: (pointer(path), *lines.place(result.at(path)))


def _yaml(name: str, text: str) -> tuple[Any, Place]:
    try:
        root, lines = read_yaml(text)
    except NotationError as error:
        raise Refused(name, [input_error(m) for m in error.mistakes[:ERRORS]], DETERMINATIONS) from None

    def place(path: Path) -> tuple[str, int | None, int | None]:
        shown = path
        while shown and shown not in lines:
            shown = shown[:-1]
        return pointer(path), lines.get(shown, 1), None

    return root, place


# -- what is left empty


def _without_nothing(value: Any) -> Any:
    """The value without fields that are left empty, and without lists and objects of which nothing is left."""
    if isinstance(value, dict):
        kept = {key: _without_nothing(inner) for key, inner in value.items()}
        return {key: inner for key, inner in kept.items() if inner is not None and inner != {} and inner != []}
    if isinstance(value, list):
        entries = [_without_nothing(inner) for inner in value]
        return entries if any(e is not None and e != {} for e in entries) else []
    return value


_TO_FILL = frozenset(
    ("new", "office", "person", "reason", "evidence", "decided_on", "expires_on", "supply_requested_on",
     "supply_deadline", "objection", "answer")
)  # fmt: skip


def _filled(root: Any) -> tuple[Any, tuple[int, ...], int]:
    """The file without entries that nobody filled in; where each that is left stood; how many were left out."""
    entries = root.get("determinations", [])
    if not isinstance(entries, list):
        return root, (), 0
    kept = [n for n, e in enumerate(entries) if not isinstance(e, dict) or not _TO_FILL.isdisjoint(e)]
    return {**root, "determinations": [entries[n] for n in kept]}, tuple(kept), len(entries) - len(kept)


def _there(path: Path, positions: tuple[int, ...]) -> Path:
    """A path among the entries that are filled in → the path in the file."""
    if len(path) > 1 and path[0] == "determinations" and isinstance(path[1], int):
        return ("determinations", positions[path[1]], *path[2:])
    return path


# -- faults


def _refused(name: str, faults: list[Fault], place: Place) -> Refused:
    errors = [InputError(*place(path), code, found, expected, hint) for path, code, found, expected, hint in faults]
    errors.sort(key=lambda error: (error.line or 0, error.column or 0))
    if len(errors) > ERRORS:
        count = Words(f"另有 {len(errors) - ERRORS} 处", f"{len(errors) - ERRORS} more")
        errors[ERRORS:] = [InputError("", None, None, "too_many_errors", count)]
    return Refused(name, errors, DETERMINATIONS)


def _of_another(root: dict[str, Any], dossier: Dossier) -> Iterator[Fault]:
    """A file of determinations belongs to one dossier, of one area and year."""
    for name in ("dossier_id", "area_code", "plan_year"):
        said, meant = root.get(name), getattr(dossier, name)
        if said is not None and said != meant:
            hint = Words("核对所附的认定文件是否属于这份档案", "see whether the file belongs to this dossier")
            expected = Words(f"本档案为 {meant}", f"{meant}, as in the dossier")
            if str(said) == str(meant):
                hint = Words("加上或去掉引号", "put it in quotes, or take the quotes away")
            yield (name,), "wrong_dossier", wording.found(said), expected, hint


_CODES = {
    "missing": "missing_field",
    "extra_forbidden": "unknown_field",
    "literal_error": "not_an_option",
    "union_tag_invalid": "not_an_option",
    "union_tag_not_found": "missing_field",
    "string_too_short": "text_too_short",
    "string_too_long": "text_too_long",
    "too_short": "too_few_items",
    "too_long": "too_many_items",
    "greater_than_equal": "number_out_of_range",
    "less_than_equal": "number_out_of_range",
}


def _shape(error: ValidationError, root: Any) -> Iterator[Fault]:
    """What the types refuse, in the words of the fields concerned."""
    schema = load("determinations")
    errors = error.errors(include_url=False)
    inside = {one["loc"][:n] for one in errors for n in range(len(one["loc"]))}
    for one in errors:
        if one["type"] == "too_short" and one["loc"] in inside:
            continue  # there are enough entries; one of them is wrong, and that is said
        path, field = _field(schema, one["loc"])
        kind = one["type"]
        if kind in ("union_tag_invalid", "union_tag_not_found"):
            path, field = (*path, "kind"), _KIND
        code = _CODES.get(kind)
        if code is None:
            shape = "format" in field or "pattern" in field
            code = wording.fault_code("pattern", field) if shape and not kind.endswith("_type") else "wrong_type"
        value = _value(root, path)
        found = wording.found(value) if code != "missing_field" else NOTHING
        hint = wording.hint(code, value, field) if code != "missing_field" else NOTHING
        if code == "unknown_field":
            key = clip(str(path[-1]))
            owner = _field(schema, one["loc"][:-1])[1]
            found, hint = Words(key, key), wording.nearest_field(str(path[-1]), owner)
            yield path, code, found, NOTHING, hint
            continue
        yield path, code, found, wording.expected(field), hint


_KIND = {"title": "类别", "enum": ["answer", "override", "not_substantiated", "objection"], "type": "string"}


def _value(root: Any, path: Path) -> Any:
    for step in path:
        try:
            root = root[step]
        except (LookupError, TypeError):
            return None
    return root


def _field(schema: dict[str, Any], loc: Path) -> tuple[Path, dict[str, Any]]:
    """Where pydantic found a fault → the path in the file, without the kind of entry in it, and the field's schema."""
    path: list[str | int] = []
    field = schema
    for step in loc:
        if "discriminator" in field:
            field = _resolved(schema, {"$ref": field["discriminator"]["mapping"].get(step, "#/$defs/Answer")})
            continue
        path.append(step)
        inner = field.get("items", {}) if isinstance(step, int) else field.get("properties", {}).get(step, {})
        field = _resolved(schema, inner)
    return tuple(path), field


def _resolved(schema: dict[str, Any], field: dict[str, Any]) -> dict[str, Any]:
    for option in field.get("anyOf", ()):
        if option.get("type") != "null":
            titled = {key: field[key] for key in ("title",) if key in field}
            return _resolved(schema, {**option, **titled})
    if "$ref" in field:
        return {**schema["$defs"][field["$ref"].rsplit("/", 1)[1]], **field}
    return field


# -- what one field says of another


def _content(entries: tuple[Determination, ...]) -> Iterator[Fault]:
    ids = Counter(entry.id for entry in entries)
    for n, entry in enumerate(entries):
        at: Path = ("determinations", n)
        if ids[entry.id] > 1:
            text = Words(clip(entry.id), clip(entry.id))
            yield (*at, "id"), "duplicate_id", text, Words("文件内不重复的编号", "an id used once in the file"), NOTHING
        if entry.supersedes is not None:
            yield from _superseded(at, entry, entries)
        if entry.row is not None and entry.check is None:
            yield (*at, "row"), "missing_field", NOTHING, Words("检查点 check", "the check"), _NAME_THE_CHECK
        yield from _dates(at, entry)
        yield from _outcomes(at, entry)
        for place, item in evidence_of(entry):
            yield from _evidence((*at, *place), item)


_NAME_THE_CHECK = Words("写了 row，也要写 check", "a row belongs to a check: name it")


def _superseded(at: Path, entry: Determination, entries: tuple[Determination, ...]) -> Iterator[Fault]:
    named = [other for other in entries if other.id == entry.supersedes]
    where = (*at, "supersedes")
    found = Words(clip(entry.supersedes or ""), clip(entry.supersedes or ""))
    if not named or named[0] is entry:
        expected = Words("本文件中另一项认定的编号", "the id of another determination in this file")
        yield where, "dangling_reference", found, expected, NOTHING
    elif named[0].finding != entry.finding:
        expected = Words("对同一检查结论的认定", "a determination on the same finding")
        yield where, "dangling_reference", found, expected, NOTHING
    elif (was := decided(named[0])) and (is_ := decided(entry)) and is_.first < was.first:
        yield where, "bad_order_of_dates", found, Words("较早的认定", "an earlier determination"), NOTHING


def decided(entry: Determination) -> Day | None:
    """The day from which an entry may be in force."""
    if isinstance(entry, Objection):
        return entry.answer.on if entry.answer else None
    return entry.decided_on


def _dates(at: Path, entry: Determination) -> Iterator[Fault]:
    pairs: list[tuple[str, Day | None, str, Day | None, bool, Words]] = []
    if isinstance(entry, Objection):
        raised, answered = entry.objection.on, entry.answer.on if entry.answer else None
        rule = Words("不早于异议日期", "not before the objection")
        pairs.append(("answer/on", answered, "objection/on", raised, False, rule))
        rule = Words("不早于答复日期", "not before the answer")
        pairs.append(("expires_on", entry.expires_on, "answer/on", answered, False, rule))
    else:
        rule = Words("不早于认定日期", "not before the decision")
        pairs.append(("expires_on", entry.expires_on, "decided_on", entry.decided_on, False, rule))
    if isinstance(entry, NotSubstantiated):
        rule = Words("不早于通知补正日期", "not before the day on which it was asked for")
        asked, until = entry.supply_requested_on, entry.supply_deadline
        pairs.append(("supply_deadline", until, "supply_requested_on", asked, False, rule))
        rule = Words("晚于补正期限", "after the deadline to supply the material")
        pairs.append(("decided_on", entry.decided_on, "supply_deadline", until, True, rule))
    for field, later, other, earlier, strictly, expected in pairs:
        if later is not None and earlier is not None and later.first < earlier.first + strictly:
            found = Words(f"{later.text}（{other} 为 {earlier.text}）", f"{later.text} ({other} is {earlier.text})")
            yield (*at, *field.split("/")), "bad_order_of_dates", found, expected, NOTHING


def _outcomes(at: Path, entry: Determination) -> Iterator[Fault]:
    if isinstance(entry, Objection):
        accepted = entry.answer is not None and entry.answer.result == "accepted"
        if accepted and entry.new is None:
            expected = Words("异议成立时的认定结论 new", "the new outcome of an accepted objection")
            yield (*at, "new"), "missing_field", NOTHING, expected, NOTHING
        if not accepted and entry.new is not None:
            hint = Words("删去 new；异议未成立时结论不变", "remove it: only an accepted objection changes the outcome")
            yield (*at, "new"), "not_determinable", wording.found(entry.new), NOTHING, hint
        if accepted and not (entry.objection.evidence or (entry.answer and entry.answer.evidence)):
            expected = Words("异议或答复的证据，至少一项", "evidence of the objection or the answer, at least one")
            yield (*at, "answer", "evidence"), "too_few_items", NOTHING, expected, NOTHING
    if entry.new is not None and entry.new == entry.old.outcome:
        hint = Words("认定结论与原结论相同，无须认定", "the same outcome needs no determination")
        yield (*at, "new"), "not_determinable", wording.found(entry.new), NOTHING, hint


def evidence_of(entry: Determination) -> Iterator[tuple[Path, EvidenceItem]]:
    """All evidence of an entry, each with its place in it."""
    if isinstance(entry, Objection):
        for n, item in enumerate(entry.objection.evidence):
            yield ("objection", "evidence", n), item
        for n, item in enumerate(entry.answer.evidence if entry.answer else ()):
            yield ("answer", "evidence", n), item
    else:
        for n, item in enumerate(entry.evidence):
            yield ("evidence", n), item


def _evidence(at: Path, item: EvidenceItem) -> Iterator[Fault]:
    given = [name for name in ("att_id", "file", "url") if getattr(item, name) is not None]
    if len(given) != 1:
        shown = "、".join(given) or "—"
        expected = Words("att_id、file、url 三者写其一", "exactly one of att_id, file and url")
        yield at, "bad_evidence", Words(shown, shown), expected, NOTHING
    if item.file is not None:
        if ".." in item.file.split("/") or ":" in item.file:
            expected = Words("认定文件所在文件夹之内的相对路径", "a path below the folder of the determinations")
            yield (*at, "file"), "unsafe_path", wording.found(item.file), expected, NOTHING
        if item.sha256 is None:
            expected = Words("所附文件的 SHA-256", "the SHA-256 of the file")
            yield (*at, "sha256"), "missing_field", NOTHING, expected, NOTHING


def _files(entries: tuple[Determination, ...], folder: File) -> dict[tuple[str, str | None], AttachmentState]:
    """Every file that is named as evidence → whether it is there with the hash claimed."""
    return {
        (item.file, item.sha256): _state(folder / item.file, item.sha256)
        for entry in entries
        for _, item in evidence_of(entry)
        if item.file is not None and ".." not in item.file.split("/")
    }


def _state(path: File, claimed: str | None) -> AttachmentState:
    try:
        with path.open("rb") as stream:
            found = hashlib.file_digest(stream, "sha256").hexdigest()
    except OSError:
        return AttachmentState.ABSENT
    return AttachmentState.PRESENT if found == claimed else AttachmentState.MISMATCH
