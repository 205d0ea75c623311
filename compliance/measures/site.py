"""Measures of what works do to a site: demolitions, people moved, trees felled; judges nothing."""

from __future__ import annotations

from decimal import Decimal

from compliance.measures.base import (
    CONFLICTING,
    MISSING,
    Code,
    Count,
    Flag,
    Share,
    When,
    count,
    declared_absent,
    flag,
    measure,
    share,
    stands,
    when,
)
from compliance.measures.subjects import DemolitionRow, ProjectRow
from compliance.schemas.dossier import Declaration

STANDARD = "建办城〔2021〕50号 附件一（二）3"

BUILDINGS = ("lawful_building", "historic", "relic")
"""Demolitions that take floor area away; illegal structures, walls and sheds are not counted as such."""


@measure("拆除有无是否说明", "whether demolitions are listed or declared absent", source=STANDARD)
def demolitions_stated(row: ProjectRow) -> Flag:
    """Whether demolitions are listed, or declared not to exist; both at once contradict each other.

    >>> from compliance.measures.base import given
    >>> p = {"project_id": "p", "name": "示一期"}
    >>> demolitions_stated(given(ProjectRow, project=p, declarations=[{"absent": "demolition"}]))
    True
    >>> demolitions_stated(given(ProjectRow, project=p | {"demolitions": [{"type": "wall"}]}))
    True
    >>> demolitions_stated(given(ProjectRow, project=p))
    <Unknown.MISSING_FIELD: 'missing_field'>
    """
    none = declared_absent(row.declarations, "demolition")
    if row.project.demolitions:
        return CONFLICTING if none else True
    return True if none else MISSING


@measure("拆除建筑面积占比", "share of floor area demolished", unit="%", source="建科〔2021〕63号")
def demolished_share(row: ProjectRow) -> Share:
    """Floor area of lawful, historic and protected buildings demolished over the floor area of the communities.

    >>> from compliance.measures.base import given
    >>> p = {"project_id": "p", "name": "示一期", "demolitions": [
    ...     {"type": "lawful_building", "area_m2": 50}, {"type": "illegal_structure", "area_m2": 900}]}
    >>> c = {"community_id": "c", "name": "示一", "floor_area_m2": 1000}
    >>> demolished_share(given(ProjectRow, project=p, communities=[c]))
    Ratio(p=50, q=1000)
    >>> demolished_share(given(ProjectRow, project=p))
    <Unknown.MISSING_FIELD: 'missing_field'>
    """
    gone = whole = Decimal(0)
    for demolition in row.project.demolitions:
        if demolition.type in BUILDINGS:
            if demolition.area_m2 is None:
                return MISSING
            gone += demolition.area_m2
    if not gone:
        return MISSING
    for community in row.communities:
        if community.floor_area_m2 is None:
            return MISSING
        whole += community.floor_area_m2
    return share(gone, whole) if whole else MISSING


@measure("拆除对象", "what was demolished", source=STANDARD)
def demolished_what(row: DemolitionRow) -> Code:
    """Kind of structure demolished.

    >>> from compliance.measures.base import given
    >>> demolished_what(given(DemolitionRow, demolition={"type": "wall"}))
    'wall'
    """
    return row.demolition.type or MISSING


@measure("拆除是否有审批或认定", "whether the demolition was approved", source=STANDARD)
def demolition_approved(row: DemolitionRow) -> Flag:
    """Whether the approval, or the finding that the structure is illegal, exists; its date shows it too.

    >>> from compliance.measures.base import given
    >>> def approved(**f): return demolition_approved(given(DemolitionRow, demolition=f))
    >>> approved(approval={"exists": False}), approved(approved_on="2023-04-01")
    (False, True)
    >>> approved(), approved(approval={"exists": False}, approved_on="2023-04-01")
    (<Unknown.MISSING_FIELD: 'missing_field'>, <Unknown.CONFLICTING_DATA: 'conflicting_data'>)
    """
    said = stands(row.demolition.approval)
    if row.demolition.approved_on is None:
        return said
    return CONFLICTING if said is False else True


@measure("拆除批准日", "approval of the demolition", source=STANDARD)
def demolition_approved_on(row: DemolitionRow) -> When:
    """Day of the approval; where it is not reported, the date of the approving document.

    >>> from compliance.measures.base import given
    >>> demolition_approved_on(given(DemolitionRow, demolition={"approval": {"issued_on": "2023-04-01"}})).text
    '2023-04-01'
    """
    demolition = row.demolition
    if demolition.approved_on is None and demolition.approval is not None:
        return when(demolition.approval.issued_on)
    return when(demolition.approved_on)


@measure("拆除实施日", "day of the demolition", source=STANDARD)
def demolished_on(row: DemolitionRow) -> When:
    """Day on which it was carried out.

    >>> from compliance.measures.base import given
    >>> demolished_on(given(DemolitionRow, demolition={"executed_on": "2023-05"})).text
    '2023-05'
    """
    return when(row.demolition.executed_on)


@measure("居民是否同意拆除", "whether residents agreed to the demolition", source=STANDARD)
def demolition_agreed(row: DemolitionRow) -> Flag:
    """Whether residents agreed.

    >>> from compliance.measures.base import given
    >>> demolition_agreed(given(DemolitionRow, demolition={"residents_agreed": True}))
    True
    """
    return flag(row.demolition.residents_agreed)


def _or_declared(number: int | None, declarations: tuple[Declaration, ...], what: str) -> Count:
    """A number; none where nothing is reported but the absence declared; a number against that contradicts it."""
    if number is not None and not number:
        return 0
    if declared_absent(declarations, what):
        return CONFLICTING if number else 0
    return count(number)


@measure("搬迁户数", "households moved", unit="户", source=STANDARD)
def households_moved(row: ProjectRow) -> Count:
    """Households moved for the works; nothing reported but the absence declared: none.

    >>> from compliance.measures.base import given
    >>> p = {"project_id": "p", "name": "示一期"}
    >>> households_moved(given(ProjectRow, project=p | {"relocated_households": 12}))
    12
    >>> households_moved(given(ProjectRow, project=p, declarations=[{"absent": "relocation"}]))
    0
    >>> households_moved(given(ProjectRow, project=p))
    <Unknown.MISSING_FIELD: 'missing_field'>
    """
    return _or_declared(row.project.relocated_households, row.declarations, "relocation")


@measure("搬迁协议数", "agreements with households moved", unit="户", source=STANDARD)
def moving_agreements(row: ProjectRow) -> Count:
    """Agreements signed with households that were moved.

    >>> from compliance.measures.base import given
    >>> moving_agreements(given(ProjectRow, project={"project_id": "p", "name": "示一期", "relocation_agreements": 12}))
    12
    """
    return count(row.project.relocation_agreements)


@measure("砍伐移植树木数", "trees felled or moved", unit="株", source=STANDARD)
def trees_felled(row: ProjectRow) -> Count:
    """Trees felled or moved for the works; nothing reported but the absence declared: none.

    >>> from compliance.measures.base import given
    >>> p = {"project_id": "p", "name": "示一期"}
    >>> trees_felled(given(ProjectRow, project=p | {"trees_felled": 0}))
    0
    >>> trees_felled(given(ProjectRow, project=p | {"trees_felled": 3}, declarations=[{"absent": "felling"}]))
    <Unknown.CONFLICTING_DATA: 'conflicting_data'>
    """
    return _or_declared(row.project.trees_felled, row.declarations, "felling")


@measure("是否有砍伐移植许可", "whether there is a felling permit", source=STANDARD)
def felling_permitted(row: ProjectRow) -> Flag:
    """Whether a permit to fell or move trees exists.

    >>> from compliance.measures.base import given
    >>> p = {"project_id": "p", "name": "示一期", "felling_permit": {"exists": False}}
    >>> felling_permitted(given(ProjectRow, project=p))
    False
    """
    return stands(row.project.felling_permit)


@measure("许可株数", "trees permitted", unit="株", source=STANDARD)
def trees_permitted(row: ProjectRow) -> Count:
    """Trees that the permit allows to be felled or moved.

    >>> from compliance.measures.base import given
    >>> p = {"project_id": "p", "name": "示一期", "felling_permit": {"trees_permitted": 5}}
    >>> trees_permitted(given(ProjectRow, project=p))
    5
    """
    return count(row.project.felling_permit.trees_permitted) if row.project.felling_permit else MISSING


@measure("砍伐许可日", "date of the felling permit", source=STANDARD)
def felling_permitted_on(row: ProjectRow) -> When:
    """Day the permit was issued.

    >>> from compliance.measures.base import given
    >>> p = {"project_id": "p", "name": "示一期", "felling_permit": {"issued_on": "2023-03-01"}}
    >>> felling_permitted_on(given(ProjectRow, project=p)).text
    '2023-03-01'
    """
    return when(row.project.felling_permit.issued_on) if row.project.felling_permit else MISSING


@measure("砍伐日期", "day of felling", source=STANDARD)
def felled_on(row: ProjectRow) -> When:
    """Day on which trees were felled or moved.

    >>> from compliance.measures.base import given
    >>> felled_on(given(ProjectRow, project={"project_id": "p", "name": "示一期", "felled_on": "2023-03-02"})).text
    '2023-03-02'
    """
    return when(row.project.felled_on)


@measure("涉及古树名木数", "ancient trees affected", unit="株", source=STANDARD)
def ancient_trees(row: ProjectRow) -> Count:
    """Ancient and notable trees affected; not reported where no tree at all was felled or moved: none.

    >>> from compliance.measures.base import given
    >>> p = {"project_id": "p", "name": "示一期"}
    >>> ancient_trees(given(ProjectRow, project=p | {"trees_felled": 4, "ancient_trees_affected": 1}))
    1
    >>> ancient_trees(given(ProjectRow, project=p | {"trees_felled": 0}))
    0
    >>> ancient_trees(given(ProjectRow, project=p | {"trees_felled": 4}))
    <Unknown.MISSING_FIELD: 'missing_field'>
    """
    if row.project.ancient_trees_affected is None and trees_felled(row) == 0:
        return 0
    return count(row.project.ancient_trees_affected)
