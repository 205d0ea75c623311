"""Damaged JSON text → every value that can still be read, where each stands, and all faults of notation.

The fast parser stops at the first fault; this one reads on, so that one sending back is enough. It refuses
nothing itself: it reports. Where the structure itself became doubtful the result is not ``sound``, and
nothing more should be concluded from its values.
"""

from __future__ import annotations

import json
import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from typing import Any

from compliance.schemas.limits import DEPTH, ERRORS, NUMBER_DIGITS
from compliance.schemas.refusal import NOTHING, Words, printable

__all__ = ["BAD", "Fault", "Items", "Lines", "Members", "Path", "Scan", "clip", "pointer", "scan"]

Path = tuple[str | int, ...]

BAD: Any = object()
"""Stands where a value could not be read; its fault has been reported."""


class Members(dict[str, Any]):
    """An object, with the offset of each key and each value."""

    def __init__(self) -> None:
        super().__init__()
        self.keys_at: dict[str, int] = {}
        self.values_at: dict[str, int] = {}


class Items(list[Any]):
    """A list, with the offset of each entry."""

    def __init__(self) -> None:
        super().__init__()
        self.values_at: list[int] = []


@dataclass(frozen=True, slots=True)
class Fault:
    """One error, placed by its offset in the text."""

    at: int
    path: Path
    code: str
    found: Words = NOTHING
    expected: Words = NOTHING
    hint: Words = NOTHING


@dataclass(slots=True)
class Scan:
    """What could be read. ``sound``: every value stands where its author meant it to."""

    root: Any = BAD
    root_at: int = 0
    sound: bool = True
    faults: list[Fault] = field(default_factory=list)


    def at(self, path: Path) -> int:
        """The offset of a value, or of what encloses it where it is not there."""
        at, value = self.root_at, self.root
        for step in path:
            if isinstance(value, Members) and step in value:
                at, value = value.values_at[str(step)], value[str(step)]
            elif isinstance(value, Items) and isinstance(step, int) and step < len(value):
                at, value = value.values_at[step], value[step]
            else:
                break
        return at

    def key_at(self, path: Path) -> int:
        """The offset of a member's key."""
        holder = self.root
        for step in path[:-1]:
            holder = holder[step]
        at: int = holder.keys_at[path[-1]]
        return at


class Lines:
    """Offset → line and column, both from 1."""

    def __init__(self, text: str) -> None:
        self._starts = [0, *(m.end() for m in re.finditer("\n", text))]

    def place(self, offset: int) -> tuple[int, int]:
        line = bisect_right(self._starts, offset)
        return line, offset - self._starts[line - 1] + 1


def scan(text: str) -> Scan:
    """Read JSON text to its end, whatever is wrong with it."""
    scanner = _Scanner(text)
    try:
        scanner.document()
    except _Halt:
        scanner.result.sound = False
    return scanner.result


def clip(text: str, length: int = 60) -> str:
    """The beginning of a text from the input, harmless to print."""
    return printable(text if len(text) <= length else text[:length] + "…")


def pointer(path: Path) -> str:
    """A path as a JSON Pointer, RFC 6901.

    >>> pointer(("communities", 0, "a/b"))
    '/communities/0/a~1b'
    """
    return "".join("/" + str(step).replace("~", "~0").replace("/", "~1") for step in path)


class _Halt(Exception):
    """Reading on would only produce consequences of what has been reported."""


_STRING = re.compile(r'"(?:[^"\\\x00-\x1f]++|\\["\\/bfnrt]|\\u[0-9a-fA-F]{4})*+"')
_LOOSE_STRING = re.compile(r'"(?:[^"\\\n]++|\\.)*+"')
_NEXT_ENTRY = re.compile(r'\s*["\]}]')
_ESCAPE = re.compile(r"\\(?:[\"\\/bfnrt]|u[0-9a-fA-F]{4})|\\")
_CURLY_STRING = re.compile('[“”]([^“”"\n]*)[“”]')
_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?")
_WORD = re.compile(r'[^\s,:\[\]{}"“”，：]+')
_SPACE = re.compile(r"[ \t\r\n]+")
_COMMENT = re.compile(r"//[^\n]*|#[^\n]*|/\*.*?(?:\*/|\Z)", re.DOTALL)
_LITERALS = {"true": True, "false": False, "null": None}
_FULLWIDTH = {
    "，": ",",
    "、": ",",
    "：": ":",
    "｛": "{",
    "｝": "}",
    "［": "[",
    "］": "]",
    "【": "[",
    "】": "]",
}
_ODD_SPACE = "\u3000\u00a0\ufeff\u2002\u2003\u2009\u200b"

_VALUE = Words("一个值", "a value")


class _Scanner:
    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self.path: list[str | int] = []
        self.result = Scan()

    # -- reporting

    def report(
        self, at: int, code: str, found: Words = NOTHING, expected: Words = NOTHING, hint: Words = NOTHING
    ) -> None:
        self.result.faults.append(Fault(at, tuple(self.path), code, found, expected, hint))
        if len(self.result.faults) > ERRORS:
            raise _Halt

    def unexpected(self, expected: Words) -> None:
        """Neither what was expected nor anything whose meaning is plain."""
        self.result.sound = False
        if self.at >= len(self.text):
            self.cut_off(expected)
        if self.result.faults and self.result.faults[-1].at == self.at:
            return  # said already, one level further in
        self.report(self.at, "syntax", _quoted(self.text[self.at : self.at + 20]), expected)

    def cut_off(self, expected: Words) -> None:
        last = clip(self.text[-30:].strip())
        found = Words(f"文件到此为止，最后的内容是 {last}", f"the file ends here, after {last}")
        hint = Words(
            "文件似乎未传完或未保存完整：请从原系统重新导出并核对文件大小",
            "the file seems to be cut off: export it again and compare the sizes",
        )
        self.report(len(self.text), "truncated", found, expected, hint)
        raise _Halt

    # -- tokens

    def peek(self) -> str:
        """The next character that means something, full-width marks read as their ASCII counterpart."""
        while True:
            char = self.text[self.at : self.at + 1]
            if char and char in " \t\r\n":
                self.at = _SPACE.match(self.text, self.at).end()  # type: ignore[union-attr]
            elif char and char in _ODD_SPACE:
                self.odd_space(char)
            elif char and char in "/#" and (comment := _COMMENT.match(self.text, self.at)):
                self.comment(comment.group())
            else:
                return _FULLWIDTH.get(char, char)

    def odd_space(self, char: str) -> None:
        code = f"U+{ord(char):04X}"
        hint = Words(
            "删去看不见的字符，或改用普通空格", "remove the invisible character or write a plain space"
        )
        self.report(self.at, "fullwidth_punctuation", Words(code, code), NOTHING, hint)
        self.at += 1

    def comment(self, text: str) -> None:
        hint = Words("删去注释；说明可写入 note 字段", "remove it; remarks can go into the field note")
        self.report(self.at, "comment", _quoted(text), NOTHING, hint)
        self.at += len(text)

    def take(self) -> None:
        """Consume the character that ``peek`` returned."""
        char = self.text[self.at]
        if char in _FULLWIDTH:
            good = _FULLWIDTH[char]
            self.report(
                self.at,
                "fullwidth_punctuation",
                _quoted(char),
                _quoted(good),
                Words(f"改用半角符号 {good}", f"write {good}"),
            )
        self.at += 1

    # -- grammar

    def document(self) -> None:
        self.peek()
        self.result.root_at = self.at
        self.result.root = self.value()
        if self.peek():
            self.result.sound = False
            self.report(
                self.at,
                "trailing_content",
                _quoted(self.text[self.at : self.at + 30]),
                Words("文件到此结束", "the end of the file"),
                Words(
                    "一个文件只放一份档案；每行一份的用 compliance feed 检查",
                    "one file holds one dossier; check several, one a line, with compliance feed",
                ),
            )

    def value(self) -> Any:
        if len(self.path) > DEPTH:
            self.report(self.at, "too_deep", NOTHING, Words(f"不超过 {DEPTH} 层", f"at most {DEPTH} levels"))
            raise _Halt
        char = self.peek()
        if char == "{":
            return self.members()
        if char == "[":
            return self.items()
        if char == '"' or (char and char in "“”"):
            return self.string()
        if word := _WORD.match(self.text, self.at):
            return self.word(word.group())
        self.unexpected(_VALUE)
        return BAD

    def members(self) -> Members:
        found = Members()
        for _ in self.entries("}"):
            key_at = self.at
            key = self.key()
            if key is BAD:
                continue
            self.path.append(key)
            if self.peek() == ":":
                self.take()
                self.peek()
            else:
                self.unexpected(Words("冒号 :", "a colon :"))
                self.path.pop()
                self.skip()
                continue
            if key in found:
                self.duplicate(key, key_at)
            found.keys_at[key], found.values_at[key] = key_at, self.at
            found[key] = self.value()
            self.path.pop()
        return found

    def duplicate(self, key: str, at: int) -> None:
        self.report(
            at,
            "duplicate_key",
            _quoted(key),
            Words("每个字段只写一次", "each field once"),
            Words(
                "保留一处，删去另一处；两处内容不同时请核实哪一处正确",
                "keep one; if they differ, find out which is right",
            ),
        )

    def key(self) -> Any:
        char = self.peek()
        if char == '"' or (char and char in "“”"):
            return self.string()
        word = _WORD.match(self.text, self.at)
        if word and not _NUMBER.fullmatch(word.group()):
            name = word.group().strip("'")
            hint = Words(f'字段名加半角双引号："{clip(name)}"', f'quote the name: "{clip(name)}"')
            self.report(
                self.at, "syntax", _quoted(word.group()), Words("带引号的字段名", "a quoted field name"), hint
            )
            self.at = word.end()
            return name
        self.unexpected(Words("字段名", "a field name"))
        self.skip()
        return BAD

    def items(self) -> Items:
        found = Items()
        for _ in self.entries("]"):
            self.path.append(len(found))
            found.values_at.append(self.at)
            found.append(self.value())
            self.path.pop()
        return found

    def entries(self, closer: str) -> Iterator[None]:
        """Step from entry to entry of an object or list, to its end."""
        self.take()
        if self.peek() == closer:
            self.take()
            return
        more = True
        while more:
            start = self.at
            yield
            more = self.another(closer, start)

    def another(self, closer: str, start: int) -> bool:
        """Whether a further entry follows; mends what stands between it and the one that began at ``start``."""
        while True:
            char = self.peek()
            if char == ",":
                return self.comma(closer)
            if char == closer:
                self.take()
                return False
            begins_entry = char and (char in '"“”[{' or _WORD.match(self.text, self.at))
            if begins_entry and self.at > start:
                between = Words("两项之间的逗号", "a comma between the entries")
                self.report(self.at, "missing_comma", _quoted(self.text[self.at : self.at + 20]), between)
                return True
            self.unexpected(Words(f"逗号或 {closer}", f"a comma or {closer}"))
            if char in "]}":
                return False
            # What cannot be made sense of is stepped over, or reading would never end.
            self.at += 1
            self.skip()

    def comma(self, closer: str) -> bool:
        at = self.at
        self.take()
        if self.peek() != closer:
            return True
        hint = Words("删去最后一项之后的逗号", "remove the comma after the last entry")
        self.report(at, "trailing_comma", _quoted(","), NOTHING, hint)
        self.take()
        return False

    def skip(self) -> None:
        """Go on to what may be the end of the entry."""
        while self.at < len(self.text) and self.text[self.at] not in ",]}\n":
            self.at += 1

    # -- scalars

    def string(self) -> Any:
        start = self.at
        if curly := _CURLY_STRING.match(self.text, start):
            self.at = curly.end()
            hint = Words('改用半角双引号 "', 'write straight quotes "')
            self.report(start, "fullwidth_punctuation", _quoted(curly.group()[0]), _quoted('"'), hint)
            return curly.group(1)
        if exact := _STRING.match(self.text, start):
            self.at = exact.end()
            return self.decoded(start, exact.group())
        if loose := _LOOSE_STRING.match(self.text, start):
            self.at = loose.end()
            self.bad_characters(start, loose.group())
            return BAD
        return self.unclosed(start)

    def decoded(self, start: int, token: str) -> Any:
        if "\\u" not in token:
            return token[1:-1] if "\\" not in token else json.loads(token)
        text: str = json.loads(token)
        if any("\ud800" <= c <= "\udfff" for c in text):
            found = Words("半个字符的转义（\\ud800 至 \\udfff）", "half of a character (\\ud800 to \\udfff)")
            self.report(
                start, "bad_escape", found, NOTHING, Words("直接写汉字", "write the character itself")
            )
            return BAD
        return text

    def bad_characters(self, start: int, token: str) -> None:
        """Control characters written raw, and backslashes that begin no escape."""
        for escape in _ESCAPE.finditer(token):
            if escape.group() == "\\":
                hint = Words(r"反斜杠写作 \\；文件路径请用 /", r"write \\ for a backslash; in paths use /")
                self.report(
                    start + escape.start(), "bad_escape", _quoted(token[escape.start() :][:6]), NOTHING, hint
                )
                return
        at = next(i for i, c in enumerate(token) if c < " ")
        self.report(
            start + at, "control_character", Words(f"\\u{ord(token[at]):04x}", f"\\u{ord(token[at]):04x}")
        )

    def unclosed(self, start: int) -> Any:
        end = self.text.find("\n", start)
        if end < 0:
            self.at = len(self.text)
            self.cut_off(Words("右引号", "a closing quote"))
        self.result.sound = False
        self.report(
            start,
            "line_break_in_text",
            _quoted(self.text[start:end].rstrip("\r")),
            Words("同一行上的右引号", "a closing quote on the same line"),
            Words(r"补上右引号；文字内的换行写作 \n", r"add the closing quote; write \n for a line break"),
        )
        # The next line tells which it was: an entry or bracket follows a lost quote, plain text a line break.
        if not _NEXT_ENTRY.match(self.text, end):
            end = self.text.find('"', end) + 1
        self.at = end or len(self.text)
        return BAD

    def word(self, word: str) -> Any:
        start, self.at = self.at, self.at + len(word)
        if word in _LITERALS:
            return _LITERALS[word]
        if _NUMBER.fullmatch(word):
            return self.number(start, word)
        self.report(start, *_literal(word))
        return BAD

    def number(self, start: int, word: str) -> Any:
        if len(word) > NUMBER_DIGITS:
            found = Words(f"{len(word)} 个字符的数字", f"a number of {len(word)} characters")
            self.report(start, "number_too_long", found)
            return BAD
        try:
            return Decimal(word) if any(c in word for c in ".eE") else int(word)
        except InvalidOperation:  # an exponent that even Decimal has no room for
            self.report(start, "number_out_of_range", _quoted(word))
            return BAD


def _quoted(text: str) -> Words:
    return Words(clip(text), clip(text))


_SPOKEN = {
    "True": "true", "TRUE": "true", "是": "true", "False": "false", "FALSE": "false", "否": "false",
    "None": "null", "NULL": "null", "Null": "null", "undefined": "null", "无": "null",
}  # fmt: skip


def _literal(word: str) -> tuple[str, Words, Words, Words]:
    """Code, found, expected and hint for a bare word that is no JSON value."""
    if re.fullmatch(r"[+-]?(nan|inf|infinity)", word, re.IGNORECASE):
        hint = Words("没有数值时整个字段不写", "leave the field out where there is no value")
        return "nan_or_infinity", _quoted(word), Words("有限的数", "a finite number"), hint
    return "bad_literal", _quoted(word), _VALUE, _literal_hint(word)


def _literal_hint(word: str) -> Words:
    word = word.strip("'")
    if word in _SPOKEN:
        return Words(f"写作 {_SPOKEN[word]}", f"write {_SPOKEN[word]}")
    # int() also reads full-width digits, so the suggestion comes out in ASCII.
    if re.fullmatch(r"[+]?\d+", word) and len(word) < 30:
        return Words(f"写作 {int(word)}", f"write {int(word)}")
    if re.match(r"[\d.+-]", word):
        return Words(
            "数字只写半角数字，不带单位、千分位和前导零", "digits only: no unit, separators or leading zeros"
        )
    return Words(f'文字要加半角双引号："{clip(word, 30)}"', f'put text in quotes: "{clip(word, 30)}"')
