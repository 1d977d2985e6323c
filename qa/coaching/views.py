"""The pages of this room."""

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from qa.core.access import Permission, requires

bp = Blueprint("coaching", __name__, url_prefix="/coaching")


@bp.get("/")
@requires(Permission.COACHING_VIEW)
def index() -> ResponseReturnValue:
    return render_template("coaching/index.html")
