"""Who can be given a part: the facts of reviewers on a day, and whether one of them may score one part."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from qa.core.access import OPEN_REGION, Role
from qa.people.models import Absence, Capacity, Membership, RegionClearance, Skill, User
from qa.people.queries import clearances_on, in_force, people_with_role
from qa.sampling import certified
from qa.sampling.models import Assignment, Purpose, ReviewerPause

DEFAULT_CAPACITY = 40  # reviews a week where nothing is noted


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewerFacts:
    """One reviewer on a day."""

    user_id: int
    name: str
    team_ids: frozenset[int]
    languages: frozenset[str]  # empty: none noted, any
    queues: frozenset[str]  # empty: none noted, any
    clearance: int
    capacity: int  # reviews a week
    load: int  # open assignments
    absent: bool
    paused: bool = False  # here, and given nothing new
    regions: frozenset[str] = frozenset({OPEN_REGION})
    families: frozenset[int] = frozenset()  # of rubrics this person is certified for

    @property
    def takes_parts(self) -> bool:
        """Whether anything new may be given at all."""
        return self.capacity > 0 and not self.absent and not self.paused


@dataclass(frozen=True, slots=True, kw_only=True)
class PartFacts:
    """What decides who may score a part."""

    part_id: int
    specialist_id: int | None
    team_id: int | None
    queue: str
    language: str
    content_severity: int
    data_region: str = OPEN_REGION
    family_id: int | None = None  # of the rubric it is scored by, where a certificate is asked for


def reviewers_on(session: Session, programme_id: int, day: dt.date) -> list[ReviewerFacts]:
    """Every active reviewer of a programme, in a bounded number of statements."""
    return facts_of(session, people_with_role(session, programme_id, Role.REVIEWER, day), day)


def facts_of(session: Session, people: Sequence[User], day: dt.date) -> list[ReviewerFacts]:
    """The facts of these people on a day; an invitation to score, which nobody has to take, is no load."""
    ids = [person.id for person in people]
    teams: dict[int, set[int]] = {}
    for user_id, team_id in session.execute(
        select(Membership.user_id, Membership.team_id)
        .where(Membership.user_id.in_(ids), in_force(Membership.valid_from, Membership.valid_to, day))
        .order_by(Membership.id)
    ):
        teams.setdefault(user_id, set()).add(team_id)
    skills: dict[tuple[int, str], set[str]] = {}
    for user_id, kind, value in session.execute(
        select(Skill.user_id, Skill.kind, Skill.value)
        .where(Skill.user_id.in_(ids), in_force(Skill.valid_from, Skill.valid_to, day))
        .order_by(Skill.id)
    ):
        skills.setdefault((user_id, kind), set()).add(value)
    clearances = clearances_on(session, ids, day)
    regions: dict[int, set[str]] = {}
    for user_id, region in session.execute(
        select(RegionClearance.user_id, RegionClearance.region)
        .where(RegionClearance.user_id.in_(ids), in_force(RegionClearance.valid_from, RegionClearance.valid_to, day))
        .order_by(RegionClearance.id)
    ):
        regions.setdefault(user_id, set()).add(region)
    capacities = dict(
        session.execute(
            select(Capacity.user_id, Capacity.reviews_per_week)
            .where(Capacity.user_id.in_(ids), Capacity.valid_from <= day)
            .order_by(Capacity.valid_from, Capacity.id)  # a later row of a person wins
        ).all()
    )
    families = certified.held(session, ids)
    loads = dict(
        session.execute(
            select(Assignment.reviewer_id, func.count())
            .where(
                Assignment.reviewer_id.in_(ids),
                Assignment.state == "open",
                Assignment.purpose.not_in((Purpose.SELF, Purpose.PEER)),
            )
            .group_by(Assignment.reviewer_id)
        ).all()
    )
    absent = set(
        session.scalars(
            select(Absence.user_id).where(Absence.user_id.in_(ids), Absence.first_day <= day, Absence.last_day >= day)
        )
    )
    paused = set(
        session.scalars(
            select(ReviewerPause.user_id).where(ReviewerPause.user_id.in_(ids), ReviewerPause.resumed_at.is_(None))
        )
    )
    return [
        ReviewerFacts(
            user_id=person.id,
            name=person.name,
            team_ids=frozenset(teams.get(person.id, ())),
            languages=frozenset(skills.get((person.id, "language"), ())),
            queues=frozenset(skills.get((person.id, "queue"), ())),
            clearance=clearances.get(person.id, 0),
            regions=frozenset({OPEN_REGION, *regions.get(person.id, ())}),
            capacity=capacities.get(person.id, DEFAULT_CAPACITY),
            load=loads.get(person.id, 0),
            families=families.get(person.id, frozenset()),
            absent=person.id in absent,
            paused=person.id in paused,
        )
        for person in people
    ]


def why_not(reviewer: ReviewerFacts, part: PartFacts, *, own_team_ban: bool) -> str | None:
    """Why a reviewer may not score a part; ``None`` when nothing speaks against it."""
    if reviewer.user_id == part.specialist_id:
        return "own ticket"
    if own_team_ban and part.team_id in reviewer.team_ids:
        return "own team"
    if part.language and reviewer.languages and part.language not in reviewer.languages:
        return "language"
    if part.queue and reviewer.queues and part.queue not in reviewer.queues:
        return "queue"
    if part.content_severity > reviewer.clearance:
        return "clearance"
    if part.data_region not in reviewer.regions:
        return "region"
    if part.family_id is not None and part.family_id not in reviewer.families:
        return "certificate"
    if reviewer.absent:
        return "absent"
    if reviewer.paused:
        return "paused"
    return None
