"""The pages of the items: whole, in both languages, alike on every run, and as they stand in docs/clauses."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import pytest
from click.testing import CliRunner
from places import raw_of

from compliance import between, soundness
from compliance.bench import load_law
from compliance.cli import cli
from compliance.measures import soundness as of_data
from compliance.measures import subjects
from compliance.measures.base import measures_of
from compliance.measures.subjects import Case
from compliance.measures.trace import Pointers, read_pointers
from compliance.pages import pages
from compliance.pages.fields import field_at, fields_read
from compliance.plain_law import BODY
from compliance.rulebook import profile_names, profile_spec
from compliance.rulebook.precedents import load_precedents
from compliance.schemas.dossier import Dossier
from compliance.schemas.rulebook import ProfileSpec
from compliance.schemas.scalars import days

LAW = load_law()
DOCS = Path(__file__).resolve().parents[1] / "docs" / "clauses"
CHECKS = [(book.load_checks(), book.load_numbers().layers[0].spec) for book in (soundness, between)]
DATA = [item for law, _ in CHECKS for item in law.items]
ITEMS = [item.id for item in (*LAW.items, *DATA)]


@cache
def made() -> dict[str, str]:
    return made_of([profile_spec(name) for name in profile_names()])


def made_of(profiles: list[ProfileSpec]) -> dict[str, str]:
    return pages(LAW, profiles, load_precedents(LAW), CHECKS)


def test_the_pages_in_the_checkout_are_those_of_the_law() -> None:
    held = {p.relative_to(DOCS).as_posix(): p.read_text("utf-8") for p in DOCS.rglob("*.md")}
    drifting = sorted(name for name in made().keys() | held.keys() if made().get(name) != held.get(name))
    assert drifting == [], "run: compliance rules docs"


def test_there_is_a_page_for_every_item_in_both_languages_and_nothing_else() -> None:
    expected = {f"{lang}/{name}.md" for lang in ("zh", "en") for name in [*ITEMS, "README", "coverage"]}
    assert made().keys() == expected | {"README.md"}


def test_the_same_law_gives_the_same_pages_whatever_the_order_of_the_profiles() -> None:
    assert made_of([profile_spec(name) for name in reversed(profile_names())]) == made()


@pytest.mark.parametrize("name", sorted(made()))
def test_tables_are_whole_and_links_lead_somewhere(name: str) -> None:
    rows = re.split(r"\n(?!\|)", made()[name])
    for block in rows:
        columns = {len(re.findall(r"(?<!\\)\|", line)) for line in block.splitlines() if line.startswith("|")}
        assert len(columns) <= 1, block
    folder = (DOCS / name).parent
    for target in re.findall(r"\]\(([^)#]+)\)", made()[name]):
        resolved = (folder / target).resolve().relative_to(DOCS.resolve()).as_posix()
        assert resolved in made(), target


@pytest.mark.parametrize("item", [*LAW.items, *DATA], ids=lambda item: item.id)
def test_a_page_has_every_check_case_step_precedent_and_parameter(item: object) -> None:
    spec = item.spec  # type: ignore[attr-defined]
    for lang in ("zh", "en"):
        page = made()[f"{lang}/{spec.item}.md"]
        assert all(f"### `{name}` " in page for name in spec.checks)
        assert getattr(spec.requires, lang) in page
        assert all(getattr(step, lang) in page for step in spec.remedy.steps)
        assert all(f"| {name} " in page for name in spec.remedy.precedents)
        assert all(getattr(said, lang) in page for said in spec.not_modelled)
        assert all(getattr(c.asks, lang) in page for c in spec.checks.values() if c.asks)
        given = [line for line in page.splitlines() if re.search(r"\| (符合|不符合|存疑|待证|不适用|Pass|Fail|in doubt|Unknown|Not applicable) \|", line)]
        assert len(given) == len(spec.cases)


def test_english_pages_have_no_chinese_heading_or_label() -> None:
    section = re.compile(r"[一二三四五六七八九十]?（[一二三四五六七八九十]）|[一二三四五六七八九十]|、")
    for name, page in made().items():
        if name.startswith("en/"):
            heads = [line for line in page.splitlines() if line.startswith("#")]
            labels = re.findall(r"^\| \*\*(.*?)\*\*", page, re.M)
            assert not [text for text in (*heads, *labels) if re.search(r"[\u4e00-\u9fff：]", section.sub("", text))], name


def test_the_map_names_every_requirement_of_the_body_and_counts_them() -> None:
    for lang in ("zh", "en"):
        page = made()[f"{lang}/coverage.md"]
        assert all(f"\n| {name} |" in page for name in BODY)
        assert all(f"`{check.name}`" in page for check in LAW.checks)
        assert "| 36 / 36 |" in page


def test_numbers_of_a_place_stand_with_their_source_and_drafts_are_marked() -> None:
    spec = ProfileSpec.model_validate(
        {
            "profile": "own-town",
            "title": {"zh": "示例市", "en": "Own Town"},
            "area_codes": ["999900"],
            "parameters": {
                "consent_agree_min": [
                    {"value": "7/9", "document": "示|政办", "section": "一", "status": "draft", "effective_from": "2023-01-01"}
                ]
            },
            "checks": [
                {
                    "item": "B7.1",
                    "name": "own",
                    "check": {"says": {"zh": "当地要求", "en": "of the place"}, "holds": {"participation_rate": {"at_least": "99%"}}},
                    "cases": [],
                    "document": "示政办二",
                    "section": "二",
                }
            ],
            "changes": [{"check": "B7.1", "severity": "critical", "document": "示政办三", "section": "三"}],
            "attained": [
                {"name": "r", "title": {"zh": "同意率", "en": "agreement"}, "value": "97", "unit": "%", "items": ["B7.1"], "document": "总结", "section": "四"}
            ],
        }
    )
    page = pages(LAW, [spec], ())["zh/B7.1.md"]
    assert "| 示例市（市级） | ≈77.77%（7/9） | 示\\|政办 | 一 | 2023-01-01 – | **征求意见稿，尚未施行** |" in page
    assert "| `own` | 当地要求 | 参与率应不低于99% | 示政办二 | 二 |" in page
    assert "| `B7.1` | 红线 | 示政办三 | 三 |" in page
    assert "## 各地的结果（结果，不作门槛）" in page


def test_fields_that_measures_read_in_real_dossiers_are_among_those_found_by_drawing() -> None:
    read = fields_read()
    missing: set[tuple[str, str, str]] = set()
    for place in ("village", "city", "province"):
        dossier = Dossier.model_validate(raw_of(place))
        case, pointers = Case(dossier, days("2024-03-31")), Pointers(dossier)
        for name, kind in {**subjects.KINDS, **of_data.KINDS}.items():
            for measure in measures_of(kind.row.__name__).values():
                known = [field.path.removesuffix("[]") for field in read.get((name, measure.name), ())]
                for _, row in kind.rows(case):
                    for field in filter(None, map(field_at, read_pointers(measure.take, row, pointers))):
                        if not any(path.startswith(field.path.removesuffix("[]")) for path in known):
                            missing.add((name, measure.name, field.path))
    assert missing <= {("shortfall", "shared_provision", "area_units[].shared_facilities[].method")}


def test_a_field_is_told_with_its_title_unit_and_the_path_to_it() -> None:
    field = field_at("/communities/3/votes/0/part_area_m2")
    assert field is not None
    assert (field.path, field.title.zh, field.unit) == ("communities[].votes[].part_area_m2", "参与面积", "㎡")
    assert field.where.zh == "小区 › 业主表决"
    assert field_at("/communities/0/no_such_field") is None


def test_the_command_writes_checks_and_takes_away_what_is_no_more(tmp_path: Path) -> None:
    def run(*args: str) -> tuple[int, str]:
        result = CliRunner().invoke(cli, ["rules", "docs", "--out", str(tmp_path), *args])
        return result.exit_code, result.stdout

    assert run("--check")[0] == 1
    assert run()[0] == 0
    assert run("--check") == (0, "")
    (tmp_path / "zh" / "B7.1.md").write_text("changed", "utf-8")
    (tmp_path / "en" / "B99.9.md").write_text("an item that is no more", "utf-8")
    (tmp_path / "notes.md").write_text("not ours", "utf-8")
    code, said = run("--check")
    assert code == 1
    assert {Path(line).name for line in said.split()} == {"B7.1.md", "B99.9.md", "notes.md"}
    assert run()[0] == 0
    assert (tmp_path / "zh" / "B7.1.md").read_text("utf-8") == made()["zh/B7.1.md"]
    assert not (tmp_path / "en" / "B99.9.md").exists()
    assert (tmp_path / "notes.md").exists()
