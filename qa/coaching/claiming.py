"""Two people on one thing: whoever saves second is told, and nobody is written over."""

from collections.abc import Collection
from typing import Any

from sqlalchemy import update
from sqlalchemy.orm import Session

from qa.core.errors import ConflictError


def claim(session: Session, row: Any, version: int, *, expected: Collection[str], stale: str, **values: object) -> None:
    """Take the row's next version while it is in one of the expected states, and set ``values`` with it.

    The row has ``id``, ``state`` and ``lock_version``. ConflictError with ``stale`` where somebody else was faster.
    """
    kind = type(row)
    moved: Any = session.execute(
        update(kind)
        .where(kind.id == row.id, kind.lock_version == version, kind.state.in_(expected))
        .values(lock_version=kind.lock_version + 1, **values)
        .execution_options(synchronize_session=False)
    )
    if moved.rowcount != 1:
        raise ConflictError(stale)
    session.refresh(row)
