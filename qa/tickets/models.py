"""Tickets as they are kept: facts in columns, the conversation as encrypted revisions."""

import datetime as dt
from enum import StrEnum
from typing import Any

from sqlalchemy import DDL, CheckConstraint, ForeignKey, Index, UniqueConstraint, event, text
from sqlalchemy.orm import Mapped, mapped_column

from qa.core.orm import Base, BigInt, WithId, one_of


class TicketStatus(StrEnum):
    NEW = "new"
    OPEN = "open"
    PENDING = "pending"
    HOLD = "hold"
    SOLVED = "solved"
    CLOSED = "closed"
    DELETED = "deleted"


RESOLVED = (TicketStatus.SOLVED, TicketStatus.CLOSED)


class Ticket(WithId, Base):
    """One case of the help desk; every text in it is redacted before it arrives here."""

    __tablename__ = "ticket"
    __table_args__ = (
        UniqueConstraint("source_id", "external_id"),
        one_of("status", TicketStatus),
        one_of("csat", ("good", "bad")),
        CheckConstraint("content_severity BETWEEN 0 AND 3", name="content_severity_known"),
        CheckConstraint("risk_class BETWEEN 0 AND 5", name="risk_class_known"),
        Index("ix_ticket_programme_created", "programme_id", "created_at"),
        Index("ix_ticket_queue", "programme_id", "queue", "created_at"),
        Index("ix_ticket_text_age", "source_id", "solved_at"),
        Index("ix_ticket_escalated", "id", sqlite_where=text("escalated = 1"), postgresql_where=text("escalated")),
    )

    programme_id: Mapped[int] = mapped_column(ForeignKey("programme.id"))
    source_id: Mapped[int] = mapped_column(ForeignKey("source.id"))
    external_id: Mapped[str]
    data_region: Mapped[str] = mapped_column(default="default")
    subject: Mapped[str]
    status: Mapped[str]
    channel: Mapped[str] = mapped_column(default="unknown")
    queue: Mapped[str] = mapped_column(default="")
    tier: Mapped[str] = mapped_column(default="")
    language: Mapped[str] = mapped_column(default="")
    priority: Mapped[str] = mapped_column(default="")
    product_area: Mapped[str] = mapped_column(default="")
    launch: Mapped[str] = mapped_column(default="")
    tags: Mapped[list[Any]] = mapped_column(default=list)
    custom_fields: Mapped[dict[str, Any]] = mapped_column(default=dict)
    content_severity: Mapped[int] = mapped_column(default=0)
    risk_class: Mapped[int] = mapped_column(default=0)
    customer_digest: Mapped[str | None] = mapped_column(index=True)  # keyed digest of the help desk's customer id
    created_at: Mapped[dt.datetime]
    solved_at: Mapped[dt.datetime | None]
    source_updated_at: Mapped[dt.datetime | None]
    first_reply_seconds: Mapped[int | None]
    resolution_seconds: Mapped[int | None]
    reopens: Mapped[int] = mapped_column(default=0)
    escalated: Mapped[bool] = mapped_column(default=False)
    csat: Mapped[str | None]
    csat_reason: Mapped[str | None]
    digest: Mapped[str]  # of the facts as imported: the same again changes nothing
    imported_at: Mapped[dt.datetime]
    erased_at: Mapped[dt.datetime | None]
    intake_run_id: Mapped[int | None] = mapped_column(ForeignKey("intake_run.id"))  # that told its present facts
    origin_file: Mapped[str | None]  # the file, or the page of a live pull
    origin_row: Mapped[int | None] = mapped_column(BigInt)  # the line or place in it


class Resolution(WithId, Base):
    """The n-th time a ticket was resolved."""

    __tablename__ = "resolution"
    __table_args__ = (UniqueConstraint("ticket_id", "n"),)

    ticket_id: Mapped[int] = mapped_column(ForeignKey("ticket.id"))
    n: Mapped[int]
    resolved_at: Mapped[dt.datetime]


class HandledPart(WithId, Base):
    """What one specialist or bot did in one resolution: the unit that is sampled and reviewed."""

    __tablename__ = "handled_part"
    __table_args__ = (
        UniqueConstraint("resolution_id", "agent_identity_id"),
        CheckConstraint("share >= 0 AND share <= 1", name="share_is_a_share"),
        CheckConstraint("eligible = (ineligible_reason IS NULL)", name="ineligible_has_a_reason"),
        Index("ix_handled_part_period", "programme_id", "resolved_at", "eligible"),
        Index("ix_handled_part_specialist", "specialist_id", "resolved_at"),
    )

    programme_id: Mapped[int] = mapped_column(ForeignKey("programme.id"))
    ticket_id: Mapped[int] = mapped_column(ForeignKey("ticket.id"), index=True)
    resolution_id: Mapped[int] = mapped_column(ForeignKey("resolution.id"))
    agent_identity_id: Mapped[int] = mapped_column(ForeignKey("agent_identity.id"), index=True)
    specialist_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    team_id: Mapped[int | None] = mapped_column(ForeignKey("team.id"))  # the specialist's team at the resolution
    resolved_at: Mapped[dt.datetime]
    first_reply_at: Mapped[dt.datetime]
    last_reply_at: Mapped[dt.datetime]
    public_replies: Mapped[int]
    share: Mapped[float]  # of the resolution's public replies
    is_primary: Mapped[bool] = mapped_column(default=True)
    eligible: Mapped[bool] = mapped_column(default=True)
    ineligible_reason: Mapped[str | None]
    prn: Mapped[int] = mapped_column(BigInt)  # permanent random number, 52 bits


class ConversationKey(Base):
    """The key of one ticket's text, wrapped; deleting it erases the text everywhere, backups included."""

    __tablename__ = "conversation_key"

    ticket_id: Mapped[int] = mapped_column(ForeignKey("ticket.id"), primary_key=True, autoincrement=False)
    key_id: Mapped[str]
    wrapped: Mapped[bytes]


class ConversationRevision(WithId, Base):
    """The conversation as it stood at one intake; a review keeps the revision it judged."""

    __tablename__ = "conversation_revision"
    __table_args__ = (UniqueConstraint("ticket_id", "n"),)

    ticket_id: Mapped[int] = mapped_column(ForeignKey("ticket.id"))
    n: Mapped[int]
    digest: Mapped[str]
    redaction_version: Mapped[str]
    message_count: Mapped[int]
    payload: Mapped[bytes]
    created_at: Mapped[dt.datetime]


class TicketSignal(WithId, Base):
    """An automatic score of a part: a mapped column, a stated rule, or a prediction. Never shown before scoring."""

    __tablename__ = "ticket_signal"
    __table_args__ = (UniqueConstraint("part_id", "name", "version"),)

    part_id: Mapped[int] = mapped_column(ForeignKey("handled_part.id"))
    name: Mapped[str]
    version: Mapped[str]
    value: Mapped[float]


class SearchPending(Base):
    """A ticket whose words the search index has yet to take in."""

    __tablename__ = "search_pending"

    ticket_id: Mapped[int] = mapped_column(ForeignKey("ticket.id"), primary_key=True, autoincrement=False)


class SearchEntry(Base):
    """The words under which SQLite's index holds a ticket, sealed: it must be told them to delete them."""

    __tablename__ = "search_entry"

    ticket_id: Mapped[int] = mapped_column(ForeignKey("ticket.id"), primary_key=True, autoincrement=False)
    words: Mapped[bytes]


class TicketFacet(WithId, Base):
    """A queue, channel, tier or tag that tickets of a region have: what the filters offer."""

    __tablename__ = "ticket_facet"
    __table_args__ = (
        UniqueConstraint("programme_id", "data_region", "kind", "value"),
        one_of("kind", ("queue", "channel", "tier", "tag")),
    )

    programme_id: Mapped[int] = mapped_column(ForeignKey("programme.id"))
    data_region: Mapped[str]
    kind: Mapped[str]
    value: Mapped[str]


class IntakeRun(WithId, Base):
    """One import: what was read, what became of it."""

    __tablename__ = "intake_run"
    __table_args__ = (one_of("state", ("waiting", "running", "done", "failed")),)

    programme_id: Mapped[int] = mapped_column(ForeignKey("programme.id"))
    source_id: Mapped[int] = mapped_column(ForeignKey("source.id"))
    format: Mapped[str]
    file_names: Mapped[list[Any]]
    state: Mapped[str] = mapped_column(default="waiting", index=True)
    started_at: Mapped[dt.datetime]
    finished_at: Mapped[dt.datetime | None]
    started_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    counts: Mapped[dict[str, Any]] = mapped_column(default=dict)
    digest: Mapped[str | None]
    job_id: Mapped[int | None] = mapped_column(BigInt)
    mapping: Mapped[dict[str, Any] | None]  # by which its columns were read, as it stood then
    mapping_name: Mapped[str | None]


class SavedMapping(WithId, Base):
    """What the columns of an export mean, kept under a name for the next one."""

    __tablename__ = "saved_mapping"
    __table_args__ = (UniqueConstraint("programme_id", "name"),)

    programme_id: Mapped[int] = mapped_column(ForeignKey("programme.id"))
    name: Mapped[str]
    mapping: Mapped[dict[str, Any]]
    updated_at: Mapped[dt.datetime]
    updated_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))


class IntakeUpload(WithId, Base):
    """Uploaded tables that wait for somebody to say what their columns mean; what is shown of them is redacted."""

    __tablename__ = "intake_upload"

    programme_id: Mapped[int] = mapped_column(ForeignKey("programme.id"))
    token: Mapped[str] = mapped_column(unique=True)  # where the files wait
    format: Mapped[str]
    source_key: Mapped[str]
    file_names: Mapped[list[Any]]
    looks: Mapped[list[Any]]  # what the first rows look like, redacted
    mapping: Mapped[dict[str, Any]]
    mapping_name: Mapped[str] = mapped_column(default="")
    version: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[dt.datetime]
    created_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    closed_at: Mapped[dt.datetime | None]  # taken in or thrown away
    run_id: Mapped[int | None] = mapped_column(ForeignKey("intake_run.id"))


class UploadKey(Base):
    """The key of an upload that waits for its job, wrapped; gone when the job ends, or after a day."""

    __tablename__ = "upload_key"

    token: Mapped[str] = mapped_column(primary_key=True)
    key_id: Mapped[str]
    wrapped: Mapped[bytes]
    created_at: Mapped[dt.datetime] = mapped_column(index=True)


class SourceConnection(WithId, Base):
    """How a source is pulled: where, with which sealed credentials, how often. Its cursor is the source's."""

    __tablename__ = "source_connection"

    source_id: Mapped[int] = mapped_column(ForeignKey("source.id"), unique=True)
    base_url: Mapped[str]
    credentials: Mapped[bytes]  # sealed with the newest text key; never shown again
    start_at: Mapped[dt.datetime]  # tickets changed before it are left out
    every_hours: Mapped[int | None]  # None: only when somebody asks
    next_pull_at: Mapped[dt.datetime | None] = mapped_column(index=True)
    tested_at: Mapped[dt.datetime | None]
    test_passed: Mapped[bool | None]
    test_told: Mapped[str] = mapped_column(default="")
    version: Mapped[int] = mapped_column(default=1)
    updated_at: Mapped[dt.datetime]
    updated_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))


class IntakeReject(WithId, Base):
    """A row that could not be used, where it stands and why; its value is redacted."""

    __tablename__ = "intake_reject"

    run_id: Mapped[int] = mapped_column(ForeignKey("intake_run.id"), index=True)
    file: Mapped[str]
    line: Mapped[int | None]
    column: Mapped[str | None]
    value: Mapped[str]
    reason: Mapped[str]


class RetentionRule(Base):
    """How long the text of a source's tickets is kept after they were solved; without a row, for ever."""

    __tablename__ = "retention_rule"
    __table_args__ = (CheckConstraint("days >= 1", name="at_least_a_day"),)

    source_id: Mapped[int] = mapped_column(ForeignKey("source.id"), primary_key=True, autoincrement=False)
    days: Mapped[int]
    changed_at: Mapped[dt.datetime]
    changed_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))


class LegalHold(WithId, Base):
    """A ticket, or everything of one customer, whose text must not be erased until the hold is lifted."""

    __tablename__ = "legal_hold"
    __table_args__ = (
        CheckConstraint("(ticket_id IS NULL) <> (customer_digest IS NULL)", name="on_ticket_or_customer"),
    )

    programme_id: Mapped[int] = mapped_column(ForeignKey("programme.id"))
    ticket_id: Mapped[int | None] = mapped_column(ForeignKey("ticket.id"), index=True)
    customer_digest: Mapped[str | None]
    reason: Mapped[str]
    placed_at: Mapped[dt.datetime]
    placed_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    lifted_at: Mapped[dt.datetime | None]
    lifted_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))


class Erasure(WithId, Base):
    """A ticket's text or a person's data that was erased on request or by retention: who, when, why, never what."""

    __tablename__ = "erasure"
    __table_args__ = (one_of("subject", ("ticket", "person")),)

    subject: Mapped[str]
    subject_id: Mapped[int] = mapped_column(BigInt)
    requested_at: Mapped[dt.datetime]
    requested_by_id: Mapped[int | None] = mapped_column(BigInt)
    reason: Mapped[str]
    executed_at: Mapped[dt.datetime | None]


# The full-text index is no table of the models: each engine has a kind of its own (`searching.py`).
SEARCH_BLOCKS = (14, 16, 18, 20, 22, 24, 26)  # powers of two: how many ids a block has
_blocks = ", ".join(f"'_{n}x' || (ticket_search.ticket_id >> {n})::text" for n in SEARCH_BLOCKS)
# What PostgreSQL indexes: the words of a ticket, and the blocks of ids that it is in, as words that no text holds.
SEARCH_WORDS = f"(ticket_search.words || array_to_tsvector(ARRAY[{_blocks}]))"
SEARCH_INDEX = {
    "sqlite": (
        "CREATE VIRTUAL TABLE ticket_search "
        "USING fts5(words, content='', detail='none', columnsize=0, tokenize='ascii')",
        "CREATE VIRTUAL TABLE ticket_search_word USING fts5vocab('ticket_search', 'instance')",  # a way to look at it
    ),
    "postgresql": (
        "CREATE TABLE ticket_search (ticket_id bigint PRIMARY KEY, words tsvector NOT NULL)",
        f"CREATE INDEX ix_ticket_search_placed ON ticket_search USING gin ({SEARCH_WORDS})",
    ),
}
for _engine, _statements in SEARCH_INDEX.items():
    for _statement in _statements:
        event.listen(Base.metadata, "after_create", DDL(_statement).execute_if(dialect=_engine))  # type: ignore[no-untyped-call]
