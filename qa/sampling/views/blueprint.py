"""The room's one blueprint; its routes stand beside this file."""

from flask import Blueprint

bp = Blueprint("sampling", __name__, url_prefix="/sampling")
