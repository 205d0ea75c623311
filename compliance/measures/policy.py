"""Measures of policies by topic: in force or not, of the area's own level or not, what they name.

A policy of another level says nothing on whether the area issued its own, so it is passed over, never counted
against the area. A lapsed policy and one said not to exist are not in force; a draft shows neither. Judges nothing.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

from compliance.measures.base import MISSING, Count, Flag, measure
from compliance.measures.subjects import POLICY_CLASSES, AreaRow, PolicyClassRow
from compliance.schemas.dossier import Document, PolicyDoc
from compliance.schemas.scalars import Day, Unknown

STANDARD = "建办城〔2021〕50号 附件二（七）"
BODY = "建办城〔2021〕50号 二"
INDOOR = "建办城〔2021〕50号 附件二（十）"

_OWN = {
    "province": ("province",),
    "municipality": ("province", "city"),
    "city": ("city",),
    "district": ("county",),
    "county": ("county",),
}
"""Levels of issue that are an area's own; a municipality is province and city at once."""

_OWN_OR_ABOVE = {
    "province": ("province",),
    "municipality": ("province", "city"),
    "city": ("province", "city"),
    "district": ("province", "city", "county"),
    "county": ("province", "city", "county"),
}
"""State documents are left out: they ask the places for policies of their own."""

_RANK = {reason: i for i, reason in enumerate(Unknown)}


def in_force(document: Document | PolicyDoc | None, as_of: Day) -> Flag:
    """Whether a document is in force on a day: issued and not lapsed; without an end it goes on.

    A draft for comment does not show that it is in force, nor that nothing is.

    >>> from compliance.schemas.scalars import days
    >>> day = days("2023-06-30")
    >>> ends = (None, "2023-06-30", "2023-06-29", "2023")
    >>> [in_force(Document(exists=True, effective_to=t), day) for t in ends]
    [True, True, False, <Unknown.AMBIGUOUS_DATE: 'ambiguous_date'>]
    >>> made = (Document(exists=False), Document(issued_on="2023-07-01"), None)
    >>> tuple(in_force(d, day) for d in made)
    (False, False, <Unknown.MISSING_FIELD: 'missing_field'>)
    >>> [in_force(Document(**made), day).value for made in ({"exists": True, "is_draft": True}, {"title": "办法"})]
    ['missing_field', 'missing_field']
    """
    if document is None:
        return MISSING
    if document.exists is False:
        return False
    if document.is_draft:
        return MISSING
    issued, last = document.issued_on, document.effective_to
    if issued is not None and issued.first > as_of.last:
        return False
    if last is not None and last.last < as_of.first:
        return False
    if not (document.exists or document.evidence or document.doc_no or issued is not None):
        return MISSING
    if (issued is not None and issued.last > as_of.last) or (last is not None and last.first < as_of.first):
        return Unknown.AMBIGUOUS_DATE
    return True


def any_of(values: Iterable[Flag]) -> Flag:
    """True when one is true; else the weightiest unknown; else false. Nothing at all is not reported.

    >>> any_of([False, MISSING, True]), any_of([False]), any_of([])
    (True, False, <Unknown.MISSING_FIELD: 'missing_field'>)
    >>> any_of([False, Unknown.NEEDS_JUDGEMENT, MISSING])
    <Unknown.MISSING_FIELD: 'missing_field'>
    """
    found: Unknown | Literal[False] | None = None
    for value in values:
        if value is True:
            return True
        if found is None or found is False or (isinstance(value, Unknown) and _RANK[value] < _RANK[found]):
            found = value
    return MISSING if found is None else found


def _standing(policy: PolicyDoc, levels: tuple[str, ...], as_of: Day) -> Flag | None:
    """Whether one policy is in force at one of the levels; None: of another level, so it says nothing."""
    if policy.level is not None and policy.level not in levels:
        return None
    standing = in_force(policy, as_of)
    if standing is not True:
        return standing
    if policy.level is None:
        return MISSING
    return Unknown.NEEDS_JUDGEMENT if policy.forwards_only else True


def _standings(policies: Iterable[PolicyDoc], levels: tuple[str, ...], as_of: Day) -> Flag:
    found = [_standing(p, levels, as_of) for p in policies]
    return any_of([s for s in found if s is not None])


def own_in_force(policies: Iterable[PolicyDoc], area_level: str | None, as_of: Day) -> Flag:
    """Whether one of the policies is in force and issued by the area's own level."""
    return _standings(policies, _OWN[area_level or "county"], as_of)


@measure("本级是否有现行政策文件", "own policy in force", source=f"{STANDARD}1至3")
def own_policy_in_force(row: PolicyClassRow) -> Flag:
    """Whether a policy of the class, issued by the area's own level, is in force on the as-of day.

    A policy that only forwards a superior's is left to a person; a level not reported leaves it unknown.

    >>> from compliance.measures.base import given
    >>> from compliance.schemas.scalars import days
    >>> def row(*policies):
    ...     made = [{"policy_id": "p", "exists": True} | p for p in policies]
    ...     return given(PolicyClassRow, policies=made, as_of=days("2023-06-30"), area_level="county")
    >>> own_policy_in_force(row({"level": "county"})), own_policy_in_force(row({"level": "city"}))
    (True, <Unknown.MISSING_FIELD: 'missing_field'>)
    >>> own_policy_in_force(row({"exists": False}))
    False
    >>> own_policy_in_force(row({"level": "county", "is_draft": True})).value
    'missing_field'
    >>> own_policy_in_force(row({"level": "county", "forwards_only": True}))
    <Unknown.NEEDS_JUDGEMENT: 'needs_judgement'>
    """
    return own_in_force(row.policies, row.area_level, row.as_of)


@measure("本级或上级是否有现行政策文件", "own or superior policy in force", source=f"{STANDARD}1")
def applicable_policy_in_force(row: PolicyClassRow) -> Flag:
    """As ``own_policy_in_force``, where a policy of the city or province above serves as well.

    >>> from compliance.measures.base import given
    >>> from compliance.schemas.scalars import days
    >>> def row(level):
    ...     policies = [{"policy_id": "p", "exists": True, "level": level}]
    ...     return given(PolicyClassRow, policies=policies, as_of=days("2023-06-30"), area_level="county")
    >>> [applicable_policy_in_force(row(level)) for level in ("county", "city", "state")]
    [True, True, <Unknown.MISSING_FIELD: 'missing_field'>]
    """
    return _standings(row.policies, _OWN_OR_ABOVE[row.area_level or "county"], row.as_of)


def _applicable(row: PolicyClassRow) -> list[PolicyDoc]:
    levels = _OWN_OR_ABOVE[row.area_level or "county"]
    return [p for p in row.policies if _standing(p, levels, row.as_of) is True]


def _said(values: Iterable[bool | None]) -> Flag:
    return any_of([MISSING if v is None else v for v in values])


@measure("是否明确审批事项", "names the matters approved", source="建办城〔2021〕50号 二（七）")
def approval_matters_named(row: PolicyClassRow) -> Flag:
    """Whether one of the policies in force names the matters that are approved.

    >>> from compliance.measures.base import given
    >>> from compliance.schemas.scalars import days
    >>> p = {"policy_id": "p", "exists": True, "level": "county"}
    >>> p |= {"names_matters": True, "names_bodies": False}
    >>> row = given(PolicyClassRow, policies=[p], as_of=days("2023-06-30"), area_level="county")
    >>> approval_matters_named(row), approval_bodies_named(row), approval_procedure_named(row)
    (True, False, <Unknown.MISSING_FIELD: 'missing_field'>)
    """
    return _said([p.names_matters for p in _applicable(row)])


@measure("是否明确审批主体", "names who approves", source="建办城〔2021〕50号 二（七）")
def approval_bodies_named(row: PolicyClassRow) -> Flag:
    """Whether one of the policies in force names who approves.

    >>> from compliance.measures.base import given
    >>> from compliance.schemas.scalars import days
    >>> approval_bodies_named(given(PolicyClassRow, as_of=days("2023-06-30"), area_level="county"))
    <Unknown.MISSING_FIELD: 'missing_field'>
    """
    return _said([p.names_bodies for p in _applicable(row)])


@measure("是否明确办事程序", "names the procedure", source="建办城〔2021〕50号 二（七）")
def approval_procedure_named(row: PolicyClassRow) -> Flag:
    """Whether one of the policies in force names the procedure.

    >>> from compliance.measures.base import given
    >>> from compliance.schemas.scalars import days
    >>> p = {"policy_id": "p", "doc_no": "示办〔2023〕5号", "level": "city", "names_procedure": True}
    >>> row = given(PolicyClassRow, policies=[p], as_of=days("2023-06-30"), area_level="city")
    >>> approval_procedure_named(row)
    True
    """
    return _said([p.names_procedure for p in _applicable(row)])


@measure("审批全流程最长用时", "longest approval", unit="工作日", source=f"{STANDARD}1")
def longest_approval(row: AreaRow) -> Count:
    """Most working days that the approvals of a project took, among the projects that report them.

    >>> from compliance.measures.base import given
    >>> dossier = {"schema_version": "1.0", "dossier_id": "d", "area_code": "429999", "area_name": "示例县",
    ...            "area_level": "county", "plan_year": 2023, "projects": [
    ...     {"project_id": "a", "name": "甲", "stage": "started", "approval_workdays": 19},
    ...     {"project_id": "b", "name": "乙", "stage": "started"}]}
    >>> row = given(AreaRow, dossier=dossier)
    >>> longest_approval(row), approval_times_reported(row)
    (19, <Unknown.MISSING_FIELD: 'missing_field'>)
    """
    spent = [p.approval_workdays for p in row.dossier.projects]
    return max([n for n in spent if n is not None], default=MISSING)


@measure("已开工项目审批用时是否填全", "all started projects report approval times", source=f"{STANDARD}1")
def approval_times_reported(row: AreaRow) -> Flag:
    """True when every project that is not still planned reports the time of its approvals; else not known.

    >>> from compliance.measures.base import given
    >>> dossier = {"schema_version": "1.0", "dossier_id": "d", "area_code": "429999", "area_name": "示例县",
    ...            "area_level": "county", "plan_year": 2023, "projects": [
    ...     {"project_id": "a", "name": "甲", "stage": "started", "approval_workdays": 19},
    ...     {"project_id": "b", "name": "乙", "stage": "planned"}]}
    >>> approval_times_reported(given(AreaRow, dossier=dossier))
    True
    """
    for p in row.dossier.projects:
        if p.approval_workdays is None and (p.stage != "planned" or p.actual_start is not None):
            return MISSING
    return True


@measure("三类政策是否至少一类现行", "one of the three classes in force", source=f"{STANDARD}3")
def any_stock_policy_in_force(row: AreaRow) -> Flag:
    """Whether the area's own level has a policy in force on at least one of the three classes of H7.3.

    >>> from compliance.measures.base import given
    >>> from compliance.schemas.scalars import days
    >>> dossier = {"schema_version": "1.0", "dossier_id": "d", "area_code": "429999", "area_name": "示例县",
    ...            "area_level": "county", "plan_year": 2023}
    >>> def row(**policy):
    ...     made = [{"policy_id": "p", "level": "county"} | policy]
    ...     return given(AreaRow, dossier=dossier, policies=made, as_of=days("2023-06-30"))
    >>> any_stock_policy_in_force(row(topics=["land_mixed_use"], exists=True))
    True
    >>> any_stock_policy_in_force(row(topics=["land_mixed_use"], exists=False))
    <Unknown.MISSING_FIELD: 'missing_field'>
    >>> three = ["stock_resources", "land_mixed_use", "building_conversion"]
    >>> any_stock_policy_in_force(row(topics=three, exists=False))
    False
    """
    policies, as_of = row.policies, row.as_of
    by_class = [[p for p in policies if which in p.topics] for which in POLICY_CLASSES]
    levels = _OWN[row.dossier.area_level]
    return any_of([_standings(found, levels, as_of) for found in by_class])


@measure("户内改造政策覆盖类别数", "kinds of works inside flats promoted", unit="类", source=INDOOR)
def indoor_classes_covered(row: PolicyClassRow) -> Count:
    """How many of the kinds (pipes, whole fitting, furniture and appliances) policies in force promote.

    None in force: 0 where that is known. In force but without kinds: not reported.

    >>> from compliance.measures.base import given
    >>> from compliance.schemas.scalars import days
    >>> def row(**policy):
    ...     made = [{"policy_id": "p", "level": "county"} | policy]
    ...     return given(PolicyClassRow, policies=made, as_of=days("2023-06-30"), area_level="county")
    >>> indoor_classes_covered(row(exists=True, indoor_classes=["indoor_pipes", "whole_fitting"]))
    2
    >>> indoor_classes_covered(row(exists=False)), indoor_classes_covered(row(exists=True))
    (0, <Unknown.MISSING_FIELD: 'missing_field'>)
    """
    levels = _OWN[row.area_level or "county"]
    covered = {c for p in row.policies if _standing(p, levels, row.as_of) is True for c in p.indoor_classes}
    if covered:
        return len(covered)
    standing = _standings(row.policies, levels, row.as_of)
    if standing is False:
        return 0
    return MISSING if standing is True else standing


@measure("户内改造政策是否覆盖整体装修", "policies promote fitting out whole flats", source=f"{BODY}（十）")
def whole_fitting_promoted(row: PolicyClassRow) -> Flag:
    """Whether a policy of the area's own level in force promotes that residents fit out their whole flats.

    Where none says so and one in force names no kinds at all, it is not reported.

    >>> from compliance.measures.base import given
    >>> from compliance.schemas.scalars import days
    >>> def row(*kinds):
    ...     made = [{"policy_id": f"p{n}", "level": "county", "exists": True, "indoor_classes": k}
    ...             for n, k in enumerate(kinds)]
    ...     return given(PolicyClassRow, policies=made, as_of=days("2023-06-30"), area_level="county")
    >>> whole_fitting_promoted(row(["indoor_pipes"], ["whole_fitting"])), whole_fitting_promoted(row(["indoor_pipes"]))
    (True, False)
    >>> whole_fitting_promoted(row(["indoor_pipes"], []))
    <Unknown.MISSING_FIELD: 'missing_field'>
    """
    levels = _OWN[row.area_level or "county"]
    named = [p.indoor_classes for p in row.policies if _standing(p, levels, row.as_of) is True]
    return any_of([MISSING if not classes else "whole_fitting" in classes for classes in named])
