"""The rubric library: families and versions, one version in full, publishing, and where a rubric applies."""

from flask import Blueprint, Response, flash, g, make_response, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from wtforms.fields import SelectChoice

import rubrics
from qa.core.access import Permission, requires
from qa.core.clock import local_day, midnight, utcnow
from qa.core.db import db
from qa.core.errors import InvalidInputError, NotFoundError
from qa.rubric_library import queries, service
from qa.rubric_library.forms import PublishForm, RuleForm, UploadForm

bp = Blueprint("rubrics", __name__, url_prefix="/rubrics")
LARGEST_FILE = 500_000


@bp.get("/")
@requires(Permission.RUBRIC_READ)
def index() -> ResponseReturnValue:
    return page()


def page(*, upload: UploadForm | None = None, rule: RuleForm | None = None, status: int = 200) -> Response:
    found = queries.families(db.session(), g.actor.programme_id)
    rule = rule or RuleForm(valid_from=local_day(utcnow(), g.zone))
    rule.family.choices = [SelectChoice(view.family.id, view.family.name) for view in found]
    known = {(view.family.key, version.label) for view in found for version in view.versions}
    starters = [value for value in starter_rubrics().values() if (value.key, value.label) not in known]
    body = render_template(
        "rubrics/index.html",
        families=found,
        upload=upload or UploadForm(),
        rule=rule,
        starters=starters,
        names={view.family.id: view.family.name for view in found},
    )
    return make_response(body, status)


def starter_rubrics() -> dict[str, rubrics.RubricVersion]:
    """The rubrics that come with the product, by the name of their file."""
    return {name: queries.parsed(text) for name, text in rubrics.library().items()}


@bp.get("/versions/<int:version_id>")
@requires(Permission.RUBRIC_READ)
def show(version_id: int) -> ResponseReturnValue:
    version, family = queries.get_version_for(db.session(), g.actor, version_id)
    value = queries.parsed(version.document)
    return render_template(
        "rubrics/show.html",
        version=version,
        family=family,
        value=value,
        shares=rubrics.effective_shares(value),
        form=PublishForm(effective_from=local_day(utcnow(), g.zone)),
        may_publish=g.actor.may(Permission.RUBRIC_PUBLISH) and version.drafted_by_id != g.actor.user_id,
    )


@bp.get("/versions/<int:version_id>.yaml")
@requires(Permission.RUBRIC_READ)
def document(version_id: int) -> ResponseReturnValue:
    version, family = queries.get_version_for(db.session(), g.actor, version_id)
    name = f"{family.key}-{version.label}.yaml"
    return Response(
        version.document,
        mimetype="text/plain; charset=utf-8",
        headers={"Content-Disposition": f"attachment; filename={name}"},
    )


@bp.post("/drafts")
@requires(Permission.RUBRIC_DRAFT)
def upload() -> ResponseReturnValue:
    """A draft from a YAML file; every problem in it is shown with its line."""
    form = UploadForm()
    if not form.validate():
        return page(upload=form, status=422)
    content = form.file.data.read(LARGEST_FILE + 1)
    try:
        if len(content) > LARGEST_FILE:
            raise InvalidInputError("The file is larger than 500 kB; no rubric is.")
        version = service.import_draft(
            db.session(),
            g.actor.programme_id,
            content.decode("utf-8-sig"),
            name=form.file.data.filename or "rubric.yaml",
            by=g.actor.user_id,
            now=utcnow(),
        )
    except UnicodeDecodeError:
        form.file.errors = ["The file is not UTF-8 text."]
        return page(upload=form, status=422)
    except InvalidInputError as error:
        db.session.rollback()
        form.file.errors = str(error).splitlines()
        return page(upload=form, status=422)
    db.session.commit()
    flash("The draft is kept. Look through it; a second person publishes it.", "good")
    return redirect(url_for("rubrics.show", version_id=version.id))


@bp.post("/starters/<string:key>/<string:label>")
@requires(Permission.RUBRIC_DRAFT)
def add_starter(key: str, label: str) -> ResponseReturnValue:
    """Take one of the product's own rubrics as a draft; nobody of this house drafted it."""
    value = next((each for each in starter_rubrics().values() if (each.key, each.label) == (key, label)), None)
    if value is None:
        raise NotFoundError("There is no such starter rubric.")
    version = service.import_draft(
        db.session(), g.actor.programme_id, rubrics.dump_yaml(value), name=f"{key}.yaml", by=None, now=utcnow()
    )
    db.session.commit()
    flash(f"{value.name} {value.label} is a draft now. Publish it to use it.", "good")
    return redirect(url_for("rubrics.show", version_id=version.id))


@bp.post("/versions/<int:version_id>/publish")
@requires(Permission.RUBRIC_PUBLISH)
def publish(version_id: int) -> ResponseReturnValue:
    version, family = queries.get_version_for(db.session(), g.actor, version_id)
    form = PublishForm()
    if not form.validate() or form.effective_from.data is None:
        raise InvalidInputError("Say from which day the version is in force, such as 2026-11-02.")
    service.publish(
        db.session(),
        version,
        effective_from=midnight(form.effective_from.data, g.zone),
        by=g.actor.user_id,
        now=utcnow(),
    )
    db.session.commit()
    flash(f"{family.name} {version.label} is published and will never change.", "good")
    return redirect(url_for("rubrics.show", version_id=version_id))


@bp.post("/rules")
@requires(Permission.RUBRIC_RULES)
def add_rule() -> ResponseReturnValue:
    form = RuleForm()
    found = queries.families(db.session(), g.actor.programme_id)
    form.family.choices = [SelectChoice(view.family.id, view.family.name) for view in found]
    if not form.validate() or form.valid_from.data is None:
        return page(rule=form, status=422)
    family = queries.get_family_for(db.session(), g.actor, form.family.data)
    service.add_rule(
        db.session(),
        family,
        queue=form.queue.data or None,
        channel=form.channel.data or None,
        language=form.language.data or None,
        valid_from=midnight(form.valid_from.data, g.zone),
        by=g.actor.user_id,
        now=utcnow(),
    )
    db.session.commit()
    flash(f"From that day on the rule sends parts to {family.name}.", "good")
    return redirect(url_for("rubrics.index"))


@bp.post("/rules/<int:rule_id>/end")
@requires(Permission.RUBRIC_RULES)
def end_rule(rule_id: int) -> ResponseReturnValue:
    rule = queries.get_rule_for(db.session(), g.actor, rule_id)
    service.end_rule(db.session(), rule, by=g.actor.user_id, now=utcnow())
    db.session.commit()
    flash("The rule has ended: what is resolved from now on no longer follows it.", "good")
    return redirect(url_for("rubrics.index"))
