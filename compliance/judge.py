"""Docket × the engine's answers → one code for every line, finding, item and clause; a lost answer is a fault.

Works on columns of small codes; finding objects are made when somebody reads them (``findings.py``).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from compliance.schemas.lowered import Answer
from compliance.schemas.outcomes import Code, State

__all__ = ["combine", "fold", "roll_up", "with_evidence"]


def _line(state: State, when: Answer, holds: Answer, measured: bool, encouraged: bool) -> Code:
    unknown = Code.OPEN if encouraged else Code.UNKNOWN
    if when is Answer.FALSE and (state is State.READY or state.is_unknown):
        return Code.NOT_APPLICABLE  # nothing to ask, so it does not matter that the gate or zone is open
    if state is not State.READY:
        return unknown if state.is_unknown else Code.NOT_APPLICABLE
    if when not in (Answer.TRUE, Answer.UNKNOWN):
        return Code.LOST
    if when is Answer.UNKNOWN or holds is Answer.UNKNOWN:
        return unknown if holds in (Answer.TRUE, Answer.FALSE, Answer.UNKNOWN) else Code.LOST
    if holds is Answer.TRUE:
        return Code.MEASURED if measured else Code.PASS
    if holds is Answer.FALSE:
        return Code.IMPROVE if encouraged else Code.FAIL
    return Code.LOST


def _table(measured: bool, encouraged: bool) -> list[list[bytes]]:
    """state → when → translation of ``holds``."""
    return [[bytes([_line(s, w, h, measured, encouraged) for h in Answer]) for w in Answer] for s in State]


_TABLES = {(m, e): _table(m, e) for m in (False, True) for e in (False, True)}


def with_evidence(holds: bytes, evidence: bytes) -> bytes:
    """``strict``: what holds must be shown too. A document that is not there makes true unknown, never false."""
    if evidence.count(Answer.TRUE) == len(evidence):
        return holds
    return bytes([e if h == Answer.TRUE else h for h, e in zip(holds, evidence, strict=True)])


def combine(states: bytes, when: bytes | None, holds: bytes, *, measured: bool, encouraged: bool) -> bytes:
    """One code a line, from what the docket says and what the engine answered to ``when`` and ``holds``."""
    table = _TABLES[measured, encouraged]
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


_ROLL_UP = (
    Code.FAIL, Code.LOST, Code.UNKNOWN, Code.PASS, Code.OPEN, Code.IMPROVE, Code.MEASURED, Code.NOT_APPLICABLE,
)  # fmt: skip


def roll_up(codes: bytes) -> Code:
    """The codes of an item's findings → the item: one failing fails it, one unknown leaves it open.

    Of what is only encouraged one that passes is enough, so that a community that did not follow an
    encouragement never stands in the way. No finding at all, though an answer was owed, is a fault.
    """
    return next((code for code in _ROLL_UP if code in codes), Code.LOST)
