"""The pages of this room."""

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from qa.core.access import Permission, requires

bp = Blueprint("people", __name__, url_prefix="/people")


@bp.get("/")
@requires(Permission.PEOPLE_MANAGE)
def index() -> ResponseReturnValue:
    return render_template("people/index.html")
