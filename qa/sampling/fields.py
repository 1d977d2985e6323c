"""The facts of a ticket that a plan can select on, each as one attribute of a frame's cells."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Row, case, exists, func, select, type_coerce
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import InstrumentedAttribute, Session

from qa.core.orm import Json
from qa.sampling.attributes import TEAM, plain
from qa.sampling.models import Assignment
from qa.tickets.models import HandledPart, Ticket

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


def columns_of(session: Session, names: Sequence[str]) -> list[ColumnElement[Any]]:
    """What the database is asked for each of ``names``, in their order; those of a specialist's first days aside.

    One value of a custom field and not all of them, so that parts alike in what a plan selects on stay one group.
    """
    sqlite = session.get_bind().dialect.name == "sqlite"
    columns: list[ColumnElement[Any]] = []
    for name in names:
        if name in BY_NAME:
            columns.append(BY_NAME[name].column.label(_label(name, names)))
        elif name.startswith(TAG):
            columns.append(_has_tag(name[len(TAG) :], sqlite=sqlite).label(_label(name, names)))
        elif name.startswith(CUSTOM):
            columns.append(_own_field(name[len(CUSTOM) :], sqlite=sqlite).label(_label(name, names)))
        elif name == REVIEWED:
            scored = exists().where(Assignment.part_id == HandledPart.id, Assignment.state == "submitted")
            columns.append(scored.label(_label(name, names)))
    return columns


def _label(name: str, names: Sequence[str]) -> str:
    """A column's label: the names are the help desk's own and may hold anything."""
    return f"fact_{names.index(name)}"


def _has_tag(tag: str, *, sqlite: bool) -> ColumnElement[bool]:
    if not sqlite:
        return type_coerce(Ticket.tags, JSONB).contains([tag])
    each = func.json_each(Ticket.tags).table_valued("value", name="own_tag")
    return exists(select(each.c.value).where(each.c.value == tag))


def _own_field(name: str, *, sqlite: bool) -> ColumnElement[Any]:
    """One custom field's value. SQLite's paths cannot hold every name, so there it is found among the pairs."""
    if not sqlite:
        return type_coerce(Ticket.custom_fields, JSONB)[name]
    each = func.json_each(Ticket.custom_fields).table_valued("key", "value", "type", name="own_field")
    value = case(
        (each.c.type.in_(("true", "false", "null")), each.c.type),
        (each.c.type.in_(("array", "object")), each.c.value),
        (each.c.type == "real", func.printf("%!.17g", each.c.value)),  # json_quote would round
        else_=func.json_quote(each.c.value),
    )
    return type_coerce(select(value).where(each.c.key == name).scalar_subquery(), Json)


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
        if name.startswith(f"{NEW}_"):
            days = int(name[len(NEW) + 1 :])
            found[name] = plain(started_on is not None and started_on > first_day - dt.timedelta(days=days))
            continue
        value = getattr(row, _label(name, names))
        if name.startswith(CUSTOM):
            found[name] = custom_value(value)
        else:
            found[name] = plain(bool(value) if name == REVIEWED or name.startswith(TAG) else value)
    return found
