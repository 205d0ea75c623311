"""Versions of the dossier's structure: earlier ones are brought into today's with every change told, later ones refused."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from places import raw_of

from compliance.cli import cli
from compliance.intake import read, versions
from compliance.intake.versions import Change, Migration
from compliance.schemas.refusal import InputError, Refused, Words

Json = dict[str, Any]
SAID = Words("改名", "renamed")


def _to_0_9(old: Json) -> tuple[Json, list[Change]]:
    """A made-up step: the area's name was called ``name``, and there was a field that nobody reads any more."""
    changes = []
    if "name" in old:
        old["area_title"] = old.pop("name")
        changes.append(Change(("name",), ("area_title",), SAID))
    if "printed_on" in old:
        del old["printed_on"]
        changes.append(Change(("printed_on",), None, Words("不再采用", "no longer read")))
    return old, changes


def _to_1_0(old: Json) -> tuple[Json, list[Change]]:
    """Another: two fields got their names of today, and the area's level became a field."""
    changes = [Change(None, ("area_level",), Words("补上行政层级", "level of the area added"))]
    old["area_level"] = "county"
    if "area_title" in old:
        old["area_name"] = old.pop("area_title")
        changes.append(Change(("area_title",), ("area_name",), SAID))
    communities = old.get("communities")
    for number, community in enumerate(communities if isinstance(communities, list) else ()):
        if isinstance(community, dict) and "households_all" in community:
            community["households"] = community.pop("households_all")
            changes.append(
                Change(("communities", number, "households_all"), ("communities", number, "households"), SAID)
            )
    return old, changes


@pytest.fixture(autouse=True)
def made_up(monkeypatch: pytest.MonkeyPatch) -> None:
    steps = {"0.8": Migration("0.9", _to_0_9), "0.9": Migration("1.0", _to_1_0)}
    monkeypatch.setattr(versions, "MIGRATIONS", steps)


def earlier(version: str = "0.8") -> Json:
    """The village as it would have been written then."""
    raw = raw_of("village")
    raw["schema_version"] = version
    raw["name" if version == "0.8" else "area_title"] = raw.pop("area_name")
    del raw["area_level"]
    if version == "0.8":
        raw["printed_on"] = "2024-01-02"
    for community in raw["communities"]:
        community["households_all"] = community.pop("households")
    return raw


def put(folder: Path, raw: Any, name: str = "d.json") -> Path:
    path = folder / name
    path.write_text(json.dumps(raw, ensure_ascii=False, indent=1), "utf-8")
    return path


def errors_of(path: Path) -> list[InputError]:
    with pytest.raises(Refused) as caught:
        read(path)
    return caught.value.errors


@pytest.mark.parametrize("version", ["0.8", "0.9"])
def test_an_earlier_dossier_is_the_same_as_todays(version: str, tmp_path: Path) -> None:
    today = read(put(tmp_path, raw_of("village"), "today.json"), keep=True)
    then = read(put(tmp_path, earlier(version)), keep=True)
    assert then.dossier == today.dossier
    assert today.changes == ()
    assert today.data
    assert then.data == b"", "pointers of the report do not lead into these bytes"
    assert then.sha256 != today.sha256


def test_every_change_is_told_from_the_files_place_to_todays(tmp_path: Path) -> None:
    many = len(raw_of("village")["communities"])
    told = [(c.was, c.now, c.says.en) for c in read(put(tmp_path, earlier())).changes]
    assert told == [
        ("/schema_version", "/schema_version", "structure 0.8 made 0.9"),
        ("/name", "/area_name", "renamed"),
        ("/printed_on", None, "no longer read"),
        ("/schema_version", "/schema_version", "structure 0.9 made 1.0"),
        (None, "/area_level", "level of the area added"),
        ("/name", "/area_name", "renamed"),
        *((f"/communities/{n}/households_all", f"/communities/{n}/households", "renamed") for n in range(many)),
    ]


def test_the_command_line_says_what_was_changed(tmp_path: Path) -> None:
    path = str(put(tmp_path, earlier()))
    for lang, words in (("zh", ["改名  /name → /area_name", "不再采用  /printed_on → （未采用）", "（新增） → /area_level"]),
                        ("en", ["renamed  /name → /area_name", "/printed_on → (left out)", "(added) → /area_level"])):  # fmt: skip
        done = CliRunner().invoke(cli, ["check", path, "--mode", "feed", "--lang", lang])
        assert done.exit_code in (0, 1)
        for word in words:
            assert word in done.stderr
            assert word not in done.stdout
    page = tmp_path / "page.html"
    done = CliRunner().invoke(cli, ["check", path, "--mode", "feed", "--report", f"html:{page}"])
    assert done.exit_code in (0, 1)
    assert page.stat().st_size


def test_what_is_wrong_in_an_earlier_dossier_is_told_where_it_stands_in_the_file(tmp_path: Path) -> None:
    raw = earlier()
    raw["name"] = 7
    raw["communities"][1]["households_all"] = "many"
    raw["communities"][2]["novel"] = 1
    path = put(tmp_path, raw)
    text = path.read_text("utf-8").splitlines()
    errors = {e.pointer: e for e in errors_of(path)}
    assert set(errors) == {"/name", "/communities/1/households_all", "/communities/2/novel"}
    assert errors["/communities/2/novel"].code == "unknown_field"
    assert errors["/name"].code == "wrong_type"
    for error, word in ((errors["/name"], '"name"'), (errors["/communities/1/households_all"], '"households_all"'),
                        (errors["/communities/2/novel"], '"novel"')):  # fmt: skip
        assert error.line is not None
        assert word in text[error.line - 1]


def test_a_missing_field_of_an_earlier_dossier_is_told(tmp_path: Path) -> None:
    raw = earlier()
    del raw["name"], raw["plan_year"]
    assert {(e.code, e.pointer) for e in errors_of(put(tmp_path, raw))} == {
        ("missing_field", "/area_name"), ("missing_field", "/plan_year"),
    }  # fmt: skip


def test_damaged_notation_and_content_of_an_earlier_dossier_are_told_together(tmp_path: Path) -> None:
    raw = earlier()
    raw["name"] = 7
    path = tmp_path / "d.json"
    path.write_text(json.dumps(raw)[:-1] + ",}", "utf-8")
    assert {(e.code, e.pointer) for e in errors_of(path)} == {("wrong_type", "/name"), ("trailing_comma", "")}


def test_a_dangling_reference_of_an_earlier_dossier_is_told(tmp_path: Path) -> None:
    raw = earlier()
    raw["plans"][0]["community_ids"].append("nobody")
    (error,) = errors_of(put(tmp_path, raw))
    assert error.code == "dangling_reference"
    assert error.line is not None


@pytest.mark.parametrize("version", ["1.1", "1.0.1", "2.0", "1.10", "10.0"])
def test_a_newer_version_is_refused_with_what_reads_it(version: str, tmp_path: Path) -> None:
    (error,) = errors_of(put(tmp_path, {"schema_version": version, "novel": 1}))
    assert (error.code, error.pointer) == ("unsupported_schema_version", "/schema_version")
    assert version in error.found.en
    assert f"upgrade to one that reads structure {version}" in error.hint.en
    assert f"升级到能读取结构版本 {version} 的程序" in error.hint.zh


@pytest.mark.parametrize("version", ["0.7", "0", "1", "1.x", "", "一"])
def test_a_version_that_no_step_reads_is_refused_with_those_that_are_read(version: str, tmp_path: Path) -> None:
    (error,) = errors_of(put(tmp_path, {"schema_version": version}))
    assert error.code == "unsupported_schema_version"
    assert error.expected.en == '"1.0", or "0.8", "0.9", which can be converted'
    assert "upgrade" not in error.hint.en


@pytest.mark.parametrize("version", [None, 1, ["0.8"], {}])
def test_a_version_that_is_no_text_is_a_wrong_type(version: Any, tmp_path: Path) -> None:
    errors = errors_of(put(tmp_path, {**earlier(), "schema_version": version}))
    assert ("wrong_type", "/schema_version") in {(e.code, e.pointer) for e in errors}


def test_the_first_structure_that_was_published_is_todays(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.undo()
    assert versions.MIGRATIONS == {}
    (error,) = errors_of(put(tmp_path, {"schema_version": "0.9"}))
    assert error.expected.en == '"1.0"'


def test_a_step_is_given_a_copy_of_its_own() -> None:
    raw = earlier()
    migrated = versions.migrate(raw)
    assert migrated is not None
    assert raw == earlier()
    assert migrated.root["area_name"] == raw["name"]
