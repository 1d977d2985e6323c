"""Reading people as lists: the admin's directory, one person's facts, unmatched agents."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from qa.core.access import Actor, Role
from qa.core.errors import NotFoundError
from qa.people.models import (
    Absence,
    AgentIdentity,
    Capacity,
    Clearance,
    Membership,
    OneTimeLink,
    RegionClearance,
    RoleGrant,
    Skill,
    Source,
    Team,
    User,
)
from qa.people.queries import in_force

PAGE_SIZE = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Filters:
    """What the admin looks for."""

    text: str = ""
    role: Role | None = None
    team_id: int | None = None
    state: str = "active"  # active, closed, all


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """A person as the directory shows them."""

    id: int
    name: str
    email: str
    active: bool
    roles: tuple[Role, ...]
    teams: tuple[str, ...]
    invited: bool  # a link is out that nobody has used yet
    has_password: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    rows: tuple[Listed, ...]
    total: int
    number: int

    @property
    def pages(self) -> int:
        return max(1, -(-self.total // PAGE_SIZE))


def directory(session: Session, actor: Actor, filters: Filters, *, page: int, today: dt.date, now: dt.datetime) -> Page:
    """One page of the programme's people, by name."""
    found = select(User.id).where(User.programme_id == actor.programme_id)
    if filters.state != "all":
        found = found.where(User.active if filters.state == "active" else ~User.active)
    if filters.text:
        words = f"%{_escaped(filters.text.strip().lower())}%"
        found = found.where(or_(func.lower(User.name).like(words, escape="\\"), User.email.like(words, escape="\\")))
    if filters.role is not None:
        found = found.where(
            User.id.in_(
                select(RoleGrant.user_id).where(
                    RoleGrant.role == filters.role, in_force(RoleGrant.valid_from, RoleGrant.valid_to, today)
                )
            )
        )
    if filters.team_id is not None:
        found = found.where(
            User.id.in_(
                select(Membership.user_id).where(
                    Membership.team_id == filters.team_id,
                    in_force(Membership.valid_from, Membership.valid_to, today),
                )
            )
        )
    total = session.scalar(select(func.count()).select_from(found.subquery())) or 0
    number = min(max(page, 1), max(1, -(-total // PAGE_SIZE)))
    users = session.scalars(
        select(User)
        .where(User.id.in_(found))
        .order_by(func.lower(User.name), User.id)
        .limit(PAGE_SIZE)
        .offset((number - 1) * PAGE_SIZE)
    ).all()
    return Page(rows=_listed(session, users, today=today, now=now), total=total, number=number)


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


def _listed(session: Session, users: Sequence[User], *, today: dt.date, now: dt.datetime) -> tuple[Listed, ...]:
    ids = [user.id for user in users]
    roles: dict[int, list[Role]] = {}
    for user_id, role in session.execute(
        select(RoleGrant.user_id, RoleGrant.role)
        .where(RoleGrant.user_id.in_(ids), in_force(RoleGrant.valid_from, RoleGrant.valid_to, today))
        .order_by(RoleGrant.id)
    ):
        roles.setdefault(user_id, []).append(Role(role))
    teams: dict[int, list[str]] = {}
    for user_id, name in session.execute(
        select(Membership.user_id, Team.name)
        .join(Team, Team.id == Membership.team_id)
        .where(Membership.user_id.in_(ids), in_force(Membership.valid_from, Membership.valid_to, today))
        .order_by(Team.name, Membership.id)
    ):
        teams.setdefault(user_id, []).append(name)
    invited = set(
        session.scalars(
            select(OneTimeLink.user_id).where(
                OneTimeLink.user_id.in_(ids), OneTimeLink.used_at.is_(None), OneTimeLink.expires_at > now
            )
        )
    )
    return tuple(
        Listed(
            id=user.id,
            name=user.name,
            email=user.email,
            active=user.active,
            roles=tuple(role for role in Role if role in roles.get(user.id, ())),
            teams=tuple(teams.get(user.id, ())),
            invited=user.id in invited,
            has_password=user.password_hash is not None,
        )
        for user in users
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonFacts:
    """Everything the admin sees about one person, newest first."""

    user: User
    roles: Sequence[RoleGrant]
    memberships: Sequence[tuple[Membership, str]]
    skills: Sequence[Skill]
    clearances: Sequence[Clearance]
    regions: Sequence[RegionClearance]
    absences: Sequence[Absence]
    capacities: Sequence[Capacity]
    identities: Sequence[tuple[AgentIdentity, str]]


def get_person_for(session: Session, actor: Actor, user_id: int) -> User:
    """A person of the actor's own programme."""
    user = session.get(User, user_id)
    if user is None or user.programme_id != actor.programme_id:
        raise NotFoundError("There is no such person.")
    return user


def person_facts(session: Session, user: User) -> PersonFacts:
    """One statement a table."""
    return PersonFacts(
        user=user,
        roles=session.scalars(
            select(RoleGrant)
            .where(RoleGrant.user_id == user.id)
            .order_by(RoleGrant.valid_from.desc(), RoleGrant.role, RoleGrant.id)
        ).all(),
        memberships=[
            (membership, name)
            for membership, name in session.execute(
                select(Membership, Team.name)
                .join(Team, Team.id == Membership.team_id)
                .where(Membership.user_id == user.id)
                .order_by(Membership.valid_from.desc(), Membership.id)
            )
        ],
        skills=session.scalars(
            select(Skill).where(Skill.user_id == user.id).order_by(Skill.kind, Skill.value, Skill.id)
        ).all(),
        clearances=session.scalars(
            select(Clearance).where(Clearance.user_id == user.id).order_by(Clearance.valid_from.desc(), Clearance.id)
        ).all(),
        regions=session.scalars(
            select(RegionClearance)
            .where(RegionClearance.user_id == user.id)
            .order_by(RegionClearance.valid_from.desc(), RegionClearance.region, RegionClearance.id)
        ).all(),
        absences=session.scalars(
            select(Absence).where(Absence.user_id == user.id).order_by(Absence.first_day.desc(), Absence.id)
        ).all(),
        capacities=session.scalars(
            select(Capacity).where(Capacity.user_id == user.id).order_by(Capacity.valid_from.desc(), Capacity.id)
        ).all(),
        identities=[
            (identity, name)
            for identity, name in session.execute(
                select(AgentIdentity, Source.name)
                .join(Source, Source.id == AgentIdentity.source_id)
                .where(AgentIdentity.user_id == user.id)
                .order_by(AgentIdentity.id)
            )
        ],
    )


def unmatched_agents(session: Session, programme_id: int) -> Sequence[tuple[AgentIdentity, str]]:
    """The help desk's agents who are nobody here, with their source."""
    return [
        (identity, source)
        for identity, source in session.execute(
            select(AgentIdentity, Source.name)
            .join(Source, Source.id == AgentIdentity.source_id)
            .where(Source.programme_id == programme_id, AgentIdentity.user_id.is_(None), ~AgentIdentity.is_bot)
            .order_by(AgentIdentity.name, AgentIdentity.id)
        )
    ]


def uninvited(session: Session, programme_id: int, *, now: dt.datetime) -> Sequence[User]:
    """Active people without a password and without a link that still works."""
    waiting = select(OneTimeLink.user_id).where(OneTimeLink.used_at.is_(None), OneTimeLink.expires_at > now)
    return session.scalars(
        select(User)
        .where(User.programme_id == programme_id, User.active, User.password_hash.is_(None), User.id.not_in(waiting))
        .order_by(func.lower(User.name), User.id)
    ).all()
