"""The text of a mapping file → ``Mapping``, every column resolved; refuses with every mistake, its line and the remedy.

As strict as the law folder: no anchors, no loose booleans, no unknown keys; a path, unit or word that the dossier does
not know is named with the nearest one that it knows.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from difflib import get_close_matches
from functools import cached_property
from importlib.resources import files
from pathlib import Path as File
from typing import Any

from pydantic import ValidationError

from compliance.intake.cellvalues import UNITS, entity_of, field_of, folded, head_unit, unit_of
from compliance.intake.mistakes import input_error
from compliance.intake.scan import Path, clip, pointer
from compliance.notation import NotationError, read_yaml
from compliance.schemas.limits import ERRORS, MIB
from compliance.schemas.mapping import ColumnSpec, MappingSpec
from compliance.schemas.refusal import NOTHING, InputError, Refused, Words, printable

__all__ = ["AREA", "Column", "Mapping", "mapping_of", "names", "read_mapping"]

AREA = "area"
MAPPING = Words("映射文件不予采用", "mapping refused")
BYTES = MIB
Schema = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Column:
    """A column of the mapping, resolved."""

    number: int
    """Place in the file's list"""
    spec: ColumnSpec
    heads: tuple[str, ...]
    """Accepted heads, folded and without units"""
    schema: Schema | None
    """What its cells are read as; None for labels, ratios that are only checked, and what is left out"""
    below: tuple[str, ...] = ()
    """Path of the value below the entry that a row makes, or from the root where rows are areas; ``[]`` for lists"""

    @property
    def name(self) -> str:
        """What a person calls it: the first head that it accepts."""
        return self.spec.head[0]

    @property
    def is_number(self) -> bool:
        return self.schema is not None and self.schema.get("type") in ("integer", "number")


@dataclass(frozen=True)
class Mapping:
    """A mapping whose every statement has been held against the dossier's structure."""

    spec: MappingSpec
    file: str
    columns: tuple[Column, ...]
    text: str = ""

    @property
    def name(self) -> str:
        return self.spec.mapping

    @cached_property
    def each(self) -> str:
        """``area``, or the list of the dossier of which a row is an entry."""
        return self.spec.rows.each

    @cached_property
    def id_field(self) -> str | None:
        """The identifier of an entry, where its kind has one."""
        return None if self.each == AREA else identifier(entity_of(f"{self.each}[]") or {})

    def column(self, head: str) -> Column | None:
        """The column that a head elsewhere in the mapping names."""
        wanted = head_unit(head)[0]
        return next((column for column in self.columns if wanted in column.heads), None)


def identifier(entity: Schema) -> str | None:
    """The required field that ends in ``_id``."""
    return next((name for name in entity.get("required", ()) if name.endswith("_id")), None)


# -- reading --------------------------------------------------------------------------------------------------


def names() -> list[str]:
    """The mappings that come with the program."""
    folder = files("compliance.intake") / "mappings"
    return sorted(entry.name.removesuffix(".yaml") for entry in folder.iterdir() if entry.name.endswith(".yaml"))


def read_mapping(name: str) -> Mapping:
    """A mapping by the name of one that comes with the program, or by its file; raises ``Refused``."""
    if name in names():
        return mapping_of((files("compliance.intake") / "mappings" / f"{name}.yaml").read_text("utf-8"), f"{name}.yaml")
    shown = printable(name)
    try:
        with File(name).open("rb") as stream:
            data = stream.read(BYTES + 1)
        if len(data) > BYTES:
            raise _whole(shown, "too_large", Words("不超过 1 MiB", "at most 1 MiB"))
        return mapping_of(data.decode("utf-8-sig"), shown)
    except FileNotFoundError:
        known = "、".join(names())
        raise _whole(
            shown, "file_missing", Words(f"映射文件，或自带的 {known}", f"a file, or one of {known}")
        ) from None
    except (OSError, ValueError) as error:
        if isinstance(error, UnicodeDecodeError):
            raise _whole(shown, "not_utf8", Words("UTF-8", "UTF-8")) from None
        raise _whole(shown, "not_readable", NOTHING) from None


def _whole(name: str, code: str, expected: Words) -> Refused:
    return Refused(name, [InputError("", None, None, code, NOTHING, expected)], MAPPING)


def mapping_of(text: str, file: str) -> Mapping:
    """A mapping from its text, or ``Refused`` with all that is wrong with it."""
    try:
        value, lines = read_yaml(text)
    except NotationError as error:
        raise Refused(file, [input_error(m) for m in error.mistakes[:ERRORS]], MAPPING) from None
    faults: list[tuple[Path, str, Words, Words, Words]]
    try:
        spec = MappingSpec.model_validate(_tupled(value))
    except ValidationError as error:
        faults = [_shape(e) for e in error.errors(include_url=False)]
    else:
        mapping = Mapping(spec, file, tuple(_column(n, c, spec) for n, c in enumerate(spec.columns)), text)
        faults = list(_problems(mapping))
        if not faults:
            return mapping
    errors = []
    for path, code, found, expected, hint in faults[:ERRORS]:
        shown = path
        while shown and shown not in lines:
            shown = shown[:-1]
        errors.append(InputError(pointer(path), lines.get(shown, 1), None, code, found, expected, hint))
    errors.sort(key=lambda error: error.line or 0)
    raise Refused(file, errors, MAPPING)


_LISTS = frozenset(("head", "words", "equals", "begins_with", "of"))
"""Where one text may stand for a list of one; ``words`` of a column is an object and stays one."""


def _tupled(value: Any) -> Any:
    """Lists as the strict types want them, and a single head as a list of one."""
    if isinstance(value, dict):
        made = {key: _tupled(inner) for key, inner in value.items()}
        return {key: (inner,) if key in _LISTS and isinstance(inner, str) else inner for key, inner in made.items()}
    return tuple(map(_tupled, value)) if isinstance(value, list) else value


_SHAPES: dict[str, tuple[str, Words]] = {
    "missing": ("missing_field", NOTHING),
    "extra_forbidden": ("unknown_field", NOTHING),
    "literal_error": ("not_an_option", NOTHING),
    "too_short": ("too_few_items", NOTHING),
    "too_long": ("too_many_items", NOTHING),
    "string_too_short": ("text_too_short", NOTHING),
    "string_too_long": ("text_too_long", NOTHING),
    "string_pattern_mismatch": ("bad_format", NOTHING),
    "string_type": ("wrong_type", Words("文字；数字须加引号", "a text; quote a number")),
    "bool_type": ("wrong_type", Words("true 或 false", "true or false")),
    "tuple_type": ("wrong_type", Words("列表", "a list")),
    "dict_type": ("wrong_type", Words("对象", "an object")),
    "model_type": ("wrong_type", Words("对象", "an object")),
}


def _shape(error: Any) -> tuple[Path, str, Words, Words, Words]:
    path = tuple(error["loc"])
    code, expected = _SHAPES.get(error["type"], ("invalid", NOTHING))
    if code == "not_an_option":
        listed = error["ctx"]["expected"]
        expected = Words(listed, listed)
    elif code == "bad_format":
        form = error["ctx"]["pattern"]
        expected = Words(f"形如 {form}", f"of the form {form}")
    found = NOTHING
    hint = NOTHING
    if code == "unknown_field":
        found = Words(clip(str(path[-1])), clip(str(path[-1])))
        known = _keys_at(path[:-1])
        hint = _near(str(path[-1]), known)
    elif code != "missing_field":
        shown = clip(str(error["input"]))
        found = Words(shown, shown)
    return path, code, found, expected, hint


def _keys_at(path: Path) -> list[str]:
    model: Any = MappingSpec
    for step in path:
        if isinstance(step, int):
            continue
        field = model.model_fields.get(step)
        options = [field.annotation, *getattr(field.annotation, "__args__", ())] if field else []
        options += [a for o in options for a in getattr(o, "__args__", ())]
        model = next((o for o in options if hasattr(o, "model_fields")), None)
        if model is None:
            return []
    return list(model.model_fields)


def _near(word: str, known: Any) -> Words:
    match = get_close_matches(word, list(known), 1, 0.5)
    return Words(f"是否应为 {match[0]}", f"did you mean {match[0]}?") if match else NOTHING


# -- resolving ------------------------------------------------------------------------------------------------

_TEXT: Schema = {"type": "string", "maxLength": 4000}


def figure(name: str, unit: str) -> Schema:
    """What a published figure is read as: in the unit of its column, at most four decimals."""
    return {"type": "number", "minimum": 0, "maximum": 10**10, "x-decimals": 4, "title": name, "x-unit": unit}


def _column(number: int, spec: ColumnSpec, mapping: MappingSpec) -> Column:
    heads = tuple(dict.fromkeys(head_unit(head)[0] for head in spec.head))
    column = Column(number, spec, heads, None)
    if spec.field is not None:
        inner = spec.field if mapping.rows.each == AREA else spec.field.removeprefix(f"{mapping.rows.each}[].")
        schema = field_of(spec.field)
        if spec.splits and schema is not None and schema.get("type") == "array" and "properties" in schema["items"]:
            schema = None
        return replace(column, schema=schema, below=tuple(inner.split(".")))
    if spec.adds is not None:
        inner = spec.adds.to.removeprefix(f"{mapping.rows.each}[].")
        return replace(column, schema={"type": "boolean", "title": spec.head[0]}, below=tuple(inner.split(".")))
    if spec.ratio is not None:
        return replace(column, schema=figure(spec.statistic or spec.head[0], "%"))
    if spec.statistic is not None:
        return replace(column, schema=figure(spec.statistic, ""))
    return column


def _problems(mapping: Mapping) -> Iterator[tuple[Path, str, Words, Words, Words]]:
    spec = mapping.spec
    each = spec.rows.each
    entity = entity_of("" if each == AREA else f"{each}[]")
    if each != AREA and (entity is None or "." in each or "[" in each):
        root = entity_of("") or {}
        lists = [n for n in root.get("properties", {}) if entity_of(f"{n}[]") is not None]
        expected = Words("area，或档案的一个列表", "area, or a list of the dossier")
        yield ("rows", "each"), "not_an_option", _said(each), expected, _near(each, [AREA, *lists])
        return
    if each == AREA and spec.area is None:
        expected = Words("area：由哪一列说明地区", "area: which column tells the area")
        yield ("area",), "missing_field", NOTHING, expected, NOTHING
    if spec.area is not None and spec.area.code is None and spec.area.name is None:
        expected = Words("code 或 name 之一", "one of code and name")
        yield ("area",), "missing_field", NOTHING, expected, NOTHING
    if mapping.id_field is not None and spec.ids is None and not _fed(mapping, mapping.id_field):
        expected = Words(f"ids，或填入 {mapping.id_field} 的列", f"ids, or a column for {mapping.id_field}")
        yield ("ids",), "missing_field", NOTHING, expected, NOTHING
    if spec.ids is not None and (spec.ids.column is None) == (spec.ids.of is None):
        yield ("ids",), "bad_mapping", NOTHING, Words("column 与 of 写其一", "one of column and of"), NOTHING
    for key in spec.dossier:
        root = (entity_of("") or {}).get("properties", {})
        if key not in root:
            yield ("dossier", key), "unknown_field", _said(key), NOTHING, _near(key, root)
    if spec.plan is not None and "plans" in spec.dossier:
        expected = Words("plan 与 dossier.plans 写其一", "one of plan and dossier.plans")
        yield ("plan",), "bad_mapping", NOTHING, expected, NOTHING
    if spec.plan is not None and spec.plan.lists_rows and each != "communities":
        expected = Words("rows.each 为 communities 时才可列出", "only where rows.each is communities")
        yield ("plan", "lists_rows"), "bad_mapping", NOTHING, expected, NOTHING
    taken: dict[str, int] = {}
    for column in mapping.columns:
        for head in column.heads:
            if head in taken:
                hint = Words("表头写全，如 计划/户数", "write the head in full, as 计划/户数")
                yield ("columns", column.number, "head"), "ambiguous_mapping", _said(head), NOTHING, hint
            taken.setdefault(head, column.number)
        yield from _column_problems(mapping, column)
    yield from _mixed_lists(mapping)
    yield from _named_heads(mapping)


def _mixed_lists(mapping: Mapping) -> Iterator[tuple[Path, str, Words, Words, Words]]:
    """A list is filled with one entry a row, or with several; both at once would mix them."""
    several: dict[str, bool] = {}
    for column in mapping.columns:
        if column.spec.adds is None and column.spec.field is None:
            continue
        many = column.spec.adds is not None or column.spec.splits
        for n, step in enumerate(column.below):
            if step.endswith("[]") or (column.spec.adds is not None and n == len(column.below) - 1):
                path = ".".join((*column.below[:n], step.removesuffix("[]")))
                if several.setdefault(path, many) != many:
                    expected = Words(
                        "同一列表或每行一项，或由 adds、splits 填入", "one entry a row, or entries by adds and splits"
                    )
                    yield ("columns", column.number), "bad_mapping", _said(path), expected, NOTHING


def _fed(mapping: Mapping, name: str) -> bool:
    return any(column.below == (name,) for column in mapping.columns)


def _said(text: str) -> Words:
    return Words(clip(text), clip(text))


_TARGETS = ("field", "statistic", "ratio", "adds", "label", "left_out")


def _column_problems(mapping: Mapping, column: Column) -> Iterator[tuple[Path, str, Words, Words, Words]]:
    spec, each = column.spec, mapping.spec.rows.each
    at: Path = ("columns", column.number)
    given = [name for name in _TARGETS if getattr(spec, name) is not None]
    if len(given) != 1 and set(given) != {"ratio", "statistic"}:
        listed = "、".join(given) or "—"
        expected = Words(f"{'、'.join(_TARGETS)} 之一", f"one of {', '.join(_TARGETS)}")
        yield at, "bad_mapping", Words(listed, listed), expected, NOTHING
        return
    if spec.unit is not None and folded(spec.unit) not in UNITS:
        yield (*at, "unit"), "not_an_option", _said(spec.unit), NOTHING, _near(spec.unit, UNITS)
        return
    if spec.statistic is not None and each != AREA:
        expected = Words("rows.each 为 area 时才可用 statistic", "statistic only where rows.each is area")
        yield (*at, "statistic"), "bad_mapping", NOTHING, expected, NOTHING
    if spec.ratio is not None:
        for key in ("part", "whole"):
            named = mapping.column(getattr(spec.ratio, key))
            if named is None or not named.is_number or named is column:
                heads = [c.name for c in mapping.columns if c.is_number and c is not column]
                head = getattr(spec.ratio, key)
                yield (*at, "ratio", key), "dangling_reference", _said(head), NOTHING, _near(head, heads)
    if spec.adds is not None:
        yield from _adds(mapping, column, (*at, "adds"))
    if spec.field is None:
        return
    path = spec.field
    if each != AREA and not path.startswith(f"{each}[]."):
        expected = Words(f"以 {each}[]. 开头的路径", f"a path that begins with {each}[].")
        yield (*at, "field"), "bad_mapping", _said(path), expected, NOTHING
        return
    schema = field_of(path)
    if schema is None:
        hint = _near_path(path)
        yield (*at, "field"), "unknown_field", _said(path), Words("档案的字段", "a field of the dossier"), hint
        return
    if "properties" in schema or (schema.get("type") == "array" and "properties" in _items(path)):
        expected = Words("单个值的字段", "a field of a single value")
        yield (*at, "field"), "bad_mapping", _said(path), expected, NOTHING
        return
    if each == AREA and (fault := _area_path(mapping, path)):
        yield (*at, "field"), "bad_mapping", _said(path), fault, NOTHING
    own = schema.get("x-unit", "")
    if spec.unit is not None and column.is_number and _of(own) != _of(spec.unit):
        expected = Words(f"与 {own or '无单位'} 同类的单位", f"a unit of the kind of {own or 'none'}")
        yield (*at, "unit"), "unit_conflict", _said(spec.unit), expected, NOTHING
    if spec.splits and "[]" not in path.rsplit(".", 1)[0].removeprefix(f"{each}[]"):
        expected = Words(
            "列表中的字段，如 communities[].scheme.items[].facility_code", "a field of a list within the row"
        )
        yield (*at, "splits"), "bad_mapping", _said(path), expected, NOTHING
    for word, meant in spec.words.items():
        if meant is not None and not _fits(meant, schema):
            shown = str(meant)
            yield (*at, "words", word), "not_an_option", _said(shown), NOTHING, _near(shown, schema.get("enum", ()))


def _items(path: str) -> Schema:
    return entity_of(f"{path}[]") or {}


def _area_path(mapping: Mapping, path: str) -> Words | None:
    """Where a row is an area, a value goes to the dossier's own fields or to the one plan."""
    if path.startswith("plans[].") and "[]" not in path.removeprefix("plans[]."):
        return None if mapping.spec.plan is not None else Words("写明 plan.plan_id", "say plan.plan_id")
    if "[]" in path:
        return Words("地区自身的字段，或 plans[] 的字段", "a field of the area, or of plans[]")
    return None


def _near_path(path: str) -> Words:
    steps = path.split(".")
    for n in range(len(steps) - 1, -1, -1):
        entity = entity_of(".".join(steps[:n]))
        if entity is not None:
            match = get_close_matches(steps[n].removesuffix("[]"), list(entity["properties"]), 1, 0.5)
            if not match:
                titles = {f.get("title"): name for name, f in entity["properties"].items()}
                match = [titles[steps[n]]] if steps[n] in titles else []
            if not match:
                return NOTHING
            right = ".".join([*steps[:n], match[0] + ("[]" if steps[n].endswith("[]") else ""), *steps[n + 1 :]])
            return Words(f"是否应为 {right}", f"did you mean {right}?")
    return NOTHING


def _of(unit: str) -> str:
    try:
        return unit_of(unit).of
    except KeyError:
        return ""


def _fits(value: Any, schema: Schema) -> bool:
    if "enum" in schema:
        return value in schema["enum"]
    kinds: dict[str, type | tuple[type, ...]] = {"integer": int, "number": int, "boolean": bool, "string": str}
    kind = schema.get("type", "string")
    if kind == "array":
        return True
    return isinstance(value, kinds[kind]) and (kind == "boolean") == isinstance(value, bool)


def _adds(mapping: Mapping, column: Column, at: Path) -> Iterator[tuple[Path, str, Words, Words, Words]]:
    adds = column.spec.adds
    if adds is None:
        return
    each = mapping.spec.rows.each
    entity = entity_of(f"{adds.to}[]") if adds.to.startswith(f"{each}[].") else None
    if entity is None:
        expected = Words(f"{each}[] 之下的列表", f"a list below {each}[]")
        yield (*at, "to"), "unknown_field", _said(adds.to), expected, NOTHING
        return
    for key, value in adds.entry.items():
        field = field_of(f"{adds.to}[].{key}")
        if field is None:
            yield (*at, "entry", key), "unknown_field", _said(key), NOTHING, _near(key, entity["properties"])
        elif not _fits(value, field):
            shown = str(value)
            yield (*at, "entry", key), "not_an_option", _said(shown), NOTHING, _near(shown, field.get("enum", ()))
    for key in entity.get("required", ()):
        if key not in adds.entry:
            yield (*at, "entry", key), "missing_field", NOTHING, NOTHING, NOTHING


def _named_heads(mapping: Mapping) -> Iterator[tuple[Path, str, Words, Words, Words]]:
    """Heads that other parts of the mapping name must be those of its columns."""
    spec = mapping.spec
    named: list[tuple[Path, str | None]] = []
    if spec.area is not None:
        named += [(("area", key), getattr(spec.area, key)) for key in ("code", "name", "within")]
    if spec.ids is not None:
        named += [(("ids", "column"), spec.ids.column)]
        named += [(("ids", "of", n), head) for n, head in enumerate(spec.ids.of or ())]
    for n, total in enumerate(spec.rows.totals):
        named += [(("rows", "totals", n, key), getattr(total, key)) for key in ("column", "group")]
        if total.over == "group" and total.group is None:
            expected = Words("over: group 时写明 group", "over: group needs group")
            yield ("rows", "totals", n, "group"), "missing_field", NOTHING, expected, NOTHING
    for n, skip in enumerate(spec.rows.skip):
        named += [(("rows", "skip", n, "column"), skip.column)]
        if skip.equals is None and skip.begins_with is None:
            expected = Words("equals 或 begins_with", "equals or begins_with")
            yield ("rows", "skip", n), "missing_field", NOTHING, expected, NOTHING
    heads = [column.name for column in mapping.columns]
    for path, head in named:
        if head is not None and mapping.column(head) is None:
            expected = Words("columns 中某列的表头", "the head of one of the columns")
            yield path, "dangling_reference", _said(head), expected, _near(head, heads)
