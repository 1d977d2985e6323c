"""Whose view of which rows: what a person's roles, teams and regions open, as the keys of rows in order."""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, and_, select

from exports import flat_data
from exports.flat_data import FlatTable
from qa.core.access import Actor, Permission, Scope
from qa.reviews.models import Review
from qa.reviews.queries import visible_to
from qa.sampling.models import DrawnUnit
from qa.tickets.models import HandledPart, Ticket

NEEDS = {
    flat_data.REVIEWS.name: Permission.REVIEW_READ,
    flat_data.ANSWERS.name: Permission.REVIEW_READ,
    flat_data.TICKETS.name: Permission.TICKETS_LIST,
    flat_data.DRAWS.name: Permission.SAMPLING_VIEW,
}
Selected = Any  # a statement of many columns: their types are of no use past the sixth


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Whose view, of which days: moments from ``since`` on and before ``until``; reviews submitted by ``as_of``."""

    actor: Actor
    since: dt.datetime
    until: dt.datetime
    as_of: dt.datetime

    @property
    def names_reviewers(self) -> bool:
        return self.actor.may(Permission.REVIEWER_NAME)


def offered(actor: Actor) -> tuple[FlatTable, ...]:
    """The tables that a person's roles open, each of them over more than their own work."""
    wide = {Scope.TEAM, Scope.ALL}
    return tuple(table for table in flat_data.ALL if actor.scopes(NEEDS[table.name]) & wide)


def _within(wanted: Wanted) -> ColumnElement[bool]:
    """The parts of the span and of this person's data regions."""
    return and_(
        HandledPart.programme_id == wanted.actor.programme_id,
        HandledPart.resolved_at >= wanted.since,
        HandledPart.resolved_at < wanted.until,
        Ticket.data_region.in_(sorted(wanted.actor.regions)),
    )


def _of_teams(wanted: Wanted, permission: Permission) -> ColumnElement[bool]:
    """The parts that a permission reaches by the teams this person leads, or all."""
    if Scope.ALL in wanted.actor.scopes(permission):
        return HandledPart.id.is_not(None)
    return HandledPart.team_id.in_(sorted(wanted.actor.led_team_ids))


def _readable(wanted: Wanted) -> ColumnElement[bool]:
    """Reviews that this person may read beyond the own ones, as they were when the export was ordered."""
    return and_(
        _within(wanted),
        _of_teams(wanted, Permission.REVIEW_READ),
        visible_to(wanted.actor, wanted.as_of),
        ~Review.sealed,
        Review.submitted_at <= wanted.as_of,
    )


def review_keys(wanted: Wanted) -> Selected:
    return (
        select(Review.id)
        .join(HandledPart, HandledPart.id == Review.part_id)
        .join(Ticket, Ticket.id == HandledPart.ticket_id)
        .where(_readable(wanted))
        .order_by(Review.id)
    )


def ticket_keys(wanted: Wanted) -> Selected:
    return (
        select(HandledPart.id)
        .join(Ticket, Ticket.id == HandledPart.ticket_id)
        .where(_within(wanted), _of_teams(wanted, Permission.TICKETS_LIST))
        .order_by(HandledPart.id)
    )


def draw_keys(wanted: Wanted) -> Selected:
    return (
        select(DrawnUnit.id)
        .join(HandledPart, HandledPart.id == DrawnUnit.part_id)
        .join(Ticket, Ticket.id == HandledPart.ticket_id)
        .where(_within(wanted), _of_teams(wanted, Permission.SAMPLING_VIEW))
        .order_by(DrawnUnit.id)
    )


KEYS: dict[str, Callable[[Wanted], Selected]] = {
    flat_data.REVIEWS.name: review_keys,
    flat_data.ANSWERS.name: review_keys,  # an answer is found by its review
    flat_data.TICKETS.name: ticket_keys,
    flat_data.DRAWS.name: draw_keys,
}
