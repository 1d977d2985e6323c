"""Asking for an example, the specialist's answer, and taking it back."""

import datetime as dt
from collections.abc import Sequence

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from qa.coaching import wording
from qa.coaching.examples.models import CoachingExample
from qa.core import audit
from qa.core.errors import ConflictError, InvalidInputError
from qa.notices import service as notices

SHORTEST, LONGEST = 20, 1_200  # characters of a passage


def ask(
    session: Session,
    *,
    specialist_id: int,
    review_id: int,
    criterion_key: str,
    message_id: str,
    start: int,
    end: int,
    why: str,
    by: int,
    now: dt.datetime,
) -> CoachingExample:
    """The lead would like to show a passage to others; nothing is shown before the specialist has agreed."""
    if by == specialist_id:
        raise ConflictError("Somebody else proposes an example of your work; then you are asked.")
    if not SHORTEST <= end - start <= LONGEST:
        raise InvalidInputError(f"A passage to share has {SHORTEST} to {LONGEST} characters.", {"passage": "too long"})
    said = wording.line(why, field="why", most=300)
    row = session.scalar(
        select(CoachingExample).where(
            CoachingExample.review_id == review_id,
            CoachingExample.criterion_key == criterion_key,
            CoachingExample.message_id == message_id,
            CoachingExample.start == start,
        )
    )
    if row is not None:
        told = {
            "asked": "This passage waits for the specialist's answer already.",
            "shared": "This passage is shared already.",
            "declined": "The specialist does not want this passage to be shared.",
            "withdrawn": "This passage was taken back; it is not asked for again.",
        }
        raise ConflictError(told[row.state])
    row = CoachingExample(
        specialist_id=specialist_id,
        review_id=review_id,
        criterion_key=criterion_key,
        message_id=message_id,
        start=start,
        end=end,
        why=said,
        asked_by_id=by,
        asked_at=now,
    )
    session.add(row)
    session.flush()
    _tell(session, row, [specialist_id], "example_asked", now)
    _record(session, row, "asked", by, now)
    return row


def answer(session: Session, row: CoachingExample, *, agreed: bool, by: int, now: dt.datetime) -> None:
    """The specialist's own word; with it, both have agreed."""
    if by != row.specialist_id:
        raise ConflictError("Only the person whose words these are can agree.")
    state = "shared" if agreed else "declined"
    _move(session, row, ("asked",), state=state, answered_at=now)
    notices.mark_read(session, by, "coaching_example", row.id, now=now)
    _tell(session, row, [row.asked_by_id], f"example_{state}", now)
    _record(session, row, state, by, now)


def withdraw(session: Session, row: CoachingExample, *, by: int, now: dt.datetime) -> None:
    """Either of the two takes it back, at any time; it is gone from every page at once."""
    _move(session, row, ("asked", "shared"), state="withdrawn", withdrawn_at=now, withdrawn_by_id=by)
    other: Sequence[int] = [each for each in (row.specialist_id, row.asked_by_id) if each != by]
    _tell(session, row, other, "example_withdrawn", now)
    _record(session, row, "withdrawn", by, now)


def _move(session: Session, row: CoachingExample, expected: tuple[str, ...], **values: object) -> None:
    moved = session.execute(
        update(CoachingExample)
        .where(CoachingExample.id == row.id, CoachingExample.state.in_(expected))
        .values(**values)
        .execution_options(synchronize_session=False)
    )
    if moved.rowcount != 1:  # type: ignore[attr-defined]
        raise ConflictError("This example was answered or taken back meanwhile. Load the page again.")
    session.refresh(row)


def _tell(session: Session, row: CoachingExample, people: Sequence[int], kind: str, now: dt.datetime) -> None:
    notices.notify(session, people, kind=kind, object_type="coaching_example", object_id=row.id, now=now)


def _record(session: Session, row: CoachingExample, what: str, by: int, now: dt.datetime) -> None:
    audit.record(
        session,
        action=f"coaching.example_{what}",
        object_type="coaching_example",
        object_id=row.id,
        actor_id=by,
        now=now,
        detail={"review": row.review_id, "criterion": row.criterion_key},
    )
    session.flush()
