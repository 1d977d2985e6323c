"""The pages of this room: plans, and draws with their receipts."""

from qa.sampling.views import draws, plans  # noqa: F401 - loading them gives the blueprint its routes
from qa.sampling.views.blueprint import bp

__all__ = ["bp"]
