"""The pages of this room."""

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from qa.core.access import Permission, requires

bp = Blueprint("reviews", __name__)


@bp.get("/queue")
@requires(Permission.SCORE)
def queue() -> ResponseReturnValue:
    return render_template("reviews/queue.html")


@bp.get("/my-reviews")
@requires(Permission.OWN_REVIEWS)
def mine() -> ResponseReturnValue:
    return render_template("reviews/mine.html")
