"""The page on which comment templates are kept, and what the scoring page is offered of them."""

from __future__ import annotations

from flask import Blueprint, flash, g, jsonify, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from qa.core import advancing
from qa.core.access import Permission, requires
from qa.core.clock import utcnow
from qa.core.db import db
from qa.core.errors import InvalidInputError
from qa.reviews.comment_templates import queries, service

bp = Blueprint("comment_templates", __name__, url_prefix="/comment-templates")
EMPTY = {"name": "", "text": "", "criterion": ""}


@bp.get("/")
@requires(Permission.SCORE)
def index() -> ResponseReturnValue:
    return page()


def page(typed: dict[str, str] | None = None, problems: dict[str, str] | None = None) -> str:
    session = db.session()
    return render_template(
        "comment_templates/index.html",
        templates=queries.offered_to(session, g.actor),
        criteria=queries.criteria_of(session, g.actor.programme_id),
        typed=typed or EMPTY,
        problems=problems or {},
    )


def typed_fields() -> dict[str, str]:
    return {name: request.form.get(name, "") for name in EMPTY}


def read() -> service.Typed:
    fields = typed_fields()
    return service.read(fields["name"], fields["text"], fields["criterion"])


@bp.post("/")
@requires(Permission.SCORE)
def add() -> ResponseReturnValue:
    """Keep a template; a script is told what was kept, a form goes back to the list."""
    try:
        typed = read()
    except InvalidInputError as error:
        if request.accept_mimetypes.best_match(["text/html", "application/json"]) == "application/json":
            raise
        return make_response(page(typed_fields(), dict(error.fields)), 422)
    kept = service.add(db.session(), g.actor, typed, shared=request.form.get("shared") == "yes", now=utcnow())
    name, text = kept.name, kept.text
    db.session.commit()
    if request.accept_mimetypes.best_match(["text/html", "application/json"]) == "application/json":
        return jsonify(name=name, text=text)
    flash(f"Kept as “{name}”.", "good")
    return redirect(url_for("comment_templates.index"))


@bp.get("/offered")
@requires(Permission.SCORE)
def offered() -> ResponseReturnValue:
    """What may begin a comment, for the scoring page's script."""
    return jsonify(
        templates=[
            {
                "name": each.name,
                "text": each.text,
                "criterion": each.criterion_key,
                "own": each.owner_id is not None,
            }
            for each in queries.offered_to(db.session(), g.actor)
        ]
    )


@bp.get("/<int:template_id>")
@requires(Permission.SCORE)
def show(template_id: int) -> ResponseReturnValue:
    template = queries.get_template_for(db.session(), g.actor, template_id)
    typed = {"name": template.name, "text": template.text, "criterion": template.criterion_key or ""}
    return edit_page(template_id, template.lock_version, typed)


def edit_page(template_id: int, version: int, typed: dict[str, str], problems: dict[str, str] | None = None) -> str:
    return render_template(
        "comment_templates/edit.html",
        template_id=template_id,
        version=version,
        typed=typed,
        problems=problems or {},
        criteria=queries.criteria_of(db.session(), g.actor.programme_id),
    )


@bp.post("/<int:template_id>")
@requires(Permission.SCORE)
def change(template_id: int) -> ResponseReturnValue:
    template = queries.get_template_for(db.session(), g.actor, template_id)
    version = advancing.seen_version()
    try:
        typed = read()
    except InvalidInputError as error:
        return make_response(edit_page(template_id, version, typed_fields(), dict(error.fields)), 422)
    service.change(db.session(), template, typed, version=version, by=g.actor.user_id, now=utcnow())
    db.session.commit()
    flash("The template is changed; comments that began with it keep their words.", "good")
    return redirect(url_for("comment_templates.index"))


@bp.post("/<int:template_id>/remove")
@requires(Permission.SCORE)
def remove(template_id: int) -> ResponseReturnValue:
    template = queries.get_template_for(db.session(), g.actor, template_id)
    service.remove(db.session(), template, by=g.actor.user_id, now=utcnow())
    db.session.commit()
    flash("The template is removed; comments that began with it keep their words.", "good")
    return redirect(url_for("comment_templates.index"))
