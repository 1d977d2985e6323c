"""The page of a new session: parts proposed in one go by a recipe that lives in the address."""

import secrets
from typing import Any

import numpy as np
from flask import g, request
from sqlalchemy.orm import Session

from qa.calibration_sessions import choosing, proposing, queries
from qa.calibration_sessions.forms import SessionForm
from qa.calibration_sessions.recipes import KINDS, USUAL, Recipe
from qa.core.clock import local_day, utcnow

LARGEST_SEED = 10**9


def recipe_asked() -> Recipe:
    """The recipe of the address; the usual one where it says nothing, or nothing that a session can be made of."""
    given = {kind: request.args.get(kind, type=int) for kind in KINDS}
    queue = request.args.get("queue", "")
    try:
        return Recipe(**{kind: number for kind, number in given.items() if number is not None}, queue=queue)
    except ValueError:
        usual = {kind: getattr(USUAL, kind) for kind in KINDS}
        return Recipe(**usual, queue=queue)


def mixed_parts(session: Session, form: SessionForm) -> dict[str, Any]:
    """Proposed parts, all ticked, with why each; the same address proposes the same ones."""
    now = utcnow()
    recipe = recipe_asked()
    seed = request.args.get("seed", type=int)
    seed = secrets.randbelow(LARGEST_SEED) if seed is None else abs(seed) % LARGEST_SEED
    actor = choosing.shared_clearance(session, g.actor, form.participants.data or [], local_day(now, g.zone))
    versions = {version.id: version for version, _ in queries.published_versions(session, g.actor.programme_id)}
    version = versions.get(request.args.get("rubric", type=int) or 0) or next(iter(versions.values()), None)
    names = queries.criterion_names(session, g.actor.programme_id)
    chosen = choosing.choose(
        session,
        actor,
        recipe,
        family_id=version.family_id if version else None,
        names=names,
        rng=np.random.default_rng(seed),
        now=now,
    )
    parts = proposing.parts_by_id(session, [each.part_id for each in chosen])
    if request.method == "GET":
        form.parts.data = [each.part_id for each in chosen]
        form.rubric_version.data = version.id if version else None
    return {
        "candidates": [parts[each.part_id] for each in chosen],
        "why": {each.part_id: each.why for each in chosen},
        "recipe": recipe,
        "rubric": version.id if version else None,
        "kinds": KINDS,
        "seed": seed,
        "other_seed": (seed + 1) % LARGEST_SEED,
    }
