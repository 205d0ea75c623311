"""The ledger of rectification, on SQLite and on a real PostgreSQL: lifecycle, import, recheck, closing, lists, edits."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import ledgers
import pytest
from hypothesis import given
from hypothesis import strategies as st
from ledgers import COMMUNITY, DAYS, act_on, entries_of, hand, json_of, report, verified_entry
from rectifying import base, finding
from sqlalchemy import text

from compliance.rectify.ledger import (
    Filter,
    Ledger,
    LedgerDamaged,
    LedgerUnavailable,
    lines,
    open_ledger,
    standings,
    verify,
)
from compliance.rectify.ledger import imports as imports_module
from compliance.rectify.ledger.acts import AMENDABLE, LEADS, follow, number_of, problems_of
from compliance.rectify.ledger.chain import FIRST, broken, canonical, digest, sealed
from compliance.rectify.ledger.fields import FIELDS
from compliance.rectify.ledger.migrations import HEAD, upgrade
from compliance.rectify.ledger.model import VERSION_TABLE, Base
from compliance.rectify.ledger.query import late_by
from compliance.rectify.ledger.store import now, row_of
from compliance.rectify.reading import Refusal, ReportsRefused, read_report
from compliance.schemas.ledger import ACTS, STATES, Entry, LedgerRefused
from compliance.schemas.report import Bilingual

TODAY = date(2024, 4, 1)


@pytest.fixture(params=ledgers.KINDS)
def where(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    return ledgers.place(request.param, tmp_path)


@pytest.fixture
def ledger(where: str) -> Iterator[Ledger]:
    with open_ledger(where, create=True) as opened:
        yield opened


def brought_in(ledger: Ledger, data: bytes, **how: Any) -> Any:
    return ledger.import_report(data, "r.json", "张三", TODAY, **how)


def sound(ledger: Ledger) -> None:
    assert verify(ledger).problems == ()


# -- the lifecycle ---------------------------------------------------------------------------------------------


def test_from_writing_down_to_closing(ledger: Ledger) -> None:
    number = ledger.add(hand(), "张三").number
    assert number == "999901-2023-0001"
    for act, state in (
        ("assign", "assigned"), ("start", "in_progress"), ("submit", "submitted"), ("return", "in_progress"), ("submit", "submitted"),
        ("verify", "verified"), ("return", "in_progress"), ("submit", "submitted"), ("verify", "verified"), ("close", "closed"), ("note", "closed"),
    ):  # fmt: skip
        act_on(ledger, number, act)
        assert ledger.entry(number).state == state
    entry = ledger.entry(number)
    assert (entry.unit, entry.person, entry.kind, entry.returns) == ("示例街道办事处", "李四", "immediate", 2)
    assert (entry.submitted_by, entry.verified_by, entry.closed_by) == ("李四", "王五", "王五")
    assert json_of(entry.submission)["evidence"] == ledgers.EVIDENCE
    assert json_of(entry.closure)["determination"]["office"] == "示例县住建局"
    assert [e.act for e in ledger.events(number)][:3] == ["open", "assign", "start"]
    sound(ledger)


def _any_payload(act: str) -> dict[str, Any]:
    return {
        "assign": {"unit": "甲", "deadline": "2024-06-30"}, "start": {}, "amend": {"progress": "一半"}, "submit": {"text": "完", "evidence": ledgers.EVIDENCE},
        "return": {"reason": "否"}, "verify": {"opinion": "可"}, "note": {"text": "记"},
        "close": {"determination": {"office": "甲", "authority": "乙", "reason": "丙", "decided_on": "2024-06-30"}},
        "extend": {"deadline": "2025-01-01", "reason": "雨季", "approved_by": "县政府"},
        "recheck": {"result": "unchanged", "says": {"zh": "同前", "en": "as before"}, "report": {"as_of": "2024-06-30", "sha256": "0" * 64}},
    }[act]  # fmt: skip


def entry_after(*acts: str) -> Entry:
    event = sealed(1, now(), "甲", "open", "999901-2023-0001", hand(source="hand", serial=1), FIRST)
    entry = follow(None, event)
    for act in acts:
        actor = "乙" if act in ("verify", "close") else "甲"
        entry = follow(entry, sealed(entry.last_seq + 1, now(), actor, act, entry.number, _any_payload(act), event.hash))
    return entry


TO = {
    "open": (), "assigned": ("assign",), "in_progress": ("assign", "start"), "submitted": ("assign", "start", "submit"),
    "verified": ("assign", "start", "submit", "verify"), "closed": ("assign", "start", "submit", "verify", "close"),
}  # fmt: skip


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("act", LEADS)
def test_an_act_is_possible_just_where_the_table_says(state: str, act: str) -> None:
    entry = entry_after(*TO[state])
    entry = replace(entry, deadline="2024-06-30", unit="甲")
    event = sealed(99, now(), "丙", act, entry.number, _any_payload(act), FIRST)
    if state in LEADS[act]:
        assert follow(entry, event).state == LEADS[act][state]  # type: ignore[index]
    else:
        with pytest.raises(LedgerRefused, match="不能"):
            follow(entry, event)


@given(st.lists(st.tuples(st.sampled_from([*LEADS]), st.sampled_from(["甲", "乙", "丙"])), max_size=30))
def test_whatever_is_tried_closing_has_a_verification_by_another_before_it(tried: list[tuple[str, str]]) -> None:
    entry = entry_after("assign", "start")
    done: list[tuple[str, str]] = []
    for seq, (act, actor) in enumerate(tried, 10):
        event = sealed(seq, now(), actor, act, entry.number, _any_payload(act), FIRST)
        refused = problems_of(entry, act, json.loads(event.payload), actor)
        try:
            entry = follow(entry, event)
        except LedgerRefused:
            assert refused
            continue
        assert not refused
        done.append((act, actor))
    if entry.state == "closed":
        acts = [act for act, _ in done]
        last = len(acts) - 1 - acts[::-1].index("verify")
        submitted = max(n for n, (act, _) in enumerate(done[:last]) if act == "submit")
        assert "return" not in acts[submitted:]
        assert done[last][1] != done[submitted][1]
        assert set(acts[acts.index("close") + 1 :]) <= {"note"}


def test_every_act_and_every_field_has_its_words() -> None:
    assert set(LEADS) | {"found", "import", "open"} == set(ACTS)
    assert set(FIELDS) > AMENDABLE


@pytest.mark.parametrize("actor", ["李四", " 李四 ", "李四\u3000"])
def test_who_submitted_may_not_verify_however_the_name_is_typed(ledger: Ledger, actor: str) -> None:
    number = ledger.add(hand(), "张三").number
    act_on(ledger, number, "assign", "start", "submit")
    with pytest.raises(LedgerRefused, match="不得核验"):
        ledger.act([number], "verify", {"opinion": "属实"}, actor)
    act_on(ledger, number, "verify")
    with pytest.raises(LedgerRefused, match="不得核验、销号"):
        ledger.act([number], "close", _any_payload("close"), actor)
    assert ledger.entry(number).state == "verified"


def test_all_problems_are_told_at_once_and_nothing_is_done(ledger: Ledger) -> None:
    one, two = ledger.add(hand(), "张三").number, ledger.add(hand(), "张三").number
    act_on(ledger, one, "assign")
    before = ledger.head()
    with pytest.raises(LedgerRefused) as refused:
        ledger.act([one, two], "start", {"kind": "soon", "measures": "", "unit": "甲"}, "张三")
    told = refused.value.text()
    assert told.count("0001") == 3
    assert told.count("0002") == 4
    assert "待整改，不能启动整改" in told
    assert refused.value.to_json()["errors"][0]["message"]["en"]
    with pytest.raises(LedgerRefused, match=r"999901-2023-0009.*没有这一编号"):
        ledger.act([one, "999901-2023-0009"], "note", {"text": "记"}, "张三")
    with pytest.raises(LedgerRefused) as refused:
        ledger.add({"area": "9999", "area_name": "县", "year": 1023, "found_by": "信访", "text": " ", "item": "B99", "severity": "bad", "x": 1}, "甲")
    assert len(refused.value.problems) == 6
    assert ledger.head() == before


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("unit", "甲" * 201), ("unit", "甲\n乙"), ("unit", "甲\x1b[2J"), ("unit", "甲\u202e"), ("measures", "甲" * 4001), ("measures", "\ud800"),
        ("measures", "a\x00b"), ("deadline", "2024-02-30"), ("deadline", "2024-2-3"), ("deadline", "20240203"), ("deadline", 20240203), ("kind", "now"),
        ("person", 7), ("progress", None), ("progress", True), ("leader", 1.5),
    ],
)  # fmt: skip
def test_what_is_no_text_no_day_or_too_long_is_refused(field: str, value: Any) -> None:
    assert problems_of(entry_after(), "amend", {field: value}, "甲")


@pytest.mark.parametrize(("field", "value"), [("unit", "甲" * 200), ("measures", "甲\n乙" * 1000), ("deadline", "2024-02-29"), ("kind", "staged")])
def test_what_just_fits_is_taken(field: str, value: str) -> None:
    assert not problems_of(entry_after(), "amend", {field: value}, "甲")


@pytest.mark.parametrize(
    "change", [{"page": 0}, {"page": 1.0}, {"page": True}, {"sha256": "A" * 64}, {"file": ""}, {"title": "甲\n"}, {"more": 1}]
)
def test_evidence_needs_title_file_hash_and_a_sound_page(change: dict[str, Any]) -> None:
    entry = entry_after("assign", "start")
    assert not problems_of(entry, "submit", {"text": "完", "evidence": ledgers.EVIDENCE}, "甲")
    assert problems_of(entry, "submit", {"text": "完", "evidence": [ledgers.EVIDENCE[0] | change]}, "甲")
    assert problems_of(entry, "submit", {"text": "完", "evidence": []}, "甲")


def test_no_float_ever_enters_the_chain() -> None:
    with pytest.raises(TypeError, match="float"):
        canonical({"a": [1, {"b": 0.5}]})


# -- deadlines -------------------------------------------------------------------------------------------------


def test_a_suggested_deadline_is_set_once_and_then_only_extended_with_approval(ledger: Ledger) -> None:
    number = brought_in(ledger, report(DAYS[0], {COMMUNITY: "fail"})).opened[0].number
    entry = ledger.entry(number)
    assert entry.deadline_suggested
    assert entry.deadline is not None
    with pytest.raises(LedgerRefused, match="尚未确定"):
        ledger.act([number], "extend", _any_payload("extend"), "张三")
    act_on(ledger, number, "assign")
    assert (ledger.entry(number).deadline, ledger.entry(number).deadline_suggested) == ("2024-06-30", False)
    with pytest.raises(LedgerRefused, match="延期"):
        ledger.act([number], "amend", {"deadline": "2024-07-31"}, "张三")
    ledger.act([number], "amend", {"deadline": "2024-06-30", "progress": "一半"}, "张三")
    for day in ("2024-06-30", "2024-06-29"):
        with pytest.raises(LedgerRefused, match="不晚于"):
            ledger.act([number], "extend", {"deadline": day, "reason": "雨季", "approved_by": "县政府"}, "张三")
    with pytest.raises(LedgerRefused, match="批准人"):
        ledger.act([number], "extend", {"deadline": "2024-07-01", "reason": "雨季"}, "张三")
    ledger.act([number], "extend", {"deadline": "2024-07-01", "reason": "雨季", "approved_by": "县政府", "approval": "示政函〔2024〕1号"}, "张三")
    assert (ledger.entry(number).deadline, ledger.entry(number).extensions) == ("2024-07-01", 1)
    sound(ledger)


def test_a_deadline_given_on_import_is_set_not_suggested(ledger: Ledger) -> None:
    done = brought_in(ledger, report(DAYS[0], {COMMUNITY: "fail"}), deadline="2024-05-01")
    assert [(e.deadline, e.deadline_suggested) for e in done.opened] == [("2024-05-01", False)]


def test_assigning_needs_a_unit_and_a_deadline_from_somewhere(ledger: Ledger) -> None:
    number = ledger.add(hand(), "张三").number
    with pytest.raises(LedgerRefused) as refused:
        ledger.act([number], "assign", {"person": "李四"}, "张三")
    assert len(refused.value.problems) == 2


@pytest.mark.parametrize(
    ("state", "day", "late"),
    [("open", "2024-06-29", 0), ("open", "2024-06-30", 0), ("open", "2024-07-01", 1), ("in_progress", "2024-07-30", 30),
     ("submitted", "2024-12-31", 0), ("verified", "2024-12-31", 0), ("closed", "2024-12-31", 0)],
)  # fmt: skip
def test_overdue_begins_the_day_after_and_only_while_the_unit_owes_something(state: str, day: str, late: int) -> None:
    assert late_by(state, "2024-06-30", date.fromisoformat(day)) == late
    assert late_by(state, None, date.fromisoformat(day)) == 0


# -- lists -----------------------------------------------------------------------------------------------------


def test_lists_and_counts(ledger: Ledger) -> None:
    for area, unit, day in (("999901", "甲街道", "2024-06-30"), ("999902", "甲街道", "2024-07-07"), ("998801", "乙街道", "2024-07-08"), ("999901", None, None)):
        ledger.add(hand(area=area, **({"unit": unit, "deadline": day, "item": "B5.1", "project": "p1"} if unit else {})), "张三")
    today = date(2024, 7, 1)

    def found(**how: Any) -> list[str]:
        return [line.number for line in lines(ledger, Filter(**how), today)]

    assert found() == ["998801-2023-0001", "999901-2023-0001", "999901-2023-0002", "999902-2023-0001"]
    assert found(areas=["999900"]) == ["999901-2023-0001", "999901-2023-0002", "999902-2023-0001"]
    assert found(areas=["990000"]) == found()
    assert found(areas=["999902", "998801"]) == ["998801-2023-0001", "999902-2023-0001"]
    assert found(overdue=True) == ["999901-2023-0001"]
    assert found(due_within=6) == ["999902-2023-0001"]
    assert found(due_within=7) == ["998801-2023-0001", "999902-2023-0001"]
    assert found(due_within=0) == []
    assert found(units=["乙街道"]) == ["998801-2023-0001"]
    assert found(items=["B5.1"], states=["open"], projects=["p1"], years=[2023], limit=2) == ["998801-2023-0001", "999901-2023-0001"]
    assert found(states=["closed"]) == []
    assert lines(ledger, Filter(overdue=True), today)[0].late == 1
    (every,) = standings(ledger, Filter(), today)
    assert (every.total, every.states["open"], every.overdue, every.due_soon) == (4, 4, 1, 2)
    by = {s.key: s.total for s in standings(ledger, Filter(), today, "unit")}
    assert by == {"": 1, "乙街道": 1, "甲街道": 2}


def test_counts_of_nothing_are_nought(ledger: Ledger) -> None:
    (every,) = standings(ledger, Filter(), TODAY)
    assert (every.total, every.overdue) == (0, 0)


# -- reports come in -------------------------------------------------------------------------------------------

DISPOSED = {
    COMMUNITY: "fail", "B5.1/community/c0002": "unknown", "B5.1/community/c0003": "pass", "B7.1/community/c0001": "fail",
}  # fmt: skip


def test_only_what_has_to_be_rectified_is_entered_and_only_once(ledger: Ledger) -> None:
    def improve(made: Any) -> None:
        finding(made, "B7.1/community/c0001")["disposition"] = "improve"

    data = report(DAYS[0], DISPOSED, improve)
    owed = [f["id"] for f in json.loads(data)["findings"] if f["disposition"] == "rectify"]
    assert owed == [COMMUNITY]
    done = brought_in(ledger, data)
    (entry,) = done.opened
    assert (entry.item, entry.subject_id, entry.state, entry.source) == ("B5.1", "c0001", "open", "report")
    assert entry.problem == "999901-2023-B5.1-C-c0001"
    origin = json_of(entry.origin)
    assert origin["finding"] == COMMUNITY
    assert origin["report"]["as_of"] == DAYS[0]
    assert origin["pointer"].startswith("/")
    head = ledger.head()
    again = brought_in(ledger, data)
    assert again.already
    assert (again.opened, again.rechecked, ledger.head()) == ((), (), head)
    sound(ledger)


def results(ledger: Ledger) -> list[str]:
    return [json_of(entry.recheck)["result"] if entry.recheck else "" for entry in entries_of(ledger)]


def test_a_later_report_rechecks_and_never_closes(ledger: Ledger) -> None:
    number = brought_in(ledger, report(DAYS[0], {COMMUNITY: {0: "fail", 1: "fail"}})).opened[0].number
    done = brought_in(ledger, report(DAYS[1], {COMMUNITY: {0: "fail"}}))
    assert (len(done.opened), results(ledger)) == (0, ["updated"])
    done = brought_in(ledger, report(DAYS[2], {COMMUNITY: {0: "fail"}}))
    assert (len(done.opened), results(ledger)) == (0, ["unchanged"])
    data = report(DAYS[3], {COMMUNITY: "pass"})
    brought_in(ledger, data)
    assert results(ledger) == ["resolved"]
    assert ledger.entry(number).state == "open"
    sha = ledger.report_named(json_of(ledger.entry(number).recheck)["report"]["sha256"][:8])
    with pytest.raises(LedgerRefused, match="不能销号"):
        ledger.act([number], "close", {"report": sha}, "王五")
    verified_entry(ledger, number)
    ledger.act([number], "close", {"report": sha}, "王五")
    assert ledger.entry(number).state == "closed"
    assert [e.act for e in ledger.events(number)].count("recheck") == 3
    sound(ledger)


def test_a_report_that_did_not_find_it_mended_does_not_close(ledger: Ledger, tmp_path: Path) -> None:
    first = report(DAYS[0], {COMMUNITY: "fail"})
    number = brought_in(ledger, first).opened[0].number
    verified_entry(ledger, number)
    shas = []
    for day, outcome in ((DAYS[1], "pass"), (DAYS[2], "unknown")):
        brought_in(ledger, report(day, {COMMUNITY: outcome}))
        shas.append(json_of(ledger.entry(number).recheck)["report"]["sha256"])
    assert results(ledger) == ["incomparable"]
    with pytest.raises(LedgerRefused, match="不是已整改"):
        ledger.act([number], "close", {"report": shas[1]}, "王五")
    with pytest.raises(LedgerRefused, match="最近一次复查"):
        ledger.act([number], "close", {"report": shas[0]}, "王五")
    with pytest.raises(LedgerRefused, match="须有依据"):
        ledger.act([number], "close", {}, "王五")
    path = tmp_path / "first.json"
    path.write_bytes(first)
    with pytest.raises(LedgerRefused, match="最近一次复查"):
        ledger.act([number], "close", {"report": ledger.report_named(str(path))}, "王五")
    for unknown in ("f" * 64, shas[0][:7], "%" * 8):
        with pytest.raises(LedgerRefused, match="没有这份报告"):
            ledger.report_named(unknown)
    by_hand = ledger.add(hand(), "张三").number
    verified_entry(ledger, by_hand)
    with pytest.raises(LedgerRefused, match="最近一次复查"):
        ledger.act([by_hand], "close", {"report": shas[0]}, "王五")


def without_line(number: int) -> Callable[[Any], None]:
    def change(made: Any) -> None:
        lines_of = finding(made, COMMUNITY)["checks"]
        lines_of[number]["subject"] |= {"id": "elsewhere", "name": {"zh": "别处", "en": "elsewhere"}}

    return change


def test_of_three_rows_one_mended_one_gone_and_one_left_the_one_gone_keeps_it_open(ledger: Ledger) -> None:
    """The second report is a step ahead, and the third settles it: but not what the first one asked."""
    rows = [n for n, line in enumerate(finding(base(), COMMUNITY)["checks"]) if line["subject"]["kind"] == "shortfall"]
    a, b, c = rows[:3]
    brought_in(ledger, report(DAYS[0], {COMMUNITY: {a: "fail", b: "fail", c: "fail"}}))
    brought_in(ledger, report(DAYS[1], {COMMUNITY: {c: "fail"}}, without_line(b)))
    assert results(ledger) == ["updated"]
    brought_in(ledger, report(DAYS[2], {COMMUNITY: "pass"}, without_line(b)))
    assert results(ledger) == ["incomparable"]
    assert "此前的报告" in json_of(entries_of(ledger)[0].recheck)["says"]["zh"]


def test_what_failed_once_and_was_asked_no_more_is_never_mended(ledger: Ledger) -> None:
    """The row is gone in the second report, and the third passes: the first report's question is still open."""
    rows = [n for n, line in enumerate(finding(base(), COMMUNITY)["checks"]) if line["subject"]["kind"] == "shortfall"]
    a, b = rows[:2]
    brought_in(ledger, report(DAYS[0], {COMMUNITY: {a: "fail", b: "fail"}}))
    brought_in(ledger, report(DAYS[1], {COMMUNITY: {b: "fail"}}, without_line(a)))
    brought_in(ledger, report(DAYS[2], {COMMUNITY: "pass"}, without_line(a)))
    assert results(ledger) == ["incomparable"]
    assert len(entries_of(ledger)) == 1


@pytest.mark.parametrize("outcome", ["unknown", "not_applicable"])
def test_what_is_not_conclusive_mends_nothing(ledger: Ledger, outcome: str) -> None:
    brought_in(ledger, report(DAYS[0], {COMMUNITY: "fail"}))
    brought_in(ledger, report(DAYS[1], {COMMUNITY: outcome}))
    assert results(ledger) == ["incomparable"]


def test_another_condition_is_another_question(ledger: Ledger) -> None:
    def change(made: Any) -> None:
        for item in made["items"]:
            if item["item"] == "B5.1":
                for check in item["checks"]:
                    check["condition"]["zh"] += "（改）"

    brought_in(ledger, report(DAYS[0], {COMMUNITY: "fail"}))
    brought_in(ledger, report(DAYS[1], {COMMUNITY: "pass"}, change))
    assert results(ledger) == ["incomparable"]


def test_a_renumbered_community_keeps_its_entry(ledger: Ledger) -> None:
    def renumber(made: Any) -> None:
        told = json.dumps(made, ensure_ascii=False).replace('"c0001"', '"c0777"').replace("community/c0001", "community/c0777")
        made.clear()
        made.update(json.loads(told))

    number = brought_in(ledger, report(DAYS[0], {COMMUNITY: "fail"})).opened[0].number

    def other_dossier(made: Any) -> None:
        renumber(made)
        made["provenance"]["dossier_sha256"] = "1" * 64

    done = brought_in(ledger, report(DAYS[1], {COMMUNITY: "fail"}, other_dossier))
    assert (done.opened, len(done.rechecked)) == ((), 1)
    brought_in(ledger, report(DAYS[2], {COMMUNITY: "pass"}, other_dossier))
    assert results(ledger) == ["resolved"]
    assert ledger.entry(number).state == "open"


def closed_by_report(ledger: Ledger) -> str:
    number = str(brought_in(ledger, report(DAYS[0], {COMMUNITY: "fail"})).opened[0].number)
    brought_in(ledger, report(DAYS[1], {COMMUNITY: "pass"}))
    verified_entry(ledger, number)
    ledger.act([number], "close", {"report": json_of(ledger.entry(number).recheck)["report"]["sha256"]}, "王五")
    return number


def test_what_fails_again_is_a_new_entry_linked_to_the_old(ledger: Ledger) -> None:
    number = closed_by_report(ledger)
    before = ledger.entry(number)
    (new,) = brought_in(ledger, report(DAYS[2], {COMMUNITY: "fail"})).opened
    assert (new.number, new.previous, new.state) == ("999901-2023-0002", number, "open")
    assert ledger.entry(number) == before
    # From now on the new one is followed.
    done = brought_in(ledger, report(DAYS[3], {COMMUNITY: "fail"}))
    assert (done.opened, [e.number for e in done.rechecked]) == ((), [new.number])
    sound(ledger)


def test_a_determination_stands_against_reports_of_its_day_and_before(ledger: Ledger) -> None:
    number = brought_in(ledger, report(DAYS[0], {COMMUNITY: "fail"})).opened[0].number
    verified_entry(ledger, number)
    ledger.act([number], "close", {"determination": {"office": "甲", "authority": "乙", "reason": "丙", "decided_on": DAYS[1]}}, "王五")
    done = brought_in(ledger, report(DAYS[1], {COMMUNITY: "fail"}))
    assert (done.opened, [e.number for e, _ in done.passed_over]) == ((), [number])
    done = brought_in(ledger, report(DAYS[2], {COMMUNITY: "fail"}))
    assert [e.previous for e in done.opened] == [number]


def test_by_hand_something_recurs_only_from_what_is_closed_and_only_once(ledger: Ledger) -> None:
    number = ledger.add(hand(), "张三").number
    with pytest.raises(LedgerRefused, match="尚未销号"):
        ledger.add(hand(previous=number), "张三")
    verified_entry(ledger, number)
    act_on(ledger, number, "close")
    with pytest.raises(LedgerRefused, match="另一地区"):
        ledger.add(hand(previous=number, area="999902"), "张三")
    assert ledger.add(hand(previous=number), "张三").previous == number
    with pytest.raises(LedgerRefused, match="已有复发登记 999901-2023-0002"):
        ledger.add(hand(previous=number), "张三")
    with pytest.raises(LedgerRefused, match="没有这一编号"):
        ledger.add(hand(previous="999901-2023-0099"), "张三")


def test_an_older_report_is_refused_one_of_the_same_day_is_not(ledger: Ledger) -> None:
    brought_in(ledger, report(DAYS[1], {COMMUNITY: "fail"}))
    with pytest.raises(LedgerRefused, match="早于"):
        brought_in(ledger, report(DAYS[0], {}))
    brought_in(ledger, report(DAYS[1], {COMMUNITY: "pass"}))
    assert results(ledger) == ["resolved"]

    def another_year(made: Any) -> None:
        made["area"]["plan_year"] = 2022

    assert brought_in(ledger, report(DAYS[0], {COMMUNITY: "fail"}, another_year)).opened[0].number == "999901-2022-0001"
    sound(ledger)


def test_where_the_old_report_can_no_longer_be_read_nothing_is_opened_twice(ledger: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
    brought_in(ledger, report(DAYS[0], {COMMUNITY: "fail"}))

    def unreadable(data: bytes, file: str) -> Any:
        raise ReportsRefused((Refusal(file, "older_version", Bilingual("旧", "old"), Bilingual("", "")),))

    monkeypatch.setattr(imports_module, "read_report", unreadable)
    done = brought_in(ledger, report(DAYS[1], {COMMUNITY: "fail"}))
    assert (done.opened, results(ledger)) == ((), ["incomparable"])
    monkeypatch.setattr(imports_module, "read_report", read_report)
    # What failed then is known again, and both reports have to be settled.
    brought_in(ledger, report(DAYS[2], {COMMUNITY: "pass"}))
    assert results(ledger) == ["resolved"]


def test_what_is_no_report_is_refused(ledger: Ledger) -> None:
    for data in (b"", b"{}", b"[]", b"PK\x03\x04", report(DAYS[0], {})[:-500]):
        with pytest.raises(ReportsRefused):
            brought_in(ledger, data)
    assert ledger.head().startswith("1:")


def test_numbers_of_five_digits_follow_those_of_four() -> None:
    assert [number_of("999901", 2023, n) for n in (9999, 10000)] == ["999901-2023-9999", "999901-2023-10000"]


# -- edits are found -------------------------------------------------------------------------------------------

EDITS: dict[str, tuple[list[str], str]] = {
    "payload": (["UPDATE ledger_event SET payload = '{\"text\":\"改\"}' WHERE seq = 4"], "事件 4：内容与其哈希不符"),
    "actor": (["UPDATE ledger_event SET actor = '赵六' WHERE seq = 3"], "事件 3：内容与其哈希不符"),
    "time": (["UPDATE ledger_event SET time = '2020-01-01T00:00:00.000000Z' WHERE seq = 2"], "事件 2：内容与其哈希不符"),
    "deleted": (["DELETE FROM ledger_event WHERE seq = 4"], "事件 5：序号不连续"),
    "deleted and closed up": (["DELETE FROM ledger_event WHERE seq = 4", "UPDATE ledger_event SET seq = 4 WHERE seq = 5", "UPDATE ledger_event SET seq = 5 WHERE seq = 6"], "事件 4：所记上一事件"),
    "swapped": (["UPDATE ledger_event SET seq = 99 WHERE seq = 4", "UPDATE ledger_event SET seq = 4 WHERE seq = 5", "UPDATE ledger_event SET seq = 5 WHERE seq = 99"], "事件 4：所记上一事件"),
    "inserted": (["INSERT INTO ledger_event SELECT 90, time, actor, act, entry, payload, prev, 'x' FROM ledger_event WHERE seq = 4"], "事件 90：序号不连续"),
    "state": (["UPDATE ledger_entry SET state = 'closed' WHERE serial = 1"], "0001：“state”与其事件不符"),
    "deadline": (["UPDATE ledger_entry SET deadline = '2030-01-01' WHERE serial = 1"], "“deadline”与其事件不符：应为 \"2024-06-30\""),
    "entry removed": (["DELETE FROM ledger_entry WHERE serial = 2"], "0002：条目被删除，事件仍在"),
    "entry removed with what tells of it": (["DELETE FROM ledger_entry WHERE serial = 1", "DELETE FROM ledger_event WHERE entry = '999901-2023-0001'"], "事件 6：序号不连续"),
    "entry written": (["INSERT INTO ledger_entry (number, area, area_name, year, serial, state, source, found_by, text, deadline_suggested, origin, returns, extensions, opened_at, updated_at, last_seq) "
                       "SELECT '999901-2023-0003', area, area_name, year, 3, state, source, found_by, text, deadline_suggested, origin, 0, 0, opened_at, updated_at, 9 FROM ledger_entry WHERE serial = 1"],
                      "0003：没有任何事件说明其由来"),
}  # fmt: skip
GUARDED = [("ledger_event", "update"), ("ledger_event", "delete"), ("ledger_report", "update"), ("ledger_report", "delete"), ("ledger_entry", "delete")]


def unguarded(ledger: Ledger, statements: list[str]) -> None:
    """As somebody who may do anything in the database; the protection stands again afterwards."""
    if ledger.engine.dialect.name == "sqlite":
        connection = sqlite3.connect(ledger.url.database or "")
        triggers = connection.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'").fetchall()
        for name, _ in triggers:
            connection.execute(f"DROP TRIGGER {name}")
        for statement in statements:
            connection.execute(statement)
        for _, sql in triggers:
            connection.execute(sql)
        connection.commit()
        connection.close()
        return
    with ledger.engine.begin() as connected:
        connected.exec_driver_sql("SET session_replication_role = replica")
        for statement in statements:
            connected.exec_driver_sql(statement)
        connected.exec_driver_sql("SET session_replication_role = origin")


@pytest.fixture
def filled(ledger: Ledger) -> Ledger:
    """Two entries, six events."""
    number = ledger.add(hand(), "张三").number
    act_on(ledger, number, "assign", "start", "submit")
    ledger.add(hand(), "张三")
    return ledger


@pytest.mark.parametrize("edit", EDITS)
def test_any_edit_is_found_and_its_place_named(filled: Ledger, edit: str) -> None:
    sound(filled)
    statements, said = EDITS[edit]
    unguarded(filled, statements)
    problems = verify(filled).problems
    assert said in problems[0].line()
    assert problems[0].line("en")


def test_a_rewritten_chain_and_a_missing_end_are_seen_only_by_a_head_kept_elsewhere(filled: Ledger) -> None:
    kept = filled.head()
    assert verify(filled, kept).since == 0
    act_on(filled, "999901-2023-0002", "note")
    for head in (kept, kept.partition(":")[2], kept.upper()):
        found = verify(filled, head)
        assert (found.since, found.problems) == (1, ())
    wrong = f"5:{kept.partition(':')[2]}"
    assert "另存的链尾" in verify(filled, wrong).problems[0].line()
    unguarded(filled, ["DELETE FROM ledger_event WHERE seq = 7", "UPDATE ledger_entry SET last_seq = 6, updated_at = opened_at WHERE serial = 2"])
    assert verify(filled, kept).problems == ()
    longer = f"7:{'0' * 64}"
    assert "另存的链尾" in verify(filled, longer).problems[0].line()


def test_a_forged_event_that_hashes_well_is_still_no_lawful_act(filled: Ledger) -> None:
    """Whoever computes the hashes anew cannot close what nobody verified."""
    count, _, last = filled.head().partition(":")
    event = sealed(int(count) + 1, now(), "赵六", "close", "999901-2023-0001", _any_payload("close"), last)
    with filled.engine.begin() as connection:
        connection.execute(text("INSERT INTO ledger_event VALUES (:seq, :time, :actor, :act, :entry, :payload, :prev, :hash)"), {n: getattr(event, n) for n in event.__dataclass_fields__})
        connection.execute(text("UPDATE ledger_entry SET state = 'closed' WHERE serial = 1"))
    assert "不是按规程办理的" in verify(filled).problems[0].line()


def test_an_altered_report_is_found(ledger: Ledger) -> None:
    brought_in(ledger, report(DAYS[0], {COMMUNITY: "fail"}))
    sound(ledger)
    unguarded(ledger, ["UPDATE ledger_report SET as_of = '2023-01-01'"])
    assert "与其导入事件不符" in verify(ledger).problems[0].line()
    unguarded(ledger, [f"UPDATE ledger_report SET as_of = '{DAYS[0]}', content = '789c'"])
    assert "内容被改动" in verify(ledger).problems[0].line()
    unguarded(ledger, ["DELETE FROM ledger_report"])
    assert "不在台账中" in verify(ledger).problems[0].line()


@pytest.mark.parametrize(("table", "verb"), GUARDED)
def test_the_database_itself_refuses_to_change_what_was_recorded(filled: Ledger, table: str, verb: str) -> None:
    brought_in(filled, report(DAYS[0], {}))
    column = {"ledger_event": "actor", "ledger_report": "area"}.get(table, "text")
    statement = f"DELETE FROM {table}" if verb == "delete" else f"UPDATE {table} SET {column} = 'x'"
    with pytest.raises(Exception, match="append-only"), filled.engine.begin() as connection:
        connection.exec_driver_sql(statement)
    if filled.engine.dialect.name == "postgresql":
        with pytest.raises(Exception, match="append-only"), filled.engine.begin() as connection:
            connection.exec_driver_sql(f"TRUNCATE {table} CASCADE")
    sound(filled)


def test_protection_that_was_removed_is_told(filled: Ledger) -> None:
    on = " ON ledger_event" if filled.engine.dialect.name == "postgresql" else ""
    with filled.engine.begin() as connection:
        connection.exec_driver_sql(f"DROP TRIGGER ledger_event_no_update{on}")
    assert [p.where for p in verify(filled).problems] == ["ledger_event_no_update"]


@given(st.lists(st.text(max_size=5), min_size=2, max_size=12), st.data())
def test_no_change_of_a_chain_goes_unseen(texts: list[str], data: st.DataObject) -> None:
    events = []
    prev = FIRST
    for seq, said in enumerate(texts, 1):
        events.append(sealed(seq, now(), "甲", "note", None, {"text": said}, prev))
        prev = events[-1].hash
    assert not list(broken(events))
    one = data.draw(st.integers(0, len(events) - 1))
    kind = data.draw(st.sampled_from(["edit", "edit and hash", "remove", "swap", "repeat"]))
    altered = list(events)
    if kind.startswith("edit"):
        altered[one] = replace(events[one], payload=events[one].payload + " ")
        if kind == "edit and hash":
            altered[one] = replace(altered[one], hash=digest(altered[one]))
            altered.append(sealed(len(events) + 1, now(), "甲", "note", None, {}, prev))
    elif kind == "remove":
        one = min(one, len(events) - 2)  # the end cannot be seen to be missing
        del altered[one]
    elif kind == "swap":
        one = min(one, len(events) - 2)
        altered[one], altered[one + 1] = altered[one + 1], altered[one]
    else:
        altered.insert(one, events[one])
    assert list(broken(altered))


# -- opening ---------------------------------------------------------------------------------------------------


def test_a_ledger_is_founded_only_when_asked(where: str) -> None:
    with pytest.raises(LedgerRefused, match="没有台账"):
        open_ledger(where)
    said: list[str] = []
    with open_ledger(where, create=True, say=lambda words: said.append(words.zh)):
        assert "新建台账" in said[0]
    with open_ledger(where) as opened:
        assert opened.head().startswith("1:")
    assert len(said) == 1


def test_two_ledgers_have_different_chains(tmp_path: Path) -> None:
    heads = {open_ledger(str(tmp_path / name), create=True).head() for name in "ab"}
    assert len(heads) == 2


def test_an_older_ledger_is_brought_up_with_what_is_in_it(where: str) -> None:
    """A ledger as the first revision left it: entries without a project."""
    from compliance.rectify.ledger.place import engine_of, place_of

    engine = engine_of(place_of(where))
    opening = {
        **hand(), "source": "report", "serial": 1, "subject_kind": "project", "subject_id": "p003", "project": "p003", "title": "质量安全", "origin": {},
        "seen": {"report": "0" * 64, "finding": "B9.1/project/p003"}, "as_of": DAYS[0],
    }  # fmt: skip
    founded = sealed(1, now(), "甲", "found", None, {"ledger": "x"}, FIRST)
    told = sealed(2, now(), "甲", "open", "999901-2023-0001", opening, founded.hash)
    entry = follow(None, told)
    with engine.execution_options(writing=True).connect() as connection, connection.begin():
        upgrade(connection, "0001")
        row = {name: value for name, value in row_of(entry).items() if name != "project"}
        connection.execute(text(f"INSERT INTO ledger_entry ({', '.join(row)}) VALUES ({', '.join(':' + n for n in row)})"), row)
        for event in (founded, told):
            values = {n: getattr(event, n) for n in event.__dataclass_fields__}
            connection.execute(text(f"INSERT INTO ledger_event ({', '.join(values)}) VALUES ({', '.join(':' + n for n in values)})"), values)
    engine.dispose()
    said: list[str] = []
    with open_ledger(where, say=lambda words: said.append(words.zh)) as opened:
        assert f"0001 版结构，升级为 {HEAD} 版" in said[0]
        assert opened.entry(entry.number) == entry
        assert [line.number for line in lines(opened, Filter(projects=["p003"]), TODAY)] == [entry.number]
        sound(opened)
        act_on(opened, entry.number, "assign")
    with open_ledger(where, say=lambda words: said.append(words.zh)):
        assert len(said) == 1


def test_the_steps_lead_to_the_very_tables_that_the_program_uses(ledger: Ledger) -> None:
    from alembic.autogenerate import compare_metadata
    from alembic.migration import MigrationContext

    with ledger.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"version_table": VERSION_TABLE, "compare_type": True})
        assert compare_metadata(context, Base.metadata) == []


def test_a_ledger_of_a_later_program_is_left_alone(where: str) -> None:
    with open_ledger(where, create=True) as opened, opened.engine.begin() as connection:
        connection.exec_driver_sql(f"UPDATE {VERSION_TABLE} SET version_num = '9999'")
    with pytest.raises(LedgerRefused, match="请升级程序"):
        open_ledger(where, create=True)


def test_what_is_no_ledger_is_refused_and_not_touched(tmp_path: Path) -> None:
    other = tmp_path / "other.db"
    connection = sqlite3.connect(other)
    connection.execute("CREATE TABLE t (a)")
    connection.commit()
    connection.close()
    before = other.read_bytes()
    with pytest.raises(LedgerRefused, match="别的数据库"):
        open_ledger(str(other), create=True)
    assert other.read_bytes() == before
    text_file = tmp_path / "notes.txt"
    text_file.write_text("不是数据库" * 200, "utf-8")
    with pytest.raises(LedgerDamaged, match="不是台账"):
        open_ledger(str(text_file), create=True)
    for place in ("mysql://a/b", "sqlite://", "sqlite:///:memory:", "://"):
        with pytest.raises(LedgerRefused, match="postgresql"):
            open_ledger(place, create=True)
    with pytest.raises(LedgerUnavailable, match="无法打开"):
        open_ledger(str(tmp_path / "no" / "folder.db"), create=True)


def test_a_password_is_never_told() -> None:
    with pytest.raises(LedgerUnavailable) as error:
        open_ledger("postgresql://user:geheim@127.0.0.1:1/x", create=True)
    assert "geheim" not in str(error.value)


def test_a_postgresql_database_in_another_encoding_or_with_such_tables_is_refused() -> None:
    server = ledgers.server()
    with pytest.raises(LedgerRefused, match="UTF8"):
        open_ledger(server.database("SQL_ASCII"), create=True)
    url = server.database()
    import psycopg

    with psycopg.connect(url.replace("+psycopg", "")) as connection:
        connection.execute("CREATE TABLE ledger_entry (a int)")
    with pytest.raises(LedgerRefused, match="同名的表"):
        open_ledger(url, create=True)
