"""Report → SARIF 2.1.0 for GitHub code scanning: failings alone, because it shows every result as an alert.

GitHub does not read ``kind``: a pass would stand there as a problem, and so would what a baseline no longer finds.
What is unknown is no failing and has no alert either. The run counts what was left out; the ``sarif`` file has it.
"""

from __future__ import annotations

from compliance.render.as_sarif import alerts as render
from compliance.render.as_sarif import refused

__all__ = ["refused", "render"]
