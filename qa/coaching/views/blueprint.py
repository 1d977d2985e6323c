"""The room's blueprint, and what its pages share: one specialist with the figures of the last weeks."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from flask import Blueprint, g

import exports.coaching_workbook as book
from qa.coaching import figures, queries, scorecards, workbook
from qa.coaching.span import WEEKS, weeks_until
from qa.core.clock import local_day, utcnow
from qa.core.db import db, only_reading
from qa.reviews.models import Review
from qa.tickets.models import HandledPart

__all__ = ["WEEKS", "bp", "seen", "today", "weeks_until"]

bp = Blueprint("coaching", __name__, url_prefix="/coaching")


def today() -> dt.date:
    return local_day(utcnow(), g.zone)


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """One specialist with the figures that page, plan and workbook share."""

    coached: queries.Coached
    evidence: queries.Evidence
    standing: figures.Standing
    weeks: list[dt.date]
    focus: book.FocusAreas


def seen_before_writing(user_id: int, *, released: bool = True) -> Seen:
    """The same for a change that follows: nobody waits to write while the figures are made."""
    with only_reading(db.session()):
        return seen(user_id, released=released)


def seen(user_id: int, *, released: bool = False) -> Seen:
    """A specialist with their figures, from the reviews that one may read.

    What goes into a plan is told to the specialist: with ``released`` it rests on what they may read too.
    """
    session, now = db.session(), utcnow()
    coached = queries.get_specialist_for(session, g.actor, user_id, today=today())
    team, weeks = coached.team_today, weeks_until(today())
    only = queries.readable_about([user_id], g.actor, now)
    if released:
        only &= HandledPart.specialist_id.is_distinct_from(user_id) | (Review.released_at <= now)
    evidence = scorecards.evidence_of(session, team, weeks, readable=only)
    standing = scorecards.standing_of(evidence, user_id, team.name, weeks)
    return Seen(
        coached=coached,
        evidence=evidence,
        standing=standing,
        weeks=weeks,
        focus=book.focus_areas(workbook.figures_of(standing.gaps)),
    )
