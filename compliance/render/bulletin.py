"""The monthly bulletin (整改工作月报) → text, JSON, or one HTML page with plots, both languages in it; reckons nothing.

The page loads nothing and runs no script but its own. All that is plotted also stands in a table of numbers. Lists of
single entries end after ``SHOWN`` and say how many more there are; the JSON has all.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Final

import orjson
from jinja2 import Environment
from markupsafe import Markup

from compliance.render.cells import table as columned
from compliance.render.cells import wrap
from compliance.render.charts import Segment, bar
from compliance.render.page import asset, environment, policy
from compliance.render.plain import visible
from compliance.render.trend import trend
from compliance.render.words import say
from compliance.schemas.bulletin import AGES, Bulletin, Group, Late
from compliance.schemas.ledger import STATES, UNFINISHED
from compliance.schemas.report import Bilingual

__all__ = ["as_html", "as_json", "as_text", "percent"]

SHOWN: Final = 50
GROUPS: Final = 40
"""Units, areas, items in a table before the rest is counted."""
ROOM: Final = 40
"""Characters of a problem that has no subject."""
_JSON: Final = orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE
_SCOPE: Final[Mapping[str, Bilingual]] = {
    "areas": Bilingual("地区", "area"),
    "units": Bilingual("责任单位", "responsible unit"),
    "items": Bilingual("条目", "item"),
    "projects": Bilingual("项目", "project"),
    "years": Bilingual("年度", "year"),
}

Cell = str | int | Bilingual


def percent(share: Fraction | None) -> str:
    """With one decimal, a half rounded up; a dash where there is nothing to have a share of.

    >>> percent(Fraction(1, 3)), percent(None)
    ('33.3%', '—')
    """
    if share is None:
        return "—"
    whole, tenth = divmod((share * 2000 + 1) // 2, 10)
    return f"{whole}.{tenth}%"


# -- what it says, in both languages ------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Table:
    key: str
    title: Bilingual
    head: Sequence[Bilingual]
    rows: Sequence[Sequence[Cell]]
    plots: Sequence[Markup]
    """One beside each row, or none at all"""
    rest: int
    """Rows that are not shown"""


def _title(made: Bulletin) -> Bilingual:
    return Bilingual(
        f"整改工作月报（{made.month.year}年{made.month.month}月）",
        f"Monthly bulletin on rectification, {made.month:%Y-%m}",
    )


def _until(made: Bulletin) -> Bilingual:
    day = made.as_of
    return Bilingual(f"截至{day.year}年{day.month}月{day.day}日", f"as of {day.isoformat()}")


def _scope(made: Bulletin) -> Bilingual:
    told = [(_SCOPE[name], "、".join(values), ", ".join(values)) for name, values in made.scope.items()]
    if not told:
        return Bilingual("全部台账", "the whole ledger")
    return Bilingual(
        "；".join(f"{name.zh}：{zh}" for name, zh, _ in told),
        "; ".join(f"{name.en}: {en}" for name, _, en in told),
    )


def _lead(made: Bulletin) -> Iterator[Bilingual]:
    """The paragraphs that a bulletin opens with."""
    of, acts = made.all, made.acts
    yield Bilingual(
        f"累计入账{of.total}条，已销号{of.states['closed']}条，销号率{percent(of.rate)}，未销号{of.remaining}条。",
        f"{of.total} entries in all, {of.states['closed']} closed ({percent(of.rate)}), {of.remaining} not closed.",
    )
    yield Bilingual(
        f"上月结转{of.carried}条，本月新增{of.new}条（其中复发{of.recurred}条），本月销号{of.closed}条，"
        f"结转下月{of.remaining}条。",
        f"{of.carried} carried over, {of.new} new this month ({of.recurred} of them recurred), {of.closed} closed "
        f"this month, {of.remaining} remain.",
    )
    late = f"，最长逾期{of.longest}天" if of.overdue else ""
    yield Bilingual(
        f"逾期{of.overdue}条{late}；{made.soon}天内到期{of.due_soon}条；未定时限{of.undated}条。",
        f"{of.overdue} overdue{f', up to {of.longest} days' if of.overdue else ''}; {of.due_soon} due within "
        f"{made.soon} days; {of.undated} without a deadline.",
    )
    if acts:
        yield Bilingual(
            f"本月反馈{acts['submit']}件次，退回{acts['return']}件次，核验{acts['verify']}件次，"
            f"批准延期{acts['extend']}件次。",
            f"This month: submitted {acts['submit']}, returned {acts['return']}, verified {acts['verify']}, "
            f"extended {acts['extend']}.",
        )
    if of.overdue:
        units = "；".join(_unit(g).zh + f"{g.overdue}条" for g in made.by_unit if g.overdue)
        names = "; ".join(f"{_unit(g).en} {g.overdue}" for g in made.by_unit if g.overdue)
        if len(units) <= 200:
            yield Bilingual(f"逾期问题分布：{units}。", f"Overdue by unit: {names}.")


def _unit(group: Group) -> Bilingual:
    return Bilingual(group.key, group.key) if group.key else Bilingual("未明确责任单位", "no responsible unit")


def _area(group: Group) -> Bilingual:
    return Bilingual(f"{group.name}（{group.key}）", f"{group.name} ({group.key})")


def _item(group: Group) -> Bilingual:
    if not group.key:
        return Bilingual("未对应条目", "no item")
    return Bilingual(f"{group.key} {group.name}".strip(), f"{group.key} {group.name}".strip())


def _tables(made: Bulletin) -> Iterator[_Table]:
    yield _states(made)
    for key, what, name, groups in (
        ("units", Bilingual("责任单位", "Responsible unit"), _unit, made.by_unit),
        ("areas", Bilingual("地区", "Area"), _area, made.by_area),
        ("items", Bilingual("条目", "Item"), _item, made.by_item),
    ):
        shown = groups[:GROUPS]
        whole = max((group.total for group in shown), default=0)
        yield _Table(
            key,
            Bilingual(f"按{what.zh}", f"By {what.en.lower()}"),
            (what, *_GROUP_HEAD),
            [(name(g), *_counts(g)) for g in shown],
            [_group_bar(g, name(g), whole) for g in shown],
            len(groups) - len(shown),
        )
    yield _ages(made)
    yield _Table(
        "course",
        Bilingual(f"近{len(made.course)}个月情况", f"The last {len(made.course)} months"),
        (
            Bilingual("月份", "Month"),
            Bilingual("新增", "New"),
            Bilingual("销号", "Closed"),
            Bilingual("月末未销号", "Not closed at its end"),
        ),
        [(_month(one.first), one.new, one.closed, one.remaining) for one in made.course],
        (),
        0,
    )
    yield _late("overdue", Bilingual("逾期问题", "Overdue"), Bilingual("逾期天数", "Days overdue"), made.overdue)
    soon = Bilingual(f"{made.soon}天内到期的问题", f"Due within {made.soon} days")
    yield _late("due_soon", soon, Bilingual("剩余天数", "Days left"), made.due_soon)


_GROUP_HEAD: Final = (
    Bilingual("合计", "All"),
    Bilingual("未销号", "Not closed"),
    Bilingual("本月新增", "New"),
    Bilingual("本月销号", "Closed"),
    Bilingual("销号率", "Share closed"),
    Bilingual("逾期", "Overdue"),
    Bilingual("最长逾期（天）", "Longest (days)"),
    Bilingual("临期", "Due soon"),
)


def _counts(group: Group) -> tuple[Cell, ...]:
    return (
        group.total, group.remaining, group.new, group.closed, percent(group.rate), group.overdue, group.longest,
        group.due_soon,
    )  # fmt: skip


def _month(day: date) -> str:
    return day.strftime("%Y-%m")


_SHAPES: Final[Mapping[str, str]] = {
    "open": "unknown", "assigned": "unknown", "in_progress": "unknown", "submitted": "not_applicable",
    "verified": "not_applicable", "closed": "pass",
}  # fmt: skip
"""Class of a state in the plots, which chooses its shape: dashed, low, solid."""


def _states(made: Bulletin) -> _Table:
    of = made.all
    return _Table(
        "states",
        Bilingual("各状态条数", "By state"),
        (Bilingual("整改状态", "State"), Bilingual("条数", "Entries"), Bilingual("占比", "Share")),
        [
            (Bilingual(*words), of.states[state], percent(Fraction(of.states[state], of.total) if of.total else None))
            for state, words in STATES.items()
        ],
        [
            bar([Segment(_SHAPES[state], of.states[state])], _plotted(Bilingual(*words), of.states[state]), of.total)
            for state, words in STATES.items()
        ],
        0,
    )


def _ages(made: Bulletin) -> _Table:
    whole = sum(made.ages.values())
    return _Table(
        "ages",
        Bilingual("未销号问题入账时间", "How long entries that are not closed have been open"),
        (Bilingual("入账以来", "Since written down"), Bilingual("条数", "Entries"), Bilingual("占比", "Share")),
        [
            (Bilingual(*words), made.ages[last], percent(Fraction(made.ages[last], whole) if whole else None))
            for last, words in AGES.items()
        ],
        [
            bar([Segment("unknown", made.ages[last])], _plotted(Bilingual(*words), made.ages[last]), whole)
            for last, words in AGES.items()
        ],
        0,
    )


def _plotted(name: Bilingual, count: int) -> Bilingual:
    return Bilingual(f"{name.zh}{count}条", f"{name.en}: {count}")


def _group_bar(group: Group, name: Bilingual, whole: int) -> Markup:
    owed = sum(group.states[state] for state in UNFINISHED) - group.overdue
    waiting = group.states["submitted"] + group.states["verified"]
    closed = group.states["closed"]
    says = Bilingual(
        f"{name.zh}：逾期{group.overdue}条，未逾期{owed}条，待核验销号{waiting}条，已销号{closed}条",
        f"{name.en}: {group.overdue} overdue, {owed} owed and not overdue, {waiting} to be verified or closed, "
        f"{closed} closed",
    )
    segments = (("fail", group.overdue), ("unknown", owed), ("not_applicable", waiting), ("pass", closed))
    return bar([Segment(kind, count) for kind, count in segments], says, whole, 150)


_LEGEND: Final = (
    ("fail", Bilingual("逾期", "overdue")),
    ("unknown", Bilingual("未逾期", "owed, not overdue")),
    ("not_applicable", Bilingual("待核验、待销号", "to be verified or closed")),
    ("pass", Bilingual("已销号", "closed")),
)


def _late(key: str, title: Bilingual, days: Bilingual, found: Sequence[Late]) -> _Table:
    head = (
        Bilingual("台账编号", "No."),
        Bilingual("条目", "Item"),
        Bilingual("涉及小区、项目或问题", "Subject, or what is the matter"),
        Bilingual("责任单位", "Responsible unit"),
        Bilingual("责任人", "Person"),
        Bilingual("整改状态", "State"),
        Bilingual("整改时限", "Deadline"),
        days,
    )
    return _Table(key, title, head, [_late_row(one) for one in found[:SHOWN]], (), max(0, len(found) - SHOWN))


def _late_row(one: Late) -> tuple[Cell, ...]:
    row = one.row
    deadline = Bilingual(row.deadline or "", row.deadline or "")
    if row.deadline_suggested:
        deadline = Bilingual(f"{row.deadline}（建议）", f"{row.deadline} (suggested)")
    unit = row.unit or Bilingual("未明确", "none")
    return (
        row.number, row.item or "", row.subject or _begun(row.text), unit, row.person or "",
        Bilingual(*STATES[row.state]), deadline, one.days,
    )  # fmt: skip


def _begun(text: str) -> str:
    """The beginning of a text; what is cut off is marked."""
    return text if len(text) <= ROOM else f"{text[: ROOM - 1]}…"


def _rest(count: int) -> Bilingual:
    return Bilingual(f"另有{count}行，见 JSON", f"{count} more rows: see the JSON")


_NOTHING: Final = Bilingual("无。", "None.")
_ALL: Final = Bilingual("总体情况", "Summary")
_NOTES: Final = (
    Bilingual(
        "逾期、临期只计尚待责任单位整改反馈的问题；已反馈、已核验、已销号的不计。时限标“建议”的，尚未由人确定。",
        "Only what the responsible unit still owes can be overdue or due soon: not what was submitted, verified or "
        "closed. A deadline marked as suggested has not been set by anybody.",
    ),
    Bilingual(
        "各数按台账所记时间（北京时间）截至当日终了计算。",
        "All numbers are of the end of the day in China, by the times that the ledger recorded.",
    ),
)


# -- text -------------------------------------------------------------------------------------------------------

_ORDER: Final = "一二三四五六七八九十"


def as_text(made: Bulletin, lang: str = "zh", width: int = 100) -> bytes:
    """For a terminal, and to be pasted into the bulletin."""
    zh = lang == "zh"
    until, scope = say(_until(made), lang), say(_scope(made), lang)
    out = [say(_title(made), lang), f"{until}　范围：{scope}" if zh else f"{until}; {scope}"]

    def heading(number: int, title: Bilingual) -> None:
        out.extend(["", f"{_ORDER[number]}、{title.zh}" if zh else f"{number + 1}. {title.en}"])

    heading(0, _ALL)
    for paragraph in _lead(made):
        out += [f"  {line}" for line in wrap(visible(say(paragraph, lang)), width - 2)]
    for number, table in enumerate(_tables(made), 1):
        heading(number, table.title)
        out += _text_table(table, lang, width)
    out.append("")
    for note in (*_NOTES, _chain(made)):
        out += wrap(visible(say(note, lang)), width)
    return ("\n".join(out) + "\n").encode()


def _chain(made: Bulletin) -> Bilingual:
    return Bilingual(f"编制时台账链尾：{made.head}", f"End of the ledger's chain when this was made: {made.head}")


def _text_table(table: _Table, lang: str, width: int) -> Iterator[str]:
    if not table.rows:
        yield f"  {say(_NOTHING, lang)}"
        return
    rows = [[visible(say(name, lang)) for name in table.head]]
    rows += [[visible(_shown(cell, lang)) for cell in row] for row in table.rows]
    yield from (f"  {line}" for line in columned(rows, width - 2))
    if table.rest:
        yield f"  {say(_rest(table.rest), lang)}"


def _shown(cell: Cell, lang: str) -> str:
    return say(cell, lang) if isinstance(cell, Bilingual) else str(cell)


# -- JSON -------------------------------------------------------------------------------------------------------


def as_json(made: Bulletin) -> bytes:
    """Every number; rates as two whole numbers, so that nothing is rounded."""
    return orjson.dumps(
        {
            "as_of": made.as_of,
            "month": _month(made.month),
            "soon_days": made.soon,
            "scope": made.scope,
            "head": made.head,
            "all": _group_json(made.all),
            "acts": made.acts,
            "by_area": [_group_json(g) for g in made.by_area],
            "by_unit": [_group_json(g) for g in made.by_unit],
            "by_item": [_group_json(g) for g in made.by_item],
            "ages": [{"up_to_days": last, "entries": count} for last, count in made.ages.items()],
            "course": [
                {"month": _month(m.first), "new": m.new, "closed": m.closed, "remaining": m.remaining}
                for m in made.course
            ],
            "overdue": [{"days": one.days, "entry": one.row} for one in made.overdue],
            "due_soon": [{"days_left": one.days, "entry": one.row} for one in made.due_soon],
        },
        option=_JSON,
    )


def _group_json(group: Group) -> dict[str, object]:
    told = {name: getattr(group, name) for name in Group.__dataclass_fields__}
    rate = None if group.rate is None else {"closed": group.states["closed"], "of": group.total}
    return {**told, "total": group.total, "remaining": group.remaining, "closure_rate": rate}


# -- the page ---------------------------------------------------------------------------------------------------


def as_html(made: Bulletin, lang: str = "zh") -> bytes:
    """``lang`` is the language the page opens in; the reader may switch."""
    css, js = asset("report.css", "bulletin.css"), asset("bulletin.js")
    page = (
        _environment()
        .get_template("bulletin.html")
        .render(
            made=made,
            lang=lang,
            title=_title(made),
            until=_until(made),
            scope=_scope(made),
            lead=list(_lead(made)),
            summary=_ALL,
            tables=list(_tables(made)),
            trend=trend(made.course),
            legend=[(bar([Segment(kind, 1)], Bilingual("", ""), 1, 28), name) for kind, name in _LEGEND],
            rest=_rest,
            nothing=_NOTHING,
            notes=(*_NOTES, _chain(made)),
            css=Markup(css),
            js=Markup(js),
            csp=policy(css, js),
        )
    )
    return page.encode()


def _environment() -> Environment:
    made = environment()
    made.tests["number"] = lambda cell: isinstance(cell, int) or str(cell).endswith(("%", "—"))
    return made
