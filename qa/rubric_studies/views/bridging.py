"""The bridge between versions: what is found, a study started, its shift kept or given up."""

from __future__ import annotations

import datetime as dt
import random
import secrets

from flask import flash, g, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from wtforms.fields import SelectChoice

from qa.core.access import Permission, requires
from qa.core.clock import local_day, utcnow
from qa.core.db import db
from qa.core.errors import ConflictError, InvalidInputError
from qa.core.routing import stored_id
from qa.rubric_library.models import RubricFamily, RubricVersion
from qa.rubric_library.queries import get_version_for
from qa.rubric_studies import bridges, bridging, drawings, forms, queries, service
from qa.rubric_studies.views.blueprint import bp
from qa.sampling.reviewers import reviewers_on

MOST_BRIDGES = 8  # newest versions; each asks one statement
DUE_IN = dt.timedelta(days=7)


@bp.get("/versions/<int:version_id>/bridge")
@requires(Permission.RUBRIC_STUDIES)
def bridge(version_id: int) -> ResponseReturnValue:
    """The shift from each other version to this one, and the studies that measure it."""
    version, family = get_version_for(db.session(), g.actor, version_id)
    return bridge_page(version, family, filled_form(version))


def filled_form(version: RubricVersion) -> forms.BridgeForm | None:
    """The form with the versions and people to choose from; nothing for who may not start a study."""
    session = db.session()
    if not g.actor.may(Permission.RUBRIC_BRIDGE) or version.state not in service.SCORED_WITH:
        return None
    today = local_day(utcnow(), g.zone)
    form = forms.BridgeForm()
    form.old.choices = [SelectChoice(other.id, other.label) for other in queries.former_versions(session, version)]
    people = [person for person in reviewers_on(session, g.actor.programme_id, today) if not person.absent]
    form.reviewers.choices = [SelectChoice(person.user_id, person.name) for person in people]
    if request.method == "GET":
        form.due_on.data = today + DUE_IN
        form.reviewers.data = [person.user_id for person in people]
        form.old.data = request.args.get("from", type=stored_id) or form.old.data
    return form


def bridge_page(
    version: RubricVersion, family: RubricFamily, form: forms.BridgeForm | None, *, status: int = 200, refused: str = ""
) -> ResponseReturnValue:
    session = db.session()
    others = queries.former_versions(session, version)[:MOST_BRIDGES]
    kept = bridges.kept_shifts(session, [version.id, *(other.id for other in others)])
    found = [
        (other, bridging.shift_of(queries.bridged(session, other.id, version.id)), kept.get((other.id, version.id)))
        for other in others
    ]
    shown = [(other.label, shift if known is None else known) for other, shift, known in found]
    body = render_template(
        "rubric_studies/bridge.html",
        version=version,
        family=family,
        found=found,
        studies=bridges.studies_to(session, version.id),
        kept_shift=bridges.kept_shift,
        may_be_kept=bridging.may_be_kept,
        fewest=bridging.FEWEST,
        chart=drawings.shift_chart([(label, shift) for label, shift in shown if shift.n_items]),
        any_shift=any(shift.n_items for _, shift in shown),
        form=form,
        refused=refused,
    )
    return make_response(body, status)


@bp.post("/versions/<int:version_id>/bridge")
@requires(Permission.RUBRIC_BRIDGE)
def start_bridge(version_id: int) -> ResponseReturnValue:
    session = db.session()
    version, family = get_version_for(session, g.actor, version_id)
    form = filled_form(version)
    if form is None:
        raise ConflictError("A draft has no reviews: publish it first, then bridge.")
    if not form.validate():
        return bridge_page(version, family, form, status=422)
    old, _ = get_version_for(session, g.actor, form.old.data)
    try:
        study = service.start(
            session,
            g.actor,
            g.setting,
            old=old,
            new=version,
            way=form.way.data,
            parts=form.parts.data or 0,
            reviewer_ids=form.reviewers.data or [],
            due_on=form.due_on.data or local_day(utcnow(), g.zone),
            chance=random.Random(secrets.randbits(128)),  # noqa: S311
            now=utcnow(),
        )
    except (ConflictError, InvalidInputError) as error:
        session.rollback()
        return bridge_page(version, family, filled_form(version), status=422, refused=str(error))
    db.session.commit()
    if study.session_id is not None:
        flash("The session is open. Everybody finds the parts in their queue.", "good")
        return redirect(url_for("calibration.show", session_id=study.session_id))
    flash("The bridge is begun. The reviewers find its parts in their queues, one version a part.", "good")
    return redirect(url_for("studies.bridge", version_id=version.id))


@bp.post("/versions/<int:version_id>/bridge/found")
@requires(Permission.RUBRIC_BRIDGE)
def keep_found(version_id: int) -> ResponseReturnValue:
    """Keep the shift of the parts that have both scores without a study."""
    session = db.session()
    version, _ = get_version_for(session, g.actor, version_id)
    old_id = request.form.get("old", type=stored_id)
    if old_id is None:
        raise InvalidInputError("Say from which version the shift leads.")
    old, _ = get_version_for(session, g.actor, old_id)
    service.keep_found(session, g.actor, old=old, new=version, now=utcnow())
    return kept(version.id)


@bp.post("/bridges/<int:study_id>/keep")
@requires(Permission.RUBRIC_BRIDGE)
def keep_shift(study_id: int) -> ResponseReturnValue:
    study = bridges.get_study_for(db.session(), g.actor, study_id)
    service.keep(db.session(), study, by=g.actor.user_id, now=utcnow())
    return kept(study.new_version_id)


def kept(version_id: int) -> ResponseReturnValue:
    db.session.commit()
    flash("The shift is kept with what it was computed from. Trends join the two versions by it.", "good")
    return redirect(url_for("studies.bridge", version_id=version_id))


@bp.post("/bridges/<int:study_id>/stop")
@requires(Permission.RUBRIC_BRIDGE)
def stop_bridge(study_id: int) -> ResponseReturnValue:
    study = bridges.get_study_for(db.session(), g.actor, study_id)
    service.stop(db.session(), study, by=g.actor.user_id, now=utcnow())
    db.session.commit()
    flash("The study is given up. What was scored stays scored.", "good")
    return redirect(url_for("studies.bridge", version_id=study.new_version_id))
