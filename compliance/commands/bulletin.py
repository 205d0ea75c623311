"""``ledger report``: the monthly bulletin (整改工作月报) of a ledger, by a day; calls, prints, exits."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

import click

from compliance.commands.ledger import _DB, _guarded, _open, _targets, _today, _width
from compliance.commands.options import LANG, a_day, write_out

__all__ = ["report"]


def _month(_: click.Context, __: click.Parameter, value: str | None) -> date | None:
    try:
        if value is None:
            return None
        if len(value) != 7:
            raise ValueError
        return date.fromisoformat(f"{value}-01")
    except ValueError:
        raise click.BadParameter(f"{value!r} 不是月份，应写作 YYYY-MM / not a month: YYYY-MM") from None


@click.command("report")
@click.option(
    "--month", callback=_month, metavar="YYYY-MM",
    help="哪一月的月报，截至月末；本月截至今天 / of which month, up to its end or today",
)  # fmt: skip
@click.option(
    "--on", callback=a_day, metavar="DATE",
    help="截至哪一天，缺省为今天（北京时间） / up to which day; default today in China",
)  # fmt: skip
@click.option(
    "--soon", type=click.IntRange(0, 3660), default=7, show_default=True, help="多少天内到期算临期 / due soon"
)
@click.option(
    "--area", "areas", multiple=True, metavar="CODE", help="地区；省、市代码含其下各地 / area, with those below"
)
@click.option("--unit", "units", multiple=True, metavar="TEXT", help="责任单位 / responsible unit")
@click.option("--item", "items", multiple=True, metavar="ITEM", help="条目 / item")
@click.option("--project", "projects", multiple=True, metavar="ID", help="项目编号 / id of a project")
@click.option("--year", "years", multiple=True, type=int, help="年度 / year")
@click.option(
    "--report", "targets", multiple=True, metavar="FORMAT[:FILE]",
    help="text, json, html；可重复 / repeatable; default text",
)  # fmt: skip
@_DB
@LANG
@_guarded
def report(
    month: date | None, on: str | None, soon: int, targets: Sequence[str], db: str, lang: Any, **told: Any
) -> None:
    """整改工作月报：各状态、新增、销号、销号率、逾期、存续时间 / the monthly bulletin, with plots as a page.

    各数为截至当日终了时的情况；其后所办事项不计入。

    \b
    compliance ledger report
    compliance ledger report --month 2024-05 --report text --report html:月报.html
    """
    from compliance.rectify.bulletin import bulletin, month_of
    from compliance.rectify.ledger import Filter
    from compliance.rectify.ledger.stood import stood
    from compliance.render import bulletin as render

    wanted = _targets(targets, ("text", "json", "html"))
    day = _last_day(month, on)
    told["items"] = tuple(item.upper() for item in told["items"])
    with _open(db, lang) as opened:
        found = stood(opened, Filter(**told), month_of(day), day)
    scope = {name: tuple(str(value) for value in values) for name, values in told.items() if values}
    made = bulletin(found.rows, day, soon=soon, acts=found.acts, scope=scope, head=found.head)
    for name, file in wanted:
        if name == "text":
            write_out(render.as_text(made, lang, _width(file)), file)
        else:
            write_out(render.as_json(made) if name == "json" else render.as_html(made, lang), file)


def _last_day(month: date | None, on: str | None) -> date:
    """Of a month that has not ended, today; refuses what has not come: the ledger is not there yet."""
    if month is not None and on is not None:
        raise click.UsageError("--month 与 --on 只写一个 / either --month or --on")
    today = _today()
    if month is None:
        day = _today(on)
    else:
        day = min((month.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1), max(today, month))
    if day > today:
        raise click.UsageError(f"{day} 尚未到 / {day} has not come yet")
    return day
