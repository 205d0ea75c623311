"""A cell's value, and the dossier field it is for → the JSON value with what was converted; refuses what is unclear.

A value is converted exactly or not at all: full-width digits, thousands separators, dates in the notations of offices,
words for codes, units. What could mean two things (12/1/21, 0.85 in a column of percentages, 2.6万 under a head that
says 万元) is refused with both readings named. A blank cell and a dash say that nothing is reported; 0 says none.
Not modelled: sums and ranges written in one cell (``3+2``, ``10-15``), Chinese numerals, Roman months.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
from difflib import get_close_matches
from enum import Enum
from functools import cache, lru_cache
from typing import Any, Final, Literal, NamedTuple

from compliance.intake import wording
from compliance.intake.grid import Cell
from compliance.intake.scan import clip
from compliance.schemas.dossier import ID_PATTERN
from compliance.schemas.generate import load
from compliance.schemas.refusal import NOTHING, Words
from compliance.schemas.scalars import AMOUNT_MAX, AREA_CODE_PATTERN, DOC_NO_PATTERN, days, uscc_is_valid
from compliance.schemas.vocabulary import DOCUMENTS, WORDS

__all__ = [
    "ABSENT", "UNITS", "Absence", "CellFault", "Note", "Told", "Unit", "entity_of", "field_of", "folded",
    "head_unit", "parts_of", "read_cell", "unit_of", "written_options",
]  # fmt: skip

Schema = dict[str, Any]


class Absence(Enum):
    """What a cell that reports nothing is read as; a field left out, never 0 or false."""

    ABSENT = "absent"


ABSENT: Final = Absence.ABSENT


class Note(NamedTuple):
    """What was changed to read a cell. ``code``: ``unit`` ``digits`` ``date`` ``doc_no`` ``code`` ``number``
    ``not_reported`` ``word`` ``percent``, for whoever counts them by column."""

    code: str
    says: Words


class Told(NamedTuple):
    """What a cell tells: a JSON value (amounts as ``int`` or ``Decimal``), or that nothing is reported."""

    value: Any
    note: Note | None = None
    step: Decimal | None = None
    """Of a number, the worth of its last digit as written: what rounding may have changed by half"""


class CellFault(NamedTuple):
    """Why a cell is not read; the code is one of ``refusal.CODES``."""

    code: str
    found: Words
    expected: Words = NOTHING
    hint: Words = NOTHING


# -- units ----------------------------------------------------------------------------------------------------


class Unit(NamedTuple):
    """What a unit counts, and how many of the smallest unit it is."""

    of: str
    times: int
    name: str


@lru_cache(maxsize=65536)
def folded(text: str) -> str:
    """A text for comparing: half-width, without white space.

    >>> folded("户 数（户）\\n"), folded("万㎡")
    ('户数(户)', '万m2')
    """
    return re.sub(r"\s", "", unicodedata.normalize("NFKC", text))


@lru_cache(maxsize=1024)
def unit_of(name: str) -> Unit:
    """The unit of a name, however wide it is written; ``KeyError`` for a word that is no unit.

    >>> unit_of("万平方米").name, unit_of("幢").name
    ('万㎡', '栋')
    """
    return UNITS[folded(name)]


def _units() -> dict[str, Unit]:
    found: dict[str, Unit] = {}

    def one(of: str, times: int, *names: str) -> None:
        unit = Unit(of, times, names[0])
        found.update(dict.fromkeys(map(folded, names), unit))

    one("area", 1, "㎡", "平方米", "平米", "平方")
    one("area", 10_000, "万㎡", "万平方米", "万平米", "万平方", "万平")
    one("money", 1, "元", "人民币元")
    one("money", 1_000, "千元")
    one("money", 10_000, "万元", "万人民币")
    one("money", 10**8, "亿元")
    for many, base in ((1, ""), (10_000, "万")):
        one("households", many, f"{base}户")
        one("persons", many, f"{base}人")
        one("flats", many, f"{base}套")
        one("buildings", many, f"{base}栋", f"{base}幢")
        one("pieces", many, f"{base}个")
        one("trees", many, f"{base}株", f"{base}棵")
        one("copies", many, f"{base}份")
        one("votes", many, f"{base}票")
    one("times", 1, "次")
    one("rounds", 1, "轮")
    one("years", 1, "年")
    one("workdays", 1, "工作日", "个工作日")
    one("points", 1, "分")
    one("pages", 1, "页")
    one("percent", 1, "%", "百分比")
    one("lifts", 1, "部", "台")
    one("price", 1, "元/㎡", "元/平方米", "元每平方米")
    one("monthly price", 1, "元/㎡·月", "元/㎡/月", "元/平方米·月", "元/平方米/月", "元/月·㎡")
    return found


UNITS: Final[Mapping[str, Unit]] = _units()
"""Every name that a unit goes by, folded → the unit. 幢 counts as 栋; 套 and 户, 人 and 户 stay apart."""

_BRACKETED = re.compile(r"(?P<name>.*?)[(\[〔【](?:单位:?)?(?P<unit>[^()\[\]〔〕【】]+)[)\]〕】](?P<rest>.*)")
_SLASHED = re.compile(r"(?P<name>[^/]+)/(?P<unit>.+)")


def head_unit(head: str) -> tuple[str, str | None]:
    """A column's head → its name, and the unit that it claims; brackets that hold no unit stay in the name.

    >>> head_unit("建筑面积（万㎡）"), head_unit("县(市、区)"), head_unit("投资额/万元")
    (('建筑面积', '万㎡'), ('县(市、区)', None), ('投资额', '万元'))
    """
    plain = folded(head)
    for pattern in (_BRACKETED, _SLASHED):
        match = pattern.fullmatch(plain)
        if match and match["unit"] in UNITS:
            return match["name"] + match.groupdict().get("rest", ""), UNITS[match["unit"]].name
    return plain, None


# -- fields ---------------------------------------------------------------------------------------------------


@cache
def _dossier() -> Schema:
    return load("dossier")


@cache
def field_of(path: str) -> Schema | None:
    """The schema of a dossier's field by its path, with its title and ``x-unit``; None where there is none.

    >>> field_of("communities[].floor_area_m2")["x-unit"], field_of("communities[].storeys")
    ('㎡', None)
    """
    root = _dossier()
    field: Schema = root
    for step in path.split("."):
        inner = field.get("properties", {}).get(step.removesuffix("[]"))
        if inner is None:
            return None
        field = _plain(root, inner)
        if step.endswith("[]"):
            if field.get("type") != "array":
                return None
            field = _plain(root, field["items"])
    return field


def entity_of(path: str) -> Schema | None:
    """The object that a path ends at, as ``field_of``; None where it ends at a single value or a list."""
    field = _dossier() if not path else field_of(path)
    return field if field is not None and "properties" in field else None


def _plain(root: Schema, field: Schema) -> Schema:
    """A field without detours: its one option that is not null, what it refers to, its own title before theirs."""
    own: Schema = {key: field[key] for key in ("title", "x-unit", "x-level") if key in field}
    while "anyOf" in field or "$ref" in field:
        if "$ref" in field:
            field = root["$defs"][field["$ref"].rsplit("/", 1)[1]]
        else:
            field = next(option for option in field["anyOf"] if option.get("type") != "null")
    return {**field, **own}


def written_options(field: Schema) -> dict[str, Any]:
    """The Chinese words for a field of options → its codes, in the order of the schema.

    >>> written_options(field_of("communities[].land_type"))
    {'国有': 'state', '集体所有': 'collective'}
    """
    codes = field.get("enum", ())
    table = DOCUMENTS if set(codes) <= DOCUMENTS.keys() else WORDS
    return {table[code][0] if code in table else code: code for code in codes}


# -- reading --------------------------------------------------------------------------------------------------

_DASHES = frozenset("-‐‑‒–—―─−－﹣/／\\＼")
_UNTOLD = frozenset(("不详", "未知", "未填报", "未统计", "暂缺", "N/A", "n/a"))
"""Words for what is not reported; 无 is none of them, for it says that there is none."""
_ERRORS = re.compile(r"#(N/A|REF!|DIV/0!|VALUE!|NAME\?|NUM!|NULL!|SPILL!|CALC!|GETTING_DATA)")
_MEND = Words("改正公式，或只粘贴数值", "mend the formula, or paste the value alone")
_LIST = re.compile(r"[、,，;；\n]+")


def read_cell(
    cell: Cell | None,
    field: Schema,
    unit: str | None = None,
    *,
    words: Mapping[str, Any] | None = None,
    none: Literal["absent", "zero"] | None = None,
) -> Told | CellFault:
    """One cell for one field of :func:`field_of`.

    ``unit``: the unit that head or mapping claims, a name of ``UNITS``; without one, the field's own is meant.
    ``words``: a place's own words → JSON values (None: not reported). ``none``: what 无 means under a number.
    """
    if cell is None:
        return Told(ABSENT)
    if cell.fault != NOTHING:
        return CellFault("cell_error", cell.fault, wording.expected(field), _MEND)
    value, shown = cell.value, cell.shown
    text = value.strip() if isinstance(value, str) else ""
    if value is None or (isinstance(value, str) and not text):
        return Told(ABSENT)
    own = {folded(key): meant for key, meant in (words or {}).items()}
    seen = folded(text or shown or str(value))
    if seen in own:
        meant = own[seen]
        says = Words(f"“{clip(seen)}”按映射读作 {_json(meant)}", f"“{clip(seen)}” read as {_json(meant)}, as mapped")
        return Told(ABSENT if meant is None else meant, Note("word", says))
    if text and (set(text) <= _DASHES):
        return Told(ABSENT)
    if text in _UNTOLD:
        says = Words(f"“{text}”作为未填报", f"“{text}” taken as not reported")
        return Told(ABSENT, Note("not_reported", says))
    if text and _ERRORS.fullmatch(text):
        return CellFault("cell_error", wording.found(text), wording.expected(field), _MEND)
    if field.get("type") == "array":
        return _list(value, shown, field)
    return _scalar(value, shown, field, unit, none)


def _scalar(value: Any, shown: str, field: Schema, unit: str | None, none: str | None) -> Told | CellFault:
    kind = field.get("type")
    if kind in ("integer", "number"):
        return _number(value, shown, field, unit, none)
    if kind == "boolean":
        return _boolean(value, field)
    if "enum" in field or "const" in field:
        return _option(value, shown, field)
    if field.get("format") in ("partial-date", "date"):
        return _date(value, shown, field)
    if kind == "string":
        return _text(value, shown, field)
    return CellFault("wrong_type", wording.found(_plain_text(value, shown)), wording.expected(field))


def _json(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)


def _plain_text(value: Any, shown: str) -> str:
    if isinstance(value, date):
        return value.isoformat()
    return value.strip() if isinstance(value, str) else shown.strip() or str(value)


def _list(value: Any, shown: str, field: Schema) -> Told | CellFault:
    """Entries of one cell, between 、 , ; or line breaks."""
    inner = {**_plain(_dossier(), field["items"])}
    if "properties" in inner:
        return CellFault("wrong_type", wording.found(_plain_text(value, shown)), wording.expected(field))
    inner.setdefault("title", field.get("title", ""))
    entries: list[Any] = []
    note = None
    parts: Sequence[Any] = _LIST.split(value.strip()) if isinstance(value, str) else [value]
    for part in parts:
        if isinstance(part, str) and not part.strip():
            continue
        told = _scalar(part, shown if len(parts) == 1 else str(part), inner, None, None)
        if isinstance(told, CellFault):
            return told
        note = told.note or note
        if told.value is not ABSENT:
            entries.append(told.value)
    return Told(entries or ABSENT, note)


def parts_of(cell: Cell) -> Iterator[Cell]:
    """The things that a cell lists, between 、 , ; or line breaks, each as a cell in the same place."""
    if not isinstance(cell.value, str):
        yield cell
        return
    for part in _LIST.split(cell.value):
        if part.strip():
            yield cell._replace(value=part.strip(), shown=part.strip())


# -- numbers --------------------------------------------------------------------------------------------------

_NUMBER = re.compile(r"(?P<sign>[+-]?)(?P<digits>[0-9]{1,3}(?:,[0-9]{3})+|[0-9]+)(?P<part>\.[0-9]+)?(?P<unit>.*)")
_LONGEST = 25
"""Characters of a number: more than any field has room for, fewer than exact arithmetic holds."""
_NEARLY = re.compile(r"^(约|近|超|逾|大约|不足|≈|~|>|<|≥|≤)|(左右|余|多|以上|以内|上下)(?=\D*$)")
_SIGNIFICANT = 15
"""Digits that spreadsheets hold of a number."""
_MULTIPLES = ("万", "亿", "千", "百")


class _Read(NamedTuple):
    """A number as written, with the unit behind it."""

    number: Decimal
    unit: str
    marks: tuple[str, ...]


def _number(value: Any, shown: str, field: Schema, claimed: str | None, none: str | None) -> Told | CellFault:
    text = _plain_text(value, shown)
    if isinstance(value, bool | date):
        return CellFault("not_a_number", wording.found(text), wording.expected(field), _NUMBER_ALONE)
    own = field.get("x-unit", "")
    if isinstance(value, str):
        if folded(text) == "无":
            return _nothing(text, field, none)
        read = _parsed(text)
        if read is None:
            return CellFault("not_a_number", wording.found(text), wording.expected(field), _number_hint(text))
    else:
        percent = own == "%" and shown.strip().endswith(("%", "％"))
        number = Decimal(value)
        read = _Read(number * 100 if percent else number, "%" if percent else "", ("percent",) if percent else ())
    return _measured(read, text, field, own, claimed)


def _nothing(text: str, field: Schema, none: str | None) -> Told | CellFault:
    if none == "absent":
        return Told(ABSENT, Note("word", Words("“无”按映射作为未填报", "“无” taken as not reported, as mapped")))
    if none == "zero":
        return Told(0, Note("word", Words("“无”按映射读作 0", "“无” read as 0, as mapped")))
    hint = Words(
        "没有数量写 0，没有填报留空；或在映射中写明 none: zero 或 none: absent",
        "write 0 for none and leave blank what is not reported; or say none: zero or none: absent in the mapping",
    )
    return CellFault("ambiguous_value", wording.found(text), wording.expected(field), hint)


_NUMBER_ALONE = Words("只写数字", "write the number alone")


def _number_hint(text: str) -> Words:
    if _NEARLY.search(folded(text)):
        return Words("约数不能入库：写确切的数", "an approximate number is not data: write the exact one")
    if re.search(r"[0-9][-~至+][0-9]", folded(text)):
        return Words("一格只写一个数", "one number to a cell")
    return _NUMBER_ALONE


def _parsed(text: str) -> _Read | None:
    """A number written as text; None where it is none, or says that it is not exact."""
    plain = folded(text)
    match = _NUMBER.fullmatch(plain)
    if match is None or _NEARLY.search(plain) or (match["sign"] == "-" and not match["digits"].strip("0")):
        return None
    rest = match["unit"].strip("()")
    if rest and not (rest in UNITS or rest in _MULTIPLES):
        return None
    if len(match["digits"]) + len(match["part"] or "") > _LONGEST:
        return None
    number = Decimal(match["sign"] + match["digits"].replace(",", "") + (match["part"] or ""))
    marks = []
    if re.sub(r"\s", "", text) != plain:
        marks.append("digits")
    if "," in match["digits"]:
        marks.append("number")
    return _Read(number, rest, tuple(marks))


def _measured(read: _Read, text: str, field: Schema, own: str, claimed: str | None) -> Told | CellFault:
    """The number in the field's unit, exactly, or why there is none."""
    unit = _unit_of(read, text, field, own, claimed)
    if isinstance(unit, CellFault):
        return unit
    number = read.number
    if own == "%" and read.unit != "%" and 0 < number <= 1:
        small, large = f"{_shown(number)}%", f"{_shown(number * 100)}%"
        hint = Words(f"写明是 {small} 还是 {large}", f"say whether {small} or {large}")
        return CellFault("ambiguous_value", wording.found(text), wording.expected(field), hint)
    note = None
    target = unit_of(own) if own else None
    step = Decimal((0, (1,), int(number.as_tuple().exponent)))
    if unit is not None and target is not None and unit.times != target.times:
        shift = len(str(unit.times)) - len(str(target.times))  # always a power of ten: exact
        number, step = number.scaleb(shift), step.scaleb(shift)
        says = Words(
            f"{_shown(read.number)}{unit.name} 换算为 {_shown(number)}{target.name}",
            f"{_shown(read.number)} {unit.name} converted to {_shown(number)} {target.name}",
        )
        note = Note("unit", says)
    elif read.marks:
        note = _changed(read.marks[0], text, _shown(number))
    if fault := _bounds(number, text, field):
        return fault
    return Told(int(number) if number == number.to_integral_value() else number.normalize(), note, step)


def _shown(number: Decimal) -> str:
    short = number.normalize()
    return f"{short:f}"


def _unit_of(read: _Read, text: str, field: Schema, own: str, claimed: str | None) -> Unit | CellFault | None:
    """The unit a number is in: what the cell says must be what the head says, and of what the field counts."""
    head = unit_of(claimed) if claimed else None
    target = unit_of(own) if own else None
    if read.unit in _MULTIPLES:
        base = head or target
        larger = folded(f"{read.unit}{base.name}") if base else ""
        if base is None or base.times != 1 or base.of == "money" or larger not in UNITS:
            return _conflict(read.unit, claimed or own, text, field)
        return UNITS[larger]
    cell = UNITS.get(read.unit) if read.unit else None
    for said in (cell, head):
        if said is not None and (target is None or said.of != target.of):
            return _conflict(said.name, own, text, field)
    if cell is not None and head is not None and cell.times != head.times and not _multiple(cell, head):
        return _conflict(cell.name, head.name, text, field)
    return cell or head


def _multiple(cell: Unit, head: Unit) -> bool:
    """2.6万户 under 户 says the unit twice over and means one thing; 元 under 万元 contradicts it."""
    return cell.of not in ("money", "area") and cell.times > head.times


def _conflict(cell: str, head: str, text: str, field: Schema) -> CellFault:
    expected = wording.expected(field)
    if head:
        expected = Words(f"{expected.zh}，单位 {head}", f"{expected.en}, in {head}")
    hint = Words(
        f"单位是“{cell}”还是“{head or '无'}”：改正数值或表头，程序不猜",
        f"is it “{cell}” or “{head or 'no unit'}”? mend the number or the head; it is not guessed",
    )
    return CellFault("unit_conflict", wording.found(text), expected, hint)


def _bounds(number: Decimal, text: str, field: Schema) -> CellFault | None:
    low, high = Decimal(field.get("minimum", 0)), Decimal(field.get("maximum", AMOUNT_MAX))
    if not number.is_finite() or not low <= number <= high:
        return CellFault("number_out_of_range", wording.found(text), wording.expected(field))
    if field.get("type") == "integer" and number != number.to_integral_value():
        hint = Words("这里是个数，须为整数；核对单位", "this is a count, a whole number: look at the unit")
        return CellFault("not_whole", wording.found(text), wording.expected(field), hint)
    places = field.get("x-decimals")
    if places is not None and number != number.quantize(Decimal(1).scaleb(-places)):
        return CellFault("too_many_decimals", wording.found(text), wording.expected(field))
    return None


# -- yes and no, options --------------------------------------------------------------------------------------

_YES = frozenset(("是", "有", "√", "✓", "✔", "☑", "■", "true", "yes", "y", "1"))
_NO = frozenset(("否", "无", "没有", "×", "✗", "✘", "☒", "□", "x", "false", "no", "n", "0", "不是"))


def _boolean(value: Any, field: Schema) -> Told | CellFault:
    if isinstance(value, bool):
        return Told(value)
    text = value if isinstance(value, str) else str(value)
    word = folded(text).lower()
    if word in _YES or word in _NO:
        return Told(word in _YES)
    expected = Words(f"{field.get('title', '')}：是 或 否", f"{field.get('title', '')}: 是 or 否 (yes or no)")
    return CellFault("not_yes_or_no", wording.found(_plain_text(value, text)), expected)


def _option(value: Any, shown: str, field: Schema) -> Told | CellFault:
    codes = list(field.get("enum", ())) or [field["const"]]
    options = written_options({"enum": codes})
    text = _plain_text(value, shown)
    word = folded(text)
    for written, code in options.items():
        if word == folded(written) or word.lower() == str(code).lower():
            return Told(code)
    near = get_close_matches(word, [*options, *map(str, codes)], 1, 0.6)
    hint = Words(f"是否应写作“{near[0]}”", f"did you mean “{near[0]}”?") if near else NOTHING
    listed = "、".join(options)
    expected = Words(f"{field.get('title', '')}：{listed}", f"{field.get('title', '')}: {', '.join(map(str, codes))}")
    return CellFault("not_an_option", wording.found(text), expected, hint)


# -- dates ----------------------------------------------------------------------------------------------------

_DATES = tuple(
    re.compile(pattern)
    for pattern in (
        r"(\d{4})-(\d{1,2})(?:-(\d{1,2}))?",
        r"(\d{4})年(?:(\d{1,2})月(?:(\d{1,2})日)?)?",
        r"(\d{4})/(\d{1,2})(?:/(\d{1,2}))?",
        r"(\d{4})\.(\d{1,2})(?:\.(\d{1,2}))?",
        r"(\d{4})(\d{2})(\d{2})?",
        r"(\d{4})",
    )
)
_MIDNIGHT = re.compile(r"(?<=\d)[T ]0{1,2}:00(:00(\.0+)?)?$")
_LOOKS_SHORT = re.compile(r"\d{1,2}[-/.年]\d{1,2}([-/.月]\d{1,4}日?)?|\d{1,2}[-/.]\d{1,2}[-/.]\d{4}")
_EPOCH = date(1899, 12, 30)


def _date(value: Any, shown: str, field: Schema) -> Told | CellFault:
    """A date with the precision it was written in; a month stays a month."""
    if isinstance(value, date):
        return Told(shown[:10])  # to the month, where the cell shows no day
    text = _plain_text(value, shown)
    found = wording.found(text)
    if isinstance(value, bool):
        return CellFault("bad_date", found, wording.expected(field))
    if isinstance(value, int | Decimal) and re.fullmatch(r"[2-5]\d{4}", str(value)):
        # The number of a day as spreadsheets count them, in a cell that lost its format.
        written = (_EPOCH + timedelta(days=int(value))).isoformat()
        says = Words(f"日期序列数 {value} 读作 {written}", f"serial number {value} read as {written}")
        return Told(written, Note("date", says))
    if isinstance(value, Decimal) and not re.fullmatch(r"\d{4}\.\d{2}", shown.strip()):
        hint = Words(
            "2021.1 可能是 1 月，也可能是去掉了 0 的 10 月：写作 2021-01 或 2021-10",
            "2021.1 may be January, or October without its 0: write 2021-01 or 2021-10",
        )
        return CellFault("bad_date", found, wording.expected(field), hint)
    plain = _MIDNIGHT.sub("", unicodedata.normalize("NFKC", text).strip())
    plain = re.sub(r"\s", "", plain).translate(str.maketrans("‐‑–—−", "-----"))
    for notation in _DATES:
        if match := notation.fullmatch(plain):
            return _day([part for part in match.groups() if part], text, field)
    return CellFault("bad_date", found, wording.expected(field), _date_hint(plain))


def _day(parts: Sequence[str], text: str, field: Schema) -> Told | CellFault:
    written = "-".join([parts[0], *(f"{int(part):02d}" for part in parts[1:])])
    try:
        days(written)
    except ValueError:
        hint = wording.hint("bad_date", written, field)
        return CellFault("bad_date", wording.found(text), wording.expected(field), hint)
    return Told(written, _changed("date", text, written))


def _date_hint(plain: str) -> Words:
    if plain == "无":
        return Words("没有日期就留空", "leave it blank where there is no date")
    if _LOOKS_SHORT.fullmatch(plain):
        return Words(
            "年份写四位，如 2021-12-01：年、月、日的次序程序不猜",
            "write the year with four digits, as 2021-12-01: the order of day, month and year is not guessed",
        )
    return NOTHING


# -- texts ----------------------------------------------------------------------------------------------------

_PLAIN_CODES = {ID_PATTERN, AREA_CODE_PATTERN}


def _text(value: Any, shown: str, field: Schema) -> Told | CellFault:
    text = _plain_text(value, shown)
    if isinstance(value, bool):
        return CellFault("wrong_type", wording.found(value), wording.expected(field))
    if isinstance(value, int | Decimal):
        text = _shown(Decimal(value))
        if isinstance(value, int) and len(text.lstrip("-")) > _SIGNIFICANT:
            hint = Words(
                "长编号须设为文本格式：数字只保留前 15 位", "format the cell as text: of a number 15 digits are kept"
            )
            return CellFault("number_too_long", wording.found(text), wording.expected(field), hint)
    pattern, form = field.get("pattern", ""), field.get("format", "")
    note = None
    if form == "uscc" or pattern in _PLAIN_CODES:
        right = unicodedata.normalize("NFKC", text).strip()
        right = re.sub(r"\s", "", right).upper() if form == "uscc" else right
        note, text = _changed("code", text, right), right
    elif pattern == DOC_NO_PATTERN and not re.fullmatch(pattern, text):
        right = wording.written_doc_no(text) or text
        note, text = _changed("doc_no", text, right), right
    sound = uscc_is_valid(text) if form == "uscc" else re.fullmatch(pattern, text) is not None if pattern else True
    if not sound:
        code = wording.fault_code("format" if form else "pattern", field)
        return CellFault(code, wording.found(text), wording.expected(field), wording.hint(code, text, field))
    if len(text) > field.get("maxLength", len(text)):
        return CellFault("text_too_long", wording.found(text), wording.expected(field))
    return Told(text, note)


def _changed(code: str, was: str, now: str) -> Note | None:
    if was == now:
        return None
    return Note(code, Words(f"“{clip(was)}”读作 {now}", f"“{clip(was)}” read as {now}"))
