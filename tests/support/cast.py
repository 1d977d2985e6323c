"""The people of the tests, each with one role, so that a name says what somebody may.

Payouts is led by Lena and Sam works in it; Appeals is led by Otto and Olga works in it. Rita and Rob review and belong
to neither. Quinn wears the QA lead's hat, Dora directs, Ada administers.
"""

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache

from sqlalchemy import update
from sqlalchemy.orm import Session

from qa.core.access import Actor, Role
from qa.people import passwords, queries
from qa.people.models import AgentIdentity, Membership, Programme, ProgrammeSetting, RoleGrant, Source, Team, User

SINCE = dt.date(2025, 1, 6)
OPENED = dt.datetime(2025, 1, 6, 8, 0, tzinfo=dt.UTC)
# A Wednesday: week 2026-W14 is over and can be drawn, week 2026-W15 is open.
NOW = dt.datetime(2026, 4, 8, 9, 0, tzinfo=dt.UTC)
TODAY = NOW.date()
PASSWORD = "a password that everybody here shares"
BIRDS = ("Avocet", "Bittern", "Chaffinch", "Dipper", "Eider", "Fieldfare", "Goldcrest", "Hoopoe", "Ibis", "Jackdaw")


@dataclass(frozen=True, slots=True, kw_only=True)
class Cast:
    """Everybody, with their programme, source and teams."""

    programme: Programme
    setting: ProgrammeSetting
    source: Source
    payouts: Team
    appeals: Team
    rita: User
    rob: User
    lena: User
    quinn: User
    sam: User
    dora: User
    ada: User
    otto: User
    olga: User
    sam_agent: AgentIdentity
    olga_agent: AgentIdentity
    bot_agent: AgentIdentity

    def of_role(self) -> dict[Role, User]:
        """One person for each role."""
        return {
            Role.REVIEWER: self.rita,
            Role.TEAM_LEAD: self.lena,
            Role.QA_LEAD: self.quinn,
            Role.SPECIALIST: self.sam,
            Role.DIRECTOR: self.dora,
            Role.ADMIN: self.ada,
        }


def make_cast(session: Session) -> Cast:
    """Write everybody and commit."""
    programme = Programme(key="main", name="Creator support", created_at=OPENED)
    session.add(programme)
    session.flush()
    setting = ProgrammeSetting(programme_id=programme.id, valid_from=OPENED)
    source = Source(programme_id=programme.id, key="desk", kind="csv", name="Help desk", created_at=OPENED)
    payouts, appeals = (
        Team(programme_id=programme.id, name=name, created_at=OPENED) for name in ("Payouts", "Appeals")
    )
    session.add_all([setting, source, payouts, appeals])
    session.flush()
    parts: dict[str, tuple[str, Role, Team | None]] = {
        "rita": ("Rita Ramos", Role.REVIEWER, None),
        "rob": ("Rob Rees", Role.REVIEWER, None),
        "lena": ("Lena Lund", Role.TEAM_LEAD, payouts),
        "quinn": ("Quinn Quist", Role.QA_LEAD, None),
        "sam": ("Sam Sato", Role.SPECIALIST, payouts),
        "dora": ("Dora Diaz", Role.DIRECTOR, None),
        "ada": ("Ada Adeyemi", Role.ADMIN, None),
        "otto": ("Otto Olsen", Role.TEAM_LEAD, appeals),
        "olga": ("Olga Orlova", Role.SPECIALIST, appeals),
    }
    people = {key: somebody(programme, name, SINCE) for key, (name, _, _) in parts.items()}
    session.add_all(people.values())
    session.flush()  # all at once: half of the tests begin with this cast
    for key, (_, role, team) in parts.items():
        session.add_all(belongings(people[key], [role], team, SINCE))
    cast = Cast(
        programme=programme,
        setting=setting,
        source=source,
        payouts=payouts,
        appeals=appeals,
        sam_agent=agent_of(source, people["sam"]),
        olga_agent=agent_of(source, people["olga"]),
        bot_agent=agent_of(source, None),
        **people,
    )
    session.add_all([cast.sam_agent, cast.olga_agent, cast.bot_agent])
    session.expire_on_commit = False  # they are as they were just written
    session.commit()
    session.expire_on_commit = True
    return cast


def person(
    session: Session,
    programme: Programme,
    name: str,
    *roles: Role,
    team: Team | None = None,
    since: dt.date = SINCE,
) -> User:
    """Somebody with these roles; a team lead leads the team, everybody else belongs to it."""
    user = somebody(programme, name, since)
    session.add(user)
    session.flush()
    session.add_all(belongings(user, roles, team, since))
    session.flush()
    return user


def end_roles(session: Session, user: User) -> None:
    """Somebody who may do nothing any more, and is still here."""
    session.execute(update(RoleGrant).where(RoleGrant.user_id == user.id).values(valid_to=TODAY))
    session.commit()


def somebody(programme: Programme, name: str, since: dt.date) -> User:
    return User(
        programme_id=programme.id,
        email=f"{name.split()[0].lower()}@example.org",
        name=name,
        pseudonym=BIRDS[sum(map(ord, name)) % len(BIRDS)],
        password_hash=password_hash(),
        started_on=since,
        created_at=OPENED,
    )


def belongings(
    user: User, roles: Sequence[Role], team: Team | None, since: dt.date
) -> Iterator[RoleGrant | Membership]:
    """What somebody may and where they belong."""
    yield from (RoleGrant(user_id=user.id, role=role, valid_from=since) for role in roles)
    if team is not None:
        kind = "lead" if Role.TEAM_LEAD in roles else "member"
        yield Membership(user_id=user.id, team_id=team.id, kind=kind, valid_from=since)


def agent(session: Session, source: Source, user: User | None, *, external_id: str | None = None) -> AgentIdentity:
    """What the help desk calls a person; without one, its bot."""
    identity = agent_of(source, user, external_id)
    session.add(identity)
    session.flush()
    return identity


def agent_of(source: Source, user: User | None, external_id: str | None = None) -> AgentIdentity:
    return AgentIdentity(
        source_id=source.id,
        external_id=external_id or (f"agent-{user.id}" if user else "bot-1"),
        email=user.email if user else None,
        name=user.name if user else "Answer bot",
        is_bot=user is None,
        user_id=user.id if user else None,
    )


def actor(session: Session, user: User, *, today: dt.date = TODAY) -> Actor:
    """A person as the rules see them."""
    return queries.actor_for(session, user, today=today)


@cache
def password_hash() -> str:
    """Everybody's hash of ``PASSWORD``, made once in a process: it is slow on purpose."""
    return passwords.hash_password(PASSWORD)
