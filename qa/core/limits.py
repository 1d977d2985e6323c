"""How often somebody may try: the one limiter, which views name their limits to."""

from flask import Flask
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address

limiter = Limiter(get_remote_address, storage_uri="memory://", strategy="moving-window")


def init_limits(app: Flask, *, enabled: bool) -> None:
    """Bind the limiter; tests may run without it."""
    app.config["RATELIMIT_ENABLED"] = enabled
    limiter.init_app(app)
