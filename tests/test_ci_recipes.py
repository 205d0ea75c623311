"""The CI recipes: their own shell steps are run on a planted error and on the mended dossier; their files are valid."""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import venv
from collections.abc import Callable
from importlib.metadata import version
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema.validators import validator_for
from lxml import etree
from places import FIXTURES, raw_of
from pre_commit import clientlib

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
        assert failures(place, ident) > 0
    if recipe == "GitHub Actions":
        assert "::error file=dossiers/village.json,line=" in done.stdout
        assert alerts(place, ident)
    deliver(place, planted=False)
    done = run(place, step)
    assert done.returncode == 0, done.stderr
    if recipe != "pre-commit":
        assert json.loads((reports / f"{ident}.json").read_text("utf-8"))["verdict"]["worst"] is None
        assert failures(place, ident) == 0
    if recipe == "GitHub Actions":
        assert "::error" not in done.stdout
        assert {r["level"] for r in alerts(place, ident)} <= {"note"}, "what is only encouraged"


def failures(place: Path, ident: str) -> int:
    return len(etree.parse(place / "reports" / f"{ident}.xml").findall(".//failure"))


def alerts(place: Path, ident: str) -> list[dict[str, Any]]:
    (made,) = json.loads((place / "sarif" / f"{ident}.sarif").read_text("utf-8"))["runs"]
    return made["results"]  # type: ignore[no-any-return]


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


# -- a new user -------------------------------------------------------------------------------------------------


def _checkout(place: Path) -> None:
    """The checker as a submodule stands in the user's repository: its files, and nothing that was built."""
    checker = place / "checker"
    checker.mkdir()
    for name in ("setup.cfg", "pyproject.toml", "LICENSE", "README.md"):
        shutil.copy(ROOT / name, checker)
    shutil.copytree(ROOT / "compliance", checker / "compliance", ignore=shutil.ignore_patterns("__pycache__"))


def _environment(home: Path) -> None:
    """Where the CI installs into: what is installed there comes first, dependencies and pip are those of this one."""
    venv.create(home)
    (packages,) = (home / "lib").glob("python3*/site-packages")
    (packages / "deps.pth").write_text("\n".join(p for p in sys.path if p.endswith("site-packages")), "utf-8")
    command = home / "bin" / "pip"
    command.write_text(f'#!/bin/sh\nexec {shlex.quote(str(home / "bin" / "python"))} -m pip "$@"\n', "utf-8")
    command.chmod(0o755)


def _as_ci(place: Path, step: str) -> subprocess.CompletedProcess[str]:
    """A step in a fresh environment that has the dependencies at hand; nothing is fetched, nor taken from here."""
    # Of this one option pip reads the value and not the name: 0 is no isolation.
    offline = {"PIP_NO_INDEX": "1", "PIP_NO_DEPS": "1", "PIP_NO_BUILD_ISOLATION": "0"}
    environment = {
        **{name: value for name, value in os.environ.items() if name != "PYTHONPATH"}, **offline,
        "PATH": f"{place / 'ci' / 'bin'}{os.pathsep}{os.environ['PATH']}", "COMPLIANCE_OPTIONS": "",
    }  # fmt: skip
    return subprocess.run(
        ["bash", "-e", "-o", "pipefail", "-c", step], cwd=place, env=environment, capture_output=True,
        encoding="utf-8", timeout=300, check=False,
    )  # fmt: skip


@pytest.mark.skipif(
    int(version("setuptools").split(".")[0]) < 77, reason="setuptools is older than pyproject.toml asks for"
)
def test_a_new_user_who_does_what_the_page_says_is_stopped_by_an_error_and_passes_when_it_is_mended(tmp_path: Path) -> None:
    """The file that the page names, its steps in their order, the checker built and installed from its checkout."""
    page = (RECIPES / "README.md").read_text("utf-8")
    file, target = re.findall(r"^\| \[[\w.-]+\]\(([\w.-]+)\) \| `([^`]+)` \|", page, re.MULTILINE)[0]
    for said in ("git submodule add", "`dossiers/`", "COMPLIANCE_OPTIONS"):
        assert said in page
    (tmp_path / target).parent.mkdir(parents=True)
    shutil.copy(RECIPES / file, tmp_path / target)
    (tmp_path / "dossiers").mkdir()
    _checkout(tmp_path)
    _environment(tmp_path / "ci")
    steps = [step["run"] for step in load(tmp_path / target)["jobs"]["check"]["steps"] if "run" in step]
    *before, check = steps
    for step in before:
        done = _as_ci(tmp_path, step)
        assert done.returncode == 0, done.stderr
    deliver(tmp_path, planted=True)
    done = _as_ci(tmp_path, check)
    assert done.returncode == 1, done.stderr
    (error,) = {line for line in done.stdout.splitlines() if line.startswith("::error ")}
    assert "B1" in error, "what was planted is what is shown"
    deliver(tmp_path, planted=False)
    done = _as_ci(tmp_path, check)
    assert done.returncode == 0, done.stderr


# -- the files -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", YAML_FILES, ids=lambda p: p.name)
def test_the_files_are_strict_yaml(path: Path) -> None:
    assert load(path)


@pytest.mark.parametrize(
    ("name", "schema"), [("github-actions.yml", "github-workflows"), ("gitlab-ci.yml", "gitlab-ci")]
)
def test_workflows_are_valid_by_their_published_schemas(name: str, schema: str) -> None:
    told = json.loads((files("check_jsonschema") / f"builtin_schemas/vendor/{schema}.json").read_text("utf-8"))
    made = load(RECIPES / name)
    validator = validator_for(told)(told)
    assert [error.message for error in validator.iter_errors(made)] == []
    broken = {**made, "jobs": 7} if "jobs" in made else {**made, "dossiers": {"script": 7}}
    assert list(validator.iter_errors(broken)), "the schema says something"


def test_the_hook_is_valid_by_pre_commit_itself() -> None:
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
