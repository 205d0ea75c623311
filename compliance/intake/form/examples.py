"""A column of the form → what may be written in it, and an example; the examples of all tables fit together."""

from __future__ import annotations

from typing import Any

from compliance.intake.form.cells import Content, content_of
from compliance.intake.form.layout import KEY, PARENT, ROOT, Column, Table
from compliance.intake.references import IDENTIFIES, REFERS_TO
from compliance.schemas.dossier import SHA256_PATTERN
from compliance.schemas.scalars import AREA_CODE_PATTERN, DOC_NO_PATTERN, days, uscc_check_character

__all__ = ["example_row", "example_value", "hint"]

_IDS = {
    "plan_id": "JH-2024", "reserve_id": "CB-001", "community_id": "XQ-001", "area_unit_id": "PQ-01",
    "facility_id": "SS-01", "project_id": "XM-001", "event_id": "ZL-01", "txn_id": "ZJ-0001",
    "utility_plan_id": "ZY-01", "issue_id": "WT-01", "policy_id": "ZC-01", "att_id": "FJ-001",
    "dossier_id": "shili-2024",
}  # fmt: skip
_USCC = "1199990100000101X"


def example_row(table: Table) -> dict[str, Content]:
    """One row as it may be filled in, of a county that does not exist."""
    return {column.name: _example(column, table) for column in table.columns if _told(column, table)}


def _told(column: Column, table: Table) -> bool:
    """An example tells enough without the parts of parts: what is required, and the entry's own fields."""
    return column.required or len(column.path) < 3


def _example(column: Column, table: Table) -> Content:
    if column.name == PARENT and table.parent is not None:
        return Content("text", _key(table.parent))
    if column.name == KEY:
        return Content("text", _key(table))
    if table.kind == "evidence" and column.name in ("of", "key", "field"):
        return Content("text", {"of": "小区", "key": _IDS["community_id"], "field": "改造方案"}[column.name])
    return content_of(example_value(column, table), column)


def _key(table: Table) -> str:
    if table.key.name in _IDS:
        return _IDS[table.key.name]
    parent = table.parent
    return f"{_key(parent)}-1" if parent is not None and parent.name != ROOT else "1"


def example_value(column: Column, table: Table) -> Any:
    """What an example says of a field, as the dossier has it."""
    name, field, options = column.path[-1], column.field, column.options
    if column.name == "name" and table.parent is not None:
        return f"示例{table.title.rsplit('·', 1)[-1]}"
    if options:
        return (
            _among(name, table, list(options.values())) if field.get("type") != "array" else tuple(options.values())[:2]
        )
    if name in _REFERRED or table.kind == "references":
        return _IDS[_REFERRED.get(name, "community_id")]
    return _plain(name, column.title, field)


_REFERRED = {name: IDENTIFIES[kind] for name, kind in REFERS_TO.items()} | {n: n for n in _IDS}


def _among(name: str, table: Table, values: list[Any]) -> Any:
    return "county" if name == "area_level" else True if values == [True, False] else values[0]


def _plain(name: str, title: str, field: dict[str, Any]) -> Any:
    kind, form, pattern = field.get("type"), field.get("format"), field.get("pattern", "")
    if "const" in field:
        return field["const"]
    if kind == "array":
        inner = _plain(name, title, field["items"])
        return (inner,)
    if form == "partial-date":
        return days("2024-06-30")
    if kind in ("integer", "number"):
        return (
            2024
            if "year" in name and "years" not in name and not name.startswith("prev")
            else 1
            if name in ("page", "round", "rank")
            else 3
        )
    if form == "uscc":
        return _USCC + uscc_check_character(_USCC)
    if pattern == AREA_CODE_PATTERN:
        return "999901"
    if pattern == DOC_NO_PATTERN:
        return "示建发〔2024〕1号"
    if pattern == SHA256_PATTERN:
        return "0" * 64
    if name == "file":
        return "示例文件.pdf"
    return "示例县" if name == "area_name" else f"示例{title.rsplit('·', 1)[-1]}"


def hint(column: Column, table: Table) -> str:
    """What may be written in a column."""
    field, options = column.field, column.options
    required = "必填。" if column.required else ""
    return required + _hint(column, table, field, options)


def _hint(column: Column, table: Table, field: dict[str, Any], options: dict[str, Any]) -> str:
    if column.name == PARENT:
        return f"与“{table.parent.title}”表的“{table.parent.key.title}”一致" if table.parent is not None else ""
    if column.name == KEY:
        return "本表内不重复；其他表引用这一行时用"
    if table.kind == "evidence" and column.name in _OF_EVIDENCE:
        return _OF_EVIDENCE[column.name]
    kind, form, pattern = field.get("type"), field.get("format"), field.get("pattern", "")
    if options:
        few = "、".join(options)
        if kind == "array":
            return f"可填多项，用顿号分开：{few}"
        return (
            few.replace("、", "或")
            if len(options) == 2
            else f"从下拉列表选：{few}"
            if len(few) <= 40
            else "从下拉列表选"
        )
    if "const" in field:
        return f"固定为 {field['const']}"
    if form == "partial-date":
        return "日期，如 2024-06-30；只知年月写 2024-06（先打一个英文单引号）"
    if kind in ("integer", "number"):
        unit = f"，单位{field['x-unit']}" if field.get("x-unit") else ""
        return f"整数{unit}" if kind == "integer" else f"数字，最多四位小数{unit}"
    if kind == "array":
        return "可填多项，用顿号分开"
    if form == "uscc":
        return "18位代码"
    if pattern == AREA_CODE_PATTERN:
        return "6位行政区划代码"
    if pattern == DOC_NO_PATTERN:
        return "如 示建发〔2024〕1号"
    if pattern == SHA256_PATTERN:
        return "文件的 SHA-256，64位"
    if column.path[-1] == "file":
        return "attachments 文件夹内的路径"
    if column.path[-1] in _REFERRED:
        return "编号：字母、数字、- _ ." if column.path[-1] in _IDS and column is table.key else "与该表的编号一致"
    return "文字"


_OF_EVIDENCE = {
    "of": "被证明的内容在哪张表",
    "key": "那一行的编号或序号；“档案”表留空",
    "field": "那一行的哪一部分，如 改造方案；整行留空",
}
