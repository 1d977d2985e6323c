"""Sessions: the list, a new one, and one screen from blind scoring to reveal, consensus and report."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from flask import Blueprint, flash, g, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session
from wtforms.fields import SelectChoice

import rubrics
from qa.calibration_sessions import (
    changing,
    drawings,
    extending,
    live,
    mixing,
    naming,
    proposing,
    queries,
    rules,
    service,
    session_page,
)
from qa.calibration_sessions.forms import CloseForm, ExtendForm, SessionForm, VersionForm
from qa.calibration_sessions.golden import queries as golden_queries
from qa.calibration_sessions.models import CalibrationSession
from qa.config import settings
from qa.core.access import Permission, Role, Scope, requires
from qa.core.advancing import seen_version
from qa.core.clock import local_day, utcnow
from qa.core.db import db
from qa.core.errors import ConflictError, InvalidInputError, NotFoundError
from qa.people.queries import people_with_role
from qa.rubric_library.drafting import RUBRIC, criteria_of
from qa.rubric_library.drafts import tree_of
from qa.rubric_library.models import RubricVersion
from qa.rubric_library.queries import drafts_of_session, rubric_of
from qa.tickets.queries import queue_names

bp = Blueprint("calibration", __name__, url_prefix="/calibration")
DUE_IN = dt.timedelta(days=5)


@bp.get("/")
@requires(Permission.CALIBRATION_VIEW)
def index() -> ResponseReturnValue:
    return render_template("calibration/index.html", sessions=queries.sessions_for(db.session(), g.actor))


@bp.get("/new")
@requires(Permission.CALIBRATION_FACILITATE)
def new() -> ResponseReturnValue:
    return new_page(filled_form())


def filled_form() -> SessionForm:
    """The form with who and what can be chosen."""
    session = db.session()
    today = local_day(utcnow(), g.zone)
    form = SessionForm()
    form.rubric_version.choices = [
        SelectChoice(version.id, f"{family.name} {version.label}")
        for version, family in queries.published_versions(session, g.actor.programme_id)
    ]
    people = {
        person.id: person.name
        for role in (Role.REVIEWER, Role.QA_LEAD, Role.TEAM_LEAD)
        for person in people_with_role(session, g.actor.programme_id, role, today)
    }
    leads = {
        person.id: person.name
        for role in (Role.QA_LEAD, Role.TEAM_LEAD)
        for person in people_with_role(session, g.actor.programme_id, role, today)
        if person.id == g.actor.user_id or g.actor.may(Permission.CALIBRATION_FACILITATE, Scope.ALL)
    }
    form.facilitator.choices = [SelectChoice(user_id, name) for user_id, name in leads.items()]
    form.participants.choices = [SelectChoice(user_id, name) for user_id, name in people.items()]
    if "facilitator" not in request.form:
        form.facilitator.data = g.actor.user_id
    if request.method == "GET":
        form.due_on.data = today + DUE_IN
        reviewers = people_with_role(session, g.actor.programme_id, Role.REVIEWER, today)
        form.participants.data = [person.id for person in reviewers]
    return form


def new_page(form: SessionForm, status: int = 200) -> ResponseReturnValue:
    session, queue = db.session(), request.args.get("queue", "")
    way = request.args.get("from", "hand")
    doubles = way == "doubles"
    offered = (
        proposed_parts(queue, request.args.get("criterion", ""))
        if doubles
        else mixing.mixed_parts(session, form)
        if way == "mix"
        else {"candidates": queries.candidates(session, g.actor, queue=queue, text=request.args.get("ticket", ""))}
    )
    body = render_template(
        "calibration/new.html",
        form=form,
        queues=queue_names(session, g.actor.programme_id),
        queue=queue,
        doubles=doubles,
        mix=way == "mix",
        weeks=proposing.WEEKS,
        **offered,
    )
    return make_response(body, status)


def proposed_parts(queue: str, criterion: str) -> dict[str, Any]:
    """Parts on which two reviewers differed, with the criteria in words."""
    session = db.session()
    found = proposing.compared(session, g.actor, queue=queue, now=utcnow())
    differing = proposing.most_differing(found, criterion)[: proposing.MOST]
    parts = proposing.parts_by_id(session, [each.part_id for each in differing])
    return {
        "candidates": [parts[each.part_id] for each in differing],
        "differing": {each.part_id: each for each in differing},
        "names": queries.criterion_names(session, g.actor.programme_id),
        "agreed": proposing.by_agreement(found),
        "criterion": criterion,
    }


@bp.post("/new")
@requires(Permission.CALIBRATION_FACILITATE)
def create() -> ResponseReturnValue:
    form = filled_form()
    if not form.validate():
        return new_page(form, 422)
    try:
        row = service.open_session(
            db.session(),
            programme_id=g.actor.programme_id,
            title=form.title.data or "",
            rubric_version_id=form.rubric_version.data,
            part_ids=form.parts.data or [],
            participant_ids=form.participants.data or [],
            facilitator_id=form.facilitator.data,
            by=g.actor.user_id,
            due_on=form.due_on.data or local_day(utcnow(), g.zone),
            now=utcnow(),
            fresh=True,
            anonymous=form.anonymous.data,
        )
    except InvalidInputError as error:
        db.session.rollback()
        form.participants.errors = [*form.participants.errors, str(error)]
        return new_page(form, 422)
    db.session.commit()
    flash("The session is open. Everybody finds the parts in their queue.", "good")
    return redirect(url_for("calibration.show", session_id=row.id))


@bp.get("/<int:session_id>")
@requires(Permission.CALIBRATION_VIEW)
def show(session_id: int) -> ResponseReturnValue:
    session = db.session()
    row = queries.get_session_for(session, g.actor, session_id)
    people = queries.participants_of(session, row.id)
    parts = queries.parts_of(session, row.id)
    context: dict[str, Any] = {
        "row": row,
        "people": people,
        "parts": parts,
        "leads": is_led(row),
        "mine": next((person for person in people if person.user.id == g.actor.user_id), None),
        "form": VersionForm(version=row.lock_version),
        "close_form": CloseForm(version=row.lock_version),
        "extend_form": ExtendForm(version=row.lock_version, due_on=row.due_on),
        "mark": live.mark(row, people, leads=is_led(row)),
    }
    if row.state == "scoring":
        return render_template("calibration/scoring.html", **context)
    rubric, revealed = revealed_page(row, people, parts)
    over_time = [
        (f"{local_day(sat.row.revealed_at, g.zone):%d %b %Y}, {sat.row.title}", rules.session_agreement(sat.answers))
        for sat in queries.sessions_with_the_rubric(session, g.actor, row)
        if sat.row.revealed_at is not None
    ]
    return render_template(
        "calibration/revealed.html",
        over_time=drawings.agreement_chart(over_time) if len(over_time) > 1 else None,
        rubric=rubric,
        revealed=revealed,
        chart=drawings.scores_chart(revealed),
        drafts=drafts_of_session(session, row.id),
        talks=session_page.talks(revealed),
        golden=golden_queries.living_by_part(session, [part.part.id for part in parts])
        if row.state == "closed"
        else {},
        **context,
    )


def revealed_page(
    row: CalibrationSession, people: list[queries.Sitting], parts: list[queries.PartOf]
) -> tuple[rubrics.RubricVersion, session_page.Revealed]:
    """What a session shows once it is revealed, with its rubric."""
    session = db.session()
    rubric = rubric_of(session, row.rubric_version_id)
    names = names_for(row, people)
    by_id = {person.user.id: person for person in people}
    return rubric, session_page.revealed(
        rubric,
        parts,
        [by_id[user_id] for user_id in names],
        queries.scored(session, row.id),
        queries.consensus_answers(session, row.id),
        shown_as=names,
    )


@bp.get("/<int:session_id>/discussion")
@requires(Permission.CALIBRATION_VIEW)
def discussion(session_id: int) -> ResponseReturnValue:
    """What was said in a session, by criterion: what a draft of the rubric begins with."""
    row = queries.get_session_for(db.session(), g.actor, session_id)
    if row.state == "scoring":
        return redirect(url_for("calibration.show", session_id=session_id))
    people, parts = queries.participants_of(db.session(), row.id), queries.parts_of(db.session(), row.id)
    rubric, revealed = revealed_page(row, people, parts)
    return render_template(
        "calibration/discussion.html",
        row=row,
        rubric=rubric,
        talks=session_page.talks(revealed),
        drafts=drafts_of_session(db.session(), row.id),
    )


@bp.post("/<int:session_id>/change")
@requires(Permission.CALIBRATION_FACILITATE)
def change(session_id: int) -> ResponseReturnValue:
    """Open the next version of the rubric as a draft, at the criterion that was asked for."""
    session = db.session()
    row = queries.get_led_session_for(session, g.actor, session_id)
    if row.state == "scoring":
        raise ConflictError("Reveal the session first: until then nobody knows where people differ.")
    people, parts = queries.participants_of(session, row.id), queries.parts_of(session, row.id)
    _, revealed = revealed_page(row, people, parts)
    why = session_page.in_short(row.title, session_page.talks(revealed))
    version, fresh = changing.begin_change(session, row, why=why, by=g.actor.user_id, now=utcnow())
    place = place_of(session, version, request.form.get("criterion", ""))
    db.session.commit()
    if fresh:
        flash(f"{version.label} is a draft now, with what was said here attached.", "good")
    else:
        flash(f"{version.label} was begun in this session already: go on with it.", "good")
    return redirect(url_for("rubrics.edit", version_id=version.id, at=place))


def place_of(session: Session, version: RubricVersion, criterion_key: str) -> str:
    """Where the editor of a draft shows a criterion; the rules of the rubric where it has none of that key."""
    tree = tree_of(session, version)
    return next((each["id"] for each in criteria_of(tree) if each["key"] == criterion_key), RUBRIC)


def is_led(row: CalibrationSession) -> bool:
    try:
        queries.get_led_session_for(db.session(), g.actor, row.id)
    except NotFoundError:
        return False
    return True


def names_for(row: CalibrationSession, people: list[queries.Sitting], me: int | None = None) -> dict[int, str]:
    """How participants appear to who looks, in the order in which they stand."""
    me = g.actor.user_id if me is None else me
    known = [
        naming.Named(user_id=person.user.id, name=person.user.name, pseudonym=person.user.pseudonym)
        for person in people
    ]
    if row.anonymous:
        return naming.shown_anonymously(known, me=me, session_id=row.id, key=settings().audit_key)
    named = g.actor.may(Permission.REVIEWER_NAME) or is_led(row)
    return naming.told_apart(naming.shown_as(known, me=me, named=named))


@bp.post("/<int:session_id>/extend")
@requires(Permission.CALIBRATION_FACILITATE)
def extend(session_id: int) -> ResponseReturnValue:
    """Another deadline for whoever has not scored yet."""
    row = queries.get_led_session_for(db.session(), g.actor, session_id)
    form = ExtendForm()
    if not form.validate() or form.version.data is None or form.due_on.data is None:
        raise InvalidInputError("Choose a day, such as 2026-04-30.", {"due_on": "choose a day"})
    now = utcnow()
    extending.extend(
        db.session(),
        row,
        form.due_on.data,
        version=form.version.data,
        today=local_day(now, g.zone),
        by=g.actor.user_id,
        now=now,
    )
    db.session.commit()
    flash("The deadline is moved; whoever has parts left is told.", "good")
    return redirect(url_for("calibration.show", session_id=session_id))


@bp.post("/<int:session_id>/reveal")
@requires(Permission.CALIBRATION_FACILITATE)
def reveal(session_id: int) -> ResponseReturnValue:
    row = queries.get_led_session_for(db.session(), g.actor, session_id)
    service.reveal(db.session(), row, version=seen_version(), by=g.actor.user_id, now=utcnow())
    db.session.commit()
    flash("Revealed to everybody at once. Now agree, part by part.", "good")
    return redirect(url_for("calibration.show", session_id=session_id))


@bp.post("/<int:session_id>/parts/<int:session_part_id>/consensus")
@requires(Permission.CALIBRATION_FACILITATE)
def consensus(session_id: int, session_part_id: int) -> ResponseReturnValue:
    session = db.session()
    row = queries.get_led_session_for(session, g.actor, session_id)
    part = next((each for each in queries.parts_of(session, row.id) if each.session_part.id == session_part_id), None)
    if part is None:
        raise NotFoundError("This part is not in the session.")
    rubric = rubric_of(session, row.rubric_version_id)
    choices, reasons = (
        {criterion.key: request.form.get(f"{field}-{criterion.key}", "") for criterion in rubric.criteria}
        for field in ("level", "reason")
    )
    if request.form.get("take") == "expert":
        choices, reasons = of_the_expert(row, part, reasons)
    service.set_consensus(
        session,
        row,
        part.session_part,
        rubric,
        choices,
        reasons,
        channel=part.ticket.channel,
        version=seen_version(),
        by=g.actor.user_id,
        now=utcnow(),
    )
    db.session.commit()
    flash(f"Consensus kept for #{part.ticket.external_id}.", "good")
    return redirect(url_for("calibration.show", session_id=session_id, _anchor=f"part-{session_part_id}"))


def of_the_expert(
    row: CalibrationSession, part: queries.PartOf, reasons: Mapping[str, str]
) -> tuple[dict[str, str], dict[str, str]]:
    """One participant's answers as the standard of a part, each with a reason that says whose they are."""
    if row.state != "revealed":
        raise ConflictError("A standard is set between the reveal and the close of a session.")
    session = db.session()
    names = names_for(row, queries.participants_of(session, row.id))
    chosen = {
        answer.criterion_key: session_page.stored_choice(answer)
        for answer in queries.scored(session, row.id).answers
        if answer.part_id == part.part.id and str(answer.user_id) == request.form.get("expert")
    }
    if not chosen:
        raise InvalidInputError("Choose whose score is the standard.", {"expert": "nobody who scored this part"})
    name = next(name for user_id, name in names.items() if str(user_id) == request.form.get("expert"))
    return chosen, {key: reasons.get(key) or f"As {name} scored it, taken as the expert’s." for key in chosen}


@bp.post("/<int:session_id>/close")
@requires(Permission.CALIBRATION_FACILITATE)
def close(session_id: int) -> ResponseReturnValue:
    row = queries.get_led_session_for(db.session(), g.actor, session_id)
    form = CloseForm()
    if not form.validate() or form.version.data is None:
        raise InvalidInputError("What was learnt has at most 4,000 characters.")
    service.close(
        db.session(),
        row,
        version=form.version.data,
        learnt=form.learnt.data or "",
        by=g.actor.user_id,
        now=utcnow(),
    )
    db.session.commit()
    flash("The session is closed; its report stays here.", "good")
    return redirect(url_for("calibration.show", session_id=session_id))
