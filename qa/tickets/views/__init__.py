"""The pages of this room: tickets, and how they come in."""

from qa.tickets.views import intake, mapping, retention, sources, tickets  # noqa: F401 - it gives the blueprint its routes
from qa.tickets.views.blueprint import bp

__all__ = ["bp"]
