"""``explain`` and ``rules``: what the law asks, and whether the law folder is sound; calls, prints, exits."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import Any

import click

from compliance.commands.options import AS_OF, DRAFTS, GATE, LANG, PASSED, PROFILE, USAGE, stop, write_whole

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
@click.argument("paths", nargs=-1, type=click.Path(exists=True, path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="以 JSON 输出问题 / problems as JSON")
def rules_lint(paths: tuple[Path, ...], as_json: bool) -> None:
    """检查规则库写法 / check law strictly: every problem with file, line and the nearest name.

    \b
    compliance rules lint                      随附的全部条文、各地规定和先例 / all that is shipped
    compliance rules lint 草稿.yaml 当地/        条文、当地规定或先例文件，或其文件夹 / files or folders of them

    退出码：0 无问题，1 有问题，2 用法错误 / exit codes: 0 no problem, 1 problems, 2 usage.
    """
    import json

    from compliance import between
    from compliance.bench import load_law
    from compliance.drafting import lint, lint_shipped
    from compliance.road import today
    from compliance.soundness import load_checks

    law = load_law()
    problems = [p for path in paths for p in lint(path, law, today())] if paths else lint_shipped(law, today())
    if as_json:
        found = [{"file": p.file, "line": p.line, "message": p.message} for p in problems]
        click.echo(json.dumps(found, ensure_ascii=False, indent=1))
    else:
        for problem in problems:
            click.echo(str(problem))
    if problems:
        click.echo(f"{len(problems)} 个问题 / problems", err=True)
        sys.exit(GATE)
    data = [*load_checks().checks, *between.load_checks().checks]
    checked = (
        f"{len(law.clauses)} 个条文文件、{len(law.items)} 条、{len(law.checks)} 项检查，"
        f"另有数据质量核对 {len(data)} 项"
    )
    if paths:
        checked = f"{len(paths)} 处"
    click.echo(f"{checked}，无问题 / no problem found", err=as_json)


@rules.command("new")
@click.argument("item", required=False)
@click.option("--clause", metavar="CLAUSE", help="属于哪项指标 / the clause; default by the item's number")
@click.option("--subject", metavar="KIND", help="检查对象，如 community / what is checked")
@click.option("--profile", metavar="NAME", help="新建当地规定 / a profile instead of an item")
@click.option("--area-code", metavar="CODE", help="当地的行政区划代码 / the area that the profile is for")
@click.option("--out", type=click.Path(file_okay=False, path_type=Path), help="文件夹，缺省打印 / a folder, or print")
def rules_new(
    item: str | None,
    clause: str | None,
    subject: str | None,
    profile: str | None,
    area_code: str | None,
    out: Path | None,
) -> None:
    """起草条目或当地规定 / draft an item or a profile: everything but its blanks; never overwrites a file.

    \b
    compliance rules new B7.3 --subject community --out 草稿/       一条 / an item
    compliance rules new X5 --clause B4                           正文的要求 / a requirement of the body
    compliance rules new --profile yueyang --area-code 430600     当地规定 / a profile
    """
    from compliance.bench import load_law
    from compliance.drafting import item_draft, profile_draft

    if (item is None) is (profile is None) or (profile is None) is not (area_code is None):
        raise click.UsageError("给出条目编号，或 --profile 和 --area-code / an item, or --profile with --area-code")
    if item is not None:
        name, text = item.upper(), item_draft(load_law(), item.upper(), clause.upper() if clause else None, subject)
    else:
        name, text = str(profile), profile_draft(load_law(), str(profile), str(area_code))
    if out is None:
        click.echo(text, nl=False)
        return
    file = out / f"{name}.yaml"
    if file.exists():
        stop(USAGE, f"{file} 已存在，不覆盖 / {file} exists and is not overwritten")
    write_whole(file, text.encode())
    click.echo(file)


@rules.command("test")
def rules_test() -> None:
    """运行条文自带的案例 / decide every case that the clause files carry."""
    from compliance import between
    from compliance.bench import load_law
    from compliance.cases import cases_of, run_cases
    from compliance.road import today
    from compliance.rulebook import load_profile, profile_names
    from compliance.soundness import load_checks

    law = load_law()
    places = [load_profile(name, law, today(), drafts=True) for name in profile_names()]
    data = load_checks(), between.load_checks()
    broken = [*run_cases(law, places), *(one for book in data for one in run_cases(book))]
    for one in broken:
        click.echo(str(one))
    total = sum(1 for _ in cases_of(law, places)) + sum(1 for book in data for _ in cases_of(book))
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
    from compliance import between, soundness
    from compliance.bench import load_law
    from compliance.pages import pages
    from compliance.rulebook import profile_names, profile_spec
    from compliance.rulebook.precedents import load_precedents

    law = load_law()
    data = [(b.load_checks(), b.load_numbers().layers[0].spec) for b in (soundness, between)]
    made = pages(law, [profile_spec(name) for name in profile_names()], load_precedents(law), data)
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


_PAGE = re.compile(r"(zh|en)/([BHX]|DQ)[0-9.]+\.md")
