"""The pages of this room."""

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from qa.core.access import Permission, requires

bp = Blueprint("reviewers", __name__, url_prefix="/reviewers")


@bp.get("/")
@requires(Permission.REVIEWERS_VIEW)
def index() -> ResponseReturnValue:
    return render_template("reviewers/index.html")
