"""Examples: asking, answering, taking back."""

from __future__ import annotations

from flask import flash, g, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from qa.coaching import queries as people
from qa.coaching.examples import queries, service
from qa.coaching.views import typed
from qa.coaching.views.blueprint import bp, today
from qa.config import settings
from qa.core.access import Permission, requires
from qa.core.clock import utcnow
from qa.core.crypto import KeyRing
from qa.core.db import db
from qa.core.errors import ConflictError, NotFoundError
from qa.reviews.queries import get_review_for


@bp.get("/examples")
@requires(Permission.COACHING_VIEW)
def examples() -> ResponseReturnValue:
    session = db.session()
    coached = {each.user.id for each in people.specialists_for(session, g.actor, today=today())}
    rows = queries.examples_with(session, KeyRing(settings().text_keys), g.actor.user_id, coached=coached)
    return render_template("coaching/examples.html", rows=rows)


@bp.post("/specialists/<int:user_id>/examples")
@requires(Permission.COACHING_EDIT)
def ask_example(user_id: int) -> ResponseReturnValue:
    session, now = db.session(), utcnow()
    coached = people.get_specialist_for(session, g.actor, user_id, today=today())
    if not people.may_edit(g.actor, coached):
        raise NotFoundError("This specialist is not yours to coach.")
    view = get_review_for(session, g.actor, typed.whole("review", "The review"), now=now)
    if view.part.specialist_id != user_id:
        raise NotFoundError("That review is about somebody else's work.")
    if not queries.shareable(view.ticket):
        raise ConflictError("Conversations with harmful content or of a data region of their own are not shared.")
    start, end = typed.whole("start", "The passage"), typed.whole("end", "The passage")
    queries.check_own_words(
        session, KeyRing(settings().text_keys), view, message_id=typed.words("message"), start=start, end=end
    )
    service.ask(
        session,
        specialist_id=user_id,
        review_id=view.review.id,
        criterion_key=typed.words("criterion"),
        message_id=typed.words("message"),
        start=start,
        end=end,
        why=typed.words("why"),
        by=g.actor.user_id,
        now=now,
    )
    session.commit()
    flash(f"{coached.user.name} is asked. Nothing is shown before they agree.", "good")
    return redirect(url_for("coaching.examples"))


@bp.post("/examples/<int:example_id>/answer")
@requires(Permission.COACHING_VIEW)
def answer_example(example_id: int) -> ResponseReturnValue:
    session = db.session()
    row = queries.get_example_for(session, g.actor, example_id)
    service.answer(session, row, agreed=typed.words("agreed") == "yes", by=g.actor.user_id, now=utcnow())
    session.commit()
    return redirect(url_for("coaching.examples"))


@bp.post("/examples/<int:example_id>/withdraw")
@requires(Permission.COACHING_VIEW)
def withdraw_example(example_id: int) -> ResponseReturnValue:
    session = db.session()
    row = queries.get_example_for(session, g.actor, example_id)
    service.withdraw(session, row, by=g.actor.user_id, now=utcnow())
    session.commit()
    flash("Taken back: it is shown nowhere any more.", "good")
    return redirect(url_for("coaching.examples"))
