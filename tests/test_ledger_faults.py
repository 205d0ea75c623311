"""What happens to a ledger when many write at once, when a writer is killed, and when the disk is full."""

from __future__ import annotations

import os
import resource
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import date
from pathlib import Path
from random import Random

import ledgers
import pytest
from ledgers import COMMUNITY, DAYS, act_on, entries_of, forked, hand, report
from sqlalchemy import event

from compliance.rectify.ledger import Ledger, LedgerUnavailable, open_ledger, verify


@pytest.fixture(params=ledgers.KINDS)
def where(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    return ledgers.place(request.param, tmp_path)


@pytest.fixture
def ledger(where: str) -> Iterator[Ledger]:
    with open_ledger(where, create=True) as opened:
        yield opened
        opened.engine.dispose()


def ended(children: list[int]) -> list[int]:
    return [os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) for child in children]


# -- many at once ----------------------------------------------------------------------------------------------

WRITERS, EACH = 4, 6


def test_several_processes_found_it_and_write_at_once_and_nothing_is_lost(where: str) -> None:
    data = report(DAYS[0], {COMMUNITY: "fail", "B5.1/community/c0002": "fail"})

    def write(writer: int) -> Callable[[], None]:
        def run() -> None:
            with open_ledger(where, create=True) as opened:
                for number in range(EACH):
                    entry = opened.add(hand(text=f"第{writer}人第{number}件", area=f"99990{number % 2 + 1}"), f"第{writer}人")
                    act_on(opened, entry.number, "assign", "start")
                opened.import_report(data, "r.json", f"第{writer}人", date(2024, 4, 1))

        return run

    assert ended([forked(write(writer)) for writer in range(WRITERS)]) == [0] * WRITERS
    with open_ledger(where) as opened:
        found = verify(opened)
        assert found.problems == ()
        entries = entries_of(opened)
        by_hand = [e for e in entries if e.source == "hand"]
        assert sorted(e.text for e in by_hand) == sorted(f"第{w}人第{n}件" for w in range(WRITERS) for n in range(EACH))
        assert {e.state for e in by_hand} == {"in_progress"}
        # The same report by all of them: once.
        assert len(entries) == WRITERS * EACH + 2
        assert len({e.number for e in entries}) == len(entries)
        assert found.events == 1 + WRITERS * EACH * 3 + 2 + 1


def test_of_two_who_do_the_same_act_at_once_one_is_refused(ledger: Ledger, where: str) -> None:
    number = ledger.add(hand(), "张三").number
    act_on(ledger, number, "assign", "start")

    def submit() -> None:
        with open_ledger(where) as opened:
            act_on(opened, number, "submit")

    codes = ended([forked(submit) for _ in range(3)])
    assert sorted(codes) == [0, 1, 1]
    assert verify(ledger).problems == ()


def test_who_waits_too_long_is_told_so_and_readers_do_not_wait(ledger: Ledger, where: str) -> None:
    number = ledger.add(hand(), "张三").number
    held, done = threading.Event(), threading.Event()

    def hold() -> None:
        with open_ledger(where) as other, other._writing("赵六"):
            held.set()
            done.wait(30)

    holder = threading.Thread(target=hold)
    holder.start()
    try:
        assert held.wait(30)
        with open_ledger(where, patience=1) as impatient:
            assert impatient.entry(number).state == "open"
            with pytest.raises(LedgerUnavailable, match="等候超时"):
                act_on(impatient, number, "assign")
    finally:
        done.set()
        holder.join()
    act_on(ledger, number, "assign")
    assert verify(ledger).problems == ()


# -- killed ----------------------------------------------------------------------------------------------------


def killed_at(where: str, statement: int, run: Callable[[Ledger], object]) -> bool:
    """Run in a process that dies by kill −9 before a statement or commit, counted; whether it came that far."""

    def act() -> None:
        with open_ledger(where) as opened:
            count = 0

            def step(*_: object) -> None:
                nonlocal count
                if count == statement:
                    os.kill(os.getpid(), signal.SIGKILL)
                count += 1

            event.listen(opened.engine, "before_cursor_execute", step)
            event.listen(opened.engine, "commit", step)
            run(opened)

    (code,) = ended([forked(act)])
    assert code in (0, -signal.SIGKILL)
    return code != 0


def test_killed_at_any_step_of_an_act_or_an_import_nothing_is_half_written(ledger: Ledger, where: str) -> None:
    number = ledger.add(hand(), "张三").number
    brought = report(DAYS[0], {COMMUNITY: "fail"})
    ledger.import_report(brought, "r.json", "张三", date(2024, 4, 1))
    ledger.engine.dispose()
    again = report(DAYS[1], {COMMUNITY: "fail", "B5.1/community/c0002": "fail"})
    for run in (
        lambda opened: act_on(opened, number, "note"),
        lambda opened: opened.add(hand(text="又一处"), "张三"),
        lambda opened: opened.import_report(again, "r.json", "张三", date(2024, 7, 1)),
    ):
        before, statement = ledger.head(), 0
        while killed_at(where, statement, run):
            found = verify(ledger)
            assert found.problems == ()
            assert found.head == before
            statement += 1
        assert statement >= 5
        assert verify(ledger, before).problems == ()
        assert ledger.head() != before
    assert [e.serial for e in entries_of(ledger)] == [1, 2, 3, 4]


def test_killed_at_any_moment_what_was_acknowledged_is_there(ledger: Ledger, where: str) -> None:
    ledger.engine.dispose()
    rng, acknowledged = Random(7), 0
    for _ in range(6):
        reading, writing = os.pipe()

        def write(out: int = writing) -> None:
            with open_ledger(where) as opened:
                while True:
                    os.write(out, f"{opened.add(hand(), '张三').number}\n".encode())

        child = forked(write)
        os.close(writing)
        first = os.read(reading, 18)  # the first is written: from now on at any moment
        time.sleep(rng.random() / 10)
        os.kill(child, signal.SIGKILL)
        assert ended([child]) == [-signal.SIGKILL]
        told = first
        while more := os.read(reading, 65536):
            told += more
        os.close(reading)
        numbers = told.decode().split()
        acknowledged += len(numbers)
        there = {e.number for e in entries_of(ledger)}
        assert set(numbers) <= there
        found = verify(ledger)
        assert found.problems == ()
        assert found.entries == len(there) == found.events - 1
    # No more than one a round was written and not acknowledged.
    assert acknowledged <= len(there) <= acknowledged + 6


def test_killed_while_it_is_founded_it_can_be_founded_again(where: str) -> None:
    statement, came_so_far = 0, True
    while came_so_far:

        def found(at: int = statement) -> None:
            count = 0

            def step(*_: object) -> None:
                nonlocal count
                if count == at:
                    os.kill(os.getpid(), signal.SIGKILL)
                count += 1

            from sqlalchemy import Engine

            event.listen(Engine, "before_cursor_execute", step)
            event.listen(Engine, "commit", step)
            open_ledger(where, create=True)

        (code,) = ended([forked(found)])
        came_so_far = code != 0
        statement += 5  # every fifth step: there are many
    assert statement > 20
    with open_ledger(where) as opened:
        assert verify(opened).problems == ()
        assert opened.head().startswith("1:")


def test_the_server_falls_and_what_was_acknowledged_is_there() -> None:
    own = ledgers.Server(ledgers.server().binaries)
    try:
        where = own.database()
        with open_ledger(where, create=True) as opened:
            numbers = []

            def write() -> None:
                with suppress(LedgerUnavailable):
                    while True:
                        numbers.append(opened.add(hand(), "张三").number)

            writer = threading.Thread(target=write)
            writer.start()
            while len(numbers) < 5:
                time.sleep(0.01)
            own.crash()
            writer.join(60)
        own.start()
        with open_ledger(where) as opened:
            found = verify(opened)
            assert found.problems == ()
            assert {e.number for e in entries_of(opened)} >= set(numbers)
    finally:
        own.remove()


# -- no room ---------------------------------------------------------------------------------------------------


def test_when_the_database_may_not_grow_it_says_so_and_stands(tmp_path: Path) -> None:
    with open_ledger(str(tmp_path / "l.db"), create=True) as opened:
        number = opened.add(hand(), "张三").number

        def limited(connection: object, _: object) -> None:
            connection.execute("PRAGMA max_page_count = 60")  # type: ignore[attr-defined]

        opened.engine.dispose()
        event.listen(opened.engine, "connect", limited)
        fill(opened, number)


def fill(opened: Ledger, number: str) -> int:
    """Write until there is no room; how many acts that took."""
    done, said = 0, ""
    while not said:
        try:
            opened.act([number], "note", {"text": "记" * 4000}, "张三")
            done += 1
        except LedgerUnavailable as error:
            said = str(error)
    assert "磁盘空间不足或写入失败" in said
    assert "台账未作改动" in said
    found = verify(opened)
    assert found.problems == ()
    assert found.events == done + 2
    assert done > 2
    return done


def test_when_the_disk_is_full_it_says_so_and_goes_on_when_there_is_room(tmp_path: Path) -> None:
    where = str(tmp_path / "l.db")
    with open_ledger(where, create=True) as opened:
        number = opened.add(hand(), "张三").number

    def write() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (300_000, 300_000))
        with open_ledger(where) as opened:
            fill(opened, number)

    assert ended([forked(write)]) == [0]
    with open_ledger(where) as opened:
        before = opened.head()
        opened.act([number], "note", {"text": "记" * 4000}, "张三")
        found = verify(opened, before)
        assert (found.problems, found.since) == ((), 1)


