"""The pages of this room."""

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from qa.core.access import Permission, requires

bp = Blueprint("desk", __name__)


@bp.get("/")
@requires(Permission.HOME)
def home() -> ResponseReturnValue:
    return render_template("desk/home.html")


@bp.get("/audit")
@requires(Permission.AUDIT_READ)
def audit_trail() -> ResponseReturnValue:
    return render_template("desk/audit_trail.html")
