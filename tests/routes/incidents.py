"""Incidents for the walk through every route."""

from dataclasses import dataclass

from sqlalchemy.orm import Session

from qa.incidents import service
from qa.incidents.models import Incident
from qa.incidents.rules import Kind, Raised
from qa.people.models import User
from tests.support.builders import MESSAGES, Handled
from tests.support.cast import NOW


@dataclass(frozen=True, slots=True, kw_only=True)
class Incidents:
    """One in Sam's ticket by Lena, one in Olga's by Otto, one of another programme."""

    sams: Incident
    olgas: Incident
    foreign: Incident


def raised(session: Session, handled: Handled, by: User) -> Incident:
    """Somebody sees money lost in the first message."""
    sent = Raised(
        raise_id="a-walk-of-routes",
        kind=Kind.MONEY,
        line="Paid twice",
        conversation_revision_id=handled.revision.id,
        message_id="m1",
        start=None,
        end=None,
    )
    return service.raise_incident(session, handled.ticket, sent, texts={"m1": MESSAGES[0][1]}, by=by.id, now=NOW)
