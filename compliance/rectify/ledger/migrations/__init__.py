"""An older ledger → one of the present structure, with Alembic, in the transaction of the caller.

Each step is a file in ``versions``. The environment is made here in code, so that nothing but Python files has to
ship. A step changes tables and may fill new columns of entries from what stands there; it never touches an event.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from sqlalchemy import Connection, text

from compliance.rectify.ledger.model import VERSION_TABLE

__all__ = ["HEAD", "revision_of", "upgrade"]

HEAD = "0002"
"""The structure that this program reads and writes."""


def revision_of(connection: Connection) -> str | None:
    """Of the ledger in a database; none where there is no ledger."""
    from sqlalchemy import inspect

    if not inspect(connection).has_table(VERSION_TABLE):
        return None
    return connection.execute(text(f"SELECT version_num FROM {VERSION_TABLE}")).scalar()


def upgrade(connection: Connection, to: str = HEAD) -> None:
    """Carry out every step up to ``to``; the caller's transaction makes all of them stand, or none."""
    from alembic.config import Config
    from alembic.runtime.environment import EnvironmentContext
    from alembic.script import ScriptDirectory

    scripts = ScriptDirectory(str(Path(__file__).parent))

    def steps(revision: Any, _: Any) -> Any:
        return scripts._upgrade_revs(to, revision)

    with EnvironmentContext(Config(), scripts, fn=steps, destination_rev=to) as environment:
        environment.configure(connection=connection, version_table=VERSION_TABLE)
        environment.run_migrations()
