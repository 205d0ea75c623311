"""Text of unknown origin → text that can only be read: no control character survives, nothing is dropped.

A dossier may name a community anything. Characters that move a cursor, turn the reading direction or break
a file format are shown as escapes; other white space becomes one space.
"""

from __future__ import annotations

import re
import unicodedata

__all__ = ["visible"]

_ESCAPED = {"Cc", "Cf", "Cs", "Cn"}


def _escape(match: re.Match[str]) -> str:
    char = match.group()
    if char.isspace():
        return " "
    if unicodedata.category(char) in _ESCAPED:
        return f"\\u{ord(char):04x}"
    return char


def visible(text: str) -> str:
    r"""Escape what cannot be seen.

    >>> visible("甲\x1b[31m小区\n二期")
    '甲\\u001b[31m小区 二期'
    """
    # What Python calls printable has none of the escaped categories and no white space but the space itself.
    return text if text.isprintable() else re.sub(r"[^\x20-\x7e\u4e00-\u9fff]", _escape, text)
