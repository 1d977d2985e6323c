"""The facts of a ticket that a plan can select on, each as one attribute of a frame's cells."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row
from sqlalchemy.orm import InstrumentedAttribute

from qa.sampling.attributes import TEAM, plain
from qa.tickets.models import Ticket

NEW = "new"  # with the days behind it: new_90 is "yes" in the first 90 days of a specialist
TAG = "tag:"
CUSTOM = "field:"  # with the help desk's own name of the field behind it
REVIEWED = "reviewed"  # whether the part was reviewed already, by choice or in a session, before its frame was frozen


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketField:
    """One fact that plans select on."""

    name: str
    label: str
    column: InstrumentedAttribute[Any]


TICKET_FIELDS = (
    TicketField(name="queue", label="Queue", column=Ticket.queue),
    TicketField(name="channel", label="Channel", column=Ticket.channel),
    TicketField(name="language", label="Language", column=Ticket.language),
    TicketField(name="tier", label="Tier", column=Ticket.tier),
    TicketField(name="priority", label="Priority", column=Ticket.priority),
    TicketField(name="product_area", label="Product area", column=Ticket.product_area),
    TicketField(name="launch", label="Launch", column=Ticket.launch),
    TicketField(name="risk_class", label="Risk class", column=Ticket.risk_class),
    TicketField(name="content_severity", label="Content severity", column=Ticket.content_severity),
    TicketField(name="escalated", label="Escalated", column=Ticket.escalated),
    TicketField(name="reopens", label="Times reopened", column=Ticket.reopens),
    TicketField(name="csat", label="Satisfaction", column=Ticket.csat),
    TicketField(name="data_region", label="Data region", column=Ticket.data_region),
)
BY_NAME = {field.name: field for field in TICKET_FIELDS}
LABELS = {
    TEAM: "Team",
    "specialist": "Specialist",
    "tag": "Tag",
    REVIEWED: "Reviewed already",
    **{field.name: field.label for field in TICKET_FIELDS},
}
STRATA = ("queue", "tier", "language", "channel", "risk_class", "product_area", TEAM)


def label_of(name: str) -> str:
    """An attribute in the words of a form."""
    if name.startswith(TAG):
        return f"Tag {name[len(TAG) :]}"
    if name.startswith(CUSTOM):
        return name[len(CUSTOM) :]
    if name.startswith(f"{NEW}_"):
        return f"In the first {name[len(NEW) + 1 :]} days"
    return LABELS.get(name, name)


def is_known(name: str) -> bool:
    """Whether a frame can carry the attribute."""
    days = name[len(NEW) + 1 :] if name.startswith(f"{NEW}_") else ""
    if name in BY_NAME or name in (TEAM, "specialist", REVIEWED) or days.isdigit():
        return True
    return any(name.startswith(prefix) and name != prefix for prefix in (TAG, CUSTOM))


def columns_of(names: Sequence[str]) -> list[InstrumentedAttribute[Any]]:
    """The ticket columns from which these attributes follow."""
    columns = [BY_NAME[name].column for name in names if name in BY_NAME]
    columns += [Ticket.tags] if any(name.startswith(TAG) for name in names) else []
    return columns + ([Ticket.custom_fields] if any(name.startswith(CUSTOM) for name in names) else [])


def custom_value(value: object) -> str:
    """The value of a custom field as a filter names it: several choices in one order, one after the other."""
    if isinstance(value, (list, tuple)):
        return plain(", ".join(sorted(plain(each) for each in value)) or None)
    return plain(None if value == "" else value)


def attributes_of(
    names: Sequence[str], row: Row[Any], started_on: dt.date | None, first_day: dt.date
) -> Mapping[str, str]:
    """The values of ``names`` for one ticket's row of ``columns_of`` and its specialist."""
    found = {}
    for name in names:
        if name in BY_NAME:
            found[name] = plain(getattr(row, BY_NAME[name].column.key))
        elif name.startswith(TAG):
            found[name] = plain(name[len(TAG) :] in (row.tags or ()))
        elif name.startswith(CUSTOM):
            found[name] = custom_value((row.custom_fields or {}).get(name[len(CUSTOM) :]))
        elif name == REVIEWED:
            found[name] = plain(bool(row.reviewed))
        else:
            days = int(name[len(NEW) + 1 :])
            found[name] = plain(started_on is not None and started_on > first_day - dt.timedelta(days=days))
    return found
