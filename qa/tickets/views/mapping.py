"""The column mapping page: what each column of an upload means, with a preview, and then the intake."""

from __future__ import annotations

import json

from flask import flash, g, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from qa.core.access import Permission, requires
from qa.core.clock import utcnow
from qa.core.db import db
from qa.core.errors import InvalidInputError
from qa.core.routing import stored_id
from qa.tickets import jobs, mapping_forms, uploads
from qa.tickets.intake import dates, fields, guessing, marks
from qa.tickets.intake import mapping as mappings
from qa.tickets.models import IntakeUpload
from qa.tickets.views.blueprint import bp


@bp.get("/intake/uploads/<int:upload_id>")
@requires(Permission.INTAKE_RUN)
def mapping(upload_id: int) -> ResponseReturnValue:
    upload = uploads.get_upload_for(db.session(), g.actor, upload_id)
    if upload.run_id is not None:
        return redirect(url_for("tickets.intake_run", run_id=upload.run_id))
    if upload.closed_at is not None:
        flash("That upload was thrown away; nothing of it was stored.", "neutral")
        return redirect(url_for("tickets.intake"))
    return page(upload, mappings.mapping_of(upload.mapping), {})


def page(
    upload: IntakeUpload, shown: mappings.ColumnMapping, errors: dict[str, str], status: int = 200, told: str = ""
) -> ResponseReturnValue:
    looks = uploads.looks_of(upload)
    body = render_template(
        "tickets/mapping.html",
        upload=upload,
        mapping=shown,
        views=mapping_forms.views_of(looks, shown, errors),
        errors=errors,
        told=told,
        problems=shown.problems(),
        saved=uploads.saved_mappings(db.session(), g.actor.programme_id),
        reads=list(mappings.READS.items()),
        answers=fields.ANSWERS,
        units=list(mapping_forms.UNIT_WORDS.items()),
        zones=dates.zone_names(),
        where=list(marks.WHERE.items()),
        severities=marks.SEVERITIES,
        escalation=mapping_forms.rules_shown(shown.marks.escalation),
        severity=mapping_forms.rules_shown(shown.marks.severity),
        regions=mapping_forms.rules_shown(shown.marks.regions),
        region_where=list(marks.REGION_WHERE.items()),
        name=request.form.get("name", upload.mapping_name),
    )
    return make_response(body, status)


@bp.post("/intake/uploads/<int:upload_id>")
@requires(Permission.INTAKE_RUN)
def change_mapping(upload_id: int) -> ResponseReturnValue:
    """Keep what was chosen; with ``action`` guess anew, begin from a kept mapping, throw away, or take in."""
    session = db.session()
    upload = uploads.get_upload_for(session, g.actor, upload_id)
    action = request.form.get("action", "preview")
    if action == "discard":
        uploads.throw_away(session, upload, jobs.upload_folder(), now=utcnow())
        flash("Thrown away: the files are deleted, and nothing of them was stored.", "good")
        return redirect(url_for("tickets.intake"))
    version = request.form.get("version", 0, type=stored_id)
    looks = uploads.looks_of(upload)
    if action in ("guess", "load"):
        name, chosen = "", guessing.guess_from(looks)
        if action == "load":
            saved = uploads.get_saved_for(session, g.actor, request.form.get("saved", 0, type=stored_id))
            name, chosen = saved.name, mapping_forms.fitted(mappings.mapping_of(saved.mapping), looks)
        uploads.change(upload, chosen, version=version, name=name)
        session.commit()
        return redirect(url_for("tickets.mapping", upload_id=upload_id))
    chosen, errors = mapping_forms.mapping_from(request.form, looks, mappings.mapping_of(upload.mapping))
    if action != "import" or errors:
        uploads.change(upload, chosen, version=version)
        session.commit()
        return page(upload, chosen, errors, 422 if action == "import" else 200)
    try:
        run = uploads.take_in(
            session,
            upload,
            chosen,
            version=version,
            name=request.form.get("name", ""),
            by=g.actor.user_id,
            now=utcnow(),
        )
    except InvalidInputError as error:
        session.rollback()
        return page(upload, chosen, errors, 422, str(error))
    session.commit()
    return redirect(url_for("tickets.intake_run", run_id=run.id))


@bp.get("/intake/mappings/<int:mapping_id>.json")
@requires(Permission.INTAKE_RUN)
def saved_mapping(mapping_id: int) -> ResponseReturnValue:
    """A kept mapping as a file, for ``flask intake --mapping``."""
    saved = uploads.get_saved_for(db.session(), g.actor, mapping_id)
    answer = make_response(json.dumps(saved.mapping, ensure_ascii=False, indent=2) + "\n")
    answer.mimetype = "application/json"
    answer.headers["Content-Disposition"] = f"attachment; filename=mapping-{saved.id}.json"
    return answer


@bp.post("/intake/mappings/<int:mapping_id>/delete")
@requires(Permission.INTAKE_RUN)
def forget_mapping(mapping_id: int) -> ResponseReturnValue:
    session = db.session()
    saved = uploads.get_saved_for(session, g.actor, mapping_id)
    uploads.forget_mapping(session, saved, by=g.actor.user_id, now=utcnow())
    session.commit()
    flash(f"The mapping “{saved.name}” is deleted. Intakes made by it keep their own copy.", "good")
    return redirect(url_for("tickets.intake"))
