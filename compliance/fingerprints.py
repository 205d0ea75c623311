"""What the rules found about one subject → a short print, the same however the dossier is ordered; decides nothing.

With the finding's id the print tells whether a later run found the same: the same outcome for the same reason, by the
same lines with the same values against the same limits. Pointers are not part of it, nor are values that grow from
day to day by themselves. Sixteen hexadecimal digits suffice, because a print is only ever held against the prints of
findings with the same id: two that differ agree by chance once in 2⁶⁴.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from hashlib import blake2b

from compliance.schemas.report import CheckLine, Measured, Outcome, Reason

__all__ = ["base_key", "fingerprint"]

_NUMBER = re.compile(r"#[0-9]+$")


def base_key(row: str) -> str:
    """A row's key without the number that tells it from others of the same key: that depends on the order.

    >>> base_key("power#2"), base_key("power")
    ('power', 'power')
    """
    return _NUMBER.sub("", row)


def fingerprint(
    item: str,
    subject: str,
    outcome: Outcome,
    reason: Reason | None,
    deciding: Iterable[CheckLine],
    running: Callable[[str, str], bool],
) -> str:
    """The print of a finding. ``running``: (kind, measure) → whether its value grows from day to day."""
    told = sorted([_line(line, running) for line in deciding])
    text = "\n".join((item, subject, outcome, reason or "", *told))
    return blake2b(text.encode(), digest_size=8).hexdigest()


def _line(line: CheckLine, running: Callable[[str, str], bool]) -> str:
    values = [_value(v, line.subject.kind, running) for v in line.values]
    return "\x1f".join((line.check, base_key(line.subject.id), line.outcome, line.reason or "", *values))


def _value(value: Measured, kind: str, running: Callable[[str, str], bool]) -> str:
    told, limit, name = value.value or value.unknown or "", value.limit or "", value.limit_name or ""
    if value.value is not None and running(kind, value.measure):
        told = ""
    if limit and running(kind, name):
        limit = ""
    return "\x1e".join((value.measure, told, value.op, name, limit))
