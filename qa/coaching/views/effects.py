"""What coaching did, plan by plan and together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from flask import g, render_template
from flask.typing import ResponseReturnValue

from calibration.results import Estimate
from qa.coaching import courses, queries
from qa.coaching.models import PLAN_KINDS
from qa.coaching.views.blueprint import bp, today
from qa.core.access import Permission, requires
from qa.core.clock import utcnow
from qa.core.db import db

ALL = "All plans"
FEWEST_PLANS = 3  # a mean of two says what each of them says


@bp.get("/effects")
@requires(Permission.COACHING_VIEW)
def effects() -> ResponseReturnValue:
    session = db.session()
    people = queries.specialists_for(session, g.actor, today=today())
    told = courses.effects_of(session, g.actor, people, today=today(), now=utcnow())
    return render_template(
        "coaching/effects.html",
        told=told,
        names={coached.user.id: coached.user.name for coached in people},
        groups=groups_of(told, people, courses.criteria_of(session, [each.plan for each in told])),
    )


def groups_of(
    told: Sequence[courses.Told], people: Sequence[queries.Coached], criteria: Mapping[int, Sequence[str]]
) -> list[tuple[str, Estimate]]:
    """All plans together, by team, by kind of plan, and by the criterion that a plan works on first."""
    teams = {coached.user.id: coached.team.name for coached in people if coached.team is not None}
    sets: dict[str, list[courses.Told]] = {ALL: list(told)}
    for each in told:
        if team := teams.get(each.plan.specialist_id):
            sets.setdefault(f"Team {team}", []).append(each)
    for each in told:
        sets.setdefault(f"Kind “{PLAN_KINDS[each.plan.kind].lower()}”", []).append(each)
    for each in told:
        if keys := criteria.get(each.plan.id):
            sets.setdefault(f"On “{keys[0].replace('_', ' ')}”", []).append(each)
    means = [(name, courses.together(several)) for name, several in sets.items()]
    return [(name, mean) for name, mean in means if mean.n_items >= FEWEST_PLANS or name == ALL]
