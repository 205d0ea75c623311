"""Lines and tables of Markdown, and what the pages of one language are written from; decides nothing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

from compliance.plain_law import words_for
from compliance.schemas.precedent import Precedent
from compliance.schemas.report import Bilingual
from compliance.schemas.rulebook import Layer, Profile, ProfileSpec, Rulebook, Said
from compliance.sentences import Source

__all__ = ["LANGS", "Book", "Lang", "cell", "facts", "table"]

Lang = Literal["zh", "en"]
LANGS: tuple[Lang, ...] = ("zh", "en")


@dataclass(frozen=True)
class Book:
    """The law, the profiles and the precedents, and the language that pages are written in."""

    law: Rulebook
    profiles: tuple[ProfileSpec, ...]
    precedents: Mapping[str, Precedent]
    lang: Lang

    def say(self, text: Bilingual | Said) -> str:
        return text.zh if self.lang == "zh" else text.en

    def pick(self, zh: str, en: str) -> str:
        return zh if self.lang == "zh" else en

    def join(self, texts: Iterable[str]) -> str:
        return self.pick("、", ", ").join(texts)

    @cached_property
    def words(self) -> Source:
        """The means to say conditions for all places at once: a parameter is named, not given a value."""
        nowhere = Profile("", Bilingual("", ""), {}, "")
        return words_for(self.law, nowhere, Bilingual("", ""))

    @cached_property
    def layers(self) -> tuple[Layer, ...]:
        """The profiles from the top: the nation, then by area code."""
        ordered = sorted(
            self.profiles, key=lambda p: (p.profile != "national", p.area_codes[:1] or ["999999"], p.profile)
        )
        return tuple(Layer(p.profile, Bilingual(p.title.zh, p.title.en), "", p) for p in ordered)


def cell(text: str) -> str:
    """Text as it may stand in a cell of a table.

    >>> cell("a|b\\nc")
    'a\\\\|b c'
    """
    return " ".join(text.replace("|", "\\|").replace("<", "&lt;").split())


def table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    """A table and the blank line behind it; nothing where there is no row."""
    lines = ["| " + " | ".join(cell(text) for text in row) + " |" for row in rows]
    if not lines:
        return []
    return ["| " + " | ".join(heads) + " |", "|" + "---|" * len(heads), *lines, ""]


def facts(rows: Iterable[tuple[str, str]]) -> list[str]:
    """A table of names and what is to be said of them; what has nothing to say is left out."""
    return table(("", ""), ((f"**{name}**", text) for name, text in rows if text))
