"""The rulebook and a place's profile → the pieces that ``explain`` and the pages are written from; decides nothing.

Refuses a name that no item, clause or requirement of the notice's body has, and says which is nearest.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from compliance.measures import deliveries, soundness
from compliance.measures import subjects as standard
from compliance.measures.base import measures_of
from compliance.render.words import word
from compliance.rulebook.reader import nearest
from compliance.schemas.conditions import ParamRef, Tree, atoms
from compliance.schemas.report import Bilingual, LimitSource
from compliance.schemas.rulebook import (
    CarriedSpec,
    Check,
    Clause,
    Item,
    ItemSpec,
    Layer,
    Problem,
    Profile,
    Rulebook,
    RulebookError,
    SourcedSpec,
)
from compliance.schemas.vocabulary import words_of
from compliance.sentences import Source, law_of, parameter_of, value_says

__all__ = [
    "BODY", "GATES", "KINDS", "ROLLUP", "Named", "asked_where", "body_requirements", "citation", "conditions_of",
    "days_say", "find", "layer_of", "level_of", "parameters_of", "setting_says", "sourced", "words_for",
]  # fmt: skip

KINDS: Mapping[str, Any] = {**standard.KINDS, **soundness.KINDS, **deliveries.KINDS}
"""Every kind of subject, of the standard, of the checks of the data and of those between deliveries"""
ROLLUP = {
    "any_fail": Bilingual("任一对象不符合即不符合", "one failing subject fails the area"),
    "coverage": Bilingual("按覆盖情况", "by coverage"),
}
GATES = {
    "always": Bilingual("任何时候", "at any time"),
    "plan_entry": Bilingual("纳入计划后", "once in the plan"),
    "scheme": Bilingual("方案制定后", "once the scheme is made"),
    "start": Bilingual("开工后", "once works start"),
    "completion": Bilingual("完工后", "once works are completed"),
    "acceptance": Bilingual("验收后", "once accepted"),
}
BODY = tuple(f"X{number}" for number in range(1, 34))
"""The requirements that only the notice's body makes."""


# -- finding what is meant ------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Named:
    """What a name stands for: a clause, some of its items, and requirements of the body that they carry."""

    clause: Clause | None
    items: tuple[Item, ...] = ()
    carried: tuple[CarriedSpec, ...] = ()


def find(law: Rulebook, name: str) -> Named:
    """An item (B7.1), a clause (B7), a requirement of the body (X11) or all of these (X)."""
    for clause in law.clauses:
        if clause.id == name and name != "X":
            return Named(clause, clause.items, tuple(clause.spec.carries))
        for item in clause.items:
            if item.id == name:
                return Named(clause, (item,))
    if name == "X":
        return Named(None, tuple(i for i in law.items if i.body_only), tuple(_carried(law)))
    for carried in _carried(law):
        if carried.body == name:
            return Named(None, (), (carried,))
    known = [*(c.id for c in law.clauses), *(i.id for i in law.items), *(c.body for c in _carried(law))]
    said = f"没有这一条 / no such item or clause{nearest(name, known)}; 共有 / there are: {', '.join(known)}"
    raise RulebookError([Problem(name, 0, said)])


def _carried(law: Rulebook) -> Iterator[CarriedSpec]:
    for clause in law.clauses:
        yield from clause.spec.carries
    yield from law.standard.consequences


def body_requirements(law: Rulebook) -> dict[str, tuple[Item | None, tuple[CarriedSpec, ...]]]:
    """X1 to X33 → the item of its own, what carries it; neither where the law does not speak of it."""
    own = {item.id: item for item in law.items if item.body_only}
    carried: dict[str, list[CarriedSpec]] = {}
    for spec in _carried(law):
        carried.setdefault(spec.body, []).append(spec)
    return {name: (own.get(name), tuple(carried.get(name, ()))) for name in BODY}


# -- conditions and what they ask -----------------------------------------------------------------------------


def words_for(law: Rulebook, profile: Profile, unset: Bilingual | None = None) -> Source:
    """The means to say conditions with a place's numbers; no dossier is at hand."""
    named = {kind: measures_of(k.row.__name__) for kind, k in KINDS.items()}

    def absent(*_: object) -> object:
        raise LookupError("no dossier")

    means: dict[str, Any] = {name: absent for name in Source.__slots__ if name != "unset"}
    means |= {
        "titles": lambda kind, name: (named[kind][name].zh, named[kind][name].en),
        "unit": lambda kind, name: named[kind][name].unit,
        "parameter": parameter_of(law),
        "literal": law_of(law),
    }
    if unset is not None:
        means["unset"] = unset
    return Source(**means | {"profile": profile})


def conditions_of(check: Check) -> list[Tree]:
    """All that a check asks, its remarks and history too."""
    guard = [check.when] if check.when is not None else []
    return [check.holds, *guard, *(word.when for word in (*check.remarks, *check.history))]


def parameters_of(check: Check) -> list[str]:
    """The parameters of the place that a check looks at, each once."""
    found = [
        side.name
        for tree in conditions_of(check)
        for atom in atoms(tree)
        for side in (atom.measure, atom.limit)
        if isinstance(side, ParamRef)
    ]
    return list(dict.fromkeys([*found, *check.only_where, *([check.zone] if check.zone else [])]))


def asked_where(check: Check, law: Rulebook) -> Iterator[Bilingual]:
    """Where, of what time and on which days a check is asked at all, apart from its guard."""
    title = parameter_of(law)
    for name, wanted in check.only_where.items():
        said = title(name)
        if wanted == "set":
            yield Bilingual(f"当地定有“{said.zh}”", f"the place has set “{said.en}”")
        else:
            value = value_says(wanted, "")
            yield Bilingual(f"当地“{said.zh}”为{value.zh}", f"in the place “{said.en}” is {value.en}")
    if check.zone is not None:
        said = title(check.zone)
        yield Bilingual(f"当地“{said.zh}”为是", f"in the place “{said.en}” is yes")
    if check.dated_by is not None:
        dated_by = measures_of(KINDS[check.subject].row.__name__)[check.dated_by]
        day = law.standard.dated
        yield Bilingual(f"{dated_by.zh}不早于{day}", f"{dated_by.en}: not before {day}")
    first, last = check.effective
    if first > 1 or last < _LAST:
        yield days_say(first, last)


_LAST = date.max.toordinal()


def days_say(first: int, last: int) -> Bilingual:
    """From and to, as ordinals."""
    zh, en = [], []
    if first > 1:
        zh.append(f"{date.fromordinal(first)}起")
        en.append(f"from {date.fromordinal(first)}")
    if last < _LAST:
        zh.append(f"{date.fromordinal(last)}止")
        en.append(f"until {date.fromordinal(last)}")
    return Bilingual("，".join(zh), ", ".join(en))


# -- sources --------------------------------------------------------------------------------------------------


def citation(law: Rulebook, spec: ItemSpec) -> Bilingual:
    """Where an item stands: annex and body of the notice, then the statutes; a check of the data: what it rests on."""
    if spec.rests_on is not None:
        return Bilingual(spec.rests_on.zh, spec.rests_on.en)
    zh = [f"附件{spec.cite.annex}"] if spec.cite.annex else []
    en = [f"annex {spec.cite.annex}"] if spec.cite.annex else []
    if spec.cite.body:
        zh.append(f"正文{spec.cite.body}")
        en.append(f"body {spec.cite.body}")
    number, statutes = law.standard.number, spec.cite.statutes
    return Bilingual(
        "；".join([f"{number} {'、'.join(zh)}", *statutes]), "; ".join([f"{number}, {', '.join(en)}", *statutes])
    )


_MUNICIPALITIES = ("110000", "120000", "310000", "500000")


def level_of(layer: Layer) -> Bilingual:
    """The level that a profile is for."""
    codes = layer.spec.area_codes
    if not codes:
        return Bilingual("全国", "national") if layer.name == "national" else Bilingual("当地", "the place")
    code = codes[0]
    if code in _MUNICIPALITIES:
        return Bilingual(*words_of("municipality"))
    return Bilingual(*words_of("province" if code.endswith("0000") else "city" if code.endswith("00") else "county"))


def layer_of(profile: Profile, source: LimitSource) -> Layer:
    """The profile, among those laid over each other, that something stems from."""
    return [layer for layer in profile.layers if layer.title.zh == source.place][-1]


def sourced(entry: SourcedSpec | LimitSource, layer: Layer) -> Bilingual:
    """Document, section, place and level, period and standing of something a place sets."""
    level, status = level_of(layer), word("status", entry.status)
    start, end = entry.effective_from, entry.effective_to
    zh = [f"{layer.title.zh}（{level.zh}）", f"{start}起" if start else "", f"{end}止" if end else "", status.zh]
    en = [f"{layer.title.en} ({level.en})", f"from {start}" if start else "", f"until {end}" if end else "", status.en]
    where = f"{entry.document} {entry.section}"
    return Bilingual(f"{where}，{'，'.join(filter(None, zh))}", f"{where}, {', '.join(filter(None, en))}")


def setting_says(law: Rulebook, name: str, value: object) -> Bilingual:
    """A parameter's value as people write it, with what it is a share of where that is said."""
    spec = law.parameters[name].spec
    says = value_says(value, spec.unit if spec.unit != "%" else "")  # type: ignore[arg-type]
    if spec.denominator is None:
        return says
    return Bilingual(f"{says.zh}（分母：{spec.denominator.zh}）", f"{says.en} (of: {spec.denominator.en})")
