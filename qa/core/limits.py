"""How often somebody may try: the one limiter, which views name their limits to.

Only a view that names a limit is asked about one; every other request passes without a look. Counts are kept in this
process, in a moving window.
"""

from collections.abc import Callable
from functools import cached_property, lru_cache, wraps
from typing import TYPE_CHECKING, ParamSpec

from flask import Flask, Response, current_app, make_response, request
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import TooManyRequests

if TYPE_CHECKING:
    from limits import RateLimitItem
    from limits.strategies import MovingWindowRateLimiter

P = ParamSpec("P")
View = Callable[P, ResponseReturnValue]


class Limiter:
    """Counts tries by view and by whoever tries."""

    @cached_property
    def _window(self) -> "MovingWindowRateLimiter":
        # Read here: with its stores of every kind the package takes a fiftieth of a start.
        from limits.storage import MemoryStorage
        from limits.strategies import MovingWindowRateLimiter

        return MovingWindowRateLimiter(MemoryStorage())

    def limit(
        self,
        allowed: str,
        *,
        key_func: Callable[[], str] | None = None,
        deduct_when: Callable[[Response], bool] | None = None,
    ) -> Callable[[View[P]], View[P]]:
        """At most so many, such as ``10/15 minutes``, by the sender's address or by ``key_func``.

        With ``deduct_when`` only the answers count of which it holds. Too many: 429.
        """
        key = key_func or address

        def decorate(view: View[P]) -> View[P]:
            named = f"{view.__module__}.{view.__name__}"

            @wraps(view)
            def limited(*args: P.args, **kwargs: P.kwargs) -> ResponseReturnValue:
                if not current_app.config["RATE_LIMITS"]:
                    return view(*args, **kwargs)
                item, who = _parsed(allowed), key()
                try_it = self._window.hit if deduct_when is None else self._window.test
                if not try_it(item, named, who):
                    raise TooManyRequests
                response = make_response(view(*args, **kwargs))
                if deduct_when is not None and deduct_when(response):
                    self._window.hit(item, named, who)
                return response

            return limited

        return decorate

    def reset(self) -> None:
        """Forget every try."""
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
