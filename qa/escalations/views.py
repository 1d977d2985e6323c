"""Escalations: what waits and for how long, one with its facts, writing them down, and a file of them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence

from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from sqlalchemy.orm import Session

from qa.core import advancing, entering, taking_in
from qa.core.access import Permission, requires
from qa.core.clock import local_day, midnight, monday_of, utcnow
from qa.core.db import db
from qa.core.fields import shown_again
from qa.core.import_views import Importing, add_pages
from qa.core.routing import stored_id
from qa.escalations import fields, figures, queries, service
from qa.escalations.models import ORIGINS
from qa.tickets.models import Ticket
from qa.tickets.queries import visible

bp = Blueprint("escalations", __name__, url_prefix="/escalations")
WEEKS = 26
PAGE = 50


def _take_in(session: Session, rows: Sequence[entering.Row], now: dt.datetime) -> taking_in.Outcome:
    return service.take_in(session, g.actor, rows, now=now)


add_pages(
    bp,
    Importing(
        noun="escalations",
        lead="An escalation a line, told apart by its ticket and the moment it was opened.",
        entries=lambda: fields.entries(g.zone),
        carry_out=_take_in,
        object_type="escalation",
        list_endpoint="escalations.index",
        list_title="Escalations",
    ),
    Permission.ESCALATIONS_EDIT,
)


@bp.get("/")
@requires(Permission.ESCALATIONS_VIEW)
def index() -> ResponseReturnValue:
    """What waits, the longest first; or what is closed; with the trend and the time to resolution."""
    return list_page()


def list_page(*, typed: Mapping[str, str] | None = None, errors: Mapping[str, str] | None = None) -> str:
    session, now = db.session(), utcnow()
    state = request.args.get("state", "open")
    queue, owner = request.args.get("queue", ""), request.args.get("owner", type=stored_id)
    number = min(max(request.args.get("page", 1, type=int), 1), 10_000)
    this_week = monday_of(local_day(now, g.zone))
    weeks = [this_week - dt.timedelta(weeks=back) for back in range(WEEKS - 1, -1, -1)]
    since = midnight(weeks[0], g.zone)
    return render_template(
        "escalations/index.html",
        listing=queries.escalations_for(
            session,
            g.actor,
            state=state if state in queries.STATES else "open",
            queue=queue,
            owner_id=owner,
            page=number,
            size=PAGE,
        ),
        picture=figures.picture(
            queries.spells_between(session, g.actor, since=since, until=now + dt.timedelta(days=1), timed=True),
            queries.marked_by_week(session, g.actor, weeks, g.zone),
            weeks,
            g.zone,
            now=now,
        ),
        earlier=queries.open_before(session, g.actor, since),
        anything=queries.any_at_all(session, g.actor),
        owners=queries.owners_of(session, g.actor),
        queues=queries.queues_of(session, g.actor),
        states=queries.STATES,
        state=state if state in queries.STATES else "open",
        queue=queue,
        owner=owner,
        page=number,
        now=now,
        entries=fields.entries(g.zone),
        people=people_to_name(session, now),
        typed=typed or {},
        errors=errors or {},
    )


def people_to_name(session: Session, now: dt.datetime) -> list[object]:
    """Who can be named as the owner, for who may name one."""
    if not g.actor.may(Permission.ESCALATIONS_EDIT):
        return []
    return list(service.owners(session, g.actor.programme_id, now).values())


@bp.post("/")
@requires(Permission.ESCALATIONS_EDIT)
@shown_again(list_page)
def create() -> ResponseReturnValue:
    session = db.session()
    values = entering.read_form(fields.entries(g.zone), request.form)
    escalation = service.create(session, g.actor, values, now=utcnow())
    escalation_id = escalation.id
    session.commit()
    flash("The escalation is kept.", "good")
    return redirect(url_for("escalations.show", escalation_id=escalation_id))


@bp.get("/<int:escalation_id>")
@requires(Permission.ESCALATIONS_VIEW)
def show(escalation_id: int) -> ResponseReturnValue:
    return escalation_page(escalation_id)


def editable() -> list[entering.Entry]:
    return [entry for entry in fields.entries(g.zone) if not entry.fixed]


def texts_of(view: queries.EscalationView) -> dict[str, str]:
    """The facts as the form writes them."""
    values = service.values_of(
        view.escalation, view.ticket.external_id, view.owner.email if view.owner is not None else None
    )
    return {
        name: f"{value.astimezone(g.zone):%Y-%m-%dT%H:%M}" if isinstance(value, dt.datetime) else value or ""
        for name, value in values.items()
    }


def escalation_page(
    escalation_id: int, *, typed: Mapping[str, str] | None = None, errors: Mapping[str, str] | None = None
) -> str:
    """An escalation's page; ``typed`` and ``errors`` are what was sent and what is wrong with it."""
    session, now = db.session(), utcnow()
    view = queries.get_escalation_for(session, g.actor, escalation_id)
    mine = visible(g.actor, Permission.CONVERSATION_READ)
    return render_template(
        "escalations/show.html",
        view=view,
        escalation=view.escalation,
        origins=ORIGINS,
        may_open_ticket=g.actor.may(Permission.CONVERSATION_READ)
        and session.scalar(select(Ticket.id).where(Ticket.id == view.ticket.id, mine)) is not None,
        now=now,
        entries=editable(),
        people=people_to_name(session, now),
        typed=typed or texts_of(view),
        errors=errors or {},
    )


@bp.post("/<int:escalation_id>")
@requires(Permission.ESCALATIONS_EDIT)
@shown_again(escalation_page)
def edit(escalation_id: int) -> ResponseReturnValue:
    session = db.session()
    view = queries.get_escalation_for(session, g.actor, escalation_id)
    version = advancing.seen_version()
    values = entering.read_form(editable(), request.form)
    values |= unchanged_times(view, values)
    service.edit(session, view, values, version=version, by=g.actor.user_id, now=utcnow())
    session.commit()
    flash("Saved.", "good")
    return redirect(url_for("escalations.show", escalation_id=escalation_id))


def unchanged_times(view: queries.EscalationView, values: Mapping[str, object]) -> dict[str, dt.datetime | None]:
    """The times to the second where the form's minutes were not touched."""
    kept: dict[str, dt.datetime | None] = {}
    for name in ("opened_at", "closed_at"):
        known: dt.datetime | None = getattr(view.escalation, name)
        if known is not None and values[name] == known.replace(second=0, microsecond=0):
            kept[name] = known
    return kept


@bp.post("/<int:escalation_id>/close")
@requires(Permission.ESCALATIONS_EDIT)
def close(escalation_id: int) -> ResponseReturnValue:
    """It is resolved now."""
    return turn(escalation_id, closed=True)


@bp.post("/<int:escalation_id>/reopen")
@requires(Permission.ESCALATIONS_EDIT)
def reopen(escalation_id: int) -> ResponseReturnValue:
    return turn(escalation_id, closed=False)


def turn(escalation_id: int, *, closed: bool) -> ResponseReturnValue:
    session = db.session()
    view = queries.get_escalation_for(session, g.actor, escalation_id)
    service.close(
        session, view.escalation, closed=closed, version=advancing.seen_version(), by=g.actor.user_id, now=utcnow()
    )
    session.commit()
    flash("Closed. It can be opened again." if closed else "It is open again.", "good")
    return redirect(url_for("escalations.show", escalation_id=escalation_id))


@bp.post("/<int:escalation_id>/archive")
@requires(Permission.ESCALATIONS_EDIT)
def archive(escalation_id: int) -> ResponseReturnValue:
    return put_away(escalation_id, away=True)


@bp.post("/<int:escalation_id>/restore")
@requires(Permission.ESCALATIONS_EDIT)
def restore(escalation_id: int) -> ResponseReturnValue:
    return put_away(escalation_id, away=False)


def put_away(escalation_id: int, *, away: bool) -> ResponseReturnValue:
    session = db.session()
    view = queries.get_escalation_for(session, g.actor, escalation_id)
    service.archive(
        session, view.escalation, away=away, version=advancing.seen_version(), by=g.actor.user_id, now=utcnow()
    )
    session.commit()
    flash("Put away: nothing counts it. You can bring it back here." if away else "It counts again.", "good")
    return redirect(url_for("escalations.show", escalation_id=escalation_id))
