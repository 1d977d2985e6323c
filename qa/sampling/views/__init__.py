"""The pages of this room: plans, draws with their receipts, the board, the pool and picks by choice."""

from qa.sampling.views import (  # noqa: F401 - loading them gives the blueprint its routes
    board,
    draws,
    plans,
    pool,
    reviewers,
)
from qa.sampling.views.blueprint import bp

__all__ = ["bp"]
