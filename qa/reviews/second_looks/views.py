"""Second looks: whose turn it is, taking one, and both scores side by side."""

import random

from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from qa.core.access import Permission, requires
from qa.core.clock import utcnow
from qa.core.db import db
from qa.core.routing import stored_id
from qa.reviews import queries as review_queries
from qa.reviews.disputes.rules import words
from qa.reviews.second_looks import queries, rules, service
from qa.rubric_library.queries import rubric_of

bp = Blueprint("second_looks", __name__)


@bp.get("/second-looks/")
@requires(Permission.SECOND_LOOKS)
def index() -> ResponseReturnValue:
    """Second looks that one has to do, has done, or that were taken at one's own reviews."""
    session = db.session()
    now = utcnow()
    looks = queries.looks_for(session, g.actor, now=now)
    takes = g.actor.may(Permission.SECOND_LOOK_TAKE)
    return render_template(
        "second_looks/index.html",
        waiting=[each for each in looks if each.assignment.state == "open"],
        done=[each for each in looks if each.second is not None],
        takes=takes,
        reviewers=queries.reviewers_to_look_at(session, g.actor, now=now) if takes else [],
        names=g.actor.may(Permission.REVIEWER_NAME),
    )


@bp.post("/second-looks/")
@requires(Permission.SECOND_LOOK_TAKE)
def take_by_lot() -> ResponseReturnValue:
    """A review of the last weeks by lot, so that its score is not known before."""
    assignment = service.take_by_lot(
        db.session(),
        g.actor,
        g.setting,
        reviewer_id=request.form.get("reviewer", type=stored_id),
        rng=random.SystemRandom(),
        now=utcnow(),
    )
    assignment_id = assignment.id
    db.session.commit()
    return redirect(url_for("reviews.score", assignment_id=assignment_id))


@bp.post("/reviews/<int:review_id>/second-look")
@requires(Permission.SECOND_LOOK_TAKE)
def take(review_id: int) -> ResponseReturnValue:
    """A second look at a review that one has read."""
    now = utcnow()
    view = review_queries.get_review_for(db.session(), g.actor, review_id, now=now)
    assignment = service.take(db.session(), g.actor, view, g.setting, by_lot=False, now=now)
    assignment_id = assignment.id
    db.session.commit()
    return redirect(url_for("reviews.score", assignment_id=assignment_id))


@bp.get("/second-looks/<int:look_id>")
@requires(Permission.SECOND_LOOKS)
def show(look_id: int) -> ResponseReturnValue:
    """Both scores, criterion by criterion; the lead's own draft goes on on the scoring page."""
    session = db.session()
    found = queries.get_look_for(session, g.actor, look_id, now=utcnow())
    if found.second is None:
        return redirect(url_for("reviews.score", assignment_id=found.assignment.id))
    answers = review_queries.answers_of_many(session, [found.first.id, found.second.id])
    rubric = rubric_of(session, found.first.rubric_version_id)
    compared = rules.compared(rubric, answers.get(found.first.id, ()), answers.get(found.second.id, ()))
    return render_template(
        "second_looks/show.html",
        found=found,
        rubric=rubric,
        compared=compared,
        same=sum(each.same for each in compared),
        words=words,
        names=g.actor.may(Permission.REVIEWER_NAME),
        own=found.reviewer.id == g.actor.user_id,
    )


@bp.post("/second-looks/<int:look_id>/give-back")
@requires(Permission.SECOND_LOOKS)
def give_back(look_id: int) -> ResponseReturnValue:
    now = utcnow()
    found = queries.get_look_for(db.session(), g.actor, look_id, now=now)
    service.give_back(db.session(), found.look, by=g.actor.user_id, now=now)
    db.session.commit()
    flash("Given back: nothing of it is shown to anybody.", "neutral")
    return redirect(url_for("second_looks.index"))
