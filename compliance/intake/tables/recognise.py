"""Sheets → which mapping fits them, column by column with what is not understood; and the draft of one where none does.

A mapping fits where every column that it needs is there once. Of several that fit, one is taken only if it explains all
columns that the others explain, and more; else the candidates are named. A draft proposes a field where the head is the
field's own title or a usual name of it, and leaves every other decision open in words.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from compliance.intake.cellvalues import entity_of, field_of, folded, unit_of
from compliance.intake.grid import Grid
from compliance.intake.scan import clip
from compliance.intake.tables.heads import Fit, Head, Sheet, bands, heads_of, match
from compliance.intake.tables.mapping import AREA, Column, Mapping, names, read_mapping
from compliance.intake.tables.reading import TABLE
from compliance.intake.tables.rows import sorted_rows
from compliance.schemas.refusal import NOTHING, InputError, Refused, Words, printable

__all__ = ["Recognised", "all_fits", "best_mapping", "draft", "says"]


class Recognised(NamedTuple):
    """One mapping and the sheet it fits best."""

    mapping: Mapping
    fit: Fit


def all_fits(grids: tuple[Grid, ...], mappings: list[Mapping] | None = None) -> list[Recognised]:
    """Every mapping that shares heads with a sheet, those that fit wholly first, then those that share most."""
    known = mappings if mappings is not None else [read_mapping(name) for name in names()]
    sheets = [Sheet(grid) for grid in grids if not grid.hidden]
    found = [Recognised(m, fit) for m in known for sheet in sheets if (fit := match(sheet, m)) is not None]
    found.sort(key=lambda r: (not r.fit.whole, -len(r.fit.matched), r.mapping.name, r.fit.sheet.grid.name))
    return found


def best_mapping(grids: tuple[Grid, ...], source: str, mappings: list[Mapping] | None = None) -> Mapping:
    """The mapping that fits; ``Refused`` where none does, or several explain different columns."""
    found = all_fits(grids, mappings)
    whole = [r for r in found if r.fit.whole]
    if not whole:
        near = "、".join(dict.fromkeys(r.mapping.name for r in found)) or "—"
        said = Words(f"最接近的映射：{near}", f"nearest mappings: {near}")
        hint = Words(
            "compliance tables recognise 逐列说明；compliance tables mapping 起草一份",
            "compliance tables recognise says what is missing; compliance tables mapping drafts one",
        )
        raise Refused(source, [InputError("", None, None, "head_not_found", said, NOTHING, hint)], TABLE)
    explained = [{head.column for head in r.fit.matched.values()} for r in whole]
    for number, r in enumerate(whole):
        others = [columns for n, columns in enumerate(explained) if n != number]
        if all(explained[number] > columns for columns in others):
            return r.mapping
    listed = "、".join(dict.fromkeys(f"{r.mapping.name}（{clip(r.fit.sheet.grid.name)}）" for r in whole))
    found_words = Words(f"都符合：{listed}", f"all of these fit: {listed}")
    hint = Words("用 --mapping 指明一个，或用 --sheet 指明工作表", "name one with --mapping, or the sheet with --sheet")
    raise Refused(source, [InputError("", None, None, "ambiguous_mapping", found_words, NOTHING, hint)], TABLE)


# -- said to a person -----------------------------------------------------------------------------------------


def says(found: Recognised, lang: str) -> Iterator[str]:
    """How a mapping understands a sheet, a line a column."""
    mapping, fit = found
    zh = lang == "zh"
    title = mapping.spec.title.zh if zh else mapping.spec.title.en
    fits = ("符合" if zh else "fits") if fit.whole else ("不完全符合" if zh else "does not fit wholly")
    yield f"{mapping.name}  {title}  —  {fits}"
    rows = f"{fit.first}" if fit.first == fit.last else f"{fit.first}–{fit.last}"
    sheet = printable(fit.sheet.grid.name)
    yield f"  工作表 {sheet}，表头第 {rows} 行" if zh else f"  sheet {sheet}, head in row {rows}"
    by_column = {head.column: mapping.columns[number] for number, head in fit.matched.items()}
    for head in fit.heads:
        shown = printable(head.shown)
        if head.column in by_column:
            yield f"  {head.place:<8} {shown}  →  {_meant(by_column[head.column], head, zh)}"
    for number, heads in fit.ambiguous.items():
        column, listed = mapping.columns[number], "、".join(f"{printable(h.shown)}（{h.place}）" for h in heads)
        yield (
            f"  ?        {column.name}：可对应 {listed}，须在映射中写全"
            if zh
            else f"  ?        {column.name}: may be {listed}; write the head in full in the mapping"
        )
    for column in fit.missing:
        heads_said = "、".join(column.spec.head)
        yield f"  缺       {heads_said}" if zh else f"  lacks    {heads_said}"
    for head in fit.unmapped:
        shown = printable(head.shown)
        yield f"  {head.place:<8} {shown}  →  {'映射没有说到，不采用' if zh else 'not in the mapping, left out'}"
    if fit.whole:
        sorted_ = sorted_rows(fit, mapping)
        counts = len(sorted_.entries), len(sorted_.sums), len(sorted_.left)
        yield (
            "  数据 {} 行，合计 {} 行，不采用 {} 处".format(*counts)
            if zh
            else "  {} rows of data, {} sums, {} left out".format(*counts)
        )


def _meant(column: Column, head: Head, zh: bool) -> str:
    spec = column.spec
    unit = head.unit or spec.unit
    shown = f"（{unit}）" if unit and zh else f" ({unit})" if unit else ""
    if spec.left_out is not None:
        return f"不采用：{spec.left_out.zh}" if zh else f"left out: {spec.left_out.en}"
    if spec.label:
        return "行的名称" if zh else "what the row is about"
    if spec.adds is not None:
        return f"√ → {spec.adds.to}"
    if spec.ratio is not None:
        how = f"{spec.ratio.part} ÷ {spec.ratio.whole}"
        kept = f"，公开数字 {spec.statistic}" if spec.statistic else ""
        return f"复算 {how}{kept}" if zh else f"computed again: {how}"
    if spec.statistic is not None:
        needs = "" if unit else "，单位未写明" if zh else ", no unit stated"
        return f"公开数字 {spec.statistic}{shown}{needs}" if zh else f"published figure {spec.statistic}{shown}{needs}"
    title = (field_of(spec.field or "") or {}).get("title", "")
    return f"{spec.field} {title}{shown}" if zh else f"{spec.field}{shown}"


# -- drafting -------------------------------------------------------------------------------------------------

_USUAL = {
    "小区": "communities[].name", "小区名称": "communities[].name", "项目名称": "communities[].name",
    "街道": "communities[].subdistrict", "所属街道": "communities[].subdistrict",
    "街道(乡镇)": "communities[].subdistrict",
    "社区": "communities[].residential_community", "所属社区": "communities[].residential_community",
    "地址": "communities[].address", "小区地址": "communities[].address",
    "建成年代": "communities[].built_on", "建成年份": "communities[].built_on", "建成时间": "communities[].built_on",
    "建成日期": "communities[].built_on", "楼栋": "communities[].buildings", "楼栋数": "communities[].buildings",
    "栋数": "communities[].buildings", "幢数": "communities[].buildings", "户数": "communities[].households",
    "居民户数": "communities[].households", "总户数": "communities[].households",
    "建筑面积": "communities[].floor_area_m2", "总建筑面积": "communities[].floor_area_m2",
    "小区编号": "communities[].community_id", "小区编码": "communities[].community_id",
}  # fmt: skip
"""Usual names of a community's fields, beside their own titles"""
_AREAS = ("市州", "省份", "城市", "地市", "县(市、区)", "县市区", "区县", "县区", "地区", "行政区划")
_NUMBERING = ("序号", "编号", "No", "NO")


def draft(grids: tuple[Grid, ...], source: str, sheet: str | None = None) -> str:
    """A mapping for a person to finish, from the heads of the sheet that looks most like a table."""
    best: tuple[int, int, Sheet, int, int] | None = None
    for grid in grids:
        if sheet is not None and grid.name != sheet:
            continue
        one = Sheet(grid)
        for first, last in bands(one):
            score = _head_score(one, first, last)
            if best is None or (score, -first) > (best[0], best[1]):
                best = score, -first, one, first, last
    if best is None or best[0] < 2:
        expected = Words("至少两列的表头", "a head of two columns at least")
        raise Refused(source, [InputError("", None, None, "head_not_found", NOTHING, expected)], TABLE)
    _, _, chosen, first, last = best
    return "\n".join(_lines(chosen, heads_of(chosen, first, last))) + "\n"


def _head_score(sheet: Sheet, first: int, last: int) -> int:
    """How many columns bear a text of their own that is no number, in a row that something follows."""
    heads = heads_of(sheet, first, last)
    texts = [
        h for h in heads if h.name and not any(c.isdigit() for c in h.name) and len(h.name) <= 30 * (1 + last - first)
    ]
    alike = len({h.name for h in texts}) != len(texts)
    below = [row for row in sheet.grid.rows if row[0].row > last]
    lower = [c for row in below[:1] for c in row if isinstance(c.value, str) and not any(x.isdigit() for x in c.shown)]
    if alike or not below:
        return 0
    # A row of words under a row of words belongs to the head where cells above it are merged.
    return 2 * len(texts) - len(lower) - (last - first)


def _lines(sheet: Sheet, heads: tuple[Head, ...]) -> Iterator[str]:
    areas = [h for h in heads if h.name in map(folded, _AREAS)]
    named = next((h for h in heads if _field(h) == "communities[].name"), None)
    each = "communities" if named is not None or not areas else AREA
    yield "# 由表头起草的映射：逐列核对后使用。写着“请填”的地方程序不猜。"
    yield "# Drafted from the heads: look at every column. What says 请填 (to fill in) is not guessed."
    yield "mapping: my-table"
    yield 'title: {zh: 请填：这是什么表, en: "to fill in: what table this is"}'
    yield f"sheet: {_quoted(sheet.grid.name)}"
    yield "rows:"
    yield f"  each: {each}"
    yield "  totals:"
    yield "  - {words: [合计, 总计], over: all}"
    if any(folded(cell.shown) == "小计" for row in sheet.grid.rows for cell in row):
        yield "  - {words: [小计], over: above}  # 合计其上各行，至上一个小计；核对 / sums the rows above: look at it"
    if each == AREA:
        yield "area:"
        yield f"  name: {_quoted(areas[-1].name)}"
        if len(areas) > 1:
            yield f"  within: {_quoted(areas[0].name)}"
        yield "  codes:  # 请填：每个地区名称的 6 位区划代码 / the area code of every name"
        yield '    示例县: "999901"'
        yield "plan: {plan_id: plan}"
    else:
        own = next((h for h in heads if _field(h) == "communities[].community_id"), None)
        if own is not None:
            yield f"ids: {{column: {_quoted(own.name)}}}"
        else:
            of = [h.name for h in heads if _field(h) in ("communities[].subdistrict", "communities[].name")]
            yield f"ids: {{of: [{', '.join(map(_quoted, of)) or '请填'}], prefix: C}}"
        yield "plan: {plan_id: plan, lists_rows: true}"
        yield "dossier: {}  # area_code、area_name、plan_year 可写在这里，也可用 --area、--year 给出"
    yield "columns:"
    for head in heads:
        yield from _drafted(head, each, head in areas)


def _drafted(head: Head, each: str, is_area: bool) -> Iterator[str]:
    name = _quoted(head.name)
    field = _field(head)
    if is_area and each == AREA:
        yield f"- {{head: {name}, label: true}}"
        return
    if head.name in _NUMBERING:
        yield f"- {{head: {name}, optional: true, left_out: {{zh: 只是行号, en: only the number of the row}}}}"
        return
    if field is not None and each != AREA:
        own = (field_of(field) or {}).get("x-unit", "")
        unit = ""
        if own and head.unit is None and unit_of(own).of in ("area", "money"):
            unit = f", unit: 请填（如 {own}、万{own.removeprefix('万')}）"
        yield f'- {{head: {name}, field: "{field}"{_as_text(unit)}}}'
        return
    if each == AREA and head.unit is not None and head.unit != "%":
        yield f"- {{head: {name}, statistic: {_quoted(head.name.rsplit('/', 1)[-1])}}}"
        return
    yield f"- head: {name}"
    yield '  left_out: {zh: 请填：不采用的原因；要采用则改为 field, en: "to fill in: why not, or a field instead"}'


def _as_text(unit: str) -> str:
    head, _, rest = unit.partition(": ")
    return f"{head}: {_quoted(rest)}" if rest else unit


def _field(head: Head) -> str | None:
    """The field that a head names by its title or a usual name; no other likeness counts."""
    last = head.name.rsplit("/", 1)[-1]
    usual = {folded(name): path for name, path in _USUAL.items()}
    if last in usual:
        return usual[last]
    entity = entity_of("communities[]") or {}
    for name in entity.get("properties", {}):
        field = field_of(f"communities[].{name}") or {}
        if folded(field.get("title", "")) == last and "properties" not in field and field.get("type") != "array":
            return f"communities[].{name}"
    return None


def _quoted(text: str) -> str:
    plain = all(c.isalnum() or c in "()（）_" for c in text) and not text[:1].isdigit() and bool(text)
    return text if plain else '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
