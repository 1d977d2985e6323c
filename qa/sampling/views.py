"""The pages of this room."""

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from qa.core.access import Permission, requires

bp = Blueprint("sampling", __name__, url_prefix="/sampling")


@bp.get("/")
@requires(Permission.SAMPLING_VIEW)
def index() -> ResponseReturnValue:
    return render_template("sampling/index.html")
