"""Profiles laid over each other → where one is less strict than the statute or the level above, and names no authority.

A place may only tighten. Every value is held, in the direction that its parameter calls stricter, against the
statute's floor and against what the nearest level above has in force on the same days; another obligation or severity
is held against the one that stands without it. A value that names the law which allows it (``authority``) is let pass,
and so is another reading, which is a choice on record.

Not compared: rates whose denominators differ (80 % of all asked is not 80 % of those taking part), the conditions of a
place's own checks, and drafts of the level above, which bind nobody.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any, Literal, NamedTuple

from compliance.rulebook.reader import Reader, line_of
from compliance.rulebook.trees import period, setting_value
from compliance.schemas.conditions import Limit
from compliance.schemas.report import OBLIGATIONS, SEVERITIES, Bilingual
from compliance.schemas.rulebook import (
    CheckSpec,
    Layer,
    OwnChangeSpec,
    Parameter,
    Problem,
    Profile,
    ProfileSpec,
    Rulebook,
    Said,
    SettingSpec,
    SourcedSpec,
)
from compliance.schemas.scalars import Day, Ratio
from compliance.schemas.vocabulary import UNITS, words_of

__all__ = ["Strictness", "Written", "compared", "stricter", "tailoring"]

Strictness = Literal["stricter", "equal", "looser", "neither", "incomparable"]


class Written(NamedTuple):
    """A profile as it is written, and where."""

    spec: ProfileSpec
    reader: Reader


# -- the order of strictness -----------------------------------------------------------------------------------


def stricter(value: Limit, other: Limit, parameter: Parameter) -> Strictness:
    """How one value of a parameter compares with another, by the direction that the parameter calls stricter.

    >>> from compliance.bench import load_law
    >>> known = load_law().parameters
    >>> stricter(20, 15, known["filing_days_max"]), stricter(Ratio(2, 3), Ratio(4, 6), known["vote_part_min"])
    ('looser', 'equal')
    >>> one, both = ("villa_only",), ("villa_only", "shantytown")
    >>> stricter(both, one, known["excluded_types"]), stricter(both, ("expropriation",), known["excluded_types"])
    ('stricter', 'incomparable')
    """
    way = parameter.spec.stricter
    if way == "neither":
        return "neither"
    if parameter.kind is None and isinstance(value, tuple) and isinstance(other, tuple):
        mine, theirs = set(value), set(other)
        if mine == theirs:
            return "equal"
        if not (mine < theirs or mine > theirs):
            return "incomparable"
        return "stricter" if (mine > theirs) is (way == "more") else "looser"
    first, second = _rank(value, parameter), _rank(other, parameter)
    if first is None or second is None:
        return "incomparable"
    if first == second:
        return "equal"
    return "stricter" if (first > second) is (way in ("higher", "later", "true")) else "looser"


def _rank(value: Limit, parameter: Parameter) -> Fraction | None:
    """Where a value stands among those of its kind; a code by its place in the parameter's list."""
    if isinstance(value, Ratio):
        return Fraction(value.p, value.q)
    if isinstance(value, Day):
        return Fraction(value.first)
    if isinstance(value, int | Decimal):
        return Fraction(value)
    if isinstance(value, str) and value in parameter.spec.values:
        return Fraction(parameter.spec.values.index(value))
    return None


# -- the lint --------------------------------------------------------------------------------------------------


def tailoring(layers: Sequence[Written], rulebook: Rulebook) -> list[Problem]:
    """What the last of the profiles, laid over those before it, makes less strict without naming an authority.

    What cannot be read as a value, or has no days, is for the loader to say.
    """
    *above, own = layers
    problems = [*_values(own, above, rulebook), *_changes(own, above, rulebook), *_replaced(own, above)]
    return list(dict.fromkeys(problems))


def _values(own: Written, above: Sequence[Written], rulebook: Rulebook) -> Iterator[Problem]:
    for name, entries in own.spec.parameters.items():
        parameter = rulebook.parameters.get(name)
        if parameter is None:
            continue
        for i, entry in enumerate(entries):
            found = _read(entry, parameter)
            if found is None or entry.authority is not None:
                continue
            line = line_of(own.reader, ("parameters", name, i))
            for said in _looser(found, parameter, above):
                yield Problem(own.reader.file, line, said)


@dataclass(frozen=True, slots=True)
class _Found:
    """A value in force for some days."""

    value: Limit
    entry: SettingSpec
    days: tuple[int, int]


def _read(entry: SettingSpec, parameter: Parameter) -> _Found | None:
    try:
        return _Found(setting_value(entry.value, parameter), entry, period(entry.effective_from, entry.effective_to))
    except ValueError:
        return None


def _looser(found: _Found, parameter: Parameter, above: Sequence[Written]) -> Iterator[str]:
    floor = parameter.spec.floor
    least = setting_value(floor.value, parameter) if floor is not None else None
    below = False
    if floor is not None and least is not None:
        how = stricter(found.value, least, parameter)
        below = how in ("looser", "incomparable")
        if below:
            yield _complaint(parameter, found.entry, how, floor.value, (floor.statute, floor.statute))
    for other, place in _in_force_above(parameter, found.days, above):
        how = stricter(found.value, other.value, parameter)
        if how in ("looser", "incomparable") and not (below and other.value == least):
            yield _complaint(parameter, found.entry, how, other.entry.value, _by(other.entry, place))


def _by(entry: SourcedSpec, place: Said) -> tuple[str, str]:
    """Whose rule it is, in Chinese and English; documents keep their names."""
    return f"{place.zh}（{entry.document}{entry.section}）", f"{place.en} ({entry.document} {entry.section})"


def _in_force_above(
    parameter: Parameter, days: tuple[int, int], above: Sequence[Written]
) -> Iterator[tuple[_Found, Said]]:
    """What the nearest level above has in force on each of the days; drafts are not in force."""
    open_days = [days]
    for layer in reversed(above):
        for entry in layer.spec.parameters.get(parameter.name, ()):
            found = _read(entry, parameter) if entry.status != "draft" else None
            if found is not None and any(_meet(found.days, stretch) for stretch in open_days):
                yield found, layer.spec.title
        taken = [
            period(entry.effective_from, entry.effective_to)
            for entry in layer.spec.parameters.get(parameter.name, ())
            if entry.status != "draft" and _read(entry, parameter) is not None
        ]
        open_days = [rest for stretch in open_days for rest in _without(stretch, taken)]


def _meet(one: tuple[int, int], other: tuple[int, int]) -> bool:
    return one[0] <= other[1] and other[0] <= one[1]


def _without(days: tuple[int, int], taken: Sequence[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """The stretches of ``days`` that none of ``taken`` covers."""
    first, last = days
    for start, end in sorted(taken):
        if end < first or start > last:
            continue
        if start > first:
            yield first, start - 1
        first = end + 1
    if first <= last:
        yield first, last


_DIFFERS = {
    "looser": ("宽于", "is looser than"),
    "incomparable": ("既不严于也不等同于", "is neither stricter than nor equal to"),
}


def _complaint(parameter: Parameter, entry: SettingSpec, how: Strictness, other: Any, by: tuple[str, str]) -> str:
    zh, en = _DIFFERS[how]
    return (
        f"{parameter.name} 为{_said(entry.value, parameter, 0)}，{zh}{by[0]}的{_said(other, parameter, 0)}，"
        f"须写明授权依据 authority / {parameter.name} of {_said(entry.value, parameter, 1)} {en} "
        f"{_said(other, parameter, 1)} by {by[1]}; name the law that allows it as authority"
    )


def _said(written: Any, parameter: Parameter, language: int) -> str:
    """A value as it is written, with its unit; codes and booleans in words."""
    if isinstance(written, bool):
        return (("否", "no"), ("是", "yes"))[written][language]
    if isinstance(written, list):
        return ("、", ", ")[language].join(words_of(code)[language] for code in written) or ("无", "none")[language]
    if isinstance(written, str) and written in parameter.spec.values:
        return words_of(written)[language]
    unit = parameter.spec.unit
    if unit in ("", "%"):
        return str(written)
    return f"{written}{unit}" if language == 0 else f"{written} {UNITS.get(unit, unit)}".strip()


# -- obligations and severities --------------------------------------------------------------------------------


def _changes(own: Written, above: Sequence[Written], rulebook: Rulebook) -> Iterator[Problem]:
    for i, change in enumerate(own.spec.changes):
        if change.authority is not None:
            continue
        line = line_of(own.reader, ("changes", i))
        for check, field, mine, theirs in _lowered(change, [*above, own], rulebook):
            yield Problem(
                own.reader.file,
                line,
                f"{check} 的{_FIELDS[field]}由{_LEVELS[theirs]}降为{_LEVELS[mine]}，须写明授权依据 authority / "
                f"the {field} of {check} is lowered from {theirs} to {mine}; name the law that allows it as authority",
            )


_FIELDS = {"obligation": "强制程度", "severity": "严重程度"}
_LEVELS = {
    "mandatory": "强制", "expected": "应当", "encouraged": "鼓励",
    "critical": "红线", "major": "较重", "minor": "较轻", "advisory": "提示",
}  # fmt: skip
_ORDERS: Mapping[str, Sequence[str]] = {"obligation": OBLIGATIONS, "severity": SEVERITIES}
"""From the strictest down"""


def _lowered(
    change: OwnChangeSpec, layers: Sequence[Written], rulebook: Rulebook
) -> Iterator[tuple[str, str, str, str]]:
    """The checks that a change makes less strict: id, field, what it is to be, what it is without the change."""
    standing = _standing(layers[:-1], rulebook)
    standing |= {f"{c.item}.{c.name}": _of_own(c.check, c.item, rulebook) for c in layers[-1].spec.checks}
    for check, stands in standing.items():
        if change.check not in (check, check.rpartition(".")[0]):
            continue
        for field, order in _ORDERS.items():
            mine, theirs = getattr(change, field), stands[field]
            if mine is not None and order.index(mine) > order.index(theirs):
                yield check, field, mine, theirs


def _standing(above: Sequence[Written], rulebook: Rulebook) -> dict[str, dict[str, str]]:
    """Obligation and severity of every check, as the clauses and the levels above leave them.

    A change above counts whenever it holds: the least that one level asks is what the next must not fall below.
    """
    found: dict[str, dict[str, str]] = {}
    for check in rulebook.checks:
        found[check.id] = {"obligation": check.obligation, "severity": check.severity}
    for layer in above:
        for own in layer.spec.checks:
            if own.status != "draft":
                found[f"{own.item}.{own.name}"] = _of_own(own.check, own.item, rulebook)
        for change in layer.spec.changes:
            if change.status == "draft":
                continue
            for ident, stands in found.items():
                if change.check in (ident, ident.rpartition(".")[0]):
                    stands.update({f: v for f in _ORDERS if (v := getattr(change, f)) is not None})
    return found


def _of_own(check: CheckSpec, item: str, rulebook: Rulebook) -> dict[str, str]:
    """Obligation and severity of a place's own check: as written, else its item's."""
    specs = {i.id: i.spec for i in rulebook.items}
    default = specs.get(item)
    return {
        field: getattr(check, field) or (getattr(default, field) if default is not None else order[0])
        for field, order in _ORDERS.items()
    }


def _replaced(own: Written, above: Sequence[Written]) -> Iterator[Problem]:
    """A check of the level above that is written anew: whether it asks less cannot be seen from its condition."""
    known = {(c.item, c.name): layer.spec.title for layer in above for c in layer.spec.checks if c.status != "draft"}
    for i, check in enumerate(own.spec.checks):
        place = known.get((check.item, check.name))
        if place is not None and check.authority is None:
            yield Problem(
                own.reader.file,
                line_of(own.reader, ("checks", i)),
                f"{check.item}.{check.name} 改写了{place.zh}的检查，须另起名称或写明授权依据 authority / "
                f"it rewrites a check of {place.en}; choose another name, or name the law that allows it as authority",
            )


# -- one value in a sentence -----------------------------------------------------------------------------------


def compared(name: str, profile: Profile, rulebook: Rulebook, as_of: Day) -> Bilingual:
    """How a place's value in force on a day compares with the level above and with the statute, in one sentence.

    ``KeyError`` where the place has no value for the parameter.
    """
    setting = profile.settings[name]
    parameter = rulebook.parameters[name]
    index = _set_by(name, profile, as_of)
    above = next(_settings_of(name, parameter, profile.layers[:index], as_of), None)
    floor = parameter.spec.floor
    if parameter.spec.stricter == "neither":
        return Bilingual("是当地情况，不分宽严", "a fact of the place, neither strict nor loose")
    least = setting_value(floor.value, parameter) if floor is not None else None
    sides = []
    if above is not None and above[1].value != least:
        layer, other = above
        how = stricter(setting.value, other.value, parameter)
        value = (_said(other.entry.value, parameter, 0), _said(other.entry.value, parameter, 1))
        sides.append(_side(how, (layer.title.zh, layer.title.en), value))
    if floor is not None and least is not None:
        value = (_said(floor.value, parameter, 0), _said(floor.value, parameter, 1))
        how = stricter(setting.value, least, parameter)
        sides.append(_side(how, (floor.statute, floor.statute), value))
    if not sides:
        title = profile.layers[index].title
        return Bilingual(f"上级没有规定，由{title.zh}首先设定", f"no level above has one; first set by {title.en}")
    return Bilingual("，".join(s.zh for s in sides), ", ".join(s.en for s in sides))


_HOW = {
    "stricter": ("严于", "stricter than"),
    "equal": ("等同于", "equal to"),
    "looser": ("宽于", "looser than"),
    "incomparable": ("不同于", "not to be ranked with"),
}


def _side(how: Strictness, by: tuple[str, str], value: tuple[str, str]) -> Bilingual:
    zh, en = _HOW[how]
    return Bilingual(f"{zh}{by[0]}的{value[0]}", f"{en} {value[1]} of {by[1]}")


def _set_by(name: str, profile: Profile, as_of: Day) -> int:
    """The place among the layers of the one whose value is in force."""
    source = profile.settings[name].source
    for index in range(len(profile.layers) - 1, -1, -1):
        spec = profile.layers[index].spec
        if spec.title.zh == source.place and any(_on(e, as_of) for e in spec.parameters.get(name, ())):
            return index
    return 0


def _settings_of(
    name: str, parameter: Parameter, layers: Sequence[Layer], as_of: Day
) -> Iterator[tuple[Layer, _Found]]:
    """What the layers have in force on a day, from the nearest up; drafts are not in force."""
    for layer in reversed(layers):
        for entry in layer.spec.parameters.get(name, ()):
            found = _read(entry, parameter) if entry.status != "draft" and _on(entry, as_of) else None
            if found is not None:
                yield layer, found


def _on(entry: SettingSpec, as_of: Day) -> bool:
    try:
        first, last = period(entry.effective_from, entry.effective_to)
    except ValueError:
        return False
    return first <= as_of.first <= last
