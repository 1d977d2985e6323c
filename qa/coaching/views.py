"""The pages of this room."""

from flask import Blueprint

bp = Blueprint("coaching", __name__, url_prefix="/coaching")
