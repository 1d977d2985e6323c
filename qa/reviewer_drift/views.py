"""The pages of this room."""

from flask import Blueprint

bp = Blueprint("reviewers", __name__, url_prefix="/reviewers")
