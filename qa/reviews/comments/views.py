"""Commenting a released review, and letting a comment rest."""

from flask import Blueprint, flash, g, make_response, redirect, request, url_for
from flask.typing import ResponseReturnValue

from qa.core.access import Permission, requires
from qa.core.clock import utcnow
from qa.core.db import db
from qa.core.errors import InvalidInputError, NotFoundError
from qa.core.routing import stored_id
from qa.reviews import queries as review_queries
from qa.reviews.comments import page, rules, service
from qa.reviews.queries import ReviewView
from qa.reviews.rules import RELEASED_PURPOSES
from qa.reviews.views import read_page
from qa.tickets import redaction

bp = Blueprint("comments", __name__)
TAKEN_OUT = "Something personal was taken out. This is how it is kept; change it, or send it so."


def spoken_about(review_id: int) -> tuple[ReviewView, rules.Side]:
    """A review that this person may talk about, and in which part."""
    view = review_queries.get_review_for(db.session(), g.actor, review_id, now=utcnow())
    side = page.side_here(view)
    if side is None or view.review.purpose not in RELEASED_PURPOSES:
        raise NotFoundError("There is no talk about this review that you take part in.")
    return view, side


@bp.post("/reviews/<int:review_id>/comments")
@requires(Permission.REVIEW_COMMENT)
def add(review_id: int) -> ResponseReturnValue:
    """Keep a comment; what redaction changes is shown to its writer first."""
    view, side = spoken_about(review_id)
    typed = request.form.get("comment", "")
    try:
        text = rules.read_text(typed)
    except InvalidInputError as error:
        return make_response(read_page(review_id, comment=typed, comment_problem=str(error)), 422)
    kept = redaction.redact(text)
    if kept != text:
        return make_response(read_page(review_id, comment=kept, comment_problem=TAKEN_OUT), 422)
    service.add(db.session(), view, text, side=side, setting=g.setting, by=g.actor.user_id, now=utcnow())
    db.session.commit()
    flash("Your comment is kept, and the others are told.", "good")
    return redirect(url_for("reviews.show", review_id=review_id, _anchor="comments"))


@bp.post("/reviews/<int:review_id>/comments/rest")
@requires(Permission.REVIEW_COMMENT)
def rest(review_id: int) -> ResponseReturnValue:
    """The other side's last word needs no answer."""
    view, side = spoken_about(review_id)
    seen = request.form.get("seen", type=stored_id)
    if seen is None:
        raise InvalidInputError("Load the page again: the form does not say which comment it is about.")
    service.rest(db.session(), view, side=side, seen=seen, by=g.actor.user_id, now=utcnow())
    db.session.commit()
    flash("It no longer waits for an answer.", "neutral")
    return redirect(url_for("reviews.show", review_id=review_id, _anchor="comments"))
