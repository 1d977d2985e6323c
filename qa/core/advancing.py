"""One step of a row that two people may have open, if it still stands as the person saw it."""

from collections.abc import Collection
from typing import Any

from flask import request
from sqlalchemy import update
from sqlalchemy.orm import Session

from qa.core.errors import ConflictError, InvalidInputError

STALE = (
    "Somebody else changed this while you had the page open. Nothing of yours was saved: "
    "load the page again and look at what is new."
)


def advance(
    session: Session,
    row: Any,
    version: int,
    *,
    expected: Collection[str] | None = None,
    stale: str = STALE,
    **values: object,
) -> None:
    """Take the row's next version, if nobody was faster, and set ``values`` with it, in one statement.

    ``row`` has an ``id`` and a ``lock_version``, and a ``state`` where one of the ``expected`` is asked for.
    ConflictError with ``stale`` where the row no longer stands as the person saw it.
    """
    table = type(row)
    seen = update(table).where(table.id == row.id, table.lock_version == version)
    if expected is not None:
        seen = seen.where(table.state.in_(expected))
    moved: Any = session.execute(
        seen.values(lock_version=table.lock_version + 1, **values).execution_options(synchronize_session=False)
    )
    if moved.rowcount != 1:
        raise ConflictError(stale)
    session.refresh(row)


def seen_version() -> int:
    """Which state was on the page that was sent."""
    seen = request.form.get("version", type=int)
    if seen is None or not 0 <= seen < 2**31:
        raise InvalidInputError("Load the page again: the form does not say what it changes.")
    return seen
