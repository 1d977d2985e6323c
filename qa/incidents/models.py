"""Incidents with whom they were told to; and whom the programme names for each kind."""

import datetime as dt

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from qa.core.orm import Base, WithId, one_of
from qa.incidents.rules import OUTCOMES, STATES, Kind


class IncidentRule(WithId, Base):
    """How fast an incident of one kind is to be acknowledged."""

    __tablename__ = "incident_rule"
    __table_args__ = (
        UniqueConstraint("programme_id", "kind"),
        one_of("kind", Kind),
        CheckConstraint("acknowledge_minutes > 0", name="limit_is_a_time"),
    )

    programme_id: Mapped[int] = mapped_column(ForeignKey("programme.id"))
    kind: Mapped[str]
    acknowledge_minutes: Mapped[int]
    lock_version: Mapped[int] = mapped_column(default=0)


class IncidentOwner(WithId, Base):
    """Who is asked about incidents of a kind, in which order."""

    __tablename__ = "incident_owner"
    __table_args__ = (UniqueConstraint("rule_id", "position"), UniqueConstraint("rule_id", "user_id"))

    rule_id: Mapped[int] = mapped_column(ForeignKey("incident_rule.id"))
    position: Mapped[int]
    user_id: Mapped[int] = mapped_column(ForeignKey("person.id"))


class Incident(WithId, Base):
    """What somebody saw in a conversation that cannot wait; apart from every score."""

    __tablename__ = "incident"
    __table_args__ = (
        one_of("kind", Kind),
        one_of("state", STATES),
        one_of("outcome", OUTCOMES),
        UniqueConstraint("raised_by_id", "raise_id"),  # sent twice, it is raised once
        CheckConstraint('"end" > start AND start >= 0', name="pins_a_passage"),
        CheckConstraint("(state = 'open') = (acknowledged_at IS NULL)", name="acknowledged_has_a_time"),
        CheckConstraint("(acknowledged_at IS NULL) = (acknowledged_by_id IS NULL)", name="acknowledged_by_somebody"),
        CheckConstraint("(state = 'settled') = (settled_at IS NOT NULL)", name="settled_has_a_time"),
        CheckConstraint("(settled_at IS NULL) = (outcome IS NULL)", name="settled_has_an_outcome"),
        Index("ix_incident_programme", "programme_id", "raised_at"),
        Index("ix_incident_waiting", "state", "escalates_at"),
        Index("ix_incident_ticket", "ticket_id"),
    )

    programme_id: Mapped[int] = mapped_column(ForeignKey("programme.id"))
    ticket_id: Mapped[int] = mapped_column(ForeignKey("ticket.id"))
    conversation_revision_id: Mapped[int] = mapped_column(ForeignKey("conversation_revision.id"))
    message_id: Mapped[str]
    start: Mapped[int]  # code points in the message's text
    end: Mapped[int]
    digest: Mapped[str]  # of the passage
    kind: Mapped[str]
    line: Mapped[str]  # redacted
    raise_id: Mapped[str]
    raised_at: Mapped[dt.datetime]
    raised_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    state: Mapped[str] = mapped_column(default="open")
    lock_version: Mapped[int] = mapped_column(default=0)  # every step raises it by one
    limit_minutes: Mapped[int]  # as it was when the incident was raised
    due_at: Mapped[dt.datetime]  # until when the first one asked was to acknowledge
    escalates_at: Mapped[dt.datetime | None]  # when the next one is asked; NULL: nobody is left, or it is acknowledged
    acknowledged_at: Mapped[dt.datetime | None]
    acknowledged_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    settled_at: Mapped[dt.datetime | None]
    outcome: Mapped[str | None]


class IncidentStep(WithId, Base):
    """One thing that happened to an incident: who was told, who acknowledged, settled or took it up again."""

    __tablename__ = "incident_step"
    __table_args__ = (
        one_of("what", ("told", "acknowledged", "settled", "taken_up")),
        Index("ix_incident_step_told", "user_id", "what", "incident_id"),
        Index("ix_incident_step_incident", "incident_id"),
    )

    incident_id: Mapped[int] = mapped_column(ForeignKey("incident.id"))
    at: Mapped[dt.datetime]
    what: Mapped[str]
    user_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    turn: Mapped[int] = mapped_column(default=0)  # of those told: 1 at once, 2 after the first limit passed
    note: Mapped[str] = mapped_column(default="")  # redacted
