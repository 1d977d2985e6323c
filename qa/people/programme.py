"""The programme's rules as dated versions: read with their history, changed by writing a new row."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from qa.core import audit
from qa.core.errors import ConflictError, InvalidInputError
from qa.people.models import ProgrammeSetting, User
from qa.people.queries import setting_at

# What may be changed here; the other columns wait for the rooms that will obey them.
CHANGEABLE = (
    "time_zone",
    "primary_part_rule",
    "rubric_date",
    "own_team_ban",
    "harmful_per_week",
    "harmful_per_day",
    "severe_per_week",
    "severe_per_day",
    "blind",
    "live_score",
    "peer_from",
    "release_rule",
    "dispute_window_days",
    "dispute_answer_days",
    "own_specialist_ban",
    "double_share",
    "review_days",
    "gold_per_month",
    "certification_required",
    "certification_practice",
    "certification_mark",
    "certification_shadowed",
    "certification_absence_weeks",
    "quality_target",
    "fair_mean",
    "second_factor_roles",
)
COLUMNS = tuple(column.key for column in ProgrammeSetting.__table__.columns)


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One rule that was changed: what it was and what it became."""

    name: str
    old: Any
    new: Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Version:
    """The rules from a moment on, who set them, and how they differ from those before."""

    setting: ProgrammeSetting
    by: str | None
    changes: tuple[Change, ...]


def history(session: Session, programme_id: int, *, limit: int = 50) -> Sequence[Version]:
    """The newest versions first, each compared with the one before it."""
    rows = session.execute(
        select(ProgrammeSetting, User.name)
        .outerjoin(User, User.id == ProgrammeSetting.created_by_id)
        .where(ProgrammeSetting.programme_id == programme_id)
        .order_by(ProgrammeSetting.valid_from.desc(), ProgrammeSetting.id.desc())
        .limit(limit + 1)
    ).all()
    before = [row[0] for row in rows[1:]] + [None]
    versions = [
        Version(setting=setting, by=name, changes=changes(former, setting) if former else ())
        for (setting, name), former in zip(rows, before, strict=True)
    ]
    return versions[:limit]


def changes(former: ProgrammeSetting, setting: ProgrammeSetting) -> tuple[Change, ...]:
    return tuple(
        Change(name=name, old=getattr(former, name), new=getattr(setting, name))
        for name in CHANGEABLE
        if getattr(former, name) != getattr(setting, name)
    )


def change_settings(
    session: Session, programme_id: int, values: Mapping[str, Any], *, base_id: int, by: int, now: dt.datetime
) -> tuple[Change, ...]:
    """New rules from now on; what was drawn, released or shown before keeps the rules of its day.

    Raises ``ConflictError`` if somebody changed the rules since ``base_id`` was read, and ``InvalidInputError`` for a
    name that is not among ``CHANGEABLE``. Without a difference nothing is written.
    """
    unknown = sorted(set(values) - set(CHANGEABLE))
    if unknown:
        raise InvalidInputError(f"{', '.join(unknown)}: there is no such rule to change here.")
    former = setting_at(session, programme_id, now)
    if former.id != base_id:
        raise ConflictError(
            "Somebody else changed the programme's rules while you had this page open. "
            "Nothing of yours was saved: load the page again, look at what changed, and save yours."
        )
    kept = {name: getattr(former, name) for name in COLUMNS if name not in {"id", "valid_from", "created_by_id"}}
    setting = ProgrammeSetting(**(kept | dict(values)), valid_from=now, created_by_id=by)
    found = changes(former, setting)
    if not found:
        return ()
    session.add(setting)
    session.flush()
    audit.record(
        session,
        action="programme.settings",
        object_type="programme",
        object_id=programme_id,
        actor_id=by,
        now=now,
        detail={change.name: [change.old, change.new] for change in found},
    )
    return found
