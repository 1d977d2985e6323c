"""Structured logs: one JSON object a line, with the request it belongs to; never ticket text or names.

Of an exception its kind and its places in the code are told. Its message is not: a database's quotes the row that it
refused, a parser's the text that it could not read.
"""

import itertools
import logging
import re
import secrets
import sys
import time
import traceback
from collections.abc import MutableMapping
from pathlib import Path
from typing import Any

import structlog
from flask import Flask, Response, g, request

log = structlog.get_logger("qa.requests")
CARRIED = "X-Request-ID"
PLAUSIBLE = re.compile(r"[0-9A-Za-z-]{8,64}")
OF_NO_INTEREST = frozenset({"static", "operations.alive", "operations.ready", "operations.metrics_page"})


class Logger(structlog.stdlib.BoundLogger):
    """Tells of an exception by ``without_words`` alone; the standard library would add its message and traceback."""

    def exception(self, event: str | None = None, *args: Any, **more: Any) -> Any:
        return self.error(event, *args, exc_info=True, **more)


def init_logs(app: Flask, *, proxies: int = 0) -> None:
    """Send our events through the standard library's logging, so that a server's own set-up decides where they go."""
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.stdlib.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            without_words,
            structlog.processors.JSONRenderer(),
        ],
        wrapper_class=Logger,
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
    if not app.testing:
        logging.getLogger("qa").setLevel(logging.INFO)
    follow_requests(app, proxies)


def to_stderr() -> None:
    """For a process that only serves: without any set-up, Python would drop all but warnings."""
    if not logging.getLogger().handlers:
        handler = logging.StreamHandler(sys.stderr)
        handler.setFormatter(logging.Formatter("%(message)s"))
        logging.getLogger("qa").addHandler(handler)


def follow_requests(app: Flask, proxies: int) -> None:
    """Give every request an id, or keep the one that a trusted proxy gave it, and tell of each in one line.

    The line names the endpoint, not the address: what somebody searched for is nobody's business.
    """

    somebody = logging.getLogger("qa.requests")  # without a reader no line is made
    own, count = secrets.token_hex(4), itertools.count(1)  # of this process, and of its requests

    @app.before_request
    def begin() -> None:
        about = context_of_request()
        about.began = time.perf_counter()
        given = request.headers.get(CARRIED, "") if proxies else ""
        about.request_id = given if PLAUSIBLE.fullmatch(given) else f"{own}{next(count):08x}"
        structlog.contextvars.bind_contextvars(request=about.request_id)  # the one that is ever bound

    @app.after_request
    def end(response: Response) -> Response:
        about = context_of_request()
        if "request_id" not in about:
            return response
        response.headers.add(CARRIED, about.request_id)  # nobody else does
        endpoint = request.endpoint
        if endpoint not in OF_NO_INTEREST and somebody.hasHandlers():
            log.info(
                "request",
                method=request.method,
                endpoint=endpoint,
                status=response.status_code,
                milliseconds=round((time.perf_counter() - about.began) * 1000, 1),
            )
        return response


def context_of_request() -> Any:
    """``g`` itself: each name that is asked of the proxy looks for it anew."""
    return g._get_current_object()


def request_id() -> str:
    """The present request's id, which an error page shows and every line of its log carries."""
    return str(g.get("request_id") or secrets.token_hex(8))


def without_words(_: Any, __: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Replace an exception by its kind and places, innermost last, and the same of what caused it."""
    error = event.pop("exc_info", None)
    if error is True:
        error = sys.exc_info()[1]
    elif isinstance(error, tuple):
        error = error[1]
    told = []
    while isinstance(error, BaseException):
        told.append({"kind": type(error).__qualname__, "places": places(error)})
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    if told:
        event["exception"] = told
    return event


def places(error: BaseException) -> list[str]:
    """Where in the code an exception came through, as ``module.py:12 function``."""
    frames = traceback.extract_tb(error.__traceback__)
    return [f"{Path(frame.filename).name}:{frame.lineno} {frame.name}" for frame in frames]
