"""A mistake in YAML that people wrote → the error of a refusal, with place and remedy; refuses nothing by itself."""

from __future__ import annotations

from collections.abc import Mapping

from compliance.intake.scan import clip, pointer
from compliance.notation import Mistake
from compliance.schemas.refusal import NOTHING, InputError, Words

__all__ = ["input_error"]

_SAID: Mapping[str, tuple[str, Words]] = {
    "syntax": ("yaml_syntax", Words("检查缩进、冒号后的空格和引号", "look at indentation, colons and quotes")),
    "anchor": ("yaml_feature", Words("不用锚点和别名，逐处写明", "write it out: no anchors or aliases")),
    "tag": ("yaml_feature", Words("不用标签（! 开头）；文字请加引号", "no tags; quote a text that begins with !")),
    "key": ("yaml_syntax", Words("字段名须是一个词", "a key is a plain word")),
    "duplicate": ("duplicate_key", Words("保留一处，删去另一处", "keep one of them")),
    "loose": ("loose_value", Words("写作 true 或 false；文字请加引号", "write true or false, or quote a text")),
    "inexact": ("loose_value", Words("加引号", "quote it")),
    "empty": ("empty_file", NOTHING),
}
"""By the code of a mistake: that of the error, and what to do"""


def input_error(mistake: Mistake) -> InputError:
    """What a refusal says of it."""
    code, hint = _SAID[mistake.code]
    found = Words(clip(mistake.found), clip(mistake.found))
    return InputError(pointer(mistake.place), mistake.line, None, code, found, NOTHING, hint)
