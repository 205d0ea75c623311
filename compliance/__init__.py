"""The public door: ``check()`` a dossier, get a ``Report``. Nothing heavy is imported before it is asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from compliance.schemas.version import VERSION

if TYPE_CHECKING:
    from compliance.road import check
    from compliance.schemas.report import Report

__all__ = ["Report", "__version__", "check"]

__version__ = VERSION


def __getattr__(name: str) -> Any:
    if name == "check":
        from compliance.road import check

        return check
    if name == "Report":
        from compliance.schemas.report import Report

        return Report
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
