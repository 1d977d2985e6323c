"""Writing notices, marking them read or unread, and choosing how they come."""

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import bindparam, delete, insert, select, update
from sqlalchemy.orm import Session

from qa.core.errors import InvalidInputError
from qa.core.orm import table_of
from qa.core.prepared import Asked, Prepared, PreparedChange, given
from qa.notices.kinds import KINDS, Way, way_of
from qa.notices.models import Notice
from qa.people.models import User


def notify(
    session: Asked,
    user_ids: Iterable[int],
    *,
    kind: str,
    object_type: str,
    object_id: int | str,
    now: dt.datetime,
    detail: Mapping[str, Any] | None = None,
) -> None:
    """Tell each of these people, in the caller's transaction, unless they switched this kind off."""
    wanted = set(user_ids)
    if kind not in KINDS or KINDS[kind].may_be_off:
        wanted -= _switched_off(session, wanted, kind)
    _NOTICE.run_many(
        session,
        [
            {
                "user_id": user_id,
                "kind": kind,
                "object_type": object_type,
                "object_id": str(object_id),
                "detail": dict(detail or {}),
                "created_at": now,
            }
            for user_id in sorted(wanted)
        ],
    )


_people = table_of(User)
_PREFERENCES = Prepared(select(_people.c.id, _people.c.preferences).where(_people.c.id == bindparam("user")))
_notices = table_of(Notice)
_NOTICE = PreparedChange(
    insert(_notices).values(
        given(
            _notices.c.user_id,
            _notices.c.kind,
            _notices.c.object_type,
            _notices.c.object_id,
            _notices.c.detail,
            _notices.c.created_at,
        )
    )
)


def _switched_off(session: Asked, user_ids: set[int], kind: str) -> set[int]:
    if not user_ids:
        return set()
    if len(user_ids) == 1:  # as after every review: its specialist
        chosen: Iterable[Any] = _PREFERENCES.all(session, user=min(user_ids))
    else:
        chosen = session.execute(select(User.id, User.preferences).where(User.id.in_(sorted(user_ids))))
    return {user_id for user_id, preferences in chosen if way_of(kind, preferences) is Way.OFF}


def mark_read(session: Session, user_id: int, object_type: str, object_id: int | str, *, now: dt.datetime) -> None:
    """The person has seen the matter itself."""
    session.execute(
        update(Notice)
        .where(
            Notice.user_id == user_id,
            Notice.object_type == object_type,
            Notice.object_id == str(object_id),
            Notice.read_at.is_(None),
        )
        .values(read_at=now)
    )


def withdraw(session: Session, *, object_type: str, object_id: int | str) -> None:
    """The matter was taken back before anybody was to know of it."""
    session.execute(
        delete(Notice).where(
            Notice.object_type == object_type, Notice.object_id == str(object_id), Notice.read_at.is_(None)
        )
    )


def set_read(session: Session, user_id: int, notice_id: int, *, read: bool, now: dt.datetime) -> None:
    """Mark one of one's notices read, or unread again."""
    session.execute(
        update(Notice).where(Notice.id == notice_id, Notice.user_id == user_id).values(read_at=now if read else None)
    )


def read_all(session: Session, user_id: int, *, up_to: int, now: dt.datetime) -> int:
    """Mark everything read that was on the page, by its newest id: what came since stays unread."""
    done = session.execute(
        update(Notice)
        .where(Notice.user_id == user_id, Notice.id <= up_to, Notice.read_at.is_(None), Notice.created_at <= now)
        .values(read_at=now)
    )
    return int(done.rowcount)  # type: ignore[attr-defined]


def choose(session: Session, user_id: int, ways: Mapping[str, str], *, digest: bool) -> None:
    """How each kind shall come, and whether a daily e-mail is wanted; other preferences stay."""
    wrong = [key for key, way in ways.items() if key not in KINDS or way not in KINDS[key].ways]
    if wrong:
        raise InvalidInputError("Load the page again: it offers other choices by now.", dict.fromkeys(wrong, "unknown"))
    user = session.get_one(User, user_id, with_for_update=True)
    kept = dict(user.preferences)
    former = kept.get("notices")
    kept["notices"] = {**(former if isinstance(former, dict) else {}), **ways}
    kept["digest"] = "daily" if digest else "off"
    user.preferences = kept
    session.flush()


def stop_mail(session: Session, user_id: int) -> None:
    """No e-mail any more, whatever the kinds say; the inbox stays as it is."""
    user = session.get(User, user_id, with_for_update=True)
    if user is not None:
        user.preferences = {**user.preferences, "digest": "off"}
        session.flush()
