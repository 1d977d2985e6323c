"""How often somebody may try: the one limiter, which views name their limits to.

Only a view that names a limit is asked about one; every other request passes without a look. Posts are counted in the
database, so that all processes count the same. A GET never writes: its count is in the memory of its process.
"""

import datetime as dt
import hmac
from collections.abc import Callable
from functools import cached_property, lru_cache, wraps
from typing import TYPE_CHECKING, Any, ParamSpec

from flask import Flask, current_app, request
from flask.typing import ResponseReturnValue
from sqlalchemy import CursorResult, Insert, delete, func, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Mapped, Session, mapped_column
from werkzeug.exceptions import TooManyRequests

from qa.config import settings
from qa.core.clock import utcnow
from qa.core.db import db
from qa.core.orm import Base

if TYPE_CHECKING:
    from limits import RateLimitItem
    from limits.strategies import MovingWindowRateLimiter

P = ParamSpec("P")
View = Callable[P, ResponseReturnValue]
EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
KEPT = dt.timedelta(days=1)  # longer than any window
PARTS = 6


class TryCount(Base):
    """How often somebody tried one thing within one part of a window of time."""

    __tablename__ = "try_count"

    who: Mapped[str] = mapped_column(primary_key=True)  # a digest under the installation's key: no address
    begins: Mapped[dt.datetime] = mapped_column(primary_key=True, index=True)
    tries: Mapped[int]


def count_try(session: Session, who: str, *, allowed: int, window: dt.timedelta, now: dt.datetime) -> bool:
    """Count a try unless ``allowed`` were made within the last ``window``; whether it was counted.

    Tries are counted by sixths of the window, and the sixth that the window begins in counts as a whole: never more
    than ``allowed`` within any ``window``, and each is forgotten after a window and a sixth at the latest. Tries that
    are refused do not count. Whoever counts for the same ``who`` waits for the end of the caller's transaction, so that
    two processes never both take the last one.
    """
    if session.get_bind().dialect.name == "postgresql":  # on SQLite one writes after the other
        session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(who, 0))))
    begins = now - (now - EPOCH) % (window / PARTS)
    near = TryCount.begins.between(begins - window, begins + window)  # clocks of servers differ
    tried = session.scalar(select(func.sum(TryCount.tries)).where(TryCount.who == who, near))
    if (tried or 0) >= allowed:
        return False
    added = _made(session)(TryCount).values(who=who, begins=begins, tries=1)
    session.execute(
        added.on_conflict_do_update(index_elements=[TryCount.who, TryCount.begins], set_={"tries": TryCount.tries + 1})
    )
    return True


def forget(session: Session, *, now: dt.datetime) -> int:
    """Delete the counts of windows that are long over; how many."""
    gone: CursorResult[Any] = session.execute(delete(TryCount).where(TryCount.begins < now - KEPT))  # type: ignore[assignment]
    return gone.rowcount


def _made(session: Session) -> Callable[..., Any]:
    made: dict[str, Callable[..., Insert]] = {"sqlite": sqlite.insert, "postgresql": postgresql.insert}
    return made[session.get_bind().dialect.name]


class Limiter:
    """Counts tries by view and by whoever tries."""

    @cached_property
    def _window(self) -> "MovingWindowRateLimiter":
        # Read here: with its stores of every kind the package takes a fiftieth of a start.
        from limits.storage import MemoryStorage
        from limits.strategies import MovingWindowRateLimiter

        return MovingWindowRateLimiter(MemoryStorage())

    def limit(self, allowed: str, *, key_func: Callable[[], str] | None = None) -> Callable[[View[P]], View[P]]:
        """At most so many, such as ``10/15 minutes``, by the sender's address or by ``key_func``. Too many: 429."""
        key = key_func or address

        def decorate(view: View[P]) -> View[P]:
            named = f"{view.__module__}.{view.__name__}"

            @wraps(view)
            def limited(*args: P.args, **kwargs: P.kwargs) -> ResponseReturnValue:
                if current_app.config["RATE_LIMITS"] and not self._hit(_parsed(allowed), named, key()):
                    raise TooManyRequests
                return view(*args, **kwargs)

            return limited

        return decorate

    def _hit(self, item: "RateLimitItem", named: str, who: str) -> bool:
        if request.method != "POST":
            return self._window.hit(item, named, who)
        session, secret = db.session(), settings().secret_key.encode()
        digest = hmac.digest(secret, f"fairmark:limit:{named}:{who}".encode(), "sha256").hex()
        window = dt.timedelta(seconds=item.get_expiry())
        counted = count_try(session, digest, allowed=item.amount, window=window, now=utcnow())
        session.commit()  # it counts whatever becomes of the request
        return counted

    def reset(self) -> None:
        """Forget every try that is counted in memory."""
        self._window.storage.reset()


@lru_cache
def _parsed(allowed: str) -> "RateLimitItem":
    from limits import parse

    return parse(allowed)


limiter = Limiter()


def address() -> str:
    """Whom the request comes from."""
    return request.remote_addr or "127.0.0.1"


def init_limits(app: Flask, *, enabled: bool) -> None:
    """Tests may run without limits."""
    app.config["RATE_LIMITS"] = enabled
