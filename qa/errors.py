"""Refusals and failures as pages that say what happened, what was kept and what to do."""

import structlog
from flask import Flask, g, jsonify, make_response, render_template, request
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.exceptions import HTTPException

from qa.core import logs
from qa.core.db import db
from qa.core.errors import ConflictError, FairmarkError, ForbiddenError, InvalidInputError

log = structlog.get_logger(__name__)
PAGES = {403, 404, 409, 413, 429, 500}


def init_errors(app: Flask) -> None:
    """Turn every exception that leaves a view into an answer."""
    app.register_error_handler(FairmarkError, refused)
    app.register_error_handler(CSRFError, stale_form)
    app.register_error_handler(HTTPException, http_error)
    app.register_error_handler(Exception, failed)


def page(status: int, message: str | None = None, *, title: str | None = None, **more: object) -> ResponseReturnValue:
    """An error as a page, or as JSON where a script asked."""
    if request.accept_mimetypes.best_match(["text/html", "application/json"]) == "application/json":
        return jsonify(error=title or str(status), message=message, **more), status
    template = f"errors/{status}.html" if status in PAGES else "errors/other.html"
    context = {"message": message, "reference": more.get("reference"), "status": status, "title": title}
    return make_response(render_template(template, **context), status)


def refused(error: FairmarkError) -> ResponseReturnValue:
    """A rule of the product was broken; what the request had begun is taken back."""
    db.session.rollback()
    if isinstance(error, ForbiddenError):
        actor = g.get("actor")
        log.warning("request.refused", endpoint=request.endpoint, person=actor.user_id if actor else None)
    if isinstance(error, InvalidInputError):
        return page(error.status, str(error), title=error.title, fields=error.fields, **error.state)
    if isinstance(error, ConflictError):
        return page(error.status, str(error), title=error.title, **error.state)
    return page(error.status, str(error), title=error.title)


def stale_form(error: CSRFError) -> ResponseReturnValue:
    return page(
        400,
        "The form was open for too long, or in another browser. Go back, load the page again and send it once more.",
        title="This form has expired",
    )


def http_error(error: HTTPException) -> ResponseReturnValue:
    if error.code is None or error.code < 400:
        return error.get_response()
    if error.code >= 500:
        return failed(error)
    return page(error.code, None if error.code in PAGES else error.description, title=error.name)


def failed(error: Exception) -> ResponseReturnValue:
    """An error of ours: logged with a reference that the page shows."""
    reference = logs.request_id()
    log.exception("request.failed", reference=reference, endpoint=request.endpoint, method=request.method)
    try:
        db.session.rollback()
    except SQLAlchemyError:
        log.exception("request.rollback_failed", reference=reference)
    return page(500, reference=reference)
