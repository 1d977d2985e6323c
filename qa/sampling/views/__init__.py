"""The pages of this room: plans, draws with their receipts, the board, the pool and picks by choice."""

from qa import lazily
from qa.sampling.views import board, draws, plans, pool, reviewers
from qa.sampling.views.blueprint import bp

__all__ = ["bp"]

lazily.load(board, draws, plans, pool, reviewers)  # it gives the blueprint its routes
