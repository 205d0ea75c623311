"""What ends with a test run: servers that tests have started, also in processes that end without farewell."""

from __future__ import annotations

import sys


def pytest_sessionfinish() -> None:
    """Workers of pytest-xdist run no exit handlers."""
    ledgers = sys.modules.get("ledgers")
    if ledgers is not None:
        ledgers.remove_servers()
