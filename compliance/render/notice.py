"""整改清单 and 待补材料清单 → one 整改通知 or 补正材料通知 for each responsible unit or area; never mixes the two.

A notice to rectify has nothing on it that is unknown: what is to be supplied goes into a notice of its own, which does
not speak of rectifying. Time limits are suggestions and say so; number, day, who signs and whom to call are left to
fill in, and marked.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from compliance.render import gongwen
from compliance.render.as_docx import number_line, signed, spoken_day
from compliance.render.blocks import Annex, Block, Content, Fill, Para, Table, plain_text
from compliance.render.lists import COLUMNS, cells, term_says
from compliance.render.words import label, say, word
from compliance.schemas.rectify import Affected, Entry, Lists, ReportUsed, Section, Term
from compliance.schemas.report import Area, Bilingual

__all__ = ["KINDS", "Kind", "Notice", "as_docx", "as_text", "notices"]

Kind = Literal["rectify", "supply"]
KINDS: tuple[Kind, ...] = ("rectify", "supply")
TOLD = 15
"""Entries told in the notice itself; all stand in its annex"""
_TYPES = {
    "immediate": Bilingual("立行立改", "At once"),
    "staged": Bilingual("分阶段整改", "In stages"),
    "continuing": Bilingual("持续整改", "Continuing"),
    None: Bilingual("补正", "To supply"),
}


@dataclass(frozen=True, slots=True)
class Notice:
    """One document to be sent."""

    kind: Kind
    to: str
    """Name of the unit or area; empty where no unit is reported"""
    lists: Lists
    section: Section

    @property
    def used(self) -> list[ReportUsed]:
        """The reports that its entries come from."""
        places = {_place(e.area) for e in self.section.entries}
        return [r for r in self.lists.reports if _place(r.area) in places]


def notices(lists: Lists, kinds: Sequence[Kind] = KINDS) -> Iterator[Notice]:
    """One for each section that has entries: those to rectify, then those to supply."""
    for kind in kinds:
        for section in getattr(lists, kind):
            to = section.key if lists.by == "unit" else section.title.zh
            yield Notice(kind, to, lists, section)


def as_docx(notice: Notice, lang: str = "zh", *, template: bytes | None = None) -> bytes:
    """A .docx, laid out as the report is."""
    return gongwen.write(
        _blocks(notice, lang), title=_title(notice, lang).replace("\n", ""),
        day=max(r.as_of for r in notice.used), lang=lang, template=template,
    )  # fmt: skip


def as_text(notice: Notice, lang: str = "zh", width: int = 80) -> bytes:
    """The same, to read."""
    return plain_text(_blocks(notice, lang), lang, width)


# -- what it says ---------------------------------------------------------------------------------------------


def _place(area: Area) -> tuple[str, int]:
    return area.code, area.plan_year


def _areas(notice: Notice, lang: str) -> str:
    areas = [(r.area.name, r.area.plan_year) for r in notice.used]
    if lang == "en":
        return "; ".join(f"{name}, {year}" for name, year in areas)
    years = {year for _, year in areas}
    if len(years) == 1:
        return "、".join(name for name, _ in areas) + f"{years.pop()}年度"
    return "、".join(f"{name}{year}年度" for name, year in areas)


def _title(notice: Notice, lang: str) -> str:
    where = _areas(notice, lang)
    if lang == "en":
        what = "Problems to Rectify" if notice.kind == "rectify" else "Material to Supply"
        return f"Notice of {what}:\nRenovation of Old Residential Communities, {where}"
    if notice.kind == "rectify":
        return f"关于{where}城镇老旧小区\n改造有关问题的整改通知"
    return f"关于补充{where}城镇老旧小区\n改造检查材料的通知"


def _blocks(notice: Notice, lang: str) -> Iterator[Block]:
    zh, rectify = lang == "zh", notice.kind == "rectify"
    entries = notice.section.entries
    yield number_line(lang)
    yield Para("title", _title(notice, lang))
    yield Para("addressee", (*_addressee(notice, lang), "：" if zh else ":"))
    if any(r.area.fictional for r in notice.used):
        yield Para("body", f"〔{label('demo').zh}〕" if zh else f"[{label('demo').en}]")
    yield Para("body", _opening(notice, lang))
    yield Para("h1", "检查时间和依据" if zh else "When and by what")
    yield from _basis(notice, lang)
    yield Para(
        "h1", ("存在的问题" if rectify else "需要补充的材料") if zh else ("Problems" if rectify else "What to supply")
    )
    for entry in entries[:TOLD]:
        yield Para("h3", _told(entry, notice.kind, lang))
    if len(entries) > TOLD:
        more = len(entries) - TOLD
        yield Para("body", f"另有{more}条，见附件。" if zh else f"{more} more are in the annex.")
    if rectify:
        yield from _rectifying(entries, lang)
    else:
        yield from _supplying(entries, lang)
    yield Para("body", (
        *(("联系人：", Fill("姓名"), "；联系电话：", Fill("电话"), "。") if zh else
          ("Contact: ", Fill("name"), "; telephone: ", Fill("number"), ".")),
    ))  # fmt: skip
    annex = say(_ANNEX[notice.kind], lang)
    yield Para("attachments", f"附件：{annex}" if zh else f"Annex: {annex}")
    yield from signed(lang, Bilingual("发文机关全称（盖章）", "issuing office (seal)"))
    yield Annex(0, annex)
    yield _annex(notice, lang)
    for used in notice.used:
        name = used.file.rsplit("/", 1)[-1]
        yield Para(
            "note", f"出处：检查报告{name}，SHA-256 {used.sha256}" if zh else f"From {name}, SHA-256 {used.sha256}"
        )


_ANNEX = {
    "rectify": Bilingual("整改清单", "List of what to rectify"),
    "supply": Bilingual("待补材料清单", "List of material to supply"),
}


def _addressee(notice: Notice, lang: str) -> tuple[str | Fill, ...]:
    if notice.lists.by == "unit":
        return (notice.to or Fill("责任单位" if lang == "zh" else "responsible unit"),)
    submitter = next((r.area.submitter for r in notice.used), None)
    return (submitter or Fill("主送机关" if lang == "zh" else "addressee"),)


def _opening(notice: Notice, lang: str) -> str:
    entries = notice.section.entries
    count, findings = len(entries), sum(len(e.affected) for e in entries)
    subjects = {(_place(e.area), a.kind, a.id) for e in entries for a in e.affected if a.kind != "area"}
    where, standard = _areas(notice, lang), notice.used[0].standard
    rectify = notice.kind == "rectify"
    if lang == "en":
        what = "has to rectify" if rectify else "has to supply material for"
        on = f" on {len(subjects)} communities or projects" if subjects else ""
        return (
            f"The renovation of old residential communities in {where} was inspected against the standard {standard}. "
            f"Your office {what} {count} entries ({findings} findings{on}), as follows."
            + ("" if rectify else " They are no problems to rectify: for want of material nothing can be concluded.")
        )
    on = f"，涉及{len(subjects)}个小区（项目）" if subjects else ""
    head = f"对照《城镇老旧小区改造工作衡量标准》（{standard}），对{where}城镇老旧小区改造工作进行了检查。"
    if rectify:
        return f"{head}检查发现应由你单位整改的问题{count}条、{findings}项{on}。现将有关问题和整改要求通知如下："
    return (
        f"{head}其中{count}条、{findings}项{on}因材料不足，尚不能认定是否符合。"
        "这些事项不是整改问题，补齐材料后另行认定。现通知如下："
    )


def _basis(notice: Notice, lang: str) -> Iterator[Para]:
    zh = lang == "zh"
    if zh:
        days: Content = ("现场检查时间：", Fill("××××年×月×日至×月×日"), "。")
    else:
        days = ("Days of the inspection: ", Fill("from … to …"), ".")
    yield Para("body", days)
    for used in notice.used:
        profile = say(used.profile_title, lang)
        if zh:
            text = (
                f"{used.area.name}{used.area.plan_year}年度：检查基准日{spoken_day(used.as_of)}；依据{used.standard}，"
                f"当地规定为{profile}。"
            )
        else:
            text = (
                f"{used.area.name}, {used.area.plan_year}: as of {used.as_of}; standard {used.standard}, local rules: "
                f"{profile}."
            )
        if used.faults:
            text += "该报告不完整，有检查未得出结论。" if zh else " That report is incomplete."
        yield Para("body", text)


def _told(entry: Entry, kind: Kind, lang: str) -> str:
    severity, cite = say(word("severity", entry.severity), lang), say(entry.cite, lang)
    says = say(entry.says, lang).rstrip("。.")
    if lang == "en":
        grade = f"; {severity}" if kind == "rectify" else ""
        return (
            f"{says} ({entry.item}; {cite}{grade}). {say(entry.requirement, lang) if kind == 'supply' else ''}".rstrip()
        )
    if kind == "rectify":
        return f"{says}（{entry.item}，{cite}，{severity}）。"
    return f"{says}（{entry.item}，{cite}）。{say(entry.requirement, lang).rstrip('。')}。"


def _by_term(entries: Sequence[Entry], lang: str) -> Iterator[Para]:
    """Which entries by when, each time limit once."""
    terms: dict[Term | None, list[int]] = {}
    for number, entry in enumerate(entries, 1):
        terms.setdefault(entry.term, []).append(number)
    every = len(terms) == 1
    for term in sorted(terms, key=lambda t: t.days if t else 0):
        numbers = terms[term]
        if lang == "en":
            which = "all entries" if every else f"entries {', '.join(map(str, numbers))}"
            by = term_says(term).en if term else "limit to be set"
            yield Para("h3", f"{_TYPES[term.type if term else None].en}: {which}; {by}.")
        else:
            which = "全部事项" if every else f"第{'、'.join(map(str, numbers))}条"
            by = term_says(term).zh if term else "时限另定"
            yield Para("h3", f"{_TYPES[term.type if term else None].zh}：{which}，{by}完成。")


def _rectifying(entries: Sequence[Entry], lang: str) -> Iterator[Para]:
    zh = lang == "zh"
    yield Para("h1", "整改要求和时限" if zh else "What is asked, and by when")
    yield Para("body", (
        "请逐条对照附件所列整改要求制定措施，明确责任领导、责任人和完成时间，整改一条、核验一条、销号一条。"
        "下列整改类型和时限均为建议，以签发时确定的为准：" if zh else
        "Set measures for each entry by what the annex asks, with who is responsible and by when; every entry is "
        "verified and closed by itself. Types and limits are suggestions; what is set on signing holds:"
    ))  # fmt: skip
    yield from _by_term(entries, lang)
    yield Para("h1", "报送要求" if zh else "What to send")
    yield Para("body", (
        ("请自收到本通知之日起", Fill("30"), "日内（建议）报送整改方案；每条整改完成后，报送整改情况和佐证材料。"
         "经复查再次检查并符合要求的，予以销号；仅作说明、没有佐证的，不予销号。") if zh else
        ("Send a plan within ", Fill("30"), " days of this notice (suggested), and for each entry that is done a "
         "report with its proof. An entry is closed when it is inspected again and passes; words without proof "
         "close nothing.")
    ))  # fmt: skip
    yield Para("body", (
        "对所列问题有异议的，请在报送整改方案的期限内书面提出，说明理由并附证据。" if zh else
        "Objections are to be made in writing within the same time, with grounds and evidence."
    ))  # fmt: skip


def _supplying(entries: Sequence[Entry], lang: str) -> Iterator[Para]:
    zh = lang == "zh"
    yield Para("h1", "补正要求和期限" if zh else "How, and by when")
    yield Para("body", (
        "请按附件逐条补充或更正，注明材料名称、页码和对应的小区（项目）。下列期限为建议，以签发时确定的为准："
        if zh else
        "Supply or correct each entry of the annex, with titles, pages and the community or project. The limits are "
        "suggestions; what is set on signing holds:"
    ))  # fmt: skip
    yield from _by_term(entries, lang)
    yield Para("body", (
        "确实没有有关材料的，请书面说明。逾期未补正的，由检查单位另行研究认定，本通知不预作结论。" if zh else
        "Where there is no such material, say so in writing. What is not supplied in time is for the inspecting office "
        "to determine; this notice concludes nothing."
    ))  # fmt: skip


def _annex(notice: Notice, lang: str) -> Table:
    """The list with the columns that a sheet has room for."""
    rectify = notice.kind == "rectify"
    chosen = {
        "item": (Bilingual("编号、条目和依据", "Number, item, clause"), 26),
        "says": (Bilingual("问题描述" if rectify else "情况", "What is the matter"), 42),
        "affected": (Bilingual("涉及小区（项目）及证据", "Communities or projects, and evidence"), 34),
        "requirement": (Bilingual("整改要求（整改标准）" if rectify else "应补材料", "What is asked"), 46),
        "measures": (Bilingual("措施（建议）", "Measures (suggested)"), 32),
        "term": (Bilingual("时限（建议）", "Limit (suggested)"), 15),
    }
    if not rectify:
        del chosen["measures"]
    heads = ("序号" if lang == "zh" else "No.", *(say(title, lang) for title, _ in chosen.values()))
    return Table(heads, _rows(notice, tuple(chosen), lang), (8, *(w for _, w in chosen.values())), frozenset({0}))


_PER_ROW = 30
"""Communities or projects of an entry that one row names; the others follow in rows of their own"""
_PAPERS = 8
_CONDITIONS = 300
"""Characters of a requirement from which its conditions are left to the report"""


def _rows(notice: Notice, chosen: Sequence[str], lang: str) -> Iterator[tuple[str, ...]]:
    keys = [key for key, _ in COLUMNS]
    comma = "、" if lang == "zh" else ", "
    for position, entry in enumerate(notice.section.entries, 1):
        names = [_name(one, len(entry.affected) > 1, lang) for one in entry.affected]
        row = dict(zip(keys, map(str, cells(entry, lang, entry.affected[:1])), strict=True))
        row["item"] = "\n".join((row["number"], row["item"], row["cite"]))
        row["affected"] = comma.join(names[:_PER_ROW])
        papers = list(dict.fromkeys(say(e, lang) for one in entry.affected for e in one.evidence))
        if papers:
            more = len(papers) - _PAPERS
            told = comma.join(papers[:_PAPERS])
            if more > 0:
                told += f"等{len(papers)}份" if lang == "zh" else f" and {more} more"
            row["affected"] += f"\n证据：{told}" if lang == "zh" else f"\nEvidence: {told}"
        requires, sign, _ = row["requirement"].partition("整改标准：" if lang == "zh" else "What must hold: ")
        if sign and len(row["requirement"]) > _CONDITIONS:
            row["requirement"] = requires + ("判定条件见检查报告。" if lang == "zh" else "Conditions: see the report.")
        if row["proof"] and notice.kind == "rectify":
            row["requirement"] += f"\n佐证材料：{row['proof']}" if lang == "zh" else f"\nProof: {row['proof']}"
        row["measures"] = row["measures"].replace("建议：" if lang == "zh" else "suggested: ", "")
        yield (str(position), *(row[key] for key in chosen))
        for start in range(_PER_ROW, len(names), _PER_ROW):
            part = {"affected": comma.join(names[start : start + _PER_ROW])}
            again = f"{position}续" if lang == "zh" else f"{position} ctd."
            yield (again, *(part.get(key, "") for key in chosen))


def _name(one: Affected, several: bool, lang: str) -> str:
    """With its own number, where the entry's is that of the group."""
    name = say(one.name, lang)
    if not several:
        return name
    return f"{name}（{one.number}）" if lang == "zh" else f"{name} ({one.number})"
