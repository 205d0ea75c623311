"""The built wheel carries the law, the schemas and the templates, and runs where there is no checkout."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "compliance"


def run(*command: str | Path, cwd: Path | None = None, **env: str) -> str:
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"} | env
    done = subprocess.run(list(map(str, command)), capture_output=True, text=True, encoding="utf-8", env=environment, cwd=cwd, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Built from a copy, so that nothing is left in the checkout."""
    copy = tmp_path_factory.mktemp("source")
    for name in ("setup.cfg", "pyproject.toml", "LICENSE"):
        shutil.copy(ROOT / name, copy)
    readme = ROOT / "README.md"
    (copy / "README.md").write_text(readme.read_text("utf-8") if readme.exists() else "", "utf-8")
    shutil.copytree(PACKAGE, copy / "compliance", ignore=shutil.ignore_patterns("__pycache__"))
    try:
        import setuptools
    except ImportError:
        pytest.skip("no setuptools to build with")
    if int(setuptools.__version__.split(".")[0]) < 77:
        pytest.skip(f"setuptools {setuptools.__version__} is older than pyproject.toml asks for")
    pytest.importorskip("build")
    run(sys.executable, "-m", "build", "-w", "--no-isolation", "-o", copy / "dist", copy)
    (built,) = (copy / "dist").glob("*.whl")
    return built


def test_everything_that_is_not_python_is_in_the_wheel(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        inside = set(archive.namelist())
    for suffix in (".yaml", ".json", ".html", ".css", ".js", ".py", ".typed"):
        wanted = {f.relative_to(ROOT).as_posix() for f in PACKAGE.rglob(f"*{suffix}") if "__pycache__" not in f.parts}
        assert wanted <= inside, sorted(wanted - inside)
    assert not [name for name in inside if name.startswith(("tests/", "fixtures/", "benchmarks/"))]


def test_the_wheel_lists_the_thirty_six_items_and_checks_a_dossier(wheel: Path, tmp_path: Path) -> None:
    home = tmp_path / "venv"
    run(sys.executable, "-m", "venv", "--system-site-packages", "--without-pip", home)
    folder = next((home / "lib").glob("python3*/site-packages"))
    # The environment's own packages serve the dependencies; of compliance there is only what the wheel brings.
    (folder / "deps.pth").write_text("\n".join(p for p in sys.path if p.endswith("site-packages")), "utf-8")
    run(sys.executable, "-m", "pip", "install", "--no-deps", "--no-index", "--target", folder, wheel)
    python = home / "bin" / "python"
    where = run(python, "-c", "import compliance; print(compliance.__file__)", cwd=home).strip()
    assert Path(where).is_relative_to(home)
    listed = [line.split()[0] for line in run(python, "-m", "compliance", "rules", "list", cwd=home).splitlines() if "[" in line]
    assert sum(item[0] in "BH" for item in listed) == 36
    target = tmp_path / "r.html"
    run(python, "-m", "compliance", "check", ROOT / "fixtures" / "shili-province", "--fail-on", "never", "--report", f"html:{target}", cwd=home)
    assert target.read_bytes().startswith(b"<!")
