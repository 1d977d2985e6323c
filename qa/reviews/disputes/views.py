"""Disputing a review, the board of disputes, settling one, and how often disputed answers fell."""

import datetime as dt
from collections.abc import Mapping
from functools import partial

from flask import Blueprint, flash, g, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

import rubrics
from qa.core import advancing
from qa.core.access import Permission, Scope, requires
from qa.core.clock import local_day, utcnow
from qa.core.db import db
from qa.core.errors import ConflictError, InvalidInputError, NotFoundError
from qa.core.routing import stored_id
from qa.reviews import choosing, review_page
from qa.reviews import queries as review_queries
from qa.reviews import rules as review_rules
from qa.reviews.disputes import figures, page, queries, rules, service, settlers
from qa.reviews.disputes.queries import DisputeView, SettledCriterion
from qa.reviews.queries import ReviewView
from qa.reviews.views import read_page
from qa.rubric_library.queries import rubric_of, rubrics_of

bp = Blueprint("disputes", __name__)
FIGURES = dt.timedelta(weeks=26)


@bp.post("/reviews/<int:review_id>/dispute")
@requires(Permission.DISPUTE_OPEN)
def dispute(review_id: int) -> ResponseReturnValue:
    """Object to criteria of a review of one's own work."""
    now = utcnow()
    session = db.session()
    view = own_review(review_id, now=now)
    ends = page.window_of(session, view, view.review.released_at)
    refusal = service.why_not(view, queries.dispute_of(session, review_id), ends=ends, now=now)
    if refusal is not None:
        raise ConflictError(refusal)
    rubric = rubric_of(session, view.revision.rubric_version_id)
    given = {answer.criterion_key: answer for answer in review_queries.answers_of(session, view.revision.id)}
    answers = review_rules.state_of(list(given.values()))
    asked = rubrics.visible_criteria(rubric, answers, channel=view.ticket.channel)
    try:
        claims = rules.read_claims(request.form, [(criterion, given.get(criterion.key)) for criterion in asked])
    except InvalidInputError as error:
        return make_response(read_page(review_id, typed=request.form, errors=error.fields, problem=str(error)), 422)
    service.open_dispute(
        session,
        view,
        claims,
        ends=ends,
        setting=g.setting,
        zone=g.zone,
        by=g.actor.user_id,
        now=now,
    )
    db.session.commit()
    flash("Your dispute is sent. You are told as soon as it is settled.", "good")
    return redirect(url_for("reviews.show", review_id=review_id, _anchor="dispute"))


def own_review(review_id: int, *, now: dt.datetime) -> ReviewView:
    """A released review of one's own work."""
    view = review_queries.get_review_for(db.session(), g.actor, review_id, now=now)
    if view.part.specialist_id != g.actor.user_id:
        raise NotFoundError("This review is not about your work.")
    return view


@bp.post("/disputes/<int:dispute_id>/withdraw")
@requires(Permission.DISPUTE_OPEN)
def withdraw(dispute_id: int) -> ResponseReturnValue:
    known = queries.get_own_dispute(db.session(), g.actor, dispute_id)
    service.withdraw(db.session(), known.dispute, version=advancing.seen_version(), by=g.actor.user_id, now=utcnow())
    review_id = known.dispute.review_id
    db.session.commit()
    flash("Your dispute is withdrawn; the review stands as it was.", "neutral")
    return redirect(url_for("reviews.show", review_id=review_id))


@bp.post("/disputes/<int:dispute_id>/escalate")
@requires(Permission.DISPUTE_OPEN)
def escalate(dispute_id: int) -> ResponseReturnValue:
    """Ask a second instance to look again."""
    now = utcnow()
    session = db.session()
    known = queries.get_own_dispute(session, g.actor, dispute_id)
    view = own_review(known.dispute.review_id, now=now)
    service.escalate(
        session,
        view,
        known,
        reason=request.form.get("reason", ""),
        ends=page.window_of(session, view, known.dispute.closed_at),
        setting=g.setting,
        zone=g.zone,
        version=advancing.seen_version(),
        by=g.actor.user_id,
        now=now,
    )
    db.session.commit()
    flash("A QA lead looks at it again. You are told what they decide; that decision is final.", "good")
    return redirect(url_for("reviews.show", review_id=view.review.id, _anchor="dispute"))


@bp.get("/disputes/")
@requires(Permission.DISPUTE_SETTLE)
def index() -> ResponseReturnValue:
    """What waits to be settled, the one due first at the top; and what was settled."""
    session = db.session()
    team_id, instance = request.args.get("team", type=stored_id), request.args.get("instance", "")
    where = queries.only(team_id, instance)
    window = choosing.window(request.args.get("page", type=int))
    today = local_day(utcnow(), g.zone)
    board = partial(
        queries.board, session, g.actor, *where, own_specialist_ban=g.setting.own_specialist_ban, today=today
    )
    return render_template(
        "disputes/index.html",
        waiting=board(waiting=True),
        over=board(waiting=False, limit=window["limit"], offset=window["offset"]),
        before=window["offset"],
        size=choosing.PAGE,
        teams=queries.teams_with_disputes(session, g.actor),
        team_id=team_id,
        instance=instance,
        today=today,
    )


@bp.get("/disputes/<int:dispute_id>")
@requires(Permission.DISPUTE_SETTLE)
def show(dispute_id: int) -> ResponseReturnValue:
    return settling_page(dispute_id)


@bp.post("/disputes/<int:dispute_id>")
@requires(Permission.DISPUTE_SETTLE)
def settle(dispute_id: int) -> ResponseReturnValue:
    """Decide every criterion of a dispute."""
    now = utcnow()
    session = db.session()
    known, view = queries.get_dispute_for(session, g.actor, dispute_id, now=now)
    refusal = barrier_of(known, view, now=now)
    if refusal is not None:
        raise ConflictError(refusal)
    rubric = rubric_of(session, view.revision.rubric_version_id)
    disputed = disputed_criteria(known, rubric)
    version = advancing.seen_version()
    try:
        rulings = rules.read_rulings(request.form, disputed)
        changed = service.settle(
            session,
            view,
            known,
            rubric,
            rulings,
            also=also_answered(request.form, rubric),
            version=version,
            by=g.actor.user_id,
            now=now,
        )
    except InvalidInputError as error:
        session.rollback()
        fields, problem = error.fields, str(error)
        return make_response(settling_page(dispute_id, typed=request.form, errors=fields, problem=problem), 422)
    words = "The score is computed anew" if changed else "The review stands as it was"
    db.session.commit()
    flash(f"The dispute is settled. {words}; the specialist and the reviewer are told.", "good")
    return redirect(url_for("disputes.index"))


def disputed_criteria(known: DisputeView, rubric: rubrics.RubricVersion) -> list[rubrics.Criterion]:
    by_key = {criterion.key: criterion for criterion in rubric.criteria}
    return [by_key[item.disputed.criterion_key] for item in known.items]


def also_answered(form: Mapping[str, str], rubric: rubrics.RubricVersion) -> dict[str, rules.Choice]:
    """Answers to criteria that only the decisions make asked."""
    found = {}
    for criterion in rubric.criteria:
        choice = rules.read_choice(
            criterion, form.get(f"also-{criterion.key}", ""), form.get(f"also-percentage-{criterion.key}", "")
        )
        if choice is not None:
            found[criterion.key] = choice
    return found


def barrier_of(known: DisputeView, view: ReviewView, *, now: dt.datetime) -> str | None:
    """Why this person may not settle this dispute."""
    return rules.barrier(
        by=g.actor.user_id,
        reviewer_id=view.review.reviewer_id,
        specialist_id=view.part.specialist_id,
        first_settled_by=known.first_settled_by,
        second_instance=known.second_instance,
        leads_specialist=settlers.leads_specialist(db.session(), g.actor, view.part, today=local_day(now, g.zone)),
        own_specialist_ban=g.setting.own_specialist_ban,
        is_qa_lead=g.actor.may(Permission.DISPUTE_SETTLE, Scope.ALL),
    )


def settling_page(
    dispute_id: int,
    *,
    typed: Mapping[str, str] | None = None,
    errors: Mapping[str, str] | None = None,
    problem: str | None = None,
) -> str:
    now = utcnow()
    session = db.session()
    known, view = queries.get_dispute_for(session, g.actor, dispute_id, now=now)
    context = review_page.shown(session, view, purpose="dispute", now=now)
    wrong = dict(errors or {})
    return render_template(
        "disputes/show.html",
        **context,
        known=known,
        open=known.dispute.state in rules.OPEN_STATES,
        refusal=barrier_of(known, view, now=now),
        criteria={criterion.key: criterion for criterion in context["rubric"].criteria},
        present={each.criterion.key: each.answer for section in context["sections"] for each in section.criteria},
        also=[each for each in context["rubric"].criteria if f"also-{each.key}" in wrong],
        choices=rules.options,
        answer_words=rules.words,
        typed=typed or {},
        errors=wrong,
        problem=problem,
        today=local_day(now, g.zone),
    )


@bp.get("/disputes/rates")
@requires(Permission.DISPUTE_SETTLE)
def rates() -> ResponseReturnValue:
    """How often disputed answers fell, over the reviews released in half a year."""
    now = utcnow()
    session = db.session()
    since = now - FIGURES
    released = queries.released_since(g.actor, since, now)
    total, disputed = queries.counts(session, *released)
    settled = queries.settled_criteria(session, *released)
    names = criterion_names(settled)
    each = g.actor.may(Permission.REVIEWERS_VIEW, Scope.ALL)  # a reviewer's figure is one person's
    return render_template(
        "disputes/rates.html",
        since=since,
        disputed=figures.rate("Disputed reviews", disputed, total),
        overturned=figures.rate("Overturned criteria", sum(row.overturned for row in settled), len(settled)),
        groups=[
            ("By criterion", "Criterion", figures.rates((names[row], row.overturned) for row in settled)),
            ("By team", "Team", figures.rates((row.team, row.overturned) for row in settled)),
            *(
                [("By reviewer", "Reviewer", figures.rates((row.reviewer, row.overturned) for row in settled))]
                if each
                else []
            ),
        ],
    )


def criterion_names(settled: list[SettledCriterion]) -> dict[SettledCriterion, str]:
    """What each disputed criterion is called, by the newest version that was disputed, with its rubric."""
    versions = rubrics_of(db.session(), {row.rubric_version_id for row in settled})
    newest: dict[tuple[str, str], int] = {}
    for row in settled:
        key = (row.rubric, row.criterion_key)
        newest[key] = max(newest.get(key, 0), row.rubric_version_id)
    named = {
        key: next(each.name for each in versions[version_id].criteria if each.key == key[1])
        for key, version_id in newest.items()
    }
    return {row: f"{named[row.rubric, row.criterion_key]} ({row.rubric})" for row in settled}
