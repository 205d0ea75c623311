"""A file and chance → another file: JSON by its fields, archives by their members, anything by its text.

Chance is a ``random.Random``: hypothesis brings one whose choices it shrinks, the coverage-guided fuzzer one with a seed.
"""

from __future__ import annotations

import copy
import gzip
import json
import re
import zipfile
from collections import defaultdict
from collections.abc import Sequence
from io import BytesIO
from random import Random
from typing import Any

from backports import zstd
from lxml import etree
from places import kind_of

from compliance.intake.references import IDENTIFIES, REFERS_TO
from compliance.notation import NotationError, read_yaml
from compliance.schemas.generate import load

__all__ = [
    "mutated_cell", "mutated_dossier", "mutated_json", "mutated_packed", "mutated_text", "mutated_yaml", "mutated_zip",
]  # fmt: skip

Schema = dict[str, Any]

# -- text ------------------------------------------------------------------------------------------------------

_SIGNS = [s.encode() for s in '{}[]:,"\'\\/#*\n\t <>=&;!|-%@.' + "：，“”。（）\u3000\ufeff\u202e\u200b"]
_RAW = [b"\0", b"\xff", b"\xed\xa0\x80", b"\xc0\x80", b"\x1b[2J", b"\\u0000", b"\\ud800", b"_x0000_", b"&#0;", b"\r", b"\x0c"]
_VALUES = [
    b"null", b"true", b"NaN", b"-0", b"1e400", b"1E+3", b"1e-400", b"1e99999999999999999999", b"9" * 30, b"9" * 1100,
    b"9" * 4400, b"0.00001", b"[" * 70, b'{"a":' * 70, b"- " * 70, b"&a [*a]", b"!!python/none", b"0x1F", b"1_000", b"yes",
    "２０２１".encode(), "１２.5万".encode(), "三".encode(), "²".encode(), "٣".encode(), "2021年2月30日".encode(), b"9999-12-31", b"0001-01-01",
]  # fmt: skip
_TOKEN = re.compile(rb'"(?:[^"\\]|\\.)*"|[^\s,:\[\]{}"<>=]+')


def mutated_text(data: bytes, chance: Random, words: Sequence[bytes] = ()) -> bytes:
    """A few small changes anywhere: signs, words of the format, values that are hard to read, parts cut or doubled."""
    for _ in range(1 + _few(chance, 4)):
        start = _place(data, chance)
        token = _TOKEN.search(data, start)
        end = min(len(data), start + _few(chance, 40))
        kind = chance.randrange(9)
        if kind == 0:
            data = data[:start] + chance.choice(_SIGNS) + data[start:]
        elif kind == 1:
            data = data[:start] + chance.choice(_RAW) + data[start:]
        elif kind == 2:
            data = data[:start] + data[end:]
        elif kind == 3:
            data = data[:end] + data[start:end] + data[end:]
        elif kind == 4 and data:
            data = data[:start] + bytes([chance.randrange(256)]) + data[start + 1 :]
        elif kind == 5 and chance.randrange(4) == 0:
            data = data[:start]
        elif token is not None:
            choice = chance.choice([*words, *_VALUES] if chance.randrange(3) == 0 or not words else words)
            if kind == 6:  # a word of the same file, which is of its format
                other = _TOKEN.search(data, _place(data, chance)) or token
                choice = other.group()
            data = data[: token.start()] + choice + data[token.end() :]
    return data


def _few(chance: Random, most: int) -> int:
    """Rather less than more."""
    return chance.randrange(chance.randrange(most) + 1)


def _place(data: bytes, chance: Random) -> int:
    return chance.randrange(len(data) + 1)


# -- JSON ------------------------------------------------------------------------------------------------------

_NUMBERS = [
    "-1", "-0", "-0.0", "1.0", "1E+3", "1e400", "1e-400", "1e99999999999999999999", "0.00001", "9" * 30, "9" * 1001, "9" * 4400,
    "1000000001", "10000000000.0001", "0.30000000000000004", "NaN", "Infinity", '"1,000"', '"１２"', "true", "null",
]  # fmt: skip
_ODD = [
    *_NUMBERS, '""', '" "', '"\\u0000"', '"\\ud800"', '"\\udc00\\ud800"', '"\\ud83d\\ude00"', "{}", "[]", "[[]]", "[null]", '{"a":1}',
    "[" * 70 + "]" * 70, '{"a":' * 70 + "1" + "}" * 70, '"' + "长" * 4001 + '"', "True", "'a'", "“甲”",
]  # fmt: skip
_TEXTS = [
    "甲", "a", "=1+1", "+A1", "-2", "@SUM(A1)", "\t=1", "<script>alert(1)</script>", "]]>", "&amp;&lt;", "{{ 7*7 }}", "${x}", "%s%n", "::error::x\n",
    "\u202e里福幸", "\u200b", "\ufeff", "e\u0301", "𠮷野", "\U0010ffff", "\ud7ff\ue000", "\x7f", "\u0085", "\u2028", "_x0041_", "甲\n乙\r\n丙", "[a](http://x)",
    "|a|b|", "`x`", "# 一", "- 一", "长" * 4000, "W" * 300, "'", '"', "\\", "../../x", "C:\\x", "nan", "null", "0", "1" * 400,
]  # fmt: skip
_DATES = [
    "2021", "2021-02", "2021-12-31", "2020-02-29", "2024-01-31", "2024-01", "2024", "1900-01-01", "1900", "2099-12-31", "2023-06-30", "2023-07",
    "2024-02-01", "2023-12-31", "2022-03-15", "2000-01", "2099",
]  # fmt: skip
_BAD_DATES = ["2021-02-29", "2100-01-01", "1899-12-31", "2021/2/1", "2021-13", "2021-00-00", "２０２１-０２", "2021-02-01T00:00:00"]
_USCC = ["91350100M000100Y43", "1153302501526456X4"]
_AREAS = ["999901", "999900", "990000", "430302", "430300", "430000", "110000", "110105", "500000", "100000", "710000", "999999"]
_DOC_NOS = ["建办城〔2021〕50号", "X〔1900〕1号", "甲A〔2099〕99999999号"]
_PATHS = ["a.pdf", "../a.pdf", "a/../b", "甲/乙.pdf", "a" * 3000, "./a", "con", "a//b", " ", "http://x"]


class _Raw:
    """A value as it is to be written, whether it is JSON or not."""

    def __init__(self, text: str) -> None:
        self.text = text


def mutated_json(data: bytes, chance: Random, words: Sequence[bytes] = ()) -> bytes:
    """Values of a JSON file changed, left out, doubled and put elsewhere, whatever it is; sometimes its text."""
    return _mutated(data, chance, None, words)


def mutated_dossier(data: bytes, chance: Random, words: Sequence[bytes] = ()) -> bytes:
    """As ``mutated_json``, mostly with values that the dossier's schema allows, at their bounds."""
    return _mutated(data, chance, load("dossier"), words)


def _mutated(data: bytes, chance: Random, schema: Schema | None, words: Sequence[bytes]) -> bytes:
    if chance.randrange(6) == 0:
        return mutated_text(data, chance, words)
    try:
        root = json.loads(data, parse_float=_Raw, parse_constant=_Raw)
    except (ValueError, RecursionError):
        return mutated_text(data, chance, words)
    if not isinstance(root, dict | list):
        return mutated_text(data, chance, words)
    for _ in range(1 + _few(chance, 6)):
        _edit(root, chance, schema)
    made = _written(root, chance)
    return mutated_text(made, chance, words) if chance.randrange(8) == 0 else made


_Spot = tuple[Any, Any, Schema]
"""An object or list, a key or position in it, the schema of what stands there"""


def _edit(root: Any, chance: Random, schema: Schema | None) -> None:
    spots: defaultdict[Any, list[_Spot]] = defaultdict(list)
    ids: defaultdict[str, list[str]] = defaultdict(list)
    _walk(root, schema or {}, schema or {}, (), spots, ids)
    if not spots:
        return
    container, key, field = chance.choice(spots[chance.choice(list(spots))])
    value = container[key]
    kind = chance.randrange(20)
    if not field and kind < 9 and chance.randrange(3):  # nothing is known of what may stand here but what does elsewhere
        other = chance.choice(spots[chance.choice([kind for kind in spots if kind[-1] == key] or list(spots))])
        container[key] = _copied(other[0][other[1]])
    elif kind < 7 and field:
        container[key] = _good(schema or {}, field, chance, key, ids)
    elif kind < 9:
        container[key] = _Raw(chance.choice(_ODD))
    elif kind < 10:
        container[key] = chance.choice([chance.choice(_TEXTS), chance.choice(_BAD_DATES), [value], {"value": value}, value])
    elif kind < 13:
        del container[key]
    elif kind < 17 and isinstance(value, dict) and field.get("properties"):
        name = chance.choice(list(field["properties"]))
        value[name] = _good(schema or {}, _of(schema or {}, field["properties"][name]), chance, name, ids)
    elif kind < 18 and isinstance(value, list):
        chance.shuffle(value)
    elif isinstance(container, list):
        container.insert(key, _copied(value))
    else:
        other = chance.choice(spots[chance.choice(list(spots))])
        container[key] = _copied(other[0][other[1]])


def _copied(value: Any) -> Any:
    return json.loads(json.dumps(value, default=lambda raw: raw.text))


def _walk(
    value: Any, root: Schema, field: Schema, path: tuple[Any, ...], spots: dict[Any, list[_Spot]], ids: dict[str, list[str]]
) -> None:
    """All places by the kind of their path, and all identifiers by the name of their field."""
    if len(path) > 30:
        return
    entries: Any = ()
    if isinstance(value, dict):
        entries = [(k, v, _of(root, field.get("properties", {}).get(k, {}))) for k, v in value.items()]
    elif isinstance(value, list):
        inner = _of(root, field.get("items", {}))
        entries = [(n, v, inner) for n, v in enumerate(value)]
    for key, entry, inner in entries:
        at = (*path, key)
        spots[kind_of(at)].append((value, key, inner))
        if isinstance(key, str) and key.endswith("_id") and isinstance(entry, str):
            ids[key].append(entry)
        _walk(entry, root, inner, at, spots, ids)


def _of(root: Schema, field: Schema) -> Schema:
    for option in field.get("anyOf", ()):
        if option.get("type") != "null":
            return _of(root, option)
    return root["$defs"][field["$ref"].rsplit("/", 1)[1]] if "$ref" in field else field


def _good(root: Schema, field: Schema, chance: Random, name: Any, ids: dict[str, list[str]], depth: int = 0) -> Any:
    """A value that the schema allows, often at a bound."""
    if "enum" in field or "const" in field:
        return chance.choice(field.get("enum") or [field["const"]])
    kind = field.get("type")
    if kind == "boolean":
        return chance.random() < 0.5
    if kind in ("integer", "number"):
        least, most = field.get("minimum", 0), field.get("maximum", 10**9)
        numbers: list[Any] = [least, most, 0, 1, 2, 3, chance.randrange(100), chance.randrange(10**5), most - 1]
        numbers += ["0", "0.0001", "9999999999.9999", _Raw("64.88"), _Raw("0.0001"), _Raw("1E+3"), _Raw("0.0")] * (kind == "number")
        return chance.choice(numbers)
    if kind == "array":
        inner = _of(root, field.get("items", {}))
        return [_good(root, inner, chance, name, ids, depth + 1) for _ in range(_few(chance, 4))]
    if kind == "object":
        names = list(field.get("required", ()))
        others = [n for n in field.get("properties", {}) if n not in names]
        if others and depth < 4:
            names += chance.sample(others, _few(chance, min(len(others), 8) + 1))
        return {n: _good(root, _of(root, field["properties"][n]), chance, n, ids, depth + 1) for n in names}
    return _text(field, chance, name, ids)


def _text(field: Schema, chance: Random, name: Any, ids: dict[str, list[str]]) -> str:
    pattern = field.get("pattern", "")
    if name in REFERS_TO and (known := ids.get(IDENTIFIES[REFERS_TO[name]])):
        return chance.choice(known)
    if field.get("format") == "partial-date":
        return chance.choice(_DATES)
    if field.get("format") == "uscc":
        return chance.choice(_USCC)
    if pattern.startswith("^[A-Za-z0-9][A-Za-z0-9_.-]"):
        return f"n{chance.randrange(10**6)}"
    if pattern == "^[1-9][0-9]{5}$":
        return chance.choice(_AREAS)
    if "〔" in pattern:
        return chance.choice(_DOC_NOS)
    if pattern == "^[0-9a-f]{64}$":
        return "0" * 64
    return chance.choice(_PATHS) if pattern.startswith("^[^/") else chance.choice(_TEXTS)


def _written(root: Any, chance: Random) -> bytes:
    raws: list[str] = []

    def mark(raw: _Raw) -> str:
        raws.append(raw.text)
        return f"\ue000{len(raws) - 1}\ue001"

    text = json.dumps(root, default=mark, ensure_ascii=False, indent=chance.choice([None, None, 1]))
    if raws:
        text = re.sub("\"\ue000([0-9]+)\ue001\"", lambda found: raws[int(found[1])], text)
    return text.encode("utf-8", "surrogatepass")


def mutated_yaml(data: bytes, chance: Random, words: Sequence[bytes] = ()) -> bytes:
    """Values of a YAML file changed, left out, doubled and put elsewhere; as often its text."""
    if chance.randrange(2):
        return mutated_text(data, chance, words)
    try:
        root = read_yaml(data.decode())[0]
    except (ValueError, NotationError):
        return mutated_text(data, chance, words)
    for _ in range(1 + _few(chance, 3)):
        if isinstance(root, dict | list):
            _edit(root, chance, None)
    made = _written(root, chance)
    return b"# \n" + made if chance.randrange(2) else made  # what begins with a brace may be taken for JSON


def mutated_cell(data: bytes, chance: Random, words: Sequence[bytes] = ()) -> bytes:
    """The text of a cell changed; the field that it is for stays."""
    path, _, text = data.partition(b"\n")
    return path + b"\n" + mutated_text(text, chance, words)


# -- archives and packed files ---------------------------------------------------------------------------------

_NAMES = ["dossier.json", "a/dossier.json", "attachments/../x", "/x", "C:x", "a\\b", "attachments/甲.pdf", "x\0y", "", "/", "__MACOSX/dossier.json"]
_MANY = 200
"""Members that are looked at; an archive with more of them is changed as bytes"""


def mutated_zip(data: bytes, chance: Random, words: Sequence[bytes] = ()) -> bytes:
    """A member's content, name or flags changed and the archive put together again; sometimes its bytes as they are."""
    if chance.randrange(6) == 0:
        return mutated_text(data, chance, words)
    try:
        with zipfile.ZipFile(BytesIO(data)) as archive:
            members = [(info, archive.read(info)) for info in archive.infolist()[:_MANY] if info.file_size < 2**20]
    except Exception:  # whatever is wrong with it, it is changed as bytes
        return mutated_text(data, chance, words)
    for _ in range(1 + _few(chance, 3)):
        if not members:
            break
        number = chance.randrange(len(members))
        info, content = members[number]
        kind = chance.randrange(12)
        if kind < 7:
            members[number] = info, _member(content, chance, words)
        elif kind == 7:
            info.filename = info.orig_filename = chance.choice(_NAMES)
        elif kind == 8:
            del members[number]
        elif kind == 9:
            members.insert(number, (info, content))
        elif kind == 10:
            info.external_attr = chance.choice([0o120777 << 16, 0o10644 << 16, 0o40755 << 16, 0xFFFFFFFF])
        else:
            other = chance.choice(members)
            members[number] = info, other[1]
    out = BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for info, content in members:
            fresh = zipfile.ZipInfo(info.filename.replace("\0", ""), (2024, 1, 1, 0, 0, 0))
            fresh.external_attr, fresh.compress_type = info.external_attr, zipfile.ZIP_DEFLATED
            archive.writestr(fresh, content, compresslevel=1)
    made = out.getvalue()
    return mutated_text(made, chance, words) if chance.randrange(8) == 0 else made


def _member(content: bytes, chance: Random, words: Sequence[bytes]) -> bytes:
    if content[:1] == b"{":
        return mutated_dossier(content, chance, words)
    if content[:1] == b"<" and chance.randrange(5):
        return _xml(content, chance, words)
    return mutated_text(content, chance, words)


_CELLS = [
    "0", "-1", "1E+3", "1e400", "45000.5", "-0.0000001", "0.30000000000000004", "2958466", "60", "NaN", "1048577", "XFE1", "A0", "A1:B2", "",
    "999999999", "inlineStr", "str", "s", "b", "d", "e", "n", "2021-02-30", "#REF!", "0.85", "12/1/21", "1.2万㎡", "合计", "（填写）", "是",
]  # fmt: skip


def _xml(content: bytes, chance: Random, words: Sequence[bytes]) -> bytes:
    """Texts, attributes and elements changed; it stays well formed."""
    try:
        root = etree.fromstring(content, etree.XMLParser(resolve_entities=False, huge_tree=False))
    except (etree.XMLSyntaxError, ValueError):
        return mutated_text(content, chance, words)
    texts = [*_CELLS, *_TEXTS[:30], *(word.decode().strip('"') for word in words)]
    for _ in range(1 + _few(chance, 5)):
        every = list(root.iter())
        one = chance.choice(every)
        said = chance.choice(texts)
        said = said if re.fullmatch("[\t\n\r -\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]*", said) else "?"
        kind = chance.randrange(8)
        if kind < 4 and (told := [e for e in every if e.text and e.text.strip()]):
            chance.choice(told).text = said
        elif kind < 6 and one.attrib:
            name = chance.choice(list(one.attrib))
            others = [e.get(name) for e in every if e.get(name) is not None]
            one.set(name, chance.choice([said, *others]))
        elif kind == 6 and one.getparent() is not None:
            one.getparent().remove(one)
        elif one.getparent() is not None:
            one.getparent().insert(chance.randrange(len(one.getparent()) + 1), copy.deepcopy(one))
    return etree.tostring(root, encoding="utf-8")


def mutated_packed(data: bytes, chance: Random, words: Sequence[bytes] = ()) -> bytes:
    """Lines that are packed or not, changed within; sometimes packed otherwise, sometimes the bytes as they are."""
    if data.startswith(b"PAR1") or chance.randrange(6) == 0:
        return mutated_text(data, chance, words)
    try:
        if data.startswith(b"\x1f\x8b"):
            return gzip.compress(_lines(gzip.decompress(data), chance, words), 1)
        if data.startswith(b"\x28\xb5\x2f\xfd"):
            return zstd.compress(_lines(zstd.decompress(data), chance, words), 1)
    except Exception:
        return mutated_text(data, chance, words)
    return _lines(data, chance, words)


def _lines(data: bytes, chance: Random, words: Sequence[bytes]) -> bytes:
    lines = data.split(b"\n")
    number = chance.randrange(len(lines))
    lines[number] = mutated_dossier(lines[number], chance, words).replace(b"\n", b" " if chance.randrange(4) else b"\n")
    return b"\n".join(lines)
