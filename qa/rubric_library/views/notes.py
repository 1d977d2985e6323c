"""What people found unclear in a rubric, or propose to word better."""

from flask import flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from qa.core.access import Permission, requires
from qa.core.clock import utcnow
from qa.core.db import db
from qa.rubric_library import notes, queries
from qa.rubric_library.views.blueprint import bp


@bp.get("/families/<int:family_id>/notes")
@requires(Permission.RUBRIC_PROPOSE)
def notes_of(family_id: int) -> ResponseReturnValue:
    """Every note on a rubric, by criterion; who does not draft sees the own ones."""
    session = db.session()
    family = queries.get_family_for(session, g.actor, family_id)
    found = notes.notes_of(session, g.actor, family_id)
    names: dict[str, str] = {}
    for version in queries.versions_of(session, family_id):
        if version.state in ("published", "retired"):
            names |= {each.key: each.name for each in queries.parsed(version.document).criteria}
    by_criterion: dict[str, list[notes.NoteView]] = {}
    for view in found:
        by_criterion.setdefault(view.note.criterion_key, []).append(view)
    return render_template(
        "rubrics/notes.html",
        family=family,
        groups=[(names.get(key, key), key, views) for key, views in by_criterion.items()],
        waiting=sum(view.note.resolved_at is None for view in found),
        kinds=notes.KINDS,
        longest=notes.LONGEST_NOTE,
        owner=queries.names_of(session, [family.owner_id]).get(family.owner_id or 0),
    )


@bp.post("/versions/<int:version_id>/notes")
@requires(Permission.RUBRIC_PROPOSE)
def add_note(version_id: int) -> ResponseReturnValue:
    """A note from the version's page."""
    version, _ = queries.get_version_for(db.session(), g.actor, version_id)
    notes.add(
        db.session(),
        version.id,
        request.form.get("criterion", ""),
        request.form.get("note", ""),
        kind=request.form.get("kind", "unclear"),
        by=g.actor.user_id,
        now=utcnow(),
    )
    db.session.commit()
    flash("The owner of the rubric sees your note, and you are told the answer.", "good")
    return redirect(url_for("rubrics.show", version_id=version_id))


@bp.post("/notes/<int:note_id>/resolve")
@requires(Permission.RUBRIC_DRAFT)
def resolve_note(note_id: int) -> ResponseReturnValue:
    note = notes.get_note_for(db.session(), g.actor, note_id)
    notes.resolve(db.session(), note, resolution=request.form.get("resolution", ""), by=g.actor.user_id, now=utcnow())
    db.session.commit()
    flash("Answered; whoever raised it is told.", "good")
    return redirect(url_for("rubrics.notes_of", family_id=note.family_id))
