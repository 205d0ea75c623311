"""Report → a summary for the terminal; refuses to pass the width or to leave anything out in silence.

What fails comes first, with the remedy; then what is missing, what a person must judge, the questions that only
the notice's body asks, and at last what was not checked. A long list is cut and says by how much; ``verbose``
cuts nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from compliance.render import quality
from compliance.render.cells import columns, pad, width_of, wrap
from compliance.render.digest import Exempt, Gap, ItemDigest, deciding, digest, figures, gaps
from compliance.render.places import places
from compliance.render.plain import visible
from compliance.render.words import (
    SYMBOLS,
    TITLE,
    WORDS,
    counts,
    determinations_used,
    determined,
    document,
    join,
    label,
    limit_source,
    pointer,
    say,
    word,
)
from compliance.schemas.report import (
    Basis,
    Bilingual,
    ClauseRollup,
    Disposition,
    Finding,
    ReadingUsed,
    Reason,
    Report,
    Tally,
)

__all__ = ["render"]

NARROWEST = 40
FULL = 5
"""Findings of an item told in full before the rest is named; names told before the rest is counted."""

_COLORS = {"fail": "1;31", "unknown": "33", "pass": "32", "not_applicable": "2", "head": "1"}
_NUMERALS = "一二三四五六七八九十"
_TITLE_CELLS = 18
"""A title narrower than this is no pleasure: the matrix then stands in one column."""


def render(
    report: Report, lang: str = "zh", *, width: int = 100, color: bool = False, verbose: bool = False
) -> bytes:
    """UTF-8 text whose lines take at most ``width`` cells (never less than 40)."""
    page = _Page(report, lang, max(width, NARROWEST), color, verbose)
    page.head()
    page.alarms()
    page.matrix()
    page.totals()
    page.risks()
    page.failures("rectify")
    page.open_points("supply")
    page.open_points("review")
    page.failures("improve")
    page.body_questions()
    page.determinations()
    page.notes()
    page.before_standard()
    page.not_checked()
    page.quality()
    page.provenance()
    return ("\n".join(page.lines) + "\n").encode()


class _Page:
    def __init__(self, report: Report, lang: str, width: int, color: bool, verbose: bool) -> None:
        self.report = report
        self.lang = lang
        self.width = width
        self.color = color
        self.full = max(FULL, len(report.findings)) if verbose else FULL
        self.items: dict[str, ItemDigest] = digest(report)
        self.cell = places(report)
        self.lines: list[str] = []
        self.sections = 0
        self.told: set[str] = set()
        self.cut = False
        self.faulty = {fault.item for fault in report.faults}

    # What is said, from top to bottom

    def head(self) -> None:
        area, run, verdict = self.report.area, self.report.provenance, self.report.verdict
        title = say(TITLE, self.lang)
        self.put(title, color="head")
        self.put("=" * min(self.width, width_of(title)), color="head")
        level = self.word("level", area.level)
        place = self.pick(
            f"{area.name}（{area.code}，{level}）　{area.plan_year} 年度　档案 {area.dossier_id}",
            f"{area.name} ({area.code}, {level}), {area.plan_year}, dossier {area.dossier_id}",
        )
        self.put(place)
        if area.fictional:
            self.put(self.label("demo"), first="! ", color="unknown")
        self.put()
        self.put(
            say(verdict.sentence, self.lang),
            first=self.outcome(verdict.outcome) + "  ",
            color=verdict.outcome,
        )
        if verdict.was is not None:
            self.put(self.named(self.label("ruled"), self.outcome(verdict.was)))
        self.put()
        facts = [
            (
                "as_of",
                self.pick("{}（{}）", "{} ({})").format(
                    run.as_of, self.word("as_of_origin", run.as_of_origin)
                ),
            ),
            ("mode", self.word("mode", run.mode)),
            ("profile", f"{getattr(run.profile_title, self.lang)}（{run.profile}）"),
        ]
        self.table("", facts if area.submitter is None else [*facts, ("submitter", area.submitter)])

    def alarms(self) -> None:
        if self.report.faults:
            self.put()
            self.put(self.label("faults"), first="!!! ", color="fail")
            self.put(self.label("faults_say"), first="    ")
            for fault in self.report.faults:
                where = " · ".join((fault.item, fault.check, fault.subject))
                self.put(self.named(where, say(fault.message, self.lang)), first="    * ")
        if self.report.integrity:
            self.put()
            self.put(
                self.named(self.label("integrity"), self.pick("、", ", ").join(self.report.integrity)),
                first="!!! ",
                color="fail",
            )

    def matrix(self) -> None:
        self.put()
        words = max(width_of(say(w, self.lang)) for w in WORDS["outcome"].values())
        half = (self.width - 3) // 2
        fixed = len("✓ B10 ") + words + len("  00/00")
        two = half - fixed >= _TITLE_CELLS
        cell = half if two else self.width
        baseline, hard, body = (
            [
                self.paint(self.word("part", part), "head"),
                *(
                    row
                    for clause in self.report.clauses
                    if clause.part == part
                    for row in self.clause(clause, words, cell - fixed)
                ),
            ]
            for part in ("baseline", "hard_problem", "body")
        )
        self.lines += columns(baseline, hard, cell, "   ") if two else [*baseline, "", *hard]
        if len(body) > 1:
            self.lines += ["", *body]

    def clause(self, clause: ClauseRollup, words: int, cells: int) -> list[str]:
        outcomes = [self.items[item].rollup.outcome for item in clause.items]
        concerned = len(outcomes) - outcomes.count("not_applicable")
        count = f"{outcomes.count('pass')}/{concerned}" if concerned else ""
        title = self.incomplete(say(clause.title, self.lang), not self.faulty.isdisjoint(clause.items))
        first, *rest = wrap(visible(title), cells)
        symbol = self.paint(SYMBOLS[clause.outcome], clause.outcome)
        answer = self.paint(pad(self.word("outcome", clause.outcome), words), clause.outcome)
        return [
            f"{symbol} {clause.clause:<4}{pad(first, cells)} {answer} {count:>5}",
            *(" " * len("✓ B10 ") + line for line in rest),
            *(self.paint(" " * len("✓ B10 ") + line, "not_applicable") for line in self.of_the_body(clause, cells)),
        ]

    def of_the_body(self, clause: ClauseRollup, cells: int) -> list[str]:
        """What only the body of the notice asks under a clause: marked, without a say in the clause's outcome."""
        marks = [f"{SYMBOLS[self.items[i].rollup.outcome]} {i}" for i in clause.body_items]
        lines = [self.named(self.label("body"), "  ".join(marks[:1]))] if marks else []
        for mark in marks[1:]:  # a sign is never parted from its number
            joined = f"{lines[-1]}  {mark}"
            lines[-1:] = [joined] if width_of(joined) <= cells else [lines[-1], mark]
        return lines

    def totals(self) -> None:
        verdict = self.report.verdict
        rows = [
            (self.label("tally_baseline"), verdict.baseline),
            (self.label("tally_hard"), verdict.hard_problems),
            *([(self.label("tally_body"), verdict.body)] if any(_numbers(verdict.body)) else []),
            (self.label("tally_findings"), verdict.findings),
        ]
        margin = max(width_of(title) for title, _ in rows)
        heads = [self.outcome(code) for code in WORDS["outcome"]]
        self.put()
        self.put(self.label("ratio"))
        self.put()
        if margin + sum(2 + width_of(head) for head in heads) > self.width:
            for title, tally in rows:
                numbers = zip(heads, _numbers(tally), strict=True)
                self.put(self.named(title, " · ".join(f"{head} {number}" for head, number in numbers)))
        else:
            self.lines.append(" " * margin + "".join(f"  {head}" for head in heads))
            for title, tally in rows:
                numbers = zip(heads, _numbers(tally), strict=True)
                cells = (f"  {number:>{width_of(head)}}" for head, number in numbers)
                self.lines.append(pad(title, margin) + "".join(cells))
        self.put()
        lists = [
            f"{self.word('disposition', code)} {number}"
            for code, number in (
                ("rectify", verdict.rectify),
                ("supply", verdict.supply),
                ("review", verdict.review),
                ("improve", verdict.improve),
            )
        ]
        asked = sum(len(item.questions) for item in self.items.values())
        if asked:
            more = f"{self.label('of_which_questions')} {asked}"
            lists[2] += self.pick(f"（{more}）", f" ({more})")
        self.put(" · ".join(lists))
        basis: dict[Basis | None, int] = {}
        for item in self.items.values():
            for code, subjects in item.passing.items():
                basis[code] = basis.get(code, 0) + len(subjects)
        told = [f"{self.word('basis', code)} {basis[code]}" for code in WORDS["basis"] if code in basis]
        if told:
            self.put(self.named(self.label("pass_basis"), " · ".join(told)))

    def risks(self) -> None:
        risks = self.report.verdict.risks
        if not risks:
            return
        self.put()
        self.put(self.label("risks"), color="head")
        for risk in risks:
            cite = self.pick(f"（正文{risk.cite}）", f" (body {risk.cite})")
            self.put(say(risk.says, self.lang) + cite, first=f"  ! {risk.id}  ")

    def failures(self, disposition: Disposition) -> None:
        chosen = [(i, [f for f in i.failing if f.disposition == disposition]) for i in self.items.values()]
        chosen = [(item, found) for item, found in chosen if found]
        if not chosen:
            if disposition == "rectify":
                self.put()
                self.put(self.label("none_failed"))
            return
        self.section(disposition, len(chosen), sum(len(found) for _, found in chosen))
        for item, found in chosen:
            self.item(item)
            for finding in found[: self.full]:
                self.failure(finding)
            rest = found[self.full :]
            if rest:
                self.table("  ", [("other_failing", self.names([f.subject.name for f in rest]))])
            steps = enumerate(item.rollup.remedy, 1)
            self.table("  ", [("remedy", f"{n}. {say(step, self.lang)}") for n, step in steps])
            self.table("  ", [("precedents", text) for text in self.precedents(found)])
            if item.rollup.risk is not None:
                self.table("  ", [("risk", say(item.rollup.risk, self.lang))])

    def failure(self, finding: Finding) -> None:
        self.told.add(finding.id)
        self.put(self.sentence(finding), first="  * ")
        told = say(finding.sentence, self.lang)
        rows: list[tuple[str, str]] = []
        values = [value for _, value in deciding(finding) if value is not None]
        for value in values[: self.full]:
            says = say(value.says, self.lang)
            if says not in told:
                rows.append(("value", says))
            if value.limit_source is not None:
                source = ("according", say(limit_source(value.limit_source), self.lang))
                rows += [source] if source not in rows else []
        if len(values) > self.full:
            rows.append(("value", self.more(len(values) - self.full)))
        pointers = dict.fromkeys(
            (finding.primary, *finding.related, *(p for v in values for p in v.pointers))
        )
        rows += [("local", text) for text in self.local(finding)]
        rows.append(("pointer", self.names([pointer(p, self.cell(p)) for p in pointers])))
        if finding.responsible_unit is not None:
            rows.append(("responsible", finding.responsible_unit))
        rows += self.documents(finding)
        rows += [("remark", say(text, self.lang)) for text in finding.remarks]
        rows += [("history", say(text, self.lang)) for text in finding.history]
        if finding.advice is not None and finding.advice.way is not None:
            rows.append(("way", say(finding.advice.way.says, self.lang)))
        self.table("    ", rows)

    def precedents(self, found: Sequence[Finding]) -> list[str]:
        """What other places did about it, one line each: the nearest of the first finding told."""
        near = found[0].advice.precedents if found[0].advice is not None else ()
        lines = []
        for one in near:
            places = self.pick("、", ", ").join(say(place, self.lang) for place in one.places)
            why = self.pick("、", ", ").join(say(reason, self.lang) for reason in one.near)
            inside = self.pick(f"（{places}；{why}）", f" ({places}; {why})")
            lines.append(f"{one.precedent} {say(one.title, self.lang)}{inside}")
        return lines

    def local(self, finding: Finding) -> list[str]:
        """The place's documents behind its own checks that decided."""
        own = {entry.check: entry.local for entry in self.items[finding.item].rollup.checks}
        sources = [own.get(line.check) for line in finding.checks if line.outcome == finding.outcome]
        return [say(limit_source(s), self.lang) for s in dict.fromkeys(sources) if s is not None]

    def open_points(self, disposition: Disposition) -> None:
        chosen = [(i, [f for f in i.unknown if f.disposition == disposition]) for i in self.items.values()]
        chosen = [(item, found) for item, found in chosen if found]
        if not chosen:
            return
        self.section(disposition, len(chosen), sum(len(found) for _, found in chosen))
        for item, found in chosen:
            self.item(item)
            for gap in gaps(found):
                self.gap(gap)

    def gap(self, gap: Gap) -> None:
        why = self.word("reason", gap.reason) if gap.reason is not None else self.word("outcome", "unknown")
        missing = say(join(gap.missing), self.lang)
        self.put(self.named(why, missing) if missing else why, first="  * ")
        rows = [("subject", self.names([f.subject.name for f in gap.findings], total=True))]
        rows += [("question", say(text, self.lang)) for text in gap.findings[0].questions]
        rows += [("local", text) for text in self.local(gap.findings[0])]
        rows.append(("pointer", self.names([pointer(p, self.cell(p)) for p in gap.places])))
        told = gap.findings[: self.full if self.full > FULL else 1]
        for finding in told:
            rows.append(("example" if len(gap.findings) > 1 else "result", self.sentence(finding)))
            rows += self.documents(finding)
        advice = gap.findings[0].advice
        if advice is not None:
            rows += [("steps_unknown", say(step, self.lang)) for step in advice.steps]
        self.table("    ", rows)

    def body_questions(self) -> None:
        chosen = [item for item in self.items.values() if item.questions]
        if not chosen:
            return
        self.section("body_questions", len(chosen), sum(len(item.questions) for item in chosen))
        self.put(self.label("body_questions_say"))
        for item in chosen:
            roll = item.rollup
            cite = self.pick(f"（{roll.cite.zh}）", f" ({roll.cite.en})")
            self.put()
            self.put(say(roll.title, self.lang) + cite, first=f"  ? {roll.item}  ")
            first, *others = item.questions
            rows = [("question", say(text, self.lang)) for text in first.questions]
            if others:
                rows.append(("subject", self.names([f.subject.name for f in item.questions], total=True)))
            rows += [("figure", say(text, self.lang)) for text, _ in figures(first)]
            rows += [("remark", say(text, self.lang)) for text in first.remarks]
            self.table("    ", rows)

    def determinations(self) -> None:
        """What persons recorded, in force or not, beside what the rules say."""
        chosen = [(item, item.determined) for item in self.items.values() if item.determined]
        if not chosen:
            return
        self.section("determinations", len(chosen), sum(len(found) for _, found in chosen))
        for item, found in chosen:
            self.item(item)
            if item.rollup.was is not None:
                self.table("  ", [("ruled", self.outcome(item.rollup.was))])
            for finding in found[: self.full]:
                for made in finding.determined:
                    kind = self.word("determination", made.kind)
                    state = self.word("determination_state", made.state)
                    name = self.named(say(finding.subject.name, self.lang), f"{kind} {made.id} · {state}")
                    self.put(name, first="  * ")
                    self.table("    ", [(row, say(text, self.lang)) for row, text in determined(made)])
            if len(found) > self.full:
                self.put(self.more(len(found) - self.full), first="    ")

    def notes(self) -> None:
        chosen = [(i, [f for f in i.noted if f.id not in self.told]) for i in self.items.values()]
        chosen = [(item, found) for item, found in chosen if found]
        if not chosen:
            return
        self.section("noted", len(chosen), sum(len(found) for _, found in chosen))
        for item, found in chosen:
            self.item(item)
            for finding in found[: self.full]:
                rows = [("remark", say(text, self.lang)) for text in finding.remarks]
                rows += [("history", say(text, self.lang)) for text in finding.history]
                self.put(say(finding.subject.name, self.lang), first="  * ")
                self.table("    ", rows)
            if len(found) > self.full:
                self.put(self.more(len(found) - self.full), first="    ")

    def before_standard(self) -> None:
        chosen = [(item, item.before) for item in self.items.values() if item.before]
        if not chosen:
            return
        self.section("before_standard", len(chosen), sum(len(names) for _, by in chosen for names in by.values()))
        self.put(self.label("before_standard_say"))
        for item, by_outcome in chosen:
            self.put()
            self.put(f"{item.rollup.item} {say(item.rollup.title, self.lang)}", first="  ")
            for outcome, names in by_outcome.items():
                would = self.named(self.label("reference"), self.word("outcome", outcome))
                text = self.number(len(names)) if outcome == "not_applicable" else self.names(names, total=True)
                self.put(text, first=f"    {SYMBOLS[outcome]} {would}  ")

    def not_checked(self) -> None:
        reasons: dict[Reason | None, list[tuple[ItemDigest, Sequence[Exempt]]]] = {}
        for item in self.items.values():
            for reason, exempt in item.unasked.items():
                reasons.setdefault(reason, []).append((item, exempt))
            if item.rollup.outcome == "not_applicable" and not item.exempt:
                reasons.setdefault(item.rollup.reason, []).append((item, ()))
        if not reasons:
            return
        told = [exempt for pairs in reasons.values() for _, exempt in pairs]
        self.section("not_checked", len(told), sum(map(len, told)))
        for reason, pairs in reasons.items():
            self.put(
                self.word("reason", reason) if reason else self.word("outcome", "not_applicable"),
                first="  * ",
            )
            for item, members in pairs:
                title = f"{item.rollup.item} {say(item.rollup.title, self.lang)}"
                if len(members) > 1:
                    title += self.pick("（{}）", " ({})").format(self.number(len(members)))
                names = self.names([member.subject.name for member in members])
                self.put(self.named(title, names) if members else title, first="    ", rest="      ")

    def quality(self) -> None:
        """Doubts about the data, by check: apart from the findings, and none of their counts."""
        found = self.report.data_quality
        if found is None:
            return
        self.heading(say(quality.TITLE, self.lang))
        self.put(say(found.sentence, self.lang))
        self.put(f"{self.label('rulebook')} {found.rulebook_version} · sha256 {found.rulebook_sha256[:16]}")
        for check, nearly, doubts in quality.told(self.report):
            self.put()
            title = f"{say(check.title, self.lang)} · {self.word('severity', check.severity)}"
            self.put(f"{title} · {say(quality.checked(check), self.lang)}", first=f"※ {check.item}  ", color="unknown")
            if nearly is not None:
                self.put(say(nearly.sentence, self.lang), first="  !! ")
            shown = doubts[: self.full if nearly is None or self.full > FULL else 1]
            for doubt in shown:
                self.put(say(doubt.sentence, self.lang), first="  * ")
                self.put(say(pointer(doubt.primary, self.cell(doubt.primary)), self.lang), first="      ")
            if len(doubts) > len(shown):
                self.put(self.more(len(doubts) - len(shown)), first="  * ")
            for step in check.look:
                self.put(say(step, self.lang), first=f"  {say(quality.LABELS['look'], self.lang)}  ")

    def provenance(self) -> None:
        run = self.report.provenance
        self.section("provenance")
        size = f"{run.dossier_bytes:,} {self.label('bytes')}"
        self.table(
            "  ",
            [
                ("standard", run.standard),
                ("source", f"{run.source} · {size} · sha256 {run.dossier_sha256[:16]}"),
                ("rulebook", f"{run.rulebook_version} · sha256 {run.rulebook_sha256[:16]}"),
                ("profile", f"{run.profile} · sha256 {run.profile_sha256[:16]}"),
                *(("reading", self.reading(used)) for used in run.readings),
                *self.recorded(),
                (
                    "tool",
                    f"{run.tool} {run.tool_version} · {self.label('schema')} {self.report.report_version}",
                ),
            ],
        )
        self.put()
        self.put(self.label("repeatable"))
        if self.cut:
            self.put(self.label("full_list"))

    def recorded(self) -> list[tuple[str, str]]:
        used = self.report.provenance.determinations
        if used is None:
            return []
        told = say(determinations_used(used), self.lang)
        return [("determinations", f"{told} · sha256 {used.sha256[:16]}")]

    def reading(self, used: ReadingUsed) -> str:
        chosen = self.pick("（{}）", " ({})").format(self.label("reading_chosen")) if used.chosen else ""
        return f"{used.reading} · {say(used.says, self.lang)}{chosen}"

    # How it is said

    def section(self, name: str, items: int = 0, findings: int = 0) -> None:
        title = self.word("disposition", name) if name in WORDS["disposition"] else self.label(name)
        total = (
            self.pick(f"（{items} 条，{findings} 项）", f" (items {items}, findings {findings})")
            if items
            else ""
        )
        self.heading(f"{title}{total}")
        if name in WORDS["disposition_means"]:
            self.put(self.word("disposition_means", name))

    def heading(self, title: str) -> None:
        self.sections += 1
        number = _NUMERALS[self.sections - 1] if self.sections <= len(_NUMERALS) else str(self.sections)
        self.put()
        self.put(self.pick(f"{number}、", f"{self.sections}. ") + title, color="head")

    def item(self, item: ItemDigest) -> None:
        roll = item.rollup
        self.put()
        head = f"{SYMBOLS[roll.outcome]} {roll.item}  "
        mark = self.pick("【{}】", "[{}] ").format(self.label("body")) if roll.body_only else ""
        title = mark + say(roll.title, self.lang)
        self.put(self.incomplete(title, roll.item in self.faulty), first=head, color=roll.outcome)
        words = (self.word("obligation", roll.obligation), self.word("severity", roll.severity))
        self.put(" · ".join((*words, say(counts(roll), self.lang))), first="  ")
        cite = self.pick(f"（{roll.cite.zh}）", f" ({roll.cite.en})")
        self.table("  ", [("requires", say(roll.requires, self.lang) + cite)])

    def documents(self, finding: Finding) -> list[tuple[str, str]]:
        """Attachments that are named but not verified."""
        return [("found", say(document(d), self.lang)) for d in finding.found if d.state != "present"]

    def sentence(self, finding: Finding) -> str:
        name, text = say(finding.subject.name, self.lang), say(finding.sentence, self.lang)
        return text if name in text else self.named(name, text)

    def incomplete(self, title: str, faulty: bool) -> str:
        return (
            f"{title}{self.pick('（!! {}）', ' (!! {})').format(self.label('incomplete'))}"
            if faulty
            else title
        )

    def names(self, names: Sequence[Bilingual], *, total: bool = False) -> str:
        """The first names; how many there are, and how many are left out."""
        text = say(join(names[: self.full]), self.lang)
        if len(names) > self.full:
            text += self.pick("，", ", ") + self.more(len(names) - self.full)
        return self.named(self.number(len(names)), text) if total and len(names) > 1 else text

    def more(self, number: int) -> str:
        self.cut = True
        return self.pick(f"及另外 {number} 个", f"and {number} more")

    def number(self, number: int) -> str:
        return self.pick(f"{number} 个", str(number))

    def table(self, indent: str, rows: Iterable[tuple[str, str]]) -> None:
        """Labels in a column of their own, texts hanging beside them."""
        rows = [(self.label(name), text) for name, text in rows]
        margin = max((width_of(name) for name, _ in rows), default=0)
        last = ""
        for name, text in rows:
            self.put(text, first=indent + pad("" if name == last else name, margin) + "  ")
            last = name

    def put(self, text: str = "", *, first: str = "", rest: str | None = None, color: str = "") -> None:
        """One paragraph; colour goes to what stands first, or to all where nothing does."""
        rest = " " * width_of(first) if rest is None else rest
        head, *tail = wrap(visible(text), self.width - max(width_of(first), width_of(rest)))
        if color and not first:
            head, tail = self.paint(head, color), [self.paint(line, color) for line in tail]
        self.lines.append((self.paint(first, color) + head).rstrip())
        self.lines += [rest + line for line in tail]

    def paint(self, text: str, color: str) -> str:
        return f"\x1b[{_COLORS[color]}m{text}\x1b[0m" if self.color and color and text else text

    def outcome(self, code: str) -> str:
        return f"{SYMBOLS[code]} {self.word('outcome', code)}"

    def named(self, name: str, text: str) -> str:
        return f"{name}{self.pick('：', ': ')}{text}"

    def word(self, axis: str, code: str) -> str:
        return say(word(axis, code), self.lang)

    def label(self, name: str) -> str:
        return say(label(name), self.lang)

    def pick(self, zh: str, en: str) -> str:
        return en if self.lang == "en" else zh


def _numbers(tally: Tally) -> tuple[int, int, int, int]:
    return tally.passed, tally.failed, tally.unknown, tally.not_applicable
