"""What happens to a version: copied, sent to review, returned, published, retired, thrown away."""

from flask import flash, g, redirect, request, url_for
from flask.typing import ResponseReturnValue

from qa.core.access import Permission, requires
from qa.core.clock import midnight, utcnow
from qa.core.db import db
from qa.core.errors import InvalidInputError
from qa.rubric_library import drafts, queries, workflow
from qa.rubric_library.forms import PublishForm
from qa.rubric_library.views.blueprint import bp


def done(words: str, version_id: int, *, page: str = "show") -> ResponseReturnValue:
    """Keep what was done to a version, say so, and go to a page of it."""
    db.session.commit()
    flash(words, "good")
    return redirect(url_for(f"rubrics.{page}", version_id=version_id))


@bp.post("/versions/<int:version_id>/copy")
@requires(Permission.RUBRIC_DRAFT)
def copy(version_id: int) -> ResponseReturnValue:
    """The next version of the same rubric, or, with a name, another rubric."""
    version, _ = queries.get_version_for(db.session(), g.actor, version_id)
    if request.form.get("as") == "rubric":
        made = drafts.clone_family(
            db.session(), version, name=request.form.get("name", ""), by=g.actor.user_id, now=utcnow()
        )
    else:
        made = drafts.clone_version(db.session(), version, by=g.actor.user_id, now=utcnow())
    return done(f"{made.label} is a draft. What it was copied from stays as it is.", made.id, page="edit")


@bp.post("/versions/<int:version_id>/send")
@requires(Permission.RUBRIC_DRAFT)
def send(version_id: int) -> ResponseReturnValue:
    version, family = queries.get_version_for(db.session(), g.actor, version_id)
    try:
        workflow.send(db.session(), version, note=request.form.get("note", ""), by=g.actor.user_id, now=utcnow())
    except workflow.UnfinishedDraftError as error:
        db.session.rollback()
        flash(f"Not sent: {error} They are marked below.", "bad")
        return redirect(url_for("rubrics.edit", version_id=version_id))
    return done(f"{family.name} {version.label} is in review. A second person publishes it.", version_id)


@bp.post("/versions/<int:version_id>/take-back")
@requires(Permission.RUBRIC_DRAFT)
def take_back(version_id: int) -> ResponseReturnValue:
    version, _ = queries.get_version_for(db.session(), g.actor, version_id)
    workflow.take_back(db.session(), version, by=g.actor.user_id, now=utcnow())
    return done("The version is a draft again.", version_id, page="edit")


@bp.post("/versions/<int:version_id>/return")
@requires(Permission.RUBRIC_PUBLISH)
def send_back(version_id: int) -> ResponseReturnValue:
    version, _ = queries.get_version_for(db.session(), g.actor, version_id)
    workflow.send_back(db.session(), version, reason=request.form.get("reason", ""), by=g.actor.user_id, now=utcnow())
    return done("The version is with its writers again; they see your reason.", version_id)


@bp.post("/versions/<int:version_id>/publish")
@requires(Permission.RUBRIC_PUBLISH)
def publish(version_id: int) -> ResponseReturnValue:
    version, family = queries.get_version_for(db.session(), g.actor, version_id)
    form = PublishForm()
    if not form.validate() or form.effective_from.data is None:
        raise InvalidInputError("Say from which day the version is in force, such as 2026-11-02.")
    effective_from = midnight(form.effective_from.data, g.zone)
    newer = workflow.overtaken(db.session(), version, effective_from)
    if newer is not None and request.form.get("anyway") != "yes":
        flash(
            f"Not published yet: {newer.label} is in force by then, and {version.label} would take over from it, "
            "though its number is lower. Give an earlier day, or tick that this is meant.",
            "warn",
        )
        return redirect(url_for("rubrics.show", version_id=version_id, anyway="yes"))
    workflow.publish(
        db.session(),
        version,
        effective_from=effective_from,
        by=g.actor.user_id,
        now=utcnow(),
    )
    return done(f"{family.name} {version.label} is published and will never change.", version_id)


@bp.post("/versions/<int:version_id>/retire")
@requires(Permission.RUBRIC_PUBLISH)
def retire(version_id: int) -> ResponseReturnValue:
    version, family = queries.get_version_for(db.session(), g.actor, version_id)
    workflow.retire(db.session(), version, reason=request.form.get("reason", ""), by=g.actor.user_id, now=utcnow())
    return done(f"{family.name} {version.label} is retired. Reviews made with it keep their scores.", version_id)


@bp.post("/versions/<int:version_id>/discard")
@requires(Permission.RUBRIC_DRAFT)
def discard(version_id: int) -> ResponseReturnValue:
    version, family = queries.get_version_for(db.session(), g.actor, version_id)
    name = f"{family.name} {version.label}"
    drafts.discard(db.session(), version, by=g.actor.user_id, now=utcnow())
    db.session.commit()
    flash(f"The draft {name} is thrown away.", "good")
    return redirect(url_for("rubrics.index"))
