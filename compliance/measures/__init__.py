"""Dossier → typed values of its subjects, each with the pointers it was read from; the only arithmetic."""

from __future__ import annotations

from importlib import import_module
from pkgutil import iter_modules

from compliance.measures import base, subjects
from compliance.schemas.conditions import Kind

__all__ = ["load_measures", "measure_kinds"]


def load_measures() -> None:
    """Import every module of this package, so that all measures are registered.

    Its packages are left: the subjects are here already, the levers are loaded where ways are sought, and what is
    measured of the data's soundness is none of the standard's.
    """
    for module in iter_modules(__path__):
        if not module.ispkg:
            import_module(f"{__name__}.{module.name}")


def measure_kinds() -> dict[str, dict[str, Kind]]:
    """Subject kind → measure → type: what clause files may speak of."""
    load_measures()
    return {
        name: {m.name: m.kind for m in base.measures_of(kind.row.__name__).values()}
        for name, kind in subjects.KINDS.items()
    }
