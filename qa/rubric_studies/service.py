"""Starting a bridge between two versions, keeping the shift it finds, giving it up."""

import datetime as dt
import random
from collections.abc import Sequence

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from calibration.results import Estimate
from qa.calibration_sessions import service as calibration
from qa.core import audit
from qa.core.access import Actor
from qa.core.clock import local_day, midnight, monday_of
from qa.core.errors import ConflictError, InvalidInputError
from qa.notices import service as notices
from qa.people.models import ProgrammeSetting
from qa.people.queries import zone_of
from qa.reviews.models import Review
from qa.rubric_library.models import RubricVersion
from qa.rubric_studies import bridges, queries
from qa.rubric_studies.bridging import FEWEST, MOST, MOST_IN_SESSION, Pairs, counterbalanced, may_be_kept, shift_of
from qa.rubric_studies.models import BridgePart, BridgeStudy
from qa.sampling.giving import part_facts
from qa.sampling.models import Assignment, Purpose
from qa.sampling.reviewers import ReviewerFacts, reviewers_on, why_not
from qa.tickets.queries import hold_parts

SCORED_WITH = ("published", "retired")


class NotBridgeableError(InvalidInputError):
    """A bridge leads from one published version of a rubric to another."""

    title = "No bridge between these two"


def start(
    session: Session,
    actor: Actor,
    setting: ProgrammeSetting,
    *,
    old: RubricVersion,
    new: RubricVersion,
    way: str,
    parts: int,
    reviewer_ids: Sequence[int],
    due_on: dt.date,
    chance: random.Random,
    now: dt.datetime,
) -> BridgeStudy:
    """Have parts chosen at random scored under both versions: by two people who trade places, or in a session."""
    if old.family_id != new.family_id or old.id == new.id:
        raise NotBridgeableError("A bridge leads from one version of a rubric to another of the same rubric.")
    if {old.state, new.state} - set(SCORED_WITH):
        raise NotBridgeableError("Parts are scored under published versions only: publish both first.")
    most = MOST_IN_SESSION if way == "session" else MOST
    if not FEWEST <= parts <= most:
        raise InvalidInputError(f"Choose {FEWEST} to {most} parts.", {"parts": f"{FEWEST} to {most}"})
    today = local_day(now, zone_of(setting))
    if due_on < today:
        raise InvalidInputError(
            "Choose a day that is still to come.", {"due_on": "Choose a day that is still to come."}
        )
    session.refresh(new, with_for_update=True)  # two studies begun at once do not choose the same parts
    known = {person.user_id: person for person in reviewers_on(session, actor.programme_id, today)}
    people = [known[each] for each in dict.fromkeys(reviewer_ids) if each in known]
    if len(people) < 2:
        raise InvalidInputError("Choose at least two reviewers.", {"reviewers": "Choose at least two reviewers."})
    begin = _in_session if way == "session" else _traded
    study = begin(
        session, actor, setting, old=old, new=new, parts=parts, people=people, due_on=due_on, chance=chance, now=now
    )
    audit.record(
        session,
        action="bridge.start",
        object_type="bridge_study",
        object_id=study.id,
        actor_id=actor.user_id,
        now=now,
        detail={"old": old.id, "new": new.id, "way": study.way, "people": [person.user_id for person in people]},
    )
    session.flush()
    return study


def _study(
    session: Session,
    actor: Actor,
    *,
    old: RubricVersion,
    new: RubricVersion,
    way: str,
    part_ids: Sequence[int],
    now: dt.datetime,
    session_id: int | None = None,
) -> BridgeStudy:
    study = BridgeStudy(
        programme_id=actor.programme_id,
        old_version_id=old.id,
        new_version_id=new.id,
        way=way,
        session_id=session_id,
        created_at=now,
        created_by_id=actor.user_id,
    )
    session.add(study)
    session.flush()
    session.add_all(BridgePart(study_id=study.id, part_id=part_id) for part_id in part_ids)
    session.flush()
    return study


def _traded(
    session: Session,
    actor: Actor,
    setting: ProgrammeSetting,
    *,
    old: RubricVersion,
    new: RubricVersion,
    parts: int,
    people: Sequence[ReviewerFacts],
    due_on: dt.date,
    chance: random.Random,
    now: dt.datetime,
) -> BridgeStudy:
    zone = zone_of(setting)
    week_began = midnight(monday_of(local_day(now, zone)), zone)
    fresh = bridges.fresh_parts(session, new, actor.programme_id, before=week_began)
    hold_parts(session, fresh)
    facts = part_facts(session, fresh)
    able = {
        part: {
            person.user_id
            for person in people
            if why_not(person, facts[part].facts, own_team_ban=setting.own_team_ban) is None
        }
        for part in fresh
        if not facts[part].erased
    }
    given = counterbalanced(able, parts, chance)
    if len(given) < FEWEST:
        raise _too_few(len(given), "fresh parts of this rubric that two of these people may score")
    study = _study(
        session, actor, old=old, new=new, way="double", part_ids=sorted(each.part_id for each in given), now=now
    )
    rows = [
        {
            "part_id": each.part_id,
            "reviewer_id": reviewer_id,
            "purpose": Purpose.BRIDGE,
            "origin": "targeted",
            "rubric_version_id": version.id,
            "due_on": due_on,
            "position": position,
            "created_at": now,
            "created_by_id": actor.user_id,
        }
        for position, each in enumerate(given, start=1)
        for reviewer_id, version in ((each.under_old, old), (each.under_new, new))
    ]
    session.execute(insert(Assignment), rows)
    told = {each.under_old for each in given} | {each.under_new for each in given}
    notices.notify(session, told, kind="parts_assigned", object_type="bridge_study", object_id=study.id, now=now)
    return study


def _in_session(
    session: Session,
    actor: Actor,
    setting: ProgrammeSetting,
    *,
    old: RubricVersion,
    new: RubricVersion,
    parts: int,
    people: Sequence[ReviewerFacts],
    due_on: dt.date,
    chance: random.Random,
    now: dt.datetime,
) -> BridgeStudy:
    clearance = min(person.clearance for person in people)
    regions = frozenset.intersection(*(person.regions for person in people))
    scored = bridges.scored_parts(session, old.id, new.id, clearance=clearance, regions=regions)
    if len(scored) < FEWEST:
        raise _too_few(len(scored), f"parts scored under {old.label} and not yet under {new.label}")
    chosen = sorted(chance.sample(scored, min(parts, len(scored))))
    sitting = calibration.open_session(
        session,
        programme_id=actor.programme_id,
        title=f"Bridge from {old.label} to {new.label}",
        rubric_version_id=new.id,
        part_ids=chosen,
        participant_ids=[person.user_id for person in people],
        facilitator_id=actor.user_id,
        due_on=due_on,
        now=now,
    )
    return _study(session, actor, old=old, new=new, way="session", part_ids=chosen, session_id=sitting.id, now=now)


def _too_few(found: int, what: str) -> ConflictError:
    return ConflictError(f"Only {found} {what}: a bridge needs {FEWEST}. Choose more people, or wait for more parts.")


def keep(session: Session, study: BridgeStudy, *, by: int, now: dt.datetime) -> Estimate:
    """Keep the shift a study found, with what it was computed from; what is still open of it is withdrawn."""
    _end(session, study)
    pairs = queries.bridged(session, study.old_version_id, study.new_version_id, study=study)
    shift = _keep(session, study, pairs, by=by, now=now)
    _withdraw(session, study, now=now)
    return shift


def keep_found(
    session: Session, actor: Actor, *, old: RubricVersion, new: RubricVersion, now: dt.datetime
) -> BridgeStudy:
    """Keep the shift of the parts that have a score under both versions, however they came by them."""
    if old.family_id != new.family_id or old.id == new.id:
        raise NotBridgeableError("A bridge leads from one version of a rubric to another of the same rubric.")
    pairs = queries.bridged(session, old.id, new.id)
    study = _study(session, actor, old=old, new=new, way="found", part_ids=sorted(pairs), now=now)
    _keep(session, study, pairs, by=actor.user_id, now=now)
    return study


def stop(session: Session, study: BridgeStudy, *, by: int, now: dt.datetime) -> None:
    """Give a study up: what is open is withdrawn, what was scored stays scored."""
    _end(session, study)
    study.stopped_at = now
    _withdraw(session, study, now=now)
    audit.record(session, action="bridge.stop", object_type="bridge_study", object_id=study.id, actor_id=by, now=now)
    session.flush()


def _end(session: Session, study: BridgeStudy) -> None:
    session.refresh(study, with_for_update=True)
    if study.kept_at is not None or study.stopped_at is not None:
        raise ConflictError("Somebody ended this study already. Load the page to see how it stands.")


def _keep(session: Session, study: BridgeStudy, pairs: Pairs, *, by: int, now: dt.datetime) -> Estimate:
    shift = shift_of(pairs)
    if not may_be_kept(shift) or shift.interval is None:
        raise ConflictError(
            f"{shift.n_items} of the {FEWEST} parts that a shift needs are scored under both versions."
            if shift.n_items < FEWEST
            else f"The shift has no interval: {shift.reason}."
        )
    study.shift, study.std_error, study.method = shift.estimate, shift.std_error, shift.method
    study.low, study.high, study.confidence = shift.interval.low, shift.interval.high, shift.interval.confidence
    study.pairs = [[part, old, new] for part, (old, new) in sorted(pairs.items())]
    study.kept_at, study.kept_by_id = now, by
    session.flush()
    audit.record(
        session,
        action="bridge.keep",
        object_type="bridge_study",
        object_id=study.id,
        actor_id=by,
        now=now,
        detail={"shift": shift.estimate, "std_error": shift.std_error, "parts": shift.n_items},
    )
    return shift


def _withdraw(session: Session, study: BridgeStudy, *, now: dt.datetime) -> None:
    """Take the open work of a study out of queues, so nothing of it waits; a session is its facilitator's to end."""
    if study.way != "double":
        return
    open_work = select(Assignment.id).where(
        Assignment.part_id.in_(select(BridgePart.part_id).where(BridgePart.study_id == study.id)),
        Assignment.purpose == Purpose.BRIDGE,
        Assignment.rubric_version_id.in_((study.old_version_id, study.new_version_id)),
        Assignment.state == "open",
    )
    session.execute(
        update(Assignment)
        .where(Assignment.id.in_(open_work))
        .values(state="withdrawn", ended_at=now)
        .execution_options(synchronize_session=False)
    )
    session.execute(
        update(Review)
        .where(
            Review.part_id.in_(select(BridgePart.part_id).where(BridgePart.study_id == study.id)),
            Review.purpose == Purpose.BRIDGE,
            Review.state == "submitted",
        )
        .values(sealed=False)
        .execution_options(synchronize_session=False)
    )
