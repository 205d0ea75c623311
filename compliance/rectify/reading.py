"""Report files (``compliance check --report json:FILE``) → what lists and comparisons need of them, in light objects.

Refuses a file that is no report, is cut off, is of another version or says something that contradicts itself; the
errors of all files are told at once. A report with faults is read, and marked. Findings are parsed one by one, so
that hundreds of megabytes never stand in memory as objects: what passes keeps its bytes and is read again if asked.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any, NamedTuple, TypeVar, get_args

import orjson

from compliance import collector
from compliance.schemas.rectify import ReportUsed
from compliance.schemas.refusal import printable
from compliance.schemas.report import (
    OBLIGATIONS,
    OLDEST_READ,
    REPORT_VERSION,
    SEVERITIES,
    Area,
    Basis,
    Bilingual,
    Disposition,
    Obligation,
    Outcome,
    Reason,
    Severity,
)

__all__ = [
    "CheckRead",
    "FindingRead",
    "ItemRead",
    "LineRead",
    "Refusal",
    "ReportRead",
    "ReportsRefused",
    "SubjectRead",
    "ValueRead",
    "read_report",
    "read_reports",
    "text_or_none",
    "well_formed",
    "words",
]


T = TypeVar("T")


# -- refusals -------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a file was not read, and what to do."""

    file: str
    code: str
    what: Bilingual
    todo: Bilingual


class ReportsRefused(Exception):
    """Files that are no reports to go by; carries the errors of all of them."""

    def __init__(self, refusals: tuple[Refusal, ...]) -> None:
        super().__init__(refusals)
        self.refusals = refusals

    def __str__(self) -> str:
        return self.text("zh")

    def text(self, lang: str = "zh") -> str:
        """For a person: file, what is wrong, what to do."""
        colon, label = (": ", "what to do: ") if lang == "en" else ("：", "处理：")
        return "\n".join(
            f"{printable(f'{r.file}{colon}{getattr(r.what, lang)}')} [{r.code}]\n    {label}{getattr(r.todo, lang)}"
            for r in self.refusals
        )

    def to_json(self) -> dict[str, Any]:
        """For programs."""
        return {"refused": True, "errors": orjson.loads(orjson.dumps(self.refusals))}


_AGAIN = Bilingual(
    "用 compliance check 档案 --report json:文件 重新生成报告",
    "make the report anew with compliance check DOSSIER --report json:FILE",
)


class _Bad(Exception):
    def __init__(self, code: str, zh: str, en: str, todo: Bilingual = _AGAIN) -> None:
        super().__init__(en)
        self.code, self.what, self.todo = code, Bilingual(zh, en), todo


# -- what is read ---------------------------------------------------------------------------------------------


class ValueRead(NamedTuple):
    """One value of a check line."""

    measure: str
    title: Bilingual
    value: str | None
    unit: str
    unknown: Reason | None
    op: str
    limit: str | None
    limit_name: str | None
    pointers: tuple[str, ...]
    says: Bilingual


class LineRead(NamedTuple):
    """One check on one (row) subject."""

    check: str
    kind: str
    id: str
    name: Bilingual
    outcome: Outcome
    reason: Reason | None
    basis: Basis | None
    obligation: Obligation
    severity: Severity
    values: tuple[ValueRead, ...]
    was: Outcome | None
    """What the rules say, where a person determined otherwise"""


class FindingRead(NamedTuple):
    """One finding; its lines and the rest are parsed when asked for."""

    id: str
    item: str
    kind: str
    subject: str
    name: Bilingual
    outcome: Outcome
    reason: Reason | None
    basis: Basis | None
    disposition: Disposition
    severity: Severity
    fingerprint: str
    sentence: Bilingual
    pointer: str
    file: str
    raw: bytes | memoryview

    def whole(self) -> dict[str, Any]:
        """Everything that the report says of it."""
        found: dict[str, Any] = orjson.loads(self.raw)
        return found

    def lines(self) -> tuple[LineRead, ...]:
        """Its check lines."""
        return well_formed(self.file, lambda: tuple([_line(c) for c in orjson.loads(self.raw)["checks"]]))


@dataclass(frozen=True, slots=True)
class SubjectRead:
    """A community or project, and by what else than its id it is known."""

    kind: str
    id: str
    name: str
    place: str | None
    address: str | None
    code: str | None
    project: str | None


@dataclass(frozen=True, slots=True)
class CheckRead:
    """A check as the report states it."""

    says: Bilingual
    condition: Bilingual


@dataclass(frozen=True, slots=True)
class ItemRead:
    """An item as the report states it."""

    item: str
    title: Bilingual
    requires: Bilingual
    cite: Bilingual
    obligation: Obligation
    checks: Mapping[str, CheckRead]
    remedy: tuple[Bilingual, ...]


@dataclass(frozen=True, slots=True)
class ReportRead:
    """A report file, read and found sound."""

    used: ReportUsed
    items: Mapping[str, ItemRead]
    subjects: tuple[SubjectRead, ...]
    findings: tuple[FindingRead, ...]


# -- reading --------------------------------------------------------------------------------------------------


def read_reports(files: Iterable[str | Path]) -> tuple[ReportRead, ...]:
    """All files, or ``ReportsRefused`` with the errors of all."""
    read: list[ReportRead] = []
    refusals: list[Refusal] = []
    for file in files:
        try:
            read.append(read_report(_bytes(Path(file)), str(file)))
        except _Bad as bad:
            refusals.append(Refusal(str(file), bad.code, bad.what, bad.todo))
        except ReportsRefused as refused:
            refusals += refused.refusals
    if refusals:
        raise ReportsRefused(tuple(refusals))
    return tuple(read)


def read_report(data: bytes, file: str) -> ReportRead:
    """One report from its bytes; ``file`` is what to call it."""
    with collector.at_rest():
        return well_formed(file, lambda: _report(data, file))


def well_formed(file: str, read: Callable[[], T]) -> T:
    """What is read, or the refusal of the file."""
    try:
        return read()
    except _Bad as bad:
        raise ReportsRefused((Refusal(file, bad.code, bad.what, bad.todo),)) from None
    except (LookupError, TypeError, ValueError, AttributeError) as error:
        said = f"{type(error).__name__}: {error}"
        what = Bilingual(f"内容不合报告的格式（{said}）", f"not as a report is written ({said})")
        raise ReportsRefused((Refusal(file, "malformed", what, _AGAIN),)) from None


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        todo = Bilingual("核对文件名和所在文件夹", "check the name and the folder")
        raise _Bad("file_missing", "文件不存在", "no such file", todo) from None
    except OSError as error:
        todo = Bilingual("给出一个可以读取的报告文件", "give a report file that can be read")
        raise _Bad("not_readable", f"无法读取：{error.strerror}", f"cannot be read: {error.strerror}", todo) from None


def _report(data: bytes, file: str) -> ReportRead:
    if not data.strip():
        raise _Bad("empty_file", "文件是空的", "the file is empty")
    head, raws = _parts(data)
    _version(head)
    used = _used(head, file, sha256(data).hexdigest())
    items = {i["item"]: _item(i) for i in head["items"]}
    findings = tuple(_finding(raw, whole, file) for raw, whole in raws(head))
    if len({f.id for f in findings}) != len(findings):
        raise _Bad("same_finding_twice", "同一认定出现两次", "the same finding is there twice")
    strange = {f.item for f in findings} - items.keys()
    if strange:
        named = "、".join(sorted(strange))
        raise _Bad("malformed", f"认定所属条目不在报告中：{named}", f"findings of items that are not listed: {named}")
    return ReportRead(used, items, tuple(_subject(s) for s in head["subjects"]), findings)


_Raws = Callable[[Mapping[str, Any]], Iterator[tuple[bytes | memoryview, Any]]]


def _parts(data: bytes) -> tuple[dict[str, Any], _Raws]:
    """All but the findings, and a means to go through the findings."""
    found = _by_lines(data)
    if found is not None:
        head, lines = found
        return head, lambda _: ((line, orjson.loads(line)) for line in lines)
    try:
        head = orjson.loads(data)
    except orjson.JSONDecodeError as error:
        at_end = error.pos >= len(data.decode("utf-8", "replace").rstrip())
        if at_end or _is_cut(data) or "unexpected end" in str(error):
            raise _Bad("truncated", "文件不完整，末尾缺失", "the file is cut off") from None
        todo = Bilingual("给出 JSON 格式的检查报告", "give a check report in JSON")
        raise _Bad("not_json", "不是 JSON 文件", "not a JSON file", todo) from None
    if not isinstance(head, dict) or "report_version" not in head:
        raise _Bad("not_a_report", *_NO_REPORT)
    if not isinstance(head["findings"], list):
        raise TypeError("findings are not a list")
    return head, lambda head: ((orjson.dumps(f), f) for f in head["findings"])


def _is_cut(data: bytes) -> bool:
    """Whether the bytes end within a character."""
    try:
        data.decode()
    except UnicodeDecodeError as error:
        return error.reason == "unexpected end of data"
    return False


_NO_REPORT = ("不是检查报告", "not a check report")


def _by_lines(data: bytes) -> tuple[dict[str, Any], list[memoryview]] | None:
    """The layout that the checker writes, one field or one finding a line; None for any other layout.

    A line break cannot stand in a JSON text, so that the lines are what they seem to be.
    """
    if not data.startswith(b'{\n"report_version":') or not data.endswith(b"\n}\n"):
        return None
    view, findings = memoryview(data), []
    head: dict[str, Any] = {}
    position, end = 2, len(data) - 2
    try:
        while position < end:
            stop = data.index(b"\n", position)
            if data[position:stop] == b'"findings":[':
                position, head["findings"] = stop + 1, None
                while not data.startswith(b"]", position):
                    stop = data.index(b"\n", position)
                    more = data[stop - 1] == 0x2C
                    findings.append(view[position : stop - more])
                    position = stop + 1
                    if more is data.startswith(b"]", position):
                        return None
                stop = data.index(b"\n", position)
                if data[position:stop] != (b"]," if stop + 1 < end else b"]"):
                    return None
            else:
                more = data[stop - 1] == 0x2C
                if more is not (stop + 1 < end):
                    return None
                head |= orjson.loads(b"{" + data[position : stop - more] + b"}")
            position = stop + 1
    except (ValueError, TypeError):
        return None
    return (head, findings) if "findings" in head and head["findings"] in (None, []) else None


def _version(head: Mapping[str, Any]) -> None:
    version = head["report_version"]
    try:
        given, known, oldest = (tuple(map(int, v.split("."))) for v in (version, REPORT_VERSION, OLDEST_READ))
    except (AttributeError, ValueError):
        raise _Bad("not_a_report", *_NO_REPORT) from None
    if given < oldest:
        zh, en = f"报告版本{version}较旧，应为{OLDEST_READ}以上", f"version {version}, older than {OLDEST_READ}"
        raise _Bad("older_version", zh, en)
    if given > known:
        todo = Bilingual("升级本程序，或用本程序重新检查档案", "upgrade this program, or check again with it")
        zh, en = f"报告版本{version}较新，应为{REPORT_VERSION}", f"version {version}, newer than {REPORT_VERSION}"
        raise _Bad("newer_version", zh, en, todo)


# -- parts of a report ----------------------------------------------------------------------------------------


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError(f"text expected, found {type(value).__name__}")
    return value


def text_or_none(value: Any) -> str | None:
    """A text, or nothing."""
    return None if value is None else _text(value)


def words(value: Any) -> Bilingual:
    """A text in both languages."""
    return Bilingual(_text(value["zh"]), _text(value["en"]))


_CODES: dict[Any, dict[str, Any]] = {
    kind: {code: code for code in get_args(kind)} for kind in (Outcome, Reason, Basis, Disposition)
}
_OUTCOMES, _REASONS, _BASES, _DISPOSITIONS = (_CODES[k] for k in (Outcome, Reason, Basis, Disposition))
_SEVERITIES = {s: s for s in SEVERITIES}
_OBLIGATIONS = {o: o for o in OBLIGATIONS}
_OUTCOME_OF = {"rectify": "fail", "improve": "fail", "supply": "unknown", "review": "unknown"}


def _finding(raw: bytes | memoryview, whole: Any, file: str) -> FindingRead:
    subject, reason, basis = whole["subject"], whole["reason"], whole["basis"]
    outcome, disposition = _OUTCOMES[whole["outcome"]], _DISPOSITIONS[whole["disposition"]]
    owed = _OUTCOME_OF.get(disposition)
    if owed != outcome and (owed is not None or outcome in ("fail", "unknown")):
        raise _Bad(
            "contradictory",
            f"认定 {whole['id']} 的结果与处置不一致（{outcome}，{disposition}）",
            f"finding {whole['id']}: outcome and disposition do not go together ({outcome}, {disposition})",
        )
    return FindingRead(
        _text(whole["id"]),
        _text(whole["item"]),
        _text(subject["kind"]),
        _text(subject["id"]),
        words(subject["name"]),
        outcome,
        None if reason is None else _REASONS[reason],
        None if basis is None else _BASES[basis],
        disposition,
        _SEVERITIES[whole["severity"]],
        _text(whole["fingerprint"]),
        words(whole["sentence"]),
        _text(whole["primary"]),
        file,
        raw,
    )


def _line(line: Any) -> LineRead:
    subject, reason, basis, was = line["subject"], line["reason"], line["basis"], line["was"]
    return LineRead(
        _text(line["check"]),
        _text(subject["kind"]),
        _text(subject["id"]),
        words(subject["name"]),
        _OUTCOMES[line["outcome"]],
        None if reason is None else _REASONS[reason],
        None if basis is None else _BASES[basis],
        _OBLIGATIONS[line["obligation"]],
        _SEVERITIES[line["severity"]],
        tuple([_value(v) for v in line["values"]]),
        None if was is None else _OUTCOMES[was["outcome"]],
    )


def _value(value: Any) -> ValueRead:
    unknown = value["unknown"]
    return ValueRead(
        _text(value["measure"]),
        words(value["title"]),
        text_or_none(value["value"]),
        _text(value["unit"]),
        None if unknown is None else _REASONS[unknown],
        _text(value["op"]),
        text_or_none(value["limit"]),
        text_or_none(value["limit_name"]),
        tuple([_text(p) for p in value["pointers"]]),
        words(value["says"]),
    )


def _item(item: Any) -> ItemRead:
    return ItemRead(
        _text(item["item"]),
        words(item["title"]),
        words(item["requires"]),
        words(item["cite"]),
        _OBLIGATIONS[item["obligation"]],
        {_text(c["check"]): CheckRead(words(c["says"]), words(c["condition"])) for c in item["checks"]},
        tuple(words(w) for w in item["remedy"]),
    )


def _subject(subject: Any) -> SubjectRead:
    return SubjectRead(
        _text(subject["kind"]),
        _text(subject["id"]),
        _text(subject["name"]),
        text_or_none(subject["place"]),
        text_or_none(subject["address"]),
        text_or_none(subject["code"]),
        text_or_none(subject.get("project")),
    )


def _used(head: Mapping[str, Any], file: str, digest: str) -> ReportUsed:
    area, made = head["area"], head["provenance"]
    determinations = made["determinations"]
    if made["mode"] not in ("strict", "feed"):
        raise ValueError(made["mode"])
    return ReportUsed(
        file=file,
        sha256=digest,
        area=Area(
            _text(area["code"]), _text(area["name"]), _text(area["level"]), int(area["plan_year"]),
            _text(area["dossier_id"]), bool(area["fictional"]), text_or_none(area["submitter"]),
        ),
        dossier_sha256=_text(made["dossier_sha256"]),
        rulebook_version=_text(made["rulebook_version"]),
        rulebook_sha256=_text(made["rulebook_sha256"]),
        profile=_text(made["profile"]),
        profile_title=words(made["profile_title"]),
        profile_sha256=_text(made["profile_sha256"]),
        drafts=bool(made["drafts"]),
        mode=made["mode"],
        as_of=_text(made["as_of"]),
        standard=_text(made["standard"]),
        tool_version=_text(made["tool_version"]),
        determinations=None if determinations is None else _text(determinations["sha256"]),
        faults=len(head["faults"]),
        integrity=tuple(_text(a) for a in head["integrity"]),
    )  # fmt: skip
