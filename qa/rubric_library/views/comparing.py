"""Two versions side by side."""

from flask import g, render_template, request
from flask.typing import ResponseReturnValue

import rubrics
from qa.core.access import Permission, requires
from qa.core.db import db
from qa.core.errors import NotFoundError
from qa.core.routing import stored_id
from qa.rubric_library import queries, wording
from qa.rubric_library.comparison import compared
from qa.rubric_library.views.blueprint import bp


@bp.get("/compare")
@requires(Permission.RUBRIC_READ)
def compare() -> ResponseReturnValue:
    """What changed between any two versions, in words, old and new beside each other."""
    session = db.session()
    old_id, new_id = (request.args.get(name, type=stored_id) for name in ("old", "new"))
    if old_id is None or new_id is None:
        raise NotFoundError("Say which two versions to compare.")
    old, old_family = queries.get_version_for(session, g.actor, old_id)
    new, new_family = queries.get_version_for(session, g.actor, new_id)
    values = queries.rubrics_of(session, [old_id, new_id])
    before, after = values.get(old_id), values.get(new_id)
    choices = [
        (version.id, f"{view.family.name} {version.label}" + ("" if version.effective_from else f", {version.state}"))
        for view in queries.families(session, g.actor.programme_id)
        for version in view.versions
    ]
    used = {"published", "retired"}
    return render_template(
        "rubrics/compare.html",
        bridgeable=old.family_id == new.family_id and old.id != new.id and {old.state, new.state} <= used,
        old=old,
        new=new,
        old_name=f"{old_family.name} {old.label}",
        new_name=f"{new_family.name} {new.label}",
        unfinished=[name for name, value in ((old.label, before), (new.label, after)) if value is None],
        comparison=compared(before, after) if before and after else None,
        choices=[(version_id, label.replace("_", " ")) for version_id, label in choices],
        tones=wording.CHANGE_TONES,
        shares=(rubrics.effective_shares(before), rubrics.effective_shares(after)) if before and after else ({}, {}),
    )
