"""Docket × the engine's answers → one code for every line, finding, item and clause; a lost answer is a fault.

Works on columns of small codes; finding objects are made when somebody reads them (``findings.py``).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from compliance.schemas.lowered import Answer
from compliance.schemas.outcomes import Code, State

__all__ = ["combine", "fold", "roll_up", "with_evidence"]


def _line(state: State, when: Answer, holds: Answer, passed: Code, failed: Code) -> Code:
    if state is not State.READY:
        return Code.UNKNOWN if state.is_unknown else Code.NOT_APPLICABLE
    if when is Answer.FALSE:
        return Code.NOT_APPLICABLE
    if when is Answer.UNKNOWN:
        return Code.UNKNOWN
    if when is not Answer.TRUE:
        return Code.LOST
    decided = {Answer.TRUE: passed, Answer.FALSE: failed, Answer.UNKNOWN: Code.UNKNOWN}
    return decided.get(holds, Code.LOST)


def _table(passed: Code, failed: Code) -> list[list[bytes]]:
    """state → when → translation of ``holds``."""
    return [[bytes([_line(s, w, h, passed, failed) for h in Answer]) for w in Answer] for s in State]


_TABLES = {(p, f): _table(p, f) for p in (Code.PASS, Code.MEASURED) for f in (Code.FAIL, Code.IMPROVE)}


def with_evidence(holds: bytes, evidence: bytes) -> bytes:
    """``strict``: what holds must be shown too. A document that is not there makes true unknown, never false."""
    if evidence.count(Answer.TRUE) == len(evidence):
        return holds
    return bytes([e if h == Answer.TRUE else h for h, e in zip(holds, evidence, strict=True)])


def combine(states: bytes, when: bytes | None, holds: bytes, *, measured: bool, encouraged: bool) -> bytes:
    """One code a line, from what the docket says and what the engine answered to ``when`` and ``holds``."""
    table = _TABLES[Code.MEASURED if measured else Code.PASS, Code.IMPROVE if encouraged else Code.FAIL]
    if when is None:
        if not any(states):
            return bytes(holds).translate(table[State.READY][Answer.TRUE].ljust(256, bytes([Code.LOST])))
        always = [row[Answer.TRUE] for row in table]
        return bytes([always[s][h] for s, h in zip(states, holds, strict=True)])
    return bytes([table[s][w][h] for s, w, h in zip(states, when, holds, strict=True)])


def fold(size: int, lines: Iterable[tuple[Sequence[int], bool, bytes]]) -> bytearray:
    """Codes of all checks' lines → the code of each owner: the greatest; an owner without lines has no object.

    Each line: the owner of every row, whether row i is all that owner i has, the codes.
    """
    result = bytearray([Code.NOT_APPLICABLE]) * size
    for owners, same, codes in lines:
        if same:
            result = bytearray(map(max, result, codes))
            continue
        for owner, code in zip(owners, codes, strict=True):
            if code > result[owner]:
                result[owner] = code
    return result


def roll_up(method: str, area: bytes, members: bytes) -> Code:
    """Findings of one item → the item. ``area`` are the area's own findings, ``members`` the others'.

    ``any_fail``: one failing is the area's. ``coverage``: what is only encouraged of single communities never
    fails the area while the area's own part, or one community, passes.
    """
    every = area + members
    if not every:
        return Code.LOST
    present = set(every)
    if Code.FAIL in present:
        return Code.FAIL
    if method == "coverage":
        own = {c for c in area if c not in (Code.NOT_APPLICABLE, Code.NONE)}
        if own and Code.IMPROVE not in own:
            present = own | (present & {Code.LOST})
        elif Code.PASS in present:
            return Code.LOST if Code.LOST in present else Code.PASS
    for code in (Code.LOST, Code.UNKNOWN, Code.PASS, Code.MEASURED, Code.IMPROVE, Code.NOT_APPLICABLE):
        if code in present:
            return code
    return Code.LOST
