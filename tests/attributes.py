"""What decides beside the conditions (gate, level, zone, place, date, documents, kind) → mutants; what fixtures make of them.

No case can speak of these: they settle which lines are asked, not what the answer is. So every mutant is put on the
invented dossiers, and is killed where any line's code, or the severity of any failing, comes out otherwise. The engine's
answers do not depend on them and are taken from the judgement as it stands.

Not mutated: ``never`` (for the lint alone), ``rollup`` (words of the report), the wording, and the days on which a check is
asked (``test_rulebook`` and ``test_replay`` hold those against both of their ends).
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

from places import PROFILE, files_of, raw_of

from compliance import docket, judge
from compliance.bench import Bench, Judgement, load_law, make_bench, put
from compliance.evidence.present import attachment_states
from compliance.findings import Line
from compliance.measures.subjects import KINDS
from compliance.pages.fields import drawn
from compliance.rulebook import load_profile, resolve
from compliance.schemas.dossier import Dossier
from compliance.schemas.lowered import Answer
from compliance.schemas.outcomes import Code
from compliance.schemas.report import SEVERITIES, LimitSource
from compliance.schemas.rulebook import Check, Profile, Setting
from compliance.schemas.scalars import days
from fixtures.builder import CASES, variant, variants

GATES = ("always", "plan_entry", "scheme", "start", "completion", "acceptance")
LEVELS = ("province", "city", "county")


def mutants(check: Check) -> Iterator[tuple[str, Check]]:
    """What was changed, and the check with it."""
    if KINDS[check.subject].owner != "area":  # what concerns the area is due at all times
        for gate in GATES:
            if gate != check.due_at:
                yield f"due_at: {gate}", replace(check, due_at=gate)  # type: ignore[arg-type]
    for level in LEVELS:
        changed = check.levels ^ {level}
        if changed:
            yield f"levels: {'without' if level in check.levels else 'and'} {level}", replace(check, levels=changed)
    if check.zone is not None:
        yield "zone: left out", replace(check, zone=None)
    for name, wanted in check.only_where.items():
        rest = {k: v for k, v in check.only_where.items() if k != name}
        yield f"only_where: without {name}", replace(check, only_where=rest)
        if wanted != "set":
            yield f"only_where: {name} set to anything", replace(check, only_where={**rest, name: "set"})
    if check.dated_by is not None:
        yield "dated_by: left out", replace(check, dated_by=None)
    if check.documents:
        yield "documents: none", replace(check, documents=())
    for what in check.declares:
        yield f"declares: without {what}", replace(check, declares=tuple(d for d in check.declares if d != what))
    yield f"basis: {'judged' if check.measured else 'measured'}", replace(check, measured=not check.measured)
    other = "expected" if check.obligation == "encouraged" else "encouraged"
    yield f"obligation: {other}", replace(check, obligation=other)  # type: ignore[arg-type]
    for severity in SEVERITIES:
        if severity != check.severity and check.obligation != "encouraged":
            yield f"severity: {severity}", replace(check, severity=severity)


# -- the dossiers ----------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Put:
    """A dossier that was decided, and the means to decide one line of it anew."""

    judgement: Judgement
    owners: Any

    def line(self, check: Check) -> Line | None:
        return next((line for part in self.judgement.parts for line in part.lines if line.check.id == check.id), None)

    def codes(self, line: Line, check: Check) -> bytes:
        """The codes of a check's lines, as the docket and the judge make them of the engine's answers."""
        bench, columns = self.judgement.bench, self.judgement.columns
        standard = days(bench.rulebook.standard.dated).first
        levels = docket.levels_of(columns.case.dossier.area_level)
        where = docket.Place(levels, bench.profile, standard, bench.as_of)
        owners = columns.owners(check.subject)
        owner = KINDS[check.subject].owner
        gate = docket.gate_states("always" if owner == "area" else check.due_at, self.owners[owner], bench.as_of)
        dated = check.dated_by
        early = docket.predates(columns.column(check.subject, dated), standard) if dated is not None else b""
        states = docket.place(check, where, gate, owners, early)
        shown = line.holds
        if self.judgement.mode == "strict" and check.documents:
            types = [*check.documents, *(f"{t}={subject}" for subject in check.declares for t in check.documents)]
            found = columns.column(check.subject, "evidence:" + "+".join(types))
            shown = judge.with_evidence(line.holds, bytes(Answer.TRUE if one is True else Answer.UNKNOWN for one in found))
        encouraged = check.obligation == "encouraged"
        return judge.combine(states, line.when, shown, measured=check.measured, encouraged=encouraged)

    def severities(self, line: Line, check: Check) -> list[str]:
        """What the findings that a check fails for are said to be: the worst of all that fails there."""
        part = next(part for part in self.judgement.parts if line in part.lines)
        result = []
        for owner in {line.owners[row] for row, code in enumerate(line.codes) if code == Code.FAIL}:
            failing = [one for one in part.lines if any(one.codes[row] == Code.FAIL for row in one.rows(owner))]
            result.append(min(((check if one is line else one.check).severity for one in failing), key=SEVERITIES.index))
        return result


def _put(dossier: Dossier, files: Any, bench: Bench, mode: Any) -> Put:
    judgement = put(dossier, attachment_states(dossier, files), bench, mode)
    case = judgement.columns.case
    owners = {
        "area": [(None, case.plan, None)],
        "community": [(c, case.plan_of.get(c.community_id), case.project_of.get(c.community_id)) for c in case.planned],
        "project": [(None, case.plan_of_project[p.project_id], p) for p in case.projects],
    }
    return Put(judgement, owners)


@cache
def _benches(as_of: str) -> list[Bench]:
    """The invented place's rules, the same with every switch thrown, and no rules of a place at all."""
    law, day = load_law(), days(as_of)
    shili = load_profile(PROFILE, law, day)
    places = (shili, _thrown(shili), load_profile("national", law, day))
    return [make_bench(resolve(law, place, day), place, day) for place in places]


def _thrown(profile: Profile) -> Profile:
    """A place with each boolean and each choice the other way round."""
    source = LimitSource("示办〔2022〕1号", "一", "示例县", None, None, "in_force")
    settings = dict(profile.settings)
    for name, parameter in load_law().parameters.items():
        held = settings.get(name)
        if parameter.spec.kind == "bool":
            settings[name] = Setting(held is None or held.value is False, source)
        elif parameter.spec.kind == "code":
            values = parameter.spec.values
            settings[name] = Setting(next(v for v in values if held is None or v != held.value), source)
    return replace(profile, settings=settings, sha256="thrown")


BASES = ("village", "city", "province")
DAYS = ("2022-06-30", "2023-06-30", "2024-03-31")
DRAWN = 30


@cache
def dossiers() -> tuple[Put, ...]:
    """The invented places on several days under several rules and at every stage, with and without their documents, at
    other levels, years earlier; what was built to fail somewhere; and dossiers drawn from the schema."""
    shili, thrown, _ = benches = _benches(DAYS[-1])
    found = [
        _put(Dossier.model_validate(raw_of(name)), files_of(name), bench, mode)
        for bench in (b for as_of in DAYS for b in _benches(as_of))
        for name in BASES
        for mode in ("strict", "feed")
    ]
    found += [_put(Dossier.model_validate(raw_of(name)), {}, shili, "strict") for name in BASES]
    for raw in (*_at_levels(), *_at_stages(), *map(_earlier, BASES)):
        found += [_put(Dossier.model_validate(raw), files_of("village"), bench, "feed") for bench in (shili, thrown)]
    for made in CASES.values():
        built = made()
        found += [_put(Dossier.model_validate(_plain(built.dossier)), {}, shili, "feed")]
    found += [_put(dossier, {}, bench, mode) for dossier in map(drawn, range(DRAWN)) for bench in benches[:2] for mode in ("strict", "feed")]
    return tuple(found)


def _plain(dossier: Any) -> Any:
    return json.loads(json.dumps(dossier), parse_float=str)


def _at_levels() -> Iterator[Any]:
    """A county's dossier as that of a city or a province, so that there are communities at every level."""
    for level in ("city", "province"):
        yield raw_of("village") | {"area_level": level}


def _at_stages() -> Iterator[Any]:
    """A village whose works have got no further than each stage."""
    later = {
        "planned": ("actual_start", "completed_on", "acceptance"), "started": ("completed_on", "acceptance"),
        "completed": ("acceptance",), "accepted": (),
    }  # fmt: skip
    for stage, gone in later.items():
        raw = raw_of("village")
        for project in raw["projects"]:
            project["stage"] = stage
            for name in gone:
                project.pop(name, None)
        if stage == "planned":
            yield json.loads(json.dumps(raw))
            for community in raw["communities"]:
                community.get("scheme", {}).pop("finalised_on", None)
        yield raw


def _earlier(name: str) -> Any:
    """A place whose every day lies four years before."""
    text = json.dumps(raw_of(name))
    text = re.sub(r'"(20\d\d)(?=(-\d\d){1,2}")', lambda m: f'"{int(m[1]) - 4}', text)
    text = re.sub(r'(year": )(20\d\d)', lambda m: f"{m[1]}{int(m[2]) - 4}", text)
    return json.loads(text.replace("-02-29", "-02-28"))


@cache
def _variants() -> tuple[Put, ...]:
    """Dossiers that fail in one place alone: what a failing there is said to be shows nowhere else."""
    shili = _benches(DAYS[-1])[0]
    return tuple(_put(Dossier.model_validate(_plain(variant(name).build().dossier)), {}, shili, "feed") for name in variants())


def equivalent(check: Check, said: str) -> str | None:
    """Why no dossier could tell a mutant from the law, where that is so."""
    spec = next(i.spec for i in load_law().items if i.id == check.item).checks[check.name]
    if said == "basis: measured" and (check.asks is not None or "pass" in spec.never):
        return "it never passes"
    if said.startswith("severity") and (check.asks is not None or check.measured or "fail" in spec.never):
        return "it never fails"
    if KINDS[check.subject].owner == "project" and {check.due_at, said.removeprefix("due_at: ")} == {"scheme", "start"}:
        return "a project has no scheme of its own: the gate is that of the start"
    return None


@dataclass(frozen=True)
class Score:
    total: int
    alive: tuple[str, ...]

    @property
    def killed(self) -> int:
        return self.total - len(self.alive)


@cache
def score() -> Score:
    """The mutants that a dossier could tell from the law, against all that was built."""
    total, alive = 0, []
    for check in load_law().checks:
        for said, changed in mutants(check):
            if equivalent(check, said) is None:
                total += 1
                if not any(_told(one, check, changed) for one in dossiers()):
                    alive.append((said, check, changed))
    left = [f"{check.id} {said}" for said, check, changed in alive if not any(_told(v, check, changed) for v in _variants())]
    return Score(total, tuple(left))


def _told(one: Put, check: Check, changed: Check) -> bool:
    line = one.line(check)
    if line is None:
        return False
    if changed.severity != check.severity:
        return one.severities(line, changed) != one.severities(line, check)
    return one.codes(line, changed) != line.codes
