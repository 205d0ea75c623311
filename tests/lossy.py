"""A durable-rules that misbehaves on purpose: it drops, cuts or doubles what chosen rules say.

monkeypatch.setattr("compliance.engine.durable", lossy_durable(drop=lambda rule: rule == "seen"))
monkeypatch.setattr("compliance.engine.durable", lossy_durable(drop=saying(Answer.TRUE)))
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import durable_rules_engine

from compliance.schemas.lowered import Answer


def lossy_durable(
    drop: Callable[[str], bool] = lambda rule: False,
    cut: Callable[[str], bool] = lambda rule: False,
    double: Callable[[str], str | None] = lambda rule: None,
    repeat: Callable[[str], bool] = lambda rule: False,
    code: int = 0,
    error: Callable[[], Exception | None] = lambda: None,
) -> Any:
    """The C module, but: rules that ``drop`` names are never heard of; those that ``cut`` names leave out one
    of their facts; those for which ``double`` gives another rule's name are heard a second time under it;
    those that ``repeat`` names are heard for ever; posting returns ``code``; and ``error`` may give an
    exception to raise instead of posting.
    """
    return _Lossy(drop, cut, double, repeat, code, error)


def saying(*answers: Answer) -> Callable[[str], bool]:
    """The rules that say one of these answers."""
    return lambda rule: rule != "seen" and int(rule.split("_")[0]) in answers


class _Lossy:
    def __init__(self, *faults: Any) -> None:
        self._drop, self._cut, self._double, self._repeat, self._code, self._error = faults
        self._again: list[str] = []
        self._forever: str | None = None
        self.posts: list[str] = []
        self.handles: list[int] = []

    def __getattr__(self, name: str) -> Any:
        return getattr(durable_rules_engine, name)

    def create_ruleset(self, name: str, rules: str) -> int:
        handle = durable_rules_engine.create_ruleset(name, rules)
        self.handles.append(handle)
        return handle

    def assert_facts(self, handle: int, facts: str) -> tuple[int, int]:
        self.posts.append(facts)
        self._forever = None
        error = self._error()
        if error is not None:
            raise error
        code, state = durable_rules_engine.assert_facts(handle, facts)
        return self._code or code, state

    def start_action_for_state(self, handle: int, state: int) -> tuple[str, str] | None:
        started = durable_rules_engine.start_action_for_state(handle, state)
        message = self._heard(handle, state, started and started[1])
        return None if message is None else (started[0], message)

    def complete_and_start_action(self, handle: int, state: int) -> str | None:
        if self._again:
            return self._again.pop()
        if self._forever:
            return self._forever
        return self._heard(handle, state, durable_rules_engine.complete_and_start_action(handle, state))

    def _heard(self, handle: int, state: int, message: str | None) -> str | None:
        while message is not None:
            ((rule, facts),) = json.loads(message).items()
            if self._drop(rule):
                message = durable_rules_engine.complete_and_start_action(handle, state)
                continue
            if self._cut(rule):
                facts = facts[1:]
                message = json.dumps({rule: facts}, separators=(",", ":"))
            other = self._double(rule)
            if other is not None:
                self._again.append(json.dumps({other: facts}, separators=(",", ":")))
            if self._repeat(rule):
                self._forever = message
            return message
        return None
