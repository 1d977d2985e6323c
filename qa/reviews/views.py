"""The reviewer's queue and scoring page, a review as it is read, and the lists of one's own."""

import datetime as dt
from typing import Any

from flask import Blueprint, flash, g, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from qa.config import settings
from qa.core import access_log, advancing
from qa.core.access import Permission, requires
from qa.core.clock import local_day, midnight, monday_of, utcnow
from qa.core.cookies import form_token
from qa.core.crypto import KeyRing, UnreadableTextError, draft_key_of
from qa.core.db import apart, db, only_reading
from qa.core.errors import InvalidInputError, NotFoundError
from qa.core.pages import initials
from qa.core.routing import numbered
from qa.reviews import (
    choosing,
    drawn_page,
    next_part,
    opening,
    own_queue,
    queries,
    review_page,
    rules,
    saving,
    scoring_page,
    service,
    submitting,
    tasks,
    voiding,
)
from qa.reviews.comments import page as comment_page
from qa.reviews.companions import queries as companions
from qa.reviews.companions.rules import COMPANIONS
from qa.reviews.disputes import page as dispute_page
from qa.reviews.models import ReviewRevision
from qa.reviews.second_looks import service as second_looks
from qa.reviews.sent import just_sent
from qa.reviews.wellbeing.choices import read_choices
from qa.rubric_library import notes, procedures
from qa.sampling import exposure, handing_over, striking
from qa.sampling.models import Purpose

bp = Blueprint("reviews", __name__)


@bp.get("/queue")
@requires(Permission.QUEUE)
def queue() -> ResponseReturnValue:
    now = utcnow()
    session = db.session()
    day = local_day(now, g.zone)
    goal = own_queue.goal_of(
        session, g.actor.user_id, g.actor.preferences, day=day, since=midnight(monday_of(day), g.zone)
    )
    budget = exposure.budget_of(session, g.setting, g.actor.user_id, now=now)
    work = own_queue.arrange(queries.queue_of(session, g.actor), budget, goal, day=day)
    show = request.args.get("show", "today")
    return render_template(
        "reviews/queue.html",
        work=work,
        show=show if show in own_queue.SHOWN else "today",
        overdue=work.overdue(day),
        goal=goal,
        budget=budget,
        kinds=rules.KIND_WORDS,
        reasons=handing_over.REASONS,
        strike_reasons=striking.REASONS,
        recent=queries.reviews_by(session, g.actor, limit=10),
        just_sent=just_sent(now),
    )


@bp.get("/queue/<int:assignment_id>")
@requires(Permission.SCORE)
def score(assignment_id: int) -> ResponseReturnValue:
    """The scoring page. Opening it writes nothing; the draft begins with the first answer."""
    now = utcnow()
    session = db.session()
    # The things themselves: a proxy looks for them at every name.
    here, asked = g._get_current_object(), request._get_current_object()  # type: ignore[attr-defined]
    actor, setting, zone, customer = here.actor, here.setting, here.zone, here.programme.customer_word
    task = opening.open_for(session, actor, assignment_id)
    if task.state == "submitted" and task.review_id is not None:
        return redirect(url_for("reviews.show", review_id=task.review_id))
    if task.state != "open" and task.erased:
        raise UnreadableTextError("The text of this ticket was erased, so nobody can score it: it left your queue.")
    if task.state != "open":
        raise NotFoundError("This part was handed to somebody else; it is no longer in your queue.")
    if task.content_severity >= exposure.HARMFUL and task.review_id is None:
        budget = exposure.budget_of(session, setting, actor.user_id, now=now)
        if budget.rests(task.content_severity, task.ticket_id):
            return render_template("reviews/resting.html", task=task, budget=budget)
    blind = task.purpose != Purpose.SELF and (setting.blind or task.purpose in rules.BLIND_PURPOSES)
    conversation = task.conversation(session, KeyRing(settings().text_keys), customer_word=customer, blind=blind)
    access_log.buffer().opened(user_id=actor.user_id, ticket_id=task.ticket_id, purpose="score", now=now)
    shows = {"channel": task.channel, "live": setting.live_score}
    if task.untouched:
        progress, as_json = scoring_page.untouched(task.document, **shows)
    else:
        progress, as_json = scoring_page.as_json(
            scoring_page.progress(task.rubric, rules.state_of(task.answers), **shows)
        )
    links = procedures.links_for(session, task.rubric, actor.programme_id, task.resolved_at, today=local_day(now, zone))
    shown = scoring_page.drawn_messages(
        scoring_page.shown_messages(
            conversation, task.judges, blind=blind, customer=customer, judged_name=task.row.agent_name
        ),
        zone,
        curtain=task.content_severity,
    )
    return drawn_page.drawn(
        drawn_page.Look(
            roles=actor.roles,
            mounted_at=asked.script_root,
            purpose=task.purpose,
            content_severity=task.content_severity,
            strike_state=task.strike_state,
            begun=task.review_id is not None,
            blurred=read_choices(actor.preferences).blurs(task.content_severity),
        ),
        {
            **scoring_page.words_of(task),
            "answered": str(progress["answered"]),
            "total": str(progress["total"]),
            "url": asked.script_root + asked.path,
            "strike_url": numbered("sampling.ask_to_strike", assignment_id=task.id),
            "state": scoring_page.page_state(task, conversation.revision_id, as_json),
            "conversation": shown,
            "form": scoring_page.form_of(task.document, channel=task.channel, links=links),
            "csrf": form_token(),
            "viewer_name": actor.name,
            "viewer_initials": initials(actor.name),
            "draft_owner": str(actor.user_id),
            "draft_key": draft_key_of(settings().draft_key, actor.user_id),
        },
        just_sent=just_sent(now),
        live=(progress["score"] or "") if "score" in progress else None,
    )


@bp.post("/queue/<int:assignment_id>/answers")
@requires(Permission.SCORE)
def save(assignment_id: int) -> ResponseReturnValue:
    """Keep a save of the scoring page; what it answers is on disk."""
    now = utcnow()
    session = db.session()
    task = tasks.task_for(session, g.actor, assignment_id)
    payload = request.get_json(silent=True)
    change = scoring_page.read_save(payload, task.rubric)
    draft = saving.save(session, task, change, texts=scoring_page.texts_for(session, task, change), now=now)
    db.session.commit()
    told = scoring_page.progress(task.rubric, draft.state, channel=task.channel, live=g.setting.live_score)
    return scoring_page.answer(
        {"version": draft.version, "saved_at": now.isoformat(), **told, **rules.taken_out(payload, change)}
    )


@bp.post("/queue/<int:assignment_id>/submit")
@requires(Permission.SCORE)
def submit(assignment_id: int) -> ResponseReturnValue:
    """Send the review. What the page has not saved yet comes along as a save of its own id: one request, kept at once.

    Where something is missing, what came along is kept all the same.
    """
    now = utcnow()
    session = db.session()
    task = tasks.task_for(session, g.actor, assignment_id)
    payload = request.get_json(silent=True) or {}
    rest = {"setting": g.setting, "zone": g.zone, "now": now}
    if isinstance(payload, dict) and "save_id" in payload:
        change = scoring_page.read_save(payload, task.rubric)
        try:
            review = submitting.save_and_submit(
                session, task, change, texts=scoring_page.texts_for(session, task, change), **rest
            )
        except submitting.IncompleteReviewError as error:
            session.commit()
            error.state |= rules.taken_out(payload, change)
            raise
    else:
        version = payload.get("version") if isinstance(payload, dict) else None
        if type(version) is not int:
            raise InvalidInputError("A submit says which version it sends.", {"version": "missing"})
        review = submitting.submit(session, task, version=version, **rest)
    if review is not None:
        second_looks.sent(session, review, now=now)
    session.commit()  # first: what follows is no reason to hold a lock, or to undo a review
    if task.purpose in COMPANIONS:  # no next one is pressed on anybody
        following = url_for("reviews.mine", sent=assignment_id)
    else:
        following = onward(session, severity=task.content_severity, sent=assignment_id)
    return scoring_page.answer({"next": following})


@bp.post("/queue/<int:assignment_id>/undo")
@requires(Permission.SCORE)
def undo(assignment_id: int) -> ResponseReturnValue:
    task = queries.get_assignment_for(db.session(), g.actor, assignment_id)
    service.undo_submit(db.session(), task.assignment, now=utcnow())
    second_looks.taken_back(db.session(), task.assignment)
    db.session.commit()
    return redirect(url_for("reviews.score", assignment_id=assignment_id))


@bp.post("/queue/<int:assignment_id>/unclear")
@requires(Permission.SCORE)
def unclear(assignment_id: int) -> ResponseReturnValue:
    """Tell the rubric's owner what is unclear in a criterion; the answer says what was kept, redacted."""
    session = db.session()
    task = queries.get_assignment_for(session, g.actor, assignment_id)
    note = notes.add(
        session,
        task.assignment.rubric_version_id,
        request.form.get("criterion", ""),
        request.form.get("note", ""),
        by=g.actor.user_id,
        now=utcnow(),
    )
    kept = note.note
    db.session.commit()
    return jsonify(note=kept)


@bp.post("/queue/<int:assignment_id>/hand-over")
@requires(Permission.QUEUE)
def hand_over(assignment_id: int) -> ResponseReturnValue:
    """Give the same part to another reviewer; the sample does not change."""
    session = db.session()
    task = queries.get_assignment_for(session, g.actor, assignment_id)
    handing_over.hand_over(
        session, task.assignment, reason=request.form.get("reason", ""), by=g.actor.user_id, now=utcnow()
    )
    db.session.commit()
    if request.form.get("back") == "queue":
        flash("Somebody else reviews it now. It does not count against you.", "good")
        return redirect(url_for("reviews.queue"))
    return redirect(onward(session, severity=task.ticket.content_severity))


def onward(session: Session, *, severity: int, sent: int | None = None) -> str:
    """Where to go from a part: to the next one that may be opened today, by way of a pause if this one was hard."""
    following = next_part.next_in_queue(apart(session), g.actor, after=sent)
    session.rollback()
    if following is not None and following[1] >= exposure.HARMFUL:
        with only_reading(session):
            budget = exposure.budget_of(session, g.setting, g.actor.user_id, now=utcnow())
            following = next_part.next_in_queue(session, g.actor, after=sent, up_to=budget.offered_up_to)
    following_id = following[0] if following else None
    if severity >= exposure.HARMFUL and read_choices(g.actor.preferences).pause is not None:
        return url_for("wellbeing.pause", next=following_id, sent=sent)
    if following_id is None:
        return url_for("reviews.queue", sent=sent)
    return numbered("reviews.score", assignment_id=following_id) + ("" if sent is None else f"?sent={sent}")


@bp.get("/my-reviews")
@requires(Permission.OWN_REVIEWS)
def mine() -> ResponseReturnValue:
    now = utcnow()
    show = request.args.get("show", "")
    where = choosing.chosen(show, ReviewRevision.outcome)
    given = show != "unread" and g.actor.may(Permission.SCORE)  # what one gave, others read
    window = choosing.window(request.args.get("page", type=int))
    return render_template(
        "reviews/mine.html",
        show=show if show in choosing.WORDS else "",
        choices=list(choosing.WORDS.items()),
        about=queries.reviews_about(db.session(), g.actor, *where, now=now, **window),
        by=queries.reviews_by(db.session(), g.actor, *where, **window) if given else [],
        before=window["offset"],
        size=choosing.PAGE,
        names_reviewer=g.actor.may(Permission.REVIEWER_NAME),
        invited=companions.invitations(db.session(), g.actor),
        just_sent=just_sent(now),
    )


@bp.get("/reviews/<int:review_id>")
@requires(Permission.REVIEW_READ)
def show(review_id: int) -> ResponseReturnValue:
    """A submitted review: its result with every step, the answers, and the conversation where that may be read."""
    return read_page(review_id)


@bp.get("/reviews/<int:review_id>/revisions/<int:n>")
@requires(Permission.REVIEW_READ)
def revision(review_id: int, n: int) -> ResponseReturnValue:
    """A review as it once stood."""
    return read_page(review_id, n=n)


def read_page(review_id: int, *, n: int | None = None, **more: Any) -> str:
    """The page of a review as it stands, or as it stood; ``more`` is what was typed and what is wrong with it."""
    now = utcnow()
    session = db.session()
    view = queries.get_review_for(session, g.actor, review_id, now=now, n=n)
    current = view.revision.id == view.review.current_revision_id
    submitted = view.review.state == "submitted"
    context = {
        **review_page.shown(session, view, purpose="review", now=now),
        **dispute_page.beside_review(session, view, now=now),
        **comment_page.beside_review(session, view, now=now),
        **more,
    }
    return render_template(
        "reviews/show.html",
        **context,
        current=current,
        revisions=queries.revisions_of(session, review_id),
        beside=companions.beside(session, g.actor, view, now=now),
        next_to_read=next_part.next_to_read(session, g.actor, beside=view, now=now),
        waits_for_specialist=companions.waits_for_specialist(session, view.part.id)
        if view.review.released_at is None
        else None,
        may_acknowledge=current
        and submitted
        and view.review.purpose in rules.RELEASED_PURPOSES
        and view.part.specialist_id == g.actor.user_id
        and view.review.acknowledged_at is None,
        may_release=may_release(view, now=now),
        may_void=current and g.actor.may(Permission.REVIEW_VOID) and voiding.barrier(view, by=g.actor.user_id) is None,
        may_look=current
        and g.actor.may(Permission.SECOND_LOOK_TAKE)
        and second_looks.barrier(session, g.actor, view, now=now) is None,
        may_undo=current
        and view.review.reviewer_id == g.actor.user_id
        and rules.may_undo(view.review.submitted_at, now),
    )


def may_release(view: queries.ReviewView, *, now: dt.datetime) -> bool:
    """Whether this person may show a review to its specialist before its time, or at all."""
    review = view.review
    waits = review.released_at is None or review.released_at > now
    return (
        review.state == "submitted"
        and waits
        and review.purpose in rules.RELEASED_PURPOSES
        and not rules.may_undo(review.submitted_at, now)
        and comment_page.speaks_as_lead(view)
    )


@bp.post("/reviews/<int:review_id>/acknowledge")
@requires(Permission.OWN_REVIEWS)
def acknowledge(review_id: int) -> ResponseReturnValue:
    now = utcnow()
    view = queries.get_review_for(db.session(), g.actor, review_id, now=now)
    if view.part.specialist_id != g.actor.user_id:
        raise NotFoundError("This review is not about your work.")
    service.acknowledge(db.session(), view.review, by=g.actor.user_id, now=now)
    db.session.commit()
    return redirect(url_for("reviews.show", review_id=review_id))


@bp.post("/reviews/<int:review_id>/release")
@requires(Permission.COACHING_EDIT)
def release(review_id: int) -> ResponseReturnValue:
    now = utcnow()
    view = queries.get_review_for(db.session(), g.actor, review_id, now=now)
    if not comment_page.speaks_as_lead(view):
        raise NotFoundError("This review is not of a team of yours.")
    service.release(db.session(), view.review, by=g.actor.user_id, now=now)
    db.session.commit()
    flash("The review is released; the specialist is told.", "good")
    return redirect(url_for("reviews.show", review_id=review_id))


@bp.post("/reviews/<int:review_id>/void")
@requires(Permission.REVIEW_VOID)
def void(review_id: int) -> ResponseReturnValue:
    """Take a review out of every figure, with a reason."""
    now = utcnow()
    view = queries.get_review_for(db.session(), g.actor, review_id, now=now)
    reason = request.form.get("reason", "")
    voiding.void(db.session(), view, reason=reason, version=advancing.seen_version(), by=g.actor.user_id, now=now)
    db.session.commit()
    flash("The review is void: no figure counts it any more. It stays readable, and can be brought back.", "neutral")
    return redirect(url_for("reviews.show", review_id=review_id))


@bp.post("/reviews/<int:review_id>/bring-back")
@requires(Permission.REVIEW_VOID)
def bring_back(review_id: int) -> ResponseReturnValue:
    now = utcnow()
    view = queries.get_review_for(db.session(), g.actor, review_id, now=now)
    voiding.bring_back(db.session(), view, version=advancing.seen_version(), by=g.actor.user_id, now=now)
    db.session.commit()
    flash("The review counts again.", "good")
    return redirect(url_for("reviews.show", review_id=review_id))
