"""Self-reviews and peer reviews beside drawn parts: invitations that a plan makes and nobody has to take.

Which parts they are follows from the draw's own seed. They enter no estimate, cost no reviewer's capacity, and are no
part of the receipt: the sample is the same with or without them.
"""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from sqlalchemy import func, insert, select, update
from sqlalchemy.orm import Session

from qa.core.access import Role
from qa.core.clock import local_day
from qa.notices import service as notices
from qa.people.models import ProgrammeSetting
from qa.people.queries import people_with_role, zone_of
from qa.sampling import exposure
from qa.sampling.assigning import Load, double_sample
from qa.sampling.giving import DrawnFacts
from qa.sampling.kinds import Rules
from qa.sampling.models import Assignment, DrawnUnit, Period, Purpose
from qa.sampling.plans import plans_for_week
from qa.sampling.reviewers import PartFacts, ReviewerFacts, facts_of, why_not

COMPANIONS = (Purpose.SELF, Purpose.PEER)
REASONS = {Purpose.SELF: "self_review", Purpose.PEER: "peer_review"}  # why the assignment is there
MOST_OPEN = 2  # invitations that one specialist has at a time


@dataclass(frozen=True, slots=True, kw_only=True)
class Invited:
    """How many of each kind a draw made."""

    own: int
    peer: int


@dataclass(frozen=True, slots=True, kw_only=True)
class _Routine:
    """The assignment that an invitation stands beside."""

    part_id: int
    rubric_version_id: int
    rubric_date: str
    position: int


def invite(
    session: Session,
    setting: ProgrammeSetting,
    period: Period,
    drawn: Mapping[int, int],
    parts: Mapping[int, DrawnFacts],
    *,
    rng: np.random.Generator,
    by: int | None,
    now: dt.datetime,
) -> Invited:
    """Ask specialists to score some of the parts that a draw gave to reviewers, as its plans say.

    ``drawn`` holds the drawn unit's id by part. A part without a reviewer, or of somebody who is away, not cleared,
    asked twice already or given as much hard content as a week's budget bears, asks nobody.
    """
    shares = {view.plan.key: view.rules for view in plans_for_week(session, setting.programme_id, period.starts_on)}
    if not any(rules.self_share or rules.peer_share for rules in shares.values()):
        return Invited(own=0, peer=0)
    today = local_day(now, zone_of(setting))
    routine = _routine(session, drawn)
    rows = session.execute(select(DrawnUnit.part_id, DrawnUnit.plans).where(DrawnUnit.id.in_(drawn.values())))
    plans_of: dict[int, list[str]] = dict(rows.all())
    people = facts_of(session, people_with_role(session, setting.programme_id, Role.SPECIALIST, today), today)
    had = _had(session, list(routine))
    room = {one.user_id: MOST_OPEN for one in people}
    for user_id, count in _open(session, list(room)).items():
        room[user_id] -= count
    loads = _loads(session, setting, people, now=now)
    given: list[tuple[Purpose, int, int]] = []
    for purpose in COMPANIONS:
        wanted = {
            part_id: max((_share(shares[key], purpose) for key in plans_of[part_id] if key in shares), default=0.0)
            for part_id in drawn
            if part_id in routine
        }
        for part_id in chosen(wanted, rng):
            part = parts[part_id].facts
            bearing = {
                user_id: load.reviewer for user_id, load in loads.items() if exposure.bears(load, part.content_severity)
            }
            asked = (
                _specialist(bearing, room, part)
                if purpose == Purpose.SELF
                else _peer(list(bearing.values()), room, had[part_id], part, setting.peer_from, rng)
            )
            if asked is not None:
                room[asked] -= 1
                exposure.meets(loads[asked], part.content_severity)
                had[part_id].add(asked)
                given.append((purpose, part_id, asked))
    _write(session, given, routine, due_on=today + dt.timedelta(days=setting.review_days), by=by, now=now)
    counts = [sum(1 for purpose, _, _ in given if purpose == kind) for kind in COMPANIONS]
    return Invited(own=counts[0], peer=counts[1])


def chosen(wanted: Mapping[int, float], rng: np.random.Generator) -> list[int]:
    """Which parts are taken: of all that share one share, that share of them by lot, rounded up."""
    groups: dict[float, list[int]] = {}
    for part_id, share in wanted.items():
        if share:
            groups.setdefault(share, []).append(part_id)
    found: list[int] = []
    for share in sorted(groups):
        positions, _ = double_sample(len(groups[share]), share, rng)
        found += [groups[share][position] for position in sorted(positions)]
    return found


def _share(rules: Rules, purpose: Purpose) -> float:
    return rules.self_share if purpose == Purpose.SELF else rules.peer_share


def _specialist(known: Mapping[int, ReviewerFacts], room: Mapping[int, int], part: PartFacts) -> int | None:
    """Whose work it is, if they are here and may open it."""
    one = known.get(part.specialist_id or 0)
    if one is None or one.absent or room[one.user_id] <= 0:
        return None
    if part.content_severity > one.clearance or part.data_region not in one.regions:
        return None
    return one.user_id


def _peer(
    people: Sequence[ReviewerFacts],
    room: Mapping[int, int],
    had: set[int],
    part: PartFacts,
    peer_from: str,
    rng: np.random.Generator,
) -> int | None:
    """Another specialist who may score it, of those with most room one by lot."""
    able = [
        one.user_id
        for one in people
        if room[one.user_id] > 0
        and one.user_id not in had
        and (peer_from != "same_team" or part.team_id in one.team_ids)
        and why_not(one, part, own_team_ban=peer_from == "other_team") is None
    ]
    most = max((room[user_id] for user_id in able), default=0)
    freest = [user_id for user_id in able if room[user_id] == most]
    return freest[int(rng.integers(len(freest)))] if freest else None


def _loads(
    session: Session, setting: ProgrammeSetting, people: Sequence[ReviewerFacts], *, now: dt.datetime
) -> dict[int, Load[ReviewerFacts]]:
    """How much hard content each was given lately, beside the week's budget; capacity is no matter of invitations."""
    met = exposure.given_lately(session, [one.user_id for one in people], now=now)
    limit = exposure.week_limit(setting)
    return {
        one.user_id: Load(
            key=one.user_id,
            reviewer=one,
            capacity=0,
            load=0,
            harmful=met.get(one.user_id, exposure.NOTHING).harmful,
            harmful_limit=limit.harmful,
            severe=met.get(one.user_id, exposure.NOTHING).severe,
            severe_limit=limit.severe,
        )
        for one in people
    }


def _routine(session: Session, drawn: Mapping[int, int]) -> dict[int, _Routine]:
    """The drawn parts that a reviewer has, by part."""
    rows = session.execute(
        select(Assignment.part_id, Assignment.rubric_version_id, Assignment.rubric_date, Assignment.position).where(
            Assignment.drawn_unit_id.in_(drawn.values()),
            Assignment.purpose == Purpose.ROUTINE,
            Assignment.state == "open",
        )
    )
    return {
        part_id: _Routine(part_id=part_id, rubric_version_id=version, rubric_date=date, position=position)
        for part_id, version, date, position in rows
    }


def _had(session: Session, part_ids: Sequence[int]) -> dict[int, set[int]]:
    """Who scores each part, or did, for whatever purpose."""
    had: dict[int, set[int]] = {part_id: set() for part_id in part_ids}
    for part_id, user_id in session.execute(
        select(Assignment.part_id, Assignment.reviewer_id).where(Assignment.part_id.in_(part_ids))
    ):
        had[part_id].add(user_id)
    return had


def _open(session: Session, user_ids: Sequence[int]) -> dict[int, int]:
    """How many invitations each person has not answered."""
    return dict(
        session.execute(
            select(Assignment.reviewer_id, func.count())
            .where(Assignment.reviewer_id.in_(user_ids), Assignment.state == "open", Assignment.purpose.in_(COMPANIONS))
            .group_by(Assignment.reviewer_id)
        ).all()
    )


def _write(
    session: Session,
    given: Sequence[tuple[Purpose, int, int]],
    routine: Mapping[int, _Routine],
    *,
    due_on: dt.date,
    by: int | None,
    now: dt.datetime,
) -> None:
    if not given:
        return
    session.execute(
        insert(Assignment),
        [
            {
                "part_id": part_id,
                "reviewer_id": user_id,
                "purpose": purpose,
                "origin": "targeted",
                "targeted_reason": REASONS[purpose],
                "rubric_version_id": routine[part_id].rubric_version_id,
                "rubric_date": routine[part_id].rubric_date,
                "due_on": due_on,
                "position": routine[part_id].position,
                "created_at": now,
                "created_by_id": by,
            }
            for purpose, part_id, user_id in given
        ],
    )
    for purpose, kind in ((Purpose.SELF, "self_review_invited"), (Purpose.PEER, "peer_review_invited")):
        told = {user_id for each, _, user_id in given if each == purpose}
        notices.notify(session, told, kind=kind, object_type="invitation", object_id=str(due_on), now=now)


def withdraw(session: Session, part_id: int, *, now: dt.datetime) -> None:
    """A part that was never in the population asks nobody any more."""
    session.execute(
        update(Assignment)
        .where(Assignment.part_id == part_id, Assignment.state == "open", Assignment.purpose.in_(COMPANIONS))
        .values(state="withdrawn", ended_at=now)
        .execution_options(synchronize_session=False)
    )
