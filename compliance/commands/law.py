"""``explain`` and ``rules``: what the law asks, and whether the law folder is sound; calls, prints, exits."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import Any

import click

from compliance.commands.options import AS_OF, DRAFTS, GATE, LANG, PASSED, PROFILE, write_whole

__all__ = ["explain", "rules"]

# -- explain --------------------------------------------------------------------------------------------------


@click.command()
@click.argument("item")
@PROFILE
@DRAFTS
@AS_OF
@LANG
def explain(item: str, profile: str | None, drafts: bool, as_of: str | None, lang: Any) -> None:
    """说明一条怎样判 / say how an item is decided, with the place's numbers and where they stand.

    \b
    compliance explain B7.1 --profile xiangtan     一条 / an item
    compliance explain B7                          一项指标 / a clause
    compliance explain X11                         只见于正文的要求，X 为全部 / of the body alone; X for all
    """
    from compliance.explain import explain as said

    click.echo(said(item.upper(), profile, as_of, lang, drafts=drafts))


# -- rules ----------------------------------------------------------------------------------------------------


@click.group()
def rules() -> None:
    """规则库 / the rulebook: list, show, lint, test, coverage, docs, new."""


@rules.command("list")
@LANG
def rules_list(lang: Any) -> None:
    """列出 20 项指标、36 条 / list the clauses and items."""
    from compliance.explain import listing

    click.echo(listing(lang))


@rules.command("show")
@click.argument("item")
def rules_show(item: str) -> None:
    """显示条文文件原文 / print the clause file that states an item or clause."""
    from compliance.explain import clause_file

    click.echo(clause_file(item.upper()), nl=False)


@rules.command("lint")
def rules_lint() -> None:
    """检查规则库写法 / check the law folder strictly; every problem with file and line."""
    from compliance.bench import load_law
    from compliance.road import today
    from compliance.rulebook import load_profile, profile_names, tailoring_of
    from compliance.schemas.rulebook import RulebookError

    law = load_law()
    checks = len(law.checks)
    for name in profile_names():
        load_profile(name, law, today(), drafts=True)
    loose = [problem for name in profile_names() for problem in tailoring_of(name, law)]
    if loose:
        raise RulebookError(loose)
    click.echo(
        f"{len(law.clauses)} 个条文文件、{len(law.items)} 条、{checks} 项检查，无问题 / no problem found"
    )


@rules.command("test")
def rules_test() -> None:
    """运行条文自带的案例 / decide every case that the clause files carry."""
    from compliance.bench import load_law
    from compliance.cases import cases_of, run_cases
    from compliance.road import today
    from compliance.rulebook import load_profile, profile_names

    law = load_law()
    places = [load_profile(name, law, today(), drafts=True) for name in profile_names()]
    broken = list(run_cases(law, places))
    for one in broken:
        click.echo(str(one))
    total = sum(1 for _ in cases_of(law, places))
    click.echo(f"{total - len(broken)} / {total} 个案例与条文一致 / cases come out as written")
    sys.exit(GATE if broken else PASSED)


@rules.command("coverage")
@LANG
def rules_coverage(lang: Any) -> None:
    """覆盖情况 / what is checked, item by item, and what is not modelled."""
    from compliance.explain import coverage

    click.echo(coverage(lang))


@rules.command("docs")
@click.option(
    "--out", type=click.Path(file_okay=False, path_type=Path), default="docs/clauses", show_default=True,
    help="写到哪个文件夹 / the folder to write to",
)  # fmt: skip
@click.option("--check", "only_check", is_flag=True, help="只核对，不一致则退出码 1 / write nothing; 1 if pages drift")
def rules_docs(out: Path, only_check: bool) -> None:
    """生成各条说明页 / write a page for every item, in Chinese and English, with the map of what is covered."""
    from compliance.bench import load_law
    from compliance.pages import pages
    from compliance.rulebook import profile_names, profile_spec
    from compliance.rulebook.precedents import load_precedents

    law = load_law()
    made = pages(law, [profile_spec(name) for name in profile_names()], load_precedents(law))
    held = {p.relative_to(out).as_posix(): p.read_bytes() for p in sorted(out.rglob("*.md"))}
    drifting = sorted(name for name in made.keys() | held.keys() if held.get(name) != made.get(name, "").encode())
    for name in drifting:
        click.echo(out / name)
        if not only_check and name in made:
            write_whole(out / name, made[name].encode())
        elif not only_check and _PAGE.fullmatch(name):  # an item that is no more; other files are not ours
            (out / name).unlink()
    click.echo(f"{len(made)} 页，{len(drifting)} 页不一致 / pages, of which differ: {len(drifting)}", err=True)
    sys.exit(GATE if only_check and drifting else PASSED)


_PAGE = re.compile(r"(zh|en)/[BHX][0-9.]+\.md")
