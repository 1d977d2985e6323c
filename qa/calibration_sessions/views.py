"""The pages of this room."""

from flask import Blueprint

bp = Blueprint("calibration", __name__, url_prefix="/calibration")
