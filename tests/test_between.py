"""Doubts between dossiers: each is noticed where it is planted and nowhere else, whatever the order; nothing in pairs."""

from __future__ import annotations

import gzip
import json
import tempfile
from collections import Counter
from collections.abc import Callable, Iterable
from copy import deepcopy
from dataclasses import replace
from decimal import Decimal
from hashlib import sha256
from pathlib import Path
from random import Random
from typing import Any

import orjson
import pytest
from click.testing import CliRunner, Result
from hypothesis import given, settings
from hypothesis import strategies as st
from mutation import Tried, _around, outcome, survivors

from compliance.between import doubts, load_checks, load_numbers
from compliance.between.decide import decided
from compliance.between.index import Index
from compliance.cases import outcome_of_case, run_cases
from compliance.cli import cli
from compliance.delivery import record
from compliance.schemas.dossier import Dossier
from compliance.schemas.outcomes import Code
from compliance.soundness import load_checks as load_within
from fixtures.builder.generator import generate

LAW = load_checks()
DAY = "2024-03-31"
Record = dict[str, Any]
HASH = "{:064x}".format
TRIED = {
    check.id: Tried(
        check.id,
        check,
        tuple(case for case in item.spec.cases if case.check == check.name),
        _around(check, item.checks, item.spec.cases, LAW),
    )
    for item in LAW.items
    for check in item.checks
}


def community(number: int, **fields: Any) -> dict[str, Any]:
    return {
        "community_id": f"c{number}", "name": f"幸福{number}里小区", "subdistrict": f"第{number}街道",
        "residential_community": f"第{number}社区", "buildings": 4, "households": 100 + number,
        "floor_area_m2": f"{8000 + number}", "built_on": "1996",
    } | fields  # fmt: skip


def delivery(
    ident: str = "d1", code: str = "999901", year: int = 2023, line: int | None = 1, *, communities: Any = None, **more: Any
) -> Record:
    """A record of a county that has these communities in the year's plan; each line is a file of its own."""
    found = [community(n) for n in range(12)] if communities is None else communities
    plan = {"plan_id": "p", "year": year, "community_ids": [c["community_id"] for c in found]}
    data = {
        "schema_version": "1.0", "dossier_id": ident, "area_code": code, "area_name": f"示例县{code}",
        "area_level": "county", "plan_year": year, "fictional": True, "data_as_of": f"{year + 1}-03-31",
        "communities": found, "plans": [plan | {"planned_investment_10k": 20 * len(found)}],
    } | more  # fmt: skip
    made = record(Dossier.model_validate(data))
    digest = sha256(repr((ident, code, year, line)).encode()).hexdigest()
    return {"source": "feed.jsonl", "line": line, "sha256": digest} | made


def looked(now: Iterable[Record], before: Iterable[Record] | None = None) -> list[dict[str, Any]]:
    with tempfile.TemporaryDirectory() as folder:
        earlier = None if before is None else map(orjson.dumps, before)
        found = list(doubts(map(orjson.dumps, now), earlier, Path(folder), as_of=DAY))
        assert not list(Path(folder).iterdir())
    assert json.loads(json.dumps(found)) == found
    return found


def counted(found: Iterable[dict[str, Any]]) -> dict[str, int]:
    """Check → doubts, those told once by how many they are."""
    counts = Counter[str]()
    for one in found:
        counts[f"{one['item']}.{one['check']}"] += one.get("doubtful", 1)
    return dict(counts)


# -- the rulebook ---------------------------------------------------------------------------------------------


def test_items_have_ids_that_no_check_within_a_dossier_has() -> None:
    assert {item.id for item in LAW.items} == {f"DQ{n}" for n in range(31, 44)}
    assert not {item.id for item in LAW.items} & {item.id for item in load_within().items}


@pytest.mark.parametrize("ident", TRIED)
def test_every_case_comes_out_as_written_by_the_engine_and_by_the_oracle(ident: str) -> None:
    one = TRIED[ident]
    for case in one.cases:
        found, _ = outcome_of_case(one.check, case, LAW)
        assert (found, outcome(one.check, case, LAW.kinds, LAW)) == (case.outcome, case.outcome), case
    assert not list(run_cases(LAW))


def test_the_cases_notice_every_small_mistake() -> None:
    found = [survivors(one) for one in TRIED.values()]
    assert sum(number for number, _ in found) >= 500
    assert [said for _, left in found for said in left] == []


def test_every_number_has_a_value_with_its_source() -> None:
    numbers = load_numbers()
    assert numbers.settings.keys() == LAW.parameters.keys()
    assert all(s.source.document and s.source.section for s in numbers.settings.values())


@pytest.mark.parametrize("name", ["DQ31", "DQ43", "DQ", "DQ1"])
def test_each_is_explained_in_both_languages(name: str) -> None:
    for lang in ("zh", "en"):
        done = CliRunner().invoke(cli, ["explain", name, "--lang", lang])
        assert done.exit_code == 0, done.output
        assert name in done.output


# -- nothing planted ------------------------------------------------------------------------------------------


def other(ident: str, code: str, line: int, start: int = 500, **more: Any) -> Record:
    """A delivery of communities that no other has."""
    return delivery(ident, code, line=line, communities=[community(start + n) for n in range(12)], **more)


def test_two_sound_counties_raise_no_doubt() -> None:
    assert looked([delivery(), other("d2", "999902", 2)]) == []


def test_what_follows_soundly_on_the_last_delivery_raises_no_doubt() -> None:
    before = delivery(year=2022, communities=[community(n) for n in range(40, 52)])
    assert looked([delivery()], [before]) == []
    assert looked([delivery()], [delivery()]) == []  # the same feed again


def test_communities_of_one_name_in_two_counties_are_two_communities() -> None:
    here, there = (
        delivery(ident, code, line=n, communities=[community(1, name="幸福里", households=100 + n, subdistrict="河东街道")])
        for n, (ident, code) in enumerate((("d1", "999901"), ("d2", "999902")))
    )
    assert looked([here, there]) == []


# -- what is planted ------------------------------------------------------------------------------------------

_BALLOT = {"total_owners": 96, "part_owners": 90, "agree_owners": 81}


def test_a_community_in_two_dossiers_of_a_year_is_told_with_why_and_where() -> None:
    twin = delivery("d2", line=2, communities=[community(3, community_id="x", name="幸福3里", buildings=9), community(77)])
    found = looked([delivery(), twin])
    assert counted(found) == {"DQ31.in_one_dossier": 2}
    first, second = found
    assert (first["dossier_id"], first["pointer"], first["line"]) == ("d1", "/communities/3", 1)
    assert first["other"] == {
        "source": "feed.jsonl", "line": 2, "dossier_id": "d2", "pointer": "/communities/0", "earlier": False,
    }  # fmt: skip
    assert second["other"]["pointer"] == "/communities/3"
    assert "县、街道和名称相同" in first["sentence_zh"]
    assert first["values"] == ["dossiers_too=1"]
    assert first["as_of"] == DAY


def test_by_figures_a_community_is_known_again_without_its_street() -> None:
    bare = {"subdistrict": None, "residential_community": None}
    twin = [delivery(line=1), delivery("d2", line=2, communities=[community(3, **bare)])]
    (one, _) = looked(twin)
    assert "名称、楼栋、户数和建筑面积都相同" in one["sentence_zh"]
    twin[1]["communities"][0]["households"] += 1
    assert looked(twin) == []


def test_a_dossier_delivered_again_is_no_other_dossier() -> None:
    head = {"data_as_of": "2024-01-31"}
    draft = delivery(line=1, submission={"status": "draft", "number": "第2号"}, **head)
    final = delivery(line=2, submission={"status": "final", "number": "第10号"})
    assert looked([draft, final]) == looked([final, draft]) == []


def test_a_city_that_lists_its_counties_communities_is_told_so() -> None:
    city = delivery("d2", "999900", line=2, communities=[community(3, county_code="999901")], area_level="city")
    (one, _) = looked([delivery(), city])
    assert "重复计数" in one["sentence_zh"]


def test_two_years_of_plans_need_an_earlier_renovation_on_record() -> None:
    before, now = delivery(year=2021), delivery(year=2023, communities=[community(3), *map(community, range(60, 71))])
    assert counted(looked([now], [before])) == {"DQ32.in_one_plan": 1}
    assert counted(looked([now, before])) == {"DQ32.in_one_plan": 1}  # in one feed too
    told = community(3, prior_renovations=[{"plan_year": 2021}])
    again = delivery(year=2023, communities=[told, *map(community, range(60, 71))])
    assert looked([again], [before]) == []


def test_a_community_under_two_counties_is_told_once_a_side() -> None:
    there = other("d2", "999902", 2)
    there["communities"][0] |= {k: delivery()["communities"][3][k] for k in ("name_key", "buildings", "households", "floor_area_m2")}
    assert counted(looked([delivery(), there])) == {"DQ33.in_one_county": 2}


def _with(field: str, value: Any, number: int = 3) -> Callable[[Record], Record]:
    def plant(made: Record) -> Record:
        made["communities"][number][field] = value
        return made

    return plant


def test_identical_counts_in_two_dossiers_are_doubted_within_a_city_or_with_their_areas() -> None:
    counts, areas = [96, 90, 81], ["9456", "6933.5", "5562"]
    plain, whole = _with("votes", [[*counts, None, None, None]]), _with("votes", [[*counts, *areas]])
    same = lambda a, b, code: counted(looked([a(delivery()), b(other("d2", code, 2))]))  # noqa: E731
    assert same(plain, plain, "999902") == {"DQ34.own_counts": 2}
    assert same(plain, plain, "998802") == {}
    assert same(whole, whole, "998802") == {"DQ34.own_counts": 2}
    assert same(whole, _with("votes", [[96, 90, 80, *areas]]), "999902") == {}
    few, all_agree = _with("consultations", [[29, 20, 19]]), _with("consultations", [[96, 96, 96]])
    assert same(few, few, "999902") == same(all_agree, all_agree, "999902") == {}
    told = looked([plain(delivery()), plain(other("d2", "999902", 2))])
    assert "幸福503里小区" in told[0]["sentence_zh"]
    inside = delivery()
    assert looked([plain(_with("votes", [[*counts, None, None, None]], 5)(inside))]) == []  # for DQ11


def test_one_file_in_two_dossiers_is_doubted_where_it_can_speak_of_one_community_alone() -> None:
    def shown(kind: str) -> dict[str, int]:
        pair = [delivery(), other("d2", "998802", 2)]
        for made in pair:
            made["communities"][3] |= {"attachments": [HASH(1), HASH(2)], "kinds": [kind, kind]}
        return counted(looked(pair))

    assert shown("ballot") == {"DQ35.own_files": 2}
    assert shown("plan_approval") == {}


def test_the_record_of_a_dossier_tells_the_kinds_of_its_files() -> None:
    files = [{"att_id": f"a{n}", "doc_type": kind, "sha256": HASH(n)} for n, kind in enumerate(("ballot", "resolution"))]
    votes = [_BALLOT | {"evidence": [{"attachment": "a0"}, {"attachment": "a1"}]}]
    made = delivery(communities=[community(1, votes=votes)], attachments=files)
    assert made["communities"][0]["attachments"] == [HASH(0), HASH(1)]
    assert made["communities"][0]["kinds"] == ["ballot", "resolution"]


def test_the_same_bytes_twice_are_one_delivery_twice() -> None:
    found = looked([delivery(line=1) | {"sha256": HASH(7)}, delivery(line=2) | {"sha256": HASH(7)}])
    assert counted(found) == {"DQ36.once": 2}
    assert [(d["line"], d["other"]["line"]) for d in found] == [(1, 2), (2, 1)]


# -- against the last delivery --------------------------------------------------------------------------------


def changed(change: Callable[[Record], Any], year: int = 2023) -> list[dict[str, Any]]:
    now = delivery(year=year, communities=None if year == 2023 else [community(n) for n in range(30, 42)])
    change(now)
    return looked([now], [delivery()])


def _times(field: str, by: int, over: int = 1) -> Callable[[Record], None]:
    def change(made: Record) -> None:
        made["sums"][field] = str((Decimal(made["sums"][field]) * by / over).quantize(Decimal("0.0001")))

    return change


@pytest.mark.parametrize("year", [2023, 2024])
@pytest.mark.parametrize(
    ("change", "told"),
    [
        (_times("communities.floor_area_m2", 1, 10_000), "疑似本次以万㎡填报"),
        (_times("communities.floor_area_m2", 10_000), "疑似上次以万㎡填报"),
        (_times("plans.planned_investment_10k", 10_000), "疑似本次以元填报"),
        (_times("communities.households", 1, 26), "疑似本次以栋数充作户数"),
        (_times("communities.buildings", 26), "疑似本次以户数充作栋数"),
    ],
)
def test_units_and_counts_that_were_swapped_are_named(change: Callable[[Record], None], told: str, year: int) -> None:
    (one,) = changed(change, year)
    assert one["item"] == "DQ37"
    assert told in one["sentence_zh"]
    assert one["other"]["earlier"] is True


@pytest.mark.parametrize(("by", "over", "doubted"), [(9, 1, 0), (11, 1, 1), (1, 9, 0), (1, 11, 1)])
def test_a_mean_may_change_up_to_the_usual_factor(by: int, over: int, doubted: int) -> None:
    assert len(changed(_times("communities.households", by, over))) == doubted


def test_more_communities_of_the_same_size_are_no_drift() -> None:
    def more(made: Record) -> None:
        for part in ("entries", "reported"):
            made[part] = {name: 30 * n for name, n in made[part].items()}
        made["sums"] = {name: int(n) * 30 for name, n in made["sums"].items()}

    assert changed(more) == []


def test_a_field_that_is_reported_no_more_is_doubted() -> None:
    found = changed(lambda made: made["reported"].pop("communities.built_on"))
    assert counted(found) == {"DQ38.still_reported": 1}
    half = changed(lambda made: made["reported"].update({"communities.built_on": 6}))
    assert half == []
    assert "小区建成时间" in found[0]["sentence_zh"]


def test_lists_that_are_far_shorter_are_doubted() -> None:
    assert counted(changed(lambda made: made["entries"].update(communities=5))) == {"DQ39.not_fewer": 1}
    assert changed(lambda made: made["entries"].update(communities=6)) == []


def test_a_community_gone_from_its_plan_is_doubted_and_one_with_a_new_id_is_not() -> None:
    gone = changed(lambda made: made["communities"].pop(3))
    assert counted(gone) == {"DQ40.still_listed": 1}
    assert (gone[0]["pointer"], gone[0]["other"]["pointer"]) == ("/plans", "/communities/3")
    assert changed(lambda made: made["communities"][3].update(id="new")) == []
    assert changed(lambda made: made["communities"][3].update(name_key="改名", name="改名")) == []
    assert changed(lambda made: (made["communities"].pop(3), made["plans"].clear())) == []  # that plan is not delivered now


@pytest.mark.parametrize(
    ("field", "value", "check"),
    [
        ("built_on", "1986", "built_on_same"),
        ("built_on", "1996-05", None),
        ("built_on", None, None),
        ("floor_area_m2", "0.8", "floor_area_same"),
        ("floor_area_m2", "8100", None),
        ("county", "999902", "county_same"),
    ],
)
def test_facts_of_a_community_stay_what_they_were(field: str, value: Any, check: str | None) -> None:
    found = changed(lambda made: made["communities"][3].update({field: value}))
    assert counted(found) == ({f"DQ41.{check}": 1} if check else {})
    if field == "floor_area_m2" and check:
        assert "疑似本次以万㎡填报" in found[0]["sentence_zh"]


def test_deliveries_come_in_order() -> None:
    assert counted(changed(lambda made: made["dossier"].update(data_as_of="2024-03-30"))) == {"DQ42.day_not_back": 1}
    assert changed(lambda made: made["dossier"].update(data_as_of="2024")) == []
    final, draft = ({"status": status, "number": number} for status, number in (("final", "第9号"), ("draft", "第10号")))
    found = looked([delivery(line=1, submission=draft), delivery(line=2, submission=final)])
    assert counted(found) == {"DQ42.final_stays": 1}
    assert (found[0]["line"], found[0]["other"]["line"]) == (1, 2)


def test_another_code_for_the_same_area_is_doubted_unless_it_is_on_record() -> None:
    def moved(old: str, new: str) -> dict[str, int]:
        before, now = delivery(code=old, year=2020), delivery(code=new, communities=[community(80 + n) for n in range(12)])
        now["dossier"]["area_name"] = before["dossier"]["area_name"]
        return counted(looked([now], [before]))

    assert moved("999901", "999902") == {"DQ43.code_same": 1}
    assert moved("410381", "410307") == {}
    assert moved("989901", "999902") == {}  # another province: not the same area


def test_where_nobody_can_say_what_followed_what_nothing_is_compared() -> None:
    swap = _times("communities.floor_area_m2", 1, 10_000)
    two = [delivery("a", line=1), other("b", "999901", 2)]
    swap(two[0])
    assert looked(two, [delivery("c"), other("d", "999901", 3)]) == []
    assert counted(looked(two, [delivery("a"), other("d", "999901", 3)])) == {"DQ37.not_multiplied": 1}


# -- many -----------------------------------------------------------------------------------------------------


def test_what_nearly_all_are_in_doubt_about_is_told_once_with_all_of_them() -> None:
    now = delivery()
    for c in now["communities"][1:]:
        c["floor_area_m2"] = "0.8"
    (one,) = looked([now], [delivery()])
    assert (one["nearly_all"], one["doubtful"], one["asked"], len(one["all"])) == (True, 11, 12, 11)
    assert (one["item"], one["dossier_id"]) == ("DQ41", "d1")
    assert {b["pointer"] for b in one["all"]} == {f"/communities/{n}" for n in range(1, 12)}
    assert all(b["other"]["earlier"] for b in one["all"])


def test_a_field_that_drifts_in_nearly_all_counties_is_told_once() -> None:
    before = [other(f"d{n}", f"9999{n:02}", n, 1000 * n) for n in range(1, 12)]
    now = deepcopy(before)
    for made in now[:10]:
        _times("communities.floor_area_m2", 1, 10_000)(made)
    (one,) = looked(now, before)
    assert (one["item"], one["doubtful"], one["asked"], one["dossier_id"]) == ("DQ37", 10, 11, None)
    assert {b["dossier_id"] for b in one["all"]} == {f"d{n}" for n in range(1, 11)}


def test_an_answer_that_was_lost_is_told_as_a_fault_and_never_as_soundness(monkeypatch: pytest.MonkeyPatch) -> None:
    from compliance.between import decide

    whole = decide.line_of
    monkeypatch.setattr(decide, "line_of", lambda *given: replace(whole(*given), codes=bytes([Code.LOST]) * given[-1]))
    found = looked([delivery(), other("d2", "999902", 2)])
    assert [(one["item"], one["fault"], one["nearly_all"]) for one in found] == [("DQ36", True, False)] * 2


@pytest.mark.parametrize("number", [2, 5, 9])
def test_so_many_alike_raise_so_many_doubts(number: int) -> None:
    same = [
        delivery(f"d{n}", line=n, communities=[community(3), *(community(100 * n + m) for m in range(12))])
        for n in range(1, number + 1)
    ]
    found = looked(same)
    assert counted(found) == {"DQ31.in_one_dossier": number}
    assert {tuple(d["values"]) for d in found} == {(f"dossiers_too={number - 1}",)}


@settings(max_examples=15, deadline=None)
@given(st.randoms(use_true_random=False))
def test_the_order_of_the_records_changes_nothing(random: Random) -> None:
    now, before = planted()
    straight = looked(now, before)
    assert len({one["item"] for one in straight}) > 5
    assert looked(random.sample(now, len(now)), random.sample(before, len(before))) == straight


def planted() -> tuple[list[Record], list[Record]]:
    """Much at once: twins, counts, files, drift, an order reversed."""
    before = [delivery(year=2022), other("d2", "999902", 2)]
    now = [delivery(line=1), delivery("d3", line=2), deepcopy(before[1]), other("d5", "999905", 5, 900)]
    now += [delivery("d9", "999909", line=n, communities=[community(700)]) | {"sha256": HASH(9)} for n in (8, 9)]
    _times("communities.households", 1, 26)(now[2])
    now[2]["dossier"]["data_as_of"] = "2023-12-31"
    for made in (now[1], now[3]):
        made["communities"][7] |= {"votes": [[96, 90, 81, None, None, None]], "attachments": [HASH(5)], "kinds": ["ballot"]}
    return now, before


def _steps(dossiers: int, size: int, *, alike: bool) -> int:
    """Entries looked at for so many dossiers of such a size, all of whose communities meet, or none."""
    now = [
        delivery(f"d{n}", f"99{n // 90:02}{n % 90 + 10}", line=n, communities=[
            community(m if alike else n * size + m, name="幸福里", buildings=4, households=90, floor_area_m2="7000",
                      consultations=[{"total": 96, "participated": 90, "agreed": 81}])
            for m in range(size)
        ])
        for n in range(dossiers)
    ]  # fmt: skip
    with tempfile.TemporaryDirectory() as folder, Index(Path(folder)) as index:
        index.load(map(orjson.dumps, now), earlier=False)
        index.ready()
        found = sum(one.get("doubtful", 1) for one in decided(index, DAY))
        assert found <= 4 * dossiers * size
        return index.steps


def test_work_grows_with_the_communities_and_not_with_pairs_of_them() -> None:
    small, large = _steps(10, 20, alike=True), _steps(20, 40, alike=True)
    assert large <= 5 * small  # four times the communities, all of them alike


def test_ten_thousand_communities_are_looked_at_a_few_times_each() -> None:
    assert _steps(20, 500, alike=False) < 10 * 10_000


# -- real runs ------------------------------------------------------------------------------------------------


def dossier(seed: int, code: str, **more: Any) -> dict[str, Any]:
    """A generated dossier of a county of its own: its communities bear names and a county that no other has."""


    def named(value: Any) -> Any:
        if isinstance(value, dict):
            return {key: named(one) for key, one in value.items()}
        if isinstance(value, list | tuple):
            return [named(one) for one in value]
        if value == "999901":
            return code
        return value.replace("示例", f"示例{code[-1]}") if isinstance(value, str) else value

    made = json.loads(json.dumps(generate(3, seed, 1).dossier, default=str))
    return dict(named(made)) | {"dossier_id": f"{code}-{seed}", "fictional": True} | more


def invoke(*args: Any) -> Result:
    return CliRunner().invoke(cli, ["feed", *map(str, args), "--as-of", DAY, "--jobs", "1", "--progress", "none"])


def written(file: Path, *made: dict[str, Any]) -> Path:
    file.write_bytes(b"".join(orjson.dumps(one) + b"\n" for one in made))
    return file


def between_of(out: Path) -> list[dict[str, Any]]:
    lines = [json.loads(line) for line in (out / "quality.jsonl").read_bytes().splitlines()]
    return [one for one in lines if int(one["item"][2:]) > 30]


@pytest.fixture(scope="module")
def first(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("between")
    one, two = dossier(1, "999901"), dossier(2, "999902")
    done = invoke(written(folder / "a.jsonl", one, two), "--out", folder / "first")
    assert done.exit_code == 1, done.output
    return folder


def test_a_run_of_two_sound_counties_has_no_doubts_between_them(first: Path) -> None:
    assert between_of(first / "first") == []
    packed = (first / "first" / "deliveries.jsonl.gz").read_bytes()
    assert packed[4:8] == b"\0\0\0\0"  # no time in it
    assert len(gzip.decompress(packed).splitlines()) == 2


def test_a_run_against_the_last_tells_what_changed_and_counts_it(first: Path) -> None:
    one, two = dossier(1, "999901"), dossier(2, "999902")
    for c in two["communities"]:
        c["floor_area_m2"] = str(int(float(c["floor_area_m2"]) * 10) / 100000)
    source = written(first / "b.jsonl", one, two)
    done = invoke(source, "--out", first / "second", "--previous", first / "first")
    assert done.exit_code == 1, done.output
    found = between_of(first / "second")
    assert {d["item"] for d in found} == {"DQ37", "DQ41"}
    assert {d["dossier_id"] for d in found} == {"999902-2"}
    summary = json.loads((first / "second" / "feed.json").read_bytes())
    told = {line["check"]: line for line in summary["doubts"]}
    assert (told["DQ37"]["doubts"], told["DQ37"]["dossiers"]) == (1, 1)
    assert told["DQ41"]["doubts"] == len(two["communities"])
    assert summary["titles"]["DQ37"]["zh"] == "平均值成倍变化"
    assert summary["totals"]["doubts"] == sum(line["doubts"] for line in summary["doubts"])
    county = next(area for area in summary["areas"] if area["code"] == "999902")
    assert county["totals"]["doubts"] >= len(two["communities"])


def test_doubts_between_dossiers_can_fail_the_gate(first: Path) -> None:
    twice = written(first / "c.jsonl", dossier(1, "999901"), dossier(1, "999901", dossier_id="again"))
    gates = ["--fail-on", "never", "--out"]
    assert invoke(twice, *gates, first / "gate1").exit_code == 0
    assert {d["item"] for d in between_of(first / "gate1")} == {"DQ31"}
    assert invoke(twice, *gates, first / "gate2", "--fail-on-quality", "major").exit_code == 1


@pytest.mark.parametrize(
    ("spoil", "says"),
    [
        (lambda file: file.unlink(), "results folder of an earlier run"),
        (lambda file: file.write_bytes(file.read_bytes()[:-20]), "damaged"),
        (lambda file: file.write_bytes(gzip.compress(b"[]\n")), "damaged"),
        (lambda file: file.write_bytes(gzip.compress(b'{"record_version":"1.0"}\n')), "damaged"),
        (lambda file: file.write_bytes(gzip.compress(b'{"record_version":"2.1"}\n')), "version 2.1"),
    ],
)
def test_an_earlier_run_that_cannot_be_read_is_refused_in_both_languages(
    first: Path, tmp_path: Path, spoil: Callable[[Path], Any], says: str
) -> None:
    file = tmp_path / "deliveries.jsonl.gz"
    file.write_bytes((first / "first" / file.name).read_bytes())
    spoil(file)
    done = invoke(first / "a.jsonl", "--out", tmp_path / "out", "--previous", tmp_path)
    assert done.exit_code == 2
    assert says in done.output
    assert "deliveries.jsonl.gz" in done.output.splitlines()[0]
    assert "Traceback" not in done.output


def test_previous_does_not_go_without_doubts_nor_with_the_same_folder(first: Path) -> None:
    past = first / "first"
    assert invoke(first / "a.jsonl", "--out", first / "x", "--previous", past, "--no-quality").exit_code == 2
    assert invoke(first / "a.jsonl", "--out", past, "--previous", past, "--overwrite").exit_code == 2
    assert invoke(first / "a.jsonl", "--out", first / "none", "--no-quality").exit_code == 1
    assert not (first / "none" / "deliveries.jsonl.gz").exists()
