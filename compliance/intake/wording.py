"""A value and the schema of its field → words for a person: what was found, what was expected, what to do."""

from __future__ import annotations

import calendar
import re
import unicodedata
from collections.abc import Callable, Iterable
from datetime import date, timedelta
from decimal import Decimal
from difflib import get_close_matches
from typing import Any

from compliance.intake.scan import clip
from compliance.schemas.determination import FINGERPRINT_PATTERN
from compliance.schemas.dossier import FILE_PATTERN, ID_PATTERN, SHA256_PATTERN
from compliance.schemas.refusal import NOTHING, Words
from compliance.schemas.scalars import (
    AREA_CODE_PATTERN,
    DOC_NO_PATTERN,
    TEXT_PATTERN,
    USCC_ALPHABET,
    days,
    uscc_check_character,
    uscc_is_valid,
)

__all__ = ["expected", "fault_code", "found", "hint", "nearest_field", "written_doc_no"]

Schema = dict[str, Any]

_PATTERN_CODES = {
    DOC_NO_PATTERN: "bad_doc_no",
    AREA_CODE_PATTERN: "bad_area_code",
    ID_PATTERN: "bad_identifier",
    SHA256_PATTERN: "bad_hash",
    FILE_PATTERN: "bad_path",
    FINGERPRINT_PATTERN: "bad_fingerprint",
    TEXT_PATTERN: "control_character",
}
_FORMAT_CODES = {"partial-date": "bad_date", "date": "bad_day", "uscc": "bad_uscc", "amount": "bad_amount"}
_KEYWORD_CODES = {
    "additionalProperties": "unknown_field",
    "required": "missing_field",
    "type": "wrong_type",
    "enum": "not_an_option",
    "const": "not_an_option",
    "minimum": "number_out_of_range",
    "maximum": "number_out_of_range",
    "x-decimals": "too_many_decimals",
    "minLength": "text_too_short",
    "maxLength": "text_too_long",
    "maxItems": "too_many_items",
}


def fault_code(keyword: str, schema: Schema) -> str:
    """The refusal code of a schema keyword that was not satisfied."""
    if keyword in _KEYWORD_CODES:
        return _KEYWORD_CODES[keyword]
    if "x-decimals" in schema:
        return "bad_amount"
    return _FORMAT_CODES.get(schema.get("format", "")) or _PATTERN_CODES.get(
        schema.get("pattern", ""), "bad_format"
    )


# -- found


def found(value: Any) -> Words:
    """A value as it stands in the file, with its type."""
    if value is None or isinstance(value, bool):
        text = {None: "null", True: "true", False: "false"}[value]
        return Words(text, text)
    if isinstance(value, str):
        return Words(f"文字“{clip(value)}”", f"text “{clip(value)}”")
    if isinstance(value, list):
        return Words(f"列表（{len(value)} 项）", f"a list of {len(value)}")
    if isinstance(value, dict):
        return Words("对象 {…}", "an object {…}")
    return Words(f"数字 {clip(str(value))}", f"the number {clip(str(value))}")


# -- expected

_FORMAT_WORDS = {
    "bad_date": Words("日期，写作 YYYY-MM-DD、YYYY-MM 或 YYYY", "a date: YYYY-MM-DD, YYYY-MM or YYYY"),
    "bad_uscc": Words(
        "18 位统一社会信用代码（GB 32100-2015，末位为校验码）",
        "an 18-character unified social credit code (GB 32100-2015, the last a check character)",
    ),
    "bad_doc_no": Words(
        "发文字号，如 建办城〔2021〕50号（六角括号，序号不加“第”和前导零）",
        "a document number such as 建办城〔2021〕50号: brackets 〔〕, no 第, no leading zeros",
    ),
    "bad_area_code": Words("6 位行政区划代码（GB/T 2260）", "a six-digit area code (GB/T 2260)"),
    "bad_identifier": Words(
        "编号：字母、数字、点、下划线、连字符，以字母或数字开头，最多 64 个字符",
        "an identifier: letters, digits, . _ -, beginning with a letter or digit, at most 64 characters",
    ),
    "bad_path": Words(
        "attachments 之下的相对路径，用 / 分隔", "a path below attachments, with / between folders"
    ),
    "bad_day": Words("日期，写作 YYYY-MM-DD（须到日）", "a date: YYYY-MM-DD, to the day"),
    "bad_fingerprint": Words(
        "16 位十六进制，从报告中原样复制", "sixteen hexadecimal digits, copied from the report as they are"
    ),
    "bad_hash": Words("SHA-256：64 位小写十六进制", "a SHA-256: 64 lower-case hexadecimal digits"),
}


def expected(schema: Schema) -> Words:
    """What a field takes, with its Chinese title in front."""
    words = _expected(schema)
    title = schema.get("title")
    return Words(f"{title}：{words.zh}", f"{title}: {words.en}") if title else words


def _expected(schema: Schema) -> Words:
    if special := _FORMAT_WORDS.get(fault_code("pattern", schema)):
        return special
    if "const" in schema:
        return Words(f'"{schema["const"]}"', f'"{schema["const"]}"')
    if "enum" in schema:
        return Words("可选值 " + "、".join(schema["enum"]), "one of " + ", ".join(schema["enum"]))
    return _TYPE_WORDS[schema.get("type", "object")](schema)


def _integer(schema: Schema) -> Words:
    low, high = schema["minimum"], schema["maximum"]
    return Words(f"{low} 到 {high} 的整数", f"an integer from {low} to {high}")


def _number(schema: Schema) -> Words:
    low, high, places = schema["minimum"], schema["maximum"], schema["x-decimals"]
    return Words(
        f"{low} 到 {high} 的数，最多 {places} 位小数",
        f"a number from {low} to {high}, at most {places} decimals",
    )


def _text(schema: Schema) -> Words:
    high = schema["maxLength"]
    return Words(f"1 到 {high} 个字的文字", f"a text of 1 to {high} characters")


_TYPE_WORDS: dict[str, Callable[[Schema], Words]] = {
    "integer": _integer,
    "number": _number,
    "string": _text,
    "boolean": lambda schema: Words("true 或 false", "true or false"),
    "array": lambda schema: Words(
        f"列表，最多 {schema['maxItems']} 项", f"a list of at most {schema['maxItems']}"
    ),
    "object": lambda schema: Words("对象 {…}", "an object {…}"),
}


# -- hint


def hint(code: str, value: Any, schema: Schema) -> Words:
    """What to do about it; nothing where that is plain from what was expected."""
    if value is None or value == "":
        return Words("没有内容时整个字段不写", "leave the field out where there is nothing to report")
    if schema.get("format") in ("partial-date", "date"):
        right = _date(value)
        if right is None:
            return _calendar(str(value))
        return NOTHING if right == value else _write(right)
    if code in _REPAIRS and isinstance(value, str):
        return _REPAIRS[code](value)
    if code == "not_an_option" and isinstance(value, str) and "enum" in schema:
        return _write(_nearest(value, schema["enum"]), quoted=True)
    if code == "wrong_type":
        return _type_hint(value, schema)
    return NOTHING


def _write(suggestion: str | None, quoted: bool = True) -> Words:
    if suggestion is None:
        return NOTHING
    shown = f'"{suggestion}"' if quoted else suggestion
    return Words(f"是否应写作 {shown}", f"did you mean {shown}?")


def nearest_field(key: str, schema: Schema) -> Words:
    """The field that an unknown one was probably meant to be, also when its Chinese name was used."""
    fields = schema.get("properties", {})
    by_title = {field.get("title"): name for name, field in fields.items()}
    snake = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|[\s-]", "_", key.strip()).lower()
    meant = by_title.get(key.strip()) or _nearest(snake, fields)
    if meant is None:
        hint = "删去此字段；说明可写入 note 字段", "remove it; remarks can go into the field note"
        return Words(*hint)
    title = fields[meant].get("title", meant)
    return Words(f"是否应为 {meant}（{title}）", f"did you mean {meant}?")


def _nearest(word: str, options: Iterable[str]) -> str | None:
    return next(iter(get_close_matches(word.strip().lower(), options, 1, 0.6)), None)


_DATE_NOTATIONS = [
    re.compile(r"(\d{4})年(?:(\d{1,2})月(?:(\d{1,2})日?)?)?"),
    re.compile(r"(\d{4})[-/.](\d{1,2})(?:[-/.](\d{1,2}))?"),
    re.compile(r"(\d{4})(\d{2})(\d{2})?"),
    re.compile(r"(\d{4})-(\d\d)-(\d\d)T?[\d:.+Z-]*"),
    re.compile(r"(\d{4})"),
]
_DASHES = str.maketrans("‐‑–—−", "-----")
_EXCEL_EPOCH = date(1899, 12, 30)


def _date(value: Any) -> str | None:
    """The date somebody wrote in another notation, as it should be written; nothing if it is none."""
    if isinstance(value, bool) or not isinstance(value, str | int):
        return None
    # The five digits of an Excel serial number, 1982 to 2064.
    if re.fullmatch(r"[3-5]\d{4}", str(value)):
        return (_EXCEL_EPOCH + timedelta(days=int(value))).isoformat()
    text = re.sub(r"\s", "", unicodedata.normalize("NFKC", str(value))).translate(_DASHES)
    for notation in _DATE_NOTATIONS:
        if match := notation.fullmatch(text):
            return _iso([part for part in match.groups() if part])
    return None


def _iso(parts: list[str]) -> str | None:
    written = "-".join([parts[0], *(f"{int(part):02d}" for part in parts[1:])])
    try:
        return days(written).text
    except ValueError:
        return None


def _calendar(value: str) -> Words:
    """For the day that no calendar has, else nothing."""
    match = re.fullmatch(r"(\d{4})-(\d\d)-(\d\d)", value)
    if not match or not 1 <= int(match[2]) <= 12:
        return NOTHING
    last = calendar.monthrange(int(match[1]), int(match[2]))[1]
    return Words(f"{match[1]} 年 {int(match[2])} 月只有 {last} 天", f"that month has {last} days")


def _uscc(value: str) -> Words:
    code = unicodedata.normalize("NFKC", value).strip().upper()
    if uscc_is_valid(code):
        return _write(code)
    if len(code) != 18:
        return Words(f"现有 {len(code)} 位，应为 18 位", f"it has {len(code)} characters, not 18")
    if strange := sorted(set(code) - set(USCC_ALPHABET)):
        listed = " ".join(strange)
        return Words(
            f"代码中不使用 {clip(listed)}（I、O、S、V、Z 易与 1、0、5、U、2 混淆）",
            f"the code never has {clip(listed)} (I O S V Z are easily taken for 1 0 5 U 2)",
        )
    right = uscc_check_character(code)
    return Words(
        f"末位校验码与前 17 位不符（按前 17 位应为 {right}）：请对照证照核对各位",
        f"the check character does not fit the first 17 ({right} would): compare with the certificate",
    )


def written_doc_no(value: str) -> str | None:
    """A document number in other brackets or with 第 and zeros, as it should be written; None where it is none.

    >>> written_doc_no("建办城[2021]第050号"), written_doc_no("五十号文")
    ('建办城〔2021〕50号', None)
    """
    text = re.sub(r"\s", "", unicodedata.normalize("NFKC", value))
    match = re.fullmatch(r"(.+?)[\[(〔【{<]?((?:19|20)\d{2})年?[\])〕】}>]?第?0*([1-9]\d*)号?", text)
    if not match:
        return None
    right = f"{match[1]}〔{match[2]}〕{match[3]}号"
    return right if re.fullmatch(DOC_NO_PATTERN, right) else None


def _doc_no(value: str) -> Words:
    return _write(written_doc_no(value))


def _halfwidth(pattern: str) -> Callable[[str], Words]:
    def repair(value: str) -> Words:
        text = unicodedata.normalize("NFKC", value).strip()
        return _write(text) if re.fullmatch(pattern, text) else NOTHING

    return repair


def _hash(value: str) -> Words:
    text = value.strip().lower().removeprefix("sha256:")
    return _write(text) if re.fullmatch(SHA256_PATTERN, text) else NOTHING


def _path(value: str) -> Words:
    text = value.replace("\\", "/").lstrip("/")
    return _write(text) if re.fullmatch(FILE_PATTERN, text) and ":" not in text else NOTHING


def _amount(value: str) -> Words:
    text = re.sub(r"[,\s]", "", unicodedata.normalize("NFKC", value))
    if re.fullmatch(r"\d+(\.\d+)?", text):
        return _write(text.lstrip("0") or "0", quoted=False)
    return Words("只写数字，不带单位和千分位", "write the number alone, without unit or separators")


_REPAIRS: dict[str, Callable[[str], Words]] = {
    "bad_uscc": _uscc,
    "bad_doc_no": _doc_no,
    "bad_area_code": _halfwidth(AREA_CODE_PATTERN),
    "bad_identifier": _halfwidth(ID_PATTERN),
    "bad_hash": _hash,
    "bad_path": _path,
    "bad_amount": _amount,
}

_YES_NO = {
    **dict.fromkeys(("是", "有", "true", "yes", "1"), "true"),
    **dict.fromkeys(("否", "无", "false", "no", "0"), "false"),
}


def _type_hint(value: Any, schema: Schema) -> Words:
    wanted = schema.get("type", "object")
    if wanted == "integer":
        return _integer_hint(value)
    if wanted == "boolean":
        return _write(_YES_NO.get(str(value).strip().lower()), quoted=False)
    if wanted == "string" and isinstance(value, int | Decimal) and not isinstance(value, bool):
        return Words(f'加半角双引号："{clip(str(value))}"', f'put it in quotes: "{clip(str(value))}"')
    if wanted == "array" and not isinstance(value, list):
        return Words(
            "即使只有一项，也要放在方括号 [ ] 里", "put it in square brackets [ ], even a single one"
        )
    return NOTHING


def _integer_hint(value: Any) -> Words:
    text = unicodedata.normalize("NFKC", str(value)).strip().removesuffix(".0")
    if re.fullmatch(r"\d{1,10}", text):
        return _write(str(int(text)), quoted=False)
    if isinstance(value, str):
        return Words("只写数字，不带单位和引号", "write the number alone, without unit or quotes")
    return NOTHING
