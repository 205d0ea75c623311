"""The law → the index of the pages and the map of what is covered: notice, annex, item, checks; decides nothing."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence

from compliance.pages.markdown import Book, table
from compliance.plain_law import BODY, body_requirements
from compliance.render.words import word
from compliance.schemas.rulebook import CarriedSpec, Clause, Item, Rulebook

__all__ = ["coverage_page", "index_page", "title_page"]


def _text(lines: Iterator[str]) -> str:
    return "\n".join(lines).rstrip("\n") + "\n"


def title_page(law: Rulebook) -> str:
    """The page that links both languages."""
    standard = law.standard
    return _text(
        iter(
            [
                f"# {standard.title.zh} / {standard.title.en}",
                "",
                f"{standard.number}，{standard.dated}",
                "",
                "- [中文](zh/README.md)：[各条怎样判](zh/README.md)、[覆盖情况](zh/coverage.md)",
                "- [English](en/README.md): [how each item is decided](en/README.md), [coverage](en/coverage.md)",
                "",
                "本目录由 `compliance rules docs` 从 `compliance/rules` 生成，不手工修改。",
                "Generated from `compliance/rules` by `compliance rules docs`; not edited by hand.",
            ]
        )
    )


def index_page(book: Book, data: Sequence[Book] = ()) -> str:
    """All clauses and items of one language, and the checks of the data."""
    return _text(itertools.chain(_index(book), *map(_data, data)))


def _data(book: Book) -> Iterator[str]:
    pick, standard = book.pick, book.law.standard
    yield f"## DQ {book.say(standard.title)}"
    yield ""
    yield pick(
        "与衡量标准分开的一套核对：只提出疑点供人核实，不影响任何一条的结论。",
        "A set of checks apart from the standard: they raise doubts for a person to clear and change no conclusion.",
    )
    yield ""
    yield from table(
        (pick("编号", "No."), pick("内容", "What it looks at"), pick("检查", "Checks"), pick("案例", "Cases")),
        (
            (_link(item), book.say(item.spec.title), str(len(item.checks)), str(len(item.spec.cases)))
            for item in book.law.items
        ),
    )


def _index(book: Book) -> Iterator[str]:
    pick, standard = book.pick, book.law.standard
    yield f"# {book.say(standard.title)}"
    yield ""
    yield f"{standard.number} · " + pick(
        "[覆盖情况](coverage.md) · [English](../en/README.md)", "[coverage](coverage.md) · [中文](../zh/README.md)"
    )
    yield ""
    for clause in book.law.clauses:
        yield f"## {clause.id} {book.say(clause.spec.title)}"
        yield ""
        yield from table(
            (
                pick("条目", "Item"), pick("内容", "What it asks"), pick("强制性", "Obligation"),
                pick("严重程度", "Severity"), pick("检查", "Checks"), pick("案例", "Cases"),
            ),
            (
                (
                    _link(item), book.say(item.spec.title), book.say(word("obligation", item.spec.obligation)),
                    book.say(word("severity", item.spec.severity)), str(len(item.checks)), str(len(item.spec.cases)),
                )
                for item in clause.items
            ),
        )  # fmt: skip


def _link(item: Item) -> str:
    return f"[{item.id}]({item.id}.md)"


def coverage_page(book: Book) -> str:
    """What is checked of the notice and its annex, and what is not."""
    return _text(_coverage(book))


def _coverage(book: Book) -> Iterator[str]:
    pick, law = book.pick, book.law
    body = body_requirements(law)
    yield f"# {pick('覆盖情况', 'Coverage')}"
    yield ""
    yield f"{law.standard.number} · " + pick(
        "[目录](README.md) · [English](../en/coverage.md)", "[contents](README.md) · [中文](../zh/coverage.md)"
    )
    yield ""
    yield from table((pick("范围", "Scope"), pick("数量", "Count")), _counts(book, body))
    yield f"## {pick('从通知到检查', 'From the notice to the checks')}"
    yield ""
    for clause in law.clauses:
        yield from _clause(book, clause)
    yield f"## {pick('只见于正文的要求 X1–X33', 'Requirements that only the body makes, X1–X33')}"
    yield ""
    yield from table(
        (
            pick("编号", "No."),
            pick("正文", "Body"),
            pick("内容", "What it asks"),
            pick("怎样覆盖", "How it is covered"),
        ),
        (_requirement(book, name, *body[name]) for name in BODY),
    )
    yield f"## {pick('不判的内容', 'Not modelled')}"
    yield ""
    yield from table(
        (pick("条目", "Item"), pick("本程序不判", "Not modelled")),
        ((_link(item), book.say(said)) for item in law.items for said in item.spec.not_modelled),
    )


def _counts(book: Book, body: dict[str, tuple[Item | None, tuple[CarriedSpec, ...]]]) -> Iterator[Sequence[str]]:
    pick, law = book.pick, book.law
    items = {item.id for item in law.items}
    own = sum(item is not None for item, _ in body.values())
    risks = sum(item is None and bool(_risks(carried, items)) for item, carried in body.values())
    checks = sum(item is None and bool(carried) and not _risks(carried, items) for item, carried in body.values())
    annex = [item for item in law.items if not item.body_only]
    yield pick("附件条目", "Items of the annex"), f"{len(annex)} / 36"
    yield pick("正文另有要求", "Further requirements of the body"), f"{own + risks + checks} / {len(BODY)}"
    yield pick("　其中自成条目", "– of these, items of their own"), str(own)
    yield pick("　其中由检查承担", "– of these, carried by checks"), str(checks)
    yield pick("　其中为风险提示", "– of these, risk statements"), str(risks)
    yield pick("　尚未覆盖", "– not covered"), str(len(BODY) - own - risks - checks)
    asked = sum(check.asks is not None for check in law.checks)
    yield (
        pick("检查", "Checks"),
        f"{len(law.checks)}" + pick(f"（其中由人回答 {asked}）", f" ({asked} for a person to answer)"),
    )
    yield pick("案例", "Cases"), str(sum(len(item.spec.cases) for item in law.items))
    yield (
        pick("注明不判的事项", "Matters said not to be modelled"),
        str(sum(len(i.spec.not_modelled) for i in law.items)),
    )


def _risks(carried: Sequence[CarriedSpec], items: set[str]) -> bool:
    """Whether a requirement is covered by the risk statement of an item, not by checks."""
    return any(name in items for one in carried for name in one.by)


def _clause(book: Book, clause: Clause) -> Iterator[str]:
    pick, source = book.pick, clause.spec.source
    annex = pick(f" → 附件{source.annex}", f" → annex {source.annex}") if source.annex else ""
    yield f"### {pick('正文', 'Body ')}{source.body}{annex}{pick('：', ': ')}{clause.id} {book.say(clause.spec.title)}"
    yield ""
    rows = []
    for item in clause.items:
        cite = item.spec.cite
        stands = (
            pick(f"附件{cite.annex}", f"annex {cite.annex}")
            if cite.annex
            else pick(f"正文{cite.body}", f"body {cite.body}")
        )
        for number, check in enumerate(item.checks):
            rows.append(
                (
                    _link(item) if number == 0 else "",
                    stands if number == 0 else "",
                    f"`{check.name}`",
                    book.say(check.says),
                    pick("由人回答", "a person") if check.asks is not None else pick("程序判", "the program"),
                    str(sum(case.check == check.name for case in item.spec.cases)),
                )
            )
    heads = (
        pick("条目", "Item"), pick("出处", "Stands in"), pick("检查", "Check"), pick("要求", "Requires"),
        pick("由谁判", "Decided by"), pick("案例", "Cases"),
    )  # fmt: skip
    yield from table(heads, rows)


def _requirement(book: Book, name: str, own: Item | None, carried: Sequence[CarriedSpec]) -> Sequence[str]:
    pick = book.pick
    if own is not None:
        how = pick(
            f"自成条目 {_link(own)}，{len(own.checks)} 项检查",
            f"an item of its own, {_link(own)}, {len(own.checks)} checks",
        )
        return name, own.spec.cite.body or "", book.say(own.spec.title), how
    if not carried:
        return name, "", "", pick("**尚未覆盖**", "**not covered**")
    items = {item.id for item in book.law.items}
    parts = []
    for by in (by for one in carried for by in one.by):
        if by in items:
            parts.append(pick(f"[{by}]({by}.md) 的风险提示", f"risk statement of [{by}]({by}.md)"))
        else:
            item = by.rpartition(".")[0]
            parts.append(pick(f"检查 [`{by}`]({item}.md)", f"check [`{by}`]({item}.md)"))
    says = book.pick("；", "; ").join(dict.fromkeys(book.say(one.says) for one in carried))
    return name, book.join(dict.fromkeys(one.cite for one in carried)), says, book.join(parts)
