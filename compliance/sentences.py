"""Values, conditions and findings → sentences in Chinese and English; decides nothing.

Built from the condition itself: subject, what must hold, what was found, the limit and whose limit it is.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from typing import Any

from compliance.schemas.conditions import All, Atom, Limit, MeasureRef, Not, Op, ParamRef, Tree, Value
from compliance.schemas.outcomes import Code
from compliance.schemas.report import (
    AttachmentFound,
    Basis,
    Bilingual,
    CheckLine,
    Determined,
    LimitSource,
    Measured,
    Reason,
    Subject,
)
from compliance.schemas.rulebook import Check, Item, Profile, Rulebook
from compliance.schemas.scalars import Day, Ratio, Unknown
from compliance.schemas.vocabulary import DOCUMENTS, UNITS, words_of
from compliance.why import Told

__all__ = [
    "ENTRY",
    "NOBODY",
    "STAGE",
    "Source",
    "compared",
    "condition_says",
    "exact",
    "gap_of",
    "law_of",
    "limit_says",
    "limit_source",
    "parameter_of",
    "sentence_of",
    "spoken",
    "value_says",
    "with_determinations",
]

REASON_SAYS: dict[Reason, Bilingual] = {
    "conflicting_data": Bilingual("填报数据互相矛盾", "the data reported contradict each other"),
    "missing_parameter": Bilingual("当地规定的参数未配置", "the place's own limit is not set"),
    "missing_field": Bilingual("所需数据未填报", "data needed were not reported"),
    "ambiguous_date": Bilingual(
        "日期只到年或月，先后不能判定", "a date known only to the month or year leaves the order open"
    ),
    "missing_evidence": Bilingual("未见证明材料", "no supporting document is there"),
    "needs_judgement": Bilingual("需要人工研判", "a person has to judge"),
    "not_due": Bilingual("尚未到该阶段", "the stage has not been reached"),
    "level_not_covered": Bilingual("不属本级职责", "not a matter of this level"),
    "no_object": Bilingual("没有适用对象", "there is nothing it applies to"),
    "zone": Bilingual("不在采暖地区", "outside the heating zone"),
    "predates_standard": Bilingual("早于衡量标准施行", "before the standard took effect"),
    "not_substantiated": Bilingual("补正期满仍未能证实", "not substantiated by the end of the time to supply it"),
}

_OP_SAYS: dict[Op, tuple[str, str]] = {
    Op.AT_LEAST: ("应不低于", "must be at least"),
    Op.AT_MOST: ("应不高于", "must be at most"),
    Op.MORE_THAN: ("应超过", "must exceed"),
    Op.LESS_THAN: ("应低于", "must be below"),
    Op.NOT_AFTER: ("应不晚于", "must not be after"),
    Op.NOT_BEFORE: ("应不早于", "must not be before"),
    Op.IS: ("应为", "must be"),
    Op.ONE_OF: ("应为下列之一：", "must be one of"),
    Op.PRESENT: ("应已填报", "must be reported"),
}
_NOT_SAYS: dict[Op, tuple[str, str]] = {
    Op.AT_LEAST: ("应低于", "must be below"),
    Op.AT_MOST: ("应超过", "must exceed"),
    Op.MORE_THAN: ("应不高于", "must be at most"),
    Op.LESS_THAN: ("应不低于", "must be at least"),
    Op.NOT_AFTER: ("应晚于", "must be after"),
    Op.NOT_BEFORE: ("应早于", "must be before"),
    Op.IS: ("不应为", "must not be"),
    Op.ONE_OF: ("不应为下列之一：", "must be none of"),
    Op.PRESENT: ("应未填报", "must not be reported"),
}
"""Under a ``not``."""
_IS_SAYS: dict[Op, tuple[str, str]] = {
    Op.AT_LEAST: ("不低于", "is at least"),
    Op.AT_MOST: ("不高于", "is at most"),
    Op.MORE_THAN: ("超过", "exceeds"),
    Op.LESS_THAN: ("低于", "is below"),
    Op.NOT_AFTER: ("不晚于", "is not after"),
    Op.NOT_BEFORE: ("不早于", "is not before"),
    Op.IS: ("为", "is"),
    Op.ONE_OF: ("为下列之一：", "is one of"),
    Op.PRESENT: ("已填报", "is reported"),
}
_IS_NOT_SAYS: dict[Op, tuple[str, str]] = {
    Op.AT_LEAST: ("低于", "is below"),
    Op.AT_MOST: ("超过", "exceeds"),
    Op.MORE_THAN: ("不高于", "is at most"),
    Op.LESS_THAN: ("不低于", "is at least"),
    Op.NOT_AFTER: ("晚于", "is after"),
    Op.NOT_BEFORE: ("早于", "is before"),
    Op.IS: ("不为", "is not"),
    Op.ONE_OF: ("不为下列之一：", "is none of"),
    Op.PRESENT: ("未填报", "is not reported"),
}
"""What is merely so or not so: guards, and what is worth a remark."""


def _op_says(atom: Atom, negated: bool, owed: bool = True) -> tuple[str, str]:
    """The words of a comparison; ``present: false`` is a negation of its own."""
    absent = atom.op is Op.PRESENT and atom.limit is False
    if not owed:
        return (_IS_NOT_SAYS if negated is not absent else _IS_SAYS)[atom.op]
    return (_NOT_SAYS if negated is not absent else _OP_SAYS)[atom.op]


# -- words for values -----------------------------------------------------------------------------------------


def _number(value: Decimal) -> str:
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _percent(ratio: Ratio) -> str:
    """Exact where two decimals suffice, else cut off and marked ≈: rounding must not seem to reach a limit."""
    scaled, rest = divmod(ratio.p * 10_000, ratio.q)
    text = _number(Decimal(scaled) / 100)
    return f"{text}%" if rest == 0 else f"≈{text}%"


def _rate(ratio: Ratio, unit: str) -> Bilingual:
    """So much of one thing for one of another; cut off after three decimals and marked ≈ where that is not exact."""
    scaled, rest = divmod(ratio.p * 1000, ratio.q)
    text = ("≈" if rest else "") + _number(Decimal(scaled) / 1000)
    return Bilingual(text + unit, f"{text} {UNITS.get(unit, unit)}")


def exact(value: Value | Limit) -> str:
    """The exact value as text, for machines."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Ratio):
        return f"{value.p}/{value.q}"
    if isinstance(value, Day):
        return value.text
    if isinstance(value, Decimal):
        return _number(value)
    if isinstance(value, tuple):
        return ",".join(str(v) for v in value)
    return str(value)


@lru_cache(maxsize=4096, typed=True)  # 0 and false are equal, and are not said alike
def spoken(value: Any, unit: str) -> Bilingual:
    """The value as people write it."""
    if isinstance(value, bool):
        return Bilingual("是", "yes") if value else Bilingual("否", "no")
    if isinstance(value, Ratio):
        if unit not in ("", "%"):
            return _rate(value, unit)
        fraction = f"{value.p}/{value.q}"
        shown = _percent(value)
        if value.q in (2, 3, 4):
            return Bilingual(fraction, fraction)
        return (
            Bilingual(shown, shown)
            if value.q in (1, 100)
            else Bilingual(f"{shown}（{fraction}）", f"{shown} ({fraction})")
        )
    if isinstance(value, str):
        zh, en = words_of(value)
        return Bilingual(zh, en)
    if isinstance(value, tuple) and not isinstance(value, Day):
        pairs = [words_of(v) for v in value]
        return Bilingual("、".join(p[0] for p in pairs), ", ".join(p[1] for p in pairs))
    text = exact(value)
    return Bilingual(text + unit, f"{text} {UNITS.get(unit, unit)}".strip())


def value_says(value: Value | Limit, unit: str) -> Bilingual:
    """A value as people write it; one that is not known as the reason why."""
    return REASON_SAYS[value.value] if isinstance(value, Unknown) else spoken(value, unit)


_UNSET = Bilingual("（当地未配置）", " (not set in this place)")


@dataclass(frozen=True, slots=True)
class Source:
    """What findings are made from: the means to read values, names and pointers of rows. Filled in by ``check``."""

    value: Callable[[str, str, int], Value]
    """(kind, measure, row) → value"""
    read: Callable[[str, str, int], tuple[str, ...]]
    """(kind, measure, row) → pointers"""
    titles: Callable[[str, str], tuple[str, str]]
    unit: Callable[[str, str], str]
    references: Callable[[str, int], Sequence[tuple[AttachmentFound, str | None]]]
    """(kind, row) → evidence, each with what it declares absent if it stands on a declaration"""
    row_subject: Callable[[str, int], Subject]
    profile: Profile
    parameter: Callable[[str], Bilingual]
    """A parameter's title"""
    literal: Callable[[Check], LimitSource]
    """The law that a literal limit of a check stands in: its statute where it names one, else the standard"""
    running: Callable[[str, str], bool]
    """(kind, measure) → whether its value grows from day to day by itself"""
    unset: Bilingual = _UNSET
    """What is said of a parameter without a value"""


def limit_says(source: Source, kind: str, limit: Limit, unit: str) -> tuple[Bilingual, str | None, str | None]:
    """A limit as words, as exact text where it is known, and its name if it has one."""
    if isinstance(limit, ParamRef):
        setting = source.profile.settings.get(limit.name)
        if setting is None:
            title = source.parameter(limit.name)
            unset = Bilingual(f"“{title.zh}”{source.unset.zh}", f"“{title.en}”{source.unset.en}")
            return unset, None, f"${limit.name}"
        return spoken(setting.value, unit), exact(setting.value), f"${limit.name}"
    if isinstance(limit, MeasureRef):
        zh, en = source.titles(kind, limit.name)
        return Bilingual(zh, en), None, limit.name
    return spoken(limit, unit), exact(limit), None


def parameter_of(law: Rulebook) -> Callable[[str], Bilingual]:
    """The titles of parameters."""
    titles = {name: Bilingual(p.spec.title.zh, p.spec.title.en) for name, p in law.parameters.items()}
    return titles.__getitem__


def law_of(law: Rulebook) -> Callable[[Check], LimitSource]:
    """Where the literal limits of checks stand."""
    items = {item.id: item.spec for item in law.items}

    def literal(check: Check) -> LimitSource:
        cite = items[check.item].cite
        if check.local is not None:
            return check.local
        statute = check.statute or (cite.statutes[0] if cite.statutes else None)
        if statute is not None:
            return LimitSource(statute, "", "全国", None, None, "in_force")
        section = f"附件{cite.annex}" if cite.annex else f"正文{cite.body}"
        return LimitSource(law.standard.number, section, "全国", None, None, "in_force")

    return literal


def limit_source(source: Source, check: Check, limit: Limit) -> LimitSource | None:
    """Whose limit it is: a parameter's document, or for a number or date in a clause the law it stands in."""
    if isinstance(limit, ParamRef):
        setting = source.profile.settings.get(limit.name)
        return setting.source if setting else None
    if isinstance(limit, MeasureRef | bool | str) or (isinstance(limit, tuple) and not isinstance(limit, Ratio | Day)):
        return None
    return source.literal(check)


def condition_says(tree: Tree, kind: str, source: Source, *, owed: bool = True) -> Bilingual:
    """A condition as a sentence, with the place's numbers: how ``explain`` and the report state a check.

    ``owed``: it must be so; else it merely is so, as in a guard.
    """
    if isinstance(tree, Atom):
        return _atom_says(tree, kind, source, False, owed)
    if isinstance(tree, Not):
        if isinstance(tree.part, Atom) and not owed:
            return _atom_says(tree.part, kind, source, True, owed)
        inner = condition_says(tree.part, kind, source, owed=owed)
        return Bilingual(f"并非（{inner.zh}）", f"not ({inner.en})")
    parts = [condition_says(p, kind, source, owed=owed) for p in tree.parts]
    zh, en = ("，并且", " and ") if isinstance(tree, All) else ("，或者", " or ")
    wrap = [isinstance(p, Atom) for p in tree.parts]
    return Bilingual(
        zh.join(p.zh if w else f"（{p.zh}）" for p, w in zip(parts, wrap, strict=True)),
        en.join(p.en if w else f"({p.en})" for p, w in zip(parts, wrap, strict=True)),
    )


def _atom_says(atom: Atom, kind: str, source: Source, negated: bool, owed: bool) -> Bilingual:
    if isinstance(atom.measure, ParamRef):
        title, unit = source.parameter(atom.measure.name), ""
    else:
        title, unit = Bilingual(*source.titles(kind, atom.measure)), source.unit(kind, atom.measure)
    if isinstance(atom.measure, ParamRef):  # nobody can be asked to have set it: it is so or not
        owed = False
        if atom.op is Op.PRESENT:
            zh, en = ("没有规定", "is not set") if negated is atom.limit else ("有规定", "is set")
            return Bilingual(f"当地{zh}“{title.zh}”", f"“{title.en}” {en} in the place")
    zh, en = _op_says(atom, negated, owed)
    if atom.op is Op.PRESENT:
        return Bilingual(f"{title.zh}{zh}", f"{title.en} {en}")
    limit, _, _ = limit_says(source, kind, atom.limit, unit)
    return Bilingual(f"{title.zh}{zh}{limit.zh}", f"{title.en} {en} {limit.en}")


# -- sentences of findings ------------------------------------------------------------------------------------


def with_determinations(sentence: Bilingual, determined: Sequence[Determined]) -> Bilingual:
    """A finding's sentence with what persons determined about it, in force or not."""
    if not determined:
        return sentence
    zh, en = "；".join(d.says.zh for d in determined), "; ".join(d.says.en for d in determined)
    return Bilingual(f"{sentence.zh.removesuffix('。')}（{zh}）。", f"{sentence.en.removesuffix('.')} ({en}).")


def gap_of(measure: str, title: Bilingual, why: Reason, pointers: tuple[str, ...]) -> Measured:
    """What would have to be reported before a line can be asked at all."""
    said = REASON_SAYS[why]
    says = Bilingual(f"{title.zh}：{said.zh}", f"{title.en}: {said.en}")
    return Measured(measure, title, None, "", why, Op.PRESENT.value, None, None, None, None, pointers, says)


ENTRY = gap_of("plan", Bilingual("所属年度计划", "the yearly plan it belongs to"), "missing_field", ("/plans",))
STAGE = gap_of("stage", Bilingual("项目阶段和日期", "the project's stage and dates"), "missing_field", ("/projects",))
NOBODY = {
    "community": gap_of("communities", Bilingual("小区数据", "the communities"), "missing_field", ("/communities",)),
    "project": gap_of("projects", Bilingual("项目数据", "the projects"), "missing_field", ("/projects",)),
}
"""Gaps that stand before any condition."""


def compared(title: Bilingual, told: Told, value: Any, limit: Bilingual, unit: str) -> Bilingual:
    """参与率应不低于80%，实为63%"""
    atom, negated = told
    zh, en = _op_says(atom, negated)
    if isinstance(value, Unknown):
        why = REASON_SAYS[value.value]
        found = Bilingual(f"现有材料：{why.zh}", f"found: {why.en}")
    else:
        said = spoken(value, unit)
        found = Bilingual(f"实为{said.zh}", f"found: {said.en}")
    if isinstance(atom.limit, bool) and atom.op is Op.IS:
        return Bilingual(f"{title.zh}，{found.zh}", f"{title.en}; {found.en}")
    if atom.op is Op.PRESENT:
        return Bilingual(f"{title.zh}{zh}，{found.zh}", f"{title.en} {en}; {found.en}")
    return Bilingual(f"{title.zh}{zh}{limit.zh}，{found.zh}", f"{title.en} {en} {limit.en}; {found.en}")


_SHOWN = 3
"""How many deciding lines a sentence tells in full."""
_LISTED = 8
"""How many things that are missing a sentence names."""
_OWN = ("area", "community", "project", "plan", "vote")
"""Subjects that go without saying, because a finding is about their owner; so do those without a key."""


def sentence_of(
    item: Item,
    name: Bilingual,
    code: int,
    reason: Reason | None,
    basis: Basis | None,
    deciding: Sequence[tuple[Check, CheckLine]],
    parameter: Callable[[str], Bilingual],
) -> Bilingual:
    """What an inspector reads first: who, what, and why, from the lines that decided."""
    title = item.spec.title
    if code == Code.NOT_APPLICABLE and reason:
        why = REASON_SAYS[reason]
        return Bilingual(
            f"{name.zh}：“{title.zh}”不适用，{why.zh}。", f"{name.en}: “{title.en}” does not apply, {why.en}."
        )
    if code == Code.MEASURED:
        values = [v.says for _, c in deciding for v in c.values][:1]
        zh = values[0].zh.split("，")[-1] if values else ""
        en = values[0].en.split("; ")[-1] if values else ""
        return Bilingual(
            f"{name.zh}：“{title.zh}”已报告，{zh}；当地未定限值，只计量、不评判。",
            f"{name.en}: “{title.en}” is reported, {en}; the place sets no limit, so it is measured and not judged.",
        )
    if code == Code.PASS:
        if basis == "asserted":
            return Bilingual(
                f"{name.zh}：“{title.zh}”按填报数据符合要求，未核对证明材料。",
                f"{name.en}: “{title.en}” is met by what was reported; no document was seen.",
            )
        return Bilingual(f"{name.zh}：“{title.zh}”符合要求。", f"{name.en}: “{title.en}” is met.")
    if code in (Code.FAIL, Code.IMPROVE):
        parts = [_breach(check, line) for check, line in deciding[:_SHOWN]]
        more = len(deciding) - len(parts)
        zh, en = "；".join(p.zh for p in parts), "; ".join(p.en for p in parts)
        if more > 0:
            zh, en = f"{zh}；另有{more}处", f"{en}; and {more} more"
        word = (
            ("不符合要求", "is not met")
            if code == Code.FAIL
            else ("尚未做到（鼓励类）", "is not met (encouraged only)")
        )
        return Bilingual(f"{name.zh}：“{title.zh}”{word[0]}。{zh}。", f"{name.en}: “{title.en}” {word[1]}. {en}.")
    why = REASON_SAYS[reason] if reason else Bilingual("检查程序未得出结论", "the checker reached no answer")
    gaps = _gaps(deciding, parameter)
    zh, en = (f"：{gaps.zh}", f": {gaps.en}") if gaps.zh else ("", "")
    return Bilingual(f"{name.zh}：“{title.zh}”待证，{why.zh}{zh}。", f"{name.en}: “{title.en}” is open, {why.en}{en}.")


def _row(line: CheckLine) -> Bilingual:
    """A row subject in front of what is said of it."""
    if line.subject.kind in _OWN or not line.subject.id:
        return Bilingual("", "")
    return Bilingual(f"【{line.subject.name.zh}】", f"[{line.subject.name.en}] ")


def _breach(check: Check, line: CheckLine) -> Bilingual:
    """A failing line: what must hold, and what was found against the limit."""
    row = _row(line)
    if line.was is not None:  # the values do not show it: a person determined so
        zh, en = ("未能证实", "not substantiated") if line.reason else ("经认定未满足", "determined not to be so")
        return Bilingual(f"{row.zh}{check.says.zh}一项{zh}", f"{row.en}{check.says.en}: {en}")
    zh, en = "，".join(v.says.zh for v in line.values), ", ".join(v.says.en for v in line.values)
    return Bilingual(f"{row.zh}{check.says.zh}一项未满足：{zh}", f"{row.en}Not so: {check.says.en} ({en})")


def _gaps(deciding: Sequence[tuple[Check, CheckLine]], parameter: Callable[[str], Bilingual]) -> Bilingual:
    """What stands between an open finding and an answer, each thing named once."""
    zh: dict[str, None] = {}
    en: dict[str, None] = {}
    for check, line in deciding:
        row = _row(line)
        if line.reason == "missing_evidence":
            zh[f"{row.zh}缺{'或'.join(DOCUMENTS[t][0] for t in check.documents)}"] = None
            en[f"{row.en}no {' or '.join(DOCUMENTS[t][1] for t in check.documents)}"] = None
            continue
        if line.values and line.values[0].measure in (ENTRY.measure, STAGE.measure):
            row = Bilingual("", "")  # the same for every row of the owner
        for value in line.values:
            if value.unknown or line.reason == "ambiguous_date":
                zh[f"{row.zh}{value.title.zh}"] = None
                en[f"{row.en}{value.title.en}"] = None
            if value.limit is None and value.limit_name and value.limit_name.startswith("$"):
                unset = parameter(value.limit_name[1:])
                zh[f"参数“{unset.zh}”"] = None
                en[f"the parameter “{unset.en}”"] = None
    more = len(zh) - _LISTED
    tail = (f"等{len(zh)}项", f" and {more} more") if more > 0 else ("", "")
    return Bilingual("、".join(list(zh)[:_LISTED]) + tail[0], ", ".join(list(en)[:_LISTED]) + tail[1])
