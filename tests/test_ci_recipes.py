"""The CI recipes: their own shell steps are run on a planted error and on the mended dossier; their files are valid."""

from __future__ import annotations

import json
import os
import re
import shlex
import subprocess
import sys
from collections.abc import Callable
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema.validators import validator_for
from places import FIXTURES, raw_of

ROOT = FIXTURES.parent
RECIPES = ROOT / "docs" / "ci"
HOOKS = ROOT / ".pre-commit-hooks.yaml"
YAML_FILES = (*sorted(RECIPES.glob("*.yml")), *sorted(RECIPES.glob("*.yaml")), HOOKS)


class _Strict(yaml.SafeLoader):
    """YAML in which a key stands once and is a text."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        keys = [self.construct_object(key, deep=True) for key, _ in node.value]
        assert all(isinstance(key, str) for key in keys), keys
        assert len(set(keys)) == len(keys), keys
        return super().construct_mapping(node, deep)


def load(path: Path) -> Any:
    return yaml.load(path.read_text("utf-8"), Loader=_Strict)


# -- the steps -------------------------------------------------------------------------------------------------


def _github() -> list[str]:
    return [step["run"] for step in load(RECIPES / "github-actions.yml")["jobs"]["check"]["steps"] if "run" in step]


def _gitlab() -> list[str]:
    job = load(RECIPES / "gitlab-ci.yml")["dossiers"]
    return [*job["before_script"], *job["script"]]


def _jenkins() -> list[str]:
    found = re.findall(r"\bsh (?:'''(.*?)'''|'([^'\n]+)')", (RECIPES / "Jenkinsfile").read_text("utf-8"), re.DOTALL)
    # In Groovy a backslash at a line's end joins the lines, as the shell itself would do.
    return [long.replace("\\\n", "") or short for long, short in found]


def _hook() -> list[str]:
    """As pre-commit calls it: the entry with the names of the files that match."""
    (hook,) = load(HOOKS)
    name = "dossiers/village.json"
    assert re.search(hook["files"], name)
    assert not re.search(hook["files"], "reports/village.json")
    return [f"{hook['entry']} {shlex.quote(name)}"]


STEPS: dict[str, Callable[[], list[str]]] = {
    "GitHub Actions": _github, "GitLab CI": _gitlab, "Jenkins": _jenkins, "pre-commit": _hook,
}  # fmt: skip


def the_check(recipe: str) -> str:
    (step,) = [step for step in STEPS[recipe]() if re.search(r"^\s*compliance ", step, re.MULTILINE)]
    return step


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """A checkout with one dossier and the command as it would be installed."""
    command = tmp_path / ".venv" / "bin" / "compliance"
    command.parent.mkdir(parents=True)
    command.write_text(f'#!/bin/sh\nexec {shlex.quote(sys.executable)} -m compliance "$@"\n', "utf-8")
    command.chmod(0o755)
    (tmp_path / "dossiers").mkdir()
    return tmp_path


def deliver(place: Path, *, planted: bool) -> str:
    raw = raw_of("village")
    if planted:
        raw["mechanisms"] = [{"area_code": raw["area_code"], "established": False}]
    (place / "dossiers" / "village.json").write_text(json.dumps(raw, ensure_ascii=False), "utf-8")
    return str(raw["dossier_id"])


def run(place: Path, step: str, options: str = "") -> subprocess.CompletedProcess[str]:
    """Run a step as a CI does: a shell that stops at the first error."""
    environment = {
        **os.environ, "PYTHONPATH": str(ROOT), "COMPLIANCE_OPTIONS": options,
        "PATH": f"{place / '.venv' / 'bin'}{os.pathsep}{os.environ['PATH']}",
    }  # fmt: skip
    return subprocess.run(
        ["bash", "-e", "-o", "pipefail", "-c", step], cwd=place, env=environment, capture_output=True,
        encoding="utf-8", timeout=120, check=False,
    )  # fmt: skip


@pytest.mark.parametrize("recipe", STEPS)
def test_a_planted_error_stops_the_delivery_and_the_mended_dossier_passes(recipe: str, place: Path) -> None:
    step = the_check(recipe)
    ident = deliver(place, planted=True)
    done = run(place, step)
    assert done.returncode == 1, done.stderr
    assert "✗ B1" in done.stdout
    reports = place / "reports"
    if recipe != "pre-commit":
        assert json.loads((reports / f"{ident}.json").read_text("utf-8"))["verdict"]["outcome"] == "fail"
        assert (reports / f"{ident}.html").stat().st_size
    deliver(place, planted=False)
    done = run(place, step)
    assert done.returncode == 0, done.stderr
    if recipe != "pre-commit":
        assert json.loads((reports / f"{ident}.json").read_text("utf-8"))["verdict"]["worst"] is None


@pytest.mark.parametrize("recipe", [name for name in STEPS if name != "pre-commit"])
def test_options_reach_the_check_and_a_baseline_lets_the_known_pass(recipe: str, place: Path) -> None:
    step = the_check(recipe)
    deliver(place, planted=True)
    (place / "baseline").mkdir()
    asked = "--baseline baseline --fail-on-new"
    assert run(place, step, asked).returncode == 1
    for report in (place / "reports").glob("*.json"):
        report.rename(place / "baseline" / report.name)
    done = run(place, step, asked)
    assert done.returncode == 0, done.stderr
    assert "== 与基线对照" in done.stdout
    assert run(place, step, "--nosuch").returncode == 2


@pytest.mark.parametrize("recipe", STEPS)
def test_what_cannot_be_read_stops_the_delivery_with_3(recipe: str, place: Path) -> None:
    (place / "dossiers" / "village.json").write_text("{", "utf-8")
    assert run(place, the_check(recipe)).returncode == 3


@pytest.mark.parametrize("recipe", [name for name in STEPS if name != "pre-commit"])
def test_the_checker_is_installed_from_its_checkout(recipe: str) -> None:
    installs = [step for step in STEPS[recipe]() if "install" in step]
    assert [step.split("/")[-1] for step in installs] == ["checker"]
    assert all(step.endswith("pip install ./checker") for step in installs)


# -- the files -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", YAML_FILES, ids=lambda p: p.name)
def test_the_files_are_strict_yaml(path: Path) -> None:
    assert load(path)


@pytest.mark.parametrize(
    ("name", "schema"), [("github-actions.yml", "github-workflows"), ("gitlab-ci.yml", "gitlab-ci")]
)
def test_workflows_are_valid_by_their_published_schemas(name: str, schema: str) -> None:
    pytest.importorskip("check_jsonschema", reason="ships the schemas of GitHub workflows and GitLab CI")
    told = json.loads((files("check_jsonschema") / f"builtin_schemas/vendor/{schema}.json").read_text("utf-8"))
    made = load(RECIPES / name)
    validator = validator_for(told)(told)
    assert [error.message for error in validator.iter_errors(made)] == []
    broken = {**made, "jobs": 7} if "jobs" in made else {**made, "dossiers": {"script": 7}}
    assert list(validator.iter_errors(broken)), "the schema says something"


def test_the_hook_is_valid_by_pre_commit_itself() -> None:
    clientlib = pytest.importorskip("pre_commit.clientlib", reason="reads hooks as pre-commit does")
    (hook,) = clientlib.load_manifest(HOOKS)
    config = clientlib.load_config(RECIPES / "pre-commit-config.yaml")
    assert [h["id"] for repo in config["repos"] for h in repo["hooks"]] == [hook["id"]]


def test_the_jenkinsfile_closes_what_it_opens() -> None:
    text = re.sub(r"'''.*?'''|'[^'\n]*'|//[^\n]*", "", (RECIPES / "Jenkinsfile").read_text("utf-8"), flags=re.DOTALL)
    depth = 0
    for char in text:
        depth += {"{": 1, "}": -1}.get(char, 0)
        assert depth >= 0
    assert depth == 0
    assert re.match(r"\s*pipeline \{", text)
    for section in ("agent any", "stages {", "post {"):
        assert section in text


def test_the_page_names_every_recipe_and_every_exit_code() -> None:
    page = (RECIPES / "README.md").read_text("utf-8")
    for path in RECIPES.iterdir():
        assert path.name == "README.md" or page.count(f"({path.name})") == 2, path.name
    for code in range(6):
        assert page.count(f"\n| {code} | ") == 2
