"""Who is asking: a browser's session, its person with all they hold, and the programme's rules, in one statement.

It precedes every page, so it is built once, reads plain columns, and only its two values change.
"""

import datetime as dt
from collections import namedtuple
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Date,
    FromClause,
    ScalarSelect,
    Select,
    String,
    and_,
    bindparam,
    cast,
    func,
    or_,
    select,
)
from sqlalchemy.orm import Session

from qa.core.access import OPEN_REGION, Actor, Role
from qa.core.orm import UtcDateTime
from qa.core.prepared import PreparedMaking
from qa.people.models import (
    Clearance,
    Membership,
    Programme,
    ProgrammeSetting,
    RegionClearance,
    RoleGrant,
    User,
    UserSession,
)

BREAK = "\n"  # between values that the database joins; no name of a role or region holds one
_sessions, _people, _programmes, _settings = (
    each.__table__ for each in (UserSession, User, Programme, ProgrammeSetting)
)
# The rows of a programme and of its rules in force as plain values: they are read everywhere and changed nowhere.
ProgrammeRow: Any = namedtuple("ProgrammeRow", [column.name for column in _programmes.columns])  # type: ignore[misc]
SettingRow: Any = namedtuple("SettingRow", [column.name for column in _settings.columns])  # type: ignore[misc]
_now, _today = bindparam("now", type_=UtcDateTime()), bindparam("today", type_=Date())


def _setting(*, begun: bool) -> ScalarSelect[int]:
    """The rules that began last; or, for a moment before any began, the first."""
    found = select(_settings.c.id).where(_settings.c.programme_id == _people.c.programme_id).limit(1)
    if begun:
        found = found.where(_settings.c.valid_from <= _now).order_by(_settings.c.valid_from.desc())
    else:
        found = found.order_by(_settings.c.valid_from)
    return found.correlate(_people).scalar_subquery()


def _held(table: FromClause, *asked: ColumnElement[bool]) -> ColumnElement[bool]:
    """The rows of this person that hold on a day of the programme."""
    return and_(
        table.c.user_id == _people.c.id,
        table.c.valid_from <= _today,
        or_(table.c.valid_to.is_(None), table.c.valid_to > _today),
        *asked,
    )


def _joined(column: ColumnElement[Any], table: FromClause, *asked: ColumnElement[bool]) -> ScalarSelect[str]:
    words = func.aggregate_strings(cast(column, String), BREAK)
    return select(words).where(_held(table, *asked)).correlate(_people).scalar_subquery()


def _statement() -> Select[Any]:
    roles, teams, regions = RoleGrant.__table__, Membership.__table__, RegionClearance.__table__
    severity = Clearance.__table__
    return (
        select(
            *_programmes.columns,
            *_settings.columns,
            _sessions.c.id.label("session_id"),
            _sessions.c.revoked_at,
            _sessions.c.expires_at,
            _sessions.c.last_seen_at,
            _sessions.c.created_at.label("entered_at"),
            _sessions.c.second_factor_at,
            _sessions.c.proved_at,
            _people.c.id.label("user_id"),
            _people.c.name.label("user_name"),
            _people.c.email,
            _people.c.active,
            _people.c.preferences,
            _joined(roles.c.role, roles).label("roles"),
            _joined(teams.c.team_id, teams, teams.c.kind == "member").label("teams"),
            _joined(teams.c.team_id, teams, teams.c.kind == "lead").label("led_teams"),
            _joined(regions.c.region, regions).label("regions"),
            select(func.max(severity.c.severity))
            .where(_held(severity))
            .correlate(_people)
            .scalar_subquery()
            .label("clearance"),
        )
        .select_from(_sessions)
        .join(_people, _people.c.id == _sessions.c.user_id)
        .join(_programmes, _programmes.c.id == _people.c.programme_id)
        .join(_settings, _settings.c.id == func.coalesce(_setting(begun=True), _setting(begun=False)))
        .where(_sessions.c.token_digest == bindparam("token_digest"))
    )


_PROGRAMME_ENDS = len(_programmes.columns)
_SETTING_ENDS = _PROGRAMME_ENDS + len(_settings.columns)


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedIn:
    """A session that a cookie names, revoked or ended ones included: the rules decide."""

    id: int
    revoked_at: dt.datetime | None
    expires_at: dt.datetime
    last_seen_at: dt.datetime
    second_factor_at: dt.datetime | None
    proved_at: dt.datetime  # when the person last showed who they are
    active: bool  # the person's account
    actor: Actor
    programme: Any  # a ProgrammeRow
    setting: Any  # a SettingRow


def _signed_in(row: Any) -> SignedIn:
    programme: Any = ProgrammeRow._make(row[:_PROGRAMME_ENDS])
    actor = Actor(
        user_id=row.user_id,
        name=row.user_name,
        email=row.email,
        roles=frozenset(map(Role, _split(row.roles))),
        programme_id=programme.id,
        team_ids=frozenset(map(int, _split(row.teams))),
        led_team_ids=frozenset(map(int, _split(row.led_teams))),
        clearance=row.clearance or 0,
        regions=frozenset((OPEN_REGION, *_split(row.regions))),
        session_id=row.session_id,
        preferences=row.preferences,
    )
    return SignedIn(
        id=row.session_id,
        revoked_at=row.revoked_at,
        expires_at=row.expires_at,
        last_seen_at=row.last_seen_at,
        second_factor_at=row.second_factor_at,
        proved_at=row.proved_at or row.entered_at,
        active=row.active,
        actor=actor,
        programme=programme,
        setting=SettingRow._make(row[_PROGRAMME_ENDS:_SETTING_ENDS]),
    )


_SIGNED_IN = PreparedMaking(_statement(), _signed_in)


def find(session: Session, token_digest: str, *, now: dt.datetime, today: dt.date) -> SignedIn | None:
    """Whose session this is, with what the person holds ``today``."""
    found: SignedIn | None = _SIGNED_IN.one_or_none(session, token_digest=token_digest, now=now, today=today)
    return found


def _split(joined: str | None) -> list[str]:
    return joined.split(BREAK) if joined else []
