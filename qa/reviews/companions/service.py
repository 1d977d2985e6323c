"""What happens when a score of a part comes in, is taken back, is declined or lapses: who may see what from then on."""

import datetime as dt
from collections.abc import Collection, Sequence
from typing import Protocol
from zoneinfo import ZoneInfo

from sqlalchemy import Boolean, bindparam, case, exists, select, update
from sqlalchemy.orm import Session

from qa.core import audit
from qa.core.clock import local_day
from qa.core.errors import ConflictError
from qa.core.orm import table_of
from qa.core.prepared import Asked, Prepared, PreparedChange, given
from qa.notices import service as notices
from qa.people.models import Programme, ProgrammeSetting
from qa.people.queries import setting_at, zone_of
from qa.reviews import rules as review_rules
from qa.reviews.companions import queries, rules
from qa.reviews.companions.rules import At
from qa.reviews.models import Review
from qa.sampling import taking_back
from qa.sampling.models import Assignment, Purpose
from qa.tickets.models import HandledPart

_reviews, _parts = table_of(Review), table_of(HandledPart)
_SEAL = PreparedChange(
    update(_reviews)
    .where(
        _reviews.c.part_id == bindparam("part"),
        _reviews.c.state == "submitted",
        _reviews.c.purpose.in_((*rules.SAMPLED, *rules.COMPANIONS)),
    )
    .values(
        sealed=case(
            (_reviews.c.purpose.in_(rules.COMPANIONS), bindparam("companions_wait", type_=Boolean())),
            else_=bindparam("sampled_wait", type_=Boolean()),
        )
    )
)
_SEAL_BRIDGE = PreparedChange(
    update(_reviews)
    .where(
        _reviews.c.part_id == bindparam("part"),
        _reviews.c.state == "submitted",
        _reviews.c.purpose == Purpose.BRIDGE,
    )
    .values(given(_reviews.c.sealed))
)
_SPECIALIST_OF = Prepared(select(_parts.c.specialist_id).where(_parts.c.id == bindparam("part")))
NO_PENALTY = "It counts neither for nor against anybody."


def one_at_a_time(session: Session, part_id: int) -> None:
    """Let what changes a part's scores wait for each other: each reads what the others wrote, and none is missed.

    Taken before any lock on a review or an assignment, everywhere, so that two never wait for each other. Rows that
    refer to the part may be added meanwhile. SQLite has one writer at any time, and needs no more.
    """
    session.execute(select(HandledPart.id).where(HandledPart.id == part_id).with_for_update(key_share=True))


def seal(session: Asked, part_id: int, at_hand: Collection[At]) -> None:
    """Close or open the part's scores to others, in one statement: those of the sample wait for each other alone."""
    waiting = any((purpose, "open") in at_hand for purpose in rules.SAMPLED)
    _SEAL.run(session, part=part_id, companions_wait=rules.waits_for_all(at_hand), sampled_wait=waiting)


def seal_bridge(session: Asked, part_id: int, at_hand: Collection[At]) -> None:
    """The same for the two scores of a bridge, which wait for each other alone."""
    _SEAL_BRIDGE.run(session, part=part_id, sealed=(Purpose.BRIDGE, "open") in at_hand)


def tell_specialist(session: Session, review: Review) -> None:
    """The notice of a released review, dated by its release."""
    if review.released_at is not None:
        tell(session, review, _SPECIALIST_OF.one_or_none(session, part=review.part_id).specialist_id)


class Released(Protocol):
    """What is told of a review."""

    @property
    def id(self) -> int: ...
    @property
    def purpose(self) -> str: ...
    @property
    def released_at(self) -> dt.datetime | None: ...


def tell(session: Asked, review: Released, specialist_id: int | None) -> None:
    """As above, with the part's specialist at hand."""
    if specialist_id is None or review.released_at is None or review.purpose not in review_rules.RELEASED_PURPOSES:
        return
    notices.notify(
        session,
        [specialist_id],
        kind="review_released",
        object_type="review",
        object_id=review.id,
        now=review.released_at,
    )


def answered(session: Session, part_id: int, *, setting: ProgrammeSetting, zone: ZoneInfo, now: dt.datetime) -> None:
    """The specialist's own score is in, or will not come: what waited for it is released by the programme's rule."""
    for review in _held(session, part_id):
        review.released_at = review_rules.release_time(setting.release_rule, now + review_rules.UNDO_GRACE, zone)
        session.flush()
        tell_specialist(session, review)


def taken_back(session: Session, part_id: int, *, now: dt.datetime) -> None:
    """The specialist takes the own score back before anything was shown: what was to be released waits again."""
    for review in session.scalars(
        select(Review).where(
            Review.part_id == part_id,
            Review.purpose.in_(review_rules.RELEASED_PURPOSES),
            Review.state == "submitted",
            Review.released_at > now,
        )
    ).all():
        review.released_at = None
        notices.withdraw(session, object_type="review", object_id=review.id)
    session.flush()


def _held(session: Session, part_id: int) -> list[Review]:
    return list(
        session.scalars(
            select(Review)
            .where(
                Review.part_id == part_id,
                Review.purpose.in_(review_rules.RELEASED_PURPOSES),
                Review.state == "submitted",
                Review.released_at.is_(None),
            )
            .order_by(Review.id)
        )
    )


def decline(session: Session, assignment: Assignment, setting: ProgrammeSetting, *, by: int, now: dt.datetime) -> None:
    """Not this one: the invitation ends, nobody is told why, and nothing counts it."""
    if not _end(session, assignment, setting, action="invitation.decline", by=by, now=now):
        raise ConflictError("This invitation is answered, or it has lapsed already.")


def lapse(session: Session, *, now: dt.datetime) -> int:
    """End the invitations whose last day is over, in every programme; how many. The caller commits."""
    count = 0
    for programme_id in session.scalars(select(Programme.id).order_by(Programme.id)).all():
        setting = setting_at(session, programme_id, now)
        due = session.scalars(
            select(Assignment)
            .join(HandledPart, HandledPart.id == Assignment.part_id)
            .where(
                HandledPart.programme_id == programme_id,
                Assignment.purpose.in_(rules.COMPANIONS),
                Assignment.state == "open",
                Assignment.due_on < local_day(now, zone_of(setting)),
            )
            .order_by(Assignment.id)
        ).all()
        count += sum(
            _end(session, assignment, setting, action="invitation.lapse", by=None, now=now) for assignment in due
        )
    return count


def any_due(session: Session, day: dt.date) -> bool:
    """Whether some invitation is past its last day anywhere."""
    return bool(
        session.scalar(
            select(
                exists().where(
                    Assignment.purpose.in_(rules.COMPANIONS), Assignment.state == "open", Assignment.due_on < day
                )
            )
        )
    )


def _end(
    session: Session,
    assignment: Assignment,
    setting: ProgrammeSetting,
    *,
    action: str,
    by: int | None,
    now: dt.datetime,
) -> bool:
    """End an invitation that is still open, and let go what waited for it; whether it was."""
    one_at_a_time(session, assignment.part_id)
    ended = session.execute(
        update(Assignment)
        .where(Assignment.id == assignment.id, Assignment.state == "open")
        .values(state="withdrawn", ended_at=now)
        .execution_options(synchronize_session=False)
    )
    session.refresh(assignment)
    if ended.rowcount != 1:  # type: ignore[attr-defined]
        return False
    _let_go(session, assignment.part_id, {assignment.purpose}, setting, now=now)
    audit.record(
        session,
        action=action,
        object_type="assignment",
        object_id=assignment.id,
        actor_id=by,
        now=now,
        detail={"purpose": assignment.purpose},
    )
    session.flush()
    return True


def _let_go(
    session: Session, part_id: int, purposes: Collection[str], setting: ProgrammeSetting, *, now: dt.datetime
) -> None:
    """Scores for these purposes will not come: what waited for them is opened to others, and released."""
    at_hand = queries.at_hand(session, part_id)
    seal(session, part_id, at_hand)
    if Purpose.BRIDGE in purposes:
        seal_bridge(session, part_id, at_hand)
    if Purpose.SELF in purposes:
        answered(session, part_id, setting=setting, zone=zone_of(setting), now=now)


def take_back(session: Session, ticket_ids: Sequence[int], now: dt.datetime) -> int:
    """Withdraw what is open of erased tickets and let go what waited for it; how many assignments. The caller commits.

    Whoever erases holds the parts already, as ``one_at_a_time`` takes them.
    """
    taken = taking_back.take_back(session, ticket_ids, now)
    ended: dict[int, set[str]] = {}
    for one in taken:
        ended.setdefault(one.part_id, set()).add(one.purpose)
    sent = exists().where(Review.part_id == HandledPart.id, Review.state == "submitted")
    waited = session.execute(
        select(HandledPart.id, HandledPart.programme_id).where(HandledPart.id.in_(ended), sent).order_by(HandledPart.id)
    ).all()
    settings = {each: setting_at(session, each, now) for each in {row.programme_id for row in waited}}
    for part_id, programme_id in waited:
        _let_go(session, part_id, ended[part_id], settings[programme_id], now=now)
    session.flush()
    return len(taken)
