"""Changing what is summed elsewhere: a lower room says which facts it changes, the sums follow in the same transaction.

The room that keeps the sums lies above those whose facts it sums, so putting the application together hands its way of
following down (``followed_by``). Not a signal: it is asked before and after, inside the transaction, and its failure is
the change's.
"""

from collections.abc import Callable, Collection, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from contextvars import ContextVar
from typing import Any

from sqlalchemy.orm import Session

Follower = Callable[..., AbstractContextManager[None]]
_follower: list[Follower] = []
_afterwards: ContextVar[bool] = ContextVar("afterwards", default=False)


def followed_by(follower: Follower) -> None:
    """Let the sums be kept by this; it takes what ``changing`` takes."""
    _follower[:] = [follower]


def changing(
    session: Session,
    *,
    parts: Any = None,
    tickets: Collection[int] | None = None,
    specialists: Collection[int] | None = None,
) -> AbstractContextManager[None]:
    """Inside, facts of parts change: of these (ids or a select of ids), of these tickets' or these specialists'."""
    if _afterwards.get() or (parts is None and not tickets and not specialists):
        return nullcontext()
    if not _follower:
        raise RuntimeError("nobody keeps the sums: put the application together first (qa.app)")
    return _follower[0](session, parts=parts, tickets=tickets, specialists=specialists)


@contextmanager
def counted_afterwards() -> Iterator[None]:
    """Inside, nothing follows: for a load in bulk whose end counts every sum from the facts."""
    token = _afterwards.set(True)
    try:
        yield
    finally:
        _afterwards.reset(token)
