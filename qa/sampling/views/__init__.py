"""The pages of this room: plans, draws with their receipts, the board, the pool and picks by choice."""

from qa.sampling.views import board, draws, plans, pool  # noqa: F401 - loading them gives the blueprint its routes
from qa.sampling.views.blueprint import bp

__all__ = ["bp"]
