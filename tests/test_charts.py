"""Bars and timelines: in their frame whatever the numbers, exact, and told apart by shape."""

import re
from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from compliance.render.charts import MARKS, Mark, Segment, axis, bar, scale, timeline
from compliance.schemas.report import Bilingual

SAYS = Bilingual("甲<1>", "a<1>")
AMOUNTS = st.lists(st.integers(0, 10**9) | st.fractions(0, 1000), min_size=4, max_size=4)
KINDS = ("pass", "fail", "unknown", "not_applicable")


def rects(drawn: str) -> list[tuple[str, Fraction, Fraction]]:
    found = re.findall(r'<rect class="(\w+)" x="([\d.]+)" y="\d+" width="([\d.]+)"', drawn)
    return [(kind, Fraction(x), Fraction(width)) for kind, x, width in found]


@given(AMOUNTS)
def test_what_is_not_nought_is_seen_and_nothing_leaves_the_frame(amounts: list[Fraction]) -> None:
    drawn = rects(bar([Segment(kind, amount) for kind, amount in zip(KINDS, amounts, strict=True)], SAYS))
    assert [kind for kind, _, _ in drawn] == [kind for kind, amount in zip(KINDS, amounts, strict=True) if amount]
    for _, x, width in drawn:
        assert width > 1
        assert x + width <= 240


def test_widths_are_in_proportion() -> None:
    (_, left, wide), (_, right, narrow) = rects(bar([Segment("pass", 3), Segment("fail", 1)], SAYS, width=400))
    assert (left, wide, right, narrow) == (Fraction(1, 2), 299, Fraction(601, 2), 99)
    ((_, _, part),) = rects(bar([Segment("pass", Fraction(1, 3))], SAYS, whole=1, width=300))
    assert part == 99


def test_outcomes_differ_in_shape_without_colour() -> None:
    def shape(kind: str) -> str:
        return re.sub(r'class="(?!stripes)\w+"', "", bar([Segment(kind, 1)], SAYS))

    assert len({shape(kind) for kind in KINDS}) == 4
    assert len(set(MARKS.values())) == len(MARKS) == 6


def test_what_is_said_is_escaped() -> None:
    assert "甲&lt;1&gt;" in bar([], SAYS)
    assert "a&lt;1&gt;" in bar([], SAYS)


def test_days_stand_where_they_belong() -> None:
    on = axis(["2022-12-28", "2024-03-31", "2023"])
    assert on is not None
    assert on.at("2022-12-28") == 10
    assert on.at("2024-03-31") == 290
    assert on.at("2023-02-01") < on.at("2023-02") < on.at("2023-02-28")
    assert [text for text, _ in on.ticks if text] == ["2023", "2024"]
    assert ">2023</text>" in scale(on)
    assert axis([]) is None


@given(st.lists(st.dates().filter(lambda d: d.year >= 1900 and d.year < 2100), min_size=1, max_size=6))
def test_no_mark_leaves_the_axis(dates: list[object]) -> None:
    texts = [str(d) for d in dates]
    on = axis(texts)
    assert on is not None
    assert all(10 <= on.at(text) <= 290 for text in texts)
    drawn = timeline([Mark(g, t, True) for g, t in zip(MARKS, texts, strict=False)], on, SAYS, texts[0])
    assert drawn.count('class="gate"') == drawn.count('class="wrong"') == len(texts)
