"""Entries say which project they concern, and lists are found by index."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("ledger_entry", sa.Column("project", sa.Text(), nullable=True))
    # What a project's finding was about stands in the entry already; of others nothing was known before.
    op.execute("UPDATE ledger_entry SET project = subject_id WHERE subject_kind = 'project'")
    for columns in (("area", "state"), ("unit", "state"), ("item", "state"), ("state", "deadline"), ("project",)):
        op.create_index(f"ledger_entry_{'_'.join(columns)}_ix", "ledger_entry", list(columns))


def downgrade() -> None:
    raise NotImplementedError("a ledger is never taken back to an older structure")
