"""Two reports → what became of every finding (复查); refuses a new report that judges by an earlier day than the old.

Nothing is resolved unless the same question was asked again of the same subject and passed conclusively: the same
item, check, condition and limit, of every row that failed, and not on a mere claim where evidence was asked before.
Whatever of this is not certain makes the finding incomparable, with the reason, and leaves it open. What passes in
both reports is counted, not listed. Not seen from reports, and so not compared: guards of checks and the definitions
of measures; where they change what is asked, the rulebook's or the tool's version differs, which the notes tell.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from fractions import Fraction
from functools import cached_property
from typing import NamedTuple

from compliance import collector
from compliance.rectify.lists import problem_number
from compliance.rectify.matching import Matched, identical, match
from compliance.rectify.reading import FindingRead, LineRead, Refusal, ReportRead, ReportsRefused, ValueRead
from compliance.schemas.rectify import LISTS, STATUSES, Compared, Comparison, ListName, Side, Status, Why
from compliance.schemas.report import SEVERITIES, Bilingual

__all__ = ["compare"]


def compare(old: ReportRead, new: ReportRead, before: Sequence[ReportRead] = ()) -> Comparison:
    """What became of every finding. ``before``: earlier reports of the same area, to tell what has recurred."""
    _in_order(old, new, before)
    with collector.at_rest():
        pair = _Pair(old, new)
        entries = [*pair.entries()]
        if before and pair.scope is None:
            entries = _recurring(entries, pair, before)
        places = {item: n for n, item in enumerate({**old.items, **new.items})}
        entries.sort(key=lambda e: (LISTS.index(e.list), STATUSES.index(e.status), places[e.item]))
        counts: dict[str, dict[str, int]] = {name: dict.fromkeys(STATUSES, 0) for name in LISTS}
        for entry in entries:
            counts[entry.list][entry.status] += 1
        return Comparison(
            old.used, new.used, tuple(b.used for b in before), tuple(entries), counts,
            pair.still_fine, pair.no_longer, pair.newly_fine, tuple(_notes(pair)),
        )  # fmt: skip


def _in_order(old: ReportRead, new: ReportRead, before: Sequence[ReportRead]) -> None:
    refusals = []
    if new.used.as_of < old.used.as_of:
        what = Bilingual(
            f"基准日{new.used.as_of}早于原报告的{old.used.as_of}，不能作为复查",
            f"judges by {new.used.as_of}, before the old report's {old.used.as_of}: that is no re-inspection",
        )
        todo = Bilingual("先写原报告，后写复查报告", "give the old report first, then the new one")
        refusals.append(Refusal(new.used.file, "earlier_than_the_old", what, todo))
    for report in before:
        if report.used.as_of > old.used.as_of:
            what = Bilingual(
                f"基准日{report.used.as_of}晚于原报告的{old.used.as_of}，不是更早的报告",
                f"judges by {report.used.as_of}, after the old report's {old.used.as_of}: it is no earlier one",
            )
            todo = Bilingual("--before 只给更早的报告", "give --before earlier reports only")
            refusals.append(Refusal(report.used.file, "not_earlier", what, todo))
    if refusals:
        raise ReportsRefused(tuple(refusals))


# -- lines ----------------------------------------------------------------------------------------------------

_LineKey = tuple[str, str, str]
"""(check, kind of row, its key)"""
_NUMBER = re.compile(r"#[0-9]+$")
_NAMED_BY: Mapping[str, str] = {"plan_community": "community", "financing": "project"}
"""Row kinds whose key begins with the id of a subject, which may be given anew."""

_Group = list[LineRead]


def _keyed(finding: FindingRead, ids: Mapping[tuple[str, str], str]) -> dict[_LineKey, _Group]:
    """The lines of a finding by check and row; rows that only their order tells apart stand together.

    ``ids``: (kind, id) → the id of the same subject in the other report.
    """
    groups: dict[_LineKey, _Group] = {}
    for line in finding.lines():
        row = "" if (line.kind, line.id) == (finding.kind, finding.subject) else _NUMBER.sub("", line.id)
        named = _NAMED_BY.get(line.kind)
        if named is not None:
            head, dot, rest = row.partition(".")
            row = ids.get((named, head), head) + dot + rest
        groups.setdefault((line.check, line.kind, row), []).append(line)
    return groups


def _by_name(old: Mapping[_LineKey, _Group], new: Mapping[_LineKey, _Group]) -> Iterator[tuple[_LineKey, _LineKey]]:
    """Rows whose key is not in the other report, but whose name is, once on either side: numbers given anew."""

    def named(these: Mapping[_LineKey, _Group], others: Mapping[_LineKey, _Group]) -> dict[tuple[str, ...], _LineKey]:
        names = [((k[0], k[1], g[0].name.zh), k) for k, g in these.items() if k not in others]
        counts = Counter(name for name, _ in names)
        return {name: key for name, key in names if counts[name] == 1}

    left, right = named(old, new), named(new, old)
    return ((key, right[name]) for name, key in left.items() if name in right)


def _limits(line: LineRead) -> dict[tuple[str, str, str], str | None]:
    """What a line was held against, but for limits that are values of the dossier themselves."""
    return {
        (v.measure, v.op, v.limit_name or ""): v.limit
        for v in line.values
        if v.limit_name is None or v.limit_name.startswith("$")
    }


def _exact(text: str) -> tuple[bool, Fraction] | None:
    """Whether it is a day, and the number or the day's."""
    try:
        return False, Fraction(text)
    except (ValueError, ZeroDivisionError):
        pass
    try:
        return (True, Fraction(date.fromisoformat(text).toordinal())) if len(text) == 10 else None
    except ValueError:
        return None


def _gap(value: ValueRead) -> Fraction | None:
    """How far a value is from its limit; None where that is not a matter of how far."""
    if value.value is None or value.limit is None:
        return None
    found, limit = _exact(value.value), _exact(value.limit)
    return abs(found[1] - limit[1]) if found and limit and found[0] == limit[0] else None


def _moved(old: _Group, new: _Group) -> tuple[list[ValueRead], list[ValueRead]]:
    """Values of a row that came nearer to their limit, and that went farther from it."""
    nearer: list[ValueRead] = []
    farther: list[ValueRead] = []
    if len(old) == len(new) == 1:
        before = {(v.measure, v.op, v.limit_name): v for v in old[0].values}
        for value in new[0].values:
            was = before.get((value.measure, value.op, value.limit_name))
            a, b = (None, None) if was is None else (_gap(was), _gap(value))
            if a is not None and b is not None and a != b:
                (nearer if b < a else farther).append(value)
    return nearer, farther


# -- findings -------------------------------------------------------------------------------------------------


class _Said(NamedTuple):
    """What became of one finding."""

    status: Status
    says: Bilingual
    why: Why | None = None
    worse: bool = False


class _Doubt(NamedTuple):
    """Why a row that failed cannot be called mended."""

    why: Why
    says: Bilingual


_ABOUT: Mapping[str, tuple[str, ...]] = {"area": ("community", "project"), "project": ("community",)}
"""What the figures of a subject may be drawn from: a figure over others changes with who is in it."""
_PLACES = {
    "community": re.compile(r"/communities(?:/(\d+)|$)|/plans/\d+/community_ids"),
    "project": re.compile(r"/projects(?:/(\d+)|$)"),
}


def _draws_on(kind: str, key: _LineKey, lines: Iterable[LineRead]) -> bool:
    """Whether a figure was drawn from the subjects of a kind together: from several, or by what stands for all.

    A row that is about one of them, a loan of one project, reads that one alone; a community's place in the plan
    depends on the others though it reads its own.
    """
    found = {
        met[1]
        for line in lines
        for value in line.values
        for pointer in value.pointers
        if (met := _PLACES[kind].match(pointer)) is not None
    }
    return bool(found) and (len(found) > 1 or None in found or not key[2] or key[1] == "plan_community")


@dataclass
class _Pair:
    """Two reports and who is who in them."""

    old: ReportRead
    new: ReportRead
    still_fine: int = 0
    no_longer: int = 0
    newly_fine: int = 0

    def __post_init__(self) -> None:
        self._changed: dict[tuple[str, str], _Doubt | None] = {}

    @cached_property
    def matched(self) -> Matched:
        if self.old.used.dossier_sha256 == self.new.used.dossier_sha256:
            return identical(self.old.subjects)
        return match(self.old.subjects, self.new.subjects)

    @cached_property
    def ids(self) -> dict[tuple[str, str], str]:
        return {(kind, ident): new for (kind, ident), (_, new) in self.matched.same.items()}

    @cached_property
    def scope(self) -> _Doubt | None:
        """Why nothing at all can be compared."""
        a, b = self.old.used.area, self.new.used.area
        if a.code != b.code:
            return _Doubt(
                "area",
                Bilingual(
                    f"两份报告地区不同：原为{a.name}（{a.code}），本次为{b.name}（{b.code}）",
                    f"another area: then {a.name} ({a.code}), now {b.name} ({b.code})",
                ),
            )
        if a.plan_year != b.plan_year:
            return _Doubt(
                "plan_year",
                Bilingual(
                    f"计划年度不同：原为{a.plan_year}年度，本次为{b.plan_year}年度",
                    f"another plan year: then {a.plan_year}, now {b.plan_year}",
                ),
            )
        return None

    # -- all findings ---------------------------------------------------------------------------------------

    def entries(self) -> Iterator[Compared]:
        """Every finding that fails or is open in either report, once."""
        there = {(f.item, f.kind, f.subject): f for f in self.new.findings}
        met: set[str] = set()
        for old in self.old.findings:
            new = self._partner(old, there)
            if new is not None:
                met.add(new.id)
            fine = old.disposition == "none", new is None or new.disposition == "none"
            if fine == (True, True):
                if new is None:
                    self.no_longer += 1
                else:
                    self.still_fine += 1
            elif fine[0] and new is not None:
                yield self._entry(old, new, self._arisen(old, new))
            else:
                yield self._entry(old, new, self._became(old, new))
        for new in self.new.findings:
            if new.id in met:
                continue
            if new.disposition == "none":
                self.newly_fine += 1
            else:
                yield self._entry(None, new, self._arisen(None, new))

    def _partner(self, old: FindingRead, there: Mapping[tuple[str, str, str], FindingRead]) -> FindingRead | None:
        """The finding on the same item and subject in the new report."""
        if self.scope is not None:
            return None
        subject = self.ids.get((old.kind, old.subject)) if old.kind != "area" and old.subject else old.subject
        return None if subject is None else there.get((old.item, old.kind, subject))

    def _entry(self, old: FindingRead | None, new: FindingRead | None, said: _Said) -> Compared:
        sides = [f for f in (old, new) if f is not None and f.disposition != "none"]
        on = {f.disposition for f in sides}
        named: ListName = next(name for name in LISTS if name in on)
        first, report = (old, self.old) if old is not None and old in sides else (sides[0], self.new)
        area, items = report.used.area, {**self.new.items, **self.old.items}
        return Compared(
            problem_number(area.code, area.plan_year, first.item, first.kind, first.subject),
            said.status, named, first.item, items[first.item].title, first.kind,
            _side(old), _side(new), said.why, said.worse, said.says,
        )  # fmt: skip

    # -- what failed or was open ------------------------------------------------------------------------------

    def _became(self, old: FindingRead, new: FindingRead | None) -> _Said:
        """What became of a finding that failed or was open."""
        if self.scope is not None:
            return _doubted(self.scope)
        if new is None:
            return _doubted(self._missing(old))
        if new.outcome == "not_applicable":
            return _doubted(_NOT_APPLICABLE)
        if self._identical(old, new):
            return _Said("unchanged", _AS_BEFORE if old.outcome == "fail" else _STILL_OPEN)
        was, now = _keyed(old, self.ids), _keyed(new, {})
        renamed = dict(_by_name(was, now))
        now_as_was = {then: key for key, then in renamed.items()}
        now = {now_as_was.get(key, key): group for key, group in now.items()}
        deciding = {k: g for k, g in was.items() if any(line.outcome == old.outcome for line in g)}
        doubts = {key: self._doubt(new, key, group, now.get(key)) for key, group in deciding.items()}
        if any(g[0].obligation != now[k][0].obligation for k, g in deciding.items() if k in now):
            return _doubted(_Doubt(self._cause(), _BINDING))
        if old.outcome == "unknown" and new.outcome == "fail":
            return _Said("new", _words("原为待证，本次查明不符合", "was unknown, now fails"))
        if new.outcome == "pass":
            if not deciding:  # the old report does not say what failed
                return _doubted(_NO_ANSWER)
            return _doubted(_first(doubts)) if any(doubts.values()) else _resolved(new)
        still = {k: g for k, g in now.items() if any(line.outcome == new.outcome for line in g)}
        if new.outcome != old.outcome:  # failed, and now unknown
            if any(doubts.values()):
                return _doubted(_first(doubts, over=_NO_ANSWER))
            return _Said("updated", _words("原不符合事项已符合，其余事项待证", "what failed passes; the rest is open"))
        asked = [self.changed(old.item, check) for check in dict.fromkeys(k[0] for k in (*deciding, *still))]
        other = next((doubt for doubt in asked if doubt is not None), None)
        if other is not None:
            return _doubted(other)
        return self._weighed(old, new, deciding, still, doubts)

    def _identical(self, old: FindingRead, new: FindingRead) -> bool:
        """Whether the print says that the same was found, and all that the item asks is the same: no need to look."""
        if not old.fingerprint or old.fingerprint != new.fingerprint or old.id != new.id:
            return False
        if (old.outcome, old.disposition, old.severity) != (new.outcome, new.disposition, new.severity):
            return False
        return all(self.changed(old.item, check) is None for check in self.old.items[old.item].checks)

    def _weighed(
        self,
        old: FindingRead,
        new: FindingRead,
        was: Mapping[_LineKey, _Group],
        now: Mapping[_LineKey, _Group],
        doubts: Mapping[_LineKey, _Doubt | None],
    ) -> _Said:
        """A finding that fails, or is open, in both: the same as before, or less of it."""
        done = [k for k, doubt in doubts.items() if doubt is None]
        kept = [k for k in was if k in now]
        added = [k for k in now if k not in was]
        if not kept and len(done) < len(was):
            return _doubted(_first(doubts))
        moved = [_moved(was[k], now[k]) for k in kept] if old.outcome == "fail" else []
        nearer, farther = ([v for pair in moved for v in pair[side]] for side in (0, 1))
        milder = not added and SEVERITIES.index(new.severity) > SEVERITIES.index(old.severity)
        milder = milder or (old.disposition, new.disposition) == ("rectify", "improve")
        less = bool(done) and (len(now) < len(was) or not kept)
        better = less or (not added and (milder or bool(nearer and not farther)))
        if old.fingerprint == new.fingerprint and not done:  # only what grows from day to day has moved
            better, nearer, farther, milder = False, [], [], False
        parts = _progress(old.outcome == "fail", len(done), len(now), len(added), nearer, farther, milder)
        return _Said("updated" if better else "unchanged", parts, None, bool(added or farther))

    def _doubt(self, new: FindingRead, key: _LineKey, was: _Group, now: _Group | None) -> _Doubt | None:
        """Why a row that failed or was open does not pass conclusively now; None if it does."""
        changed = self.changed(new.item, key[0])
        if changed is not None:
            return changed
        if now is None:
            return _gone(was)
        outcomes = {line.outcome for line in now}
        if "fail" in outcomes or "unknown" in outcomes:
            return _NO_ANSWER
        passing = [line for line in now if line.outcome == "pass"]
        if len(passing) < sum(line.outcome != "not_applicable" for line in was):
            return _NOT_APPLICABLE if "not_applicable" in outcomes else _gone(was)
        return self._hollow(new, key, was, passing)

    def _hollow(self, new: FindingRead, key: _LineKey, was: _Group, passing: _Group) -> _Doubt | None:
        """Why a pass does not show that the same thing was mended."""
        limits = [_limits(line) for line in was]
        if any(held.get(name, limit) != limit for line in passing for name, limit in _limits(line).items()
               for held in limits):  # fmt: skip
            return _Doubt(
                self._cause(), _words("所用限值与上次不同", "held against another limit than before")
            )
        if any(line.was == "pass" for line in was) and not any(line.was is not None for line in passing):
            return _DETERMINED_THEN
        if self.old.used.mode == "strict" and any(line.basis == "asserted" for line in passing):
            return _Doubt(
                "mode",
                _words(
                    "原为严格模式，本次为数据流模式，仅有申报，未见证明材料",
                    "strict before, feed now: it passes on a claim without evidence",
                ),
            )
        drawn = [kind for kind in _ABOUT.get(new.kind, ()) if _draws_on(kind, key, (*was, *passing))]
        if not self.matched.whole(drawn):
            return _Doubt(
                "subject_set",
                _words("统计所及的小区、项目与上次不同", "the communities or projects that it counts are not the same"),
            )
        return None

    def _missing(self, old: FindingRead) -> _Doubt:
        """Why the new report has no such finding."""
        if old.item not in self.new.items:
            return _Doubt(self._cause(), _words("本次报告没有这一条", "the new report has no such item"))
        if (old.kind, old.subject) in self.matched.unsure:
            return _Doubt(
                "subject_ambiguous",
                _words(
                    "不能确定是本次档案中的哪一个（编号、名称、地址不能相互印证）",
                    "it may be one or another of the new dossier: id, name and address do not bear each other out",
                ),
            )
        return _Doubt("subject_gone", _words("本次档案中没有该对象", "the new dossier has no such subject"))

    # -- what fails or is open now ----------------------------------------------------------------------------

    def _arisen(self, old: FindingRead | None, new: FindingRead) -> _Said:
        """What was fine, or not there, and now fails or is open."""
        if self.scope is not None:
            return _doubted(self.scope)
        if new.item not in self.old.items:
            return _doubted(_Doubt(self._cause(), _words("原报告没有这一条", "the old report had no such item")))
        if old is None:
            if (new.kind, new.subject) in self.matched.strange:
                return _doubted(
                    _Doubt(
                        "subject_unmatched",
                        _words(
                            "不能确定是否为原报告中的某一个对象",
                            "it may or may not be a subject of the old report",
                        ),
                    )
                )
            return _Said("new", _words("原报告没有该对象", "the old report had no such subject"))
        was, now = _keyed(old, self.ids), _keyed(new, {})
        still = [k for k, g in now.items() if any(line.outcome == new.outcome for line in g)]
        changed = [self.changed(new.item, key[0]) for key in still]
        if changed and all(changed):
            return _doubted(next(doubt for doubt in changed if doubt is not None))
        if any(line.was is not None for key in still for line in was.get(key, ())) and not any(
            line.was is not None for key in still for line in now[key]
        ):
            return _doubted(_DETERMINED_THEN)
        if new.reason == "missing_evidence" and (self.old.used.mode, self.new.used.mode) == ("feed", "strict"):
            return _doubted(
                _Doubt(
                    "mode",
                    _words(
                        "原为数据流模式，认可申报；本次为严格模式，须有证明材料",
                        "feed before, where a claim was enough; strict now, where evidence is asked for",
                    ),
                )
            )
        then = _words("符合", "pass") if old.outcome == "pass" else _words("不适用", "did not apply")
        fails = new.outcome == "fail"
        return _Said(
            "new",
            Bilingual(
                f"原为{then.zh}，本次{'不符合' if fails else '待证'}",
                f"{'passed' if old.outcome == 'pass' else then.en}, now {'fails' if fails else 'unknown'}",
            ),
        )

    # -- what was asked ---------------------------------------------------------------------------------------

    def changed(self, item: str, check: str) -> _Doubt | None:
        """How the question differs between the reports, as they themselves state it; None if it does not."""
        key = (item, check)
        if key not in self._changed:
            self._changed[key] = self._question(item, check)
        return self._changed[key]

    def _question(self, item: str, check: str) -> _Doubt | None:
        a, b = self.old.items.get(item), self.new.items.get(item)
        if a is None or b is None:
            return _Doubt(self._cause(), _words("只有一份报告有这一条", "only one of the reports has this item"))
        one, other = a.checks.get(check), b.checks.get(check)
        if one is None or other is None:
            return _Doubt(self._cause(), _words("不是两份报告都有这一检查点", "not both reports state this check"))
        for then, now in ((one.condition, other.condition), (a.requires, b.requires)):
            if then != now:
                return _Doubt(
                    self._cause(),
                    Bilingual(
                        f"要求不同：原为“{then.zh}”，本次为“{now.zh}”",
                        f"another requirement: then “{then.en}”, now “{now.en}”",
                    ),
                )
        if a.obligation != b.obligation:
            return _Doubt(self._cause(), _BINDING)
        return None

    def _cause(self) -> Why:
        """Whose change it is when a question differs."""
        a, b = self.old.used, self.new.used
        if a.drafts != b.drafts:
            return "drafts"
        return "profile" if a.rulebook_sha256 == b.rulebook_sha256 else "rule"


# -- words ----------------------------------------------------------------------------------------------------


def _words(zh: str, en: str) -> Bilingual:
    return Bilingual(zh, en)


_AS_BEFORE = _words("情况与上次相同", "as before")
_STILL_OPEN = _words("仍然待证", "still unknown")
_BINDING = _words("强制程度不同", "not as binding as it was, or more")
_NOT_APPLICABLE = _Doubt(
    "not_applicable", _words("本次不适用，没有再作检查", "does not apply now, so that it was not asked again")
)
_NO_ANSWER = _Doubt(
    "no_answer", _words("本次没有结论（待证），不能认定已整改", "no conclusion now: unknown is not mended")
)
_DETERMINED_THEN = _Doubt(
    "determination",
    _words(
        "原结论由人工认定，本次没有适用相应的认定",
        "a person determined it before, and no such determination was applied now",
    ),
)


def _gone(was: _Group) -> _Doubt:
    """A matter that failed and is no longer reported."""
    row = was[0].name
    zh, en = f"原事项“{row.zh}”本次报告中没有，不能认定已整改", f"“{row.en}” is not in the new report"
    return _Doubt("row_gone", Bilingual(zh, en))


_RANK: tuple[Why, ...] = (
    "rule", "profile", "drafts", "determination", "row_gone", "not_applicable", "mode", "subject_set",
)  # fmt: skip


def _first(doubts: Mapping[_LineKey, _Doubt | None], over: _Doubt | None = None) -> _Doubt:
    """The doubt that weighs most; ``over`` only where there is nothing else but the lack of an answer."""
    held = [d for d in doubts.values() if d is not None]
    found = min(held, key=lambda d: _RANK.index(d.why) if d.why in _RANK else len(_RANK))
    return over if over is not None and found.why not in _RANK else found


def _doubted(doubt: _Doubt) -> _Said:
    return _Said("incomparable", doubt.says, doubt.why)


_BASES = {
    "evidenced": _words("有证明材料", "evidenced"),
    "asserted": _words("仅有申报，无证明材料", "asserted without evidence"),
    "measured": _words("仅作计量，无限值", "measured, no limit exists"),
    "determined": _words("由人工认定", "determined by a person"),
}


def _resolved(new: FindingRead) -> _Said:
    basis = _BASES.get(new.basis or "", _words("本次符合", "passes now"))
    return _Said("resolved", Bilingual(f"同一要求本次符合（{basis.zh}）", f"the same is asked and met ({basis.en})"))


def _progress(
    fails: bool, done: int, left: int, added: int, nearer: list[ValueRead], farther: list[ValueRead], milder: bool
) -> Bilingual:
    """What changed in a finding that is still open, in one sentence."""
    zh, en = [], []
    if done:
        zh.append(f"原{'不符合' if fails else '待证'}事项已有{done}处符合")
        en.append(f"{done} of what {'failed' if fails else 'was unknown'} {'passes' if done == 1 else 'pass'}")
    if added:
        zh.append(f"新增{added}处")
        en.append(f"{added} more {'fail' if fails else 'are unknown'}")
    if done or added:
        zh.append(f"现有{left}处{'不符合' if fails else '待证'}")
        en.append(f"{left} {'fail' if fails else 'unknown'} now")
    for values, mark in ((nearer, ("较上次接近要求", "nearer than before")), (farther, ("较上次更差", "farther off"))):
        for value in values[:3]:
            zh.append(f"{value.says.zh}，{mark[0]}")
            en.append(f"{value.says.en}, {mark[1]}")
    if milder:
        zh.append("剩余问题较轻")
        en.append("what is left is less grave")
    if not zh:
        return _AS_BEFORE if fails else _STILL_OPEN
    return Bilingual("；".join(zh), "; ".join(en))


def _side(finding: FindingRead | None) -> Side | None:
    if finding is None:
        return None
    return Side(
        finding.id, finding.name, finding.outcome, finding.reason, finding.basis, finding.disposition,
        finding.severity, finding.sentence, finding.pointer,
    )  # fmt: skip


# -- what has come back ---------------------------------------------------------------------------------------


def _recurring(entries: list[Compared], pair: _Pair, before: Sequence[ReportRead]) -> list[Compared]:
    """New failings that failed in an earlier report by the same check and were resolved in between."""
    now = {f.id: f for f in pair.new.findings}
    then = {f.id: f for f in pair.old.findings}
    for report in before:
        to_old, to_new = _Pair(report, pair.old), _Pair(report, pair.new)
        if to_old.scope is not None:
            continue
        known = {(f.item, f.kind, f.subject): f for f in pair.new.findings}
        earlier = {}
        for finding in report.findings:
            met = to_new._partner(finding, known) if finding.outcome == "fail" else None
            if met is not None:
                earlier[met.id] = finding
        for number, entry in enumerate(entries):
            if entry.status != "new" or entry.new is None or entry.old is None or entry.old.outcome != "pass":
                continue
            first = earlier.get(entry.new.finding)
            if first is None or to_old._became(first, then[entry.old.finding]).status != "resolved":
                continue
            failed = {line.check for line in first.lines() if line.outcome == "fail"}
            again = {line.check for line in now[entry.new.finding].lines() if line.outcome == "fail"}
            if any(to_new.changed(entry.item, check) is None for check in failed & again):
                day = report.used.as_of
                says = Bilingual(
                    f"{day}检查时不符合，其后已整改，本次再次不符合",
                    f"failed on {day}, was mended since, and fails again",
                )
                entries[number] = replace(entry, status="recurred", says=says)
    return entries


# -- notes ----------------------------------------------------------------------------------------------------


def _notes(pair: _Pair) -> Iterator[Bilingual]:
    """What a reader has to know about the reports themselves."""
    a, b = pair.old.used, pair.new.used
    for used, which in ((a, ("原报告", "the old report")), (b, ("本次报告", "the new report"))):
        if used.faults:
            yield Bilingual(
                f"{which[0]}不完整：检查程序有{used.faults}处未得出结论",
                f"{which[1]} is incomplete: the checker failed to answer {used.faults} times",
            )
        if used.integrity:
            yield Bilingual(
                f"{which[0]}有{len(used.integrity)}件附件与校验值不符",
                f"{which[1]} has {len(used.integrity)} attachments that do not match their hashes",
            )
    if a.dossier_sha256 == b.dossier_sha256:
        yield _words("两份报告检查的是同一份档案", "both reports are of the very same dossier")
    for differs, zh, en in _differing(pair):
        if differs:
            yield Bilingual(zh, en)
    if pair.scope is not None:
        yield Bilingual(f"{pair.scope.says.zh}，全部不可比", f"{pair.scope.says.en}: nothing can be compared")
        return
    for kind, zh, en in (("community", "个小区", "communities"), ("project", "个项目", "projects")):
        sets: Iterable[tuple[frozenset[tuple[str, str]], str, str]] = (
            (pair.matched.gone, "原报告有、本次没有", "only in the old report"),
            (pair.matched.come, "本次新增", "only in the new report"),
            (pair.matched.unsure | pair.matched.strange, "不能确定是否同一", "not certain to be the same or another"),
        )
        for members, said, told in sets:
            number = sum(k == kind for k, _ in members)
            if number:
                yield Bilingual(f"{said}的有{number}{zh}", f"{number} {en} {told}")


def _differing(pair: _Pair) -> Iterator[tuple[bool, str, str]]:
    a, b = pair.old.used, pair.new.used
    told: Callable[[str, str], str] = lambda x, y: f"{x} → {y}"  # noqa: E731
    yield (
        a.rulebook_sha256 != b.rulebook_sha256,
        f"规则库版本不同（{told(a.rulebook_version, b.rulebook_version)}），要求未变的条目仍可比",
        f"another rulebook ({told(a.rulebook_version, b.rulebook_version)}); items whose requirement is the same are"
        " compared",
    )
    yield (
        (a.profile, a.profile_sha256) != (b.profile, b.profile_sha256),
        f"当地规定不同（{told(a.profile_title.zh, b.profile_title.zh)}），限值未变的条目仍可比",
        f"other rules of the place ({told(a.profile_title.en, b.profile_title.en)}); items with the same limits are"
        " compared",
    )
    yield (
        a.drafts != b.drafts,
        "只有一份报告适用了征求意见稿",
        "only one of the reports applies drafts for comment",
    )
    yield (
        a.mode != b.mode,
        f"检查模式不同（{told(a.mode, b.mode)}）",
        f"another mode ({told(a.mode, b.mode)})",
    )
    yield (
        a.tool_version != b.tool_version,
        f"检查程序版本不同（{told(a.tool_version, b.tool_version)}）",
        f"another version of the checker ({told(a.tool_version, b.tool_version)})",
    )
    yield (
        a.determinations != b.determinations,
        "两份报告适用的人工认定不同",
        "the reports apply different determinations by persons",
    )
