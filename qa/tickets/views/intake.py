"""The admin's pages of what comes in: the runs, an upload, one run with the rows that could not be used."""

from __future__ import annotations

from flask import flash, g, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from qa.core.access import Permission, requires
from qa.core.clock import utcnow
from qa.core.db import db
from qa.tickets import forms, jobs, keeping, rules, service, uploads
from qa.tickets import intake_queries as queries
from qa.tickets.downloads import csv_response
from qa.tickets.intake import base, formats, recognising, sealing
from qa.tickets.views.blueprint import bp


@bp.get("/intake")
@requires(Permission.INTAKE_RUN)
def intake() -> ResponseReturnValue:
    return page(forms.IntakeForm())


def page(form: forms.IntakeForm, status: int = 200) -> ResponseReturnValue:
    body = render_template(
        "tickets/intake.html",
        form=form,
        formats=forms.UPLOADS,
        runs=queries.runs_for(db.session(), g.actor),
        unmatched=queries.unmatched_count(db.session(), g.actor.programme_id),
        waiting=uploads.open_uploads(db.session(), g.actor),
        saved=uploads.saved_mappings(db.session(), g.actor.programme_id),
        sources=list(uploads.source_keys(db.session(), g.actor.programme_id)),
    )
    return make_response(body, status)


@bp.post("/intake")
@requires(Permission.INTAKE_RUN)
def upload() -> ResponseReturnValue:
    """Keep the files, and the job that takes them in; tables wait for their column mapping first."""
    form = forms.IntakeForm()
    if not form.validate():
        return page(form, 422)
    programme_id, now = g.actor.programme_id, utcnow()
    uploads.forget_old(db.session(), jobs.upload_folder(), now=now)
    db.session.rollback()  # nobody waits for the database while files are copied
    kept = keeping.keep_files(jobs.upload_folder(), [(each.filename, each.stream) for each in form.files.data])
    try:
        chosen = form.format.data
        if chosen == forms.RECOGNISED:
            with sealing.opening(kept.key):
                chosen = (
                    recognising.help_desk_of(keeping.kept_files(jobs.upload_folder(), kept.token)) or formats.TABLES
                )
        if chosen == formats.TABLES:
            return to_mapping(form, kept)
        run = service.begin_upload(
            db.session(),
            programme_id,
            chosen,
            kept,
            ring=jobs.keys().ring,
            by=g.actor.user_id,
            now=now,
            source_key=service.key_for(form.source.data or "") or None,
        )
        db.session.commit()
    except base.UnusableFileError as error:
        keeping.forget_files(jobs.upload_folder(), kept.token)
        form.files.errors = [str(error)]
        return page(form, 422)
    except BaseException:
        keeping.forget_files(jobs.upload_folder(), kept.token)
        raise
    if form.format.data != chosen:
        flash(f"The files were taken for an export of {formats.FORMATS[chosen].title}.", "neutral")
    return redirect(url_for("tickets.intake_run", run_id=run.id))


def to_mapping(form: forms.IntakeForm, kept: keeping.KeptFiles) -> ResponseReturnValue:
    """Look at the first rows of the tables, and ask what their columns mean."""
    with sealing.opening(kept.key):
        looks = uploads.look(keeping.kept_files(jobs.upload_folder(), kept.token))
    known, name = uploads.source_keys(db.session(), g.actor.programme_id), (form.source.data or "").strip()
    upload = uploads.begin(
        db.session(),
        g.actor.programme_id,
        formats.TABLES,
        known.get(name, service.key_for(name)),
        kept,
        looks,
        ring=jobs.keys().ring,
        by=g.actor.user_id,
        now=utcnow(),
    )
    db.session.commit()
    return redirect(url_for("tickets.mapping", upload_id=upload.id))


@bp.get("/intake/<int:run_id>")
@requires(Permission.INTAKE_RUN)
def intake_run(run_id: int) -> ResponseReturnValue:
    session = db.session()
    view = queries.get_run_for(session, g.actor, run_id)
    job = queries.job_of(session, view.run)
    return render_template(
        "tickets/intake_run.html",
        view=view,
        run=view.run,
        job=job,
        going=view.run.state in ("waiting", "running") and (job is None or job.state in ("waiting", "running")),
        most_kept=service.MOST_KEPT_REJECTS,
        rejects=queries.rejects_of(session, view, page=min(request.args.get("page", 1, type=int), 10_000)),
        left_out={reason.value: words for reason, words in rules.INELIGIBLE_WORDS.items()},
        without_part={reason.value: words for reason, words in rules.WITHOUT_PART_WORDS.items()},
        reasons=[] if view.closed else queries.reasons_of(session, run_id),
        unmatched=queries.unmatched_count(session, g.actor.programme_id),
    )


@bp.get("/intake/<int:run_id>/rejects.csv")
@requires(Permission.INTAKE_RUN)
def rejects(run_id: int) -> ResponseReturnValue:
    """The rows that could not be used, to be mended where they come from."""
    view = queries.get_run_for(db.session(), g.actor, run_id)
    return csv_response(
        f"intake-{view.run.id}-rejects.csv",
        ("file", "line", "column", "value", "reason"),
        queries.all_rejects(db.session(), view),
    )
