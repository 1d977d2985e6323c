"""A version's life: draft, in review, published by a second person, retired; back to draft with a reason."""

import datetime as dt
from collections.abc import Iterable

from sqlalchemy import and_, literal, or_, select, true, tuple_
from sqlalchemy.orm import Session

import rubrics
from qa.core import audit
from qa.core.access import AUTHORITY, Permission
from qa.core.errors import ConflictError, InvalidInputError
from qa.notices import service as notices
from qa.people.queries import people_with_role
from qa.rubric_library import drafting, drafts
from qa.rubric_library.models import RubricEditor, RubricFamily, RubricStep, RubricVersion

LONGEST_NOTE = 2000


class RubricAlreadyPublishedError(ConflictError):
    """A published version never changes."""

    title = "This version is published"


class SecondPersonNeededError(ConflictError):
    """Whoever wrote a version does not publish it."""

    title = "A second person is needed"


class NotInReviewError(ConflictError):
    """A version is published from review only."""

    title = "This version is not in review"


class UnfinishedDraftError(InvalidInputError):
    """Something in the draft keeps it from being used."""

    title = "Not finished yet"


def editors_of(session: Session, version_id: int) -> set[int]:
    """Everybody who changed the version while it was a draft."""
    return set(session.scalars(select(RubricEditor.person_id).where(RubricEditor.version_id == version_id)))


def former_of(session: Session, version: RubricVersion) -> RubricVersion | None:
    """The version that one is compared with: what it was copied from, else the newest published before it."""
    if version.based_on_id is not None:
        return session.get(RubricVersion, version.based_on_id)
    before = tuple_(RubricVersion.major, RubricVersion.minor) < tuple_(literal(version.major), literal(version.minor))
    return session.scalar(
        select(RubricVersion)
        .where(
            RubricVersion.family_id == version.family_id,
            RubricVersion.id != version.id,
            RubricVersion.state.in_(("published", "retired")),
            before if version.state in ("published", "retired") else true(),
        )
        .order_by(RubricVersion.major.desc(), RubricVersion.minor.desc(), RubricVersion.id.desc())
        .limit(1)
    )


def step_problem(former: rubrics.RubricVersion | None, value: rubrics.RubricVersion) -> str | None:
    """Why a version's number does not say how big its step is; nothing where it does."""
    if former is None or former.key != value.key:
        return None
    if (value.major, value.minor) <= (former.major, former.minor):
        return f"The version must be higher than {former.label}, which it follows."
    step = rubrics.diff(former, value).step
    if step == "major" and value.major == former.major:
        return (
            f"The scoring differs from {former.label}, so scores are not comparable as they stand: "
            f"this is a major step. Make it {former.major + 1}.0."
        )
    return None


def send(session: Session, version: RubricVersion, *, by: int | None, now: dt.datetime, note: str = "") -> None:
    """Put a finished draft before the people who may publish it; from now on it stands still."""
    drafts.locked(session, version)
    tree = drafts.tree_of(session, version)
    try:
        value = rubrics.read_draft(drafting.finished(tree))
        document = rubrics.dump_yaml(value)
    except rubrics.RubricError as error:
        raise UnfinishedDraftError(
            f"{len(error.problems)} {'thing is' if len(error.problems) == 1 else 'things are'} to correct first.",
            {problem.path: problem.message for problem in error.problems},
        ) from error
    if (value.major, value.minor) in drafts.taken_numbers(session, version):
        raise UnfinishedDraftError(f"Version {value.label} is there already: give this one another number.")
    former = former_of(session, version)
    problem = step_problem(rubrics.load_yaml(former.document) if former and former.document else None, value)
    if problem:
        raise UnfinishedDraftError(problem, {"version": problem})
    version.state = "in_review"
    version.major, version.minor = value.major, value.minor
    version.document = document
    version.fingerprint = rubrics.fingerprint(value)
    version.engine_version = value.engine
    _step(session, version, "sent", note=note, by=by, now=now)
    family = session.get_one(RubricFamily, version.family_id)
    roles = AUTHORITY[Permission.RUBRIC_PUBLISH]
    people = {
        person.id for role in roles for person in people_with_role(session, family.programme_id, role, now.date())
    }
    _tell(session, version, people - editors_of(session, version.id) - {by or 0}, "rubric_in_review", now=now)


def take_back(session: Session, version: RubricVersion, *, by: int, now: dt.datetime) -> None:
    """Its writer goes on with a version before anybody decided about it."""
    _must_be_in_review(session, version)
    if by not in editors_of(session, version.id) | {version.drafted_by_id}:
        raise ConflictError("Only somebody who wrote this version takes it back; a reviewer returns it with a reason.")
    version.state = "draft"
    _step(session, version, "withdrawn", by=by, now=now)
    notices.withdraw(session, object_type="rubric_version", object_id=version.id)


def send_back(session: Session, version: RubricVersion, *, reason: str, by: int, now: dt.datetime) -> None:
    """Return a version to its writers, with what to change."""
    _must_be_in_review(session, version)
    reason = reason.strip()[:LONGEST_NOTE]
    if not reason:
        raise InvalidInputError("Say what to change: the writers see it.", {"reason": "missing"})
    version.state = "draft"
    _step(session, version, "returned", note=reason, by=by, now=now)
    _tell(session, version, editors_of(session, version.id) - {by}, "rubric_returned", now=now)


def publish(
    session: Session, version: RubricVersion, *, effective_from: dt.datetime, by: int | None, now: dt.datetime
) -> None:
    """Make a reviewed version the one in force from a moment on; from then on it never changes."""
    session.refresh(version, with_for_update=True)
    if version.state in {"published", "retired"}:
        raise RubricAlreadyPublishedError("This version is published already.")
    if version.state != "in_review":
        raise NotInReviewError("This version is still a draft: it is sent to review first, then published.")
    if by is not None and by in editors_of(session, version.id) | {version.drafted_by_id}:
        raise SecondPersonNeededError("You wrote on this version; somebody else has to publish it.")
    value = rubrics.load_yaml(version.document)
    if rubrics.fingerprint(value) != version.fingerprint:
        raise ConflictError("The stored rubric is not the one that was reviewed; take it back to draft.")
    version.state = "published"
    version.effective_from = effective_from
    version.published_at = now
    version.published_by_id = by
    family = session.get_one(RubricFamily, version.family_id)
    family.name = value.name
    _step(
        session,
        version,
        "published",
        by=by,
        now=now,
        detail={"fingerprint": version.fingerprint, "effective_from": effective_from.isoformat()},
    )
    notices.withdraw(session, object_type="rubric_version", object_id=version.id)
    told = editors_of(session, version.id) | ({family.owner_id} if family.owner_id else set())
    _tell(session, version, told - {by or 0}, "rubric_published", now=now)


def overtaken(session: Session, version: RubricVersion, effective_from: dt.datetime) -> RubricVersion | None:
    """A newer version that is in force already and that this one would take over from; nothing where all is in order.

    The version that came into force last judges, whatever its number: an older number dated later is rarely meant.
    """
    return session.scalar(
        select(RubricVersion)
        .where(
            RubricVersion.family_id == version.family_id,
            RubricVersion.state == "published",
            RubricVersion.effective_from <= effective_from,
            or_(
                RubricVersion.major > version.major,
                and_(RubricVersion.major == version.major, RubricVersion.minor > version.minor),
            ),
        )
        .order_by(RubricVersion.effective_from.desc(), RubricVersion.id.desc())
        .limit(1)
    )


def retire(session: Session, version: RubricVersion, *, reason: str, by: int, now: dt.datetime) -> None:
    """Take a version out of use for what is resolved from now on; reviews made with it stay as they were."""
    session.refresh(version, with_for_update=True)
    if version.state != "published":
        raise ConflictError("Only a published version is retired.")
    version.state = "retired"
    version.retired_at = now
    _step(session, version, "retired", note=reason.strip()[:LONGEST_NOTE], by=by, now=now)


def _must_be_in_review(session: Session, version: RubricVersion) -> None:
    session.refresh(version, with_for_update=True)
    if version.state != "in_review":
        raise NotInReviewError("This version is not in review any more. Load the page to see how it stands.")


def _step(
    session: Session,
    version: RubricVersion,
    kind: str,
    *,
    by: int | None,
    now: dt.datetime,
    note: str = "",
    detail: dict[str, str] | None = None,
) -> None:
    version.lock_version += 1
    session.add(RubricStep(version_id=version.id, kind=kind, at=now, by_id=by, note=note.strip()[:LONGEST_NOTE]))
    session.flush()
    verb = {"sent": "send", "withdrawn": "withdraw", "returned": "return", "published": "publish", "retired": "retire"}
    audit.record(
        session,
        action=f"rubric.{verb[kind]}",
        object_type="rubric_version",
        object_id=version.id,
        actor_id=by,
        now=now,
        detail=detail or {"fingerprint": version.fingerprint},
    )


def _tell(session: Session, version: RubricVersion, people: Iterable[int], kind: str, *, now: dt.datetime) -> None:
    notices.notify(
        session,
        people,
        kind=kind,
        object_type="rubric_version",
        object_id=version.id,
        now=now,
    )
