"""Proving again who one is, before what would do most harm in a browser that somebody left open."""

import datetime as dt
from collections.abc import Callable
from functools import wraps
from typing import ParamSpec

from flask import g, make_response, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import TooManyRequests

from qa.config import settings
from qa.core.clock import utcnow
from qa.core.crypto import KeyRing
from qa.core.db import db
from qa.core.limits import address
from qa.people import passwords, second_factor, sessions, throttling
from qa.people.models import User

P = ParamSpec("P")
View = Callable[P, ResponseReturnValue]
FRESH = dt.timedelta(minutes=15)
FIELD = "proof"
ASIDE = frozenset({"csrf_token", FIELD})


def proves_again(view: View[P]) -> View[P]:
    """Ask for the password or a code first, unless that was done within a quarter of an hour.

    The page that asks carries what was sent, and sends it again with the proof: nothing is typed twice.
    """

    @wraps(view)
    def asked(*args: P.args, **kwargs: P.kwargs) -> ResponseReturnValue:
        if utcnow() - g.signed_in.proved_at < FRESH:
            return view(*args, **kwargs)
        given = request.form.get(FIELD)
        if given is None:
            return page(401)
        if not is_proof(given):
            return page(403, error="That is not right. Nothing was done yet.")
        return view(*args, **kwargs)

    return asked


def is_proof(given: str) -> bool:
    """Whether this is the person's password or a code of theirs; it counts for the session from now on."""
    session, now = db.session(), utcnow()
    user = session.get_one(User, g.actor.user_id)
    cookie = request.cookies.get(throttling.cookie_name(settings()), "")
    source = throttling.source_of(settings().secret_key, user.email, user, cookie=cookie, address=address())
    if settings().rate_limits and not throttling.may_try(session, source, now=now):
        session.rollback()
        raise TooManyRequests
    ring, stored = KeyRing(settings().text_keys), user.password_hash
    held = second_factor.check(session, user.id, given, ring=ring, now=now)
    if not held:
        session.rollback()  # a hash takes long: let others write meanwhile
        held = passwords.verify_password(stored, given)
    if held:
        sessions.prove(session, g.actor.session_id, user_id=g.actor.user_id, now=now)
    else:
        throttling.note(session, source, "wrong_password", user_id=g.actor.user_id, now=now)
    session.commit()
    return held


def page(status: int, *, error: str | None = None) -> ResponseReturnValue:
    """The form that asks, with what was sent behind it."""
    sent = [(name, value) for name, values in request.form.lists() if name not in ASIDE for value in values]
    db.session.rollback()
    user = db.session().get_one(User, g.actor.user_id)
    return make_response(
        render_template(
            "people/prove.html",
            sent=sent,
            error=error,
            target=request.full_path.rstrip("?"),
            by_password=user.password_hash is not None,
            by_code=second_factor.is_on(db.session(), user.id),
            provider=settings().provider.name if settings().provider else None,  # type: ignore[union-attr]
            back=url_for("desk.home"),
        ),
        status,
    )
