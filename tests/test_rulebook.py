"""The law folder and profiles are read strictly: whatever is not fully understood is refused, with its place."""

from __future__ import annotations

from pathlib import Path

import pytest
from small_law import CLAUSE, MEASURES, STANDARD, load, problems, spoiled, write

from compliance.rulebook import load_profile, load_rulebook, parse_value, profile_names, read_yaml
from compliance.schemas.conditions import Kind
from compliance.schemas.rulebook import Profile, Rulebook, RulebookError
from compliance.schemas.scalars import Ratio, Unknown, days

FILE = "B01_made_up.yaml"


def test_the_small_law_is_taken_as_it_stands(tmp_path: Path) -> None:
    law = load(write(tmp_path))
    assert [c.id for c in law.checks] == ["B1.1.rate", "B1.1.sort"]
    assert law.checks[0].documents == ("work_rules",)


# -- YAML that is not exact ------------------------------------------------------------------------------------

LOOSE = [
    ("title: {zh: 试验条款", "title: &t {zh: 试验条款", "anchors and aliases are not allowed"),
    ("breach: {zh: 比例未达到, en: The rate is too small}", "breach: *t", "anchors and aliases are not allowed"),
    ("  rollup: any_fail", "  rollup: any_fail\n  rollup: coverage", "duplicate key 'rollup'"),
    ("{founded: {is: true}}", "{founded: {is: yes}}", "'yes' is ambiguous"),
    ("{founded: {is: true}}", "{founded: {is: True}}", "'True' is ambiguous"),
    ("{founded: {is: true}}", "{founded: {is: NO}}", "'NO' is ambiguous"),
    ("{founded: {is: true}}", "{founded: {is: On}}", "'On' is ambiguous"),
    ("{rate: {at_least: $rate_min}}", "{rate: {at_least: 0.8}}", "0.8 is not exact"),
    ("{rate: {at_least: $rate_min}}", "{meetings: {at_least: 1e3}}", "1e3 is not exact"),
    ("severity: major", "? [a, b]\n  : 1", "a key must be a plain word"),
    ("severity: major", "severity: !!str major", "tags are not allowed"),
    ("  rollup: any_fail", "  rollup: any_fail\n bad: indent", "not YAML"),
    ("  rollup: any_fail", "  rollup: any_fail\n  \t", "not YAML"),
    ("en: Made-up clause", "en: Made-up \x01 clause", "not YAML"),
]


@pytest.mark.parametrize(("old", "new", "message"), LOOSE, ids=[new for _, new, _ in LOOSE])
def test_yaml_that_is_not_exact_is_refused_at_its_line(tmp_path: Path, old: str, new: str, message: str) -> None:
    text, line = spoiled(CLAUSE, old, new)
    found = problems(write(tmp_path, text))
    assert found
    file, at, said = found[0]
    assert file == FILE
    assert message in said
    assert line <= at <= line + 1 + new.count("\n")


@pytest.mark.parametrize("text", ["", "# nothing but a remark\n", "---\n"])
def test_an_empty_clause_file_is_refused(tmp_path: Path, text: str) -> None:
    ((file, line, _),) = problems(write(tmp_path, text))
    assert (file, line) == (FILE, 1)


@pytest.mark.parametrize("text", ["- a\n- b\n", "just a sentence\n", "15\n"])
def test_a_clause_file_that_is_no_mapping_is_refused(tmp_path: Path, text: str) -> None:
    assert problems(write(tmp_path, text))


def test_two_documents_in_one_file_are_refused(tmp_path: Path) -> None:
    ((_, _, said),) = problems(write(tmp_path, CLAUSE + "---\n" + CLAUSE))
    assert "not YAML" in said


def test_a_clause_file_that_is_not_utf8_is_refused(tmp_path: Path) -> None:
    folder = write(tmp_path)
    (folder / FILE).write_bytes(CLAUSE.encode("gb18030"))
    ((file, line, said),) = problems(folder)
    assert (file, line) == (FILE, 1)
    assert "UTF-8" in said


def test_quoted_text_stays_text_whatever_it_looks_like() -> None:
    value, _ = read_yaml('a: "15"\nb: "yes"\nc: 15\nd: ~x\ne: 2023-05-01\n', "f")
    assert value == {"a": "15", "b": "yes", "c": 15, "d": "~x", "e": "2023-05-01"}


# -- names that do not exist -----------------------------------------------------------------------------------

UNKNOWN_NAMES = [
    ("  rollup: any_fail", "  roll_up: any_fail", "unknown key 'roll_up'; did you mean 'rollup'?"),
    ("      when: {founded", "      wenn: {founded", "unknown key 'wenn'; did you mean 'when'?"),
    ("{zh: 提高比例, en: Raise the rate}", "{zh: 提高比例, eng: Raise it}", "unknown key 'eng'; did you mean 'en'?"),
    ("cite: {annex: 一（一）1}", "cite: {annexe: 一（一）1}", "unknown key 'annexe'; did you mean 'annex'?"),
    ("    steps:", "    stepps:", "unknown key 'stepps'; did you mean 'steps'?"),
    ("{check: rate, outcome: pass, given", "{check: rate, outcom: pass, given", "unknown key 'outcom'; did you mean 'outcome'?"),
    ("source: {document:", "source: {documents:", "unknown key 'documents'; did you mean 'document'?"),
    ("holds: {rate:", "holds: {ratte:", "no measure 'ratte' of a area; did you mean 'rate'?"),
    ("holds: {sort:", "holds: {asked:", "no measure 'asked' of a area"),
    ("at_least: $rate_min}}", "at_leest: $rate_min}}", "unknown operator 'at_leest'; did you mean 'at_least'?"),
    ("at_least: $rate_min}}", "at_least: $rate_mini}}", "unknown parameter '$rate_mini'; did you mean 'rate_min'?"),
    ("{founded: {is: true}}", "{$choise: {is: left}}", "unknown parameter '$choise'; did you mean 'choice'?"),
    ("      holds: {sort", "      subject: comunity\n      holds: {sort", "unknown subject 'comunity'; did you mean 'community'?"),
    ("      holds: {sort", "      only_where: {choise: set}\n      holds: {sort", "unknown parameter 'choise'; did you mean 'choice'?"),
    ("      holds: {sort", "      zone: colt\n      holds: {sort", "unknown parameter 'colt'; did you mean 'cold'?"),
    ("      holds: {sort", "      dated_by: rate\n      holds: {sort", "dated_by names no date measure of a area: 'rate'"),
    ("documents: [work_rules]", "documents: [work_rule]", "Input should be"),
    ("levels: [city, county]", "levels: [city, town]", "Input should be"),
    ("{check: rate, outcome: pass", "{check: rat, outcome: pass", "case of an unknown check 'rat'; did you mean 'rate'?"),
    ("given: {rate: 80/100", "given: {rat: 80/100", "no measure 'rat' of a area; did you mean 'rate'?"),
    ("{rate: 80/100, $rate_min", "{rate: 80/100, $rate_max", "unknown parameter '$rate_max'; did you mean 'rate_min'?"),
]  # fmt: skip


@pytest.mark.parametrize(("old", "new", "message"), UNKNOWN_NAMES, ids=[new for _, new, _ in UNKNOWN_NAMES])
def test_an_unknown_name_is_refused_at_its_line_with_the_nearest_one(
    tmp_path: Path, old: str, new: str, message: str
) -> None:
    text, line = spoiled(CLAUSE, old, new)
    found = [(at, said) for file, at, said in problems(write(tmp_path, text)) if file == FILE and message in said]
    assert found, problems(tmp_path)
    assert abs(found[0][0] - line) <= 1


# -- conditions that mean nothing ------------------------------------------------------------------------------

MEANINGLESS = [
    ("{rate: {at_least: $rate_min}}", "{founded: {at_least: 1}}", "at_least does not fit founded, which is a bool"),
    ("{rate: {at_least: $rate_min}}", "{rate: {is: 80%}}", "is does not fit rate"),
    ("{rate: {at_least: $rate_min}}", "{closed: {at_least: 2}}", "at_least does not fit closed"),
    ("{rate: {at_least: $rate_min}}", "{rate: {not_after: closed}}", "not_after does not fit rate"),
    ("{rate: {at_least: $rate_min}}", "{meetings: {at_least: '2'}}", "'2' is not a count"),
    ("{rate: {at_least: $rate_min}}", "{meetings: {at_least: true}}", "True is not a count"),
    ("{rate: {at_least: $rate_min}}", "{rate: {at_least: 80}}", "80 is not a ratio"),
    ("{rate: {at_least: $rate_min}}", "{rate: {at_least: 4/0}}", "'4/0' is not a ratio"),
    ("{rate: {at_least: $rate_min}}", "{founded: {is: 'true'}}", "'true' is not a bool"),
    ("{rate: {at_least: $rate_min}}", "{closed: {not_after: 2023-13-01}}", "not a date"),
    ("{rate: {at_least: $rate_min}}", "{closed: {not_after: aproved}}", "did you mean 'approved'?"),
    ("{rate: {at_least: $rate_min}}", "{closed: {not_after: rate}}", "rate is a ratio, not a date"),
    ("{rate: {at_least: $rate_min}}", "{rate: {at_least: '?'}}", "a limit must be known"),
    ("{rate: {at_least: $rate_min}}", "{rate: {at_least: $meetings_min}}", "of another type than the measure"),
    ("{rate: {at_least: $rate_min}}", "{rate: {at_least: $sorts}}", "of another type than the measure"),
    ("{rate: {at_least: $rate_min}}", "{sort: {one_of: $choice}}", "of another type than the measure"),
    ("{rate: {at_least: $rate_min}}", "{sort: {one_of: []}}", "one_of takes a list of codes"),
    ("{rate: {at_least: $rate_min}}", "{sort: {one_of: wet}}", "one_of takes a list of codes"),
    ("{rate: {at_least: $rate_min}}", "{sort: {one_of: [wet, 5]}}", "one_of takes a list of codes"),
    ("{rate: {at_least: $rate_min}}", "{rate: {present: 1}}", "present takes true or false"),
    ("{rate: {at_least: $rate_min}}", "{rate: {at_least: 1/2, at_most: 1}}", "exactly one operator"),
    ("{rate: {at_least: $rate_min}}", "{rate: 80%}", "exactly one operator"),
    ("{rate: {at_least: $rate_min}}", "{rate: {at_least: 1/2}, founded: {is: true}}", "exactly one key"),
    ("{rate: {at_least: $rate_min}}", "{}", "exactly one key"),
    ("{rate: {at_least: $rate_min}}", "{all: [{founded: {is: true}}]}", "at least two conditions"),
    ("{rate: {at_least: $rate_min}}", "{any: {founded: {is: true}}}", "at least two conditions"),
    ("{rate: {at_least: $rate_min}}", "{not: [{founded: {is: true}}]}", "exactly one key"),
    ("{rate: {at_least: $rate_min}}", "{$rate_min: {at_least: 1/2}}", "cannot be asked of a parameter"),
    ("{rate: {at_least: $rate_min}}", "{$sorts: {is: wet}}", "cannot be asked of a parameter"),
    ("{rate: {at_least: $rate_min}}", "{$choice: {is: lefft}}", "'lefft' is none of left, right; did you mean 'left'?"),
    ("{rate: {at_least: $rate_min}}", "{$choice: {one_of: [left, rihgt]}}", "'rihgt' is none of left, right"),
    ("      holds: {sort", "      only_where: {choice: lefft}\n      holds: {sort", "'lefft' is none of left, right"),
    ("      holds: {sort", "      only_where: {rate_min: 80%}\n      holds: {sort", "only_where"),
    ("      holds: {sort", "      zone: choice\n      holds: {sort", "zone names no boolean parameter: 'choice'"),
    ("given: {rate: 79/100", "given: {rate: 79", "79 is not a ratio"),
    ("given: {rate: 79/100", "given: {rate: '?nowhere'", "nowhere"),
]  # fmt: skip


@pytest.mark.parametrize(("old", "new", "message"), MEANINGLESS, ids=[new for _, new, _ in MEANINGLESS])
def test_a_condition_that_means_nothing_is_refused(tmp_path: Path, old: str, new: str, message: str) -> None:
    text, line = spoiled(CLAUSE, old, new)
    found = [(at, said) for file, at, said in problems(write(tmp_path, text)) if file == FILE and message in said]
    assert found, problems(tmp_path)
    assert abs(found[0][0] - line) <= 1


def test_every_operator_is_taken_where_it_fits(tmp_path: Path) -> None:
    holds = """{all: [
        {rate: {at_least: 2/3}}, {rate: {at_most: 80%}}, {meetings: {more_than: 1}}, {money: {less_than: "12.5"}},
        {rate: {more_than: other_rate}}, {closed: {not_after: approved}}, {closed: {not_before: 2021-12}},
        {closed: {not_before: $cutoff}}, {money: {at_most: $money_max}}, {sort: {one_of: $sorts}},
        {sort: {is: $choice}}, {$choice: {is: left}}, {$rate_min: {present: true}}, {not: {founded: {is: false}}},
        {any: [{rate: {present: false}}, {founded: {is: true}}]}]}"""
    text, _ = spoiled(CLAUSE, "{rate: {at_least: $rate_min}}", holds)
    assert len(load(write(tmp_path, text)).checks) == 2


# -- what every item owes --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("gone", "message"),
    [
        ("  cite: {annex: 一（一）1}\n", "missing key 'cite'"),
        ("  - {check: rate, outcome: pass, given: {rate: 80/100, $rate_min: 80%}}\n", "check rate of B1.1 has no pass case"),
        ("  - {check: rate, outcome: fail, given: {rate: 79/100, $rate_min: 80%}}\n", "check rate of B1.1 has no fail case"),
        ('  - {check: rate, outcome: unknown, given: {rate: "?", $rate_min: 80%}}\n', "check rate of B1.1 has no unknown case"),
        ("  - {check: sort, outcome: not_applicable, given: {founded: false, sort: hot}}\n", "has a guard but no not_applicable case"),
        ("  breach: {zh: 比例未达到, en: The rate is too small}\n", "missing key 'breach'"),
        ("  obligation: mandatory\n", "missing key 'obligation'"),
        ("      says: {zh: 比例达到规定, en: The rate reaches the limit}\n", "missing key 'says'"),
        (", en: Made-up item", "missing key 'en'"),
    ],
)  # fmt: skip
def test_an_item_without_what_it_owes_is_refused(tmp_path: Path, gone: str, message: str) -> None:
    text, _ = spoiled(CLAUSE, gone, "")
    assert any(message in said for _, _, said in problems(write(tmp_path, text)))


def test_without_cases_at_all_the_key_is_asked_for(tmp_path: Path) -> None:
    text = CLAUSE[: CLAUSE.index("  cases:")]
    assert any("missing key 'cases'" in said for _, _, said in problems(write(tmp_path, text)))


def test_a_check_that_never_fails_owes_no_fail_case(tmp_path: Path) -> None:
    text, _ = spoiled(CLAUSE, "  - {check: sort, outcome: fail, given: {founded: true, sort: hot}}\n", "")
    assert problems(write(tmp_path, text))
    text, _ = spoiled(text, "      when: {founded", "      never: [fail]\n      when: {founded")
    assert problems(write(tmp_path, text)) == []


def test_an_item_of_another_clause_is_refused(tmp_path: Path) -> None:
    text, line = spoiled(CLAUSE, "- item: B1.1", "- item: B2.1")
    assert (FILE, line, "item B2.1 does not belong to clause B1") in problems(write(tmp_path, text))


def test_an_item_stated_twice_is_refused(tmp_path: Path) -> None:
    text = CLAUSE + CLAUSE[CLAUSE.index("- item: B1.1") :]
    assert any("B1.1 is stated twice" in said for _, _, said in problems(write(tmp_path, text)))


def test_two_files_for_one_clause_are_refused(tmp_path: Path) -> None:
    folder = write(tmp_path)
    (folder / "B01_twin.yaml").write_text(CLAUSE, "utf-8")
    assert ("B01_twin.yaml", 1, "clause B1 is also in B01_made_up.yaml") in problems(folder)


def test_a_clause_that_no_file_states_is_refused(tmp_path: Path) -> None:
    standard, _ = spoiled(STANDARD, "clauses: [B1]", "clauses: [B1, B2]")
    assert ("standard.yaml", 1, "no file states clause B2") in problems(write(tmp_path, standard=standard))


def test_a_file_for_a_clause_that_the_standard_lacks_is_refused(tmp_path: Path) -> None:
    folder = write(tmp_path)
    (folder / "B02_more.yaml").write_text(CLAUSE.replace("B1", "B2"), "utf-8")
    assert any(file == "B02_more.yaml" and "B2" in said for file, _, said in problems(folder))


def test_everything_wrong_in_all_files_is_said_at_once(tmp_path: Path) -> None:
    text, _ = spoiled(CLAUSE, "holds: {rate:", "holds: {ratte:")
    text, _ = spoiled(text, "sort: {one_of: [wet, dry]}", "sort: {is_one_of: [wet, dry]}")
    text, _ = spoiled(text, "{check: rate, outcome: pass, ", "{check: rat, outcome: pass, ")
    folder = write(tmp_path, text)
    (folder / "B02_more.yaml").write_text("clause: B2\nx: 1\ny: 2\n", "utf-8")
    said = " ".join(message for _, _, message in problems(folder))
    for word in ("ratte", "is_one_of", "'rat'", "'x'", "'y'", "missing key 'items'"):
        assert word in said


def test_the_digest_changes_with_any_file(tmp_path: Path) -> None:
    first = load(write(tmp_path / "a")).sha256
    assert load(write(tmp_path / "b")).sha256 == first
    assert load(write(tmp_path / "c", CLAUSE + "# remark\n")).sha256 != first
    assert load(write(tmp_path / "d", standard=STANDARD + "# remark\n")).sha256 != first
    assert load(write(tmp_path / "e", file="B01_other.yaml")).sha256 != first


def test_a_problem_says_file_line_and_message(tmp_path: Path) -> None:
    text, line = spoiled(CLAUSE, "holds: {rate:", "holds: {ratte:")
    with pytest.raises(RulebookError, match=f"{FILE}:{line}: no measure 'ratte'"):
        load(write(tmp_path, text))


# -- values ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "kind", "value"),
    [
        ("2/3", Kind.RATIO, Ratio(2, 3)),
        ("66.67%", Kind.RATIO, Ratio(6667, 10000)),
        (1, Kind.RATIO, Ratio(1, 1)),
        ("2023-05", Kind.DATE, days("2023-05")),
        ("?conflicting_data", Kind.COUNT, Unknown.CONFLICTING_DATA),
        (0, Kind.COUNT, 0),
        (False, Kind.BOOL, False),
    ],
)
def test_a_value_is_read_exactly(text: object, kind: Kind, value: object) -> None:
    assert parse_value(text, kind) == value


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        (True, Kind.COUNT), ("15", Kind.COUNT), (1, Kind.BOOL), (15, Kind.CODE), (2, Kind.RATIO), ("2/0", Kind.RATIO),
        ("1.23456", Kind.AMOUNT), ("-1", Kind.AMOUNT), (2023, Kind.DATE), ("2023-02-29", Kind.DATE), (2**63, Kind.COUNT),
        ("６６％", Kind.RATIO),
    ],
)  # fmt: skip
def test_a_value_that_does_not_fit_is_refused(text: object, kind: Kind) -> None:
    with pytest.raises(ValueError, match=r"."):
        parse_value(text, kind)


# -- profiles --------------------------------------------------------------------------------------------------

PROFILE = """\
profile: shili
title: {zh: 示例市, en: Example city}
parameters:
  rate_min:
  - {value: 80%, document: 示办〔2022〕1号, section: 第二条, effective_from: "2022-03-01", effective_to: "2022-12-31"}
  - {value: 2/3, document: 示办〔2023〕9号, section: 第三条, effective_from: "2023-01-01"}
  meetings_min:
  - {value: 3, document: 示办〔2023〕9号, section: 第四条, status: draft}
"""


@pytest.fixture
def law(tmp_path: Path) -> Rulebook:
    return load(write(tmp_path / "law"))


def profile(tmp_path: Path, law: Rulebook, text: str = PROFILE, as_of: str = "2023-06-01", **options: bool) -> Profile:
    file = tmp_path / "shili.yaml"
    file.write_text(text, "utf-8")
    return load_profile(str(file), law, days(as_of), **options)


def rate_min(tmp_path: Path, law: Rulebook, as_of: str) -> object:
    setting = profile(tmp_path, law, as_of=as_of).settings.get("rate_min")
    return setting and setting.value


def test_a_value_holds_from_its_first_day_to_its_last(tmp_path: Path, law: Rulebook) -> None:
    eighty, two_thirds = Ratio(80, 100), Ratio(2, 3)
    assert rate_min(tmp_path, law, "2022-02-28") is None
    assert rate_min(tmp_path, law, "2022-03-01") == eighty
    assert rate_min(tmp_path, law, "2022-12-31") == eighty
    assert rate_min(tmp_path, law, "2023-01-01") == two_thirds


def test_a_setting_carries_its_document(tmp_path: Path, law: Rulebook) -> None:
    source = profile(tmp_path, law).settings["rate_min"].source
    assert (source.document, source.section, source.place, source.status) == ("示办〔2023〕9号", "第三条", "示例市", "in_force")


def test_a_draft_is_applied_only_when_asked_for(tmp_path: Path, law: Rulebook) -> None:
    assert "meetings_min" not in profile(tmp_path, law).settings
    setting = profile(tmp_path, law, drafts=True).settings["meetings_min"]
    assert (setting.value, setting.source.status) == (3, "draft")


WRONG_SETTINGS = [
    ("  rate_min:", "  rate_minn:", "unknown parameter 'rate_minn'; did you mean 'rate_min'?"),
    ("value: 2/3", "value: 3", "3 is not a ratio"),
    ("value: 2/3", "value: '?'", "left out"),
    ("value: 3,", "value: '3',", "'3' is not a count"),
    ('effective_from: "2023-01-01"', 'effective_from: "2023-13-01"', "not a date"),
    ('effective_to: "2022-12-31"', 'effective_to: "2022-01-31"', "ends before it begins"),
    ("status: draft", "status: drafft", "Input should be"),
    ("section: 第三条, ", "", "missing key 'section'"),
    ("section: 第三条", "sections: 第三条", "unknown key 'sections'; did you mean 'section'?"),
    ("profile: shili", "profile: shili\nparameter: {}", "unknown key 'parameter'; did you mean 'parameters'?"),
]


@pytest.mark.parametrize(("old", "new", "message"), WRONG_SETTINGS, ids=[new for _, new, _ in WRONG_SETTINGS])
def test_a_wrong_setting_is_refused_at_its_line(
    tmp_path: Path, law: Rulebook, old: str, new: str, message: str
) -> None:
    text, line = spoiled(PROFILE, old, new)
    with pytest.raises(RulebookError) as raised:
        profile(tmp_path, law, text)
    found = [p for p in raised.value.problems if message in p.message]
    assert found, raised.value
    assert found[0].file == "shili.yaml"
    assert abs(found[0].line - line) <= 1


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("sorts", "[wet, drye]", "'drye' is none of wet, dry; did you mean 'dry'?"),
        ("sorts", "wet", "a list of codes is expected"),
        ("choice", "lefft", "'lefft' is none of left, right; did you mean 'left'?"),
        ("cold", "'true'", "'true' is not a bool"),
    ],
)
def test_a_choice_that_there_is_not_is_refused(
    tmp_path: Path, law: Rulebook, name: str, value: str, message: str
) -> None:
    text = f"profile: p\ntitle: {{zh: 示例, en: Example}}\nparameters:\n  {name}:\n  - {{value: {value}, document: d, section: s}}\n"
    with pytest.raises(RulebookError, match=message.replace("?", r"\?")):
        profile(tmp_path, law, text)


def test_all_wrong_settings_are_said_at_once(tmp_path: Path, law: Rulebook) -> None:
    text, _ = spoiled(PROFILE, "value: 2/3", "value: 3")
    text, _ = spoiled(text, "  meetings_min:", "  meeting_min:")
    with pytest.raises(RulebookError) as raised:
        profile(tmp_path, law, text)
    assert len(raised.value.problems) == 2


def test_a_profile_file_may_have_a_byte_order_mark(tmp_path: Path, law: Rulebook) -> None:
    assert "rate_min" in profile(tmp_path, law, "\ufeff" + PROFILE).settings


def test_a_profile_file_that_is_not_utf8_is_refused(tmp_path: Path, law: Rulebook) -> None:
    (tmp_path / "gbk.yaml").write_bytes(PROFILE.encode("gb18030"))
    with pytest.raises(RulebookError, match="not UTF-8"):
        load_profile(str(tmp_path / "gbk.yaml"), law, days("2023-06-01"))


def test_a_profile_that_is_neither_shipped_nor_a_file_is_refused_with_the_nearest(law: Rulebook) -> None:
    with pytest.raises(RulebookError, match="did you mean 'national'"):
        load_profile("nationale", law, days("2023-06-01"))


def test_a_shipped_name_is_not_taken_for_a_file(
    tmp_path: Path, law: Rulebook, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "national").write_text(PROFILE, "utf-8")
    assert "rate_min" not in load_profile("national", law, days("2023-06-01")).settings


def test_the_digest_of_a_profile_changes_with_its_text(tmp_path: Path, law: Rulebook) -> None:
    one, other = profile(tmp_path, law), profile(tmp_path, law, PROFILE + "# remark\n")
    assert one.sha256 != other.sha256


def test_a_date_far_away_does_not_end_a_setting(tmp_path: Path, law: Rulebook) -> None:
    assert rate_min(tmp_path, law, "2099-12-31") == Ratio(2, 3)


def test_every_shipped_profile_is_sound() -> None:
    from compliance.bench import load_law

    assert "national" in profile_names()
    for name in profile_names():
        for day in ("2020-01-01", "2023-06-30", "2026-01-01"):
            assert load_profile(name, load_law(), days(day), drafts=True).name == name


def test_without_measures_of_a_subject_its_item_is_refused(tmp_path: Path) -> None:
    with pytest.raises(RulebookError, match="unknown subject 'area'"):
        load_rulebook({"community": MEASURES["community"]}, write(tmp_path))




def test_every_kind_of_subject_has_words() -> None:
    from compliance.measures.deliveries import KINDS as BETWEEN
    from compliance.measures.soundness import KINDS as SOUNDNESS
    from compliance.measures.subjects import KINDS
    from compliance.schemas.vocabulary import SUBJECTS

    assert KINDS.keys() | SOUNDNESS.keys() | BETWEEN.keys() == SUBJECTS.keys()
    assert len(KINDS) + len(SOUNDNESS) + len(BETWEEN) == len(SUBJECTS)
