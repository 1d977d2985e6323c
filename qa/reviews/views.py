"""The pages of this room."""

from flask import Blueprint

bp = Blueprint("reviews", __name__)
