"""The pages of this room."""

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from qa.core.access import Permission, requires

bp = Blueprint("trends", __name__, url_prefix="/trends")


@bp.get("/")
@requires(Permission.TRENDS_VIEW)
def index() -> ResponseReturnValue:
    return render_template("trends/index.html")
