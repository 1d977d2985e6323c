"""Asking to read what redaction took out, a second person's answer, and the minutes in which it is open."""

from flask import flash, g, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from qa.core import access_log
from qa.core.access import Permission, requires
from qa.core.clock import local_day, utcnow
from qa.core.db import db
from qa.core.errors import InvalidInputError
from qa.core.routing import stored_id
from qa.people.models import Source
from qa.people.proving import proves_again
from qa.tickets import jobs, retention, showing
from qa.tickets.conversations import about_ticket
from qa.tickets.models import Ticket
from qa.tickets.originals import expiring, keeping, queries, rules, service
from qa.tickets.originals.rules import Stage
from qa.tickets.views.blueprint import bp

LONGEST_ID = 200
PURPOSE = "original"  # in the access log


@bp.get("/originals")
@requires(Permission.ORIGINALS)
def originals() -> ResponseReturnValue:
    """The requests that go on, or those that are over, and the form to ask; ``source`` and ``ticket`` fill it."""
    typed = {"source": request.args.get("source", ""), "ticket": request.args.get("ticket", "")[:LONGEST_ID]}
    return originals_page(typed, {})


def originals_page(typed: dict[str, str], errors: dict[str, str], status: int = 200) -> ResponseReturnValue:
    session, now = db.session(), utcnow()
    past = request.args.get("show") == "past"
    page = min(max(request.args.get("page", 1, type=int), 1), 10_000)
    rows, total = queries.reveals_for(session, g.actor, past=past, page=page, now=now)
    body = render_template(
        "tickets/originals.html",
        rows=rows,
        total=total,
        past=past,
        page=page,
        size=queries.PAGE,
        sources=queries.sources_with_originals(session, g.actor),
        typed=typed,
        errors=errors,
        minutes=rules.MINUTES,
        least=rules.LEAST_REASON,
        longest=rules.LONGEST_REASON,
        words=rules.STAGE_WORDS,
        stages=Stage,
    )
    return make_response(body, status)


@bp.post("/originals")
@requires(Permission.ORIGINALS)
def ask_for_original() -> ResponseReturnValue:
    session, now = db.session(), utcnow()
    names = ("source", "ticket", "reason", "minutes")
    typed = {name: request.form.get(name, "").replace("\x00", "")[: rules.LONGEST_REASON * 2] for name in names}
    source_id = request.form.get("source", type=stored_id)
    ticket = queries.ticket_named(session, g.actor, source_id, typed["ticket"][:LONGEST_ID])
    if ticket is None:
        return originals_page(typed, {"ticket": "You can open no ticket of this id in that source."}, 422)
    minutes = request.form.get("minutes", 0, type=int)
    try:
        service.ask(
            session,
            ticket,
            reason=typed["reason"],
            minutes=minutes,
            by=g.actor.user_id,
            today=local_day(now, g.zone),
            now=now,
        )
    except InvalidInputError as error:
        session.rollback()
        return originals_page(typed, error.fields, 422)
    session.commit()
    flash("Asked. A second person has to agree; both of you are told of the answer here.", "good")
    return redirect(url_for("tickets.originals"))


@bp.post("/originals/<int:reveal_id>/settle")
@requires(Permission.ORIGINALS_SETTLE)
@proves_again
def settle_original(reveal_id: int) -> ResponseReturnValue:
    session = db.session()
    reveal = queries.get_reveal_for(session, g.actor, reveal_id)
    granted = request.form.get("answer") == "grant"
    service.settle(
        session,
        reveal,
        granted=granted,
        note=request.form.get("note", "").replace("\x00", ""),
        version=request.form.get("version", 0, type=stored_id),
        by=g.actor.user_id,
        now=utcnow(),
    )
    session.commit()
    flash("You agreed: it can be opened within a day." if granted else "Refused, with your words.", "good")
    return redirect(url_for("tickets.originals"))


@bp.post("/originals/<int:reveal_id>/withdraw")
@requires(Permission.ORIGINALS)
def withdraw_original(reveal_id: int) -> ResponseReturnValue:
    session = db.session()
    reveal = queries.get_own_reveal(session, g.actor, reveal_id)
    version = request.form.get("version", 0, type=stored_id)
    service.withdraw(session, reveal, version=version, by=g.actor.user_id, now=utcnow())
    session.commit()
    flash("Taken back.", "neutral")
    return redirect(url_for("tickets.originals"))


@bp.post("/originals/<int:reveal_id>/open")
@requires(Permission.ORIGINALS)
@proves_again
def open_original(reveal_id: int) -> ResponseReturnValue:
    """Begin the minutes; the page itself reads and changes nothing."""
    session = db.session()
    reveal = queries.get_own_reveal(session, g.actor, reveal_id)
    service.open_now(session, reveal, by=g.actor.user_id, now=utcnow())
    session.commit()
    return redirect(url_for("tickets.original", reveal_id=reveal_id))


@bp.get("/originals/<int:reveal_id>")
@requires(Permission.ORIGINALS)
def original(reveal_id: int) -> ResponseReturnValue:
    """The text as it came, to the one who asked, while it is open; each opening goes to the access log."""
    session, now = db.session(), utcnow()
    reveal = queries.get_own_reveal(session, g.actor, reveal_id)
    ticket = session.get_one(Ticket, reveal.ticket_id)
    source = session.get_one(Source, ticket.source_id)
    stage = rules.stage_of(reveal, now)
    row = queries.original_of(session, reveal, now=now) if stage is Stage.OPEN else None
    shown: keeping.Original | None = None
    messages: tuple[showing.ShownMessage, ...] = ()
    if row is not None:
        shown = keeping.opened(jobs.keys().ring, row, about_ticket(source.key, ticket.external_id))
        messages = showing.shown_messages(queries.conversation_as_it_came(session, reveal, ticket, shown), ())
        access_log.buffer().opened(user_id=g.actor.user_id, ticket_id=ticket.id, purpose=PURPOSE, now=now)
    return render_template(
        "tickets/original.html",
        reveal=reveal,
        ticket=ticket,
        source=source,
        stage=stage,
        words=rules.STAGE_WORDS,
        shown=shown,
        messages=messages,
    )


@bp.post("/retention/<int:source_id>/originals")
@requires(Permission.RETENTION_MANAGE)
@proves_again
def keep_originals(source_id: int) -> ResponseReturnValue:
    """Set how long a source's originals are kept, or that they are not."""
    session, now = db.session(), utcnow()
    source = retention.get_source(session, g.actor.programme_id, source_id)
    typed = request.form.get("days", "").strip()
    if typed and not (typed.isdecimal() and typed.isascii()):
        raise InvalidInputError("Enter a number of days, or nothing to keep no originals.")
    days = int(typed[:9]) if typed else None
    service.set_rule(session, jobs.journal(), source, days, by=g.actor.user_id, now=now)
    session.commit()
    gone = expiring.expire(session, now=now)
    words = f"Originals of {source.name} are kept sealed for {days} days from now on." if days else (
        f"No originals of {source.name} are kept any more."
    )  # fmt: skip
    flash(f"{words} {gone:,} were destroyed." if gone else words, "good")
    return redirect(url_for("tickets.retention_page"))
