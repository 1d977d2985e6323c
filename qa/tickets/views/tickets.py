"""The list of tickets, and one ticket with its conversation."""

import datetime as dt
from collections.abc import Callable, Collection

from flask import current_app, g, render_template, request
from flask.typing import ResponseReturnValue
from sqlalchemy import Select

from qa.config import settings
from qa.core import access_log
from qa.core.access import Permission, requires
from qa.core.clock import monday_of_week, utcnow
from qa.core.crypto import KeyRing
from qa.core.db import db
from qa.core.errors import NotFoundError
from qa.core.routing import stored_id
from qa.tickets import listing, queries, rules, showing
from qa.tickets.conversations import Conversation, conversation_of
from qa.tickets.downloads import csv_response
from qa.tickets.listing import Filters, Place
from qa.tickets.models import Ticket, TicketStatus
from qa.tickets.originals import queries as originals
from qa.tickets.originals.models import OriginalText
from qa.tickets.views.blueprint import bp

LONGEST_QUERY = 100
FIRST_YEAR, LAST_YEAR = 1990, 2100
COLUMNS = ("ticket", "subject", "status", "channel", "queue", "created", "resolved", "specialist", "team", "parts")


@bp.get("/")
@requires(Permission.TICKETS_LIST)
def index() -> ResponseReturnValue:
    filters = asked_for()
    place = Place.read(request.args.get("at", ""))
    page = listing.tickets_for(db.session(), g.actor, filters, place=place, zone=g.zone, reviewed=reviewed_tickets())
    choices = listing.choices_for(db.session(), g.actor, zone=g.zone)
    return render_template(
        "tickets/index.html",
        page=page,
        filters=filters,
        options={
            "queues": [(queue, queue) for queue in choices.queues],
            "channels": [(channel, channel) for channel in choices.channels],
            "tiers": [(tier, tier) for tier in choices.tiers],
            "tags": [(tag, tag) for tag in choices.tags],
            "teams": list(choices.teams),
            "specialists": list(choices.specialists),
            "weeks": [(week, week) for week in choices.weeks],
        },
        statuses=queries.STATUS_OPTIONS,
        none_named=listing.NO_QUEUE,
        most=listing.MOST_COUNTED,
    )


def reviewed_tickets() -> Select[int]:
    """The tickets with a released review, as the room of reviews tells them."""
    told: Callable[[], Select[int]] = current_app.extensions["reviewed_tickets"]
    return told()


@bp.get("/tickets.csv")
@requires(Permission.TICKETS_LIST)
def download() -> ResponseReturnValue:
    """The tickets that the filters show, as a file."""
    rows = listing.tickets_to_download(db.session(), g.actor, asked_for(), zone=g.zone, reviewed=reviewed_tickets())
    return csv_response(
        "tickets.csv",
        COLUMNS,
        (
            (
                row.external_id,
                row.subject,
                row.status,
                row.channel,
                row.queue,
                row.created_at.isoformat(),
                row.resolved_at.isoformat() if row.resolved_at else None,
                row.specialist,
                row.team,
                row.parts,
            )
            for row in rows
        ),
    )


def asked_for() -> Filters:
    """The filters of the address; what is no filter is left out."""
    return Filters(
        text=word_asked_for("q").strip(),
        queue=word_asked_for("queue"),
        channel=word_asked_for("channel"),
        tier=word_asked_for("tier"),
        tag=word_asked_for("tag"),
        csat=word_asked_for("csat", listing.CSAT),
        team_id=request.args.get("team", type=stored_id),
        specialist_id=request.args.get("specialist", type=stored_id),
        week=week_asked_for(),
        created_from=day_asked_for("from"),
        created_to=day_asked_for("to"),
        status=word_asked_for("status", set(TicketStatus)),
        reviewed=word_asked_for("reviewed", ("yes", "no")),
    )


def word_asked_for(name: str, known: Collection[str] | None = None) -> str:
    word = request.args.get(name, "").replace("\x00", "")[:LONGEST_QUERY]
    return word if known is None or word in known else ""


def day_asked_for(name: str) -> dt.date | None:
    """The day of the address, if it is one of our time."""
    try:
        day = dt.date.fromisoformat(request.args.get(name, ""))
    except ValueError:
        return None
    return day if FIRST_YEAR <= day.year <= LAST_YEAR else None


def week_asked_for() -> str:
    """The week of the address, if it is one of our time."""
    week = request.args.get("week", "")
    try:
        monday = monday_of_week(week)
    except ValueError:
        return ""
    return week if FIRST_YEAR <= monday.year <= LAST_YEAR else ""


@bp.get("/<int:ticket_id>")
@requires(Permission.CONVERSATION_READ)
def show(ticket_id: int) -> ResponseReturnValue:
    """A ticket's facts and its conversation with the parts marked; the opening goes to the access log."""
    session = db.session()
    ticket = queries.get_ticket_for(session, g.actor, ticket_id)
    view = queries.ticket_view(session, ticket)
    conversation = opened(ticket, view, revision_asked_for())
    return render_template(
        "tickets/show.html",
        view=view,
        ticket=ticket,
        conversation=conversation,
        former=conversation is not None and conversation.n < view.revisions[0].n,
        messages=showing.shown_messages(conversation, view.parts) if conversation else (),
        first_reply=showing.duration(ticket.first_reply_seconds),
        resolution_time=showing.duration(ticket.resolution_seconds),
        left_out={reason.value: words for reason, words in rules.INELIGIBLE_WORDS.items()},
        several=len(view.parts) > 1,
        original=original_kept(ticket),
    )


def original_kept(ticket: Ticket) -> OriginalText | None:
    """The original of a ticket that may be asked for, for those who may ask."""
    if not g.actor.may(Permission.ORIGINALS):
        return None
    return originals.newest_original(db.session(), ticket.id, now=utcnow())


def revision_asked_for() -> int | None:
    """The number of a revision; none where the newest is wanted."""
    if not request.args.get("revision"):
        return None
    n = request.args.get("revision", type=stored_id)
    if n is None:
        raise NotFoundError("There is no such revision of this conversation.")
    return n


def opened(ticket: Ticket, view: queries.TicketView, n: int | None) -> Conversation | None:
    """The revision asked for, the newest unless named; none where no text is kept."""
    if ticket.erased_at is not None or not view.revisions:
        return None
    revision = next((each for each in view.revisions if n is None or each.n == n), None)
    if revision is None:
        raise NotFoundError("There is no such revision of this conversation.")
    conversation = conversation_of(db.session(), KeyRing(settings().text_keys), ticket.id, revision_id=revision.id)
    access_log.buffer().opened(user_id=g.actor.user_id, ticket_id=ticket.id, purpose="ticket", now=utcnow())
    return conversation
