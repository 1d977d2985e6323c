"""The pages of this room: tickets, and how they come in."""

from qa import lazily
from qa.tickets.views import intake, mapping, originals, retention, sources, tickets
from qa.tickets.views.blueprint import bp

__all__ = ["bp"]

lazily.load(intake, mapping, originals, retention, sources, tickets)  # it gives the blueprint its routes
