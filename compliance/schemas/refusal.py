"""Why input was refused: every error with its place, what was found, what was expected and what to do.

The codes are stable words: programs may match on them, people read the Chinese or English beside them.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, Literal, NamedTuple

__all__ = ["CODES", "DETERMINATIONS", "InputError", "Lang", "Place", "Refused", "Words"]

Lang = Literal["zh", "en"]


class Words(NamedTuple):
    """The same words in Chinese and English."""

    zh: str
    en: str


NOTHING = Words("", "")

CODES: dict[str, Words] = {
    # the file
    "file_missing": Words("文件不存在", "no such file"),
    "not_readable": Words("文件无法读取", "the file cannot be read"),
    "no_dossier_json": Words("缺少 dossier.json", "there is no dossier.json"),
    "two_dossiers": Words("有两份档案", "two dossiers"),
    "too_large": Words("文件过大", "too large"),
    "empty_file": Words("文件是空的", "the file is empty"),
    "not_a_dossier": Words("不是档案文件", "not a dossier"),
    "not_utf8": Words("文字编码不是 UTF-8", "not encoded in UTF-8"),
    # the folder or archive
    "damaged_archive": Words("压缩包损坏", "the archive is damaged"),
    "encrypted_archive": Words("压缩包已加密", "the archive is encrypted"),
    "unsafe_path": Words("路径不安全", "unsafe path"),
    "symbolic_link": Words("含有符号链接", "symbolic link"),
    "special_file": Words("不是普通文件", "not a regular file"),
    "duplicate_file": Words("文件重复", "the same file twice"),
    "too_many_files": Words("文件过多", "too many files"),
    "compression_bomb": Words("压缩比异常", "suspicious compression"),
    # the workbook or table
    "not_a_workbook": Words("不是可读取的表格文件", "not a table that can be read"),
    "damaged_workbook": Words("工作簿损坏", "the workbook is damaged"),
    "encrypted_workbook": Words("工作簿有打开密码", "the workbook needs a password to open"),
    "workbook_with_macros": Words("工作簿含有宏", "the workbook has macros"),
    "damaged_table": Words("CSV 文件格式错误", "the CSV file is malformed"),
    # the JSON text
    "truncated": Words("文件被截断", "the file is cut off"),
    "syntax": Words("JSON 格式错误", "JSON syntax error"),
    "trailing_content": Words("档案之后还有内容", "content after the dossier"),
    "trailing_comma": Words("多余的逗号", "superfluous comma"),
    "missing_comma": Words("缺少逗号", "missing comma"),
    "comment": Words("含有注释", "comment"),
    "fullwidth_punctuation": Words("使用了全角标点", "full-width punctuation"),
    "line_break_in_text": Words("文字中断行或缺少右引号", "line break in a text, or no closing quote"),
    "control_character": Words("含有控制字符", "control character"),
    "bad_escape": Words("反斜杠转义错误", "bad backslash escape"),
    "bad_literal": Words("无法识别的值", "unrecognised value"),
    "nan_or_infinity": Words("不是有限的数", "not a finite number"),
    "duplicate_key": Words("字段重复", "field given twice"),
    "too_deep": Words("嵌套过深", "nested too deeply"),
    "number_too_long": Words("数字过长", "number too long"),
    # the fields
    "unsupported_schema_version": Words("结构版本不受支持", "unsupported schema version"),
    "unknown_field": Words("未知字段", "unknown field"),
    "missing_field": Words("缺少必填字段", "required field missing"),
    "wrong_type": Words("数据类型不对", "wrong type"),
    "not_an_option": Words("不在可选值之内", "not one of the options"),
    "number_out_of_range": Words("数值超出范围", "number out of range"),
    "too_many_decimals": Words("小数位过多", "too many decimals"),
    "bad_date": Words("日期写法不对", "bad date"),
    "bad_uscc": Words("统一社会信用代码不对", "bad unified social credit code"),
    "bad_doc_no": Words("发文字号写法不对", "bad document number"),
    "bad_area_code": Words("行政区划代码写法不对", "bad area code"),
    "bad_identifier": Words("编号写法不对", "bad identifier"),
    "bad_hash": Words("哈希值写法不对", "bad hash"),
    "bad_path": Words("附件路径写法不对", "bad attachment path"),
    "bad_amount": Words("金额或面积写法不对", "bad amount"),
    "bad_format": Words("写法不对", "bad format"),
    "text_too_short": Words("文字为空", "empty text"),
    "text_too_long": Words("文字过长", "text too long"),
    "too_many_items": Words("条目过多", "too many entries"),
    # the cells of a table
    "cell_error": Words("单元格是公式错误", "a formula that failed"),
    "not_a_number": Words("不是数", "not a number"),
    "not_whole": Words("不是整数", "not a whole number"),
    "not_yes_or_no": Words("不是“是”或“否”", "neither yes nor no"),
    "ambiguous_value": Words("可作两种理解", "could mean two things"),
    "unit_conflict": Words("单位互相矛盾", "units that contradict each other"),
    "unit_not_stated": Words("没有写明单位", "no unit stated"),
    "merged_cell": Words("几行合并成一格", "one cell merged over several rows"),
    # the table and its mapping
    "head_not_found": Words("找不到表头", "the head is not there"),
    "ambiguous_mapping": Words("映射有几种可能", "several readings of the mapping"),
    "bad_mapping": Words("映射不成立", "a mapping that does not stand"),
    "unclear_row": Words("合计行的范围未说明", "a sum over unstated rows"),
    "area_not_known": Words("不知道是哪个地区", "the area is not known"),
    "no_rows": Words("表头之下没有数据", "no data below the head"),
    # what one entry says of another
    "duplicate_id": Words("编号重复", "identifier used twice"),
    "dangling_reference": Words("引用的编号不存在", "refers to an entry that is not there"),
    "repeated_reference": Words("清单中重复引用", "the same entry listed twice"),
    # recorded determinations
    "yaml_syntax": Words("YAML 格式错误", "YAML syntax error"),
    "yaml_feature": Words("不使用这种 YAML 写法", "a feature of YAML that is not used"),
    "loose_value": Words("含义不明的值", "ambiguous value"),
    "bad_day": Words("不是完整的日期", "not a full date"),
    "bad_fingerprint": Words("结论指纹写法不对", "bad fingerprint"),
    "too_few_items": Words("缺少条目", "too few entries"),
    "wrong_dossier": Words("不是这份档案的认定", "determinations of another dossier"),
    "unknown_finding": Words("检查结论不存在", "no such finding"),
    "changed_finding": Words("检查结论已变化", "the finding has changed"),
    "not_determinable": Words("不得作此认定", "this may not be determined"),
    "conflicting_determinations": Words("同一检查行有两项认定", "two determinations of the same line"),
    "bad_order_of_dates": Words("日期先后不对", "dates in the wrong order"),
    "bad_evidence": Words("证据不成立", "evidence that does not stand"),
    # what stands in tables
    "not_writable": Words("表格写不下", "no cell can hold this"),
    "unknown_sheet": Words("不认识的工作表", "unknown sheet"),
    "not_a_form": Words("不是填报表", "not the form"),
    "missing_table": Words("缺少必有的表", "a table is missing"),
    "missing_column": Words("缺少必有的栏目", "a column is missing"),
    "missing_row": Words("没有填写", "nothing is filled in"),
    "duplicate_sheet": Words("同一张表有两份", "the same table twice"),
    "unknown_column": Words("不认识的栏目", "unknown column"),
    "changed_head": Words("表头与机读名不符", "head and machine name disagree"),
    "unknown_mark": Words("标记不认识", "unknown mark"),
    "changed_example": Words("示例行被改动", "the example row was changed"),
    "merged_cells": Words("合并了单元格", "merged cells"),
    # what no rule above could name
    "invalid": Words("不符合要求", "not valid"),
    "too_many_errors": Words("错误过多，其余未列出", "too many errors; the rest is not listed"),
}
"""Every code that a refusal can carry."""


class Place(NamedTuple):
    """Where a value stands in a workbook or table."""

    file: str
    sheet: str
    cell: str
    """As spreadsheets write it: C7, or C7:C9 where several cells are meant"""

    def text(self) -> str:
        """For a person: file, sheet, cell."""
        return " · ".join(printable(part) for part in self if part)


@dataclass(frozen=True, slots=True)
class InputError:
    """One fault of the input. ``pointer`` is a JSON Pointer (RFC 6901); lines and columns count from 1.

    Faults of the file as a whole have no line and no column, those in YAML a line alone. A column counts characters,
    not bytes.
    """

    pointer: str
    line: int | None
    column: int | None
    code: str
    found: Words = NOTHING
    expected: Words = NOTHING
    hint: Words = NOTHING
    cell: Place | None = None
    """For what was read from a table: the cell, instead of line and column"""

    def text(self, lang: Lang = "zh") -> str:
        """A block of lines for a person: what is wrong, where, what was found, expected, and what to do."""
        labels = _LABELS[lang]
        pairs = (("found", self.found), ("expected", self.expected), ("hint", self.hint))
        body = [f"    {labels[name]}{printable(getattr(words, lang))}" for name, words in pairs if getattr(words, lang)]
        return "\n".join([f"{getattr(CODES[self.code], lang)} [{self.code}]{self._place(lang)}", *body])

    def _place(self, lang: Lang) -> str:
        pointer = f"  {printable(self.pointer)}" if self.pointer else ""
        if self.cell is not None:
            return f"  {self.cell.text()}{pointer}"
        if self.line is None:
            return pointer
        if lang == "zh":
            return f"  第 {self.line} 行{'' if self.column is None else f'第 {self.column} 列'}{pointer}"
        return f"  line {self.line}{'' if self.column is None else f', column {self.column}'}{pointer}"

    def to_json(self) -> dict[str, Any]:
        """The error as JSON values, both languages side by side."""
        fields = asdict(self) | {"message": CODES[self.code]}
        if self.cell is None:
            del fields["cell"]
        else:
            fields["cell"] = {"file": self.cell.file, "sheet": self.cell.sheet, "cell": self.cell.cell}
        return {
            name: value._asdict() if isinstance(value, Words) else value for name, value in fields.items()
        }


_LABELS: dict[Lang, dict[str, str]] = {
    "zh": {"found": "实际：", "expected": "应为：", "hint": "处理："},
    "en": {"found": "found: ", "expected": "expected: ", "hint": "what to do: "},
}


DOSSIER = Words("无法读取为档案", "refused")
DETERMINATIONS = Words("人工认定不予采用", "determinations refused")


class Refused(Exception):
    """The input is no dossier that could be checked; carries every error found, in document order.

    ``what`` says what was refused, where it is not the dossier.
    """

    def __init__(self, source: str, errors: list[InputError], what: Words = DOSSIER) -> None:
        super().__init__(source, errors)
        self.source = source
        self.errors = errors
        self.what = what

    def __str__(self) -> str:
        return self.text("zh")

    def text(self, lang: Lang = "zh") -> str:
        """The whole refusal for a person."""
        name, count = printable(self.source), len(self.errors)
        if lang == "zh":
            head = f"{name}：{self.what.zh}，共 {count} 处错误"
        else:
            head = f"{name}: {self.what.en}, {count} error{'' if count == 1 else 's'}"
        return "\n".join([head, *(f"{i}. {error.text(lang)}" for i, error in enumerate(self.errors, 1))])

    def to_json(self) -> dict[str, Any]:
        """The whole refusal as JSON values."""
        return {"source": self.source, "refused": True, "errors": [error.to_json() for error in self.errors]}


def printable(text: str) -> str:
    """Text from the input, harmless on a terminal: what cannot be seen is written as an escape.

    >>> printable("a\\x1b[2Jb\\u202e幸福里")
    'a\\\\u001b[2Jb\\\\u202e幸福里'
    """
    return "".join(c if c.isprintable() else f"\\u{ord(c):04x}" for c in text)
