"""Who is asking: from the cookie to the actor of a request."""

import datetime as dt

from flask import Flask, g, request

from qa.config import settings
from qa.core.clock import local_day, utcnow
from qa.core.db import db
from qa.people import queries, sessions, signed_in


def identify(app: Flask) -> None:
    """Put the signed-in person on ``g.actor``; nobody when the session is missing, revoked or past its end."""
    g.actor = None
    token = request.cookies.get(sessions.COOKIE)
    if not token or request.endpoint == "static":
        return
    now = utcnow()
    digest = sessions.digest_token(token)
    # What somebody holds depends on the day, and the day on the programme's zone, which the same statement reads.
    zone = app.extensions.get("zone_seen", dt.UTC)
    found = signed_in.find(db.session(), digest, now=now, today=now.astimezone(zone).date())
    if found is None or not found.active or not sessions.is_live(found, settings=settings(), now=now):
        return
    g.zone = app.extensions["zone_seen"] = queries.zone_of(found.setting)
    today = local_day(now, g.zone)
    if today != now.astimezone(zone).date():
        found = signed_in.find(db.session(), digest, now=now, today=today) or found
    g.programme, g.setting, g.actor = found.programme, found.setting, found.actor
    app.extensions["last_seen"].note(found, now)
