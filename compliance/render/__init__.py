"""Report → bytes in a named format and language; refuses a format it has no module for.

A format is a module ``as_<name>.py`` beside this file with a function ``render(report, lang, …) -> bytes``;
there is no list to edit. A module is imported when its format is first asked for.
"""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from pkgutil import iter_modules
from typing import Any, cast

from compliance.schemas.refusal import Refused
from compliance.schemas.report import Report

__all__ = ["MissingExtraError", "UnknownFormatError", "formats", "render", "render_refusal", "renderer"]

_PREFIX = "as_"


class UnknownFormatError(LookupError):
    """No module renders this format."""

    def __init__(self, name: str) -> None:
        super().__init__(f"no report format {name!r}; there are: {', '.join(formats())}")


class MissingExtraError(RuntimeError):
    """A format needs a package that is not installed; told in both languages, with what installs it."""

    def __init__(self, what: str, package: str, extra: str) -> None:
        super().__init__(
            f'{what} 需要 {package}，尚未安装 / {what} needs {package}, which is not installed:'
            f' pip install "compliance-laojiu[{extra}]"'
        )


def formats() -> tuple[str, ...]:
    """Names of all formats, without importing any of them.

    >>> {"html", "json", "text"} <= set(formats())
    True
    """
    return tuple(
        sorted(m.name.removeprefix(_PREFIX) for m in iter_modules(__path__) if m.name.startswith(_PREFIX))
    )


def renderer(name: str) -> Callable[..., bytes]:
    """The function ``render(report, lang="zh", **options) -> bytes`` of one format, which may lack a package."""
    if name not in formats():
        raise UnknownFormatError(name)
    module = import_module(f"{__name__}.{_PREFIX}{name}")
    if hasattr(module, "require"):
        module.require()
    return cast(Callable[..., bytes], module.render)


def render(report: Report, name: str, lang: str = "zh", **options: Any) -> bytes:
    """One report in one format; ``options`` are those of the format's own ``render``."""
    return renderer(name)(report, lang, **options)


def render_refusal(refused: Refused, name: str, lang: str = "zh", **options: Any) -> bytes | None:
    """Why there is no report, in one format; nothing where a format only people read has no form for it."""
    renderer(name)
    write = getattr(import_module(f"{__name__}.{_PREFIX}{name}"), "refused", None)
    return None if write is None else cast(bytes, write(refused, lang, **options))
