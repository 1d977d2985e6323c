"""The demo operation's coaching: plans drawn up when they were, from what was known then."""

import datetime as dt
from collections.abc import Mapping, Sequence

from sqlalchemy.orm import Session

import exports.coaching_workbook as book
from qa.coaching import figures, queries, service, workbook
from qa.coaching.models import CoachingPlan
from qa.core.clock import monday_of
from qa.demo.cast import Cast
from qa.demo.chance import stream
from qa.people.models import Team
from qa.reviews.measured import Measured

WEEKS = 13
ACTIONS: dict[str, tuple[str, ...]] = {
    "own": (
        "Write the next step with its day into every last message, for two weeks",
        "Read three conversations of last week again and note what was not checked",
        "Use the checklist before answering about a payout or a claim",
    ),
    "lead": (
        "Sit beside for an hour and look at two difficult cases together",
        "Send two examples where the answer was checked and said so",
        "Look at the next five reviews together",
    ),
}


def weeks_before(now: dt.datetime) -> list[dt.date]:
    """The Mondays of the weeks that a plan drawn up now looks back at."""
    last = monday_of(now.date()) - dt.timedelta(weeks=1)
    return [last - dt.timedelta(weeks=back) for back in range(WEEKS - 1, -1, -1)]


def coach_team(
    session: Session,
    cast: Cast,
    people: Mapping[int, int],
    teams: Sequence[Team],
    measured: Measured,
    *,
    team: int,
    members: Sequence[int],
    now: dt.datetime,
    seed: int,
) -> list[CoachingPlan]:
    """The lead of a team draws up plans with some specialists (by index) from the weeks before, as ``measured``."""
    lead = people[cast.teams[team].lead]
    weeks = weeks_before(now)
    evidence = queries.team_evidence(session, teams[team], measured)
    plans = []
    for offset, index in enumerate(members):
        user_id = people[cast.specialists[index].person]
        standing = figures.standing(
            evidence.measured, evidence.reviews, user_id, teams[team].name, evidence.criteria, weeks
        )
        gaps = {gap.criterion.key: gap for gap in standing.gaps}
        focus = book.focus_areas(workbook.figures_of(standing.gaps)).chosen
        at = now + dt.timedelta(seconds=20 * offset)
        plan = service.draw_up(
            session,
            user_id,
            [gaps[area.key] for area in focus],
            title=f"Plan of {at.day} {at:%B %Y}",
            by=lead,
            today=at.date(),
            now=at,
        )
        rng = stream("coaching", seed, user_id)
        for whose, owner in (("own", user_id), ("lead", lead)):
            service.add_action(
                session,
                plan,
                text=rng.choice(ACTIONS[whose]),
                owner_id=owner,
                due_on=at.date() + dt.timedelta(days=rng.choice((10, 14, 21))),
                goal_id=None,
                version=plan.lock_version,
                by=lead,
                now=at,
            )
        plans.append(plan)
    return plans


def follow_up(session: Session, plan: CoachingPlan, *, done: int, by: int, now: dt.datetime) -> None:
    """The specialist has read the plan, and some of its actions are done."""
    service.acknowledge(session, plan, by=plan.specialist_id, now=now)
    for row in queries.actions_of(session, plan.id)[:done]:
        service.end_action(session, plan, row.action, state="done", by=by, now=now)


def coached_members(cast: Cast, team: int, as_of: dt.date) -> list[int]:
    """The specialists of a team on a day, by index."""
    found = []
    for index in range(len(cast.specialists)):
        try:
            if cast.team_of(index, as_of) == team:
                found.append(index)
        except ValueError:
            continue  # not here yet
    return found
