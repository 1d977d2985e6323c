"""Pages that judge a rubric by its reviews: what a draft would change, and how each question works."""

from flask import g, render_template, request
from flask.typing import ResponseReturnValue

from qa.core.access import Permission, Scope, requires
from qa.core.db import db
from qa.core.errors import NotFoundError
from qa.core.routing import stored_id
from qa.rubric_library.queries import get_version_for, parsed, value_of
from qa.rubric_studies import drawings, queries, rules
from qa.rubric_studies.views.blueprint import bp

SPANS = (100, 500, 2000)


def span() -> int:
    asked = request.args.get("reviews", 500, type=int)
    return asked if asked in SPANS else 500


@bp.get("/versions/<int:version_id>/impact")
@requires(Permission.RUBRIC_STUDIES)
def impact(version_id: int) -> ResponseReturnValue:
    """The last reviews under a former version, scored again under this one."""
    session = db.session()
    version, family = get_version_for(session, g.actor, version_id)
    new = value_of(session, version)
    others = queries.former_versions(session, version)
    asked = request.args.get("against", type=stored_id)
    against = next((each for each in others if each.id == asked), None) if asked else next(iter(others), None)
    if asked and against is None:
        raise NotFoundError("There is no such former version of this rubric.")
    found = None
    if against is not None and new is not None:
        past = queries.past_reviews(session, against.id, limit=span())
        found = rules.impact(parsed(against.document), new, past) if past else None
    names = g.actor.may(Permission.RUBRIC_STUDIES, Scope.ALL)
    return render_template(
        "rubric_studies/impact.html",
        version=version,
        family=family,
        value=new,
        others=others,
        against=against,
        spans=SPANS,
        span=span(),
        found=found,
        chart=drawings.change_chart(found) if found and found.compared else None,
        names=queries.names_of(session, [side.specialist_id for side in found.sides]) if found and names else None,
    )


@bp.get("/versions/<int:version_id>/items")
@requires(Permission.RUBRIC_STUDIES)
def items(version_id: int) -> ResponseReturnValue:
    """How each question of a version is used, and what that says about it."""
    session = db.session()
    version, family = get_version_for(session, g.actor, version_id)
    if version.state not in ("published", "retired"):
        raise NotFoundError("Only a published version has reviews to judge it by.")
    past = queries.past_reviews(session, version.id, limit=span())
    found, alike = rules.items(parsed(version.document), past, queries.double_answers(session, version.id))
    return render_template(
        "rubric_studies/items.html",
        version=version,
        family=family,
        spans=SPANS,
        span=span(),
        n=len(past),
        items=found,
        alike=alike,
        use=drawings.use_chart(found) if past else None,
        rest=drawings.rest_chart(found) if len(past) >= rules.ENOUGH else None,
        enough=rules.ENOUGH,
    )
