"""The tables of the ledger; the columns of an entry are the fields of ``Entry``, in the same order.

Days and times are ISO texts, so that both databases hold, compare and hash the very same thing.
"""

from __future__ import annotations

from sqlalchemy import Boolean, ForeignKey, Index, Integer, LargeBinary, MetaData, String, Text, UniqueConstraint
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

__all__ = ["VERSION_TABLE", "Base", "EntryRow", "EventRow", "ReportRow"]

VERSION_TABLE = "ledger_version"


class Base(DeclarativeBase):
    metadata = MetaData(
        naming_convention={
            "ix": "%(table_name)s_%(column_0_N_name)s_ix",
            "uq": "%(table_name)s_%(column_0_N_name)s_uq",
            "fk": "%(table_name)s_%(column_0_name)s_fk",
            "pk": "%(table_name)s_pk",
        }
    )


class EntryRow(Base):
    """An entry as its events have made it."""

    __tablename__ = "ledger_entry"
    __table_args__ = (
        UniqueConstraint("area", "year", "serial"),
        Index(None, "area", "state"),
        Index(None, "unit", "state"),
        Index(None, "item", "state"),
        Index(None, "state", "deadline"),
        Index(None, "project"),
        Index(None, "previous"),
    )

    number: Mapped[str] = mapped_column(String(40), primary_key=True)
    area: Mapped[str] = mapped_column(String(6))
    area_name: Mapped[str] = mapped_column(Text)
    year: Mapped[int] = mapped_column(Integer)
    serial: Mapped[int] = mapped_column(Integer)
    state: Mapped[str] = mapped_column(String(20))
    source: Mapped[str] = mapped_column(String(20))
    found_by: Mapped[str] = mapped_column(Text)
    item: Mapped[str | None] = mapped_column(String(10))
    title: Mapped[str | None] = mapped_column(Text)
    cite: Mapped[str | None] = mapped_column(Text)
    severity: Mapped[str | None] = mapped_column(String(20))
    problem: Mapped[str | None] = mapped_column(Text)
    subject_kind: Mapped[str | None] = mapped_column(String(40))
    subject_id: Mapped[str | None] = mapped_column(Text)
    subject_name: Mapped[str | None] = mapped_column(Text)
    project: Mapped[str | None] = mapped_column(Text)
    text: Mapped[str] = mapped_column(Text)
    unit: Mapped[str | None] = mapped_column(Text)
    person: Mapped[str | None] = mapped_column(Text)
    leader: Mapped[str | None] = mapped_column(Text)
    requirement: Mapped[str | None] = mapped_column(Text)
    measures: Mapped[str | None] = mapped_column(Text)
    kind: Mapped[str | None] = mapped_column(String(20))
    deadline: Mapped[str | None] = mapped_column(String(10))
    deadline_suggested: Mapped[bool] = mapped_column(Boolean)
    progress: Mapped[str | None] = mapped_column(Text)
    previous: Mapped[str | None] = mapped_column(ForeignKey("ledger_entry.number"))
    as_of: Mapped[str | None] = mapped_column(String(10))
    seen: Mapped[str | None] = mapped_column(Text)
    origin: Mapped[str] = mapped_column(Text)
    recheck: Mapped[str | None] = mapped_column(Text)
    submission: Mapped[str | None] = mapped_column(Text)
    closure: Mapped[str | None] = mapped_column(Text)
    submitted_by: Mapped[str | None] = mapped_column(Text)
    submitted_at: Mapped[str | None] = mapped_column(String(30))
    verified_by: Mapped[str | None] = mapped_column(Text)
    verified_at: Mapped[str | None] = mapped_column(String(30))
    closed_by: Mapped[str | None] = mapped_column(Text)
    closed_at: Mapped[str | None] = mapped_column(String(30))
    returns: Mapped[int] = mapped_column(Integer)
    extensions: Mapped[int] = mapped_column(Integer)
    opened_at: Mapped[str] = mapped_column(String(30))
    updated_at: Mapped[str] = mapped_column(String(30))
    last_seq: Mapped[int] = mapped_column(Integer)


class EventRow(Base):
    """One recorded act; the database refuses to change or remove it."""

    __tablename__ = "ledger_event"
    __table_args__ = (Index(None, "entry", "seq"), Index(None, "act"))

    seq: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    time: Mapped[str] = mapped_column(String(30))
    actor: Mapped[str] = mapped_column(Text)
    act: Mapped[str] = mapped_column(String(20))
    entry: Mapped[str | None] = mapped_column(ForeignKey("ledger_entry.number"))
    payload: Mapped[str] = mapped_column(Text)
    prev: Mapped[str] = mapped_column(String(64))
    hash: Mapped[str] = mapped_column(String(64), unique=True)


class ReportRow(Base):
    """A report that was imported, whole: later reports are held against it."""

    __tablename__ = "ledger_report"

    sha256: Mapped[str] = mapped_column(String(64), primary_key=True)
    area: Mapped[str] = mapped_column(String(6))
    year: Mapped[int] = mapped_column(Integer)
    as_of: Mapped[str] = mapped_column(String(10))
    seq: Mapped[int] = mapped_column(ForeignKey("ledger_event.seq"), unique=True)
    """Number of the event that tells of the import"""
    content: Mapped[bytes] = mapped_column(LargeBinary)
    """Compressed with zlib"""
