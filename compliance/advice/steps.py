"""An item and what stands open in a finding → the steps to take; of a failing the item's own, of an open one by why."""

from __future__ import annotations

from collections.abc import Collection

from compliance.schemas.report import Bilingual, Reason
from compliance.schemas.rulebook import Item

__all__ = ["steps_for"]

_SUPPLY: dict[Reason, tuple[Bilingual, ...]] = {
    "missing_field": (
        Bilingual(
            "按本条列出的缺项补报数据；确实没有的，以书面声明说明“无”，不要留空",
            "report the data named here; where there is none, declare that there is none and leave nothing blank",
        ),
        Bilingual("补报的数据附证明材料", "attach what shows the data supplied"),
    ),
    "missing_evidence": (
        Bilingual(
            "补充列出的证明材料（列为一组的有其一即可），并登记附件和页码",
            "supply the documents named (of a group one will do), and register attachment and page",
        ),
    ),
    "ambiguous_date": (
        Bilingual(
            "将只填到年或月的日期核实到日，以文件落款、盖章日期为准",
            "give the dates known only to the year or month to the day, as signed or sealed",
        ),
    ),
    "conflicting_data": (
        Bilingual(
            "核对互相矛盾的数据，按原始材料更正其中错误的一项",
            "check the data that contradict each other and correct the wrong one by the originals",
        ),
        Bilingual("更正处附核对说明", "attach a note on the correction"),
    ),
    "missing_parameter": (
        Bilingual(
            "请当地主管部门明确该项规定（数值、依据文件和施行日期），报省级主管部门备查",
            "have the local authority set the rule (value, document and date) and tell the province",
        ),
        Bilingual("规定明确之前，本条不作符合或不符合的结论", "until it is set the item is neither met nor failed"),
    ),
    "needs_judgement": (
        Bilingual(
            "由检查人员对所列问题查阅材料或现场核实，作出判断并记录理由",
            "have an inspector answer the questions from documents or on site, and record the reasons",
        ),
    ),
    "not_substantiated": (
        Bilingual(
            "逾期未能证实：补齐材料后申请复核，或按不符合整改",
            "not substantiated in time: supply the material and ask for a review, or rectify",
        ),
    ),
}


def steps_for(item: Item, fails: bool, reasons: Collection[Reason]) -> tuple[Bilingual, ...]:
    """What to do: for a failing the item's remedy; for an open finding what each reason asks for."""
    if fails:
        remedy = tuple(Bilingual(step.zh, step.en) for step in item.spec.remedy.steps)
        return remedy + (_SUPPLY["not_substantiated"] if "not_substantiated" in reasons else ())
    return tuple(dict.fromkeys(step for reason in _SUPPLY if reason in reasons for step in _SUPPLY[reason]))
