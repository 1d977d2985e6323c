"""Addresses of pages for files that leave the application: workbooks, e-mails, calendars."""

from typing import Any

from flask import current_app, has_request_context, request

from qa.config import settings


def address_of(endpoint: str, **values: Any) -> str | None:
    """Where a page is reached from outside; ``None`` where a job knows no address of the installation."""
    base = settings().base_url or (request.url_root.rstrip("/") if has_request_context() else "")
    return base + current_app.url_map.bind("").build(endpoint, values) if base else None
