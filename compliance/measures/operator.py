"""Measures of who renovates a project and runs it afterwards: kind, role, contract, term, reach; judges nothing."""

from __future__ import annotations

from compliance.measures.base import MISSING, Code, Count, Flag, count, flag, measure, stands
from compliance.measures.subjects import OperatorRow

STANDARD = "建办城〔2021〕50号 附件二（五）"


@measure("是否规模化实施运营主体", "a scaled operator", source=STANDARD)
def scaled_operator(row: OperatorRow) -> Flag:
    """Whether the project's implementing body is said to be one that renovates and runs at scale.

    >>> from compliance.measures.base import given
    >>> scaled_operator(given(OperatorRow, operator={"is_scaled_operator": False}))
    False
    >>> scaled_operator(given(OperatorRow))
    <Unknown.MISSING_FIELD: 'missing_field'>
    """
    return flag(row.operator.is_scaled_operator) if row.operator else MISSING


@measure("承担方式", "role of the implementing body", source=STANDARD)
def operator_role(row: OperatorRow) -> Code:
    """``operate`` (renovates and runs it), ``contractor`` (builds only) or ``agent_builder`` (builds for another).

    >>> from compliance.measures.base import given
    >>> operator_role(given(OperatorRow, operator={"role": "contractor"}))
    'contractor'
    """
    return row.operator.role if row.operator and row.operator.role else MISSING


@measure("是否有授权或合同", "authority or contract stands", source=STANDARD)
def operation_contract(row: OperatorRow) -> Flag:
    """Whether there is an authority or contract for the implementing body; drafts do not count.

    >>> from compliance.measures.base import given
    >>> operation_contract(given(OperatorRow, operator={"contract": {"exists": True}}))
    True
    """
    return stands(row.operator.contract) if row.operator else MISSING


@measure("运营期", "term of operation", unit="年", source=STANDARD)
def operation_years(row: OperatorRow) -> Count:
    """Years for which the implementing body runs what it renovated.

    >>> from compliance.measures.base import given
    >>> operation_years(given(OperatorRow, operator={"term_years": 15}))
    15
    """
    return count(row.operator.term_years) if row.operator else MISSING


@measure("主体覆盖的小区数", "communities under the operator", unit="个", source=STANDARD)
def operated_communities(row: OperatorRow) -> Count:
    """Communities in all projects of the dossier with the same implementing body (by its credit code).

    Without a credit code only the project's own are counted, so that the true number may be larger: one
    community is then not known to be all.

    >>> from compliance.measures.base import given
    >>> def row(operator, *operated):
    ...     project = {"project_id": "x", "name": "n", "community_ids": ["a"]}
    ...     return given(OperatorRow, project=project, operator=operator, operated=operated)
    >>> known, nameless = {"uscc": "91350100M000100Y43"}, {"name": "示例城市更新公司"}
    >>> operated_communities(row(known, "a", "b")), operated_communities(row(known, "a"))
    (2, 1)
    >>> operated_communities(row(nameless, "a", "b")), operated_communities(row(nameless, "a"))
    (2, <Unknown.MISSING_FIELD: 'missing_field'>)
    """
    number = len({*row.project.community_ids, *row.operated})
    if number > 1:
        return number
    return number if number and row.operator and row.operator.uscc else MISSING


@measure(
    "合同是否含政府回购、保底或担保", "buy-back, floor or guarantee by government", source="建办城〔2021〕50号 二（五）"
)
def government_buyback(row: OperatorRow) -> Flag:
    """Whether the contract holds government to a buy-back, a guaranteed return or a guarantee.

    >>> from compliance.measures.base import given
    >>> government_buyback(given(OperatorRow, operator={"government_buyback": True}))
    True
    """
    return flag(row.operator.government_buyback) if row.operator else MISSING
