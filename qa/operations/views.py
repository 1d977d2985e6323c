"""What a load balancer asks, whether the process lives and can serve, and what a monitoring asks."""

from __future__ import annotations

from flask import Blueprint, current_app, request
from flask.typing import ResponseReturnValue

from qa.config import MIGRATIONS, settings
from qa.core.access import PUBLIC, requires
from qa.core.clock import utcnow
from qa.core.db import db
from qa.core.errors import NotFoundError
from qa.operations import checking, metrics

bp = Blueprint("operations", __name__)
PLAIN = {"Content-Type": "text/plain; charset=utf-8", "Cache-Control": "no-store"}


@bp.get("/healthz")
@requires(PUBLIC)
def alive() -> ResponseReturnValue:
    return "alive\n", PLAIN


@bp.get("/readyz")
@requires(PUBLIC)
def ready() -> ResponseReturnValue:
    """The reason is told to whoever asks: it names a schema's number, and nothing of what is kept."""
    reason = checking.not_ready(db.session(), MIGRATIONS)
    return (f"{reason}\n", 503, PLAIN) if reason else ("ready\n", PLAIN)


@bp.get("/metrics")
@requires(PUBLIC)
def metrics_page() -> ResponseReturnValue:
    """Figures for Prometheus, for whoever bears the token; to everybody else there is no such page."""
    token = settings().metrics_token
    if not token or not metrics.admitted(token, request.headers.get("Authorization", "")):
        raise NotFoundError("There is no such page.")
    session = db.session()
    ready = checking.not_ready(session, MIGRATIONS) is None
    figures = current_app.extensions["metrics"]
    body = metrics.written(figures, session, settings().instance, ready=ready, now=utcnow())
    return body, {**PLAIN, "Content-Type": metrics.CONTENT_TYPE}
