"""Daily e-mail digests: what goes into whose, and sending them so that none is doubled and no failure is silent."""

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import structlog
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from qa.config import MailSettings
from qa.core.access import Role
from qa.notices import mailing
from qa.notices.kinds import Way, wants_mail, way_of
from qa.notices.mailing import Addressee, NotTakenError, UnclearError
from qa.notices.models import MailDigest, Notice
from qa.notices.service import notify
from qa.people.models import User
from qa.people.queries import people_with_role

log = structlog.get_logger(__name__)
# After the first, second ... failure; then it is given up and told.
WAITS = (dt.timedelta(minutes=5), dt.timedelta(minutes=30), dt.timedelta(hours=2), dt.timedelta(hours=8))
STUCK = dt.timedelta(minutes=15)  # a process that was killed while it sent
AT_ONCE = 500
Address = Callable[[User], Addressee]


def write_digests(session: Session, programme_id: int, day: dt.date, *, now: dt.datetime) -> int:
    """One digest for everybody with unread notices that shall come by e-mail and are in none yet; how many.

    Called again for the same day it adds nothing to anybody who has one.
    """
    have = set(session.scalars(select(MailDigest.user_id).where(MailDigest.day == day)))
    found: dict[int, list[int]] = {}
    people: dict[int, User] = {}
    for notice, user in session.execute(
        select(Notice, User)
        .join(User, User.id == Notice.user_id)
        .where(
            User.programme_id == programme_id,
            User.active,
            Notice.read_at.is_(None),
            Notice.created_at <= now,
            Notice.created_at > now - dt.timedelta(days=14),
            Notice.digest_id.is_(None),
        )
        .order_by(Notice.created_at, Notice.id)
    ):
        if user.id in have or not wants_mail(user.preferences):
            continue
        if way_of(notice.kind, user.preferences) is Way.DIGEST:
            found.setdefault(user.id, []).append(notice.id)
            people[user.id] = user
    for user_id, notice_ids in found.items():
        digest = MailDigest(user_id=user_id, day=day, not_before=now, created_at=now)
        session.add(digest)
        session.flush()
        session.execute(update(Notice).where(Notice.id.in_(notice_ids)).values(digest_id=digest.id))
    return len(found)


@dataclass(slots=True)
class Told:
    """What became of the digests that were due."""

    sent: int = 0
    later: int = 0
    failed: int = 0
    unclear: int = 0


def deliver(
    session: Session,
    mail: MailSettings,
    address: Address,
    *,
    clock: Callable[[], dt.datetime],
    alive: Callable[[int], None] = lambda done: None,
) -> Told:
    """Send what is due, one by one, each claimed and committed before the server is spoken to."""
    told = Told()
    _let_go_of_stuck(session, told, now=clock())
    due = session.scalars(
        select(MailDigest.id)
        .where(MailDigest.state == "waiting", MailDigest.not_before <= clock())
        .order_by(MailDigest.not_before, MailDigest.id)
        .limit(AT_ONCE)
    ).all()
    session.commit()
    for done, digest_id in enumerate(due):
        alive(done)
        _one(session, mail, address, digest_id, told, clock=clock)
    return told


def _one(
    session: Session,
    mail: MailSettings,
    address: Address,
    digest_id: int,
    told: Told,
    *,
    clock: Callable[[], dt.datetime],
) -> None:
    claimed = session.execute(
        update(MailDigest)
        .where(MailDigest.id == digest_id, MailDigest.state == "waiting")
        .values(state="sending", attempts=MailDigest.attempts + 1, claimed_at=clock())
        .execution_options(synchronize_session=False)
    )
    session.commit()
    if claimed.rowcount != 1:  # type: ignore[attr-defined]
        return  # another runner has it
    digest, user = session.execute(
        select(MailDigest, User).join(User, User.id == MailDigest.user_id).where(MailDigest.id == digest_id)
    ).one()
    unread = select(Notice.kind).where(Notice.digest_id == digest_id, Notice.read_at.is_(None)).order_by(Notice.id)
    kinds = session.scalars(unread).all()
    if not kinds or not user.active or not wants_mail(user.preferences):  # all was read, or nothing is wanted any more
        session.execute(update(Notice).where(Notice.digest_id == digest_id).values(digest_id=None))
        session.delete(digest)
        session.commit()
        return
    message = mailing.compose(mail, address(user), kinds)
    session.commit()  # nothing of the database is held while a server on the other side is slow
    try:
        with mailing.connected(mail) as server:
            mailing.hand_over(server, message)
    except NotTakenError as error:
        _try_later(session, digest, error, told, now=clock())
    except UnclearError as error:
        told.unclear += 1
        _end(session, digest, "unclear", now=clock(), error=str(error))
    else:
        told.sent += 1
        session.execute(update(Notice).where(Notice.digest_id == digest_id).values(mailed_at=clock()))
        _end(session, digest, "sent", now=clock())


def _try_later(session: Session, digest: MailDigest, error: NotTakenError, told: Told, *, now: dt.datetime) -> None:
    if error.for_good or digest.attempts > len(WAITS):
        told.failed += 1
        _end(session, digest, "failed", now=now, error=str(error))
        return
    told.later += 1
    digest.state, digest.error = "waiting", str(error)
    digest.not_before = now + WAITS[digest.attempts - 1]
    session.commit()
    log.warning("notices.digest_later", digest=digest.id, attempts=digest.attempts, error=digest.error)


def _let_go_of_stuck(session: Session, told: Told, *, now: dt.datetime) -> None:
    """What a killed process was sending: nobody knows whether it arrived, so it is told and not sent again."""
    stuck = session.scalars(
        select(MailDigest).where(MailDigest.state == "sending", MailDigest.claimed_at < now - STUCK)
    ).all()
    for digest in stuck:
        told.unclear += 1
        _end(session, digest, "unclear", now=now, error="the process stopped while it was sending")


def _end(session: Session, digest: MailDigest, state: str, *, now: dt.datetime, error: str | None = None) -> None:
    digest.state, digest.error = state, error
    digest.sent_at = now if state == "sent" else None
    session.flush()
    if state != "sent":
        log.error("notices.digest_not_sent", digest=digest.id, state=state, error=error)
        admins = people_with_role(session, session.get_one(User, digest.user_id).programme_id, Role.ADMIN, now.date())
        notify(
            session,
            [admin.id for admin in admins],
            kind="digest_failed",
            object_type="mail_digest",
            object_id=digest.id,
            now=now,
        )
    session.commit()


def next_due(session: Session) -> dt.datetime | None:
    """When the next digest that waits may be tried."""
    return session.scalar(
        select(MailDigest.not_before).where(MailDigest.state == "waiting").order_by(MailDigest.not_before).limit(1)
    )


def not_sent_since(session: Session, programme_id: int, since: dt.datetime) -> Sequence[tuple[MailDigest, str]]:
    """The digests that did not go out, with whose they were: for the admin."""
    rows = session.execute(
        select(MailDigest, User.name)
        .join(User, User.id == MailDigest.user_id)
        .where(
            User.programme_id == programme_id,
            MailDigest.state.in_(("failed", "unclear")),
            MailDigest.created_at >= since,
        )
        .order_by(MailDigest.created_at.desc(), MailDigest.id.desc())
        .limit(50)
    )
    return [(digest, name) for digest, name in rows]
