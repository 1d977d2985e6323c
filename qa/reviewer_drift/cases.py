"""What is done about a flag: more second scores at amber, a case at red, until somebody settles it."""

import datetime as dt
from collections.abc import Mapping, Sequence
from functools import partial

from sqlalchemy import select
from sqlalchemy.orm import Session

from calibration.drift import Decision
from qa.core import audit
from qa.core.access import Actor, Permission, Role, Scope
from qa.core.advancing import advance
from qa.core.errors import ConflictError, ForbiddenError, InvalidInputError, NotFoundError
from qa.notices import service as notices
from qa.people.models import User
from qa.people.queries import people_with_role
from qa.reviewer_drift.gathering import WEEK, Gathered
from qa.reviewer_drift.models import CASE_OUTCOMES, DriftCase, DriftMessage, DriftRun
from qa.reviewer_drift.reckoning import Standing
from qa.sampling.doubling import raise_shares
from qa.tickets.redaction import redact

RAISED_SHARE = 0.20  # of a flagged reviewer's parts get a hidden second score
LONGEST = 2000
STALE = "Somebody else changed this case meanwhile. Nothing of yours was saved: load it again and look at what is new."
_advance = partial(advance, stale=STALE)


def decisions_of(session: Session, programme_id: int, gathered: Gathered) -> list[Decision]:
    """What was decided so far, as the arithmetic reads it."""
    code = {reviewer_id: place for place, reviewer_id in enumerate(gathered.reviewers)}
    found = []
    for case in session.scalars(
        select(DriftCase)
        .where(DriftCase.programme_id == programme_id, DriftCase.state == "settled")
        .order_by(DriftCase.id)
    ):
        if case.reviewer_id not in code or case.decided_week is None or case.outcome is None:
            continue
        week = (case.decided_week - gathered.first_week) // WEEK
        onset = max(0, (case.onset - gathered.first_week) // WEEK)
        if week >= onset:
            found.append(
                Decision(
                    reviewer=code[case.reviewer_id],
                    week=week,
                    onset=onset,
                    outcome=case.outcome.replace("_", " "),
                )
            )
    return found


def act_on(
    session: Session,
    run: DriftRun,
    standings: Sequence[Standing],
    flags: Mapping[int, Mapping[str, object]],
    *,
    today: dt.date,
    now: dt.datetime,
) -> list[DriftCase]:
    """After a run, in its transaction: more second scores of whoever is flagged, and a case for each new red."""
    flagged = {each.reviewer_id: RAISED_SHARE for each in standings if each.level != "none"}
    raise_shares(session, flagged, [each.reviewer_id for each in standings], now=now)
    reds = [each for each in standings if each.level == "red" and each.flag is not None]
    known = session.scalars(
        select(DriftCase).where(DriftCase.reviewer_id.in_([each.reviewer_id for each in reds])).order_by(DriftCase.id)
    ).all()
    open_now = {case.reviewer_id for case in known if case.state == "open"}
    settled = {case.reviewer_id: case for case in known if case.state == "settled"}
    leads = [person.id for person in people_with_role(session, run.programme_id, Role.QA_LEAD, today)]
    opened = []
    for each in reds:
        if each.reviewer_id in open_now or each.flag is None:
            continue
        before = settled.get(each.reviewer_id)
        case = DriftCase(
            programme_id=run.programme_id,
            reviewer_id=each.reviewer_id,
            run_id=run.id,
            flag=dict(flags[each.reviewer_id]),
            onset=run.first_week + each.flag.onset * WEEK,
            opened_at=now,
            follows_id=None if before is None else before.id,
        )
        session.add(case)
        session.flush()
        notices.notify(
            session,
            [lead for lead in leads if lead != each.reviewer_id],
            kind="drift_case_opened" if before is None else "drift_case_returned",
            object_type="drift_case",
            object_id=case.id,
            now=now,
        )
        _record(session, case, "open", by=None, now=now, stream=each.flag.stream, follows=case.follows_id)
        opened.append(case)
    session.flush()
    return opened


def get_case_for(session: Session, actor: Actor, case_id: int) -> DriftCase:
    """A case that this person may see: a lead any, a reviewer the own one."""
    case = session.get(DriftCase, case_id)
    if case is not None and case.programme_id == actor.programme_id:
        if actor.may(Permission.DRIFT_CASE, Scope.ALL):
            return case
        if actor.may(Permission.DRIFT_CASE, Scope.OWN) and case.reviewer_id == actor.user_id:
            return case
    raise NotFoundError("There is no such case, or it is not yours to see.")


def take(session: Session, case: DriftCase, *, version: int, by: int, now: dt.datetime) -> None:
    """Look into it: its owner from now on. The reviewer learns that somebody does."""
    _not_the_own(case, by)
    _advance(session, case, version, expected=("open",))
    first = case.owner_id is None
    case.owner_id = by
    if first:
        notices.notify(
            session, [case.reviewer_id], kind="drift_case_shared", object_type="drift_case", object_id=case.id, now=now
        )
    _record(session, case, "take", by=by, now=now)


def write(session: Session, case: DriftCase, *, text: str, by: int, now: dt.datetime) -> DriftMessage:
    """A word in the conversation, kept redacted; the other side is told."""
    said = redact(text.strip())
    if not said or len(said) > LONGEST:
        raise InvalidInputError(f"Write something, in at most {LONGEST} characters.", {"text": "missing or too long"})
    if case.state != "open":
        raise ConflictError("The case is settled; its conversation stays as it is.")
    message = DriftMessage(case_id=case.id, author_id=by, text=said, written_at=now)
    session.add(message)
    session.flush()
    others = {case.owner_id, case.reviewer_id} - {by, None}
    notices.notify(
        session,
        [other for other in others if other is not None],
        kind="drift_message",
        object_type="drift_case",
        object_id=case.id,
        now=now,
    )
    _record(session, case, "message", by=by, now=now, message=message.id)
    return message


def attach(session: Session, case: DriftCase, *, session_id: int, version: int, by: int, now: dt.datetime) -> None:
    """Name the calibration session that is held because of the case."""
    _not_the_own(case, by)
    _advance(session, case, version, expected=("open",))
    case.session_id = session_id
    _record(session, case, "calibration", by=by, now=now, held=session_id)


def settle(
    session: Session,
    case: DriftCase,
    *,
    outcome: str,
    reason: str,
    through: dt.date,
    version: int,
    by: int,
    now: dt.datetime,
) -> None:
    """Decide what it was. ``through`` is the last week judged by now: the next run tries onsets after it anew."""
    _not_the_own(case, by)
    said = redact(reason.strip())
    if outcome not in CASE_OUTCOMES:
        raise InvalidInputError("Choose what it was.", {"outcome": "unknown"})
    if not said or len(said) > LONGEST:
        raise InvalidInputError(f"Say why, in at most {LONGEST} characters.", {"reason": "missing or too long"})
    _advance(session, case, version, expected=("open",))
    case.state, case.outcome, case.reason = "settled", outcome, said
    case.decided_at, case.decided_by_id, case.decided_week = now, by, max(through, case.onset)
    case.owner_id = case.owner_id or by
    notices.notify(
        session, [case.reviewer_id], kind="drift_case_settled", object_type="drift_case", object_id=case.id, now=now
    )
    _record(session, case, "settle", by=by, now=now, outcome=outcome)


def _not_the_own(case: DriftCase, by: int) -> None:
    if case.reviewer_id == by:
        raise ForbiddenError("This case is about your own scores: another QA lead looks into it and settles it.")


def _record(
    session: Session, case: DriftCase, what: str, *, by: int | None, now: dt.datetime, **detail: object
) -> None:
    audit.record(
        session,
        action=f"drift.case_{what}",
        object_type="drift_case",
        object_id=case.id,
        actor_id=by,
        now=now,
        detail={"reviewer": case.reviewer_id, **detail},
    )
    session.flush()


def cases_of(session: Session, reviewer_ids: Sequence[int]) -> Sequence[DriftCase]:
    """Every case of these reviewers, the newest first."""
    return session.scalars(
        select(DriftCase).where(DriftCase.reviewer_id.in_(reviewer_ids)).order_by(DriftCase.id.desc())
    ).all()


def messages_of(session: Session, case: DriftCase) -> list[tuple[DriftMessage, str]]:
    """The conversation with the names of who wrote, oldest first."""
    return [
        (message, name)
        for message, name in session.execute(
            select(DriftMessage, User.name)
            .join(User, User.id == DriftMessage.author_id)
            .where(DriftMessage.case_id == case.id)
            .order_by(DriftMessage.id)
        )
    ]
