"""The room's one blueprint; its routes stand beside this file."""

from __future__ import annotations

from flask import Blueprint
from markupsafe import Markup

from qa.sampling import explaining, telling

bp = Blueprint("sampling", __name__, url_prefix="/sampling")


@bp.app_template_global("explained_figure")
def explained_figure(id_: str, told: explaining.Explanation) -> Markup:
    """What stands behind a number, for components/explain_figure.html."""
    return telling.popover(id_, told)
