"""The communities and projects of two reports → which of them are the same, which are not, which may be either.

Two are one only where that is certain. Strong grounds, each of which must point to one on both sides: the name within
its place, the address, the investment code, the name where the id is the same too. An id alone is none, as ids are
given anew; an id with the same place or address counts among what is left over, where nothing else there could be
meant. Where grounds point to different ones, nobody is matched.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from compliance.rectify.reading import SubjectRead

__all__ = ["Key", "Matched", "identical", "match"]

Key = tuple[str, str]
"""(kind, id)"""
_FIELDS = ("name", "place", "address", "code")


@dataclass(frozen=True, slots=True)
class Matched:
    """Which subjects are the same in both reports."""

    same: Mapping[Key, Key]
    """Old → new"""
    unsure: frozenset[Key]
    """Of the old, those that may be one or another of the new"""
    gone: frozenset[Key]
    """Of the old, those that none of the new resembles"""
    come: frozenset[Key]
    """Of the new, those that are certainly none of the old"""
    strange: frozenset[Key]
    """Of the new, those that may be one of the old"""

    def whole(self, kinds: Iterable[str]) -> bool:
        """Whether the two reports have the same subjects of these kinds."""
        kinds = set(kinds)
        return not any(kind in kinds for rest in (self.unsure, self.gone, self.come, self.strange) for kind, _ in rest)


def identical(subjects: Iterable[SubjectRead]) -> Matched:
    """Of the same dossier: everybody is who they are."""
    none: frozenset[Key] = frozenset()
    return Matched({(s.kind, s.id): (s.kind, s.id) for s in subjects}, none, none, none, none)


def match(old: Sequence[SubjectRead], new: Sequence[SubjectRead]) -> Matched:
    """Match by what is known of the subjects.

    >>> old = [SubjectRead("community", "c1", "甲", "P", None, None, None)]
    >>> match(old, [SubjectRead("community", "c9", "甲", "P", None, None, None)]).same
    {('community', 'c1'): ('community', 'c9')}
    >>> match(old, [SubjectRead("community", "c1", "乙", "Q", None, None, None)]).gone
    frozenset({('community', 'c1')})
    """
    same: dict[Key, Key] = {}
    unsure: set[Key] = set()
    gone: set[Key] = set()
    come: set[Key] = set()
    strange: set[Key] = set()
    for kind in dict.fromkeys(s.kind for s in (*old, *new)):
        here = _Kind([s for s in old if s.kind == kind], [s for s in new if s.kind == kind])
        found = here.matched()
        same |= {(kind, a): (kind, b) for a, b in found.items()}
        left = [s for s in here.old if s.id not in found]
        arrived = [s for s in here.new if s.id not in found.values()]
        for one in left:
            (unsure if any(_alike(one, other) for other in here.new) else gone).add((kind, one.id))
        for one in arrived:
            (come if all(_another(one, other) for other in left) else strange).add((kind, one.id))
    return Matched(same, frozenset(unsure), frozenset(gone), frozenset(come), frozenset(strange))


def _agreeing(a: SubjectRead, b: SubjectRead) -> list[str]:
    return [f for f in _FIELDS if getattr(a, f) is not None and getattr(a, f) == getattr(b, f)]


def _alike(a: SubjectRead, b: SubjectRead) -> bool:
    """Whether something speaks for their being the same."""
    agreeing = _agreeing(a, b)
    return bool({"name", "address", "code"} & set(agreeing)) or (a.id == b.id and bool(agreeing))


def _another(a: SubjectRead, b: SubjectRead) -> bool:
    """Whether they are certainly two: what no renaming and no renumbering changes is known of both and differs."""
    return a.id != b.id and a.name != b.name and _contradict(a, b)


def _contradict(a: SubjectRead, b: SubjectRead) -> bool:
    fixed = [(getattr(a, f), getattr(b, f)) for f in ("address", "code")]
    return any(x is not None and y is not None and x != y for x, y in fixed)


def _unique(subjects: Sequence[SubjectRead], fields: tuple[str, ...]) -> dict[tuple[str | None, ...], SubjectRead]:
    """Those whose values of these fields nobody else has."""
    keys = [tuple(getattr(s, f) for f in fields) for s in subjects]
    counts = Counter(keys)
    return {key: s for key, s in zip(keys, subjects, strict=True) if counts[key] == 1}


_GROUNDS = (("name", "place"), ("address",), ("code",), ("id", "name"))

_Score = tuple[int, bool]


class _Kind:
    """The subjects of one kind in both reports."""

    def __init__(self, old: Sequence[SubjectRead], new: Sequence[SubjectRead]) -> None:
        self.old, self.new = old, new
        self.pairs: dict[tuple[str, str], _Score] = {}
        """(old, new) → how much speaks for it: values that agree, then the id"""

    def matched(self) -> dict[str, str]:
        """Old id → new id."""
        self._strong()
        found = self._settled()
        for a, b in self._disputed(found):
            found.pop(a, None)
            found = {x: y for x, y in found.items() if y != b}
        return found | self._left_over(found)

    def _strong(self) -> None:
        names = [_unique(side, ("name",)) for side in (self.old, self.new)]
        for fields in _GROUNDS:
            old, new = _unique(self.old, fields), _unique(self.new, fields)
            for key, a in old.items():
                b = new.get(key)
                if b is None or (len(fields) == 1 and key[0] is None):
                    continue
                if fields == ("id", "name") and not all((a.name,) in side for side in names):
                    continue
                self.pairs[a.id, b.id] = (len(_agreeing(a, b)), a.id == b.id)

    def _settled(self) -> dict[str, str]:
        """Pairs of which each is the other's best, time and again."""
        rest = dict(self.pairs)
        found: dict[str, str] = {}
        while True:
            best_old, best_new = _best(rest, 0), _best(rest, 1)
            now = {a: b for a, b in best_old.items() if b is not None and best_new.get(b) == a}
            if not now:
                return found
            found |= now
            taken = set(now.values())
            rest = {(a, b): s for (a, b), s in rest.items() if a not in now and b not in taken}

    def _disputed(self, found: Mapping[str, str]) -> list[tuple[str, str]]:
        """Pairs one of whose halves somebody unmatched has a claim to that is not weaker in every way.

        An id with the same place or address is such a claim, where both sides have somebody unmatched: else there is
        nobody whom the other half could be instead.
        """
        back = {b: a for a, b in found.items()}
        claims = dict(self.pairs)
        if len(found) < min(len(self.old), len(self.new)):
            claims |= self._by_id()
        result = []
        for (a, b), (real, same_id) in claims.items():
            if (a in found) == (b in back):
                continue
            held = (a, found[a]) if a in found else (back[b], b)
            its_real, its_id = self.pairs[held]
            if real > its_real or same_id > its_id:
                result.append(held)
        return result

    def _by_id(self) -> dict[tuple[str, str], _Score]:
        """Those of the same id with something else that agrees, and no address or code that contradicts."""
        new = {s.id: s for s in self.new}
        pairs = [(a, new[a.id]) for a in self.old if a.id in new]
        agreeing = [(a, b, len(_agreeing(a, b))) for a, b in pairs if not _contradict(a, b)]
        return {(a.id, b.id): (count, True) for a, b, count in agreeing if count}

    def _left_over(self, found: Mapping[str, str]) -> dict[str, str]:
        """The same id, and something else agrees that nobody else who is left over has."""
        taken = set(found.values())
        old = {s.id: s for s in self.old if s.id not in found}
        new = {s.id: s for s in self.new if s.id not in taken}
        claimed = {end for a, b in self.pairs if a in old and b in new for end in ((0, a), (1, b))}
        counts = [Counter((f, getattr(s, f)) for s in side.values() for f in _FIELDS) for side in (old, new)]
        result = {}
        for ident, a in old.items():
            b = new.get(ident)
            if b is None or (0, ident) in claimed or (1, ident) in claimed:
                continue
            agreeing = _agreeing(a, b)
            if agreeing and all(count[f, getattr(a, f)] == 1 for f in agreeing for count in counts):
                result[ident] = ident
        return result


def _best(pairs: Mapping[tuple[str, str], _Score], side: int) -> dict[str, str | None]:
    """For each one of a side its best partner; none where two are equally good."""
    best: dict[str, tuple[_Score, str | None]] = {}
    for pair, score in pairs.items():
        one, other = pair[side], pair[1 - side]
        held = best.get(one)
        if held is None or score > held[0]:
            best[one] = (score, other)
        elif score == held[0] and held[1] != other:
            best[one] = (score, None)
    return {one: other for one, (_, other) in best.items()}
