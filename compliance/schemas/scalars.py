"""Scalar types of the dossier: JSON values → exact Python values; refuses what has no exact meaning.

Nothing here is approximate: a date of reduced precision becomes the interval of days it may mean, an
amount stays a decimal, a ratio stays a pair of integers.
"""

from __future__ import annotations

import calendar
import re
from datetime import date
from decimal import Decimal
from enum import Enum
from functools import lru_cache
from typing import Annotated, Any, NamedTuple

from pydantic import AfterValidator, Field, PlainSerializer, PlainValidator, Strict, WithJsonSchema

from compliance.schemas.limits import TEXT_LENGTH

__all__ = [
    "SCALE",
    "Amount",
    "AreaCode",
    "Bool",
    "Date",
    "Day",
    "DocNo",
    "Int",
    "Ratio",
    "Text",
    "Unknown",
    "Uscc",
    "days",
    "parse_date",
    "uscc_is_valid",
]

SCALE = 10_000
"""Amounts and areas carry at most four decimals; the engine is given them as integers of 1/10000."""


class Unknown(Enum):
    """Why a measure has no value; the reason codes an ``unknown`` finding can carry (architecture §2)."""

    CONFLICTING_DATA = "conflicting_data"
    MISSING_PARAMETER = "missing_parameter"
    MISSING_FIELD = "missing_field"
    AMBIGUOUS_DATE = "ambiguous_date"
    MISSING_EVIDENCE = "missing_evidence"
    NEEDS_JUDGEMENT = "needs_judgement"

    # Members are single objects. Enum's own hash is a Python function, slow where whole columns are looked up.
    __hash__ = object.__hash__


class Ratio(NamedTuple):
    """p/q as two integers, never divided; ``q`` is positive."""

    p: int
    q: int


class Day(NamedTuple):
    """The days a date of any precision may mean: first and last as proleptic ordinals, and its text.

    >>> parse_date("2021-02")
    Day(first=737822, last=737849, text='2021-02')
    >>> days("2021-12-14").first == days("2021-12-14").last
    True
    """

    first: int
    last: int
    text: str


# [0-9] and not \d throughout: \d also means the full-width digits and those of other scripts.
_DATE = re.compile(r"(19|20)[0-9]{2}(-(0[1-9]|1[0-2])(-(0[1-9]|[12][0-9]|3[01]))?)?")
DATE_PATTERN = f"^{_DATE.pattern}$"


@lru_cache(maxsize=65536)
def days(text: str) -> Day:
    """ISO 8601 date of day, month or year precision → ``Day``; ``ValueError`` for anything else."""
    if not _DATE.fullmatch(text):
        raise ValueError("not a date of the form YYYY-MM-DD, YYYY-MM or YYYY")
    parts = [int(p) for p in text.split("-")]
    year = parts[0]
    if len(parts) == 1:
        return Day(date(year, 1, 1).toordinal(), date(year, 12, 31).toordinal(), text)
    month = parts[1]
    length = calendar.monthrange(year, month)[1]
    if len(parts) == 2:
        return Day(date(year, month, 1).toordinal(), date(year, month, length).toordinal(), text)
    if parts[2] > length:
        raise ValueError("no such day in the calendar")
    ordinal = date(year, month, parts[2]).toordinal()
    return Day(ordinal, ordinal, text)


def parse_date(value: Any) -> Day:
    """The dossier's text, or a ``Day`` already read, → ``Day``."""
    if isinstance(value, str):
        return days(value)
    if isinstance(value, Day):
        return value
    raise ValueError("a date is written as a string: YYYY-MM-DD, YYYY-MM or YYYY")


USCC_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_USCC_WEIGHTS = tuple(pow(3, i, 31) for i in range(17))
USCC_PATTERN = r"^[0-9A-HJ-NPQRTUWXY]{18}$"


@lru_cache(maxsize=4096)
def uscc_is_valid(code: str) -> bool:
    """Unified social credit code, GB 32100-2015: 18 characters, the last a check digit modulo 31.

    Letters may stand in any place, the first eight included. Proves the shape only, not that the
    organisation exists.

    >>> uscc_is_valid("91350100M000100Y43"), uscc_is_valid("1153302501526456X4")
    (True, True)
    >>> uscc_is_valid("91350100M000100Y44"), uscc_is_valid("9135010OM000100Y43")
    (False, False)
    """
    if not re.fullmatch(USCC_PATTERN, code):
        return False
    return code[17] == uscc_check_character(code)


def uscc_check_character(code: str) -> str:
    """The check character that belongs to the first 17 characters."""
    total = sum(USCC_ALPHABET.index(c) * w for c, w in zip(code[:17], _USCC_WEIGHTS, strict=True))
    return USCC_ALPHABET[(31 - total % 31) % 31]


def _check_uscc(code: str) -> str:
    if not uscc_is_valid(code):
        raise ValueError("not a unified social credit code: wrong characters or check digit")
    return code


def _exact(value: Any) -> Decimal:
    """JSON number or decimal string → Decimal in its shortest plain form, so that equal amounts read alike.

    Booleans and floats never get this far silently.
    """
    if isinstance(value, Decimal):
        number = value
    elif isinstance(value, bool) or not isinstance(value, int | str):
        raise ValueError("an amount is a number, or its text")
    elif isinstance(value, str) and not _AMOUNT.fullmatch(value):
        raise ValueError("an amount written as text has digits and at most four decimals")
    else:
        number = Decimal(value)
    # Bounds come first: rounding a number of forty digits to four decimals would not fit the context.
    if not number.is_finite() or not _ZERO <= number <= AMOUNT_MAX:
        raise ValueError("an amount lies between 0 and 10000000000")
    if number != (rounded := number.quantize(_STEP)):
        raise ValueError("an amount has at most four decimals")
    short = rounded.normalize()
    # normalize() writes 1000 as 1E+3, and keeps the sign of zero.
    return short if short != (whole := short.to_integral_value()) else abs(whole.quantize(_ONE))


AMOUNT_MAX = Decimal(10**10)
AMOUNT_TEXT = r"^(0|[1-9][0-9]{0,10})(\.[0-9]{1,4})?$"
_AMOUNT = re.compile(AMOUNT_TEXT)
_STEP = Decimal("0.0001")
_ZERO = Decimal(0)
_ONE = Decimal(1)

Int = Annotated[int, Strict(), Field(ge=0, le=10**9)]
"""A count: a non-negative JSON integer; ``15.0``, ``"15"`` and ``true`` are refused."""

Bool = Annotated[bool, Strict()]
# Control characters cannot be written into Word, Excel or XML reports; tab and line breaks can.
TEXT_PATTERN = r"^[^\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]*$"
Text = Annotated[str, Field(min_length=1, max_length=TEXT_LENGTH, pattern=TEXT_PATTERN)]

Amount = Annotated[
    Decimal,
    PlainValidator(_exact),
    PlainSerializer(str, return_type=str),
    WithJsonSchema(
        {
            "anyOf": [
                # Not multipleOf: validators that read numbers as floats would refuse 64.88.
                {"type": "number", "minimum": 0, "maximum": 10**10, "x-decimals": 4},
                {"type": "string", "pattern": AMOUNT_TEXT, "format": "amount"},
            ]
        }
    ),
]
"""Money in 万元 or area in ㎡: a JSON number or a decimal string, at most four decimals."""

Date = Annotated[
    Day,
    PlainValidator(parse_date),
    PlainSerializer(lambda day: day.text, return_type=str),
    WithJsonSchema({"type": "string", "format": "partial-date", "pattern": DATE_PATTERN}),
]
"""``YYYY-MM-DD``, or ``YYYY-MM`` / ``YYYY`` where no more is known: then every day of it is possible."""

AREA_CODE_PATTERN = r"^[1-9][0-9]{5}$"
AreaCode = Annotated[str, Field(pattern=AREA_CODE_PATTERN)]
"""GB/T 2260 shape: six digits. Whether the code was assigned in that year is a data-quality question."""

Uscc = Annotated[
    str,
    AfterValidator(_check_uscc),
    WithJsonSchema({"type": "string", "format": "uscc", "pattern": USCC_PATTERN}),
]

DOC_NO_PATTERN = r"^[\u4e00-\u9fa5A-Za-z]+〔(19|20)[0-9]{2}〕[1-9][0-9]*号$"
DocNo = Annotated[str, Field(pattern=DOC_NO_PATTERN, max_length=200)]
"""Document number as GB/T 9704 writes it: issuer's mark, year in 〔〕, serial without padding or 第."""
