"""The law, the shipped profiles and the precedents → one page an item in Chinese and English, indexes, coverage maps.

Markdown that reads well raw. The same law gives the same bytes; nothing is decided and nothing is written here.
"""

from __future__ import annotations

from collections.abc import Sequence

from compliance.pages.item import item_page
from compliance.pages.markdown import LANGS, Book
from compliance.pages.overview import coverage_page, index_page, title_page
from compliance.schemas.precedent import Precedent
from compliance.schemas.rulebook import ProfileSpec, Rulebook

__all__ = ["pages"]


def pages(
    law: Rulebook,
    profiles: Sequence[ProfileSpec],
    precedents: Sequence[Precedent],
    checks: Sequence[tuple[Rulebook, ProfileSpec]] = (),
) -> dict[str, str]:
    """Path below the folder of the pages → text. ``checks`` of the data, each with their numbers, have pages too."""
    made = {"README.md": title_page(law)}
    for lang in LANGS:
        book = Book(law, tuple(profiles), {p.id: p for p in precedents}, lang)
        data = [Book(rulebook, (numbers,), {}, lang) for rulebook, numbers in checks]
        made[f"{lang}/README.md"] = index_page(book, data)
        made[f"{lang}/coverage.md"] = coverage_page(book)
        for one in (book, *data):
            for clause in one.law.clauses:
                for item in clause.items:
                    made[f"{lang}/{item.id}.md"] = item_page(one, clause, item)
    return made
