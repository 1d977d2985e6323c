"""What a plan's filters offer to tick: the values that tickets of the last months really have."""

import datetime as dt
from collections import Counter

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from qa.people.models import Team, User
from qa.sampling import fields
from qa.sampling.attributes import NEVER, TEAM, plain
from qa.tickets.models import HandledPart, Ticket

MONTHS = dt.timedelta(days=120)
MOST = 40  # values of one field, the commonest ones
TAGS = 20
LOOKED_AT = 5_000  # tickets, the newest ones, whose tags and custom fields are offered
LONGEST_CHOICE = 60  # characters
NOTHING = "not told"


def filter_values(session: Session, programme_id: int, *, now: dt.datetime) -> dict[str, list[tuple[str, str]]]:
    """For each field the values to choose from as (value, label); fields with fewer than two values are left out."""
    recent = (Ticket.programme_id == programme_id, Ticket.created_at >= now - MONTHS)
    found: dict[str, list[tuple[str, str]]] = {}
    for field in fields.TICKET_FIELDS:
        rows = session.execute(
            select(field.column, func.count())
            .where(*recent)
            .group_by(field.column)
            .order_by(func.count().desc(), field.column)
            .limit(MOST)
        ).all()
        values = [(plain(value), _label(value)) for value, _ in rows]
        # A launch that is the only one is worth watching; a channel that is the only one selects nothing.
        if len(values) > 1:
            found[field.name] = sorted(values, key=lambda pair: pair[1])
    tags: Counter[str] = Counter()
    custom: dict[str, Counter[str]] = {}
    for listed, own in session.execute(
        select(Ticket.tags, Ticket.custom_fields)
        .where(*recent, or_(Ticket.tags != [], Ticket.custom_fields != {}))
        .order_by(Ticket.created_at.desc(), Ticket.id.desc())
        .limit(LOOKED_AT)
    ):
        tags.update(str(tag) for tag in listed)
        for name, value in own.items():
            custom.setdefault(str(name), Counter()).update([fields.custom_value(value)])
    found["tag"] = [(tag, tag) for tag, _ in tags.most_common(TAGS)]
    for name in sorted(custom):
        if _is_a_choice(custom[name]):
            found[fields.CUSTOM + name] = [(value, _label(value)) for value in sorted(custom[name])]
    found[fields.REVIEWED] = [("no", "no"), ("yes", "yes")]
    teams = session.execute(
        select(Team.id, Team.name).where(Team.programme_id == programme_id).order_by(Team.name, Team.id)
    )
    found[TEAM] = [(str(team_id), name) for team_id, name in teams]
    people = session.execute(
        select(User.id, User.name)
        .where(
            User.id.in_(
                select(HandledPart.specialist_id).where(
                    HandledPart.programme_id == programme_id, HandledPart.resolved_at >= now - MONTHS
                )
            )
        )
        .order_by(User.name, User.id)
        .limit(MOST * 5)
    )
    found["specialist"] = [(str(user_id), name) for user_id, name in people]
    return {name: values for name, values in found.items() if values}


def _is_a_choice(values: Counter[str]) -> bool:
    """Whether a custom field holds one of a few choices: free text and measurements make no groups."""
    return len(values) <= MOST and max(map(len, values)) <= LONGEST_CHOICE and set(values) != {NEVER}


def _label(value: object) -> str:
    if value in (None, "", NEVER):
        return NOTHING
    return plain(value)
