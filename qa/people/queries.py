"""Reading people: the actor of a request, the programme's rules on a day, who belongs where when."""

import datetime as dt
from collections.abc import Mapping, Sequence
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, String, and_, cast, func, literal, or_, select, union_all
from sqlalchemy.orm import InstrumentedAttribute, Session

from qa.core.access import AUTHORITY, OPEN_REGION, Actor, Permission, Role
from qa.core.errors import ConfigurationError, NotFoundError
from qa.people.models import (
    Clearance,
    Membership,
    Programme,
    ProgrammeSetting,
    RegionClearance,
    RoleGrant,
    Team,
    User,
    UserSession,
)


def in_force(
    valid_from: InstrumentedAttribute[dt.date], valid_to: InstrumentedAttribute[dt.date | None], day: dt.date
) -> ColumnElement[bool]:
    """The rows that hold on a day."""
    return and_(valid_from <= day, or_(valid_to.is_(None), valid_to > day))


def actor_for(session: Session, user: User, *, today: dt.date) -> Actor:
    """Any person as the rules see them on a day."""
    kinds = (
        (literal("role"), RoleGrant.role, RoleGrant),
        (Membership.kind, Membership.team_id, Membership),
        (literal("clearance"), Clearance.severity, Clearance),
        (literal("region"), RegionClearance.region, RegionClearance),
    )
    held: dict[str, set[str]] = {}
    for kind, value in session.execute(
        union_all(
            *(
                select(cast(kind, String), cast(value, String)).where(
                    table.user_id == user.id, in_force(table.valid_from, table.valid_to, today)
                )
                for kind, value, table in kinds
            )
        )
    ):
        held.setdefault(kind, set()).add(value)
    return Actor(
        user_id=user.id,
        name=user.name,
        email=user.email,
        roles=frozenset(Role(role) for role in held.get("role", ())),
        programme_id=user.programme_id,
        team_ids=frozenset(map(int, held.get("member", ()))),
        led_team_ids=frozenset(map(int, held.get("lead", ()))),
        clearance=max(map(int, held.get("clearance", ())), default=0),
        regions=frozenset({OPEN_REGION, *held.get("region", ())}),
        preferences=dict(user.preferences),
    )


def user_by_email(session: Session, email: str) -> User | None:
    return session.scalar(select(User).where(User.email == email.strip().lower()))


def the_programme(session: Session) -> Programme:
    """The one programme of this installation; the tables are ready for several."""
    programme = session.scalar(select(Programme).order_by(Programme.id).limit(1))
    if programme is None:
        raise ConfigurationError("the database is empty: run `flask init --admin EMAIL` or `flask demo` first")
    return programme


def setting_at(session: Session, programme_id: int, moment: dt.datetime) -> ProgrammeSetting:
    """The programme's rules in force at a moment; before its first row, the first one."""
    setting = session.scalar(
        select(ProgrammeSetting)
        .where(ProgrammeSetting.programme_id == programme_id, ProgrammeSetting.valid_from <= moment)
        .order_by(ProgrammeSetting.valid_from.desc())
        .limit(1)
    ) or session.scalar(
        select(ProgrammeSetting)
        .where(ProgrammeSetting.programme_id == programme_id)
        .order_by(ProgrammeSetting.valid_from)
        .limit(1)
    )
    if setting is None:
        raise ConfigurationError(f"programme {programme_id} has no settings")
    return setting


def teams(session: Session, programme_id: int) -> Sequence[Team]:
    return session.scalars(select(Team).where(Team.programme_id == programme_id).order_by(Team.name, Team.id)).all()


def memberships_of(session: Session, user_ids: Sequence[int]) -> dict[int, list[Membership]]:
    """All team memberships (as member) of these people, oldest first."""
    found: dict[int, list[Membership]] = {user_id: [] for user_id in user_ids}
    rows = session.scalars(
        select(Membership)
        .where(Membership.user_id.in_(user_ids), Membership.kind == "member")
        .order_by(Membership.user_id, Membership.valid_from, Membership.id)
    )
    for row in rows:
        found[row.user_id].append(row)
    return found


def team_on(memberships: Sequence[Membership], day: dt.date) -> int | None:
    """The team somebody belonged to on a day, from that person's memberships."""
    for membership in memberships:
        if membership.valid_from <= day and (membership.valid_to is None or membership.valid_to > day):
            return membership.team_id
    return None


def people_with_role(session: Session, programme_id: int, role: Role, today: dt.date) -> Sequence[User]:
    """Active people who hold a role today."""
    return session.scalars(
        select(User)
        .join(RoleGrant, RoleGrant.user_id == User.id)
        .where(
            User.programme_id == programme_id,
            User.active,
            RoleGrant.role == role,
            in_force(RoleGrant.valid_from, RoleGrant.valid_to, today),
        )
        .distinct()
        .order_by(User.name, User.id)
    ).all()


def clearances_on(session: Session, user_ids: Sequence[int], day: dt.date) -> dict[int, int]:
    """The highest content severity that each of these people may open on a day; 0 for whoever is not named."""
    rows = session.execute(
        select(Clearance.user_id, func.max(Clearance.severity))
        .where(Clearance.user_id.in_(user_ids), in_force(Clearance.valid_from, Clearance.valid_to, day))
        .group_by(Clearance.user_id)
        .order_by(Clearance.user_id)
    )
    return dict(rows.all())


def zone_of(setting: ProgrammeSetting) -> ZoneInfo:
    """The time zone that the programme's weeks and days are counted in."""
    return ZoneInfo(setting.time_zone)


def live_sessions_of(session: Session, user_id: int, *, idle: dt.timedelta, now: dt.datetime) -> Sequence[UserSession]:
    """The browsers a person is signed in with, newest first; one that was idle for so long is signed out."""
    return session.scalars(
        select(UserSession)
        .where(
            UserSession.user_id == user_id,
            UserSession.revoked_at.is_(None),
            UserSession.expires_at > now,
            UserSession.last_seen_at > now - idle,
        )
        .order_by(UserSession.last_seen_at.desc(), UserSession.id.desc())
    ).all()


def session_of(session: Session, user_id: int, session_id: int) -> UserSession:
    """A signed-in browser of this person."""
    row = session.get(UserSession, session_id)
    if row is None or row.user_id != user_id:
        raise NotFoundError("There is no such signed-in browser.")
    return row


def first_programme(session: Session) -> Programme | None:
    return session.scalar(select(Programme).order_by(Programme.id).limit(1))


def holds_role(session: Session, user_id: int, role: Role, day: dt.date) -> bool:
    """Whether a person holds a role on a day."""
    return (
        session.scalar(
            select(RoleGrant.id)
            .where(
                RoleGrant.user_id == user_id,
                RoleGrant.role == role,
                in_force(RoleGrant.valid_from, RoleGrant.valid_to, day),
            )
            .limit(1)
        )
        is not None
    )


def team_today(session: Session, user_id: int, today: dt.date) -> Team | None:
    """The team somebody belongs to on a day."""
    return session.scalar(
        select(Team)
        .join(Membership, Membership.team_id == Team.id)
        .where(
            Membership.user_id == user_id,
            Membership.kind == "member",
            in_force(Membership.valid_from, Membership.valid_to, today),
        )
        .limit(1)
    )


def in_programme(session: Session, programme_id: int, user_id: int) -> bool:
    """Whether a person belongs to a programme."""
    return session.scalar(select(User.id).where(User.id == user_id, User.programme_id == programme_id)) is not None


def people_who_may(session: Session, programme_id: int, permission: Permission, today: dt.date) -> Sequence[User]:
    """Everybody whose roles grant a use case today, by name: who can be named as the owner of what it opens."""
    granted = (
        select(RoleGrant.user_id)
        .where(
            RoleGrant.role.in_(sorted(AUTHORITY[permission])),
            in_force(RoleGrant.valid_from, RoleGrant.valid_to, today),
        )
        .scalar_subquery()
    )
    return session.scalars(
        select(User)
        .where(User.programme_id == programme_id, User.active, User.id.in_(granted))
        .order_by(User.name, User.id)
    ).all()


def or_owner(people: Mapping[str, User], owner: User | None) -> Mapping[str, User]:
    """By address, who can be named and whoever is named now: they stay, whatever roles they have."""
    return people if owner is None or owner.email in people else {**people, owner.email: owner}
