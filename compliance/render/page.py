"""What every HTML page shares: both languages in one text, its assets, the policy that lets nothing else in."""

from __future__ import annotations

import base64
import hashlib
from importlib.resources import files

from jinja2 import BytecodeCache, Environment, PackageLoader, StrictUndefined
from jinja2.bccache import Bucket
from markupsafe import Markup, escape

from compliance.render.plain import visible
from compliance.schemas.report import Bilingual

__all__ = ["asset", "both", "environment", "policy"]


def asset(*names: str) -> str:
    """Files of ``templates``, one after the other."""
    folder = files("compliance.render") / "templates"
    return "".join((folder / name).read_text("utf-8") for name in names)


def both(text: Bilingual | str | int) -> Markup:
    """Both languages, of which the page shows one; what is the same in both is written once.

    >>> both(Bilingual("甲", "a")), both("<b>")
    (Markup('<span lang="zh">甲</span><span lang="en">a</span>'), Markup('&lt;b&gt;'))
    """
    if not isinstance(text, Bilingual):
        return escape(visible(str(text)))
    zh, en = escape(visible(text.zh)), escape(visible(text.en))
    return zh if zh == en else Markup(f'<span lang="zh">{zh}</span><span lang="en">{en}</span>')


def policy(css: str, js: str) -> str:
    """The content security policy of a page with this style and this script: nothing is loaded, nothing else runs."""
    return (
        f"default-src 'none'; style-src {_hash(css)}; script-src {_hash(js)}; base-uri 'none'; form-action 'none'"
    )


def _hash(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


class _Compiled(BytecodeCache):
    """Templates compiled once a process, whatever environment asks: each page has names of its own in its globals."""

    def __init__(self) -> None:
        self._held: dict[str, bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        if bucket.key in self._held:
            bucket.bytecode_from_string(self._held[bucket.key])

    def dump_bytecode(self, bucket: Bucket) -> None:
        self._held[bucket.key] = bucket.bytecode_to_string()


_COMPILED = _Compiled()


def environment() -> Environment:
    """Templates of this package; all that is written is escaped, nothing undefined is passed over."""
    made = Environment(
        loader=PackageLoader("compliance.render"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=_plain,
        bytecode_cache=_COMPILED,
    )
    made.filters["both"] = both
    return made


def _plain(value: object) -> object:
    """What Jinja does to every value it writes, before it escapes it."""
    return visible(value) if isinstance(value, str) and not isinstance(value, Markup) else value
