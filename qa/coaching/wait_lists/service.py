"""Casting the lot, and taking somebody off the list."""

import datetime as dt
from collections.abc import Sequence

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from qa.coaching import wording
from qa.coaching.models import CoachingPlan
from qa.coaching.wait_lists import rules
from qa.coaching.wait_lists.models import WaitList, WaitPlace
from qa.core import audit
from qa.core.clock import monday_of
from qa.core.errors import ConflictError, InvalidInputError
from qa.notices import service as notices


def cast_lot(
    session: Session,
    programme_id: int,
    user_ids: Sequence[int],
    *,
    title: str,
    first_size: int,
    starts_on: dt.date,
    weeks: int,
    seed: bytes,
    by: int,
    today: dt.date,
    now: dt.datetime,
) -> WaitList:
    """Who begins at once and who after some weeks, by lot; kept, with seed and digest, before any plan begins."""
    people = sorted(set(user_ids))
    said = wording.line(title, field="title", missing="Give the list a title.", most=160)
    if starts_on < today or monday_of(starts_on) != starts_on:
        raise InvalidInputError("The first plans begin on a Monday, today or later.", {"starts_on": "choose a Monday"})
    if not 4 <= weeks <= 26:
        raise InvalidInputError("The second half waits 4 to 26 weeks.", {"weeks": "4 to 26"})
    if not rules.FEWEST_EACH <= first_size <= len(people) - rules.FEWEST_EACH:
        raise InvalidInputError(
            f"Each half needs at least {rules.FEWEST_EACH} people: choose more people, or another size.",
            {"first_size": f"at least {rules.FEWEST_EACH} in each half"},
        )
    active = select(CoachingPlan.id).where(CoachingPlan.specialist_id.in_(people), CoachingPlan.state == "active")
    if session.scalar(active.limit(1)) is not None:
        raise ConflictError("Somebody chosen has an active plan already; who is coached cannot wait.")
    listed = select(WaitPlace.id).where(
        WaitPlace.user_id.in_(people), WaitPlace.left_at.is_(None), WaitPlace.starts_on > today
    )
    if session.scalar(listed.limit(1)) is not None:
        raise ConflictError("Somebody chosen waits on another list already.")
    order = rules.order_by_lot(people, seed)
    row = WaitList(
        programme_id=programme_id,
        title=said,
        starts_on=starts_on,
        weeks=weeks,
        first_size=first_size,
        seed=seed.hex(),
        digest=rules.digest_of(order),
        drawn_at=now,
        drawn_by_id=by,
    )
    session.add(row)
    session.flush()
    session.add_all(
        WaitPlace(list_id=row.id, user_id=user_id, position=position, wave=wave, starts_on=begins)
        for position, (user_id, wave, begins) in enumerate(rules.waves(order, first_size, starts_on, weeks), start=1)
    )
    audit.record(
        session,
        action="coaching.lot",
        object_type="wait_list",
        object_id=row.id,
        actor_id=by,
        now=now,
        detail={"people": people, "first": first_size, "digest": row.digest, "starts_on": starts_on.isoformat()},
    )
    session.flush()
    return row


def leave(session: Session, place: WaitPlace, *, reason: str, by: int, now: dt.datetime) -> None:
    """Somebody cannot wait; the comparison keeps them where the lot had put them."""
    said = wording.line(reason, field="reason", missing="Say why it cannot wait.")
    moved = session.execute(
        update(WaitPlace)
        .where(WaitPlace.id == place.id, WaitPlace.left_at.is_(None))
        .values(left_at=now, left_reason=said)
        .execution_options(synchronize_session=False)
    )
    if moved.rowcount != 1:  # type: ignore[attr-defined]
        raise ConflictError("This person is off the list already.")
    session.refresh(place)
    audit.record(
        session,
        action="coaching.lot_left",
        object_type="wait_list",
        object_id=place.list_id,
        actor_id=by,
        now=now,
        detail={"person": place.user_id, "position": place.position},
    )
    session.flush()


def tell_turns(session: Session, programme_id: int, today: dt.date, *, now: dt.datetime) -> int:
    """Tell whoever cast a lot that people's turn has come and they have no plan yet, once each; how many."""
    have = select(CoachingPlan.specialist_id).where(CoachingPlan.state == "active")
    due = session.execute(
        select(WaitPlace, WaitList)
        .join(WaitList, WaitList.id == WaitPlace.list_id)
        .where(
            WaitList.programme_id == programme_id,
            WaitPlace.starts_on <= today,
            WaitPlace.told_at.is_(None),
            WaitPlace.left_at.is_(None),
            WaitPlace.user_id.not_in(have),
        )
        .order_by(WaitPlace.id)
    ).all()
    for row in {row.id: row for _, row in due}.values():
        notices.notify(
            session, [row.drawn_by_id], kind="wait_list_turn", object_type="wait_list", object_id=row.id, now=now
        )
    for place, _ in due:
        place.told_at = now
    session.flush()
    return len(due)
