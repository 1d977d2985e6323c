"""Declining an invitation, and a self-review or peer review beside the reviewer's."""

from flask import Blueprint, flash, g, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from qa.core.access import Permission, requires
from qa.core.clock import utcnow
from qa.core.db import db
from qa.reviews import queries as review_queries
from qa.reviews.companions import queries, service
from qa.reviews.disputes import rules as disputing
from qa.reviews.second_looks import rules as comparing
from qa.rubric_library.queries import rubric_of
from qa.sampling.models import Purpose

bp = Blueprint("companions", __name__)


@bp.post("/invitations/<int:assignment_id>/decline")
@requires(Permission.SCORE)
def decline(assignment_id: int) -> ResponseReturnValue:
    """Not this one."""
    session = db.session()
    invitation = queries.get_invitation_for(session, g.actor, assignment_id)
    service.decline(session, invitation, g.setting, by=g.actor.user_id, now=utcnow())
    session.commit()
    flash(f"The invitation is gone. {service.NO_PENALTY}", "neutral")
    return redirect(url_for("reviews.mine"))


@bp.get("/reviews/<int:review_id>/beside")
@requires(Permission.REVIEW_READ)
def beside(review_id: int) -> ResponseReturnValue:
    """Two scores of one part, criterion by criterion: a self-review or peer review, and the reviewer's."""
    session = db.session()
    pair = queries.get_pair_for(session, g.actor, review_id, now=utcnow())
    first, second = pair.drawn.revision, pair.companion.revision
    answers = review_queries.answers_of_many(session, [first.id, second.id])
    rubric = rubric_of(session, first.rubric_version_id)
    rows = comparing.compared(rubric, answers.get(first.id, ()), answers.get(second.id, ()))
    return render_template(
        "reviews/beside.html",
        pair=pair,
        own=pair.companion.review.purpose == Purpose.SELF,
        mine=pair.companion.review.reviewer_id == g.actor.user_id,
        rubric=rubric,
        compared=rows,
        same=sum(each.same for each in rows),
        words=disputing.words,
        names=g.actor.may(Permission.REVIEWER_NAME),
    )
