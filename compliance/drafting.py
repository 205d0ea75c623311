"""Drafts of law: an item or a profile yet to be written → a file with its blanks; files → every problem in them.

A draft refuses a name that is taken. Linting holds clause files, profiles and precedents against the shipped law, a
whole law folder against itself.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from compliance import between, soundness
from compliance.measures.base import measures_of
from compliance.measures.subjects import KINDS
from compliance.plain_law import GATES
from compliance.rulebook import (
    load_profile,
    load_rulebook,
    load_values,
    profile_names,
    profile_spec,
    read_yaml,
    tailoring_of,
)
from compliance.rulebook.clauses import across, clause_of
from compliance.rulebook.precedents import load_precedents, missing_precedents
from compliance.rulebook.reader import nearest, read_text
from compliance.schemas.conditions import Kind
from compliance.schemas.rulebook import ITEM, Clause, Problem, ProfileSpec, Rulebook, RulebookError
from compliance.schemas.scalars import Day, days
from compliance.schemas.vocabulary import SUBJECTS

__all__ = ["item_draft", "lint", "lint_shipped", "profile_draft"]


def _refuse(name: str, said: str) -> RulebookError:
    return RulebookError([Problem(name, 0, said)])


# -- linting --------------------------------------------------------------------------------------------------


def lint_shipped(law: Rulebook, day: Day) -> list[Problem]:
    """The problems of the shipped profiles and precedents; those of the clauses keep the law from being loaded."""
    problems = [p for name in profile_names() for p in _of_profile(name, profile_spec(name), law, day)]
    try:
        for book in (soundness, between):
            book.load_checks()
            book.load_numbers()
        return problems + missing_precedents(law, load_precedents(law))
    except RulebookError as error:
        return problems + error.problems


def lint(path: Path, law: Rulebook, day: Day) -> Iterator[Problem]:
    """Every problem of a file, or of the files in a folder; a folder with ``standard.yaml`` is a law of its own."""
    if path.is_dir() and (path / "standard.yaml").is_file():
        yield from _of_folder(path, law, day)
    elif path.is_dir():
        files = sorted(path.glob("*.yaml"))
        if not files:
            yield Problem(str(path), 0, "没有 YAML 文件 / no YAML files here")
        for file in files:
            yield from _of_file(file, law, day)
    else:
        yield from _of_file(path, law, day)


def _of_folder(folder: Path, law: Rulebook, day: Day) -> Iterator[Problem]:
    try:
        own = load_rulebook({**law.kinds, **soundness.load_checks().kinds, **between.load_checks().kinds}, folder)
    except RulebookError as error:
        yield from (replace(p, file=str(folder / p.file)) for p in error.problems)
        return
    for file in sorted((folder / "profiles").glob("*.yaml")):
        yield from _of_file(file, own, day)
    if (folder / "precedents").is_dir():
        yield from _caught(folder, lambda: missing_precedents(own, load_precedents(own, folder / "precedents")))


def _of_data(keys: Mapping[str, Any]) -> Rulebook:
    """The checks of the data that a clause file belongs with: those between deliveries where it states one of them."""
    items = keys.get("items")
    stated = [entry.get("item") for entry in items if isinstance(entry, dict)] if isinstance(items, list) else []
    among = between.load_checks()
    return among if any(item.id in stated for item in among.items) else soundness.load_checks()


def _of_file(file: Path, law: Rulebook, day: Day) -> Iterator[Problem]:
    yield from _caught(file.parent, lambda: _problems(file, law, day))


def _caught(folder: Path, problems: Any) -> Iterator[Problem]:
    """The problems found, or those that kept a file from being read; with the folder that the file is in."""
    try:
        found = list(problems())
    except RulebookError as error:
        found = error.problems
    for problem in found:
        inside = folder / problem.file
        yield replace(problem, file=str(inside if inside.exists() else folder / Path(problem.file).name))


def _problems(file: Path, law: Rulebook, day: Day) -> Iterable[Problem]:
    value, reader = read_yaml(read_text(file), file.name)
    keys = value if isinstance(value, dict) else {}
    key = next((k for k in ("clause", "profile", "precedents", "standard") if k in keys), None)
    if key == "clause":
        if keys["clause"] == "DQ" and "DQ" not in law.standard.clauses:
            law = _of_data(keys)
        return _of_clause(clause_of(file, law.kinds, law.parameters, tuple(law.standard.statutes.values())), law)
    if key == "profile" and "DQ" in law.standard.clauses:
        load_values(read_text(file), file.name, law, day)
        return ()
    if key == "profile":
        load_profile(str(file), law, day, drafts=True)
        return _of_profile(str(file), ProfileSpec.model_validate(value), law, day)
    if key == "precedents":
        load_precedents(law, _Only(file))  # type: ignore[arg-type]
        return ()
    said = "既不是条文、当地规定，也不是先例 / neither a clause, a profile nor precedents"
    if key == "standard":
        said = "standard.yaml 随整个文件夹检查 / is linted with its whole folder"
    return [Problem(reader.file, 1, said)]


class _Only:
    """A folder as the loader of precedents reads it, with one file in it."""

    def __init__(self, file: Path) -> None:
        self._file = file

    def iterdir(self) -> Iterator[Path]:
        yield self._file


def _of_clause(draft: Clause, law: Rulebook) -> Iterable[Problem]:
    """What shows only beside the other clauses: names stated twice, references to what there is not.

    A file with some of a clause's items stands for these alone; the others stay as they are.
    """
    held = next((c for c in law.clauses if c.id == draft.id), None)
    if held is None:
        hint = nearest(draft.id, law.standard.clauses)
        return [Problem(draft.file, 1, f"standard.yaml names no clause {draft.id}{hint}")]
    mine = {item.id for item in draft.items}
    kept = tuple(item for item in held.items if item.id not in mine)
    merged = replace(draft, items=(*kept, *draft.items))
    if not draft.spec.carries:
        merged = replace(merged, spec=draft.spec.model_copy(update={"carries": held.spec.carries}))
    found = across([merged if c is held else c for c in law.clauses])
    return [problem for problem in found if problem.file == draft.file]


def _of_profile(name: str, spec: ProfileSpec, law: Rulebook, day: Day) -> list[Problem]:
    """The problems of a profile on the day, and on every day on which something in it begins."""
    entries = [*(e for found in spec.parameters.values() for e in found), *spec.checks, *spec.changes]
    begins = {e.effective_from for e in entries if e.effective_from and len(e.effective_from) == 10}
    found: dict[Problem, None] = {}
    for when in (day, *(days(text) for text in sorted(begins))):
        try:
            load_profile(name, law, when, drafts=True)
        except RulebookError as error:
            found.update(dict.fromkeys(error.problems))
    if not found:
        found.update(dict.fromkeys(tailoring_of(name, law)))
    return list(found)


# -- drafts ---------------------------------------------------------------------------------------------------


def item_draft(law: Rulebook, item: str, clause: str | None, subject: str | None) -> str:
    """A clause file with one item, complete but for its blanks: the loader names each of them until it is filled."""
    if not re.fullmatch(ITEM, item):
        raise _refuse(item, "条目编号应如 B7.3、H2.2、X5 / an item is named like B7.3, H2.2 or X5")
    stated = {i.id: c.file for c in law.clauses for i in c.items}
    stated |= {carried.body: c.file for c in law.clauses for carried in c.spec.carries}
    if item in stated:
        raise _refuse(item, f"已在 {stated[item]} 中 / stands in {stated[item]} already")
    clauses = {c.id: c for c in law.clauses}
    name = clause or item.partition(".")[0]
    if name not in clauses:
        hint = nearest(name, clauses)
        raise _refuse(name, f"没有这项指标，用 --clause 指明 / no such clause, name one by --clause{hint}")
    held = clauses[name]
    if not item.startswith(("X", f"{name}.")):
        raise _refuse(item, f"不属于 {name} / does not belong to clause {name}")
    about = subject or held.items[0].spec.subject
    if about not in KINDS:
        known = f"{nearest(about, KINDS)}; 共有 / there are: {', '.join(KINDS)}"
        raise _refuse(about, f"没有这种对象 / no such subject{known}")
    source, first = held.spec.source, held.items[0].spec
    cite = {"body": source.body}
    if not item.startswith("X"):
        cite = {"annex": f"{source.annex}{item.partition('.')[2]}", **cite}
    example, given = _example(about)
    return f"""\
# {item} 草稿：填好所有空白（""），用 compliance rules lint 检查本文件，再把条目并入 compliance/rules/{held.file}。
# A draft of {item}: fill the blanks (""), lint this file, then move the item into compliance/rules/{held.file}.
clause: {held.id}
title: {_flow(held.spec.title.model_dump())}
source: {_flow(source.model_dump(exclude_none=True))}

items:
- item: {item}
  title: {{zh: "", en: ""}}
  # 要求：用自己的话说，不抄原文 / the requirement in own words
  requires: {{zh: "", en: ""}}
  # 出处；依据的法律列入 statutes，须以 standard.yaml 中的简称开头 / statutes begin with a short name of standard.yaml
  cite: {_flow(cite)}
  levels: [{", ".join(first.levels)}]        # province, city, county
  subject: {about}        # {SUBJECTS[about][0]} / {SUBJECTS[about][1]}
  obligation: mandatory   # mandatory, expected, encouraged
  severity: major         # critical, major, minor, advisory; encouraged: minor, advisory
  rollup: any_fail        # any_fail, coverage
  due_at: {first.due_at}  # {", ".join(GATES)}
  # dated_by: …           # 以哪个日期判断是否早于标准 / the date that tells whether it predates the standard
  documents: []           # 佐证材料，任一即可 / any one of these shows it; compliance schema clause lists them
  checks:
    first_check:
      says: {{zh: "", en: ""}}      # 应做到什么，句末不加句号 / what must hold, without a full stop
      # 判定条件，词汇：all any not is one_of present at_least at_most more_than less_than not_after not_before
      # 当地限值写作 $参数名 / a place's limit is written $name; 由人回答的改用 asks: {{zh: …, en: …}} / for a person
      holds: {example}
      # when: …           # 只对哪些对象判；须配 not_applicable 案例 / its guard; owes a not_applicable case
      # remarks: [{{when: …, says: {{zh: …, en: …}}}}]
      # reading: …        # 原文有两解时采用哪一种 / the reading chosen where the text is open
  breach: {{zh: "", en: ""}}        # 不符合是指什么 / what a failing is
  remedy:
    steps:
    - {{zh: "", en: ""}}
    precedents: []        # compliance/rules/precedents
    law: []
  not_modelled: []        # 本程序不判的 / what is left out: - {{zh: …, en: …}}
  cases:                  # 每项检查至少一个 pass、fail、unknown，边界上下各一 / the boundary and one step beyond
  - {{check: first_check, outcome: pass, given: {{{given[0]}}}}}
  - {{check: first_check, outcome: fail, given: {{{given[1]}}}}}
  - {{check: first_check, outcome: unknown, reason: missing_field, given: {{{given[2]}}}}}

# {SUBJECTS[about][0]}可用的数值 / what may be asked of {SUBJECTS[about][1]}:
{_catalogue(about)}"""


def _flow(value: Mapping[str, str]) -> str:
    """A mapping on one line, quoted where it must be."""
    return "{" + ", ".join(f"{key}: {_scalar(text)}" for key, text in value.items()) + "}"


def _scalar(text: str) -> str:
    return f"'{text.replace(chr(39), chr(39) * 2)}'" if re.search(r"[:,{}\[\]'\"#]|^\d+$", text) else text


def _example(subject: str) -> tuple[str, tuple[str, str, str]]:
    """A condition on a measure that the subject has, and what to give for pass, fail and unknown."""
    known = [m for m in measures_of(KINDS[subject].row.__name__).values() if m.name != "left_to_a_person"]
    if not known:
        raise _refuse(subject, "该对象尚无可用的数值 / nothing is measured of this subject yet")
    one = min(known, key=lambda m: list(_EXAMPLES).index(m.kind))
    condition, passes, fails = _EXAMPLES[one.kind]
    return f"{{{one.name}: {condition}}}", (f"{one.name}: {passes}", f"{one.name}: {fails}", f'{one.name}: "?"')


_EXAMPLES: dict[Kind, tuple[str, str, str]] = {
    Kind.BOOL: ("{is: true}", "true", "false"),
    Kind.COUNT: ("{at_least: 1}", "1", "0"),
    Kind.RATIO: ("{at_least: 80%}", "80%", "79%"),
    Kind.AMOUNT: ("{more_than: 0}", "1", "0"),
    Kind.DATE: ('{not_before: "2021-12-14"}', '"2021-12-14"', '"2021-12-13"'),
    Kind.CODE: ("{one_of: [a_code]}", "a_code", "another_code"),
}


def _catalogue(subject: str) -> str:
    lines = []
    for one in sorted(measures_of(KINDS[subject].row.__name__).values(), key=lambda m: m.name):
        unit = f"，{one.unit}" if one.unit else ""
        lines.append(f"#   {one.name}（{one.kind.value}{unit}）{one.zh} / {one.en}\n")
    return "".join(lines)


def profile_draft(law: Rulebook, name: str, area_code: str) -> str:
    """A profile file with everything that a place may set, commented out, and the blanks of its title."""
    if not re.fullmatch(r"[a-z][a-z0-9-]*", name):
        raise _refuse(name, "名称只用小写字母、数字和连字符 / lower-case letters, digits and hyphens only")
    if name in profile_names():
        raise _refuse(name, "已有这份当地规定 / there is such a profile already")
    if not re.fullmatch(r"[1-9][0-9]{5}", area_code):
        raise _refuse(area_code, "行政区划代码为六位数字 / an area code has six digits")
    taken = next((n for n in profile_names() if area_code in profile_spec(n).area_codes), None)
    if taken is not None:
        raise _refuse(area_code, f"该地区已有 {taken} / {taken} is for this area already")
    lines = []
    for key, parameter in law.parameters.items():
        spec = parameter.spec
        of = f"，分母：{spec.denominator.zh}" if spec.denominator else ""
        values = f"，{'|'.join(spec.values)}" if spec.values else ""
        value = _VALUES[spec.kind] if spec.kind in _VALUES else spec.values[0]
        value = f"[{value}]" if spec.kind == "codes" else value
        lines.append(
            f"#   {key}:        # {spec.title.zh}（{spec.kind}{values}{of}）；用于 {'、'.join(spec.used_by)}\n"
            f'#   - {{value: {value}, document: 文号, section: 第几条, effective_from: "2023-01-01"}}\n'
        )
    open_to_choice = [reading for clause in law.clauses for reading in clause.spec.readings]
    readings = "".join(f"#   {r.reading}: {' | '.join(r.options)}        # {r.question.zh}\n" for r in open_to_choice)
    return f"""\
# 当地规定草稿：填好空白，照下列样式写入已查到原文的数值，再用 compliance rules lint 检查。
# 每个数值须有文件、位置和施行日期；
# status 缺省为 in_force，征求意见稿写 draft，只见转引的写 secondhand。未查到的不写，检查结果为待证。
# A draft of a profile. Every number has its document, section and days; what was not found is left out: unknown.
profile: {name}
title: {{zh: "", en: ""}}
area_codes: ["{area_code}"]

# readings:        # 当地选定的读法 / the readings that the place chose
{readings}
parameters: {{}}
{"".join(lines)}
checks: []
# - item: B7.1        # 当地自定的检查，写法与条文相同 / the place's own check, written as in the clauses
#   name: own_check
#   check: {{says: {{zh: …, en: …}}, holds: {{participation_rate: {{at_least: 95%}}}}}}
#   cases: [{{check: own_check, outcome: pass, given: {{participation_rate: 95%}}}}]        # pass, fail, unknown
#   document: 文号
#   section: 第几条
changes: []
# - {{check: B7.1.before_plan, severity: critical, document: 文号, section: 第几条}}
provisions: []
# - {{name: subsidy, title: {{zh: …, en: …}}, says: {{zh: …, en: …}}, items: [B7.1], document: 文号, section: 第几条}}
attained: []
# - {{name: rate, title: {{zh: …, en: …}}, value: "97", unit: "%", items: [B7.1], document: 文件, section: 位置}}
"""


_VALUES = {"bool": "true", "count": "1", "amount": "1", "ratio": "80%", "date": '"2023-12-31"'}
