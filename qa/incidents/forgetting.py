"""When a conversation is erased, what its incidents quote goes too; their kinds, times and outcomes stay."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from qa.incidents.models import Incident, IncidentStep
from qa.reviews import forgetting


def forget_quotes(session: Session, conversations: Mapping[int, Sequence[str]]) -> int:
    """Blank what reviews, disputes and incidents quote of these tickets; how many texts. The caller commits."""
    gone = forgetting.forget_quotes(session, conversations)
    said = {ticket_id: forgetting.Said(texts) for ticket_id, texts in conversations.items()}
    incidents = session.scalars(
        select(Incident).where(Incident.ticket_id.in_(list(conversations))).order_by(Incident.id)
    ).all()
    for incident in incidents:
        if said[incident.ticket_id].is_quoted_in(incident.line):
            incident.line = forgetting.GONE
            gone += 1
    ticket_of = {incident.id: incident.ticket_id for incident in incidents}
    for step in session.scalars(
        select(IncidentStep).where(IncidentStep.incident_id.in_(list(ticket_of))).order_by(IncidentStep.id)
    ):
        if step.note and said[ticket_of[step.incident_id]].is_quoted_in(step.note):
            step.note = forgetting.GONE
            gone += 1
    session.flush()
    return gone
