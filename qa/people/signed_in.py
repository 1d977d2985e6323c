"""Who is asking: a browser's session, its person with all they hold, and the programme's rules.

It precedes every page. The session, the person and the programme are read each time, with two numbers that the database
changes whenever something is changed that the rest depends on (migration 0042): what a person holds and the rules in
force are read again only after that, on another day, or once other rules begin.
"""

import datetime as dt
from collections import namedtuple
from dataclasses import dataclass
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

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
from qa.core.prepared import MOST_MADE, Prepared, PreparedMaking
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
from qa.people.queries import zone_of

BREAK = "\n"  # between values that the database joins; no name of a role or region holds one
_sessions, _people, _programmes, _settings = (
    each.__table__ for each in (UserSession, User, Programme, ProgrammeSetting)
)
# The rows of a programme and of its rules in force as plain values: they are read everywhere and changed nowhere.
ProgrammeRow: Any = namedtuple("ProgrammeRow", [column.name for column in _programmes.columns])  # type: ignore[misc]
SettingRow: Any = namedtuple("SettingRow", [column.name for column in _settings.columns])  # type: ignore[misc]
_other = _settings.alias()
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


def _asking() -> Select[Any]:
    return (
        select(
            *_programmes.columns,
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
            _people.c.holdings_mark,
        )
        .select_from(_sessions)
        .join(_people, _people.c.id == _sessions.c.user_id)
        .join(_programmes, _programmes.c.id == _people.c.programme_id)
        .where(_sessions.c.token_digest == bindparam("token_digest"))
    )


def _holding() -> Select[Any]:
    roles, teams, regions = RoleGrant.__table__, Membership.__table__, RegionClearance.__table__
    severity = Clearance.__table__
    return (
        select(
            *_settings.columns,
            _programmes.c.rules_mark,
            _people.c.holdings_mark,
            _joined(roles.c.role, roles).label("roles"),
            _joined(teams.c.team_id, teams, teams.c.kind == "member").label("teams"),
            _joined(teams.c.team_id, teams, teams.c.kind == "lead").label("led_teams"),
            _joined(regions.c.region, regions).label("regions"),
            select(func.max(severity.c.severity))
            .where(_held(severity))
            .correlate(_people)
            .scalar_subquery()
            .label("clearance"),
            select(func.min(_other.c.valid_from))
            .where(_other.c.programme_id == _people.c.programme_id, _other.c.valid_from > _now)
            .correlate(_people)
            .scalar_subquery()
            .label("next_rules"),
        )
        .select_from(_people)
        .join(_programmes, _programmes.c.id == _people.c.programme_id)
        .join(_settings, _settings.c.id == func.coalesce(_setting(begun=True), _setting(begun=False)))
        .where(_people.c.id == bindparam("user_id"))
    )


_PROGRAMME_ENDS, _SETTING_ENDS = len(_programmes.columns), len(_settings.columns)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Holding:
    """What a person held on a day, and the rules that were in force."""

    marks: tuple[int, int, int]  # of the programme, its rules and what the person holds
    today: dt.date
    since: dt.datetime | None  # when these rules began, if they have
    until: dt.datetime | None  # when others begin
    roles: frozenset[Role]
    team_ids: frozenset[int]
    led_team_ids: frozenset[int]
    clearance: int
    regions: frozenset[str]
    setting: Any  # a SettingRow
    zone: ZoneInfo  # that the programme's days are counted in

    def still(self, marks: tuple[int, int, int], *, now: dt.datetime, today: dt.date) -> bool:
        """Whether reading it again would give the same."""
        return (
            self.marks == marks
            and self.today == today
            and (self.since is None or self.since <= now)
            and (self.until is None or now < self.until)
        )


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
    zone: ZoneInfo


@dataclass(frozen=True, slots=True, eq=False)
class _Asking:
    """A session with its person and programme: the same row is the same object again."""

    row: Any
    programme: Any
    marks: tuple[int, int, int]


def _asked(row: Any) -> _Asking:
    programme: Any = ProgrammeRow._make(row[:_PROGRAMME_ENDS])
    return _Asking(row, programme, (programme.id, programme.rules_mark, row.holdings_mark))


def _hold(session: Session, user_id: int, *, now: dt.datetime, today: dt.date) -> Holding | None:
    row = _HOLDING.one_or_none(session, user_id=user_id, now=now, today=today)
    if row is None:  # no rules, or the person is gone since a moment ago
        return None
    setting: Any = SettingRow._make(row[:_SETTING_ENDS])
    return Holding(
        marks=(setting.programme_id, row.rules_mark, row.holdings_mark),
        today=today,
        since=setting.valid_from if setting.valid_from <= now else None,
        until=row.next_rules,
        roles=frozenset(map(Role, _split(row.roles))),
        team_ids=frozenset(map(int, _split(row.teams))),
        led_team_ids=frozenset(map(int, _split(row.led_teams))),
        clearance=row.clearance or 0,
        regions=frozenset((OPEN_REGION, *_split(row.regions))),
        setting=setting,
        zone=zone_of(setting),
    )


@lru_cache(MOST_MADE)
def _signed_in(asking: _Asking, held: Holding) -> SignedIn:
    row = asking.row
    actor = Actor(
        user_id=row.user_id,
        name=row.user_name,
        email=row.email,
        roles=held.roles,
        programme_id=asking.programme.id,
        team_ids=held.team_ids,
        led_team_ids=held.led_team_ids,
        clearance=held.clearance,
        regions=held.regions,
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
        programme=asking.programme,
        setting=held.setting,
        zone=held.zone,
    )


_ASKING, _HOLDING = PreparedMaking(_asking(), _asked), Prepared(_holding())
Known = dict[int, Holding]  # by person, of one database


def find(session: Session, token_digest: str, *, now: dt.datetime, today: dt.date, known: Known) -> SignedIn | None:
    """Whose session this is, with what the person holds ``today``; ``known`` is what earlier calls read."""
    asking: _Asking | None = _ASKING.one_or_none(session, token_digest=token_digest)
    if asking is None:
        return None
    user_id = asking.row.user_id
    held = known.get(user_id)
    if held is None or not held.still(asking.marks, now=now, today=today):
        held = _hold(session, user_id, now=now, today=today)
        if held is None:
            return None
        if len(known) >= MOST_MADE:
            known.clear()
        known[user_id] = held
    return _signed_in(asking, held)


def _split(joined: str | None) -> list[str]:
    return joined.split(BREAK) if joined else []
