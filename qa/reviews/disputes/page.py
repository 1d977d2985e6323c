"""What a review's page says about its dispute: whether one may be opened, how it stands, what may be done."""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from flask import g
from sqlalchemy.orm import Session

from qa.core.access import Permission
from qa.people.queries import setting_at
from qa.reviews.disputes import queries, rules, service
from qa.reviews.disputes.queries import DisputeView
from qa.reviews.queries import ReviewView
from qa.reviews.rules import RELEASED_PURPOSES


@dataclass(frozen=True, slots=True, kw_only=True)
class Beside:
    """A dispute beside its review: what is there, and what this person may do now."""

    known: DisputeView | None
    may_open: bool
    ends: dt.datetime | None  # when the time to dispute, or to ask for a second decision, is over
    may_withdraw: bool
    may_escalate: bool
    final_because: str | None  # why a first decision cannot be looked at again
    may_settle: bool
    refusal: str | None


def window_of(session: Session, view: ReviewView, moment: dt.datetime | None) -> dt.datetime | None:
    """Until when something released or decided at ``moment`` can be objected to, by the rules of that moment."""
    if moment is None:
        return None
    days = setting_at(session, view.part.programme_id, moment).dispute_window_days
    return rules.window_ends(moment, days, g.zone) if days else None


def beside_review(session: Session, view: ReviewView, *, now: dt.datetime) -> dict[str, Any]:
    """The context of a review's page that tells of its dispute."""
    known = queries.dispute_of(session, view.review.id)
    own_work = (
        view.part.specialist_id == g.actor.user_id
        and g.actor.may(Permission.DISPUTE_OPEN)
        and view.review.purpose in RELEASED_PURPOSES
    )
    current = view.revision.id == view.review.current_revision_id
    live = known is not None and known.dispute.state != "withdrawn"
    first_decided = own_work and current and known is not None and known.dispute.state == "settled"
    refusal, ends, final_because = None, None, None
    if own_work and current and not live:
        ends = window_of(session, view, view.review.released_at)
        refusal = service.why_not(view, known, ends=ends, now=now)
    elif first_decided and known is not None:
        ends = window_of(session, view, known.dispute.closed_at)
        deciders = service.second_deciders(session, view, known, g.setting, zone=g.zone, now=now)
        final_because = rules.final_because(now=now, ends=ends, deciders=len(deciders))
    return {
        "dispute": Beside(
            known=known,
            may_open=own_work and current and not live and refusal is None,
            ends=ends,
            may_withdraw=own_work and known is not None and known.dispute.state == "open",
            may_escalate=first_decided and final_because is None,
            final_because=final_because,
            may_settle=known is not None
            and known.dispute.state in rules.OPEN_STATES
            and g.actor.may(Permission.DISPUTE_SETTLE)
            and not own_work
            and _in_scope(view),
            refusal=refusal,
        ),
        "choices": rules.options,
        "answer_words": rules.words,
        "typed": {},
        "errors": {},
        "problem": None,
    }


def _in_scope(view: ReviewView) -> bool:
    """Whether the board of this person holds the disputes of this part."""
    return view.part.team_id in g.actor.led_team_ids or "all" in g.actor.scopes(Permission.DISPUTE_SETTLE)
