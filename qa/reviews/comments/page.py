"""What a review's page shows of its thread, and to whom."""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from flask import g
from sqlalchemy.orm import Session

from qa.core.access import Permission, Scope
from qa.reviews.comments import queries, rules, service
from qa.reviews.comments.queries import Spoken
from qa.reviews.queries import ReviewView
from qa.reviews.rules import RELEASED_PURPOSES


@dataclass(frozen=True, slots=True, kw_only=True)
class Thread:
    """A thread beside its review."""

    spoken: tuple[Spoken, ...]
    refusal: str | None  # why nothing can be added
    may_rest: bool


def speaks_as_lead(view: ReviewView) -> bool:
    """Whether the person who asks leads the part's team, or all."""
    scopes = g.actor.scopes(Permission.COACHING_EDIT)
    return Scope.ALL in scopes or (Scope.TEAM in scopes and view.part.team_id in g.actor.led_team_ids)


def side_here(view: ReviewView) -> rules.Side | None:
    """In which part the person who asks speaks about this review."""
    return rules.side_of(
        by=g.actor.user_id,
        specialist_id=view.part.specialist_id,
        reviewer_id=view.review.reviewer_id,
        leads=speaks_as_lead(view),
    )


def beside_review(session: Session, view: ReviewView, *, now: dt.datetime) -> dict[str, Any]:
    """The context of a review's page that tells of its thread; ``None`` for whoever takes no part in it."""
    side = side_here(view) if view.review.purpose in RELEASED_PURPOSES else None
    current = view.revision.id == view.review.current_revision_id
    if side is None or not current or view.review.released_at is None or view.review.released_at > now:
        return {"thread": None, "comment": "", "comment_problem": None}
    spoken = queries.thread_of(session, view.review.id)
    said = [each.comment for each in spoken]
    return {
        "thread": Thread(
            spoken=tuple(spoken),
            refusal=service.why_not(view, len(said), now=now),
            may_rest=rules.waits(said, side),
        ),
        "comment": "",
        "comment_problem": None,
    }
