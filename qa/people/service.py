"""Changing people: a roster as a whole, or one person's account."""

import datetime as dt
from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from qa.core import audit, jobs, summing
from qa.core.access import Role
from qa.core.errors import ConflictError, InvalidInputError
from qa.core.orm import Base
from qa.people import rules, sessions
from qa.people.models import (
    MATCH_PARTS_JOB,
    Absence,
    AgentIdentity,
    Capacity,
    Clearance,
    Membership,
    RegionClearance,
    RoleGrant,
    Skill,
    Team,
    User,
)
from qa.people.roster import RosterRow


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One fact of one person that a roster changes."""

    line: int
    email: str
    field: str
    before: str
    after: str


@dataclass(slots=True)
class _Facts:
    """What is known of the people of a roster, loaded with one statement a table."""

    users: dict[str, User]
    led: dict[str, set[str]]  # e-mail of a lead -> the teams that the roster's rows name them for
    rows: dict[type[Base], dict[int, list[Any]]]
    teams: dict[str, Team]

    def of(self, table: type[Base], user_id: int) -> list[Any]:
        return self.rows[table].setdefault(user_id, [])


FACT_TABLES: tuple[Any, ...] = (RoleGrant, Membership, Skill, Clearance, RegionClearance, Absence, Capacity)


def import_roster(
    session: Session,
    programme_id: int,
    rows: Sequence[RosterRow],
    *,
    by: int | None,
    today: dt.date,
    now: dt.datetime,
) -> list[Change]:
    """Bring people to what the roster says; the changes made, none when all was so already.

    A preview is the same call, rolled back by its caller.
    """
    facts = _load(session, programme_id, rows)
    changes: list[Change] = []
    _ensure_people(session, facts, programme_id, rows, changes, now=now)
    _ensure_teams(session, facts, programme_id, rows, now=now)
    for row in rows:
        _apply(session, facts, row, changes, today=today)
    session.flush()
    matched = match_identities(session)
    if changes or matched:
        jobs.enqueue(session, MATCH_PARTS_JOB, {}, by=by, now=now)
        audit.record(
            session,
            action="people.import",
            object_type="programme",
            object_id=programme_id,
            actor_id=by,
            now=now,
            detail={"rows": len(rows), "changes": len(changes), "matched": matched},
        )
    session.flush()
    return changes


def _load(session: Session, programme_id: int, rows: Sequence[RosterRow]) -> _Facts:
    emails = {row.email for row in rows} | {row.lead for row in rows if row.lead}
    users = {
        user.email: user
        for user in session.scalars(
            select(User).where(User.email.in_(emails)).order_by(User.id).with_for_update(key_share=True)
        )
    }
    foreign = next((user for user in users.values() if user.programme_id != programme_id), None)
    if foreign is not None:
        raise InvalidInputError(f"{foreign.email} belongs to another programme.")
    ids = [user.id for user in users.values()]
    loaded: dict[type[Base], dict[int, list[Any]]] = {table: {} for table in FACT_TABLES}
    for table in FACT_TABLES:
        for fact in session.scalars(select(table).where(table.user_id.in_(ids)).order_by(table.id)):
            loaded[table].setdefault(fact.user_id, []).append(fact)
    teams = {team.name: team for team in session.scalars(select(Team).where(Team.programme_id == programme_id))}
    led: dict[str, set[str]] = {}
    for row in rows:
        if row.lead and row.team:
            led.setdefault(row.lead, set()).add(row.team)
    return _Facts(users=users, led=led, rows=loaded, teams=teams)


def _ensure_people(
    session: Session,
    facts: _Facts,
    programme_id: int,
    rows: Sequence[RosterRow],
    changes: list[Change],
    *,
    now: dt.datetime,
) -> None:
    taken = session.scalar(select(func.count()).select_from(User)) or 0
    wanted: dict[str, tuple[int, str | None]] = {row.lead: (row.line, None) for row in rows if row.lead}
    wanted |= {row.email: (row.line, row.name) for row in rows}
    for email, (line, name) in wanted.items():
        if email in facts.users:
            continue
        user = User(
            programme_id=programme_id,
            email=email,
            name=name or email.partition("@")[0].replace(".", " ").title(),
            pseudonym=rules.PseudonymList().name(taken),
            created_at=now,
        )
        taken += 1
        session.add(user)
        facts.users[email] = user
        changes.append(Change(line=line, email=email, field="person", before="", after=f"new: {user.name}"))
    session.flush()


def _ensure_teams(
    session: Session, facts: _Facts, programme_id: int, rows: Sequence[RosterRow], *, now: dt.datetime
) -> None:
    for row in rows:
        if row.team and row.team not in facts.teams:
            facts.teams[row.team] = Team(programme_id=programme_id, name=row.team, created_at=now)
            session.add(facts.teams[row.team])
    session.flush()


def _apply(session: Session, facts: _Facts, row: RosterRow, changes: list[Change], *, today: dt.date) -> None:
    user = facts.users[row.email]
    on = row.effective or row.start or today

    def changed(field: str, before: object, after: object) -> None:
        changes.append(Change(line=row.line, email=row.email, field=field, before=str(before), after=str(after)))

    if row.name is not None and row.name != user.name:
        changed("name", user.name, row.name)
        user.name = row.name
    if row.start is not None and row.start != user.started_on:
        changed("start", user.started_on or "", row.start)
        with summing.changing(session, specialists=[user.id]):
            user.started_on = row.start
    led_before = Role.TEAM_LEAD in _held(facts, user.id, on)
    if row.roles is not None:
        _set_spans(session, facts, RoleGrant, user.id, on, {str(role) for role in row.roles}, "role", {}, changed)
    _set_teams(session, facts, row, user.id, on, led_before, changed)
    if row.lead is not None and row.team:
        _add_lead(session, facts, facts.users[row.lead].id, on, row, changes)
    for field, kind, values in (("languages", "language", row.languages), ("skills", "queue", row.skills)):
        if values is not None:
            _set_spans(session, facts, Skill, user.id, on, values, "value", {"kind": kind}, changed, field)
    if row.clearance is not None:
        wanted: set[Hashable] = {row.clearance}
        _set_spans(session, facts, Clearance, user.id, on, wanted, "severity", {}, changed, "clearance")
    if row.regions is not None:
        _set_spans(session, facts, RegionClearance, user.id, on, row.regions, "region", {}, changed, "regions")
    if row.absence is not None:
        _set_absences(session, facts, user.id, row.absence, changed)
    if row.reviews_per_week is not None:
        _set_capacity(session, facts, user.id, on, row.reviews_per_week, changed)


def _held(facts: _Facts, user_id: int, on: dt.date) -> set[str]:
    """The roles that somebody holds on a day."""
    return {str(grant.role) for grant in rules.holding(facts.of(RoleGrant, user_id), on)}


def _set_spans(
    session: Session,
    facts: _Facts,
    table: type[Base],
    user_id: int,
    on: dt.date,
    wanted: Iterable[Hashable],
    column: str,
    fixed: dict[str, str],
    changed: Callable[[str, object, object], None],
    field: str | None = None,
) -> None:
    """From a day on exactly the wanted values hold; spans of other values end there."""
    spans = [
        span for span in facts.of(table, user_id) if all(getattr(span, name) == value for name, value in fixed.items())
    ]
    holding = rules.holding(spans, on)
    before = {getattr(span, column): span for span in holding}
    after = set(wanted)
    if set(before) == after:
        return
    changed(field or f"{column}s", _listed(before), _listed(after))
    for value, span in before.items():
        if value not in after:
            _end(session, facts, span, on)
    for value in sorted(after - set(before), key=str):
        same = [span for span in spans if getattr(span, column) == value]
        span = table(**fixed, **{column: value}, user_id=user_id, valid_from=on, valid_to=rules.next_start(same, on))
        session.add(span)
        facts.of(table, user_id).append(span)


def _end(session: Session, facts: _Facts, span: Any, on: dt.date) -> None:
    if span.valid_from == on:  # it would never have held
        facts.of(type(span), span.user_id).remove(span)
        session.flush()  # it may come from an earlier row of the same roster
        session.delete(span)
        session.flush()  # its place may be taken by another row of the same day
    else:
        span.valid_to = on


def _set_teams(
    session: Session,
    facts: _Facts,
    row: RosterRow,
    user_id: int,
    on: dt.date,
    led_before: bool,
    changed: Callable[[str, object, object], None],
) -> None:
    """A lead leads the row's team, everybody else belongs to it; a lead who is a specialist too does both."""
    roles = _held(facts, user_id, on)
    leads = Role.TEAM_LEAD in roles
    own = {row.team} if row.team else set()
    if row.team is not None:
        member = own if Role.SPECIALIST in roles or not leads else set()
        _set_memberships(session, facts, user_id, on, "member", member, set(), changed)
    if leads and row.team is not None:
        _set_memberships(session, facts, user_id, on, "lead", own, facts.led.get(row.email, set()), changed)
    elif led_before and not leads:
        _set_memberships(session, facts, user_id, on, "lead", set(), facts.led.get(row.email, set()), changed)


def _set_memberships(
    session: Session,
    facts: _Facts,
    user_id: int,
    on: dt.date,
    kind: str,
    wanted: set[str],
    kept: set[str],
    changed: Callable[[str, object, object], None],
) -> None:
    """From a day on the wanted teams hold; what is neither wanted nor kept ends there."""
    names = {team.id: name for name, team in facts.teams.items()}
    spans = [span for span in facts.of(Membership, user_id) if span.kind == kind]
    held = {names[span.team_id]: span for span in rules.holding(spans, on)}
    ending, joining = set(held) - wanted - kept, wanted - set(held)
    if not ending and not joining:
        return
    changed("team" if kind == "member" else "leads", _listed(held), _listed(set(held) - ending | joining))
    for name in sorted(ending):
        _end(session, facts, held[name], on)
    for name in sorted(joining):
        team_id = facts.teams[name].id
        # A member has one team at a time; a lead may lead several.
        following = [span for span in spans if kind == "member" or span.team_id == team_id]
        _join(session, facts, user_id, team_id, kind, on, rules.next_start(following, on))


def _add_lead(
    session: Session, facts: _Facts, lead_id: int, on: dt.date, row: RosterRow, changes: list[Change]
) -> None:
    team = facts.teams[row.team or ""]
    leading = [span for span in facts.of(Membership, lead_id) if span.kind == "lead" and span.team_id == team.id]
    if rules.holding(leading, on):
        return
    later = rules.next_start(leading, on)
    if later is not None:  # two members name the lead from different days: the earlier one counts
        next(span for span in leading if span.valid_from == later).valid_from = on
    else:
        _join(session, facts, lead_id, team.id, "lead", on, None)
    changes.append(Change(line=row.line, email=row.lead or "", field="leads", before="", after=team.name))


def _join(
    session: Session, facts: _Facts, user_id: int, team_id: int, kind: str, on: dt.date, until: dt.date | None
) -> None:
    span = Membership(user_id=user_id, team_id=team_id, kind=kind, valid_from=on, valid_to=until)
    session.add(span)
    facts.of(Membership, user_id).append(span)


def _set_absences(
    session: Session,
    facts: _Facts,
    user_id: int,
    wanted: Iterable[tuple[dt.date, dt.date]],
    changed: Callable[[str, object, object], None],
) -> None:
    known = {row.first_day: row for row in facts.of(Absence, user_id)}
    for first, last in sorted(wanted):
        row = known.get(first)
        if row is not None and row.last_day == last:
            continue
        changed("absence", f"{row.first_day}..{row.last_day}" if row else "", f"{first}..{last}")
        if row is not None:
            row.last_day = last
        else:
            row = Absence(user_id=user_id, first_day=first, last_day=last)
            session.add(row)
            facts.of(Absence, user_id).append(row)


def _set_capacity(
    session: Session,
    facts: _Facts,
    user_id: int,
    on: dt.date,
    wanted: int,
    changed: Callable[[str, object, object], None],
) -> None:
    rows = sorted((row for row in facts.of(Capacity, user_id) if row.valid_from <= on), key=lambda row: row.valid_from)
    before = rows[-1].reviews_per_week if rows else None
    if before == wanted:
        return
    changed("reviews_per_week", "" if before is None else before, wanted)
    if rows and rows[-1].valid_from == on:
        rows[-1].reviews_per_week = wanted
    else:
        row = Capacity(user_id=user_id, reviews_per_week=wanted, valid_from=on)
        session.add(row)
        facts.of(Capacity, user_id).append(row)


def _listed(values: Iterable[object]) -> str:
    return ", ".join(sorted(str(value) for value in values))


def match_identities(session: Session) -> int:
    """Give the help desk's agents to the people with the same e-mail; how many were matched."""
    result = session.execute(
        update(AgentIdentity)
        .where(AgentIdentity.user_id.is_(None), AgentIdentity.email.in_(select(User.email)))
        .values(user_id=select(User.id).where(User.email == AgentIdentity.email).scalar_subquery())
        .execution_options(synchronize_session=False)
    )
    return int(result.rowcount)  # type: ignore[attr-defined]


def set_active(session: Session, user: User, active: bool, *, by: int, now: dt.datetime) -> None:
    """Close or reopen an account; closing signs the person out everywhere."""
    if user.id == by and not active:
        raise ConflictError("You cannot close your own account: somebody else has to.")
    if user.active == active:
        return
    user.active = active
    if not active:
        sessions.revoke_all(session, user.id, by=by, now=now)
    audit.record(
        session,
        action="person.open" if active else "person.close",
        object_type="person",
        object_id=user.id,
        actor_id=by,
        now=now,
    )
    session.flush()
