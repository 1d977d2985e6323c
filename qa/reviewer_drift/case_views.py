"""One case: its page, the conversation, a session held because of it, and how it is settled."""

from __future__ import annotations

from typing import Any

from flask import flash, g, make_response, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from wtforms.fields import SelectChoice

from qa.calibration_sessions.models import CalibrationSession
from qa.core.access import Permission, requires
from qa.core.advancing import seen_version
from qa.core.clock import utcnow
from qa.core.db import db
from qa.people.models import User
from qa.reviewer_drift import cases, forms, jobs, queries, runs, wording
from qa.reviewer_drift.models import DriftCase
from qa.reviewer_drift.views import bp

__all__ = ["bp"]


@bp.get("/cases/<int:case_id>")
@requires(Permission.DRIFT_CASE)
def show_case(case_id: int) -> ResponseReturnValue:
    return page(cases.get_case_for(db.session(), g.actor, case_id))


def page(case: DriftCase, status: int = 200, **tried: Any) -> ResponseReturnValue:
    """The case with its forms; those that failed say why."""
    session = db.session()
    person = session.get_one(User, case.reviewer_id)
    names = queries.people_of(session, [each for each in (case.owner_id, case.decided_by_id) if each is not None])
    sessions = queries.sessions_with(session, case.reviewer_id, since=case.onset, zone=g.zone)
    session_form = tried.get("session_form") or forms.SessionForm(version=case.lock_version)
    session_form.session.choices = [SelectChoice(row.id, row.title) for row in sessions]
    body = render_template(
        "reviewers/case.html",
        case=case,
        person=person,
        own=case.reviewer_id == g.actor.user_id,
        may_settle=g.actor.may(Permission.DRIFT_SETTLE) and case.reviewer_id != g.actor.user_id,
        owner=names.get(case.owner_id or 0),
        decided_by=names.get(case.decided_by_id or 0),
        former=None if case.follows_id is None else session.get(DriftCase, case.follows_id),
        calibration=None if case.session_id is None else session.get(CalibrationSession, case.session_id),
        messages=cases.messages_of(session, case),
        message_form=tried.get("message_form") or forms.MessageForm(),
        settle_form=tried.get("settle_form") or forms.SettleForm(version=case.lock_version),
        session_form=session_form,
        outcomes={key: word.lower() for key, word in forms.OUTCOME_WORDS.items()},
        wording=wording,
    )
    return make_response(body, status)


def back(case_id: int) -> ResponseReturnValue:
    return redirect(url_for("reviewers.show_case", case_id=case_id))


@bp.post("/cases/<int:case_id>/take")
@requires(Permission.DRIFT_SETTLE)
def take_case(case_id: int) -> ResponseReturnValue:
    session = db.session()
    case = cases.get_case_for(session, g.actor, case_id)
    cases.take(session, case, version=seen_version(), by=g.actor.user_id, now=utcnow())
    session.commit()
    flash("You look into it now; the reviewer has been told and can answer.", "good")
    return back(case_id)


@bp.post("/cases/<int:case_id>/say")
@requires(Permission.DRIFT_CASE)
def write_case(case_id: int) -> ResponseReturnValue:
    session = db.session()
    case = cases.get_case_for(session, g.actor, case_id)
    form = forms.MessageForm()
    if not form.validate():
        return page(case, 422, message_form=form)
    message = cases.write(session, case, text=form.text.data or "", by=g.actor.user_id, now=utcnow())
    said = message.text
    session.commit()
    flash("Said. Kept as: " + said[:200], "good")
    return back(case_id)


@bp.post("/cases/<int:case_id>/calibration")
@requires(Permission.DRIFT_SETTLE)
def attach_case(case_id: int) -> ResponseReturnValue:
    session = db.session()
    case = cases.get_case_for(session, g.actor, case_id)
    form = forms.SessionForm()
    sessions = queries.sessions_with(session, case.reviewer_id, since=case.onset, zone=g.zone)
    form.session.choices = [SelectChoice(row.id, row.title) for row in sessions]
    if not form.validate():
        return page(case, 422, session_form=form)
    cases.attach(
        session,
        case,
        session_id=form.session.data,
        version=int(form.version.data or 0),
        by=g.actor.user_id,
        now=utcnow(),
    )
    session.commit()
    return back(case_id)


@bp.post("/cases/<int:case_id>/settle")
@requires(Permission.DRIFT_SETTLE)
def settle_case(case_id: int) -> ResponseReturnValue:
    session = db.session()
    case = cases.get_case_for(session, g.actor, case_id)
    form = forms.SettleForm()
    if not form.validate():
        return page(case, 422, settle_form=form)
    newest = runs.newest_run(session, g.actor.programme_id)
    cases.settle(
        session,
        case,
        outcome=form.outcome.data,
        reason=form.reason.data or "",
        through=case.onset if newest is None else newest.through,
        version=int(form.version.data or 0),
        by=g.actor.user_id,
        now=utcnow(),
    )
    jobs.ask(session, g.actor.programme_id, by=g.actor.user_id, now=utcnow())
    session.commit()
    flash("Settled. The next run, which has been asked for, reckons with it.", "good")
    return back(case_id)
