"""The pages of this room."""

from flask import Blueprint

bp = Blueprint("trends", __name__, url_prefix="/trends")
