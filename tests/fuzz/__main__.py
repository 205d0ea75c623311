"""``python tests/fuzz TARGET [--seconds N]`` fuzzes one door, guided by coverage; with files after it, replays them;
without a target, lists the doors.

What makes a rule break is made small and kept under ``build/fuzz/broken``. Exit code 1 if a rule broke, 3 if atheris
is not installed.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import subprocess
import sys
import time
import traceback
from pathlib import Path
from random import Random

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]
os.environ["PYTHONPATH"] = f"{ROOT}{os.pathsep}{ROOT / 'tests'}"

BUILD = ROOT / "build" / "fuzz"
BROKEN, NO_ATHERIS = 1, 3
MEMORY_MIB = 3000
SECONDS_OF_ONE = 90
"""Wall time of one input, where the limit of processor time does not reach: within a library written in C"""


def main() -> int:
    parser = argparse.ArgumentParser(prog="python tests/fuzz", description=__doc__)
    parser.add_argument("target", nargs="?")
    parser.add_argument("files", nargs="*", type=Path)
    parser.add_argument("--seconds", type=int, default=60)
    parser.add_argument("--inside", action="store_true", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.target is None:
        from fuzz.targets import TARGETS

        print(*(f"{name:15}{(target.run.__doc__ or '').splitlines()[0]}" for name, target in TARGETS.items()), sep="\n")
        return 0
    if given.files:
        return replay(given.target, given.files)
    return inside(given.target, given.seconds) if given.inside else fuzz(given.target, given.seconds)


def fuzz(name: str, seconds: int) -> int:
    """Fuzz in a process of its own, which an input may kill; then make what broke a rule small."""
    found = BUILD / "broken" / name
    found.mkdir(parents=True, exist_ok=True)
    before = set(found.iterdir())
    code = subprocess.run([sys.executable, __file__, name, "--seconds", str(seconds), "--inside"]).returncode
    fresh = sorted(set(found.iterdir()) - before)
    for file in fresh:
        small = found / f"small-{file.name}"
        small.write_bytes(minimised(name, file.read_bytes(), 60))
        print(f"\nreproduce: python tests/fuzz {name} {small.relative_to(ROOT)}", flush=True)
    return BROKEN if fresh or code not in (0, NO_ATHERIS) else code


def inside(name: str, seconds: int) -> int:
    """The fuzzer itself; ends by ``sys.exit``."""
    try:
        import atheris
    except ImportError:
        print("atheris is not installed: pip install 'compliance-laojiu[soak]' (Linux, macOS)", file=sys.stderr)
        return NO_ATHERIS
    corpus, found = BUILD / "corpus" / name, BUILD / "broken" / name
    for folder in (corpus, found):
        folder.mkdir(parents=True, exist_ok=True)
    with atheris.instrument_imports(include=["compliance"]):
        from fuzz.targets import TARGETS

        target = TARGETS[name]
        for seed in target.seeds():  # imports the rest, and makes what is made once, which is no fault of an input
            target.check(seed)
    for seed in target.seeds():
        (corpus / f"seed-{hashlib.sha256(seed).hexdigest()[:16]}").write_bytes(seed)
    words = BUILD / f"{name}.dict"
    known = "".join(f'"{_quoted(word)}"\n' for word in target.words() if 0 < len(word) <= 64)
    words.write_text(known or '"\\x00"\n', "ascii")  # an empty list of words is an error

    def mutate(data: bytes, most: int, seed: int) -> bytes:
        chance = Random(seed)
        made = target.changed(bytes(data), chance) if chance.randrange(4) else b""
        return made if 0 < len(made) <= most else atheris.Mutate(data, most)

    options = [
        f"-max_total_time={seconds}", f"-max_len={target.longest}", f"-dict={words}", f"-artifact_prefix={found}/",
        f"-rss_limit_mb={MEMORY_MIB}", f"-timeout={SECONDS_OF_ONE}", "-detect_leaks=0", "-print_final_stats=1", "-verbosity=1",
    ]  # fmt: skip
    atheris.Setup([sys.argv[0], *options, str(corpus)], target.check, custom_mutator=mutate)
    atheris.Fuzz()
    return 0


def _quoted(word: bytes) -> str:
    return "".join(chr(b) if 32 <= b < 127 and b not in b'"\\' else f"\\x{b:02X}" for b in word)


def replay(name: str, files: list[Path]) -> int:
    """Run the target on files; a traceback for what breaks a rule."""
    from fuzz.targets import TARGETS

    code = 0
    for file in files:
        try:
            TARGETS[name].check(file.read_bytes())
            print(f"{file}: holds")
        except Exception:
            traceback.print_exc()
            code = BROKEN
    return code


def minimised(name: str, data: bytes, seconds: int) -> bytes:
    """The smallest part of some bytes, found by leaving out, that breaks the same rule at the same place."""
    from fuzz.targets import TARGETS

    def breaks(some: bytes) -> str | None:
        try:
            TARGETS[name].check(some)
        except Exception as error:
            place = traceback.extract_tb(error.__traceback__)[-1]
            said = str(error).splitlines()[0][:40] if isinstance(error, AssertionError) and str(error) else ""
            return f"{type(error).__name__} {place.filename}:{place.lineno} {said}"
        return None

    wanted, until = breaks(data), time.monotonic() + seconds
    size = len(data) // 2
    while wanted is not None and size and time.monotonic() < until:
        at, smaller = 0, False
        while at < len(data) and time.monotonic() < until:
            some = data[:at] + data[at + size :]
            if breaks(some) == wanted:
                data, smaller = some, True
            else:
                at += size
        size = size // 2 if not smaller or size > len(data) else size
    return data


if __name__ == "__main__":
    sys.exit(main())
