"""The dossiers measured: an invented county of any size, and the same place's profile."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

import orjson

from compliance.bench import Bench, open_bench
from compliance.schemas.scalars import days
from fixtures.builder.generator import generate

__all__ = ["AS_OF", "PROFILE", "bench", "dossier"]

AS_OF = "2024-03-31"
PROFILE = Path(__file__).parents[1] / "fixtures" / "profiles" / "shili.yaml"


@lru_cache(maxsize=8)
def dossier(communities: int, seed: int = 1) -> bytes:
    """The bytes of a county's dossier in which about one community in twenty violates something."""
    return orjson.dumps(generate(communities, seed, violations=communities // 20).dossier)


def bench() -> Bench:
    """The rulebook under the profile of the invented county."""
    return open_bench(str(PROFILE), days(AS_OF))
