"""One blueprint for the room."""

from flask import Blueprint

bp = Blueprint("studies", __name__, url_prefix="/rubrics")
