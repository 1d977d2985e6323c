"""Reviewers' time, and the parts that they say were never in the population."""

from flask import flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_wtf import FlaskForm
from sqlalchemy import select

from qa.core.access import Permission, requires
from qa.core.clock import local_day, utcnow
from qa.core.db import db
from qa.core.errors import InvalidInputError, NotFoundError
from qa.core.routing import stored_id
from qa.people.models import User
from qa.sampling import queries, reviewer_time, striking
from qa.sampling.views.blueprint import bp

HOURS = "hours-"


@bp.get("/reviewers")
@requires(Permission.SAMPLING_DRAW)
def reviewers() -> ResponseReturnValue:
    """Who has how much time, in hours and in reviews, and who is paused."""
    session = db.session()
    now = utcnow()
    return render_template(
        "sampling/reviewers.html",
        form=FlaskForm(),
        rows=reviewer_time.times_of(session, g.actor.programme_id, local_day(now, g.zone)),
        pace=reviewer_time.pace(session, g.actor.programme_id, now=now),
        most=reviewer_time.MOST_HOURS,
    )


@bp.post("/reviewers")
@requires(Permission.SAMPLING_DRAW)
def set_hours() -> ResponseReturnValue:
    """Hours a week become reviews a week; an empty field leaves the reviewer as they are."""
    session = db.session()
    now = utcnow()
    hours = {
        int(name[len(HOURS) :]): number(text, name)
        for name, text in request.form.items()
        if name.startswith(HOURS) and name[len(HOURS) :].isdigit() and text.strip()
    }
    changed = reviewer_time.set_hours(
        session,
        g.actor.programme_id,
        hours,
        minutes=number(request.form.get("minutes", ""), "minutes"),
        by=g.actor.user_id,
        today=local_day(now, g.zone),
        now=now,
    )
    session.commit()
    flash(f"{changed} reviewers have another capacity from today on." if changed else "Nothing was changed.", "good")
    return redirect(url_for("sampling.reviewers"))


def number(text: str, name: str) -> float:
    """A number of a form, with a point or a comma."""
    try:
        value = float(text.strip().replace(",", "."))
    except ValueError as error:
        raise InvalidInputError(f"{text.strip()[:20]!r} is not a number.", {name: "not a number"}) from error
    if not abs(value) < 1e6:  # also catches what is no number at all
        raise InvalidInputError("That number is too large.", {name: "too large"})
    return value


@bp.post("/reviewers/<int:user_id>/pause")
@requires(Permission.SAMPLING_DRAW)
def pause_reviewer(user_id: int) -> ResponseReturnValue:
    session = db.session()
    person = reviewer(user_id)
    reviewer_time.pause(session, person, by=g.actor.user_id, now=utcnow())
    session.commit()
    flash(f"{person.name} is given nothing new. What waits in their queue stays; the board gives it to others.", "good")
    return back()


@bp.post("/reviewers/<int:user_id>/resume")
@requires(Permission.SAMPLING_DRAW)
def resume_reviewer(user_id: int) -> ResponseReturnValue:
    session = db.session()
    person = reviewer(user_id)
    reviewer_time.resume(session, person, by=g.actor.user_id, now=utcnow())
    session.commit()
    flash(f"{person.name} is given parts again from the next draw on.", "good")
    return back()


def reviewer(user_id: int) -> User:
    """A person of one's own programme."""
    found = db.session.scalar(select(User).where(User.id == user_id, User.programme_id == g.actor.programme_id))
    if found is None:
        raise NotFoundError("There is no such reviewer.")
    return found


def back() -> ResponseReturnValue:
    """To the board that the button stood on, or to the list."""
    draw = request.form.get("draw", type=stored_id)
    return redirect(url_for("sampling.board", draw_id=draw) if draw else url_for("sampling.reviewers"))


@bp.post("/assignments/<int:assignment_id>/strike")
@requires(Permission.QUEUE)
def ask_to_strike(assignment_id: int) -> ResponseReturnValue:
    """A reviewer says that a part was never in the population; a lead answers."""
    session = db.session()
    assignment = queries.get_own_assignment(session, g.actor, assignment_id)
    striking.ask(session, assignment, reason=request.form.get("reason", ""), by=g.actor.user_id, now=utcnow())
    session.commit()
    flash("A lead will look at it. The part stays in your queue until then; go on with the next one.", "good")
    return redirect(url_for("reviews.queue"))


@bp.get("/strike-requests")
@requires(Permission.SAMPLING_DRAW)
def strike_requests() -> ResponseReturnValue:
    return render_template(
        "sampling/strike_requests.html", form=FlaskForm(), rows=striking.open_requests(db.session(), g.actor)
    )


@bp.post("/strike-requests/<int:request_id>/confirm")
@requires(Permission.SAMPLING_DRAW)
def confirm_strike(request_id: int) -> ResponseReturnValue:
    session = db.session()
    asked = striking.get_request_for(session, g.actor, request_id)
    substitute = striking.confirm(session, asked, g.setting, by=g.actor.user_id, now=utcnow())
    drawn = asked.drawn_unit_id is not None
    session.commit()
    if not drawn:
        told = "The part is taken back; it was given by choice, so nothing moves up."
    else:
        told = "The part is struck from the sample; " + (
            "the next one of its kind moved up." if substitute else "there is no other of its kind."
        )
    flash(told, "good")
    return redirect(url_for("sampling.strike_requests"))


@bp.post("/strike-requests/<int:request_id>/decline")
@requires(Permission.SAMPLING_DRAW)
def decline_strike(request_id: int) -> ResponseReturnValue:
    session = db.session()
    asked = striking.get_request_for(session, g.actor, request_id)
    striking.decline(session, asked, by=g.actor.user_id, now=utcnow())
    session.commit()
    flash("The part counts and stays with its reviewer, who is told.", "good")
    return redirect(url_for("sampling.strike_requests"))
