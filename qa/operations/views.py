"""What a load balancer asks: whether the process lives, and whether it can serve."""

from __future__ import annotations

from flask import Blueprint
from flask.typing import ResponseReturnValue

from qa.config import MIGRATIONS
from qa.core.access import PUBLIC, requires
from qa.core.db import db
from qa.operations import checking

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
