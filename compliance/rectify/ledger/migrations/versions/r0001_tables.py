"""The first structure: entries, events, reports; the database itself refuses to change or remove what is recorded."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def _text(name: str, *, null: bool = True) -> sa.Column[str]:
    return sa.Column(name, sa.Text(), nullable=null)


def _short(name: str, length: int, *, null: bool = True) -> sa.Column[str]:
    return sa.Column(name, sa.String(length), nullable=null)


def _count(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.Integer(), nullable=False)


def upgrade() -> None:
    op.create_table(
        "ledger_entry",
        _short("number", 40, null=False),
        _short("area", 6, null=False),
        _text("area_name", null=False),
        _count("year"),
        _count("serial"),
        _short("state", 20, null=False),
        _short("source", 20, null=False),
        _text("found_by", null=False),
        _short("item", 10),
        _text("title"),
        _text("cite"),
        _short("severity", 20),
        _text("problem"),
        _short("subject_kind", 40),
        _text("subject_id"),
        _text("subject_name"),
        _text("text", null=False),
        _text("unit"),
        _text("person"),
        _text("leader"),
        _text("requirement"),
        _text("measures"),
        _short("kind", 20),
        _short("deadline", 10),
        sa.Column("deadline_suggested", sa.Boolean(), nullable=False),
        _text("progress"),
        _short("previous", 40),
        _short("as_of", 10),
        _text("seen"),
        _text("origin", null=False),
        _text("recheck"),
        _text("submission"),
        _text("closure"),
        _text("submitted_by"),
        _short("submitted_at", 30),
        _text("verified_by"),
        _short("verified_at", 30),
        _text("closed_by"),
        _short("closed_at", 30),
        _count("returns"),
        _count("extensions"),
        _short("opened_at", 30, null=False),
        _short("updated_at", 30, null=False),
        _count("last_seq"),
        sa.PrimaryKeyConstraint("number", name="ledger_entry_pk"),
        sa.UniqueConstraint("area", "year", "serial", name="ledger_entry_area_year_serial_uq"),
        sa.ForeignKeyConstraint(["previous"], ["ledger_entry.number"], name="ledger_entry_previous_fk"),
    )
    op.create_index("ledger_entry_previous_ix", "ledger_entry", ["previous"])
    op.create_table(
        "ledger_event",
        sa.Column("seq", sa.Integer(), autoincrement=False, nullable=False),
        _short("time", 30, null=False),
        _text("actor", null=False),
        _short("act", 20, null=False),
        _short("entry", 40),
        _text("payload", null=False),
        _short("prev", 64, null=False),
        _short("hash", 64, null=False),
        sa.PrimaryKeyConstraint("seq", name="ledger_event_pk"),
        sa.UniqueConstraint("hash", name="ledger_event_hash_uq"),
        sa.ForeignKeyConstraint(["entry"], ["ledger_entry.number"], name="ledger_event_entry_fk"),
    )
    op.create_index("ledger_event_entry_seq_ix", "ledger_event", ["entry", "seq"])
    op.create_index("ledger_event_act_ix", "ledger_event", ["act"])
    op.create_table(
        "ledger_report",
        _short("sha256", 64, null=False),
        _short("area", 6, null=False),
        _count("year"),
        _short("as_of", 10, null=False),
        _count("seq"),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("sha256", name="ledger_report_pk"),
        sa.UniqueConstraint("seq", name="ledger_report_seq_uq"),
        sa.ForeignKeyConstraint(["seq"], ["ledger_event.seq"], name="ledger_report_seq_fk"),
    )
    for statement in _GUARDS[op.get_bind().dialect.name]:
        op.execute(statement)


_PROTECTED = (
    ("ledger_event", "update"),
    ("ledger_event", "delete"),
    ("ledger_report", "update"),
    ("ledger_report", "delete"),
    ("ledger_entry", "delete"),
)
_SQLITE = [
    f"CREATE TRIGGER {table}_no_{verb} BEFORE {verb.upper()} ON {table} "
    f"BEGIN SELECT RAISE(ABORT, '{verb} on {table} is refused: the ledger is append-only'); END"
    for table, verb in _PROTECTED
]
_POSTGRESQL = [
    "CREATE FUNCTION ledger_refuse() RETURNS trigger LANGUAGE plpgsql AS "
    "$$BEGIN RAISE EXCEPTION '% on % is refused: the ledger is append-only', lower(TG_OP), TG_TABLE_NAME; END$$",
    *(
        f"CREATE TRIGGER {table}_no_{verb} BEFORE {verb.upper()} ON {table} "
        f"FOR EACH {'STATEMENT' if verb == 'truncate' else 'ROW'} EXECUTE FUNCTION ledger_refuse()"
        for table, verb in (
            *_PROTECTED, ("ledger_event", "truncate"), ("ledger_report", "truncate"), ("ledger_entry", "truncate")
        )
    ),
]  # fmt: skip
_GUARDS = {"sqlite": _SQLITE, "postgresql": _POSTGRESQL}


def downgrade() -> None:
    raise NotImplementedError("a ledger is never taken back to an older structure")
