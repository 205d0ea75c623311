"""What a feed run came to → text for a terminal, tables for a spreadsheet, and JSON; reckons only sums and shares.

Text tells what matters first and cuts long lists, saying by how much; the tables and the JSON leave nothing out.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, fields
from fractions import Fraction
from io import BytesIO
from typing import Final

import orjson

from compliance.render.bulletin import percent
from compliance.render.cells import hanging, pad, table, width_of, wrap
from compliance.render.plain import visible
from compliance.render.rolled import (
    LEVEL_WORDS,
    common,
    every,
    in_order,
    item_sums,
    name_of,
    state,
    together,
    trees,
    years_of,
)
from compliance.render.sheet import Cell, as_csv
from compliance.render.words import say, word
from compliance.schemas.feed import LEVELS, AreaLine, FeedSummary, ItemLine, Refusal, Totals
from compliance.schemas.report import Bilingual, Outcome

__all__ = [
    "COUNTS",
    "NO_CONCLUSION",
    "TITLE",
    "LevelSums",
    "alarms",
    "areas_csv",
    "as_json",
    "as_text",
    "by_level",
    "failing",
    "files_of",
    "items_csv",
    "judged_by",
    "lead",
    "notes",
    "place_of",
    "title_of",
    "worst_areas",
]

TITLE: Final = Bilingual("老旧小区改造档案成批检查总览", "Dossiers on old residential communities: overview of a run")
SHOWN: Final = 10
"""Lines of a list in the text before the rest is counted"""

COUNTS: Final[tuple[tuple[str, Bilingual], ...]] = (
    ("dossiers", Bilingual("档案", "Dossiers")),
    ("passed", word("outcome", "pass")),
    ("failed", word("outcome", "fail")),
    ("unknown", word("outcome", "unknown")),
    ("not_applicable", word("outcome", "not_applicable")),
    ("critical", Bilingual("红线", "Critical")),
    ("communities", Bilingual("小区", "Communities")),
    ("households", Bilingual("户数", "Households")),
    ("unstated", Bilingual("未报户数的小区", "Without households")),
    ("rectify", Bilingual("须整改", "To rectify")),
    ("improve", Bilingual("建议提升", "To improve")),
    ("pending", Bilingual("待证结论", "Open findings")),
    ("doubts", Bilingual("数据存疑", "Doubts")),
)
"""The columns of every table of areas, as ``Totals`` has them"""

_FILES: Final[tuple[tuple[str, Bilingual], ...]] = (
    ("findings.jsonl", Bilingual("结论，每行一条", "findings, one a line")),
    ("findings.parquet", Bilingual("结论，每行一条", "findings, one a row")),
    ("dossiers.jsonl", Bilingual("每份档案一行：结果、不予受理的全部错误", "a line a dossier: result, or all errors")),
    ("quality.jsonl", Bilingual("数据存疑，每行一处", "data-quality doubts, one a line")),
    ("areas.csv", Bilingual("省、市、县汇总，可用表格软件打开", "provinces, cities, counties, for a spreadsheet")),
    ("items.csv", Bilingual("各地区逐条目汇总", "every item of every area, for a spreadsheet")),
    ("overview.html", Bilingual("总览网页", "overview, a page")),
    ("deliveries.jsonl.gz", Bilingual("各次报送的要点，供下次比较（--previous）", "for the next comparison")),
    ("feed.json", Bilingual("全部汇总数据", "all sums, for programs")),
)  # fmt: skip
"""What a run leaves behind; of the findings one or the other."""

_TALLIES: Final = tuple(field.name for field in fields(ItemLine))[1:]


# -- sentences that text and page share -----------------------------------------------------------------------


def _share(part: int, whole: int) -> str:
    return percent(Fraction(part, whole) if whole else None)


def _size(count: int) -> str:
    """Bytes for a reader, a half rounded up.

    >>> _size(999), _size(12_345_678), _size(2_000_000_000)
    ('999 B', '12.3 MB', '2.0 GB')
    """
    for name, unit in (("GB", 10**9), ("MB", 10**6), ("kB", 10**3)):
        if count >= unit:
            whole, tenth = divmod((count * 20 + unit) // (2 * unit), 10)
            return f"{whole}.{tenth} {name}"
    return f"{count} B"


def place_of(refusal: Refusal) -> str:
    """File and line."""
    return refusal.source if refusal.line is None else f"{refusal.source}:{refusal.line}"


def title_of(summary: FeedSummary, item: str) -> Bilingual:
    """An item or check by its name; one without a name by its id."""
    return summary.titles.get(item, Bilingual(item, item))


def lead(summary: FeedSummary) -> Iterator[Bilingual]:
    """What was read and what it came to, in whole sentences."""
    of = summary
    yield Bilingual(
        f"共读入档案{of.pieces}份（{_size(of.bytes)}）：已检查{of.checked}份，不予受理{of.refused}份，"
        f"检查程序故障{of.faults}份。",
        f"{of.pieces} dossiers were read ({_size(of.bytes)}): {of.checked} checked, {of.refused} refused, "
        f"{of.faults} on which the checker failed.",
    )
    total = of.totals
    if not total.dossiers:
        yield Bilingual("没有检查成功的档案，以下各表均为空。", "No dossier was checked; all tables below are empty.")
        return
    found: dict[str, int] = dict.fromkeys(LEVELS, 0)
    for level, _ in {(line.level, line.code) for line in of.areas if line.own}:
        found[level] += 1
    years = years_of(of)
    span = f"{years[-1]}" if len(years) == 1 else f"{years[-1]}—{years[0]}"
    yield Bilingual(
        f"报送地区：省级{found['province']}个，市级{found['city']}个，县级{found['county']}个；计划年度{span}；"
        f"小区{total.communities}个，{total.households}户（以所报为准）。",
        f"Areas that reported: province level {found['province']}, city level {found['city']}, county level "
        f"{found['county']}; plan years {span}; {total.communities} communities, {total.households} households as "
        "reported.",
    )
    parts = [("pass", total.passed), ("fail", total.failed), ("unknown", total.unknown)]
    parts += [("not_applicable", total.not_applicable)] if total.not_applicable else []
    zh = "，".join(f"{word('outcome', o).zh}{n}份（{_share(n, total.dossiers)}）" for o, n in parts)
    en = ", ".join(f"{word('outcome', o).en.lower()} {n} ({_share(n, total.dossiers)})" for o, n in parts)
    critical = (f"；有红线问题的{total.critical}份", f"; {total.critical} with a critical failing")
    yield Bilingual(
        f"检查结果：{zh}{critical[0] if total.critical else ''}。",
        f"Results: {en}{critical[1] if total.critical else ''}.",
    )
    yield Bilingual(
        f"须整改{total.rectify}处，建议提升{total.improve}处，待证{total.pending}处；数据存疑{total.doubts}处。",
        f"{total.rectify} findings to rectify, {total.improve} to improve, {total.pending} open; "
        f"{total.doubts} doubts about the data.",
    )


def alarms(summary: FeedSummary) -> Iterator[tuple[bool, Bilingual]]:
    """What a reader must know before any number; true where the run proves no pass because of it."""
    of = summary
    if of.faults:
        yield True, Bilingual(
            f"检查程序在{of.faults}份档案上发生故障，没有得出结论，也未计入各表；排除故障并重新检查之前，"
            "本次结果不得作为通过依据。",
            f"The checker failed on {of.faults} dossiers: they have no result and are in no table. Until they are "
            "checked again this run proves no pass.",
        )
    if of.integrity:
        yield True, Bilingual(
            f"{of.integrity}份档案有附件与所列校验值不一致，名单见 dossiers.jsonl 的 integrity。",
            f"{of.integrity} dossiers have attachments that do not match the hashes claimed; see integrity in "
            "dossiers.jsonl.",
        )
    if of.refused:
        yield False, Bilingual(
            f"{of.refused}份档案不予受理，未计入各表。", f"{of.refused} dossiers were refused and are in no table."
        )
    cut = of.findings - of.findings_written
    if cut:
        yield False, Bilingual(
            f"逐条写出的结论设有上限：应写{of.findings}条，写出{of.findings_written}条，未写{cut}条。"
            "各表的数按全部结论计算，不受影响。",
            f"A limit was set on findings written: {of.findings_written} of {of.findings} were, {cut} were not. The "
            "numbers in all tables count every finding.",
        )
    if of.fictional:
        yield False, Bilingual(
            f"其中{of.fictional}份为虚构样例，不得作为任何认定依据。",
            f"{of.fictional} of the dossiers are fictional examples; no ground for any decision.",
        )


def judged_by(summary: FeedSummary) -> Iterator[tuple[Bilingual, Bilingual]]:
    """What every dossier was held against, as labels and texts."""
    of, how = summary, summary.settings

    def same(text: str) -> Bilingual:
        return Bilingual(text, text)

    yield Bilingual("衡量标准", "Standard"), same(of.standard)
    yield Bilingual("检查基准日", "As of"), same(how.as_of)
    yield Bilingual("检查模式", "Mode"), word("mode", how.mode)
    if how.profile is None:
        profile = Bilingual("按各档案的区划代码选用", "found by each dossier's area code")
    else:
        profile = Bilingual(f"指定 {how.profile}", f"given: {how.profile}")
    used = "、".join(of.profiles) or "—"
    yield Bilingual("地方标准", "Profiles"), Bilingual(f"{profile.zh}；所用：{used}", f"{profile.en}; used: {used}")
    if how.drafts:
        yield Bilingual("征求意见稿", "Drafts"), Bilingual("已适用", "applied")
    kept = [word("outcome", outcome) for outcome in how.outcomes]
    yield (
        Bilingual("逐条写出的结论", "Findings written one by one"),
        Bilingual(
            f"{'、'.join(w.zh for w in kept) or '无'}；应写{of.findings}条，已写{of.findings_written}条",
            f"{', '.join(w.en.lower() for w in kept) or 'none'}; {of.findings_written} of {of.findings} written",
        ),
    )
    checked = ("已作", "made") if how.quality else ("本次未作", "not made in this run")
    yield Bilingual("数据质量核对", "Data-quality checks"), Bilingual(*checked)
    yield Bilingual("检查程序", "Tool"), same(of.tool_version)
    yield Bilingual("规则", "Rulebook"), same(f"{of.rulebook_version}　SHA-256 {of.rulebook_sha256}")


def notes(summary: FeedSummary) -> Iterator[Bilingual]:
    """How the numbers are to be read."""
    yield Bilingual(
        "一份档案有一个结果：有须整改问题的为不符合；没有，但尚有事项不能证明的为待证。待证不等于不符合。",
        "A dossier has one result: it fails where anything has to be rectified; where nothing has, but something is "
        "not proved, it is unknown. Unknown is not a failure.",
    )
    yield Bilingual(
        "上级地区的数含其下级；“本级”只计该级自己报送的档案。没有报送的地区不列；只有下级报送的，以区划代码代替名称。",
        "Numbers of an area include those of all areas below it; “own” counts only the dossiers of the area itself. "
        "Areas that reported nothing are not listed; where only areas below reported, the code stands for the name.",
    )
    yield Bilingual(
        "户数为已填报各小区之和；未填报的小区另计个数，不当作零户。",
        "Households are those of the communities that report them; the others are counted apart, not as none.",
    )
    if len(years_of(summary)) > 1:
        yield Bilingual(
            "小区和户数按档案相加：同一小区列入几个年度的，每个年度计一次。",
            "Communities and households are added up by dossier: one that is in several years counts in each.",
        )


NO_CONCLUSION: Final = Bilingual(
    "按所述改正后重新报送，再次检查；全部错误见 dossiers.jsonl。",
    "Mend what is said, send it again and check again; dossiers.jsonl has all errors.",
)


def files_of(summary: FeedSummary, findings: str) -> list[tuple[str, Bilingual]]:
    """The files of a run whose findings are in this one."""
    left_out = {"findings.jsonl", "findings.parquet"} - {findings}
    if not summary.settings.quality:
        left_out.add("deliveries.jsonl.gz")
    return [(name, says) for name, says in _FILES if name not in left_out]


# -- what the tables are of -----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class LevelSums:
    """Areas of one level by what their own dossiers of a year came to."""

    word: Bilingual
    areas: dict[Outcome, int]
    dossiers: int


def by_level(summary: FeedSummary) -> list[LevelSums]:
    """Areas, each once a plan year, by level; of areas that reported themselves."""
    found = {level: LevelSums(LEVEL_WORDS[level], {}, 0) for level in LEVELS}
    for year in years_of(summary):
        for node in every(trees(summary, year)):
            if node.line.own:
                held, own = found[node.line.level], node.own
                outcome = state(own)
                areas = held.areas | {outcome: held.areas.get(outcome, 0) + 1}
                found[node.line.level] = LevelSums(held.word, areas, held.dossiers + own.dossiers)
    return [one for one in found.values() if one.areas]


def failing(lines: Iterable[ItemLine]) -> list[ItemLine]:
    """Items that fail anywhere: those that fail in most dossiers first."""
    found = [line for line in lines if line.failed or line.findings_failed]
    return sorted(found, key=lambda line: (-line.failed, -line.findings_failed, in_order(line.item)))


def worst_areas(summary: FeedSummary) -> list[tuple[AreaLine, Totals]]:
    """Areas with failings in their own dossiers of a year: those with most to rectify first."""
    found = [
        (node.line, own)
        for year in years_of(summary)
        for node in every(trees(summary, year))
        if node.line.own and ((own := node.own).failed or own.rectify)
    ]
    return sorted(found, key=lambda one: (-one[1].critical, -one[1].rectify, one[0].code, -one[0].plan_year))


# -- text -------------------------------------------------------------------------------------------------------

_ORDER: Final = "一二三四五六七八九十"
_OUTCOMES: Final[tuple[Outcome, ...]] = ("pass", "fail", "unknown", "not_applicable")
_AREA: Final = Bilingual("地区", "Area")
_REST: Final = Bilingual("另有{}行，见 {}", "{} more: see {}")


def as_text(
    summary: FeedSummary,
    lang: str = "zh",
    *,
    width: int = 100,
    out: str | None = None,
    findings: str = "findings.jsonl",
) -> bytes:
    """A summary for a terminal. ``out``: the folder that the files of the run are in; ``findings``: which has them."""
    page = _Text(summary, lang, max(width, 40))
    page.head()
    page.levels()
    page.areas()
    page.items()
    page.worst()
    page.doubts()
    page.refusals()
    page.files(out, findings)
    return ("\n".join(page.lines) + "\n").encode()


class _Text:
    def __init__(self, summary: FeedSummary, lang: str, width: int) -> None:
        self.summary, self.lang, self.width = summary, lang, width
        self.lines: list[str] = []
        self.sections = 0

    def say(self, text: Bilingual) -> str:
        return visible(say(text, self.lang))

    def put(self, text: Bilingual, first: str = "") -> None:
        self.lines += hanging(first, self.say(text), self.width)

    def section(self, title: Bilingual) -> None:
        number = f"{_ORDER[self.sections]}、" if self.lang == "zh" else f"{self.sections + 1}. "
        self.sections += 1
        self.lines.append("")
        self.put(title, number)

    def table(self, head: Sequence[Bilingual], rows: Sequence[Sequence[Bilingual | str | int]]) -> None:
        cells = [[self.say(title) for title in head]]
        cells += [[self.say(c) if isinstance(c, Bilingual) else visible(str(c)) for c in row] for row in rows]
        right = {n for n, cell in enumerate(rows[0]) if isinstance(cell, int) or str(cell).endswith(("%", "—"))}
        lines = list(table(cells, self.width - 2, right))
        if max(width_of(line) for line in lines) > self.width - 2:  # no room for columns: one row after the other
            (_, *heads), *rest = cells
            comma, colon = ("，", "：") if self.lang == "zh" else (", ", ": ")
            for name, *told in rest:
                text = comma.join(f"{head} {cell}" for head, cell in zip(heads, told, strict=True))
                self.lines += hanging("  * ", f"{name}{colon}{text}", self.width)
            return
        self.lines += [f"  {line}" for line in lines]

    def rest(self, count: int, file: str) -> None:
        if count > 0:
            self.lines.append("  " + say(_REST, self.lang).format(count, file))

    def head(self) -> None:
        self.put(TITLE)
        self.lines.append("=" * min(self.width, width_of(self.say(TITLE))))
        of, how = self.summary, self.summary.settings
        mode, profiles = word("mode", how.mode), "、".join(of.profiles) or "—"
        self.put(
            Bilingual(
                f"{of.standard}，基准日 {how.as_of}，{mode.zh}，地方标准 {profiles}",
                f"{of.standard}; as of {how.as_of}; {mode.en}; profiles {profiles}",
            )
        )
        self.lines.append("")
        for paragraph in lead(of):
            self.put(paragraph)
        found = list(alarms(of))
        self.lines += [""] if found else []
        for grave, says in found:
            self.put(says, "!!! " if grave else "! ")

    def levels(self) -> None:
        sums = by_level(self.summary)
        if not sums:
            return
        self.section(Bilingual("各级地区结果（每个地区每年度计一次）", "Areas by level, each once a plan year"))
        outcomes = [word("outcome", outcome) for outcome in _OUTCOMES]
        self.table(
            [Bilingual("层级", "Level"), *outcomes, Bilingual("档案", "Dossiers")],
            [[one.word, *(one.areas.get(outcome, 0) for outcome in _OUTCOMES), one.dossiers] for one in sums],
        )

    def areas(self) -> None:
        nodes = common(together(self.summary))
        failed = [node for node in nodes if node.line.totals.failed]
        if len(nodes) < 2 or not failed:
            return
        worst = sorted(failed, key=lambda n: (-n.line.totals.failed, -n.line.totals.rectify, n.line.code))
        self.section(Bilingual("不符合档案最多的地区（含下级）", "Areas where most dossiers fail, with all below them"))
        heads = [head for name, head in COUNTS if name in _BRIEF]
        self.table(
            [_AREA, *heads, Bilingual("不符合占比", "Failing")],
            [
                [
                    name_of(node.line), *(getattr(node.line.totals, name) for name in _BRIEF),
                    _share(node.line.totals.failed, node.line.totals.dossiers),
                ]
                for node in worst[:SHOWN]
            ],
        )  # fmt: skip
        self.rest(len(worst) - SHOWN, "areas.csv")

    def items(self) -> None:
        if not self.summary.totals.dossiers:
            return
        self.section(Bilingual("不符合最多的条目", "Items that fail most"))
        found = failing(item_sums(node.line for node in together(self.summary)))
        if not found:
            self.put(Bilingual("没有不符合的条目。", "No item fails."), "  ")
            return
        of = self.summary
        self.table(
            [
                Bilingual("条目", "Item"), Bilingual("名称", "Title"), Bilingual("不符合档案", "Dossiers failing"),
                Bilingual("占比", "Share"), Bilingual("不符合结论", "Findings failing"),
                Bilingual("待证档案", "Dossiers open"),
            ],
            [
                [
                    line.item, title_of(of, line.item), line.failed, _share(line.failed, of.totals.dossiers),
                    line.findings_failed, line.unknown,
                ]
                for line in found[:SHOWN]
            ],
        )  # fmt: skip
        self.rest(len(found) - SHOWN, "items.csv")

    def worst(self) -> None:
        found = worst_areas(self.summary)
        if not found:
            return
        self.section(Bilingual("须整改最多的报送地区（只计本级档案）", "Areas with most to rectify themselves"))
        self.table(
            [
                _AREA, Bilingual("代码", "Code"), Bilingual("年度", "Year"), Bilingual("红线档案", "Critical"),
                Bilingual("须整改", "To rectify"), Bilingual("待证结论", "Open findings"),
            ],
            [
                [name_of(line), line.code, str(line.plan_year), own.critical, own.rectify, own.pending]
                for line, own in found[:SHOWN]
            ],
        )  # fmt: skip
        self.rest(len(found) - SHOWN, "areas.csv")

    def doubts(self) -> None:
        found = self.summary.doubts
        if not found:
            return
        self.section(Bilingual("数据存疑最多的核对", "Data-quality checks with most doubts"))
        self.table(
            [
                Bilingual("核对", "Check"), Bilingual("名称", "Title"), Bilingual("存疑", "Doubts"),
                Bilingual("涉及档案", "Dossiers"),
            ],
            [[one.check, title_of(self.summary, one.check), one.doubts, one.dossiers] for one in found[:SHOWN]],
        )  # fmt: skip
        self.rest(len(found) - SHOWN, "feed.json")

    def refusals(self) -> None:
        found = self.summary.refusals
        if not found:
            return
        self.section(Bilingual("未检查的档案", "Dossiers that were not checked"))
        # A fault outweighs any refusal; otherwise as they were read.
        for one in sorted(found, key=lambda one: one.status != "fault")[:SHOWN]:
            place, more = place_of(one), one.errors > 1
            told = Bilingual(f"{place}（共{one.errors}处错误）", f"{place} ({one.errors} errors)")
            first = "  !! " if one.status == "fault" else "  * "
            self.put(told if more else Bilingual(place, place), first)
            self.lines += [f"    {line}" for line in wrap(self.say(one.first), self.width - 4)]
        self.rest(len(found) - SHOWN, "dossiers.jsonl")
        self.put(NO_CONCLUSION, "  ")

    def files(self, out: str | None, findings: str) -> None:
        if out is None:
            return
        self.section(Bilingual(f"结果文件（{out}）", f"Files in {out}"))
        told = [(name, self.say(says)) for name, says in files_of(self.summary, findings)]
        for name, says in told:
            self.lines += hanging(f"  {pad(name, 20)}", says, self.width)


_BRIEF: Final = ("dossiers", "passed", "failed", "unknown", "communities", "households", "rectify")


# -- tables for a spreadsheet ---------------------------------------------------------------------------------


def _places(summary: FeedSummary, lang: str) -> Iterator[tuple[list[Cell], AreaLine]]:
    """Every area line with the cells that say which it is, in the summary's order."""
    named: dict[str, AreaLine] = {}
    for line in summary.areas:
        held = named.get(line.code)
        if held is None or (held.name is None and line.name is not None):
            named[line.code] = line

    def called(code: str) -> str:
        return visible(say(name_of(named[code]), lang)) if code in named else code

    for line in summary.areas:
        province = "" if line.level == "country" else called(f"{line.code[:2]}0000")
        above = f"{line.code[:4]}00"
        city = called(above) if line.level in ("city", "county") and above in named else ""
        level, name = say(LEVEL_WORDS[line.level], lang), say(name_of(line), lang)
        yield [level, line.code, name, province, city, line.plan_year], line


_PLACE_HEADS: Final = (
    Bilingual("层级", "Level"),
    Bilingual("区划代码", "Area code"),
    Bilingual("地区", "Area"),
    Bilingual("所属省级", "Province"),
    Bilingual("所属市级", "City"),
    Bilingual("计划年度", "Plan year"),
)


def areas_csv(summary: FeedSummary, lang: str = "zh") -> bytes:
    """One row an area and plan year, with all below it."""
    heads = [*_PLACE_HEADS, Bilingual("本级档案", "Own dossiers"), *(head for _, head in COUNTS)]
    rows = (
        [*place, line.own, *(getattr(line.totals, name) for name, _ in COUNTS)]
        for place, line in _places(summary, lang)
    )
    return as_csv([say(head, lang) for head in heads], rows)


def items_csv(summary: FeedSummary, lang: str = "zh") -> bytes:
    """One row an area, plan year and item, with all below it."""
    words = [word("outcome", outcome) for outcome in _OUTCOMES]
    heads = [
        *_PLACE_HEADS,
        Bilingual("条目", "Item"),
        Bilingual("名称", "Title"),
        *(Bilingual(f"{w.zh}档案", f"Dossiers: {w.en.lower()}") for w in words),
        *(Bilingual(f"{w.zh}结论", f"Findings: {w.en.lower()}") for w in words),
    ]
    rows = (
        [*place, item.item, say(title_of(summary, item.item), lang), *(getattr(item, name) for name in _TALLIES)]
        for place, line in _places(summary, lang)
        for item in sorted(line.items, key=lambda item: in_order(item.item))
    )
    return as_csv([say(head, lang) for head in heads], rows)


# -- JSON -------------------------------------------------------------------------------------------------------


def as_json(summary: FeedSummary) -> bytes:
    """All of it, one area a line; the items of an area are lists of counts, in the order of ``item_columns``."""
    out = BytesIO()
    mark = b"{\n"
    for field in fields(summary):
        value = getattr(summary, field.name)
        out.write(mark + orjson.dumps(field.name) + b":")
        if field.name in ("areas", "refusals"):
            lines = (orjson.dumps(_area(one) if isinstance(one, AreaLine) else one) for one in value)
            out.write(b"[\n" + b",\n".join(lines) + b"\n]" if value else b"[]")
        else:
            out.write(orjson.dumps(value))
        mark = b",\n"
    out.write(mark + b'"item_columns":' + orjson.dumps(_TALLIES) + b"\n}\n")
    return out.getvalue()


def _area(line: AreaLine) -> dict[str, object]:
    told: dict[str, object] = {field.name: getattr(line, field.name) for field in fields(line)}
    told["items"] = {item.item: [getattr(item, name) for name in _TALLIES] for item in line.items}
    return told
