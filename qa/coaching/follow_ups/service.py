"""Drawing follow-up reviews of what was handled since a plan began, and giving them to reviewers."""

import datetime as dt

import numpy as np
from sqlalchemy import func, insert, select
from sqlalchemy.orm import Session

from qa.coaching.follow_ups import queries, rules
from qa.coaching.follow_ups.models import FollowUpDraw, FollowUpUnit
from qa.coaching.models import CoachingPlan
from qa.core import audit
from qa.core.clock import local_day, midnight, monday_of
from qa.core.errors import ConflictError, InvalidInputError
from qa.notices import service as notices
from qa.people.models import ProgrammeSetting
from qa.people.queries import zone_of
from qa.rubric_library.queries import rule_book_at
from qa.sampling.assigning import Task, assign
from qa.sampling.exposure import HARMFUL, SEVERE
from qa.sampling.giving import DrawnFacts, loads_on, met_lately, part_facts, with_families
from qa.sampling.models import Assignment, Purpose
from qa.sampling.reviewers import ReviewerFacts, why_not
from qa.tickets.queries import hold_parts


def draw_for(
    session: Session,
    plan: CoachingPlan,
    setting: ProgrammeSetting,
    *,
    size: int,
    seed: bytes,
    by: int,
    now: dt.datetime,
) -> FollowUpDraw:
    """Draw parts that the specialist resolved from the week after the plan began on and that nobody has scored.

    Every such part has the same chance, which is kept with it. What is being scored for another purpose is not in
    the frame, so that no part is judged twice for one person.
    """
    if not rules.FEWEST <= size <= rules.MOST:
        raise InvalidInputError(
            f"Draw {rules.FEWEST} to {rules.MOST} at a time.", {"size": f"{rules.FEWEST} to {rules.MOST}"}
        )
    session.refresh(plan, with_for_update=True)
    if plan.state != "active":
        raise ConflictError("The plan is closed; nothing is drawn for it any more.")
    since = midnight(monday_of(plan.starts_on) + dt.timedelta(weeks=1), zone_of(setting))
    frame = _scorable(session, setting, queries.frame_of(session, plan.specialist_id, since=since, until=now), now=now)
    if len(frame) < size:
        raise ConflictError(
            f"Only {len(frame)} parts resolved since {since:%d %b} wait unscored: draw fewer, or later."
            if frame
            else "Nothing resolved in the weeks after the plan began waits unscored yet: draw later."
        )
    n = session.scalar(select(func.count()).where(FollowUpDraw.plan_id == plan.id)) or 0
    row = FollowUpDraw(
        plan_id=plan.id,
        n=n + 1,
        since=since,
        until=now,
        frame_size=len(frame),
        frame_digest=rules.frame_digest([part_id for part_id, _ in frame]),
        size=size,
        seed=seed.hex(),
        drawn_at=now,
        drawn_by_id=by,
    )
    session.add(row)
    session.flush()
    drawn = rules.draw_parts(frame, size, plan.specialist_id, seed)
    session.add_all(
        FollowUpUnit(
            draw_id=row.id, part_id=part.part_id, position=place, inclusion_probability=part.inclusion_probability
        )
        for place, part in enumerate(drawn, start=1)
    )
    audit.record(
        session,
        action="coaching.follow_up",
        object_type="coaching_plan",
        object_id=plan.id,
        actor_id=by,
        now=now,
        detail={"draw": row.id, "frame": row.frame_size, "size": size, "digest": row.frame_digest},
    )
    session.flush()
    give(session, plan, setting, row, by=by, now=now)
    return row


def _scorable(
    session: Session, setting: ProgrammeSetting, frame: list[tuple[int, int]], *, now: dt.datetime
) -> list[tuple[int, int]]:
    """The parts of the frame that some rubric covers."""
    facts = part_facts(session, [part_id for part_id, _ in frame])
    book = rule_book_at(session, setting, now)
    return [
        (part_id, prn)
        for part_id, prn in frame
        if (part := facts[part_id])
        and book.version_for(part.facts.queue, part.channel, part.facts.language, part.resolved_at) is not None
    ]


def give(
    session: Session, plan: CoachingPlan, setting: ProgrammeSetting, row: FollowUpDraw, *, by: int, now: dt.datetime
) -> int:
    """Give each drawn part that nobody has to an able reviewer, never to the lead of the plan; how many were given.

    The reviewer is not told why the part came. What nobody may score now waits for the next day.
    """
    waiting = queries.unassigned(session, row.id)
    if not waiting:
        return 0
    hold_parts(session, waiting)
    parts = {part_id: part for part_id, part in part_facts(session, waiting).items() if not part.erased}
    today = local_day(now, zone_of(setting))
    book = rule_book_at(session, setting, now)
    versions = {
        part_id: book.version_for(part.facts.queue, part.channel, part.facts.language, part.resolved_at)
        for part_id, part in parts.items()
    }
    parts = with_families(parts, versions, book, setting)
    met = met_lately(session, setting.programme_id, now=now).get(plan.specialist_id, frozenset())
    had = queries.had_before(session, waiting)

    def verdict(reviewer: ReviewerFacts, part: DrawnFacts) -> str | None:
        return why_not(reviewer, part.facts, own_team_ban=setting.own_team_ban)

    tasks = [
        Task(
            part=part,
            kind=(part.facts.queue, part.facts.language, str(part.facts.content_severity), str(part.facts.family_id)),
            avoid=met,
            excluded=frozenset({plan.lead_id, by}) | had.get(part_id, frozenset()),
            harmful=part.facts.content_severity >= HARMFUL,
            severe=part.facts.content_severity >= SEVERE,
        )
        for part_id, part in parts.items()
        if versions[part_id] is not None
    ]
    rng = np.random.default_rng(list(bytes.fromhex(row.seed)))
    given = assign(tasks, loads_on(session, setting, today, now=now), verdict, rng).given
    rows = [
        {
            "part_id": part.facts.part_id,
            "reviewer_id": reviewer_id,
            "purpose": Purpose.FOLLOW_UP,
            "origin": "follow_up",
            "rubric_version_id": versions[part.facts.part_id],
            "rubric_date": setting.rubric_date,
            "due_on": today + dt.timedelta(days=setting.review_days),
            "created_at": now,
            "created_by_id": by,
        }
        for part, reviewer_id in given
    ]
    if rows:
        session.execute(insert(Assignment), rows)
        told = {reviewer_id for _, reviewer_id in given}
        notices.notify(session, told, kind="parts_assigned", object_type="period", object_id=str(today), now=now)
    session.flush()
    return len(rows)


def tell_complete(session: Session, *, now: dt.datetime) -> int:
    """Tell each lead once that all follow-up reviews of a draw are in; how many draws."""
    done = queries.complete_untold(session)
    for row, plan in done:
        notices.notify(
            session, [plan.lead_id], kind="follow_ups_in", object_type="coaching_plan", object_id=plan.id, now=now
        )
        row.told_at = now
    session.flush()
    return len(done)
