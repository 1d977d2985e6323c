"""Structured logs: one JSON object a line, never ticket text or names."""

import logging

import structlog
from flask import Flask


def init_logs(app: Flask) -> None:
    """Send our events through the standard library's logging, so that a server's own set-up decides where they go."""
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.stdlib.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(),
        ],
        wrapper_class=structlog.stdlib.BoundLogger,
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
    if not app.testing:
        logging.getLogger("qa").setLevel(logging.INFO)
