"""The pages of this room."""

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from qa.core.access import Permission, requires

bp = Blueprint("tickets", __name__, url_prefix="/tickets")


@bp.get("/")
@requires(Permission.TICKETS_LIST)
def index() -> ResponseReturnValue:
    return render_template("tickets/index.html")


@bp.get("/intake")
@requires(Permission.INTAKE_RUN)
def intake() -> ResponseReturnValue:
    return render_template("tickets/intake.html")
