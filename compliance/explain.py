"""The rulebook → words for people: how an item is decided here, what there is, what is covered; decides nothing."""

from __future__ import annotations

from collections.abc import Callable
from importlib.resources import files
from typing import Literal

from compliance.bench import load_law, open_bench
from compliance.findings import Source, condition_says, law_of, parameter_of
from compliance.measures import measure_kinds
from compliance.measures.base import measures_of
from compliance.measures.subjects import KINDS
from compliance.road import today
from compliance.schemas.conditions import ParamRef, atoms
from compliance.schemas.rulebook import Check, Clause, Item, Problem, Rulebook, RulebookError
from compliance.schemas.scalars import days
from compliance.schemas.vocabulary import DOCUMENTS, SUBJECTS, words_of

__all__ = ["clause_file", "coverage", "explain", "listing"]

Lang = Literal["zh", "en"]


def _find(law: Rulebook, name: str) -> tuple[Clause, tuple[Item, ...]]:
    """A clause and those of its items that are meant."""
    for clause in law.clauses:
        if clause.id == name:
            return clause, clause.items
        for item in clause.items:
            if item.id == name:
                return clause, (item,)
    known = ", ".join(item.id for item in law.items)
    raise RulebookError([Problem(name, 0, f"没有这一条；共有 / no such item or clause; there are: {known}")])


def _words(profile: str, as_of: str | None) -> Source:
    """The means to say conditions with a place's numbers; no dossier is at hand."""
    bench = open_bench(profile, days(as_of) if as_of else today())
    named = {kind: measures_of(k.row.__name__) for kind, k in KINDS.items()}

    def absent(*_: object) -> object:
        raise LookupError("no dossier")

    return Source(
        value=absent,  # type: ignore[arg-type]
        read=absent,  # type: ignore[arg-type]
        titles=lambda kind, name: (named[kind][name].zh, named[kind][name].en),
        unit=lambda kind, name: named[kind][name].unit,
        references=absent,  # type: ignore[arg-type]
        row_subject=absent,  # type: ignore[arg-type]
        profile=bench.profile,
        parameter=parameter_of(bench.rulebook),
        literal=law_of(bench.rulebook),
        running=absent,  # type: ignore[arg-type]
    )


def explain(name: str, profile: str, as_of: str | None, lang: Lang) -> str:
    """How an item or clause is decided under a profile: requirement, checks as sentences, numbers with sources."""
    law = load_law()
    measure_kinds()
    clause, items = _find(law, name)
    source = _words(profile, as_of)
    pick: Callable[[str, str], str] = (lambda zh, en: zh) if lang == "zh" else (lambda zh, en: en)
    lines = [f"{clause.id} {getattr(clause.spec.title, lang)}"]
    for item in items:
        spec = item.spec
        lines += ["", f"{item.id} {getattr(spec.title, lang)}", f"  {getattr(spec.requires, lang)}"]
        cite = f"{law.standard.number} {pick('附件', 'annex ')}{spec.cite.annex}"
        lines.append("  " + pick("依据：", "basis: ") + "；".join([cite, *spec.cite.statutes]))
        lines.append(
            "  " + pick("层级：", "levels: ") + "、".join(words_of(level)[lang == "en"] for level in spec.levels)
            + pick("；强制性：", "; obligation: ") + _OBLIGATION[spec.obligation][lang == "en"]
            + pick("；汇总：", "; roll-up: ") + _ROLLUP[spec.rollup][lang == "en"]
        )  # fmt: skip
        for check in item.checks:
            lines += _explained(check, source, lang)
        lines.append("  " + pick("整改建议：", "remedy:"))
        lines += [f"    · {getattr(step, lang)}" for step in spec.remedy.steps]
        if spec.not_modelled:
            lines.append("  " + pick("本程序不判：", "not modelled:"))
            lines += [f"    · {getattr(said, lang)}" for said in spec.not_modelled]
    return "\n".join(lines)


_OBLIGATION = {
    "mandatory": ("强制", "mandatory"),
    "expected": ("应当", "expected"),
    "encouraged": ("鼓励", "encouraged"),
}
_ROLLUP = {
    "any_fail": ("任一对象不符合即不符合", "one failing subject fails the area"),
    "coverage": ("按覆盖情况", "by coverage"),
}
_GATES = {
    "always": ("任何时候", "at any time"),
    "plan_entry": ("纳入计划后", "once in the plan"),
    "scheme": ("方案制定后", "once the scheme is made"),
    "start": ("开工后", "once works start"),
    "completion": ("完工后", "once works are completed"),
    "acceptance": ("验收后", "once accepted"),
}


def _explained(check: Check, source: Source, lang: Lang) -> list[str]:
    en = lang == "en"
    lines = [f"  - {check.name}: {getattr(check.says, lang)}"]
    condition = getattr(condition_says(check.holds, check.subject, source), lang)
    lines.append(("    judged by: " if en else "    判法：") + condition)
    if check.when is not None:
        lines.append(
            ("    only where: " if en else "    仅当：")
            + getattr(condition_says(check.when, check.subject, source), lang)
        )
    lines.append(
        ("    for: " if en else "    对象：")
        + SUBJECTS[check.subject][en]
        + ("; due: " if en else "；何时：")
        + _GATES[check.due_at][en]
    )
    if check.documents:
        names = [DOCUMENTS[t][en] for t in check.documents]
        lines.append(("    one of: " if en else "    须有材料（任一）：") + (", " if en else "、").join(names))
    for name in dict.fromkeys(_parameters(check)):
        setting = source.profile.settings.get(name)
        if setting is None:
            lines.append(f"    ${name}: " + ("not set in this place" if en else "本地未配置"))
        else:
            s = setting.source
            lines.append(
                f"    ${name}: {s.document} {s.section}（{s.place}" + (", draft" if s.status == "draft" else "") + "）"
            )
    if check.reading:
        lines.append(("    reading: " if en else "    读法：") + check.reading)
    return lines


def _parameters(check: Check) -> list[str]:
    trees = [check.holds, *([check.when] if check.when else [])]
    found = [s.name for t in trees for a in atoms(t) for s in (a.measure, a.limit) if isinstance(s, ParamRef)]
    return [*found, *check.only_where, *([check.zone] if check.zone else [])]


def listing(lang: Lang) -> str:
    """Clauses and items, one a line."""
    lines = []
    for clause in load_law().clauses:
        lines.append(f"{clause.id:<4} {getattr(clause.spec.title, lang)}")
        lines += [
            f"  {item.id:<6} {getattr(item.spec.title, lang)}  [{_OBLIGATION[item.spec.obligation][lang == 'en']}]"
            for item in clause.items
        ]
    return "\n".join(lines)


def clause_file(name: str) -> str:
    """The text of the clause file that states an item or clause."""
    clause, _ = _find(load_law(), name)
    return (files("compliance") / "rules" / clause.file).read_text("utf-8")


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
    cases = sum(len(item.spec.cases) for item in law.items)
    lines.append(
        f"{len(law.items)}/36 条，{len(law.checks)} 项检查，{cases} 个案例"
        if lang == "zh"
        else f"{len(law.items)}/36 items, {len(law.checks)} checks, {cases} cases"
    )
    return "\n".join(lines)
