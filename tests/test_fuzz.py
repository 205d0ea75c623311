"""Whatever the bytes: received or refused with reasons, in time, twice alike, and written in every format.

``make test`` replays the seeds with a few changes of each; ``make soak`` goes on for minutes, guided by coverage where
atheris is installed. SOAK_SECONDS: how long in all. What was found once is here by name.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from importlib.util import find_spec
from io import BytesIO
from pathlib import Path
from random import Random
from zipfile import ZipFile, ZipInfo

import pytest
from fuzz.rules import Broken, bounded, holds, outcome
from fuzz.targets import TARGETS, road
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from compliance.render.gongwen import TemplateRefused, default_template, refuse_unfit
from compliance.schemas.refusal import InputError, Refused

DRIVER = Path(__file__).parent / "fuzz" / "__main__.py"
SECONDS = int(os.environ.get("SOAK_SECONDS", "900"))
SHARES = sum(target.share for target in TARGETS.values())
SLOW = ("feed", "form", "road")
"""Where one input takes a tenth of a second and more"""

by_target = pytest.mark.parametrize("name", TARGETS)


def changing(name: str, examples: int, **more: bool) -> Callable[[], None]:
    """The seeds of a door, changed by chance that hypothesis makes as small as it can."""
    target = TARGETS[name]
    seeds = sorted(target.seeds(), key=len)

    @settings(max_examples=examples, deadline=None, suppress_health_check=list(HealthCheck), **more)
    @given(seed=st.sampled_from(seeds), chance=st.randoms(use_true_random=False), again=st.integers(0, 3))
    def run(seed: bytes, chance: Random, again: int) -> None:
        data = seed
        for _ in range(again + 1):
            data = target.changed(data, chance)
        target.check(data[: target.longest])

    return run


@by_target
def test_a_few_changes_of_each_seed_break_no_rule(name: str) -> None:
    target = TARGETS[name]
    for seed in sorted(target.seeds(), key=len)[:8]:
        target.check(seed)
    changing(name, 5 if name in SLOW else 25, derandomize=True)()


# -- what was found ----------------------------------------------------------------------------------------------

def nameless() -> bytes:
    out = BytesIO()
    with ZipFile(out, "w") as archive:
        archive.writestr(ZipInfo("dossier.json"), b"{}")
        archive.writestr(ZipInfo(""), b"x")
    return out.getvalue()


FOUND: dict[str, tuple[str, bytes]] = {
    "a member of an archive without a name": ("archive", nameless()),
    "a tab in the words of the CSV reader": ("table", b'a\tb\n"c" d\te'),
    "a whole number of thousands of digits in YAML": ("scheme", b"version: " + b"1" * 5000),
    "a list within a list, hundreds of times, on one line": ("profile", b"- " * 600),
    "hundreds of thousands of times: the parser's own stack": ("determinations", b"- " * 200_000),
    "the same with brackets over many lines": ("mapping", b"[\n" * 200_000 + b"]" * 200_000),
    "indentation that goes ever deeper": ("clause", b"".join(b" " * n + b"a:\n" for n in range(1200))),
    "a name that reverses the reading direction": ("profile", "profile: x\npar\u202eameters: {}".encode()),
}


@pytest.mark.parametrize("what", FOUND)
def test_what_was_found_once(what: str) -> None:
    name, data = FOUND[what]
    TARGETS[name].check(data)


def test_a_finding_that_is_not_as_a_report_is_written() -> None:
    """Lists read a finding's details only when they list it: what is wrong with them is a refusal then."""
    seed = TARGETS["report"].seeds()[0]
    for was, now in ((b'"remarks"', b'"remarkz"'), (b'"questions":[]', b'"questions":[{}]'), (b'"found":[]', b'"found":7'), (b'"responsible_unit":', b'"responsible_unit":[[]],"_":')):
        assert was in seed
        TARGETS["report"].check(seed.replace(was, now))


def template_with(part: str, was: bytes, now: bytes) -> bytes:
    out = BytesIO()
    with ZipFile(BytesIO(default_template())) as source, ZipFile(out, "w") as target:
        for name in source.namelist():
            content = source.read(name)
            assert name != part or was in content
            target.writestr(ZipInfo(name), content.replace(was, now) if name == part else content)
    return out.getvalue()


@pytest.mark.parametrize(
    ("part", "was", "now"),
    [
        ("word/document.xml", b"w:pgSz w:w=", b"w:pgSz w:v="),
        ("word/document.xml", b" w:bottom=", b" w:button="),
        ("word/document.xml", b" w:footer=\"", b" w:footer=\"x"),
        ("word/document.xml", b"w:body", b"w:bodice"),
        ("word/styles.xml", b"w:styles", b"w:style"),
        ("word/theme/theme1.xml", b"<a:theme", b"<a:thema"),
        ("_rels/.rels", b"Target=", b"Goal="),
        ("[Content_Types].xml", b'theme1.xml" ContentType=', b'theme1.xml" Type='),
    ],
)
def test_a_template_that_is_no_template_is_refused_before_anything_is_written(part: str, was: bytes, now: bytes) -> None:
    data = template_with(part, was, now)
    with pytest.raises(TemplateRefused):
        refuse_unfit(data)
    TARGETS["template"].check(data)


@pytest.mark.parametrize("length", [0, 4, 700, 4000])
def test_a_template_that_is_cut_off_is_refused(length: int) -> None:
    with pytest.raises(TemplateRefused):
        refuse_unfit(default_template()[:length])


# -- the rules themselves ----------------------------------------------------------------------------------------


def test_the_rules_break_on_what_must_never_happen() -> None:
    def broken(error: Exception) -> Callable[[], None]:
        def read() -> None:
            raise error

        return read

    with pytest.raises(KeyError):
        outcome(broken(KeyError("a")))
    for errors in ([], [InputError("", None, None, "no such code")], [InputError("a", 0, 1, "syntax")]):
        with pytest.raises((Broken, KeyError)):
            outcome(broken(Refused("d.json", errors)))
    with pytest.raises(Broken, match="one"):
        holds(0, "one")


def hang() -> None:
    while True:
        pass


def test_the_limit_of_time_breaks_what_hangs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("fuzz.rules.CPU_SECONDS", 0.05)
    with pytest.raises(Broken, match="seconds"), bounded():
        hang()


def test_the_limit_of_memory_breaks_what_swells(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("fuzz.rules.GROWTH_MIB", 0)
    with pytest.raises(Broken, match="memory"), bounded():
        pass


# -- soak --------------------------------------------------------------------------------------------------------


@pytest.mark.soak
@by_target
def test_many_changes_break_no_rule(name: str) -> None:
    changing(name, SECONDS // 6 if name in SLOW else SECONDS)()


@pytest.mark.soak
def test_whole_dossiers_in_both_modes_and_every_format() -> None:
    target = TARGETS["road"]

    @settings(max_examples=max(10, SECONDS // 20), deadline=None, suppress_health_check=list(HealthCheck))
    @given(seed=st.sampled_from(sorted(target.seeds(), key=len)), chance=st.randoms(use_true_random=False))
    def run(seed: bytes, chance: Random) -> None:
        with bounded():
            road(target.changed(seed, chance), every=True)

    run()


@pytest.mark.soak
@pytest.mark.skipif(find_spec("atheris") is None, reason="atheris is not installed (no wheel for this platform?): hypothesis alone")
@by_target
def test_guided_by_coverage_nothing_breaks_a_rule(name: str) -> None:
    """The time is shared out; together at least SOAK_SECONDS."""
    seconds = -(-SECONDS * TARGETS[name].share // SHARES)
    done = subprocess.run(
        [sys.executable, str(DRIVER), name, "--seconds", str(seconds)], capture_output=True, text=True, errors="replace", check=False
    )
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-6000:]
    told = [line for line in done.stderr.splitlines() if line.startswith(("Done ", "stat::number"))]
    assert told, done.stderr[-3000:]
    print(name, *told)
