"""Report → 检查报告 in Word, laid out as an official document; leaves nothing out in silence.

What fails is told item by item; of a long list the first are told in full and the others stand in the annex, which has
every finding. What a person has to write (number, signatures, date) is marked. ``template`` is a place's own document
in the stead of ours (see ``gongwen``).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from compliance.render import gongwen
from compliance.render.blocks import Annex, Block, Content, Fill, Para, Table
from compliance.render.digest import Gap, ItemDigest, deciding, digest, figures, gaps
from compliance.render.words import (
    TITLE,
    WORDS,
    counts,
    determinations_used,
    determined,
    join,
    label,
    limit_source,
    pointer,
    say,
    word,
)
from compliance.schemas.rectify import LISTS, Entry, Lists
from compliance.schemas.report import AttachmentFound, Bilingual, Disposition, Finding, Reason, Report, Tally

__all__ = ["blocks", "number_line", "render", "signed", "spoken_day"]

FULL = 5
"""Findings of an item told in full before the annex is named; names told before they are counted"""


def render(report: Report, lang: str = "zh", *, lists: Lists | None = None, template: bytes | None = None) -> bytes:
    """A .docx; with ``lists`` its findings carry the numbers of the lists, and suggested time limits."""
    return gongwen.write(
        blocks(report, lang, lists), title=say(TITLE, lang), day=report.provenance.as_of, lang=lang, template=template
    )


def blocks(report: Report, lang: str = "zh", lists: Lists | None = None) -> Iterator[Block]:
    """The parts of the document."""
    page = _Page(report, lang, digest(report), _entries(lists))
    yield from page.head()
    yield from page.basis()
    yield from page.conclusion()
    yield from page.problems("rectify")
    yield from page.open_points("supply")
    yield from page.open_points("review")
    yield from page.problems("improve")
    yield from page.determinations()
    yield from page.not_checked()
    yield from page.signatures()
    yield from page.annexes()


def _entries(lists: Lists | None) -> dict[str, tuple[str, Entry]]:
    """Finding → its number, and the entry it stands in."""
    if lists is None:
        return {}
    sections = [section for name in LISTS for section in getattr(lists, name)]
    return {one.finding: (one.number, entry) for s in sections for entry in s.entries for one in entry.affected}


def spoken_day(day: str, lang: str = "zh") -> str:
    """A date as a document writes it.

    >>> spoken_day("2024-03-31"), spoken_day("2024-03-31", "en")
    ('2024年3月31日', '2024-03-31')
    """
    if lang == "en":
        return day
    year, month, number = map(int, day.split("-"))
    return f"{year}年{month}月{number}日"


def number_line(lang: str) -> Para:
    """The line with the number of the document, which the office gives."""
    if lang == "en":
        return Para("number", ("No. ", Fill("number of the document")))
    return Para("number", (Fill("××"), "〔", Fill("××××"), "〕", Fill("×"), "号"))


def signed(lang: str, who: Bilingual) -> Iterator[Para]:
    """Who signs, and the day; both to be filled in."""
    yield Para("signer", (Fill(say(who, lang)),))
    yield Para("date", (Fill("date"),) if lang == "en" else (Fill("××××"), "年", Fill("×"), "月", Fill("×"), "日"))


@dataclass(slots=True)
class _Page:
    report: Report
    lang: str
    items: dict[str, ItemDigest]
    entries: dict[str, tuple[str, Entry]]
    told: set[str] = field(default_factory=set)
    """Findings whose remarks are told"""

    def pick(self, zh: str, en: str) -> str:
        return en if self.lang == "en" else zh

    def say(self, text: Bilingual) -> str:
        return say(text, self.lang)

    def named(self, name: str, text: str) -> str:
        return f"{name}{self.pick('：', ': ')}{text}"

    def sentence(self, *parts: str) -> str:
        """Parts of one sentence, closed."""
        held = [p.rstrip("。.； ;") for p in parts if p]
        text = self.pick("；", "; ").join(held).replace("？；", "？")
        return text if text.endswith("？") else text + self.pick("。", ".")

    # -- head, basis, conclusion

    def head(self) -> Iterator[Block]:
        area, run = self.report.area, self.report.provenance
        yield number_line(self.lang)
        yield Para("title", self.pick(
            f"关于{area.name}{area.plan_year}年度城镇老旧小区\n改造工作的检查报告",
            f"Report on the Inspection of Renovating Old Residential Communities,\n{area.name}, {area.plan_year}",
        ))  # fmt: skip
        to: Content = (area.submitter, self.pick("：", ":")) if area.submitter else (
            Fill(self.pick("主送机关", "addressee")), self.pick("：", ":")
        )  # fmt: skip
        yield Para("addressee", to)
        if area.fictional:
            yield Para("body", self.pick("〔", "[") + self.say(label("demo")) + self.pick("〕", "]"))
        yield Para("body", self.pick(
            f"根据《城镇老旧小区改造工作衡量标准》（{run.standard}），对{area.name}{area.plan_year}年度城镇老旧小区改造工作档案"
            f"（编号{area.dossier_id}）进行了检查，检查基准日为{spoken_day(run.as_of)}。现将有关情况反馈如下：",
            f"The dossier of {area.name} for {area.plan_year} (id {area.dossier_id}) on renovating old residential "
            f"communities was inspected against the standard {run.standard}, as of {run.as_of}. The results are these:",
        ))  # fmt: skip

    def basis(self) -> Iterator[Block]:
        area, run, verdict = self.report.area, self.report.provenance, self.report.verdict
        yield Para("h1", self.pick("检查依据和范围", "Basis and scope"))
        yield Para("h2", self.pick("检查依据", "Basis"))
        profiles = self.pick("、", ", ").join(self.say(p.title) for p in run.profiles)
        own = self.pick(f"当地规定：{profiles}", f"local rules: {profiles}") if run.profiles else self.pick(
            "未适用当地规定", "no local rules were applied"
        )  # fmt: skip
        drafts = self.pick("连同征求意见稿一并适用", "drafts for comment were applied too") if run.drafts else ""
        yield Para(
            "body",
            self.sentence(
                self.pick(f"《城镇老旧小区改造工作衡量标准》（{run.standard}）", f"standard {run.standard}"),
                own,
                drafts,
            ),
        )
        for reading in run.readings:
            chosen = self.pick("（当地选定）", " (chosen by the place)") if reading.chosen else ""
            says = self.say(reading.says).rstrip("。.")
            yield Para("body", self.sentence(f"{self.named(self.say(label('reading')), says)}{chosen}"))
        yield Para("h2", self.pick("检查范围和方式", "Scope and manner"))
        level = self.say(word("level", area.level))
        total = sum(_numbers(verdict.findings))
        communities = sum(s.kind == "community" for s in self.report.subjects)
        of = self.pick(f"，涉及{communities}个小区", f" on {communities} communities") if communities else ""
        yield Para("body", self.pick(
            f"检查对象为{area.name}（区划代码{area.code}，{level}）报送的{area.plan_year}年度档案，逐条逐对象作出{total}项认定{of}。"
            f"检查模式为{self.say(word('mode', run.mode))}。",
            f"The dossier for {area.plan_year} as {area.name} (code {area.code}, {level}) submitted it; {total} "
            f"findings{of}. Mode: {self.say(word('mode', run.mode))}.",
        ))  # fmt: skip
        if run.data_as_of is not None:
            yield Para("body", self.pick(
                f"档案数据截至{_day(run.data_as_of, self.lang)}；此后的情况未报送，不在检查之内。",
                f"The dossier claims to be complete up to {run.data_as_of}; what came later was not reported.",
            ))  # fmt: skip

    def conclusion(self) -> Iterator[Block]:
        verdict = self.report.verdict
        yield Para("h1", self.pick("检查结论", "Conclusion"))
        yield Para("body", self.say(verdict.sentence))
        if verdict.was is not None:
            yield Para(
                "body", self.sentence(self.named(self.say(label("ruled")), self.say(word("outcome", verdict.was))))
            )
        if self.report.faults:
            yield Para("body", self.sentence(self.say(label("faults")), self.say(label("faults_say"))))
            for fault in self.report.faults:
                where = " · ".join((fault.item, fault.check, fault.subject))
                yield Para("h4", self.named(where, self.say(fault.message)))
        if self.report.integrity:
            comma = self.pick("、", ", ")
            yield Para("body", self.sentence(
                self.named(self.say(label("integrity")), comma.join(self.report.integrity))))  # fmt: skip
        yield Para("body", self.sentence(*(
            f"{self.say(label(name))} {self.tally(tally)}"
            for name, tally in (
                ("tally_baseline", verdict.baseline), ("tally_hard", verdict.hard_problems),
                ("tally_body", verdict.body), ("tally_findings", verdict.findings),
            )
            if any(_numbers(tally))
        )))  # fmt: skip
        for risk in verdict.risks:
            cite = self.pick(f"（正文{risk.cite}，只作提示）", f" (body {risk.cite}; a warning only)")
            says = self.say(risk.says).rstrip("。.")
            yield Para("body", self.sentence(f"{self.named(self.say(label('risk')), says)}{cite}"))
        yield Para("caption", self.pick("表1  各项指标检查结果", "Table 1. The indicators"))
        heads = self.pick(
            "序号|指标|条目|结果|不符合（项）|待证（项）", "No.|Indicator|Items|Result|Findings that fail|unknown"
        ).split("|")
        yield Table(tuple(heads), self.indicators(), (8, 42, 32, 12, 10, 10), frozenset({0, 2, 3, 4, 5}))

    def tally(self, tally: Tally) -> str:
        words = (self.say(w) for w in WORDS["outcome"].values())
        return self.pick("、", ", ").join(
            f"{w}{self.pick('', ' ')}{n}" for w, n in zip(words, _numbers(tally), strict=True)
        )

    def indicators(self) -> Iterator[tuple[str, ...]]:
        """The clauses; of the findings under each, how many fail or are unknown."""
        for clause in self.report.clauses:
            names = (*clause.items, *clause.body_items)
            tallies = [self.items[i].rollup.tally for i in names]
            outcome = self.say(word("outcome", clause.outcome))
            yield (
                clause.clause, self.say(clause.title), " ".join(names), outcome,
                str(sum(t.failed for t in tallies)), str(sum(t.unknown for t in tallies)),
            )  # fmt: skip

    # -- what fails

    def problems(self, disposition: Disposition) -> Iterator[Block]:
        chosen = [(i, [f for f in i.failing if f.disposition == disposition]) for i in self.items.values()]
        chosen = [(item, found) for item, found in chosen if found]
        rectify = disposition == "rectify"
        yield Para("h1", self.pick("发现的问题", "Problems found") if rectify else self.pick("提升建议", "To improve"))
        if not chosen:
            yield Para("body", self.pick("未发现。", "None.") if rectify else self.pick("无。", "None."))
            return
        means = self.say(word("disposition_means", disposition))
        total = sum(len(found) for _, found in chosen)
        yield Para(
            "body", self.pick(f"共{len(chosen)}条、{total}项。", f"{len(chosen)} items, {total} findings. ") + means
        )
        for item, found in chosen:
            yield from self.item(item)
            if rectify:
                for finding in found[:FULL]:
                    yield from self.failing(finding)
                yield from self.rest(found)
            else:  # what is only encouraged is named; the annex has it in full
                names = self.names([f.subject.name for f in found])
                yield Para(
                    "body",
                    self.sentence(self.pick(f"尚未做到的{len(found)}个：{names}", f"Not yet, {len(found)}: {names}")),
                )
            steps = [self.say(step) for step in item.rollup.remedy]
            if steps:
                yield Para("body", self.sentence(self.named(self.say(label("remedy")), self.listed(steps))))
            precedents = dict.fromkeys(
                f"{p.precedent} {self.say(p.title)}" for f in found[:FULL] if f.advice for p in f.advice.precedents
            )
            if precedents:
                told = self.pick("；", "; ").join(list(precedents)[:5])
                yield Para("body", self.sentence(self.pick(f"参考先例：{told}", f"Precedents: {told}")))
            if item.rollup.risk is not None:
                yield Para("body", self.sentence(self.named(self.say(label("risk")), self.say(item.rollup.risk))))

    def item(self, item: ItemDigest) -> Iterator[Para]:
        roll = item.rollup
        body = self.pick("（正文）", " (body)") if roll.body_only else ""
        yield Para("h2", f"{roll.item} {self.say(roll.title)}{body}")
        kind = self.pick("、", ", ").join(
            (self.say(word("obligation", roll.obligation)), self.say(word("severity", roll.severity)))
        )
        yield Para("body", self.sentence(
            self.named(self.say(label("requires")), self.say(roll.requires).rstrip("。."))
            + self.pick(f"（{roll.cite.zh}）", f" ({roll.cite.en})"),
            self.named(self.pick("性质", "Kind"), kind), self.say(counts(roll)),
        ))  # fmt: skip

    def failing(self, finding: Finding) -> Iterator[Para]:
        self.told.add(finding.id)
        number, entry = self.entries.get(finding.id, ("", None))
        yield Para(
            "h3", self.about(finding) + (self.pick(f"（问题编号{number}）", f" (no. {number})") if number else "")
        )
        told = self.say(finding.sentence)
        values = [value for _, value in deciding(finding) if value is not None]
        says = [self.say(v.says) for v in values[:FULL]]
        sources = dict.fromkeys(self.say(limit_source(v.limit_source)) for v in values if v.limit_source is not None)
        parts = [s for s in dict.fromkeys(says) if s not in told]
        if len(values) > FULL:
            parts.append(self.pick(f"另有{len(values) - FULL}个数值", f"{len(values) - FULL} more values"))
        if sources:
            parts.append(self.named(self.say(label("according")), self.pick("、", ", ").join(sources)))
        if parts:
            yield Para("body", self.sentence(*parts))
        parts = [self.named(self.say(label("evidence")), self.evidence(finding))]
        if finding.responsible_unit is not None:
            parts.append(self.named(self.say(label("responsible")), finding.responsible_unit))
        parts += [self.named(self.say(label("remark")), self.say(text)) for text in finding.remarks]
        parts += [self.named(self.say(label("history")), self.say(text)) for text in finding.history]
        if finding.advice is not None and finding.advice.way is not None:
            parts.append(
                self.named(self.pick("怎样即可符合", "What would make it pass"), self.say(finding.advice.way.says))
            )
        if entry is not None and entry.term is not None and entry.term.due is None:
            days = entry.term.days
            parts.append(
                self.pick(f"建议时限：自收到通知之日起{days}日", f"suggested limit: {days} days of the notice")
            )
        yield Para("body", self.sentence(*parts))

    def about(self, finding: Finding) -> str:
        name, text = self.say(finding.subject.name), self.say(finding.sentence)
        return text if name in text else self.named(name, text)

    def shorter(self, finding: Finding) -> str:
        """The sentence where the name stands beside it."""
        return self.say(finding.sentence).removeprefix(self.say(finding.subject.name)).lstrip("：: ")

    def evidence(self, finding: Finding, most: int = FULL) -> str:
        """Attachments with their pages; that there is none is said."""
        told = [self.say(a) for a in attachments(finding.found)]
        text = self.pick("、", ", ").join(told[:most])
        if len(told) > most:
            text += self.pick(f"等{len(told)}份", f" and {len(told) - most} more")
        return text or self.pick("档案未附有关材料", "none attached")

    def rest(self, found: Sequence[Finding]) -> Iterator[Para]:
        if len(found) > FULL:
            more = len(found) - FULL
            names = self.names([f.subject.name for f in found[FULL:]])
            yield Para("body", self.pick(
                f"另有{more}项同类问题：{names}，逐项情况见附件1。", f"{more} more of the kind: {names}; see annex 1."
            ))  # fmt: skip

    def listed(self, texts: Sequence[str]) -> str:
        """Numbered where there is more than one."""
        if len(texts) == 1:
            return texts[0]
        numbered = (f"（{n}）{t}" if self.lang == "zh" else f"({n}) {t}" for n, t in enumerate(texts, 1))
        return self.pick("；", "; ").join(t.rstrip("。.；;") for t in numbered)

    def names(self, names: Sequence[Bilingual]) -> str:
        text = self.say(join(names[:FULL]))
        more = self.pick(f"等{len(names)}个", f" and {len(names) - FULL} more")
        return text + more if len(names) > FULL else text

    # -- what is open

    def open_points(self, disposition: Disposition) -> Iterator[Block]:
        """What has to be supplied, or judged; of the latter the questions of the notice's body too."""
        supply = disposition == "supply"
        title = (
            self.pick("需要补充的材料", "What is to be supplied")
            if supply
            else self.pick("需要研判的事项", "What needs judgement")
        )
        chosen = [
            (i, [f for f in (i.unknown if supply else [*i.unknown, *i.questions]) if f.disposition == disposition])
            for i in self.items.values()
        ]
        chosen = [(item, found) for item, found in chosen if found]
        yield Para("h1", title)
        if not chosen:
            yield Para("body", self.pick("无。", "None."))
            return
        total = sum(len(found) for _, found in chosen)
        means = (
            self.say(word("outcome_means", "unknown")) if supply else self.say(word("disposition_means", disposition))
        )
        yield Para(
            "body", self.pick(f"共{len(chosen)}条、{total}项。", f"{len(chosen)} items, {total} findings. ") + means
        )
        for item, found in chosen:
            yield from self.item(item)
            for gap in gaps(found):
                yield self.gap(gap)

    def gap(self, gap: Gap) -> Para:
        first = gap.findings[0]
        why = self.say(word("reason", gap.reason)) if gap.reason is not None else self.say(word("outcome", "unknown"))
        missing = "" if first.questions else self.say(join(gap.missing))
        parts = [self.named(why, missing) if missing else why]
        parts += [self.named(self.say(label("question")), self.say(text)) for text in first.questions]
        parts += [self.named(self.say(label("figure")), self.say(text)) for text, _ in figures(first)]
        subjects = self.names([f.subject.name for f in gap.findings])
        many = self.pick(f"涉及{len(gap.findings)}个对象：{subjects}", f"{len(gap.findings)} subjects: {subjects}")
        parts.append(many if len(gap.findings) > 1 else self.named(self.say(label("subject")), subjects))
        if gap.reason == "missing_evidence" and first.found:
            parts.append(self.named(self.say(label("found")), self.evidence(first)))
        parts += [self.named(self.say(label("remark")), self.say(text)) for text in first.remarks]
        return Para("h3", self.sentence(*parts))

    # -- determinations, what was not checked, signatures

    def determinations(self) -> Iterator[Block]:
        chosen = [(item, item.determined) for item in self.items.values() if item.determined]
        if not chosen:
            return
        yield Para("h1", self.say(label("determinations")))
        for item, found in chosen:
            yield Para("h2", f"{item.rollup.item} {self.say(item.rollup.title)}")
            for finding in found[:FULL]:
                for made in finding.determined:
                    kind = self.say(word("determination", made.kind))
                    state = self.say(word("determination_state", made.state))
                    rows = (self.named(self.say(label(name)), self.say(text)) for name, text in determined(made))
                    yield Para("h3", self.sentence(
                        self.named(self.say(finding.subject.name), f"{kind} {made.id}（{state}）" if self.lang == "zh"
                                   else f"{kind} {made.id} ({state})"), *rows))  # fmt: skip
            yield from self.rest(found)

    def not_checked(self) -> Iterator[Block]:
        yield Para("h1", self.pick("未检查的内容和其他情况", "What was not checked, and other matters"))
        reasons: dict[Reason | None, list[tuple[ItemDigest, int]]] = {}
        for item in self.items.values():
            for reason, exempt in item.unasked.items():
                reasons.setdefault(reason, []).append((item, len(exempt)))
            if item.rollup.outcome == "not_applicable" and not item.exempt:
                reasons.setdefault(item.rollup.reason, []).append((item, 0))
        yield Para("h2", self.pick("不适用、未作检查的", "Not applicable"))
        if not reasons:
            yield Para("body", self.say(label("all_checked")))
        for reason, pairs in reasons.items():
            why = self.say(word("reason", reason)) if reason else self.say(word("outcome", "not_applicable"))
            told = self.pick("、", ", ").join(
                f"{item.rollup.item}{self.pick(f'（{n}个）', f' ({n})') if n > 1 else ''}" for item, n in pairs
            )
            yield Para("h3", self.sentence(self.named(why, told)))
        before = [(item, item.before) for item in self.items.values() if item.before]
        if before:
            yield Para("h2", self.say(label("before_standard")))
            yield Para("body", self.say(label("before_standard_say")))
            for item, by_outcome in before:
                told = self.pick("、", ", ").join(
                    self.say(label("reference"))
                    + self.pick("", " ")
                    + f"{self.say(word('outcome', outcome))} {len(names)}"
                    for outcome, names in by_outcome.items()
                )
                yield Para("h3", self.sentence(self.named(f"{item.rollup.item} {self.say(item.rollup.title)}", told)))
        noted = [(i, [f for f in i.noted if f.id not in self.told]) for i in self.items.values()]
        if any(found for _, found in noted):
            yield Para("h2", self.say(label("noted")))
            for item, found in noted:
                for finding in found[:FULL]:
                    texts = [self.say(t) for t in (*finding.remarks, *finding.history)]
                    yield Para("h3", self.sentence(
                        self.named(f"{item.rollup.item} {self.say(finding.subject.name)}", texts[0]), *texts[1:]
                    ))  # fmt: skip
                yield from self.rest(found)

    def signatures(self) -> Iterator[Block]:
        yield Para("caption", self.pick("签署", "Signatures"))
        rows = [
            (self.say(label("report_unit")), "", self.say(label("date")), ""),
            *[(self.say(label("checker")), "", self.say(label("date")), "")] * 2,
            (self.say(label("reviewer")), "", self.say(label("date")), ""),
        ]
        yield Table((), rows, (30, 40, 12, 30), frozenset({0, 2}), tall=True)
        annexes = self.pick(
            "附件：1. 认定明细表\n2. 报告出处与用语说明", "Annexes: 1. Findings\n2. Provenance and terms"
        )
        yield Para("attachments", annexes)
        yield from signed(self.lang, Bilingual("检查单位全称（盖章）", "inspecting office (seal)"))

    # -- annexes

    def annexes(self) -> Iterator[Block]:
        yield Annex(1, self.pick("认定明细表", "Findings"))
        heads = self.pick(
            "序号|条目|对象|结果|情况|佐证材料（附件及页）|责任单位",
            "No.|Item|Subject|Result|Sentence|Documents|Responsible",
        ).split("|")
        widths: tuple[int, ...] = (6, 7, 24, 12, 44, 28, 20)
        if self.entries:
            heads.insert(1, self.pick("问题编号", "Number"))
            widths = (6, 18, 7, 20, 11, 40, 25, 18)
        yield Table(tuple(heads), self.rows(), widths, frozenset({0, 1}))
        yield Annex(2, self.pick("报告出处与用语说明", "Provenance and terms"), landscape=False)
        yield Table((), self.provenance(), (24, 76))
        yield Para("caption", self.say(label("how_to_read")))
        rows = ((self.say(word("outcome", o)), self.say(word("outcome_means", o))) for o in WORDS["outcome"])
        yield Table((), rows, (24, 76))
        unmodelled = [(i.rollup.item, [self.say(t) for t in i.rollup.not_modelled]) for i in self.items.values()]
        if any(texts for _, texts in unmodelled):
            yield Para("caption", self.say(label("not_modelled")))
            yield Table((), ((item, "\n".join(texts)) for item, texts in unmodelled if texts), (12, 88), frozenset({0}))
        yield Para("note", self.say(label("repeatable")))

    def rows(self) -> Iterator[list[str]]:
        """Every finding."""
        for number, finding in enumerate(self.report.findings, 1):
            outcome = self.say(word("outcome", finding.outcome))
            if finding.reason is not None:
                outcome += self.pick(
                    f"（{word('reason', finding.reason).zh}）", f" ({word('reason', finding.reason).en})"
                )
            papers = self.evidence(finding, FULL // 2) if finding.found else ""
            if finding.outcome in ("fail", "unknown"):
                papers += ("\n" if papers else "") + self.named(
                    self.say(label("pointer")), self.say(pointer(finding.primary))
                )
            row = [
                str(number), finding.item, self.say(finding.subject.name), outcome, self.shorter(finding), papers,
                finding.responsible_unit or "",
            ]  # fmt: skip
            if self.entries:
                row.insert(1, self.entries.get(finding.id, ("", None))[0])
            yield row

    def provenance(self) -> Iterator[tuple[str, str]]:
        run = self.report.provenance
        yield self.say(label("standard")), run.standard
        yield self.say(label("source")), f"{run.source}  {run.dossier_bytes:,} {self.say(label('bytes'))}"
        yield "SHA-256", run.dossier_sha256
        yield self.say(label("rulebook")), f"{run.rulebook_version}  {run.rulebook_sha256}"
        for used in run.profiles:
            yield self.say(label("profile")), f"{self.say(used.title)}（{used.name}）  {used.sha256}"
        yield self.say(label("as_of")), f"{run.as_of}（{self.say(word('as_of_origin', run.as_of_origin))}）"
        yield self.say(label("mode")), self.say(word("mode", run.mode))
        if run.determinations is not None:
            told = self.say(determinations_used(run.determinations))
            yield self.say(label("determinations")), f"{told}  {run.determinations.sha256}"
        yield (
            self.say(label("tool")),
            f"{run.tool} {run.tool_version}  {self.say(label('schema'))} {self.report.report_version}",
        )


def attachments(found: Sequence[AttachmentFound]) -> Iterator[Bilingual]:
    """Each attachment once, with its pages, and whether it was amiss."""
    pages: dict[tuple[str, str | None, str], set[int]] = {}
    for one in found:
        pages.setdefault((one.attachment, one.title, one.state), set()).update(
            [one.page] if one.page is not None else []
        )
    for (ident, title, state), numbers in pages.items():
        zh, en = f"附件{ident}", f"attachment {ident}"
        if title is not None and title != ident:
            zh, en = f"{zh}《{title.strip('《》')}》", f"{en} “{title}”"
        if numbers:
            told = _ranges(sorted(numbers))
            zh, en = f"{zh}第{told.replace(', ', '、').replace('–', '—')}页", f"{en}, page {told}"
        if state != "present":
            zh, en = f"{zh}（{word('state', state).zh}）", f"{en} ({word('state', state).en})"
        yield Bilingual(zh, en)


def _ranges(numbers: Sequence[int]) -> str:
    """Numbers in order, those that follow each other together.

    >>> _ranges([1, 2, 3, 5])
    '1–3, 5'
    """
    runs: list[list[int]] = []
    for number in numbers:
        if runs and number == runs[-1][-1] + 1:
            runs[-1].append(number)
        else:
            runs.append([number])
    return ", ".join(str(r[0]) if len(r) == 1 else f"{r[0]}–{r[-1]}" for r in runs)


def _numbers(tally: Tally) -> tuple[int, int, int, int]:
    return tally.passed, tally.failed, tally.unknown, tally.not_applicable


def _day(day: str, lang: str) -> str:
    """A claimed date may be no full one; then it stands as it is."""
    return spoken_day(day, lang) if len(day) == 10 else day
