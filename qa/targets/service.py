"""Setting and withdrawing targets, and taking a file of them in. A target never changes: another follows it."""

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from qa.core import audit
from qa.core.entering import Reject, Row
from qa.core.errors import ConflictError, InvalidInputError
from qa.core.taking_in import Change, Outcome, written
from qa.people.queries import teams
from qa.targets import queries
from qa.targets.models import Target
from qa.targets.rules import MEASURES, scope_of

TAKEN = "There is a target of this measure, for the same people and from the same day, already: withdraw it first."


def checked(values: Mapping[str, Any], team_ids: Mapping[str, int]) -> dict[str, Any]:
    """The columns that these fields mean; raises ``InvalidInputError`` naming what does not fit."""
    wrong: dict[str, str] = {}
    measure = MEASURES[values["measure"]]
    if not measure.low <= values["value"] <= measure.high:
        wrong["value"] = f"{measure.label} goes from {measure.low:g} to {measure.high:g} {measure.unit}."
    team, queue = values.get("team"), values.get("queue") or ""
    if team and queue:
        wrong["queue"] = "A target is for a team or for a queue, not for both."
    if team and team not in team_ids:
        wrong["team"] = "There is no such team."
    if wrong:
        raise InvalidInputError("Nothing is saved yet: " + " ".join(wrong.values()), wrong)
    team_id = team_ids[team] if team else None
    return {
        "measure": values["measure"],
        "scope": scope_of(team_id, queue),
        "team_id": team_id,
        "queue": queue,
        "value": float(values["value"]),
        "effective_from": values["effective_from"],
    }


def teams_by_name(session: Session, programme_id: int) -> dict[str, int]:
    return {team.name: team.id for team in teams(session, programme_id)}


def set_target(session: Session, programme_id: int, values: Mapping[str, Any], *, by: int, now: dt.datetime) -> Target:
    """A target from a day on."""
    columns = checked(values, teams_by_name(session, programme_id))
    target = Target(programme_id=programme_id, created_by_id=by, created_at=now, **columns)
    session.add(target)
    try:
        session.flush()
    except IntegrityError as error:
        raise InvalidInputError(TAKEN, {"effective_from": TAKEN}) from error
    _record(session, "set", target, by, now)
    return target


def withdraw(session: Session, target: Target, *, by: int, now: dt.datetime) -> None:
    """It was a mistake: what held before holds on; the row stays, as withdrawn."""
    _turn(session, target, withdrawn=True, by=by, now=now)


def bring_back(session: Session, target: Target, *, by: int, now: dt.datetime) -> None:
    """The withdrawal was the mistake; refused where another target took the day meanwhile."""
    _turn(session, target, withdrawn=False, by=by, now=now)


def _turn(session: Session, target: Target, *, withdrawn: bool, by: int, now: dt.datetime) -> None:
    standing = Target.withdrawn_at.is_(None) if withdrawn else Target.withdrawn_at.is_not(None)
    try:
        moved = session.execute(
            update(Target)
            .where(Target.id == target.id, standing)
            .values(withdrawn_at=now if withdrawn else None, withdrawn_by_id=by if withdrawn else None)
            .execution_options(synchronize_session=False)
        )
    except IntegrityError as error:
        raise ConflictError(TAKEN) from error
    if moved.rowcount != 1:  # type: ignore[attr-defined]
        raise ConflictError("Somebody else withdrew it already." if withdrawn else "It holds already.")
    session.refresh(target)
    _record(session, "withdraw" if withdrawn else "bring_back", target, by, now)


def take_in(session: Session, programme_id: int, rows: Sequence[Row], *, by: int, now: dt.datetime) -> Outcome:
    """Carry a file out: new targets, and values that follow for a day that has one. The caller commits."""
    team_ids = teams_by_name(session, programme_id)
    known = {(each.measure, each.scope, each.effective_from): each for each in queries.standing(session, programme_id)}
    changes: list[Change] = []
    rejects: list[Reject] = []
    seen: dict[tuple[str, str, dt.date], int] = {}
    for row in rows:
        try:
            columns = checked(row.values, team_ids)
        except InvalidInputError as error:
            rejects += [
                Reject(line=row.line, column=field, value=str(row.values.get(field, ""))[:100], reason=reason)
                for field, reason in error.fields.items()
            ]
            continue
        place = (columns["measure"], columns["scope"], columns["effective_from"])
        if place in seen:
            said = f"the same measure, people and day as line {seen[place]}"
            rejects.append(Reject(line=row.line, column="effective_from", value=str(place[2]), reason=said))
            continue
        seen[place] = row.line
        former = known.get(place)
        if former is not None and former.value == columns["value"]:
            continue
        whom = row.values.get("team") or row.values.get("queue") or "everybody"
        changes.append(
            Change(
                line=row.line,
                what=f"{MEASURES[columns['measure']].label}, {whom}, from {columns['effective_from']}",
                field="value" if former else "new",
                before=written(former.value) if former else "",
                after=written(columns["value"]),
            )
        )
        if former is not None:
            former.withdrawn_at, former.withdrawn_by_id = now, by
            session.flush()
        session.add(Target(programme_id=programme_id, created_by_id=by, created_at=now, **columns))
    session.flush()
    return Outcome(changes=changes, rejects=rejects)


def _record(session: Session, what: str, target: Target, by: int, now: dt.datetime) -> None:
    audit.record(
        session,
        action=f"target.{what}",
        object_type="target",
        object_id=target.id,
        actor_id=by,
        now=now,
        detail={"measure": target.measure, "value": target.value, "from": target.effective_from.isoformat()},
    )
    session.flush()
