"""The room's blueprint, and what its pages share: one specialist with the figures of the last weeks."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from flask import Blueprint, g

import exports.coaching_workbook as book
from qa.coaching import figures, queries, workbook
from qa.core.clock import local_day, monday_of, utcnow
from qa.core.db import db
from qa.core.errors import NotFoundError

bp = Blueprint("coaching", __name__, url_prefix="/coaching")
WEEKS = 13


def today() -> dt.date:
    return local_day(utcnow(), g.zone)


def weeks_until(day: dt.date) -> list[dt.date]:
    """The Mondays of the last whole weeks, oldest first."""
    last = monday_of(day) - dt.timedelta(weeks=1)
    return [last - dt.timedelta(weeks=back) for back in range(WEEKS - 1, -1, -1)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """One specialist with the figures that page, plan and workbook share."""

    coached: queries.Coached
    evidence: queries.Evidence
    standing: figures.Standing
    weeks: list[dt.date]
    focus: book.FocusAreas


def seen(user_id: int) -> Seen:
    session = db.session()
    coached = queries.get_specialist_for(session, g.actor, user_id, today=today())
    if coached.team is None:
        raise NotFoundError("This specialist belongs to no team today, so there is nothing to compare with.")
    weeks = weeks_until(today())
    evidence = queries.team_evidence(
        session,
        coached.team,
        queries.window_of(session, coached.team.programme_id, since=weeks[0], until=weeks[-1]),
    )
    standing = figures.standing(
        evidence.measured, evidence.reviews, user_id, coached.team.name, evidence.criteria, weeks
    )
    return Seen(
        coached=coached,
        evidence=evidence,
        standing=standing,
        weeks=weeks,
        focus=book.focus_areas(workbook.figures_of(standing.gaps)),
    )
