"""The rulebook → words for people: how an item is decided here, what there is, what is covered; decides nothing."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from importlib.resources import files
from typing import Literal

from compliance import between
from compliance.bench import load_law
from compliance.plain_law import (
    GATES,
    ROLLUP,
    Named,
    asked_where,
    body_requirements,
    citation,
    days_say,
    find,
    layer_of,
    parameters_of,
    setting_says,
    sourced,
    words_for,
)
from compliance.render.words import say, word
from compliance.road import today
from compliance.rulebook import load_profile, resolve
from compliance.schemas.report import Bilingual
from compliance.schemas.rulebook import CarriedSpec, Check, Clause, Item, ItemSpec, Profile, Rulebook
from compliance.schemas.scalars import Day, days
from compliance.schemas.vocabulary import DOCUMENTS, SUBJECTS, words_of
from compliance.sentences import Source, condition_says
from compliance.soundness import FOLDER, load_checks, load_numbers

__all__ = ["clause_file", "coverage", "explain", "listing"]

Lang = Literal["zh", "en"]


def explain(name: str, profile: str | None, as_of: str | None, lang: Lang, *, drafts: bool = False) -> str:
    """How an item (B7.1), clause (B7) or requirement of the body (X11, X for all) is decided under a profile.

    Requirement, checks as sentences, the place's numbers with their sources, what the place asks beside them.
    Without a profile: as the standard and the statutes have it. A check of the data (DQ3, DQ for all) is the same
    in all places.
    """
    day = days(as_of) if as_of else today()
    if _of_data(name):
        found = [_Explained(law, place, day, lang).lines(find(law, name)) for law, place, _ in _data(name)]
        return "\n".join(itertools.chain(*found))
    law = load_law()
    place = load_profile(profile or "national", law, day, drafts=drafts)
    # A place may bring checks of its own, but no items: what is meant is found in the law as shipped.
    return "\n".join(_Explained(law, place, day, lang).lines(find(law, name)))


def _of_data(name: str) -> bool:
    """Whether a check of the data is meant."""
    return name.startswith("DQ")


def _data(name: str) -> list[tuple[Rulebook, Profile, str]]:
    """The rulebooks of the data that a name is of, with their numbers and folders: both for DQ, else the one."""
    within = load_checks(), load_numbers(), FOLDER
    among = between.load_checks(), between.load_numbers(), between.FOLDER
    if name == "DQ":
        return [within, among]
    return [among if name.split(".")[0] in {item.id for item in among[0].items} else within]


class _Explained:
    """The law as shipped beside the law in force under a profile on a day, in one language."""

    def __init__(self, law: Rulebook, place: Profile, day: Day, lang: Lang) -> None:
        self._law, self._place, self._day, self._lang = law, place, day, lang
        self._in_force = {item.id: item for item in resolve(law, place, day).items}
        self._words: Source = words_for(law, place)

    def _say(self, text: Bilingual) -> str:
        return say(text, self._lang)

    def _pick(self, zh: str, en: str) -> str:
        return zh if self._lang == "zh" else en

    def lines(self, named: Named) -> Iterator[str]:
        if named.clause is not None:
            yield f"{named.clause.id} {getattr(named.clause.spec.title, self._lang)}"
            yield from self._readings(named.clause)
        elif named.items or len(named.carried) > 1:
            yield self._pick("X 只见于通知正文的要求", "X Requirements that only the notice's body makes")
        for item in named.items:
            yield ""
            yield from self._item(item)
        for carried in named.carried:
            yield ""
            yield from self._carried(carried)

    def _carried(self, carried: CarriedSpec) -> Iterator[str]:
        yield f"{carried.body} {getattr(carried.says, self._lang)}"
        number = self._law.standard.number
        yield "  " + self._pick(f"依据：{number} 正文{carried.cite}", f"basis: {number}, body {carried.cite}")
        yield "  " + self._pick("由下列条目或检查承担：", "carried by: ")
        checks = {check.id: check for check in self._law.checks}
        items = {item.id: item for item in self._law.items}
        for name in carried.by:
            said = self._say(checks[name].says) if name in checks else getattr(items[name].spec.title, self._lang)
            yield f"    · {name} {said}"

    def _readings(self, clause: Clause) -> Iterator[str]:
        for reading in clause.spec.readings:
            chosen = self._place.readings.get(reading.reading, reading.default)
            by = self._pick("当地选定", "the place's choice") if reading.reading in self._place.readings else ""
            yield "  " + self._pick("读法 ", "reading ") + f"{reading.reading}: {getattr(reading.question, self._lang)}"
            for name, option in reading.options.items():
                mark = self._pick("采用", "used") if name == chosen else self._pick("未采用", "not used")
                why = by or self._pick("缺省", "default")
                mark = f"{mark}，{why}" if name == chosen else mark
                yield f"    · {name}（{mark}）：{getattr(option.says, self._lang)}"

    def _item(self, item: Item) -> Iterator[str]:
        here, pick = self._in_force[item.id], self._pick
        spec, base = here.spec, item.spec
        yield f"{item.id} {getattr(spec.title, self._lang)}"
        yield f"  {getattr(spec.requires, self._lang)}"
        yield "  " + pick("依据：", "basis: ") + self._say(citation(self._law, spec))
        if spec.rests_on is not None:
            hint = pick("只提示核对，不计入结论；严重程度：", "a hint to look again, it does not count; severity: ")
            yield f"  {hint}{self._say(word('severity', spec.severity))}"
        else:
            yield from self._standing(base, spec)
        yield from self._change_source(item.id)
        held = {check.id: check for check in item.checks}
        for check in here.checks:
            yield from self._check(check, held.get(check.id))
        asked = {check.id for check in here.checks}
        for check in item.checks:
            if check.id not in asked:
                period = self._say(days_say(*check.effective))
                not_now = pick(f"（本日不适用：{period}）", f" (not asked on this day: {period})")
                yield f"  - {check.name}: {self._say(check.says)}{not_now}"
        yield "  " + (pick("核对办法：", "what to check:") if spec.rests_on else pick("整改建议：", "remedy:"))
        yield from (f"    · {getattr(step, self._lang)}" for step in spec.remedy.steps)
        if spec.risk:
            yield "  " + pick("风险提示：", "risk: ") + getattr(spec.risk, self._lang)
        yield from self._beside(item)
        if spec.not_modelled:
            yield "  " + pick("本程序不判：", "not modelled:")
            yield from (f"    · {getattr(said, self._lang)}" for said in spec.not_modelled)

    def _standing(self, base: ItemSpec, spec: ItemSpec) -> Iterator[str]:
        """Levels, obligation, severity and roll-up, with what stood there before."""
        pick = self._pick
        yield (
            "  " + pick("层级：", "levels: ") + "、".join(words_of(level)[self._lang == "en"] for level in spec.levels)
            + pick("；强制性：", "; obligation: ") + self._changed("obligation", base.obligation, spec.obligation)
            + pick("；严重程度：", "; severity: ") + self._changed("severity", base.severity, spec.severity)
            + pick("；汇总：", "; roll-up: ") + self._say(ROLLUP[spec.rollup])
        )  # fmt: skip

    def _changed(self, axis: str, base: str, now: str) -> str:
        """A word of the item or check, and what stood there before the place or a reading changed it."""
        if base == now:
            return self._say(word(axis, now))
        before, after = self._say(word(axis, base)), self._say(word(axis, now))
        return f"{before} → {after}"

    def _change_source(self, name: str) -> Iterator[str]:
        for change in self._place.changes:
            if change.check == name and change.source is not None:
                said = self._say(sourced(change.source, layer_of(self._place, change.source)))
                yield "    " + self._pick("当地调整：", "changed by the place: ") + said

    def _check(self, check: Check, base: Check | None) -> Iterator[str]:
        pick, en = self._pick, self._lang == "en"
        mark = pick("【当地】", "[the place's own] ") if check.local is not None else ""
        yield f"  - {check.name}: {mark}{self._say(check.says)}"
        if check.asks is not None:
            yield pick("    须由人回答：", "    for a person to answer: ") + self._say(check.asks)
        else:
            holds = condition_says(check.holds, check.subject, self._words)
            yield pick("    判法：", "    judged by: ") + self._say(holds)
        where = [self._say(text) for text in asked_where(check, self._law)]
        if check.when is not None:
            where.append(self._say(condition_says(check.when, check.subject, self._words, owed=False)))
        if where:
            yield pick("    仅当：", "    only where: ") + pick("；", "; ").join(where)
        due = self._say(GATES[check.due_at])
        yield pick("    对象：", "    for: ") + SUBJECTS[check.subject][en] + pick("；何时：", "; due: ") + due
        if base is not None and (base.obligation, base.severity) != (check.obligation, check.severity):
            obligation = self._changed("obligation", base.obligation, check.obligation)
            severity = self._changed("severity", base.severity, check.severity)
            yield pick(f"    强制性：{obligation}；严重程度：", f"    obligation: {obligation}; severity: ") + severity
            yield from self._change_source(check.id)
        if check.documents:
            names = [DOCUMENTS[t][en] for t in check.documents]
            yield pick("    须有材料（任一）：", "    one of: ") + pick("、", ", ").join(names)
        for name in parameters_of(check):
            yield from self._parameter(name)
        if check.local is not None:
            source = sourced(check.local, layer_of(self._place, check.local))
            yield pick("    出处：", "    source: ") + self._say(source)
        for words, title in ((check.remarks, ("提示", "remark")), (check.history, ("历史情况", "history"))):
            for one in words:
                when = self._say(condition_says(one.when, check.subject, self._words, owed=False))
                yield f"    {title[en]}" + pick(f"：{one.says.zh}（{when}时）", f": {one.says.en} (when {when})")
        if check.reading:
            yield pick("    读法：", "    reading: ") + check.reading

    def _parameter(self, name: str) -> Iterator[str]:
        title = self._say(self._words.parameter(name))
        setting = self._place.settings.get(name)
        if setting is None:
            yield f"    ${name} {title}" + self._pick("：本地未配置", ": not set in this place")
            return
        yield f"    ${name} {title}" + self._pick("：", ": ") + self._say(setting_says(self._law, name, setting.value))
        yield "      " + self._say(sourced(setting.source, layer_of(self._place, setting.source)))

    def _beside(self, item: Item) -> Iterator[str]:
        """What the place's profiles say of an item and no check compares with."""
        for layer in self._place.layers:
            for rule in layer.spec.provisions:
                if item.id in rule.items and (rule.status != "draft" or self._place.drafts):
                    title = self._pick("当地规定（不作比较）：", "the place's rule (not compared): ")
                    yield f"  {title}{getattr(rule.says, self._lang)}"
                    yield "    " + self._say(sourced(rule, layer))
            for result in layer.spec.attained:
                if item.id in result.items:
                    said = f"{getattr(result.title, self._lang)} {result.value}{result.unit}"
                    yield "  " + self._pick("当地结果（不作门槛）：", "result of the place (no threshold): ") + said
                    yield f"    {result.document} {result.section}，{getattr(layer.title, self._lang)}"


def listing(lang: Lang) -> str:
    """Clauses and items, one a line."""
    lines = []
    for clause in load_law().clauses:
        lines.append(f"{clause.id:<4} {getattr(clause.spec.title, lang)}")
        lines += [
            f"  {item.id:<6} {getattr(item.spec.title, lang)}  [{say(word('obligation', item.spec.obligation), lang)}]"
            for item in clause.items
        ]
    for data, _, _ in _data("DQ"):
        lines.append(f"{'DQ':<4} {getattr(data.standard.title, lang)}")
        lines += [f"  {item.id:<6} {getattr(item.spec.title, lang)}" for item in data.items]
    return "\n".join(lines)


def clause_file(name: str) -> str:
    """The text of the clause file that states an item or clause."""
    if _of_data(name):
        law, _, folder = _data(name)[0]
        clause = find(law, name).clause
        file = clause.file if clause else "standard.yaml"
        return (files("compliance") / "rules" / folder / file).read_text("utf-8")
    law = load_law()
    named = find(law, name)
    owner = {by: clause.file for clause in law.clauses for c in clause.spec.carries for by in (c.body, *c.by)}
    file = named.clause.file if named.clause else owner.get(name, "standard.yaml")
    return (files("compliance") / "rules" / file).read_text("utf-8")


def coverage(lang: Lang) -> str:
    """Item by item: checks, subjects, cases, and what is not modelled."""
    law = load_law()
    lines = []
    for item in law.items:
        lines.append(f"{item.id:<6} {getattr(item.spec.title, lang)}")
        for check in item.checks:
            cases = sum(case.check == check.name for case in item.spec.cases)
            lines.append(f"    {check.name} [{check.subject}] {getattr(check.says, lang)} ({cases})")
        lines += [
            ("    不判：" if lang == "zh" else "    not modelled: ") + getattr(s, lang) for s in item.spec.not_modelled
        ]
    annex = sum(not item.body_only for item in law.items)
    body = sum(item is not None or bool(carried) for item, carried in body_requirements(law).values())
    cases = sum(len(item.spec.cases) for item in law.items)
    lines.append(
        f"{annex}/36 条，正文另有要求 {body}/33 条，{len(law.checks)} 项检查，{cases} 个案例"
        if lang == "zh"
        else f"{annex}/36 items, {body}/33 further requirements of the body, {len(law.checks)} checks, {cases} cases"
    )
    return "\n".join(lines)
