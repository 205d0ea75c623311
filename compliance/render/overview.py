"""What a feed run came to → one HTML page for a province or ministry, in both languages; reckons only sums and shares.

The page loads nothing and runs no script but its own; without it everything can be read. Whatever is plotted also
stands in numbers. It stays small whatever the run: at most ``ROWS`` areas, ``COMPARED`` areas held against each other
and ``REFUSED`` dossiers are shown, and it says what is left out and which file has it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Final

from markupsafe import Markup

from compliance.render.bulletin import percent
from compliance.render.charts import Segment, bar
from compliance.render.feed import (
    COUNTS,
    NO_CONCLUSION,
    TITLE,
    alarms,
    by_level,
    failing,
    files_of,
    judged_by,
    lead,
    notes,
    place_of,
    title_of,
    worst_areas,
)
from compliance.render.page import asset, environment, policy
from compliance.render.rolled import (
    LEVEL_WORDS,
    Node,
    common,
    every,
    item_sums,
    name_of,
    sum_of,
    together,
    trees,
    years_of,
)
from compliance.render.words import word
from compliance.schemas.feed import AreaLine, FeedSummary, ItemLine, Totals
from compliance.schemas.report import Bilingual, Outcome

__all__ = ["render"]

ROWS: Final = 8_000
"""Areas in the trees; each takes about 300 bytes, folded until it is asked for"""
COMPARED: Final = 40
"""Areas in plots, and columns of the map of items"""
REFUSED: Final = 200
TOP: Final = 10
CAUSES: Final = 4
"""Items named as what fails most in an area"""

_OUTCOMES: Final[tuple[Outcome, ...]] = ("pass", "fail", "unknown", "not_applicable")
_WIDE: Final = 180


def render(summary: FeedSummary, lang: str = "zh", *, findings: str = "findings.jsonl") -> bytes:
    """``lang`` is the language the page opens in; the reader may switch. ``findings``: the file that has them."""
    css = asset("report.css", "bulletin.css", "overview.css")
    js = asset("bulletin.js", "overview.js")
    roots = together(summary)
    nodes = common(roots)
    items = item_sums(node.line for node in roots)
    page = environment()
    page.globals.update(word=word, name_of=name_of, title_of=title_of, place_of=place_of)
    page.filters.update(n=_number, share=_share)
    made = page.get_template("overview.html").render(
        of=summary,
        lang=lang,
        title=TITLE,
        until=_until(summary),
        lead=list(lead(summary)),
        alarms=list(alarms(summary)),
        figures=list(_figures(summary)),
        legend=[(bar([Segment(o, 1)], Bilingual("", ""), 1, 28), word("outcome", o)) for o in _OUTCOMES],
        whole=_verdicts(summary.totals, Bilingual("全部档案", "All dossiers"), 640),
        levels=[_level(one.word, one.areas, one.dossiers) for one in by_level(summary)],
        compared=_compared(nodes),
        year_bars=_years(summary),
        top=_top(items, nodes),
        items=_items(summary, items),
        map=_map(summary, items, nodes),
        worst=worst_areas(summary)[:TOP],
        counts=COUNTS,
        doubts=_doubts(summary),
        forest=_forest(summary),
        refused=sorted(summary.refusals, key=lambda one: one.status != "fault")[:REFUSED],
        rest_refused=len(summary.refusals) - REFUSED,
        no_conclusion=NO_CONCLUSION,
        judged=list(judged_by(summary)),
        files=[file for file in files_of(summary, findings) if file[0] != "overview.html"],
        notes=list(notes(summary)),
        css=Markup(css),
        js=Markup(js),
        csp=policy(css, js),
    )
    return made.encode()


def _until(summary: FeedSummary) -> Bilingual:
    of, day = summary.standard, summary.settings.as_of
    return Bilingual(f"{of}　检查基准日 {day}", f"{of}, as of {day}")


def _number(count: int) -> Markup:
    """Thousands set apart, as in 12 345, by a space that does not break.

    >>> _number(12345), _number(999)
    (Markup('12\u202f345'), Markup('999'))
    """
    return Markup(f"{count:,}".replace(",", "\u202f"))


def _share(part: int, whole: int) -> str:
    return percent(Fraction(part, whole) if whole else None)


# -- the top --------------------------------------------------------------------------------------------------


def _figures(summary: FeedSummary) -> Iterator[tuple[Bilingual, int, str]]:
    """What stands large at the top: label, number, class."""
    of, total = summary, summary.totals
    yield Bilingual("读入档案", "Dossiers read"), of.pieces, ""
    yield Bilingual("已检查", "Checked"), of.checked, ""
    yield Bilingual("不予受理", "Refused"), of.refused, "late" if of.refused else ""
    if of.faults:
        yield Bilingual("检查程序故障", "Checker failed"), of.faults, "late"
    yield word("outcome", "pass"), total.passed, "pass"
    yield word("outcome", "fail"), total.failed, "fail"
    yield word("outcome", "unknown"), total.unknown, "unknown"
    if total.not_applicable:
        yield word("outcome", "not_applicable"), total.not_applicable, ""
    yield Bilingual("小区", "Communities"), total.communities, ""
    yield Bilingual("户数", "Households"), total.households, ""


def _told(name: Bilingual, counts: Sequence[tuple[Bilingual, int]], of: Bilingual) -> Bilingual:
    """The alternative to a bar: a name and what there is how many of."""
    zh = "，".join(f"{what.zh}{count}{of.zh}" for what, count in counts if count)
    en = ", ".join(f"{what.en.lower()} {count}" for what, count in counts if count)
    return Bilingual(f"{name.zh}：{zh or '没有'}", f"{name.en}: {en or 'none'}")


def _outcome_bar(counts: Sequence[int], name: Bilingual, of: Bilingual, width: int = _WIDE) -> Markup:
    told = [(word("outcome", outcome), count) for outcome, count in zip(_OUTCOMES, counts, strict=True)]
    segments = [Segment(outcome, count) for outcome, count in zip(_OUTCOMES, counts, strict=True)]
    return bar(segments, _told(name, told, of), width=width)


_DOSSIERS: Final = Bilingual("份", "")
_FINDINGS: Final = Bilingual("处", "")
_AREAS: Final = Bilingual("个", "")


def _verdicts(of: Totals, name: Bilingual, width: int = _WIDE) -> Markup:
    return _outcome_bar((of.passed, of.failed, of.unknown, of.not_applicable), name, _DOSSIERS, width)


def _level(name: Bilingual, areas: dict[Outcome, int], dossiers: int) -> tuple[Bilingual, list[int], int, Markup]:
    counts = [areas.get(outcome, 0) for outcome in _OUTCOMES]
    return name, counts, dossiers, _outcome_bar(counts, name, _AREAS)


# -- areas against each other ---------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Compared:
    """Areas side by side, those first in which most dossiers fail."""

    level: Bilingual
    rows: Sequence[tuple[AreaLine, Bilingual, Markup, Markup, Markup]]
    """With its name, and bars of results, communities and households"""
    rest: int


def _compared(nodes: Sequence[Node]) -> _Compared | None:
    if not nodes:
        return None
    ordered = sorted(nodes, key=lambda n: (-Fraction(n.line.totals.failed, n.line.totals.dossiers or 1), n.line.code))
    shown = ordered[:COMPARED]
    communities = max(node.line.totals.communities for node in nodes)
    households = max(node.line.totals.households for node in nodes)
    rows = []
    for node in shown:
        line, of = node.line, node.line.totals
        name = _side(line, nodes)
        rows.append(
            (
                line, name, _verdicts(of, name),
                _amount(of.communities, communities, name, COUNTS[6][1]),
                _amount(of.households, households, name, COUNTS[7][1]),
            )
        )  # fmt: skip
    return _Compared(LEVEL_WORDS[nodes[-1].line.level], rows, len(nodes) - len(shown))


def _side(line: AreaLine, nodes: Sequence[Node]) -> Bilingual:
    """The name of an area beside others; that of one above them is of its own dossiers alone."""
    name = name_of(line)
    if line.level == nodes[-1].line.level:
        return name
    return Bilingual(f"{name.zh}（本级）", f"{name.en} (own)")


def _amount(count: int, most: int, name: Bilingual, what: Bilingual) -> Markup:
    return bar([Segment("amount", count)], _told(name, [(what, count)], Bilingual("", "")), most, 110)


def _years(summary: FeedSummary) -> list[tuple[int, Totals, Markup]]:
    """A row a plan year where there are several."""
    years = years_of(summary)
    if len(years) < 2:
        return []
    rows = []
    for year in years:
        of = sum_of(node.line.totals for node in trees(summary, year))
        rows.append((year, of, _verdicts(of, Bilingual(f"{year}年度", str(year)))))
    return rows


# -- items ------------------------------------------------------------------------------------------------------


def _top(items: Sequence[ItemLine], nodes: Sequence[Node]) -> list[tuple[ItemLine, list[Bilingual]]]:
    """What fails most, and where."""
    tallies = {id(node): {line.item: line.failed for line in node.line.items} for node in nodes}
    rows = []
    for line in failing(items)[:TOP]:
        where = sorted(nodes, key=lambda node: -tallies[id(node)].get(line.item, 0))
        places = [
            Bilingual(f"{name.zh} {count}", f"{name.en} {count}")
            for node in where[:3]
            if len(nodes) > 1 and (count := tallies[id(node)].get(line.item, 0))
            for name in (_side(node.line, nodes),)
        ]
        rows.append((line, places))
    return rows


_Item = tuple[ItemLine, Bilingual, Markup, Markup]


def _items(summary: FeedSummary, items: Sequence[ItemLine]) -> list[tuple[Bilingual, list[_Item]]]:
    """The indicators of the annex, then what only the body asks; each item with two bars."""
    groups: list[tuple[Bilingual, list[_Item]]] = []
    for name, of_body in (
        (Bilingual("衡量标准各条目", "Items of the standard"), False),
        (Bilingual("只见于通知正文的条目", "Items only in the body of the notice"), True),
    ):
        chosen = [_item(summary, line) for line in items if line.item.startswith("X") == of_body]
        if chosen:
            groups.append((name, chosen))
    return groups


def _item(summary: FeedSummary, line: ItemLine) -> _Item:
    title = title_of(summary, line.item)
    name = Bilingual(f"{line.item} {title.zh}", f"{line.item} {title.en}")
    dossiers = (line.passed, line.failed, line.unknown, line.not_applicable)
    found = (
        line.findings_passed, line.findings_failed, line.findings_unknown, line.findings_not_applicable,
    )  # fmt: skip
    return line, title, _outcome_bar(dossiers, name, _DOSSIERS, 130), _outcome_bar(found, name, _FINDINGS, 130)


@dataclass(frozen=True, slots=True)
class _Cell:
    """Of the dossiers that an item concerns in an area, how many fail: as per cent, in steps of shade."""

    shown: str
    shade: int


@dataclass(frozen=True, slots=True)
class _Map:
    heads: Sequence[Bilingual]
    rows: Sequence[tuple[ItemLine, Bilingual, Sequence[_Cell]]]
    rest: int


def _map(summary: FeedSummary, items: Sequence[ItemLine], nodes: Sequence[Node]) -> _Map | None:
    """Items that fail anywhere, by area."""
    if len(nodes) < 2:
        return None
    shown = sorted(nodes, key=lambda node: node.line.code)[:COMPARED]
    lines = [node.line for node in shown]
    tallies = [{item.item: item for item in line.items} for line in lines]
    rows = [
        (line, title_of(summary, line.item), [_cell(tally.get(line.item)) for tally in tallies])
        for line in items
        if line.failed
    ]
    heads = [Bilingual(line.code, line.code) if line.name is None else _side(line, nodes) for line in lines]
    return _Map(heads, rows, len(nodes) - len(shown)) if rows else None


def _cell(line: ItemLine | None) -> _Cell:
    """Shades from 1 for any failing to 5 for all.

    >>> from dataclasses import replace
    >>> line = ItemLine("B1.1", 2, 1, 0, 5, 0, 0, 0, 0)
    >>> _cell(line), _cell(replace(line, failed=0)), _cell(replace(line, passed=0, failed=0)), _cell(None).shown
    (_Cell(shown='33', shade=2), _Cell(shown='0', shade=0), _Cell(shown='–', shade=0), '–')
    """
    of = 0 if line is None else line.passed + line.failed + line.unknown
    if line is None or not of:
        return _Cell("–", 0)
    share = Fraction(line.failed, of)
    told = round(share * 100)
    return _Cell("<1" if line.failed and not told else str(told), -int(-share * 5 // 1))


# -- the trees --------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Row:
    name: Bilingual
    code: str
    counts: Sequence[int]
    causes: str
    """The items that fail most"""
    own: bool = False
    """Of the dossiers of the area itself, without those below it"""


@dataclass(frozen=True, slots=True)
class _Group:
    """An area with a row of its own and the rows below it."""

    head: _Row
    below: Sequence[_Row]


@dataclass(frozen=True, slots=True)
class _Tree:
    """A province in one plan year."""

    id: str
    top: AreaLine
    head: _Row
    name: Bilingual
    plot: Markup
    own: _Row | None
    groups: Sequence[_Group]
    left: int
    """Areas below it that are not shown"""


def _forest(summary: FeedSummary) -> list[tuple[int, list[_Tree]]]:
    """The trees of every plan year, the newest first; where room ends, older years lose their lowest level first."""
    found = [(year, _tops(trees(summary, year))) for year in years_of(summary)]
    room = ROWS - sum(1 + len(top.below) for _, tops in found for top in tops)
    forest = []
    for year, tops in found:
        made = []
        for top in tops:
            lowest = sum(len(_rows_below(node)) for node in top.below)
            fits = lowest <= room
            room -= lowest if fits else 0
            made.append(_tree(top, year, fits))
        forest.append((year, made))
    return forest


def _tops(nodes: Sequence[Node]) -> list[Node]:
    """The areas that have a tree each: those below the whole."""
    return [top for node in nodes for top in (node.below if node.line.level == "country" else (node,))]


def _tree(top: Node, year: int, whole: bool) -> _Tree:
    line, name = top.line, name_of(top.line)
    groups = [_Group(_row(node.line), _rows_below(node) if whole else ()) for node in top.below]
    hidden = 0 if whole else sum(len(_rows_below(node)) for node in top.below)
    own = _own(top) if line.own and top.below else None
    plot = _verdicts(line.totals, Bilingual(f"{name.zh}{year}年度", f"{name.en}, {year}"), 160)
    return _Tree(f"a{year}-{line.level}-{line.code}", line, _row(line), name, plot, own, groups, hidden)


def _rows_below(node: Node) -> list[_Row]:
    own = [_own(node)] if node.line.own and node.below else []
    return [*own, *(_row(one.line) for one in every(node.below))]


def _own(node: Node) -> _Row:
    name = name_of(node.line)
    return _Row(Bilingual(f"{name.zh}（本级）", f"{name.en} (own)"), node.line.code, _counts(node.own), "", True)


def _row(line: AreaLine) -> _Row:
    worst = failing(line.items)
    causes = " ".join(one.item for one in worst[:CAUSES]) + (" …" if len(worst) > CAUSES else "")
    return _Row(name_of(line), "" if line.name is None else line.code, _counts(line.totals), causes)


def _counts(of: Totals) -> list[int]:
    return [getattr(of, name) for name, _ in COUNTS]


# -- data quality -------------------------------------------------------------------------------------------------


def _doubts(summary: FeedSummary) -> list[tuple[str, Bilingual, int, int, Markup]]:
    most = max((one.doubts for one in summary.doubts), default=0)
    return [
        (
            one.check, title := title_of(summary, one.check), one.doubts, one.dossiers,
            bar([Segment("unknown", one.doubts)], _told(title, [(_DOUBTS, one.doubts)], _FINDINGS), most),
        )
        for one in summary.doubts
    ]  # fmt: skip


_DOUBTS: Final = Bilingual("存疑", "doubts")
