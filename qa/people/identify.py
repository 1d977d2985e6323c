"""Who is asking: from the cookie to the actor of a request."""

from flask import Flask, g, request

from qa.config import settings
from qa.core.clock import local_day, utcnow
from qa.core.db import db
from qa.people import queries, sessions


def identify(app: Flask) -> None:
    """Put the signed-in person on ``g.actor``; nobody when the session is missing, revoked or past its end."""
    g.actor = None
    token = request.cookies.get(sessions.COOKIE)
    if not token or request.endpoint == "static":
        return
    session = db.session()
    found = queries.live_session(session, sessions.digest_token(token))
    now = utcnow()
    if found is None or not found.user.active or not sessions.is_live(found.session, settings=settings(), now=now):
        return
    programme, setting = queries.programme_and_setting(session, found.user.programme_id, now)
    g.zone = queries.zone_of(setting)
    g.programme = programme
    g.setting = setting
    today = local_day(now, g.zone)
    g.actor = queries.actor_for(session, found.user, today=today, session_id=found.session.id)
    app.extensions["last_seen"].note(found.session, now)
