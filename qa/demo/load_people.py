"""The demo operation's people, teams and roles in the database."""

import datetime as dt
from collections.abc import Mapping

from sqlalchemy.orm import Session

from qa.core import audit
from qa.core.access import Role
from qa.demo import story
from qa.demo.cast import Cast, email_of
from qa.demo.scenarios.model import QUEUE_NAMES
from qa.people.models import (
    Absence,
    Capacity,
    Clearance,
    Membership,
    Programme,
    ProgrammeSetting,
    RoleGrant,
    Skill,
    Team,
    User,
)
from qa.people.passwords import hash_password
from qa.people.rules import PseudonymList

PASSWORD = "demo-operation"  # noqa: S105 - printed at every start of the demo, and of no other use
QUALITY_TARGET = 88.0
NEW_STARTERS = ("Noor Bakkali", "Teodor Lindgren")


def load_programme(session: Session, *, now: dt.datetime) -> Programme:
    """The programme with its settings, from before the first week."""
    programme = Programme(key="demo", name="Creator support", customer_word="creator", created_at=now)
    session.add(programme)
    session.flush()
    session.add(
        ProgrammeSetting(
            programme_id=programme.id,
            valid_from=now,
            time_zone="UTC",
            primary_part_rule="last_public_reply",
            quality_target=QUALITY_TARGET,
        )
    )
    session.flush()
    return programme


def load_people(session: Session, programme: Programme, cast: Cast, *, now: dt.datetime) -> Mapping[int, int]:
    """Everybody of the cast; their id in the database by their index in the cast."""
    password = hash_password(PASSWORD)
    birds = PseudonymList()
    users = [
        User(
            programme_id=programme.id,
            email=person.email,
            name=person.name,
            pseudonym=birds.name(person.index),
            password_hash=password,
            started_on=person.started_on,
            created_at=now,
        )
        for person in cast.people
    ]
    teams = [Team(programme_id=programme.id, name=team.name, created_at=now) for team in cast.teams]
    session.add_all([*users, *teams])
    session.flush()
    ids = {person.index: user.id for person, user in zip(cast.people, users, strict=True)}
    since = min(story.monday(now.date(), 1), *(person.started_on for person in cast.people))
    for person in cast.people:
        own = {"user_id": ids[person.index], "valid_from": max(person.started_on, since)}
        session.add_all(RoleGrant(**own, role=Role(role)) for role in person.roles)
        session.add_all(Skill(**own, kind="language", value=language) for language in person.languages)
        session.add_all(Skill(**own, kind="queue", value=QUEUE_NAMES[queue]) for queue in person.queues)
        session.add(Clearance(**own, severity=person.clearance))
        session.add_all(
            Absence(user_id=ids[person.index], first_day=first, last_day=last) for first, last in person.absences
        )
        if person.reviews_per_week:
            session.add(Capacity(**own, reviews_per_week=person.reviews_per_week))
    session.add_all(
        Membership(
            user_id=ids[entry.person],
            team_id=teams[entry.team].id,
            kind=entry.kind,
            valid_from=entry.valid_from,
            valid_to=entry.valid_to,
        )
        for entry in cast.memberships
    )
    load_new_starters(session, programme, cast, now=now)
    audit.record(
        session,
        action="people.import",
        object_type="programme",
        object_id=programme.id,
        actor_id=ids[cast.admin],
        now=now,
        detail={"rows": len(cast.people)},
    )
    session.flush()
    return ids


def load_new_starters(session: Session, programme: Programme, cast: Cast, *, now: dt.datetime) -> None:
    """Two people who begin soon and have no invitation yet: something for the admin to do."""
    begin = story.monday(now.date(), story.LAST_WEEK) + dt.timedelta(weeks=story.LAST_WEEK)
    for number, name in enumerate(NEW_STARTERS, start=len(cast.people)):
        user = User(
            programme_id=programme.id,
            email=email_of(name),
            name=name,
            pseudonym=PseudonymList().name(number),
            started_on=begin,
            created_at=now,
        )
        session.add(user)
        session.flush()
        session.add(RoleGrant(user_id=user.id, role=Role.SPECIALIST, valid_from=begin))
