"""The room's blueprint, and what its pages share: one specialist with the figures of the last weeks."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from flask import Blueprint, g

import exports.coaching_workbook as book
from qa.coaching import figures, queries, scorecards, workbook
from qa.coaching.span import WEEKS, weeks_until
from qa.core.clock import local_day, utcnow
from qa.core.db import db
from qa.core.errors import NotFoundError
from qa.reviews.queries import readable_or
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


def seen(user_id: int, *, readable: bool = False) -> Seen:
    """A specialist with their figures: of one's own work, or if ``readable``, from the reviews one may read alone."""
    session = db.session()
    coached = queries.get_specialist_for(session, g.actor, user_id, today=today())
    if coached.team is None:
        raise NotFoundError("This specialist belongs to no team today, so there is nothing to compare with.")
    weeks = weeks_until(today())
    only = queries.EVERY_REVIEW
    if readable or g.actor.user_id == user_id:
        only = readable_or(HandledPart.specialist_id.is_distinct_from(user_id), g.actor, utcnow())
    evidence = scorecards.evidence_of(session, coached.team, weeks, readable=only)
    standing = scorecards.standing_of(evidence, user_id, coached.team.name, weeks)
    return Seen(
        coached=coached,
        evidence=evidence,
        standing=standing,
        weeks=weeks,
        focus=book.focus_areas(workbook.figures_of(standing.gaps)),
    )
