"""The review sent a moment ago, which the next page lets one take back."""

import datetime as dt

from flask import g, request

from qa.core.db import db
from qa.core.errors import NotFoundError
from qa.core.routing import stored_id
from qa.reviews import queries, rules


def just_sent(now: dt.datetime) -> queries.ToScore | None:
    """The review that the address names, while it can still be taken back."""
    if "sent" not in request.args:  # nearly always; to ask for what is not there raises an error inside
        return None
    assignment_id = request.args.get("sent", type=stored_id)
    if assignment_id is None:
        return None
    try:
        task = queries.get_assignment_for(db.session(), g.actor, assignment_id)
    except NotFoundError:
        return None
    return task if task.review is not None and rules.may_undo(task.review.submitted_at, now) else None
