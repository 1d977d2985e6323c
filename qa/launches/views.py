"""Launches: the watch list, one with what it did to quality and its issues, writing them down, and a file of them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence

from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from qa.core import advancing, entering, taking_in
from qa.core.access import Permission, requires
from qa.core.clock import local_day, monday_of, utcnow, week_key
from qa.core.db import db
from qa.core.fields import shown_again
from qa.core.import_views import Importing, add_pages
from qa.launches import comparing, drawings, evidence, fields, queries, service
from qa.launches.models import Launch
from qa.tickets.queries import queue_names

bp = Blueprint("launches", __name__, url_prefix="/launches")


def _take_in(session: Session, rows: Sequence[entering.Row], now: dt.datetime) -> taking_in.Outcome:
    return service.take_in(session, g.actor.programme_id, rows, by=g.actor.user_id, now=now)


add_pages(
    bp,
    Importing(
        noun="launches",
        lead="A launch a line, told apart by name.",
        entries=lambda: fields.columns(),
        carry_out=_take_in,
        object_type="launch",
        list_endpoint="launches.index",
        list_title="Launches",
    ),
    Permission.LAUNCHES_EDIT,
)


@bp.get("/")
@requires(Permission.LAUNCHES_VIEW)
def index() -> ResponseReturnValue:
    """The watch list: what is coming, what runs, what is over."""
    return list_page()


def list_page(*, typed: Mapping[str, str] | None = None, errors: Mapping[str, str] | None = None) -> str:
    session, now = db.session(), utcnow()
    archived = request.args.get("state") == "away"
    editing = g.actor.may(Permission.LAUNCHES_EDIT)
    return render_template(
        "launches/index.html",
        views=queries.launches_of(session, g.actor, archived=archived),
        archived=archived,
        today=local_day(now, g.zone),
        **(form_context(session, now, queue_names(session, g.actor.programme_id)) if editing else {}),
        typed=typed or {},
        errors=errors or {},
    )


def form_context(
    session: Session, now: dt.datetime, queues: Sequence[str], view: queries.LaunchView | None = None
) -> dict[str, object]:
    """What the form of a launch offers."""
    plans = list(service.plans_by_name(session, g.actor.programme_id))
    if view is not None and view.plan is not None and view.plan.name not in plans:
        plans.append(view.plan.name)
    return {
        "entries": fields.entries(plans),
        "people": service.owners(session, g.actor.programme_id, now).values(),
        "queues": queues,
    }


@bp.post("/")
@requires(Permission.LAUNCHES_EDIT)
@shown_again(list_page)
def create() -> ResponseReturnValue:
    session = db.session()
    values = entering.read_form(fields.entries(), request.form)
    launch = service.create(session, g.actor.programme_id, values, by=g.actor.user_id, now=utcnow())
    launch_id = launch.id
    session.commit()
    flash("The launch is watched: its page compares before, during and after.", "good")
    return redirect(url_for("launches.show", launch_id=launch_id))


@bp.get("/<int:launch_id>")
@requires(Permission.LAUNCHES_VIEW)
def show(launch_id: int) -> ResponseReturnValue:
    return launch_page(launch_id)


def plan_address(launch: Launch) -> str:
    """The form of a plan that watches a launch, filled in: its tickets by the help desk's name, else its queues."""
    where = {"launch": launch.label} if launch.label else {"queue": launch.queues}
    return url_for(
        "sampling.new_plan",
        kind="launch_watch" if launch.label else "simple",
        name=f"Launch {launch.name}",
        until=week_key(launch.ends_on) if launch.ends_on else None,
        **where,
    )


def launch_page(
    launch_id: int,
    *,
    typed: Mapping[str, str] | None = None,
    errors: Mapping[str, str] | None = None,
    issue: Mapping[str, str] | None = None,
    issue_errors: Mapping[str, str] | None = None,
) -> str:
    """A launch's page; ``typed`` and ``errors`` are what was sent and what is wrong with it, of an issue too."""
    session, now = db.session(), utcnow()
    view = queries.get_launch_for(session, g.actor, launch_id)
    launch, today = view.launch, local_day(now, g.zone)
    weeks = comparing.phases(launch.starts_on, launch.ends_on, monday_of(today) - dt.timedelta(weeks=1))
    queues = queue_names(session, g.actor.programme_id)
    seen = evidence.watched(session, g.actor, launch, weeks, queues) if weeks else None
    about = evidence.parts_about(session, g.actor, launch, weeks)
    editing = g.actor.may(Permission.LAUNCHES_EDIT)
    values = {name: taking_in.written(value) for name, value in service.values_of(view).items()}
    return render_template(
        "launches/show.html",
        view=view,
        launch=launch,
        today=today,
        plan_url=plan_address(launch),
        control=launch.control_queues or [name for name in queues if name not in launch.queues],
        unknown=[name for name in (*launch.queues, *launch.control_queues) if name not in queues],
        issues=queries.issues_of(session, launch.id),
        seen=seen,
        phase_words=comparing.PHASE_WORDS,
        groups=drawings.NAMES,
        quality=drawings.quality_chart(seen, launch) if seen is not None and seen.anything else None,
        volume=drawings.volume_chart(about) if about else None,
        **(form_context(session, now, queues, view) if editing else {}),
        typed=typed or values,
        errors=errors or {},
        issue_fields=fields.ISSUE,
        issue=issue or {},
        issue_errors=issue_errors or {},
    )


@bp.post("/<int:launch_id>")
@requires(Permission.LAUNCHES_EDIT)
@shown_again(launch_page)
def edit(launch_id: int) -> ResponseReturnValue:
    session = db.session()
    view = queries.get_launch_for(session, g.actor, launch_id)
    version = advancing.seen_version()
    values = entering.read_form(fields.entries(), request.form)
    service.edit(session, view, values, version=version, by=g.actor.user_id, now=utcnow())
    session.commit()
    flash("Saved.", "good")
    return redirect(url_for("launches.show", launch_id=launch_id))


@bp.post("/<int:launch_id>/archive")
@requires(Permission.LAUNCHES_EDIT)
def archive(launch_id: int) -> ResponseReturnValue:
    return put_away(launch_id, away=True)


@bp.post("/<int:launch_id>/restore")
@requires(Permission.LAUNCHES_EDIT)
def restore(launch_id: int) -> ResponseReturnValue:
    return put_away(launch_id, away=False)


def put_away(launch_id: int, *, away: bool) -> ResponseReturnValue:
    session = db.session()
    view = queries.get_launch_for(session, g.actor, launch_id)
    service.archive(session, view.launch, version=advancing.seen_version(), away=away, by=g.actor.user_id, now=utcnow())
    session.commit()
    flash("Put away: no axis shows it. You can bring it back here." if away else "It is back.", "good")
    return redirect(url_for("launches.show", launch_id=launch_id))


def issue_page(launch_id: int, *, typed: Mapping[str, str], errors: Mapping[str, str]) -> str:
    """A launch's page with an issue that cannot be listed as it was typed."""
    return launch_page(launch_id, issue=typed, issue_errors=errors)


@bp.post("/<int:launch_id>/issues")
@requires(Permission.LAUNCHES_EDIT)
@shown_again(issue_page)
def add_issue(launch_id: int) -> ResponseReturnValue:
    """Something that is known to go wrong with it."""
    session = db.session()
    view = queries.get_launch_for(session, g.actor, launch_id)
    values = entering.read_form(fields.ISSUE, request.form)
    service.add_issue(
        session, view.launch, text=values["text"], url=values["url"] or "", by=g.actor.user_id, now=utcnow()
    )
    session.commit()
    flash("The issue is listed.", "good")
    return redirect(url_for("launches.show", launch_id=launch_id, _anchor="issues"))


@bp.post("/issues/<int:issue_id>")
@requires(Permission.LAUNCHES_EDIT)
def settle_issue(issue_id: int) -> ResponseReturnValue:
    """It goes wrong no more, or again."""
    session = db.session()
    issue = queries.get_issue_for(session, g.actor, issue_id)
    settled = request.form.get("settled") == "yes"
    service.settle_issue(session, issue, settled=settled, by=g.actor.user_id, now=utcnow())
    launch_id = issue.launch_id
    session.commit()
    return redirect(url_for("launches.show", launch_id=launch_id, _anchor="issues"))
