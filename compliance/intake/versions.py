"""A dossier of an earlier structure, as JSON → the same in today's, with every change; passes by what no step reads.

A step leads from one version to a later one. It is a pure function of the JSON: it is given a copy of its own, tells
every change it makes, and leaves alone what it does not understand, which validation then refuses in the usual words.
Entries of lists keep their place, so that a pointer can be led back to where the value stood in the file.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from compliance.intake.scan import Path, pointer
from compliance.schemas.dossier import SCHEMA_VERSION
from compliance.schemas.received import VersionChange
from compliance.schemas.refusal import Words

__all__ = ["MIGRATIONS", "Change", "Migrated", "Migration", "migrate", "unsupported"]

Json = dict[str, Any]


class Change(NamedTuple):
    """One change that a step made, in the paths of the versions it leads between."""

    was: Path | None
    """Where the value stood; None for one that was added"""
    now: Path | None
    """Where it stands; None for one that was left out"""
    says: Words


class Migration(NamedTuple):
    """The way from one version to a later one."""

    to: str
    step: Callable[[Json], tuple[Json, Sequence[Change]]]


MIGRATIONS: Mapping[str, Migration] = {}
"""Version → the step that reads it. 1.0 is the first structure that was published, so that there is none yet."""


class _Step:
    """The changes of one step by the places they lead from and to."""

    def __init__(self, changes: Sequence[Change]) -> None:
        self.changes = changes
        self._back = {c.now: c for c in changes if c.now is not None}
        self._on = {c.was: c for c in changes if c.was is not None}

    def back(self, path: Path) -> Path:
        """A path before the step: the change nearest to it says where it, or what it stands in, came from."""
        for length in range(len(path), 0, -1):
            change = self._back.get(path[:length])
            if change is not None:
                return path[: length - 1] if change.was is None else change.was + path[length:]
        return path

    def on(self, path: Path) -> Path | None:
        """A path after the step; None where the step leaves it out."""
        for length in range(len(path), 0, -1):
            change = self._on.get(path[:length])
            if change is not None:
                return None if change.now is None else change.now + path[length:]
        return path


class Migrated(NamedTuple):
    """A dossier in today's structure, and how it came there."""

    root: Json
    steps: tuple[_Step, ...]

    def origin(self, path: Path) -> Path:
        """Where the value at a path stood in the file; for what was added, what encloses it."""
        for step in reversed(self.steps):
            path = step.back(path)
        return path

    def changes(self) -> tuple[VersionChange, ...]:
        """Every change, from its place in the file to its place today."""
        told = []
        for number, step in enumerate(self.steps):
            before = Migrated(self.root, self.steps[:number])
            for change in step.changes:
                now = change.now
                for later in self.steps[number + 1 :]:
                    now = None if now is None else later.on(now)
                was = None if change.was is None else pointer(before.origin(change.was))
                told.append(VersionChange(was, None if now is None else pointer(now), change.says))
        return tuple(told)


def migrate(root: Json) -> Migrated | None:
    """The dossier in today's structure; None where no step reads its version, as for one that is today's."""
    version, steps = root.get("schema_version"), []
    current = root
    while isinstance(version, str) and version in MIGRATIONS:
        to, step = MIGRATIONS[version]
        made, changes = step(_copy(current))
        current = {**made, "schema_version": to}
        says = Words(f"结构版本 {version} 转为 {to}", f"structure {version} made {to}")
        steps.append(_Step((Change(("schema_version",), ("schema_version",), says), *changes)))
        version = to
    return Migrated(current, tuple(steps)) if steps and version == SCHEMA_VERSION else None


def unsupported(version: str) -> tuple[Words, Words]:
    """What is expected in place of a version that cannot be read, and what to do."""
    earlier = [v for v in MIGRATIONS if v != SCHEMA_VERSION]
    quoted = ", ".join(f'"{v}"' for v in earlier)
    own = f'"{SCHEMA_VERSION}"'
    expected = Words(own, own)
    if earlier:
        expected = Words(f"{own}，或可转换的 {quoted}", f"{own}, or {quoted}, which can be converted")
    given = _number(version)
    if given is not None and given > (_number(SCHEMA_VERSION) or ()):
        return expected, Words(
            f"档案的结构比本程序新：升级到能读取结构版本 {version} 的程序，或按 {SCHEMA_VERSION} 重新导出",
            f"the dossier's structure is newer than this program: upgrade to one that reads structure {version},"
            f" or export the dossier in {SCHEMA_VERSION}",
        )
    return expected, Words("按此版本重新导出", "export the dossier in this version")


def _number(version: str) -> tuple[int, ...] | None:
    """A version in the order of its parts, not of its letters."""
    return tuple(map(int, version.split("."))) if re.fullmatch(r"[0-9]{1,6}(\.[0-9]{1,6})*", version) else None


def _copy(value: Any) -> Any:
    """Objects and lists anew, whatever class they are of; what cannot change is shared."""
    if isinstance(value, dict):
        return {key: _copy(inner) for key, inner in value.items()}
    return [_copy(inner) for inner in value] if isinstance(value, list) else value
