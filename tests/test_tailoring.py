"""A place may only tighten: every kind of value, both ways and equal, on the days that meet, and with an authority."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from compliance.bench import load_law
from compliance.rulebook import compared, load_profile, profile_names, tailoring_of
from compliance.rulebook.profiles import _parsed
from compliance.rulebook.tailoring import Written, stricter, tailoring
from compliance.rulebook.trees import setting_value
from compliance.schemas.conditions import Kind, Limit
from compliance.schemas.report import Bilingual
from compliance.schemas.rulebook import Parameter, ParameterSpec, Problem, RulebookError, Said
from compliance.schemas.scalars import Ratio, days

LAW = load_law()
DAY = days("2024-01-31")


def parameter(kind: str, way: str, values: tuple[str, ...] = ()) -> Parameter:
    spec = ParameterSpec(
        title=Said(zh="试验", en="Made up"), kind=kind, stricter=way, used_by=["B1.1"], values=list(values)
    )  # type: ignore[arg-type]
    return Parameter("made_up", spec, None if kind == "codes" else Kind(kind))


def limit(written: Any, made: Parameter) -> Limit:
    return setting_value(written, made)


# -- the order of strictness -----------------------------------------------------------------------------------

CODES = ("shantytown", "expropriation", "villa_only")

ORDERED: list[tuple[Parameter, Any, Any]] = [
    # parameter, the looser value, the stricter one
    (parameter("ratio", "higher"), "79%", "80%"),
    (parameter("ratio", "lower"), "1/3", "33.33%"),
    (parameter("count", "higher"), 1, 2),
    (parameter("count", "lower"), 16, 15),
    (parameter("amount", "higher"), "3.0001", "3.0002"),
    (parameter("amount", "lower"), 10, "9.9999"),
    (parameter("date", "earlier"), "2005-12-31", "2000-12-31"),
    (parameter("date", "later"), "2000-12-31", "2001-01-01"),
    (parameter("bool", "true"), False, True),
    (parameter("bool", "false"), True, False),
    (parameter("code", "higher", ("report_only", "acceptance")), "report_only", "acceptance"),
    (parameter("code", "lower", ("report_only", "acceptance")), "acceptance", "report_only"),
    (parameter("codes", "more", CODES), ["villa_only"], ["villa_only", "shantytown"]),
    (parameter("codes", "more", CODES), [], ["villa_only"]),
    (parameter("codes", "fewer", CODES), ["villa_only", "shantytown"], ["shantytown"]),
]


@pytest.mark.parametrize(
    ("made", "loose", "strict"), ORDERED, ids=[f"{p.spec.kind}-{p.spec.stricter}-{n}" for n, (p, _, _) in enumerate(ORDERED)]
)
def test_each_kind_has_its_direction(made: Parameter, loose: Any, strict: Any) -> None:
    one, other = limit(loose, made), limit(strict, made)
    assert stricter(one, other, made) == "looser"
    assert stricter(other, one, made) == "stricter"
    assert stricter(one, one, made) == "equal"
    assert stricter(other, other, made) == "equal"


def test_every_kind_and_direction_that_the_standard_uses_is_tried() -> None:
    tried = {(p.spec.kind, p.spec.stricter) for p, _, _ in ORDERED}
    assert {(p.spec.kind, p.spec.stricter) for p in LAW.parameters.values() if p.spec.stricter != "neither"} <= tried


def test_a_parameter_that_nobody_is_strict_about_is_never_looser() -> None:
    made = parameter("ratio", "neither")
    assert stricter(Ratio(1, 2), Ratio(2, 3), made) == stricter(Ratio(2, 3), Ratio(1, 2), made) == "neither"


def test_sets_of_which_neither_holds_the_other_cannot_be_compared() -> None:
    for way in ("more", "fewer"):
        made = parameter("codes", way, CODES)
        assert stricter(("villa_only",), ("shantytown",), made) == "incomparable"
        assert stricter(("villa_only", "shantytown"), ("shantytown", "villa_only"), made) == "equal"


def test_equal_ratios_are_equal_however_they_are_written() -> None:
    made = parameter("ratio", "higher")
    assert stricter(limit("80%", made), limit("4/5", made), made) == "equal"


RATIOS = st.builds(Ratio, st.integers(0, 300), st.integers(1, 300))


@given(one=RATIOS, other=RATIOS, way=st.sampled_from(["higher", "lower"]))
def test_one_is_stricter_exactly_where_the_other_is_looser(one: Ratio, other: Ratio, way: str) -> None:
    made = parameter("ratio", way)
    mirror = {"stricter": "looser", "looser": "stricter", "equal": "equal"}
    assert stricter(other, one, made) == mirror[stricter(one, other, made)]
    assert (stricter(one, other, made) == "equal") is (Fraction(*one) == Fraction(*other))


# -- the lint --------------------------------------------------------------------------------------------------


def written(name: str, body: str) -> Written:
    text = f"profile: {name}\ntitle: {{zh: 示例{name}, en: Example {name}}}\n{body}"
    return Written(*_parsed(f"{name}.yaml", text))


def entry(value: str, more: str = "") -> str:
    return f"  - {{value: {value}, document: 示办〔2022〕1号, section: 二{more}}}\n"


def setting(name: str, *entries: str) -> str:
    return f"parameters:\n  {name}:\n" + "".join(entries)


def lint(*bodies: str) -> list[Problem]:
    names = ("top", "middle", "own")[-len(bodies) :]
    return tailoring([written(name, body) for name, body in zip(names, bodies, strict=True)], LAW)


BELOW = [
    # parameter, value above, equal, stricter, looser
    ("consent_agree_min", "80%", "4/5", "81%", "79%"),
    ("extension_max_share", "20%", "1/5", "19%", "21%"),
    ("publicity_rounds", "2", "2", "3", "1"),
    ("approval_workdays_max", "19", "19", "18", "20"),
    ("eligibility_cutoff", '"2000-12-31"', '"2000-12-31"', '"2000-12-30"', '"2001-01-01"'),
    ("extension_from", '"2001-01-01"', '"2001-01-01"', '"2001-01-02"', '"2000-12-31"'),
    ("state_land_required", "true", "true", "true", "false"),
    ("satisfaction_gate", "acceptance", "acceptance", "acceptance", "report_only"),
    ("consent_denominator", "participants", "participants", "total", None),
    ("excluded_types", "[villa_only]", "[villa_only]", "[villa_only, shantytown]", "[]"),
]


@pytest.mark.parametrize(("name", "above", "equal", "strict", "loose"), BELOW, ids=[b[0] for b in BELOW])
def test_a_value_is_held_against_the_level_above(
    name: str, above: str, equal: str, strict: str, loose: str | None
) -> None:
    top = setting(name, entry(above))
    assert lint(top, setting(name, entry(equal))) == []
    assert lint(top, setting(name, entry(strict))) == []
    if loose is not None:
        (problem,) = lint(top, setting(name, entry(loose)))
        assert (problem.file, problem.line) == ("own.yaml", 5)
        assert "宽于示例middle（示办〔2022〕1号二）的" in problem.message
        assert "须写明授权依据 authority / " in problem.message
        assert "is looser than" in problem.message
        assert lint(top, setting(name, entry(loose, ", authority: 某某法9条"))) == []


def test_a_value_is_held_against_the_statute() -> None:
    (problem,) = lint(setting("filing_days_max", entry("20")))
    assert str(problem) == (
        "own.yaml:5: filing_days_max 为20日，宽于建设工程质量管理条例49条的15日，须写明授权依据 authority / "
        "filing_days_max of 20 days is looser than 15 days by 建设工程质量管理条例49条; "
        "name the law that allows it as authority"
    )
    assert lint(setting("filing_days_max", entry("15"))) == []
    assert lint(setting("filing_days_max", entry("14"))) == []
    assert lint(setting("filing_days_max", entry("20", ", authority: 某某法9条"))) == []


FLOORS = [("vote_part_min", "2/3", "66%"), ("vote_agree_min", "1/2", "49%"), ("grant_days_max", "30", "31"),
          ("leftover_days_max", "730", "731"), ("filing_days_max", "15", "16")]  # fmt: skip


@pytest.mark.parametrize(("name", "at", "below"), FLOORS)
def test_every_floor_of_the_standard_holds(name: str, at: str, below: str) -> None:
    assert lint(setting(name, entry(at))) == []
    assert len(lint(setting(name, entry(below)))) == 1


def test_all_floors_are_tried() -> None:
    assert {name for name, p in LAW.parameters.items() if p.spec.floor is not None} == {name for name, _, _ in FLOORS}


def test_sets_that_cannot_be_compared_are_a_problem() -> None:
    (problem,) = lint(setting("excluded_types", entry("[villa_only]")), setting("excluded_types", entry("[shantytown]")))
    assert "既不严于也不等同于" in problem.message
    assert "纯别墅" in problem.message
    assert "is neither stricter than nor equal to" in problem.message


def test_a_fact_of_the_place_is_never_a_problem() -> None:
    assert lint(setting("heating_zone", entry("true")), setting("heating_zone", entry("false"))) == []
    assert lint(setting("fund_replenish_max", entry("80%")), setting("fund_replenish_max", entry("100%"))) == []


def test_the_nearest_level_above_is_the_one_that_counts() -> None:
    """The city looser than the province by an authority: the county is held against the city."""
    province = setting("publicity_rounds", entry("3"))
    city = setting("publicity_rounds", entry("1", ", authority: 某某法9条"))
    assert lint(province, city, setting("publicity_rounds", entry("2"))) == []
    assert len(lint(province, "", setting("publicity_rounds", entry("2")))) == 1


PERIODS = [
    # days of the value above, days of the own looser value, whether they meet
    ('effective_to: "2022-12-31"', 'effective_from: "2023-01-01"', False),
    ('effective_to: "2022-12-31"', 'effective_from: "2022-12-31"', True),
    ('effective_from: "2023-01-01"', 'effective_to: "2022-12-31"', False),
    ('effective_from: "2023-01-01"', 'effective_to: "2023-01-01"', True),
    ('effective_from: "2023"', 'effective_from: "2022-06-01", effective_to: "2022-12-31"', False),
    ('effective_from: "2022"', 'effective_from: "2022-06-01", effective_to: "2022-06-01"', True),
]


@pytest.mark.parametrize(("above", "own", "meet"), PERIODS)
def test_values_are_compared_only_on_days_on_which_both_hold(above: str, own: str, meet: bool) -> None:
    found = lint(setting("publicity_rounds", entry("2", f", {above}")), setting("publicity_rounds", entry("1", f", {own}")))
    assert bool(found) is meet


def test_where_the_nearest_level_has_none_on_some_days_the_one_above_it_counts_there() -> None:
    province = setting("publicity_rounds", entry("3"))
    city = setting("publicity_rounds", entry("3", ', effective_from: "2023-01-01"'))
    early = setting("publicity_rounds", entry("2", ', effective_to: "2022-12-31"'))
    (problem,) = lint(province, city, early)
    assert "示例top" in problem.message
    both = setting("publicity_rounds", entry("2"))
    assert {"示例top" in p.message for p in lint(province, city, both)} == {True, False}
    with_gap = setting("publicity_rounds", entry("1", ', effective_to: "2021-12-31"'), entry("2", ', effective_from: "2024"'))
    assert lint(province, with_gap, setting("publicity_rounds", entry("2", ', effective_from: "2024"'))) == []
    (problem,) = lint(province, with_gap, setting("publicity_rounds", entry("2", ', effective_from: "2022-06"')))
    assert "示例top" in problem.message


def test_a_draft_of_the_level_above_binds_nobody_but_a_place_s_own_draft_is_looked_at() -> None:
    loose = setting("publicity_rounds", entry("1"))
    assert lint(setting("publicity_rounds", entry("2", ", status: draft")), loose) == []
    assert len(lint(setting("publicity_rounds", entry("2", ", status: secondhand")), loose)) == 1
    assert len(lint(setting("publicity_rounds", entry("2")), setting("publicity_rounds", entry("1", ", status: draft")))) == 1


def test_two_values_of_a_place_in_turn_are_each_looked_at() -> None:
    found = lint(setting("filing_days_max", entry("20", ', effective_to: "2022"'), entry("16", ', effective_from: "2023"')))
    assert [p.line for p in found] == [5, 6]


def test_what_cannot_be_read_is_left_to_the_loader() -> None:
    assert lint(setting("filing_days_max", entry("'20'"))) == []
    assert lint(setting("filing_days", entry("20"))) == []
    assert lint(setting("filing_days_max", entry("20", ', effective_from: "2023", effective_to: "2022"'))) == []


# -- obligations and severities --------------------------------------------------------------------------------


def change(check: str, **to: str) -> str:
    fields = ", ".join(f"{name}: {value}" for name, value in to.items())
    return f"changes:\n- {{check: {check}, {fields}, document: 示办〔2022〕1号, section: 三}}\n"


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (change("B9.1.system", obligation="mandatory"), []),
        (change("B9.1.system", obligation="expected"), ["B9.1.system 的强制程度由强制降为应当"]),
        (change("B9.1.system", obligation="encouraged"), ["B9.1.system 的强制程度由强制降为鼓励"]),
        (change("B9.1.system", severity="critical"), []),
        (change("B9.1.system", severity="major"), []),
        (change("B9.1.system", severity="minor"), ["B9.1.system 的严重程度由较重降为较轻"]),
        (change("B9.2.filed_in_time", obligation="mandatory", severity="advisory"), ["的严重程度由较轻降为提示"]),
        (change("H9.1.account", obligation="expected", severity="minor"), []),
        (change("B9.1.system", obligation="expected", authority="某某法9条"), []),
    ],
)
def test_no_check_is_asked_less_strictly_without_an_authority(body: str, said: list[str]) -> None:
    found = lint("", body)
    assert len(found) == len(said)
    for problem, words in zip(found, said, strict=True):
        assert words in problem.message
        assert (problem.file, problem.line) == ("own.yaml", 4)
        assert "is lowered from" in problem.message


def test_a_change_of_a_whole_item_is_looked_at_check_by_check() -> None:
    lowered = {p.message.split(" ")[0] for p in lint("", change("B9.2", obligation="expected"))}
    assert lowered == {c.id for c in LAW.checks if c.item == "B9.2" and c.obligation == "mandatory"}
    assert "B9.2.filed_in_time" not in lowered


def test_what_the_level_above_raised_stands() -> None:
    raised = change("H9.1.account", obligation="mandatory")
    (problem,) = lint(raised, change("H9.1.account", obligation="expected"))
    assert "由强制降为应当" in problem.message
    assert lint(raised.replace("section: 三", "section: 三, status: draft"), change("H9.1.account", obligation="expected")) == []


CHECK = """\
checks:
- item: B9.1
  name: board
  check:
    says: {zh: 举牌, en: Boards}
    severity: critical
    holds: {supervisor_is_contractor: {is: false}}
  cases:
  - {check: board, outcome: pass, given: {supervisor_is_contractor: false}}
  - {check: board, outcome: fail, given: {supervisor_is_contractor: true}}
  - {check: board, outcome: unknown, given: {supervisor_is_contractor: "?"}}
  document: 示办〔2022〕1号
  section: 四
"""


def test_a_check_of_the_level_above_is_not_lowered_or_rewritten() -> None:
    (problem,) = lint(CHECK, change("B9.1.board", severity="major"))
    assert "B9.1.board 的严重程度由红线降为较重" in problem.message
    (problem,) = lint(CHECK, CHECK)
    assert "改写了示例middle的检查" in problem.message
    assert problem.line == 4
    assert lint(CHECK, CHECK + "  authority: 某某法9条\n") == []
    assert lint(CHECK + "  status: draft\n", CHECK) == []


def test_another_reading_is_a_choice_and_no_problem() -> None:
    readings = {r.reading: list(r.options) for clause in LAW.clauses for r in clause.spec.readings}
    for reading, options in readings.items():
        for option in options:
            assert lint("", f"readings: {{{reading}: {option}}}\n") == []


# -- where it is asked -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", profile_names())
def test_no_shipped_profile_is_looser_than_what_stands_above_it(name: str) -> None:
    assert tailoring_of(name, LAW) == []


LOOSE = """\
profile: yuhu
title: {zh: 示例区, en: Example district}
area_codes: ["430302"]
parameters:
  filing_days_max:
  - {value: 20, document: 示办〔2022〕1号, section: 二}
  consent_agree_min:
  - {value: 70%, document: 示办〔2022〕1号, section: 三}
  approval_workdays_max:
  - {value: 19, document: 示办〔2022〕1号, section: 四}
"""


def test_a_file_that_is_looser_is_refused_with_every_place_in_it(tmp_path: Path) -> None:
    file = tmp_path / "yuhu.yaml"
    file.write_text(LOOSE, "utf-8")
    with pytest.raises(RulebookError) as raised:
        load_profile(str(file), LAW, DAY)
    found = raised.value.problems
    assert [(p.file, p.line) for p in found] == [("yuhu.yaml", 6), ("yuhu.yaml", 8)]
    assert "宽于建设工程质量管理条例49条的15日" in found[0].message
    assert "宽于湖南省湘潭市（湘潭市城镇老旧小区改造经验材料" in found[1].message


def test_a_file_that_names_its_authority_is_taken(tmp_path: Path) -> None:
    file = tmp_path / "yuhu.yaml"
    file.write_text(LOOSE.replace("section: 二", "section: 二, authority: 某某法9条").replace("70%", "85%"), "utf-8")
    assert load_profile(str(file), LAW, DAY).settings["filing_days_max"].value == 20


def test_what_is_looser_only_on_other_days_is_refused_all_the_same(tmp_path: Path) -> None:
    file = tmp_path / "yuhu.yaml"
    file.write_text(LOOSE.replace("section: 二", 'section: 二, effective_to: "2020-12-31"').replace("70%", "80%"), "utf-8")
    with pytest.raises(RulebookError, match="宽于建设工程质量管理条例49条"):
        load_profile(str(file), LAW, DAY)


def test_the_command_says_it_and_does_not_pass(tmp_path: Path) -> None:
    from compliance.cli import cli

    file = tmp_path / "yuhu.yaml"
    file.write_text(LOOSE, "utf-8")
    result = CliRunner().invoke(cli, ["rules", "lint", str(file)])
    assert result.exit_code == 1
    assert "yuhu.yaml:6: filing_days_max 为20日，宽于" in result.output


# -- one value in a sentence -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("profile", "name", "said"),
    [
        ("chengdu", "vote_agree_min", Bilingual("严于民法典278条的1/2", "stricter than 1/2 of 民法典278条")),
        ("chengdu", "vote_part_min", Bilingual("等同于民法典278条的2/3", "equal to 2/3 of 民法典278条")),
        ("hebei", "satisfaction_min", Bilingual("上级没有规定，由河北省首先设定", "no level above has one; first set by Hebei Province")),
        ("xiangtan", "approval_workdays_max", Bilingual("上级没有规定，由湖南省首先设定", "no level above has one; first set by Hunan Province")),
        ("ningbo", "fund_replenish_max", Bilingual("是当地情况，不分宽严", "a fact of the place, neither strict nor loose")),
    ],
)  # fmt: skip
def test_a_value_says_how_it_compares(profile: str, name: str, said: Bilingual) -> None:
    assert compared(name, load_profile(profile, LAW, DAY, drafts=True), LAW, DAY) == said


def test_a_county_says_how_it_compares_with_province_and_statute(tmp_path: Path) -> None:
    file = tmp_path / "yuhu.yaml"
    text = LOOSE.replace("value: 20", "value: 10").replace("70%", "90%").replace("value: 19", "value: 12")
    file.write_text(text, "utf-8")
    place = load_profile(str(file), LAW, DAY)
    assert compared("approval_workdays_max", place, LAW, DAY).zh == "严于湖南省的19工作日"
    assert compared("approval_workdays_max", place, LAW, DAY).en == "stricter than 19 working days of Hunan Province"
    assert compared("consent_agree_min", place, LAW, DAY).zh == "严于湖南省湘潭市的80%"
    assert compared("filing_days_max", place, LAW, DAY).zh == "严于建设工程质量管理条例49条的15日"


def test_what_a_place_has_not_set_cannot_be_compared() -> None:
    with pytest.raises(KeyError):
        compared("consent_agree_min", load_profile("national", LAW, DAY), LAW, DAY)
