"""Bytes that the fast path refused → every error in them, with place and remedy, in document order.

Slow and thorough: the text is read tolerantly, then held against the published JSON Schema, then its
references are followed. Where the notation is so damaged that values may stand in the wrong place, the later
steps are left out, for they would only report consequences.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from decimal import Decimal
from functools import cache, partial
from typing import Any

from jsonschema import Draft202012Validator, FormatChecker, TypeChecker, ValidationError
from jsonschema.validators import extend
from pydantic import ValidationError as Refusal

from compliance.intake import references, wording
from compliance.intake.foreign import foreign, foreign_value
from compliance.intake.scan import Fault, Lines, Path, Scan, clip, pointer, scan
from compliance.intake.versions import Migrated, migrate, unsupported
from compliance.schemas.dossier import SCHEMA_VERSION, Dossier
from compliance.schemas.generate import load
from compliance.schemas.limits import ERRORS
from compliance.schemas.refusal import NOTHING, InputError, Words
from compliance.schemas.scalars import AMOUNT_MAX, days, uscc_is_valid

__all__ = ["decoded", "examine"]

Schema = dict[str, Any]


def examine(data: bytes) -> list[InputError]:
    """All errors of a dossier's bytes; empty where none is found."""
    if kind := foreign(data):
        return [InputError("", None, None, "not_a_dossier", *kind)]
    text, errors = decoded(data)
    return errors or _examine_text(text)


def _examine_text(text: str) -> list[InputError]:
    if not text.strip():
        return [InputError("", None, None, "empty_file")]
    result = scan(text)
    faults = result.faults + (list(_content_faults(result)) if result.sound else [])
    faults.sort(key=lambda fault: fault.at)
    lines = Lines(text)
    errors = [
        InputError(
            pointer(fault.path), *lines.place(fault.at), fault.code, fault.found, fault.expected, fault.hint
        )
        for fault in faults[:ERRORS]
    ]
    if len(faults) > ERRORS:
        count = Words(f"另有 {len(faults) - ERRORS} 处", f"{len(faults) - ERRORS} more")
        errors.append(InputError("", None, None, "too_many_errors", count))
    return errors


# -- encoding


def decoded(data: bytes) -> tuple[str, list[InputError]]:
    """The text of a file, or why it is none."""
    body = data.removeprefix(b"\xef\xbb\xbf")
    if wide := _wide(body):
        found = Words(f"{wide} 编码", f"text in {wide}")
        return "", [InputError("", 1, 1, "not_utf8", found, _UTF8, _SAVE_AS_UTF8)]
    try:
        return body.decode("utf-8"), []
    except UnicodeDecodeError as error:
        good = body[: error.start].decode("utf-8")
        if error.reason == "unexpected end of data":
            return good, []  # cut off within a character: the scanner says so
        place = Lines(good).place(len(good))
        return "", [InputError("", *place, "not_utf8", *_encoding(body, error.start))]


_UTF8 = Words("UTF-8", "UTF-8")
_SAVE_AS_UTF8 = Words(
    "用记事本打开，“另存为”时编码选 UTF-8，再重新报送",
    "open it in an editor and save it again with encoding UTF-8",
)


def _wide(body: bytes) -> str | None:
    """UTF-16 or UTF-32, by its mark or by the zero bytes around the first brace; ASCII in them is valid UTF-8."""
    if body.startswith((b"\xff\xfe\0\0", b"\0\0\xfe\xff")) or b"\0\0" in body[:4]:
        return "UTF-32"
    return "UTF-16" if body.startswith((b"\xff\xfe", b"\xfe\xff")) or b"\0" in body[:2] else None


def _encoding(body: bytes, bad: int) -> tuple[Words, Words, Words]:
    """Found, expected and remedy for text in another encoding."""
    try:
        body.decode("gb18030")
        sample = clip(body[bad : bad + 40].decode("gb18030", "ignore"), 12)
        found = Words(f"GBK/GB18030 编码，如“{sample}”", f"text in GBK/GB18030, e.g. “{sample}”")
        return found, _UTF8, _SAVE_AS_UTF8
    except UnicodeDecodeError:
        byte = f"0x{body[bad]:02X}"
        found = Words(f"字节 {byte} 不属于任何字符", f"byte {byte} belongs to no character")
        return found, _UTF8, Words("文件可能已损坏，请重新导出", "the file may be damaged: export it again")


# -- content


def _content_faults(result: Scan) -> Iterator[Fault]:
    root = result.root
    if kind := foreign_value(root):
        yield Fault(result.root_at, (), "not_a_dossier", *kind)
        return
    version = root.get("schema_version")
    if isinstance(version, str) and version != SCHEMA_VERSION:
        migrated = migrate(root)
        if migrated is not None:
            for fault in _own_faults(_Earlier(result, migrated)):
                yield replace(fault, path=migrated.origin(fault.path))
            return
        at, found = root.values_at["schema_version"], wording.found(version)
        yield Fault(at, ("schema_version",), "unsupported_schema_version", found, *unsupported(version))
        return
    yield from _own_faults(result)


class _Earlier(Scan):
    """A dossier brought into today's structure, with places in the file that it was read from."""

    def __init__(self, result: Scan, migrated: Migrated) -> None:
        super().__init__(migrated.root, result.root_at, result.sound, result.faults)
        self._from = result
        self._origin = migrated.origin

    def at(self, path: Path) -> int:
        return self._from.at(self._origin(path))

    def key_at(self, path: Path) -> int:
        try:
            return self._from.key_at(self._origin(path))
        except (AttributeError, LookupError, TypeError):  # a field that the step itself has added
            return self.at(path)


def _own_faults(result: Scan) -> Iterator[Fault]:
    root = result.root
    unread = {fault.path for fault in result.faults}
    schema_faults = [fault for fault in _schema_faults(result) if fault.path not in unread]
    yield from schema_faults
    complete = not schema_faults and not result.faults
    for path, code, found, expected in references.faults(root, complete):
        yield Fault(result.at(path), path, code, found, expected)


def _schema_faults(result: Scan) -> Iterator[Fault]:
    try:
        Dossier.model_validate(result.root)
        return
    except Refusal as refusal:
        locations = [error["loc"] for error in refusal.errors(include_url=False, include_input=False)]
    schema = load("dossier")
    suspects = _containers(result.root, locations)
    keywords: dict[Path, str] = {}
    for error in validator(schema, suspects).iter_errors(result.root):
        path, keyword = tuple(error.absolute_path), str(error.validator)
        # One word per value: of several, the wrong type says most.
        if keyword == "type" or path not in keywords:
            keywords[path] = keyword
    for path, keyword in keywords.items():
        yield _fault(result, schema, path, keyword)
    # Nothing that the types refuse goes unsaid, even if the JSON Schema would let it pass.
    if not keywords:
        yield from _type_faults(result, locations)


def _type_faults(result: Scan, locations: list[Path]) -> Iterator[Fault]:
    for path in dict.fromkeys(locations):
        yield Fault(result.at(path), path, "invalid", wording.found(_value(result.root, path)))


def _fault(result: Scan, schema: Schema, path: Path, keyword: str) -> Fault:
    field = _field(schema, path)
    if keyword == "additionalProperties":
        owner, key = _field(schema, path[:-1]), str(path[-1])
        at = result.key_at(path)
        hint = wording.nearest_field(key, owner)
        return Fault(at, path, "unknown_field", Words(clip(key), clip(key)), NOTHING, hint)
    if keyword == "required":
        return Fault(result.at(path[:-1]), path, "missing_field", NOTHING, wording.expected(field))
    value = _value(result.root, path)
    code = wording.fault_code(keyword, field)
    hint = wording.hint(code, value, field)
    return Fault(result.at(path), path, code, wording.found(value), wording.expected(field), hint)


# -- places


def _value(root: Any, path: Path) -> Any:
    for step in path:
        root = root[step]
    return root


def _containers(root: Any, locations: list[Path]) -> frozenset[int]:
    """The objects and lists in which the types found something wrong; all others need no second look."""
    found = {id(root)}
    for location in locations:
        value = root
        for step in location:
            try:
                value = value[step]
            except (LookupError, TypeError):
                break
            found.add(id(value))
    return frozenset(found)


# -- schema


def _field(schema: Schema, path: Path) -> Schema:
    """The schema of the field at a path, with its title; empty below an unknown field."""
    field = schema
    for step in path:
        inner = field.get("items", {}) if isinstance(step, int) else field.get("properties", {}).get(step, {})
        field = _resolved(schema, inner)
    return field


def _resolved(schema: Schema, field: Schema) -> Schema:
    """A field's schema without detours: its one non-null option, the definition it refers to."""
    for option in field.get("anyOf", ()):
        if option.get("type") != "null":
            # The first option of an amount is the number, which is how amounts are best written.
            return _resolved(schema, {**option, **{key: field[key] for key in ("title",) if key in field}})
    if "$ref" in field:
        return {**schema["$defs"][field["$ref"].rsplit("/", 1)[1]], **field}
    return field


# The keywords below take what jsonschema gives: validator, keyword's value, instance, schema.
Keyword = Callable[[Any, Any, Any, Schema], Iterator[ValidationError]]


def validator(schema: Schema, suspects: frozenset[int]) -> Any:
    """A validator that says one thing per fault and reads numbers as the types do."""

    def refer(validator: Any, ref: str, instance: Any, _: Schema) -> Iterator[ValidationError]:
        yield from validator.descend(instance, schema["$defs"][ref.rsplit("/", 1)[1]])

    def items(validator: Any, item: Schema, instance: Any, _: Schema) -> Iterator[ValidationError]:
        if isinstance(instance, list):
            for index, entry in enumerate(instance):
                if id(entry) in suspects or not isinstance(entry, dict | list):
                    yield from validator.descend(entry, item, path=index)

    keywords = {**_KEYWORDS, "$ref": refer, "items": items}
    evolved: Any = extend  # untyped in jsonschema
    return evolved(Draft202012Validator, keywords, type_checker=_TYPES)(schema, format_checker=_formats())


def _any_of(validator: Any, options: list[Schema], instance: Any, _: Schema) -> Iterator[ValidationError]:
    """The option that is of the value's type answers for all of them."""
    for option in options:
        if validator.is_type(instance, option.get("type", "object")):
            yield from validator.descend(instance, option)
            return
    yield ValidationError("", validator="type")


def _no_others(_v: Any, _allowed: bool, instance: Any, schema: Schema) -> Iterator[ValidationError]:
    if isinstance(instance, dict):
        for key in instance.keys() - schema["properties"].keys():
            yield ValidationError("", validator="additionalProperties", path=(key,))


def _required(_v: Any, names: list[str], instance: Any, _: Schema) -> Iterator[ValidationError]:
    if isinstance(instance, dict):
        for name in names:
            if name not in instance:
                yield ValidationError("", validator="required", path=(name,))


def _pattern(_v: Any, pattern: str, instance: Any, _: Schema) -> Iterator[ValidationError]:
    """All patterns are anchored; in Python alone would ``$`` let a final line break through."""
    if isinstance(instance, str) and not re.fullmatch(pattern, instance):
        yield ValidationError("", validator="pattern")


def _decimals(_v: Any, places: int, instance: Any, _: Schema) -> Iterator[ValidationError]:
    # What lies outside the bounds has its own error, and might have too many digits to round.
    exact = not isinstance(instance, Decimal) or not 0 <= instance <= AMOUNT_MAX
    if not exact and instance != instance.quantize(Decimal(1).scaleb(-places)):
        yield ValidationError("", validator="x-decimals")


_KEYWORDS: Mapping[str, Keyword] = {
    "anyOf": _any_of,
    "additionalProperties": _no_others,
    "required": _required,
    "pattern": _pattern,
    "x-decimals": _decimals,
}


def _is_integer(_: TypeChecker, value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _is_number(_: TypeChecker, value: Any) -> bool:
    return isinstance(value, int | Decimal) and not isinstance(value, bool)


_TYPES = Draft202012Validator.TYPE_CHECKER.redefine_many({"integer": _is_integer, "number": _is_number})


@cache
def _formats() -> FormatChecker:
    checker = FormatChecker(formats=())
    formats: dict[str, Callable[[str], object]] = {
        "partial-date": days,
        "uscc": uscc_is_valid,
        "amount": lambda text: 0 <= Decimal(text) <= AMOUNT_MAX,
    }
    for name, check in formats.items():
        checker.checks(name, raises=(ValueError, ArithmeticError))(partial(_text_only, check))
    return checker


def _text_only(check: Callable[[str], object], value: object) -> bool:
    return not isinstance(value, str) or bool(check(value))
