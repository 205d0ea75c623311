"""The monthly bulletin: numbers of a day, the balance of a month, days gone by, and how it is told."""

from __future__ import annotations

import json
import re
from collections import Counter
from dataclasses import replace
from datetime import date, timedelta
from fractions import Fraction
from pathlib import Path

import html5lib
import pytest
from browser import open_page, why_not
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st
from ledgers import act_on, hand, opened

from compliance.cli import cli
from compliance.rectify.bulletin import bulletin, days_late, month_of
from compliance.rectify.ledger import Filter, standings, store
from compliance.rectify.ledger.stood import stood
from compliance.render.bulletin import GROUPS, SHOWN, as_html, as_json, as_text, percent
from compliance.render.trend import trend
from compliance.schemas.bulletin import Row
from compliance.schemas.ledger import STATES, UNFINISHED

DAY = date(2024, 6, 20)
ROW = Row(
    number="999901-2024-0001", area="999901", area_name="示例县", item="B7.1", title="充分征求居民意见", severity="major",
    subject="示例小区", text="参与率不足", unit="示例街道办事处", person=None, state="in_progress", deadline="2024-06-20",
    deadline_suggested=False, previous=None, opened_on=date(2024, 6, 1), closed_on=None,
)  # fmt: skip


def closed(on: date, **more: object) -> Row:
    return replace(ROW, state="closed", closed_on=on, **more)


# -- numbers -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("deadline", "state", "overdue", "soon"),
    [
        ("2024-06-19", "open", 1, 0),
        ("2024-06-20", "open", 0, 1),  # the last day is not late
        ("2024-06-27", "in_progress", 0, 1),
        ("2024-06-28", "in_progress", 0, 0),
        ("2024-06-19", "submitted", 0, 0),
        ("2024-06-19", "verified", 0, 0),
        ("2024-06-20", "submitted", 0, 0),
        (None, "assigned", 0, 0),
    ],
)
def test_overdue_and_due_soon_at_their_boundaries(deadline: str | None, state: str, overdue: int, soon: int) -> None:
    made = bulletin([replace(ROW, deadline=deadline, state=state)], DAY)
    assert (made.all.overdue, made.all.due_soon) == (overdue, soon)
    assert (len(made.overdue), len(made.due_soon)) == (overdue, soon)
    assert made.all.undated == (deadline is None)


def test_the_first_and_the_last_day_of_a_month_belong_to_it() -> None:
    rows = [
        replace(ROW, opened_on=date(2024, 5, 31)),
        replace(ROW, opened_on=date(2024, 6, 1), previous="999901-2024-0009"),
        closed(date(2024, 5, 31), opened_on=date(2024, 5, 1)),
        closed(date(2024, 6, 1), opened_on=date(2024, 5, 1)),
        closed(date(2024, 6, 30), opened_on=date(2024, 6, 30)),
    ]
    of = bulletin(rows, date(2024, 6, 30)).all
    assert (of.carried, of.new, of.recurred, of.closed, of.remaining) == (2, 2, 1, 2, 2)
    assert of.rate == Fraction(3, 5)


def test_ageing_by_whole_days() -> None:
    rows = [replace(ROW, opened_on=DAY - timedelta(days=days)) for days in (0, 30, 31, 60, 61, 90, 91, 180, 181)]
    made = bulletin([*rows, closed(DAY, opened_on=DAY)], DAY)
    assert made.ages == {30: 2, 60: 2, 90: 2, 180: 2, None: 1}


def test_months_before_the_first_entry_are_left_out() -> None:
    def months(opened_on: date) -> list[int]:
        return [month.first.month for month in bulletin([replace(ROW, opened_on=opened_on)], DAY).course]

    assert months(DAY) == months(date(2024, 1, 1)) == [1, 2, 3, 4, 5, 6]
    assert months(date(2023, 12, 31)) == [12, 1, 2, 3, 4, 5, 6]
    assert len(months(date(2023, 7, 31))) == len(months(date(2020, 1, 1))) == 12


def test_nothing_has_no_share_of_nothing() -> None:
    made = bulletin([], DAY)
    assert made.all.rate is None
    assert "—" in as_text(made).decode()
    assert json.loads(as_json(made))["all"]["closure_rate"] is None
    assert as_html(made)


@pytest.mark.parametrize(("share", "shown"), [
    (Fraction(1, 3), "33.3%"), (Fraction(2, 3), "66.7%"), (Fraction(1, 2000), "0.1%"), (Fraction(1, 2001), "0.0%"),
    (Fraction(1), "100.0%"), (Fraction(0), "0.0%"),
])  # fmt: skip
def test_shares_are_rounded_half_up(share: Fraction, shown: str) -> None:
    assert percent(share) == shown


@pytest.mark.parametrize("row", [replace(ROW, opened_on=DAY + timedelta(days=1)), closed(DAY + timedelta(days=1))])
def test_rows_of_later_days_are_refused(row: Row) -> None:
    with pytest.raises(ValueError, match="2024-06-20"):
        bulletin([row], DAY)


def test_months_over_the_turn_of_a_year() -> None:
    assert [month_of(date(2024, 2, 29), back) for back in (0, 1, 2, 14)] == [
        date(2024, 2, 1), date(2024, 1, 1), date(2023, 12, 1), date(2022, 12, 1),
    ]  # fmt: skip


_DAYS = st.dates(date(2023, 1, 1), DAY)


@st.composite
def _rows(draw: st.DrawFn) -> Row:
    begun = draw(_DAYS)
    state = draw(st.sampled_from(list(STATES)))
    return replace(
        ROW,
        number=f"999901-2024-{draw(st.integers(1, 9999)):04d}",
        state=state,
        opened_on=begun,
        closed_on=draw(st.dates(begun, DAY)) if state == "closed" else None,
        deadline=draw(st.none() | st.dates(date(2024, 1, 1), date(2024, 12, 31)).map(date.isoformat)),
        unit=draw(st.sampled_from([None, "甲", "乙"])),
        item=draw(st.sampled_from([None, "B7.1", "X32"])),
        area=draw(st.sampled_from(["999901", "999902"])),
    )


@settings(max_examples=60, deadline=None)
@given(st.lists(_rows(), max_size=25), st.integers(0, 60))
def test_the_books_balance(rows: list[Row], soon: int) -> None:
    made = bulletin(rows, DAY, soon=soon)
    for group in (made.all, *made.by_area, *made.by_unit, *made.by_item):
        assert group.carried + group.new - group.closed == group.remaining
        assert group.recurred <= group.new
    for groups in (made.by_area, made.by_unit, made.by_item):
        for name in ("total", "carried", "new", "closed", "overdue", "due_soon", "undated", "remaining"):
            assert sum(getattr(group, name) for group in groups) == getattr(made.all, name)
        assert max((group.longest for group in groups), default=0) == made.all.longest
    assert sum(made.ages.values()) == made.all.remaining == made.course[-1].remaining
    assert (made.course[-1].new, made.course[-1].closed) == (made.all.new, made.all.closed)
    for before, after in zip(made.course, made.course[1:], strict=False):
        assert before.remaining + after.new - after.closed == after.remaining
    assert len(made.overdue) == made.all.overdue
    assert not {id(one.row) for one in made.overdue} & {id(one.row) for one in made.due_soon}
    assert all((days_late(one.row, DAY) or 0) > 0 and one.row.state in UNFINISHED for one in made.overdue)
    for render in (as_text, as_html):
        assert render(made) == render(made)
        render(made, "en")
    as_json(made)


# -- the day it is of --------------------------------------------------------------------------------------------


def at(monkeypatch: pytest.MonkeyPatch, time: str) -> None:
    monkeypatch.setattr(store, "now", lambda: time)


def test_a_day_gone_by_is_told_as_it_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Midnight in China lies at 16:00 UTC of the day before."""
    with opened(str(tmp_path / "ledger.db")) as ledger:
        at(monkeypatch, "2024-05-31T15:59:59.999999Z")
        first = ledger.add(hand(), "张三").number
        act_on(ledger, first, "assign", "start")
        at(monkeypatch, "2024-05-31T16:00:00.000000Z")
        act_on(ledger, first, "submit", "return", "submit", "verify", "close")
        second = ledger.add(hand(unit="别的单位"), "张三").number

        may = stood(ledger, Filter(), date(2024, 5, 1), date(2024, 5, 31))
        assert [(row.number, row.state, row.deadline) for row in may.rows] == [(first, "in_progress", "2024-06-30")]
        assert may.rows[0].closed_on is None
        assert may.rows[0].opened_on == date(2024, 5, 31)
        assert may.acts == {"submit": 0, "return": 0, "verify": 0, "extend": 0}

        june = stood(ledger, Filter(), date(2024, 6, 1), date(2024, 6, 1))
        assert [(row.number, row.state, row.closed_on) for row in june.rows] == [
            (first, "closed", date(2024, 6, 1)), (second, "open", None),
        ]  # fmt: skip
        assert june.acts == {"submit": 2, "return": 1, "verify": 1, "extend": 0}
        assert june.head == ledger.head()
        assert bulletin(may.rows, date(2024, 5, 31)).all.remaining == 1
        assert bulletin(june.rows, date(2024, 6, 1)).all.remaining == 1

        # A unit is that of the day, not of today.
        ledger.act([second], "amend", {"unit": "示例街道办事处"}, "张三")
        assert not stood(ledger, Filter(), date(2024, 5, 1), date(2024, 5, 30)).rows
        units = Filter(units=["示例街道办事处"])
        assert [row.number for row in stood(ledger, units, date(2024, 5, 1), date(2024, 5, 31)).rows] == [first]
        assert stood(ledger, Filter(units=["别的单位"]), date(2024, 6, 1), date(2024, 6, 1)).acts["submit"] == 0


def test_today_counts_as_status_does(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    at(monkeypatch, "2024-06-01T00:00:00.000000Z")
    with opened(str(tmp_path / "ledger.db")) as ledger:
        days = ["2024-06-19", "2024-06-20", "2024-06-27", "2024-06-28", None]
        for n, day in enumerate(days * 2):
            number = ledger.add({**hand(unit=f"单位{n % 3}"), **({"deadline": day} if day else {})}, "张三").number
            if n > 6:
                ledger.act([number], "assign", {"deadline": day or "2024-07-01"}, "张三")
                act_on(ledger, number, "start", "submit")
        made = bulletin(stood(ledger, Filter(), date(2024, 6, 1), DAY).rows, DAY)
        (one,) = standings(ledger, Filter(), DAY)
        assert (made.all.states, made.all.overdue, made.all.due_soon) == (one.states, one.overdue, one.due_soon)
        units = {s.key: (s.total, s.overdue, s.due_soon) for s in standings(ledger, Filter(), DAY, "unit")}
        assert {g.key: (g.total, g.overdue, g.due_soon) for g in made.by_unit} == units


# -- how it is told ----------------------------------------------------------------------------------------------


def sample() -> list[Row]:
    rows = []
    for n in range(60):
        row = replace(
            ROW, number=f"999901-2024-{n + 1:04d}", unit=f"示例单位{n % 4}", item=("B7.1", "B9.1", "X32")[n % 3],
            opened_on=DAY - timedelta(days=7 * n), deadline=(DAY + timedelta(days=n - 12)).isoformat(),
            state=list(STATES)[n % 6], deadline_suggested=n % 2 == 0,
        )  # fmt: skip
        rows.append(closed(min(DAY, row.opened_on + timedelta(days=9)), opened_on=row.opened_on) if n % 6 == 5 else row)
    return rows


def test_text_tells_the_numbers_in_both_languages() -> None:
    made = bulletin(sample(), DAY, acts={"submit": 3, "return": 1, "verify": 2, "extend": 0}, head="9:ab")
    zh, en = as_text(made).decode(), as_text(made, "en").decode()
    assert "整改工作月报（2024年6月）" in zh
    assert "累计入账60条，已销号10条，销号率16.7%，未销号50条。" in zh
    assert "本月反馈3件次，退回1件次，核验2件次，批准延期0件次。" in zh
    assert "60 entries in all, 10 closed (16.7%), 50 not closed." in en
    assert "9:ab" in zh
    assert "9:ab" in en
    assert "（建议）" in zh
    assert "(suggested)" in en
    assert not re.search("None|Words\\(|Bilingual", zh + en)


def test_long_lists_end_and_say_so() -> None:
    late = [replace(ROW, number=f"n{n}", unit=f"单位{n:03d}", deadline="2024-06-01") for n in range(SHOWN + 3)]
    made = bulletin(late, DAY)
    text = as_text(made).decode()
    assert "另有3行，见 JSON" in text
    assert f"另有{SHOWN + 3 - GROUPS}行，见 JSON" in text
    assert len(json.loads(as_json(made))["overdue"]) == SHOWN + 3


def test_the_page_is_whole_offline_and_harmless() -> None:
    rows = [replace(row, unit="<script>alert(1)</script>", subject="甲\u202e乙") for row in sample()]
    page = as_html(bulletin(rows, DAY)).decode()
    html5lib.HTMLParser(strict=True).parse(page)
    assert "<script>alert" not in page
    assert "\u202e" not in page
    assert not re.search(r"(src|href)=\"(?!#)", page)
    assert "style=" not in page
    assert "default-src &#39;none&#39;" in page
    assert len(page) < 200_000


def test_the_plot_stays_within_its_frame() -> None:
    made = bulletin(sample(), DAY)
    drawn = str(trend(made.course))
    heights = [
        (Fraction(y), Fraction(h)) for y, h in re.findall(r'y="([\d.]+)" width="[\d.]+" height="([\d.]+)"', drawn)
    ]
    assert heights
    assert all(y >= 12 and abs(y + h - 162) < Fraction(2, 100) for y, h in heights)
    assert drawn.count("<circle") == 12


@pytest.mark.skipif(why_not() is not None, reason=why_not() or "")
def test_a_browser_shows_it(tmp_path: Path) -> None:
    file = tmp_path / "bulletin.html"
    file.write_bytes(as_html(bulletin(sample(), DAY)))
    with open_page(file) as page:
        assert page.said == []
        assert page.run("document.querySelectorAll('svg.trend rect.new').length") > 1
        assert page.run("getComputedStyle(document.querySelector('h1 span[lang=en]')).display") == "none"
        page.run("document.querySelector('[data-set=en]').click()")
        assert page.run("getComputedStyle(document.querySelector('h1 span[lang=zh]')).display") == "none"
        page.run("document.getElementById('theme').click()")
        assert page.run("document.documentElement.dataset.theme") == "light"


@pytest.mark.skipif(why_not(axe=True) is not None, reason=why_not(axe=True) or "")
@pytest.mark.parametrize("dark", [False, True])
def test_axe_finds_nothing(tmp_path: Path, dark: bool) -> None:
    file = tmp_path / "bulletin.html"
    file.write_bytes(as_html(bulletin(sample(), DAY)))
    with open_page(file, dark=dark) as page:
        assert page.axe() == []


# -- the command -------------------------------------------------------------------------------------------------


def run(*arguments: str) -> tuple[int, str]:
    made = CliRunner().invoke(cli, ["ledger", "report", *arguments])
    return made.exit_code, made.output


def test_the_command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    db = str(tmp_path / "ledger.db")
    at(monkeypatch, "2024-06-01T00:00:00.000000Z")
    with opened(db) as ledger:
        ledger.add(hand(unit="甲", item="B7.1", deadline="2024-06-10"), "张三")
        ledger.add(hand(unit="乙", area="999902", area_name="别县"), "张三")
    code, out = run("--db", db, "--month", "2024-06", "--report", "json")
    told = json.loads(out)
    assert (code, told["as_of"], told["month"], told["all"]["total"]) == (0, "2024-06-30", "2024-06", 2)
    assert (told["all"]["overdue"], told["all"]["longest"]) == (1, 20)
    assert json.loads(run("--db", db, "--on", "2024-06-10", "--report", "json")[1])["all"]["overdue"] == 0
    told = json.loads(run("--db", db, "--unit", "乙", "--report", "json")[1])
    assert (told["all"]["total"], told["scope"]) == (1, {"units": ["乙"]})
    assert json.loads(run("--db", db, "--item", "b7.1", "--report", "json")[1])["all"]["total"] == 1
    assert json.loads(run("--db", db, "--area", "999900", "--report", "json")[1])["all"]["total"] == 2
    assert json.loads(run("--db", db, "--month", "2024-05", "--report", "json")[1])["all"]["total"] == 0
    page = tmp_path / "月报.html"
    code, out = run("--db", db, "--report", "text", "--report", f"html:{page}", "--lang", "en")
    assert code == 0
    assert "Monthly bulletin" in out
    assert page.read_bytes().startswith(b"<!DOCTYPE html>")


@pytest.mark.parametrize(
    "wrong", [("--month", "2024-13"), ("--month", "2024-6"), ("--month", "2024-06", "--on", "2024-06-01"),
              ("--on", "2099-01-01"), ("--month", "2099-01"), ("--report", "csv")],
)  # fmt: skip
def test_wrong_use(tmp_path: Path, wrong: tuple[str, ...]) -> None:
    db = str(tmp_path / "ledger.db")
    opened(db).engine.dispose()
    assert run("--db", db, *wrong)[0] == 2


def test_no_ledger_is_founded_by_looking(tmp_path: Path) -> None:
    assert run("--db", str(tmp_path / "none.db"))[0] == 3
    assert not list(tmp_path.iterdir())


def test_words_of_all_states_are_told() -> None:
    text = as_text(bulletin(sample(), DAY)).decode()
    assert Counter(words.zh in text for words in STATES.values()) == {True: 6}
