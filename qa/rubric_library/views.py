"""The pages of this room."""

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from qa.core.access import Permission, requires

bp = Blueprint("rubrics", __name__, url_prefix="/rubrics")


@bp.get("/")
@requires(Permission.RUBRIC_READ)
def index() -> ResponseReturnValue:
    return render_template("rubrics/index.html")
