"""The admin's page of what is kept how long: rules with a dry run, legal holds, requests of one customer."""

import json

from flask import Response, flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from qa.config import settings
from qa.core import audit
from qa.core.access import Permission, requires
from qa.core.clock import utcnow
from qa.core.db import db
from qa.core.errors import InvalidInputError
from qa.core.routing import stored_id
from qa.people.models import Source
from qa.people.proving import proves_again
from qa.tickets import erasing, jobs, retention
from qa.tickets.originals import queries as originals
from qa.tickets.originals.rules import MOST_DAYS
from qa.tickets.views.blueprint import bp

LONGEST_ID, LONGEST_REASON = 200, 300
ERASED_ON_REQUEST = "erased on request"


@bp.get("/retention")
@requires(Permission.RETENTION_MANAGE)
def retention_page() -> ResponseReturnValue:
    """The rules and what each would erase now; with ``days-SOURCE`` in the address, what another rule would."""
    session, programme_id = db.session(), g.actor.programme_id
    trial = {
        int(name.removeprefix("days-")): days
        for name in request.args
        if name.startswith("days-") and name.removeprefix("days-").isdecimal()
        for days in [request.args.get(name, type=int)]
        if days is not None and 1 <= days <= retention.MOST_DAYS
    }
    return render_template(
        "tickets/retention.html",
        due=erasing.due(session, programme_id, now=utcnow(), trial=trial),
        kept=erasing.due(session, programme_id, now=utcnow()) if trial else None,
        trial=trial,
        holds=retention.holds(session, programme_id),
        erasures=retention.erasures(session, programme_id),
        most=retention.MOST_DAYS,
        originals=originals.rule_views(session, programme_id),
        most_original=MOST_DAYS,
    )


@bp.post("/retention/<int:source_id>")
@requires(Permission.RETENTION_MANAGE)
@proves_again
def keep_for(source_id: int) -> ResponseReturnValue:
    """Set a source's rule; text goes with the next run, and nothing before."""
    typed = request.form.get("days", "").strip()
    if typed and not (typed.isdecimal() and typed.isascii()):
        raise InvalidInputError("Enter a number of days, or nothing to keep text for ever.")
    days = int(typed) if typed else None
    retention.set_rule(db.session(), g.actor.programme_id, source_id, days, by=g.actor.user_id, now=utcnow())
    db.session.commit()
    flash("The rule holds from the next nightly run on." if days else "Text of this source is kept.", "good")
    return redirect(url_for("tickets.retention_page"))


@bp.post("/retention/run")
@requires(Permission.RETENTION_MANAGE)
@proves_again
def erase_now() -> ResponseReturnValue:
    """Erase what is due, as the nightly run does."""
    number = erasing.erase_due(
        db.session(), jobs.keys().ring, jobs.journal(), g.actor.programme_id, by=g.actor.user_id, now=utcnow()
    )
    flash(f"The text of {number:,} tickets was erased; their scores and facts stay.", "good")
    return redirect(url_for("tickets.retention_page"))


@bp.post("/retention/request")
@requires(Permission.RETENTION_MANAGE)
@proves_again
def on_request() -> ResponseReturnValue:
    """Hold, export or erase one ticket or one customer's tickets, told by the help desk's id."""
    session, now, by = db.session(), utcnow(), g.actor.user_id
    wanted = request.form.get("do", "")
    source_id = request.form.get("source", type=stored_id)
    if source_id is None:
        raise InvalidInputError("Choose the source that the id belongs to.")
    source = retention.get_source(session, g.actor.programme_id, source_id)
    ids, customer, what = _named(source)
    if not ids:
        raise InvalidInputError(f"No text of {what} is kept here. Ids are written as in the help desk.")
    if wanted == "hold":
        retention.place_hold(
            session,
            g.actor.programme_id,
            ticket_id=None if customer else ids[0],
            customer=customer,
            reason=request.form.get("reason", "")[:LONGEST_REASON],
            by=by,
            now=now,
        )
        session.commit()
        flash("The hold is in force.", "good")
    elif wanted == "erase":
        session.rollback()
        number = erasing.erase_tickets(
            session, jobs.keys().ring, jobs.journal(), ids, reason=ERASED_ON_REQUEST, by=by, now=now
        )
        flash(f"The text of {number:,} tickets was erased; their scores and facts stay.", "good")
    elif wanted == "export" and customer is not None:
        return _export(source, customer)
    else:
        raise InvalidInputError("Say what is to be done: hold, erase, or export a customer.")
    return redirect(url_for("tickets.retention_page"))


def _named(source: Source) -> tuple[list[int], str | None, str]:
    """The tickets that the form names, the customer's mark if it names one, and the words for it."""
    external_id = request.form.get("id", "").replace("\x00", "").strip()[:LONGEST_ID]
    if not external_id:
        raise InvalidInputError("Enter the id of a ticket or of a customer.")
    if request.form.get("of") == "ticket":
        return retention.tickets_named(db.session(), source, external_id), None, "this ticket"
    customer = retention.customer_of(settings().frame_key, source, external_id)
    return retention.tickets_of_customer(db.session(), source, customer), customer, "this customer"


def _export(source: Source, customer: str) -> ResponseReturnValue:
    found = retention.export_customer(db.session(), jobs.keys().ring, source, customer)
    audit.record(
        db.session(),
        action="customer.exported",
        object_type="source",
        object_id=source.id,
        actor_id=g.actor.user_id,
        now=utcnow(),
        detail={"tickets": len(found["tickets"])},
    )
    db.session.commit()
    return Response(
        json.dumps(found, ensure_ascii=False, indent=1),
        mimetype="application/json",
        headers={"Content-Disposition": "attachment; filename=customer.json"},
    )


@bp.post("/retention/holds/<int:hold_id>/lift")
@requires(Permission.RETENTION_MANAGE)
@proves_again
def lift(hold_id: int) -> ResponseReturnValue:
    retention.lift_hold(db.session(), g.actor.programme_id, hold_id, by=g.actor.user_id, now=utcnow())
    db.session.commit()
    flash("The hold was lifted: text over its time goes with the next run.", "good")
    return redirect(url_for("tickets.retention_page"))
