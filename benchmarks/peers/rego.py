"""Rego, the language of Open Policy Agent: ``subset.rego`` on two engines that PyPI ships; OPA itself is not there.

regorus, in Rust, through opa-eval; rego-cpp, in C++, through regopy. Compiled once, then given the text of a dossier.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import orjson

from benchmarks.subset import Outcomes

__all__ = ["CANNOT", "ENGINES", "POLICY", "Judge", "rego_cpp", "regorus"]

POLICY = Path(__file__).with_name("subset.rego")
CANNOT = (
    'nothing by itself, as it is a programming language, but it has no unknown ("not" of what is undefined is true), '
    "no date of reduced precision, no exact fraction, no pointer to what a rule read: the translation makes the first "
    "three by hand, gives no reason, no evidence and no sentence, and checks no structure"
)
_QUERY = "data.subset.report"

Judge = Callable[[bytes], Outcomes]


def regorus(place: dict[str, Any], policy: Path = POLICY) -> Judge:
    """The engine in Rust."""
    import opa_eval

    engine = opa_eval.OpaEval(str(policy), json.dumps({"place": place}), _QUERY)
    return lambda data: _outcomes(orjson.loads(engine.evaluate(data.decode())))


def rego_cpp(place: dict[str, Any], policy: Path = POLICY) -> Judge:
    """The engine in C++."""
    from regopy import Interpreter

    engine = Interpreter()
    engine.add_module(policy.name, policy.read_text("utf-8"))
    engine.add_data({"place": place})
    bundle = engine.build(_QUERY)

    def judge(data: bytes) -> Outcomes:
        engine.set_input_term(data.decode())
        (told,) = json.loads(str(engine.query_bundle(bundle)))["expressions"]
        return _outcomes(told)

    return judge


ENGINES = {"opa-eval": regorus, "regopy": rego_cpp}
"""Package → how it is made ready"""


def _outcomes(told: dict[str, Any]) -> Outcomes:
    return Outcomes({name: [(key, said) for key, said in lines] for name, lines in told["rows"].items()}, told["items"])
