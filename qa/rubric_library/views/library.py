"""The library, a new rubric, a version in full, and a rubric over all its versions."""

from flask import Response, flash, g, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

import rubrics
from qa.core.access import Permission, requires
from qa.core.clock import local_day, utcnow
from qa.core.db import db
from qa.core.errors import InvalidInputError, NotFoundError
from qa.core.routing import stored_id
from qa.rubric_library import drafts, notes, procedures, queries, service, wording, workflow
from qa.rubric_library.drafting import finished
from qa.rubric_library.forms import NewForm, PublishForm, UploadForm
from qa.rubric_library.lineage import lineage_table
from qa.rubric_library.views.blueprint import bp

LARGEST_FILE = 500_000


@bp.get("/")
@requires(Permission.RUBRIC_READ)
def index() -> ResponseReturnValue:
    session, now = db.session(), utcnow()
    found = queries.families(session, g.actor.programme_id)
    book = queries.rule_book(session, g.actor.programme_id)
    ids = [view.family.id for view in found]
    return render_template(
        "rubrics/index.html",
        families=found,
        in_force={family_id: book.in_force(family_id, now) for family_id in ids},
        open_notes={family_id: sum(n.values()) for family_id, n in notes.open_counts(session, ids).items()},
        owners=queries.names_of(session, [view.family.owner_id for view in found]),
        now=now,
    )


@bp.get("/new")
@requires(Permission.RUBRIC_DRAFT)
def new() -> ResponseReturnValue:
    return new_page()


def new_page(*, form: NewForm | None = None, upload: UploadForm | None = None, status: int = 200) -> Response:
    found = queries.families(db.session(), g.actor.programme_id)
    known = {(view.family.key, version.label) for view in found for version in view.versions}
    body = render_template(
        "rubrics/new.html",
        form=form or NewForm(),
        upload=upload or UploadForm(),
        starters=[value for value in starter_rubrics().values() if (value.key, value.label) not in known],
    )
    return make_response(body, status)


def starter_rubrics() -> dict[str, rubrics.RubricVersion]:
    """The rubrics that come with the product, by the name of their file."""
    return {name: queries.parsed(text) for name, text in rubrics.library().items()}


@bp.post("/new")
@requires(Permission.RUBRIC_DRAFT)
def create() -> ResponseReturnValue:
    """A rubric from nothing: it opens in the editor."""
    form = NewForm()
    if not form.validate():
        return new_page(form=form, status=422)
    version = drafts.start(
        db.session(), g.actor.programme_id, name=form.name.data or "", by=g.actor.user_id, now=utcnow()
    )
    db.session.commit()
    return redirect(url_for("rubrics.edit", version_id=version.id))


@bp.post("/drafts")
@requires(Permission.RUBRIC_DRAFT)
def upload() -> ResponseReturnValue:
    """A draft from a YAML file; every problem in it is shown with its line."""
    form = UploadForm()
    if not form.validate():
        return new_page(upload=form, status=422)
    try:
        version = service.import_draft(
            db.session(),
            g.actor.programme_id,
            read_file(form),
            name=form.file.data.filename or "rubric.yaml",
            by=g.actor.user_id,
            now=utcnow(),
        )
    except InvalidInputError as error:
        db.session.rollback()
        form.file.errors = str(error).splitlines()
        return new_page(upload=form, status=422)
    db.session.commit()
    flash("The draft is kept. Look through it, then send it to review.", "good")
    return redirect(url_for("rubrics.edit", version_id=version.id))


def read_file(form: UploadForm) -> str:
    """The text of an uploaded rubric file."""
    content = form.file.data.read(LARGEST_FILE + 1)
    if len(content) > LARGEST_FILE:
        raise InvalidInputError("The file is larger than 500 kB; no rubric is.")
    try:
        return str(content.decode("utf-8-sig"))
    except UnicodeDecodeError:
        raise InvalidInputError("The file is not UTF-8 text.") from None


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
    flash(f"{value.name} {value.label} is a draft now: change what you like, then send it to review.", "good")
    return redirect(url_for("rubrics.show", version_id=version.id))


@bp.get("/versions/<int:version_id>")
@requires(Permission.RUBRIC_READ)
def show(version_id: int) -> ResponseReturnValue:
    """A version as a team lead reads it: every rule in words, shares, who wrote, reviewed and published it."""
    session, now = db.session(), utcnow()
    version, family = queries.get_version_for(session, g.actor, version_id)
    value = queries.value_of(session, version)
    former = workflow.former_of(session, version)
    others = [each for each in queries.versions_of(session, family.id) if each.id != version_id]
    return render_template(
        "rubrics/show.html",
        version=version,
        family=family,
        value=value,
        rules=wording.version_rules(value) if value else [],
        criterion_rules={each.key: wording.criterion_rules(value, each) for each in value.criteria} if value else {},
        shares=rubrics.effective_shares(value) if value else {},
        fingerprint=rubrics.fingerprint(value) if value else "",
        steps=queries.steps_of(session, version_id),
        editors=queries.editors_named(session, version_id),
        former=former if former is not None and former.id != version.id else None,
        others=others,
        applied=queries.is_applied(session, family.id, now),
        notes=notes.open_counts(session, [family.id])[family.id],
        links=procedures.links_at(session, g.actor.programme_id, now),
        form=PublishForm(effective_from=local_day(now, g.zone)),
        wrote=g.actor.user_id in workflow.editors_of(session, version_id) | {version.drafted_by_id},
    )


@bp.get("/versions/<int:version_id>.yaml")
@requires(Permission.RUBRIC_READ)
def document(version_id: int) -> ResponseReturnValue:
    session = db.session()
    version, family = queries.get_version_for(session, g.actor, version_id)
    text = version.document
    if version.state == "draft":
        text = rubrics.draft_yaml(finished(queries.draft_state(session, version).tree))
    name = f"{family.key}-{version.label}.yaml"
    return Response(
        text,
        mimetype="text/plain; charset=utf-8",
        headers={"Content-Disposition": f"attachment; filename={name}"},
    )


@bp.get("/families/<int:family_id>")
@requires(Permission.RUBRIC_READ)
def family(family_id: int) -> ResponseReturnValue:
    """A rubric over all its versions: what is in force when, and where each criterion came from."""
    session, now = db.session(), utcnow()
    found = queries.get_family_for(session, g.actor, family_id)
    versions = queries.versions_of(session, family_id)
    values = queries.rubrics_of(session, [version.id for version in versions])
    book = queries.rule_book(session, g.actor.programme_id)
    view = next(each for each in queries.families(session, g.actor.programme_id) if each.family.id == family_id)
    return render_template(
        "rubrics/family.html",
        family=found,
        versions=versions,
        in_force=book.in_force(family_id, now),
        rules=view.rules,
        table=lineage_table([(version.id, values[version.id]) for version in versions if version.id in values]),
        open_notes=notes.open_counts(session, [family_id])[family_id],
        people=queries.names_of(
            session,
            [found.owner_id, *(each.drafted_by_id for each in versions), *(v.published_by_id for v in versions)],
        ),
        owners=queries.possible_owners(session, g.actor.programme_id, now.date())
        if g.actor.may(Permission.RUBRIC_DRAFT)
        else [],
        now=now,
    )


@bp.post("/families/<int:family_id>/owner")
@requires(Permission.RUBRIC_DRAFT)
def set_owner(family_id: int) -> ResponseReturnValue:
    session = db.session()
    found = queries.get_family_for(session, g.actor, family_id)
    owner = request.form.get("owner", type=stored_id)
    if owner not in dict(queries.possible_owners(session, g.actor.programme_id, utcnow().date())):
        raise InvalidInputError("Choose somebody who may draft rubrics.", {"owner": "unknown"})
    service.name_owner(session, found, owner, by=g.actor.user_id, now=utcnow())
    db.session.commit()
    flash("Questions about this rubric go to its new owner from now on.", "good")
    return redirect(url_for("rubrics.family", family_id=family_id))
