"""What would make a failing pass: proved by judging again, the least that does, and facts named where nothing can."""

from __future__ import annotations

import copy
import json
import shutil
from collections.abc import Callable, Iterator
from datetime import date
from decimal import Decimal
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from compliance.advice.cutout import Cutout, cut_out
from compliance.advice.patch import patched
from compliance.advice.ways import Ways
from compliance.bench import Judgement, load_law, open_bench, put
from compliance.measures import measure_kinds
from compliance.measures.levers import UNFAILING, every_lever, lever_of
from compliance.road import check
from compliance.rulebook import load_profile
from compliance.schemas.conditions import atoms
from compliance.schemas.dossier import Dossier
from compliance.schemas.outcomes import Code
from compliance.schemas.report import Edit, Finding, Report, Way
from compliance.schemas.scalars import days
from fixtures.builder import variant, variants
from fixtures.builder.write import as_bytes

FIXTURES = Path(__file__).resolve().parents[1] / "fixtures"
PROFILE = str(FIXTURES / "profiles" / "shili.yaml")
AS_OF = "2024-03-31"
FAILING = [n for n in variants() if "fail" in variant(n).outcomes.values()]
BENCH = open_bench(PROFILE, days(AS_OF))


# -- the levers -------------------------------------------------------------------------------------------------


def _asked() -> Iterator[tuple[str, str]]:
    """Subject kind and measure of every comparison that a check of the law or of a place's own asks to hold."""
    law = load_law()
    checks = list(law.checks)
    for file in (Path(__file__).resolve().parents[1] / "compliance/rules/profiles").glob("*.yaml"):
        for day in ("2021-12-31", "2023-12-31", "2025-12-31"):
            checks += [own.check for own in load_profile(file.stem, law, days(day), drafts=True).checks]
    for asked in checks:
        for atom in atoms(asked.holds):
            if isinstance(atom.measure, str):
                yield asked.subject, atom.measure


def test_every_measure_that_can_stand_in_the_way_has_a_lever_or_says_why_not():
    silent = {(k, m) for k, m in _asked() if lever_of(k, m) is None and m not in UNFAILING}
    assert silent == set()


def test_levers_speak_of_measures_that_exist_and_of_each_once():
    known = {name for kind in measure_kinds().values() for name in kind}
    levers = {name for _, name in every_lever()}
    assert levers - known == set()
    assert set(UNFAILING) - known == set()
    assert levers & set(UNFAILING) == set()


# -- every failing of the fixtures ------------------------------------------------------------------------------


def _applied(dossier: Any, edits: tuple[Edit, ...]) -> Any:
    """RFC 6902 on plain JSON, written apart from the product's own."""
    for edit in edits:
        *path, last = [t.replace("~1", "/").replace("~0", "~") for t in edit.pointer.split("/")[1:]]
        holder = dossier
        for token in path:
            holder = holder[int(token)] if isinstance(holder, list) else holder[token]
        value = json.loads(edit.value, parse_float=str) if edit.value else None  # an amount may be text
        if isinstance(holder, list):
            if edit.op == "add":
                holder.insert(len(holder) if last == "-" else int(last), value)
            elif edit.op == "remove":
                del holder[int(last)]
            else:
                holder[int(last)] = value
        elif edit.op == "remove":
            del holder[last]
        else:
            assert edit.op == "add" or last in holder, edit
            holder[last] = value
    return dossier


@pytest.fixture(scope="session")
def copy_of(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """Base → a copy of its folder whose dossier may be overwritten."""

    @cache
    def folder(base: str) -> Path:
        return Path(shutil.copytree(FIXTURES / base, tmp_path_factory.mktemp("advice") / base))

    return folder


def _judged(raw: Any) -> Judgement:
    return put(Dossier.model_validate(json.loads(json.dumps(raw))), {}, BENCH, "feed")


def _failing(judgement: Judgement, items: set[str]) -> Iterator[tuple[str, str, str]]:
    case = judgement.columns.case
    ids = {
        "area": [case.dossier.area_code],
        "community": [c.community_id for c in case.planned],
        "project": [p.project_id for p in case.projects],
    }
    for part in judgement.parts:
        if part.item.id in items:
            for number, code in enumerate(part.codes):
                if code in (Code.FAIL, Code.IMPROVE):
                    yield part.item.id, part.owner_kind, ids[part.owner_kind][number]


def _outcome(judgement: Judgement, item: str, kind: str, ident: str) -> int:
    case = judgement.columns.case
    number = {
        "area": lambda: 0,
        "community": lambda: [c.community_id for c in case.planned].index(ident),
        "project": lambda: [p.project_id for p in case.projects].index(ident),
    }[kind]()
    (part,) = [p for p in judgement.parts if p.item.id == item and p.owner_kind == kind]
    return part.codes[number]


PASSES = (Code.PASS, Code.MEASURED)


@pytest.mark.parametrize("name", FAILING)
def test_a_failing_has_a_way_that_is_proved_or_a_fact_that_is_named(name, copy_of):
    told = variant(name)
    dossier = told.build().dossier
    judgement = _judged(dossier)
    ways = Ways(judgement)
    found = list(_failing(judgement, {i for i, o in told.outcomes.items() if o == "fail"}))
    assert found
    for key in [found[0], found[-1]]:
        way = ways.of(*key)
        assert way is not None
        assert way.proved or way.fixed, way
        assert way.proved or way.remains
        assert not (way.proved and way.fixed)
        assert way.says.zh.endswith("。")
        assert way.says.en.endswith(".")
        assert "（待填" not in way.says.zh
        _dates_are_not_put_back(way)
        if way.proved:
            assert way.changes
            _passes_when_patched(dossier, way, key)
            _each_change_is_needed(dossier, way, key)
    first = ways.of(*found[0])
    assert first is not None
    if first.proved and len(found) == 1:
        _passes_on_the_road(copy_of(told.base), dossier, first, found[0])


def _edits(way: Way, without: int | None = None) -> tuple[Edit, ...]:
    return tuple(e for n, c in enumerate(way.changes) if n != without for e in c.edits)


def _passes_when_patched(dossier: Any, way: Way, key: tuple[str, str, str]) -> None:
    after = _judged(_applied(copy.deepcopy(dossier), _edits(way)))
    assert _outcome(after, *key) in PASSES


def _each_change_is_needed(dossier: Any, way: Way, key: tuple[str, str, str]) -> None:
    if not 1 < len(way.changes) < 8:
        return
    for n in range(len(way.changes)):
        try:
            after = _judged(_applied(copy.deepcopy(dossier), _edits(way, without=n)))
        except (LookupError, AssertionError):
            continue  # what follows builds on it
        assert _outcome(after, *key) not in PASSES, way.changes[n]


def _passes_on_the_road(folder: Path, dossier: Any, way: Way, key: tuple[str, str, str]) -> None:
    """Written to JSON and taken in as a county would send it; a document may be asked for, and nothing else."""
    (folder / "dossier.json").write_bytes(as_bytes(_applied(copy.deepcopy(dossier), _edits(way))))
    report = check(folder, profile=PROFILE, mode="strict", as_of=AS_OF, ways=False)
    finding = next(f for f in report.findings if f.id == "/".join(key))
    if finding.outcome != "pass":
        assert (finding.outcome, finding.reason) == ("unknown", "missing_evidence")
        assert {d.doc_type for d in way.documents}
        open_ = {c.check for c in finding.checks if c.outcome == "unknown"}
        assert open_ <= {c.check for c in way.changes} | {c.check for c in finding.checks if c.reason == "missing_evidence"}


def _dates_are_not_put_back(way: Way) -> None:
    """No act is dated before the day judged by."""
    for change in way.changes:
        for edit in change.edits:
            for text in _strings(json.loads(edit.value) if edit.value else None):
                try:
                    day = date.fromisoformat(text)
                except ValueError:
                    continue
                assert day >= date.fromisoformat(AS_OF), edit


def _strings(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for inner in value.values():
            yield from _strings(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _strings(inner)


# -- the least that does ----------------------------------------------------------------------------------------


@cache
def _small() -> Dossier:
    """The part of the invented county that one community's findings rest on."""
    raw = json.loads((FIXTURES / "shili-county" / "dossier.json").read_text("utf-8"))
    return cut_out(put(Dossier.model_validate(raw), {}, BENCH, "feed").columns.case, "community", "c0007").dossier


def _with(**fields: Any) -> Dossier:
    """That part with fields of its community set: ``votes=…``."""
    base = _small()
    community = type(base.communities[0]).model_validate({**base.communities[0].__dict__, **fields})
    return base.model_copy(update={"communities": (community,)})


def _way(dossier: Dossier, item: str) -> Way | None:
    return Ways(put(dossier, {}, BENCH, "feed")).of(item, "community", "c0007")


@st.composite
def _counts(draw: st.DrawFn, most: int = 60) -> tuple[int, int, int]:
    whole = draw(st.integers(1, most))
    part = draw(st.integers(1, whole))
    return whole, part, draw(st.integers(0, part))


def _people(whole: int, part: int, agree: int, holds: Callable[[int, int], bool]) -> int:
    """By trying everything: the fewest people who have to act so that it holds."""
    for n in range(whole + 1):
        for joined in range(min(n, whole - part) + 1):
            for agreeing in range(joined + 1):
                turned = n - joined
                if turned <= part - agree and holds(part + joined, agree + agreeing + turned):
                    return n
    raise LookupError


@settings(max_examples=80, deadline=None)
@given(_counts())
def test_as_few_households_as_possible_are_asked_for(counts):
    whole, part, agree = counts
    entry = {**_small().communities[0].consultations[0].__dict__, "total": whole, "participated": part, "agreed": agree}
    entry.pop("opposed", None)

    def holds(p: int, a: int) -> bool:
        return Fraction(p, whole) >= Fraction(4, 5) and Fraction(a, p) >= Fraction(4, 5)

    way = _way(_with(consultations=(entry,)), "B7.1")
    if holds(part, agree):
        assert way is None
        return
    assert way is not None
    assert way.proved
    (change,) = way.changes
    assert (change.amount, change.unit) == (str(_people(whole, part, agree, holds)), "户")


def _ballot(**fields: Any) -> Dossier:
    community = _small().communities[0]
    votes = [v for v in community.votes if v.decides != "scheme"]
    (vote,) = [v for v in community.votes if v.decides == "scheme"]
    return _with(votes=({**vote.__dict__, "deemed_votes": None, "deemed_area_m2": None, **fields}, *votes))


@settings(max_examples=60, deadline=None)
@given(_counts(40), st.booleans())
def test_as_few_owners_as_possible_are_asked_for(counts, qualified):
    whole, part, agree = counts
    matters = (6,) if qualified else (5,)

    def holds(p: int, a: int) -> bool:
        # The place asks three quarters of every vote.
        return Fraction(p, whole) >= Fraction(2, 3) and Fraction(a, p) >= Fraction(3, 4)

    way = _way(_ballot(total_owners=whole, part_owners=part, agree_owners=agree, matters=matters), "B7.2")
    if holds(part, agree):
        assert way is None
        return
    assert way is not None
    assert way.proved
    (change,) = way.changes
    assert (change.amount, change.unit) == (str(_people(whole, part, agree, holds)), "人")
    assert any("已经开工" in r.zh for r in way.remains)


@settings(max_examples=50, deadline=None)
@given(_counts(900))
def test_as_little_area_as_possible_is_asked_for(counts):
    whole, part, agree = (Decimal(n) / 100 for n in counts)
    assume(agree > 0)

    def holds(p: Decimal, a: Decimal) -> bool:
        return Fraction(p) / Fraction(whole) >= Fraction(2, 3) and Fraction(a) / Fraction(p) >= Fraction(3, 4)

    way = _way(_ballot(total_area_m2=whole, part_area_m2=part, agree_area_m2=agree, matters=(6,)), "B7.2")
    if holds(part, agree):
        assert way is None
        return
    assert way is not None
    assert way.proved
    (change,) = way.changes
    assert change.amount is not None
    assert change.unit == "㎡"
    less = Decimal(change.amount) - Decimal("0.01")
    for n in range(int(less * 100) + 1):
        joined = Decimal(n) / 100
        if part + joined <= whole and less - joined <= part - agree:
            assert not holds(part + joined, agree + less)


@settings(max_examples=40, deadline=None)
@given(st.integers(1, 300), st.data())
def test_as_few_satisfied_answers_as_possible_are_asked_for(valid, data):
    satisfied = data.draw(st.integers(0, valid))
    raw = json.loads((FIXTURES / "shili-county" / "dossier.json").read_text("utf-8"))
    case = put(Dossier.model_validate(raw), {}, BENCH, "feed").columns.case if not _KEPT else _KEPT[0]
    _KEPT[:] = [case]
    base = cut_out(case, "community", "c0003").dossier
    survey = {**base.communities[0].surveys[0].__dict__, "surveyed": None, "valid_responses": valid, "satisfied": satisfied}
    community = type(base.communities[0]).model_validate({**base.communities[0].__dict__, "surveys": (survey,)})
    dossier = base.model_copy(update={"communities": (community,)})
    way = Ways(put(dossier, {}, BENCH, "feed")).of("B6.3", "community", "c0003")
    lacking = -(-4 * valid // 5) - satisfied
    if lacking <= 0:
        assert way is None
    else:
        assert way is not None
        assert way.proved
        assert way.changes[0].amount == str(lacking)


_KEPT: list[Any] = []


@settings(max_examples=40, deadline=None)
@given(st.dates(date(2022, 6, 1), date(2024, 6, 30)))
def test_a_day_gone_by_is_a_fact_and_never_an_act(day):
    small = _small()
    approved = small.plans[0].approved_on
    assert approved is not None
    entry = {**small.communities[0].consultations[0].__dict__, "closed_on": day.isoformat()}
    way = _way(_with(consultations=(entry,)), "B7.1")
    if days(day.isoformat()).last <= approved.first:
        assert way is None
    else:
        assert way is not None
        assert (way.proved, way.changes) == (False, ())
        assert any("已成事实" in f.zh for f in way.fixed)
        assert way.remains


# -- in the report ----------------------------------------------------------------------------------------------


@cache
def _report(ways: bool) -> Report:
    return check(FIXTURES / "cases" / "eleven-audit-findings", profile=PROFILE, as_of=AS_OF, ways=ways)


def test_advice_is_on_every_failing_and_open_finding_and_on_no_other():
    for finding in _report(True).findings:
        advice = finding.advice
        if finding.outcome not in ("fail", "unknown"):
            assert advice is None
            continue
        assert advice is not None
        assert advice.steps
        if finding.outcome == "fail":
            assert advice.precedents or advice.law, finding.id
            assert advice.way is not None
            assert advice.way.proved or advice.way.fixed or advice.way.remains
        else:
            assert advice.way is None


def test_ways_change_no_outcome():
    def told(finding: Finding) -> tuple[Any, ...]:
        return finding.id, finding.outcome, finding.reason, finding.sentence, finding.checks, finding.fingerprint

    assert [told(f) for f in _report(True).findings] == [told(f) for f in _report(False).findings]
    assert _report(True).verdict == _report(False).verdict


def test_ways_are_sought_in_strict_and_not_in_feed_unless_told():
    folder = FIXTURES / "cases" / "eleven-audit-findings"

    def sought(**how: Any) -> bool:
        report = check(folder, profile=PROFILE, as_of=AS_OF, **how)
        return any(f.advice is not None and f.advice.way is not None for f in report.findings)

    assert sought(mode="strict")
    assert not sought(mode="feed")
    assert sought(mode="feed", ways=True)


def test_a_part_of_the_dossier_says_the_same_as_the_whole():
    raw = json.loads((FIXTURES / "cases" / "eleven-audit-findings" / "dossier.json").read_text("utf-8"))
    judgement = put(Dossier.model_validate(raw), {}, BENCH, "feed")
    small, whole = Ways(judgement), Ways(judgement)
    whole._cut = lambda kind, ident: Cutout(judgement.columns.case.dossier, {}, {})  # type: ignore[method-assign]
    items = {item.id for item in BENCH.rulebook.items}
    found = [key for key in _failing(judgement, items) if key[1] != "area"]
    assert len(found) > 20
    for key in found[::3]:
        assert small.of(*key) == whole.of(*key)


def test_an_edit_that_the_types_refuse_is_refused():
    dossier = _small()
    with pytest.raises(ValueError, match="Extra inputs"):
        patched(dossier, [Edit("add", "/communities/0/no_such_field", "1")])
    with pytest.raises(ValueError, match="valid string"):
        patched(dossier, [Edit("replace", "/communities/0/name", "true")])


# -- in words ---------------------------------------------------------------------------------------------------


def _said(name: str) -> Way:
    told = variant(name)
    judgement = _judged(told.build().dossier)
    way = Ways(judgement).of(*next(_failing(judgement, {i for i, o in told.outcomes.items() if o == "fail"})))
    assert way is not None
    return way


def test_a_count_is_said_with_what_it_reaches_and_where_it_stands():
    entry = {**_small().communities[0].consultations[0].__dict__, "total": 600, "participated": 600, "agreed": 377}
    way = _way(_with(consultations=({**entry, "opposed": None},)), "B7.1")
    assert way is not None
    assert way.says.zh.startswith("再有103户同意，同意率（占参与数）即达到80%（现为≈62.83%，377/600），本条即符合。")
    assert way.says.en.startswith("103 more households agree, so that the rate of agreement")
    assert "不得倒签日期" in way.says.zh


def test_what_several_rows_need_in_the_same_words_is_said_once():
    assert _said("h8-1-nothing-handed-over").says.zh.count("签署移交协议") == 1


def test_an_equally_short_branch_is_told_beside_the_one_taken():
    assert "或者：如实记录该类未纳入方案的理由" in _said("b5-2-nothing-for-parking").says.zh


def test_a_fact_is_named_with_its_value_and_with_what_remains():
    way = _said("b2-2-built-a-year-too-late")
    assert [f.zh for f in way.fixed] == ["建成日期是既成事实，不能改变（2006）"]
    assert "调出本年度计划" in way.remains[0].zh
    assert way.changes == ()


def test_money_is_asked_for_to_the_yuan_and_taken_from_what_the_plan_names():
    (change,) = _said("b2-1-residents-share-not-paid-in-gap-above-limit").changes
    assert (change.amount, change.unit) == ("485.35", "万元")
    added = next(json.loads(e.value) for e in change.edits if e.op == "add")
    assert (added["source"], added["amount_10k"], added["confirmed"]) == ("resident", 485.35, True)


def test_what_contradicts_itself_is_to_be_corrected_first():
    way = _way(_ballot(total_owners=90, part_owners=20, agree_owners=30), "B7.2")
    assert way is not None
    assert not way.proved
    assert any("互相矛盾" in f.zh for f in way.fixed)


@pytest.mark.parametrize(("standard", "amount"), [("30", "6"), ("35.99", "0.01"), ("48.01", "0.01"), ("90", "42")])
def test_a_standard_is_moved_just_into_what_the_place_allows(standard, amount):
    """60 to 80 per cent of the standard for new buildings, which is 60 yuan a square metre."""
    account = _small().communities[0].fund_account
    assert account is not None
    changed = {**account.__dict__, "standard_yuan_m2": standard, "new_build_standard_yuan_m2": "60"}
    way = _way(_with(fund_account=changed), "H9.1")
    assert way is not None
    assert way.proved
    assert [(c.amount, c.unit) for c in way.changes] == [(amount, "元/㎡")]
