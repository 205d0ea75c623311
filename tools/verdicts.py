"""This working tree against a revision (default HEAD) → which outcomes it alters over all fixtures.

Prints one line a changed finding: what it was, what it is. For the CHANGELOG when the law or a reading changes.
The fixtures of the working tree are judged by both.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from pathlib import Path

HOME = Path(__file__).resolve().parent.parent

ASK = """
import json, sys
from pathlib import Path
from compliance.road import check
home = Path(sys.argv[1])
found = {}
jobs = [(p, "national") for p in sorted(home.glob("fixtures/cities/*/dossier.json"))]
shili = str(home / "fixtures/profiles/shili.yaml")
jobs += [(home / "fixtures" / n, shili) for n in ("shili-county", "shili-city", "shili-province")]
for dossier, profile in jobs:
    for mode in ("strict", "feed"):
        name = dossier.parent.name if dossier.name == "dossier.json" else dossier.name
        try:
            report = check(dossier, profile=profile, mode=mode, as_of="2024-03-31")
        except Exception as error:
            found[f"{name} {mode}"] = f"{type(error).__name__}"
            continue
        for f in report.findings:
            found[f"{name} {mode} {f.id}"] = f"{f.outcome}/{f.reason}" if f.reason else f.outcome
print(json.dumps(found))
"""


def outcomes(code: Path) -> dict[str, str]:
    """Every finding of every fixture, judged by the code in a folder."""
    command = [sys.executable, "-c", ASK, str(HOME)]
    run = subprocess.run(command, cwd=code, env={"PYTHONPATH": str(code)}, stdout=subprocess.PIPE, check=True)
    result: dict[str, str] = json.loads(run.stdout)
    return result


def main(arguments: list[str]) -> int:
    revision = arguments[0] if arguments else "HEAD"
    with tempfile.TemporaryDirectory() as folder:
        tree = Path(folder) / "tree"
        add = ["git", "worktree", "add", "--quiet", "--detach", str(tree), revision]
        subprocess.run(add, cwd=HOME, check=True)
        try:
            before = outcomes(tree)
        finally:
            subprocess.run(["git", "worktree", "remove", "--force", str(tree)], cwd=HOME, check=True)
    after = outcomes(HOME)
    changed = sorted(k for k in before.keys() | after.keys() if before.get(k) != after.get(k))
    for key in changed:
        print(f"{key}: {before.get(key, '-')} -> {after.get(key, '-')}")
    print(f"{len(changed)} of {len(after)} findings differ from {revision}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
