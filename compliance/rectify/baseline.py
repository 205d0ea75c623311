"""A baseline and a fresh report → what is new; refuses a baseline of another area or year, or of a later day.

What cannot be compared counts as new: a gate that took it for known could be passed by renaming a community or by
changing what is asked. So does what was known and now fails in more places, or by more: one known failing would else
cover any number of later ones. What only the baseline has is listed, and counts as nothing: it is not delivered.
"""

from __future__ import annotations

from collections.abc import Iterator

from compliance.rectify.compare import compare
from compliance.rectify.reading import Refusal, ReportRead, ReportsRefused
from compliance.schemas.baseline import Against, Standing
from compliance.schemas.rectify import Compared
from compliance.schemas.report import Bilingual

__all__ = ["against"]


def against(baseline: ReportRead, fresh: ReportRead) -> Against:
    """Hold a fresh report against the baseline; raises ``ReportsRefused``."""
    refusals = tuple(_unfit(baseline, fresh))
    if refusals:
        raise ReportsRefused(refusals)
    made = compare(baseline, fresh)
    before = frozenset(finding.id for finding in baseline.findings)
    return Against(made, tuple(_standing(entry) for entry in made.entries), before)


def _standing(entry: Compared) -> Standing:
    if entry.new is None or entry.new.disposition == "none":
        return "gone"
    if entry.status in ("new", "recurred"):
        return "new"
    if entry.status == "incomparable":
        return "incomparable"
    return "worse" if entry.worse else "known"


_ANOTHER = Bilingual(
    "换用同一地区、同一计划年度的报告作基线", "take a report of the same area and plan year as baseline"
)


def _unfit(baseline: ReportRead, fresh: ReportRead) -> Iterator[Refusal]:
    then, now = baseline.used, fresh.used
    if then.area.code != now.area.code:
        what = Bilingual(
            f"基线是{then.area.name}（{then.area.code}）的报告，本次检查的是{now.area.name}（{now.area.code}）",
            f"a report of {then.area.name} ({then.area.code}); checked was {now.area.name} ({now.area.code})",
        )
        yield Refusal(then.file, "other_area", what, _ANOTHER)
    elif then.area.plan_year != now.area.plan_year:
        what = Bilingual(
            f"基线是{then.area.plan_year}年度的报告，本次检查的是{now.area.plan_year}年度",
            f"a report of the plan year {then.area.plan_year}; checked was {now.area.plan_year}",
        )
        yield Refusal(then.file, "other_year", what, _ANOTHER)
    elif then.as_of > now.as_of:
        what = Bilingual(
            f"基线的基准日{then.as_of}晚于本次的{now.as_of}", f"judges by {then.as_of}, after this check's {now.as_of}"
        )
        todo = Bilingual(
            "换用基准日更早的报告，或以 --as-of 指定本次的基准日",
            "take a report that judges by an earlier day, or give this check's day with --as-of",
        )
        yield Refusal(then.file, "later_than_this_check", what, todo)
