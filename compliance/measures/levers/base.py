"""The lever register: a measure that stands in the way → acts that change it lawfully, or the fact that nothing can.

A lever speaks of one subject and of one comparison that is not met. It never asks for a date gone by: an act is done
on the day judged by, and what had to be done before a day gone by is a fact, named with the way that remains.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from pydantic import BaseModel

from compliance.measures.subjects import Case
from compliance.measures.trace import Pointers
from compliance.schemas.conditions import Limit, Op, Value
from compliance.schemas.report import Bilingual, Edit
from compliance.schemas.scalars import Day, Unknown
from compliance.schemas.vocabulary import words_of

__all__ = [
    "Act", "At", "Fact", "Found", "Lever", "any_of", "append", "codes", "count", "dated", "document", "edit",
    "every_lever", "fact", "issued", "least", "lever", "lever_of", "plain", "put", "says", "text_of",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Act:
    """One thing that can still be done, and what the dossier would then say."""

    says: Bilingual
    edits: tuple[Edit, ...]
    amount: str | None = None
    unit: str = ""
    caution: Bilingual | None = None
    """What has to be observed beside it, where the time for it is over"""


@dataclass(frozen=True, slots=True)
class Fact:
    """What cannot be changed any more, and the way that remains."""

    says: Bilingual
    remains: Bilingual


Found = Act | Fact


@dataclass(frozen=True, slots=True)
class At:
    """A comparison that is not met: of which row, with what value, against which limit."""

    row: Any
    kind: str
    """Of subject"""
    item: str
    measure: str
    value: Value
    op: Op
    limit: Value | Limit
    """As resolved: never a parameter or a measure; ``Unknown`` where it is not known"""
    negated: bool
    case: Case
    pointers: Pointers
    met: Callable[[Any], bool]
    """(changed row) → whether this comparison is then met"""
    held: Callable[[Any, frozenset[str]], bool]
    """(changed row, measures of one quantity) → whether all conditions on the row that speak of it are then met"""

    @property
    def as_of(self) -> Day:
        return self.case.as_of

    def place(self, model: BaseModel, *below: str) -> str:
        """The pointer of a model, or of what is below it."""
        return "/".join((self.pointers.of(model), *below))

    def wants(self, truth: bool) -> bool:
        """Whether a flag has to become this."""
        return self.op is Op.IS and isinstance(self.limit, bool) and (self.limit is not self.negated) is truth

    def over(self, day: Day | None) -> bool:
        """Whether a day is gone by on the day judged by, so that nothing can be done on or before it."""
        return day is not None and day.last < self.as_of.first


Lever = Callable[[At], Iterable[Found]]

_register: dict[tuple[str, str], Lever] = {}


def lever(*measures: str, kinds: tuple[str, ...] = ("",)) -> Callable[[Lever], Lever]:
    """Registers a function for measures; ``kinds`` of subject where the same measure has several levers."""

    def register(found: Lever) -> Lever:
        for name in measures:
            for kind in kinds:
                if (kind, name) in _register:
                    raise ValueError(f"two levers for {name} of {kind or 'any'}")
                _register[kind, name] = found
        return found

    return register


def says(lever_: Lever, *measures: str, kinds: tuple[str, ...] = ("",)) -> None:
    """Registers one of the ready levers below."""
    lever(*measures, kinds=kinds)(lever_)


def every_lever() -> Iterator[tuple[str, str]]:
    """Subject kind (empty: any) and measure of every lever."""
    yield from _register


def lever_of(kind: str, measure: str) -> Lever | None:
    return _register.get((kind, measure)) or _register.get(("", measure))


# -- edits ----------------------------------------------------------------------------------------------------


def text_of(value: Any) -> str:
    """A value as JSON text; amounts as plain numbers.

    >>> text_of(Decimal("412.5")), text_of([1, "示例"]), text_of({"exists": True})
    ('412.5', '[1, "示例"]', '{"exists": true}')
    """
    if isinstance(value, Decimal):
        return f"{value:f}"
    if isinstance(value, dict):
        return "{" + ", ".join(f"{text_of(k)}: {text_of(v)}" for k, v in value.items()) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(text_of(v) for v in value) + "]"
    return json.dumps(value, ensure_ascii=False)


def edit(pointer: str, value: Any, before: Any = None) -> Edit:
    """A field set: replaced where it held something, else added."""
    absent = before is None or before == ()
    return Edit("add" if absent else "replace", pointer, text_of(value))


def append(at: At, holder: BaseModel, field: str, *values: Any) -> tuple[Edit, ...]:
    """Entries put at the end of a list that may not be there yet."""
    place = at.place(holder, field)
    if not getattr(holder, field):
        return (Edit("add", place, text_of(list(values))),)
    return tuple(Edit("add", f"{place}/-", text_of(value)) for value in values)


# -- ready levers ---------------------------------------------------------------------------------------------


def fact(zh: str, en: str, remains_zh: str, remains_en: str) -> Lever:
    """What cannot be changed, whatever the value."""
    found = Fact(Bilingual(zh, en), Bilingual(remains_zh, remains_en))
    return lambda at: () if isinstance(at.value, Unknown) else (found,)


def _model(at: At, holder: str) -> BaseModel | None:
    """The object of a row that a field stands in; dots lead into it."""
    value: Any = at.row
    for name in holder.split("."):
        value = getattr(value, name, None)
        if value is None:
            return None
    return value if isinstance(value, BaseModel) else None


def put(holder: str, field: str, zh: str, en: str, *, also: Callable[[At], dict[str, Any]] | None = None) -> Lever:
    """A flag that an act sets to what the condition wants. ``also``: what the act puts on record with it."""

    def found(at: At) -> Iterator[Found]:
        model = _model(at, holder)
        if model is None or at.op is not Op.IS:
            return
        wanted = at.limit is not at.negated if isinstance(at.limit, bool) else at.limit
        values = {field: wanted, **(also(at) if also else {})}
        yield Act(
            Bilingual(zh, en),
            tuple(
                edit(at.place(model, name), value, getattr(model, name))
                for name, value in values.items()
                if getattr(model, name) != value
            ),
        )

    return found


def codes(holder: str, field: str, preferred: tuple[str, ...], zh: str, en: str) -> Lever:
    """A code that an act makes one of those wanted, the preferred ones first."""

    def found(at: At) -> Iterator[Found]:
        model = _model(at, holder)
        wanted = at.limit if isinstance(at.limit, tuple) else (at.limit,)
        if model is None or at.negated or at.op not in (Op.IS, Op.ONE_OF):
            return
        for code in preferred:
            if code in wanted:
                place = at.place(model, field)
                yield Act(Bilingual(zh, en), (edit(place, code, getattr(model, field)),))
                return

    return found


def count(
    holder: str,
    field: str,
    zh: str,
    en: str,
    unit: str,
    *,
    step: Decimal | int = 1,
    down: bool = False,
    within: str = "",
) -> Lever:
    """A number that is raised (or lowered) by the fewest steps; one not reported is raised from nothing.

    Words may have ``{n}`` in them: by how much. ``within``: the field of the whole that it is a part of.
    """

    def found(at: At) -> Iterator[Found]:
        model = _model(at, holder)
        if model is None:
            return
        before = getattr(model, field)
        value = before or 0
        sign = -1 if down else 1

        def changed(n: int) -> Any:
            return at.row._replace(**{holder: model.model_copy(update={field: value + sign * n * step})})

        whole = getattr(model, within) if within else None
        most = int(value / step) if down else _MOST if whole is None else int((whole - value) / step)
        n = least(lambda k: at.met(changed(k)), 1, most)
        if n is not None and at.held(changed(n), frozenset({at.measure})):
            amount = plain(n * step)
            edits = (edit(at.place(model, field), value + sign * n * step, before),)
            yield Act(Bilingual(zh.format(n=amount), en.format(n=amount)), edits, amount, unit)

    return found


_MOST = 10**8
"""Steps: what is counted here, households and sums in steps of one yuan, stays far below."""


def plain(value: Decimal | int) -> str:
    """A number as people write it.

    >>> plain(Decimal("412.50")), plain(Decimal("0.00")), plain(23)
    ('412.5', '0', '23')
    """
    text = f"{value:f}" if isinstance(value, Decimal) else str(value)
    return text.rstrip("0").rstrip(".") if "." in text else text


def dated(holder: str, field: str, act: tuple[str, str], gone: tuple[str, str], remains: tuple[str, str]) -> Lever:
    """A date: the act can be done on the day judged by where that is in time; else it is a fact.

    A date that is not reported is neither: it has to be supplied, and this program invents none that lies back.
    """

    def found(at: At) -> Iterator[Found]:
        model = _model(at, holder)
        if model is None or at.negated or not isinstance(at.limit, Day):
            return
        now = at.as_of
        in_time = now.last <= at.limit.first if at.op is Op.NOT_AFTER else now.first >= at.limit.last
        if in_time:
            yield Act(Bilingual(*act), (edit(at.place(model, field), now.text, getattr(model, field)),))
        elif not isinstance(at.value, Unknown):
            yield Fact(Bilingual(*gone), Bilingual(*remains))

    return found


def document(holder: str, which: str, zh: str, en: str) -> Lever:
    """A document that is drawn up and issued, or renewed where it has lapsed.

    ``which``: the field of the holder; ``.which`` where the row names one of several.
    """

    def found(at: At) -> Iterator[Found]:
        model = _model(at, holder)
        if model is None or not at.wants(True):
            return
        field = str(getattr(at.row, which[1:])) if which.startswith(".") else which
        held = getattr(model, field)
        place = at.place(model, field)
        edits = issued(at, held, place) if held is not None else (edit(place, {"exists": True}),)
        name = _named(field)
        yield Act(Bilingual(zh.format(name=name.zh), en.format(name=name.en)), edits)

    return found


def issued(at: At, held: Any, place: str) -> tuple[Edit, ...]:
    """The edits that make a document (or policy) exist, in force on the day judged by, and no draft."""
    found = []
    if held.exists is not True:
        found.append(edit(f"{place}/exists", True, held.exists))
    if held.is_draft:
        found.append(edit(f"{place}/is_draft", False, held.is_draft))
    if held.issued_on is not None and held.issued_on.last > at.as_of.first:
        found.append(edit(f"{place}/issued_on", at.as_of.text, held.issued_on))
    if held.effective_to is not None and held.effective_to.first < at.as_of.last:
        found.append(Edit("remove", f"{place}/effective_to", ""))
    return tuple(found)


def _named(field: str) -> Bilingual:
    return Bilingual(*words_of(field))


def any_of(*levers: Lever) -> Lever:
    """The acts of several levers, in this order."""

    def found(at: At) -> Iterator[Found]:
        for one in levers:
            yield from one(at)

    return found


def least(holds: Callable[[int], bool], low: int, high: int) -> int | None:
    """The least whole number from ``low`` to ``high`` for which it holds, if it holds from there on; none: ``None``.

    >>> least(lambda n: n >= 7, 1, 100), least(lambda n: True, 0, 0), least(lambda n: False, 0, 9), least(bool, 3, 2)
    (7, 0, None, None)
    """
    if high < low or not holds(high):
        return None
    while low < high:
        middle = (low + high) // 2
        if holds(middle):
            high = middle
        else:
            low = middle + 1
    return low
