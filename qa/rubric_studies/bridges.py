"""Reading bridge studies: what could be scored, what is, and the shifts that are kept."""

import datetime as dt
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from sqlalchemy import ColumnElement, and_, exists, func, or_, select
from sqlalchemy.orm import Session

from calibration.results import Estimate, Interval
from qa.core.access import Actor
from qa.core.errors import NotFoundError
from qa.core.prepared import Prepared, each_of, one_of
from qa.people.models import User
from qa.reviews.models import Review, ReviewRevision
from qa.rubric_library.models import RubricVersion
from qa.rubric_library.queries import rule_book
from qa.rubric_studies.models import BridgePart, BridgeStudy
from qa.rubric_studies.queries import BRIDGING
from qa.sampling.models import Assignment, Purpose
from qa.tickets.models import ConversationRevision, HandledPart, Ticket

LOOKED_THROUGH = 2000  # newest parts that a study chooses from


@dataclass(frozen=True, slots=True, kw_only=True)
class StudyView:
    """A study with how far it is: reviews handed in and still open."""

    study: BridgeStudy
    old: RubricVersion
    started_by: str
    parts: int
    done: int
    open: int


def get_study_for(session: Session, actor: Actor, study_id: int) -> BridgeStudy:
    study = session.get(BridgeStudy, study_id)
    if study is None or study.programme_id != actor.programme_id:
        raise NotFoundError("There is no such bridge study.")
    return study


def studies_to(session: Session, version_id: int) -> list[StudyView]:
    """The studies that lead to a version, newest first, in three statements."""
    rows = session.execute(
        select(BridgeStudy, RubricVersion, User.name)
        .join(RubricVersion, RubricVersion.id == BridgeStudy.old_version_id)
        .join(User, User.id == BridgeStudy.created_by_id)
        .where(BridgeStudy.new_version_id == version_id)
        .order_by(BridgeStudy.created_at.desc(), BridgeStudy.id.desc())
        .limit(30)
    ).all()
    ids = [study.id for study, _, _ in rows]
    sizes = dict(
        session.execute(
            select(BridgePart.study_id, func.count())
            .where(BridgePart.study_id.in_(ids))
            .group_by(BridgePart.study_id)
            .order_by(BridgePart.study_id)
        ).all()
    )
    states: dict[tuple[int, str], int] = {
        (study_id, state): n
        for study_id, state, n in session.execute(
            select(BridgePart.study_id, Assignment.state, func.count())
            .join(BridgeStudy, BridgeStudy.id == BridgePart.study_id)
            .join(Assignment, and_(Assignment.part_id == BridgePart.part_id, of_study()))
            .where(BridgePart.study_id.in_(ids))
            .group_by(BridgePart.study_id, Assignment.state)
            .order_by(BridgePart.study_id, Assignment.state)
        )
    }
    return [
        StudyView(
            study=study,
            old=old,
            started_by=name,
            parts=sizes.get(study.id, 0),
            done=states.get((study.id, "submitted"), 0),
            open=states.get((study.id, "open"), 0),
        )
        for study, old, name in rows
    ]


def of_study() -> ColumnElement[bool]:
    """Whether an assignment of a study's part is work of the study; joins of both are expected around it."""
    traded = and_(
        BridgeStudy.way == "double",
        Assignment.purpose == Purpose.BRIDGE,
        Assignment.rubric_version_id.in_((BridgeStudy.old_version_id, BridgeStudy.new_version_id)),
    )
    in_session = and_(
        BridgeStudy.way == "session",
        Assignment.purpose == Purpose.CALIBRATION,
        Assignment.rubric_version_id == BridgeStudy.new_version_id,
    )
    return or_(traded, in_session)


def fresh_parts(session: Session, version: RubricVersion, programme_id: int, *, before: dt.datetime) -> list[int]:
    """Parts that the rubric's rules send to it and that nobody was ever asked to score, newest first.

    Only what was resolved before a moment, so that a study takes nothing that a draw is still to choose from.
    """
    rows = session.execute(
        select(HandledPart.id, HandledPart.resolved_at, Ticket.queue, Ticket.channel, Ticket.language)
        .join(Ticket, Ticket.id == HandledPart.ticket_id)
        .where(
            HandledPart.programme_id == programme_id,
            HandledPart.is_primary,
            HandledPart.eligible,
            HandledPart.specialist_id.is_not(None),
            HandledPart.resolved_at < before,
            Ticket.erased_at.is_(None),
            ~exists().where(Assignment.part_id == HandledPart.id),
            exists().where(ConversationRevision.ticket_id == Ticket.id),
        )
        .order_by(HandledPart.resolved_at.desc(), HandledPart.id.desc())
        .limit(LOOKED_THROUGH)
    ).all()
    book = rule_book(session, programme_id)
    return [
        part_id
        for part_id, resolved_at, queue, channel, language in rows
        if book.family_for(queue, channel, language, resolved_at) == version.family_id
    ]


def scored_parts(session: Session, old_id: int, new_id: int, *, clearance: int, regions: Collection[str]) -> list[int]:
    """Parts with an open score under the old version that nobody was asked to score under the new one, newest first."""
    scored = (
        exists()
        .where(
            Review.part_id == HandledPart.id,
            ReviewRevision.review_id == Review.id,
            ReviewRevision.n == 1,
            ReviewRevision.rubric_version_id == old_id,
            ReviewRevision.score.is_not(None),
            Review.purpose.in_(BRIDGING),
            Review.state == "submitted",
            ~Review.sealed,
        )
        .correlate(HandledPart)
    )
    return list(
        session.scalars(
            select(HandledPart.id)
            .join(Ticket, Ticket.id == HandledPart.ticket_id)
            .where(
                scored,
                Ticket.erased_at.is_(None),
                Ticket.content_severity <= clearance,
                Ticket.data_region.in_(sorted(regions)),
                ~exists().where(Assignment.part_id == HandledPart.id, Assignment.rubric_version_id == new_id),
            )
            .order_by(HandledPart.resolved_at.desc(), HandledPart.id.desc())
            .limit(LOOKED_THROUGH)
        )
    )


def kept_shift(study: Any) -> Estimate | None:
    """The shift as it was kept, as a value; of a ``BridgeStudy`` or a row of its columns."""
    if study.shift is None:
        return None
    known = study.low is not None and study.high is not None
    return Estimate(
        estimate=study.shift,
        std_error=study.std_error,
        interval=Interval(low=study.low or 0.0, high=study.high or 0.0, confidence=study.confidence or 0.95)
        if known
        else None,
        n_items=len(study.pairs or ()),
        method=study.method,
    )


@lru_cache(maxsize=128)
def _kept(versions: int) -> Prepared:
    study = BridgeStudy
    return Prepared(
        select(
            *(study.old_version_id, study.new_version_id, study.shift, study.std_error, study.low, study.high),
            *(study.confidence, study.pairs, study.method),
        )
        .where(
            one_of(study.old_version_id, "old", versions),
            one_of(study.new_version_id, "new", versions),
            study.kept_at.is_not(None),
        )
        .order_by(study.kept_at, study.id)
    )


def kept_shifts(session: Session, version_ids: Iterable[int]) -> Mapping[tuple[int, int], Estimate]:
    """The newest kept shift between each two of these versions, by (old, new)."""
    ids = sorted(set(version_ids))
    rows = _kept(len(ids)).all(session, **each_of("old", ids), **each_of("new", ids))
    found: dict[tuple[int, int], Estimate] = {}
    for study in rows:
        shift = kept_shift(study)
        if shift is not None:
            found[study.old_version_id, study.new_version_id] = shift
    return found
