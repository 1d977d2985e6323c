"""A bridge from its start to the shift that trends may use."""

import random
from collections.abc import Callable

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from qa.calibration_sessions.models import SessionPart, SessionParticipant
from qa.core.audit import AuditEvent
from qa.core.clock import utcnow
from qa.core.errors import ConflictError
from qa.people.models import ProgrammeSetting
from qa.reviews.models import Review
from qa.rubric_library.models import RubricVersion
from qa.rubric_studies import bridges, service
from qa.rubric_studies.bridging import FEWEST
from qa.rubric_studies.models import BridgePart, BridgeStudy
from qa.sampling.models import Assignment, Purpose
from tests.coaching.weeks import review, wednesday
from tests.rubric_studies.test_pages import second_version
from tests.support.builders import Handled, make_review, make_ticket, publish_rubric
from tests.support.cast import Cast, actor
from tests.support.client import CheckingClient

SignIn = Callable[..., CheckingClient]


def two_versions(
    session: Session, cast: Cast, *, parts: int = FEWEST
) -> tuple[RubricVersion, RubricVersion, list[Handled]]:
    """Two published versions and fresh parts of the weeks before."""
    first = publish_rubric(session, cast)
    second = second_version(session, cast)
    return first, second, [make_ticket(session, cast, resolved_at=wednesday(1)) for _ in range(parts)]


def begun(
    session: Session, cast: Cast, old: RubricVersion, new: RubricVersion, *, way: str = "double", parts: int = FEWEST
) -> BridgeStudy:
    setting = session.scalars(select(ProgrammeSetting)).one()
    return service.start(
        session,
        actor(session, cast.quinn),
        setting,
        old=old,
        new=new,
        way=way,
        parts=parts,
        reviewer_ids=[cast.rita.id, cast.rob.id],
        due_on=utcnow().date(),
        chance=random.Random(3),
        now=utcnow(),
    )


def scored(session: Session, cast: Cast, handled: list[Handled], *, but: int = 0) -> None:
    """All work of the bridge handed in; of the new version every second part with a lapse of tone."""
    parts = {each.part.id: each for each in handled}
    tasks = session.scalars(select(Assignment).where(Assignment.purpose == Purpose.BRIDGE).order_by(Assignment.id))
    for n, task in enumerate(tasks.all()[but:]):
        tone = {"tone": "missed"} if n % 4 in (0, 1) else {}
        make_review(session, parts[task.part_id], task, tone, at=utcnow())


def test_a_bridge_gives_every_part_to_two_people_one_version_each(session: Session, cast: Cast) -> None:
    first, second, handled = two_versions(session, cast)
    study = begun(session, cast, first, second)

    tasks = session.scalars(select(Assignment).order_by(Assignment.id)).all()
    by_part = {each.part.id: [task for task in tasks if task.part_id == each.part.id] for each in handled}
    for pair in by_part.values():
        assert {task.rubric_version_id for task in pair} == {first.id, second.id}
        assert {task.reviewer_id for task in pair} == {cast.rita.id, cast.rob.id}
        assert {task.purpose for task in pair} == {Purpose.BRIDGE}
    old_ones = [task.reviewer_id for task in tasks if task.rubric_version_id == first.id]
    assert old_ones.count(cast.rita.id) == old_ones.count(cast.rob.id) == FEWEST // 2
    assert len(session.scalars(select(BridgePart).where(BridgePart.study_id == study.id)).all()) == FEWEST


def test_one_score_of_a_bridge_stays_sealed_until_the_other_is_in(session: Session, cast: Cast) -> None:
    first, second, handled = two_versions(session, cast)
    begun(session, cast, first, second)
    part = handled[0]
    one, other = session.scalars(
        select(Assignment).where(Assignment.part_id == part.part.id).order_by(Assignment.id)
    ).all()

    alone = make_review(session, part, one, at=utcnow()).sealed
    both = make_review(session, part, other, at=utcnow())
    session.expire_all()

    assert alone is True
    assert both.sealed is False
    assert {each.sealed for each in session.scalars(select(Review))} == {False}


def test_the_kept_shift_stays_with_its_inputs_whatever_is_scored_later(session: Session, cast: Cast) -> None:
    first, second, handled = two_versions(session, cast)
    study = begun(session, cast, first, second)
    scored(session, cast, handled)

    shift = service.keep(session, study, by=cast.quinn.id, now=utcnow())
    review(session, cast, first, reviewer=cast.rob, tone="missed")

    # Half of the parts lose tone under both: 80 to 70; the other half keep 100: the shift is -5 from [-10, 0].
    assert shift.estimate == study.shift == -5
    assert sorted({tuple(pair[1:]) for pair in study.pairs or []}) == [(80.0, 70.0), (100.0, 100.0)]
    assert (study.method, study.confidence, len(study.pairs or [])) == ("mean of paired differences", 0.95, FEWEST)
    assert bridges.kept_shifts(session, [first.id, second.id]) == {(first.id, second.id): bridges.kept_shift(study)}
    assert session.scalars(select(AuditEvent.action).where(AuditEvent.action.like("bridge.%"))).all() == [
        "bridge.start",
        "bridge.keep",
    ]
    with pytest.raises(ConflictError, match="ended this study already"):
        service.keep(session, study, by=cast.quinn.id, now=utcnow())


def test_too_few_scored_parts_keep_nothing_and_giving_up_clears_the_queues(session: Session, cast: Cast) -> None:
    first, second, handled = two_versions(session, cast)
    study = begun(session, cast, first, second)
    scored(session, cast, handled, but=1)

    with pytest.raises(ConflictError, match="9 of the 10 parts"), session.begin_nested():
        service.keep(session, study, by=cast.quinn.id, now=utcnow())
    service.stop(session, study, by=cast.quinn.id, now=utcnow())
    session.expire_all()

    states = session.scalars(select(Assignment.state)).all()
    assert sorted(set(states)) == ["submitted", "withdrawn"]
    assert states.count("withdrawn") == 1
    assert session.scalars(select(Review.id).where(Review.sealed)).all() == []
    assert bridges.kept_shifts(session, [first.id, second.id]) == {}


def test_too_few_fresh_parts_are_said_and_nothing_is_written(session: Session, cast: Cast) -> None:
    first, second, _ = two_versions(session, cast, parts=FEWEST - 1)
    make_ticket(session, cast, resolved_at=wednesday(1)).ticket.erased_at = utcnow()

    with pytest.raises(ConflictError, match="Only 9 fresh parts"):
        begun(session, cast, first, second)

    assert session.scalars(select(Assignment.id)).all() == []


def test_a_session_scores_again_what_the_old_version_judged(session: Session, cast: Cast) -> None:
    first = publish_rubric(session, cast)
    judged = [review(session, cast, first).part_id for _ in range(FEWEST)]
    second = second_version(session, cast)

    study = begun(session, cast, first, second, way="session")

    assert session.scalars(select(SessionPart.part_id).order_by(SessionPart.part_id)).all() == sorted(judged)
    assert set(session.scalars(select(SessionParticipant.user_id))) == {cast.rita.id, cast.rob.id}
    tasks = session.scalars(select(Assignment).where(Assignment.purpose == Purpose.CALIBRATION)).all()
    assert {task.rubric_version_id for task in tasks} == {second.id}
    assert bridges.studies_to(session, second.id)[0].open == 2 * FEWEST
    assert study.session_id is not None


def test_a_qa_lead_starts_a_bridge_on_the_page_and_keeps_its_shift(
    session: Session, cast: Cast, sign_in: SignIn
) -> None:
    first, second, handled = two_versions(session, cast)
    client = sign_in(cast.quinn)
    path = f"/rubrics/versions/{second.id}/bridge"
    compared = client.get(f"/rubrics/compare?old={first.id}&new={second.id}").get_data(as_text=True)
    form = {
        "old": first.id,
        "way": "double",
        "parts": "10",
        "reviewers": [cast.rita.id, cast.rob.id],
        "due_on": "2030-01-01",
    }

    alone = client.post_form(path, data={**form, "reviewers": [cast.rita.id]})
    started = client.post_form(path, data=form)
    session.expire_all()
    scored(session, cast, handled)
    study = session.scalars(select(BridgeStudy)).one()
    under_way = client.get(path).get_data(as_text=True)
    client.post_form(f"/rubrics/bridges/{study.id}/keep")
    kept = client.get(path).get_data(as_text=True)

    assert f"{path}?from={first.id}#start" in compared
    assert alone.status_code == 422
    assert "at least two reviewers" in alone.get_data(as_text=True)
    assert started.status_code == 302
    assert "20 of 20" in under_way
    assert "no part was scored" not in kept.lower()
    assert "2.0 scores lower." in kept
    assert "mean of paired differences" in kept


def test_parts_that_have_both_scores_may_be_kept_without_a_study(session: Session, cast: Cast, sign_in: SignIn) -> None:
    first, second, handled = two_versions(session, cast)
    begun(session, cast, first, second)
    scored(session, cast, handled)

    answer = sign_in(cast.quinn).post_form(f"/rubrics/versions/{second.id}/bridge/found", data={"old": first.id})
    session.expire_all()

    assert answer.status_code == 302
    found = session.scalars(select(BridgeStudy).where(BridgeStudy.way == "found")).one()
    assert (found.shift, len(found.pairs or [])) == (-5, FEWEST)
