"""A page → what a real browser makes of it: headless Chromium, spoken to over a pipe; for tests and benchmarks.

Without Chromium there is no browser, and ``why_not`` says so. ``CHROMIUM`` and ``AXE_CORE`` name other places for the
browser and for axe-core's ``axe.min.js`` (npm package ``axe-core``).
"""

from __future__ import annotations

import base64
import json
import os
import shutil
import signal
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import Any

__all__ = ["Page", "axe_core", "open_page", "why_not"]

_NAMES = ("chromium", "chromium-browser", "google-chrome", "chrome")
_NODE_MODULES = Path(__file__).parents[1] / "node_modules"


def _browser() -> str | None:
    named = os.environ.get("CHROMIUM")
    return named or next((found for name in _NAMES if (found := shutil.which(name))), None)


def axe_core() -> Path | None:
    """The script of axe-core, where it is installed: the newest that npm left, else the one of the test requirements."""
    named = os.environ.get("AXE_CORE")
    package = find_spec("axe_core_python")
    shipped = [Path(folder) / "axe.min.js" for folder in (package.submodule_search_locations or ())] if package else []
    places = [Path(named)] if named else [_NODE_MODULES / "axe-core" / "axe.min.js", *shipped]
    return next((path for path in places if path.is_file()), None)


def why_not(axe: bool = False) -> str | None:
    """Why no page can be opened here; none where it can."""
    if _browser() is None:
        return "no Chromium here (set CHROMIUM)"
    if axe and axe_core() is None:
        return "no axe-core here (npm install axe-core, or set AXE_CORE to axe.min.js)"
    return None


class Page:
    """One page in one browser."""

    def __init__(self, to: int, back: int) -> None:
        self._to, self._back = to, back
        self._rest = b""
        self._sent = 0
        self._session: str | None = None
        self.said: list[str] = []
        """What the page wrote to the console, refusals by its policy among it"""

    def attach(self) -> None:
        target = self.send("Target.createTarget", url="about:blank")["targetId"]
        self._session = self.send("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Log"):
            self.send(f"{domain}.enable")

    def send(self, method: str, **params: Any) -> Any:
        """One command of the DevTools protocol and its result."""
        self._sent += 1
        message: dict[str, Any] = {"id": self._sent, "method": method, "params": params}
        if self._session:
            message["sessionId"] = self._session
        data = json.dumps(message).encode() + b"\0"
        while data:
            data = data[os.write(self._to, data) :]
        while True:
            got = self._read()
            if got.get("id") == self._sent:
                if "error" in got:
                    raise RuntimeError(f"{method}: {got['error']}")
                return got["result"]
            self._note(got)

    def wait(self, event: str) -> None:
        while (got := self._read()).get("method") != event:
            self._note(got)

    def _note(self, got: Any) -> None:
        params = got.get("params", {})
        if got.get("method") == "Log.entryAdded":
            self.said.append(params["entry"]["text"])
        elif got.get("method") == "Runtime.exceptionThrown":
            self.said.append(json.dumps(params["exceptionDetails"].get("exception"), ensure_ascii=False))

    def _read(self) -> Any:
        parts = [self._rest]
        while b"\0" not in parts[-1]:
            read = os.read(self._back, 1 << 20)
            if not read:
                raise RuntimeError("the browser went away")
            parts.append(read)
        data, self._rest = b"".join(parts).split(b"\0", 1)
        return json.loads(data)

    def open(self, file: Path) -> None:
        """Load a file and wait until it is loaded."""
        self.send("Page.navigate", url=file.as_uri())
        self.wait("Page.loadEventFired")

    def run(self, script: str) -> Any:
        """The value of an expression, awaited where it is a promise."""
        made = self.send("Runtime.evaluate", expression=script, awaitPromise=True, returnByValue=True)
        if "exceptionDetails" in made:
            raise RuntimeError(f"{script[:200]}: {made['exceptionDetails']}")
        return made["result"].get("value")

    def key(self, key: str, modifiers: int = 0) -> None:
        """Press a key once."""
        text = {"text": key} if len(key) == 1 else {}
        code = {"Enter": 13, "Escape": 27, "Tab": 9}.get(key)
        for kind in ("keyDown", "keyUp"):
            more = text if kind == "keyDown" else {}
            more = {"text": "\r"} if key == "Enter" and kind == "keyDown" else more
            codes = {"windowsVirtualKeyCode": code} if code else {}
            self.send("Input.dispatchKeyEvent", type=kind, key=key, modifiers=modifiers, **more, **codes)

    def screen(self, width: int, height: int, dark: bool = False) -> None:
        self.send(
            "Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=width < 600
        )
        theme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        self.send("Emulation.setEmulatedMedia", features=[theme])

    def picture(self, file: Path, whole: bool = False) -> None:
        data = self.send("Page.captureScreenshot", format="png", captureBeyondViewport=whole)["data"]
        file.write_bytes(base64.b64decode(data))

    def pdf(self, file: Path) -> None:
        data = self.send("Page.printToPDF", preferCSSPageSize=True, printBackground=True)["data"]
        file.write_bytes(base64.b64decode(data))

    def axe(self) -> list[dict[str, Any]]:
        """What axe-core finds against WCAG 2.2 A and AA."""
        script = axe_core()
        if script is None:
            raise RuntimeError(why_not(axe=True))
        self.run(script.read_text("utf-8") + ";0")
        tags = '["wcag2a","wcag2aa","wcag21a","wcag21aa","wcag22aa","best-practice"]'
        found = self.run(
            f"axe.run(document, {{runOnly: {tags}, resultTypes: ['violations']}}).then(r => r.violations.map(v => "
            "({id: v.id, help: v.help, nodes: v.nodes.slice(0, 5).map(n => n.html.slice(0, 300) + ' ' + "
            "n.failureSummary)})))"
        )
        return list(found)


@contextmanager
def open_page(file: Path, width: int = 1280, height: int = 900, dark: bool = False) -> Iterator[Page]:
    """The page in a browser of its own, which ends with the block."""
    browser = _browser()
    if browser is None:
        raise RuntimeError(why_not())
    theirs, to = os.pipe()
    back, ours = os.pipe()
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as home:
        arguments = [
            browser, "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage",
            "--remote-debugging-pipe", "--no-first-run", "--disable-extensions", "--disable-background-networking",
            "--hide-scrollbars", f"--user-data-dir={home}", "about:blank",
        ]  # fmt: skip
        quiet = os.open(os.devnull, os.O_RDWR)
        moved = [(os.POSIX_SPAWN_DUP2, quiet, 1), (os.POSIX_SPAWN_DUP2, quiet, 2)]
        # Read first where 3 or 4 is itself one of the ends.
        moved += [(os.POSIX_SPAWN_DUP2, theirs, 103), (os.POSIX_SPAWN_DUP2, ours, 104)]
        moved += [(os.POSIX_SPAWN_DUP2, 103, 3), (os.POSIX_SPAWN_DUP2, 104, 4)]
        pid = os.posix_spawn(browser, arguments, os.environ, file_actions=moved, setpgroup=0)
        for end in (theirs, ours, quiet):
            os.close(end)
        try:
            page = Page(to, back)
            page.attach()
            page.screen(width, height, dark)
            page.open(file)
            yield page
        finally:
            os.killpg(pid, signal.SIGKILL)
            os.waitpid(pid, 0)
            os.close(to)
            os.close(back)
