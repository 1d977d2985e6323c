"""Moving what is given out: due dates over a holiday, one reviewer's parts to others; each in one step for many."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from qa.core import audit
from qa.core.clock import local_day
from qa.core.errors import InvalidInputError
from qa.notices import service as notices
from qa.people.models import ProgrammeSetting
from qa.people.queries import zone_of
from qa.rubric_library.queries import rule_book_at
from qa.sampling import exposure
from qa.sampling.assigning import Task, assign
from qa.sampling.giving import loads_on, part_facts, with_families
from qa.sampling.models import Assignment, Draw, DrawnUnit, Purpose
from qa.sampling.reviewers import PartFacts, ReviewerFacts, why_not
from qa.tickets.queries import hold_parts

MOST_DAYS = 60
SAMPLED = (Purpose.ROUTINE, Purpose.DOUBLE)


def shift_due(session: Session, period_id: int, *, days: int, by: int, now: dt.datetime) -> int:
    """Move the due dates of a week's open parts by some days, back or forth; how many were moved."""
    if days == 0 or abs(days) > MOST_DAYS:
        raise InvalidInputError(f"Move by 1 to {MOST_DAYS} days, back or forth.", {"days": "out of range"})
    ids = _open_of(session, period_id)
    for assignment in session.scalars(select(Assignment).where(Assignment.id.in_(ids)).order_by(Assignment.id)):
        assignment.due_on += dt.timedelta(days=days)
    session.flush()
    audit.record(
        session,
        action="assignment.shift_due",
        object_type="period",
        object_id=period_id,
        actor_id=by,
        now=now,
        detail={"days": days, "parts": len(ids)},
    )
    return len(ids)


def _open_of(session: Session, period_id: int) -> Sequence[int]:
    return session.scalars(
        select(Assignment.id)
        .join(DrawnUnit, DrawnUnit.id == Assignment.drawn_unit_id)
        .join(Draw, Draw.id == DrawnUnit.draw_id)
        .where(Draw.period_id == period_id, Assignment.state == "open", Assignment.purpose.in_(SAMPLED))
        .order_by(Assignment.id)
    ).all()


@dataclass(frozen=True, slots=True, kw_only=True)
class Moved:
    """How many parts found another reviewer, and how many stay where they are because nobody else may take them."""

    moved: int
    stayed: int


def reassign(session: Session, setting: ProgrammeSetting, reviewer_id: int, *, by: int, now: dt.datetime) -> Moved:
    """Give all drawn parts that wait for one reviewer to others who may score them, within their capacity.

    For somebody who left, is ill, or has too much. The sample does not change. What nobody else may take stays.
    """
    today = local_day(now, zone_of(setting))
    theirs = (
        Assignment.reviewer_id == reviewer_id,
        Assignment.state == "open",
        Assignment.purpose.in_(SAMPLED),
    )
    part_ids = session.scalars(select(Assignment.part_id).where(*theirs)).all()
    hold_parts(session, part_ids)
    rows = session.scalars(
        select(Assignment).where(*theirs, Assignment.part_id.in_(part_ids)).order_by(Assignment.id).with_for_update()
    ).all()
    if not rows:
        return Moved(moved=0, stayed=0)
    facts = part_facts(session, [row.part_id for row in rows])
    book = rule_book_at(session, setting, now)
    facts = with_families(facts, {row.part_id: row.rubric_version_id for row in rows}, book, setting)
    had: dict[int, set[int]] = {}
    for part_id, who in session.execute(
        select(Assignment.part_id, Assignment.reviewer_id).where(Assignment.part_id.in_([row.part_id for row in rows]))
    ):
        had.setdefault(part_id, set()).add(who)
    loads = [load for load in loads_on(session, setting, today, now=now) if load.key != reviewer_id]

    def verdict(reviewer: ReviewerFacts, pair: tuple[Assignment, PartFacts]) -> str | None:
        return why_not(reviewer, pair[1], own_team_ban=setting.own_team_ban)

    tasks = [
        Task(
            part=(row, about := facts[row.part_id].facts),
            kind=(
                str(about.specialist_id),
                str(about.team_id),
                about.queue,
                about.language,
                str(about.content_severity),
                str(about.family_id),
            ),
            excluded=frozenset(had[row.part_id]),
            harmful=about.content_severity >= exposure.HARMFUL,
            severe=about.content_severity >= exposure.SEVERE,
        )
        for row in rows
    ]
    outcome = assign(tasks, loads, verdict, np.random.default_rng([reviewer_id, len(rows)]), beyond_capacity=False)
    _rewrite(session, [(row, who) for (row, _), who in outcome.given], today, by=by, now=now)
    audit.record(
        session,
        action="assignment.reassign",
        object_type="person",
        object_id=reviewer_id,
        actor_id=by,
        now=now,
        detail={"moved": len(outcome.given), "stayed": len(outcome.left)},
    )
    session.flush()
    return Moved(moved=len(outcome.given), stayed=len(outcome.left))


def _rewrite(
    session: Session, pairs: Sequence[tuple[Assignment, int]], today: dt.date, *, by: int, now: dt.datetime
) -> None:
    """Close the old assignments and open the new ones; the new reviewers are told once each."""
    if not pairs:
        return
    session.execute(
        update(Assignment)
        .where(Assignment.id.in_([row.id for row, _ in pairs]))
        .values(state="withdrawn", ended_at=now)
    )
    session.execute(
        insert(Assignment),
        [
            {
                "part_id": row.part_id,
                "reviewer_id": who,
                "purpose": row.purpose,
                "origin": "double" if row.purpose == Purpose.DOUBLE else "draw",
                "drawn_unit_id": row.drawn_unit_id,
                "rubric_version_id": row.rubric_version_id,
                "rubric_date": row.rubric_date,
                "due_on": max(row.due_on, today + dt.timedelta(days=2)),
                "position": row.position,
                "created_at": now,
                "created_by_id": by,
            }
            for row, who in pairs
        ],
    )
    notices.notify(
        session, {who for _, who in pairs}, kind="parts_assigned", object_type="period", object_id=str(today), now=now
    )
