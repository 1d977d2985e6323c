"""Setting up a series, changing, pausing and stopping it, and opening what is due."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from qa.calibration_sessions import choosing
from qa.calibration_sessions import service as sessions
from qa.calibration_sessions.recipes import Recipe, stored
from qa.calibration_sessions.series import queries, rules
from qa.calibration_sessions.series.models import SeriesDay, SeriesParticipant, SessionSeries
from qa.core import audit
from qa.core.access import Role
from qa.core.advancing import advance
from qa.core.clock import local_day
from qa.core.errors import ConflictError, FairmarkError, InvalidInputError
from qa.notices import service as notices
from qa.people.models import User
from qa.people.queries import actor_for, people_with_role, setting_at, zone_of
from qa.rubric_library.queries import rule_book

STALE = "Somebody else changed this series meanwhile. Load the page again and look at what is new."
_advance = partial(advance, stale=STALE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """A series as somebody asks for it; ``user_ids`` empty: everybody who reviews on the day."""

    title: str
    family_id: int
    rhythm: str
    starts_on: dt.date
    due_days: int
    recipe: Recipe
    user_ids: tuple[int, ...]
    anonymous: bool


def create(
    session: Session, programme_id: int, wanted: Wanted, *, today: dt.date, by: int, now: dt.datetime
) -> SessionSeries:
    """A series that opens its first session on its first day."""
    _check(wanted, today)
    row = SessionSeries(
        programme_id=programme_id,
        facilitator_id=by,
        next_on=wanted.starts_on,
        created_at=now,
        **_columns(wanted),
    )
    session.add(row)
    session.flush()
    _sit(session, row, wanted)
    _record(session, row, "series.create", by=by, now=now)
    return row


def change(
    session: Session, row: SessionSeries, wanted: Wanted, *, version: int, today: dt.date, by: int, now: dt.datetime
) -> None:
    """Other rules for the sessions to come; those that are open stay as they are."""
    _check(wanted, today if wanted.starts_on != row.starts_on else min(today, wanted.starts_on))
    day = rules.first_from(wanted.rhythm, wanted.starts_on, today)
    _advance(session, row, version, expected=("running", "paused"), next_on=day, **_columns(wanted))
    session.execute(delete(SeriesParticipant).where(SeriesParticipant.series_id == row.id))
    _sit(session, row, wanted)
    _record(session, row, "series.change", by=by, now=now)


def pause(session: Session, row: SessionSeries, *, version: int, by: int, now: dt.datetime) -> None:
    _advance(session, row, version, expected=("running",), state="paused")
    _record(session, row, "series.pause", by=by, now=now)


def resume(session: Session, row: SessionSeries, *, version: int, today: dt.date, by: int, now: dt.datetime) -> None:
    """Go on with the next of its days; what fell into the pause is not made up for."""
    day = rules.first_from(row.rhythm, row.starts_on, today)
    _advance(session, row, version, expected=("paused",), state="running", next_on=day)
    _record(session, row, "series.resume", by=by, now=now)


def stop(session: Session, row: SessionSeries, *, version: int, by: int, now: dt.datetime) -> None:
    _advance(session, row, version, expected=("running", "paused"), state="stopped", stopped_at=now)
    _record(session, row, "series.stop", by=by, now=now)


def open_due(
    session: Session, row: SessionSeries, day: dt.date, *, rng: np.random.Generator, now: dt.datetime
) -> SeriesDay | None:
    """Open the session of a day, once. Where none can be opened, its facilitator is told why and the next day waits."""
    session.refresh(row, with_for_update=True)
    known = session.scalar(select(SeriesDay.id).where(SeriesDay.series_id == row.id, SeriesDay.day == day))
    if row.state != "running" or known is not None:
        return None
    opened, problem = None, None
    try:
        with session.begin_nested():
            opened = _open(session, row, day, rng=rng, now=now)
    except FairmarkError as error:
        problem = str(error)
        notices.notify(
            session,
            [row.facilitator_id],
            kind="series_stuck",
            object_type="session_series",
            object_id=row.id,
            now=now,
        )
    done = SeriesDay(series_id=row.id, day=day, session_id=opened, problem=problem, created_at=now)
    session.add(done)
    row.next_on = rules.first_from(row.rhythm, row.starts_on, day + dt.timedelta(days=1))
    row.lock_version += 1
    _record(session, row, "series.open", by=None, now=now, session_id=opened)
    return done


def _open(session: Session, row: SessionSeries, day: dt.date, *, rng: np.random.Generator, now: dt.datetime) -> int:
    setting = setting_at(session, row.programme_id, now)
    today = local_day(now, zone_of(setting))
    people = sitting(session, row, today)
    version_id = rule_book(session, row.programme_id).in_force(row.family_id, now)
    if version_id is None:
        raise ConflictError("The rubric has no version in force.")
    facilitator = session.get_one(User, row.facilitator_id)
    actor = actor_for(session, facilitator, today=today)
    if not actor.roles & {Role.QA_LEAD, Role.TEAM_LEAD} or not facilitator.active:
        raise ConflictError("Whoever set this series up leads no sessions any more: stop it and set up another.")
    recipe = stored(row.recipe)
    seen_by_all = choosing.shared_clearance(session, actor, people, today)
    chosen = choosing.choose(session, seen_by_all, recipe, family_id=row.family_id, rng=rng, now=now)
    if not chosen:
        raise ConflictError("No part fits: nothing that all participants may open was left to choose from.")
    opened = sessions.open_session(
        session,
        programme_id=row.programme_id,
        title=f"{row.title}, {day:%d %b %Y}",
        rubric_version_id=version_id,
        part_ids=[each.part_id for each in chosen],
        participant_ids=people,
        facilitator_id=row.facilitator_id,
        due_on=today + dt.timedelta(days=row.due_days),
        now=now,
        fresh=True,
        anonymous=row.anonymous,
    )
    notices.notify(
        session,
        [row.facilitator_id],
        kind="series_opened",
        object_type="calibration_session",
        object_id=opened.id,
        now=now,
    )
    return opened.id


def sitting(session: Session, row: SessionSeries, today: dt.date) -> list[int]:
    """Who sits in a session opened today: everybody who reviews, or the people listed."""
    if row.everyone:
        return [person.id for person in people_with_role(session, row.programme_id, Role.REVIEWER, today)]
    return queries.participants_of(session, row.id)


def _check(wanted: Wanted, today: dt.date) -> None:
    if not wanted.title.strip():
        raise InvalidInputError("Give the series a title.", {"title": "missing"})
    if wanted.starts_on < today:
        raise InvalidInputError("The first day lies in the past.", {"starts_on": "choose today or a later day"})
    if wanted.user_ids and len(set(wanted.user_ids)) < sessions.FEWEST_PARTICIPANTS:
        raise InvalidInputError(
            f"A session needs at least {sessions.FEWEST_PARTICIPANTS} participants.",
            {"participants": "choose more people, or nobody for all reviewers"},
        )


def _columns(wanted: Wanted) -> dict[str, Any]:
    return {
        "title": wanted.title.strip()[:160],
        "family_id": wanted.family_id,
        "rhythm": wanted.rhythm,
        "starts_on": wanted.starts_on,
        "due_days": wanted.due_days,
        "recipe": wanted.recipe.document(),
        "everyone": not wanted.user_ids,
        "anonymous": wanted.anonymous,
    }


def _sit(session: Session, row: SessionSeries, wanted: Wanted) -> None:
    people: Sequence[int] = sorted(set(wanted.user_ids))
    session.add_all(SeriesParticipant(series_id=row.id, user_id=user_id) for user_id in people)
    session.flush()


def _record(
    session: Session,
    row: SessionSeries,
    action: str,
    *,
    by: int | None,
    now: dt.datetime,
    session_id: int | None = None,
) -> None:
    audit.record(
        session,
        action=action,
        object_type="session_series",
        object_id=row.id,
        actor_id=by,
        now=now,
        detail={"rhythm": row.rhythm, "next_on": row.next_on.isoformat(), "session": session_id},
    )
    session.flush()
