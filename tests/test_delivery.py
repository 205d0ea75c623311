"""The record of one delivery: plain JSON, bounded, the same whatever the order of the entries; nothing missing is zero."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from compliance.delivery import HASHES, ROUNDS, record
from compliance.likeness import plain_key
from compliance.schemas.dossier import Dossier
from fixtures.builder.generator import generate


def dossier(**fields: Any) -> Dossier:
    head = {"schema_version": "1.0", "dossier_id": "d", "area_code": "999901", "area_name": "示例县"}
    return Dossier.model_validate(head | {"area_level": "county", "plan_year": 2023, "fictional": True} | fields)


def test_it_can_be_written_as_json_and_read_again() -> None:
    data = generate(12, 3).dossier
    made = record(Dossier.model_validate(data))
    assert json.loads(json.dumps(made)) == made
    assert len(made["communities"]) == made["entries"]["communities"] == len(data["communities"])
    assert made["reported"]["communities.name"] == len(data["communities"])


def test_what_is_not_reported_is_null_and_not_counted() -> None:
    made = record(dossier(communities=[{"community_id": "c", "name": "甲", "households": 0}]))
    (community,) = made["communities"]
    assert (community["households"], community["buildings"], community["street_key"]) == (0, None, None)
    assert made["reported"].get("communities.households") == 1
    assert "communities.buildings" not in made["reported"]
    assert "communities.buildings" not in made["sums"]


def test_it_is_bounded_and_says_what_was_left_out() -> None:
    many = [{"att_id": f"a{i}", "doc_type": "ballot", "sha256": f"{i:064x}"} for i in range(HASHES + 3)]
    votes = [{"total_owners": i, "evidence": [{"attachment": a["att_id"]} for a in many]} for i in range(ROUNDS + 2)]
    made = record(dossier(attachments=many, communities=[{"community_id": "c", "name": "甲", "votes": votes}]))
    (community,) = made["communities"]
    assert (len(community["attachments"]), len(community["votes"])) == (HASHES, ROUNDS)
    assert made["cut"] == {"rounds": 2, "attachments": 3}


@given(st.randoms(use_true_random=False))
def test_the_order_of_the_entries_changes_only_the_order_of_the_communities(random: Any) -> None:
    data = generate(5, 1).dossier
    straight = record(Dossier.model_validate(data))
    mixed = data | {name: random.sample(value, len(value)) for name, value in data.items() if isinstance(value, list)}
    other = record(Dossier.model_validate(mixed))
    by_id = lambda made: sorted(made["communities"], key=lambda c: c["id"])  # noqa: E731
    assert by_id(other) == by_id(straight)
    assert (other["sums"], other["reported"], other["entries"]) == (straight["sums"], straight["reported"], straight["entries"])


def test_ways_of_writing_a_name_have_one_key_and_different_names_do_not() -> None:
    assert len({plain_key(t) for t in ("翠竹小区 一期", "翠竹小区(1期)", "翠竹小区（１期）", "翠竹小区-一期")}) == 1
    assert len({plain_key(t) for t in ("翠竹小区一期", "翠竹小区二期", "翠竹花园一期", "青竹小区一期")}) == 4
    assert plain_key("红旗三村") == plain_key("红旗3村") != plain_key("红旗十三村")


@given(st.text())
def test_a_key_has_itself_as_key_but_for_the_words_at_its_end(text: str) -> None:
    key = plain_key(text)
    assert plain_key(key) == key or key.endswith("小区")
