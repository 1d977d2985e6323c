"""Exports that come by themselves: set up, paused, deleted; what they brought is fetched by its receiver."""

from __future__ import annotations

from flask import Blueprint, flash, g, make_response, redirect, render_template, send_file, url_for
from flask.typing import ResponseReturnValue

from exports import text
from qa.coaching import scorecards
from qa.config import settings
from qa.core import audit
from qa.core.access import Permission, Scope, requires
from qa.core.clock import local_day, utcnow
from qa.core.db import db
from qa.core.errors import InvalidInputError, NotFoundError
from qa.notices import service as notices
from qa.people import models as people
from qa.scheduled_exports import forms, jobs, making, models, queries, rules, service
from qa.trends import queries as trends

bp = Blueprint("scheduled_exports", __name__, url_prefix="/exports/scheduled")
MEDIA = {".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"}


@bp.get("/")
@requires(Permission.DATA_EXPORT)
def index() -> ResponseReturnValue:
    return page(_form())


@bp.post("/")
@requires(Permission.DATA_EXPORT)
def set_up() -> ResponseReturnValue:
    """A new schedule; one that comes once is begun at once."""
    form = _form()
    if not form.validate():
        return page(form, 422)
    session, now = db.session(), utcnow()
    try:
        row = service.set_up(
            session,
            g.actor,
            receiver_id=form.receiver.data,
            kind=form.kind.data,
            options={"team": form.team.data or None, "queue": form.queue.data, "weeks": form.weeks.data},
            rhythm=form.rhythm.data,
            weekday=form.weekday.data,
            hour=form.hour.data if form.hour.data is not None else -1,
            way=form.way.data,
            teams=[team.id for team in scorecards.teams_for(session, g.actor)],
            receivers=[person.id for person in _receivers()],
            folder=settings().export_folder is not None,
            now=now,
        )
    except InvalidInputError as error:
        session.rollback()
        form.refuse(error)
        return page(form, 422)
    once = row.rhythm == rules.Rhythm.ONCE
    db.session.commit()
    flash("The export is being made; it waits here when it is ready." if once else "The schedule is set up.", "good")
    return redirect(url_for("scheduled_exports.index"))


@bp.post("/<int:schedule_id>/pause")
@requires(Permission.DATA_EXPORT)
def pause(schedule_id: int) -> ResponseReturnValue:
    session = db.session()
    service.pause(session, queries.get_schedule_for(session, g.actor, schedule_id), by=g.actor.user_id, now=utcnow())
    db.session.commit()
    flash("Paused: nothing comes until you resume it.", "good")
    return redirect(url_for("scheduled_exports.index"))


@bp.post("/<int:schedule_id>/resume")
@requires(Permission.DATA_EXPORT)
def resume(schedule_id: int) -> ResponseReturnValue:
    session = db.session()
    service.resume(session, queries.get_schedule_for(session, g.actor, schedule_id), by=g.actor.user_id, now=utcnow())
    db.session.commit()
    flash("It comes again from its next time on.", "good")
    return redirect(url_for("scheduled_exports.index"))


@bp.post("/<int:schedule_id>/take-over")
@requires(Permission.DATA_EXPORT)
def take_over(schedule_id: int) -> ResponseReturnValue:
    """Go on with a schedule that stopped by itself, as one's own."""
    session = db.session()
    row = queries.get_schedule_for(session, g.actor, schedule_id)
    teams = [team.id for team in scorecards.teams_for(session, g.actor)]
    service.take_over(session, g.actor, row, teams=teams, now=utcnow())
    db.session.commit()
    flash("The schedule is yours now; it comes again from its next time on.", "good")
    return redirect(url_for("scheduled_exports.index"))


@bp.post("/<int:schedule_id>/delete")
@requires(Permission.DATA_EXPORT)
def delete(schedule_id: int) -> ResponseReturnValue:
    """Delete a schedule: whoever set it up, or whoever it is for, who may not want it any more."""
    session = db.session()
    row = queries.get_schedule_for(session, g.actor, schedule_id, or_received=True)
    service.end(session, row, by=g.actor.user_id, now=utcnow())
    db.session.commit()
    flash("The schedule is deleted. What it brought can be fetched until its week is over.", "good")
    return redirect(url_for("scheduled_exports.index"))


@bp.get("/deliveries/<int:delivery_id>")
@requires(Permission.DATA_EXPORT)
def show(delivery_id: int) -> ResponseReturnValue:
    """Where an e-mail leads: what is ready, and how to fetch it."""
    delivery, schedule = queries.get_delivery_for(db.session(), g.actor, delivery_id)
    return render_template(
        "scheduled_exports/delivery.html",
        delivery=delivery,
        schedule=schedule,
        words=rules.OFFERS[rules.Kind(schedule.kind)].words,
        allowed=making.may_still(g.actor, rules.Kind(schedule.kind), made_with(delivery)),
    )


@bp.post("/deliveries/<int:delivery_id>/file")
@requires(Permission.DATA_EXPORT)
def fetch(delivery_id: int) -> ResponseReturnValue:
    """The file, for its receiver alone, while the receiver's roles and teams still allow it; each fetch is audited."""
    session, now = db.session(), utcnow()
    delivery, schedule = queries.get_delivery_for(session, g.actor, delivery_id)
    kind = rules.Kind(schedule.kind)
    making.check_still(g.actor, kind, made_with(delivery))
    path = jobs.folder() / delivery.file_name if delivery.file_name else None
    if delivery.state != models.DeliveryState.DONE or path is None or not path.is_file():
        raise NotFoundError("There is no file any more: its week is over.")
    audit.record(
        session,
        action="export.fetched",
        object_type="export_delivery",
        object_id=delivery.id,
        actor_id=g.actor.user_id,
        now=now,
    )
    notices.mark_read(session, g.actor.user_id, "export_delivery", delivery.id, now=now)
    suffix = rules.OFFERS[kind].suffix
    name = text.file_name("fairmark", kind.value, delivery.created_at.date().isoformat(), suffix=suffix)
    db.session.commit()
    return send_file(
        path,
        as_attachment=True,
        download_name=name,
        mimetype=MEDIA.get(suffix, "application/zip"),
        max_age=0,
    )


def made_with(delivery: models.ExportDelivery) -> making.Reach:
    return making.Reach(teams=delivery.teams, clearance=delivery.clearance, regions=delivery.regions)


def _receivers() -> list[people.User]:
    return list(queries.receivers(db.session(), g.actor, today=local_day(utcnow(), g.zone)))


def _form() -> forms.ScheduleForm:
    session = db.session()
    return forms.ScheduleForm.offering(
        [kind for kind in rules.Kind if making.may(g.actor, kind)],
        scorecards.teams_for(session, g.actor),
        trends.queue_names(session, g.actor),
        _receivers(),
        me=g.actor.user_id,
        folder=settings().export_folder is not None and g.actor.may(Permission.DATA_EXPORT, Scope.ALL),
    )


def page(form: forms.ScheduleForm, status: int = 200) -> ResponseReturnValue:
    now = utcnow()
    listed = queries.schedules_of(db.session(), g.actor)
    body = render_template(
        "scheduled_exports/index.html",
        form=form,
        listed=listed,
        next_due={
            each.schedule.id: rules.next_due(
                each.schedule.rhythm, each.schedule.weekday, each.schedule.hour, g.zone, now
            )
            for each in listed
        },
        mails=settings().mail is not None,
        takes_over=g.actor.may(Permission.DATA_EXPORT, Scope.ALL),
        kept_days=service.KEPT_DAYS,
    )
    return make_response(body, status)
