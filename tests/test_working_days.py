"""Working days by the official calendar: known holidays and make-up days, years without a notice, partial dates."""

import subprocess
import sys
from datetime import date, timedelta

import chinese_calendar
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from compliance.measures.base import given as made
from compliance.measures.subjects import PublicityRow
from compliance.measures.votes import calendar_days_shown, working_days_shown
from compliance.measures.workdays import working_days
from compliance.schemas.scalars import Unknown, days

DAY = timedelta(days=1)
OFFICIAL = st.dates(date(2004, 1, 1), date(2026, 12, 24))
"""Days whose notices the library's oldest admitted release holds."""

PARTIAL = st.builds(
    lambda on, length: on.isoformat()[:length], st.dates(date(2023, 9, 20), date(2023, 11, 5)), st.sampled_from((7, 10))
)
"""A day or a month around a week of holidays."""


def works(day: str) -> bool:
    return working_days(date.fromisoformat(day), date.fromisoformat(day)) == 1


def between(first: str, last: str) -> int | None:
    return working_days(date.fromisoformat(first), date.fromisoformat(last))


def shown(first: str | None, last: str | None) -> int | Unknown:
    return working_days_shown(made(PublicityRow, vote={}, publicity={"from_on": first, "to_on": last}))


@pytest.mark.parametrize(
    ("first", "last"),
    [
        ("2023-09-29", "2023-10-06"),  # Mid-Autumn and National Day
        ("2024-02-10", "2024-02-17"),  # Spring Festival
        ("2020-01-24", "2020-02-02"),  # Spring Festival, made longer by a second notice
        ("2022-12-31", "2023-01-02"),  # New Year, by the notice for 2023
    ],
)
def test_days_off(first: str, last: str) -> None:
    assert between(first, last) == 0
    before, after = date.fromisoformat(first) - DAY, date.fromisoformat(last) + DAY
    assert working_days(before, after) == 2


@pytest.mark.parametrize("day", ["2023-10-07", "2023-10-08", "2024-02-04", "2024-02-18", "2006-12-30"])
def test_weekends_that_make_up_are_worked(day: str) -> None:
    assert date.fromisoformat(day).weekday() >= 5
    assert works(day)


@pytest.mark.parametrize(("day", "expected"), [("2023-03-03", True), ("2023-03-04", False), ("2023-03-05", False)])
def test_plain_weeks(day: str, expected: bool) -> None:
    assert works(day) is expected


def test_first_and_last_day_count() -> None:
    assert between("2023-03-01", "2023-03-01") == 1
    assert between("2023-03-01", "2023-03-07") == 5
    assert between("2023-03-02", "2023-03-01") == 0
    # Monday to Friday of the week that has Mid-Autumn's Friday: four; its make-up days lie after National Day.
    assert between("2023-09-25", "2023-09-29") == 4


def test_a_year_is_the_sum_of_its_months_and_years_add_up() -> None:
    whole = between("2022-01-01", "2023-12-31")
    assert whole == (between("2022-01-01", "2022-12-31") or 0) + (between("2023-01-01", "2023-12-31") or 0)
    assert between("2023-01-01", "2023-12-31") == 249


@pytest.mark.parametrize(
    ("first", "last"), [("2003-12-31", "2003-12-31"), ("2003-12-31", "2004-01-09"), ("2090-01-01", "2090-01-31")]
)
def test_years_without_a_notice(first: str, last: str) -> None:
    assert between(first, last) is None
    assert shown(first, last) is Unknown.NEEDS_JUDGEMENT


def test_the_last_week_of_the_last_year_waits_for_the_next_notice() -> None:
    year = max(chinese_calendar.holidays).year
    assert working_days(date(year, 12, 1), date(year, 12, 24)) is not None
    assert working_days(date(year, 12, 1), date(year, 12, 25)) is None
    assert working_days(date(year - 1, 12, 1), date(year - 1, 12, 31)) is not None


def test_no_notice_reaches_back_further() -> None:
    """Every December day that is not as its weekday says lies after the 24th."""
    moved = [day for day in (*chinese_calendar.holidays, *chinese_calendar.workdays) if day.month == 12]
    assert moved
    assert all(day.day > 24 for day in moved)


@given(first=OFFICIAL, length=st.integers(0, 800))
@example(first=date(2023, 12, 31), length=1)
@example(first=date(2024, 2, 29), length=366)
def test_counts_as_the_calendar_says_day_by_day(first: date, length: int) -> None:
    last = min(first + length * DAY, date(2026, 12, 24))
    each = [first + n * DAY for n in range((last - first).days + 1)]
    assert working_days(first, last) == sum(chinese_calendar.is_workday(day) for day in each)


@given(first=OFFICIAL, last=OFFICIAL)
def test_a_day_more_adds_none_or_one(first: date, last: date) -> None:
    first, last = min(first, last), max(first, last)
    count, shorter = working_days(first, last), working_days(first, last - DAY)
    assert count is not None
    assert shorter is not None
    assert count - shorter in (0, 1)
    assert count <= (last - first).days + 1


@pytest.mark.parametrize(
    ("first", "last", "expected"),
    [
        ("2023-03-01", "2023-03-07", 5),
        ("2023-03-01", "2023-03-06", 4),
        ("2023-03-07", "2023-03-01", Unknown.CONFLICTING_DATA),
        ("2023-04", "2023-03", Unknown.CONFLICTING_DATA),
        ("2023-03", "2023-03", Unknown.AMBIGUOUS_DATE),
        ("2023-03-01", "2023-03", Unknown.AMBIGUOUS_DATE),
        ("2023", "2023-03-05", Unknown.AMBIGUOUS_DATE),
        ("2023-10", "2023-10-06", 0),  # whichever day of October it began on, all were off
        ("2023-10", "2023-10-07", 1),  # and here the last day alone was worked
        ("2023-10", "2023-10-08", Unknown.AMBIGUOUS_DATE),
        (None, "2023-03-01", Unknown.MISSING_FIELD),
        ("2023-03-01", None, Unknown.MISSING_FIELD),
    ],
)
def test_rounds_of_publicity(first: str | None, last: str | None, expected: int | Unknown) -> None:
    assert shown(first, last) == expected


@given(first=PARTIAL, last=PARTIAL)
@example(first="2023-10", last="2023-10-07")
def test_a_partial_date_is_used_only_when_every_reading_agrees(first: str, last: str) -> None:
    start, end = days(first), days(last)
    counts = {
        working_days(date.fromordinal(a), date.fromordinal(b))
        for a in range(start.first, start.last + 1)
        for b in (*range(end.first, min(end.first + 45, end.last + 1)), end.last)
        if a <= b
    }
    said = shown(first, last)
    if not counts:
        assert said is Unknown.CONFLICTING_DATA
    elif len(counts) == 1:
        assert said == counts.pop()
    else:
        assert said is Unknown.AMBIGUOUS_DATE


@given(first=OFFICIAL, length=st.integers(0, 60))
def test_never_more_than_the_calendar_days(first: date, length: int) -> None:
    last = min(first + length * DAY, date(2026, 12, 24))
    row = made(PublicityRow, vote={}, publicity={"from_on": first.isoformat(), "to_on": last.isoformat()})
    assert working_days_shown(row) <= calendar_days_shown(row)


def test_the_calendar_is_not_loaded_before_it_is_asked() -> None:
    code = "import sys, compliance.cli, compliance.measures as m; m.load_measures(); print('chinese_calendar' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "False\n"
