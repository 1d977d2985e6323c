"""What a session shows while people look at it together, and what is left of it: live state, walk, reports."""

from __future__ import annotations

import datetime as dt
import hashlib
import io
from typing import Any

from flask import g, jsonify, redirect, render_template, request, send_file, url_for
from flask.typing import ResponseReturnValue

from calibration.results import Estimate
from exports import calibration_workbook
from qa.calibration_sessions import (
    drawings,
    live,
    own_queries,
    passages,
    queries,
    reporting,
    rules,
    session_page,
    walking,
    workbook,
)
from qa.calibration_sessions.models import CalibrationSession
from qa.calibration_sessions.views import bp, is_led, names_for, revealed_page
from qa.config import settings
from qa.core import audit
from qa.core.access import Permission, requires
from qa.core.clock import local_day, utcnow
from qa.core.crypto import KeyRing
from qa.core.db import db, only_reading
from qa.core.errors import ConflictError, NotFoundError
from qa.rubric_library.queries import drafts_of_session, rubric_of

__all__ = ["bp"]
NOBODY = 0  # whose name a workbook does not replace by “You”
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@bp.get("/<int:session_id>/live")
@requires(Permission.CALIBRATION_VIEW)
def live_state(session_id: int) -> ResponseReturnValue:
    """Whether there is something new to see; unchanged it is answered without a body (304)."""
    session = db.session()
    row = queries.get_session_for(session, g.actor, session_id)
    leads = is_led(row)
    people = queries.participants_of(session, row.id) if leads and row.state == "scoring" else []
    response = jsonify(mark=live.mark(row, people, leads=leads))
    response.headers["Cache-Control"] = "no-cache"
    response.add_etag()
    return response.make_conditional(request)


@bp.get("/<int:session_id>/criteria/<string:key>")
@requires(Permission.CALIBRATION_VIEW)
def criterion(session_id: int, key: str) -> ResponseReturnValue:
    """One criterion over all parts, side by side; the next and the one before are a key away."""
    session = db.session()
    row = queries.get_session_for(session, g.actor, session_id)
    if row.state == "scoring":
        return redirect(url_for("calibration.show", session_id=session_id))
    people, parts = queries.participants_of(session, row.id), queries.parts_of(session, row.id)
    present = {person.user.id for person in people if person.submitted}
    names = {user_id: name for user_id, name in names_for(row, people).items() if user_id in present}
    try:
        walk = walking.walk(
            rubric_of(session, row.rubric_version_id),
            key,
            parts,
            queries.scored(session, row.id),
            queries.consensus_answers(session, row.id),
            names=names,
            quotes=passages.pinned(session, g.actor, row.id, key, ring=KeyRing(settings().text_keys), now=utcnow()),
        )
    except KeyError as error:
        raise NotFoundError("The rubric of this session has no such criterion.") from error
    return render_template(
        "calibration/criterion.html", row=row, walk=walk, leads=is_led(row), mark=live.mark(row, people, leads=False)
    )


@bp.get("/<int:session_id>/report")
@requires(Permission.CALIBRATION_VIEW)
def report(session_id: int) -> ResponseReturnValue:
    """The whole report; each participant's figures only for who leads the session."""
    row = queries.get_session_for(db.session(), g.actor, session_id)
    if row.state == "scoring":
        return redirect(url_for("calibration.show", session_id=session_id))
    return render_template("calibration/report.html", **report_context(row))


def report_context(row: CalibrationSession) -> dict[str, Any]:
    """Everything that page and workbook of a report show."""
    session = db.session()
    people, parts = queries.participants_of(session, row.id), queries.parts_of(session, row.id)
    rubric, revealed = revealed_page(row, people, parts)
    over_time = agreement_over_time(row)
    return {
        "row": row,
        "rubric": rubric,
        "parts": parts,
        "people": people,
        "revealed": revealed,
        "leads": is_led(row),
        "sat": any(person.user.id == g.actor.user_id and person.submitted for person in people),
        "decisions": reporting.decisions(revealed),
        "differing": [talk for talk in session_page.talks(revealed) if talk.differing],
        "over_time": drawings.agreement_chart([(f"{day:%d %b %Y}, {title}", told) for day, title, told in over_time])
        if len(over_time) > 1
        else None,
        "drafts": drafts_of_session(session, row.id),
    }


def agreement_over_time(row: CalibrationSession) -> list[tuple[dt.date, str, Estimate]]:
    """How alike people chose in the sessions with a rubric, as far as one may open them, oldest first."""
    return [
        (local_day(sat.row.revealed_at, g.zone), sat.row.title, rules.session_agreement(sat.answers))
        for sat in queries.sessions_with_the_rubric(db.session(), g.actor, row)
        if sat.row.revealed_at is not None
    ]


@bp.post("/<int:session_id>/report")
@requires(Permission.CALIBRATION_FACILITATE)
def export_report(session_id: int) -> ResponseReturnValue:
    """The report as a workbook; that it was made goes to the audit trail."""
    session, now = db.session(), utcnow()
    with only_reading(session):
        row = queries.get_led_session_for(session, g.actor, session_id)
        if row.state == "scoring":
            raise ConflictError("Reveal the session first: until then nobody's scores are shown to anybody.")
        people, parts = queries.participants_of(session, row.id), queries.parts_of(session, row.id)
        data = workbook.data_of(
            session,
            row,
            rubric=rubric_of(session, row.rubric_version_id),
            people=people,
            parts=parts,
            names=names_for(row, people, me=NOBODY),
            over_time=agreement_over_time(row),
            made_by=g.actor.name,
            zone=g.zone,
            now=now,
        )
        content = calibration_workbook.build(data)
    audit.record(
        session,
        action="export.calibration",
        object_type="calibration_session",
        object_id=row.id,
        actor_id=g.actor.user_id,
        now=now,
        detail={"scores": len(data.scores), "sha256": hashlib.sha256(content).hexdigest()},
    )
    db.session.commit()
    name = f"calibration-{row.id}-{local_day(now, g.zone).isoformat()}.xlsx"
    return send_file(io.BytesIO(content), mimetype=XLSX, as_attachment=True, download_name=name)


@bp.get("/<int:session_id>/mine")
@requires(Permission.CALIBRATION_VIEW)
def own(session_id: int) -> ResponseReturnValue:
    """What one participant alone reads about the own scores."""
    session = db.session()
    row = queries.get_session_for(session, g.actor, session_id)
    if row.state == "scoring":
        return redirect(url_for("calibration.show", session_id=session_id))
    people, parts = queries.participants_of(session, row.id), queries.parts_of(session, row.id)
    present = [person.user.id for person in people if person.submitted]
    if g.actor.user_id not in present:
        raise NotFoundError("You scored nothing in this session, so there is no report of your own.")
    rubric = rubric_of(session, row.rubric_version_id)
    told = reporting.own_report(
        rubric,
        parts,
        queries.scored(session, row.id),
        queries.consensus_answers(session, row.id),
        user_id=g.actor.user_id,
        present=present,
    )
    sittings = own_queries.sittings_of(session, g.actor.user_id, row.rubric_version_id, zone=g.zone)
    return render_template(
        "calibration/own.html",
        row=row,
        rubric=rubric,
        report=told,
        chart=reporting.beside_the_others(told),
        over_sessions=reporting.over_sessions(sittings) if len(sittings) > 1 else None,
    )
