"""An item → its page: what it asks, how it is decided, the places' numbers, data, cases, remedy; decides nothing."""

from __future__ import annotations

from collections.abc import Iterator

from compliance.measures.base import measures_of
from compliance.pages.fields import Field, fields_read
from compliance.pages.markdown import Book, facts, table
from compliance.plain_law import (
    GATES,
    KINDS,
    ROLLUP,
    asked_where,
    body_requirements,
    citation,
    conditions_of,
    level_of,
    parameters_of,
)
from compliance.render.words import word
from compliance.rulebook import parse_value
from compliance.rulebook.clauses import check_of
from compliance.rulebook.reader import Reader
from compliance.rulebook.trees import Trees, setting_value
from compliance.schemas.conditions import Atom, Limit, MeasureRef, Tree, atoms
from compliance.schemas.report import Bilingual
from compliance.schemas.rulebook import Case, Check, Clause, Item, Layer, OwnCheckSpec, Said, SourcedSpec
from compliance.schemas.vocabulary import DOCUMENTS, SUBJECTS, UNITS, words_of
from compliance.sentences import condition_says, value_says

__all__ = ["item_page"]


def item_page(book: Book, clause: Clause, item: Item) -> str:
    """The page of one item."""
    return "\n".join(_Page(book, clause, item).lines()).rstrip("\n") + "\n"


class _Page:
    def __init__(self, book: Book, clause: Clause, item: Item) -> None:
        self._book, self._clause, self._item = book, clause, item
        self._say, self._pick, self._en = book.say, book.pick, book.lang == "en"

    def lines(self) -> Iterator[str]:
        spec, pick = self._item.spec, self._pick
        other = pick("en", "zh")
        yield f"# {self._item.id} {self._say(spec.title)}"
        yield ""
        yield (
            f"{self._clause.id} {self._say(self._clause.spec.title)} · "
            + pick(
                "[目录](README.md) · [覆盖情况](coverage.md) · ", "[contents](README.md) · [coverage](coverage.md) · "
            )
            + f"[{pick('English', '中文')}](../{other}/{self._item.id}.md)"
        )
        yield ""
        yield f"> {self._say(spec.requires)}"
        yield ""
        yield from facts(self._facts())
        for title, body in self._sections():
            if body:
                yield f"## {title}"
                yield ""
                yield from body

    def _facts(self) -> Iterator[tuple[str, str]]:
        spec, pick, say = self._item.spec, self._pick, self._say
        yield pick("依据", "Basis"), say(citation(self._book.law, spec))
        if spec.rests_on is not None:
            yield pick("严重程度", "Severity"), say(word("severity", spec.severity))
            yield pick("对象", "Subject"), SUBJECTS[spec.subject][self._en]
            yield pick("存疑是指", "In doubt when"), say(spec.breach)
            hint = pick("只提示核对，不计入结论", "a hint to look again; it does not count")
            yield pick("作用", "What it does"), hint
            return
        yield pick("适用层级", "Levels"), self._book.join(words_of(level)[self._en] for level in spec.levels)
        yield pick("强制性", "Obligation"), say(word("obligation", spec.obligation))
        yield pick("严重程度", "Severity"), say(word("severity", spec.severity))
        yield pick("汇总", "Roll-up"), say(ROLLUP[spec.rollup])
        yield pick("何时判", "When due"), say(GATES[spec.due_at])
        yield pick("对象", "Subject"), SUBJECTS[spec.subject][self._en]
        yield pick("不符合是指", "It fails when"), say(spec.breach)
        yield pick("风险提示", "Risk"), say(spec.risk) if spec.risk else ""
        related = self._book.join(self._related())
        yield pick("正文相关要求", "Related requirements of the body"), related

    def _related(self) -> Iterator[str]:
        """Requirements of the body that the item's checks carry, and those that have items of their own beside it."""
        mine = {self._item.id, *(check.id for check in self._item.checks)}
        for name, (own, carried) in body_requirements(self._book.law).items():
            for one in carried:
                if not mine.isdisjoint(one.by):
                    yield f"{name} {self._say(one.says)}"
            if own is not None and own.clause == self._clause.id and own.id != self._item.id:
                yield f"[{name} {self._say(own.spec.title)}]({name}.md)"

    def _sections(self) -> Iterator[tuple[str, list[str]]]:
        pick = self._pick
        yield pick("怎样判", "How it is decided"), list(self._checks())
        yield pick("读法的选择", "Readings"), list(self._readings())
        numbers = pick("取值", "Numbers") if self._item.spec.rests_on else pick("各地的限值", "Parameters by place")
        yield numbers, list(self._parameters())
        yield pick("各地自定的检查和调整", "The places' own checks and changes"), list(self._own())
        yield pick("各地的其他规定（不作比较）", "Other rules of the places (not compared)"), list(self._provisions())
        yield (
            pick("各地的结果（结果，不作门槛）", "Results of the places (results, no thresholds)"),
            list(self._attained()),
        )
        yield pick("需要填报的数据", "Data needed"), list(self._data())
        yield pick("案例", "Cases"), list(self._cases())
        doubt = self._item.spec.rests_on is not None
        remedy = pick("核对办法", "What to check") if doubt else pick("整改", "Putting it right")
        yield remedy, list(self._remedy())
        yield pick("本程序不判", "Not modelled"), [f"- {self._say(said)}" for said in self._item.spec.not_modelled]

    # -- how it is decided --------------------------------------------------------------------------------------

    def _condition(self, check: Check) -> str:
        return self._say(condition_says(check.holds, check.subject, self._book.words))

    def _fact(self, tree: Tree, check: Check) -> str:
        return self._say(condition_says(tree, check.subject, self._book.words, owed=False))

    def _checks(self) -> Iterator[str]:
        for check in self._item.checks:
            yield f"### `{check.name}` {self._say(check.says)}"
            yield ""
            yield from facts(self._check(check))

    def _check(self, check: Check) -> Iterator[tuple[str, str]]:
        spec, pick, say = self._item.spec, self._pick, self._say
        if check.asks is not None:
            yield pick("由人回答", "For a person to answer"), say(check.asks)
        elif not check.measured:  # what is only measured has a condition that every value meets
            yield pick("判定", "Judged by"), self._condition(check)
        guard = [self._fact(check.when, check)] if check.when is not None else []
        only = [*(say(text) for text in asked_where(check, self._book.law)), *guard]
        yield pick("仅当", "Only where"), pick("；", "; ").join(only)
        if check.when is not None and check.otherwise == "not_due":
            yield pick("否则", "Otherwise"), pick("尚未到期，不适用", "not yet due, not applicable")
        yield pick("对象", "For"), SUBJECTS[check.subject][self._en]
        if check.due_at != spec.due_at:
            yield pick("何时判", "When due"), say(GATES[check.due_at])
        if check.obligation != spec.obligation:
            yield pick("强制性", "Obligation"), say(word("obligation", check.obligation))
        if check.severity != spec.severity:
            yield pick("严重程度", "Severity"), say(word("severity", check.severity))
        if check.levels != frozenset(spec.levels):
            levels = [level for level in ("province", "city", "county") if level in check.levels]
            yield pick("适用层级", "Levels"), self._book.join(words_of(level)[self._en] for level in levels)
        if check.measured:
            yield pick("性质", "Kind"), pick("只计量、不评判", "measured, not judged")
        yield (
            pick("须有材料（任一）", "Documents (one of)"),
            self._book.join(DOCUMENTS[t][self._en] for t in check.documents),
        )
        yield pick("依据", "Statute"), check.statute or ""
        for words, name in ((check.remarks, pick("提示", "Remark")), (check.history, pick("历史情况", "History"))):
            for one in words:
                when = self._fact(one.when, check)
                yield name, pick(f"{one.says.zh}（{when}时）", f"{one.says.en} (when {when})")
        yield pick("读法", "Reading (in Chinese)"), check.reading or ""

    def _readings(self) -> Iterator[str]:
        for reading in self._clause.spec.readings:
            ids = {self._item.id, *(check.id for check in self._item.checks)}
            if not any(ids & option.changes.keys() for option in reading.options.values()):
                continue
            yield f"**{reading.reading}** {self._say(reading.question)}"
            yield ""
            yield from table(
                (self._pick("读法", "Reading"), "", self._pick("改变什么", "What it changes")),
                (
                    (
                        f"`{name}`" + (self._pick("（缺省）", " (default)") if name == reading.default else ""),
                        self._say(option.says),
                        self._pick("；", "; ").join(
                            f"`{ident}`: " + self._book.join(
                                self._say(word(axis, code))
                                for axis, code in (("obligation", change.obligation), ("severity", change.severity))
                                if code
                            )
                            for ident, change in option.changes.items()
                        )
                        or self._pick("按条文", "as the clause stands"),
                    )
                    for name, option in reading.options.items()
                ),
            )  # fmt: skip

    # -- the places ---------------------------------------------------------------------------------------------

    def _place(self, layer: Layer) -> str:
        level = level_of(layer)
        return self._pick(f"{layer.title.zh}（{level.zh}）", f"{layer.title.en} ({level.en})")

    def _source(self, entry: SourcedSpec) -> tuple[str, str, str, str]:
        """Document, section, period and standing."""
        start, end = entry.effective_from, entry.effective_to
        period = f"{start or ''} – {end or ''}" if start or end else "–"
        status = self._say(word("status", entry.status))
        return entry.document, entry.section, period, f"**{status}**" if entry.status != "in_force" else status

    @property
    def _source_heads(self) -> tuple[str, str, str, str]:
        return (
            self._pick("文件", "Document"), self._pick("位置", "Section"), self._pick("起止", "From – to"),
            self._pick("状态", "Standing"),
        )  # fmt: skip

    def _parameters(self) -> Iterator[str]:
        law = self._book.law
        for name in dict.fromkeys(name for check in self._item.checks for name in parameters_of(check)):
            parameter = law.parameters[name]
            spec = parameter.spec
            says = [f"`${name}`"]
            if spec.denominator:
                says.append(self._pick(f"分母：{spec.denominator.zh}", f"a share of: {spec.denominator.en}"))
            if spec.floor:
                floor = self._value(setting_value(spec.floor.value, parameter), spec.unit)
                says.append(
                    self._pick(
                        f"法定底线：{floor}（{spec.floor.statute}）", f"statutory floor: {floor} ({spec.floor.statute})"
                    )
                )
            yield f"### {self._say(spec.title)}"
            yield ""
            yield self._pick("；", "; ").join(says)
            yield ""
            rows = [
                (
                    self._place(layer),
                    self._value(setting_value(entry.value, parameter), spec.unit),
                    *self._source(entry),
                    entry.note or "",
                )
                for layer in self._book.layers
                for entry in layer.spec.parameters.get(name, ())
            ]
            heads = (
                self._pick("地方", "Place"),
                self._pick("值", "Value"),
                *self._source_heads,
                self._pick("说明", "Note"),
            )
            if rows:
                yield from table(heads, rows)
            else:
                yield self._pick("所附各地规定中尚无此项。", "None of the profiles shipped sets it.")
                yield ""

    def _value(self, value: Limit, unit: str) -> str:
        return self._say(value_says(value, "" if unit == "%" else unit))

    def _own(self) -> Iterator[str]:
        own = [
            (layer, entry) for layer in self._book.layers for entry in layer.spec.checks if entry.item == self._item.id
        ]
        place = self._pick("地方", "Place")
        yield from table(
            (
                place,
                self._pick("检查", "Check"),
                self._pick("要求", "Requires"),
                self._pick("判定", "Judged by"),
                *self._source_heads,
            ),
            (
                (
                    self._place(layer),
                    f"`{entry.name}`",
                    self._say(entry.check.says),
                    self._own_condition(entry),
                    *self._source(entry),
                )
                for layer, entry in own
            ),
        )
        mine = {self._item.id, *(check.id for check in self._item.checks), *(f"{e.item}.{e.name}" for _, e in own)}
        yield from table(
            (place, self._pick("对象", "Concerns"), self._pick("调整为", "Changed to"), *self._source_heads),
            (
                (
                    self._place(layer),
                    f"`{entry.check}`",
                    self._book.join(
                        self._say(word(axis, code))
                        for axis, code in (("obligation", entry.obligation), ("severity", entry.severity))
                        if code
                    ),
                    *self._source(entry),
                )
                for layer in self._book.layers
                for entry in layer.spec.changes
                if entry.check in mine
            ),
        )

    def _own_condition(self, entry: OwnCheckSpec) -> str:
        if entry.check.asks is not None:
            return self._say(entry.check.asks)
        law = self._book.law
        trees = Trees(Reader(entry.document, {}), law.kinds, law.parameters, tuple(law.standard.statutes.values()))
        check = check_of(self._item.spec, entry.name, entry.check, trees, ())
        return self._condition(check) if check is not None else ""

    def _provisions(self) -> Iterator[str]:
        yield from table(
            (
                self._pick("地方", "Place"),
                self._pick("规定", "Rule"),
                self._pick("内容", "What it says"),
                *self._source_heads,
            ),
            (
                (self._place(layer), self._say(rule.title), self._say(rule.says), *self._source(rule))
                for layer in self._book.layers
                for rule in layer.spec.provisions
                if self._item.id in rule.items
            ),
        )

    def _attained(self) -> Iterator[str]:
        yield from table(
            (
                self._pick("地方", "Place"), self._pick("指标", "Figure"), self._pick("结果", "Result"),
                self._pick("时间", "When"), self._pick("文件", "Document"), self._pick("位置", "Section"),
            ),
            (
                (
                    self._place(layer),
                    self._say(result.title) + self._share_of(result.denominator),
                    result.value + self._unit(result.unit),
                    result.when or "",
                    result.document,
                    result.section,
                )
                for layer in self._book.layers
                for result in layer.spec.attained
                if self._item.id in result.items
            ),
        )  # fmt: skip

    def _share_of(self, denominator: Said | None) -> str:
        return self._pick(f"（占{denominator.zh}）", f" (of {denominator.en})") if denominator else ""

    def _unit(self, unit: str) -> str:
        if not unit or unit == "%":
            return unit
        return self._pick(unit, f" {UNITS.get(unit, unit)}".rstrip())

    # -- data -----------------------------------------------------------------------------------------------------

    def _data(self) -> Iterator[str]:
        read = fields_read()
        used: dict[Field, dict[str, None]] = {}
        for check in self._item.checks:
            titles = measures_of(KINDS[check.subject].row.__name__)
            names = {m for tree in conditions_of(check) for atom in atoms(tree) for m in _measures(atom)}
            for name in [n for n in titles if n in names | {check.dated_by}]:
                for field in read.get((check.subject, name), ()):
                    said = self._pick(titles[name].zh, titles[name].en)
                    used.setdefault(field, {})[said] = None
        yield from table(
            (
                self._pick("数据", "Datum"), self._pick("单位", "Unit"), self._pick("所在", "In"),
                self._pick("档案路径", "Path in the dossier"), self._pick("用于", "Used for"),
            ),
            (
                (
                    self._say(field.title), self._unit(field.unit).strip(), self._say(field.where), f"`{field.path}`",
                    self._book.join(for_what),
                )
                for field, for_what in sorted(used.items(), key=lambda pair: pair[0].order)
            ),
        )  # fmt: skip

    # -- cases ----------------------------------------------------------------------------------------------------

    def _cases(self) -> Iterator[str]:
        for check in self._item.checks:
            cases = [case for case in self._item.spec.cases if case.check == check.name]
            if not cases:
                continue
            yield f"`{check.name}` {self._say(check.says)}"
            yield ""
            heads = [self._pick("给定", "Given"), self._pick("结论", "Outcome"), self._pick("原因", "Reason")]
            if not self._en and any(case.note for case in cases):
                heads.append("说明")
            rows = ((self._given(check, case), *self._outcome(case), case.note or "") for case in cases)
            yield from table(heads, (row[: len(heads)] for row in rows))

    def _outcome(self, case: Case) -> tuple[str, str]:
        if case.outcome == "fail" and self._item.spec.rests_on is not None:
            return self._pick("存疑", "in doubt"), ""
        return self._say(word("outcome", case.outcome)), self._say(word("reason", case.reason)) if case.reason else ""

    def _given(self, check: Check, case: Case) -> str:
        law, words = self._book.law, self._book.words
        said = []
        for name, written in case.given.items():
            if name.startswith("$"):
                parameter = law.parameters[name[1:]]
                title = words.parameter(name[1:])
                value = value_says(
                    setting_value(written, parameter), "" if parameter.spec.unit == "%" else parameter.spec.unit
                )
            else:
                title = Bilingual(*words.titles(check.subject, name))
                unit = words.unit(check.subject, name)
                value = value_says(parse_value(written, law.kinds[check.subject][name]), "" if unit == "%" else unit)
            said.append(self._pick(f"{title.zh}：{value.zh}", f"{title.en}: {value.en}"))
        return self._pick("；", "; ").join(said)

    # -- remedy ---------------------------------------------------------------------------------------------------

    def _remedy(self) -> Iterator[str]:
        remedy = self._item.spec.remedy
        for number, step in enumerate(remedy.steps, 1):
            yield f"{number}. {self._say(step)}"
        if remedy.steps:
            yield ""
        if remedy.law:
            yield self._pick("依据：", "Law: ") + self._pick("；", "; ").join(remedy.law)
            yield ""
        known = [self._book.precedents[name] for name in remedy.precedents if name in self._book.precedents]
        yield from table(
            (
                self._pick("先例", "Precedent"), self._pick("地方", "Place"), self._pick("做法", "What was done"),
                self._pick("成效", "Figures"), self._pick("出处", "Source"),
            ),
            (
                (
                    f"{p.id} {self._say(p.title)}",
                    self._book.join(self._say(place.name) for place in p.places),
                    self._say(p.measure),
                    self._pick("；", "; ").join(f"{self._say(f.name)} {self._say(f.says)}" for f in p.figures),
                    f"{p.source.document} {p.source.section}",
                )
                for p in known
            ),
        )  # fmt: skip


def _measures(atom: Atom) -> Iterator[str]:
    """The measures that an atom names, on either side."""
    if isinstance(atom.measure, str):
        yield atom.measure
    if isinstance(atom.limit, MeasureRef):
        yield atom.limit.name
