"""The steps of a certification: practice, shadowed reviews, the lead's word, and its end."""

import datetime as dt
from functools import partial

import numpy as np
from sqlalchemy import insert, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from calibration.results import Agreement
from qa.calibration_sessions.certification import choosing, queries, rules
from qa.calibration_sessions.certification.models import Certification, PracticePart, ShadowedReview
from qa.core import audit
from qa.core.access import Role
from qa.core.advancing import advance
from qa.core.clock import local_day
from qa.core.errors import ConflictError, InvalidInputError
from qa.notices import service as notices
from qa.people.models import ProgrammeSetting
from qa.people.queries import holds_role, people_with_role, zone_of
from qa.rubric_library.queries import rubric_of
from qa.sampling import certified
from qa.sampling.models import Assignment, Purpose
from qa.tickets.redaction import redact

STALE = "Somebody else moved this certification on meanwhile. Load the page again and look at what is new."
_advance = partial(advance, stale=STALE)
KNOWN = "This person is on the way to, or holds, a certificate for this rubric already."
OWN = "Nobody settles their own certification: another lead has to."
LONGEST = 1000


def begin(
    session: Session,
    setting: ProgrammeSetting,
    user_id: int,
    family_id: int,
    *,
    rng: np.random.Generator,
    by: int,
    now: dt.datetime,
) -> Certification:
    """Give somebody the first round of practice on golden tickets that they do not know."""
    row = _new(session, setting, user_id, family_id, by=by, now=now)
    _practise(session, setting, row, rng=rng, by=by, now=now)
    _record(session, row, "certification.begin", by=by, now=now)
    return row


def another_round(
    session: Session,
    setting: ProgrammeSetting,
    row: Certification,
    *,
    version: int,
    rng: np.random.Generator,
    by: int,
    now: dt.datetime,
) -> None:
    """A further round on other golden tickets; it counts by itself."""
    if any(each.assignment.state == "open" for each in queries.practice_of(session, row)):
        raise ConflictError("The present round is not done yet.")
    _advance(session, row, version, expected=("practising",), round=row.round + 1)
    _practise(session, setting, row, rng=rng, by=by, now=now)
    _record(session, row, "certification.round", by=by, now=now)


def judged(session: Session, row: Certification) -> Agreement | None:
    """Agreement with gold of the present round; nothing while a part of it is open."""
    practised = queries.practice_of(session, row)
    done = [each for each in practised if each.done]
    if not done or any(each.assignment.state == "open" for each in practised):
        return None
    rubric = rubric_of(session, done[0].assignment.rubric_version_id)
    return rules.agreement(rubric, [(each.given, each.gold) for each in done])


def settle_practice(
    session: Session, setting: ProgrammeSetting, row: Certification, *, rng: np.random.Generator, now: dt.datetime
) -> bool | None:
    """Tell a finished round as passed or not, once; passed leads on to the shadowed reviews. None: nothing to tell."""
    session.refresh(row, with_for_update=True)
    if row.state != "practising" or row.judged_round >= row.round:
        return None
    found = judged(session, row)
    if found is None:
        return None
    row.judged_round = row.round
    row.lock_version += 1
    passed = rules.clears(found, row.mark)
    if passed:
        row.state, row.passed_at = "shadowed", now
        session.flush()
        _shadow(session, setting, row, rng=rng, now=now)
    _tell(session, row, [row.user_id], "practice_passed" if passed else "practice_not_passed", now=now)
    if not passed:
        _tell(session, row, _leads(session, row, now), "certification_waits", now=now)
    _record(session, row, "certification.practice", by=None, now=now, passed=passed)
    return passed


def more_shadowed(
    session: Session,
    setting: ProgrammeSetting,
    row: Certification,
    *,
    version: int,
    rng: np.random.Generator,
    by: int,
    now: dt.datetime,
) -> None:
    """Further shadowed reviews beside those there were."""
    if by == row.user_id:
        raise ConflictError(OWN)
    _advance(session, row, version, expected=("shadowed",))
    if not _shadow(session, setting, row, rng=rng, now=now):
        raise ConflictError(
            "No part fits: certified people have scored nothing lately that this person may open and does not know."
        )
    _record(session, row, "certification.shadow", by=by, now=now)


def look(session: Session, found: queries.Shadowed, *, verdict: str, note: str, by: int, now: dt.datetime) -> None:
    """What the certified person says about one review of the newcomer; it can be said again until it is settled."""
    if verdict not in {"alike", "not_yet"}:
        raise InvalidInputError("Say whether you would have scored it alike.", {"verdict": "choose one"})
    words = redact(note.strip())[:LONGEST]
    if verdict == "not_yet" and not words:
        raise InvalidInputError("Say what to look at, so that it helps.", {"note": "missing"})
    if found.certification.state != "shadowed":
        raise ConflictError("This certification is settled already.")
    found.row.verdict, found.row.note, found.row.looked_at, found.row.looked_by_id = verdict, words, now, by
    session.flush()
    everything = queries.shadowed_of(session, found.certification.id)
    _tell(session, found.certification, [found.certification.user_id], "shadowed_looked_at", now=now)
    if all(each.row.verdict for each in everything):
        leads = _leads(session, found.certification, now)
        _tell(session, found.certification, leads, "certification_waits", now=now)
    audit.record(
        session,
        action="certification.look",
        object_type="certification",
        object_id=found.certification.id,
        actor_id=by,
        now=now,
        detail={"shadowed": found.row.id, "verdict": verdict},
    )
    session.flush()


def certify(session: Session, row: Certification, *, version: int, by: int, now: dt.datetime) -> None:
    """The lead's word, once every shadowed review was looked at."""
    if by == row.user_id:
        raise ConflictError(OWN)
    shadowed = [each for each in queries.shadowed_of(session, row.id) if each.assignment.state != "withdrawn"]
    waiting = sum(each.row.verdict is None for each in shadowed)
    if waiting:
        raise ConflictError(f"{waiting} of the shadowed reviews were not looked at yet.")
    if not shadowed:
        raise ConflictError("There is no shadowed review yet: ask for some first.")
    major = choosing.major_in_force(session, row.programme_id, row.family_id, now)
    _advance(
        session,
        row,
        version,
        expected=("shadowed",),
        state="certified",
        certified_at=now,
        certified_by_id=by,
        major=major,
    )
    certified.grant(session, row.user_id, row.family_id, now=now)
    _tell(session, row, [row.user_id], "certified", now=now)
    _record(session, row, "certification.certify", by=by, now=now)


def certify_on_record(
    session: Session,
    setting: ProgrammeSetting,
    user_id: int,
    family_id: int,
    *,
    reason: str,
    by: int,
    now: dt.datetime,
) -> Certification:
    """Certify somebody whose scores are known well already, with the reason on record."""
    words = _reason(reason)
    row = _new(session, setting, user_id, family_id, by=by, now=now)
    row.state, row.certified_at, row.certified_by_id, row.on_record = "certified", now, by, words
    row.major = choosing.major_in_force(session, row.programme_id, family_id, now)
    certified.grant(session, user_id, family_id, now=now)
    _tell(session, row, [user_id], "certified", now=now)
    _record(session, row, "certification.on_record", by=by, now=now)
    return row


def withdraw(session: Session, row: Certification, *, version: int, reason: str, by: int, now: dt.datetime) -> None:
    """Take a certificate, or the way to it, away with a reason; open practice is taken back."""
    if by == row.user_id:
        raise ConflictError(OWN)
    words = _reason(reason)
    _advance(
        session,
        row,
        version,
        expected=queries.LIVING,
        state="withdrawn",
        ended_at=now,
        ended_by_id=by,
        end_reason=words,
    )
    _close(session, row, now=now)
    _tell(session, row, [row.user_id], "certification_withdrawn", now=now)
    _record(session, row, "certification.withdraw", by=by, now=now)


def lapse(session: Session, row: Certification, reason: str, *, now: dt.datetime) -> None:
    """End a certificate that holds no longer; its person and the leads are told."""
    row.state, row.ended_at, row.end_reason = "lapsed", now, reason
    row.lock_version += 1
    _close(session, row, now=now)
    _tell(session, row, [row.user_id, *_leads(session, row, now)], "certification_lapsed", now=now)
    _record(session, row, "certification.lapse", by=None, now=now)


def _new(
    session: Session, setting: ProgrammeSetting, user_id: int, family_id: int, *, by: int, now: dt.datetime
) -> Certification:
    if by == user_id:
        raise ConflictError(OWN)
    if not holds_role(session, user_id, Role.REVIEWER, local_day(now, zone_of(setting))):
        raise ConflictError("Only who reviews can be certified: grant the role first.")
    row = Certification(
        programme_id=setting.programme_id,
        user_id=user_id,
        family_id=family_id,
        mark=setting.certification_mark,
        begun_at=now,
        begun_by_id=by,
    )
    session.add(row)
    try:
        session.flush()
    except IntegrityError as error:
        raise ConflictError(KNOWN) from error
    return row


def _practise(
    session: Session,
    setting: ProgrammeSetting,
    row: Certification,
    *,
    rng: np.random.Generator,
    by: int,
    now: dt.datetime,
) -> None:
    chosen = choosing.golden_for(session, setting, row, rng=rng, now=now)
    due_on = local_day(now, zone_of(setting)) + dt.timedelta(days=setting.review_days)
    for position, (standard, version_id) in enumerate(chosen, start=1):
        task = _assignment(standard.part_id, row.user_id, version_id, setting, due_on, position, now)
        task.created_by_id = by
        session.add(task)
        session.flush()
        session.add(
            PracticePart(
                certification_id=row.id, round=row.round, golden_ticket_id=standard.golden_id, assignment_id=task.id
            )
        )
    _tell(session, row, [row.user_id], "practice_given", now=now)
    session.flush()


def _shadow(
    session: Session, setting: ProgrammeSetting, row: Certification, *, rng: np.random.Generator, now: dt.datetime
) -> int:
    beside = choosing.shadows_for(session, setting, row, rng=rng, now=now)
    due_on = local_day(now, zone_of(setting)) + dt.timedelta(days=setting.review_days)
    for position, each in enumerate(beside, start=1):
        task = _assignment(each.part_id, row.user_id, each.version_id, setting, due_on, position, now)
        session.add(task)
        session.flush()
        session.execute(
            insert(ShadowedReview).values(
                certification_id=row.id,
                assignment_id=task.id,
                beside_id=each.review_id,
                shadow_id=each.reviewer_id,
                note="",
            )
        )
    if not beside:
        _tell(session, row, _leads(session, row, now), "certification_waits", now=now)
    session.flush()
    return len(beside)


def _assignment(
    part_id: int,
    user_id: int,
    version_id: int,
    setting: ProgrammeSetting,
    due_on: dt.date,
    position: int,
    now: dt.datetime,
) -> Assignment:
    return Assignment(
        part_id=part_id,
        reviewer_id=user_id,
        purpose=Purpose.PRACTICE,
        origin="session",
        rubric_version_id=version_id,
        rubric_date=setting.rubric_date,
        due_on=due_on,
        position=position,
        created_at=now,
    )


def _close(session: Session, row: Certification, *, now: dt.datetime) -> None:
    """No certificate and no open practice any more."""
    certified.end(session, row.user_id, row.family_id, now=now)
    session.execute(
        update(Assignment)
        .where(
            Assignment.id.in_(choosing.assignments_of(row.id)),
            Assignment.state == "open",
        )
        .values(state="withdrawn", ended_at=now)
        .execution_options(synchronize_session=False)
    )


def _reason(reason: str) -> str:
    words = redact(reason.strip())[:LONGEST]
    if not words:
        raise InvalidInputError("Say why: it stays on record.", {"reason": "missing"})
    return words


def _leads(session: Session, row: Certification, now: dt.datetime) -> list[int]:
    leads = people_with_role(session, row.programme_id, Role.QA_LEAD, now.date())
    return [lead.id for lead in leads if lead.id != row.user_id]


def _tell(session: Session, row: Certification, people: list[int], kind: str, *, now: dt.datetime) -> None:
    notices.notify(
        session,
        people,
        kind=kind,
        object_type="certification",
        object_id=row.id,
        now=now,
        detail={"user": row.user_id},
    )


def _record(
    session: Session, row: Certification, action: str, *, by: int | None, now: dt.datetime, passed: bool | None = None
) -> None:
    audit.record(
        session,
        action=action,
        object_type="certification",
        object_id=row.id,
        actor_id=by,
        now=now,
        detail={"person": row.user_id, "family": row.family_id, "state": row.state, "round": row.round}
        | ({} if passed is None else {"passed": passed}),
    )
    session.flush()
