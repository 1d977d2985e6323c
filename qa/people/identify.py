"""Who is asking: from the cookie to the actor of a request."""

import datetime as dt
from typing import Any

from flask import Flask, g, redirect, request, url_for
from flask.typing import ResponseReturnValue

from qa.config import Settings
from qa.core.clock import local_day, utcnow
from qa.core.db import db
from qa.core.errors import ForbiddenError
from qa.people import second_factor, sessions, signed_in

# What somebody needs who still has to set up a second factor: to do that, or to leave.
WITHOUT_SECOND_FACTOR = frozenset(
    {"account.second_factor_page", "account.begin_second_factor", "account.confirm_second_factor", "sign_in.sign_out"}
)


def identify(app: Flask) -> None:
    """Put the signed-in person on ``g.actor``; nobody when the session is missing, revoked or past its end."""
    here: Any = g._get_current_object()
    here.actor = None
    rules: Settings = app.extensions["fairmark"]
    token = request.cookies.get(sessions.cookie_name(rules))
    if not token or request.endpoint == "static":
        return
    now = utcnow()
    digest = sessions.digest_token(token)
    # What somebody holds depends on the day, and the day on the programme's zone, which the same statement reads.
    zone = app.extensions.get("zone_seen", dt.UTC)
    supposed = local_day(now, zone)
    known: signed_in.Known = app.extensions["held"]
    found = signed_in.find(db.session(), digest, now=now, today=supposed, known=known)
    if found is None or not found.active or not sessions.is_live(found, settings=rules, now=now):
        return
    here.zone = app.extensions["zone_seen"] = found.zone
    today = supposed if here.zone is zone else local_day(now, here.zone)
    if today != supposed:
        found = signed_in.find(db.session(), digest, now=now, today=today, known=known) or found
    here.programme, here.setting, here.actor, here.signed_in = found.programme, found.setting, found.actor, found
    app.extensions["last_seen"].note(found, now)


def demand_second_factor() -> ResponseReturnValue | None:
    """Send whoever holds a role that the programme asks a second factor of to the page that sets one up."""
    actor = g.actor
    if actor is None:
        return None
    asked_of = g.setting.second_factor_roles
    if not asked_of or g.signed_in.second_factor_at is not None:
        return None
    if request.endpoint in WITHOUT_SECOND_FACTOR or not actor.roles & second_factor.roles_of(asked_of):
        return None
    if request.method == "GET":
        return redirect(url_for("account.second_factor_page"))
    raise ForbiddenError(
        "Your role needs a second factor: set it up on the page of your account, then send this again."
    )
