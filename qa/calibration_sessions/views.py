"""The pages of this room."""

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from qa.core.access import Permission, requires

bp = Blueprint("calibration", __name__, url_prefix="/calibration")


@bp.get("/")
@requires(Permission.CALIBRATION_VIEW)
def index() -> ResponseReturnValue:
    return render_template("calibration/index.html")
