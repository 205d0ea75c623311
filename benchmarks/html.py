"""Part 9: opening the HTML report in a real browser; against the same bytes without our script.

Opened is when the page has loaded and was painted after it. Without Chromium there is nothing to measure, and the
table says so.
"""

from __future__ import annotations

import re
from io import BytesIO
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from benchmarks.dossiers import bench, dossier
from benchmarks.table import Results
from compliance import collector
from compliance.assembly import report
from compliance.bench import Mode, put
from compliance.evidence.present import attachment_states
from compliance.intake import read
from compliance.render import render
from tests.browser import open_page, why_not

__all__ = ["SECTION", "measure", "opened", "page"]

SECTION = "9 The HTML report in a browser"
_SCRIPT = re.compile(rb"<script>.*?</script>", re.S)
_PAINTED = """new Promise(done => requestAnimationFrame(() => setTimeout(() => {
    const [entry] = performance.getEntriesByType("navigation");
    done([performance.now(), entry.domContentLoadedEventEnd, entry.loadEventEnd]);
}, 0)))"""
_SEARCHED = """(() => {
    const query = document.getElementById("q"), began = performance.now();
    query.value = "%s";
    document.querySelector(".filter").requestSubmit();
    document.body.offsetHeight;
    return performance.now() - began;
})()"""


def page(data: bytes, mode: Mode) -> tuple[bytes, int]:
    """The page of a dossier, and how many findings it tells of."""
    with collector.at_rest():
        received = read("-", stdin=BytesIO(data), keep=True)
        states = attachment_states(received.dossier, received.files)
        judgement = put(received.dossier, states, bench(), mode)
        made = report(received, judgement, states, as_of_given=True, profile_given=True)
    return render(made, "html", dossier=received.data), len(made.findings)


def opened(file: Path) -> float:
    """Seconds from the beginning of the navigation until the loaded page was painted, in a browser of its own."""
    with open_page(file) as shown:
        return float(shown.run(_PAINTED)[0]) / 1000


def measure(results: Results, communities: int, repeats: int) -> None:
    """A county of so many communities in both modes: most findings pass in one, are open in the other."""
    if reason := why_not():
        results.remarks.append(f"{SECTION}: not measured, {reason}")
        return
    data = dossier(communities)
    modes: tuple[Mode, ...] = ("feed", "strict")
    with TemporaryDirectory() as folder:
        for mode in modes:
            html, findings = page(data, mode)
            ours, bare = Path(folder) / "page.html", Path(folder) / "bare.html"
            ours.write_bytes(html)
            bare.write_bytes(_SCRIPT.sub(b"", html))
            rounds = [(opened(ours), opened(bare)) for _ in range(repeats)]
            took = median(a for a, _ in rounds)
            what = f"{findings:,} findings, mode {mode}"
            results.add(SECTION, f"size, {what}", len(html) / 1e6, 10, unit="MB")
            results.add(SECTION, f"opened and painted, {what}", took, 2, unit="s", note="clock on the wall")
            results.add(SECTION, f"÷ the same bytes without our script, {what}", median(a / b for a, b in rounds))
            with open_page(ours) as shown:
                results.add(
                    SECTION, f"search for one community, {what}", float(shown.run(_SEARCHED % "示例和平里小区")) / 1000,
                    unit="s", note="the first search, which reads all text",
                )  # fmt: skip
