"""Report → 现场检查表 in Word: what is still open, by project and community, so that a team can walk with it.

Only what a visit can settle is on it: what was not reported or shown, and what a person has to judge. What the place
itself has to set is not, and that is said. How to look into it (papers, site, residents) is a suggestion ticked
beforehand; result, facts, photographs and signatures are left to write.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from compliance.render import gongwen
from compliance.render.as_docx import spoken_day
from compliance.render.blocks import Block, Fill, Page, Para, Table
from compliance.render.digest import figures, gaps
from compliance.render.words import join, label, say, word
from compliance.schemas.report import Bilingual, Finding, ItemRollup, Report, SubjectKeys

__all__ = ["blocks", "render"]

TITLE = Bilingual("现场检查表", "On-site inspection sheet")

_SITE = ("B2.3", "B4", "B5", "B9", "H2", "H3", "H8", "H10")
_RESIDENTS = ("B6", "B7", "B8", "H1", "H10", "X10", "X31")
"""Items and clauses where looking at the site, or asking residents, tells more than papers alone; a suggestion"""

_DO = {
    "missing_field": Bilingual("核实并取得未填报的数据", "find out what was not reported"),
    "missing_evidence": Bilingual("查验佐证材料", "look at the documents"),
    "conflicting_data": Bilingual("核对互相矛盾的数据", "settle the data that contradict each other"),
    "ambiguous_date": Bilingual("查明具体日期", "find out the exact dates"),
    "needs_judgement": Bilingual("研判", "judge"),
}


def render(report: Report, lang: str = "zh", *, template: bytes | None = None) -> bytes:
    """A .docx, sideways."""
    return gongwen.write(
        blocks(report, lang), title=say(TITLE, lang), day=report.provenance.as_of, lang=lang, template=template
    )


def blocks(report: Report, lang: str = "zh") -> Iterator[Block]:
    """The parts of the document: head, then stop by stop."""
    items = {item.item: item for item in report.items}
    known = {(s.kind, s.id): s for s in report.subjects}
    stops: dict[tuple[str, str], list[Finding]] = {}
    unset = 0
    for finding in report.findings:
        if finding.outcome == "unknown" and finding.reason in _DO:
            stops.setdefault((finding.subject.kind, finding.subject.id), []).append(finding)
        else:
            unset += finding.outcome == "unknown"
    yield Page(landscape=True)
    yield from _head(report, sum(map(len, stops.values())), unset, lang)
    first = True
    for title, keys in _route(known, stops, lang):
        if not first:
            yield Page(landscape=True)
        first = False
        yield Para("h1", title)
        for key in keys:
            found = stops[key]
            if key[0] == "community":
                yield Para("h2", _where(known.get(key), found[0], lang))
            yield _table(found, items, lang)
            yield Para("note", "")
            yield _signatures(lang)


def _head(report: Report, count: int, unset: int, lang: str) -> Iterator[Block]:
    zh, area, run = lang == "zh", report.area, report.provenance
    yield Para("annex_title", say(TITLE, lang))
    if area.fictional:
        yield Para("note", say(label("demo"), lang))
    rows: list[tuple[str | tuple[str | Fill, ...], ...]] = [
        ("被检查地区" if zh else "Area", f"{area.name}（{area.code}）", "年度" if zh else "Year", str(area.plan_year)),
        (
            "档案编号" if zh else "Dossier", area.dossier_id,
            "基准日" if zh else "As of", spoken_day(run.as_of, lang),
        ),
        (
            "检查日期" if zh else "Day of the visit", (Fill("××××年×月×日" if zh else "date"),),
            "检查人（不少于2人）" if zh else "Inspectors (two or more)", (Fill("姓名" if zh else "names"),),
        ),
    ]  # fmt: skip
    yield Table((), rows, (18, 40, 22, 40), frozenset({0, 2}))
    text = (
        f"本表列{count}项待现场核实的事项，按项目和小区排列。检查方法为建议，可另选；结果须由不少于2名检查人签字，"
        "事实描述写明时间、地点、数字，照片编号备查。表中事项尚无结论，不是问题清单。"
        if zh else
        f"{count} matters to look into, by project and community. The ways to do so are suggestions. Two or more "
        "inspectors sign the results; facts are told with time, place and figures. Nothing here is concluded yet: it "
        "is no list of problems."
    )  # fmt: skip
    if unset:
        text += (
            f"另有{unset}项因当地标准未明确而待证，应由当地明确，不在现场核实之列。" if zh else
            f" {unset} more are unknown because the place has not set its limit; no visit can settle them."
        )  # fmt: skip
    yield Para("note", text)
    if not count:
        yield Para("body", "没有需要现场核实的事项。" if zh else "There is nothing to look into.")


_Key = tuple[str, str]


def _route(
    keys: Mapping[_Key, SubjectKeys], stops: Mapping[_Key, Sequence[Finding]], lang: str
) -> Iterator[tuple[str, list[_Key]]]:
    """Stops in the order to go: the area's offices, then each project with its communities, by their streets."""
    groups: dict[str | None, list[_Key]] = {}
    office: list[_Key] = []
    for key in stops:
        known = keys.get(key)
        if key[0] == "project":
            groups.setdefault(key[1], []).append(key)
        elif key[0] == "community":
            groups.setdefault(known.project if known else None, []).append(key)
        else:
            office.append(key)
    if office:
        yield ("地区层面" if lang == "zh" else "The area itself"), office
    for project in sorted(groups, key=lambda p: (p is None, p or "")):
        known = keys.get(("project", project or ""))
        none = "不属于单个项目的小区" if lang == "zh" else "Communities of no single project"
        title = (known.name if known else project) if project is not None else none
        yield title or none, sorted(groups[project], key=lambda k: _order(k, keys.get(k)))


def _order(key: _Key, known: SubjectKeys | None) -> tuple[bool, str, str, str]:
    place, address = (known.place or "", known.address or "") if known else ("", "")
    return key[0] == "community", place, address, key[1]


def _where(known: SubjectKeys | None, finding: Finding, lang: str) -> str:
    told = [text for text in (known.place, known.address) if text] if known else []
    name = say(finding.subject.name, lang)
    if not told:
        return name
    return f"{name}（{'，'.join(told)}）" if lang == "zh" else f"{name} ({', '.join(told)})"


def _table(found: Sequence[Finding], items: dict[str, ItemRollup], lang: str) -> Table:
    heads = (
        "序号|检查项目|检查内容|检查方法|结果|事实描述|照片号" if lang == "zh" else
        "No.|Item|What to look into|How|Result|Facts|Photo no."
    ).split("|")  # fmt: skip
    rows = [
        (
            str(number), f"{f.item}\n{say(items[f.item].title, lang)}", _matter(f, lang), _how(f, lang), _results(lang),
            "", "",
        )
        for number, f in enumerate(found, 1)
    ]  # fmt: skip
    return Table(tuple(heads), rows, (6, 22, 52, 14, 24, 44, 11), frozenset({0}))


def _matter(finding: Finding, lang: str) -> str:
    zh = lang == "zh"
    lines = [say(text, lang) for text in finding.questions]
    if not lines:
        what = say(_DO[finding.reason or "missing_field"], lang)
        missing = say(join(gaps([finding])[0].missing), lang)
        lines = [f"{what}：{missing}" if zh else f"{what}: {missing}"] if missing else [what]
    lines += [say(text, lang) for text, _ in figures(finding)]
    if finding.responsible_unit is not None:
        lines.append(f"责任单位：{finding.responsible_unit}" if zh else f"Responsible: {finding.responsible_unit}")
    return "\n".join(lines)


def _how(finding: Finding, lang: str) -> str:
    clause = finding.item.split(".")[0]
    ticked = (
        True,
        finding.item in _SITE or clause in _SITE,
        finding.item in _RESIDENTS or clause in _RESIDENTS,
    )
    ways = ("查资料", "看现场", "访居民") if lang == "zh" else ("papers", "site", "residents")
    return "\n".join(f"{'■' if on else '□'}{way}" for on, way in zip(ticked, ways, strict=True))


def _results(lang: str) -> str:
    words = ("合格", "不合格", "不适用", "待核") if lang == "zh" else ("met", "not met", "not applicable", "open")
    return "□{} □{}\n□{} □{}".format(*words)


def _signatures(lang: str) -> Table:
    unit, who, day = (
        ("被检查单位（签字）", "检查人（签字）", "日期") if lang == "zh" else
        ("Inspected unit (signature)", say(label("checker"), lang), say(word("label", "date"), lang))
    )  # fmt: skip
    rows = [(unit, "", who, "", who, "", day, "")]
    return Table((), rows, (18, 26, 16, 24, 16, 24, 9, 22), frozenset({0, 2, 4, 6}), tall=True)
