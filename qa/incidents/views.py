"""Raising an incident while reading, the lists, one incident and its steps, and whom the programme names."""

import datetime as dt
import secrets
from collections.abc import Mapping

from flask import Blueprint, flash, g, jsonify, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from qa.config import settings
from qa.core import advancing
from qa.core.access import Permission, Scope, requires
from qa.core.clock import utcnow
from qa.core.crypto import KeyRing
from qa.core.db import db
from qa.core.errors import ConflictError, InvalidInputError, NotFoundError
from qa.incidents import figures, owners, page, queries, rules, service
from qa.incidents.models import Incident
from qa.incidents.queries import IncidentView
from qa.incidents.rules import Kind
from qa.people.models import User
from qa.reviews.queries import get_assignment_for, get_review_for
from qa.reviews.review_page import may_read_text
from qa.reviews.scoring_page import texts_of
from qa.tickets.conversations import conversation_of
from qa.tickets.models import Ticket
from qa.tickets.queries import get_ticket_for

bp = Blueprint("incidents", __name__)
FIGURES = dt.timedelta(weeks=13)
PAGE = 50


@bp.app_template_global("incident_kinds")
def incident_kinds() -> list[tuple[str, str, str]]:
    """The kinds with their words and what each means, for the form on every page that shows a conversation."""
    return [(kind.value, rules.KIND_WORDS[kind], rules.KIND_HELP[kind]) for kind in Kind]


@bp.app_template_global("new_raise_id")
def new_raise_id() -> str:
    """What tells a form that is sent twice from two incidents."""
    return secrets.token_hex(12)


@bp.post("/queue/<int:assignment_id>/incident")
@requires(Permission.SCORE)
def raise_while_scoring(assignment_id: int) -> ResponseReturnValue:
    """Raise an incident about a part in one's own queue; its score is not touched."""
    task = get_assignment_for(db.session(), g.actor, assignment_id)
    return raised(task.ticket, back=url_for("reviews.score", assignment_id=assignment_id))


@bp.post("/tickets/<int:ticket_id>/incident")
@requires(Permission.CONVERSATION_READ)
def raise_while_reading(ticket_id: int) -> ResponseReturnValue:
    """Raise an incident about a ticket that one may read."""
    ticket = get_ticket_for(db.session(), g.actor, ticket_id)
    return raised(ticket, back=url_for("tickets.show", ticket_id=ticket_id))


@bp.post("/reviews/<int:review_id>/incident")
@requires(Permission.CONVERSATION_READ)
def raise_beside_review(review_id: int) -> ResponseReturnValue:
    """Raise an incident about the conversation that stands beside a review."""
    view = get_review_for(db.session(), g.actor, review_id, now=utcnow())
    if not may_read_text(view):
        raise NotFoundError("The conversation of this review is not for you to read.")
    return raised(view.ticket, back=url_for("reviews.show", review_id=review_id))


def raised(ticket: Ticket, *, back: str) -> ResponseReturnValue:
    """Keep the incident and say who was told; a script is answered in place, a plain form goes back to its page."""
    now = utcnow()
    session = db.session()
    sent = rules.read_raised(request.form)
    conversation = conversation_of(
        session, KeyRing(settings().text_keys), ticket.id, revision_id=sent.conversation_revision_id
    )
    incident = service.raise_incident(session, ticket, sent, texts=texts_of(conversation), by=g.actor.user_id, now=now)
    told = len(queries.asked_about(session, [incident.id]).get(incident.id, {}))
    said = raised_words(incident, told)
    where = url_for("incidents.show", incident_id=incident.id)
    db.session.commit()
    if request.accept_mimetypes.best_match(["text/html", "application/json"]) == "application/json":
        return jsonify(message=said, url=where)
    flash(said, "good" if told else "warn")
    return redirect(back)


def raised_words(incident: Incident, told: int) -> str:
    """What the reporter is told at once."""
    kind = rules.KIND_WORDS[Kind(incident.kind)]
    if not told:
        return (
            f"Raised as “{kind}”, and kept. But nobody who may read this ticket is named or here today: "
            "call your QA lead."
        )
    due = incident.due_at.astimezone(g.zone)
    people = "One person was told" if told == 1 else f"{told} people were told"
    return f"Raised as “{kind}”. {people} and should acknowledge it by {due:%H:%M on} {due.day} {due:%b}."


@bp.get("/incidents/")
@requires(Permission.INCIDENTS)
def index() -> ResponseReturnValue:
    """What waits, the one due first at the top; or what is settled. A QA lead sees all, others what is theirs."""
    session = db.session()
    now = utcnow()
    settled = request.args.get("state") == "settled"
    kind = request.args.get("kind", "")
    number = min(max(request.args.get("page", 1, type=int), 1), 10_000)
    lead = g.actor.may(Permission.INCIDENTS, Scope.ALL)
    since = now - FIGURES
    return render_template(
        "incidents/index.html",
        listing=queries.incidents_for(
            session,
            g.actor,
            settled=settled,
            kind=kind if kind in set(Kind) else "",
            page=min(number, 10_000),
            size=PAGE,
        ),
        settled=settled,
        kind=kind,
        kind_words=rules.KIND_WORDS,
        outcomes=rules.OUTCOMES,
        page=number,
        size=PAGE,
        now=now,
        names=g.actor.may(Permission.REVIEWER_NAME),
        picture=figures.picture(
            queries.waits_since(session, g.actor.programme_id, since), since=since, now=now, sees_each=True
        )
        if lead
        else None,
    )


@bp.get("/incidents/<int:incident_id>")
@requires(Permission.INCIDENTS)
def show(incident_id: int) -> ResponseReturnValue:
    return incident_page(incident_id)


def incident_page(
    incident_id: int, *, typed: Mapping[str, str] | None = None, errors: Mapping[str, str] | None = None
) -> str:
    """An incident's page; ``typed`` and ``errors`` are what was sent and what is wrong with it."""
    session = db.session()
    view = queries.get_incident_for(session, g.actor, incident_id)
    context = page.shown(session, view)
    return render_template("incidents/show.html", **context, typed=typed or {}, errors=errors or {})


@bp.post("/incidents/<int:incident_id>/acknowledge")
@requires(Permission.INCIDENTS)
def acknowledge(incident_id: int) -> ResponseReturnValue:
    view = to_act_on(incident_id)
    service.acknowledge(db.session(), view, version=advancing.seen_version(), by=g.actor.user_id, now=utcnow())
    db.session.commit()
    flash("You have it. Nobody else is asked, and its reporter is told.", "good")
    return redirect(url_for("incidents.show", incident_id=incident_id))


@bp.post("/incidents/<int:incident_id>/settle")
@requires(Permission.INCIDENTS)
def settle(incident_id: int) -> ResponseReturnValue:
    """Say what came of it."""
    view = to_act_on(incident_id)
    version = advancing.seen_version()
    try:
        service.settle(
            db.session(),
            view,
            outcome=request.form.get("outcome", ""),
            note=request.form.get("note", ""),
            version=version,
            by=g.actor.user_id,
            now=utcnow(),
        )
    except InvalidInputError as error:
        return refused(incident_id, error)
    db.session.commit()
    flash("Settled. Its reporter is told what came of it.", "good")
    return redirect(url_for("incidents.show", incident_id=incident_id))


@bp.post("/incidents/<int:incident_id>/take-up")
@requires(Permission.INCIDENTS)
def take_up(incident_id: int) -> ResponseReturnValue:
    """Go on with what was settled too early."""
    view = to_act_on(incident_id)
    version = advancing.seen_version()
    try:
        service.take_up(
            db.session(), view, note=request.form.get("note", ""), version=version, by=g.actor.user_id, now=utcnow()
        )
    except InvalidInputError as error:
        return refused(incident_id, error)
    db.session.commit()
    flash("Taken up again; it waits for an outcome.", "good")
    return redirect(url_for("incidents.show", incident_id=incident_id))


def to_act_on(incident_id: int) -> IncidentView:
    """An incident that this person may act on."""
    view = queries.get_incident_for(db.session(), g.actor, incident_id)
    refusal = page.barrier_of(view)
    if refusal is not None:
        raise ConflictError(refusal)
    return view


def refused(incident_id: int, error: InvalidInputError) -> ResponseReturnValue:
    """The page again with what was typed and what is wrong."""
    db.session.rollback()
    return make_response(incident_page(incident_id, typed=request.form, errors=error.fields), 422)


@bp.get("/incidents/owners")
@requires(Permission.PROGRAMME_RULES)
def owners_page() -> ResponseReturnValue:
    """Whom the programme names for each kind, in order, and the time limits."""
    return owners_form()


@bp.post("/incidents/owners/<string:kind>")
@requires(Permission.PROGRAMME_RULES)
def set_owners(kind: str) -> ResponseReturnValue:
    """Name the owners of one kind."""
    if kind not in set(Kind):
        raise NotFoundError("There is no such kind of incident.")
    session = db.session()
    version = advancing.seen_version()
    known = {user.email: user for user in owners.people_to_name(session, g.actor.programme_id)}
    try:
        minutes, chosen = owners.read_owners(request.form, known)
    except InvalidInputError as error:
        return make_response(owners_form(kind=kind, typed=request.form, errors=error.fields), 422)
    owners.set_rule(
        session,
        g.actor.programme_id,
        Kind(kind),
        minutes=minutes,
        owner_ids=chosen,
        version=version,
        by=g.actor.user_id,
        now=utcnow(),
    )
    db.session.commit()
    flash(f"“{rules.KIND_WORDS[Kind(kind)]}” is set, for incidents from now on.", "good")
    return redirect(url_for("incidents.owners_page", _anchor=f"kind-{kind}"))


def owners_form(
    *, kind: str = "", typed: Mapping[str, str] | None = None, errors: Mapping[str, str] | None = None
) -> str:
    session = db.session()
    people: list[User] = list(owners.people_to_name(session, g.actor.programme_id))
    return render_template(
        "incidents/owners.html",
        kinds=owners.rules_of(session, g.actor.programme_id),
        kind_words=rules.KIND_WORDS,
        kind_help=rules.KIND_HELP,
        people=people,
        most=rules.MOST_OWNERS,
        limits=(rules.FEWEST_MINUTES, rules.MOST_MINUTES),
        wrong_kind=kind,
        typed=typed or {},
        errors=errors or {},
    )
