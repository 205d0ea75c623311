"""The ledger as an OSCAL plan of action: valid, every entry and event in it, the status of its state."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from click.testing import CliRunner
from ledgers import act_on, entries_of, hand, report
from oscal_schema import by_metaschema, by_schema
from rectifying import base

from compliance.cli import cli
from compliance.rectify.ledger import Ledger, open_ledger
from compliance.render.ledger_poam import STATUSES, plan
from compliance.render.oscal import Namer
from compliance.schemas.ledger import STATES

Json = dict[str, Any]
ACTS = ("assign", "start", "submit", "verify", "close")


def rendered(ledger: Ledger, lang: str = "zh", late: int = 0) -> bytes:
    whole = [(entry, ledger.events(entry.number), late) for entry in entries_of(ledger)]
    return plan(whole, ledger.head(), "2024-07-01", lang)


def read(data: bytes) -> Json:
    assert by_schema(data) == []
    return json.loads(data)["plan-of-action-and-milestones"]  # type: ignore[no-any-return]


def told(part: Json, name: str) -> list[str]:
    return [prop["value"] for prop in part.get("props", ()) if prop["name"] == name]


@pytest.fixture
def ledger(tmp_path: Path) -> Ledger:
    """An entry in every state, and one from a report."""
    made = open_ledger(str(tmp_path / "l.db"), create=True)
    for number in range(len(STATES)):
        entry = made.add(hand(text=f"问题{number} <b>[x](y)"), "张三")
        act_on(made, entry.number, *ACTS[:number])
    ident = next(f["id"] for f in base()["findings"] if f["outcome"] == "pass")
    made.import_report(report("2024-03-01", {ident: "fail"}), "r.json", "张三", date(2024, 3, 2))
    return made


def test_every_state_has_its_status_and_every_event_its_place_in_the_log(ledger: Ledger) -> None:
    document = read(rendered(ledger))
    entries = entries_of(ledger)
    assert {entry.state for entry in entries} == set(STATES)
    risks = {risk["uuid"]: risk for risk in document["risks"]}
    assert [told(item, "entry")[0] for item in document["poam-items"]] == [entry.number for entry in entries]
    for entry, item in zip(entries, document["poam-items"], strict=True):
        (risk,) = (risks[r["risk-uuid"]] for r in item["related-risks"])
        assert risk["status"] == STATUSES[entry.state]
        events = ledger.events(entry.number)
        log = risk["risk-log"]["entries"]
        assert [(told(e, "seq"), told(e, "hash"), told(e, "previous-hash"), e["start"]) for e in log] == [
            ([str(e.seq)], [e.hash], [e.prev], e.time) for e in events
        ]
        assert [e["status-change"] for e in log if "status-change" in e][-1] == risk["status"]
        assert ("deadline" in risk) == (entry.deadline is not None and not entry.deadline_suggested)
        assert told(item, "suggested-deadline") == ([entry.deadline] if entry.deadline_suggested else [])
        lifecycles = {r["lifecycle"] for r in risk.get("remediations", ())}
        assert ("completed" in lifecycles) == (entry.state == "closed")
    assert "&lt;b&gt;" in document["poam-items"][0]["description"]


def test_an_entry_of_a_report_leads_back_to_its_finding_and_subject(ledger: Ledger) -> None:
    (entry,) = [entry for entry in entries_of(ledger) if entry.source == "report"]
    document = read(rendered(ledger))
    observation = document["observations"][-1]
    assert told(observation, "finding-id") == [json.loads(entry.origin)["finding"]]
    assert observation["methods"] == ["EXAMINE"]
    assert {o["methods"][0] for o in document["observations"][:-1]} == {"UNKNOWN"}
    subject = Namer("area", entry.area, str(entry.year))(f"subject/{entry.subject_kind}/{entry.subject_id}")
    assert [s["subject-uuid"] for s in observation["subjects"]] == [subject]
    assert [i["uuid"] for i in document["local-definitions"]["inventory-items"]] == [subject]


def test_identifiers_are_used_once_and_stay_when_the_ledger_goes_on(ledger: Ledger) -> None:
    before = read(rendered(ledger))
    ids = [part["uuid"] for name in ("poam-items", "risks", "observations") for part in before[name]]
    ids += [e["uuid"] for risk in before["risks"] for e in risk["risk-log"]["entries"]]
    assert len(ids) == len(set(ids))
    assert {UUID(one).version for one in ids} == {5}
    act_on(ledger, entries_of(ledger)[0].number, "assign")
    after = read(rendered(ledger))
    assert before["uuid"] != after["uuid"]
    for name in ("poam-items", "risks"):
        assert [part["uuid"] for part in before[name]] == [part["uuid"] for part in after[name]]


def test_the_same_ledger_gives_the_same_bytes_in_both_languages(ledger: Ledger) -> None:
    assert rendered(ledger) == rendered(ledger)
    english = read(rendered(ledger, "en", late=3))
    assert "(closed)" in english["poam-items"][len(STATES) - 1]["title"]
    assert told(english["poam-items"][0], "days-overdue") == ["3"]


@pytest.mark.soak
def test_the_metaschema_is_satisfied(ledger: Ledger) -> None:
    assert by_metaschema(rendered(ledger)) == []


def test_the_command_writes_all_entries_or_those_asked_for(ledger: Ledger, tmp_path: Path) -> None:
    where = ["--db", str(tmp_path / "l.db"), "--on", "2024-07-01"]
    out = tmp_path / "poam.json"
    done = CliRunner().invoke(cli, ["ledger", "export", str(out), "--format", "oscal_poam", *where])
    assert done.exit_code == 0, done.output
    assert out.read_bytes() != rendered(ledger), "days overdue are counted"
    items = read(out.read_bytes())["poam-items"]
    assert len(items) == len(entries_of(ledger))
    assert any(told(item, "days-overdue") for item in items)
    done = CliRunner().invoke(cli, ["ledger", "export", str(out), "--format", "oscal_poam", "--state", "closed", *where])
    assert done.exit_code == 0, done.output
    assert [told(item, "state") for item in read(out.read_bytes())["poam-items"]] == [["closed"]]
    done = CliRunner().invoke(cli, ["ledger", "export", str(out), "--format", "oscal_poam", "--item", "B1.9", *where])
    assert done.exit_code == 0, done.output
    (nothing,) = read(out.read_bytes())["poam-items"]
    assert "没有" in nothing["title"]
